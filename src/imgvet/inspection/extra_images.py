"""The pictures that a TIFF structure holds beside its first one, and the bytes that nothing in it points to.

Layout: TIFF 6.0; thumbnails: EXIF 3.0 (CIPA DC-008), 4.5.2.
"""

from collections.abc import Iterator
from itertools import islice

from imgvet.formats.tiff import TiffField, TiffStructure
from imgvet.inspection.findings import (
    EmbeddedPart,
    FileFinding,
    UnreadRegion,
    described,
    private_item,
    unknown,
)
from imgvet.inspection.maker_notes import spans_of_maker_note

_JPEG_START, _JPEG_LENGTH = 0x0201, 0x0202
_STRIPS, _TILES = (0x0111, 0x0117), (0x0144, 0x0145)
_COMPRESSION = 0x0103
_OLD_JPEG = 6
_MAX_STRIPS = 100_000  # of all pictures
_MAX_GAPS = 4  # that are listed one by one
_SMALLEST_GAP = 4  # bytes; smaller ones only put the next field on a round place


def directory_name(where: str, directory: str) -> str:
    """The words for a directory: exifread calls the first one Image and the second one Thumbnail."""
    if directory in ("Image", "EXIF"):
        return where
    if where == "TIFF":
        directory = "page 2" if directory == "Thumbnail" else directory
        directory = f"page {int(directory[4:]) + 1}" if directory[4:].isdecimal() and directory[0] == "I" else directory
    return f"{where} {directory.lower() if directory == 'Thumbnail' else directory}"


def extra_images(structure: TiffStructure, where: str, *, as_file: bool) -> Iterator[FileFinding]:
    """Every picture beside the first: thumbnails, further pages, reduced copies."""
    for directory in structure.directories:
        start = structure.first(directory, _JPEG_START)
        length = structure.first(directory, _JPEG_LENGTH)
        strips = structure.first(directory, _STRIPS[0]) or structure.first(directory, _TILES[0])
        if as_file and directory == "Image":
            if start and length and strips and not _is_old_jpeg(structure):
                yield from _jpeg_picture(structure, start, length, where)
        elif start and length:
            yield from _jpeg_picture(structure, start, length, where)
        elif strips:
            name = "ThumbnailImage" if directory == "Thumbnail" and not as_file else "FurtherPage"
            yield private_item(
                "pictures", name, f"a further picture, {_size(structure, directory)}", directory_name(where, directory)
            )


def _is_old_jpeg(structure: TiffStructure) -> bool:
    """Whether the JPEG that the first directory points to is the picture itself (TIFF 6.0, section 22)."""
    field = structure.first("Image", _COMPRESSION)
    return field is not None and structure.numbers(field, 1) == [_OLD_JPEG]


def _size(structure: TiffStructure, directory: str) -> str:
    sides = (structure.first(directory, tag) for tag in (0x0100, 0x0101))
    numbers = [structure.numbers(side, 1) for side in sides if side is not None]
    known = [f"{each[0]:.8g}" for each in numbers if each and each[0] is not None]
    return f"{' × '.join(known)} pixels" if len(known) == 2 else "size unknown"


def _whole(structure: TiffStructure, field: TiffField | None, most: int = 1) -> list[int]:
    """The field's numbers as whole ones, 0 for what is none."""
    return [int(each or 0) for each in structure.numbers(field, most)] if field else []


def _jpeg_picture(structure: TiffStructure, start: TiffField, length: TiffField, where: str) -> Iterator[FileFinding]:
    offset, size = ((_whole(structure, each) or [0])[0] for each in (start, length))
    place = directory_name(where, start.directory)
    picture = structure.data[offset : offset + size] if offset > 0 and size > 0 else b""
    if not picture:
        yield UnreadRegion(f"A thumbnail is announced ({place}) but is not there.")
        return
    yield private_item("pictures", "ThumbnailImage", described(picture), place)
    if picture.startswith(b"\xff\xd8\xff"):
        yield EmbeddedPart("jpeg", picture, "thumbnail", offset)


def unclaimed(structure: TiffStructure, where: str, *, as_file: bool) -> Iterator[FileFinding]:
    """Bytes between and behind everything that the directories and the maker note point to."""
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
    yield from islice(_pieces(structure), _MAX_STRIPS)


def _pieces(structure: TiffStructure) -> Iterator[tuple[int, int]]:
    for directory in structure.directories:
        for starts_tag, sizes_tag in (_STRIPS, _TILES, (_JPEG_START, _JPEG_LENGTH)):
            starts, sizes = structure.first(directory, starts_tag), structure.first(directory, sizes_tag)
            if starts and sizes:
                pairs = zip(_whole(structure, starts, _MAX_STRIPS), _whole(structure, sizes, _MAX_STRIPS), strict=False)
                yield from ((start, min(start + size, len(structure.data))) for start, size in pairs if start > 0)
