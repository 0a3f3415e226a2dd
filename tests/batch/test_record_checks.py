"""What a batch's database may say: each range, relation and name, and a fault for whatever is beyond it."""

import io
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from imgvet.batch.record_checks import facts_fault, is_file_name, is_path, json_fault, photo_fault, picture_fault
from imgvet.batch.snapshot import BatchFacts, PublishedFile
from imgvet.capture_order import ClockOffset
from imgvet.geometry import Box
from imgvet.photo import Face, Finding, Photo, Verdict

MOST = 10**9
SHA = "5" * 64
ALL = Box(0, 0, 40, 30)
FACE = Face(1, ALL, 1.0)
PHOTO = Photo(
    "a.jpg", 3, width=40, height=30, name="open-day-003.jpg", output="held/open-day-003.jpg", sha256=SHA,
    faces=(FACE, Face(2, Box(5, 5, 5, 5), 0.0)), findings=(Finding("a", Verdict.ASK, "So."),),
)  # fmt: skip
SIZES = ("width", "height", "output_width", "output_height", "round", "other_pictures", "smallest_face_px")
PLACE, WHOLE = "its file is not in a folder that imgvet uses", "it has a file, but the record is incomplete"
OUTSIDE, NUMBER = "a box in it is outside the picture, or not valid", "a number in it is not valid"
NAME, PICTURE = "the name of its file is not one that imgvet gives", "its picture hash is damaged"
FORM = "the number of a release form in it is not valid"
COVERED = "what was covered larger in it is not valid"
SHA_FAULT, FILE_FAULT = "a SHA-256 in it is not valid", "the size of its file, or its sharpness, is not valid"
LONG = "a" * 82
FACELESS = {"faces": (), "findings": ()}


@pytest.mark.parametrize(("values", "fault"), [
    ({}, ""), ({"number": 4}, "its number is wrong"),
    ({"earlier_number": MOST, "duplicate_of": 1, "similar": (1, 2)}, ""),
    ({"earlier_number": 0}, NUMBER), ({"duplicate_of": MOST + 1}, NUMBER), ({"similar": (1, 0)}, NUMBER),
    ({"faces": (FACE, replace(FACE, number=0))}, NUMBER),
    *(({each: MOST}, "") for each in SIZES),
    *(({each: value}, "a size in it is not valid") for each in SIZES for value in (-1, MOST + 1)),
    ({"output_bytes": 2**40}, ""), ({"output_bytes": 2**40 + 1}, FILE_FAULT), ({"output_bytes": -1}, FILE_FAULT),
    ({"sharpness": 1e6}, ""), ({"sharpness": -0.1}, FILE_FAULT), ({"sharpest": 0}, NUMBER),
    ({"source_sha256": SHA}, ""), ({"source_sha256": "x"}, SHA_FAULT), ({"sha256": "x"}, SHA_FAULT),
    ({"perceptual_hash": "a" * 16, "pixel_checksum": "40x30-0123abcd"}, ""),
    ({"shown_forms": ("REL-2026-001", "REL-2026-1000")}, ""), ({"shown_forms": ("REL",)}, FORM),
    ({"covered_larger": ("Face 12", "Area AB")}, ""),
    *(({"covered_larger": (each,)}, COVERED) for each in ("Face 0", "J. Smith", "Area")),
    ({"camera_mark": "0123456789abcdef"}, ""), ({"camera_mark": "Canon EOS R6"}, "the mark of its camera is not valid"),
    ({"perceptual_hash": "a"}, PICTURE), ({"pixel_checksum": "40x30"}, PICTURE),
    ({"output": None, "sha256": None}, ""), ({"output": None, "name": ""}, ""),
    ({"output": "flickr/open-day-003.jpg"}, ""),
    ({"output": None, "name": "../open-day-003.jpg"}, NAME), ({"output": "held/", "name": "con"}, NAME),
    ({"output": "held/open-day-held-003.jpg"}, ""), ({"output": "flickr/open-day-held-003.jpg"}, PLACE),
    ({"output": "held/open-day-004.jpg"}, PLACE), ({"output": "private/open-day-003.jpg"}, PLACE),
    ({"output": "held/x/open-day-003.jpg"}, PLACE), ({"output": "open-day-003.jpg"}, PLACE),
    ({"name": f"{LONG}-003.jpg", "output": f"held/{LONG}-003.jpg"}, ""),
    ({"name": f"{LONG}-003.jpg", "output": f"held/{LONG}-held-003.jpg"}, PLACE),
    ({"output": "held/", "name": ""}, WHOLE), ({"sha256": None}, WHOLE), ({"error": "Broken."}, WHOLE),
    ({"faces": (FACE, FACE)}, "two of its faces have the same number"),
    *(({"faces": (FACE, Face(2, ALL, score))}, "the score of a face is not valid") for score in (-0.1, 1.1)),
    *(
        ({"faces": (FACE, Face(2, Box(*box), 0.5))}, OUTSIDE)
        for box in ((-1, 0, 9, 9), (0, -1, 9, 9), (0, 0, 41, 9), (0, 0, 9, 31), (9, 0, 8, 9), (0, 9, 9, 8))
    ),
    ({"findings": (Finding("a", Verdict.ASK, "So.", box=ALL),)}, ""),
    ({"findings": (Finding("a", Verdict.ASK, "So.", box=Box(0, 0, 41, 30)),)}, OUTSIDE),
    ({"faces": (FACE, replace(FACE, number=2, face_id=Box(-9, -9, 99, 99)))}, ""),
    ({"faces": (FACE, replace(FACE, number=2, face_id=Box(9, 0, 8, 9)))}, "a box in it is not valid"),
])  # fmt: skip
def test_a_record_of_a_photo_has_what_a_photo_can_have(values: dict[str, Any], fault: str) -> None:
    assert photo_fault(replace(PHOTO, **values), 3, {}) == fault


def test_a_number_that_is_none_is_no_record_s() -> None:
    assert photo_fault(replace(PHOTO, number=0), 0, {}) == "its number is wrong"


FACTS = BatchFacts("2026-06-14T10:00:00+00:00", SHA)
FILE = PublishedFile(1, "open-day-001.jpg", "", SHA, 1)
OFFSET = ClockOffset("Canon", "", MOST)
COUNT, IDENTITY, STOOD = (
    "a count in it is not valid",
    "its identity is not valid",
    "what was in the channels' folders is damaged",
)


@pytest.mark.parametrize(("values", "fault"), [
    ({}, ""), ({"made_at": "soon"}, "its date is not valid"), ({"secret": SHA[1:]}, "its secret is not valid"),
    *(({each: value}, "") for each in ("applied", "applying", "rounds") for value in (0, MOST)),
    *(({each: value}, COUNT) for each in ("applied", "applying", "rounds") for value in (-1, MOST + 1)),
    *(({"digits": digits}, "") for digits in (1, 10)),
    *(({"digits": digits}, "the number of digits is not valid") for digits in (0, 11)),
    ({"stood": ()}, ""), ({"stood": (FILE, replace(FILE, sha256="", round=0), replace(FILE, round=MOST))}, ""),
    *(
        ({"stood": (FILE, replace(FILE, **wrong))}, STOOD)
        for wrong in ({"number": 0}, {"name": "x"}, {"sha256": "x"}, {"round": -1}, {"round": MOST + 1},
            {"folder": "../x"})
    ),
    ({"sheets": (SHA,), "tables": {"flickr": SHA}}, ""), ({"sheets": (SHA, "x")}, SHA_FAULT),
    ({"tables": {"flickr": "x"}}, SHA_FAULT), ({"sheets": ("",)}, SHA_FAULT),
    ({"identity": "a" * 32, "marks": ("b" * 16,)}, ""), ({"identity": "a"}, IDENTITY),
    ({"marks": ("b" * 16, "b")}, IDENTITY), ({"identity": "a" * 32, "marks": ("",)}, IDENTITY),
    ({"clock_offsets": (OFFSET, replace(OFFSET, seconds=-MOST))}, ""),
    *(
        ({"clock_offsets": (OFFSET, replace(OFFSET, seconds=seconds))}, "a clock offset in it is not valid")
        for seconds in (MOST + 1, -MOST - 1)
    ),
])  # fmt: skip
def test_what_is_known_of_a_batch_is_what_can_be(values: dict[str, Any], fault: str) -> None:
    assert facts_fault(replace(FACTS, **values)) == fault


def jpeg(width: int = 8, height: int = 6) -> bytes:
    """A plain JPEG; its frame says that it has that many pixels."""
    out = io.BytesIO()
    Image.new("RGB", (8, 6)).save(out, "JPEG")
    data = bytearray(out.getvalue())
    start = data.index(b"\xff\xc0") + 5  # behind the marker, the length, and the bits of a sample
    data[start : start + 4] = height.to_bytes(2) + width.to_bytes(2)
    return bytes(data)


PLAIN = jpeg()
NO_JPEG, NOT_PLAIN, TOO_LARGE = (
    "is not a JPEG of the right size", "is not a plain JPEG", "has more pixels than it should have",
)  # fmt: skip
FRAME = PLAIN[PLAIN.index(b"\xff\xc0") : PLAIN.index(b"\xff\xc0") + 19]


@pytest.mark.parametrize(("data", "fault"), [
    (PLAIN, ""), (jpeg(1, 1), ""), (jpeg(8, 8), ""),
    *((jpeg(*size), TOO_LARGE) for size in ((9, 6), (8, 9), (0, 6), (8, 0), (264, 6), (8, 262))),
    ("text", NO_JPEG), (None, NO_JPEG), (b"", NO_JPEG), (b"\xff\xd8\xff", NO_JPEG), (b"x" + PLAIN[1:], NO_JPEG),
    (b"\xff\xd8\xff\xd9", NOT_PLAIN),  # without a frame
    (PLAIN[:-2], NOT_PLAIN), (PLAIN + b"x", NOT_PLAIN), (PLAIN[:2] + FRAME + PLAIN[2:], NOT_PLAIN),
    *(
        (PLAIN[:2] + segment + PLAIN[2:], NOT_PLAIN)
        for segment in (b"\xff\xfe\0\x03x", b"\xff\xe1\0\x03x", b"\xff\x01", b"\xff\xbf\0\x03x")
    ),
])  # fmt: skip
def test_a_small_picture_is_a_plain_one(data: Any, fault: str) -> None:
    """Of so many pixels, and with nothing in it that is no picture."""
    assert picture_fault(data, 8, 10_000) == fault


def test_a_small_picture_has_no_more_bytes_than_it_may() -> None:
    assert picture_fault(PLAIN, 8, len(PLAIN)) == ""
    assert picture_fault(PLAIN, 8, len(PLAIN) - 1) == NO_JPEG


@pytest.mark.parametrize(("value", "fault"), [
    ("{}", ""), (b"{}", ""), (7, "it is not text"), (None, "it is not text"), ("\ud800", ""),
    ("x" * 16 * 1024 * 1024, ""), ("x" * (16 * 1024 * 1024 + 1), "it is too long"),
    (r'"\u0000"', "a text in it has a character that is not allowed"),
    (rb'"\\\u0000"', "a text in it has a character that is not allowed"), (r'"\\u0000"', ""),
], ids=range(10))  # fmt: skip
def test_what_should_be_json_can_be(value: Any, fault: str) -> None:
    assert json_fault(value) == fault


@pytest.mark.parametrize(("value", "well"), [
    (b"a", True), (b"/photos/\xff.jpg", True), (b"x" * 32_768, True), (b"x" * 32_769, False), (b"", False),
    (b"a\0b", False), ("a", False), (None, False),
])  # fmt: skip
def test_a_path_of_an_original_is_bytes(value: Any, well: bool) -> None:
    assert is_path(value) is well


@pytest.mark.parametrize(("name", "well"), [
    ("open-day-001.jpg", True), ("a-1.png", True), ("a-1.webp", True), ("a-1.jpg\n", False), ("A-1.jpg", False),
    ("../a-1.jpg", False), ("con.jpg", False), ("-1.jpg", False), ("a-1.html", False),
])  # fmt: skip
def test_a_file_is_called_as_imgvet_calls_it(name: str, well: bool) -> None:
    assert is_file_name(name) is well
