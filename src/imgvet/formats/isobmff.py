"""ISO media boxes, one after another (ISO/IEC 14496-12, 4.2)."""

import struct
from collections.abc import Iterator

MAX_BOXES = 10_000

IsoBox = tuple[bytes, int, int]  # type, first byte of the payload, first byte behind the box


def walk_boxes(
    data: bytes,
    start: int = 0,
    end: int | None = None,
    *,
    most: int = MAX_BOXES,
    any_kind: bool = False,
    cut_off: bool = False,
) -> Iterator[IsoBox]:
    """The boxes one after another, at most ``most``, until something is not a box; offsets are in bytes of ``data``.

    A box has a type of four letters, unless ``any_kind`` allows numbers too. With ``cut_off``, a last box that claims
    to continue beyond the end is yielded too, as if it ended there.
    """
    end = len(data) if end is None else min(end, len(data))
    for _ in range(most):
        box = _box(data, start, end)
        if box is None or not (any_kind or _is_legible(box[0])):
            return
        kind, payload, start = box
        if start <= end:
            yield box
        elif cut_off:
            yield kind, min(payload, end), end


def _box(data: bytes, start: int, end: int) -> IsoBox | None:
    """The box at ``start``, its end as it says itself; None where none can begin."""
    if not 0 <= start <= end - 8:
        return None
    size, kind = struct.unpack_from(">I4s", data, start)
    payload = start + 8
    if size == 1 and start + 16 <= end:
        size, payload = struct.unpack_from(">Q", data, start + 8)[0], start + 16
    elif size == 0:
        size = end - start
    return (kind, payload, start + size) if start + size >= payload else None


def _is_legible(kind: bytes) -> bool:
    return all(32 <= letter < 127 or letter == 0xA9 for letter in kind)
