"""GIF: every block, and what follows the end mark (GIF89a specification)."""

import re
from collections.abc import Iterator

from imgvet.formats.gif import FRAME, GIF_HEADER_BYTES, GifBlock, first_block, sub_blocks, walk_blocks
from imgvet.inspection.findings import EmbeddedPart, FileFinding, UnreadRegion, decoded, is_text, private_item, unknown
from imgvet.inspection.jpeg_text import text_in_picture

_MAX_PIECES = 20_000
_XMP_TRAILER = 257  # bytes that end XMP in a GIF, so that readers of sub-blocks find their way (Adobe XMP part 3)
_WORDS = re.compile(rb"[\x20-\x7e]{12,}")
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def inspect_gif(data: bytes, *, pixels: bool = True) -> Iterator[FileFinding]:
    """Everything in a GIF beside its picture; without ``pixels``, frames are skipped."""
    if data[:6] not in (b"GIF87a", b"GIF89a") or len(data) < GIF_HEADER_BYTES:
        yield UnreadRegion("It does not begin as a GIF does.")
        yield unknown("file", data, "the whole file")
        return
    at = first_block(data)
    yield from _colours(data, GIF_HEADER_BYTES, at)
    frames = 0
    for block in walk_blocks(data):
        at = block.end
        if block.introducer == FRAME:
            frames += 1
            if pixels:
                yield from _colours(data, block.head + 10, block.start - 1)
                yield from _coded(data, block.start, block.end)
        else:
            yield from _extension(block, list(sub_blocks(data, block, _MAX_PIECES)), data)
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


def _colours(data: bytes, start: int, end: int) -> Iterator[FileFinding]:
    """Words in a colour table."""
    words = _WORDS.search(data, start, end)
    if words and is_text(words[0]):
        yield unknown("words in the palette", words[0], "GIF colours", words.start())


def _coded(data: bytes, start: int, end: int) -> Iterator[FileFinding]:
    """Words in the coded pixels of one frame, whose sub-blocks are searched without decoding."""
    if end - start > 2:
        yield from text_in_picture(data, start, end - 1, "GIF picture data")


def _extension(block: GifBlock, pieces: list[bytes], data: bytes) -> Iterator[FileFinding]:
    if block.label == 0xFE:
        yield private_item("text", "Comment", decoded(b"".join(pieces)), "GIF comment")
    elif block.label == 0x01:
        yield private_item("text", "PlainText", decoded(b"".join(pieces[1:])), "GIF plain text")
    elif block.label == 0xFF and pieces:
        yield from _application(pieces, data[block.start : block.end], block.start + 1)
    elif block.label != 0xF9 or len(pieces) > 1 or len(b"".join(pieces)) > 4:  # which times the frames
        yield unknown(f"extension 0x{block.label:02x}", b"".join(pieces), "GIF", block.start + 1)


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
