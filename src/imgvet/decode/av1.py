"""What an AV1 picture itself says about its colours, for AVIF files whose boxes do not say it."""

import re

# After a temporal delimiter, or where the data begin: a sequence header with its size.
_WHERE_IT_STANDS = re.compile(rb"(?:\x12\x00|mdat\x00{0,16})(\x0a)")
_SEQUENCE = 0x0A
_HEAD_BYTES = 64


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._number, self._left = int.from_bytes(data, "big"), 8 * len(data)

    def take(self, count: int) -> int:
        """The next bits as a number; an ``IndexError`` where there are none left."""
        if count > self._left:
            raise IndexError("the sequence header ends too early")
        self._left -= count
        return self._number >> self._left & ((1 << count) - 1)


def code_points_of_av1(config: bytes, data: bytes) -> tuple[int, int] | None:
    """Colour primaries and transfer characteristics (ITU-T H.273) of the sequence header, or None.

    ``config`` is the content of the box av1C, where the header may stand; else the first one in ``data`` is read (AV1
    Bitstream & Decoding Process Specification, 5.5). None where there is none that can be read, or it says nothing.
    """
    if config[4:5] == bytes([_SEQUENCE]):
        header = config[4:]
    else:
        place = _WHERE_IT_STANDS.search(data)
        header = data[place.start(1) : place.start(1) + _HEAD_BYTES] if place else b""
    try:
        return _code_points(_Bits(header[2:])) if header else None
    except IndexError:
        return None


def _code_points(bits: _Bits) -> tuple[int, int] | None:
    profile = bits.take(3)
    bits.take(1)  # still picture
    reduced = bits.take(1)
    if reduced:
        bits.take(5)
    elif not _skip_operating_points(bits):
        return None
    across, down = bits.take(4) + 1, bits.take(4) + 1
    bits.take(across + down)
    if not reduced and bits.take(1):
        bits.take(7)  # frame numbers
    bits.take(3)
    if not reduced:
        _skip_tools_of_sequences(bits)
    bits.take(3)
    deep = bits.take(1)
    if profile == 2 and deep:
        bits.take(1)
    if profile != 1:
        bits.take(1)  # grey
    return (bits.take(8), bits.take(8)) if bits.take(1) else None


def _skip_operating_points(bits: _Bits) -> bool:
    """Whether the points could be skipped; a header with timing, which pictures do not have, is not read."""
    if bits.take(1):
        return False
    delays = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:
            bits.take(1)
        if delays and bits.take(1):
            bits.take(4)
    return True


def _skip_tools_of_sequences(bits: _Bits) -> None:
    bits.take(4)  # interintra, masked compound, warped motion, dual filter
    order_hint = bits.take(1)
    if order_hint:
        bits.take(2)
    chosen_screen_content = 1 if bits.take(1) else bits.take(1)
    if chosen_screen_content and not bits.take(1):
        bits.take(1)  # integer motion vectors
    if order_hint:
        bits.take(3)
