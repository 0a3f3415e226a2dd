"""Blank release forms to print: what stands on them, and the same words as PDF and as a web page."""
