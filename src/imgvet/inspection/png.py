"""PNG: every chunk, and what follows the last one (PNG specification, third edition, clause 11)."""

import zlib
from collections.abc import Iterator
from dataclasses import replace

from imgvet.formats.png import MAX_CHUNKS, PNG_SIGNATURE, walk_chunks
from imgvet.inspection.field_names import group_of
from imgvet.inspection.findings import (
    EmbeddedPart,
    FileFinding,
    UnreadRegion,
    decoded,
    described,
    private_item,
    unknown,
)
from imgvet.inspection.png_pixels import inspect_png_pixels

_TABLES = (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"cHRM", b"gAMA", b"sRGB", b"sBIT", b"bKGD", b"hIST", b"tRNS", b"pHYs")
_PICTURE = (*_TABLES, b"cICP", b"mDCV", b"cLLI", b"mDCv", b"cLLi", b"acTL", b"fdAT")
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_PARTS = {b"eXIf": "exif", b"caBX": "jumbf"}
# Further chunks that have a name: group and name.
_NAMED = {
    b"gIFt": ("text", "GIFPlainText"),
    b"gIFx": ("other", "GIFApplication"),
    b"gIFg": ("other", "GIFGraphicControl"),
    b"oFFs": ("other", "ImageOffset"),
    b"sCAL": ("other", "SubjectScale"),
    b"pCAL": ("text", "PixelCalibration"),
    b"sTER": ("pictures", "StereoPicture"),
    b"gdAT": ("pictures", "GainMap"),
    b"dSIG": ("credentials", "DigitalSignature"),
    b"seAl": ("credentials", "SEALSignature"),
    b"iDOT": ("other", "AppleDataOffsets"),
    b"CgBI": ("other", "ApplePicture"),
    b"prVW": ("pictures", "FireworksPreview"),
    b"mkBF": ("history", "FireworksData"),
    b"mkBS": ("history", "FireworksData"),
    b"mkBT": ("history", "FireworksData"),
    b"mkTS": ("history", "FireworksData"),
    b"vpAg": ("other", "VirtualPage"),
    b"caNv": ("other", "Canvas"),
    b"orNT": ("other", "Orientation"),
    b"cpIp": ("unknown", "CreatorData"),
}
_MAX_TABLE = 768  # bytes: a full palette
_PACKED = (b"zTXt", b"iTXt", b"iCCP")
_MAX_PACKED = 100  # texts and profiles
_MAX_INFLATED = 4 << 20  # bytes of one text or profile

# ImageMagick writes other metadata as hexadecimal text under these keywords.
_RAW_PROFILES = {"exif": "exif", "app1": "exif", "iptc": "photoshop", "8bim": "photoshop", "xmp": "xmp", "icc": "icc"}
_RAW_PROFILES |= {"icm": "icc"}


def inspect_png(data: bytes, *, pixels: bool = True) -> Iterator[FileFinding]:
    """Everything in a PNG beside its picture; without ``pixels``, its rows are not unpacked."""
    if not data.startswith(PNG_SIGNATURE):
        yield UnreadRegion("It does not begin as a PNG does.")
        yield unknown("file", data, "the whole file")
        return
    chunks = list(walk_chunks(data))
    if pixels:
        yield from inspect_png_pixels(data, chunks)
    at, frames, packed = len(PNG_SIGNATURE), 0, 0
    for kind, start, end, is_cut in chunks:
        if is_cut:
            yield UnreadRegion(f"The {decoded(kind)} chunk is cut off; nothing behind it was read.")
            yield unknown(f"cut-off chunk {decoded(kind)}", data[start:], "PNG", start)
            return
        frames += kind == b"fcTL"
        packed += kind in _PACKED
        if kind in _PACKED and packed > _MAX_PACKED:
            yield UnreadRegion(f"There are more than {_MAX_PACKED} packed chunks; the rest was not unpacked.")
            yield unknown(f"chunk {decoded(kind)}", data[start:end], f"PNG {decoded(kind)}", start)
        else:
            yield from _chunk(kind, data[start:end] if kind not in _PICTURE else b"", end - start, start)
        at = end + 4
    if chunks and chunks[-1].name == b"IEND":
        yield from _end(data, at, frames)
    elif len(chunks) < MAX_CHUNKS:
        yield UnreadRegion("The file stops before the end of the picture.")
    else:
        yield UnreadRegion("The file has too many chunks.")
        yield unknown("chunks", data[at:], "PNG", at)


def _end(data: bytes, at: int, frames: int) -> Iterator[FileFinding]:
    hidden = 0 <= data.find(b"IDAT") < data.find(b"fcTL")
    if hidden:
        yield private_item("pictures", "HiddenFrame", "a picture that the animation does not show", "PNG IDAT")
    if frames > 1:
        yield private_item("pictures", "Frames", f"{frames} pictures of an animation", "PNG fcTL")
    if at < len(data):
        yield EmbeddedPart("trailer", data[at:], "after the end of the picture", at)


def _chunk(kind: bytes, data: bytes, size: int, start: int) -> Iterator[FileFinding]:
    name = decoded(kind)
    if kind in _PICTURE and kind not in (b"IDAT", b"fdAT") and size > (0 if kind == b"IEND" else _MAX_TABLE):
        words = f"{size:,} bytes, more than it can need"
        yield replace(private_item("unknown", f"chunk {name}", words, f"PNG {name}"), offset=start)
    if kind in _PICTURE or kind == b"fcTL":
        return
    if kind in _TEXTS:
        yield from _text_chunk(kind, data)
    elif kind in _PARTS:
        yield EmbeddedPart(_PARTS[kind], data, f"PNG {name}", start)
    elif kind in _NAMED:
        group, known = _NAMED[kind]
        yield private_item(group, known, decoded(data) if group == "text" else described(data), f"PNG {name}")
    elif kind == b"tIME" and len(data) >= 7:
        year = int.from_bytes(data[:2], "big")
        moment = "{:02}:{:02} {:02}:{:02}:{:02}".format(*data[2:7])
        yield private_item("time", "ModifyDate", f"{year:04}:{moment}", "PNG tIME")
    elif kind == b"iCCP":
        yield from _profile(data)
    elif kind == b"sPLT":
        yield private_item("other", "SuggestedPalette", decoded(data.partition(b"\0")[0]), "PNG sPLT")
    else:
        yield from _nameless(name, data, start)


def _nameless(name: str, data: bytes, start: int) -> Iterator[FileFinding]:
    """An unknown chunk, and the metadata in it."""
    yield unknown(f"chunk {name}", data, f"PNG {name}", start)
    if b"Exif\0\0" in data[:16]:
        skip = data.index(b"Exif\0\0")
        yield EmbeddedPart("exif", data[skip:], f"PNG {name}", start + skip)
    elif b"SEFH" in data[-4096:]:
        yield EmbeddedPart("trailer", data, f"PNG {name}", start)


def _inflated(data: bytes, where: str) -> Iterator[FileFinding | bytes]:
    """The unpacked bytes, at most 4 MiB of them, and what was wrong."""
    unpacker = zlib.decompressobj()
    whole = b""
    try:
        whole = unpacker.decompress(data, _MAX_INFLATED)
    except zlib.error:
        yield UnreadRegion(f"Packed data ({where}, {described(data)}) is damaged.")
        yield unknown("packed data", data, where)
    if unpacker.unconsumed_tail:
        yield UnreadRegion(f"Packed data ({where}) is larger than 4 MiB; the rest was not read.")
    if unpacker.unused_data:
        yield unknown("behind packed data", unpacker.unused_data, where)
    yield whole


def _unpacked(data: bytes, where: str) -> tuple[bytes, list[FileFinding]]:
    whole, notes = b"", []
    for each in _inflated(data, where):
        if isinstance(each, bytes):
            whole = each
        else:
            notes.append(each)
    return whole, notes


def _profile(data: bytes) -> Iterator[FileFinding]:
    name, _, rest = data.partition(b"\0")
    yield private_item("colour", "ProfileName", decoded(name), "PNG iCCP")
    profile, notes = _unpacked(rest[1:], "PNG iCCP")
    yield from notes
    if profile:
        yield EmbeddedPart("icc", profile, "PNG iCCP")


def _text_chunk(kind: bytes, data: bytes) -> Iterator[FileFinding]:
    where = f"PNG {kind.decode()}"
    keyword, _, rest = data.partition(b"\0")
    packed = kind == b"zTXt"
    if kind == b"iTXt":
        packed = rest[:1] == b"\1"
        language, _, rest = rest[2:].partition(b"\0")
        translated, _, rest = rest.partition(b"\0")
        for name, words in (("TranslatedKeyword", translated), ("Language", language)):
            if len(words) > (8 if name == "Language" else 0):  # as language tags are no longer
                yield private_item("text", name, decoded(words), where)
    elif packed:
        rest = rest[1:]
    if packed:
        rest, notes = _unpacked(rest, where)
        yield from notes
    yield from _text(decoded(keyword), rest, where)


def _text(keyword: str, text: bytes, where: str) -> Iterator[FileFinding]:
    lower = keyword.lower()
    if lower == "xml:com.adobe.xmp":
        yield EmbeddedPart("xmp", text, f"{where} XMP")
    elif lower.startswith("raw profile type "):
        yield from _raw_profile(lower.removeprefix("raw profile type ").strip(), text, where)
    else:
        yield private_item(group_of(keyword.rpartition(":")[2], "text"), keyword, decoded(text), where)


def _from_hex(text: bytes) -> bytes:
    """The bytes of a raw profile: a name, a length, then hexadecimal digits; empty if it is not one."""
    words = text.split()
    digits = b"".join(words[2:] if len(words) > 1 and words[1].isdigit() else words[1:])
    whole = len(digits) % 2 == 0 and not digits.strip(b"0123456789abcdefABCDEF")
    return bytes.fromhex(digits.decode()) if whole else b""


def _raw_profile(kind: str, text: bytes, where: str) -> Iterator[FileFinding]:
    place = f"{where} Raw profile type {kind}"
    body = _from_hex(text)
    reader = _RAW_PROFILES.get(kind)
    if not body or reader is None:
        yield UnreadRegion(f"A hidden block ({place}, {described(text)}) could not be read.")
        yield unknown(f"Raw profile type {kind}", text, where)
    elif body.startswith(b"http://ns.adobe.com/xap/1.0/\0"):
        yield EmbeddedPart("xmp", body[29:], f"{where} XMP")
    elif reader == "photoshop":
        bare = not body.startswith(b"8BIM") and not body.startswith(b"Photoshop")
        yield EmbeddedPart("iptc" if bare else "photoshop", body.removeprefix(b"Photoshop 3.0\0"), f"{place}")
    else:
        yield EmbeddedPart(reader, body, place)
