"""Each guard of the proof's walk through a TIFF, on pictures of a few pixels written by hand."""

import struct
import zlib

import pytest

from imgvet.proof import tiff
from imgvet.proof.prove import prove
from support.finished_files import PROFILE, public_packet
from support.told_problems import Told, told

BYTE, ASCII, SHORT, LONG, UNDEFINED = 1, 2, 3, 4, 7
FORMS = {BYTE: "B", ASCII: "B", SHORT: "H", LONG: "I", UNDEFINED: "B"}
Entry = tuple[int, tuple[int, ...] | bytes]


def page(
    tags: dict[int, Entry | None] | None = None,
    *strips: bytes,
    order: str = "<",
    following: int = 0,
    end: bytes = b"",
    padding: bytes = b"\0",
    spare: bytes = b"",
) -> bytes:
    """Header, strips, directory, long values; ``tags`` are put over those of grey, three pixels across and two down."""
    strips = strips or (b"\1\2\3\4\5\6",)
    starts = [8 + sum(map(len, strips[:number])) for number in range(len(strips))]
    entries: dict[int, Entry | None] = {
        256: (SHORT, (3,)),
        257: (SHORT, (2,)),
        258: (SHORT, (8,)),
        259: (SHORT, (1,)),
        262: (SHORT, (1,)),
        273: (LONG, tuple(starts)),
        278: (SHORT, (2,)),
        279: (LONG, tuple(map(len, strips))),
        **(tags or {}),
    }
    data = b"".join(strips)
    data += padding[: len(data) % 2]
    listed, values = b"", b""
    count = sum(entry is not None for entry in entries.values())
    for tag, entry in sorted(entries.items()):
        if entry is None:
            continue
        kind, value = entry
        content = (
            bytes(value)
            if kind in (BYTE, ASCII, UNDEFINED)
            else struct.pack(f"{order}{len(value)}{FORMS[kind]}", *value)
        )
        inside = (content + spare).ljust(4, b"\0")[:4]
        if len(content) > 4:
            values += padding[: len(values) % 2]
            inside = struct.pack(f"{order}I", 8 + len(data) + 2 + 12 * count + 4 + len(values))
            values += content
        listed += struct.pack(f"{order}HHI", tag, kind, len(value)) + inside
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8 + len(data))
    return head + data + struct.pack(f"{order}H", count) + listed + struct.pack(f"{order}I", following) + values + end


LISTED = (256, 257, 258, 259, 262, 273, 278, 279)  # of the plain page, behind its six bytes of pixels
START = 16  # of its first entry
END = START + 12 * len(LISTED)  # where the place of a second directory stands
SIZE = END + 4


def at(tag: int, *more: int, pixels: int = 6) -> int:
    """Where the entry of a tag begins, with other tags besides the usual ones, behind so many bytes of pixels."""
    return START - 6 + pixels + 12 * sorted({*LISTED, *more, tag}).index(tag)


ONE, KIND = (
    "It does not contain the one number that it may contain.",
    "Its type is not the one that it must have, or it is empty.",
)
NEVER, NOWHERE = "It is not on the allow-list of tags.", "There is no directory where it says."
TWICE = "It is there twice, or the tags are not in order."
MISSING, OUTSIDE = "It is missing.", "Its value is outside the file."
ALIKE = "It must be 8 or 16 for every sample alike."
ALPHA = "It must be there when there is alpha, and only then."
MANY = "It has too many pixels, or strips longer than it is."
BEFORE = "Bytes before it belong to nothing, or it lies over another piece."
EMPTY_STRIP = "It is empty, or outside the file."
ROWS = "It does not contain exactly its rows."
TRANSPARENT = "Colour is hidden under full transparency."
NO_PACKET = "It does not start and end as an XMP packet."
BEHIND = "Bytes behind its value are not zero."
NAMES = {
    256: "256 ImageWidth",
    257: "257 ImageLength",
    258: "258 BitsPerSample",
    259: "259 Compression",
    262: "262 PhotometricInterpretation",
    273: "273 StripOffsets",
    277: "277 SamplesPerPixel",
    278: "278 RowsPerStrip",
    279: "279 StripByteCounts",
    284: "284 PlanarConfiguration",
    338: "338 ExtraSamples",
    700: "700 XMP",
    34675: "34675 ICC profile",
}


@pytest.mark.parametrize("order", "<>")
def test_the_smallest_picture_proves(order: str) -> None:
    """In both byte orders, each piece with its place."""
    proof = prove(page(order=order))
    assert proof.problems == ()
    assert [(each.name, each.offset, each.length) for each in proof.structures] == [
        ("TIFF header", 0, 8),
        ("strip", 8, 6),
        ("directory", 14, 2 + 12 * 8 + 4),
    ]
    long = prove(page({277: (SHORT, (3,)), 262: (SHORT, (2,)), 258: (SHORT, (8, 8, 8))}, bytes(18), order=order))
    assert long.problems == ()
    assert [(each.name, each.offset, each.length) for each in long.structures][2:] == [
        ("directory", 26, 2 + 12 * 9 + 4),
        ("258 BitsPerSample", 26 + 2 + 12 * 9 + 4, 6),
    ]


# The directory


def moved(directory: int, data: bytes | None = None) -> bytes:
    data = page() if data is None else data
    return data[:4] + directory.to_bytes(4, "little") + data[8:]


SWAPPED = page()[: at(256)] + page()[at(257) : at(258)] + page()[at(256) : at(257)] + page()[at(258) :]
DOUBLED = page()[: at(257)] + page()[at(256) : at(257)] + page()[at(258) :]


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        (moved(0), [(4, "TIFF header", NOWHERE)]),
        (moved(6), [(4, "TIFF header", NOWHERE)]),
        (moved(7), [(4, "TIFF header", NOWHERE)]),
        (moved(15), [(4, "TIFF header", NOWHERE)]),
        (moved(1 << 20), [(4, "TIFF header", NOWHERE)]),
        (page()[:-1], [(4, "TIFF header", NOWHERE)]),
        (b"II*\0\x08\0\0\0" + bytes(6), [(0, NAMES[256], MISSING)]),
        (b"II*\0\x08\0\0\0" + bytes(5), [(4, "TIFF header", NOWHERE)]),
        (b"II*\0\x08\0\0\0", [(4, "TIFF header", NOWHERE)]),
        (page(following=8), [(END, "directory", "A second one follows it.")]),
        (page(following=1 << 24), [(END, "directory", "A second one follows it.")]),
        (SWAPPED, [(at(257), NAMES[256], TWICE)]),
        (DOUBLED, [(at(257), NAMES[256], TWICE)]),
        (page({0: (SHORT, (1,))}), [(START, "0", TWICE)]),
        (page({1: (SHORT, (1,))}), [(START, "1", NEVER)]),
        (page({254: (LONG, (0,))}), [(START, "254", NEVER)]),
        (page({255: (LONG, (0,))}), [(START, "255", NEVER)]),
        *(
            (page({tag: (SHORT, (1,))}), [(at(tag), str(tag), NEVER)])
            for tag in (
                260,
                263,
                266,
                270,
                274,
                280,
                283,
                285,
                296,
                305,
                306,
                315,
                317,
                322,
                330,
                337,
                339,
                347,
                699,
                701,
                33432,
                34665,
                34674,
                34676,
                34853,
                65535,
            )
        ),
        *((page({tag: None}), [(0, NAMES[tag], MISSING)]) for tag in LISTED),
        (page({34675: (UNDEFINED, PROFILE)}), [(at(34675), NAMES[34675], NEVER), (SIZE + 12, "end", BEFORE)]),
    ],
)
def test_the_directory_holds_listed_tags_in_order(data: bytes, problems: Told) -> None:
    """Once each, at an even place behind the header, and there is no second one."""
    assert told(data) == problems


@pytest.mark.parametrize("tag", [256, 257, 278])
def test_numbers_of_the_size_are_short_or_long(tag: int) -> None:
    """And fit into four bytes, of which those that are not used are zero."""
    value = {256: 3, 257: 2, 278: 2}[tag]
    assert told(page({tag: (LONG, (value,))})) == []
    for kind in (BYTE, ASCII, 5, 8, 9, 13, 16):
        forms = page({tag: (SHORT, (value,))})
        place = at(tag) + 2
        assert told(forms[:place] + bytes([kind]) + forms[place + 1 :]) == [(at(tag), NAMES[tag], KIND)]
    assert told(page({tag: (SHORT, ())})) == [(at(tag), NAMES[tag], KIND)]
    assert told(page({tag: (SHORT, (value, value))})) == [(at(tag), NAMES[tag], ONE)]
    assert told(page({tag: (SHORT, (0,))})) == [(at(tag), NAMES[tag], ONE)]
    assert told(page({tag: (LONG, (65_536,))})) == [(at(tag), NAMES[tag], ONE)]


@pytest.mark.parametrize("tag", [258, 259, 262, 277, 284, 338])
def test_other_numbers_are_short(tag: int) -> None:
    """Whatever they say."""
    assert told(page({tag: (LONG, (1,))})) == [(at(tag), NAMES[tag], KIND)]


@pytest.mark.parametrize("place", [2, 3])
def test_bytes_behind_a_value_are_zero(place: int) -> None:
    """Each of them, in an entry of two bytes; and all four count where there are four."""
    data = bytearray(page())
    data[at(259) + 8 + place] = 1
    assert told(bytes(data)) == [(at(259), NAMES[259], BEHIND)]
    packet: dict[int, Entry | None] = {700: (BYTE, b"abc")}
    assert (at(700), NAMES[700], BEHIND) not in told(page(packet))
    assert (at(700), NAMES[700], BEHIND) in told(page(packet, spare=b"\1"))


def test_long_values_stand_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one byte outside; and no list of numbers is longer than a picture can be high."""
    data = page({277: (SHORT, (3,)), 262: (SHORT, (2,)), 258: (SHORT, (8, 8, 8))}, bytes(18))
    assert told(data) == []
    assert told(data[:-1]) == [(26 + 2 + 24, NAMES[258], OUTSIDE)]
    monkeypatch.setattr(tiff, "MAX_SIDE", 3)
    more = "It holds more numbers than a picture has rows."
    assert told(data) == []
    monkeypatch.setattr(tiff, "MAX_SIDE", 2)
    assert told(data)[0][1:] == (NAMES[258], more)
    rows = page({278: (SHORT, (1,))}, b"\1\2\3", b"\4\5\6")
    assert told(rows)[:1] == [(at(256), NAMES[256], ONE)]  # three pixels across are too many here
    monkeypatch.setattr(tiff, "MAX_SIDE", 1)
    assert told(rows)[:1] == [(at(273), NAMES[273], more)]
    monkeypatch.setattr(tiff, "MAX_SIDE", 3)
    assert told(page({700: (BYTE, public_packet("tiff"))})) == []


# The page

RGB: dict[int, Entry | None] = {262: (SHORT, (2,)), 277: (SHORT, (3,)), 258: (SHORT, (8, 8, 8))}
CLEAR: dict[int, Entry | None] = {277: (SHORT, (2,)), 258: (SHORT, (8, 8)), 338: (SHORT, (2,))}
DEEP: dict[int, Entry | None] = {277: (SHORT, (2,)), 258: (SHORT, (16, 16)), 338: (SHORT, (2,))}
CLEAR_RGB: dict[int, Entry | None] = {**RGB, 277: (SHORT, (4,)), 258: (SHORT, (8,) * 4), 338: (SHORT, (2,))}


def twelve(count: int) -> bytes:
    return bytes(range(1, count + 1))


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        (page(RGB, twelve(18)), []),
        (page(RGB, b"\1\1\0" * 6), []),
        (page({700: (BYTE, b"abcd")}), [(at(700) + 8, "XMP", NO_PACKET)]),
        (page({700: (BYTE, b"abcde")}), [(SIZE + 12, "XMP", NO_PACKET)]),
        (page({**RGB, 258: (SHORT, (16,) * 3)}, twelve(36)), []),
        (page({258: (SHORT, (16,))}, twelve(12)), []),
        (page(CLEAR, twelve(12)), []),
        (page(DEEP, twelve(24)), []),
        (page(CLEAR_RGB, twelve(24)), []),
        (page({277: (SHORT, (1,))}), []),
        (page({284: (SHORT, (1,))}), []),
        (page({284: (SHORT, (2,))}), [(at(284), NAMES[284], ONE)]),
        (page({284: (SHORT, (1, 1))}), [(at(284), NAMES[284], ONE)]),
        (page({259: (SHORT, (2,))}), [(at(259), NAMES[259], ONE)]),
        (page({259: (SHORT, (7,))}), [(at(259), NAMES[259], ONE)]),
        (page({259: (SHORT, (9,))}), [(at(259), NAMES[259], ONE)]),
        (page({262: (SHORT, (0,))}), [(at(262), NAMES[262], ONE)]),
        (page({262: (SHORT, (3,))}), [(at(262), NAMES[262], ONE)]),
        (page({258: (SHORT, (7,))}), [(at(258), NAMES[258], ALIKE)]),
        (page({258: (SHORT, (9,))}), [(at(258), NAMES[258], ALIKE)]),
        (page({258: (SHORT, (15,))}), [(at(258), NAMES[258], ALIKE)]),
        (page({258: (SHORT, (17,))}), [(at(258), NAMES[258], ALIKE)]),
        (page({258: (SHORT, (8, 8))}), [(at(258), NAMES[258], ALIKE)]),
        (page({277: (SHORT, (0,))}), [(at(277), NAMES[277], ONE)]),
        (page({277: (SHORT, (3,))}), [(at(277), NAMES[277], ONE)]),
        (page({**RGB, 277: (SHORT, (2,))}), [(at(277), NAMES[277], ONE)]),
        (page({**RGB, 277: (SHORT, (5,))}), [(at(277), NAMES[277], ONE)]),
        (page({262: (SHORT, (2,))}), [(at(258), NAMES[258], ALIKE)]),
        (page({**CLEAR, 338: None}, twelve(12)), [(at(258, pixels=12), NAMES[338], ALPHA)]),
        (page({338: (SHORT, (2,))}), [(at(258), NAMES[338], ALPHA)]),
        (page({**CLEAR, 338: (SHORT, (0,))}, twelve(12)), [(at(338, 277, pixels=12), NAMES[338], ONE)]),
        (page({**CLEAR, 338: (SHORT, (1,))}, twelve(12)), [(at(338, 277, pixels=12), NAMES[338], ONE)]),
        (page({**CLEAR, 338: (SHORT, (3,))}, twelve(12)), [(at(338, 277, pixels=12), NAMES[338], ONE)]),
        (page({278: (SHORT, (1,))}, b"\1\2\3", b"\4\5\6"), []),
        (page({278: (SHORT, (3,))}), [(at(257), NAMES[257], MANY)]),
        (page({278: (SHORT, (1,))}), [(at(273), NAMES[273], "It does not contain 2 numbers.")]),
        (page({}, b"\1\2\3", b"\4\5\6"), [(at(273), NAMES[273], "It does not contain 1 numbers.")]),
        (page({279: (LONG, (3, 3))}), [(at(279), NAMES[279], "It does not contain 1 numbers.")]),
        (page({257: (SHORT, (3,)), 278: (SHORT, (2,))}, twelve(6), b"\1\2\3"), []),
        (page({257: (SHORT, (3,)), 278: (SHORT, (2,))}, twelve(6), b"\1\2\3\4"), [(14, "strip", ROWS)]),
        (page({257: (SHORT, (3,)), 278: (SHORT, (2,))}, twelve(6), b"\1\2"), [(14, "strip", ROWS)]),
        (page({257: (SHORT, (3,)), 278: (SHORT, (2,))}, twelve(4), b"\1\2\3"), [(8, "strip", ROWS)]),
        (page({257: (SHORT, (5,)), 278: (SHORT, (2,))}, twelve(6), twelve(6), b"\1\2\3"), []),
        (page({257: (SHORT, (5,)), 278: (SHORT, (2,))}, twelve(6), b"\1\2\3", twelve(6)), [(14, "strip", ROWS)]),
        (page({279: (LONG, (0,))}), [(at(273), "strip", EMPTY_STRIP)]),
        (page({273: (LONG, (SIZE - 14 + 8,))}), [(8, "directory", BEFORE)]),
        (page({273: (LONG, (200,))}), [(at(273), "strip", EMPTY_STRIP)]),
        (page({273: (LONG, (SIZE - 5,))}), [(at(273), "strip", EMPTY_STRIP)]),
        (page({273: (SHORT, (8,)), 279: (SHORT, (6,))}), []),
        (page({273: (LONG, (7,))}), [(8, "strip", BEFORE)]),
        (page({273: (LONG, (9,))}), [(8, "strip", BEFORE)]),
        (page({279: (LONG, (7,))}), [(15, "directory", BEFORE)]),
        (page({279: (LONG, (5,))}), [(13, "directory", BEFORE)]),
        (page({279: (LONG, (4,))}), [(12, "directory", BEFORE)]),
        (page(end=b"a"), [(SIZE, "end", BEFORE)]),
        (page(end=b"\0"), [(SIZE, "end", BEFORE)]),
        (page(end=b"ab"), [(SIZE, "end", BEFORE)]),
        (page({256: (SHORT, (1,)), 257: (SHORT, (1,)), 278: (SHORT, (1,))}, b"\1"), []),
        (
            page({256: (SHORT, (1,)), 257: (SHORT, (1,)), 278: (SHORT, (1,))}, b"\1", padding=b"\1"),
            [(9, "directory", BEFORE)],
        ),
        (page(CLEAR, b"\0\0" * 6), []),
        (page(CLEAR, b"\0\1" * 6), []),
        (page(CLEAR, b"\1\1" * 5 + b"\1\0"), [(8, "strip", TRANSPARENT)]),
        (page(CLEAR, b"\1\0" + b"\1\1" * 5), [(8, "strip", TRANSPARENT)]),
        (page({**CLEAR, 278: (SHORT, (1,))}, b"\1\1" * 3, b"\1\1\1\0\1\1"), [(14, "strip", TRANSPARENT)]),
        (page(DEEP, b"\0\0\0\0" * 6), []),
        (page(DEEP, b"\1\1\1\0" * 6), []),
        (page(DEEP, b"\1\1\0\1" * 6), []),
        (page(DEEP, b"\0\1\0\0" + b"\1" * 20), [(8, "strip", TRANSPARENT)]),
        (page(DEEP, b"\1\0\0\0" + b"\1" * 20), [(8, "strip", TRANSPARENT)]),
        (page(CLEAR_RGB, b"\0\0\1\0" + b"\1" * 20), [(8, "strip", TRANSPARENT)]),
        (page(CLEAR_RGB, b"\1\0\0\0" + b"\1" * 20), [(8, "strip", TRANSPARENT)]),
        (page(CLEAR_RGB, b"\1\1\1\2" * 6), []),
    ],
)
def test_what_a_page_holds(data: bytes, problems: Told) -> None:
    """Its pixels in strips, and nothing that is not shown."""
    assert told(data) == problems


def deflated(content: bytes, tags: dict[int, Entry | None] | None = None, more: bytes = b"") -> bytes:
    return page({259: (SHORT, (8,)), **(tags or {})}, zlib.compress(content) + more)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (deflated(twelve(6)), ""),
        (deflated(twelve(5)), "It holds less than the picture's pixels."),
        (deflated(twelve(7)), "It holds more than the picture's pixels."),
        (deflated(twelve(6), more=b"a"), "There are bytes after the end of the picture's data."),
        (deflated(twelve(12), tags=CLEAR), ""),
        (deflated(b"\1\1\0" * 6, tags=RGB), ""),
        (deflated(b"\1\0" * 6, tags=CLEAR), TRANSPARENT),
        (page({259: (SHORT, (8,))}), "It cannot be inflated."),
    ],
)
def test_deflated_strips_hold_exactly_their_rows(data: bytes, reason: str) -> None:
    """And hide nothing either."""
    assert told(data) == ([(8, "strip", reason)] if reason else [])


def test_each_deflated_strip_is_a_stream_of_its_own() -> None:
    """With the rows that it must hold."""
    two: dict[int, Entry | None] = {257: (SHORT, (3,)), 259: (SHORT, (8,)), 278: (SHORT, (2,))}
    streams = zlib.compress(twelve(6)), zlib.compress(twelve(3))
    assert told(page(two, *streams)) == []
    less = "It holds less than the picture's pixels."
    assert told(page(two, streams[1], streams[0])) == [(8, "strip", less)]


def test_a_picture_has_at_most_so_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Width, height, samples and their bytes together."""
    for tags, pixels, count in ((DEEP, twelve(24), 24), (RGB, twelve(18), 18), ({}, twelve(6), 6)):
        monkeypatch.setattr(tiff, "MAX_PIXEL_BYTES", count)
        assert told(page(tags, pixels)) == []
        monkeypatch.setattr(tiff, "MAX_PIXEL_BYTES", count - 1)
        assert [each[1:] for each in told(page(tags, pixels))] == [(NAMES[257], MANY)]


def test_pieces_may_stand_in_any_order_with_one_zero_before_even_places() -> None:
    """Here the strips are swapped, and a value is padded."""
    rows = page({278: (SHORT, (1,)), 273: (LONG, (11, 8))}, b"\1\2\3", b"\4\5\6")
    assert told(rows) == []
    two: dict[int, Entry | None] = {256: (SHORT, (1,)), 278: (SHORT, (1,)), 279: (SHORT, (1, 1))}
    odd = page({**two, 273: (SHORT, (8, 10))}, b"\1\0", b"\2\0")
    assert told(odd) == []
    spaced = page({257: (SHORT, (1,)), 278: (SHORT, (1,)), 273: (LONG, (9,)), 279: (LONG, (3,))}, b"\0\1\2\3")
    assert told(spaced) == [(8, "strip", BEFORE)]
    places = [(each.name, each.offset, each.length) for each in prove(odd).structures][:4]
    assert places == [("TIFF header", 0, 8), ("strip", 8, 1), ("padding", 9, 1), ("strip", 10, 1)]


# Metadata


@pytest.mark.parametrize(("order", "kind"), [("<", BYTE), (">", BYTE)])
def test_a_published_page_may_have_a_packet(order: str, kind: int) -> None:
    """Read at its place."""
    data = page({700: (kind, public_packet("tiff"))}, order=order)
    assert told(data) == []
    places = {each.name: data[each.offset : each.offset + each.length] for each in prove(data).structures}
    assert places["XMP photoshop:Credit"] == b"<photoshop:Credit>Example Police</photoshop:Credit>"
    other = page({700: (kind, public_packet("png"))}, order=order)
    assert told(other) == [(other.index(b"<dc:format>"), "XMP dc:format", "It is not what the file is.")]
    assert told(data, stripped=True)[0] == (at(700), NAMES[700], NEVER)


def test_what_metadata_are_made_of() -> None:
    """XMP of bytes, a profile of undefined bytes; the one in a published, the other in a stripped file."""
    for kind in (ASCII, UNDEFINED):
        assert told(page({700: (kind, public_packet("tiff"))})) == [(at(700), NAMES[700], KIND)]
    for kind in (BYTE, ASCII):
        assert told(page({34675: (kind, PROFILE)}), stripped=True) == [(at(34675), NAMES[34675], KIND)]
    unknown = "Its colour profile is not one of the well-known ones."
    assert told(page({34675: (UNDEFINED, PROFILE)}), stripped=True) == [(at(34675), NAMES[34675], unknown)]
