"""Videos after photos or in them: place, dates, device, texts, and whether there is sound.

Layouts: ISO/IEC 14496-12 (mvhd, hdlr, udta), 3GPP TS 26.244 (loci), Apple's QuickTime File Format Specification (user
data texts, keys and ilst).
"""

import re
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from imgvet.formats.isobmff import IsoBox, walk_boxes
from imgvet.inspection.field_names import group_of
from imgvet.inspection.findings import EmbeddedPart, FileFinding, decoded, position_of, private_item

_CONTAINERS = (b"moov", b"trak", b"mdia", b"udta", b"meta")
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_MAX_BOXES = 2_000
_MAX_FILMS = 4
_DEEPEST = 6
_START_OF_TIME = datetime(1904, 1, 1, tzinfo=UTC)  # from which ISO media count their seconds

# QuickTime's user data texts, behind their first byte 0xA9.
_TEXTS = {
    b"mak": "Make", b"mod": "Model", b"swr": "Software", b"day": "CreationDate", b"nam": "Title", b"cmt": "Comment",
    b"aut": "Author", b"ART": "Artist", b"cpy": "Copyright", b"des": "Description", b"inf": "Information",
    b"too": "Software",
}  # fmt: skip

# ISO 6709 as phones write it, e.g. +52.4814-001.8998/ or +52.4814-001.8998+120.000/.
_ISO_6709 = re.compile(rb"([+-]\d{2}\.\d{2,8})([+-]\d{3}\.\d{2,8})(?:[+-]\d+(?:\.\d+)?)?/")


def read_video(data: bytes, where: str) -> Iterator[FileFinding]:
    """The places, times, devices and people in a video, or in its ``moov`` box alone."""
    films = 0
    for box, start, end in islice(_all_boxes(data), _MAX_BOXES):
        films += box == b"moov"
        if films > _MAX_FILMS:
            return
        yield from _box(data, box, start, end, where)


def _all_boxes(data: bytes) -> Iterator[IsoBox]:
    """The boxes outside the coded pictures, those within containers behind their container."""
    waiting = [(0, len(data), 0)]
    while waiting:
        first, last, depth = waiting.pop()
        for box, start, end in walk_boxes(data, first, last):
            yield box, start, end
            if box in _CONTAINERS and depth < _DEEPEST:
                full = box == b"meta" and data[start : start + 4] == bytes(4)  # QuickTime's has no version
                waiting.append((start + 4 if full else start, end, depth + 1))


def _box(data: bytes, box: bytes, start: int, end: int, where: str) -> Iterator[FileFinding]:
    body = data[start : min(end, start + (1 << 16))]
    if box == b"moov":
        yield from _place(data[start:end], where)
        yield from _keys(data, start, end, where)
    elif box == b"mvhd":
        yield from _day(body, where)
    elif box == b"hdlr" and body[8:12] == b"soun":
        yield private_item("pictures", "Sound", "a sound recording", where)
    elif box == b"loci":
        yield from _loci(body, where)
    elif box[:1] == b"\xa9" and box[1:] in _TEXTS:
        name = _TEXTS[box[1:]]
        yield private_item(group_of(name, "text"), name, decoded(body[4:]).strip("\0 "), where)
    elif box == b"uuid" and body.startswith(_XMP):
        yield EmbeddedPart("xmp", data[start + 16 : end], f"XMP in {where}", start + 16)


def _place(data: bytes, where: str) -> Iterator[FileFinding]:
    match = _ISO_6709.search(data)
    if match:
        yield private_item("gps", "Location", decoded(match[0]), where)
        yield from position_of(float(match[1]), float(match[2]))


def _day(body: bytes, where: str) -> Iterator[FileFinding]:
    """The day in the movie header, which counts seconds from 1904."""
    wide = body[:1] == b"\1"
    if len(body) < 12:
        return
    seconds = struct.unpack_from(">Q" if wide else ">I", body, 4)[0]
    if 0 < seconds < 10_000_000_000:
        moment = _START_OF_TIME + timedelta(seconds=seconds)
        yield private_item("time", "VideoCreateDate", f"{moment:%Y:%m:%d %H:%M:%S} UTC", where)


def _loci(body: bytes, where: str) -> Iterator[FileFinding]:
    """3GPP's location box: a name, a role, then longitude, latitude and altitude as 16.16 fixed numbers."""
    name, _, rest = body[6:].partition(b"\0")
    if len(rest) >= 9:
        longitude, latitude = (number / 65536 for number in struct.unpack_from(">ii", rest, 1))
        words = f"{decoded(name)} {latitude:+.5f} {longitude:+.5f}".strip()
        yield private_item("gps", "Location", words, where)
        yield from position_of(latitude, longitude)


def _keys(data: bytes, start: int, end: int, where: str) -> Iterator[FileFinding]:
    """Apple's metadata: a list of keys, and for each of them a text."""
    names: list[str] = []
    for box, first, last in islice(_all_boxes(data[start:end]), _MAX_BOXES):
        at, stop = start + first, start + last
        if box == b"keys":
            names = [decoded(data[a:b]) for _, a, b in walk_boxes(data, at + 8, stop)][:200]
        elif box == b"ilst":
            for kind, a, b in walk_boxes(data, at, stop, any_kind=True):
                number = int.from_bytes(kind, "big")
                value = data[a + 16 : b]
                if 1 <= number <= len(names) and data[a + 4 : a + 8] == b"data" and value:
                    name = names[number - 1].rpartition("quicktime.")[2]
                    yield private_item(group_of(name.replace(".", ""), "text"), name, decoded(value[:4096]), where)
