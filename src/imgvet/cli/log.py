"""``imgvet log``: what people decided in a batch, and the proof that nobody altered it since."""

from typing import TYPE_CHECKING, Annotated

import typer

from imgvet.cli.arguments import BatchArgument
from imgvet.cli.console import print_answer, print_note, show_json
from imgvet.text import count, visible

if TYPE_CHECKING:
    from imgvet.batch.decisions.log import LogEntry


def log(
    batch: BatchArgument,
    about: Annotated[
        str, typer.Argument(metavar="PHOTO[:FACE]", help="Only entries about this photo or face, e.g. 3 or 3:1.")
    ] = "",
    verify: Annotated[
        bool,
        typer.Option(
            "--verify", help="Only check that no entry was altered, removed, moved or added. Exit code 4: one was."
        ),
    ] = False,
    head: Annotated[
        str,
        typer.Option(
            metavar="HASH",
            help="A fingerprint of the log that was noted before, e.g. on a printed checklist; its first 16 digits are "
            "enough. The log must still contain it.",
        ),
    ] = "",
    every: Annotated[
        bool,
        typer.Option(
            "--all", help="Also show imgvet's own entries: the settings of the first run, the photos that it vetted."
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON Lines on stdout, one object an entry, or one for --verify.")
    ] = False,
) -> None:
    """Show who decided what, when and why, in a batch, a photo or a face, and prove that nobody altered it."""
    from imgvet.batch.decisions.log import check_log, history
    from imgvet.batch.decisions.log_words import log_outcome
    from imgvet.batch.store import open_batch

    folder = open_batch(batch)
    decisions = folder.log()
    checked = check_log(decisions, head)
    if about or not verify:
        for line in history(decisions, folder.photos(), about, own_entries=every):
            if as_json:
                show_json(line.as_json())
            else:
                print_answer(_told(line))
    if verify and as_json:
        show_json(checked.as_json())
    elif verify:
        print_answer(log_outcome(checked, head))
    elif checked.broken:
        print_note(log_outcome(checked, head))
    else:
        print_note(f"Fingerprint of the log ({count(checked.count, 'entry', 'entries')}): {checked.head}")
    raise typer.Exit(4 if checked.broken else 0)


def _told(line: "LogEntry") -> str:
    from imgvet.batch.decisions.log_words import told_entry

    told = told_entry(line)
    why = f' "{told.note}"' if told.note else ""
    both = f" {told.remark}" if told.remark else ""
    return visible(f"{line.number:5d}  {told.at}  {told.who}: {told.about}: {told.what}.{why}{both}")
