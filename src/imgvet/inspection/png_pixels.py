"""What can be hidden in the picture data of a PNG: bytes after its end, rows below the last one, unused colours.

Layout: PNG specification, third edition, clauses 7 to 10.
"""

import re
import zlib
from collections.abc import Generator, Iterator
from dataclasses import replace

from imgvet.formats.png import PngChunk
from imgvet.inspection.findings import FileFinding, UnreadRegion, is_text, private_item, unknown

_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # a pixel, by colour type
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_PALETTE = 3
_MAX_INFLATED = 512 << 20  # bytes of picture data that are unpacked to see where they end
_MAX_INDICES = 16 << 20  # bytes of picture data in which used colours are looked up
_MAX_LISTED = 20  # chunks behind the end of the picture data
_BLOCK = 1 << 20
PngSpan = tuple[int, int]  # first byte, first byte behind

_WORDS = re.compile(rb"[\x20-\x7e]{12,}")


def inspect_png_pixels(data: bytes, chunks: list[PngChunk]) -> Iterator[FileFinding]:
    """What is in the picture data of a PNG beside the picture."""
    head = data[16:29]
    if data[12:16] != b"IHDR" or len(head) < 13:
        return
    width, height, depth, colour = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big"), head[8], head[9]
    spans = [(name, (start, end)) for name, start, end, is_cut in chunks if not is_cut]
    pieces = [span for name, span in spans if name == b"IDAT"]
    palette, opacity = dict(spans).get(b"PLTE"), dict(spans).get(b"tRNS")
    needed = _needed(width, height, depth * _SAMPLES.get(colour, 4), interlaced=bool(head[12]))
    if not pieces or needed > _MAX_INFLATED:
        if pieces:
            yield UnreadRegion("The picture data is too large to be searched for anything behind it.")
        return
    keep = needed if colour == _PALETTE and palette and needed <= _MAX_INDICES else 0
    indices = yield from _inflate(data, pieces, needed, keep)
    if opacity:
        yield from _words(data, opacity, "opacities", "tRNS")
    if palette:
        yield from _words(data, palette, "palette", "PLTE")
        yield from _colours(data, palette, indices, (width, depth, bool(head[12]), colour))


def _needed(width: int, height: int, bits: int, *, interlaced: bool) -> int:
    """Bytes of all rows, each with its filter byte."""
    if not interlaced:
        return height * (1 + (width * bits + 7) // 8)
    total = 0
    for left, top, across, down in _ADAM7:
        columns, rows = (width - left + across - 1) // across, (height - top + down - 1) // down
        total += rows * (1 + (columns * bits + 7) // 8) if columns > 0 and rows > 0 else 0
    return total


def _inflate(data: bytes, pieces: list[PngSpan], needed: int, keep: int) -> Generator[FileFinding, None, bytes]:
    """Inflate the picture data and yield what is surplus; return its first ``keep`` bytes."""
    unpacker, size, kept = zlib.decompressobj(), 0, bytearray()
    try:
        for number, (start, end) in enumerate(pieces):
            if unpacker.eof:
                yield from _behind(data, pieces[number:])
                break
            waiting = data[start:end]
            while waiting and not unpacker.eof and size <= needed:
                block = unpacker.decompress(waiting, _BLOCK)
                size += len(block)
                kept += block[: max(keep - len(kept), 0)]
                waiting = unpacker.unconsumed_tail
            if unpacker.unused_data:
                place = end - len(unpacker.unused_data)
                yield unknown("behind the picture data", unpacker.unused_data, "PNG IDAT", place)
            if size > needed:
                break
    except zlib.error:
        yield UnreadRegion("The picture data is damaged, so it was not searched for anything behind it.")
    if size > needed:
        words = "more rows than the picture has"
        yield replace(private_item("unknown", "surplus picture data", words, "PNG IDAT"), offset=pieces[0][0])
    return bytes(kept)


def _behind(data: bytes, pieces: list[PngSpan]) -> Iterator[FileFinding]:
    """Chunks of picture data that begin when the picture is complete."""
    for start, end in pieces[:_MAX_LISTED]:
        yield unknown("behind the picture data", data[start:end], "PNG IDAT", start)
    if pieces[_MAX_LISTED:]:
        size = sum(end - start for start, end in pieces[_MAX_LISTED:])
        words = f"{size:,} bytes in {len(pieces) - _MAX_LISTED} more chunks"
        yield private_item("unknown", "behind the picture data", words, "PNG IDAT")


def _colours(data: bytes, palette: PngSpan, indices: bytes, shape: tuple[int, int, bool, int]) -> Iterator[FileFinding]:
    """Colours of the palette that no pixel uses."""
    start, end = palette
    width, depth, interlaced, colour = shape
    count = (end - start) // 3
    used = _used(indices, width, depth) if colour == _PALETTE and indices and not interlaced else None
    if colour == _PALETTE and count > 1 << depth:
        yield unknown(
            "colours that no pixel can use", data[start + (3 << depth) : end], "PNG PLTE", start + (3 << depth)
        )
    elif used is not None and used + 1 < count:
        place = start + 3 * (used + 1)
        yield unknown("colours that no pixel uses", data[place:end], "PNG PLTE", place)


def _words(data: bytes, span: PngSpan, what: str, chunk: str) -> Iterator[FileFinding]:
    words = _WORDS.search(data, *span)
    if words and is_text(words[0]):
        yield unknown(f"words in the {what}", words[0], f"PNG {chunk}", words.start())


def _used(indices: bytes, width: int, depth: int) -> int | None:
    """The highest colour number in unfiltered rows; None if a row is filtered."""
    row = 1 + (width * depth + 7) // 8
    if any(indices[::row]):
        return None
    highest = 0
    for at in range(1, len(indices), row):
        line = indices[at : at + row - 1]
        largest = max(line, default=0)
        if depth == 8:
            highest = max(highest, largest)
        else:
            mask = (1 << depth) - 1
            highest = max(highest, *(byte >> shift & mask for byte in set(line) for shift in range(0, 8, depth)), 0)
    return highest
