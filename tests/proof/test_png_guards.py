"""Each guard of the proof's walk through a PNG, on the smallest pictures that need it."""

import struct
import zlib
from itertools import product

import numpy as np
import pytest

from imgvet.proof import png
from imgvet.proof.prove import prove
from support.finished_files import orientation, public_packet
from support.picture_writers import chunk
from support.told_problems import Told, told

MAGIC = b"\x89PNG\r\n\x1a\n"
END = chunk(b"IEND", b"")
XMP = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + public_packet("png"))
SRGB = chunk(b"sRGB", b"\0")
TURNED = chunk(b"eXIf", orientation(6))


def head(width: int = 1, height: int = 1, depth: int = 8, colour: int = 0, last: bytes = b"\0\0\0") -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBB", width, height, depth, colour) + last)


def data(*rows: bytes) -> bytes:
    return chunk(b"IDAT", zlib.compress(b"".join(rows)))


DOT = data(b"\0\x05")  # the one pixel of a grey picture
PLAIN = head() + DOT
FIRST, SECOND = 8, 33  # where the chunks begin
NOT_PLAIN = "It is not a plain picture without interlacing."
DEPTH = "Its samples are not 8 bits, or fewer for grey and palette pictures."
NEVER = "It is not on the allow-list of chunks."
TRANSPARENT = "Colour is hidden under full transparency."


def test_the_smallest_picture_proves() -> None:
    """Each chunk with its place, from the first byte to the last."""
    proof = prove(MAGIC + head() + SRGB + XMP + DOT + END)
    assert proof.problems == ()
    pieces = [(each.name, each.offset, each.length) for each in proof.structures if not each.name.startswith("XMP ")]
    at = [46 + len(XMP), 46 + len(XMP) + len(DOT)]
    assert pieces == [
        ("signature", 0, 8),
        ("IHDR", 8, 25),
        ("sRGB", 33, 13),
        ("iTXt XMP", 46, len(XMP)),
        ("IDAT", at[0], len(DOT)),
        ("IEND", at[1], 12),
    ]


@pytest.mark.parametrize(
    ("first", "why"),
    [
        (head(0), NOT_PLAIN),
        (head(height=0), NOT_PLAIN),
        *((head(colour=colour), NOT_PLAIN) for colour in (1, 5, 7, 8)),
        (head(last=b"\1\0\0"), NOT_PLAIN),
        (head(last=b"\0\1\0"), NOT_PLAIN),
        (head(last=b"\0\0\1"), NOT_PLAIN),
        (head(last=b"\0\0"), "It is not 13 bytes long."),
        (head(last=b"\0\0\0\0"), "It is not 13 bytes long."),
    ],
)
def test_a_header_is_plain(first: bytes, why: str) -> None:
    """Nothing is read behind one that is not."""
    assert told(MAGIC + first + chunk(b"anna", b"") + DOT + END) == [(FIRST, "IHDR", why)]


def allowed(depth: int, colour: int, *, stripped: bool) -> bool:
    if depth == 16:
        return stripped and colour != 3
    return depth == 8 or (depth in (1, 2, 4) and colour in (0, 3))


@pytest.mark.parametrize("stripped", [False, True])
@pytest.mark.parametrize(("depth", "colour"), [*product([0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 32], [0, 2, 3, 4, 6])])
def test_which_samples_a_picture_may_have(depth: int, colour: int, stripped: bool) -> None:
    """16 bits in a stripped one alone; fewer than 8 for grey and for palettes."""
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    palette = chunk(b"PLTE", b"\0\0\0") if colour == 3 else b""
    whole = MAGIC + head(1, 1, depth, colour) + palette + data(bytes(1 + (bits + 7) // 8)) + END
    fits = allowed(depth, colour, stripped=stripped)
    assert told(whole, stripped=stripped) == ([] if fits else [(FIRST, "IHDR", DEPTH)])


def test_a_picture_has_at_most_so_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The filter byte of each row counts."""
    monkeypatch.setattr(png, "MAX_PIXEL_BYTES", 12)
    for height, last, fits in ((3, b"", True), (4, b"", False)):
        rows = data(*[b"\0\1\2\3"] * height, last)
        problem = [] if fits else [(FIRST, "IHDR", "It has more than 12 bytes of pixels.")]
        assert told(MAGIC + head(3, height) + rows + END) == problem


def test_each_byte_of_a_size_counts() -> None:
    """The highest, too."""
    high = [(FIRST, "IHDR", "It is wider or higher than 65535 pixels.")]
    assert told(MAGIC + head(1, 0x01000001) + DOT + END) == high
    assert told(MAGIC + head(0x01000001, 1) + DOT + END) == high


@pytest.mark.parametrize(("across", "down"), [(65_535, 1), (1, 65_535), (65_536, 1), (1, 65_536)])
def test_a_picture_has_a_longest_side(across: int, down: int) -> None:
    """As long as a JPEG's."""
    rows = data(*[bytes(1 + (across + 7) // 8)] * down)
    long = [(FIRST, "IHDR", "It is wider or higher than 65535 pixels.")] if max(across, down) > 65_535 else []
    assert told(MAGIC + head(across, down, 1) + rows + END) == long


@pytest.mark.parametrize(
    ("width", "depth", "colour", "row", "stride", "unfiltered"),
    [
        (8, 1, 0, 1, 1, False),
        (9, 1, 0, 2, 1, True),
        (7, 1, 0, 1, 1, True),
        (8, 1, 3, 1, 1, True),
        (5, 2, 0, 2, 1, True),
        (4, 2, 0, 1, 1, False),
        (3, 4, 0, 2, 1, True),
        (3, 8, 0, 3, 1, False),
        (3, 8, 2, 9, 3, False),
        (3, 16, 2, 18, 6, False),
        (3, 16, 0, 6, 2, False),
        (3, 8, 4, 6, 2, True),
        (3, 16, 4, 12, 4, True),
        (3, 8, 6, 12, 4, True),
        (3, 16, 6, 24, 8, True),
        (3, 8, 3, 3, 1, True),
    ],
)
def test_rows_are_as_long_as_their_samples(
    width: int, depth: int, colour: int, row: int, stride: int, unfiltered: bool
) -> None:
    """And their filters are undone where the pixels can hold what is not shown."""
    found = png._Header(width, 1, depth, colour)
    assert (found.row, found.stride, found.must_be_unfiltered) == (row, stride, unfiltered)


CHECKSUM, LENGTH = "Its checksum does not match.", "It is cut off, or its length is wrong."
ENDS = "The file ends before the picture does."
BEFORE = "It must come before {}."
BEGIN = "IHDR must be the first chunk, and only that."
TWICE = "It is there twice."
WRONG_SRGB = "It is not one byte from 0 to 3."
LATE = SECOND + len(DOT)  # where the chunk behind the picture's data begins
GREY_PALETTE = "The picture has no palette."
ALPHA = "It does not belong to a palette, or is longer than it."
SPLIT = chunk(b"IDAT", zlib.compress(b"\0\5")[:3]), chunk(b"IDAT", zlib.compress(b"\0\5")[3:])


@pytest.mark.parametrize(
    ("whole", "problems"),
    [
        (PLAIN + END, []),
        (PLAIN, [(LATE, "IEND", ENDS)]),
        (PLAIN + END[:-1], [(LATE, "IEND", ENDS)]),
        (PLAIN + END[:1] * 3 + b"\1" + END[4:], [(LATE, "IEND", LENGTH)]),
        (PLAIN + END + b"a", [(LATE + 12, "trailer", "1 bytes follow the picture's end.")]),
        (PLAIN + END + b"abc", [(LATE + 12, "trailer", "3 bytes follow the picture's end.")]),
        (PLAIN[:-1] + b"?" + END, [(SECOND, "IDAT", CHECKSUM)]),
        (
            head() + DOT[:4] + b"\0DAT" + DOT[8:] + END,
            [
                (SECOND, "chunk 0x00444154", CHECKSUM),
                (SECOND, "chunk 0x00444154", NEVER),
                (LATE, "IEND", "There is no picture in the file."),
            ],
        ),
        (PLAIN + chunk(b"tEXt", b"a") + END, [(LATE, "tEXt", NEVER)]),
        (PLAIN + chunk(b"a1b2", b"") + END, [(LATE, "chunk 0x61316232", NEVER)]),
        (SRGB + PLAIN + END, [(FIRST, "sRGB", BEGIN)]),
        (head() + PLAIN + END, [(SECOND, "IHDR", BEGIN)]),
        (END, [(FIRST, "IEND", BEGIN)]),
        (head() + END, [(SECOND, "IEND", "There is no picture in the file.")]),
        (PLAIN + chunk(b"IEND", b"a"), [(LATE, "IEND", "It is not empty.")]),
        *((head() + chunk(b"sRGB", bytes([each])) + DOT + END, []) for each in range(4)),
        (head() + chunk(b"sRGB", b"\4") + DOT + END, [(SECOND, "sRGB", WRONG_SRGB)]),
        (head() + chunk(b"sRGB", b"") + DOT + END, [(SECOND, "sRGB", WRONG_SRGB)]),
        (head() + chunk(b"sRGB", b"\0\0") + DOT + END, [(SECOND, "sRGB", WRONG_SRGB)]),
        (head() + SRGB + SRGB + DOT + END, [(SECOND + 13, "sRGB", TWICE)]),
        (PLAIN + SRGB + END, [(LATE, "sRGB", BEFORE.format("PLTE and IDAT"))]),
        (head() + chunk(b"PLTE", b"\0\0\0") + DOT + END, [(SECOND, "PLTE", GREY_PALETTE)]),
        (head() + chunk(b"PLTE", b"\1\0\0") + DOT + END, [(SECOND, "PLTE", GREY_PALETTE)]),
        (head() + chunk(b"tRNS", b"\0") + DOT + END, [(SECOND, "tRNS", ALPHA)]),
        (
            head() + chunk(b"iTXt", b"Comment\0\0\0\0\0Anna") + DOT + END,
            [(SECOND, "iTXt", "It is not a plain XMP packet.")],
        ),
        (head() + XMP + XMP + DOT + END, [(SECOND + len(XMP), "iTXt", TWICE)]),
        (head() + b"".join(SPLIT) + END, []),
        (
            head() + SPLIT[0] + SRGB + SPLIT[1] + END,
            [
                (SECOND + 15, "sRGB", BEFORE.format("PLTE and IDAT")),
                (SECOND + 28, "IDAT", "Another chunk is between it and the IDAT before."),
            ],
        ),
        (PLAIN + chunk(b"IDAT", b"") + END, [(LATE, "IDAT", "It is empty.")]),
        (
            head() + chunk(b"IDAT", b"") + DOT + END,
            [(SECOND, "IDAT", "It is empty.")],
        ),
        (PLAIN + chunk(b"IDAT", b"a") + END, [(LATE + 8, "IDAT", "It is after the end of the picture's data.")]),
        (head() + data(b"\0\5\5") + END, [(SECOND + 8, "IDAT", "It holds more than the picture's pixels.")]),
        (head() + data(b"\0") + END, [(SECOND + 8, "IDAT", "It holds less than the picture's pixels.")]),
        *((head() + data(bytes([each, 5])) + END, []) for each in range(5)),
        (head() + data(b"\5\5") + END, [(SECOND, "IDAT", "A row has a filter that PNG does not know.")]),
        (
            head(1, 3) + data(b"\0\5\6\5\0\5") + END,
            [(SECOND, "IDAT", "A row has a filter that PNG does not know.")],
        ),
        (head(1, 1, 8, 4) + data(b"\0\0\0") + END, []),
        (head(1, 1, 8, 4) + data(b"\0\1\1") + END, []),
        (head(1, 1, 8, 4) + data(b"\0\1\0") + END, [(SECOND, "IDAT", TRANSPARENT)]),
        (head(2, 1, 8, 4) + data(b"\0\0\0\1\0") + END, [(SECOND, "IDAT", TRANSPARENT)]),
        *(
            (head(1, 1, 8, 6) + data(b"\0" + bytes(at) + b"\1" + bytes(3 - at)) + END, [(SECOND, "IDAT", TRANSPARENT)])
            for at in range(3)
        ),
        (head(1, 1, 8, 6) + data(b"\0\0\0\0\1") + END, []),
        (head(1, 1, 1) + data(b"\0\x80") + END, []),
        *(
            (
                head(3, 1, 1) + data(b"\0" + bytes([0xE0 | spare])) + END,
                [(SECOND, "IDAT", "The spare bits at the end of a row are not zero.")],
            )
            for spare in (1, 2, 4, 8, 16)
        ),
        (head(3, 1, 1) + data(b"\0\xe0") + END, []),
        (head(3, 1, 2) + data(b"\0\xfc") + END, []),
        (head(3, 1, 2) + data(b"\0\xfd") + END, [(SECOND, "IDAT", "The spare bits at the end of a row are not zero.")]),
        (head(3, 1, 4) + data(b"\0\xff\xf0") + END, []),
        (
            head(3, 1, 4) + data(b"\0\xff\xf8") + END,
            [(SECOND, "IDAT", "The spare bits at the end of a row are not zero.")],
        ),
    ],
)
def test_what_a_published_png_holds(whole: bytes, problems: Told) -> None:
    """Everything else is told, with its place and the reason, and nothing twice."""
    assert told(MAGIC + whole) == problems


def palette(*colours: bytes, alpha: bytes | None = None) -> bytes:
    return chunk(b"PLTE", b"".join(colours)) + (b"" if alpha is None else chunk(b"tRNS", alpha))


RED, BLACK, BLUE = b"\xff\0\0", b"\0\0\0", b"\0\0\1"
LENGTH_OF_PALETTE, UNUSED = "Its length is not that of a palette.", "It holds a colour that no pixel has."
TWO = head(2, 1, 1, 3)  # two pixels with numbers 0 and 1
ROW = data(b"\0\x40")


@pytest.mark.parametrize(
    ("whole", "problems"),
    [
        (TWO + palette(RED, BLUE) + ROW, []),
        (TWO + ROW, [(8, "PLTE", "It is missing.")]),
        (TWO + palette() + ROW, [(SECOND, "PLTE", LENGTH_OF_PALETTE), (8, "PLTE", "It is missing.")]),
        (TWO + palette(RED, BLUE[:2]) + ROW, [(SECOND, "PLTE", LENGTH_OF_PALETTE)]),
        (TWO + palette(RED, BLUE, BLACK) + ROW, [(SECOND, "PLTE", LENGTH_OF_PALETTE)]),
        (head(2, 1, 2, 3) + palette(RED, BLUE, *[BLACK] * 2) + data(b"\0\x10"), []),
        (
            head(2, 1, 2, 3) + palette(RED, BLUE, *[BLACK] * 3) + data(b"\0\x10"),
            [(SECOND, "PLTE", LENGTH_OF_PALETTE)],
        ),
        (head(2, 1, 8, 3) + palette(RED, BLUE, *[BLACK] * 254) + data(b"\0\0\1"), []),
        (head(2, 1, 8, 3) + palette(*[BLACK] * 255, RED) + data(b"\0\0\xff"), []),
        (TWO + palette(RED) + ROW, [(SECOND + 15, "IDAT", "A pixel has no entry in the palette.")]),
        (
            head(2, 1, 8, 3) + palette(RED) + data(b"\0\0\xff"),
            [(SECOND + 15, "IDAT", "A pixel has no entry in the palette.")],
        ),
        (head(1, 1, 8, 3) + palette(RED, BLUE) + data(b"\0\0"), [(SECOND, "PLTE", UNUSED)]),
        (head(1, 1, 8, 3) + palette(RED, BLUE) + data(b"\0\1"), [(SECOND, "PLTE", UNUSED)]),
        (head(1, 1, 8, 3) + palette(RED, BLACK) + data(b"\0\0"), []),
        (head(1, 1, 1, 3) + palette(RED, BLUE) + data(b"\0\0"), [(SECOND, "PLTE", UNUSED)]),
        (head(1, 2, 8, 3) + palette(RED, BLUE) + data(b"\0\0\2\1"), []),
        (TWO + palette(RED, BLUE, alpha=b"\1\1") + ROW, []),
        (TWO + palette(RED, BLUE, alpha=b"\1") + ROW, []),
        (TWO + palette(BLACK, BLUE, alpha=b"\0") + ROW, []),
        (TWO + palette(BLACK, RED, alpha=b"\0") + ROW, []),
        (TWO + palette(BLUE, RED, alpha=b"\1\0") + ROW, [(SECOND, "PLTE", TRANSPARENT)]),
        (TWO + palette(RED, BLUE, alpha=b"\0") + ROW, [(SECOND, "PLTE", TRANSPARENT)]),
        (TWO + palette(RED, BLUE, alpha=b"\1\0") + ROW, [(SECOND, "PLTE", TRANSPARENT)]),
        (TWO + palette(RED, BLUE, alpha=b"\1\1\1") + ROW, [(SECOND + 18, "tRNS", ALPHA)]),
        (TWO + palette(RED, BLUE, alpha=b"") + ROW, [(SECOND + 18, "tRNS", ALPHA)]),
        (
            TWO + chunk(b"tRNS", b"\1") + palette(RED, BLUE) + ROW,
            [(SECOND, "tRNS", ALPHA), (SECOND + 13, "PLTE", BEFORE.format("tRNS and IDAT"))],
        ),
        (TWO + ROW + palette(RED, BLUE), [(SECOND + len(ROW), "PLTE", BEFORE.format("tRNS and IDAT"))]),
        (
            TWO + palette(RED, BLUE) + ROW + chunk(b"tRNS", b"\1"),
            [(SECOND + 18 + len(ROW), "tRNS", BEFORE.format("IDAT"))],
        ),
        (TWO + palette(RED, BLUE) + SRGB + ROW, [(SECOND + 18, "sRGB", BEFORE.format("PLTE and IDAT"))]),
        (TWO + SRGB + palette(RED, BLUE) + ROW, []),
        (TWO + palette(RED, BLUE) + palette(RED, BLUE) + ROW, [(SECOND + 18, "PLTE", TWICE)]),
    ],
)
def test_a_palette_hides_nothing(whole: bytes, problems: Told) -> None:
    """Each entry is shown or black, each pixel has one, and its transparency hides no colour."""
    assert told(MAGIC + whole + END) == problems


def profile_of(name: bytes = b"ICC profile\0\0") -> bytes:
    return chunk(b"iCCP", name + zlib.compress(b"Anna"))


UNKNOWN = "Its colour profile is not one of the well-known ones."
BLOCK = "It is not the block that holds an orientation from 2 to 8 and nothing else."


@pytest.mark.parametrize(
    ("whole", "problems"),
    [
        (head() + TURNED + SRGB + DOT, []),
        (head() + TURNED + TURNED + DOT, [(SECOND + len(TURNED), "eXIf", TWICE)]),
        (PLAIN + TURNED, [(LATE, "eXIf", BEFORE.format("IDAT"))]),
        (head() + chunk(b"eXIf", b"a") + DOT, [(SECOND, "eXIf", BLOCK)]),
        (head() + profile_of() + DOT, [(SECOND, "iCCP", UNKNOWN)]),
        (head() + profile_of(b"Anna\0\0") + DOT, [(SECOND, "iCCP", "Its name is not 'ICC profile'.")]),
        (
            head() + SRGB + profile_of() + DOT,
            [(SECOND + 13, "iCCP", BEFORE.format("sRGB and PLTE and IDAT")), (SECOND + 13, "iCCP", UNKNOWN)],
        ),
        (
            PLAIN + profile_of(),
            [(LATE, "iCCP", BEFORE.format("sRGB and PLTE and IDAT")), (LATE, "iCCP", UNKNOWN)],
        ),
        (
            TWO + palette(RED, BLUE) + profile_of() + ROW,
            [(SECOND + 18, "iCCP", BEFORE.format("sRGB and PLTE and IDAT")), (SECOND + 18, "iCCP", UNKNOWN)],
        ),
        (
            head() + profile_of() + SRGB + DOT,
            [
                (SECOND, "iCCP", UNKNOWN),
                (SECOND + len(profile_of()), "sRGB", "There is a colour profile beside it."),
            ],
        ),
        (head() + XMP + DOT, [(SECOND, "iTXt", NEVER)]),
    ],
)
def test_what_a_stripped_png_holds(whole: bytes, problems: Told) -> None:
    """Its orientation and a well-known profile, in their places."""
    assert told(MAGIC + whole + END, stripped=True) == problems


def test_what_a_stripped_png_may_hold_a_published_one_may_not() -> None:
    """And the other way round."""
    assert told(MAGIC + head() + TURNED + DOT + END) == [(SECOND, "eXIf", NEVER)]
    assert told(MAGIC + head() + profile_of() + DOT + END) == [(SECOND, "iCCP", NEVER)]


def test_what_the_packet_says_has_its_place_in_the_file() -> None:
    """Behind its keyword."""
    whole = MAGIC + head() + XMP + DOT + END
    places = {each.name: whole[each.offset : each.offset + each.length] for each in prove(whole).structures}
    assert places["XMP photoshop:Credit"] == b"<photoshop:Credit>Example Police</photoshop:Credit>"
    other = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + public_packet("jpeg"))
    assert told(MAGIC + head() + XMP + other + DOT + END) == [(SECOND + len(XMP), "iTXt", TWICE)]
    problem = (SECOND + 8 + other[8:].index(b"<dc:format>"), "XMP dc:format", "It is not what the file is.")
    assert told(MAGIC + head() + other + DOT + END) == [problem]


def test_of_three_neighbours_the_nearest_is_taken() -> None:
    """Where two are as near, left before up before the corner (PNG, 9.4)."""
    left, up, corner = (each.reshape(-1) for each in np.mgrid[0:256:15, 0:256:15, 0:256:15])
    guess = left + up - corner
    distances = np.stack([abs(guess - left), abs(guess - up), abs(guess - corner)])
    assert np.array_equal(png._paeth(left, up, corner), np.choose(distances.argmin(axis=0), [left, up, corner]))


def test_pieces_are_named_for_what_they_are() -> None:
    """A packet by its keyword, a text that is none, and what stands behind the end."""
    texts = chunk(b"iTXt", b"Comment\0\0\0\0\0"), chunk(b"anNa", XMP[8:-4])
    proof = prove(MAGIC + head() + b"".join(texts) + DOT + END + b"abc")
    start = SECOND + sum(map(len, (*texts, DOT)))
    assert [(each.name, each.offset, each.length) for each in proof.structures][2:] == [
        ("iTXt", SECOND, len(texts[0])),
        ("anNa", SECOND + len(texts[0]), len(texts[1])),
        ("IDAT", start - len(DOT), len(DOT)),
        ("IEND", start, 12),
        ("trailer", start + 12, 3),
    ]


def test_filters_are_undone_across_blocks_of_rows() -> None:
    """Each of the five, on the first row and on those below it, in pixels of several bytes."""
    generator = np.random.default_rng(1)
    for stride in (1, 2, 3, 8):
        pixels = generator.integers(0, 256, (12, 5, stride)).astype(np.uint8)
        filters = [4, 4, 3, 3, 2, 1, 0, 4, 2, 2, 1, 3]  # the row above the second block counts for its first
        above, rows = np.zeros((5, stride), int), []
        for kind, row in zip(filters, pixels.astype(int), strict=True):
            left = np.concatenate((np.zeros((1, stride), int), row[:-1]))
            corner = np.concatenate((np.zeros((1, stride), int), above[:-1]))
            guess = left + above - corner
            distances = np.stack([abs(guess - left), abs(guess - above), abs(guess - corner)])
            paeth = np.choose(distances.argmin(axis=0), [left, above, corner])
            taken = [0, left, above, (left + above) // 2, paeth][kind]
            rows.append(np.concatenate(([kind], ((row - taken) % 256).reshape(-1))))
            above = row
        filtered = np.array(rows, np.uint8)
        undo = png.Unfilter(5 * stride, stride)
        assert np.array_equal(np.concatenate([undo.pixels(filtered[:7]), undo.pixels(filtered[7:])]), pixels)
