"""WebP: every chunk of its RIFF container, and what stands behind it (WebP container specification)."""

from collections.abc import Iterator

from imgvet.metadata.reading.found import Found, Part, Unread, decoded, item, unknown

_PICTURE = (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM")
_MOST_CHUNKS = 20_000


def read_webp(data: bytes) -> Iterator[Found]:
    """Everything in a WebP file beside its picture."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        yield Unread("It does not begin as a WebP file does.")
        yield unknown("file", data, "the whole file")
        return
    size = int.from_bytes(data[4:8], "little")
    end = min(len(data), 8 + size + size % 2)
    if 8 + size > len(data):
        yield Unread("The file stops before the end of the picture.")
    at, frames = 12, 0
    for _ in range(_MOST_CHUNKS):
        if at + 8 > end:
            break
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + size > len(data):
            yield Unread(f"The {decoded(kind)} chunk is cut off.")
        frames += kind == b"ANMF"
        yield from _chunk(kind, data[at + 8 : min(at + 8 + size, end)])
        at += 8 + size + size % 2
    if frames > 1:
        yield item("pictures", "Frames", f"{frames} pictures of an animation", "WebP ANMF")
    if at < end:
        yield unknown("stray bytes", data[at:end], "WebP")
    if end < len(data):
        yield Part("trailer", data[end:], "after the end of the picture")


def _chunk(kind: bytes, data: bytes) -> Iterator[Found]:
    if kind == b"EXIF":
        yield Part("exif", data, "WebP EXIF")
    elif kind == b"XMP ":
        yield Part("xmp", data, "WebP XMP")
    elif kind == b"ICCP":
        yield Part("icc", data, "WebP ICCP")
    elif kind == b"C2PA":
        yield Part("jumbf", data, "WebP C2PA")
    elif kind not in _PICTURE and kind != b"ANMF":
        yield unknown(f"chunk {decoded(kind)}", data, f"WebP {decoded(kind)}")
