"""The items of a HEIC or AVIF file: what each is, where its bytes are, and which properties it has.

Layouts: ISO/IEC 14496-12 (iinf, iloc, iref) and ISO/IEC 23008-12 (iprp).
"""

import struct
from dataclasses import dataclass, field

from imgvet.formats.isobmff import IsoBox, walk_boxes

_MAX_ITEMS = 4_096
_MAX_EXTENTS = 20_000
_MAX_ASSOCIATIONS = 50_000


@dataclass(frozen=True, slots=True)
class Item:
    """One item, as its entry says."""

    kind: bytes  # four letters, e.g. b"hvc1"
    name: bytes = b""
    content: bytes = b""  # the content type of a ``mime`` item


@dataclass(slots=True)
class Items:
    """The items of one ``meta`` box; offsets are in bytes of the file."""

    kinds: dict[int, Item] = field(default_factory=dict)
    places: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)  # item: (method, offset, length)
    references: list[tuple[bytes, int, list[int]]] = field(default_factory=list)  # kind, from, to
    properties: list[IsoBox] = field(default_factory=list)  # numbered from 1
    has: dict[int, list[int]] = field(default_factory=dict)  # item: numbers of its properties
    primary: int = 0
    idat: tuple[int, int] = (0, 0)
    handler: bytes = b""  # the name of who wrote it

    def take(self, box: bytes, data: bytes, start: int, end: int) -> None:
        """Read one box within ``meta``.

        Raises:
            struct.error, IndexError: it is cut off, or its numbers cannot be.
        """
        body = data[start:end]
        if box == b"pitm":
            self.primary = struct.unpack_from(">I" if body[0] else ">H", body, 4)[0]
        elif box == b"iinf":
            self._kinds(body)
        elif box == b"iloc":
            self._places(body)
        elif box == b"iref":
            self._references(body)
        elif box == b"idat":
            self.idat = (start, end)
        elif box == b"hdlr":
            self.handler = body[24:].split(b"\0")[0]
        elif box == b"iprp":
            self._properties(data, start, end)

    def extents(self, number: int, size: int) -> list[tuple[int, int]] | None:
        """First and last byte of each piece of an item, within ``size`` bytes; None where they are not in this file."""
        pieces = []
        for method, offset, length in self.places.get(number, []):
            start, end = self.idat if method == 1 else (0, size)
            if method > 1 or start + offset + length > end:
                return None
            pieces.append((start + offset, start + offset + length if length else end))
        return pieces if sum(last - first for first, last in pieces) <= size else None

    def of(self, number: int, kind: bytes) -> list[tuple[int, int]]:
        """The properties of that kind that an item has: first byte of the payload, first byte behind."""
        numbers = [each for each in self.has.get(number, []) if 0 < each <= len(self.properties)]
        return [self.properties[each - 1][1:] for each in numbers if self.properties[each - 1][0] == kind]

    def targets(self, kind: bytes) -> dict[int, list[int]]:
        """For each item that has references of that kind, the items that they point to."""
        found: dict[int, list[int]] = {}
        for known, source, targets in self.references:
            if known == kind:
                found.setdefault(source, []).extend(targets)
        return found

    def _kinds(self, body: bytes) -> None:
        for box, start, end in walk_boxes(body, 8 if body[0] else 6):
            entry = body[start:end]
            if box != b"infe" or len(self.kinds) >= _MAX_ITEMS:
                continue
            wide = entry[0] >= 3
            number = struct.unpack_from(">I" if wide else ">H", entry, 4)[0]
            at = 10 if wide else 8
            kind, texts = (entry[at : at + 4], entry[at + 4 :]) if entry[0] >= 2 else (b"mime", entry[8:])
            name, _, rest = texts.partition(b"\0")
            self.kinds[number] = Item(kind, name, rest.split(b"\0", 1)[0])

    def _places(self, body: bytes) -> None:
        """Where each item's bytes are (14496-12, 8.11.3); field widths stand in the two bytes behind the version."""
        version = body[0]
        offset_size, length_size = body[4] >> 4, body[4] & 15
        base_size, index_size = body[5] >> 4, body[5] & 15 if version in (1, 2) else 0
        at, total = 6, 0

        def number(size: int) -> int:
            nonlocal at
            if at + size > len(body):
                raise IndexError
            at += size
            return int.from_bytes(body[at - size : at], "big")

        for _ in range(min(number(4 if version == 2 else 2), _MAX_ITEMS)):
            key = number(4 if version == 2 else 2)
            method = number(2) & 15 if version in (1, 2) else 0
            number(2)
            base = number(base_size)
            extents = self.places.setdefault(key, [])
            count = number(2)
            total += count
            if total > _MAX_EXTENTS:
                raise IndexError
            for _ in range(count):
                number(index_size)
                extents.append((method, base + number(offset_size), number(length_size)))

    def _references(self, body: bytes) -> None:
        code, width = (">I", 4) if body[0] else (">H", 2)
        total = 0
        for kind, start, end in walk_boxes(body, 4):
            source, count = struct.unpack_from(code, body, start)[0], struct.unpack_from(">H", body, start + width)[0]
            first = start + width + 2
            if first + width * count > end:
                raise IndexError
            total += count
            if total > _MAX_ASSOCIATIONS:
                raise IndexError
            targets = [struct.unpack_from(code, body, at)[0] for at in range(first, first + width * count, width)]
            self.references.append((kind, source, targets))

    def _properties(self, data: bytes, start: int, end: int) -> None:
        for container, first, last in walk_boxes(data, start, end):
            if container == b"ipco":
                self.properties += walk_boxes(data, first, last)
            elif container == b"ipma":
                self._associations(data[first:last])

    def _associations(self, body: bytes) -> None:
        wide, code = body[3] & 1, ">I" if body[0] else ">H"
        at, total = 8, 0
        for _ in range(min(struct.unpack_from(">I", body, 4)[0], _MAX_ITEMS)):
            number = struct.unpack_from(code, body, at)[0]
            at += struct.calcsize(code)
            count = body[at]
            at, total = at + 1, total + count
            if total > _MAX_ASSOCIATIONS or at + count * (1 + wide) > len(body):
                raise IndexError
            pieces = [int.from_bytes(body[at + i * (1 + wide) :][: 1 + wide], "big") for i in range(count)]
            self.has.setdefault(number, []).extend(each & (0x7FFF if wide else 0x7F) for each in pieces)
            at += count * (1 + wide)
