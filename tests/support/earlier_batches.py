"""Batches as earlier versions of imgvet left them: their own schema, filled from a batch of today."""

import json
import sqlite3
from pathlib import Path

# As imgvet 0.2 (version 1) and 0.3 (version 2) wrote them.
_BEFORE_DECISIONS = """
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
"""
_BEHIND_DECISIONS = """
-- which pictures a declaration was made for: a photo that comes later, or changes, is not covered
CREATE TABLE declared (source_sha256 TEXT NOT NULL, question TEXT NOT NULL, PRIMARY KEY (source_sha256, question));
"""
SCHEMAS = {
    1: f"""{_BEFORE_DECISIONS}CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, by TEXT NOT NULL, kind TEXT NOT NULL,
    photo INTEGER, source_sha256 TEXT NOT NULL, face TEXT, value TEXT NOT NULL, note TEXT NOT NULL
);{_BEHIND_DECISIONS}""",
    2: f"""{_BEFORE_DECISIONS}CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, by TEXT NOT NULL, kind TEXT NOT NULL,
    photo INTEGER, source_sha256 TEXT NOT NULL, face TEXT, value TEXT NOT NULL, note TEXT NOT NULL,
    known_as TEXT                         -- the box under which the face was first spoken of
);{_BEHIND_DECISIONS}""",
}
_COLUMNS = "at, by, kind, photo, source_sha256, face, value, note"


def turn_back(batch: Path, version: int) -> None:
    """Make the batch one that an earlier imgvet has left: a declaration is one decision a question, and a table."""
    today = batch / "private" / "batch.db"
    earlier = today.with_suffix(".earlier")
    database = sqlite3.connect(earlier)
    database.executescript(SCHEMAS[version] + f"PRAGMA user_version = {version};")
    database.execute("ATTACH ? AS today", (str(today),))
    columns = _COLUMNS + (", known_as" if version == 2 else "")
    with database:
        for table in ("facts", "photos", "crops"):
            database.execute(f"INSERT INTO {table} SELECT * FROM today.{table}")  # noqa: S608 - own names
        others = f"SELECT {columns} FROM today.decisions WHERE kind <> 'declare' ORDER BY id"  # noqa: S608 - own names
        database.execute(f"INSERT INTO decisions ({columns}) {others}")
        _declarations(database)
        _count(database)
        for number, record in database.execute("SELECT number, record FROM photos").fetchall():
            database.execute("UPDATE photos SET record = ? WHERE number = ?", (_record(record, version), number))
        if version == 1:
            database.execute("DELETE FROM facts WHERE name = 'applied'")
    database.close()
    today.unlink()
    earlier.rename(today)


def _declarations(database: sqlite3.Connection) -> None:
    said = database.execute(
        "SELECT at, by, source_sha256, value FROM today.decisions WHERE kind = 'declare'"
    ).fetchall()
    for at, by, questions in dict.fromkeys((at, by, value) for at, by, _, value in said):
        for question in questions.split():
            database.execute(
                "INSERT INTO decisions (at, by, kind, photo, source_sha256, value, note) "
                "VALUES (?, ?, 'declare', NULL, '', ?, '')",
                (at, by, question),
            )
    for _, _, digest, questions in said:
        for question in questions.split():
            database.execute("INSERT OR IGNORE INTO declared VALUES (?, ?)", (digest, question))


def _count(database: sqlite3.Connection) -> None:
    """What was applied stays so, although there are other numbers of decisions."""
    (now,) = database.execute("SELECT count(*) FROM today.decisions").fetchone()
    (then,) = database.execute("SELECT count(*) FROM decisions").fetchone()
    for name in ("applied", "applying"):
        counted = "UPDATE facts SET value = CAST(value AS INTEGER) + ? WHERE name = ?"
        database.execute(counted, (then - now, name))


def _record(record: str | bytes | None, version: int) -> str | None:
    if record is None:
        return None
    old = json.loads(record)
    for face in old["faces"] if version == 1 else []:
        for name in ("added", "found", "known_as"):
            del face[name]
    return json.dumps(old)
