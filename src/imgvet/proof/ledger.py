"""The ledger in which the walkers account for every byte, what it records, and what it requires of coded data."""

from dataclasses import dataclass, field
from typing import NoReturn

MAX_PROBLEMS = 100  # then the walk ends: a hostile file must not fill the memory with its problems
MAX_STRUCTURES = 200_000  # likewise with its pieces; a PNG of 200 megapixels in short chunks has half of them


@dataclass(frozen=True, slots=True)
class ProvenPart:
    """One piece of a file that a walker read, e.g. a segment, a chunk or a field."""

    name: str
    offset: int  # bytes from the start of the file
    length: int  # bytes, header and all


@dataclass(frozen=True, slots=True)
class ProofProblem:
    """One thing that is not on the allow-list, and why."""

    offset: int  # bytes from the start of the file
    name: str
    reason: str  # one plain sentence, without values from the file


class Unwalkable(Exception):
    """The walk cannot continue; the reason is the ledger's last problem."""


@dataclass(slots=True)
class Ledger:
    """The account of one walk: parts, problems, and how far the bytes are accounted for."""

    stripped: bool = False  # which of the two allow-lists applies
    thorough: bool = False  # whether the coded data of a JPEG is read to its last bit, which takes time
    structures: list[ProvenPart] = field(default_factory=list)
    problems: list[ProofProblem] = field(default_factory=list)
    reached: int = 0  # the first byte that is not yet accounted for
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of the XMP packet, by property
    orientation: int = 1  # 1 to 8, as in EXIF
    colour_profile: str | None = None  # the name of a known one

    def claim(self, name: str, offset: int, length: int) -> None:
        """Account for the next bytes of the file; a gap or an overlap is recorded as a problem.

        Raises:
            Unwalkable: as ``note`` and ``wrong``.
        """
        if offset != self.reached:
            self.wrong(min(offset, self.reached), name, "It does not start where the piece before it ends.")
        self.reached = offset + length
        self.note(name, offset, length)

    def note(self, name: str, offset: int, length: int) -> None:
        """Name a part of a piece that is claimed as a whole.

        Raises:
            Unwalkable: there are more parts than a photo can have.
        """
        if len(self.structures) >= MAX_STRUCTURES:
            self.stop(offset, name, f"The file has more than {MAX_STRUCTURES} pieces.")
        self.structures.append(ProvenPart(shown(name), offset, length))

    def wrong(self, offset: int, name: str, reason: str) -> None:
        """Record a problem and continue.

        Raises:
            Unwalkable: there are too many problems to be of use.
        """
        self.problems.append(ProofProblem(offset, shown(name), reason))
        if len(self.problems) >= MAX_PROBLEMS:
            raise Unwalkable

    def stop(self, offset: int, name: str, reason: str) -> NoReturn:
        """Record a problem after which nothing more can be read.

        Raises:
            Unwalkable: always.
        """
        self.wrong(offset, name, reason)
        raise Unwalkable

    def offset_of(self, name: str, otherwise: int = 0) -> int:
        """The offset of the first structure of that name."""
        return next((each.offset for each in self.structures if each.name == name), otherwise)


def shown(untrusted_name: str) -> str:
    """A name from the file, made safe to print: no control characters, at most 80 letters."""
    return "".join(letter if letter.isprintable() else "?" for letter in untrusted_name[:80])


# Plain letters in a row (a run of 72 is never missed); by chance once in 10^20 bytes of entropy-coded data.
_TEXT_RUN = 48
_TEXT_LETTERS = 12  # different letters among them: flat areas repeat a few
_IS_LETTER = bytes(1 if 0x20 <= byte < 0x7F else 0 for byte in range(256))


def check_no_text(untrusted: bytes, start: int, end: int, name: str, ledger: Ledger) -> None:
    """Record a problem if there is a run of letters between ``start`` and ``end``."""
    letters = untrusted[start:end].translate(_IS_LETTER)
    here = letters.find(b"\x01" * _TEXT_RUN)
    while here >= 0:
        if len(set(untrusted[start + here : start + here + _TEXT_RUN])) >= _TEXT_LETTERS:
            ledger.wrong(start + here, name, "It contains plain text.")
            return
        here = letters.find(b"\x01" * _TEXT_RUN, here + _TEXT_RUN // 2)
