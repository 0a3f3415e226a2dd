"""Ways to hide faces that do not: what a fault in the redaction could paint, and what others have long used."""

from collections.abc import Callable, Iterable

import cv2
import numpy as np

from imgvet.geometry import Box
from imgvet.pixels import Pixels
from imgvet.redaction.paint import redact
from imgvet.redaction.shapes import HeadShape, Shape

Hidden = tuple[Pixels, Pixels | None]
Paint = Callable[[Pixels], Pixels]


def nothing(pixels: Pixels, alpha: Pixels | None, shapes: Iterable[Shape], *_: object) -> Hidden:
    """Hands the picture back as it was."""
    return pixels, alpha


def the_wrong_place(pixels: Pixels, alpha: Pixels | None, shapes: Iterable[Shape], *_: object) -> Hidden:
    """Hides what lies a face's width further right."""
    beside = [Box(box.right, box.top, box.right + box.width, box.bottom) for box in _boxes(shapes)]
    return redact(pixels, alpha, map(_head, beside), "blocks", b"k")


def the_mirrored_place(pixels: Pixels, alpha: Pixels | None, shapes: Iterable[Shape], *_: object) -> Hidden:
    """Counts columns from the wrong side."""
    width = pixels.shape[1]
    other = [Box(width - box.right, box.top, width - box.left, box.bottom) for box in _boxes(shapes)]
    return redact(pixels, alpha, map(_head, other), "blocks", b"k")


def the_box_of_a_smaller_picture(pixels: Pixels, alpha: Pixels | None, shapes: Iterable[Shape], *_: object) -> Hidden:
    """Takes boxes to be in pixels of a preview."""
    return redact(pixels, alpha, [_head(box.scaled(0.5, 0.5)) for box in _boxes(shapes)], "blocks", b"k")


def a_light_blur(pixels: Pixels, alpha: Pixels | None, shapes: Iterable[Shape], *_: object) -> Hidden:
    """A blur under which a face can still be told."""
    return painted(pixels, shapes, blurred), alpha


def fine_pixels(pixels: Pixels, alpha: Pixels | None, shapes: Iterable[Shape], *_: object) -> Hidden:
    """Pixelation in sixteen columns."""
    return painted(pixels, shapes, lambda region: pixelated(region, 16)), alpha


def a_veil(pixels: Pixels, alpha: Pixels | None, shapes: Iterable[Shape], *_: object) -> Hidden:
    """A grey layer through which a tenth of the face shines."""
    return painted(pixels, shapes, lambda region: np.asarray(region * 0.1 + 120, np.uint8)), alpha


def a_negative(pixels: Pixels, alpha: Pixels | None, shapes: Iterable[Shape], *_: object) -> Hidden:
    """Light and dark swapped."""
    return painted(pixels, shapes, lambda region: 255 - region), alpha


FAULTS = (
    nothing,
    the_wrong_place,
    the_mirrored_place,
    the_box_of_a_smaller_picture,
    a_light_blur,
    fine_pixels,
    a_veil,
    a_negative,
)


def _boxes(shapes: Iterable[Shape]) -> list[Box]:
    return [shape.box for shape in shapes]


def _head(box: Box) -> HeadShape:
    return HeadShape(box)


def blurred(region: Pixels) -> Pixels:
    """A Gaussian blur of a twentieth of the head's width."""
    return np.asarray(cv2.GaussianBlur(region, (0, 0), max(0.5, region.shape[1] / 20)), np.uint8)


def pixelated(region: Pixels, columns: int) -> Pixels:
    """Mean colours of square blocks, so many across."""
    rows = max(1, round(columns * region.shape[0] / region.shape[1]))
    means = cv2.resize(region, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(means, region.shape[1::-1], interpolation=cv2.INTER_NEAREST), np.uint8)


def painted(pixels: Pixels, shapes: Iterable[Shape], paint: Paint) -> Pixels:
    """The picture with the box around each shape painted from what it shows."""
    done = pixels.copy()
    for shape in shapes:
        box = shape.box.clipped(pixels.shape[1], pixels.shape[0])
        place = np.s_[box.top : box.bottom, box.left : box.right]
        done[place] = paint(pixels[place])
    return done
