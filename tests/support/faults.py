"""Processes that end, or meet a full disk, at one chosen moment; each in a fork of a process of its own."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_KILLED = 77  # exit code of a process that was ended on purpose

_DRIVER = """
import os, shutil, sys, traceback
from pathlib import Path
{setup}
MOMENTS = {{"open", "os.mkdir", "os.remove", "os.rename", "os.link", "os.listdir", "os.scandir", "sqlite3.connect"}}
left = None

def step(*_):
    global left
    if left is not None:
        left -= 1
        if left < 0:
            os._exit({killed})

def heard(event, arguments):
    if event in MOMENTS:
        step()

sys.addaudithook(heard)

# SQLite opens and writes files on its own: a step for every statement, and for every few of its own operations.
import imgvet.sqlite_store as store
connect = store._connect
def watched(path, timeout):
    database = connect(path, timeout)
    database.set_trace_callback(step)
    database.set_progress_handler(step, {operations})
    return database
store._connect = watched

def forked(function, killed_after=None):
    global left
    process = os.fork()
    if not process:
        left = killed_after
        code = 1
        try:
            function()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            left = None
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])

kills = 0
while True:
    place = Path("at") / str(kills)
    place.mkdir(parents=True)
    code = forked(lambda: work(place), kills)
    if code == 0:
        break
    assert code == {killed}, (kills, code)
    kills += 1
    again = forked(lambda: work(place))
    assert again == 0, ("the same again", kills, sorted(map(str, place.rglob("*"))))
    assert forked(lambda: check(place)) == 0, ("not as it should be", kills)
    shutil.rmtree(place)
print(kills)
"""


def kill_at_every_moment(setup: str, cwd: Path, operations: int = 7) -> int:
    """Run ``work(place)`` and kill it after every step on files; then it, and ``check(place)``, must end well.

    Args:
        setup: Python that defines both.
        cwd: an empty folder.
        operations: of SQLite's machine that are one step.

    Returns:
        How often it was killed.
    """
    script = _DRIVER.format(setup=setup, killed=_KILLED, operations=operations)
    done = subprocess.run([sys.executable, "-c", script], cwd=cwd, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@contextlib.contextmanager
def small_disk(place: Path, options: str) -> Iterator[Path]:
    """A disk of that size (``size=64k``, ``nr_inodes=5``), where this person may mount one.

    It skips the test elsewhere.
    """
    place.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("needs Linux, and root's right to mount a small disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def resize(disk: Path, options: str) -> None:
    """Make room on a small disk."""
    subprocess.run(["mount", "-o", f"remount,{options}", str(disk)], check=True)
