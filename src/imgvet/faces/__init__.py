"""Faces: finding them, and hiding them for good. Nothing here recognises anybody."""
