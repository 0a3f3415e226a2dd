"""The segments of a JPEG, one after another (ITU-T T.81, annex B)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

TEM, SOI, EOI, SOS, COM, APP0, APP15 = 0x01, 0xD8, 0xD9, 0xDA, 0xFE, 0xE0, 0xEF
FRAME_HEADERS = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
STRAY, CODED = -1, -2  # in a marker's place: bytes of no segment, and the coded data of a scan

MAX_SEGMENTS = 20_000
_MARK = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])", re.DOTALL)  # the next mark that is neither a restart nor stuffing


class JpegSegment(NamedTuple):
    """One marker segment, the coded data behind the head of a scan, or bytes that belong to neither."""

    marker: int  # second byte of the mark; STRAY or CODED for what has none
    mark: int  # where its mark begins, in bytes of the file
    start: int  # of its payload, behind mark and length
    end: int  # of its payload; never beyond the data


def walk_segments(data: bytes, most: int = MAX_SEGMENTS) -> Iterator[JpegSegment]:
    """The segments of the first picture in the bytes, ``most`` of them at the most, up to its end mark.

    A file without an end mark stops before its end. Marks may be filled up with 0xFF, which belongs to nothing.
    """
    at = 2
    for _ in range(most):
        match = _MARK.search(data, at)
        if match is None:
            return
        marker, mark, start = match[1][0], match.start(), match.end()
        stray = at + len(data[at:mark].rstrip(b"\xff"))
        if stray > at:
            yield JpegSegment(STRAY, at, at, stray)
        if marker in (SOI, EOI, TEM):
            yield JpegSegment(marker, mark, start, start)
            if marker == EOI:
                return
            at = start
            continue
        at = min(start + max(int.from_bytes(data[start : start + 2], "big"), 2), len(data))
        yield JpegSegment(marker, mark, min(start + 2, at), at)
        if marker == SOS:
            coded = _MARK.search(data, at)
            end = coded.start() if coded else len(data)
            yield JpegSegment(CODED, at, at, end)
            at = end


def picture_length(data: bytes) -> int:
    """Bytes of the picture that the bytes begin with, its end mark included; all of them where there is none."""
    return next((segment.end for segment in walk_segments(data) if segment.marker == EOI), len(data))
