"""The batch folder and its database.

The database is the truth; everything else can be written again from it and the originals.

```
open-day/
├── flickr/     only photos that may be published, and flickr.csv; a folder for each channel, see ``channels``
├── held/       the other photos: clean and marked, not published
├── checklist.html  checklist.csv  checklist.xlsx  contact-sheet-1.jpg …
└── private/    batch.db, and work/ for files on their way
```
"""

import contextlib
import hashlib
import json
import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import msgspec

from imgvet.batch.bounds import is_box, is_number, is_sha256
from imgvet.batch.decisions.hash_chain import START_HASH, DecisionLog, LogCounters
from imgvet.batch.decisions.rows import (
    append_decisions,
    decision_from_row,
    decisions_of,
    name_in_log,
    read_rows,
    vetted_of,
)
from imgvet.batch.own_files import check_own_folders, own_stamp
from imgvet.batch.packed import PackedPhotos, PackedRows
from imgvet.batch.record_checks import facts_fault, is_path, json_fault, photo_fault, picture_fault
from imgvet.batch.schema import BATCH_SCHEMA, insert_numbered_faces, insert_settings
from imgvet.batch.snapshot import BatchFacts, BatchSnapshot, SavedSettings
from imgvet.batch.vetted import pictures_sha256, pictures_vetted, vetted_parts, vetting_entry, vetting_hash
from imgvet.channels.places import FIRST_FOLDER, HELD
from imgvet.decisions import IMGVET, RULES, Decision
from imgvet.errors import BatchError, BatchInUse
from imgvet.geometry import Box
from imgvet.named_files import BATCH_FILE, named_sha256
from imgvet.photo import CROP_SIDE, PREVIEW_SIDE, Photo, Previews
from imgvet.profile import is_folder_name
from imgvet.source_files import file_stamp
from imgvet.sqlite_store import (
    AlteredDatabase,
    FileInUse,
    ForeignDatabase,
    NewerDatabase,
    create_private,
    lock_file,
    open_database,
    transaction,
)
from imgvet.storage_errors import is_damaged, storage_error
from imgvet.text import command_line, path_text

_ORIGINALS = "SELECT number, sha256, source, recipe, stamp FROM photos"
_RECORDS = "SELECT number, record, recipe, vetted FROM photos WHERE record IS NOT NULL"
_RESTORE = "Restore private/batch.db from a copy, or run the batch into a new folder."
_MOST_PREVIEW, _MOST_CROP = 4 * 1024**2, 512 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Original:
    """One original of the batch, and its state when it was vetted."""

    number: int
    sha256: str  # empty where it could not be read
    source: Path
    recipe: str | None  # None until it was vetted
    stamp: str  # empty until it was read


@dataclass(frozen=True, slots=True)
class OriginalCopy:
    """A further place where the bytes of an original are."""

    number: int  # of the photo
    source: Path
    stamp: str


@dataclass(frozen=True)
class BatchStore:
    """A batch on disk, open for reading and writing."""

    path: Path
    database: sqlite3.Connection
    _folders: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)  # see ``channel_folders``

    @property
    def held(self) -> Path:
        """Photos that need something first; never to be uploaded."""
        return self.path / "held"

    @property
    def private(self) -> Path:
        """What must not be shared."""
        return self.path / "private"

    @property
    def work(self) -> Path:
        """Clean files that are not placed yet."""
        return self.private / "work"

    def snapshot(self) -> BatchSnapshot:
        """Everything in the database at one moment; each record is decoded and the log is read once.

        Raises:
            BatchError: a record or a decision was altered so that it cannot be read.
        """
        with self._at_one_moment():
            log = self.log()
            decisions, vetted = decisions_of(log.rows), vetted_of(log.rows)
            return BatchSnapshot(self.photos(), decisions, log, self.facts(), vetted)

    def facts(self) -> BatchFacts:
        """What is known about the batch as a whole.

        Raises:
            BatchError: it was altered so that it cannot be read.
        """
        rows = self._read("SELECT name, value FROM facts")
        try:
            faults = [fault for _, value in rows if (fault := json_fault(value))]
            values = {name: msgspec.json.decode(value) for name, value in rows if not faults}
            facts = msgspec.convert(values, BatchFacts)
            if faults or (fault := facts_fault(facts)):
                raise ValueError(faults[0] if faults else fault)
        except (TypeError, ValueError, RecursionError) as problem:
            raise self._damaged("What is known of the batch as a whole", problem) from None
        return facts

    def log(self) -> DecisionLog:
        """The log of decisions, row by row as it is in the database."""
        with self._at_one_moment():
            counters = self._counters()
            with self._told():
                return DecisionLog(PackedRows(read_rows(self.database)), counters)

    def _counters(self) -> LogCounters:
        ever = self._read("SELECT seq FROM sqlite_sequence WHERE name = 'decisions'")
        return LogCounters(ever[0][0] if ever and isinstance(ever[0][0], int) else 0, self.facts().applied or 0)

    def log_after(self, before: DecisionLog) -> DecisionLog:
        """The log as it is now, of which only the lines after those of ``before`` are read.

        Where what was read before is no longer the beginning of the log, all of it is read again.
        """
        last = before.rows[-1].number if before.rows else 0
        with self._at_one_moment():
            there = self._read("SELECT hash FROM decisions WHERE id = ?", last) if last else [(START_HASH,)]
            if there != [(before.head,)]:
                return self.log()
            with self._told():
                new = list(read_rows(self.database, after=last))
            counters = self._counters()
            rows = before.rows if isinstance(before.rows, PackedRows) else PackedRows(before.rows)
            return DecisionLog(rows.with_added(new), counters)

    def changed_photos(self, known: dict[int, bytes], only: Collection[int] | None = None) -> list[Photo]:
        """The photos whose records are not those that ``known`` has a digest of; it has them of all afterwards.

        Args:
            known: by the number of a photo, a digest of its record when it was last read; empty at first.
            only: numbers of the photos to look at; None: all.
        """
        rows = (
            self._read(_RECORDS)
            if only is None
            else [row for number in only for row in self._read(f"{_RECORDS} AND number = ?", number)]
        )
        changed = list[Sequence[Any]]()
        for row in rows:
            digest = _record_digest(row)
            if known.get(row[0]) != digest:
                known[row[0]] = digest
                changed.append(row)
        return list(self._distinct(changed))

    def settings(self, digest: str) -> SavedSettings:
        """The settings that the log names by that digest.

        Raises:
            BatchError: they are not there, or were altered.
        """
        rows = self._read("SELECT value FROM settings WHERE digest = ?", digest)
        try:
            if not rows or hashlib.sha256(rows[0][0].encode()).hexdigest() != digest:
                raise ValueError("they do not match the log")
            if fault := json_fault(rows[0][0]):
                raise ValueError(fault)
            return msgspec.json.decode(rows[0][0], type=SavedSettings)
        except (AttributeError, ValueError, RecursionError) as problem:
            raise BatchError(f"The settings of the batch in '{self.path}' are damaged ({problem}).", _RESTORE) from None

    def batch_entries(self) -> list[Decision]:
        """The entries of the log that are about the batch as a whole, oldest first.

        Raises:
            BatchError: one was altered so that it cannot be read.
        """
        with self._told():
            return list(map(decision_from_row, read_rows(self.database, about_batch=True)))

    def channel_folders(self) -> dict[str, frozenset[str]]:
        """The folders of every channel that the batch ever had, or that somebody asked for."""
        if self._folders:
            return self._folders
        found = dict[str, set[str]]()
        for (value,) in self._read("SELECT value FROM settings"):
            for channel, folder in _folders_in(value):
                found.setdefault(channel, set()).add(folder)
        self._folders.update({channel: frozenset(folders) for channel, folders in found.items()})
        return self._folders

    def keep_settings(self, saved: SavedSettings, kind: str, by: str, note: str) -> None:
        """Keep settings, and name them in the log: ``kind`` says what is done with them, see ``imgvet.decisions``."""
        self._folders.clear()
        with self.writing():
            digest = insert_settings(self.database, msgspec.to_builtins(saved))
            self.decide(Decision(kind, by, now(), value=digest, note=note))

    def numbered_faces(self, sha256: str) -> list[Box]:
        """The faces of an original that have ever had a number: the box that identifies each."""
        rows = self._read("SELECT face FROM numbered_faces WHERE sha256 = ? ORDER BY rowid", sha256)
        try:
            boxes = [Box(*msgspec.json.decode(face, type=tuple[int, int, int, int])) for (face,) in rows]
            if not all(map(is_box, boxes)):
                raise ValueError("a box in it is not valid")
        except (TypeError, ValueError, RecursionError) as problem:
            raise self._damaged("What is known of the faces that have numbers", problem) from None
        return boxes

    def originals(self) -> list[Original]:
        """All originals of the batch, by number."""
        return list(map(self._original, self._read(f"{_ORIGINALS} ORDER BY number")))

    def each_original(self) -> Iterator[Original]:
        """The same, some at a time, so that others can write meanwhile."""
        last, some = -(2**63), f"{_ORIGINALS} WHERE number > ? ORDER BY number LIMIT 500"
        while rows := self._read(some, last):
            yield from map(self._original, rows)
            last = rows[-1][0]

    def original(self, number: int) -> Original:
        """The original of the photo of that number, which there must be."""
        return self._original(self._read(f"{_ORIGINALS} WHERE number = ?", number)[0])

    def _original(self, row: Sequence[Any]) -> Original:
        number, sha256, source, recipe, stamp = row
        texts = all(each is None or isinstance(each, str) for each in (recipe, stamp))
        if not (is_number(number) and (sha256 is None or is_sha256(sha256)) and is_path(source) and texts):
            raise self._damaged(f"What is known of original {number}")
        return Original(number, sha256 or "", Path(os.fsdecode(source)), recipe, stamp or "")

    def copies(self) -> list[OriginalCopy]:
        """The further places where the bytes of originals are, by number and place."""
        rows = self._read("SELECT source, number, stamp FROM copies ORDER BY number, source")
        if not all(is_path(source) and is_number(number) and isinstance(stamp, str) for source, number, stamp in rows):
            raise self._damaged("What is known of the copies of originals")
        return [OriginalCopy(number, Path(os.fsdecode(source)), stamp) for source, number, stamp in rows]

    def join(self, new: Sequence[Original], moved: Sequence[Original], copies: Iterable[OriginalCopy]) -> None:
        """Save originals that are new, those that are in another place now, and further copies; all or nothing."""
        with self.writing():
            self.database.executemany(
                "INSERT INTO photos (number, sha256, source, stamp) VALUES (?, ?, ?, NULL)",
                [(each.number, each.sha256 or None, os.fsencode(each.source)) for each in new],
            )
            for each in moved:
                self.database.execute(
                    "UPDATE photos SET sha256 = nullif(?, ''), source = ?, stamp = ? WHERE number = ?",
                    (each.sha256, os.fsencode(each.source), each.stamp, each.number),
                )
                photo = self.photo(each.number)
                if photo is not None:
                    self.update(at_place(photo, each.source))
            self.database.executemany(
                "DELETE FROM copies WHERE source = ?", [(os.fsencode(each.source),) for each in (*new, *moved)]
            )
            self.database.executemany(
                "INSERT OR REPLACE INTO copies VALUES (?, ?, ?)",
                [(os.fsencode(each.source), each.number, each.stamp) for each in copies],
            )

    def photo(self, number: int) -> Photo | None:
        """The record of one photo; None until it was vetted."""
        rows = self._read(f"{_RECORDS} AND number = ?", number)
        return decode_photo(self.channel_folders(), *rows[0]) if rows else None

    def photos(self) -> PackedPhotos:
        """The record of every photo that was vetted, by number."""
        with self._told():
            return PackedPhotos(self._distinct(self.database.execute(f"{_RECORDS} ORDER BY number")))

    def _distinct(self, rows: Iterable[Sequence[Any]]) -> Iterator[Photo]:
        """The photos in these rows, each with a file of its own."""
        names, folders = set[str](), self.channel_folders()
        for row in rows:
            photo = decode_photo(folders, *row)
            if photo.name in names:
                raise self._damaged(f"The record of photo {photo.number}, which has the name of another photo,")
            names |= {photo.name} - {""}
            yield photo

    def record(self, photo: Photo, recipe: str, pictures: Previews | None) -> None:
        """Save the result of vetting one photo, its clean file in its place, all of it or nothing.

        The log gets an entry by which a record that is altered afterwards is found.
        """
        stamp, preview = file_stamp(self.original(photo.number).source), pictures.preview if pictures else None
        crops = dict(_crop_keys(photo, pictures)) if pictures else {}
        parts = vetted_parts(photo, preview, [*crops.values()])
        clean = own_stamp(self.path / photo.output) if photo.output else None
        with self.writing():
            self._stamp_copies(photo)
            self.database.execute(
                "UPDATE photos SET sha256 = coalesce(nullif(?, ''), sha256), recipe = ?, stamp = ?, record = ?, "
                "preview = ?, vetted = ?, clean = ? WHERE number = ?",
                (photo.source_sha256, recipe, stamp, encode_photo(photo), preview, parts, clean, photo.number),
            )
            boxes = [face.identity.as_list() for face in photo.faces]
            insert_numbered_faces(self.database, photo.source_sha256, boxes)
            self.database.execute("DELETE FROM crops WHERE number = ?", (photo.number,))
            for key, crop in crops.items():
                self.database.execute("INSERT INTO crops VALUES (?, ?, ?)", (photo.number, key, crop))
            append_decisions(self.database, [vetting_entry(photo, recipe, parts, now())])

    def record_copies(self, photo: Photo, recipe: str | None = None) -> None:
        """Save which files a photo has for its channels; all else that vetting made of it stays as it is.

        ``recipe``: of the photo's own file; None: as it was.

        Raises:
            BatchError: its record is not the one that imgvet wrote, so nothing may be added to it.
        """
        with self.writing():
            rows = self._read("SELECT recipe, vetted FROM photos WHERE number = ? AND vetted IS NOT NULL", photo.number)
            if not rows:
                raise self._damaged(f"The record of photo {photo.number}")
            (before, parts), photo = rows[0], replace(photo, vetting=None)
            recipe = before if recipe is None else recipe
            clean = own_stamp(self.path / photo.output) if photo.output else None
            self.database.execute(
                "UPDATE photos SET record = ?, clean = ?, recipe = ? WHERE number = ?",
                (encode_photo(photo), clean, recipe, photo.number),
            )
            self._stamp_copies(photo)
            append_decisions(self.database, [vetting_entry(photo, recipe, parts, now())])

    def _stamp_copies(self, photo: Photo) -> None:
        """Note size and time of its files for further channels."""
        self.database.execute("DELETE FROM copy_stamps WHERE number = ?", (photo.number,))
        stamps = [
            (photo.number, each.channel, own_stamp(self.path / each.output)) for each in photo.copies if each.output
        ]
        self.database.executemany("INSERT INTO copy_stamps VALUES (?, ?, ?)", stamps)

    def update(self, *photos: Photo, facts: BatchFacts | None = None) -> None:
        """Save new records of photos that were vetted before, and facts with them, all of it or nothing.

        ``facts``: the new facts, made with ``replace`` from what ``facts()`` says at this moment.
        """
        with self.writing():
            self.update_all(photos)
            if facts is not None:
                before = self.facts()
                changed = {each.name: getattr(facts, each.name) for each in fields(BatchFacts)}
                self.database.executemany(
                    "INSERT OR REPLACE INTO facts VALUES (?, ?)",
                    [
                        (name, json.dumps(msgspec.to_builtins(value)))
                        for name, value in changed.items()
                        if value != getattr(before, name)
                    ],
                )

    def update_all(self, photos: Iterable[Photo]) -> None:
        """Save new records of photos that were vetted before, each as it comes, all of them or none."""
        with self.writing():
            self.database.executemany(
                "UPDATE photos SET record = ? WHERE number = ?",
                ((encode_photo(photo), photo.number) for photo in photos),
            )

    def pictures(self, photo: Photo) -> Previews | None:
        """The small pictures of one photo, read when they are wanted; none where they are not as they were made."""
        return self._pictures(photo.number)

    def has_own_pictures(self, photo: Photo) -> bool:
        """Whether the small pictures of one photo are those that were made when it was vetted, or it has none."""
        rows = self._read("SELECT vetted FROM photos WHERE number = ?", photo.number)
        return not (rows and pictures_vetted(rows[0][0])) or self._pictures(photo.number) is not None

    def _pictures(self, number: int) -> Previews | None:
        rows = self._read("SELECT preview, vetted FROM photos WHERE number = ?", number)
        preview, parts = rows[0] if rows else (None, None)
        found = self._read("SELECT face, picture FROM crops WHERE number = ? ORDER BY face < 0, abs(face)", number)
        crops = tuple(crop for _, crop in found)
        limits = [(preview, PREVIEW_SIDE, _MOST_PREVIEW), *((crop, CROP_SIDE, _MOST_CROP) for crop in crops)]
        if any(picture_fault(*each) for each in limits) or pictures_sha256(preview, crops) != pictures_vetted(parts):
            return None
        faces = sum(key > 0 for key, _ in found)
        return Previews(cast("bytes", preview), crops[:faces], crops[faces:])

    def distrust(self, numbers: Iterable[int]) -> None:
        """Make the records of photos invalid until the photos are vetted again."""
        with self.writing():
            self.database.executemany("UPDATE photos SET recipe = '' WHERE number = ?", [(each,) for each in numbers])

    def clean_stamps(self, channel: str = "") -> dict[int, str]:
        """By the number of a photo: size and time of its clean file when it was made; empty where nobody noted it.

        ``channel``: that its file is for; empty: the photo's own.
        """
        own = "SELECT number, clean FROM photos WHERE record IS NOT NULL"
        copies = "SELECT number, stamp FROM copy_stamps WHERE channel = ?"
        rows = self._read(copies, channel) if channel else self._read(own)
        if not all(stamp is None or isinstance(stamp, str) for _, stamp in rows):
            raise self._damaged("What is known of the clean files")
        return {number: stamp or "" for number, stamp in rows}

    def note_clean_stamps(self, stamps: Mapping[int, str], channel: str = "") -> None:
        """Keep size and time of clean files that are as they were written, by the numbers of their photos."""
        own, copies = (
            "UPDATE photos SET clean = ? WHERE number = ?",
            "INSERT OR REPLACE INTO copy_stamps VALUES (?, ?, ?)",
        )
        if stamps and channel:
            with self.writing():
                self.database.executemany(copies, [(number, channel, each) for number, each in stamps.items()])
        elif stamps:
            with self.writing():
                self.database.executemany(own, [(each, number) for number, each in stamps.items()])

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One exclusive transaction: all of what is written within, or nothing."""
        with self._told(), transaction(self.database):
            yield

    def _read(self, query: str, *values: Any) -> list[Any]:
        """All rows of a query.

        Raises:
            BatchError: the database is damaged.
        """
        with self._told():
            return self.database.execute(query, values).fetchall()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's words for a damaged file in ours."""
        try:
            yield
        except sqlite3.Error as problem:
            if not is_damaged(problem):
                raise
            raise self._damaged("The database", problem) from None

    def _damaged(self, what: str, why: object = "") -> BatchError:
        file = self.private / "batch.db"
        return BatchError(f"{what} in '{file}' is damaged{f' ({why})' if why else ''}.", _RESTORE)

    def decide(self, *decisions: Decision) -> None:
        """Add decisions to the log, all of them or none; none is ever changed or removed.

        Raises:
            UsageError: a name is none, or looks like another one in the log.
        """
        with self.writing():
            people = {each.by for each in decisions if (each.by, each.kind) != (IMGVET, RULES)}
            for name in sorted(people - {""}):
                self.check_name(name)
            append_decisions(self.database, decisions)

    def check_name(self, by: str) -> str:
        """The name of the person who decides, as it is kept.

        Raises:
            UsageError: it is none, or looks like that of somebody else who is in the log.
        """
        with self._told():
            return name_in_log(self.database, by, "the log of this batch")

    @contextlib.contextmanager
    def _at_one_moment(self) -> Iterator[None]:
        """One read transaction: what is read within is of one moment; nothing may be written."""
        if self.database.in_transaction:
            yield
            return
        self.database.execute("BEGIN")
        try:
            yield
        finally:
            self.database.rollback()


# What imgvet makes before there is a database: folders, and what may be in each of them then.
_SKELETON = {
    "flickr": frozenset[str](),
    "held": frozenset[str](),
    "private": frozenset({"lock.db", "lock.db-journal", "batch.db.new", "batch.db.new-journal"}),
}


def create_or_open(path: Path) -> BatchStore:
    """Open the batch in that folder; a new one if the folder is new, empty, or was left while one was being made.

    Raises:
        BatchError: the folder contains something else, or belongs to a newer imgvet.
        BatchInUse: another imgvet is making the batch at this moment.
        StorageError, OSError, sqlite3.Error: the folder cannot be written to; the same command makes it when it can.
    """
    check_own_folders(path)
    if not is_batch(path):
        if not _may_become_a_batch(path) and not is_batch(path):  # another one may have just made it
            raise BatchError(f"'{path}' contains something other than a batch.", "Name a new folder with --out.")
        path.mkdir(parents=True, exist_ok=True)
        (path / "private").mkdir(mode=0o700, exist_ok=True)
        with _locked(path):
            if not is_batch(path):  # the process that held the lock before may have made it
                _make(path)
    return open_batch(path)


def is_batch(path: Path) -> bool:
    """Whether there is a batch in that folder already."""
    return (path / "private" / "batch.db").is_file()


def _may_become_a_batch(path: Path) -> bool:
    """Whether the folder is new, or holds nothing but what imgvet itself makes at first."""
    if not path.exists() and not path.is_symlink():
        return True
    if not path.is_dir():
        return False
    folders = list(path.iterdir())
    if not all(each.name in _SKELETON and each.is_dir() and not each.is_symlink() for each in folders):
        return False
    files = [(each.name, file) for each in folders for file in each.iterdir()]
    return all(file.name in _SKELETON[name] and _is_file_or_gone(file) for name, file in files)


def _is_file_or_gone(file: Path) -> bool:
    """Whether it is a file, or was one a moment ago: a process that makes the batch removes SQLite's temporary ones."""
    return not file.is_symlink() and (file.is_file() or not file.exists())


def _make(path: Path) -> None:
    """Make the folders and the database, atomically; the lock is held."""
    building = path / "private" / "batch.db.new"
    (path / HELD).mkdir(exist_ok=True)
    try:
        for left in (building.with_name(f"{building.name}-journal"), building):  # of a run that was killed
            left.unlink(missing_ok=True)
        create_private(building)
        made = {"made_at": now(), "secret": os.urandom(32).hex()}
        with contextlib.closing(open_database(building, BATCH_SCHEMA)) as database, transaction(database):
            database.executemany("INSERT INTO facts VALUES (?, ?)", [(k, json.dumps(v)) for k, v in made.items()])
        building.replace(path / "private" / "batch.db")
    except (OSError, sqlite3.Error) as problem:
        said = storage_error(problem, building)  # as the disk is now, before there is room again
        with contextlib.suppress(OSError):
            building.unlink(missing_ok=True)
        raise said from problem


def open_batch(path: Path) -> BatchStore:
    """The batch in that folder.

    Raises:
        BatchError: there is none, it is damaged, or it belongs to a newer imgvet.
    """
    file = path / "private" / "batch.db"
    check_own_folders(path)
    if not file.is_file():
        if path.is_dir() and any(path.iterdir()) and _may_become_a_batch(path):
            command = command_line("imgvet", "batch", "PHOTOS", "--out", path, "--event", "EVENT")
            raise BatchError(f"The batch in '{path}' was never started.", "Start it:", command=command)
        raise BatchError(f"There is no batch in '{path}'.", "Name the folder that `imgvet batch --out` wrote.")
    try:
        if not file.stat().st_size:  # SQLite would treat it as a new one
            raise sqlite3.DatabaseError("it is empty")
        database = open_database(file, BATCH_SCHEMA)
    except (ForeignDatabase, NewerDatabase):
        raise BatchError(
            f"'{path}' was written by another version of imgvet.", "Use that version, or a new folder."
        ) from None
    except (sqlite3.DatabaseError, AlteredDatabase) as problem:
        if isinstance(problem, sqlite3.Error) and not is_damaged(problem):
            raise
        raise BatchError(
            f"'{file}' is damaged ({problem}).", "Restore it, or run the batch into a new folder."
        ) from None
    folder = BatchStore(path, database)
    names = [each for folders in folder.channel_folders().values() for each in folders]
    check_own_folders(path, (*names, *(f"{HELD}/{name}" for name in names)))
    folder.held.mkdir(exist_ok=True)
    folder.work.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextlib.contextmanager
def exclusive_lock(folder: BatchStore) -> Iterator[None]:
    """Lock the batch against other processes; the lock ends with the process, however that ends.

    Raises:
        BatchInUse: another imgvet is at work on it.
        OSError, sqlite3.Error: the folder cannot be written to.
    """
    with _locked(folder.path):
        yield


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(lock_file(path / "private" / "lock.db"))
        except FileInUse as problem:
            raise BatchInUse(f"Another imgvet is working on '{path}'.", "Wait until it has finished.") from problem
        yield


def now() -> str:
    """The time, UTC, to the second, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def file_sha256(file: Path) -> str:
    """SHA-256 of a file in the batch's folder, in hexadecimal.

    Raises:
        BatchError: it is not a regular file, or cannot be read.
    """
    return named_sha256(file, BATCH_FILE)


def at_place(photo: Photo, source: Path | None) -> Photo:
    """The photo with its original in another place; None: where it was."""
    return replace(photo, source=path_text(source)) if source else photo


def _folders_in(value: Any) -> Iterator[tuple[str, str]]:
    """The folders by channel that settings in the database name; none of those that are damaged."""
    try:
        saved = msgspec.json.decode(value, type=SavedSettings)
    except (TypeError, ValueError, RecursionError):  # reported when they are used, see ``BatchStore.settings``
        return
    folders = saved.folders or {saved.channel: FIRST_FOLDER}
    yield from ((channel, folder) for channel, folder in folders.items() if is_folder_name(folder))


def _record_digest(row: Sequence[Any]) -> bytes:
    """What tells the record of a photo from another, as the columns of ``_RECORDS`` have it."""
    digest = hashlib.blake2b(digest_size=12)
    for each in row[1:]:
        data = each if isinstance(each, bytes) else repr(each).encode("utf-8", "surrogatepass")
        digest.update(b"%d %s" % (len(data), data))
    return digest.digest()


def encode_photo(photo: Photo) -> bytes:
    """A photo as its record in the database: JSON, always the same bytes for the same photo."""
    return msgspec.json.encode(replace(photo, vetting=None))


def decode_photo(folders: Mapping[str, frozenset[str]], number: int, record: Any, recipe: Any, parts: Any) -> Photo:
    """The photo in a record, as the columns number, record, recipe and vetted have it.

    ``folders``: see ``BatchStore.channel_folders``.

    Raises:
        BatchError: the record was damaged or altered.
    """
    try:
        if fault := json_fault(record):
            raise ValueError(fault)
        photo = msgspec.json.decode(record, type=Photo)
        if fault := photo_fault(photo, number, folders):
            raise ValueError(fault)
        return replace(photo, vetting=vetting_hash(photo, recipe, parts))
    except (TypeError, ValueError, RecursionError) as problem:
        raise BatchError(f"The record of photo {number} is damaged ({problem}).", _RESTORE) from None


def _crop_keys(photo: Photo, pictures: Previews) -> Iterator[tuple[int, bytes]]:
    """The crops with what tells them in the table: the number of the face, or that of the area below zero."""
    yield from ((face.number, crop) for face, crop in zip(photo.faces, pictures.crops, strict=False))
    yield from ((-area.number, crop) for area, crop in zip(photo.areas, pictures.area_crops, strict=False))
