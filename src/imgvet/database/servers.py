"""A database on a PostgreSQL server, through psycopg: its tables are in a schema of their own.

A writer holds one lock of the whole schema until the step has ended, as with SQLite; readers never need it.
Nothing depends on the settings of the session, so a pooler that gives each transaction another connection may be
between.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Integer, LargeBinary, MetaData, NullPool, Table, Text, create_engine
from sqlalchemy.exc import DBAPIError

from imgvet.database.addresses import ServerAddress
from imgvet.database.connection import Database
from imgvet.database.migrations import Revisions, upgrade
from imgvet.database.server_words import not_saved, server_trouble, uncertain
from imgvet.errors import UsageError
from imgvet.sqlite_store import AlteredDatabase, ForeignDatabase, NewerDatabase

SCHEMA = "imgvet"
_USUAL, _PATIENCE = 30, 300  # seconds to wait for a lock: of everybody, and of those who go before others
_CONNECT = 10  # seconds to wait for the server
_LOST_AFTER = 30_000  # milliseconds without an answer of the other side, after which a connection is lost
_LOCK = 0x494D5652  # its number; it is one of the database, which other programs may use, too
_BEGIN = (
    "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE; SET LOCAL lock_timeout = '{seconds}s'; "
    "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'; "
    "SELECT pg_catalog.pg_advisory_xact_lock({lock})"
)
_FOUND = """
SELECT c.relname, c.relkind::text, a.attname, format_type(a.atttypid, NULL), a.attnotnull,
       c.relhastriggers OR c.relhasrules OR c.relrowsecurity
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = %s AND c.relkind NOT IN ('i', 'S', 't', 'c')
"""
_TABLES = "SELECT relname FROM pg_catalog.pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r'"
_OWNED = _TABLES.replace("relname", "pg_catalog.pg_has_role(relowner, 'USAGE')", 1)
_VERSION_TABLE = "alembic_version"


class ServerDatabase(Database):
    """A database on a server."""

    schema = SCHEMA

    def __init__(self, address: ServerAddress, driver: psycopg.Connection[Any]) -> None:
        """``driver``: an open connection, which commits each statement."""
        self.address, self.driver = address, driver
        self._seconds = _USUAL
        self._within = False
        try:
            self.connection = _connected(driver)
        except DBAPIError as problem:
            raise self._told(problem.orig) from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """As in ``Database``."""
        if self._within:
            yield
            return
        self._within = True
        try:
            self.say(_BEGIN.format(seconds=self._seconds, lock=_LOCK))
            yield
            self._commit()
        finally:
            self._within = False
            self._roll_back()

    @contextmanager
    def before_others(self) -> Iterator[None]:
        """As in ``Database``."""
        usual, self._seconds = self._seconds, max(self._seconds, _PATIENCE)
        try:
            yield
        finally:
            self._seconds = usual

    def rewrite(self) -> None:
        """As in ``Database``; only the owner of the tables may."""
        if self._is_owner():
            tables = [f"{SCHEMA}.{name}" for (name,) in self.say(_TABLES, SCHEMA)]
            self.say(f"SET lock_timeout = '{_USUAL}s'")
            try:
                self.say(f"VACUUM (FULL) {', '.join(tables)}")
            finally:
                self.say("RESET lock_timeout")  # a pooler may give the session to others

    def traces(self) -> str:
        """As in ``Database``."""
        if self._is_owner():
            return "The server's write-ahead log, its replicas and its backups have it until they are replaced."
        return (
            "The server's files have it until the owner of the tables runs VACUUM FULL; its write-ahead log, replicas "
            "and backups until they are replaced."
        )

    def count_on(self, table: Table) -> None:
        """As in ``Database``."""
        name = f"{SCHEMA}.{table.name}"
        for column in (each.name for each in table.columns if each.identity is not None):
            next_one = f"(SELECT coalesce(max({column}), 0) + 1 FROM {name})"  # noqa: S608 - no outside text
            self.say(f"SELECT setval(pg_get_serial_sequence('{name}', %s), {next_one}, false)", column)

    def close(self) -> None:
        """As in ``Database``."""
        self.driver.close()

    def found(self) -> dict[str, tuple[dict[str, tuple[str, bool]], bool]]:
        """What is in the schema, by name: the columns with their types, and whether they may be empty; and whether it
        is a plain table, which does what it is told and nothing else."""
        found: dict[str, tuple[dict[str, tuple[str, bool]], bool]] = {}
        for name, kind, column, type_, filled, acts in self.say(_FOUND, SCHEMA):
            columns, _ = found.setdefault(name, ({}, kind == "r" and not acts))
            if column is not None:
                columns[column] = (type_, not filled)
        return found

    def migrate(self, revisions: Revisions) -> None:
        """Make the schema where there is none, and bring its tables to the newest revision.

        Raises:
            ServerTrouble: the server does not allow it.
        """
        with self.transaction():  # several may try at once, and only one does it
            if not self.say("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %s", SCHEMA):
                self.say(f"CREATE SCHEMA {SCHEMA}")
            self.say(f"SET LOCAL search_path TO {SCHEMA}")
            try:
                upgrade(self.connection, revisions)
            except DBAPIError as problem:
                raise self._told(problem.orig) from None

    def _is_owner(self) -> bool:
        return all(owned for (owned,) in self.say(_OWNED, SCHEMA))

    def say(self, words: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement of PostgreSQL's own; the rows that it gives."""
        try:
            done = self.driver.execute(words.encode(), values or None)
            return done.fetchall() if done.description else []
        except psycopg.Error as problem:
            raise self._told(problem) from None

    def _commit(self) -> None:
        try:
            done = self.driver.execute("COMMIT")
        except psycopg.Error as problem:
            if self.driver.closed or self.driver.broken:
                raise uncertain(str(self.address)) from None
            raise self._told(problem) from None
        if done.statusmessage != "COMMIT":  # it rolls back, without an error, where a statement had failed before
            raise not_saved(str(self.address))

    def _roll_back(self) -> None:
        """End a transaction that failed, where there is one."""
        if not self.driver.closed and self.driver.info.transaction_status != TransactionStatus.IDLE:
            with suppress(psycopg.Error):  # a connection that is lost has ended it already
                self.driver.execute("ROLLBACK")

    def _told(self, problem: BaseException | None) -> BaseException:
        return server_trouble(problem, str(self.address), connected=True)


def open_server(address: ServerAddress, tables: MetaData, revisions: Revisions, *, make: bool) -> ServerDatabase | None:
    """The database at that address, brought to the newest version; None where it has none of these tables, see
    ``make``.

    Args:
        address: of the server.
        tables: what must be there.
        revisions: by which they are made.
        make: whether they are made where there is nothing.

    Raises:
        UsageError: nobody here has named the server.
        ForeignDatabase, NewerDatabase: it is not this version's, and cannot be made so.
        AlteredDatabase: other tables or columns are there than imgvet makes, or they do more than be read and written.
        ServerTrouble: the server cannot be reached, or does not allow it.
    """
    database = ServerDatabase(address, _reached(address))
    try:
        if _settle(database, tables, revisions, make=make):
            return database
    except BaseException:
        database.close()
        raise
    database.close()
    return None


@contextmanager
def made_whole(address: ServerAddress, tables: MetaData, revisions: Revisions) -> Iterator[ServerDatabase]:
    """A database that gets its tables now, with what is written into them within, or not at all.

    Raises:
        ForeignDatabase: it has tables of ours already.
        Exception: as ``open_server``.
    """
    database = ServerDatabase(address, _reached(address))
    try:
        with database.transaction():
            if database.found():
                raise ForeignDatabase
            _settle(database, tables, revisions, make=True)
            yield database
    finally:
        database.close()


def _settle(database: ServerDatabase, tables: MetaData, revisions: Revisions, *, make: bool) -> bool:
    """Bring the tables to the newest version; whether there are any."""
    version = _version(database, revisions)
    if not version and not make:
        return False
    if version != revisions.newest:
        database.migrate(revisions)
    _check(database, tables)
    return True


def _version(database: ServerDatabase, revisions: Revisions) -> str:
    """The revision of the tables; empty where there are none."""
    found = database.found()
    if not found:
        return ""
    if _VERSION_TABLE not in found or not found[_VERSION_TABLE][1]:
        raise ForeignDatabase
    rows = database.say(f"SELECT version_num FROM {SCHEMA}.{_VERSION_TABLE}")  # noqa: S608 - no outside text
    version = str(rows[0][0]) if len(rows) == 1 else ""
    if version in revisions.names:
        return version
    if version.isdecimal() and version > revisions.newest:
        raise NewerDatabase(version)
    raise ForeignDatabase


def _check(database: ServerDatabase, tables: MetaData) -> None:
    """Compare the tables with what imgvet makes.

    Raises:
        AlteredDatabase: with the first difference.
    """
    found, kinds = database.found(), {Text: "text", Integer: "integer", LargeBinary: "bytea"}
    wanted = {
        table.name: {each.name: (kinds[type(each.type)], bool(each.nullable)) for each in table.columns}
        for table in tables.sorted_tables
    }
    for name, columns in wanted.items():
        if name not in found:
            raise AlteredDatabase(f"the table '{name}' is missing")
        if found[name] != (columns, True):
            raise AlteredDatabase(f"the table '{name}' is not imgvet's")


def _reached(address: ServerAddress) -> psycopg.Connection[Any]:
    """A new connection."""
    if not address.is_known:
        raise UsageError(
            f"'{address}' is a server that nobody has named on this computer.",
            "If it is yours, name it with --register or in IMGVET_REGISTER.",
        )
    usual: dict[str, Any] = {
        "connect_timeout": _CONNECT, "application_name": "imgvet", "tcp_user_timeout": _LOST_AFTER,
        "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "client_encoding": "UTF8",
    }  # fmt: skip
    try:
        asked = make_conninfo(**usual | conninfo_to_dict(address.uri))
        return psycopg.connect(asked, autocommit=True, prepare_threshold=None)
    except psycopg.Error as problem:
        raise server_trouble(problem, str(address), connected=False) from None


def _connected(driver: psycopg.Connection[Any]) -> Connection:
    """SQLAlchemy on an open connection; it neither begins nor ends a transaction."""
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: driver,
        poolclass=NullPool,
        pool_reset_on_return=None,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        hide_parameters=True,
        use_native_hstore=False,
    )
    return engine.connect()
