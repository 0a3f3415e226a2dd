"""What a proof says of a file, as tests compare it."""

from imgvet.proof.ledger import Ledger
from imgvet.proof.prove import prove

Told = list[tuple[int, str, str]]


def told(data: bytes, *, stripped: bool = False, thorough: bool = False) -> Told:
    """Offset, name and reason of every problem of a file, in the order in which they were found."""
    return [
        (each.offset, each.name, each.reason) for each in prove(data, stripped=stripped, thorough=thorough).problems
    ]


def of_ledger(account: Ledger) -> Told:
    """The same of a ledger that a test has filled."""
    return [(each.offset, each.name, each.reason) for each in account.problems]
