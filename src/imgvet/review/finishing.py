"""Finish: everything that was answered is applied, in a process of its own, while every open page sees how far it is.

It is ``imgvet finish``: the same function, under the same lock, stopped and continued in the same way. What was
published or taken down is recorded here too, as ``imgvet published`` does, and a change of the batch's settings is
approved.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from imgvet.batch.form_uses import note_after_publication
from imgvet.batch.publications import (
    OnlinePhoto,
    PublicationRequest,
    file_prefix,
    online_photos,
    record_published,
    record_taken_down,
    to_replace,
    to_take_down,
)
from imgvet.batch.settings import PendingRules, approve_rules, pending_rules
from imgvet.batch.snapshot import BatchSnapshot
from imgvet.batch.status import interruption, office_views, unapplied_decisions
from imgvet.batch.store import now
from imgvet.channels.places import channel_places, is_placed
from imgvet.database.addresses import full_text
from imgvet.errors import BatchError, RegisterError, UsageError
from imgvet.photo import Photo, photo_for
from imgvet.reports.batch_words import batch_needs
from imgvet.reports.finish_messages import (
    FinishDone,
    FinishFailed,
    FinishRequest,
    FinishStep,
    FinishSummary,
    NeedNote,
    OnlineNote,
    message_of,
    online_notes,
)
from imgvet.review.context import Review, body_of, json_answer, page, person_of, review_of
from imgvet.review.downloads import ChannelFiles, JudgedBatch, channel_files, judged_batch, paper_names
from imgvet.review.page_words import page_hint
from imgvet.review.paths import without_paths
from imgvet.rules.needs import may_be_published
from imgvet.text import count, long_date, visible
from imgvet.workers.late import LateFunction
from imgvet.workers.own_process import OwnProcess

_FINISH = LateFunction("imgvet.reports.finish_apart", "finish_apart")
_LAST_SECONDS = 60  # for a run that is stopped
_STOPPED = FinishFailed("stopped", "Stopped before anything was done.", "Finish again when you want to.")
_ENDED = FinishFailed("failed", "The process that made the files ended.", "Finish again; it goes on from there.")


class FinishState(msgspec.Struct, frozen=True):
    """How far a run is that was started from this page."""

    state: str  # "idle", "running", "done", "stopped", "in use" or "failed"
    by: str = ""
    at: str = ""  # since when, ISO 8601, UTC
    step: FinishStep | None = None
    summary: FinishSummary | None = None
    reason: str = ""
    hint: str = ""


class Finishing:
    """The run that is under way, or was last, of one server. Used in the event loop only."""

    def __init__(self, review: Review) -> None:
        self._review = review
        self._process: OwnProcess | None = None
        self._task: asyncio.Task[None] | None = None
        self._one_start = asyncio.Lock()
        self._stopping = False
        self.state = FinishState("idle")

    @property
    def is_running(self) -> bool:
        """Whether a run is under way that was started here."""
        return self.state.state == "running"

    async def start(self, by: str) -> None:
        """Start a run, unless one is under way here."""
        async with self._one_start:
            if self._task is not None and not self.is_running:
                await asyncio.wait({self._task})  # its process may have a moment left
            if not self.is_running:
                self._begin(by)

    def _begin(self, by: str) -> None:
        live, self._stopping = self._review.live, False
        self._set(FinishState("running", by, now(), FinishStep("Starting")))
        register = full_text(live.register) if live.register else ""
        asked = msgspec.json.encode(FinishRequest(str(live.folder.path.absolute()), by, register))
        self._task = asyncio.create_task(self._run(asked))

    def stop(self) -> None:
        """Stop it, as Ctrl-C stops the command; what was done stays."""
        self._stopping = self.is_running
        if self._process is not None and self._stopping:
            self._process.stop()

    async def close(self) -> None:
        """Stop it, and wait until it has ended."""
        self.stop()
        if self._task is not None:
            done, _ = await asyncio.wait({self._task}, timeout=_LAST_SECONDS)
            if not done and self._process is not None:
                self._process.kill()
                with suppress(Exception):
                    await self._task

    async def _run(self, asked: bytes) -> None:
        loop = asyncio.get_running_loop()
        try:
            self._process = await asyncio.to_thread(OwnProcess, _FINISH, asked)
            if self._stopping:  # while it was started
                self._process.stop()
            await asyncio.to_thread(_listen, self._process, lambda data: loop.call_soon_threadsafe(self._heard, data))
        except OSError as problem:
            self._ended(FinishFailed("failed", f"No further process can be started: {problem.strerror}.", ""))
        if self.is_running:
            self._ended(_STOPPED if self._stopping else _ENDED)
        self._process = None
        with suppress(BatchError, OSError):
            await self._review.publish_changed(await self._review.on_batch(self._review.live.news))

    def _heard(self, data: bytes) -> None:
        message = message_of(data)
        if isinstance(message, FinishStep):
            self._set(msgspec.structs.replace(self.state, step=message))
        else:
            self._ended(message)

    def _ended(self, message: FinishDone | FinishFailed) -> None:
        before = self.state
        if isinstance(message, FinishDone):
            self._set(FinishState("done", before.by, before.at, summary=_shown(message.summary, self._review)))
            return
        places = self._review.live.places
        reason, hint = (without_paths(visible(each), places) for each in (message.reason, page_hint(message.hint)))
        self._set(FinishState(message.kind, before.by, before.at, reason=reason, hint=hint))

    def _set(self, state: FinishState) -> None:
        self.state = state
        self._review.events.publish("finish", {"state": state.state, "step": state.step, "by": state.by})


def _listen(process: OwnProcess, heard: Callable[[bytes], object]) -> None:
    for message in process.messages():
        heard(message)


def _shown(summary: FinishSummary, review: Review) -> FinishSummary:
    """The summary without any path in what it says."""

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return without_paths(visible(value), review.live.places)
        if isinstance(value, list):
            return [clean(each) for each in value]
        return {name: clean(each) for name, each in value.items()} if isinstance(value, dict) else value

    return msgspec.convert(clean(msgspec.to_builtins(summary)), FinishSummary)


@asynccontextmanager
async def with_finishing(review: Review) -> AsyncIterator[None]:
    """What a run needs of a server, for as long as that runs."""
    review.finishing = Finishing(review)
    try:
        yield
    finally:
        await review.finishing.close()


# -- the state of the batch, beside any run


class ChannelNow(msgspec.Struct, frozen=True):
    """A channel as it is now."""

    channel: str
    folder: str
    files: int  # that may be uploaded at this moment
    size: int  # bytes of the download
    held_back: int  # files in its folder that may not be published any more
    waiting: int  # photos that may be published once ``finish`` has made or placed their files
    online: list[OnlineNote]  # as recorded


class PendingChange(msgspec.Struct, frozen=True):
    """A change of the batch's settings that a second person has to approve."""

    by: str
    note: str
    changes: list[str]


class BatchNow(msgspec.Struct, frozen=True):
    """What the finish page shows of the batch, beside a run."""

    unapplied: int
    interrupted: str
    channels: list[ChannelNow]
    needs: list[NeedNote]
    take_down: list[OnlineNote]
    replace: list[OnlineNote]
    pending: PendingChange | None
    papers: list[str]
    today: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What the batch is at one moment, read where nobody else reads it."""

    batch: JudgedBatch
    snapshot: BatchSnapshot
    interrupted: str
    pending: PendingRules | None


def _known(review: Review, *, running: bool) -> _Known:
    live = review.live
    batch = judged_batch(live)
    stopped = "" if running else without_paths(interruption(live.folder, live.snapshot()), live.places)
    return _Known(batch, live.snapshot(), stopped, pending_rules(live.folder))


def _now(known: _Known) -> BatchNow:
    """The same in words; it takes a moment in a large batch, and touches no database."""
    batch, snapshot, pending = known.batch, known.snapshot, known.pending
    settings, judged = batch.settings, batch.photos
    online = online_photos(snapshot, judged, settings)
    return BatchNow(
        unapplied_decisions(snapshot),
        known.interrupted,
        [
            _channel_now(
                channel_files(batch, each.channel), each.folder, file_prefix(settings, each.channel), judged, online
            )
            for each in channel_places(settings)
        ],
        [NeedNote(each.about, list(each.photos)) for each in batch_needs(office_views(judged, settings))],
        online_notes(to_take_down(snapshot, judged, settings)),
        online_notes(to_replace(snapshot, judged, settings)),
        PendingChange(pending.asked.by, pending.asked.note, list(map(str, pending.changes))) if pending else None,
        paper_names(batch.folder.path),
        date.today().isoformat(),
    )


def _channel_now(
    files: ChannelFiles, folder: str, prefix: str, judged: Sequence[Photo], online: Sequence[OnlinePhoto]
) -> ChannelNow:
    parts = [photo_for(photo, files.channel) for photo in judged]
    here = (
        replace(each, publications=tuple(one for one in each.publications if one.file.rpartition("/")[0] == prefix))
        for each in online
    )
    placed = sum(map(is_placed, parts))
    waiting = sum(may_be_published(part) and not is_placed(part) for part in parts)
    return ChannelNow(
        files.channel, folder, len(files.photos), files.size, placed - len(files.photos), waiting,
        online_notes(each for each in here if each.publications),
    )  # fmt: skip


async def _finish_page(request: Request) -> Response:
    return await page(request, "finish.html", "finish")


async def _state(request: Request) -> Response:
    """How far the run is, what it came to, and how the batch is now."""
    review = review_of(request)
    running = review.finishing.is_running
    known = await asyncio.to_thread(_now, await review.on_batch(_known, review, running=running))
    return json_answer({"run": review.finishing.state, "now": known})


async def _start(request: Request) -> Response:
    """Apply everything that was answered."""
    review, by = review_of(request), person_of(request)
    await review.on_batch(review.live.folder.check_name, by)
    await review.finishing.start(by)
    return json_answer({"run": review.finishing.state})


async def _stop(request: Request) -> Response:
    """Stop the run that is under way."""
    review_of(request).finishing.stop()
    return json_answer({"run": review_of(request).finishing.state})


class PublishedBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody records of photos on the web."""

    channel: str = ""
    url: str = ""
    photos: list[int] = []
    removed: bool = False
    on: date | None = None


@dataclass(frozen=True, slots=True)
class _Recorded:
    said: str
    changed: Sequence[int]


async def _published(request: Request) -> Response:
    """Record what is online, or was taken down, as ``imgvet published`` does."""
    review, body, by = review_of(request), await body_of(request, PublishedBody), person_of(request)
    done = await review.on_batch(_record, review, body, by)
    await review.publish_changed(done.changed)
    return json_answer({"said": done.said})


def _record(review: Review, body: PublishedBody, by: str) -> _Recorded:
    live = review.live
    day = body.on or date.today()
    asked = PublicationRequest(by, day, body.url.strip(), body.channel)
    act = record_taken_down if body.removed else record_published
    number, changed = live.change(lambda: act(live.folder, list(map(str, body.photos)), asked, live.settings))
    what = "taken off the web" if body.removed else "published"
    said = f"Recorded: {count(number, 'photo was', 'photos were')} {what} on {long_date(day)}."
    try:
        note_after_publication(live.folder, live.settings)
    except (BatchError, RegisterError) as problem:
        said = f"{said} The register of release forms will be updated by the next run. {problem.reason}"
    return _Recorded(without_paths(visible(said), live.places), (*changed, *live.news()))


async def _approve(request: Request) -> Response:
    """Approve a change of the batch's settings that somebody else has asked for."""
    review, by = review_of(request), person_of(request)

    def approve() -> tuple[list[str], Sequence[int]]:
        live = review.live
        if pending_rules(live.folder) is None:
            raise UsageError("Nobody has asked for other settings.", "Load the page again.")
        done, changed = live.change(lambda: approve_rules(live.folder, by))
        return list(map(str, done.changes)), (*changed, *live.news())

    changes, changed = await review.on_batch(approve)
    await review.publish_changed(changed)
    return json_answer({"said": f"Approved by {visible(by)}. It is valid from now on.", "changes": changes})


routes: Sequence[BaseRoute] = [
    Route("/finish", _finish_page, methods=["GET"]),
    Route("/api/finish", _state, methods=["GET"]),
    Route("/api/finish", _start, methods=["POST"]),
    Route("/api/finish/stop", _stop, methods=["POST"]),
    Route("/api/published", _published, methods=["POST"]),
    Route("/api/rules/approve", _approve, methods=["POST"]),
]
