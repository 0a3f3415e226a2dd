"""A worker that is kept ready: a job costs only itself, and nothing is left when its owner is gone."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from imgvet.workers.answers import UNTRUSTED, LostJob
from imgvet.workers.pool import JobLimit
from imgvet.workers.standby import StandbyWorker

pytestmark = pytest.mark.slow

LIMIT = JobLimit(seconds=30, memory_mib=4096)


def nothing() -> str:
    return f"prepared in {os.getpid()}"


def treat(context: str, job: str) -> str:
    """Do as the job says, and tell in which process."""
    if job == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if job == "hang":
        time.sleep(600)
    if job == "lie":
        return b"not a text"  # type: ignore[return-value]
    if job == "raise":
        raise ValueError("this kind of work is impossible")
    if job == "dial":
        socket.create_connection(("127.0.0.1", 9))
    if job.startswith("write "):
        Path(job.removeprefix("write ")).write_text("words")
    return f"{job}, {context}"


def made(limit: JobLimit = LIMIT, writable: tuple[Path, ...] = ()) -> StandbyWorker[str, str]:
    return StandbyWorker(nothing, treat, result=str, limit=limit, writable=writable)


@pytest.fixture(scope="module")
def worker() -> Iterator[StandbyWorker[str, str]]:
    with made() as one:
        yield one


def process_in(answer: str | LostJob) -> int:
    assert isinstance(answer, str), answer
    return int(answer.rpartition(" ")[2])


def has_ended(process: int) -> bool:
    """Whether all of a process has ended: its first thread may be a zombie while others are still on their way out."""
    try:
        one = psutil.Process(process)
        return bool(one.status() == psutil.STATUS_ZOMBIE and one.num_threads() <= 1)
    except psutil.NoSuchProcess:
        return True


def test_one_process_answers_job_after_job(worker: StandbyWorker[str, str]) -> None:
    """It prepares once."""
    first, second = worker.run("one"), worker.run("two")
    assert str(first).startswith("one, prepared in ")
    assert process_in(first) == process_in(second) != os.getpid()


@pytest.mark.parametrize(("job", "words"), [("die", "crashed the process"), ("lie", UNTRUSTED)])
def test_a_job_that_is_lost_costs_only_itself(worker: StandbyWorker[str, str], job: str, words: str) -> None:
    before = process_in(worker.run("one"))
    lost = worker.run(job)
    assert isinstance(lost, LostJob)
    assert words in lost.reason
    assert process_in(worker.run("two")) != before
    assert not psutil.pid_exists(before)


def test_a_job_that_hangs_is_given_up() -> None:
    with made(JobLimit(seconds=1, memory_mib=4096)) as worker:
        worker.run("one")
        assert worker.run("hang") == LostJob("It took longer than 1 seconds.")
        assert str(worker.run("two")).startswith("two")


def test_what_a_job_raises_is_raised_and_the_next_one_is_answered(worker: StandbyWorker[str, str]) -> None:
    with pytest.raises(ValueError, match="this kind of work is impossible"):
        worker.run("raise")
    assert str(worker.run("two")).startswith("two")


def test_a_process_that_ended_while_nothing_was_asked_is_started_again(worker: StandbyWorker[str, str]) -> None:
    before = process_in(worker.run("one"))
    os.kill(before, signal.SIGKILL)
    while not has_ended(before):
        time.sleep(0.01)
    assert process_in(worker.run("two")) != before


@pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot confine a process")
def test_it_is_confined_as_every_worker_is(tmp_path: Path) -> None:
    """No network, and no place to write but its own."""
    own, other = tmp_path / "own", tmp_path / "other"
    own.mkdir()
    other.mkdir()
    with made(writable=(own,)) as worker:
        assert str(worker.run(f"write {own}/a")).startswith("write")
        with pytest.raises(PermissionError):
            worker.run(f"write {other}/a")
        with pytest.raises(PermissionError):
            worker.run("dial")
    assert [path.name for path in tmp_path.rglob("a")] == ["a"]


def test_closing_ends_a_job_in_its_middle() -> None:
    worker = made()
    worker.start()
    process = process_in(worker.run("one"))
    answers = list[object]()
    asking = threading.Thread(target=lambda: answers.append(worker.run("hang")))
    asking.start()
    while not worker._one_job.locked():
        time.sleep(0.01)
    worker.close()
    asking.join(30)
    assert answers == [LostJob("It was stopped.")] == [worker.run("more")]
    assert not psutil.pid_exists(process)


OWNER = """
import sys
sys.path[:0] = {path!r}
from workers.test_standby import made
worker = made()
print(worker.run("one").rpartition(" ")[2], flush=True)
worker.run("hang")
"""


def test_it_ends_with_an_owner_that_is_killed_also_in_the_middle_of_a_job() -> None:
    code = OWNER.format(path=[str(Path(__file__).parents[1])])
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        process = psutil.Process(int(owner.stdout.readline()))
        owner.kill()
    gone, left = psutil.wait_procs([process], timeout=30)
    assert (len(gone), left) == (1, [])
