"""What imgvet does not look at in a photo, so that a yes says it. Whatever imgvet learns leaves this table."""

from collections.abc import Iterable
from typing import NamedTuple

from imgvet.photo import Photo


class NotLookedAt(NamedTuple):
    """One thing that imgvet cannot see for itself."""

    verb: str  # what imgvet cannot do with it
    what: str
    text: bool = False  # it is looked for where text is searched for


NOT_LOOKED_AT: tuple[NotLookedAt, ...] = (
    NotLookedAt("tell", "a child"),
    NotLookedAt("read", "signs", text=True),
    NotLookedAt("read", "number plates", text=True),
    NotLookedAt("read", "screens", text=True),
    NotLookedAt("read", "papers", text=True),
)


def not_looked_at(photo: Photo) -> list[str]:
    """What imgvet has not looked at in a photo."""
    return [each.what for each in _left(photo.text_searched)]


def not_looked_at_sentence(photos: Iterable[Photo]) -> str:
    """What somebody must look for themselves, in one line; empty where nothing is left, or without photos."""
    searched = [photo.text_searched for photo in photos]
    left = _left(all(searched)) if searched else []
    if not left:
        return ""
    verbs = dict.fromkeys(each.verb for each in left)
    parts = [f"{verb} {_or([each.what for each in left if each.verb == verb])}" for verb in verbs]
    return f"imgvet cannot {', or '.join(parts)}: look for them now."


def _left(searched: bool) -> list[NotLookedAt]:
    return [each for each in NOT_LOOKED_AT if not (each.text and searched)]


def _or(words: list[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))
