"""From the files and folders somebody named to the photos in them."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from imgvet.errors import PhotoError, UsageError
from imgvet.formats.sniff import RAW_SUFFIXES, SUFFIXES_OF_FORMAT, detect_format
from imgvet.text import natural_order

_ENOUGH = 64 * 1024  # bytes, enough to detect a format


@dataclass(frozen=True, slots=True)
class FoundPhotos:
    """What is in the folders: photos, and files that are not photos."""

    photos: tuple[Path, ...]
    passed_over: tuple[Path, ...]


def find_photos(sources: Iterable[Path], leave_out: Iterable[Path] = ()) -> FoundPhotos:
    """Every photo under the sources, in natural order of their paths, each once; folders are searched whole.

    A file that is named counts as a photo whatever it is, so that it gets an answer. In folders, files that neither are
    named nor look like a picture are passed over, and so is whatever is hidden, and the folders in ``leave_out``.

    Raises:
        UsageError: a source does not exist.
    """
    left_out = {real_path(folder) for folder in leave_out}
    photos: dict[Path, Path] = {}
    passed_over = []
    for source in sources:
        if not os.path.lexists(source):
            raise UsageError(f"There is no file or folder '{source}'.", "Check the name and run again.")
        for path in _files(source, left_out) if _is_folder(source) else [source]:
            if path == source or _looks_like_photo(path):
                photos.setdefault(real_path(path), path)
            else:
                passed_over.append(path)
    passed_over.sort(key=_path_order)
    return FoundPhotos(tuple(sorted(photos.values(), key=_path_order)), tuple(passed_over))


def real_path(path: Path) -> Path:
    """Where the path leads, absolute; one that leads to no file keeps its own name, by which people know it."""
    if _is_folder(path) or os.path.isfile(path):  # noqa: PTH113 - Path.is_file raises where asking is not allowed
        return Path(os.path.realpath(path))
    return Path(os.path.realpath(path.parent), path.name)


def _path_order(path: Path) -> list[tuple[int, int, str]]:
    return natural_order(str(path))


def _files(folder: Path, left_out: set[Path]) -> Iterator[Path]:
    """Files below the folder; links to folders are not followed, so a loop of links does no harm.

    A folder that cannot be listed is yielded in place of its files, so that it is reported.
    """
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda entry: natural_order(entry.name))
        except OSError:
            yield here
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path = here / entry.name
            if entry.is_dir(follow_symlinks=False):
                if not left_out or real_path(path) not in left_out:
                    waiting.append(path)
            else:
                yield path


def _looks_like_photo(path: Path) -> bool:
    """By name, or else by content; a name that promises a photo is held to it, and so is a folder nobody could list."""
    if _is_folder(path):
        return not path.is_symlink()
    if path.suffix.lower() in SUFFIXES_OF_FORMAT | RAW_SUFFIXES:
        return True
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            detect_format(file.read(_ENOUGH))
    except (PhotoError, OSError):
        return False
    return True


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises where asking is not allowed
