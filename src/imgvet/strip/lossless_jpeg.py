"""A JPEG with the same coefficients and nothing else: every code of its picture is written again.

Junk between segments, in them, or within the coded data cannot cross, because only the coefficients are copied.
Markers: ITU-T T.81, annex B; Adobe's segment: T.872, section 6.5.3.
"""

import math
from collections.abc import Iterator
from itertools import takewhile

from mozjpeg_lossless_optimization import COPY_MARKERS, optimize

from imgvet.formats.jpeg import APP0, APP15, COM, EOI, FRAME_HEADERS, SOS, STRAY, walk_segments

_JFIF = b"\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"  # version 1.01, no density, no thumbnail
_ADOBE = b"Adobe\0\x64\0\0\0\0"  # and the colour transform
_APP14 = 0xEE
_DCT_FRAMES, _PROGRESSIVE = frozenset({0xC0, 0xC1, 0xC2}), 0xC2
_MAX_ICC = 65_519  # bytes that one APP2 segment holds


class NotLossless(Exception):
    """The file's coefficients cannot be written again; the words say why and fit after "because"."""


def rebuild_jpeg(data: bytes, orientation: int, profile: bytes | None) -> bytes:
    """The first picture of a whole JPEG, progressive, with its orientation (1 to 8) and that ICC profile alone.

    The data must have been decoded without complaint before, because a truncated picture is filled up silently.

    Raises:
        NotLossless: arithmetic-coded, not 8 bits, lossless, or otherwise beyond the coder.
    """
    try:
        coded = optimize(data, copy=COPY_MARKERS.NONE)
    except ValueError:
        raise NotLossless("it is coded in a way that cannot be written again as it is") from None
    if profile is not None and len(profile) > _MAX_ICC:
        raise NotLossless("its colour profile is too large for one segment")
    head, body, ids, marker = [b"\xff\xd8"], [], b"", 0
    for marker, mark, start, end in walk_segments(coded, len(coded)):
        if marker == STRAY:
            continue
        segment = coded[mark:end]
        if marker in FRAME_HEADERS:
            ids = coded[start + 6 : end : 3]
            segment = _renumbered(segment, 10, 3, ids)
        elif marker == SOS:
            segment = _renumbered(segment, 5, 2, ids)
        if APP0 <= marker <= APP15 or marker == COM:
            head += _own(marker, segment)
        else:
            body.append(segment)
    if marker != EOI:
        raise NotLossless("its coded data has no end")
    return b"".join([*_ordered(head, orientation, profile), *body])


def jpeg_with_whole_blocks(data: bytes) -> bytes | None:
    """The JPEG with a header that shows its last blocks whole, and so the hidden margin beyond the picture's edge.

    None if there is no margin, or the header cannot be read. Data of several scans keeps its count of blocks
    in each, so that of coarser colour a little may stay unseen.
    """
    before_scan = takewhile(lambda segment: segment.marker != SOS, walk_segments(data))
    frame = next((each for each in before_scan if each.marker in FRAME_HEADERS or each.marker == STRAY), None)
    content = data[frame.start : frame.end] if frame is not None and frame.marker in _DCT_FRAMES else b""
    if frame is None or len(content) < 9:
        return None
    one_scan = frame.marker != _PROGRESSIVE and data.count(b"\xff\xda", frame.mark) == 1
    sizes = []
    for place, shift in ((1, 0), (3, 4)):
        factors = [factor >> shift & 15 for factor in content[7::3]]
        sizes.append(_whole(int.from_bytes(content[place : place + 2], "big"), factors, one_scan=one_scan))
    shown = b"".join(size.to_bytes(2, "big") for size in sizes)
    return None if shown == content[1:5] else data[: frame.start + 1] + shown + data[frame.start + 5 :]


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
    """imgvet's own JFIF segment in place of the coder's, which keeps the picture's density."""
    if marker == APP0:
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


def orientation_block(orientation: int) -> bytes:
    """The smallest EXIF block: a TIFF structure of 26 bytes with tag 0x0112; empty for 1, which needs none.

    Layout: TIFF 6.0, section 2: big-endian, one directory at offset 8, no next one. ``orientation`` is 1 to 8
    (CIPA DC-008, tag 0x0112).
    """
    if orientation == 1:
        return b""
    return b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes([orientation]) + bytes(6)


def _renumbered(segment: bytes, start: int, step: int, ids: bytes) -> bytes:
    """The segment with component numbers 1, 2, 3 in place of unusual ones, which could be a message."""
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
