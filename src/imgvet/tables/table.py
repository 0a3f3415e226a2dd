"""One table of a file: its header, and its rows with the numbers that a spreadsheet program shows beside them."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from imgvet.errors import TableError
from imgvet.named_files import CSV_LIST, WORKBOOK, UnfitFile, named_sha256, read_named, read_start, refusal
from imgvet.tables.cells import Cell, as_text, column_letters, lost_value, plain_words
from imgvet.tables.csv_reader import read_csv
from imgvet.tables.xlsx_reader import read_workbook

_MAX_ROWS = 20_000
_MAX_COLUMNS = 500
_HEADER_WITHIN = 40  # rows from the top; a title may be above the table
_MAX_LOST = 20  # cells that are named
_MAX_SECONDS, _MAX_MEMORY_MIB = 60, 1536  # for a workbook
_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty."""

    number: int  # as people see it in the spreadsheet, from 1
    cells: tuple[Cell, ...]  # as many as the table has columns


@dataclass(frozen=True, slots=True)
class Table:
    """A table as people filled it in."""

    path: Path
    header: tuple[str, ...]
    header_row: int  # its number, as people see it
    rows: tuple[Row, ...]  # those below the header
    sha256: str = ""  # of the file that they were read from

    def column(self, *names: str) -> int | None:
        """Which column bears one of these headings, whatever its capitals and blanks; None: none.

        Raises:
            TableError: several do.
        """
        wanted = {plain_words(name) for name in names}
        found = [index for index, heading in enumerate(self.header) if plain_words(heading) in wanted]
        if len(found) > 1:
            headings = " and ".join(f"'{self.header[index]}'" for index in found)
            raise TableError(
                f"'{self.path}' has several columns for the same thing: {headings}.", "Remove all but one."
            )
        return found[0] if found else None


def read_table(path: Path, headings: Collection[str] = ()) -> Table:
    """The table in a CSV or XLSX file.

    Its header is the first row that is not empty; with ``headings``, the first that bears at least two of them, on the
    first sheet that has one. Formulas are not evaluated: their last value is taken.

    Raises:
        TableError: there is no table, the file cannot be read or is larger than any filled-in sheet, a formula has no
            value, the value of a cell is lost, a row has cells beyond the last heading.
    """
    wanted = frozenset(plain_words(each) for each in headings)
    sha256, rows = (_from_workbook if _is_workbook(path) else _from_csv)(path, wanted)
    if rows:
        return replace(_table(path, rows[0], rows[1:]), sha256=sha256)
    if headings:
        raise TableError(
            f"'{path}' has no row with the headings of such a table.", f"They are {', '.join(headings)}; put them back."
        )
    raise TableError(f"'{path}' contains no table.", "Fill it in and save it again.")


def _from_header(rows: list[Row], wanted: frozenset[str]) -> list[Row]:
    """The rows from the header on; none where there is no header."""
    for index, row in enumerate(rows[:_HEADER_WITHIN]):
        words = {plain_words(as_text(cell)) for cell in row.cells} - {""}
        if words and (not wanted or len(words & wanted) >= min(2, len(wanted))):
            return rows[index:]
    return []


def _is_workbook(path: Path) -> bool:
    try:
        start = read_start(path, len(_OLE))
    except UnfitFile as problem:
        raise refusal(path, WORKBOOK, problem) from problem
    if start.startswith(_OLE):
        raise TableError(
            f"'{path}' is a workbook from before 2007, or protected with a password.",
            "Save it as .xlsx without a password.",
        )
    return start.startswith(_ZIP)


def _from_csv(path: Path, wanted: frozenset[str]) -> tuple[str, list[Row]]:
    """What the file hashes to, and its rows from the header on; none where there is no header."""
    data = read_named(path, CSV_LIST)
    return hashlib.sha256(data).hexdigest(), _from_header(_bounded(path, read_csv(path, data)), wanted)


# A stranger's workbook is a stranger's file: it is opened in a confined worker, as photos are.


@dataclass(frozen=True, slots=True)
class PackedRow:
    """A row as it crosses from the worker: a day is its number (``date.toordinal``)."""

    number: int
    cells: tuple[str | int | None, ...]


def _from_workbook(path: Path, wanted: frozenset[str]) -> tuple[str, list[Row]]:
    """What the file hashes to, and the rows of the first sheet that has a header, from that on."""
    from imgvet.workers.answers import LostJob  # noqa: PLC0415 - who reads no workbook need not load it
    from imgvet.workers.pool import JobLimit, run_jobs  # noqa: PLC0415

    sha256 = named_sha256(path, WORKBOOK)  # the worker must find the same file: its own word for it proves nothing
    find = partial(_find_in_workbook, wanted=wanted, sha256=sha256)
    limit = JobLimit(_MAX_SECONDS, _MAX_MEMORY_MIB)
    try:
        ((_, outcome),) = run_jobs(
            _nothing, find, [path], result=tuple[PackedRow, ...], workers=1, limit=limit, writable=()
        )
        if isinstance(outcome, LostJob):
            raise TableError(f"'{path}' cannot be read. {outcome.reason}", "Save it again as .xlsx.")
        return sha256, [Row(each.number, tuple(map(_unpacked, each.cells))) for each in outcome]
    except MemoryError:
        raise TableError(
            f"'{path}' needs more memory than any filled-in sheet should.", "Save it again as .xlsx."
        ) from None
    except (OverflowError, ValueError):
        raise TableError(f"'{path}' contains a date that does not exist.", "Save it again as .xlsx.") from None


def _nothing() -> None:
    """The worker needs nothing loaded."""


def _find_in_workbook(_: None, path: Path, wanted: frozenset[str], sha256: str) -> tuple[PackedRow, ...]:
    data = read_named(path, WORKBOOK)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise TableError(
            f"'{path}' changed while it was read.", "Wait until the file is complete, and run the command again."
        )
    for sheet in read_workbook(path, data):
        rows = _from_header(_bounded(path, sheet), wanted)
        if rows:
            return tuple(PackedRow(row.number, tuple(map(_packed, row.cells))) for row in rows)
    return ()


def _packed(cell: Cell) -> str | int | None:
    return cell.toordinal() if isinstance(cell, date) else cell


def _unpacked(cell: str | int | None) -> Cell:
    return date.fromordinal(cell) if isinstance(cell, int) else cell


def _bounded(path: Path, untrusted_rows: Iterable[tuple[int, Sequence[Cell]]]) -> list[Row]:
    rows = []
    for number, cells in untrusted_rows:
        if any(cell is not None for cell in cells):
            rows.append(Row(number, tuple(cells)))
        if len(rows) > _MAX_ROWS:
            raise TableError(f"'{path}' has more than {_MAX_ROWS} rows.", "Split it.")
    return rows


def _table(path: Path, top: Row, below: list[Row]) -> Table:
    width = max(index for index, cell in enumerate(top.cells) if cell is not None) + 1
    if width > _MAX_COLUMNS:
        raise TableError(f"'{path}' has more than {_MAX_COLUMNS} columns.", "Remove those that are not needed.")
    beyond = [row.number for row in below if any(cell is not None for cell in row.cells[width:])]
    if beyond:
        raise TableError(
            f"'{path}' has cells beyond the last heading, in {_rows(beyond)}.",
            "Remove them; in a CSV file, put a text that holds the separator between quotes.",
        )
    lost = [
        f"  row {row.number}, column {column_letters(place)} holds {said}."
        for row in below
        for place, cell in enumerate(row.cells, 1)
        if (said := lost_value(cell))
    ]
    if lost:
        more = ["  And more."] if len(lost) > _MAX_LOST else []
        raise TableError(
            f"'{path}' has cells whose value is lost.",
            "Write them again in cells that are formatted as text, and save the file as .xlsx or CSV UTF-8.",
            [*lost[:_MAX_LOST], *more],
        )
    rows = tuple(Row(row.number, (*row.cells[:width], *[None] * (width - len(row.cells)))) for row in below)
    return Table(path, tuple(as_text(cell) for cell in top.cells[:width]), top.number, rows)


def _rows(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:10]))
    return f"row {shown}" if len(numbers) == 1 else f"rows {shown}{' and more' if len(numbers) > 10 else ''}"
