"""What somebody draws round an area, as it is recorded: cut to the picture, and hiding all that was drawn in it."""

import numpy as np
import pytest

from imgvet.batch.decisions.outlines import drawn_outline, parse_outline
from imgvet.errors import UsageError
from imgvet.photo import Photo
from imgvet.redaction.shapes import PolygonShape

PHOTO = Photo("a.jpg", 3, width=100, height=80)
COLUMNS, ROWS = np.arange(100) + 0.75, np.arange(80) + 0.75


@pytest.mark.parametrize(
    "corners",
    [
        [(-60, 40), (30, 10), (30, 70)],
        [(50, -30), (150, 40), (50, 110), (-50, 40)],
        [(-20, -20), (140, -20), (140, 30), (60, 30), (60, 120), (-20, 120)],
        [(20, 20), (60, 20), (60, 60), (20, 60)],
    ],
)
def test_what_is_drawn_beyond_the_edge_hides_all_that_is_within_it(corners: list[tuple[int, int]]) -> None:
    """Cut to the picture, the area covers every pixel that it covers as it was drawn."""
    cut = drawn_outline(PHOTO, corners, "it")
    assert all(0 <= x < 100 and 0 <= y < 80 for x, y in cut)
    drawn = PolygonShape(tuple(corners), 0).beyond(COLUMNS, ROWS) < -1
    assert drawn.any()
    assert (PolygonShape(cut, 2).beyond(COLUMNS, ROWS)[drawn] <= 0).all()


@pytest.mark.parametrize("text", [
    "-90,10 -10,10 -10,60",  # beside the picture
    "10,10 60,60 60,10 10,60",  # crosses itself
    "-20,10 160,60 160,10 -20,60",  # also where its corners are outside
    "10,10 12,10 11,12",  # too small
    " ".join(f"{x},{x % 7}" for x in range(101)),  # too many corners
])  # fmt: skip
def test_what_is_no_area_is_refused(text: str) -> None:
    """With the size of the photo, and an example."""
    with pytest.raises(UsageError) as refused:
        parse_outline(PHOTO, text)
    assert "100 × 80 pixels" in refused.value.hint
    assert "--add-area" in refused.value.hint


def test_an_area_on_the_edge_keeps_the_last_row_and_column() -> None:
    """In per cent up to 100."""
    outline = parse_outline(PHOTO, "50%,50% 100%,50% 100%,100% 50%,100%")
    assert set(outline) == {(50, 40), (99, 40), (99, 79), (50, 79)}
    assert len(outline) == 4
