"""Jobs in worker processes: what one job does to its worker never touches another job."""

import os
import signal
import sys
import time
from functools import partial

import pytest

from imgvet.workers import Limit, Lost, run

QUICK = Limit(seconds=30, memory_mib=4096)


def nothing() -> str:
    return "a context"


def treat(context: str, job: str) -> str:
    """Do as the job says."""
    assert context == "a context"
    if job == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if job == "leave":
        os._exit(7)
    if job == "hang":
        time.sleep(600)
    if job == "eat":
        return str(len(bytearray(64 * 1024**3)))
    if job == "raise":
        raise ValueError("a whole kind of work is impossible")
    if job == "print":
        print("\x1b[2Jrubbish from a decoder")
    return f"done {job}"


def refuse() -> str:
    raise LookupError("no model here")


def results(jobs: list[str], workers: int, limit: Limit = QUICK) -> dict[str, str | Lost]:
    return dict(run(nothing, treat, jobs, workers=workers, limit=limit))


def test_every_job_has_one_result() -> None:
    """Twenty jobs on two workers, each answered once."""
    jobs = [str(number) for number in range(20)]
    assert results(jobs, 2) == {job: f"done {job}" for job in jobs}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to die of")
@pytest.mark.parametrize(("job", "words"), [("die", "SIGKILL"), ("leave", "exit code 7")])
def test_a_job_that_kills_its_worker_costs_only_itself(job: str, words: str) -> None:
    """The others are done, and the reason says how the worker ended."""
    found = results(["a", job, "b", "c"], 1)
    lost = found.pop(job)
    assert isinstance(lost, Lost)
    assert words in lost.reason
    assert found == {each: f"done {each}" for each in "abc"}


def test_a_job_that_hangs_is_ended() -> None:
    """A worker over its time is killed, and the queue goes on."""
    found = results(["a", "hang", "b"], 1, Limit(seconds=1.5, memory_mib=4096))
    assert found["hang"] == Lost("It took longer than 1.5 seconds.")
    assert found["a"] == "done a"
    assert found["b"] == "done b"


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
        list(run(refuse, treat, ["a", "b"], workers=2, limit=QUICK))


def test_what_decoders_print_never_reaches_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    """Control characters from a hostile file stay in the worker."""
    assert results(["print"], 1) == {"print": "done print"}
    captured = capfd.readouterr()
    assert "rubbish" not in captured.out + captured.err


def test_leaving_early_leaves_no_process_behind() -> None:
    """Whoever stops reading stops the workers."""
    running = run(nothing, partial(treat), ["a", "b", "c", "hang"], workers=2, limit=QUICK)
    next(running)
    running.close()
    import psutil

    assert not [each for each in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(each.cmdline())]
