"""Goes through the boxes of an ISO base media file (ISO/IEC 14496-12, section 4.2)."""

from collections.abc import Iterator
from dataclasses import dataclass

from imgvet.proof.ledger import Ledger

HEAD = 8  # bytes: length and name


@dataclass(frozen=True, slots=True)
class ProofBox:
    """One box, and where it stands in the file."""

    name: str
    offset: int
    end: int  # where the next one starts
    content: bytes


def boxes(untrusted: bytes, start: int, end: int, ledger: Ledger) -> Iterator[ProofBox]:
    """Every box from ``start``, the last of which must end at ``end``.

    Raises:
        Unwalkable: a length is not that of a box; lengths of 64 bits and to the end of the file are none here.
    """
    while start < end:
        length = int.from_bytes(untrusted[start : start + 4], "big")
        name = untrusted[start + 4 : min(start + HEAD, end)].decode("latin-1")
        if start + HEAD > end or length < HEAD or start + length > end:
            ledger.stop(start, name or "box", "It is cut off, or its length is wrong.")
        yield ProofBox(name, start, start + length, untrusted[start + HEAD : start + length])
        start += length
