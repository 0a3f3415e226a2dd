"""The sheet as an Excel workbook, with a picture of each face in its row.

It is written row by row, and pictures go from the database to a file at once, so thousands of faces cost no memory. The
same batch gives the same bytes.
"""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import Any

from imgvet.checklist.columns import SHEET_COLUMNS, SheetChoices, SheetColumn, SheetLine, guide
from imgvet.decisions import DecisionScope
from imgvet.photo import Event
from imgvet.text import long_date, safe_cell, visible

MAX_PICTURES = 10_000  # more than a spreadsheet program can bear, and each is held in memory until the end
_PICTURE_PIXELS = 74  # side of a face's picture as it is shown
_ROW_POINTS = 60  # high enough for the picture
_HEADING_POINTS = 34  # two lines
_LINE_POINTS = 17
_GREYS = ("#F3F3F1", "#E2E2DE")  # by turns, so that the rows of one photo are seen as such
_A4 = 9  # Excel's number of the paper
_GUIDE_LETTERS = 96  # in one line of the second sheet


@dataclass(frozen=True, slots=True)
class WorkbookHeading:
    """What the workbook says of the batch, and offers to choose from."""

    event: Event
    made_on: date  # of the batch; the workbook bears it whenever it is written
    choices: SheetChoices


CellBlock = tuple[
    Sequence[SheetLine], Sequence[bytes], Sequence[SheetLine]
]  # a photo's faces, their pictures, its questions


def write_workbook(path: Path, heading: WorkbookHeading, blocks: Iterable[CellBlock], private: Path) -> None:
    """Write the workbook: faces first, then questions, then a second sheet that says how to fill it in.

    ``private`` is a folder in which pictures may lie while it is written; nothing is left there.

    Raises:
        OSError: the disk is full or cannot be written to; no half workbook is left.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - it is loaded only when a sheet is written
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415

    scraps = private / "sheet"
    shutil.rmtree(scraps, ignore_errors=True)  # of a killed run
    scraps.mkdir(mode=0o700)
    try:
        book = Workbook(path, {"constant_memory": True, "tmpdir": str(scraps), "strings_to_formulas": False})
        created = datetime.combine(heading.made_on, time())
        book.set_properties({"title": f"Checklist: {visible(heading.event.text)}", "created": created})
        _Checklist(book, heading, scraps).write(blocks)
        _write_guide(book, heading)
        book.close()
    except FileCreateError as problem:
        raise OSError(str(problem)) from None
    except OSError:
        path.unlink(missing_ok=True)
        raise
    finally:
        shutil.rmtree(scraps, ignore_errors=True)


class _Checklist:
    """The first sheet while it is written."""

    def __init__(self, book: Any, heading: WorkbookHeading, scraps: Path) -> None:
        self.sheet = book.add_worksheet("Checklist")
        self.heading = heading
        self.scraps = scraps
        shared = {"border": 1, "border_color": "#B8B8B8", "text_wrap": True, "valign": "vcenter", "font_size": 12}
        greys = ({"bg_color": grey, "font_color": "#333333"} for grey in _GREYS)
        self.machine = [book.add_format(shared | grey) for grey in greys]
        self.text = book.add_format(shared | {"locked": False, "num_format": "@"})
        self.day = book.add_format(shared | {"locked": False, "num_format": "dd/mm/yyyy", "align": "left"})
        bold = shared | {"bold": True, "align": "center"}
        self.number = [book.add_format(bold | {"bg_color": grey}) for grey in _GREYS]
        title = shared | {"bold": True, "valign": "top"}
        self.title = book.add_format(title | {"bg_color": "#DADAD6"})
        self.title_to_fill_in = book.add_format(title | {"bg_color": "#FFE9A8"})
        self.next_row = 1
        self.rules: list[str] = []  # that ask, one a row about a question
        self.pictures = 0
        self.photo = 0  # that the last row was about
        self.shade = 0  # which grey it has

    def write(self, blocks: Iterable[CellBlock]) -> None:
        """Write everything on the sheet, a photo at a time as they come."""
        self._columns()
        questions: list[SheetLine] = []
        for faces, crops, asked in blocks:
            questions += asked
            for index, line in enumerate(faces):
                self._line(line, crops[index] if index < len(crops) else None)
        first_question = self.next_row
        for line in questions:
            self._line(line, None)
            self.rules.append(line.rule)
        for index, column in enumerate(SHEET_COLUMNS):
            self._validate(index, column, first_question)
        self._protect()
        self._print_set_up()

    def _columns(self) -> None:
        self.sheet.set_row(0, _HEADING_POINTS)
        for index, column in enumerate(SHEET_COLUMNS):
            self.sheet.set_column(index, index, column.width, None, {"hidden": column.hidden})
            self.sheet.write_string(0, index, column.heading, self.title_to_fill_in if column.people else self.title)

    def _line(self, line: SheetLine, picture: bytes | None) -> None:
        row = self.next_row
        self.next_row += 1
        self.shade = self.shade if line.photo == self.photo else 1 - self.shade
        self.photo = line.photo
        machine, number = self.machine[self.shade], self.number[self.shade]
        self.sheet.set_row(row, _height(line))
        for index, column in enumerate(SHEET_COLUMNS):
            value = column.written(line) if column.written else None
            if column.people:
                self.sheet.write_blank(row, index, None, self.day if column.is_date else self.text)
            elif isinstance(value, int):
                self.sheet.write_number(row, index, value, number)
            elif value:
                self.sheet.write_string(row, index, safe_cell(value), machine)
            else:
                self.sheet.write_blank(row, index, None, machine)
        if picture and self.pictures < MAX_PICTURES:
            self.pictures += 1
            self._picture(row, line, picture)

    def _picture(self, row: int, line: SheetLine, picture: bytes) -> None:
        from xlsxwriter.image import Image  # noqa: PLC0415

        path = self.scraps / f"{line.photo}-{line.face}.jpg"
        path.write_bytes(picture)
        image = Image(str(path))
        image.image_name = ""  # it would contain the path of the batch
        scale = _PICTURE_PIXELS / max(image.width, image.height)
        how = {
            "x_offset": 3,
            "y_offset": 3,
            "x_scale": scale,
            "y_scale": scale,
            "object_position": 1,  # moves and hides with its row
            "description": f"Face {line.face} of photo {line.photo}",
        }
        self.sheet.insert_image(row, _place("picture"), image, how)

    def _validate(self, index: int, column: SheetColumn, first_question: int) -> None:
        """What people may put into the cells of a column; rows of faces and of each rule's questions may differ."""
        faces = _validation(column, self.heading.choices, DecisionScope.FACE)
        rows = [faces] * (first_question - 1)
        rows += [_validation(column, self.heading.choices, DecisionScope.PHOTO, rule) for rule in self.rules]
        start = 1
        for how, run in groupby(rows or [faces]):
            stop = start + len(list(run))
            if how:
                self.sheet.data_validation(start, index, stop - 1, index, how)
            start = stop

    def _protect(self) -> None:
        """Lock what imgvet wrote, without a password: it is to prevent accidents, not people."""
        allowed = ("format_cells", "format_columns", "format_rows", "sort", "autofilter")
        self.sheet.protect("", dict.fromkeys(allowed, True))

    def _print_set_up(self) -> None:
        self.sheet.freeze_panes(1, _place("picture") + 1)
        self.sheet.autofilter(0, 0, max(self.next_row - 1, 1), len(SHEET_COLUMNS) - 1)
        self.sheet.set_landscape()
        self.sheet.set_paper(_A4)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)  # inches
        self.sheet.repeat_rows(0)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_header(f"&L{_head(self.heading.event)}&R&BOffice use only. Not for publication")
        self.sheet.set_footer("&LPeople on this sheet can be recognised: do not share it&RPage &P of &N")


def _place(name: str) -> int:
    """The index of a column."""
    return next(index for index, column in enumerate(SHEET_COLUMNS) if column.name == name)


def _validation(column: SheetColumn, choices: SheetChoices, scope: DecisionScope, rule: str = "") -> dict[str, Any]:
    """As XlsxWriter takes it; empty where anything may be typed and nothing is said."""
    how: dict[str, Any] = {}
    if offered := column.offers(choices, scope, rule):
        how = {"validate": "list", "source": list(offered)}
    elif column.is_date:
        days = {"minimum": date(1990, 1, 1), "maximum": date(2099, 12, 31)}
        how = {"validate": "date", "criteria": "between"} | days
    elif column.prompt:
        how = {"validate": "any"}
    if column.others_too:
        how["show_error"] = False
    if column.error:
        how |= {"error_title": column.heading, "error_message": column.error}
    if column.prompt:
        how |= {"input_title": column.heading, "input_message": column.prompt}
    return how


def _height(line: SheetLine) -> int:
    """Points that a row needs for its picture and for what it says."""
    words = wrap(line.open, int(SHEET_COLUMNS[_place("open")].width) - 3)
    return max(_ROW_POINTS if line.face is not None else 0, _LINE_POINTS * max(2, len(words)))


def _head(event: Event) -> str:
    """The event as a page's header has it; ``&`` begins an instruction there, and a header is short."""
    day = f", {long_date(event.day)}" if event.day else ""
    text = " ".join(visible(event.text).split())
    return f"{text[:90]}{day}".replace("&", "&&")


def _write_guide(book: Any, heading: WorkbookHeading) -> None:
    sheet = book.add_worksheet("How to fill in")
    styles = {
        "title": book.add_format({"bold": True, "font_size": 14, "valign": "bottom"}),
        "word": book.add_format({"bold": True, "valign": "top", "text_wrap": True}),
        "text": book.add_format({"valign": "top", "text_wrap": True}),
    }
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, _GUIDE_LETTERS)
    for row, (word, text) in enumerate(guide(heading.choices)):
        sheet.set_row(row, 17 * len(wrap(text, _GUIDE_LETTERS)) or 32)
        sheet.write_string(row, 0, word, styles["word"] if text else styles["title"])
        if text:
            sheet.write_string(row, 1, text, styles["text"])
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)
    sheet.set_footer("&RPage &P of &N")
