"""The log as a page: who decided what, when and why, and the proof that nobody altered it.

It says what ``imgvet log`` says. The entries are those of the batch in memory, so that reading them delays
nobody's answers; checking the log reads it from the disk again, over a connection of its own.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from imgvet.batch.decisions.hash_chain import DecisionLog
from imgvet.batch.decisions.log import LogCheck, LogEntry, check_log, history
from imgvet.batch.decisions.log_words import log_outcome, told_entry
from imgvet.batch.snapshot import BatchSnapshot
from imgvet.batch.store import open_batch
from imgvet.errors import UsageError
from imgvet.review.context import json_answer, page, review_of
from imgvet.review.paths import without_paths
from imgvet.text import visible

_A_PAGE = 100  # entries
_LONGEST = 200  # characters of what is looked for


class LogRowTold(msgspec.Struct, frozen=True):
    """One entry as the page shows it."""

    number: int
    at: str  # ISO 8601, UTC
    when: str
    by: str
    who: str
    about: str
    what: str
    note: str
    remark: str
    photo: int | None
    face: int | None


class LogTold(msgspec.Struct, frozen=True):
    """Some entries, the newest first, and how the log is."""

    entries: list[LogRowTold]
    total: int  # that match
    page: int  # from 1
    pages: int
    people: list[str]
    head: str  # the fingerprint
    broken: str  # how it was altered; empty: it was not
    count: int  # entries of the whole log


class LogQuestion(msgspec.Struct, frozen=True):
    """Which entries."""

    about: str = ""  # ``3`` or ``3:1``
    person: str = ""
    own: bool = False  # with imgvet's own


def _asked(request: Request) -> tuple[LogQuestion, int]:
    said = request.query_params
    about, person, number = said.get("about", "").strip(), said.get("person", ""), said.get("page", "1")
    if max(map(len, (about, person, number))) > _LONGEST or not (number.isascii() and number.isdecimal()):
        raise UsageError("There is no such page of the log.", "Load the page again.")
    return LogQuestion(about, person, said.get("own") == "1"), max(1, int(number[:6]))


@dataclass(frozen=True, slots=True)
class FoundEntries:
    """What was found for one question, in a log of one length; kept, so that its next page is there at once."""

    asked: LogQuestion
    head: str  # the fingerprint of the log
    lines: tuple[LogEntry, ...]  # the newest first
    people: tuple[str, ...]


def found_entries(snapshot: BatchSnapshot, asked: LogQuestion) -> FoundEntries:
    """All entries that were asked for.

    Raises:
        UsageError: there is no such photo or face.
    """
    found, people = list[LogEntry](), dict[str, None]()
    for line in history(snapshot.log, snapshot.photos, asked.about, own_entries=asked.own):
        people[line.decision.by] = None
        if asked.person in ("", line.decision.by):
            found.append(line)
    return FoundEntries(asked, snapshot.log.head, tuple(found[::-1]), tuple(sorted(people, key=str.casefold)))


def told_log(found: FoundEntries, checked: LogCheck, number: int) -> LogTold:
    """One page of them, and how the log is."""
    pages = max(1, -(-len(found.lines) // _A_PAGE))
    number = min(number, pages)
    shown = found.lines[(number - 1) * _A_PAGE : number * _A_PAGE]
    broken = log_outcome(checked, "") if checked.broken else ""
    return LogTold(
        list(map(_row, shown)), len(found.lines), number, pages, list(found.people), checked.head, broken, checked.count
    )  # fmt: skip


def _row(line: LogEntry) -> LogRowTold:
    told, by = told_entry(line), line.decision.by
    who, about, what, note, remark = map(visible, (told.who, told.about, told.what, told.note, told.remark))
    return LogRowTold(
        line.number, line.decision.at, told.at, visible(by), who, about, what, note, remark, line.photo, line.face
    )


async def _log_page(request: Request) -> Response:
    return await page(request, "log.html", "log")


async def _entries(request: Request) -> Response:
    """Entries of the log, the newest first."""
    review, (asked, number) = review_of(request), _asked(request)

    def known() -> tuple[BatchSnapshot, LogCheck]:
        live = review.live
        live.refresh()
        snapshot = live.snapshot()
        return snapshot, LogCheck(len(snapshot.log.rows), snapshot.log.head, live.broken)

    snapshot, checked = await review.on_batch(known)
    kept: FoundEntries | None = getattr(request.app.state, "found_entries", None)
    if kept is None or (kept.asked, kept.head) != (asked, checked.head):
        kept = await asyncio.to_thread(found_entries, snapshot, asked)
        request.app.state.found_entries = kept
    return json_answer(told_log(kept, checked, number))


async def _verify(request: Request) -> Response:
    """Check the whole log as it is on the disk; ``head``: a fingerprint that was noted before."""
    review, head = review_of(request), request.query_params.get("head", "").strip()
    if len(head) > _LONGEST:
        raise UsageError("This is not the fingerprint of a log.", "It has 64 digits 0-9 and a-f.")
    log = await asyncio.to_thread(_log_on_disk, review.live.folder.path)
    checked = await asyncio.to_thread(check_log, log, head)
    said = without_paths(visible(log_outcome(checked, head)), review.live.places)
    return json_answer({"whole": checked.broken is None, "said": said, "head": checked.head, "count": checked.count})


def _log_on_disk(batch: Path) -> DecisionLog:
    folder = open_batch(batch)
    with contextlib.closing(folder.database):
        return folder.log()


routes: Sequence[BaseRoute] = [
    Route("/log", _log_page, methods=["GET"]),
    Route("/api/log", _entries, methods=["GET"]),
    Route("/api/log/verify", _verify, methods=["GET"]),
]
