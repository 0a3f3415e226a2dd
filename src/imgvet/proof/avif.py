"""Walk an AVIF byte by byte and allow only listed boxes, items and properties.

Layouts: ISO/IEC 14496-12 (boxes), ISO/IEC 23008-12 (HEIF: items and properties), AV1 Image File Format 1.1, AV1 Codec
ISO Media File Format Binding 1.2 (av1C). Allowed is one AV1 picture, and in a published file one XMP item: ftyp, meta
and mdat, in which every byte belongs to an item. A second picture, alpha, thumbnail, grid, rotation or crop is not
allowed, because such a file holds more than it shows.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from imgvet.proof import av1, stripped_metadata, xmp
from imgvet.proof.ledger import Ledger, Unwalkable

HEAD = 8  # bytes: length and name


@dataclass(frozen=True, slots=True)
class ProofBox:
    """One box and its place in the file."""

    name: str
    offset: int
    end: int  # where the next one starts
    content: bytes


def boxes(untrusted: bytes, start: int, end: int, ledger: Ledger) -> Iterator[ProofBox]:
    """Every box from ``start``, the last of which must end at ``end``.

    Raises:
        Unwalkable: a length is not valid; 64-bit lengths and "to the end of the file" are not allowed here.
    """
    while start < end:
        length = int.from_bytes(untrusted[start : start + 4], "big")
        name = untrusted[start + 4 : min(start + HEAD, end)].decode("latin-1")
        if length < HEAD or start + length > end:
            ledger.stop(start, name or "box", "It is cut off, or its length is wrong.")
        yield ProofBox(name, start, start + length, untrusted[start + HEAD : start + length])
        start += length


_TOP = ("ftyp", "meta", "mdat")
_BRANDS = (b"avif", b"mif1", b"miaf", b"MA1A", b"MA1B")
_META = ("hdlr", "pitm", "iloc", "iinf", "iprp")
_HANDLERS = tuple(bytes(8) + b"pict" + bytes(12) + name for name in (b"\x00", b"libavif\x00"))
_PRIMARY = b"\x00\x00\x00\x00\x00\x01"  # item 1
_PICTURE, _XMP = 1, 2  # item numbers
_ITEM_HEADS = {_PICTURE: b"\x02\0\0\0\0\x01\0\0av01", _XMP: b"\x02\0\0\0\0\x02\0\0mime"}  # version 2, shown, open
_ITEM_NAMES = {
    _PICTURE: (b"\x00", b"Color\x00"),
    _XMP: (b"\x00application/rdf+xml\x00", b"XMP\x00application/rdf+xml\x00"),
}
_DESCRIBES = b"\0\0\0\0\0\0\0\x0ecdsc\0\x02\0\x01\0\x01"  # iref: item 2 describes item 1
# Colour spaces by the numbers of ITU-T H.273; 2 is "not said".
_PRIMARIES, _TRANSFERS, _MATRICES = (1, 2, 9, 12), (1, 2, 13), (0, 1, 2, 5, 6, 9)


@dataclass(slots=True)
class _Walk:
    """What the boxes so far have said."""

    untrusted: bytes
    ledger: Ledger
    places: dict[int, tuple[int, int]] = field(default_factory=dict)  # where each item starts and ends, by its number
    items: list[int] = field(default_factory=list)
    properties: dict[str, ProofBox] = field(default_factory=dict)  # by name; a colr's also by its kind
    order: list[str] = field(default_factory=list)  # of the properties
    sequence: av1.Av1Sequence | None = None
    seen: list[str] = field(default_factory=list)


def walk_avif(untrusted: bytes, ledger: Ledger) -> None:
    """Account for every byte of an AVIF, as far as it can be read."""
    state = _Walk(untrusted, ledger)
    with suppress(Unwalkable):
        for box in boxes(untrusted, 0, len(untrusted), ledger):
            _check_listed(state, box, _TOP, "top")
            if box.name == "ftyp":
                _read_kind(state, box)
            elif box.name == "meta":
                _read_meta(state, box)
            elif box.name == "mdat":
                _read_data(state, box)
            else:
                ledger.claim(box.name, box.offset, box.end - box.offset)
        if state.sequence is None:
            ledger.stop(len(untrusted), "mdat", "There is no picture in the file.")
        _check_properties(state, state.sequence)


def _check_listed(state: _Walk, box: ProofBox, allowed: tuple[str, ...], where: str) -> None:
    """Record a problem for a box that is not on the list; a second one of a kind ends the walk."""
    if box.name not in allowed:
        state.ledger.wrong(box.offset, box.name, "It is not on the allow-list of boxes here.")
        return
    if f"{where} {box.name}" in state.seen:
        state.ledger.stop(box.offset, box.name, "It is there twice.")
    state.seen.append(f"{where} {box.name}")


def _read_kind(state: _Walk, box: ProofBox) -> None:
    state.ledger.claim(box.name, box.offset, box.end - box.offset)
    brands = [box.content[start : start + 4] for start in range(8, len(box.content), 4)]
    if box.content[:8] != b"avif\0\0\0\0":
        state.ledger.wrong(box.offset, box.name, "It is not a still AVIF picture.")
    if any(brand not in _BRANDS for brand in brands) or len(set(brands)) != len(brands):
        state.ledger.wrong(box.offset, box.name, "It names a brand that is not on the list, or one twice.")


def _read_meta(state: _Walk, meta: ProofBox) -> None:
    """Check the boxes in the meta box; each accounts for its own bytes, the meta box for its header."""
    ledger = state.ledger
    _claim_head(state, meta, 4)
    fixed = {"hdlr": _HANDLERS, "pitm": (_PRIMARY,), "iref": (_DESCRIBES,)}
    readers = {"iloc": _read_places, "iinf": _read_items, "iprp": _read_properties}
    allowed = _META if ledger.stripped else (*_META, "iref")
    for box in boxes(state.untrusted, meta.offset + HEAD + 4, meta.end, ledger):
        _check_listed(state, box, allowed, "meta")
        if box.name in readers:
            readers[box.name](state, box)
            continue
        ledger.claim(box.name, box.offset, box.end - box.offset)
        if box.content not in fixed.get(box.name, (box.content,)):
            ledger.wrong(box.offset, box.name, "It does not contain what a file of one picture must contain.")
    for name in _META:
        if f"meta {name}" not in state.seen:
            ledger.stop(meta.offset, name, "It is missing.")
    _check_items(state, meta)


def _claim_head(state: _Walk, box: ProofBox, more: int) -> None:
    """Account for the header of a box that holds others, and for its version and flags, which are zero."""
    state.ledger.claim(box.name, box.offset, HEAD + more)
    if box.content[:more] != bytes(more):
        state.ledger.stop(box.offset, box.name, "It is cut off, or its version and flags are not zero.")


def _read_places(state: _Walk, box: ProofBox) -> None:
    """Version 0: no construction method, so every offset is one in the file; 4-byte offsets and lengths, no base."""
    ledger, content = state.ledger, box.content
    ledger.claim(box.name, box.offset, box.end - box.offset)
    count = int.from_bytes(content[6:8], "big")
    if content[:6] != b"\0\0\0\0\x44\0" or len(content) != 8 + 14 * count:
        ledger.stop(box.offset, box.name, "It is not a list of plain places in this file.")
    for start in range(8, len(content), 14):
        number = int.from_bytes(content[start : start + 2], "big")
        if number in state.places or content[start + 2 : start + 6] != b"\0\0\0\x01":
            ledger.stop(box.offset, box.name, "An item is there twice, is in another file, or is in pieces.")
        place = int.from_bytes(content[start + 6 : start + 10], "big")
        state.places[number] = place, place + int.from_bytes(content[start + 10 : start + 14], "big")


def _read_items(state: _Walk, box: ProofBox) -> None:
    ledger = state.ledger
    _claim_head(state, box, 4)
    start = box.offset + HEAD + 4
    ledger.claim("iinf count", start, 2)
    for item in boxes(state.untrusted, start + 2, box.end, ledger):
        ledger.claim(f"infe {_kind_of(item)}".rstrip(), item.offset, item.end - item.offset)
        known = [number for number, head in _ITEM_HEADS.items() if item.name == "infe" and item.content[:12] == head]
        if not known or item.content[12:] not in _ITEM_NAMES[known[0]] or (ledger.stripped and known[0] == _XMP):
            ledger.wrong(item.offset, f"infe {_kind_of(item)}".rstrip(), "It is not on the allow-list of items.")
        state.items.append(known[0] if known else 0)
    if int.from_bytes(box.content[4:6], "big") != len(state.items):
        ledger.wrong(box.offset, box.name, "It does not hold as many items as it says.")


def _kind_of(item: ProofBox) -> str:
    return item.content[8:12].decode("latin-1")


def _read_properties(state: _Walk, iprp: ProofBox) -> None:
    ledger = state.ledger
    _claim_head(state, iprp, 0)
    for box in boxes(state.untrusted, iprp.offset + HEAD, iprp.end, ledger):
        _check_listed(state, box, ("ipco", "ipma"), "iprp")
        if box.name != "ipco":
            ledger.claim(box.name, box.offset, box.end - box.offset)
            state.properties[box.name] = box
            continue
        _claim_head(state, box, 0)
        for each in boxes(state.untrusted, box.offset + HEAD, box.end, ledger):
            _read_property(state, each)


def _read_property(state: _Walk, box: ProofBox) -> None:
    ledger = state.ledger
    name = f"colr {box.content[:4].decode('latin-1')}" if box.name == "colr" else box.name
    ledger.claim(name, box.offset, box.end - box.offset)
    listed = ("ispe", "pixi", "av1C", "colr nclx", *(("colr prof",) if ledger.stripped else ()))
    if name not in listed:
        ledger.wrong(box.offset, name, "It is not on the allow-list of properties.")
    elif name in state.properties:
        ledger.wrong(box.offset, name, "It is there twice.")
    elif name == "colr prof":
        stripped_metadata.check_icc_profile(box.content[4:], box.offset, name, ledger)
    state.properties[name] = box
    state.order.append(name)


def _check_items(state: _Walk, meta: ProofBox) -> None:
    """Record a problem for a wrong number or numbering of items, and for properties that nothing uses."""
    ledger = state.ledger
    if state.items not in ([_PICTURE], [_PICTURE, _XMP]) or list(state.places) != state.items:
        ledger.stop(
            meta.offset, "iinf", "It must list one picture, item 1, and at most XMP, item 2, each with a place."
        )
    if ("meta iref" in state.seen) != (_XMP in state.items):
        ledger.wrong(meta.offset, "iref", "It must be there when there is XMP, and only then.")
    numbers = bytes(number | (0x80 if name == "av1C" else 0) for number, name in enumerate(state.order, start=1))
    used = state.properties.get("ipma")
    start = b"\0\0\0\0\0\0\0\x01\0\x01"  # version and flags, one entry, item 1
    if used is None or used.content != start + bytes([len(numbers) & 255]) + numbers:
        place = used.offset if used else meta.offset
        ledger.stop(place, "ipma", "It must give each property to the picture once, with av1C alone as essential.")


def _read_data(state: _Walk, box: ProofBox) -> None:
    """Account for the bytes of mdat, item by item."""
    ledger = state.ledger
    if "top meta" not in state.seen:
        ledger.stop(box.offset, box.name, "It must come after meta.")
    ledger.claim(box.name, box.offset, HEAD)
    for number, (start, end) in sorted(state.places.items(), key=lambda place: place[1]):
        if start != ledger.reached or not start < end <= box.end:
            ledger.stop(box.offset, box.name, f"Item {number} does not directly follow the one before it, in mdat.")
        if number == _PICTURE:
            state.sequence = av1.read_item(state.untrusted, start, end, ledger)
        else:
            ledger.claim("XMP", start, end - start)
            ledger.texts = xmp.read_packet(state.untrusted[start:end], start, "avif", ledger)
    if ledger.reached != box.end:
        ledger.stop(ledger.reached, box.name, "Bytes in it belong to no item.")


def _check_properties(state: _Walk, sequence: av1.Av1Sequence) -> None:
    """Record a problem for every property that disagrees with the coded picture."""
    colour = b"".join(number.to_bytes(2, "big") for number in sequence.colour)
    expected = {
        "ispe": bytes(4) + sequence.width.to_bytes(4, "big") + sequence.height.to_bytes(4, "big"),
        "pixi": bytes(4) + bytes([sequence.samples, *[sequence.depth] * sequence.samples]),
        "av1C": sequence.configuration,
        "colr nclx": b"nclx" + colour + bytes([sequence.full_range << 7]),
    }
    for name, content in expected.items():
        box = state.properties.get(name)
        if box is None:
            state.ledger.wrong(state.ledger.offset_of("ipco"), name, "It is missing.")
        elif box.content != content:
            state.ledger.wrong(box.offset, name, "It does not say what the coded picture says.")
    known = (_PRIMARIES, _TRANSFERS, _MATRICES)
    if any(number not in numbers for number, numbers in zip(sequence.colour, known, strict=True)):
        state.ledger.wrong(state.ledger.offset_of("colr nclx"), "colr nclx", "Its colour space is not on the list.")
