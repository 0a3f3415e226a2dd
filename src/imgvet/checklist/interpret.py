"""What a filled-in sheet asks for: which face each row is about, which answer it gives, and what is wrong with it.

All of a sheet is checked before anything is reported, so that all problems are reported together.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from imgvet.batch.decisions.record import DecisionRequest, check_allowed
from imgvet.checklist.columns import SameAs
from imgvet.checklist.read import SheetRow
from imgvet.checklist.rows import decisions_about, row_key
from imgvet.decisions import (
    ANSWER,
    EXCLUDE,
    RELEASE,
    REOPEN,
    Decision,
    DecisionScope,
    ValueKind,
    decision_kind,
    decisions_for_rule,
    offered_decisions,
)
from imgvet.errors import UsageError
from imgvet.people_names import has_words, same_name
from imgvet.photo import Face, Photo
from imgvet.profile import Profile
from imgvet.rules.rules import RULES

_CLOCK_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Subject:
    """What one row is about: a face, or the question of a rule; both None: the photo as a whole."""

    photo: Photo
    face: Face | None = None
    rule: str = ""

    @property
    def about(self) -> Face | str:
        """As ``row_key`` wants it."""
        return self.face or self.rule

    @property
    def name(self) -> str:
        """As people write it: ``3:1`` is face 1 of photo 3."""
        return f"{self.photo.number}:{self.face.number}" if self.face else str(self.photo.number)


@dataclass(frozen=True, slots=True)
class SheetAnswer:
    """One decision that the sheet asks for."""

    row: SheetRow  # that it is in
    source: SheetRow | None  # whose answer and form it takes; None: of a face that was answered before
    subject: Subject
    kind: str
    value: str = ""  # reference or rule; empty for a form that has no number yet
    note: str = ""


@dataclass(slots=True)
class Interpretation:
    """What a sheet asks for, and what is wrong with it."""

    answers: list[SheetAnswer] = field(default_factory=list)  # that are new
    already_recorded: list[SheetAnswer] = field(default_factory=list)  # in the same words
    errors: list[tuple[int, str]] = field(default_factory=list)  # row, one plain sentence that names nobody
    empty: int = 0  # rows that nobody has filled in

    def error(self, row: SheetRow, reason: str) -> None:
        """Something is wrong with a row."""
        self.errors.append((row.number, reason))


@dataclass(frozen=True)
class Sheet:
    """A sheet beside the batch that it is about."""

    rows: Sequence[SheetRow]
    photos: Mapping[int, Photo]  # by number, with the faces they have now; thousands are not kept, but unpacked again
    decisions_on: Callable[[int], Sequence[Decision]]  # about the photo of that number
    profile: Profile
    placed: set[int] = field(default_factory=set)  # numbers of rows that are about something
    rows_of: dict[str, list[SheetRow]] = field(default_factory=dict)  # that are about a face, by its name

    def last(self, subject: Subject) -> Decision | None:
        """The latest decision about a subject."""
        return _last(subject, self.decisions_on)

    def interpret(self) -> Interpretation:
        """What the rows ask for; forms are not checked yet."""
        result = Interpretation()
        rows = [self._with_one_reading(row, result) for row in self.rows]
        for row in rows:
            self._place(row, result)
        for row in rows:
            if not row.filled:
                result.empty += 1
            elif row.number in self.placed:
                answer = self._answer(row, result)
                if answer and self._allowed(answer, result):
                    result.answers.append(answer)
        return result

    def _with_one_reading(self, row: SheetRow, result: Interpretation) -> SheetRow:
        """The row with the one face that a ``same_as`` made into a time can mean in this batch."""
        pointed = row.same_as
        if pointed is None or not pointed.other_photos:
            return row
        meant = [replace(pointed, photo=each, other_photos=()) for each in (pointed.photo, *pointed.other_photos)]
        there = [each for each in meant if self._has(each)] or meant[:1]
        if len(there) > 1:
            words = " or ".join(map(_name, there))
            result.error(
                row, f"'same_as' has become a time, which may mean {words}. Write it in words, e.g. photo 3 face 1."
            )
        return replace(row, same_as=there[0])

    def _has(self, pointed: SameAs) -> bool:
        photo = self.photos.get(pointed.photo)
        return photo is not None and any(face.number == pointed.face for face in photo.faces)

    def _place(self, row: SheetRow, result: Interpretation) -> None:
        """Find out what the row is about; an empty row about nothing is not an error."""
        try:
            has_face = self._subject(row).face is not None
        except UsageError as problem:
            if row.filled:
                result.error(row, str(problem))
            return
        finally:
            if row.filled:
                result.errors += [(row.number, error) for error in row.errors]
        self.placed.add(row.number)
        if has_face:
            self.rows_of.setdefault(f"{row.photo}:{row.face}", []).append(row)  # as the sheet has them

    def _subject(self, row: SheetRow) -> Subject:
        photo = self._photo_of(row)
        if photo is None:
            raise UsageError(
                "'photo' is empty, or not a photo of this batch.", "Check that the sheet belongs to this batch."
            )
        if photo.error is not None:
            raise UsageError(f"Photo {photo.number} failed, so there is nothing to decide about it.")
        if row.face is None:
            rule = self._rule(photo, row)
            if rule is None:
                raise UsageError(
                    f"The row has no face, and its key does not belong to a question about photo {photo.number}.",
                    "Name the face, or write the checklist again.",
                )
            return Subject(photo, None, rule)
        face = next((face for face in photo.faces if face.number == row.face), None)
        if face is None:
            has = f"It has {len(photo.faces)}." if photo.faces else "It has none."
            raise UsageError(f"There is no face {row.face} in photo {photo.number}.", has)
        if not _is_key_of(row, photo, face):
            raise UsageError(
                f"Face {face.number} of photo {photo.number} is not the one that the sheet shows, or its key is lost.",
                "Fill in a new checklist.",
            )
        return Subject(photo, face)

    def _photo_of(self, row: SheetRow) -> Photo | None:
        """The photo that a row is about; a sheet that a version before 0.6 wrote may have another number for it."""
        for photo in (self.photos[number] for number in self._renumbered.get(row.photo or 0, ())):
            if any(_is_key_of(row, photo, face) for face in photo.faces) or self._rule(photo, row):
                return photo
        return self.photos.get(row.photo or 0)

    @cached_property
    def _renumbered(self) -> dict[int, list[int]]:
        """The numbers that photos have now, by those that they had in a batch of a version before 0.6."""
        numbers: dict[int, list[int]] = {}
        for photo in self.photos.values():
            if photo.earlier_number:
                numbers.setdefault(photo.earlier_number, []).append(photo.number)
        return numbers

    @cached_property
    def _may_be_times(self) -> bool:
        """Whether photo and face, as in ``3:60``, may have become a time of day that names another face."""
        return any(len(photo.faces) >= _CLOCK_MINUTES for photo in self.photos.values())

    def _rule(self, photo: Photo, row: SheetRow) -> str | None:
        """The rule whose question the row's key identifies."""
        rules = dict.fromkeys([*(each.rule for each in photo.findings), *(spec.name for spec in RULES)])
        return next((rule for rule in rules if _is_key_of(row, photo, rule)), None)

    def _answer(self, row: SheetRow, result: Interpretation) -> SheetAnswer | None:
        """The answer that a row gives itself, or takes from the face that it points to."""
        if row.same_as is None:
            return self._own(row, result)
        if self._subject(row).face is None:
            result.error(row, "'same_as' is for faces.")
            return None
        if row.form.name or row.form.signed_on:
            result.error(row, "It refers to another row, but also names a form. Keep one of the two.")
            return None
        pointed_to = self._answer_pointed_to(row, result)
        if pointed_to is None:
            return None
        own = row.decision or (RELEASE if row.reference else "")
        other_form = row.reference and same_name(row.reference) != same_name(pointed_to.value)
        if (own and own != pointed_to.kind) or other_form:
            result.error(row, f"Its decision differs from that of {_name(row.same_as)}, to which it refers.")
            return None
        return pointed_to

    def _own(self, row: SheetRow, result: Interpretation) -> SheetAnswer | None:
        kind = row.decision or (RELEASE if row.reference else "")
        subject = self._subject(row)
        if not kind:
            result.error(row, "It is filled in, but its decision is empty. Choose one, or clear the row.")
            return None
        scope = DecisionScope.FACE if subject.face else DecisionScope.PHOTO
        kinds = decisions_for_rule(offered_decisions(scope, self.profile.faces.answers), subject.rule)
        offered = [each.name for each in kinds]
        if kind not in offered:
            result.error(row, f"'decision' must be one of {', '.join(offered)}.")
            return None
        value_kind = decision_kind(kind).value
        if value_kind is not ValueKind.REFERENCE and (row.reference or row.form.signed_on):
            result.error(row, f"It names a form, but its decision is {kind}. Keep one of the two.")
            return None
        if kind == ANSWER and row.rule not in ("", subject.rule):
            result.error(row, f"The row asks about {subject.rule}, but its answer is for another rule.")
            return None
        if kind == EXCLUDE:
            subject = Subject(subject.photo)
        asked = {ValueKind.REFERENCE: row.reference, ValueKind.QUESTION: subject.rule, ValueKind.REOPENED: subject.rule}
        return SheetAnswer(row, row, subject, kind, asked.get(value_kind, ""), row.note)

    def _answer_pointed_to(self, row: SheetRow, result: Interpretation) -> SheetAnswer | None:
        """The answer of the face to which a row points, however many rows lie between."""
        seen, at = {row.number}, row
        while at.same_as is not None:
            target = self._target(at, row, result)
            if target is None:
                return None
            if target.number in seen:
                result.error(row, "It refers to itself, or to rows that refer back to it.")
                return None
            seen.add(target.number)
            at = target
        subject = self._subject(row)
        if at.filled:
            own = self._own(at, Interpretation())
            if own is None or own.subject.face is None or at.errors:
                result.error(row, f"Row {at.number}, to which it refers, has no decision about a face.")
                return None
            return replace(own, row=row, subject=subject, note=row.note or own.note)
        return self._recorded_before(row, self._subject(at), result)

    def _target(self, at: SheetRow, row: SheetRow, result: Interpretation) -> SheetRow | None:
        """The row to which another points; of several about that face the first that is filled in."""
        pointed = at.same_as or SameAs(0, 0)
        if pointed.by_clock and self._may_be_times:
            result.error(row, "'same_as' may have become a time of day. Write it in words, e.g. photo 3 face 1.")
            return None
        rows = self.rows_of.get(_name(pointed), [])
        if not rows:
            result.error(row, f"It refers to {_name(pointed)}, but the sheet has no row for that face.")
            return None
        return next((each for each in rows if each.filled), rows[0])

    def _recorded_before(self, row: SheetRow, subject: Subject, result: Interpretation) -> SheetAnswer | None:
        """The answer that a face has in the batch already."""
        last = _last(subject, self.decisions_on)
        if last is None or last.kind == REOPEN:
            result.error(row, f"It refers to {subject.name}, which has no decision on the sheet or in the batch.")
            return None
        return SheetAnswer(row, None, self._subject(row), last.kind, last.value, row.note or last.note)

    def _allowed(self, answer: SheetAnswer, result: Interpretation) -> bool:
        """Whether the profile takes the answer; a form that has no number yet is looked at later."""
        if decision_kind(answer.kind).needs_note and not (
            has_words(answer.row.reason) or (answer.source is not answer.row and has_words(answer.note))
        ):
            result.error(answer.row, f"'{answer.kind}' needs a reason.")
            return False
        if already_recorded(answer, self.decisions_on):
            return True
        subject = answer.subject
        decisions_on = DecisionRequest(answer.kind, "somebody", answer.value or "not-numbered-yet", answer.note)
        try:
            check_allowed(self.profile, subject.photo, subject.face, decisions_on)
        except UsageError as problem:
            result.error(answer.row, str(problem))
            return False
        return True


def contradicting_rows(answers: Iterable[SheetAnswer]) -> list[tuple[int, str]]:
    """The errors of rows that are about one subject and disagree."""
    groups: dict[tuple[int, object, str], list[SheetAnswer]] = defaultdict(list)
    for answer in answers:
        subject = answer.subject
        groups[subject.photo.number, subject.face and subject.face.number, subject.rule].append(answer)
    errors = []
    for group in groups.values():
        if len({(each.kind, same_name(each.value), _form_of(each)) for each in group}) > 1:
            rows = ", ".join(str(each.row.number) for each in group)
            what = f"face {group[0].subject.name}" if group[0].subject.face else f"photo {group[0].subject.name}"
            reason = f"Rows {rows} are all about {what}, but differ. Keep one."
            errors += [(each.row.number, reason) for each in group]
    return errors


def _form_of(answer: SheetAnswer) -> object:
    return answer.source.form if answer.source and answer.kind == RELEASE else None


def already_recorded(answer: SheetAnswer, decisions_on: Callable[[int], Sequence[Decision]]) -> Decision | None:
    """The latest decision about the subject, where it says what the answer says."""
    last = _last(answer.subject, decisions_on)
    words = (answer.kind, answer.value, answer.note.strip())
    return last if last and (last.kind, last.value, last.note) == words else None


def answered_since(answer: SheetAnswer, decisions_on: Callable[[int], Sequence[Decision]]) -> bool:
    """Whether something was decided about the subject after the sheet was written."""
    subject = answer.subject
    if subject.face is None and not subject.rule:
        return False  # leaving a photo out is never undone by what was decisions_on before
    written = answer.row.key.rpartition("-")[2]
    return written != str(len(decisions_about(subject.photo, subject.about, decisions_on(subject.photo.number))))


def _last(subject: Subject, decisions_on: Callable[[int], Sequence[Decision]]) -> Decision | None:
    decisions = decisions_about(subject.photo, subject.about, decisions_on(subject.photo.number))
    return decisions[-1] if decisions else None


def _is_key_of(row: SheetRow, photo: Photo, about: Face | str) -> bool:
    return _identity(row.key) == _identity(row_key(photo, about, (), row.photo))


def _identity(key: str) -> str:
    """The part of a key that says what the row is about."""
    return key.casefold().partition("-")[0]


def _name(pointed: SameAs) -> str:
    return f"{pointed.photo}:{pointed.face}"
