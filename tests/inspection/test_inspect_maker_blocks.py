"""Blocks of makers and programs in JPEG segments: positions, owners, serial numbers, people and notices are found."""

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.inspection.inspection import Inspection
from imgvet.inspection.rights import file_claims
from inspection.test_inspect import MARKER, exif_segment, found, jpeg_with
from inspection.test_inspect_maker_notes import block
from support.chance import examples
from support.checked_files import inspect_bytes
from support.maker_blocks import ciff, ducky, fixed, flir, flir_camera, flir_position, infiray, jukebox, segment

WIDE = MARKER.encode("utf-16-le")


def report(*segments: bytes, details: bool = False) -> Inspection:
    return inspect_bytes(jpeg_with(*segments), "jpeg", details=details)


# --- FLIR


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("piece", [60_000, 300])
def test_a_thermal_picture_tells_camera_place_and_day(order: str, piece: int) -> None:
    """In one segment or in several, in either byte order."""
    records = [(0x20, flir_camera(MARKER, "LENS-4711", 1_500_000_000)), (0x2B, flir_position(52.4814, -1.8998))]
    inspection = report(flir(records, order, piece))
    assert found(inspection, "device", "CameraSerialNumber").value == MARKER
    assert found(inspection, "device", "LensSerialNumber").value == "LENS-4711"
    assert found(inspection, "time", "DateTimeOriginal").value == "2017:07:14 02:40:00"
    assert inspection.position == pytest.approx((52.4814, -1.8998))
    assert "gps" in inspection.groups
    assert found(inspection, "pictures", "FLIR thermal data").where == "APP1 FLIR"


def test_the_side_of_a_position_counts() -> None:
    """South and west are negative, whether the number says so or the letter."""
    for numbers, sides in (((-52.5, -1.5), b"S\0W\0"), ((52.5, 1.5), b"S\0W\0")):
        assert report(flir([(0x2B, flir_position(*numbers, sides))])).position == (-52.5, -1.5)


@pytest.mark.parametrize("text", [MARKER.encode(), WIDE])
def test_texts_and_sound_of_a_thermal_picture_are_told(text: bytes) -> None:
    """Labels and remarks that somebody wrote or spoke."""
    inspection = report(flir([(0x23, bytes(4) + text + bytes(3)), (0x24, b"RIFF" + bytes(40))]))
    assert MARKER in found(inspection, "text", "FLIR record 0x23").value
    assert "sound" in found(inspection, "pictures", "EmbeddedAudio").value


def test_a_thermal_block_of_another_layout_is_unknown() -> None:
    """Nothing of it is passed over."""
    inspection = report(segment(0xE1, b"FLIR\0\1\0\0" + MARKER.encode()))
    assert MARKER in found(inspection, "unknown", "FLIR data").value


# --- CIFF


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_owner_of_an_old_canon_is_found(order: str) -> None:
    """Owner, serial number, day and the original's name, in a heap within a heap."""
    number, day = struct.pack(f"{order}I", 123_456_789), struct.pack(f"{order}I", 1_000_000_000)
    entries = {0x0810: MARKER.encode() + b"\0", 0x580B: number, 0x180E: day + bytes(8), 0x0816: b"CRW_0001.CRW\0"}
    inspection = report(ciff({**entries, 0x08FF: b"other words\0"}, order))
    assert found(inspection, "owner", "OwnerName").value == MARKER
    assert found(inspection, "device", "SerialNumber").value == "123456789"
    assert found(inspection, "time", "DateTimeOriginal").value == "2001:09:09 01:46:40"
    assert found(inspection, "history", "OriginalRawFileName").value == "CRW_0001.CRW"
    assert any(item.value == "other words" for item in inspection.items)


# --- others


def test_the_notice_that_photoshop_keeps_for_the_web_is_a_copyright() -> None:
    """As any other copyright notice, so that the same question is asked; its comment is text."""
    inspection = report(ducky(comment="Made for the web", notice=f"© {MARKER}"))
    assert found(inspection, "owner", "Copyright").value == f"© {MARKER}"
    assert found(inspection, "text", "Comment").value == "Made for the web"
    assert "owner" not in report(ducky(comment="Made for the web")).groups
    assert [claim.text for claim in file_claims(inspection.items).rights] == [f"© {MARKER}"]


def test_people_and_places_of_media_jukebox_are_told_as_such() -> None:
    """Not as text, so that the question about people is asked."""
    inspection = report(
        jukebox({"Tool_Name": "Media Center", "People": MARKER, "Places": "Leeds", "Caption": "A fair"})
    )
    assert found(inspection, "people", "People").value == MARKER
    assert found(inspection, "gps", "Places").value == "Leeds"
    assert found(inspection, "text", "Caption").value == "A fair"
    assert {f"It names people: {MARKER}.", "It names a place: Leeds."} <= set(inspection.sentences())
    assert (
        MARKER in found(report(segment(0xE9, b"Media Jukebox\0" + MARKER.encode())), "text", "Media Jukebox data").value
    )


def test_the_sensors_of_an_infiray_camera_have_serial_numbers() -> None:
    """Where the file says that it is one; the same segment of another maker is unknown."""
    inspection = report(infiray(MARKER, "VISIBLE-77"))
    assert found(inspection, "device", "IRSensorSerialNumber").value == MARKER
    assert found(inspection, "device", "VisibleSensorSerialNumber").value == "VISIBLE-77"
    alone = segment(0xE9, fixed(768, {192: MARKER.encode()}))
    assert MARKER in found(report(alone), "unknown", "APP9").value


RECONYX = {
    "HyperFire": fixed(130, {0: b"\x01\xf1", 42: WIDE, 86: b"Gate 7"}),
    "UltraFire": fixed(130, {0: b"RECONYXUF\0", 75: MARKER.encode(), 90: b"Gate 7"}),
    "HyperFire 2": fixed(170, {0: b"RECONYXH2\0", 126: WIDE, 104: b"Gate 7"}),
    "MicroFire": fixed(180, {0: b"RECONYXMF\0", 140: WIDE, 118: b"Gate 7"}),
    "HyperFire 4K": fixed(180, {0: b"RECONYX4K\0", 132: MARKER.encode(), 81: b"Gate 7"}),
}


def with_note(make: str, note: bytes) -> bytes:
    """A JPEG of that make with that maker note, whose places count from the start of the EXIF body."""
    outer = block("<", [(0x010F, 2, len(make) + 1, make.encode() + b"\0"), (0x8769, 4, 1, struct.pack("<I", 100))], 8)
    inner = block("<", [(0x927C, 7, len(note), note)], 100)
    return jpeg_with(exif_segment((b"II*\0\x08\0\0\0" + outer).ljust(100, b"\0") + inner))


@pytest.mark.parametrize("details", [True, False])
@pytest.mark.parametrize("model", RECONYX)
def test_a_camera_trap_names_itself(model: str, details: bool) -> None:
    """Serial number and the label that its owner gave it."""
    inspection = inspect_bytes(with_note("RECONYX", RECONYX[model]), "jpeg", details=details)
    assert found(inspection, "device", "SerialNumber").value == MARKER
    assert found(inspection, "text", "UserLabel").value == "Gate 7"


@pytest.mark.parametrize("second", [False, True])
def test_a_nintendo_has_a_serial_number(second: bool) -> None:
    """In each of the two pictures that it takes at once."""
    camera = fixed(50, {0: b"CTR1", 8: struct.pack("<I", 400_000_000), 24: b"\x12\x34\xab\xcd"})
    one = with_note("Nintendo", block("<", [(0x1101, 7, len(camera), camera)], 118))
    inspection = inspect_bytes(jpeg_with() + one if second else one, "jpeg", details=False)
    told = found(inspection, "device", "InternalSerialNumber")
    assert told.value == "1234abcd"
    assert told.where.startswith("second picture") == second
    assert found(inspection, "time", "TimeStamp").value == "2012:09:03 15:06:40"


MADE: dict[str, Callable[[], bytes]] = {
    "flir": lambda: flir([(0x20, flir_camera(MARKER)), (0x2B, flir_position(1, 2)), (0x23, MARKER.encode())]),
    "ciff": lambda: ciff({0x0810: MARKER.encode(), 0x580B: b"1234", 0x180E: bytes(12)}),
    "ducky": lambda: ducky(MARKER, MARKER),
    "jukebox": lambda: jukebox({"People": MARKER}),
    "infiray": lambda: infiray(MARKER),
}


@examples(200)
@given(
    name=st.sampled_from(sorted(MADE)),
    changes=st.lists(st.tuples(st.integers(0, 1 << 12), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_damaged_blocks_never_raise(name: str, changes: list[tuple[int, int]]) -> None:
    """Whatever is changed in a block, an inspection comes back and no part of it stops with an error of the code."""
    data = bytearray(MADE[name]())
    for place, value in changes:
        data[4 + place % (len(data) - 4)] = value
    inspection = report(bytes(data))
    assert inspection.as_json()
    assert inspection.items or inspection.unread or name == "ducky"  # of which a quality alone may be left
