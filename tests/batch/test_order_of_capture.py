"""A batch is numbered in the order of capture: wherever files say their time, across zones and clocks, copies last."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from inspection.test_inspect import chunk, dataset, exif, exif_segment, photoshop_segment, resource, xmp, xmp_segment
from support.commands import Imgvet
from support.folders import rows
from support.pictures import landscape

pytestmark = pytest.mark.slow

EVENT = ("--event", "Open Day")
RUN = ("batch", "photos", "--out", "b", *EVENT)


def photo(path: Path, seed: int, *segments: bytes) -> None:
    """A landscape with those segments of a JPEG, or chunks of a PNG."""
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(landscape(seed)[:300, :400]).save(path)
    data = path.read_bytes()
    head = 33 if path.suffix == ".png" else 2
    path.write_bytes(data[:head] + b"".join(segments) + data[head:])


def taken(inner: dict[int, Any] | None = None, main: dict[int, Any] | None = None, **gps: Any) -> bytes:
    return exif_segment(exif(main, inner, gps.get("gps")))


def order(batch: Path) -> list[str]:
    """The names of the originals, by their numbers."""
    listed = {int(row["photo"]): Path(row["original"]).name for row in rows(batch / "private" / "originals.csv")}
    return [listed[number] for number in sorted(listed)]


def test_every_source_and_zone_finds_its_place(imgvet: Imgvet, tmp_path: Path) -> None:
    """One batch in which each photo says its time elsewhere; the local time is that of summer in Britain."""
    day = "2026:06:14"
    iptc = photoshop_segment(resource(0x0404, dataset(2, 55, b"20260614") + dataset(2, 60, b"100500+0100")))
    saying = {
        "digitized.9.jpg": [taken({0x9004: f"{day} 10:00:00", 0x9292: "9", 0x9291: "0"})],
        "digitized.1.jpg": [taken({0x9004: f"{day} 10:00:00", 0x9292: "1", 0x9291: "9"})],
        "minutes in XMP.jpg": [xmp_segment(xmp("", "<photoshop:DateCreated>2026-06-14T10:01</photoshop:DateCreated>"))],
        "eXIf.png": [chunk(b"eXIf", exif(inner={0x9003: "2026-06-14 10:02"}))],
        "original.jpg": [taken({0x9003: f"{day} 10:03:00", 0x9011: "+01:00"}, {0x0132: f"{day} 23:00:00"})],
        "in UTC.jpg": [taken({0x9003: f"{day} 09:04:00", 0x9011: "+00:00"})],
        "IPTC.jpg": [iptc],
        "changed alone.jpg": [taken(main={0x0132: f"{day} 10:06:00"})],
        "blank original.jpg": [taken({0x9003: "    :  :     :  :  ", 0x9004: f"{day} 10:07:00"})],
        "in Paris.jpg": [taken({0x9003: f"{day} 11:08:00", 0x9011: "+02:00"})],
        "GPS.jpg": [taken(gps={0x1D: day, 0x07: (9.0, 9.0, 0.0)})],
        "copied.jpg": [taken({0x9003: f"{day} 10:10:00", 0x9011: "+01:00"})],
        "copied (1).jpg": [taken({0x9003: f"{day} 10:10:00", 0x9011: "+01:00"})],
        "copied (10).jpg": [taken({0x9003: f"{day} 10:10:00", 0x9011: "+01:00"})],
        "nothing.jpg": [],
    }
    wanted = ["digitized.1.jpg", "digitized.9.jpg", *list(saying)[2:]]
    for seed, name in enumerate(sorted(saying)):
        photo(tmp_path / "photos" / name, seed, *saying[name])
    imgvet(*RUN)
    assert order(tmp_path / "b") == wanted


CANON, NIKON = {0x010F: "Canon", 0x0110: "Canon EOS R6"}, {0x010F: "NIKON CORPORATION", 0x0110: "NIKON D850"}


def two_cameras(folder: Path, *names: str) -> None:
    """Photos of two bodies of one model and of another camera, all at half past by their clocks, in that order."""
    cameras = {"a": (CANON, "7770123"), "b": (CANON, "7770456"), "c": (NIKON, "1"), "d": (CANON, "7770123")}
    for seed, name in enumerate(cameras):
        if name in names:
            main, serial = cameras[name]
            fields = {0x9003: f"2026:06:14 10:3{seed}:00", 0xA431: serial}
            photo(folder / f"{name}.jpg", seed, taken(fields, main))


def test_the_clock_of_one_camera_is_set_right(imgvet: Imgvet, tmp_path: Path) -> None:
    """For photos that join, also in a later run that does not say it again; numbers that were given stay."""
    two_cameras(tmp_path / "photos", "a", "b", "c")
    assert imgvet(*RUN, "--clock-offset", "eos r6=+1:00", "--clock-offset", "NIKON D850=+0:00:30").code == 0
    assert order(tmp_path / "b") == ["c.jpg", "a.jpg", "b.jpg"]
    two_cameras(tmp_path / "photos", "d")
    photo(tmp_path / "photos" / "e.jpg", 9, taken({0x9003: "2026:06:14 11:00:00"}))
    assert imgvet(*RUN).code == 0
    assert order(tmp_path / "b") == ["c.jpg", "a.jpg", "b.jpg", "e.jpg", "d.jpg"]


def test_one_of_two_bodies_of_a_model_is_named_by_its_serial_number(imgvet: Imgvet, tmp_path: Path) -> None:
    """Which no file of the batch has."""
    two_cameras(tmp_path / "photos", "a", "b", "c")
    assert imgvet(*RUN, "--clock-offset", "Canon EOS R6#0123=+1:00:00").code == 0
    assert order(tmp_path / "b") == ["b.jpg", "c.jpg", "a.jpg"]
    assert not [path for path in tmp_path.joinpath("b").rglob("*") if path.is_file() and b"7770" in path.read_bytes()]


@pytest.mark.parametrize(("offset", "said"), [
    ("EOS R7=+1:00", "The cameras are: Canon EOS R6#0123; Canon EOS R6#0456; NIKON D850."),
    ("EOS R6=1:00", "has no sign"),
    ("EOS R6", "has no '='"),
    ("EOS R6=+1:99", "is not a time"),
])  # fmt: skip
def test_a_clock_offset_that_cannot_be_meant_changes_nothing(
    imgvet: Imgvet, tmp_path: Path, offset: str, said: str
) -> None:
    """The command ends before any photo has a number."""
    two_cameras(tmp_path / "photos", "a", "b", "c")
    ran = imgvet(*RUN, "--clock-offset", offset)
    assert ran.code == 2
    assert said in ran.err
    assert imgvet(*RUN).code == 0
    assert order(tmp_path / "b") == ["a.jpg", "b.jpg", "c.jpg"]


def test_a_clock_offset_without_a_new_photo_is_refused(imgvet: Imgvet, tmp_path: Path) -> None:
    """Nobody thinks that it has changed something; the same command as before runs again."""
    two_cameras(tmp_path / "photos", "a", "b", "c")
    assert imgvet(*RUN, "--clock-offset", "D850=-1:00").code == 0
    assert imgvet(*RUN, "--clock-offset", "D850=-1:00:00").code == 0
    ran = imgvet(*RUN, "--clock-offset", "D850=-2:00")
    assert ran.code == 2
    assert "there are no new photos, and numbers never change" in ran.err
    assert order(tmp_path / "b") == ["c.jpg", "a.jpg", "b.jpg"]
