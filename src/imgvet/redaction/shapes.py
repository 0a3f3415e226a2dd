"""The shapes that hide something: a head, or an area with corners. How far each reaches round what it hides."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imgvet.geometry import Box, Outline, box_outline, outline_box
from imgvet.pixels import Floats

# The ellipse of a head, in parts of the face box: wide enough for the box's own corners, higher for hair and hats.
_SIDEWAYS, _UPWARDS, _DOWNWARDS = 0.32, 0.45, 0.30
_LYING = 1.15  # a face box so much wider than high is a head on its side, with its hair to the left or to the right
_STEPS = 8  # edges lie on a grid of a power of two pixels, at most this part of the longer side
# Round an area, because JPEG leaves traces of letters next to them: a part of its narrow side and some pixels.
_MARGIN, _LEAST_MARGIN, _MOST_MARGIN = 0.1, 2, 16


@dataclass(frozen=True, slots=True)
class HeadShape:
    """The ellipse that fills a box, in pixels of the upright full-size photo; the box may reach beyond the photo."""

    box: Box

    @property
    def radius(self) -> float:
        """Pixels from the middle to the ellipse, mean of both directions."""
        return (self.box.width + self.box.height) / 4

    def beyond(
        self,
        columns: NDArray[np.floating],
        rows: NDArray[np.floating],
        reach: float = math.inf,  # noqa: ARG002 - an ellipse is quick everywhere
    ) -> Floats:
        """Pixels beyond the ellipse of each place, 0 on it, negative inside: (rows, columns).

        ``columns`` and ``rows`` ascend; whole numbers are pixel edges. What is further in or out than ``reach`` is only
        known to be so.
        """
        across = (columns - (self.box.left + self.box.right) / 2) / (self.box.width / 2)
        down = (rows - (self.box.top + self.box.bottom) / 2) / (self.box.height / 2)
        squared = (across**2).astype(np.float32)[np.newaxis, :] + (down**2).astype(np.float32)[:, np.newaxis]
        return np.asarray((np.sqrt(squared) - np.float32(1)) * np.float32(self.radius), np.float32)


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


def head_shape(face: Box) -> HeadShape:
    """The ellipse of a face's head; it contains every pixel of the face box.

    Its edges are rounded outwards to a coarse grid, so that the hidden area does not reveal the exact box, which could
    tell one face from another.
    """
    if not face.area:
        return HeadShape(Box(face.left, face.top, face.left, face.top))
    sideways, upwards, downwards = _SIDEWAYS, _UPWARDS, _DOWNWARDS
    if face.width > face.height * _LYING:
        sideways, upwards, downwards = _UPWARDS, _SIDEWAYS, _SIDEWAYS
    left, right = face.left - face.width * sideways, face.right + face.width * sideways
    top, bottom = face.top - face.height * upwards, face.bottom + face.height * downwards
    step = 2 ** max(0, math.floor(math.log2(max(1.0, max(right - left, bottom - top) / _STEPS))))
    return HeadShape(
        Box(
            math.floor((left - 1) / step) * step,
            math.floor((top - 1) / step) * step,
            math.ceil((right + 1) / step) * step,
            math.ceil((bottom + 1) / step) * step,
        )
    )


def area_shape(area: Outline | Box) -> PolygonShape:
    """The shape that hides an area, given as its corners or as its box, with a small margin."""
    if isinstance(area, Box):
        area = box_outline(area)
    margin = min(_LEAST_MARGIN + _MARGIN * 2 * _inner_radius(area), _MOST_MARGIN)
    return PolygonShape(area, round(margin, 1))


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
