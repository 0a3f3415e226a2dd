"""The ellipse that hides a head: how far hair and hat reach round the face box."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imgvet.geometry import Box
from imgvet.pixels import Floats

# The ellipse, in parts of the face box: wide enough for the box's own corners, higher for hair and hats.
_SIDEWAYS, _UPWARDS, _DOWNWARDS = 0.32, 0.45, 0.30
_LYING = 1.15  # a face box so much wider than high is a head on its side, with its hair to the left or to the right
_STEPS = 8  # edges lie on a grid of a power of two pixels, at most this part of the longer side


@dataclass(frozen=True, slots=True)
class HeadEllipse:
    """The ellipse that fills a box, in pixels of the upright full-size photo; the box may reach beyond the photo."""

    box: Box

    def normalised_distance(self, columns: NDArray[np.floating], rows: NDArray[np.floating]) -> Floats:
        """Distance from the centre, 0 there and 1 on the ellipse: (rows, columns); whole numbers are pixel edges."""
        across = (columns - (self.box.left + self.box.right) / 2) / (self.box.width / 2)
        down = (rows - (self.box.top + self.box.bottom) / 2) / (self.box.height / 2)
        squared = (across**2).astype(np.float32)[np.newaxis, :] + (down**2).astype(np.float32)[:, np.newaxis]
        return np.asarray(np.sqrt(squared), np.float32)

    @property
    def radius(self) -> float:
        """Pixels from the middle to the ellipse, mean of both directions."""
        return (self.box.width + self.box.height) / 4


def head_ellipse(face: Box) -> HeadEllipse:
    """The ellipse of a face's head; it contains every pixel of the face box.

    Its edges are rounded outwards to a coarse grid, so that the hidden area does not reveal the exact box, which could
    tell one face from another.
    """
    sideways, upwards, downwards = _SIDEWAYS, _UPWARDS, _DOWNWARDS
    if face.width > face.height * _LYING:
        sideways, upwards, downwards = _UPWARDS, _SIDEWAYS, _SIDEWAYS
    left, right = face.left - face.width * sideways, face.right + face.width * sideways
    top, bottom = face.top - face.height * upwards, face.bottom + face.height * downwards
    step = 2 ** max(0, math.floor(math.log2(max(1.0, max(right - left, bottom - top) / _STEPS))))
    return HeadEllipse(
        Box(
            math.floor((left - 1) / step) * step,
            math.floor((top - 1) / step) * step,
            math.ceil((right + 1) / step) * step,
            math.ceil((bottom + 1) / step) * step,
        )
    )
