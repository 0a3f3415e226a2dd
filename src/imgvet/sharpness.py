"""How sharp a picture is, in one number, by which frames of one burst can be compared, and no other pictures.

It is the variance of the Laplacian after a slight blur, which takes out noise and the blocks of JPEG: of the faces
where there are some, else of the sharpest places, because a background may well be blurred.
"""

from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np

from imgvet.geometry import Box
from imgvet.pixels import Pixels

_FACE = 384  # pixels, side of what is looked at in the middle of a face; a smaller picture would always be sharp
_MOST_FACES = 16  # the largest
_TILE = 160  # pixels, side of a place that is looked at
_TILES = (5, 3)  # of them, across and down
_SHARPEST = 4  # of them, which count
_LEAST = 0.01  # a picture that was measured is never 0


def sharpness_of(pixels: Pixels, faces: Sequence[Box]) -> float:
    """The sharpness of an upright picture, above 0; larger is sharper.

    Args:
        pixels: in full size.
        faces: their boxes; where there are none, places all over the picture are measured.
    """
    largest = sorted(faces, key=lambda box: -box.area)[:_MOST_FACES]
    measured = [_variance(each) for each in _face_pictures(pixels, largest)]
    if not measured:
        measured = sorted(map(_variance, _tiles(pixels)), reverse=True)[:_SHARPEST]
    return max(_LEAST, round(sum(measured) / max(1, len(measured)), 2))


def _face_pictures(pixels: Pixels, boxes: Iterable[Box]) -> Iterator[Pixels]:
    height, width = pixels.shape[:2]
    for box in boxes:
        inside = box.clipped(width, height)
        if min(inside.width, inside.height) < 4:
            continue
        left = inside.left + max(0, inside.width - _FACE) // 2
        top = inside.top + max(0, inside.height - _FACE) // 2
        yield pixels[top : min(inside.bottom, top + _FACE), left : min(inside.right, left + _FACE)]


def _tiles(pixels: Pixels) -> Iterator[Pixels]:
    """Places evenly over the picture; they overlap where it is small."""
    height, width = pixels.shape[:2]
    across, down = _TILES
    for row in range(down):
        for column in range(across):
            top = (height - min(_TILE, height)) * row // (down - 1)
            left = (width - min(_TILE, width)) * column // (across - 1)
            yield pixels[top : top + _TILE, left : left + _TILE]


def _variance(pixels: Pixels) -> float:
    grey = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY) if pixels.ndim == 3 else pixels
    edges = cv2.Laplacian(cv2.GaussianBlur(grey, (3, 3), 0), cv2.CV_16S)
    _, deviation = cv2.meanStdDev(edges)
    return float(deviation[0][0]) ** 2
