"""The batch folder and its database.

The database is the truth; all else can be written again from it and the originals.

```
open-day/
├── flickr/     only photos that may go out, and flickr.csv
├── held/       the other photos: clean and marked, waiting
├── checklist.html  checklist.csv  contact-sheet.jpg
└── private/    batch.db, and work/ for files on their way
```
"""

import contextlib
import json
import os
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from imgvet.errors import BatchError
from imgvet.photo import Box, Decision, Photo, Pictures

_VERSION = 2  # of the schema, in SQLite's user_version; an imgvet that knows no drawn faces must not read this one
_SCHEMA = """
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
    photo INTEGER, source_sha256 TEXT NOT NULL, face TEXT, value TEXT NOT NULL, note TEXT NOT NULL,
    known_as TEXT                         -- the box under which the face was first spoken of
);
-- which pictures a declaration was made for: a photo that comes later, or changes, is not covered
CREATE TABLE declared (source_sha256 TEXT NOT NULL, question TEXT NOT NULL, PRIMARY KEY (source_sha256, question));
"""
_SINCE_VERSION_1 = "ALTER TABLE decisions ADD COLUMN known_as TEXT"
_WAIT_SECONDS = 30.0  # for another command to end its short write


@dataclass(frozen=True, slots=True)
class Stored:
    """One photo as the database has it."""

    number: int
    source: Path
    recipe: str | None
    stamp: str | None
    photo: Photo | None  # None until it was vetted


@dataclass(frozen=True)
class BatchFolder:
    """A batch on disk, open for reading and writing."""

    path: Path
    database: sqlite3.Connection

    @property
    def flickr(self) -> Path:
        """Only photos that may go out."""
        return self.path / "flickr"

    @property
    def held(self) -> Path:
        """Photos that wait; never to be uploaded."""
        return self.path / "held"

    @property
    def private(self) -> Path:
        """What stays in the office."""
        return self.path / "private"

    @property
    def work(self) -> Path:
        """Clean files that no verdict has placed yet."""
        return self.private / "work"

    def fact(self, name: str) -> Any:
        """A fact about the whole batch; None where it was never kept."""
        row = self.database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def set_fact(self, name: str, value: Any) -> None:
        """Keep a fact; it must be JSON."""
        self.update(**{name: value})

    def enrol(self, sources: list[Path]) -> list[Stored]:
        """The photos of these originals; those that are new get the next numbers, in the order given."""
        with self.database:
            self.database.executemany(
                "INSERT OR IGNORE INTO photos (number, source) "
                "VALUES ((SELECT coalesce(max(number), 0) + 1 FROM photos), ?)",
                [(os.fsencode(source),) for source in sources],
            )
        return list(self.stored())

    def stored(self) -> Iterator[Stored]:
        """Every photo, by number."""
        rows = self.database.execute("SELECT number, source, recipe, stamp, record FROM photos ORDER BY number")
        for number, source, recipe, stamp, record in rows.fetchall():
            yield Stored(
                number,
                Path(os.fsdecode(source)),
                recipe,
                stamp,
                None if record is None else _photos().validate_json(record),
            )

    def photo(self, number: int) -> Photo | None:
        """The record of one photo; None until it was vetted."""
        row = self.database.execute("SELECT record FROM photos WHERE number = ?", (number,)).fetchone()
        return None if row is None or row[0] is None else _photos().validate_json(row[0])

    def photos(self) -> Iterator[Photo]:
        """The record of every photo that was vetted, by number."""
        return (stored.photo for stored in self.stored() if stored.photo is not None)

    def record(self, photo: Photo, recipe: str, pictures: Pictures | None) -> None:
        """Keep the result of vetting one photo, all of it or nothing."""
        (source,) = self.database.execute("SELECT source FROM photos WHERE number = ?", (photo.number,)).fetchone()
        stamp, preview = stamp_of(Path(os.fsdecode(source))), pictures and pictures.preview
        with self.database:
            self.database.execute(
                "UPDATE photos SET recipe = ?, stamp = ?, record = ?, preview = ? WHERE number = ?",
                (recipe, stamp, _photos().dump_json(photo), preview, photo.number),
            )
            self.database.execute("DELETE FROM crops WHERE number = ?", (photo.number,))
            for face, crop in zip(photo.faces, pictures.crops if pictures else (), strict=False):
                self.database.execute("INSERT INTO crops VALUES (?, ?, ?)", (photo.number, face.number, crop))

    def update(self, *photos: Photo, **facts: Any) -> None:
        """Keep new records of photos that were vetted before, and facts with them, all of it or nothing."""
        with self.database:
            self.database.executemany(
                "UPDATE photos SET record = ? WHERE number = ?",
                [(_photos().dump_json(photo), photo.number) for photo in photos],
            )
            self.database.executemany(
                "INSERT OR REPLACE INTO facts VALUES (?, ?)",
                [(name, json.dumps(value)) for name, value in facts.items()],
            )

    def pictures(self, photo: Photo) -> Pictures | None:
        """The small pictures of one photo, read when they are wanted."""
        row = self.database.execute("SELECT preview FROM photos WHERE number = ?", (photo.number,)).fetchone()
        if row is None or row[0] is None:
            return None
        crops = self.database.execute("SELECT picture FROM crops WHERE number = ? ORDER BY face", (photo.number,))
        return Pictures(row[0], tuple(crop for (crop,) in crops))

    def decide(self, *decisions: Decision) -> None:
        """Add decisions, all of them or none; none is ever changed or removed."""
        with self.database:
            self.database.executemany(
                "INSERT INTO decisions (at, by, kind, photo, source_sha256, face, value, note, known_as) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [_decision_row(each) for each in decisions],
            )

    def decisions(self) -> list[Decision]:
        """Every decision, oldest first."""
        columns = "kind, by, at, photo, source_sha256, face, value, note, known_as"
        rows = self.database.execute(f"SELECT {columns} FROM decisions ORDER BY id")  # noqa: S608 - no outside text
        return [
            Decision(kind, by, at, photo, digest, _box(face), value, note, _box(known_as))
            for kind, by, at, photo, digest, face, value, note, known_as in rows
        ]

    def declare(self, source_sha256: str, questions: list[str]) -> None:
        """A declaration covers this picture."""
        with self.database:
            self.database.executemany(
                "INSERT OR IGNORE INTO declared VALUES (?, ?)", [(source_sha256, question) for question in questions]
            )

    def declared_for(self, source_sha256: str) -> frozenset[str]:
        """The questions that a declaration has answered for this picture."""
        rows = self.database.execute("SELECT question FROM declared WHERE source_sha256 = ?", (source_sha256,))
        return frozenset(question for (question,) in rows)


def create_or_open(path: Path) -> BatchFolder:
    """The batch in that folder; a new one where the folder is new or empty.

    Raises:
        BatchError: the folder holds something else, cannot be written to, or belongs to a newer imgvet.
    """
    if (path / "private" / "batch.db").is_file():
        return open_batch(path)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise BatchError(f"'{path}' holds something else than a batch.", "Name a new folder with --out.")
    try:
        for folder in (path, path / "flickr", path / "held"):
            folder.mkdir(parents=True, exist_ok=True)
        (path / "private").mkdir(mode=0o700, exist_ok=True)
    except OSError as problem:
        raise BatchError(f"'{path}' cannot be written to ({problem.strerror}).", "Name another folder.") from problem
    building = path / "private" / "batch.db.new"
    building.unlink(missing_ok=True)
    connection = sqlite3.connect(building)
    with contextlib.closing(connection), connection:
        connection.executescript(_SCHEMA + f"PRAGMA user_version = {_VERSION};")
        made = {"made_at": now(), "secret": secrets.token_hex(32)}
        connection.executemany("INSERT INTO facts VALUES (?, ?)", [(k, json.dumps(v)) for k, v in made.items()])
    building.chmod(0o600)
    building.replace(path / "private" / "batch.db")
    return open_batch(path)


def open_batch(path: Path) -> BatchFolder:
    """The batch that stands in that folder.

    Raises:
        BatchError: there is none, it is damaged, or it belongs to a newer imgvet.
    """
    file = path / "private" / "batch.db"
    if not file.is_file():
        raise BatchError(f"There is no batch in '{path}'.", "Name the folder that `imgvet batch --out` wrote.")
    try:
        connection = sqlite3.connect(file, timeout=_WAIT_SECONDS)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute("PRAGMA secure_delete = ON")  # a crop of a face that is hidden now leaves no trace behind
    except sqlite3.DatabaseError as problem:
        raise BatchError(
            f"'{file}' is damaged ({problem}).", "Restore it, or run the batch into a new folder."
        ) from None
    if version == 1:
        _bring_up(connection)
    elif version != _VERSION:
        raise BatchError(f"'{path}' was written by another version of imgvet.", "Use that version, or a new folder.")
    folder = BatchFolder(path, connection)
    for each in (folder.flickr, folder.held, folder.work):
        each.mkdir(exist_ok=True)
    return folder


def _bring_up(connection: sqlite3.Connection) -> None:
    """Make a batch of imgvet 0.2 or before one of this version; nothing in it is changed."""
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("PRAGMA user_version").fetchone() == (1,):  # nobody else has done it meanwhile
            connection.execute(_SINCE_VERSION_1)
            connection.execute(f"PRAGMA user_version = {_VERSION}")


@contextlib.contextmanager
def alone(folder: BatchFolder) -> Iterator[None]:
    """Nobody else changes the batch meanwhile; the lock goes with the process, however it ends.

    Raises:
        BatchError: another imgvet is at work on it.
    """
    lock = sqlite3.connect(folder.private / "lock.db", timeout=0, isolation_level=None)
    with contextlib.closing(lock):
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as problem:
            raise BatchError(f"Another imgvet is at work on '{folder.path}'.", "Wait until it has ended.") from problem
        yield


def now() -> str:
    """The time, UTC, to the second, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def stamp_of(source: Path) -> str:
    """Size and time of a file: when they are the same, the file is taken to be; empty where it is gone."""
    try:
        status = os.stat(source)  # noqa: PTH116 - one call, no second path object
    except OSError:
        return ""
    return f"{status.st_size} {status.st_mtime_ns}"


def _decision_row(each: Decision) -> tuple[str | int | None, ...]:
    face, known_as = _box_text(each.face), _box_text(each.known_as)
    return each.at, each.by, each.kind, each.photo, each.source_sha256, face, each.value, each.note, known_as


def _box_text(box: Box | None) -> str | None:
    return None if box is None else json.dumps(box.as_list())


def _box(text: str | None) -> Box | None:
    return None if text is None else Box(*json.loads(text))


@cache
def _photos() -> TypeAdapter[Photo]:
    return TypeAdapter(Photo)
