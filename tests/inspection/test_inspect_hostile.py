"""Hostile files: whatever is changed, cut, repeated or inflated, an inspection comes back within bounds."""

import struct
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.formats.sniff import detect_format
from imgvet.inspection.findings import GROUPS
from inspection.test_inspect import (
    box,
    chunk,
    directory,
    entry,
    exif_segment,
    found,
    heic_with,
    jpeg_with,
    picture,
    png_with,
    segment,
    xmp_segment,
)
from leaks.cases import ALL, Leak
from leaks.leak import word_of
from support.chance import examples
from support.checked_files import inspect_bytes

pytestmark = pytest.mark.slow

MIB = 1 << 20
SEEDS = [leak for leak in ALL if not leak.around]


@examples(150)
@given(
    leak=st.sampled_from(SEEDS),
    changes=st.lists(st.tuples(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=4)), min_size=1, max_size=8),
    cut=st.one_of(st.none(), st.integers(0, 1 << 20)),
    repeated=st.one_of(st.none(), st.tuples(st.integers(0, 1 << 20), st.integers(1, 400))),
    details=st.booleans(),
)
def test_changed_files_never_raise(
    leak: Leak,
    changes: list[tuple[int, bytes]],
    cut: int | None,
    repeated: tuple[int, int] | None,
    details: bool,
) -> None:
    """Files of every kind with something in every hiding place, changed, cut and with pieces repeated."""
    data = bytearray(leak.build(word_of(leak.id)))
    kind = detect_format(bytes(data))
    for place, value in changes:
        at = place % len(data)
        data[at : at + len(value)] = value
    if repeated:
        at = repeated[0] % len(data)
        data[at:at] = data[at : at + repeated[1]]
    report = inspect_bytes(bytes(data if cut is None else data[: cut % len(data)]), kind, details=details)
    assert all(item.group in GROUPS and item.value.isprintable() and item.where for item in report.items)
    assert all(item.offset is None or 0 <= item.offset <= len(data) for item in report.items)
    assert all(line.isprintable() for line in (*report.alarms, *report.warnings, *report.unread, *report.sentences()))


_ONE_READER = {"heic", "avif"}  # the same boxes; a clean file of one has nothing to tell as the other


@examples(60)
@given(leak=st.sampled_from(SEEDS), kind=st.sampled_from(["jpeg", "png", "webp", "tiff", "gif", "heic", "avif"]))
def test_a_file_that_is_read_as_another_kind_never_raises(leak: Leak, kind: str) -> None:
    """Each reader bears the files of all the others, and none is silent on them."""
    data = leak.build(word_of(leak.id))
    report = inspect_bytes(data, kind)
    own = {detect_format(data)} if detect_format(data) not in _ONE_READER else _ONE_READER
    assert kind in own or report.unread or report.items


def strips(count: int, pages: int, compression: int) -> bytes:
    """A TIFF of many pages whose many strips all are the whole rest of the file."""
    size, lists = 6 + 12 * 6, 8 + pages * (6 + 12 * 6)
    start = lists + 8 * count
    pieces = []
    for page in range(pages):
        fields = [entry(0x100, 4, 1, 9), entry(0x101, 4, 1, 9), entry(0x103, 3, 1, compression)]
        fields += [entry(0x111, 4, count, lists), entry(0x116, 4, 1, 1), entry(0x117, 4, count, lists + 4 * count)]
        pieces.append(directory(*fields, following=8 + (page + 1) * size if page + 1 < pages else 0))
    lists_of = struct.pack("<I", start) * count + struct.pack("<I", 2 * MIB) * count
    return b"II*\0" + struct.pack("<I", 8) + b"".join(pieces) + lists_of + b"words " * (MIB // 2)


def samsung_blocks() -> bytes:
    """Samsung trailers whose blocks all are the whole file."""
    entries = b"".join(struct.pack("<HHII", 0, 0x0A30, MIB, MIB) for _ in range(64))
    return (bytes(MIB) + b"SEFH" + struct.pack("<II", 1, 64) + entries) * 4


def many_boxes() -> bytes:
    """A HEIC whose items all are the whole file."""
    clean = bytearray(heic_with([(b"hvc1", b"", b"x")] * 2000))
    at = clean.index(b"iloc") + 12
    for number in range(2000):
        struct.pack_into(">II", clean, at + 14 * number + 6, 0, len(clean) + MIB)
    return bytes(clean) + box(b"free", b"words " * (MIB // 6))


CIRCLING = (  # a note whose 2,000 fields all point to one long list of numbers, and to the note itself
    b"II*\0" + struct.pack("<I", 8) + directory(entry(0x010F, 2, 6, 80), entry(0x8769, 4, 1, 50)) + bytes(12)
    + directory(entry(0x927C, 7, 24_000, 100)) + bytes(12) + b"Canon\0" + bytes(14)
    + struct.pack("<H", 2000) + entry(0x0026, 3, 9_000, 100) * 2000
)  # fmt: skip
BOMB = zlib.compress(b"TOP SECRET " * (6 * MIB // 11))
HOSTILE = {
    "packed texts": ("png", png_with(*[chunk(b"zTXt", b"k\0\0" + BOMB)] * 6)),
    "packed profile": ("png", png_with(chunk(b"iCCP", b"k\0\0" + zlib.compress(bytes(40 * MIB))))),
    "packed XMP": ("png", png_with(chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b"<a>" * MIB)))),
    "packed picture": (
        "png",
        picture("PNG")[:16] + struct.pack(">II", 90, 90) + picture("PNG")[24:33]
        + chunk(b"IDAT", zlib.compress(bytes(60 * MIB), 9)) + chunk(b"IEND", b""),
    ),
    "chunks of picture data": ("png", picture("PNG")[:-12] + chunk(b"IDAT", b"words") * 30_000 + chunk(b"IEND", b"")),
    "unknown chunks": ("png", png_with(chunk(b"prVt", b"words that hide") * 21_000)),
    "nested XMP": ("jpeg", jpeg_with(xmp_segment(b"<a>" * 20_000))),
    "fields": (
        "tiff",
        b"II*\0" + struct.pack("<IH", 8, 65535) + entry(0x8000, 2, 400, 8) * 20_000,
    ),
    "directories in a circle": (
        "jpeg",
        jpeg_with(exif_segment(b"II*\0" + struct.pack("<I", 8) + directory(entry(0x014A, 4, 1, 8), following=8))),
    ),
    "maker notes": ("jpeg", jpeg_with(*[exif_segment(CIRCLING)] * 60)),
    "plain strips": ("tiff", strips(20_000, 200, 1)),
    "packed strips": ("tiff", strips(20_000, 200, 8)),
    "coded strips": ("tiff", strips(20_000, 200, 5)),
    "Samsung blocks": ("jpeg", picture() + samsung_blocks()),
    "start marks": ("jpeg", picture() + b"\xff\xd8\xff\xe0\0\4ab" * 200_000),
    "braces": ("jpeg", picture() + b'{"' * MIB),
    "blanks behind a marking": ("jpeg", jpeg_with(*[segment(0xFE, b"OFFICIAL" + b" " * 60_000)] * 20)),
    "lines around a marking": ("jpeg", jpeg_with(*[segment(0xFE, b"SECRET" + b"\n" * 60_000)] * 5)),
    "items": ("heic", many_boxes()),
    "boxes": ("heic", heic_with([(b"hvc1", b"", b"x")], *[box(b"prVt", b"words that hide")] * 9_000)),
    "films": ("jpeg", picture() + box(b"ftyp", b"mp42") + box(b"moov", box(b"trak", b"") * 100_000) * 8),
    "blocks": ("gif", picture("GIF")[:-1] + b"!\xfe\4abcd\0" * 100_000 + b";"),
    "fill bytes": ("jpeg", picture()[:2] + b"\xff" * (4 * MIB)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_bounded(name: str) -> None:
    """Bombs, circles and floods end with few items, within memory of a small multiple of the file and 64 MiB."""
    kind, data = HOSTILE[name]
    tracemalloc.start()
    try:
        report = inspect_bytes(data, kind, details=False)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * len(data) + 64 * MIB
    assert len(report.items) <= 3_100
    assert len(report.unread) <= 60
    assert len(report.alarms) <= 20
    assert report.items or report.unread


def test_what_is_left_out_is_said() -> None:
    """A flood of chunks is cut with a sentence, and what comes behind it is still looked for."""
    data = png_with(chunk(b"prVt", b"words") * 5_000, chunk(b"tEXt", b"Author\0Jo Planted"))
    report = inspect_bytes(data, "png")
    assert found(report, "owner", "Author").value == "Jo Planted"
    assert any("more fields are not listed" in line for line in report.unread)


def test_an_entity_bomb_in_a_png_is_not_opened() -> None:
    """XMP with a document type is refused wherever it stands."""
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    report = inspect_bytes(png_with(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + bomb)), "png")
    assert any("document type" in line for line in report.unread)
