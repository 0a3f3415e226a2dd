"""Where a database is: in a file, or on a PostgreSQL server. A password is never shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from imgvet.errors import UsageError

_SERVER = re.compile(r"postgres(?:ql)?:", re.IGNORECASE)
_SECRETS = frozenset({"password", "sslpassword", "oauth_client_secret"})  # libpq's, in the part after "?"


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A database on a PostgreSQL server, as libpq takes it: ``postgresql://user@host:port/database?sslmode=…``."""

    uri: str = field(repr=False)  # whole, with the password where somebody typed one
    is_known: bool = True  # named here: imgvet connects to no server because a batch from elsewhere names it

    def __str__(self) -> str:
        """The address without a password."""
        parts = urlsplit(self.uri)
        query = urlencode([each for each in parse_qsl(parts.query) if each[0] not in _SECRETS], quote_via=quote)
        return f"{parts.scheme}://{_without_password(parts)}{parts.path}{query and f'?{query}'}"


Address = Path | ServerAddress


def address_of(text: str) -> Address:
    """The address that somebody typed: one of a server, or the name of a file.

    Raises:
        UsageError: it begins like that of a server, and is none.
    """
    if not _SERVER.match(text):
        return Path(text)
    try:
        parts = urlsplit(text)
        hosts = list(_ports(parts))
    except ValueError:
        hosts = []
    if not hosts or "//" not in text or len(parts.path) < 2 or "@" in parts.path or parts.fragment:
        raise UsageError(  # which does not repeat it: it may have a password in it
            "The address of the database server is not complete.",
            "Write postgresql://USER@HOST/DATABASE; a port is written HOST:PORT, other settings follow after '?'.",
        )
    return ServerAddress(text)


def kept_address(text: str, own: Address) -> Address:
    """An address that was kept without its password, such as in a batch, which somebody else may have made.

    ``own``: that of this computer; the same address has its password.
    """
    if text == str(own):
        return own
    return ServerAddress(text, is_known=False) if _SERVER.match(text) else Path(text)


def whole_address(address: Address) -> Address:
    """The address, from wherever it is used."""
    return address.resolve() if isinstance(address, Path) else address


def full_text(address: Address) -> str:
    """The address as ``address_of`` reads it from anywhere, a password included: for imgvet's own processes only."""
    return str(address.absolute()) if isinstance(address, Path) else address.uri


def _ports(parts: SplitResult) -> Iterator[str]:
    """The hosts, each with its port.

    Raises:
        ValueError: a port is not a number.
    """
    for host in parts.netloc.rpartition("@")[2].split(","):
        _, colon, port = host.rpartition(":")
        if colon and not host.endswith("]") and port and not port.isdecimal():
            raise ValueError(host)
        yield host


def _without_password(parts: SplitResult) -> str:
    user, at, hosts = parts.netloc.rpartition("@")
    return user.partition(":")[0] + at + hosts
