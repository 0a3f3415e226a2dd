"""Output: clean files, the small pictures for the office, and the contact sheet."""
