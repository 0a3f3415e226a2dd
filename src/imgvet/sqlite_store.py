"""SQLite files that hold private data: for their owner's eyes only, brought to this version's schema, written in turn.

A new file is made by the same steps, one after the other, by which an old one is brought up; a step that was once
released is never changed. There is no write-ahead log: it needs memory that processes share, which a network drive does
not give.
"""

import contextlib
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from imgvet.named_files import BATCH_DATABASE, FileKind, UnfitFile, check_named, is_named, read_end, refusal
from imgvet.storage_errors import is_damaged, is_in_use

_BUSY_TIMEOUT = 30.0  # seconds, to wait until another process has ended its write
_PATIENCE = 300.0  # seconds, of those who go before others
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.01, 1.0  # seconds, between two steps of long work

Item = TypeVar("Item")

_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 64 * 1024**2,  # bytes of one value or row
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,  # bytes of a statement, those that made the tables included
    sqlite3.SQLITE_LIMIT_COLUMN: 100,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 10,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 10,
}
Migration = str | Callable[[sqlite3.Connection], None]  # a script, or a function; both run inside a transaction


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of one kind of file."""

    migrations: tuple[Migration, ...]  # the one at index n leads from version n to version n + 1
    application_id: int = 0  # SQLite's, by which the file is distinguished from any other database
    file: FileKind = BATCH_DATABASE
    newest: str = ""  # a script that makes all at once what the migrations make, so that none of them need be run

    @property
    def version(self) -> int:
        """The newest version, as it is in SQLite's ``user_version``."""
        return len(self.migrations)


class ForeignDatabase(Exception):
    """The file is a database, but of another program; each store says so in its own words."""


class NewerDatabase(Exception):
    """The file was written by a newer imgvet; its argument is the version of its schema."""


class FileInUse(Exception):
    """Another process holds the lock."""


class AlteredDatabase(Exception):
    """The tables are not those that imgvet makes; its argument says which, in a few words."""


def create_private(path: Path) -> None:
    """Make an empty file that only its owner can read, where there is none: SQLite would let everybody read it.

    Raises:
        OSError: it cannot be made.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def open_database(path: Path, schema: Schema) -> sqlite3.Connection:
    """The database in that file, brought to the newest version; an empty file becomes a new one.

    Transactions are started explicitly, see ``transaction``. The file may be a stranger's: nothing in its schema is run
    before all of that is known to be imgvet's own.

    Raises:
        UsageError: of its kind's own class; it is not a regular file, or its journal names another file.
        ForeignDatabase, NewerDatabase: it is not this version's, and cannot be made so.
        AlteredDatabase: it has other tables, columns, triggers, views or indexes than imgvet makes, or what an earlier
            version left in it cannot be brought up.
        sqlite3.Error: it is damaged, in use for too long, or cannot be opened.
    """
    check_named(path, schema.file)
    _check_journal(path, schema.file)
    database = _connect(path, _BUSY_TIMEOUT)
    try:
        _confine(database)
        _check_tables(database, schema)
        database.execute("PRAGMA secure_delete = ON")  # what is removed leaves no trace in the file
        database.execute("PRAGMA temp_store = MEMORY")  # nor in a folder for temporary files
        database.execute("PRAGMA synchronous = EXTRA")
        _migrate(database, schema)
    except BaseException:
        database.close()
        raise
    return database


@contextlib.contextmanager
def open_to_look(path: Path) -> Iterator[sqlite3.Connection]:
    """The database in that file, whosever it is, to read a value; nothing is changed in it.

    Raises:
        sqlite3.Error: it is not a database, is damaged, or cannot be opened.
    """
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        _confine(database)
        yield database


@contextlib.contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """What is read and written within is one step, all of it or nothing, and nobody else writes meanwhile.

    Within another transaction it is part of that one.

    Raises:
        sqlite3.Error: the file cannot be written to, or is in use for too long.
    """
    within_another = database.in_transaction
    if within_another:
        yield
        return
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")


@contextlib.contextmanager
def before_others(database: sqlite3.Connection) -> Iterator[None]:
    """Transactions within have a far longer busy timeout: what they write must not be refused."""
    (usual,) = database.execute("PRAGMA busy_timeout").fetchone()
    database.execute(f"PRAGMA busy_timeout = {max(usual, round(_PATIENCE * 1000))}")
    try:
        yield
    finally:
        database.execute(f"PRAGMA busy_timeout = {usual}")


def in_short_steps(work: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Portions of the work, for a transaction each: others write between two of them.

    There is a pause after each, as long as it took, because SQLite retries a lock only every tenth of a second.
    """
    for first in range(0, len(work), size):
        began = time.monotonic()
        yield work[first : first + size]
        if first + size < len(work):
            time.sleep(min(max(time.monotonic() - began, _SHORTEST_PAUSE), _LONGEST_PAUSE))


@contextlib.contextmanager
def lock_file(path: Path) -> Iterator[None]:
    """Hold that file of a batch locked; the lock goes with the process, however it ends.

    Raises:
        BatchError: it is not a regular file, or its journal names another file.
        FileInUse: another process holds it.
        OSError, sqlite3.Error: it cannot be made or locked, e.g. because the disk is full; see ``storage_errors``.
    """
    create_private(path)
    check_named(path, BATCH_DATABASE)
    _check_journal(path, BATCH_DATABASE)
    with contextlib.closing(_connect(path, 0)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as problem:
            if is_in_use(problem, path):
                raise FileInUse from problem
            if not is_damaged(problem):
                raise
            os.truncate(path, 0)  # nobody holds it, or SQLite would have said so first, and there is nothing in it
            lock.execute("BEGIN EXCLUSIVE")
        yield


def run_script(database: sqlite3.Connection, script: str) -> None:
    """Run the statements of a script, each ending in ``;`` and a line end, in the transaction of the caller.

    ``executescript`` would end that transaction.

    Raises:
        sqlite3.Error: a statement cannot be run.
    """
    statement = ""
    for line in script.strip().splitlines():
        statement += f"{line}\n"
        if sqlite3.complete_statement(statement):
            database.execute(statement)
            statement = ""


@contextlib.contextmanager
def _naming(path: str) -> Iterator[None]:
    """SQLite's errors name their file, as those of the system do."""
    try:
        yield
    except sqlite3.Error as problem:
        problem.filename = path  # type: ignore[attr-defined]
        raise


class _Database(sqlite3.Connection):
    """A database whose errors name its file."""

    filename = ""

    def execute(self, *words: Any) -> sqlite3.Cursor:
        """As in ``sqlite3.Connection``."""
        with _naming(self.filename):
            return super().execute(*words)

    def executemany(self, *words: Any) -> sqlite3.Cursor:
        """As in ``sqlite3.Connection``."""
        with _naming(self.filename):
            return super().executemany(*words)


_JOURNAL_END = bytes.fromhex("d9d505f920a163d7")  # after the name of another file (SQLite's file format, 3)
_NAME_END = 16  # bytes at the end of such a journal: length and checksum of that name, and those


def _check_journal(path: Path, kind: FileKind) -> None:
    """Refuse a journal that names another file: SQLite would remove that file as soon as it had rolled back.

    It is that of a transaction over several databases, which imgvet never makes.

    Raises:
        UsageError: of its kind's own class.
    """
    for database in dict.fromkeys((path.absolute(), path.resolve())):
        journal = database.with_name(f"{database.name}-journal")
        try:
            end = read_end(journal, _NAME_END) if is_named(journal) else b""
            if end[8:] == _JOURNAL_END and any(end[:4]):
                raise UnfitFile("names another file, which would be deleted")
        except UnfitFile as problem:
            if is_named(journal):  # not one of somebody who has ended a transaction meanwhile
                raise refusal(journal, kind, problem) from problem


def _connect(path: Path, timeout: float) -> _Database:
    """``timeout``: seconds to wait for other processes; transactions are started explicitly."""
    with _naming(str(path)):
        # NOTE: a whole path, because SQLite takes some names, such as :memory:, not as files.
        database = sqlite3.connect(path.absolute(), timeout=timeout, isolation_level=None, factory=_Database)
    database.filename = str(path)
    return database


def _confine(database: sqlite3.Connection) -> None:
    """Let nothing in the file do more than be read and written: it may come from a stranger."""
    for limit, most in _LIMITS.items():
        database.setlimit(limit, most)
    if hasattr(database, "setconfig"):  # Python 3.12
        for name, on in (("DEFENSIVE", True), ("ENABLE_VIEW", False), ("ENABLE_LOAD_EXTENSION", False)):
            database.setconfig(getattr(sqlite3, f"SQLITE_DBCONFIG_{name}"), on)
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")


def _check_tables(database: sqlite3.Connection, schema: Schema) -> None:
    """Compare what makes the tables with what imgvet writes; triggers that are gone are put back.

    Raises:
        AlteredDatabase: with the first difference.
    """
    database.execute("BEGIN")
    try:
        version, found = _version(database, schema), _objects(database)
    finally:
        database.execute("ROLLBACK")
    wanted = _objects_of(schema, version)
    strange = sorted(name for name, made in found.items() if name not in wanted or made[:2] != wanted[name][:2])
    if strange:
        kind, name = strange[0]
        raise AlteredDatabase(f"the {kind} '{name}' is not imgvet's")
    missing = sorted(name for name in wanted if name not in found)
    if any(kind != "trigger" for kind, _ in missing):
        kind, name = next(each for each in missing if each[0] != "trigger")
        raise AlteredDatabase(f"the {kind} '{name}' is missing")
    for trigger in missing:
        database.execute(wanted[trigger][2])


_Objects = Mapping[tuple[str, str], tuple[str, tuple[str, ...], str]]
"""By kind and name: the table that it is about, the words that make it, and the statement as it was written."""


@cache
def _objects_of(schema: Schema, version: int) -> _Objects:
    """What a file of that version has in it."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        for migration in _steps(schema, 0, version):
            _run(made, migration)
        return _objects(made)


def _steps(schema: Schema, version: int, to: int) -> Sequence[Migration]:
    """What leads from one version to another."""
    return (schema.newest,) if schema.newest and (version, to) == (0, schema.version) else schema.migrations[version:to]


def _objects(database: sqlite3.Connection) -> _Objects:
    rows = database.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master")
    return {(str(kind), str(name)): (str(table), _words(str(sql)), str(sql)) for kind, name, table, sql in rows}


_WORD = re.compile(r"""--[^\n]*|/\*.*?\*/|\s+|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|\w+|.""", re.DOTALL)


def _words(sql: str) -> tuple[str, ...]:
    """The words of a statement without comments; a table that was renamed has its name in quotation marks."""
    words = [word for word in _WORD.findall(sql) if word.strip() and not word.startswith(("--", "/*"))]
    if words[:2] == ["CREATE", "TABLE"] and re.fullmatch(r'"\w+"', words[2]):
        words[2] = words[2].strip('"')
    return tuple(words)


def _run(database: sqlite3.Connection, migration: Migration) -> None:
    if callable(migration):
        migration(database)
    else:
        run_script(database, migration)


def _migrate(database: sqlite3.Connection, schema: Schema) -> None:
    """Make the tables of this version; several processes may try at once, and only one does it."""
    if _version(database, schema) == schema.version:
        return
    with transaction(database):
        try:
            for migration in _steps(schema, _version(database, schema), schema.version):
                _run(database, migration)
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
            raise AlteredDatabase("data from an earlier version in it is damaged") from None
        database.execute(f"PRAGMA user_version = {schema.version}")
        database.execute(f"PRAGMA application_id = {schema.application_id}")


def _version(database: sqlite3.Connection, schema: Schema) -> int:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    version, application = int(version), int(application)
    empty = not (version or application or tables)
    if not empty and (application != schema.application_id or not version):
        raise ForeignDatabase
    if version > schema.version or version < 0:
        raise NewerDatabase(version)
    return version
