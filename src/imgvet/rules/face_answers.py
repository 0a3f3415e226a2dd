"""The gate for one face: which answer holds. A pure function of what people decided, and of the register.

A face is resolved by exactly one of: a form in the register that is valid for the use, ``redact`` (and it is hidden in
the file), ``staff`` where the profile allows it, ``not-identifiable`` with a reason, ``not-a-face``. Where the profile
asks for a second person, the answer holds once somebody else has approved it; hiding a face never waits for anybody.
"""

from collections.abc import Mapping
from dataclasses import replace

from imgvet.decisions import FaceRecord
from imgvet.photo import Face
from imgvet.profile import Profile
from imgvet.releases.release import FormAnswer, same_words

_NOT_YET_HIDDEN = "It is to be hidden, and is not yet hidden in the file."
WAITS_FOR_APPROVAL = "waits for a second person's approval."  # ends the sentence on whatever does

ReleaseAnswers = Mapping[str, FormAnswer]  # by the reference that was given


def settle_answer(face: Face, known: FaceRecord | None, forms: ReleaseAnswers, profile: Profile) -> Face:
    """The face with the answer that holds, or open and with the reason why what was said does not hold."""
    refused = known is not None and known.refused
    if face.resolved == "redact":  # it is hidden in the file already
        return replace(face, refused=refused, doubt="")
    if known is None or known.answer is None:
        return replace(face, resolved=None, refused=refused, doubt="")
    kind, value = kind_and_value(known.answer)
    form = forms.get(value, FormAnswer(f"Form {value} was not looked up.")) if kind == "release" else None
    doubt = (form.doubt if form else _not_allowed(kind, known, profile)) or _not_approved(kind, known, profile)
    return replace(
        face,
        resolved=None if doubt else known.answer,
        refused=refused or (form is not None and form.refused),
        doubt=doubt,
    )


def kind_and_value(answer: str) -> tuple[str, str]:
    """The two parts of an answer, e.g. ``("release", "WMP-14")``; the value of the others is empty."""
    kind, _, value = answer.partition(" ")
    return kind, value


def is_approved(by: str, approved_by: str) -> bool:
    """Whether two people stand behind it, however they write their names."""
    return bool(same_words(approved_by)) and same_words(approved_by) != same_words(by)


def waits_for_hiding(doubt: str) -> bool:
    """Whether an answer does not hold for the one reason that the face is not hidden yet, which ``finish`` does."""
    return doubt == _NOT_YET_HIDDEN


def waits_for_approval(sentence: str) -> bool:
    """Whether a doubt or a finding says that a second person has not approved an answer yet."""
    return sentence.endswith(WAITS_FOR_APPROVAL)


def _not_allowed(kind: str, known: FaceRecord, profile: Profile) -> str:
    """Why an answer without a form does not hold."""
    if kind == "redact":
        return _NOT_YET_HIDDEN
    if kind not in profile.faces.answers:
        return f"The profile does not take '{kind}' for an answer."
    if kind == "not-identifiable" and not known.reasoned:
        return "Nobody has said why the person cannot be identified."
    return ""


def _not_approved(kind: str, known: FaceRecord, profile: Profile) -> str:
    if kind not in profile.decisions.second_person or is_approved(known.by, known.approved_by):
        return ""
    return f"The answer '{kind}' {WAITS_FOR_APPROVAL}"
