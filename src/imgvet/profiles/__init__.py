"""The profiles that come with imgvet, and the starter that `imgvet init` writes."""
