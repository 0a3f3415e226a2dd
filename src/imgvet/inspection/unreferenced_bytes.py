"""What can hide in the coded rows of a TIFF: bytes behind the end of a strip or tile, and segments of a JPEG within.

Layouts: TIFF 6.0, sections 3, 7 and 15; Adobe's TIFF technical note 2 (JPEG) and its technical notes of 2002 (Deflate).
"""

import zlib
from collections.abc import Iterator
from itertools import islice

from imgvet.formats.jpeg import APP0, CODED, COM, EOI, STRAY, walk_segments
from imgvet.formats.tiff import TiffStructure
from imgvet.inspection.findings import (
    FileFinding,
    UnreadRegion,
    private_item,
    unknown,
)
from imgvet.inspection.jpeg_text import text_in_picture

_WIDTH, _LENGTH, _BITS, _COMPRESSION, _PHOTOMETRIC = 0x0100, 0x0101, 0x0102, 0x0103, 0x0106
_SAMPLES, _ROWS, _PLANES, _TILE_WIDTH, _TILE_LENGTH, _TABLES = 0x0115, 0x0116, 0x011C, 0x0142, 0x0143, 0x015B
_STRIPS, _TILES = (0x0111, 0x0117), (0x0144, 0x0145)
_PLAIN, _JPEG, _DEFLATE = 1, 7, (8, 32946)
_YCBCR = 6
StripSpan = tuple[int, int]  # first byte, first byte behind

_MAX_PIECES = 4_096  # strips or tiles of one picture that are looked at
_MAX_TOLD = 20  # findings of one picture
_MAX_INFLATED = 64 << 20  # bytes of one strip
_MAX_INFLATED_IN_ALL = 512 << 20
_CODING = {CODED, 0xC4, 0xCC, 0xD8, 0xDA, 0xDB, 0xDC, 0xDD, *range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC)}


def inspect_strips(structure: TiffStructure, where: str) -> Iterator[FileFinding]:
    """Everything in strips and tiles that is no part of the picture, of each picture the first twenty findings."""
    budget = 2 * len(structure.data)  # bytes; strips of hostile files lie over each other
    for directory in structure.directories:
        spans = _spans(structure, directory)
        budget -= sum(end - start for start, end in spans)
        if budget < 0:
            yield UnreadRegion(f"The strips of the {where} file overlap; not all of them were searched.")
            return
        yield from islice(_picture(structure, directory, spans, f"{where} picture data"), _MAX_TOLD)


def _number(structure: TiffStructure, directory: str, tag: int, otherwise: int) -> int:
    field = structure.first(directory, tag)
    numbers = structure.numbers(field, 1) if field else []
    return int(numbers[0]) if numbers and numbers[0] is not None else otherwise


def _spans(structure: TiffStructure, directory: str) -> list[StripSpan]:
    """First and last byte of each strip or tile that lies within the data."""
    found = []
    for starts_tag, sizes_tag in (_STRIPS, _TILES):
        starts, sizes = structure.first(directory, starts_tag), structure.first(directory, sizes_tag)
        if starts and sizes:
            numbers = (structure.numbers(each, _MAX_PIECES) for each in (starts, sizes))
            found += [(int(start or 0), int((start or 0) + (size or 0))) for start, size in zip(*numbers, strict=False)]
    return [(start, end) for start, end in found if 0 < start < end <= len(structure.data)]


def _picture(structure: TiffStructure, directory: str, spans: list[StripSpan], where: str) -> Iterator[FileFinding]:
    data, compression = structure.data, _number(structure, directory, _COMPRESSION, _PLAIN)
    tables = structure.first(directory, _TABLES)
    if tables:
        yield from _segments(structure.raw(tables), tables.offset, where)
    inflated = 0
    for number, (start, end) in enumerate(spans):
        if compression == _PLAIN:
            room = _plain_size(structure, directory, number)
            if room and data[start + room : end].strip(b"\0"):
                yield unknown("behind the rows", data[start + room : end], where, start + room)
        elif compression in _DEFLATE and inflated < _MAX_INFLATED_IN_ALL:
            unpacker = zlib.decompressobj()
            try:
                inflated += len(unpacker.decompress(data[start:end], _MAX_INFLATED))
            except zlib.error:
                continue
            if unpacker.unused_data.strip(b"\0"):
                yield unknown("behind the rows", unpacker.unused_data, where, end - len(unpacker.unused_data))
        elif compression == _JPEG:
            yield from _segments(data[start:end], start, where)
        else:
            yield from text_in_picture(data, start, end, where)


def _plain_size(structure: TiffStructure, directory: str, number: int) -> int:
    """Bytes of an uncompressed strip or tile; 0 where that cannot be told."""
    samples = _number(structure, directory, _SAMPLES, 1)
    field = structure.first(directory, _BITS)
    bits = [int(each or 0) for each in structure.numbers(field, 16)] if field else [1]
    apart = _number(structure, directory, _PLANES, 1) == 2
    if _number(structure, directory, _PHOTOMETRIC, 0) == _YCBCR or not bits:
        return 0
    depth = max(bits) if apart else sum(bits) if len(bits) == samples else bits[0] * samples
    width, height = (_number(structure, directory, tag, 0) for tag in (_WIDTH, _LENGTH))
    tile_width, tile_length = (_number(structure, directory, tag, 0) for tag in (_TILE_WIDTH, _TILE_LENGTH))
    if tile_width and tile_length:
        return tile_length * ((tile_width * depth + 7) // 8)
    rows = min(_number(structure, directory, _ROWS, height) or height, height)
    strips = -(-height // rows) if rows else 1
    here = min(rows, height - (number % strips) * rows)
    return here * ((width * depth + 7) // 8)


def _segments(data: bytes, start: int, where: str) -> Iterator[FileFinding]:
    """Segments of a JPEG that code no picture, and bytes between and behind them."""
    for marker, _, first, last in walk_segments(data) if data[:2] == b"\xff\xd8" else ():
        content = data[first:last]
        if marker == EOI:
            if data[first:].strip(b"\0"):
                yield unknown("behind the end mark", data[first:], where, start + first)
        elif marker == COM:
            yield private_item("text", "Comment", content.decode("latin-1"), f"{where}, JPEG comment")
        elif marker == STRAY:
            yield unknown("stray bytes", content, where, start + first)
        elif marker not in _CODING and not (marker in (APP0, 0xEE) and len(content) <= 14):
            yield unknown(f"segment 0xFF{marker:02X}", content, where, start + first)
