"""Importing a filled-in sheet: all of it, or nothing.

A run that is killed half-way is run again: first references are given and kept, then forms are added to the register,
then the decisions are recorded; each step finds what was done before and does not do it twice.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from imgvet.batch.decisions.captions import words_decision
from imgvet.batch.decisions.record import DecisionRequest, current_photos, decision_on
from imgvet.batch.packed import PhotosByNumber
from imgvet.batch.register_lookup import batch_clock, found_register, lazy_register
from imgvet.batch.snapshot import BatchSnapshot
from imgvet.batch.status import batch_state
from imgvet.batch.store import BatchStore, now
from imgvet.checklist.interpret import (
    Interpretation,
    LeftRow,
    Sheet,
    SheetAnswer,
    SheetWords,
    already_recorded,
    answered_since,
    contradicting_rows,
)
from imgvet.checklist.new_releases import NewRelease, SheetReleases, contradictions
from imgvet.checklist.read import SheetRow, sheet_rows
from imgvet.checklist.rows import RowKey, every_key
from imgvet.checklist.write import known_with, write_rows_to_correct
from imgvet.decisions import ANSWER, APPROVAL, RELEASE, Decision, DecisionScope, kind_about
from imgvet.errors import BatchError, TableError, UsageError
from imgvet.people_names import checked_name
from imgvet.releases.store import open_register, register_address
from imgvet.settings import Settings
from imgvet.tables import Table
from imgvet.text import count


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What a sheet asks for; with a dry run it is not yet done."""

    answers: tuple[SheetAnswer, ...]  # each with its reference, except new forms in a dry run
    forms: tuple[NewRelease, ...]
    already_recorded: int  # answers that were recorded before, with the same kind, value and note
    empty: int  # rows that nobody has filled in
    words: tuple[SheetWords, ...] = ()
    left: tuple[LeftRow, ...] = ()  # rows that were not imported, where the others were
    to_correct: Path | None = None  # the sheet that has those


@dataclass(frozen=True, slots=True)
class ImportWishes:
    """How a sheet is to be imported."""

    add_releases: bool = True  # forms that are not in the register are added
    partly: bool = False  # rows that can be imported are, and the others are written to a sheet of their own
    dry_run: bool = False  # only say what would be done
    agree: Callable[[Sequence[NewRelease]], bool] = lambda _: True  # is asked before forms are added


def import_sheet(
    folder: BatchStore, settings: Settings, snapshot: BatchSnapshot, sheet: Table, by: str, wishes: ImportWishes
) -> ImportResult:
    """Record what people have answered on a sheet, and add the new forms on it to the register.

    Args:
        folder: the batch, which nobody else may change meanwhile.
        settings: the batch's, with the register.
        snapshot: the batch as it is now.
        sheet: the filled-in checklist, as ``read_sheet`` has read it.
        by: who imports it, and approves what it says is approved.
        wishes: how.

    Raises:
        TableError: with everything that is wrong with the sheet, a line each; nothing is recorded then.
        BatchError: nobody is named.
        UsageError: the name looks like another one in the log, or somebody does not agree to the new forms.
        RegisterError: the register cannot be opened or written to; nothing is recorded then.
    """
    by = folder.check_name(checked_name(by, "A decision needs a name.", BatchError))
    rows = sheet_rows(sheet, tuple(settings.profile.channels))
    _check_is_of_batch(sheet.path, rows, snapshot)
    photos = PhotosByNumber(current_photos(snapshot))
    judged = cache(lambda: batch_state(snapshot, settings).photos)
    beside = Sheet(rows, photos, snapshot.decisions_on, settings, by, judged)
    today = batch_clock(settings, snapshot.decisions).today
    left = dict[int, list[str]]()
    with lazy_register(settings) as register:
        while True:
            forms = SheetReleases(
                settings, today, register, adding=wishes.add_releases, given=snapshot.facts.references_given
            )
            interpretation = _interpret(beside, forms)
            if not left and any(row.key for row in rows) and not beside.subjects and beside.every is None:
                raise _another_batch(sheet.path)
            if not interpretation.errors:
                break
            if not wishes.partly:
                raise _refusal(sheet.path, rows, interpretation.errors)
            for number, reason in interpretation.errors:
                left.setdefault(number, []).append(reason)
            beside = replace(beside, left_out=frozenset(left), subjects={}, rows_of={})
    result = ImportResult(
        tuple(interpretation.answers),
        tuple(forms.all_new()),
        len(interpretation.already_recorded),
        interpretation.empty,
        tuple(interpretation.words),
        tuple(
            LeftRow(row, beside.subjects.get(row.number), tuple(dict.fromkeys(left[row.number])))
            for row in rows
            if row.number in left
        ),
    )
    return result if wishes.dry_run else _done(folder, settings, result, beside, sheet, wishes, len(snapshot.log.rows))


def _done(
    folder: BatchStore,
    settings: Settings,
    result: ImportResult,
    beside: Sheet,
    sheet: Table,
    wishes: ImportWishes,
    seen: int,
) -> ImportResult:
    """Do what the sheet asks for; the rows that are left are written first, so that no cell is lost."""
    if result.forms and not wishes.agree(result.forms):
        raise UsageError("Nothing was imported; nothing has changed.", "Correct the sheet, and run the command again.")
    if result.left:
        to_correct = write_rows_to_correct(folder, settings, sheet.path.suffix, beside.every, result.left)
        result = replace(result, to_correct=to_correct)
    result = _add_forms(folder, settings, result, beside.by)
    _record(folder, _decisions(result, beside), seen, sheet.sha256)
    return result


def _check_is_of_batch(path: Path, rows: Sequence[SheetRow], snapshot: BatchSnapshot) -> None:
    """Refuse a sheet whose first row is another batch's."""
    own = RowKey.parse(every_key(snapshot)).identity
    if any(key.is_first and key.identity != own for key in (RowKey.parse(row.key) for row in rows)):
        raise _another_batch(path)


def _another_batch(path: Path) -> TableError:
    return TableError(f"'{path}' is the checklist of another batch.", "Name the batch that it belongs to.")


def _interpret(sheet: Sheet, forms: SheetReleases) -> Interpretation:
    """What the sheet asks for, its forms checked against the register."""
    result = sheet.interpret()
    forms.defaults = sheet.defaults
    result.errors += contradicting_rows(result.answers)
    asked, result.answers = _numbered_before(_without_doubles(result.answers), sheet, forms), []
    for answer in asked:
        if already_recorded(answer, sheet.decisions_on):
            result.already_recorded.append(answer)
        elif answered_since(answer, sheet.decisions_on):
            subject = answer.subject
            result.error(
                answer.row,
                f"The {subject.what} {subject.name} was decided after the sheet was written. Fill in a new checklist.",
            )
        else:
            result.answers.append(answer)
    result.answers = forms.look_at(result.answers)
    forms.check_namesakes()
    result.errors += forms.errors
    return result


def _without_doubles(answers: list[SheetAnswer]) -> list[SheetAnswer]:
    """One answer a subject; what leaves a photo out, or reopens it, comes before answers about it."""
    single: dict[tuple[int, int, int, str], SheetAnswer] = {}
    for answer in answers:
        single.setdefault(answer.subject.key, answer)
    return sorted(single.values(), key=lambda each: each.subject.part is not None or each.kind == ANSWER)


def _numbered_before(answers: list[SheetAnswer], sheet: Sheet, forms: SheetReleases) -> list[SheetAnswer]:
    """The answers with the references of their forms as the register has them, also of those added before."""
    numbers = dict[int, str]()
    for answer in answers:
        if answer.kind == RELEASE and answer.source:
            release = forms.find(answer.value or _reference_before(answer, sheet))
            if release and not contradictions(answer.source.form, release):
                numbers[answer.source.number] = release.reference
    return [
        replace(each, value=numbers.get(each.source.number, each.value))
        if each.kind == RELEASE and each.source
        else each
        for each in answers
    ]


def _reference_before(answer: SheetAnswer, sheet: Sheet) -> str:
    """The form that answers a face now, if its row describes a form without a number."""
    if not (answer.source and answer.source.form.name):
        return ""
    last = sheet.last(answer.subject)
    return last.value if last and last.kind == RELEASE else ""


def _add_forms(folder: BatchStore, settings: Settings, result: ImportResult, by: str) -> ImportResult:
    """Add the new forms to the register, and give their references to the answers."""
    if not result.forms:
        return result
    without = [each for each in result.forms if not each.release.reference]
    with found_register(settings) or open_register(register_address(settings.register)) as register:
        prefix = settings.profile.releases.prefix
        forms = tuple(
            each if each.release.reference else each.numbered(register.next_reference(prefix, each.year))
            for each in result.forms
        )
        of_row = {each.row.number: each.release.reference for each in forms}
        given = {each.row.key: of_row[each.row.number] for each in without}
        facts = folder.facts()
        folder.update(facts=replace(facts, references_given={**facts.references_given, **given}))
        register.add([each.release for each in forms], by)
    answers = tuple(
        replace(each, value=of_row[each.source.number])
        if each.kind == RELEASE and not each.value and each.source
        else each
        for each in result.answers
    )
    return replace(result, answers=answers, forms=forms)


def _decisions(result: ImportResult, sheet: Sheet) -> list[Decision]:
    """The result of the answers and words, all of one moment."""
    at = now()
    decisions = [_decision(each, sheet, at) for each in result.answers]
    words = (
        words_decision(each.photo, sheet.decisions_on(each.photo.number), each.changes, sheet.by, at)
        for each in result.words
    )
    return [*decisions, *(each for each in words if each)]


def _decision(answer: SheetAnswer, sheet: Sheet, at: str) -> Decision:
    subject = answer.subject
    request = DecisionRequest(answer.kind, sheet.by, answer.value, answer.note, at)
    if answer.kind != APPROVAL:
        return decision_on(sheet.profile, subject.photo, subject.part, request)
    if subject.area:
        return request.for_area(subject.photo, subject.area, kind_about(answer.value, DecisionScope.AREA))
    return request.for_target(subject.photo, subject.face)


def _record(folder: BatchStore, decisions: list[Decision], seen: int, digest: str) -> None:
    """Keep the decisions; the sheet holds nothing new from then on.

    ``seen`` is how many entries the log had when the sheet was looked at.
    """
    with folder.writing():
        if len(folder.log().rows) != seen:
            raise BatchError("Somebody else made a decision in the meantime.", "Run the same command again.")
        folder.decide(*decisions)
        facts = folder.facts()
        folder.update(facts=replace(facts, references_given={}, sheets=known_with(facts, digest)))


def _refusal(sheet: Path, rows: Sequence[SheetRow], found: Iterable[tuple[int, str]]) -> TableError:
    """Everything that is wrong, by row."""
    errors = sorted(dict.fromkeys(found))
    faults = count(len(errors), "thing needs", "things need")
    reason = f"'{sheet}' was not imported; nothing has changed. {faults} correcting:"
    names = {row.number: row_name(row) for row in rows}
    said = [f"  {names[row]}: {reason}" for row, reason in errors]
    return TableError(
        reason,
        "Correct them on the sheet, save it, and run the same command again; or import the other rows with --partly.",
        said,
    )


def row_name(row: SheetRow) -> str:
    """A row as people find it: its number in the spreadsheet, its photo, its face or area."""
    part = f"area {row.area}" if row.area else f"face {row.face}" if row.face else ""
    about = [f"photo {row.photo}" if row.photo else "", part]
    return ", ".join(filter(None, (f"row {row.number}", *about)))
