"""Questions of a profile that are asked of each photo by itself: of which photos, and what answers them."""

from dataclasses import replace
from typing import Any

import pytest

from imgvet.batch.decisions.record import record_decisions
from imgvet.batch.decisions.state import DecisionState, QuestionAnswer
from imgvet.batch.decisions.statements import reopen_statements
from imgvet.batch.gate import judge_photo
from imgvet.batch.rule_changes import statements_of
from imgvet.batch.store import BatchStore
from imgvet.decisions import ANSWER, DECLARE, Answer
from imgvet.errors import ProfileError
from imgvet.geometry import Box
from imgvet.photo import Area, Event, Face, Photo, Verdict
from imgvet.profile import Profile, parse_profile
from imgvet.rules.rules import check_rules, judge_by_rules
from imgvet.settings import Settings
from support.recorded import refused, request

WORDS = "Nobody in the photo is under 18."
TEXT = f"""
[[questions]]
id = "libel"
text = "Nothing is libellous."
source = "S"

[[questions]]
id = "under-18"
text = "{WORDS}"
source = "S"
ask = "faces"

[[questions]]
id = "scene"
text = "No scene."
source = "S"
ask = "text"
"""
PROFILE = parse_profile(TEXT, "ours.toml")
SETTINGS = Settings(PROFILE, Event("Open day"))
FACE = Face(1, Box(10, 10, 90, 90), 0.9)
AREA = Area(1, "address", Box(10, 10, 90, 40))
PHOTO = Photo("a.jpg", 1, kind="jpeg", source_sha256="a" * 64, width=1000, height=800)


def asked(photo: Photo, settings: Settings = SETTINGS) -> list[str]:
    ids = {question.id for question in settings.profile.photo_questions}
    return [each.rule for each in judge_by_rules(photo, settings) if each.rule in ids]


@pytest.mark.parametrize(("about", "questions"), [
    ({}, []),
    ({"faces": (FACE,)}, ["under-18"]),
    ({"faces": (replace(FACE, possible=True),)}, ["under-18"]),
    ({"faces": (replace(FACE, resolved=Answer("release", "R-1")),)}, ["under-18"]),
    ({"faces": (replace(FACE, resolved=Answer("redact")),)}, []),
    ({"faces": (replace(FACE, resolved=Answer("not-a-face")),)}, []),
    ({"faces": (replace(FACE, resolved=Answer("redact")), replace(FACE, number=2))}, ["under-18"]),
    ({"areas": (AREA,)}, ["scene"]),
    ({"areas": (replace(AREA, resolved=Answer("fine")),)}, ["scene"]),
    ({"areas": (replace(AREA, resolved=Answer("redact-area")),)}, []),
    ({"areas": (replace(AREA, resolved=Answer("misread")),)}, []),
    ({"faces": (FACE,), "areas": (AREA,)}, ["under-18", "scene"]),
])  # fmt: skip
def test_a_photo_is_asked_about_what_it_shows(about: dict[str, Any], questions: list[str]) -> None:
    """Faces and areas that are hidden, or are none, do not count."""
    assert asked(replace(PHOTO, **about)) == questions


def test_the_question_is_in_the_words_of_the_profile() -> None:
    """It asks, whatever the strength of the declaration, and is off with it."""
    for strength in ("ask", "blocked"):
        profile = parse_profile(f"{TEXT}\n[rules]\ndeclaration = '{strength}'", "ours.toml")
        found = judge_by_rules(replace(PHOTO, faces=(FACE,)), replace(SETTINGS, profile=profile))
        (finding,) = [each for each in found if each.rule == "under-18"]
        assert WORDS in finding.reason
        assert (finding.verdict, finding.box) == (Verdict.ASK, None)
    off = parse_profile(f"{TEXT}\n[rules]\ndeclaration = 'off'", "ours.toml")
    assert asked(replace(PHOTO, faces=(FACE,)), replace(SETTINGS, profile=off)) == []


def judged(photo: Photo, *answers: QuestionAnswer) -> list[str]:
    declared = frozenset(each.rule for each in answers if each.kind == DECLARE)
    state = DecisionState((), answers=answers, declared=declared)
    return [each.rule for each in judge_photo(photo, SETTINGS, state).findings if each.verdict is not Verdict.READY]


def test_a_declaration_for_the_batch_does_not_cover_it() -> None:
    """Neither that of this statement, from before it was asked of each photo; an answer of the photo does."""
    photo = replace(PHOTO, faces=(replace(FACE, resolved=Answer("redact")), replace(FACE, number=2)))
    declared = [QuestionAnswer(DECLARE, rule, "Ann") for rule in ("libel", "under-18")]
    assert "under-18" in judged(photo, *declared)
    assert "declaration" not in judged(photo, *declared)
    assert "under-18" not in judged(photo, *declared, QuestionAnswer(ANSWER, "under-18", "Ann"))


def test_only_statements_of_the_batch_are_declared() -> None:
    """The others are asked of each photo."""
    assert [each.id for each in PROFILE.statements] == ["libel"]
    assert [each.id for each in PROFILE.photo_questions] == ["under-18", "scene"]
    found = judge_by_rules(PHOTO, replace(SETTINGS, answered=frozenset({"libel"})))
    assert "declaration" not in [each.rule for each in found]


def test_what_a_question_is_asked_of_is_part_of_its_wording() -> None:
    """So that a profile that asks it otherwise asks again."""
    before = {"questions": [{"id": "under-18", "text": WORDS, "source": "S"}]}
    after = {"questions": [{"id": "under-18", "text": WORDS, "source": "S", "ask": "faces"}]}
    assert statements_of(before) != statements_of(after)


def test_a_question_of_each_photo_has_no_rule_s_name() -> None:
    """Its answer would be the rule's."""
    text = TEXT.replace('"under-18"', '"public-text"')
    with pytest.raises(ProfileError, match="public-text"):
        check_rules(replace(SETTINGS, profile=parse_profile(text, "ours.toml")))


def test_the_police_profiles_ask_in_the_right_place() -> None:
    """Juveniles of each photo with faces, the crime scene beside what can be read."""
    police = Profile.model_validate(parse_profile("extends = 'west-midlands-police'", "ours.toml"))
    assert {each.id: each.ask for each in police.photo_questions} == {"under-18": "faces", "crime-scene-text": "text"}
    check_rules(replace(SETTINGS, profile=police))


def test_it_is_answered_photo_by_photo_without_a_reason(folder: BatchStore) -> None:
    """By number, by a range of numbers, or all: those that show no face are left alone, and refused where named."""
    photos = {each.number: bool(each.faces) for each in folder.snapshot().photos if each.error is None}
    faced = [number for number, has_faces in photos.items() if has_faces]
    plain = next(number for number, has_faces in photos.items() if not has_faces)
    (one,) = record_decisions(folder, PROFILE, str(faced[0]), request("answer", "under-18"))
    assert (one.kind, one.value, one.photo) == ("answer", "under-18", faced[0])
    spanned = record_decisions(folder, PROFILE, f"{min(photos)}-{max(photos)}", request("answer", "under-18"))
    assert [each.photo for each in spanned] == faced
    assert [each.photo for each in record_decisions(folder, PROFILE, "all", request("answer", "under-18"))] == faced
    refused(
        record_decisions, folder, PROFILE, str(plain), request("answer", "under-18"), match="asks nothing about photo"
    )
    refused(record_decisions, folder, PROFILE, "9-3", request("answer", "under-18"), match="There are no photos 9-3")


def test_an_answer_ends_with_the_wording(folder: BatchStore) -> None:
    """Another wording is another question; a rule of that name would keep its answer."""
    record_decisions(folder, PROFILE, "1,2", request("answer", "under-18"))
    reopen_statements(folder, ["under-18"], "Ann", "It has changed.")
    assert "reopen" not in [each.kind for each in folder.snapshot().decisions]
    reopen_statements(folder, ["under-18"], "Ann", "It has changed.", kind=ANSWER)
    made = [each for each in folder.snapshot().decisions if each.kind == "reopen"]
    assert [(each.photo, each.value) for each in made] == [(1, "under-18"), (2, "under-18")]
