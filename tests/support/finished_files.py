"""Hand-made WebP, AVIF and TIFF files around pictures that Pillow coded, whole or with something wrong put in."""

import io
import struct
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from proof.test_prove import PROPERTIES, packet, picture

Pixels = NDArray[Any]

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
WIDTH, HEIGHT = 40, 24  # of the picture


def orientation(number: int) -> bytes:
    return b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes([number]) + bytes(6)


def public_packet(kind: str) -> bytes:
    return packet({"dc:format": f"image/{kind}", **PROPERTIES})


def saved(pixels: Pixels | Image.Image, kind: str, **how: Any) -> bytes:
    out = io.BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(out, kind, **how)
    return out.getvalue()


# --- WebP --------------------------------------------------------------------------------------------------------


def _first_chunk(data: bytes) -> bytes:
    return data[20 : 20 + int.from_bytes(data[16:20], "little")]


LOSSY = _first_chunk(saved(picture(), "WEBP", quality=80))
LOSSLESS = _first_chunk(saved(picture(), "WEBP", lossless=True))
LOSSY_CHUNK, LOSSLESS_CHUNK = (b"VP8 ", LOSSY), (b"VP8L", LOSSLESS)


def riff_chunk(name: bytes, content: bytes, padding: bytes = b"\0") -> bytes:
    return name + struct.pack("<I", len(content)) + content + padding[: len(content) % 2]


def webp(*chunks: tuple[bytes, bytes], after: bytes = b"") -> bytes:
    body = b"WEBP" + b"".join(riff_chunk(*each) for each in chunks) + after
    return b"RIFF" + struct.pack("<I", len(body)) + body


def extended(flags: int, width: int = WIDTH, height: int = HEIGHT, reserved: bytes = b"\0\0\0") -> tuple[bytes, bytes]:
    canvas = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return b"VP8X", bytes([flags]) + reserved + canvas


PUBLISHED_WEBP = webp(extended(0x04), LOSSY_CHUNK, (b"XMP ", public_packet("webp")))
STRIPPED_WEBP = webp(extended(0x28), (b"ICCP", PROFILE), LOSSLESS_CHUNK, (b"EXIF", orientation(6)))

# --- AVIF --------------------------------------------------------------------------------------------------------

_CODED = saved(picture(), "AVIF", quality=80, max_threads=1)
AV1 = _CODED[_CODED.index(b"mdat") + 4 :]  # temporal delimiter, sequence header, frame
DELIMITER, SEQUENCE, FRAME = AV1[:2], AV1[2 : 4 + AV1[3]], AV1[4 + AV1[3] :]


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


FTYP = box(b"ftyp", b"avif\0\0\0\0avifmif1miafMA1B")
HDLR = box(b"hdlr", bytes(8) + b"pict" + bytes(13))
PITM = box(b"pitm", b"\0\0\0\0\0\x01")
PICTURE_ITEM = box(b"infe", b"\x02\0\0\0\0\x01\0\0av01Color\0")
XMP_ITEM = box(b"infe", b"\x02\0\0\0\0\x02\0\0mimeXMP\0application/rdf+xml\0")
DESCRIBES = box(b"iref", b"\0\0\0\0" + box(b"cdsc", b"\0\x02\0\x01\0\x01"))
ISPE = box(b"ispe", bytes(4) + struct.pack(">II", WIDTH, HEIGHT))
PIXI = box(b"pixi", bytes(4) + b"\x03\x08\x08\x08")
AV1C = _CODED[_CODED.index(b"av1C") - 4 :][:12]
NCLX = box(b"colr", b"nclx\0\x01\0\x0d\0\x06\x80")
PROPERTIES_OF_AVIF = (ISPE, PIXI, AV1C, NCLX)


def associations(properties: tuple[bytes, ...]) -> bytes:
    numbers = bytes(place | (0x80 if each[4:8] == b"av1C" else 0) for place, each in enumerate(properties, start=1))
    return box(b"ipma", b"\0\0\0\0\0\0\0\x01\0\x01" + bytes([len(numbers)]) + numbers)


def places(items: tuple[bytes, ...], start: int) -> bytes:
    """An iloc box for items one after the other from ``start``."""
    content = b"\0\0\0\0\x44\0" + struct.pack(">H", len(items))
    for number, item in enumerate(items, start=1):
        content += struct.pack(">HHHII", number, 0, 1, start, len(item))
        start += len(item)
    return box(b"iloc", content)


def avif(
    items: tuple[bytes, ...] = (AV1,),
    *,
    properties: tuple[bytes, ...] = PROPERTIES_OF_AVIF,
    used: bytes | None = None,
    ftyp: bytes = FTYP,
    hdlr: bytes = HDLR,
    pitm: bytes = PITM,
    entries: tuple[bytes, ...] | None = None,
    iref: bytes | None = None,
    more: bytes = b"",
    meta_head: bytes = bytes(4),
    before: bytes = b"",
    slack: bytes = b"",
    moved: int = 0,
) -> bytes:
    """A file with those items in mdat; ``more`` stands at the end of meta, ``before`` in front of mdat."""
    entries = (PICTURE_ITEM, XMP_ITEM)[: len(items)] if entries is None else entries
    iref = (DESCRIBES if len(items) > 1 else b"") if iref is None else iref
    used = associations(properties) if used is None else used
    iinf = box(b"iinf", bytes(4) + struct.pack(">H", len(entries)) + b"".join(entries))
    iprp = box(b"iprp", box(b"ipco", b"".join(properties)) + used)

    def meta(start: int) -> bytes:
        return box(b"meta", meta_head + hdlr + pitm + places(items, start) + iinf + iref + iprp + more)

    start = len(ftyp) + len(meta(0)) + len(before) + 8 + moved
    return ftyp + meta(start) + before + box(b"mdat", b"".join(items) + slack)


PUBLISHED_AVIF = avif((AV1, public_packet("avif")))
STRIPPED_AVIF = saved(picture(), "AVIF", quality=80, max_threads=1, icc_profile=PROFILE)

# --- TIFF --------------------------------------------------------------------------------------------------------

SHORT, LONG, BYTE, ASCII, UNDEFINED = 3, 4, 1, 2, 7
_CODES = {BYTE: "B", ASCII: "B", SHORT: "H", LONG: "I", UNDEFINED: "B"}
Tags = dict[int, tuple[int, bytes | tuple[int, ...]]]


def tiff(
    tags: Tags | None = None,
    strips: tuple[bytes, ...] = (),
    *,
    order: str = "<",
    following: int = 0,
    padding: bytes = b"\0",
    end: bytes = b"",
) -> bytes:
    """Header, strips, directory, long values; ``tags`` are put over those of a picture of 40 × 24 in three strips.

    A tag of type 0 is left out. Before a directory or value that would start at an odd place stands ``padding``.
    """
    strips = strips or tuple(picture()[start : start + 8].tobytes() for start in range(0, HEIGHT, 8))
    offsets = tuple(accumulate((len(each) for each in strips[:-1]), initial=8))
    all_tags: Tags = {
        256: (SHORT, (WIDTH,)),
        257: (SHORT, (HEIGHT,)),
        258: (SHORT, (8, 8, 8)),
        259: (SHORT, (1,)),
        262: (SHORT, (2,)),
        273: (LONG, offsets),
        277: (SHORT, (3,)),
        278: (SHORT, (8,)),
        279: (LONG, tuple(len(each) for each in strips)),
        284: (SHORT, (1,)),
    } | (tags or {})
    listed = sorted((tag, entry) for tag, entry in all_tags.items() if entry[0])
    data = b"".join(strips)
    data += padding[: len(data) % 2]
    directory = 8 + len(data)
    values, entries = b"", b""
    for tag, (kind, value) in listed:
        content = (
            bytes(value) if isinstance(value, bytes) else struct.pack(f"{order}{len(value)}{_CODES[kind]}", *value)
        )
        place = content.ljust(4, b"\0")
        if len(content) > 4:
            values += padding[: len(values) % 2]
            place = struct.pack(f"{order}I", directory + 6 + 12 * len(listed) + len(values))
            values += content
        entries += struct.pack(f"{order}HHI", tag, kind, len(value)) + place
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, directory)
    counted = struct.pack(f"{order}H", len(listed)) + entries + struct.pack(f"{order}I", following)
    return head + data + counted + values + end


PUBLISHED_TIFF = tiff({700: (BYTE, public_packet("tiff"))})
STRIPPED_TIFF = tiff({34675: (UNDEFINED, PROFILE)})


def shown(data: bytes) -> tuple[str, tuple[int, int], bytes] | None:
    """Mode, size and pixels as Pillow decodes them; nothing where it cannot."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            return image.mode, image.size, np.asarray(image).tobytes()
    except (OSError, ValueError, SyntaxError, struct.error, EOFError):
        return None
