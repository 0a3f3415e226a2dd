"""Names with ``*``, ``?`` and ``[…]``, where the terminal hands them on as they are: that of Windows, or in quotes."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import translate
from pathlib import Path

from imgvet.find_photos.kinds import folder_kind
from imgvet.find_photos.neighbours import plain_name
from imgvet.source_files import is_remote
from imgvet.text import path_order

_SPECIAL = frozenset("*?[")
_ANY_FOLDERS = "**"


def is_pattern(path: Path) -> bool:
    """Whether it is a pattern that others fit: it has one of the signs, and nothing has it as its name."""
    return not _SPECIAL.isdisjoint(str(path)) and not os.path.lexists(path) and not is_remote(path)


def split_patterns(sources: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The patterns among the sources, and the others."""
    sources = list(sources)
    return [each for each in sources if is_pattern(each)], [each for each in sources if not is_pattern(each)]


def fitting(pattern: Path) -> Iterator[Path]:
    """What is there that fits the pattern, in natural order; ``**`` is any folders, none of them a link.

    Capitals make no difference. Names that begin with a full stop fit only where the pattern begins so, too. A folder
    of a kind that is skipped is given itself, and nothing in it.
    """
    parts = pattern.parts
    fixed = next(number for number, part in enumerate(parts) if not _SPECIAL.isdisjoint(part))
    while fixed and not os.path.lexists(Path(*parts[:fixed])):  # in other capitals
        fixed -= 1
    yield from dict.fromkeys(_below(Path(*parts[:fixed]), parts[fixed:]))


def _below(folder: Path, parts: Sequence[str]) -> Iterator[Path]:
    part, *rest = parts
    if part == _ANY_FOLDERS:
        rest = rest or ["*"]
        yield from _below(folder, rest)
    if part == "..":
        yield from _below(folder / part, rest)
        return
    fits = re.compile(translate(plain_name(part)))
    for name, is_folder in _entries(folder):
        path = folder / name
        any_folder = part == _ANY_FOLDERS and is_folder
        if not (any_folder or fits.match(plain_name(name))) or name.startswith(".") > part.startswith("."):
            continue
        if part == _ANY_FOLDERS and not is_folder:
            continue
        if is_folder and part != name and folder_kind(path):
            yield path
        elif any_folder:
            yield from _below(path, parts)
        else:
            yield from _below(path, rest) if rest else [path]


def _entries(folder: Path) -> list[tuple[str, bool]]:
    """Names in a folder, each with whether it is a folder; none where it cannot be opened."""
    try:
        with os.scandir(folder) as listing:
            found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in listing]
    except OSError:
        return []
    return sorted(found, key=lambda each: path_order(each[0]))
