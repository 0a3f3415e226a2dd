"""Pixels to the bytes of a clean file: a fresh JPEG or PNG of pixels and the public metadata, nothing else."""

import io
import math
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from imgvet.errors import UnreadablePhoto
from imgvet.pixels import Pixels, resized
from imgvet.profile import Channel

_MIN_QUALITY = 60
_QUALITY_STEP = 6
_SMALLER = 0.85  # of each side, if the file is too large even at the lowest quality
_SUBSAMPLING = 2  # 4:2:0
_PERCEPTUAL = b"\x00"  # rendering intent in PNG's sRGB chunk


@dataclass(frozen=True, slots=True)
class Label:
    """The public metadata as bytes, ready to be put into a file."""

    xmp: bytes  # an XMP packet, UTF-8
    app13: bytes = b""  # a whole APP13 segment with the IPTC-IIM record; for JPEG only


@dataclass(frozen=True, slots=True)
class Encoded:
    """A clean file, not yet on disk."""

    data: bytes
    suffix: str  # ".jpg" or ".png"
    width: int
    height: int


def encode_image(pixels: Pixels, alpha: Pixels | None, as_png: bool, channel: Channel, label: Label) -> Encoded:
    """The clean file within the channel's bytes: PNG if asked and small enough, else JPEG over white.

    Raises:
        UnreadablePhoto: the picture does not fit into the channel's bytes at any quality.
    """
    if as_png:
        data = _png(pixels, alpha, label)
        if len(data) <= channel.max_bytes:
            return Encoded(data, ".png", pixels.shape[1], pixels.shape[0])
    return _jpeg_within(over_white(pixels, alpha), channel, label)


def over_white(pixels: Pixels, alpha: Pixels | None) -> Pixels:
    """The opaque picture, blended over white."""
    if alpha is None:
        return pixels
    share = alpha[:, :, np.newaxis].astype(np.uint16)
    mixed = (pixels.astype(np.uint16) * share + 255 * (255 - share) + 127) // 255
    return mixed.astype(np.uint8)


def seen_colours(data: bytes) -> Pixels:
    """A written file blended over white, RGB, (height, width, 3).

    Raises:
        UnreadablePhoto: the file cannot be decoded.
    """
    pixels = _decoded(data, cv2.IMREAD_COLOR)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB if pixels.ndim == 2 else cv2.COLOR_BGR2RGB), np.uint8)


def seen_grey(data: bytes) -> Pixels:
    """The brightness of a written file blended over white, (height, width).

    Raises:
        UnreadablePhoto: the file cannot be decoded.
    """
    pixels = _decoded(data, cv2.IMREAD_GRAYSCALE)
    return pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)


def _decoded(data: bytes, jpeg: int) -> Pixels:
    """The pixels over white, blue first or grey; ``jpeg``: how those of a JPEG are read."""
    how = cv2.IMREAD_UNCHANGED if data.startswith(b"\x89PNG") else jpeg
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), how)
    if decoded is None:
        raise UnreadablePhoto("The written file cannot be read back.", "Check the disk, and run again.")
    pixels = np.asarray(decoded, np.uint8)
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        pixels = over_white(pixels[:, :, :3], pixels[:, :, 3])
    return pixels


def _jpeg_within(pixels: Pixels, channel: Channel, label: Label) -> Encoded:
    while True:
        height, width = pixels.shape[:2]
        for quality in range(channel.quality, _MIN_QUALITY - 1, -_QUALITY_STEP):
            data = _jpeg(pixels, quality, label)
            if len(data) <= channel.max_bytes:
                return Encoded(data, ".jpg", width, height)
        if max(width, height) < 64:
            raise UnreadablePhoto(f"It does not fit into {channel.max_bytes} bytes.", "Raise max_bytes of the channel.")
        # the bytes are proportional to the area, so one step is usually enough
        side = min(_SMALLER, math.sqrt(channel.max_bytes / len(data)))
        pixels = resized(pixels, (max(1, int(width * side)), max(1, int(height * side))))


def _jpeg(pixels: Pixels, quality: int, label: Label) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(
        out,
        "JPEG",
        quality=quality,
        subsampling=_SUBSAMPLING,
        xmp=label.xmp,
        extra=label.app13,
    )
    return out.getvalue()


def _png(pixels: Pixels, alpha: Pixels | None, label: Label) -> bytes:
    chunks = PngInfo()
    chunks.add(b"sRGB", _PERCEPTUAL)
    chunks.add_itxt("XML:com.adobe.xmp", label.xmp.decode())
    if alpha is not None:
        pixels = np.dstack([pixels, alpha])
        pixels[alpha == 0] = 0
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", pnginfo=chunks)
    return out.getvalue()
