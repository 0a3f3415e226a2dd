"""``imgvet batch BATCH``: an existing batch alone goes on with all that it was asked for, and looks nowhere else."""

import json
import shlex
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from imgvet.batch import settings as batch_settings
from imgvet.batch.status import judge_now
from imgvet.photo import Photo
from imgvet.signed_in import SignedIn
from support.commands import Imgvet
from support.folders import photo_names
from support.pictures import landscape, save_photo

EVENT = ("--event", "Open Day", "--tags", "police")


@pytest.fixture
def batch(imgvet: Imgvet, tmp_path: Path) -> Path:
    """A batch of one photo."""
    add_photo(tmp_path / "card-1", 1)
    assert imgvet("batch", "card-1", "--out", "b", *EVENT).code == 0
    return tmp_path / "b"


def add_photo(folder: Path, number: int) -> None:
    save_photo(folder / f"{number}.jpg", landscape(number)[:300, :400])


def flickr(batch: Path) -> list[str]:
    return photo_names(batch / "flickr")


def test_the_batch_alone_finds_what_is_new(imgvet: Imgvet, batch: Path) -> None:
    """In every folder that was named, from wherever it is typed, under the settings that it has."""
    add_photo(batch.parent / "card-1", 2)
    add_photo(batch.parent / "card 2", 3)
    (batch.parent / "elsewhere").mkdir()
    ran = imgvet("batch", "../b", cwd=batch.parent / "elsewhere")
    assert ran.code == 0
    assert f"Photos from: {batch.parent / 'card-1'}" in ran.err
    assert len(flickr(batch)) == 2
    assert imgvet("batch", "card 2", "--out", "b").code == 0
    add_photo(batch.parent / "card-1", 4)
    add_photo(batch.parent / "card 2", 5)
    ran = imgvet("batch", "b")
    assert f"Photos from: {batch.parent / 'card-1'}, {batch.parent / 'card 2'}" in ran.err
    assert "2 to vet, 3 done before" in ran.err
    assert len(flickr(batch)) == 5
    assert "police" in (batch / "flickr" / "flickr.csv").read_text("utf-8-sig")


def test_what_it_keeps_may_be_changed_in_the_same_way(imgvet: Imgvet, batch: Path) -> None:
    assert imgvet("batch", "b", "--tags", "fire").code == 0
    assert "fire" in (batch / "flickr" / "flickr.csv").read_text("utf-8-sig")
    refused = imgvet("batch", "b", "--redact", "all")
    assert refused.code == 2
    assert "--change-profile" in refused.err


def test_a_place_that_is_gone_is_told(imgvet: Imgvet, batch: Path) -> None:
    """The others are looked at; where none is there, finish goes on with the photos that it has."""
    add_photo(batch.parent / "card-2", 2)
    imgvet("batch", "card-2", "--out", "b")
    shutil.rmtree(batch.parent / "card-1")
    ran = imgvet("batch", "b")
    assert ran.code == 0
    assert f"Not there any more: {batch.parent / 'card-1'}." in ran.err
    assert len(flickr(batch)) == 2
    shutil.rmtree(batch.parent / "card-2")
    ran = imgvet("batch", "b")
    assert ran.code == 2
    assert "None of the places that this batch had its photos from is there." in ran.err
    assert ran.err.splitlines()[-1].strip() == "imgvet finish b"


def test_somebody_else_s_folders_are_not_looked_into(
    imgvet: Imgvet, batch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that is sent may name any; its folders are told, and whoever means them names them."""
    add_photo(batch.parent / "card-1", 2)
    monkeypatch.setattr(batch_settings, "signed_in", lambda: SignedIn("somebody", "OTHER-PC"))
    ran = imgvet("batch", "b")
    assert ran.code == 2
    assert "so imgvet does not look there by itself" in ran.err
    assert len(flickr(batch)) == 1
    command = shlex.split(ran.err.splitlines()[-1])
    assert command == ["imgvet", "batch", str(batch.parent / "card-1"), "--out", "b"]
    assert imgvet(*command[1:]).code == 0
    assert len(flickr(batch)) == 2
    assert imgvet("batch", "b").code == 0


@pytest.mark.parametrize("known", ["an earlier version's", "nothing"])
def test_a_batch_that_does_not_say_who_named_them(imgvet: Imgvet, batch: Path, known: str) -> None:
    """As of an earlier version, or one whose first run never came so far."""
    with closing(sqlite3.connect(batch / "private" / "batch.db")) as database:
        names = ("command_from",) if known.startswith("an earlier") else ("command_from", "command")
        database.executemany("DELETE FROM facts WHERE name = ?", [(name,) for name in names])
        database.commit()
    ran = imgvet("batch", "b")
    assert ran.code == 2
    command = shlex.split(ran.err.splitlines()[-1])
    photos = str(batch.parent / "card-1") if len(names) == 1 else "PHOTOS"
    assert command == ["imgvet", "batch", photos, "--out", "b"]
    assert imgvet("status", "b").code == 0


@pytest.mark.parametrize(("words", "said"), [
    ((), "does not name the batch folder (--out)."),
    (("card-1",), "does not name the batch folder (--out)."),
    (("b", "card-1"), "does not name the batch folder (--out)."),
    (("--out", "b"), "The command names no photos."),
    (("b", "--out", "c", *EVENT), "is a batch that imgvet wrote"),
])  # fmt: skip
def test_half_a_command_says_what_is_missing(imgvet: Imgvet, batch: Path, words: tuple[str, ...], said: str) -> None:
    ran = imgvet("batch", *words)
    assert ran.code == 2
    assert said in ran.err
    assert not (batch.parent / "c").exists()


def test_what_is_recorded_is_not_believed(imgvet: Imgvet, batch: Path) -> None:
    """An edited record names a folder with what no path has, or none: a message, and nothing is taken."""
    with closing(sqlite3.connect(batch / "private" / "batch.db")) as database:
        for words in ([["", "no such folder\n"]], [["--event", "x"]], [["", ""]]):
            database.execute("UPDATE facts SET value = ? WHERE name = 'command'", (json.dumps(words),))
            database.commit()
            ran = imgvet("batch", "b")
            assert ran.code == 2, words
            assert "Traceback" not in ran.err
    assert len(flickr(batch)) == 1


def test_a_card_that_is_pulled_out_leaves_its_photos_for_the_next_run(
    imgvet: Imgvet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are not failed ones: what is vetted is placed, the others wait, and the message says what to connect."""
    for number in range(4):
        add_photo(tmp_path / "card" / "DCIM", number)
    seen = list[int]()

    def pulled(photo: Photo, *words: Any, **named: Any) -> Photo:
        if not seen:
            (tmp_path / "card").rename(tmp_path / "pulled")
        seen.append(photo.number)
        return judge_now(photo, *words, **named)

    with monkeypatch.context() as patched:
        patched.setattr("imgvet.batch.run.judge_now", pulled)
        ran = imgvet("batch", "card", "--out", "b", *EVENT)
    assert ran.code == 4
    assert "Photos 2–4 were not vetted: the folder with the originals has gone. Connect its drive or card" in ran.err
    assert ran.err.splitlines()[-1].strip() == "Next: imgvet batch card --out b --event 'Open Day' --tags police"
    assert len(flickr(tmp_path / "b")) == 1
    assert "3 photos are not vetted yet" in imgvet("status", "b").err
    (tmp_path / "pulled").rename(tmp_path / "card")
    ran = imgvet("batch", "b")
    assert ran.code == 0
    assert "Photos: 3 to vet, 1 done before." in ran.err
    assert len(flickr(tmp_path / "b")) == 4
