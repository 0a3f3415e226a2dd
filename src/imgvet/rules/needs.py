"""What a photo still needs from people: the one classification that screens and the checklist share."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from imgvet.photo import Area, Face, Finding, Photo, Problem, ProblemCode, Verdict
from imgvet.rules.area_rules import AREA_RULES
from imgvet.text import count

FACE_RULES = frozenset({"face-release", "possible-face"})  # their findings repeat what the faces say


class NeedKind(StrEnum):
    """What is needed."""

    HIDE = "hide"  # the person has refused and can be seen
    RELEASE = "release"  # a release form, or another answer
    CHECK = "check"  # somebody to check whether it is a face
    LOOK = "look"  # somebody to look at an area, and to hide it or say why not
    CORRECT = "correct"  # another answer, because the one that was given is not valid
    APPROVE = "approve"  # a second person
    ANSWER = "answer"  # an answer for the whole photo
    DECLARE = "declare"  # the declaration
    STOP = "stop"  # nothing that an answer could clear


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a photo needs, and the face, area or finding that it is about."""

    kind: NeedKind
    face: Face | None = None
    area: Area | None = None
    finding: Finding | None = None


def photo_needs(photo: Photo) -> Iterator[Need]:
    """What the photo needs: for each of its faces first, then its areas, then for what the rules found beside them.

    One that is filed as the scan of a form needs nothing.
    """
    if photo.filed:
        return
    for face in photo.faces:
        if kind := face_need(face):
            yield Need(kind, face)
    found = list(beside_faces(photo))
    to_file = [finding for finding in found if finding.rule == "release-form"]  # whose own words are areas, too
    yield from (Need(finding_need(finding), finding=finding) for finding in to_file)
    for area in photo.areas:
        if kind := area_need(area):
            yield Need(kind, area=area)
    for finding in found:
        if finding not in to_file:
            yield Need(finding_need(finding), finding=finding)


def beside_faces(photo: Photo) -> Iterator[Finding]:
    """What the rules found beyond the photo's faces and areas."""
    for finding in photo.findings:
        if finding.verdict is not Verdict.READY and finding.rule not in (*FACE_RULES, *AREA_RULES, "refused"):
            yield finding


def face_need(face: Face) -> NeedKind | None:
    """What one face needs; None where nothing."""
    if face.must_be_hidden:
        return NeedKind.HIDE
    if face.resolved is not None:
        return None
    return _to_correct(face.problem) if face.problem else NeedKind.CHECK if face.possible else NeedKind.RELEASE


def area_need(area: Area) -> NeedKind | None:
    """What one area needs; None where nothing."""
    if area.resolved is not None:
        return None
    return _to_correct(area.problem) if area.problem else NeedKind.LOOK


def _to_correct(problem: Problem) -> NeedKind:
    return NeedKind.APPROVE if problem.code is ProblemCode.NOT_APPROVED else NeedKind.CORRECT


def finding_need(finding: Finding) -> NeedKind:
    """What a finding beyond faces and areas needs."""
    if finding.code is ProblemCode.NOT_APPROVED:
        return NeedKind.APPROVE
    if finding.code in (ProblemCode.NOT_CREDITED, ProblemCode.NOT_WORDED, ProblemCode.NOT_MADE):
        return NeedKind.CORRECT
    if finding.rule == "declaration":
        return NeedKind.DECLARE
    return NeedKind.ANSWER if can_be_answered(finding) else NeedKind.STOP


def needs_words_only(photo: Photo) -> bool:
    """Whether it needs nothing but a run that writes its new words into its file."""
    against = [finding for finding in photo.findings if finding.verdict is not Verdict.READY]
    words_only = bool(against) and all(finding.code is ProblemCode.NOT_WORDED for finding in against)
    return words_only and photo.error is None and not photo.open_faces and not photo.open_areas


def can_be_answered(finding: Finding) -> bool:
    """Whether a person may answer it for the whole photo: it asks, and not about a face, nor for what a run must do."""
    to_be_made = finding.rule == "declaration" or finding.code in (ProblemCode.NOT_WORDED, ProblemCode.NOT_MADE)
    return finding.verdict is Verdict.ASK and finding.box is None and not to_be_made


def verdict_words(photo: Photo) -> str:
    """The verdict of a photo in a few words, with the number of its open faces and areas."""
    faces, areas, verdict = len(photo.open_faces), len(photo.open_areas), photo.verdict
    if verdict is Verdict.ASK and not faces + areas:
        return "needs an answer"
    if not faces + areas or verdict is Verdict.FAILED:
        return str(verdict)
    need = open_words(faces, areas)
    return f"{verdict}: {need}" if verdict is Verdict.BLOCKED else need


def open_words(faces: int, areas: int = 0) -> str:
    """That so many faces and areas are open, e.g. ``2 faces and 1 area need an answer``."""
    told = [count(faces, "face")] * bool(faces) + [count(areas, "area")] * bool(areas)
    return f"{' and '.join(told) or count(0, 'face')} {'needs' if faces + areas == 1 else 'need'} an answer"


def may_be_published(photo: Photo) -> bool:
    """Whether a photo may be in its channel's folder: proven, ready, and every face and area answered for."""
    answered = not photo.open_faces and not photo.open_areas
    return bool(photo.sha256 and photo.name) and photo.verdict is Verdict.READY and answered
