"""What one cell says: a text, a day, a yes or no. What can be read in two ways or in none is refused, never guessed."""

import re
import unicodedata
from datetime import date

from imgvet.dates import read_date
from imgvet.errors import TableError, UsageError
from imgvet.text import safe_cell

Cell = str | date | None  # None: empty

_UNSEEN = dict.fromkeys([*range(9), *range(11, 32), 0x7F, 0xAD, 0x200B, 0x2060, 0xFEFF])  # line feed and tab stay
_YES = frozenset({"yes", "y", "true", "1", "x", "ja", "j", "wahr", "✓", "✔", "☑", "☒"})
_NO = frozenset({"", "no", "n", "false", "0", "-", "nein", "falsch", "☐"})


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
    """The day that a cell says: a date cell, or a text as ``read_date`` takes it.

    Raises:
        TableError: it says none, or it may say another.
    """
    try:
        return read_date(as_text(cell))
    except UsageError as problem:
        raise TableError(problem.reason, problem.hint) from None


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
