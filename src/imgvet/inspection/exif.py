"""EXIF: exifread, within limits, gives values in words and decodes the maker notes that it knows.

imgvet's own walker finds what exifread leaves out or fails on.
"""

import io
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import exifread
from exifread.tags.exif import EXIF_TAGS, GPS_TAGS, INTEROP_TAGS

from imgvet.formats.tiff import TiffField, TiffStructure, is_tiff, walk_tiff_structure
from imgvet.inspection.capture_time import exif_capture_fields
from imgvet.inspection.field_names import GPS_NAMES, TAG_NAMES, group_of
from imgvet.inspection.findings import (
    EmbeddedPart,
    FileFinding,
    PrivateItem,
    UnreadRegion,
    classified,
    decoded,
    described,
    moved_by,
    position_of,
    private_item,
)
from imgvet.inspection.maker_notes import leftover_texts, read_maker_note
from imgvet.inspection.tiff_images import directory_name, extra_images, inspect_strips, unclaimed


@dataclass(slots=True)
class Effort:
    """The reads left to exifread for one file; a large maker note takes 60,000, hostile ones would take days."""

    details: bool = True  # whether maker notes are decoded
    capture_only: bool = False  # nothing is asked but when and with what the photo was taken
    reads: int = 200_000
    amount: int = 128 << 20  # bytes


class _TooMuchWork(Exception):
    """The file needs more reads than any camera's file does."""


class _Metered(io.BytesIO):
    """A stream that stops a reader which runs in circles."""

    def __init__(self, data: bytes, effort: Effort) -> None:
        super().__init__(data)
        self.effort = effort

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes.

        Raises:
            _TooMuchWork: the effort for this file is used up.
        """
        block = super().read(size)
        self.effort.reads -= 1
        self.effort.amount -= len(block)
        if self.effort.reads < 0 or self.effort.amount < 0:
            raise _TooMuchWork
        return block


class _OtherThreads(logging.Filter):
    """Drops what one thread logs."""

    def __init__(self) -> None:
        super().__init__()
        self.thread = threading.get_ident()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record came from another thread."""
        return record.thread != self.thread


@contextmanager
def _silenced(name: str) -> Iterator[None]:
    others_only, logger = _OtherThreads(), logging.getLogger(name)
    logger.addFilter(others_only)
    try:
        yield
    finally:
        logger.removeFilter(others_only)


def tags_of(data: bytes, where: str, effort: Effort) -> tuple[dict[str, Any], list[UnreadRegion]]:
    """exifread's tags by name, empty if it could not read the data, and a sentence for each unreadable part."""
    unread: list[UnreadRegion] = []
    for details in (True, False) if effort.details else (False,):
        try:
            with _silenced("exifread"):
                return exifread.process_file(_Metered(data, effort), details=details, extract_thumbnail=False), unread
        except Exception as problem:  # noqa: BLE001 -- on bad input exifread raises whatever it trips over
            what = "maker note" if details else "EXIF data"
            why = "too much work" if isinstance(problem, _TooMuchWork) else type(problem).__name__
            unread.append(UnreadRegion(f"The {what} ({where}) could not be decoded in full ({why})."))
    return {}, unread


_HEADER = re.compile(rb"II\*\0|MM\0\*")
_JPEG_START, _JPEG_LENGTH = 0x0201, 0x0202
_USER_COMMENT, _MAKER_NOTE, _IMAGE_SOURCE_DATA = 0x9286, 0x927C, 0x935C
_GPS_TEXTS = (0x001B, 0x001C)  # processing method and area, encoded as user comments are
_XP_TEXTS = range(0x9C9B, 0x9CA0)  # Windows Explorer's own fields, in UTF-16
_POINTERS = {0x014A, 0x8769, 0x8825, 0xA005, _JPEG_START, _JPEG_LENGTH}
_PARTS = {0x02BC: ("xmp", "XMP"), 0x83BB: ("iptc", "IPTC"), 0x8649: ("photoshop", "Photoshop"), 0x8773: ("icc", "ICC")}

# Fields without which a TIFF picture could not be shown; they reveal nothing.
_PICTURE_LAYOUT = {*range(0x00FE, 0x0108), 0x0111, *range(0x0115, 0x0118), 0x011C, 0x013D, *range(0x0142, 0x0146)}
_PICTURE_LAYOUT |= {0x0140, 0x0152, 0x0153, 0x015B, *range(0x0211, 0x0215)}


def inspect_exif(data: bytes, where: str, effort: Effort, *, as_file: bool = False) -> Iterator[FileFinding]:
    """Everything in an EXIF body; ``as_file`` says that it is a TIFF file, whose first directory is the picture."""
    match = None if as_file or is_tiff(data) else _HEADER.search(data, 0, 64)
    if match:
        for found in inspect_exif(data[match.start() :], where, effort):
            yield moved_by(found, match.start())
        return
    if not is_tiff(data):
        yield UnreadRegion(f"The EXIF data ({where}, {described(data)}) does not begin as EXIF does.")
        yield private_item("unknown", "EXIF", described(data), where)
        return
    structure = walk_tiff_structure(data)
    told = dict.fromkeys(structure.problems)
    if told:
        yield UnreadRegion(f"The EXIF data ({where}) is damaged: {'; '.join(list(told)[:4])}.")
    yield exif_capture_fields(structure)
    yield from _parts(structure, where)
    if effort.capture_only:
        return
    tags, unread = tags_of(data, where, effort)
    yield from unread
    yield from _position(structure)
    yield from _fields(structure, tags, where, as_file=as_file)
    yield from _maker_note(structure, tags, where, details=effort.details)
    yield from extra_images(structure, where, as_file=as_file)
    yield from unclaimed(structure, where, as_file=as_file)


def inspect_tiff(data: bytes, effort: Effort) -> Iterator[FileFinding]:
    """Everything in a TIFF file beside its first picture."""
    yield from inspect_exif(data, "TIFF", effort, as_file=True)
    if is_tiff(data) and not effort.capture_only:
        yield from inspect_strips(walk_tiff_structure(data), "TIFF")


def _is_part(structure: TiffStructure, entry: TiffField) -> bool:
    return entry.tag in _PARTS and entry.size > 4 and entry.offset < len(structure.data)


def _parts(structure: TiffStructure, where: str) -> Iterator[EmbeddedPart]:
    """XMP, IPTC and the like, which have readers of their own."""
    for entry in structure.fields:
        if _is_part(structure, entry):
            kind, suffix = _PARTS[entry.tag]
            place = f"{directory_name(where, entry.directory)} {suffix}"
            yield EmbeddedPart(kind, structure.raw(entry), place, entry.offset)


def _fields(structure: TiffStructure, tags: dict[str, Any], where: str, *, as_file: bool) -> Iterator[FileFinding]:
    """One item a field, with exifread's words for its value if it has any."""
    words = {(name.rpartition(" ")[0], tag.tag): tag for name, tag in tags.items() if hasattr(tag, "tag")}
    seen = set()
    for entry in structure.fields:
        key = (entry.directory, entry.tag)
        omitted = entry.tag in _POINTERS or (as_file and entry.tag in _PICTURE_LAYOUT)
        if not omitted and not _is_part(structure, entry):
            outside = entry.offset + entry.size > len(structure.data)
            if outside and field_name(entry).startswith("Tag 0x"):
                continue  # a damaged directory, which is reported
            word = None if key in seen else words.get(key)
            yield _item(structure, entry, word, directory_name(where, entry.directory))
        seen.add(key)


def field_name(entry: TiffField) -> str:
    """The field's standard name, or its number."""
    if entry.directory.endswith("GPS"):
        known = GPS_TAGS.get(entry.tag)
        return GPS_NAMES.get(entry.tag) or (known[0] if known else f"GPS tag 0x{entry.tag:04X}")
    if entry.directory.endswith("Interoperability"):
        known = INTEROP_TAGS.get(entry.tag)
        return known[0] if known else f"Tag 0x{entry.tag:04X}"
    field = EXIF_TAGS.get(entry.tag)
    return TAG_NAMES.get(entry.tag) or (field[0] if field else f"Tag 0x{entry.tag:04X}")


def _item(structure: TiffStructure, entry: TiffField, word: Any, place: str) -> PrivateItem:
    name = field_name(entry)
    value = _value(structure, entry, word)
    group = "unknown" if name.startswith("Tag 0x") else group_of(name)
    if group in ("owner", "text") and not value.strip():
        group = "other"  # cameras write the field blank where nobody has filled it in
    if group == "classification":
        return classified(name, value, place)
    return replace(private_item(group, name, value, place), offset=entry.offset if group == "unknown" else None)


def _value(structure: TiffStructure, entry: TiffField, word: Any) -> str:
    if entry.tag == _USER_COMMENT or (entry.directory.endswith("GPS") and entry.tag in _GPS_TEXTS):
        return _comment(structure.raw(entry, 4096), structure.order)
    if entry.tag in _XP_TEXTS:
        return structure.raw(entry, 4096).decode("utf-16-le", "replace").rstrip("\0")
    if entry.tag in (_MAKER_NOTE, _IMAGE_SOURCE_DATA) or entry.type not in range(1, 14):
        return described(structure.raw(entry, 4096), entry.size)
    if entry.type == 2:
        return _text(structure.raw(entry, 4096))
    return _worded(structure, entry, word)


def _worded(structure: TiffStructure, entry: TiffField, word: Any) -> str:
    """Numbers and bytes: exifread's words if it has any, positions as numbers."""
    if entry.directory.endswith("GPS") and entry.type in (5, 10):
        return " ".join(_number(each) for each in structure.numbers(entry))
    if word is not None and word.prefer_printable and isinstance(word.printable, str) and word.printable:
        return word.printable
    return _plain_value(structure, entry)


def _text(raw: bytes) -> str:
    """An ASCII field, with what is hidden after its first zero."""
    return decoded(raw.rstrip(b"\0 ")).replace("\0", " | ")


def _plain_value(structure: TiffStructure, entry: TiffField) -> str:
    raw = structure.raw(entry, 4096)
    if entry.type in (1, 7) and len(raw) > 1:
        stripped = raw.rstrip(b"\0")
        legible = len(stripped) > 1 and all(32 <= letter < 127 for letter in stripped)
        if legible or entry.size > 16:
            return stripped.decode("ascii") if legible else described(raw, entry.size)
    shown = " ".join(_number(each) for each in structure.numbers(entry, 16))
    return f"{shown} … ({entry.count:,} values)" if entry.count > 16 else shown


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.8g}"


def _comment(raw: bytes, order: str) -> str:
    """A user comment: its first eight bytes name the encoding (EXIF 3.0, UserComment)."""
    code, text = raw[:8], raw[8:]
    if code == b"UNICODE\0":
        known = text.decode("utf-16-le" if order == "<" else "utf-16-be", "replace")
        return known.strip("\0 ")
    if code == b"JIS\0\0\0\0\0":
        return text.decode("iso2022_jp", "replace").strip("\0 ")
    return decoded((text if code in (b"ASCII\0\0\0", bytes(8)) else raw).strip(b"\0 "))


def _degrees(structure: TiffStructure, tag: int) -> float | None:
    """Degrees, minutes and seconds as decimal degrees; south and west are negative."""
    entry, reference = structure.first("GPS", tag), structure.first("GPS", tag - 1)
    if entry is None:
        return None
    numbers = structure.numbers(entry, 3)
    if not numbers or numbers[0] is None:
        return None
    # NOTE: cameras write 0/0 for unknown minutes or seconds; the degrees still reveal the place.
    degrees = sum((number or 0.0) * share for number, share in zip(numbers, (1, 1 / 60, 1 / 3600), strict=False))
    side = structure.raw(reference, 1).upper() if reference else b""
    return -degrees if side in (b"S", b"W") and degrees > 0 else degrees


def _position(structure: TiffStructure) -> Iterator[FileFinding]:
    yield from position_of(_degrees(structure, 0x0002), _degrees(structure, 0x0004))


def _maker_note(structure: TiffStructure, tags: dict[str, Any], where: str, *, details: bool) -> Iterator[FileFinding]:
    """What the reader of maker notes finds, and what exifread could also decode."""
    told, shown = set(), []
    for found in read_maker_note(structure, where):
        if isinstance(found, PrivateItem):
            told.add(found.name)
            shown.append(found.value)
        # NOTE: a note of unknown layout is not reported if exifread could read it.
        if not (isinstance(found, UnreadRegion) and any(key.startswith("MakerNote ") for key in tags)):
            yield found
    for key, tag in tags.items():
        directory, _, name = key.partition(" ")
        if directory == "MakerNote" and name.strip() not in told and hasattr(tag, "printable"):
            value = str(tag.printable)
            shown.append(value)
            if not value.strip("\0 []0,"):
                continue  # an empty field of a fixed table
            yield private_item(group_of(name.strip()), name.strip(), value, f"{where} maker note")
    if details:
        yield from leftover_texts(structure, "\n".join(shown), where)
