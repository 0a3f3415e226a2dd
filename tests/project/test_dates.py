"""Dates as people write them, by one parser for options, checklists and lists."""

import contextlib
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.dates import read_date
from imgvet.errors import UsageError
from support.commands import Imgvet

FLAG_DAY = date(2026, 6, 14)  # a Sunday


@pytest.mark.parametrize("text", [
    "2026-06-14", "2026/6/14", "2026.06.14", "2026-06-14T00:00:00", "2026-06-14T00:00:00+01:00",
    "2026-06-14 09:30:00.000",
    "14/06/2026", "14.6.2026", "14. 6. 2026", "14-06-2026", "14 06 2026", "14-06-2026 09:30", "14/06/2026 12:00:00 AM",
    "14\u201306\u20132026", " 14 / 06 / 2026 ", "14/06/26", "14.06.26",
    "14 June 2026", "14th June 2026", "14th of June 2026", "14 june, 2026", "14-Jun-2026", "14-Jun-26", "14 Jun 26",
    "14 JUN. 2026",
    "June 14, 2026", "June 14 2026", "Jun 14th 2026", "2026 June 14", "14. Juni 2026",
    "Sunday 14 June 2026", "Sun, 14/06/2026", "So., 14.06.2026",
])  # fmt: skip
def test_a_date_is_read_however_people_write_it(text: str) -> None:
    assert read_date(text) == FLAG_DAY


def test_the_day_comes_before_the_month() -> None:
    """Always, so that nobody need guess."""
    assert read_date("03/04/2026") == read_date("3.4.26") == date(2026, 4, 3)
    assert read_date("14. März 2026") == date(2026, 3, 14)
    assert read_date("29 Feb 2028") == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is no date"),
        ("30.02.2026", "no such day"),
        ("29 Feb 2026", "no such day"),
        ("06/25/2026", "there is no month 25. The day comes before the month"),
        ("14-06-26", "may be two dates: the year may be first or last"),
        ("26 06 14", "may be two dates"),
        ("14/06/67", "does not say which century"),
        ("46187", "it is a number, and the cell is not formatted as a date"),
        ("20260614", "it is a number"),
        ("14/06", "does not say the day, the month and the year"),
        ("June 2026", "does not say the day, the month and the year"),
        ("14 Jun", "does not say the day, the month and the year"),
        ("14 Foo 2026", "'Foo' is not a month"),
        ("14/06/0226", "the year is 226"),
        ("14/06/9999", "the year is 9999"),
        ("2026-14-06", "there is no month 14"),
        ("Monday 14 June 2026", "that day is a Sunday"),
        ("2026-06-13T23:00:00Z", "in another zone it may be another day here"),
        ("tomorrow", "is not a date"),
        ("14/06-2026", "is not a date"),
        ("########", "is not a date"),
    ],
)
def test_what_is_no_date_is_refused_with_its_reason(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_date(text)


@given(st.text(max_size=20) | st.from_regex(re.compile(r"[\d./, -]{4,12}(?:June|Mar\.?)?[\d./, -]{0,8}", re.ASCII)))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    with contextlib.suppress(UsageError):
        assert 1900 <= read_date(text).year < 2200


@given(
    st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    st.sampled_from(
        ["%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d", "%d %B %Y", "%d-%b-%Y", "%B %d, %Y", "%A %d %B %Y", "%a, %d.%m.%Y"]
    ),
)
def test_any_day_is_read(day: date, how: str) -> None:
    assert read_date(day.strftime(how)) == day


@given(st.dates(date(2000, 1, 1), date(2049, 12, 31)), st.sampled_from(["%d/%m/%y", "%d.%m.%y", "%d %b %y"]))
def test_two_digits_are_a_year_of_this_half_century(day: date, how: str) -> None:
    assert read_date(day.strftime(how)) == day


@pytest.mark.parametrize("command", [
    ["batch", "SRC", "--out", "OUT", "--event", "x", "--date"],
    ["check", "SRC", "--date"],
    ["release", "form", "--event", "x", "--out", "f.pdf", "--date"],
    ["release", "form", "--event", "x", "--out", "f.pdf", "--until"],
    ["release", "add", "--new", "--by", "Jo", "--signed-on"],
    ["release", "add", "--new", "--by", "Jo", "--from"],
    ["release", "change", "R-1", "--by", "Jo", "--expires"],
    ["release", "refuse", "R-1", "--by", "Jo", "--on"],
    ["release", "withdraw", "R-1", "--by", "Jo", "--on"],
])  # fmt: skip
def test_every_option_refuses_what_is_no_date_by_its_name(imgvet: Imgvet, tmp_path: Path, command: list[str]) -> None:
    words = [{"SRC": str(tmp_path), "OUT": str(tmp_path / "out")}.get(word, word) for word in command]
    said = imgvet(*words, "June 2026")
    assert said.code == 2
    assert f"{command[-1]}: 'June 2026' is not a date" in said.err
