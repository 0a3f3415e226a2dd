"""Questions of the profile about one photo, on the checklist: a row each, answered without a reason."""

from pathlib import Path

import pytest

from imgvet.batch.status import batch_state
from support.sheets import Made, a_photo, fill_csv, fill_xlsx, make_batch, rows_about

UNDER_18 = {"id": "under-18", "text": "Nobody in the photo is under 18.", "source": "S", "ask": "faces"}


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_batch(
        tmp_path / "b", [a_photo(1, 2, ["under-18"]), a_photo(2, 0), a_photo(3, 1, ["under-18"])], questions=[UNDER_18]
    )


def test_each_photo_that_is_asked_about_has_a_row(made: Made) -> None:
    """Beside those of its faces."""
    questions = [row for row in rows_about(made.csv) if not row["face"]]
    assert [(row["photo"], row["open"].partition(":")[0]) for row in questions] == [
        ("1", "under-18"),
        ("3", "under-18"),
    ]


@pytest.mark.parametrize("fill", [fill_csv, fill_xlsx])
def test_its_answer_needs_no_reason(made: Made, tmp_path: Path, fill: type) -> None:
    """The statement is the reason. It counts for that photo alone."""
    source = made.csv if fill is fill_csv else made.xlsx
    made.take_in(fill(source, tmp_path / f"filled{source.suffix}", {(1, None): {"decision": "answer"}}))
    assert made.said() == [(1, None, "answer", "under-18", "")]
    photos = {each.number: each for each in batch_state(made.folder.snapshot(), made.settings).photos}
    asked = [number for number, photo in photos.items() if any(each.rule == "under-18" for each in photo.findings)]
    assert asked == [3]
