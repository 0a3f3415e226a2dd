"""The forms behind a sheet's answers: those in the register, and those that the sheet brings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from imgvet.batch.register_lookup import release_use
from imgvet.checklist.columns import looks_like_a_reference
from imgvet.checklist.interpret import SheetAnswer
from imgvet.checklist.read import FormCells, SheetRow
from imgvet.checklist.rows import RowKey
from imgvet.decisions import RELEASE
from imgvet.people_names import same_name
from imgvet.releases.release import Release, why_not
from imgvet.releases.validation import check_release, with_defaults
from imgvet.settings import Settings

if TYPE_CHECKING:
    from imgvet.releases.register import Register

_UNNUMBERED = "of this row"  # replaces the reference in messages on a form that has none yet


@dataclass(frozen=True, slots=True)
class NewRelease:
    """A form that the sheet brings."""

    row: SheetRow  # the first that describes it
    release: Release  # its reference is empty where the next free number is to be given

    @property
    def year(self) -> int:
        """The year of signing, which is part of the reference that it is given."""
        return self.release.signed_on.year if self.release.signed_on else date.today().year

    def numbered(self, reference: str) -> "NewRelease":
        """The same form under the reference that it was given."""
        return replace(self, release=replace(self.release, reference=reference))


@dataclass(slots=True)
class SheetReleases:
    """What the register says of the forms on a sheet, and what the sheet would add to it."""

    settings: Settings
    today: date  # by which forms expire
    register: "Callable[[], Register | None]"  # None: there is none yet, so it holds no form
    adding: bool  # whether new people may be added
    given: Mapping[str, str]  # references that a run which was killed had given to rows, by their keys
    new: dict[int | str, NewRelease] = field(default_factory=dict)  # by reference as it is compared, else by row
    errors: list[tuple[int, str]] = field(default_factory=list)
    defaults: FormCells = field(default_factory=FormCells)  # what forms have of which their rows say nothing

    def find(self, reference: str) -> Release | None:
        """The form of that reference; None: there is none."""
        register = self.register() if reference else None
        return register.find(reference) if register else None

    def look_at(self, answers: Iterable[SheetAnswer]) -> list[SheetAnswer]:
        """The answers with the references of their forms as known so far; rows that describe a form come first."""
        looked = []
        for answer in sorted(answers, key=lambda each: each.kind == RELEASE and not _tells(each)):
            if answer.kind != RELEASE:
                looked.append(answer)
            elif answer.source is None:
                self._must_allow(answer.row, self.find(answer.value), answer.value)
                looked.append(answer)
            else:
                looked.append(replace(answer, value=self._reference_for(answer.source, answer.value)))
        return looked

    def all_new(self) -> list[NewRelease]:
        """The forms to add, in the order of their rows."""
        return sorted(self.new.values(), key=lambda each: each.row.number)

    def check_namesakes(self) -> None:
        """Refuse a form without a number that may be one that is there: only people know who is the same."""
        unnumbered = [each for each in self.all_new() if not each.release.reference]
        rows: dict[tuple[str, date | None], int] = {}
        there: dict[tuple[str, date | None], str] = {}
        register = self.register() if unnumbered else None
        if register:
            there = {_who_and_when(each): each.reference for each in register.releases() if each.person}
        for form in unnumbered:
            who = _who_and_when(form.release)
            if who in there:
                self._error(
                    form.row,
                    f"Form {there[who]} has the same name and date. Write that reference, or the reference of the "
                    "other form.",
                )
            elif who in rows:
                self._error(
                    form.row,
                    f"Row {rows[who]} has a form with the same name and date. If it is the same person, refer to that "
                    "row with 'Same as'; if not, give each form its reference.",
                )
            rows.setdefault(who, form.row.number)

    def _reference_for(self, row: SheetRow, reference: str) -> str:
        """The reference of a row's form; empty where it gets one later."""
        reference = reference or self.given.get(row.key, "")
        if not reference:
            self._bring(row, "")
            return ""
        there = self.find(reference)
        if there is None:
            self._bring(row, reference)
            return reference
        differing = contradictions(row.form, there)
        if differing:
            self._error(
                row,
                f"Form {there.reference} differs from the sheet in {', '.join(differing)}. "
                "Check that it is the right form.",
            )
            return reference
        self._must_allow(row, there, reference)
        return there.reference

    def _must_allow(self, row: SheetRow, release: Release | None, reference: str) -> None:
        if release is None:
            self._error(row, f"Form {reference} is not in the register.")
        elif reason := self._not_for_any_channel(release):
            self._error(row, reason)

    def _not_for_any_channel(self, release: Release) -> str:
        """Why a form allows the use for none of the batch's channels; empty where it does for one."""
        parts = [self.settings.for_channel(name) for name in self.settings.channel_names]
        reasons = [why_not(release, release_use(part, self.today)) for part in parts]
        return reasons[0] if all(reasons) else ""

    def _bring(self, row: SheetRow, reference: str) -> None:
        """Accept the form that a row describes as a new one, or say why it cannot be."""
        shown = f"Form {reference}" if looks_like_a_reference(reference) else "The form"
        form = row.form
        known = self.new.get(same_name(reference) if reference else row.number)
        if known is not None:
            if form != FormCells() and contradictions(form, known.release):
                self._error(row, f"Row {known.row.number} says something different about the same form.")
            return
        if not form.name and form.signed_on is None:
            what = f"{shown} is not in the register" if reference else "'release' needs the reference of the form"
            self._error(row, f"{what}. To add a new form, fill in 'Name' too.")
            return
        if not self.adding:
            self._error(row, f"{shown} is not in the register. To add it from the sheet, leave out --no-add-releases.")
            return
        form = form.completed(self.defaults)
        if form.minor is None and not RowKey.parse(row.key).is_earlier:
            self._error(
                row, "Is the person under 18? Write yes or no in 'Under 18', or no in the first row, for all of them."
            )
        release = release_from_row(form, reference, self.settings)
        named = replace(release, reference=reference if looks_like_a_reference(reference) else _UNNUMBERED)
        for error in check_release(named, self.today) or filter(None, [self._not_for_any_channel(named)]):
            self._error(row, error)
        self.new[same_name(reference) if reference else row.number] = NewRelease(row, release)

    def _error(self, row: SheetRow, reason: str) -> None:
        if (row.number, reason) not in self.errors:
            self.errors.append((row.number, reason))


def _tells(answer: SheetAnswer) -> bool:
    return answer.source is not None and bool(answer.source.form.name)


def release_from_row(form: FormCells, reference: str, settings: Settings) -> Release:
    """The form that a row describes; it covers the event of the batch, on its day."""
    event = settings.event
    told = Release(
        reference,
        person=form.name,
        signed_on=form.signed_on,
        event=event.text,
        covers_from=event.day,
        covers_until=event.day,
        channels=form.channels,
        minor=form.minor is True,
        born=form.born,
        guardian=form.guardian,
        guardian_relation=form.guardian_relation,
    )
    return with_defaults(told, settings.profile.releases.valid_years)


def contradictions(form: FormCells, release: Release) -> list[str]:
    """Columns in which a row says something else than a form; an empty cell says nothing."""
    pairs = (
        ("Name", form.name, release.person),
        ("Signed on", form.signed_on, release.signed_on),
        ("Under 18", form.minor, release.minor),
        ("Year of birth", form.born, release.born),
        ("Guardian", form.guardian, release.guardian),
        ("Guardian relation", form.guardian_relation, release.guardian_relation),
        ("Channels", frozenset(form.channels), frozenset(release.channels)),
    )
    return [name for name, said, there in pairs if said not in ("", None, frozenset()) and not _same(said, there)]


def _same(said: object, there: object) -> bool:
    if isinstance(said, str) and isinstance(there, str):
        return same_name(said) == same_name(there)
    return said == there


def _who_and_when(release: Release) -> tuple[str, date | None]:
    return same_name(release.person), release.signed_on
