"""Importing a filled-in sheet: all of it, or nothing.

A run that is killed half-way is run again: first references are given and kept, then forms are added to the register,
then the decisions are recorded; each step finds what was done before and does not do it twice.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from imgvet.batch.decisions.record import DecisionRequest, current_photos, decision_on
from imgvet.batch.packed import PhotosByNumber
from imgvet.batch.register_lookup import batch_clock, lazy_register
from imgvet.batch.snapshot import BatchSnapshot
from imgvet.batch.store import BatchStore, now
from imgvet.checklist.interpret import (
    Interpretation,
    Sheet,
    SheetAnswer,
    already_recorded,
    answered_since,
    contradicting_rows,
)
from imgvet.checklist.new_releases import NewRelease, SheetReleases, contradictions
from imgvet.checklist.read import sheet_rows
from imgvet.checklist.write import known_with
from imgvet.decisions import ANSWER, RELEASE, Decision
from imgvet.errors import BatchError, TableError
from imgvet.people_names import checked_name
from imgvet.profile import Profile
from imgvet.releases.store import open_register, register_path
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


def import_sheet(
    folder: BatchStore,
    settings: Settings,
    snapshot: BatchSnapshot,
    sheet: Table,
    by: str,
    *,
    add_releases: bool = False,
    dry_run: bool = False,
) -> ImportResult:
    """Record what people have answered on a sheet, and add the new forms on it to the register.

    Args:
        folder: the batch, which nobody else may change meanwhile.
        settings: the batch's, with the register.
        snapshot: the batch as it is now.
        sheet: the filled-in checklist, as ``read_sheet`` has read it.
        by: who imports it.
        add_releases: whether forms that are not in the register are added.
        dry_run: only say what would be done.

    Raises:
        TableError: with everything that is wrong with the sheet, a line each; nothing is recorded then.
        BatchError: nobody is named.
        UsageError: the name looks like another one in the log.
        RegisterError: the register cannot be opened or written to; nothing is recorded then.
    """
    by = folder.check_name(checked_name(by, "A decision needs a name.", BatchError))
    rows = sheet_rows(sheet, tuple(settings.profile.channels))
    photos = PhotosByNumber(current_photos(snapshot))
    beside = Sheet(rows, photos, snapshot.decisions_on, settings.profile)
    today = batch_clock(settings, snapshot.decisions).today
    with lazy_register(settings) as register:
        forms = SheetReleases(settings, today, register, adding=add_releases, given=snapshot.facts.references_given)
        interpretation = _interpret(beside, forms)
    if interpretation.errors:
        raise _refusal(sheet.path, interpretation)
    answers, recorded = tuple(interpretation.answers), len(interpretation.already_recorded)
    result = ImportResult(answers, tuple(forms.all_new()), recorded, interpretation.empty)
    if not dry_run:
        result = _add_forms(folder, settings, result, by)
        _record(folder, _decisions(result, settings.profile, by), len(snapshot.log.rows), sheet.sha256)
    return result


def _interpret(sheet: Sheet, forms: SheetReleases) -> Interpretation:
    """What the sheet asks for, its forms checked against the register."""
    result = sheet.interpret()
    result.errors += contradicting_rows(result.answers)
    asked, result.answers = _numbered_before(_without_doubles(result.answers), sheet, forms), []
    for answer in asked:
        if already_recorded(answer, sheet.decisions_on):
            result.already_recorded.append(answer)
        elif answered_since(answer, sheet.decisions_on):
            result.error(
                answer.row,
                f"{answer.subject.name} was decided after the sheet was written. Fill in a new checklist, or use "
                "`imgvet decide`.",
            )
        else:
            result.answers.append(answer)
    result.answers = forms.look_at(result.answers)
    forms.check_namesakes()
    result.errors += forms.errors
    return result


def _without_doubles(answers: list[SheetAnswer]) -> list[SheetAnswer]:
    """One answer a subject; what leaves a photo out, or reopens it, comes before answers about it."""
    single: dict[tuple[int, int | None, str], SheetAnswer] = {}
    for answer in answers:
        subject = answer.subject
        single.setdefault((subject.photo.number, subject.face.number if subject.face else None, subject.rule), answer)
    return sorted(single.values(), key=lambda each: each.subject.face is not None or each.kind == ANSWER)


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
    with open_register(register_path(settings.register)) as register:
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


def _decisions(result: ImportResult, profile: Profile, by: str) -> list[Decision]:
    """The result of the answers, all of one moment."""
    at = now()
    return [
        decision_on(
            profile, each.subject.photo, each.subject.face, DecisionRequest(each.kind, by, each.value, each.note, at)
        )
        for each in result.answers
    ]


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


def _refusal(sheet: Path, interpretation: Interpretation) -> TableError:
    """Everything that is wrong, by row."""
    errors = sorted(dict.fromkeys(interpretation.errors))
    faults = count(len(errors), "thing needs", "things need")
    reason = f"'{sheet}' was not imported; nothing has changed. {faults} correcting:"
    rows = [f"  row {row}: {reason}" for row, reason in errors]
    return TableError(reason, "Correct them on the sheet, save it, and run the same command again.", rows)
