"""The gate: which photos may go out. Pure functions of what machines found and what people decided."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from imgvet.photo import Box, Decision, Face, Finding, Photo, Verdict, nearest
from imgvet.policy.rules import judge
from imgvet.settings import Settings


@dataclass(frozen=True, slots=True)
class Standing:
    """What people's decisions come to for one photo; the newest decision on a matter holds."""

    faces: tuple[Decision, ...] = ()  # one for each face that was decided on
    answered: frozenset[str] = frozenset()  # rules whose question a person has answered for this photo
    excluded: bool = False
    declared: frozenset[str] = frozenset()  # the profile's questions that a declaration covers

    def on(self, face: Face) -> Decision | None:
        """The decision on a face, known again by its box."""
        by_box = {each.face: each for each in self.faces if each.face is not None}
        box = nearest(face.box, by_box)
        return None if box is None else by_box[box]

    def answers(self) -> tuple[tuple[Box, str], ...]:
        """The faces that are answered for, each with its answer in words; refusals answer for nobody."""
        return tuple(
            (each.face, f"{each.kind} {each.value}".strip())
            for each in self.faces
            if each.face is not None and each.kind != "refused"
        )

    def hides(self, face: Face, redact: str) -> bool:
        """Whether the face is to be hidden, under ``--redact`` none, unreleased or all."""
        decision = self.on(face)
        if redact == "all" or (decision is not None and decision.kind == "redact"):
            return True
        return redact == "unreleased" and (decision is None or decision.kind == "refused")


def standing(photo: Photo, decisions: Iterable[Decision], declared: frozenset[str]) -> Standing:
    """What the decisions come to for this photo; those on another picture under the same number do not count."""
    faces: dict[Box, Decision] = {}
    answered: set[str] = set()
    excluded = False
    for each in decisions:
        if each.photo != photo.number or each.source_sha256 != photo.source_sha256:
            continue
        if each.face is not None:
            earlier = nearest(each.face, faces)  # the same face, though its box may have moved since
            if earlier is not None:
                del faces[earlier]
            if each.kind != "reopen":
                faces[each.face] = each
        elif each.kind == "answer":
            answered.add(each.value)
        else:
            excluded = each.kind == "exclude"
            answered = set() if each.kind == "reopen" else answered
    return Standing(tuple(faces.values()), frozenset(answered), excluded, declared)


def judged(photo: Photo, settings: Settings, known: Standing) -> Photo:
    """The photo with its answers and findings as they are now."""
    if photo.error is not None:
        return photo
    faces = tuple(_answered(face, known.on(face)) for face in photo.faces)
    photo = replace(photo, faces=faces, excluded=known.excluded)
    findings = judge(photo, replace(settings, answered=known.declared))
    left = tuple(each for each in findings if not (can_be_answered(each) and each.rule in known.answered))
    return replace(photo, findings=left)


def can_be_answered(finding: Finding) -> bool:
    """Whether a person may answer it for the whole photo: it asks, and neither about a face nor for a declaration."""
    return finding.verdict is Verdict.ASK and finding.box is None and finding.rule != "declaration"


def may_go_out(photo: Photo) -> bool:
    """Whether a photo may stand in ``flickr/``: proven, ready, and every face answered for."""
    return bool(photo.sha256 and photo.name) and photo.verdict is Verdict.READY and not photo.open_faces


def _answered(face: Face, decision: Decision | None) -> Face:
    """A face that is hidden in the file stays hidden; any other has the answer that stands now."""
    refused = decision is not None and decision.kind == "refused"
    if face.resolved == "redact":
        return replace(face, refused=refused)
    if decision is None or decision.kind in ("refused", "redact"):  # not yet hidden in the file
        return replace(face, resolved=None, refused=refused)
    return replace(face, resolved=f"{decision.kind} {decision.value}".strip(), refused=False)
