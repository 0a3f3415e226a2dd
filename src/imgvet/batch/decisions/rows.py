"""Decisions as lines of the log: read from the database, and appended to it."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any

import msgspec

from imgvet.batch.bounds import MOST, is_box, is_number
from imgvet.batch.decisions.hash_chain import HASHED_COLUMNS, START_HASH, LogRow, entry_hash
from imgvet.decisions import IMGVET, VETTED, AreaMark, Decision, ValueKind, decision_kind, parse_word_changes
from imgvet.errors import BatchError, UsageError
from imgvet.geometry import Box
from imgvet.people_names import KnownNames, checked_name, same_person
from imgvet.signed_in import signed_in, stored_account
from imgvet.text import visible


def read_rows(connection: sqlite3.Connection, *, about_batch: bool = False, after: int = 0) -> Iterator[LogRow]:
    """Every line of the log as it is in the database, by id; nothing else may be read before the last.

    Args:
        connection: to the database.
        about_batch: only those about the batch as a whole.
        after: only those behind the one with that id; 0: all, whatever ids they have.
    """
    connection.text_factory = _text
    try:
        columns, only = ", ".join(_columns(connection)), " WHERE photo IS NULL" if about_batch else ""
        only = f" WHERE id > {after:d}" if after else only
        rows = connection.execute(f"SELECT hash, {columns} FROM decisions{only} ORDER BY id")  # noqa: S608 - no outside text
        yield from (LogRow(_complete(given), digest) for digest, *given in rows)
    finally:
        connection.text_factory = str


def decisions_of(entries: Iterable[LogRow]) -> tuple[Decision, ...]:
    """The decisions of people in lines of the log; a text or box that several have is there once.

    Raises:
        BatchError: one was altered so that it cannot be read.
    """
    once: dict[Any, Any] = {}

    def shared(value: Any) -> Any:
        return once.setdefault(value, value)

    def lean(each: Decision) -> Decision:
        return Decision(**{field.name: shared(getattr(each, field.name)) for field in fields(Decision)})

    return tuple(lean(decision_from_row(entry)) for entry in entries if entry.is_of_people)


def vetted_of(entries: Iterable[LogRow]) -> dict[int, str]:
    """By the number of a photo, the hash of what its newest vetting made.

    Raises:
        BatchError: an entry was altered so that it cannot be read.
    """
    own = (decision_from_row(entry) for entry in entries if not entry.is_of_people)
    return {each.photo: each.value for each in own if each.kind == VETTED and each.photo is not None}


def decision_from_row(entry: LogRow) -> Decision:
    """The decision in a line of the log.

    Raises:
        BatchError: it was altered so that it cannot be read.
    """
    given = _complete(entry.untrusted_fields)
    number, at, by, kind, photo, digest, face, value, note, known_as, account, machine = given
    texts = (at, by, kind, digest, value, note, account or "", machine or "")
    try:
        if photo is not None and not is_number(photo):
            raise TypeError
        for text in texts:
            text.encode()
        if decision_kind(kind).value is ValueKind.WORDS:
            parse_word_changes(value)
        if decision_kind(kind).value is ValueKind.AREA:
            AreaMark.parse(value)
        place = stored_account(account, machine)
        return Decision(kind, by, at, photo, digest, _box(face), value, note, _box(known_as), place)
    except (AttributeError, TypeError, ValueError, RecursionError):
        raise BatchError(
            f"Entry {number} of the decisions was altered and cannot be read.", "See `imgvet log BATCH --verify`."
        ) from None


def append_decisions(connection: sqlite3.Connection, decisions: Iterable[Decision]) -> None:
    """Append decisions to the log, with the account that is signed in; nobody else may write meanwhile.

    Raises:
        UsageError: a name or note is not valid text, e.g. has stray bytes from a terminal of another encoding.
    """
    last, before = connection.execute("SELECT id, hash FROM decisions ORDER BY id DESC LIMIT 1").fetchone() or (
        0,
        START_HASH,
    )
    (given,) = connection.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'decisions'").fetchone()
    latest = max(last, given if isinstance(given, int) else 0)  # an id that was cut off is never given again
    if not (0 <= latest < MOST and isinstance(before, str)):
        raise BatchError("The log of decisions is damaged.", "See `imgvet log BATCH --verify`.")
    columns = _columns(connection)
    insert = f"INSERT INTO decisions (hash, {', '.join(columns)}) VALUES (?{', ?' * len(columns)})"  # noqa: S608 - no outside text
    for number, each in enumerate(decisions, latest + 1):
        row = (number, *_row(each))[: len(columns)]
        before = entry_hash(before, row)
        try:
            connection.execute(insert, (before, *row))
        except UnicodeEncodeError:
            raise UsageError("A name, value or note contains bytes that are not UTF-8.", "Type it again.") from None


def name_in_log(connection: sqlite3.Connection, by: str, log: str) -> str:
    """The name of the person who decides, as it is kept in the log; ``log``: what messages call the log.

    Raises:
        UsageError: it is none, or looks like that of somebody else who is in the log.
    """
    name = checked_name(by, "A decision needs a name.")
    if same_person(name, IMGVET):
        raise UsageError(f"'{name}' is this program, not a person.", "Give the name of a person.")
    if not connection.execute("SELECT 1 FROM decisions WHERE by = ? ORDER BY id DESC LIMIT 1", (name,)).fetchone():
        others = connection.execute("SELECT DISTINCT by FROM decisions WHERE typeof(by) = 'text'").fetchall()
        if other := KnownNames(row[0] for row in others).like(name):
            raise UsageError(
                f"The name '{name}' looks like '{visible(other)}', which is in {log}.",
                "If it is the same person, type the name as it is there. If not, give more of the name.",
            )
    return name


def add_hashes(connection: sqlite3.Connection) -> None:
    """Add hashes to the lines that were written before there was a chain."""
    before = START_HASH
    for entry in list(read_rows(connection)):
        before = entry_hash(before, entry.untrusted_fields)
        connection.execute("UPDATE decisions SET hash = ? WHERE id = ?", (before, entry.number))


def _columns(connection: sqlite3.Connection) -> tuple[str, ...]:
    """The columns that there are; while an earlier version's batch is brought up, the newest are not there yet."""
    there = {name for _, name, *_ in connection.execute("PRAGMA table_info(decisions)")}
    return tuple(name for name in HASHED_COLUMNS if name in there)


def _complete(given: Sequence[Any]) -> tuple[Any, ...]:
    """The fields with those that an earlier version did not have."""
    return (*given, *(None for _ in HASHED_COLUMNS[len(given) :]))


def _text(raw: bytes) -> str:
    """A text of the database; one that was altered to invalid UTF-8 is read all the same, and breaks the chain."""
    return raw.decode("utf-8", "surrogateescape")


def _row(each: Decision) -> tuple[str | int | None, ...]:
    face, known_as = _box_text(each.face), _box_text(each.face_id)
    said = (each.at, each.by, each.kind, each.photo, each.source_sha256, face, each.value, each.note, known_as)
    return *said, signed_in().account, signed_in().machine


def _box_text(box: Box | None) -> str | None:
    return None if box is None else json.dumps(box.as_list())


def _box(text: str | None) -> Box | None:
    if text is None:
        return None
    box = Box(*msgspec.json.decode(text, type=tuple[int, int, int, int]))
    if not is_box(box):
        raise ValueError
    return box
