"""The checklist as a workbook and a table: what stands in it, and that nothing filled in is ever lost."""

import os
import re
import shutil
import stat
import subprocess
import sys
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import openpyxl
import pytest

from imgvet.batch.decisions.record import DecisionRequest, record_decisions
from imgvet.checklist.columns import sheet_columns
from imgvet.checklist.write import sheet_choices, write_sheets
from imgvet.decisions import Answer
from imgvet.geometry import Box
from imgvet.photo import Face, Problem, ProblemCode
from support.folders import rows
from support.libreoffice import converted, soffice
from support.sheets import DAY, Made, a_photo, crop, fill_csv, fill_xlsx, its_row, make_batch


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_batch(tmp_path / "b", [a_photo(1, 3), a_photo(2, 0), a_photo(3, 1, ["people-named", "too-small"])])


def cells(made: Made) -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(made.xlsx)["Checklist"]
    heads = [str(cell.value) for cell in sheet[1]]
    return [{head: cell.value for head, cell in zip(heads, row, strict=True)} for row in sheet.iter_rows(min_row=2)]


def test_each_photo_has_a_row_above_its_questions_and_faces(made: Made) -> None:
    """What is open comes first; a photo in which nothing is open is below a title, with its words alone."""
    expected = [
        (None, None),
        (1, None), (1, 1), (1, 2), (1, 3),
        (3, None), (3, None), (3, None), (3, 1),
        (None, None),
        (2, None),
    ]  # fmt: skip
    assert [(row["Photo"], row["Face"]) for row in cells(made)] == expected
    assert [row["Open"] for row in cells(made)][5:9] == [
        "ask: needs a decision",
        "people-named: It asks about people-named.",
        "too-small: It asks about too-small.",
        "open",
    ]
    assert cells(made)[9]["Picture"] == "Photos with nothing open: their words can be changed here"
    table = rows(made.csv)
    numbers = [(row["photo"], row["face"]) for row in table]
    assert numbers == [(str(photo or ""), str(face or "")) for photo, face in expected]
    assert [row["key"] for row in table] == [str(row["Key"] or "") for row in cells(made)]
    columns = sheet_columns(sheet_choices(made.settings))
    assert list(table[0]) == [column.name for column in columns if column.in_csv]
    assert not [row for row in table if "IMG_" in str(row)]  # the names of originals


def test_likely_faces_come_before_possible_ones_and_decided_ones_are_at_the_end(tmp_path: Path) -> None:
    """Nobody scrolls through what is decided; a photo with likely faces comes before one with possible ones alone."""
    first, second = a_photo(1, 3), a_photo(2, 2)
    hidden = replace(first.faces[1], resolved=Answer("redact"))
    photos = [
        replace(first, faces=(replace(first.faces[0], possible=True), hidden, replace(first.faces[2], possible=True))),
        replace(second, faces=(replace(second.faces[0], possible=True), second.faces[1])),
    ]
    made = make_batch(tmp_path / "b", photos)
    asked = [
        (row["Photo"], row["Face"], row["Open"] or row["Picture"])
        for row in cells(made)
        if row["Face"] or not row["Photo"]
    ]
    assert asked == [
        (None, None, "All rows that say nothing else"),
        (2, 2, "open"),
        (2, 1, "open"),
        (1, 1, "open"),
        (1, 3, "open"),
        (None, None, "Decided already: nothing to fill in, unless a decision is to be withdrawn"),
        (1, 2, "redact"),
    ]


def test_where_nothing_is_open_there_is_one_line(tmp_path: Path) -> None:
    """No picture and no row to scroll through; all rows are there when they are asked for."""
    photo = a_photo(1, 1)
    done = make_batch(
        tmp_path / "other" / "b", [replace(photo, faces=(replace(photo.faces[0], resolved=Answer("redact")),))]
    )
    (row,) = cells(done)
    assert row["Picture"] == "Nothing is open: every face, every area and every question of 1 photo is decided."
    assert len(rows(done.csv)) == 1
    assert done.xlsx.stat().st_size < 15_000
    write_sheets(done.folder, done.settings, done.folder.snapshot(), show_all=True)
    assert [(each["Photo"], each["Face"]) for each in cells(done)][1:] == [
        (None, None),
        (1, None),
        (None, None),
        (1, 1),
    ]


def test_each_face_has_its_own_picture_in_its_row(made: Made) -> None:
    """The crop of face 2 stands in the row of face 2, and is described for those who hear the sheet."""
    sheet = openpyxl.load_workbook(made.xlsx)["Checklist"]
    pictures = {image.anchor._from.row + 1: image._data() for image in sheet._images}
    assert pictures == {4: crop(101), 5: crop(102), 6: crop(103), 10: crop(301)}
    with zipfile.ZipFile(made.xlsx) as archive:
        drawing = archive.read("xl/drawings/drawing1.xml").decode()
    assert re.findall('descr="([^"]*)"', drawing)[1] == "Face 2 of photo 1"
    assert "editAs" not in drawing  # so it moves with its row, and hides with it under a filter
    assert str(made.path) not in drawing


def test_the_photo_itself_is_in_its_row_larger_than_a_face(made: Made) -> None:
    """As wide as its column, described, and with its row high enough for it."""
    small = bytes(cv2.imencode(".jpg", np.zeros((240, 360, 3), np.uint8))[1])
    write_sheets(made.folder, made.settings, made.folder.snapshot(), ["xlsx"], lambda _: small)
    sheet = openpyxl.load_workbook(made.xlsx)["Checklist"]
    shown = {image.anchor._from.row + 1: image for image in sheet._images}
    assert sorted(shown) == [3, 4, 5, 6, 7, 10, 12]
    whole, face = shown[3], shown[4]
    across = (whole.anchor.to.col - whole.anchor._from.col, whole.anchor.to.row - whole.anchor._from.row)
    assert across == (0, 0)  # it covers nothing beside its own cell
    assert whole.anchor.to.colOff - whole.anchor._from.colOff > 4 * (face.anchor.to.colOff - face.anchor._from.colOff)
    assert sheet.row_dimensions[3].height > 170
    with zipfile.ZipFile(made.xlsx) as archive:
        assert (
            'descr="Photo 1, its faces numbered, its areas lettered"'
            in archive.read("xl/drawings/drawing1.xml").decode()
        )


def test_what_people_choose_from_is_offered(made: Made) -> None:
    """Lists for decisions, under 18 and channels; days are days; each kind of row offers what it can decide."""
    sheet = openpyxl.load_workbook(made.xlsx)["Checklist"]
    heads = {str(cell.value): cell.column_letter for cell in sheet[1]}

    def offered(heading: str, row: int) -> tuple[str, str]:
        (one,) = [each for each in sheet.data_validations.dataValidation if f"{heads[heading]}{row}" in each.sqref]
        return one.type, one.formula1

    faces = '"release,redact,not-identifiable,not-a-face,refused,exclude,reopen"'
    assert {offered("Decision", row) for row in (4, 5, 6, 10)} == {("list", faces)}
    assert {offered("Decision", row) for row in (8, 9)} == {("list", '"answer,exclude,reopen"')}
    assert {offered("Decision", row) for row in (3, 7, 12)} == {("list", '"redact,redact-faces,redact-areas,exclude"')}
    assert offered("Decision", 2) == ("list", '"redact,redact-faces,redact-areas"')
    assert offered("Channels", 4) == offered("Channels", 2) == ("list", '"all,flickr,x,facebook,bluesky,web"')
    assert offered("Under 18", 2) == offered("Under 18", 10) == ("list", '"yes,no"')
    assert offered("Signed on", 4)[0] == "date"
    assert sheet[f"{heads['Signed on']}4"].number_format == "dd/mm/yyyy"
    assert sheet[f"{heads['Same as']}4"].number_format == "@"  # else 3:1 becomes a time of day


def test_the_first_row_says_what_new_forms_have_in_common(made: Made) -> None:
    """The day of the event and the channel are there to be seen and changed; whether people are children is not."""
    first = cells(made)[0]
    assert (first["Signed on"].date(), first["Channels"], first["Under 18"]) == (DAY, "flickr", None)  # type: ignore[attr-defined]
    assert rows(made.csv)[0]["signed_on"] == "2026-06-14"


def test_what_imgvet_wrote_is_locked_and_what_people_write_is_not(made: Made) -> None:
    """The sheet is protected without a password; the key is hidden; in each row just that is open which is for it."""
    sheet = openpyxl.load_workbook(made.xlsx)["Checklist"]
    open_to_people = {
        row: {str(head.value) for head, cell in zip(sheet[1], sheet[row], strict=True) if not cell.protection.locked}
        for row in (2, 3, 4, 8)
    }
    assert open_to_people[2] == {"Decision", "Under 18", "Signed on", "Channels"}
    words = {"Title", "Caption", "Alt text", "Keywords"}
    assert open_to_people[3] == {"Decision", "Reason", "Initials", *words}
    assert open_to_people[8] == {"Decision", "Reason", "Initials"}
    machine = {"Photo", "File", "Face", "Picture", "Sure", "Open", "Key"}
    assert {str(cell.value) for cell in sheet[1]} - open_to_people[4] == machine | words
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
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == "A1:W12"
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
    assert [row["Open"] for row in cells(made) if row["Photo"] == 1 and row["Face"]] == [
        "open: Form WMP-1 expired on 1 May 2026.",
        "release WMP-2026-014",
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
    row = next(row for row in cells(made) if str(row["Open"]).startswith("'=cmd"))
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
    assert peak < pictures / 1.3


def test_only_so_many_pictures_as_a_workbook_bears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every face has its row; those behind the last picture have none beside it."""
    monkeypatch.setattr("imgvet.checklist.xlsx.MAX_PICTURES", 3)
    made = make_batch(tmp_path / "b", [a_photo(number, 2) for number in range(1, 4)])
    with zipfile.ZipFile(made.xlsx) as book:
        pictures = [name for name in book.namelist() if name.startswith("xl/media/")]
    assert len(pictures) <= 3
    assert len(cells(made)) == 10


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
    assert len(cells(made)) == 1
    assert made.take_in(made.xlsx).answers == ()


def test_a_key_holds_whatever_number_the_face_gets(made: Made) -> None:
    """It is the face's own: another number does not change it, another place or another original does."""

    def keys_of(made: Made) -> list[str]:
        return [str(row["Key"]).partition("-")[0] for row in cells(made) if row["Photo"] == 1]

    keys = keys_of(made)
    assert len(set(keys)) == len(keys) == 4
    photo = a_photo(1, 3)
    shifted = replace(
        photo, faces=(Face(1, Box(0, 0, 40, 50), 0.9), *(replace(f, number=f.number + 1) for f in photo.faces))
    )
    made.folder.record(shifted, "recipe", None)
    made.write()
    assert [keys_of(made)[0], *keys_of(made)[2:]] == keys
    made.folder.record(replace(photo, source_sha256="f" * 64), "recipe", None)
    made.write()
    assert not set(keys_of(made)) & set(keys)


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
    assert {row["decision"] for row in rows(made.csv)} == {""}


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


@soffice
def test_libreoffice_opens_the_workbook_and_prints_it(made: Made, tmp_path: Path) -> None:
    """It becomes a PDF: the checklist on one or two pages, how to fill it in on the last."""
    pdf = converted(made.xlsx, "pdf", tmp_path).read_bytes()
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) in (2, 3)


@soffice
@pytest.mark.parametrize(
    "kind", ["xlsx:Calc MS Excel 2007 XML", "ods xlsx", "csv:Text - txt - csv (StarCalc):44,34,76,1"]
)
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
            its_row(1): {"caption": "PC Smith with Rex", "keywords": "dog, police"},
        },
    )
    saved = filled
    for each in ["ods", "xlsx:Calc MS Excel 2007 XML"] if kind == "ods xlsx" else [kind]:
        saved = converted(saved, each, tmp_path / each[:3])
    result = made.take_in(saved)
    assert [each.changes for each in result.words] == [{"caption": "PC Smith with Rex", "keywords": ("dog", "police")}]
    assert sorted((each for each in made.said() if each[2] != "caption"), key=str) == [
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
    assert saved.protection.sheet
    assert [cell.protection.locked for cell in saved[4]][:5] == [True, True, True, True, False]
    assert next(cell for cell in saved[3] if saved.cell(1, cell.column).value == "Caption").protection.locked is False
    assert [cell.value for cell in saved[1]][-1] == "Key"
    assert {image.anchor._from.row + 1: image._data() for image in saved._images}[5] == crop(102)
