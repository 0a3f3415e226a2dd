"""Each guard of the proof's walk through a WebP and through the heads of its coded picture, written by hand."""

import random

import pytest

from imgvet.proof import vp8
from imgvet.proof.ledger import Ledger
from imgvet.proof.prove import prove
from support.chance import seeded
from support.finished_files import PROFILE, orientation, public_packet
from support.picture_writers import coded_bits
from support.told_problems import Told, of_ledger, told

# The coded picture: VP8


@pytest.mark.parametrize("seed", range(20))
def test_flags_are_decoded(seed: int) -> None:
    """As they were coded, one by one and as numbers; behind the end there are zeros."""
    chance = seeded(seed)
    bits = [chance.randrange(2) for _ in range(200)]
    decoder = vp8._Decoder(coded_bits(bits))
    assert [decoder.flag() for _ in bits] == bits
    decoder = vp8._Decoder(coded_bits(bits))
    assert [decoder.number(each) for each in (1, 7, 3, 20)] == [
        int("".join(map(str, bits[start : start + count])), 2) for start, count in ((0, 1), (1, 7), (8, 3), (11, 20))
    ]
    decoder = vp8._Decoder(b"")
    assert [decoder.flag() for _ in range(99)] == [0] * 99
    for cut in range(5):
        cut_off, filled = vp8._Decoder(coded_bits(bits)[:cut]), vp8._Decoder(coded_bits(bits)[:cut] + bytes(50))
        assert [cut_off.flag() for _ in bits] == [filled.flag() for _ in bits]


def optional(bits: int, chance: random.Random) -> list[int]:
    return [1] + [chance.randrange(2) for _ in range(bits + 1)] if chance.randrange(2) else [0]


def frame_bits(
    partitions: int, chance: random.Random, segments: tuple[int, int] | None, deltas: int, colour: int = 0
) -> list[int]:
    """The flags before the partitions (RFC 6386, 19.2), with random values; ``deltas`` is 0 to 2 flags that are set."""
    bits = [colour, chance.randrange(2), int(segments is not None)]
    if segments is not None:
        has_map, has_values = segments
        bits += segments
        if has_values:
            bits += [chance.randrange(2)]
            for count in (7, 7, 7, 7, 6, 6, 6, 6):
                bits += optional(count, chance)
        if has_map:
            for _ in range(3):
                bits += optional(7, chance)  # eight bits, none of them a sign
    bits += [chance.randrange(2) for _ in range(10)]
    bits += [[0], [1, 0], [1, 1]][deltas]
    if deltas == 2:
        for _ in range(8):
            bits += optional(6, chance)
    return [*bits, partitions >> 1, partitions & 1]


@pytest.mark.parametrize("partitions", range(4))
@pytest.mark.parametrize("deltas", range(3))
@pytest.mark.parametrize("segments", [None, (0, 0), (0, 1), (1, 0), (1, 1)])
def test_the_number_of_partitions_stands_behind_other_flags(
    segments: tuple[int, int] | None, deltas: int, partitions: int
) -> None:
    """Whichever of them are there."""
    for seed in range(12):
        for colour in (0, 1):
            bits, account = frame_bits(partitions, seeded(seed), segments, deltas, colour), Ledger()
            assert vp8._partition_bits(coded_bits(bits), 7, account) == partitions
            problem = [(7, "VP8 frame", "Its colour space is not the one that there is.")]
            assert of_ledger(account) == problem * colour


def lossy(
    *lengths: int,
    across: int = 16,
    down: int = 16,
    tag: int = 0x10,
    code: bytes = b"\x9d\1\x2a",
    first: int | None = None,
    rest: int = 1,
    filled: bytes = b"\0",
) -> bytes:
    """A key frame with so many partitions, all with a length but the last, which is ``rest`` bytes long."""
    flags = coded_bits(frame_bits((len(lengths) + 1).bit_length() - 1, seeded(1), None, 0))
    head = (tag | (len(flags) if first is None else first) << 5).to_bytes(3, "little") + code
    head += across.to_bytes(2, "little") + down.to_bytes(2, "little")
    sizes = b"".join(length.to_bytes(3, "little") for length in lengths)
    body = filled * (sum(lengths) + rest)
    return head + flags + sizes + body[: sum(lengths) + rest]


FLAGS = 5  # bytes of the first partition
KEY, SHOWN = "It does not start as a VP8 key frame.", "It is not a key frame that is shown, of version 0 to 3."
SIZE, FIRST = "It has no size, or asks to be scaled.", "Its first partition is empty or longer than the chunk."
LONG = "It is longer than a picture of its size needs."
SIZES = "They are longer than the chunk."
TEXT = b"Taken at 1 Elm Road, home of Anna Example, with her dog. "


def riff(*pieces: bytes) -> bytes:
    body = b"WEBP" + b"".join(pieces)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def chunk(name: bytes, content: bytes, padding: bytes = b"\0") -> bytes:
    return name + len(content).to_bytes(4, "little") + content + padding[: len(content) % 2]


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (lossy(), []),
        (lossy(rest=0), []),
        (lossy()[:9], [(20, "VP8 frame", KEY)]),
        (lossy()[:10], [(20, "VP8 frame", FIRST)]),
        (lossy(code=b"\x9c\1\x2a"), [(20, "VP8 frame", KEY)]),
        (lossy(code=b"\x9d\1\x2b"), [(20, "VP8 frame", KEY)]),
        (lossy(tag=0x11), [(20, "VP8 frame", SHOWN)]),
        (lossy(tag=0x00), [(20, "VP8 frame", SHOWN)]),
        *((lossy(tag=0x10 | version << 1), []) for version in range(4)),
        *((lossy(tag=0x10 | version << 1), [(20, "VP8 frame", SHOWN)]) for version in range(4, 8)),
        (lossy(across=0), [(20, "VP8 frame", SIZE)]),
        (lossy(down=0), [(20, "VP8 frame", SIZE)]),
        (lossy(across=0x3FFF), []),
        (lossy(down=0x3FFF), []),
        (lossy(across=0x4000), [(20, "VP8 frame", SIZE)]),
        (lossy(down=0x4000), [(20, "VP8 frame", SIZE)]),
        (lossy(across=1, down=1), []),
        (lossy(first=0), [(20, "VP8 frame", FIRST)]),
        (lossy(first=FLAGS + 1), []),
        (lossy(first=FLAGS + 2), [(20, "VP8 frame", FIRST)]),
        (lossy(0), []),
        (lossy(3), []),
        (lossy(3, 0, 5), []),
        (lossy(1, 2, 3, 4, 5, 6, 7), []),
        (lossy(3, rest=0), []),
        (lossy(3, rest=-1), [(30 + FLAGS, "VP8 partition sizes", SIZES)]),
        (lossy(3, 4, 5, rest=-1), [(30 + FLAGS, "VP8 partition sizes", SIZES)]),
        (lossy(0)[: 10 + FLAGS + 2], [(30 + FLAGS, "VP8 partition sizes", SIZES)]),
        (lossy(0)[: 10 + FLAGS + 3], []),
        (lossy(0x010203, rest=0)[:99], [(30 + FLAGS, "VP8 partition sizes", SIZES)]),
        (lossy(rest=4096 + 2048 - 10 - FLAGS), []),
        (lossy(rest=4096 + 2048 - 10 - FLAGS + 1), [(20, "VP8 frame", LONG)]),
        (lossy(rest=4096 + 4096 - 10 - FLAGS, across=17), []),
        (lossy(rest=4096 + 4096 - 10 - FLAGS + 1, across=17), [(20, "VP8 frame", LONG)]),
        (lossy(rest=4096 + 4096 - 10 - FLAGS + 1, across=32), [(20, "VP8 frame", LONG)]),
        (lossy(rest=4096 + 4096 - 10 - FLAGS, down=17), []),
        (lossy(rest=4096 + 4096 - 10 - FLAGS + 1, down=32), [(20, "VP8 frame", LONG)]),
        (lossy(rest=4096 + 6 * 2048 - 10 - FLAGS, across=48, down=32), []),
        (lossy(rest=4096 + 6 * 2048 - 10 - FLAGS + 1, across=48, down=32), [(20, "VP8 frame", LONG)]),
        (lossy(rest=57, filled=TEXT), [(30 + FLAGS, "VP8 frame", "It contains plain text.")]),
    ],
)
def test_a_lossy_picture_is_a_key_frame_in_partitions(content: bytes, problems: Told) -> None:
    """That fill its chunk, and are no longer than its size needs."""
    assert told(riff(chunk(b"VP8 ", content))) == problems


def test_each_partition_has_its_place() -> None:
    """Head, first partition, sizes, and the others one after the other; the last takes what is left."""
    places = [(each.name, each.offset, each.length) for each in prove(riff(chunk(b"VP8 ", lossy(3, 0, 5)))).structures]
    at = 30 + FLAGS
    assert places == [
        ("RIFF", 0, 12),
        ("VP8 ", 12, 8),
        ("VP8 frame", 20, 10),
        ("VP8 first partition", 30, FLAGS),
        ("VP8 partition sizes", at, 9),
        ("VP8 partition", at + 9, 3),
        ("VP8 partition", at + 12, 0),
        ("VP8 partition", at + 12, 5),
        ("VP8 partition", at + 17, 1),
        *([("padding", at + 18, 1)] if (FLAGS + 28) % 2 else []),
    ]
    places = [(each.name, each.offset, each.length) for each in prove(riff(chunk(b"VP8 ", lossy()))).structures]
    assert places[3:] == [("VP8 first partition", 30, FLAGS), ("VP8 partition", at, 1)]


# The coded picture: VP8L

NOT_LOSSLESS = "It does not start as VP8L data of version 0."
TRANSPARENT = "It has transparency, under which colour could be hidden."


def lossless(across: int = 1, down: int = 1, top: int = 0, more: bytes = b"\1", signature: int = 0x2F) -> bytes:
    bits = across - 1 | (down - 1) << 14 | top << 28
    return bytes([signature]) + bits.to_bytes(4, "little") + more


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (lossless(), []),
        (lossless(1 << 14, 1), []),
        (lossless(1, 1 << 14), []),
        (lossless(signature=0x2E), [(20, "VP8L picture", NOT_LOSSLESS)]),
        (lossless()[:4], [(20, "VP8L picture", NOT_LOSSLESS)]),
        (b"", [(20, "VP8L picture", NOT_LOSSLESS)]),
        (lossless(top=1), [(20, "VP8L picture", TRANSPARENT)]),
        *((lossless(top=version << 1), [(20, "VP8L picture", NOT_LOSSLESS)]) for version in range(1, 8)),
        (lossless(more=b""), [(20, "VP8L picture", "It holds no pixels.")]),
        (lossless(more=bytes(4096 + 8 - 5)), []),
        (lossless(more=bytes(4096 + 8 - 4)), [(20, "VP8L picture", LONG)]),
        (lossless(3, 5, more=bytes(4096 + 8 * 15 - 5)), []),
        (lossless(3, 5, more=bytes(4096 + 8 * 15 - 4)), [(20, "VP8L picture", LONG)]),
        (lossless(more=b"\0" + TEXT), [(26, "VP8L picture", "It contains plain text.")]),
    ],
)
def test_a_lossless_picture_has_a_head(content: bytes, problems: Told) -> None:
    """Of version 0, without transparency, and is no longer than its size needs."""
    assert told(riff(chunk(b"VP8L", content))) == problems


def test_sizes_are_those_of_the_heads() -> None:
    """Which the canvas must repeat; and a lossless picture has two pieces."""
    data = lossy(across=0x123, down=0x321)
    assert vp8.read_lossy(data, 0, len(data), Ledger()) == (0x123, 0x321)
    data, account = lossless(0x1234, 0x2345), Ledger()
    assert vp8.read_lossless(data, 0, len(data), account) == (0x1234, 0x2345)
    assert [(each.name, each.offset, each.length) for each in account.structures] == [
        ("VP8L header", 0, 5),
        ("VP8L picture", 5, 1),
    ]


# The container

PICTURE = chunk(b"VP8L", lossless(3, 2))  # 14 bytes
XMP = chunk(b"XMP ", public_packet("webp"))
TURNED = chunk(b"EXIF", orientation(6))
ICCP = chunk(b"ICCP", PROFILE)


def extended(flags: int, across: int = 3, down: int = 2, reserved: bytes = b"\0\0\0", more: bytes = b"") -> bytes:
    size = (across - 1).to_bytes(3, "little") + (down - 1).to_bytes(3, "little")
    return chunk(b"VP8X", bytes([flags]) + reserved + size + more)


CUT, NEVER, TWICE = (
    "It is cut off, or its length is wrong.",
    "It is not on the allow-list of chunks.",
    "It is there twice.",
)
ORDER, SECOND = "It is after one that must follow it.", "It is a second picture."
NOTHING, LOST = "There is no picture in the file.", "It is missing."
FLAGS_SAY = "Its flags are not those of the chunks that are there, or reserved bits are set."
CANVAS, PADDING = "Its canvas is not as large as the picture.", "Its padding is not zero."
GAP = "It does not start where the piece before it ends."
X = 12 + 18  # where the chunk behind VP8X begins
JUNK = chunk(b"JUNK", b"ab")
PLAIN = riff(PICTURE)


def length(data: bytes, number: int) -> bytes:
    return data[:4] + number.to_bytes(4, "little") + data[8:]


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        (PLAIN, []),
        (riff(extended(4), PICTURE, XMP), []),
        (riff(extended(0), PICTURE), []),
        (PLAIN + b"a", [(26, "trailer", "1 bytes follow the picture's end.")]),
        (PLAIN + b"abc", [(26, "trailer", "3 bytes follow the picture's end.")]),
        (PLAIN[:-1], [(4, "RIFF", CUT)]),
        (length(PLAIN, 19), [(4, "RIFF", CUT)]),
        (length(PLAIN + b"a", 19), [(4, "RIFF", CUT)]),
        (length(PLAIN, 20), [(4, "RIFF", CUT)]),
        (length(PLAIN, 16), [(12, "VP8L", CUT)]),
        (length(PLAIN, 4), [(12, "trailer", "14 bytes follow the picture's end."), (26, "VP8", NOTHING)]),
        (
            length(PLAIN, 2),
            [(10, "trailer", GAP), (10, "trailer", "16 bytes follow the picture's end."), (26, "VP8", NOTHING)],
        ),
        (riff(), [(12, "VP8", NOTHING)]),
        (riff(extended(4), XMP), [(X + len(XMP), "VP8", NOTHING)]),
        (riff(PICTURE, b"JUNK"), [(26, "JUNK", CUT)]),
        (riff(PICTURE, b"JUNK\0\0\0" + b"\0"), [(26, "JUNK", NEVER), (12, "VP8X", LOST)]),
        (riff(PICTURE, b"JUNK\1\0\0\0"), [(26, "JUNK", CUT)]),
        (riff(PICTURE, b"JUNK\3\0\0\0ab"), [(26, "JUNK", CUT)]),
        (riff(PICTURE, b"JUNK\4\0\0\0ab"), [(26, "JUNK", CUT)]),
        (riff(PICTURE, b"\1\2"), [(26, "??", CUT)]),
        (riff(extended(0), PICTURE, JUNK), [(X + 14, "JUNK", NEVER)]),
        (riff(extended(0), JUNK, PICTURE), [(X, "JUNK", NEVER)]),
        (riff(PICTURE, JUNK), [(26, "JUNK", NEVER), (12, "VP8X", LOST)]),
        (riff(PICTURE, XMP), [(12, "VP8X", LOST)]),
        (riff(extended(0), PICTURE, PICTURE), [(X + 14, "VP8L", SECOND)]),
        (riff(extended(0), PICTURE, chunk(b"VP8 ", b"ab")), [(X + 14, "VP8 ", SECOND)]),
        (riff(extended(0), JUNK, PICTURE, PICTURE), [(X, "JUNK", NEVER), (X + 24, "VP8L", SECOND)]),
        (riff(extended(0), extended(0), PICTURE), [(X, "VP8X", TWICE)]),
        (riff(extended(4), PICTURE, XMP, XMP), [(X + 14 + len(XMP), "XMP ", TWICE)]),
        (riff(extended(4), XMP, PICTURE), [(X + len(XMP), "VP8L", ORDER)]),
        (riff(PICTURE, extended(0)), [(26, "VP8X", ORDER)]),
        (riff(extended(0, more=b"ab"), PICTURE), [(12, "VP8X", "It is not 10 bytes long.")]),
        (riff(chunk(b"VP8X", bytes(8)), PICTURE), [(12, "VP8X", "It is not 10 bytes long.")]),
        *((riff(extended(1 << bit), PICTURE), [(12, "VP8X", FLAGS_SAY)]) for bit in range(8)),
        (riff(extended(0), PICTURE, XMP), [(12, "VP8X", FLAGS_SAY)]),
        (riff(extended(5), PICTURE, XMP), [(12, "VP8X", FLAGS_SAY)]),
        *(
            (riff(extended(0, reserved=bytes(at) + b"\1" + bytes(2 - at)), PICTURE), [(12, "VP8X", FLAGS_SAY)])
            for at in range(3)
        ),
        (riff(extended(0, 4), PICTURE), [(12, "VP8X", CANVAS)]),
        (riff(extended(0, 2), PICTURE), [(12, "VP8X", CANVAS)]),
        (riff(extended(0, 3, 3), PICTURE), [(12, "VP8X", CANVAS)]),
        (riff(extended(0, 0x010003), PICTURE), [(12, "VP8X", CANVAS)]),
        (riff(extended(0, 3, 0x010002), PICTURE), [(12, "VP8X", CANVAS)]),
        (riff(extended(0, 0x1234, 0x2345), chunk(b"VP8L", lossless(0x1234, 0x2345))), []),
        (riff(extended(0x20), ICCP, PICTURE), [(X, "ICCP", NEVER)]),
        (riff(extended(0x08), PICTURE, TURNED), [(X + 14, "EXIF", NEVER)]),
        (riff(extended(0x08), PICTURE, chunk(b"EXIF", b"ab")), [(X + 14, "EXIF", NEVER)]),
        (riff(chunk(b"VP8L", lossless(more=b"\1\2"))), []),
        (riff(chunk(b"VP8L", lossless(more=b"\1\2"), b"\1")), [(27, "VP8L", PADDING)]),
        (riff(extended(0), PICTURE, chunk(b"JUNK", b"a", b"\1")), [(X + 14, "JUNK", NEVER), (X + 23, "JUNK", PADDING)]),
    ],
)
def test_what_a_published_webp_holds(data: bytes, problems: Told) -> None:
    """VP8X, the picture, XMP: in this order, with the flags and the size of what is there."""
    assert told(data) == problems


UNKNOWN = "Its colour profile is not one of the well-known ones."
BLOCK = "It is not the block that holds an orientation from 2 to 8 and nothing else."


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        (riff(extended(0x08), PICTURE, TURNED), []),
        (riff(extended(0x28), ICCP, PICTURE, TURNED), [(X, "ICCP", UNKNOWN)]),
        (riff(extended(0x20), ICCP, PICTURE, TURNED), [(X, "ICCP", UNKNOWN), (12, "VP8X", FLAGS_SAY)]),
        (riff(extended(0x08), ICCP, PICTURE, TURNED), [(X, "ICCP", UNKNOWN), (12, "VP8X", FLAGS_SAY)]),
        (riff(extended(0x08), PICTURE, chunk(b"EXIF", b"ab")), [(X + 14, "EXIF", BLOCK)]),
        (riff(extended(0x08), TURNED, PICTURE), [(X + len(TURNED), "VP8L", ORDER)]),
        (riff(extended(0x20), PICTURE, ICCP), [(X + 14, "ICCP", ORDER), (X + 14, "ICCP", UNKNOWN)]),
        (riff(extended(0x08), PICTURE, TURNED, TURNED), [(X + 14 + len(TURNED), "EXIF", TWICE)]),
        (riff(extended(0x04), PICTURE, XMP), [(X + 14, "XMP ", NEVER)]),
        (riff(extended(0x00), PICTURE, XMP), [(X + 14, "XMP ", NEVER), (12, "VP8X", FLAGS_SAY)]),
    ],
)
def test_what_a_stripped_webp_holds(data: bytes, problems: Told) -> None:
    """VP8X, a well-known profile, the picture, its orientation."""
    assert told(data, stripped=True) == problems


def test_what_stands_behind_the_end_is_a_piece() -> None:
    """And so is the byte that fills up a chunk."""
    odd = riff(chunk(b"VP8L", lossless(more=b"\1\2"))) + b"abc"
    last = prove(odd).structures[-2:]
    assert [(each.name, each.offset, each.length) for each in last] == [("padding", 27, 1), ("trailer", 28, 3)]


def test_texts_have_their_places_in_the_file() -> None:
    """Behind the head of their chunk; those of a second packet are not read."""
    data = riff(extended(4), PICTURE, XMP)
    places = {each.name: data[each.offset : each.offset + each.length] for each in prove(data).structures}
    assert places["XMP photoshop:Credit"] == b"<photoshop:Credit>Example Police</photoshop:Credit>"
    other = chunk(b"XMP ", public_packet("png"))
    at = X + 14 + other.index(b"<dc:format>")
    problem = (at, "XMP dc:format", "It is not what the file is.")
    assert told(riff(extended(4), PICTURE, other)) == [problem]
    assert told(riff(extended(4), PICTURE, XMP, other)) == [(X + 14 + len(XMP), "XMP ", TWICE)]
    assert prove(riff(extended(4), PICTURE, XMP), stripped=True).public.title == ""
