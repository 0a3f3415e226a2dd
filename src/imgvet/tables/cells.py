"""What one cell says: a text, a day, a yes or no. What can be read in two ways or in none is refused, never guessed."""

import re
import unicodedata
from datetime import date

from imgvet.errors import TableError
from imgvet.text import safe_cell

Cell = str | date | None  # None: empty

_UNSEEN = dict.fromkeys([*range(9), *range(11, 32), 0x7F, 0xAD, 0x200B, 0x2060, 0xFEFF])  # line feed and tab stay
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
    "october": 10, "november": 11, "december": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8,
    "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12, "januar": 1, "jänner": 1, "februar": 2, "märz": 3, "maerz": 3,
    "mai": 5, "juni": 6, "juli": 7, "oktober": 10, "dezember": 12, "mär": 3, "mrz": 3, "okt": 10, "dez": 12,
}  # fmt: skip
_YES = frozenset({"yes", "y", "true", "1", "x", "ja", "j", "wahr", "✓", "✔", "☑", "☒"})
_NO = frozenset({"", "no", "n", "false", "0", "-", "nein", "falsch", "☐"})
_TIME = r"(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?"  # of day, which is let fall


def clean_cell(text: str) -> str | None:
    """The text of a cell without what cannot be seen, and without the apostrophe that guarded it; None: empty."""
    text = text.replace("\r\n", "\n").translate(_UNSEEN).strip()
    if text.startswith("'") and safe_cell(text[1:]) == text:
        text = text[1:]
    return text or None


def plain_words(text: str) -> str:
    """A heading as it is compared: letters and digits alone, whatever their capitals and what stands between them."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold().replace("_", " ")))


def as_text(cell: Cell) -> str:
    """The cell as text; a day as ``2026-06-14``, an empty cell as nothing."""
    return cell.isoformat() if isinstance(cell, date) else cell or ""


def as_date(cell: Cell) -> date:
    """The day that a cell says: a date cell, 2026-06-14, 14/06/2026 or 14.06.2026 (day first), 14 June 2026.

    Raises:
        TableError: it says none, or it may say another.
    """
    if isinstance(cell, date):
        return _likely(cell.year, cell.month, cell.day, cell.isoformat())
    text = " ".join((cell or "").split())
    if not text:
        raise TableError("There is no date.", "Write one, e.g. 14/06/2026.")
    if found := re.fullmatch(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", text):
        return _likely(int(found[1]), int(found[3]), int(found[4]), text)
    if found := re.fullmatch(rf"(\d{{1,2}})\s*([-/.])\s*(\d{{1,2}})\s*\2\s*(\d{{4}}){_TIME}", text):
        return _likely(int(found[4]), int(found[3]), int(found[1]), text)
    if found := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th|\.)?[ -]?([^\W\d_]+)[., -]*(\d{4})", text):
        return _likely(int(found[3]), _month(found[2], text), int(found[1]), text)
    if found := re.fullmatch(r"([^\W\d_]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", text):
        return _likely(int(found[3]), _month(found[1], text), int(found[2]), text)
    raise TableError(
        f"'{text}' is no date{_because(text)}.", "Write it with four digits for the year, e.g. 14/06/2026."
    )


def as_flag(cell: Cell) -> bool:
    """Yes or no, in English or German, or ticked; an empty cell is no.

    Raises:
        TableError: it says neither.
    """
    text = as_text(cell).casefold()
    if text in _YES or text in _NO:
        return text in _YES
    raise TableError(f"'{text}' is neither yes nor no.", "Write yes or no.")


def as_whole_number(cell: Cell) -> int:
    """The whole number that a cell says; 3, 3.0 and 3,0 are the same.

    Raises:
        TableError: it says none, or a broken one.
    """
    text = as_text(cell).replace(" ", "")
    if found := re.fullmatch(r"(\d{1,9})(?:[.,]0*)?", text):
        return int(found[1])
    raise TableError(f"'{text}' is no whole number." if text else "There is no number.", "Write one, e.g. 3.")


def _month(word: str, text: str) -> int:
    number = _MONTHS.get(word.casefold())
    if number is None:
        raise TableError(f"'{text}' is no date: '{word}' is no month.", "Write it as 14/06/2026.")
    return number


def _likely(year: int, month: int, day: int, text: str) -> date:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise TableError(f"'{text}' is no likely date: the year is {year}.", "Mend the year.")
    if month > 12 and day <= 12:
        raise TableError(f"'{text}' is no date: there is no month {month}.", "The day comes first, e.g. 25/03/2026.")
    try:
        return date(year, month, day)
    except ValueError:
        raise TableError(f"'{text}' is no date: there is no such day.", "Look at the form and mend it.") from None


def _because(text: str) -> str:
    if re.fullmatch(r"\d+(?:[.,]\d+)?", text):
        return ": it is a number, and the cell is not formatted as a date"
    if re.fullmatch(r"\d{1,2}[-/. ]+(\d{1,2}|[^\W\d_]+)[-/. ]+\d{2}", text):
        return ": two digits are no year"
    return ""
