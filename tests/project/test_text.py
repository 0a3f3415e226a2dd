"""Numbers, times and names as people write and sort them."""

import pytest

from imgvet.text import count, long_time, natural_order, number_runs, spans


def test_what_is_counted_has_its_plural() -> None:
    """With an s, or as it is said."""
    assert [count(number, "face") for number in (0, 1, 2)] == ["0 faces", "1 face", "2 faces"]
    assert [count(number, "entry", "entries") for number in (1, 7)] == ["1 entry", "7 entries"]


def test_numbers_that_follow_each_other_are_put_together() -> None:
    """A gap ends a run."""
    assert number_runs([1, 2, 3, 7, 9, 10]) == [(1, 3), (7, 7), (9, 10)]
    assert spans([1, 2, 3, 7, 9, 10]) == ["1–3", "7", "9–10"]
    assert spans([]) == []


@pytest.mark.parametrize(("iso", "said"), [
    ("2026-06-14T10:31:00", "14 June 2026, 10:31"),
    ("2026-06-14T10:31:00+02:00", "14 June 2026, 08:31 UTC"),
    ("2026-06-14", "14 June 2026"),
    ("some day", "some day"),
])  # fmt: skip
def test_times_are_written_out(iso: str, said: str) -> None:
    """In UTC where the zone is known."""
    assert long_time(iso) == said


def test_numbers_in_names_count() -> None:
    """Capitals do not, and digits come before letters."""
    names = ["img_10", "IMG_9", "img_1a", "img_1", "10", "9", "b", "A"]
    assert sorted(names, key=natural_order) == ["9", "10", "A", "b", "img_1", "img_1a", "IMG_9", "img_10"]
