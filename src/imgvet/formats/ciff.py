"""The records of a CIFF heap, Canon's layout before EXIF ("CIFF Specification on Image Data File", 1997).

A heap has its directory at its end, and heaps within it.
"""

import struct
from collections.abc import Iterator

_HEAPS = (0x2800, 0x3000)  # kinds of records that are heaps
_KIND, _IN_THE_ENTRY, _NUMBER = 0x3800, 0x4000, 0x3FFF  # bits of a tag
_MAX_RECORDS = 5_000

CiffRecord = tuple[int, bytes]  # tag without its place, and content


def ciff_order(data: bytes) -> str:
    """The byte order: "<" or ">"."""
    return "<" if data[:2] == b"II" else ">"


def walk_ciff(data: bytes) -> Iterator[CiffRecord]:
    """The records of all heaps, 5,000 of them."""
    order, left = ciff_order(data), _MAX_RECORDS
    waiting = [(struct.unpack_from(order + "I", data.ljust(6, b"\0"), 2)[0], len(data))]
    while waiting and left > 0:
        start, end = waiting.pop()
        if not 0 <= start <= end - 6 or end > len(data):
            continue
        first = start + struct.unpack_from(order + "I", data, end - 4)[0]
        count = struct.unpack_from(order + "H", data, first)[0] if first <= end - 6 else 0
        for at in range(first + 2, min(first + 2 + 10 * min(count, left), end - 9), 10):
            tag, size, place = struct.unpack_from(order + "HII", data, at)
            inside = start + place
            left -= 1
            if tag & _KIND in _HEAPS:
                waiting.append((inside, inside + size))
            else:
                in_entry = tag & _IN_THE_ENTRY
                yield tag & _NUMBER, data[at + 2 : at + 10] if in_entry else data[inside : inside + size]
