"""Text in photos: what is found and read by height of letters, what is asked for nothing, and how long it takes."""
