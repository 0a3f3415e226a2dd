"""Detect faces and match them with what people recorded. Nothing here recognises anybody."""
