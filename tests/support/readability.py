"""How well letters can be read in a finished file: WCAG 2.2 contrast, measured on decoded pixels, letter by letter.

It shares no code with the drawing of marks but the outline of the letters; what it says of brightness is its own.
"""

import io
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imgvet.pixels import Pixels
from imgvet.profile import ProofMarks
from imgvet.watermarks.layout import lay_out, scaled_logo
from imgvet.watermarks.load import LoadedWatermark
from imgvet.watermarks.proof_pattern import draw_proof_pattern

_RING = 3  # pixels around a letter that count as what it stands on, where it has no rim of its own
_SHARE = 10  # per cent of that ring that may be nearer to the letter's brightness than is counted


def decoded(data: bytes) -> Pixels:
    """The pixels of an encoded picture."""
    with Image.open(io.BytesIO(data)) as opened:
        return np.asarray(opened.convert("RGB"))


def on_page(data: bytes, level: int) -> Pixels:
    """The pixels of an encoded picture that is see-through, as it looks on a page of that grey level."""
    with Image.open(io.BytesIO(data)) as opened:
        page = Image.new("RGBA", opened.size, (level, level, level, 255))
        return np.asarray(Image.alpha_composite(page, opened.convert("RGBA")).convert("RGB"))


def brightness(pixels: Pixels) -> NDArray[np.float64]:
    """Relative luminance of sRGB as WCAG 2.2 defines it, 0 to 1."""
    share = pixels.astype(np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(0.2126 * linear[..., 0] + 0.7152 * linear[..., 1] + 0.0722 * linear[..., 2])


def worst_contrast(region: Pixels, letters: Pixels) -> float:
    """The contrast of the letter that can be read worst, 1 to 21; below 1 where its ground is on the wrong side of it.

    Args:
        region: (height, width, 3), decoded.
        letters: (height, width), 255 where a letter covers a pixel whole.
    """
    return min(letter_contrasts(region, letters))


def letter_contrasts(region: Pixels, letters: Pixels, ring: int = _RING, *, white: bool = False) -> list[float]:
    """The contrast of each letter with what is around it, as ``worst_contrast`` has it.

    Args:
        region: (height, width, 3), decoded.
        letters: (height, width), 255 where a letter covers a pixel whole.
        ring: pixels around a letter that count as what it stands on.
        white: whether letters are known to be white; else they are what is brighter or darker in the mean.
    """
    levels = brightness(region)
    number, parts = cv2.connectedComponents((letters > 0).astype(np.uint8), connectivity=8)
    light = white or bool(np.median(levels[letters >= 200]) > np.median(levels[letters == 0]))
    found = (_contrast(levels, letters, parts == part, ring, light=light) for part in range(1, number))
    return [each for each in found if each is not None]


def _contrast(
    levels: NDArray[np.float64], letters: Pixels, letter: NDArray[np.bool_], ring: int, *, light: bool
) -> float | None:
    """One letter's contrast; None for a dot or a comma of very few pixels."""
    rows, columns = np.flatnonzero(letter.any(axis=1)), np.flatnonzero(letter.any(axis=0))
    frame = np.s_[max(0, rows[0] - _RING) : rows[-1] + _RING + 1, max(0, columns[0] - _RING) : columns[-1] + _RING + 1]
    levels, letters, letter = levels[frame], letters[frame], letter[frame]
    core = letter & (letters >= 200)
    if core.sum() < 4:
        return None
    near = cv2.dilate(letter.astype(np.uint8), np.ones((2 * ring + 1, 2 * ring + 1), np.uint8)) > 0
    ink = float(np.median(levels[core]))
    ground = float(np.percentile(levels[near & (letters == 0)], 100 - _SHARE if light else _SHARE))
    return (ink + 0.05) / (ground + 0.05) if light else (ground + 0.05) / (ink + 0.05)


def proof_letters(mark: LoadedWatermark, style: ProofMarks, size: tuple[int, int]) -> Pixels:
    """Where proof marks have their letters in a picture of that (width, height): what gets lighter on a middle grey."""
    grey = np.full((size[1], size[0], 3), 118, np.uint8)
    unseen = None if mark.image is None else np.zeros_like(scaled_logo(mark.image, 1024))
    after, _ = draw_proof_pattern(grey, None, replace(mark, image=unseen), style)
    return np.where(after[:, :, 0] > 178, 255, np.where(after[:, :, 0] > 118, 100, 0)).astype(np.uint8)


def letters_of(mark: LoadedWatermark, height: int) -> Pixels:
    """The outline of a mark's letters, as large as the box of its letters: 255 where one covers a pixel whole."""
    sketch = lay_out(mark, height)
    across, down = sketch.pads
    width, rows = sketch.letters_size
    return sketch.text[down : down + rows, across : across + width]
