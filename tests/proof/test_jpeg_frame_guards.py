"""Each guard of a JPEG's frame and scan headers, and of what each scan may code."""

from collections.abc import Callable

import pytest

from imgvet.proof.jpeg_frame import Component, FrameHeader, ScanHeader, advance, read_frame, read_scan, tables_of
from imgvet.proof.ledger import Ledger, Unwalkable
from support.told_problems import Told, of_ledger


def problems_of(read: Callable[[Ledger], object], *, stripped: bool = False) -> Told:
    account = Ledger(stripped=stripped)
    try:
        read(account)
    except Unwalkable:
        assert account.problems
    return of_ledger(account)


ONE, THREE, FOUR = (
    (b"\1\x11\0",),
    (b"\1\x22\0", b"\2\x11\1", b"\3\x11\1"),
    tuple(bytes([n, 0x11, 0]) for n in (1, 2, 3, 4)),
)
SIZE = b"\0\x18\0\x28"


def frame(
    parts: tuple[bytes, ...], bits: int = 8, size: bytes = SIZE, count: int | None = None, more: bytes = b""
) -> bytes:
    return bytes([bits]) + size + bytes([len(parts) if count is None else count]) + b"".join(parts) + more


def numbered(numbers: bytes) -> tuple[bytes, ...]:
    return tuple(bytes([number, 0x11, 0]) for number in numbers)


BITS = "It is not a picture of 8 bits with a width and a height."
NUMBERS = "Its components are not numbered 1, 2, 3."
RANGE = "Its sampling or its table numbers are out of range."
TO_THREE, TO_FOUR = "It is not a frame of one or three components.", "It is not a frame of one to four components."


@pytest.mark.parametrize(
    ("content", "published", "stripped"),
    [
        (frame(ONE), "", ""),
        (frame(THREE), "", ""),
        (frame(FOUR), TO_THREE, ""),
        (frame(FOUR[:2]), TO_THREE, TO_FOUR),
        (frame((*FOUR, b"\5\x11\0")), TO_THREE, TO_FOUR),
        (frame(()), TO_THREE, TO_FOUR),
        (b"", TO_THREE, TO_FOUR),
        (frame(THREE, count=1), TO_THREE, TO_FOUR),
        (frame(ONE, count=3), TO_THREE, TO_FOUR),
        (frame(ONE, more=b"a"), TO_THREE, TO_FOUR),
        (frame(ONE, more=bytes(6)), TO_THREE, TO_FOUR),
        (frame(ONE)[:-1], TO_THREE, TO_FOUR),
        (frame(ONE, bits=7), BITS, BITS),
        (frame(ONE, bits=9), BITS, BITS),
        (frame(ONE, bits=12), BITS, BITS),
        (frame(ONE, size=b"\0\0\0\x28"), BITS, BITS),
        (frame(ONE, size=b"\0\x18\0\0"), BITS, BITS),
        (frame(ONE, size=b"\1\0\1\0"), "", ""),
        (frame(numbered(b"\0")), NUMBERS, ""),
        (frame(numbered(b"\2")), NUMBERS, NUMBERS),
        (frame(numbered(b"\1\2\3")), "", ""),
        (frame(numbered(b"\0\1\2")), NUMBERS, ""),
        (frame(numbered(b"RGB")), NUMBERS, ""),
        (frame(numbered(b"BGR")), NUMBERS, NUMBERS),
        (frame(numbered(b"\1\2\2")), NUMBERS, NUMBERS),
        (frame(numbered(b"\1\2\4")), NUMBERS, NUMBERS),
        (frame(numbered(b"CMYK")), TO_THREE, ""),
        (frame(numbered(b"CMYL")), TO_THREE, NUMBERS),
        (frame(numbered(b"\0\1\2\3")), TO_THREE, ""),
        (frame((b"\1\x44\3",)), "", ""),
        (frame((b"\1\x41\0",)), "", ""),
        (frame((b"\1\x14\0",)), "", ""),
        (frame((b"\1\x51\0",)), RANGE, RANGE),
        (frame((b"\1\x15\0",)), RANGE, RANGE),
        (frame((b"\1\x01\0",)), RANGE, RANGE),
        (frame((b"\1\x10\0",)), RANGE, RANGE),
        (frame((b"\1\x11\4",)), RANGE, RANGE),
        (frame((*THREE[:2], b"\3\x11\4")), RANGE, RANGE),
        (frame((b"\1\x50\4", *THREE[1:])), RANGE, RANGE),
    ],
)
def test_which_frames_there_may_be(content: bytes, published: str, stripped: str) -> None:
    """Of 8 bits, one or three components with the usual numbers; in a stripped file four, and more numbers."""
    for reason, off in ((published, False), (stripped, True)):
        found = problems_of(lambda account: read_frame(content, 7, "SOF0", account), stripped=off)
        assert found == ([(7, "SOF0", reason)] if reason else [])


def test_what_a_frame_says() -> None:
    """Its size and the sampling and table of each component."""
    parts = (Component(1, 2, 3, 1), Component(2, 1, 1, 0), Component(3, 4, 2, 3))
    content = frame((b"\1\x23\1", b"\2\x11\0", b"\3\x42\3"), size=b"\1\2\3\4")
    assert read_frame(content, 7, "SOF2", Ledger()) == FrameHeader(
        progressive=True, width=0x304, height=0x102, components=parts
    )
    assert not read_frame(content, 7, "SOF1", Ledger()).progressive


A, B = Component(1, 2, 2, 0), Component(2, 1, 1, 0)
TALL, WIDE = Component(3, 1, 3, 0), Component(4, 4, 1, 0)


@pytest.mark.parametrize(
    ("width", "height", "parts", "scanned", "units"),
    [
        (16, 16, (A, B), (A, B), (1, 5)),
        (17, 16, (A, B), (A, B), (2, 5)),
        (16, 17, (A, B), (A, B), (2, 5)),
        (32, 48, (A, B), (A, B), (6, 5)),
        (33, 49, (A, B), (A, B), (12, 5)),
        (16, 16, (A, B), (A,), (4, 1)),
        (16, 16, (A, B), (B,), (1, 1)),
        (17, 16, (A, B), (A,), (6, 1)),
        (17, 16, (A, B), (B,), (2, 1)),
        (16, 17, (A, B), (A,), (6, 1)),
        (16, 17, (A, B), (B,), (2, 1)),
        (8, 8, (A,), (A,), (1, 1)),
        (9, 8, (A,), (A,), (2, 1)),
        (8, 9, (A,), (A,), (2, 1)),
        (32, 24, (TALL, WIDE), (TALL, WIDE), (1, 7)),
        (33, 24, (TALL, WIDE), (TALL, WIDE), (2, 7)),
        (32, 25, (TALL, WIDE), (TALL, WIDE), (2, 7)),
        (32, 24, (TALL, WIDE), (TALL,), (3, 1)),
        (32, 24, (TALL, WIDE), (WIDE,), (4, 1)),
        (33, 24, (TALL, WIDE), (TALL,), (6, 1)),
        (33, 25, (TALL, WIDE), (WIDE,), (10, 1)),
        (100, 50, (A, B, TALL), (A, B), (7 * 3, 5)),
        (100, 50, (A, B, TALL), (B,), (7 * 3, 1)),
    ],
)
def test_how_many_units_a_scan_has(
    width: int, height: int, parts: tuple[Component, ...], scanned: tuple[Component, ...], units: tuple[int, int]
) -> None:
    """T.81, A.2: of several components in units of the largest sampling, of one component in its own blocks."""
    found = FrameHeader(progressive=False, width=width, height=height, components=parts).units(scanned)
    assert found == units


C, D = Component(3, 2, 3, 0), Component(4, 1, 2, 1)
LENGTH = "Its length does not match its components."
EACH_ONCE = "Its components are not those of the frame, each once and in order."
UNIT = "It puts more than 10 blocks in a unit."


@pytest.mark.parametrize(
    ("content", "parts", "reason"),
    [
        (b"\1\1\0\0\x3f\0", (A, B), ""),
        (b"\2\1\0\2\0\0\x3f\0", (A, B), ""),
        (b"", (A, B), LENGTH),
        (b"\0\0\x3f\0", (A, B), LENGTH),
        (b"\3\1\0\2\0\3\0\0\x3f\0", (A, B), LENGTH),
        (b"\1\1\0\0\x3f", (A, B), LENGTH),
        (b"\1\1\0\0\x3f\0\0", (A, B), LENGTH),
        (b"\2\1\0\0\x3f\0", (A, B), LENGTH),
        (b"\1\3\0\0\x3f\0", (A, B), EACH_ONCE),
        (b"\2\2\0\1\0\0\x3f\0", (A, B), EACH_ONCE),
        (b"\2\1\0\1\0\0\x3f\0", (A, B), EACH_ONCE),
        (b"\2\1\0\3\0\0\x3f\0", (A, B), EACH_ONCE),
        (b"\2\1\0\3\0\0\x3f\0", (A, B, C), ""),
        (b"\3\1\0\2\0\3\0\0\x3f\0", (A, B, C), UNIT),
        (b"\2\1\0\4\0\0\x3f\0", (A, B, C, D), ""),
        (b"\3\2\0\3\0\4\0\0\x3f\0", (A, B, C, D), ""),
        (b"\1\1\0\0\x3f\0", (Component(1, 4, 4, 0), B), ""),
        (b"\2\1\0\2\0\0\x3f\0", (Component(1, 4, 2, 0), Component(2, 1, 2, 0)), ""),
        (b"\2\1\0\2\0\0\x3f\0", (Component(1, 4, 2, 0), Component(2, 1, 3, 0)), UNIT),
    ],
)
def test_which_components_a_scan_may_have(content: bytes, parts: tuple[Component, ...], reason: str) -> None:
    """Those of the frame in their order; of several, at most ten blocks in a unit."""
    picture = FrameHeader(progressive=False, width=8, height=8, components=parts)
    found = problems_of(lambda account: read_scan(picture, content, 7, account))
    assert found == ([(7, "SOS", reason)] if reason else [])


def test_what_a_scan_says() -> None:
    """Its components with their tables, its coefficients and its bits."""
    picture = FrameHeader(progressive=False, width=8, height=8, components=(A, B, C))
    found = read_scan(picture, b"\2\1\x12\3\x34\5\6\x78", 7, Ledger())
    assert found == ScanHeader(components=(A, C), tables=((1, 2), (3, 4)), first=5, last=6, high=7, low=8)
    assert read_scan(picture, b"\1\2\x12\5\6\x78", 7, Ledger()).tables == ((1, 2),)
    small = FrameHeader(progressive=False, width=8, height=8, components=(B, C, D))
    assert read_scan(small, b"\3\2\x12\3\x34\4\x56\0\0\0", 7, Ledger()).tables == ((1, 2), (3, 4), (5, 6))


def scan(first: int, last: int, high: int = 0, low: int = 0, *parts: Component) -> ScanHeader:
    return ScanHeader(parts or (A,), ((0, 0),) * (len(parts) or 1), first, last, high, low)


ORDER = "Its range of coefficients is not allowed here."
SAME = "It repeats what an earlier scan contained, or leaves a step out."
DC = {(1, 0): 0, (2, 0): 0}


@pytest.mark.parametrize(
    ("progressive", "header", "known", "reason"),
    [
        (False, scan(0, 63), {}, ""),
        (False, scan(1, 63), {}, ORDER),
        (False, scan(0, 62), {}, ORDER),
        (False, scan(0, 64), {}, ORDER),
        (False, scan(0, 63, 1), {}, ORDER),
        (False, scan(0, 63, 0, 1), {}, ORDER),
        (False, scan(0, 63), {(1, 63): 0}, SAME),
        (False, scan(0, 63), {(2, 63): 0}, ""),
        (True, scan(0, 0), {}, ""),
        (True, scan(0, 0, 0, 13), {}, ""),
        (True, scan(0, 0, 0, 14), {}, ORDER),
        (True, scan(0, 0, 15, 14), {(1, 0): 15}, ORDER),
        (True, scan(0, 0, 14, 13), {(1, 0): 14}, ""),
        (True, scan(0, 0, 2, 1), {(1, 0): 2}, ""),
        (True, scan(0, 0, 2, 1), {(1, 0): 1}, SAME),
        (True, scan(0, 0, 2, 1), {(1, 0): 3}, SAME),
        (True, scan(0, 0, 2, 1), {}, SAME),
        (True, scan(0, 0, 2, 0), {(1, 0): 2}, ORDER),
        (True, scan(0, 0, 2, 2), {(1, 0): 2}, ORDER),
        (True, scan(0, 0, 2, 3), {(1, 0): 2}, ORDER),
        (True, scan(0, 0), DC, SAME),
        (True, scan(0, 1), {}, ORDER),
        (True, scan(0, 63), {}, ORDER),
        (True, scan(0, 0, 0, 0, A, B), {}, ""),
        (True, scan(0, 0, 0, 0, A, B), {(2, 0): 0}, SAME),
        (True, scan(0, 0, 1, 0, A, B), {(1, 0): 1, (2, 0): 1}, ""),
        (True, scan(0, 0, 1, 0, A, B), {(1, 0): 1, (2, 0): 0}, SAME),
        (True, scan(1, 63), DC, ""),
        (True, scan(1, 64), DC, ORDER),
        (True, scan(63, 63), DC, ""),
        (True, scan(64, 64), DC, ORDER),
        (True, scan(5, 5), DC, ""),
        (True, scan(5, 4), DC, ORDER),
        (True, scan(1, 63), {}, ORDER),
        (True, scan(1, 63), {(2, 0): 0}, ORDER),
        (True, scan(1, 63), {(1, 0): 1}, ""),
        (True, scan(1, 63, 0, 0, A, B), DC, ORDER),
        (True, scan(1, 5), {**DC, (1, 5): 0}, SAME),
        (True, scan(1, 5), {**DC, (1, 6): 0}, ""),
        (True, scan(1, 5), {**DC, (2, 5): 0}, ""),
        (True, scan(2, 3, 1, 0), {**DC, (1, 2): 1, (1, 3): 1}, ""),
        (True, scan(2, 3, 1, 0), {**DC, (1, 2): 1}, SAME),
    ],
)
def test_each_scan_tells_something_new(
    progressive: bool, header: ScanHeader, known: dict[tuple[int, int], int], reason: str
) -> None:
    """In the order of annex G: the first coefficient first, each bit after the one above it."""
    picture = FrameHeader(progressive=progressive, width=8, height=8, components=(A, B))
    precision = dict(known)
    found = problems_of(lambda account: advance(precision, picture, header, 7, account))
    assert found == ([(7, "SOS", reason)] if reason else [])
    if not reason:
        told = {(part.number, each) for part in header.components for each in range(header.first, header.last + 1)}
        assert precision == known | dict.fromkeys(told, header.low)


@pytest.mark.parametrize(
    ("header", "tables", "used", "wrong"),
    [
        (scan(0, 63), ((1, 2),), [(0, 1), (1, 2)], 0),
        (scan(0, 63, 0, 0, A, B), ((1, 2), (3, 0)), [(0, 1), (1, 2), (0, 3), (1, 0)], 0),
        (scan(0, 0), ((1, 0),), [(0, 1)], 0),
        (scan(0, 0), ((1, 1),), [(0, 1)], 1),
        (scan(0, 0, 0, 0, A, B), ((1, 1), (0, 2)), [(0, 1), (0, 0)], 2),
        (scan(0, 0, 1, 0), ((0, 0),), [], 0),
        (scan(0, 0, 1, 0), ((1, 0),), [], 1),
        (scan(0, 0, 1, 0), ((0, 1),), [], 1),
        (scan(0, 0, 1, 0), ((1, 1),), [], 1),
        (scan(1, 1), ((0, 3),), [(1, 3)], 0),
        (scan(1, 1), ((2, 3),), [(1, 3)], 1),
        (scan(1, 63, 1, 0), ((0, 3),), [(1, 3)], 0),
        (scan(1, 63, 1, 0), ((1, 0),), [(1, 0)], 1),
    ],
)
def test_which_tables_a_scan_uses(
    header: ScanHeader, tables: tuple[tuple[int, int], ...], used: list[tuple[int, int]], wrong: int
) -> None:
    """DC tables in a first scan of the first coefficient, AC tables for all others; other numbers must be 0."""
    account = Ledger()
    named = ScanHeader(header.components, tables, header.first, header.last, header.high, header.low)
    assert list(tables_of(named, 7, account)) == used
    assert of_ledger(account) == [(7, "SOS", "It names a Huffman table that it does not use.")] * wrong
