"""Where the register of release forms is, and how it is opened. SQLAlchemy is loaded only where it is."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from platformdirs import user_data_path

from imgvet.database.addresses import Address, address_of
from imgvet.errors import RegisterUnusable
from imgvet.named_files import is_named
from imgvet.releases.register_words import moved_error
from imgvet.sqlite_store import create_private
from imgvet.storage_errors import storage_words

if TYPE_CHECKING:
    from imgvet.releases.register import Register


def register_address(named: Address | None) -> Address:
    """The address of the register: as named, else IMGVET_REGISTER, else a file in the user's own data folder.

    Raises:
        UsageError: IMGVET_REGISTER begins like the address of a server, and is none.
    """
    if named is not None:
        return named
    from_environment = os.environ.get("IMGVET_REGISTER", "")
    if from_environment:
        return address_of(from_environment)
    return user_data_path("imgvet", appauthor=False) / "releases.db"


def find_register(address: Address) -> "Register | None":
    """Open the register at that address; None: there is none, as in an empty file or database.

    Raises:
        RegisterError: it cannot be read, is not a register, was moved, or belongs to a newer imgvet.
    """
    if isinstance(address, Path) and not _is_there(address):
        return None
    return _opened(address, make=False)


def open_register(address: Address) -> "Register":
    """Open the register at that address; if there is none, a new one: a file that only its owner can read.

    Raises:
        RegisterError: it cannot be read or made, is not a register, was moved, or belongs to a newer imgvet.
    """
    if isinstance(address, Path):
        make_register_file(address)
    return _opened(address, make=True)


def make_register_file(path: Path) -> None:
    """An empty file for a new register, where there is none.

    Raises:
        RegisterUnusable: it cannot be made.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        create_private(path)
    except OSError as problem:
        reason, hint = storage_words(problem, path)
        raise RegisterUnusable(
            f"The register of release forms cannot be made. {reason}", f"{hint} Or name another file with --register."
        ) from None


@overload
def _opened(address: Address, *, make: Literal[True]) -> "Register": ...
@overload
def _opened(address: Address, *, make: Literal[False]) -> "Register | None": ...
def _opened(address: Address, *, make: bool) -> "Register | None":
    from imgvet.releases.opening import opened_register  # noqa: PLC0415 - loads SQLAlchemy

    register = opened_register(address, make=make)
    if register is not None and (there := register.moved_to):
        register.close()
        raise moved_error(address, there)
    return register


def _is_there(path: Path) -> bool:
    """Whether there is more than an empty file: a batch that was sent must not make one a register."""
    return is_named(path) and (not path.is_file() or path.stat().st_size > 0)
