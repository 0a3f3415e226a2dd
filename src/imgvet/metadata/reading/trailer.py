"""Bytes after the end of a picture: further pictures, videos, makers' blocks, and what nobody can name.

Samsung's trailer and its block names: ExifTool's documentation of Samsung tags.
"""

import re
import struct
from collections.abc import Generator, Iterator

from imgvet.metadata.reading.boxes import location, walk_boxes
from imgvet.metadata.reading.found import Found, Part, Unread, decoded, described, item, unknown
from imgvet.metadata.reading.jpeg import length

_START = re.compile(rb"\xff\xd8\xff[\xc0-\xfe]|\0\0\0.ftyp|SEFH|<x:xmpmeta|<\?xpacket begin", re.DOTALL)
_MOST_PIECES = 32

_SAMSUNG = {
    0x0001: ("pictures", "second camera's picture"),
    0x0100: ("pictures", "sound recording"),
    0x0A01: ("time", "Image_UTC_Data"),
    0x0A20: ("pictures", "second camera's picture"),
    0x0A30: ("pictures", "MotionPhoto"),
    0x0AA1: ("gps", "MCC_Data"),
    0x0AB0: ("pictures", "depth map"),
    0x0AB1: ("pictures", "depth map"),
    0x0BA1: ("history", "PhotoEditor_Re_Edit_Data"),
    0x0DA1: ("device", "Captured_App_Info"),
}
_SAMSUNG_TEXTS = (0x0A01, 0x0AA1, 0x0BA1, 0x0DA1)


def read_trailer(data: bytes, where: str) -> Iterator[Found]:
    """Everything behind the end of a picture, piece by piece."""
    at = 0
    for _ in range(_MOST_PIECES):
        match = _START.search(data, at)
        start = match.start() if match else len(data)
        if start > at:
            yield from _between(data[at:start], where)
        if match is None:
            return
        end = yield from _piece(data, start, match[0], where)
        at = max(end, start + 1)
        if at >= len(data):
            return
    yield Unread(f"There are more pieces {where} than were read ({described(data[at:])} left).")
    yield unknown("trailer", data[at:], where)


def _between(data: bytes, where: str) -> Iterator[Found]:
    if data.strip(b"\0\r\n "):
        yield unknown("trailer", data, where)
    else:
        yield item("other", "padding", described(data), where)


def _piece(data: bytes, start: int, sign: bytes, where: str) -> Generator[Found, None, int]:
    """What begins at ``start``; returns where it ends."""
    rest = data[start:]
    if sign.startswith(b"\xff\xd8"):
        size = length(rest)
        yield item("pictures", "JPEG", f"a second picture, {size:,} bytes", where)
        yield Part("jpeg", rest[:size], "second picture")
    elif sign.endswith(b"ftyp"):
        size = max((end for _, _, end in walk_boxes(rest)), default=len(rest))
        yield item("pictures", "MotionPhoto", f"a video, perhaps with sound, {size:,} bytes", where)
        yield from location(rest[:size], f"video {where}")
    elif sign == b"SEFH":
        size = len(rest)
        yield from _samsung(data, start, where)
    else:
        end = re.compile(rb"</x:xmpmeta>|<\?xpacket end[^>]{0,20}>").search(rest)
        size = end.end() if end else len(rest)
        yield Part("xmp", rest[:size], f"XMP {where}")
    return start + size


def _samsung(data: bytes, start: int, where: str) -> Iterator[Found]:
    """The directory of Samsung's trailer: each entry says how far before it its block begins."""
    count = struct.unpack_from("<I", data.ljust(start + 12, b"\0"), start + 8)[0]
    yield item("device", "Samsung trailer", f"{count} blocks", where)
    for at in range(start + 12, min(start + 12 + 12 * min(count, 64), len(data) - 11), 12):
        _, kind, back, size = struct.unpack_from("<HHII", data, at)
        block = data[start - back : start - back + size] if size >= 8 and size <= back <= start else b""
        label_size = struct.unpack_from("<I", block, 4)[0] if block else 0
        name = decoded(block[8 : 8 + min(label_size, 80)]) or f"block 0x{kind:04X}"
        group, known = _SAMSUNG.get(kind, ("unknown", name))
        body = block[8 + label_size :]
        value = decoded(body) if kind in _SAMSUNG_TEXTS and body else f"{known}, {size:,} bytes"
        yield item(group, f"Samsung {name}", value, where)
