"""The numbers of printed release forms in a picture, as their QR codes give them; any other QR code is none of ours."""

from collections.abc import Iterator

import cv2
import numpy as np

from imgvet.pixels import Pixels
from imgvet.reading.codes import codes_in, reduced, reduced_green
from imgvet.releases.release import is_printed_number

_GLANCE_SIDE, _LOOK_SIDE = 1500, 3000  # pixels, long side, in which a photo is searched
_SCAN_SIDES = (2000, 4000)  # the same for a scan, one after the other
_SMALL_SCAN = 1600  # pixels, long side, below which a scan is enlarged, too
_BLANK_SIDE, _INK = 1000, 20  # pixels, long side; levels by which ink is darker than the paper around it
_MOST_NUMBERS = 100  # of one picture; no photo shows more forms that can be read


def numbers_at_a_glance(pixels: Pixels, *, closer: bool) -> tuple[str, ...]:
    """The numbers of the forms that a photo shows, sorted; upright sRGB pixels.

    A small grey copy is searched, and a larger one where that shows a code that cannot be read, or ``closer`` asks.
    """
    found, unread = _codes(reduced_green(pixels, _GLANCE_SIDE))
    if closer or unread:
        further, unread = _codes(reduced_green(pixels, _LOOK_SIDE))
        found |= further
        if unread and not found:
            found |= _codes(np.ascontiguousarray(pixels[..., 1]))[0]
    return tuple(sorted(found))[:_MOST_NUMBERS]


def numbers_of_scan(pixels: Pixels) -> tuple[str, ...]:
    """The numbers of the forms on one page of a scan, sorted; it takes up to a second where none is found at once."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) if pixels.ndim == 3 else pixels
    found: set[str] = set()
    any_unread = False
    for side in _SCAN_SIDES:
        further, unread = _codes(reduced(np.asarray(grey, np.uint8), side))
        found, any_unread = found | further, any_unread or unread
    for clearer in _made_clearer(np.asarray(grey, np.uint8)) if any_unread or not found else ():
        further, _ = _codes(clearer)
        found |= further
    return tuple(sorted(found))[:_MOST_NUMBERS]


def is_blank(pixels: Pixels) -> bool:
    """Whether there is nothing on a page of a scan, as on the backs of forms; a line of pencil is something."""
    grey = reduced(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8), _BLANK_SIDE)
    darker = np.asarray(cv2.GaussianBlur(grey, (0, 0), _BLANK_SIDE / 50), np.int16) - grey
    return int(darker.max()) < _INK


def _codes(grey: Pixels) -> tuple[set[str], bool]:
    """The numbers that can be read, and whether there is a QR code that cannot."""
    found = codes_in(grey)
    return {each.text for each in found if is_printed_number(each.text)}, any(not each.is_read for each in found)


def _made_clearer(grey: Pixels) -> Iterator[Pixels]:
    """The picture in other ways: with more contrast, less noise, larger, in black and white."""
    for side in _SCAN_SIDES:
        small = reduced(grey, side)
        even = cv2.createCLAHE(clipLimit=4.0, tileGridSize=(16, 16)).apply(small)
        yield np.asarray(even, np.uint8)
        soft = cv2.GaussianBlur(even, (0, 0), 1.2)
        yield np.asarray(soft, np.uint8)
        window = max(31, side // 40) | 1
        parts = cv2.adaptiveThreshold(soft, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, window, 5)
        yield np.asarray(parts, np.uint8)
        if max(grey.shape) <= side:
            break
    if max(grey.shape) < _SMALL_SCAN:
        yield np.asarray(cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
