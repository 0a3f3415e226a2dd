"""An open database, on which statements of SQLAlchemy Core run; transactions are started explicitly."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.exc import DBAPIError


class Database(ABC):
    """One connection. Outside a transaction, each statement is a step of its own and sees what others have written."""

    driver: Any  # the connection below it, sqlite3's or psycopg's
    connection: Connection
    schema: str | None = None  # in which its tables are; None: it has none

    def read(self, statement: Executable) -> Sequence[Any]:
        """All rows that a statement finds.

        Raises:
            sqlite3.Error, ServerTrouble: the database cannot be read.
        """
        return self.run(statement)

    def run(self, statement: Executable, rows: Sequence[Mapping[str, Any]] = ()) -> Sequence[Any]:
        """Run a statement, with ``rows`` once for each of them; the rows that it gives.

        Raises:
            sqlite3.Error, ServerTrouble: the database cannot be used.
        """
        options = {"schema_translate_map": {None: self.schema}} if self.schema else {}
        try:
            done = self.connection.execute(statement, rows or None, execution_options=options)
            return done.fetchall() if done.returns_rows else ()
        except DBAPIError as problem:
            raise self._told(problem.orig) from None  # what SQLAlchemy says of it names values, which are private

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """What is read and written within is one step, all of it or nothing, and nobody else writes meanwhile.

        Within another transaction it is part of that one.

        Raises:
            sqlite3.Error, ServerTrouble: the database cannot be written to, or is in use for too long.
        """

    @abstractmethod
    def before_others(self) -> AbstractContextManager[None]:
        """Transactions within are tried for far longer: what they write must not be refused."""

    @abstractmethod
    def rewrite(self) -> None:
        """Write the tables again, without what was removed, as far as that is possible; see ``traces``.

        Raises:
            sqlite3.Error, ServerTrouble: it is in use for too long.
        """

    @abstractmethod
    def traces(self) -> str:
        """Where what was removed is still to be found after ``rewrite``, in a sentence; empty: nowhere."""

    @abstractmethod
    def count_on(self, table: Table) -> None:
        """Let the next row of a table that numbers its rows have the number after the highest, which was given."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""

    @abstractmethod
    def _told(self, problem: BaseException | None) -> BaseException:
        """The error to raise for one of the driver."""
