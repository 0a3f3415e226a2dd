"""A command of imgvet on a terminal of its own, where somebody answers its questions."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from support.commands import Ran

LONGEST = 120  # seconds that a command may take, all its questions answered


def run_on_terminal(words: Iterable[object], cwd: Path, answers: Sequence[tuple[str, str]], **environment: str) -> Ran:
    """Run a command whose stdin and stderr are a terminal; each answer is typed once its question was asked.

    ``answers``: the end of each question as it is read, and what is typed then; ``^C`` and ``^D`` are those keys.

    Raises:
        TimeoutError: it did not come to its end in time, such as where it asked something else; it is killed.
    """
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "imgvet", *map(str, words)]
    with subprocess.Popen(
        command, cwd=cwd, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, start_new_session=True,
        env=os.environ | environment, preexec_fn=_take_terminal,  # noqa: PLW1509 - no threads here
    ) as running:  # fmt: skip
        os.close(theirs)
        try:
            said = _answered(ours, answers)
            out, _ = running.communicate(timeout=LONGEST)
        except BaseException as problem:
            running.kill()  # a command that asks something else would wait for ever
            if isinstance(problem, subprocess.TimeoutExpired):
                raise TimeoutError(said.decode()) from problem
            raise
        finally:
            os.close(ours)
    return Ran(running.returncode, out.decode(), said.decode().replace("\r\n", "\n"))


def _answered(terminal: int, answers: Sequence[tuple[str, str]]) -> bytes:
    """What was written to the terminal until the command ended, while each answer was typed."""
    said = b""
    until = time.monotonic() + LONGEST
    for question, typed in answers:
        asked = len(said)
        while question.encode() not in said[asked:]:
            piece = _read(terminal, until, said)
            assert piece, f"{question!r} was not asked: {said.decode()}"
            said += piece
        os.write(terminal, {"^C": b"\x03", "^D": b"\x04"}.get(typed, typed.encode() + b"\n"))
    while piece := _read(terminal, until, said):
        said += piece
    return said


def _take_terminal() -> None:
    """Make the terminal that of the command, so that Ctrl-C reaches it."""
    import fcntl
    import signal
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _read(terminal: int, until: float, said: bytes) -> bytes:
    """What was written to the terminal; nothing where the command has ended.

    Raises:
        TimeoutError: nothing was, and it is late; with all that it ``said`` before.
    """
    if not select.select([terminal], [], [], max(0.0, until - time.monotonic()))[0]:
        raise TimeoutError(said.decode())
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so of a terminal that nobody has open any more
        return b""
