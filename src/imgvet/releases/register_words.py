"""What goes wrong with the register's file or server, in words."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from imgvet.database.addresses import Address
from imgvet.database.server_words import ServerTrouble
from imgvet.errors import RegisterError, RegisterMoved, RegisterUnusable, UsageError
from imgvet.releases.rows import RESTORE
from imgvet.releases.schema import REGISTER_SCHEMA
from imgvet.sqlite_store import AlteredDatabase, ForeignDatabase, NewerDatabase
from imgvet.storage_errors import is_in_use, storage_words


@contextlib.contextmanager
def register_told(address: Address) -> Iterator[None]:
    """The errors of a database, in words.

    Raises:
        RegisterError: the database is not a register, or not one that this version can use.
        RegisterUnusable: it cannot be read or written now.
    """
    try:
        yield
    except ForeignDatabase:
        raise RegisterError(
            f"'{address}' is a database, but not a register of release forms.", "Name another one."
        ) from None
    except NewerDatabase as problem:
        raise RegisterError(
            f"'{address}' was written by a newer imgvet (schema {problem}; this one knows {REGISTER_SCHEMA.version}).",
            "Install that version here; nothing was changed.",
        ) from None
    except AlteredDatabase as problem:
        raise RegisterError(f"'{address}' is not a register that imgvet wrote: {problem}.", RESTORE) from None
    except ServerTrouble as problem:
        raise RegisterUnusable(problem.reason, problem.hint) from None
    except (OSError, sqlite3.Error) as problem:
        path = address if isinstance(address, Path) else None
        if path and is_in_use(problem, path):
            raise RegisterUnusable(
                f"The register '{path}' is being used by somebody else.", "Try again in a moment."
            ) from None
        reason, hint = storage_words(problem, path)
        raise RegisterUnusable(f"The register of release forms cannot be used. {reason}", hint) from None


def moved_error(address: Address, there: str) -> RegisterMoved:
    """The register was moved from that address to another."""
    return RegisterMoved(
        f"The register '{address}' was moved to '{there}', and nothing is recorded here any more.",
        "Name that one with --register or in IMGVET_REGISTER.",
    )


@contextlib.contextmanager
def as_register_error() -> Iterator[None]:
    """What an address is refused for is said as of a register.

    Raises:
        RegisterError: it is refused.
    """
    try:
        yield
    except RegisterError:
        raise
    except UsageError as problem:
        raise RegisterError(problem.reason, problem.hint) from None
