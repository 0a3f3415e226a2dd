"""The register of release forms, as commands open it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from imgvet.cli.console import print_note, say_clock
from imgvet.database.addresses import Address
from imgvet.errors import RegisterError
from imgvet.named_files import is_named
from imgvet.releases.store import find_register, open_register, register_address

if TYPE_CHECKING:
    from imgvet.releases.register import Register


@contextmanager
def register_opened(named: Address | None, *, make: bool = False) -> "Iterator[Register]":
    """The register, open; ``make``: one that is not there is made, because something is to be added.

    Raises:
        RegisterError: there is none, or it cannot be used.
    """
    address = register_address(named)
    register = _found(address)
    if register is None and not make:
        raise RegisterError(f"There is no register at '{address}'.", "It is created when you add the first form.")
    if register is None:
        print_note(f"A new register was created: {address}")
        register = open_register(address)
    with register:
        say_clock(register.clock)
        yield register


@contextmanager
def register_looked_at(named: Address | None) -> "Iterator[Register | None]":
    """The register, open, to look at; None where there is none.

    Raises:
        RegisterError: it cannot be used.
    """
    register = _found(register_address(named))
    if register is None:
        yield None
        return
    with register:
        say_clock(register.clock)
        yield register


def _found(address: Address) -> "Register | None":
    """The register at an address that somebody named; None: nothing is there. An empty file is to become one."""
    return open_register(address) if isinstance(address, Path) and is_named(address) else find_register(address)
