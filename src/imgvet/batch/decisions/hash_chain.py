"""The chain of decisions: every entry of the log carries a hash over itself and over the hash of the entry before it.

The hash of an entry is the SHA-256, in 64 small hexadecimal digits, of one JSON array in ASCII:

    [before, id, at, by, kind, photo, source_sha256, face, value, note, known_as, account, machine]

``account`` and ``machine`` are not in the array where both columns are NULL, as in entries of before 0.7.
``before`` is the hash of the entry with the next lower id, or 64 zeros for the first entry. The others are the columns
of the table ``decisions`` as SQLite has them: a number as decimal digits, NULL as ``null``, a text as a JSON string.
There is no space between the elements. In strings ``"`` and ``\\`` are escaped by a backslash; U+0008, U+0009, U+000A,
U+000C and U+000D are ``\\b``, ``\\t``, ``\\n``, ``\\f`` and ``\\r``; every other character outside U+0020 to U+007E is
``\\u`` and four small hexadecimal digits, twice (UTF-16 surrogates) beyond U+FFFF. ``face`` and ``known_as`` are texts,
``"[left, top, right, bottom]"`` in pixels. It is what Python's ``json.dumps(array, separators=(",", ":"))`` gives.

Ids run from 1 without a gap. Pure functions; no file is opened here.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from imgvet.decisions import decision_kind

SIGNED_IN_COLUMNS = ("account", "machine")  # since 0.7
HASHED_COLUMNS = (
    *("id", "at", "by", "kind", "photo", "source_sha256", "face", "value", "note", "known_as"),
    *SIGNED_IN_COLUMNS,
)
_KIND = HASHED_COLUMNS.index("kind")
START_HASH = "0" * 64  # in place of the hash before the first entry
MIN_HEAD_DIGITS = 16  # of a noted head: 64 bits, too many to forge by brute force


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line of the log as it is in the database; only the chain shows whether it was altered."""

    untrusted_fields: tuple[Any, ...]  # in the order of COLUMNS
    untrusted_hash: Any

    @property
    def number(self) -> Any:
        """Its id, by which people name it."""
        return self.untrusted_fields[0]

    @property
    def is_of_people(self) -> bool:
        """Whether somebody decided something with it; imgvet's own entries are beside what people said."""
        return not decision_kind(self.untrusted_fields[_KIND]).machine


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """Where the log was altered, and how."""

    entry: int | None  # id of the first entry that is wrong; None: no single one is
    reason: str  # one plain sentence


@dataclass(frozen=True, slots=True)
class LogCounters:
    """What else in the database shows how many entries there were."""

    ever: int  # ids that SQLite has given away in this table
    applied: int  # entries of people that the last finished run had applied


@dataclass(frozen=True, slots=True)
class DecisionLog:
    """The log of decisions as it was in the database at one moment."""

    rows: Sequence[LogRow]  # by id
    counters: LogCounters

    @property
    def head(self) -> str:
        """The hash of the last entry, in hexadecimal: what to note elsewhere, such as on paper."""
        return str(self.rows[-1].untrusted_hash) if self.rows else START_HASH


@dataclass(frozen=True, slots=True)
class CheckedEntries:
    """The beginning of a log that was checked before and is unaltered."""

    head: str = START_HASH  # of its last entry
    count: int = 0  # entries
    of_people: int = 0  # of those, decisions


_NOTHING = CheckedEntries()


def entry_hash(before: str, fields: Sequence[Any]) -> str:
    """The hash of an entry with these fields, in the order of COLUMNS, that follows one with the hash ``before``."""
    if len(fields) == len(HASHED_COLUMNS) and fields[-1] is fields[-2] is None:
        fields = fields[: -len(SIGNED_IN_COLUMNS)]
    array = json.dumps([before, *fields], separators=(",", ":"), default=repr)
    return hashlib.sha256(array.encode("ascii")).hexdigest()


def first_break(
    entries: Iterable[LogRow], counters: LogCounters, noted: str = "", after: CheckedEntries = _NOTHING
) -> ChainBreak | None:
    """The first place where the log was altered, shortened, reordered or added to by anything but imgvet, or None.

    Args:
        entries: all of them, by id; with ``after`` only those behind it.
        counters: what else the database has about them.
        noted: a head that was written down elsewhere, at least its first MIN_DIGITS digits; empty for none.
        after: what was checked before and is unaltered.
    """
    before, number, decided = after.head, after.count, after.of_people
    found = before.startswith(noted)
    for number, entry in enumerate(entries, after.count + 1):
        wrong = _wrong(entry, number, before)
        if wrong:
            return wrong
        before = str(entry.untrusted_hash)
        found = found or before.startswith(noted)
        decided += entry.is_of_people
    return _cut_off(number, decided, counters) or (None if found else _not_in_it(noted))


def _wrong(entry: LogRow, number: int, before: str) -> ChainBreak | None:
    if entry.number != number:
        if isinstance(entry.number, int) and entry.number > number:
            return ChainBreak(number, f"Entry {number} is missing.")
        return ChainBreak(entry.number, f"Entry {entry.number} was added later.")
    if entry.untrusted_hash != entry_hash(before, entry.untrusted_fields):
        follows = f" It was altered, or moved from its place after entry {number - 1}." if number > 1 else ""
        return ChainBreak(number, f"Entry {number} does not match its hash.{follows}")
    return None


def _cut_off(count: int, decided: int, counters: LogCounters) -> ChainBreak | None:
    if counters.ever > count:
        return ChainBreak(count + 1, f"There were {counters.ever} entries; those from {count + 1} on are missing.")
    if counters.ever < count:
        return ChainBreak(None, f"The database has counted {counters.ever} entries, but there are {count}.")
    if counters.applied > decided:
        return ChainBreak(count + 1, f"{counters.applied} entries were applied; those from {count + 1} on are missing.")
    return None


def _not_in_it(noted: str) -> ChainBreak:
    return ChainBreak(
        None, f"The fingerprint {noted} is not in the log: entries that existed when it was noted are missing now."
    )
