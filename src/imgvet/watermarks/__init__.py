"""Marks: the copyright watermark and the website overlay."""
