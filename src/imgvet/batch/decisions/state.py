"""Replay people's decisions to the state of one photo: the newest on a subject is valid. Nothing is judged here."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from imgvet.area_matching import hides_area
from imgvet.decisions import (
    ANSWER,
    CAPTION,
    DECLARE,
    EXCLUDE,
    LICENSED,
    NO_WORDS,
    REOPEN,
    AreaRecord,
    Decision,
    FaceEffect,
    FaceRecord,
    Words,
    decision_kind,
    parse_word_changes,
)
from imgvet.faces.matching import is_hidden, same_face
from imgvet.geometry import Box, box_outline
from imgvet.people_names import has_words, same_person
from imgvet.photo import Area, Face, Photo
from imgvet.profile import Profile
from imgvet.rules.face_answers import is_approved, is_denied


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """A question about one photo that a person has answered, and who gave and approved the answer."""

    kind: str  # "declare": a statement of the profile; else what a rule asks: "answer", "own" or "licensed"
    rule: str  # the rule's name, or the id of the profile's question
    by: str
    approved_by: str = ""  # a second person, who has approved this very answer
    about: str = ""  # ``Decision.answers_about``


_Approvable = TypeVar("_Approvable", QuestionAnswer, FaceRecord, AreaRecord)


@dataclass(frozen=True, slots=True)
class DecisionState:
    """The state of one photo by people's decisions; the newest decision on a subject is valid."""

    faces: tuple[FaceRecord, ...] = ()  # one for each face that people recorded
    excluded: bool = False
    declared: frozenset[str] = frozenset()  # the profile's questions that a declaration covers
    answers: tuple[QuestionAnswer, ...] = ()  # who gave those answers
    words: Words = NO_WORDS  # title, caption, alt text and keywords of its own
    areas: tuple[AreaRecord, ...] = ()  # one for each area that people recorded

    def on_area(self, area: Area) -> AreaRecord | None:
        """What people decided about an area of ``merge_area_records``; None where nobody has."""
        return next((each for each in self.areas if each.area_id == area.area_id), None)

    def hides_area(self, area: Area) -> bool:
        """Whether the area will be hidden."""
        return hides_area(self.on_area(area))

    def on(self, face: Face) -> FaceRecord | None:
        """What people decided about a face of ``merge_face_records``; None where nobody has."""
        return next((each for each in self.faces if each.face_id == face.face_id), None)

    def hides(self, face: Face, redact: str) -> bool:
        """Whether the face will be hidden, under ``--redact`` none, unreleased or all."""
        return is_hidden(self.on(face), redact)

    @property
    def licensed(self) -> bool:
        """Whether somebody has said that the photo is another's and used under licence, approved or not."""
        return any(each.kind == LICENSED for each in self.answers)

    def holding(self, kind: str, second_person: Collection[str]) -> frozenset[str]:
        """The rules answered (``answer``, by whichever kind) or questions declared (``declare``) that are valid.

        ``second_person``: kinds of decisions that are valid only once somebody else has approved them.
        """
        if kind == DECLARE and kind not in second_person:
            return self.declared
        valid = [each for each in self.answers if each not in self.waiting(second_person)]
        return frozenset(each.rule for each in valid if (each.kind == DECLARE) == (kind == DECLARE))

    def waiting(self, second_person: Collection[str]) -> tuple[QuestionAnswer, ...]:
        """The answers about the photo as a whole that need a second person."""
        given = [each for each in self.answers if each.kind in second_person]
        return tuple(each for each in given if not is_approved(each.by, each.approved_by))


def replay(photo: Photo, decisions: Iterable[Decision]) -> DecisionState:
    """The state of this photo by the decisions about its original, whatever number or name that had then."""
    about = [each for each in decisions if each.source_sha256 == photo.source_sha256]
    answers = answers_given(about)
    declared = frozenset(each.rule for each in answers if each.kind == DECLARE)
    faces, areas = face_records(about), area_records(about)
    return DecisionState(faces, _excluded(about), declared, answers, words_given(about), areas)


def answers_given(decisions: Iterable[Decision]) -> tuple[QuestionAnswer, ...]:
    """The questions about a photo as a whole that these decisions have answered."""
    given: dict[tuple[str, str], QuestionAnswer] = {}
    for each in decisions:
        if each.face is not None:
            continue
        if rule := each.answers_rule:
            given[ANSWER, rule] = QuestionAnswer(each.kind, rule, each.by, about=each.answers_about)
        elif each.kind == DECLARE:
            given |= {(DECLARE, rule): QuestionAnswer(DECLARE, rule, each.by) for rule in each.value.split()}
        elif each.kind == REOPEN:
            given = {key: answer for key, answer in given.items() if each.value not in ("", answer.rule)}
        elif approved := each.approved:
            rules = approved.value.split()
            meant = {key: said for key, said in given.items() if said.kind == approved.kind and said.rule in rules}
            given |= {key: _approved(said, each) for key, said in meant.items()}
    return tuple(given.values())


def words_given(decisions: Iterable[Decision]) -> Words:
    """The words that these decisions on one original give it; each field is as it was said last."""
    words = NO_WORDS
    for each in decisions:
        if each.kind == CAPTION:
            words = words.changed(parse_word_changes(each.value))
    return words


class DecisionIndex:
    """Decisions by the original that they are about, told by its SHA-256, and the hash of each photo's last vetting."""

    def __init__(self, decisions: Iterable[Decision] = (), vetted: Mapping[int, str] | None = None) -> None:
        self._on_original: defaultdict[str, list[Decision]] = defaultdict(list)
        self._vetted = dict(vetted or {})
        self.add(decisions)

    def add(self, decisions: Iterable[Decision]) -> None:
        """Add decisions that are newer than all that are in it."""
        for each in decisions:
            if each.source_sha256 and not decision_kind(each.kind).machine:
                self._on_original[each.source_sha256].append(each)

    def with_added(self, decisions: Iterable[Decision], vetted: Mapping[int, str]) -> "DecisionIndex":
        """An index that has newer decisions and vettings too; this one stays as it is."""
        later, decisions = DecisionIndex(), list(decisions)
        later._on_original.update(self._on_original)
        for sha256 in {each.source_sha256 for each in decisions} & set(later._on_original):
            later._on_original[sha256] = [*later._on_original[sha256]]
        later._vetted = {**self._vetted, **vetted}
        later.add(decisions)
        return later

    def vouches_for(self, photo: Photo) -> bool:
        """Whether the record of a photo, as it was read, is the one that the log has; one just made is."""
        return photo.vetting is None or photo.vetting == self._vetted.get(photo.number)

    def on_original(self, sha256: str) -> Sequence[Decision]:
        """The decisions on the original with that SHA-256, oldest first; none where it is empty."""
        return self._on_original.get(sha256, ())

    def state_of(self, photo: Photo) -> DecisionState:
        """The combined result of the decisions for this photo."""
        return replay(photo, self.on_original(photo.source_sha256))


def declaration_for(photo: Photo, declaration: Decision, decisions: Iterable[Decision]) -> Decision | None:
    """The declaration for one photo; None if the same person has declared all of it for this photo before.

    So a command that is run again, e.g. after a crash, does not void what was approved meanwhile.
    """
    own = {
        each.rule
        for each in replay(photo, decisions).answers
        if each.kind == DECLARE and same_person(each.by, declaration.by)
    }
    new = [question for question in declaration.value.split() if question not in own]
    if not new:
        return None
    return replace(declaration, photo=photo.number, source_sha256=photo.source_sha256, value=" ".join(new))


def _approved(answer: _Approvable, decision: Decision) -> _Approvable:
    """The answer with the name of the person who approves it; nobody approves what they have decided themselves."""
    return replace(answer, approved_by=decision.by) if is_approved(answer.by, decision.by) else answer


def _excluded(decisions: Iterable[Decision]) -> bool:
    """Whether the photo is left out; ``reopen`` of one answer alone does not bring it back."""
    excluded = False
    for each in decisions:
        if each.face is None and (each.kind == EXCLUDE or (each.kind == REOPEN and each.value in ("", EXCLUDE))):
            excluded = each.kind == EXCLUDE
    return excluded


def face_records(decisions: Iterable[Decision]) -> tuple[FaceRecord, ...]:
    """The faces that decisions on one original are about, each with what is valid for it now."""
    records, _ = _replay_faces(decisions)
    return tuple(records.values())


def area_records(decisions: Iterable[Decision]) -> tuple[AreaRecord, ...]:
    """The areas that decisions on one original are about, each with what is valid for it now."""
    records: dict[Box, AreaRecord] = {}
    for each in decisions:
        mark, kind = each.area, decision_kind(each.kind)
        if mark is None:
            continue
        before = records.get(mark.area_id) or AreaRecord(mark.area_id, mark.rule, mark.outline)
        if each.approved:
            records[mark.area_id] = _approved(before, each) if before.answer == each.approved else before
        elif kind.effect is FaceEffect.ADDS:
            again = before.drawn and before.outline != mark.outline  # two outlines in one box: all of it is meant
            outline = box_outline(mark.area_id) if again else mark.outline
            alone = not before.drawn or same_person(each.by, before.drawn_by)
            drawn_by = each.by if alone else ""  # several have drawn it: none of them takes it back alone
            now = replace(before, rule=mark.rule, outline=outline, drawn=True, drawn_by=drawn_by)
            records[mark.area_id] = replace(now, stays=True, answer=None)
        else:
            records[mark.area_id] = replace(
                before,
                rule=before.rule if before.drawn else mark.rule,
                outline=before.outline if before.drawn else mark.outline,
                stays=kind.effect is FaceEffect.HIDES
                or (before.drawn and not (kind.denies and same_person(each.by, before.drawn_by))),
                answer=each.answer if kind.effect in (FaceEffect.SETTLES, FaceEffect.HIDES) else None,
                reasoned=has_words(each.note),
                by=each.by,
                approved_by="",
            )
    return tuple(records.values())


def with_numbered(records: Sequence[FaceRecord], boxes: Collection[Box], profile: Profile) -> tuple[FaceRecord, ...]:
    """The records, and those of faces that had a number before: they stay, except those that are validly denied.

    ``boxes``: identify these faces. A reopened face has no answer, and an answer that needs approval does not count.
    """
    known = {each.face_id for each in records}
    stay = (
        replace(each, stays=each.stays or (each.face_id in boxes and not is_denied(each, profile))) for each in records
    )
    return (*stay, *(FaceRecord(box, box, stays=True) for box in boxes if box not in known))


def face_ids(decisions: Iterable[Decision]) -> list[tuple[Decision, Box]]:
    """Decisions on faces of one original, each with the ``face_id`` of the face that it is about."""
    _, ids = _replay_faces(decisions)
    return ids


def _replay_faces(decisions: Iterable[Decision]) -> tuple[dict[Box, FaceRecord], list[tuple[Decision, Box]]]:
    records: dict[Box, FaceRecord] = {}
    ids: list[tuple[Decision, Box]] = []
    for each in decisions:
        if each.face is None:
            continue
        face_id = each.face_id or _closest(each.face, records.values()) or each.face
        ids.append((each, face_id))
        if decision_kind(each.kind).effect is not FaceEffect.APPROVES:
            records[face_id] = _apply_decision(records.get(face_id, FaceRecord(face_id, face_id)), each, each.face)
        elif face_id in records and each.value == str(records[face_id].answer):
            records[face_id] = _approved(records[face_id], each)
    return records, ids


def _closest(box: Box, records: Iterable[FaceRecord]) -> Box | None:
    """The ``face_id`` of the face that a decision without one is about; None if no face is close."""
    close = [each for each in records if same_face(box, each.box, by_hand=each.drawn)]
    return max(close, key=lambda each: box.overlap(each.box)).face_id if close else None


def _apply_decision(record: FaceRecord, decision: Decision, box: Box) -> FaceRecord:
    """The record of a face after one more decision about it, which showed it in ``box``."""
    kind = decision_kind(decision.kind)
    if kind.effect is FaceEffect.ADDS:
        return _add_box(record, box)
    return replace(
        record,
        box=record.box.joined(box) if record.drawn else box,
        stays=record.stays or not (kind.denies or kind.effect is FaceEffect.REOPENS),
        answer=decision.answer if kind.effect in (FaceEffect.SETTLES, FaceEffect.HIDES) else None,
        refused=kind.effect is FaceEffect.REFUSES,
        reasoned=has_words(decision.note),
        by=decision.by,
        approved_by="",
    )


def _add_box(record: FaceRecord, box: Box) -> FaceRecord:
    """The record of a face after somebody drew a box round it: whatever else was answered was about the same face."""
    denied = record.answer is not None and record.answer.denies
    answer = None if denied else record.answer
    return replace(
        record,
        box=record.box.joined(box),
        drawn=True,
        stays=True,
        answer=answer,
        approved_by=record.approved_by if answer else "",
    )
