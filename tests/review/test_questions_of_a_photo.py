"""Questions of the profile about one photo, as the review page gets them: with their answer, which needs no reason."""

from dataclasses import replace

import pytest

from imgvet.batch.decisions.state import DecisionState
from imgvet.geometry import Box
from imgvet.photo import Event, Face, Photo
from imgvet.profile import Profile
from imgvet.review.photo_rows import KnownOfPhoto, photo_row
from imgvet.rules.rules import judge_by_rules
from imgvet.settings import Settings

UNDER_18 = {"id": "under-18", "text": "Nobody in the photo is under 18.", "source": "S", "ask": "faces"}
SETTINGS = Settings(Profile.model_validate({"questions": [UNDER_18]}), Event("Open day"))


@pytest.mark.parametrize(("rule", "statement"), [("under-18", True), ("partial-picture", False)])
def test_a_statement_about_a_photo_is_told_from_what_a_rule_asks(rule: str, statement: bool) -> None:
    """Both are answered there; only what a rule asks needs a reason."""
    photo = Photo("a.jpg", 1, width=100, height=100, faces=(Face(1, Box(1, 1, 9, 9), 0.9),), partial=True)
    photo = replace(photo, findings=judge_by_rules(photo, SETTINGS))
    row = photo_row(photo, photo, SETTINGS, KnownOfPhoto(DecisionState(()), ()))
    (need,) = [each for each in row.needs if each.rule == rule]
    assert need.statement is statement
    assert "answer" in need.kinds
    assert row.left == 3  # the face, and both questions
