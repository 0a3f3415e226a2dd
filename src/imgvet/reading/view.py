"""The picture as it will be published, of which parts are made when they are looked at: turned, smaller, straight."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from imgvet.geometry import Box
from imgvet.pixels import Pixels, shrunk
from imgvet.reading.text_detection import Corners
from imgvet.reading.text_recognition import LINE_HEIGHT

_BEYOND = 0.1  # of the line's height, added at both of its ends: the detector ends a little early
_LIVELY = 0.45  # of the changes in the liveliest row, those in a row through capital letters
_HALVED = (
    1.5  # times as large as wanted, to which a part is halved first, because that is quick; less blurs small letters
)
_FINER = 1.5  # pixels of the part for one of the straight line, so that turning it loses nothing


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the picture as it is given to the detector."""

    pixels: Pixels
    box: Box  # in the turned picture, in full-size pixels
    across: float  # pixels of the part for one of the full size
    down: float
    angle: int

    def in_full(self, corners: Corners) -> Corners:
        """Corners in the part, as corners in the full-size picture."""
        return rotated(corners / (self.across, self.down) + (self.box.left, self.box.top), self.angle)


@dataclass(frozen=True, slots=True)
class View:
    """A picture, and how large it is published."""

    pixels: Pixels  # upright RGB, smaller than in full size where the published picture is
    size: tuple[int, int]  # full-size pixels across and down
    fraction: int  # full-size pixels for one of these
    published: float  # size of the published picture as a part of the full size

    @classmethod
    def of(cls, pixels: Pixels, published: float) -> "View":
        """The view of an upright RGB picture, (h, w, 3), of which that part is published."""
        height, width = pixels.shape[:2]
        small, fraction = shrunk(pixels, math.ceil(published * max(height, width)))
        return cls(small, (width, height), fraction, published)

    def part(self, box: Box, scale: float, angle: int = 0) -> Part:
        """A part at ``scale``, but never finer than published; ``box`` is in the picture turned back by ``angle``."""
        scale = min(scale, self.published)
        if not angle:
            crop, box = self._crop(box)
            width, height = max(1, round(box.width * scale)), max(1, round(box.height * scale))
            return Part(_resized(crop, width, height), box, width / box.width, height / box.height, 0)
        width, height = max(1, round(box.width * scale)), max(1, round(box.height * scale))
        across, down = width / box.width, height / box.height
        corners = rotated(np.array(_corners(box), np.float32), angle)
        around = _box_round(corners).grown(0.01).clipped(*self.size)
        if not around.area:
            return Part(np.zeros((height, width, 3), np.uint8), box, across, down, angle)
        crop, around = self._crop(around)
        small = _resized(crop, max(1, round(around.width * scale)), max(1, round(around.height * scale)))
        shares = small.shape[1] / around.width, small.shape[0] / around.height
        source = (corners[:3] - (around.left, around.top)) * shares - 0.5
        target = np.array([(0, 0), (width, 0), (width, height)], np.float32) - 0.5
        matrix = cv2.getAffineTransform(source.astype(np.float32), target)
        pixels = cv2.warpAffine(small, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        return Part(np.asarray(pixels, np.uint8), box, across, down, angle)

    def _crop(self, box: Box) -> tuple[Pixels, Box]:
        """The pixels of a box inside the full-size picture, and the box that they fill."""
        height, width = self.pixels.shape[:2]
        left, top = min(box.left // self.fraction, width - 1), min(box.top // self.fraction, height - 1)
        crop = self.pixels[top : -(-box.bottom // self.fraction), left : -(-box.right // self.fraction)]
        filled = Box(left, top, left + crop.shape[1], top + crop.shape[0])
        return crop, filled.scaled(self.fraction, self.fraction)

    def line(self, corners: Corners) -> Pixels:
        """A line straight and ``LINE_HEIGHT`` pixels high, from corners in the full-size picture."""
        corners = lengthened(corners, _BEYOND)
        across = (_distance(corners[1], corners[0]) + _distance(corners[2], corners[3])) / 2
        down = max(1.0, (_distance(corners[3], corners[0]) + _distance(corners[2], corners[1])) / 2)
        box = _box_round(corners).clipped(*self.size)
        if not box.area:
            return np.zeros((LINE_HEIGHT, LINE_HEIGHT, 3), np.uint8)
        part = self.part(box, _FINER * LINE_HEIGHT / down)
        source = (corners - (part.box.left, part.box.top)) * (part.across, part.down) - 0.5
        length = max(LINE_HEIGHT // 3, round(LINE_HEIGHT * across / down))
        target = np.array([(0, 0), (length, 0), (length, LINE_HEIGHT), (0, LINE_HEIGHT)], np.float32) - 0.5
        matrix = cv2.getPerspectiveTransform(source.astype(np.float32), target)
        size = (length, LINE_HEIGHT)
        straight = cv2.warpPerspective(
            part.pixels, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(straight, np.uint8)


def rotated(points: Corners, angle: float) -> Corners:
    """Points turned clockwise about the picture's upper left corner, by degrees."""
    sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    return np.asarray(points @ np.array([(cosine, sine), (-sine, cosine)]), np.float32)


def share_of_letters(line: Pixels) -> float:
    """The share of a straight line's height, 0 to 1, that its capital letters take: where its rows change most."""
    grey = np.asarray(cv2.cvtColor(line, cv2.COLOR_RGB2GRAY), np.float32)
    changes = np.abs(np.diff(grey, axis=1)).mean(axis=1)
    rows = np.flatnonzero(changes >= changes.max() * _LIVELY)
    return float(rows[-1] - rows[0] + 1) / len(changes)


def lengthened(corners: Corners, heights: float) -> Corners:
    """A line with so many of its heights added at both ends."""
    along = corners[1] - corners[0]
    more = along / max(1e-6, float(np.linalg.norm(along))) * _distance(corners[3], corners[0]) * heights
    return np.asarray(corners + np.stack((-more, more, more, -more)), np.float32)


def _resized(crop: Pixels, width: int, height: int) -> Pixels:
    if crop.shape[:2] == (height, width):
        return crop
    crop, _ = shrunk(crop, math.ceil(_HALVED * max(width, height)))
    return np.asarray(cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _corners(box: Box) -> list[tuple[int, int]]:
    return [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]


def _box_round(corners: Corners) -> Box:
    low, high = np.floor(corners.min(axis=0)).astype(int) - 2, np.ceil(corners.max(axis=0)).astype(int) + 2
    return Box(int(low[0]), int(low[1]), int(high[0]), int(high[1]))


def _distance(first: Corners, second: Corners) -> float:
    return float(np.linalg.norm(first - second))
