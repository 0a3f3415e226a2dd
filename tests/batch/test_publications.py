"""What went online, where, and what was taken down again, as people record it by hand."""

import hashlib
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from imgvet.batch.publications import PublicationIndex
from imgvet.decisions import PUBLISHED, TAKEN_DOWN, Decision
from imgvet.photo import Photo
from support.commands import Imgvet, run_process
from support.forms import signed
from support.pictures import landscape, mirrored, portrait, save_photo
from support.shared import Shared

EVENT = ("--event", "Open Day", "--date", "2026-06-14")
BY = ("--by", "A. Officer")
ALBUM = "https://www.flickr.com/photos/force/albums/721"
PAGE = "https://www.flickr.com/photos/force/535?in=album#1"


def made(folder: Path) -> None:
    save_photo(folder / "photos" / "1.jpg", portrait())
    save_photo(folder / "photos" / "2.jpg", landscape())
    save_photo(folder / "photos" / "3.jpg", mirrored())
    assert run_process(("batch", "photos", "--out", "b", *EVENT), folder).code == 0


@pytest.fixture
def batch(shared: Shared, tmp_path: Path, imgvet: Imgvet) -> Path:
    """A batch with all three photos in flickr/, 1 and 3 with form WMP-1."""
    shared.copied(made, tmp_path)
    signed(tmp_path, "WMP-1")
    imgvet("decide", "b", "1:1,3:1", "release", "WMP-1", *BY)
    assert imgvet("finish", "b").code == 0
    return tmp_path / "b"


def recorded(imgvet: Imgvet, number: int) -> list[dict[str, Any]]:
    lines = imgvet("status", "b", "--json").lines
    found: list[dict[str, Any]] = next(line["published"] for line in lines if line["number"] == number)
    return found


def test_all_of_flickr_is_recorded_with_its_address(imgvet: Imgvet, batch: Path) -> None:
    """In the log, with file, title and day; status shows it, and nothing waits for a run."""
    ran = imgvet("published", "b", "--url", ALBUM, "--on", "15/06/2026", *BY)
    assert ran.code == 0
    assert f"Recorded: 3 photos were published on 15 June 2026 at {ALBUM}, by A. Officer." in ran.err
    (entry,) = recorded(imgvet, 3)
    assert entry == {
        "file": "open-day-003.jpg",
        "title": "Open Day (3)",
        "url": ALBUM,
        "published_on": "2026-06-15",
        "by": "A. Officer",
        "removed_on": "",
        "sha256": hashlib.sha256((batch / "flickr" / "open-day-003.jpg").read_bytes()).hexdigest()[:16],
    }
    status = imgvet("status", "b")
    assert f"Published, as recorded: photos 1–3, {ALBUM}" in status.err
    assert "not been applied yet" not in status.err
    assert "Next: Upload" in status.err
    assert "photo 3: published 15 June 2026 " in imgvet("log", "b", "3").out
    assert imgvet("log", "b", "--verify").code == 0


def test_some_photos_by_number_and_by_name(imgvet: Imgvet, batch: Path) -> None:
    assert imgvet("published", "b", "1", "open-day-002.jpg", "--url", PAGE, *BY).code == 0
    assert [len(recorded(imgvet, number)) for number in (1, 2, 3)] == [1, 1, 0]
    assert imgvet("published", "b", "2,3", *BY).code == 0
    assert [len(recorded(imgvet, number)) for number in (1, 2, 3)] == [1, 2, 1]
    assert "address not recorded" in imgvet("release", "show", "WMP-1").out


def test_the_same_is_recorded_once(imgvet: Imgvet, batch: Path) -> None:
    """Run again, also after it was taken down and published again."""
    for words in ((), (), ("--removed",), (), ()):
        assert imgvet("published", "b", "1", "--url", ALBUM, *words, *BY).code == 0
    assert len(imgvet("log", "b", "1", "--json").lines) == 1 + 3
    (entry,) = recorded(imgvet, 1)
    assert not entry["removed_on"]


WRONG: tuple[tuple[tuple[str, ...], str], ...] = (
    ((), "--by"),
    (("--by", " "), "--by is empty"),
    ((*BY, "--url", "flickr.com/photos"), "is not a web address"),
    ((*BY, "--url", "javascript:alert(1)"), "is not a web address"),
    ((*BY, "--url", "https://example.org/a b"), "is not a web address"),
    ((*BY, "--on", str(date.today() + timedelta(days=1))), "in the future"),
    (("9", *BY), "There is no photo '9'"),
    (("1:1", *BY), "is a face"),
    (("1", "--removed", *BY), "Photo 1 is not recorded as published"),
    (("--removed", *BY), "No photo is recorded as published"),
    (("--removed", "--url", PAGE, *BY), "No photo is recorded as published at"),
)


def test_what_cannot_be_recorded_is_refused(imgvet: Imgvet, batch: Path) -> None:
    for words, said in WRONG:
        ran = imgvet("published", "b", *words)
        assert ran.code == 2, words
        assert said in ran.err, words
    assert "published" not in imgvet("log", "b").out


def test_advice_to_take_down_names_what_the_public_sees(imgvet: Imgvet, batch: Path) -> None:
    """From the withdrawal on, in the register, in status and in finish, until somebody records that it is down."""
    imgvet("published", "b", "--url", ALBUM, "--on", "15/06/2026", *BY)
    said = f'photo 1: open-day-001.jpg, "Open Day (1)", {ALBUM}, published on 15 June 2026'
    withdrawn = imgvet("release", "withdraw", "WMP-1", "--why", "Rang", *BY)
    assert f"{ALBUM}, published on 15 June 2026" in withdrawn.err
    assert f"Once the photos are taken down:\n      imgvet published {batch} 1 3 --removed --by NAME" in withdrawn.err
    for ran in (imgvet("status", "b"), imgvet("finish", "b"), imgvet("status", "b"), imgvet("finish", "b")):
        assert (
            "2 photos are online, according to the record, but may not be published. Take down these photos:" in ran.err
        )
        assert said in ran.err
        assert "imgvet published b 1 3 --removed --by NAME" in ran.err
        assert "photo 2: open-day-002.jpg" not in ran.err
    ran = imgvet("published", "b", "1", "--removed", *BY)
    assert "Recorded: 1 photo was taken off the web on" in ran.err
    assert said not in ran.err
    assert "photo 3: open-day-003.jpg" in ran.err
    assert "off the web since" in imgvet("release", "show", "WMP-1").out
    imgvet("published", "b", "3", "--removed", *BY)
    assert "Take down these photos:" not in imgvet("status", "b").err
    assert "Once the photos are taken down" not in imgvet("release", "show", "WMP-1").out


def test_a_file_that_was_made_again_is_to_be_replaced_on_the_web(imgvet: Imgvet, batch: Path) -> None:
    """A face that was hidden since is still seen there, until somebody records the new file at the same address."""
    imgvet("published", "b", "--url", PAGE, *BY)
    assert "Replace:" not in imgvet("status", "b").err
    imgvet("decide", "b", "1:1", "redact", *BY)
    for ran in (imgvet("finish", "b"), imgvet("status", "b"), imgvet("finish", "b")):
        assert "1 photo is online in an earlier version" in ran.err
        assert f'photo 1: open-day-001.jpg, "Open Day (1)", {PAGE}' in ran.err
        assert f"imgvet published b 1 --url '{PAGE}' --by NAME" in ran.err
        assert "Take down these photos:" not in ran.err
    assert imgvet("published", "b", "1", "--url", PAGE, *BY).code == 0
    assert "Replace:" not in imgvet("status", "b").err
    (entry,) = recorded(imgvet, 1)
    assert not entry["removed_on"]


@pytest.mark.parametrize("words", [("2", "exclude", "--note", "Out of date"), ("1:1", "refused"), ("1:1", "reopen")])
def test_a_decision_against_a_published_photo_says_where_it_is(
    imgvet: Imgvet, batch: Path, words: tuple[str, ...]
) -> None:
    """Whatever the reason; photos without a form, too."""
    imgvet("published", "b", "--url", ALBUM, *BY)
    ran = imgvet("decide", "b", *words, *BY)
    assert "1 photo is online, according to the record, but may not be published. Take down these photos:" in ran.err
    assert ALBUM in ran.err


def test_what_is_recorded_late_is_recorded_all_the_same(imgvet: Imgvet, batch: Path) -> None:
    """A photo that has left flickr/ may be online; whoever says so hears at once that it may not be."""
    imgvet("release", "withdraw", "WMP-1", "--why", "Rang", *BY)
    imgvet("finish", "b")
    ran = imgvet("published", "b", "1", "--url", PAGE, *BY)
    assert ran.code == 0
    assert "Take down these photos:" in ran.err
    assert PAGE in imgvet("release", "show", "WMP-1").out


def test_one_address_of_several_is_taken_down(imgvet: Imgvet, batch: Path) -> None:
    for url in (ALBUM, PAGE):
        imgvet("published", "b", "1", "--url", url, *BY)
    imgvet("published", "b", "--removed", "--url", PAGE, "--on", "16/06/2026", *BY)
    assert {entry["url"]: entry["removed_on"] for entry in recorded(imgvet, 1)} == {ALBUM: "", PAGE: "2026-06-16"}
    imgvet("published", "b", "--removed", *BY)
    assert all(entry["removed_on"] for entry in recorded(imgvet, 1))


def test_a_moved_batch_keeps_what_was_recorded(imgvet: Imgvet, batch: Path) -> None:
    """And tells the register at once where it is."""
    moved = shutil.move(batch, batch.parent / "archive")
    ran = imgvet("published", "archive", "--url", ALBUM, *BY)
    assert "and is now in archive" in ran.err
    (line,) = imgvet("release", "show", "WMP-1", "--json").lines
    assert {use["folder"] for use in line["uses"]} == {str(moved)}
    assert {use["online"][0]["url"] for use in line["uses"]} == {ALBUM}


def test_the_record_is_kept_where_the_register_cannot_be_told(imgvet: Imgvet, batch: Path) -> None:
    (batch.parent / "register.db").rename(batch.parent / "away.db")
    (batch.parent / "register.db").write_bytes(b"no database at all, and longer than a header" * 9)
    ran = imgvet("published", "b", "2", "--url", ALBUM, *BY)
    assert "Recorded: 1 photo was published" in ran.err
    (batch.parent / "away.db").replace(batch.parent / "register.db")
    assert len(recorded(imgvet, 2)) == 1


def test_what_an_altered_log_says_does_no_harm() -> None:
    """Values that nobody wrote are read as far as they go."""
    photo = Photo("a.jpg", 1, source_sha256="ab", name="a-001.jpg")
    odd = [
        Decision(kind, "Jo", "", 1, "ab", value=value)
        for kind in (TAKEN_DOWN, PUBLISHED)
        for value in ("", "x", "a b c d e")
    ]
    assert [(each.file, each.url) for each in PublicationIndex(odd).of(photo)] == [("", ""), ("c", "d e")]


def test_a_renamed_file_and_a_changed_original_keep_their_records() -> None:
    """A record belongs to the original and to the file's name: either finds it."""
    said = [
        Decision(PUBLISHED, "Jo", "", 1, "ab", value="2026-06-15 0123456789abcdef open-day-001.jpg https://example.org")
    ]
    index = PublicationIndex(said)
    assert len(index.of(Photo("a.jpg", 1, source_sha256="ab", name="fair-001.jpg"))) == 1
    assert len(index.of(Photo("a.jpg", 1, source_sha256="cd", name="open-day-001.jpg"))) == 1
    assert index.of(Photo("b.jpg", 2, source_sha256="ef", name="open-day-002.jpg")) == ()
