"""The register in a file of SQLite: the steps that make its tables, and that bring those of earlier versions up.

Its revisions are Alembic's, for files and servers alike; what SQLite's files had before them is kept here. Neither a
step nor a revision that was once released is changed.
"""

import sqlite3
from pathlib import Path

from imgvet.database.migrations import Revisions
from imgvet.named_files import REGISTER
from imgvet.people_names import same_name
from imgvet.sqlite_store import Schema, run_script

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
_USES = """
CREATE TABLE batches (
    identity TEXT PRIMARY KEY,            -- the batch's own, whatever its folder is called
    mark TEXT NOT NULL,                   -- of its latest note; a copy of the folder that was left behind has another
    folder TEXT NOT NULL, computer TEXT NOT NULL, noted_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE uses (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,                    -- of the form
    batch TEXT NOT NULL,
    photo INTEGER NOT NULL, file TEXT NOT NULL, title TEXT NOT NULL, event TEXT NOT NULL, channel TEXT NOT NULL,
    since TEXT NOT NULL, until TEXT NOT NULL,  -- empty while it is in the folder to be published
    online TEXT NOT NULL                  -- JSON: what people recorded of it on the web
);
CREATE INDEX uses_of ON uses (key);
CREATE INDEX uses_in ON uses (batch);
INSERT INTO facts SELECT 'uses_since', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now') WHERE EXISTS (SELECT 1 FROM releases);
"""
_SIGNED_IN = """
ALTER TABLE history ADD COLUMN account TEXT;  -- of the operating system, of whoever recorded it; NULL: before 0.7
ALTER TABLE history ADD COLUMN machine TEXT;
"""


def _compare_by_what_is_seen(connection: sqlite3.Connection) -> None:
    """Add accounts to the history, and find forms by their references as they are compared since 0.7.

    Where two references have become the same, each keeps the key that it had, so that they stay different forms.
    """
    run_script(connection, _SIGNED_IN)
    keys = connection.execute("SELECT key, reference FROM releases").fetchall()
    taken = {key for key, _ in keys}
    for key, reference in keys:
        now = same_name(reference)
        if now not in taken:
            taken.add(now)
            for table in ("releases", "history", "uses"):
                connection.execute(f"UPDATE {table} SET key = ? WHERE key = ?", (now, key))  # noqa: S608 - as above


_IDENTITY = "INSERT OR IGNORE INTO facts VALUES ('identity', lower(hex(randomblob(16))));"  # by which batches know it
_OF_ALEMBIC = """
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES ('0006');
"""

REGISTER_REVISIONS = Revisions(Path(__file__).parent / "revisions", ("0005", "0006"))
REGISTER_SCHEMA = Schema(
    (_FIRST, _NUMBERS, _USES, _compare_by_what_is_seen, _IDENTITY, REGISTER_REVISIONS.of_file(1)),
    application_id=0x494D5652,  # "IMVR"
    file=REGISTER,
    newest=_FIRST + _NUMBERS + _USES + _SIGNED_IN + _OF_ALEMBIC + _IDENTITY,
)
