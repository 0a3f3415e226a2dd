"""Inference passes: the model is run over one crop of the picture, at one scale, perhaps mirrored or rotated."""

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from imgvet.faces.model import Model, Rows
from imgvet.geometry import Box
from imgvet.pixels import Pixels, shrunk

MIN_SCORE = 0.05  # what scores less is noise; what scores more may be worth another pass
_TILE = 192  # input pixels a side of the region that a tile answers for
_MARGIN = 32  # input pixels round it that are given to the model too, so that a face on its edge is whole
_MAX_ROW = 6  # neighbouring tiles that share one pass
_WINDOW = 192  # input pixels a side, at the least, of a window round one box
_TIMES_FACE = 4.0  # a window is at least this many times as wide as the box that it is for
_LARGE_PART = 0.5  # share of the picture from which one whole pass is cheaper than windows

_SAMPLES = 40_000  # pixels from which brightness and contrast are measured
# Of 256 grey levels:
_DARK = 40  # a median below it is dark
_FLAT = 90  # a span from the darkest to the lightest hundredth below it is flat
_NO_CONTENT = 6  # a span with nothing to bring out
_USUAL, _DARKEST = 0.42, 0.02  # the median, as a share of the span: its target, and the lowest it is raised from


@dataclass(frozen=True, slots=True)
class Pass:
    """One inference pass, responsible for boxes whose centre lies in ``region`` and whose side is in ``sides``."""

    crop: Box  # what is given to the model, in pixels of the picture
    scale: float  # model's input pixels for one of the picture's
    region: Box  # in pixels of the picture
    sides: tuple[float, float]  # pixels of the picture, the longer side of a box, from and up to
    mirrored: bool = False
    rotated: int = 0  # quarter turns anticlockwise

    def covers(self, boxes: Rows) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which of the boxes, (n, 5), the pass is responsible for: (n,) of bool."""
        centre_x, centre_y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
        side = longer_sides(boxes)
        area, (least, most) = self.region, self.sides
        across = (centre_x >= area.left) & (centre_x < area.right)
        down = (centre_y >= area.top) & (centre_y < area.bottom)
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
    """The picture and a smaller copy of it, which is enough for passes across the whole picture and is made once."""

    pixels: Pixels
    small: Pixels
    fraction: int  # the picture is this many times as wide and as high as the small copy
    tone_curve: Pixels | None  # (256,): what each value becomes, where the picture is too dark or too flat as it is

    @classmethod
    def of(cls, pixels: Pixels, long_side: int) -> "Picture":
        """The picture, with a small copy whose long side is still at least ``long_side`` where the picture's is."""
        small, fraction = shrunk(pixels, long_side)
        return cls(pixels, small, fraction, _tone_curve(small))

    @property
    def size(self) -> tuple[int, int]:
        """Pixels across and down."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def view(self, pass_: Pass) -> tuple[Pixels, Box]:
        """The crop of a pass at its scale, (height, width, 3), not yet mirrored or rotated, and its box."""
        part, fraction = pass_.crop, self.fraction if pass_.scale * self.fraction <= 1 else 1
        source = self.small if fraction > 1 else self.pixels
        left, top = part.left // fraction, part.top // fraction
        cut = source[top : -(-part.bottom // fraction), left : -(-part.right // fraction)]
        box = Box(left, top, left + cut.shape[1], top + cut.shape[0]).scaled(fraction, fraction)
        shown = _scaled(cut, pass_.scale * fraction)
        return shown if self.tone_curve is None else np.asarray(cv2.LUT(shown, self.tone_curve), np.uint8), box


def run_pass(model: Model, picture: Picture, pass_: Pass) -> Rows:
    """The boxes that a pass is responsible for, from ``MIN_SCORE``, in pixels of the whole picture.

    Raises:
        ModelError: as ``Model.boxes``.
    """
    shown, part = picture.view(pass_)
    if pass_.mirrored:
        shown = shown[:, ::-1]
    shown = np.rot90(shown, pass_.rotated)
    boxes = model.boxes(np.ascontiguousarray(shown), MIN_SCORE)
    height, width = shown.shape[:2]
    for _ in range(pass_.rotated):  # back, a quarter at a time
        boxes, (width, height) = _rotated_back(boxes, height), (height, width)
    if pass_.mirrored:
        boxes[:, [0, 2]] = width - boxes[:, [2, 0]]
    boxes[:, [0, 2]] = boxes[:, [0, 2]] * (part.width / width) + part.left
    boxes[:, [1, 3]] = boxes[:, [1, 3]] * (part.height / height) + part.top
    return boxes[pass_.covers(boxes)]


def whole_pass(width: int, height: int, scale: float, sides: tuple[float, float]) -> Pass:
    """A pass across the whole picture of that size; ``sides`` of faces, from and up to, are in input pixels."""
    everything = Box(0, 0, width, height)
    return Pass(everything, scale, everything, (sides[0] / scale, sides[1] / scale))


def windows(pass_: Pass, boxes: Rows) -> list[Pass]:
    """Windows of a whole pass round some boxes; the whole pass itself where they would cover much of the picture."""
    cut: list[Pass] = []
    for box in boxes:
        if not any(_well_inside(box, each.crop) for each in cut):
            cut.append(_window(pass_, box))
    if sum(each.crop.area for each in cut) >= _LARGE_PART * pass_.crop.area:
        return [pass_]
    return cut


@dataclass(frozen=True, slots=True)
class Tiles:
    """A grid of tiles over the picture, for a scale at which a pass across the whole picture would cost too much."""

    pass_: Pass  # the whole picture at that scale

    def containing(self, boxes: Rows) -> set[tuple[int, int]]:
        """(row, column) of each tile that contains the centre of a box."""
        side = self._side
        centres = zip((boxes[:, 1] + boxes[:, 3]) / 2, (boxes[:, 0] + boxes[:, 2]) / 2, strict=True)
        inside = self.pass_.crop
        return {
            (int(y // side), int(x // side)) for y, x in centres if 0 <= y < inside.height and 0 <= x < inside.width
        }

    def with_neighbours(self, tiles: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
        """The tiles and their neighbours that are inside the picture."""
        rows, columns = (math.ceil(side / self._side) for side in (self.pass_.crop.height, self.pass_.crop.width))
        near = {(row + down, column + across) for row, column in tiles for down in (-1, 0, 1) for across in (-1, 0, 1)}
        return {(row, column) for row, column in near if 0 <= row < rows and 0 <= column < columns}

    def passes(self, tiles: Collection[tuple[int, int]]) -> Iterator[Pass]:
        """Passes across the tiles; neighbours in a row share one."""
        picture, side, margin = self.pass_.crop, self._side, math.ceil(_MARGIN / self.pass_.scale)
        for row, first, last in _rows_of(tiles):
            area = Box(
                math.floor(first * side), math.floor(row * side), math.ceil(last * side), math.ceil((row + 1) * side)
            ).clipped(picture.width, picture.height)
            part = Box(area.left - margin, area.top - margin, area.right + margin, area.bottom + margin)
            yield replace(self.pass_, crop=part.clipped(picture.width, picture.height), region=area)

    @property
    def _side(self) -> float:
        return _TILE / self.pass_.scale


def _rows_of(tiles: Collection[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Runs of neighbouring tiles: row, first column, column after the last."""
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


def _window(pass_: Pass, box: Rows) -> Pass:
    left, top, right, bottom = (float(side) for side in box[:4])
    half = max(_WINDOW / pass_.scale, _TIMES_FACE * max(right - left, bottom - top)) / 2
    x, y, picture = (left + right) / 2, (top + bottom) / 2, pass_.crop
    x = min(max(x, half), max(picture.width - half, picture.width / 2))
    y = min(max(y, half), max(picture.height - half, picture.height / 2))
    part = Box(math.floor(x - half), math.floor(y - half), math.ceil(x + half), math.ceil(y + half))
    part = part.clipped(picture.width, picture.height)
    return replace(pass_, crop=part, region=part)


def _well_inside(box: Rows, part: Box) -> bool:
    left, top, right, bottom = (float(side) for side in box[:4])
    margin = max(right - left, bottom - top)
    return (
        part.left + margin <= left
        and part.top + margin <= top
        and right <= part.right - margin
        and bottom <= part.bottom - margin
    )


def _tone_curve(pixels: Pixels) -> Pixels | None:
    """A tone curve that gives a dark or flat picture usual brightness and contrast; None where it has them."""
    step = max(1, round(math.sqrt(pixels.shape[0] * pixels.shape[1] / _SAMPLES)))
    dark, middle, light = np.percentile(pixels[::step, ::step, 1], (1, 50, 99))  # green is near enough to brightness
    span = light - dark
    if (middle >= _DARK and span >= _FLAT) or span < _NO_CONTENT:
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


def _rotated_back(boxes: Rows, height: int) -> Rows:
    """Boxes of a picture of that height, in the picture that it was before a quarter turn anticlockwise."""
    left, top, right, bottom, score = boxes.T
    return np.stack((height - bottom, left, height - top, right, score), axis=1)
