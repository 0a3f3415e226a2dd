"""What the page shows of a photo. Plain data for JSON; no path, no value of the original's private data."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import msgspec

from imgvet.batch.decisions.state import DecisionState, face_ids
from imgvet.batch.form_suggestions import FormSuggestion
from imgvet.batch.recipes import hidden_now
from imgvet.channels.places import placed_parts
from imgvet.channels.states import channel_states
from imgvet.decisions import (
    APPROVAL,
    DECISION_KINDS,
    REOPEN,
    Answer,
    Decision,
    DecisionKind,
    DecisionScope,
    FaceEffect,
    FaceRecord,
    ValueKind,
    decision_kind,
    decisions_for_rule,
    offered_decisions,
)
from imgvet.geometry import Box
from imgvet.photo import Face, Finding, Photo, ProblemCode, Verdict
from imgvet.review.page_words import APPROVED_BY_OTHERS, page_hint
from imgvet.rules.needs import FACE_RULES, NeedKind, can_be_answered, face_need, open_words, photo_needs, verdict_words
from imgvet.settings import Settings
from imgvet.text import count, on_one_line

Entry = tuple[int, Decision]  # a decision, and its number in the log


class GivenAnswer(msgspec.Struct, frozen=True):
    """The answer that somebody gave for a face, and who."""

    kind: str
    value: str
    label: str
    by: str
    at: str  # ISO 8601, UTC
    note: str
    approved_by: str
    waits: bool  # it needs a second person


class SuggestedForm(msgspec.Struct, frozen=True):
    """A form that was photographed close to a photo."""

    reference: str
    words: str


class FaceRow(msgspec.Struct, frozen=True):
    """One face of a photo."""

    number: int
    box: list[int]  # left, top, right, bottom, pixels of the upright full-size photo
    likely: bool
    state: str  # "open", "answered", "problem" or "refused"
    answer: GivenAnswer | None
    problem: str
    suggestion: SuggestedForm | None
    added: bool
    seen: int  # the newest entry of the log about it; 0: none
    key: str  # names it for as long as it is this face; its number moves when faces are drawn or found again


class NeedRow(msgspec.Struct, frozen=True):
    """One thing that keeps a photo from being published."""

    rule: str
    sentence: str
    hint: str
    code: str
    kinds: list[str]  # decisions about the photo that answer it
    about_faces: bool
    box: list[int] | None
    statement: bool = False  # of the profile, about this photo: its answer needs no reason


class ChannelRow(msgspec.Struct, frozen=True):
    """The state of a photo for one channel."""

    channel: str
    state: str
    why: str


class PhotoRow(msgspec.Struct, frozen=True):
    """One photo, as the page shows it."""

    number: int
    original: str
    captured: str
    width: int
    height: int
    verdict: str
    word: str
    needs: list[NeedRow]
    left: int
    faces: list[FaceRow]
    channels: list[ChannelRow]
    excluded: bool
    published: bool
    in_folder: bool
    duplicate_of: int | None
    similar: list[int]
    burst: int | None
    has_words: bool
    draft: bool
    alt: str
    seen: int
    picture: str


@dataclass(frozen=True, slots=True)
class KnownOfPhoto:
    """What else a row is made from, beside the photo."""

    state: DecisionState  # by people's decisions
    entries: Sequence[Entry]  # about its original, oldest first
    suggestions: Sequence[FormSuggestion] = ()
    published: bool = False
    burst: int | None = None


def photo_row(judged: Photo, photo: Photo, settings: Settings, known: KnownOfPhoto) -> PhotoRow:
    """What the page shows of a photo.

    Args:
        judged: as it is for all channels now.
        photo: the same as ``office_view`` gives it.
        settings: the batch's.
        known: what else is known of it.
    """
    by_face = entries_by_face(known.entries)
    faces = [_face_row(face, known, by_face.get(face.identity, ())) for face in photo.faces]
    left = _left(photo, known.state)
    return PhotoRow(
        number=photo.number,
        original=on_one_line(PurePath(photo.source).name),
        captured=photo.captured,
        width=photo.width,
        height=photo.height,
        verdict=str(photo.verdict),
        word="left out" if photo.excluded else verdict_words(photo),
        needs=[_need_row(each, settings) for each in _against(photo)],
        left=left,
        faces=faces,
        channels=[
            ChannelRow(each.channel, str(each.standing), each.words) for each in channel_states(judged, settings)
        ],
        excluded=photo.excluded,
        published=known.published,
        in_folder=any(True for _ in placed_parts([judged])),
        duplicate_of=photo.duplicate_of,
        similar=list(photo.similar),
        burst=known.burst,
        has_words=bool(known.state.words.fields),
        draft=bool(photo.draft.fields),
        alt=_alt(photo, faces, left),
        seen=_newest(by_face.get(None, ())),
        picture=_picture_mark(photo, known.state, settings),
    )


def _picture_mark(photo: Photo, state: DecisionState, settings: Settings) -> str:
    """It changes whenever a picture of the photo does: when it was vetted again, or another face is hidden or shown."""
    hidden = sorted(face.box.as_list() for face in hidden_now(photo, state, settings))
    return hashlib.sha256(f"{photo.vetting} {hidden}".encode()).hexdigest()[:16]


def entries_by_face(entries: Sequence[Entry]) -> dict[Box | None, list[Entry]]:
    """The entries on one original about each face, by what identifies it, and about the photo as a whole (None)."""
    on_faces = iter(face_ids(each for _, each in entries))
    found = dict[Box | None, list[Entry]]()
    for number, each in entries:
        about = next(on_faces)[1] if each.face is not None else None
        found.setdefault(about, []).append((number, each))
    return found


def _newest(entries: Sequence[Entry]) -> int:
    return entries[-1][0] if entries else 0


def _face_row(face: Face, known: KnownOfPhoto, entries: Sequence[Entry]) -> FaceRow:
    record = known.state.on(face)
    suggested = next((each for each in known.suggestions if each.face in (None, face.number)), None)
    state = face_state(face, record)
    suggestion = SuggestedForm(suggested.form, suggested.words) if suggested and state == "open" else None
    problem = face.problem.sentence if face.problem and state == "problem" else ""
    answer = _given(face, record, [each for _, each in entries])
    return FaceRow(
        face.number, face.box.as_list(), not face.possible, state, answer, problem, suggestion, face.added,
        _newest(entries), face_key(face),
    )  # fmt: skip


def face_key(face: Face) -> str:
    """What names a face on the page: what identifies it in the log, whatever its number is."""
    return ",".join(map(str, face.identity.as_list()))


def face_state(face: Face, record: FaceRecord | None) -> str:
    """The state of a face in one word: "open", "answered", "problem" or "refused".

    One that will be hidden with the next run is answered; one that needs a second person is, too.
    """
    hides = record is not None and record.answer is not None and _hides(record.answer)
    if face.is_hidden or hides:
        return "answered"
    if face.must_be_hidden:
        return "refused"
    if face.resolved is not None or (face.problem and face.problem.code is ProblemCode.NOT_APPROVED):
        return "answered"
    return "problem" if face.problem else "open"


def _hides(answer: Answer) -> bool:
    return decision_kind(answer.kind).effect is FaceEffect.HIDES


def given_decision(record: FaceRecord | None, about: Sequence[Decision]) -> Decision | None:
    """Of the decisions about a face that by which it has its answer, or its refusal; None where it has neither."""
    if record is None or not (record.answer or record.refused):
        return None
    return next((each for each in reversed(about) if decision_kind(each.kind).effect in _GIVES), None)


def _given(face: Face, record: FaceRecord | None, about: Sequence[Decision]) -> GivenAnswer | None:
    """The answer as somebody gave it, valid or not."""
    said = given_decision(record, about)
    if record is None or said is None:
        return None
    waits = face.problem is not None and face.problem.code is ProblemCode.NOT_APPROVED
    label = said.answer.words
    return GivenAnswer(said.kind, said.value, label, said.by, said.at, said.note, record.approved_by, waits)


_GIVES = (FaceEffect.SETTLES, FaceEffect.HIDES, FaceEffect.REFUSES)


def _against(photo: Photo) -> list[Finding]:
    if photo.filed:
        return []
    return [each for each in photo.findings if each.verdict is not Verdict.READY]


def _need_row(finding: Finding, settings: Settings) -> NeedRow:
    box = finding.box.as_list() if finding.box else None
    about_faces = finding.rule in (*FACE_RULES, "refused")
    kinds = [] if about_faces else kinds_for(finding, settings)
    statement = any(question.id == finding.rule for question in settings.profile.photo_questions)
    code = str(finding.code or "")
    return NeedRow(finding.rule, finding.reason, _hint(finding), code, kinds, about_faces, box, statement)


def _hint(finding: Finding) -> str:
    return APPROVED_BY_OTHERS if finding.code is ProblemCode.NOT_APPROVED else page_hint(finding.hint)


def kinds_for(finding: Finding, settings: Settings) -> list[str]:
    """The decisions about a photo that answer what a rule has found, by name; none where no answer does."""
    if finding.code is ProblemCode.NOT_APPROVED:
        return [APPROVAL]
    if not can_be_answered(finding):
        return []
    offered = decisions_for_rule(offered_decisions(DecisionScope.PHOTO, settings.profile.faces.answers), finding.rule)
    return [kind.name for kind in offered if kind.name != REOPEN]


_BY_PEOPLE = (NeedKind.ANSWER, NeedKind.APPROVE)


def _left(photo: Photo, state: DecisionState) -> int:
    """How many things people still have to do about it: faces and questions; what a run does is none of them."""
    if photo.excluded or photo.error is not None or photo.filed:
        return 0
    faces = sum(face_need(face) is not None and _needs_person(face, state.on(face)) for face in photo.faces)
    rules = {each.finding.rule for each in photo_needs(photo) if each.finding and each.kind in _BY_PEOPLE}
    return faces + len(rules - {"declaration"})  # which has a page of its own


def _needs_person(face: Face, record: FaceRecord | None) -> bool:
    waits = face.problem is not None and face.problem.code is ProblemCode.NOT_APPROVED
    return waits or face_state(face, record) != "answered"


def _alt(photo: Photo, faces: Sequence[FaceRow], left: int) -> str:
    """The picture's text for those who do not see it, e.g. "Photo 3, 2 faces need an answer"."""
    open_faces = sum(each.state != "answered" for each in faces)
    if photo.error is not None:
        return f"Photo {photo.number}, could not be read"
    if photo.excluded:
        return f"Photo {photo.number}, left out"
    if open_faces:
        return f"Photo {photo.number}, {open_words(open_faces)}"
    if left:
        return f"Photo {photo.number}, {count(left, 'answer')} needed"
    return f"Photo {photo.number}, {verdict_words(photo)}"


_KEYS = {
    "release": ("F", "Form"), "redact": ("H", "Hide"), "staff": ("S", "Staff"),
    "not-identifiable": ("N", "Not identifiable"), "not-a-face": ("X", "Not a face"), "refused": ("R", "Refused"),
    "exclude": ("L", "Leave the photo out"), "answer": ("Q", "Answer"), "own": ("", "Our own picture"),
    "licensed": ("", "Used under licence"), "reopen": ("", "Reopen"), "approve": ("", "Approve"),
}  # fmt: skip


class AnswerOption(msgspec.Struct, frozen=True):
    """One way to answer, as the page offers it."""

    kind: str
    label: str
    meaning: str
    key: str
    needs: str  # "form", "reason" or nothing
    second_person: bool
    about: list[str]  # "face", "photo"


def answer_options(settings: Settings) -> list[AnswerOption]:
    """The decisions that the page offers under this profile, in their order."""
    answers = settings.profile.faces.answers
    kinds = {
        kind.name: kind
        for scope in (DecisionScope.FACE, DecisionScope.PHOTO)
        for kind in offered_decisions(scope, answers)
    }
    kinds[APPROVAL] = DECISION_KINDS[APPROVAL]
    return [_option(kind, settings) for kind in kinds.values()]


def _option(kind: DecisionKind, settings: Settings) -> AnswerOption:
    key, label = _KEYS.get(kind.name, ("", kind.word or kind.name))
    needs = "form" if kind.value is ValueKind.REFERENCE else "reason" if kind.needs_note else ""
    second = kind.name in settings.profile.decisions.second_person
    about = [str(scope) for scope in kind.scopes if scope is not DecisionScope.BATCH]
    return AnswerOption(kind.name, label, kind.meaning, key, needs, second, about)


USUAL_REASONS = (
    "Seen from behind",
    "Face turned away",
    "Too far away to be recognised",
    "Out of focus",
    "Face covered",
)
"""Why nobody can tell who somebody is, as people write it most."""


def reasons_given(decisions: Sequence[Decision], most: int = 8) -> list[str]:
    """The reasons that the page offers for ``not-identifiable``: the last ones of this batch, then the usual ones."""
    used = (each.note for each in reversed(decisions) if each.kind == "not-identifiable" and each.note)
    own = list(dict.fromkeys(used))[:most]
    return [*own, *(each for each in USUAL_REASONS if each.casefold() not in {one.casefold() for one in own})]
