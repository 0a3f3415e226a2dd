"""Tables as people send them back: any program's CSV, any program's XLSX, and what must be refused."""

import csv
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imgvet.errors import TableError
from imgvet.tables import Table, as_date, as_flag, as_name, as_reference, as_text, as_whole_number, read_table
from imgvet.tables.cells import lost_value
from imgvet.tables.number_formats import shown_number, shown_text
from imgvet.text import safe_cell
from imgvet.workers import pool
from imgvet.workers.answers import LostJob
from support.chance import examples

HEADINGS = ("Reference", "Signed on", "Person")
GERMAN = 'Reference;Signed on;Person\r\nWMP-1;04.03.2026;"Müller; Jörg"\r\n\r\nWMP-2;5.3.2026;Ann\r\n'


def saved(folder: Path, content: bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def cells(table: Table) -> list[tuple[object, ...]]:
    return [row.cells for row in table.rows]


# CSV


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_table_from_german_excel_is_taken_right(tmp_path: Path, encoding: str) -> None:
    """Semicolons, days with dots, whatever letters it is saved in; rows are counted as Excel shows them."""
    table = read_table(saved(tmp_path, GERMAN.encode(encoding)))
    assert table.header == HEADINGS
    assert [row.number for row in table.rows] == [2, 4]
    assert cells(table) == [("WMP-1", "04.03.2026", "Müller; Jörg"), ("WMP-2", "5.3.2026", "Ann")]
    assert as_date(table.rows[0].cells[1]) == date(2026, 3, 4)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_any_separator_and_line_end_is_told(tmp_path: Path, separator: str, line_end: str) -> None:
    """Also where cells hold the other separators, and an address goes over two lines."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=separator, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows([HEADINGS, ["A-1", "3,5; 4|1", "Ann\nSmith"], ["A-2", "", "a\tb, c; d"]])
    table = read_table(saved(tmp_path, stream.getvalue().encode()))
    assert cells(table) == [("A-1", "3,5; 4|1", "Ann\nSmith"), ("A-2", None, "a\tb, c; d")]


def test_excels_own_line_names_the_separator_and_is_no_row(tmp_path: Path) -> None:
    table = read_table(saved(tmp_path, b"sep=|\r\nName, first;x|Ref\r\na,b;c|1\r\n"))
    assert table.header == ("Name, first;x", "Ref")
    assert [row.number for row in table.rows] == [2]


def test_a_table_of_one_column_is_one(tmp_path: Path) -> None:
    assert cells(read_table(saved(tmp_path, b"Reference\r\nA-1\r\n"))) == [("A-1",)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "contains no table"),
        (b" ; \r\n;\r\n", "contains no table"),
        (b'Reference;Person\r\nA-1;"Ann\r\n', "is not a CSV table"),
        (b'Reference;Person\r\nA-1;"Ann"x\r\n', "is not a CSV table"),
        (b"Reference;Person\r\nA-1;Ann;Smith\r\nA-2;Bob;;;x\r\n", "beyond the last heading, in rows 2, 3"),
        (
            b"Reference;Person;Event\r\nA-1;Ann;x\r\nA-2\tBob\ty\r\n",
            "different separators in row 3 from those above it",
        ),
        (b"Reference;Person\r\nA-1;A\x00nn\r\n", "neither a CSV table nor a workbook"),
        (b"\x81\x8d\x8f\x90" * 10, "does not say in which encoding it was saved"),
        (b"a;b\r\nx;\x1b$B\r\n", "does not say in which encoding"),
        (b"\xff\xfe", "contains no table"),
        (b"\xff\xfeR\x00e\x00\x00", "neither a CSV table nor a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 100, "before 2007, or protected with a password"),
        (b"Reference;Person\r\n" + b"A-1;Ann\r\n" * 20_001, "more than 20000 rows"),
        (b";".join(b"a%d" % n for n in range(501)), "more than 500 columns"),
        (b"a;b\r\nx;" + b"y" * 200_000, "is not a CSV table"),
        (b"a;b\r\n" + b"x" * 17 * 1024**2, "larger than any filled-in table"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(TableError, match=said):
        read_table(saved(tmp_path, content))


def test_a_file_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="cannot be opened: No such file"):
        read_table(tmp_path / "lost.csv")
    with pytest.raises(TableError, match="is a folder, not a regular file"):
        read_table(tmp_path)


@given(
    rows=st.lists(
        st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12), min_size=3, max_size=3),
        max_size=8,
    ),
    separator=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_safely_is_read_back(
    tmp_path: Path, rows: list[list[str]], separator: str, encoding: str
) -> None:
    """But for blanks around it and what cannot be seen; the apostrophe that guards a formula is gone again."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerow(HEADINGS)
    writer.writerows([safe_cell(cell.strip()) for cell in row] for row in rows)
    path = saved(tmp_path, stream.getvalue().encode(encoding))
    if any(map(lost_value, chain.from_iterable(rows))):
        with pytest.raises(TableError, match="value is lost"):
            read_table(path, HEADINGS)
        return
    table = read_table(path, HEADINGS)
    expected = [
        tuple(re.sub("[\xad\u200b\u2060\ufeff]", "", safe_text(cell)).strip() or None for cell in row) for row in rows
    ]
    assert cells(table) == [row for row in expected if any(row)]


def safe_text(cell: str) -> str:
    """A text as ``safe_cell`` writes it, without its apostrophe."""
    written = safe_cell(cell.strip())
    return written[1:] if written != written.removeprefix("'") and safe_cell(written[1:]) == written else written


def in_this_process(prepare: Any, function: Any, jobs: Any, **_: Any) -> Iterator[tuple[Any, Any]]:
    """What ``run_jobs`` gives, without a worker: for many examples."""
    for job in jobs:
        yield job, function(prepare(), job)


@pytest.fixture
def without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workbooks are read in this process."""
    monkeypatch.setattr(pool, "run_jobs", in_this_process)


@pytest.mark.usefixtures("without_workers")
@given(st.binary(max_size=400))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_a_table_or_refused(tmp_path: Path, content: bytes) -> None:
    for data in (content, b"PK\x03\x04" + content, b"a;b\r\n" + content):
        try:
            table = read_table(saved(tmp_path, data))
        except TableError:
            continue
        assert all(len(row.cells) == len(table.header) for row in table.rows)


# The header


def test_a_title_may_stand_above_the_header(tmp_path: Path) -> None:
    """Where the headings are known, the row that has them is found; columns may be moved and written otherwise."""
    content = b"Open Day: who has signed\r\n\r\nPERSON;signed_on; Reference \r\nAnn;4.3.2026;A-1\r\n"
    table = read_table(saved(tmp_path, content), HEADINGS)
    assert table.header_row == 3
    assert table.column("Reference") == 2
    assert table.column("signed on") == 1
    assert table.column("Guardian", "Parent") is None
    assert table.rows[0].number == 4


def test_a_table_without_the_headings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no row with the headings") as caught:
        read_table(saved(tmp_path, b"a;b\r\n1;2\r\n"), HEADINGS)
    assert "Reference, Signed on, Person" in caught.value.hint


def test_two_columns_for_one_thing_are_refused(tmp_path: Path) -> None:
    table = read_table(saved(tmp_path, b"Name;Person;Ref\r\nAnn;Bob;1\r\n"))
    with pytest.raises(TableError, match="'Name' and 'Person'"):
        table.column("person", "name")


# Cells


def test_a_date_cell_and_a_text_are_the_same_day() -> None:
    """And what is no date is refused as a fault of the table."""
    assert as_date("14/06/2026") == as_date(date(2026, 6, 14)) == date(2026, 6, 14)
    for cell in (None, "tomorrow", date(1899, 12, 31)):
        with pytest.raises(TableError):
            as_date(cell)


def test_yes_and_no() -> None:
    assert [as_flag(each) for each in ("Yes", "x", "ja", "WAHR", "1", "☑")] == [True] * 6
    assert [as_flag(each) for each in (None, "no", "Nein", "FALSE", "0", "-")] == [False] * 6
    with pytest.raises(TableError, match="must be yes or no"):
        as_flag("perhaps")


def test_whole_numbers() -> None:
    """With the decimal point of any country, where nothing stands behind it."""
    assert [as_whole_number(each) for each in ("3", "3.0", "3,0", " 12 ", "1,234")] == [3, 3, 3, 12, 1234]
    for text in (None, "3.5", "3,5", "-1", "three", "1e3", "1,2345"):
        with pytest.raises(TableError):
            as_whole_number(text)


# XLSX


def workbook(path: Path, fill: Callable[[openpyxl.Workbook], None]) -> Path:
    book = openpyxl.Workbook()
    fill(book)
    book.save(path)
    return path


def test_a_workbook_is_read_as_it_is_seen(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.active
        sheet["B3"], sheet["C3"], sheet["D3"], sheet["F3"] = "Reference", "Signed on", "Person", "Child"
        sheet["B5"], sheet["C5"], sheet["D5"] = "A-1", datetime(2026, 6, 14, 9, 30), " Ann\nSmith "
        sheet["B7"], sheet["C7"], sheet["D7"], sheet["F7"] = 12, date(2026, 6, 15), 3.5, True
        sheet["C7"].number_format = '[$-407]TTT" den "dd\\.mm\\.yyyy;@'
        sheet["B9"], sheet["C9"] = 7.0, 46187

    table = read_table(workbook(tmp_path / "list.xlsx", fill))
    assert table.header == ("", "Reference", "Signed on", "Person", "", "Child")
    assert table.header_row == 3
    assert [(row.number, row.cells) for row in table.rows] == [
        (5, (None, "A-1", date(2026, 6, 14), "Ann\nSmith", None, None)),
        (7, (None, "12", date(2026, 6, 15), "3.5", None, "TRUE")),
        (9, (None, "7", "46187", None, None, None)),
    ]


@pytest.mark.parametrize(("value", "number_format", "shown"), [
    (14, "0000", "0014"),
    (14, "00000", "00014"),
    (123456, "0000", "123456"),
    (0, "0000", "0000"),
    (14, '"WMP-"0000', "WMP-0014"),
    (14, "[$-809]0000;[Red]-0000", "0014"),
    (-14, "0000", "-0014"),
    (7700900123, "00000 000000", "07700 900123"),
    (7700900123, r"00000\ 000000", "07700 900123"),
    (441632960001, "+00 0000 000000", "+44 1632 960001"),
    (5551234, r"[<=9999999]###\-####;\(###\)\ ###\-####", "555-1234"),
    (2025551234, r"[<=9999999]###\-####;\(###\)\ ###\-####", "(202) 555-1234"),
    (14, "General", "14"),
    (14, "0.00", "14.00"),
    (1234, "#,##0", "1,234"),
    (0.14, "0%", "14%"),
    (3.5, "0000", "0004"),
    ("0014", "General", "0014"),
    ("0014", "@", "0014"),
    ("12", "0000", "12"),
    ("07700 900123", "General", "07700 900123"),
    (46187, "dd/mm/yyyy", date(2026, 6, 14)),
    (46187, "d mmm yy", date(2026, 6, 14)),
    (46187.75, "yyyy-mm-dd hh:mm", date(2026, 6, 14)),
    (46187, "[$-809]d mmmm yyyy;@", date(2026, 6, 14)),
    (46187, "mm-dd-yy", date(2026, 6, 14)),
    (46187, 'dddd", the "d" of "mmmm', date(2026, 6, 14)),
    (0.75, "hh:mm", "18:00"),
    (0.75, "h:mm AM/PM", "18:00"),
    (61 / 1440, "[$-409]h:mm:ss AM/PM;@", "1:01"),
    (61 / 1440, "dd/mm/yyyy hh:mm", "1:01"),
    (36 / 24 + 5 / 1440, "[h]:mm:ss", "36:05"),
    (36 / 24 + 5 / 1440, "yyyy-mm-dd hh:mm:ss", "36:05"),
    (61 / 1440, "General", "0.0423611111111111"),
    (447700900123, "General", "447700900123"),
    (7700900123, "General", "7700900123"),
    (0.1 + 0.2, "General", "0.3"),
    (2026.014, "General", "2026.014"),
    (14, '"R"00"/26"', "R14/26"),
    (14, "0_);(0)", "14"),
    (-14, "0_);(0)", "(14)"),
    (1234567.5, "#,##0.00", "1,234,567.50"),
    (1234, "[$£-809]#,##0.00", "£1,234.00"),
    (12, "#,##0", "12"),
    (1.5, "0.0#", "1.5"),
    (14, "@", "14"),
    (14, 'General" forms"', "14 forms"),
    ("14", '"WMP-"@', "WMP-14"),
    (True, "General", "TRUE"),
])  # fmt: skip
def test_a_number_is_what_its_format_shows(
    tmp_path: Path, value: object, number_format: str, shown: object, without_workers: None
) -> None:
    """References and telephone numbers keep their zeros, days are days, and a text is a text."""

    def fill(book: openpyxl.Workbook) -> None:
        book.active["A1"], book.active["A2"] = "Reference", value
        book.active["A2"].number_format = number_format

    assert cells(read_table(workbook(tmp_path / "list.xlsx", fill))) == [(shown,)]


@pytest.mark.parametrize(
    ("value", "number_format", "said"),
    [
        (14, "# ?/?", "cannot read"),
        (14, "0.00E+00", "cannot read"),
        (14, "0,", "cannot read"),
        (14, ";;;", "cannot read"),
        (14, "mmmm", "cannot read"),
        ("Ann", ";;;", "a text that its number format hides"),
        (1e15, "General", "more than 15 digits"),
        (4444333322221111, "0000 0000 0000 0000", "more than 15 digits"),
        (-1, "hh:mm", "formatted as a time"),
        (1e9, "dd/mm/yyyy", "formatted as a date"),
    ],
)
def test_what_a_cell_shows_and_nobody_can_tell_is_refused(
    tmp_path: Path, value: object, number_format: str, said: str, without_workers: None
) -> None:
    """With its row and column; the number behind it may not be what people saw."""

    def fill(book: openpyxl.Workbook) -> None:
        book.active["A1"], book.active["A2"] = "Reference", value
        book.active["A2"].number_format = number_format

    with pytest.raises(TableError, match=f"row 2, column A .*{re.escape(said)}"):
        read_table(workbook(tmp_path / "list.xlsx", fill))


@given(st.floats(-1e16, 1e16), st.text('0#?,.;%"-() EGh:[]@m/', max_size=12))
def test_any_number_under_any_format_is_a_text_or_nothing(value: float, code: str) -> None:
    shown = shown_number(value, code)
    assert shown is None or isinstance(shown, str)
    assert shown_text("Ann", code) is None or "Ann" in str(shown_text("Ann", code))


@given(st.integers(0, 10**12), st.integers(1, 14))
def test_zeros_are_shown_as_the_format_asks(number: int, places: int) -> None:
    """Whatever their number; and the plain format keeps all digits."""
    assert shown_number(number, "0" * places) == str(number).rjust(places, "0")
    assert shown_number(number, "General") == str(number)
    assert shown_number(number, "#,##0") == f"{number:,}"


LOST_VALUES = [
    "#NAME?", "#VALUE!", "#REF!", "#DIV/0!", "#N/A", "#NUM!", "#NULL!", "#SPILL!", "#WERT!", "Err:502", "########",
    "4.47701E+11", "4,47701E+11", "4.47701e+11", "4E+11", "-1.5E-05", "447701000000", "Zo\ufffd",
    "Zo\u00c3\u00ab", "Children\u00e2\u20ac\u2122s",
    "Wi?niewska", "?ukasz", "Zo+AOs Bront+AOs", "Zo+AOs-", "Conor O+IBk-Brien", "+Ahg-tefan", "+A5MDuQPOA8EDswO/A8I",
]  # fmt: skip


@pytest.mark.parametrize("value", LOST_VALUES)
def test_a_value_that_a_spreadsheet_has_lost_is_refused_with_its_place(
    tmp_path: Path, value: str, without_workers: None
) -> None:
    """In a CSV and in a workbook, in whatever column."""
    rows = [list(HEADINGS), ["A-1", "14/06/2026", "Ann"], ["A-2", "14/06/2026", value]]
    text = "\n".join(";".join(row) for row in rows)

    def fill(book: openpyxl.Workbook) -> None:
        for row in rows:
            book.active.append(row)

    for path in (saved(tmp_path, text.encode()), workbook(tmp_path / "list.xlsx", fill)):
        with pytest.raises(TableError, match=r"cells whose value is lost\.\n  row 3, column C holds "):
            read_table(path)


@pytest.mark.parametrize(
    "value",
    [
        "12E5",
        "1E5",
        "#OpenDay",
        "Really? Yes",
        "JOÃO",
        "SÃO PAULO",
        "https://x.org/?a=b",
        "Who?",
        "jo+AOs-x@example.org",
        "LGBT+ALL",
        "A+AND B",
    ],
)
def test_what_only_looks_like_a_lost_value_is_kept(tmp_path: Path, value: str) -> None:
    assert cells(read_table(saved(tmp_path, f"Reference;Note\nA-1;{value}\n".encode())))[0][1] == value


def test_a_reference_that_became_a_date_and_a_name_without_a_letter_are_refused() -> None:
    for cell in (date(2026, 3, 4), "04-Mar", "Mar-14", "4-Mar-26"):
        with pytest.raises(TableError, match="has become a date"):
            as_reference(cell)
    for cell in (date(2026, 3, 4), "Pawe?", "? Smith"):
        with pytest.raises(TableError, match="may be lost"):
            as_name(cell)
    assert (as_reference("MAR-14"), as_name(" Ann \n Smith ")) == ("MAR-14", "Ann Smith")


@pytest.mark.parametrize("error", ["#NAME?", "#REF!", "#N/A"])
def test_an_error_in_a_cell_is_refused_with_its_place(tmp_path: Path, error: str, without_workers: None) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        book.active.append(HEADINGS)
        book.active.append(["A-1", None, error])
        book.active["C2"].data_type = "e"

    with pytest.raises(TableError, match=rf"row 2, column C holds {re.escape(error)}"):
        read_table(workbook(tmp_path / "list.xlsx", fill))


def test_a_workbook_that_takes_its_worker_with_it_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's workbook costs nothing but itself."""
    path = workbook(tmp_path / "list.xlsx", lambda book: book.active.append(HEADINGS))
    lost = LostJob("It took longer than 60 seconds.")
    monkeypatch.setattr(pool, "run_jobs", lambda *_, **__: iter([(path, lost)]))
    with pytest.raises(TableError, match=r"cannot be read\. It took longer than 60 seconds"):
        read_table(path)


def test_a_worker_without_memory_refuses_the_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is the worker's; whoever reads the table hears of it in words."""

    def breaks(*_: Any, **__: Any) -> Iterator[Any]:
        raise MemoryError

    path = workbook(tmp_path / "list.xlsx", lambda book: book.active.append(HEADINGS))
    monkeypatch.setattr(pool, "run_jobs", breaks)
    with pytest.raises(TableError, match="more memory than any filled-in sheet"):
        read_table(path)


def test_a_worker_that_reads_a_workbook_loads_no_picture_library() -> None:
    """So it starts in a moment."""
    code = "import sys, imgvet.tables.table, imgvet.workers.pool; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "cv2", "PIL", "onnxruntime", "openpyxl"} & set(ran.stdout.split())


def test_the_sheet_with_the_headings_is_found(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        book.active.append(["How to fill this in"])
        book.create_sheet("Forms").append(HEADINGS)
        book["Forms"].append(["A-1"])
        book.create_sheet("Lists")["A1"] = "=1+1"  # behind the table, it does not matter

    table = read_table(workbook(tmp_path / "list.xlsx", fill), HEADINGS)
    assert cells(table) == [("A-1", None, None)]


def test_a_formula_is_never_evaluated(tmp_path: Path) -> None:
    """Without a value it is refused, and the cell is named; with one, the value counts."""

    def fill(book: openpyxl.Workbook) -> None:
        book.active.append(HEADINGS)
        book.active.append(["A-1", None, '=HYPERLINK("http://example.org","x")'])

    path = workbook(tmp_path / "list.xlsx", fill)
    with pytest.raises(TableError, match="row 2, column C holds a formula without a value"):
        read_table(path)
    altered(path, "xl/worksheets/sheet1.xml", rb"<v ?/>|<v></v>", b"<v>42</v>")
    assert cells(read_table(path)) == [("A-1", None, "42")]


def test_a_text_that_looks_like_a_formula_is_a_text(tmp_path: Path) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        book.active.append(HEADINGS)
        book.active.append(["A-1", "'+44 7700 900123", "'tis Ann"])

    assert cells(read_table(workbook(tmp_path / "a.xlsx", fill))) == [("A-1", "+44 7700 900123", "'tis Ann")]


@pytest.mark.parametrize(
    ("system", "number", "day"),
    [
        ("0", 61, date(1900, 3, 1)),
        ("0", 59, date(1900, 2, 28)),
        ("0", 46187, date(2026, 6, 14)),
        ("1", 44725, date(2026, 6, 14)),
    ],
)
def test_both_calendars_of_excel(tmp_path: Path, system: str, number: int, day: date) -> None:
    """That of Windows, which has a 29 February 1900, and that of old Macs."""

    def fill(book: openpyxl.Workbook) -> None:
        book.active.append(["Day", "x"])
        book.active["A2"] = number
        book.active["A2"].number_format = "dd/mm/yyyy"

    path = workbook(tmp_path / "list.xlsx", fill)
    altered(path, "xl/workbook.xml", rb"<workbookPr ?/>", b'<workbookPr date1904="%s"/>' % system.encode())
    assert cells(read_table(path)) == [(day, None)]


def altered(path: Path, part: str, pattern: bytes, by: bytes) -> None:
    """Change one part of a workbook; the pattern must be there."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part], count = re.subn(pattern, lambda _: by, parts[part], count=1)
    assert count == 1
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


SHEET, TEXTS, LINKS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
AS_EXCEL_WRITES = {
    "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{OFFICE}"><workbookPr/><sheets>'
    '<sheet name="Forms" sheetId="1" r:id="rId1"/></sheets></workbook>',
    LINKS: '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="/xl/styles.xml"/>'
    f'<Relationship Id="rId3" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet {MAIN}><numFmts count="2"><numFmt numFmtId="164" formatCode="[Red]0.00"/>'
    '<numFmt numFmtId="165" formatCode="[$-809]dd\\ mmmm\\ yyyy;@"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>',
    TEXTS: f"<sst {MAIN}><si><t>Reference</t></si><si><t>Signed on</t></si><si><r><t>Per</t></r><r><t>son</t></r>"
    "<rPh><t>PAASON</t></rPh></si><si><t>A-1</t></si><si><t>Ann_x000D_\n_x005F_x0041_</t></si></sst>",
    SHEET: f'<worksheet {MAIN}><dimension ref="A1:C4"/><sheetData>'
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>'
    '<row r="2"><c r="A2" t="s"><v>3</v></c><c r="B2" s="1"><v>46187</v></c><c r="C2" t="s"><v>4</v></c></row>'
    '<row r="4"><c r="B4" s="3"><v>46188.75</v></c><c r="C4" t="str"><f>A2</f><v>A-1</v></c></row>'
    '<row><c s="2"><v>46187</v></c><c t="d"><v>2026-06-16</v></c><c t="b"><v>0</v></c></row>'
    "</sheetData></worksheet>",
}


def as_excel_writes(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in AS_EXCEL_WRITES.items():
            archive.writestr(name, text)
    return path


def test_a_workbook_of_excel_is_read(tmp_path: Path) -> None:
    """Shared texts, parts of a text in other letters, days under any format, rows and cells without a number."""
    table = read_table(as_excel_writes(tmp_path / "list.xlsx"), HEADINGS)
    assert table.header == HEADINGS
    assert [(row.number, row.cells) for row in table.rows] == [
        (2, ("A-1", date(2026, 6, 14), "Ann\n_x0041_")),
        (4, (None, date(2026, 6, 15), "A-1")),
        (5, ("46187.00", "2026-06-16", "FALSE")),
    ]


BOMB = b"<si><t>" + b"x" * 65 * 1024**2 + b"</t></si>"
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("part", "pattern", "by", "said"),
    [
        (TEXTS, rb"<si>", BOMB + b"<si>", "unpacks to more than 64 MiB"),
        (TEXTS, rb"<si>", b"<si><t/></si>" * 200_001 + b"<si>", "more texts than any filled-in sheet"),
        (TEXTS, rb"<sst", LAUGHS + b"<sst", "names entities or files"),
        (SHEET, rb"<worksheet", b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet', "names entities or files"),
        (SHEET, rb"<sheetData>", b"<sheetData>" + b"<a>" * 100, "nests its XML too deep"),
        (SHEET, rb"</worksheet>", b"", "is damaged"),
        (SHEET, rb'<row r="2"', b'<row r="1048577"', "has a row 1048577"),
        (SHEET, rb'<row r="2"', b'<row r="x"', "is a damaged workbook"),
        (SHEET, rb'<c r="A2"', b'<c r="XFE2"', "has a column 16385"),
        (SHEET, rb'r="A2" t="s"><v>\d+', b'r="A2" t="s"><v>99', "refers to a text that is not there"),
        (SHEET, rb'r="A2" t="s"><v>\d+', b'r="A2" t="e"><v>#N/A', "row 2, column A holds #N/A"),
        (SHEET, rb"<v>46187", b"<v>1e300", "column B is formatted as a date and holds 1e300"),
        (SHEET, rb"<v>46187", b"<v>nan", "column B is formatted as a date and holds nan"),
        (SHEET, rb"<v>46187", b"<v>soon", "is a damaged workbook"),
        (LINKS, rb'Target="[^"]*sheet1.xml"', b'Target="/xl/lost.xml"', "lacks its part"),
        (LINKS, rb'worksheets/sheet1.xml"', b'" TargetMode="External"', "contains no table"),
    ],
)
def test_a_hostile_or_damaged_workbook_is_refused(
    tmp_path: Path, part: str, pattern: bytes, by: bytes, said: str
) -> None:
    path = as_excel_writes(tmp_path / "list.xlsx")
    altered(path, part, pattern, by)
    with pytest.raises(TableError, match=said):
        read_table(path)


def test_a_sheet_that_claims_to_be_gigantic_costs_only_what_it_holds(tmp_path: Path) -> None:
    path = as_excel_writes(tmp_path / "list.xlsx")
    altered(path, SHEET, rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"')
    altered(path, SHEET, rb'<row r="2".*</row>', b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>')
    table = read_table(path)
    assert [(row.number, row.cells) for row in table.rows] == [(1_048_576, ("1", None, None))]


def test_what_is_packed_as_a_zip_and_is_no_workbook_is_refused(tmp_path: Path) -> None:
    for name in ("notes.txt", "content.xml"):
        path = tmp_path / "list.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, "x")
        with pytest.raises(TableError, match=r"is no \.xlsx workbook"):
            read_table(path)


@pytest.mark.usefixtures("without_workers")
@given(st.data())
@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_workbook_with_any_bytes_changed_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    """Nothing but a TableError comes out of it, and no warning."""
    path = as_excel_writes(tmp_path / "list.xlsx")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from([SHEET, TEXTS, "xl/styles.xml", "xl/workbook.xml", LINKS]))
    part = bytearray(parts[name])
    for _ in range(data.draw(st.integers(1, 4))):
        part[data.draw(st.integers(0, len(part) - 1))] = data.draw(st.integers(0, 255))
    parts[name] = bytes(part)
    with zipfile.ZipFile(path, "w") as archive:
        for each, content in parts.items():
            archive.writestr(each, content)
    try:
        table = read_table(path)
    except TableError:
        return
    assert all(isinstance(as_text(cell), str) for row in table.rows for cell in row.cells)
