"""What the page says has no path of the disk: names of files alone."""

import re
from collections.abc import Iterable

BATCH = "BATCH"  # in place of the batch's folder, in commands that are to be copied

_QUOTED = re.compile(r"(['\"])((?:[A-Za-z]:[\\/]|\\\\|~?/|\.\.?[\\/])[^'\"]*)\1")
_BARE = re.compile(r"(?<![\w:/\\.])(?:[A-Za-z]:[\\/]|\\\\|~?/)(?:[^\s'\"<>|/\\]+[\\/])+[^\s'\"<>|/\\]*")


def without_paths(text: str, batch: Iterable[str] = ()) -> str:
    """A text without the folders in which things are.

    Args:
        text: a sentence or command of imgvet.
        batch: the batch's folder, in every form in which it may be named.
    """
    for known in sorted(filter(None, batch), key=len, reverse=True):
        text = re.sub(rf"(?<![\w.-])(['\"]?){re.escape(known)}(?=[/\\'\"\s]|$)([/\\])?", _batch, text)
    text = _QUOTED.sub(lambda found: f"{found[1]}{_last(found[2])}{found[1]}", text)
    return _BARE.sub(lambda found: _last(found[0]), text)


def _batch(found: re.Match[str]) -> str:
    """The batch's folder: nothing before the name of a file in it, else a word in its place."""
    return found[1] if found[2] else f"{found[1]}{BATCH}"


def _last(path: str) -> str:
    return re.split(r"[\\/]", path.rstrip("\\/"))[-1] or "a folder"
