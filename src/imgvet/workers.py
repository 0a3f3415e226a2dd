"""Many jobs in worker processes, so that a job that crashes, hangs or eats its worker costs only itself.

The standard library's process pools lose every job when one worker dies and cannot end a job that hangs, so this is a
small pool of its own: each worker has a pipe and one job at a time, and its parent has the clock.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")
Context = TypeVar("Context")

_STARTING_SECONDS = 120  # for a worker to load what it needs
_DYING_SECONDS = 10
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Lost:
    """A job that took its worker with it."""

    reason: str  # one plain sentence


@dataclass(frozen=True, slots=True)
class Ready:
    """A worker has loaded what it needs."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The function raised: the workers cannot do this kind of work at all, e.g. the face model is missing."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Limit:
    """What one job may take."""

    seconds: float
    memory_mib: int  # of address space, where the system can limit it


def run(
    prepare: Callable[[], Context],
    function: Callable[[Context, Job], Result],
    jobs: Iterable[Job],
    *,
    workers: int,
    limit: Limit,
) -> Generator[tuple[Job, Result | Lost], None, None]:
    """Each job with its result, in the order in which they end.

    ``prepare`` runs once in each worker; its value is handed to every call of ``function`` there. Both must be
    importable by name, and jobs and results must be picklable.

    Raises:
        Exception: whatever ``prepare`` or ``function`` raised; a job that may fail returns its failure as a value.
    """
    waiting = iter(jobs)
    pool: list[_Worker[Job]] = []
    try:
        for job in _first(waiting, workers):
            pool.append(_Worker(prepare, function, limit))
            pool[-1].give(job)
        while pool:
            for worker in _speaking(pool):
                outcome = worker.take()
                if isinstance(outcome, Broken):
                    raise outcome.error
                if isinstance(outcome, Ready):
                    continue
                job, following = worker.job, next(waiting, _NOTHING)
                if isinstance(outcome, Lost) or following is _NOTHING:
                    worker.end()
                    pool.remove(worker)
                else:
                    worker.give(following)
                if isinstance(outcome, Lost) and following is not _NOTHING:
                    pool.append(_Worker(prepare, function, limit))
                    pool[-1].give(following)
                yield job, outcome
    finally:
        for worker in pool:
            worker.end()


_NOTHING: Any = object()


def _first(jobs: Iterator[Job], count: int) -> Iterator[Job]:
    for _ in range(count):
        job = next(jobs, _NOTHING)
        if job is not _NOTHING:
            yield job


class _Worker(Generic[Job]):
    """One process with its pipe, its job and its deadline."""

    def __init__(self, prepare: Callable[[], Any], function: Callable[[Any, Any], Any], limit: Limit) -> None:
        self.pipe, theirs = _SPAWN.Pipe()
        self.process = _SPAWN.Process(target=_work, args=(theirs, prepare, function, limit), daemon=True)
        self.process.start()
        theirs.close()
        self.limit = limit
        self.job: Any = None
        self.deadline = time.monotonic() + _STARTING_SECONDS

    def give(self, job: Job) -> None:
        self.job = job
        self.deadline = max(self.deadline, time.monotonic() + self.limit.seconds)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # a dead worker is noticed in take()
            self.pipe.send(job)

    def take(self) -> Any:
        """What came of the job, once the pipe, the process or the clock has said something."""
        outcome = self._answer()
        self.deadline = time.monotonic() + self.limit.seconds
        return outcome

    def _answer(self) -> Any:
        try:
            if self.pipe.poll():
                return self.pipe.recv()
        except (EOFError, ConnectionResetError):
            pass  # it died; its exit code says how
        else:
            if time.monotonic() >= self.deadline:
                return Lost(f"It took longer than {self.limit.seconds:g} seconds.")
        # NOTE: the pipes of a dying process close a moment before its exit code is there.
        self.process.join(_DYING_SECONDS)
        return Lost(_death(self.process.exitcode))

    def end(self) -> None:
        self.pipe.close()
        self.process.join(0.2)  # a worker that is idle ends by itself when its pipe closes
        if self.process.is_alive():
            self.process.kill()
        self.process.join()


def _speaking(pool: list[_Worker[Job]]) -> list[_Worker[Job]]:
    """The workers that say something, have died, or are over their time; waits for the first of them."""
    patience = max(0.0, min(worker.deadline for worker in pool) - time.monotonic())
    signs = {sign: worker for worker in pool for sign in (worker.pipe, worker.process.sentinel)}
    heard = {id(signs[sign]): signs[sign] for sign in wait(list(signs), timeout=patience)}  # type: ignore[index]
    now = time.monotonic()
    late = {id(worker): worker for worker in pool if now >= worker.deadline}
    return list({**heard, **late}.values())


def _death(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        why = ", perhaps for want of memory" if -code == getattr(signal, "SIGKILL", 0) else ""
        return f"It brought its worker down ({name}{why})."
    return f"It brought its worker down (exit code {code})."


def _work(
    pipe: "Connection[Any, Any]", prepare: Callable[[], Any], function: Callable[[Any, Any], Any], limit: Limit
) -> None:
    """The life of a worker: prepare once, then a job and its answer, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends its workers
    _silence()
    _limit_memory(limit.memory_mib)
    try:
        context = prepare()
        pipe.send(Ready())
        while True:
            pipe.send(_outcome(function, context, pipe.recv()))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the parent has closed the pipe: no more work
    except Exception as error:  # noqa: BLE001 - goes to the parent whole, which raises it there
        pipe.send(Broken(error))


def _outcome(function: Callable[[Any, Any], Any], context: Any, job: Any) -> Any:
    try:
        return function(context, job)
    except Exception as error:  # noqa: BLE001 - goes to the parent whole, which raises it there
        return Broken(error)


def _silence() -> None:
    """Decoders print warnings straight to the terminal; what matters of them comes back as values."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # a program without a console has none
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _limit_memory(mib: int) -> None:
    """Limit the address space where the system has such a limit (Linux, macOS in part; Windows has none)."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    with contextlib.suppress(OSError, ValueError):  # a lower limit is in force already
        resource.setrlimit(resource.RLIMIT_AS, (mib * 1024 * 1024, resource.RLIM_INFINITY))
