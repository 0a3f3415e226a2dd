"""Bytes after the end of a picture: further pictures, videos, makers' blocks, and unknown data.

Samsung's trailer and its block names, and how other trailers begin and end: ExifTool's documentation of its tags.
"""

import re
import struct
from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from imgvet.formats.isobmff import walk_boxes
from imgvet.formats.jpeg import picture_length
from imgvet.inspection.findings import (
    EmbeddedPart,
    FileFinding,
    UnreadRegion,
    decoded,
    described,
    private_item,
    unknown,
)

_START = re.compile(rb"\xff\xd8\xff[\xc0-\xfe]|\0\0\0.ftyp|\0\0..jumb|<x:xmpmeta|<\?xpacket begin", re.DOTALL)
_XMP_END = re.compile(rb"</x:xmpmeta>|<\?xpacket end[^>]{0,20}>")
_MAX_PIECES = 32
_MAX_BLOCKS = 64
_MAX_SEARCHED = 64 << 20

_SAMSUNG = {
    0x0001: ("pictures", "second camera's picture"),
    0x0100: ("pictures", "sound recording"),
    0x0201: ("pictures", "surround shot video"),
    0x0A01: ("time", "Image_UTC_Data"),
    0x0A20: ("pictures", "second camera's picture"),
    0x0A30: ("pictures", "MotionPhoto"),
    0x0AA1: ("gps", "MCC_Data"),
    0x0AB0: ("pictures", "depth map"),
    0x0AB1: ("pictures", "depth map"),
    0x0AB3: ("pictures", "depth map"),
    0x0BA1: ("history", "PhotoEditor_Re_Edit_Data"),
    0x0DA1: ("device", "Captured_App_Info"),
}
_SAMSUNG_TEXTS = (0x0A01, 0x0AA1, 0x0BA1, 0x0DA1)

# Trailers that have a name: how they give themselves away, group, name.
_NAMED = tuple(
    (re.compile(pattern, re.DOTALL), group, name)
    for pattern, group, name in (
        (rb"AXS[!*].{8}\Z", "text", "AFCP trailer"),
        (rb"CANON OPTIONAL DATA\0", "history", "Canon VRD trailer"),
        (rb"\xa1\xb2\xc3\xd4\Z", "text", "FotoStation trailer"),
        (rb"cbipcbbl\Z", "text", "PhotoMechanic trailer"),
        (rb"\A~[\x10\x18].{0,8}\dMIE|\d?zmie", "text", "MIE trailer"),
        (rb"vivo\{\"|\Astreamdata|stream(?:info|coun)", "other", "Vivo trailer"),
        (rb"jxrs.{0,4}\Z", "other", "OnePlus trailer"),
        (rb"8db42d694ccc418790edff439fe026bf\Z", "other", "Insta360 trailer"),
        (rb"NIKON APP\Z", "other", "Nikon app trailer"),
        (rb"\0\0QDIOBS\Z", "other", "Samsung trailer"),
        (rb"PK\x03\x04", "unknown", "ZIP archive"),
        (rb"%PDF-", "unknown", "PDF document"),
        (rb"\AMotionPhoto_Data", "pictures", "MotionPhoto"),
        (rb"IDAT|IEND\xaeB`\x82\Z", "pictures", "EarlierPicture"),
        (rb"\xff\xd9\Z", "pictures", "EarlierPicture"),
    )
)
_WORDS = {
    "EarlierPicture": "the rest of an earlier, perhaps larger picture",
    "Insta360 trailer": "may hold positions and movements",
}
_JSON = re.compile(rb"\[?\{\"[\x20-\x7e\x80-\xff]{4,2000}\}\]?")
_MAX_JSON = 1 << 16
_DATASETS = re.compile(rb"\x1c[\x01-\x09][\x00-\xff]\0", re.DOTALL)  # as IPTC-IIM begins
_EXIF = re.compile(rb"(?:Exif\0\0)?(?=II\*\0|MM\0\*)")

TrailerSpan = tuple[int, int]


def read_trailer(data: bytes, where: str) -> Iterator[FileFinding]:
    """Everything after the end of a picture, piece by piece."""
    taken: list[TrailerSpan] = []
    yield from _samsung_trailers(data, where, taken)
    pieces = 0
    for first, last in _free(taken, len(data)):
        at = first
        while at < last:
            match = _START.search(data, at, last)
            start = match.start() if match else last
            if start > at:
                yield from _between(data[at:start], where, at)
            if match is None:
                break
            pieces += 1
            if pieces > _MAX_PIECES:
                yield UnreadRegion(
                    f"There are more pieces {where} than were read ({described(data[start:last])} left)."
                )
                yield unknown("trailer", data[start:last], where, start)
                return
            end = yield from _piece(data[:last], start, match[0], where)
            at = max(end, start + 1)


def _free(taken: list[TrailerSpan], size: int) -> Iterator[TrailerSpan]:
    """The gaps between the spans that are taken."""
    at = 0
    for start, end in sorted([*taken, (size, size)]):
        if start > at:
            yield at, start
        at = max(at, end)


def _between(data: bytes, where: str, start: int) -> Iterator[FileFinding]:
    """Bytes that are not a picture or video: a known trailer, or an unknown one."""
    if not data.strip(b"\0\r\n "):
        yield private_item("other", "padding", described(data), where)
        return
    known = next(((group, name) for sign, group, name in _NAMED if sign.search(data)), None)
    if known is None:
        yield unknown("trailer", data, where, start)
    else:
        group, name = known
        json = _JSON.search(data, 0, _MAX_JSON)
        told = [_WORDS.get(name), decoded(json[0])[:80] if json else None, described(data)]
        words = ", ".join(word for word in told if word)
        yield replace(private_item(group, name, words, where), offset=start)
    yield from _inside(data, where, start)


def _inside(data: bytes, where: str, start: int) -> Iterator[FileFinding]:
    """Metadata of other standards within a trailer."""
    exif, datasets = _EXIF.search(data), _DATASETS.search(data)
    if exif:
        yield EmbeddedPart("exif", data[exif.end() :], f"EXIF {where}", start + exif.end())
    elif datasets:
        run = _end_of_datasets(data, datasets.start())
        yield EmbeddedPart("iptc", data[datasets.start() : run], f"IPTC {where}", start + datasets.start())


def _end_of_datasets(data: bytes, at: int) -> int:
    while data[at : at + 1] == b"\x1c" and at + 5 <= len(data):
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        if size & 0x8000 or at + 5 + size > len(data):
            break
        at += 5 + size
    return at


def _piece(data: bytes, start: int, sign: bytes, where: str) -> Generator[FileFinding, None, int]:
    """The piece that begins at ``start``; returns where it ends."""
    rest = data[start:]
    if sign.startswith(b"\xff\xd8"):
        size = picture_length(rest)
        yield private_item("pictures", "JPEG", f"a second picture, {size:,} bytes", where)
        yield EmbeddedPart("jpeg", rest[:size], "second picture", start)
    elif sign.endswith(b"ftyp"):
        size = max((end for _, _, end in walk_boxes(rest)), default=len(rest))
        yield private_item("pictures", "MotionPhoto", f"a video, perhaps with sound, {size:,} bytes", where)
        yield EmbeddedPart("video", rest[:size], f"video {where}", start)
    elif sign.endswith(b"jumb"):
        size = max((end for _, _, end in walk_boxes(rest)), default=len(rest))
        yield EmbeddedPart("jumbf", rest[:size], f"JUMBF {where}", start)
    else:
        end = _XMP_END.search(rest)
        size = end.end() if end else len(rest)
        yield EmbeddedPart("xmp", rest[:size], f"XMP {where}", start)
    return start + size


def _samsung_trailers(data: bytes, where: str, taken: list[TrailerSpan]) -> Iterator[FileFinding]:
    """Samsung's blocks, which their directory follows; their spans are added to ``taken``."""
    start = data.find(b"SEFH", 0, _MAX_SEARCHED)
    for _ in range(4):
        if start < 0:
            return
        end = data.find(b"SEFT", start)
        taken.append((start, end + 4 if 0 <= end - start < 1 << 16 else min(start + 12, len(data))))
        yield from _samsung(data, start, where, taken)
        start = data.find(b"SEFH", start + 4, _MAX_SEARCHED)


def _samsung(data: bytes, start: int, where: str, taken: list[TrailerSpan]) -> Iterator[FileFinding]:
    """The directory of Samsung's trailer: each entry says how far before it its block begins."""
    count = struct.unpack_from("<I", data.ljust(start + 12, b"\0"), start + 8)[0]
    yield private_item("device", "Samsung trailer", f"{count} blocks", where)
    for at in range(start + 12, min(start + 12 + 12 * min(count, _MAX_BLOCKS), len(data) - 11), 12):
        _, kind, back, size = struct.unpack_from("<HHII", data, at)
        if not 8 <= size <= back <= start:
            yield UnreadRegion(f"A block (0x{kind:04X}) of the Samsung trailer ({where}) is not there.")
            continue
        first = start - back
        fresh = all(first >= end or first + size <= begin for begin, end in taken)
        taken.append((first, first + size))
        block = data[first : first + size] if fresh else data[first : first + min(size, 4096)]
        yield from _samsung_block(kind, block, first, where, whole=fresh)


def _samsung_block(kind: int, block: bytes, first: int, where: str, *, whole: bool) -> Iterator[FileFinding]:
    """One block: 8 bytes with the length of its name, the name, and what it holds."""
    label = min(struct.unpack_from("<I", block, 4)[0], len(block) - 8)
    name = decoded(block[8 : 8 + min(label, 80)]) or f"block 0x{kind:04X}"
    body = block[8 + label :]
    group, known = _SAMSUNG.get(kind, ("unknown", name))
    value = decoded(body) if kind in _SAMSUNG_TEXTS and body else f"{known}, {len(block):,} bytes"
    if kind == 0x0A01 and body.isdigit() and len(body) <= 14:
        value = f"{datetime.fromtimestamp(int(body) / 1000, UTC):%Y:%m:%d %H:%M:%S} UTC"
    if group == "unknown" and 0 < len(body) <= 4096 and body.isascii() and decoded(body).isprintable():
        value = decoded(body)
    yield private_item(group, f"Samsung {name}", value, where)
    if whole and body.startswith(b"\xff\xd8\xff"):
        yield EmbeddedPart("jpeg", body, f"Samsung {name}", first + 8 + label)
    elif whole and body[4:8] == b"ftyp":
        yield EmbeddedPart("video", body, f"Samsung {name} {where}", first + 8 + label)
