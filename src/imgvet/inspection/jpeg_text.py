"""What can be hidden in the coding of a JPEG: unused tables, bytes after a segment's end, words in the picture.

Layouts: ITU-T T.81, annex B.2.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from imgvet.inspection.findings import FileFinding, is_text, unknown

_DHT, _DAC, _DQT, _DNL, _DRI, _SOS = 0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xDA
_SIZES = {_DNL: 2, _DRI: 2}  # bytes of segments that hold one number
_UNUSUAL = (0xC8, 0xDE, 0xDF, _DAC)  # reserved, hierarchical and arithmetic coding, which no camera writes

# A run of legible bytes this long comes by chance once in thousands of millions of bytes of picture data; so do
# shorter ones right before a restart mark, and before the end.
_LONG_RUN = 24
_SHORT = b"\1" * 12
_LEGIBLE = bytes(32 <= byte < 127 for byte in range(256))
_RESTARTS = frozenset(bytes([mark]) for mark in range(0xD0, 0xD8))
_BLOCK = 4 << 20
_MAX_RUN = 4096
_LAST_RUN = re.compile(rb"[\x20-\x7e]{10,}\Z")
_TAIL, _PADDING = 4096, b"\0\xff"
_AN_END = 1 << 20  # bytes
_MAX_SEARCHED = 64 << 20


@dataclass(slots=True)
class Tables:
    """The quantisation and Huffman tables of one JPEG, and which of them are used."""

    quantisation: dict[int, tuple[int, bytes]] = field(default_factory=dict)  # number: place and bytes, not yet used
    huffman: dict[int, tuple[int, bytes]] = field(default_factory=dict)  # class and number: the same
    used: set[bytes] = field(default_factory=set)  # the contents of those that are
    components: dict[int, int] = field(default_factory=dict)  # component: its quantisation table
    odd: list[tuple[str, int, bytes]] = field(default_factory=list)  # name, place and bytes of what nothing uses

    def take(self, marker: int, data: bytes, start: int) -> Iterator[FileFinding]:
        """Read one segment of coding; bytes after its end are yielded at once."""
        end = self._end(marker, data, start)
        if data[end:]:
            name = f"behind segment 0xFF{marker:02X}" if end else f"segment 0xFF{marker:02X}"
            yield unknown(name, data[end:], "JPEG coding", start + end)

    def unused(self) -> Iterator[FileFinding]:
        """Tables that no component of the picture uses."""
        left = [("quantisation table", *each) for each in self.quantisation.values()]
        left += [("Huffman table", *each) for each in self.huffman.values()]
        for name, start, data in [*self.odd, *left]:
            if data[1:] not in self.used:  # some cameras write the same table twice
                yield unknown(f"unused {name}", data, "JPEG coding", start)

    def _end(self, marker: int, data: bytes, start: int) -> int:
        if marker in _UNUSUAL:
            return 0
        if marker == _DQT:
            return self._quantisation(data, start)
        if marker == _DHT:
            return self._huffman(data, start)
        if marker == _SOS:
            return self._scan(data)
        return _SIZES[marker] if marker in _SIZES else self._frame(data)

    def _quantisation(self, data: bytes, start: int) -> int:
        at = 0
        while at < len(data):
            size = 129 if data[at] >> 4 else 65
            if at + size > len(data) or data[at] >> 4 > 1 or data[at] & 15 > 3:
                return at
            number = data[at] & 15
            if number in self.quantisation:
                self.odd.append(("quantisation table", *self.quantisation[number]))
            self.quantisation[number] = (start + at, data[at : at + size])
            at += size
        return at

    def _huffman(self, data: bytes, start: int) -> int:
        at = 0
        while at + 17 <= len(data):
            size = 17 + sum(data[at + 1 : at + 17])
            if at + size > len(data) or data[at] >> 4 > 1 or data[at] & 15 > 3:
                return at
            if data[at] in self.huffman:
                self.odd.append(("Huffman table", *self.huffman[data[at]]))
            self.huffman[data[at]] = (start + at, data[at : at + size])
            at += size
        return at

    def _frame(self, data: bytes) -> int:
        count = data[5] if len(data) > 5 else 0
        for at in range(6, min(6 + 3 * count, len(data) - 2), 3):
            self.components[data[at]] = data[at + 2]
        return 6 + 3 * count

    def _scan(self, data: bytes) -> int:
        count = data[0] if data else 0
        for at in range(1, min(1 + 2 * count, len(data) - 1), 2):
            named = [self.quantisation.pop(self.components.get(data[at], -1), None)]
            named += [self.huffman.pop(number, None) for number in (data[at + 1] >> 4, 0x10 | data[at + 1] & 15)]
            self.used |= {table[1][1:] for table in named if table}
        return 4 + 2 * count


def text_in_picture(data: bytes, start: int, end: int, where: str, *, whole: bool = True) -> Iterator[FileFinding]:
    """Words within coded picture data, or right before its end; unless ``whole``, near its two ends alone."""
    middle = max(start, end - _AN_END)
    parts = (
        [(start, min(end, start + _MAX_SEARCHED))] if whole else [(start, min(middle, start + _AN_END)), (middle, end)]
    )
    for first, last in chain.from_iterable(_runs(data, *part) for part in parts):
        before_mark = data[last : last + 1] == b"\xff" and data[last + 1 : last + 2] in _RESTARTS
        if (last - first >= _LONG_RUN or before_mark) and is_text(data[first:last]):
            yield unknown("words in the picture data", data[first:last], where, first)
            return
    while end > start and not data[max(start, end - _TAIL) : end].strip(_PADDING):
        end = max(start, end - _TAIL)
    tail = max(start, end - _TAIL)
    run = _LAST_RUN.search(data[tail:end].rstrip(_PADDING))
    if run and is_text(run[0]):
        yield unknown("words before the end of the picture data", run[0], where, tail + run.start())


def _runs(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """First and last byte of each run of legible bytes that is long enough to be looked at."""
    for block in range(start, end, _BLOCK):
        # NOTE: this takes a fortieth of the time of a regular expression; photos are large.
        marks = data[block : min(block + _BLOCK + _MAX_RUN, end)].translate(_LEGIBLE)
        at = marks.find(_SHORT)
        while 0 <= at < _BLOCK:
            behind = marks.find(b"\0", at)
            behind = len(marks) if behind < 0 else behind
            yield block + at, block + behind
            at = marks.find(_SHORT, behind)
