"""WebP: every chunk of its RIFF container, and what follows it (WebP container specification)."""

from collections.abc import Iterator

from imgvet.formats.riff import RIFF_HEADER_BYTES, walk_riff_chunks, webp_end
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


def inspect_webp(data: bytes, *, pixels: bool = True) -> Iterator[FileFinding]:
    """Everything in a WebP file beside its picture; without ``pixels``, pictures and frames are skipped."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        yield UnreadRegion("It does not begin as a WebP file does.")
        yield unknown("file", data, "the whole file")
        return
    end = webp_end(data)
    if 8 + int.from_bytes(data[4:8], "little") > len(data):
        yield UnreadRegion("The file stops before the end of the picture.")
    at, frames = RIFF_HEADER_BYTES, 0
    for chunk in walk_riff_chunks(data, RIFF_HEADER_BYTES, end):
        name, at = decoded(chunk.name), chunk.following
        if chunk.start + chunk.size > len(data):
            yield UnreadRegion(f"The {name} chunk is cut off.")
        frames += chunk.name == b"ANMF"
        if pixels or chunk.name not in (*_PICTURE, b"ANMF"):
            yield from _chunk(data, chunk.name, chunk.start, chunk.end)
        padding = data[chunk.end : min(at, end)]
        if padding.strip(b"\0"):
            yield unknown("padding", padding, f"WebP {name}", chunk.end)
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
    """The chunks within one frame of an animation, after its 16 bytes of place and time."""
    at = start + 16
    for chunk in walk_riff_chunks(data, at, end):
        name, at = decoded(chunk.name), chunk.following
        if chunk.name in _PICTURE:
            yield from text_in_picture(data, chunk.start, chunk.end, f"WebP ANMF {name}")
        else:
            yield unknown(f"chunk {name}", data[chunk.start : chunk.end], f"WebP ANMF {name}", chunk.start)
    if data[at:end].strip(b"\0"):
        yield unknown("stray bytes", data[at:end], "WebP ANMF", at)
