"""Photos turned, mirrored, darkened, flattened and blurred, with their labels, and how many faces are still found."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from benchmarks.faces.detectors import OWN, PLAIN, Contender
from benchmarks.faces.figures import Figures, figures, levels
from benchmarks.faces.looking import Look, Seen
from benchmarks.faces.photos import BenchPhoto, open_photo
from imgvet.geometry import Box
from imgvet.pixels import Pixels

_GAMMA = 2.5
_CONTRAST = 0.35  # of the distance from the picture's mean
_BLUR = 1.2  # sigma, in pixels where the long side is 640


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is done to a picture, and where it moves a box."""

    name: str
    picture: Callable[[Pixels], Pixels]
    box: Callable[[Box, int, int], Box] = lambda box, width, height: box  # noqa: ARG005 - most leave boxes in place


@dataclass(frozen=True, slots=True)
class ChangedPhoto:
    """A photo to look at after a change."""

    photo: BenchPhoto
    change: int  # its place in CHANGES


def _darkened(pixels: Pixels) -> Pixels:
    levels_of_grey = np.arange(256) / 255
    return np.asarray(cv2.LUT(pixels, np.round(255 * levels_of_grey**_GAMMA).astype(np.uint8)), np.uint8)


def _flattened(pixels: Pixels) -> Pixels:
    mean = float(pixels.mean())
    return np.asarray(np.round(mean + _CONTRAST * (pixels.astype(np.float32) - mean)), np.uint8)


def _blurred(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), _BLUR * max(pixels.shape[:2]) / 640), np.uint8)


CHANGES = (
    Change("as it is", lambda pixels: pixels),
    Change(
        "turned 90° clockwise",
        lambda pixels: np.ascontiguousarray(np.rot90(pixels, -1)),
        lambda box, width, height: Box(height - box.bottom, box.left, height - box.top, box.right),  # noqa: ARG005
    ),
    Change(
        "turned 180°",
        lambda pixels: np.ascontiguousarray(np.rot90(pixels, 2)),
        lambda box, width, height: Box(width - box.right, height - box.bottom, width - box.left, height - box.top),
    ),
    Change(
        "turned 270° clockwise",
        lambda pixels: np.ascontiguousarray(np.rot90(pixels, 1)),
        lambda box, width, height: Box(box.top, width - box.right, box.bottom, width - box.left),  # noqa: ARG005
    ),
    Change(
        "mirrored",
        lambda pixels: np.ascontiguousarray(pixels[:, ::-1]),
        lambda box, width, height: Box(width - box.right, box.top, width - box.left, box.bottom),  # noqa: ARG005
    ),
    Change("dark (gamma 2.5)", _darkened),
    Change("low contrast", _flattened),
    Change("a little blurred", _blurred),
)


def every_change(photos: Sequence[BenchPhoto]) -> list[ChangedPhoto]:
    """Labelled photos and clean ones without faces, each after each change."""
    kept = [photo for photo in photos if photo.kind in ("labelled", "clean")]
    return [ChangedPhoto(photo, change) for change in range(len(CHANGES)) for photo in kept]


def look_at_changed(contenders: Sequence[Contender], task: ChangedPhoto) -> tuple[int, Seen]:
    """What imgvet and the plain pass find in the photo after the change."""
    opened, change = open_photo(task.photo), CHANGES[task.change]
    height, width = opened.pixels.shape[:2]
    pixels = change.picture(opened.pixels)
    moved = replace(
        task.photo,
        faces=tuple(change.box(box, width, height) for box in task.photo.faces),
        ignored=tuple(change.box(box, width, height) for box in task.photo.ignored),
    )
    looks = {
        each.name: Look(each.found(pixels, opened.published), (), 0.0)
        for each in contenders
        if each.name in (OWN, PLAIN)
    }
    return task.change, Seen(moved, pixels.shape[1], pixels.shape[0], opened.published, looks)


def turned_figures(seen: Sequence[tuple[int, Seen]], contenders: Sequence[Contender]) -> Iterator[tuple[str, Figures]]:
    """Each change with each detector at its levels."""
    for number, change in enumerate(CHANGES):
        photos = [each for at, each in seen if at == number]
        for contender in contenders:
            if contender.name in (OWN, PLAIN):
                for level, choose in levels(contender):
                    yield change.name, figures(photos, contender.name, level, choose)
