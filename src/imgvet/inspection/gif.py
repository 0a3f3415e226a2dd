"""GIF: every block, and what stands behind the end mark (GIF89a specification)."""

import re
from collections.abc import Iterator

from imgvet.inspection.findings import (
    EmbeddedPart,
    FileFinding,
    UnreadRegion,
    decoded,
    is_text,
    private_item,
    unknown,
)
from imgvet.inspection.jpeg_text import text_in_picture

_MAX_BLOCKS = 100_000
_MAX_SUB_BLOCKS = 2_000_000
_MAX_PIECES = 20_000
_XMP_TRAILER = 257  # bytes that end XMP in a GIF, so that readers of sub-blocks find their way (Adobe XMP part 3)
_WORDS = re.compile(rb"[\x20-\x7e]{12,}")
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def inspect_gif(data: bytes) -> Iterator[FileFinding]:
    """Everything in a GIF beside its picture."""
    if data[:6] not in (b"GIF87a", b"GIF89a") or len(data) < 13:
        yield UnreadRegion("It does not begin as a GIF does.")
        yield unknown("file", data, "the whole file")
        return
    at = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    yield from _colours(data, 13, at)
    frames = 0
    for _ in range(_MAX_BLOCKS):
        sign = data[at : at + 1]
        if sign == b",":
            frames += 1
            packed = data[at + 9] if at + 9 < len(data) else 0
            start = at + 11 + (3 << ((packed & 7) + 1) if packed & 0x80 else 0)
            yield from _colours(data, at + 10, start - 1)
            at = _end_of_blocks(data, start)
            yield from _coded(data, start, at)
        elif sign == b"!":
            kind = data[at + 1 : at + 2]
            end = _end_of_blocks(data, at + 2)
            body = _blocks(data, at + 2, end)
            yield from _extension(kind, body, data[at + 2 : end], at + 3)
            at = end
        else:
            break
    yield from _end(data, at, frames)


def _end(data: bytes, at: int, frames: int) -> Iterator[FileFinding]:
    if frames > 1:
        yield private_item("pictures", "Frames", f"{frames} pictures of an animation", "GIF")
    if data[at : at + 1] == b";":
        if at + 1 < len(data):
            yield EmbeddedPart("trailer", data[at + 1 :], "after the end of the picture", at + 1)
        return
    yield UnreadRegion("The file stops before the end of the picture, or is damaged.")
    if at < len(data):
        yield unknown("stray bytes", data[at:], "GIF", at)


def _end_of_blocks(data: bytes, at: int) -> int:
    """Where the next block begins, behind the sub-blocks from ``at`` on; no more than two million are followed."""
    for _ in range(_MAX_SUB_BLOCKS):
        if at >= len(data) or not data[at]:
            return min(at + 1, len(data))
        at += 1 + data[at]
    return min(at, len(data))


def _blocks(data: bytes, at: int, end: int) -> list[bytes]:
    """The sub-blocks between two places, the first 20,000 of them."""
    pieces: list[bytes] = []
    while at < end and data[at] and len(pieces) < _MAX_PIECES:
        pieces.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return pieces


def _colours(data: bytes, start: int, end: int) -> Iterator[FileFinding]:
    """Words in a table of colours."""
    words = _WORDS.search(data, start, end)
    if words and is_text(words[0]):
        yield unknown("words in the palette", words[0], "GIF colours", words.start())


def _coded(data: bytes, start: int, end: int) -> Iterator[FileFinding]:
    """Words in the coded pixels of one frame, whose sub-blocks are looked at as they stand."""
    if end - start > 2:
        yield from text_in_picture(data, start, end - 1, "GIF picture data")


def _extension(kind: bytes, pieces: list[bytes], raw: bytes, start: int) -> Iterator[FileFinding]:
    if kind == b"\xfe":
        yield private_item("text", "Comment", decoded(b"".join(pieces)), "GIF comment")
    elif kind == b"\x01":
        yield private_item("text", "PlainText", decoded(b"".join(pieces[1:])), "GIF plain text")
    elif kind == b"\xff" and pieces:
        yield from _application(pieces, raw, start)
    elif kind != b"\xf9" or len(pieces) > 1 or len(b"".join(pieces)) > 4:  # which times the frames
        yield unknown(f"extension 0x{kind.hex()}", b"".join(pieces), "GIF", start)


def _application(pieces: list[bytes], raw: bytes, start: int) -> Iterator[FileFinding]:
    name, body = pieces[0], b"".join(pieces[1:])
    if name == b"XMP DataXMP":
        whole = raw[12:-_XMP_TRAILER].rstrip(b"\x01\0") if raw.endswith(b"\x02\x01\0\0") else body
        yield EmbeddedPart("xmp", whole, "GIF XMP")
    elif name == b"ICCRGBG1012":
        yield EmbeddedPart("icc", body, "GIF ICC profile")
    elif name.startswith(b"C2PA_GIF"):
        yield EmbeddedPart("jumbf", body, "GIF C2PA")
    elif name not in _LOOPS or len(body) > 8:
        yield unknown(f"application {decoded(name)}", body, "GIF application extension", start)
