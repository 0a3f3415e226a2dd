"""Where text is in a picture: the detector, and the boxes round what it marks.

The model is PP-OCRv6's, of the kind of Liao et al., "Real-time Scene Text Detection with Differentiable Binarization",
2020: one output of the input's size, the probability that a pixel is in the middle part of a line of text.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from imgvet.errors import ModelError
from imgvet.model_files import REBUILD, ModelFile
from imgvet.pixels import Pixels

TEXT_DETECTOR = ModelFile("imgvet.reading", "text_detector", "model that finds text")

Corners = NDArray[np.float32]
"""(4, 2): x and y of top left, top right, bottom right, bottom left, as the text reads."""

_SIDE = 32  # input sides are multiples of this
_MIDDLE = 0.3  # probability from which a pixel is in the middle of a line, as in PaddleOCR
_SEEN = 0.5  # of the mean in a box, as there
_UNCLIP = 1.6  # a box is grown by this times its area by its perimeter, as there, because lines are marked thinner
_SHORTEST = 3  # pixels of the input, the shorter side of a box before it is grown
_SQUARE = 1.3  # times as long as the other side at the most: the sides do not say which way the line goes
_SURELY = 0.8  # score of a box that is hardly ever anything but text
_MOST = 400  # boxes of one input; the largest are kept


@dataclass(frozen=True, slots=True)
class TextBox:
    """A box round a line, or round lines that are too small to be told apart."""

    corners: Corners  # in pixels of the picture that was given
    score: float  # the mean probability in it, 0 to 1

    @property
    def height(self) -> float:
        """Pixels across the line."""
        return float(np.linalg.norm(self.corners[3] - self.corners[0]))

    @property
    def area(self) -> float:
        """Pixels inside."""
        return self.width * self.height

    @property
    def is_line(self) -> bool:
        """Whether it is surely a line of text: marked clearly, and longer than high."""
        return self.score >= _SURELY and self.width >= 2 * self.height

    @property
    def width(self) -> float:
        """Pixels along the line."""
        return float(np.linalg.norm(self.corners[1] - self.corners[0]))


@dataclass(frozen=True, slots=True)
class TextDetector:
    """The loaded detector; one for each worker process."""

    session: Any  # onnxruntime.InferenceSession, which has no types of its own

    def boxes(self, pixels: Pixels, least: float = _SEEN, shortest: int = _SHORTEST) -> list[TextBox]:
        """The boxes whose mean probability is at least ``least``, in an RGB picture as it is, (h, w, 3).

        Raises:
            ModelError: the model gave no usable answer.
        """
        height, width = pixels.shape[:2]
        (output,) = self.session.run(None, {"x": _model_input(pixels)})
        if not np.isfinite(output).all():
            raise ModelError("The model that finds text gave no usable answer.", REBUILD)
        return boxes_of(output[0, 0, :height, :width], least, shortest)


def boxes_of(probabilities: NDArray[np.float32], least: float, shortest: int) -> list[TextBox]:
    """The boxes round what a map of probabilities, (h, w), marks as text, the largest first."""
    marked = (probabilities > _MIDDLE).astype(np.uint8)
    contours, _ = cv2.findContours(marked, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour in sorted(contours, key=len, reverse=True)[:_MOST]:
        centre, (across, down), angle = cv2.minAreaRect(contour)
        across, down = across + 1, down + 1  # its points are middles of pixels
        if min(across, down) < shortest:
            continue
        score = _mean_inside(probabilities, contour)
        if score >= least:
            more = _UNCLIP * across * down / (across + down)  # twice area by perimeter: on both sides
            corners = cv2.boxPoints((centre, (across + more, down + more), angle))
            found.append(TextBox(as_it_reads(np.asarray(corners, np.float32) + 0.5), score))
    return found


def as_it_reads(corners: Corners) -> Corners:
    """Four corners of a rectangle in the order of ``Corners``: the line is along the longer side, to the right.

    Where both sides are nearly the same, it is along the one that is closer to the horizontal. A line that is more
    than 45 degrees steep is taken to read downwards.
    """
    first, second = corners[1] - corners[0], corners[2] - corners[1]
    lengths = float(np.linalg.norm(first)), float(np.linalg.norm(second))
    nearly_square = max(lengths) < _SQUARE * min(lengths)
    along_first = abs(first[0]) >= abs(first[1]) if nearly_square else lengths[0] >= lengths[1]
    if not along_first:
        corners = np.roll(corners, -1, axis=0)
    along = corners[1] - corners[0]
    steep = abs(along[1]) > abs(along[0])
    if (along[1] < 0) if steep else (along[0] < 0):
        corners = np.roll(corners, 2, axis=0)
    across = corners[3] - corners[0]
    along = corners[1] - corners[0]
    if along[0] * across[1] - along[1] * across[0] < 0:  # mirrored
        corners = corners[[3, 2, 1, 0]]
    return np.ascontiguousarray(corners)


def _mean_inside(probabilities: NDArray[np.float32], contour: Any) -> float:
    left, top, width, height = cv2.boundingRect(contour)
    mask = np.zeros((height, width), np.uint8)
    cv2.drawContours(mask, [contour], -1, 1, cv2.FILLED, offset=(-left, -top))
    return float(cv2.mean(probabilities[top : top + height, left : left + width], mask)[0])


def _model_input(pixels: Pixels) -> NDArray[np.float32]:
    height, width = pixels.shape[:2]
    padded = np.zeros((3, -(-height // _SIDE) * _SIDE, -(-width // _SIDE) * _SIDE), np.float32)
    for channel, plane in enumerate(reversed(cv2.split(pixels))):  # blue, green, red
        np.multiply(plane, 1 / 127.5, out=padded[channel, :height, :width], casting="unsafe")
        padded[channel, :height, :width] -= 1
    return padded[np.newaxis]
