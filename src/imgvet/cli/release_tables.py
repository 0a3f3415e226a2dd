"""What ``imgvet release`` prints: lists, single forms, what an import or a purge would do."""

import sys
from collections.abc import Sequence
from datetime import date

from rich.console import Console
from rich.table import Table
from rich.text import Text

from imgvet.cli.console import print_answer, print_note
from imgvet.releases.import_export import REGISTER_COLUMNS, ImportPlan, changes, history_summary, import_summary
from imgvet.releases.records import HistoryEntry
from imgvet.releases.release import Release, Status
from imgvet.releases.retention import ended_on
from imgvet.releases.validation import years_later
from imgvet.text import count, long_date, long_time, on_one_line

_COLOURS = {Status.ACTIVE: "green", Status.EXPIRED: "yellow", Status.WITHDRAWN: "red", Status.REFUSED: "red"}
_WHOLE = {"Reference", "Status", "Signed", "Until"}  # columns that are never broken into two lines
_WIDTH = 200  # characters of a line that goes into a file or another program


def show_list(forms: Sequence[Release], today: date) -> None:
    """Print the forms as a table, and how many there are."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Reference", "Status", "Person", "Signed", "Covers", "Channels", "Until", "Scan"):
        table.add_column(heading, overflow="fold", no_wrap=heading in _WHOLE)
    for form in forms:
        status = form.status(today)
        table.add_row(
            _plain(form.reference),
            Text(status, _COLOURS.get(status, "")),
            _plain(f"{form.person} (child)" if form.minor and form.person else form.person),
            _plain(import_summary(form.signed_on)),
            _plain(_covered(form)),
            _plain(import_summary(form.channels)),
            _plain(import_summary(form.withdrawn_on or form.refused_on or form.expires_on)),
            _plain("yes" if form.scan_name else ""),
        )
    if forms:
        Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False).print(table)
    print_note(f"{count(len(forms), 'form')}.")


def show_one(form: Release, history: Sequence[HistoryEntry], scan: str, wrong: str, today: date) -> None:
    """Print everything that the register has of one form."""
    print_answer(f"{form.reference}: {form.status(today)}")
    for column in REGISTER_COLUMNS[1:]:
        value = getattr(form, column.field)
        if value:
            shown = import_summary(value)
            print_answer(f"  {column.heading}: {shown}")
    if form.purged_on is not None:
        print_answer(f"  Erased on: {long_date(form.purged_on)}")
    if scan:
        print_answer(f"  Scan: {scan} ({wrong or 'unaltered'})")
    print_answer("History:")
    headings = {column.field: column.heading for column in REGISTER_COLUMNS}
    for entry in history:
        why = f": {entry.why}" if entry.why else ""
        where = f"  [{entry.signed_in}]" if entry.signed_in else ""
        print_answer(f"  {long_time(entry.at)}  {entry.kind} by {entry.by}{why}{where}")
        for field, before, after in ((name, *map(history_summary, both)) for name, *both in entry.changes):
            print_answer(f"    {headings.get(field, field)}: {before or '(empty)'} -> {after or '(empty)'}")


def show_plan(plan: ImportPlan) -> None:
    """Print what an import would add and change, and which rows it refuses."""
    for row, form in plan.new:
        print_answer(
            f"Row {row}: {form.reference} is new: {form.person}, {import_summary(form.channels) or 'no channels'}"
        )
    for row, before, after in plan.changed:
        print_answer(f"Row {row}: {before.reference} changes")
        for heading, old, new in changes(before, after):
            print_answer(f"    {heading}: {old or '(empty)'} -> {new or '(empty)'}")
    for refused in plan.refused:
        print_answer(f"Row {refused.row}: refused. {refused.reason}")
    counts = (("new", plan.new), ("changed", plan.changed), ("the same", plan.same), ("refused", plan.refused))
    print_note(", ".join(f"{len(rows)} {what}" for what, rows in counts) + ".")


def show_due(due: Sequence[Release], endless: int, today: date, keep_years: int) -> None:
    """Print the forms whose retention period has ended, and how many have no end at all."""
    for form in due:
        ended = ended_on(form, today)
        if ended is not None:
            over = long_date(years_later(ended, keep_years))
            print_answer(f"{form.reference}: {form.status(today)}, ended on {long_date(ended)}, kept until {over}")
    print_note(f"{count(len(due), 'form')} whose retention period, {keep_years} years after the end, has ended.")
    if endless:
        print_note(
            f"{count(endless, 'form has', 'forms have')} no end date, so the retention period never starts: give an "
            "expiry with `imgvet release change`, or set releases.valid_years in the profile for new forms."
        )


def _covered(form: Release) -> str:
    first, last = import_summary(form.covers_from), import_summary(form.covers_until)
    if first and last:
        days = first if first == last else f"{first} to {last}"
    else:
        days = f"from {first}" if first else f"until {last}" if last else ""
    return ", ".join(part for part in (form.event, days) if part)


def _plain(text: str) -> Text:
    """What people wrote, as it is: no markup, no control characters."""
    return Text(on_one_line(text))
