"""XLSX: cells of a workbook, read within limits, as far as a filled-in sheet needs it.

Nothing in it is run, fetched or evaluated. A document type (with which XML names entities and files) is refused, and so
is whatever grows beyond all measure when it is unpacked. The size that a sheet claims is not looked at; only rows that
hold something cost anything.

Why not openpyxl: it hands out a number and its format, not what the two show, so ``number_formats`` would be needed all
the same. It must read a file twice to tell a formula without a value from an empty cell, and takes in every text before
anybody can count them. Measured on 100,000 cells, it needs the same time, half as much memory again and 270 modules
more. calamine has no formats at all. The tests write their workbooks with openpyxl, as a second opinion.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import NoReturn

from imgvet.errors import TableError
from imgvet.safe_xml import UnsafeXml, XmlError, XmlHandler, read_xml
from imgvet.tables.cells import LONGEST_CELL, Cell, clean_cell, column_letters
from imgvet.tables.csv_reader import LAST_COLUMN, LAST_ROW
from imgvet.tables.number_formats import (
    BUILT_IN_FORMATS,
    hours_and_minutes,
    shown_number,
    shown_text,
    shows_day,
    shows_time,
)
from imgvet.text import on_one_line

_MAX_PART = 64 * 1024**2  # bytes, unpacked
_MAX_PARTS = 20_000
_MAX_TEXTS = 200_000
_MAX_CELLS = 500_000  # that hold something, in one sheet
_MAX_PLACES = 5_000_000  # cells of rows that hold something, up to the last one in each that does
_MAX_LETTERS = 16 * 1024**2  # characters in the cells of one sheet
_MAX_FAULTS = 1000
_MAX_FORMAT = 255  # letters
# NOTE: Excel holds 1900 for a leap year, so days before 1 March 1900 count from another day.
_DAY_ZERO, _EARLY_DAY_ZERO, _DAY_ZERO_1904 = date(1899, 12, 30), date(1899, 12, 31), date(1904, 1, 1)


_LEAP_DAY, _FIRST_DAYS, _LAST_DAY = 61, 60, 2_958_466  # days; the last is 31 December 9999
_MOST_DIGITS = 1e15


class _Unfit(ValueError):
    """The workbook cannot be read; the message continues from its name."""


@dataclass(slots=True)
class _Element:
    name: str
    attributes: dict[str, str]
    text: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Book:
    texts: list[str]
    formats: list[str]  # the number format of each cell style
    day_zero: date | None  # None: Excel's usual calendar


@dataclass(slots=True)
class _Reader(XmlHandler):
    """One part of the workbook; ``ended`` is given each element that ends, and those that contain it."""

    ended: Callable[[_Element, list[_Element]], None]
    open: list[_Element] = field(default_factory=list)

    def read(self, untrusted_data: bytes) -> None:
        try:
            read_xml(untrusted_data, self)
        except UnsafeXml:
            raise _Unfit("names entities or files, or nests its XML too deep, as no spreadsheet program does") from None
        except XmlError as problem:
            raise _Unfit(f"is damaged ({problem})") from None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        self.open.append(_Element(name.rpartition(" ")[2], plain))

    def end(self, name: str) -> None:  # noqa: ARG002 - the open element has it
        element = self.open.pop()
        self.ended(element, self.open)

    def text(self, text: str) -> None:
        if self.open:
            self.open[-1].text.append(text)


def read_workbook(path: Path, untrusted_data: bytes) -> Iterator[Iterator[tuple[int, list[Cell]]]]:
    """The sheets in their order, each as its rows that hold something: the row's number and its cells.

    Raises:
        TableError: it is not a workbook, is damaged, beyond the limits, or a formula in it has no value.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(untrusted_data)) as archive:
            sheets, book = _opened(archive)
            for name in sheets:
                yield iter(_sheet(_part(archive, name), book))
    except _Unfit as problem:
        raise TableError(
            f"'{path}' {problem}.", "Open it in a spreadsheet program and save it again as .xlsx."
        ) from None
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ArithmeticError,
        LookupError,
        ValueError,
    ) as problem:
        raise TableError(f"'{path}' is a damaged workbook ({problem}).", "Save it again as .xlsx.") from None


def _opened(archive: zipfile.ZipFile) -> tuple[list[str], _Book]:
    """The names of the parts that hold sheets, and what all sheets share."""
    if len(archive.infolist()) > _MAX_PARTS:
        raise _Unfit("has more parts than any workbook")
    if "xl/workbook.xml" not in archive.namelist():
        raise _Unfit("is no .xlsx workbook")
    links = _links(archive)
    ids: list[str] = []
    calendar: list[date] = []

    def ended(element: _Element, _: list[_Element]) -> None:
        if element.name == "sheet":
            ids.append(element.attributes.get("id", ""))
        elif element.name == "workbookPr" and element.attributes.get("date1904") in {"1", "true"}:
            calendar.append(_DAY_ZERO_1904)

    _Reader(ended).read(_part(archive, "xl/workbook.xml"))
    known = (links[each] for each in ids if each in links)
    sheets = list(dict.fromkeys(target for kind, target in known if kind.endswith("/worksheet")))
    named = {kind.rpartition("/")[2]: target for kind, target in links.values()}
    texts = _texts(archive, named.get("sharedStrings", ""))
    return sheets, _Book(texts, _formats(archive, named.get("styles", "")), calendar[0] if calendar else None)


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """One part, unpacked; the archive gives at most the bytes that it says that the part has."""
    try:
        entry = archive.getinfo(name)
    except KeyError:
        raise _Unfit(f"lacks its part '{name}'") from None
    if entry.file_size > _MAX_PART:
        raise _Unfit(f"unpacks to more than {_MAX_PART // 1024**2} MiB")
    return archive.read(entry)


def _links(archive: zipfile.ZipFile) -> dict[str, tuple[str, str]]:
    """The kind and the part that each id refers to; what leads out of the file is left out."""
    links: dict[str, tuple[str, str]] = {}

    def ended(element: _Element, _: list[_Element]) -> None:
        about = element.attributes
        if element.name == "Relationship" and about.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/xl", about.get("Target", ""))).lstrip("/")
            links[about.get("Id", "")] = (about.get("Type", ""), target)

    _Reader(ended).read(_part(archive, "xl/_rels/workbook.xml.rels"))
    return links


def _texts(archive: zipfile.ZipFile, name: str) -> list[str]:
    """The texts that cells refer to by number."""
    texts: list[str] = []
    parts: list[str] = []

    def ended(element: _Element, inside: list[_Element]) -> None:
        if element.name == "t" and not any(each.name == "rPh" for each in inside):  # rPh: how to say it, in Japanese
            parts.extend(element.text)
        elif element.name == "si":
            texts.append(_unescaped("".join(parts)))
            parts.clear()
            if len(texts) > _MAX_TEXTS:
                raise _Unfit("holds more texts than any filled-in sheet")

    if name:
        _Reader(ended).read(_part(archive, name))
    return texts


def _formats(archive: zipfile.ZipFile, name: str) -> list[str]:
    """The number format of each cell style, in their order; empty for the general one."""
    codes = dict(BUILT_IN_FORMATS)
    styles: list[int] = []

    def ended(element: _Element, inside: list[_Element]) -> None:
        about = element.attributes
        if element.name == "numFmt":
            codes[int(about.get("numFmtId", "0"))] = about.get("formatCode", "")[:_MAX_FORMAT]
        elif element.name == "xf" and inside and inside[-1].name == "cellXfs":
            styles.append(int(about.get("numFmtId", "0")))

    if name:
        _Reader(ended).read(_part(archive, name))
    return [codes.get(number, "") for number in styles]


@dataclass(slots=True)
class _Sheet:
    """The rows of one sheet that hold something; a row or cell without a number follows the one before it."""

    book: _Book
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    cells: dict[int, Cell] = field(default_factory=dict)  # of the row that is being read, by their column
    parts: dict[str, str] = field(default_factory=dict)  # of the cell that is being read
    row: int = 0  # the last one that was read
    column: int = 0
    held: int = 0  # cells that hold something
    places: int = 0  # cells of rows that hold something
    letters: int = 0  # characters in the cells

    def ended(self, element: _Element, inside: list[_Element]) -> None:
        """Take in an element of the sheet."""
        if element.name in {"v", "f", "t"} and not any(each.name == "rPh" for each in inside):
            self.parts[element.name] = self.parts.get(element.name, "") + "".join(element.text)
        elif element.name == "c" and inside:
            self._take_cell(element.attributes, _number(inside[-1].attributes, self.row + 1))
        elif element.name == "row":
            self.row, self.column = _number(element.attributes, self.row + 1), 0
            if self.cells:
                self.places += max(self.cells)
                if self.places > _MAX_PLACES:
                    raise _Unfit("holds more columns and rows than any filled-in sheet")
                self.rows.append((self.row, [self.cells.get(index) for index in range(1, max(self.cells) + 1)]))
            self.cells.clear()

    def _take_cell(self, attributes: dict[str, str], row: int) -> None:
        self.column = _column(attributes.get("r", ""), self.column + 1)
        try:
            value = _value(attributes, self.parts, self.book)
        except _Unfit as problem:
            self.faults.append(f"row {row}, column {column_letters(self.column)} {problem}")
            value = None
        self.parts.clear()
        if value is not None:
            self.cells[self.column] = value
            self.held += 1
            self.letters += len(value) if isinstance(value, str) else 0
        if self.letters > _MAX_LETTERS:
            raise _Unfit("holds more text than any filled-in sheet")
        if self.held > _MAX_CELLS or len(self.faults) > _MAX_FAULTS:
            raise _Unfit("holds more cells than any filled-in sheet, or more that cannot be taken")


def _sheet(untrusted_data: bytes, book: _Book) -> list[tuple[int, list[Cell]]]:
    sheet = _Sheet(book)
    _Reader(sheet.ended).read(untrusted_data)
    if sheet.faults:
        more = " and more" if len(sheet.faults) > 10 else ""
        raise _Unfit(f"has cells that cannot be taken: {'; '.join(sheet.faults[:10])}{more}")
    return sheet.rows


def _value(attributes: dict[str, str], parts: dict[str, str], book: _Book) -> Cell:
    """What one cell says."""
    kind, value = attributes.get("t", "n"), parts.get("v", "")
    if "f" in parts and not value and kind != "str":
        raise _Unfit("holds a formula without a value")
    style = int(attributes.get("s", "0"))
    code = book.formats[style] if 0 <= style < len(book.formats) else ""
    if kind == "n":
        return _figure(value, code, book.day_zero) if value else None
    if kind == "b" and value:
        return "TRUE" if value == "1" else "FALSE"
    if kind == "s" and value:
        text = book.texts[int(value)] if 0 <= int(value) < len(book.texts) else _lost_text()
    else:  # an error, a formula's text, or a day in ISO 8601
        text = _unescaped(parts.get("t", "") if kind == "inlineStr" else value)
    if len(text) > LONGEST_CELL:
        raise _Unfit(f"holds more than {LONGEST_CELL} characters")
    shown = shown_text(text, code) if text else ""
    if shown is None:
        raise _Unfit("holds a text that its number format hides")
    return clean_cell(shown)


def _lost_text() -> NoReturn:
    raise _Unfit("refers to a text that is not there")


def _figure(value: str, code: str, day_zero: date | None) -> Cell:
    """A number as a day where its format shows one, else as the text that its format shows."""
    number = float(value)
    if shows_time(code) or (shows_day(code) and 0 < number < _FIRST_DAYS and number % 1):
        return hours_and_minutes(number) if 0 <= number < _LAST_DAY else _unfit_figure(value, "a time")
    if shows_day(code):
        try:
            zero = day_zero or (_DAY_ZERO if number >= _LEAP_DAY else _EARLY_DAY_ZERO)
            return zero + timedelta(days=int(number))
        except (OverflowError, ValueError):
            _unfit_figure(value, "a date")
    if not abs(number) < _MOST_DIGITS:
        raise _Unfit("holds a number of more than 15 digits, the last of which every spreadsheet program loses")
    try:
        shown = shown_number(number, code)
    except ArithmeticError:  # a format of more digits than Python's decimals have
        shown = None
    if shown is None:
        raise _Unfit(f"is shown in a number format that imgvet cannot read, '{on_one_line(code)}'; format it as text")
    return clean_cell(shown)


def _unfit_figure(value: str, what: str) -> NoReturn:
    raise _Unfit(f"is formatted as {what} and holds {value[:30]}") from None


def _unescaped(text: str) -> str:
    """The text without XLSX's own way to write characters that XML cannot hold, e.g. ``_x000D_``."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text).encode("utf-8", "replace").decode()


def _number(attributes: dict[str, str], following: int) -> int:
    number = int(attributes.get("r", following))
    if not 0 < number <= LAST_ROW:
        raise _Unfit(f"has a row {number}, which no sheet has")
    return number


def _column(place: str, following: int) -> int:
    """The column of a cell's place, from 1: ``AB12`` is 28."""
    number = 0
    for letter in re.match("[A-Z]{0,4}", place)[0]:  # type: ignore[index]  # it always matches
        number = number * 26 + ord(letter) - 64
    number = number or following
    if number > LAST_COLUMN:
        raise _Unfit(f"has a column {number}, which no sheet has")
    return number
