"""``imgvet checklist``: write the checklist again, or import one that people have filled in."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from imgvet.cli.arguments import BatchArgument, RegisterOption
from imgvet.cli.console import (
    print_answer,
    print_note,
    reporting_lapsed_rules,
    say_kept,
    say_next,
    say_problems,
    say_to_take_back,
)
from imgvet.cli.strict_command import was_typed
from imgvet.decisions import RELEASE
from imgvet.errors import UsageError
from imgvet.text import command_line, count, long_date, visible

if TYPE_CHECKING:
    from imgvet.batch.store import BatchStore
    from imgvet.checklist.import_sheet import ImportResult
    from imgvet.checklist.interpret import SheetAnswer
    from imgvet.checklist.new_releases import NewRelease
    from imgvet.settings import Settings
    from imgvet.tables import Table

Format = Literal["html", "csv", "xlsx"]


def checklist(
    ctx: typer.Context,
    batch: BatchArgument,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="Which files to write again. Default: all of them.", show_default=False),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option("--import", metavar="FILE", help="Import this filled-in checklist, .xlsx or .csv."),
    ] = None,
    by: Annotated[str, typer.Option(metavar="NAME", help="Your name, for the record.", show_default=False)] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --import: show what would be done, and change nothing.")
    ] = False,
    add_releases: Annotated[
        bool, typer.Option("--add-releases", help="With --import: add forms that are not in the register yet.")
    ] = False,
    page_per_photo: Annotated[
        bool, typer.Option("--page-per-photo", help="Start a new page for every photo when it is printed.")
    ] = False,
    register: RegisterOption = None,
) -> None:
    """Write the release-form checklist again, or import one that was filled in."""
    from imgvet.batch.settings import note_register, saved_settings
    from imgvet.batch.store import exclusive_lock, open_batch
    from imgvet.checklist.read import read_sheet

    if sheet is None and (was_typed(ctx, "--by") or dry_run or add_releases):
        raise UsageError("--by, --dry-run and --add-releases go with --import.", "Name the filled-in checklist.")
    if sheet is not None and (form is not None or page_per_photo):
        raise UsageError("--format and --page-per-photo go without --import.", "Run the command twice to do both.")
    if page_per_photo and form not in (None, "html"):
        raise UsageError("--page-per-photo is for the page.", "Give it with --format html.")
    folder = open_batch(batch)
    filled_in = read_sheet(sheet) if sheet else None  # before the lock, so that reading a slow file blocks nobody
    with exclusive_lock(folder):
        settings = saved_settings(folder, register)
        if filled_in is None:
            _write(folder, settings, form, one_a_page=page_per_photo)
        else:
            _import(folder, settings, filled_in, by, add_releases=add_releases, dry_run=dry_run)
            if not dry_run:
                with reporting_lapsed_rules(folder):
                    note_register(folder, settings, by if register else "")


def _write(folder: "BatchStore", settings: "Settings", form: Format | None, *, one_a_page: bool) -> None:
    from imgvet.batch.status import batch_state
    from imgvet.checklist.write import SHEET_FORMATS, write_checklist_page, write_sheets

    stored = folder.snapshot()
    snapshot = replace(stored, photos=batch_state(stored, settings).photos)
    formats = [each for each in SHEET_FORMATS if form in (None, each)]
    say_kept(write_sheets(folder, settings, snapshot, formats), folder.path)
    if form in (None, "html"):
        write_checklist_page(folder, settings, snapshot, one_a_page=one_a_page)
    for ending in [form] if form else ["html", *SHEET_FORMATS]:
        print_note(f"Wrote {folder.path / f'checklist.{ending}'}")


def _import(
    folder: "BatchStore", settings: "Settings", sheet: "Table", by: str, *, add_releases: bool, dry_run: bool
) -> None:
    from imgvet.batch.status import batch_state
    from imgvet.checklist.import_sheet import import_sheet

    result = import_sheet(folder, settings, folder.snapshot(), sheet, by, add_releases=add_releases, dry_run=dry_run)
    if dry_run:
        _show_effect(result)
        print_note("Nothing was changed. Run the command without --dry-run to import it.")
        return
    for each in result.forms:
        print_note(f"New in the register: {_new_form(each)}.")
    decisions = count(len(result.answers), "decision")
    print_note(f"Recorded: {decisions} by {visible(by.strip())}. {_rest(result)}".rstrip())
    state = batch_state(folder.snapshot(), settings)
    numbers = {each.subject.photo.number for each in result.answers}
    say_problems(photo for photo in state.photos if photo.number in numbers)
    say_to_take_back(state, settings, folder.path)
    say_next("", command_line("imgvet", "finish", folder.path))


def _show_effect(result: "ImportResult") -> None:
    """What a sheet would do, as a table."""
    print_answer(f"{'row':>5}  {'photo':<9}  decision")
    for each in sorted(result.answers, key=lambda each: each.row.number):
        print_answer(f"{each.row.number:>5}  {each.subject.name:<9}  {_decision(each)}")
    for form in result.forms:
        print_answer(f"New in the register: {_new_form(form)}.")
    if rest := _rest(result):
        print_answer(rest)


def _decision(answer: "SheetAnswer") -> str:
    if answer.kind == RELEASE and not answer.value:
        value = f" (the new form of row {answer.source.number if answer.source else answer.row.number})"
    else:
        value = f" {answer.value}" if answer.value else ""
    pointed = answer.row.same_as
    same = f", as {pointed.photo}:{pointed.face}" if pointed else ""
    return f"{answer.kind}{value}{same}"


def _new_form(form: "NewRelease") -> str:
    """A new form in words that name nobody."""
    release = form.release
    whose = "a child's" if release.minor else "an adult's"
    signed = f", signed on {long_date(release.signed_on)}" if release.signed_on else ""
    return f"{release.reference or 'the next free number'}, {whose}{signed} (row {form.row.number})"


def _rest(result: "ImportResult") -> str:
    """How many rows ask for nothing; empty where all do."""
    parts = []
    if result.already_recorded:
        parts.append(f"{count(result.already_recorded, 'was', 'were')} already recorded")
    if result.empty:
        parts.append(f"{count(result.empty, 'row is', 'rows are')} not filled in")
    return f"{', '.join(parts)}." if parts else ""
