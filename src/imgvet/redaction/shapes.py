"""The shapes that hide something: a head, or an area with corners. How far each reaches round what it hides."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from imgvet.geometry import Box, Outline, box_outline, outline_box
from imgvet.pixels import Floats

# Round a face box, in parts of it: the head and its hair, ears and chin, upright and lying on its side.
_UPRIGHT = (0.17, 0.30, 0.12)  # to each side, above, below
_LYING = (0.30, 0.17, 0.17)
_UPRIGHT_TO, _LYING_FROM = 0.9, 1.2  # width of the box by its height; a tilted head is in between
_HEAD_WIDTH = 0.95  # by the height of the box, at least: the ears of a face that is seen from the side
_MOST_SIDEWAYS = 0.4
_LARGER = 0.15  # of the shape, on each side, where it is covered larger
_ROUNDNESS = 2.5  # the exponent of a superellipse: 2 is an ellipse, which leaves out corners, and infinity a box
_STEPS = 16  # edges lie on a grid of a power of two pixels, at most this part of the longer side
# Round an area, because JPEG leaves traces of letters next to them: a part of its narrow side and some pixels.
_MARGIN, _LEAST_MARGIN, _MOST_MARGIN = 0.1, 2, 16


@dataclass(frozen=True, slots=True)
class HeadShape:
    """A head: the superellipse that fills a box, in pixels of the upright full-size photo; it may reach beyond it.

    Faces beside it that are shown are spared, but where they are in front of or behind the hidden face itself.
    """

    box: Box
    spared: tuple[Box, ...] = ()  # faces that are shown
    face: Box | None = None  # the hidden face itself, where others are spared

    @property
    def radius(self) -> float:
        """Pixels from the middle to the rim, mean of both directions."""
        return (self.box.width + self.box.height) / 4

    def beyond(
        self,
        columns: NDArray[np.floating],
        rows: NDArray[np.floating],
        reach: float = math.inf,  # noqa: ARG002 - it is quick everywhere
    ) -> Floats:
        """Pixels beyond the rim of each place, 0 on it, negative inside: (rows, columns).

        ``columns`` and ``rows`` ascend; whole numbers are pixel edges. What is further in or out than ``reach`` is only
        known to be so.
        """
        far = _beyond_oval(self.box, columns, rows)
        for face in self.spared:
            np.maximum(far, -_beyond_oval(face, columns, rows), out=far)
        if self.face:
            np.minimum(far, _beyond_oval(self.face, columns, rows), out=far)
        return far


@dataclass(frozen=True, slots=True)
class PolygonShape:
    """An area with corners and a margin round it, in pixels of the upright full-size photo; it may reach beyond it."""

    outline: Outline
    margin: float  # pixels beyond the middles of its outermost pixels

    @property
    def box(self) -> Box:
        """The box round the area and its margin."""
        box, margin = outline_box(self.outline), math.ceil(self.margin)
        return Box(box.left - margin, box.top - margin, box.right + margin, box.bottom + margin)

    @property
    def radius(self) -> float:
        """Pixels from the middle of a square of like narrowness to its rim."""
        return _inner_radius(self.outline) + self.margin

    def beyond(self, columns: NDArray[np.floating], rows: NDArray[np.floating], reach: float = math.inf) -> Floats:
        """Pixels beyond the area and its margin of each place; see ``HeadShape.beyond``."""
        columns, rows, near = columns - 0.5, rows - 0.5, reach + self.margin  # corners are the middles of pixels
        far = np.full((len(rows), len(columns)), min(near, 1e9), np.float32)
        windings = np.zeros((len(rows), len(columns) + 1), np.int16)
        for start, end in _sides(self.outline):
            _wind(windings, start, end, columns, rows)
            across = _within(columns, start[0], end[0], near)
            down = _within(rows, start[1], end[1], near)
            if across.start < across.stop and down.start < down.stop:
                part = far[down, across]
                np.minimum(part, _distance(start, end, columns[across], rows[down]), out=part)
        inside = np.cumsum(windings, axis=1)[:, :-1] != 0  # whichever way round, and where it crosses itself, too
        np.negative(far, where=inside, out=far)
        return np.asarray(far - np.float32(self.margin), np.float32)


Shape = HeadShape | PolygonShape
"""What hides one place."""


def head_shape(face: Box, shown: Iterable[Box] = (), larger: int = 0) -> HeadShape:
    """The shape of a face's head.

    Its edges are rounded outwards to a coarse grid, so that the hidden area does not reveal the exact box, which could
    tell one face from another.

    Args:
        face: the box of the face. Its oval is always hidden; its corners are not where a face beside it is shown.
        shown: boxes of faces that are shown; those of the same head are none beside it.
        larger: how many times it is covered larger than usual.
    """
    if not face.area:
        return HeadShape(Box(face.left, face.top, face.left, face.top))
    lying = min(max((face.width / face.height - _UPRIGHT_TO) / (_LYING_FROM - _UPRIGHT_TO), 0), 1)
    sideways, upwards, downwards = (one + (other - one) * lying for one, other in zip(_UPRIGHT, _LYING, strict=True))
    sideways = max(sideways, min((_HEAD_WIDTH * face.height / face.width - 1) / 2, _MOST_SIDEWAYS))
    across, down = larger * _LARGER * face.width, larger * _LARGER * face.height
    left, right = face.left - face.width * sideways - across, face.right + face.width * sideways + across
    top, bottom = face.top - face.height * upwards - down, face.bottom + face.height * downwards + down
    step = 2 ** max(0, math.floor(math.log2(max(1.0, max(right - left, bottom - top) / _STEPS))))
    box = Box(
        math.floor(left / step) * step,
        math.floor(top / step) * step,
        math.ceil(right / step) * step,
        math.ceil(bottom / step) * step,
    )
    spared = {each for each in shown if each.area and each.common_area(box) and not _same_head(each, face)}
    return HeadShape(box, tuple(sorted(spared, key=Box.as_list)), face if spared else None)


def area_shape(area: Outline | Box, larger: int = 0) -> PolygonShape:
    """The shape that hides an area, given as its corners or as its box, with a small margin.

    ``larger``: how many times it is covered larger than usual.
    """
    if isinstance(area, Box):
        area = box_outline(area)
    margin = min(_LEAST_MARGIN + _MARGIN * 2 * _inner_radius(area), _MOST_MARGIN)
    return PolygonShape(area, round(margin * (1 + larger), 1))


def _same_head(one: Box, other: Box) -> bool:
    """Whether the middle of either box is in the other."""
    return _has_middle(one, other) or _has_middle(other, one)


def _has_middle(box: Box, other: Box) -> bool:
    across, down = (other.left + other.right) / 2, (other.top + other.bottom) / 2
    return box.left <= across <= box.right and box.top <= down <= box.bottom


def _beyond_oval(box: Box, columns: NDArray[np.floating], rows: NDArray[np.floating]) -> Floats:
    """Pixels beyond the superellipse that fills a box, of each place: (rows, columns)."""
    across = np.abs((columns - (box.left + box.right) / 2) / (box.width / 2)) ** _ROUNDNESS
    down = np.abs((rows - (box.top + box.bottom) / 2) / (box.height / 2)) ** _ROUNDNESS
    powers = across.astype(np.float32)[np.newaxis, :] + down.astype(np.float32)[:, np.newaxis]
    radius = np.float32((box.width + box.height) / 4)
    return np.asarray(cv2.pow(powers, 1 / _ROUNDNESS) * radius - radius, np.float32)


_Corner = tuple[int, int]


def _sides(outline: Outline) -> Iterator[tuple[_Corner, _Corner]]:
    return zip(outline, (*outline[1:], outline[0]), strict=True)


def _inner_radius(outline: Outline) -> float:
    """Twice the area by the length round it: half a side of a square, the radius of a circle."""
    doubled = sum(start[0] * end[1] - end[0] * start[1] for start, end in _sides(outline))
    length = sum(math.dist(start, end) for start, end in _sides(outline))
    return abs(doubled) / length if length else 0.0


def _wind(
    windings: NDArray[np.int16],
    start: _Corner,
    end: _Corner,
    columns: NDArray[np.floating],
    rows: NDArray[np.floating],
) -> None:
    """Note, in each row, from which column on one side more lies to the left."""
    way = 1 if start[1] < end[1] else -1
    low, high = (start, end) if way > 0 else (end, start)
    first, last = np.searchsorted(rows, (low[1], high[1]))
    if first < last:
        crossed = low[0] + (rows[first:last] - low[1]) * ((high[0] - low[0]) / (high[1] - low[1]))
        windings[np.arange(first, last), np.searchsorted(columns, crossed)] += way


def _within(places: NDArray[np.floating], one: float, other: float, near: float) -> slice:
    """Which places lie between two, or near one of them."""
    first, last = np.searchsorted(places, (min(one, other) - near, max(one, other) + near))
    return slice(int(first), int(last))


def _distance(start: _Corner, end: _Corner, columns: NDArray[np.floating], rows: NDArray[np.floating]) -> Floats:
    """Pixels from each place to the nearest one on a side: (rows, columns)."""
    side = np.array([end[0] - start[0], end[1] - start[1]], np.float32)
    across = (columns - start[0]).astype(np.float32)[np.newaxis, :]
    down = (rows - start[1]).astype(np.float32)[:, np.newaxis]
    length = float(side @ side)
    along = np.clip((across * side[0] + down * side[1]) / np.float32(length or 1), 0, 1)
    return np.asarray(np.hypot(across - along * side[0], down - along * side[1]), np.float32)
