"""What a filled-in sheet asks for: which face each row is about, which answer it gives, and what is wrong with it.

All of a sheet is checked before anything is reported, so that all problems are reported together.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from imgvet.batch.decisions.approvals import NotApproved, face_approval, photo_approval
from imgvet.batch.decisions.captions import checked_words
from imgvet.batch.decisions.record import DecisionRequest, check_allowed, recorded_value
from imgvet.batch.decisions.state import replay, words_given
from imgvet.checklist.columns import OTHER_DECISIONS, SHEET_COLUMNS, LineKind, SameAs
from imgvet.checklist.read import FormCells, SheetRow
from imgvet.checklist.rows import (
    OF_PHOTO,
    RowKey,
    cells_of_words,
    decisions_about,
    draft_text,
    open_faces,
    row_key,
    words_digest,
)
from imgvet.decisions import (
    ANSWER,
    APPROVAL,
    DECLARE,
    EXCLUDE,
    REDACT,
    RELEASE,
    REOPEN,
    Decision,
    DecisionScope,
    FaceEffect,
    ValueKind,
    WordChanges,
    Words,
    decision_kind,
    decisions_for_rule,
    offered_decisions,
)
from imgvet.errors import UsageError
from imgvet.people_names import has_words, same_name, same_person
from imgvet.photo import Face, Photo
from imgvet.profile import Profile
from imgvet.rules.rules import RULES
from imgvet.settings import Settings

_CLOCK_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Subject:
    """What one row is about: a face, or the question of a rule; both None: the photo as a whole."""

    photo: Photo
    face: Face | None = None
    rule: str = ""  # ``OF_PHOTO`` in the row of the photo itself

    @property
    def about(self) -> Face | str:
        """As ``row_key`` wants it."""
        return self.face or self.rule

    @property
    def name(self) -> str:
        """As people write it: ``3:1`` is face 1 of photo 3."""
        return f"{self.photo.number}:{self.face.number}" if self.face else str(self.photo.number)

    @property
    def kind(self) -> LineKind:
        """Of the row that is about it."""
        if self.face:
            return LineKind.FACE
        return LineKind.PHOTO if self.rule == OF_PHOTO else LineKind.QUESTION


@dataclass(frozen=True, slots=True)
class SheetAnswer:
    """One decision that the sheet asks for."""

    row: SheetRow  # that it is in
    source: SheetRow | None  # whose answer and form it takes; None: of a face that was answered before
    subject: Subject
    kind: str
    value: str = ""  # reference or rule; empty for a form that has no number yet
    note: str = ""
    of_others: bool = False  # its row is about every face that has no decision of its own


@dataclass(frozen=True, slots=True)
class SheetWords:
    """Words that somebody has written for one photo."""

    row: SheetRow
    photo: Photo
    changes: WordChanges


@dataclass(frozen=True, slots=True)
class LeftRow:
    """A row that could not be imported."""

    row: SheetRow
    subject: Subject | None  # None: nobody knows what it is about
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Interpretation:
    """What a sheet asks for, and what is wrong with it."""

    answers: list[SheetAnswer] = field(default_factory=list)  # that are new
    words: list[SheetWords] = field(default_factory=list)  # that are new
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
    settings: Settings
    by: str  # who imports it
    judged: Callable[[], Iterable[Photo]]  # the photos as they are judged now
    left_out: Collection[int] = ()  # numbers of rows that are not taken
    subjects: dict[int, Subject] = field(default_factory=dict)  # of rows that are about something, by their numbers
    rows_of: dict[str, list[SheetRow]] = field(default_factory=dict)  # that are about a face, by its name

    def last(self, subject: Subject) -> Decision | None:
        """The latest decision about a subject."""
        return _last(subject, self.decisions_on)

    @property
    def profile(self) -> Profile:
        """Whose answers are taken."""
        return self.settings.profile

    @cached_property
    def every(self) -> SheetRow | None:
        """The row that counts for all that say nothing else; None where it was removed."""
        return next((row for row in self.rows if RowKey.parse(row.key).is_first), None)

    @property
    def defaults(self) -> FormCells:
        """What new forms have of which their rows say nothing."""
        return self.every.form if self.every and self.every.number not in self.left_out else FormCells()

    def interpret(self) -> Interpretation:
        """What the rows ask for; forms are not checked yet."""
        result = Interpretation()
        rows = [self._with_one_reading(row, result) for row in self.rows]
        for row in rows:
            self._place(row, result)
        for row in rows:
            if row.number in self.left_out:
                continue
            if row is self.every or RowKey.parse(row.key).is_first:
                self._check_every(row, result)
                continue
            subject = self.subjects.get(row.number)
            words = self._new_words(row, subject, result) if subject and subject.kind is LineKind.PHOTO else {}
            if subject and words:
                result.words.append(SheetWords(row, subject.photo, words))
            if not row.filled:
                result.empty += bool(row.photo) and not (subject and subject.kind is LineKind.PHOTO)
            elif subject:
                answer = (self._approval if row.approved else self._answer)(row, subject, result)
                if answer and (answer.kind == APPROVAL or self._allowed(answer, result)):
                    result.answers.append(answer)
        result.answers += self._of_others(result)
        result.errors += _contradicting_words(result.words)
        result.words = list({each.photo.number: each for each in result.words}.values())
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
                row, f"'Same as' has become a time, which may mean {words}. Write it in words, e.g. photo 3 face 1."
            )
        return replace(row, same_as=there[0])

    def _has(self, pointed: SameAs) -> bool:
        photo = self.photos.get(pointed.photo)
        return photo is not None and any(face.number == pointed.face for face in photo.faces)

    def _place(self, row: SheetRow, result: Interpretation) -> None:
        """Find out what the row is about; an empty row about nothing is not an error."""
        if RowKey.parse(row.key).is_first:
            return
        says_something = (row.filled or row.has_words) and row.number not in self.left_out
        try:
            subject = self._found(row)
        except UsageError as problem:
            if says_something:
                result.error(row, str(problem))
            return
        finally:
            if says_something:
                result.errors += [(row.number, error) for error in row.errors]
        self.subjects[row.number] = subject
        if subject.face:
            self.rows_of.setdefault(f"{row.photo}:{row.face}", []).append(row)  # as the sheet has them
        if says_something:
            result.errors += [(row.number, error) for error in _misplaced(row, subject.kind)]

    def _check_every(self, row: SheetRow, result: Interpretation) -> None:
        """Report what the first row cannot say."""
        result.errors += [(row.number, error) for error in (*row.errors, *_misplaced(row, LineKind.EVERY))]
        first = self.every
        if first and (row.decision, row.form, row.note) != (first.decision, first.form, first.note):
            result.error(row, f"Rows {first.number} and {row.number} both speak for all others, but differ. Keep one.")
        if row.decision not in ("", *OTHER_DECISIONS[LineKind.EVERY]):
            result.error(row, f"'Decision' must be {_or(OTHER_DECISIONS[LineKind.EVERY])}, or blank.")

    def _found(self, row: SheetRow) -> Subject:
        photo = self._photo_of(row)
        if photo is None:
            raise UsageError(
                "'Photo' is empty, or not a photo of this batch.", "Check that the sheet belongs to this batch."
            )
        if photo.error is not None:
            raise UsageError(f"Photo {photo.number} failed, so there is nothing to decide about it.")
        if row.face is None:
            rule = self._rule(photo, row)
            if rule is None:
                raise UsageError(
                    f"The row has no face, and its key does not belong to photo {photo.number} or to a question about "
                    "it.",
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
        rules = dict.fromkeys([OF_PHOTO, *(each.rule for each in photo.findings), *(spec.name for spec in RULES)])
        rules |= dict.fromkeys(question.id for question in self.profile.photo_questions)
        return next((rule for rule in rules if _is_key_of(row, photo, rule)), None)

    def _new_words(self, row: SheetRow, subject: Subject, result: Interpretation) -> WordChanges:
        """The words of a photo that somebody has changed on the sheet; an unchanged cell changes nothing."""
        decisions = self.decisions_on(subject.photo.number)
        words = words_given(decisions)
        there, written = cells_of_words(words), dict(zip(Words.__dataclass_fields__, _states(row.key), strict=False))
        changes: dict[str, str | tuple[str, ...] | None] = {}
        wanted = {**row.words, **(self._from_file(row, subject.photo, result) if row.use_file else {})}
        for name, said in wanted.items():
            new = words_digest(said if isinstance(said, str) else ", ".join(said or ()))
            now = words_digest(str(there.get(name) or ""))
            if new in (written.get(name), now):
                continue
            if now != written.get(name):
                result.error(
                    row,
                    f"'{_heading(name)}' was changed after the sheet was written. Change it on a new checklist, or "
                    "leave it as the sheet had it.",
                )
            changes[name] = said
        try:
            return checked_words(self.settings, subject.photo, decisions, changes)
        except UsageError as problem:
            result.error(row, f"{problem.reason} {problem.hint}".strip())
            return {}

    def _from_file(self, row: SheetRow, photo: Photo, result: Interpretation) -> WordChanges:
        """The words of the original that the sheet showed, where the cells of the row are blank."""
        if _states(row.key)[-1] != words_digest(draft_text(photo)):
            result.error(row, "'From the file' says something else by now. Accept it on a new checklist.")
            return {}
        return {name: said for name, said in photo.draft.fields.items() if not row.words.get(name)}

    def _of_others(self, result: Interpretation) -> Iterator[SheetAnswer]:
        """Hiding every open face that has no row of its own, in the photos whose rows ask for it, or in all."""
        asked = {
            subject.photo.number: row
            for row in self.rows
            if (subject := self.subjects.get(row.number)) and subject.kind is LineKind.PHOTO
            if row.decision == REDACT and row.number not in self.left_out
        }
        every = self.every
        in_all = every is not None and every.decision == REDACT and every.number not in self.left_out
        if not asked and not in_all:
            return
        excluded = {each.subject.photo.number for each in result.answers if each.kind == EXCLUDE}
        filled = [row for row in self.rows if row.filled]
        own = {f"{row.photo}:{row.face}" for row in filled}  # as typed, where nobody knows what a row is about
        own |= {self.subjects[row.number].name for row in filled if row.number in self.subjects}
        for judged in self.judged():
            row = asked.get(judged.number) or (every if in_all else None)
            if row is None or judged.number in excluded:
                continue
            for face in open_faces(judged):
                subject = Subject(judged, face)
                last = self.last(subject)
                hidden = last is not None and decision_kind(last.kind).effect is FaceEffect.HIDES
                if not hidden and subject.name not in own:
                    yield SheetAnswer(row, row, subject, REDACT, note=row.note, of_others=True)

    def _answer(self, row: SheetRow, subject: Subject, result: Interpretation) -> SheetAnswer | None:
        """The answer that a row gives itself, or takes from the face that it points to."""
        if row.same_as is None:
            return self._own(row, result)
        if subject.face is None:
            result.error(row, "'Same as' is for faces.")
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

    def _approval(self, row: SheetRow, subject: Subject, result: Interpretation) -> SheetAnswer | None:
        """The approval of the answer that the subject has."""
        if row.decision or row.reference or row.same_as or row.form != FormCells():
            result.error(row, "It approves a decision, but also makes one. Keep one of the two.")
            return None
        known = replay(subject.photo, self.decisions_on(subject.photo.number))
        second_person = self.profile.decisions.second_person
        if subject.face:
            record = known.on(subject.face)
            approver, answer = record.approved_by if record else "", face_approval(record, "", self.by, second_person)
        else:
            approver = next((each.approved_by for each in known.answers if each.rule == subject.rule), "")
            answer = photo_approval(known, subject.rule, self.by, second_person)
        if approver and same_person(approver, self.by):
            result.already_recorded.append(SheetAnswer(row, row, subject, APPROVAL))
            return None
        if isinstance(answer, NotApproved):
            what = "face" if subject.face else "photo"
            result.error(row, f"The {what} {answer.reason} {answer.hint}")
            return None
        if answer.kind == DECLARE:  # a statement may have the name of a rule
            result.error(row, "What was declared is approved with imgvet decide, which shows its statements first.")
            return None
        return SheetAnswer(row, row, subject, APPROVAL, str(answer), row.note)

    def _own(self, row: SheetRow, result: Interpretation) -> SheetAnswer | None:
        kind = row.decision or (RELEASE if row.reference or row.form.name else "")
        subject = self.subjects[row.number]
        if subject.kind is LineKind.PHOTO and kind in ("", REDACT):
            if not kind and not row.use_file:
                result.error(row, "It is filled in, but its decision is empty. Choose one, or clear the row.")
            return None  # ``_of_others`` has those that are hidden
        if not kind:
            result.error(row, "It is filled in, but its decision is empty. Choose one, or clear the row.")
            return None
        offered = self._offered(subject)
        if kind not in offered:
            result.error(row, f"'Decision' must be one of {', '.join(offered)}.")
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

    def _offered(self, subject: Subject) -> Sequence[str]:
        if subject.kind in OTHER_DECISIONS:
            return OTHER_DECISIONS[subject.kind]
        scope = DecisionScope.FACE if subject.face else DecisionScope.PHOTO
        kinds = decisions_for_rule(offered_decisions(scope, self.profile.faces.answers), subject.rule)
        return [each.name for each in kinds]

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
            if target.number in self.left_out:
                result.error(row, f"Row {target.number}, to which it refers, needs correcting first.")
                return None
            seen.add(target.number)
            at = target
        subject = self.subjects[row.number]
        if at.filled and not at.approved:
            own = self._own(at, Interpretation())
            if own is None or own.subject.face is None or at.errors:
                result.error(row, f"Row {at.number}, to which it refers, has no decision about a face.")
                return None
            return replace(own, row=row, subject=subject, note=row.note or own.note)
        return self._recorded_before(row, self.subjects[at.number], result)

    def _target(self, at: SheetRow, row: SheetRow, result: Interpretation) -> SheetRow | None:
        """The row to which another points; of several about that face the first that is filled in."""
        pointed = at.same_as or SameAs(0, 0)
        if pointed.by_clock and self._may_be_times:
            result.error(row, "'Same as' may have become a time of day. Write it in words, e.g. photo 3 face 1.")
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
        return SheetAnswer(row, None, self.subjects[row.number], last.kind, last.value, row.note or last.note)

    def _allowed(self, answer: SheetAnswer, result: Interpretation) -> bool:
        """Whether the profile takes the answer; a form that has no number yet is looked at later."""
        of_photos = {question.id for question in self.profile.photo_questions}
        needs_note = decision_kind(answer.kind).needs_note and not (answer.kind == ANSWER and answer.value in of_photos)
        if needs_note and not (
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


def _contradicting_words(words: Iterable[SheetWords]) -> Iterator[tuple[int, str]]:
    """The errors of rows that write words for one photo and disagree."""
    groups: dict[int, list[SheetWords]] = defaultdict(list)
    for each in words:
        groups[each.photo.number].append(each)
    for number, group in groups.items():
        if any(each.changes != group[0].changes for each in group):
            rows = ", ".join(str(each.row.number) for each in group)
            yield from (
                (each.row.number, f"Rows {rows} are all about the words of photo {number}, but differ. Keep one.")
                for each in group
            )


def _form_of(answer: SheetAnswer) -> object:
    return answer.source.form if answer.source and answer.kind == RELEASE else None


def already_recorded(answer: SheetAnswer, decisions_on: Callable[[int], Sequence[Decision]]) -> Decision | None:
    """The latest decision about the subject, where it says what the answer says."""
    last = _last(answer.subject, decisions_on)
    if last is None:
        return None
    value = recorded_value(answer.subject.photo, answer.kind, answer.value)
    same_words = last.kind != ANSWER or value != answer.value  # of which nothing is asked any more: any words
    said = last.value if same_words else last.answers_rule
    return last if (last.kind, said, last.note) == (answer.kind, value, answer.note.strip()) else None


def answered_since(answer: SheetAnswer, decisions_on: Callable[[int], Sequence[Decision]]) -> bool:
    """Whether something was decided about the subject after the sheet was written."""
    subject = answer.subject
    if answer.of_others or (subject.face is None and not subject.rule):
        return False  # it is hidden because it is open now; leaving a photo out undoes nothing that was decided
    written = RowKey.parse(answer.row.key).state
    return written != str(len(decisions_about(subject.photo, subject.about, decisions_on(subject.photo.number))))


def _last(subject: Subject, decisions_on: Callable[[int], Sequence[Decision]]) -> Decision | None:
    decisions = decisions_about(subject.photo, subject.about, decisions_on(subject.photo.number))
    return decisions[-1] if decisions else None


def _is_key_of(row: SheetRow, photo: Photo, about: Face | str) -> bool:
    return RowKey.parse(row.key).identity == RowKey.parse(row_key(photo, about, (), row.photo)).identity


def _states(key: str) -> list[str]:
    return RowKey.parse(key).state.split(".")


def _misplaced(row: SheetRow, kind: LineKind) -> list[str]:
    """What is filled in in cells that are not for a row of that kind."""
    if kind in (LineKind.FACE, LineKind.QUESTION):
        wrong = [column for column in SHEET_COLUMNS if column.words and row.typed.get(column.name)]
    else:
        wrong = [
            column
            for column in SHEET_COLUMNS
            if column.people and kind not in column.kinds and row.typed.get(column.name) is not None
        ]
    return [f"'{column.heading}' is not for this row." for column in wrong]


def _heading(name: str) -> str:
    return next(column.heading for column in SHEET_COLUMNS if column.name == name)


def _or(words: Sequence[str]) -> str:
    return " or ".join(words)


def _name(pointed: SameAs) -> str:
    return f"{pointed.photo}:{pointed.face}"
