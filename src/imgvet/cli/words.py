"""The words of ``imgvet decide`` in their places: the faces may stand first, or behind ``--faces``."""

from imgvet.decisions import APPROVAL, FACE_DECISIONS, PHOTO_DECISIONS
from imgvet.errors import UsageError


def target_kind_value(words: tuple[str, str, str], faces: str | None) -> tuple[str, str, str]:
    """What is decided on, the kind and its value, from the words as they were given.

    Without ``faces`` they are TARGET KIND VALUE; with it KIND VALUE, and ``faces`` is the target.

    Raises:
        UsageError: no target, or two.
    """
    if faces is None:
        if not words[0]:
            raise UsageError("Nobody has said what is decided on.", "Name it, e.g. 3:1, or use --faces.")
        return words
    kind, value, more = words
    if more or (kind and kind not in (*FACE_DECISIONS, *PHOTO_DECISIONS, APPROVAL)):
        raise UsageError(
            f"'{kind}' stands before the kind of decision, and --faces names the faces already.",
            "Give the faces once: in front of KIND, or with --faces.",
        )
    if not faces.strip(", "):
        raise UsageError("--faces is empty.", "E.g. --faces 3:1,4:2,9:1.")
    return faces, kind, value
