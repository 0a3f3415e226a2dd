"""WebP: every chunk of its RIFF container, and what stands behind it (WebP container specification)."""

from collections.abc import Iterator

from imgvet.inspection.findings import (
    EmbeddedPart,
    FileFinding,
    UnreadRegion,
    decoded,
    described,
    private_item,
    unknown,
)
from imgvet.inspection.jpeg_text import text_in_picture

_PICTURE = (b"VP8 ", b"VP8L", b"ALPH")
_FIXED = {b"VP8X": 10, b"ANIM": 6}  # bytes of chunks that have a set size
_PARTS = {
    b"EXIF": ("exif", "EXIF"),
    b"XMP ": ("xmp", "XMP"),
    b"ICCP": ("icc", "ICCP"),
    b"C2PA": ("jumbf", "C2PA"),
}
_MAX_CHUNKS = 20_000


def inspect_webp(data: bytes) -> Iterator[FileFinding]:
    """Everything in a WebP file beside its picture."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        yield UnreadRegion("It does not begin as a WebP file does.")
        yield unknown("file", data, "the whole file")
        return
    size = int.from_bytes(data[4:8], "little")
    end = min(len(data), 8 + size + size % 2)
    if 8 + size > len(data):
        yield UnreadRegion("The file stops before the end of the picture.")
    at, frames = 12, 0
    for _ in range(_MAX_CHUNKS):
        if at + 8 > end:
            break
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + size > len(data):
            yield UnreadRegion(f"The {decoded(kind)} chunk is cut off.")
        frames += kind == b"ANMF"
        yield from _chunk(data, kind, at + 8, min(at + 8 + size, end))
        if size % 2 and data[at + 8 + size : min(at + 9 + size, end)].strip(b"\0"):
            yield unknown("padding", data[at + 8 + size : at + 9 + size], f"WebP {decoded(kind)}", at + 8 + size)
        at += 8 + size + size % 2
    if frames > 1:
        yield private_item("pictures", "Frames", f"{frames} pictures of an animation", "WebP ANMF")
    if at < end:
        yield unknown("stray bytes", data[at:end], "WebP", at)
    if end < len(data):
        yield EmbeddedPart("trailer", data[end:], "after the end of the picture", end)


def _chunk(data: bytes, kind: bytes, start: int, end: int) -> Iterator[FileFinding]:
    body = data[start:end]
    if kind in _PARTS:
        part, words = _PARTS[kind]
        yield EmbeddedPart(part, body, f"WebP {words}", start)
    elif kind == b"ANMF":
        yield from _frame(data, start, end)
    elif kind == b"SEAL":
        yield private_item("credentials", "SEALSignature", described(body), "WebP SEAL")
    elif kind in _FIXED:
        if body[_FIXED[kind] :]:
            name = f"behind the {decoded(kind)} chunk"
            yield unknown(name, body[_FIXED[kind] :], f"WebP {decoded(kind)}", start + _FIXED[kind])
    elif kind == b"JUNK" and not body.strip(b"\0"):
        yield private_item("other", "padding", described(body), "WebP JUNK")
    elif kind in _PICTURE:
        yield from text_in_picture(data, start, end, f"WebP {decoded(kind)}")
    else:
        yield unknown(f"chunk {decoded(kind)}", body, f"WebP {decoded(kind)}", start)


def _frame(data: bytes, start: int, end: int) -> Iterator[FileFinding]:
    """The chunks within one frame of an animation, behind its 16 bytes of place and time."""
    at = start + 16
    for _ in range(_MAX_CHUNKS):
        if at + 8 > end:
            break
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        last = min(at + 8 + size, end)
        if kind in _PICTURE:
            yield from text_in_picture(data, at + 8, last, f"WebP ANMF {decoded(kind)}")
        else:
            yield unknown(f"chunk {decoded(kind)}", data[at + 8 : last], f"WebP ANMF {decoded(kind)}", at + 8)
        at += 8 + size + size % 2
    if data[at:end].strip(b"\0"):
        yield unknown("stray bytes", data[at:end], "WebP ANMF", at)
