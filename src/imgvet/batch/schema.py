"""The tables of ``batch.db``, and the migrations from earlier versions of imgvet."""

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import msgspec

from imgvet.batch.decisions.rows import add_hashes, append_decisions, decision_from_row, read_rows
from imgvet.batch.vetted import vetted_parts, vetting_entry
from imgvet.decisions import IMGVET, RULES, RULES_ASKED, VETTED, Decision
from imgvet.named_files import ANSWERS
from imgvet.photo import Photo
from imgvet.sqlite_store import Schema, run_script

_FIRST = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE photos (
    number INTEGER PRIMARY KEY,
    source BLOB NOT NULL UNIQUE,          -- absolute path of the original, in the file system's own bytes
    recipe TEXT,                          -- hash of all that shaped the clean file; NULL until it was vetted
    stamp TEXT,                           -- size and time of the original when it was vetted
    record TEXT,                          -- the Photo, as JSON
    preview BLOB
);
CREATE TABLE crops (number INTEGER NOT NULL, face INTEGER NOT NULL, picture BLOB NOT NULL, PRIMARY KEY (number, face));
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, by TEXT NOT NULL, kind TEXT NOT NULL,
    photo INTEGER, source_sha256 TEXT NOT NULL, face TEXT, value TEXT NOT NULL, note TEXT NOT NULL
);
CREATE TABLE declared (source_sha256 TEXT NOT NULL, question TEXT NOT NULL, PRIMARY KEY (source_sha256, question));
"""
_FACE_NAMES = "ALTER TABLE decisions ADD COLUMN known_as TEXT;"  # the box under which the face was first named
_HASHES = "ALTER TABLE decisions ADD COLUMN hash TEXT NOT NULL DEFAULT '';"  # of this line and that before it
# The triggers are against accidents: anyone who can write to the file can remove them. The chain shows it.
_LOG_GUARDS = """
CREATE INDEX decisions_by_picture ON decisions (source_sha256);
CREATE TRIGGER decisions_are_not_changed BEFORE UPDATE ON decisions
BEGIN SELECT RAISE(ABORT, 'a decision is never changed'); END;
CREATE TRIGGER decisions_are_not_removed BEFORE DELETE ON decisions
BEGIN SELECT RAISE(ABORT, 'a decision is never removed'); END;
CREATE TRIGGER decisions_are_not_replaced BEFORE INSERT ON decisions
WHEN EXISTS (SELECT 1 FROM decisions WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a decision is never replaced'); END;
"""


def _chain_decisions(connection: sqlite3.Connection) -> None:
    """Add hashes to the decisions, and make decisions of earlier declarations; what people said stays as it is."""
    run_script(connection, _HASHES)
    add_hashes(connection)
    carried = list(_declared_before(connection))
    append_decisions(connection, carried)
    for name in ("applied", "applying"):  # nothing new was decided
        counted = "UPDATE facts SET value = CAST(value AS INTEGER) + ? WHERE name = ?"
        connection.execute(counted, (len(carried), name))
    run_script(connection, "DROP TABLE declared;")
    run_script(connection, _LOG_GUARDS)


def _declared_before(connection: sqlite3.Connection) -> Iterator[Decision]:
    """The declared pictures, which an earlier imgvet kept in a table of its own.

    The table does not say whose declaration it was; the newest one of each question is taken, as the checklist did.
    """
    said = [decision_from_row(entry) for entry in read_rows(connection)]
    latest = {each.value: each for each in said if each.kind == "declare"}
    pictures: dict[tuple[str, str, str], list[str]] = {}
    today = datetime.now(UTC).isoformat(timespec="seconds")
    for digest, question in connection.execute("SELECT source_sha256, question FROM declared ORDER BY rowid"):
        by, at = (latest[question].by, latest[question].at) if question in latest else ("a person unknown", today)
        pictures.setdefault((digest, by, at), []).append(question)
    numbers = _numbers(connection)
    note = f"Carried over on {today[:10]} from the list of declared pictures that an earlier version kept."
    for (digest, by, at), questions in pictures.items():
        for number in numbers.get(digest, [None]):
            yield Decision("declare", by, at, number, digest, value=" ".join(questions), note=note)


def _convert_records(connection: sqlite3.Connection) -> None:
    """Turn records of photos as imgvet wrote them up to 0.4 into those of today; nothing is judged here."""
    rows = connection.execute("SELECT number, record FROM photos WHERE record IS NOT NULL").fetchall()
    connection.executemany(
        "UPDATE photos SET record = ? WHERE number = ?",
        [(json.dumps(_converted(json.loads(record))), number) for number, record in rows],
    )


def _converted(photo: dict[str, Any]) -> dict[str, Any]:
    faces = [_converted_face(face) for face in photo["faces"]]
    codes = {json.dumps(face["box"]): face["problem"]["code"] for face in faces if face["problem"]}
    findings = [
        finding
        | {"hint": finding.pop("next_step", "")}
        | {"code": codes.get(json.dumps(finding["box"])) or _code_of(finding["reason"])}
        for finding in photo["findings"]
    ]
    size, turned = photo.pop("looked_for", 0), photo.pop("looked_turned", False)
    return photo | {"faces": faces, "findings": findings, "smallest_face_px": size, "rotations_searched": turned}


def _converted_face(face: dict[str, Any]) -> dict[str, Any]:
    kind, _, value = (face.pop("resolved") or "").partition(" ")
    doubt = face.pop("doubt", "")
    return face | {
        "resolved": {"kind": kind, "value": value} if kind else None,
        "problem": {"code": _code_of(doubt) or "form", "sentence": doubt, "hint": _HINT_0_4} if doubt else None,
        "face_id": face.pop("known_as", None),
    }


_HINT_0_4 = "Mend what it says, give another answer, or decide redact for that face."


def _code_of(sentence: str) -> str | None:
    """Why an answer is not valid, from a sentence of 0.4; None where it says nothing of the kind, or it is a form's."""
    for part, code in (
        ("waits for a second person's approval.", "not_approved"),
        ("It is to be hidden, and is not yet hidden in the file.", "not_hidden"),
        ("The profile does not take ", "not_allowed"),
        ("Nobody has said why the person cannot be identified.", "no_reason"),
    ):
        if part in sentence:
            return code
    return None


_PHOTOS_BY_CONTENT = """
CREATE TABLE photos_now (
    number INTEGER PRIMARY KEY,           -- given once, never moved, never given again
    sha256 TEXT,                          -- of the original, which tells it; NULL where it could not be read
    source BLOB NOT NULL,                 -- where it was found last: absolute path, in the file system's own bytes
    recipe TEXT,                          -- hash of all that shaped the clean file; NULL until it was vetted
    stamp TEXT,                           -- size and time of the original when it was last read
    record TEXT,                          -- the Photo, as JSON
    preview BLOB
);
CREATE TABLE crops_now (
    number INTEGER NOT NULL,
    face INTEGER NOT NULL,                -- its number; of an area its number below zero
    picture BLOB NOT NULL,
    PRIMARY KEY (number, face)
);
CREATE TABLE copies (
    source BLOB PRIMARY KEY,              -- further places where the bytes of an original are
    number INTEGER NOT NULL,
    stamp TEXT NOT NULL
);
"""
_TAKE_PLACES = """
DROP TABLE photos;
DROP TABLE crops;
ALTER TABLE photos_now RENAME TO photos;
ALTER TABLE crops_now RENAME TO crops;
CREATE INDEX photos_by_content ON photos (sha256);
"""


def _number_for_life(connection: sqlite3.Connection) -> None:
    """Give every photo the one number that it keeps.

    A photo in ``flickr/`` takes the number of the name under which the public knows it. The others keep theirs where
    it is free, and take the next ones where not; numbers that were in use on paper are given to nobody else.
    """
    rows = connection.execute("SELECT number, source, recipe, stamp, record, preview FROM photos").fetchall()
    records = {number: json.loads(record) for number, _, _, _, record, _ in rows if record is not None}
    numbers = _numbers_for_life([row[0] for row in rows], {n: each["output"] or "" for n, each in records.items()})
    run_script(connection, _PHOTOS_BY_CONTENT)
    published = digits = 0
    for number, source, recipe, stamp, _, preview in rows:
        record, sha256 = records.get(number), None
        if record is not None:
            in_flickr = (record["output"] or "").startswith("flickr/")
            published += in_flickr
            digits = max(digits, len(record["name"].rpartition("-")[2].partition(".")[0]) if in_flickr else 0)
            sha256 = record["source_sha256"] or None
            record |= {"number": numbers[number], "round": int(in_flickr)}
            record |= {"earlier_number": number} if numbers[number] != number else {}
            if not in_flickr and numbers[number] == number:  # the file itself is moved by the next run
                record["name"] = re.sub(r"-held-([0-9]+\.[a-z]+)$", r"-\1", record["name"])
        moved = (numbers[number], sha256, source, recipe, stamp, json.dumps(record) if record else None, preview)
        connection.execute("INSERT INTO photos_now VALUES (?, ?, ?, ?, ?, ?, ?)", moved)
    crops = connection.execute("SELECT number, face, picture FROM crops")
    connection.executemany(
        "INSERT INTO crops_now VALUES (?, ?, ?)", [(numbers.get(n, n), face, crop) for n, face, crop in crops]
    )
    run_script(connection, _TAKE_PLACES)
    connection.execute("DELETE FROM facts WHERE name IN ('stood', 'leaving')")
    facts = {"rounds": min(published, 1), "digits": max(3, digits)}
    connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", list(facts.items()))


def _numbers_for_life(old: list[int], outputs: dict[int, str]) -> dict[int, int]:
    """The number that each photo keeps; ``outputs``: where the clean file of each is."""
    named = {number: re.fullmatch(r"flickr/.*-([0-9]+)\.[a-z]+", output) for number, output in outputs.items()}
    kept = {number: int(name[1]) for number, name in named.items() if name}
    taken, following = set(kept.values()), count(max([*old, *kept.values()], default=0) + 1)
    return kept | {n: n if n not in taken else next(following) for n in sorted(old) if n not in kept}


def _numbers(connection: sqlite3.Connection) -> dict[str, list[int | None]]:
    """The numbers under which each picture, by its hash, is in the batch."""
    numbers: dict[str, list[int | None]] = {}
    for number, record in connection.execute("SELECT number, record FROM photos ORDER BY number"):
        if record is not None:
            numbers.setdefault(json.loads(record).get("source_sha256", ""), []).append(number)
    return numbers


_SIGNED_IN = """
ALTER TABLE decisions ADD COLUMN account TEXT;  -- of the operating system, of whoever decided; NULL: before 0.7
ALTER TABLE decisions ADD COLUMN machine TEXT;
"""
_SETTINGS_AND_FACES = """
CREATE TABLE settings (
    digest TEXT PRIMARY KEY,              -- SHA-256 of the value, by which the log names it
    value TEXT NOT NULL                   -- SavedSettings, as JSON
);
CREATE TABLE numbered_faces (             -- every face that ever had a number, until somebody says that it is none
    sha256 TEXT NOT NULL,                 -- of the original
    face TEXT NOT NULL,                   -- its first box: JSON, left, top, right, bottom in pixels
    PRIMARY KEY (sha256, face)
);
"""


def _check_earlier(connection: sqlite3.Connection, *later: str) -> None:
    """Refuse a batch that was made to look older than it is, so that what is altered in it would be taken over.

    Args:
        connection: the database of the batch.
        later: kinds of entries that no batch of that version has.

    Raises:
        ValueError: the log has one.
    """
    if any(connection.execute("SELECT 1 FROM decisions WHERE kind = ?", (kind,)).fetchone() for kind in later):
        raise ValueError("the log has an entry that no earlier version wrote")


def _keep_settings(connection: sqlite3.Connection) -> None:
    """Put the settings of the last run under a digest that the log names, and keep the faces that have numbers.

    Raises:
        ValueError: the log names such settings already.
    """
    _check_earlier(connection, RULES, RULES_ASKED, VETTED)
    run_script(connection, _SETTINGS_AND_FACES)
    saved = connection.execute("SELECT value FROM facts WHERE name = 'settings'").fetchone()
    if saved and json.loads(saved[0]):
        digest = insert_settings(connection, json.loads(saved[0]))
        at = datetime.now(UTC).isoformat(timespec="seconds")
        note = "Carried over from a version before 0.7."
        append_decisions(connection, [Decision(RULES, IMGVET, at, value=digest, note=note)])
    connection.execute("DELETE FROM facts WHERE name = 'settings'")
    for (record,) in connection.execute("SELECT record FROM photos WHERE record IS NOT NULL").fetchall():
        photo = json.loads(record)
        boxes = [face.get("face_id") or face["box"] for face in photo["faces"]]
        sides = [[box[side] for side in ("left", "top", "right", "bottom")] for box in boxes]
        insert_numbered_faces(connection, photo["source_sha256"], sides)


def insert_settings(connection: sqlite3.Connection, saved: Any) -> str:
    """Keep settings, plain data for JSON, under their digest, which is returned."""
    value = json.dumps(saved, ensure_ascii=False)
    digest = hashlib.sha256(value.encode()).hexdigest()
    connection.execute("INSERT OR IGNORE INTO settings VALUES (?, ?)", (digest, value))
    return digest


def insert_numbered_faces(connection: sqlite3.Connection, sha256: str, boxes: Iterable[list[int]]) -> None:
    """Keep faces of an original for good; ``boxes``: identify them, left, top, right and bottom in pixels."""
    rows = [(sha256, json.dumps(box)) for box in boxes] if sha256 else []
    connection.executemany("INSERT OR IGNORE INTO numbered_faces VALUES (?, ?)", rows)


# What vetting found beside the record, see vetted.py; size and time of the clean file when it was made.
_VETTED_COLUMNS = """
ALTER TABLE photos ADD COLUMN vetted TEXT;
ALTER TABLE photos ADD COLUMN clean TEXT;
"""


def _vouch_for_records(connection: sqlite3.Connection) -> None:
    """Give every record an entry of the log, by which it is found if it is altered from now on.

    Raises:
        ValueError: the log has such entries already.
    """
    _check_earlier(connection, VETTED)
    run_script(connection, _VETTED_COLUMNS)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    numbers = connection.execute("SELECT number FROM photos WHERE record IS NOT NULL ORDER BY number").fetchall()
    for (number,) in numbers:
        query = "SELECT record, coalesce(recipe, ''), preview FROM photos WHERE number = ?"
        record, recipe, preview = connection.execute(query, (number,)).fetchone()
        found = connection.execute("SELECT picture FROM crops WHERE number = ? ORDER BY face", (number,))
        photo = msgspec.json.decode(record, type=Photo)
        parts = vetted_parts(photo, preview, [crop for (crop,) in found])
        connection.execute("UPDATE photos SET vetted = ?, recipe = ? WHERE number = ?", (parts, recipe, number))
        append_decisions(connection, [vetting_entry(photo, recipe, parts, at)])


# Size and time of the clean files for further channels when they were made, as ``photos.clean`` has of the others.
_COPY_STAMPS = """
CREATE TABLE copy_stamps (
    number INTEGER NOT NULL, channel TEXT NOT NULL, stamp TEXT NOT NULL, PRIMARY KEY (number, channel)
);
"""


def _several_channels(connection: sqlite3.Connection) -> None:
    """Make room for further channels; the one that there is keeps its folder and its table."""
    run_script(connection, _COPY_STAMPS)
    digest = connection.execute("SELECT value FROM facts WHERE name = 'flickr_table'").fetchone()
    if digest and json.loads(digest[0]):
        tables = json.dumps({"flickr": json.loads(digest[0])})
        connection.execute("INSERT OR REPLACE INTO facts VALUES ('tables', ?)", (tables,))
    connection.execute("DELETE FROM facts WHERE name = 'flickr_table'")
    saved = connection.execute(
        "SELECT settings.value FROM settings JOIN decisions ON decisions.value = settings.digest "
        "WHERE decisions.kind = ? ORDER BY decisions.id DESC LIMIT 1",
        (RULES,),
    ).fetchone()
    if saved and isinstance(channel := json.loads(saved[0]).get("channel"), str):
        connection.execute(
            "UPDATE photos SET record = json_set(record, '$.channel', ?) WHERE json_valid(record)", (channel,)
        )


BATCH_SCHEMA = Schema(
    (
        _FIRST,
        _FACE_NAMES,
        _chain_decisions,
        _convert_records,
        _number_for_life,
        _SIGNED_IN,
        _keep_settings,
        _vouch_for_records,
        _several_channels,
    )
)


_LOG = """
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, by TEXT NOT NULL, kind TEXT NOT NULL,
    photo INTEGER, source_sha256 TEXT NOT NULL, face TEXT, value TEXT NOT NULL, note TEXT NOT NULL,
    known_as TEXT, hash TEXT NOT NULL DEFAULT '', account TEXT, machine TEXT
);
"""
_SHOWN_FACES = """
CREATE TABLE shown_faces (
    sha256 TEXT PRIMARY KEY,              -- of the original
    faces TEXT NOT NULL,                  -- JSON, by number: the box as it was shown, and that by which it is told
    preview BLOB NOT NULL,                -- absolute path of the picture that shows them, in the system's own bytes
    preview_sha256 TEXT NOT NULL
);
"""
# By number: the rule, the box, that by which it is told, and the outline.
_SHOWN_AREAS = "ALTER TABLE shown_faces ADD COLUMN areas TEXT NOT NULL DEFAULT '[]';"
ANSWERS_SCHEMA = Schema(
    (f"{_LOG}{_LOG_GUARDS}{_SHOWN_FACES}", _SHOWN_AREAS),
    application_id=0x494D5641,
    file=ANSWERS,
)
"""Of the file in which ``imgvet check`` keeps what people said of single photos, see ``check_answers``."""
