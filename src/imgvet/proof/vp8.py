"""Read the headers of a WebP's coded picture: its size, and the partitions that must cover it.

Layouts: RFC 6386 (VP8), section 7 for the arithmetic decoder, 9.1 to 9.5 and 19.2 for the frame header; WebP Lossless
Bitstream Specification (RFC 9649, section 3), "RIFF Header". The coded blocks themselves are not decoded.
"""

from imgvet.proof.ledger import Ledger, check_no_text

_START_CODE = b"\x9d\x01\x2a"
_KEY_FRAME_HEAD = 10  # bytes: tag, start code, width, height
_SIGNATURE = 0x2F
_LOSSLESS_HEAD = 5  # bytes: signature, 14 bits of width and height, alpha hint, version
# The most that an encoder needs, with a margin: 400 11-bit coefficients a macroblock, four 15-bit codes a pixel.
_BYTES_PER_MACROBLOCK = 2048
_BYTES_PER_PIXEL = 8
_SPARE = 4096  # bytes, for the tables


class _Decoder:
    """The arithmetic decoder of RFC 6386, section 7.3, for the flags before the modes; zeros follow the end."""

    def __init__(self, untrusted: bytes) -> None:
        self._value = int.from_bytes(untrusted[:2].ljust(2, b"\x00"), "big")
        self._rest = iter(untrusted[2:])
        self._range, self._shifted = 255, 0

    def flag(self) -> int:
        """One bit of probability one half."""
        split = 1 + ((self._range - 1) * 128 >> 8)
        bit = self._value >= split << 8
        self._value -= split << 8 if bit else 0
        self._range = self._range - split if bit else split
        while self._range < 128:
            self._value <<= 1
            self._range <<= 1
            self._shifted += 1
            if self._shifted == 8:
                self._shifted = 0
                self._value |= next(self._rest, 0)
        return int(bit)

    def number(self, bits: int) -> int:
        """An unsigned number, highest bit first."""
        found = 0
        for _ in range(bits):
            found = found << 1 | self.flag()
        return found

    def skip_optional(self, bits: int) -> None:
        """Skip an optional signed number, present only if its flag is set."""
        if self.flag():
            self.number(bits)
            self.flag()


def read_lossy(untrusted: bytes, start: int, end: int, ledger: Ledger) -> tuple[int, int]:
    """Account for a VP8 key frame; return its width and height in pixels.

    Raises:
        Unwalkable: it is not a shown key frame, or its partitions do not fit.
    """
    head = untrusted[start : min(start + _KEY_FRAME_HEAD, end)]
    tag = int.from_bytes(head[:3], "little")
    if len(head) < _KEY_FRAME_HEAD or head[3:6] != _START_CODE:
        ledger.stop(start, "VP8 frame", "It does not start as a VP8 key frame.")
    if tag & 1 or tag >> 1 & 7 > 3 or not tag >> 4 & 1:
        ledger.stop(start, "VP8 frame", "It is not a key frame that is shown, of version 0 to 3.")
    across, down = int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:], "little")
    if not 0 < across <= 0x3FFF or not 0 < down <= 0x3FFF:
        ledger.stop(start, "VP8 frame", "It has no size, or asks to be scaled.")
    ledger.claim("VP8 frame", start, _KEY_FRAME_HEAD)
    first, length = start + _KEY_FRAME_HEAD, tag >> 5
    if not length or first + length > end:
        ledger.stop(start, "VP8 frame", "Its first partition is empty or longer than the chunk.")
    ledger.claim("VP8 first partition", first, length)
    _read_partitions(untrusted, first, first + length, end, ledger)
    blocks = -(-across // 16) * -(-down // 16)
    if end - start > _SPARE + blocks * _BYTES_PER_MACROBLOCK:
        ledger.wrong(start, "VP8 frame", "It is longer than a picture of its size needs.")
    check_no_text(untrusted, start, end, "VP8 frame", ledger)
    return across, down


def _read_partitions(untrusted: bytes, first: int, sizes: int, end: int, ledger: Ledger) -> None:
    """Account for the partitions of coefficients; their sizes are at ``sizes``, the last takes the rest."""
    count = 1 << _partition_bits(untrusted[first:sizes], first, ledger)
    start = sizes + 3 * (count - 1)
    lengths = [int.from_bytes(untrusted[place : place + 3], "little") for place in range(sizes, start, 3)]
    lengths.append(end - start - sum(lengths))
    if lengths[-1] < 0:
        ledger.stop(sizes, "VP8 partition sizes", "They are longer than the chunk.")
    if count > 1:
        ledger.claim("VP8 partition sizes", sizes, start - sizes)
    for length in lengths:
        ledger.claim("VP8 partition", start, length)
        start += length


def _partition_bits(untrusted: bytes, offset: int, ledger: Ledger) -> int:
    """The two bits that say how many partitions there are, and the flags before them (RFC 6386, 9.2 to 9.5)."""
    decoder = _Decoder(untrusted)
    if decoder.flag():
        ledger.wrong(offset, "VP8 frame", "Its colour space is not the one that there is.")
    decoder.flag()  # clamping
    if decoder.flag():
        _skip_segments(decoder)
    decoder.number(1 + 6 + 3)  # kind, level and sharpness of the loop filter
    if decoder.flag() and decoder.flag():
        for _ in range(8):  # what frames and modes add to the filter's level
            decoder.skip_optional(6)
    return decoder.number(2)


def _skip_segments(decoder: _Decoder) -> None:
    has_map, has_values = decoder.flag(), decoder.flag()
    if has_values:
        decoder.flag()  # absolute or added
        for bits in (7, 7, 7, 7, 6, 6, 6, 6):  # quantiser and filter level of each segment
            decoder.skip_optional(bits)
    if has_map:
        for _ in range(3):
            if decoder.flag():
                decoder.number(8)


def read_lossless(untrusted: bytes, start: int, end: int, ledger: Ledger) -> tuple[int, int]:
    """Account for VP8L data; return its width and height in pixels.

    Raises:
        Unwalkable: it does not start as VP8L data of version 0.
    """
    head = untrusted[start : min(start + _LOSSLESS_HEAD, end)]
    bits = int.from_bytes(head[1:], "little")
    if len(head) < _LOSSLESS_HEAD or head[0] != _SIGNATURE or bits >> 29:
        ledger.stop(start, "VP8L picture", "It does not start as VP8L data of version 0.")
    if bits >> 28 & 1:
        ledger.wrong(start, "VP8L picture", "It has transparency, under which colour could be hidden.")
    across, down = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if start + _LOSSLESS_HEAD == end:
        ledger.wrong(start, "VP8L picture", "It holds no pixels.")
    if end - start > _SPARE + across * down * _BYTES_PER_PIXEL:
        ledger.wrong(start, "VP8L picture", "It is longer than a picture of its size needs.")
    check_no_text(untrusted, start, end, "VP8L picture", ledger)
    ledger.claim("VP8L header", start, _LOSSLESS_HEAD)
    ledger.claim("VP8L picture", start + _LOSSLESS_HEAD, end - start - _LOSSLESS_HEAD)
    return across, down
