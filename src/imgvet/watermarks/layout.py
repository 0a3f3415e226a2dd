"""Layout of one mark at one height: its letters, logo and plate as masks, before it has a place."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from imgvet.pixels import Pixels
from imgvet.watermarks.blending import premultiplied, unpremultiplied
from imgvet.watermarks.contrast import own_luminance
from imgvet.watermarks.fonts import line_mask, line_width, size_for
from imgvet.watermarks.load import LoadedWatermark, Logo
from imgvet.watermarks.svg import SvgImage

MIN_HEIGHT = 8  # pixels; smaller letters cannot be read
# Parts of the mark's height:
PAD_ACROSS, PAD_DOWN = 0.52, 0.36  # from the letters to the end of the plate
_GAP = 0.38  # between a logo and the text
_LIFT = 0.12  # how much higher than the text a logo beside it is, to be level with its capitals
_ROUNDING = 0.42  # radius of the plate's corners
_SOFTNESS = 0.10  # sigma of the shade behind letters that are on the photo itself
_SECOND = 0.66  # height of the second line
_LEADING = 0.30  # between the lines


@dataclass(frozen=True, slots=True)
class MarkLayout:
    """One mark drawn at one size, with the margin that it may touch; 255 is full coverage."""

    text: Pixels  # (height, width); both lines
    shade: Pixels  # the text, softened
    plate: Pixels
    logo: Pixels | None  # (height, width, 4), straight alpha
    logo_luminance: float | None  # of the logo, if it needs contrast; None: it needs no help, or there is none
    least_height: int  # pixels, of the smallest line of text
    pads: tuple[int, int]  # pixels of room, across and down, on each side of the letters

    @property
    def letters_size(self) -> tuple[int, int]:
        """Width and height of the text and the logo, without the room around them."""
        height, width = self.plate.shape
        return width - 2 * self.pads[0], height - 2 * self.pads[1]


def layout_width(mark: LoadedWatermark, height: int) -> int:
    """Pixels across of the mark's text and logo at that height, without drawing them."""
    text = _line_width(mark, mark.text, height)
    if mark.line:
        text = max(text, _line_width(mark, mark.line, _second_height(height)))
    logo = _logo_width(mark.image, _logo_height(mark, height)) if mark.image is not None else 0
    return max(1, text + logo + (round(_GAP * height) if text and logo else 0))


@lru_cache(maxsize=16)
def lay_out(mark: LoadedWatermark, height: int) -> MarkLayout:
    """The mark drawn at that height in pixels; cached, because the photos of a batch have few sizes."""
    text = _words(mark, height)
    logo = None if mark.image is None else scaled_logo(mark.image, _logo_height(mark, height))
    start = 0 if logo is None else logo.shape[1] + (round(_GAP * height) if mark.text else 0)
    across, down = max(2, round(PAD_ACROSS * height)), max(2, round(PAD_DOWN * height))
    # NOTE: the lift is taken from the room above, so that plates with and without a logo are of one height.
    lift = round(_LIFT * _last_height(mark, height)) if mark.text and logo is not None else 0
    rows = max(text.shape[0], 0 if logo is None else logo.shape[0], height)
    canvas = np.zeros((rows + 2 * down, start + text.shape[1] + 2 * across), np.uint8)
    letters = canvas.copy()
    letters[down + rows - text.shape[0] : down + rows, across + start : across + start + text.shape[1]] = text
    return MarkLayout(
        letters,
        cv2.GaussianBlur(letters, (0, 0), max(0.8, _SOFTNESS * height)).astype(np.uint8),
        _rounded_plate(canvas.shape[1], canvas.shape[0], _ROUNDING * height),
        None if logo is None else _on_canvas(logo, canvas, across, down + rows - logo.shape[0] - lift),
        None if logo is None else own_luminance(logo),
        _last_height(mark, height),
        (across, down),
    )


def scaled_logo(image: Logo, height: int) -> Pixels:
    """The logo at that height in pixels, as (height, width, 4): red, green, blue, straight alpha."""
    if isinstance(image, SvgImage):
        return image.drawn(height)
    how = cv2.INTER_AREA if height < image.shape[0] else cv2.INTER_LINEAR
    small = cv2.resize(premultiplied(image), (_logo_width(image, height), height), interpolation=how)
    return unpremultiplied(np.asarray(small, np.uint8))


# Lines


def _words(mark: LoadedWatermark, height: int) -> Pixels:
    """The text, and the smaller line under it if there is one; an empty mask if there is no text."""
    if not mark.text:
        return np.zeros((1, 0), np.uint8)
    first = line_mask(mark.text, mark.font, size_for(height, mark.font))
    if not mark.line:
        return first
    second = line_mask(mark.line, mark.font, size_for(_second_height(height), mark.font))
    between = _leading(height)
    both = np.zeros((len(first) + between + len(second), max(first.shape[1], second.shape[1])), np.uint8)
    both[: len(first), : first.shape[1]] = first
    both[len(first) + between :, : second.shape[1]] = second
    return both


def _line_width(mark: LoadedWatermark, words: str, height: int) -> int:
    return line_width(words, mark.font, size_for(height, mark.font)) if words else 0


def _second_height(height: int) -> int:
    return max(MIN_HEIGHT, round(_SECOND * height))


def _leading(height: int) -> int:
    return max(2, round(_LEADING * height))


def _last_height(mark: LoadedWatermark, height: int) -> int:
    """Of the line at the bottom, which is the smallest."""
    return _second_height(height) if mark.line else height


def _logo_height(mark: LoadedWatermark, height: int) -> int:
    """The logo is as high as the lines beside it."""
    return height + _leading(height) + _second_height(height) if mark.line else height


# Shapes


def _logo_width(image: Logo, height: int) -> int:
    wide = image.proportion if isinstance(image, SvgImage) else int(image.shape[1]) / int(image.shape[0])
    return max(1, round(wide * height))


def _on_canvas(logo: Pixels, canvas: Pixels, left: int, top: int) -> Pixels:
    whole = np.zeros((*canvas.shape, 4), np.uint8)
    whole[top : top + logo.shape[0], left : left + logo.shape[1]] = logo
    return whole


def _rounded_plate(width: int, height: int, radius: float) -> Pixels:
    """A rectangle with round corners, its edge smoothed by its distance from each pixel's centre."""
    across = np.abs(np.arange(width) + 0.5 - width / 2) - (width / 2 - radius)
    down = np.abs(np.arange(height) + 0.5 - height / 2) - (height / 2 - radius)
    outside = np.hypot(np.maximum(across, 0)[np.newaxis, :], np.maximum(down, 0)[:, np.newaxis])
    return np.asarray(np.clip(radius - outside + 0.5, 0, 1) * 255, np.uint8)
