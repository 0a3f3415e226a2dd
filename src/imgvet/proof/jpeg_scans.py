"""Read the scans of a JPEG and their Huffman-coded bits, in file order, so that no byte is left over.

Decoding: ITU-T T.81, annex F.2 (sequential) and G.1.2 and G.2 (progressive). Coefficients are not kept, only which of
them are not zero, because a refining scan needs to know that. It takes seconds for a large photo, so it is done on
request only.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from imgvet.proof.jpeg_frame import Component, FrameHeader, ScanHeader

_SLACK = 8192  # bytes behind a piece; more than one unit can take, so that the end is checked once a unit
# A step is bits | _SETS | advance << _ADVANCE: the bits of a code and of the number after it, whether that number
# makes a coefficient other than zero, and by how many coefficients the code advances.
_SETS, _ADVANCE = 64, 7
_END_OF_BLOCK = 200  # an advance that no run of coefficients has
_END_OF_BLOCKS = 400  # and more, by the exponent of the number of blocks that end here (T.81, G.1.2.2)
_NO_CODE = 1000

HuffmanTable = Sequence[int]  # the step for each 16 bits that may come next
CoefficientBlock = bytearray | memoryview  # of 64 coefficients: 1 for each that is known not to be zero


class Misread(Exception):
    """The bits are not a coded picture; the argument says why."""


def huffman_table(counts: bytes, symbols: bytes, *, ac: bool, progressive: bool) -> HuffmanTable:
    """The steps of a Huffman table; ``counts`` is how many of its codes have each length from 1 to 16 bits."""
    steps = array("I", [_NO_CODE << _ADVANCE]) * (1 << 16)
    code, here = 0, 0
    for length, count in enumerate(counts, start=1):
        room = 1 << (16 - length)
        for symbol in symbols[here : here + count]:
            step = _ac_step(symbol, length, progressive=progressive) if ac else 1 << _ADVANCE | (length + symbol)
            steps[code * room : (code + 1) * room] = array("I", [step]) * room
            code += 1
        here += count
        code <<= 1
    return steps


def _ac_step(symbol: int, length: int, *, progressive: bool) -> int:
    run, size = divmod(symbol, 16)
    if size:
        return (run + 1) << _ADVANCE | _SETS | (length + size)
    if run == 15:
        return 16 << _ADVANCE | length
    if progressive:
        return (_END_OF_BLOCKS + run) << _ADVANCE | length
    return (_NO_CODE if run else _END_OF_BLOCK) << _ADVANCE | length


class Bits:
    """The bits of one piece of a scan, between two markers, and how far they are read.

    Every method that reads raises Misread if the bits are not a coded picture.
    """

    def __init__(self, piece: bytes) -> None:
        plain = piece.replace(b"\xff\x00", b"\xff")
        self.length = 8 * len(plain)
        self.at = 0
        numbers = np.frombuffer(plain + bytes(_SLACK), np.uint8).astype(np.uint32)
        self.words = array("I", (numbers[:-2] << 16 | numbers[1:-1] << 8 | numbers[2:]).tobytes())

    def check_end(self) -> None:
        """Check that the bits read reach into the last byte, and that the rest of that byte is ones."""
        left = self.length - self.at
        if left < 0:
            raise Misread("It ends before the picture's blocks do.")
        if left >= 8:
            raise Misread(f"{left // 8} bytes follow its last block.")
        if self._number(self.at, left) != (1 << left) - 1:
            raise Misread("The spare bits at its end are not ones.")

    def sequential(self, tables: Sequence[tuple[HuffmanTable, HuffmanTable]], units: int) -> None:
        """Read ``units`` units of whole blocks; ``tables`` has the DC and the AC table of each block of a unit."""
        words, at = self.words, self.at
        for _ in range(units):
            for dc, ac in tables:
                step = dc[words[at >> 3] >> (8 - (at & 7)) & 0xFFFF]
                at += step & 63
                coefficient = step >> 7
                while coefficient < 64:
                    step = ac[words[at >> 3] >> (8 - (at & 7)) & 0xFFFF]
                    at += step & 63
                    coefficient += step >> 7
                if coefficient > 64 and step >> 7 != _END_OF_BLOCK:
                    raise Misread("It holds a code that is in no table, or a block of more than 64 coefficients.")
            self._reach(at)

    def first_dc(self, tables: Sequence[HuffmanTable], units: int) -> None:
        """Read the first scan of the DC coefficients; ``tables`` has the table of each block of a unit."""
        words, at = self.words, self.at
        for _ in range(units):
            for dc in tables:
                step = dc[words[at >> 3] >> (8 - (at & 7)) & 0xFFFF]
                at += step & 63
                if step >> 7 != 1:
                    raise Misread("It holds a code that is in no table.")
            self._reach(at)

    def refine_dc(self, blocks: int) -> None:
        """Skip the one bit that refines the DC coefficient of each block."""
        self._reach(self.at + blocks)

    def first_ac(self, ac: HuffmanTable, band: tuple[int, int], blocks: Iterable[CoefficientBlock]) -> None:
        """Read the first scan of the coefficients ``band`` (first, last) and mark the non-zero ones of each block."""
        words, at, ending = self.words, self.at, 0
        first, last = band
        for block in blocks:
            if ending:
                ending -= 1
                continue
            coefficient = first
            while coefficient <= last:
                step = ac[words[at >> 3] >> (8 - (at & 7)) & 0xFFFF]
                at += step & 63
                advance = step >> 7
                if advance >= _END_OF_BLOCKS:
                    ending, at = self._ending(at, advance)
                    ending -= 1
                    break
                coefficient += advance
                if coefficient > last + 1:
                    raise Misread("It holds a run past the end of its coefficients.")
                if step & _SETS:
                    block[coefficient - 1] = 1
            self._reach(at)
        self._none_left(ending)

    def refine_ac(self, ac: HuffmanTable, band: tuple[int, int], blocks: Iterable[CoefficientBlock]) -> None:
        """Read a refining scan of the coefficients ``band``: a bit for each known one, and new ones between them."""
        words, at, ending = self.words, self.at, 0
        first, last = band
        for block in blocks:
            coefficient = first
            while not ending and coefficient <= last:
                step = ac[words[at >> 3] >> (8 - (at & 7)) & 0xFFFF]
                at += step & 63
                advance = step >> 7
                if advance >= _END_OF_BLOCKS:
                    ending, at = self._ending(at, advance)
                    break
                place = _place(block, coefficient, last, advance - 1)
                at += sum(block[coefficient:place])
                if step & _SETS:
                    if place > last:
                        raise Misread("It holds a run past the end of its coefficients.")
                    block[place] = 1
                coefficient = place + 1
            if ending:
                at += sum(block[coefficient : last + 1])
                ending -= 1
            self._reach(at)
        self._none_left(ending)

    def _reach(self, at: int) -> None:
        if at > self.length:
            raise Misread("It ends before the picture's blocks do.")
        self.at = at

    def _ending(self, at: int, advance: int) -> tuple[int, int]:
        """How many blocks end here, this one included, and where the next code starts."""
        exponent = advance - _END_OF_BLOCKS
        if exponent > 14:
            raise Misread("It holds a code that is in no table.")
        return (1 << exponent) + self._number(at, exponent), at + exponent

    def _none_left(self, ending: int) -> None:
        if ending:
            raise Misread("It has more blocks than the picture.")

    def _number(self, at: int, bits: int) -> int:
        return (self.words[at >> 3] >> (8 - (at & 7)) & 0xFFFF) >> (16 - bits)


def _place(block: CoefficientBlock, start: int, last: int, zeros: int) -> int:
    """The next zero coefficient from ``start`` after so many others that are zero; ``last + 1`` if there is none."""
    for place in range(start, last + 1):
        if not block[place]:
            if not zeros:
                return place
            zeros -= 1
    return last + 1


_BLOCK = 64  # bytes, one for each coefficient of a block
_MAX_BLOCKS = 1 << 22  # of a progressive picture: 256 MiB, for 89 megapixels or more

Codes = Mapping[tuple[int, int], tuple[bytes, bytes]]
"""The counts and symbols of each Huffman table, by class (0 DC, 1 AC) and number."""


@dataclass(slots=True)
class Scans:
    """The scans of one picture so far."""

    frame: FrameHeader
    _known: dict[int, memoryview] = field(default_factory=dict)  # by component: 1 for each coefficient that is not zero

    def read(self, scan: ScanHeader, codes: Codes, pieces: Sequence[bytes], restart: int) -> None:
        """Read one scan, which restart markers cut into ``pieces`` of ``restart`` units (0: one piece).

        Raises:
            Misread: the bits are not a coded picture, or a piece does not end with its last block.
        """
        units, in_unit = self.frame.units(scan.components)
        tables = self._tables(scan, codes)
        done = 0
        for piece in pieces:
            count = min(restart or units, units - done)
            bits = Bits(piece)
            if not self.frame.progressive:
                bits.sequential(tables, count)
            elif scan.first == 0 and scan.high == 0:
                bits.first_dc([dc for dc, _ in tables], count)
            elif scan.first == 0:
                bits.refine_dc(count * in_unit)
            else:
                self._read_band(bits, scan, tables[0][1], range(done * _BLOCK, (done + count) * _BLOCK, _BLOCK))
            bits.check_end()
            done += count

    def _read_band(self, bits: Bits, scan: ScanHeader, ac: HuffmanTable, places: range) -> None:
        known = self._blocks(scan.components[0])
        read = bits.refine_ac if scan.high else bits.first_ac
        read(ac, (scan.first, scan.last), (known[place : place + _BLOCK] for place in places))

    def _blocks(self, component: Component) -> memoryview:
        if component.number not in self._known:
            size = self.frame.units((component,))[0] * _BLOCK
            if size + sum(map(len, self._known.values())) > _MAX_BLOCKS * _BLOCK:
                raise Misread("It has more blocks than can be read to the last bit.")
            self._known[component.number] = memoryview(bytearray(size))
        return self._known[component.number]

    def _tables(self, scan: ScanHeader, codes: Codes) -> list[tuple[HuffmanTable, HuffmanTable]]:
        """DC and AC table of each block in a unit; empty if the scan uses none."""
        found = []
        for component, (dc, ac) in zip(scan.components, scan.tables, strict=True):
            pair = self._table(scan, codes, (0, dc)), self._table(scan, codes, (1, ac))
            found += [pair] * (component.across * component.down if len(scan.components) > 1 else 1)
        return found

    def _table(self, scan: ScanHeader, codes: Codes, key: tuple[int, int]) -> HuffmanTable:
        is_ac = key[0] == 1
        used = scan.last > 0 if is_ac else scan.first == 0 and scan.high == 0
        if not used:
            return ()
        counts, symbols = codes[key]
        if scan.high and any(symbol & 15 > 1 for symbol in symbols):
            raise Misread("It uses a Huffman table that is not for refining.")
        return huffman_table(counts, symbols, ac=is_ac, progressive=self.frame.progressive)
