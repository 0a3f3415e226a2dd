"""Metadata: reading what is private, writing what is public, and proving that nothing else was written."""
