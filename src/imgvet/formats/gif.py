"""The blocks of a GIF, one after another (CompuServe, GIF89a, 31 July 1990)."""

from collections.abc import Iterator
from typing import NamedTuple

FRAME, EXTENSION, TRAILER = 0x2C, 0x21, 0x3B
GIF_HEADER_BYTES = 13  # signature, and the size and colours of the screen
MAX_BLOCKS = 100_000
MAX_SUB_BLOCKS = 2_000_000


class GifBlock(NamedTuple):
    """A frame or an extension, with the run of sub-blocks that it ends in."""

    introducer: int  # FRAME or EXTENSION
    label: int  # of an extension: what it is
    head: int  # where the block begins, in bytes of the file
    start: int  # of its sub-blocks
    end: int  # behind the zero that ends them; never beyond the data
    size: int  # bytes that the sub-blocks hold, without their own lengths
    is_cut: bool  # without a zero at the end: the data is truncated, or there are too many


def colour_table_bytes(flags: int) -> int:
    """The size of the table of colours that the flags of a screen or a frame announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def walk_blocks(data: bytes, most: int = MAX_BLOCKS) -> Iterator[GifBlock]:
    """The frames and extensions behind the screen's colours, ``most`` at the most, up to the first of another kind."""
    at = first_block(data)
    for _ in range(most):
        introducer = data[at] if at < len(data) else TRAILER
        if introducer == FRAME:
            label, start = 0, at + 11 + colour_table_bytes(data[at + 9] if at + 9 < len(data) else 0)
        elif introducer == EXTENSION:
            label, start = data[at + 1] if at + 1 < len(data) else 0, at + 2
        else:
            return
        end, size, is_cut = _after_sub_blocks(data, start)
        yield GifBlock(introducer, label, at, start, end, size, is_cut)
        at = end


def first_block(data: bytes) -> int:
    """Where the first block begins, behind the colours of the screen."""
    return GIF_HEADER_BYTES + (colour_table_bytes(data[10]) if len(data) > 10 else 0)


def sub_blocks(data: bytes, block: GifBlock, most: int = MAX_SUB_BLOCKS) -> Iterator[bytes]:
    """What each sub-block of a block holds, for the first ``most`` of them."""
    at = block.start
    for _ in range(most):
        if at >= block.end or not data[at]:
            return
        yield data[at + 1 : min(at + 1 + data[at], block.end)]
        at += 1 + data[at]


def _after_sub_blocks(data: bytes, start: int) -> tuple[int, int, bool]:
    """Where a run of sub-blocks ends, how many bytes they hold, and whether it is cut off."""
    at, blocks = start, 0
    while at < len(data) and data[at] and blocks < MAX_SUB_BLOCKS:
        at += data[at] + 1
        blocks += 1
    is_cut = at >= len(data) or data[at] != 0
    end = min(at, len(data))
    return end if is_cut else end + 1, max(end - start - blocks, 0), is_cut
