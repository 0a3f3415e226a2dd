"""A command of imgvet on a terminal of its own, where somebody answers its questions."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from support.commands import Ran

_LONGEST = 120  # seconds that a question is waited for


def run_on_terminal(words: Iterable[object], cwd: Path, answers: Sequence[tuple[str, str]], **environment: str) -> Ran:
    """Run a command whose stdin and stderr are a terminal; each answer is typed once its question was asked.

    ``answers``: the end of each question as it is read, and what is typed then; ``^C`` and ``^D`` are those keys.
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
        except BaseException:
            running.kill()  # a command that asks something else would wait for ever
            raise
        out = running.stdout.read() if running.stdout else b""
        code = running.wait()
    os.close(ours)
    return Ran(code, out.decode(), said.decode().replace("\r\n", "\n"))


def _answered(terminal: int, answers: Sequence[tuple[str, str]]) -> bytes:
    """What was written to the terminal until the command ended, while each answer was typed."""
    said = b""
    until = time.monotonic() + _LONGEST
    for question, typed in answers:
        asked = len(said)
        while question.encode() not in said[asked:]:
            if time.monotonic() > until:
                raise TimeoutError(said.decode())
            piece = _read(terminal)
            assert piece, f"{question!r} was not asked: {said.decode()}"
            said += piece
        os.write(terminal, {"^C": b"\x03", "^D": b"\x04"}.get(typed, typed.encode() + b"\n"))
    while piece := _read(terminal):
        said += piece
    return said


def _take_terminal() -> None:
    """Make the terminal that of the command, so that Ctrl-C reaches it."""
    import fcntl
    import signal
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _read(terminal: int) -> bytes:
    """What was written to the terminal; nothing where the command has ended, or says nothing for too long."""
    if not select.select([terminal], [], [], _LONGEST)[0]:
        return b""
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so of a terminal that nobody has open any more
        return b""
