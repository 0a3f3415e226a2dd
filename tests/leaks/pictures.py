"""The pictures of the leak list: an innocent scene, and a pattern that is told from it by its colours."""

import io
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

WIDTH, HEIGHT = 240, 160  # of the scene
MAGENTA, LIME = (255, 0, 255), (0, 255, 0)  # no scene has them, and JPEG coding and resizing leave them strong
BLOCK = 16  # pixels, so that halved colour keeps the blocks apart


@cache
def scene(width: int = WIDTH, height: int = HEIGHT) -> Pixels:
    """Soft hills of dull colours, (height, width, 3)."""
    rng = np.random.default_rng(7)
    small = rng.integers(70, 180, (4, 6, 3)).astype(np.uint8)
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    return np.clip(large + rng.normal(0, 3, (height, width, 1)), 40, 210).astype(np.uint8)


@cache
def poster() -> Pixels:
    """Two flat colours, as large as the scene: it is kept without loss where a photo would become a JPEG."""
    pixels = np.full((HEIGHT, WIDTH, 3), (40, 90, 150), np.uint8)
    pixels[60:100, 60:180] = (200, 180, 120)
    return pixels


@cache
def pattern(width: int = 96, height: int = 64) -> Pixels:
    """A chessboard of magenta and lime, (height, width, 3)."""
    rows, columns = np.mgrid[0:height, 0:width] // BLOCK
    return np.where(((rows + columns) % 2 == 0)[..., None], MAGENTA, LIME).astype(np.uint8)


def half_pattern() -> Pixels:
    """The scene with the pattern over its right half."""
    pixels = scene().copy()
    pixels[:, WIDTH // 2 :] = pattern(WIDTH // 2, HEIGHT)
    return pixels


def encoded(pixels: Pixels, kind: str, **how: Any) -> bytes:
    """The picture as a file of that kind, as Pillow writes it."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **how)
    return file.getvalue()


@cache
def jpeg_scene() -> bytes:
    """The scene as a JPEG: SOI, an APP0 of 18 bytes, and the picture."""
    return encoded(scene(), "JPEG", quality=88)


def small_jpeg(word: str) -> bytes:
    """A small JPEG of the pattern, with the word in its comment: so its pixels and its bytes both tell it."""
    return encoded(pattern(), "JPEG", quality=85, comment=word.encode())
