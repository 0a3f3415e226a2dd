"""Walk a PNG byte by byte, allow only listed chunks, and inflate its pixels within bounds.

Layout: W3C Portable Network Graphics (PNG) Specification, third edition. Allowed are IHDR, sRGB, PLTE, tRNS, one iTXt
with the XMP packet, IDAT and IEND; in a stripped file iCCP and eXIf in place of iTXt, and 16 bits a sample. The pixels
must be exactly as many as IHDR says, and the zlib stream must end where the last IDAT ends. What a viewer does not show
must be empty: colour under full transparency, palette entries that no pixel uses, spare bits at the end of a row.

Row filters: a filtered byte depends on the pixel to its left, above, and above left (section 9), so pixels on one
falling diagonal do not depend on each other. Rows are shifted, each one pixel further than the row above, and undone
column by column: some thousand steps in NumPy for a block in place of millions in Python.
"""

import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imgvet.proof import stripped_metadata, xmp
from imgvet.proof.inflate import MAX_PIXEL_BYTES, MAX_SIDE, inflated, row_blocks
from imgvet.proof.ledger import Ledger, Unwalkable

FILTERS = 5  # None, Sub, Up, Average, Paeth

FilteredRows = NDArray[Any]


class Unfilter:
    """Undoes the filters of one picture, block by block from the top."""

    def __init__(self, row: int, stride: int) -> None:
        """Start at the top of a picture with ``row`` bytes a row and ``stride`` bytes a pixel."""
        self._above = np.zeros((row // stride, stride), dtype=np.uint8)

    def pixels(self, rows: FilteredRows) -> FilteredRows:
        """The pixels, (rows, columns, bytes), of the next rows; each row is its filter byte and its filtered bytes."""
        across, stride = self._above.shape
        filters = np.concatenate(
            ([0], rows[:, 0])
        )  # the row above is added as a first row whose filter is already undone
        filtered = np.concatenate((self._above[None], rows[:, 1:].reshape(-1, across, stride)))
        undone = _straightened(_undone(_slanted(filtered), filters), across)
        self._above = undone[-1]
        return undone[1:]


def _slanted(rows: FilteredRows) -> FilteredRows:
    """The rows as (diagonal, row, byte): column ``c`` of row ``r`` is in diagonal ``c + r``."""
    count, across, stride = rows.shape
    length = across + count
    room = np.zeros((count * (length + 1), stride), dtype=np.int16)
    room.reshape(count, length + 1, stride)[:, :across] = rows
    return np.ascontiguousarray(room[: count * length].reshape(count, length, stride).transpose(1, 0, 2))


def _straightened(diagonals: FilteredRows, across: int) -> FilteredRows:
    """The rows again, as (row, column, byte), each ``across`` pixels long."""
    length, count, stride = diagonals.shape
    room = np.empty((count * (length + 1), stride), dtype=np.uint8)
    room[: count * length] = diagonals.transpose(1, 0, 2).reshape(-1, stride)
    return room.reshape(count, length + 1, stride)[:, :across]


def _undone(slanted: FilteredRows, filters: FilteredRows) -> FilteredRows:
    """The diagonals with each row's filter undone.

    None, Sub and Up are Paeth with their unused neighbours taken as 0.
    """
    length, count, stride = slanted.shape
    undone = np.zeros((length + 2, count + 1, stride), dtype=np.int16)  # zeros before the first column and row
    left_seen, up_seen, corner_seen, is_average = (
        np.isin(filters, which)[:, None] for which in ((1, 3, 4), (2, 3, 4), (4,), (3,))
    )
    masks = [np.where(seen, -1, 0).astype(np.int16) for seen in (left_seen, up_seen, corner_seen)]
    averages = bool(is_average.any())
    for step in range(length):
        left = undone[step + 1, 1:] & masks[0]
        up = undone[step + 1, :-1] & masks[1]
        predicted = _paeth(left, up, undone[step, :-1] & masks[2])
        if averages:
            predicted = np.where(is_average, (left + up) >> 1, predicted)
        undone[step + 2, 1:] = (slanted[step] + predicted) & 255
    return undone[2:, 1:]


def _paeth(left: FilteredRows, up: FilteredRows, corner: FilteredRows) -> FilteredRows:
    """Of the three neighbours the one nearest to left + up - corner; ties go in this order (PNG, section 9.4)."""
    by_left, by_up = up - corner, left - corner
    to_left, to_up, to_corner = np.abs(by_left), np.abs(by_up), np.abs(by_left + by_up)
    return np.where((to_left <= to_up) & (to_left <= to_corner), left, np.where(to_up <= to_corner, up, corner))


PNG_MAGIC = b"\x89PNG\r\n\x1a\n"

_XMP = b"XML:com.adobe.xmp\x00\x00\x00\x00\x00"  # keyword, not compressed, no language, no translated keyword
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # a pixel, by colour type
_PROFILE = b"ICC profile\x00\x00"  # keyword, deflated


@dataclass(frozen=True, slots=True)
class _Header:
    width: int  # pixels
    height: int
    depth: int  # bits a sample
    colour: int  # PNG's colour type

    @property
    def row(self) -> int:
        """Bytes of one row, without its filter byte."""
        return (self.width * self.depth * _SAMPLES[self.colour] + 7) // 8

    @property
    def stride(self) -> int:
        """Bytes of one pixel, at least 1: how far back a filter looks."""
        return max(1, self.depth * _SAMPLES[self.colour] // 8)

    @property
    def must_be_unfiltered(self) -> bool:
        """Whether the pixels can hold something that a viewer does not show."""
        return self.colour in (3, 4, 6) or self.width * self.depth % 8 != 0


@dataclass(slots=True)
class _Walk:
    """What the chunks so far have said."""

    untrusted: bytes
    ledger: Ledger
    header: _Header = field(init=False)  # set by IHDR, without which the walk does not continue
    palette: bytes = b""
    alpha: bytes = b""  # of the palette's first entries
    data: list[tuple[int, int]] = field(default_factory=list)  # offset and length of what each IDAT holds
    seen: list[str] = field(default_factory=list)


def walk_png(untrusted: bytes, ledger: Ledger) -> None:
    """Account for every byte of a PNG, as far as it can be read."""
    state = _Walk(untrusted, ledger)
    with suppress(Unwalkable):
        ledger.claim("signature", 0, len(PNG_MAGIC))
        offset = len(PNG_MAGIC)
        while offset >= 0:
            offset = _step(state, offset)
        _check_pixels(state)


def _step(state: _Walk, offset: int) -> int:
    """Read the chunk at ``offset``; return where the next one starts, or -1 after the last."""
    untrusted, ledger = state.untrusted, state.ledger
    if offset + 12 > len(untrusted):
        ledger.stop(offset, "IEND", "The file ends before the picture does.")
    length = int.from_bytes(untrusted[offset : offset + 4], "big")
    name = _name(untrusted[offset + 4 : offset + 8])
    end = offset + 12 + length
    if end > len(untrusted):
        ledger.stop(offset, name, "It is cut off, or its length is wrong.")
    content = untrusted[offset + 8 : end - 4]
    ledger.claim("iTXt XMP" if name == "iTXt" and content.startswith(_XMP) else name, offset, end - offset)
    if zlib.crc32(content, zlib.crc32(untrusted[offset + 4 : offset + 8])) != int.from_bytes(
        untrusted[end - 4 : end], "big"
    ):
        ledger.wrong(offset, name, "Its checksum does not match.")
    _read_chunk(state, name, offset, content)
    state.seen.append(name)
    if name != "IEND":
        return end
    if end < len(untrusted):
        ledger.claim("trailer", end, len(untrusted) - end)
        ledger.wrong(end, "trailer", f"{len(untrusted) - end} bytes follow the picture's end.")
    return -1


def _name(kind: bytes) -> str:
    return kind.decode("ascii") if kind.isalpha() else f"chunk 0x{kind.hex()}"


def _read_chunk(state: _Walk, name: str, offset: int, content: bytes) -> None:
    """Check one chunk; its length is at ``offset``, its content starts eight bytes further on."""
    if (name == "IHDR") != (not state.seen):
        state.ledger.stop(offset, name, "IHDR must be the first chunk, and only that.")
    readers = {
        "IHDR": _read_header,
        "sRGB": _read_srgb,
        "PLTE": _read_palette,
        "tRNS": _read_alpha,
        "iTXt": _read_text,
        "IDAT": _read_data,
        "IEND": _read_end,
    }
    if state.ledger.stripped:
        del readers["iTXt"]
        readers |= {"iCCP": _read_profile, "eXIf": _read_orientation}
    if name not in readers:
        state.ledger.wrong(offset, name, "It is not on the allow-list of chunks.")
        return
    if name != "IDAT" and name in state.seen:
        state.ledger.wrong(offset, name, "It is there twice.")
    readers[name](state, offset, content)


def _read_header(state: _Walk, offset: int, content: bytes) -> None:
    if len(content) != 13:
        state.ledger.stop(offset, "IHDR", "It is not 13 bytes long.")
    width, height = int.from_bytes(content[:4], "big"), int.from_bytes(content[4:8], "big")
    depth, colour = content[8], content[9]
    if not width or not height or colour not in _SAMPLES or content[10:] != b"\x00\x00\x00":
        state.ledger.stop(offset, "IHDR", "It is not a plain picture without interlacing.")
    deep = depth == 16 and colour != 3 and state.ledger.stripped
    if depth != 8 and not deep and (depth not in (1, 2, 4) or colour not in (0, 3)):
        state.ledger.stop(offset, "IHDR", "Its samples are not 8 bits, or fewer for grey and palette pictures.")
    state.header = _Header(width, height, depth, colour)
    if height * (1 + state.header.row) > MAX_PIXEL_BYTES:
        state.ledger.stop(offset, "IHDR", f"It has more than {MAX_PIXEL_BYTES} bytes of pixels.")
    if max(width, height) > MAX_SIDE:
        state.ledger.stop(offset, "IHDR", f"It is wider or higher than {MAX_SIDE} pixels.")


def _read_srgb(state: _Walk, offset: int, content: bytes) -> None:
    _check_before(state, "sRGB", offset, ("PLTE", "IDAT"))
    if "iCCP" in state.seen:
        state.ledger.wrong(offset, "sRGB", "There is a colour profile beside it.")
    if len(content) != 1 or content[0] > 3:
        state.ledger.wrong(offset, "sRGB", "It is not one byte from 0 to 3.")


def _read_profile(state: _Walk, offset: int, content: bytes) -> None:
    _check_before(state, "iCCP", offset, ("sRGB", "PLTE", "IDAT"))
    if content.startswith(_PROFILE):
        stripped_metadata.check_deflated_icc_profile(content[len(_PROFILE) :], offset, "iCCP", state.ledger)
    else:
        state.ledger.wrong(offset, "iCCP", "Its name is not 'ICC profile'.")


def _read_orientation(state: _Walk, offset: int, content: bytes) -> None:
    _check_before(state, "eXIf", offset, ("IDAT",))
    stripped_metadata.check_orientation(content, offset, "eXIf", state.ledger)


def _read_palette(state: _Walk, offset: int, content: bytes) -> None:
    _check_before(state, "PLTE", offset, ("tRNS", "IDAT"))
    if state.header.colour != 3:
        state.ledger.wrong(offset, "PLTE", "The picture has no palette.")
    elif not content or len(content) % 3 or len(content) > 3 << state.header.depth:
        state.ledger.wrong(offset, "PLTE", "Its length is not that of a palette.")
    state.palette = content


def _read_alpha(state: _Walk, offset: int, content: bytes) -> None:
    _check_before(state, "tRNS", offset, ("IDAT",))
    if not 1 <= len(content) <= len(state.palette) // 3:
        state.ledger.wrong(offset, "tRNS", "It does not belong to a palette, or is longer than it.")
    state.alpha = content


def _check_before(state: _Walk, name: str, offset: int, others: tuple[str, ...]) -> None:
    if any(other in state.seen for other in others):
        state.ledger.wrong(offset, name, f"It must come before {' and '.join(others)}.")


def _read_text(state: _Walk, offset: int, content: bytes) -> None:
    if not content.startswith(_XMP):
        state.ledger.wrong(offset, "iTXt", "It is not a plain XMP packet.")
    elif not state.ledger.texts:
        state.ledger.texts = xmp.read_packet(content[len(_XMP) :], offset + 8 + len(_XMP), "png", state.ledger)


def _read_data(state: _Walk, offset: int, content: bytes) -> None:
    if "IDAT" in state.seen and state.seen[-1] != "IDAT":
        state.ledger.wrong(offset, "IDAT", "Another chunk is between it and the IDAT before.")
    if not content:
        state.ledger.wrong(offset, "IDAT", "It is empty.")
    state.data.append((offset + 8, len(content)))


def _read_end(state: _Walk, offset: int, content: bytes) -> None:
    if content:
        state.ledger.wrong(offset, "IEND", "It is not empty.")
    if "IDAT" not in state.seen:
        state.ledger.wrong(offset, "IEND", "There is no picture in the file.")


def _check_pixels(state: _Walk) -> None:
    """Inflate the picture block by block and check what a viewer would not show."""
    header, ledger = state.header, state.ledger
    if not state.data:
        return
    _check_palette(state, header)
    start = state.data[0][0] - 8
    unfilter = Unfilter(header.row, header.stride) if header.must_be_unfiltered else None
    used = np.zeros(256, dtype=bool)
    line = 1 + header.row
    for rows in row_blocks(inflated(state.untrusted, state.data, header.height * line, "IDAT", ledger), line):
        if rows[:, 0].max() >= FILTERS:
            ledger.stop(start, "IDAT", "A row has a filter that PNG does not know.")
        if unfilter is not None and (hidden := _hidden(header, unfilter.pixels(rows), used)):
            ledger.stop(start, "IDAT", hidden)
    _check_palette_use(state, header, used)


def _hidden(header: _Header, pixels: FilteredRows, used: FilteredRows) -> str:
    """What the rows hold that a viewer does not show; also marks the palette entries that they use."""
    if header.colour in (4, 6):
        sample = header.depth // 8  # bytes
        colour, alpha = pixels[:, :, :-sample], pixels[:, :, -sample:].max(axis=2)
        return "Colour is hidden under full transparency." if colour.max(axis=2)[alpha == 0].any() else ""
    samples = pixels[:, :, 0]
    if header.depth < 8:
        bits = np.unpackbits(samples, axis=1).reshape(len(samples), -1, header.depth)
        samples = np.packbits(bits, axis=2)[:, :, 0] >> (8 - header.depth)
        if samples[:, header.width :].any():
            return "The spare bits at the end of a row are not zero."
    if header.colour == 3:
        used[samples[:, : header.width]] = True
    return ""


def _check_palette(state: _Walk, header: _Header) -> None:
    if header.colour != 3:
        return
    entries = [state.palette[start : start + 3] for start in range(0, len(state.palette), 3)]
    if not entries:
        state.ledger.stop(len(PNG_MAGIC), "PLTE", "It is missing.")
    if any(alpha == 0 and any(entry) for entry, alpha in zip(entries, state.alpha, strict=False)):
        state.ledger.wrong(state.ledger.offset_of("PLTE"), "PLTE", "Colour is hidden under full transparency.")


def _check_palette_use(state: _Walk, header: _Header, used: FilteredRows) -> None:
    if header.colour != 3:
        return
    entries = [state.palette[start : start + 3] for start in range(0, len(state.palette), 3)]
    if used[len(entries) :].any():
        state.ledger.wrong(state.data[0][0] - 8, "IDAT", "A pixel has no entry in the palette.")
    if any(any(entry) and not used[number] for number, entry in enumerate(entries)):
        state.ledger.wrong(state.ledger.offset_of("PLTE"), "PLTE", "It holds a colour that no pixel has.")
