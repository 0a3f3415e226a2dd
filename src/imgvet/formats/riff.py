"""The chunks of a RIFF file, which WebP is, one after another (RFC 9649, section 2)."""

from collections.abc import Iterator
from typing import NamedTuple

RIFF_HEADER_BYTES = 12  # RIFF, the size of the file behind it, WEBP
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
