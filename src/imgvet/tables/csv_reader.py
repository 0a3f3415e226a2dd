"""CSV as spreadsheet programs write it: in UTF-8, UTF-16 or Windows' own letters, with whatever separates the cells."""

import codecs
import contextlib
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from imgvet.errors import TableError
from imgvet.tables.cells import Cell, clean_cell

_MAX_TEXT = 16 * 1024**2  # bytes
_SEPARATORS = ",;\t|"
_MARKS = (  # the longer first: UTF-32's begins as UTF-16's does
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT = 50  # rows from the top, by which the separator is told


def read_csv(path: Path, untrusted_data: bytes) -> Iterator[tuple[int, list[Cell]]]:
    """Each row's number, as a spreadsheet program shows it, and its cells.

    Raises:
        TableError: it is no text, or its quotes do not match.
    """
    if len(untrusted_data) > _MAX_TEXT:
        raise TableError(f"'{path}' is larger than any filled-in table.", "Name another file.")
    text = _text(path, untrusted_data)
    named = re.match(r"sep=(.)\r?\n", text)  # Excel's own line, which is no row
    if named:
        text = text[named.end() :]
    separator = named[1] if named else _separator(text)
    try:
        for number, cells in enumerate(_records(text, separator), 1):
            yield number, [clean_cell(cell) for cell in cells]
    except csv.Error as problem:
        raise TableError(
            f"'{path}' is no CSV table ({problem}).", "Save it again from the spreadsheet program."
        ) from None


def _text(path: Path, untrusted_data: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if untrusted_data.startswith(mark)), "")
    for tried in [encoding] if encoding else [*_unmarked_utf_16(untrusted_data), "utf-8", "cp1252"]:
        try:
            text = untrusted_data.decode(tried)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise TableError(f"'{path}' is neither a CSV table nor a workbook.", "Save it as .xlsx, or as CSV UTF-8.")


def _unmarked_utf_16(untrusted_data: bytes) -> list[str]:
    """UTF-16 without its mark: in Western text, every second byte is mostly zero."""
    start = untrusted_data[:2000]
    half = max(1, len(start) // 2)
    return [name for first, name in ((1, "utf-16-le"), (0, "utf-16-be")) if start[first::2].count(0) > half / 2]


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
