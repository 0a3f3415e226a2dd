"""A picture as its file stores it, and how Pillow reads it: whole, or in part where the profile allows that."""

import io
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, PngImagePlugin

from imgvet.decode.colour import SRGB, Encoding
from imgvet.decode.limits import check_pixels
from imgvet.errors import UnreadablePhoto, UnsupportedPhoto
from imgvet.pixels import Pixels, Values
from imgvet.profile import Limits

ColourModel = Literal["grey", "rgb", "cmyk", "lab"]
UnreadPart = NDArray[np.bool_]

DAMAGED = "It is damaged: {}."
DAMAGED_HINT = "Copy it again from the camera or card, or open and save it in a photo program."
SAVE_AGAIN = "Open it in a photo program and save it as JPEG in sRGB."

_PILLOW_FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "tiff": "TIFF", "gif": "GIF", "avif": "AVIF"}
_READ_IN_PARTS = frozenset({"jpeg", "png", "tiff", "gif"})
_NO_PART = "A part of it cannot be read either."
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class RawImage:
    """A picture as its file stores it: not yet turned, not yet in sRGB."""

    values: Values  # (height, width) grey, (height, width, 3) RGB or Lab, (height, width, 4) CMYK; uint8 or uint16
    model: ColourModel
    alpha: Pixels | None = None  # (height, width), uint8; never premultiplied
    indices: Pixels | None = None  # (height, width), uint8: numbers of palette colours, where there is a palette
    profile: bytes | None = None  # ICC
    encoding: Encoding = SRGB  # the encoding, if there is no profile
    orientation: int = 1  # EXIF tag 0x0112
    frames: int = 1
    unread: UnreadPart | None = None  # (height, width): True where the file is damaged and nothing could be read


def open_with_pillow(data: bytes, kind: str) -> Image.Image:
    """Open the file with Pillow, which reads its header; no pixel is decoded yet."""
    # NOTE: the profile's limits on pixels and on texts are checked before anything is decoded or inflated.
    Image.MAX_IMAGE_PIXELS = None
    PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = sys.maxsize
    image = Image.open(io.BytesIO(data), formats=[_PILLOW_FORMATS[kind]])
    for name in ("xmp", "XML:com.adobe.xmp"):  # NOTE: Pillow would turn a TIFF by its XMP
        image.info.pop(name, None)
    return image


def check_size(width: int, height: int, limits: Limits) -> None:
    """Refuse a picture beyond the limit, or without pixels.

    Raises:
        UnreadablePhoto: more pixels than the limit.
        UnsupportedPhoto: no pixels at all.
    """
    check_pixels(width, height, limits)
    if min(width, height) < 1:
        raise UnsupportedPhoto("It has no pixels.", "Choose another photo.")


def unsupported_pixels(what: str) -> UnsupportedPhoto:
    """The error for a way of storing pixels that imgvet does not support; ``what`` ends "It stores …"."""
    return UnsupportedPhoto(f"It stores {what}.", SAVE_AGAIN)


def load_pixels(image: Image.Image, data: bytes, kind: str, limits: Limits) -> tuple[Image.Image, UnreadPart | None]:
    """The picture with its pixels, and a mask of those that could not be read; None for a whole picture.

    Raises:
        UnreadablePhoto: no part of a damaged picture can be read.
        Exception: whatever Pillow raises for damage, if the profile allows whole pictures only.
    """
    try:
        image.load()
    except (OSError, SyntaxError, ValueError) as problem:
        if not limits.partial_pictures:
            raise
        if kind not in _READ_IN_PARTS:
            raise UnreadablePhoto(f"{DAMAGED.format(problem)} {_NO_PART}", DAMAGED_HINT) from problem
        return _load_partial(data, kind)
    return image, None


def _load_partial(data: bytes, kind: str) -> tuple[Image.Image, UnreadPart]:
    """What can be read, and a mask of what could not: the pixels where two readings keep two different fill colours."""
    dark, light = _decode_over(0, data, kind), _decode_over(255, data, kind)
    unread = np.asarray(dark) != np.asarray(light)
    unread = unread.any(axis=-1) if unread.ndim == 3 else unread
    if unread.all():
        raise UnreadablePhoto(f"{DAMAGED.format('its pixels cannot be decoded')} {_NO_PART}", DAMAGED_HINT)
    return dark, unread


def _decode_over(value: int, data: bytes, kind: str) -> Image.Image:
    with _one_at_a_time:
        before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
        try:
            image: Any = open_with_pillow(data, kind)
            image.load_prepare()
            bands = len(image.getbands())
            image.im.paste(value if bands == 1 else (value,) * bands, (0, 0, *image.size))
            try:
                image.load()
            except (OSError, SyntaxError, ValueError):
                image.tile = []  # what was read before the damage stays
            return image  # type: ignore[no-any-return]
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


# -- What the decoders' libraries print while they decode, which is the only place where they report some damage

_Result = TypeVar("_Result")
_MAX_PRINTED = 65_536  # bytes
_one_stream_at_a_time = threading.Lock()


def capture_stderr(decode: Callable[[], _Result]) -> tuple[_Result, list[str]]:
    """The function's result, and the lines that it printed on the standard error stream of the process.

    NOTE: libjpeg fills what is missing with grey, and libtiff continues after a wrong code. Both report that
    only there, in C, invisible to Python. Whatever else is printed there meanwhile is lost. On Windows a library may
    have a stream of its own, and nothing is captured.
    """
    with _one_stream_at_a_time, _listener() as listener:
        stream = os.dup(2)
        try:
            os.dup2(listener.fileno(), 2)
            result = decode()
        finally:
            os.dup2(stream, 2)
            os.close(stream)
        listener.seek(0)
        return result, listener.read(_MAX_PRINTED).decode("utf-8", "replace").splitlines()


def _listener() -> BinaryIO:
    """A file to print into, in memory if the system can, because a confined worker may write nowhere else."""
    in_memory = getattr(os, "memfd_create", None)
    if in_memory is not None:
        return os.fdopen(in_memory("imgvet"), "w+b")
    return cast("BinaryIO", tempfile.TemporaryFile())
