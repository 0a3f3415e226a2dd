"""PNG: chunks, the pixels' stream, what transparency hides, low bits, and what stands behind the end."""

import struct
import zlib
from collections.abc import Callable
from functools import partial

import numpy as np

from leaks import blocks
from leaks.blocks import dataset, resource, text, xmp
from leaks.leak import Leak
from leaks.pictures import HEIGHT, WIDTH, Pixels, half_pattern, pattern, poster, scene, small_jpeg

Words = Callable[[str], bytes]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6  # PNG specification, 11.2.1: colour types
PIXELS_KEPT = "nothing marks it as text, and strip leaves pixels as they are"
AN_HOUR = struct.pack(">H5B", 1987, 3, 4, 5, 6, 7)  # a time that no test runs at


def chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk: length, kind, content, checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


END = chunk(b"IEND", b"")


def header(pixels: Pixels, colour: int, depth: int = 8) -> bytes:
    """The IHDR chunk of a picture."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], depth, colour, 0, 0, 0))


def rows_of(pixels: Pixels) -> bytes:
    """The picture's rows, none filtered."""
    return b"".join(b"\0" + row.tobytes() for row in pixels)


def picture(pixels: Pixels, colour: int, head: bytes = b"", behind: bytes = b"", depth: int = 8) -> bytes:
    """A whole PNG with more chunks behind its header, and bytes behind its end."""
    data = chunk(b"IDAT", zlib.compress(rows_of(pixels)))
    return SIGNATURE + header(pixels, colour, depth) + head + data + END + behind


def _chunk(kind: bytes, content: Words, word: str) -> bytes:
    return picture(scene(), RGB, chunk(kind, content(word)))


def _behind(trailer: Words, word: str) -> bytes:
    return picture(scene(), RGB, behind=trailer(word))


def _data(parts: Callable[[str], bytes], word: str) -> bytes:
    return SIGNATURE + header(scene(), RGB) + parts(word) + END


# --- chunks --------------------------------------------------------------------------------------------------------


def _squeezed(word: str) -> bytes:
    return zlib.compress(f"{word} ".encode() * 3)


def _raw_profile(kind: bytes, content: bytes) -> bytes:
    """What ImageMagick writes: a length and lines of hex digits, packed."""
    lines = content.hex()
    body = "\n".join(lines[at : at + 72] for at in range(0, len(lines), 72))
    return (
        b"Raw profile type "
        + kind
        + b"\0\0"
        + zlib.compress(f"\n{kind.decode()}\n{len(content):8d}\n{body}\n".encode())
    )


def _suggested_palette(word: str) -> bytes:
    return word.encode() + b"\0\x08" + struct.pack(">4BH", 1, 2, 3, 4, 5) * 4


def _calibration(word: str) -> bytes:
    return b"Calibration\0" + struct.pack(">iiBB", 0, 255, 0, 2) + word.encode() + b"\x000\x001"


def _exif(word: str) -> bytes:
    return blocks.tiff([text(0x013B, word)])


def _exif_thumbnail(word: str) -> bytes:
    return blocks.tiff([text(0x0131, "Scanner")], blocks.thumbnail(small_jpeg(word)))


_CHUNKS: tuple[tuple[str, str, bytes, Words], ...] = (
    ("text", "tEXt", b"tEXt", lambda word: b"Author\0" + word.encode()),
    ("text-keyword", "tEXt, its keyword", b"tEXt", lambda word: word.encode() + b"\0" + b"plain"),
    ("ztxt", "zTXt", b"zTXt", lambda word: b"parameters\0\0" + _squeezed(word)),
    ("itxt", "iTXt", b"iTXt", lambda word: b"Title\0\0\0en\0\0" + word.encode()),
    ("itxt-packed", "iTXt, packed", b"iTXt", lambda word: b"Title\0\x01\0en\0\0" + _squeezed(word)),
    (
        "itxt-language",
        "iTXt, translated keyword",
        b"iTXt",
        lambda word: b"Title\0\0\0en\0" + word.encode() + b"\0plain",
    ),
    ("xmp", "XMP", b"iTXt", lambda word: b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(f'xmp:Label="{word}"')),
    ("exif", "eXIf", b"eXIf", _exif),
    ("exif-gps", "eXIf with GPS", b"eXIf", lambda word: blocks.tiff([blocks.Entry(0x8825, 4, blocks.position(word))])),
    ("exif-thumbnail", "eXIf thumbnail", b"eXIf", _exif_thumbnail),
    ("exif-old", "zxIf, the packed eXIf of old", b"zxIf", lambda word: zlib.compress(_exif(word))),
    ("icc-name", "iCCP, its name", b"iCCP", lambda word: word.encode() + b"\0\0" + zlib.compress(blocks.profile())),
    ("icc-text", "iCCP, text of the profile", b"iCCP", lambda word: b"icc\0\0" + zlib.compress(blocks.profile(word))),
    (
        "icc-tail",
        "iCCP, bytes behind the profile",
        b"iCCP",
        lambda word: b"icc\0\0" + zlib.compress(blocks.profile(behind=word.encode())),
    ),
    (
        "icc-behind-stream",
        "iCCP, bytes behind the stream",
        b"iCCP",
        lambda word: b"icc\0\0" + zlib.compress(blocks.profile()) + word.encode(),
    ),
    ("raw-exif", "raw profile exif", b"zTXt", lambda word: _raw_profile(b"exif", b"Exif\0\0" + _exif(word))),
    ("raw-app1", "raw profile APP1", b"zTXt", lambda word: _raw_profile(b"APP1", b"Exif\0\0" + _exif(word))),
    (
        "raw-iptc",
        "raw profile iptc",
        b"zTXt",
        lambda word: _raw_profile(b"iptc", resource(0x0404, dataset(2, 90, word.encode()))),
    ),
    ("raw-8bim", "raw profile 8bim", b"zTXt", lambda word: _raw_profile(b"8bim", resource(0x03F0, word.encode()))),
    ("raw-xmp", "raw profile xmp", b"zTXt", lambda word: _raw_profile(b"xmp", xmp(f'xmp:Label="{word}"'))),
    ("c2pa", "caBX (C2PA)", b"caBX", blocks.jumbf),
    ("private", "a private chunk", b"prVt", str.encode),
    ("private-copied", "a private chunk that is safe to copy", b"vpAg", str.encode),
    ("fireworks", "mkBT (Fireworks)", b"mkBT", str.encode),
    ("gain-map", "gdAT (gain map)", b"gdAT", small_jpeg),
    ("calibration", "pCAL", b"pCAL", _calibration),
    ("scale", "sCAL", b"sCAL", lambda word: b"\x01" + word.encode() + b"\x001"),
    ("suggested-palette", "sPLT", b"sPLT", _suggested_palette),
    ("gif-application", "gIFx", b"gIFx", lambda word: b"XMP DataXMP" + word.encode()),
    ("gif-text", "gIFt", b"gIFt", lambda word: bytes(24) + word.encode()),
    ("apple", "iDOT", b"iDOT", lambda word: bytes(28) + word.encode()),
    ("adobe-metadata", "meTa", b"meTa", lambda word: word.encode("utf-16-le")),
    ("seal", "seAl", b"seAl", lambda word: f'<seal seal="1" d="{word}"/>'.encode()),
    ("signature", "dSIG", b"dSIG", str.encode),
    ("clipboard", "cpIp (Office)", b"cpIp", str.encode),
    ("suggested-colours", "PLTE of a picture that needs none", b"PLTE", lambda word: (word.encode() * 3)[:48]),
)


# --- the pixels' stream --------------------------------------------------------------------------------------------


def _rows() -> bytes:
    return zlib.compress(rows_of(scene()))


def _extra_rows() -> bytes:
    return zlib.compress(rows_of(np.concatenate([scene(), pattern(WIDTH, 32)])))


def _word_rows(word: str) -> bytes:
    return zlib.compress(rows_of(scene()) + word.encode() * 4)


def _empty_data(word: str) -> bytes:
    return chunk(b"IDAT", _rows()) + chunk(b"IDAT", b"") + chunk(b"IDAT", word.encode()) + chunk(b"IDAT", b"")


def _remains(word: str) -> bytes:
    """What an editor leaves that writes a smaller PNG over a larger one (CVE-2023-21036): the rest of the old rows."""
    engine = zlib.compressobj(0)
    first = engine.compress(rows_of(pattern(WIDTH, 32))) + engine.flush(zlib.Z_FULL_FLUSH)
    rest = engine.compress(rows_of(pattern(WIDTH, 32))) + engine.flush()
    return first[-40:] + bytes(4) + chunk(b"IDAT", rest) + chunk(b"tEXt", b"Author\0" + word.encode()) + END


# --- transparency --------------------------------------------------------------------------------------------------


def _under(colours: Pixels) -> Pixels:
    """A picture whose right half is fully transparent."""
    alpha = np.full((HEIGHT, WIDTH, 1), 255, np.uint8)
    alpha[:, WIDTH // 2 :] = 0
    return np.concatenate([colours, alpha], axis=2)


def under_alpha(word: str) -> Pixels:
    """The pattern where the picture is fully transparent, (height, width, 4)."""
    return _under(half_pattern())


def _grey_under_alpha(word: str) -> bytes:
    grey = scene()[..., :1].copy()
    grey[80, WIDTH // 2 : WIDTH // 2 + len(word), 0] = np.frombuffer(word.encode(), np.uint8)
    return picture(_under(grey), GREY_ALPHA)


def _deep_under_alpha(word: str) -> bytes:
    deep = under_alpha(word).astype(np.uint16) * 257
    data = chunk(b"IDAT", zlib.compress(rows_of(deep.byteswap().view(np.uint8).reshape(HEIGHT, -1))))
    return SIGNATURE + header(scene(), RGBA, 16) + data + END


def _palette(colours: bytes, alpha: bytes = b"", more: bytes = b"") -> bytes:
    indices = (poster()[..., 0] > 100).astype(np.uint8)
    if alpha:
        indices[:, WIDTH // 2 :] = pattern(WIDTH // 2, HEIGHT)[..., 1] // 255 + 2
    head = chunk(b"PLTE", colours) + (chunk(b"tRNS", alpha) if alpha else b"") + more
    return picture(indices, PALETTE, head)


_TWO_COLOURS = bytes((40, 90, 150, 200, 180, 120))


def _palette_under_alpha(word: str) -> bytes:
    return _palette(_TWO_COLOURS + bytes((255, 0, 255, 0, 255, 0)), b"\xff\xff\0\0")


def _padded(word: str) -> bytes:
    return (word.encode() * 3)[:48]


# --- low bits ------------------------------------------------------------------------------------------------------


def _bits(sign: str, message: bytes) -> np.ndarray:
    """Stealth PNG info: a signature, the number of bits, and the message, as bits."""
    return np.unpackbits(np.frombuffer(sign.encode() + struct.pack(">I", 8 * len(message)) + message, np.uint8))


def written_low(pixels: Pixels, bits: np.ndarray) -> Pixels:
    """The pixels with the bits in their lowest bits, column by column, channel by channel."""
    columns = np.ascontiguousarray(pixels.transpose(1, 0, 2))
    flat = columns.reshape(-1)
    flat[: len(bits)] = flat[: len(bits)] & 0xFE | bits
    return np.ascontiguousarray(columns.transpose(1, 0, 2))


def low_colours(word: str, packed: bool = False) -> Pixels:
    """A poster with the word in the low bits of its colours."""
    sign, message = ("stealth_rgbcomp", _gzip(word)) if packed else ("stealth_rgbinfo", word.encode() * 2)
    return written_low(poster().copy(), _bits(sign, message))


def _gzip(word: str) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, 31)
    return engine.compress(word.encode() * 4) + engine.flush()


def low_alpha(word: str, packed: bool = False) -> Pixels:
    """A poster with the word in the low bits of its transparency."""
    sign, message = ("stealth_pngcomp", _gzip(word)) if packed else ("stealth_pnginfo", word.encode() * 2)
    alpha = written_low(np.full((HEIGHT, WIDTH, 1), 255, np.uint8), _bits(sign, message))
    return np.concatenate([poster(), alpha], axis=2)


def low_rows(word: str) -> Pixels:
    """A poster with the word in the low bits of its blue, row by row."""
    pixels = poster().copy()
    bits = np.unpackbits(np.frombuffer(word.encode() * 2, np.uint8))
    row = pixels[120, : len(bits), 2]
    pixels[120, : len(bits), 2] = row & 0xFE | bits[: len(row)]
    return pixels


def second_bits(word: str) -> Pixels:
    """A poster with the word in the second lowest bits of its green, row by row, from the middle on."""
    pixels = poster().copy()
    bits = np.unpackbits(np.frombuffer(word.encode(), np.uint8))
    row = pixels[120, : len(bits), 1]
    pixels[120, : len(bits), 1] = row & 0xFD | bits << 1
    return pixels


def _low_bytes(word: str) -> bytes:
    """Sixteen bits of grey, of which screens show the upper eight; the lower ones spell the word."""
    grey = scene()[..., 0].astype(np.uint16) << 8
    grey[80, : len(word)] |= np.frombuffer(word.encode(), np.uint8)
    data = chunk(b"IDAT", zlib.compress(rows_of(grey.byteswap().view(np.uint8))))
    return SIGNATURE + header(scene(), GREY, 16) + data + END


# --- more frames ---------------------------------------------------------------------------------------------------


def _frame_head(number: int) -> bytes:
    return chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, WIDTH, HEIGHT, 0, 0, 1, 10, 0, 0))


def _animation(second: Pixels, between: bytes = b"") -> bytes:
    """APNG: the scene, and a second frame."""
    return (
        SIGNATURE
        + header(scene(), RGB)
        + chunk(b"acTL", struct.pack(">II", 2, 0))
        + _frame_head(0)
        + chunk(b"IDAT", _rows())
        + between
        + _frame_head(1)
        + chunk(b"fdAT", struct.pack(">I", 2) + zlib.compress(rows_of(second)))
        + END
    )


LEAKS = (
    *(
        Leak(
            f"png-{name}",
            f"PNG: {words}",
            ".png",
            partial(_chunk, kind, content),
        )
        for name, words, kind, content in _CHUNKS
    ),
    Leak(
        "png-time", "PNG: tIME", ".png", partial(_chunk, b"tIME", lambda _: AN_HOUR), lambda _: (AN_HOUR, b"1987-03-04")
    ),
    Leak(
        "png-text-late",
        "PNG: tEXt behind the pixels",
        ".png",
        lambda word: _data(lambda word: chunk(b"IDAT", _rows()) + chunk(b"tEXt", b"Author\0" + word.encode()), word),
    ),
    Leak(
        "png-checksum",
        "PNG: a text chunk with a wrong checksum",
        ".png",
        lambda word: picture(scene(), RGB, chunk(b"tEXt", b"Author\0" + word.encode())[:-4] + b"\1\2\3\4"),
    ),
    Leak(
        "png-histogram",
        "PNG: hIST",
        ".png",
        lambda word: _palette(_padded("Innocent"), more=chunk(b"hIST", _padded(word)[:32])),
    ),
    Leak(
        "png-behind-stream",
        "PNG: bytes behind the pixels' stream",
        ".png",
        partial(_data, lambda word: chunk(b"IDAT", _rows() + word.encode())),
    ),
    Leak(
        "png-empty-data", "PNG: more IDAT chunks than the pixels need, some empty", ".png", partial(_data, _empty_data)
    ),
    Leak(
        "png-extra-rows",
        "PNG: rows below the last one",
        ".png",
        partial(_data, lambda _: chunk(b"IDAT", _extra_rows())),
    ),
    Leak(
        "png-extra-bytes",
        "PNG: bytes in the stream behind the last row",
        ".png",
        partial(_data, lambda word: chunk(b"IDAT", _word_rows(word))),
    ),
    Leak(
        "png-under-alpha", "PNG: colour under full transparency", ".png", lambda word: picture(under_alpha(word), RGBA)
    ),
    Leak("png-under-alpha-16", "PNG: colour under full transparency, 16 bits", ".png", _deep_under_alpha),
    Leak("png-under-alpha-grey", "PNG: grey under full transparency", ".png", _grey_under_alpha),
    Leak("png-under-alpha-palette", "PNG: transparent palette entries", ".png", _palette_under_alpha),
    Leak(
        "png-palette-unused",
        "PNG: palette entries that nothing uses",
        ".png",
        lambda word: _palette(_TWO_COLOURS + _padded(word)),
    ),
    Leak(
        "png-palette-alpha-unused",
        "PNG: transparency of palette entries that nothing uses",
        ".png",
        lambda word: picture(
            (poster()[..., 0] > 100).astype(np.uint8),
            PALETTE,
            chunk(b"PLTE", _TWO_COLOURS + bytes(48)) + chunk(b"tRNS", b"\xff\xff" + word.encode()),
        ),
    ),
    Leak(
        "png-low-bits", "PNG: text in the low bits of the colours", ".png", lambda word: picture(low_colours(word), RGB)
    ),
    Leak(
        "png-low-bits-packed",
        "PNG: packed text in the low bits of the colours",
        ".png",
        lambda word: picture(low_colours(word, packed=True), RGB),
    ),
    Leak(
        "png-low-bits-alpha",
        "PNG: text in the low bits of the transparency",
        ".png",
        lambda word: picture(low_alpha(word), RGBA),
    ),
    Leak(
        "png-low-bits-alpha-packed",
        "PNG: packed text in the low bits of the transparency",
        ".png",
        lambda word: picture(low_alpha(word, packed=True), RGBA),
    ),
    Leak(
        "png-low-bits-rows",
        "PNG: text in the low bits of a row in the middle",
        ".png",
        lambda word: picture(low_rows(word), RGB),
        kept_by_strip=PIXELS_KEPT,
    ),
    Leak(
        "png-second-bits",
        "PNG: text in the second lowest bits of a row in the middle",
        ".png",
        lambda word: picture(second_bits(word), RGB),
        kept_by_strip=PIXELS_KEPT,
    ),
    Leak(
        "png-low-bytes",
        "PNG: text in the lower bytes of 16-bit pixels",
        ".png",
        _low_bytes,
        kept_by_strip=PIXELS_KEPT,
    ),
    Leak("png-second-frame", "PNG: second frame (APNG)", ".png", lambda _: _animation(pattern(WIDTH, HEIGHT))),
    Leak(
        "png-frame-chunk",
        "PNG: a private chunk between frames",
        ".png",
        lambda word: _animation(scene()[::-1].copy(), chunk(b"prVt", word.encode())),
    ),
    Leak("png-behind-text", "PNG: behind the end, plain text", ".png", partial(_behind, str.encode)),
    Leak("png-behind-remains", "PNG: behind the end, the rest of a larger picture", ".png", partial(_behind, _remains)),
    Leak("png-behind-preview", "PNG: behind the end, a preview picture", ".png", partial(_behind, small_jpeg)),
    Leak(
        "png-behind-samsung",
        "PNG: behind the end, Samsung trailer",
        ".png",
        partial(_behind, lambda word: blocks.samsung_trailer([(0x0AA1, b"MCC_Data", word.encode())])),
    ),
    Leak(
        "png-behind-png",
        "PNG: behind the end, another PNG",
        ".png",
        partial(_behind, lambda _: picture(pattern(), RGB)),
    ),
)
