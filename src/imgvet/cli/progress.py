"""How far a run is, on stderr: a bar on a terminal, a line now and then elsewhere; and Ctrl-C, once and twice.

All that shows progress is here, so ``--quiet`` is heeded in one place.
"""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from imgvet.cli.console import print_note
from imgvet.text import count, on_one_line

if TYPE_CHECKING:
    from imgvet.photo import Photo
    from imgvet.photo_jobs import PhotoJob
    from imgvet.reports.pace import Pace

_QUICKLY_READ = 50  # files; fewer are read too quickly to show progress
_LINES = 10  # without a terminal, for all of the work
_LONGEST_SILENCE = 60  # seconds, without a terminal
_TICK = 0.25  # seconds


@contextmanager
def reading_progress(total: int, *, quiet: bool = False) -> Iterator[Callable[[], None]]:
    """The progress of reading the files that are new, before they are vetted."""
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        shown.step()

    def lines() -> list[str]:
        return [f"{done} of {total} read"]

    with _shown("Reading", lambda: done / max(1, total), lines, quiet=quiet or total <= _QUICKLY_READ) as shown:
        yield advance


class VettingProgress:
    """Shows how photos are vetted; after Ctrl-C none is handed out, and the block ends once those in work are done."""

    def __init__(self, pace: "Pace", stop: "StopRequest", shown: "_Display") -> None:
        self._pace, self._stop, self._shown = pace, stop, shown

    def jobs(self, jobs: "Iterator[PhotoJob]") -> "Iterator[PhotoJob]":
        """The jobs as they are handed out."""
        for job in jobs:
            if self._stop.is_asked:
                return
            self._pace.start(job)
            yield job

    def done(self, photo: "Photo") -> None:
        """One came back."""
        self._pace.finish(photo)
        self._shown.step()


@contextmanager
def vetting_progress(sizes: Mapping[int, int], *, quiet: bool = False) -> Iterator[VettingProgress]:
    """The progress of vetting; ``sizes``: by number, the bytes of each photo that is still to be done.

    Raises:
        KeyboardInterrupt: somebody pressed Ctrl-C; once: and all that was in work is done, twice: and it is not.
    """
    from imgvet.reports.pace import Pace

    pace = Pace(sizes)
    named = set[str]()

    def lines() -> list[str]:
        return [how_far(pace), *slow_words(pace)]

    def notes() -> Iterator[str]:
        slow = pace.slowest
        if slow is not None and slow.name not in named and not (quiet or _on_terminal()):
            named.add(slow.name)
            yield from slow_words(pace)
        if stop.is_asked and not stop.is_told:
            stop.is_told = True
            photos = count(pace.in_work, "photo in work is", "photos in work are")
            yield f"Stopping once {photos} done. Press Ctrl-C again to stop at once."

    with StopRequest() as stop:
        with _shown("Vetting", lambda: pace.part, lines, notes, quiet=quiet) as shown:
            yield VettingProgress(pace, stop, shown)
        if stop.is_asked:
            raise KeyboardInterrupt


def how_far(pace: "Pace") -> str:
    """How far a run is, e.g. ``120 of 2000 vetted (90 ready, 30 release), 2.4 a second, about 13 min left``."""
    verdicts = ", ".join(f"{number} {verdict}" for verdict, number in pace.verdicts)
    parts = [f"{pace.done} of {pace.total} vetted{f' ({verdicts})' if verdicts else ''}"]
    if pace.done:
        parts.append(rate_words(pace.per_second))
    if pace.seconds_left:
        parts.append(time_left(pace.seconds_left))
    return ", ".join(parts)


def rate_words(per_second: float) -> str:
    """How many photos in what time, e.g. ``2.4 a second`` or ``12 a minute``."""
    return f"{per_second:.1f} a second" if per_second >= 1 else f"{per_second * 60:.0f} a minute"


def time_left(seconds: float) -> str:
    """About how long the rest takes, as exact as can be known."""
    if seconds < 60:
        return f"about {max(0, round(seconds / 5) * 5) or 1} s left"
    minutes = round(seconds / 60)
    return f"about {minutes} min left" if minutes < 60 else f"about {minutes // 60} h {minutes % 60} min left"


def slow_words(pace: "Pace") -> list[str]:
    """The photo that takes long, a line; none where none does."""
    slow = pace.slowest
    return [f"{slow.name} takes long: {slow.seconds:.0f} s so far."] if slow else []


class StopRequest:
    """Within it, the first Ctrl-C only asks to stop; the second one is a ``KeyboardInterrupt`` as ever."""

    def __init__(self) -> None:
        self.is_asked = self.is_told = False
        self._before: Any = None

    def __enter__(self) -> "StopRequest":
        here = threading.current_thread() is threading.main_thread()
        if here and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _ask(self, *_: object) -> None:
        if self.is_asked:
            raise KeyboardInterrupt
        self.is_asked = True  # a signal may come at any moment, so nothing is printed here


class _Display:
    """What is looked at, now and then; ``step`` says that one more is done."""

    def step(self) -> None:
        """One more is done."""

    def tick(self) -> None:
        """A moment has passed."""


class _Lines(_Display):
    """A line at every tenth of the work, and at least one a minute."""

    def __init__(self, part: Callable[[], float], lines: Callable[[], Sequence[str]]) -> None:
        self._part, self._lines = part, lines
        self._lock = threading.Lock()
        self._tenth, self._said, self._told = 0, time.monotonic(), ""

    def step(self) -> None:
        tenth = int(self._part() * _LINES + 1e-9)
        if tenth > self._tenth:
            self._tenth = tenth
            self._say()
        else:
            self.tick()

    def tick(self) -> None:
        if time.monotonic() - self._said >= _LONGEST_SILENCE:
            self._say()

    def _say(self) -> None:
        with self._lock:
            self._said = time.monotonic()
            line = self._lines()[0]
            if line != self._told:
                self._told = line
                print_note(line)


@contextmanager
def _shown(
    doing: str,
    part: Callable[[], float],
    lines: Callable[[], Sequence[str]],
    notes: Callable[[], Iterator[str]] = lambda: iter(()),
    *,
    quiet: bool,
) -> Iterator[_Display]:
    """A display for as long as something is done: ``part`` of it from 0 to 1, in words ``lines``, once ``notes``."""
    on_terminal = _on_terminal()
    shown = _Display() if quiet or on_terminal else _Lines(part, lines)
    bar = _bar(doing, part, lines) if on_terminal and not quiet else nullcontext(print_note)
    over = threading.Event()
    with bar as say:

        def look() -> None:
            while not over.wait(_TICK):
                for note in notes():
                    say(note)
                shown.tick()

        looking = threading.Thread(target=look, daemon=True)
        looking.start()
        try:
            yield shown
        finally:
            over.set()
            looking.join()


def _on_terminal() -> bool:
    """Whether a bar can be drawn, and drawn again, in its place."""
    if sys.stderr is None or not sys.stderr.isatty():
        return False
    from rich.console import Console

    return Console(stderr=True).is_interactive


@contextmanager
def _bar(doing: str, part: Callable[[], float], lines: Callable[[], Sequence[str]]) -> Iterator[Callable[[str], None]]:
    """A bar, and the lines below it, each cut where the terminal ends; gives what prints a line above it."""
    from rich.console import Console, Group
    from rich.live import Live
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    def drawn() -> Group:
        row = Table.grid(padding=(0, 1))
        row.add_row(doing, ProgressBar(total=1.0, completed=part(), width=20))
        return Group(row, *(Text(each, no_wrap=True, overflow="ellipsis") for each in lines()))

    with Live(get_renderable=drawn, console=Console(stderr=True), refresh_per_second=4) as live:
        yield lambda line: live.console.print(Text(on_one_line(line)))
