"""Hiding faces so that nobody can bring them back.

The region is an ellipse over the whole head, not only the face box. What is painted there is computed from a handful of
rounded mean colours and noise, so nothing finer than those colours is left of the face.
"""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Literal

import cv2
import numpy as np

from imgvet.photo import Box
from imgvet.pixels import Pixels

Style = Literal["solid", "blocks"]

# The ellipse, in parts of the face box: wide enough for the box's own corners, higher for hair and hats.
_SIDEWAYS, _UPWARDS, _DOWNWARDS = 0.32, 0.45, 0.30
_COLUMNS, _ROWS = 4, 5  # coarse blocks over a whole head
_COLOUR_STEP = 32  # mean colours are rounded to this
_NOISE = 20  # largest change of a block's colour by noise
_SOLID = (52, 58, 64)


def head_box(face: Box) -> Box:
    """The box around the ellipse that hides a face, not yet clipped to the picture."""
    return Box(
        face.left - round(face.width * _SIDEWAYS),
        face.top - round(face.height * _UPWARDS),
        face.right + round(face.width * _SIDEWAYS),
        face.bottom + round(face.height * _DOWNWARDS),
    )


def redact(pixels: Pixels, faces: Iterable[Box], style: Style, secret: bytes) -> Pixels:
    """The picture with each face hidden; ``pixels`` itself is left as it was.

    Args:
        pixels: (height, width, 3), the upright full-size photo.
        faces: face boxes in its pixels.
        style: ``solid`` is one dark colour, ``blocks`` a few coarse blocks with noise.
        secret: seeds the noise, so that a batch that is run again gives the same picture and nobody else can.
    """
    hidden = pixels.copy()
    height, width = pixels.shape[:2]
    for face in faces:
        whole = head_box(face)
        box = whole.clipped(width, height)
        if box.area:
            region = hidden[box.top : box.bottom, box.left : box.right]
            fill = _blocks(region, whole, secret) if style == "blocks" else np.full_like(region, _SOLID)
            mask = _ellipse(whole, box)
            region[mask] = fill[mask]
    return hidden


def _ellipse(whole: Box, box: Box) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Which pixels of ``box`` lie in the ellipse of ``whole``; every pixel it touches is in."""
    across = (np.arange(box.left, box.right) + 0.5 - (whole.left + whole.right) / 2) / (whole.width / 2 + 1)
    down = (np.arange(box.top, box.bottom) + 0.5 - (whole.top + whole.bottom) / 2) / (whole.height / 2 + 1)
    inside: np.ndarray[tuple[int, int], np.dtype[np.bool_]] = across[np.newaxis, :] ** 2 + down[:, np.newaxis] ** 2 <= 1
    return inside


def _blocks(region: Pixels, whole: Box, secret: bytes) -> Pixels:
    means = cv2.resize(region, (_COLUMNS, _ROWS), interpolation=cv2.INTER_AREA).astype(np.int16)
    rounded = means // _COLOUR_STEP * _COLOUR_STEP + _COLOUR_STEP // 2
    seed = hmac.new(secret, repr(whole).encode(), hashlib.sha256).digest()
    noise = np.random.default_rng(int.from_bytes(seed, "big")).integers(-_NOISE, _NOISE + 1, (_ROWS, _COLUMNS, 1))
    coarse = np.clip(rounded + noise, 0, 255).astype(np.uint8)
    filled = cv2.resize(coarse, (region.shape[1], region.shape[0]), interpolation=cv2.INTER_NEAREST)
    return np.asarray(filled, np.uint8)
