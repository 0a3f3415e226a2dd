"""``--select``: which of the photos that are found join a batch, and what is said of the others."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imgvet.cli.console import print_note
from imgvet.errors import BatchError
from imgvet.text import command_line, count, path_text, visible

if TYPE_CHECKING:
    from imgvet.selection import Condition, Unselected

_ALL = "all"
_MOST_TOLD = 10  # files, or lines of a list

SelectOption = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        metavar="CONDITION",
        help='Take only photos that somebody has chosen: "rating>=3", label=Red, picked, list=FILE with a name or '
        "number a line. Given several times, a photo must meet all. A batch keeps it; all takes every photo again.",
        show_default=False,
    ),
]


def selection_for(batch: Path, typed: Sequence[str] | None) -> "tuple[Condition, ...]":
    """What photos must meet to join: what was typed, else what the batch, where it is one, has kept; lists are read.

    Raises:
        UsageError: something that was typed is not a condition.
        TableError: a list cannot be read.
        BatchError: somebody else has chosen the photos of this batch so far.
    """
    from imgvet.batch.settings import recorded_run
    from imgvet.batch.store import is_batch, open_batch
    from imgvet.selection import parse_condition

    if typed:
        return tuple(_read(parse_condition(each)) for each in typed if each.strip().lower() != _ALL)
    before = recorded_run(open_batch(batch)) if is_batch(batch) else None
    if before is None or not before.selection:
        return ()
    told = ", ".join(before.selection)
    if not before.is_own:
        raise BatchError(
            f"{before.signed_in or 'Somebody unknown'} has chosen the photos of this batch by: {told}.",
            "Say yourself which photos join. To choose as they did:",
            command=before.command(batch),
        )
    print_note(visible(f"Chosen as before: {told}. To take every photo: --select all"))
    return tuple(_read(parse_condition(each)) for each in before.selection)


def reads_marks(selection: "Sequence[Condition]") -> bool:
    """Whether a condition asks for the marks of photos, so that their sidecars are read."""
    from imgvet.selection import SELECTIONS

    return any(SELECTIONS[each.kind].holds for each in selection)


def _read(condition: "Condition") -> "Condition":
    from imgvet.tables import read_lines

    if condition.path is None:
        return condition
    path = condition.path.expanduser().absolute()
    return replace(condition, path=path, values=tuple(read_lines(path)))


def say_unselected(unselected: "Unselected", selection: "Sequence[Condition]", batch: Path) -> None:
    """How many photos the selection leaves out, each whose marks are not known, and what a list has too much."""
    if not selection:
        return
    if unselected.number:
        told = ", ".join(map(str, selection))
        left = count(unselected.number, "photo is", "photos are")
        print_note(visible(f"Not chosen ({told}): {left} left out."))
    for path, why in unselected.unknown[:_MOST_TOLD]:
        print_note(visible(f"Left out, because its marks are not known: {path_text(path)}. {why}"))
    _say_more(unselected.unknown, "more photo whose marks are not known")
    for line in unselected.unmatched[:_MOST_TOLD]:
        print_note(visible(f"On the list, and none of the photos: {line}"))
    _say_more(unselected.unmatched, "more line of the list that is none of the photos")
    for line, paths in unselected.unclear[:_MOST_TOLD]:
        names = ", ".join(f"{path.parent.name}/{path.name}" for path in paths[:_MOST_TOLD])
        print_note(visible(f"On the list, and several photos, of which none is chosen: {line} ({names})"))
    _say_more(unselected.unclear, "more line of the list that is several photos")
    if unselected.unclear:
        print_note("Write the folder before the name on the list, as it is shown here.")
    if unselected.unknown:
        command = command_line("imgvet", "batch", "PHOTO", "--out", batch, "--select", _ALL)
        print_note(f"To take such a photo all the same: {command}")


def unselected_code(unselected: "Unselected") -> int:
    """The exit code: 4 where the marks of a photo are not known, 1 where somebody should correct a list."""
    if unselected.unknown:
        return 4
    return int(bool(unselected.unmatched or unselected.unclear))


def _say_more(told: "Sequence[object]", one: str) -> None:
    if len(told) > _MOST_TOLD:
        print_note(f"… and {count(len(told) - _MOST_TOLD, one)}.")
