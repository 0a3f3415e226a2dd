"""Read the units (OBUs) of an AV1 still picture: a sequence header, read to its last bit, and coded tiles.

Layout: AV1 Bitstream & Decoding Process Specification, sections 5.3 (OBU header), 5.5 (sequence header) and 4.10.5
(leb128). Only what a still picture needs is on the list: temporal delimiter, sequence header, frame, or frame header
and tile groups. Metadata, tile lists, padding, redundant headers, reserved kinds, and film grain are not. The tiles
themselves are not decoded.
"""

from dataclasses import dataclass

from imgvet.proof.ledger import Ledger, check_no_text

_SEQUENCE, _DELIMITER, _FRAME_HEADER, _TILES, _FRAME = 1, 2, 3, 4, 6
_NAMES = {
    _SEQUENCE: "AV1 sequence header",
    _DELIMITER: "AV1 temporal delimiter",
    _FRAME_HEADER: "AV1 frame header",
    _TILES: "AV1 tile group",
    5: "AV1 metadata",
    _FRAME: "AV1 frame",
    7: "AV1 redundant frame header",
    8: "AV1 tile list",
    15: "AV1 padding",
}
_HAS_SIZE = 2  # in the first byte of a unit, which has only its kind beside this
_BYTES_PER_PIXEL = 8  # twice what three samples of 12 bits take without being compressed
_SPARE = 4096  # bytes, for headers and padding to whole blocks
_SRGB_IDENTITY = (1, 13, 0)  # then range and subsampling are not told


@dataclass(frozen=True, slots=True)
class Av1Sequence:
    """What the sequence header says."""

    width: int  # pixels
    height: int
    depth: int  # bits a sample
    configuration: bytes  # as av1C must repeat it (AV1-ISOBMFF, section 2.3.3)
    samples: int  # 1 or 3 a pixel
    colour: tuple[int, int, int]  # primaries, transfer, matrix, by the numbers of ITU-T H.273
    full_range: int


class _Bits:
    """Bits of the sequence header, highest first; zeros follow the end."""

    def __init__(self, untrusted: bytes) -> None:
        self._value, self._left = int.from_bytes(untrusted, "big"), 8 * len(untrusted)

    def take(self, bits: int) -> int:
        """The next bits as a number."""
        self._left -= bits
        return (self._value >> self._left if self._left >= 0 else 0) & (1 << bits) - 1

    def ends(self) -> bool:
        """Whether nothing follows but a one and zeros to the end of the byte (section 5.3.4)."""
        return 0 < self._left <= 8 and self._value & (1 << self._left) - 1 == 1 << (self._left - 1)


def read_item(untrusted: bytes, start: int, end: int, ledger: Ledger) -> Av1Sequence:
    """Account for the units between ``start`` and ``end``, and return their sequence header.

    Raises:
        Unwalkable: they are not those of one still picture.
    """
    kinds: list[int] = []
    sequence = None
    offset = start
    while offset < end:
        kind, content, following = _unit(untrusted, offset, end, ledger)
        name = _NAMES.get(kind, f"AV1 unit {kind}")
        ledger.claim(name, offset, following - offset)
        if kind not in _following(kinds):
            ledger.stop(offset, name, "It is not on the allow-list of AV1 units here.")
        if kind == _SEQUENCE:
            sequence = _read_sequence(untrusted[content:following], offset, ledger)
        elif kind == _DELIMITER and content != following:
            ledger.wrong(offset, name, "It is not empty.")
        elif kind != _DELIMITER and content == following:
            ledger.wrong(offset, name, "It is empty.")
        kinds.append(kind)
        offset = following
    if sequence is None or _TILES not in _following(kinds) or kinds[-1] == _FRAME_HEADER:
        ledger.stop(end, "AV1 frame", "There is no picture in the item.")
    if end - start > _SPARE + sequence.width * sequence.height * _BYTES_PER_PIXEL:
        ledger.wrong(start, "AV1 frame", "It is longer than a picture of its size needs.")
    check_no_text(untrusted, start, end, "AV1 frame", ledger)
    return sequence


def _following(kinds: list[int]) -> tuple[int, ...]:
    """The kinds of unit that are allowed next."""
    if not kinds:
        return (_DELIMITER, _SEQUENCE)
    if kinds[-1] == _DELIMITER:
        return (_SEQUENCE,)
    return (_FRAME, _FRAME_HEADER) if kinds[-1] == _SEQUENCE else (_TILES,)


def _unit(untrusted: bytes, offset: int, end: int, ledger: Ledger) -> tuple[int, int, int]:
    """Kind of the unit at ``offset``, where its content starts, and where the next unit starts."""
    head = untrusted[offset]
    kind = head >> 3 & 15
    name = _NAMES.get(kind, f"AV1 unit {kind}")
    if head != kind << 3 | _HAS_SIZE:
        ledger.stop(offset, name, "Its first byte has an extension, a reserved bit, or no size.")
    size, content = _leb128(untrusted, offset + 1, end)
    if content - offset > 2 and not untrusted[content - 1]:
        ledger.stop(offset, name, "Its size is written longer than it need be.")
    if size < 0 or content + size > end:
        ledger.stop(offset, name, "It is cut off, or its length is wrong.")
    return kind, content, content + size


def _leb128(untrusted: bytes, start: int, end: int) -> tuple[int, int]:
    """The number at ``start`` and its end; the number is -1 if it is not valid. Five bytes hold any file size."""
    number = 0
    for place in range(start, min(start + 5, end)):
        number |= (untrusted[place] & 127) << 7 * (place - start)
        if untrusted[place] < 128:
            return number, place + 1
    return -1, start


def _read_sequence(untrusted: bytes, offset: int, ledger: Ledger) -> Av1Sequence:
    """Section 5.5.1, for a reduced still-picture header."""
    name = _NAMES[_SEQUENCE]
    bits = _Bits(untrusted)
    profile, still, reduced, level = bits.take(3), bits.take(1), bits.take(1), bits.take(5)
    if profile > 2 or not still or not reduced:
        ledger.stop(offset, name, "It is not the reduced header of a still picture.")
    across, down = 1 + bits.take(4), 1 + bits.take(4)
    width, height = 1 + bits.take(across), 1 + bits.take(down)
    # The fields could be wider than the numbers in them need, but an encoder makes them fit.
    if across != max(1, (width - 1).bit_length()) or down != max(1, (height - 1).bit_length()):
        ledger.wrong(offset, name, "Its size is written longer than it need be.")
    bits.take(6)  # large superblocks, two kinds of prediction, super-resolution, two filters
    depth, mono, across_half, down_half, position, colour, full_range = _colours(bits, profile)
    if bits.take(1):
        ledger.wrong(offset, name, "It asks for film grain.")
    if not bits.ends():
        ledger.stop(offset, name, "It does not end where it says.")
    shape = (depth > 8) << 6 | (depth > 10) << 5 | mono << 4 | across_half << 3 | down_half << 2 | position
    configuration = bytes([0x81, profile << 5 | level, shape, 0])
    return Av1Sequence(width, height, depth, configuration, 1 if mono else 3, colour, full_range)


def _colours(bits: _Bits, profile: int) -> tuple[int, int, int, int, int, tuple[int, int, int], int]:
    """Section 5.5.2: depth, no colour, subsampling across and down, its position, colour space, full range."""
    high = bits.take(1)
    depth = 12 if profile == 2 and high and bits.take(1) else 8 + 2 * high
    mono = 0 if profile == 1 else bits.take(1)
    colour = (bits.take(8), bits.take(8), bits.take(8)) if bits.take(1) else (2, 2, 2)
    if mono:
        return depth, 1, 1, 1, 0, colour, bits.take(1)
    if colour == _SRGB_IDENTITY:
        bits.take(1)
        return depth, 0, 0, 0, 0, colour, 1
    full_range = bits.take(1)
    across, down = {0: (1, 1), 1: (0, 0), 2: (1, 0)}[profile]
    if depth == 12:  # of profile 2 alone
        across = bits.take(1)
        down = bits.take(1) if across else 0
    position = bits.take(2) if down else 0  # which is never halved alone
    bits.take(1)  # separate quantisers
    return depth, 0, across, down, position, colour, full_range
