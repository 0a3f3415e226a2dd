"""``imgvet log``: what people decided in a batch, and the proof that nobody altered it since."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from imgvet.cli.arguments import BatchArgument
from imgvet.cli.console import print_answer, print_note, show_json
from imgvet.text import count, visible

if TYPE_CHECKING:
    from imgvet.batch.decisions.log import LogCheck, LogEntry


def log(
    batch: BatchArgument,
    about: Annotated[
        str, typer.Argument(metavar="PHOTO[:FACE]", help="Only what was said of this photo, or face, e.g. 3 or 3:1.")
    ] = "",
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Only check that no entry was altered, removed, moved or put in. 4: one was."),
    ] = False,
    head: Annotated[
        str,
        typer.Option(
            metavar="HASH",
            help="A head of the log that was noted before, as on a printed checklist; its first 16 digits do. The log "
            "must still hold it.",
        ),
    ] = "",
    every: Annotated[
        bool,
        typer.Option("--all", help="With imgvet's own entries: settings of the first run, photos that it vetted."),
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
        print_note(f"Head of the log: {count(checked.count, 'entry', 'entries')}, {checked.head}")
    raise typer.Exit(4 if checked.broken else 0)


def _told(line: "LogEntry") -> str:
    decision = line.decision
    what = " ".join(filter(None, [decision.kind, decision.value]))
    why = f' "{decision.note}"' if decision.note else ""
    who = f"{decision.by} ({decision.signed_in})" if decision.signed_in else decision.by
    both = f" It and what it approves are both from the account {decision.signed_in}." if line.one_account else ""
    return visible(f"{line.number:5d}  {_moment(decision.at)}  {who}: {_about(line)}: {what}.{why}{both}")


def _about(line: "LogEntry") -> str:
    decision = line.decision
    if line.photo is None:
        return "the batch"
    photo = f"photo {line.photo}" + (", another picture than today's" if line.another_picture else "")
    if decision.face is None:
        return photo
    if line.face:
        return f"{photo}, face {line.face}"
    return f"{photo}, a face at {decision.face.as_list()} without a number now"


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if moment.tzinfo else text


def _outcome(checked: "LogCheck", head: str) -> str:
    if checked.broken:
        return f"The log is not what was written. {checked.broken.reason}"
    noted = " It holds the head that you gave." if head else ""
    return f"The log is whole: {count(checked.count, 'entry', 'entries')}, head {checked.head}.{noted}"
