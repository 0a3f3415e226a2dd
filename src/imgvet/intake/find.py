"""From the files and folders somebody named to the photos in them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from imgvet.errors import PhotoError, UsageError
from imgvet.intake.kinds import RAW_SUFFIXES, SUFFIXES, kind_of

_ENOUGH = 64 * 1024  # bytes, to tell a kind by


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in the folders: photos, and files that are no photos."""

    photos: tuple[Path, ...]
    passed_over: tuple[Path, ...]


def find_photos(sources: Iterable[Path], leave_out: Iterable[Path] = ()) -> Found:
    """Every photo under the sources, in natural order of their paths, each once; folders are searched whole.

    A file that is named counts as a photo whatever it is, so that it gets an answer. In folders, files that neither are
    named nor look like a picture are passed over, and so is whatever is hidden, and the folders in ``leave_out``.

    Raises:
        UsageError: a source does not exist.
    """
    left_out = {folder.resolve() for folder in leave_out}
    photos: dict[Path, Path] = {}
    passed_over = []
    for source in sources:
        if not source.exists() and not source.is_symlink():
            raise UsageError(f"There is no file or folder '{source}'.", "Check the name and run again.")
        for path in _files(source, left_out) if source.is_dir() else [source]:
            if path == source or _looks_like_photo(path):
                photos.setdefault(path.resolve(), path)
            else:
                passed_over.append(path)
    return Found(tuple(sorted(photos.values(), key=natural_order)), tuple(passed_over))


def natural_order(path: Path) -> list[tuple[int, int, str]]:
    """A sorting key under which ``IMG_9`` comes before ``IMG_10``."""
    parts = re.split(r"(\d+)", str(path).casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def _files(folder: Path, left_out: set[Path]) -> Iterator[Path]:
    """Files below the folder; links to folders are not followed, so a loop of links has no hold."""
    for path in sorted(folder.iterdir(), key=natural_order):
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            if path.resolve() not in left_out:
                yield from _files(path, left_out)
        elif not path.is_dir():
            yield path


def _looks_like_photo(path: Path) -> bool:
    """By name, or else by content; a name that promises a photo is held to it."""
    if path.suffix.lower() in SUFFIXES | RAW_SUFFIXES:
        return True
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            kind_of(file.read(_ENOUGH))
    except (PhotoError, OSError):
        return False
    return True
