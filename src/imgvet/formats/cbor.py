"""One value of CBOR (RFC 8949), as content credentials hold them."""

from collections.abc import Iterator
from typing import Any

_DEEPEST = 32
_INTEGER, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP, _TAG = range(7)
_ENDLESS, _BREAK = 31, b"\xff"


def read_cbor(data: bytes) -> Any:
    """The first value in the bytes: numbers, bytes, texts, lists, and maps whose keys are texts; None for all others.

    Raises:
        ValueError: the bytes end before the value does, or it is not a value, or too deep.
    """
    return _Reader(data).value(0)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        self.at += size
        if self.at > len(self.data):
            raise ValueError("it is cut off")
        return self.data[self.at - size : self.at]

    def value(self, depth: int) -> Any:
        kind, short = divmod(self.take(1)[0], 32)
        if depth > _DEEPEST or 27 < short < _ENDLESS:
            raise ValueError("it is too deep, or no value")
        endless = short == _ENDLESS
        number = 0 if endless else short if short < 24 else int.from_bytes(self.take(1 << (short - 24)), "big")
        if kind in (_INTEGER, _NEGATIVE):
            return number if kind == _INTEGER else -1 - number
        if kind in (_BYTES, _TEXT):
            return self._string(kind, number, depth, endless=endless)
        if kind in (_LIST, _MAP):
            each = self._until_break(depth) if endless else (self.value(depth + 1) for _ in range(number * (kind - 3)))
            return list(each) if kind == _LIST else {f"{key}": value for key, value in zip(each, each, strict=True)}
        return self.value(depth + 1) if kind == _TAG else None

    def _string(self, kind: int, number: int, depth: int, *, endless: bool) -> bytes | str:
        pieces = list(self._until_break(depth)) if endless else [self.take(number)]
        if any(not isinstance(piece, bytes | str) for piece in pieces):
            raise ValueError("a piece of a text is none")
        whole = b"".join(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces)
        return whole if kind == _BYTES else whole.decode("utf-8", "replace")

    def _until_break(self, depth: int) -> Iterator[Any]:
        while self.data[self.at : self.at + 1] != _BREAK:
            yield self.value(depth + 1)
        self.at += 1
