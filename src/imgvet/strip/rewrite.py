"""Pixels to the bytes of a file that contains them, perhaps a colour profile, and nothing else.

``values`` are (height, width) grey or (height, width, 3) RGB, uint8 or uint16; ``alpha`` is (height, width), uint8, or
None. Colour under full transparency is written as zero. The same pixels give the same bytes.
"""

import io
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imgvet.formats.png import PNG_SIGNATURE, walk_chunks
from imgvet.pixels import Pixels, Values, eight_bits

_JPEG_QUALITY, _WEBP_QUALITY, _AVIF_QUALITY = 95, 92, 90
_PERCEPTUAL = b"\x00"  # rendering intent in PNG's sRGB chunk
_MAX_COLOURS = 256  # of a palette
_LOOKED_AT = 200  # rows, to see quickly that a photo has more
_PIECE = 1 << 16  # bytes of an IDAT chunk

# TIFF 6.0: tags, and the values that are used here; 34675 is ICC.1, annex B.4.
_DEFLATE, _BLACK_IS_ZERO, _RGB, _UNASSOCIATED_ALPHA, _ONE_PLANE = 8, 1, 2, 2, 1
_SHORT, _LONG, _UNDEFINED = 3, 4, 7


def fresh_png(values: Values, alpha: Pixels | None, profile: bytes | None = None, *, srgb: bool = False) -> bytes:
    """A PNG without interlacing: a palette where up to 256 colours allow it, else grey or RGB of 8 or 16 bits.

    ``srgb`` adds the sRGB chunk, unless there is a profile.
    """
    colours = _joined(values, alpha)
    if colours.dtype == np.uint16:
        head, pieces = _sixteen_bit_png(colours)
    elif colours.ndim == 2:
        head, pieces = _grey_png(colours)
    else:
        table = _palette(colours)
        head, pieces = _palette_png(colours, table) if table is not None else _coded_by_pillow(Image.fromarray(colours))
    chunks = [(b"IHDR", head)]
    if profile is not None:
        chunks.append((b"iCCP", b"ICC profile\0\0" + zlib.compress(profile, 9)))
    elif srgb:
        chunks.append((b"sRGB", _PERCEPTUAL))
    return PNG_SIGNATURE + b"".join(_chunk(*each) for each in [*chunks, *pieces, (b"IEND", b"")])


def fresh_tiff(values: Values, alpha: Pixels | None, profile: bytes | None = None) -> bytes:
    """A TIFF of one page and one deflated strip; with alpha always RGB."""
    if alpha is not None and values.ndim == 2:
        values = three_channels(values)
    colours = _joined(values, alpha)
    samples = colours.shape[2] if colours.ndim == 3 else 1
    order = colours.astype(colours.dtype.newbyteorder("<"), copy=False)
    strip = zlib.compress(np.ascontiguousarray(order).tobytes())
    tags: list[tuple[int, int, tuple[int, ...] | bytes]] = [
        (256, _LONG, (colours.shape[1],)),
        (257, _LONG, (colours.shape[0],)),
        (258, _SHORT, (colours.dtype.itemsize * 8,) * samples),
        (259, _SHORT, (_DEFLATE,)),
        (262, _SHORT, (_RGB if samples > 1 else _BLACK_IS_ZERO,)),
        (273, _LONG, (8,)),  # the strip follows the header
        (277, _SHORT, (samples,)),
        (278, _LONG, (colours.shape[0],)),
        (279, _LONG, (len(strip),)),
        (284, _SHORT, (_ONE_PLANE,)),
    ]
    if alpha is not None:
        tags.append((338, _SHORT, (_UNASSOCIATED_ALPHA,)))
    if profile is not None:
        tags.append((34675, _UNDEFINED, profile))
    strip += bytes(len(strip) % 2)
    return struct.pack("<2sHI", b"II", 42, 8 + len(strip)) + strip + _directory(tags, 8 + len(strip))


def fresh_jpeg(values: Values) -> bytes:
    """A JPEG of high quality with full colour resolution; 16 bits become 8."""
    return _saved(eight_bits(values), "JPEG", quality=_JPEG_QUALITY, subsampling=0)


def fresh_webp(values: Values, *, lossless: bool) -> bytes:
    """A WebP without alpha; lossless or of high quality."""
    return _saved(three_channels(eight_bits(values)), "WEBP", lossless=lossless, quality=_WEBP_QUALITY)


def fresh_avif(values: Values, profile: bytes | None = None) -> bytes:
    """An AVIF without alpha, of high quality."""
    # NOTE: more threads would use other tiles, and so give other bytes on another machine.
    colours = {"icc_profile": profile} if profile else {}
    return _saved(three_channels(eight_bits(values)), "AVIF", quality=_AVIF_QUALITY, max_threads=1, **colours)


def _saved(values: Values, kind: str, **how: int | bytes) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(values)).save(out, kind, **how)
    return out.getvalue()


def three_channels(values: Values) -> Values:
    """Grey values as RGB; others as they are."""
    return np.repeat(values[..., np.newaxis], 3, axis=-1) if values.ndim == 2 else values  # type: ignore[return-value]


def _joined(values: Values, alpha: Pixels | None) -> Values:
    """Colours and alpha in one array, zero under full transparency."""
    if alpha is None:
        return values
    wide = alpha if values.dtype == np.uint8 else alpha.astype(np.uint16) * 257
    joined: Values = np.dstack([values, wide])  # type: ignore[assignment]
    joined[alpha == 0] = 0
    return joined


def _grey_png(colours: Values) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    image = Image.fromarray(np.ascontiguousarray(colours))
    black_and_white = bool(np.isin(colours, (0, 255)).all())
    return _coded_by_pillow(image.convert("1", dither=Image.Dither.NONE) if black_and_white else image)


def _coded_by_pillow(image: Image.Image) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """IHDR's content and the data chunks of Pillow's PNG; nothing else of it is used."""
    out = io.BytesIO()
    image.save(out, "PNG")
    data = out.getvalue()
    chunks = [(chunk.name, data[chunk.start : chunk.end]) for chunk in walk_chunks(data, len(data))]
    return chunks[0][1], [(name, content) for name, content in chunks if name == b"IDAT"]


def _packed(colours: Values) -> NDArray[np.uint32]:
    """Each colour as one number, alpha highest, so that sorting puts the transparent ones first."""
    wide = colours.astype(np.uint32)
    alpha = wide[..., 3] if wide.shape[2] == 4 else np.uint32(255)
    return np.asarray(alpha << 24 | wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2], np.uint32)


def _palette(colours: Values) -> NDArray[np.uint32] | None:
    """Every colour of an RGB or RGBA picture of 8 bits, packed and sorted; None for more than 256."""
    if colours.shape[2] == 2:
        return None
    few = colours[:: max(1, len(colours) // _LOOKED_AT)]
    if len(np.unique(_packed(few))) > _MAX_COLOURS:
        return None
    table = np.unique(_packed(colours))
    return table if len(table) <= _MAX_COLOURS else None


def _palette_png(colours: Values, table: NDArray[np.uint32]) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    image = Image.fromarray(np.searchsorted(table, _packed(colours)).astype(np.uint8), "P")
    entries = np.stack([table >> 16 & 255, table >> 8 & 255, table & 255], axis=-1).astype(np.uint8).tobytes()
    alphas = (table >> 24).astype(np.uint8)
    image.putpalette(entries)
    head, data = _coded_by_pillow(image)
    before = [(b"PLTE", entries)]
    if alphas[0] < 255:
        before.append((b"tRNS", alphas[alphas < 255].tobytes()))
    return head, [*before, *data]


def _sixteen_bit_png(colours: Values) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """A PNG of 16 bits, each row with that of the filters None, Sub and Up which leaves the smallest numbers.

    Neither Pillow nor OpenCV writes every kind of these. Filters: PNG third edition, section 9.
    """
    height, width = colours.shape[:2]
    samples = colours.shape[2] if colours.ndim == 3 else 1
    rows = np.frombuffer(colours.astype(">u2").tobytes(), np.uint8).reshape(height, -1)
    left, up = np.zeros_like(rows), np.zeros_like(rows)
    left[:, 2 * samples :], up[1:] = rows[:, : -2 * samples], rows[:-1]
    choices = [rows, rows - left, rows - up]
    sizes = [np.abs(choice.view(np.int8).astype(np.int16)).sum(axis=1, dtype=np.int64) for choice in choices]
    best = np.argmin(sizes, axis=0)
    filtered = np.choose(best[:, None], choices)
    coded = zlib.compress(np.column_stack([best.astype(np.uint8), filtered]).tobytes())
    head = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[samples], 0, 0, 0)
    return head, [(b"IDAT", coded[at : at + _PIECE]) for at in range(0, len(coded), _PIECE)]


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _directory(tags: list[tuple[int, int, tuple[int, ...] | bytes]], offset: int) -> bytes:
    """The only directory of a TIFF, at that offset, and the long values after it."""
    behind = offset + 2 + 12 * len(tags) + 4
    entries, values = b"", b""
    for tag, kind, value in tags:
        content = value if isinstance(value, bytes) else struct.pack(f"<{len(value)}{' HI'[kind - 2]}", *value)
        if len(content) > 4:
            place = struct.pack("<I", behind + len(values))
            values += content + bytes(len(content) % 2)
        else:
            place = content.ljust(4, b"\0")
        entries += struct.pack("<HHI", tag, kind, len(value)) + place
    return struct.pack("<H", len(tags)) + entries + bytes(4) + values
