"""Each guard of the reader of a JPEG's coded bits, on scans that are coded here as T.81 writes it down."""

import random
from collections.abc import Callable
from functools import partial

import pytest

from imgvet.proof import jpeg_scans
from imgvet.proof.jpeg_frame import Component, FrameHeader, ScanHeader
from imgvet.proof.jpeg_scans import Bits, Misread, Scans, huffman_table
from support.chance import seeded

# Every symbol has a code: 128 of 8 bits, then 128 of 9.
COUNTS, SYMBOLS = bytes(7) + b"\x80\x80" + bytes(7), bytes(range(256))
DC_COUNTS, DC_SYMBOLS = bytes(3) + b"\x0c" + bytes(12), bytes(range(12))  # of 4 bits
Code = Callable[[int], str]


def ac_code(symbol: int) -> str:
    return f"{symbol:08b}" if symbol < 128 else f"{128 * 2 + symbol - 128:09b}"


def dc_code(symbol: int) -> str:
    return f"{symbol:04b}"


AC = huffman_table(COUNTS, SYMBOLS, ac=True, progressive=True)
SEQUENTIAL_AC = huffman_table(COUNTS, SYMBOLS, ac=True, progressive=False)
DC = huffman_table(DC_COUNTS, DC_SYMBOLS, ac=False, progressive=False)


def piece(bits: str) -> bytes:
    """The bits, ones to the end of the last byte, and a zero byte behind every 0xFF."""
    whole = bits + "1" * (-len(bits) % 8)
    plain = bytes(int(whole[at : at + 8], 2) for at in range(0, len(whole), 8))
    return plain.replace(b"\xff", b"\xff\0")


# Tables


@pytest.mark.parametrize("length", [1, 9, 16])
def test_what_a_symbol_stands_for(length: int) -> None:
    """The bits of its code and number, whether it sets a coefficient, and how far it goes."""
    counts, room = bytes(length - 1) + b"\1" + bytes(16 - length), 1 << (16 - length)
    for symbol in range(256):
        run, size = divmod(symbol, 16)
        number = (run + 1) * 128 + 64 + length + size if size else 0
        ends = number or (16 * 128 if run == 15 else (1000 if run else 200) * 128) + length
        blocks_end = number or (16 if run == 15 else 400 + run) * 128 + length
        for table, step in (
            (huffman_table(counts, bytes([symbol]), ac=True, progressive=False), ends),
            (huffman_table(counts, bytes([symbol]), ac=True, progressive=True), blocks_end),
        ):
            assert (len(table), table[0], table[room - 1]) == (1 << 16, step, step)
            assert {table[room], table[-1]} == {1000 * 128}
    for symbol in range(12):
        table = huffman_table(counts, bytes([symbol]), ac=False, progressive=False)
        assert (table[0], table[room - 1], table[room]) == (128 + length + symbol, 128 + length + symbol, 1000 * 128)


def test_codes_are_given_in_order() -> None:
    """T.81, C.2: each length goes on where the one before ended."""
    table = huffman_table(b"\0\2\1\2" + bytes(12), b"\1\2\3\4\5", ac=False, progressive=False)
    found = [
        (table[int(bits.ljust(16, "0"), 2)] & 63, table[int(bits.ljust(16, "1"), 2)] & 63)
        for bits in ("00", "01", "100", "1010", "1011")
    ]
    assert found == [(3, 3), (4, 4), (6, 6), (8, 8), (9, 9)]
    assert table[0b1100 << 12] >> 7 == 1000


# The ends of pieces


def test_bits_are_read_from_the_highest() -> None:
    """Without the zero bytes that stand behind 0xFF, and with zeros behind the end."""
    bits = Bits(b"\xff\0\x12\x34")
    assert (bits.length, bits.at) == (24, 0)
    assert list(bits.words[:4]) == [0xFF1234, 0x123400, 0x340000, 0]
    assert [bits._number(at, 5) for at in (0, 7, 8, 13)] == [31, 0b10001, 0b00010, 0b01000]
    assert [bits._number(7, count) for count in (0, 1, 14, 16)] == [0, 1, 0b10001001000110, 0b1000100100011010]


BEFORE = "It ends before the picture's blocks do."
SPARE = "The spare bits at its end are not ones."


@pytest.mark.parametrize(
    ("data", "at", "reason"),
    [
        (b"\x0f", 4, ""),
        (b"\x0f", 5, ""),
        (b"\x0f", 8, ""),
        (b"\x0f", 3, SPARE),
        (b"\x0e", 4, SPARE),
        (b"\x0e", 7, SPARE),
        (b"\x0f", 7, ""),
        (b"\x7f", 1, ""),
        (b"\x3f", 1, SPARE),
        (b"\x0f", 9, BEFORE),
        (b"\x0f", 0, "1 bytes follow its last block."),
        (b"\x0f\x0f", 0, "2 bytes follow its last block."),
        (b"\x0f\x0f", 1, "1 bytes follow its last block."),
        (b"\x0f\x0f", 8, "1 bytes follow its last block."),
        (b"\x0f\x7f", 9, ""),
        (b"", 0, ""),
    ],
)
def test_a_piece_ends_within_its_last_byte(data: bytes, at: int, reason: str) -> None:
    """Whose other bits are ones."""
    bits = Bits(data)
    bits.at = at
    if not reason:
        bits.check_end()
        return
    with pytest.raises(Misread) as misread:
        bits.check_end()
    assert str(misread.value) == reason


# Scans, coded at random


def sequential_block(chance: random.Random) -> str:
    """A block of random coefficients: the difference of the first, runs, numbers, and its end."""
    size = chance.choice([0, 1, 11])
    bits, coefficient = dc_code(size) + random_bits(size, chance), 1
    while coefficient < 64:
        if chance.random() < 0.15:
            return bits + ac_code(0)
        run, size = chance.randrange(16), chance.choice([0, 1, 2, 10])
        run = 15 if size == 0 else run
        if coefficient + run > 63:
            run, size = 63 - coefficient, 3
            if run > 15:
                continue
        bits += ac_code(run << 4 | size) + random_bits(size, chance)
        coefficient += run + 1
    return bits


def random_bits(count: int, chance: random.Random) -> str:
    return "".join(chance.choice("01") for _ in range(count))


def first_scan(blocks: list[set[int]], band: tuple[int, int], chance: random.Random) -> str:
    """The first scan of a band (T.81, G.1.2.2): ends of blocks are counted, and told before the next coefficient."""
    bits, ended = "", 0
    for block in blocks:
        zeros = 0
        for coefficient in range(band[0], band[1] + 1):
            if coefficient not in block:
                zeros += 1
                continue
            bits, ended = bits + ends_of(ended, chance), 0
            while zeros > 15:
                bits, zeros = bits + ac_code(0xF0), zeros - 16
            size = chance.choice([1, 2, 10])
            bits, zeros = bits + ac_code(zeros << 4 | size) + random_bits(size, chance), 0
        if zeros:
            ended += 1
    return bits + ends_of(ended, chance)


def ends_of(count: int, chance: random.Random) -> str:
    """The codes for so many blocks that end, of which each is at most so large as it must be."""
    bits = ""
    while count:
        exponent = chance.randrange(count.bit_length())
        most = min(count, (2 << exponent) - 1)
        told = chance.randint(1 << exponent, most)
        bits += ac_code(exponent << 4) + (f"{told - (1 << exponent):0{exponent}b}" if exponent else "")
        count -= told
    return bits


def refining_scan(known: list[set[int]], new: list[set[int]], band: tuple[int, int], chance: random.Random) -> str:
    """A refining scan (T.81, G.1.2.3): a bit for each known coefficient that is passed, behind the code that passes it.

    Each block that ends tells so by itself, or for a random number of blocks that follow and hold nothing new.
    """
    bits, number = "", 0
    while number < len(known):
        block, zeros, start = known[number], 0, band[0]
        for coefficient in range(band[0], band[1] + 1):
            if coefficient in block:
                continue
            if coefficient in new[number]:
                passed = len(block & set(range(start, coefficient)))
                bits += ac_code(zeros << 4 | 1) + random_bits(1 + passed, chance)
                zeros, start = 0, coefficient + 1
                continue
            zeros += 1
            if zeros == 16:
                if not any(later > coefficient for later in new[number]):
                    break
                passed = len(block & set(range(start, coefficient)))
                bits += ac_code(0xF0) + random_bits(passed, chance)
                zeros, start = 0, coefficient + 1
        number += 1
        if start > band[1]:
            continue
        more = 0
        while number + more < len(known) and not new[number + more] and chance.random() < 0.8:
            more += 1
        count = more + 1
        exponent = count.bit_length() - 1
        bits += ac_code(exponent << 4) + (f"{count - (1 << exponent):0{exponent}b}" if exponent else "")
        bits += random_bits(len(block & set(range(start, band[1] + 1))), chance)
        for later in known[number : number + more]:
            bits += random_bits(len(later & set(range(band[0], band[1] + 1))), chance)
        number += more
    return bits


def blocks_at_random(count: int, band: tuple[int, int], chance: random.Random) -> list[set[int]]:
    found = []
    for _ in range(count):
        share = chance.choice([0, 0, 0.03, 0.2, 1])
        found.append({each for each in range(band[0], band[1] + 1) if chance.random() < share})
    return found


BANDS = [(1, 63), (1, 5), (6, 63), (5, 5), (63, 63), (1, 20)]


def marked(blocks: list[set[int]]) -> list[bytearray]:
    return [bytearray(int(each in block) for each in range(64)) for block in blocks]


@pytest.mark.parametrize("seed", range(8))
def test_sequential_blocks_are_read_to_their_last_bit(seed: int) -> None:
    """Not one bit more, and one fewer is found."""
    chance = seeded(seed)
    coded = "".join(sequential_block(chance) for _ in range(9 * 2))
    bits = Bits(piece(coded))
    bits.sequential([(DC, SEQUENTIAL_AC)] * 2, 9)
    assert bits.at == len(coded)
    bits.check_end()
    with pytest.raises(Misread):
        Bits(piece(coded)[:-1].removesuffix(b"\xff")).sequential([(DC, SEQUENTIAL_AC)] * 2, 9)


@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize("seed", range(6))
def test_progressive_scans_are_read_to_their_last_bit(band: tuple[int, int], seed: int) -> None:
    """And which coefficients are not zero is known behind each."""
    chance = seeded(seed)
    first, second = blocks_at_random(40, band, chance), blocks_at_random(40, band, chance)
    second = [new - known for new, known in zip(second, first, strict=True)]
    outside = [{each for each in range(64) if chance.random() < 0.5} - set(range(band[0], band[1] + 1)) for _ in first]
    blocks = marked(outside)
    coded = first_scan(first, band, chance)
    bits = Bits(piece(coded))
    bits.first_ac(AC, band, blocks)
    assert bits.at == len(coded)
    assert blocks == marked([known | more for known, more in zip(first, outside, strict=True)])
    coded = refining_scan(first, second, band, chance)
    bits = Bits(piece(coded))
    bits.refine_ac(AC, band, blocks)
    assert bits.at == len(coded)
    assert blocks == marked([set().union(*all_three) for all_three in zip(first, second, outside, strict=True)])


def test_first_coefficients_are_read_to_their_last_bit() -> None:
    """Their first scan and the bit that refines each."""
    bits = Bits(piece(dc_code(0) + dc_code(3) + "101" + dc_code(11) + "1" * 11 + dc_code(0)))
    bits.first_dc([DC, DC], 2)
    assert bits.at == 4 + 7 + 15 + 4
    for blocks, fits in ((8, True), (9, False)):
        bits = Bits(b"\x55")
        if fits:
            bits.refine_dc(blocks)
            assert bits.at == blocks
            continue
        with pytest.raises(Misread, match="ends before"):
            bits.refine_dc(blocks)
    with pytest.raises(Misread, match="ends before"):
        Bits(b"\0").first_dc([DC], 3)


NO_CODE, PAST = "It holds a code that is in no table.", "It holds a run past the end of its coefficients."
SEQUENTIAL = "It holds a code that is in no table, or a block of more than 64 coefficients."
MORE = "It has more blocks than the picture."


def reason_of(read: Callable[[], object]) -> str:
    try:
        read()
    except Misread as misread:
        return str(misread)
    return ""


@pytest.mark.parametrize(
    ("coded", "reason"),
    [
        (dc_code(0) + ac_code(0), ""),
        (dc_code(0) + ac_code(0xF0) * 3 + ac_code(0xE1) + "0", ""),
        (dc_code(0) + ac_code(0xF0) * 3 + ac_code(0xF1) + "0", SEQUENTIAL),
        (dc_code(0) + ac_code(0xF0) * 4, SEQUENTIAL),
        (dc_code(0) + ac_code(0xF0) * 3 + ac_code(0xD1) + "0" + ac_code(0), ""),
        (dc_code(0) + ac_code(0x10), SEQUENTIAL),
        (dc_code(0) + ac_code(0xE0), SEQUENTIAL),
        (dc_code(12) + ac_code(0), SEQUENTIAL),
    ],
)
def test_a_sequential_block_has_64_coefficients(coded: str, reason: str) -> None:
    """Or says that it ends."""
    assert reason_of(lambda: Bits(piece(coded)).sequential([(DC, SEQUENTIAL_AC)], 1)) == reason


@pytest.mark.parametrize("refining", [False, True])
@pytest.mark.parametrize(
    ("coded", "count", "reason"),
    [
        (ac_code(0), 1, ""),
        (ac_code(0x31) + "0", 1, ""),
        (ac_code(0x41) + "0", 1, PAST),
        (ac_code(0x21) + "0" + ac_code(0x01) + "0", 1, ""),
        (ac_code(0x21) + "0" + ac_code(0x11) + "0", 1, PAST),
        (ac_code(0) * 2, 2, ""),
        (ac_code(0x10) + "0", 2, ""),
        (ac_code(0x10) + "1", 3, ""),
        (ac_code(0x10) + "0", 1, MORE),
        (ac_code(0x10) + "1", 2, MORE),
        (ac_code(0x30) + "111", 15, ""),
        (ac_code(0x30) + "111", 14, MORE),
        (ac_code(0xE0) + "0" * 14, 1 << 14, ""),
        (ac_code(0x31) + "0" + ac_code(0x31) + "0", 2, ""),
        (ac_code(0x31) + "0", 2, BEFORE),
        ("0", 1, ""),
    ],
)
def test_a_band_ends_where_it_must(coded: str, count: int, reason: str, refining: bool) -> None:
    """Coefficients 5 to 8 here; and the ends of blocks are those of the picture."""
    bits = Bits(piece(coded + "0" * 7)[: -(-len(coded) // 8)] if reason == BEFORE else piece(coded))
    read = bits.refine_ac if refining else bits.first_ac
    reason = PAST if coded == "0" else reason
    assert reason_of(lambda: read(AC, (5, 8), [bytearray(64) for _ in range(count)])) == reason


def test_sixteen_zeros_that_reach_past_a_band() -> None:
    """A first scan may not tell them; a refining one may, where they are the last."""
    coded = piece(ac_code(0xF0))
    assert reason_of(lambda: Bits(coded).first_ac(AC, (5, 8), [bytearray(64)])) == PAST
    assert reason_of(lambda: Bits(coded).first_ac(AC, (5, 19), [bytearray(64)])) == PAST
    assert reason_of(lambda: Bits(coded).first_ac(AC, (5, 20), [bytearray(64)])) == ""


@pytest.mark.parametrize("read", ["first_ac", "refine_ac"])
def test_a_code_of_no_table_is_found(read: str) -> None:
    """Of a band."""
    ac = huffman_table(b"\1" + bytes(15), b"\x01", ac=True, progressive=True)
    assert reason_of(lambda: getattr(Bits(b"\x80" * 9), read)(ac, (1, 3), [bytearray(64)])) == NO_CODE
    assert reason_of(lambda: Bits(b"\xf0").first_dc([DC], 1)) == NO_CODE


def test_the_next_place_is_behind_as_many_zeros() -> None:
    """Known coefficients between them do not count."""
    block = bytearray(64)
    block[5] = block[6] = block[9] = 1
    found = [jpeg_scans._place(block, 5, 10, zeros) for zeros in range(4)]
    assert found == [7, 8, 10, 11]
    assert [jpeg_scans._place(block, 4, 5, 0), jpeg_scans._place(block, 5, 5, 0)] == [4, 6]
    assert [jpeg_scans._place(block, 60, 63, zeros) for zeros in (3, 4, 9)] == [63, 64, 64]


# Whole scans

GREY = Component(1, 1, 1, 0)
LARGE, SMALL = Component(1, 2, 2, 0), Component(2, 1, 1, 0)
CODES = {
    (0, 0): (DC_COUNTS, DC_SYMBOLS),
    (1, 0): (COUNTS, SYMBOLS),
    (0, 1): (b"\1" + bytes(15), b"\0"),
    (1, 1): (b"\1" + bytes(15), b"\0"),
}


def picture(*parts: Component, progressive: bool = False, width: int = 16, height: int = 16) -> FrameHeader:
    return FrameHeader(progressive=progressive, width=width, height=height, components=parts)


def scan(
    *parts: Component, tables: tuple[tuple[int, int], ...] = (), band: tuple[int, int] = (0, 63), high: int = 0
) -> ScanHeader:
    return ScanHeader(parts, tables or ((0, 0),) * len(parts), *band, high, 0)


LONG, SHORT = dc_code(0) + ac_code(0), "00"  # a block by the tables 0, and one by the tables 1


def test_blocks_stand_in_units() -> None:
    """Of several components as many as their sampling says, each by its own tables; of one alone all its blocks."""
    both = scan(LARGE, SMALL, tables=((0, 0), (1, 1)))
    Scans(picture(LARGE, SMALL)).read(both, CODES, [piece(LONG * 4 + SHORT)], 0)
    Scans(picture(LARGE, SMALL)).read(scan(LARGE), CODES, [piece(LONG * 4)], 0)
    Scans(picture(LARGE, SMALL)).read(scan(SMALL, tables=((1, 1),)), CODES, [piece(SHORT)], 0)
    mixed = scan(SMALL, tables=((0, 1),))
    Scans(picture(LARGE, SMALL)).read(mixed, CODES, [piece(dc_code(0) + "0")], 0)
    Scans(picture(LARGE, SMALL, width=32)).read(both, CODES, [piece((LONG * 4 + SHORT) * 2)], 0)
    wrong = scan(LARGE, SMALL, tables=((1, 1), (0, 0)))
    assert reason_of(lambda: Scans(picture(LARGE, SMALL)).read(wrong, CODES, [piece(LONG * 4 + SHORT)], 0))


def test_each_piece_holds_its_units_and_the_last_the_rest() -> None:
    """And each ends where they end."""
    frame = picture(GREY, width=24, height=8)
    one = piece(LONG)
    Scans(frame).read(scan(GREY), CODES, [one, one, one], 1)
    Scans(frame).read(scan(GREY), CODES, [piece(LONG * 2), one], 2)
    Scans(frame).read(scan(GREY), CODES, [piece(LONG * 3)], 0)
    behind = "1 bytes follow its last block."
    for pieces in ([one + b"\x55", one, one], [one, one + b"\x55", one], [one, one, one + b"\x55"]):
        assert reason_of(partial(Scans(frame).read, scan(GREY), CODES, pieces, 1)) == behind
    assert reason_of(lambda: Scans(frame).read(scan(GREY), CODES, [piece(LONG * 2), piece(LONG * 2)], 2))


def test_progressive_scans_of_one_picture() -> None:
    """The first coefficients, their last bit, a band, and its refining; in pieces, of which each knows its blocks."""
    frame = picture(LARGE, SMALL, progressive=True)
    scans = Scans(frame)
    scans.read(scan(LARGE, SMALL, band=(0, 0)), CODES, [piece(dc_code(0) * 5)], 0)
    scans.read(scan(LARGE, SMALL, band=(0, 0), high=1), CODES, [piece("10101")], 0)
    scans.read(scan(LARGE, band=(0, 0), high=1), CODES, [piece("1010")], 0)
    wide = Scans(picture(LARGE, SMALL, progressive=True, width=32))
    wide.read(scan(LARGE, SMALL, band=(0, 0), high=1), CODES, [piece("1010101010")], 0)
    refining = CODES | {(1, 0): (bytes(1) + b"\3" + bytes(14), b"\0\1\x10")}
    # The third block of four has a coefficient, so refining it takes a bit.
    told = [piece(ac_code(0) * 2), piece(ac_code(0x11) + "0" + ac_code(0))]
    scans.read(ScanHeader((LARGE,), ((0, 0),), 1, 2, 0, 1), CODES, told, 2)
    refined = ScanHeader((LARGE,), ((0, 0),), 1, 2, 1, 0)
    scans.read(refined, refining, [piece("00" * 2), piece("00" + "1" + "00")], 2)
    scans.read(ScanHeader((SMALL,), ((0, 0),), 1, 2, 0, 1), CODES, [piece(ac_code(0))], 0)
    scans.read(ScanHeader((SMALL,), ((0, 0),), 1, 2, 1, 0), refining, [piece("00")], 0)


def test_a_band_of_one_coefficient() -> None:
    """And a first scan may not tell zeros past its band, which a refining one may."""
    frame = picture(GREY, progressive=True, width=8, height=8)
    one = ScanHeader((GREY,), ((0, 0),), 1, 1, 0, 0)
    Scans(frame).read(one, CODES, [piece(ac_code(0x01) + "1")], 0)
    assert reason_of(lambda: Scans(frame).read(one, CODES, [piece(ac_code(0xF0))], 0)) == PAST


def test_a_table_for_refining_has_numbers_of_one_bit() -> None:
    """And none of two, used or not."""
    for symbol, reason in (
        (0xF1, ""),
        (0xF0, ""),
        (0x02, "It uses a Huffman table that is not for refining."),
        (0x08, "It uses a Huffman table that is not for refining."),
    ):
        codes = {(1, 0): (b"\1\1" + bytes(14), bytes([0, symbol]))}
        header = ScanHeader((GREY,), ((0, 0),), 1, 63, 1, 0)
        frame = picture(GREY, progressive=True, width=8, height=8)
        assert reason_of(partial(Scans(frame).read, header, codes, [piece("0")], 0)) == reason
        first = ScanHeader((GREY,), ((0, 0),), 1, 63, 0, 1)
        assert reason_of(partial(Scans(frame).read, first, codes, [piece("0")], 0)) == ""


def test_a_progressive_picture_has_a_largest_number_of_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all components together."""
    assert jpeg_scans._MAX_BLOCKS == 1 << 22
    parts = Component(1, 2, 1, 0), Component(2, 1, 1, 0)
    frame = picture(*parts, progressive=True, width=16, height=8)
    for most, reason in ((3, ""), (2, "It has more blocks than can be read to the last bit.")):
        monkeypatch.setattr(jpeg_scans, "_MAX_BLOCKS", most)
        scans = Scans(frame)
        scans.read(ScanHeader(parts[:1], ((0, 0),), 1, 63, 0, 0), CODES, [piece(ac_code(0) * 2)], 0)
        second = ScanHeader(parts[1:], ((0, 0),), 1, 63, 0, 0)
        assert reason_of(partial(scans.read, second, CODES, [piece(ac_code(0))], 0)) == reason
