"""In which order photos were taken: moments, clocks, days, names; and clocks that were wrong."""

from itertools import permutations
from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.capture_order import (
    CaptureRecord,
    ClockOffset,
    capture_keys,
    check_clock_offsets,
    in_capture_order,
    parse_clock_offset,
)
from imgvet.errors import UsageError
from support.chance import examples

DAY = "2026-06-14T"


def order(times: dict[str, str], *offsets: str, cameras: dict[str, str] | None = None) -> str:
    """The names in the order of capture, whatever the order in which they come."""
    records = [CaptureRecord(time, (cameras or {}).get(name, ""), f"{name}.jpg") for name, time in times.items()]
    typed = [parse_clock_offset(each) for each in offsets]
    found = {
        " ".join(PurePath(record.path).stem for record in in_capture_order(some, lambda each: each, typed))
        for some in permutations(records)
    }
    assert len(found) == 1
    return found.pop()


def test_known_offsets_count_by_the_moment() -> None:
    """A camera on summer time and one on UTC."""
    assert order({"a": f"{DAY}11:30:00+01:00", "b": f"{DAY}10:45:00+00:00", "c": f"{DAY}11:40:00+01:00"}) == "a c b"
    assert order({"a": "2026-06-15T00:30:00+02:00", "b": f"{DAY}23:15:00+01:00"}) == "b a"


def test_times_without_an_offset_are_in_the_zone_of_most_others() -> None:
    """And by the clock where no offset is known."""
    zones = {"a": f"{DAY}11:00:00+01:00", "b": f"{DAY}12:00:00+01:00", "c": f"{DAY}10:20:00+00:00"}
    assert order(zones | {"d": f"{DAY}11:10:00"}) == "a d c b"
    assert order({"a": f"{DAY}11:00:00", "b": f"{DAY}10:59:59.9", "c": f"{DAY}11:00:00.1"}) == "b a c"


def test_an_offset_other_than_none_counts_where_as_many_photos_name_each() -> None:
    """A device that knows no zone writes UTC."""
    assert order({"a": f"{DAY}11:00:00+01:00", "b": f"{DAY}10:20:00+00:00", "c": f"{DAY}11:10:00"}) == "a c b"


def test_decimals_count_however_many_there_are() -> None:
    """.5 is .50, .09 comes before .1, and the ninth counts."""
    times = {"a": ".123456789", "b": ".123456788", "c": ".1", "d": ".09", "e": "", "f": ".5"}
    assert order({name: f"{DAY}10:00:00{end}" for name, end in times.items()}) == "e d c b a f"
    assert order({"b": f"{DAY}10:00:00.5", "a": f"{DAY}10:00:00.50", "c": f"{DAY}10:00:00.500+00:00"}) == "a b c"


def test_a_day_alone_is_its_beginning() -> None:
    """Before every time of it, in the zone of the batch."""
    times = {"a": f"{DAY}00:00:00", "b": "2026-06-14", "c": "2026-06-13T23:59:59", "d": "2026-06-15"}
    assert order(times) == "c b a d"


def test_photos_whose_time_nobody_knows_come_last_in_the_order_of_their_names() -> None:
    """What is no time counts as none."""
    assert (
        order({"IMG_10": "", "IMG_9": "some day", "a": f"{DAY}10:00:00", "IMG_9 (1)": ""}) == "a IMG_9 IMG_9 (1) IMG_10"
    )


@pytest.mark.parametrize("names", [
    ["X", "X (1)", "X (2)", "X (10)"],
    ["IMG_9", "IMG_9 (1)", "IMG_10"],
    ["IMG_1", "IMG_1 - Copy", "IMG_1 - Copy (2)", "IMG_2"],
    ["IMG_20260614_170431", "IMG_20260614_170431_1", "IMG_20260614_170431_2", "IMG_20260614_170431_10"],
    ["DSC 7", "Copy of DSC 7", "Copy (2) of DSC 7", "DSC 7 copy", "DSC 8"],
    ["a", "a(1)", "a~2", "b"],
])  # fmt: skip
def test_photos_of_one_second_are_in_the_order_of_their_names(names: list[str]) -> None:
    """An original before its copies, and 9 before 10."""
    assert order(dict.fromkeys(names[:5], f"{DAY}17:04:31")) == " ".join(names[:5])


def test_folders_count_before_names() -> None:
    """The card's second folder comes behind its first, whatever its files are called."""
    paths = ["DCIM/99X/IMG_9999.jpg", "DCIM/100X/IMG_0001.jpg"]
    records = [CaptureRecord(f"{DAY}10:00:00", "", path) for path in reversed(paths)]
    assert [record.path for record in in_capture_order(records, lambda each: each)] == paths


def test_the_same_name_twice_is_told_apart_by_the_number() -> None:
    """So that there is one order."""
    records = [CaptureRecord("", "", "a.jpg", number) for number in (3, 1, 2)]
    assert [record.number for record in in_capture_order(records, lambda each: each)] == [1, 2, 3]


TIMES = st.one_of(
    st.just(""),
    st.dates().map(lambda day: day.isoformat()),
    st.datetimes(timezones=st.none() | st.timezones()).map(lambda moment: moment.isoformat()),
    st.text(max_size=12),
)
RECORDS = st.builds(
    CaptureRecord, TIMES, st.sampled_from(["", "Canon EOS R6", "X"]), st.text(max_size=8), st.integers(1, 9)
)


@examples(200)
@given(st.lists(RECORDS, max_size=12), st.randoms(use_true_random=False), st.integers(-(10**9), 10**9))
def test_there_is_one_order_of_any_photos(records: list[CaptureRecord], chance: object, seconds: int) -> None:
    """Whatever their times say, however wrong a clock was, and in whatever order they come."""
    offsets = [ClockOffset("EOS R6", "", seconds)]
    keys = capture_keys(records, offsets)
    once = sorted(zip(keys, records, strict=True))
    mixed = list(records)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert [record for _, record in once] == [
        record for _, record in sorted(zip(capture_keys(mixed, offsets), mixed, strict=True))
    ]


# Clocks that were wrong


def test_a_wrong_clock_is_set_right_before_photos_are_put_in_order() -> None:
    """That of one camera, and of all its photos, with an offset or without."""
    cameras = {"a": "Canon EOS R6", "b": "NIKON D850", "c": "Canon EOS R6"}
    times = {"a": f"{DAY}10:00:00", "b": f"{DAY}10:30:00", "c": f"{DAY}09:45:00+00:00"}
    assert order(times, cameras=cameras) == "c a b"
    assert order(times, "EOS R6=+1:00", cameras=cameras) == "b c a"
    assert order(times, "NIKON D850=-0:50:00", cameras=cameras) == "b c a"
    assert order(times, "EOS R6=+200000:00:00", "NIKON D850=+0:00:01", cameras=cameras) == "b c a"


@pytest.mark.parametrize(("text", "camera", "serial", "seconds"), [
    ("Canon EOS R6=+1:00:00", "Canon EOS R6", "", 3600),
    ("EOS R6=-0:00:05", "EOS R6", "", -5),
    ("EOS R6=+01:30", "EOS R6", "", 5400),
    ("  EOS R6 = + 1 : 00 ", "EOS R6", "", 3600),
    ("EOS R6=\N{MINUS SIGN}26:00:00", "EOS R6", "", -93_600),
    ("R6#0123=+0:01", "R6", "0123", 60),
    ("A=B=+0:01", "A=B", "", 60),
])  # fmt: skip
def test_a_clock_offset_is_read(text: str, camera: str, serial: str, seconds: int) -> None:
    """As people type it; what is shown of it is read as the same."""
    offset = parse_clock_offset(text)
    assert offset == ClockOffset(camera, serial, seconds)
    assert parse_clock_offset(str(offset)) == offset


@pytest.mark.parametrize(("text", "why"), [
    ("Canon EOS R6", "has no '='"), ("", "has no '='"), ("=+1:00", "names no camera"), (" =+1:00", "names no camera"),
    ("R6=1:00:00", "has no sign"), ("R6=", "is not a time"), ("R6=+1", "is not a time"), ("R6=+1:60", "is not a time"),
    ("R6=+1:00:60", "is not a time"), ("R6=+1h", "is not a time"), ("R6=+1:2", "is not a time"),
    ("R6=+-1:00", "is not a time"),
    ("R6=+1:00:00.5", "is not a time"), ("R6=+１:00", "is not a time"), ("R6#=+1:00", "has no serial number"),
    ("#12=+1:00", "names no camera"),
])  # fmt: skip
def test_each_mistake_in_a_clock_offset_is_named(text: str, why: str) -> None:
    """With what was typed and how it is written."""
    with pytest.raises(UsageError, match=f"--clock-offset '.*' {why}") as raised:
        parse_clock_offset(text)
    assert raised.value.hint == 'Write it as "Canon EOS R6=+1:00:00".'


@pytest.mark.parametrize(("typed", "camera", "meant"), [
    ("Canon EOS R6", "Canon EOS R6", True), ("canoneosr6", "Canon EOS R6", True), ("EOS R6", "Canon EOS R6", True),
    ("eosr6", "Canon EOS R6", True), ("Canon Canon EOS R6", "Canon EOS R6", True), ("ilce-7m4", "SONY ILCE-7M4", True),
    ("NIKON CORPORATION NIKON D850", "NIKON D850", True), ("OLYMPUS IMAGING CORP. E-M1", "OLYMPUS E-M1", True),
    ("Camera 2", "Maker Camera 2", True), ("camera", "Maker Camera", True), ("Camera 1", "Maker Camera 2", False),
    ("Maker Camera 2", "Camera 2", True), ("Corporation", "Canon EOS R6", False),
    ("EOS R6", "Canon EOS R6 Mark II", False), ("OS R6", "Canon EOS R6", False), ("Canon", "Canon EOS R6", False),
    ("EOS R6", "", False),
])  # fmt: skip
def test_a_camera_is_named_by_model_or_by_make_and_model(typed: str, camera: str, meant: bool) -> None:
    """Capitals and blanks make no difference; a part of a word is no name."""
    assert ClockOffset(typed, "", 60).applies_to(camera) == meant


def check(cameras: list[tuple[str, str]], *offsets: str) -> str:
    """What is wrong with the offsets, in a sentence and a hint; empty where nothing is."""
    try:
        check_clock_offsets([parse_clock_offset(each) for each in offsets], cameras)
    except UsageError as problem:
        return str(problem)
    return ""


def test_a_camera_that_took_no_photo_is_refused() -> None:
    """With the list of those that did."""
    cameras = [("NIKON D850", "1"), ("Canon EOS R6", "7770123"), ("Canon EOS R6", "7770123"), ("", "")]
    assert check(cameras, "R6=+1:00", "D850=-0:01") == ""
    said = "No new photo was taken with the camera of --clock-offset 'R7=+1:00:00'."
    assert check(cameras, "R7=+1:00") == f"{said} The cameras are: Canon EOS R6; NIKON D850."
    assert check([("", "")], "R6=+1:00").endswith("None of the new photos says with which camera it was taken.")


def test_two_bodies_of_one_model_are_told_apart_by_their_serial_numbers() -> None:
    """By the end of it; without one, both are meant."""
    bodies = [("Canon EOS R6", "7770123"), ("Canon EOS R6", "7770456")]
    assert check(bodies, "R6=+1:00") == ""
    assert check(bodies, "R6#0123=+1:00", "R6#0456=-1:00") == ""
    assert check(bodies, "R6#9=+1:00").endswith("The cameras are: Canon EOS R6#0123; Canon EOS R6#0456.")
    assert "can mean more than one camera" in check([*bodies, ("Canon EOS R6", "10123")], "R6#0123=+1:00")
    records = [CaptureRecord(f"{DAY}10:00:00", name, serial, serial=serial) for name, serial in bodies]
    offset = parse_clock_offset("R6#0123=+1:00")
    assert [each.serial for each in in_capture_order(records, lambda each: each, [offset])] == ["7770456", "7770123"]


def test_offsets_that_contradict_each_other_are_refused() -> None:
    """Two for one camera, and one that may be for two."""
    cameras = [("Canon EOS R6", "1"), ("NIKON D850", "2"), ("NIKON D850 R6", "3")]
    assert "two clock offsets for NIKON D850: " in check(cameras, "D850=+1:00", "NIKON D850=+2:00")
    assert "two clock offsets for NIKON D850: " in check(cameras, "D850=+1:00", "D850#2=+2:00")
    assert check(cameras, "R6=+1:00") == (
        "--clock-offset 'R6=+1:00:00' can mean more than one camera. The cameras are: Canon EOS R6; NIKON D850 R6."
    )
