"""Reading what a file carries beside its picture: one module a container or metadata standard."""
