"""Inflate a picture's zlib stream row by row, within bounds, so that no file can fill the memory."""

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imgvet.proof.ledger import Ledger

MAX_SIDE = 65_535  # pixels across or down, as in JPEG
MAX_PIXEL_BYTES = 1 << 30  # inflated; a hostile file must not keep the walk busy for long

_PIECE = 1 << 20  # bytes inflated at once
_BLOCK = 1 << 24  # bytes of rows looked at together

Bytes = NDArray[Any]


def inflated(
    untrusted: bytes, places: list[tuple[int, int]], expected: int, name: str, ledger: Ledger
) -> Iterator[bytes]:
    """Yield the bytes of one zlib stream in pieces, never more than are expected.

    ``places`` are the offset and length of its parts in the file; the stream must end where the last of them ends.

    Raises:
        Unwalkable: it cannot be inflated, does not end there, or does not contain exactly the expected bytes.
    """
    stream, total = zlib.decompressobj(), 0
    for offset, waiting in _slices(untrusted, places):
        if stream.eof:
            ledger.stop(offset, name, "It is after the end of the picture's data.")
        more = waiting
        while True:
            try:
                piece = stream.decompress(more, _PIECE)
            except zlib.error:
                ledger.stop(offset, name, "It cannot be inflated.")
            more, total = stream.unconsumed_tail, total + len(piece)
            if total > expected:
                ledger.stop(offset, name, "It holds more than the picture's pixels.")
            yield piece
            if len(piece) < _PIECE:  # then no output is left
                break
        if stream.unused_data:
            ledger.stop(offset, name, "There are bytes after the end of the picture's data.")
    if not stream.eof or total != expected:
        ledger.stop(places[-1][0], name, "It holds less than the picture's pixels.")


def _slices(untrusted: bytes, places: list[tuple[int, int]]) -> Iterator[tuple[int, bytes]]:
    """Short parts of the stream with their offsets, because zlib copies its unread input again and again."""
    for offset, length in places:
        for start in range(offset, offset + length, _PIECE):
            yield start, untrusted[start : min(start + _PIECE, offset + length)]


def row_blocks(pieces: Iterator[bytes], row: int) -> Iterator[Bytes]:
    """The pieces as blocks of whole rows, each ``row`` bytes long: arrays (rows, bytes)."""
    wanted = row * min(1024, max(64, _BLOCK // row))
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        while len(buffer) >= wanted:
            yield np.frombuffer(bytes(buffer[:wanted]), dtype=np.uint8).reshape(-1, row)
            del buffer[:wanted]
    if buffer:
        yield np.frombuffer(bytes(buffer), dtype=np.uint8).reshape(-1, row)
