"""The verdict of a photo as contact sheet and review page say it."""

import pytest

from imgvet.geometry import Box
from imgvet.photo import Face, Finding, Photo, Verdict
from imgvet.rules.needs import verdict_words

OPEN = (Face(1, Box(0, 0, 9, 9), 1.0), Face(2, Box(9, 0, 18, 9), 1.0))


@pytest.mark.parametrize(
    ("verdict", "faces", "words"),
    [
        (Verdict.READY, (), "ready"),
        (Verdict.ASK, (), "needs an answer"),
        (Verdict.ASK, OPEN[:1], "1 face needs an answer"),
        (Verdict.RELEASE, OPEN, "2 faces need an answer"),
        (Verdict.BLOCKED, (), "blocked"),
        (Verdict.BLOCKED, OPEN, "blocked: 2 faces need an answer"),
    ],
)
def test_a_verdict_says_what_is_needed(verdict: Verdict, faces: tuple[Face, ...], words: str) -> None:
    assert verdict_words(Photo("a.jpg", faces=faces, findings=(Finding("faces", verdict, "A sentence."),))) == words


def test_a_photo_that_failed_needs_no_answers() -> None:
    assert verdict_words(Photo("a.jpg", faces=OPEN, error="It cannot be read.")) == "failed"
