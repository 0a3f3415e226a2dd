"""What it means that no face was found. It never says that there are no people."""

from imgvet.photo import Photo


def no_faces_sentence(photo: Photo) -> str:
    """How small, and which way up, the faces were looked for that were not found; one plain sentence."""
    if not photo.looked_for:
        return "Nobody has looked for faces yet."
    ways = "upright and turned" if photo.looked_turned else "upright"
    return f"No faces found, looked for from {photo.looked_for} pixels across in the published picture, {ways}."
