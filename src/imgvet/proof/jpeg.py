"""Walk a JPEG byte by byte and allow only listed segments.

Layouts: ITU-T T.81 (JPEG), annex B for the markers and annex G for progressive scans; JFIF 1.02; Adobe XMP part 3;
ICC.1, annex B.4, and ITU-T T.872, 6.5.3, for what a stripped file may have besides.

NOTE: the entropy-coded data is decoded on request only, because that takes seconds in Python. Otherwise the bytes
between the last block of a scan and the next marker are bounded, not proven empty: they hold no marker and no run of
plain text, their number is at most what the blocks can need, and the number of restart markers fits the blocks.
A table that no scan uses is a problem, and so is a scan that codes again what is already coded.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from imgvet.proof import iim, stripped_metadata, xmp
from imgvet.proof.jpeg_frame import FrameHeader, ScanHeader, advance, read_frame, read_scan, tables_of
from imgvet.proof.jpeg_scans import Misread, Scans
from imgvet.proof.ledger import Ledger, Unwalkable, check_no_text

SOI = b"\xff\xd8"

_JFIF = b"JFIF\x00"
_XMP = b"http://ns.adobe.com/xap/1.0/\x00"
# Units and density that encoders write by default: none, or dots per inch; any other could identify the source.
_DENSITIES = {(0, 1, 1), (1, 72, 72), (1, 96, 96), (1, 300, 300)}

# The segments before the picture in a stripped file, in this order; each is optional.
_PLAIN_JFIF = b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"  # version 1.01, no density, no thumbnail
_EXIF = b"Exif\x00\x00"
_PROFILE = b"ICC_PROFILE\x00\x01\x01"  # the first and only part
_ADOBE = b"Adobe\x00\x64\x00\x00\x00\x00"  # and the colour transform: 0 none, 1 YCbCr, 2 YCCK (T.872, 6.5.3)
_STRIPPED_ORDER = ("APP0 JFIF", "APP1 Exif", "APP2 ICC_PROFILE", "APP14 Adobe")

_EOI, _SOS, _DQT, _DHT, _DRI = 0xD9, 0xDA, 0xDB, 0xC4, 0xDD
_APP0, _APP1, _APP2, _APP13, _APP14 = 0xE0, 0xE1, 0xE2, 0xED, 0xEE
_FRAMES = (0xC0, 0xC1, 0xC2)  # baseline, extended sequential, progressive; all Huffman-coded
_BARE = (0x00, 0x01, *range(0xD0, 0xD9))  # no segment starts with these

_MARK_IN_SCAN = re.compile(rb"\xff[^\x00]", re.DOTALL)
# A block takes at most 64 codes of 16 bits, 14 more bits each, and one correction bit each: under 256 bytes, which byte
# stuffing can double.
_BYTES_PER_BLOCK = 512


@dataclass(slots=True)
class _Walk:
    """What the segments so far have said."""

    untrusted: bytes
    ledger: Ledger
    frame: FrameHeader | None = None
    restart: int = 0  # units between restart markers; 0 is none
    quantisers: dict[int, int] = field(default_factory=dict)  # table number: offset
    # Counts and symbols of every Huffman table, by class (0 DC, 1 AC) and number.
    codes: dict[tuple[int, int], tuple[bytes, bytes]] = field(default_factory=dict)
    scans: Scans | None = None  # where they are read to the last bit
    unused: dict[tuple[int, int], int] = field(default_factory=dict)  # those that no scan has used yet: offset
    precision: dict[tuple[int, int], int] = field(default_factory=dict)  # (component, coefficient): lowest bit coded
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)  # texts of IIM, by the XMP property
    seen: set[str] = field(default_factory=set)


def walk_jpeg(untrusted: bytes, ledger: Ledger) -> None:
    """Account for every byte of a JPEG, as far as it can be read."""
    state = _Walk(untrusted, ledger)
    with suppress(Unwalkable):
        ledger.claim("SOI", 0, 2)
        offset = 2
        while offset >= 0:
            offset = _step(state, offset)
        _check_whole(state)
    with suppress(Unwalkable):
        iim.compare(ledger.texts, state.fields, ledger)


def _step(state: _Walk, offset: int) -> int:
    """Read the segment at ``offset``; return where the next one starts, or -1 after the last."""
    untrusted, ledger = state.untrusted, state.ledger
    marker = _marker(untrusted, offset, ledger)
    if marker == _EOI:
        ledger.claim("EOI", offset, 2)
        if offset + 2 < len(untrusted):
            ledger.claim("trailer", offset + 2, len(untrusted) - offset - 2)
            ledger.wrong(offset + 2, "trailer", f"{len(untrusted) - offset - 2} bytes follow the picture's end.")
        return -1
    length = int.from_bytes(untrusted[offset + 2 : offset + 4], "big")
    content = untrusted[offset + 4 : offset + 2 + length]
    name = _name(marker, content)
    if length < 2 or offset + 2 + length > len(untrusted):
        ledger.stop(offset, name, "It is cut off, or its length is wrong.")
    ledger.claim(name, offset, 2 + length)
    _read_segment(state, marker, offset, content)
    end = offset + 2 + length
    return _read_scan(state, offset, content, end) if marker == _SOS else end


def _marker(untrusted: bytes, offset: int, ledger: Ledger) -> int:
    if offset + 2 > len(untrusted):
        ledger.stop(min(offset, len(untrusted)), "EOI", "The file ends before the picture does.")
    marker = untrusted[offset + 1]
    if untrusted[offset] != 0xFF:
        ledger.stop(offset, "gap", "Bytes between the segments belong to none.")
    if marker == 0xFF:
        ledger.stop(offset, "fill", "There are fill bytes between the segments.")
    if marker in _BARE:
        ledger.stop(offset, _name(marker, b""), "This marker must not be here.")
    return marker


def _name(marker: int, content: bytes) -> str:
    """The segment's name; for application segments with their identifier."""
    names = {0xD8: "SOI", _SOS: "SOS", _DQT: "DQT", _DHT: "DHT", _DRI: "DRI", 0xFE: "COM", 0xDC: "DNL"}
    if 0xE0 <= marker <= 0xEF:
        owner = "XMP" if content.startswith(_XMP) else content[:32].split(b"\x00")[0].decode("latin-1")
        plain = owner if owner.isascii() and owner.isprintable() else ""
        return f"APP{marker - 0xE0} {plain}".rstrip()
    if 0xD0 <= marker <= 0xD7:
        return f"RST{marker - 0xD0}"
    if 0xC0 <= marker <= 0xCF and marker not in (_DHT, 0xC8, 0xCC):
        return f"SOF{marker - 0xC0}"
    return names.get(marker, f"marker 0x{marker:02X}")


def _read_segment(state: _Walk, marker: int, offset: int, content: bytes) -> None:
    """Check one segment; its marker is at ``offset``, its content starts four bytes further on."""
    readers = {_DQT: _read_quantisers, _DHT: _read_codes}
    if not state.ledger.stripped:
        readers |= {_APP0: _read_app0, _APP1: _read_app1, _APP13: _read_app13}
    if state.ledger.stripped and marker in (_APP0, _APP1, _APP2, _APP14):
        _read_stripped_head(state, marker, offset, content)
    elif marker in readers:
        readers[marker](state, offset, content)
    elif marker in _FRAMES:
        _read_frame(state, marker, offset, content)
    elif marker == _DRI:
        _read_restart(state, offset, content)
    elif marker != _SOS:
        state.ledger.wrong(offset, _name(marker, content), "It is not on the allow-list of segments.")
    if marker in (_DQT, _DHT, _DRI, _SOS, *_FRAMES):
        state.seen.add("picture")


def _read_app0(state: _Walk, offset: int, content: bytes) -> None:
    name = _name(_APP0, content)
    if not content.startswith(_JFIF):
        state.ledger.wrong(offset, name, "It is not on the allow-list of segments.")
        return
    if offset != 2:
        state.ledger.wrong(offset, name, "It is not at the start of the file, or is there twice.")
    if len(content) != 14:
        state.ledger.wrong(offset, name, "It is not exactly 16 bytes long.")
        return
    if content[5] != 1 or content[6] > 2 or content[12:] != b"\x00\x00":
        state.ledger.wrong(offset, name, "It is not JFIF 1.00 to 1.02 without a thumbnail.")
    across, down = int.from_bytes(content[8:10], "big"), int.from_bytes(content[10:12], "big")
    if (content[7], across, down) not in _DENSITIES:
        state.ledger.wrong(offset, name, "Its density is not one that is written when nobody asks for one.")


def _is_first(state: _Walk, marker: int, offset: int, content: bytes, header: bytes) -> bool:
    """Whether an application segment is of the allowed kind; record a problem if its place or number is wrong."""
    name = _name(marker, content)
    if not content.startswith(header):
        state.ledger.wrong(offset, name, "It is not on the allow-list of segments.")
        return False
    if name in state.seen:
        state.ledger.wrong(offset, name, "It is there twice.")
        return False
    state.seen.add(name)
    if "picture" in state.seen:
        state.ledger.wrong(offset, name, "It is after the start of the picture.")
    return True


def _read_app1(state: _Walk, offset: int, content: bytes) -> None:
    if _is_first(state, _APP1, offset, content, _XMP):
        start = offset + 4 + len(_XMP)
        state.ledger.texts = xmp.read_packet(content[len(_XMP) :], start, "jpeg", state.ledger)


def _read_app13(state: _Walk, offset: int, content: bytes) -> None:
    if _is_first(state, _APP13, offset, content, iim.HEADER):
        start = offset + 4 + len(iim.HEADER)
        with suppress(Unwalkable):  # the segment's end is known, so the walk continues after it
            state.fields = iim.read_resources(content[len(iim.HEADER) :], start, state.ledger)


def _read_stripped_head(state: _Walk, marker: int, offset: int, content: bytes) -> None:
    """Check an application segment of a stripped file: one of four kinds, once each, in order, before the picture."""
    name, ledger = _name(marker, content), state.ledger
    headers = {_APP0: _JFIF, _APP1: _EXIF, _APP2: _PROFILE, _APP14: b"Adobe\x00"}
    if not _is_first(state, marker, offset, content, headers[marker]):
        return
    later = _STRIPPED_ORDER[_STRIPPED_ORDER.index(name) + 1 :]
    if not state.seen.isdisjoint(later):
        ledger.wrong(offset, name, "It is after one that must follow it.")
    if marker == _APP0 and content != _PLAIN_JFIF:
        ledger.wrong(offset, name, "It is not JFIF 1.01 without density and thumbnail.")
    elif marker == _APP1:
        stripped_metadata.check_orientation(content[len(_EXIF) :], offset, name, ledger)
    elif marker == _APP2:
        stripped_metadata.check_icc_profile(content[len(_PROFILE) :], offset, name, ledger)
    elif marker == _APP14 and content not in (_ADOBE + b"\0", _ADOBE + b"\1", _ADOBE + b"\2"):
        ledger.wrong(offset, name, "It holds more than the colour transform 0, 1 or 2.")


def _read_quantisers(state: _Walk, offset: int, content: bytes) -> None:
    tables = list(_quantisers(content, wide_allowed=state.ledger.stripped))
    if not tables or any(len(table) != length for _, length, table in tables):
        state.ledger.wrong(offset, "DQT", "It does not contain whole tables of 8 bits.")
        return
    for number, _, table in tables:
        if number > 3 or not _is_quantiser(table):
            state.ledger.wrong(offset, "DQT", "It does not contain whole tables of 8 bits without a zero.")
        if number in state.quantisers:
            state.ledger.wrong(offset, "DQT", "It gives a table a second time.")
        state.quantisers[number] = offset


def _quantisers(content: bytes, *, wide_allowed: bool) -> Iterator[tuple[int, int, bytes]]:
    """Number, expected length and bytes of every table, 16-bit ones twice as long; the last may be cut short."""
    start = 0
    while start < len(content):
        wide = wide_allowed and content[start] >> 4 == 1
        length = 128 if wide else 64
        number = content[start] & 15 if wide else content[start]
        yield number, length, content[start + 1 : start + 1 + length]
        start += 1 + length


def _is_quantiser(table: bytes) -> bool:
    """Whether no number is zero, and 16-bit numbers are used only where 8 bits are too few."""
    if len(table) == 64:
        return 0 not in table
    numbers = [int.from_bytes(table[at : at + 2], "big") for at in range(0, 128, 2)]
    return 0 not in numbers and max(numbers) > 255


def _read_codes(state: _Walk, offset: int, content: bytes) -> None:
    if not content:
        state.ledger.wrong(offset, "DHT", "It is empty.")
    start = 0
    while start < len(content):
        kind, number = divmod(content[start], 16)
        counts = content[start + 1 : start + 17]
        end = start + 17 + sum(counts)
        symbols = content[start + 17 : end]
        if kind > 1 or number > 3 or end > len(content):
            state.ledger.wrong(offset, "DHT", "Its length does not match its tables.")
            return
        if not _is_code(kind, counts, symbols):
            state.ledger.wrong(offset, "DHT", "It has a table that is not a Huffman code for a picture.")
        if (kind, number) in state.unused:
            state.ledger.wrong(state.unused[kind, number], "DHT", "It gives a table that no scan uses.")
        state.codes[kind, number] = counts, symbols
        state.unused[kind, number] = offset
        start = end


def _is_code(kind: int, counts: bytes, symbols: bytes) -> bool:
    """Whether the code is uniquely decodable, with every symbol once and valid for 8-bit pictures."""
    room = sum(count << (16 - length) for length, count in enumerate(counts, start=1))
    if not symbols or room > 1 << 16 or len(set(symbols)) != len(symbols):
        return False
    return all(symbol & 15 <= 10 for symbol in symbols) if kind else max(symbols) <= 11


def _read_frame(state: _Walk, marker: int, offset: int, content: bytes) -> None:
    if state.frame is not None:
        state.ledger.stop(offset, _name(marker, content), "It is a second frame.")
    state.frame = read_frame(content, offset, _name(marker, content), state.ledger)
    state.scans = Scans(state.frame) if state.ledger.thorough else None


def _read_restart(state: _Walk, offset: int, content: bytes) -> None:
    if len(content) != 2:
        state.ledger.wrong(offset, "DRI", "It is not exactly 4 bytes long.")
    if "DRI" in state.seen:
        state.ledger.wrong(offset, "DRI", "It is there twice before a scan.")
    interval = int.from_bytes(content[:2], "big")
    if interval == state.restart:
        state.ledger.wrong(offset, "DRI", "It changes nothing.")
    state.seen.add("DRI")
    state.restart = interval


def _read_scan(state: _Walk, offset: int, content: bytes, end: int) -> int:
    """Check a scan's header and data; ``end`` is where its data starts. Return where the data ends."""
    ledger, frame = state.ledger, state.frame
    if frame is None:
        ledger.stop(offset, "SOS", "There is a scan before the frame.")
    scan = read_scan(frame, content, offset, ledger)
    advance(state.precision, frame, scan, offset, ledger)
    for table in tables_of(scan, offset, ledger):
        if table not in state.codes:
            ledger.wrong(offset, "SOS", "It uses a Huffman table that is not given.")
        state.unused.pop(table, None)
    units, _ = frame.units(scan.components)
    if "DRI" in state.seen and state.restart >= units:
        ledger.wrong(offset, "SOS", "It has no room for the restart markers that are asked for.")
    state.seen.discard("DRI")
    return _read_entropy(state, frame, scan, end)


def _read_entropy(state: _Walk, frame: FrameHeader, scan: ScanHeader, start: int) -> int:
    """Check a scan's entropy-coded data from ``start``; return where it ends."""
    units, blocks_per_unit = frame.units(scan.components)
    expected = (units - 1) // state.restart if state.restart else 0
    pieces: list[bytes] = []  # between the restart markers
    piece = start
    end = len(state.untrusted)
    for mark in _MARK_IN_SCAN.finditer(state.untrusted, start):
        byte = state.untrusted[mark.start() + 1]
        if mark.start() == piece:
            state.ledger.wrong(piece, "entropy data", "There is none between two markers.")
        if len(pieces) == expected or byte != 0xD0 + len(pieces) % 8:
            end = mark.start()
            break
        pieces.append(state.untrusted[piece : mark.start()])
        piece = mark.end()
    found = len(pieces)
    if found != expected:
        state.ledger.wrong(end, "entropy data", f"It holds {found} restart markers in place of {expected}.")
    if end - start > 2 * found + units * blocks_per_unit * _BYTES_PER_BLOCK:
        state.ledger.wrong(start, "entropy data", "It is longer than the picture's blocks can be.")
    check_no_text(state.untrusted, start, end, "entropy data", state.ledger)
    state.ledger.claim("entropy data", start, end - start)
    _read_to_the_last_bit(state, scan, [*pieces, state.untrusted[piece:end]], start)
    return end


def _read_to_the_last_bit(state: _Walk, scan: ScanHeader, pieces: list[bytes], start: int) -> None:
    """Decode the scan if that was asked for and nothing is wrong so far, which means that all its tables are there."""
    if state.scans is None or state.ledger.problems:
        return
    try:
        state.scans.read(scan, state.codes, pieces, state.restart)
    except Misread as reason:
        state.ledger.wrong(start, "entropy data", str(reason))


def _check_whole(state: _Walk) -> None:
    """Record a problem for missing parts of the picture and for unused tables."""
    ledger, end = state.ledger, len(state.untrusted)
    if state.frame is None:
        ledger.stop(end, "SOF", "There is no picture in the file.")
    used = {component.quantiser for component in state.frame.components}
    if used - state.quantisers.keys():
        ledger.wrong(end, "DQT", "A table that the picture uses is missing.")
    for number in state.quantisers.keys() - used:
        ledger.wrong(state.quantisers[number], "DQT", "It gives a table that the picture does not use.")
    for offset in state.unused.values():
        ledger.wrong(offset, "DHT", "It gives a table that no scan uses.")
    if "DRI" in state.seen:
        ledger.wrong(ledger.offset_of("DRI"), "DRI", "No scan follows it.")
    told = [state.precision.get((part.number, each)) for part in state.frame.components for each in range(64)]
    if any(lowest != 0 for lowest in told):
        ledger.wrong(end, "SOS", "The scans do not cover the whole picture.")
