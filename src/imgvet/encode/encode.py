"""Pixels to the bytes of a clean file: a fresh JPEG or PNG that contains pixels and the public metadata, nothing else.

``relabel`` replaces the label of a file that ``encode_image`` wrote and keeps its coded picture byte for byte; the
result is what ``encode_image`` would have written with that label. Only files as it writes them are accepted.
"""

import io
import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from imgvet.errors import UnprovenFile, UnreadablePhoto
from imgvet.formats.jpeg import APP0, EOI, SOS, STRAY, walk_segments
from imgvet.formats.png import PNG_SIGNATURE, walk_chunks
from imgvet.pixels import Pixels, shrunk
from imgvet.profile import Channel

OUTPUT_SUFFIXES = (".jpg", ".png")  # of clean files

_MIN_QUALITY = 60
_QUALITY_STEP = 6
_ROOM = 256  # bytes kept free for a label with another number in it
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


def published_size(width: int, height: int, channel: Channel) -> tuple[int, int]:
    """Width and height within the channel's long side; never larger than the photo."""
    scale = min(1.0, channel.long_side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """The picture shrunk to ``size`` (width, height).

    First by whole blocks, then by less than half with interpolation: on 24 megapixels this is seven times as fast as
    area averaging, and the interpolation is too small a step to alias.
    """
    height, width = pixels.shape[:2]
    if size == (width, height):
        return pixels
    blocks, _ = shrunk(pixels, max(size))
    return np.asarray(cv2.resize(blocks, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def encode_image(pixels: Pixels, alpha: Pixels | None, as_png: bool, channel: Channel, label: Label) -> Encoded:
    """The clean file within the channel's bytes: PNG if asked and small enough, else JPEG over white.

    Raises:
        UnreadablePhoto: the picture does not fit into the channel's bytes at any quality.
    """
    if as_png:
        data = _png(pixels, alpha, label)
        if len(data) <= channel.max_bytes - _ROOM:
            return Encoded(data, ".png", pixels.shape[1], pixels.shape[0])
    return _jpeg_within(over_white(pixels, alpha), channel, label)


def over_white(pixels: Pixels, alpha: Pixels | None) -> Pixels:
    """The opaque picture, blended over white."""
    if alpha is None:
        return pixels
    share = alpha[:, :, np.newaxis].astype(np.uint16)
    mixed = (pixels.astype(np.uint16) * share + 255 * (255 - share) + 127) // 255
    return mixed.astype(np.uint8)


def seen_grey(data: bytes) -> Pixels:
    """The brightness of a written file blended over white, (height, width).

    Raises:
        UnreadablePhoto: the file cannot be decoded.
    """
    how = cv2.IMREAD_UNCHANGED if data.startswith(b"\x89PNG") else cv2.IMREAD_GRAYSCALE
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), how)
    if decoded is None:
        raise UnreadablePhoto("The written file cannot be read back.", "Check the disk, and run again.")
    pixels = np.asarray(decoded, np.uint8)
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        pixels = over_white(pixels[:, :, :3], pixels[:, :, 3])
    return pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)


def _jpeg_within(pixels: Pixels, channel: Channel, label: Label) -> Encoded:
    while True:
        height, width = pixels.shape[:2]
        for quality in range(channel.quality, _MIN_QUALITY - 1, -_QUALITY_STEP):
            data = _jpeg(pixels, quality, label)
            if len(data) <= channel.max_bytes - _ROOM:
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


_XMP = b"http://ns.adobe.com/xap/1.0/\x00"  # heads the packet in APP1; XMP specification part 3, 1.1.3
_ITXT = b"XML:com.adobe.xmp\x00\x00\x00\x00\x00"  # keyword, no compression, no language, no translated keyword
_SOI, _APP1, _APP13 = b"\xff\xd8", 0xE1, 0xED


def relabel(data: bytes, label: Label) -> bytes:
    """The file with this label in place of its own.

    Raises:
        UnprovenFile: it is not a file that imgvet wrote.
    """
    if data.startswith(PNG_SIGNATURE):
        return PNG_SIGNATURE + b"".join(_png_chunks(data, label))
    return _jpeg_relabel(data, label)


def _jpeg_relabel(data: bytes, label: Label) -> bytes:
    """The file with the label's segments in place of its own, or after the JFIF segment if it has none."""
    before, behind, at = b"", b"", len(_SOI)
    labelled = False
    for marker, mark, _, end in walk_segments(data):
        if mark != at or marker in (STRAY, EOI) or not data.startswith(_SOI):
            break
        if marker == SOS:
            return b"".join((_SOI, before, label.app13, _app1(label.xmp), behind, data[at:]))
        if marker in (_APP1, _APP13):
            labelled = True
        elif labelled or marker != APP0:
            behind += data[at:end]
        else:
            before += data[at:end]
        at = end
    raise _not_ours()


def _not_ours() -> UnprovenFile:
    return UnprovenFile("The clean file is not as imgvet wrote it.", "Run the batch again to make it anew.")


def _app1(xmp: bytes) -> bytes:
    payload = _XMP + xmp
    return b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload


def _png_chunks(data: bytes, label: Label) -> Iterator[bytes]:
    at = len(PNG_SIGNATURE)
    for name, start, end, is_cut in walk_chunks(data):
        if is_cut:
            break
        at = end + 4
        yield _itxt(label.xmp) if name == b"iTXt" else data[start - 8 : at]
    if at != len(data):
        raise _not_ours()


def _itxt(xmp: bytes) -> bytes:
    content = b"iTXt" + _ITXT + xmp
    return struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
