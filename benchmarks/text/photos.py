"""The photos to measure on, as a folder declares them: plates boxed and read, texts read, and photos without text."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.faces.photos import BadData, BenchPhoto, Opened, open_photo
from imgvet.find_photos import find_photos
from imgvet.geometry import Box

_FORMAT = 'The page on text says how: {"file": [{"box": [x, y, width, height] or null, "text": "…" or null}]}.'


@dataclass(frozen=True, slots=True)
class ReadPlate:
    """A number plate as a person boxed and read it."""

    text: str
    box: Box | None  # of the plate, in pixels of the upright photo


@dataclass(frozen=True, slots=True)
class TextPhoto:
    """One photo, and what a person read in it."""

    path: Path
    name: str
    plates: tuple[ReadPlate, ...] = ()
    texts: tuple[str, ...] = ()
    empty: bool = False  # no text that matters


def read_text_folder(folder: Path) -> tuple[TextPhoto, ...]:
    """Every photo of the folder: ``plates.json`` and ``texts.json`` in it or in ``plates_text/``, and ``negatives/``.

    Raises:
        BadData: there is nothing of these, or a file cannot be understood, or names a photo that is missing.
    """
    declared = folder if (folder / "plates.json").is_file() else folder / "plates_text"
    photos = [*_plates(declared / "plates.json"), *_texts(declared / "texts.json"), *_empty(folder / "negatives")]
    if not photos:
        raise BadData(f"There is neither plates.json nor texts.json nor negatives/ in '{folder}'.", _FORMAT)
    return tuple(photos)


def opened(photo: TextPhoto) -> Opened:
    """Its pixels as the pipeline has them, and how large it is published.

    Raises:
        BadData: it cannot be read.
    """
    return open_photo(BenchPhoto(photo.path, photo.name, "clean"))


def _plates(path: Path) -> Iterator[TextPhoto]:
    for name, plates in _entries(path):
        if not isinstance(plates, list) or not all(isinstance(each, dict) for each in plates):
            raise BadData(f"'{path}': '{name}' has no list of plates.", _FORMAT)
        boxes = [each.get("box") for each in plates]
        read = [
            ReadPlate(each["text"], _box(box) if box else None)
            for each, box in zip(plates, boxes, strict=True)
            if each.get("text")
        ]
        yield TextPhoto(_existing(path, name), name, plates=tuple(read))


def _texts(path: Path) -> Iterator[TextPhoto]:
    for name, texts in _entries(path):
        yield TextPhoto(_existing(path, name), name, texts=tuple(str(each) for each in texts))


def _empty(folder: Path) -> Iterator[TextPhoto]:
    for path in find_photos([folder]).photos if folder.is_dir() else ():
        yield TextPhoto(path, path.name, empty=True)


def _entries(path: Path) -> list[tuple[str, Any]]:
    if not path.is_file():
        return []
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise BadData(f"'{path}' is no JSON: {problem}.", _FORMAT) from problem
    if not isinstance(entries, dict):
        raise BadData(f"'{path}' is not an object with one entry for each photo.", _FORMAT)
    return list(entries.items())


def _existing(path: Path, name: str) -> Path:
    photo = path.parent / name
    if not photo.is_file():
        raise BadData(f"'{path}' names '{name}', which is missing.", "Put the photo there, or take its entry out.")
    return photo


def _box(sides: Any) -> Box:
    left, top, width, height = (round(side) for side in sides)
    return Box(left, top, left + width, top + height)
