"""ISO media boxes, one after another (ISO/IEC 14496-12, 4.2)."""

import struct
from collections.abc import Iterator

_MAX_BOXES = 10_000

IsoBox = tuple[bytes, int, int]  # type, first byte of the payload, first byte behind the box


def walk_boxes(data: bytes, start: int = 0, end: int | None = None, *, any_kind: bool = False) -> Iterator[IsoBox]:
    """The boxes one after another, until something is no box; offsets are in bytes of ``data``.

    A box has a type of four letters, unless ``any_kind`` allows numbers too.
    """
    end = len(data) if end is None else end
    for _ in range(_MAX_BOXES):
        if start + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, start)
        payload = start + 8
        if size == 1 and start + 16 <= end:
            size, payload = struct.unpack_from(">Q", data, start + 8)[0], start + 16
        elif size == 0:
            size = end - start
        legible = all(32 <= letter < 127 or letter == 0xA9 for letter in kind)
        if not (legible or any_kind) or start + size > end or start + size < payload:
            return
        yield kind, payload, start + size
        start += size
