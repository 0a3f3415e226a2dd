"""Whatever lies in the folder of a batch, and whatever its database says: nothing outside is touched, and it is told.

Somebody else's batch is opened by every command. Beside it is a tree of files that must stay as they are, to the byte.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from imgvet.batch.record_checks import is_file_name, picture_fault
from imgvet.batch.store import open_batch
from imgvet.errors import BatchError
from imgvet.photo import Photo
from imgvet.proof.prove import prove
from support.chance import examples
from support.commands import Imgvet, Ran, run_here, run_process
from support.folders import tree_of
from support.pictures import landscape, portrait, save_photo
from support.shared import Shared

EVENT = ("--event", "Open Day", "--date", "2026-06-14", "--link", "https://www.example.org/open-day")
BY = ("--by", "A. Officer")
COMMANDS = (
    ("status", "b"),
    ("status", "b", "--verify"),
    ("log", "b"),
    ("log", "b", "--verify"),
    ("decide", "b", "1", "exclude", "--note", "Out of date", *BY),
    ("checklist", "b"),
    ("published", "b", *BY),
    ("finish", "b"),
    ("batch", "photos", "--out", "b", *EVENT),
)
pytestmark = pytest.mark.slow


def made(folder: Path) -> None:
    """Two landscapes in flickr/, a portrait in held/."""
    for number in (1, 2):
        save_photo(folder / "photos" / f"{number}.jpg", landscape(number)[:150, :200])
    save_photo(folder / "photos" / "3.jpg", portrait())
    assert run_process(("batch", "photos", "--out", "b", *EVENT), folder).code == 0


@pytest.fixture
def batch(shared: Shared, tmp_path: Path) -> Path:
    """Such a batch, and files of somebody beside it."""
    shared.copied(made, tmp_path)
    for name in ("canary/notes.txt", "canary/flickr/open-day-001.jpg", "canary/open-day-003.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(f"of somebody: {name}".encode())
    return tmp_path / "b"


@contextlib.contextmanager
def database_of(batch: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(batch / "private" / "batch.db")) as database, database:
        yield database


def edit_record(batch: Path, number: int, change: Callable[[dict[str, Any]], Any]) -> None:
    """Alter one record as somebody does with a database program."""
    with database_of(batch) as database:
        (text,) = database.execute("SELECT record FROM photos WHERE number = ?", (number,)).fetchone()
        record = json.loads(text)
        change(record)
        database.execute("UPDATE photos SET record = ? WHERE number = ?", (json.dumps(record), number))


def set_fact(batch: Path, name: str, value: Any) -> None:
    with database_of(batch) as database:
        database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, json.dumps(value)))


def outside(batch: Path) -> dict[str, str]:
    """Every file of the canary tree and every original, by its digest."""
    return {name: each for name, each in tree_of(batch.parent).items() if name.startswith(("canary", "photos"))}


def told(ran: Ran) -> None:
    """The command ended with a message, and no traceback."""
    assert ran.code in range(5), ran.err
    assert "Traceback" not in ran.err + ran.out
    assert "imgvet-report" not in ran.err, ran.err  # nobody foresaw it


def flickr(batch: Path) -> set[str]:
    return {path.name for path in (batch / "flickr").iterdir()} - {"flickr.csv"}


# -- paths


PATHS = [
    "../canary/notes.txt", "flickr/../../canary/notes.txt", "held/../flickr/open-day-001.jpg",
    "flickr/../flickr.csv", "/etc/passwd", "{outside}/canary/notes.txt", "C:\\canary\\notes.txt",
    "\\\\server\\share\\a.jpg", "flickr\\open-day-001.jpg", "flickr/flickr.csv", "flickr/", "held", "",
    "flickr/open-day-001.jpg:ads", "flickr/con.jpg", "flickr/nul-1.jpg/x", "flickr/open-day-001.jpg\x00",
    "flickr/OPEN-DAY-001.JPG", "private/batch.db", "flickr/.hidden", "flickr/open-day-002.jpg",
    "flickr/sub/open-day-001.jpg", "./flickr/open-day-001.jpg", "flickr//open-day-001.jpg",
    "flickr/open-day-001.jpg ", "flickr/open-day-001.jpg\n", "~/open-day-001.jpg", "held/١-1.jpg",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_record_names_only_its_own_file(batch: Path, imgvet: Imgvet, path: str) -> None:
    """Any other path is refused by every command, and nothing outside is read, moved or removed."""
    before = outside(batch)
    edit_record(batch, 1, lambda record: record.update(output=path.replace("{outside}", str(batch.parent))))
    for words in COMMANDS:
        ran = imgvet(*words)
        told(ran)
        if words[0] != "log":
            assert ran.code == BatchError.exit_code, words
            assert "The record of photo 1 is damaged" in ran.err
            assert "Restore private/batch.db" in ran.err
    assert outside(batch) == before


@pytest.mark.parametrize(
    "name", ["../../canary/notes.txt", "/etc/a-1.jpg", "flickr.csv", "con-.jpg", "a-1.jpg/b", "a-1.exe"]
)
def test_a_name_is_one_that_imgvet_gives(batch: Path, imgvet: Imgvet, name: str) -> None:
    before = outside(batch)
    edit_record(batch, 3, lambda record: record.update(name=name, output=f"held/{name}"))
    ran = imgvet("finish", "b")
    assert (ran.code, "damaged" in ran.err) == (BatchError.exit_code, True)
    assert outside(batch) == before


@given(st.text(max_size=40))
def test_no_other_text_is_a_name(text: str) -> None:
    """What passes is one plain file name of any system."""
    if is_file_name(text):
        assert text == Path(text).name == text.strip().lower()
        assert text.isascii()
        assert "-" in text


FACTS: list[tuple[str, Any]] = [
    ("leaving", [["../canary/notes.txt", "../canary/open-day-003.jpg"]]),  # as a version before 0.6 kept it
    ("stood", [{"number": 1, "name": "../../canary/notes.txt", "title": "", "sha256": "", "round": 1}]),
    ("stood", [{"number": -1, "name": "open-day-001.jpg", "title": "", "sha256": "", "round": 1}]),
    ("stood", "x"),
    ("digits", 10**6),
    ("digits", 0),
    ("rounds", -1),
    ("applied", 10**30),
    ("secret", "zz"),
    ("secret", ""),
    ("made_at", "yesterday"),
    ("made_at", None),
    ("sheets", ["x"]),
    ("identity", "../x"),
    ("marks", ["'; DROP TABLE photos"]),
    ("tables", {"flickr": "x"}),
    ("clock_offsets", [{"camera": "A", "serial": "", "seconds": 10**40}]),
    ("command", [["a"]]),
    ("references_given", {"a": 5}),
    ("under_way", 5),
]


@pytest.mark.parametrize(("name", "value"), FACTS)
def test_a_fact_that_cannot_be_one_is_told(batch: Path, imgvet: Imgvet, name: str, value: Any) -> None:
    """By every command, with what to do; files that it names are left alone."""
    before = outside(batch)
    set_fact(batch, name, value)
    for words in COMMANDS:
        ran = imgvet(*words)
        told(ran)
        if name != "leaving":
            assert (ran.code, "batch.db' is damaged" in ran.err) == (BatchError.exit_code, True), words
    assert outside(batch) == before


CELLS: list[tuple[str, Any]] = [
    ("number = ?", -5),
    ("number = ?", 2**62),
    ("source = ?", b""),
    ("source = ?", b"/a\0b"),
    ("source = ?", "text"),
    ("source = ?", 5),
    ("sha256 = ?", "x" * 64),
    ("sha256 = ?", b"\0"),
    ("record = ?", "{}"),
    ("record = ?", "[" * 100_000),
    ("record = ?", b"\xff"),
    ("record = CAST(? AS TEXT)", b"\xff"),
    ("record = ?", 7),
    ("stamp = ?", b"\0"),
    ("stamp = CAST(? AS TEXT)", b"\xff"),
    ("vetted = ?", "[]"),
    ("vetted = ?", None),
    ("clean = ?", b"\0"),
    ("record = zeroblob(?)", 40_000_000),
]


@pytest.mark.parametrize(("change", "value"), CELLS)
def test_a_cell_that_cannot_be_one_is_told(batch: Path, imgvet: Imgvet, change: str, value: Any) -> None:
    """Of another type, too long, empty, damaged: every command ends with words."""
    before = outside(batch)
    with database_of(batch) as database:
        database.execute(f"UPDATE photos SET {change} WHERE number = 1", (value,))  # noqa: S608 - own words
    for words in COMMANDS:
        told(imgvet(*words))
    ran = imgvet("finish", "b")
    assert (ran.code, "damaged" in ran.err) == (BatchError.exit_code, True)
    assert outside(batch) == before


# -- records, whatever is in them


def values_of(record: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to every value in a record."""
    if way:
        yield way
    if isinstance(record, dict):
        for key, value in record.items():
            yield from values_of(value, (*way, key))
    elif isinstance(record, list):
        for place, value in enumerate(record):
            yield from values_of(value, (*way, place))


WILD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(
        ["../../canary/notes.txt", "flickr/flickr.csv", "a" * 200_000, "\0", "\ud800", "x\x1b[2J", "9" * 64]
    ),
    st.lists(st.integers(-5, 5), max_size=3),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)


@dataclass(frozen=True)
class Opened:
    """The batch that the examples of one test share, and what was in it."""

    path: Path
    whole: bytes
    outside: dict[str, str]

    def restore(self) -> sqlite3.Connection:
        (self.path / "private" / "batch.db").write_bytes(self.whole)
        return sqlite3.connect(self.path / "private" / "batch.db")


@pytest.fixture
def opened(batch: Path) -> Opened:
    return Opened(batch, (batch / "private" / "batch.db").read_bytes(), outside(batch))


@examples(40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_value_of_a_record_leads_anywhere(opened: Opened, data: st.DataObject) -> None:
    """Every value at every depth, exchanged for anything: words, no traceback, nothing outside, nothing published."""
    number = data.draw(st.integers(1, 3))
    with contextlib.closing(opened.restore()) as database, database:
        (text,) = database.execute("SELECT record FROM photos WHERE number = ?", (number,)).fetchone()
        record = json.loads(text)
        *way, last = data.draw(st.sampled_from(list(values_of(record))))
        place = record
        for step in way:
            place = place[step]
        place[last] = data.draw(WILD)
        database.execute("UPDATE photos SET record = ? WHERE number = ?", (json.dumps(record), number))
    for words in (("status", "b"), ("log", "b", "1"), ("checklist", "b")):
        told(run_here(words, opened.path.parent))
    assert outside(opened.path) == opened.outside
    assert not (opened.path / "flickr" / "open-day-003.jpg").exists()


@examples(40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_cell_of_a_table_leads_anywhere(opened: Opened, data: st.DataObject) -> None:
    """Every cell of every table, exchanged for a value of any type."""
    with contextlib.closing(opened.restore()) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        table = data.draw(st.sampled_from(sorted(name for name in tables if name != "sqlite_sequence")))
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        column = data.draw(st.sampled_from(columns))
        value = data.draw(
            st.one_of(
                st.none(),
                st.integers(-(2**63), 2**63 - 1),
                st.floats(allow_nan=False),
                st.binary(max_size=9),
                st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
            )
        )
        with contextlib.suppress(sqlite3.Error), database:
            rowid = data.draw(st.integers(1, 4))
            database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (value, rowid))  # noqa: S608
    for words in (("status", "b"), ("log", "b"), ("checklist", "b"), ("decide", "b", "1", "reopen", *BY)):
        told(run_here(words, opened.path.parent))
    assert outside(opened.path) == opened.outside


# -- records that were altered


def say_redacted(record: dict[str, Any]) -> None:
    record["faces"][0]["resolved"] = {"kind": "redact", "value": ""}
    record["findings"] = []


def drop_face(record: dict[str, Any]) -> None:
    record.update(faces=[], findings=[])


def move_box(record: dict[str, Any]) -> None:
    record["faces"][0]["box"] = {"left": 0, "top": 0, "right": 5, "bottom": 5}


ALTERED: list[Callable[[dict[str, Any]], Any]] = [
    say_redacted,
    drop_face,
    move_box,
    lambda record: record["faces"][0].update(found=False),
    lambda record: record["faces"][0].update(face_id={"left": 0, "top": 0, "right": 5, "bottom": 5}),
    lambda record: record.update(claims=record["claims"] | {"made_by_ai": "yes"}),
    lambda record: record.update(official=True),
    lambda record: record.update(source_sha256="0" * 64),
    lambda record: record.update(kind="png"),
    lambda record: record["public"].update(title="Another"),
    lambda record: record.update(smallest_face_px=1),
]


def faces_of(photo: Photo | None) -> list[tuple[object, ...]]:
    """What a face is, whoever told of it."""
    return [(face.number, face.box, face.resolved, face.found) for face in photo.faces] if photo else []


@pytest.mark.parametrize("change", ALTERED)
def test_an_altered_record_is_found(batch: Path, imgvet: Imgvet, change: Callable[[dict[str, Any]], Any]) -> None:
    """The photo is not published, and named; the next run vets it again, and then it is as it was."""
    whole = open_batch(batch)
    before = whole.photo(3)
    whole.database.close()
    edit_record(batch, 3, change)
    ran = imgvet("status", "b")
    assert ran.code == 3
    assert "altered after imgvet vetted it" in ran.err
    assert "Next: imgvet finish b" in ran.err
    ran = imgvet("finish", "b")
    assert "What private/batch.db said of photo 3 was altered; it was vetted again." in ran.err
    assert flickr(batch) == {"open-day-001.jpg", "open-day-002.jpg"}
    after = open_batch(batch)
    assert faces_of(after.photo(3)) == faces_of(before)
    after.database.close()
    assert imgvet("status", "b", "--verify").code == 1  # as before: a face is open


@pytest.mark.parametrize("what", ["recipe", "preview", "no preview", "text", "no picture", "crop", "no crop", "vetted"])
def test_what_belongs_to_a_record_is_part_of_it(batch: Path, imgvet: Imgvet, what: str) -> None:
    """The recipe, the small pictures by which people decide, and what vetting found."""
    with database_of(batch) as database:
        if what == "recipe":
            database.execute("UPDATE photos SET recipe = (SELECT recipe FROM photos WHERE number = 1) WHERE number = 3")
        elif what == "preview":
            database.execute(
                "UPDATE photos SET preview = (SELECT preview FROM photos WHERE number = 1) WHERE number = 3"
            )
        elif what in ("no preview", "text", "no picture"):
            value = {"no preview": None, "text": "text", "no picture": b"\xff\xd8\xff\xd9"}[what]
            database.execute("UPDATE photos SET preview = ? WHERE number = 3", (value,))
        elif what == "no crop":
            database.execute("DELETE FROM crops")
        elif what == "crop":
            database.execute("UPDATE crops SET picture = (SELECT preview FROM photos WHERE number = 1)")
        else:
            database.execute("UPDATE photos SET vetted = replace(vetted, '\"hidden\":false', '\"hidden\":true')")
    checked = imgvet("status", "b", "--verify")
    assert checked.code in (1, 3)
    assert "Next: imgvet finish b" in checked.err
    ran = imgvet("finish", "b")
    assert "What private/batch.db said of photo 3 was altered; it was vetted again." in ran.err
    assert "altered" not in imgvet("status", "b", "--verify").err


def test_an_altered_record_of_a_published_photo_takes_it_back(batch: Path, imgvet: Imgvet) -> None:
    """Also where its original is gone: then it is held, with what to do, until that is back."""
    edit_record(batch, 1, lambda record: record.update(official=True))
    original = batch.parent / "photos" / "1.jpg"
    away = original.with_name("away")
    original.rename(away)
    ran = imgvet("finish", "b")
    assert "What private/batch.db said of photo 1 was altered; it is held until its original is back." in ran.err
    assert flickr(batch) == {"open-day-002.jpg"}
    assert (batch / "held" / "open-day-001.jpg").is_file()
    assert imgvet("status", "b").code == 3
    away.rename(original)
    assert imgvet("finish", "b").code == 0
    assert flickr(batch) == {"open-day-001.jpg", "open-day-002.jpg"}


def test_judging_leaves_the_vetting_as_it_was(batch: Path, imgvet: Imgvet) -> None:
    """Decisions, added faces, moved originals and publication alter no record in this sense."""
    imgvet("decide", "b", "3:1", "redact", *BY)
    imgvet("decide", "b", "1", "--add-face", "20,20,60,60", *BY)
    imgvet("finish", "b")
    imgvet("decide", "b", "1:1", "not-a-face", *BY)
    (batch.parent / "photos").rename(batch.parent / "moved")
    imgvet("batch", "moved", "--out", "b", *EVENT)
    imgvet("decide", "b", "2", "exclude", "--note", "Out of date", *BY)
    imgvet("finish", "b")
    ran = imgvet("status", "b", "--verify")
    assert "altered" not in ran.err
    assert flickr(batch) == {"open-day-001.jpg", "open-day-003.jpg"}
    folder = open_batch(batch)
    assert all(folder.snapshot().index.vouches_for(photo) for photo in folder.photos())
    folder.database.close()


# -- what is on the disk


def test_what_was_replaced_removed_or_added_is_named(batch: Path, imgvet: Imgvet) -> None:
    """By status, with the code that asks for somebody; finish says what it mended, and every file is proven again."""
    first, second = (batch / "flickr" / f"open-day-00{number}.jpg" for number in (1, 2))
    first.write_bytes(second.read_bytes())
    second.unlink()
    (batch / "held" / "open-day-003.jpg").write_bytes(b"x")
    (batch / "flickr" / "sub").mkdir()
    (batch / "flickr" / "OPEN-DAY-002.JPG").write_bytes(b"y")
    (batch / "flickr" / ".hidden.jpg").write_bytes(b"z")
    (batch / "flickr" / "Thumbs.db").write_bytes(b"")
    (batch / "flickr" / ".DS_Store").write_bytes(b"")
    with (batch / "flickr" / "flickr.csv").open("a", encoding="utf-8") as table:
        table.write("more")
    ran = imgvet("status", "b")
    assert ran.code == 1
    for line in (
        "flickr/open-day-001.jpg is not the file that imgvet wrote; do not upload it.",
        "flickr/open-day-002.jpg is missing.",
        "held/open-day-003.jpg is not the file that imgvet wrote.",
        "was not vetted: sub",
        "was not vetted: OPEN-DAY-002.JPG",
        "was not vetted: .hidden.jpg",
        "flickr/flickr.csv was changed since imgvet wrote it",
        "Files of the operating system in flickr/, not for uploading: .DS_Store, Thumbs.db.",
        "Next: imgvet finish b",
    ):
        assert line in ran.err
    ran = imgvet("finish", "b")
    for line in (
        "open-day-001.jpg in flickr/ was not the file that imgvet wrote; it was removed and made again.",
        "open-day-002.jpg was missing from flickr/; it was made again.",
        "open-day-003.jpg in held/ was not the file that imgvet wrote; it was removed and made again.",
        "flickr/flickr.csv had been changed; it was written again.",
    ):
        assert line in ran.err
    for name in ("flickr/open-day-001.jpg", "flickr/open-day-002.jpg", "held/open-day-003.jpg"):
        assert prove((batch / name).read_bytes()).proven
    ran = imgvet("finish", "b")
    assert "was not the file" not in ran.err
    assert "made again" not in ran.err


def test_the_same_size_and_time_do_not_hide_other_bytes(batch: Path, imgvet: Imgvet) -> None:
    """Status trusts them unless it is asked to read; finish never does."""
    file = batch / "flickr" / "open-day-001.jpg"
    status, data = file.stat(), bytearray(file.read_bytes())
    data[-3] ^= 1
    file.write_bytes(data)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert "is not the file" not in imgvet("status", "b").err
    ran = imgvet("status", "b", "--verify")
    assert ran.code == 1
    assert "flickr/open-day-001.jpg is not the file that imgvet wrote" in ran.err
    assert "it was removed and made again" in imgvet("finish", "b").err


def test_a_copied_batch_has_other_times_and_is_whole(batch: Path, imgvet: Imgvet) -> None:
    """Bytes decide; a run notes the new times."""
    for file in (*(batch / "flickr").iterdir(), *(batch / "held").iterdir()):
        os.utime(file)
    ran = imgvet("status", "b")
    assert "is not the file" not in ran.err
    assert "made again" not in imgvet("finish", "b").err
    folder = open_batch(batch)
    stamps = folder.clean_stamps()
    folder.database.close()
    assert stamps[1].endswith(str((batch / "flickr" / "open-day-001.jpg").stat().st_mtime_ns))


def test_a_replaced_file_leaves_before_anything_is_vetted(
    batch: Path, imgvet: Imgvet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is gone from flickr/ even if the run is stopped at its first photo."""
    file = batch / "flickr" / "open-day-001.jpg"
    file.write_bytes(b"another")

    def stop(*_: object) -> None:
        assert not file.exists()
        raise KeyboardInterrupt

    monkeypatch.setattr("imgvet.batch.run.vet_jobs", stop)
    assert imgvet("finish", "b").code == 130


KINDS = ["link", "link to nothing", "folder", "pipe", "hard link"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["flickr/open-day-001.jpg", "held/open-day-003.jpg"])
def test_another_thing_named_like_a_photo_is_not_followed(batch: Path, imgvet: Imgvet, kind: str, name: str) -> None:
    """A link is removed, and what it leads to stays; a folder is set aside; a pipe hangs nobody."""
    before, file = outside(batch), batch / name
    canary = batch.parent / "canary" / "open-day-003.jpg"
    file.unlink()
    if kind == "folder":
        file.mkdir()
        (file / "inside.txt").write_text("kept")
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "hard link":
        os.link(canary, file)
    else:
        file.symlink_to(canary if kind == "link" else batch.parent / "canary" / "nothing.jpg")
    assert f"{name} is not the file that imgvet wrote" in imgvet("status", "b").err
    ran = imgvet("finish", "b")
    assert (
        f"{file.name} in {file.parent.name}/ was not the file that imgvet wrote; it was removed and made again."
        in ran.err
    )
    assert prove(file.read_bytes()).proven
    assert not file.is_symlink()
    assert outside(batch) == before
    if kind == "folder":
        assert [path.read_text() for path in file.parent.glob("*.set-aside-*/inside.txt")] == ["kept"]


def test_a_link_that_has_the_right_bytes_is_no_file_either(batch: Path, imgvet: Imgvet) -> None:
    """Somebody could exchange what it leads to later."""
    file, elsewhere = batch / "flickr" / "open-day-001.jpg", batch.parent / "canary" / "copy.jpg"
    file.replace(elsewhere)
    file.symlink_to(elsewhere)
    assert imgvet("status", "b").code == 1
    imgvet("finish", "b")
    assert not file.is_symlink()
    assert elsewhere.is_file()


@pytest.mark.parametrize("name", ["flickr", "held", "private/work", "private"])
def test_a_folder_that_is_a_link_is_refused(batch: Path, imgvet: Imgvet, name: str) -> None:
    """By every command, with its name and the way out."""
    folder, elsewhere = batch / name, batch.parent / "canary" / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere, target_is_directory=True)
    before = outside(batch)
    for words in COMMANDS:
        ran = imgvet(*words)
        assert ran.code == BatchError.exit_code, words
        assert "is a link to another place" in ran.err
    assert outside(batch) == before


@pytest.mark.parametrize("name", [
    "private/batch.db", "private/batch.db-journal", "private/batch.db-wal", "private/lock.db", "private/originals.csv",
    "checklist.csv", "checklist.xlsx.unfinished", "checklist.html.unfinished", "contact-sheet-1.jpg",
])  # fmt: skip
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_paper_or_database_that_is_a_link_is_refused(batch: Path, imgvet: Imgvet, name: str, kind: str) -> None:
    """Nothing is written through it, and a pipe hangs nobody."""
    file = batch / name
    elsewhere = batch.parent / "canary" / "elsewhere"
    if file.exists():
        file.rename(elsewhere)
    if kind == "pipe":
        os.mkfifo(file)
    else:
        file.symlink_to(elsewhere)
    before = outside(batch)
    for words in COMMANDS:
        ran = imgvet(*words)
        assert ran.code == BatchError.exit_code, words
        assert f"{Path(name).name}' is" in ran.err
    assert outside(batch) == before


def test_folders_of_a_run_that_was_killed_are_no_links(batch: Path, imgvet: Imgvet) -> None:
    """The office's own folders and files in private/ are nothing strange; a link among them is."""
    (batch / "private" / "sheet").mkdir()
    (batch / "private" / "checklist-filled-in.xlsx").write_bytes(b"x")
    assert imgvet("finish", "b").code == 0
    (batch / "private" / "mine").symlink_to(batch.parent / "canary")
    assert "is a link to another place" in imgvet("finish", "b").err


@pytest.mark.parametrize("source", ["/etc/passwd", "/dev/zero", "pipe", "canary/notes.txt", "canary"])
def test_a_source_is_only_ever_read_as_a_photo(batch: Path, imgvet: Imgvet, source: str) -> None:
    """Whatever it names: read in a worker, refused as no photo, its words in no file of the batch."""
    if source == "pipe":
        os.mkfifo(batch.parent / "pipe")
    path = os.fsencode(batch.parent / source)
    with database_of(batch) as database:
        database.execute("UPDATE photos SET source = ?, sha256 = NULL, record = NULL WHERE number = 2", (path,))
    before = outside(batch)
    ran = imgvet("finish", "b")
    assert ran.code == 4
    assert "Traceback" not in ran.err
    assert outside(batch) == before
    assert all(b"of somebody" not in each.read_bytes() for each in batch.rglob("*") if each.is_file())


# -- the database itself


SCHEMAS = [
    "CREATE TABLE more (x)",
    "CREATE VIEW seen AS SELECT * FROM photos",
    "CREATE TRIGGER sly AFTER UPDATE ON photos BEGIN DELETE FROM crops; END",
    "CREATE TRIGGER sly AFTER INSERT ON decisions BEGIN UPDATE photos SET record = NULL; END",
    "CREATE INDEX slow ON photos (abs(number))",
    "ALTER TABLE photos ADD COLUMN more TEXT",
    "ALTER TABLE photos RENAME COLUMN stamp TO stomp",
    "ALTER TABLE crops RENAME TO crips",
    "DROP TABLE copies",
    "DROP INDEX photos_by_content",
    "CREATE VIRTUAL TABLE words USING fts5(x)",
    "ALTER TABLE facts ADD COLUMN g TEXT GENERATED ALWAYS AS (hex(value)) VIRTUAL",
    "DROP TABLE facts; CREATE VIEW facts AS SELECT 'made_at' AS name, '1' AS value",
    "DROP TABLE facts; CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL CHECK (length(value) < 9))",
    "DROP TABLE facts; CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT \"NOT\" NULL)",
    "DROP TRIGGER decisions_are_not_changed; CREATE TRIGGER decisions_are_not_changed BEFORE UPDATE ON decisions "
    "BEGIN DELETE FROM crops; END",
    "PRAGMA user_version = 99",
    "PRAGMA user_version = -1",
    "PRAGMA user_version = 1",
    "PRAGMA application_id = 5",
]  # fmt: skip


@pytest.mark.parametrize("script", SCHEMAS)
def test_a_schema_that_is_not_imgvets_is_refused(batch: Path, imgvet: Imgvet, script: str) -> None:
    """Before anything in it is run, by every command."""
    before = outside(batch)
    with contextlib.closing(sqlite3.connect(batch / "private" / "batch.db")) as database:
        database.executescript(script)
    files = tree_of(batch)
    for words in COMMANDS:
        ran = imgvet(*words)
        assert ran.code == BatchError.exit_code, (words, ran.err)
        assert "damaged" in ran.err or "another version" in ran.err
    assert outside(batch) == before
    assert tree_of(batch) == files


def test_guards_of_the_log_that_are_gone_are_put_back(batch: Path, imgvet: Imgvet) -> None:
    """They are against accidents; what was done meanwhile the chain shows."""
    with database_of(batch) as database:
        database.execute("DROP TRIGGER decisions_are_not_removed")
    assert imgvet("log", "b", "--verify").code == 0
    with database_of(batch) as database, pytest.raises(sqlite3.IntegrityError):
        database.execute("DELETE FROM decisions")


def journal_naming(file: Path, database: Path) -> bytes:
    """A journal of SQLite, not rolled back, of a transaction over several databases (SQLite's file format, 3)."""
    magic, name, size = bytes.fromhex("d9d505f920a163d7"), str(file).encode(), database.stat().st_size
    head = magic + struct.pack(">IIIII", 0, 1, size // 4096, 512, 4096)
    lock_page = struct.pack(">I", 2**30 // 4096 + 1)
    return head.ljust(512, b"\0") + lock_page + name + struct.pack(">II", len(name), sum(name)) + magic


@pytest.mark.parametrize("name", ["batch.db", "lock.db"])
def test_a_journal_removes_no_file_elsewhere(batch: Path, imgvet: Imgvet, name: str) -> None:
    """SQLite removes the file that a journal names: whoever sends a batch would choose which."""
    canary, file = batch.parent / "canary" / "notes.txt", batch / "private" / name
    if name != "batch.db":
        shutil.copy(batch / "private" / "batch.db", file)
    file.with_name(f"{name}-journal").write_bytes(journal_naming(canary, file))
    for words in COMMANDS:
        ran = imgvet(*words)
        told(ran)
        assert canary.is_file(), words
        if name == "batch.db" or words[0] in {"finish", "batch"}:
            assert (ran.code, f"{name}-journal' names another file" in ran.err) == (BatchError.exit_code, True)


OLDER = {
    7: ("ALTER TABLE photos DROP COLUMN vetted", "ALTER TABLE photos DROP COLUMN clean"),
    6: (
        "ALTER TABLE photos DROP COLUMN vetted", "ALTER TABLE photos DROP COLUMN clean",
        "INSERT OR REPLACE INTO facts SELECT 'settings', value FROM settings",
        "DROP TABLE settings", "DROP TABLE numbered_faces",
    ),
}  # fmt: skip


@pytest.mark.parametrize("version", OLDER)
def test_a_batch_made_to_look_older_is_refused(batch: Path, imgvet: Imgvet, version: int) -> None:
    """What is altered in it is not taken over as what an earlier version wrote."""
    with database_of(batch) as database:
        for statement in OLDER[version]:
            database.execute(statement)
        database.execute("UPDATE photos SET record = json_set(record, '$.faces', json('[]')) WHERE number = 3")
        database.execute(f"PRAGMA user_version = {version}")
    for words in COMMANDS:
        ran = imgvet(*words)
        told(ran)
        assert (ran.code, "damaged" in ran.err) == (BatchError.exit_code, True), words
    assert "open-day-003.jpg" not in flickr(batch)


@pytest.mark.parametrize("at", [16, 28, 100, 2000, 5000, 9000])
def test_a_damaged_file_is_told(batch: Path, imgvet: Imgvet, at: int) -> None:
    """Pages that were overwritten: words, and nothing outside."""
    before = outside(batch)
    file = batch / "private" / "batch.db"
    data = bytearray(file.read_bytes())
    data[at : at + 400] = b"\xa5" * 400
    file.write_bytes(data)
    for words in COMMANDS:
        told(imgvet(*words))
    assert outside(batch) == before


# -- small pictures


def test_a_small_picture_is_a_plain_one() -> None:
    """They are decoded for the contact sheet, outside the worker."""
    import cv2
    import numpy as np

    _, data = cv2.imencode(".jpg", np.zeros((90, 120, 3), np.uint8))
    whole = data.tobytes()
    assert picture_fault(whole, 120, 10**6) == ""
    assert picture_fault(whole, 100, 10**6)
    assert picture_fault(whole, 120, 100)
    for wrong in (
        b"",
        b"\x89PNG",
        whole[:-2],
        whole + b"x",
        whole[:2] + b"\xff\xe1\x00\x04ab" + whole[2:],
        "x",
        None,
        5,
    ):
        assert picture_fault(wrong, 120, 10**6), wrong
