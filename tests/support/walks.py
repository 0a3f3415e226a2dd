"""What every walker of ``imgvet.formats`` promises about any bytes at all."""

from imgvet.formats.gif import sub_blocks, walk_blocks
from imgvet.formats.heif_items import read_items
from imgvet.formats.isobmff import walk_boxes
from imgvet.formats.jpeg import EOI, STRAY, picture_length, walk_segments
from imgvet.formats.png import walk_chunks
from imgvet.formats.riff import walk_riff_chunks
from imgvet.formats.tiff import MAX_DIRECTORY_FIELDS, read_directory, tiff_header, walk_tiff_structure

FEW = 50


def check_walks(data: bytes) -> None:
    """Every walk ends, its parts follow one another within the data, and their number is capped."""
    check_segments(data)
    check_png_chunks(data)
    check_riff_chunks(data)
    check_gif_blocks(data)
    check_boxes(data)
    check_items(data)
    check_directories(data)


def check_segments(data: bytes) -> None:
    """JPEG: mark, payload and the next mark in this order; nothing behind the end mark."""
    at = 2
    segments = list(walk_segments(data))
    for segment in segments:
        assert at <= segment.mark <= segment.start <= segment.end <= len(data)
        assert segment.marker != STRAY or data[segment.start : segment.end].strip(b"\xff")
        at = segment.end
    assert all(segment.marker != EOI for segment in segments[:-1])
    assert len(list(walk_segments(data, FEW))) <= 3 * FEW
    assert 0 <= picture_length(data) <= len(data)


def check_png_chunks(data: bytes) -> None:
    """PNG: each chunk begins behind the check sum of the one before; only the last may be cut off or IEND."""
    at = 8
    chunks = list(walk_chunks(data))
    for chunk in chunks:
        assert (chunk.start, chunk.name) == (at + 8, data[at + 4 : at + 8])
        assert chunk.start <= chunk.end <= len(data)
        at = chunk.end + 4
    assert not any(chunk.is_cut or chunk.name == b"IEND" for chunk in chunks[:-1])
    assert len(list(walk_chunks(data, FEW))) <= FEW


def check_riff_chunks(data: bytes) -> None:
    """RIFF: each chunk begins where the one before says; none ends beyond the run."""
    at, end = 12, len(data) - len(data) // 8
    for chunk in walk_riff_chunks(data, at, end):
        assert chunk.start == at + 8
        assert chunk.start <= chunk.end <= end
        at = chunk.following
    assert len(list(walk_riff_chunks(data, 12, end, FEW))) <= FEW


def check_gif_blocks(data: bytes) -> None:
    """GIF: blocks follow one another, and hold what their sub-blocks hold."""
    at = None
    for block in walk_blocks(data):
        assert at is None or block.head == at
        assert block.head < block.end <= len(data)
        assert block.size == sum(map(len, sub_blocks(data, block))) or block.is_cut
        at = block.end
    assert len(list(walk_blocks(data, FEW))) <= FEW


def check_boxes(data: bytes) -> None:
    """ISO media: boxes follow one another; one that is cut off is the last, and is given only where it is asked for."""
    for any_kind in (False, True):
        whole = list(walk_boxes(data, any_kind=any_kind))
        also_cut = list(walk_boxes(data, any_kind=any_kind, cut_off=True))
        assert also_cut[: len(whole)] == whole
        assert len(also_cut) - len(whole) in (0, 1)
        at = 0
        for kind, start, end in also_cut:
            assert data[at + 4 : at + 8] == kind
            assert at < start <= end <= len(data)
            at = end
    assert len(list(walk_boxes(data, most=FEW, any_kind=True))) <= FEW


def check_items(data: bytes) -> None:
    """HEIF: what the items point to is in the file, or said not to be; none has more than allowed."""
    for most in (FEW, len(data)):
        items = read_items(data, 0, len(data), most)
        assert len(items.infos) <= most
        assert sum(map(len, items.locations.values())) <= most
        assert not items.too_many or items.damaged
        for number in items.locations:
            for start, end in items.extents(number, len(data)) or []:
                assert 0 <= start <= end <= len(data)
        for number in items.associations:
            assert all(0 <= start <= end <= len(data) for _, start, end in items.properties_of(number))


def check_directories(data: bytes) -> None:
    """TIFF: values are read from within the data alone; circles end."""
    structure = walk_tiff_structure(data)
    assert len(structure.directories) <= 256
    assert len(structure.fields) <= structure.max_fields
    for field in structure.fields:
        assert len(structure.raw(field)) <= min(field.size, len(data))
        assert len(structure.numbers(field, FEW)) <= FEW
    first = read_directory(data, *tiff_header(data), max_fields=MAX_DIRECTORY_FIELDS)
    assert 12 * len(first.fields) <= len(data)
