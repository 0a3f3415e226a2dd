"""The tables of the register. Dates are ISO 8601 texts, channels a JSON list."""

import sqlite3

from imgvet.named_files import REGISTER
from imgvet.people_names import same_name
from imgvet.releases.uses import USES
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
REGISTER_SCHEMA = Schema(
    (_FIRST, _NUMBERS, USES, _compare_by_what_is_seen, _IDENTITY),
    application_id=0x494D5652,
    file=REGISTER,  # "IMVR"
)
