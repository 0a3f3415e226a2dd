"""Each guard of the proof's walk through an AVIF and through the units of its AV1 picture, written by hand."""

import hashlib
import struct
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from imgvet.proof import av1
from imgvet.proof import avif as proven
from imgvet.proof.av1 import Av1Sequence
from imgvet.proof.avif import ProofBox
from imgvet.proof.ledger import Ledger, Unwalkable
from imgvet.proof.prove import prove
from imgvet.proof.stripped_metadata import KNOWN_PROFILES
from support.finished_files import (
    DESCRIBES,
    FTYP,
    HDLR,
    PICTURE_ITEM,
    PITM,
    PROFILE,
    XMP_ITEM,
    associations,
    avif,
    box,
    public_packet,
)
from support.told_problems import Told, of_ledger, told


def problems_of(read: Callable[[Ledger], object]) -> Told:
    account = Ledger(reached=3)
    try:
        read(account)
    except Unwalkable:
        assert account.problems
    return of_ledger(account)


# The sequence header of the AV1 picture

BT709 = f"1{1:08b}{13:08b}{6:08b}"  # colour space that is told
SRGB = f"1{1:08b}{13:08b}{0:08b}"
PLAIN = "0" + "0" + BT709 + "1" + "00" + "0"  # 8 bits, colour, full range, position 0, one quantiser


def sequence(
    colours: str = PLAIN,
    profile: int = 0,
    level: int = 0,
    width: int = 3,
    height: int = 2,
    across: int | None = None,
    down: int | None = None,
    kind: str = "11",
    tools: str = "000000",
    grain: str = "0",
    tail: str | None = None,
) -> bytes:
    """A header of a still picture; ``across`` and ``down`` are the bits of its size."""
    across = max(1, (width - 1).bit_length()) if across is None else across
    down = max(1, (height - 1).bit_length()) if down is None else down
    bits = f"{profile:03b}{kind}{level:05b}{across - 1:04b}{down - 1:04b}"
    bits += f"{width - 1:0{across}b}{height - 1:0{down}b}{tools}{colours}{grain}"
    bits += "1" + "0" * (-(len(bits) + 1) % 8) if tail is None else tail
    return bytes(int(bits[at : at + 8].ljust(8, "0"), 2) for at in range(0, len(bits), 8))


COLOUR = (1, 13, 6)


@pytest.mark.parametrize(
    ("profile", "colours", "depth", "shape", "samples", "colour", "full"),
    [
        (0, "00" + BT709 + "1" + "00" + "0", 8, 0b0001100, 3, COLOUR, 1),
        (0, "00" + BT709 + "0" + "01" + "1", 8, 0b0001101, 3, COLOUR, 0),
        (0, "00" + BT709 + "0" + "10" + "1", 8, 0b0001110, 3, COLOUR, 0),
        (0, "10" + BT709 + "1" + "11" + "0", 10, 0b1001111, 3, COLOUR, 1),
        (0, "00" + "0" + "1" + "10" + "0", 8, 0b0001110, 3, (2, 2, 2), 1),
        (0, "01" + BT709 + "1", 8, 0b0011100, 1, COLOUR, 1),
        (0, "01" + BT709 + "0", 8, 0b0011100, 1, COLOUR, 0),
        (0, "11" + "0" + "1", 10, 0b1011100, 1, (2, 2, 2), 1),
        (0, "11" + SRGB + "0", 10, 0b1011100, 1, (1, 13, 0), 0),
        (0, "00" + SRGB + "0", 8, 0b0000000, 3, (1, 13, 0), 1),
        (0, "00" + SRGB + "1", 8, 0b0000000, 3, (1, 13, 0), 1),
        (1, "0" + BT709 + "1" + "0", 8, 0b0000000, 3, COLOUR, 1),
        (1, "0" + BT709 + "0" + "1", 8, 0b0000000, 3, COLOUR, 0),
        (1, "1" + BT709 + "0" + "1", 10, 0b1000000, 3, COLOUR, 0),
        (1, "1" + SRGB + "0", 10, 0b1000000, 3, (1, 13, 0), 1),
        (2, "00" + BT709 + "1" + "0", 8, 0b0001000, 3, COLOUR, 1),
        (2, "100" + BT709 + "1" + "0", 10, 0b1001000, 3, COLOUR, 1),
        (2, "110" + BT709 + "1" + "0" + "0", 12, 0b1100000, 3, COLOUR, 1),
        (2, "110" + BT709 + "1" + "10" + "1", 12, 0b1101000, 3, COLOUR, 1),
        (2, "110" + BT709 + "0" + "11" + "10" + "1", 12, 0b1101110, 3, COLOUR, 0),
        (2, "111" + BT709 + "1", 12, 0b1111100, 1, COLOUR, 1),
        (2, "01" + BT709 + "0", 8, 0b0011100, 1, COLOUR, 0),
    ],
)
def test_colours_are_read_to_their_last_bit(
    profile: int, colours: str, depth: int, shape: int, samples: int, colour: tuple[int, int, int], full: int
) -> None:
    """AV1, 5.5.2, for each profile, with and without subsampling and a colour space."""
    account = Ledger()
    found = av1._read_sequence(sequence(colours, profile, level=9), 7, account)
    configuration = bytes([0x81, profile << 5 | 9, shape, 0])
    assert of_ledger(account) == []
    assert found == Av1Sequence(3, 2, depth, configuration, samples, colour, full)


HEADER = "AV1 sequence header"
REDUCED, SIZED = "It is not the reduced header of a still picture.", "Its size is written longer than it need be."
GRAIN, ENDS = "It asks for film grain.", "It does not end where it says."


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        (sequence(), []),
        (sequence(level=31), []),
        (sequence(tools="111111"), []),
        (sequence(profile=3), [REDUCED]),
        (sequence(profile=7), [REDUCED]),
        (sequence(kind="01"), [REDUCED]),
        (sequence(kind="10"), [REDUCED]),
        (sequence(kind="00"), [REDUCED]),
        (sequence(width=1, height=1), []),
        (sequence(width=2, height=2), []),
        (sequence(width=4, height=5), []),
        (sequence(width=0x10000, height=0x10000), []),
        (sequence(width=1, across=2), [SIZED]),
        (sequence(height=1, down=2), [SIZED]),
        (sequence(width=4, across=3), [SIZED]),
        (sequence(height=4, down=3), [SIZED]),
        (sequence(width=5, across=4), [SIZED]),
        (sequence(grain="1"), [GRAIN]),
        (sequence(tail="1"), []),
        (sequence(tail=""), [ENDS]),
        (sequence(tail="0"), [ENDS]),
        (sequence(tail="11"), [ENDS]),
        (sequence(tail="01"), [ENDS]),
        (sequence(tail="1" + "0" * 8), [ENDS]),
        (sequence()[:-1], [ENDS]),
        (sequence()[:4], [ENDS]),
        (sequence() + b"\0", [ENDS]),
        (sequence() + b"\x80", [ENDS]),
        (b"", [REDUCED]),
    ],
)
def test_a_sequence_header_is_that_of_a_still_picture(content: bytes, reasons: list[str]) -> None:
    """With sizes as short as can be, no film grain, and one bit to tell its end."""
    found = problems_of(lambda account: av1._read_sequence(content, 7, account))
    assert found == [(7, HEADER, each) for each in reasons]


def test_bits_are_taken_from_the_highest() -> None:
    """Zeros follow the end; the end is a one and zeros to the end of a byte."""
    bits = av1._Bits(b"\xa5\x3c")
    assert [bits.take(count) for count in (1, 3, 5, 7, 4, 1)] == [1, 2, 0b01010, 0b0111100, 0, 0]
    for data, taken, ends in (
        (b"\1\x80", 7, False),
        (b"\1\x80", 8, True),
        (b"\0\x80", 7, False),
        (b"\1\0", 7, False),
        (b"\0\1", 15, True),
        (b"\0\1", 16, False),
        (b"\0\1", 17, False),
    ):
        bits = av1._Bits(data)
        bits.take(taken)
        assert bits.ends() == ends
    for byte, taken, ends in (
        (0xC0, 1, True),
        (0xE0, 1, False),
        (0x80, 1, False),
        (0x40, 1, True),
        (0x40, 0, False),
        (0x80, 0, True),
        (0x01, 7, True),
    ):
        bits = av1._Bits(bytes([byte]))
        bits.take(taken)
        assert bits.ends() == ends


# Its units


def unit(kind: int, content: bytes = b"", head: int | None = None, size: bytes | None = None) -> bytes:
    size = bytes([len(content)]) if size is None else size
    return bytes([kind << 3 | 2 if head is None else head]) + size + content


DELIMITER, SEQUENCE, FRAME = unit(2), unit(1, sequence()), unit(6, b"\x99")
HEADER_ALONE, TILES = unit(3, b"\x99"), unit(4, b"\x99")
NAMES = {2: "AV1 temporal delimiter", 1: HEADER, 6: "AV1 frame", 3: "AV1 frame header", 4: "AV1 tile group"}
NOT_HERE = "It is not on the allow-list of AV1 units here."
NONE, EMPTY, FULL = "There is no picture in the item.", "It is empty.", "It is not empty."
BYTE, PADDED = (
    "Its first byte has an extension, a reserved bit, or no size.",
    "Its size is written longer than it need be.",
)
CUT = "It is cut off, or its length is wrong."
F = 2 + len(SEQUENCE)  # where the third unit begins
LONG = "It is longer than a picture of its size needs."


@pytest.mark.parametrize(
    ("units", "problems"),
    [
        (DELIMITER + SEQUENCE + FRAME, []),
        (SEQUENCE + FRAME, []),
        (DELIMITER + SEQUENCE + FRAME + TILES, []),
        (DELIMITER + SEQUENCE + HEADER_ALONE + TILES, []),
        (DELIMITER + SEQUENCE + HEADER_ALONE + TILES + TILES, []),
        (DELIMITER + SEQUENCE + HEADER_ALONE, [(F + 3, "AV1 frame", NONE)]),
        (DELIMITER + SEQUENCE, [(F, "AV1 frame", NONE)]),
        (DELIMITER, [(2, "AV1 frame", NONE)]),
        (b"", [(0, "AV1 frame", NONE)]),
        (FRAME, [(0, "AV1 frame", NOT_HERE)]),
        (DELIMITER + DELIMITER, [(2, NAMES[2], NOT_HERE)]),
        (DELIMITER + FRAME, [(2, NAMES[6], NOT_HERE)]),
        (SEQUENCE + SEQUENCE, [(len(SEQUENCE), HEADER, NOT_HERE)]),
        (SEQUENCE + DELIMITER, [(len(SEQUENCE), NAMES[2], NOT_HERE)]),
        (DELIMITER + SEQUENCE + TILES, [(F, NAMES[4], NOT_HERE)]),
        (DELIMITER + SEQUENCE + FRAME + FRAME, [(F + 3, NAMES[6], NOT_HERE)]),
        (DELIMITER + SEQUENCE + FRAME + HEADER_ALONE, [(F + 3, NAMES[3], NOT_HERE)]),
        (DELIMITER + SEQUENCE + HEADER_ALONE + FRAME, [(F + 3, NAMES[6], NOT_HERE)]),
        (DELIMITER + SEQUENCE + HEADER_ALONE + HEADER_ALONE, [(F + 3, NAMES[3], NOT_HERE)]),
        (DELIMITER + SEQUENCE + FRAME + DELIMITER, [(F + 3, NAMES[2], NOT_HERE)]),
        *(
            (DELIMITER + SEQUENCE + FRAME + unit(kind, b"a"), [(F + 3, name, NOT_HERE)])
            for kind, name in (
                (0, "AV1 unit 0"),
                (5, "AV1 metadata"),
                (7, "AV1 redundant frame header"),
                (8, "AV1 tile list"),
                (9, "AV1 unit 9"),
                (14, "AV1 unit 14"),
                (15, "AV1 padding"),
            )
        ),
        (unit(2, b"a") + SEQUENCE + FRAME, [(0, NAMES[2], FULL)]),
        (DELIMITER + SEQUENCE + unit(6), [(F, NAMES[6], EMPTY)]),
        (DELIMITER + SEQUENCE + FRAME + unit(4), [(F + 3, NAMES[4], EMPTY)]),
        (unit(2, head=0x16) + SEQUENCE + FRAME, [(0, NAMES[2], BYTE)]),
        (unit(2, head=0x13) + SEQUENCE + FRAME, [(0, NAMES[2], BYTE)]),
        (unit(2, head=0x10) + SEQUENCE + FRAME, [(0, NAMES[2], BYTE)]),
        (unit(2, head=0x92) + SEQUENCE + FRAME, [(0, NAMES[2], BYTE)]),
        (unit(2, size=b"\x80\0") + SEQUENCE + FRAME, [(0, NAMES[2], PADDED)]),
        (SEQUENCE + unit(6, b"a", size=b"\x81\x80\0"), [(len(SEQUENCE), NAMES[6], PADDED)]),
        (SEQUENCE + unit(6, b"a", size=b"\2"), [(len(SEQUENCE), NAMES[6], CUT)]),
        (SEQUENCE + unit(6, b"a", size=b"\x81"), [(len(SEQUENCE), NAMES[6], CUT)]),
        (SEQUENCE + b"\x32", [(len(SEQUENCE), NAMES[6], CUT)]),
        (SEQUENCE + b"\x32" + b"\xff" * 6, [(len(SEQUENCE), NAMES[6], CUT)]),
        (SEQUENCE + unit(6, bytes(200), size=b"\xc8\1"), []),
        (SEQUENCE + unit(6, bytes(200), size=b"\xc9\1"), [(len(SEQUENCE), NAMES[6], CUT)]),
        (
            SEQUENCE + unit(6, b"\0" + b"Taken at 1 Elm Road, home of Anna Example, with her dog. "),
            [(len(SEQUENCE) + 3, "AV1 frame", "It contains plain text.")],
        ),
    ],
)
def test_an_item_holds_the_units_of_one_picture(units: bytes, problems: Told) -> None:
    """A delimiter, the sequence header, a frame or its header, and tiles, each with the size that it says."""
    found = problems_of(lambda account: av1.read_item(b"???" + units + b"!!", 3, 3 + len(units), account))
    assert found == [(3 + at, name, reason) for at, name, reason in problems]


@pytest.mark.parametrize(("width", "height"), [(3, 2), (1, 1), (5, 7)])
def test_an_item_is_not_longer_than_its_size_needs(width: int, height: int) -> None:
    """8 bytes a pixel, and 4096 for all."""
    head = unit(1, sequence(width=width, height=height))
    for more, problems in ((0, []), (1, [(3, "AV1 frame", LONG)])):
        room = 4096 + 8 * width * height + more - len(head) - 3
        units = head + b"\x32" + bytes([room & 127 | 128, room >> 7]) + bytes(room)
        assert len(units) == 4096 + 8 * width * height + more
        assert problems_of(partial(av1.read_item, b"???" + units, 3, 3 + len(units))) == problems


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"\0", (0, 1)),
        (b"\x7f", (127, 1)),
        (b"\x80\1", (128, 2)),
        (b"\xff\x7f", (16383, 2)),
        (b"\x80\x80\x80\x80\1", (1 << 28, 5)),
        (b"\x80\x80\x80\x80\x80\1", (-1, 0)),
        (b"\x80", (-1, 0)),
        (b"", (-1, 0)),
    ],
)
def test_a_size_has_at_most_five_bytes(data: bytes, found: tuple[int, int]) -> None:
    """Of seven bits each, the lowest first."""
    number, end = av1._leb128(b"?" + data + b"\1", 1, 1 + len(data))
    assert (number, end - 1) == found


# Boxes


def boxes_of(data: bytes, start: int = 0) -> tuple[list[ProofBox], Told]:
    account, found = Ledger(), []
    try:
        for each in proven.boxes(data, start, len(data), account):
            found.append(each)
            assert len(found) < 9, "it goes on for ever"
    except Unwalkable:
        assert account.problems
    return found, of_ledger(account)


def test_boxes_follow_each_other() -> None:
    """Of eight bytes at least, to the end of what holds them."""
    two = b"?" + box(b"anna", b"") + box(b"beta", b"xyz")
    assert boxes_of(two, 1) == ([ProofBox("anna", 1, 9, b""), ProofBox("beta", 9, 20, b"xyz")], [])
    for data, name in (
        (two[:-1], "beta"),
        (two[:13], "box"),
        (two[:15], "be"),
        (two[:10], "box"),
        (two[:9] + b"\0\0\0\x07" + two[13:], "beta"),
        (two[:9] + b"\0\0\0\x00" + two[13:], "beta"),
        (two[:9] + b"\0\0\0\x01" + two[13:], "beta"),
        (two[:9] + b"\0\0\0\x0c" + two[13:], "beta"),
    ):
        assert boxes_of(data, 1) == ([ProofBox("anna", 1, 9, b"")], [(9, name, CUT)])
    assert boxes_of(b"?" + box(b"anna", b"")[:7], 1) == ([], [(1, "ann", CUT)])


# The file

ITEM = DELIMITER + SEQUENCE + FRAME
ISPE = box(b"ispe", bytes(4) + struct.pack(">II", 3, 2))
PIXI = box(b"pixi", bytes(4) + b"\3\x08\x08\x08")
AV1C = box(b"av1C", bytes([0x81, 0, 0b0001100, 0]))
NCLX = box(b"colr", b"nclx\0\1\0\x0d\0\6\x80")
PROPERTIES = (ISPE, PIXI, AV1C, NCLX)
PACKET = public_packet("avif")


def made(*items: bytes, **how: Any) -> bytes:
    how = {"properties": PROPERTIES, **how}
    return avif(items or (ITEM,), **how)


LISTED, TWICE = "It is not on the allow-list of boxes here.", "It is there twice."
SAYS, MISSING = "It does not contain what a file of one picture must contain.", "It is missing."
STILL, BRAND = "It is not a still AVIF picture.", "It names a brand that is not on the list, or one twice."
PLACES = "It is not a list of plain places in this file."
PIECES = "An item is there twice, is in another file, or is in pieces."
ITEMS = "It must list one picture, item 1, and at most XMP, item 2, each with a place."
ITEM_LISTED, COUNT = "It is not on the allow-list of items.", "It does not hold as many items as it says."
IREF = "It must be there when there is XMP, and only then."
IPMA = "It must give each property to the picture once, with av1C alone as essential."
PROPERTY = "It is not on the allow-list of properties."
NOT_ZERO = "It is cut off, or its version and flags are not zero."
AFTER, NO_ITEM = "It must come after meta.", "Bytes in it belong to no item."
BEHIND = "Item {} does not directly follow the one before it, in mdat."
CODED = "It does not say what the coded picture says."
SPACE = "Its colour space is not on the list."
NO_PICTURE = "There is no picture in the file."
Place = str | int | tuple[str, int]


def check(data: bytes, problems: list[tuple[Place, str, str]], *, stripped: bool = False) -> None:
    """That these are the problems; a place is the name of a box, perhaps with bytes from its start, or an offset."""
    found = []
    for place, name, reason in problems:
        key, more = place if isinstance(place, tuple) else (place, 0)
        offset = key if isinstance(key, int) else data.index(key.encode()) - 4
        found.append((offset + more, name, reason))
    assert told(data, stripped=stripped) == found


def test_the_smallest_picture_proves() -> None:
    """Each box with its place, from the first byte to the last; those that hold others have their heads alone."""
    data = made(ITEM, PACKET)
    proof = prove(data)
    assert proof.problems == ()
    places = [(each.name, each.offset, each.length) for each in proof.structures if not each.name.startswith("XMP ")]
    names = [
        "ftyp",
        "meta",
        "hdlr",
        "pitm",
        "iloc",
        "iinf",
        "iinf count",
        "infe av01",
        "infe mime",
        "iref",
        "iprp",
        "ipco",
        "ispe",
        "pixi",
        "av1C",
        "colr nclx",
        "ipma",
        "mdat",
        NAMES[2],
        HEADER,
        NAMES[6],
        "XMP",
    ]
    assert [name for name, _, _ in places] == names
    reached = 0
    for _, offset, length in places:
        assert offset == reached
        reached = offset + length
    assert reached == len(data)
    lengths = {name: length for name, _, length in places}
    assert [lengths[name] for name in ("meta", "iinf", "iinf count", "iprp", "ipco", "mdat")] == [12, 12, 2, 8, 8, 8]
    credit = next(each for each in proof.structures if each.name == "XMP photoshop:Credit")
    assert data[credit.offset : credit.offset + credit.length].startswith(b"<photoshop:Credit>")


def changed(old: bytes, new: bytes, data: bytes | None = None) -> bytes:
    data = made() if data is None else data
    assert data.count(old) == 1, old
    return data.replace(old, new)


def in_box(name: bytes, at: int, new: bytes, data: bytes | None = None) -> bytes:
    """With other bytes from ``at`` in the content of a box."""
    data = made() if data is None else data
    start = data.index(name) + 4 + at
    return data[:start] + new + data[start + len(new) :]


BARE = made()
BOTH = made(ITEM, PACKET)
MDAT = BARE.index(b"mdat") - 4
META = BARE.index(b"meta") - 4


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        (BARE, []),
        (BOTH, []),
        (BARE[:MDAT], [(MDAT, "mdat", NO_PICTURE)]),
        (BARE[:META], [(META, "mdat", NO_PICTURE)]),
        (BARE + box(b"free", b"ab"), [(len(BARE), "free", LISTED)]),
        (BARE + box(b"mdat", b"ab"), [(len(BARE), "mdat", TWICE)]),
        (BARE + BARE[META:MDAT], [(len(BARE), "meta", TWICE)]),
        (BARE + FTYP, [(len(BARE), "ftyp", TWICE)]),
        (BARE + b"a", [(len(BARE), "box", CUT)]),
        (made(before=box(b"free", b"ab")), [("free", "free", LISTED)]),
        (FTYP + box(b"mdat", ITEM) + BARE[META:MDAT], [("mdat", "mdat", AFTER)]),
        # ftyp
        *(
            (made(ftyp=box(b"ftyp", b"avif\0\0\0\0" + each)), [])
            for each in (b"", b"avif", b"mif1miaf", b"MA1A", b"MA1BavifMA1A")
        ),
        (made(ftyp=box(b"ftyp", b"avif\0\0\0\0avis")), [("ftyp", "ftyp", BRAND)]),
        (made(ftyp=box(b"ftyp", b"avif\0\0\0\0avifanna")), [("ftyp", "ftyp", BRAND)]),
        (made(ftyp=box(b"ftyp", b"avif\0\0\0\0avifavif")), [("ftyp", "ftyp", BRAND)]),
        (made(ftyp=box(b"ftyp", b"avif\0\0\0\0avifmi")), [("ftyp", "ftyp", BRAND)]),
        (made(ftyp=box(b"ftyp", b"avif\0\0\0\1avif")), [("ftyp", "ftyp", STILL)]),
        (made(ftyp=box(b"ftyp", b"avif\0\0\0")), [("ftyp", "ftyp", STILL)]),
        # meta
        (made(meta_head=b"\1\0\0\0"), [("meta", "meta", NOT_ZERO)]),
        (made(meta_head=b"\0\0\0\1"), [("meta", "meta", NOT_ZERO)]),
        (FTYP + box(b"meta", b"\0\0\0"), [("meta", "meta", NOT_ZERO)]),
        (made(more=box(b"free", b"")), [("free", "free", LISTED)]),
        (made(more=HDLR), [(MDAT, "hdlr", TWICE)]),
        (made(hdlr=b""), [("meta", "hdlr", MISSING)]),
        (made(pitm=b""), [("meta", "pitm", MISSING)]),
        (changed(b"iloc", b"ilox"), [("ilox", "ilox", LISTED), ("meta", "iloc", MISSING)]),
        (made(hdlr=box(b"hdlr", bytes(8) + b"pict" + bytes(12) + b"libavif\0")), []),
        (made(hdlr=box(b"hdlr", bytes(8) + b"pict" + bytes(12) + b"Anna\0")), [("hdlr", "hdlr", SAYS)]),
        (made(hdlr=box(b"hdlr", bytes(8) + b"vide" + bytes(13))), [("hdlr", "hdlr", SAYS)]),
        (made(hdlr=box(b"hdlr", bytes(8) + b"pict" + bytes(12))), [("hdlr", "hdlr", SAYS)]),
        (made(pitm=box(b"pitm", b"\0\0\0\0\0\2")), [("pitm", "pitm", SAYS)]),
        (made(pitm=PITM[:-1] + b"\1"), []),
        # iloc
        *((in_box(b"iloc", at, b"\1"), [("iloc", "iloc", PLACES)]) for at in range(4)),
        (in_box(b"iloc", 4, b"\x48"), [("iloc", "iloc", PLACES)]),
        (in_box(b"iloc", 5, b"\x40"), [("iloc", "iloc", PLACES)]),
        (in_box(b"iloc", 7, b"\2"), [("iloc", "iloc", PLACES)]),
        (in_box(b"iloc", 7, b"\0"), [("iloc", "iloc", PLACES)]),
        (in_box(b"iloc", 6, b"\1"), [("iloc", "iloc", PLACES)]),
        *((in_box(b"iloc", at, b"\2"), [("iloc", "iloc", PIECES)]) for at in range(10, 14)),
        (in_box(b"iloc", 23, b"\1", BOTH), [("iloc", "iloc", PIECES)]),
        (in_box(b"iloc", 9, b"\2"), [("meta", "iinf", ITEMS)]),
        (in_box(b"iloc", 8, b"\1"), [("meta", "iinf", ITEMS)]),
        (in_box(b"iloc", 14, (MDAT + 9).to_bytes(4, "big")), [("mdat", "mdat", BEHIND.format(1))]),
        (in_box(b"iloc", 14, (MDAT + 7).to_bytes(4, "big")), [("mdat", "mdat", BEHIND.format(1))]),
        (in_box(b"iloc", 18, (len(ITEM) + 1).to_bytes(4, "big")), [("mdat", "mdat", BEHIND.format(1))]),
        (in_box(b"iloc", 18, bytes(4)), [("mdat", "mdat", BEHIND.format(1))]),
        (in_box(b"iloc", 14, b"\x01"), [("mdat", "mdat", BEHIND.format(1))]),
        (in_box(b"iloc", 18, b"\x01"), [("mdat", "mdat", BEHIND.format(1))]),
        (made(ITEM, slack=b"ab"), [(len(BARE), "mdat", NO_ITEM)]),
        (made(ITEM, PACKET, slack=b"a"), [(len(BOTH), "mdat", NO_ITEM)]),
        (made(slack=b"ab", moved=2), [("mdat", "mdat", BEHIND.format(1))]),
        # iinf
        (in_box(b"iinf", 0, b"\1"), [("iinf", "iinf", NOT_ZERO)]),
        (in_box(b"iinf", 3, b"\1"), [("iinf", "iinf", NOT_ZERO)]),
        (in_box(b"iinf", 5, b"\2"), [("iinf", "iinf", COUNT)]),
        (in_box(b"iinf", 4, b"\1"), [("iinf", "iinf", COUNT)]),
        (in_box(b"infe", 3, b"\1"), [("infe", "infe av01", ITEM_LISTED), ("meta", "iinf", ITEMS)]),
        (in_box(b"infe", 12, b"xy"), [("infe", "infe av01", ITEM_LISTED)]),
        (changed(b"infe", b"infx"), [("infx", "infe av01", ITEM_LISTED), ("meta", "iinf", ITEMS)]),
        (made(entries=(box(b"infe", PICTURE_ITEM[8:20] + b"\0"),)), []),
        (made(entries=(box(b"infe", b"ab"),)), [("infe", "infe", ITEM_LISTED), ("meta", "iinf", ITEMS)]),
        (made(entries=()), [("meta", "iinf", ITEMS)]),
        (made(ITEM, PACKET, entries=(PICTURE_ITEM,)), [("meta", "iinf", ITEMS)]),
        (made(ITEM, PACKET, entries=(XMP_ITEM, PICTURE_ITEM)), [("meta", "iinf", ITEMS)]),
        (made(ITEM, entries=(PICTURE_ITEM, XMP_ITEM)), [("meta", "iinf", ITEMS)]),
        (made(ITEM, PACKET, entries=(PICTURE_ITEM, box(b"infe", XMP_ITEM[8:20] + b"\0application/rdf+xml\0"))), []),
        (made(ITEM, PACKET, iref=b""), [("meta", "iref", IREF)]),
        (made(iref=DESCRIBES), [("meta", "iref", IREF)]),
        (made(ITEM, PACKET, iref=DESCRIBES.replace(b"cdsc", b"thmb")), [("iref", "iref", SAYS)]),
        (made(ITEM, PACKET, iref=DESCRIBES + DESCRIBES), [(BOTH.index(b"iref") - 4 + len(DESCRIBES), "iref", TWICE)]),
        # iprp
        (made(used=b""), [("meta", "ipma", IPMA)]),
        (made(used=associations(PROPERTIES[:3])), [("ipma", "ipma", IPMA)]),
        (made(used=associations((*PROPERTIES, NCLX))), [("ipma", "ipma", IPMA)]),
        (made(used=associations(PROPERTIES).replace(b"\x83", b"\3")), [("ipma", "ipma", IPMA)]),
        (made(used=associations(PROPERTIES).replace(b"\1\2\x83", b"\1\x82\x83")), [("ipma", "ipma", IPMA)]),
        (made(used=associations(PROPERTIES) * 2), [(BARE.index(b"ipma") - 4 + 23, "ipma", TWICE)]),
        (made(used=associations(PROPERTIES) + box(b"free", b"a")), [("free", "free", LISTED)]),
        *((in_box(b"ipma", at, b"\2"), [("ipma", "ipma", IPMA)]) for at in range(11)),
        (made(properties=(*PROPERTIES, ISPE)), [(BARE.index(b"ipma") - 4, "ispe", TWICE)]),
        (made(properties=(*PROPERTIES, box(b"irot", b"\1"))), [("irot", "irot", PROPERTY)]),
        (
            made(properties=(*PROPERTIES, box(b"colr", b"prof" + PROFILE))),
            [(BARE.index(b"ipma") - 4, "colr prof", PROPERTY)],
        ),
        (made(properties=(PIXI, AV1C, NCLX)), [("ipco", "ispe", MISSING)]),
        (made(properties=(ISPE, AV1C, NCLX)), [("ipco", "pixi", MISSING)]),
        (made(properties=(ISPE, PIXI, NCLX)), [("ipco", "av1C", MISSING)]),
        (made(properties=(ISPE, PIXI, AV1C)), [("ipco", "colr nclx", MISSING)]),
        (made(properties=(NCLX, AV1C, PIXI, ISPE)), []),
        *((in_box(b"ispe", at, b"\x09"), [("ispe", "ispe", CODED)]) for at in range(12)),
        *((in_box(b"pixi", at, b"\x09"), [("pixi", "pixi", CODED)]) for at in range(8)),
        *((in_box(b"av1C", at, b"\x09"), [("av1C", "av1C", CODED)]) for at in range(4)),
        *((in_box(b"nclx", at, b"\x09"), [("colr", "colr nclx", CODED)]) for at in range(7)),
    ],
)
def test_what_a_published_avif_holds(data: bytes, problems: list[tuple[Place, str, str]]) -> None:
    """One picture, perhaps its words, and what belongs to them."""
    check(data, problems)


def test_a_foreign_item_is_told_at_its_place() -> None:
    """Behind the picture's."""
    swapped = in_box(b"iloc", 8, b"\0\2", made(ITEM, PACKET, entries=(XMP_ITEM, PICTURE_ITEM)))
    check(in_box(b"iloc", 22, b"\0\1", swapped), [("meta", "iinf", ITEMS)])
    other = box(b"infe", XMP_ITEM[8:20] + b"Anna\0application/rdf+xml\0")
    data = made(ITEM, PACKET, entries=(PICTURE_ITEM, other))
    check(data, [(data.index(b"infe") - 4 + len(PICTURE_ITEM), "infe mime", ITEM_LISTED)])
    wrong = made(ITEM, public_packet("png"))
    check(wrong, [(wrong.index(b"<dc:format>"), "XMP dc:format", "It is not what the file is.")])


def colour_of(primaries: int, transfer: int, matrix: int) -> bytes:
    """A file whose picture and property both say this colour space."""
    told_by = f"001{primaries:08b}{transfer:08b}{matrix:08b}" + (
        "1" if (primaries, transfer, matrix) == (1, 13, 0) else "1000"
    )
    shape = 0 if (primaries, transfer, matrix) == (1, 13, 0) else 0b1100
    numbers = struct.pack(">HHH", primaries, transfer, matrix)
    properties = (ISPE, PIXI, box(b"av1C", bytes([0x81, 0, shape, 0])), box(b"colr", b"nclx" + numbers + b"\x80"))
    return made(DELIMITER + unit(1, sequence(told_by)) + FRAME, properties=properties)


def test_which_colour_spaces_there_may_be() -> None:
    """By the numbers of ITU-T H.273, each of the three on its own."""
    for place, allowed in enumerate(((1, 2, 9, 12), (1, 2, 13), (0, 1, 2, 5, 6, 9))):
        for number in range(20):
            numbers = [1, 1, 1]
            numbers[place] = number
            data = colour_of(*numbers)
            check(data, [] if number in allowed else [("colr", "colr nclx", SPACE)])
    check(colour_of(1, 13, 0), [])


def test_other_shapes_of_pictures_prove() -> None:
    """Grey, ten bits, limited range: where the properties say the same."""
    grey = DELIMITER + unit(1, sequence("11" + BT709 + "0", width=300, height=0x1234)) + FRAME
    size = box(b"ispe", bytes(4) + struct.pack(">II", 300, 0x1234))
    pixi = box(b"pixi", bytes(4) + b"\1\x0a")
    shape = box(b"av1C", bytes([0x81, 0, 0b1011100, 0]))
    limited = box(b"colr", b"nclx\0\1\0\x0d\0\6\0")
    check(made(grey, properties=(size, pixi, shape, limited)), [])


UNKNOWN = "Its colour profile is not one of the well-known ones."


def test_what_a_stripped_avif_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that is known; no words."""
    check(BARE, [], stripped=True)
    data = made(properties=(*PROPERTIES, box(b"colr", b"prof" + PROFILE)))
    check(data, [(BARE.index(b"ipma") - 4, "colr prof", UNKNOWN)], stripped=True)
    for other in (b"rICC", b"Anna"):
        data = made(properties=(*PROPERTIES, box(b"colr", other + PROFILE)))
        check(data, [(BARE.index(b"ipma") - 4, f"colr {other.decode()}", PROPERTY)], stripped=True)
    monkeypatch.setitem(KNOWN_PROFILES, hashlib.sha256(PROFILE).hexdigest(), "known")
    proof = prove(made(properties=(*PROPERTIES, box(b"colr", b"prof" + PROFILE))), stripped=True)
    assert (proof.problems, proof.colour_profile) == ((), "known")
    at = BOTH.index(b"infe") - 4 + len(PICTURE_ITEM)
    check(BOTH, [(at, "infe mime", ITEM_LISTED), ("iref", "iref", LISTED), ("meta", "iref", IREF)], stripped=True)
    check(made(iref=DESCRIBES), [("iref", "iref", LISTED)], stripped=True)
