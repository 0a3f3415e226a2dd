"""No face goes out without a form that holds: when it is decided, when it is finished, and ever after."""

import shutil
import sqlite3
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from imgvet.batch import run
from imgvet.batch import settings as batch_settings
from imgvet.batch.store import open_batch
from imgvet.releases.store import open_register
from support.commands import Imgvet, run_process
from support.folders import photo_names, rows
from support.forms import signed
from support.pictures import landscape, mirrored, portrait, save_photo
from support.shared import Shared

EVENT = ("--event", "Open Day", "--date", "2026-06-14", "--link", "https://www.example.org/open-day")
BY = ("--by", "A. Officer")


def portrait_landscape_mirrored(folder: Path) -> None:
    save_photo(folder / "photos" / "1.jpg", portrait())
    save_photo(folder / "photos" / "2.jpg", landscape())
    save_photo(folder / "photos" / "3.jpg", mirrored())
    assert run_process(("batch", "photos", "--out", "b", *EVENT), folder).code == 0
    assert photo_names(folder / "b" / "flickr") == ["open-day-002.jpg"]


@pytest.fixture
def batch(shared: Shared, tmp_path: Path) -> Path:
    """A portrait, a landscape, and the portrait mirrored."""
    shared.copied(portrait_landscape_mirrored, tmp_path)
    return tmp_path / "b"


def withdraw(folder: Path, reference: str) -> None:
    with open_register(folder / "register.db") as register:
        register.withdraw(reference, date.today(), "A. Officer", "By telephone")


DOES_NOT_HOLD: list[tuple[dict[str, Any], str]] = [
    ({"channels": ("x", "web")}, "does not allow flickr"),
    ({"event": "Open Day 2025"}, "is for another event, Open Day 2025"),
    ({"event": "", "covers_from": date(2026, 6, 15)}, "does not cover 14 June 2026"),
    ({"event": "", "covers_from": None}, "does not say which event or which days"),
    ({"expires_on": date.today() - timedelta(days=1)}, "expired on"),
    ({"signed_on": date.today() + timedelta(days=1)}, "in the future"),
    ({"signed_on": None}, "is not signed"),
    ({"minor": True}, "names no guardian"),
    ({"withdrawn_on": date(2026, 7, 1)}, "was withdrawn on 1 July 2026"),
]


def test_a_form_that_does_not_hold_leaves_the_face_open(imgvet: Imgvet, batch: Path) -> None:
    """Each is told at once, and in status; finish moves nothing into flickr/."""
    assert (
        "still needs a decision: Form WMP-99 is not in the register."
        in imgvet("decide", "b", "1:1", "release", "WMP-99", *BY).err
    )
    for number, (otherwise, doubt) in enumerate(DOES_NOT_HOLD):
        signed(batch.parent, f"WMP-{number}", **otherwise)
        ran = imgvet("decide", "b", "1:1", "release", f"WMP-{number}", *BY)
        assert ran.code == 0
        assert doubt in ran.err, number
        (face,) = imgvet("status", "b", "--json").lines[0]["faces"]
        assert face["resolved"] is None
        assert doubt in face["doubt"]
    finished = imgvet("finish", "b")
    assert "orm WMP-8 was withdrawn on 1 July 2026: photo 1" in finished.err
    assert photo_names(batch / "flickr") == ["open-day-002.jpg"]
    assert "Form WMP-8 was withdrawn on 1 July 2026." in (batch / "checklist.html").read_text(encoding="utf-8")


def test_a_refusal_blocks_until_the_face_is_hidden(imgvet: Imgvet, batch: Path) -> None:
    """Also where it stands in the register alone."""
    signed(batch.parent, "WMP-1", refused_on=date(2026, 6, 1))
    imgvet("decide", "b", "1:1", "release", "WMP-1", *BY)
    line = imgvet("status", "b", "--json").lines[0]
    assert line["verdict"] == "blocked"
    imgvet("decide", "b", "1:1", "redact", *BY)
    imgvet("finish", "b")
    assert photo_names(batch / "flickr") == ["open-day-001.jpg", "open-day-002.jpg"]


def test_a_withdrawal_takes_photos_back(imgvet: Imgvet, batch: Path) -> None:
    """Status says which, by their names in flickr/; finish moves them to held/, and the gap stays."""
    for reference, face in (("WMP-1", "1:1"), ("WMP-2", "3:1")):
        signed(batch.parent, reference)
        imgvet("decide", "b", face, "release", reference, *BY)
    assert "New in flickr/ (round 2): open-day-001.jpg, open-day-003.jpg." in imgvet("finish", "b", *BY).err
    assert photo_names(batch / "flickr") == ["open-day-001.jpg", "open-day-002.jpg", "open-day-003.jpg"]
    withdraw(batch.parent, "WMP-1")
    ran = imgvet("status", "b")
    assert ran.code == 1
    assert "1 photo in flickr/ may no longer be published" in ran.err
    assert "Form WMP-1 was withdrawn on" in ran.err
    assert "Photo 1: open-day-001.jpg, Open Day (1). " in ran.err
    ran = imgvet("finish", "b", *BY)
    assert "Photo 1 was moved back to held/: open-day-001.jpg, Open Day (1). If it is online, take it down." in ran.err
    assert photo_names(batch / "flickr") == ["open-day-002.jpg", "open-day-003.jpg"]
    assert photo_names(batch / "held") == ["open-day-001.jpg"]
    withdraw(batch.parent, "WMP-2")
    imgvet("batch", "photos", "--out", "b", *EVENT)  # batch notices, too
    assert photo_names(batch / "flickr") == ["open-day-002.jpg"]


def test_a_photo_that_is_made_anew_is_no_new_one(imgvet: Imgvet, batch: Path) -> None:
    """What stood in flickr/ and stands there again is neither new nor gone."""
    signed(batch.parent, "WMP-1")
    imgvet("decide", "b", "1:1", "release", "WMP-1", *BY)
    assert "New in flickr/ (round 2): open-day-001.jpg." in imgvet("finish", "b").err
    imgvet("decide", "b", "1:1", "redact", *BY)
    ran = imgvet("finish", "b")
    assert "1 to vet" in ran.err
    assert "New in flickr/" not in ran.err
    assert "back to held/" not in ran.err
    assert "Changed in flickr/ (replace them if they are online): open-day-001.jpg." in ran.err


def test_an_expired_form_takes_its_photo_back(imgvet: Imgvet, batch: Path) -> None:
    """Time alone is enough."""
    signed(batch.parent, "WMP-1", expires_on=date.today())
    imgvet("decide", "b", "1:1", "release", "WMP-1", *BY)
    imgvet("finish", "b")
    assert len(photo_names(batch / "flickr")) == 2
    with open_register(batch.parent / "register.db") as register:
        register.database.driver.execute("UPDATE releases SET expires_on = '2026-01-03'")  # what waiting would do
    assert "expired on 3 January 2026" in imgvet("status", "b").err
    imgvet("finish", "b")
    assert len(photo_names(batch / "flickr")) == 1


def test_the_register_is_asked_at_the_moment_of_placing(batch: Path, imgvet: Imgvet) -> None:
    """A form that is withdrawn while a run is at work comes too late for nobody."""
    signed(batch.parent, "WMP-1")
    imgvet("decide", "b", "1:1", "release", "WMP-1", *BY)
    folder = open_batch(batch)
    settings = batch_settings.saved_settings(folder)
    work = run.plan_run(folder, [], settings)
    list(run.vet_batch(folder, work, settings, workers=1, declare=None))
    withdraw(batch.parent, "WMP-1")
    placed = run.place_photos(folder, settings)
    folder.database.close()
    assert placed.new == ()
    assert photo_names(batch / "flickr") == ["open-day-002.jpg"]


def test_without_its_register_nothing_is_judged(imgvet: Imgvet, batch: Path) -> None:
    """A register that cannot be read stops the command with the reason, and no file moves."""
    signed(batch.parent, "WMP-1")
    imgvet("decide", "b", "1:1", "release", "WMP-1", *BY)
    imgvet("finish", "b")
    before = photo_names(batch / "flickr")
    register = batch.parent / "register.db"
    kept = register.read_bytes()
    register.write_bytes(b"no register " * 100)
    for command in ("status", "finish"):
        ran = imgvet(command, "b")
        assert ran.code not in (0, 1)
        assert "register" in ran.err
        assert "Traceback" not in ran.err
    assert photo_names(batch / "flickr") == before
    register.unlink()
    for command in ("status", "finish"):  # a batch that knows its register does without no other
        ran = imgvet(command, "b")
        assert ran.code == 2
        assert "is not there, so no form can be checked." in ran.err
        assert photo_names(batch / "flickr") == before
    assert not register.exists()  # asking makes none
    register.write_bytes(kept)
    assert imgvet("finish", "b").code == 0
    assert photo_names(batch / "flickr") == before


def test_a_batch_remembers_the_register_that_it_was_run_with(imgvet: Imgvet, batch: Path) -> None:
    """Whoever finishes need not name the shared register again."""
    (batch.parent / "shared").mkdir()
    signed(batch.parent / "shared", "WMP-1")
    shared = batch.parent / "shared" / "register.db"
    imgvet("decide", "b", "1:1", "release", "WMP-1", *BY)
    assert len(photo_names(batch / "flickr")) == 1
    imgvet("batch", "photos", "--out", "b", *EVENT, "--register", "shared/register.db")
    assert len(photo_names(batch / "flickr")) == 2
    imgvet("finish", "b")
    assert len(photo_names(batch / "flickr")) == 2
    assert shared.exists()
    assert not (batch.parent / "register.db").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="the two start at once by a shell's means")
def test_two_people_finish_at_once(imgvet: Imgvet, batch: Path) -> None:
    """One works, the other is told to wait or comes after; the folder ends as after one of them."""
    signed(batch.parent, "WMP-1")
    imgvet("decide", "b", "1:1", "release", "WMP-1", *BY)
    imgvet("decide", "b", "3:1", "redact", *BY)
    command = [sys.executable, "-m", "imgvet", "finish", "b"]
    both = [
        subprocess.Popen(command, cwd=batch.parent, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(2)
    ]
    said = [(running.communicate()[1].decode(), running.returncode) for running in both]
    assert 0 in [code for _, code in said]
    for words, code in said:
        assert code == 0 or "Another imgvet is working" in words
    assert photo_names(batch / "flickr") == ["open-day-001.jpg", "open-day-002.jpg", "open-day-003.jpg"]
    assert "0 to vet, 3 done before" in imgvet("finish", "b").err


def test_nothing_is_cleared_by_an_altered_log(imgvet: Imgvet, batch: Path) -> None:
    """Somebody who makes a refusal a form in the database moves no photo, and status says why."""
    signed(batch.parent, "WMP-1")
    imgvet("decide", "b", "1:1", "refused", *BY)
    database = sqlite3.connect(batch / "private" / "batch.db")
    with database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE decisions SET kind = 'release', value = 'WMP-1' WHERE kind = 'refused'")
    database.close()
    for words in (("finish", "b"), ("batch", "photos", "--out", "b", *EVENT)):
        ran = imgvet(*words)
        assert ran.code == 2
        assert "The log of decisions was altered. Entry " in ran.err
        assert photo_names(batch / "flickr") == ["open-day-002.jpg"]
    assert "Do not rely on this" in imgvet("status", "b").err


# -- originals


def test_a_missing_original_holds_what_needs_it(imgvet: Imgvet, batch: Path, tmp_path: Path) -> None:
    """The face cannot be hidden, so the photo leaves flickr/, and finish says which original is missing."""
    signed(batch.parent, "WMP-1")
    imgvet("decide", "b", "1:1", "release", "WMP-1", *BY)
    imgvet("finish", "b")
    assert len(photo_names(batch / "flickr")) == 2
    imgvet("decide", "b", "1:1", "redact", *BY)
    (tmp_path / "photos" / "1.jpg").rename(tmp_path / "away.jpg")
    ran = imgvet("finish", "b")
    assert "The original of photo 1 is missing" in ran.err
    assert photo_names(batch / "flickr") == ["open-day-002.jpg"]
    assert "not hidden in the file yet" in ran.err
    (tmp_path / "away.jpg").rename(tmp_path / "photos" / "1.jpg")
    imgvet("finish", "b")
    assert len(photo_names(batch / "flickr")) == 2


def test_a_changed_original_waits_for_somebody_to_look(imgvet: Imgvet, batch: Path, tmp_path: Path) -> None:
    """Even one without faces: it is another picture than was cleared. An answer lets it go."""
    save_photo(tmp_path / "photos" / "2.jpg", landscape(7))
    ran = imgvet("finish", "b")
    assert "Its original has changed" in ran.err
    assert photo_names(batch / "flickr") == []
    imgvet("decide", "b", "2", "answer", "original-changed", "--note", "Cropped", *BY)
    imgvet("finish", "b")
    assert photo_names(batch / "flickr") == ["open-day-002.jpg"]
    imgvet("finish", "b")
    assert photo_names(batch / "flickr") == ["open-day-002.jpg"]
    save_photo(tmp_path / "photos" / "2.jpg", landscape(8))
    imgvet("batch", "photos", "--out", "c", *EVENT)
    save_photo(tmp_path / "photos" / "2.jpg", landscape(9))
    ran = imgvet("batch", "photos", "--out", "c", *EVENT)
    assert "Its original has changed" in ran.err  # its number and name are online, and show another picture there
    assert photo_names(tmp_path / "c" / "flickr") == []
    save_photo(tmp_path / "photos" / "2.jpg", portrait()[:, :500].copy())
    imgvet("batch", "photos", "--out", "d", *EVENT)
    save_photo(tmp_path / "photos" / "2.jpg", landscape(10))
    imgvet("batch", "photos", "--out", "d", *EVENT)  # never published, and brought again by whoever runs the batch
    assert photo_names(tmp_path / "d" / "flickr") == ["open-day-002.jpg"]


# -- the order of capture


@pytest.mark.slow
def test_flickr_is_numbered_in_the_order_of_capture(imgvet: Imgvet, tmp_path: Path) -> None:
    """By the camera's clock, not by the names of the files; titles and the sheet agree."""
    from PIL import Image

    for number, taken in (
        (1, "2026:06:14 12:00:00"),
        (2, "2026:06:14 10:00:00"),
        (3, None),
        (4, "2026:06:14 11:00:00"),
    ):
        exif = Image.Exif()
        if taken:
            exif.get_ifd(0x8769)[0x9003] = taken
        (tmp_path / "photos").mkdir(exist_ok=True)
        colour = Image.fromarray(landscape(number)).resize((600 + number, 400))
        colour.save(tmp_path / "photos" / f"{number}.jpg", exif=exif)
    assert imgvet("batch", "photos", "--out", "b", *EVENT).code == 0
    sizes = []
    for name in photo_names(tmp_path / "b" / "flickr"):
        with Image.open(tmp_path / "b" / "flickr" / name) as opened:
            sizes.append(opened.width)
    assert sizes == [602, 604, 601, 603]
    sheet = rows(tmp_path / "b" / "flickr" / "flickr.csv")
    expected = [(f"open-day-00{n}.jpg", f"Open Day ({n})") for n in range(1, 5)]
    assert [(row["file"], row["title"]) for row in sheet] == expected
    for path in (tmp_path / "b").rglob("*"):
        if path.is_file() and "private" not in path.parts:
            assert b"2026-06-14T1" not in path.read_bytes()


# -- one photo


@pytest.mark.slow
def test_check_takes_a_form_for_a_face(imgvet: Imgvet, tmp_path: Path) -> None:
    """The register says whether it holds for this channel; only then is a copy written."""
    save_photo(tmp_path / "a.jpg", portrait())
    signed(tmp_path, "WMP-1", channels=("x",))
    words = ("check", "a.jpg", "--event", "Open Day", "--form", "1:WMP-1")
    assert imgvet(*words, *BY, "--channel", "x").code == 0
    assert len(photo_names(tmp_path / "imgvet-ready")) == 1
    ran = imgvet(*words, *BY, "--channel", "facebook")
    assert ran.code == 1
    assert "Form WMP-1 does not allow facebook." in ran.out
    assert len(photo_names(tmp_path / "imgvet-ready")) == 1
    withdraw(tmp_path, "WMP-1")
    assert imgvet(*words, *BY).code == 1
    for wrong, message in (
        (words, "--form needs a name"),
        (("check", "a.jpg", "--form", "WMP-1", *BY), "is not FACE:REF"),
        (("check", "a.jpg", "a.jpg", "--form", "1:WMP-1", *BY), ""),
    ):
        assert message in imgvet(*wrong).err
    ran = imgvet("check", "a.jpg", "--form", "2:WMP-1", *BY)
    assert ran.code == 2
    assert "--form: 'a.jpg' has no face 2.\nIts faces are 1." in ran.err
    shutil.copy(tmp_path / "a.jpg", tmp_path / "c.jpg")
    assert "--form is for one photo" in imgvet("check", "a.jpg", "c.jpg", "--form", "1:WMP-1", *BY).err
