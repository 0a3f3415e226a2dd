"""What the rules say about a photo, and which answers of its faces are valid. Rules see records, never pixels."""
