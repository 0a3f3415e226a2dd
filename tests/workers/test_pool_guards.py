"""Each guard of the pool alone, with threads in place of processes, and a clock that stands still.

Threads do as processes would: each has a pipe, a job, an exit code, and a sign that it has ended. Real ones are in
``test_workers.py``.
"""

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
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, suppress
from dataclasses import replace
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from imgvet.errors import ModelError
from imgvet.workers import pool
from imgvet.workers.answers import MAX_ANSWER, AnswerReader, Broken, LostJob, Ready, pack_answer
from imgvet.workers.pool import JobLimit, SpareWorkers, WorkerTask, run_jobs, workers_for

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and signals of another kind")

LIMIT = JobLimit(seconds=30, memory_mib=100)
NOT_TRUSTED = LostJob("imgvet could not read this file safely.")


def nothing() -> str:
    return "a context"


def treat(context: str, job: str) -> str:
    if job == "raise":
        raise ModelError("no model", "Get it.")
    return f"{context}: {job}"


class Thread:
    """A process of the pool that is none."""

    made: ClassVar[list["Thread"]] = []

    def __init__(self, target: Any, args: tuple[Any, Any, Any], daemon: bool) -> None:
        Thread.made.append(self)
        self.target, (self.theirs, self.writable, self.imports), self.daemon = target, args, daemon
        self.sentinel, self._ended = os.pipe()
        self.exitcode: int | None = None
        self.killed = threading.Event()
        self.jobs: list[str] = []

    def start(self) -> None:
        self.blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        self.main = dict(vars(sys.modules["__main__"]))
        self.pipe: Connection[Any, Any] = Connection(os.dup(self.theirs.fileno()))
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        code = self._work()
        self.pipe.close()
        self.exitcode = code
        os.close(self._ended)

    def _work(self) -> int:
        while True:
            try:
                job = self.pipe.recv()
            except (EOFError, OSError):
                return 0
            self.jobs += [job] if isinstance(job, str) else []
            match job:
                case WorkerTask():
                    self.task = job
                    with suppress(BrokenPipeError):
                        self.pipe.send_bytes(pack_answer(Ready()))
                case "die":
                    return -9
                case "leave":
                    return 7
                case "hang":
                    self.killed.wait()
                    return -9
                case "break":
                    self.pipe.send_bytes(pack_answer(Broken(ValueError("impossible"))))
                case "ready":
                    self.pipe.send_bytes(pack_answer(Ready()))
                case "rubbish":
                    self.pipe.send_bytes(b"?")
                case _:
                    with suppress(BrokenPipeError):  # nobody reads any more
                        self.pipe.send_bytes(pack_answer(f"done {job}"))

    def is_alive(self) -> bool:
        return self.thread.is_alive()

    def join(self, timeout: float | None = None) -> None:
        self.thread.join(timeout)

    def kill(self) -> None:
        self.killed.set()


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Thread]]:
    """The workers that were made, in order; each has ended when the test has."""
    monkeypatch.setattr(Thread, "made", [])
    monkeypatch.setattr(pool, "_SPAWN", SimpleNamespace(Pipe=multiprocessing.Pipe, Process=Thread))
    yield Thread.made
    for each in Thread.made:
        each.join(10)
        assert not each.is_alive()
        os.close(each.sentinel)


def run(jobs: list[str], workers: int = 1, limit: JobLimit = LIMIT) -> Any:
    return run_jobs(nothing, treat, jobs, result=str, workers=workers, limit=limit, writable=(Path("a"),))


# -- the run


def test_each_job_is_done_once(threads: list[Thread]) -> None:
    """By as many workers as are asked for, no more than there are jobs, each with one job after the other."""
    assert list(run(["a", "b", "c"])) == [("a", "done a"), ("b", "done b"), ("c", "done c")]
    assert [each.jobs for each in threads] == [["a", "b", "c"]]
    found = dict(run(["a", "b", "c", "d"], 2))
    assert found == {job: f"done {job}" for job in "abcd"}
    assert sorted(job for each in threads[1:] for job in each.jobs) == list("abcd")
    assert len(threads) == 3
    assert dict(run(["a", "b"], 5)) == {"a": "done a", "b": "done b"}
    assert len(threads) == 5
    assert list(run([], 5)) == []
    assert len(threads) == 5


def test_a_worker_is_told_what_it_is_for(threads: list[Thread]) -> None:
    """What to load and do, its limits, and where it may write; it ends with its parent."""
    list(run(["a"]))
    list(run_jobs(nothing, treat, ["a"], result=str, workers=1, limit=LIMIT, writable=None))
    told, free = threads
    assert pickle.loads(told.task.pickled) == (nothing, treat)  # noqa: S301 - made here
    assert (told.task.limit, told.writable, free.writable, told.imports) == (LIMIT, (Path("a"),), None, ())
    assert told.target is pool._work
    assert told.daemon
    assert told.theirs.closed


def test_a_lost_job_costs_its_worker_and_no_other_job(threads: list[Thread]) -> None:
    """Another worker takes its place while there are jobs, and none where there are none left."""
    found = list(run(["a", "die", "b", "leave"]))
    assert found == [
        ("a", "done a"), ("die", LostJob("It crashed the process that read it (SIGKILL, perhaps because memory "
                                         "ran out).")),
        ("b", "done b"), ("leave", LostJob("It crashed the process that read it (exit code 7).", died=True)),
    ]  # fmt: skip
    assert [each.jobs for each in threads] == [["a", "die"], ["b", "leave"]]


def test_a_worker_that_is_not_trusted_does_nothing_more(threads: list[Thread]) -> None:
    """Whether it sends rubbish or says again that it is ready."""
    assert list(run(["rubbish", "ready", "a"])) == [("rubbish", NOT_TRUSTED), ("ready", NOT_TRUSTED), ("a", "done a")]
    assert [each.jobs for each in threads] == [["rubbish"], ["ready"], ["a"]]


def test_what_the_work_itself_raises_ends_the_run(threads: list[Thread]) -> None:
    """And every worker."""
    with pytest.raises(ValueError, match="impossible"):
        list(run(["hang", "break", "a"], 2))
    assert [each.jobs for each in threads] == [["hang"], ["break"]]


def test_a_job_that_takes_too_long_is_ended(threads: list[Thread]) -> None:
    """By its parent's clock; the next one has a worker of its own."""
    found = list(run(["hang", "a"], limit=JobLimit(0.2, 100)))
    assert found == [("hang", LostJob("It took longer than 0.2 seconds.")), ("a", "done a")]
    assert threads[0].killed.is_set()


def test_a_worker_without_a_job_is_ended_at_once(threads: list[Thread]) -> None:
    """Not only when the last of them has ended."""
    running = run(["a", "hang"], 2)
    assert next(running) == ("a", "done a")
    assert [each.is_alive() for each in threads] == [False, True]
    running.close()
    assert not threads[1].is_alive()


def test_who_stops_reading_stops_the_workers(threads: list[Thread]) -> None:
    """The rest of the jobs is never begun."""
    running = run(["a", "b", "c"])
    next(running)
    running.close()
    assert "c" not in threads[0].jobs
    assert not threads[0].is_alive()


def test_a_worker_starts_without_interrupts_and_without_the_program_that_starts_it(threads: list[Thread]) -> None:
    """Ctrl-C is for the parent alone, and a script is not run again in every worker."""
    main = sys.modules["__main__"]
    before = dict(vars(main))
    list(run(["a"]))
    assert signal.SIGINT in threads[0].blocked
    assert threads[0].main["__spec__"] is None
    assert "__file__" not in threads[0].main
    assert vars(main) == before
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


# -- spare workers


def run_with(spare: SpareWorkers, jobs: list[str], workers: int = 1, limit: JobLimit = LIMIT) -> Any:
    return run_jobs(nothing, treat, jobs, result=str, workers=workers, limit=limit, writable=(Path("a"),), spare=spare)


def test_a_worker_that_is_started_early_gets_the_first_job(threads: list[Thread]) -> None:
    """It imports what it was told before its task is known; the second worker is one like any other."""
    with SpareWorkers() as spare:
        spare.start(("a module",), (Path("a"),))
        assert (threads[0].imports, threads[0].writable) == (("a module",), (Path("a"),))
        assert dict(run_with(spare, ["a", "b"], 2)) == {"a": "done a", "b": "done b"}
        assert [each.imports for each in threads] == [("a module",), ()]
        assert threads[0].task.limit == LIMIT


def test_workers_that_have_done_one_task_do_the_next(threads: list[Thread]) -> None:
    """And end with the context; those that died are not asked again."""
    with SpareWorkers() as spare:
        assert dict(run_with(spare, ["a", "b"], 2)) == {"a": "done a", "b": "done b"}
        assert dict(run_with(spare, ["c", "d"], 2)) == {"c": "done c", "d": "done d"}
        assert len(threads) == 2
        assert all(each.is_alive() for each in threads)
        (lost,) = run_with(spare, ["die"])
        assert isinstance(lost[1], LostJob)
        assert dict(run_with(spare, ["e", "f"], 2)) == {"e": "done e", "f": "done f"}
        assert len(threads) == 3
    assert not any(each.is_alive() for each in threads)


def test_a_worker_that_answers_in_the_middle_of_a_run_that_is_left_is_not_kept(threads: list[Thread]) -> None:
    """Its answers would be taken for those to other jobs."""
    with SpareWorkers() as spare:
        run_left = run_with(spare, ["a", "b", "c"])
        assert next(run_left) == ("a", "done a")
        run_left.close()
        assert not threads[0].is_alive()
        assert list(run_with(spare, ["d"])) == [("d", "done d")]
    assert len(threads) == 2


def test_a_spare_worker_of_other_folders_or_limits_gets_no_job(threads: list[Thread]) -> None:
    """It is confined to them for good; like one that got no jobs at all, it ends with its context."""
    with SpareWorkers() as spare:
        spare.start((), (Path("b"),))
        assert list(run_with(spare, ["a"])) == [("a", "done a")]
        assert list(run_with(spare, ["b"], limit=replace(LIMIT, memory_mib=1))) == [("b", "done b")]
        assert [each.jobs for each in threads] == [[], ["a"], ["b"]]
    assert not any(each.is_alive() for each in threads)


# -- one worker


class Pipe:
    """A pipe that says what it is told to."""

    def __init__(self, *said: bytes | Exception) -> None:
        self.said, self.given, self.closed, self.most = list(said), list[Any](), False, list[int]()
        self.poll_fails: Exception | None = None

    def poll(self) -> bool:
        if self.poll_fails:
            raise self.poll_fails
        return bool(self.said)

    def recv_bytes(self, most: int) -> bytes:
        self.most.append(most)
        said = self.said.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    def send(self, job: Any) -> None:
        if isinstance(job, Exception):
            raise job
        self.given.append(job)

    def close(self) -> None:
        self.closed = True


class Process:
    """A process of which everything that is asked is written down."""

    def __init__(self, exitcode: int | None, *, alive: bool = False) -> None:
        self.exitcode, self.alive, self.asked = exitcode, alive, list[Any]()

    def join(self, timeout: float | None = None) -> None:
        self.asked.append(("join", timeout))

    def is_alive(self) -> bool:
        return self.alive

    def kill(self) -> None:
        self.asked.append("kill")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that shows what it is set to."""
    now = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(pool, "time", SimpleNamespace(monotonic=lambda: now.seconds))
    return now


def worker(pipe: Pipe, exitcode: int | None = None, *, deadline: float = 2000, ready: bool = True) -> Any:
    made: Any = object.__new__(pool.BusyWorker)
    made.pipe, made.process, made.reader = pipe, Process(exitcode), AnswerReader(str)
    made.ready, made.limit, made.job, made.deadline = ready, LIMIT, None, deadline
    return made


def test_a_new_worker_has_time_to_load_what_it_needs(threads: list[Thread], clock: SimpleNamespace) -> None:
    """Two minutes; a job that it is given meanwhile has its own time on top of none of that."""
    assert (pool._STARTING_SECONDS, pool._DYING_SECONDS, pool._STALLED_SECONDS) == (120, 10, 10)
    made: Any = pool.BusyWorker(pool.WorkerProcess(None), pool.WorkerTask(b"", LIMIT), AnswerReader(str))
    assert (made.deadline, made.job, made.limit, made.ready) == (1120, None, LIMIT, False)
    made.end()
    made.process.join()


def test_a_job_has_its_time_from_when_it_is_given(clock: SimpleNamespace) -> None:
    """But what the worker needs to start is not taken from it."""
    pipe = Pipe()
    one = worker(pipe, deadline=1010)
    one.give("a")
    assert (one.job, one.deadline, pipe.given) == ("a", 1030, ["a"])
    starting = worker(pipe, deadline=1120)
    starting.give("b")
    assert starting.deadline == 1120


@pytest.mark.parametrize("problem", [BrokenPipeError(), ConnectionResetError()])
def test_a_job_for_a_dead_worker_is_lost_later(problem: Exception) -> None:
    """When its end is noticed, with the reason."""
    one = worker(Pipe())
    one.give(problem)
    assert one.job is problem
    with pytest.raises(ZeroDivisionError):
        one.give(ZeroDivisionError())


def test_a_worker_is_ready_once_and_its_time_begins_anew(clock: SimpleNamespace) -> None:
    """With each answer; whoever says again that it is ready is lost, and gains no time."""
    one = worker(Pipe(b"ready", pack_answer("done"), b"ready"), deadline=1120, ready=False)
    assert one.take() == Ready()
    assert (one.ready, one.deadline) == (True, 1030)
    clock.seconds = 1005
    assert one.take() == "done"
    assert one.deadline == 1035
    clock.seconds = 1010
    assert one.take() == NOT_TRUSTED
    assert one.deadline == 1035
    assert one.pipe.most == [MAX_ANSWER] * 3


def test_an_answer_counts_though_it_is_late(clock: SimpleNamespace) -> None:
    """It is there."""
    assert worker(Pipe(pack_answer("done")), deadline=900).take() == "done"
    assert worker(Pipe(b"ready"), ready=False).take() == Ready()


SILENT: list[tuple[float, int | None, LostJob]] = [
    (1000, None, LostJob("It took longer than 30 seconds.")),
    (999, 7, LostJob("It took longer than 30 seconds.")),
    (1000.5, 7, LostJob("It crashed the process that read it (exit code 7).", died=True)),
    (1000.5, 1, LostJob("It crashed the process that read it (exit code 1).", died=True)),
    (1000.5, 0, LostJob("It crashed the process that read it (exit code 0).")),
    (1000.5, None, LostJob("It crashed the process that read it (exit code None).")),
    (1000.5, -11, LostJob("It crashed the process that read it (SIGSEGV).")),
]


@pytest.mark.parametrize(("deadline", "code", "lost"), SILENT)
def test_a_worker_that_says_nothing(clock: SimpleNamespace, deadline: float, code: int | None, lost: LostJob) -> None:
    """Is over its time, or has died; then its exit code is waited for, which may come a moment later."""
    one = worker(Pipe(), code, deadline=deadline)
    assert one.take() == lost
    assert one.process.asked == ([] if "longer" in lost.reason else [("join", 10)])


FAILING: list[tuple[Exception, bool]] = [
    (EOFError(), False),
    (ConnectionResetError(errno.ECONNRESET, "gone"), False),
    (OSError(errno.EPIPE, "gone"), False),
    (OSError("bad message length"), True),
    (BlockingIOError(errno.EAGAIN, "stalled"), True),
]


@pytest.mark.parametrize(("problem", "not_trusted"), FAILING)
@pytest.mark.parametrize("deadline", [900, 2000])
def test_an_answer_that_does_not_come_whole(
    clock: SimpleNamespace, problem: Exception, not_trusted: bool, deadline: float
) -> None:
    """The worker has died; or what it sends is too long, or stops half-way."""
    died = LostJob("It crashed the process that read it (exit code 3).", died=True)
    one = worker(Pipe(problem), 3, deadline=deadline)
    assert one.take() == (NOT_TRUSTED if not_trusted else died)
    silent = worker(Pipe(), 3, deadline=deadline)
    silent.pipe.poll_fails = problem
    assert silent.take() == (NOT_TRUSTED if not_trusted else died)


@pytest.mark.parametrize("alive", [False, True])
def test_a_worker_ends_by_itself_or_is_killed(alive: bool) -> None:
    """It has a moment for that, and is never left behind."""
    one: Any = object.__new__(pool.WorkerProcess)
    one.pipe, one.process = Pipe(), Process(None, alive=alive)
    one.end()
    assert one.pipe.closed
    assert one.process.asked == [("join", 0.2), *(["kill"] if alive else []), ("join", None)]


DEATHS: list[tuple[int | None, str]] = [
    (None, "It crashed the process that read it (exit code None)."),
    (0, "It crashed the process that read it (exit code 0)."),
    (1, "It crashed the process that read it (exit code 1)."),
    (24, "It crashed the process that read it (exit code 24)."),
    (-1, "It crashed the process that read it (SIGHUP)."),
    (-9, "It crashed the process that read it (SIGKILL, perhaps because memory ran out)."),
    (-11, "It crashed the process that read it (SIGSEGV)."),
    (-40, "It crashed the process that read it (signal 40)."),  # one that programs may use as they like has no name
    (-24, "It took more than 1.5 seconds of processor time."),
]


@pytest.mark.skipif(sys.platform != "linux", reason="the numbers of signals are Linux's")
@pytest.mark.parametrize(("code", "reason"), DEATHS)
def test_how_a_worker_died_is_told(code: int | None, reason: str) -> None:
    """By its exit code, or the signal that ended it."""
    assert pool._death(code, JobLimit(30, 100, 1.5)) == reason


def test_limits_of_a_job() -> None:
    """As much processor time as by the clock, unless less is said; files of 1 GiB."""
    assert JobLimit(30, 100) == JobLimit(30, 100, math.inf, 1024)
    assert pool._processor_seconds(JobLimit(30, 100)) == 30
    assert pool._processor_seconds(JobLimit(30, 100, 40)) == 30
    assert pool._processor_seconds(JobLimit(30, 100, 20)) == 20
    assert pool._processor_seconds(JobLimit(30, 100, threads=3)) == 90
    assert pool._processor_seconds(JobLimit(30, 100, 100, threads=3)) == 90


@pytest.mark.parametrize(
    ("asked", "cores", "jobs", "found"),
    [(3, 8, 9, 3), (None, 8, 9, 8), (None, 8, 5, 5), (9, 8, 5, 5), (None, None, 5, 1), (0, 4, 9, 4), (3, 8, 0, 1)],
)
def test_how_many_work_at_once(
    asked: int | None, cores: int | None, jobs: int, found: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As asked, else one a core; never more than there are jobs, and one at least."""
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert workers_for(asked, jobs) == found


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system gives every process all cores")
def test_cores_that_this_process_may_not_use_are_not_counted() -> None:
    """As in a container that has one of many; more workers, or more threads, would only wait for each other."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        assert workers_for(None, 5) == 1
    finally:
        os.sched_setaffinity(0, before)


# -- who says something


def test_the_first_that_says_something_is_heard(clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each once, whether by its pipe, its end or the clock; nobody is waited for longer than the next deadline."""
    one, two, three = (
        SimpleNamespace(pipe=f"pipe {n}", process=SimpleNamespace(sentinel=f"end {n}"), deadline=deadline)
        for n, deadline in ((1, 1010.0), (2, 1005.0), (3, 1020.0))
    )
    waited: list[tuple[list[Any], float]] = []
    heard: list[str] = []

    def wait(signs: list[Any], timeout: float) -> list[str]:
        waited.append((signs, timeout))
        clock.seconds += 2
        return heard

    monkeypatch.setattr(pool, "wait", wait)
    both: Any = [one, two, three]
    heard[:] = ["end 3", "pipe 3", "pipe 1"]
    assert pool.speaking_workers(both) == [three, one]
    assert waited == [(["pipe 1", "end 1", "pipe 2", "end 2", "pipe 3", "end 3"], 5.0)]
    heard[:] = []
    clock.seconds = 1002
    assert pool.speaking_workers(both) == []
    clock.seconds = 1003
    assert pool.speaking_workers(both) == [two]
    heard[:] = ["pipe 2"]
    clock.seconds = 1009
    assert pool.speaking_workers(both) == [two, one]
    assert waited[-1][1] == 0.0
    clock.seconds = 1003
    assert pool.speaking_workers(both) == [two]


def test_the_rest_of_an_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer than ten seconds; the pipe itself stays open, and nothing beside it."""
    ours, theirs = multiprocessing.Pipe()
    with closing(ours), closing(theirs):
        before = len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0
        pool._lose_patience(ours)
        with socket.socket(fileno=os.dup(ours.fileno())) as end:
            size = struct.calcsize("@ll")
            assert struct.unpack("@ll", end.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, size)) == (10, 0)
        assert sys.platform != "linux" or len(list(Path("/proc/self/fd").iterdir())) == before
        monkeypatch.setattr(sys, "platform", "win32")
        pool._lose_patience(None)  # type: ignore[arg-type]


def test_interrupts_are_held_back_and_let_through_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What keeps count of resources starts before, for it would let them through; what was held back stays so."""

    def held() -> bool:
        return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())

    def fails_within(block: AbstractContextManager[None]) -> list[bool]:
        seen = []
        with suppress(ZeroDivisionError), block:
            seen.append(held())
            raise ZeroDivisionError
        return seen

    running: list[bool] = []
    monkeypatch.setattr(resource_tracker, "ensure_running", lambda: running.append(held()))
    assert fails_within(pool._interrupts_held_back()) == [True]
    assert not held()
    assert running == [False]
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with pool._interrupts_held_back():
            assert held()
        assert held()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    monkeypatch.setattr(sys, "platform", "win32")
    with pool._interrupts_held_back():
        assert not held()
    assert len(running) == 2


@pytest.mark.parametrize("names", [{}, {"__file__": "a.py"}, {"__file__": "a.py", "__spec__": "spec"}])
def test_the_program_is_hidden_while_a_worker_starts(names: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """And is there again afterwards, whatever happens."""
    main = SimpleNamespace(other=1, **names)
    monkeypatch.setitem(sys.modules, "__main__", main)
    with suppress(ZeroDivisionError), pool._main_left_out():
        within = dict(vars(main))
        raise ZeroDivisionError
    assert within == {"other": 1, "__spec__": None}
    assert vars(main) == {"other": 1, "__spec__": None} | names


# -- the life of a worker


class Parent:
    """The other end of a worker's pipe: gives these jobs, and takes the answers."""

    def __init__(self, *jobs: Any, deaf: Exception | None = None) -> None:
        self.jobs, self.answers, self.deaf = list(jobs), list[Any](), deaf

    def recv(self) -> Any:
        done.append("asked")
        if not self.jobs:
            raise EOFError
        return self.jobs.pop(0)

    def send_bytes(self, message: bytes) -> None:
        if self.deaf:
            raise self.deaf
        self.answers.append(AnswerReader(str).read(message))


done: list[Any] = []


def prepare() -> str:
    done.append("prepared")
    return "context"


def no_library() -> str:
    raise ImportError("/home/me/libGL.so.1: cannot open shared object file", name="cv2.gapi")


def no_model() -> str:
    raise ModelError("no model", "Get it.")


@pytest.fixture
def life(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Parent]]:
    """Lives a worker's life in this process, which is not confined; what would be done to it is in ``done``."""
    done.clear()
    for name in (
        "limit_resources",
        "allow_processor_time",
        "enter_sandbox",
        "_silence",
        "import_module",
        "keep_freed_memory",
    ):
        monkeypatch.setattr(pool, name, lambda *words, name=name: done.append((name, *words)))
    monkeypatch.setattr(signal, "signal", lambda *words: done.append(("signal", *words)))
    monkeypatch.setattr(os, "environ", {"A": "B"})

    def live(*jobs: Any, prepared: Callable[[], str] = prepare, deaf: Exception | None = None) -> Parent:
        task = pool.WorkerTask(pickle.dumps((prepared, treat)), JobLimit(30, 100, 20, 5))
        parent: Any = Parent(task, *jobs, deaf=deaf)
        pool._work(parent, (Path("a"),), ("a module",))
        return parent  # type: ignore[no-any-return]

    yield live
    done.clear()


def test_a_worker_is_confined_before_it_loads_anything(life: Callable[..., Parent]) -> None:
    """In this order; each job has its own processor time, and the worker ends with its pipe."""
    parent = life("a", "b")
    assert done == [
        ("signal", signal.SIGINT, signal.SIG_IGN), ("_silence",), ("keep_freed_memory",), ("allow_processor_time", 120),
        ("enter_sandbox", (Path("a"),)), ("import_module", "a module"), "asked", ("limit_resources", 100, 5),
        "prepared", "asked", ("allow_processor_time", 20), "asked", ("allow_processor_time", 20), "asked",
    ]  # fmt: skip
    assert parent.answers == [Ready(), "context: a", "context: b"]
    given = {"A": "B", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "ORT_DISABLE_TELEMETRY": "1"}
    assert {name: os.environ[name] for name in given} == given


def test_another_task_is_prepared_with_time_and_limits_of_its_own(life: Callable[..., Parent]) -> None:
    """The same task once more is not prepared, and needs no time."""
    same = pool.WorkerTask(pickle.dumps((prepare, treat)), JobLimit(30, 100, 20, 5))
    other = pool.WorkerTask(pickle.dumps((prepare, treat)), JobLimit(30, 90, 10, 4))
    parent = life("a", same, "b", other, "c")
    assert done[done.index("prepared") :] == [
        "prepared", "asked", ("allow_processor_time", 20), "asked", "asked", ("allow_processor_time", 20),
        "asked", ("allow_processor_time", 120), ("limit_resources", 90, 4), "prepared",
        "asked", ("allow_processor_time", 10), "asked",
    ]  # fmt: skip
    assert parent.answers == [Ready(), "context: a", Ready(), "context: b", Ready(), "context: c"]


def test_what_goes_wrong_in_a_worker_goes_to_its_parent(life: Callable[..., Parent]) -> None:
    """What a job raises, and what keeps the worker from starting; a library that is missing by its name."""
    ready, broken, after = life("raise", "a").answers
    assert (ready, after) == (Ready(), "context: a")
    assert isinstance(broken, Broken)
    assert isinstance(broken.error, ModelError)
    for prepared, kind, words in (
        (no_model, ModelError, "no model"),
        (no_library, ImportError, "No module named 'cv2'"),
    ):
        (said,) = life("a", prepared=prepared).answers
        assert isinstance(said, Broken)
        assert type(said.error) is kind
        assert str(said.error).startswith(words)
        assert "/home" not in str(said.error)


@pytest.mark.parametrize("problem", [BrokenPipeError(), ConnectionResetError(), EOFError()])
def test_a_worker_whose_parent_is_gone_ends_quietly(life: Callable[..., Parent], problem: Exception) -> None:
    """There is nobody to tell."""
    assert life("a", deaf=problem).answers == []


def test_what_decoders_print_goes_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both streams; one that is closed, or not there, is no problem, and no file is left open."""
    files = [(tmp_path / name).open("w") for name in ("out", "err")]
    monkeypatch.setattr(sys, "stdout", files[0])
    monkeypatch.setattr(sys, "stderr", files[1])
    opened: list[int] = []
    plain = os.open

    def watched(path: str, flags: int) -> int:
        opened.append(plain(path, flags))
        return opened[-1]

    monkeypatch.setattr(os, "open", watched)
    pool._silence()
    for each in files:
        each.write("rubbish")
        each.close()
    assert [(tmp_path / name).read_text() for name in ("out", "err")] == ["", ""]
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[0])
    pool._silence()  # both are closed
    monkeypatch.setattr(sys, "stdout", None)
    pool._silence()
