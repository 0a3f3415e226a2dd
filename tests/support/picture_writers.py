"""Pictures written byte by byte, in ways that no library writes, so that tests know what every value means."""

import io
import struct
import zlib
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.generic]

_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def saved(image: Image.Image, kind: str, **how: object) -> bytes:
    """The picture as Pillow writes it."""
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def smooth(height: int, width: int, seed: int = 1) -> NDArray[np.uint8]:
    """A picture with soft changes of colour, as photos have them; (height, width, 3)."""
    small = Image.fromarray(np.random.default_rng(seed).integers(0, 256, (7, 9, 3)).astype(np.uint8))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


# --- PNG -------------------------------------------------------------------------------------------------------------


def chunk(name: bytes, content: bytes) -> bytes:
    """One PNG chunk with its check sum."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(
    samples: Array, bits: int, colour_type: int, before: bytes = b"", *, interlaced: bool = False, level: int = 6
) -> bytes:
    """A PNG with these samples, (height, width) or (height, width, channels); ``before`` are chunks before IDAT."""
    height, width = samples.shape[:2]
    head = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, int(interlaced))
    passes = [(0, 0, 1, 1)]
    if interlaced:  # Adam7: first column, first row, step across, step down
        passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = b""
    for x, y, across, down in passes:
        part = samples[y::down, x::across]
        if part.size:
            rows += b"".join(b"\x00" + packed(row, bits, ">") for row in part)
    body = chunk(b"IHDR", head) + before + chunk(b"IDAT", zlib.compress(rows, level)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def packed(row: Array, bits: int, order: str) -> bytes:
    """Samples of one row as bytes, the first in the highest bits."""
    if bits == 16:
        return row.astype(f"{order}u2").tobytes()
    if bits == 8:
        return row.astype(np.uint8).tobytes()
    flat = row.reshape(-1).astype(np.uint16)
    each = ((flat[:, np.newaxis] >> np.arange(bits - 1, -1, -1)) & 1).astype(np.uint8)
    return np.packbits(each.reshape(-1)).tobytes()


# --- TIFF ------------------------------------------------------------------------------------------------------------

_SHORT, _LONG, _ASCII, _RATIONAL, _UNDEFINED = 3, 4, 2, 5, 7


def tiff(
    strips: Sequence[bytes],
    width: int,
    height: int,
    tags: Mapping[int, Sequence[int]],
    *,
    order: str = "<",
    undefined: dict[int, bytes] | None = None,
) -> bytes:
    """A TIFF of one page with these strips; ``tags`` are short or long values, ``undefined`` are bytes."""
    start = 8
    offsets = [start + sum(map(len, strips[:number])) for number in range(len(strips))]
    entries: dict[int, tuple[int, int, bytes]] = {}
    given = {0x0100: [width], 0x0101: [height], 0x0111: offsets, 0x0117: list(map(len, strips)), **tags}
    for tag, values in given.items():
        kind = _LONG if tag in (0x0111, 0x0117) or max(values) > 65535 else _SHORT
        form = f"{order}{len(values)}{'I' if kind == _LONG else 'H'}"
        entries[tag] = (kind, len(values), struct.pack(form, *values))
    for tag, content in (undefined or {}).items():
        entries[tag] = (_UNDEFINED, len(content), content)
    data = b"".join(strips)
    data += b"\x00" * (len(data) % 2)
    directory = start + len(data)
    beyond = directory + 2 + 12 * len(entries) + 4
    head = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(f"{order}I", directory)
    listed, rest = struct.pack(f"{order}H", len(entries)), b""
    for tag in sorted(entries):
        kind, count, content = entries[tag]
        if len(content) > 4:
            place = struct.pack(f"{order}I", beyond + len(rest))
            rest += content + b"\x00" * (len(content) % 2)
        else:
            place = content.ljust(4, b"\x00")
        listed += struct.pack(f"{order}HHI", tag, kind, count) + place
    return head + data + listed + bytes(4) + rest


# --- GIF -------------------------------------------------------------------------------------------------------------


def gif(
    size: tuple[int, int], frames: Sequence[bytes], palette: bytes = b"", background: int = 0, extra: bytes = b""
) -> bytes:
    """A GIF with a palette of four colours or none, and these frames."""
    flags = 0x81 if palette else 0
    return b"GIF89a" + struct.pack("<HHBBB", *size, flags, background, 0) + palette + extra + b"".join(frames) + b";"


def gif_frame(
    indices: Array,
    at: tuple[int, int] = (0, 0),
    palette: bytes = b"",
    transparent: int | None = None,
    disposal: int = 0,
) -> bytes:
    """A frame of palette numbers 0 to 3, its own palette and its place on the canvas (left, top)."""
    height, width = indices.shape
    control = b"\x21\xf9\x04" + bytes([disposal << 2 | (transparent is not None), 0, 0, transparent or 0, 0])
    return (
        control + b"\x2c" + struct.pack("<HHHHB", *at, width, height, 0x81 if palette else 0) + palette + _lzw(indices)
    )


def _lzw(indices: Array) -> bytes:
    """Codes of three bits each, with a clear code before they would grow."""
    codes = [4]
    for number, index in enumerate(indices.reshape(-1)):
        codes += [int(index)] if number % 2 == 0 else [int(index), 4]
    bits = [code >> shift & 1 for code in [*codes, 5] for shift in range(3)]
    data = np.packbits(np.array(bits, np.uint8), bitorder="little").tobytes()
    blocks = [data[at : at + 255] for at in range(0, len(data), 255)]
    return b"\x02" + b"".join(bytes([len(block)]) + block for block in blocks) + b"\x00"


# --- ICC profiles ----------------------------------------------------------------------------------------------------


def icc(space: bytes, connection: bytes, tags: dict[bytes, bytes], version: int = 4) -> bytes:
    """An ICC profile with these tags (ICC.1:2022, clause 7)."""
    names = {b"desc": b"desc" + bytes(4) + struct.pack(">I", 5) + b"made\x00" + bytes(78), **tags}
    start = 128 + 4 + 12 * len(names)
    table, body = struct.pack(">I", len(names)), b""
    for name, content in names.items():
        table += struct.pack(">4sII", name, start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = bytearray(128)
    struct.pack_into(">I4sB3x4s4s4s", head, 0, start + len(body), b"made", version, b"mntr", space, connection)
    struct.pack_into(">6H4s", head, 24, 2026, 1, 1, 0, 0, 0, b"acsp")
    struct.pack_into(">3i", head, 68, 0xF6D6, 0x10000, 0xD32D)  # D50
    return bytes(head) + table + body


def xyz_tag(xyz: Sequence[float] | NDArray[np.float64]) -> bytes:
    """An XYZ tag."""
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(float(value) * 65536) for value in xyz))


def gamma_tag(gamma: float) -> bytes:
    """A curve tag with one exponent, to 1/256 (version 2 and 4)."""
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))


def table_tag(values: Sequence[float]) -> bytes:
    """A curve tag with a table of shares from 0 to 1."""
    return b"curv" + bytes(4) + struct.pack(f">I{len(values)}H", len(values), *(round(65535 * each) for each in values))


def parametric_tag(kind: int, parameters: Sequence[float]) -> bytes:
    """A parametric curve tag (version 4)."""
    fixed = struct.pack(f">{len(parameters)}i", *(round(each * 65536) for each in parameters))
    return b"para" + bytes(4) + struct.pack(">HH", kind, 0) + fixed


def lut_tag(lab: NDArray[np.float64], bits: int) -> bytes:
    """A table from four inks to Lab, (n, n, n, n, 3), the first ink slowest (mft1 for 8 bits, mft2 for 16)."""
    steps = lab.shape[0]
    identity = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    head = bytes(4) + bytes([4, 3, steps, 0]) + identity
    if bits == 8:
        line = bytes(range(256))
        numbers = np.rint(lab.reshape(-1, 3) * [2.55, 1, 1] + [0, 128, 128]).astype(np.uint8)
        return b"mft1" + head + line * 4 + numbers.tobytes() + line * 3
    line = struct.pack(">2H", 0, 65535)
    words = np.rint((lab.reshape(-1, 3) * [2.55, 1, 1] + [0, 128, 128]) * 256).astype(">u2")
    return b"mft2" + head + struct.pack(">2H", 2, 2) + line * 4 + words.tobytes() + line * 3


# --- AVIF ------------------------------------------------------------------------------------------------------------


def avif_with_property(data: bytes, name: bytes, content: bytes) -> bytes:
    """An AVIF that Pillow wrote, with one more property of its one picture."""
    box = struct.pack(">I4s", 8 + len(content), name) + content
    ipco = data.index(b"ipco") - 4
    ipma = data.index(b"ipma") - 4
    number = 1 + sum(1 for _ in _box_starts(data, ipco + 8, ipma))
    count_at = ipma + 8 + 4 + 4 + 2
    associations = data[count_at + 1 : count_at + 1 + data[count_at]]
    after = count_at + 1 + data[count_at]
    changed = (
        data[:ipma] + box + data[ipma:count_at] + bytes([data[count_at] + 1]) + associations + bytes([0x80 | number])
    )
    out = bytearray(changed + data[after:])
    added = len(box) + 1
    picture = struct.pack(">I", data.index(b"mdat") + 4)
    at = bytes(out).index(picture, data.index(b"iloc"))
    struct.pack_into(">I", out, at, data.index(b"mdat") + 4 + added)
    for start, grown in ((data.index(b"meta") - 4, added), (data.index(b"iprp") - 4, added), (ipco, len(box))):
        struct.pack_into(">I", out, start, int.from_bytes(out[start : start + 4], "big") + grown)
    place = ipma + len(box)
    struct.pack_into(">I", out, place, int.from_bytes(out[place : place + 4], "big") + 1)
    return bytes(out)


def _box_starts(data: bytes, start: int, end: int) -> list[int]:
    found = []
    while start < end:
        found.append(start)
        start += int.from_bytes(data[start : start + 4], "big")
    return found


def coded_bits(bits: list[int]) -> bytes:
    """Bits of even chance as RFC 6386, section 7.3, codes them: a number within ever smaller intervals."""
    low, step, span = Fraction(0), Fraction(1, 256), 255
    for bit in bits:
        split = 1 + ((span - 1) * 128 >> 8)
        low, span = (low + step * split, span - split) if bit else (low, split)
        while span < 128:
            span, step = span << 1, step / 2
    length = len(bits) // 8 + 3
    return (int(low * 256**length) + 1).to_bytes(length, "big")
