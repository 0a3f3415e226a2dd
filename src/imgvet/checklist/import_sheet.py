"""Taking in a filled-in sheet: all of it, or nothing.

A run that is killed half-way is run again: first references are given and kept, then forms are added to the register,
then the decisions are taken down; each step finds what was done before and does not do it twice.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from imgvet.batch.decisions.record import DecisionRequest, current_photos, decision_on
from imgvet.batch.register_lookup import lazy_register
from imgvet.batch.snapshot import BatchSnapshot
from imgvet.batch.store import BatchStore, file_sha256, now
from imgvet.checklist.interpret import (
    Interpretation,
    Sheet,
    SheetAnswer,
    already_recorded,
    answered_since,
    contradicting_rows,
)
from imgvet.checklist.new_releases import NewRelease, SheetReleases, contradictions
from imgvet.checklist.read import read_sheet
from imgvet.checklist.write import known_with
from imgvet.decisions import ANSWER, RELEASE, Decision
from imgvet.errors import BatchError, TableError
from imgvet.profile import Profile
from imgvet.releases.store import open_register, register_path
from imgvet.settings import Settings
from imgvet.text import count


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What a sheet asks for; with a dry run it is not yet done."""

    answers: tuple[SheetAnswer, ...]  # each with its reference, but for forms that a dry run gives none
    forms: tuple[NewRelease, ...]
    standing: int  # answers that were taken down before, in the same words
    empty: int  # rows that nobody has filled in


def import_sheet(
    folder: BatchStore,
    settings: Settings,
    snapshot: BatchSnapshot,
    sheet: Path,
    by: str,
    *,
    add_releases: bool = False,
    dry_run: bool = False,
) -> ImportResult:
    """Take down what people have answered on a sheet, and add the new forms on it to the register.

    Args:
        folder: the batch, which nobody else may change meanwhile.
        settings: the batch's, with the register.
        snapshot: the batch as it is now.
        sheet: the filled-in checklist.
        by: who takes it in.
        add_releases: whether forms that are not in the register are added.
        dry_run: only say what would be done.

    Raises:
        TableError: with everything that is wrong with the sheet, a line each; nothing is taken down then.
        BatchError: nobody is named.
        RegisterError: the register cannot be opened or written to; nothing is taken down then.
    """
    if not by.strip():
        raise BatchError("A decision needs a name.", "Give yours with --by.")
    digest = file_sha256(sheet) if sheet.is_file() else ""
    rows = read_sheet(sheet, tuple(settings.profile.channels))
    photos = {photo.number: photo for photo in current_photos(snapshot)}
    beside = Sheet(rows, photos, snapshot.decisions_on, settings.profile)
    with lazy_register(settings) as register:
        forms = SheetReleases(settings, register, adding=add_releases, given=snapshot.facts.references_given)
        understood = _understood(beside, forms)
    if understood.faults:
        raise _refusal(sheet, understood)
    taken = ImportResult(tuple(understood.answers), tuple(forms.all_new()), len(understood.standing), understood.empty)
    if not dry_run:
        taken = _add_forms(folder, settings, taken, by)
        _take_down(folder, _decisions(taken, settings.profile, by), len(snapshot.decisions), digest)
    return taken


def _understood(sheet: Sheet, forms: SheetReleases) -> Interpretation:
    """What the sheet comes to, with the register beside it."""
    result = sheet.understood()
    result.faults += contradicting_rows(result.answers)
    asked, result.answers = _numbered_before(_without_doubles(result.answers), sheet, forms), []
    for answer in asked:
        if already_recorded(answer, sheet.said):
            result.standing.append(answer)
        elif answered_since(answer, sheet.said):
            result.fault(
                answer.row,
                f"{answer.matter.name} was answered after the sheet was written. Fill in a new checklist, or use "
                "`imgvet decide`.",
            )
        else:
            result.answers.append(answer)
    result.answers = forms.look_at(result.answers)
    forms.check_namesakes()
    result.faults += forms.faults
    return result


def _without_doubles(answers: list[SheetAnswer]) -> list[SheetAnswer]:
    """One answer a matter; what leaves a photo out, or takes its answers back, comes before answers about it."""
    single: dict[tuple[int, int | None, str], SheetAnswer] = {}
    for answer in answers:
        matter = answer.matter
        single.setdefault((matter.photo.number, matter.face.number if matter.face else None, matter.rule), answer)
    return sorted(single.values(), key=lambda each: each.matter.face is not None or each.kind == ANSWER)


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
    """The form with which a face is answered by now, where its row tells of one without a number."""
    if not (answer.source and answer.source.form.name):
        return ""
    last = sheet.last(answer.matter)
    return last.value if last and last.kind == RELEASE else ""


def _add_forms(folder: BatchStore, settings: Settings, taken: ImportResult, by: str) -> ImportResult:
    """Add the new forms to the register, and give their references to the answers."""
    if not taken.forms:
        return taken
    without = [each for each in taken.forms if not each.release.reference]
    with open_register(register_path(settings.register)) as register:
        prefix = settings.profile.releases.prefix
        forms = tuple(
            each if each.release.reference else each.numbered(register.next_reference(prefix, each.year))
            for each in taken.forms
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
        for each in taken.answers
    )
    return replace(taken, answers=answers, forms=forms)


def _decisions(taken: ImportResult, profile: Profile, by: str) -> list[Decision]:
    """What the answers come to, all of one moment."""
    at = now()
    return [
        decision_on(
            profile, each.matter.photo, each.matter.face, DecisionRequest(each.kind, by, each.value, each.note, at)
        )
        for each in taken.answers
    ]


def _take_down(folder: BatchStore, decisions: list[Decision], seen: int, digest: str) -> None:
    """Keep the decisions; the sheet holds nothing new from then on.

    ``seen`` is how many decisions there were when the sheet was looked at.
    """
    with folder.writing():
        if len(folder.log().rows) != seen:
            raise BatchError("Somebody else decided something meanwhile.", "Run the same command again.")
        folder.decide(*decisions)
        facts = folder.facts()
        folder.update(facts=replace(facts, references_given={}, sheets=known_with(facts, digest)))


def _refusal(sheet: Path, understood: Interpretation) -> TableError:
    """Everything that is wrong, by row."""
    faults = sorted(dict.fromkeys(understood.faults))
    things = count(len(faults), "thing is", "things are")
    lines = [f"'{sheet}' was not taken in, not even in part: {things} to mend."]
    lines += [f"  row {row}: {reason}" for row, reason in faults]
    return TableError("\n".join(lines), "Mend them on the sheet, save it, and run the same command again.")
