"""A register is opened: a file, or a database on a server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from imgvet.database.addresses import Address, ServerAddress
from imgvet.database.files import open_file
from imgvet.errors import RegisterError
from imgvet.releases.register import Register
from imgvet.releases.register_words import as_register_error, register_told
from imgvet.releases.scans import FolderScans
from imgvet.releases.schema import REGISTER_REVISIONS, REGISTER_SCHEMA
from imgvet.releases.server_scans import ServerScans
from imgvet.releases.tables import REGISTER_TABLES


def opened_register(address: Address, *, make: bool) -> Register | None:
    """The register at that address, whether it was moved or not; None where there is none on that server.

    ``make``: whether a server gets a new one where it has none; a file that is empty becomes one.

    Raises:
        RegisterError: it cannot be read or made, is not a register, or belongs to a newer imgvet.
    """
    with as_register_error(), register_told(address):
        if isinstance(address, Path):
            return Register(address, open_file(address, REGISTER_SCHEMA), FolderScans(address))
        server = _servers().open_server(address, REGISTER_TABLES, REGISTER_REVISIONS, make=make)
        return Register(address, server, ServerScans(address, server)) if server else None


@contextmanager
def new_on_server(address: ServerAddress) -> Iterator[Register]:
    """A new register, which is there with what is written into it within, or not at all.

    Raises:
        RegisterError: as ``opened_register``; there is one already.
    """
    with (
        as_register_error(),
        register_told(address),
        _servers().made_whole(address, REGISTER_TABLES, REGISTER_REVISIONS) as server,
    ):
        yield Register(address, server, ServerScans(address, server))


def _servers() -> ModuleType:
    try:
        from imgvet.database import servers  # noqa: PLC0415 - few registers are on one
    except ImportError:
        raise RegisterError(
            "A register on a server needs the package psycopg.", 'Install it: pip install "imgvet[postgresql]"'
        ) from None
    return servers
