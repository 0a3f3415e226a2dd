"""The types of pixels everywhere in imgvet, 16 bits to 8, quick shrinking, and what distinguishes pictures."""

import zlib

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""(height, width, 3) in the order red, green, blue, sRGB; or (height, width) for one channel."""


Floats = NDArray[np.float32]
"""Numbers of one picture between its steps; the last axis is colour where there is one."""


Values = NDArray[np.uint8] | NDArray[np.uint16]
"""Values as a file stores them: (height, width) grey or (height, width, channels), 8 or 16 bits each."""


def eight_bits(values: Values) -> Pixels:
    """16-bit values rounded to 8 bits; 8-bit values as they are."""
    if values.dtype == np.uint8:
        return np.asarray(values, np.uint8)
    nearest = ((np.arange(65536, dtype=np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
    return np.asarray(nearest[values], np.uint8)


def shrunk(pixels: Pixels, long_side: int) -> tuple[Pixels, int]:
    """The picture halved as often as leaves a long side of at least ``long_side``, and how many times smaller it is.

    Averaging blocks of four is several times as fast as any other good way to shrink, blocks of nine among them. Up to
    ``fraction - 1`` rows and columns at the bottom and the right, which fill no block, are left out.
    """
    fraction = 1
    while max(pixels.shape[:2]) >= 2 * max(1, long_side) and min(pixels.shape[:2]) >= 2:
        height, width = (side // 2 for side in pixels.shape[:2])
        whole = pixels[: 2 * height, : 2 * width]
        pixels = np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        fraction *= 2
    return pixels, fraction


def resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """The picture shrunk to ``size`` (width, height).

    Halved first, then by less than half with interpolation: on 24 megapixels this is seven times as fast as area
    averaging, and the interpolation is too small a step to alias.
    """
    height, width = pixels.shape[:2]
    if size == (width, height):
        return pixels
    blocks, _ = shrunk(pixels, max(size))
    return np.asarray(cv2.resize(blocks, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def pixel_checksum(pixels: Pixels) -> str:
    """Size and checksum of the pixels: the same for two files that show the very same picture.

    A CRC of 32 bits goes through 24 megapixels in a tenth of the time of SHA-256; comparisons also require the same
    ``perceptual_hash``, so that chance makes no duplicates. It protects against nothing that is done on purpose.
    """
    height, width = pixels.shape[:2]
    return f"{width}x{height}-{zlib.crc32(np.ascontiguousarray(pixels).data):08x}"


_HASH_SIDE, _HASH_BITS = 32, 8  # pixels, and frequencies a side
_FLAT = 2.0  # of 255, of the brightness


def perceptual_hash(pixels: Pixels) -> str:
    """64 bits in hexadecimal, of which few differ between pictures that look alike; empty for an empty page.

    pHash (C. Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010): whether each of the
    lowest frequencies of the small grey picture is above their median. The package imagehash computes the same, and
    brings SciPy and PyWavelets with it, which are as large as all of imgvet's packages together.
    """
    if min(pixels.shape[:2]) < _HASH_SIDE:
        return ""
    fraction = max(1, min(pixels.shape[:2]) // (4 * _HASH_SIDE))  # every so many pixels will do for so small a picture
    small = cv2.resize(pixels[::fraction, ::fraction], (_HASH_SIDE, _HASH_SIDE), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    if grey.std() < _FLAT:  # an empty page: its bits would be chance
        return ""
    lowest = cv2.dct(grey)[:_HASH_BITS, :_HASH_BITS]
    return np.packbits(lowest > np.median(lowest)).tobytes().hex()
