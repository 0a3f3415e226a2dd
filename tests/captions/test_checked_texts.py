"""Texts that give somebody away in a batch: asked about, answered, asked again, and taken back after a withdrawal."""

from pathlib import Path

import pytest
from PIL import Image

from imgvet.batch.store import open_batch
from support.commands import Imgvet
from support.folders import photo_names
from support.pictures import landscape
from support.sheets import fill_csv

BY = ("--by", "A. Officer")
WHY = ("--note", "It is the station's own")
PERSON = "Zora Plantedname"


@pytest.fixture
def batch(tmp_path: Path, imgvet: Imgvet) -> Path:
    (tmp_path / "in").mkdir()
    Image.fromarray(landscape(1)).save(tmp_path / "in" / "a.jpg", quality=90)
    done = imgvet("batch", "in", "--out", "b", "--event", "Open Day", "--link", "https://www.example.org/open-day")
    assert done.code == 0, done.err
    return tmp_path / "b"


def test_it_is_asked_answered_and_asked_again_with_new_words(batch: Path, imgvet: Imgvet) -> None:
    imgvet("caption", "b", "1", "--caption", "At the gate, B31 2AB.", *BY)
    asked = imgvet("finish", "b")
    assert "caption “At the gate, [B31 2AB].” (postcode)" in asked.err
    assert photo_names(batch / "flickr") == []
    assert imgvet("decide", "b", "1", "answer", "public-text", *WHY, *BY).code == 0
    imgvet("finish", "b")
    assert len(photo_names(batch / "flickr")) == 1
    assert imgvet("status", "b").code == 0
    imgvet("caption", "b", "1", "--caption", "At the gate, B31 2AD.", *BY)
    imgvet("finish", "b")
    assert photo_names(batch / "flickr") == []
    imgvet("decide", "b", "1", "answer", "public-text", *WHY, *BY)
    imgvet("decide", "b", "1", "reopen", "public-text", *BY)
    imgvet("finish", "b")
    assert photo_names(batch / "flickr") == []
    imgvet("caption", "b", "1", "--caption", "At the gate.", *BY)
    imgvet("finish", "b")
    assert len(photo_names(batch / "flickr")) == 1
    assert imgvet("log", "b", "--verify").code == 0


def test_a_name_is_published_until_its_form_is_withdrawn(batch: Path, imgvet: Imgvet) -> None:
    """The next status names the photo, and the next run takes it out of flickr/ by itself."""
    added = imgvet(
        "release", "add", "REL-2026-001", "--person", PERSON, "--signed-on", "2026-06-14", "--channels", "all",
        "--event", "Open Day", *BY,
    )  # fmt: skip
    assert added.code == 0, added.err
    imgvet("caption", "b", "1", "--caption", f"PC {PERSON} at the open day.", *BY)
    imgvet("finish", "b")
    assert len(photo_names(batch / "flickr")) == 1
    imgvet("published", "b", "--url", "https://example.org/1", *BY)
    imgvet("release", "withdraw", "REL-2026-001", "--why", "By telephone", *BY)
    now = imgvet("status", "b")
    assert f"caption “PC [{PERSON}] at the open day.” (name of somebody who refused or withdrew)" in now.err
    assert "take down what is online" in now.err
    imgvet("finish", "b")
    assert photo_names(batch / "flickr") == []
    held = b"".join(file.read_bytes() for file in (batch / "flickr").iterdir())
    assert PERSON.encode() not in held


def test_a_sheet_answers_it_too_and_the_same_sheet_again_changes_nothing(batch: Path, imgvet: Imgvet) -> None:
    imgvet("caption", "b", "1", "--caption", "At the gate, B31 2AB.", *BY)
    imgvet("finish", "b")
    filled: dict[tuple[int, int | None], dict[str, str]] = {(1, None): {"decision": "answer", "reason": "Ours"}}
    sheet = fill_csv(batch / "checklist.csv", batch.parent / "filled.csv", filled)
    first = imgvet("checklist", "b", "--import", sheet, *BY)
    assert first.code == 0, first.err
    entries = len(open_batch(batch).log().rows)
    again = imgvet("checklist", "b", "--import", sheet, *BY)
    assert again.code == 0, again.err
    assert len(open_batch(batch).log().rows) == entries
    imgvet("finish", "b")
    assert len(photo_names(batch / "flickr")) == 1
    assert imgvet("checklist", "b", "--import", sheet, *BY).code == 0
    assert len(open_batch(batch).log().rows) == entries


def test_the_event_is_asked_about_in_check_as_well(tmp_path: Path, imgvet: Imgvet) -> None:
    Image.fromarray(landscape(1)).save(tmp_path / "a.jpg", quality=90)
    done = imgvet("check", "a.jpg", "--event", "Fair, ring 07700 900123")
    assert "event “Fair, ring [07700 900123]” (telephone number)" in done.out + done.err
    assert done.code == 1
