"""The checklist as a workbook and a table: what stands in it, and that nothing filled in is ever lost."""

import os
import re
import shutil
import stat
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from imgvet.batch.decisions.record import DecisionRequest, record_decisions
from imgvet.checklist.columns import csv_columns
from imgvet.decisions import Answer
from imgvet.geometry import Box
from imgvet.photo import Face, Problem, ProblemCode
from support.folders import rows
from support.sheets import Made, a_photo, crop, fill_csv, fill_xlsx, make_batch


def soffice(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test that needs LibreOffice."""
    absent = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
    marked: Callable[..., None] = pytest.mark.office(absent(test))
    return marked


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_batch(tmp_path / "b", [a_photo(1, 3), a_photo(2, 0), a_photo(3, 1, ["people-named", "too-small"])])


def cells(made: Made) -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(made.xlsx)["Checklist"]
    heads = [str(cell.value) for cell in sheet[1]]
    return [{head: cell.value for head, cell in zip(heads, row, strict=True)} for row in sheet.iter_rows(min_row=2)]


def test_one_row_a_face_and_behind_them_one_a_question(made: Made) -> None:
    """Faces come first; a photo that asks something has a row for each question; a photo without either has none."""
    expected = [(1, 1), (1, 2), (1, 3), (3, 1), (3, None), (3, None)]
    assert [(row["Photo"], row["Face"]) for row in cells(made)] == expected
    assert [row["Open"] for row in cells(made)][-2:] == [
        "people-named: It asks about people-named.",
        "too-small: It asks about too-small.",
    ]
    table = rows(made.csv)
    assert [(int(row["photo"]), int(row["face"]) if row["face"] else None) for row in table] == expected
    assert [row["key"] for row in table] == [row["Key"] for row in cells(made)]
    assert list(table[0]) == [each.name for each in csv_columns()]


def test_each_face_has_its_own_picture_in_its_row(made: Made) -> None:
    """The crop of face 2 stands in the row of face 2, and is described for those who hear the sheet."""
    sheet = openpyxl.load_workbook(made.xlsx)["Checklist"]
    pictures = {image.anchor._from.row + 1: image._data() for image in sheet._images}
    assert pictures == {2: crop(101), 3: crop(102), 4: crop(103), 5: crop(301)}
    with zipfile.ZipFile(made.xlsx) as archive:
        drawing = archive.read("xl/drawings/drawing1.xml").decode()
    assert re.findall('descr="([^"]*)"', drawing)[1] == "Face 2 of photo 1"
    assert "editAs" not in drawing  # so it moves with its row, and hides with it under a filter
    assert str(made.path) not in drawing


def test_what_people_choose_from_is_offered(made: Made) -> None:
    """Lists for decisions, under 18 and channels; days are days; other decisions for questions than for faces."""
    sheet = openpyxl.load_workbook(made.xlsx)["Checklist"]
    heads = {str(cell.value): cell.column_letter for cell in sheet[1]}
    offered = {str(each.sqref): (each.type, each.formula1) for each in sheet.data_validations.dataValidation}
    decision, channels = heads["Decision"], heads["Channels"]
    faces = '"release,redact,not-identifiable,not-a-face,refused,exclude,reopen"'
    assert offered[f"{decision}2:{decision}5"] == ("list", faces)
    assert offered[f"{decision}6:{decision}7"] == ("list", '"answer,exclude,reopen"')
    assert offered[f"{channels}2:{channels}7"] == ("list", '"all,flickr,x,facebook,bluesky,web"')
    assert offered[f"{heads['Under 18']}2:{heads['Under 18']}7"] == ("list", '"yes,no"')
    assert offered[f"{heads['Signed on']}2:{heads['Signed on']}7"][0] == "date"
    assert sheet[f"{heads['Signed on']}2"].number_format == "dd/mm/yyyy"
    assert sheet[f"{heads['Same as']}2"].number_format == "@"  # else 3:1 becomes a time of day


def test_what_imgvet_wrote_is_locked_and_what_people_write_is_not(made: Made) -> None:
    """The sheet is protected without a password; the key is hidden."""
    sheet = openpyxl.load_workbook(made.xlsx)["Checklist"]
    locked = {str(head.value): cell.protection.locked for head, cell in zip(sheet[1], sheet[2], strict=True)}
    machine = {"Photo", "File", "Face", "Picture", "Sure", "Open", "Key"}
    assert {name for name, is_locked in locked.items() if is_locked} == machine
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    key = next(cell.column_letter for cell in sheet[1] if cell.value == "Key")
    assert sheet.column_dimensions[key].hidden


def test_it_prints_on_a4_with_its_heading_on_every_page(made: Made) -> None:
    """Landscape, one page wide, the first row on every page, page numbers, and whom it is for."""
    sheet = openpyxl.load_workbook(made.xlsx)["Checklist"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.freeze_panes == "E2"
    assert sheet.auto_filter.ref == "A1:S7"
    assert "Office use only" in str(sheet.oddHeader.right.text)
    assert "Open Day && Fête, 14 June 2026" in str(sheet.oddHeader.left.text)
    assert sheet.oddFooter.right.text == "Page &P of &N"
    guide = " ".join(str(cell.value) for row in openpyxl.load_workbook(made.xlsx)["How to fill in"] for cell in row)
    for word in ("release", "redact", "refused", "answer", "Same as"):
        assert word in guide


def test_an_answered_face_says_how_and_names_nobody(made: Made) -> None:
    """The reference stands there; the person's name never does."""
    photo = a_photo(1, 2)
    answers = (
        replace(photo.faces[0], resolved=Answer("release", "WMP-2026-014")),
        replace(photo.faces[1], problem=Problem(ProblemCode.FORM, "Form WMP-1 expired on 1 May 2026.")),
    )
    made.folder.record(replace(photo, faces=answers), "recipe", None)
    made.write()
    assert [row["Open"] for row in cells(made)][:2] == [
        "release WMP-2026-014",
        "open: Form WMP-1 expired on 1 May 2026.",
    ]
    assert {row["Name"] for row in cells(made)} == {None}


def test_no_cell_is_a_formula_and_nothing_unseen_stands_in_one(made: Made) -> None:
    """A hostile reason of a rule stays a text."""
    photo = a_photo(2, 0, ["people-named"])
    hostile = replace(photo.findings[0], rule="=cmd|' /C calc'!A0", reason="\u202eoff")
    made.folder.record(replace(photo, findings=(hostile,)), "recipe", None)
    made.write()
    with zipfile.ZipFile(made.xlsx) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    row = next(row for row in cells(made) if row["Photo"] == 2)
    assert row["Open"] == "'=cmd|' /C calc'!A0: [U+202E]off"


def test_the_same_batch_gives_the_same_bytes(made: Made) -> None:
    """Written in another process and another time zone it is the same file."""
    before = made.xlsx.read_bytes()
    code = (
        "import sys; from pathlib import Path; from imgvet.batch.store import open_batch\n"
        "from imgvet.checklist.write import write_sheets; from imgvet.batch.settings import saved_settings\n"
        "folder = open_batch(Path(sys.argv[1])); write_sheets(folder, saved_settings(folder), folder.snapshot())"
    )
    made.xlsx.unlink()
    subprocess.run([sys.executable, "-c", code, made.path], check=True, env=os.environ | {"TZ": "Asia/Tokyo"})
    assert made.xlsx.read_bytes() == before


@pytest.mark.slow
def test_memory_does_not_grow_with_the_pictures(tmp_path: Path) -> None:
    """Pictures of 1,000 faces never stand in memory together."""
    made = make_batch(tmp_path / "b", [a_photo(number, 10) for number in range(1, 101)])
    pictures = sum(len(image) for image in (crop(number) for number in range(1000)))
    tracemalloc.start()
    try:
        made.write()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < pictures / 1.5


def test_only_so_many_pictures_as_a_workbook_bears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every face has its row; those behind the last picture have none beside it."""
    monkeypatch.setattr("imgvet.checklist.xlsx.MAX_PICTURES", 3)
    made = make_batch(tmp_path / "b", [a_photo(number, 2) for number in range(1, 4)])
    with zipfile.ZipFile(made.xlsx) as book:
        pictures = [name for name in book.namelist() if name.startswith("xl/media/")]
    assert len(pictures) <= 3
    assert len(cells(made)) == 6


def test_nothing_is_left_beside_the_batch(made: Made) -> None:
    """No picture of a face lies about, and what a killed run left is cleared away."""
    (made.path / "private" / "sheet").mkdir()
    (made.path / "private" / "sheet" / "1-1.jpg").write_bytes(crop(1))
    made.write()
    assert not (made.path / "private" / "sheet").exists()
    assert not list(made.path.glob("*.unfinished"))


def test_a_batch_without_faces_has_an_empty_sheet(tmp_path: Path) -> None:
    """There is nothing to fill in, and it opens all the same."""
    made = make_batch(tmp_path / "b", [a_photo(1, 0)])
    assert cells(made) == []
    assert made.take_in(made.xlsx).answers == ()


def test_a_key_holds_whatever_number_the_face_gets(made: Made) -> None:
    """It is the face's own: another number does not change it, another place or another original does."""
    keys = [str(row["Key"]).partition("-")[0] for row in cells(made)]
    assert len(set(keys)) == len(keys)
    photo = a_photo(1, 3)
    shifted = replace(
        photo, faces=(Face(1, Box(0, 0, 40, 50), 0.9), *(replace(f, number=f.number + 1) for f in photo.faces))
    )
    made.folder.record(shifted, "recipe", None)
    made.write()
    assert [str(row["Key"]).partition("-")[0] for row in cells(made)][1:4] == keys[:3]
    made.folder.record(replace(photo, source_sha256="f" * 64), "recipe", None)
    made.write()
    assert not {str(row["Key"]).partition("-")[0] for row in cells(made)[:3]} & set(keys)


def test_a_filled_in_sheet_is_never_written_over(made: Made) -> None:
    """What was changed by hand and not taken in goes to private/, for its owner alone, and is told."""
    filled = fill_xlsx(made.xlsx, made.path.parent / "f.xlsx", {(1, 1): {"decision": "redact"}})
    shutil.copy(filled, made.xlsx)
    data = made.xlsx.read_bytes()
    kept = made.write()
    assert [path.read_bytes() for path in kept] == [data]
    assert kept[0].parent == made.path / "private"
    assert re.fullmatch(r"checklist-filled-in-[0-9T-]+Z\.xlsx", kept[0].name)
    if os.name == "posix":
        assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600
    assert made.write() == ()
    made.csv.write_text("ruined")
    made.xlsx.write_text("ruined, too")
    assert len(made.write()) == 2


def test_a_sheet_that_was_taken_in_is_written_anew(made: Made) -> None:
    """It holds nothing that the batch does not know."""
    filled = fill_csv(made.csv, made.csv, {(1, 1): {"decision": "redact"}})
    made.take_in(filled)
    assert made.write() == ()
    assert rows(made.csv)[0]["decision"] == ""


def test_a_dry_run_does_not_count_as_taken_in(made: Made) -> None:
    """The sheet is kept if the papers are written again."""
    filled = fill_csv(made.csv, made.csv, {(1, 1): {"decision": "redact"}})
    made.take_in(filled, dry_run=True)
    assert len(made.write()) == 1


def test_a_run_that_is_killed_between_writing_and_placing_keeps_nothing_of_its_own(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What imgvet wrote itself is never taken for a sheet that people filled in."""
    record_decisions(made.folder, made.settings.profile, "1:1", DecisionRequest("redact", "A. Officer"))
    replacing = Path.replace

    def killed(path: Path, target: Path) -> Path:
        replacing(path, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        made.write()
    monkeypatch.undo()
    assert made.write() == ()


def converted(sheet: Path, kind: str, folder: Path) -> Path:
    """The sheet as LibreOffice saves it."""
    profile = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    words: list[str | Path] = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        kind,
        "--outdir",
        folder / "converted",
        sheet,
    ]
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    (result,) = (folder / "converted").glob(f"{sheet.stem}.*")
    return result


@soffice
def test_libreoffice_opens_the_workbook_and_prints_it(made: Made, tmp_path: Path) -> None:
    """It becomes a PDF of two pages: the checklist on one, how to fill it in on the other."""
    pdf = converted(made.xlsx, "pdf", tmp_path).read_bytes()
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2


@soffice
@pytest.mark.parametrize("kind", ["xlsx:Calc MS Excel 2007 XML", "csv:Text - txt - csv (StarCalc):44,34,76,1"])
def test_what_libreoffice_saves_is_taken_in(made: Made, tmp_path: Path, kind: str) -> None:
    """Filled in, opened and saved by LibreOffice, a sheet says the same, pictures or not."""
    filled = fill_xlsx(
        made.xlsx,
        tmp_path / "f.xlsx",
        {
            (1, 1): {"decision": "release", "form_reference": "wmp-2026-014", "signed_on": made.settings.event.day},
            (1, 2): {"same_as": "1:1"},
            (1, 3): {"decision": "not-identifiable", "reason": "From behind, „ganz weit“"},
            (3, 1): {"decision": "redact"},
        },
    )
    made.take_in(converted(filled, kind, tmp_path))
    assert sorted(made.said(), key=str) == [
        (1, 1, "release", "WMP-2026-014", ""),
        (1, 2, "release", "WMP-2026-014", ""),
        (1, 3, "not-identifiable", "", "From behind, „ganz weit“"),
        (3, 1, "redact", "", ""),
    ]


@soffice
def test_the_workbook_is_whole_after_libreoffice_saved_it(made: Made, tmp_path: Path) -> None:
    """Pictures, lists and the hidden key are still there, so it was read without repair."""
    saved = openpyxl.load_workbook(converted(made.xlsx, "xlsx:Calc MS Excel 2007 XML", tmp_path))["Checklist"]
    assert len(saved._images) == 4
    assert len(saved.data_validations.dataValidation) >= 5
    assert [cell.value for cell in saved[1]][-1] == "Key"
    assert {image.anchor._from.row + 1: image._data() for image in saved._images}[3] == crop(102)
