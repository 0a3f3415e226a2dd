"""The gate for one face: which answer is valid. A pure function of what people decided, and of the register.

A face is resolved by exactly one of: a form in the register that is valid for the use, ``redact`` (and it is hidden in
the file), or an answer that the profile allows, with a reason where its kind needs one. Where the profile asks for a
second person, the answer is valid once somebody else has approved it; hiding a face never needs approval.
"""

from collections.abc import Mapping
from dataclasses import replace

from imgvet.decisions import DecisionKind, FaceEffect, FaceRecord, ValueKind, decision_kind
from imgvet.people_names import has_words, same_person
from imgvet.photo import Face, Photo, Problem, ProblemCode
from imgvet.profile import Profile
from imgvet.releases.release import FormAnswer

NEEDS_APPROVAL = "needs a second person's approval"  # said of any answer that nobody has approved

ReleaseAnswers = Mapping[str, FormAnswer]  # by the reference that was given

_HINT = "Correct the form, make another decision, or hide the face (redact)."


def settle_answer(face: Face, record: FaceRecord | None, forms: ReleaseAnswers, profile: Profile) -> Face:
    """The face with the answer that is valid, or open and with the problem of the answer that was given."""
    refused = record is not None and record.refused
    if face.is_hidden:
        return replace(face, refused=refused, problem=None)
    if record is None or record.answer is None:
        return replace(face, resolved=None, refused=refused, problem=None)
    kind, form = decision_kind(record.answer.kind), FormAnswer()
    if kind.value is ValueKind.REFERENCE:
        form = forms.get(
            record.answer.value, FormAnswer(f"Form {record.answer.value} was not checked against the register.")
        )
    problem = _problem(kind, record, form, profile)
    return replace(face, resolved=None if problem else record.answer, refused=refused or form.refused, problem=problem)


def is_approved(by: str, approved_by: str) -> bool:
    """Whether two different people gave and approved it, however they write their names; an empty name is nobody's."""
    return has_words(by) and has_words(approved_by) and not same_person(by, approved_by)


def is_denied(record: FaceRecord, profile: Profile) -> bool:
    """Whether it is valid that there is no face."""
    if record.answer is None or not record.answer.denies:
        return False
    return _problem(decision_kind(record.answer.kind), record, FormAnswer(), profile) is None


def no_faces_sentence(photo: Photo) -> str:
    """Down to which size, and which way up, faces were searched for in a photo that has none; one plain sentence."""
    if not photo.smallest_face_px:
        return "imgvet has not looked for faces yet."
    return f"No faces found, looked for {how_searched(photo)}."


def how_searched(photo: Photo) -> str:
    """Down to which size, and which way up, faces were searched for in a photo, as the end of a sentence."""
    ways = "upright and turned" if photo.rotations_searched else "upright"
    return f"from {photo.smallest_face_px} pixels across in the published picture, {ways}"


def _problem(kind: DecisionKind, record: FaceRecord, form: FormAnswer, profile: Profile) -> Problem | None:
    """Why the answer is not valid; None where it is."""
    if kind.effect is FaceEffect.HIDES:
        return Problem(ProblemCode.NOT_HIDDEN, "The face must be hidden, but is not hidden in the file yet.", _HINT)
    if form.reason:
        code = ProblemCode.CHANNEL if form.other_channels else ProblemCode.FORM
        return Problem(code, form.reason, _HINT)
    if kind.by_profile and kind.name not in profile.faces.answers:
        return Problem(ProblemCode.NOT_ALLOWED, f"The profile does not allow the decision '{kind.name}'.", _HINT)
    if kind.needs_note and not record.reasoned:
        return Problem(ProblemCode.NO_REASON, kind.without_note, _HINT)
    if kind.name in profile.decisions.second_person and not is_approved(record.by, record.approved_by):
        return Problem(ProblemCode.NOT_APPROVED, f"The decision '{kind.name}' {NEEDS_APPROVAL}.", _HINT)
    return None
