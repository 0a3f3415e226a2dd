"""Contrast and texture: whether letters can be read on a background, and the least change that makes them readable.

Contrast is that of WCAG 2.2: relative luminance, and (lighter + 0.05) / (darker + 0.05).
https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from operator import itemgetter

import cv2
import numpy as np
from numpy.typing import NDArray

from imgvet.pixels import Pixels

TEXT_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3
LOGO_CONTRAST = 3.0  # WCAG 2.2, success criterion 1.4.11
_SPARE = 1.15  # planned above that, because of lossy files and the soft edges of letters
_LOST = 2.4  # pixels of a letter's height that lossy coding takes from its strokes, down to JPEG quality 60
_PLAIN_CONTRAST = 6.0  # from which letters need no plate under them
_BUSY = 26.0  # standard deviation of grey levels above which letters need a plate
_EXTREME = 0.01  # share of pixels at either end that may be brighter or darker than what is planned for
_PLATES = tuple(step / 100 for step in range(40, 95, 5))  # how solid a plate may be, the lightest first
_SOLID = 0.95  # the plate where a lighter one is not enough, or the picture is see-through
_OPACITIES = tuple(step / 100 for step in range(35, 101, 5))  # what letters may be raised to
_LIGHT_INK_FAVOUR = 0.15  # how much more solid a dark plate may be than a light one, so that a batch looks of one kind
_MIN_PART = 0.15  # of a logo's visible pixels that must be light, and as many dark, to be seen on anything
_SAMPLES = 2048

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Tone:
    """The colour of letters and the colour of what lies under them."""

    ink: Colour
    ground: Colour


LIGHT_INK = Tone((255, 255, 255), (17, 19, 23))
DARK_INK = Tone((22, 24, 28), (250, 250, 251))
TONES = (LIGHT_INK, DARK_INK)


@dataclass(frozen=True, slots=True)
class MarkStyle:
    """How a mark is drawn at one place."""

    tone: Tone
    plate: float  # how solid the plate under the letters is, 0 to 1; 0: no plate, only a soft shade
    opacity: float  # how solid the letters and the logo are, 0 to 1


@lru_cache(maxsize=1)
def _linear() -> NDArray[np.float32]:
    levels = np.arange(256) / 255
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4).astype(np.float32)


def luminance(pixels: Pixels) -> NDArray[np.float32]:
    """WCAG relative luminance, 0 to 1, of sRGB colours in the last axis."""
    weights = np.array([0.2126, 0.7152, 0.0722], np.float32)
    result: NDArray[np.float32] = _linear()[pixels] @ weights
    return result


def contrast(one: float, other: float) -> float:
    """The WCAG contrast of two luminances, 1 to 21."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def sampled(region: Pixels) -> Pixels:
    """Two thousand colours of the region, always the same ones, spread so that no regular pattern biases them."""
    colours = region.reshape(-1, 3)
    if len(colours) <= _SAMPLES:
        return colours
    return colours[np.random.default_rng(0).integers(0, len(colours), _SAMPLES)]


def own_luminance(image: Pixels) -> float | None:
    """The mean luminance of a logo's visible part; None if it has light beside dark and so is visible on anything.

    Args:
        image: red, green, blue and alpha in the last axis.
    """
    levels = luminance(sampled(image[image[:, :, 3] > 127][:, :3]))
    if not levels.size or contrast(*_extremes(levels, _MIN_PART)) >= TEXT_CONTRAST:
        return None
    return float(levels.mean())


def stroke_share(height: int) -> float:
    """The share of their colour that strokes of letters keep in a lossy file, 0 to 1; thin ones are blurred.

    Args:
        height: of the smallest letters, pixels.
    """
    return max(0.0, 1 - _LOST / height)


@dataclass(frozen=True, slots=True)
class ContrastNeeds:
    """Which parts of a mark need contrast, and how much."""

    opacity: float  # of the letters as it is asked for, 0 to 1; they become more solid where they could not be read
    text: bool  # whether there are letters
    logo: float | None = None  # luminance of a logo that needs help to be seen
    strokes: float = 1.0  # what ``stroke_share`` says of the letters


def choose_style(samples: Pixels, blurred: Pixels, needs: ContrastNeeds, see_through: bool = False) -> MarkStyle:
    """The readable style that changes the photo least; if none is readable, the most readable one.

    Args:
        samples: colours of the photo where the mark will be, one a row.
        blurred: the same place blurred, one colour a row; a plate is laid on this.
        needs: what needs contrast.
        see_through: whether the picture is transparent, its background unknown; then the plate is nearly solid.
    """
    if not needs.text and needs.logo is None:
        return MarkStyle(LIGHT_INK, 0.0, needs.opacity)
    reached, tone = max(((_reached(samples, tone, needs), tone) for tone in TONES), key=itemgetter(0))
    grey_levels = samples @ np.array([0.299, 0.587, 0.114], np.float32)
    if not see_through and reached >= _PLAIN_CONTRAST / TEXT_CONTRAST and float(grey_levels.std()) < _BUSY:
        return MarkStyle(tone, 0.0, needs.opacity)
    light, dark = (_lightest_plate(blurred, tone, needs) for tone in TONES)
    best = light if light.plate <= dark.plate + _LIGHT_INK_FAVOUR else dark
    return _solid_enough(blurred, best.tone, needs) if see_through else best


def _lightest_plate(blurred: Pixels, tone: Tone, needs: ContrastNeeds) -> MarkStyle:
    for plate in _PLATES:
        if _reached(under_plate(blurred, tone, plate), tone, needs) >= _SPARE:
            return MarkStyle(tone, plate, needs.opacity)
    return _solid_enough(blurred, tone, needs)


def _solid_enough(blurred: Pixels, tone: Tone, needs: ContrastNeeds) -> MarkStyle:
    """The most solid plate, with letters as solid as they need to be on it."""
    ground = under_plate(blurred, tone, _SOLID)
    opacities = [needs.opacity, *(each for each in _OPACITIES if each > needs.opacity)]
    for opacity in opacities:
        if _reached(ground, tone, replace(needs, opacity=opacity)) >= _SPARE:
            return MarkStyle(tone, _SOLID, opacity)
    return MarkStyle(tone, _SOLID, opacities[-1])


def under_plate(blurred: Pixels, tone: Tone, plate: float) -> Pixels:
    """The blurred background with a plate on it, as seen around the letters; colours in the last axis."""
    colours = blurred.astype(np.float32)
    return np.asarray(np.rint(colours + (np.array(tone.ground, np.float32) - colours) * plate), np.uint8)


def _reached(colours: Pixels, tone: Tone, needs: ContrastNeeds) -> float:
    """The contrast on the worst of the colours as a share of what is needed; 1 and above is enough."""
    share = np.float32(needs.opacity * needs.strokes)
    ink = np.rint(colours + (np.array(tone.ink, np.float32) - colours) * share).astype(np.uint8)
    grounds, inks = _extremes(luminance(colours)), _extremes(luminance(ink))
    nearest_ink, nearest_ground = (inks[0], grounds[1]) if tone is LIGHT_INK else (inks[1], grounds[0])
    reached = []
    if needs.text:
        above = nearest_ink > nearest_ground if tone is LIGHT_INK else nearest_ink < nearest_ground
        reached.append(contrast(nearest_ink, nearest_ground) / TEXT_CONTRAST if above else 0.0)
    if needs.logo is not None:
        reached.append(min(contrast(needs.logo, ground) for ground in grounds) / LOGO_CONTRAST)
    return min(reached, default=1.0)


def _extremes(levels: NDArray[np.float32], share: float = _EXTREME) -> tuple[float, float]:
    """The darkest and the lightest of the levels, without a share of them at either end."""
    ordered, aside = np.sort(levels), int(levels.size * share)
    return float(ordered[aside]), float(ordered[-1 - aside])


_STROKE = 0.12  # of a mark's height: about the width of a letter's stroke


def texture(region: Pixels, height: int) -> float:
    """How much grey levels change from one letter's stroke to the next, as a root mean square of both directions.

    Below 5 is a clear sky, a wall or a dark coat; grass is about 20, and above 30 there is lettering or foliage in the
    sun. What is finer than a stroke averages out, and slow changes hardly count, because neither disturbs letters.

    Args:
        region: (height, width, 3), the part of the picture that a mark may touch.
        height: of the mark, pixels.
    """
    stroke = max(1, round(_STROKE * height))
    rows, columns = (max(1, side // stroke) for side in region.shape[:2])
    # NOTE: whole strokes of grey: OpenCV averages by a whole factor ten times as fast as by any other.
    grey = cv2.cvtColor(region[: rows * stroke, : columns * stroke], cv2.COLOR_RGB2GRAY)
    strokes = cv2.resize(grey, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32)
    changes = np.diff(strokes, axis=1), np.diff(strokes, axis=0)
    return float(np.sqrt(sum(np.mean(change**2) for change in changes if change.size)))
