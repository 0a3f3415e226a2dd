"""Whether a file reaches the end that its format gives it, so that one that is still being copied is told.

Copies come from the front to the back; some programs make a file in its full size first, of zeros, and fill it then.
"""

from collections.abc import Callable

from imgvet.errors import UnsupportedPhoto
from imgvet.formats.gif import TRAILER, first_block, walk_blocks
from imgvet.formats.heif_items import read_items
from imgvet.formats.isobmff import walk_boxes
from imgvet.formats.jpeg import EOI, walk_segments
from imgvet.formats.png import walk_chunks
from imgvet.formats.riff import RIFF_HEADER_BYTES, walk_riff_chunks
from imgvet.formats.sniff import detect_format
from imgvet.formats.tiff import MAX_DIRECTORY_FIELDS, read_directory, tiff_pages

_HEAD = 64  # bytes; a file that begins with so many zeros is none yet
_TAIL = 512  # bytes; compressed pictures do not end with so many zeros
_STRIPS = ((0x111, 0x117), (0x144, 0x145))  # TIFF tags: where strips or tiles are, and how long
_MOST_STRIPS = 100_000


def is_whole(data: bytes) -> bool:
    """Whether the file reaches its end; True where its format has none, or is not known."""
    if not data or not any(data[:_HEAD]):
        return False
    try:
        kind = detect_format(data)
    except UnsupportedPhoto:
        return True
    return _ENDS[kind](data)


def _jpeg(data: bytes) -> bool:
    return any(segment.marker == EOI for segment in walk_segments(data))


def _png(data: bytes) -> bool:
    return any(chunk.name == b"IEND" and not chunk.is_cut for chunk in walk_chunks(data))


def _webp(data: bytes) -> bool:
    end = 8 + int.from_bytes(data[4:8], "little")
    chunks = list(walk_riff_chunks(data, RIFF_HEADER_BYTES, min(end, len(data))))
    return end <= len(data) and bool(chunks) and any(data[-_TAIL:])


def _gif(data: bytes) -> bool:
    end = first_block(data)
    for block in walk_blocks(data):
        if block.is_cut:
            return False
        end = block.end
    return data[end : end + 1] == bytes([TRAILER])


def _tiff(data: bytes) -> bool:
    """Whether all its directories, and the strips or tiles that they name, are within the file."""
    order = "<" if data[:2] == b"II" else ">"
    pages = tiff_pages(data)
    for page in pages:
        directory = read_directory(data, order, page.offset, max_fields=MAX_DIRECTORY_FIELDS)
        if any("outside the data" in problem or "cut off" in problem for problem in directory.problems):
            return False
        for starts, sizes in _STRIPS:
            first, lengths = directory.first("MakerNote", starts), directory.first("MakerNote", sizes)
            if first is None or lengths is None:
                continue
            places = zip(directory.numbers(first, _MOST_STRIPS), directory.numbers(lengths, _MOST_STRIPS), strict=False)
            if any((start or 0) + (size or 0) > len(data) for start, size in places):
                return False
    return bool(pages)


def _heif(data: bytes) -> bool:
    """Whether no box goes on beyond the file, and the bytes of every item are in it."""
    boxes = list(walk_boxes(data))
    if len(boxes) != len(list(walk_boxes(data, cut_off=True))) or not any(data[-_TAIL:]):
        return False
    for kind, start, end in boxes:
        if kind == b"meta":
            items = read_items(data, start, end)
            return all(items.extents(number, len(data)) is not None for number in items.locations)
    return any(kind == b"moov" for kind, _, _ in boxes)  # a sequence without items


_ENDS: dict[str, Callable[[bytes], bool]] = {
    "jpeg": _jpeg, "png": _png, "webp": _webp, "gif": _gif, "tiff": _tiff, "avif": _heif, "heic": _heif,
}  # fmt: skip
