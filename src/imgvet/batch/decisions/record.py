"""Record what a person decided about a face or a photo. Nothing here decides anything itself."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from imgvet.area_matching import merge_area_records
from imgvet.batch.decisions.approvals import NotApproved, face_approval, photo_approval
from imgvet.batch.decisions.state import replay
from imgvet.batch.decisions.statements import check_approver_was_shown, check_were_shown
from imgvet.batch.decisions.targets import AREAS, POSSIBLE, Target, is_every_face, parse_targets
from imgvet.batch.packed import PackedPhotos
from imgvet.batch.snapshot import BatchSnapshot
from imgvet.batch.store import BatchStore, now
from imgvet.decisions import (
    ANSWER,
    APPROVAL,
    APPROVE_AREA,
    DECISION_KINDS,
    DECLARE,
    EXCLUDE,
    FINE,
    REOPEN,
    Answer,
    AreaMark,
    Decision,
    DecisionKind,
    DecisionScope,
    ValueKind,
    decision_kind,
    decision_names,
    kind_about,
)
from imgvet.errors import UsageError
from imgvet.faces.matching import merge_face_records
from imgvet.people_names import checked_name, has_words, tidy_name
from imgvet.photo import Area, Face, Photo, Verdict
from imgvet.profile import Profile
from imgvet.rules.area_rules import area_verdict
from imgvet.rules.needs import can_be_answered
from imgvet.rules.rules import FIXED_RULES, RULES


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """What a person says in one command, and why."""

    kind: str  # a name of ``DECISION_KINDS`` that people may type; empty where faces are added and left open
    by: str
    value: str = ""  # the release's reference, the rule or question that is answered or reopened, what is approved
    note: str = ""  # why
    at: str = field(default_factory=now)

    def check(self) -> None:
        """Refuse a decision without a name or the note that it needs, or with a value that its kind does not have.

        Raises:
            UsageError: with what is missing or too much.
        """
        checked_name(self.by, "A decision needs a name.")
        kind = decision_kind(self.kind)
        if kind.needs_note and kind.value is not ValueKind.QUESTION:  # which question decides whether a note is needed
            self.check_note()
        if self.value and kind.value is ValueKind.NONE:
            raise UsageError(f"'{self.kind}' takes no value, but '{self.value}' was given.", "Leave it out.")

    def check_note(self) -> None:
        """Refuse a decision without a note.

        Raises:
            UsageError: it has no note.
        """
        if not has_words(self.note):
            raise UsageError(f"'{self.kind}' needs a reason in words.", "Give it with --note.")

    def for_target(self, photo: Photo, face: Face | None) -> Decision:
        """The decision on a photo, or on one of its faces."""
        by, note = tidy_name(self.by), self.note.strip()
        decision = Decision(self.kind, by, self.at, photo.number, photo.source_sha256, value=self.value, note=note)
        return replace(decision, face=face.box, face_id=face.identity) if face else decision

    def for_area(self, photo: Photo, area: Area, approved: str = "") -> Decision:
        """The decision on an area of a photo; ``approved``: the kind of the answer that it approves."""
        mark = AreaMark(area.rule, area.identity, area.corners, approved)
        kind = _of_areas(self.kind)
        return replace(self.for_target(photo, None), kind=kind, value=mark.value)


def record_decisions(folder: BatchStore, profile: Profile, targets: str, request: DecisionRequest) -> list[Decision]:
    """Add one decision for each face or photo that is named, and return them.

    Args:
        folder: the batch.
        profile: whose ``faces.answers`` says what may be answered, and ``decisions`` what needs a second person.
        targets: ``3:1`` (face 1 of photo 3), ``3:A`` (area A of it), ``3:1,2``, ``3:2-9``, ``3:all``, ``3:possible``,
            ``3:areas``, ``3``, a file's name, or an original's; several with commas between them; ``all`` for every
            photo, ``all:all`` for every face of every photo, ``possible`` for every possible face that nobody has
            answered for, ``all:areas`` for every area.
        request: the decision, who takes it, and why.

    Raises:
        UsageError: no such photo or face, a decision that is not allowed or not complete, or one about statements of
            the profile by somebody who was not shown them; nothing is recorded.
    """
    request.check()
    with folder.writing():  # so that nobody approves, or answers again, what changed since it was read
        snapshot = folder.snapshot()
        return record_on(folder, snapshot, profile, _named_in(snapshot, targets, request), request)


def record_on(
    folder: BatchStore, snapshot: BatchSnapshot, profile: Profile, chosen: "ChosenTargets", request: DecisionRequest
) -> list[Decision]:
    """The same for photos and faces that are at hand, in a transaction of the caller.

    Args:
        folder: the batch.
        snapshot: as it is now: nobody has written anything since.
        profile: as for ``record_decisions``.
        chosen: gives the photos and faces, with the faces as ``current_photos`` has them.
        request: the decision, who takes it, and why.

    Raises:
        UsageError: as ``record_decisions``.
    """
    request.check()
    decisions = _decided(chosen, snapshot, profile, request)
    if request.kind == APPROVAL:
        check_approver_was_shown(snapshot.decisions, decisions, profile)
    folder.decide(*decisions)
    return decisions


def planned_decisions(folder: BatchStore, profile: Profile, targets: str, request: DecisionRequest) -> list[Decision]:
    """What ``record_decisions`` would add; nothing is recorded.

    The person who approves a declaration need not have been shown its statements yet.

    Raises:
        UsageError: as ``record_decisions``.
    """
    request.check()
    snapshot = folder.snapshot()
    return _decided(_named_in(snapshot, targets, request), snapshot, profile, request)


ChosenTargets = Callable[[], Iterable[Target]]
"""Gives the same photos and faces each time, one after the other: there may be thousands."""


def _named_in(snapshot: BatchSnapshot, targets: str, request: DecisionRequest) -> ChosenTargets:
    photos = current_photos(snapshot)
    kind = decision_kind(request.kind)
    if is_every_face(photos, targets) and not kind.every_face:
        raise _not_at_once(kind, "every face", lambda each: each.every_face)
    if is_every_face(photos, targets, POSSIBLE) and not kind.every_possible:
        raise _not_at_once(kind, "every possible face", lambda each: each.every_possible)
    if is_every_face(photos, targets, AREAS) and not decision_kind(_of_areas(request.kind)).every_face:
        reason = f"'{request.kind}' cannot be decided for every area of the batch at once, only redact or reopen."
        raise UsageError(reason, "Name the areas, e.g. 3:A, or those of one photo, e.g. 3:areas.")
    return partial(parse_targets, photos, targets)


def _not_at_once(kind: DecisionKind, words: str, may: Callable[[DecisionKind], bool]) -> UsageError:
    """The error of a kind that cannot be decided for all at once; ``may`` says which can."""
    kinds = [each.name for each in DECISION_KINDS.values() if may(each) and DecisionScope.FACE in each.scopes]
    return UsageError(f"'{kind.name}' cannot be decided for {words} at once, only {_or(kinds)}.", "Name the faces.")


def _of_areas(kind: str) -> str:
    """The name of the kind that people mean by what they typed about an area."""
    return kind_about(kind, DecisionScope.AREA)


def _decided(
    chosen: ChosenTargets, snapshot: BatchSnapshot, profile: Profile, request: DecisionRequest
) -> list[Decision]:
    if request.kind == APPROVAL:
        return _approvals(chosen(), snapshot, profile, request)
    if request.kind != REOPEN:
        chosen = partial(_unanswered, chosen, snapshot)
    rule = decision_kind(request.kind).rule
    if request.kind == ANSWER and request.value not in {each.id for each in profile.statements}:
        rule = request.value
    if request.kind == ANSWER:
        declared = [question for question in profile.statements if question.id == request.value]
        check_were_shown(snapshot.decisions, declared, request.by)
    asked = (each for each in chosen() if not (rule and each.swept) or rule in _asks(profile, each.photo))
    decided = [decision_on(profile, target.photo, target.part, request) for target in asked]
    if decided:
        return decided
    # No question is open: reported for the first, or accepted.
    return [decision_on(profile, target.photo, target.part, request) for target in chosen()]


def _unanswered(chosen: ChosenTargets, snapshot: BatchSnapshot) -> Iterator[Target]:
    """All that was chosen, but of what is meant only if nobody has answered for it, what nobody has.

    Raises:
        UsageError: that leaves nothing.
    """
    any_chosen = left = False
    for target in chosen():
        any_chosen = True
        if not (target.unanswered and _has_answer(target, snapshot)):
            left = True
            yield target
    if any_chosen and not left:
        what = "area" if target.area else "possible face"
        which = "area, e.g. 3:A" if target.area else "face, e.g. 3:1"
        raise UsageError(f"Every {what} has an answer already.", f"To change one name its {which}.")


def _has_answer(target: Target, snapshot: BatchSnapshot) -> bool:
    state = snapshot.index.state_of(target.photo)
    if target.area is not None:
        area = state.on_area(target.area)
        return area is not None and area.answer is not None
    face = state.on(target.face) if target.face else None
    return face is not None and (face.answer is not None or face.refused)


def decision_on(profile: Profile, photo: Photo, part: Face | Area | None, request: DecisionRequest) -> Decision:
    """The decision as it is recorded; a statement of the profile that is answered counts as declared.

    Raises:
        UsageError: as ``check_allowed``.
    """
    check_allowed(profile, photo, part, request)
    if isinstance(part, Area):
        return request.for_area(photo, part)
    decision = replace(request.for_target(photo, part), value=recorded_value(photo, request.kind, request.value))
    declares = request.kind == ANSWER and request.value not in _asks(profile, photo)
    return replace(decision, kind=DECLARE) if declares else decision


def recorded_value(photo: Photo, kind: str, value: str) -> str:
    """The value of a decision as the log has it: an answer that is valid for certain words names them by their code."""
    asked = next((each.about for each in photo.findings if kind == ANSWER and each.rule == value), "")
    return f"{value} {asked}".rstrip()


def _approvals(
    chosen: Iterable[Target], snapshot: BatchSnapshot, profile: Profile, request: DecisionRequest
) -> list[Decision]:
    """What somebody approves; if all are named, those that need their approval."""
    approvals = list[Decision]()
    why_not: UsageError | None = None
    own = False
    for target in chosen:
        answer = _approval(target, snapshot.index.on_original(target.photo.source_sha256), profile, request)
        if isinstance(answer, Answer):
            approvals.append(_approval_of(answer, target, request))
            continue
        if not target.swept:
            raise UsageError(f"{target} {answer.reason}", answer.hint)
        if why_not is None or (answer.own and not own):
            why_not, own = UsageError(f"{target} {answer.reason}", answer.hint), answer.own
    if why_not and not approvals:
        raise why_not
    return approvals


def _approval_of(answer: Answer, target: Target, request: DecisionRequest) -> Decision:
    if target.area is not None:
        return request.for_area(target.photo, target.area, answer.kind)
    return replace(request, value=str(answer)).for_target(target.photo, target.face)


def _approval(
    target: Target, made: Iterable[Decision], profile: Profile, request: DecisionRequest
) -> Answer | NotApproved:
    known, second_person = replay(target.photo, made), profile.decisions.second_person
    if target.face is not None:
        return face_approval(known.on(target.face), request.value, request.by, second_person)
    if target.area is not None:
        return face_approval(known.on_area(target.area), request.value, request.by, second_person)
    return photo_approval(known, request.value, request.by, second_person)


def current_photos(snapshot: BatchSnapshot) -> PackedPhotos:
    """The photos with the faces they have now, numbered as on the checklist; those added since follow."""
    return PackedPhotos(apply_decisions(photo, snapshot.decisions_on(photo.number)) for photo in snapshot.photos)


def apply_decisions(photo: Photo, decisions: Iterable[Decision]) -> Photo:
    """The photo with the faces and areas that people added or changed; nothing is answered or judged."""
    known = replay(photo, decisions)
    faces, areas = merge_face_records(photo.faces, known.faces), merge_area_records(photo.areas, known.areas)
    return replace(photo, faces=faces, areas=areas)


def check_allowed(profile: Profile, photo: Photo, part: Face | Area | None, request: DecisionRequest) -> None:
    """Refuse a decision on a face, an area or a photo that the profile does not allow, or that lacks its value.

    Raises:
        UsageError: with what is allowed.
    """
    if isinstance(part, Area):
        _check_area(profile, part, request)
        return
    face, kind, value = part, decision_kind(request.kind), request.value
    allowed = _allowed_names(DecisionScope.FACE if face else DecisionScope.PHOTO, profile)
    if kind.name not in allowed:
        about = "a face" if face else "a photo"
        more = "" if face else f" To decide on a face name it, e.g. {photo.number}:1 or {photo.number}:all."
        raise UsageError(
            f"'{kind.name}' cannot be decided for {about} under this profile.", f"Allowed are {_or(allowed)}.{more}"
        )
    if kind.value is ValueKind.REFERENCE and not re.fullmatch(r"\S{1,64}", value):
        raise UsageError(f"'{kind.name}' needs the reference of the signed form.", "E.g. release WMP-2026-014.")
    if kind.rule:
        _check_rights(photo, kind.rule)
    if kind.value is ValueKind.QUESTION:
        _check_answer(profile, photo, request)
    if kind.value is ValueKind.REOPENED and value:
        _check_reopened(profile, face, value)


def _check_area(profile: Profile, area: Area, request: DecisionRequest) -> None:
    kind = decision_kind(_of_areas(request.kind))
    blocks = area_verdict(area.rule, profile) is Verdict.BLOCKED
    allowed = [name for name in decision_names(DecisionScope.AREA) if not (blocks and name == FINE)]
    allowed = [name for name in allowed if name != APPROVE_AREA]
    if kind.name not in allowed:
        words = f"area {area.letters}, which the profile blocks" if blocks and kind.name == FINE else "an area"
        called = _or([decision_kind(name).called for name in allowed])
        raise UsageError(f"'{request.kind}' cannot be decided for {words}.", f"Allowed are {called}.")
    if request.value:
        raise UsageError(f"'{kind.called}' of an area takes no value.", "Leave it out.")
    if kind.needs_note or (blocks and kind.denies):
        request.check_note()


def _allowed_names(scope: DecisionScope, profile: Profile) -> list[str]:
    """What the profile lets people decide about a face or a photo, without approvals."""
    kinds = [decision_kind(name) for name in decision_names(scope)]
    return [
        kind.name
        for kind in kinds
        if kind.value is not ValueKind.APPROVED and (not kind.by_profile or kind.name in profile.faces.answers)
    ]


def _check_rights(photo: Photo, rule: str) -> None:
    if not photo.claims.rights:
        raise UsageError(f"'{rule}' asks nothing about photo {photo.number}.", "Its file names no rights of others.")
    if any(each.rule == rule and each.verdict is Verdict.BLOCKED for each in photo.findings):
        raise UsageError(f"'{rule}' blocks photo {photo.number} under this profile.", "Leave the photo out.")


def _check_answer(profile: Profile, photo: Photo, request: DecisionRequest) -> None:
    asks, questions = _asks(profile, photo), [question.id for question in profile.statements]
    of_photos = {question.id for question in profile.photo_questions}
    own = [kind.name for kind in DECISION_KINDS.values() if kind.rule and kind.rule == request.value]
    if own:
        raise UsageError(f"'{request.value}' is answered with {_or(own)}.", f"E.g. decide {photo.number} {own[0]}.")
    if request.value in asks:
        if request.value not in of_photos:  # a statement in its own words
            request.check_note()
    elif request.value not in questions:
        rule = request.value in (*_rule_names(), *of_photos)
        what = (
            f"'{request.value}' asks nothing about photo {photo.number}"
            if rule
            else f"There is no rule '{request.value}'"
        )
        may = list(dict.fromkeys((*asks, *questions)))
        raise UsageError(f"{what}.", f"It may answer {_or(may)}." if may else "That photo has no open questions.")


def _check_reopened(profile: Profile, face: Face | None, value: str) -> None:
    if face is not None:
        raise UsageError("'reopen' of a face takes no value.", "It withdraws every decision on the face.")
    if value not in (EXCLUDE, *_rule_names(), *_questions(profile)):
        raise UsageError(
            f"'{value}' is not something that can be reopened.",
            "Name a rule, one of the profile's questions, or exclude. To reopen everything, name nothing.",
        )


def _asks(profile: Profile, photo: Photo) -> list[str]:
    """What may be answered for the photo: what its rules ask, and the questions about what it shows."""
    shown = {"faces": bool(photo.faces), "text": bool(photo.areas)}
    of_photos = [question.id for question in profile.photo_questions if shown[question.ask]]
    return list(dict.fromkeys([*(each.rule for each in photo.findings if can_be_answered(each)), *of_photos]))


def _questions(profile: Profile) -> list[str]:
    return [question.id for question in profile.questions]


def _rule_names() -> list[str]:
    return [spec.name for spec in (*FIXED_RULES, *RULES)]


def _or(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
