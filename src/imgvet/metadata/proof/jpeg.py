"""Walks a JPEG byte by byte against the allow-list of segments.

Layouts: ITU-T T.81 (JPEG), annex B for the markers and annex G for progressive scans; JFIF 1.02; Adobe XMP part 3.

NOTE: the entropy-coded data is not decoded, because that takes seconds in Python. So what stands between the last block
of a scan and the next marker is bounded, not proven empty: no marker can be in it, it can hold no more bytes than its
blocks can take, its restart markers must be as many as its blocks ask for, and no run of plain text may be in it.
Tables and scans are closed: a table that no scan uses, and a scan that tells again what is already told, are problems.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, field

from imgvet.metadata.proof import iim, xmp
from imgvet.metadata.proof.frame import Frame, advance, read_frame, read_scan, tables_of
from imgvet.metadata.proof.ledger import Ledger, Unwalkable

START = b"\xff\xd8"

_JFIF = b"JFIF\x00"
_XMP = b"http://ns.adobe.com/xap/1.0/\x00"
# Units and density that encoders write when nobody asks: none, or dots per inch; any other could tell the source.
_DENSITIES = {(0, 1, 1), (1, 72, 72), (1, 96, 96), (1, 300, 300)}

_EOI, _SOS, _DQT, _DHT, _DRI, _APP0, _APP1, _APP13 = 0xD9, 0xDA, 0xDB, 0xC4, 0xDD, 0xE0, 0xE1, 0xED
_FRAMES = (0xC0, 0xC1, 0xC2)  # baseline, extended sequential, progressive; all Huffman-coded
_BARE = (0x00, 0x01, *range(0xD0, 0xD9), 0xFF)  # no segment starts with these

_MARK_IN_SCAN = re.compile(rb"\xff[^\x00]", re.DOTALL)
# A block takes at most 64 codes of 16 bits, 14 more bits each, and one correction bit each: under 256 bytes, which byte
# stuffing can double.
_BYTES_PER_BLOCK = 512
_TEXT_RUN = (
    48  # plain letters in a row (a run of 72 is never missed); by chance once in 10^20 bytes of entropy-coded data
)
_TEXT_LETTERS = 12  # different ones among them: flat areas repeat few
_IS_LETTER = bytes(1 if 0x20 <= byte < 0x7F else 0 for byte in range(256))


@dataclass(slots=True)
class _Walk:
    """What the segments so far have said."""

    untrusted: bytes
    ledger: Ledger
    frame: Frame | None = None
    restart: int = 0  # units between restart markers; 0 is none
    quantisers: dict[int, int] = field(default_factory=dict)  # table number: offset
    codes: set[tuple[int, int]] = field(default_factory=set)  # class (0 DC, 1 AC) and number of every Huffman table
    unused: dict[tuple[int, int], int] = field(default_factory=dict)  # those that no scan has used yet: offset
    precision: dict[tuple[int, int], int] = field(default_factory=dict)  # (component, coefficient): lowest bit told
    metadata: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)  # texts by "XMP" and "IIM"
    seen: set[str] = field(default_factory=set)


def walk(untrusted: bytes, ledger: Ledger) -> dict[str, tuple[str, ...]]:
    """Account for every byte of a JPEG; gives the XMP texts by property, as far as the walk came."""
    state = _Walk(untrusted, ledger)
    with suppress(Unwalkable):
        ledger.claim("SOI", 0, 2)
        offset = 2
        while offset >= 0:
            offset = _step(state, offset)
        _check_whole(state)
    with suppress(Unwalkable):
        iim.compare(state.metadata.get("XMP", {}), state.metadata.get("IIM", {}), ledger)
    return state.metadata.get("XMP", {})


def _step(state: _Walk, offset: int) -> int:
    """Read the segment at ``offset``; gives where the next one starts, or -1 after the last."""
    untrusted, ledger = state.untrusted, state.ledger
    marker = _marker(untrusted, offset, ledger)
    if marker == _EOI:
        ledger.claim("EOI", offset, 2)
        if offset + 2 < len(untrusted):
            ledger.claim("trailer", offset + 2, len(untrusted) - offset - 2)
            ledger.wrong(offset + 2, "trailer", f"{len(untrusted) - offset - 2} bytes stand after the picture's end.")
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
        ledger.stop(offset, "fill", "Fill bytes stand between the segments.")
    if marker in _BARE:
        ledger.stop(offset, _name(marker, b""), "This marker must not stand here.")
    return marker


def _name(marker: int, content: bytes) -> str:
    """The segment's name, and for application segments whose it says it is."""
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
    """Check one segment; ``offset`` is where its marker stands, its content starts four bytes on."""
    readers = {_APP0: _read_app0, _APP1: _read_app1, _APP13: _read_app13, _DQT: _read_quantisers, _DHT: _read_codes}
    if marker in readers:
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
        state.ledger.wrong(offset, name, "It does not stand at the start of the file, or is there twice.")
    if len(content) != 14:
        state.ledger.wrong(offset, name, "It is not exactly 16 bytes long.")
        return
    if content[5] != 1 or content[6] > 2 or content[12:] != b"\x00\x00":
        state.ledger.wrong(offset, name, "It is not JFIF 1.00 to 1.02 without a thumbnail.")
    across, down = int.from_bytes(content[8:10], "big"), int.from_bytes(content[10:12], "big")
    if (content[7], across, down) not in _DENSITIES:
        state.ledger.wrong(offset, name, "Its density is not one that is written when nobody asks for one.")


def _is_first(state: _Walk, marker: int, offset: int, content: bytes, header: bytes) -> bool:
    """Whether an application segment is of the allowed kind; put down what is wrong with its place and number."""
    name = _name(marker, content)
    if not content.startswith(header):
        state.ledger.wrong(offset, name, "It is not on the allow-list of segments.")
        return False
    if name in state.seen:
        state.ledger.wrong(offset, name, "It is there twice.")
        return False
    state.seen.add(name)
    if "picture" in state.seen:
        state.ledger.wrong(offset, name, "It stands after the picture has begun.")
    return True


def _read_app1(state: _Walk, offset: int, content: bytes) -> None:
    if _is_first(state, _APP1, offset, content, _XMP):
        start = offset + 4 + len(_XMP)
        state.metadata["XMP"] = xmp.read_packet(content[len(_XMP) :], start, "jpeg", state.ledger)


def _read_app13(state: _Walk, offset: int, content: bytes) -> None:
    if _is_first(state, _APP13, offset, content, iim.HEADER):
        start = offset + 4 + len(iim.HEADER)
        with suppress(Unwalkable):  # the segment's end is known, so the walk goes on after it
            state.metadata["IIM"] = iim.read_resources(content[len(iim.HEADER) :], start, state.ledger)


def _read_quantisers(state: _Walk, offset: int, content: bytes) -> None:
    if not content or len(content) % 65:
        state.ledger.wrong(offset, "DQT", "It does not hold whole tables of 8 bits.")
        return
    for start in range(0, len(content), 65):
        number = content[start]
        if number > 3 or 0 in content[start + 1 : start + 65]:
            state.ledger.wrong(offset, "DQT", "It does not hold whole tables of 8 bits, none of them with a zero.")
        if number in state.quantisers:
            state.ledger.wrong(offset, "DQT", "It gives a table a second time.")
        state.quantisers[number] = offset


def _read_codes(state: _Walk, offset: int, content: bytes) -> None:
    if not content:
        state.ledger.wrong(offset, "DHT", "It is empty.")
    start = 0
    while start < len(content):
        kind, number = divmod(content[start], 16)
        counts = content[start + 1 : start + 17]
        end = start + 17 + sum(counts)
        symbols = content[start + 17 : end]
        if kind > 1 or number > 3 or len(counts) < 16 or end > len(content):
            state.ledger.wrong(offset, "DHT", "Its length does not match its tables.")
            return
        if not _is_code(kind, counts, symbols):
            state.ledger.wrong(offset, "DHT", "It holds a table that is no Huffman code for a picture.")
        if (kind, number) in state.unused:
            state.ledger.wrong(state.unused[kind, number], "DHT", "It gives a table that no scan uses.")
        state.codes.add((kind, number))
        state.unused[kind, number] = offset
        start = end


def _is_code(kind: int, counts: bytes, symbols: bytes) -> bool:
    """Whether the code can be told apart, and every symbol in it once and one that 8-bit pictures know."""
    room = sum(count << (16 - length) for length, count in enumerate(counts, start=1))
    if not symbols or room > 1 << 16 or len(set(symbols)) != len(symbols):
        return False
    return all(symbol & 15 <= 10 for symbol in symbols) if kind else max(symbols) <= 11


def _read_frame(state: _Walk, marker: int, offset: int, content: bytes) -> None:
    if state.frame is not None:
        state.ledger.stop(offset, _name(marker, content), "It is a second frame.")
    state.frame = read_frame(content, offset, _name(marker, content), state.ledger)


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
    """Check a scan's header and data; ``end`` is where its data starts. Gives where the data ends."""
    ledger, frame = state.ledger, state.frame
    if frame is None:
        ledger.stop(offset, "SOS", "A scan stands before the frame.")
    scan = read_scan(frame, content, offset, ledger)
    advance(state.precision, frame, scan, offset, ledger)
    for table in tables_of(scan, offset, ledger):
        if table not in state.codes:
            ledger.wrong(offset, "SOS", "It uses a Huffman table that is not given.")
        state.unused.pop(table, None)
    units, blocks_per_unit = frame.units(scan.components)
    if "DRI" in state.seen and state.restart >= units:
        ledger.wrong(offset, "SOS", "It has no room for the restart markers that are asked for.")
    state.seen.discard("DRI")
    return _read_entropy(state, units, blocks_per_unit, end)


def _read_entropy(state: _Walk, units: int, blocks_per_unit: int, start: int) -> int:
    """Check a scan's entropy-coded data from ``start``; gives where it ends."""
    expected = (units - 1) // state.restart if state.restart else 0
    found = 0
    piece = start  # where the data since the last restart marker starts
    end = len(state.untrusted)
    for mark in _MARK_IN_SCAN.finditer(state.untrusted, start):
        byte = state.untrusted[mark.start() + 1]
        if mark.start() == piece:
            state.ledger.wrong(piece, "entropy data", "There is none between two markers.")
        if found == expected or byte != 0xD0 + found % 8:
            end = mark.start()
            break
        found += 1
        piece = mark.end()
    if found != expected:
        state.ledger.wrong(end, "entropy data", f"It holds {found} restart markers in place of {expected}.")
    if end - start > 2 * found + units * blocks_per_unit * _BYTES_PER_BLOCK:
        state.ledger.wrong(start, "entropy data", "It is longer than the picture's blocks can be.")
    _check_no_text(state, start, end)
    state.ledger.claim("entropy data", start, end - start)
    return end


def _check_no_text(state: _Walk, start: int, end: int) -> None:
    letters = state.untrusted[start:end].translate(_IS_LETTER)
    here = letters.find(b"\x01" * _TEXT_RUN)
    while here >= 0:
        if len(set(state.untrusted[start + here : start + here + _TEXT_RUN])) >= _TEXT_LETTERS:
            state.ledger.wrong(start + here, "entropy data", "Plain text stands in it.")
            return
        here = letters.find(b"\x01" * _TEXT_RUN, here + _TEXT_RUN // 2)


def _check_whole(state: _Walk) -> None:
    """Put down what the finished walk leaves open: parts of the picture, tables that nothing uses."""
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
        ledger.wrong(end, "SOS", "The scans do not tell the whole picture.")
