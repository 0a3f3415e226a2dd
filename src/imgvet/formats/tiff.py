"""The directories of a TIFF structure, which is also the body of EXIF, walked within bounds.

Layout and tag numbers: TIFF 6.0 and EXIF 3.0 (CIPA DC-008).
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

# Bytes of each type, and how struct reads it; 16 to 18 are BigTIFF's, which some decoders take in any TIFF.
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_CODES = {1: "B", 3: "H", 4: "I", 5: "II", 6: "b", 7: "B", 8: "h", 9: "i", 10: "ii", 11: "f", 12: "d", 13: "I"}
_CODES |= {16: "Q", 17: "q", 18: "Q"}

_POINTERS = {0x8769: "EXIF", 0x8825: "GPS", 0xA005: "Interoperability"}
_SUB_IFDS = 0x014A
_MAX_DIRECTORIES = 256
MAX_DIRECTORY_FIELDS = 65_535  # its count has 16 bits
_MAX_PAGES, _MAX_FIELDS_OF_PAGES = 1_000, 200_000
_NEW_SUBFILE_TYPE, _WIDTH, _HEIGHT, _COMPRESSION, _PHOTOMETRIC, _SUBFILE_TYPE = 0xFE, 0x100, 0x101, 0x103, 0x106, 0xFF
_PIXELS_AT = frozenset({0x0111, 0x0144})  # strips or tiles
_REDUCED, _MASK, _OLD_REDUCED = 1, 4, 2  # bits of NewSubfileType; a value of SubfileType
_SMALL, _MANY_TIMES, _SAME_SHAPE = 640, 2, 0.03  # a thumbnail's longer side; how much larger its picture is; difference


@dataclass(frozen=True, slots=True)
class TiffField:
    """One entry of one directory."""

    directory: (
        str  # "Image", "Thumbnail", "IFD 2", "EXIF", "GPS", "Interoperability", "EXIF SubIFD0" as exifread names them
    )
    tag: int
    type: int
    count: int
    offset: int  # of the value, bytes from the start
    size: int  # of the value, bytes


@dataclass(slots=True)
class TiffStructure:
    """The directories of one TIFF structure."""

    data: bytes
    order: str  # "<" or ">"
    fields: list[TiffField] = field(default_factory=list)
    index: dict[tuple[str, int], TiffField] = field(default_factory=dict)  # directory and tag: the first such field
    directories: list[str] = field(default_factory=list)
    offsets: dict[str, int] = field(default_factory=dict)  # of the directories
    problems: list[str] = field(default_factory=list)  # what was wrong, e.g. "a directory lies outside the data"
    spans: list[tuple[int, int]] = field(default_factory=lambda: [(0, 8)])  # header, directories and values in bytes
    max_fields: int = 5_000
    following: int = 0  # offset of the next directory, as the one that was read last says; 0: there is none

    def raw(self, entry: TiffField, most: int = 1 << 24) -> bytes:
        """The value's bytes, ``most`` of them at the most, fewer where the data ends."""
        return self.data[max(entry.offset, 0) : max(entry.offset + min(entry.size, most), 0)]

    def numbers(self, entry: TiffField, most: int = 64) -> list[float | None]:
        """The value's numbers, ``most`` of them at the most; None is a rational over nothing or no number."""
        code, size = _CODES.get(entry.type), _SIZES.get(entry.type, 1)
        if code is None:
            return []
        raw = self.raw(entry, most * size)
        values = struct.iter_unpack(self.order + code, raw[: len(raw) // size * size])
        return [_number(each) for each in islice(values, most)]

    def first(self, directory: str, tag: int) -> TiffField | None:
        """The first entry of that directory with that tag."""
        return self.index.get((directory, tag))


def _number(values: tuple[float, ...]) -> float | None:
    if len(values) == 2:
        return values[0] / values[1] if values[1] else None
    return values[0] if math.isfinite(values[0]) else None


def is_tiff(data: bytes) -> bool:
    """Whether the bytes begin as a TIFF structure does."""
    return data[:4] in (b"II*\0", b"MM\0*")


def tiff_header(data: bytes) -> tuple[str, int]:
    """The byte order, "<" or ">", and the offset of the first directory; 0 where the data ends before it."""
    order = "<" if data[:2] == b"II" else ">"
    return order, struct.unpack_from(order + "I", data, 4)[0] if len(data) >= 8 else 0


def walk_tiff_structure(data: bytes) -> TiffStructure:
    """Every directory that can be reached from the header, within 256 directories and 5,000 fields."""
    order, first = tiff_header(data)
    structure = TiffStructure(data, order)
    if len(data) < 8:
        structure.problems.append("it ends before its first directory")
        return structure
    waiting: list[tuple[str, int, int | None]] = [("Image", first, 0)]
    seen: set[int] = set()
    while waiting:
        name, offset, page = waiting.pop(0)
        if offset in seen:
            structure.problems.append("a directory is used twice")
        elif len(seen) >= _MAX_DIRECTORIES or len(structure.fields) >= structure.max_fields:
            structure.problems.append("it has too many directories")
            break
        else:
            seen.add(offset)
            waiting += _directory(structure, name, offset, page)
    return structure


def read_directory(data: bytes, order: str, offset: int, base: int = 0, max_fields: int = 5_000) -> TiffStructure:
    """The one directory at ``offset``, as makers keep it in their notes; its values are counted from ``base``."""
    structure = TiffStructure(data, order, max_fields=max_fields)
    for _ in _directory(structure, "MakerNote", offset, None, base):
        pass
    return structure


def _directory(
    structure: TiffStructure, name: str, offset: int, page: int | None, base: int = 0
) -> Iterator[tuple[str, int, int | None]]:
    """Read one directory into the structure, and yield those that it points to."""
    data, order = structure.data, structure.order
    if not 0 < offset <= len(data) - 2:
        structure.problems.append(f"the {name} directory lies outside the data")
        return
    structure.directories.append(name)
    structure.offsets.setdefault(name, offset)
    count = struct.unpack_from(order + "H", data, offset)[0]
    end = offset + 2 + 12 * count
    structure.spans.append((offset, min(end + 4, len(data))))  # 4 bytes point to the next directory
    if end > len(data):
        structure.problems.append(f"the {name} directory is cut off")
    for at in range(offset + 2, min(end, len(data) - 11, offset + 2 + 12 * structure.max_fields), 12):
        if len(structure.fields) >= structure.max_fields:
            structure.problems.append("it has too many fields")
            return
        yield from _entry(structure, name, at, base)
    structure.following = struct.unpack_from(order + "I", data, end)[0] if end + 4 <= len(data) else 0
    if page is not None and structure.following:
        yield ("Thumbnail" if page == 0 else f"IFD {page + 1}", structure.following, page + 1)


def _entry(structure: TiffStructure, name: str, at: int, base: int) -> Iterator[tuple[str, int, int | None]]:
    tag, kind, count, value = struct.unpack_from(structure.order + "HHII", structure.data, at)
    size = count * _SIZES.get(kind, 1)
    offset = at + 8 if size <= 4 else base + value
    entry = TiffField(name, tag, kind, count, offset, size)
    structure.fields.append(entry)
    structure.index.setdefault((name, tag), entry)
    if not 0 <= offset <= len(structure.data) - size:
        structure.problems.append(f"field 0x{tag:04X} lies outside the data")
    elif size > 4:
        structure.spans.append((offset, offset + size))
    if tag in _POINTERS and size == 4:
        direct = name == "Image" or (name == "EXIF" and tag == 0xA005)
        yield (_POINTERS[tag] if direct else f"{name} {_POINTERS[tag]}", value, None)
    elif tag == _SUB_IFDS:
        for number, pointer in enumerate(structure.numbers(entry)):
            if pointer:
                yield (f"EXIF SubIFD{number}" if name == "Image" else f"{name} SubIFD{number}", int(pointer), None)


# -- The pages of a TIFF file: its directories one after another, behind each those below it


@dataclass(frozen=True, slots=True)
class TiffPage:
    """A directory that may be a picture, by its first numbers; 0 for what it does not say."""

    offset: int  # of its directory in bytes
    tags: dict[int, int] = field(repr=False)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.tags.get(_WIDTH, 0), self.tags.get(_HEIGHT, 0)

    @property
    def is_picture(self) -> bool:
        """Whether it has pixels and is not a mask of another page."""
        return not self.tags.get(_NEW_SUBFILE_TYPE, 0) & _MASK and any(tag in self.tags for tag in _PIXELS_AT)

    @property
    def is_reduced(self) -> bool:
        """Whether it says that it is a smaller copy of another page."""
        return bool(self.tags.get(_NEW_SUBFILE_TYPE, 0) & _REDUCED) or self.tags.get(_SUBFILE_TYPE) == _OLD_REDUCED


def tiff_pages(data: bytes) -> list[TiffPage]:
    """The pages of a TIFF file in its order: the first 1,000, of 200,000 fields."""
    order, first = tiff_header(data)
    waiting, pages, seen, fields = [first], list[TiffPage](), {0}, 0
    while waiting and len(pages) < _MAX_PAGES and fields < _MAX_FIELDS_OF_PAGES:
        at = waiting.pop()
        if at in seen or not 8 <= at <= len(data) - 2:
            continue
        seen.add(at)
        page = read_directory(data, order, at, max_fields=MAX_DIRECTORY_FIELDS)
        fields += len(page.fields)
        tags, below = dict[int, int](), list[int]()
        for place, entry in enumerate(page.fields):
            numbers = page.numbers(entry, 1)  # none for a text or an unknown type: then its four bytes count
            plain = struct.unpack_from(order + "I", data, at + 10 + 12 * place)[0]
            tags[entry.tag] = int(numbers[0] or 0) if numbers else plain
            if entry.tag == _SUB_IFDS:
                below += [int(each or 0) for each in page.numbers(entry)]
        pages.append(TiffPage(at, tags))
        waiting += [page.following, *reversed(below)]
    return pages


_ORDERS: dict[str, Literal["little", "big"]] = {"<": "little", ">": "big"}


def full_pages(pages: list[TiffPage]) -> list[TiffPage]:
    """The pages that are not smaller copies, the one to be shown first; copies only if there is nothing else.

    The first page is a thumbnail, too, where it is small and a later page has its shape and is much larger.
    """
    pictures = [page for page in pages if page.is_picture] or pages[:1]
    full = [page for page in pictures if not page.is_reduced]
    if not full:
        return [max(pictures, key=lambda page: page.size)] if pictures else []
    larger = [page for page in full[1:] if _is_thumbnail_of(full[0], page)]
    return [larger[0], *(page for page in full[1:] if page is not larger[0])] if larger else full


def _is_thumbnail_of(small: TiffPage, large: TiffPage) -> bool:
    (width, height), (full_width, full_height) = small.size, large.size
    if not 0 < max(width, height) <= _SMALL or min(small.size) == 0 or full_width < _MANY_TIMES * width:
        return False
    return abs(full_width * height / (full_height * width or 1) - 1) <= _SAME_SHAPE + 1 / min(width, height)


def with_page_first(data: bytes, page: TiffPage) -> bytes:
    """The TIFF file with that page as its first, which is the only one that many readers see."""
    return data[:4] + page.offset.to_bytes(4, _ORDERS[tiff_header(data)[0]]) + data[8:]
