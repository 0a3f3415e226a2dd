"""A file's bytes in, upright sRGB pixels out; nothing else of the file crosses."""
