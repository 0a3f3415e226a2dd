"""ISO media boxes: HEIC and AVIF pictures, and the videos that hide behind photos.

Layouts: ISO/IEC 14496-12 (boxes, iinf, iloc, iref) and ISO/IEC 23008-12 (HEIF).
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from imgvet.metadata.reading.found import Found, Part, Unread, decoded, item, position, unknown

_MOST_BOXES = 10_000
_MOST_ITEMS = 4_096
_MOST_EXTENTS = 20_000
_C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_PICTURES = (b"hvc1", b"av01", b"avc1", b"jpeg", b"grid", b"iovl", b"iden", b"j2k1", b"unci", b"vvc1", b"lhv1", b"tmap")
_LAYOUT = (b"hdlr", b"pitm", b"iinf", b"iloc", b"iref", b"iprp", b"idat", b"dinf", b"grpl", b"ipro")

# ISO 6709 as phones write it, e.g. +52.4814-001.8998/ or +52.4814-001.8998+120.000/.
_ISO_6709 = re.compile(rb"([+-]\d{2}\.\d{2,8})([+-]\d{3}\.\d{2,8})(?:[+-]\d+(?:\.\d+)?)?/")

Box = tuple[bytes, int, int]  # type, first byte of the payload, first byte behind the box


def walk_boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes one after another, until something is no box; offsets are in bytes of ``data``."""
    end = len(data) if end is None else end
    for _ in range(_MOST_BOXES):
        if start + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, start)
        payload = start + 8
        if size == 1 and start + 16 <= end:
            size, payload = struct.unpack_from(">Q", data, start + 8)[0], start + 16
        elif size == 0:
            size = end - start
        legible = all(32 <= letter < 127 or letter == 0xA9 for letter in kind)
        if not legible or start + size > end or start + size < payload:
            return
        yield kind, payload, start + size
        start += size


def location(data: bytes, where: str) -> Iterator[Found]:
    """The place that a video says it was recorded at."""
    match = _ISO_6709.search(data)
    if match:
        yield item("gps", "Location", decoded(match[0]), where)
        yield from position(float(match[1]), float(match[2]))


@dataclass(slots=True)
class _Items:
    """The items of a ``meta`` box."""

    kinds: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)  # item: type, content type or name
    places: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)  # item: (method, offset, length)
    references: list[tuple[bytes, int, list[int]]] = field(default_factory=list)
    primary: int = 0
    idat: tuple[int, int] = (0, 0)
    profiles: list[bytes] = field(default_factory=list)
    auxiliary: list[bytes] = field(default_factory=list)


def read_heif(data: bytes, kind: str) -> Iterator[Found]:
    """Everything in a HEIC or AVIF file beside its picture."""
    name, end = kind.upper(), 0
    for box, start, end in walk_boxes(data):
        if box == b"meta":
            yield from _meta(data, start, end, name)
        elif box not in (b"ftyp", b"mdat"):
            yield from _beside(box, data[start:end], name)
    if end < len(data):
        yield Part("trailer", data[end:], "after the end of the picture")
    if end == 0:
        yield Unread(f"It does not begin as a {name} does.")


def _beside(box: bytes, data: bytes, name: str) -> Iterator[Found]:
    """A box that no still picture needs."""
    place = f"{name} {decoded(box)}"
    if box == b"uuid":
        yield from _uuid(data, name)
    elif box in (b"jumb", b"c2pa"):
        yield Part("jumbf", data, f"{name} JUMBF")
    elif box in (b"moov", b"moof"):
        yield item("pictures", "Video", f"a video or a sequence of pictures, {len(data):,} bytes", place)
        yield from location(data, place)
    elif box == b"sefd":
        yield Part("trailer", data, place)
    elif box not in (b"free", b"skip", b"wide") or data.strip(b"\0"):
        yield unknown(f"box {decoded(box)}", data, place)


def _uuid(data: bytes, name: str) -> Iterator[Found]:
    if data.startswith(_C2PA):
        yield Part("jumbf", data[16:], f"{name} C2PA")
    elif data.startswith(_XMP):
        yield Part("xmp", data[16:], f"{name} XMP")
    else:
        yield unknown("box uuid", data, f"{name} uuid")


def _meta(data: bytes, start: int, end: int, name: str) -> Iterator[Found]:
    items = _Items()
    for box, first, last in walk_boxes(data, start + 4, end):
        body = data[first:last]
        try:
            _take(items, box, body, first)
        except (struct.error, IndexError):
            yield Unread(f"The {decoded(box)} box of the {name} file is damaged.")
        if box not in _LAYOUT:
            yield unknown(f"box {decoded(box)}", body, f"{name} meta")
    for profile in items.profiles:
        yield Part("icc", profile, f"{name} ICC profile")
    yield from _metadata_items(data, items, name)
    yield from _further_pictures(items, name)


def _take(items: _Items, box: bytes, body: bytes, first: int) -> None:
    if box == b"pitm":
        items.primary = struct.unpack_from(">I" if body[0] else ">H", body, 4)[0]
    elif box == b"iinf":
        _take_kinds(items, body)
    elif box == b"iloc":
        _take_places(items, body)
    elif box == b"iref":
        _take_references(items, body)
    elif box == b"idat":
        items.idat = (first, first + len(body))
    elif box == b"iprp":
        _take_properties(items, body)


def _take_kinds(items: _Items, body: bytes) -> None:
    for box, start, end in walk_boxes(body, 8 if body[0] else 6):
        entry = body[start:end]
        if box == b"infe" and entry[0] >= 2 and len(items.kinds) < _MOST_ITEMS:
            wide = entry[0] >= 3
            number = struct.unpack_from(">I" if wide else ">H", entry, 4)[0]
            at = 10 if wide else 8
            _, _, rest = entry[at + 4 :].partition(b"\0")
            items.kinds[number] = (entry[at : at + 4], rest.split(b"\0", 1)[0])


def _take_places(items: _Items, body: bytes) -> None:
    """Where each item's bytes are (14496-12, 8.11.3): field widths stand in the first two bytes behind the version."""
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

    for _ in range(min(number(4 if version == 2 else 2), _MOST_ITEMS)):
        key = number(4 if version == 2 else 2)
        method = number(2) & 15 if version in (1, 2) else 0
        number(2)
        base = number(base_size)
        extents = items.places.setdefault(key, [])
        count = number(2)
        total += count
        if total > _MOST_EXTENTS:
            raise IndexError
        for _ in range(count):
            number(index_size)
            extents.append((method, base + number(offset_size), number(length_size)))


def _take_references(items: _Items, body: bytes) -> None:
    code = ">I" if body[0] else ">H"
    width = 4 if body[0] else 2
    for kind, start, end in walk_boxes(body, 4):
        source, count = struct.unpack_from(code, body, start)[0], struct.unpack_from(">H", body, start + width)[0]
        first = start + width + 2
        if first + width * count > end:
            raise IndexError
        targets = [struct.unpack_from(code, body, at)[0] for at in range(first, first + width * count, width)]
        items.references.append((kind, source, targets))


def _take_properties(items: _Items, body: bytes) -> None:
    for container, start, end in walk_boxes(body):
        if container != b"ipco":
            continue
        for box, first, last in walk_boxes(body, start, end):
            if box == b"colr" and body[first : first + 4] in (b"prof", b"rICC"):
                items.profiles.append(body[first + 4 : last])
            elif box == b"auxC":
                items.auxiliary.append(body[first + 4 : last].split(b"\0", 1)[0])


def _bytes_of(data: bytes, items: _Items, number: int) -> bytes | None:
    """An item's bytes; None where they are not in this file."""
    pieces: list[bytes] = []
    total = 0
    for method, offset, length in items.places.get(number, []):
        start, end = items.idat if method == 1 else (0, len(data))
        if method > 1 or start + offset + length > end:
            return None
        pieces.append(data[start + offset : (start + offset + length) if length else end])
        total += len(pieces[-1])
        if total > len(data):
            return None
    return b"".join(pieces)


def _metadata_items(data: bytes, items: _Items, name: str) -> Iterator[Found]:
    total = 0
    for number, (kind, content) in items.kinds.items():
        if kind in _PICTURES:
            continue
        body = _bytes_of(data, items, number)
        total += len(body or b"")
        if total > 2 * len(data):
            yield Unread(f"The items of the {name} file overlap; not all of them were read.")
            return
        if body is None:
            yield Unread(f"An item ({decoded(kind)}) of the {name} file could not be read.")
            yield item("unknown", f"item {decoded(kind)}", "its bytes are not in this file", f"{name} items")
        elif kind == b"Exif":
            skip = int.from_bytes(body[:4], "big")
            yield Part("exif", body[4 + skip :] if len(body) > 4 + skip else body, f"{name} EXIF")
        elif kind == b"mime" and b"xml" in content:
            yield Part("xmp", body, f"{name} XMP")
        else:
            yield unknown(f"item {decoded(kind)} {decoded(content)}".strip(), body, f"{name} items")


def _further_pictures(items: _Items, name: str) -> Iterator[Found]:
    """Thumbnails, depth maps, gain maps and pictures that are no part of the shown one."""
    pictures = {number for number, (kind, _) in items.kinds.items() if kind in _PICTURES}
    parts = {target for kind, _, targets in items.references if kind == b"dimg" for target in targets}
    small = {source for kind, source, _ in items.references if kind == b"thmb"}
    beside = {source for kind, source, _ in items.references if kind == b"auxl"}
    for number in sorted(pictures & small):
        yield item("pictures", "ThumbnailImage", f"item {number}", f"{name} items")
    kinds = [decoded(each) for each in items.auxiliary if b"alpha" not in each.lower()]
    if beside and kinds:
        yield item("pictures", "AuxiliaryImage", ", ".join(kinds), f"{name} items")
    others = pictures - parts - small - beside - {items.primary}
    if others:
        numbers = ", ".join(str(number) for number in sorted(others)[:20])
        yield item("pictures", "FurtherImage", f"items {numbers}", f"{name} items")
