"""Whether a line was found, and read to the letter."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.text.photos import ReadPlate
from benchmarks.text.scenes import HEIGHTS, Written
from imgvet.geometry import Box, Outline
from imgvet.reading.text_lines import TextLine

PLATE_LETTERS = 0.68  # of a plate's height are its letters
_COVERED = 0.5  # of a line, by what was found
_TOUCHED = 0.2
_ROUNDING = 0.97  # letters of 15.6 pixels count as 16


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one line."""

    source: str  # "scenes" or "photos"
    kind: str
    height: float  # of its capital letters, in pixels of the published picture
    found: bool
    right: bool
    where: str  # the photo
    text: str
    read: str

    @property
    def least(self) -> int:
        """The size class: the smallest height in it, 0 below the smallest that is looked for."""
        return max((each for each in HEIGHTS if self.height >= each * _ROUNDING), default=0)


def outcome_of_line(name: str, written: Written, lines: Iterable[TextLine]) -> Outcome:
    """A line of a scene, with what was read where it is."""
    mine = _there(written.outline, lines)
    read = "".join(line.text for line in mine)
    corners = _contour(written.outline)
    covered = sum(_common(corners, _contour(line.outline)) for line in mine)
    found = covered >= _COVERED * cv2.contourArea(corners)
    right = plain(written.text) in plain(read)
    return Outcome("scenes", written.kind, written.height, found or right, right, name, written.text, read)


def outcome_of_plate(name: str, plate: ReadPlate, lines: Sequence[TextLine], published: float) -> Outcome:
    """A plate of a photo, with what was read where it is, or anywhere where nobody boxed it."""
    if plate.box is None:
        mine = list(lines)
        height = max((line.height for line in lines if plain(plate.text) in plain(line.text)), default=0.0)
    else:
        mine = _there(_outline(plate.box), lines)
        height = plate.box.height * PLATE_LETTERS * published
    read = " ".join(line.text for line in mine)
    right = plain(plate.text) in plain(read)
    found = right or (plate.box is not None and bool(mine))
    return Outcome("photos", "plate", height, found, right, name, plate.text, read)


def plain(text: str) -> str:
    """Letters and digits alone; O and 0, I and 1 are the same, as on plates."""
    return re.sub(r"[^A-Z0-9]", "", text.upper()).translate(str.maketrans("OI", "01"))


def _there(outline: Outline, lines: Iterable[TextLine]) -> list[TextLine]:
    """The lines that lie on an outline, along it."""
    corners = _contour(outline)
    along = corners[1] - corners[0]
    found = []
    for line in lines:
        theirs = _contour(line.outline)
        common = _common(corners, theirs)
        if common > _TOUCHED * cv2.contourArea(corners) or common > (1 - _COVERED) * cv2.contourArea(theirs):
            found.append((float(theirs.mean(axis=0) @ along), line))
    return [line for _, line in sorted(found, key=lambda each: each[0])]


def _outline(box: Box) -> Outline:
    return ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))


def _contour(outline: Outline) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    return np.array(outline, np.float32)


def _common(
    first: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]",
    second: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]",
) -> float:
    common, _ = cv2.intersectConvexConvex(cv2.convexHull(first), cv2.convexHull(second))
    return float(common)
