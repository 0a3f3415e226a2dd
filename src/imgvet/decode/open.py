"""A photo's bytes to pixels: exactly as the file stores them, or upright and in sRGB. Metadata stays behind."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import UnidentifiedImageError

from imgvet.decode.colour import to_srgb
from imgvet.decode.gif_webp import decode_gif, decode_webp
from imgvet.decode.heif import decode_avif, decode_heic
from imgvet.decode.jpeg import decode_jpeg
from imgvet.decode.limits import CheckedFile
from imgvet.decode.lsb import clear_alpha_lsb, clear_lsb, text_in_lsb
from imgvet.decode.orientation import turned
from imgvet.decode.png import decode_png
from imgvet.decode.raw_image import DAMAGED, DAMAGED_HINT, RawImage
from imgvet.decode.tiff import decode_tiff
from imgvet.errors import PhotoError, UnreadablePhoto
from imgvet.pixels import Pixels, Values
from imgvet.profile import Limits

EVERY_BIT_KINDS = frozenset({"png", "gif", "webp", "tiff"})
"""Kinds of file that keep every bit of every pixel, so that a text can hide in the lowest."""

_READERS: dict[str, Callable[[bytes, Limits], RawImage]] = {
    "png": decode_png,
    "webp": decode_webp,
    "tiff": decode_tiff,
    "gif": decode_gif,
    "avif": decode_avif,
    "heic": decode_heic,
}

_FLAT_SHARE = 0.6  # of neighbouring pixels that are the same: posters, logos and screenshots lie above, photos below
_SLOW, _SLOW_SHARE = 3, 0.1  # levels that the lowest bits hold; posters lie below 0.05, slow changes above 0.14
_UNREAD_GREY = 128


@dataclass(frozen=True, slots=True)
class Upright:
    """A decoded photo: nothing but pixels, and a few facts about them."""

    pixels: Pixels  # (height, width, 3), uint8, sRGB; 0 where alpha is 0
    alpha: Pixels | None  # (height, width), uint8; None where the photo is opaque
    graphic: bool  # flat colour or transparency; its two lowest bits are made from its two highest
    frames: int = 1  # in the file; only the first is used
    partial: bool = False  # the file is damaged: what could not be read is grey
    hidden_text: str | None = None  # found in the lowest bits; only looked for where pixels are stored without loss


def open_raw_image(file: CheckedFile, least_side: int = 0) -> RawImage:
    """The first picture as the file stores it; of a damaged one what can be read, if its limits allow that.

    ``least_side``: as for ``open_upright``.

    Raises:
        UnsupportedPhoto: a way of storing pixels that imgvet does not support.
        UnreadablePhoto: damaged, truncated, or larger than it seemed.
    """
    with _photo_errors(file.kind), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of odd metadata, which is left behind anyway
        if file.kind == "jpeg":
            return decode_jpeg(file.data, file.limits, least_side)
        return _READERS[file.kind](file.data, file.limits)


def open_upright(file: CheckedFile, *, keep_low_bits: bool = False, least_side: int = 0) -> Upright:
    """The first picture of the file, upright and in sRGB.

    A graphic will be published as PNG, which keeps every bit, and the lowest bits may contain a hidden text. So they
    are overwritten, unless ``keep_low_bits`` asks for exact pixels; JPEG overwrites those of photos.

    ``least_side``: where a codec can give a smaller picture sooner, it may be smaller, as long as its long side has so
    many pixels; 0 is whole.

    Raises:
        UnsupportedPhoto: a way of storing pixels that imgvet does not take.
        UnreadablePhoto: damaged, truncated, or larger than it seemed. Where its limits allow ``partial_pictures``, the
            part of a damaged picture that can be read is taken, and the result says ``partial``.
    """
    with _photo_errors(file.kind):
        return _upright(open_raw_image(file, least_side), file.kind, keep_low_bits)


@contextmanager
def _photo_errors(kind: str) -> Iterator[None]:
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
    """The text hidden in the lowest bits of the stored values, before anything is converted or turned."""
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
        return "its parts do not fit together"  # other errors are about the decoder's own code
    text = str(problem).strip().splitlines()
    return (text[0] if text else type(problem).__name__).rstrip(".")[:160]


def _upright(stored: RawImage, kind: str, keep_low_bits: bool) -> Upright:
    hidden = hidden_text(stored) if kind in EVERY_BIT_KINDS else None
    pixels = to_srgb(stored.values, stored.model, stored.profile, stored.encoding)
    alpha = stored.alpha if keep_low_bits else clear_alpha_lsb(stored.alpha)
    graphic = alpha is not None or (kind in EVERY_BIT_KINDS and _is_flat(pixels))
    if graphic and not keep_low_bits:
        pixels = np.asarray(clear_lsb(pixels), np.uint8)
    if alpha is not None:
        pixels = np.where(alpha[..., np.newaxis] == 0, 0, pixels).astype(np.uint8)  # where colour could be hidden
    if stored.unread is not None:
        pixels = np.where(stored.unread[..., np.newaxis], _UNREAD_GREY, pixels).astype(np.uint8)
        alpha = None if alpha is None else np.where(stored.unread, 255, alpha).astype(np.uint8)
    pixels = np.ascontiguousarray(turned(pixels, stored.orientation))
    alpha = None if alpha is None else np.ascontiguousarray(turned(alpha, stored.orientation))
    return Upright(pixels, alpha, graphic, stored.frames, stored.unread is not None, hidden)


def _is_flat(pixels: Pixels) -> bool:
    """Whether most neighbours have the same colour, as in posters and drawings, and few nearly the same.

    Many nearly the same are a gradient, which would show steps without its lowest bits.
    """
    height, width = pixels.shape[:2]
    if width < 2 or height < 2:
        return True
    rows, columns = pixels[:: max(1, height // 400)], pixels[:, :: max(1, width // 400)]
    across = _differences(rows[:, 1:], rows[:, :-1])
    down = _differences(columns[1:], columns[:-1])
    slow = max(float(((each > 0) & (each <= _SLOW)).mean()) for each in (across, down))
    return float((across == 0).mean()) > _FLAT_SHARE and slow < _SLOW_SHARE


def _differences(one: Pixels, other: Pixels) -> Pixels:
    """The largest difference in any channel of each pair of pixels."""
    return np.asarray(cv2.absdiff(np.ascontiguousarray(one), np.ascontiguousarray(other)).max(axis=-1), np.uint8)
