"""Check that a written file no longer shows what was hidden in it.

The place as it was and the same place in the written file are compared by phase correlation of their brightness, after
a high-pass filter, so that a plain background or a dark coat does not count. Every frequency has the same weight as far
as it is above the noise, so a face that was blurred, brightened or made faint is detected as well as an untouched one.
The correlation that chance gives follows from the spectra; a higher one is a face that was left.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import cv2
import numpy as np
from numpy.typing import NDArray

from imgvet.pixels import Floats, Pixels
from imgvet.redaction.shapes import Shape

_LARGEST, _SMALLEST = 48, 16  # pixels, longer side of a head when it is compared
_PLANE = 64  # pixels, each side of the plane in which heads are compared; more than the largest head
_WINDOW_FROM, _WINDOW_TO = 0.75, 0.97  # of the ellipse; only its inside counts; the rest is not a leak
_COARSE = 1 / 8  # of the head; slower changes of brightness are filtered out
_WEAK = 4.0  # grey levels; weaker signals have less weight
_ADDED = 1.5  # grey levels that JPEG and resizing change by themselves, near the edge of a flat fill above all
_BANDS = (4.0, 7.0, float("inf"))  # cycles across a head, at most: what a strong, a slight and no blur leaves
_SHIFT = 2  # pixels of the compared head; places are rounded when a picture is resized
_FALSE_ALARM = 1e-6  # for one head of which nothing is left

TRIES = 2 * len(_BANDS) * (2 * _SHIFT + 1) ** 2
"""Comparisons for one head: bands, shifts, and light and dark as they were or swapped."""
LIMIT = NormalDist().inv_cdf(1 - _FALSE_ALARM / TRIES)
"""Standard deviations of chance beyond which a face can still be made out."""

DOUBTED_LIMIT = LIMIT - 1.4
"""The same for what could be made out before it was covered larger."""

Complex = NDArray[np.complex64]


@dataclass(frozen=True, slots=True)
class RedactedRegion:
    """A place before it is hidden: a small grey copy that never leaves the worker process."""

    label: str  # as messages name it, e.g. "Face 2"
    shape: Shape
    grey: Pixels  # the part inside the photo, longer side at most 48 pixels


def keep_regions(pixels: Pixels, shapes: Mapping[str, Shape]) -> tuple[RedactedRegion, ...]:
    """Small grey copies of what these shapes will hide, by label, from the upright full-size opaque photo."""
    height, width = pixels.shape[:2]
    kept = []
    for label, shape in shapes.items():
        box = shape.box.clipped(width, height)
        region = pixels[box.top : box.bottom, box.left : box.right] if box.area else np.zeros((1, 1, 3), np.uint8)
        grey = cv2.cvtColor(_sized(region, _LARGEST), cv2.COLOR_RGB2GRAY)
        kept.append(RedactedRegion(label, shape, np.asarray(grey, np.uint8)))
    return tuple(kept)


def still_recognisable(
    written: Pixels, kept: Sequence[RedactedRegion], size: tuple[int, int], doubted: Container[str] = ()
) -> tuple[str, ...]:
    """The labels of what can still be recognised in a written picture.

    Args:
        written: (height, width), the written file's brightness, blended over white.
        kept: what should be hidden.
        size: width and height of the upright full-size photo.
        doubted: labels of what showed before it was covered larger; less is enough to name it again.
    """
    limits = {each.label: DOUBTED_LIMIT if each.label in doubted else LIMIT for each in kept}
    return tuple(each.label for each in kept if correlation_z_score(written, each, size) > limits[each.label])


def correlation_z_score(written: Pixels, kept: RedactedRegion, size: tuple[int, int]) -> float:
    """The correlation of a written picture with a head as it was, in standard deviations of what chance gives."""
    height, width = written.shape
    box = kept.shape.box.clipped(*size)
    place = box.scaled(width / size[0], height / size[1]).clipped(width, height)
    if not place.area:
        return 0.0
    region = written[place.top : place.bottom, place.left : place.right]
    now = _sized(region, max(_SMALLEST, min(_LARGEST, max(region.shape))))
    how = _how(kept.grey, now.shape[1])
    before = np.asarray(cv2.resize(kept.grey, now.shape[::-1], interpolation=how), np.uint8)
    columns = box.left + (np.arange(now.shape[1]) + 0.5) * box.width / now.shape[1]
    rows = box.top + (np.arange(now.shape[0]) + 0.5) * box.height / now.shape[0]
    outwards = 1 + kept.shape.beyond(columns, rows) / np.float32(kept.shape.radius)
    window = _smooth((_WINDOW_TO - outwards) / (_WINDOW_TO - _WINDOW_FROM))
    if not window.any():
        return 0.0
    cycles = max(now.shape) / max(box.width, box.height) * max(kept.shape.box.width, kept.shape.box.height)
    return _beyond_chance(_spectrum(before, window, cycles), _spectrum(now, window, cycles), window, cycles)


def _beyond_chance(before: Complex, now: Complex, window: Floats, cycles: float) -> float:
    """The highest correlation of two spectra over all bands and shifts, in standard deviations.

    With random phases the correlation of two fields is a sum of as many independent cosines as there are frequencies;
    its variance is the sum of their squares, and a window makes fewer of them independent.
    """
    level = float((window**2).sum()) ** 0.5  # of the spectrum of noise of one grey level
    whitened = before / (np.abs(before) + _WEAK * level)
    weights = whitened / (np.abs(now) + _WEAK * level)
    by_chance = np.abs(weights) ** 2 * (np.abs(now) ** 2 + (_ADDED * level) ** 2)
    down, across = np.fft.fftfreq(_PLANE)[:, np.newaxis], np.fft.rfftfreq(_PLANE)[np.newaxis, :]
    twice = np.where((across == 0) | (across == 0.5), 1, 2)  # half of the plane represents the other half as well
    dependent = _PLANE**2 * float((window**4).sum()) / level**4
    furthest = 0.0
    for most in _BANDS:
        band = np.hypot(down, across) * cycles <= most
        spread = float((by_chance * twice * band).sum() * dependent) ** 0.5 / _PLANE**2
        agreed = np.fft.irfft2(np.where(band, weights * np.conj(now), 0), (_PLANE, _PLANE))
        near = np.roll(agreed, (_SHIFT, _SHIFT), (0, 1))[: 2 * _SHIFT + 1, : 2 * _SHIFT + 1]
        furthest = max(furthest, float(np.abs(near).max()) / max(spread, 1e-9))
    return furthest


def _spectrum(grey: Pixels, window: Floats, cycles: float) -> Complex:
    """The spectrum of a head inside the window, high-pass filtered."""
    coarse = cycles * _COARSE
    weights = np.maximum(cv2.GaussianBlur(window, (0, 0), coarse), np.float32(1e-3))
    fine = (grey - cv2.GaussianBlur(grey * window, (0, 0), coarse) / weights) * window
    fine -= window * (fine.sum() / window.sum())
    return np.asarray(np.fft.rfft2(fine, (_PLANE, _PLANE)), np.complex64)


def _smooth(share: Floats) -> Floats:
    share = np.clip(share, 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _sized(region: Pixels, long_side: int) -> Pixels:
    height, width = region.shape[:2]
    scale = long_side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(region, size, interpolation=_how(region, size[0])), np.uint8)


def _how(region: Pixels, width: int) -> int:
    return cv2.INTER_AREA if width <= region.shape[1] else cv2.INTER_CUBIC
