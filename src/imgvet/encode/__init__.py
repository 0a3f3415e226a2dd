"""Clean files from pixels and public metadata, and the small pictures for the office."""
