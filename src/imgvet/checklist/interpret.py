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
from imgvet.checklist.columns import HIDES_OTHERS, OTHER_DECISIONS, SHEET_COLUMNS, SHEET_WORDS, LineKind, SameAs
from imgvet.checklist.read import FormCells, SheetRow
from imgvet.checklist.rows import (
    OF_PHOTO,
    RowKey,
    cells_of_words,
    decisions_about,
    draft_text,
    must_not_be_seen,
    open_areas,
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
    REDACT_AREA,
    RELEASE,
    REOPEN,
    Decision,
    DecisionScope,
    ValueKind,
    WordChanges,
    decision_kind,
    decisions_for_rule,
    kind_about,
    offered_decisions,
)
from imgvet.errors import UsageError
from imgvet.people_names import has_words, same_name, same_person
from imgvet.photo import Area, Face, Photo
from imgvet.profile import Profile
from imgvet.rules.rules import RULES
from imgvet.settings import Settings

_CLOCK_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Subject:
    """What one row is about: a face, an area, or the question of a rule; else the photo as a whole."""

    photo: Photo
    face: Face | None = None
    rule: str = ""  # ``OF_PHOTO`` in the row of the photo itself
    area: Area | None = None

    @property
    def part(self) -> Face | Area | None:
        """The face or the area; None: it is about the photo."""
        return self.face or self.area

    @property
    def about(self) -> Face | Area | str:
        """As ``row_key`` wants it."""
        return self.part or self.rule

    @property
    def key(self) -> tuple[int, int, int, str]:
        """The same for all rows that are about it."""
        return self.photo.number, self.face.number if self.face else 0, self.area.number if self.area else 0, self.rule

    @property
    def name(self) -> str:
        """As people write it: ``3:1`` is face 1 of photo 3, ``3:A`` its area A."""
        if self.area:
            return f"{self.photo.number}:{self.area.letters}"
        return f"{self.photo.number}:{self.face.number}" if self.face else str(self.photo.number)

    @property
    def what(self) -> str:
        """What it is: a face, an area or a photo."""
        return "face" if self.face else "area" if self.area else "photo"

    @property
    def kind(self) -> LineKind:
        """Of the row that is about it."""
        if self.face:
            return LineKind.FACE
        if self.area:
            return LineKind.AREA
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
    of_others: bool = False  # its row is about every face or area that has no decision of its own

    @property
    def called(self) -> str:
        """The kind as people type and read it."""
        return decision_kind(self.kind).called


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
        if row.area:
            return Subject(photo, area=_area_of(row, photo))
        if row.face is None:
            rule = self._rule(photo, row)
            if rule is None:
                raise UsageError(
                    f"The row has no face, and its key does not belong to photo {photo.number} or to a question about "
                    "it.",
                    "Name the face or the area, or write the checklist again.",
                )
            return Subject(photo, None, rule)
        face = next((face for face in photo.faces if face.number == row.face), None)
        if face is None:
            has = f"It has {len(photo.faces)}." if photo.faces else "It has none."
            raise UsageError(f"There is no face {row.face} in photo {photo.number}.", has)
        _check_key(row, photo, face, f"Face {face.number}")
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
        there, written = cells_of_words(words), dict(zip(SHEET_WORDS, _states(row.key), strict=False))
        changes: dict[str, str | tuple[str, ...] | None] = {}
        from_file = self._from_file(row, subject.photo, result) if row.use_file else {}
        without_cells = {name for name in from_file if name not in SHEET_WORDS}
        own = {name for name in without_cells if name in words.fields}  # written elsewhere, and not on the sheet
        wanted = {**row.words, **{name: said for name, said in from_file.items() if name not in own}}
        written |= {name: words_digest(str(there.get(name) or "")) for name in without_cells}
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
        """Hiding what is open and has no row of its own, in the photos whose rows ask for it, or in all."""
        asked = {
            subject.photo.number: row
            for row in self.rows
            if (subject := self.subjects.get(row.number)) and subject.kind is LineKind.PHOTO
            if row.decision in HIDES_OTHERS and row.number not in self.left_out
        }
        every = self.every
        if every is not None and (every.decision not in HIDES_OTHERS or every.number in self.left_out):
            every = None
        if not asked and every is None:
            return
        excluded = {each.subject.photo.number for each in result.answers if each.kind == EXCLUDE}
        filled = [row for row in self.rows if row.filled]
        own = {row.name for row in filled}  # as typed, where nobody knows what a row is about
        own |= {self.subjects[row.number].name for row in filled if row.number in self.subjects}
        for judged in self.judged():
            if judged.number in excluded:
                continue
            rows = [row for row in (asked.get(judged.number), every) if row is not None]
            faces = [Subject(judged, face) for face in open_faces(judged)]
            for subject in (*faces, *(Subject(judged, area=area) for area in open_areas(judged))):
                row = next((row for row in rows if _hides(row, subject)), None)
                last = self.last(subject)
                hidden = last is not None and last.answer.hides
                if row and not hidden and subject.name not in own:
                    kind = REDACT_AREA if subject.area else REDACT
                    yield SheetAnswer(row, row, subject, kind, note=row.note, of_others=True)

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
        if subject.part:
            record = known.on_area(subject.area) if subject.area else known.on(subject.face) if subject.face else None
            approver, answer = record.approved_by if record else "", face_approval(record, "", self.by, second_person)
        else:
            approver = next((each.approved_by for each in known.answers if each.rule == subject.rule), "")
            answer = photo_approval(known, subject.rule, self.by, second_person)
        if approver and same_person(approver, self.by):
            result.already_recorded.append(SheetAnswer(row, row, subject, APPROVAL))
            return None
        if isinstance(answer, NotApproved):
            result.error(row, f"The {subject.what} {answer.reason} {answer.hint}")
            return None
        if answer.kind == DECLARE:  # a statement may have the name of a rule
            result.error(row, "What was declared is approved with imgvet decide, which shows its statements first.")
            return None
        return SheetAnswer(row, row, subject, APPROVAL, str(answer), row.note)

    def _own(self, row: SheetRow, result: Interpretation) -> SheetAnswer | None:
        kind = row.decision or (RELEASE if row.reference or row.form.name else "")
        subject = self.subjects[row.number]
        if subject.kind is LineKind.PHOTO and kind in ("", *HIDES_OTHERS):
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
        if subject.area:
            kind = kind_about(kind, DecisionScope.AREA)
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
        scope = _SCOPES.get(subject.kind, DecisionScope.PHOTO)
        kinds = decisions_for_rule(offered_decisions(scope, self.profile.faces.answers), subject.rule)
        return [each.called for each in kinds]

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
        if self._needs_reason(answer) and not (
            has_words(answer.row.reason) or (answer.source is not answer.row and has_words(answer.note))
        ):
            result.error(answer.row, f"'{answer.called}' needs a reason.")
            return False
        if already_recorded(answer, self.decisions_on):
            return True
        subject = answer.subject
        value = answer.value if subject.area else answer.value or "not-numbered-yet"
        try:
            check_allowed(
                self.profile, subject.photo, subject.part, DecisionRequest(answer.kind, "somebody", value, answer.note)
            )
        except UsageError as problem:
            result.error(answer.row, str(problem))
            return False
        return True

    def _needs_reason(self, answer: SheetAnswer) -> bool:
        kind, area = decision_kind(answer.kind), answer.subject.area
        if area:
            return kind.needs_note or (kind.denies and must_not_be_seen(area, self.profile))
        of_photos = {question.id for question in self.profile.photo_questions}
        return kind.needs_note and not (answer.kind == ANSWER and answer.value in of_photos)


_SCOPES = {LineKind.FACE: DecisionScope.FACE, LineKind.AREA: DecisionScope.AREA}


def _hides(row: SheetRow, subject: Subject) -> bool:
    """Whether a row about all others is about this face or area; nobody saw areas on a sheet of before 0.11."""
    kinds = HIDES_OTHERS.get(row.decision, ())
    return subject.kind in kinds and (subject.area is None or RowKey.parse(row.key).knows_areas)


def _area_of(row: SheetRow, photo: Photo) -> Area:
    """The area that a row names and its key identifies.

    Raises:
        UsageError: there is none with these letters, or it is another.
    """
    area = next((area for area in photo.areas if area.letters == row.area), None)
    if area is None:
        has = f"It has {len(photo.areas)}." if photo.areas else "It has none."
        raise UsageError(f"There is no area {row.area} in photo {photo.number}.", has)
    _check_key(row, photo, area, f"Area {area.letters}")
    return area


def _check_key(row: SheetRow, photo: Photo, part: Face | Area, called: str) -> None:
    """Refuse a row whose key is that of another face or area.

    Raises:
        UsageError: with what it is called.
    """
    if not _is_key_of(row, photo, part):
        raise UsageError(
            f"{called} of photo {photo.number} is not the one that the sheet shows, or its key is lost.",
            "Fill in a new checklist.",
        )


def contradicting_rows(answers: Iterable[SheetAnswer]) -> list[tuple[int, str]]:
    """The errors of rows that are about one subject and disagree."""
    groups: dict[tuple[int, int, int, str], list[SheetAnswer]] = defaultdict(list)
    for answer in answers:
        groups[answer.subject.key].append(answer)
    errors = []
    for group in groups.values():
        if len({(each.kind, same_name(each.value), _form_of(each)) for each in group}) > 1:
            rows = ", ".join(str(each.row.number) for each in group)
            subject = group[0].subject
            reason = f"Rows {rows} are all about {subject.what} {subject.name}, but differ. Keep one."
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
    if area := answer.subject.area:
        same = last.area is not None and last.area.rule == area.rule
        return last if same and (last.kind, last.note) == (answer.kind, answer.note.strip()) else None
    value = recorded_value(answer.subject.photo, answer.kind, answer.value)
    same_words = last.kind != ANSWER or value != answer.value  # of which nothing is asked any more: any words
    said = last.value if same_words else last.answers_rule
    return last if (last.kind, said, last.note) == (answer.kind, value, answer.note.strip()) else None


def answered_since(answer: SheetAnswer, decisions_on: Callable[[int], Sequence[Decision]]) -> bool:
    """Whether something was decided about the subject after the sheet was written."""
    subject = answer.subject
    if answer.of_others or (subject.part is None and not subject.rule):
        return False  # it is hidden because it is open now; leaving a photo out undoes nothing that was decided
    written = RowKey.parse(answer.row.key).state
    return written != str(len(decisions_about(subject.photo, subject.about, decisions_on(subject.photo.number))))


def _last(subject: Subject, decisions_on: Callable[[int], Sequence[Decision]]) -> Decision | None:
    decisions = decisions_about(subject.photo, subject.about, decisions_on(subject.photo.number))
    return decisions[-1] if decisions else None


def _is_key_of(row: SheetRow, photo: Photo, about: Face | Area | str) -> bool:
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
