"""Undo on the page: new entries in the log that bring back what was valid before some entries. Nothing is removed.

An earlier answer is given again in the name of the person who undoes, so it may need approval again. What others have
answered since is not undone without asking.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from imgvet.batch.decisions.captions import words_decision
from imgvet.batch.decisions.record import DecisionRequest, decision_on
from imgvet.batch.decisions.state import DecisionState, QuestionAnswer, replay
from imgvet.batch.store import now
from imgvet.decisions import (
    ANSWER,
    APPROVAL,
    CAPTION,
    DECLARE,
    EXCLUDE,
    MISREAD,
    REOPEN,
    Answer,
    AreaRecord,
    Decision,
    DecisionScope,
    FaceEffect,
    FaceRecord,
    decision_kind,
    parse_word_changes,
)
from imgvet.errors import UsageError
from imgvet.people_names import same_person
from imgvet.photo import Area, Face, Photo
from imgvet.review.answers import Changed, Number, Recorded, answer_words, changed_by, newest_entries
from imgvet.review.context import Conflict, body_of, json_answer, person_of, review_of
from imgvet.review.live_batch import LiveBatch
from imgvet.review.photo_rows import PartId, entries_by_part, given_decision, part_id

_MOST_ENTRIES = 20_000
_NOT_A_FACE = "not-a-face"
_UNDONE = re.compile(r"(?: · )?[Ee]ntr(?:y|ies) undone: [\d, ]+$")
_MOST_TOLD = 3  # subjects


class UndoBody(msgspec.Struct, forbid_unknown_fields=True):
    """Which entries of the log are undone."""

    entries: list[Number]
    seen: Number  # the newest entry of the log that the page knew
    anyway: bool = False  # although somebody else has answered since


@dataclass(frozen=True, slots=True)
class Undoing:
    """What is undone of one photo."""

    photo: Photo  # with the faces that it has now
    entries: Sequence[tuple[int, Decision]]  # all that are about its original
    undone: frozenset[int]
    asked: "UndoBody"
    by: str
    live: LiveBatch
    new: list[Decision] = field(default_factory=list)  # what is recorded in the end
    told: list[str] = field(default_factory=list)

    def before(self, number: int) -> DecisionState:
        """The state of the photo before an entry."""
        return replay(self.photo, (each for seq, each in self.entries if seq < number))

    @property
    def now(self) -> DecisionState:
        """The state of the photo at this moment."""
        return replay(self.photo, (each for _, each in self.entries))

    def request(self, kind: str, value: str = "", note: str = "") -> DecisionRequest:
        """A decision of the person who undoes."""
        return DecisionRequest(kind, self.by, value, self.note(note))

    def note(self, before: str) -> str:
        """The reason as it was given before, and which entries were undone."""
        plain, numbers = _UNDONE.sub("", before), ", ".join(map(str, sorted(self.undone)[:_MOST_TOLD]))
        what = f"ntry undone: {numbers}" if len(self.undone) == 1 else f"ntries undone: {numbers}"
        return f"{plain} · e{what}" if plain else f"E{what}"

    def decide(self, part: Face | Area | None, request: DecisionRequest) -> bool:
        """Add a decision; False where the profile does not allow it, or it asks nothing any more."""
        try:
            self.new.append(decision_on(self.live.settings.profile, self.photo, part, request))
        except UsageError:
            return False
        return True

    def check(self, later: Iterable[tuple[int, Decision]], what: str) -> None:
        """Refuse to undo what somebody else has answered since.

        Raises:
            Conflict: with their newest answer.
        """
        others = [each for _, each in later if not same_person(each.by, self.by)]
        if others and not self.asked.anyway:
            raise Conflict(others[-1].by, others[-1].at, answer_words(others[-1]), what)


def undo(live: LiveBatch, by: str, asked: UndoBody) -> Changed:
    """Bring back what was valid before the entries.

    Raises:
        Conflict: somebody else has answered since.
        UsageError: there is no such entry, or it cannot be undone here.
        BatchError: the log was altered.
    """
    if not 0 < len(asked.entries) <= _MOST_ENTRIES:
        raise UsageError("There is nothing to undo.", "")

    def act() -> Recorded:
        works = list(_works(live, by, asked))
        for work in works:
            _undo_parts(work)
            _undo_photo(work)
            _undo_words(work)
        new = [each for work in works for each in work.new]
        live.folder.decide(*new)
        told = [each for work in works for each in work.told]
        more = f"; and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
        said = f"{'Undone' if new else 'Nothing to undo'}: {'; '.join(told[:_MOST_TOLD])}{more}"
        return Recorded(newest_entries(live, len(new)), said.rstrip(": "))

    return changed_by(live, *live.change(act))


def _works(live: LiveBatch, by: str, asked: UndoBody) -> Iterator[Undoing]:
    """What is undone, photo by photo."""
    of_photo = dict[int, set[int]]()
    for number in asked.entries:
        made = live.entry(number)
        photo = live.number_of(made.source_sha256) if made else None
        if made is None or photo is None or not _can_be_undone(made):
            reason = f"Entry {number} of the log cannot be undone here."
            raise UsageError(reason, "Give another answer, or correct it on the page on which it was given.")
        if not same_person(made.by, by) and not asked.anyway:
            raise Conflict(made.by, made.at, answer_words(made), f"photo {photo}")
        of_photo.setdefault(photo, set()).add(number)
    for photo, numbers in of_photo.items():
        current = live.current(photo)
        yield Undoing(current, live.entries_on(current), frozenset(numbers), asked, by, live)


def _can_be_undone(decision: Decision) -> bool:
    kind = decision_kind(decision.kind)
    return kind.typed or decision.kind in (CAPTION, DECLARE) or kind.effect is FaceEffect.ADDS


def _undo_parts(work: Undoing) -> None:
    """The faces and areas: each as it was before the first entry about it."""
    by_part = entries_by_part(work.entries)
    about = {number: each for each, own in by_part.items() if each for number, _ in own}
    found: tuple[Face | Area, ...] = (*work.photo.faces, *work.photo.areas)
    parts = {part_id(each): each for each in found}
    for each in dict.fromkeys(about[number] for number in sorted(work.undone & about.keys())):
        if each in parts:
            _undo_part(work, parts[each], by_part[each])


def _undo_part(work: Undoing, part: Face | Area, entries: Sequence[tuple[int, Decision]]) -> None:
    undone = [(number, each) for number, each in entries if number in work.undone]
    first, last = undone[0][0], undone[-1][0]
    name = f"area {part.letters}" if isinstance(part, Area) else f"face {part.number}"
    what = f"photo {work.photo.number}, {name}"
    later = ((number, each) for number, each in entries if number > last and number not in work.undone)
    work.check((each for each in later if decision_kind(each[1].kind).effect is not FaceEffect.ADDS), what)
    earlier = [each for number, each in entries if number < first]
    before, present = _record(work.before(first), part_id(part)), _record(work.now, part_id(part))
    if not earlier and any(decision_kind(each.kind).effect is FaceEffect.ADDS for _, each in undone):
        _undo_drawn(work, part, what, present)
        return
    approved = any(decision_kind(each.kind).effect is FaceEffect.APPROVES for _, each in undone)
    if not approved and _said(before) == _said(present):
        drawn = any(decision_kind(each.kind).effect is FaceEffect.ADDS for _, each in undone)
        larger = "what was drawn stays" if isinstance(part, Area) else "the larger box stays"
        work.told.append(f"{what}: {larger}" if drawn else f"{what}: as it was")
        return
    given = given_decision(before, earlier)
    if given and work.decide(part, work.request(given.kind, given.answer.value, given.note)):
        again = " again; it needs approval again" if before and before.approved_by else " again"
        work.told.append(f"{what}: {answer_words(given)}{again}")
        return
    work.decide(part, work.request(REOPEN))
    work.told.append(f"{what}: open again")


def _undo_drawn(work: Undoing, part: Face | Area, what: str, present: FaceRecord | AreaRecord | None) -> None:
    """A face that was drawn is one until somebody says that it is not: nobody is shown whom somebody has seen there.

    The same holds of an area.
    """
    denial, words = (MISREAD, "taken away") if isinstance(part, Area) else (_NOT_A_FACE, "not a face")
    if work.decide(part, work.request(denial)):
        waits = denial in work.live.settings.profile.decisions.second_person
        work.told.append(f"{what}: {words}{'; somebody else must approve that' if waits else ''}")
        return
    if _said(present) != _said(None):
        work.decide(part, work.request(REOPEN))
    work.told.append(f"{what}: the box stays, because this profile has no 'not a face'; hide it, or answer for it")


def _record(state: DecisionState, about: PartId) -> FaceRecord | AreaRecord | None:
    scope, identity = about
    if scope is DecisionScope.AREA:
        return next((each for each in state.areas if each.area_id == identity), None)
    return next((each for each in state.faces if each.face_id == identity), None)


def _said(record: FaceRecord | AreaRecord | None) -> tuple[Answer | None, bool]:
    return (record.answer, isinstance(record, FaceRecord) and record.refused) if record else (None, False)


def _undo_photo(work: Undoing) -> None:
    """Whether the photo is left out, and its questions: each as it was before the first entry about it."""
    about_photo = entries_by_part(work.entries).get(None, [])
    entries = [(number, each) for number, each in about_photo if each.kind != CAPTION]
    undone = [(number, each) for number, each in entries if number in work.undone]
    if not undone:
        return
    before, present = work.before(undone[0][0]), work.now
    for subject in dict.fromkeys(one for _, each in undone for one in _subjects(each, before)):
        last = max(number for number, each in undone if subject in _subjects(each, before))
        later = [(number, each) for number, each in entries if number > last and number not in work.undone]
        about_it = [(number, each) for number, each in later if subject in _subjects(each, present)]
        work.check(about_it, f"photo {work.photo.number}")
        if subject == EXCLUDE:
            _undo_left_out(work, before, present)
        else:
            _undo_answer(work, subject, before, present)


def _subjects(decision: Decision, before: DecisionState) -> tuple[str, ...]:
    """What an entry about a photo as a whole is about: rules, questions, or whether it is left out."""
    if decision.kind == EXCLUDE:
        return (EXCLUDE,)
    if decision.kind == DECLARE:
        return tuple(decision.value.split())
    if decision.kind == APPROVAL:
        return tuple(Answer.parse(decision.value).value.split())
    if decision.kind == REOPEN:
        return (decision.value,) if decision.value else (EXCLUDE, *(each.rule for each in before.answers))
    return (decision.answers_rule,)


def _undo_left_out(work: Undoing, before: DecisionState, present: DecisionState) -> None:
    what = f"photo {work.photo.number}"
    if before.excluded == present.excluded:
        return
    if not before.excluded:
        work.decide(None, work.request(REOPEN, EXCLUDE))
        work.told.append(f"{what}: no longer left out")
        return
    note = next((each.note for _, each in reversed(work.entries) if each.kind == EXCLUDE), "")
    work.decide(None, work.request(EXCLUDE, note=note))
    work.told.append(f"{what}: left out again")


def _undo_answer(work: Undoing, rule: str, before: DecisionState, present: DecisionState) -> None:
    what = f"photo {work.photo.number}"
    was, is_now = _question(before, rule), _question(present, rule)
    if was == is_now:
        return
    if was is not None and was.kind != DECLARE and _given_again(work, was):
        work.told.append(f"{what}: {rule} answered as before")
        return
    if is_now is not None:
        work.decide(None, work.request(REOPEN, rule))
        work.told.append(f"{what}: {rule} open again")


def _question(state: DecisionState, rule: str) -> QuestionAnswer | None:
    return next((each for each in state.answers if each.rule == rule), None)


def _given_again(work: Undoing, was: QuestionAnswer) -> bool:
    """Whether the answer could be given again: for the same words, with the same reason."""
    about = next((each.about for each in work.photo.findings if each.rule == was.rule), "")
    if was.about and was.about != about:
        return False
    first = min(work.undone)
    earlier = (each for number, each in reversed(work.entries) if number < first and each.answers_rule == was.rule)
    note = next((each.note for each in earlier), "")
    return work.decide(None, work.request(was.kind, was.rule if was.kind == ANSWER else "", note))


def _undo_words(work: Undoing) -> None:
    undone = [(number, each) for number, each in work.entries if each.kind == CAPTION and number in work.undone]
    if not undone:
        return
    names = {name for _, each in undone for name in parse_word_changes(each.value)}
    what = f"photo {work.photo.number}"
    later = [
        (number, each)
        for number, each in work.entries
        if each.kind == CAPTION and number > undone[-1][0] and names & parse_word_changes(each.value).keys()
    ]
    work.check(later, what)
    words = work.before(undone[0][0]).words
    said = [each for _, each in work.entries]
    made = words_decision(work.photo, said, {name: getattr(words, name) for name in sorted(names)}, work.by, now())
    work.new.extend([made] if made else [])
    work.told.append(f"{what}: its words are as they were")


async def post_undo(request: Request) -> Response:
    """Undo entries."""
    asked = await body_of(request, UndoBody, 512 * 1024)
    review, by = review_of(request), person_of(request)
    changed = await review.on_batch(undo, review.live, by, asked)
    await review.publish_changed([row.number for row in changed.changed])
    return json_answer(changed)


routes = [Route("/api/undo", post_undo, methods=["POST"])]
