"""A database in a file: SQLAlchemy on the confined connection of ``sqlite_store``."""

import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Connection, StaticPool, Table, create_engine

from imgvet.database.connection import Database
from imgvet.sqlite_store import Schema, before_others, open_database, transaction


class FileDatabase(Database):
    """A database in a file."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        """``driver``: open, confined, and brought to this version."""
        self.driver = driver
        self.connection = connected(driver)

    def transaction(self) -> AbstractContextManager[None]:
        """As in ``Database``."""
        return transaction(self.driver)

    def before_others(self) -> AbstractContextManager[None]:
        """As in ``Database``."""
        return before_others(self.driver)

    def rewrite(self) -> None:
        """As in ``Database``."""
        self.driver.execute("VACUUM")

    def traces(self) -> str:
        """As in ``Database``; nothing is left in a file."""
        return ""

    def count_on(self, table: Table) -> None:
        """As in ``Database``; SQLite does so by itself."""

    def close(self) -> None:
        """As in ``Database``."""
        self.driver.close()

    def _told(self, problem: BaseException | None) -> BaseException:
        return problem or sqlite3.Error("unknown")


def open_file(path: Path, schema: Schema) -> FileDatabase:
    """The database in that file, see ``sqlite_store.open_database``, which says what is raised."""
    return FileDatabase(open_database(path, schema))


def connected(driver: sqlite3.Connection) -> Connection:
    """SQLAlchemy on an open connection, whose transactions are its owner's: it neither begins nor ends one."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: driver,
        poolclass=StaticPool,
        pool_reset_on_return=None,
        skip_autocommit_rollback=True,  # ``driver`` commits each statement; setting that here would end a transaction
        hide_parameters=True,
    )
    return engine.connect()
