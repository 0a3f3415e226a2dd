"""What people's decisions come to for one photo: the newest on a matter holds. Nothing here asks whether it may."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from imgvet.decisions import APPROVAL, Decision, FaceRecord
from imgvet.faces.matching import is_hidden, same_face
from imgvet.geometry import Box
from imgvet.photo import Face, Photo
from imgvet.rules.face_answers import is_approved


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """A question about one photo that a person has answered, and who stands behind the answer."""

    kind: str  # "answer": what a rule asks; "declare": a statement of the profile
    rule: str  # the rule's name, or the id of the profile's question
    by: str
    approved_by: str = ""  # a second person, who has approved this very answer


_Approvable = TypeVar("_Approvable", QuestionAnswer, FaceRecord)


@dataclass(frozen=True, slots=True)
class DecisionState:
    """What people's decisions come to for one photo; the newest decision on a matter holds."""

    faces: tuple[FaceRecord, ...] = ()  # one for each face that people spoke of
    answered: frozenset[str] = frozenset()  # rules whose question a person has answered for this photo
    excluded: bool = False
    declared: frozenset[str] = frozenset()  # the profile's questions that a declaration covers
    answers: tuple[
        QuestionAnswer, ...
    ] = ()  # who gave those answers; none for a declaration of the same picture elsewhere

    def on(self, face: Face) -> FaceRecord | None:
        """What people said of a face that ``merge_face_records`` gave; None where nobody spoke of it."""
        return next((each for each in self.faces if each.first == face.known_as), None)

    def hides(self, face: Face, redact: str) -> bool:
        """Whether the face is to be hidden, under ``--redact`` none, unreleased or all."""
        return is_hidden(self.on(face), redact)

    def holding(self, kind: str, second_person: Collection[str]) -> frozenset[str]:
        """The rules answered (``answer``) or questions declared (``declare``) that hold.

        ``second_person``: kinds of decisions that hold only once somebody else has approved them.
        """
        if kind not in second_person:
            return self.declared if kind == "declare" else self.answered
        given = [each for each in self.answers if each.kind == kind]
        return frozenset(each.rule for each in given if is_approved(each.by, each.approved_by))

    def waiting(self, second_person: Collection[str]) -> tuple[QuestionAnswer, ...]:
        """The answers about the photo as a whole that wait for a second person."""
        given = [each for each in self.answers if each.kind in second_person]
        return tuple(each for each in given if not is_approved(each.by, each.approved_by))


def by_photo(decisions: Iterable[Decision]) -> defaultdict[int, list[Decision]]:
    """The decisions on each photo, oldest first; a photo without any has an empty list."""
    photos: defaultdict[int, list[Decision]] = defaultdict(list)
    for each in decisions:
        if each.photo is not None:
            photos[each.photo].append(each)
    return photos


def replay(photo: Photo, decisions: Iterable[Decision], declared: frozenset[str] = frozenset()) -> DecisionState:
    """What the decisions come to for this photo; those on another picture under the same number do not count.

    ``declared``: questions that a declaration covers for the same picture, whatever its number.
    """
    about = [each for each in decisions if (each.photo, each.source_sha256) == (photo.number, photo.source_sha256)]
    answers = answers_given(about)
    names = {kind: frozenset(each.rule for each in answers if each.kind == kind) for kind in ("answer", "declare")}
    return DecisionState(face_records(about), names["answer"], _excluded(about), names["declare"] | declared, answers)


def answers_given(decisions: Iterable[Decision]) -> tuple[QuestionAnswer, ...]:
    """The questions about a photo as a whole that these decisions have answered."""
    given: dict[tuple[str, str], QuestionAnswer] = {}
    for each in decisions:
        if each.face is not None:
            continue
        if each.kind == "answer":
            given["answer", each.value] = QuestionAnswer("answer", each.value, each.by)
        elif each.kind == "declare":
            given |= {("declare", rule): QuestionAnswer("declare", rule, each.by) for rule in each.value.split()}
        elif each.kind == "reopen":
            given = {key: answer for key, answer in given.items() if each.value not in ("", answer.rule)}
        elif each.kind == APPROVAL:
            kind, _, rules = each.value.partition(" ")
            approves = [given[kind, rule] for rule in rules.split() if (kind, rule) in given]
            given |= {(kind, answer.rule): _approved(answer, each) for answer in approves}
    return tuple(given.values())


def declaration_for(photo: Photo, declaration: Decision, decisions: Iterable[Decision]) -> Decision | None:
    """A declaration as it covers one photo; None where the same person has declared all of it of this photo before.

    So a command that is given again, as after a crash, leaves standing what was approved meanwhile.
    """
    own = {
        each.rule
        for each in replay(photo, decisions).answers
        if each.kind == "declare" and not is_approved(each.by, declaration.by)
    }
    new = [question for question in declaration.value.split() if question not in own]
    if not new:
        return None
    return replace(declaration, photo=photo.number, source_sha256=photo.source_sha256, value=" ".join(new))


def _approved(answer: _Approvable, decision: Decision) -> _Approvable:
    """The answer with the name of whoever approves it; nobody approves what they have decided themselves."""
    return replace(answer, approved_by=decision.by) if is_approved(answer.by, decision.by) else answer


def _excluded(decisions: Iterable[Decision]) -> bool:
    """Whether the photo is left out; ``reopen`` of one answer alone does not take it in again."""
    excluded = False
    for each in decisions:
        if each.face is None and (each.kind == "exclude" or (each.kind == "reopen" and each.value in ("", "exclude"))):
            excluded = each.kind == "exclude"
    return excluded


def face_records(decisions: Iterable[Decision]) -> tuple[FaceRecord, ...]:
    """The faces that decisions on one original are about, each with what holds of it now."""
    known, _ = _followed(decisions)
    return tuple(known.values())


def face_ids(decisions: Iterable[Decision]) -> list[tuple[Decision, Box]]:
    """Decisions on faces of one original, each with the name (``FaceRecord.first``) of the face that it is about."""
    _, named = _followed(decisions)
    return named


def _followed(decisions: Iterable[Decision]) -> tuple[dict[Box, FaceRecord], list[tuple[Decision, Box]]]:
    known: dict[Box, FaceRecord] = {}
    named: list[tuple[Decision, Box]] = []
    for each in decisions:
        if each.face is None:
            continue
        first = each.known_as or _spoken_of_before(each.face, known.values()) or each.face
        named.append((each, first))
        if each.kind != APPROVAL:
            known[first] = _told(known.get(first, FaceRecord(first, first)), each, each.face)
        elif first in known and each.value == known[first].answer:
            known[first] = _approved(known[first], each)
    return known, named


def _spoken_of_before(box: Box, known: Iterable[FaceRecord]) -> Box | None:
    """The name of the face that a decision without one is about: that which lies closest, if any is close."""
    close = [each for each in known if same_face(box, each.box, by_hand=each.drawn)]
    return max(close, key=lambda each: box.overlap(each.box)).first if close else None


def _told(known: FaceRecord, decision: Decision, box: Box) -> FaceRecord:
    """What holds of a face once this has been said of it, too."""
    kind, refused = decision.kind, decision.kind == "refused"
    if kind == "add-face":  # it is a face after all; any other answer was about the same one
        answer, refused = None if known.answer == "not-a-face" else known.answer, known.refused
    else:
        answer = None if kind in ("reopen", "refused") else f"{kind} {decision.value}".strip()
    drawn = known.drawn or kind == "add-face"
    same_answer = kind == "add-face" and answer is not None  # else it needs an approval of its own
    return replace(
        known,
        box=known.box.joined(box) if drawn else box,
        drawn=drawn,
        stays=known.stays or kind not in ("reopen", "not-a-face"),
        answer=answer,
        refused=refused,
        reasoned=bool(decision.note.strip()) if kind != "add-face" else known.reasoned,
        by=decision.by if kind != "add-face" else known.by,
        approved_by=known.approved_by if same_answer else "",
    )
