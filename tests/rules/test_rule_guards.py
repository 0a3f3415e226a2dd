"""Each rule alone: what it finds, of which face, and what it leaves alone; how a profile sets its verdict."""

from dataclasses import replace
from typing import Any

import pytest

from imgvet.decisions import Answer, Words
from imgvet.errors import ProfileError
from imgvet.geometry import Box
from imgvet.photo import (
    Event,
    Face,
    FileClaims,
    Finding,
    Photo,
    Problem,
    ProblemCode,
    PublicMetadata,
    RightsClaim,
    RightsRole,
    Verdict,
)
from imgvet.profile import parse_profile
from imgvet.rules.rules import FIXED_RULES, RULES, check_rules, judge_by_rules
from imgvet.settings import Settings

EVENT = Event("Open Day", link="https://www.example.org/open-day")
CLEAN = Photo("a.jpg", 7, width=4000, height=3000, name="open-day-007.jpg", sha256="0" * 64)
ONE, TWO = Face(1, Box(10, 10, 60, 70), 0.9), Face(2, Box(100, 10, 160, 70), 0.9, possible=True)
HIDDEN, REFUSED = Answer("redact"), replace(ONE, refused=True)
CLAIM = RightsClaim(RightsRole.CREATOR, "A. Miller", "Artist, EXIF")
OWNED = "[organisation]\nname = 'Example Council'\nwebsite = 'www.example.org'\n"
QUESTIONS = "".join(f"[[questions]]\nid='{each}'\ntext='It is so.'\nsource='S'\n" for each in "abc")


def under(profile: str = "", **more: Any) -> Settings:
    return replace(Settings(parse_profile(profile, "test"), EVENT), **more)


def found(about: Photo, settings: Settings, rule: str) -> list[Finding]:
    return [each for each in judge_by_rules(about, settings) if each.rule == rule]


def claims(count: int) -> FileClaims:
    return FileClaims(tuple(replace(CLAIM, text=f"Name {each}") for each in range(1, count + 1)))


def unresolved(*problems: Problem | None, **more: Any) -> Photo:
    return replace(CLEAN, faces=tuple(replace(ONE, number=n, problem=each, **more) for n, each in enumerate(problems)))


NOT_VALID = Problem(ProblemCode.FORM, "the form has expired.", "Get another.")
PUBLIC = PublicMetadata(copyright_notice="© A", usage_terms="All rights reserved.")
NO_TERMS = replace(CLEAN, public=replace(PUBLIC, usage_terms=""))
NO_NOTICE = replace(CLEAN, public=replace(PUBLIC, copyright_notice=""))
ON = "".join(f"{each} = 'ask'\n" for each in ("website-overlay", "link-back", "copyright-licence", "alt-text"))
SMALL = "[channels.flickr]\nshort_side_at_least = 500\n"

# The rule, a photo, a profile and more of the settings; parts of the sentence and of the next step; None: nothing.
CASES: list[tuple[str, Photo, Settings, tuple[str, str] | None]] = [
    ("face-release", replace(CLEAN, faces=(ONE,)), under(), ("Face 1 needs a release form.", "signed")),
    ("face-release", replace(CLEAN, faces=(TWO,)), under(), None),
    ("face-release", replace(CLEAN, faces=(replace(ONE, resolved=HIDDEN),)), under(), None),
    ("possible-face", replace(CLEAN, faces=(TWO,)), under(), ("Possible face 2 needs checking.", "Check it")),
    ("possible-face", replace(CLEAN, faces=(ONE,)), under(), None),
    ("possible-face", replace(CLEAN, faces=(replace(TWO, resolved=HIDDEN),)), under(), None),
    ("refused", replace(CLEAN, faces=(replace(REFUSED, resolved=Answer("staff")),)), under(), ("face 1 has", "redact")),
    ("refused", replace(CLEAN, faces=(replace(REFUSED, resolved=HIDDEN),)), under(), None),
    ("refused", replace(CLEAN, faces=(ONE,)), under(), None),
    ("excluded", replace(CLEAN, excluded=True), under(), ("left out", "reopen")),
    ("original-changed", replace(CLEAN, original_changed=True), under(), ("has changed", "original-changed")),
    ("duplicate", replace(CLEAN, duplicate_of=3), under(), ("photo 3", "Exclude it")),
    ("similar", replace(CLEAN, similar=(3,)), under(), ("same as photo 3.", "best")),
    ("similar", replace(CLEAN, similar=(3, 4, 5, 9)), under(), ("same as photos 3–5, 9.", "best")),
    ("burst", replace(CLEAN, sharpest=3), under('[rules]\nburst = "ask"\n'), ("3 is the sharpest.", "answer burst")),
    ("burst", replace(CLEAN, sharpest=3), under(), None),
    ("burst", replace(CLEAN, sharpest=CLEAN.number), under('[rules]\nburst = "ask"\n'), None),
    ("earlier-label", replace(CLEAN, name="open-day-009.jpg"), under(), ("an earlier version", "original")),
    ("earlier-label", replace(CLEAN, name="open-day-070.jpg"), under(), ("an earlier version", "original")),
    ("earlier-label", replace(CLEAN, name="open-day-7.png"), under(), None),
    ("earlier-label", replace(CLEAN, name="open-day.jpg"), under(), None),
    ("earlier-label", replace(CLEAN, name=""), under(), None),
    ("first-picture", replace(CLEAN, other_pictures=1), under(), ("first of 2 pictures", "save")),
    ("covered-larger", replace(CLEAN, covered_larger=("Face 2",)), under(), ("Face 2 was covered larger", "Look")),
    ("covered-larger", replace(CLEAN, covered_larger=("Face 2", "Area B")), under(), ("and Area B were", "Look")),
    ("misnamed", replace(CLEAN, misnamed="It is named .png."), under(), ("It is named .png.", "ask")),
    ("partial-picture", replace(CLEAN, partial=True), under(), ("damaged", "partial-picture")),
    ("release-form", replace(CLEAN, shown_forms=("REL-2026-001",)), under(),
     ("shows release form REL-2026-001.", "release scan")),
    ("release-form", replace(CLEAN, shown_forms=tuple(f"REL-2026-00{n}" for n in range(1, 6))), under(),
     ("forms REL-2026-001, REL-2026-002, REL-2026-003, REL-2026-004, REL-2026-005.", "release scan")),
    ("release-form", replace(CLEAN, shown_forms=tuple(f"REL-2026-00{n}" for n in range(1, 8))), under(),
     ("REL-2026-005 and 2 more.", "release scan")),
    ("release-form", replace(CLEAN, shown_forms=("REL-2026-001",), filed=True), under(), None),
    ("filed-form", replace(CLEAN, shown_forms=("REL-2026-001",), filed=True), under("[rules]\nrelease-form = 'ask'"),
     ("shows release form REL-2026-001, and the register has the scan.", "never published")),
    ("filed-form", replace(CLEAN, shown_forms=("REL-2026-001",)), under(), None),
    ("declaration", CLEAN, under(QUESTIONS), ("3 statements that only", "declar")),
    ("declaration", CLEAN, under(QUESTIONS, answered=frozenset("ab")), ("one statement that only", "declar")),
    ("declaration", CLEAN, under(QUESTIONS, answered=frozenset("a")), ("2 statements that only", "declar")),
    ("declaration", CLEAN, under(QUESTIONS, answered=frozenset("abc")), None),
    ("declaration", CLEAN, under(QUESTIONS), ("3 statements", "then run imgvet finish with --declare")),
    ("declaration", CLEAN, under(QUESTIONS, one_by_one=True), ("3 statements", "Run again with --declare")),
    ("security-classification", replace(CLEAN, removed=("classification",)), under(), ("classified", "Ask")),
    ("official-marking", replace(CLEAN, official=True), under(), ("OFFICIAL", "Ask")),
    ("minor-age", replace(CLEAN, removed=("minor",)), under(), ("under 18", "guardian")),
    ("people-named", replace(CLEAN, removed=("people",)), under(), ("people in the picture", "inspect")),
    ("others-copyright", replace(CLEAN, claims=claims(1)), under(OWNED), ("rights: creator “Name 1”.", "own")),
    ("others-copyright", replace(CLEAN, claims=claims(5)), under(OWNED), ("; creator “Name 5”.", "own")),
    ("others-copyright", replace(CLEAN, claims=claims(6)), under(OWNED), ("; creator “Name 5” and 1 more.", "own")),
    ("others-copyright", replace(CLEAN, claims=claims(9)), under(OWNED), ("; creator “Name 5” and 4 more.", "own")),
    ("others-copyright", replace(CLEAN, claims=claims(1)), under(OWNED, one_by_one=True), ("Name 1", "--rights own")),
    ("others-copyright", replace(CLEAN, claims=claims(1)), under(OWNED, rights="own"), None),
    ("others-copyright", replace(CLEAN, claims=claims(1)), under(OWNED, rights="licensed"), None),
    ("others-copyright", replace(CLEAN, claims=claims(1)),
     under(OWNED + "[rules]\nothers-copyright = 'ask'", rights="own"), None),
    ("others-copyright", replace(CLEAN, claims=claims(1)),
     under(OWNED + "[rules]\nothers-copyright = 'blocked'", rights="own"), ("Name 1", "own")),
    ("others-copyright", replace(CLEAN, claims=claims(1)),
     under(OWNED + "[decisions]\nsecond_person = ['own']", rights="own"), ("Name 1", "own")),
    ("others-copyright", replace(CLEAN, claims=claims(1)),
     under(OWNED + "[decisions]\nsecond_person = ['licensed']", rights="own"), None),
    ("rejected-rating", replace(CLEAN, claims=FileClaims(rejected=True)), under(), ("rejected", "rejected-rating")),
    ("ai-content", replace(CLEAN, claims=FileClaims(made_by_ai="a term")), under(), ("AI: a term.", "ai-content")),
    ("spherical", replace(CLEAN, claims=FileClaims(spherical=True)), under(), ("360°", "elsewhere")),
    ("public-text", replace(CLEAN, words=Words("At B31 2AB")), under(), ("title “At [B31 2AB]” (postcode)", "caption")),
    ("public-text", replace(CLEAN, words=Words("B31 2AB")), under(one_by_one=True), ("[B31 2AB]", "without that")),
    ("alt-text", CLEAN, under(f"[rules]\n{ON}"), ("no alt text", "--alt")),
    ("alt-text", CLEAN, under(f"[rules]\n{ON}", one_by_one=True), None),
    ("alt-text", replace(CLEAN, words=Words(alt_text="A dog.")), under(f"[rules]\n{ON}"), None),
    ("website-overlay", CLEAN, under(f"[rules]\n{ON}"), ("No website", "website")),
    ("website-overlay", CLEAN, under(f"{OWNED}[rules]\n{ON}"), None),
    ("website-overlay", CLEAN, under(), None),
    ("link-back", CLEAN, under(f"[rules]\n{ON}", event=Event("Open Day")), ("no link", "--link")),
    ("link-back", CLEAN, under(f"[rules]\n{ON}"), None),
    ("copyright-licence", replace(CLEAN, public=PUBLIC), under(f"[rules]\n{ON}"), None),
    ("copyright-licence", CLEAN, under(f"[rules]\n{ON}"), None),
    ("copyright-licence", NO_TERMS, under(f"[rules]\n{ON}"), ("No copyright notice", "[licence]")),
    ("copyright-licence", NO_NOTICE, under(f"[rules]\n{ON}"), ("No copyright notice", "[licence]")),
    ("too-small", replace(CLEAN, height=499), under(SMALL), ("4000 × 499 pixels; flickr", "full size")),
    ("too-small", replace(CLEAN, width=499), under(SMALL), ("499 × 3000 pixels; flickr", "full size")),
    ("too-small", replace(CLEAN, width=500), under(SMALL), None),
    ("mark-covers-face", replace(CLEAN, unplaced_marks=("website",), faces=(ONE,)), under(), ("covering", "Crop")),
    ("mark-covers-face", replace(CLEAN, unplaced_marks=("website",)), under(), ("too small", "full size")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "about", "settings", "said"), CASES)
def test_what_a_rule_finds(rule: str, about: Photo, settings: Settings, said: tuple[str, str] | None) -> None:
    """Once, with what to do about it; or nothing."""
    findings = found(about, settings, rule)
    if said is None:
        assert findings == []
        return
    (finding,) = findings
    assert said[0] in finding.reason
    assert said[1] in finding.hint


@pytest.mark.parametrize("rule", [each.name for each in (*FIXED_RULES, *RULES)])
def test_a_plain_photo_is_nothing_to_any_rule(rule: str) -> None:
    """And every rule has a case here in which it finds something."""
    assert found(CLEAN, under(), rule) == []
    assert any(each == rule and said is not None for each, _, _, said in CASES)


@pytest.mark.parametrize(("lost", "is_lost"), [
    ({"found": False}, True), ({"found": False, "added": True}, False), ({"added": True}, False), ({}, False),
])  # fmt: skip
def test_a_face_that_is_no_longer_found_is_told(lost: dict[str, Any], is_lost: bool) -> None:
    """Not one that a person drew, which no detector need find."""
    (finding,) = found(replace(CLEAN, faces=(replace(ONE, **lost),)), under(), "face-release")
    assert finding.reason.endswith("no longer found.") is is_lost


@pytest.mark.parametrize(("rule", "possible"), [("face-release", False), ("possible-face", True)])
def test_a_face_says_why_its_answer_is_not_valid(rule: str, possible: bool) -> None:
    """With its box, by which the checklist knows it, and the code of the problem."""
    none, wrong = found(unresolved(None, NOT_VALID, possible=possible), under(), rule)
    assert (none.box, none.code) == (ONE.box, None)
    assert (wrong.box, wrong.code, wrong.hint) == (ONE.box, ProblemCode.FORM, NOT_VALID.hint)
    assert wrong.reason == f"Face 1: {NOT_VALID.sentence}"


def test_a_finding_about_the_photo_has_no_box() -> None:
    """Which tells it from those about a face."""
    (finding,) = found(replace(CLEAN, excluded=True), under(), "excluded")
    assert (finding.box, finding.code, finding.verdict) == (None, None, Verdict.BLOCKED)


def test_the_copy_of_what_ai_made_says_so() -> None:
    """Where the original has the term for it."""
    for term, says in (("", False), ("http://a", True)):
        about = replace(CLEAN, claims=FileClaims(made_by_ai="a term", source_type=term))
        assert ("The copy says so too." in found(about, under(), "ai-content")[0].reason) is says


@pytest.mark.parametrize("one_by_one", [False, True])
def test_who_waits_for_the_answer_is_told_how_to_give_it(one_by_one: bool) -> None:
    """With the command that was typed, where it is about a photo or two, and with a decision otherwise."""
    (finding,) = found(replace(CLEAN, claims=claims(1)), under(OWNED, one_by_one=one_by_one), "others-copyright")
    assert ("--rights own" in finding.hint) is one_by_one


def test_each_mark_that_has_no_place_is_told() -> None:
    """By its name."""
    findings = found(replace(CLEAN, unplaced_marks=("website", "copyright")), under(), "mark-covers-face")
    assert ["website" in each.reason for each in findings] == [True, False]
    assert "copyright" in findings[1].reason


@pytest.mark.parametrize(("rule", "about", "settings"), [case[:3] for case in CASES if case[3]])
@pytest.mark.parametrize("strength", ["off", "ask", "release", "blocked"])
def test_a_profile_sets_the_verdict(rule: str, about: Photo, settings: Settings, strength: str) -> None:
    """As far as the rule lets it; what no profile can change is no rule to it."""
    spec = next(each for each in (*FIXED_RULES, *RULES) if each.name == rule)
    settings = replace(settings, profile=settings.profile.model_copy(update={"rules": {rule: strength}}), rights="ask")
    if strength in spec.allowed:
        check_rules(settings)
        findings = found(about, settings, rule)
        assert {str(each.verdict) for each in findings} == ({strength} - {"off"})
    else:
        with pytest.raises(ProfileError, match=rf"rules\.{rule}: "):
            check_rules(settings)


def test_the_verdict_that_a_rule_has_by_itself() -> None:
    """And what a profile may make of it: what protects people is never off."""
    by_itself = {each.name: (each.default, each.allowed) for each in RULES}
    never_off = {name for name, (_, allowed) in by_itself.items() if "off" not in allowed}
    assert never_off == {
        "security-classification", "minor-age", "face-release", "possible-face", "others-copyright", "partial-picture",
        "mark-covers-face", "release-form", "public-text",
    }  # fmt: skip
    assert {name for name, (default, _) in by_itself.items() if default is None} == {
        "website-overlay", "link-back", "copyright-licence", "alt-text", "burst",
    }  # fmt: skip
    assert all("blocked" in allowed for _, allowed in by_itself.values())
    check_rules(under())
    with pytest.raises(ProfileError, match="there is no such rule; allowed are security-classification, "):
        check_rules(under("[rules]\nexcluded = 'off'"))
