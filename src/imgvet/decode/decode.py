"""A photo's bytes to upright pixels in sRGB. Metadata stays behind."""

from dataclasses import dataclass

import cv2
import numpy as np

from imgvet.decode.colour import to_srgb
from imgvet.decode.lsb import clear_alpha_lsb, clear_lsb
from imgvet.decode.open import (
    EVERY_BIT_KINDS,
    hidden_text,
    open_raw_image,
    photo_errors,
)
from imgvet.decode.orientation import turned
from imgvet.decode.raw_image import RawImage
from imgvet.pixels import Pixels
from imgvet.profile import Limits

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


def open_upright(data: bytes, kind: str, limits: Limits, *, keep_low_bits: bool = False) -> Upright:
    """The first picture of the file, upright and in sRGB.

    A graphic will be published as PNG, which keeps every bit, and the lowest bits may hold a hidden text. So they are
    overwritten, unless ``keep_low_bits`` asks for exact pixels; JPEG overwrites those of photos.

    Raises:
        UnsupportedPhoto: a way of storing pixels that imgvet does not take.
        UnreadablePhoto: damaged, truncated, or with more pixels than the limit. With ``limits.partial_pictures`` the
            part of a damaged picture that can be read is taken, and the result says ``partial``.
    """
    with photo_errors(kind):
        return _upright(open_raw_image(data, kind, limits), kind, keep_low_bits)


def _upright(stored: RawImage, kind: str, keep_low_bits: bool) -> Upright:
    hidden = hidden_text(stored) if kind in EVERY_BIT_KINDS else None
    pixels = to_srgb(stored.values, stored.model, stored.profile, stored.encoding)
    alpha = stored.alpha if keep_low_bits else clear_alpha_lsb(stored.alpha)
    graphic = alpha is not None or (kind in EVERY_BIT_KINDS and _is_flat(pixels))
    if graphic and not keep_low_bits:
        pixels = np.asarray(clear_lsb(pixels), np.uint8)
    if alpha is not None:
        pixels = np.where(alpha[..., np.newaxis] == 0, 0, pixels).astype(np.uint8)  # where colour could hide
    if stored.unread is not None:
        pixels = np.where(stored.unread[..., np.newaxis], _UNREAD_GREY, pixels).astype(np.uint8)
        alpha = None if alpha is None else np.where(stored.unread, 255, alpha).astype(np.uint8)
    pixels = np.ascontiguousarray(turned(pixels, stored.orientation))
    alpha = None if alpha is None else np.ascontiguousarray(turned(alpha, stored.orientation))
    return Upright(pixels, alpha, graphic, stored.frames, stored.unread is not None, hidden)


def _is_flat(pixels: Pixels) -> bool:
    """Whether most neighbours are the same colour, as in posters and drawings, and few are nearly the same.

    Where many are nearly the same there is a slow change of colour, which would show steps without its lowest bits.
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
