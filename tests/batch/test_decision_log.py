"""The log of decisions: what people said, who, when and why; and whatever is done to it afterwards is seen."""

import hashlib
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.batch.decisions.hash_chain import HASHED_COLUMNS, START_HASH, LogCounters, LogRow, entry_hash, first_break
from imgvet.batch.decisions.log import check_log, history
from imgvet.batch.decisions.rows import decision_from_row
from imgvet.batch.schema import BATCH_SCHEMA
from imgvet.batch.store import BatchStore, create_or_open, open_batch
from imgvet.decisions import Decision
from imgvet.errors import BatchError, UsageError
from imgvet.geometry import Box
from imgvet.photo import Photo
from imgvet.signed_in import signed_in
from support.commands import Imgvet, run_process
from support.declaring import declaring
from support.earlier_batches import SCHEMAS, turn_back
from support.forms import signed
from support.originals import join_originals
from support.pictures import landscape, portrait, save_photo
from support.shared import Shared

EVENT = ("--event", "Open Day", "--date", "2026-06-14", "--link", "https://www.example.org/open-day")
BY = ("--by", "A. Officer")
FACE, OTHER = Box(10, 10, 60, 70), Box(200, 10, 260, 80)
AT = "2026-06-14T10:00:00+00:00"
PICTURE = "5" * 64

SAID = [
    Decision("declare", "A. Officer", AT, 1, PICTURE, value="under-18 evidence"),
    Decision("release", "A. Officer", AT, 1, PICTURE, FACE, "WMP-2026-014", face_id=FACE),
    Decision("add-face", "Zoë Ünsal", AT, 1, PICTURE, OTHER, note='Behind the "flag"\n\\ 😀', face_id=OTHER),
    Decision("not-identifiable", "B. Officer", AT, 1, PICTURE, OTHER, note="From behind", face_id=OTHER),
    Decision("approve", "C. Officer", AT, 1, PICTURE, FACE, "release WMP-2026-014", face_id=FACE),
    Decision("exclude", "B. Officer", AT, 2, "6" * 64, note="Out of date"),
    Decision("finish", "A. Officer", AT),
]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[BatchStore]:
    """A batch with every kind of decision in its log."""
    folder = create_or_open(tmp_path / "b")
    for each in SAID:
        folder.decide(each)
    yield folder
    folder.database.close()


def database_of(batch: Path) -> sqlite3.Connection:
    return sqlite3.connect(batch / "private" / "batch.db")


def unguarded(folder: BatchStore) -> sqlite3.Connection:
    """The database as somebody has it before them who takes the guards away first."""
    for name in ("changed", "removed", "replaced"):
        folder.database.execute(f"DROP TRIGGER IF EXISTS decisions_are_not_{name}")
    return folder.database


# -- the chain


def as_documented(before: str, fields: Sequence[Any]) -> bytes:
    """The bytes that are hashed, written from the description alone."""

    def element(value: Any) -> str:
        if value is None:
            return "null"
        if isinstance(value, int):
            return str(value)
        short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
        units = value.encode("utf-16-be")
        letters = [int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2)]
        told = [short.get(chr(each)) or (chr(each) if 0x20 <= each <= 0x7E else f"\\u{each:04x}") for each in letters]
        return f'"{"".join(told)}"'

    return f"[{','.join(element(each) for each in (before, *fields))}]".encode("ascii")


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**9), texts), min_size=10, max_size=10))
def test_a_hash_is_what_the_docs_say(fields: list[Any]) -> None:
    """Anybody can compute it again, with other tools, from what the database holds."""
    assert entry_hash(START_HASH, fields) == hashlib.sha256(as_documented(START_HASH, fields)).hexdigest()


def test_every_entry_carries_the_hash_of_the_one_before(folder: BatchStore) -> None:
    """From 64 zeros to the head; what was said comes back as it was said."""
    before = START_HASH
    columns = "id, at, by, kind, photo, source_sha256, face, value, note, known_as, account, machine, hash"
    rows = folder.database.execute(f"SELECT {columns} FROM decisions ORDER BY id").fetchall()  # noqa: S608 - own names
    for number, row in enumerate(rows, 1):
        assert row[0] == number
        before = hashlib.sha256(as_documented(before, row[:-1])).hexdigest()
        assert row[-1] == before
    assert (len(folder.log().rows), folder.log().head) == (len(SAID), before)
    assert list(folder.snapshot().decisions) == SAID
    assert check_log(folder.log()).broken is None


def test_the_head_of_an_empty_log(tmp_path: Path) -> None:
    """Nothing has been said, and nothing is wrong."""
    folder = create_or_open(tmp_path / "b")
    assert (list(folder.log().rows), folder.log().head) == ([], START_HASH)
    assert check_log(folder.log(), START_HASH).broken is None
    folder.database.close()


@pytest.mark.parametrize("statement", [
    "UPDATE decisions SET by = 'X' WHERE id = 2",
    "DELETE FROM decisions WHERE id = 2",
    "INSERT OR REPLACE INTO decisions SELECT * FROM decisions WHERE id = 2",
    "REPLACE INTO decisions SELECT * FROM decisions WHERE id = 3",
])  # fmt: skip
def test_the_database_refuses_changes(folder: BatchStore, statement: str) -> None:
    """Against accidents: a slip in a database program changes nothing."""
    with pytest.raises(sqlite3.IntegrityError, match="a decision is never"), folder.database:
        folder.database.execute(statement)
    assert list(folder.snapshot().decisions) == SAID


# -- tampering


def entries_of(decisions: Sequence[Decision]) -> list[LogRow]:
    rows, before = [], START_HASH
    for number, each in enumerate(decisions, 1):
        boxes = [json.dumps(box.as_list()) if box else None for box in (each.face, each.face_id)]
        said = (number, each.at, each.by, each.kind, each.photo, each.source_sha256, boxes[0], each.value, each.note)
        account = ("aofficer", "PRESS-PC-3") if number > 2 else ()  # the first two are of before 0.7
        fields = (*said, boxes[1], *account)
        before = entry_hash(before, fields)
        rows.append(LogRow((*fields, *[None] * (len(HASHED_COLUMNS) - len(fields))), before))
    return rows


WHOLE = entries_of(SAID)
COUNTERS = LogCounters(len(WHOLE), len(WHOLE))
places = st.integers(0, len(WHOLE) - 1)
anything = st.one_of(st.none(), st.integers(), texts, st.binary(max_size=4), st.floats(allow_nan=False))


def rehashed(entries: Sequence[LogRow]) -> list[LogRow]:
    """As somebody leaves them who numbers and hashes everything anew: a whole chain, but another one."""
    made, before = [], START_HASH
    for number, entry in enumerate(entries, 1):
        fields = (number, *entry.untrusted_fields[1:])
        before = entry_hash(before, fields)
        made.append(LogRow(fields, before))
    return made


def test_the_log_as_it_was_written_is_whole() -> None:
    """With and without a head that was noted at any time."""
    assert first_break(WHOLE, COUNTERS) is None
    for entry in WHOLE:
        assert first_break(WHOLE, COUNTERS, entry.untrusted_hash) is None
        assert first_break(WHOLE, COUNTERS, entry.untrusted_hash[:16]) is None


@given(places, st.integers(0, len(HASHED_COLUMNS)), anything)
def test_any_field_that_is_altered_is_seen_at_its_entry(place: int, column: int, value: Any) -> None:
    """Every column of every row, the id and the hash among them, whatever is put there."""
    old = WHOLE[place]
    fields, digest = list(old.untrusted_fields), old.untrusted_hash
    if column == len(HASHED_COLUMNS):
        digest = value
    else:
        fields[column] = value
    new = LogRow(tuple(fields), digest)
    if repr(new) == repr(old):  # 1 and 1.0 are equal, and not the same
        return
    broken = first_break([*WHOLE[:place], new, *WHOLE[place + 1 :]], COUNTERS)
    assert broken is not None
    if column != 0:
        assert broken.entry == place + 1


@given(places)
def test_a_row_that_is_removed_is_seen(place: int) -> None:
    """Renumbered or not, the first entry that is not what it was is named; hashed anew, the noted head tells."""
    left = [*WHOLE[:place], *WHOLE[place + 1 :]]
    assert (broken := first_break(left, COUNTERS)) is not None
    assert broken.entry == place + 1
    renumbered = [replace(each, untrusted_fields=(n, *each.untrusted_fields[1:])) for n, each in enumerate(left, 1)]
    assert (broken := first_break(renumbered, COUNTERS)) is not None
    assert broken.entry == place + 1
    forged = LogCounters(len(left), len(left))
    assert first_break(rehashed(left), forged, WHOLE[-1].untrusted_hash) is not None


@given(places, places)
def test_rows_that_change_places_are_seen(one: int, other: int) -> None:
    """With their old numbers or with each other's."""
    if one == other:
        return
    swapped = list(WHOLE)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    renumbered = [replace(each, untrusted_fields=(n, *each.untrusted_fields[1:])) for n, each in enumerate(swapped, 1)]
    assert (broken := first_break(renumbered, COUNTERS)) is not None
    assert broken.entry == min(one, other) + 1
    assert first_break(rehashed(swapped), COUNTERS, WHOLE[-1].untrusted_hash) is not None


@given(st.integers(0, len(WHOLE)), places)
def test_a_row_that_is_put_in_is_seen(place: int, copied: int) -> None:
    """Anywhere, also behind the last one, and also where it has the hash of one that is there."""
    fields = list(WHOLE[copied].untrusted_fields)
    fields[2] = "D. Officer"
    more = [*WHOLE[:place], LogRow(tuple(fields), WHOLE[copied].untrusted_hash), *WHOLE[place:]]
    renumbered = [replace(each, untrusted_fields=(n, *each.untrusted_fields[1:])) for n, each in enumerate(more, 1)]
    for entries, counters in (
        (renumbered, COUNTERS),
        (renumbered, LogCounters(len(more), len(more))),
        (more, COUNTERS),
    ):
        assert first_break(entries, counters) is not None
    if place < len(WHOLE):
        assert first_break(rehashed(more), LogCounters(len(more), 0), WHOLE[-1].untrusted_hash) is not None


@given(st.integers(0, len(WHOLE) - 1))
def test_a_tail_that_is_cut_off_is_seen(left: int) -> None:
    """By the database's own counter, by what was applied, and by a head that was noted."""
    for counters, noted in (
        (LogCounters(len(WHOLE), 0), ""),
        (LogCounters(left, len(WHOLE)), ""),
        (LogCounters(left, 0), WHOLE[-1].untrusted_hash),
    ):
        assert first_break(WHOLE[:left], counters, noted) is not None
    for counters in (LogCounters(len(WHOLE), 0), LogCounters(left, len(WHOLE))):
        broken = first_break(WHOLE[:left], counters)
        assert broken is not None
        assert broken.entry == left + 1


def test_what_a_chain_alone_cannot_tell() -> None:
    """Whoever hashes everything anew and mends the counters is seen only by a head that was noted elsewhere."""
    forged = rehashed(
        [replace(WHOLE[0], untrusted_fields=(1, AT, "Somebody", *WHOLE[0].untrusted_fields[3:])), *WHOLE[1:]]
    )
    assert first_break(forged, COUNTERS) is None
    for noted in WHOLE:
        assert first_break(forged, COUNTERS, noted.untrusted_hash) is not None


PUT_IN = "INSERT INTO decisions (id, at, by, kind, source_sha256, value, note) VALUES ({}, '', 'x', '', '', '', '')"
TAMPERED: list[tuple[str, int | None]] = [
    *(
        ("UPDATE decisions SET {} = 'x' WHERE id = 4".replace("{}", column), 4)
        for column in (*HASHED_COLUMNS[1:], "hash")
    ),
    ("UPDATE decisions SET hash = '' WHERE id = 4", 4),
    ("UPDATE decisions SET id = 40 WHERE id = 4", 4),
    ("UPDATE decisions SET note = x'00ff' WHERE id = 4", 4),
    ("UPDATE decisions SET note = CAST(x'ff' AS TEXT) WHERE id = 4", 4),
    ("UPDATE decisions SET face = '[1, 2, 3]' WHERE id = 4", 4),
    ("DELETE FROM decisions WHERE id = 4", 4),
    ("DELETE FROM decisions WHERE id >= 6", 6),
    ("DELETE FROM decisions", 1),
    (PUT_IN.format(8), 8),
    (PUT_IN.format(0), 0),
    ("UPDATE sqlite_sequence SET seq = 99 WHERE name = 'decisions'", 8),
    ("UPDATE sqlite_sequence SET seq = 'x' WHERE name = 'decisions'", None),
    ("DELETE FROM sqlite_sequence", None),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "entry"), TAMPERED)
def test_what_is_done_to_the_database_is_seen(folder: BatchStore, statement: str, entry: int | None) -> None:
    """With the guards gone, in real SQLite, with whatever it makes of the value."""
    with unguarded(folder) as database:
        database.execute(statement)
    broken = check_log(folder.log()).broken
    assert broken is not None
    assert broken.entry == entry
    list(history(folder.log(), ()))  # what can be read can still be shown


def test_an_entry_that_cannot_be_read_stops_every_command(folder: BatchStore) -> None:
    """It is named, and nobody guesses what it said."""
    with unguarded(folder) as database:
        database.execute("UPDATE decisions SET face = 'no box' WHERE id = 2")
    with pytest.raises(BatchError, match="Entry 2 of the decisions was altered"):
        folder.snapshot()


def test_what_is_said_after_a_cut_does_not_hide_it(folder: BatchStore) -> None:
    """An id that was cut off is never given again, so the gap stays."""
    with unguarded(folder) as database:
        database.execute("DELETE FROM decisions WHERE id >= 6")
    folder.decide(SAID[-1])
    broken = check_log(folder.log()).broken
    assert broken is not None
    assert broken.entry == 6


@pytest.mark.parametrize("noted", ["12", "0" * 15, "g" * 64, "0" * 65, "a b"])
def test_what_is_no_head_is_refused(folder: BatchStore, noted: str) -> None:
    """A slip in copying is told, and so is one that is too short to prove anything."""
    with pytest.raises(UsageError, match="not the fingerprint"):
        check_log(folder.log(), noted)


def test_a_head_copied_from_paper(folder: BatchStore) -> None:
    """Spaces and capitals make no difference."""
    noted = " ".join(re.findall(".{4}", folder.log().head.upper()))
    folder.decide(SAID[-1])
    assert check_log(folder.log(), noted).broken is None
    broken = check_log(folder.log(), "f" * 16).broken
    assert broken is not None
    assert "not in the log" in broken.reason


@pytest.mark.slow
def test_many_write_at_once(tmp_path: Path) -> None:
    """Nobody's decision is lost, and the chain is one."""
    create_or_open(tmp_path / "b").database.close()
    words = (
        "import sys; from pathlib import Path; from imgvet.batch.store import open_batch; "
        "from imgvet.decisions import Decision; folder = open_batch(Path('b')); "
        "[folder.decide(Decision('finish', sys.argv[1], str(n))) for n in range(25)]"
    )
    running = [subprocess.Popen([sys.executable, "-c", words, name], cwd=tmp_path) for name in "ABC"]
    assert [each.wait() for each in running] == [0, 0, 0]
    with closing(open_batch(tmp_path / "b").database) as database:
        folder = BatchStore(tmp_path / "b", database)
        assert check_log(folder.log()).broken is None
        made = folder.snapshot().decisions
        assert len(made) == 75
        for name in "ABC":
            assert [each.at for each in made if each.by == name] == [str(n) for n in range(25)]


def test_all_or_nothing(folder: BatchStore) -> None:
    """Of several decisions none is taken down where one cannot be."""
    with pytest.raises(UsageError, match="not UTF-8"):
        folder.decide(SAID[0], replace(SAID[0], by="stray \udcff byte"))
    assert list(folder.snapshot().decisions) == SAID
    assert check_log(folder.log()).broken is None


# -- declarations


def declared_for(folder: BatchStore, picture: str) -> frozenset[str]:
    """The profile's questions that are declared for an original."""
    return folder.snapshot().index.state_of(Photo("a.jpg", source_sha256=picture)).declared


def test_a_declaration_covers_the_picture_it_was_made_for(folder: BatchStore) -> None:
    """By its hash; what is taken back covers nothing."""
    assert declared_for(folder, PICTURE) == {"under-18", "evidence"}
    assert declared_for(folder, "6" * 64) == frozenset()
    folder.decide(Decision("reopen", "B. Officer", AT, 1, PICTURE, value="evidence"))
    assert declared_for(folder, PICTURE) == {"under-18"}
    folder.decide(Decision("reopen", "B. Officer", AT, 1, PICTURE))
    assert declared_for(folder, PICTURE) == frozenset()


def declared(imgvet: Imgvet) -> list[dict[str, Any]]:
    """The entries of the log that declare something, without those of the statements that were shown."""
    return [each for each in imgvet("log", "b", "--json").lines if each["kind"] == "declare"]


@pytest.mark.slow
def test_declarations_are_in_the_chain(imgvet: Imgvet, tmp_path: Path) -> None:
    """One entry a photo; given again by the same person they add none; who joins later waits."""
    for name in ("1", "2"):
        save_photo(tmp_path / "photos" / f"{name}.jpg", landscape(int(name)))
    police = (*EVENT, "--profile", "west-midlands-police")
    declaring(imgvet, "batch", "photos", "--out", "b", *police, by="A. Officer")
    entries = declared(imgvet)
    assert sorted((each["kind"], each["photo"], each["by"]) for each in entries) == [
        ("declare", 1, "A. Officer"),
        ("declare", 2, "A. Officer"),
    ]
    assert len(entries[0]["value"].split()) > 5
    status = imgvet("status", "b")
    assert status.code == 0
    assert "not been applied yet" not in status.err
    declaring(imgvet, "batch", "photos", "--out", "b", *police, by=" a.  OFFICER")
    assert len(declared(imgvet)) == 2
    declaring(imgvet, "finish", "b", by="B. Officer")
    assert [each["by"] for each in declared(imgvet)] == ["A. Officer"] * 2 + ["B. Officer"] * 2
    save_photo(tmp_path / "photos" / "3.jpg", landscape(3))
    imgvet("batch", "photos", "--out", "b", *police)
    assert imgvet("status", "b").code == 1
    assert imgvet("log", "b", "--verify").code == 0


# -- batches of before


@pytest.mark.parametrize("version", [1, 2])
def test_the_decisions_of_an_earlier_batch_are_chained(tmp_path: Path, version: int) -> None:
    """Each stays as it was; what was declared comes behind, says that it was carried over, and holds as before."""
    folder = create_or_open(tmp_path / "b")
    join_originals(folder, [tmp_path / "1.jpg", tmp_path / "2.jpg", tmp_path / "3.jpg"])
    for number, picture in ((1, PICTURE), (2, "6" * 64), (3, PICTURE)):
        folder.record(Photo(str(number), number, source_sha256=picture), "recipe", None)
    declared = [
        Decision("declare", "A. Officer", AT, 1, PICTURE, value="under-18 evidence"),
        Decision("declare", "B. Officer", AT, 2, "6" * 64, value="evidence"),
        Decision("declare", "B. Officer", AT, 2, "7" * 64, value="evidence"),  # its picture has changed since
    ]
    folder.decide(*declared, *SAID[1:4])
    folder.update(facts=replace(folder.facts(), applied=6, applying=6))  # all of it
    folder.database.close()
    turn_back(tmp_path / "b", version)
    with closing(database_of(tmp_path / "b")) as database:
        before = database.execute("SELECT * FROM decisions ORDER BY id").fetchall()
        assert database.execute("SELECT count(*) FROM declared").fetchone() == (4,)
    folder = open_batch(tmp_path / "b")
    assert check_log(folder.log()).broken is None
    entries = [each.untrusted_fields for each in folder.log().rows]
    assert [each[: len(before[0])] for each in entries[: len(before)]] == before
    carried = [decision_from_row(each) for each in folder.log().rows[len(before) :] if each.is_of_people]
    assert [(each.photo, each.source_sha256, each.value, each.by) for each in carried] == [
        (1, PICTURE, "under-18", "A. Officer"),
        (3, PICTURE, "under-18", "A. Officer"),
        (1, PICTURE, "evidence", "B. Officer"),
        (3, PICTURE, "evidence", "B. Officer"),
        (2, "6" * 64, "evidence", "B. Officer"),
        (None, "7" * 64, "evidence", "B. Officer"),
    ]
    assert all(each.note.startswith("Carried over on ") and each.at == AT for each in carried)
    assert declared_for(folder, PICTURE) == {"under-18", "evidence"}
    assert declared_for(folder, "7" * 64) == {"evidence"}
    if version == 2:
        assert folder.facts().applied == len(folder.snapshot().decisions)
    with pytest.raises(sqlite3.IntegrityError), folder.database:
        folder.database.execute("DELETE FROM decisions")
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        folder.database.execute("SELECT * FROM declared")
    folder.database.close()
    open_batch(tmp_path / "b").database.close()  # and once only
    with closing(database_of(tmp_path / "b")) as database:
        assert database.execute("SELECT count(*) FROM decisions").fetchone() == (len(entries),)


def test_an_earlier_batch_and_a_new_one_have_the_same_tables(tmp_path: Path) -> None:
    """So that no later version has two kinds to deal with."""
    create_or_open(tmp_path / "new").database.close()
    found = []
    for version in (None, *SCHEMAS):
        path = tmp_path / str(version)
        create_or_open(path).database.close()
        if version:
            turn_back(path, version)
            open_batch(path).database.close()
        with closing(database_of(path)) as database:
            columns = database.execute("SELECT name, type, dflt_value FROM pragma_table_info('decisions')").fetchall()
            objects = database.execute("SELECT type, name FROM sqlite_master ORDER BY type, name").fetchall()
            found.append((columns, objects, database.execute("PRAGMA user_version").fetchone()))
    assert found[0] == found[1] == found[2] == found[3]


@pytest.mark.slow
def test_an_earlier_police_batch_stays_ready(imgvet: Imgvet, tmp_path: Path) -> None:
    """What was declared under imgvet 0.3 is declared, on the checklist too, and nothing waits to be applied."""
    save_photo(tmp_path / "photos" / "1.jpg", landscape())
    police = (*EVENT, "--profile", "west-midlands-police")
    declaring(imgvet, "batch", "photos", "--out", "b", *police, by="A. Officer")
    turn_back(tmp_path / "b", 2)
    status = imgvet("status", "b")
    assert status.code == 0
    assert "not been applied yet" not in status.err
    assert "Carried over" in imgvet("log", "b").out
    imgvet("finish", "b")
    assert "declared by A. Officer" in " ".join(
        re.sub("<[^>]*>", " ", (tmp_path / "b" / "checklist.html").read_text(encoding="utf-8")).split()
    )


# -- the command


def portrait_and_landscape_decided_on(folder: Path) -> None:
    save_photo(folder / "photos" / "1.jpg", portrait())
    save_photo(folder / "photos" / "2.jpg", landscape())
    run_process(("batch", "photos", "--out", "b", *EVENT), folder)
    signed(folder, "WMP-1")
    run_process(("decide", "b", "1:1", "release", "WMP-1", *BY), folder)
    run_process(("decide", "b", "2", "exclude", "--note", "Out of date", "--by", "B. Officer"), folder)
    run_process(("decide", "b", "1", "--add-face", "10,60,100,170", *BY), folder)


@pytest.fixture
def batch(shared: Shared, tmp_path: Path) -> Path:
    """A portrait and a landscape, some things said of them."""
    shared.copied(portrait_and_landscape_decided_on, tmp_path)
    return tmp_path / "b"


def test_the_story_of_a_batch(imgvet: Imgvet, batch: Path) -> None:
    """Who, when, what, on what, why, by today's numbers, which follow a face that is numbered anew."""
    ran = imgvet("log", "b")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert re.fullmatch(
        r" +[0-9]+  \d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d \S+  A\. Officer \(.+\): photo 1, face 1: release WMP-1\.",
        lines[0],
    )
    assert lines[1].endswith(f'B. Officer ({signed_in()}): photo 2: exclude. "Out of date"')
    assert lines[2].endswith(f"A. Officer ({signed_in()}): photo 1, face 2: add-face.")
    imgvet("finish", "b", *BY)
    lines = imgvet("log", "b").out.splitlines()
    assert lines[0].endswith("photo 1, face 2: release WMP-1.")
    assert lines[2].endswith("photo 1, face 1: add-face.")
    assert lines[3].endswith(f"A. Officer ({signed_in()}): the batch: finish.")


@pytest.mark.parametrize(("about", "kinds"), [
    ("1", ["release", "add-face"]),
    ("1:1", ["release"]),
    ("1:2", ["add-face"]),
    ("1:all", ["release", "add-face"]),
    ("2", ["exclude"]),
    ("2.jpg", ["exclude"]),
    ("", ["release", "exclude", "add-face"]),
])  # fmt: skip
def test_the_story_of_a_photo_or_face(imgvet: Imgvet, batch: Path, about: str, kinds: list[str]) -> None:
    """And nothing of the others, nor imgvet's own entries, which are asked for."""
    ran = imgvet("log", "b", *([about] if about else []), "--json")
    assert [each["kind"] for each in ran.lines] == kinds
    every = imgvet("log", "b", *([about] if about else []), "--json", "--all").lines
    assert ("vetted" in [each["kind"] for each in every]) == (":" not in about)


def test_no_such_photo(imgvet: Imgvet, batch: Path) -> None:
    """It is said."""
    for about in ("9", "1:7", "2:1"):
        ran = imgvet("log", "b", about)
        assert ran.code == 2, about
        assert "There is no" in ran.err


def test_another_picture_under_the_number_is_told_apart(imgvet: Imgvet, batch: Path, tmp_path: Path) -> None:
    """Nobody takes what was said of the earlier one for what was said of this one."""
    save_photo(tmp_path / "photos" / "1.jpg", landscape(4))
    imgvet("batch", "photos", "--out", "b", *EVENT)
    assert "photo 1, in an earlier version, a face at" in imgvet("log", "b", "1").out.splitlines()[0]


def test_verify(imgvet: Imgvet, batch: Path) -> None:
    """Whole, and with the head of before; altered, it ends with 4 and names the entry, story or not."""
    ran = imgvet("log", "b", "--verify")
    assert ran.code == 0
    found = re.fullmatch(
        r"The log is complete and unaltered \(([0-9]+) entries; fingerprint ([0-9a-f]{64})\)\.\n", ran.out
    )
    assert found
    entries, head = int(found[1]), found[2]
    assert entries == len(imgvet("log", "b", "--all", "--json").lines) > 3
    assert f"Fingerprint of the log ({entries} entries): {head}" in imgvet("log", "b").err
    imgvet("decide", "b", "1:1", "refused", *BY)
    assert "It contains the fingerprint that you gave." in imgvet("log", "b", "--verify", "--head", head[:16]).out
    told = imgvet("log", "b", "--verify", "--json").lines
    assert [(each["whole"], each["entries"], each["problem"]) for each in told] == [(True, entries + 1, None)]
    ran = imgvet("log", "b", "--verify", "--head", "0123456789abcdef")
    assert ran.code == 4
    assert "is not in the log" in ran.out
    with closing(database_of(batch)) as database, database:
        database.execute("DROP TRIGGER decisions_are_not_changed")
        database.execute("UPDATE decisions SET by = 'C. Officer' WHERE id = 4")
    for words in (("--verify",), ("--verify", "--head", head), (), ("1",)):
        ran = imgvet("log", "b", *words)
        assert ran.code == 4, words
        assert "Entry 4 does not match its hash." in ran.out + ran.err
    told = imgvet("log", "b", "--verify", "--json").lines
    assert [(each["whole"], each["entry"]) for each in told] == [(False, 4)]


def test_what_people_typed_cannot_forge_a_line(imgvet: Imgvet, batch: Path) -> None:
    """A line end in a note stays within its line."""
    imgvet("decide", "b", "2", "reopen", "--note", "x\n    9  2026-01-01  B. Officer: photo 1", *BY)
    assert len(imgvet("log", "b").out.splitlines()) == 4


def test_a_landscape_has_its_story_after_a_restore(imgvet: Imgvet, batch: Path) -> None:
    """A dump of the database carries the guards and the chain along."""
    with closing(database_of(batch)) as database:
        dump = "\n".join(database.iterdump()) + f"\nPRAGMA user_version = {BATCH_SCHEMA.version};"
    (batch / "private" / "batch.db").unlink()
    with closing(database_of(batch)) as database:
        database.executescript(dump)
    assert imgvet("log", "b", "--verify").code == 0
    with closing(database_of(batch)) as database, pytest.raises(sqlite3.IntegrityError):
        database.execute("DELETE FROM decisions")
