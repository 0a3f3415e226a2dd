"""The chunks of a PNG, one after another (PNG specification, third edition, clause 5)."""

from collections.abc import Iterator
from typing import NamedTuple

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 100_000
_AROUND = 12  # bytes of a chunk beside its content: length, name, check sum


class PngChunk(NamedTuple):
    """One chunk; its check sum is in the four bytes after its end."""

    name: bytes
    start: int  # of its content, in bytes of the file
    end: int  # of its content; never beyond the data
    is_cut: bool  # the data ends before its check sum does


def walk_chunks(data: bytes, most: int = MAX_CHUNKS) -> Iterator[PngChunk]:
    """The chunks behind the signature, ``most`` of them at the most, up to IEND or to one that is cut off."""
    at = len(PNG_SIGNATURE)
    for _ in range(most):
        if at + _AROUND > len(data):
            return
        name, start = data[at + 4 : at + 8], at + 8
        at = start + int.from_bytes(data[at : at + 4], "big") + 4
        yield PngChunk(name, start, min(at - 4, len(data)), at > len(data))
        if name == b"IEND":
            return
