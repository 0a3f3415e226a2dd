"""Alpha blending: one layer of colour over another, and straight alpha to premultiplied and back."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from imgvet.pixels import Floats, Pixels


def coverage(mask: Pixels, share: float) -> Floats:
    """How much of each pixel is covered, 0 to 1, where 255 in the mask is ``share`` of it."""
    return mask * np.float32(share / 255)


def over(below: Pixels, solid: Floats | None, colour: Pixels, covered: Floats) -> tuple[Pixels, Floats | None]:
    """One layer over what is there, with straight alpha (Porter and Duff 1984, "over"); ``solid`` None is opaque."""
    share = covered
    if solid is not None:
        solid = (covered + solid * (1 - covered)).astype(np.float32)
        share = (covered / np.maximum(solid, 1e-6)).astype(np.float32)
    return np.asarray(cv2.blendLinear(below, colour, 1 - share, share), np.uint8), solid


def premultiplied(image: Pixels) -> Pixels:
    """Straight alpha to colours weighted by alpha, so that hidden colours do not bleed in where pixels are mixed."""
    return _by_alpha(cv2.multiply, image, 1 / 255)


def unpremultiplied(image: Pixels) -> Pixels:
    """Colours weighted by alpha back to straight alpha; black where alpha is 0."""
    return _by_alpha(cv2.divide, image, 255)


def _by_alpha(worked: Callable[..., Any], image: Pixels, scale: float) -> Pixels:
    solid = np.ascontiguousarray(image[:, :, 3])
    colours = worked(np.ascontiguousarray(image[:, :, :3]), cv2.merge((solid, solid, solid)), scale=scale)
    return np.asarray(np.dstack((colours, solid)), np.uint8)
