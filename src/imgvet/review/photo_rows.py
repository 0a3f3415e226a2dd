"""What the page shows of a photo. Plain data for JSON; no path, no value of the original's private data."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import msgspec

from imgvet.batch.decisions.state import DecisionState, face_ids
from imgvet.batch.form_suggestions import FormSuggestion
from imgvet.batch.recipes import areas_hidden_now, hidden_now
from imgvet.channels.places import placed_parts
from imgvet.channels.states import channel_states
from imgvet.decisions import (
    APPROVAL,
    APPROVE_AREA,
    DECISION_KINDS,
    FINE,
    MISREAD,
    REOPEN,
    AreaRecord,
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
from imgvet.photo import Area, Face, Finding, Photo, ProblemCode, Verdict
from imgvet.review.page_words import APPROVED_BY_OTHERS, AREA_ON_THE_PAGE, page_hint
from imgvet.rules.area_rules import AREA_RULES, area_told, area_verdict
from imgvet.rules.needs import (
    FACE_RULES,
    NeedKind,
    area_need,
    can_be_answered,
    face_need,
    open_words,
    photo_needs,
    verdict_words,
)
from imgvet.settings import Settings
from imgvet.text import count, on_one_line

Entry = tuple[int, Decision]  # a decision, and its number in the log
PartId = tuple[DecisionScope, Box]  # what identifies a face or an area of one original in the log


class GivenAnswer(msgspec.Struct, frozen=True):
    """The answer that somebody gave for a face or an area, and who."""

    kind: str  # as people type it
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


class AreaRow(msgspec.Struct, frozen=True):
    """One area of a photo: text, a code, or what somebody drew round."""

    letters: str
    box: list[int]  # as that of a face
    outline: list[tuple[int, int]]  # corners (x, y), in pixels of the upright full-size photo
    likely: bool
    state: str  # "open", "answered" or "problem"
    rule: str
    what: str  # it shows, e.g. "a vehicle registration (UK registration)"
    why: str  # that matters, a sentence
    blocks: bool  # the profile lets it be published under no circumstances: hidden, or something else with a reason
    answer: GivenAnswer | None
    problem: str
    added: bool
    seen: int  # the newest entry of the log about it; 0: none
    key: str  # names it for as long as it is this area; its letters move when areas are drawn or found again


class NeedRow(msgspec.Struct, frozen=True):
    """One thing that keeps a photo from being published."""

    rule: str
    sentence: str
    hint: str
    code: str
    kinds: list[str]  # decisions about the photo that answer it
    about_faces: bool  # or about areas: what is answered one by one
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
    areas: list[AreaRow]
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
    by_part = entries_by_part(known.entries)
    faces = [_face_row(face, known, by_part.get(part_id(face), ())) for face in photo.faces]
    areas = [_area_row(area, known, by_part.get(part_id(area), ()), settings) for area in photo.areas]
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
        areas=areas,
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
        alt=_alt(photo, faces, areas, left),
        seen=_newest(by_part.get(None, ())),
        picture=_picture_mark(photo, known.state, settings),
    )


def _picture_mark(photo: Photo, state: DecisionState, settings: Settings) -> str:
    """It changes whenever a picture of the photo does: vetted again, or something else hidden or shown."""
    hidden = sorted(face.box.as_list() for face in hidden_now(photo, state, settings))
    hidden_areas = sorted(area.corners for area in areas_hidden_now(photo, state))
    return hashlib.sha256(f"{photo.vetting} {hidden} {hidden_areas}".encode()).hexdigest()[:16]


def part_id(part: Face | Area) -> PartId:
    """What identifies a face or an area in the log."""
    return DecisionScope.AREA if isinstance(part, Area) else DecisionScope.FACE, part.identity


def entries_by_part(entries: Sequence[Entry]) -> dict[PartId | None, list[Entry]]:
    """The entries on one original about each face and area, and about the photo as a whole (None)."""
    on_faces = iter(face_ids(each for _, each in entries))
    found = dict[PartId | None, list[Entry]]()
    for number, each in entries:
        about: PartId | None = None
        if each.face is not None:
            about = DecisionScope.FACE, next(on_faces)[1]
        elif each.area is not None:
            about = DecisionScope.AREA, each.area.area_id
        found.setdefault(about, []).append((number, each))
    return found


def _newest(entries: Sequence[Entry]) -> int:
    return entries[-1][0] if entries else 0


def _face_row(face: Face, known: KnownOfPhoto, entries: Sequence[Entry]) -> FaceRow:
    record = known.state.on(face)
    suggested = next((each for each in known.suggestions if each.face in (None, face.number)), None)
    state = part_state(face, record)
    suggestion = SuggestedForm(suggested.form, suggested.words) if suggested and state == "open" else None
    problem = face.problem.sentence if face.problem and state == "problem" else ""
    answer = _given(face, record, [each for _, each in entries])
    return FaceRow(
        face.number, face.box.as_list(), not face.possible, state, answer, problem, suggestion, face.added,
        _newest(entries), part_key(face),
    )  # fmt: skip


def _area_row(area: Area, known: KnownOfPhoto, entries: Sequence[Entry], settings: Settings) -> AreaRow:
    record = known.state.on_area(area)
    state = part_state(area, record)
    problem = area.problem.sentence if area.problem and state == "problem" else ""
    return AreaRow(
        letters=area.letters,
        box=area.box.as_list(),
        outline=list(area.corners),
        likely=not area.possible,
        state=state,
        rule=area.rule,
        what=area_told(area),
        why=f"It matters because {AREA_RULES[area.rule].why}.",
        blocks=area_verdict(area.rule, settings.profile) is Verdict.BLOCKED,
        answer=_given(area, record, [each for _, each in entries]),
        problem=problem,
        added=area.added,
        seen=_newest(entries),
        key=part_key(area),
    )


def part_key(part: Face | Area) -> str:
    """What names a face or an area on the page: what identifies it in the log, whatever its number is."""
    return ",".join(map(str, part.identity.as_list()))


def part_state(part: Face | Area, record: FaceRecord | AreaRecord | None) -> str:
    """The state of a face or an area in one word: "open", "answered", "problem" or, of a face, "refused".

    One that will be hidden with the next run is answered; one that needs a second person is, too.
    """
    hides = record is not None and record.answer is not None and record.answer.hides
    if part.is_hidden or hides:
        return "answered"
    if isinstance(part, Face) and part.must_be_hidden:
        return "refused"
    if part.resolved is not None or (part.problem and part.problem.code is ProblemCode.NOT_APPROVED):
        return "answered"
    return "problem" if part.problem else "open"


def given_decision(record: FaceRecord | AreaRecord | None, about: Sequence[Decision]) -> Decision | None:
    """Of the decisions about a face or area that by which it has its answer, or refusal; None where it has neither."""
    refused = isinstance(record, FaceRecord) and record.refused
    if record is None or not (record.answer or refused):
        return None
    return next((each for each in reversed(about) if decision_kind(each.kind).effect in _GIVES), None)


def _given(part: Face | Area, record: FaceRecord | AreaRecord | None, about: Sequence[Decision]) -> GivenAnswer | None:
    """The answer as somebody gave it, valid or not."""
    said = given_decision(record, about)
    if record is None or said is None:
        return None
    waits = part.problem is not None and part.problem.code is ProblemCode.NOT_APPROVED
    kind, answer = decision_kind(said.kind).called, said.answer
    return GivenAnswer(kind, answer.value, answer.words, said.by, said.at, said.note, record.approved_by, waits)


_GIVES = (FaceEffect.SETTLES, FaceEffect.HIDES, FaceEffect.REFUSES)


def _against(photo: Photo) -> list[Finding]:
    if photo.filed:
        return []
    return [each for each in photo.findings if each.verdict is not Verdict.READY]


def _need_row(finding: Finding, settings: Settings) -> NeedRow:
    box = finding.box.as_list() if finding.box else None
    about_faces = finding.rule in (*FACE_RULES, *AREA_RULES, "refused")
    kinds = [] if about_faces else kinds_for(finding, settings)
    statement = any(question.id == finding.rule for question in settings.profile.photo_questions)
    code = str(finding.code or "")
    return NeedRow(finding.rule, finding.reason, _hint(finding), code, kinds, about_faces, box, statement)


def _hint(finding: Finding) -> str:
    if finding.code is ProblemCode.NOT_APPROVED:
        return APPROVED_BY_OTHERS
    return AREA_ON_THE_PAGE if finding.rule in AREA_RULES else page_hint(finding.hint)


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
    """How many things people still have to do about it: faces, areas and questions; what a run does is none of them."""
    if photo.excluded or photo.error is not None or photo.filed:
        return 0
    parts = sum(face_need(face) is not None and _needs_person(face, state.on(face)) for face in photo.faces)
    parts += sum(area_need(area) is not None and _needs_person(area, state.on_area(area)) for area in photo.areas)
    rules = {each.finding.rule for each in photo_needs(photo) if each.finding and each.kind in _BY_PEOPLE}
    return parts + len(rules - {"declaration"})  # which has a page of its own


def _needs_person(part: Face | Area, record: FaceRecord | AreaRecord | None) -> bool:
    waits = part.problem is not None and part.problem.code is ProblemCode.NOT_APPROVED
    return waits or part_state(part, record) != "answered"


def _alt(photo: Photo, faces: Sequence[FaceRow], areas: Sequence[AreaRow], left: int) -> str:
    """The picture's text for those who do not see it, e.g. "Photo 3, 2 faces need an answer"."""
    open_faces = sum(each.state != "answered" for each in faces)
    open_areas = sum(each.state != "answered" for each in areas)
    if photo.error is not None:
        return f"Photo {photo.number}, could not be read"
    if photo.excluded:
        return f"Photo {photo.number}, left out"
    if open_faces or open_areas:
        return f"Photo {photo.number}, {open_words(open_faces, open_areas)}"
    if left:
        return f"Photo {photo.number}, {count(left, 'answer')} needed"
    return f"Photo {photo.number}, {verdict_words(photo)}"


_KEYS = {
    "release": ("F", "Form"), "redact": ("H", "Hide"), "staff": ("S", "Staff"),
    "not-identifiable": ("N", "Not identifiable"), "not-a-face": ("X", "Not a face"), "refused": ("R", "Refused"),
    "exclude": ("L", "Leave the photo out"), "answer": ("Q", "Answer"), "own": ("", "Our own picture"),
    "licensed": ("", "Used under licence"), "reopen": ("", "Reopen"), "approve": ("", "Approve"),
    "fine": ("K", "May be seen"), "misread": ("X", "Not what it seemed"),
}  # fmt: skip


class AnswerOption(msgspec.Struct, frozen=True):
    """One way to answer, as the page offers it."""

    kind: str
    label: str
    meaning: str
    key: str
    needs: str  # "form", "reason" or nothing
    second_person: bool
    about: list[str]  # "face", "area", "photo"


def answer_options(settings: Settings) -> list[AnswerOption]:
    """The decisions that the page offers under this profile, in their order."""
    answers = settings.profile.faces.answers
    offered = [each for scope in _SCOPES for each in offered_decisions(scope, answers)]
    kinds = dict[str, list[DecisionKind]]()
    for kind in (*offered, DECISION_KINDS[APPROVAL], DECISION_KINDS[APPROVE_AREA]):
        same = kinds.setdefault(kind.called, [])
        if kind not in same:
            same.append(kind)
    return [_option(called, same, settings) for called, same in kinds.items()]


_SCOPES = (DecisionScope.FACE, DecisionScope.AREA, DecisionScope.PHOTO)


def _option(called: str, kinds: Sequence[DecisionKind], settings: Settings) -> AnswerOption:
    """What people call the same is one way to answer, although the log tells faces from areas."""
    first = kinds[0]
    key, label = _KEYS.get(called, ("", first.word or called))
    needs = "form" if first.value is ValueKind.REFERENCE else "reason" if first.needs_note else ""
    second = any(each.name in settings.profile.decisions.second_person for each in kinds)
    about = [str(scope) for scope in _SCOPES if any(scope in each.scopes for each in kinds)]
    return AnswerOption(called, label, first.meaning, key, needs, second, about)


USUAL_REASONS = (
    "Seen from behind",
    "Face turned away",
    "Too far away to be recognised",
    "Out of focus",
    "Face covered",
)
"""Why nobody can tell who somebody is, as people write it most."""


_AREA_REASONS: Mapping[str, tuple[str, ...]] = {
    FINE: (
        "Our own sign, poster or vehicle",
        "A sign or an advertisement for the public",
        "Cannot be read in the published picture",
        "The person it names has agreed",
    ),
    MISREAD: ("It says something else", "A pattern, not text", "A drawing or a toy"),
}
"""Why an area may be seen, or is not what it was taken for, as people write it most."""


def reasons_given(decisions: Sequence[Decision], most: int = 8) -> list[str]:
    """The reasons that the page offers for ``not-identifiable``: the last ones of this batch, then the usual ones."""
    return _reasons(decisions, "not-identifiable", USUAL_REASONS, most)


def area_reasons_given(decisions: Sequence[Decision], most: int = 5) -> dict[str, list[str]]:
    """The same of areas, by the kind of answer that takes a reason."""
    return {kind: _reasons(decisions, kind, usual, most) for kind, usual in _AREA_REASONS.items()}


def _reasons(decisions: Sequence[Decision], kind: str, usual: Sequence[str], most: int) -> list[str]:
    used = (each.note for each in reversed(decisions) if each.kind == kind and each.note)
    own = list(dict.fromkeys(used))[:most]
    return [*own, *(each for each in usual if each.casefold() not in {one.casefold() for one in own})]
