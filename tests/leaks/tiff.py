"""TIFF: tags, directories below, later pages, hidden colour, and bytes that nothing points to."""

import struct
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from leaks import blocks
from leaks.blocks import Blob, Entry, dataset, raw, resource, text, wide, xmp
from leaks.leak import Leak
from leaks.pictures import HEIGHT, Pixels, encoded, pattern, scene, small_jpeg
from leaks.png import low_colours, under_alpha

Words = Callable[[str], bytes]
AN_HOUR = b"1987:03:04 05:06:07"  # a time that no test runs at


def page(pixels: Pixels, *more: Entry, spare: bytes = b"") -> list[Entry]:
    """The directory of one picture without compression; spare bytes stand at the end of its strip."""
    height, width, channels = pixels.shape
    entries = [
        Entry(0x0100, 3, width),
        Entry(0x0101, 3, height),
        Entry(0x0102, 3, struct.pack(f"<{channels}H", *[8] * channels)),
        Entry(0x0103, 3, 1),
        Entry(0x0106, 3, 2),
        Entry(0x0111, 4, Blob(pixels.tobytes() + spare)),
        Entry(0x0115, 3, channels),
        Entry(0x0116, 3, height),
        Entry(0x0117, 4, pixels.size + len(spare)),
        Entry(0x011C, 3, 1),
    ]
    own = {entry.tag for entry in more}
    return [entry for entry in entries if entry.tag not in own] + list(more)


def _hidden_tile(word: str) -> bytes:
    """Two tiles of 128 columns of which the picture shows 242."""
    pixels = np.concatenate([scene(246), pattern(10, HEIGHT)], axis=1)
    tiles = pixels[:, :128].tobytes() + pixels[:, 128:].tobytes()
    strips = {0x0111, 0x0116, 0x0117}
    entries = [entry for entry in page(pixels[:, :242]) if entry.tag not in strips]
    half = len(tiles) // 2  # the tiles stand right behind the head, before the directory
    more = [
        Entry(0x0142, 3, 128),
        Entry(0x0143, 3, HEIGHT),
        Entry(0x0144, 4, struct.pack("<2I", 8, 8 + half)),
        Entry(0x0145, 4, struct.pack("<2I", half, half)),
    ]
    return blocks.tiff(entries + more, gap=tiles)


def _coded_strip(word: str) -> bytes:
    """A strip in JPEG (compression 7), with a comment in it."""
    jpeg = encoded(scene(), "JPEG", quality=88, comment=word.encode())
    more = [
        Entry(0x0103, 3, 7),
        Entry(0x0106, 3, 6),
        Entry(0x0111, 4, Blob(jpeg)),
        Entry(0x0117, 4, len(jpeg)),
        Entry(0x0212, 3, struct.pack("<2H", 2, 2)),
    ]
    return blocks.tiff(page(scene(), *more))


def _tags(make: Callable[[str], Sequence[Entry]], word: str) -> bytes:
    return blocks.tiff(page(scene(), *make(word)))


def _one(make: Callable[[int, str], Entry], tag: int) -> Callable[[str], Sequence[Entry]]:
    return lambda word: [make(tag, word)]


def _bytes(tag: int, word: str) -> Entry:
    return raw(tag, word.encode())


_TAGS: tuple[tuple[str, str, Callable[[str], Sequence[Entry]]], ...] = (
    ("artist", "Artist", _one(text, 0x013B)),
    ("copyright", "Copyright", _one(text, 0x8298)),
    ("description", "ImageDescription", _one(text, 0x010E)),
    ("make", "Make", _one(text, 0x010F)),
    ("model", "Model", _one(text, 0x0110)),
    ("software", "Software", _one(text, 0x0131)),
    ("host-computer", "HostComputer", _one(text, 0x013C)),
    ("document-name", "DocumentName", _one(text, 0x010D)),
    ("page-name", "PageName", _one(text, 0x011D)),
    ("ink-names", "InkNames", _one(text, 0x014D)),
    ("target-printer", "TargetPrinter", _one(text, 0x0151)),
    ("xp-author", "XPAuthor", _one(wide, 0x9C9D)),
    ("xmp", "XMP", lambda word: [Entry(700, 1, xmp(f'xmp:Label="{word}"'))]),
    ("iptc", "IPTC", lambda word: [raw(33723, dataset(2, 90, word.encode()))]),
    ("photoshop", "Photoshop resources, caption", lambda word: [Entry(34377, 1, resource(0x03F0, word.encode()))]),
    (
        "photoshop-thumbnail",
        "Photoshop resources, thumbnail",
        lambda word: [Entry(34377, 1, resource(0x040C, blocks.resource_thumbnail(small_jpeg(word))))],
    ),
    ("layers", "ImageSourceData, Photoshop's layers", _one(_bytes, 37724)),
    ("exif", "EXIF directory, owner", lambda word: blocks.exif_below(text(0xA430, word))),
    ("maker-note", "EXIF directory, MakerNote", lambda word: blocks.exif_below(raw(0x927C, word.encode()))),
    ("gps", "GPS directory", lambda word: [Entry(0x8825, 4, blocks.position(word))]),
    ("icc-text", "colour profile, text", lambda word: [raw(34675, blocks.profile(word))]),
    ("icc-tail", "colour profile, bytes behind it", lambda word: [raw(34675, blocks.profile(behind=word.encode()))]),
    ("gdal", "GDAL metadata", _one(text, 42112)),
    ("geo", "GeoTIFF text", _one(text, 34737)),
    ("private-tag", "a private tag", _one(text, 65123)),
    ("camera-serial", "CameraSerialNumber", _one(text, 0xC62F)),
    ("jpeg-tables", "JPEGTables of a picture that needs none", lambda word: [raw(0x015B, small_jpeg(word))]),
    (
        "old-thumbnail",
        "JPEG preview (JPEGInterchangeFormat)",
        lambda word: [Entry(0x0201, 4, Blob(small_jpeg(word))), Entry(0x0202, 4, len(small_jpeg(word)))],
    ),
    (
        "sub-picture",
        "SubIFDs, a picture below",
        lambda word: [Entry(0x014A, 4, tuple(page(pattern(), text(0x010E, word))))],
    ),
)


LEAKS = (
    *(Leak(f"tiff-{name}", f"TIFF: {words}", ".tif", partial(_tags, entries)) for name, words, entries in _TAGS),
    Leak(
        "tiff-date",
        "TIFF: DateTime",
        ".tif",
        partial(_tags, lambda _: [Entry(0x0132, 2, AN_HOUR + b"\0")]),
        lambda _: (AN_HOUR, b"1987-03-04"),
    ),
    Leak(
        "tiff-second-page",
        "TIFF: second page, its pixels",
        ".tif",
        lambda _: blocks.tiff(page(scene()), page(pattern())),
    ),
    Leak(
        "tiff-second-page-tags",
        "TIFF: second page, its tags",
        ".tif",
        lambda word: blocks.tiff(page(scene()), page(scene(), text(0x013B, word))),
    ),
    Leak(
        "tiff-thumbnail-page",
        "TIFF: reduced picture as second page",
        ".tif",
        lambda word: blocks.tiff(page(scene()), page(pattern(), Entry(0x00FE, 4, 1))),
    ),
    Leak(
        "tiff-gap",
        "TIFF: bytes that no tag points to",
        ".tif",
        lambda word: blocks.tiff(page(scene()), gap=word.encode() * 2),
    ),
    Leak(
        "tiff-behind",
        "TIFF: bytes behind the last directory",
        ".tif",
        lambda word: blocks.tiff(page(scene())) + word.encode(),
    ),
    Leak(
        "tiff-strip-tail",
        "TIFF: bytes in the strip behind its last row",
        ".tif",
        lambda word: blocks.tiff(page(scene(), spare=word.encode() * 2)),
    ),
    Leak(
        "tiff-low-bits",
        "TIFF: text in the low bits of the colours",
        ".tif",
        lambda word: blocks.tiff(page(low_colours(word))),
    ),
    Leak("tiff-coded-strip", "TIFF: comment in a strip that is a JPEG", ".tif", _coded_strip),
    Leak("tiff-hidden-tile", "TIFF: what a crop left in the last tile", ".tif", _hidden_tile),
    Leak(
        "tiff-under-alpha",
        "TIFF: colour under full transparency",
        ".tif",
        lambda word: blocks.tiff(page(under_alpha(word), Entry(0x0152, 3, 2))),
    ),
)
