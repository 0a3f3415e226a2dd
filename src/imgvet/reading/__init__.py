"""Text and codes in a picture: where they are and what they say, as far as a person could read them in public."""
