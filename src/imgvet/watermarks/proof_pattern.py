"""Proof marks: the copyright text across the whole picture, in previews that are shown before anything is published.

They are wherever the pattern has them, on faces too: the reader of a preview is to see the photo and not to use it.
"""

import math
from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from imgvet.geometry import Box
from imgvet.pixels import Pixels
from imgvet.profile import ProofMarks
from imgvet.watermarks.blending import coverage, over, premultiplied, unpremultiplied
from imgvet.watermarks.fonts import line_mask, size_for
from imgvet.watermarks.layout import scaled_logo
from imgvet.watermarks.load import LoadedWatermark

_INK, _RIM = (255, 255, 255), (14, 16, 20)
_INK_SHARE, _RIM_SHARE = 0.5, 0.66  # how solid letters and their rim are: with both, one of them is seen on any ground
_MIN_HEIGHT = 12  # pixels; below it the rim is lost in a lossy file
_RIM_WIDTH = 0.12  # of the letters' height
_LOGO_GAP = 0.38  # of the letters' height, between a logo and the text
_TILE_HEIGHT, _TILE_WIDEST = 0.045, 0.42  # of the short side; of the width
_TILE_SLOPE = 30  # degrees
_TILE_ACROSS, _TILE_DOWN = 1.9, 3.4  # of the letters' height: room to the next text in its row, and to the next row
_DIAGONAL_HEIGHT, _DIAGONAL_LONGEST = 0.11, 0.8  # of the short side; of the diagonal
_DIAGONAL_ROOM = 0.9  # of the letters' height, to the next text along the diagonal


def draw_proof_pattern(
    pixels: Pixels, alpha: Pixels | None, mark: LoadedWatermark, style: ProofMarks, spared: Sequence[Box] = ()
) -> tuple[Pixels, Pixels | None]:
    """The picture with the mark's text and logo all over it, half transparent.

    Args:
        pixels: (height, width, 3); changed in place.
        alpha: (height, width), straight, or None; changed in place.
        mark: what is repeated.
        style: ``tile``, rows that rise to the right, or ``diagonal``, one row from corner to corner; ``none`` is none.
        spared: boxes that stay as they are, such as those of the marks in the corners.
    """
    if style == "none":
        return pixels, alpha
    kept = [(box, pixels[_part(box)].copy(), None if alpha is None else alpha[_part(box)].copy()) for box in spared]
    height, width = pixels.shape[:2]
    stamp, middles = (_tiles if style == "tile" else _diagonal)(mark, width, height)
    for across, down in middles:
        _lay_stamp(pixels, alpha, stamp, round(across - stamp.shape[1] / 2), round(down - stamp.shape[0] / 2))
    for box, colours, veil in kept:
        pixels[_part(box)] = colours
        if alpha is not None and veil is not None:
            alpha[_part(box)] = veil
    return pixels, alpha


def _part(box: Box) -> tuple[slice, slice]:
    return slice(box.top, box.bottom), slice(box.left, box.right)


# Where


def _tiles(mark: LoadedWatermark, width: int, height: int) -> tuple[Pixels, Iterator[tuple[float, float]]]:
    """The sloping stamp and the middles of its places: rows around the picture's middle, every other one shifted."""
    letters = round(_TILE_HEIGHT * min(width, height))
    stamp = _fitting_stamp(mark, letters, _TILE_WIDEST * width)
    slope, step = math.radians(_TILE_SLOPE), _letters_height(stamp)
    across, down = stamp.shape[1] + _TILE_ACROSS * step, stamp.shape[0] + (_TILE_DOWN - 1) * step
    reach = math.hypot(width, height) / 2 + max(across, down)
    rows, columns = math.ceil(reach / down), math.ceil(reach / across) + 1
    turned = _turned(stamp, slope)

    def middles() -> Iterator[tuple[float, float]]:
        for row in range(-rows, rows + 1):
            for column in range(-columns, columns + 1):
                along, below = (column + row % 2 / 2) * across, row * down
                yield (
                    width / 2 + along * math.cos(slope) + below * math.sin(slope),
                    height / 2 - along * math.sin(slope) + below * math.cos(slope),
                )

    return turned, middles()


def _diagonal(mark: LoadedWatermark, width: int, height: int) -> tuple[Pixels, Iterator[tuple[float, float]]]:
    """The stamp turned along the diagonal that rises to the right, and the middles of as many as it holds."""
    length, slope = math.hypot(width, height), math.atan2(height, width)
    stamp = _fitting_stamp(mark, round(_DIAGONAL_HEIGHT * min(width, height)), _DIAGONAL_LONGEST * length)
    step = stamp.shape[1] + _DIAGONAL_ROOM * _letters_height(stamp)
    number = max(1, int(length * 0.97 / step))
    places = ((place - (number - 1) / 2) * step for place in range(number))
    middles = ((width / 2 + at * math.cos(slope), height / 2 - at * math.sin(slope)) for at in places)
    return _turned(stamp, slope), middles


# What it looks like


def _fitting_stamp(mark: LoadedWatermark, height: int, widest: float) -> Pixels:
    """The stamp with letters of that height in pixels, or smaller where it would be too wide."""
    stamp = _stamp(mark, max(_MIN_HEIGHT, height))
    if stamp.shape[1] > widest and height > _MIN_HEIGHT:
        stamp = _stamp(mark, max(_MIN_HEIGHT, int(height * widest / stamp.shape[1])))
    return stamp


def _letters_height(stamp: Pixels) -> float:
    return float(stamp.shape[0] / (1 + 2 * _RIM_WIDTH))


def _stamp(mark: LoadedWatermark, height: int) -> Pixels:
    """Logo and text in one row, half transparent: red, green, blue, straight alpha."""
    text = line_mask(mark.text, mark.font, size_for(height, mark.font))
    rim = max(1, round(_RIM_WIDTH * height))
    logo = np.zeros((1, 0, 4), np.uint8) if mark.image is None else scaled_logo(mark.image, height)
    start = rim + 1 + (logo.shape[1] + round(_LOGO_GAP * height) if mark.image is not None else 0)
    rows = max(text.shape[0], logo.shape[0])
    letters = np.zeros((rows + 2 * (rim + 1), start + text.shape[1] + rim + 1), np.uint8)
    letters[rim + 1 + rows - text.shape[0] : rim + 1 + rows, start : start + text.shape[1]] = text
    stamp = _rimmed(letters, rim)
    top = rim + 1 + (rows - logo.shape[0]) // 2
    beside = stamp[top : top + logo.shape[0], rim + 1 : rim + 1 + logo.shape[1]]
    beside[:] = np.dstack((logo[:, :, :3], np.rint(logo[:, :, 3] * _INK_SHARE).astype(np.uint8)))
    return stamp


def _rimmed(letters: Pixels, rim: int) -> Pixels:
    """White letters with a dark rim around them and nothing dark under them: red, green, blue, straight alpha."""
    ink = coverage(letters, 1)
    away = cv2.distanceTransform((letters < 128).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    around = np.clip(rim + 1 - away, 0, 1) * (1 - ink)
    solid = ink * np.float32(_INK_SHARE) + around * np.float32(_RIM_SHARE)
    share = ink * np.float32(_INK_SHARE) / np.maximum(solid, np.float32(1e-6))
    colours = cv2.blendLinear(_flat(letters, _INK), _flat(letters, _RIM), share, 1 - share)
    return np.asarray(np.dstack((colours, np.rint(solid * 255))), np.uint8)


def _flat(letters: Pixels, colour: tuple[int, int, int]) -> Pixels:
    return np.full((*letters.shape, 3), colour, np.uint8)


def _turned(stamp: Pixels, slope: float) -> Pixels:
    """The stamp turned anticlockwise by that angle, in the smallest upright frame that holds it."""
    height, width = stamp.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), math.degrees(slope), 1.0)
    across = math.ceil(width * math.cos(slope) + height * math.sin(slope)) + 2
    down = math.ceil(width * math.sin(slope) + height * math.cos(slope)) + 2
    turn[:, 2] += across / 2 - width / 2, down / 2 - height / 2
    return unpremultiplied(
        np.asarray(cv2.warpAffine(premultiplied(stamp), turn, (across, down), flags=cv2.INTER_LINEAR), np.uint8)
    )


def _lay_stamp(pixels: Pixels, alpha: Pixels | None, stamp: Pixels, left: int, top: int) -> None:
    """Draw the stamp with its upper left corner there, as far as it is inside the picture."""
    height, width = pixels.shape[:2]
    box = Box(left, top, left + stamp.shape[1], top + stamp.shape[0]).clipped(width, height)
    if not box.area:
        return
    seen = stamp[box.top - top : box.bottom - top, box.left - left : box.right - left]
    region, veil = pixels[_part(box)], None if alpha is None else alpha[_part(box)]
    colours, covered = np.ascontiguousarray(seen[:, :, :3]), coverage(seen[:, :, 3], 1)
    below = None if veil is None else coverage(veil, 1)
    painted, solid = over(np.ascontiguousarray(region), below, colours, covered)
    region[:] = painted
    if veil is not None and solid is not None:
        veil[:] = np.rint(solid * 255)
