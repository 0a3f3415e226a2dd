"""Walk a TIFF byte by byte and allow only listed tags.

Layout: TIFF 6.0, sections 2 to 8 and 18; TIFF Technical Note 2 has Adobe's deflate; 34675 is ICC.1, annex B.4; 700 is
XMP part 3. Allowed is one page of grey or RGB with 8 or 16 bits a sample, perhaps with alpha, in strips, as they are or
deflated. Header, directory, long values and strips must cover the file, except for one zero byte before a part that
starts at an even offset.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from imgvet.proof import stripped_metadata, xmp
from imgvet.proof.inflate import MAX_PIXEL_BYTES, MAX_SIDE, Bytes, inflated, row_blocks
from imgvet.proof.ledger import Ledger, Unwalkable

SIGNATURES = (b"II*\x00", b"MM\x00*")

_BYTE, _SHORT, _LONG, _UNDEFINED = 1, 3, 4, 7
_SIZES = {_BYTE: 1, _SHORT: 2, _LONG: 4, _UNDEFINED: 1}  # bytes
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _COLOUR, _STRIPS, _SAMPLES = 256, 257, 258, 259, 262, 273, 277
_ROWS, _LENGTHS, _PLANES, _EXTRA, _XMP, _PROFILE = 278, 279, 284, 338, 700, 34675
_NAMES = {
    _WIDTH: "ImageWidth",
    _HEIGHT: "ImageLength",
    _BITS: "BitsPerSample",
    _COMPRESSION: "Compression",
    _COLOUR: "PhotometricInterpretation",
    _STRIPS: "StripOffsets",
    _SAMPLES: "SamplesPerPixel",
    _ROWS: "RowsPerStrip",
    _LENGTHS: "StripByteCounts",
    _PLANES: "PlanarConfiguration",
    _EXTRA: "ExtraSamples",
    _XMP: "XMP",
    _PROFILE: "ICC profile",
}
_TYPES = {_XMP: (_BYTE,), _PROFILE: (_UNDEFINED,)} | dict.fromkeys((_WIDTH, _HEIGHT, _STRIPS, _ROWS, _LENGTHS), (3, 4))
_NEEDED = (_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _COLOUR, _STRIPS, _ROWS, _LENGTHS)
_RAW, _DEFLATE = 1, 8
_COLOURS = {1: 1, 2: 3}  # samples without alpha, by PhotometricInterpretation: black is zero, RGB
_UNASSOCIATED_ALPHA = 2


@dataclass(frozen=True, slots=True)
class _Tag:
    """One entry of the directory, and the bytes of its value."""

    offset: int  # of the entry
    kind: int
    place: int  # of the value
    value: bytes


@dataclass(frozen=True, slots=True)
class _Page:
    """What the tags say about the pixels."""

    height: int
    row: int  # bytes
    rows: int  # in each strip but the last
    samples: int
    sample: int  # bytes
    deflated: bool
    alpha: bool


@dataclass(slots=True)
class _Walk:
    """What the directory says."""

    untrusted: bytes
    ledger: Ledger
    order: Literal["little", "big"]
    tags: dict[int, _Tag] = field(default_factory=dict)
    pieces: list[tuple[int, int, str]] = field(default_factory=list)  # offset, length, name


def walk_tiff(untrusted: bytes, ledger: Ledger) -> None:
    """Account for every byte of a TIFF, as far as it can be read."""
    state = _Walk(untrusted, ledger, "little" if untrusted.startswith(SIGNATURES[0]) else "big")
    with suppress(Unwalkable):
        _read_directory(state)
        page = _read_page(state)
        strips = _read_strips(state, page)
        _claim_all(state)
        _check_pixels(state, page, strips)
        _read_metadata(state)


def _number(state: _Walk, start: int, length: int) -> int:
    return int.from_bytes(state.untrusted[start : start + length], state.order)


def _read_directory(state: _Walk) -> None:
    """Read the one directory; every entry's tag, type and count must be on the list."""
    ledger, end = state.ledger, len(state.untrusted)
    directory = _number(state, 4, 4)
    count = _number(state, directory, 2)
    following = directory + 2 + 12 * count
    if directory < 8 or directory % 2 or following + 4 > end:
        ledger.stop(4, "TIFF header", "There is no directory where it says.")
    state.pieces += [(0, 8, "TIFF header"), (directory, following + 4 - directory, "directory")]
    last = 0
    for offset in range(directory + 2, following, 12):
        tag = _number(state, offset, 2)
        if tag <= last:
            ledger.stop(offset, _name(tag), "It is there twice, or the tags are not in order.")
        last = tag
        _read_tag(state, tag, offset)
    if _number(state, following, 4):
        ledger.wrong(following, "directory", "A second one follows it.")


def _name(tag: int) -> str:
    return f"{tag} {_NAMES.get(tag, '')}".rstrip()


def _read_tag(state: _Walk, tag: int, offset: int) -> None:
    """Read one entry; a value of more than four bytes is elsewhere in the file."""
    ledger = state.ledger
    kind, count = _number(state, offset + 2, 2), _number(state, offset + 4, 4)
    if tag not in _NAMES or tag == (_XMP if ledger.stripped else _PROFILE):
        ledger.wrong(offset, _name(tag), "It is not on the allow-list of tags.")
        return
    if kind not in _TYPES.get(tag, (_SHORT,)) or not count:
        ledger.stop(offset, _name(tag), "Its type is not the one that it must have, or it is empty.")
    length = count * _SIZES[kind]
    if kind in (_SHORT, _LONG) and count > MAX_SIDE:
        ledger.stop(offset, _name(tag), "It holds more numbers than a picture has rows.")
    place = _number(state, offset + 8, 4) if length > 4 else offset + 8
    if place + length > len(state.untrusted):
        ledger.stop(offset, _name(tag), "Its value is outside the file.")
    if length > 4:
        state.pieces.append((place, length, _name(tag)))
    elif any(state.untrusted[offset + 8 + length : offset + 12]):
        ledger.wrong(offset, _name(tag), "Bytes behind its value are not zero.")
    state.tags[tag] = _Tag(offset, kind, place, state.untrusted[place : place + length])


def _numbers(state: _Walk, tag: int) -> list[int]:
    entry = state.tags[tag]
    size = _SIZES[entry.kind]
    return [int.from_bytes(entry.value[at : at + size], state.order) for at in range(0, len(entry.value), size)]


def _one(state: _Walk, tag: int, allowed: tuple[int, ...] = ()) -> int:
    """The one number of a tag, which must be on the list, or from 1 to the longest side if there is no list."""
    numbers = _numbers(state, tag)
    fits = numbers[0] in allowed if allowed else 0 < numbers[0] <= MAX_SIDE
    if len(numbers) != 1 or not fits:
        state.ledger.stop(state.tags[tag].offset, _name(tag), "It does not contain the one number that it may contain.")
    return numbers[0]


def _read_page(state: _Walk) -> _Page:
    ledger = state.ledger
    for tag in _NEEDED:
        if tag not in state.tags:
            ledger.stop(ledger.reached, _name(tag), "It is missing.")
    width, height, rows = _one(state, _WIDTH), _one(state, _HEIGHT), _one(state, _ROWS)
    colours = _COLOURS[_one(state, _COLOUR, tuple(_COLOURS))]
    samples = _one(state, _SAMPLES, (colours, colours + 1)) if _SAMPLES in state.tags else 1
    bits = _numbers(state, _BITS)
    if bits not in ([8] * samples, [16] * samples) or samples < colours:
        ledger.stop(state.tags[_BITS].offset, _name(_BITS), "It must be 8 or 16 for every sample alike.")
    if (samples > colours) != (_EXTRA in state.tags):
        ledger.stop(state.tags[_BITS].offset, _name(_EXTRA), "It must be there when there is alpha, and only then.")
    if _EXTRA in state.tags:
        _one(state, _EXTRA, (_UNASSOCIATED_ALPHA,))
    if _PLANES in state.tags:
        _one(state, _PLANES, (1,))
    deflated = _one(state, _COMPRESSION, (_RAW, _DEFLATE)) == _DEFLATE
    sample = bits[0] // 8
    if height * width * samples * sample > MAX_PIXEL_BYTES or rows > height:
        ledger.stop(state.tags[_HEIGHT].offset, _name(_HEIGHT), "It has too many pixels, or strips longer than it is.")
    return _Page(height, width * samples * sample, rows, samples, sample, deflated, samples > colours)


def _read_strips(state: _Walk, page: _Page) -> list[tuple[int, int]]:
    """Offset and length of every strip, from the top."""
    strips = list(zip(_numbers(state, _STRIPS), _numbers(state, _LENGTHS), strict=False))
    expected = -(-page.height // page.rows)
    for tag in (_STRIPS, _LENGTHS):
        if len(_numbers(state, tag)) != expected:
            state.ledger.stop(state.tags[tag].offset, _name(tag), f"It does not contain {expected} numbers.")
    for start, length in strips:
        if not length or start + length > len(state.untrusted):
            state.ledger.stop(state.tags[_STRIPS].offset, "strip", "It is empty, or outside the file.")
        state.pieces.append((start, length, "strip"))
    return strips


def _claim_all(state: _Walk) -> None:
    """Account for the parts in file order, and for single zero bytes before even offsets."""
    ledger, untrusted = state.ledger, state.untrusted
    state.pieces.sort()
    for start, length, name in [*state.pieces, (len(untrusted), 0, "end")]:
        padded = ledger.reached % 2 and start == ledger.reached + 1
        if padded and not untrusted[ledger.reached]:
            ledger.claim("padding", ledger.reached, 1)
        if start != ledger.reached:
            ledger.stop(ledger.reached, name, "Bytes before it belong to nothing, or it lies over another piece.")
        if length:
            ledger.claim(name, start, length)


def _check_pixels(state: _Walk, page: _Page, strips: list[tuple[int, int]]) -> None:
    """Check that every strip holds exactly its rows, and no colour under full transparency."""
    for number, strip in enumerate(strips):
        rows = min(page.rows, page.height - number * page.rows)
        for block in row_blocks(_strip(state, page, strip, rows * page.row), page.row):
            if page.alpha and _is_hiding(page, block):
                state.ledger.stop(strip[0], "strip", "Colour is hidden under full transparency.")


def _strip(state: _Walk, page: _Page, strip: tuple[int, int], expected: int) -> Iterator[bytes]:
    """The bytes of a strip's rows."""
    start, length = strip
    if page.deflated:
        yield from inflated(state.untrusted, [strip], expected, "strip", state.ledger)
    elif length != expected:
        state.ledger.stop(start, "strip", "It does not contain exactly its rows.")
    elif page.alpha:
        yield from (state.untrusted[at : at + page.row] for at in range(start, start + length, page.row))


def _is_hiding(page: _Page, rows: Bytes) -> bool:
    pixels = rows.reshape(-1, page.samples * page.sample)
    colour, alpha = pixels[:, : -page.sample], pixels[:, -page.sample :]
    return bool(colour[~alpha.any(axis=1)].any())


def _read_metadata(state: _Walk) -> None:
    if (packet := state.tags.get(_XMP)) is not None:
        state.ledger.texts = xmp.read_packet(packet.value, packet.place, "tiff", state.ledger)
    if (profile := state.tags.get(_PROFILE)) is not None:
        stripped_metadata.check_icc_profile(profile.value, profile.offset, _name(_PROFILE), state.ledger)
