"""Where a closer look is worth it: parts of the picture round what the first look marked; lines from their boxes."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from imgvet.geometry import Box
from imgvet.reading.text_detection import Corners, TextBox, as_it_reads
from imgvet.reading.view import rotated

_WANTED = 30.0  # the detector's pixels, height of a box that it marks well
_STEP = 1.25  # between two scales
_NEAR = 1.12  # times as fine as wanted at the most
_SIDE = 960  # the detector's pixels, the longest side of one part
_LAP = 160  # the detector's pixels that two parts of a large one share
_MARGIN = 12  # the detector's pixels round a box, at the least
_ROUND_ABOUT = 0.5  # of the box's height, at the least
_UPRIGHT = 8  # degrees; steeper lines are looked at in a picture that is turned
_ANGLES = 12  # degrees between two such pictures
_LINE = 1.5  # times as long as high is a box from which an angle is taken
_OVERLAPPING, _APART = 1.5, 1.1  # two parts become one that is so many times as large as both at the most
_BEYOND = 3.0  # heights of a box that reaches a part's edge, by which the part is made larger
_WITHIN = 0.5  # of a box inside another: the same text
_COVERED = 0.35  # of a box covered by lower ones: it was several lines
_LIKE = 1.5  # times as high at the most, two boxes of one line
_GAP = 1.1  # heights between two words of one line, at the most
_OFF = 0.3  # heights by which they are off each other's line, at the most
_ALIKE = 0.985  # cosine of the angle between them, at the least


@dataclass(frozen=True, slots=True)
class Look:
    """A part to look at closer."""

    box: Box  # in full-size pixels of the picture turned back by ``angle``
    scale: float  # the detector's pixels for one of the full size
    angle: int = 0  # degrees clockwise by which lines in it read, about

    def uncut(self, found: Iterable[TextBox]) -> "Look":
        """The look, larger where a box that it found, in full-size pixels, reaches its edge."""
        edge = 3 / self.scale
        left, top, right, bottom = self.box.left, self.box.top, self.box.right, self.box.bottom
        for each in found:
            corners = rotated(each.corners, -self.angle)
            low, high, more = corners.min(axis=0), corners.max(axis=0), _BEYOND * each.height
            left = min(left, int(low[0] - more)) if low[0] < self.box.left + edge else left
            top = min(top, int(low[1] - more)) if low[1] < self.box.top + edge else top
            right = max(right, math.ceil(high[0] + more)) if high[0] > self.box.right - edge else right
            bottom = max(bottom, math.ceil(high[1] + more)) if high[1] > self.box.bottom - edge else bottom
        return replace(self, box=Box(left, top, right, bottom))

    def within(self, width: int, height: int) -> "Look":
        """The look without what is beyond the picture."""
        if not self.angle:
            return replace(self, box=self.box.clipped(width, height))
        whole = _box_round(
            rotated(np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32), -self.angle)
        )
        box = self.box
        return replace(
            self,
            box=Box(
                max(box.left, whole.left),
                max(box.top, whole.top),
                min(box.right, whole.right),
                min(box.bottom, whole.bottom),
            ),
        )

    @property
    def pixels(self) -> float:
        """The detector's pixels, which are what the look costs."""
        return self.box.area * self.scale**2

    def for_at_most(self, pixels: float) -> "Look":
        """The look at a smaller scale where it costs more."""
        return self if self.pixels <= pixels else replace(self, scale=math.sqrt(pixels / self.box.area))

    @property
    def is_large(self) -> bool:
        """Whether it has to be looked at in pieces."""
        return max(self.box.width, self.box.height) * self.scale > _SIDE

    def pieces(self) -> Iterator["Look"]:
        """The look in pieces that overlap and are not too large; itself where it is small."""
        for left, right in _cuts(self.box.left, self.box.right, self.scale):
            for top, bottom in _cuts(self.box.top, self.box.bottom, self.scale):
                yield replace(self, box=Box(left, top, right, bottom))


def closer_looks(
    marked: Iterable[TextBox], size: tuple[int, int], published: float, area: int, least: float
) -> list[Look]:
    """The looks that boxes in full-size pixels are worth, at a scale from ``least`` to the published one; small first.

    A box that may be several lines gets ``area`` pixels of the detector.
    """
    kinds: dict[tuple[int, float], list[Box]] = {}
    for each in marked:
        angle = reading_angle(each)
        corners = rotated(each.corners, -angle)
        whole = _box_round(corners, _ROUND_ABOUT * each.height)
        fine = max(least, _WANTED / max(each.height, 1.0), math.sqrt(area / max(whole.area, 1)))
        scale = published
        while scale > fine * _NEAR:
            scale /= _STEP
        around = _box_round(corners, max(_ROUND_ABOUT * each.height, _MARGIN / scale))
        kinds.setdefault((angle, scale), []).append(around)
    looks = [Look(box, scale, angle) for (angle, scale), boxes in kinds.items() for box in _joined(boxes, scale)]
    within = [each.within(*size) for each in looks]
    return sorted((each for each in within if each.box.area), key=lambda look: look.pixels)


def reading_angle(box: TextBox) -> int:
    """By how many degrees a line is turned clockwise, roughly: 0 where it is nearly upright, or hardly a line."""
    if box.width < _LINE * box.height:
        return 0
    along = box.corners[1] - box.corners[0]
    angle = math.degrees(math.atan2(float(along[1]), float(along[0])))
    return 0 if abs(angle) < _UPRIGHT else round(angle / _ANGLES) * _ANGLES


def _cuts(start: int, end: int, scale: float) -> Iterator[tuple[int, int]]:
    side, lap = _SIDE / scale, _LAP / scale
    number = max(1, math.ceil((end - start - lap) / (side - lap)))
    step = (end - start - lap) / number
    for index in range(number):
        first = start + index * step
        yield (round(first), min(end, round(first + step + lap))) if number > 1 else (start, end)


def _joined(boxes: Sequence[Box], scale: float) -> list[Box]:
    """Boxes that overlap, or are as cheap to look at together, become one."""
    little = 1000 / scale**2
    rest, done = list(boxes), []
    while rest:
        box = rest.pop()
        while True:
            near = [each for each in rest if _are_joined(each, box, little)]
            if not near:
                break
            box = box.joined(near[0])
            rest.remove(near[0])
        done.append(box)
    return done


def _are_joined(first: Box, second: Box, little: float) -> bool:
    most = _OVERLAPPING if first.common_area(second) else _APART
    return first.joined(second).area <= most * (first.area + second.area) + little


def each_once(boxes: Iterable[TextBox]) -> list[TextBox]:
    """Each line once: of boxes that are mostly inside one another the longer, and none round several lower ones."""
    kept: list[TextBox] = []
    for each in sorted(boxes, key=lambda box: box.height):  # a high one may be several lines
        over = [(other, common) for other in kept if (common := _common(each, other))]
        lower = sum(common for other, common in over if each.height > _LIKE * other.height)
        same = [
            other
            for other, common in over
            if each.height <= _LIKE * other.height and common > _WITHIN * min(each.area, other.area)
        ]
        if lower > _COVERED * each.area or any(other.width >= each.width for other in same):
            continue
        kept = [other for other in kept if not any(other is one for one in same)] + [each]
    return kept


def whole_lines(boxes: Iterable[TextBox]) -> list[TextBox]:
    """Boxes of words that follow each other as one box a line."""
    rest, done = sorted(boxes, key=lambda box: box.width), []
    while rest:
        box = rest.pop()
        while follower := next((each for each in rest if _follows(box, each)), None):
            rest = [each for each in rest if each is not follower]
            around = cv2.minAreaRect(np.concatenate((box.corners, follower.corners)))
            corners = np.asarray(cv2.boxPoints(around), np.float32)
            box = TextBox(as_it_reads(corners), max(box.score, follower.score))
        done.append(box)
    return done


def _follows(box: TextBox, other: TextBox) -> bool:
    """Whether the other is on the line of the box, which is the longer one, beside it or partly over it."""
    if not 1 / _LIKE < box.height / max(other.height, 1e-6) < _LIKE:
        return False
    along = (box.corners[1] - box.corners[0]) / max(box.width, 1e-6)
    down = (box.corners[3] - box.corners[0]) / max(box.height, 1e-6)
    if other.width > _LINE * other.height:
        theirs = (other.corners[1] - other.corners[0]) / max(other.width, 1e-6)
        if abs(float(theirs @ along)) < _ALIKE:
            return False
    apart = other.corners - box.corners.mean(axis=0)
    places = apart @ along
    gap = max(float(places.min()), -float(places.max())) - box.width / 2
    return abs(float((apart @ down).mean())) < _OFF * box.height and gap < _GAP * box.height


def _common(first: TextBox, second: TextBox) -> float:
    common, _ = cv2.intersectConvexConvex(first.corners, second.corners)
    return float(common)


def _box_round(corners: Corners, margin: float = 0.0) -> Box:
    low, high = corners.min(axis=0) - margin, corners.max(axis=0) + margin
    return Box(math.floor(low[0]), math.floor(low[1]), math.ceil(high[0]), math.ceil(high[1]))
