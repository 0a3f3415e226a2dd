"""Each guard of the bounded inflating of pixels, and of what a stripped file may keep, on the fewest bytes."""

import hashlib
import zlib
from collections.abc import Iterator
from itertools import islice, pairwise

import numpy as np
import pytest

from imgvet.proof import inflate, stripped_metadata
from imgvet.proof.ledger import Ledger, Unwalkable
from support.finished_files import orientation
from support.told_problems import Told, of_ledger

# Inflating


def test_the_limits_are_those_of_the_documentation() -> None:
    """Sides as long as in JPEG, 1 GiB of pixels, and a piece that fits any memory."""
    assert (inflate.MAX_SIDE, inflate.MAX_PIXEL_BYTES) == (65_535, 1 << 30)
    assert (inflate._PIECE, inflate._BLOCK) == (1 << 20, 1 << 24)
    assert stripped_metadata.MAX_PROFILE == 1 << 22


def unpacked(data: bytes, places: list[tuple[int, int]], expected: int) -> tuple[list[bytes], Told]:
    """The pieces that come before the first problem, and the problems."""
    account, pieces = Ledger(), []
    try:
        for piece in inflate.inflated(data, places, expected, "x", account):
            pieces.append(piece)
            assert len(pieces) < 100, "it goes on for ever"
    except Unwalkable:
        assert account.problems
    return pieces, of_ledger(account)


SAID = b"every byte of it, in pieces of four."  # 36 bytes
STREAM = zlib.compress(SAID, 0)
MORE, LESS = "It holds more than the picture's pixels.", "It holds less than the picture's pixels."
AFTER, BEHIND = "It is after the end of the picture's data.", "There are bytes after the end of the picture's data."


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflate, "_PIECE", 4)


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("stream", [STREAM, zlib.compress(SAID), zlib.compress(bytes(36)), zlib.compress(SAID[:33])])
@pytest.mark.parametrize("cuts", [(), (1,), (2,), (5, 6), (3, 11, 14)])
def test_a_stream_comes_in_short_pieces_wherever_it_is_cut(stream: bytes, cuts: tuple[int, ...]) -> None:
    """Never more than is asked for at once, and all of it, from parts at their own places."""
    said = zlib.decompress(stream)
    ends = [0, *cuts, len(stream)]
    parts = [stream[start:end] for start, end in pairwise(ends)]
    data = b"".join(b"??" + part for part in parts) + b"!!!!!!"
    places = [(2 * (number + 1) + ends[number], len(part)) for number, part in enumerate(parts)]
    pieces, problems = unpacked(data, places, len(said))
    assert (b"".join(pieces), problems) == (said, [])
    assert max(map(len, pieces)) == 4


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize(
    ("data", "places", "expected", "problems"),
    [
        (STREAM, [(0, len(STREAM))], 35, [(40, "x", MORE)]),
        (STREAM, [(0, len(STREAM))], 37, [(0, "x", LESS)]),
        (STREAM[:-1], [(0, len(STREAM) - 1)], 36, [(0, "x", LESS)]),
        (STREAM + b"a", [(0, len(STREAM) + 1)], 36, [(44, "x", BEHIND)]),
        (STREAM + b"a", [(0, len(STREAM)), (len(STREAM), 1)], 36, [(47, "x", AFTER)]),
        (STREAM + b"a", [(0, len(STREAM)), (len(STREAM), 0)], 36, []),
        (STREAM[:20] + b"ab" + STREAM[20:-1], [(0, 20), (22, len(STREAM) - 21)], 36, [(22, "x", LESS)]),
        (b"no" + STREAM[2:], [(0, len(STREAM))], 36, [(0, "x", "It cannot be inflated.")]),
        (
            b"\x78\xbb" + STREAM,
            [(0, len(STREAM) + 2)],
            36,
            [(4, "x", "It cannot be inflated.")],
        ),  # asks for a dictionary
        (STREAM[:-1] + b"?", [(0, len(STREAM))], 36, [(44, "x", "It cannot be inflated.")]),
    ],
)
def test_a_stream_ends_where_it_must(data: bytes, places: list[tuple[int, int]], expected: int, problems: Told) -> None:
    """With exactly the bytes that are expected; a problem is told at the slice in which it shows."""
    assert unpacked(data, places, expected)[1] == problems


def test_a_stream_that_goes_on_for_ever_stops_early() -> None:
    """Not one piece more is inflated than is expected."""
    pieces, problems = unpacked(bomb := zlib.compress(bytes(20 << 20)), [(0, len(bomb))], 3 << 20)
    assert (sum(map(len, pieces)), problems) == (3 << 20, [(0, "x", MORE)])


def blocks_of(pieces: Iterator[bytes], row: int) -> list[inflate.Bytes]:
    return list(islice(inflate.row_blocks(pieces, row), 9))


@pytest.mark.parametrize(
    ("row", "rows"), [(1, 1024), (9, 1024), (10, 1000), (11, 909), (156, 64), (154, 64), (153, 65), (157, 64)]
)
def test_rows_come_in_blocks(row: int, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as fit, 64 at least and 1024 at most; the rest in the last block."""
    monkeypatch.setattr(inflate, "_BLOCK", 10_000)
    data = bytes(number % 251 for number in range(row * (2 * rows + 1)))
    middle = row * rows + row // 2

    def pieces() -> Iterator[bytes]:
        yield from (data[:middle], data[middle:])

    blocks = blocks_of(pieces(), row)
    assert [block.shape for block in blocks] == [(rows, row), (rows, row), (1, row)]
    assert np.concatenate(blocks).tobytes() == data
    assert [block.shape for block in blocks_of(iter([data[: row * rows]]), row)] == [(rows, row)]
    one_go = blocks_of(iter([data]), row)
    assert [block.shape for block in one_go] == [(rows, row), (rows, row), (1, row)]


# What a stripped file may keep

BLOCK = "It is not the block that holds an orientation from 2 to 8 and nothing else."


@pytest.mark.parametrize("number", range(10))
def test_an_orientation_is_from_2_to_8(number: int) -> None:
    """Upright is not written."""
    account = Ledger()
    stripped_metadata.check_orientation(orientation(number), 7, "x", account)
    good = 2 <= number <= 8
    assert account.orientation == (number if good else 1)
    assert of_ledger(account) == ([] if good else [(7, "x", BLOCK)])


@pytest.mark.parametrize("length", [0, 1, 18, 19, 20, 24, 25, 27])
def test_an_orientation_has_26_bytes(length: int) -> None:
    """Neither fewer nor more."""
    account = Ledger()
    stripped_metadata.check_orientation((orientation(6) + b"\0")[:length], 7, "x", account)
    assert (account.orientation, of_ledger(account)) == (1, [(7, "x", BLOCK)])


@pytest.mark.parametrize("place", [place for place in range(26) if place != 19])
def test_each_byte_of_an_orientation_is_fixed(place: int) -> None:
    """But the number itself."""
    account, block = Ledger(), bytearray(orientation(6))
    block[place] ^= 1
    stripped_metadata.check_orientation(bytes(block), 7, "x", account)
    assert of_ledger(account) == [(7, "x", BLOCK)]


LONG = b" ".join(b"%d" % number**2 for number in range(2000))  # another length at each level


def profile_of(coded: bytes, monkeypatch: pytest.MonkeyPatch, *known: bytes) -> tuple[str | None, Told]:
    for each in known:
        monkeypatch.setitem(stripped_metadata.KNOWN_PROFILES, hashlib.sha256(each).hexdigest(), "known")
    account = Ledger()
    stripped_metadata.check_deflated_icc_profile(coded, 7, "x", account)
    return account.colour_profile, of_ledger(account)


END = "Its compressed data does not end where it ends, or is longer than it need be."


def test_a_deflated_profile_is_known_by_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """And by nothing of how it is deflated."""
    assert profile_of(zlib.compress(LONG), monkeypatch) == (
        None,
        [(7, "x", "Its colour profile is not one of the well-known ones.")],
    )
    for level in (1, 6, 9):
        assert profile_of(zlib.compress(LONG, level), monkeypatch, LONG) == ("known", [])
    assert profile_of(b"no stream", monkeypatch, LONG) == (None, [(7, "x", "It cannot be inflated.")])
    assert profile_of(zlib.compress(LONG) + b"a", monkeypatch, LONG) == (None, [(7, "x", END)])
    assert profile_of(zlib.compress(LONG)[:-1], monkeypatch, LONG) == (None, [(7, "x", END)])


def test_a_stream_is_at_most_64_bytes_longer_than_at_the_fastest_level(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one empty block more."""
    room = len(zlib.compress(LONG, 1)) + 64
    for length, fits in ((room, True), (room + 1, False)):
        coded = padded_to(length)
        assert zlib.decompress(coded) == LONG
        assert profile_of(coded, monkeypatch, LONG) == (("known", []) if fits else (None, [(7, "x", END)]))


def padded_to(length: int) -> bytes:
    """The profile in a stream of exactly that length: the last bytes are stored, and empty blocks stand before."""
    for stored in range(5):
        coder = zlib.compressobj(1)
        head = coder.compress(LONG[: len(LONG) - stored]) + coder.flush(zlib.Z_FULL_FLUSH)
        check = zlib.adler32(LONG).to_bytes(4, "big")
        left = LONG[len(LONG) - stored :]
        tail = b"\x01" + stored.to_bytes(2, "little") + (stored ^ 0xFFFF).to_bytes(2, "little") + left + check
        room = length - len(head) - len(tail)
        if room >= 0 and room % 5 == 0:
            return head + b"\0\0\0\xff\xff" * (room // 5) + tail
    raise AssertionError(length)


def test_a_profile_has_at_most_4_mib(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is longer is not inflated to its end."""
    monkeypatch.setattr(stripped_metadata, "MAX_PROFILE", len(LONG) - 1)
    assert profile_of(zlib.compress(LONG), monkeypatch, LONG, LONG[:-1]) == (None, [(7, "x", END)])
    monkeypatch.setattr(stripped_metadata, "MAX_PROFILE", len(LONG))
    assert profile_of(zlib.compress(LONG), monkeypatch, LONG) == ("known", [])
