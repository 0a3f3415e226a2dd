"""``finish`` in a process of its own, which says how far it is, so that the server of the page goes on meanwhile.

It is imported in that process alone, by name, because a run loads the picture libraries.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from imgvet.batch.form_uses import PlaceChange
from imgvet.batch.run import RunPlan
from imgvet.batch.settings import note_register, saved_settings
from imgvet.batch.snapshot import BatchSnapshot
from imgvet.batch.store import exclusive_lock, open_batch
from imgvet.clock import ClockReading
from imgvet.database.addresses import address_of
from imgvet.encode.text_check import check_texts
from imgvet.errors import BatchInUse, ImgvetError, Interrupted, RegisterError
from imgvet.fault_report import fault_place
from imgvet.photo import Photo
from imgvet.photo_jobs import PhotoJob
from imgvet.reports.batch_words import away_line
from imgvet.reports.complete_run import Advance, complete_run, noting_run
from imgvet.reports.finish_messages import (
    FinishDone,
    FinishFailed,
    FinishMessage,
    FinishRequest,
    FinishStep,
    FinishSummary,
)
from imgvet.reports.finish_summary import finish_summary
from imgvet.reports.pace import Pace
from imgvet.storage_errors import storage_words
from imgvet.watermarks.load import try_drawings

_EVERY_SECONDS = 0.2  # at most so often the progress is told


def finish_apart(tell: Callable[[bytes], None], asked: bytes) -> None:
    """Finish a batch as ``imgvet finish`` does.

    Args:
        tell: is called with every ``FinishMessage``, as JSON.
        asked: a ``FinishRequest``, as JSON.
    """
    request = msgspec.json.decode(asked, type=FinishRequest)

    def say(message: FinishMessage) -> None:
        tell(msgspec.json.encode(message))

    try:
        say(FinishDone(_finished(request, say)))
    except Interrupted as stopped:
        say(FinishFailed("stopped", stopped.reason, stopped.hint))
    except KeyboardInterrupt:
        say(FinishFailed("stopped", "Stopped before anything was done.", _AGAIN))
    except ImgvetError as problem:
        kind = "in use" if isinstance(problem, BatchInUse) else "failed"
        say(FinishFailed(kind, " ".join((problem.reason, *problem.details)), problem.hint))
    except OSError as problem:
        say(FinishFailed("failed", *storage_words(problem, Path(request.batch))))
    except sqlite3.Error as problem:
        say(FinishFailed("failed", *storage_words(problem, Path(request.batch, "private", "batch.db"))))
    except Exception as problem:  # noqa: BLE001 - the last guard of this process: the page says that it ended
        say(FinishFailed("failed", f"imgvet could not finish ({fault_place(problem)}).", _AGAIN))


_AGAIN = "Finish again; it goes on from there."


def _finished(asked: FinishRequest, say: Callable[[FinishMessage], None]) -> FinishSummary:
    folder, register = open_batch(Path(asked.batch)), address_of(asked.register) if asked.register else None
    settings = saved_settings(folder, register)
    check_texts(settings)  # before the lock, so that reading slow files blocks nobody
    try_drawings(settings)
    with exclusive_lock(folder):
        note_register(folder, saved_settings(folder, register), asked.by if register else "")
        settings = saved_settings(folder, register)
        watcher = _Watcher(say)
        with noting_run(folder, _AGAIN):
            done = complete_run(folder, (), settings, watcher, by=asked.by)
            watcher.notes += [away_line(done.away)] if done.away else []
            return finish_summary(done, settings, watcher.notes)


class _Vetting:
    """Counts photos."""

    def __init__(self, pace: Pace, advance: Advance) -> None:
        self._pace, self._advance = pace, advance

    def jobs(self, jobs: Iterator[PhotoJob]) -> Iterator[PhotoJob]:
        """All of them."""
        for job in jobs:
            self._pace.start(job)
            yield job

    def done(self, photo: Photo) -> None:
        """One more."""
        self._pace.finish(photo)
        self._advance()


class _Watcher:
    """Tells the page what the run does."""

    def __init__(self, say: Callable[[FinishMessage], None]) -> None:
        self._say = say
        self.notes = list[str]()

    @contextmanager
    def reading(self, total: int) -> Iterator[Advance]:
        """Originals."""
        with self._counting("Reading originals", total) as advance:
            yield advance

    @contextmanager
    def vetting(self, sizes: Mapping[int, int]) -> Iterator["_Vetting"]:
        """Photos."""
        pace = Pace(sizes)
        with self._counting("Making files", len(sizes), lambda: pace.seconds_left) as advance:
            yield _Vetting(pace, advance)

    @contextmanager
    def _counting(
        self, words: str, total: int, seconds_left: Callable[[], float | None] = lambda: None
    ) -> Iterator[Advance]:
        told, done = 0.0, 0
        self._say(FinishStep(words, 0, total))

        def advance() -> None:
            nonlocal told, done
            done += 1
            now = time.monotonic()
            if now - told >= _EVERY_SECONDS or done == total:
                told = now
                self._say(FinishStep(words, done, total, seconds_left()))

        yield advance

    def planned(self, plan: RunPlan, clock: ClockReading) -> None:
        """The notes with which it begins."""
        self.notes += [each for each in (clock.doubt,) if each]
        for channel, numbers in plan.without.items():
            photos = f"photo{'' if len(numbers) == 1 else 's'} {', '.join(map(str, sorted(numbers)))}"
            why = "the original is missing, and the clean file is too small."
            self.notes.append(f"No file for {channel} can be made of {photos}: {why}")

    def placing(self) -> None:
        """The gate is asked once more."""
        self._say(FinishStep("Checking everything once more, and placing the files"))

    def settled(self, change: PlaceChange) -> None:
        """The batch is somewhere else."""
        copied = "This batch was copied. From now on this folder is a separate batch. Publish from only one of the two."
        self.notes.append(copied if change.copied else "This batch was moved; the register has its new place.")

    def register_failed(self, problem: RegisterError) -> None:
        """The next run tries again."""
        self.notes.append(f"The register of release forms is not updated yet. {problem.reason}")

    def placed(self, after: BatchSnapshot, asked: Sequence[Photo]) -> None:  # noqa: ARG002 - as every watcher
        """The papers follow."""
        self._say(FinishStep("Writing the checklist and the contact sheets"))
