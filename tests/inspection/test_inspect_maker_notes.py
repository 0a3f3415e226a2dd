"""Maker notes: names, ages, places and serial numbers that makers keep in layouts of their own."""

import struct
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.inspection.inspection import Inspection
from inspection.test_inspect import MARKER, exif_segment, found, jpeg_with, picture
from support.chance import examples
from support.checked_files import inspect_bytes

Value = tuple[int, int, int, bytes]  # tag, type, count, value


def text(tag: int, words: str = MARKER) -> Value:
    """A text field."""
    return tag, 2, len(words) + 1, words.encode() + b"\0"


def raw(tag: int, value: bytes) -> Value:
    """A field of bytes."""
    return tag, 7, len(value), value


def block(order: str, values: list[Value], first: int) -> bytes:
    """A directory whose long values stand behind it, their places counted so that the directory stands at ``first``."""
    table, behind = struct.pack(order + "H", len(values)), b""
    end = first + 2 + 12 * len(values) + 4
    for tag, kind, count, value in sorted(values):
        table += struct.pack(order + "HHI", tag, kind, count)
        long = len(value) > 4
        table += struct.pack(order + "I", end + len(behind)) if long else value.ljust(4, b"\0")
        behind += value + b"\0" * (len(value) % 2) if long else b""
    return table + bytes(4) + behind


@dataclass(frozen=True)
class Layout:
    """How one maker lays out its note."""

    make: str
    header: bytes
    order: str = "<"
    own_base: int | None = 0  # byte of the note from which places count; None: from the start of the EXIF body


NOTE_AT = 8 + 2 + 12 * 2 + 4 + 40 + 2 + 12 * 2 + 4 + 20  # of every note made here, in the EXIF body

LAYOUTS = {
    "FujiFilm": Layout("FUJIFILM", b"FUJIFILM\x0c\0\0\0"),
    "Panasonic": Layout("Panasonic", b"Panasonic\0\0\0", own_base=None),
    "Apple": Layout("Apple", b"Apple iOS\0\0\x01MM", ">"),
    "Canon": Layout("Canon", b"", own_base=None),
    "Nikon": Layout("NIKON CORPORATION", b"Nikon\0\x02\x10\0\0II*\0\x08\0\0\0", own_base=10),
    "Pentax": Layout("PENTAX Corporation", b"AOC\0MM", ">", None),
    "Pentax K": Layout("PENTAX", b"PENTAX \0II"),
    "Ricoh by Pentax": Layout("RICOH IMAGING COMPANY, LTD.", b"RICOH\0II"),
    "Casio": Layout("CASIO COMPUTER CO.,LTD.", b"QVC\0\0\0", ">", None),
    "Olympus": Layout("OLYMPUS IMAGING CORP.", b"OLYMPUS\0II\x03\0"),
    "OM": Layout("OM Digital Solutions", b"OM SYSTEM\0\0\0II\x04\0"),
    "Sony": Layout("SONY", b"SONY DSC \0\0\0", own_base=None),
    "Ricoh": Layout("RICOH", b"Ricoh\0\0\0", own_base=None),
    "Samsung": Layout("SAMSUNG", b""),
    "Motorola": Layout("motorola", b"MOT\0\x01\0\0\0"),
    "unheard of": Layout("Nobody Cameras", b"", own_base=None),
}


def photo(maker: str, values: list[Value], taken: str = "2026:06:14 10:31:00", *, moved: int = 0) -> bytes:
    """A JPEG of that maker whose note holds the values; ``moved`` shifts the note, as careless editors do."""
    layout = LAYOUTS[maker]
    first = len(layout.header) + (NOTE_AT if layout.own_base is None else -layout.own_base)
    note = layout.header + block(layout.order, values, first)
    make = layout.make.encode().ljust(40, b"\0")
    outer = struct.pack("<H", 2)
    outer += struct.pack("<HHII", 0x010F, 2, 40, 38) + struct.pack("<HHII", 0x8769, 4, 1, 78) + bytes(4)
    inner = struct.pack("<H", 2) + struct.pack("<HHII", 0x9003, 2, 20, 108)
    inner += struct.pack("<HHII", 0x927C, 7, len(note), NOTE_AT + moved) + bytes(4)
    body = (
        b"II*\0" + struct.pack("<I", 8) + outer + make + inner + taken.encode().ljust(20, b"\0") + bytes(moved) + note
    )
    return jpeg_with(exif_segment(body))


def report(maker: str, *values: Value, details: bool = True) -> Inspection:
    """The inspection of such a photo."""
    return inspect_bytes(photo(maker, list(values)), "jpeg", details=details)


@pytest.mark.parametrize("details", [True, False])
@pytest.mark.parametrize(
    ("maker", "value", "group", "name"),
    [
        ("FujiFilm", text(0x0010), "device", "InternalSerialNumber"),
        ("Panasonic", raw(0x0025, MARKER.encode()), "device", "InternalSerialNumber"),
        ("Panasonic", text(0x0052), "device", "LensSerialNumber"),
        ("Panasonic", raw(0x0065, MARKER.encode()), "text", "Title"),
        ("Panasonic", raw(0x0066, MARKER.encode()), "people", "BabyName"),
        ("Panasonic", raw(0x0067, MARKER.encode()), "gps", "Location"),
        ("Panasonic", raw(0x0069, MARKER.encode()), "gps", "Country"),
        ("Panasonic", raw(0x006B, MARKER.encode()), "gps", "State"),
        ("Panasonic", raw(0x006D, MARKER.encode()), "gps", "City"),
        ("Panasonic", raw(0x006F, MARKER.encode()), "gps", "Landmark"),
        ("Apple", text(0x000B), "device", "BurstUUID"),
        ("Apple", text(0x0011), "device", "ContentIdentifier"),
        ("Apple", text(0x002B), "device", "PhotoIdentifier"),
        ("Canon", text(0x0009), "owner", "OwnerName"),
        ("Canon", text(0x0096), "device", "InternalSerialNumber"),
        ("Nikon", text(0x001D), "device", "SerialNumber"),
        ("Nikon", raw(0x0039, b"0100\x01GBR\0" + MARKER.encode().ljust(70, b"\0")), "gps", "Location"),
        ("Pentax", text(0x0229), "device", "SerialNumber"),
        ("Pentax K", text(0x022E), "owner", "Artist"),
        ("Ricoh by Pentax", text(0x022F), "owner", "Copyright"),
        ("Casio", text(0x3006), "gps", "HometownCity"),
        ("Olympus", text(0x0404), "device", "SerialNumber"),
        ("OM", text(0x101A), "device", "SerialNumber"),
        ("Sony", text(0x2031), "device", "SerialNumber"),
        ("Ricoh", text(0x0005), "device", "SerialNumber"),
        ("Samsung", text(0x0031), "gps", "LocationName"),
        ("Samsung", text(0x0123), "people", "FaceName"),
        ("Samsung", text(0xA002), "device", "SerialNumber"),
        ("Motorola", text(0x5501), "device", "SerialNumber"),
    ],
)
def test_fields_of_maker_notes_are_named(maker: str, value: Value, group: str, name: str, details: bool) -> None:
    """Each field stands in its group, with its value, on the fast path too."""
    item = found(report(maker, value, text(0x7001, "something else"), details=details), group, name)
    assert MARKER in item.value
    assert item.where == "EXIF maker note"


@pytest.mark.parametrize(
    ("maker", "value", "name", "city"),
    [
        ("Canon", (0x0035, 4, 4, struct.pack("<4I", 16, 60, 20, 0)), "TimeZoneCity", "London"),
        ("Pentax", (0x0023, 3, 1, struct.pack(">H", 20)), "HometownCity", "London"),
        ("Pentax", (0x0024, 3, 1, struct.pack(">H", 21)), "DestinationCity", "Paris"),
    ],
)
def test_cities_of_the_clock_are_places(maker: str, value: Value, name: str, city: str) -> None:
    """The number of a city is told as the city."""
    assert found(report(maker, value, text(0x7001, "something else")), "gps", name).value == city


def fuji_face(name: str, born: str) -> bytes:
    """FujiFilm's FaceRecInfo with one person, a friend."""
    record = bytearray(62)
    struct.pack_into("<II", record, 30, len(name), 78)
    struct.pack_into("<II", record, 54, len(born), 78 + len(name))
    record[46] = 8
    return struct.pack("<II", 16, 62) + bytes(8) + bytes(record) + name.encode() + born.encode()


@pytest.mark.parametrize(("born", "minor"), [("20150401", True), ("20080614", False), ("20080615", True), ("", False)])
def test_people_whom_a_fujifilm_camera_knows_are_named(born: str, minor: bool) -> None:
    """Name, relation and birthday are told; under 18 on the day of the photo they are a minor's."""
    inspection = report("FujiFilm", raw(0x4282, fuji_face(MARKER, born)), text(0x1000, "FINE"))
    told = found(inspection, "people", "Face1Name").value
    assert MARKER in told
    assert "friend" in told
    assert ("minor" in inspection.groups) == minor
    if minor:
        assert born in found(inspection, "minor", "Face1Birthday").value


@pytest.mark.parametrize(
    ("age", "minor"), [("0009:03:02 00:00:00", True), ("0017:11:30 00:00:00", True), ("0018:00:00 00:00:00", False),
                       ("9999:99:99 00:00:00", False)],
)  # fmt: skip
def test_people_whom_a_panasonic_camera_knows_are_named(age: str, minor: bool) -> None:
    """Names and ages of recognised faces are told; an age under 18 is a minor's, an age that nobody entered is none."""
    face = MARKER.encode().ljust(20, b"\0") + bytes(8) + age.encode().ljust(20, b"\0")
    record = struct.pack("<HH", 1, 0) + face + bytes(96)
    inspection = report("Panasonic", raw(0x0061, record), text(0x7001, "something else"))
    assert found(inspection, "people", "RecognizedFace1Name").value == MARKER
    assert ("minor" in inspection.groups) == minor


def test_the_age_of_a_baby_is_told() -> None:
    """BabyAge is a minor's age, in words."""
    inspection = report("Panasonic", text(0x0033, "0001:02:03 00:00:00"), text(0x7001, "something else"))
    assert found(inspection, "minor", "BabyAge").value == "1 years, 2 months, 3 days"


@pytest.mark.parametrize(("scene", "people"), [(33, False), (23, True)])
def test_the_pet_of_a_panasonic_camera_is_no_person(scene: int, people: bool) -> None:
    """The camera keeps a pet's name and age where it keeps a baby's; the scene says whose they are."""
    values = (0x001F, 3, 1, struct.pack("<H", scene)), text(0x0066), text(0x0033, "0001:02:03 00:00:00")
    inspection = report("Panasonic", *values)
    assert ("people" in inspection.groups) == ("minor" in inspection.groups) == people
    assert any(MARKER in item.value for item in inspection.items)


def test_serial_numbers_in_a_directory_of_olympus_are_found() -> None:
    """Camera and lens are named in a directory within the note."""
    layout = LAYOUTS["Olympus"]
    at = len(layout.header) + 2 + 2 * 12 + 4 + 16
    inner = block("<", [text(0x0101), text(0x0202, "LENS 99887766")], at)
    values = [(0x2010, 13, 1, struct.pack("<I", at)), text(0x0207, "OLYMPUS CAMERA")]
    data = photo("Olympus", values)
    place = data.index(b"OLYMPUS CAMERA\0") + 16
    size = int.from_bytes(data[4:6], "big") + len(inner)
    whole = data[:4] + struct.pack(">H", size) + data[6:place] + inner + data[place:]
    inspection = inspect_bytes(whole, "jpeg", details=False)
    assert found(inspection, "device", "SerialNumber").value == MARKER
    assert found(inspection, "device", "LensSerialNumber").value == "LENS 99887766"


@pytest.mark.parametrize("moved", [6, 20])
def test_a_note_that_an_editor_moved_is_still_read(moved: int) -> None:
    """Places that count from where the note used to be are followed to where most values lie within the note."""
    values = [text(0x0005), text(0x7001, "something else"), text(0x7002, "and more of it")]
    assert found(inspect_bytes(photo("Ricoh", values, moved=moved), "jpeg"), "device", "SerialNumber").value == MARKER


def test_texts_in_the_note_of_an_unheard_of_maker_are_shown() -> None:
    """Nobody knows the fields, but their words are there to read."""
    inspection = report("unheard of", text(0x0001), text(0x0002, "second words"))
    assert any(MARKER in item.value and item.where == "EXIF maker note" for item in inspection.items)


def test_words_that_no_field_points_to_are_shown() -> None:
    """Bytes between the values of a note are searched for words."""
    inspection = report("Canon", raw(0x7001, bytes(9) + MARKER.encode() + bytes(9)), text(0x0007, "Firmware 1"))
    assert any(MARKER in item.value for item in inspection.items if item.where == "EXIF maker note")


def test_a_preview_in_a_maker_note_is_a_hidden_picture() -> None:
    """It is told, and looked into."""
    inspection = report("Sony", raw(0x2001, picture(comment=MARKER.encode())), text(0x7001, "something else"))
    assert "bytes" in found(inspection, "pictures", "PreviewImage").value
    assert found(inspection, "text", "Comment").where == "maker note preview: JPEG comment"


def test_a_note_of_unknown_layout_is_said_to_be_unread() -> None:
    """What is no directory cannot be taken apart, and inspect says so."""
    layout = LAYOUTS["unheard of"]
    assert layout.header == b""
    data = photo("unheard of", [raw(0x0001, b"x" * 30)]).replace(b"\x01\0\x01\0\x07\0", b"\xee\xee\xee\xee\xee\xee")
    assert any("no layout that imgvet knows" in line for line in inspect_bytes(data, "jpeg").unread)


@examples(150)
@given(
    maker=st.sampled_from(sorted(LAYOUTS)),
    changes=st.lists(st.tuples(st.integers(0, 1 << 12), st.integers(0, 255)), min_size=1, max_size=10),
    details=st.booleans(),
)
def test_damaged_notes_never_raise(maker: str, changes: list[tuple[int, int]], details: bool) -> None:
    """Whatever is changed in a note, an inspection comes back."""
    values = [raw(0x4282, fuji_face(MARKER, "20150401")), raw(0x0061, bytes(148)), text(0x0010), text(0x2010)]
    data = bytearray(photo(maker, values))
    for place, value in changes:
        data[30 + place % (len(data) - 30)] = value
    assert inspect_bytes(bytes(data), "jpeg", details=details).as_json()
