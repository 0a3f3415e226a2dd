"""When and with what a photo was taken: one table of the places that say it, in the order in which they are believed.

Fields: EXIF 3.0 (CIPA DC-008) and TIFF/EP; XMP (ISO 16684-1, its EXIF schema, Photoshop's); IPTC-IIM 4.2.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from imgvet.capture_order import CaptureFacts, camera_name
from imgvet.formats.tiff import TiffStructure
from imgvet.inspection.findings import CaptureField, CaptureFields, decoded, plain_text
from imgvet.inspection.selection_marks import MARK_FIELDS, PERCENT_TAG, RATING_TAG

_XMP, _XMP_EXIF, _XMP_TIFF = (f"http://ns.adobe.com/{each}/1.0/" for each in ("xap", "exif", "tiff"))
_PHOTOSHOP, _AUX, _CIPA = "http://ns.adobe.com/photoshop/1.0/", f"{_XMP_EXIF}aux/", "http://cipa.jp/exif/1.0/"


@dataclass(frozen=True, slots=True)
class TimeSource:
    """Fields that together say one time."""

    day: CaptureField  # often with the time
    time: CaptureField | None = None  # of the day, where it is in a field of its own
    decimals: CaptureField | None = None  # of the second
    offset: CaptureField | None = None  # from UTC
    zone: str = ""  # where the standard sets it


TIME_SOURCES = (
    TimeSource(("EXIF", 0x9003), decimals=("EXIF", 0x9291), offset=("EXIF", 0x9011)),  # DateTimeOriginal
    TimeSource(("EXIF", 0x9004), decimals=("EXIF", 0x9292), offset=("EXIF", 0x9012)),  # DateTimeDigitized
    TimeSource(("EXIF", 0x0132), decimals=("EXIF", 0x9290), offset=("EXIF", 0x9010)),  # DateTime
    TimeSource((_XMP_EXIF, "DateTimeOriginal")),
    TimeSource((_PHOTOSHOP, "DateCreated")),
    TimeSource((_XMP_EXIF, "DateTimeDigitized")),
    TimeSource((_XMP, "CreateDate")),
    TimeSource((_XMP_TIFF, "DateTime")),
    TimeSource(("IPTC", 55), time=("IPTC", 60)),  # DateCreated, TimeCreated
    TimeSource(("IPTC", 62), time=("IPTC", 63)),  # DigitalCreationDate, DigitalCreationTime
    TimeSource(("GPS", 0x001D), time=("GPS", 0x0007), zone="Z"),  # GPSDateStamp, GPSTimeStamp
    TimeSource((_XMP_EXIF, "GPSTimeStamp"), zone="Z"),
)
"""Where a file can say when it was taken; the first that says it counts. A PNG's tIME is when it was saved."""

_CAMERAS: tuple[tuple[CaptureField, CaptureField], ...] = (
    (("EXIF", 0x010F), ("EXIF", 0x0110)), ((_XMP_TIFF, "Make"), (_XMP_TIFF, "Model")),
)  # fmt: skip
_SERIALS: tuple[CaptureField, ...] = (
    ("EXIF", 0xA431), ("EXIF", 0xC62F), (_CIPA, "BodySerialNumber"), (_AUX, "SerialNumber"),
)  # fmt: skip

_TIMES = {each for row in TIME_SOURCES for each in (row.day, row.time, row.decimals, row.offset) if each}
CAPTURE_FIELDS = frozenset({*_TIMES, *chain.from_iterable(_CAMERAS), *_SERIALS})
"""All fields that count for a time or a camera."""

_READ_WITH_THEM = CAPTURE_FIELDS | MARK_FIELDS


def exif_capture_fields(structure: TiffStructure) -> CaptureFields:
    """Those of an EXIF body or a TIFF file, and how the photo is marked."""
    known = ((directory, tag) for directory, tag in _READ_WITH_THEM if isinstance(tag, int))
    return CaptureFields({(directory, tag): _exif_text(structure, directory, tag) for directory, tag in known})


def _exif_text(structure: TiffStructure, directory: str, tag: int) -> str:
    """The field's text; TIFF/EP and scanners have fields of EXIF in the first directory."""
    entry = structure.first(directory, tag) or (structure.first("Image", tag) if directory == "EXIF" else None)
    if entry is None:
        return ""
    if (directory, tag) in (RATING_TAG, PERCENT_TAG):
        return next((f"{number:g}" for number in structure.numbers(entry, 1) if number is not None), "")
    if entry.type in (5, 10):  # GPS: hours, minutes, seconds
        hours, minutes, seconds = [*structure.numbers(entry, 3), None, None, None][:3]
        if hours is None or minutes is None or min(hours, minutes, seconds or 0) < 0:
            return ""
        whole, millionths = divmod(round(((hours * 60 + minutes) * 60 + (seconds or 0)) * 1_000_000), 1_000_000)
        return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{millionths:06}".rstrip("0").rstrip(".")
    return decoded(structure.raw(entry, 128).strip(b"\0 "))


def xmp_capture_fields(values: Iterable[tuple[tuple[str, ...], str]]) -> CaptureFields:
    """Those of an XMP packet's values, and how the photo is marked; not what it says of what it was made from."""
    found: dict[CaptureField, str] = {}
    for path, value in values:
        space, _, name = path[0].rpartition(" ") if len(path) == 1 else ("", "", "")
        if (space, name) in _READ_WITH_THEM:
            found.setdefault((space, name), value)
    return CaptureFields(found)


def capture_facts_in(parts: Iterable[Mapping[CaptureField, str]]) -> CaptureFacts:
    """When and with what the photo was taken, by the fields of its parts, those that come first before others.

    The first source with a day decides it. Where it has no time, the first that knows one of that day adds it.
    """
    parts = list(parts)
    times = [time for source in TIME_SOURCES for part in parts if (time := _read(source, part))]
    with_time = (time for time in times if "T" in time and time.startswith(times[0]))
    cameras = (camera_name(_word(part, make), _word(part, model)) for make, model in _CAMERAS for part in parts)
    serials = (_word(part, field) for field in _SERIALS for part in parts)
    captured = next(with_time, times[0]) if times else ""
    return CaptureFacts(captured, next(filter(None, cameras), ""), next(filter(None, serials), ""))


def _word(part: Mapping[CaptureField, str], field: CaptureField) -> str:
    return plain_text(part.get(field, "").partition("\0")[0])[:80].strip()


def _read(source: TimeSource, part: Mapping[CaptureField, str]) -> str:
    day, time, decimals, offset = (
        part.get(each, "") if each else "" for each in (source.day, source.time, source.decimals, source.offset)
    )
    return as_captured(f"{day} {time}", decimals, source.zone or offset)


_MOMENT = re.compile(
    r"""\s* (?P<year>\d{4}) (?P<d>[-:/.\s]?) \s? (?P<month>\d\d?+) (?P=d) \s? (?P<day>\d\d?+)
    (?: [\sT_]*+ (?P<hour>\d\d?+) (?P<t>[-:.]?) \s? (?P<minute>\d\d?+)
        (?: (?P=t) \s? (?P<second>\d\d?+) (?: [.,:] (?P<decimals>\d++) )? )?
        (?: \s* (?P<half>[ap])\.?m\b\.? )?
    )?
    (?![\d]) (?P<rest>.*)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL | re.ASCII,
)
_ZONE = re.compile(r"[\s:.]*(?:(?:UTC|GMT)?\s*([+\-−])(\d\d?+):?(\d\d)?(?!\d)|(Z|UTC|GMT)\b)", re.IGNORECASE | re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1800, 9998  # no photo is older; programs write 1 or 1601 for unknown
_MAX_DECIMALS = 9


def as_captured(text: str, decimals: str = "", offset: str = "") -> str:
    """A date, with its time where that is known, in ISO 8601; empty where the text says none that there can be.

    The text may be EXIF's (``2026:06:14 10:31:00``), XMP's (``2026-06-14T10:31+01:00``), IPTC's (``20260614
    103100+0100``) or in between. ``decimals`` of the second and ``offset`` from UTC count where it has none of its own.
    The 60th second is the next minute's first.
    """
    found = _MOMENT.match(text.replace("\0", " "))
    if found is None:
        return ""
    year, month, day, hour, minute, second = (int(found[part] or 0) for part in _PARTS)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] in "pP" else 0) if hour <= 12 else 99
    over = second == 60 or (hour, minute, second) == (24, 0, 0)
    try:
        moment = datetime(year, month, day, 0 if over and hour == 24 else hour, minute, 59 if second == 60 else second)
    except ValueError:  # the 31st of June, or 25 o'clock
        return ""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return ""
    if not found["hour"]:
        return moment.date().isoformat()
    if over:
        moment += timedelta(seconds=1) if second == 60 else timedelta(days=1)
    fraction = (found["decimals"] or _digits(decimals))[:_MAX_DECIMALS]
    return f"{moment.isoformat()}{f'.{fraction}' if fraction else ''}{_offset(found['rest']) or _offset(offset)}"


_PARTS = ("year", "month", "day", "hour", "minute", "second")


def _digits(text: str) -> str:
    found = re.match(r"\s*(\d+)", text, re.ASCII)
    return found[1] if found else ""


def _offset(text: str) -> str:
    """The offset from UTC as ``+01:00``; empty where the text says none that a place on Earth has."""
    found = _ZONE.match(text)
    if found is None:
        return ""
    minutes = 60 * int(found[2] or 0) + int(found[3] or 0)
    ahead = found[1] in ("+", None)
    if int(found[3] or 0) > 59 or minutes > 60 * (14 if ahead else 12):
        return ""
    return f"{'+' if ahead or not minutes else '-'}{minutes // 60:02}:{minutes % 60:02}"
