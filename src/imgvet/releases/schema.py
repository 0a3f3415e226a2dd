"""The tables of the register, and how a file of an earlier imgvet becomes one of this.

A new file is made by the same steps, one after the other, by which an old one is brought up; a step that was once
released is never changed. Dates are ISO 8601 texts, channels a JSON list.
"""

import sqlite3
from pathlib import Path

from imgvet.errors import RegisterError

_APPLICATION = 0x494D5652  # "IMVR", SQLite's application_id; tells a register from any other database

_FIRST = """
CREATE TABLE releases (
    key TEXT PRIMARY KEY,                 -- the reference as it is compared
    reference TEXT NOT NULL,
    person TEXT NOT NULL, contact TEXT NOT NULL,
    signed_on TEXT, taken_by TEXT NOT NULL,
    event TEXT NOT NULL, covers_from TEXT, covers_until TEXT,
    channels TEXT NOT NULL, expires_on TEXT,
    minor INTEGER NOT NULL, born TEXT NOT NULL, guardian TEXT NOT NULL, guardian_relation TEXT NOT NULL,
    note TEXT NOT NULL, model_release TEXT NOT NULL, model_age TEXT NOT NULL,
    scan_name TEXT NOT NULL, scan_sha256 TEXT NOT NULL,
    withdrawn_on TEXT, withdrawn_by TEXT NOT NULL, refused_on TEXT, purged_on TEXT
) WITHOUT ROWID;
CREATE TABLE history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, by TEXT NOT NULL, kind TEXT NOT NULL,
    key TEXT NOT NULL, reference TEXT NOT NULL, why TEXT NOT NULL,
    changes TEXT NOT NULL                 -- JSON: field to the values before and after
);
"""
_NUMBERS = """
CREATE TABLE numbers (                    -- the last number given, so that none is ever given twice
    prefix TEXT NOT NULL, year INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (prefix, year)
) WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX history_of ON history (key);
"""
_STEPS = (_FIRST, _NUMBERS)  # the step at index n leads from schema n to schema n + 1
REGISTER_VERSION = len(_STEPS)  # of the schema, in SQLite's user_version


def register_migrate(database: sqlite3.Connection, path: Path) -> None:
    """Make the tables of this version; several processes may try at once, and only one does it.

    Raises:
        RegisterError: the file is another program's, or a newer imgvet's.
    """
    if _version(database, path) == REGISTER_VERSION:
        return
    database.execute("BEGIN IMMEDIATE")
    try:
        for step in _STEPS[_version(database, path) :]:
            for statement in step.split(";\n"):
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {REGISTER_VERSION}")
        database.execute(f"PRAGMA application_id = {_APPLICATION}")
        database.execute("COMMIT")
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")


def _version(database: sqlite3.Connection, path: Path) -> int:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != _APPLICATION and (tables or version or application):
        raise RegisterError(f"'{path}' is a database, but no register of release forms.", "Name another file.")
    if version > REGISTER_VERSION:
        raise RegisterError(
            f"'{path}' was written by a newer imgvet (schema {version}; this one knows {REGISTER_VERSION}).",
            "Install that version here; nothing was changed.",
        )
    return int(version)
