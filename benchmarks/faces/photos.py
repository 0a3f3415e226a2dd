"""The photos to measure on, as a folder declares them: faces boxed by hand, faces counted by eye, or no face at all."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from imgvet.decode.limits import check_limits
from imgvet.decode.open import open_upright
from imgvet.encode.encode import over_white
from imgvet.errors import PhotoError, UsageError
from imgvet.find_photos import find_photos
from imgvet.formats.sniff import detect_format, read_source
from imgvet.geometry import Box
from imgvet.pixels import Pixels
from imgvet.profile import Channel, Limits, published_size

Kind = Literal["labelled", "counted", "clean", "hard"]
KINDS: tuple[Kind, ...] = ("labelled", "counted", "clean", "hard")
HARD = "hard__"  # how the name of a photo begins that shows statues, dolls or drawings


class BadData(UsageError):
    """The folder cannot be measured on; the message names the file and the reason."""


@dataclass(frozen=True, slots=True)
class BenchPhoto:
    """One photo and what is known about its faces."""

    path: Path
    name: str  # as the folder calls it
    kind: Kind
    faces: tuple[Box, ...] = ()  # boxed by hand
    ignored: tuple[Box, ...] = ()  # a box found here counts neither way
    least: int = 0  # faces counted by eye
    most: int = 0  # the same, doubtful ones included


@dataclass(frozen=True, slots=True)
class Opened:
    """A photo's upright pixels as the detector gets them, and how large it will be published."""

    pixels: Pixels
    published: float  # long side of the published file / long side of the photo, at most 1


def read_folder(folder: Path, negatives: Path | None = None) -> tuple[BenchPhoto, ...]:
    """Every photo of the folder: its ``annotations.json``, or ``faces/``, ``faces_counted/`` and ``negatives/`` in it.

    Raises:
        BadData: there are no annotations, or they name a file that is missing, or they cannot be understood.
    """
    labelled = folder if (folder / "annotations.json").is_file() else folder / "faces"
    photos = list(_labelled(labelled / "annotations.json"))
    if (folder / "faces_counted" / "counts.json").is_file():
        photos += _counted(folder / "faces_counted" / "counts.json")
    for without_faces in (folder / "negatives", negatives):
        if without_faces is not None and (without_faces is negatives or without_faces.is_dir()):
            photos += _faceless(without_faces)
    return tuple(photos)


def open_photo(photo: BenchPhoto) -> Opened:
    """The photo as the pipeline opens it: upright, sRGB, over white.

    Raises:
        BadData: it cannot be read, or a label lies outside it.
    """
    limits = Limits()
    try:
        data = read_source(photo.path, limits)
        upright = open_upright(check_limits(data, detect_format(data), limits))
    except PhotoError as problem:
        raise BadData(f"'{photo.path}' cannot be read: {problem.reason}", "Take it out, or repair it.") from problem
    height, width = upright.pixels.shape[:2]
    for box in photo.faces:
        if not box.clipped(width, height).area:
            reason = f"a label of '{photo.name}', {box.as_list()}, lies outside its {width} × {height} pixels."
            raise BadData(f"'{photo.path}': {reason}", "Labels are x, y, width, height in the upright photo.")
    long_side = max(published_size(width, height, Channel()))
    return Opened(over_white(upright.pixels, upright.alpha), long_side / max(width, height))


def _labelled(path: Path) -> Iterator[BenchPhoto]:
    for name, entry in _entries(path):
        yield BenchPhoto(
            _existing(path, name),
            name,
            "labelled",
            _boxes(path, name, entry, "boxes"),
            _boxes(path, name, entry, "ignore"),
        )


def _counted(path: Path) -> Iterator[BenchPhoto]:
    for name, entry in _entries(path):
        least = entry.get("count")
        most = entry.get("max", least)
        if not (isinstance(least, int) and isinstance(most, int) and 0 <= least <= most):
            raise BadData(f"'{path}': 'count' and 'max' of '{name}' are not two whole numbers in order.", _FORMAT)
        yield BenchPhoto(_existing(path, name), name, "counted", least=least, most=most)


def _faceless(folder: Path) -> Iterator[BenchPhoto]:
    if not folder.is_dir():
        raise BadData(f"There is no folder '{folder}' of photos without faces.", "Check the name.")
    for path in find_photos([folder]).photos:
        yield BenchPhoto(path, path.name, "hard" if path.name.startswith(HARD) else "clean")


def _entries(path: Path) -> list[tuple[str, dict[str, Any]]]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise BadData(f"'{path}' cannot be read: {problem.strerror}.", _FORMAT) from problem
    except ValueError as problem:
        raise BadData(f"'{path}' is no JSON: {problem}.", _FORMAT) from problem
    if not isinstance(entries, dict) or not entries or not all(isinstance(each, dict) for each in entries.values()):
        raise BadData(f"'{path}' is not an object with one entry for each photo.", _FORMAT)
    return list(entries.items())


def _existing(path: Path, name: str) -> Path:
    photo = path.parent / name
    if not photo.is_file():
        raise BadData(f"'{path}' names '{name}', which is missing.", "Put the photo there, or take its entry out.")
    return photo


def _boxes(path: Path, name: str, entry: dict[str, Any], key: str) -> tuple[Box, ...]:
    boxes = entry.get(key, [] if key == "ignore" else None)
    if not isinstance(boxes, list) or not all(_is_box(box) for box in boxes):
        raise BadData(f"'{path}': '{key}' of '{name}' is not a list of [x, y, width, height].", _FORMAT)
    return tuple(Box(round(x), round(y), round(x + width), round(y + height)) for x, y, width, height in boxes)


def _is_box(box: object) -> bool:
    if not isinstance(box, list) or len(box) != 4:
        return False
    return all(isinstance(side, int | float) and abs(side) < 1e6 for side in box) and min(box[2:]) > 0


_FORMAT = (
    'A folder holds annotations.json, {"file": {"boxes": [[x, y, width, height], …], "ignore": […]}} in pixels of the '
    'upright photo; faces_counted/counts.json is {"file": {"count": n, "max": m}}.'
)
