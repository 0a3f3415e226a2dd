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


LONGEST_CELL = 32_767  # characters, of any spreadsheet program

# What spreadsheet programs leave of values that they have lost, and what becomes of letters in the wrong encoding.
_LOST = (
    (r"\A(?:#(?:N/A|NV|N/D|GETTING_DATA|[¿\w][\w/]{1,14}[!?])|Err:\d{3})\Z", "{}, an error of the spreadsheet program"),
    (r"\A#{3,}\Z", "the signs of a column that was too narrow, instead of its value"),
    (r"\A[+-]?\d+(?:[.,]\d+[eE][+-]?|[eE][+-])\d{1,3}\Z", "{}, a number whose last digits are lost"),
    (r"\A[1-9]\d{5}0{6}\Z", "{}, a number whose last digits were lost when it was shown as a power of ten"),
    ("\ufffd", "a letter that was lost when the file was saved"),
    (
        "[ÂÃÄÅ][\x80-\xbf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|‚Ä|[√├┬]\\S"
        # UTF-7 without its end as well: a letter is three signs with two zero bits, two letters six with four
        r"|\+(?:A[A-Zh\d]|B[A-Z]|I[AB]|H[g-v])(?:[AEIMQUYcgkosw048]|[\w+/]{3}[AQgw]|(?=\w{0,60}[a-z])[\w+/]{6,60})"
        r"(?=-|\s|\Z)(?!\S{0,60}@)",
        "letters that were garbled when the file was opened or saved",
    ),
    (r"\A(?=[^/@=&]*\Z)(?:.*?[^\W\d_]|(?:.*?\s)?)\?[^\W\d_]", "a question mark in place of a letter"),
)
_LOST_SHAPES = [(re.compile(shape, re.DOTALL), said) for shape, said in _LOST]
_MADE_OF_TEXT = re.compile(  # what Excel makes of 3-4 or MAR14
    r"(?:\d{1,2}-)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:-\d\d)?(?<!\A...)"
)


def lost_value(cell: Cell) -> str:
    """What a cell holds in the place of a value that a spreadsheet program has lost; empty: its value."""
    text = as_text(cell)
    return next((said.format(text) for shape, said in _LOST_SHAPES if shape.search(text)), "")


def column_letters(column: int) -> str:
    """A column as a spreadsheet program names it: 28, counted from 1, is ``AB``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def clean_cell(text: str) -> str | None:
    """The text of a cell without what cannot be seen, and without the apostrophe that guarded it; None: empty."""
    text = text.replace("\r\n", "\n").translate(_UNSEEN).strip()
    if text.startswith("'") and safe_cell(text[1:]) == text:
        text = text[1:]
    return text or None


def plain_words(text: str) -> str:
    """A heading as it is compared: letters and digits alone, whatever their capitals and what is between them."""
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


def as_name(cell: Cell) -> str:
    """A person's name, on one line.

    Raises:
        TableError: a letter of it was lost.
    """
    if isinstance(cell, date) or "?" in as_text(cell):
        raise TableError("A letter of a name may be lost.", "Write it again, and save the file as .xlsx or CSV UTF-8.")
    return " ".join(as_text(cell).split())


def as_reference(cell: Cell) -> str:
    """A form's reference, on one line.

    Raises:
        TableError: a spreadsheet program has made a date of it.
    """
    if isinstance(cell, date) or _MADE_OF_TEXT.fullmatch(as_text(cell)):
        raise TableError("A reference has become a date.", "Format its cell as text and write it again.")
    return " ".join(as_text(cell).split())


def as_flag(cell: Cell) -> bool:
    """Yes or no, in English or German, or ticked; an empty cell is no.

    Raises:
        TableError: it says neither.
    """
    text = as_text(cell).casefold()
    if text in _YES or text in _NO:
        return text in _YES
    raise TableError(f"'{text}' must be yes or no.", "Write yes or no.")


def as_whole_number(cell: Cell) -> int:
    """The whole number that a cell says; 3, 3.0 and 3,0 are the same, and 1,234 is more than a thousand.

    Raises:
        TableError: it says none, or a broken one.
    """
    text = as_text(cell).replace(" ", "")
    if found := re.fullmatch(r"(\d{1,9})(?:[.,]0*)?", text):
        return int(found[1])
    if re.fullmatch(r"\d{1,3}(?:,\d{3}){1,2}", text):  # not 3,000, which may be 3 elsewhere
        return int(text.replace(",", ""))
    raise TableError(f"'{text}' is not a whole number." if text else "There is no number.", "Write one, e.g. 3.")
