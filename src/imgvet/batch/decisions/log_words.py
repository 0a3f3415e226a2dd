"""Entries of the log, and what came of checking it, as people read them: in the terminal and on the review page."""

from dataclasses import dataclass

from imgvet.batch.decisions.log import LogCheck, LogEntry
from imgvet.decisions import CAPTION, PUBLISHED, TAKEN_DOWN, decision_kind, parse_word_changes, words_told
from imgvet.text import count, long_day, long_time


@dataclass(frozen=True, slots=True)
class ToldEntry:
    """One entry in words."""

    at: str  # when, as people write it, in local time
    who: str  # name, and the account that the person was signed in with
    about: str  # which photo and face, or the batch
    what: str  # kind and value
    note: str  # why, in the person's own words
    remark: str  # a further sentence, or nothing


def told_entry(line: LogEntry) -> ToldEntry:
    """An entry of the log in words."""
    decision = line.decision
    value = decision.value
    if decision.kind in (PUBLISHED, TAKEN_DOWN):  # the day is first
        day, _, rest = value.partition(" ")
        value = f"{long_day(day)} {rest}"
    if decision.kind == CAPTION:
        value = words_told(parse_word_changes(value))
    if mark := decision.area:
        value = " ".join(filter(None, [mark.rule, decision_kind(mark.approved).called if mark.approved else ""]))
    what = " ".join(filter(None, [decision_kind(decision.kind).called, value]))
    who = f"{decision.by} ({decision.signed_in})" if decision.signed_in else decision.by
    both = f"The decision and its approval both came from the account {decision.signed_in}." if line.one_account else ""
    return ToldEntry(long_time(decision.at), who, _about(line), what, decision.note, both)


def _about(line: LogEntry) -> str:
    decision = line.decision
    if line.photo is None:
        return "the batch"
    photo = f"photo {line.photo}" + (", in an earlier version" if line.another_picture else "")
    if line.area:
        return f"{photo}, area {line.area}"
    if mark := decision.area:
        return f"{photo}, an area at {mark.area_id.as_list()} that no longer has a letter"
    if decision.face is None:
        return photo
    if line.face:
        return f"{photo}, face {line.face}"
    return f"{photo}, a face at {decision.face.as_list()} that no longer has a number"


def log_outcome(checked: LogCheck, head: str) -> str:
    """What came of checking the log; ``head``: a fingerprint that was noted before, or empty."""
    if checked.broken:
        return f"The log was altered. {checked.broken.reason}"
    noted = " It contains the fingerprint that you gave." if head else ""
    entries = count(checked.count, "entry", "entries")
    return f"The log is complete and unaltered ({entries}; fingerprint {checked.head}).{noted}"
