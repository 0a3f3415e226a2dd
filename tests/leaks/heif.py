"""HEIC and AVIF: items, properties and boxes, put together around pictures that real encoders made.

The layout follows ISO 14496-12 (boxes, items) and ISO 23008-12 (pictures as items).
"""

import io
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from PIL import Image

from leaks import blocks
from leaks.blocks import box, text, xmp
from leaks.leak import Leak
from leaks.pictures import Pixels, encoded, half_pattern, pattern, scene
from leaks.png import under_alpha

_C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a file: a picture or a piece of metadata."""

    kind: bytes
    data: bytes
    properties: tuple[bytes, ...] = ()  # whole boxes; those of decoders are marked essential
    name: bytes = b""
    content: bytes = b""  # its MIME type, for items of kind "mime"
    points: tuple[tuple[bytes, tuple[int, ...]], ...] = ()  # kind of reference, numbers of the items it is to


# --- reading what an encoder wrote ---------------------------------------------------------------------------------


def boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    """The boxes that stand one after the other, kind and content."""
    found, at = [], 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big") or len(data) - at
        found.append((data[at + 4 : at + 8], data[at + 8 : at + size]))
        at += size
    return found


def _inside(data: bytes, *path: bytes) -> bytes:
    for kind in path:
        data = dict(boxes(data))[kind]
        data = data[4:] if kind == b"meta" else data
    return data


def _main_item(data: bytes) -> Item:
    """The first item of a file with one picture: its kind, coded bytes and properties."""
    meta = _inside(data, b"meta")
    all_properties = boxes(_inside(meta, b"iprp", b"ipco"))
    mapping = _inside(meta, b"iprp", b"ipma")
    numbers = [byte & 0x7F for byte in mapping[11 : 11 + mapping[10]]]
    properties = tuple(box(*all_properties[number - 1]) for number in numbers)
    start, size = _first_place(_inside(meta, b"iloc"))
    kind = _inside(meta, b"iinf")[6:][8 + 4 + 2 + 2 :][:4]
    return Item(kind, data[start : start + size], properties)


def _first_place(location: bytes) -> tuple[int, int]:
    """Offset and length of the first item, whatever the widths of the fields (ISO 14496-12, 8.11.3)."""
    version, widths = location[0], [location[4] >> 4, location[4] & 15, location[5] >> 4, location[5] & 15]
    at = 4 + 2 + (4 if version == 2 else 2) + (4 if version == 2 else 2) + (2 if version else 0) + 2
    base = int.from_bytes(location[at : at + widths[2]], "big")
    at += widths[2] + 2 + (widths[3] if version else 0)
    offset = int.from_bytes(location[at : at + widths[0]], "big")
    return base + offset, int.from_bytes(location[at + widths[0] : at + widths[0] + widths[1]], "big")


def _heic(pixels: Pixels) -> bytes:
    import pillow_heif

    file = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(pixels)).save(file, quality=70, exif=None, xmp=None)
    return file.getvalue()


def _avif(pixels: Pixels) -> bytes:
    return encoded(pixels, "AVIF", quality=70, speed=8)


@cache
def _coded(kind: str, which: str) -> Item:
    """One of our pictures as an item of that format."""
    pictures: dict[str, Callable[[], Pixels]] = {
        "scene": scene,
        "pattern": pattern,
        "half": half_pattern,
        "left": lambda: scene()[:, :128],
        "right": _marked_tile,
    }
    return _main_item((_heic if kind == "heic" else _avif)(pictures[which]()))


def _marked_tile() -> Pixels:
    tile = scene()[:, 112:].copy()
    tile[:, 80:] = pattern(48, 160)
    return tile


# --- writing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Container:
    """What a file is written with, beside its items."""

    kind: str
    items: tuple[Item, ...]  # the first is the picture
    handler: bytes = b""  # the name in hdlr
    meta: bytes = b""  # more boxes in meta
    unused_properties: bytes = b""
    spare: bytes = b""  # bytes of mdat that no item has
    brand: bytes = b""  # one more brand
    behind: bytes = b""  # what follows the last box


def written(file: Container) -> bytes:
    """The file, byte by byte."""
    start = box(b"ftyp", file.kind.encode() + bytes(4) + b"mif1miaf" + file.kind.encode() + file.brand)
    away = len(start) + len(_meta(file, 0)) + 8
    return start + _meta(file, away) + box(b"mdat", _media(file)) + file.behind


def _media(file: Container) -> bytes:
    return b"".join(item.data for item in file.items) + file.spare


def _meta(file: Container, away: int) -> bytes:
    handler = box(b"hdlr", bytes(8) + b"pict" + bytes(12) + file.handler + b"\0")
    primary = box(b"pitm", bytes(4) + b"\0\1")
    parts = [handler, primary, _places(file.items, away), _infos(file.items), _references(file.items)]
    return box(b"meta", bytes(4) + b"".join(parts) + _properties(file) + file.meta)


def _places(items: Sequence[Item], away: int) -> bytes:
    table = b""
    for number, item in enumerate(items, 1):
        table += struct.pack(">HHHII", number, 0, 1, away, len(item.data))
        away += len(item.data)
    return box(b"iloc", bytes(4) + b"\x44\0" + struct.pack(">H", len(items)) + table)


def _infos(items: Sequence[Item]) -> bytes:
    entries = b""
    for number, item in enumerate(items, 1):
        tail = item.content + b"\0" if item.kind == b"mime" else b""
        hidden = b"\0\0\0\1" if number > 1 and item.kind in (b"hvc1", b"av01") else bytes(4)
        head = b"\2" + hidden[1:] + struct.pack(">HH", number, 0) + item.kind + item.name + b"\0"
        entries += box(b"infe", head + tail)
    return box(b"iinf", bytes(4) + struct.pack(">H", len(items)) + entries)


def _references(items: Sequence[Item]) -> bytes:
    table = b""
    for number, item in enumerate(items, 1):
        for kind, targets in item.points:
            table += box(kind, struct.pack(f">HH{len(targets)}H", number, len(targets), *targets))
    return box(b"iref", bytes(4) + table) if table else b""


def _properties(file: Container) -> bytes:
    table: list[bytes] = []
    mapping = b""
    for number, item in enumerate(file.items, 1):
        places = []
        for each in item.properties:
            if each not in table:
                table.append(each)
            needed = 0x80 if each[4:8] in (b"hvcC", b"av1C", b"clap") else 0
            places.append(needed | (table.index(each) + 1))
        if places:
            mapping += struct.pack(">HB", number, len(places)) + bytes(places)
    count = sum(bool(item.properties) for item in file.items)
    ipma = box(b"ipma", bytes(4) + struct.pack(">I", count) + mapping)
    return box(b"iprp", box(b"ipco", b"".join(table) + file.unused_properties) + ipma)


# --- the cases -----------------------------------------------------------------------------------------------------

Make = Callable[[str, str], bytes]  # the format and the word to a file


def _with(kind: str, *more: Item, **how: bytes) -> bytes:
    return written(Container(kind, (_coded(kind, "scene"), *more), **how))


def _exif_item(word: str, of: int) -> Item:
    block = blocks.tiff([text(0x013B, word), blocks.Entry(0x8825, 4, blocks.position(word))])
    return Item(b"Exif", bytes(4) + block, points=((b"cdsc", (of,)),))


def _exif(kind: str, word: str) -> bytes:
    return _with(kind, _exif_item(word, 1))


def _xmp(kind: str, word: str) -> bytes:
    packet = xmp(f'xmp:Label="{word}"')
    return _with(kind, Item(b"mime", packet, content=b"application/rdf+xml", points=((b"cdsc", (1,)),)))


def _second(kind: str, word: str) -> bytes:
    return _with(kind, _coded(kind, "pattern"), _exif_item(word, 2))


def _beside(reference: bytes, role: bytes, kind: str, word: str) -> bytes:
    """A second picture that points to the first: a thumbnail, a depth map, a mask, a gain map."""
    picture = _coded(kind, "pattern")
    more = (box(b"auxC", bytes(4) + role + b"\0"),) if role else ()
    item = replace(picture, properties=picture.properties + more, points=((reference, (1,)),), name=word.encode())
    return _with(kind, item)


def _tone_map(kind: str, word: str) -> bytes:
    tone = Item(b"tmap", bytes(62), points=((b"dimg", (1, 2)),), name=word.encode())
    return _with(kind, _coded(kind, "pattern"), tone, brand=b"tmap")


def _cropped(kind: str, word: str) -> bytes:
    """A clean aperture of the left half; the other half is still coded."""
    crop = box(b"clap", struct.pack(">IIIIiIiI", 116, 1, 160, 1, -62, 1, 0, 1))
    half = _coded(kind, "half")
    return written(Container(kind, (replace(half, properties=(*half.properties, crop)),)))


def _grid(kind: str, word: str) -> bytes:
    """Two tiles of 128 columns of which the picture shows 200: the rest of the second tile is hidden."""
    size = box(b"ispe", bytes(4) + struct.pack(">II", 192, 160))
    grid = Item(b"grid", b"\0\0\0\1" + struct.pack(">HH", 192, 160), (size,), points=((b"dimg", (2, 3)),))
    return written(Container(kind, (grid, _coded(kind, "left"), _coded(kind, "right"))))


def _profile(kind: str, word: str, behind: bytes = b"") -> bytes:
    colours = box(b"colr", b"prof" + blocks.profile(word, behind=behind))
    first = _coded(kind, "scene")
    others = tuple(each for each in first.properties if each[4:8] != b"colr")
    return written(Container(kind, (replace(first, properties=(*others, colours)),)))


def _property(kind: str, name: bytes, content: Callable[[str], bytes], word: str) -> bytes:
    first = _coded(kind, "scene")
    return written(Container(kind, (replace(first, properties=(*first.properties, box(name, content(word)))),)))


def _named(kind: str, word: str) -> bytes:
    return written(Container(kind, (replace(_coded(kind, "scene"), name=word.encode()),)))


def _other_item(item_kind: bytes, kind: str, word: str) -> bytes:
    return _with(kind, Item(item_kind, word.encode() * 2, content=b"text/plain"))


def _user_description(word: str) -> bytes:
    return bytes(4) + b"en\0" + word.encode() + b"\0\0\0"


def _movie(kind: str, word: str) -> bytes:
    return _with(kind, behind=box(b"mpvd", blocks.video(word)))


_CASES: tuple[tuple[str, str, Make], ...] = (
    ("exif", "Exif item", _exif),
    ("xmp", "XMP item", _xmp),
    ("second-picture", "second picture with its own Exif", _second),
    ("thumbnail", "thumbnail item", partial(_beside, b"thmb", b"")),
    ("depth", "depth map", partial(_beside, b"auxl", b"urn:mpeg:hevc:2015:auxid:2")),
    ("mask", "portrait mask (Apple)", partial(_beside, b"auxl", b"urn:com:apple:photo:2018:aux:portraiteffectsmatte")),
    ("gain-map-apple", "gain map (Apple)", partial(_beside, b"auxl", b"urn:com:apple:photo:2020:aux:hdrgainmap")),
    ("gain-map", "gain map (tmap)", _tone_map),
    ("cropped", "what the crop (clap) hides", _cropped),
    ("icc-text", "colour profile, text", _profile),
    ("icc-tail", "colour profile, bytes behind it", lambda kind, word: _profile(kind, "", word.encode())),
    ("item-name", "name of the picture's item", _named),
    ("item-text", "an item of plain text", partial(_other_item, b"mime")),
    ("item-unknown", "an item of unknown kind", partial(_other_item, b"prvt")),
    ("description", "description (udes)", lambda kind, word: _property(kind, b"udes", _user_description, word)),
    ("property", "property of unknown kind", lambda kind, word: _property(kind, b"prvt", str.encode, word)),
    (
        "property-unused",
        "property that no item has",
        lambda kind, word: _with(kind, unused_properties=box(b"udes", _user_description(word))),
    ),
    ("handler", "name of the handler", lambda kind, word: _with(kind, handler=word.encode())),
    ("meta-box", "box of unknown kind in meta", lambda kind, word: _with(kind, meta=box(b"prvt", word.encode()))),
    (
        "meta-uuid",
        "uuid box in meta",
        lambda kind, word: _with(kind, meta=box(b"uuid", bytes(range(16)) + word.encode())),
    ),
    ("spare", "bytes of mdat that no item has", lambda kind, word: _with(kind, spare=word.encode() * 2)),
    (
        "c2pa",
        "C2PA (uuid box)",
        lambda kind, word: _with(
            kind, behind=box(b"uuid", _C2PA_UUID + bytes(4) + b"manifest\0" + bytes(8) + blocks.jumbf(word))
        ),
    ),
    ("jumb", "C2PA (jumb box)", lambda kind, word: _with(kind, behind=blocks.jumbf(word))),
    ("free", "free box", lambda kind, word: _with(kind, behind=box(b"free", word.encode()))),
    ("user-data", "udta box", lambda kind, word: _with(kind, behind=box(b"udta", word.encode()))),
    (
        "samsung",
        "sefd box (Samsung)",
        lambda kind, word: _with(
            kind, behind=box(b"sefd", blocks.samsung_trailer([(0x0AA1, b"MCC_Data", word.encode())]))
        ),
    ),
    ("motion-photo", "motion photo (mpvd box)", _movie),
    ("behind", "bytes behind the last box", lambda kind, word: _with(kind, behind=word.encode())),
)


def coded_bytes(kind: str, which: str, _word: str) -> tuple[bytes, ...]:
    """Bytes from the middle of a coded picture: they tell it where no decoder at hand shows it."""
    data = _coded(kind, which).data
    return (data[len(data) // 2 :][:32],)


_MARKED = {
    "second-picture": "pattern",
    "thumbnail": "pattern",
    "depth": "pattern",
    "mask": "pattern",
    "gain-map-apple": "pattern",
    "gain-map": "pattern",
}


_REFUSED = {
    "avif-cropped": "the decoder does not apply the crop, so what it hides would come to light",
}


def _leak(kind: str, name: str, words: str, make: Make) -> Leak:
    leak = Leak(f"{kind}-{name}", f"{kind.upper()}: {words}", f".{kind}", partial(make, kind))
    if name in _MARKED:
        leak = replace(leak, traces=partial(coded_bytes, kind, _MARKED[name]))
    return replace(leak, refused=_REFUSED.get(leak.id, ""))


def _moving(word: str) -> bytes:
    """An AVIF sequence: the scene, then the pattern."""
    file = io.BytesIO()
    other = Image.fromarray(pattern(240, 160))
    Image.fromarray(scene()).save(file, "AVIF", save_all=True, append_images=[other], duration=100, speed=8)
    return file.getvalue()


LEAKS = (
    *(_leak(kind, name, words, make) for kind in ("heic", "avif") for name, words, make in _CASES),
    Leak(
        "heic-grid",
        "HEIC: what a grid of tiles hides at its edge",
        ".heic",
        partial(_grid, "heic"),
        partial(coded_bytes, "heic", "right"),
    ),
    Leak("heic-under-alpha", "HEIC: colour under full transparency", ".heic", lambda word: _heic(under_alpha(word))),
    Leak("avif-under-alpha", "AVIF: colour under full transparency", ".avif", lambda word: _avif(under_alpha(word))),
    Leak("avif-second-frame", "AVIF: second frame", ".avif", _moving),
)
