"""Jobs in worker processes: what one job does to its worker never touches another job."""

import ctypes
import gc
import os
import pickle
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from multiprocessing import process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from imgvet.geometry import Box
from imgvet.photo import Face, Finding, Photo, Verdict
from imgvet.workers import pool
from imgvet.workers.answers import LostJob
from imgvet.workers.pool import JobLimit, SpareWorkers, run_jobs

pytestmark = pytest.mark.slow

QUICK = JobLimit(seconds=30, memory_mib=4096)


def nothing() -> str:
    return "a context"


def treat(context: str, job: str) -> str:
    """Do as the job says."""
    assert context == "a context"
    DOINGS.get(job, lambda: None)()
    return f"done {job}"


def spin(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def complain() -> None:
    raise ValueError("a whole kind of work is impossible")


DOINGS: dict[str, Callable[[], object]] = {
    "die": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "leave": lambda: os._exit(7),
    "crash": lambda: ctypes.string_at(0),
    "hang": lambda: time.sleep(600),
    "spin": lambda: spin(600),
    "work a second": lambda: spin(1),
    "eat": lambda: bytearray(64 * 1024**3),
    "raise": complain,
    "print": lambda: print("\x1b[2Jrubbish from a decoder"),
}


def refuse() -> str:
    raise LookupError("no model here")


def results(jobs: list[str], workers: int, limit: JobLimit = QUICK) -> dict[str, str | LostJob]:
    return dict(run_jobs(nothing, treat, jobs, result=str, workers=workers, limit=limit, writable=None))


def test_every_job_has_one_result() -> None:
    """Twenty jobs on two workers, each answered once."""
    jobs = [str(number) for number in range(20)]
    assert results(jobs, 2) == {job: f"done {job}" for job in jobs}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to die of")
@pytest.mark.parametrize(("job", "words"), [
    ("die", "SIGKILL"), ("leave", "exit code 7"), ("crash", "SIGSEGV"),
])  # fmt: skip
def test_a_job_that_kills_its_worker_costs_only_itself(job: str, words: str) -> None:
    """The others are done, and the reason says how the worker ended."""
    found = results(["a", job, "b", "c"], 1)
    lost = found.pop(job)
    assert isinstance(lost, LostJob)
    assert words in lost.reason
    assert found == {each: f"done {each}" for each in "abc"}


def test_a_job_that_hangs_is_ended() -> None:
    """A worker over its time is killed, and the queue goes on."""
    found = results(["a", "hang", "b"], 1, JobLimit(seconds=1.5, memory_mib=4096))
    assert found["hang"] == LostJob("It took longer than 1.5 seconds.")
    assert found["a"] == "done a"
    assert found["b"] == "done b"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on processor time")
def test_a_job_that_takes_too_much_processor_time_is_ended() -> None:
    """The clock of the parent is far away; the system ends the worker."""
    found = results(["a", "spin", "b"], 1, JobLimit(seconds=60, memory_mib=4096, processor_seconds=1))
    assert found["spin"] == LostJob("It took more than 1 seconds of processor time.")
    assert found["b"] == "done b"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on processor time")
def test_processor_time_is_counted_for_each_job() -> None:
    """A worker that does many jobs takes more in all than one job may."""
    jobs = ["work a second"] * 3
    outcomes = [
        outcome
        for _, outcome in run_jobs(
            nothing, treat, jobs, result=str, workers=1, limit=JobLimit(60, 4096, 1.5), writable=None
        )
    ]
    assert outcomes == ["done work a second"] * 3


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space for certain")
def test_a_job_that_eats_all_memory_is_stopped() -> None:
    """The limit turns it into an error inside the worker, long before the machine suffers."""
    with pytest.raises(MemoryError):
        results(["eat"], 1)


def test_an_error_of_the_work_itself_ends_the_run() -> None:
    """What the function raises is no matter of one job."""
    with pytest.raises(ValueError, match="impossible"):
        results(["a", "raise"], 1)


def test_a_worker_that_cannot_start_ends_the_run() -> None:
    """A missing model is said once, not once for each photo."""
    with pytest.raises(LookupError, match="no model"):
        list(run_jobs(refuse, treat, ["a", "b"], result=str, workers=2, limit=QUICK, writable=None))


def test_what_decoders_print_never_reaches_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    """Control characters from a hostile file stay in the worker."""
    assert results(["print"], 1) == {"print": "done print"}
    captured = capfd.readouterr()
    assert "rubbish" not in captured.out + captured.err


def test_leaving_early_leaves_no_process_behind() -> None:
    """Whoever stops reading stops the workers."""
    running = run_jobs(
        nothing, partial(treat), ["a", "b", "c", "hang"], result=str, workers=2, limit=QUICK, writable=None
    )
    next(running)
    running.close()
    import psutil

    assert not [each for each in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(each.cmdline())]


class Trap:
    """What a taken-over worker could send: opening it runs a function of its choice in the parent."""

    def __init__(self, where: str) -> None:
        self.where = where

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (self.where,)


def send_trap(_: str, where: str) -> str:
    return Trap(where)  # type: ignore[return-value]


def send_rubbish(_: str, job: str) -> str:
    """Write into the pipe past imgvet, as code inside a decoder would."""
    pipe = next(each for each in gc.get_objects() if isinstance(each, Connection) and each.writable)
    pipe.send_bytes(bytes.fromhex(job))
    time.sleep(600)
    return ""


def test_an_answer_cannot_run_anything_in_the_parent(tmp_path: Path) -> None:
    """A worker that was taken over must not reach the process that is not confined."""
    where = str(tmp_path / "made by the answer")
    [(_, outcome)] = run_jobs(nothing, send_trap, [where], result=str, workers=1, limit=QUICK, writable=None)
    assert outcome == LostJob("imgvet could not read this file safely.")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of another class on Windows")
@pytest.mark.parametrize("start", [b"", b"="])
def test_a_pickle_bomb_in_the_pipe_never_goes_off(start: bytes, tmp_path: Path) -> None:
    """Written past imgvet as code inside a decoder would, also where it poses as a result."""
    bomb = start + pickle.dumps(Trap(str(tmp_path / "made by the answer")))
    [(_, outcome)] = run_jobs(nothing, send_rubbish, [bomb.hex()], result=str, workers=1, limit=QUICK, writable=None)
    assert outcome == LostJob("imgvet could not read this file safely.")
    assert list(tmp_path.iterdir()) == []


def say_ready(_: str, job: str) -> str:
    """Put the deadline off for ever."""
    pipe = next(each for each in gc.get_objects() if isinstance(each, Connection) and each.writable)
    while True:
        pipe.send_bytes(b"ready")
        time.sleep(0.2)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of another class on Windows")
def test_a_worker_is_ready_once() -> None:
    """One that says so again cannot keep its job for ever."""
    [(_, outcome)] = run_jobs(nothing, say_ready, ["a"], result=str, workers=1, limit=QUICK, writable=None)
    assert outcome == LostJob("imgvet could not read this file safely.")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of another class on Windows")
@pytest.mark.parametrize("answer", [
    b"no answer at all",
    b"",
    pickle.dumps(subprocess.Popen),
    pickle.dumps(process.current_process),
    pickle.dumps(run_jobs),
    b"cimgvet.workers\nos.system\n.",
    b"\x80\x04\x8c\x0eimgvet.workers\x8c\tos.system\x93.",
])  # fmt: skip
def test_answers_that_make_no_sense_cost_one_job(answer: bytes) -> None:
    """The parent takes records only; the worker that sent it is ended at once."""
    [(_, outcome)] = run_jobs(nothing, send_rubbish, [answer.hex()], result=str, workers=1, limit=QUICK, writable=None)
    assert outcome == LostJob("imgvet could not read this file safely.")


def send_half(_: str, job: str) -> str:
    """Begin an answer of a thousand bytes, and stop."""
    pipe = next(each for each in gc.get_objects() if isinstance(each, Connection) and each.writable)
    os.write(pipe.fileno(), struct.pack("!i", 1000) + b"half")
    time.sleep(600)
    return ""


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of another class on Windows")
def test_half_an_answer_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that begins to answer and stops is ended like one that hangs."""
    monkeypatch.setattr(pool, "_STALLED_SECONDS", 1)
    [(_, outcome)] = run_jobs(nothing, send_half, ["a"], result=str, workers=1, limit=QUICK, writable=None)
    assert outcome == LostJob("imgvet could not read this file safely.")


def give_odd_error(_: str, job: str) -> str:
    raise subprocess.CalledProcessError(3, "a program")


def test_an_error_of_a_library_is_told_in_words() -> None:
    """Only errors that are built in or imgvet's own cross as they are."""
    with pytest.raises(RuntimeError, match="CalledProcessError: Command 'a program' returned"):
        list(run_jobs(nothing, give_odd_error, ["a"], result=str, workers=1, limit=QUICK, writable=None))


@dataclass(frozen=True, slots=True)
class Records:
    """Every kind of value that a result may hold."""

    photo: Photo
    path: Path
    day: date
    named: dict[str, bytes]
    numbers: frozenset[int]


def give_records(_: str, job: str) -> Records:
    faces = (Face(1, Box(0, 0, 2, 2), 0.5),)
    finding = Finding("rule", Verdict.ASK, "why")
    photo = Photo(job, faces=faces, findings=(finding,))
    return Records(photo, Path(job), date(2026, 5, 3), {"a": b"b"}, frozenset({1}))


def test_records_come_back_as_they_were() -> None:
    """Photos, paths, days and what Python has built in."""
    [(_, outcome)] = run_jobs(nothing, give_records, ["a.jpg"], result=Records, workers=1, limit=QUICK, writable=None)
    assert outcome == give_records("", "a.jpg")


def test_a_worker_imports_nothing_of_the_script_that_starts_it(tmp_path: Path) -> None:
    """A script may stand without a guard, or be piped in; it runs once."""
    script = (
        "from imgvet.inspection.files import inspect_files\n"
        "from imgvet.profile import Limits\n"
        "from pathlib import Path\n"
        "print('started')\n"
        f"print(*[each.error for each in inspect_files([Path({str(tmp_path / 'none.jpg')!r})], Limits(), 1)])\n"
    )
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    for words, piped in ((["script.py"], ""), (["-"], script)):
        ran = subprocess.run([sys.executable, *words], input=piped, cwd=tmp_path, capture_output=True, text=True)
        assert ran.stdout.count("started") == 1, ran.stderr
        assert "worker" not in ran.stdout


# Spare workers

Doing = tuple[Callable[[], Any], Callable[[Any, str], str]]


def whose(_: str, __: str) -> str:
    return f"{os.getpid()} {'sqlite3.dbapi2' in sys.modules}"


def counting() -> list[str]:
    return []


def count_one(so_far: list[str], job: str) -> str:
    so_far.append(job)
    return f"{os.getpid()} {len(so_far)}"


def run_with(
    spare: SpareWorkers, writable: tuple[Path, ...], jobs: int = 1, how: Doing = (nothing, whose)
) -> list[Any]:
    named = [str(number) for number in range(jobs)]
    found = run_jobs(*how, named, result=str, workers=1, limit=QUICK, writable=writable, spare=spare)
    return [outcome for _, outcome in found]


def test_the_early_worker_does_the_jobs_with_what_it_imported(tmp_path: Path) -> None:
    """It is the process that was started before, and the modules are there."""
    with SpareWorkers() as spare:
        spare.start(("sqlite3",), (tmp_path,))
        started = {child.pid for child in process.active_children()}
        said = run_with(spare, (tmp_path,), jobs=3)
    assert said == [said[0]] * 3
    pid, imported = str(said[0]).split()
    assert imported == "True"
    assert int(pid) in started


def test_one_process_does_one_task_after_the_other(tmp_path: Path) -> None:
    """Another task is prepared anew in it, the same one is not."""
    with SpareWorkers() as spare:
        (said,) = run_with(spare, (tmp_path,))
        pid = said.split()[0]
        assert run_with(spare, (tmp_path,)) == [said]
        assert run_with(spare, (tmp_path,), 2, (counting, count_one)) == [f"{pid} 1", f"{pid} 2"]
        assert run_with(spare, (tmp_path,), 1, (counting, count_one)) == [f"{pid} 3"]
        assert run_with(spare, (tmp_path,)) == [said]
        assert run_with(spare, (tmp_path,), 1, (counting, count_one)) == [f"{pid} 1"]


def test_a_spare_worker_that_may_write_elsewhere_gets_no_job(tmp_path: Path) -> None:
    """It is confined to its own folders for good, so the jobs go to another one."""
    with SpareWorkers() as spare:
        spare.start(("sqlite3",), (tmp_path,))
        started = {child.pid for child in process.active_children()}
        (said,) = run_with(spare, (tmp_path / "other",))
    pid, imported = str(said).split()
    assert imported == "False"
    assert int(pid) not in started


def test_an_early_worker_without_jobs_ends() -> None:
    """Nothing is left behind where a command ends before it has any."""
    with SpareWorkers() as spare:
        spare.start((), ())
        assert process.active_children()
    assert not process.active_children()


def test_an_early_worker_that_cannot_import_says_so(tmp_path: Path) -> None:
    """What is wrong with the installation is raised where the jobs were given."""
    with SpareWorkers() as spare:
        spare.start(("no_such_library",), (tmp_path,))
        with pytest.raises(ImportError, match="No module named"):
            run_with(spare, (tmp_path,))
