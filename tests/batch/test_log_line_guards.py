"""Lines of the log: appended and read again, and what nobody has written is told."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from imgvet.batch.bounds import MOST
from imgvet.batch.decisions.hash_chain import START_HASH, LogCounters, LogRow, entry_hash, first_break
from imgvet.batch.decisions.rows import (
    add_hashes,
    append_decisions,
    decision_from_row,
    decisions_of,
    name_in_log,
    read_rows,
    vetted_of,
)
from imgvet.decisions import Decision
from imgvet.errors import BatchError, UsageError
from imgvet.geometry import Box
from imgvet.signed_in import SignedIn, signed_in
from support.recorded import AT, FINISHED, LEFT, RIGHT, A, line

COLUMNS = "at, by, kind, photo, source_sha256, face, value, note, known_as, account, machine"


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """A log of before 0.7, which has no accounts yet."""
    with closing(sqlite3.connect(":memory:")) as database:
        names = ", ".join(COLUMNS.split(", ")[:-2])
        database.execute(f"CREATE TABLE decisions (id INTEGER PRIMARY KEY AUTOINCREMENT, {names}, hash)")
        yield database


SAID = Decision("release", A, AT, 1, "1" * 64, LEFT, "WMP-1", "So.", RIGHT)


def chained(connection: sqlite3.Connection) -> list[LogRow]:
    rows = list(read_rows(connection))
    assert first_break(rows, LogCounters(len(rows), 0)) is None
    return rows


def test_what_is_appended_is_read_again(connection: sqlite3.Connection) -> None:
    """Line by line, in a chain; of an earlier version's log without accounts, and of today's with them."""
    append_decisions(connection, [SAID, FINISHED])
    assert [decision_from_row(each) for each in chained(connection)] == [SAID, FINISHED]
    assert all(decision_from_row(each).signed_in is None for each in chained(connection))
    for name in ("account", "machine"):
        connection.execute(f"ALTER TABLE decisions ADD COLUMN {name} TEXT")
    append_decisions(connection, [SAID])
    last = chained(connection)[-1]
    assert last.untrusted_fields[-2:] == (signed_in().account, signed_in().machine)
    assert decision_from_row(last).signed_in == signed_in()
    assert [each.number for each in read_rows(connection, about_batch=True)] == [2]
    connection.execute("UPDATE decisions SET note = CAST(x'ff' AS TEXT) WHERE id = 1")
    assert next(read_rows(connection)).untrusted_fields[8] == "\udcff"
    assert [each.number for each in read_rows(connection)] == [1, 2, 3]
    assert connection.text_factory is str


def test_lines_are_read_in_their_order(connection: sqlite3.Connection) -> None:
    """Also where a reader stops half-way, and the database reads texts as before."""
    append_decisions(connection, [FINISHED] * 3)
    reading = read_rows(connection)
    assert next(reading).number == 1
    del reading
    assert connection.text_factory is str


def test_hashes_are_added_to_what_has_none(connection: sqlite3.Connection) -> None:
    """The same as if they had been there from the beginning."""
    append_decisions(connection, [SAID, FINISHED, SAID])
    before = chained(connection)
    connection.execute("UPDATE decisions SET hash = ''")
    add_hashes(connection)
    assert chained(connection) == before
    assert before[0].untrusted_hash == entry_hash(START_HASH, before[0].untrusted_fields)


def test_an_id_is_never_given_twice(connection: sqlite3.Connection) -> None:
    """It follows the highest that there is, or ever was; the chain goes on from the last line that is there."""
    append_decisions(connection, [FINISHED] * 3)
    connection.execute("DELETE FROM decisions WHERE id = 3")
    append_decisions(connection, [FINISHED])
    two, four = list(read_rows(connection))[1:]
    assert (two.number, four.number) == (2, 4)
    assert four.untrusted_hash == entry_hash(two.untrusted_hash, four.untrusted_fields)
    connection.execute("UPDATE sqlite_sequence SET seq = 1 WHERE name = 'decisions'")
    append_decisions(connection, [FINISHED])
    assert [each.number for each in read_rows(connection)] == [1, 2, 4, 5]
    connection.execute("UPDATE sqlite_sequence SET seq = 'x' WHERE name = 'decisions'")
    append_decisions(connection, [FINISHED])
    assert [each.number for each in read_rows(connection)][-1] == 6


DAMAGE: list[tuple[str, str | int | None]] = [
    ("UPDATE decisions SET hash = ?", None),
    ("UPDATE decisions SET hash = ?", 5),
    ("UPDATE sqlite_sequence SET seq = ?", MOST),
    ("UPDATE decisions SET id = ?", MOST),
]


@pytest.mark.parametrize(("statement", "value"), DAMAGE)
def test_nothing_follows_what_is_damaged(
    connection: sqlite3.Connection, statement: str, value: str | int | None
) -> None:
    """A hash that is none, or a number that no log can have."""
    append_decisions(connection, [FINISHED])
    connection.execute(statement, (value,))
    with pytest.raises(BatchError, match="The log of decisions is damaged"):
        append_decisions(connection, [FINISHED])
    assert connection.execute("SELECT count(*) FROM decisions").fetchone() == (1,)


def test_a_number_below_nothing_is_damage(connection: sqlite3.Connection) -> None:
    """In the line and in the database's own counter."""
    append_decisions(connection, [FINISHED])
    connection.execute("UPDATE decisions SET id = -1")
    connection.execute("UPDATE sqlite_sequence SET seq = -1")
    with pytest.raises(BatchError, match="The log of decisions is damaged"):
        append_decisions(connection, [FINISHED])


def test_a_log_ends_and_begins(connection: sqlite3.Connection) -> None:
    """Up to the last number that there may be; a stray byte is told as such."""
    append_decisions(connection, [FINISHED])
    connection.execute("UPDATE sqlite_sequence SET seq = ?", (MOST - 1,))
    append_decisions(connection, [FINISHED])
    assert [each.number for each in read_rows(connection)] == [1, MOST]
    connection.execute("DELETE FROM sqlite_sequence")
    connection.execute("DELETE FROM decisions")
    connection.execute("INSERT INTO sqlite_sequence VALUES ('decisions', 0)")
    with pytest.raises(UsageError, match="contains bytes that are not UTF-8"):
        append_decisions(connection, [replace(FINISHED, by="stray \udcff byte")])
    append_decisions(connection, [FINISHED])
    assert [each.number for each in chained(connection)] == [1]


def test_a_line_is_the_decision_that_it_was() -> None:
    """With nothing in another's place."""
    read = decision_from_row(line())
    known = Decision("release", A, AT, 1, "1" * 64, Box(1, 2, 30, 40), "WMP-1", "So.", Box(5, 6, 70, 80))
    assert (read, read.signed_in) == (known, SignedIn("aofficer", "PC-3"))
    bare = decision_from_row(line(photo=None, face=None, known_as=None, account=None, machine="PC-3"))
    assert (bare.photo, bare.face, bare.face_id, bare.signed_in) == (None, None, None, SignedIn("", "PC-3"))
    assert decision_from_row(line(machine=None)).signed_in == SignedIn("aofficer", "")
    assert decision_from_row(LogRow(line().untrusted_fields[:10], "")).signed_in is None


ALTERED: list[dict[str, Any]] = [
    *({name: value} for name in ("at", "by", "kind", "source_sha256", "value", "note") for value in (None, 5, b"x")),
    *({name: "\udcff"} for name in ("at", "by", "kind", "source_sha256", "value", "note", "account", "machine")),
    *({name: value} for name in ("account", "machine") for value in (5, b"x")),
    *({"photo": value} for value in (0, -1, "1", 1.5, MOST + 1)),
    *(
        {name: value}
        for name in ("face", "known_as")
        for value in ("", "not a box", "[1, 2, 3]", "[30, 2, 1, 40]", "[1, 2, 30, 1]", 5, '["1", 2, 3, 4]')
    ),
]


@pytest.mark.parametrize("changed", ALTERED)
def test_a_line_that_was_altered_is_named(changed: dict[str, Any]) -> None:
    """And nobody guesses what it said."""
    with pytest.raises(BatchError, match="Entry 7 of the decisions was altered and cannot be read"):
        decision_from_row(line(**changed))


def test_what_was_vetted_is_told_by_the_newest_entry() -> None:
    """Of imgvet's own entries, not of what people said; one that is about no photo says nothing."""
    entries = [
        line(kind="vetted", value="a"), line(kind="vetted", value="b", photo=2), line(kind="vetted", value="c"),
        line(value="d"), line(kind="vetted", value="e", photo=None),
    ]  # fmt: skip
    assert vetted_of(entries) == {1: "c", 2: "b"}
    assert decisions_of(entries) == (decision_from_row(entries[3]),)


def test_what_many_decisions_share_is_kept_once() -> None:
    """Twenty thousand photos with their names and boxes are little that way."""
    one, other = decisions_of([line(), line(id=8, note="Another", face="[1, 2, 30, 40]", at="2026-06-15")])
    assert one.by is other.by
    assert one.face is other.face
    assert other == replace(one, note="Another", at="2026-06-15")


def test_whose_name_a_log_takes(connection: sqlite3.Connection) -> None:
    """Tidied, somebody's, and not like that of somebody else there; whoever is there stays, whatever others are called.

    An earlier version took names that look alike.
    """
    for name in ("", "...", "imgvet", "Imgvet"):
        with pytest.raises(UsageError, match="is this program" if name.lower() == "imgvet" else "name"):
            name_in_log(connection, name, "the log")
    assert name_in_log(connection, " A.   Officer ", "the log") == A
    append_decisions(connection, [SAID, replace(SAID, by="A. 0fficer"), replace(SAID, by="C. Clerk")])
    connection.execute("UPDATE decisions SET by = x'ff' WHERE id = 3")  # no text
    for name in (A, "A. 0fficer", "B. Sergeant", "C. C1erk"):
        assert name_in_log(connection, name, "the log") == name
    with pytest.raises(UsageError, match=r"'A\. 0ff1cer' looks like 'A\. (O|0)fficer', which is in the log"):
        name_in_log(connection, "A. 0ff1cer", "the log")
