"""``imgvet log``: what people decided in a batch, and the proof that nobody altered it since."""

from typing import TYPE_CHECKING, Annotated

import typer

from imgvet.cli.arguments import BatchArgument
from imgvet.cli.console import print_answer, print_note, show_json
from imgvet.decisions import CAPTION, PUBLISHED, TAKEN_DOWN, parse_word_changes, words_told
from imgvet.text import count, long_day, long_time, visible

if TYPE_CHECKING:
    from imgvet.batch.decisions.log import LogCheck, LogEntry


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
        print_answer(_outcome(checked, head))
    elif checked.broken:
        print_note(_outcome(checked, head))
    else:
        print_note(f"Fingerprint of the log ({count(checked.count, 'entry', 'entries')}): {checked.head}")
    raise typer.Exit(4 if checked.broken else 0)


def _told(line: "LogEntry") -> str:
    decision = line.decision
    value = decision.value
    if decision.kind in (PUBLISHED, TAKEN_DOWN):  # the day is first
        day, _, rest = value.partition(" ")
        value = f"{long_day(day)} {rest}"
    if decision.kind == CAPTION:
        value = words_told(parse_word_changes(value))
    what = " ".join(filter(None, [decision.kind, value]))
    why = f' "{decision.note}"' if decision.note else ""
    who = f"{decision.by} ({decision.signed_in})" if decision.signed_in else decision.by
    both = (
        f" The decision and its approval both came from the account {decision.signed_in}." if line.one_account else ""
    )
    return visible(f"{line.number:5d}  {long_time(decision.at)}  {who}: {_about(line)}: {what}.{why}{both}")


def _about(line: "LogEntry") -> str:
    decision = line.decision
    if line.photo is None:
        return "the batch"
    photo = f"photo {line.photo}" + (", in an earlier version" if line.another_picture else "")
    if decision.face is None:
        return photo
    if line.face:
        return f"{photo}, face {line.face}"
    return f"{photo}, a face at {decision.face.as_list()} that no longer has a number"


def _outcome(checked: "LogCheck", head: str) -> str:
    if checked.broken:
        return f"The log was altered. {checked.broken.reason}"
    noted = " It contains the fingerprint that you gave." if head else ""
    entries = count(checked.count, "entry", "entries")
    return f"The log is complete and unaltered ({entries}; fingerprint {checked.head}).{noted}"
