"""Maker notes: the fields that name people, places, devices and times, which exifread does not know or does not read.

A maker note is a directory of the maker's own, mostly in TIFF's layout (EXIF 3.0, MakerNote); its header, its byte
order and the byte from which its offsets count differ from maker to maker. Tag numbers and layouts: ExifTool's
documentation of its maker note tables.
"""

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from imgvet.formats.jpeg import picture_length
from imgvet.formats.tiff import TiffField, TiffStructure, read_directory
from imgvet.inspection.field_names import group_of
from imgvet.inspection.findings import (
    EmbeddedPart,
    FileFinding,
    UnreadRegion,
    decoded,
    described,
    private_item,
    words_in,
)
from imgvet.inspection.maker_blocks import RECONYX, fixed_texts

_MAKER_NOTE, _MAKE = 0x927C, 0x010F
_TAKEN = (("EXIF", 0x9003), ("EXIF", 0x9004), ("Image", 0x0132))
_MAX_ENTRIES = 1_000
_MAX_PICTURES = 4
_MAX_TEXTS = 20
_NOT_SET = "9999"  # Panasonic's year for an age that nobody has entered
_ADULT = 18
_SCENES, _PET = (0x001F, 0x8001), 33  # in which Panasonic's baby is a pet


@dataclass(frozen=True, slots=True)
class _Header:
    """How one maker's note begins."""

    start: bytes
    maker: str
    first: int  # of its directory, bytes from the start of the note
    own_base: int | None = None  # offsets count from this byte of the note; None: from the start of the EXIF body
    order_at: int | None = None  # where the note says its byte order; None: that of the EXIF body


_HEADERS = (
    _Header(b"FUJIFILM", "FujiFilm", 12, 0),
    _Header(b"GENERALE", "FujiFilm", 12, 0),
    _Header(b"Panasonic\0", "Panasonic", 12),
    _Header(b"LEICA\0\0\0", "Panasonic", 8),
    _Header(b"Apple iOS\0", "Apple", 14, 0, 12),
    _Header(b"Nikon\0\x02", "Nikon", 18, 10, 10),
    _Header(b"Nikon\0\x01", "Nikon type 1", 8),
    _Header(b"AOC\0", "Pentax", 6, None, 4),
    _Header(b"PENTAX \0", "Pentax", 10, 0, 8),
    _Header(b"RICOH\0II", "Pentax", 8, 0, 6),
    _Header(b"RICOH\0MM", "Pentax", 8, 0, 6),
    _Header(b"RICOH", "Ricoh", 8),
    _Header(b"Ricoh", "Ricoh", 8),
    _Header(b"QVC\0", "Casio", 6),
    _Header(b"DCI\0", "Casio", 6),
    _Header(b"OLYMPUS\0", "Olympus", 12, 0, 8),
    _Header(b"OM SYSTEM\0", "Olympus", 16, 0, 12),
    _Header(b"OLYMP\0", "Olympus", 8),
    _Header(b"EPSON\0", "Olympus", 8),
    _Header(b"CAMEDIA\0", "Olympus", 8),
    _Header(b"SONY", "Sony", 12),
    _Header(b"\0\0SONY PIC\0", "Sony", 12),
    _Header(b"SANYO\0", "Sanyo", 8),
    _Header(b"KYOCERA", "Kyocera", 22, 0),
    _Header(b"MOT\0", "Motorola", 8, 0),
    _Header(b"JVC ", "JVC", 4),
    _Header(b"SIGMA\0", "Sigma", 10),
    _Header(b"FOVEON\0", "Sigma", 10),
    _Header(b"XIAOMI\0", "Xiaomi", 8),
)

# Makers whose note has no header, by the start of their name in EXIF.
_BARE = (
    ("CANON", "Canon"),
    ("SAMSUNG", "Samsung"),
    ("SONY", "Sony"),
    ("NIKON", "Nikon"),
    ("CASIO", "Casio type 1"),
    ("MINOLTA", "Minolta"),
    ("KONICA", "Minolta"),
    ("PENTAX", "Pentax"),
    ("ASAHI", "Pentax"),
    ("HUAWEI", "Huawei"),
    ("NINTENDO", "Nintendo"),
)

# Maker: tag: name. The name decides the group; a maker has here what exifread leaves out or does not know.
_NAMES: dict[str, dict[int, str]] = {
    "FujiFilm": {0x0010: "InternalSerialNumber", 0x4100: "FacesDetected"},
    "Panasonic": {
        0x0025: "InternalSerialNumber",
        0x0052: "LensSerialNumber",
        0x0054: "AccessorySerialNumber",
        0x0065: "Title",
        0x0067: "Location",
        0x0069: "Country",
        0x006B: "State",
        0x006D: "City",
        0x006F: "Landmark",
    },
    "Apple": {
        0x000B: "BurstUUID",
        0x0011: "ContentIdentifier",
        0x0015: "ImageUniqueID",
        0x001F: "PhotosAppFeatureFlags",
        0x0020: "ImageCaptureRequestID",
        0x002B: "PhotoIdentifier",
    },
    "Canon": {
        0x0006: "ImageType",
        0x0007: "FirmwareVersion",
        0x0009: "OwnerName",
        0x000C: "SerialNumber",
        0x0028: "ImageUniqueID",
        0x0095: "LensModel",
        0x0096: "InternalSerialNumber",
    },
    "Nikon": {0x001D: "SerialNumber", 0x00A0: "SerialNumber"},
    "Pentax": {0x0229: "SerialNumber", 0x022E: "Artist", 0x022F: "Copyright"},
    "Olympus": {0x0404: "SerialNumber", 0x101A: "SerialNumber", 0x0207: "CameraType", 0x0209: "CameraID"},
    "Olympus equipment": {
        0x0100: "CameraType",
        0x0101: "SerialNumber",
        0x0102: "InternalSerialNumber",
        0x0202: "LensSerialNumber",
        0x0203: "LensModel",
        0x0302: "ExtenderSerialNumber",
        0x1003: "FlashSerialNumber",
    },
    "Sony": {0x2031: "SerialNumber", 0xB020: "CreativeStyle"},
    "Ricoh": {0x0002: "FirmwareVersion", 0x0005: "SerialNumber"},
    "Samsung": {
        0x0030: "LocalLocationName",
        0x0031: "LocationName",
        0x0123: "FaceName",
        0xA002: "SerialNumber",
        0xA003: "LensType",
        0xA005: "InternalLensSerialNumber",
    },
    "Motorola": {0x5500: "BuildNumber", 0x5501: "SerialNumber"},
    "Sanyo": {0x0209: "CameraID"},
}
_OLYMPUS_EQUIPMENT = 0x2010

_RELATIONS = {2: "partner", 4: "family", 8: "friend"}


@dataclass(frozen=True, slots=True)
class _Note:
    """One maker note, and the structure that contains it."""

    maker: str
    make: str  # as EXIF names it
    outer: TiffStructure
    entry: TiffField
    inner: TiffStructure
    base: int
    where: str

    def text(self, field: TiffField) -> str:
        """A field's value as text."""
        return _legible(self.inner, field)


def read_maker_note(structure: TiffStructure, where: str) -> Iterator[FileFinding]:
    """The people, places, devices and times in the maker note of an EXIF structure, and its pictures."""
    entry = structure.first("EXIF", _MAKER_NOTE)
    if entry is None or entry.size < 8 or not structure.raw(entry, 16):
        return
    place = f"{where} maker note"
    yield from _pictures(structure, entry, place)
    make = _text_of(structure, "Image", _MAKE)
    fixed = next((texts for sign, texts in RECONYX.items() if structure.raw(entry, 16).startswith(sign)), None)
    if fixed and (make.upper().startswith("RECONYX") or structure.raw(entry, 7) == b"RECONYX"):
        yield from fixed_texts(structure.raw(entry, 4096), fixed, place)
        return
    note = _open(structure, entry, make, place)
    if note is None:
        told = described(structure.raw(entry, 4096), entry.size)
        yield UnreadRegion(f"The maker note ({place}, {told}) is of no layout that imgvet knows.")
        return
    names = _NAMES.get(note.maker, {})
    for field in note.inner.fields:
        special = _SPECIAL.get((note.maker, field.tag))
        if special:
            yield from special(note, field)
        elif field.tag in names:
            yield from _named(names[field.tag], note.text(field), place)
        elif field.type == 2 and note.maker not in _BY_EXIFREAD:
            yield from _named(f"{note.maker} 0x{field.tag:04X}", note.text(field), place)


_BY_EXIFREAD = ("Apple", "Canon", "Casio", "Casio type 1", "FujiFilm", "Nikon", "Nikon type 1", "Olympus", "Sony")
"""Makers of whose notes exifread lists all fields, so that they need not be listed a second time."""


def spans_of_maker_note(structure: TiffStructure) -> list[tuple[int, int]]:
    """First and last byte of everything that the maker note points to, including outside itself."""
    entry = structure.first("EXIF", _MAKER_NOTE)
    if entry is None or entry.size < 8 or not structure.raw(entry, 16):
        return []
    note = _open(structure, entry, _text_of(structure, "Image", _MAKE), "")
    return note.inner.spans if note else []


def _named(name: str, value: str, where: str) -> Iterator[FileFinding]:
    if value.strip("\0 -.0"):
        yield private_item(group_of(name), name, value, where)


def _text_of(structure: TiffStructure, directory: str, tag: int) -> str:
    field = structure.first(directory, tag)
    return decoded(structure.raw(field, 200)).strip("\0 ") if field else ""


def _open(structure: TiffStructure, entry: TiffField, make: str, where: str) -> _Note | None:
    """The note's directory, read from the base that puts most of its values into the note; None if it has none."""
    start = structure.raw(entry, 64)
    header = next((known for known in _HEADERS if start.startswith(known.start)), None)
    if header is None:
        maker = next(
            (name for begin, name in _BARE if make.upper().startswith(begin)), make.partition(" ")[0] or "maker"
        )
        header = _Header(b"", maker, 0, 0 if maker == "Samsung" else None)
    for first, order in _directories(structure, entry, header):
        bases = [0 if header.own_base is None else entry.offset + header.own_base]
        bases += [base for base in (0, entry.offset, first, first - 8) if base not in bases]
        bases.append(_moved_base(structure.data, order, first))
        read = [(read_directory(structure.data, order, first, base), base) for base in bases]
        scores = [_inside(inner, entry, first) for inner, _ in read]
        long = sum(field.size > 4 for field in read[0][0].fields)
        # NOTE: one value may be in the note by chance, so another base must be better by two, or right for all.
        better = max(scores) >= scores[0] + (1 if max(scores) == long > 1 else 2)
        inner, base = read[scores.index(max(scores)) if better else 0]
        return _Note(header.maker, make, structure, entry, inner, base, where)
    return None


def _moved_base(data: bytes, order: str, first: int) -> int:
    """The base that puts the first value right after the directory, in notes that an editor has moved."""
    inner = read_directory(data, order, first)
    places = [field.offset for field in inner.fields if field.size > 4]
    return first + 2 + 12 * len(inner.fields) + 4 - min(places, default=0)


def _directories(structure: TiffStructure, entry: TiffField, header: _Header) -> Iterator[tuple[int, str]]:
    """Places and byte orders at which there is a directory: where the header says, then where else it may be."""
    data = structure.data
    told = data[entry.offset + header.order_at :][:2] if header.order_at is not None else b""
    first = header.first
    if header.maker == "FujiFilm":
        first = int.from_bytes(data[entry.offset + 8 : entry.offset + 12], "little")
    other = ">" if structure.order == "<" else "<"
    preferred = {b"II": "<", b"MM": ">"}.get(told, "<" if header.maker == "FujiFilm" else structure.order)
    for order in dict.fromkeys((preferred, structure.order, other)):
        if _is_directory(data, entry, entry.offset + first, order):
            yield entry.offset + first, order
    if not header.start:
        for at in range(0, 34, 2):
            for order in (structure.order, other):
                if _is_directory(data, entry, entry.offset + at, order):
                    yield entry.offset + at, order


def _is_directory(data: bytes, entry: TiffField, first: int, order: str) -> bool:
    """Whether the bytes look like a directory that the note has room for: known types and counts."""
    end = min(entry.offset + entry.size, len(data))
    if first < 0 or first + 2 > end:
        return False
    count = struct.unpack_from(order + "H", data, first)[0]
    if not 0 < count <= _MAX_ENTRIES or first + 2 + 12 > end:
        return False
    tried = range(first + 2, min(first + 2 + 12 * count, end - 11), 12)
    kinds = [struct.unpack_from(order + "HI", data, at + 2) for at in tried]
    sound = sum(1 <= kind <= 13 and amount < 1 << 24 for kind, amount in kinds)
    return bool(len(tried) * 2 >= count and sound * 10 >= len(tried) * 9)


def _inside(inner: TiffStructure, entry: TiffField, first: int) -> int:
    """How many of the values outside the directory are in the note, after it."""
    after, end = first + 2 + 12 * len(inner.fields), entry.offset + entry.size
    return sum(field.size > 4 and after <= field.offset <= end - field.size for field in inner.fields)


def _legible(structure: TiffStructure, field: TiffField) -> str:
    """A value as text: letters if it has them, numbers, or hexadecimal digits."""
    raw = structure.raw(field, 4096)
    if field.type == 2:
        return decoded(raw.split(b"\0")[0] or raw).strip("\0 ")
    if field.type in (1, 6, 7):
        text = raw.rstrip(b"\0 ")
        if text.isascii() and text.decode("ascii").isprintable():
            return text.decode("ascii")
        if text and len(text) > 3 and decoded(text).isprintable():
            return decoded(text)
        return raw.hex() if len(raw) <= 32 else described(raw, field.size)
    return " ".join("undefined" if each is None else f"{each:.10g}" for each in structure.numbers(field, 16))


def leftover_texts(structure: TiffStructure, shown: str, where: str) -> Iterator[FileFinding]:
    """Words in the maker note that no field has shown, such as those of unknown fields."""
    entry = structure.first("EXIF", _MAKER_NOTE)
    note = structure.raw(entry, 1 << 16).partition(b"\xff\xd8\xff")[0] if entry else b""
    runs = [run for run in words_in(note) if run not in shown]
    if runs:
        yield private_item("other", "words in the maker note", " | ".join(runs[:_MAX_TEXTS]), f"{where} maker note")


def _pictures(structure: TiffStructure, entry: TiffField, where: str) -> Iterator[FileFinding]:
    """Previews inside the note."""
    note, at = structure.raw(entry), 0
    for _ in range(_MAX_PICTURES):
        at = note.find(b"\xff\xd8\xff", at)
        if at < 0:
            return
        picture = note[at : at + picture_length(note[at:])]
        yield private_item("pictures", "PreviewImage", f"a JPEG picture, {described(picture)}", where)
        yield EmbeddedPart("jpeg", picture, "maker note preview", entry.offset + at)
        at += len(picture)


# Fields with an inside of their own.


def _taken(structure: TiffStructure) -> date:
    """The day of the photo; today if it is not known."""
    for directory, tag in _TAKEN:
        match = re.match(r"(\d{4}):(\d\d):(\d\d)", _text_of(structure, directory, tag))
        if match:
            try:
                return date(*(int(each) for each in match.groups()))
            except ValueError:
                continue
    return date.today()


def _face_records(note: _Note, field: TiffField) -> Iterator[FileFinding]:
    """FujiFilm FaceRecInfo: names, birthdays and relations of people registered in the camera."""
    raw = note.inner.raw(field, 1 << 16)
    for number, at in enumerate(range(0, min(len(raw) - 7, 8 * 8), 8), start=1):
        start, size = struct.unpack_from(note.inner.order + "II", raw, at)
        if size < 62 or start + size > len(raw):
            return
        name, born = (
            decoded(raw[begin : begin + length]).strip("\0 ")
            for length, begin in (struct.unpack_from(note.inner.order + "II", raw, start + shift) for shift in (30, 54))
        )
        relation = _RELATIONS.get(raw[start + 46], "")
        told = ", ".join(part for part in (name, relation, f"born {born}" if born.strip("0") else "") if part)
        if told:
            yield private_item("people", f"Face{number}Name", told, note.where)
        match = re.match(r"(\d{4})\D?(\d\d)\D?(\d\d)", born)
        day = _taken(note.outer)
        if match and (day.year - int(match[1]) - ((day.month, day.day) < (int(match[2]), int(match[3])))) < _ADULT:
            yield private_item("minor", f"Face{number}Birthday", told, note.where)


def _recognized(note: _Note, field: TiffField) -> Iterator[FileFinding]:
    """Panasonic FaceRecInfo: up to three recognised people with name and age."""
    raw = note.inner.raw(field, 148)
    count = struct.unpack_from(note.inner.order + "H", raw.ljust(2, b"\0"))[0]
    for number in range(min(count, 3)):
        start = 4 + 48 * number
        name = decoded(raw[start : start + 20].split(b"\0")[0]).strip()
        age = decoded(raw[start + 28 : start + 48].split(b"\0")[0]).strip()
        if name:
            yield private_item("people", f"RecognizedFace{number + 1}Name", name, note.where)
        yield from _age(f"RecognizedFace{number + 1}Age", age, note.where)


def _age(name: str, value: str, where: str) -> Iterator[FileFinding]:
    """An age in years, months and days, e.g. ``0001:02:03``; below 18 it shows a minor."""
    match = re.match(r"(\d{1,4}):(\d\d):(\d\d)", value)
    if match is None or match[1] == _NOT_SET or not value.strip("0: "):
        return
    yield private_item("people", name, value, where)
    if int(match[1]) < _ADULT:
        words = f"{int(match[1])} years, {int(match[2])} months, {int(match[3])} days"
        yield private_item("minor", name, words, where)


def _baby_name(note: _Note, field: TiffField) -> Iterator[FileFinding]:
    name = decoded(note.inner.raw(field, 64).split(b"\0")[0]).strip()
    if name:
        groups = {"text": "PetName"} if _of_pet(note) else {"people": "BabyName", "minor": "BabyName"}
        yield from (private_item(group, what, name, note.where) for group, what in groups.items())


def _baby_age(note: _Note, field: TiffField) -> Iterator[FileFinding]:
    if not _of_pet(note):
        yield from _age("BabyAge", note.text(field), note.where)


def _of_pet(note: _Note) -> bool:
    scenes = (note.inner.first("MakerNote", tag) for tag in _SCENES)
    return any(scene is not None and note.inner.numbers(scene, 1) == [_PET] for scene in scenes)


def _city(cities: tuple[str, ...], name: str, index: int) -> Callable[[_Note, TiffField], Iterator[FileFinding]]:
    """A reader of a city's number, which is the value at ``index``."""

    def read(note: _Note, field: TiffField) -> Iterator[FileFinding]:
        numbers = note.inner.numbers(field, index + 1)
        number = numbers[index] if len(numbers) > index else None
        if number is not None and 0 <= number < len(cities) and cities[int(number)]:
            yield private_item("gps", name, cities[int(number)], note.where)

    return read


def _pentax_camera(note: _Note, field: TiffField) -> Iterator[FileFinding]:
    raw = note.inner.raw(field, 20)
    if len(raw) == 20:
        made, serial = (struct.unpack_from(note.inner.order + "I", raw, at)[0] for at in (4, 16))
        yield private_item("device", "ManufactureDate", str(made), note.where)
        yield private_item("device", "InternalSerialNumber", str(serial), note.where)


def _pentax_day(note: _Note, field: TiffField) -> Iterator[FileFinding]:
    raw = note.inner.raw(field, 4)
    if len(raw) == 4:
        # NOTE: the year is big-endian whatever the order of the rest.
        yield private_item("time", "Date", f"{int.from_bytes(raw[:2], 'big'):04}:{raw[2]:02}:{raw[3]:02}", note.where)


def _nikon_location(note: _Note, field: TiffField) -> Iterator[FileFinding]:
    raw = note.inner.raw(field, 79)
    country, place = decoded(raw[5:8]).strip("\0 "), decoded(raw[9:79]).split("\0")[0].strip()
    for name, value in (("CountryCode", country), ("Location", place)):
        if value:
            yield private_item("gps", name, value, note.where)


def _equipment(note: _Note, field: TiffField) -> Iterator[FileFinding]:
    """Olympus keeps serial numbers in a directory within its directory; older cameras hold it in the value itself."""
    numbers = note.inner.numbers(field, 1) if field.size == 4 else []
    start = note.base + int(numbers[0] or 0) if numbers else field.offset
    inside = read_directory(note.inner.data, note.inner.order, start, note.base)
    if len(inside.fields) > _MAX_ENTRIES:
        return
    names = _NAMES["Olympus equipment"]
    for each in inside.fields:
        if each.tag in names:
            yield from _named(names[each.tag], _legible(inside, each), note.where)


def _hexadecimal(name: str, length: int = 16) -> Callable[[_Note, TiffField], Iterator[FileFinding]]:
    """A reader of an identifier of bytes."""

    def read(note: _Note, field: TiffField) -> Iterator[FileFinding]:
        raw = note.inner.raw(field, length)
        if any(raw):
            yield private_item(group_of(name), name, raw.hex(), note.where)

    return read


def _nikon_preview(note: _Note, field: TiffField) -> Iterator[FileFinding]:
    """The directory of Nikon's preview picture, which may be after the note."""
    pointer = note.inner.numbers(field, 1)
    inside = read_directory(note.inner.data, note.inner.order, note.base + int((pointer or [0])[0] or 0), note.base)
    start, size = (inside.first("MakerNote", tag) for tag in (0x0201, 0x0202))
    if start and size:
        numbers = [int((inside.numbers(each, 1) or [0])[0] or 0) for each in (start, size)]
        at = note.base + numbers[0]
        picture = note.inner.data[at : at + numbers[1]]
        if picture.startswith(b"\xff\xd8\xff") and at >= note.entry.offset + note.entry.size:
            yield private_item("pictures", "PreviewImage", described(picture), note.where)
            yield EmbeddedPart("jpeg", picture, "maker note preview", at)


def _nintendo_camera(note: _Note, field: TiffField) -> Iterator[FileFinding]:
    """Nintendo 3DS: model, moment (seconds since 2000) and serial number, which every picture of an MPO repeats."""
    raw = note.inner.raw(field, 28)
    if len(raw) == 28:
        moment = datetime(2000, 1, 1) + timedelta(seconds=struct.unpack_from(note.inner.order + "I", raw, 8)[0])
        yield private_item("device", "CameraModel", decoded(raw[:4]), note.where)
        yield private_item("time", "TimeStamp", f"{moment:%Y:%m:%d %H:%M:%S}", note.where)
        yield private_item("device", "InternalSerialNumber", raw[24:].hex(), note.where)


# Cities by which cameras name the time zone of their clock, in the order of the makers' numbers; Canon's 0 is none.
# From ExifTool's documentation of Canon and Pentax tags.
_CANON_CITIES: tuple[str, ...] = (
    "", "Chatham Islands", "Wellington", "Solomon Islands", "Sydney", "Adelaide", "Tokyo", "Hong Kong", "Bangkok",
    "Yangon", "Dhaka", "Kathmandu", "Delhi", "Karachi", "Kabul", "Dubai", "Tehran", "Moscow", "Cairo", "Paris",
    "London", "Azores", "Fernando de Noronha", "Sao Paulo", "Newfoundland", "Santiago", "Caracas", "New York",
    "Chicago", "Denver", "Los Angeles", "Anchorage", "Honolulu", "Samoa",
)  # fmt: skip
_PENTAX_CITIES: tuple[str, ...] = (
    "Pago Pago", "Honolulu", "Anchorage", "Vancouver", "San Francisco", "Los Angeles", "Calgary", "Denver",
    "Mexico City", "Chicago", "Miami", "Toronto", "New York", "Santiago", "Caracas", "Halifax", "Buenos Aires",
    "Sao Paulo", "Rio de Janeiro", "Madrid", "London", "Paris", "Milan", "Rome", "Berlin", "Johannesburg",
    "Istanbul", "Cairo", "Jerusalem", "Moscow", "Jeddah", "Tehran", "Dubai", "Karachi", "Kabul", "Male", "Delhi",
    "Colombo", "Kathmandu", "Dhaka", "Yangon", "Bangkok", "Kuala Lumpur", "Vientiane", "Singapore", "Phnom Penh",
    "Ho Chi Minh City", "Jakarta", "Hong Kong", "Perth", "Beijing", "Shanghai", "Manila", "Taipei", "Seoul",
    "Adelaide", "Tokyo", "Guam", "Sydney", "Noumea", "Wellington", "Auckland", "Lima", "Dakar", "Algiers",
    "Helsinki", "Athens", "Nairobi", "Amsterdam", "Stockholm", "Lisbon", "Copenhagen", "Warsaw", "Prague",
    "Budapest",
)  # fmt: skip

_SPECIAL: dict[tuple[str, int], Callable[[_Note, TiffField], Iterator[FileFinding]]] = {
    ("FujiFilm", 0x4282): _face_records,
    ("Panasonic", 0x0061): _recognized,
    ("Panasonic", 0x0066): _baby_name,
    ("Panasonic", 0x0033): _baby_age,
    ("Panasonic", 0x8010): _baby_age,
    ("Canon", 0x0028): _hexadecimal("ImageUniqueID", 64),
    ("Canon", 0x0035): _city(_CANON_CITIES, "TimeZoneCity", 2),
    ("Canon", 0x4019): _hexadecimal("LensSerialNumber", 5),
    ("Nikon", 0x0011): _nikon_preview,
    ("Nintendo", 0x1101): _nintendo_camera,
    ("Nikon", 0x0039): _nikon_location,
    ("Olympus", _OLYMPUS_EQUIPMENT): _equipment,
    ("Pentax", 0x0006): _pentax_day,
    ("Pentax", 0x0023): _city(_PENTAX_CITIES, "HometownCity", 0),
    ("Pentax", 0x0024): _city(_PENTAX_CITIES, "DestinationCity", 0),
    ("Pentax", 0x0215): _pentax_camera,
    ("Casio", 0x3006): lambda note, field: _named("HometownCity", note.text(field), note.where),
}
