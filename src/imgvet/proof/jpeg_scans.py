"""Reads the scans of a JPEG to their last bit, in the order of the file.

What a scan codes: ITU-T T.81, annex F (sequential) and annex G (progressive). It takes seconds for a large photo, so
it is done on request only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from imgvet.proof.jpeg_entropy import (
    Bits,
    HuffmanTable,
    Misread,
    huffman_table,
)
from imgvet.proof.jpeg_frame import Component, FrameHeader, ScanHeader

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
        """Read one scan, whose restart markers cut it in ``pieces`` of ``restart`` units (0: one piece).

        Raises:
            Misread: the bits are no coded picture, or a piece does not end with its last block.
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
        """DC and AC table of each block in a unit; an empty one where the scan uses none."""
        found = []
        for component, (dc, ac) in zip(scan.components, scan.tables, strict=True):
            pair = self._table(scan, codes.get((0, dc)), ac=False), self._table(scan, codes.get((1, ac)), ac=True)
            found += [pair] * (component.across * component.down if len(scan.components) > 1 else 1)
        return found

    def _table(self, scan: ScanHeader, code: tuple[bytes, bytes] | None, *, ac: bool) -> HuffmanTable:
        used = scan.last > 0 if ac else scan.first == 0 and scan.high == 0
        if not used or code is None:
            return ()
        if ac and scan.high and any(symbol & 15 > 1 for symbol in code[1]):
            raise Misread("It uses a Huffman table that is not for refining.")
        return huffman_table(*code, ac=ac, progressive=self.frame.progressive)
