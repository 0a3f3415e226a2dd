"""Results of many files, as workers give them: told in order, faults summed up, Ctrl-C ends them tidily."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from imgvet.atomic_files import remove_files_of
from imgvet.cli.arguments import in_order
from imgvet.cli.console import print_note
from imgvet.cli.faults import FaultSummary
from imgvet.cli.strict_command import typed_command
from imgvet.errors import Interrupted
from imgvet.text import count, visible
from imgvet.workers.pool import ending

LISTED_ONE_BY_ONE = 50  # files that cannot be read, one by one
ALL_OF_THEM = "the same command with --json"


@contextmanager
def fault_summary() -> Iterator[FaultSummary]:
    """Files that cannot be read: the first are said as they come, the others summed up in the end."""
    faults = FaultSummary(LISTED_ONE_BY_ONE)
    yield faults
    for line in faults.lines(ALL_OF_THEM):
        print_note(visible(line))


@contextmanager
def in_key_order(
    ctx: typer.Context,
    results: Iterator[Any],
    keys: Sequence[Any],
    key_of: Callable[[Any], Any],
    out: Path | None = None,
    stems: Sequence[str] = (),
    kept: str = "Nothing was written.",
) -> Iterator[Iterator[Any]]:
    """The results in the order of their keys; Ctrl-C within ends the workers, and says what is kept.

    ``out``: where copies are written, under ``stems`` in the order of the keys; one that was not told yet is removed.
    ``kept``: what is said of what was done, where no copies are written.

    Raises:
        Interrupted: somebody pressed Ctrl-C.
    """
    done = 0

    def counted() -> Iterator[Any]:
        nonlocal done
        for result in in_order(results, keys, key_of):
            done += 1  # from here on the result counts as told, so that no copy is removed that somebody has read of
            yield result

    try:
        with ending(results):
            yield counted()
    except KeyboardInterrupt:
        if out is not None:
            remove_files_of(out, frozenset(stems[done:]))
            kept = f"Finished copies are complete and stay in '{out}'; the other files have no copy."
        reason = f"Stopped after {done} of {count(len(keys), 'file')}. {kept}"
        raise Interrupted(reason, f"Start again: {typed_command(ctx)}") from None
