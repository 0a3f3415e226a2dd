"""Folders that are watched: which photos have come, and are wholly there."""
