"""Tables are brought to this version by Alembic's revisions; a revision that was once released is never changed.

A revision has four digits for its name, and is the next one's predecessor. Alembic is loaded only where one is due.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Revisions:
    """The revisions of one kind of database."""

    folder: Path  # of Alembic's environment
    names: tuple[str, ...]  # oldest first; it makes the tables on a server that a file of SQLite has made before

    @property
    def newest(self) -> str:
        """The name of the newest one."""
        return self.names[-1]

    def of_file(self, number: int) -> Callable[[sqlite3.Connection], None]:
        """The step of ``sqlite_store`` that brings a file from the revision before to that of this number."""
        return lambda file: _upgrade_file(file, self, self.names[number - 1], self.names[number])


def upgrade(connection: "Connection", revisions: Revisions) -> None:
    """Bring a database to the newest revision, in the transaction of the caller.

    Raises:
        sqlalchemy.exc.DBAPIError: the database does not allow it.
    """
    from alembic import command  # noqa: PLC0415 - rarely due

    command.upgrade(_config(connection, revisions), revisions.newest)


def _upgrade_file(file: sqlite3.Connection, revisions: Revisions, before: str, to: str) -> None:
    from alembic import command  # noqa: PLC0415 - rarely due

    from imgvet.database.files import connected  # noqa: PLC0415 - loads SQLAlchemy

    config = _config(connected(file), revisions)
    command.stamp(config, before, purge=True)  # a file's version is in its user_version
    command.upgrade(config, to)


def _config(connection: "Connection", revisions: Revisions) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - rarely due

    if not connection.in_transaction():
        connection.begin()  # for SQLAlchemy only: so Alembic knows that the transaction is not its own
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(revisions.folder).replace("%", "%%"))
    return config
