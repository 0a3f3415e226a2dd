"""Photoshop's image resources, and the IPTC-IIM datasets in one of them.

Layouts: Adobe Photoshop File Formats Specification, "Image Resource Blocks"; IPTC-IIM 4.2, chapter 3.
"""

import hashlib
import struct
from collections import defaultdict
from collections.abc import Iterator

from imgvet.inspection.capture_time import CAPTURE_FIELDS
from imgvet.inspection.field_names import IIM_NAMES, RESOURCE_NAMES, RESOURCE_PARTS
from imgvet.inspection.findings import (
    CaptureField,
    CaptureFields,
    EmbeddedPart,
    FileFinding,
    UnreadRegion,
    WordFields,
    decoded,
    described,
    private_item,
    unknown,
    words_in,
)

_SIGNATURES = (b"8BIM", b"PHUT", b"AgHg", b"DCSR", b"MeSa")
_MAX_BLOCKS = 2_000
_THUMBNAILS = (0x0409, 0x040C)
_THUMBNAIL_HEADER = 28  # bytes before the JPEG in a thumbnail resource
_TEXT_GROUPS = ("text", "owner")
_IIM, _DIGEST = 0x0404, 0x0425
_WORDS = _TITLE, _CAPTION, _KEYWORD, _HEADLINE, _BYLINE = 5, 120, 25, 105, 80
MOST_WORDS, LONGEST_WORDS = 200, 20_000  # keywords of one part; bytes of one text


def read_photoshop(data: bytes, where: str) -> Iterator[FileFinding]:
    """Everything in a run of Photoshop image resources; ``where`` is the carrier, e.g. ``APP13``."""
    place = where.removesuffix(" Photoshop")
    at, digested = 0, dict[int, bytes]()
    for _ in range(_MAX_BLOCKS):
        if at + 12 > len(data) or data[at : at + 4] not in _SIGNATURES:
            break
        number = struct.unpack_from(">H", data, at + 4)[0]
        name_end = at + 7 + data[at + 6]
        start = name_end + (name_end - at) % 2 + 4
        if start > len(data):
            break
        size = struct.unpack_from(">I", data, start - 4)[0]
        if start + size > len(data):
            yield UnreadRegion(f"A Photoshop resource (0x{number:04X}, {place}) is cut off.")
            size = max(0, len(data) - start)
        name = decoded(data[at + 7 : name_end])
        if number in (_IIM, _DIGEST):
            digested[number] = data[start : start + size]
        yield from _resource(number, name, data[start : start + size], place)
        at = start + size + size % 2
    if len(digested) > 1 and hashlib.md5(digested[_IIM], usedforsecurity=False).digest() != digested[_DIGEST]:
        yield WordFields(overrules_xmp=True)
    if data[at:].strip(b"\0"):
        yield UnreadRegion(f"Photoshop data ({place}, {described(data[at:])}) could not be read.")
        yield unknown("PhotoshopData", data[at:], place)


def _resource(number: int, name: str, data: bytes, place: str) -> Iterator[FileFinding]:
    if number in RESOURCE_PARTS:
        kind, suffix = RESOURCE_PARTS[number]
        yield EmbeddedPart(kind, data, f"{place} {suffix}")
        return
    known, group = RESOURCE_NAMES.get(number, (f"PhotoshopResource0x{number:04X}", "history"))
    text = number in (0x03F0, 0x040B) or (known.startswith("Photoshop") and name)
    value = (
        decoded(data[1:] if number == 0x03F0 and data[:1] == bytes([len(data) - 1 & 255]) else data)
        if text and group in _TEXT_GROUPS
        else described(data)
    )
    if number == 0x040A:  # the flag that the picture is protected
        value = str(any(data))
    if number == 0x043E:
        value = ", ".join(words_in(data)) or decoded(data)
    yield private_item(group, known, f"{name}: {value}" if name else value, f"{place} Photoshop")
    picture = data[_THUMBNAIL_HEADER:]
    if number in _THUMBNAILS and picture.startswith(b"\xff\xd8\xff"):
        yield EmbeddedPart("jpeg", picture, "Photoshop thumbnail")


def read_iptc(data: bytes, where: str) -> Iterator[FileFinding]:
    """Every IPTC-IIM dataset, as UTF-8 if it says so, else in the encoding that fits."""
    at, fields, words = 0, dict[CaptureField, str](), defaultdict[int, list[str]](list)
    for _ in range(_MAX_BLOCKS):
        if at + 5 > len(data) or data[at] != 0x1C:
            break
        record, number, size = struct.unpack_from(">BBH", data, at + 1)
        at += 5
        if size & 0x8000:  # an extended dataset: the rest of the size is the count of bytes that hold the size
            wide = size & 0x7FFF
            size = int.from_bytes(data[at : at + min(wide, 8)], "big") if wide <= 8 else len(data)
            at += wide
        value = data[at : at + size]
        if len(value) < size:
            yield UnreadRegion(f"An IPTC dataset ({record}:{number}, {where}) is cut off.")
        yield _dataset(record, number, value, where)
        if record == 2 and ("IPTC", number) in CAPTURE_FIELDS:
            fields.setdefault(("IPTC", number), decoded(value[:64]))
        if record == 2 and number in _WORDS and len(words[number]) < MOST_WORDS:
            words[number].append(decoded(value[:LONGEST_WORDS]))
        at += size
    yield CaptureFields(fields)
    if words:
        title, caption, headline = (next(iter(words[number]), "") for number in (_TITLE, _CAPTION, _HEADLINE))
        keywords, creators = tuple(words[_KEYWORD]), tuple(words[_BYLINE])
        yield WordFields(title, caption, "", keywords, headline, creators, is_iim=True)
    if data[at:].strip(b"\0"):
        yield UnreadRegion(f"IPTC data ({where}, {described(data[at:])}) could not be read.")
        yield unknown("IPTC", data[at:], where)


def _dataset(record: int, number: int, data: bytes, where: str) -> FileFinding:
    name, group = IIM_NAMES.get((record, number), (f"IPTC {record}:{number}", "unknown"))
    legible = group in ("gps", "owner", "time", "text", "history") or data.isascii()
    if number in (0, 90) and group == "other":
        return private_item(group, name, data.hex(" "), where)
    return private_item(group, name, decoded(data) if legible else described(data), where)
