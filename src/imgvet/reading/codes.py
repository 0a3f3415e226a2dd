"""QR codes and barcodes in a picture, read by zxing-cpp: the one place where a picture is searched for them."""

from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp

from imgvet.geometry import Outline
from imgvet.pixels import Pixels, resized
from imgvet.reading.text_lines import SeenCode

_Kind = zxingcpp.BarcodeFormat
QR_CODES = zxingcpp.BarcodeFormats(_Kind.QRCode)
_MATRIX = zxingcpp.BarcodeFormats([_Kind.QRCode, _Kind.MicroQRCode, _Kind.RMQRCode, _Kind.Aztec, _Kind.DataMatrix])
# NOTE: those with checks that chance does not pass; ITF, Codabar and the short retail codes are "read" in railings.
_STRIPES = zxingcpp.BarcodeFormats([_Kind.Code128, _Kind.Code39, _Kind.Code93, _Kind.EAN13, _Kind.UPCA, _Kind.PDF417])
_GLANCE_SIDE, _LOOK_SIDE = 1500, 3000  # pixels, long side in which all codes, and codes of squares, are looked for
_INVERTED_SIDE = 2000  # the same, for codes of squares that are light on dark
_SHORTEST = 4  # characters in a code of stripes


@dataclass(frozen=True, slots=True)
class ReadCode:
    """One code; its text never leaves the worker process."""

    symbology: str  # as zxing-cpp names it, such as "QRCode"
    text: str  # "" where it cannot be read
    outline: Outline  # 4 corners, in pixels of the picture that was searched

    @property
    def is_read(self) -> bool:
        """Whether all checks of the code were passed."""
        return bool(self.text)


def codes_in(grey: Pixels, formats: zxingcpp.BarcodeFormats = QR_CODES, *, turned: bool = False) -> list[ReadCode]:
    """The codes of these formats in a grey picture, (h, w), as it is; those that cannot be read, too.

    A code of squares is found whichever way it is turned; one of stripes on its side only where ``turned`` says so.
    """
    read = zxingcpp.read_barcodes(
        grey, formats=formats, try_rotate=turned, try_downscale=False, try_invert=False, return_errors=True
    )
    return [ReadCode(each.format.name, each.text if each.valid else "", _corners(each.position)) for each in read]


def find_codes(pixels: Pixels, published: float) -> tuple[SeenCode, ...]:
    """Every code that the published picture shows; ``published`` is its size as a part of this one's, RGB (h, w, 3)."""
    side = round(max(pixels.shape[:2]) * min(1.0, published))
    step = max(1, max(pixels.shape[:2]) // _LOOK_SIDE)  # squares of a code are many pixels, so some may be left out
    green = np.ascontiguousarray(pixels[::step, ::step, 1])
    small = _resized(green, min(side, _GLANCE_SIDE))
    found = _in_full([*codes_in(small, _MATRIX), *_striped(small)], small, pixels)
    if side > _GLANCE_SIDE:
        large = _resized(green, min(side, _LOOK_SIDE))
        found += _in_full(codes_in(large, _MATRIX), large, pixels)
    inverted = 255 - _resized(green, min(side, _INVERTED_SIDE))
    found += _in_full([each for each in codes_in(inverted, _MATRIX) if each.is_read], inverted, pixels)
    kept: list[SeenCode] = []
    for each in found:
        if not any(_same(each.outline, other.outline) for other in kept):
            kept.append(each)
    return tuple(kept)


def reduced_green(pixels: Pixels, side: int) -> Pixels:
    """Green, which is nearly grey, with that long side at most; first pixels are left out, because that is quick."""
    step = max(1, max(pixels.shape[:2]) // (2 * side))
    return reduced(np.ascontiguousarray(pixels[::step, ::step, 1]), side)


def reduced(grey: Pixels, side: int) -> Pixels:
    """The picture with a long side of at most so many pixels."""
    longest = max(grey.shape)
    if longest <= side:
        return grey
    height, width = (max(1, round(length * side / longest)) for length in grey.shape)
    return np.asarray(cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _resized(grey: Pixels, side: int) -> Pixels:
    """The same, more quickly and a little less well."""
    share = min(1.0, side / max(grey.shape))
    height, width = (max(1, round(length * share)) for length in grey.shape)
    return resized(grey, (width, height))


def _striped(grey: Pixels) -> list[ReadCode]:
    return [each for each in codes_in(grey, _STRIPES, turned=True) if len(each.text) >= _SHORTEST]


def _in_full(codes: list[ReadCode], searched: Pixels, pixels: Pixels) -> list[SeenCode]:
    down, across = (full / part for full, part in zip(pixels.shape[:2], searched.shape[:2], strict=True))
    return [
        SeenCode(each.symbology, tuple((round(x * across), round(y * down)) for x, y in each.outline))
        for each in codes
        if len(set(each.outline)) >= 3
    ]


def _corners(position: zxingcpp.Position) -> Outline:
    corners = position.top_left, position.top_right, position.bottom_right, position.bottom_left
    return tuple((corner.x, corner.y) for corner in corners)


def _same(first: Outline, second: Outline) -> bool:
    middle_x, middle_y = (sum(corner[axis] for corner in first) / len(first) for axis in (0, 1))
    contour = np.array(second, np.float32).reshape(-1, 1, 2)
    return cv2.pointPolygonTest(contour, (middle_x, middle_y), measureDist=False) >= 0
