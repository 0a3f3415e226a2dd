"""WebP and GIF: chunks and extensions, later frames, hidden colour, and what stands behind the end."""

import io
import struct
from collections.abc import Callable
from functools import cache, partial

import numpy as np
from PIL import Image

from leaks import blocks
from leaks.blocks import text, xmp
from leaks.leak import Leak
from leaks.pictures import HEIGHT, WIDTH, Pixels, encoded, pattern, poster, scene
from leaks.png import low_alpha, low_colours, under_alpha

Words = Callable[[str], bytes]

ICC, ALPHA, EXIF, XMP = 0x20, 0x10, 0x08, 0x04  # bits of VP8X, the WebP container's specification


# --- WebP ----------------------------------------------------------------------------------------------------------


def riff_chunk(kind: bytes, data: bytes) -> bytes:
    """One RIFF chunk."""
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


@cache
def _coded(lossless: bool) -> bytes:
    """The chunk of the scene's pixels."""
    return encoded(scene(), "WEBP", lossless=lossless, quality=80)[12:]


def riff(body: bytes, behind: bytes = b"") -> bytes:
    """A whole WebP of those chunks."""
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body + behind


def webp(flags: int, before: bytes = b"", after: bytes = b"", behind: bytes = b"") -> bytes:
    """The scene as a WebP with chunks before and after its pixels."""
    head = riff_chunk(b"VP8X", struct.pack("<I", flags) + _less_one(WIDTH) + _less_one(HEIGHT))
    return riff(head + before + _coded(lossless=False) + after, behind)


def _less_one(size: int) -> bytes:
    return struct.pack("<I", size - 1)[:3]


def _after(kind: bytes, flags: int, content: Words, word: str) -> bytes:
    return webp(flags, after=riff_chunk(kind, content(word)))


def _inside_pixels(word: str, *, lossless: bool) -> bytes:
    clean = _coded(lossless)
    size = int.from_bytes(clean[4:8], "little")
    return riff(riff_chunk(clean[:4], clean[8 : 8 + size] + word.encode() * 2))


def _hidden_edge(word: str) -> bytes:
    """A lossy picture whose head shows fewer columns than its last blocks hold (RFC 6386, section 9.1)."""
    data = bytearray(encoded(np.concatenate([scene(246), pattern(10, HEIGHT)], axis=1), "WEBP", quality=90))
    at = data.index(b"\x9d\x01\x2a") + 3
    data[at : at + 2] = struct.pack("<H", 242)
    return bytes(data)


def _moving(first: Pixels, second: Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(first).save(
        file, "WEBP", save_all=True, append_images=[Image.fromarray(second)], lossless=True, duration=100
    )
    return file.getvalue()


def _inside_frame(word: str) -> bytes:
    """A chunk that nobody knows inside the first frame of an animation."""
    data = _moving(scene(), scene()[::-1].copy())
    at = data.index(b"ANMF")
    size = int.from_bytes(data[at + 4 : at + 8], "little")
    more = riff_chunk(b"prVt", word.encode())
    frame = data[at + 8 : at + 8 + size] + b"\0" * (size % 2) + more
    rest = data[at + 8 + size + size % 2 :]
    return riff(data[12:at] + riff_chunk(b"ANMF", frame) + rest)


def _exact(pixels: Pixels) -> bytes:
    return encoded(pixels, "WEBP", lossless=True, exact=True)


_WEBP_CHUNKS: tuple[tuple[str, str, bytes, int, Words], ...] = (
    ("exif", "EXIF", b"EXIF", EXIF, lambda word: blocks.tiff([text(0x013B, word)])),
    (
        "exif-gps",
        "EXIF with GPS",
        b"EXIF",
        EXIF,
        lambda word: blocks.tiff([blocks.Entry(0x8825, 4, blocks.position(word))]),
    ),
    ("exif-hidden", "EXIF that the head does not name", b"EXIF", 0, lambda word: blocks.tiff([text(0x013B, word)])),
    ("xmp", "XMP", b"XMP ", XMP, lambda word: xmp(f'xmp:Label="{word}"')),
    ("c2pa", "C2PA", b"C2PA", 0, blocks.jumbf),
    ("seal", "SEAL", b"SEAL", 0, lambda word: f'<seal seal="1" d="{word}"/>'.encode()),
    ("junk", "JUNK", b"JUNK", 0, str.encode),
    ("unknown", "a chunk of unknown kind", b"prVt", 0, str.encode),
)

_WEBP = (
    *(
        Leak(f"webp-{name}", f"WebP: {words}", ".webp", partial(_after, kind, flags, content))
        for name, words, kind, flags, content in _WEBP_CHUNKS
    ),
    Leak(
        "webp-icc-text",
        "WebP: ICCP, text of the profile",
        ".webp",
        lambda word: webp(ICC, before=riff_chunk(b"ICCP", blocks.profile(word))),
    ),
    Leak(
        "webp-icc-tail",
        "WebP: ICCP, bytes behind the profile",
        ".webp",
        lambda word: webp(ICC, before=riff_chunk(b"ICCP", blocks.profile(behind=word.encode()))),
    ),
    Leak("webp-behind", "WebP: bytes past the size in its head", ".webp", lambda word: webp(0, behind=word.encode())),
    Leak(
        "webp-inside-lossy",
        "WebP: bytes behind the coded pixels, lossy",
        ".webp",
        partial(_inside_pixels, lossless=False),
    ),
    Leak(
        "webp-inside-lossless",
        "WebP: bytes behind the coded pixels, lossless",
        ".webp",
        partial(_inside_pixels, lossless=True),
    ),
    Leak("webp-hidden-edge", "WebP: what a crop left in the last blocks", ".webp", _hidden_edge),
    Leak("webp-second-frame", "WebP: second frame", ".webp", lambda _: _moving(scene(), pattern(WIDTH, HEIGHT))),
    Leak("webp-inside-frame", "WebP: a chunk inside a frame", ".webp", _inside_frame),
    Leak("webp-under-alpha", "WebP: colour under full transparency", ".webp", lambda word: _exact(under_alpha(word))),
    Leak(
        "webp-under-alpha-lossy",
        "WebP: colour under full transparency, lossy",
        ".webp",
        lambda word: encoded(under_alpha(word), "WEBP", quality=80, exact=True),
    ),
    Leak("webp-low-bits", "WebP: text in the low bits of the colours", ".webp", lambda word: _exact(low_colours(word))),
    Leak(
        "webp-low-bits-alpha",
        "WebP: text in the low bits of the transparency",
        ".webp",
        lambda word: _exact(low_alpha(word)),
    ),
)

# --- GIF -----------------------------------------------------------------------------------------------------------


@cache
def _still() -> bytes:
    """The poster as a GIF89a with a palette of four."""
    data = encoded(poster(), "GIF", optimize=True)
    return b"GIF89a" + data[6:]


def sub_blocks(data: bytes) -> bytes:
    """The data in blocks of at most 255 bytes, and the empty one at their end."""
    parts = [data[at : at + 255] for at in range(0, len(data), 255)]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def _head_size(data: bytes) -> int:
    return 13 + (3 * 2 ** ((data[10] & 7) + 1) if data[10] & 0x80 else 0)


def gif(before: bytes = b"", after: bytes = b"", behind: bytes = b"") -> bytes:
    """The poster as a GIF with extensions before and after its picture."""
    clean = _still()
    head = _head_size(clean)
    return clean[:head] + before + clean[head:-1] + after + b";" + behind


def application(name: bytes, data: bytes) -> bytes:
    """An application extension."""
    return b"!\xff\x0b" + name + data


def _xmp_block(word: str) -> bytes:
    """XMP in a GIF is no run of blocks: the packet is followed by a trailer that leads any reader out."""
    return application(b"XMP DataXMP", xmp(f'xmp:Label="{word}"') + b"\x01" + bytes(range(255, -1, -1)) + b"\0")


def _plain_text(word: str) -> bytes:
    return b"!\x01\x0c" + struct.pack("<4H4B", 0, 0, 100, 20, 8, 8, 1, 0) + sub_blocks(word.encode())


def _wide_palette(word: str) -> bytes:
    clean = _still()
    head = _head_size(clean)
    colours = clean[13:head].ljust(24, b"\0") + word.encode()
    return clean[:10] + bytes([0x80 | 0x70 | 4]) + clean[11:13] + colours.ljust(96, b"\0")[:96] + clean[head:]


def _two_frames(first: Pixels, second: Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(first).save(file, "GIF", save_all=True, append_images=[Image.fromarray(second)], duration=100)
    return file.getvalue()


def _after_codes(word: str) -> bytes:
    """Bytes in the picture's blocks behind the code that ends it."""
    return _still()[:-2] + sub_blocks(word.encode()) + b";"


_GIF = (
    Leak("gif-comment", "GIF: comment", ".gif", lambda word: gif(before=b"!\xfe" + sub_blocks(word.encode()))),
    Leak(
        "gif-comment-late",
        "GIF: comment behind the picture",
        ".gif",
        lambda word: gif(after=b"!\xfe" + sub_blocks(word.encode())),
    ),
    Leak("gif-xmp", "GIF: XMP application block", ".gif", lambda word: gif(before=_xmp_block(word))),
    Leak(
        "gif-icc",
        "GIF: colour profile application block",
        ".gif",
        lambda word: gif(before=application(b"ICCRGBG1012", sub_blocks(blocks.profile(word)))),
    ),
    Leak(
        "gif-c2pa",
        "GIF: C2PA application block",
        ".gif",
        lambda word: gif(before=application(b"C2PA_GIF\1\0\0", sub_blocks(blocks.jumbf(word)))),
    ),
    Leak(
        "gif-application",
        "GIF: application block of unknown kind",
        ".gif",
        lambda word: gif(before=application(b"SOMEONE 1.0", sub_blocks(word.encode()))),
    ),
    Leak(
        "gif-loop",
        "GIF: application block of loops, more bytes in it",
        ".gif",
        lambda word: gif(before=application(b"NETSCAPE2.0", b"\x03\x01\0\0" + sub_blocks(word.encode()))),
    ),
    Leak(
        "gif-extension",
        "GIF: extension of unknown kind",
        ".gif",
        lambda word: gif(before=b"!\x77" + sub_blocks(word.encode())),
    ),
    Leak("gif-plain-text", "GIF: plain-text extension", ".gif", lambda word: gif(after=_plain_text(word))),
    Leak("gif-behind", "GIF: bytes behind the end", ".gif", lambda word: gif(behind=word.encode())),
    Leak("gif-after-codes", "GIF: bytes behind the picture's last code", ".gif", _after_codes),
    Leak("gif-second-frame", "GIF: second frame", ".gif", lambda _: _two_frames(poster(), pattern(WIDTH, HEIGHT))),
    Leak("gif-palette-unused", "GIF: palette entries that nothing uses", ".gif", _wide_palette),
)

LEAKS = (*_WEBP, *_GIF)
