"""How many labelled faces are found, at what cost in false boxes and time: ``python -m benchmarks.faces DATA``."""
