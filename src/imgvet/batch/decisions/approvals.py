"""Two-person approval: which answer somebody approves, or why they cannot. Nothing is recorded here."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from imgvet.batch.decisions.state import DecisionState, QuestionAnswer, face_ids
from imgvet.decisions import DECLARE, Answer, AreaRecord, Decision, FaceRecord, decision_kind
from imgvet.geometry import Box
from imgvet.photo import Finding, ProblemCode, Verdict
from imgvet.profile import Profile
from imgvet.rules.face_answers import NEEDS_APPROVAL, is_approved
from imgvet.signed_in import SignedIn


@dataclass(frozen=True, slots=True)
class NotApproved:
    """The reason why somebody cannot approve what they name; it follows the photo or face in a message."""

    reason: str
    hint: str
    own: bool = False  # it needs an approval, but another person's


def face_approval(
    record: FaceRecord | AreaRecord | None, asked: str, by: str, second_person: Collection[str]
) -> Answer | NotApproved:
    """The answer of a face or an area that ``by`` approves.

    ``asked``: the answer that they mean, its kind or its value; empty for whichever it has.
    """
    if record is None or record.answer is None:
        return NotApproved("has no decision to approve.", "Somebody must decide on it first.")
    answer = record.answer
    if asked and asked not in (str(answer), answer.kind, answer.value):
        return NotApproved(f"has the decision '{answer}', not '{asked}'.", "Check it again.")
    if answer.kind not in second_person:
        return _needs_none(answer.kind)
    if is_approved(record.by, record.approved_by):
        return NotApproved(
            f"is approved already: '{answer}', by {record.approved_by}.", "Nothing needs approval there."
        )
    if not is_approved(record.by, by):
        return _own(record.by)
    return answer


def photo_approval(state: DecisionState, asked: str, by: str, second_person: Collection[str]) -> Answer | NotApproved:
    """The answers of one kind about a photo as a whole that ``by`` approves; the value is their rules or questions.

    ``asked``: the rule or the profile's question that was answered; ``declare`` for all that was declared.
    """
    waiting = state.waiting(second_person)
    meant = [each for each in state.answers if asked == each.rule or asked == each.kind == DECLARE]
    if not meant:
        names = ", ".join(each.rule for each in waiting)
        reason = f"has no decision '{asked}' to approve." if asked else "has several decisions; name one."
        if not names:
            return NotApproved(reason if asked else "has no decision to approve.", "Nothing needs approval there.")
        return NotApproved(reason, f"These need approval: {names}.")
    if not any(each.kind in second_person for each in meant):
        return _needs_none(meant[0].kind)
    open_ones = [each for each in meant if each in waiting]
    if not open_ones:
        return NotApproved(
            f"is approved already: '{asked}', by {meant[0].approved_by}.", "Nothing needs approval there."
        )
    by_others = [each for each in open_ones if is_approved(each.by, by)]
    return _together(by_others) if by_others else _own(open_ones[0].by)


def from_one_account(decisions: Sequence[Decision]) -> list[bool]:
    """Of each decision on one original, whether it approves what came from the same account on the same computer.

    That is allowed where people share a computer, but readers of the log should know.
    """
    faces = iter(face_ids(decisions))
    given: dict[tuple[Box | None, str], SignedIn | None] = {}  # who gave the newest decision of each kind and matter
    found = []
    for each in decisions:
        area, approved = each.area, each.approved
        said = approved or each.answer
        names = [""] if each.face or area else (decision_kind(said.kind).rule or said.value).split()
        about = next(faces)[1] if each.face else area.area_id if area else None
        matters = [(about, f"{said.kind} {name}") for name in names]
        found.append(bool(approved) and each.signed_in is not None and each.signed_in in map(given.get, matters))
        given |= {} if approved else dict.fromkeys(matters, each.signed_in)
    return found


def mark_unapproved(findings: Iterable[Finding], state: DecisionState, profile: Profile) -> tuple[Finding, ...]:
    """The findings, with those marked that somebody has answered and nobody has approved yet."""
    waiting = state.waiting(profile.decisions.second_person)
    rules = {each.rule for each in waiting if each.kind != DECLARE}
    declared = {each.rule for each in state.answers if each.kind == DECLARE}
    if {question.id for question in profile.statements} <= declared:
        rules.add("declaration")
    return tuple(_waiting(each) if each.rule in rules and each.box is None else each for each in findings)


def _waiting(finding: Finding) -> Finding:
    if finding.verdict is not Verdict.ASK:  # no answer clears it, approved or not
        return finding
    approve = DECLARE if finding.rule == "declaration" else finding.rule
    who = "What was declared" if finding.rule == "declaration" else f"{finding.reason} The decision"
    return replace(
        finding,
        reason=f"{who} {NEEDS_APPROVAL}.",
        code=ProblemCode.NOT_APPROVED,
        hint=f"Someone other than the person who decided must decide: approve {approve}.",
    )


def _together(answers: list[QuestionAnswer]) -> Answer:
    kind = answers[0].kind
    return Answer(kind, " ".join(each.rule for each in answers if each.kind == kind))


def _needs_none(kind: str) -> NotApproved:
    return NotApproved(
        f"needs no approval: the profile requires no second person for '{kind}'.", "Nothing needs approval there."
    )


def _own(decider: str) -> NotApproved:
    return NotApproved(
        f"was decided by {decider}, and nobody may approve their own decision.",
        "Somebody else must approve it.",
        own=True,
    )
