"""The gate for one area: which answer is valid. A pure function of what people decided, and of the profile.

An area is resolved by exactly one of: ``redact`` (and it is hidden in the file), ``fine`` with a reason, where the rule
asks and does not block, or ``misread``, with a reason where the rule blocks. An answer is valid for what the area is
now: where another rule asks about the place, somebody must look again. Hiding needs no second person.
"""

from dataclasses import replace

from imgvet.area_matching import hides_area
from imgvet.decisions import AreaRecord, FaceEffect, decision_kind
from imgvet.photo import Area, Problem, ProblemCode, Verdict
from imgvet.profile import Profile
from imgvet.rules.area_rules import area_verdict
from imgvet.rules.face_answers import NEEDS_APPROVAL, is_approved

_HINT = "Hide it (redact), or make another decision."


def settle_area(area: Area, record: AreaRecord | None, profile: Profile) -> Area:
    """The area with the answer that is valid, or open and with the problem of the answer that was given.

    One that the profile does not ask about any more stays open.
    """
    if area.is_hidden:
        return replace(area, problem=None)
    if record is None or record.answer is None or not _is_about(area, record):
        return replace(area, resolved=None, problem=None)
    problem = _problem_of(record, area_verdict(area.rule, profile), profile)
    return replace(area, resolved=None if problem else record.answer, problem=problem)


def _is_about(area: Area, record: AreaRecord) -> bool:
    """Whether the answer is about what the area is now; hiding it is, whatever it is."""
    return hides_area(record) or record.rule == area.rule


def _problem_of(record: AreaRecord, verdict: Verdict | None, profile: Profile) -> Problem | None:
    kind = decision_kind(record.answer.kind if record.answer else "")
    if kind.effect is FaceEffect.HIDES:
        sentence = "The area must be hidden, but is not hidden in the file yet."
        return Problem(ProblemCode.NOT_HIDDEN, sentence, "Run imgvet finish; it needs the original.")
    blocks = verdict is Verdict.BLOCKED
    if blocks and not kind.denies:
        sentence = f"The profile blocks it, so '{kind.called}' does not answer for it."
        return Problem(ProblemCode.NOT_ALLOWED, sentence, _HINT)
    if (kind.needs_note or blocks) and not record.reasoned:
        return Problem(ProblemCode.NO_REASON, kind.without_note, _HINT)
    if kind.name in profile.decisions.second_person and not is_approved(record.by, record.approved_by):
        return Problem(ProblemCode.NOT_APPROVED, f"The decision '{kind.called}' {NEEDS_APPROVAL}.", _HINT)
    return None
