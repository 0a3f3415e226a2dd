"""What a PostgreSQL server, or the way to it, says of a failure, in one plain sentence, with the way out."""

from dataclasses import dataclass
from typing import Any


class ServerTrouble(Exception):
    """The server cannot do what is asked now; nothing of the step was saved, unless the reason says otherwise."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason, hint)
        self.reason, self.hint = reason, hint


@dataclass(frozen=True, slots=True)
class _Words:
    """One kind of failure, by the beginning of PostgreSQL's SQLSTATE."""

    codes: tuple[str, ...]
    reason: str  # {database} is the address
    hint: str


_AGAIN = "Nothing of this step was saved. Run the command again."
_RIGHTS = "Ask the people who run the server for the rights that imgvet's documentation lists."
_KINDS = (
    _Words(("55P03", "40001", "40P01"), "{database} is being used by somebody else.", "Try again in a moment."),
    _Words(
        ("28",), "The server of {database} does not accept your name or password.",
        "Give the name in the address, and the password in ~/.pgpass or PGPASSWORD.",
    ),
    _Words(
        ("3D000",), "The server has no database of the name in {database}.",
        "Check the address, or have the database created.",
    ),
    _Words(("42501",), "{database} does not allow you to do this.", _RIGHTS),
    _Words(("25006",), "{database} can only be read.", "Name the server that may be written to."),
    _Words(("53100",), "The disk of the server of {database} is full.", f"Have room made on it. {_AGAIN}"),
    _Words(("53300", "57P03"), "The server of {database} has too many connections now.", "Try again in a moment."),
    _Words(("53",), "The server of {database} has too little memory.", _AGAIN),
    _Words(("08", "57P"), "The connection to {database} was lost.", _AGAIN),
    _Words(("57014",), "The server of {database} stopped the step: it took too long.", _AGAIN),
    _Words(("XX", "58"), "The server of {database} reports a fault.", "Tell the people who run the server."),
)  # fmt: skip
_LOST = next(each for each in _KINDS if "08" in each.codes)


def server_trouble(problem: BaseException | None, database: str, *, connected: bool) -> ServerTrouble:
    """The failure in words.

    Args:
        problem: psycopg's error.
        database: the address, without a password.
        connected: whether there was a connection before it.
    """
    code = str(getattr(problem, "sqlstate", None) or "")
    name = f"'{database}'"
    for each in _KINDS:
        if code and code.startswith(each.codes):
            return ServerTrouble(each.reason.format(database=name), each.hint)
    if not code and connected:
        return ServerTrouble(_LOST.reason.format(database=name), _LOST.hint)
    said = _first_line(problem)
    if not code:
        return _not_reached(said, name)
    return ServerTrouble(
        f"The server of {name} refused the step ({code}: {said}).", "Tell the people who run the server."
    )


def not_saved(database: str) -> ServerTrouble:
    """The server took the whole step back."""
    return ServerTrouble(f"The server of '{database}' did not save the step, a part of which had failed.", _AGAIN)


def uncertain(database: str) -> ServerTrouble:
    """The connection went while the step was being saved."""
    return ServerTrouble(
        f"The connection to '{database}' was lost while the step was being saved: all of it was saved, or nothing.",
        "Look whether it is there before you run the command again.",
    )


def _not_reached(said: str, name: str) -> ServerTrouble:
    lower = said.casefold()
    if any(word in lower for word in ("authentication", "password", "no pg_hba")):
        return server_trouble(_Refused(), name.strip("'"), connected=False)
    if "does not exist" in lower and "database" in lower:
        return server_trouble(_Refused("3D000"), name.strip("'"), connected=False)
    reason = f"The server of {name} cannot be reached ({said})." if said else f"{name} cannot be reached."
    return ServerTrouble(reason, "Check the address and the network, then run the command again.")


class _Refused(Exception):
    """libpq gives no code for what fails while it connects."""

    def __init__(self, sqlstate: str = "28000") -> None:
        super().__init__()
        self.sqlstate = sqlstate


def _first_line(problem: Any) -> str:
    """The server's own words, without the statement and its values."""
    primary = getattr(getattr(problem, "diag", None), "message_primary", None)
    text = str(primary or problem or "").strip()
    line = next((line for line in reversed(text.splitlines()) if line.strip()), "") if not primary else text
    return line.strip().rpartition("failed: ")[2].removeprefix("FATAL:").strip().rstrip(".")
