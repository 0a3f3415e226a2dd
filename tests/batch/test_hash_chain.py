"""Where a log was altered, and how: each fault by its entry and its sentence, without a database."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from imgvet.batch.decisions.hash_chain import (
    HASHED_COLUMNS,
    MIN_HEAD_DIGITS,
    START_HASH,
    ChainBreak,
    DecisionLog,
    LogCounters,
    LogRow,
    entry_hash,
    first_break,
)

KINDS = ("declare", "vetted", "exclude", "finish")  # the second one is imgvet's own
OF_PEOPLE = 3


def chain(kinds: tuple[str, ...] = KINDS) -> list[LogRow]:
    made, before = [], START_HASH
    for number, kind in enumerate(kinds, 1):
        fields = (number, "2026-06-14", "A. Officer", kind, 1, "5" * 64, None, "", "", None, "aofficer", "PC-1")
        before = entry_hash(before, fields)
        made.append(LogRow(fields, before))
    return made


WHOLE = chain()
COUNTERS = LogCounters(4, OF_PEOPLE)


def numbered(row: LogRow, number: Any) -> LogRow:
    return replace(row, untrusted_fields=(number, *row.untrusted_fields[1:]))


def hashed(*array: Any) -> str:
    return hashlib.sha256(json.dumps(array, separators=(",", ":")).encode("ascii")).hexdigest()


def test_account_and_machine_are_hashed_where_one_is_known() -> None:
    """An entry of before 0.7 has neither, and keeps its hash; one that lost only one of them does not."""
    fields = (*range(9), None)
    assert len(fields) + 2 == len(HASHED_COLUMNS)
    assert entry_hash(START_HASH, (*fields, None, None)) == hashed("0" * 64, *fields) == entry_hash("0" * 64, fields)
    for signed_in in (("a", None), (None, "b"), ("a", "b"), ("", "")):
        assert entry_hash("x", (*fields, *signed_in)) == hashed("x", *fields, *signed_in)
    assert entry_hash("x", (*range(8), None, None)) == hashed("x", *range(8), None, None)
    assert entry_hash("x", (b"bytes",)) == hashed("x", "b'bytes'")  # SQLite takes anything; it is no entry of imgvet's


def test_the_head_is_the_last_hash() -> None:
    assert DecisionLog(WHOLE, COUNTERS).head == WHOLE[-1].untrusted_hash
    assert DecisionLog((), LogCounters(0, 0)).head == START_HASH == "0" * 64
    assert MIN_HEAD_DIGITS == 16
    assert [row.is_of_people for row in WHOLE] == [True, False, True, True]
    assert [row.number for row in WHOLE] == [1, 2, 3, 4]


@pytest.mark.parametrize("noted", ["", "0" * 16, START_HASH, *(row.untrusted_hash for row in WHOLE)])
def test_a_head_of_any_time_is_in_the_log(noted: str) -> None:
    assert first_break(WHOLE, COUNTERS, noted) is None
    assert first_break(WHOLE, COUNTERS, noted[:20]) is None


def test_a_head_that_is_not_in_the_log_is_told() -> None:
    reason = "The fingerprint 1234 is not in the log: entries that existed when it was noted are missing now."
    for rows, counters in ((WHOLE, COUNTERS), ([], LogCounters(0, 0))):
        assert first_break(rows, counters, "1234") == ChainBreak(None, reason)
    assert first_break([], LogCounters(0, 0), "0000") is None


@pytest.mark.parametrize(("counters", "broken"), [
    (LogCounters(4, 0), None),
    (LogCounters(5, OF_PEOPLE), ChainBreak(5, "There were 5 entries; those from 5 on are missing.")),
    (LogCounters(9, 9), ChainBreak(5, "There were 9 entries; those from 5 on are missing.")),
    (LogCounters(3, 0), ChainBreak(None, "The database has counted 3 entries, but there are 4.")),
    (LogCounters(4, 4), ChainBreak(5, "4 entries were applied; those from 5 on are missing.")),
])  # fmt: skip
def test_a_log_that_ends_too_early_is_told(counters: LogCounters, broken: ChainBreak | None) -> None:
    """Before a head that is not there either."""
    assert first_break(WHOLE, counters) == broken
    if broken:
        assert first_break(WHOLE, counters, "1234") == broken


@pytest.mark.parametrize(("place", "row", "entry", "reason"), [
    (1, WHOLE[2], 2, "Entry 2 is missing."),
    (0, numbered(WHOLE[0], 7), 1, "Entry 1 is missing."),
    (2, WHOLE[1], 2, "Entry 2 was added later."),
    (2, numbered(WHOLE[2], 0), 0, "Entry 0 was added later."),
    (2, numbered(WHOLE[2], "7"), "7", "Entry 7 was added later."),
    (2, numbered(WHOLE[2], None), None, "Entry None was added later."),
    (0, replace(WHOLE[0], untrusted_hash="x"), 1, "Entry 1 does not match its hash."),
    *(
        (at, replace(WHOLE[at], untrusted_hash=digest), at + 1, f"Entry {at + 1} does not match its hash. "
         f"It was altered, or moved from its place after entry {at}.")
        for at in (1, 2, 3) for digest in (None, "", START_HASH, WHOLE[0].untrusted_hash)
    ),
    (2, LogRow(WHOLE[2].untrusted_fields, chain(("finish", *KINDS[1:]))[2].untrusted_hash), 3, "Entry 3 does not match "
     "its hash. It was altered, or moved from its place after entry 2."),
])  # fmt: skip
def test_an_entry_that_was_altered_is_named(place: int, row: LogRow, entry: Any, reason: str) -> None:
    """The first one, whatever the counters and the noted head say."""
    rows = [*WHOLE[:place], row, *WHOLE[place + 1 :]]
    for counters, noted in ((COUNTERS, ""), (LogCounters(9, 9), "1234")):
        assert first_break(rows, counters, noted) == ChainBreak(entry, reason)
