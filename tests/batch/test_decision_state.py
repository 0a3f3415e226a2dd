"""What decisions come to: the newest on a subject is valid, and an approval is for the very answer that it names."""

from dataclasses import replace
from typing import Any

import pytest

from imgvet.batch.decisions.approvals import (
    NotApproved,
    face_approval,
    from_one_account,
    mark_unapproved,
    photo_approval,
)
from imgvet.batch.decisions.state import (
    DecisionIndex,
    DecisionState,
    QuestionAnswer,
    answers_given,
    declaration_for,
    face_ids,
    face_records,
    replay,
    with_numbered,
)
from imgvet.decisions import Answer, Decision, FaceRecord
from imgvet.geometry import Box
from imgvet.photo import Face, Finding, Photo, ProblemCode, Verdict
from imgvet.profile import parse_profile
from imgvet.signed_in import SignedIn

ONE, NEAR, FAR = Box(100, 100, 160, 170), Box(104, 102, 163, 174), Box(500, 100, 560, 170)
SHA = "5" * 64
PHOTO = Photo("a.jpg", source_sha256=SHA)
A, B, C = "A. Officer", "B. Sergeant", "C. Inspector"
REDACT = ("none", "unreleased", "all")
ANSWERS = ("answer", "declare", "own", "licensed", "staff", "release")


def said(kind: str, by: str = A, face: Box | None = None, **about: Any) -> Decision:
    return Decision(kind, by, "2026-06-14T10:00:00+00:00", 1, SHA, face=face, **about)


# -- about a face


def test_the_newest_answer_on_a_face_is_valid() -> None:
    """With who gave it and whether they said why; an approval goes with the answer that it was for."""
    first = [said("release", face=ONE, value="WMP-1"), said("approve", B, ONE, value="release WMP-1")]
    given = FaceRecord(ONE, ONE, stays=True, answer=Answer("release", "WMP-1"), by=A, approved_by=B)
    assert face_records(first) == (given,)
    second = said("not-identifiable", C, NEAR, face_id=ONE, note="From behind")
    now = FaceRecord(ONE, NEAR, stays=True, answer=Answer("not-identifiable"), reasoned=True, by=C)
    assert face_records([*first, second]) == (now,)
    assert face_records([*first, said("refused", C, ONE)]) == (FaceRecord(ONE, ONE, stays=True, refused=True, by=C),)
    assert face_records([*first, said("redact", C, ONE)])[0].answer == Answer("redact")
    reopened = face_records([*first, said("reopen", C, ONE)])[0]
    assert (reopened.answer, reopened.refused, reopened.approved_by, reopened.stays) == (None, False, "", True)


@pytest.mark.parametrize(
    ("kind", "stays"), [("staff", True), ("refused", True), ("not-a-face", False), ("reopen", False)]
)
def test_who_says_that_it_is_a_face_keeps_it(kind: str, stays: bool) -> None:
    """Even where no detector finds one later."""
    assert face_records([said(kind, face=ONE)])[0].stays is stays


@pytest.mark.parametrize("value", ["release WMP-2", "release", "staff", ""])
def test_an_approval_of_another_answer_approves_nothing(value: str) -> None:
    """Nor one's own, nor one of a face that nobody has answered for."""
    answered = said("release", face=ONE, value="WMP-1")
    assert face_records([answered, said("approve", B, ONE, value=value)])[0].approved_by == ""
    assert face_records([answered, said("approve", A, ONE, value="release WMP-1")])[0].approved_by == ""
    assert face_records([said("approve", B, ONE, value=value)]) == ()


def test_faces_without_an_id_are_told_by_their_place() -> None:
    """The one that overlaps most of those that are close; a face far off is another one, and so is each with an id."""
    records = [said("staff", face=ONE), said("staff", face=FAR), said("redact", face=NEAR)]
    assert [each for _, each in face_ids(records)] == [ONE, FAR, ONE]
    assert [each.answer for each in face_records(records)] == [Answer("redact"), Answer("staff")]
    assert len(face_records([*records, said("staff", face=NEAR, face_id=NEAR)])) == 3
    two = [said("staff", face=Box(90, 90, 150, 160), face_id=FAR), said("staff", face=ONE, face_id=ONE)]
    assert [each for _, each in face_ids([*two, said("redact", face=NEAR), said("answer", value="x")])] == [
        FAR,
        ONE,
        ONE,
    ]


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_faces_that_are_close_the_closer_is_meant(turned: bool) -> None:
    """Whichever was recorded first."""
    two = [said("staff", face=each, face_id=each) for each in (ONE, Box(110, 105, 170, 175))]
    about = said("redact", face=Box(108, 104, 168, 174))
    assert face_ids([*(reversed(two) if turned else two), about])[-1][1] == Box(110, 105, 170, 175)


def test_a_box_that_is_drawn_joins_what_was_there() -> None:
    """An answer stays, with its approval; that it is no face does not."""
    for kind, answer, approved in (("staff", Answer("staff"), B), ("not-a-face", None, "")):
        before = [said(kind, face=ONE), said("approve", B, ONE, value=kind)]
        drawn = said("add-face", C, NEAR, face_id=ONE)
        record = face_records([*before, drawn])[0]
        assert record == FaceRecord(
            ONE, ONE.joined(NEAR), drawn=True, stays=True, answer=answer, by=A, approved_by=approved
        )
    later = face_records([said("add-face", face=ONE), said("staff", face=NEAR, face_id=ONE)])[0]
    assert (later.box, later.drawn) == (ONE.joined(NEAR), True)  # what was drawn is not made smaller
    assert face_records([said("add-face", face=ONE)])[0].answer is None


def test_a_face_that_had_a_number_stays() -> None:
    """Open where nobody has spoken of it; but not one that is validly denied, or that had no number."""
    takes = parse_profile("[faces]\nanswers = ['not-a-face']\n", "test")
    known = FaceRecord(ONE, NEAR)
    denied = FaceRecord(FAR, FAR, answer=Answer("not-a-face"), by=A)
    assert with_numbered([known, denied], [ONE, FAR, NEAR], takes) == (
        replace(known, stays=True), denied, FaceRecord(NEAR, NEAR, stays=True),
    )  # fmt: skip
    assert with_numbered([known, denied], [], takes) == (known, denied)
    assert with_numbered([replace(known, stays=True)], [], takes) == (replace(known, stays=True),)
    takes_none = parse_profile("[faces]\nanswers = []\n", "test")
    assert with_numbered([denied], [FAR], takes_none) == (replace(denied, stays=True),)


def test_a_face_is_hidden_as_its_own_record_says() -> None:
    """By its id, and by what ``--redact`` hides."""
    state = DecisionState((FaceRecord(ONE, ONE, answer=Answer("staff")), FaceRecord(FAR, FAR, answer=Answer("redact"))))
    staff, hidden, open_one = (Face(1, each, 0.9, face_id=each) for each in (ONE, FAR, NEAR))
    assert state.on(hidden) == state.faces[1]
    assert state.on(open_one) is None
    hidden_by = {how: [state.hides(each, how) for each in (staff, hidden, open_one)] for how in REDACT}
    assert list(hidden_by.values()) == [
        [False, True, False], [False, True, True], [True, True, True],
    ]  # fmt: skip


# -- about the photo


def rules_of(decisions: list[Decision]) -> list[tuple[str, str, str, str]]:
    return [(each.kind, each.rule, each.by, each.approved_by) for each in answers_given(decisions)]


def test_answers_about_a_photo_each_have_their_rule() -> None:
    """One rule has one answer, of whichever kind; what is about a face is none, and nothing without a rule."""
    given = [
        said("answer", value="too-small"), said("own"), said("licensed", B), said("declare", value="a b"),
        said("answer", value=""), said("staff", face=ONE), said("answer", C, face=ONE, value="rejected"),
        said("exclude"),
    ]  # fmt: skip
    assert rules_of(given) == [
        ("answer", "too-small", A, ""), ("licensed", "others-copyright", B, ""), ("declare", "a", A, ""),
        ("declare", "b", A, ""),
    ]  # fmt: skip
    state = replay(PHOTO, given)
    assert state.licensed
    assert not replay(PHOTO, [*given, said("own")]).licensed
    assert state.declared == {"a", "b"}
    assert replay(replace(PHOTO, source_sha256="6" * 64), given) == DecisionState()


@pytest.mark.parametrize(
    ("value", "left"), [("", []), ("a", ["too-small", "b"]), ("too-small", ["a", "b"]), ("x", ["too-small", "a", "b"])]
)
def test_what_is_reopened_is_open(value: str, left: list[str]) -> None:
    """One matter or all; reopening a face reopens nothing of the photo."""
    given = [said("answer", value="too-small"), said("declare", value="a b")]
    assert [each[1] for each in rules_of([*given, said("reopen", value=value)])] == left
    assert len(rules_of([*given, said("reopen", face=ONE, value=value)])) == 3


def test_an_approval_names_kind_and_rule() -> None:
    """Of several rules each; never one's own, and not another kind of answer with that rule."""
    given = [said("answer", value="a"), said("declare", value="a b"), said("declare", B, value="c")]
    assert rules_of([*given, said("approve", B, value="declare a c")]) == [
        ("answer", "a", A, ""), ("declare", "a", A, B), ("declare", "b", A, ""), ("declare", "c", B, ""),
    ]  # fmt: skip
    assert [each[3] for each in rules_of([*given, said("approve", B, value="answer a")])] == [B, "", "", ""]
    assert [each[3] for each in rules_of([*given, said("approve", B, face=ONE, value="answer a")])] == ["", "", "", ""]
    assert rules_of([*given, said("exclude", B, value="answer a")]) == rules_of(given)  # which approves nothing
    again = [*given, said("approve", B, value="answer a"), said("answer", value="a")]
    assert rules_of(again)[0] == ("answer", "a", A, "")  # said anew, it waits anew


@pytest.mark.parametrize(("then", "excluded"), [
    ([], True), ([said("reopen")], False), ([said("reopen", value="exclude")], False),
    ([said("reopen", value="a")], True), ([said("own")], True),
    ([said("reopen", face=ONE)], True), ([said("answer", value="a")], True), ([said("reopen"), said("exclude")], True),
])  # fmt: skip
def test_a_photo_is_left_out_until_that_is_taken_back(then: list[Decision], excluded: bool) -> None:
    """By that word or by taking all back, and not by reopening a face or another matter."""
    assert replay(PHOTO, [said("exclude"), *then]).excluded is excluded
    assert not replay(PHOTO, [said("exclude", face=ONE)]).excluded


def test_what_needs_two_people_holds_with_two() -> None:
    """Declarations and answers each under their own name, as the profile asks."""
    answers = (
        QuestionAnswer("answer", "a", A, B), QuestionAnswer("own", "b", A), QuestionAnswer("declare", "q", A, B),
        QuestionAnswer("declare", "r", A), QuestionAnswer("answer", "c", A, A),
    )  # fmt: skip
    state = DecisionState(declared=frozenset("qr"), answers=answers)
    assert state.holding("declare", ()) == {"q", "r"}
    assert state.holding("declare", ANSWERS) == {"q"}
    assert state.holding("answer", ()) == {"a", "b", "c"}
    assert state.holding("answer", ("answer",)) == {"a", "b"}
    assert state.holding("answer", ANSWERS) == {"a"}
    assert state.waiting(ANSWERS) == (answers[1], answers[3], answers[4])
    assert state.waiting(("declare",)) == (answers[3],)


def test_only_new_statements_are_declared_again() -> None:
    """For this photo, by the same person however they write their name; or an approval would be lost."""
    before = [said("declare", value="a b"), said("answer", value="c"), said("declare", B, value="d")]
    declaration = Decision("declare", "a. officer", "2026-06-15T10:00:00+00:00", value="a b c d")
    assert declaration_for(PHOTO, declaration, before) == replace(declaration, photo=1, source_sha256=SHA, value="c d")
    assert declaration_for(PHOTO, replace(declaration, value="b a"), before) is None


def test_the_index_has_people_s_decisions_by_their_original() -> None:
    """Those without an original, and what imgvet recorded itself, are of no photo."""
    other = replace(said("exclude"), source_sha256="6" * 64)
    index = DecisionIndex(
        [said("exclude"), other, replace(said("exclude"), source_sha256=""), said("vetted")], {1: "h"}
    )
    assert index.on_original(SHA) == [said("exclude")]
    assert index.on_original("") == ()
    assert index.on_original("7" * 64) == ()
    assert index.state_of(PHOTO).excluded
    index.add([said("reopen")])
    assert not index.state_of(PHOTO).excluded
    vouched = [index.vouches_for(replace(PHOTO, number=number, vetting=hashed)) for number, hashed in
               ((1, "h"), (1, "other"), (1, None), (2, "h"), (2, None))]  # fmt: skip
    assert vouched == [True, False, True, False, True]
    assert not DecisionIndex().vouches_for(replace(PHOTO, vetting="h"))  # a log that has no vetting vouches for none


# -- who may approve what


def reason(found: Answer | NotApproved) -> str:
    assert isinstance(found, NotApproved)
    return found.reason + (" (own)" if found.own else "")


def test_the_answer_of_a_face_is_approved_by_somebody_else() -> None:
    """Once, where the profile asks for it, and the very answer that they mean."""
    answer = Answer("release", "WMP-1")
    record = FaceRecord(ONE, ONE, answer=answer, by=A)
    for asked in ("", "release", "WMP-1", "release WMP-1"):
        assert face_approval(record, asked, B, ANSWERS) == answer
    assert "'release WMP-1', not 'staff'" in reason(face_approval(record, "staff", B, ANSWERS))
    assert "no decision" in reason(face_approval(None, "", B, ANSWERS))
    assert "no decision" in reason(face_approval(replace(record, answer=None), "", B, ANSWERS))
    assert "needs no approval" in reason(face_approval(record, "", B, ("staff",)))
    assert f"by {B}" in reason(face_approval(replace(record, approved_by=B), "", C, ANSWERS))
    assert reason(face_approval(record, "", "a. officer", ANSWERS)).endswith("(own)")
    assert face_approval(replace(record, approved_by=A), "", B, ANSWERS) == answer  # nobody's approval: one's own


def test_answers_of_a_photo_are_approved_by_rule_or_as_declared() -> None:
    """All that was declared together, but for what one has declared oneself."""
    answers = (
        QuestionAnswer("answer", "a", A), QuestionAnswer("declare", "q", A), QuestionAnswer("declare", "r", B),
        QuestionAnswer("declare", "s", A, C), QuestionAnswer("own", "b", A, B),
    )  # fmt: skip
    state = DecisionState(answers=answers)

    def approved(asked: str, by: str, second: tuple[str, ...] = ANSWERS) -> Answer | NotApproved:
        return photo_approval(state, asked, by, second)

    assert approved("a", B) == Answer("answer", "a")
    assert approved("q", B) == Answer("declare", "q")
    assert approved("declare", B) == Answer("declare", "q")
    assert approved("declare", C) == Answer("declare", "q r")
    assert reason(approved("a", A)).endswith("(own)")
    assert f"decided by {B}" in reason(approved("r", B))
    assert f"'b', by {B}" in reason(approved("b", C))
    assert "needs no approval" in reason(approved("a", B, ("declare",)))
    assert reason(approved("x", B)) == "has no decision 'x' to approve."
    assert "several decisions" in reason(approved("", B))
    unknown, nothing = approved("x", B), photo_approval(DecisionState(), "x", B, ANSWERS)
    assert isinstance(unknown, NotApproved)
    assert isinstance(nothing, NotApproved)
    assert unknown.hint == "These need approval: a, q, r."
    assert nothing.hint == "Nothing needs approval there."
    assert "no decision 'answer'" in reason(approved("answer", B))  # only declarations are approved by their kind


def test_a_rule_and_a_question_of_one_name_are_approved_one_after_the_other() -> None:
    """An approval is of one kind; it is enough that one of the two needs it."""
    state = DecisionState(answers=(QuestionAnswer("answer", "a", A), QuestionAnswer("declare", "a", A)))
    assert photo_approval(state, "a", B, ANSWERS) == Answer("answer", "a")
    for kind in ("answer", "declare"):
        assert photo_approval(state, "a", B, (kind,)) == Answer(kind, "a")


TWO_QUESTIONS = parse_profile(
    f"decisions.second_person = {[*ANSWERS]}\n"
    + "".join(f"[[questions]]\nid='{each}'\ntext='It is so.'\nsource='S'\n" for each in "qr"),
    "test",
)


@pytest.mark.parametrize(("rule", "given", "hint"), [
    ("a", [("answer", "a", "")], "approve a."),
    ("b", [("own", "b", ""), ("answer", "a", B)], "approve b."),
    ("a", [], ""),
    ("a", [("answer", "a", B)], ""),
    ("b", [("answer", "a", "")], ""),
    ("q", [("declare", "q", "")], ""),  # a declaration is no answer for a rule
    ("declaration", [("declare", "q", ""), ("declare", "r", "")], "approve declare."),
    ("declaration", [("declare", "q", ""), ("declare", "r", B)], "approve declare."),
    ("declaration", [("declare", "q", ""), ("declare", "r", ""), ("declare", "s", "")], "approve declare."),
    ("declaration", [("declare", "q", "")], ""),  # the other one is open
    ("declaration", [("declare", "q", ""), ("answer", "r", "")], ""),  # which declares nothing
    ("a", [("declare", "q", ""), ("declare", "r", "")], ""),
])  # fmt: skip
def test_what_nobody_has_approved_yet_is_told_as_that(rule: str, given: list[tuple[str, str, str]], hint: str) -> None:
    """The question about the photo as a whole, of that rule alone; what is about a box, or no answer clears, stays."""
    state = DecisionState(answers=tuple(QuestionAnswer(kind, about, A, by) for kind, about, by in given))
    asked = Finding(rule, Verdict.ASK, "So it is.")
    others = (replace(asked, box=ONE), replace(asked, verdict=Verdict.BLOCKED), Finding("other", Verdict.ASK, "So."))
    marked, *unmarked = mark_unapproved((asked, *others), state, TWO_QUESTIONS)
    assert tuple(unmarked) == others
    if not hint:
        assert marked == asked
        return
    assert (marked.rule, marked.verdict, marked.code) == (rule, Verdict.ASK, ProblemCode.NOT_APPROVED)
    assert marked.hint == f"Someone other than the person who decided must decide: {hint}"
    told = "What was declared" if rule == "declaration" else "So it is. The decision"
    assert marked.reason == f"{told} needs a second person's approval."


def test_one_account_that_answers_and_approves_is_told() -> None:
    """Of a face or a question, the newest answer; where the account is not known, nothing is."""
    here, there = SignedIn("aofficer", "PC-1"), SignedIn("aofficer", "PC-2")

    def at(where: SignedIn | None, *words: Any, **about: Any) -> Decision:
        return replace(said(*words, **about), signed_in=where)

    def told(*decisions: Decision) -> bool:
        *others, last = from_one_account(decisions)
        assert not any(others)
        return last

    staff, approval = at(here, "staff", face=ONE), at(here, "approve", B, ONE, value="staff")
    assert told(staff, approval)
    assert not told(staff, replace(approval, signed_in=there))
    assert not told(at(None, "staff", face=ONE), at(None, "approve", B, ONE, value="staff"))
    assert not told(staff, at(there, "staff", C, ONE), approval)
    assert not told(staff, replace(approval, face=FAR))
    assert not told(staff, at(here, "redact", C, ONE))
    declared = at(here, "declare", value="a b")
    assert told(declared, at(here, "approve", B, value="declare b"))
    assert not told(declared, at(here, "approve", B, value="answer b"))
    assert told(at(here, "own"), at(here, "approve", B, value="own others-copyright"))
    assert told(at(there, "staff", face=FAR), declared, staff, approval)
    assert not told(staff, staff)  # an answer approves nothing
    assert told(staff, replace(approval, signed_in=there), approval)  # nor does an approval answer
    answers = at(here, "answer", value="a"), at(there, "answer", value="b")
    assert told(*answers, at(here, "approve", B, value="answer a"))
    assert not told(*answers, at(here, "approve", B, value="answer b"))
