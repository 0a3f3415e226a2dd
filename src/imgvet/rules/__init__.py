"""Policy: what the rules say about a photo. Rules see records, never pixels."""
