"""The notes of uses in the register: how they are kept, cut and carried over."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from imgvet.decisions import Publication
from imgvet.releases.register import Register
from imgvet.releases.release import Release
from imgvet.releases.store import open_register
from imgvet.releases.uses import BatchPlace, UsedPhoto, UseNotes
from support.commands import Imgvet
from support.registers import file_of

PLACE = BatchPlace("batch-1", "mark", "/photos/open-day", "PC-1", "2026-06-15T10:00:00+00:00")
LATER = replace(PLACE, noted_at="2026-06-20T10:00:00+00:00")
FORM = Release("A-1", "Zora Marker", signed_on=date(2020, 6, 14), event="Open Day", channels=("all",))


def used(photo: int, form: str = "a-1", title: str = "Open Day") -> UsedPhoto:
    return UsedPhoto(form, photo, f"open-day-{photo:03}.jpg", f"{title} ({photo})", "Open Day", "flickr")


def online(photo: int, url: str) -> Publication:
    return Publication(f"open-day-{photo:03}.jpg", f"Open Day ({photo})", url, "2026-06-15", "Jo")


@pytest.fixture
def register(tmp_path: Path) -> Register:
    opened = open_register(tmp_path / "register.db")
    opened.add([FORM, replace(FORM, reference="A-2", person="Kim")], "Jo")
    return opened


def test_notes_begin_and_end_and_are_kept(register: Register) -> None:
    """What is about to come is added first; what is no longer there has an end, and is not forgotten."""
    register.note_uses(PLACE, UseNotes(frozenset({used(1), used(2)})))
    register.note_uses(PLACE, UseNotes(frozenset({used(3)})))
    assert [(use.used.photo, use.until) for use in register.uses("a-1")] == [(1, ""), (2, ""), (3, "")]
    register.note_uses(LATER, UseNotes(frozenset({used(1)}), {}))
    assert [(use.used.photo, use.until) for use in register.uses("A-1")] == [
        (1, ""),
        (2, LATER.noted_at),
        (3, LATER.noted_at),
    ]
    assert register.uses("A-2") == ()
    assert register.place("batch-1") == LATER
    assert register.has_noted("batch-1", UseNotes(frozenset({used(1)}), {}))
    assert not register.has_noted("batch-1", UseNotes(frozenset({used(2)})))


def test_a_photo_that_comes_back_is_one_use(register: Register) -> None:
    for notes in (frozenset({used(1)}), frozenset[UsedPhoto](), frozenset({used(1)})):
        register.note_uses(PLACE, UseNotes(notes, {}))
    (use,) = register.uses("A-1")
    assert not use.until


def test_a_title_that_the_public_saw_is_kept_beside_the_new_one(register: Register) -> None:
    register.note_uses(PLACE, UseNotes(frozenset({used(1)}), {}))
    register.note_uses(LATER, UseNotes(frozenset({used(1, title="Fair")}), {}))
    assert [(use.used.title, bool(use.until)) for use in register.uses("A-1")] == [
        ("Open Day (1)", True),
        ("Fair (1)", False),
    ]


def test_addresses_are_noted_of_what_has_left_too(register: Register) -> None:
    register.note_uses(PLACE, UseNotes(frozenset({used(1)}), {}))
    register.note_uses(LATER, UseNotes(frozenset(), {1: (online(1, "https://example.org/1"),)}))
    (use,) = register.uses("A-1")
    assert use.until
    assert use.on_the_web == (online(1, "https://example.org/1"),)


def test_a_purge_cuts_names_out_of_the_notes(register: Register, tmp_path: Path) -> None:
    """Titles, addresses and folders can name people; what another form needs stays."""
    place = replace(PLACE, folder="/photos/Zora Marker")
    other = replace(PLACE, identity="batch-2", folder="/photos/Zora Marker and Kim")
    seen = {1: (online(1, "https://example.org/zora-marker"),)}
    register.note_uses(place, UseNotes(frozenset({used(1, title="Zora Marker")}), seen))
    register.note_uses(other, UseNotes(frozenset({used(1), used(1, "a-2")}), {}))
    register.withdraw("A-1", date(2020, 6, 15), "Jo", "Rang")
    assert register.purge(["A-1"], date.today(), 1, "Jo")
    first, second = register.uses("A-1")
    assert "Zora" not in str(first)
    assert "arker" not in str(first).lower()
    assert second.place.folder == "/photos/Zora Marker and Kim"  # where form A-2 is used
    register.note_uses(LATER, UseNotes(frozenset(), seen))
    assert "zora" not in str(register.uses("A-1")[0].online).lower()
    register.close()


def test_a_purge_names_what_is_still_published(register: Register, imgvet: Imgvet) -> None:
    register.note_uses(PLACE, UseNotes(frozenset({used(1)}), {}))
    register.withdraw("A-1", date(2020, 6, 15), "Jo", "Rang")
    register.close()
    ran = imgvet("release", "purge", "--dry-run")
    assert "photo 1: open-day-001.jpg" in ran.err
    assert "cannot be reached" in ran.err


def test_a_register_of_an_earlier_version_says_what_it_does_not_know(imgvet: Imgvet, tmp_path: Path) -> None:
    """Forms that are older than the notes may be used where nobody noted it; newer forms may not."""
    path = tmp_path / "register.db"
    with open_register(path) as today:
        today.add([FORM], "Jo")
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in (
            "UPDATE history SET at = '2026-01-01T00:00:00+00:00'",
            "ALTER TABLE history DROP COLUMN account",
            "ALTER TABLE history DROP COLUMN machine",
            "DROP TABLE alembic_version",
            "DROP TABLE uses",
            "DROP TABLE batches",
            "DELETE FROM facts",
            "PRAGMA user_version = 2",
        ):
            database.execute(statement)
    words = imgvet("release", "show", "A-1").out
    assert "No photo that uses form A-1 is recorded." in words
    assert "A batch that was not run since then may use the form, too; imgvet finish notes it." in words
    new = ("--person", "Ann", "--signed-on", "2026-06-14", "--event", "Open Day", "--channels", "all", "--by", "Jo")
    assert imgvet("release", "add", "A-9", *new).code == 0
    assert "may use the form" not in imgvet("release", "show", "A-9").out


def test_a_new_register_knows_every_use(imgvet: Imgvet, register: Register) -> None:
    register.close()
    assert "may use the form" not in imgvet("release", "show", "A-1").out


def test_an_earlier_imgvet_does_not_open_it(register: Register) -> None:
    """It would let photos out without a note."""
    with closing(sqlite3.connect(file_of(register))) as database:
        assert database.execute("PRAGMA user_version").fetchone() >= (3,)
    register.close()
