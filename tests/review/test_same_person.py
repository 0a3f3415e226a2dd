"""Which face of a burst is offered as the same person's: by place and size, and only where that is clear."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from imgvet.geometry import Box
from imgvet.photo import Face, Photo
from imgvet.review.same_person import same_place
from imgvet.rules.bursts import BURST_SECONDS, bursts

START = datetime.fromisoformat("2026-06-14T10:00:00+01:00")


def frame(number: int, after: float, *boxes: Box, **otherwise: object) -> Photo:
    """A photo so many seconds after the first."""
    faces = tuple(Face(place, box, 0.9) for place, box in enumerate(boxes, 1))
    made = Photo(
        f"/x/{number}.jpg",
        number,
        captured=(START + timedelta(seconds=after)).isoformat(),
        camera_mark="a" * 16,
        width=1000,
        height=800,
        faces=faces,
    )
    return replace(made, **otherwise)  # type: ignore[arg-type]


def square(left: int, top: int, side: int = 100) -> Box:
    return Box(left, top, left + side, top + side)


def test_frames_that_follow_each_other_closely_are_a_burst() -> None:
    frames = [frame(1, 0), frame(2, 1), frame(3, 1 + BURST_SECONDS), frame(4, 1.5 + 2 * BURST_SECONDS), frame(5, 90)]
    assert bursts(frames) == {1: 1, 2: 1, 3: 1}
    assert bursts(reversed(frames)) == bursts(frames)
    assert bursts([]) == {}


@pytest.mark.parametrize(
    "other",
    [
        {"camera_mark": "b" * 16},  # another camera, whose clock may be another
        {"camera_mark": ""},
        {"captured": "2026-06-14"},  # no time of day
        {"captured": ""},
        {"captured": "2026-06-14T10:00:01"},  # no offset: of another clock, perhaps
        {"width": 800, "height": 1000},  # turned
        {"error": "It cannot be read."},
    ],
)
def test_what_may_be_something_else_is_in_no_burst(other: dict[str, object]) -> None:
    assert bursts([frame(1, 0), frame(2, 1)]) == {1: 1, 2: 1}
    assert bursts([frame(1, 0), frame(2, 1, **other)]) == {}


def test_the_face_at_the_same_place_is_offered() -> None:
    first = frame(1, 0, square(100, 100), square(600, 100))
    second = frame(2, 1, square(610, 110, 96), square(120, 90, 110))
    third = frame(3, 2, square(105, 100))
    assert same_place(first, first.faces[0], [first, second, third]) == [(2, 2), (3, 1)]
    assert same_place(first, first.faces[1], [third, second, first]) == [(2, 1)]


@pytest.mark.parametrize(
    ("box", "why"),
    [
        (square(201, 100), "more than its own width away"),
        (square(100, 320), "below"),
        (square(75, 75, 151), "half as large again"),
        (square(120, 120, 66), "much smaller"),
    ],
)
def test_a_face_that_is_not_near_is_not_offered(box: Box, why: str) -> None:
    first = frame(1, 0, square(100, 100))
    assert same_place(first, first.faces[0], [frame(2, 1, box)]) == [], why


def test_of_two_that_are_as_near_none_is_offered() -> None:
    first = frame(1, 0, square(100, 100))
    assert same_place(first, first.faces[0], [frame(2, 1, square(60, 100), square(140, 100))]) == []


def test_a_face_that_is_nearer_to_somebody_else_is_not_offered() -> None:
    """Two people side by side, of whom one has left: who is left is not offered as both."""
    first = frame(1, 0, square(100, 100), square(180, 100))
    alone = frame(2, 1, square(170, 100))
    assert same_place(first, first.faces[0], [alone]) == []
    assert same_place(first, first.faces[1], [alone]) == [(2, 1)]


def test_frames_far_apart_in_time_are_not_compared() -> None:
    """A burst may be long, and people change places meanwhile."""
    first = frame(1, 0, square(100, 100))
    frames = [
        frame(2, 10, square(100, 100)),
        frame(3, 10.5, square(100, 100)),
        frame(4, 2, square(100, 100), captured=""),
    ]
    assert same_place(first, first.faces[0], frames) == [(2, 1)]
    assert same_place(replace(first, captured=""), first.faces[0], frames) == []
