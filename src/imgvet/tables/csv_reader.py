"""CSV as spreadsheet programs write it: in any encoding that its bytes prove, with whatever separates the cells."""

import contextlib
import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from imgvet.errors import TableError
from imgvet.tables.cells import Cell, clean_cell
from imgvet.tables.encodings import UnknownEncodingError, decode_text
from imgvet.text import visible

_MAX_TEXT = 16 * 1024**2  # bytes
_SEPARATORS = ",;\t|"
_SHOWN = 3  # readings of a word in doubt
_WAY_OUT = "Open it in the program that it is from, look at the names, and save it as CSV UTF-8 or as .xlsx."
_LOOKED_AT = 50  # rows from the top, by which the separator is told


def read_csv(path: Path, untrusted_data: bytes) -> Iterator[tuple[int, list[Cell]]]:
    """Each row's number, as a spreadsheet program shows it, and its cells.

    Raises:
        TableError: it is no text, its encoding cannot be told, it has several separators, or its quotes do not
            match.
    """
    if len(untrusted_data) > _MAX_TEXT:
        raise TableError(f"'{path}' is larger than any filled-in table.", "Name another file.")
    text = _text(path, untrusted_data)
    named = re.match(r"sep=(.)(?:\r\n?|\n)", text)  # Excel's own line, which is no row
    if named:
        text = text[named.end() :]
    separator = named[1] if named else _separator(text)
    try:
        width = 1
        for number, cells in enumerate(_records(text, separator), 1):
            width = max(width, len(cells))
            if len(cells) == 1 < width and any(cells[0].count(other) == width - 1 for other in _SEPARATORS):
                raise TableError(
                    f"'{path}' has other separators in row {number} than above it.",
                    "Save it again with one for all rows.",
                )
            yield number, [clean_cell(cell) for cell in cells]
    except csv.Error as problem:
        raise TableError(
            f"'{path}' is no CSV table ({problem}).", "Save it again from the spreadsheet program."
        ) from None


def _text(path: Path, untrusted_data: bytes) -> str:
    try:
        return decode_text(untrusted_data)
    except UnknownEncodingError as problem:
        doubt = _doubt(problem.readings)
    if b"\0" in untrusted_data:
        raise TableError(f"'{path}' is neither a CSV table nor a workbook.", _WAY_OUT)
    raise TableError(f"'{path}' does not say which letters it was saved in.{doubt}", _WAY_OUT)


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

    Rows that it does not part count for nothing: a title may stand above the table.
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
        for row in _records(text, separator):
            if any(cell.strip() for cell in row):
                widths.append(len(row))
            if len(widths) == _LOOKED_AT:
                break
    return widths


def _records(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
