"""The gate: which photos may go out. Pure functions of what machines found and what people decided."""

from dataclasses import replace

from imgvet.batch.standing import Standing
from imgvet.faces.known import same_face, with_known
from imgvet.photo import Face, Finding, Known, Photo, Verdict
from imgvet.policy.rules import judge
from imgvet.settings import Settings


def judged(photo: Photo, settings: Settings, known: Standing) -> Photo:
    """The photo with its faces, answers and findings as they are now."""
    if photo.error is not None:
        return photo
    faces = tuple(_answered(face, known.on(face)) for face in with_known(photo.faces, known.faces))
    photo = replace(photo, faces=faces, excluded=known.excluded)
    findings = judge(photo, replace(settings, answered=known.declared))
    left = tuple(each for each in findings if not (can_be_answered(each) and each.rule in known.answered))
    return replace(photo, findings=left)


def has_new_numbers(before: Photo, after: Photo) -> bool:
    """Whether a face's number, as an earlier checklist has it, is another face's now or nobody's."""
    if after.error is not None:
        return False
    now = {face.number: face for face in after.faces}
    return any(
        face.number not in now or not same_face(face.box, now[face.number].box, by_hand=True) for face in before.faces
    )


def can_be_answered(finding: Finding) -> bool:
    """Whether a person may answer it for the whole photo: it asks, and neither about a face nor for a declaration."""
    return finding.verdict is Verdict.ASK and finding.box is None and finding.rule != "declaration"


def may_go_out(photo: Photo) -> bool:
    """Whether a photo may stand in ``flickr/``: proven, ready, and every face answered for."""
    return bool(photo.sha256 and photo.name) and photo.verdict is Verdict.READY and not photo.open_faces


def _answered(face: Face, known: Known | None) -> Face:
    """A face that is hidden in the file stays hidden; any other has the answer that stands now."""
    refused = known is not None and known.refused
    if face.resolved == "redact":
        return replace(face, refused=refused)
    if known is None or known.answer == "redact":  # not yet hidden in the file
        return replace(face, resolved=None, refused=refused)
    return replace(face, resolved=known.answer, refused=refused)
