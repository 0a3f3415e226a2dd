"""What check says of one photo, word for word."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from imgvet.cli.check_words import CheckAnswer, Said, check_answer, face_list, place_in_picture, several_counted
from imgvet.decisions import Answer, Decision, DecisionScope
from imgvet.geometry import Box
from imgvet.photo import Event, Face, Finding, Photo, Problem, ProblemCode, Verdict
from imgvet.profile import parse_profile
from imgvet.rules import not_looked_at
from imgvet.rules.not_looked_at import NotLookedAt, not_looked_at_sentence
from imgvet.rules.rules import judge_by_rules
from imgvet.settings import Settings

PROFILE = parse_profile("", "test")
SETTINGS = Settings(PROFILE, Event("Open Day"))
PHOTO = Photo("a.jpg", width=900, height=600, smallest_face_px=16)
LOOK = "imgvet cannot tell a child, or read signs, number plates, screens or papers: look for them now."
WITHDRAWN = Problem(ProblemCode.FORM, "Form WMP-14 was withdrawn on 3 May 2026.", "Get another.")


def said_of(photo: Photo, said: Said | None = None) -> CheckAnswer:
    return check_answer(photo, said or {}, PROFILE, lambda *more: " ".join(("imgvet check a.jpg", *more)))


def with_faces(*faces: Face) -> Photo:
    photo = replace(PHOTO, faces=faces)
    return replace(photo, findings=judge_by_rules(photo, SETTINGS))


def faces(sure: int, possible: int = 0, resolved: Answer | None = None) -> Photo:
    return with_faces(
        *(
            Face(number, Box(number * 50, 10, number * 50 + 40, 50), 0.9, possible=number > sure, resolved=resolved)
            for number in range(1, sure + possible + 1)
        )
    )


@pytest.mark.parametrize(("photo", "sentence"), [
    (faces(1), "Not yet: 1 face needs a release form."),
    (faces(2), "Not yet: 2 faces need release forms."),
    (with_faces(Face(1, Box(10, 10, 60, 60), 0.9, problem=WITHDRAWN)), f"Not yet: face 1: {WITHDRAWN.sentence}"),
    (replace(PHOTO, output="clean/x-1.jpg"), "Yes, it may be published."),
    (replace(PHOTO, findings=(Finding("a", Verdict.BLOCKED, "The file says no.", "Stop."),)), "No: the file says no."),
    (
        replace(PHOTO, error="It is damaged.", findings=(Finding("a", Verdict.FAILED, "It is damaged.", "Copy it."),)),
        "No: it is damaged.",
    ),
])  # fmt: skip
def test_the_answer_is_one_sentence(photo: Photo, sentence: str) -> None:
    """Yes, not yet, or no, and why."""
    assert said_of(photo).sentence == sentence


REDACTED, STAFF, NOBODY = Answer("redact"), Answer("staff"), Answer("not-a-face")


@pytest.mark.parametrize(("answers", "found"), [
    ((), "No faces found"),
    ((REDACTED,), "1 face found, hidden,"),
    ((REDACTED, REDACTED), "2 faces found, all hidden,"),
    ((STAFF,), "1 face found, answered for,"),
    ((NOBODY,), "1 face found, said to be none,"),
    ((REDACTED, STAFF, STAFF), "3 faces found, 1 hidden and 2 answered for,"),
    ((REDACTED, STAFF, NOBODY), "3 faces found, 1 hidden, 1 answered for and 1 said to be none,"),
])  # fmt: skip
def test_a_yes_says_what_was_looked_at_and_what_not(answers: Sequence[Answer], found: str) -> None:
    """Truthfully, however its faces were answered."""
    each = enumerate(answers, 1)
    photo = with_faces(*(Face(n, Box(n * 50, 10, n * 50 + 40, 50), 0.9, resolved=answer) for n, answer in each))
    answer = said_of(photo)
    assert answer.looked_at == f"{found} and the file is clean. {LOOK}"
    assert answer.next_steps == ()


def test_what_is_not_looked_at_shrinks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once imgvet learns something, its row goes, and the sentence with it."""
    for left, sentence in (
        ((NotLookedAt("tell", "a child"),), "imgvet cannot tell a child: look for them now."),
        (
            (NotLookedAt("read", "screens"), NotLookedAt("read", "papers")),
            "imgvet cannot read screens or papers: look for them now.",
        ),
        ((), ""),
    ):
        monkeypatch.setattr(not_looked_at, "NOT_LOOKED_AT", left)
        assert not_looked_at_sentence([with_faces()]) == sentence


def test_a_yes_says_whether_text_was_read() -> None:
    """Where the profile turns it off, or nobody has looked yet, in any of the photos, it says so."""
    unread = with_faces()
    read = replace(unread, text_searched=True)
    assert not_looked_at_sentence([read, read]) == "imgvet cannot tell a child: look for them now."
    assert not_looked_at_sentence([read, unread]) == not_looked_at_sentence([unread]) == LOOK
    assert not_looked_at.not_looked_at(read) == ["a child"]
    assert not_looked_at_sentence([]) == ""


def test_each_face_has_its_line_the_largest_first() -> None:
    """Its number, where it is, what was said of it, and what it needs."""
    told = (
        Box(0, 0, 90, 90),
        Box(600, 400, 800, 590),
        Box(400, 250, 500, 350),
        Box(0, 500, 50, 560),
        Box(800, 0, 850, 40),
    )
    photo = with_faces(
        Face(1, told[0], 0.9, resolved=STAFF, face_id=told[0]),
        Face(2, told[1], 0.9),
        Face(3, told[2], 0.1, possible=True),
        Face(4, told[3], 0.9, problem=WITHDRAWN, face_id=told[3], found=False),
        Face(5, told[4], 0.9, resolved=REDACTED),
    )
    at = "2026-11-30T12:00:00+00:00"
    said = {
        (DecisionScope.FACE, told[0]): Decision("staff", "A. Officer", at, face=told[0]),
        (DecisionScope.FACE, told[3]): Decision("release", "B. Other", at, face=told[3], value="WMP-14"),
    }
    assert said_of(photo, said).faces == (
        "Face 2 (bottom right): needs a release form or another answer.",
        "Possible face 3 (middle): look whether it is one.",
        "Face 1 (top left): on-duty staff, says A. Officer, 30 November 2026.",
        "Face 4 (bottom left): form WMP-14, says B. Other, 30 November 2026. Form WMP-14 was withdrawn on 3 May 2026 "
        "(no longer found, and kept).",
    )


def test_of_a_crowd_the_largest_are_told() -> None:
    """The others by their numbers."""
    lines = said_of(faces(17)).faces
    assert len(lines) == 13
    assert lines[-1] == "Smaller ones: 13–17."


def test_the_next_step_is_one_whole_command_a_line() -> None:
    """Faces name two ways; where some are answered, the others by number; a blocked photo names its own."""
    assert said_of(faces(2)).next_steps == (
        "Hide them, or say who each is:",
        "imgvet check a.jpg --redact all",
        "imgvet check a.jpg --form 1:REFERENCE --by NAME",
    )
    one = replace(faces(1).faces[0], resolved=STAFF)
    assert said_of(with_faces(one, *faces(4).faces[1:])).next_steps[1] == "imgvet check a.jpg --redact 2-4 --by NAME"
    assert said_of(faces(0, 2)).next_steps[2] == "imgvet check a.jpg --not-a-face 1-2 --by NAME"
    refused = with_faces(replace(faces(1).faces[0], refused=True))
    assert said_of(refused).next_steps == ("Hide the face:", "imgvet check a.jpg --redact 1 --by NAME")
    blocked = replace(PHOTO, findings=(Finding("a", Verdict.BLOCKED, "No.", "Stop and ask."),))
    assert said_of(blocked).next_steps == ("Stop and ask.",)


def test_the_worst_comes_first_and_the_rest_follows() -> None:
    """A blocked photo with faces says first why it is blocked."""
    photo = faces(1)
    photo = replace(photo, findings=(*photo.findings, Finding("a", Verdict.BLOCKED, "It is classified.", "Stop.")))
    answer = said_of(photo)
    assert answer.sentence == "No: it is classified."
    assert answer.faces == ("Face 1 (top left): needs a release form or another answer.",)


def test_places_and_lists() -> None:
    """In thirds of the picture; numbers that follow each other together."""
    places = [place_in_picture(Box(x, y, x + 10, y + 10), PHOTO) for y in (0, 290, 590) for x in (0, 440, 890)]
    assert places == [
        "top left", "top", "top right", "left", "middle", "right", "bottom left", "bottom", "bottom right",
    ]  # fmt: skip
    assert place_in_picture(Box(0, 0, 1, 1), Photo("a")) == "middle"
    assert face_list(Face(number, Box(0, 0, 1, 1), 0.9) for number in (5, 1, 3, 4)) == "1,3-5"


def test_several_photos_are_counted() -> None:
    """Yes, not yet and no."""
    verdicts = [Verdict.READY, Verdict.ASK, Verdict.RELEASE, Verdict.BLOCKED, Verdict.FAILED, Verdict.READY]
    assert several_counted(verdicts) == "6 photos: 2 yes, 2 not yet, 2 no."


def held_for(rule: str, code: ProblemCode | None = None, second_person: str = "") -> tuple[str, ...]:
    """What comes next for a photo that one rule holds; ``second_person``: a decision that needs one."""
    photo = replace(PHOTO, findings=(Finding(rule, Verdict.ASK, "Why.", "What to do.", code=code),))
    more = f'[decisions]\nsecond_person = ["{second_person}"]' if second_person else ""

    def again(*more: str) -> str:
        return " ".join(("imgvet check a.jpg", *more))

    return check_answer(photo, {}, parse_profile(more, "test"), again, (), ("--declare", "me"), "THE BATCH").next_steps


def test_what_an_option_answers_is_a_whole_command() -> None:
    """Rights, the page of the event, and the statements; where two people are asked for, a batch is made."""
    assert held_for("others-copyright")[1:] == (
        "imgvet check a.jpg --rights own",
        "imgvet check a.jpg --rights licensed",
    )
    assert held_for("link-back")[1:] == ("imgvet check a.jpg --link ADDRESS",)
    assert held_for("declaration")[1:] == ("imgvet check a.jpg --declare me",)
    assert held_for("others-copyright", second_person="own")[1:] == ("THE BATCH",)
    assert held_for("declaration", second_person="declare")[1:] == ("THE BATCH",)
    assert held_for("declaration", second_person="own")[1:] == ("imgvet check a.jpg --declare me",)
    assert held_for("too-small") == ("What to do.",)
    assert held_for("others-copyright", ProblemCode.NOT_CREDITED) == ("What to do.",)
