"""Blank release forms to print: their text, and the same words as PDF and as a web page."""
