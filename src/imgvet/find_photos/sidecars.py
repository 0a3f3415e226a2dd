"""Sidecars: XMP files beside a photo, in which programs keep what people wrote about it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from imgvet.find_photos.kinds import SIDECARS
from imgvet.find_photos.search import Skipped
from imgvet.source_files import is_file

_ENDINGS = (".xmp", ".XMP")


def without_read(skipped: Iterable[Skipped], photos: Iterable[Path]) -> Iterator[Skipped]:
    """What was skipped, without the sidecars of these photos, which are read with them."""
    read = {path for photo in photos for path in sidecar_paths(photo)}
    for each in skipped:
        left = tuple(path for path in each.paths if path not in read) if each.kind is SIDECARS else each.paths
        if left:
            yield replace(each, number=each.number - len(each.paths) + len(left), paths=left)


def sidecar_paths(photo: Path) -> tuple[Path, ...]:
    """The XMP files of a photo that are beside it: ``X.jpg.xmp``, which is of this file alone, before ``X.xmp``."""
    found: dict[str, Path] = {}
    for name in (photo.name, photo.stem):
        for ending in _ENDINGS:
            path = photo.with_name(name + ending)
            if is_file(path):
                found.setdefault(path.name.casefold(), path)
    return tuple(found.values())
