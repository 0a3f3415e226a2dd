"""Walk a WebP byte by byte and allow only listed chunks.

Layout: WebP Container Specification (RFC 9649, section 2): RIFF, then VP8X, ICCP, one picture, EXIF and XMP in this
order. A published file may have the picture and XMP, a stripped one the picture, a known colour profile and its
orientation. Transparency and animation are not allowed: what they hide cannot be seen without decoding.

NOTE: the coded picture is not decoded. Its header is read, its partitions must cover the chunk, it may be no longer
than a picture of its size can need, and it may hold no run of plain text.
"""

from contextlib import suppress
from dataclasses import dataclass, field

from imgvet.proof import stripped_metadata, vp8, xmp
from imgvet.proof.ledger import Ledger, Unwalkable

_HEAD = 12  # bytes: RIFF, size, WEBP
_FLAGS = {"ICCP": 0x20, "EXIF": 0x08, "XMP ": 0x04}  # in VP8X, where the chunk is there
_PICTURES = ("VP8 ", "VP8L")
_PUBLISHED = ("VP8X", *_PICTURES, "XMP ")  # in the required order
_STRIPPED = ("VP8X", "ICCP", *_PICTURES, "EXIF")


@dataclass(slots=True)
class _Walk:
    """What the chunks so far have said."""

    untrusted: bytes
    ledger: Ledger
    size: tuple[int, int] = field(init=False)  # of the coded picture, once it is read: width, height
    extended: bytes | None = None  # content of VP8X
    seen: list[str] = field(default_factory=list)


def walk_webp(untrusted: bytes, ledger: Ledger) -> None:
    """Account for every byte of a WebP, as far as it can be read."""
    state = _Walk(untrusted, ledger)
    with suppress(Unwalkable):
        ledger.claim("RIFF", 0, _HEAD)
        end = 8 + int.from_bytes(untrusted[4:8], "little")
        if end % 2 or end > len(untrusted):
            ledger.stop(4, "RIFF", "It is cut off, or its length is wrong.")
        offset = _HEAD
        while offset < end:
            offset = _step(state, offset, end)
        if end < len(untrusted):
            ledger.claim("trailer", end, len(untrusted) - end)
            ledger.wrong(end, "trailer", f"{len(untrusted) - end} bytes follow the picture's end.")
        _check_whole(state)


def _step(state: _Walk, offset: int, end: int) -> int:
    """Read the chunk at ``offset``; return where the next one starts."""
    untrusted, ledger = state.untrusted, state.ledger
    name = untrusted[offset : offset + 4].decode("latin-1")
    length = int.from_bytes(untrusted[offset + 4 : offset + 8], "little")
    start = offset + 8
    following = start + length + length % 2
    if following > end:
        ledger.stop(offset, name, "It is cut off, or its length is wrong.")
    _check_place(state, name, offset)
    if name in _PICTURES:
        ledger.claim(name, offset, 8)
        read = vp8.read_lossy if name == "VP8 " else vp8.read_lossless
        state.size = read(untrusted, start, start + length, ledger)
    else:
        ledger.claim(name, offset, 8 + length)
        _read_chunk(state, name, offset, untrusted[start : start + length])
    if length % 2:
        ledger.claim("padding", start + length, 1)
        if untrusted[start + length]:
            ledger.wrong(start + length, name, "Its padding is not zero.")
    state.seen.append(name)
    return following


def _check_place(state: _Walk, name: str, offset: int) -> None:
    """Record a problem for a chunk that is not on the list, is a second one of its kind, or is out of order.

    Raises:
        Unwalkable: there is a second picture.
    """
    order = _STRIPPED if state.ledger.stripped else _PUBLISHED
    if name not in order:
        state.ledger.wrong(offset, name, "It is not on the allow-list of chunks.")
    elif name in _PICTURES and any(each in _PICTURES for each in state.seen):
        state.ledger.stop(offset, name, "It is a second picture.")
    elif name in state.seen:
        state.ledger.wrong(offset, name, "It is there twice.")
    elif any(each in order and order.index(each) > order.index(name) for each in state.seen):
        state.ledger.wrong(offset, name, "It is after one that must follow it.")


def _read_chunk(state: _Walk, name: str, offset: int, content: bytes) -> None:
    """Check the content of a chunk other than the picture; its name is at ``offset``."""
    ledger = state.ledger
    if name == "VP8X":
        state.extended = content
        if len(content) != 10:
            ledger.stop(offset, name, "It is not 10 bytes long.")
    elif name == "ICCP" and ledger.stripped:
        stripped_metadata.check_icc_profile(content, offset, name, ledger)
    elif name == "EXIF" and ledger.stripped:
        stripped_metadata.check_orientation(content, offset, name, ledger)
    elif name == "XMP " and not ledger.stripped and name not in state.seen:
        ledger.texts = xmp.read_packet(content, offset + 8, "webp", ledger)


def _check_whole(state: _Walk) -> None:
    """Record a problem if there is no picture, or the VP8X disagrees with what is there."""
    ledger = state.ledger
    if not any(name in _PICTURES for name in state.seen):
        ledger.stop(len(state.untrusted), "VP8", "There is no picture in the file.")
    if state.extended is None:
        if len(state.seen) > 1:
            ledger.wrong(_HEAD, "VP8X", "It is missing.")
        return
    flags = sum(flag for name, flag in _FLAGS.items() if name in state.seen)
    if state.extended[:4] != bytes([flags, 0, 0, 0]):
        ledger.wrong(_HEAD, "VP8X", "Its flags are not those of the chunks that are there, or reserved bits are set.")
    canvas = tuple(1 + int.from_bytes(state.extended[start : start + 3], "little") for start in (4, 7))
    if canvas != state.size:
        ledger.wrong(_HEAD, "VP8X", "Its canvas is not as large as the picture.")
