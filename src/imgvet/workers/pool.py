"""Many jobs in worker processes, so that a job that crashes, hangs or ends the process costs only itself.

The standard library's process pools lose every job when one worker dies and cannot end a job that hangs, so this is a
small pool of its own: each worker has a pipe and one job at a time, and its parent has the clock.

A worker opens files from strangers, so its parent does not trust it: it is confined before it loads what opens them,
and what it sends back is checked as ``imgvet.workers.answers`` says.
"""

import contextlib
import errno
import math
import multiprocessing
import os
import pickle
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Generic, TypeVar

from imgvet.fault_report import broken_library
from imgvet.workers.answers import MAX_ANSWER, UNTRUSTED, AnswerReader, Broken, LostJob, Ready, pack_answer
from imgvet.workers.heap import keep_freed_memory
from imgvet.workers.sandbox import allow_processor_time, enter_sandbox, limit_resources

Job = TypeVar("Job")
Result = TypeVar("Result")
Context = TypeVar("Context")

_STARTING_SECONDS = 120  # for a worker to load what it needs
_DYING_SECONDS = 10
_STALLED_SECONDS = 10  # between two pieces of one answer
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class JobLimit:
    """What one job may take."""

    seconds: float  # by the clock
    memory_mib: int  # of address space, where the system can limit it
    processor_seconds: float = math.inf  # in all threads together; by default as many as by the clock in each
    file_mib: int = 1024  # size of any file that a worker writes
    threads: int = 1  # that work at once


def cores() -> int:
    """How many this process may use: fewer than there are where somebody has said so, as in a container."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def workers_for(asked: int | None, jobs: int) -> int:
    """How many processes work at once: as asked, else one a core; never more than there are jobs."""
    return max(1, min(asked or cores(), jobs))


def run_jobs(  # noqa: PLR0913 - each is one word of what is asked for
    prepare: Callable[[], Context],
    function: Callable[[Context, Job], Result],
    jobs: Iterable[Job],
    *,
    result: type[Result],
    workers: int,
    limit: JobLimit,
    writable: Sequence[Path] | None,
    spare: "SpareWorkers | None" = None,
) -> Generator[tuple[Job, Result | LostJob], None, None]:
    """Each job with its result, in the order in which they end.

    ``prepare`` runs once in each worker; its value is handed to every call of ``function`` there. Both must be
    importable by name, and jobs must be picklable. What ``function`` returns must be of the type ``result`` to the last
    field; anything else counts as a lost job.

    Workers are confined as ``imgvet.workers.sandbox`` says, and write only below the folders in ``writable``, where the
    system can see to that: ``()`` is nowhere, None anywhere. Those in ``spare`` are taken first, where they are
    confined to the same folders and limits, and go back there.

    Raises:
        Exception: whatever ``prepare`` or ``function`` raised; a job that may fail returns its failure as a value.
    """
    waiting = iter(jobs)
    pool: list[BusyWorker[Job, Result]] = []
    reader, done_with = AnswerReader(result), spare.keep if spare else WorkerProcess.end
    task, folders = WorkerTask(pickle.dumps((prepare, function)), limit), None if writable is None else tuple(writable)
    try:
        for job in _first(waiting, workers):
            started = (spare and spare.taken(folders, limit)) or WorkerProcess(folders)
            pool.append(BusyWorker(started, task, reader))
            pool[-1].give(job)
        while pool:
            for worker in speaking_workers(pool):
                outcome = worker.take()
                if isinstance(outcome, Broken):
                    raise outcome.error
                if isinstance(outcome, Ready):
                    continue
                job, following = worker.job, next(waiting, _NOTHING)
                if isinstance(outcome, LostJob):
                    worker.end()
                    pool.remove(worker)
                    if following is not _NOTHING:
                        pool.append(BusyWorker(WorkerProcess(folders), task, reader))
                        pool[-1].give(following)
                elif following is not _NOTHING:
                    worker.give(following)
                else:
                    pool.remove(worker)
                    done_with(worker.started)
                yield job, outcome
    finally:
        for worker in pool:
            worker.end()


@contextlib.contextmanager
def ending(results: Iterator[Result]) -> Iterator[Iterator[Result]]:
    """The results of jobs; the workers that make them end with the block, however it ends."""
    try:
        yield results
    finally:
        if isinstance(results, Generator):
            results.close()


_NOTHING: Any = object()


def _first(jobs: Iterator[Job], count: int) -> Iterator[Job]:
    for _ in range(count):
        job = next(jobs, _NOTHING)
        if job is not _NOTHING:
            yield job


@dataclass(frozen=True, slots=True)
class WorkerTask:
    """What a worker is sent before its first job."""

    pickled: bytes  # prepare and function; opened once the worker is confined, because that loads libraries
    limit: JobLimit


class WorkerProcess:
    """A process that is confined to its folders and waits for its task."""

    def __init__(self, writable: tuple[Path, ...] | None, imports: Sequence[str] = ()) -> None:
        self.writable, self.limit = writable, None  # the limit is that of its task
        self.pipe, theirs = _SPAWN.Pipe()
        self.process = _SPAWN.Process(target=_work, args=(theirs, writable, tuple(imports)), daemon=True)
        with quiet_start():
            self.process.start()
        theirs.close()
        _lose_patience(self.pipe)

    def end(self) -> None:
        """Close the pipe, by which an idle worker ends; one that does not is killed."""
        self.pipe.close()
        self.process.join(0.2)
        if self.process.is_alive():
            self.process.kill()
        self.process.join()


class SpareWorkers:
    """Workers without a task, which ``run_jobs`` takes instead of starting some; they end with this context manager.

    One has done a task already, or was started before its task is known, and imports modules meanwhile.
    """

    def __init__(self) -> None:
        self._idle = list[WorkerProcess]()

    def __enter__(self) -> "SpareWorkers":
        return self

    def __exit__(self, *_: object) -> None:
        while self._idle:
            self._idle.pop().end()

    def start(self, imports: Sequence[str], writable: Sequence[Path]) -> None:
        """Start one that imports modules; ``writable`` as in ``run_jobs``, and the folders must be there."""
        self._idle.append(WorkerProcess(tuple(writable), imports))

    def taken(self, writable: tuple[Path, ...] | None, limit: JobLimit) -> WorkerProcess | None:
        """One for jobs that may write to the same folders and no others, within the same limits."""
        for each in self._idle:
            if each.writable == writable and each.limit in {None, limit}:
                self._idle.remove(each)
                return each
        return None

    def keep(self, worker: WorkerProcess) -> None:
        """Have one that has answered all it was asked."""
        self._idle.append(worker)


class BusyWorker(Generic[Job, Result]):
    """One process with its task, its job and its deadline."""

    def __init__(self, started: WorkerProcess, task: WorkerTask, reader: AnswerReader[Result]) -> None:
        self.reader, self.ready, self.started = reader, False, started
        self.pipe, self.process, self.end = started.pipe, started.process, started.end
        self.limit = started.limit = task.limit
        self.job: Any = None
        self.deadline = time.monotonic() + _STARTING_SECONDS
        self._send(task)

    def give(self, job: Job) -> None:
        """Send it a job; ``take`` says what came of it."""
        self.job = job
        self.deadline = max(self.deadline, time.monotonic() + self.limit.seconds)
        self._send(job)

    def _send(self, what: Any) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # a dead worker is noticed in take()
            self.pipe.send(what)

    def take(self) -> Result | Ready | Broken | LostJob:
        """What came of the job, once the pipe, the process or the clock has said something."""
        outcome = self._answer()
        if isinstance(outcome, Ready):
            if self.ready:  # saying so again and again would put the deadline off
                return LostJob(UNTRUSTED)
            self.ready = True
        self.deadline = time.monotonic() + self.limit.seconds
        return outcome

    def _answer(self) -> Result | Ready | Broken | LostJob:
        try:
            if self.pipe.poll():
                return self.reader.read(self.pipe.recv_bytes(MAX_ANSWER))
        except EOFError:
            pass  # it died; its exit code says how
        except OSError as problem:  # it died as well; or its answer is too long, or stops half-way
            if problem.errno in {None, errno.EAGAIN}:
                return LostJob(UNTRUSTED)
        else:
            if time.monotonic() >= self.deadline:
                return LostJob(f"It took longer than {self.limit.seconds:g} seconds.")
        # NOTE: the pipes of a dying process close a moment before its exit code is there.
        self.process.join(_DYING_SECONDS)
        code = self.process.exitcode
        return LostJob(_death(code, self.limit), died=code is not None and code > 0)


@contextlib.contextmanager
def quiet_start() -> Iterator[None]:
    """For the moment in which a process is started: it does not import our program, and Ctrl-C does not reach it."""
    with _one_start, _main_left_out(), _interrupts_held_back():
        yield


_one_start = threading.Lock()


@contextlib.contextmanager
def _main_left_out() -> Iterator[None]:
    """Keep a new process from importing the program that starts it: a worker needs its job's modules alone."""
    names = vars(sys.modules["__main__"])
    hidden: dict[str, Any] = {name: names.pop(name) for name in ("__file__", "__spec__") if name in names}
    names["__spec__"] = None
    try:
        yield
    finally:
        names.update(hidden)


@contextlib.contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Keep Ctrl-C from a process that is started within, from its first moment on: it is for the parent alone.

    The parent gets it, too, as soon as the process has started.
    """
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # which would let interrupts through, if it were started within
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def speaking_workers(pool: Sequence[BusyWorker[Job, Result]]) -> list[BusyWorker[Job, Result]]:
    """The worker processes that send something, have died, or are over their time; waits for the first of them."""
    patience = max(0.0, min(worker.deadline for worker in pool) - time.monotonic())
    signs = {sign: worker for worker in pool for sign in (worker.pipe, worker.process.sentinel)}
    heard = {id(signs[sign]): signs[sign] for sign in wait(list(signs), timeout=patience)}  # type: ignore[index]
    now = time.monotonic()
    late = {id(worker): worker for worker in pool if now >= worker.deadline}
    return list({**heard, **late}.values())


def _lose_patience(pipe: "Connection[Any, Any]") -> None:
    """Limit how long the process waits for the rest of an answer that has started, where the system supports it."""
    if sys.platform == "win32":
        return
    with socket.socket(fileno=os.dup(pipe.fileno())) as end:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", _STALLED_SECONDS, 0))


def _death(code: int | None, limit: JobLimit) -> str:
    if code is None or code >= 0:
        return f"It crashed the process that read it (exit code {code})."
    name = next((each.name for each in signal.Signals if each == -code), f"signal {-code}")  # not all have names
    if name == "SIGXCPU":
        return f"It took more than {_processor_seconds(limit):g} seconds of processor time."
    why = ", perhaps because memory ran out" if name == "SIGKILL" else ""
    return f"It crashed the process that read it ({name}{why})."


def _processor_seconds(limit: JobLimit) -> float:
    return min(limit.processor_seconds, limit.seconds * limit.threads)


def _work(pipe: "Connection[Any, Any]", writable: tuple[Path, ...] | None, imports: tuple[str, ...]) -> None:
    """The life of a worker: confined, then one task after the other, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends its workers
    _silence()
    os.environ.update(_ENVIRONMENT)
    keep_freed_memory()
    allow_processor_time(_STARTING_SECONDS)
    enter_sandbox(writable)
    try:
        for module in imports:
            import_module(module)
        task: WorkerTask = pipe.recv()
        while True:
            task = _work_on(pipe, task)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the parent has closed the pipe: the work is over
    except Exception as error:  # noqa: BLE001 - goes to the parent, which raises it there
        library = broken_library(error)
        pipe.send_bytes(pack_answer(Broken(ImportError(f"No module named '{library}'") if library else error)))


def _work_on(pipe: "Connection[Any, Any]", task: WorkerTask) -> WorkerTask:
    """Prepare once, then a job and its answer, until another task comes; the same once more needs no preparing."""
    limit_resources(task.limit.memory_mib, task.limit.file_mib)
    prepare, function = pickle.loads(task.pickled)  # noqa: S301 - the parent's own words
    context = prepare()
    job: Any = task
    while True:
        if job == task:
            pipe.send_bytes(pack_answer(Ready()))
        elif isinstance(job, WorkerTask):
            allow_processor_time(_STARTING_SECONDS)  # the job before may have left next to nothing
            return job
        else:
            allow_processor_time(_processor_seconds(task.limit))
            pipe.send_bytes(pack_answer(_outcome(function, context, job)))
        job = pipe.recv()


# One thread per worker, because workers share the processors; and onnxruntime would report every start to its maker.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "ORT_DISABLE_TELEMETRY": "1"}


def _outcome(function: Callable[[Any, Any], Any], context: Any, job: Any) -> Any:
    try:
        return function(context, job)
    except Exception as error:  # noqa: BLE001 - goes to the parent, which raises it there
        return Broken(error)


def _silence() -> None:
    """Decoders print warnings straight to the terminal; what matters of them comes back as values."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # a program without a console has none
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
