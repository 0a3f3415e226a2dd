"""The pictures of a TIFF structure: those beside the first, the bytes that nothing points to, and what hides in rows.

Layouts: TIFF 6.0, sections 2, 3, 7 and 15; Adobe's TIFF technical note 2 (JPEG) and its technical notes of 2002
(Deflate); thumbnails: EXIF 3.0 (CIPA DC-008), 4.5.2.
"""

import zlib
from collections.abc import Iterator
from itertools import islice

from imgvet.formats.jpeg import APP0, CODED, COM, EOI, STRAY, walk_segments
from imgvet.formats.tiff import TiffStructure, full_pages, tiff_pages
from imgvet.inspection.findings import EmbeddedPart, FileFinding, UnreadRegion, described, private_item, unknown
from imgvet.inspection.jpeg_text import text_in_picture
from imgvet.inspection.maker_notes import spans_of_maker_note

_WIDTH, _LENGTH, _BITS, _COMPRESSION, _PHOTOMETRIC = 0x0100, 0x0101, 0x0102, 0x0103, 0x0106
_SAMPLES, _ROWS, _PLANES, _TILE_WIDTH, _TILE_LENGTH, _TABLES = 0x0115, 0x0116, 0x011C, 0x0142, 0x0143, 0x015B
_STRIPS, _TILES, _JPEG_PICTURE = (0x0111, 0x0117), (0x0144, 0x0145), (0x0201, 0x0202)  # where, and how many bytes
_PLAIN, _OLD_JPEG, _JPEG, _DEFLATE = 1, 6, 7, (8, 32946)
_YCBCR = 6
_CODING = {CODED, 0xC4, 0xCC, 0xD8, 0xDA, 0xDB, 0xDC, 0xDD, *range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC)}

_MAX_PIECES = 4_096  # strips or tiles of one picture that are looked at
_MAX_STRIPS = 100_000  # of all pictures, that count as used
_MAX_LISTED = 20  # findings of one picture
_MAX_INFLATED = 64 << 20  # bytes of one strip
_MAX_INFLATED_IN_ALL = 512 << 20
_MAX_GAPS = 4  # that are listed one by one
_SMALLEST_GAP = 4  # bytes; smaller gaps only align the next field


def directory_name(where: str, directory: str) -> str:
    """The name of a directory: exifread calls the first one Image and the second one Thumbnail."""
    if directory in ("Image", "EXIF"):
        return where
    if where == "TIFF":
        directory = "page 2" if directory == "Thumbnail" else directory
        directory = f"page {int(directory[4:]) + 1}" if directory[4:].isdecimal() and directory[0] == "I" else directory
    return f"{where} {directory.lower() if directory == 'Thumbnail' else directory}"


def extra_images(structure: TiffStructure, where: str, *, as_file: bool) -> Iterator[FileFinding]:
    """Every picture beside the one that is shown: thumbnails, further pages, reduced copies."""
    pages = tiff_pages(structure.data) if as_file else []
    full = [page.offset for page in full_pages(pages)]
    copies = {page.offset for page in pages if page.is_picture}.difference(full)
    for directory in structure.directories:
        has_jpeg = all(structure.first(directory, tag) for tag in _JPEG_PICTURE)
        has_strips = any(structure.first(directory, starts) for starts, _ in (_STRIPS, _TILES))
        offset = structure.offsets[directory]
        if full[:1] == [offset]:
            # with old JPEG compression, it is the picture itself (TIFF 6.0, section 22)
            if has_jpeg and has_strips and _number(structure, directory, _COMPRESSION, 0) != _OLD_JPEG:
                yield from _jpeg_picture(structure, directory, where)
        elif has_jpeg:
            yield from _jpeg_picture(structure, directory, where)
        elif has_strips:
            is_copy = offset in copies or (directory == "Thumbnail" and not as_file)
            words = f"{'a smaller copy' if offset in copies else 'a further picture'}, {_size(structure, directory)}"
            name = "ThumbnailImage" if is_copy else "FurtherPage"
            yield private_item("pictures", name, words, directory_name(where, directory))


def _size(structure: TiffStructure, directory: str) -> str:
    sides = (structure.first(directory, tag) for tag in (_WIDTH, _LENGTH))
    numbers = [structure.numbers(side, 1) for side in sides if side is not None]
    known = [f"{each[0]:.8g}" for each in numbers if each and each[0] is not None]
    return f"{' × '.join(known)} pixels" if len(known) == 2 else "size unknown"


def _jpeg_picture(structure: TiffStructure, directory: str, where: str) -> Iterator[FileFinding]:
    offset, size = (_number(structure, directory, tag, 0) for tag in _JPEG_PICTURE)
    place = directory_name(where, directory)
    picture = structure.data[offset : offset + size] if offset > 0 and size > 0 else b""
    if not picture:
        yield UnreadRegion(f"The file lists a thumbnail ({place}) that is not there.")
        return
    yield private_item("pictures", "ThumbnailImage", described(picture), place)
    if picture.startswith(b"\xff\xd8\xff"):
        yield EmbeddedPart("jpeg", picture, "thumbnail", offset)


def unclaimed(structure: TiffStructure, where: str, *, as_file: bool) -> Iterator[FileFinding]:
    """Bytes between and after everything that the directories and the maker note point to."""
    size, end, gaps = len(structure.data), 0, []
    for first, last in sorted([*_claimed(structure), (size, size)]):
        gap = structure.data[end:first] if first > end else b""
        if len(gap) >= _SMALLEST_GAP and gap.strip(b"\0 \xff"):
            if as_file and first == size:
                yield EmbeddedPart("trailer", gap, "after the end of the picture", end)
            else:
                gaps.append((end, gap))
        end = max(end, last)
    gaps.sort(key=lambda gap: -len(gap[1]))
    place = f"{where}, where nothing points to"
    for start, gap in gaps[:_MAX_GAPS]:
        yield unknown("unused bytes", gap, place, start)
    if gaps[_MAX_GAPS:]:
        rest = sum(len(gap) for _, gap in gaps[_MAX_GAPS:])
        yield private_item("unknown", "unused bytes", f"{rest:,} bytes in {len(gaps) - _MAX_GAPS} more places", place)


def _claimed(structure: TiffStructure) -> Iterator[tuple[int, int]]:
    """First and last byte of all directories, values, strips, tiles and pictures that lie within the data."""
    yield from structure.spans
    yield from spans_of_maker_note(structure)
    pieces = (
        (start, min(end, len(structure.data)))
        for directory in structure.directories
        for start, end in _spans(structure, directory, (_STRIPS, _TILES, _JPEG_PICTURE), _MAX_STRIPS)
    )
    yield from islice(pieces, _MAX_STRIPS)


def inspect_strips(structure: TiffStructure, where: str) -> Iterator[FileFinding]:
    """Everything in strips and tiles that is not part of the picture; the first twenty findings of each picture."""
    budget = 2 * len(structure.data)  # bytes; strips of hostile files overlap
    for directory in structure.directories:
        spans = [
            (start, end)
            for start, end in _spans(structure, directory, (_STRIPS, _TILES), _MAX_PIECES)
            if start < end <= len(structure.data)
        ]
        budget -= sum(end - start for start, end in spans)
        if budget < 0:
            yield UnreadRegion(f"The strips of the {where} file overlap; not all of them were searched.")
            return
        yield from islice(_picture(structure, directory, spans, f"{where} picture data"), _MAX_LISTED)


def _picture(
    structure: TiffStructure, directory: str, spans: list[tuple[int, int]], where: str
) -> Iterator[FileFinding]:
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
    """Bytes of an uncompressed strip or tile; 0 if unknown."""
    samples = _number(structure, directory, _SAMPLES, 1)
    bits = _numbers(structure, directory, _BITS, 16) if structure.first(directory, _BITS) else [1]
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
    """Segments of a JPEG that are not part of its coding, and bytes between and after them."""
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


def _numbers(structure: TiffStructure, directory: str, tag: int, most: int) -> list[int]:
    """The field's numbers as whole ones, 0 for what is none; empty where there is no such field."""
    field = structure.first(directory, tag)
    return [int(each or 0) for each in structure.numbers(field, most)] if field else []


def _number(structure: TiffStructure, directory: str, tag: int, otherwise: int) -> int:
    field = structure.first(directory, tag)
    numbers = structure.numbers(field, 1) if field else []
    return int(numbers[0]) if numbers and numbers[0] is not None else otherwise


def _spans(
    structure: TiffStructure, directory: str, kinds: tuple[tuple[int, int], ...], most: int
) -> Iterator[tuple[int, int]]:
    """First byte of each strip, tile or picture, and first byte after it, as its fields say; it may be anywhere."""
    for starts_tag, sizes_tag in kinds:
        starts, sizes = (_numbers(structure, directory, tag, most) for tag in (starts_tag, sizes_tag))
        yield from ((start, start + size) for start, size in zip(starts, sizes, strict=False) if start > 0)
