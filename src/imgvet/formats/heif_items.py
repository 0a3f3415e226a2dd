"""The items of a HEIC or AVIF file: what each is, where its bytes are, and which properties it has.

Layouts: ISO/IEC 14496-12 (iinf, iloc, iref) and ISO/IEC 23008-12 (iprp).
"""

import struct
from dataclasses import dataclass, field

from imgvet.formats.isobmff import IsoBox, walk_boxes

MAX_ITEMS = 50_000


class TooManyItems(IndexError):
    """There are more items, pieces of items or associations than may be read."""


@dataclass(frozen=True, slots=True)
class ItemInfo:
    """One item, as its entry (infe) says."""

    kind: bytes  # four letters, e.g. b"hvc1"
    name: bytes = b""
    content: bytes = b""  # the content type of a ``mime`` item


@dataclass(slots=True)
class HeifItems:
    """The items of one ``meta`` box; offsets are in bytes of the file."""

    most: int = MAX_ITEMS  # items, and of all together: extents, references, associations
    infos: dict[int, ItemInfo] = field(default_factory=dict)
    locations: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)  # item: (method, offset, length)
    references: list[tuple[bytes, int, list[int]]] = field(default_factory=list)  # kind, from, to
    properties: list[IsoBox] = field(default_factory=list)  # numbered from 1
    associations: dict[int, list[int]] = field(default_factory=dict)  # item: numbers of its properties
    primary: int = 0
    idat: tuple[int, int] = (0, 0)
    handler: bytes = b""  # the name of who wrote it
    damaged: list[bytes] = field(default_factory=list)  # boxes that could not be read to their end
    too_many: bool = False  # of which one box has more than ``most``

    def extents(self, number: int, size: int) -> list[tuple[int, int]] | None:
        """First and last byte of each piece of an item, within ``size`` bytes; None where they are not in this file."""
        pieces = []
        for method, offset, length in self.locations.get(number, []):
            start, end = self.idat if method == 1 else (0, size)
            if method > 1 or start + offset + length > end:
                return None
            pieces.append((start + offset, start + offset + length if length else end))
        return pieces if sum(last - first for first, last in pieces) <= size else None

    def properties_of(self, number: int) -> list[IsoBox]:
        """The properties of an item, in its order: type, first byte of the payload, first byte behind."""
        numbers = self.associations.get(number, [])
        return [self.properties[each - 1] for each in numbers if 0 < each <= len(self.properties)]

    def targets(self, kind: bytes) -> dict[int, list[int]]:
        """For each item that has references of that kind, the items that they point to."""
        found: dict[int, list[int]] = {}
        for known, source, targets in self.references:
            if known == kind:
                found.setdefault(source, []).extend(targets)
        return found


def read_items(data: bytes, start: int, end: int, most: int = MAX_ITEMS) -> HeifItems:
    """The items of the ``meta`` box whose payload lies between two places; of damaged boxes, what comes before that."""
    items = HeifItems(most)
    for kind, first, last in walk_boxes(data, start + 4, end, most=most, any_kind=True, cut_off=True):
        try:
            _read_box(items, kind, data, first, last)
        except TooManyItems:
            items.too_many = True
            items.damaged.append(kind)
        except (struct.error, IndexError):
            items.damaged.append(kind)
    return items


def _read_box(items: HeifItems, kind: bytes, data: bytes, start: int, end: int) -> None:
    body = data[start:end] if kind in _READERS or kind in (b"pitm", b"hdlr") else b""
    if kind == b"pitm":
        items.primary = struct.unpack_from(">I" if body[0] else ">H", body, 4)[0]
    elif kind == b"idat":
        items.idat = (start, end)
    elif kind == b"hdlr":
        items.handler = body[24:].split(b"\0")[0]
    elif kind == b"iprp":
        _read_properties(items, data, start, end)
    elif kind in _READERS:
        _READERS[kind](items, body)


def _read_infos(items: HeifItems, body: bytes) -> None:
    boxes = walk_boxes(body, 8 if body[0] else 6, most=items.most + 1, any_kind=True)
    for count, (box, start, end) in enumerate(boxes, start=1):
        if count > items.most:
            raise TooManyItems
        if box != b"infe":
            continue
        entry = body[start:end]
        wide = entry[0] >= 3
        number = struct.unpack_from(">I" if wide else ">H", entry, 4)[0]
        at = 10 if wide else 8
        kind, texts = (entry[at : at + 4], entry[at + 4 :]) if entry[0] >= 2 else (b"mime", entry[8:])
        name, _, rest = texts.partition(b"\0")
        items.infos[number] = ItemInfo(kind, name, rest.split(b"\0", 1)[0])


def _read_locations(items: HeifItems, body: bytes) -> None:
    """The places of each item's bytes (14496-12, 8.11.3); the width of the numbers follows the version."""
    version = body[0]
    offset_size, length_size = body[4] >> 4, body[4] & 15
    base_size, index_size = body[5] >> 4, body[5] & 15 if version in (1, 2) else 0
    numbers = _Numbers(body, 6)
    total = 0
    for _ in range(numbers.take(4 if version == 2 else 2)):
        key = numbers.take(4 if version == 2 else 2)
        method = numbers.take(2) & 15 if version in (1, 2) else 0
        numbers.take(2)
        base = numbers.take(base_size)
        extents = items.locations.setdefault(key, [])
        count = numbers.take(2)
        total += count + 1
        if total > items.most:
            raise TooManyItems
        for _ in range(count):
            numbers.take(index_size)
            extents.append((method, base + numbers.take(offset_size), numbers.take(length_size)))


class _Numbers:
    """Big-endian numbers of any width, one after another."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at

    def take(self, size: int) -> int:
        """The next number, of ``size`` bytes.

        Raises:
            IndexError: the data ends before it does.
        """
        start, self.at = self.at, self.at + size
        if self.at > len(self.data):
            raise IndexError
        return int.from_bytes(self.data[start : self.at], "big")


def _read_references(items: HeifItems, body: bytes) -> None:
    code, width = (">I", 4) if body[0] else (">H", 2)
    total = 0
    for kind, start, end in walk_boxes(body, 4, most=items.most):
        source, count = struct.unpack_from(code, body, start)[0], struct.unpack_from(">H", body, start + width)[0]
        first = start + width + 2
        if first + width * count > end:
            raise IndexError
        total += count
        if total > items.most:
            raise TooManyItems
        targets = [struct.unpack_from(code, body, at)[0] for at in range(first, first + width * count, width)]
        items.references.append((kind, source, targets))


def _read_properties(items: HeifItems, data: bytes, start: int, end: int) -> None:
    for container, first, last in walk_boxes(data, start, end, most=items.most, any_kind=True, cut_off=True):
        if container == b"ipco":
            items.properties += walk_boxes(data, first, last, most=items.most, any_kind=True)
        elif container == b"ipma":
            _read_associations(items, data[first:last])


def _read_associations(items: HeifItems, body: bytes) -> None:
    wide, code = body[3] & 1, ">I" if body[0] else ">H"
    at, total = 8, 0
    for _ in range(struct.unpack_from(">I", body, 4)[0]):
        number = struct.unpack_from(code, body, at)[0]
        at += struct.calcsize(code)
        count = body[at]
        at, total = at + 1, total + count + 1
        if total > items.most:
            raise TooManyItems
        if at + count * (1 + wide) > len(body):
            raise IndexError
        pieces = [int.from_bytes(body[at + i * (1 + wide) :][: 1 + wide], "big") for i in range(count)]
        items.associations.setdefault(number, []).extend(each & (0x7FFF if wide else 0x7F) for each in pieces)
        at += count * (1 + wide)


_READERS = {b"iinf": _read_infos, b"iloc": _read_locations, b"iref": _read_references}
