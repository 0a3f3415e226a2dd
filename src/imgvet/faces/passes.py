"""Looks: one pass of the model over a part of the picture, at one scale, perhaps mirrored or turned."""

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from imgvet.faces.model import Model, Rows
from imgvet.geometry import Box
from imgvet.pixels import Pixels, shrunk

MIN_SCORE = 0.05  # what scores less is noise; what scores more may be worth another look
_TILE = 192  # input pixels a side that a tile answers for
_ROOM = 32  # input pixels round it that are looked at too, so that a face on its edge is seen whole
_MAX_ROW = 6  # tiles beside each other that are looked at in one pass
_WINDOW = 192  # input pixels a side, at the least, of a window round one spot
_TIMES_FACE = 4.0  # sides of a window, at the least, in sides of the box that it is for
_LARGE_PART = 0.5  # share of the picture from which windows are not worth it, and it is looked at whole

_SAMPLES = 40_000  # pixels from which brightness and contrast are told
# Of 256 grey levels:
_DARK = 40  # a middle below it is dark
_FLAT = 90  # a span from the darkest to the lightest hundredth below it is flat
_NOTHING_IN_IT = 6  # a span of which nothing can be made
_USUAL, _DARKEST = 0.42, 0.02  # the middle, as a part of the span: what it is brought to, and from no further than that


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass sees. It answers for boxes whose middle lies in ``answers_for`` and whose side is in ``sides``."""

    part: Box  # what is given to the model, in pixels of the picture
    scale: float  # model's input pixels for one of the picture's
    answers_for: Box  # in pixels of the picture
    sides: tuple[float, float]  # pixels of the picture, the longer side of a box, from and up to
    mirrored: bool = False
    turned: int = 0  # quarter turns against the clock

    def can_see(self, boxes: Rows) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which of the boxes it answers for."""
        middle_x, middle_y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
        side = longer_sides(boxes)
        area, (least, most) = self.answers_for, self.sides
        across = (middle_x >= area.left) & (middle_x < area.right)
        down = (middle_y >= area.top) & (middle_y < area.bottom)
        seen: np.ndarray[tuple[int], np.dtype[np.bool_]] = across & down & (side >= least) & (side < most)
        return seen


def longer_sides(boxes: Rows) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """The longer side of each box."""
    sides: np.ndarray[tuple[int], np.dtype[np.float32]] = np.maximum(
        boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    )
    return sides


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture, and the same smaller: whole looks need no more, and making it smaller once costs least."""

    pixels: Pixels
    small: Pixels
    fraction: int  # the small one's sides are this fraction of the picture's
    curve: Pixels | None  # (256,): what each value is shown as, where the picture is too dark or too flat as it is

    @classmethod
    def of(cls, pixels: Pixels, long_side: int) -> "Picture":
        """The picture with a small one whose long side is still at least ``long_side``, if its own is."""
        small, fraction = shrunk(pixels, long_side)
        return cls(pixels, small, fraction, _curve(small))

    @property
    def size(self) -> tuple[int, int]:
        """Pixels across and down."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def shown(self, look: Pass) -> tuple[Pixels, Box]:
        """What the look shows to the model, upright, and which pixels of the picture that is."""
        part, fraction = look.part, self.fraction if look.scale * self.fraction <= 1 else 1
        source = self.small if fraction > 1 else self.pixels
        left, top = part.left // fraction, part.top // fraction
        cut = source[top : -(-part.bottom // fraction), left : -(-part.right // fraction)]
        box = Box(left, top, left + cut.shape[1], top + cut.shape[0]).scaled(fraction, fraction)
        shown = _scaled(cut, look.scale * fraction)
        return shown if self.curve is None else np.asarray(cv2.LUT(shown, self.curve), np.uint8), box


def run_pass(model: Model, picture: Picture, look: Pass) -> Rows:
    """The boxes that a look answers for, from ``MIN_SCORE``, in pixels of the whole picture.

    Raises:
        ModelError: as ``Model.boxes``.
    """
    shown, part = picture.shown(look)
    if look.mirrored:
        shown = shown[:, ::-1]
    shown = np.rot90(shown, look.turned)
    boxes = model.boxes(np.ascontiguousarray(shown), MIN_SCORE)
    height, width = shown.shape[:2]
    for _ in range(look.turned):  # back, a quarter at a time
        boxes, (width, height) = _turned_back(boxes, height), (height, width)
    if look.mirrored:
        boxes[:, [0, 2]] = width - boxes[:, [2, 0]]
    boxes[:, [0, 2]] = boxes[:, [0, 2]] * (part.width / width) + part.left
    boxes[:, [1, 3]] = boxes[:, [1, 3]] * (part.height / height) + part.top
    return boxes[look.can_see(boxes)]


def whole_pass(width: int, height: int, scale: float, sides: tuple[float, float]) -> Pass:
    """A look at the whole picture of that size; ``sides`` of faces it can judge, in input pixels."""
    everything = Box(0, 0, width, height)
    return Pass(everything, scale, everything, (sides[0] / scale, sides[1] / scale))


def windows(look: Pass, spots: Rows) -> list[Pass]:
    """Windows of a whole look round some spots; the whole look itself where they would hold much of the picture."""
    cut: list[Pass] = []
    for spot in spots:
        if not any(_well_inside(spot, each.part) for each in cut):
            cut.append(_window(look, spot))
    if sum(each.part.area for each in cut) >= _LARGE_PART * look.part.area:
        return [look]
    return cut


@dataclass(frozen=True, slots=True)
class Tiles:
    """A grid over the picture for looking at it in parts, at a scale at which the whole would cost too much."""

    look: Pass  # the whole picture at that scale

    def holding(self, boxes: Rows) -> set[tuple[int, int]]:
        """(row, column) of each tile that holds the middle of a box."""
        side = self._side
        middles = zip((boxes[:, 1] + boxes[:, 3]) / 2, (boxes[:, 0] + boxes[:, 2]) / 2, strict=True)
        inside = self.look.part
        return {
            (int(y // side), int(x // side)) for y, x in middles if 0 <= y < inside.height and 0 <= x < inside.width
        }

    def round_about(self, tiles: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
        """The tiles and their neighbours, as far as the picture goes."""
        rows, columns = (math.ceil(side / self._side) for side in (self.look.part.height, self.look.part.width))
        near = {(row + down, column + across) for row, column in tiles for down in (-1, 0, 1) for across in (-1, 0, 1)}
        return {(row, column) for row, column in near if 0 <= row < rows and 0 <= column < columns}

    def looks(self, tiles: Collection[tuple[int, int]]) -> Iterator[Pass]:
        """Looks at the tiles, those beside each other in one."""
        picture, side, room = self.look.part, self._side, math.ceil(_ROOM / self.look.scale)
        for row, first, last in _rows_of(tiles):
            area = Box(
                math.floor(first * side), math.floor(row * side), math.ceil(last * side), math.ceil((row + 1) * side)
            ).clipped(picture.width, picture.height)
            part = Box(area.left - room, area.top - room, area.right + room, area.bottom + room)
            yield replace(self.look, part=part.clipped(picture.width, picture.height), answers_for=area)

    @property
    def _side(self) -> float:
        return _TILE / self.look.scale


def _rows_of(tiles: Collection[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Runs of tiles beside each other: row, first column, column behind the last."""
    run: tuple[int, int, int] | None = None
    for row, column in sorted(tiles):
        if run and run[0] == row and run[2] == column and column - run[1] < _MAX_ROW:
            run = (row, run[1], column + 1)
            continue
        if run:
            yield run
        run = (row, column, column + 1)
    if run:
        yield run


def _window(look: Pass, spot: Rows) -> Pass:
    left, top, right, bottom = (float(side) for side in spot[:4])
    half = max(_WINDOW / look.scale, _TIMES_FACE * max(right - left, bottom - top)) / 2
    x, y, picture = (left + right) / 2, (top + bottom) / 2, look.part
    x = min(max(x, half), max(picture.width - half, picture.width / 2))
    y = min(max(y, half), max(picture.height - half, picture.height / 2))
    part = Box(math.floor(x - half), math.floor(y - half), math.ceil(x + half), math.ceil(y + half))
    part = part.clipped(picture.width, picture.height)
    return replace(look, part=part, answers_for=part)


def _well_inside(spot: Rows, part: Box) -> bool:
    left, top, right, bottom = (float(side) for side in spot[:4])
    room = max(right - left, bottom - top)
    return (
        part.left + room <= left
        and part.top + room <= top
        and right <= part.right - room
        and bottom <= part.bottom - room
    )


def _curve(pixels: Pixels) -> Pixels | None:
    """A curve that brings a dark or flat picture to usual brightness and contrast; None where it has them."""
    step = max(1, round(math.sqrt(pixels.shape[0] * pixels.shape[1] / _SAMPLES)))
    dark, middle, light = np.percentile(pixels[::step, ::step, 1], (1, 50, 99))  # green is near enough to brightness
    span = light - dark
    if (middle >= _DARK and span >= _FLAT) or span < _NOTHING_IN_IT:
        return None
    spread = np.clip((np.arange(256) - dark) / span, 0, 1)
    gamma = math.log(_USUAL) / math.log(min(max((middle - dark) / span, _DARKEST), _USUAL))
    return np.asarray(np.rint(255 * spread**gamma), np.uint8)


def _scaled(pixels: Pixels, scale: float) -> Pixels:
    height, width = pixels.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if size == (width, height):
        return pixels
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8)


def _turned_back(boxes: Rows, height: int) -> Rows:
    """Boxes of a picture of that height, in the picture that it was before a quarter turn against the clock."""
    left, top, right, bottom, score = boxes.T
    return np.stack((height - bottom, left, height - top, right, score), axis=1)
