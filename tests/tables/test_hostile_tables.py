"""Lists that are made to cost their reader hours or gigabytes: each is refused in words, or read, within bounds."""

import io
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits of processes like these"),
]

HEAD = b"Reference,Person\r\n"
CSV_MOST = 8 * 1024**2 - 100

CSVS: dict[str, tuple[Callable[[], bytes], str]] = {
    "zero bytes": (lambda: b"\0" * CSV_MOST, "neither a CSV table nor a workbook"),
    "one row of commas": (lambda: HEAD + b"," * CSV_MOST, "is not a CSV table"),
    "one row over many lines": (lambda: HEAD + b'"\n",' * (CSV_MOST // 4), "is not a CSV table"),
    "one cell over many lines": (lambda: HEAD + b'A,"' + b"x\n" * (CSV_MOST // 2), "is not a CSV table"),
    "quotation marks": (lambda: HEAD + b'"' * CSV_MOST, "is not a CSV table"),
    "blank lines": (lambda: b"\n" * CSV_MOST, "is not a CSV table"),
    "line ends of old machines": (lambda: HEAD + b"\r" * CSV_MOST, "is not a CSV table"),
    "wide rows": (lambda: HEAD + (b"a" + b"," * 390 + b"\n") * 19_000, "more cells than any"),
    "wide empty rows": (lambda: HEAD + b"A-1,Ann\n" + (b"," * 390 + b"\n") * 19_000, "read 1"),
    "16,385 columns": (lambda: HEAD + b"a," * 16_384 + b"\n", "more cells than any"),
    "long cells": (lambda: HEAD + (b"A-1," + b"+Ha" * 43_000 + b"\n") * 60, "more than 32767 characters"),
    "what looks like UTF-7": (lambda: HEAD + (b"A-1," + b"+Ha" * 10_900 + b"\n") * 240, "read 240"),
    "lost letters": (lambda: HEAD + (b"A-1," + b"?a " * 10_900 + b"\n") * 240, "value is lost"),
    "an old encoding": (
        lambda: HEAD + b"\n".join(b"A-%d,%s" % (n, (b"\xe9%d\xfc" % (n * n)) * 20) for n in range(19_000)),
        "does not say in which encoding",
    ),
    "UTF-8 by chance": (lambda: HEAD + "é,ɐ\n".encode() * (CSV_MOST // 6), "does not say in which encoding"),
    "a letter as separator": (lambda: b"sep=a\r\n" + b"a" * CSV_MOST, "is not a CSV table"),
}  # fmt: skip

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TITLES = (
    "<row>" + "".join(f'<c t="inlineStr"><is><t>{each}</t></is></c>' for each in ("Reference", "Person")) + "</row>"
)
PART = 64 * 1024**2


def sheet(rows: str) -> str:
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{_TITLES}{rows}</sheetData></worksheet>'


def book(part: str, texts: str = "", styles: str = "", sheets: int = 1, more: int = 0) -> bytes:
    """A workbook with that sheet, named so many times."""
    head = f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}">'
    named = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="a"/>' for n in range(sheets))
    links = "".join(
        f'<Relationship Id="{name}" Type="{_LINKS}/{kind}" Target="{name}.xml"/>'
        for name, kind in (("a", "worksheet"), ("b", "sharedStrings"), ("c", "styles"))
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", f"{head}<sheets>{named}</sheets></workbook>")
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="x">{links}</Relationships>')
        archive.writestr("xl/a.xml", part)
        archive.writestr("xl/b.xml", texts or "<sst/>")
        archive.writestr("xl/c.xml", styles or "<styleSheet/>")
        for n in range(more):
            archive.writestr(f"xl/more{n}", "")
    return data.getvalue()


def _format(code: str) -> str:
    formats = f'<numFmts><numFmt numFmtId="200" formatCode="{code}"/></numFmts>'
    return f'<styleSheet>{formats}<cellXfs><xf numFmtId="200"/></cellXfs></styleSheet>'


def _texts(*texts: str) -> str:
    return f"<sst>{''.join(f'<si><t>{text}</t></si>' for text in texts)}</sst>"


BOOKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a million columns": (lambda: book(sheet("<row>" + "<c><v>1</v></c>" * 10**6 + "</row>")), "column 16385"),
    "rows that end in the last column": (
        lambda: book(sheet('<row><c r="XFD1"><v>1</v></c></row>' * 9000)), "more columns and rows than any",
    ),
    "rows without end": (lambda: book(sheet("<row/>" * 2_000_000)), "row 1048577"),
    "a part that unpacks to more": (lambda: book(sheet(" " * PART)), "unpacks to more than 64 MiB"),
    "one long text": (lambda: book(sheet("<row><c t='str'><v>" + "x" * PART)[: PART - 200]), "damaged"),
    "texts without end": (lambda: book(sheet(""), _texts(*["x"] * 300_000)), "more texts than any"),
    "one long text in many cells": (
        lambda: book(sheet("<row>" + "<c t='s'><v>0</v></c>" * 900 + "</row>"), _texts("x" * 30_000)),
        "more text than any",
    ),
    "a text beyond any cell": (
        lambda: book(sheet("<row><c t='s'><v>0</v></c></row>"), _texts("x" * 40_000)),
        "more than 32767 characters",
    ),
    "a number of 10,000 digits": (lambda: book(sheet(f"<row><c><v>{'9' * 10_000}</v></c></row>")), "than 15 digits"),
    "a row of 10,000 digits": (lambda: book(sheet(f"<row r='{'9' * 10_000}'/>")), "damaged workbook"),
    "a format of 240 digits": (
        lambda: book(sheet("<row><c s='0'><v>123456.789</v></c></row>"), styles=_format("#,##0." + "0?" * 120)),
        "number format that imgvet cannot read",
    ),
    "elements within elements": (lambda: book("<a>" * 100_000), "nests its XML too deep"),
    "entities": (lambda: book('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "names entities"),
    "a document type elsewhere": (lambda: book('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'), "names entities"),
    "one sheet a thousand times": (lambda: book("<worksheet/>", sheets=100_000), "no row with the headings"),
    "parts without end": (lambda: book(sheet(""), more=20_001), "more parts than any"),
    "an archive of nothing": (lambda: b"PK\x03\x04" + bytes(50 * 1024**2), "damaged workbook"),
}  # fmt: skip

_READ = """
import resource, sys
from pathlib import Path
from imgvet.errors import TableError
from imgvet.tables import read_table
try:
    print("read", len(read_table(Path(sys.argv[1]), ("Reference", "Person")).rows))
except TableError as problem:
    print(problem.reason, *problem.details, problem.hint)
"""


def _little_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (1536 * 1024**2, 1536 * 1024**2))


def read_apart(path: Path) -> str:
    """What is said of a list in a process with little memory and little time."""
    done = subprocess.run(
        [sys.executable, "-c", _READ, path],
        capture_output=True,
        text=True,
        timeout=180,
        preexec_fn=_little_memory,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("name", CSVS)
def test_a_hostile_csv_costs_seconds(name: str, tmp_path: Path) -> None:
    content, said = CSVS[name]
    path = tmp_path / "list.csv"
    path.write_bytes(content()[:CSV_MOST])
    assert said in read_apart(path)


@pytest.mark.parametrize("name", BOOKS)
def test_a_hostile_workbook_costs_seconds(name: str, tmp_path: Path) -> None:
    content, said = BOOKS[name]
    path = tmp_path / "list.xlsx"
    path.write_bytes(content())
    assert said in read_apart(path)
