"""A JPEG with the same coefficients and nothing else: every code of its picture is written again.

Junk that stands between segments, in them, or within the coded data cannot cross, for nothing is copied but the numbers
that the picture is decoded from. Markers: ITU-T T.81, annex B; Adobe's segment: T.872, section 6.5.3.
"""

import math
import re
from collections.abc import Iterator

from mozjpeg_lossless_optimization import COPY_MARKERS, optimize

from imgvet.strip.orientation_block import orientation_block

_JFIF = b"\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"  # version 1.01, no density, no thumbnail
_ADOBE = b"Adobe\0\x64\0\0\0\0"  # and the colour transform
_APP0, _APP15, _COM, _APP14, _SOS, _EOI = 0xE0, 0xEF, 0xFE, 0xEE, 0xDA, 0xD9
_FRAMES = (0xC0, 0xC1, 0xC2)
_PROGRESSIVE = 0xC2
_MARK_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7]", re.DOTALL)
_MAX_ICC = 65_519  # bytes that one APP2 segment holds


class NotLossless(Exception):
    """The file's coefficients cannot be written again; the words say why and fit after "because"."""


def rebuild_jpeg(data: bytes, orientation: int, profile: bytes | None) -> bytes:
    """The first picture of a whole JPEG, progressive, with its orientation (1 to 8) and that ICC profile alone.

    The data must have been decoded without complaint before, because a truncated picture is filled up in silence.

    Raises:
        NotLossless: arithmetic-coded, not 8 bits, lossless, or otherwise beyond the coder.
    """
    try:
        coded = optimize(data, copy=COPY_MARKERS.NONE)
    except ValueError:
        raise NotLossless("it is coded in a way that cannot be written again as it is") from None
    if profile is not None and len(profile) > _MAX_ICC:
        raise NotLossless("its colour profile is too large for one segment")
    head, body, ids = [b"\xff\xd8"], [], b""
    for marker, segment, entropy in _segments(coded):
        if marker in _FRAMES:
            ids = segment[10::3]
            segment = _renumbered(segment, 10, 3, ids)  # noqa: PLW2901
        elif marker == _SOS:
            segment = _renumbered(segment, 5, 2, ids)  # noqa: PLW2901
        if _APP0 <= marker <= _APP15 or marker == _COM:
            head += _own(marker, segment)
        else:
            body += [segment, entropy]
    return b"".join([*_ordered(head, orientation, profile), *body])


def jpeg_with_whole_blocks(data: bytes) -> bytes | None:
    """The JPEG with a head that shows its last blocks whole, and so what lies beyond the picture's edge.

    None where there is nothing beyond it, or the head cannot be read. Data of several scans keeps its count of blocks
    in each, so that of coarser colour a little may stay unseen.
    """
    at = 2
    while data[at : at + 1] == b"\xff" and data[at + 1] not in _FRAMES:
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    frame = data[at : at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")]
    if len(frame) < 13 or frame[1] not in _FRAMES:
        return None
    one_scan = frame[1] != _PROGRESSIVE and data.count(b"\xff\xda", at) == 1
    sizes = []
    for place, shift in ((5, 0), (7, 4)):
        factors = [factor >> shift & 15 for factor in frame[11::3]]
        sizes.append(_whole(int.from_bytes(frame[place : place + 2], "big"), factors, one_scan=one_scan))
    shown = b"".join(size.to_bytes(2, "big") for size in sizes)
    return None if shown == frame[5:9] else data[: at + 5] + shown + data[at + 9 :]


def _whole(size: int, factors: list[int], *, one_scan: bool) -> int:
    """The largest size in pixels with as many blocks in each component; with as many units where there is one scan."""
    most = max(factors)
    unit = 8 * most if len(factors) > 1 else 8
    last = math.ceil(size / unit) * unit

    def blocks(pixels: int) -> list[int]:
        return [math.ceil(math.ceil(pixels * factor / most) / 8) for factor in factors]

    if one_scan:
        return min(last, 65_535)
    return max(each for each in range(size, min(last, 65_535) + 1) if blocks(each) == blocks(size))


def _own(marker: int, segment: bytes) -> list[bytes]:
    """Our own words in place of the coder's, which keeps the picture's density."""
    if marker == _APP0:
        return [_JFIF]
    if marker == _APP14 and len(segment) == 16 and segment[15] <= 2:  # T.872: 0 as it is, 1 YCbCr, 2 YCCK
        return [_segment(_APP14, _ADOBE + segment[15:])]
    return []


def _ordered(head: list[bytes], orientation: int, profile: bytes | None) -> Iterator[bytes]:
    """Start, JFIF, orientation, profile, Adobe."""
    adobe = [part for part in head if part[1] == _APP14]
    yield from (part for part in head if part[1] != _APP14)
    if orientation != 1:
        yield _segment(0xE1, b"Exif\0\0" + orientation_block(orientation))
    if profile is not None:
        yield _segment(0xE2, b"ICC_PROFILE\0\x01\x01" + profile)
    yield from adobe


def _segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content


def _segments(coded: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker, whole segment and entropy-coded data after it, from after SOI to EOI."""
    at = 2
    while coded[at + 1] != _EOI:
        end = at + 2 + int.from_bytes(coded[at + 2 : at + 4], "big")
        following = end
        if coded[at + 1] == _SOS:
            mark = _MARK_IN_SCAN.search(coded, end)
            if mark is None:
                raise NotLossless("its coded data has no end")
            following = mark.start()
        yield coded[at + 1], coded[at:end], coded[end:following]
        at = following
    yield _EOI, coded[at : at + 2], b""


def _renumbered(segment: bytes, start: int, step: int, ids: bytes) -> bytes:
    """The segment with component numbers 1, 2, 3 in place of ones that nobody uses, which could be a message."""
    count = len(ids)
    usual = (bytes(range(1, count + 1)), b"\0\1\2" if count == 3 else b"", b"RGB", b"CMYK")
    if ids in usual:
        return segment
    if len(set(ids)) != count:
        raise NotLossless("its colour components have no clear numbers")
    last = len(segment) if step == 3 else start + step * segment[4]
    changed = bytearray(segment)
    for at in range(start, last, step):
        changed[at] = ids.index(changed[at]) + 1
    return bytes(changed)
