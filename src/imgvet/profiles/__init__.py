"""The profiles that come with imgvet."""
