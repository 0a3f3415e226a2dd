"""``imgvet checklist``: write the checklist again, or import one that people have filled in."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from imgvet.cli.arguments import BatchArgument, RegisterOption
from imgvet.cli.console import (
    can_be_asked,
    print_answer,
    print_note,
    reporting_lapsed_rules,
    say_kept,
    say_next,
    say_problems,
    say_to_take_back,
)
from imgvet.cli.strict_command import was_typed
from imgvet.decisions import RELEASE, WORD_NAMES
from imgvet.errors import UsageError
from imgvet.own_name import by_words
from imgvet.text import command_line, count, long_date, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imgvet.batch.store import BatchStore
    from imgvet.checklist.import_sheet import ImportResult, ImportWishes
    from imgvet.checklist.interpret import SheetAnswer
    from imgvet.checklist.new_releases import NewRelease
    from imgvet.reports.checklist_files import ChecklistWishes
    from imgvet.settings import Settings
    from imgvet.tables import Table

Format = Literal["html", "compact", "csv", "xlsx"]


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
        bool,
        typer.Option(
            "--add-releases/--no-add-releases",
            help="With --import: whether forms that are not in the register yet are added. On a terminal you are shown "
            "them first.",
        ),
    ] = True,
    partly: Annotated[
        bool,
        typer.Option(
            "--partly", help="With --import: import the rows that can be, and write the others to a sheet of their own."
        ),
    ] = False,
    show_all: Annotated[
        bool, typer.Option("--all", help="Write all photos and faces, also where nothing is open.")
    ] = False,
    page_per_photo: Annotated[
        bool, typer.Option("--page-per-photo", help="Start a new page for every photo when it is printed.")
    ] = False,
    register: RegisterOption = None,
) -> None:
    """Write the release-form checklist again, or import one that was filled in."""
    from imgvet.batch.settings import note_register, saved_settings
    from imgvet.batch.store import exclusive_lock, open_batch
    from imgvet.checklist.import_sheet import ImportWishes
    from imgvet.checklist.read import read_sheet
    from imgvet.reports.checklist_files import CHECKLIST_FORMATS, ChecklistWishes

    says_how_to_add = was_typed(ctx, "--add-releases") or was_typed(ctx, "--no-add-releases")
    if sheet is None and (was_typed(ctx, "--by") or dry_run or says_how_to_add or partly):
        raise UsageError(
            "--by, --dry-run, --partly, --add-releases and --no-add-releases go with --import.",
            "Name the filled-in checklist.",
        )
    if sheet is not None and (form is not None or page_per_photo or show_all):
        raise UsageError(
            "--format, --all and --page-per-photo go without --import.", "Run the command twice to do both."
        )
    if page_per_photo and form not in (None, "html"):
        raise UsageError("--page-per-photo is for the page.", "Give it with --format html.")
    if show_all and form == "compact":
        raise UsageError(
            "The compact page has open faces and areas alone.", "Leave out --all, or print the page: --format html."
        )
    folder = open_batch(batch)
    filled_in = read_sheet(sheet) if sheet else None  # before the lock, so that reading a slow file blocks nobody
    with exclusive_lock(folder):
        settings = saved_settings(folder, register)
        if filled_in is None:
            formats = [each for each in CHECKLIST_FORMATS if form in (None, each)]
            _write(folder, settings, ChecklistWishes(formats, show_all, page_per_photo))
        else:
            asks = can_be_asked() and not was_typed(ctx, "--add-releases")
            agree = partial(_agree, settings) if asks else _shown
            wishes = ImportWishes(add_releases, partly, dry_run, agree)
            result = _import(folder, settings, filled_in, by, wishes)
            if not dry_run:
                with reporting_lapsed_rules(folder):
                    note_register(folder, settings, by if register else "")
            if result.left:
                raise typer.Exit(1)


def _write(folder: "BatchStore", settings: "Settings", wishes: "ChecklistWishes") -> None:
    from imgvet.batch.names import COMPACT, page_name
    from imgvet.batch.status import batch_state
    from imgvet.reports.checklist_files import write_checklist
    from imgvet.workers.pool import SpareWorkers

    stored = folder.snapshot()
    snapshot = replace(stored, photos=batch_state(stored, settings).judged)
    with SpareWorkers() as spare:
        say_kept(write_checklist(folder, settings, snapshot, spare, wishes), folder.path)
    for ending in wishes.formats:
        print_note(f"Wrote {folder.path / (page_name(COMPACT) if ending == 'compact' else f'checklist.{ending}')}")


def _shown(_: "Sequence[NewRelease]") -> bool:
    """Nobody is asked: the forms are told once they are in the register."""
    return True


def _agree(settings: "Settings", forms: "Sequence[NewRelease]") -> bool:
    """Whether the person at the terminal wants these forms in the register."""
    day = f", {long_date(settings.event.day)}" if settings.event.day else ""
    print_note(f"New forms for {visible(settings.event.text)}{day}:")
    for each in forms:
        print_note(f"  {_new_form(each)}")
    return typer.confirm(f"Add {count(len(forms), 'form')} to the register?", default=True, err=True)


def _import(
    folder: "BatchStore", settings: "Settings", sheet: "Table", by: str, wishes: "ImportWishes"
) -> "ImportResult":
    from imgvet.batch.status import batch_state
    from imgvet.checklist.import_sheet import import_sheet

    result = import_sheet(folder, settings, folder.snapshot(), sheet, by, wishes)
    if wishes.dry_run:
        _show_effect(result)
        print_note("Nothing was changed. Run the command without --dry-run to import it.")
        return result
    for each in result.forms:
        print_note(f"New in the register: {_new_form(each)}.")
    done = [count(len(result.answers), "decision")]
    if result.words:
        done.append(f"the words of {count(len(result.words), 'photo')}")
    print_note(f"Recorded: {' and '.join(done)} by {visible(by.strip())}. {_rest(result)}".rstrip())
    _say_left(result, folder.path)
    state = batch_state(folder.snapshot(), settings)
    numbers = {each.subject.photo.number for each in result.answers}
    say_problems(photo for photo in state.photos if photo.number in numbers)
    say_to_take_back(state, settings, folder.path)
    say_next("", command_line("imgvet", "finish", folder.path))
    return result


def _say_left(result: "ImportResult", batch: Path) -> None:
    """Name the rows that were not imported, and the sheet that has them."""
    from imgvet.checklist.import_sheet import row_name

    if not result.left:
        return
    print_note(f"Not imported: {count(len(result.left), 'row')}.")
    for each in result.left:
        print_note(f"  {row_name(each.row)}: {' '.join(each.reasons)}")
    if result.to_correct:
        print_note(f"They are in {visible(str(result.to_correct))}, each with its reason. Correct them there, then:")
        print_note(f"      {command_line('imgvet', 'checklist', batch, '--import', result.to_correct, *by_words())}")


def _show_effect(result: "ImportResult") -> None:
    """What a sheet would do, as a table."""
    from imgvet.checklist.import_sheet import row_name

    print_answer(f"{'row':>5}  {'photo':<9}  decision")
    shown = [(each.row.number, each.subject.name, _decision(each)) for each in result.answers]
    shown += [
        (each.row.number, str(each.photo.number), ", ".join(WORD_NAMES[name] for name in each.changes))
        for each in result.words
    ]
    for row, about, what in sorted(shown):
        print_answer(f"{row:>5}  {about:<9}  {what}")
    for left in result.left:
        print_answer(f"Not imported: {row_name(left.row)}: {' '.join(left.reasons)}")
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
    return f"{answer.called}{value}{same}"


def _new_form(form: "NewRelease") -> str:
    """A new form in words that name nobody."""
    release = form.release
    whose = "a child's" if release.minor else "an adult's"
    signed = f", signed on {long_date(release.signed_on)}" if release.signed_on else ""
    about = f"photo {form.row.photo}, face {form.row.face}" if form.row.face else f"row {form.row.number}"
    return f"{release.reference or 'the next free number'}, {whose}{signed} ({about})"


def _rest(result: "ImportResult") -> str:
    """How many rows ask for nothing; empty where all do."""
    parts = []
    if result.already_recorded:
        parts.append(f"{count(result.already_recorded, 'was', 'were')} already recorded")
    if result.empty:
        parts.append(f"{count(result.empty, 'row is', 'rows are')} not filled in")
    return f"{', '.join(parts)}." if parts else ""
