"""Records of a whole batch in little memory: packed some dozens together, and unpacked while they are read.

Twenty thousand photos are 150 MiB as records and 5 MiB here. A loop over them keeps only the current one.
"""

import json
import zlib
from abc import abstractmethod
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Self, TypeVar, overload

import msgspec

from imgvet.batch.decisions.hash_chain import LogRow
from imgvet.photo import Photo

Record = TypeVar("Record")

_TOGETHER = 64  # records that are packed together: many that are alike take little, and few are unpacked for one
_LEVEL = 1  # of compression; more takes longer and gains little


class Packed(Sequence[Record]):
    """Records in order. Going through them from the first to the last is quick, picking single ones is not."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        following = iter(records)
        self._blocks: list[bytes] = []
        self._length = 0
        while some := list(islice(following, _TOGETHER)):
            self._blocks.append(zlib.compress(self._pack(some), _LEVEL))
            self._length += len(some)
        self._unpacked: tuple[int, Sequence[Record]] = (-1, ())  # the block that was picked from last

    @abstractmethod
    def _pack(self, records: list[Record]) -> bytes:
        """The records as bytes."""

    @abstractmethod
    def _unpack(self, data: bytes) -> list[Record]:
        """The records that ``_pack`` was given."""

    def with_added(self, records: Iterable[Record]) -> Self:
        """The same records and, behind them, further ones; these stay as they are."""
        full, rest = divmod(self._length, _TOGETHER)
        last = self._unpack(zlib.decompress(self._blocks[-1])) if rest else []
        more = type(self)(chain(last, records))
        more._blocks, more._length = [*self._blocks[:full], *more._blocks], full * _TOGETHER + more._length
        return more

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Record]:
        for block in self._blocks:
            yield from self._unpack(zlib.decompress(block))

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | Sequence[Record]:
        places = range(self._length)[index]
        if isinstance(places, range):
            return [self[place] for place in places]
        block, place = divmod(places, _TOGETHER)
        if self._unpacked[0] != block:
            self._unpacked = block, self._unpack(zlib.decompress(self._blocks[block]))
        return self._unpacked[1][place]

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Packed) and self._blocks == other._blocks

    __hash__ = None  # type: ignore[assignment]


class PackedPhotos(Packed[Photo]):
    """The photos of a batch, by number."""

    def _pack(self, records: list[Photo]) -> bytes:
        return msgspec.msgpack.encode(records)

    def _unpack(self, data: bytes) -> list[Photo]:
        return _PHOTOS.decode(data)


_PHOTOS = msgspec.msgpack.Decoder(list[Photo])


class PhotosByNumber(Mapping[int, Photo]):
    """The same photos, to be picked by their numbers; quickest in their order."""

    def __init__(self, photos: Sequence[Photo]) -> None:
        self._photos = photos
        self._numbers = [photo.number for photo in photos]  # they rise

    def __getitem__(self, number: int) -> Photo:
        place = bisect_left(self._numbers, number)
        if self._numbers[place : place + 1] != [number]:
            raise KeyError(number)
        return self._photos[place]

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


class PackedRows(Packed[LogRow]):
    """The lines of a log, whatever somebody may have put into them."""

    def _pack(self, records: list[LogRow]) -> bytes:
        rows = [(row.untrusted_fields, row.untrusted_hash) for row in records]
        return json.dumps(rows, separators=(",", ":"), default=_hexadecimal).encode("ascii")

    def _unpack(self, data: bytes) -> list[LogRow]:
        return [LogRow(tuple(fields), digest) for fields, digest in json.loads(data, object_hook=_bytes)]


def _hexadecimal(value: bytes) -> dict[str, str]:
    """Bytes for JSON; nothing else in a row of a database needs a word of its own there."""
    return {"hex": value.hex()}


def _bytes(value: dict[str, Any]) -> bytes:
    return bytes.fromhex(value["hex"])
