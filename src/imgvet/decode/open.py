"""A picture exactly as its file stores it: whole or not at all, neither turned nor converted."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from PIL import UnidentifiedImageError

from imgvet.decode.gif_webp import decode_gif, decode_webp
from imgvet.decode.heif import decode_avif, decode_heic
from imgvet.decode.jpeg import decode_jpeg
from imgvet.decode.limits import check_limits
from imgvet.decode.lsb import text_in_lsb
from imgvet.decode.png import decode_png
from imgvet.decode.raw_image import DAMAGED, DAMAGED_HINT, RawImage
from imgvet.decode.tiff import decode_tiff
from imgvet.errors import PhotoError, UnreadablePhoto
from imgvet.pixels import Pixels, Values
from imgvet.profile import Limits

EVERY_BIT_KINDS = frozenset({"png", "gif", "webp", "tiff"})
"""Kinds of file that keep every bit of every pixel, so that a text can hide in the lowest."""

_READERS: dict[str, Callable[[bytes, Limits], RawImage]] = {
    "jpeg": decode_jpeg,
    "png": decode_png,
    "webp": decode_webp,
    "tiff": decode_tiff,
    "gif": decode_gif,
    "avif": decode_avif,
    "heic": decode_heic,
}


def open_raw_image(data: bytes, kind: str, limits: Limits) -> RawImage:
    """The first picture of the file; of a damaged one the part that can be read, where the limits allow that.

    Raises:
        UnsupportedPhoto: a way of storing pixels that imgvet does not take.
        UnreadablePhoto: damaged, truncated, or over a limit.
    """
    with photo_errors(kind), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of odd metadata, which is left behind anyway
        check_limits(data, kind, limits)
        return _READERS[kind](data, limits)


@contextmanager
def photo_errors(kind: str) -> Iterator[None]:
    """Turn whatever a decoder raises into an UnreadablePhoto that says what is wrong with the file."""
    try:
        yield
    except PhotoError:
        raise
    except MemoryError:
        raise UnreadablePhoto("It needs more memory than one photo may take.", "Raise limits.memory_mib.") from None
    except UnidentifiedImageError:
        raise UnreadablePhoto(DAMAGED.format(f"no {kind.upper()} picture in it"), DAMAGED_HINT) from None
    except Exception as problem:
        raise UnreadablePhoto(DAMAGED.format(_first_line(problem)), DAMAGED_HINT) from problem


def hidden_text(stored: RawImage) -> str | None:
    """What text hides in the lowest bits of what the file stores, before anything is converted or turned."""
    planes = [stored.values] if stored.indices is None else [stored.values, stored.indices]
    for plane in planes:
        channels: Values = plane[..., :3] if plane.ndim == 3 else _thrice(plane)
        for shift in (0,) if channels.dtype == np.uint8 else (0, 8):
            found = text_in_lsb(_byte(channels, shift), stored.alpha)
            if found:
                return found
    return None


def _thrice(plane: Values) -> Values:
    return np.broadcast_to(plane[..., np.newaxis], (*plane.shape, 3))  # type: ignore[return-value]


def _byte(channels: Values, shift: int) -> Pixels:
    return np.asarray(channels if channels.dtype == np.uint8 else (channels >> shift) & 0xFF, np.uint8)


def _first_line(problem: Exception) -> str:
    if not isinstance(problem, OSError | SyntaxError | ValueError | RuntimeError):
        return "its parts do not fit together"  # other errors speak of the decoder's own code
    text = str(problem).strip().splitlines()
    return (text[0] if text else type(problem).__name__).rstrip(".")[:160]
