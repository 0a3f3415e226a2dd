"""The register of release forms: the office's memory of who has signed, for what, and who has not."""
