"""The register knows where its forms are used: in which batch, folder and photo, while it is there and after."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from imgvet.batch import form_uses, run
from imgvet.batch.store import open_batch
from imgvet.errors import RegisterError
from imgvet.releases.register import Register
from imgvet.releases.store import open_register
from support.commands import Imgvet, run_process
from support.folders import photo_names
from support.forms import signed
from support.pictures import landscape, mirrored, portrait, save_photo
from support.shared import Shared

EVENT = ("--event", "Open Day", "--date", "2026-06-14", "--link", "https://www.example.org/open-day")
BY = ("--by", "A. Officer")
WHY = ("--why", "By telephone")


def made(folder: Path) -> None:
    save_photo(folder / "photos" / "1.jpg", portrait())
    save_photo(folder / "photos" / "2.jpg", landscape())
    save_photo(folder / "photos" / "3.jpg", mirrored())
    assert run_process(("batch", "photos", "--out", "open day", *EVENT), folder).code == 0


@pytest.fixture
def batch(shared: Shared, tmp_path: Path, imgvet: Imgvet) -> Path:
    """A batch in which form WMP-1 answers for photos 1 and 3; photo 2 has no face."""
    shared.copied(made, tmp_path)
    signed(tmp_path, "WMP-1")
    for face in ("1:1", "3:1"):
        assert imgvet("decide", "open day", face, "release", "wmp-1", *BY).code == 0
    return tmp_path / "open day"


def uses(imgvet: Imgvet, reference: str = "WMP-1") -> list[dict[str, Any]]:
    ran = imgvet("release", "show", reference, "--json")
    assert ran.code == 0, ran.err
    found: list[dict[str, Any]] = ran.lines[0]["uses"]
    return found


def current(imgvet: Imgvet, reference: str = "WMP-1") -> list[tuple[int, str]]:
    """Photo and folder of each use that has not ended."""
    return [(use["photo"], use["folder"]) for use in uses(imgvet, reference) if not use["until"]]


def test_the_register_names_every_photo_of_a_form(imgvet: Imgvet, batch: Path) -> None:
    """Number, file, title, event, channel and folder; only of what is in flickr/, and of forms alone."""
    assert uses(imgvet) == []
    assert imgvet("finish", batch.name).code == 0
    found = uses(imgvet)
    assert [(use["photo"], use["file"]) for use in found if not use["until"]] == [
        (1, "open-day-001.jpg"),
        (3, "open-day-003.jpg"),
    ]
    assert {(use["event"], use["channel"], use["folder"]) for use in found} == {("Open Day", "flickr", str(batch))}
    assert {use["title"] for use in found} == {"Open Day (1)", "Open Day (3)"}
    words = imgvet("release", "show", "WMP-1").out
    assert "Used for 2 photos in 1 folder" in words
    assert 'photo 3: open-day-003.jpg, "Open Day (3)", in flickr/ since' in words
    assert f"imgvet finish '{batch}'" in words


def test_a_withdrawal_says_which_photos_and_what_to_do(imgvet: Imgvet, batch: Path) -> None:
    """The next command is whole, and does it; what was in flickr/ is named afterwards, too."""
    imgvet("finish", batch.name)
    ran = imgvet("release", "withdraw", "WMP-1", *WHY, *BY)
    assert "Used for 2 photos in 1 folder. Take down the photos that are online:" in ran.err
    assert 'photo 1: open-day-001.jpg, "Open Day (1)", in flickr/ since' in ran.err
    assert f"Next: imgvet finish '{batch}'" in ran.err
    imgvet("finish", str(batch))
    assert len(photo_names(batch / "flickr")) == 1
    assert current(imgvet) == []
    after = imgvet("release", "show", "WMP-1").out
    assert "was in flickr/ on" in after
    assert "not recorded whether it was published" in after
    assert "imgvet finish" not in after


@pytest.mark.parametrize(
    "words",
    [("refuse", "WMP-1"), ("change", "WMP-1", "--channels", "x"), ("change", "WMP-1", "--expires", "2026-02-01")],
)
def test_whatever_ends_a_form_names_its_photos(imgvet: Imgvet, batch: Path, words: tuple[str, ...]) -> None:
    """A refusal, and a correction of what the form allows."""
    imgvet("finish", batch.name)
    ran = imgvet("release", *words, *BY)
    assert ran.code == 0
    assert "Used for 2 photos in 1 folder" in ran.err
    assert f"imgvet finish '{batch}'" in ran.err
    assert "Used for" not in imgvet("release", "change", "WMP-1", "--note", "Rang again", *BY).err


def test_an_imported_list_names_the_photos_of_forms_that_it_changes(imgvet: Imgvet, batch: Path) -> None:
    imgvet("finish", batch.name)
    (batch.parent / "forms.csv").write_text("Reference,Channels\nWMP-1,x\n", encoding="utf-8")
    assert "Used for 2 photos in 1 folder" in imgvet("release", "import", "forms.csv", *BY).err


def test_the_list_of_what_expires_names_the_photos(imgvet: Imgvet, batch: Path) -> None:
    """And those of what has ended already; the whole list stays a list."""
    imgvet("finish", batch.name)
    imgvet("release", "change", "WMP-1", "--expires", "2027-01-01", *BY)
    assert "Used for" not in imgvet("release", "list").err
    ran = imgvet("release", "list", "--expiring", "100000")
    assert "WMP-1, until 1 January 2027" in ran.err
    assert f"When the form is no longer valid:\n      imgvet finish '{batch}'" in ran.err
    assert imgvet("release", "list", "--expiring", "100000", "--json").lines[0]["uses"] == uses(imgvet)
    imgvet("release", "withdraw", "WMP-1", *WHY, *BY)
    assert "Take down the photos that are online" in imgvet("release", "list", "--status", "withdrawn").err


def test_each_form_of_a_photo_and_each_batch_of_a_form_is_named(imgvet: Imgvet, batch: Path) -> None:
    signed(batch.parent, "WMP-2")
    imgvet("decide", batch.name, "3:1", "release", "WMP-2", *BY)
    imgvet("finish", batch.name)
    imgvet("batch", "photos/1.jpg", "--out", "second", *EVENT)
    imgvet("decide", "second", "1:1", "release", "WMP-1", *BY)
    imgvet("finish", "second")
    assert sorted(current(imgvet)) == sorted([(1, str(batch)), (1, str(batch.parent / "second"))])
    assert current(imgvet, "WMP-2") == [(3, str(batch))]
    ran = imgvet("release", "withdraw", "WMP-1", *WHY, *BY)
    assert "Used for 2 photos in 2 folders" in ran.err
    assert f"Next: imgvet finish {batch.parent / 'second'}" in ran.err


def test_a_use_ends_when_the_photo_leaves_or_the_face_is_hidden(imgvet: Imgvet, batch: Path) -> None:
    """And begins again when it comes back; each time is one line."""
    imgvet("finish", batch.name)
    imgvet("decide", batch.name, "1", "exclude", "--note", "Out of date", *BY)
    imgvet("decide", batch.name, "3:1", "redact", *BY)
    imgvet("finish", batch.name)
    assert current(imgvet) == []
    assert len(photo_names(batch / "flickr")) == 2
    imgvet("decide", batch.name, "1", "reopen", "exclude", *BY)
    imgvet("finish", batch.name)
    assert current(imgvet) == [(1, str(batch))]


def test_a_moved_batch_is_the_same_batch(imgvet: Imgvet, batch: Path) -> None:
    """Until it is run in its new folder, it cannot be reached, and that is said."""
    imgvet("finish", batch.name)
    moved = batch.rename(batch.parent / "archive")
    ran = imgvet("release", "show", "WMP-1")
    assert "This folder cannot be reached: it was moved or removed, or its drive is not connected here." in ran.out
    assert "imgvet finish FOLDER" in ran.out
    assert {use["folder_state"] for use in uses(imgvet)} == {"gone"}
    ran = imgvet("finish", "archive")
    assert f"This batch was moved: it was in {batch}, and is now in archive." in ran.err
    assert {folder for _, folder in current(imgvet)} == {str(moved)}
    assert {use["folder_state"] for use in uses(imgvet)} == {"here"}
    assert "register of release forms" not in imgvet("finish", "archive").err


def test_a_copied_batch_is_told_apart(imgvet: Imgvet, batch: Path) -> None:
    """Both folders are named, and each ends for itself."""
    imgvet("finish", batch.name)
    copy = shutil.copytree(batch, batch.parent / "copy")
    ran = imgvet("finish", "copy")
    assert f"This batch was copied: the register of release forms has it in {batch}." in ran.err
    assert sorted(current(imgvet)) == sorted([(1, str(batch)), (3, str(batch)), (1, str(copy)), (3, str(copy))])
    imgvet("decide", "copy", "1", "exclude", "--note", "Out of date", *BY)
    assert "copied" not in imgvet("finish", "copy").err
    assert sorted(current(imgvet)) == sorted([(1, str(batch)), (3, str(batch)), (3, str(copy))])
    assert "copied" not in imgvet("finish", batch.name).err


def test_a_copy_is_told_where_the_other_folder_cannot_be_reached(
    imgvet: Imgvet, batch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever of the two is run first counts as the batch; the other one is told apart by what it does not know."""
    imgvet("finish", batch.name)
    shutil.copytree(batch, batch.parent / "stick" / "copy")
    hidden = batch.rename(batch.parent / "another computer's")
    imgvet("finish", "stick/copy")
    (batch.parent / "stick").rename(batch.parent / "drawer")
    hidden.rename(batch)
    monkeypatch.setattr(form_uses.platform, "node", lambda: "ANOTHER-PC")  # type: ignore[attr-defined]
    ran = imgvet("finish", batch.name)
    assert "This batch was copied" in ran.err
    assert sorted(current(imgvet)) == sorted(
        (number, folder) for number in (1, 3) for folder in (str(batch), str(batch.parent / "stick" / "copy"))
    )


def test_a_copy_of_which_the_original_is_gone_is_a_moved_batch(imgvet: Imgvet, batch: Path) -> None:
    imgvet("finish", batch.name)
    copy = shutil.copytree(batch, batch.parent / "copy")
    shutil.rmtree(batch)
    assert "This batch was copied" not in imgvet("finish", "copy").err
    assert {folder for _, folder in current(imgvet)} == {str(copy)}


@pytest.mark.skipif(os.name == "nt", reason="links to folders need rights there")
def test_one_folder_under_two_names_is_no_copy(imgvet: Imgvet, batch: Path) -> None:
    imgvet("finish", batch.name)
    (batch.parent / "link").symlink_to(batch)
    assert "copied" not in imgvet("finish", "link").err
    assert {folder for _, folder in current(imgvet)} == {str(batch)}


def test_a_database_restored_from_a_backup_is_no_copy(imgvet: Imgvet, batch: Path) -> None:
    """In the same folder it is the same batch, even where the register has newer notes."""
    imgvet("finish", batch.name)
    database = batch / "private" / "batch.db"
    kept = database.read_bytes()
    imgvet("decide", batch.name, "1", "exclude", "--note", "Out of date", *BY)
    imgvet("finish", batch.name)
    database.write_bytes(kept)
    assert "copied" not in imgvet("finish", batch.name).err
    assert {folder for _, folder in current(imgvet)} == {str(batch)}


def test_another_batch_in_the_folder_is_said(imgvet: Imgvet, batch: Path) -> None:
    imgvet("finish", batch.name)
    shutil.rmtree(batch)
    imgvet("batch", "photos/2.jpg", "--out", batch.name, *EVENT)
    assert "A different batch is in this folder now" in imgvet("release", "show", "WMP-1").out


def test_a_batch_that_cannot_be_read_is_said(imgvet: Imgvet, batch: Path) -> None:
    imgvet("finish", batch.name)
    (batch / "private" / "batch.db").write_bytes(b"no database")
    assert "This folder cannot be read from here." in imgvet("release", "withdraw", "WMP-1", *WHY, *BY).err


def no_space(*_: object) -> None:
    """A disk that is full while the register is written to."""
    raise sqlite3.OperationalError("no space")


def test_no_photo_is_published_without_a_note(imgvet: Imgvet, batch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A register that cannot be written to keeps photos with forms in the office, and says so."""
    with monkeypatch.context() as full:
        full.setattr("imgvet.releases.register.write_notes", no_space)
        ran = imgvet("finish", batch.name)
    assert ran.code == RegisterError.exit_code
    assert "Nothing was moved to flickr/, because the register must first record where its forms are used." in ran.err
    assert len(photo_names(batch / "flickr")) == 1
    assert imgvet("finish", batch.name).code == 0
    assert len(photo_names(batch / "flickr")) == 3
    assert [number for number, _ in current(imgvet)] == [1, 3]


def test_what_left_is_noted_later_where_the_register_cannot_be_written_to(
    imgvet: Imgvet, batch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Photos leave all the same, the papers are written, and the next run tells the register."""
    imgvet("finish", batch.name)
    imgvet("decide", batch.name, "1", "exclude", "--note", "Out of date", *BY)
    with monkeypatch.context() as full:
        full.setattr("imgvet.releases.register.write_notes", no_space)
        ran = imgvet("finish", batch.name)
    assert ran.code == 0
    assert "The register of release forms is not updated yet." in ran.err
    assert len(photo_names(batch / "flickr")) == 2
    assert [number for number, _ in current(imgvet)] == [1, 3]
    imgvet("finish", batch.name)
    assert [number for number, _ in current(imgvet)] == [3]


def test_a_register_that_may_only_be_read_serves_while_nothing_changes(
    imgvet: Imgvet, batch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imgvet("finish", batch.name)

    def refuse(*_: object) -> None:
        raise AssertionError("nothing is to be written")

    monkeypatch.setattr("imgvet.releases.register.Register.note_uses", refuse)
    assert imgvet("finish", batch.name).code == 0
    assert imgvet("batch", "photos", "--out", batch.name, *EVENT).code == 0


def test_whoever_withdraws_while_photos_are_placed_hears_of_them(
    imgvet: Imgvet, batch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note comes first and the form is asked after it: the photo is named, and stays in the office."""
    named: list[int] = []
    noting = form_uses.note_before_placing

    def note_and_withdraw(*words: Any) -> None:
        noting(*words)
        with open_register(batch.parent / "register.db") as register:
            register.withdraw("WMP-1", date.today(), "A. Officer", "By telephone")
            named.extend(use.used.photo for use in register.uses("WMP-1"))

    monkeypatch.setattr(run, "note_before_placing", note_and_withdraw)
    imgvet("finish", batch.name)
    assert named == [1, 3]
    assert len(photo_names(batch / "flickr")) == 1
    assert current(imgvet) == []


_KILLED = """
import os, sys
from imgvet.cli.app import main
from imgvet.batch import form_uses, placement, run
from imgvet.releases.register import Register
from imgvet.batch.store import BatchStore
module, name = {"note": (Register, "note_uses"), "publish": (run, "publish")}[sys.argv.pop(1)]
before = sys.argv.pop(1) == "before"
real = getattr(module, name)
def killed(*words):
    if not before:
        real(*words)
    os.kill(os.getpid(), 9)
setattr(module, name, killed)
main()
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a process is killed by a signal")
@pytest.mark.parametrize("what", ["note", "publish"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_that_is_killed_leaves_no_photo_without_a_note(imgvet: Imgvet, batch: Path, what: str, when: str) -> None:
    """Wherever it ends: what is in flickr/ is noted, and the next run ends with the same notes."""
    command = [sys.executable, "-c", _KILLED, what, when, "finish", batch.name]
    assert subprocess.run(command, cwd=batch.parent, capture_output=True).returncode == -9
    noted = {number for number, _ in current(imgvet)}
    placed = {photo.number for photo in open_batch(batch).photos() if (photo.output or "").startswith("flickr/")}
    assert placed - {2} <= noted
    moved = batch.rename(batch.parent / "moved")  # the marks of the killed run tell that it is the same
    ran = imgvet("finish", "moved")
    assert ran.code == 0
    assert "copied" not in ran.err
    assert current(imgvet) == [(1, str(moved)), (3, str(moved))]


def test_another_register_has_its_own_notes(imgvet: Imgvet, batch: Path) -> None:
    """The register of the run is the one that notes; the commands that it prints name it."""
    (batch.parent / "b").mkdir()
    signed(batch.parent / "b", "WMP-1")
    imgvet("finish", batch.name, "--register", "b/register.db")
    assert current(imgvet) == []
    ran = imgvet("release", "withdraw", "WMP-1", *WHY, *BY, "--register", "b/register.db")
    assert f"Next: imgvet finish '{batch}' --register {batch.parent / 'b' / 'register.db'}" in ran.err


def test_a_batch_without_forms_leaves_the_register_alone(imgvet: Imgvet, tmp_path: Path, shared: Shared) -> None:
    """No register is made, and a batch that never used a form has no notes."""
    shared.copied(made, tmp_path)
    imgvet("decide", "open day", "1:1,3:1", "redact", *BY)
    assert imgvet("finish", "open day").code == 0
    assert not (tmp_path / "register.db").exists()
    facts = dict(open_batch(tmp_path / "open day").database.execute("SELECT name, value FROM facts"))
    assert "identity" not in facts or json.loads(facts["identity"]) == ""


CHECK = ("check", "photos/1.jpg", "--channel", "x", "--event", "Open Day", "--form", "1:WMP-1", *BY)


def test_a_photo_that_is_checked_by_itself_is_noted(imgvet: Imgvet, batch: Path) -> None:
    """Its clean copy is named, each once, and is to be deleted when the form ends."""
    for _ in range(2):
        assert imgvet(*CHECK).code == 0
    found = uses(imgvet)
    assert len({use["file"] for use in found}) == 2
    assert {(use["channel"], use["folder"]) for use in found} == {("x", str(batch.parent / "imgvet-ready"))}
    ran = imgvet("release", "withdraw", "WMP-1", *WHY, *BY)
    assert "Used for 2 photos in 1 folder. Take down the photos that are online:" in ran.err
    assert "Checked one by one, in" in ran.err
    assert "delete these copies" in ran.err
    assert imgvet(*CHECK).code == 1


def test_no_copy_stays_without_a_note(imgvet: Imgvet, batch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where the register cannot be written to, nor where the form ends meanwhile."""

    def refuse(*_: object) -> None:
        raise RegisterError("The register is full.")

    with monkeypatch.context() as patched:
        patched.setattr("imgvet.releases.register.Register.note_uses", refuse)
        ran = imgvet(*CHECK)
    assert "The clean copy was removed." in ran.err
    noting = Register.note_uses

    def note_and_withdraw(register: Register, *words: Any) -> None:
        noting(register, *words)
        register.withdraw("WMP-1", date.today(), "A. Officer", "By telephone")

    monkeypatch.setattr("imgvet.releases.register.Register.note_uses", note_and_withdraw)
    ran = imgvet(*CHECK)
    assert "was withdrawn on" in ran.err
    assert "The clean copy was removed." in ran.err
    assert not list(batch.parent.glob("imgvet-ready/*"))
