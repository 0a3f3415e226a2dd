"""Areas on the checklist: a row each with letter, picture and words, imported right or refused with row and reason."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from imgvet.batch.decisions.record import DecisionRequest, record_decisions
from imgvet.batch.status import batch_state
from imgvet.checklist.rows import sheet_lines
from imgvet.checklist.write import write_checklist_page, write_compact_page, write_sheets
from imgvet.errors import TableError
from imgvet.geometry import Box
from imgvet.photo import Area
from support.commands import Imgvet
from support.folders import rows
from support.libreoffice import converted, soffice
from support.read_pages import Tree
from support.sheets import EVERY, Made, a_photo, crop, fill_csv, fill_xlsx, its_row, make_batch, rows_about

SAMPLES = Path(__file__).parents[2] / "sample_images"
PLATE = Area(1, "vehicle-registration", Box(600, 200, 700, 230), detail="UK registration")
NUMBER = Area(2, "address", Box(800, 200, 840, 240), possible=True, detail="house number")
MARKED = Area(1, "protective-marking", Box(300, 20, 500, 60))

Filled = dict[Any, Any]
Fill = Callable[..., Path]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_batch(
        tmp_path / "b", [a_photo(1, 2, areas=[PLATE, NUMBER]), a_photo(2, 1, areas=[MARKED]), a_photo(3, 1)]
    )


def filled_in(made: Made, filled: Filled, fill: Fill = fill_xlsx) -> Path:
    source = made.xlsx if fill is fill_xlsx else made.csv
    return fill(source, made.path.parent / f"filled{source.suffix}", filled)


def take(made: Made, filled: Filled, fill: Fill = fill_xlsx, **how: Any) -> list[tuple[Any, ...]]:
    """What a filled-in sheet adds to what was decided: photo, face or area, kind and note."""
    before = len(said(made))
    made.take_in(filled_in(made, filled, fill), **how)
    return sorted(said(made)[before:], key=str)


def said(made: Made) -> list[tuple[Any, ...]]:
    areas = {(each.number, area.identity): area.letters for each in made.folder.photos() for area in each.areas}
    faces = {(each.number, face.box): face.number for each in made.folder.photos() for face in each.faces}
    return [
        (
            each.photo,
            areas[each.photo or 0, each.area.area_id] if each.area else faces.get((each.photo or 0, each.face)),  # type: ignore[arg-type]
            each.kind,
            each.note,
        )
        for each in made.folder.snapshot().decisions
        if not each.is_by_imgvet
    ]


def why_not(made: Made, filled: Filled, fill: Fill = fill_csv, **how: Any) -> str:
    """What is said of a sheet that is not imported; nothing may have changed."""
    before = said(made), made.forms()
    with pytest.raises(TableError) as problem:
        made.take_in(filled_in(made, filled, fill), **how)
    assert (said(made), made.forms()) == before
    return str(problem.value)


def areas_of(table: Path) -> list[tuple[str, str, str]]:
    return [(each["photo"], each["face"], each["open"]) for each in rows_about(table) if each["face"].isalpha()]


def decided(made: Made, target: str, kind: str, note: str = "") -> None:
    record_decisions(made.folder, made.settings.profile, target, DecisionRequest(kind, "B. Officer", note=note))


# -- its rows


def test_every_open_area_has_a_row_after_the_faces_of_its_photo(made: Made) -> None:
    """With its letters and what it shows; where the profile blocks that the row says what may be done."""
    assert [row["face"] for row in rows(made.csv)] == ["", "", "1", "2", "A", "B", "", "1", "A", "", "1"]
    assert areas_of(made.csv) == [
        ("1", "A", "a vehicle registration (UK registration): open"),
        ("1", "B", "perhaps an address or a house number: open"),
        ("2", "A", "a protective marking: open. It may not be seen: redact, or misread with a reason"),
    ]
    sure = [each["sure"] for each in rows_about(made.csv) if each["face"] in ("A", "B")]
    assert sure == ["likely", "possible", "likely"]


def test_what_is_decided_is_at_the_end_and_may_be_reopened(made: Made) -> None:
    """The answer, in the words in which people type it; what a later rule or profile does not take is open again."""
    decided(made, "1:A", "fine", "The mayor's car")
    snapshot = made.folder.snapshot()
    judged = replace(snapshot, photos=batch_state(snapshot, made.settings).photos)
    lines = list(sheet_lines(judged, made.settings))
    title = next(at for at, each in enumerate(lines) if each.open.startswith("Decided already"))
    assert [(each.photo, each.area, each.open) for each in lines[title + 1 :]] == [
        (1, "A", "a vehicle registration (UK registration): fine")
    ]
    write_sheets(made.folder, made.settings, judged)
    assert take(made, {(1, "A"): {"decision": "reopen"}}) == [(1, "A", "reopen-area", "")]


def test_the_workbook_shows_each_area_and_offers_what_may_be_decided(made: Made) -> None:
    """Fine is not offered where the profile blocks; cells for people and forms are locked in the row of an area."""
    sheet = openpyxl.load_workbook(made.xlsx)["Checklist"]
    heads = {str(cell.value): cell.column_letter for cell in sheet[1]}
    at = {sheet[f"{heads['Photo']}{row}"].value: row for row in (6, 10) if sheet[f"{heads['Face']}{row}"].value == "A"}
    assert at == {1: 6, 2: 10}

    def offered(row: int) -> str:
        (one,) = [each for each in sheet.data_validations.dataValidation if f"{heads['Decision']}{row}" in each.sqref]
        return str(one.formula1)

    assert (offered(6), offered(10)) == ('"redact,fine,misread,exclude,reopen"', '"redact,misread,exclude,reopen"')
    assert {image.anchor._from.row + 1 for image in sheet._images} >= {6, 7, 10}
    unlocked = {str(head.value) for head, cell in zip(sheet[1], sheet[6], strict=True) if not cell.protection.locked}
    assert unlocked == {"Decision", "Reason", "Initials"}


def test_the_second_sheet_says_what_an_area_is_and_what_each_decision_means(made: Made) -> None:
    """In the words that people choose from, never in the log's."""
    guide = {str(row[0].value): str(row[1].value) for row in openpyxl.load_workbook(made.xlsx)["How to fill in"]}
    assert "Rows with a letter" in guide["Which areas"]
    assert guide["fine"].startswith("This area may be seen")
    assert guide["misread"].startswith("This area is not what")
    assert "redact-areas the areas alone" in guide["The first row"]
    assert "fine" in guide["Reason"]
    assert not {"redact-area", "reopen-area"} & set(guide)


# -- what is taken


@pytest.mark.parametrize("fill", [fill_csv, fill_xlsx])
def test_every_decision_is_taken_by_letter_and_place(made: Made, fill: Fill) -> None:
    """With its reason and the initials; faces of the same photo as ever; letters may be small."""
    filled = {
        (1, "A"): {"decision": "Redact", "initials": "AB"},
        (1, "B"): {"decision": "FINE", "reason": "The shop's own number"},
        (2, "A"): {"decision": "misread", "reason": "It says OFFICE"},
        (1, 1): {"decision": "redact"},
    }
    assert take(made, filled, fill) == [
        (1, "A", "redact-area", "(initials AB)"),
        (1, "B", "fine", "The shop's own number"),
        (1, 1, "redact", ""),
        (2, "A", "misread", "It says OFFICE"),
    ]
    photos = {each.number: each for each in batch_state(made.folder.snapshot(), made.settings).photos}
    assert [area.letters for area in photos[1].open_areas] == ["A"]  # until a run has hidden it
    assert not photos[2].open_areas


@soffice
@pytest.mark.parametrize("kind", ["xlsx:Calc MS Excel 2007 XML", "csv:Text - txt - csv (StarCalc):44,34,76,1"])
def test_what_libreoffice_saves_of_areas_is_taken_in(made: Made, tmp_path: Path, kind: str) -> None:
    """Letters stay letters, also those that mean something to a spreadsheet program."""
    filled = filled_in(made, {(1, "A"): {"decision": "redact"}, (1, "B"): {"decision": "fine", "reason": "Shop"}})
    made.take_in(converted(filled, kind, tmp_path))
    assert sorted(said(made)) == [(1, "A", "redact-area", ""), (1, "B", "fine", "Shop")]


def test_the_same_sheet_again_adds_nothing(made: Made) -> None:
    filled = {(1, "A"): {"decision": "redact"}, (1, "B"): {"decision": "fine", "reason": "Shop"}}
    assert len(take(made, filled)) == 2
    assert take(made, filled) == []


def test_letters_may_be_small_and_an_area_leaves_the_whole_photo_out(made: Made) -> None:
    sheet = fill_csv(
        made.csv,
        made.path.parent / "f.csv",
        {(2, "A"): {"decision": "exclude", "reason": "Secret"}},
        changed=lambda table: [row | {"face": row["face"].lower()} for row in table],
    )
    made.take_in(sheet)
    assert said(made) == [(2, None, "exclude", "Secret")]


def test_a_second_person_approves_an_area(tmp_path: Path) -> None:
    """Not the person who decided; the approval is of the answer that it has."""
    second = {"decisions": {"second_person": ["fine"]}}
    made = make_batch(tmp_path / "b", [a_photo(1, 0, areas=[PLATE])], **second)
    decided(made, "1:A", "fine", "Ours")
    made.write()
    assert "was decided by B. Officer" in why_not(made, {(1, "A"): {"approved": "yes"}}, by="B. Officer")
    assert take(made, {(1, "A"): {"approved": "yes"}}) == [(1, "A", "approve-area", "")]
    (photo,) = batch_state(made.folder.snapshot(), made.settings).photos
    assert not photo.open_areas
    assert take(made, {(1, "A"): {"approved": "yes"}}) == []


# -- one cell for many


ALL_OTHERS = [
    ("redact", [(1, "A"), (1, "B"), (1, 1), (1, 2)]),
    ("redact-faces", [(1, 1), (1, 2)]),
    ("redact areas", [(1, "A"), (1, "B")]),
]


@pytest.mark.parametrize(("decision", "hidden"), ALL_OTHERS)
def test_one_cell_hides_what_has_no_decision_of_its_own(
    made: Made, decision: str, hidden: list[tuple[int, object]]
) -> None:
    """In the photo's row; other photos are left as they are."""
    taken = take(made, {its_row(1): {"decision": decision}})
    assert [(photo, part) for photo, part, *_ in taken] == hidden
    assert {kind for _, _, kind, _ in taken} <= {"redact", "redact-area"}


def test_rows_of_their_own_are_not_hidden_by_the_first_row(made: Made) -> None:
    """Every number plate and address of the batch with one cell, while each face is decided by itself."""
    filled = {EVERY: {"decision": "redact-areas"}, (1, "B"): {"decision": "fine", "reason": "Shop"}}
    assert take(made, filled) == [
        (1, "A", "redact-area", ""),
        (1, "B", "fine", "Shop"),
        (2, "A", "redact-area", ""),
    ]
    assert take(made, filled) == []


def test_photo_and_first_row_may_name_different_things(made: Made) -> None:
    """The faces of photo 1 by its own row, the areas of all photos by the first one."""
    filled = {EVERY: {"decision": "redact-areas"}, its_row(1): {"decision": "redact-faces"}}
    assert [(photo, part) for photo, part, *_ in take(made, filled)] == [
        (1, "A"),
        (1, "B"),
        (1, 1),
        (1, 2),
        (2, "A"),
    ]


def earlier(table: list[dict[str, str]]) -> list[dict[str, str]]:
    """The sheet as a version before 0.11 wrote it: no area has a row."""
    return [row | {"key": f"n{row['key'][1:]}" if row["key"] else ""} for row in table if not row["face"].isalpha()]


def test_a_sheet_of_before_is_taken_and_decides_nothing_about_areas(made: Made) -> None:
    """Who filled it in saw none, so redact in its rows for all is about faces."""
    sheet = fill_csv(made.csv, made.path.parent / "f.csv", {EVERY: {"decision": "redact"}}, changed=earlier)
    made.take_in(sheet)
    assert [(photo, part) for photo, part, *_ in said(made)] == [(1, 1), (1, 2), (2, 1), (3, 1)]


# -- what is refused


MISTAKES: list[tuple[Filled, str]] = [
    ({(1, "A"): {"decision": "staff"}}, "row 6, photo 1, area A: 'Decision' must be one of redact, fine, misread"),
    ({(1, "A"): {"decision": "not-a-face"}}, "row 6, photo 1, area A: 'Decision' must be one of redact, fine"),
    ({(1, "A"): {"decision": "fine"}}, "row 6, photo 1, area A: 'fine' needs a reason."),
    ({(1, "A"): {"decision": "fine", "reason": " - "}}, "row 6, photo 1, area A: 'fine' needs a reason."),
    ({(1, "A"): {"decision": "fine", "initials": "AB"}}, "row 6, photo 1, area A: 'fine' needs a reason."),
    ({(2, "A"): {"decision": "misread"}}, "row 10, photo 2, area A: 'misread' needs a reason."),
    (
        {(2, "A"): {"decision": "fine", "reason": "Old"}},
        "'fine' cannot be decided for area A, which the profile blocks",
    ),
    ({(1, "A"): {"reason": "Old"}}, "area A: It is filled in, but its decision is empty."),
    ({(1, "A"): {"decision": "redact", "name": "Planted Name"}}, "area A: 'Name' is not for this row."),
    ({(1, "A"): {"form_reference": "WMP-2026-014"}}, "area A: 'Form reference' is not for this row."),
    ({(1, "A"): {"same_as": "1:1"}}, "area A: 'Same as' is not for this row."),
    ({(1, "A"): {"decision": "redact", "title": "A car"}}, "area A: 'Title' is not for this row."),
    ({(1, "A"): {"decision": "redact", "face": "C"}}, "There is no area C in photo 1. It has 2."),
    ({(1, "A"): {"decision": "redact", "face": "B"}}, "Area B of photo 1 is not the one that the sheet shows"),
    ({(1, "A"): {"decision": "redact", "face": "1"}}, "Face 1 of photo 1 is not the one that the sheet shows"),
    ({(1, "A"): {"decision": "redact", "photo": "2"}}, "Area A of photo 2 is not the one that the sheet shows"),
    ({(1, "A"): {"decision": "redact", "photo": "3"}}, "There is no area A in photo 3. It has none."),
    ({(1, 1): {"decision": "redact", "face": "A"}}, "Area A of photo 1 is not the one that the sheet shows"),
    ({(1, "A"): {"decision": "redact", "face": ""}}, "The row has no face, and its key does not belong to photo 1"),
    ({(1, "A"): {"decision": "redact", "key": ""}}, "Area A of photo 1 is not the one that the sheet shows"),
    ({(1, "A"): {"decision": "redact", "face": "1,5"}}, "'Face' is neither the number of a face nor the letter"),
    (
        {(1, "A"): {"decision": "redact", "face": "А"}},
        "'Face' is neither the number of a face nor the letter",
    ),
    ({(1, "A"): {"decision": "redact", "face": "ABC"}}, "'Face' is neither the number of a face nor the letter"),
    ({EVERY: {"decision": "fine"}}, "'Decision' must be redact or redact-faces or redact-areas, or blank."),
    ({its_row(1): {"decision": "fine"}}, "'Decision' must be one of redact, redact-faces, redact-areas, exclude."),
]


@pytest.mark.parametrize(("filled", "reason"), MISTAKES)
def test_mistakes_are_told_with_the_row_and_nothing_is_imported(made: Made, filled: Filled, reason: str) -> None:
    """Beside it is a row that could be imported, which is not."""
    told = why_not(made, {(1, 2): {"decision": "redact"}} | filled)
    assert reason in told
    assert "Planted" not in told


def test_rows_about_one_area_must_agree(made: Made) -> None:
    sheet = fill_csv(
        made.csv,
        made.path.parent / "f.csv",
        {(1, "A"): {"decision": "redact"}},
        changed=lambda table: [
            *table,
            *(
                row | {"decision": "fine", "reason": "No"}
                for row in table
                if row["face"] == "A" and row["photo"] == "1"
            ),
        ],
    )
    with pytest.raises(TableError, match=r"Rows 6, 13 are all about area 1:A, but differ\. Keep one\."):
        made.take_in(sheet)
    assert said(made) == []


def test_an_area_that_was_decided_since_is_not_decided_again(made: Made) -> None:
    """An old sheet never undoes what somebody else said; the same said again is no mistake."""
    decided(made, "1:A", "redact")
    reason = "The area 1:A was decided after the sheet was written."
    assert reason in why_not(made, {(1, "A"): {"decision": "fine", "reason": "Old"}})
    assert take(made, {(1, "A"): {"decision": "redact"}}) == []


MOVED = [
    replace(PLATE, box=Box(100, 300, 200, 330)),  # something else stands there by now
    replace(PLATE, rule="address", detail=""),  # another rule asks about the place
]


@pytest.mark.parametrize("now", MOVED)
def test_what_the_sheet_does_not_show_is_not_decided_by_it(made: Made, now: Area) -> None:
    """The letter is the same, and nobody has seen what it stands for now."""
    photo = a_photo(1, 2, areas=[now, NUMBER])
    made.folder.record(photo, "recipe", made.folder.pictures(next(iter(made.folder.photos()))))
    assert "Area A of photo 1 is not the one that the sheet shows" in why_not(made, {(1, "A"): {"decision": "redact"}})


def test_a_letter_that_moved_is_not_taken_for_another_area(made: Made) -> None:
    """A new area is A, and the one that was A is B: the row is refused, and the others may be imported."""
    new = Area(1, "machine-code", Box(10, 10, 60, 60))
    photo = a_photo(1, 2, areas=[new, replace(PLATE, number=2), replace(NUMBER, number=3)])
    pictures = made.folder.pictures(next(iter(made.folder.photos())))
    assert pictures
    made.folder.record(photo, "recipe", replace(pictures, area_crops=tuple(map(crop, (1, 2, 3)))))
    filled = {(1, "A"): {"decision": "redact"}, (1, 1): {"decision": "redact"}}
    result = made.take_in(filled_in(made, filled), partly=True)
    assert [(photo, part) for photo, part, *_ in said(made)] == [(1, 1)]
    assert result.to_correct
    (left,) = [row for row in read_table(result.to_correct) if row["Face"] == "A"]
    assert left["Decision"] == "redact"
    assert "is not the one that the sheet shows" in str(left["To correct"])


def read_table(path: Path) -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    heads, *table = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, heads), row, strict=True)) for row in table]


# -- on paper


def test_the_page_has_a_table_of_areas_and_their_boxes(made: Made) -> None:
    """What each shows in words, what may be ticked, and where it is for those who cannot see the picture."""
    snapshot = made.folder.snapshot()
    judged = replace(snapshot, photos=batch_state(snapshot, made.settings).photos)
    write_checklist_page(made.folder, made.settings, judged)
    root = Tree((made.path / "checklist.html").read_text(encoding="utf-8")).root
    tables = [each for each in root.all("table") if "areas" in each.classes]
    assert len(tables) == 2
    heads = [each.spoken for table in tables for each in table.all("th") if each.attributes.get("scope") == "row"]
    assert [each.partition("Area ")[2][:1] for each in heads] == ["A", "B", "A"]
    assert "Perhaps an address or a house number." in tables[0].spoken
    assert "fine: may be seen" in tables[0].spoken
    assert "fine: may be seen" not in tables[1].spoken
    assert "It may not be seen: redact, or misread with a reason." in tables[1].spoken
    assert "3 areas need a decision." in root.spoken
    alt = next(each.attributes["alt"] for each in root.all("img") if each.attributes["alt"].startswith("Preview of"))
    assert "Area A (a vehicle registration), middle. Area B (perhaps an address or a house number), right." in alt
    assert "mark 1" not in root.spoken
    write_compact_page(made.folder, made.settings, judged)
    compact = Tree((made.path / "checklist-compact.html").read_text(encoding="utf-8")).root
    assert [
        each.spoken.rpartition(" ")[2] if "?" not in each.spoken else each.spoken.split()[-2]
        for each in compact.all("th")
        if each.attributes.get("scope") == "row"
    ] == ["1:1", "1:2", "2:1", "3:1", "1:A", "1:B", "2:A"]


# -- with photos in which something can be read


@pytest.mark.slow
def test_a_batch_is_done_with_three_rows_of_the_sheet(imgvet: Imgvet, tmp_path: Path) -> None:
    """One cell hides what can be read; what may be seen and what is none have a row each; all photos come out."""
    names = ("doorstep.jpg", "parked-car.jpg", "school-badge.jpg", "ticket.jpg", "whiteboard.jpg")
    (tmp_path / "photos").mkdir()
    for name in names:
        shutil.copy(SAMPLES / name, tmp_path / "photos")
    assert imgvet("batch", "photos", "--out", "b", "--event", "Open Day", "--date", "2026-06-14").code == 0
    book = tmp_path / "b" / "checklist.xlsx"
    asked = {(photo, letters): words.partition(":")[0] for photo, letters, words in areas_of(book.with_suffix(".csv"))}
    assert asked[("2", "A")] == "a vehicle registration (UK registration)"
    assert {photo for photo, _ in asked} == {"1", "2", "3", "4", "5"}
    assert not list((tmp_path / "b" / "flickr").glob("*.jpg"))
    fill_xlsx(
        book,
        book,
        {
            EVERY: {"decision": "redact"},
            (1, "B"): {"decision": "misread", "reason": "A price"},
            (4, "A"): {"decision": "fine", "reason": "It leads to our own page"},
        },
    )
    done = imgvet("checklist", "b", "--import", book, "--by", "A. Officer")
    assert done.code == 0, done.err
    assert f"Recorded: {len(asked)} decisions by A. Officer." in done.err
    finished = imgvet("finish", "b")
    assert "5  ready" in finished.err
    assert len(list((tmp_path / "b" / "flickr").glob("*.jpg"))) == 5
    (row,) = [row for row in read_table(book) if row["Picture"]]
    assert row["Picture"] == "Nothing is open: every face, every area and every question of 5 photos is decided."
