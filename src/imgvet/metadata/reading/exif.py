"""EXIF: exifread gives the values in words; a walk of our own finds what exifread leaves out or stumbles over."""

import io
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import exifread
from exifread.tags.exif import EXIF_TAGS, GPS_TAGS, INTEROP_TAGS

from imgvet.metadata.reading.found import Found, Part, PrivateItem, Unread, decoded, described, item, position
from imgvet.metadata.reading.names import GPS_NAMES, TAG_NAMES, group_of
from imgvet.metadata.reading.tiff import Field, Structure, is_tiff, walk

# What exifread may read of one structure; a large maker note takes 60,000 reads, hostile ones would take days.
_MOST_READS = 250_000
_MOST_BYTES = 64 << 20

_HEADER = re.compile(rb"II\*\0|MM\0\*")
_JPEG_START, _JPEG_LENGTH = 0x0201, 0x0202
_USER_COMMENT, _MAKER_NOTE, _IMAGE_SOURCE_DATA = 0x9286, 0x927C, 0x935C
_GPS_TEXTS = (0x001B, 0x001C)  # processing method and area, encoded as user comments are
_XP_TEXTS = range(0x9C9B, 0x9CA0)  # Windows Explorer's own fields, in UTF-16
_POINTERS = {0x014A, 0x8769, 0x8825, 0xA005, _JPEG_START, _JPEG_LENGTH}
_PARTS = {0x02BC: ("xmp", "XMP"), 0x83BB: ("iptc", "IPTC"), 0x8649: ("photoshop", "Photoshop"), 0x8773: ("icc", "ICC")}

# Fields without which a TIFF picture could not be shown; they say nothing of anybody.
_PICTURE_LAYOUT = {*range(0x00FE, 0x0108), 0x0111, *range(0x0115, 0x0118), 0x011C, 0x013D, *range(0x0142, 0x0146)}
_PICTURE_LAYOUT |= {0x0140, 0x0152, 0x0153, 0x015B, *range(0x0211, 0x0215)}


class _TooMuchWork(Exception):
    """A structure makes its reader work for longer than any camera's file does."""


class _Metered(io.BytesIO):
    """Bytes that stop a reader which runs in circles."""

    reads = 0
    amount = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes.

        Raises:
            _TooMuchWork: more than 250,000 reads or 64 MiB.
        """
        block = super().read(size)
        self.reads += 1
        self.amount += len(block)
        if self.reads > _MOST_READS or self.amount > _MOST_BYTES:
            raise _TooMuchWork
        return block


class _Hush(logging.Filter):
    """Drops what one thread logs."""

    def __init__(self) -> None:
        super().__init__()
        self.thread = threading.get_ident()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record came from another thread."""
        return record.thread != self.thread


@contextmanager
def _hushed(name: str) -> Iterator[None]:
    hush, logger = _Hush(), logging.getLogger(name)
    logger.addFilter(hush)
    try:
        yield
    finally:
        logger.removeFilter(hush)


def read_exif(data: bytes, where: str, *, details: bool = True, as_file: bool = False) -> Iterator[Found]:
    """Everything in an EXIF body.

    ``details`` decodes maker notes; ``as_file`` says that it is a TIFF file, whose first directory is the picture.
    """
    for prefix in (b"Exif\0\0", b"EXIF\0\0", b"exif\0\0"):
        data = data.removeprefix(prefix)
    if not is_tiff(data) and not as_file:
        match = _HEADER.search(data, 0, 64)
        data = data[match.start() :] if match else data
    if not is_tiff(data):
        yield Unread(f"The EXIF data ({where}, {described(data)}) does not begin as EXIF does.")
        yield item("unknown", "EXIF", described(data), where)
        return
    structure = walk(data)
    told = dict.fromkeys(structure.problems)
    if told:
        yield Unread(f"The EXIF data ({where}) is damaged: {'; '.join(list(told)[:4])}.")
    tags: dict[str, Any] = {}
    for found in _by_exifread(data, where, details=details):
        if isinstance(found, Unread):
            yield found
        else:
            tags = found
    yield from _position(structure)
    yield from _fields(structure, tags, where, as_file=as_file)
    yield from _maker_note(tags, where)
    yield from _pictures(structure, where, as_file=as_file)


def _by_exifread(data: bytes, where: str, *, details: bool) -> Iterator[Unread | dict[str, Any]]:
    try:
        with _hushed("exifread"):
            yield exifread.process_file(_Metered(data), details=details, extract_thumbnail=False)
    except Exception as problem:  # noqa: BLE001 -- on bad input exifread raises whatever it trips over
        what = "maker note" if details else "EXIF data"
        yield Unread(f"The {what} ({where}) could not be decoded in full ({type(problem).__name__}).")
        if details:
            yield from _by_exifread(data, where, details=False)


def _place(where: str, directory: str) -> str:
    """The words for a directory: exifread calls the first one Image and the second one Thumbnail."""
    if directory in ("Image", "EXIF"):
        return where
    if where == "TIFF":
        directory = "page 2" if directory == "Thumbnail" else directory
        directory = f"page {int(directory[4:]) + 1}" if directory[4:].isdecimal() and directory[0] == "I" else directory
    return f"{where} {directory.lower() if directory == 'Thumbnail' else directory}"


def _fields(structure: Structure, tags: dict[str, Any], where: str, *, as_file: bool) -> Iterator[Found]:
    """One item a field, with exifread's words for its value where there are any."""
    words = {(name.rpartition(" ")[0], tag.tag): tag for name, tag in tags.items() if hasattr(tag, "tag")}
    seen = set()
    for entry in structure.fields:
        key = (entry.directory, entry.tag)
        place = _place(where, entry.directory)
        if entry.tag in _PARTS and entry.size > 4:
            kind, suffix = _PARTS[entry.tag]
            yield Part(kind, structure.raw(entry), f"{place} {suffix}")
        elif not (entry.tag in _POINTERS or (as_file and entry.tag in _PICTURE_LAYOUT)):
            word = None if key in seen else words.get(key)
            yield _item(structure, entry, word, place)
        seen.add(key)


def name_of(entry: Field) -> str:
    """The field's standard name, or its number."""
    if entry.directory.endswith("GPS"):
        known = GPS_TAGS.get(entry.tag)
        return GPS_NAMES.get(entry.tag) or (known[0] if known else f"GPS tag 0x{entry.tag:04X}")
    if entry.directory.endswith("Interoperability"):
        known = INTEROP_TAGS.get(entry.tag)
        return known[0] if known else f"Tag 0x{entry.tag:04X}"
    field = EXIF_TAGS.get(entry.tag)
    return TAG_NAMES.get(entry.tag) or (field[0] if field else f"Tag 0x{entry.tag:04X}")


def _item(structure: Structure, entry: Field, word: Any, place: str) -> PrivateItem:
    name = name_of(entry)
    value = _value(structure, entry, word)
    group = "unknown" if name.startswith("Tag 0x") else group_of(name)
    if group in ("owner", "text") and not value.strip():
        group = "other"  # cameras write the field blank where nobody has filled it in
    return item(group, name, value, place)


def _value(structure: Structure, entry: Field, word: Any) -> str:
    if entry.tag == _USER_COMMENT or (entry.directory.endswith("GPS") and entry.tag in _GPS_TEXTS):
        return _comment(structure.raw(entry, 4096), structure.order)
    if entry.tag in _XP_TEXTS:
        return structure.raw(entry, 4096).decode("utf-16-le", "replace").rstrip("\0")
    if entry.tag in (_MAKER_NOTE, _IMAGE_SOURCE_DATA) or entry.type not in range(1, 14):
        return described(structure.raw(entry, 4096), entry.size)
    if entry.type == 2:
        return _text(structure.raw(entry, 4096))
    return _worded(structure, entry, word)


def _worded(structure: Structure, entry: Field, word: Any) -> str:
    """Numbers and bytes: exifread's words where it has any, positions as numbers."""
    if entry.directory.endswith("GPS") and entry.type in (5, 10):
        return " ".join(_number(each) for each in structure.numbers(entry))
    if word is not None and word.prefer_printable and isinstance(word.printable, str) and word.printable:
        return word.printable
    return _plain_value(structure, entry)


def _text(raw: bytes) -> str:
    """An ASCII field, with what hides behind its first zero."""
    return decoded(raw.rstrip(b"\0 ")).replace("\0", " | ")


def _plain_value(structure: Structure, entry: Field) -> str:
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


def _degrees(structure: Structure, tag: int) -> float | None:
    """Degrees, minutes and seconds as decimal degrees; south and west are negative."""
    entry, reference = structure.first("GPS", tag), structure.first("GPS", tag - 1)
    if entry is None:
        return None
    numbers = structure.numbers(entry, 3)
    if not numbers or numbers[0] is None:
        return None
    # NOTE: cameras write 0/0 for minutes or seconds that they do not know; the degrees still tell the place.
    degrees = sum((number or 0.0) * share for number, share in zip(numbers, (1, 1 / 60, 1 / 3600), strict=False))
    side = structure.raw(reference, 1).upper() if reference else b""
    return -degrees if side in (b"S", b"W") and degrees > 0 else degrees


def _position(structure: Structure) -> Iterator[Found]:
    yield from position(_degrees(structure, 0x0002), _degrees(structure, 0x0004))


def _maker_note(tags: dict[str, Any], where: str) -> Iterator[Found]:
    """What exifread could decode of the maker note."""
    for key, tag in tags.items():
        directory, _, name = key.partition(" ")
        if directory == "MakerNote" and hasattr(tag, "printable"):
            value = str(tag.printable)
            if not value.strip("\0 []0,"):
                continue  # an empty field of a fixed table
            yield item(group_of(name), name, value, f"{where} maker note")


def _pictures(structure: Structure, where: str, *, as_file: bool) -> Iterator[Found]:
    """Every picture beside the first: thumbnails, further pages, reduced copies."""
    for directory in structure.directories:
        start = structure.first(directory, _JPEG_START)
        length = structure.first(directory, _JPEG_LENGTH)
        strips = structure.first(directory, 0x0111) or structure.first(directory, 0x0144)
        if as_file and directory == "Image":
            continue  # the picture itself
        if start and length:
            yield from _jpeg_picture(structure, start, length, where)
        elif strips:
            name = "ThumbnailImage" if directory == "Thumbnail" and not as_file else "FurtherPage"
            yield item("pictures", name, f"a further picture, {_size(structure, directory)}", _place(where, directory))


def _size(structure: Structure, directory: str) -> str:
    sides = (structure.first(directory, tag) for tag in (0x0100, 0x0101))
    numbers = [structure.numbers(side, 1) for side in sides if side is not None]
    known = [_number(each[0]) for each in numbers if each]
    return f"{' × '.join(known)} pixels" if len(known) == 2 else "size unknown"


def _jpeg_picture(structure: Structure, start: Field, length: Field, where: str) -> Iterator[Found]:
    starts, sizes = structure.numbers(start, 1), structure.numbers(length, 1)
    offset, size = (int(each[0]) if each and each[0] else 0 for each in (starts, sizes))
    place = _place(where, start.directory)
    picture = structure.data[offset : offset + size] if offset > 0 and size > 0 else b""
    if not picture:
        yield Unread(f"A thumbnail is announced ({place}) but is not there.")
        return
    yield item("pictures", "ThumbnailImage", described(picture), place)
    if picture.startswith(b"\xff\xd8\xff"):
        yield Part("jpeg", picture, "thumbnail")


def read_tiff(data: bytes, *, details: bool = True) -> Iterator[Found]:
    """Everything in a TIFF file beside its first picture."""
    yield from read_exif(data, "TIFF", details=details, as_file=True)
    if is_tiff(data):
        yield from _after(walk(data))


def _after(structure: Structure) -> Iterator[Found]:
    """Bytes behind everything that the directories point to."""
    end = structure.end
    for directory in structure.directories:
        for starts_tag, sizes_tag in ((0x0111, 0x0117), (0x0144, 0x0145), (_JPEG_START, _JPEG_LENGTH)):
            starts, sizes = structure.first(directory, starts_tag), structure.first(directory, sizes_tag)
            if starts and sizes:
                spans = zip(structure.numbers(starts, 100_000), structure.numbers(sizes, 100_000), strict=False)
                end = max([end, *(int((start or 0) + (size or 0)) for start, size in spans)])
    if len(structure.data) > end + 1:  # one byte may pad the file to an even length
        yield Part("trailer", structure.data[end:], "after the end of the picture")
