"""One row of a table is all that a new kind of decision, or a new column of the checklist, takes."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from imgvet.batch.decisions.add_faces import add_faces
from imgvet.batch.decisions.log import history
from imgvet.batch.decisions.record import DecisionRequest, record_decisions
from imgvet.batch.status import batch_state
from imgvet.checklist.columns import SHEET_COLUMNS, PageBlank, SheetColumn
from imgvet.checklist.page import ChecklistPage, PhotoEntry, write_page
from imgvet.checklist.read import read_sheet, sheet_rows
from imgvet.decisions import DECISION_KINDS, Answer, DecisionKind, DecisionScope
from imgvet.errors import ProfileError, UsageError
from imgvet.photo import Photo
from imgvet.profile import parse_profile
from imgvet.tables import as_text
from support.checklist_pages import no_part
from support.folders import rows
from support.sheets import Made, a_photo, fill_csv, fill_xlsx, make_batch

WAX = DecisionKind(
    "wax-figure",
    needs_note=True,
    second_person=True,
    while_adding=True,
    offered=(DecisionScope.FACE,),
    meaning="Somebody made of wax. Say who made it.",
    word="a figure of wax",
    without_note="Nobody has said who made it.",
)
BADGE = SheetColumn(
    "badge",
    "Badge",
    9,
    read=lambda cell, _: as_text(cell).upper(),
    unreadable="",
    choices=("red", "blue"),
    guide=("Badge", "The colour of the badge."),
    page=PageBlank("who", 9, "Badge worn"),
)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """A batch of two photos, whose profile takes the new kind of answer."""
    monkeypatch.setitem(DECISION_KINDS, WAX.name, WAX)
    return make_batch(tmp_path / "b", [a_photo(1, 3), a_photo(2, 1)], faces={"answers": [WAX.name]})


def wax(note: str = "By M. Tussaud") -> DecisionRequest:
    return DecisionRequest(WAX.name, "A. Officer", note=note)


def now(made: Made) -> dict[int, Photo]:
    return {photo.number: photo for photo in batch_state(made.folder.snapshot(), made.settings).photos}


def words_of_page(made: Made) -> str:
    """The checklist's page without its mark-up."""
    page, out = ChecklistPage(made.settings.event, made.settings.profile, "flickr", "2026-06-14", ()), io.StringIO()
    write_page(page, (PhotoEntry(photo, made.folder.pictures(photo)) for photo in now(made).values()), out, no_part)
    body = out.getvalue().partition("<body")[2]
    return " ".join(re.sub("<[^>]*>", " ", body).split())


# -- a kind of decision


def test_a_profile_takes_a_new_kind_as_an_answer_and_for_a_second_person(made: Made) -> None:
    """And says of others what it takes."""
    profile = parse_profile("faces.answers = ['wax-figure']\ndecisions.second_person = ['wax-figure']", "test")
    assert profile.faces.answers == profile.decisions.second_person == [WAX.name]
    with pytest.raises(ProfileError, match="'not-a-face', 'wax-figure'"):
        parse_profile("faces.answers = ['redact']", "test")


def test_a_new_kind_is_decided_settles_the_face_and_is_told_by_the_log(made: Made) -> None:
    """It is open without its note and under another profile; the gate takes it as a valid answer otherwise."""
    with pytest.raises(UsageError, match="needs a reason"):
        record_decisions(made.folder, made.settings.profile, "1:1", wax(note=""))
    with pytest.raises(UsageError, match="cannot be decided for a face under this profile"):
        record_decisions(made.folder, parse_profile("", "test"), "1:1", wax())
    record_decisions(made.folder, made.settings.profile, "1:1", wax())
    add_faces(made.folder, made.settings.profile, "2", ["600,100,650,160"], wax())
    photos = now(made)
    assert [face.resolved for face in photos[1].faces] == [Answer(WAX.name), None, None]
    assert [face.resolved for face in photos[2].faces] == [None, Answer(WAX.name)]
    told = [line for line in history(made.folder.log(), made.folder.photos()) if not line.decision.is_by_imgvet]
    assert [(line.decision.kind, line.decision.photo, line.face) for line in told] == [
        (WAX.name, 1, 1), ("add-face", 2, 2), (WAX.name, 2, 2),
    ]  # fmt: skip


def test_a_new_kind_is_offered_explained_and_read_back_by_the_sheet(made: Made, tmp_path: Path) -> None:
    """In the drop-down of faces, on the second sheet, in both formats."""
    book = openpyxl.load_workbook(made.xlsx)
    lists = [str(each.formula1) for each in book["Checklist"].data_validations.dataValidation]
    assert '"release,redact,refused,exclude,reopen,wax-figure"' in lists
    guide = {row[0].value: row[1].value for row in book["How to fill in"].iter_rows()}
    assert guide[WAX.name] == WAX.meaning
    assert WAX.name in str(guide["Reason"])
    wanted = {"decision": "Wax figure", "reason": "By M. Tussaud"}
    assert len(made.take_in(fill_xlsx(made.xlsx, tmp_path / "f.xlsx", {(1, 1): wanted})).answers) == 1
    assert len(made.take_in(fill_csv(made.csv, tmp_path / "f.csv", {(2, 1): wanted})).answers) == 1
    assert made.said() == [(1, 1, WAX.name, "", "By M. Tussaud"), (2, 1, WAX.name, "", "By M. Tussaud")]
    made.folder.update(*now(made).values())
    made.write()
    assert [row["open"] for row in rows(made.csv) if row["face"]] == ["open", "open", WAX.name, WAX.name]


def test_the_page_ticks_a_new_kind_and_shows_its_word(made: Made) -> None:
    """An open face may be ticked with it; one that is answered so says it in a few words."""
    record_decisions(made.folder, made.settings.profile, "1:1", wax())
    words = words_of_page(made)
    assert "release redact refused wax figure Reason" in words
    assert "Face 1 written 1:1, likely A figure of wax Nothing to fill in." in words


# -- a column


@pytest.fixture
def badge() -> Iterator[None]:
    """The table of columns with one row more."""
    SHEET_COLUMNS.append(BADGE)
    yield
    SHEET_COLUMNS.remove(BADGE)


@pytest.mark.usefixtures("badge")
def test_a_new_column_is_on_page_sheets_and_guide_and_is_read(made: Made, tmp_path: Path) -> None:
    """Its heading, its width, its list, its unlocked cells, what it means, and what people wrote."""
    made.write()
    assert list(rows(made.csv)[0])[-1] == "badge"
    book = openpyxl.load_workbook(made.xlsx)
    sheet = book["Checklist"]
    place = next(cell for cell in sheet[1] if cell.value == "Badge")
    assert sheet.column_dimensions[place.column_letter].width == pytest.approx(9, abs=1)
    assert not sheet.cell(4, place.column).protection.locked
    lists = {re.sub("[0-9].*", "", str(each.sqref)): each.formula1 for each in sheet.data_validations.dataValidation}
    assert lists[place.column_letter] == '"red,blue"'
    assert ("Badge", "The colour of the badge.") in [
        (row[0].value, row[1].value) for row in book["How to fill in"].iter_rows()
    ]
    assert "Signed on : blank Badge worn : blank" in words_of_page(made)
    for filled in (
        fill_csv(made.csv, tmp_path / "f.csv", {(1, 1): {"badge": "red"}}),
        fill_xlsx(made.xlsx, tmp_path / "f.xlsx", {(1, 1): {"badge": "red"}}),
    ):
        read = sheet_rows(read_sheet(filled), ("flickr",))
        assert [(row.filled, row.values["badge"]) for row in read[2:4]] == [(True, "RED"), (False, "")]


# -- the docs

DOCS = Path(__file__).parents[2] / "docs" / "office"


def test_the_docs_have_a_row_for_each_kind_of_decision_and_each_column_that_people_fill_in() -> None:
    """What is added to a table is described."""
    kinds = re.findall(r"^\| `([a-z-]+)", (DOCS / "decisions.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(kinds) == set(DECISION_KINDS)
    described = re.findall(r"^\| ([^|`]+) \|", (DOCS / "checklist.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {name for row in described for name in row.split(", ")} >= {
        column.heading for column in SHEET_COLUMNS if column.people
    }
