"""Text hidden in the least significant bits of pixels (LSB steganography): detected, and overwritten.

The lowest bit of a pixel is invisible. Image generators store the whole prompt there, and small steganography tools
store whatever they are given; both survive every removal of metadata, as long as the pixels are stored without loss.
"""

import itertools
import re
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from imgvet.pixels import Pixels, Values

_Bits = NDArray[np.uint8]

_MAX_BYTES = 64 * 1024  # of hidden data that is read
_MAX_CHARACTERS = 4096  # of it that is returned

# "Stealth PNG info", as generators of images write it: column by column, most significant bit first, a signature of
# 15 bytes, the payload's length in bits (32 bits), then UTF-8, as it is or by gzip.
_SIGNATURES = {
    b"stealth_pnginfo": False,
    b"stealth_pngcomp": True,
    b"stealth_rgbinfo": False,
    b"stealth_rgbcomp": True,
}
_SIGNATURE_BYTES, _LENGTH_BYTES = 15, 4
_GZIP = zlib.MAX_WBITS | 16

_MIN_CHARACTERS = 24  # chance makes such a run once in 10^10 readings
_MIN_DIFFERENT, _MIN_PAIRS = 9, 16  # of characters, of neighbours; flat colour and even gradients repeat fewer
_HEAD_BYTES = 8  # before the text, where tools put its length
_FIRST_LOOK = _HEAD_BYTES + 4 * _MIN_CHARACTERS
# Latin, Greek, Cyrillic and all above the two-byte letters; gradients give those that are left out by chance.
_TEXT = re.compile(r"[\t\n\r -~\u00a0-\u017f\u0370-\u04ff\u0e00-\ufffc\U00010000-\U0010ffff]{24,}")

# Which channels one after the other: as stored, back to front, each alone; 3 is alpha.
_CHANNELS = ((0, 1, 2), (2, 1, 0), (0,), (1,), (2,))
_CHANNELS_WITH_ALPHA = (*_CHANNELS, (3,), (0, 1, 2, 3))


def text_in_lsb(pixels: Pixels, alpha: Pixels | None) -> str | None:
    """The start of a text in the lowest bits, or None.

    It finds the signatures of "stealth PNG info" and any run of at least 24 printable characters that begins within
    the first 8 bytes of the lowest bit plane: by rows or by columns, channels in turn or one alone or alpha, either
    order of bits. Only the starts are read. ``pixels`` is (height, width, 3), ``alpha`` (height, width), both uint8,
    in the order in which the file stores them, before they are turned or converted.
    """
    for by_columns in (True, False):
        for channels in _CHANNELS if alpha is None else _CHANNELS_WITH_ALPHA:
            found = _text_of_one_reading(pixels, alpha, channels, by_columns)
            if found:
                return found
    return None


def clear_lsb(values: Values) -> Values:
    """The values with the two lowest bits of each byte replaced by its two highest.

    The result depends only on the upper six bits, so that nothing survives in the lower two; 0 and 255 stay, and no
    value changes by more than 3.
    """
    single = np.ascontiguousarray(values).view(np.uint8)
    return np.asarray((single & 0xFC) | (single >> 6), np.uint8).view(values.dtype).reshape(values.shape)


def clear_alpha_lsb(alpha: Pixels | None) -> Pixels | None:
    """Alpha without hidden bits; None if only its lowest bits made it seem transparent."""
    cleared = None if alpha is None else np.asarray(clear_lsb(alpha), np.uint8)
    return None if cleared is None or int(cleared.min()) == 255 else cleared


def _text_of_one_reading(
    pixels: Pixels, alpha: Pixels | None, channels: tuple[int, ...], by_columns: bool
) -> str | None:
    start = _low_bits(pixels, alpha, channels, by_columns, 8 * _FIRST_LOOK)
    highest_first = np.packbits(start).tobytes()
    if highest_first[:_SIGNATURE_BYTES] in _SIGNATURES:
        long = _low_bits(pixels, alpha, channels, by_columns, 8 * _MAX_BYTES)
        return _signed_text(np.packbits(long).tobytes())
    for order in ("big", "little"):
        if _printable_run(np.packbits(start, bitorder=order).tobytes()):
            long = _low_bits(pixels, alpha, channels, by_columns, 8 * _MAX_CHARACTERS)
            return _printable_run(np.packbits(long, bitorder=order).tobytes())
    return None


def _low_bits(pixels: Pixels, alpha: Pixels | None, channels: tuple[int, ...], by_columns: bool, count: int) -> _Bits:
    """The first ``count`` lowest bits, or as many as there are, one in each byte."""
    height, width = pixels.shape[:2]
    lines = 1 + count // (len(channels) * (height if by_columns else width))
    part = np.s_[:, :lines] if by_columns else np.s_[:lines]
    planes = [alpha[part] if each == 3 and alpha is not None else pixels[part][..., each] for each in channels]
    if by_columns:
        planes = [plane.T for plane in planes]
    return np.asarray(np.stack(planes, axis=-1).reshape(-1)[:count] & 1, np.uint8)


def _signed_text(data: bytes) -> str:
    """The payload after the signature, or the signature itself if the payload is damaged."""
    signature, rest = data[:_SIGNATURE_BYTES], data[_SIGNATURE_BYTES:]
    length = int.from_bytes(rest[:_LENGTH_BYTES], "big") // 8
    payload = rest[_LENGTH_BYTES : _LENGTH_BYTES + length]
    if _SIGNATURES[signature]:
        try:
            payload = zlib.decompressobj(_GZIP).decompress(payload, _MAX_BYTES)
        except zlib.error:
            payload = b""
    return payload.decode("utf-8", "replace")[:_MAX_CHARACTERS] or signature.decode()


def _printable_run(data: bytes) -> str | None:
    for text in _texts(data):
        run = _TEXT.match(text)
        if run and _is_varied(run.group()[:_MIN_CHARACTERS]):
            return run.group()
    return None


def _is_varied(text: str) -> bool:
    return len(set(text)) >= _MIN_DIFFERENT and len(set(itertools.pairwise(text))) >= _MIN_PAIRS


def _texts(data: bytes) -> Iterator[str]:
    """The bytes as UTF-8 from each place where a text may begin."""
    for at in range(_HEAD_BYTES + 1):
        yield data[at:].decode("utf-8", "replace")
