"""The chunks of a RIFF file, which WebP is, one after another (RFC 9649, section 2)."""

from collections.abc import Iterator
from typing import NamedTuple

RIFF_HEADER_BYTES = 12  # RIFF, the size of the rest of the file, WEBP
MAX_CHUNKS = 20_000


class RiffChunk(NamedTuple):
    """One chunk."""

    name: bytes
    start: int  # of its content, in bytes of the file
    end: int  # of its content; never beyond the end of the run
    size: int  # of its content in bytes, as it says itself

    @property
    def following(self) -> int:
        """Where the next chunk begins, behind a padding byte; beyond the run's end where this one is cut off."""
        return self.start + self.size + self.size % 2


def walk_riff_chunks(data: bytes, start: int, end: int, most: int = MAX_CHUNKS) -> Iterator[RiffChunk]:
    """The chunks between two places, ``most`` of them at the most; the last may be cut off."""
    for _ in range(most):
        if start + 8 > end:
            return
        name, size = data[start : start + 4], int.from_bytes(data[start + 4 : start + 8], "little")
        chunk = RiffChunk(name, start + 8, min(start + 8 + size, end), size)
        yield chunk
        start = chunk.following


def webp_end(data: bytes) -> int:
    """Where the chunks of a WebP end, by the size that its header gives, and never beyond the data."""
    size = int.from_bytes(data[4:8], "little")
    return min(len(data), 8 + size + size % 2)


def webp_picture_size(name: bytes, data: bytes, start: int) -> tuple[int, int] | None:
    """Width and height in pixels that the content of a VP8, VP8L or VP8X chunk gives; None for any other chunk.

    Layouts: RFC 6386, section 9.1 (the head of a VP8 key frame); RFC 9649, 2.7 (VP8X) and 3.4 (VP8L).
    """
    if name == b"VP8 ":
        return _little(data, start + 6, 2) & 0x3FFF, _little(data, start + 8, 2) & 0x3FFF
    if name == b"VP8L":
        bits = _little(data, start + 1, 4)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if name == b"VP8X":
        return _little(data, start + 4, 3) + 1, _little(data, start + 7, 3) + 1
    return None


def webp_frame(data: bytes, start: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the frame that an ANMF chunk holds, on its canvas; right and bottom exclusive."""
    left, top, width, height = (_little(data, at, 3) for at in range(start, start + 12, 3))  # places in steps of two
    return 2 * left, 2 * top, 2 * left + width + 1, 2 * top + height + 1


def _little(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")
