"""Each guard of the proof's walk through a JPEG, on pictures of a few blocks written by hand."""

import hashlib

import pytest

from imgvet.proof import jpeg, stripped_metadata
from imgvet.proof.prove import prove
from proof.test_prove import packet
from support.finished_files import orientation, public_packet
from support.told_problems import Told, told


def seg(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content


def dqt(*numbers: int, table: bytes = b"\1" * 64) -> bytes:
    return seg(0xDB, b"".join(bytes([number]) + table for number in numbers))


def sof(
    *parts: tuple[int, int, int], width: int = 8, height: int = 8, bits: int = 8, marker: int = 0xC0, more: bytes = b""
) -> bytes:
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return seg(marker, bytes([bits]) + size + bytes([len(parts)]) + b"".join(map(bytes, parts)) + more)


def code(kind: int, number: int = 0, counts: bytes = b"\1" + bytes(15), symbols: bytes = b"\0") -> bytes:
    """One table; with its defaults one code, a single 0, for a difference of 0 or for the end of the block."""
    return bytes([kind << 4 | number]) + counts + symbols


def dht(*tables: bytes) -> bytes:
    return seg(0xC4, b"".join(tables))


def sos(*parts: tuple[int, int], first: int = 0, last: int = 63, bits: int = 0) -> bytes:
    return seg(0xDA, bytes([len(parts)]) + b"".join(map(bytes, parts)) + bytes([first, last, bits]))


def dri(units: int) -> bytes:
    return seg(0xDD, units.to_bytes(2, "big"))


SOI, EOI = b"\xff\xd8", b"\xff\xd9"
GREY = sof((1, 0x11, 0))
CODES = dht(code(0), code(1))
SCAN = sos((1, 0))
BLOCK = b"\x3f"  # a 0 for each table, and six ones to the end of the byte
PICTURE = (dqt(0), GREY, CODES, SCAN, BLOCK, EOI)
Place = int | tuple[int, int]  # the number of a piece, or besides the bytes from its start
Problems = list[tuple[Place, str, str]]


def offsets(pieces: tuple[bytes, ...], problems: Problems) -> Told:
    """The problems with the places of their pieces in the file; the piece behind the last is its end."""
    found = []
    for place, name, reason in problems:
        number, more = place if isinstance(place, tuple) else (place, 0)
        found.append((2 + sum(map(len, pieces[:number])) + more, name, reason))
    return found


def check(pieces: tuple[bytes, ...], problems: Problems, *, stripped: bool = False, thorough: bool = False) -> None:
    """That a file of SOI and these pieces has these problems and no others."""
    assert told(SOI + b"".join(pieces), stripped=stripped, thorough=thorough) == offsets(pieces, problems)


NEVER, TWICE = "It is not on the allow-list of segments.", "It is there twice."
CUT, ENDS = "It is cut off, or its length is wrong.", "The file ends before the picture does."
BEGUN = "It is after the start of the picture."
NOT_HERE = "This marker must not be here."
UNUSED = "It gives a table that no scan uses."


def test_the_smallest_picture_proves() -> None:
    """Each piece with its place, from the first byte to the last; also when it is read to its last bit."""
    check(PICTURE, [])
    check(PICTURE, [], thorough=True)
    check(PICTURE, [], stripped=True, thorough=True)
    proof = prove(SOI + b"".join(PICTURE))
    assert [(each.name, each.offset, each.length) for each in proof.structures] == [
        ("SOI", 0, 2),
        ("DQT", 2, 69),
        ("SOF0", 71, 13),
        ("DHT", 84, 40),
        ("SOS", 124, 10),
        ("entropy data", 134, 1),
        ("EOI", 135, 2),
    ]


# Markers and segments


@pytest.mark.parametrize(
    ("pieces", "problems"),
    [
        ((*PICTURE, b"a"), [(6, "trailer", "1 bytes follow the picture's end.")]),
        ((*PICTURE, b"abc"), [(6, "trailer", "3 bytes follow the picture's end.")]),
        ((dqt(0),), [(1, "EOI", ENDS)]),
        ((dqt(0), b"\xff"), [(1, "EOI", ENDS)]),
        ((), [(0, "EOI", ENDS)]),
        ((dqt(0), b"\0\xdb"), [(1, "gap", "Bytes between the segments belong to none.")]),
        ((dqt(0), b"\xfe\xff"), [(1, "gap", "Bytes between the segments belong to none.")]),
        ((dqt(0), b"\xff" + GREY), [(1, "fill", "There are fill bytes between the segments.")]),
        ((dqt(0), b"\xff\xdb\0\1"), [(1, "DQT", CUT)]),
        ((dqt(0), b"\xff\xdb\0\0"), [(1, "DQT", CUT)]),
        ((dqt(0), b"\xff\xdb"), [(1, "DQT", CUT)]),
        ((dqt(0), GREY[:-1]), [(1, "SOF0", CUT)]),
        ((dqt(0), b"\xff\xc4\0\2"), [(1, "DHT", "It is empty."), (2, "EOI", ENDS)]),
        ((b"\xff\x01\0\2",), [(0, "marker 0x01", NOT_HERE)]),
        ((b"\xff\x00\0\2",), [(0, "marker 0x00", NOT_HERE)]),
        ((SOI,), [(0, "SOI", NOT_HERE)]),
        *(((bytes([0xFF, 0xD0 + each]),), [(0, f"RST{each}", NOT_HERE)]) for each in range(8)),
        ((EOI,), [(1, "SOF", "There is no picture in the file.")]),
        *(
            ((seg(marker, b""), *PICTURE), [(0, name, NEVER)])
            for marker, name in (
                (0x02, "marker 0x02"),
                (0xBF, "marker 0xBF"),
                (0xC3, "SOF3"),
                (0xC5, "SOF5"),
                (0xC7, "SOF7"),
                (0xC8, "marker 0xC8"),
                (0xC9, "SOF9"),
                (0xCC, "marker 0xCC"),
                (0xCF, "SOF15"),
                (0xDC, "DNL"),
                (0xDE, "marker 0xDE"),
                (0xDF, "marker 0xDF"),
                (0xE0, "APP0"),
                (0xE1, "APP1"),
                (0xE2, "APP2"),
                (0xE3, "APP3"),
                (0xEC, "APP12"),
                (0xED, "APP13"),
                (0xEE, "APP14"),
                (0xEF, "APP15"),
                (0xF0, "marker 0xF0"),
                (0xFE, "COM"),
            )
        ),
    ],
)
def test_segments_follow_each_other(pieces: tuple[bytes, ...], problems: Problems) -> None:
    """From a marker to the next, each of a kind that is listed."""
    check(pieces, problems)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"http://ns.adobe.com/xap/1.0/\0x", "APP5 XMP"),
        (b"http://ns.adobe.com/xap/1.0/", "APP5 http://ns.adobe.com/xap/1.0/"),
        (b"Anna\0Example", "APP5 Anna"),
        (b"a" * 40, "APP5 " + "a" * 32),
        (b"a" * 31 + b"\0b", "APP5 " + "a" * 31),
        (b"caf\xe9\0", "APP5"),
        (b"\x1b[2J\0", "APP5"),
        (b"", "APP5"),
    ],
)
def test_a_segment_is_named_by_its_owner(content: bytes, name: str) -> None:
    """In 32 letters, as far as they can be printed."""
    check((seg(0xE5, content), *PICTURE), [(0, name, NEVER)])


# What a published file may hold before the picture

JFIF = b"JFIF\0\1\1\0\0\1\0\1\0\0"
NOT_JFIF = "It is not JFIF 1.00 to 1.02 without a thumbnail."
DENSITY = "Its density is not one that is written when nobody asks for one."
LENGTH_OF_JFIF = "It is not exactly 16 bytes long."
START = "It is not at the start of the file, or is there twice."


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        (JFIF, []),
        (JFIF[:6] + b"\0" + JFIF[7:], []),
        (JFIF[:6] + b"\2" + JFIF[7:], []),
        (JFIF[:6] + b"\3" + JFIF[7:], [NOT_JFIF]),
        (JFIF[:5] + b"\0" + JFIF[6:], [NOT_JFIF]),
        (JFIF[:5] + b"\2" + JFIF[6:], [NOT_JFIF]),
        (JFIF[:12] + b"\1\0", [NOT_JFIF]),
        (JFIF[:12] + b"\0\1", [NOT_JFIF]),
        (JFIF[:-1], [LENGTH_OF_JFIF]),
        (JFIF + b"a", [LENGTH_OF_JFIF]),
        (JFIF[:7] + b"\1\0\x48\0\x48\0\0", []),
        (JFIF[:7] + b"\1\0\x60\0\x60\0\0", []),
        (JFIF[:7] + b"\1\1\x2c\1\x2c\0\0", []),
        (JFIF[:7] + b"\1\0\1\0\1\0\0", [DENSITY]),
        (JFIF[:7] + b"\0\0\x48\0\x48\0\0", [DENSITY]),
        (JFIF[:7] + b"\2\0\x48\0\x48\0\0", [DENSITY]),
        (JFIF[:7] + b"\1\0\x48\0\x49\0\0", [DENSITY]),
        (JFIF[:7] + b"\1\0\x49\0\x48\0\0", [DENSITY]),
        (JFIF[:7] + b"\1\1\x48\0\x48\0\0", [DENSITY]),
        (JFIF[:7] + b"\1\0\x48\1\x48\0\0", [DENSITY]),
        (JFIF[:6] + b"\3\1\0\0\0\1\0\0", [NOT_JFIF, DENSITY]),
    ],
)
def test_which_jfif_a_published_picture_may_have(content: bytes, reasons: list[str]) -> None:
    """Version, density and no thumbnail."""
    check((seg(0xE0, content), *PICTURE), [(0, "APP0 JFIF", each) for each in reasons])


APP0, XMP = seg(0xE0, JFIF), b"http://ns.adobe.com/xap/1.0/\0"
APP1 = seg(0xE1, XMP + packet({"dc:format": "image/jpeg"}))  # nothing that IIM must say, too
WORDS = seg(0xE1, XMP + public_packet("jpeg"))


def resource(kind: int, content: bytes) -> bytes:
    head = b"8BIM" + kind.to_bytes(2, "big") + b"\0\0" + len(content).to_bytes(4, "big")
    return head + content + b"\0"[: len(content) % 2]


def app13(*fields: tuple[int, bytes]) -> bytes:
    content = b"\x1c\1\x5a\0\3\x1b%G\x1c\2\0\0\2\0\4"
    content += b"".join(bytes([0x1C, 2, number]) + len(each).to_bytes(2, "big") + each for number, each in fields)
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    return seg(0xED, b"Photoshop 3.0\0" + resource(0x0404, content) + resource(0x0425, digest))


APP13 = app13(
    (5, b"Open day (1)"),
    (25, b"open day"),
    (25, "café".encode()),
    (80, b"Example Press Office"),
    (105, b"Open day"),
    (110, b"Example Police"),
    (116, "© Example Police 2026".encode()),
    (120, b"Dogs & horses at the open day.\nhttps://www.example.org/open-day"),
)


@pytest.mark.parametrize(
    ("pieces", "problems"),
    [
        ((APP0, WORDS, APP13, *PICTURE), []),
        ((APP13, WORDS, *PICTURE), []),
        ((APP1, APP0, *PICTURE), [(1, "APP0 JFIF", START)]),
        ((APP0, APP0, *PICTURE), [(1, "APP0 JFIF", START)]),
        ((APP1, APP1, *PICTURE), [(1, "APP1 XMP", TWICE)]),
        ((APP1, seg(0xE1, XMP + public_packet("png")), *PICTURE), [(1, "APP1 XMP", TWICE)]),
        ((WORDS, APP13, APP13, *PICTURE), [(2, "APP13 Photoshop 3.0", TWICE)]),
        ((seg(0xE0, b"JFXX\0"), *PICTURE), [(0, "APP0 JFXX", NEVER)]),
        ((seg(0xE1, b"Exif\0\0"), *PICTURE), [(0, "APP1 Exif", NEVER)]),
        ((seg(0xED, b"Adobe_CM\0"), *PICTURE), [(0, "APP13 Adobe_CM", NEVER)]),
        ((seg(0xE2, b"ICC_PROFILE\0\1\1"), *PICTURE), [(0, "APP2 ICC_PROFILE", NEVER)]),
        ((seg(0xEE, b"Adobe\0\x64\0\0\0\0\1"), *PICTURE), [(0, "APP14 Adobe", NEVER)]),
        ((dqt(0), APP1, *PICTURE[1:]), [(1, "APP1 XMP", BEGUN)]),
        ((GREY, APP1, dqt(0), *PICTURE[2:]), [(1, "APP1 XMP", BEGUN)]),
        ((CODES, APP1, dqt(0), GREY, *PICTURE[3:]), [(1, "APP1 XMP", BEGUN)]),
        (
            (dri(1), APP1, dqt(0), sof((1, 0x11, 0), width=16), CODES, SCAN, BLOCK + b"\xff\xd0" + BLOCK, EOI),
            [(1, "APP1 XMP", BEGUN)],
        ),
        ((*PICTURE[:5], APP1, EOI), [(5, "APP1 XMP", BEGUN)]),
        ((WORDS, dqt(0), APP13, *PICTURE[1:]), [(2, "APP13 Photoshop 3.0", BEGUN)]),
    ],
)
def test_what_a_published_jpeg_holds_before_the_picture(pieces: tuple[bytes, ...], problems: Problems) -> None:
    """JFIF first, then XMP and IIM, once each."""
    check(pieces, problems)


def test_texts_have_their_places_in_the_file() -> None:
    """Those of XMP and those of IIM, and each says what the other says."""
    data = SOI + WORDS + APP13 + b"".join(PICTURE)
    places = {each.name: data[each.offset : each.offset + each.length] for each in prove(data).structures}
    assert places["XMP photoshop:Credit"] == b"<photoshop:Credit>Example Police</photoshop:Credit>"
    assert places["IIM 2:110"] == b"\x1c\2\x6e\0\x0eExample Police"
    credit = len(SOI + WORDS) + APP13.index(b"\x1c\2\x6e")
    other = SOI + WORDS + APP13.replace(b"Example Police\x1c", b"Example Office\x1c") + b"".join(PICTURE)
    assert (credit, "IIM 2:110", "It is not the same as in XMP.") in told(other)


def test_the_walk_goes_on_behind_texts_that_cannot_be_read() -> None:
    """What is wrong further on is told, too; and that XMP and IIM differ."""
    broken = seg(0xED, b"Photoshop 3.0\0" + b"8BIM\4\4\0\0\0\0\0\x09")
    longer = ((0, 18), "8BIM 0x0404", "It is longer than the segment that holds it.")
    check((broken, seg(0xFE, b"Anna"), *PICTURE), [longer, (1, "COM", NEVER)])
    assert told(SOI + app13((5, b"a")) + b"".join(PICTURE)) == [
        (47, "IIM 2:05", "XMP has no dc:title beside it."),
    ]


# What a stripped file may hold before the picture

PROFILE = b"a profile that is known"
ADOBE = b"Adobe\0\x64\0\0\0\0"
HEADS = (
    seg(0xE0, JFIF),
    seg(0xE1, b"Exif\0\0" + orientation(3)),
    seg(0xE2, b"ICC_PROFILE\0\1\1" + PROFILE),
    seg(0xEE, ADOBE + b"\1"),
)
NAMES = ("APP0 JFIF", "APP1 Exif", "APP2 ICC_PROFILE", "APP14 Adobe")
ORDER = "It is after one that must follow it."
PLAIN_JFIF = "It is not JFIF 1.01 without density and thumbnail."
TRANSFORM = "It holds more than the colour transform 0, 1 or 2."
TURN = "It is not the block that holds an orientation from 2 to 8 and nothing else."
UNKNOWN = "Its colour profile is not one of the well-known ones."


@pytest.fixture(autouse=True)
def _known_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(stripped_metadata.KNOWN_PROFILES, hashlib.sha256(PROFILE).hexdigest(), "known")


def test_a_stripped_jpeg_holds_four_things_in_order() -> None:
    """Any of them, once each; what they say is in the proof."""
    for taken in range(16):
        check((*(head for number, head in enumerate(HEADS) if taken >> number & 1), *PICTURE), [], stripped=True)
    proof = prove(SOI + b"".join((*HEADS, *PICTURE)), stripped=True)
    assert (proof.orientation, proof.colour_profile) == (3, "known")
    for first in range(4):
        check((dqt(0), HEADS[first], *PICTURE[1:]), [(1, NAMES[first], BEGUN)], stripped=True)
        check((HEADS[first], HEADS[first], *PICTURE), [(1, NAMES[first], TWICE)], stripped=True)
        for second in range(first):
            check((HEADS[first], HEADS[second], *PICTURE), [(1, NAMES[second], ORDER)], stripped=True)


@pytest.mark.parametrize(
    ("marker", "content", "name", "reason"),
    [
        (0xE0, JFIF[:6] + b"\2" + JFIF[7:], NAMES[0], PLAIN_JFIF),
        (0xE0, JFIF + b"a", NAMES[0], PLAIN_JFIF),
        (0xE0, JFIF[:7] + b"\1\0\x48\0\x48\0\0", NAMES[0], PLAIN_JFIF),
        (0xE0, b"JFXX\0", "APP0 JFXX", NEVER),
        (0xE1, b"Exif\0\0" + orientation(1), NAMES[1], TURN),
        (0xE1, b"Exif\0" + orientation(2), NAMES[1], NEVER),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0x", "APP1 XMP", NEVER),
        (0xE2, b"ICC_PROFILE\0\1\1" + PROFILE + b"a", NAMES[2], UNKNOWN),
        (0xE2, b"ICC_PROFILE\0\1\2" + PROFILE, NAMES[2], NEVER),
        (0xE2, b"ICC_PROFILE\0\2\1" + PROFILE, NAMES[2], NEVER),
        (0xE2, b"MPF\0", "APP2 MPF", NEVER),
        *((0xEE, ADOBE + bytes([each]), NAMES[3], "") for each in range(3)),
        (0xEE, ADOBE + b"\3", NAMES[3], TRANSFORM),
        (0xEE, ADOBE, NAMES[3], TRANSFORM),
        (0xEE, ADOBE + b"\1a", NAMES[3], TRANSFORM),
        (0xEE, b"Adobe\0\x65\0\0\0\0\1", NAMES[3], TRANSFORM),
        (0xEE, b"Adobe\0\x64\0\1\0\0\1", NAMES[3], TRANSFORM),
        (0xEE, b"Adobe\x64", "APP14 Adobed", NEVER),
        (0xED, b"Photoshop 3.0\0", "APP13 Photoshop 3.0", NEVER),
        (0xE3, b"Meta\0", "APP3 Meta", NEVER),
        (0xFE, b"Anna", "COM", NEVER),
    ],
)
def test_what_is_in_the_head_of_a_stripped_jpeg_is_fixed(marker: int, content: bytes, name: str, reason: str) -> None:
    """To the last byte, but for the number of the orientation and of the colour transform."""
    check((seg(marker, content), *PICTURE), [(0, name, reason)] if reason else [], stripped=True)


def test_a_head_that_is_not_allowed_is_not_kept_in_mind() -> None:
    """Another one behind it is told for what it is."""
    two = (seg(0xE2, b"MPF\0"), HEADS[1], *PICTURE)
    check(two, [(0, "APP2 MPF", NEVER)], stripped=True)


# Tables

WHOLE = "It does not contain whole tables of 8 bits."
NO_ZERO = "It does not contain whole tables of 8 bits without a zero."
AGAIN = "It gives a table a second time."
NOT_USED = "It gives a table that the picture does not use."
MISSING = "A table that the picture uses is missing."


def wide(*numbers: int, head: int = 0x10) -> bytes:
    return seg(0xDB, bytes([head]) + b"".join(each.to_bytes(2, "big") for each in numbers))


@pytest.mark.parametrize(
    ("tables", "problems", "stripped"),
    [
        (dqt(0, table=b"\xff" * 64), [], False),
        (dqt(0, 1), [(0, "DQT", NOT_USED)], False),
        (dqt(0, 0), [(0, "DQT", AGAIN)], False),
        (seg(0xDB, b""), [(0, "DQT", WHOLE), (6, "DQT", MISSING)], False),
        (dqt(0, table=b"\1" * 63), [(0, "DQT", WHOLE), (6, "DQT", MISSING)], False),
        (dqt(0, table=b"\1" * 65), [(0, "DQT", WHOLE), (6, "DQT", MISSING)], False),
        (dqt(0, table=b"\1" * 63 + b"\0"), [(0, "DQT", NO_ZERO)], False),
        (dqt(0, table=b"\0" + b"\1" * 63), [(0, "DQT", NO_ZERO)], False),
        (dqt(4), [(0, "DQT", NO_ZERO), (6, "DQT", MISSING), (0, "DQT", NOT_USED)], False),
        (dqt(0x10), [(0, "DQT", NO_ZERO), (6, "DQT", MISSING), (0, "DQT", NOT_USED)], False),
        (dqt(0x20), [(0, "DQT", NO_ZERO), (6, "DQT", MISSING), (0, "DQT", NOT_USED)], False),
        (dqt(0x20), [(0, "DQT", NO_ZERO), (6, "DQT", MISSING), (0, "DQT", NOT_USED)], True),
        (wide(*[300] * 64), [(0, "DQT", WHOLE), (6, "DQT", MISSING)], False),
        (wide(*[300] * 64), [], True),
        (wide(*[255] * 63, 256), [], True),
        (wide(256, *[255] * 63), [], True),
        (wide(*[255] * 64), [(0, "DQT", NO_ZERO)], True),
        (wide(0, *[300] * 63), [(0, "DQT", NO_ZERO)], True),
        (wide(*[300] * 63, 0), [(0, "DQT", NO_ZERO)], True),
        (wide(*[300] * 63), [(0, "DQT", WHOLE), (6, "DQT", MISSING)], True),
        (wide(*[300] * 64, head=0x20), [(0, "DQT", WHOLE), (6, "DQT", MISSING)], True),
        (wide(*[300] * 64, head=0x14), [(0, "DQT", NO_ZERO), (6, "DQT", MISSING), (0, "DQT", NOT_USED)], True),
        (seg(0xDB, wide(*[300] * 64)[4:] + b"\1" + b"\1" * 64), [(0, "DQT", NOT_USED)], True),
        (dqt(0), [], True),
    ],
)
def test_quantiser_tables_are_whole_and_used(tables: bytes, problems: Problems, stripped: bool) -> None:
    """Numbered 0 to 3, without a zero, each given once; of 16 bits in a stripped file, where 8 are too few."""
    check((tables, *PICTURE[1:]), problems, stripped=stripped)


def test_each_quantiser_table_is_told_at_its_own_segment() -> None:
    """The one that is given again, and the one that is not used."""
    check((dqt(0), dqt(2), dqt(3), *PICTURE[1:]), [(1, "DQT", NOT_USED), (2, "DQT", NOT_USED)])
    check((dqt(0), dqt(0), *PICTURE[1:]), [(1, "DQT", AGAIN)])
    used = sof((1, 0x11, 3))
    check((dqt(3), used, *PICTURE[2:]), [])


NO_CODE = "It has a table that is not a Huffman code for a picture."
LENGTHS = "Its length does not match its tables."
NO_TABLE = "It uses a Huffman table that is not given."


def counts(**lengths: int) -> bytes:
    """How many codes have each length, e.g. ``_1=2``."""
    found = bytearray(16)
    for length, count in lengths.items():
        found[int(length[1:]) - 1] = count
    return bytes(found)


@pytest.mark.parametrize(
    ("tables", "reasons"),
    [
        ((code(0), code(1)), []),
        ((code(0), code(1, counts=counts(_1=2), symbols=b"\0\1")), []),
        ((code(0), code(1, counts=counts(_1=1, _2=2), symbols=b"\0\1\2")), []),
        ((code(0), code(1, counts=counts(_1=3), symbols=b"\0\1\2")), [NO_CODE]),
        ((code(0), code(1, counts=counts(_1=1, _2=3), symbols=b"\0\1\2\3")), [NO_CODE]),
        ((code(0), code(1, counts=counts(_1=2, _16=1), symbols=b"\0\1\2")), [NO_CODE]),
        ((code(0), code(1, counts=counts(_1=1, _16=1), symbols=b"\0\1")), []),
        ((code(0), code(1, counts=counts(_1=2), symbols=b"\0\0")), [NO_CODE]),
        ((code(0), code(1, counts=bytes(16), symbols=b"")), [NO_CODE]),
        ((code(0), code(1, symbols=b"\xfa")), []),
        ((code(0), code(1, symbols=b"\xfb")), [NO_CODE]),
        ((code(0), code(1, symbols=b"\x0b")), [NO_CODE]),
        ((code(0), code(1, counts=counts(_1=1, _2=1), symbols=b"\x0b\0")), [NO_CODE]),
        ((code(0, symbols=b"\x0b"), code(1)), []),
        ((code(0, symbols=b"\x0c"), code(1)), [NO_CODE]),
        ((code(0, counts=counts(_1=1, _2=1), symbols=b"\x0c\0"), code(1)), [NO_CODE]),
        ((code(0, symbols=b"\x10"), code(1)), [NO_CODE]),
    ],
)
def test_huffman_tables_are_codes_for_pictures_of_8_bits(tables: tuple[bytes, ...], reasons: list[str]) -> None:
    """No code is the beginning of another, no symbol is there twice, and numbers have at most 10 bits (DC: 11)."""
    check((dqt(0), GREY, dht(*tables), SCAN, BLOCK, EOI), [(2, "DHT", each) for each in reasons])


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (code(0) + code(1), []),
        (b"", [(2, "DHT", "It is empty."), (3, "SOS", NO_TABLE), (3, "SOS", NO_TABLE)]),
        (code(0) + code(1)[:-1], [(2, "DHT", LENGTHS), (3, "SOS", NO_TABLE)]),
        (code(0) + code(1)[:16], [(2, "DHT", LENGTHS), (3, "SOS", NO_TABLE)]),
        (code(0) + code(1) + b"\0", [(2, "DHT", LENGTHS)]),
        (code(0) + code(2), [(2, "DHT", LENGTHS), (3, "SOS", NO_TABLE)]),
        (code(0) + code(1, 4), [(2, "DHT", LENGTHS), (3, "SOS", NO_TABLE)]),
        (code(1) + code(0, 4), [(2, "DHT", LENGTHS), (3, "SOS", NO_TABLE)]),
        (code(0) + code(1) + code(1, 3), [(2, "DHT", UNUSED)]),
        (code(0) + code(1) + code(0, 1), [(2, "DHT", UNUSED)]),
        (code(0) + code(0) + code(1), [(2, "DHT", UNUSED)]),
        (code(0) + code(1, counts=bytes(15) + b"\1"), []),
    ],
)
def test_huffman_tables_are_whole_and_used(content: bytes, problems: Problems) -> None:
    """Of the classes 0 and 1, numbered 0 to 3; one that is given again before it is used is told."""
    check((dqt(0), GREY, seg(0xC4, content), SCAN, BLOCK, EOI), problems)


def test_each_huffman_table_is_told_at_its_own_segment() -> None:
    """That which is given first, when another takes its place before a scan; that which no scan uses."""
    first, again, other = dht(code(0)), dht(code(0), code(1)), dht(code(1, 2))
    check((dqt(0), GREY, first, again, other, SCAN, BLOCK, EOI), [(2, "DHT", UNUSED), (4, "DHT", UNUSED)])
    check((dqt(0), GREY, dht(code(0, 3), code(1, 2)), sos((1, 0x32)), BLOCK, EOI), [])


# Frame and scans


def test_there_is_one_frame_before_the_scans() -> None:
    """Of one of the three kinds."""
    check((dqt(0), GREY, GREY, *PICTURE[2:]), [(2, "SOF0", "It is a second frame.")])
    check((dqt(0), CODES, SCAN, BLOCK, EOI), [(2, "SOS", "There is a scan before the frame.")])
    check((dqt(0), CODES, EOI), [(3, "SOF", "There is no picture in the file.")])
    check((dqt(0), sof((1, 0x11, 0), marker=0xC1), *PICTURE[2:]), [])


INTERVAL, VAIN = "It has no room for the restart markers that are asked for.", "It changes nothing."
BEFORE_A_SCAN = "It is there twice before a scan."
THREE = sof((1, 0x11, 0), width=24)
RST = [bytes([0xFF, 0xD0 + number % 8]) for number in range(10)]
HOLDS = "It holds {} restart markers in place of {}."
EMPTY = "There is none between two markers."


@pytest.mark.parametrize(
    ("pieces", "problems"),
    [
        ((dri(1), THREE, CODES, SCAN, BLOCK + RST[0] + BLOCK + RST[1] + BLOCK, EOI), []),
        ((dri(2), THREE, CODES, SCAN, BLOCK + RST[0] + BLOCK, EOI), []),
        ((dri(2), THREE, CODES, SCAN, BLOCK, EOI), [(6, "entropy data", HOLDS.format(0, 1))]),
        (
            (dri(1), THREE, CODES, SCAN, BLOCK + RST[0] + BLOCK, EOI),
            [(6, "entropy data", HOLDS.format(1, 2))],
        ),
        (
            (dri(1), THREE, CODES, SCAN, BLOCK + RST[0] + BLOCK, RST[2], BLOCK, EOI),
            [(6, "entropy data", HOLDS.format(1, 2)), (6, "RST2", NOT_HERE)],
        ),
        (
            (dri(1), THREE, CODES, SCAN, BLOCK, RST[1], BLOCK, EOI),
            [(6, "entropy data", HOLDS.format(0, 2)), (6, "RST1", NOT_HERE)],
        ),
        (
            (dri(1), THREE, CODES, SCAN, BLOCK + RST[0] + BLOCK + RST[1] + BLOCK, RST[2], BLOCK, EOI),
            [(6, "RST2", NOT_HERE)],
        ),
        ((dri(3), THREE, CODES, SCAN, BLOCK, EOI), [(4, "SOS", INTERVAL)]),
        ((dri(4), THREE, CODES, SCAN, BLOCK, EOI), [(4, "SOS", INTERVAL)]),
        ((dri(0), THREE, CODES, SCAN, BLOCK, EOI), [(1, "DRI", VAIN)]),
        (
            (dri(1), dri(2), THREE, CODES, SCAN, BLOCK + RST[0] + BLOCK, EOI),
            [(2, "DRI", BEFORE_A_SCAN)],
        ),
        (
            (dri(2), dri(2), THREE, CODES, SCAN, BLOCK + RST[0] + BLOCK, EOI),
            [(2, "DRI", BEFORE_A_SCAN), (2, "DRI", VAIN)],
        ),
        (
            (seg(0xDD, b"\0\2a"), THREE, CODES, SCAN, BLOCK + RST[0] + BLOCK, EOI),
            [(1, "DRI", "It is not exactly 4 bytes long.")],
        ),
        (
            (seg(0xDD, b"\2"), THREE, CODES, SCAN, BLOCK + RST[0] + BLOCK, EOI),
            [(1, "DRI", "It is not exactly 4 bytes long.")],
        ),
        (
            (THREE, CODES, SCAN, BLOCK, dri(1), EOI),
            [(5, "DRI", "No scan follows it.")],
        ),
        (
            (dri(1), THREE, CODES, SCAN, BLOCK + RST[0] + RST[1] + BLOCK, EOI),
            [((5, 3), "entropy data", EMPTY)],
        ),
        ((dri(1), THREE, CODES, SCAN, RST[0] + BLOCK + RST[1] + BLOCK, EOI), [(5, "entropy data", EMPTY)]),
        ((dri(1), THREE, CODES, SCAN, BLOCK + RST[0] + BLOCK + RST[1], EOI), [((5, 6), "entropy data", EMPTY)]),
        ((THREE, CODES, SCAN, EOI), [(4, "entropy data", EMPTY)]),
        ((THREE, CODES, SCAN, b"\xff\0\1", EOI), []),
        ((THREE, CODES, SCAN, BLOCK), [(5, "EOI", ENDS)]),
        ((THREE, CODES, SCAN, b"\xff\n\0\0"), [(4, "entropy data", EMPTY), (4, "marker 0x0A", CUT)]),
        ((THREE, CODES, SCAN, BLOCK + b"\xff"), [((4, 2), "EOI", ENDS)]),
    ],
)
def test_restart_markers_stand_where_they_must(pieces: tuple[bytes, ...], problems: Problems) -> None:
    """As many as the units ask for, numbered in a row, with data between them."""
    check((dqt(0), *pieces), problems)


def test_restart_markers_are_numbered_from_0_to_7_again_and_again() -> None:
    """And every one of them is data of its scan."""
    ten = sof((1, 0x11, 0), width=88)
    data = BLOCK + b"".join(each + BLOCK for each in RST)
    check((dqt(0), ten, dri(1), CODES, SCAN, data, EOI), [], thorough=True)
    check((dqt(0), ten, dri(1), CODES, SCAN, data[:-3], EOI), [(6, "entropy data", HOLDS.format(9, 10))])


LONGER = "It is longer than the picture's blocks can be."
NOISE = bytes([0x80, 0x01]) * 2000


@pytest.mark.parametrize(
    ("frame", "before", "data", "fits"),
    [
        (GREY, (), NOISE[:512], True),
        (GREY, (), NOISE[:513], False),
        (sof((1, 0x11, 0), width=16), (), NOISE[:1024], True),
        (sof((1, 0x11, 0), width=16), (), NOISE[:1025], False),
        (sof((1, 0x11, 0), width=16), (dri(1),), NOISE[:512] + RST[0] + NOISE[:512], True),
        (sof((1, 0x11, 0), width=16), (dri(1),), NOISE[:512] + RST[0] + NOISE[:513], False),
    ],
)
def test_a_scan_is_not_longer_than_its_blocks_can_be(
    frame: bytes, before: tuple[bytes, ...], data: bytes, fits: bool
) -> None:
    """512 bytes a block, and two for each restart marker."""
    pieces = (dqt(0), frame, *before, CODES, SCAN, data, EOI)
    check(pieces, [] if fits else [(len(pieces) - 2, "entropy data", LONGER)])


def test_a_scan_of_several_components_has_more_blocks() -> None:
    """As many as their sampling says: four of the first here, and one of each other."""
    colour = sof((1, 0x22, 0), (2, 0x11, 0), (3, 0x11, 0), width=16, height=16)
    scan = sos((1, 0), (2, 0), (3, 0))
    check((dqt(0), colour, CODES, scan, NOISE[: 6 * 512], EOI), [])
    check((dqt(0), colour, CODES, scan, NOISE[: 6 * 512 + 1], EOI), [(4, "entropy data", LONGER)])
    check((dqt(0), colour, CODES, scan, b"\0\x0f", EOI), [], thorough=True)


TEXT = b"Taken at 1 Elm Road, home of Anna Example, with her dog. "


def test_plain_text_in_a_scan_is_told_where_it_is() -> None:
    """Also in what has restart markers."""
    check((dqt(0), GREY, CODES, SCAN, b"\0" + TEXT, EOI), [((4, 1), "entropy data", "It contains plain text.")])
    check((dqt(0), GREY, CODES, SCAN, b"\0" + TEXT[:47], EOI), [])


def test_a_thorough_proof_reads_to_the_last_bit() -> None:
    """Told at the start of the scan's data; a plain proof does not see it, nor one that has found something else."""
    behind = "1 bytes follow its last block."
    check((dqt(0), GREY, CODES, SCAN, BLOCK + b"\1", EOI), [])
    check((dqt(0), GREY, CODES, SCAN, BLOCK + b"\1", EOI), [(4, "entropy data", behind)], thorough=True)
    check((seg(0xFE, b""), dqt(0), GREY, CODES, SCAN, BLOCK + b"\1", EOI), [(0, "COM", NEVER)], thorough=True)
    pieces = (dqt(0), THREE, dri(1), CODES, SCAN, BLOCK + RST[0] + BLOCK + b"\1" + RST[1] + BLOCK, EOI)
    check(pieces, [])
    check(pieces, [(5, "entropy data", behind)], thorough=True)


REFINED = dht(code(1, symbols=b"\0"))
DC, ALL_AC = sos((1, 0), last=0), sos((1, 0), first=1)
PROGRESSIVE = sof((1, 0x11, 0), marker=0xC2)
SHORT_BLOCK = b"\x7f"  # one code of a single 0
NOT_WHOLE = "The scans do not cover the whole picture."
SAME = "It repeats what an earlier scan contained, or leaves a step out."


@pytest.mark.parametrize(
    ("pieces", "problems"),
    [
        ((dht(code(0)), DC, SHORT_BLOCK, REFINED, ALL_AC, SHORT_BLOCK, EOI), []),
        ((CODES, DC, SHORT_BLOCK, ALL_AC, SHORT_BLOCK, EOI), []),
        ((dht(code(0)), DC, SHORT_BLOCK, EOI), [(6, "SOS", NOT_WHOLE)]),
        ((CODES, DC, SHORT_BLOCK, EOI), [(2, "DHT", UNUSED), (6, "SOS", NOT_WHOLE)]),
        ((CODES, DC, SHORT_BLOCK, DC, SHORT_BLOCK, EOI), [(5, "SOS", SAME)]),
        (
            (CODES, DC, SHORT_BLOCK, sos((1, 0), first=1, last=62), SHORT_BLOCK, EOI),
            [(8, "SOS", NOT_WHOLE)],
        ),
        (
            (CODES, DC, SHORT_BLOCK, sos((1, 0), first=2), SHORT_BLOCK, EOI),
            [(8, "SOS", NOT_WHOLE)],
        ),
        (
            (CODES, sos((1, 0), last=0, bits=1), SHORT_BLOCK, ALL_AC, SHORT_BLOCK, EOI),
            [(8, "SOS", NOT_WHOLE)],
        ),
        (
            (
                CODES,
                sos((1, 0), last=0, bits=1),
                SHORT_BLOCK,
                ALL_AC,
                SHORT_BLOCK,
                sos((1, 0), last=0, bits=0x10),
                SHORT_BLOCK,
                EOI,
            ),
            [],
        ),
    ],
)
def test_the_scans_tell_the_whole_picture(pieces: tuple[bytes, ...], problems: Problems) -> None:
    """Each coefficient of each component, to its lowest bit, and nothing twice."""
    check((dqt(0), PROGRESSIVE, *pieces), problems)


def test_a_restart_interval_holds_for_the_scans_that_follow() -> None:
    """Also for those in front of which it is not said again; one that changes must be said before its scan."""
    frame = sof((1, 0x11, 0), marker=0xC2, width=16)
    data = SHORT_BLOCK + RST[0] + SHORT_BLOCK
    check((dqt(0), frame, dri(1), CODES, DC, data, ALL_AC, data, EOI), [], thorough=True)
    check((dqt(0), frame, dri(1), CODES, DC, data, dri(0), ALL_AC, b"\x3f", EOI), [], thorough=True)
    check((dqt(0), frame, dri(1), CODES, DC, data, dri(1), ALL_AC, data, EOI), [(6, "DRI", VAIN)])
    check((dqt(0), frame, CODES, DC, b"\x3f", dri(1), ALL_AC, data, EOI), [], thorough=True)
    check((dqt(0), frame, CODES, DC, b"\x3f", dri(2), ALL_AC, data[:1], EOI), [(6, "SOS", INTERVAL)])


def test_a_scan_of_fewer_units_than_the_interval_needs_no_markers() -> None:
    """Where the interval was said for a scan before it."""
    frame = sof((1, 0x21, 0), (2, 0x11, 0), (3, 0x11, 0), width=32)
    two = b"\x0f"  # blocks
    scans = (sos((1, 0)), two + RST[0] + two, sos((2, 0)), two, sos((3, 0)), two)
    check((dqt(0), frame, dri(2), CODES, *scans, EOI), [], thorough=True)


def test_what_stands_behind_the_end_is_a_piece() -> None:
    """Of its own."""
    last = prove(SOI + b"".join(PICTURE) + b"abc").structures[-2:]
    assert [(each.name, each.offset, each.length) for each in last] == [("EOI", 135, 2), ("trailer", 137, 3)]


def test_the_numbers_of_segments_are_those_of_the_standards() -> None:
    """T.81, table B.1."""
    assert (jpeg._EOI, jpeg._SOS, jpeg._DQT, jpeg._DHT, jpeg._DRI) == (0xD9, 0xDA, 0xDB, 0xC4, 0xDD)
