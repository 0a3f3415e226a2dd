"""The orientation in which a picture is stored, and turning it upright."""

from collections.abc import Mapping
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

_Value = TypeVar("_Value", np.uint8, np.uint16)

_ORIENTATION = 0x0112

# EXIF orientation to OpenCV: flip first (None, or the axis for cv2.flip), then rotate. CIPA DC-008, tag 0x0112.
_UPRIGHT: dict[int, tuple[int | None, int | None]] = {
    2: (1, None),
    3: (None, cv2.ROTATE_180),
    4: (0, None),
    5: (1, cv2.ROTATE_90_COUNTERCLOCKWISE),
    6: (None, cv2.ROTATE_90_CLOCKWISE),
    7: (1, cv2.ROTATE_90_CLOCKWISE),
    8: (None, cv2.ROTATE_90_COUNTERCLOCKWISE),
}


def stored_orientation(info: Mapping[str | tuple[int, int], object]) -> int:
    """1 to 8, as in EXIF tag 0x0112; 1 if it is missing, not a whole number or out of range.

    XMP's tiff:Orientation is ignored: browsers and photo viewers use EXIF alone, and programs that turn a picture often
    leave the old XMP in place. ``info`` is what Pillow read from the file.
    """
    block = info.get("exif") or _unpacked(info.get("Raw profile type exif"))
    if not isinstance(block, bytes) or not block:
        return 1
    exif = Image.Exif()  # NOTE: read again, because without EXIF's value Pillow uses that of XMP
    exif.load(block)
    value = exif.get(_ORIENTATION, 1)
    return value if isinstance(value, int) and value in _UPRIGHT else 1


def _unpacked(raw: object) -> bytes:
    """The EXIF block in ImageMagick's text form: a blank line, a name, a length, then hexadecimal digits."""
    return bytes.fromhex("".join(raw.split("\n")[3:])) if isinstance(raw, str) else b""


def turned(pixels: NDArray[_Value], orientation: int) -> NDArray[_Value]:
    """The picture upright; ``pixels`` is (height, width) or (height, width, channels), stored as EXIF 1 to 8."""
    flip, rotation = _UPRIGHT.get(orientation, (None, None))
    if flip is None and rotation is None:
        return pixels
    flipped = pixels if flip is None else cv2.flip(pixels, flip)
    return np.asarray(flipped if rotation is None else cv2.rotate(flipped, rotation), pixels.dtype)
