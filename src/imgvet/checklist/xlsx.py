"""The sheet as an Excel workbook, with a picture of each photo, each face and each area in its row.

It is written row by row, and pictures go from the database to a file at once, so thousands of faces cost no memory. The
same batch gives the same bytes.
"""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from textwrap import wrap
from typing import Any

from imgvet.checklist.columns import LineKind, SheetChoices, SheetColumn, SheetLine, guide, sheet_columns
from imgvet.photo import Event
from imgvet.text import long_date, number_runs, safe_cell, visible

MAX_PICTURES = 10_000  # more than a spreadsheet program can bear, and each is held in memory until the end
_SIDES = {  # pixels of a picture as it is shown, across and down
    LineKind.FACE: (74, 74),
    LineKind.AREA: (222, 74),
    LineKind.PHOTO: (346, 300),
}
_POINTS_PER_PIXEL = 0.75
_HEADING_POINTS = 34  # two lines
_TITLE_POINTS = 30
_LINE_POINTS = 17
_HIGHEST_ROW = 400  # points; no spreadsheet program shows much more
_LOOKS: dict[LineKind, dict[str, Any]] = {  # of cells that are locked
    LineKind.EVERY: {"bg_color": "#FFF6DA", "bold": True},
    LineKind.PHOTO: {"bg_color": "#DDE3E8", "bold": True, "top": 2},
    LineKind.QUESTION: {"bg_color": "#EDEDEA"},
    LineKind.FACE: {"bg_color": "#F3F3F1"},
    LineKind.AREA: {"bg_color": "#F3F3F1"},
}
_A4 = 9  # Excel's number of the paper
_GUIDE_LETTERS = 96  # in one line of the second sheet


@dataclass(frozen=True, slots=True)
class _Shown:
    """A picture as it is put into its cell."""

    image: Any
    how: dict[str, Any]
    points: float  # that its row must have


@dataclass(frozen=True, slots=True)
class WorkbookHeading:
    """What the workbook says of the batch, and offers to choose from."""

    event: Event
    made_on: date  # of the batch; the workbook bears it whenever it is written
    choices: SheetChoices


LinePicture = Callable[[SheetLine], bytes | None]
"""The picture of a row, a JPEG; None: it has none."""


def write_workbook(
    path: Path, heading: WorkbookHeading, lines: Iterable[SheetLine], picture_of: LinePicture, private: Path
) -> None:
    """Write the workbook: the rows in their order, then a second sheet that says how to fill it in.

    Args:
        path: the file.
        heading: what it says of the batch.
        lines: the rows.
        picture_of: is asked for the picture of each row when it is written.
        private: a folder in which pictures may lie while it is written; nothing is left there.

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
        _Checklist(book, heading, scraps, picture_of).write(lines)
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

    def __init__(self, book: Any, heading: WorkbookHeading, scraps: Path, picture_of: LinePicture) -> None:
        self.sheet = book.add_worksheet("Checklist")
        self.heading = heading
        self.columns = sheet_columns(heading.choices)
        self.scraps = scraps
        self.picture_of = picture_of
        shared = {"border": 1, "border_color": "#B8B8B8", "text_wrap": True, "valign": "vcenter", "font_size": 12}
        machine = shared | {"font_color": "#333333"}
        self.machine = {kind: book.add_format(machine | look) for kind, look in _LOOKS.items()}
        self.number = {
            kind: book.add_format(machine | look | {"bold": True, "align": "center"}) for kind, look in _LOOKS.items()
        }
        self.text = book.add_format(shared | {"locked": False, "num_format": "@"})
        self.day = book.add_format(shared | {"locked": False, "num_format": "dd/mm/yyyy", "align": "left"})
        title = shared | {"bold": True, "valign": "top"}
        self.title = book.add_format(title | {"bg_color": "#DADAD6"})
        self.title_to_fill_in = book.add_format(title | {"bg_color": "#FFE9A8"})
        self.block = book.add_format({"bold": True, "font_size": 14, "valign": "vcenter", "bg_color": "#DADAD6"})
        self.next_row = 1
        self.alike: dict[tuple[LineKind, str], list[int]] = {}  # rows, by what may be chosen in them
        self.pictures = 0

    def write(self, lines: Iterable[SheetLine]) -> None:
        """Write everything on the sheet, a row at a time as they come."""
        self._headings()
        for line in lines:
            (self._block if line.kind is LineKind.TITLE else self._line)(line)
            self.next_row += 1
        for index, column in enumerate(self.columns):
            self._validate(index, column)
        self._protect()
        self._print_set_up()

    def _headings(self) -> None:
        self.sheet.set_row(0, _HEADING_POINTS)
        for index, column in enumerate(self.columns):
            self.sheet.set_column(index, index, column.width, None, {"hidden": column.hidden})
            self.sheet.write_string(0, index, column.heading, self.title_to_fill_in if column.people else self.title)

    def _block(self, line: SheetLine) -> None:
        """A title over the rows below it."""
        self.sheet.set_row(self.next_row, _TITLE_POINTS, self.block)
        place = next(at for at, column in enumerate(self.columns) if column.name == "picture")
        self.sheet.write_string(self.next_row, place, line.open, self.block)

    def _line(self, line: SheetLine) -> None:
        row, picture = self.next_row, self.picture_of(line) if self.pictures < MAX_PICTURES else None
        shown = self._prepared(line, picture) if picture else None
        self.alike.setdefault((line.kind, line.rule), []).append(row)
        self.sheet.set_row(row, self._height(line, shown.points if shown else 0))
        for index, column in enumerate(self.columns):
            self._cell(row, index, column, line)
        if shown:
            self.pictures += 1
            place = next(at for at, column in enumerate(self.columns) if column.name == "picture")
            self.sheet.insert_image(row, place, shown.image, shown.how)

    def _cell(self, row: int, index: int, column: SheetColumn, line: SheetLine) -> None:
        value, look = column.content(line), self.machine[line.kind]
        if column.people and line.kind in column.kinds:
            look = self.day if column.is_date else self.text
        if isinstance(value, int):
            self.sheet.write_number(row, index, value, self.number[line.kind])
        elif value and value == line.area:
            self.sheet.write_string(row, index, value, self.number[line.kind])
        elif isinstance(value, date):
            self.sheet.write_datetime(row, index, datetime.combine(value, time()), look)
        elif value:
            self.sheet.write_string(row, index, safe_cell(value), look)
        else:
            self.sheet.write_blank(row, index, None, look)

    def _height(self, line: SheetLine, picture: float) -> float:
        """Points that a row needs for its picture and for what it says."""
        said = [(column.width, str(column.content(line) or "")) for column in self.columns if not column.hidden]
        words = max(
            sum(max(1, len(wrap(part, max(4, int(width) - 3)))) for part in text.splitlines() or [""])
            for width, text in said
        )
        return min(_HIGHEST_ROW, max(picture, _LINE_POINTS * max(2, words)))

    def _prepared(self, line: SheetLine, picture: bytes) -> "_Shown":
        """The picture in the size in which it is shown."""
        from xlsxwriter.image import Image  # noqa: PLC0415

        path = self.scraps / f"{line.photo}-{line.area or line.face}.jpg"
        path.write_bytes(picture)
        image = Image(str(path))
        image.image_name = ""  # it would contain the path of the batch
        across, down = _SIDES[line.kind]
        scale = min(across / image.width, down / image.height)
        what = f"Photo {line.photo}, its faces numbered, its areas lettered"
        if line.kind is not LineKind.PHOTO:
            part = f"Area {line.area}" if line.area else f"Face {line.face}"
            what = f"{part} of photo {line.photo}"
        how = {
            "x_offset": 3,
            "y_offset": 3,
            "x_scale": scale,
            "y_scale": scale,
            "object_position": 1,  # moves and hides with its row
            "description": what,
        }
        return _Shown(image, how, (image.height * scale + 6) * _POINTS_PER_PIXEL)

    def _validate(self, index: int, column: SheetColumn) -> None:
        """What people may put into the cells of a column; rows of faces and of each rule's questions may differ."""
        ranges: dict[str, tuple[dict[str, Any], list[list[int]]]] = {}
        for (kind, rule), rows in self.alike.items():
            if how := _validation(column, self.heading.choices, kind, rule):
                _, cells = ranges.setdefault(repr(how), (how, []))
                cells += [[first, index, last, index] for first, last in number_runs(rows)]
        for how, cells in ranges.values():
            self.sheet.data_validation(*sorted(cells)[0], how | {"other_cells": sorted(cells)[1:]})

    def _protect(self) -> None:
        """Lock what imgvet wrote, without a password: it is to prevent accidents, not people."""
        allowed = ("format_cells", "format_columns", "format_rows", "sort", "autofilter")
        self.sheet.protect("", dict.fromkeys(allowed, True))

    def _print_set_up(self) -> None:
        self.sheet.freeze_panes(1, next(at for at, column in enumerate(self.columns) if column.name == "picture") + 1)
        self.sheet.autofilter(0, 0, max(self.next_row - 1, 1), len(self.columns) - 1)
        self.sheet.set_landscape()
        self.sheet.set_paper(_A4)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)  # inches
        self.sheet.repeat_rows(0)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_header(f"&L{_head(self.heading.event)}&R&BOffice use only. Not for publication")
        self.sheet.set_footer("&LPeople on this sheet can be recognised: do not share it&RPage &P of &N")


def _validation(column: SheetColumn, choices: SheetChoices, kind: LineKind, rule: str = "") -> dict[str, Any]:
    """As XlsxWriter takes it; empty where anything may be typed and nothing is said."""
    how: dict[str, Any] = {}
    if kind not in column.kinds:
        return how
    if offered := column.offers(choices, kind, rule):
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
