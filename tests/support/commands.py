"""Commands of imgvet, in the test's own process, or in one of their own where that is what is tested."""

import contextlib
import gc
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from imgvet.cli.app import main


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What ``--json`` printed, one object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


Imgvet = Callable[..., Ran]
"""Called with the words of a command, and with ``cwd`` where it is not to run in the test's own folder."""


def run_process(words: Iterable[object], cwd: Path) -> Ran:
    """Run a command in a process of its own, without a terminal; any warning is an error there."""
    command = [sys.executable, "-W", "error", "-m", "imgvet", *map(str, words)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, timeout=300, stdin=subprocess.DEVNULL)
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def run_and_kill(
    words: Iterable[object],
    cwd: Path,
    said: bytes,
    with_signal: signal.Signals = signal.SIGKILL,
    *,
    on_stdout: bool = False,
) -> Ran:
    """Run a command in a process of its own, and send it and its workers a signal once it has said that.

    It must have ended then, and all its workers with it.
    """
    command = [sys.executable, "-m", "imgvet", *map(str, words)]
    with tempfile.TemporaryFile() as rest:
        running = subprocess.Popen(
            command,
            cwd=cwd,
            start_new_session=True,
            stdout=subprocess.PIPE if on_stdout else rest,
            stderr=rest if on_stdout else subprocess.PIPE,
            preexec_fn=_hear_ctrl_c,  # noqa: PLW1509 - no threads here
        )
        heard = running.stdout or running.stderr
        assert heard is not None
        lines = [heard.readline()]
        while said not in lines[-1]:
            assert running.poll() is None, lines
            lines.append(heard.readline())
        os.killpg(running.pid, with_signal)
        lines.append(heard.read())
        running.wait()
        heard.close()
        rest.seek(0)
        pair = (b"".join(lines).decode(), rest.read().decode())
    _must_have_ended(running.pid)
    return Ran(running.returncode, *(pair if on_stdout else reversed(pair)))


def _hear_ctrl_c() -> None:
    """Let the command hear Ctrl-C also where the tests run in the background, whose processes ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _must_have_ended(group: int) -> None:
    """No process of the group is left; those that are ending have a moment."""
    for _ in range(100):
        left = [line for line in _processes() if line[1] == str(group) and not line[2].startswith("Z")]
        if not left:
            return
        time.sleep(0.1)
    raise AssertionError(f"still there: {left}")


def _processes() -> list[list[str]]:
    """Number, group and state of every process."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, check=True)
    return [line.split() for line in listed.stdout.splitlines()]


def run_here(words: Iterable[object], cwd: Path) -> Ran:
    """Run a command in this process; photos are opened here, too, so that no worker has to be started."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    streams = patch.multiple(sys, argv=["imgvet", *map(str, words)], stdin=io.StringIO(), stdout=out, stderr=err)
    with contextlib.chdir(cwd), streams, jobs_here(), warnings.catch_warnings():
        # A command leaves its database to the end of its process.
        warnings.filterwarnings("ignore", "unclosed database", ResourceWarning)
        code = _exit_code()
        if sys.version_info >= (3, 13):  # which warns of them, and would do so in another test
            gc.collect()
    return Ran(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))


def _exit_code() -> int:
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


_WITH_WORKERS = (
    "imgvet.photo_jobs", "imgvet.originals", "imgvet.strip.strip", "imgvet.inspection.files", "imgvet.watermarks.load",
    "imgvet.reports.drawing", "imgvet.form_codes.scans",
)  # fmt: skip


def jobs_here() -> contextlib.ExitStack:
    """Open photos in this process while it is entered, without workers and their limits."""
    stack = contextlib.ExitStack()
    for module in _WITH_WORKERS:
        stack.enter_context(patch(f"{module}.run_jobs", _run_jobs))
    stack.enter_context(patch("imgvet.workers.pool.SpareWorkers.start"))
    return stack


def _run_jobs(
    prepare: Callable[[], Any], function: Callable[[Any, Any], Any], jobs: Iterable[Any], **_limits: Any
) -> Generator[tuple[Any, Any], None, None]:
    """What ``imgvet.workers.pool.run_jobs`` does, without its workers and their limits."""
    context, prepared = None, False
    for job in jobs:
        if not prepared:
            context, prepared = prepare(), True
        yield job, function(context, job)


def environment_of_its_own() -> None:
    """Take out of the environment a person's own name, and what changes how commands print, such as colours."""
    for name in (
        "IMGVET_BY",
        "FORCE_COLOR",
        "NO_COLOR",
        "PY_COLORS",
        "GITHUB_ACTIONS",
        "TERMINAL_WIDTH",
        "TERM_PROGRAM",
    ):
        os.environ.pop(name, None)
    os.environ["COLUMNS"] = "80"
    # No test reads or writes the name of whoever runs it: nothing can be at this place.
    os.environ["IMGVET_NAME_FILE"] = os.path.join(os.devnull, "name.txt")  # noqa: PTH118
