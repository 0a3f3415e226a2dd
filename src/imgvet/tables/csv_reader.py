"""CSV as spreadsheet programs write it: in any encoding that its bytes prove, with whatever separates the cells."""

import contextlib
import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from imgvet.errors import TableError
from imgvet.tables.cells import LONGEST_CELL, Cell, clean_cell
from imgvet.tables.encodings import UnknownEncodingError, decode_text
from imgvet.text import visible

_SEPARATORS = ",;\t|"
_SHOWN = 3  # readings of a word in doubt
_WAY_OUT = "Open it in the program that wrote it, check the names, and save it as CSV UTF-8 or as .xlsx."
_LOOKED_AT, _LOOKED_FOR = 50, 5000  # rows from the top, by which the separator is detected; those that hold something
_MAX_ROW = 1024**2  # characters
_MAX_CELLS = 5_000_000  # in rows that hold something
LAST_COLUMN, LAST_ROW = 16_384, 1_048_576  # of any spreadsheet program


def read_csv(path: Path, untrusted_data: bytes) -> Iterator[tuple[int, list[Cell]]]:
    """Each row that holds something: its number, as a spreadsheet program shows it, and its cells.

    Raises:
        TableError: it is not text, its encoding is unknown, it has several separators or more rows or cells than
            any filled-in table, or its quotes do not match.
    """
    text = _text(path, untrusted_data)
    named = re.match(r"sep=(.)(?:\r\n?|\n)", text)  # Excel's own line, which is not a row
    if named:
        text = text[named.end() :]
    separator = named[1] if named else _separator(text)
    try:
        width, held = 1, 0
        for number, cells in enumerate(_records(text, separator), 1):
            width = max(width, len(cells))
            if not any(cells):
                continue
            if max(map(len, cells)) > LONGEST_CELL:
                raise TableError(
                    f"'{path}' has a cell of more than {LONGEST_CELL} characters in row {number}.", "Shorten it."
                )
            held += len(cells)
            if len(cells) > LAST_COLUMN or held > _MAX_CELLS:
                raise TableError(f"'{path}' has more cells than any filled-in table.", "Remove columns and rows.")
            if len(cells) == 1 < width and any(cells[0].count(other) == width - 1 for other in _SEPARATORS):
                raise TableError(
                    f"'{path}' has different separators in row {number} from those above it.",
                    "Save it again with one separator for all rows.",
                )
            yield number, [clean_cell(cell) for cell in cells]
    except csv.Error as problem:
        raise TableError(
            f"'{path}' is not a CSV table ({problem}).", "Save it again from the spreadsheet program."
        ) from None


def _text(path: Path, untrusted_data: bytes) -> str:
    try:
        return decode_text(untrusted_data)
    except UnknownEncodingError as problem:
        doubt = _doubt(problem.readings)
    if b"\0" in untrusted_data:
        raise TableError(f"'{path}' is neither a CSV table nor a workbook.", _WAY_OUT)
    raise TableError(f"'{path}' does not say in which encoding it was saved.{doubt}", _WAY_OUT)


def _doubt(readings: Sequence[str]) -> str:
    """The first row that the readings do not agree on, and the word in each."""
    with contextlib.suppress(csv.Error):
        tables = [_records(text, _separator(text)) for text in readings]
        for number, rows in enumerate(zip(*tables, strict=False), 1):
            words = [" ".join(row).split() for row in rows]
            for said in zip(*words, strict=False):
                if len(set(said)) > 1 or (len(said) == 1 and not said[0].isascii()):
                    shown = " or ".join(f"'{visible(word)}'" for word in list(dict.fromkeys(said))[:_SHOWN])
                    return f" Row {number} may read {shown}."
    return ""


def _separator(text: str) -> str:
    """The one that gives most rows the same number of cells, and then the one that makes most cells.

    Rows that it does not split are ignored: a title may be above the table.
    """

    def fits(separator: str) -> tuple[float, int]:
        widths = _widths(text, separator)
        common = max(set(widths) - {1}, key=lambda width: (widths.count(width), width), default=0)
        return (widths.count(common) / max(1, len(widths)), common)

    return max(_SEPARATORS, key=fits)


def _widths(text: str, separator: str) -> list[int]:
    """How many cells the first rows have that are not empty; up to the first fault."""
    widths: list[int] = []
    with contextlib.suppress(csv.Error):
        for row in islice(_records(text, separator), _LOOKED_FOR):
            if any(cell.strip() for cell in row):
                widths.append(len(row))
            if len(widths) == _LOOKED_AT:
                break
    return widths


class _Lines:
    """The lines of a text, as long as no row takes too many of them."""

    def __init__(self, text: str) -> None:
        self.lines, self.taken = io.StringIO(text, newline=""), 0  # characters since the last row began

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            self.taken += len(line)
            if self.taken > _MAX_ROW:
                raise csv.Error("a row is longer than any")
            yield line


def _records(text: str, separator: str) -> Iterator[list[str]]:
    lines = _Lines(text)
    for number, row in enumerate(csv.reader(lines, delimiter=separator, strict=True), 1):
        if number > LAST_ROW:
            raise csv.Error("it has more rows than any")
        lines.taken = 0
        yield row
