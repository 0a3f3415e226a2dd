"""Dates as people write them, read by one parser for every option, checklist and list.

The day comes before the month, as in Britain; a year that comes first is followed by the month. What can be read in two
ways or in none is refused, never guessed.
"""

import re
from datetime import date

from imgvet.errors import UsageError

DATE_SHAPES = "14/06/2026, 14.6.2026, 14 June 2026 or 2026-06-14"
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_SHORT_YEARS = 50  # 26 is 2026; from 50 on two digits may be of either century
_MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
    "october": 10, "november": 11, "december": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8,
    "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12, "januar": 1, "jänner": 1, "februar": 2, "märz": 3, "maerz": 3,
    "mai": 5, "juni": 6, "juli": 7, "oktober": 10, "dezember": 12, "mär": 3, "mrz": 3, "okt": 10, "dez": 12,
}  # fmt: skip
_WEEKDAYS = {
    name: number
    for number, names in enumerate((
        "monday mon montag mo", "tuesday tue tues dienstag di", "wednesday wed mittwoch mi",
        "thursday thu thur thurs donnerstag do", "friday fri freitag fr", "saturday sat samstag sa",
        "sunday sun sonntag so",
    ))
    for name in names.split()
}  # fmt: skip
_WEEKDAY = re.compile(rf"({'|'.join(_WEEKDAYS)})(?:[.,]{{1,2}} ?| )(?=.*\d)", re.IGNORECASE)
_TIME = re.compile(  # of day, which is dropped; with a zone, another time than midnight may be of another day here
    r"(?<=\d)(?:T|, ?| )(?:00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d\d:?\d\d)"
    r"|\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?[ap]\.? ?m\.?)?)$",
    re.IGNORECASE,
)
_DAY, _MONTH = r"(?P<day>\d{1,2})", r"(?P<month>\d{1,2})"
_WORD, _YEAR = r"(?P<word>[^\W\d_]+)", r"(?P<year>\d{4}|\d\d)"
_NTH = r"(?:st|nd|rd|th|\.)?"
_SHAPES = [
    re.compile(shape, re.IGNORECASE)
    for shape in (
        rf"(?P<year>\d{{4}})(?P<sign>[-/. ]){_MONTH}(?P=sign){_DAY}",
        rf"{_DAY} ?(?P<sign>[-/. ]) ?{_MONTH} ?(?P=sign) ?{_YEAR}",
        rf"{_DAY}{_NTH}(?: of |[ -])?{_WORD}[., -]*{_YEAR}",
        rf"{_WORD}[. -]*{_DAY}(?:st|nd|rd|th)?(?:, ?| ){_YEAR}",
        rf"(?P<year>\d{{4}})[ -]{_WORD}[. -]+{_DAY}",
    )
]


def read_date(text: str) -> date:
    """The date that somebody wrote: 14/06/2026, 14.6.2026, 14-06-2026, 14 June 2026, June 14 2026, 2026-06-14.

    A weekday may be before it, if it is the right one, and a time of day after it. Years are 1900 to 2199; the
    two digits of 14/06/26, 14.6.26 and 14 Jun 26 are a year from 2000 to 2049.

    Raises:
        UsageError: it is not a date, is ambiguous, or is a day that does not exist.
    """
    written = " ".join(re.sub(r"[\u2010-\u2015\u2212]", "-", text).split())
    if not written:
        raise UsageError("There is no date.", "Write one, e.g. 14/06/2026.")
    dated = _TIME.sub("", written)
    weekday = _WEEKDAY.match(dated)
    plain = dated[weekday.end() :] if weekday else dated
    found = next(filter(None, (shape.fullmatch(plain) for shape in _SHAPES)), None)
    if not found:
        raise UsageError(f"'{written}' is not a date{_because(written)}.", f"Write it as {DATE_SHAPES}.")
    parts = found.groupdict()
    year = int(parts["year"])
    if len(parts["year"]) == 2:
        year += _century(written, year, parts.get("sign") in {"-", " "})
    month = int(parts.get("month") or 0) or _month(parts["word"], written)
    day = _existing(year, month, int(parts["day"]), written)
    if weekday and _WEEKDAYS[weekday[1].casefold()] != day.weekday():
        raise UsageError(f"'{written}' is not a date: that day is a {day:%A}.", "Correct the weekday or the date.")
    return day


def _century(written: str, year: int, first_too: bool) -> int:
    if first_too:
        raise UsageError(f"'{written}' may be two dates: the year may be first or last.", f"Write it as {DATE_SHAPES}.")
    if year >= _SHORT_YEARS:
        raise UsageError(f"'{written}' does not say which century.", "Write the year with four digits.")
    return 2000


def _month(word: str, written: str) -> int:
    number = _MONTHS.get(word.casefold())
    if number is None:
        raise UsageError(f"'{written}' is not a date: '{word}' is not a month.", f"Write it as {DATE_SHAPES}.")
    return number


def _existing(year: int, month: int, day: int, written: str) -> date:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise UsageError(f"'{written}' is not a likely date: the year is {year}.", "Correct the year.")
    if month > 12 and day <= 12:
        raise UsageError(
            f"'{written}' is not a date: there is no month {month}.", "The day comes before the month, e.g. 25/03/2026."
        )
    try:
        return date(year, month, day)
    except ValueError:
        raise UsageError(
            f"'{written}' is not a date: there is no such day.", "Look at the form and correct it."
        ) from None


def _because(written: str) -> str:
    if re.fullmatch(r"\d+(?:[.,]\d+)?", written):
        return ": it is a number, and the cell is not formatted as a date"
    if re.fullmatch(r"\d{1,2}[-/. ]+(?:\d{1,2}|[^\W\d_]+)|[^\W\d_]+[-/. ]+\d{1,4}", written):
        return ": it does not say the day, the month and the year"
    if re.search(r":\d\d(?:[.,]\d+)? ?(?:Z|[+-]\d\d:?\d\d)$", written):
        return ": with a time in another zone it may be another day here"
    return ""
