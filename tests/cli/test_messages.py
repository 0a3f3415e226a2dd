"""What commands say, word for word."""

import os
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from imgvet.cli.messages import batch_next_step, exit_code, needs_of_batch, reasons_to_take_back
from imgvet.decisions import Answer, Words
from imgvet.geometry import Box
from imgvet.photo import Event, Face, Finding, Photo, Problem, ProblemCode, PublicMetadata, Verdict
from imgvet.profile import parse_profile
from imgvet.reports.batch_words import needs_of_photo, verdict_counts
from imgvet.rules.rules import judge_by_rules
from imgvet.settings import Settings

SETTINGS = Settings(parse_profile("", "test"), Event("Open Day"))
PHOTO = Photo("a.jpg", number=4, width=900, height=600)
NOT_APPROVED = ProblemCode.NOT_APPROVED


def with_faces(sure: int, possible: int = 0, resolved: Answer | None = None) -> Photo:
    faces = tuple(
        Face(number, Box(number * 50, 10, number * 50 + 40, 50), 0.9, possible=number > sure, resolved=resolved)
        for number in range(1, sure + possible + 1)
    )
    photo = replace(PHOTO, faces=faces)
    return replace(photo, findings=judge_by_rules(photo, SETTINGS))


def test_a_batch_is_counted_best_first() -> None:
    """Verdicts that no photo has are left out; faces are counted where forms are missing."""
    photos = [PHOTO, with_faces(2), with_faces(1), replace(PHOTO, error="Gone.")]
    assert verdict_counts(photos) == [
        (Verdict.READY, 1, "may be published"),
        (Verdict.RELEASE, 2, "needs release forms or decisions: 3 faces"),
        (Verdict.FAILED, 1, "could not be read or cleaned"),
    ]
    assert needs_of_photo(photos[1]) == "2 faces need release forms."


@pytest.mark.parametrize(("photos", "code"), [
    ([PHOTO], 0),
    ([PHOTO, with_faces(1)], 1),
    ([replace(PHOTO, findings=(Finding("a", Verdict.BLOCKED, "No.", "Stop."),)), with_faces(1)], 3),
    ([replace(PHOTO, error="Gone."), PHOTO], 4),
])  # fmt: skip
def test_the_worst_photo_decides_the_exit_code(photos: list[Photo], code: int) -> None:
    """0 ready, 1 waits, 3 blocked, 4 failed."""
    assert exit_code(photos) == code


def test_the_next_step_of_a_batch_is_a_command_where_it_can_be() -> None:
    """It names the batch, and the photo or face that needs something; there are two commands at most."""
    sheet = "imgvet checklist open-day --import open-day/checklist.xlsx --by NAME"
    assert next_commands(with_faces(1)) == (sheet, "imgvet decide open-day 4:1 redact --by NAME")
    first, second = with_faces(2).faces
    half_answered = replace(with_faces(2), faces=(replace(first, resolved=Answer("staff")), second))
    assert next_commands(half_answered)[1] == "imgvet decide open-day 4:2 redact --by NAME"
    assert next_commands(PHOTO) == ("imgvet published open-day --url ADDRESS --by NAME",)
    assert next_commands(finding("people-named", Verdict.ASK)) == (
        "imgvet decide open-day 4 answer people-named --note WHY --by NAME",
        "imgvet decide open-day 4 exclude --note WHY --by NAME",
    )
    assert next_commands(finding("others-copyright", Verdict.ASK)) == (
        "imgvet decide open-day 4 own --by NAME",
        "imgvet decide open-day 4 licensed --note WHY --by NAME",
    )
    assert next_commands(finding("minor-age", Verdict.BLOCKED)) == (
        "imgvet decide open-day 4 exclude --note WHY --by NAME",
    )
    assert next_commands(finding("excluded", Verdict.BLOCKED)) == ("imgvet status open-day",)
    assert next_commands(finding("excluded", Verdict.BLOCKED), PHOTO)[0].startswith("imgvet published")
    assert next_commands(finding("declaration", Verdict.ASK)) == ("imgvet finish open-day --declare NAME",)
    waits = Finding("declaration", Verdict.ASK, "What was declared waits.", "Approve.", code=NOT_APPROVED)
    assert next_commands(replace(PHOTO, findings=(waits,))) == ("imgvet decide open-day all approve declare --by NAME",)
    waits = replace(waits, rule="people-named")
    assert next_commands(replace(PHOTO, findings=(waits,))) == ("imgvet decide open-day 4 approve --by NAME",)
    assert next_commands(doubtful(10, None, refused=True)) == ("imgvet decide open-day 10:1 redact --by NAME",)


def test_the_next_step_for_words_is_to_change_them_and_for_a_missing_original_to_put_it_back() -> None:
    """Nobody is told to decide what is decided already, or to leave out a photo that only has to be made again."""
    answer = "imgvet decide open-day 4 answer public-text --note WHY --by NAME"
    asked = finding("public-text", Verdict.ASK)
    assert next_commands(replace(asked, words=Words(caption="Rex"))) == (
        "imgvet caption open-day 4 --caption TEXT --by NAME",
        answer,
    )
    assert next_commands(asked) == (
        "imgvet batch open-day --event EVENT --change-profile --note WHY --by NAME",
        answer,
    )
    assert next_commands(finding("alt-text", Verdict.ASK))[0] == "imgvet caption open-day 4 --alt TEXT --by NAME"
    finish = ("imgvet finish open-day",)
    hidden = doubtful(5, Problem(ProblemCode.NOT_HIDDEN, "The face is not hidden in the file yet.", "Run finish."))
    assert next_commands(hidden) == finish
    assert next_commands(hidden, with_faces(1))[1] == "imgvet decide open-day 4:1 redact --by NAME"
    assert batch_next_step([hidden], Path("b")).words.startswith("The original of photo 5 is needed")
    assert "photos 5, 7 are needed" in batch_next_step([hidden, replace(hidden, number=7)], Path("b")).words
    for code in (ProblemCode.NOT_WORDED, ProblemCode.NOT_CREDITED):
        made_before = Finding("captions", Verdict.ASK, "Its file is not made yet.", "Run finish.", code=code)
        assert next_commands(replace(PHOTO, findings=(made_before,))) == finish
    assert next_commands(finding("captions", Verdict.BLOCKED)) == finish


def finding(rule: str, verdict: Verdict) -> Photo:
    return replace(PHOTO, findings=(Finding(rule, verdict, "Reason.", "Hint."),))


def next_commands(*photos: Photo) -> tuple[str, ...]:
    return batch_next_step(photos, Path("open-day")).commands


def doubtful(number: int, problem: Problem | None, *, refused: bool = False) -> Photo:
    face = Face(1, Box(10, 10, 60, 60), 0.9, problem=problem, refused=refused)
    photo = replace(PHOTO, number=number, name=f"open-day-{number:03d}.jpg", faces=(face,))
    return replace(photo, findings=judge_by_rules(photo, SETTINGS))


WITHDRAWN = Problem(ProblemCode.FORM, "Form WMP-14 was withdrawn on 3 May 2026.", "Get another.")
UNAPPROVED = Problem(NOT_APPROVED, "The answer 'staff' needs a second person's approval.", "Approve it.")


def test_what_photos_wait_for_stands_in_one_line_a_matter() -> None:
    """Forms, a look, a second person, a form that does not hold, a refusal, a question: each with its photos."""
    photos = [
        *(replace(with_faces(2, 1), number=number) for number in (1, 2, 3, 7)),
        doubtful(8, WITHDRAWN),
        doubtful(9, UNAPPROVED),
        doubtful(10, None, refused=True),
        replace(PHOTO, number=11, findings=(Finding("link-back", Verdict.ASK, "There is no link back.", "Add it."),)),
        replace(PHOTO, number=12),
    ]
    assert needs_of_batch(photos) == [
        "8 faces still need a release form or another decision: photos 1–3, 7",
        "4 possible faces need checking: photos 1–3, 7",
        "Form WMP-14 was withdrawn on 3 May 2026: photo 8",
        "1 face needs a second person's approval: photo 9",
        "1 face must be hidden because the person refused: photo 10",
        "There is no link back: photo 11",
    ]
    assert needs_of_photo(photos[4]) == f"Face 1: {WITHDRAWN.sentence}"


def test_what_must_come_back_is_named_by_number_file_and_title() -> None:
    """Whoever uploaded it finds it where it is online."""
    unanswered = replace(with_faces(1), name="open-day-004.jpg")
    withdrawn = replace(doubtful(8, WITHDRAWN), public=PublicMetadata("Open Day (8)"))
    assert reasons_to_take_back([withdrawn, unanswered]) == [
        f"Photo 8: open-day-008.jpg, Open Day (8). {WITHDRAWN.sentence}",
        "Photo 4: open-day-004.jpg. A face has no decision.",
    ]


def test_the_next_step_of_a_batch_that_waits_for_approvals_alone_is_theirs() -> None:
    """With the faces as decide takes them; as soon as another face is open, the forms come first."""
    photos = [doubtful(3, UNAPPROVED), doubtful(7, UNAPPROVED), replace(PHOTO, number=8)]
    assert batch_next_step(photos, Path("b")).commands == ("imgvet decide b 3:1,7:1 approve --by NAME",)
    assert "checklist.xlsx" in batch_next_step([*photos, with_faces(1)], Path("b")).commands[0]


@pytest.mark.skipif(os.name == "nt", reason="shells quote in other ways there")
def test_commands_can_be_copied_whatever_the_folder_is_called() -> None:
    """A command is a line of its own, and a shell reads the folder as one word."""
    for photo in (PHOTO, with_faces(1)):
        lines = batch_next_step([photo], Path("open day; it's")).lines
        commands = [shlex.split(line) for line in lines if line.strip().startswith("imgvet ")]
        assert commands
        assert all(command[2] == "open day; it's" for command in commands)
