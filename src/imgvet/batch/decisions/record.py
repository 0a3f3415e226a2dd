"""Taking down what a person decided about a face or a photo. Nothing here decides anything itself."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from imgvet.batch.decisions.approvals import NotApproved, face_approval, photo_approval
from imgvet.batch.decisions.state import by_photo, replay
from imgvet.batch.decisions.targets import Target, is_every_face, parse_targets
from imgvet.batch.gate import can_be_answered
from imgvet.batch.store import BatchStore, now
from imgvet.decisions import (
    APPROVAL,
    FACE_DECISIONS,
    PHOTO_DECISIONS,
    Decision,
)
from imgvet.errors import UsageError
from imgvet.faces.matching import merge_face_records
from imgvet.geometry import Box
from imgvet.photo import Face, Photo
from imgvet.profile import Profile
from imgvet.rules.rules import FIXED_RULES, RULES

_ALWAYS = ("release", "redact", "refused", "reopen")  # answers about a face that no profile can take away
_NEEDS_NOTE = ("not-identifiable", "exclude")
_TAKES_VALUE = ("release", "answer", "reopen", APPROVAL)
_SAFE_FOR_EVERY_FACE = ("redact", "reopen")  # with these alone nobody is shown whom nobody has looked at


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """What a person says in one command, and why."""

    kind: str  # one of ``FACE_DECISIONS`` for faces, of ``PHOTO_DECISIONS`` for photos, or ``APPROVAL``
    by: str
    value: str = ""  # the release's reference, the rule or question that is answered or reopened, what is approved
    note: str = ""  # ``not-identifiable``, ``exclude`` and the answer to a rule need one
    at: str = field(default_factory=now)

    def check(self) -> None:
        """Refuse what nobody stands for, or what lacks its reason.

        Raises:
            UsageError: it has no name, needs a note, or has a value that nobody reads.
        """
        if not self.by.strip():
            raise UsageError("A decision needs a name.", "Give yours with --by.")
        if self.kind in _NEEDS_NOTE:
            self.check_note()
        if self.value and self.kind not in _TAKES_VALUE:
            raise UsageError(f"'{self.kind}' takes no value, and '{self.value}' is one.", "Leave it out.")

    def check_note(self) -> None:
        """Refuse it without its reason.

        Raises:
            UsageError: it has no note.
        """
        if not self.note.strip():
            raise UsageError(f"'{self.kind}' needs a reason.", "Give it with --note.")

    def about(self, photo: Photo, face: Face | None) -> Decision:
        """The decision on a photo, or on one of its faces."""
        by, note = self.by.strip(), self.note.strip()
        decision = Decision(self.kind, by, self.at, photo.number, photo.source_sha256, value=self.value, note=note)
        return replace(decision, face=face.box, known_as=face_id(face)) if face else decision


def record_decisions(folder: BatchStore, profile: Profile, named: str, said: DecisionRequest) -> list[Decision]:
    """Add one decision for each face or photo that is named, and return them.

    Args:
        folder: the batch.
        profile: whose ``faces.answers`` says what may be answered, and ``decisions`` what waits for a second person.
        named: ``3:1`` (face 1 of photo 3), ``3:all``, ``3``, an output name, or an original's file name; several
            with commas between them; ``all`` for every photo, ``all:all`` for every face of every photo.
        said: the decision, who takes it, and why.

    Raises:
        UsageError: no such photo or face, or a decision that is not allowed or not whole; nothing is taken down then.
    """
    said.check()
    if is_every_face(named) and said.kind not in _SAFE_FOR_EVERY_FACE:
        allowed = _or(list(_SAFE_FOR_EVERY_FACE))
        raise UsageError(f"'{said.kind}' cannot be said of every face at once, only {allowed}.", "Name the faces.")
    with folder.writing():  # so that nobody approves, or answers anew, what changed since it was read
        made = by_photo(folder.decisions())
        chosen = parse_targets([apply_decisions(photo, made[photo.number]) for photo in folder.photos()], named)
        decisions = _decided(chosen, made, profile, said)
        folder.decide(*decisions)
    return decisions


def _decided(
    chosen: Sequence[Target], made: Mapping[int, Sequence[Decision]], profile: Profile, said: DecisionRequest
) -> list[Decision]:
    if said.kind == APPROVAL:
        return _approvals(chosen, made, profile, said)
    if said.kind == "answer" and said.value not in _questions(profile):
        chosen = [each for each in chosen if not each.swept or said.value in _asks(each.photo)] or chosen
    return [decision_on(profile, target.photo, target.face, said) for target in chosen]


def decision_on(profile: Profile, photo: Photo, face: Face | None, said: DecisionRequest) -> Decision:
    """The decision as it is taken down; a statement of the profile that is answered counts as declared.

    Raises:
        UsageError: as ``check_allowed``.
    """
    check_allowed(profile, photo, face, said)
    decision = said.about(photo, face)
    declares = said.kind == "answer" and said.value not in _asks(photo)
    return replace(decision, kind="declare") if declares else decision


def _approvals(
    chosen: Sequence[Target], made: Mapping[int, Sequence[Decision]], profile: Profile, said: DecisionRequest
) -> list[Decision]:
    """What somebody approves; where all are named, those that wait for them."""
    approvals, not_approved = [], []
    for target in chosen:
        answer = _approval(target, made[target.photo.number], profile, said)
        if isinstance(answer, str):
            approvals.append(replace(said, value=answer).about(target.photo, target.face))
        elif target.swept:
            not_approved.append((target, answer))
        else:
            raise UsageError(f"{target} {answer.reason}", answer.hint)
    if not approvals:
        target, answer = next((pair for pair in not_approved if pair[1].own), not_approved[0])
        raise UsageError(f"{target} {answer.reason}", answer.hint)
    return approvals


def _approval(target: Target, made: Iterable[Decision], profile: Profile, said: DecisionRequest) -> str | NotApproved:
    known, second_person = replay(target.photo, made), profile.decisions.second_person
    if target.face is not None:
        return face_approval(known.on(target.face), said.value, said.by, second_person)
    return photo_approval(known, said.value, said.by, second_person)


def current_photos(folder: BatchStore) -> list[Photo]:
    """The photos with the faces they have now, numbered as on the papers; those added since stand behind them."""
    decisions = by_photo(folder.decisions())
    return [apply_decisions(photo, decisions[photo.number]) for photo in folder.photos()]


def apply_decisions(photo: Photo, decisions: Iterable[Decision]) -> Photo:
    """The photo with the faces that it has by what was decided; nothing is answered or judged."""
    return replace(photo, faces=merge_face_records(photo.faces, replay(photo, decisions, frozenset()).faces))


def face_id(face: Face) -> Box:
    """What the face is known as, from now on if nobody has spoken of it before."""
    return face.known_as or face.box


def check_allowed(profile: Profile, photo: Photo, face: Face | None, said: DecisionRequest) -> None:
    """Refuse a decision on a face or a photo that the profile does not allow, or that lacks its value.

    Raises:
        UsageError: with what is allowed.
    """
    kind, value = said.kind, said.value
    allowed = [each for each in FACE_DECISIONS if each in (*_ALWAYS, *profile.faces.answers)]
    if face is None:
        allowed = list(PHOTO_DECISIONS)
    if kind not in allowed:
        about = "a face" if face else "a photo"
        more = "" if face else f" To decide on a face name it, e.g. {photo.number}:1 or {photo.number}:all."
        raise UsageError(
            f"'{kind}' is no decision on {about} under this profile.", f"Allowed are {_or(allowed)}.{more}"
        )
    if kind == "release" and not re.fullmatch(r"\S{1,64}", value):
        raise UsageError("'release' needs the reference of the signed form.", "E.g. release WMP-2026-014.")
    if kind == "answer":
        _check_answer(profile, photo, said)
    if kind == "reopen" and value:
        _check_reopened(profile, face, value)


def _check_answer(profile: Profile, photo: Photo, said: DecisionRequest) -> None:
    asks, questions = _asks(photo), _questions(profile)
    if said.value in asks:
        said.check_note()
    elif said.value not in questions:
        rule = said.value in _rule_names()
        what = f"'{said.value}' asks nothing about photo {photo.number}" if rule else f"There is no rule '{said.value}'"
        may = [*asks, *questions]
        raise UsageError(f"{what}.", f"It may answer {_or(may)}." if may else "Nothing waits for an answer there.")


def _check_reopened(profile: Profile, face: Face | None, value: str) -> None:
    if face is not None:
        raise UsageError("'reopen' of a face takes no value.", "It takes back whatever was said of it.")
    if value not in ("exclude", *_rule_names(), *_questions(profile)):
        raise UsageError(
            f"'{value}' is nothing that could be taken back.",
            "Name a rule, one of the profile's questions, or exclude; or nothing, to take back all.",
        )


def _asks(photo: Photo) -> list[str]:
    return [finding.rule for finding in photo.findings if can_be_answered(finding)]


def _questions(profile: Profile) -> list[str]:
    return [question.id for question in profile.questions]


def _rule_names() -> list[str]:
    return [named.name for named in (*FIXED_RULES, *RULES)]


def _or(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
