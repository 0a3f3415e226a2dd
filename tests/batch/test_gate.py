"""The gate, case by case: a face is resolved by exactly one kind of answer that holds, and a photo by nothing less."""

from dataclasses import replace
from itertools import product

import pytest

from imgvet.batch.decisions.state import DecisionState, QuestionAnswer
from imgvet.batch.gate import judge_photo, releases_named
from imgvet.decisions import Answer, FaceRecord
from imgvet.geometry import Box
from imgvet.photo import Event, Face, Photo, PublicMetadata, Verdict
from imgvet.profile import parse_profile
from imgvet.releases.release import FormAnswer
from imgvet.rules.face_answers import settle_answer
from imgvet.rules.needs import may_be_published
from imgvet.settings import Settings

BOX = Box(10, 10, 60, 70)
FACE = Face(1, BOX, 0.9)
EVENT = Event("Open Day", link="https://www.example.org/open-day")
PUBLIC = PublicMetadata(copyright_notice="© A", usage_terms="All rights reserved.")
PHOTO = Photo("a.jpg", width=4000, height=3000, public=PUBLIC, name="open-day-001.jpg", sha256="0" * 64)

ANSWERS = (None, "redact", "release WMP-14", "staff", "not-identifiable", "not-a-face")
FORMS = {
    "valid": FormAnswer(),
    "invalid": FormAnswer("Form WMP-14 was withdrawn on 3 May 2026."),
    "refused": FormAnswer("Form WMP-14 records a refusal.", refused=True),
    "unknown": FormAnswer("Form WMP-14 is not in the register."),
    "not asked": None,
}
APPROVALS = {"nobody": "", "the same person": " a.  OFFICER ", "another person": "B. Officer"}


def profile(*, allowed: bool, second: bool) -> str:
    answers = '["staff", "not-identifiable", "not-a-face"]' if allowed else "[]"
    kinds = '["release", "staff", "not-identifiable", "not-a-face"]' if second else "[]"
    return f"[faces]\nanswers = {answers}\n[decisions]\nsecond_person = {kinds}"


@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("allowed", [False, True])
@pytest.mark.parametrize("answer", ANSWERS)
def test_every_combination_for_one_face(answer: str | None, allowed: bool, second: bool) -> None:
    """Hidden, form, reason, profile, approval, refusal: only what the guidance names opens the gate."""
    house = parse_profile(profile(allowed=allowed, second=second), "test")
    for hidden, form, reasoned, approval, refused in product(
        (False, True), FORMS, (False, True), APPROVALS, (False, True)
    ):
        known = FaceRecord(
            BOX,
            BOX,
            answer=Answer.parse(answer) if answer else None,
            refused=refused,
            reasoned=reasoned,
            by="A. Officer",
            approved_by=APPROVALS[approval],
        )
        given = FORMS[form]
        forms = {} if given is None else {"WMP-14": given}
        face = settle_answer(replace(FACE, resolved=Answer("redact") if hidden else None), known, forms, house)
        good = {
            None: False,
            "redact": False,  # not yet hidden in the file
            "release WMP-14": form == "valid",
            "staff": allowed,
            "not-identifiable": allowed and reasoned,
            "not-a-face": allowed,
        }[answer] and (not second or approval == "another person")
        case = (hidden, form, reasoned, approval, refused)
        assert (face.resolved is not None) == (hidden or good), case
        assert str(face.resolved) in ("None", "redact" if hidden else answer), case
        assert face.refused == (refused or (not hidden and answer == "release WMP-14" and form == "refused")), case
        assert bool(face.problem) == (answer is not None and not hidden and not good), case
        assert face.problem is None or face.problem.sentence.endswith("."), case


def test_nobody_spoke_of_it() -> None:
    """Unknown is never safe."""
    house = parse_profile(profile(allowed=True, second=False), "test")
    assert settle_answer(FACE, None, {}, house).resolved is None
    assert (
        settle_answer(replace(FACE, resolved=Answer("staff")), None, {}, house).resolved is None
    )  # only a hidden face speaks for itself


@pytest.mark.parametrize(
    ("declared", "excluded", "changed", "blocked", "proven", "error"), list(product((False, True), repeat=6))
)
@pytest.mark.parametrize("answer", [None, "release WMP-14", "redact"])
def test_every_combination_for_one_photo(
    answer: str | None, declared: bool, excluded: bool, changed: bool, blocked: bool, proven: bool, error: bool
) -> None:
    """Every face, every question, nothing that blocks, and the proof: a photo goes out with all of them only."""
    settings = Settings(parse_profile("[[questions]]\nid='a'\ntext='A.'\nsource='S'", "test"), EVENT)
    photo = replace(
        PHOTO,
        faces=(replace(FACE, resolved=Answer("redact") if answer == "redact" else None),),
        removed=("classification",) if blocked else (),
        original_changed=changed,
        sha256="0" * 64 if proven else None,
        error="Broken." if error else None,
    )
    known = DecisionState(
        (FaceRecord(BOX, BOX, answer=Answer.parse(answer) if answer else None, by="A. Officer"),),
        excluded=excluded,
        declared=frozenset({"a"}) if declared else frozenset(),
    )
    assert releases_named(photo, known) == ({"WMP-14"} if answer == "release WMP-14" else set())
    for form, given in FORMS.items():
        now = judge_photo(photo, settings, known, {} if given is None else {"WMP-14": given})
        face_answered = answer == "redact" or (answer == "release WMP-14" and form == "valid")
        expected = face_answered and declared and not (excluded or changed or blocked or error) and proven
        assert may_be_published(now) is expected, form


def test_a_refusal_in_the_register_blocks_until_the_face_is_hidden() -> None:
    """No form is one thing; a person who said no is another."""
    settings = Settings(parse_profile("", "test"), EVENT)
    known = DecisionState((FaceRecord(BOX, BOX, answer=Answer("release", "WMP-14"), by="A. Officer"),))
    shown = judge_photo(replace(PHOTO, faces=(FACE,)), settings, known, {"WMP-14": FORMS["refused"] or FormAnswer()})
    assert shown.verdict is Verdict.BLOCKED
    hidden = replace(PHOTO, faces=(replace(FACE, resolved=Answer("redact")),))
    assert judge_photo(hidden, settings, known, {"WMP-14": FORMS["refused"] or FormAnswer()}).verdict is Verdict.READY


def test_why_an_answer_does_not_hold_stands_in_the_finding() -> None:
    """Whoever reads the checklist knows what to mend."""
    settings = Settings(parse_profile("", "test"), EVENT)
    known = DecisionState((FaceRecord(BOX, BOX, answer=Answer("release", "WMP-14"), by="A. Officer"),))
    for possible in (False, True):
        photo = replace(PHOTO, faces=(replace(FACE, possible=possible),))
        (finding,) = judge_photo(photo, settings, known, {"WMP-14": FORMS["invalid"] or FormAnswer()}).findings
        assert finding.reason == "Face 1: Form WMP-14 was withdrawn on 3 May 2026."
        assert "another decision" in finding.hint


@pytest.mark.parametrize("approval", APPROVALS)
@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("kind", ["answer", "declare"])
def test_answers_about_the_photo_need_the_second_person_too(kind: str, second: bool, approval: str) -> None:
    """Where the profile asks for it, neither an answer nor a declaration holds by itself."""
    text = "[rules]\nlink-back = 'ask'\n[[questions]]\nid='a'\ntext='A.'\nsource='S'\n"
    text += f"[decisions]\nsecond_person = {[kind] if second else []}"
    settings = Settings(parse_profile(text, "test"), Event("Open Day"))
    given = {
        "answer": QuestionAnswer("answer", "link-back", "A. Officer"),
        "declare": QuestionAnswer("declare", "a", "A. Officer"),
    }
    given[kind] = replace(given[kind], approved_by=APPROVALS[approval])
    known = DecisionState(declared=frozenset({"a"}), answers=(given["answer"], given["declare"]))
    assert may_be_published(judge_photo(PHOTO, settings, known)) is (not second or approval == "another person")
    nothing = DecisionState(answers=(given["answer"],))
    assert not may_be_published(judge_photo(PHOTO, settings, nothing))  # one of two is not enough
