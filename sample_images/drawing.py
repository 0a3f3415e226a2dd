"""A pen that draws soft shapes on an array: the few strokes that the sample pictures are made of.

A canvas is a float32 array, height by width by 3, colours 0 to 255 in sRGB, twice the size of the finished picture.
A pen has its own origin and unit, so that a face is drawn in the same numbers whatever its size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Canvas = NDArray[np.float32]
Colour = tuple[float, float, float]
Points = Sequence[tuple[float, float]]

OVERSAMPLING = 2  # canvas pixels to one picture pixel; the strokes themselves have smooth edges
_BITS = 4  # OpenCV draws at sixteenths of a pixel


@dataclass(frozen=True, slots=True)
class Mask:
    """How much of each canvas pixel a stroke covers, 0 to 1, with the place of its top left pixel."""

    left: int
    top: int
    weight: Canvas  # height by width


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws on a canvas in its own coordinates: origin and unit are in picture pixels."""

    canvas: Canvas
    x: float = 0.0
    y: float = 0.0
    unit: float = 1.0

    def at(self, x: float, y: float, unit: float = 1.0) -> "Pen":
        """A pen whose origin is at that point of this one, and whose unit is that many of this one's."""
        return Pen(self.canvas, self.x + x * self.unit, self.y + y * self.unit, self.unit * unit)

    def ellipse(self, x: float, y: float, across: float, down: float, soft: float = 0.0) -> Mask:
        """The ellipse with that centre and those half axes; ``soft`` is the blur of its edge."""
        turns = np.linspace(0, 2 * np.pi, 72, endpoint=False)
        return self._filled(np.stack([x + across * np.cos(turns), y + down * np.sin(turns)], axis=1), soft)

    def shape(self, points: Points, soft: float = 0.0, *, curved: bool = True) -> Mask:
        """The closed shape through the points, by smooth curves or by straight lines."""
        corners = np.array(points, dtype=np.float64)
        return self._filled(curve(corners, closed=True) if curved else corners, soft)

    def box(self, left: float, top: float, right: float, bottom: float, soft: float = 0.0) -> Mask:
        """The upright rectangle."""
        return self.shape([(left, top), (right, top), (right, bottom), (left, bottom)], soft, curved=False)

    def line(self, points: Points, width: float, soft: float = 0.0, *, curved: bool = True) -> Mask:
        """The line through the points, with round ends."""
        return self.lines([points], width, soft, curved=curved)

    def lines(self, strokes: Sequence[Points], width: float, soft: float = 0.0, *, curved: bool = True) -> Mask:
        """Many lines of one width as one mask."""
        arrays = [np.array(points, dtype=np.float64) for points in strokes]
        paths = [self._on_canvas(curve(each, closed=False) if curved else each) for each in arrays]
        pixels = max(1, round(width * self.unit * OVERSAMPLING))
        left, top, weight = self._blank(np.concatenate(paths), pixels + self._blur_margin(soft))
        shifted = [_fixed_point(path, left, top) for path in paths]
        cv2.polylines(weight, shifted, isClosed=False, color=1.0, thickness=pixels, lineType=cv2.LINE_AA, shift=_BITS)
        return Mask(left, top, self._blurred(weight, soft))

    def paint(self, mask: Mask, colour: Colour, strength: float = 1.0, within: Mask | None = None) -> None:
        """Lay the colour on where the mask is, and only inside ``within`` where that is given."""
        part, cover = self._under(mask, within)
        part += (np.array(colour, dtype=np.float32) - part) * (cover * strength)[..., None]

    def shade(self, mask: Mask, light: Canvas) -> None:
        """Multiply the canvas by ``light``, an array of the mask's own size, as far as the mask covers."""
        part, cover = self._under(mask, None)
        rows, columns = _visible(mask, self.canvas)
        factor = light[rows, columns]
        part *= 1 + (factor - 1) * cover[..., None]

    def grid(self, mask: Mask) -> tuple[Canvas, Canvas]:
        """x and y, in this pen's units, of every pixel of the mask."""
        height, width = mask.weight.shape
        scale = self.unit * OVERSAMPLING
        across = (mask.left + np.arange(width) + 0.5 - self.x * OVERSAMPLING) / scale
        down = (mask.top + np.arange(height) + 0.5 - self.y * OVERSAMPLING) / scale
        x, y = np.meshgrid(across.astype(np.float32), down.astype(np.float32))
        return x, y

    def _under(self, mask: Mask, within: Mask | None) -> tuple[Canvas, Canvas]:
        rows, columns = _visible(mask, self.canvas)
        cover = mask.weight[rows, columns]
        top, left = mask.top + rows.start, mask.left + columns.start
        if within is not None:
            cover = cover * window(within, left, top, cover.shape[1], cover.shape[0])
        return self.canvas[top : top + cover.shape[0], left : left + cover.shape[1]], cover

    def _filled(self, points: NDArray[np.float64], soft: float) -> Mask:
        path = self._on_canvas(points)
        left, top, weight = self._blank(path, self._blur_margin(soft))
        cv2.fillPoly(weight, [_fixed_point(path, left, top)], 1.0, cv2.LINE_AA, _BITS)
        return Mask(left, top, self._blurred(weight, soft))

    def _on_canvas(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        scaled: NDArray[np.float64] = (np.array([self.x, self.y]) + points * self.unit) * OVERSAMPLING
        return scaled

    def _blur_margin(self, soft: float) -> int:
        return 3 + round(3 * soft * self.unit * OVERSAMPLING)

    @staticmethod
    def _blank(path: NDArray[np.float64], margin: int) -> tuple[int, int, Canvas]:
        left, top = (int(value) - margin for value in np.floor(path.min(axis=0)))
        right, bottom = (int(value) + margin for value in np.ceil(path.max(axis=0)))
        return left, top, np.zeros((bottom - top, right - left), np.float32)

    def _blurred(self, weight: Canvas, soft: float) -> Canvas:
        # NOTE: OpenCV cannot smooth lines on float arrays, so every edge is smoothed a little here.
        sigma = max(0.5, soft * self.unit * OVERSAMPLING)
        step = int(sigma / 3)
        if step < 2 or min(weight.shape) < 4 * step:
            return np.asarray(cv2.GaussianBlur(weight, (0, 0), sigma), np.float32)
        # A wide blur is the same on a small copy, and many times as fast.
        height, width = weight.shape
        small = cv2.resize(weight, (width // step, height // step), interpolation=cv2.INTER_AREA)
        small = cv2.GaussianBlur(small, (0, 0), sigma / step)
        return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _fixed_point(path: NDArray[np.float64], left: int, top: int) -> NDArray[np.int32]:
    return np.round((path - [left, top]) * (1 << _BITS)).astype(np.int32).reshape(-1, 1, 2)


def _visible(mask: Mask, canvas: Canvas) -> tuple[slice, slice]:
    """The rows and columns of the mask that lie on the canvas."""
    height, width = mask.weight.shape
    bottom, right = min(height, canvas.shape[0] - mask.top), min(width, canvas.shape[1] - mask.left)
    top, left = min(max(0, -mask.top), max(0, bottom)), min(max(0, -mask.left), max(0, right))
    return slice(top, max(top, bottom)), slice(left, max(left, right))


def window(mask: Mask, left: int, top: int, width: int, height: int) -> Canvas:
    """The mask's weights in that rectangle of the canvas, 0 where it does not reach."""
    window = np.zeros((height, width), np.float32)
    shift_x, shift_y = mask.left - left, mask.top - top
    x0, y0 = max(0, shift_x), max(0, shift_y)
    x1, y1 = min(width, shift_x + mask.weight.shape[1]), min(height, shift_y + mask.weight.shape[0])
    if x1 > x0 and y1 > y0:
        window[y0:y1, x0:x1] = mask.weight[y0 - shift_y : y1 - shift_y, x0 - shift_x : x1 - shift_x]
    return window


def curve(points: NDArray[np.float64], *, closed: bool) -> NDArray[np.float64]:
    """Points along the Catmull-Rom spline through the given ones."""
    if closed:
        padded = np.concatenate([points[-1:], points, points[:2]])
    else:
        padded = np.concatenate([points[:1], points, points[-1:]])
    before, start, end, after = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    pieces = [
        0.5
        * (
            2 * start
            + (end - before) * t
            + (2 * before - 5 * start + 4 * end - after) * t**2
            + (3 * start - before - 3 * end + after) * t**3
        )
        for t in np.linspace(0, 1, 10, endpoint=False)
    ]
    path = np.stack(pieces, axis=1).reshape(-1, 2)
    return path if closed else np.concatenate([path, points[-1:]])


def blank(width: int, height: int, top: Colour, bottom: Colour) -> Canvas:
    """A canvas for a picture of that size, its colour going from one to the other downwards."""
    down = np.linspace(0, 1, height * OVERSAMPLING, dtype=np.float32)[:, None, None]
    row = np.array(top, np.float32) * (1 - down) + np.array(bottom, np.float32) * down
    return np.repeat(row, width * OVERSAMPLING, axis=1)


def developed(canvas: Canvas, seed: int, grain: float = 2.0) -> NDArray[np.uint8]:
    """The finished picture: made small, with a little lens blur, vignette and film grain; RGB."""
    height, width = canvas.shape[0] // OVERSAMPLING, canvas.shape[1] // OVERSAMPLING
    small = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 0.5)
    noise = np.random.default_rng(seed).normal(0, grain, (height, width, 1)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 0.6)[..., None] * 1.8
    return np.clip(np.round(small + noise), 0, 255).astype(np.uint8)
