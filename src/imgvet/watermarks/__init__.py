"""The copyright watermark and the website overlay: loaded, placed where they can be read, and drawn."""
