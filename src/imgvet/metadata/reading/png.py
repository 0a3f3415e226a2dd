"""PNG: every chunk, and what stands behind the last one (PNG specification, third edition, clause 11)."""

import zlib
from collections.abc import Iterator

from imgvet.metadata.reading.found import Found, Part, Unread, decoded, described, item, unknown
from imgvet.metadata.reading.names import group_of

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TABLES = (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"cHRM", b"gAMA", b"sRGB", b"sBIT", b"bKGD", b"hIST", b"tRNS", b"pHYs")
_PICTURE = (*_TABLES, b"cICP", b"mDCV", b"cLLI", b"mDCv", b"cLLi", b"acTL", b"fdAT")
_LARGEST_TABLE = 768  # bytes: a full palette
_MOST_CHUNKS = 100_000
_PACKED = (b"zTXt", b"iTXt", b"iCCP")
_MOST_PACKED = 100  # texts and profiles
_MOST_INFLATED = 4 << 20  # bytes of one text or profile

# ImageMagick writes other metadata as hexadecimal text under these keywords.
_RAW_PROFILES = {"exif": "exif", "app1": "exif", "iptc": "photoshop", "8bim": "photoshop", "xmp": "xmp", "icc": "icc"}
_RAW_PROFILES |= {"icm": "icc"}


def read_png(data: bytes) -> Iterator[Found]:
    """Everything in a PNG beside its picture."""
    if not data.startswith(SIGNATURE):
        yield Unread("It does not begin as a PNG does.")
        yield unknown("file", data, "the whole file")
        return
    at, frames, packed = len(SIGNATURE), 0, 0
    for _ in range(_MOST_CHUNKS):
        if at + 12 > len(data):
            yield Unread("The file stops before the end of the picture.")
            return
        kind, size = data[at + 4 : at + 8], int.from_bytes(data[at : at + 4], "big")
        if at + 12 + size > len(data):
            yield Unread(f"The {decoded(kind)} chunk is cut off; nothing behind it was read.")
            yield unknown(f"cut-off chunk {decoded(kind)}", data[at + 8 :], "PNG")
            return
        frames += kind == b"fcTL"
        packed += kind in _PACKED
        if kind in _PACKED and packed > _MOST_PACKED:
            yield Unread(f"There are more than {_MOST_PACKED} packed chunks; the rest was not unpacked.")
            yield unknown(f"chunk {decoded(kind)}", data[at + 8 : at + 8 + size], f"PNG {decoded(kind)}")
        else:
            yield from _chunk(kind, data[at + 8 : at + 8 + size] if kind not in _PICTURE else b"", size)
        at += 12 + size
        if kind == b"IEND":
            yield from _end(data, at, frames)
            return
    yield Unread("The file has too many chunks.")
    yield unknown("chunks", data[at:], "PNG")


def _end(data: bytes, at: int, frames: int) -> Iterator[Found]:
    if frames > 1:
        yield item("pictures", "Frames", f"{frames} pictures of an animation", "PNG fcTL")
    if at < len(data):
        yield Part("trailer", data[at:], "after the end of the picture")


def _chunk(kind: bytes, data: bytes, size: int) -> Iterator[Found]:
    name = decoded(kind)
    if kind in _PICTURE and kind not in (b"IDAT", b"fdAT") and size > (0 if kind == b"IEND" else _LARGEST_TABLE):
        yield item("unknown", f"chunk {name}", f"{size:,} bytes, more than it can need", f"PNG {name}")
    if kind in _PICTURE or kind == b"fcTL":
        return
    if kind in (b"tEXt", b"zTXt", b"iTXt"):
        yield from _text_chunk(kind, data)
    elif kind == b"eXIf":
        yield Part("exif", data, "PNG eXIf")
    elif kind == b"tIME" and len(data) >= 7:
        year = int.from_bytes(data[:2], "big")
        moment = "{:02}:{:02} {:02}:{:02}:{:02}".format(*data[2:7])
        yield item("time", "ModifyDate", f"{year:04}:{moment}", "PNG tIME")
    elif kind == b"iCCP":
        yield from _profile(data)
    elif kind == b"caBX":
        yield Part("jumbf", data, "PNG caBX")
    elif kind == b"sPLT":
        yield item("other", "SuggestedPalette", decoded(data.partition(b"\0")[0]), "PNG sPLT")
    else:
        yield unknown(f"chunk {name}", data, f"PNG {name}")
        if b"Exif\0\0" in data[:16]:
            yield Part("exif", data[data.index(b"Exif\0\0") :], f"PNG {name}")


def _inflated(data: bytes, where: str) -> Iterator[Found | bytes]:
    """The unpacked bytes, at most 4 MiB of them, and what was wrong."""
    unpacker = zlib.decompressobj()
    whole = b""
    try:
        whole = unpacker.decompress(data, _MOST_INFLATED)
    except zlib.error:
        yield Unread(f"Packed data ({where}, {described(data)}) is damaged.")
        yield unknown("packed data", data, where)
    if unpacker.unconsumed_tail:
        yield Unread(f"Packed data ({where}) is larger than 4 MiB; the rest was not read.")
    if unpacker.unused_data:
        yield unknown("behind packed data", unpacker.unused_data, where)
    yield whole


def _unpacked(data: bytes, where: str) -> tuple[bytes, list[Found]]:
    whole, notes = b"", []
    for each in _inflated(data, where):
        if isinstance(each, bytes):
            whole = each
        else:
            notes.append(each)
    return whole, notes


def _profile(data: bytes) -> Iterator[Found]:
    name, _, rest = data.partition(b"\0")
    yield item("colour", "ProfileName", decoded(name), "PNG iCCP")
    profile, notes = _unpacked(rest[1:], "PNG iCCP")
    yield from notes
    if profile:
        yield Part("icc", profile, "PNG iCCP")


def _text_chunk(kind: bytes, data: bytes) -> Iterator[Found]:
    where = f"PNG {kind.decode()}"
    keyword, _, rest = data.partition(b"\0")
    packed = kind == b"zTXt"
    if kind == b"iTXt":
        packed = rest[:1] == b"\1"
        _, _, rest = rest[2:].partition(b"\0")  # language
        _, _, rest = rest.partition(b"\0")  # translated keyword
    elif packed:
        rest = rest[1:]
    if packed:
        rest, notes = _unpacked(rest, where)
        yield from notes
    yield from _text(decoded(keyword), rest, where)


def _text(keyword: str, text: bytes, where: str) -> Iterator[Found]:
    lower = keyword.lower()
    if lower == "xml:com.adobe.xmp":
        yield Part("xmp", text, f"{where} XMP")
    elif lower.startswith("raw profile type "):
        yield from _raw_profile(lower.removeprefix("raw profile type ").strip(), text, where)
    else:
        yield item(group_of(keyword.rpartition(":")[2], "text"), keyword, decoded(text), where)


def _from_hex(text: bytes) -> bytes:
    """The bytes of a raw profile: a name, a length, then hexadecimal digits; empty where it is anything else."""
    words = text.split()
    digits = b"".join(words[2:] if len(words) > 1 and words[1].isdigit() else words[1:])
    whole = len(digits) % 2 == 0 and not digits.strip(b"0123456789abcdefABCDEF")
    return bytes.fromhex(digits.decode()) if whole else b""


def _raw_profile(kind: str, text: bytes, where: str) -> Iterator[Found]:
    place = f"{where} Raw profile type {kind}"
    body = _from_hex(text)
    reader = _RAW_PROFILES.get(kind)
    if not body or reader is None:
        yield Unread(f"A hidden block ({place}, {described(text)}) could not be read.")
        yield unknown(f"Raw profile type {kind}", text, where)
    elif body.startswith(b"http://ns.adobe.com/xap/1.0/\0"):
        yield Part("xmp", body[29:], f"{where} XMP")
    elif reader == "photoshop":
        bare = not body.startswith(b"8BIM") and not body.startswith(b"Photoshop")
        yield Part("iptc" if bare else "photoshop", body.removeprefix(b"Photoshop 3.0\0"), f"{place}")
    else:
        yield Part(reader, body, place)
