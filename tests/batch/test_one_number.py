"""A photo is its content, and has one number for life: on paper, in its title, in its file's name, in both folders."""

import contextlib
import csv
import hashlib
import io
import os
import shutil
import sqlite3
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imgvet.batch import joining
from imgvet.batch.store import BatchStore, create_or_open
from imgvet.capture_order import CaptureFacts
from imgvet.find_photos import real_path
from imgvet.originals import OriginalFacts, read_originals
from imgvet.photo import Event, Photo
from imgvet.pixels import perceptual_hash
from imgvet.profile import Limits, Profile
from imgvet.rules.duplicates import compare_photos
from imgvet.settings import Settings
from support.chance import examples
from support.commands import Imgvet
from support.earlier_batches import name_as_0_4, turn_back
from support.folders import photo_names, public_files, rows
from support.pictures import landscape, mirrored, portrait, save_photo

EVENT = ("--event", "Open Day")
BY = ("--by", "A. Officer")
NOTE = ("--note", "Why.")


def taken(path: Path, seed: int, time: str = "", **how: object) -> Path:
    """A landscape that was taken at that time of 14 June 2026; no time where it is empty."""
    exif = Image.Exif()
    if time:
        exif.get_ifd(0x8769)[0x9003] = f"2026:06:14 {time}"
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(landscape(seed)[:400, :600]).save(path, "JPEG", quality=90, exif=exif, **how)
    return path


def originals(batch: Path) -> dict[str, str]:
    """The original's name, by the number of the photo."""
    return {row["photo"]: Path(row["original"]).name for row in rows(batch / "private" / "originals.csv")}


pytestmark = pytest.mark.slow


# -- numbers


def test_numbers_are_given_in_the_order_of_capture_and_never_move(imgvet: Imgvet, tmp_path: Path) -> None:
    """Later photos get the next numbers, whenever they were taken; a gap stays one; all papers say the same number."""
    photos, batch = tmp_path / "photos", tmp_path / "b"
    for name, seed, time in (("c", 1, "09:00:00"), ("a", 2, "12:00:00"), ("b", 3, "10:30:00")):
        taken(photos / f"{name}.jpg", seed, time)
    save_photo(photos / "d.jpg", portrait())  # no time, and a face that needs a form
    said = imgvet("batch", "photos", "--out", "b", *EVENT).err
    assert originals(batch) == {"1": "c.jpg", "2": "b.jpg", "3": "a.jpg", "4": "d.jpg"}
    assert photo_names(batch / "flickr") == ["open-day-001.jpg", "open-day-002.jpg", "open-day-003.jpg"]
    assert photo_names(batch / "held") == ["open-day-004.jpg"]
    assert "New in flickr/ (round 1): open-day-001.jpg to open-day-003.jpg." in said
    first = {name: data for name, data in public_files(batch).items() if name.endswith(".jpg") and "flickr/" in name}

    taken(photos / "e.jpg", 5, "08:00:00")  # before all others
    imgvet("decide", "b", "2", "exclude", *NOTE, *BY)
    said = imgvet("batch", "photos", "--out", "b", *EVENT).err
    assert originals(batch)["5"] == "e.jpg"
    assert photo_names(batch / "flickr") == ["open-day-001.jpg", "open-day-003.jpg", "open-day-005.jpg"]
    assert photo_names(batch / "held") == ["open-day-002.jpg", "open-day-004.jpg"]
    assert "New in flickr/ (round 2): open-day-005.jpg." in said
    assert "Photo 2 was moved back to held/: open-day-002.jpg, Open Day (2)." in said
    now = public_files(batch)
    for number in (1, 3):
        assert now[f"flickr/open-day-00{number}.jpg"] == first[f"flickr/open-day-00{number}.jpg"]
    assert now["held/open-day-002.jpg"] == first["flickr/open-day-002.jpg"]
    table = {row["file"]: (row["title"], row["round"]) for row in rows(batch / "flickr" / "flickr.csv")}
    assert table == {
        "open-day-001.jpg": ("Open Day (1)", "1"),
        "open-day-003.jpg": ("Open Day (3)", "1"),
        "open-day-005.jpg": ("Open Day (5)", "2"),
    }
    checklist = rows(batch / "checklist.csv")
    assert [(row["photo"], row["file"]) for row in checklist if row["face"]] == [("4", "open-day-004.jpg")]

    said = imgvet("decide", "b", "open-day-001", "exclude", *NOTE, *BY).err
    assert "Photo 1: open-day-001.jpg, Open Day (1)." in said  # what must be removed: number, file and title
    assert "Photo 1: open-day-001.jpg, Open Day (1)." in imgvet("status", "b").err
    assert "exclude" in imgvet("log", "b", "001").out  # as the name has it


def test_a_removed_photo_does_not_free_its_number(imgvet: Imgvet, tmp_path: Path) -> None:
    """Its original is deleted and it is excluded; who joins gets the next number all the same."""
    photos = tmp_path / "photos"
    for seed in (1, 2):
        taken(photos / f"{seed}.jpg", seed)
    imgvet("batch", "photos", "--out", "b", *EVENT)
    imgvet("decide", "b", "2", "exclude", *NOTE, *BY)
    (photos / "2.jpg").unlink()
    taken(photos / "3.jpg", 3)
    imgvet("batch", "photos", "--out", "b", *EVENT)
    assert originals(tmp_path / "b") == {"1": "1.jpg", "2": "2.jpg", "3": "3.jpg"}
    assert photo_names(tmp_path / "b" / "flickr") == ["open-day-001.jpg", "open-day-003.jpg"]


def test_a_batch_that_begins_with_a_thousand_photos_has_four_digits(tmp_path: Path) -> None:
    """So its files sort as they are numbered; a batch that grows past a thousand keeps the names that it gave."""
    from imgvet.batch.run import _digits

    folder = create_or_open(tmp_path / "b")
    assert _digits(folder, folder.snapshot(), 1200) == 4
    assert folder.facts().digits == 4
    assert _digits(folder, folder.snapshot(), 3) == 4
    folder.database.close()


# -- identity


def test_a_renamed_moved_and_copied_original_is_the_same_photo(imgvet: Imgvet, tmp_path: Path) -> None:
    """Under another name, in another folder, copied to a stick with another time: nothing has to be said again."""
    photos = tmp_path / "photos"
    for seed in (1, 2, 3):
        taken(photos / f"IMG_{seed}.jpg", seed)
    imgvet("batch", "photos", "--out", "b", *EVENT)
    imgvet("decide", "b", "1", "exclude", *NOTE, *BY)
    imgvet("finish", "b")
    (photos / "IMG_1.jpg").rename(photos / "ZZZ.jpg")
    stick = tmp_path / "stick" / "DCIM"
    shutil.copytree(photos, stick)
    shutil.rmtree(photos)
    os.utime(stick / "IMG_2.jpg", (1, 1))
    before = public_files(tmp_path / "b")
    said = imgvet("batch", "stick", "--out", "b", *EVENT).err
    assert "Photos: 0 to vet, 3 done before." in said
    assert "Found in another place: photos 1–3." in said
    assert originals(tmp_path / "b") == {"1": "ZZZ.jpg", "2": "IMG_2.jpg", "3": "IMG_3.jpg"}
    assert public_files(tmp_path / "b") == before
    assert photo_names(tmp_path / "b" / "flickr") == ["open-day-002.jpg", "open-day-003.jpg"]
    assert "exclude" in imgvet("log", "b", "1").out
    assert imgvet("decide", "b", "ZZZ.jpg", "reopen", *BY).code == 0


def test_two_files_that_swap_their_names_keep_their_numbers(imgvet: Imgvet, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    one, two = taken(photos / "a.jpg", 1), taken(photos / "b.jpg", 2)
    imgvet("batch", "photos", "--out", "b", *EVENT)
    imgvet("decide", "b", "1", "exclude", *NOTE, *BY)
    one.rename(photos / "c.jpg")
    two.rename(one)
    (photos / "c.jpg").rename(two)
    imgvet("batch", "photos", "--out", "b", *EVENT)
    assert originals(tmp_path / "b") == {"1": "b.jpg", "2": "a.jpg"}
    assert photo_names(tmp_path / "b" / "flickr") == ["open-day-002.jpg"]


def test_another_picture_in_the_place_of_one_that_has_moved_is_new(imgvet: Imgvet, tmp_path: Path) -> None:
    """A card is used again: IMG_1 was copied elsewhere, and is another picture on the card now."""
    photos = tmp_path / "photos"
    taken(photos / "IMG_1.jpg", 1)
    imgvet("batch", "photos", "--out", "b", *EVENT)
    (photos / "IMG_1.jpg").rename(photos / "kept.jpg")
    taken(photos / "IMG_1.jpg", 2)
    imgvet("batch", "photos", "--out", "b", *EVENT)
    assert originals(tmp_path / "b") == {"1": "kept.jpg", "2": "IMG_1.jpg"}
    assert len(photo_names(tmp_path / "b" / "flickr")) == 2


def test_what_was_said_of_an_original_counts_under_any_number(imgvet: Imgvet, tmp_path: Path) -> None:
    """An excluded original is overwritten, and comes back under another name: it stays excluded."""
    photos = tmp_path / "photos"
    first = taken(photos / "a.jpg", 1)
    data = first.read_bytes()
    imgvet("batch", "photos", "--out", "b", *EVENT)
    imgvet("decide", "b", "1", "exclude", *NOTE, *BY)
    taken(photos / "a.jpg", 2)
    (photos / "later.jpg").write_bytes(data)
    imgvet("batch", "photos", "--out", "b", *EVENT)
    (photos / "a.jpg").write_bytes((photos / "later.jpg").read_bytes()[:-2] + b"\xff\xd9")
    status = {each["number"]: each["verdict"] for each in imgvet("status", "b", "--json").lines}
    assert status[1] == "blocked"  # found again as later.jpg, and the other picture is new
    assert status[2] == "ready"


def test_the_same_bytes_twice_are_one_photo(imgvet: Imgvet, tmp_path: Path) -> None:
    """Told in numbers on the screen, by name in private/ alone; when the first is gone, the copy takes its place."""
    photos = tmp_path / "photos"
    taken(photos / "PLANTED-A.jpg", 1)
    shutil.copy(photos / "PLANTED-A.jpg", photos / "PLANTED-B.jpg")
    taken(photos / "c.jpg", 2)
    said = imgvet("batch", "photos", "--out", "b", *EVENT).err
    assert "1 file is the same file as photo 2 under another name, and left out" in said
    assert "PLANTED" not in said
    table = rows(tmp_path / "b" / "private" / "originals.csv")
    assert [(row["photo"], Path(row["original"]).name, Path(row["also at"]).name) for row in table] == [
        ("1", "c.jpg", ""),
        ("2", "PLANTED-A.jpg", "PLANTED-B.jpg"),
    ]
    for name, data in public_files(tmp_path / "b").items():
        assert b"PLANTED" not in data, name
    (photos / "PLANTED-A.jpg").unlink()
    said = imgvet("batch", "photos", "--out", "b", *EVENT).err
    assert "0 to vet, 2 done before" in said
    table = rows(tmp_path / "b" / "private" / "originals.csv")
    assert [Path(row["original"]).name for row in table] == ["c.jpg", "PLANTED-B.jpg"]
    assert [row["also at"] for row in table] == ["", ""]


def test_a_copy_serves_when_the_first_file_is_gone(imgvet: Imgvet, tmp_path: Path) -> None:
    """Also for `finish`, which names no folder; a copy that was changed in the meantime is left alone."""
    photos = tmp_path / "photos"
    taken(photos / "a.jpg", 1)
    for name in ("b.jpg", "c.jpg"):
        shutil.copy(photos / "a.jpg", photos / name)
    imgvet("batch", "photos", "--out", "b", *EVENT)
    (photos / "a.jpg").unlink()
    taken(photos / "b.jpg", 2)
    imgvet("decide", "b", "1", "redact", "--add-face", "10,10,60,60", *NOTE, *BY)
    said = imgvet("finish", "b").err
    assert "Found in another place: photo 1." in said
    assert "Changed in flickr/ (replace them if they are online): open-day-001.jpg." in said
    assert originals(tmp_path / "b") == {"1": "c.jpg"}
    assert [row["also at"] for row in rows(tmp_path / "b" / "private" / "originals.csv")] == [""]


@pytest.mark.parametrize("half", [b"", b"half of a picture"])
def test_a_file_that_failed_keeps_its_number_in_another_folder(imgvet: Imgvet, tmp_path: Path, half: bytes) -> None:
    """It was half copied, and is whole on the other stick; where two files have its name, both are new."""
    photos = tmp_path / "photos"
    for seed in (1, 2):
        taken(photos / f"{seed}.jpg", seed)
    (photos / "1.jpg").write_bytes(half)
    assert imgvet("batch", "photos", "--out", "b", *EVENT).code == 4
    number = {name: number for number, name in originals(tmp_path / "b").items()}["1.jpg"]
    photos.rename(tmp_path / "stick")
    taken(tmp_path / "stick" / "1.jpg", 1)
    assert imgvet("batch", "stick", "--out", "b", *EVENT).code == 0
    assert originals(tmp_path / "b")[number] == "1.jpg"
    assert len(photo_names(tmp_path / "b" / "flickr")) == 2


def test_a_killed_run_of_0_4_goes_on_in_another_folder(imgvet: Imgvet, tmp_path: Path) -> None:
    """It did not note what its originals are; those that nobody has seen are found by name, and no number is lost."""
    photos, batch = tmp_path / "photos", tmp_path / "b"
    for seed in (1, 2, 3):
        taken(photos / f"{seed}.jpg", seed)
    imgvet("batch", "photos", "--out", "b", *EVENT)
    before = originals(batch)
    turn_back(batch, 3)
    with contextlib.closing(sqlite3.connect(batch / "private" / "batch.db")) as database, database:
        database.execute("UPDATE photos SET record = NULL, recipe = NULL, stamp = NULL WHERE number > 1")
    for number in (2, 3):
        (batch / "flickr" / f"open-day-00{number}.jpg").unlink()
    photos.rename(tmp_path / "stick")
    shutil.copy(tmp_path / "stick" / "2.jpg", tmp_path / "stick" / "copy of 2.jpg")
    ran = imgvet("batch", "stick", "--out", "b", *EVENT)
    assert ran.code == 0
    assert originals(batch) == before
    assert photo_names(batch / "flickr") == [f"open-day-00{number}.jpg" for number in (1, 2, 3)]


def test_a_copy_that_is_changed_later_is_a_photo_of_its_own(imgvet: Imgvet, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    taken(photos / "a.jpg", 1)
    shutil.copy(photos / "a.jpg", photos / "b.jpg")
    imgvet("batch", "photos", "--out", "b", *EVENT)
    taken(photos / "b.jpg", 2)
    imgvet("batch", "photos", "--out", "b", *EVENT)
    table = rows(tmp_path / "b" / "private" / "originals.csv")
    assert [(Path(row["original"]).name, row["also at"]) for row in table] == [("a.jpg", ""), ("b.jpg", "")]


# -- duplicates and bursts


def test_of_the_same_picture_only_one_is_published_unless_somebody_says_otherwise(
    imgvet: Imgvet, tmp_path: Path
) -> None:
    """Other metadata, the same pixels; and whatever is decided about the first, the second asks."""
    photos, batch = tmp_path / "photos", tmp_path / "b"
    taken(photos / "a.jpg", 1, "09:00:00")
    taken(photos / "b.jpg", 1, "10:00:00", comment=b"seen by somebody else")
    said = imgvet("batch", "photos", "--out", "b", *EVENT).err
    assert "It is the same picture as photo 1. Only one of them is published: photo 2" in said
    assert photo_names(batch / "flickr") == ["open-day-001.jpg"]
    imgvet("decide", "b", "1", "exclude", *NOTE, *BY)
    imgvet("finish", "b")
    assert photo_names(batch / "flickr") == []  # what was withdrawn does not come back as its own copy
    assert imgvet("decide", "b", "2", "answer", "duplicate", *NOTE, *BY).code == 0
    imgvet("finish", "b")
    assert photo_names(batch / "flickr") == ["open-day-002.jpg"]


def test_a_burst_is_told_and_kept(imgvet: Imgvet, tmp_path: Path) -> None:
    """The same view a second later, and a smaller copy of it; another picture of the same second is none of them."""
    photos = tmp_path / "photos"
    photos.mkdir()
    views = {"a": portrait()[:480, :500], "b": portrait()[4:484, 4:504], "c": landscape(1)[:480, :500]}
    for second, (name, view) in enumerate(views.items()):
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0x9003] = f"2026:06:14 09:00:0{second}"
        Image.fromarray(view).save(photos / f"{name}.jpg", "JPEG", exif=exif)
    Image.fromarray(views["a"]).resize((375, 360)).save(photos / "small.jpg", "JPEG", quality=60)
    said = imgvet("batch", "photos", "--out", "b", *EVENT).err
    assert "These look almost the same: photos 1–2, 4\n" in said
    assert len(photo_names(tmp_path / "b" / "held")) + len(photo_names(tmp_path / "b" / "flickr")) == 4


def alike(number: int, bits: int, captured: str = "", checksum: str = "", came: int = 0) -> Photo:
    return Photo(
        f"{number}.jpg", number, captured=captured, perceptual_hash=f"{bits:016x}", round=came,
        pixel_checksum=checksum or f"600x400-{number:08x}",
    )  # fmt: skip


def test_alike_is_few_bits_or_a_few_more_within_seconds() -> None:
    """Whoever looks alike is told of each other; the time counts by the moment, not by the clock."""
    photos = [
        alike(1, 0, "2026-06-14T10:00:00+01:00"),
        alike(2, 0b1111, ""),
        alike(3, 0b11111 << 20, "2026-06-14T09:00:09+00:00"),
        alike(4, 0b11111 << 30, "2026-06-14T10:00:20+01:00"),
        alike(5, 0b1111 << 40),
    ]
    assert [photo.similar for photo in compare_photos(photos)] == [(2, 3, 5), (1,), (1,), (), (1,)]


def test_a_page_with_nothing_on_it_looks_like_no_other() -> None:
    """Its bits would be chance."""
    assert perceptual_hash(np.full((600, 800, 3), 255, np.uint8)) == ""
    assert perceptual_hash(landscape(1)[:20, :800]) == ""
    assert len(perceptual_hash(landscape(1))) == 16


def test_the_one_that_was_published_first_stays() -> None:
    """A lower number does not take its place; copies of a version that kept no checksum are told by their bytes."""
    photos = [alike(1, 7, checksum="x"), alike(2, 7, checksum="x", came=1), alike(3, 7, checksum="x")]
    assert [photo.duplicate_of for photo in compare_photos(photos)] == [2, None, 2]
    before = [Photo("1.jpg", 1, source_sha256="5" * 64), Photo("2.jpg", 2, source_sha256="5" * 64), Photo("3.jpg", 3)]
    assert [photo.duplicate_of for photo in compare_photos(before)] == [None, 1, None]


@examples(60)
@given(st.lists(st.integers(0, 2**64 - 1), max_size=30), st.integers(0, 63), st.integers(0, 63))
def test_no_pair_that_looks_alike_is_overlooked(hashes: list[int], one: int, other: int) -> None:
    """However the bits lie that differ."""
    hashes = [*hashes, *(each ^ 1 << one ^ 1 << other for each in hashes)]
    photos = list(compare_photos([alike(number, bits) for number, bits in enumerate(hashes, 1)]))
    for photo in photos:
        for twin in photos:
            near = (hashes[photo.number - 1] ^ hashes[twin.number - 1]).bit_count() <= 4
            assert near == (twin.number in photo.similar) or twin.number == photo.number


def test_pages_that_all_look_alike_take_no_hours() -> None:
    """Five thousand times the same: each is compared with some that follow it."""
    photos = list(compare_photos([alike(number, 0) for number in range(1, 5001)]))
    assert all(photo.similar for photo in photos)


# -- what is published keeps its name


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--event", "Fair"), ("event: Open Day → Fair", "name in flickr/: open-day-001.jpg → fair-001.jpg")),
        ((*EVENT, "--channel", "web"), ("channel: flickr → web",)),
        ((*EVENT, "--profile", "west-midlands-police"), ("profile: general → ", "licence")),
    ],
)
def test_what_would_change_published_files_is_refused_unless_meant(
    imgvet: Imgvet, tmp_path: Path, words: tuple[str, ...], told: tuple[str, ...]
) -> None:
    """It says first what would change, and changes nothing."""
    taken(tmp_path / "photos" / "a.jpg", 1)
    imgvet("batch", "photos", "--out", "b", *EVENT)
    imgvet("finish", "b", *BY)
    before = public_files(tmp_path / "b")
    ran = imgvet("batch", "photos", "--out", "b", *words)
    assert ran.code == 2
    for each in (*told, "--rename", "Nothing was changed"):
        assert each in ran.err
    assert public_files(tmp_path / "b") == before
    assert imgvet("finish", "b").code == 0
    assert public_files(tmp_path / "b") == before
    assert "--change-profile" in imgvet("batch", "photos", "--out", "b", *words, "--rename").err
    why = ("--change-profile", *BY, "--note", "it was wrong")
    assert "--rename" in imgvet("batch", "photos", "--out", "b", *words, *why).err
    assert public_files(tmp_path / "b") == before
    ran = imgvet("batch", "photos", "--out", "b", *words, "--rename", *why)
    assert ran.code == 0
    if words[1] == "Fair":
        assert "Photo 1 has another name in flickr/: open-day-001.jpg is fair-001.jpg now." in ran.err
        assert photo_names(tmp_path / "b" / "flickr") == ["fair-001.jpg"]


def test_an_event_that_was_just_mistyped_may_be_corrected(imgvet: Imgvet, tmp_path: Path) -> None:
    """While nobody has decided or published anything; an hour later somebody may have uploaded the files."""
    taken(tmp_path / "photos" / "a.jpg", 1)
    imgvet("batch", "photos", "--out", "b", "--event", "Opne Day")
    ran = imgvet("batch", "photos", "--out", "b", *EVENT)
    assert ran.code == 0
    assert "Photo 1 has another name in flickr/: opne-day-001.jpg is open-day-001.jpg now." in ran.err
    assert photo_names(tmp_path / "b" / "flickr") == ["open-day-001.jpg"]
    assert imgvet("batch", "photos", "--out", "b", *EVENT, "--channel", "web").code == 2  # which is no slip of the pen
    file = tmp_path / "b" / "flickr" / "open-day-001.jpg"
    os.utime(file, (file.stat().st_mtime - 3700,) * 2)
    assert imgvet("batch", "photos", "--out", "b", "--event", "Fair").code == 2


def test_a_folder_that_is_copied_gets_no_further_hour(
    imgvet: Imgvet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files have new times; the log knows when they were made."""
    taken(tmp_path / "photos" / "a.jpg", 1)
    earlier = (datetime.now(UTC) - timedelta(hours=2)).isoformat(timespec="seconds")
    with monkeypatch.context() as patched:
        patched.setattr("imgvet.batch.store.now", lambda: earlier)
        imgvet("batch", "photos", "--out", "b", *EVENT)
    shutil.copytree(tmp_path / "b", tmp_path / "c", copy_function=shutil.copyfile)
    for batch in ("b", "c"):
        assert imgvet("batch", "photos", "--out", batch, "--event", "Fair").code == 2
        assert photo_names(tmp_path / batch / "flickr") == ["open-day-001.jpg"]


def test_what_is_recorded_as_published_keeps_its_event(imgvet: Imgvet, tmp_path: Path) -> None:
    """At once."""
    taken(tmp_path / "photos" / "a.jpg", 1)
    imgvet("batch", "photos", "--out", "b", *EVENT)
    assert imgvet("published", "b", "--url", "https://www.flickr.com/photos/1", *BY).code == 0
    assert imgvet("batch", "photos", "--out", "b", "--event", "Fair").code == 2


def test_before_anything_is_published_all_may_change(imgvet: Imgvet, tmp_path: Path) -> None:
    """And a link, a tag or a rule of the profile at any time; files that change are told by name."""
    save_photo(tmp_path / "photos" / "a.jpg", portrait())
    imgvet("batch", "photos", "--out", "b", *EVENT)
    assert imgvet("batch", "photos", "--out", "b", "--event", "Fair").code == 0
    taken(tmp_path / "photos" / "b.jpg", 2)
    imgvet("batch", "photos", "--out", "b", "--event", "Fair")
    ran = imgvet("batch", "photos", "--out", "b", "--event", "Fair", "--link", "https://www.example.org/fair")
    assert ran.code == 0
    assert "Changed in flickr/ (replace them if they are online): fair-002.jpg." in ran.err
    assert [row["round"] for row in rows(tmp_path / "b" / "flickr" / "flickr.csv")] == ["1"]


# -- batches of before


def test_a_batch_of_0_4_keeps_its_published_names_and_gets_one_number(imgvet: Imgvet, tmp_path: Path) -> None:
    """The name that the public knows decides; decisions, held files and a checklist that is out follow."""
    photos, batch = tmp_path / "photos", tmp_path / "b"
    for number in (1, 2, 4):
        taken(photos / f"{number}.jpg", number)
    save_photo(photos / "3.jpg", portrait())
    save_photo(photos / "5.jpg", mirrored())
    imgvet("batch", "photos", "--out", "b", *EVENT)
    imgvet("decide", "b", "1", "exclude", *NOTE, *BY)
    imgvet("finish", "b")
    sheet = batch / "checklist.csv"
    shutil.copy(sheet, tmp_path / "filled.csv")
    name_as_0_4(batch)
    turn_back(batch, 3)
    assert photo_names(batch / "flickr") == ["open-day-001.jpg", "open-day-002.jpg"]  # photos 2 and 4
    before = {name: data for name, data in public_files(batch).items() if "flickr/open" in name}

    now = {each["number"]: each for each in imgvet("status", "b", "--json").lines}
    assert {number: Path(each["photo"]).name for number, each in now.items()} == {
        1: "2.jpg",  # as its file in flickr/ is called
        2: "4.jpg",
        3: "3.jpg",  # its number is free, and stays
        5: "5.jpg",
        6: "1.jpg",  # 1 is taken; 4 was on paper for another photo
    }
    assert now[6]["verdict"] == "blocked"
    assert "photo 6: exclude" in imgvet("log", "b").out

    with (tmp_path / "filled.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    first, second = (row for row in table if row["face"])
    first["decision"], second["same_as"] = "redact", "3:1"
    with (tmp_path / "filled.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    assert imgvet("checklist", "b", "--import", "filled.csv", *BY).code == 0

    assert imgvet("finish", "b").code == 0
    assert photo_names(batch / "flickr") == [f"open-day-00{n}.jpg" for n in (1, 2, 3, 5)]
    assert photo_names(batch / "held") == ["open-day-006.jpg"]
    shown = {row["file"]: (row["title"], row["round"]) for row in rows(batch / "flickr" / "flickr.csv")}
    assert shown == {f"open-day-00{n}.jpg": (f"Open Day ({n})", r) for n, r in ((1, "1"), (2, "1"), (3, "2"), (5, "2"))}
    for name, data in before.items():
        assert Image.open(io.BytesIO(data)).tobytes() == Image.open(batch / name).tobytes()
    table = rows(batch / "private" / "originals.csv")
    assert {row["photo"]: row["number before 0.6"] for row in table} == {"1": "2", "2": "4", "3": "", "5": "", "6": "1"}


def test_a_held_file_of_0_4_whose_number_changed_needs_its_original(imgvet: Imgvet, tmp_path: Path) -> None:
    """Its name and title say the old one; it is never published under that."""
    photos, batch = tmp_path / "photos", tmp_path / "b"
    for number in (1, 2):
        taken(photos / f"{number}.jpg", number)
    imgvet("batch", "photos", "--out", "b", *EVENT)
    imgvet("decide", "b", "1", "exclude", *NOTE, *BY)
    imgvet("finish", "b")
    name_as_0_4(batch)
    turn_back(batch, 3)
    photos.rename(tmp_path / "away")
    imgvet("decide", "b", "3", "reopen", *BY)
    said = imgvet("finish", "b").err
    assert "Its file has a number from an earlier version of imgvet. The original is needed" in said
    assert photo_names(batch / "flickr") == ["open-day-001.jpg"]
    (tmp_path / "away").rename(photos)
    imgvet("finish", "b")
    assert photo_names(batch / "flickr") == ["open-day-001.jpg", "open-day-003.jpg"]
    assert photo_names(batch / "held") == []


# -- the rule itself, whatever people do with their files

_STEPS = st.lists(
    st.tuples(
        st.sampled_from(("add", "change", "rename", "copy", "delete", "swap", "join")),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=14,
)


@examples(80)
@given(_STEPS)
def test_a_content_has_one_number_whatever_happens_to_its_files(steps: list[tuple[str, int, int]]) -> None:
    """Files are added, changed, renamed, copied and deleted: known bytes keep their number, and no number is reused."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        folder = create_or_open(root / "b")
        (root / "p").mkdir()
        seen: dict[str, int] = {}
        for turn, (what, one, other) in enumerate([*steps, ("join", 0, 0)]):
            a, b = root / "p" / f"{one}.jpg", root / "p" / f"{other}.jpg"
            if what in ("add", "change"):
                a.write_bytes(b"content %d" % (turn if what == "change" else one))
            elif what == "swap" and a.exists() and b.exists() and a != b:
                a.rename(root / "p" / "x")
                b.rename(a)
                (root / "p" / "x").rename(b)
            elif what in ("rename", "copy") and a.exists() and a != b:
                a.replace(b) if what == "rename" else shutil.copy(a, b)
            elif what == "delete":
                a.unlink(missing_ok=True)
            elif what == "join":
                join_and_vet(folder, sorted((root / "p").iterdir()), seen)
        folder.database.close()


def join_and_vet(folder: BatchStore, files: list[Path], seen: dict[str, int]) -> None:
    settings = Settings(Profile(), Event("Open Day"))
    with patch.object(joining, "read_originals", _read_here):
        joining.join_photos(folder, [real_path(file) for file in files], settings, 1)
    before = {each.sha256: each.number for each in folder.originals() if each.sha256}
    for each in folder.originals():  # a file that has changed in its place is vetted again, under its number
        digest = hashlib.sha256(each.source.read_bytes()).hexdigest() if each.source.is_file() else each.sha256
        folder.record(Photo(str(each.source), each.number, source_sha256=digest), "recipe", None)
    numbers = [each.number for each in folder.originals()]
    assert numbers == list(range(1, len(numbers) + 1))
    for digest, number in before.items():
        if digest in {hashlib.sha256(file.read_bytes()).hexdigest() for file in files}:
            assert number in {each.number for each in folder.originals() if each.sha256 == digest}
    for file in files:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        found = {each.number for each in folder.originals() if each.sha256 == digest}
        assert found, "a file that was named is no photo"
        if digest in seen and seen[digest] in before.values() and before.get(digest) == seen[digest]:
            assert seen[digest] in found
        seen[digest] = min(found)


def _read_here(paths: list[Path], limits: Limits, workers: int, *, marks: bool) -> list[tuple[Path, OriginalFacts]]:
    """As a worker reads them, but for pictures, of which there are none here."""
    return [(path, OriginalFacts(hashlib.sha256(path.read_bytes()).hexdigest(), CaptureFacts())) for path in paths]


def test_files_are_read_in_confined_workers(tmp_path: Path) -> None:
    """And a file that cannot be read has no facts, and does not stop the others."""
    good = taken(tmp_path / "good.jpg", 1, "09:00:00")
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "text.jpg").write_text("no picture")
    paths = [good, tmp_path / "empty.jpg", tmp_path / "text.jpg", tmp_path / "none.jpg"]
    facts = dict(read_originals(paths, Limits(), 2))
    assert facts[good].sha256 == hashlib.sha256(good.read_bytes()).hexdigest()
    assert facts[good].capture.captured == "2026-06-14T09:00:00"
    assert facts[tmp_path / "text.jpg"].sha256 == hashlib.sha256(b"no picture").hexdigest()
    assert facts[tmp_path / "empty.jpg"] == facts[tmp_path / "none.jpg"] == OriginalFacts()
