"""What private data a file carries beside its picture: one module a container or metadata standard."""
