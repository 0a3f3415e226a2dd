"""The gate: which photos may go out. Pure functions of what machines found, what people decided, and the register."""

from dataclasses import replace

from imgvet.batch.decisions.approvals import waiting_for_approval
from imgvet.batch.decisions.state import Standing
from imgvet.faces.matching import same_face, with_known
from imgvet.photo import Finding, Photo, Verdict
from imgvet.rules.face_answers import Forms, answered, kind_and_value
from imgvet.rules.rules import judge
from imgvet.settings import Settings

NO_FORMS: Forms = {}


def judged(photo: Photo, settings: Settings, known: Standing, forms: Forms = NO_FORMS) -> Photo:
    """The photo with its faces, answers and findings as they are now.

    Args:
        photo: as it was vetted; a face that is ``redact`` there is hidden in its clean file.
        settings: the batch's.
        known: what people's decisions come to.
        forms: what the register says of every form that they name; ``forms_named`` tells which.
    """
    if photo.error is not None:
        return photo
    faces = with_known(photo.faces, known.faces)
    faces = tuple(answered(face, known.on(face), forms, settings.profile) for face in faces)
    photo = replace(photo, faces=faces, excluded=known.excluded)
    second_person = settings.profile.decisions.second_person
    findings = judge(photo, replace(settings, answered=known.holding("declare", second_person)))
    rules = known.holding("answer", second_person)
    left = tuple(each for each in findings if not (can_be_answered(each) and each.rule in rules))
    return replace(photo, findings=waiting_for_approval(left, known, settings.profile))


def forms_named(known: Standing) -> set[str]:
    """References of the forms with which faces are answered."""
    answers = [kind_and_value(each.answer) for each in known.faces if each.answer]
    return {value for kind, value in answers if kind == "release"}


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
