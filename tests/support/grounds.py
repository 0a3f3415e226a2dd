"""Hard backgrounds for marks, 1200 by 800, each made by a line or two of code."""

import sys
from pathlib import Path

import cv2
import numpy as np

from imgvet.pixels import Pixels

sys.path.insert(0, str(Path(__file__).parents[2]))

from sample_images import scenes

RANDOM = np.random.default_rng(7)


def flat(colour: int | tuple[int, int, int], width: int = 1200, height: int = 800) -> Pixels:
    """A picture of one colour."""
    return np.full((height, width, 3), colour, np.uint8)


def grey(levels: np.ndarray) -> Pixels:
    """Grey levels as a picture."""
    return np.ascontiguousarray(np.repeat(np.clip(levels, 0, 255)[:, :, np.newaxis], 3, axis=2), np.uint8)


def checkerboard(side: int) -> Pixels:
    """Black and white squares of that many pixels."""
    return grey((np.indices((800, 1200)) // side).sum(axis=0) % 2 * 255)


def sloping() -> Pixels:
    """From black on the left to white on the right, as a bright window does it."""
    return grey(np.tile(np.linspace(0, 255, 1200), (800, 1)))


def sky_over_grass() -> Pixels:
    """A blue that gets lighter, above rough green."""
    picture = np.empty((800, 1200, 3))
    picture[:400] = np.linspace((70, 120, 200), (200, 220, 240), 400)[:, np.newaxis]
    picture[400:] = np.array((80, 130, 40)) + RANDOM.normal(0, 38, (400, 1200, 1))
    return np.clip(picture, 0, 255).astype(np.uint8)


def snow() -> Pixels:
    """Nearly white, with soft hollows."""
    return grey(cv2.resize(RANDOM.normal(243, 10, (8, 12)), (1200, 800), interpolation=cv2.INTER_CUBIC))


def night() -> Pixels:
    """Nearly black, with lamps along the lower edge."""
    picture = grey(np.abs(RANDOM.normal(8, 5, (800, 1200))))
    for x in range(40, 1200, 90):
        cv2.circle(picture, (x, int(RANDOM.integers(700, 795))), 9, (255, 214, 130), -1, cv2.LINE_AA)
    return picture


def coloured_blocks() -> Pixels:
    """Blocks of pure colours, as large as a letter's stroke."""
    return cv2.resize(
        RANDOM.integers(0, 2, (160, 240, 3)).astype(np.uint8) * 255, (1200, 800), interpolation=cv2.INTER_NEAREST
    ).astype(np.uint8)


GROUNDS = {
    "white": flat(255),
    "black": flat(0),
    "mid-grey": flat(128),
    "dark-grey": flat(100),
    "light-grey": flat(160),
    "red": flat((200, 30, 40)),
    "yellow": flat((250, 220, 20)),
    "green": flat((0, 160, 60)),
    "blue": flat((20, 40, 220)),
    "magenta": flat((230, 0, 200)),
    "cyan": flat((0, 220, 230)),
    "orange": flat((255, 140, 0)),
    "noise": RANDOM.integers(0, 256, (800, 1200, 3)).astype(np.uint8),
    "coloured-blocks": coloured_blocks(),
    "fine-checks": checkerboard(1),
    "checks": checkerboard(16),
    "coarse-checks": checkerboard(90),
    "stripes": grey(np.tile(np.where(np.arange(1200) // 5 % 2, 255, 0), (800, 1))),
    "sloping": sloping(),
    "sky-over-grass": sky_over_grass(),
    "snow": snow(),
    "night": night(),
    "crowd": np.asarray(cv2.resize(scenes.crowd(), (1200, 800), interpolation=cv2.INTER_LINEAR), np.uint8),
}
