"""The box that a person types for a face: read, checked against its photo, and cut to the picture."""

import math
import re

from imgvet.errors import UsageError
from imgvet.geometry import Box
from imgvet.photo import Photo

MIN_SIDE = 4  # pixels; in less nobody can be seen

_NUMBER = r"(-?[0-9]{1,9}(?:\.[0-9]{1,9})?)"
_PIXELS = re.compile(r"\s*,\s*".join([_NUMBER] * 4))
_SHARES = re.compile(r"\s*,\s*".join([_NUMBER + r"\s*%"] * 4))


def parse_box(photo: Photo, text: str) -> Box:
    """The box in pixels of the upright full-size photo, its sides rounded outwards and cut to the picture.

    ``text`` is ``left,top,right,bottom``, right and bottom exclusive, in pixels or each in per cent of width or height.

    Raises:
        UsageError: it cannot be a face's box in this photo; says why, how large the photo is, and gives an example.
    """
    sides = _sides(photo, text)
    if sides is None:
        raise _wrong(photo, f"'{text}' is no box: it takes four numbers, or four with a % sign behind each.")
    left, top, right, bottom = sides
    if left >= right or top >= bottom:
        raise _wrong(photo, f"The box '{text}' is inside out: right must be more than left, and bottom more than top.")
    whole = Box(math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))
    box = whole.clipped(photo.width, photo.height)
    if not box.area:
        raise _wrong(photo, f"The box '{text}' lies outside the picture.")
    if min(box.width, box.height) < MIN_SIDE:
        size = f"{box.width} × {box.height} pixels"
        raise _wrong(photo, f"The box '{text}' is {size} in the picture; a side has {MIN_SIDE} at least.")
    return box


def _sides(photo: Photo, text: str) -> tuple[float, ...] | None:
    """Left, top, right and bottom in pixels; None where the text is no box."""
    pixels, shares = _PIXELS.fullmatch(text.strip()), _SHARES.fullmatch(text.strip())
    if pixels:
        return tuple(map(float, pixels.groups()))
    if shares:
        whole = (photo.width, photo.height, photo.width, photo.height)
        return tuple(round(float(share) * side / 100, 6) for share, side in zip(shares.groups(), whole, strict=True))
    return None


def _wrong(photo: Photo, reason: str) -> UsageError:
    tenths = Box(4, 2, 5, 4).scaled(photo.width / 10, photo.height / 10)
    return UsageError(
        reason,
        f"Photo {photo.number} is {photo.width} × {photo.height} pixels; give left,top,right,bottom, "
        f"e.g. --add-face {','.join(map(str, tenths.as_list()))} or --add-face 40%,20%,50%,40%.",
    )
