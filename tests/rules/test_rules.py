"""Policy and the gate: what each rule says, how hard it bites, and that unknown is never safe."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.batch.decisions.state import DecisionState, replay
from imgvet.batch.gate import judge_photo
from imgvet.decisions import Answer, Decision, FaceRecord, Words
from imgvet.errors import ProfileError
from imgvet.geometry import Box
from imgvet.photo import Event, Face, FileClaims, Photo, PublicMetadata, RightsClaim, RightsRole, Verdict, worst
from imgvet.profile import load_profile, packaged_profiles, parse_profile
from imgvet.releases.release import FormAnswer
from imgvet.rules.face_answers import is_denied, no_faces_sentence
from imgvet.rules.needs import may_be_published
from imgvet.rules.rules import FIXED_RULES, RULES, check_rules, judge_by_rules
from imgvet.settings import Settings

EVENT = Event("Open Day", link="https://www.example.org/open-day")
PUBLIC = PublicMetadata(copyright_notice="© A", usage_terms="All rights reserved.")
CLEAN = Photo("a.jpg", width=4000, height=3000, public=PUBLIC, name="open-day-001.jpg", sha256="0" * 64)
FACE = Face(1, Box(10, 10, 60, 70), 0.9)
TAKES_ALL = "[faces]\nanswers = ['staff', 'not-identifiable', 'not-a-face']\n"


def under(profile: str) -> Settings:
    return Settings(parse_profile(profile, "test"), EVENT)


def verdicts(photo: Photo, profile: str = "") -> dict[str, Verdict]:
    return {finding.rule: finding.verdict for finding in judge_by_rules(photo, under(profile))}


@pytest.mark.parametrize(("photo", "profile", "expected"), [
    (CLEAN, "", {}),
    (replace(CLEAN, faces=(FACE,)), "", {"face-release": Verdict.RELEASE}),
    (replace(CLEAN, faces=(replace(FACE, possible=True),)), "", {"possible-face": Verdict.RELEASE}),
    (replace(CLEAN, faces=(replace(FACE, resolved=Answer("redact")),)), "", {}),
    (replace(CLEAN, faces=(FACE,)), "[rules]\nface-release = 'blocked'", {"face-release": Verdict.BLOCKED}),
    (replace(CLEAN, removed=("classification",)), "", {"security-classification": Verdict.BLOCKED}),
    (replace(CLEAN, removed=("minor",)), "", {"minor-age": Verdict.BLOCKED}),
    (replace(CLEAN, removed=("people",)), "", {"people-named": Verdict.ASK}),
    (replace(CLEAN, removed=("people",)), "[rules]\npeople-named = 'off'", {}),
    (replace(CLEAN, unplaced_marks=("website",)), "", {"mark-covers-face": Verdict.ASK}),
    (replace(CLEAN, width=3), "", {"too-small": Verdict.ASK}),
    (CLEAN, "[rules]\nwebsite-overlay = 'blocked'", {"website-overlay": Verdict.BLOCKED}),
    (CLEAN, "[rules]\nlink-back = 'ask'", {}),
    (replace(CLEAN, public=PublicMetadata()), "[rules]\ncopyright-licence = 'ask'", {"copyright-licence": Verdict.ASK}),
    (CLEAN, "[[questions]]\nid='a'\ntext='A.'\nsource='S'", {"declaration": Verdict.ASK}),
])  # fmt: skip
def test_each_rule(photo: Photo, profile: str, expected: dict[str, Verdict]) -> None:
    """One case a rule: what it looks at, and the verdict that the profile gives it."""
    assert verdicts(photo, profile) == expected


def test_link_back_is_asked_where_there_is_no_link() -> None:
    """The rule looks at the event, not at the description."""
    settings = replace(under("[rules]\nlink-back = 'ask'"), event=Event("Open Day"))
    assert [finding.rule for finding in judge_by_rules(CLEAN, settings)] == ["link-back"]
    for channel in ("x", "bluesky"):  # which show no description that a link could be in
        assert judge_by_rules(CLEAN, replace(settings, channel_name=channel)) == ()


def test_every_finding_is_a_sentence_with_a_next_step() -> None:
    """Whoever reads it knows what is wrong and what to do."""
    everything = replace(
        CLEAN, width=1, faces=(FACE, replace(FACE, number=2, possible=True, refused=True)), public=PublicMetadata(),
        removed=("classification", "minor", "people"), unplaced_marks=("website",), excluded=True, other_pictures=1,
        covered_larger=("Face 1",),
        shown_forms=("REL-2026-001",),
        misnamed="It is named .png but is a JPEG.", partial=True, original_changed=True,
        words=Words("At B31 2AB"), official=True, duplicate_of=2, similar=(3,), sharpest=3,
        name="open-day-009.jpg",
        claims=FileClaims(
            (RightsClaim(RightsRole.NOTICE, "© A. Miller", "Copyright, EXIF"),),
            rejected=True, made_by_ai="a term", spherical=True,
        ),
    )  # fmt: skip
    rules = "".join(f"{named.name} = 'blocked'\n" for named in RULES)
    settings = replace(under(f"[rules]\n{rules}[[questions]]\nid='a'\ntext='A.'\nsource='S'"), event=Event("Open Day"))
    findings = (*judge_by_rules(everything, settings), *judge_by_rules(replace(everything, filed=True), settings))
    assert {finding.rule for finding in findings} == {named.name for named in (*FIXED_RULES, *RULES)}
    for finding in findings:
        assert finding.reason.endswith(".")
        assert finding.hint.endswith(".")


@pytest.mark.parametrize(("rules", "words"), [
    ("face-release = 'off'", "rules.face-release: is 'off'; allowed are release, blocked"),
    ("security-classification = 'off'", "allowed are ask, blocked"),
    ("minor-age = 'release'", "rules.minor-age"),
    ("no-such-rule = 'ask'", "there is no such rule; allowed are security-classification, official-marking"),
])  # fmt: skip
def test_a_profile_cannot_turn_off_what_protects_people(rules: str, words: str) -> None:
    """The message names the rule and what is allowed."""
    with pytest.raises(ProfileError, match=words):
        check_rules(under(f"[rules]\n{rules}"))


@pytest.mark.parametrize("name", packaged_profiles())
def test_the_packaged_profiles_name_only_rules_that_exist(name: str) -> None:
    """And set them only as they may be set."""
    check_rules(Settings(load_profile(name)[0], EVENT))


@pytest.mark.parametrize("name", [name for name in packaged_profiles() if name != "general"])
def test_a_police_profile_waits_for_the_declaration(name: str) -> None:
    """Until every statement is declared, the best photo is no better than ``ask``."""
    settings = Settings(load_profile(name)[0], EVENT)
    questions = frozenset(question.id for question in settings.profile.statements)
    assert judge_photo(CLEAN, settings, DecisionState()).verdict is Verdict.ASK
    assert (
        judge_photo(CLEAN, settings, DecisionState(declared=questions - {next(iter(questions))})).verdict is Verdict.ASK
    )
    assert judge_photo(CLEAN, settings, DecisionState(declared=questions)).verdict is Verdict.READY


def test_the_worst_finding_decides() -> None:
    """ready < ask < release < blocked < failed."""
    assert [verdict.rank for verdict in Verdict] == [0, 1, 2, 3, 4]
    assert worst([]) is Verdict.READY
    assert worst([Verdict.BLOCKED, Verdict.ASK]) is Verdict.BLOCKED


answers = st.sampled_from([None, "redact", "staff", "not-identifiable", "not-a-face"])


@given(
    st.lists(st.tuples(answers, st.booleans()), max_size=6), st.booleans(), st.booleans(), st.sampled_from([None, "x"])
)
def test_the_gate_opens_only_for_what_is_fully_answered(
    faces: list[tuple[str | None, bool]], written: bool, declared: bool, error: str | None
) -> None:
    """A photo may go out only when it is proven, without error, declared, and every face has an answer."""
    photo = replace(
        CLEAN,
        faces=tuple(
            Face(n, Box(100 * n, 10, 100 * n + 50, 70), 0.9, possible=p, resolved=Answer(a) if a else None)
            for n, (a, p) in enumerate(faces, 1)
        ),
        sha256="0" * 64 if written else None,
        error=error,
    )
    settings = under(f"{TAKES_ALL}[[questions]]\nid='a'\ntext='A.'\nsource='S'")
    decisions = [
        Decision(answer, "A. Officer", "2026-06-14", photo.number, photo.source_sha256, face.box, note="Why.")
        for face, (answer, _) in zip(photo.faces, faces, strict=True)
        if answer not in (None, "redact")
    ]
    decisions += [Decision("declare", "A. Officer", "2026-06-14", photo.number, value="a")] if declared else []
    now = judge_photo(photo, settings, replay(photo, decisions))
    expected = written and declared and error is None and all(answer is not None for answer, _ in faces)
    assert may_be_published(now) is expected


def decision(kind: str, value: str = "", **about: Any) -> Decision:
    whole: dict[str, Any] = {"photo": 1, "value": value} | about
    return Decision(kind, "A. Officer", "2026-06-14T10:00:00+00:00", **whole)


@pytest.mark.parametrize(("kinds", "resolved", "verdict"), [
    (["staff"], "staff", Verdict.READY),
    (["release"], "release WMP-14", Verdict.READY),
    (["staff", "reopen"], None, Verdict.RELEASE),
    (["staff", "refused"], None, Verdict.BLOCKED),
    (["refused", "not-a-face"], "not-a-face", Verdict.READY),
    (["redact"], None, Verdict.RELEASE),  # until the file is made anew, the face is not hidden
])  # fmt: skip
def test_the_newest_decision_on_a_face_holds(kinds: list[str], resolved: str | None, verdict: Verdict) -> None:
    """And it is known again by its box, even when the detector moves it a little."""
    photo = replace(CLEAN, faces=(replace(FACE, box=Box(11, 11, 61, 71)),))
    made = [decision(kind, "WMP-14" if kind == "release" else "", face=FACE.box) for kind in kinds]
    now = judge_photo(photo, under(TAKES_ALL), replay(photo, made), {"WMP-14": FormAnswer()})
    assert now.faces[0].resolved == (Answer.parse(resolved) if resolved else None)
    assert now.verdict is verdict


@pytest.mark.parametrize(("second", "resolved"), [("reopen", None), ("refused", None), ("not-a-face", "not-a-face")])
def test_a_newer_decision_holds_although_the_box_has_moved(second: str, resolved: str | None) -> None:
    """Between two decisions the detector drew the face a little elsewhere; it is still the same face."""
    moved = Box(14, 13, 64, 73)
    made = [decision("staff", face=FACE.box), decision(second, face=moved)]
    for box in (FACE.box, moved):
        photo = replace(CLEAN, faces=(replace(FACE, box=box),))
        now = judge_photo(photo, under(""), replay(photo, made))
        assert now.faces[0].resolved == (Answer(resolved) if resolved else None)


def test_a_refused_face_is_answered_by_hiding_it() -> None:
    """Refused blocks; refused and hidden does not."""
    photo = replace(CLEAN, faces=(replace(FACE, resolved=Answer("redact")),))
    assert judge_photo(photo, under(""), replay(photo, [decision("refused", face=FACE.box)])).verdict is Verdict.READY


@pytest.mark.parametrize("elsewhere", [{"photo": 2}, {"source_sha256": "1" * 64}, {"face": Box(500, 500, 560, 570)}])
def test_a_decision_counts_only_for_what_was_decided_on(elsewhere: dict[str, Any]) -> None:
    """Not for another photo, not for a changed original, not for another face."""
    photo = replace(CLEAN, faces=(FACE,))
    made = decision("staff", **({"face": FACE.box} | elsewhere))
    assert judge_photo(photo, under(""), replay(photo, [made])).verdict is Verdict.RELEASE


def test_questions_about_a_photo_are_answered_and_blocks_are_not() -> None:
    """``answer`` clears what asks; it cannot clear what blocks."""
    asks = replace(CLEAN, removed=("people",))
    named = replay(asks, [decision("answer", "people-named")])
    assert judge_photo(asks, under(""), named).verdict is Verdict.READY
    blocks = replace(CLEAN, removed=("minor",))
    minor = replay(blocks, [decision("answer", "minor-age")])
    assert judge_photo(blocks, under(""), minor).verdict is Verdict.BLOCKED


def test_a_photo_can_be_left_out_and_taken_in_again() -> None:
    """``exclude`` blocks until ``reopen``."""
    out = replay(CLEAN, [decision("exclude")])
    assert judge_photo(CLEAN, under(""), out).verdict is Verdict.BLOCKED
    back = replay(CLEAN, [decision("exclude"), decision("reopen")])
    assert judge_photo(CLEAN, under(""), back).verdict is Verdict.READY


@pytest.mark.parametrize(("smallest", "turned", "said"), [
    (0, False, "imgvet has not looked for faces yet."),
    (21, False, "No faces found, looked for from 21 pixels across in the published picture, upright."),
    (21, True, "No faces found, looked for from 21 pixels across in the published picture, upright and turned."),
])  # fmt: skip
def test_a_photo_without_faces_says_how_it_was_searched(smallest: int, turned: bool, said: str) -> None:
    """That nobody has looked is never told as that there is nobody."""
    assert no_faces_sentence(replace(CLEAN, smallest_face_px=smallest, rotations_searched=turned)) == said


@pytest.mark.parametrize(("answer", "by", "approved_by", "denied"), [
    (None, "A", "", False), (Answer("staff"), "A", "B", False), (Answer("redact"), "A", "B", False),
    (Answer("release", "WMP-1"), "A", "B", False), (Answer("not-a-face"), "A", "", False),
    (Answer("not-a-face"), "A", "B", True),
])  # fmt: skip
def test_that_there_is_no_face_is_valid_like_any_answer(
    answer: Answer | None, by: str, approved_by: str, denied: bool
) -> None:
    """Where the profile takes that answer, and a second person has approved it where the profile asks for one."""
    both = "[faces]\nanswers = ['staff', 'not-a-face']\n[decisions]\nsecond_person = ['not-a-face']\n"
    record = FaceRecord(FACE.box, FACE.box, answer=answer, reasoned=True, by=by, approved_by=approved_by)
    assert is_denied(record, parse_profile(both, "test")) is denied
    assert not is_denied(record, parse_profile("[faces]\nanswers = []\n", "test"))
