"""The walkers of containers, on files that are truncated, overlap, lie about lengths or have too many parts."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.errors import UnsupportedPhoto
from imgvet.formats.gif import EXTENSION, FRAME, MAX_SUB_BLOCKS, sub_blocks, walk_blocks
from imgvet.formats.heif_items import read_items
from imgvet.formats.isobmff import walk_boxes
from imgvet.formats.jpeg import APP0, CODED, COM, EOI, SOI, SOS, STRAY, picture_length, walk_segments
from imgvet.formats.png import PNG_SIGNATURE, walk_chunks
from imgvet.formats.riff import RIFF_HEADER_BYTES, walk_riff_chunks, webp_end
from imgvet.formats.sniff import detect_format
from imgvet.formats.tiff import read_directory, walk_tiff_structure
from leaks.cases import ALL
from support.chance import examples
from support.walks import check_walks

CARRIERS = [leak.build("WALK-MARKER-IRIS") for leak in ALL[::40]]


@examples(150)
@given(data=st.data())
def test_every_walk_ends_within_the_data(data: st.DataObject) -> None:
    """For files of every format, cut short, with bytes changed, or with a piece of another put in."""
    changed = bytearray(data.draw(st.sampled_from(CARRIERS))[:20_000])
    for _ in range(data.draw(st.integers(0, 6))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    at = data.draw(st.integers(0, len(changed)))
    changed[at:at] = data.draw(st.binary(max_size=40))
    check_walks(bytes(changed[: data.draw(st.integers(0, len(changed)))]))


@examples(100)
@given(
    start=st.sampled_from([b"", b"\xff\xd8", PNG_SIGNATURE, b"GIF89a", b"RIFF", b"II*\0\x08\0\0\0"]), body=st.binary()
)
def test_every_walk_ends_on_any_bytes(start: bytes, body: bytes) -> None:
    """Junk is no reason to run on."""
    check_walks(start + body)


# -- JPEG


def segment(marker: int, body: bytes, size: int | None = None) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2 if size is None else size) + body


def test_a_jpeg_is_taken_apart_without_a_gap() -> None:
    """Segments, what is between them, coded data and the end mark; fill bytes belong to nothing."""
    coded = b"\x12\xff\x00\x34\xff\xd0\x56"
    data = (
        b"\xff\xd8" + segment(COM, b"words") + b"stray" + b"\xff\xff" + segment(SOS, b"\x01") + coded + b"\xff\xd9tail"
    )
    parts = [(each.marker, data[each.start : each.end]) for each in walk_segments(data)]
    assert parts == [(COM, b"words"), (STRAY, b"stray"), (SOS, b"\x01"), (CODED, coded), (EOI, b"")]
    assert picture_length(data) == len(data) - len(b"tail")


@pytest.mark.parametrize("size", [0, 1, 2, 6, 7, 65_535])
def test_a_segment_that_lies_about_its_length_ends_with_the_data(size: int) -> None:
    """A length below two holds nothing; one beyond the end holds what is there."""
    data = b"\xff\xd8" + segment(APP0, b"four", size)
    [first, *rest] = walk_segments(data)
    assert data[first.start : first.end] == b"four"[: max(size - 2, 0)]
    assert rest == []


def test_a_second_start_mark_has_no_length() -> None:
    """What follows it is walked as any segment is."""
    data = b"\xff\xd8\xff\xd8" + segment(COM, b"words") + b"\xff\xd9"
    assert [each.marker for each in walk_segments(data)] == [SOI, COM, EOI]


def test_segments_beyond_the_cap_are_left() -> None:
    """As many as allowed, and no more."""
    data = b"\xff\xd8" + 1000 * segment(COM, b"") + b"\xff\xd9"
    assert len(list(walk_segments(data, 10))) == 10
    assert len(list(walk_segments(data, 2000))) == 1001


# -- PNG and RIFF


def png_chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    return (
        struct.pack(">I", len(body) if size is None else size)
        + name
        + body
        + struct.pack(">I", zlib.crc32(name + body))
    )


def test_chunks_end_with_iend() -> None:
    """What is behind it is no chunk of the picture."""
    data = PNG_SIGNATURE + png_chunk(b"teSt", b"words") + png_chunk(b"IEND", b"") + png_chunk(b"teSt", b"more")
    assert [(each.name, data[each.start : each.end], each.is_cut) for each in walk_chunks(data)] == [
        (b"teSt", b"words", False), (b"IEND", b"", False),
    ]  # fmt: skip


@pytest.mark.parametrize("size", [6, 10, 2**31, 2**32 - 1])
def test_a_chunk_that_is_longer_than_the_file_is_cut_and_last(size: int) -> None:
    """It has what is there; nothing behind it is taken for a chunk."""
    data = PNG_SIGNATURE + png_chunk(b"teSt", b"words", size)
    [only] = walk_chunks(data)
    assert only.is_cut
    assert only.end == min(only.start + size, len(data))


def riff_chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(body) if size is None else size) + body + bytes(len(body) % 2)


def test_riff_chunks_are_padded_to_even_places() -> None:
    """The padding belongs to no chunk; the end is what the header says, and never beyond the data."""
    inside = b"WEBP" + riff_chunk(b"VP8 ", b"odd") + riff_chunk(b"EXIF", b"even")
    data = b"RIFF" + struct.pack("<I", len(inside)) + inside + b"tail"
    chunks = list(walk_riff_chunks(data, RIFF_HEADER_BYTES, webp_end(data)))
    assert [(each.name, data[each.start : each.end]) for each in chunks] == [(b"VP8 ", b"odd"), (b"EXIF", b"even")]
    assert webp_end(data) == len(data) - len(b"tail")
    assert webp_end(b"RIFF\xff\xff\xff\xffWEBP") == 12


def test_a_riff_chunk_that_is_longer_than_its_run_is_cut_and_last() -> None:
    """Its own size stays to be seen."""
    data = bytes(12) + riff_chunk(b"EXIF", b"words", 2**32 - 1) + riff_chunk(b"XMP ", b"")
    [only] = walk_riff_chunks(data, 12, len(data))
    assert (only.end, only.size) == (len(data), 2**32 - 1)


# -- GIF


def gif_screen() -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", 8, 8, 0x80, 0, 0) + bytes(6)


def test_a_gif_is_taken_apart_into_frames_and_extensions() -> None:
    """The colours of screen and frame are stepped over; the trailer ends it."""
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 8, 8, 0x81) + bytes(12) + b"\x02\x03abc\x00"
    data = gif_screen() + b"\x21\xfe\x05words\x04more\x00" + frame + b"\x3b" + b"\x21\xfe\x04tail\x00"
    blocks = list(walk_blocks(data))
    assert [(each.introducer, each.label, each.size, each.is_cut) for each in blocks] == [
        (EXTENSION, 0xFE, 9, False), (FRAME, 0, 3, False),
    ]  # fmt: skip
    assert list(sub_blocks(data, blocks[0])) == [b"words", b"more"]
    assert list(sub_blocks(data, blocks[0], most=1)) == [b"words"]


@pytest.mark.parametrize("end", [1, 2, 3, 5, 8])
def test_a_gif_block_without_its_end_is_cut(end: int) -> None:
    """Wherever the data stops; its last piece is what is there."""
    data = gif_screen() + b"\x21\xfe\x05words\x00"[:end]
    [only] = walk_blocks(data)
    assert only.is_cut
    assert only.end == len(data)
    assert b"".join(sub_blocks(data, only)) == b"words"[: max(end - 3, 0)]


def test_sub_blocks_without_number_are_cut_where_the_cap_is() -> None:
    """So the block ends before the data does, and says that it is cut."""
    data = gif_screen() + b"\x21\xfe" + (MAX_SUB_BLOCKS + 5) * b"\x01a" + b"\x00\x3b"
    [first, *_] = walk_blocks(data, 1)
    assert first.is_cut
    assert first.end < len(data) - 2


# -- ISO media boxes and HEIF items


def box(kind: bytes, body: bytes, size: int | None = None) -> bytes:
    return struct.pack(">I4s", len(body) + 8 if size is None else size, kind) + body


def test_boxes_of_every_size_form() -> None:
    """32 bits, 64 bits, and to the end."""
    large = struct.pack(">I4sQ", 1, b"larg", 21) + b"words"
    data = box(b"ftyp", b"heic") + large + box(b"mdat", b"the rest", 0)
    assert [(kind, data[start:end]) for kind, start, end in walk_boxes(data)] == [
        (b"ftyp", b"heic"), (b"larg", b"words"), (b"mdat", b"the rest"),
    ]  # fmt: skip


@pytest.mark.parametrize("size", [14, 2**31, 2**32 - 1])
def test_a_box_that_is_longer_than_the_file_is_given_only_where_it_is_asked_for(size: int) -> None:
    """Then it ends with the data."""
    data = box(b"ftyp", b"heic") + box(b"mdat", b"words", size)
    assert [kind for kind, _, _ in walk_boxes(data)] == [b"ftyp"]
    assert list(walk_boxes(data, cut_off=True))[1] == (b"mdat", 20, len(data))


@pytest.mark.parametrize("head", [struct.pack(">I4s", 7, b"free"), struct.pack(">I4sQ", 1, b"free", 15)])
def test_a_box_shorter_than_its_own_head_ends_the_walk(head: bytes) -> None:
    """It cannot be stepped over without running in circles."""
    assert list(walk_boxes(head + bytes(100), cut_off=True)) == []


def test_a_type_that_is_no_word_is_a_box_only_where_numbers_are_allowed() -> None:
    """As in Apple's lists of values."""
    data = box(b"\0\0\0\1", b"words")
    assert list(walk_boxes(data)) == []
    assert list(walk_boxes(data, any_kind=True)) == [(b"\0\0\0\1", 8, len(data))]


def full(kind: bytes, body: bytes, version: int = 0) -> bytes:
    return box(kind, bytes((version, 0, 0, 0)) + body)


def infos(count: int) -> bytes:
    each = [full(b"infe", struct.pack(">HH4s", number, 0, b"hvc1") + b"name\0", 2) for number in range(1, count + 1)]
    return full(b"iinf", struct.pack(">H", count) + b"".join(each))


def location(*extents: tuple[int, int], version: int = 0, count: int | None = None) -> bytes:
    body = b"\x44\x00" + struct.pack(">H", 1) + struct.pack(">HHH", 1, 0, len(extents) if count is None else count)
    return full(b"iloc", body + b"".join(struct.pack(">II", *each) for each in extents), version)


def test_items_have_kinds_places_and_properties() -> None:
    """As their boxes say."""
    properties = box(b"ipco", full(b"ispe", struct.pack(">II", 8, 6)) + box(b"irot", b"\x01"))
    associations = full(b"ipma", struct.pack(">IHB", 1, 1, 2) + b"\x81\x02")
    data = bytes(4) + full(b"pitm", b"\0\1") + infos(2) + location((0, 4)) + box(b"iprp", properties + associations)
    items = read_items(data, 0, len(data))
    assert (items.primary, items.infos[1].kind, items.infos[2].name) == (1, b"hvc1", b"name")
    assert items.extents(1, len(data)) == [(0, 4)]
    assert [kind for kind, _, _ in items.properties_of(1)] == [b"ispe", b"irot"]
    assert (items.damaged, items.too_many) == ([], False)


def test_a_property_of_an_odd_type_does_not_hide_those_behind_it() -> None:
    """Numbers of properties count every box, whatever its type."""
    properties = box(b"ipco", box(b"\0\0\0\1", b"") + box(b"clap", bytes(32)))
    data = (
        bytes(4) + full(b"pitm", b"\0\1") + box(b"iprp", properties + full(b"ipma", struct.pack(">IHBB", 1, 1, 1, 2)))
    )
    items = read_items(data, 0, len(data))
    assert [kind for kind, _, _ in items.properties_of(items.primary)] == [b"clap"]


@pytest.mark.parametrize(
    ("extents", "size"), [([(90, 20)], 100), ([(0, 60), (0, 60)], 100), ([(2**32 - 1, 1)], 100), ([(0, 101)], 100)]
)
def test_an_item_outside_the_file_or_over_itself_is_nowhere(extents: list[tuple[int, int]], size: int) -> None:
    """So that nobody joins more bytes than there are."""
    data = bytes(4) + location(*extents)
    assert read_items(data, 0, len(data)).extents(1, size) is None


def test_a_location_that_announces_more_than_is_there_is_damaged() -> None:
    """What came before the end is kept."""
    data = bytes(4) + location((1, 2), count=9)
    items = read_items(data, 0, len(data))
    assert (items.damaged, items.too_many) == ([b"iloc"], False)
    assert items.locations[1] == [(0, 1, 2)]


@pytest.mark.parametrize("boxes", [infos(101), location(*101 * [(0, 1)])])
def test_more_items_or_pieces_than_allowed_are_too_many(boxes: bytes) -> None:
    """Which is told apart from damage."""
    data = bytes(4) + boxes
    assert not read_items(data, 0, len(data), 200).too_many
    assert read_items(data, 0, len(data), 100).too_many


def test_a_primary_item_of_a_box_that_is_cut_short_is_damage() -> None:
    """Nothing is guessed."""
    data = bytes(4) + box(b"pitm", b"\0")
    assert read_items(data, 0, len(data)).damaged == [b"pitm"]


# -- TIFF


def directory(*entries: tuple[int, int, int, int], following: int = 0) -> bytes:
    inside = b"".join(struct.pack("<HHII", *each) for each in entries)
    return struct.pack("<H", len(entries)) + inside + struct.pack("<I", following)


def test_directories_that_point_at_each_other_are_read_once() -> None:
    """The circle is told."""
    data = b"II*\0\x08\0\0\0" + directory((0x8769, 4, 1, 8), following=8)
    structure = walk_tiff_structure(data)
    assert structure.directories == ["Image"]
    assert "a directory is used twice" in structure.problems


def test_a_field_outside_the_data_has_only_what_is_there() -> None:
    """Its size is not believed."""
    data = b"II*\0\x08\0\0\0" + directory((0x010E, 2, 2**32 - 1, 20))
    structure = walk_tiff_structure(data)
    assert structure.raw(structure.fields[0]) == data[20:]
    assert structure.problems


@pytest.mark.parametrize("kind", [16, 17, 18])
def test_values_of_bigtiff_have_eight_bytes_each(kind: int) -> None:
    """Some decoders take them in any TIFF."""
    data = b"II*\0\x08\0\0\0" + directory((256, kind, 1, 26)) + struct.pack("<Q", 100_000)
    structure = walk_tiff_structure(data)
    assert structure.numbers(structure.fields[0]) == [100_000]


def test_a_directory_cannot_have_more_fields_than_allowed() -> None:
    """Nor more than there are bytes for; where the next one is stays known."""
    data = b"II*\0\x08\0\0\0" + directory(*200 * [(256, 3, 1, 8)], following=8)
    assert len(read_directory(data, "<", 8, max_fields=50).fields) == 50
    whole = read_directory(data, "<", 8)
    assert (len(whole.fields), whole.following) == (200, 8)
    assert len(read_directory(data[:100], "<", 8).fields) == (100 - 10) // 12


def test_noise_has_no_long_walk() -> None:
    """A megabyte of it is walked through in every way."""
    noise = np.random.default_rng(3).integers(0, 256, 1 << 20, np.uint8).tobytes()
    check_walks(noise)


@pytest.mark.parametrize("kind", [2, 3, 4, 99])
def test_a_raw_file_is_told_whatever_type_its_tags_are_of(kind: int) -> None:
    """A changed type does not turn it into a photo."""
    data = b"II*\0\x08\0\0\0" + directory((259, kind, 1, 32767), (262, kind, 1, 2))
    with pytest.raises(UnsupportedPhoto, match="camera RAW"):
        detect_format(data)
