"""Filled-in checklists: taken right or refused with row and reason, whole or not at all."""

import re
import shutil
import sqlite3
import string
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from imgvet.batch.decisions.record import DecisionRequest, record_decisions
from imgvet.batch.store import BatchStore
from imgvet.checklist.columns import SHEET_COLUMNS, SameAs
from imgvet.checklist.read import read_sheet, sheet_rows
from imgvet.errors import ImgvetError, TableError
from imgvet.geometry import Box
from imgvet.photo import Face
from imgvet.releases.register import Register
from imgvet.releases.release import Release
from imgvet.releases.validation import with_defaults
from support.chance import examples
from support.commands import Imgvet
from support.folders import rows
from support.pictures import portrait, save_photo
from support.sheets import DAY, EVERY, PERSON, RELEASE, Made, a_photo, fill_csv, fill_xlsx, make_batch, people_cells

FORM = {"decision": "release", "form_reference": "WMP-2026-014"}


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_batch(tmp_path / "b", [a_photo(1, 3), a_photo(2, 2), a_photo(3, 1, ["people-named", "too-small"])])


def refused(made: Made, filled: dict[Any, Any], **how: Any) -> str:
    """What is said of a sheet that is not taken in; nothing may have changed."""
    before = state(made)
    sheet = fill_csv(made.csv, made.path.parent / "filled.csv", filled)
    with pytest.raises(TableError) as problem:
        made.take_in(sheet, **how)
    assert state(made) == before
    return str(problem.value)


def taken(made: Made, filled: dict[Any, Any], **how: Any) -> list[Any]:
    """What a filled-in sheet adds to what was decided."""
    before = made.said()
    made.take_in(fill_xlsx(made.xlsx, made.path.parent / "filled.xlsx", filled), **how)
    return made.said()[len(before) :]


def state(made: Made) -> tuple[Any, ...]:
    """All that may change."""
    return made.said(), made.forms(), made.folder.facts().references_given, made.folder.facts().sheets


# -- what is taken right


def test_every_decision_of_the_sheet_is_taken_down(made: Made) -> None:
    """One for each row that is filled in, with its reason and the initials of whoever gave it."""
    added = taken(
        made,
        {
            (1, 1): FORM | {"initials": "AB"},
            (1, 2): {"decision": "Redact"},
            (1, 3): {"decision": "not identifiable", "reason": "From behind", "initials": "AB"},
            (2, 1): {"decision": "NOT_A_FACE"},
            (2, 2): {"decision": "refused"},
            (3, 1): {"form_reference": " wmp-2026-014 "},
        },
    )
    assert sorted(added) == [
        (1, 1, "release", "WMP-2026-014", "(initials AB)"),
        (1, 2, "redact", "", ""),
        (1, 3, "not-identifiable", "", "From behind (initials AB)"),
        (2, 1, "not-a-face", "", ""),
        (2, 2, "refused", "", ""),
        (3, 1, "release", "WMP-2026-014", ""),
    ]


def test_questions_are_answered_and_photos_left_out(made: Made) -> None:
    """A row without a face answers its own question; any row of a photo may leave the photo out."""
    sheet = fill_csv(
        made.csv,
        made.path.parent / "f.csv",
        {(1, 2): {"decision": "exclude", "reason": "Blurred"}},
        changed=lambda rows: [
            row | ({"decision": "answer", "reason": "All have signed"} if "people-named" in row["open"] else {})
            for row in rows
        ],
    )
    made.take_in(sheet)
    assert made.said() == [
        (1, None, "exclude", "", "Blurred"),
        (3, None, "answer", "people-named", "All have signed"),
    ]


def test_rows_may_be_removed_and_columns_moved_added_and_renamed(made: Made) -> None:
    """Each row is known by its key, each column by its heading, whatever its capitals and blanks."""

    def changed(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        heads = {"form_reference": " Form  REFERENCE", "decision": "DECISION"}
        names = sorted(rows[0], reverse=True)
        return [{"Office note": "call back"} | {heads.get(n, n): row[n] for n in names} for row in (rows[6], rows[3])]

    sheet = fill_csv(made.csv, made.path.parent / "f.csv", {(2, 1): FORM, (1, 1): FORM}, changed=changed)
    made.take_in(sheet)
    assert made.said() == [(2, 1, "release", "WMP-2026-014", "")]


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-16", "\t"), ("cp1252", ";"), ("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", ";")]
)
def test_tables_of_other_programs_are_read(made: Made, encoding: str, delimiter: str) -> None:
    """Excel in German, Unicode text, the old Windows letters."""
    cells = people_cells(
        form_reference="WMP-2026-015",
        name="Jörg Grün",
        signed_on="14.06.2026",
        under_18="ja",
        guardian="Änne Grün",
        guardian_relation="Mutter",
        channels="flickr; x",
        born="2012-2014",
    )
    sheet = fill_csv(made.csv, made.path.parent / "f.csv", {(1, 1): cells}, encoding=encoding, delimiter=delimiter)
    made.take_in(sheet, add_releases=True)
    assert made.said() == [(1, 1, "release", "WMP-2026-015", "")]
    form = made.forms()[1]
    assert (form.person, form.signed_on, form.minor, form.guardian) == ("Jörg Grün", DAY, True, "Änne Grün")
    assert (form.born, form.guardian_relation, form.channels) == ("2012-2014", "Mutter", ("flickr", "x"))


def test_the_same_person_gets_the_same_answer(made: Made) -> None:
    """Directly, by way of other rows, and as a face that was answered before."""
    record_decisions(made.folder, made.settings.profile, "3:1", DecisionRequest("redact", "A. Officer"))
    made.write()
    added = taken(
        made,
        {(1, 1): FORM, (1, 2): {"same_as": "1:1"}, (2, 1): {"same_as": "photo 1 face 2"}, (2, 2): {"same_as": "3:1"}},
    )
    assert sorted(added) == [
        (1, 1, "release", "WMP-2026-014", ""),
        (1, 2, "release", "WMP-2026-014", ""),
        (2, 1, "release", "WMP-2026-014", ""),
        (2, 2, "redact", "", ""),
    ]


@pytest.mark.parametrize("typed", [
    "1:1", "01:01", "1:01", "01:01:00", "1:01:00", "1 : 1", "photo 1, face 1", "0.0423611111111111", "0,04236",
    "01:01:00 AM", "1:01 am", "1:01:00 a.m.", "01:01:00.000", "00/01/1900 01:01", "0.1.1900 01:01:00",
    "1899-12-30 01:01:00",
    "30/12/1899 01:01:00", "1904-01-01 01:01", "0 days 01:01:00", "1/0/1900 1:01", "1/0/00 1:01 AM",
    "12/30/1899 1:01:00 AM",
    "AM 1:01:00", "01:01 fm", "1:01 π.μ.", "1:01 a. m.", "01:01:00\u202fAM",
])  # fmt: skip
def test_a_face_that_became_a_time_of_day_is_still_that_face(made: Made, typed: str) -> None:
    """Excel makes 01:01 of 1:1 where the cell is no text, and other programs and countries other shapes."""
    made.take_in(fill_csv(made.csv, made.path.parent / "f.csv", {(1, 1): FORM, (2, 1): {"same_as": typed}}))
    assert (2, 1, "release", "WMP-2026-014", "") in made.said()


@given(photo=st.integers(1, 400), face=st.integers(1, 59), shape=st.sampled_from([
    "{h}:{m:02}", "{h:02}:{m:02}:00", "{h}:{m:02}:00.000", "{h12}:{m:02} {half}", "{h12:02}:{m:02}:00 {half}",
    "{part:.15g}",
    "{excel} {h24:02}:{m:02}:00", "{calc} {h24:02}:{m:02}", "{calc} {h12}:{m:02}:00 {half}",
    "{days} days {h24:02}:{m:02}:00",
]))  # fmt: skip
def test_whatever_a_program_makes_of_a_face_means_it(photo: int, face: int, shape: str) -> None:
    """Or means it and another one, which is then looked for; never another one alone."""
    if "{half}" in shape and "{calc}" not in shape and photo > 23:
        return  # no program shows more than a day by half days
    days, hour = divmod(photo, 24)
    shown = shape.format(
        h=photo, m=face, h24=hour, h12=(hour - 1) % 12 + 1, half="AM" if hour < 12 else "PM", days=days,
        part=(photo * 60 + face) / 1440, calc=(date(1899, 12, 30) + timedelta(days=days)).isoformat(),
        excel="1900-01-00" if days == 0 else (date(1899, 12, 31) + timedelta(days=days)).strftime("%d/%m/%Y"),
    )  # fmt: skip
    column = next(each for each in SHEET_COLUMNS if each.name == "same_as")
    assert column.read is not None
    said = column.read(shown, ())
    assert said.face == face
    assert photo in (said.photo, *said.other_photos)


@pytest.fixture
def made_long(tmp_path: Path) -> Made:
    """A batch of 40 photos."""
    return make_batch(tmp_path / "b", [a_photo(number, 6) for number in range(1, 41)])


@pytest.mark.parametrize(("typed", "photo", "face"), [
    ("12:01:00 PM", 12, 1), ("01:02:00 PM", 13, 2), ("1:02 p.m.", 13, 2), ("01:02 nachm.", 13, 2), ("11:05 PM", 23, 5),
    ("36:05:00", 36, 5), ("36:05", 36, 5), ("1900-01-01 12:05:00", 36, 5), ("01/01/1900 12:05", 36, 5),
    ("1899-12-31 12:05:00", 36, 5), ("1 day, 12:05:00", 36, 5), ("1.50347222222222", 36, 5),
])  # fmt: skip
def test_a_later_photo_is_told_from_an_hour(made_long: Made, typed: str, photo: int, face: int) -> None:
    """After noon, and after the first day."""
    answered: dict[Any, Any] = {(photo, face): {"decision": "redact"}, (1, 6): {"same_as": typed}}
    made_long.take_in(fill_csv(made_long.csv, made_long.path.parent / "f.csv", answered))
    assert (1, 6, "redact", "", "") in made_long.said()


@pytest.mark.parametrize(("typed", "said"), [
    ("12:01:00 AM", "It refers to 0:1"),
    ("13:02 PM", "'Same as' is not a face"),
    ("1:01:30", "'Same as' is not a face"),
    ("1.1.1900", "'Same as' is not a face"),
    ("2026-06-14 01:01", "'Same as' is not a face"),
    ("01-Jan", "'Same as' is not a face"),
    ("1.1", "'Same as' is not a face"),
    ("4.24E-02", "row 4, column F holds 4.24E-02, a number whose last digits are lost"),
    ("########", "row 4, column F holds the signs of a column"),
])  # fmt: skip
def test_a_time_that_may_be_another_face_or_none_is_refused(made: Made, typed: str, said: str) -> None:
    assert said in refused(made, {(1, 1): {"same_as": typed}, (2, 1): FORM})


def test_a_day_that_programs_count_otherwise_is_refused_where_both_photos_are_there(tmp_path: Path) -> None:
    """Excel means photo 36 by 1 January 1900, LibreOffice photo 60."""
    made = make_batch(tmp_path / "b", [a_photo(number, 1) for number in range(1, 62)])
    said = refused(made, {(36, 1): FORM, (60, 1): FORM, (1, 1): {"same_as": "1900-01-01 12:01:00"}})
    assert "may mean 36:1 or 60:1" in said


def test_in_a_workbook_the_time_itself_counts_and_not_how_it_is_shown(made_long: Made, tmp_path: Path) -> None:
    """A cell that Excel or LibreOffice has made a time, a date or a number of."""
    for at, (value, shown) in enumerate([
        (time(1, 1), "h:mm AM/PM"),
        (timedelta(hours=36, minutes=5), "[h]:mm:ss"),
        (1.50347222222222, "dd/mm/yyyy"),
        (0.0423611111111111, "General"),
        (0.0423611111111111, "dd/mm/yyyy hh:mm"),
    ]):  # fmt: skip
        book = openpyxl.load_workbook(made_long.xlsx)
        sheet = book["Checklist"]
        place = next(cell.column for cell in sheet[1] if cell.value == "Same as")
        cell = sheet.cell(row=3, column=place)
        cell.value, cell.number_format = value, shown
        book.save(tmp_path / f"f{at}.xlsx")
        photo, face = (1, 1) if at in {0, 3, 4} else (36, 5)
        row = next(row for row in sheet_rows(read_sheet(tmp_path / f"f{at}.xlsx"), ("flickr",)) if row.same_as)
        assert row.same_as == SameAs(photo, face, by_clock=True), shown


def test_a_time_of_day_is_refused_where_it_may_be_another_face(tmp_path: Path) -> None:
    """With 60 faces or more in a photo, 1:75 has become 02:15."""
    made = make_batch(tmp_path / "b", [a_photo(1, 80), a_photo(2, 20)])
    said = refused(made, {(2, 15): FORM, (2, 1): {"same_as": "02:15"}})
    assert "time of day" in said
    assert len(taken(made, {(2, 15): FORM, (2, 1): {"same_as": "photo 2 face 15"}})) == 2


def test_taken_in_twice_it_adds_nothing(made: Made) -> None:
    """Also where the sheet was filled in further meanwhile, and where new people stand on it."""
    filled: dict[Any, Any] = {(1, 1): people_cells(), (1, 2): {"same_as": "1:1"}, (1, 3): FORM}
    assert len(taken(made, filled, add_releases=True)) == 3
    assert taken(made, filled, add_releases=True) == []
    further = taken(made, filled | {(2, 1): {"same_as": "1:2"}}, add_releases=True)
    assert further == [(2, 1, "release", "WMP-2026-015", "")]
    assert len(made.forms()) == 2


def test_an_old_sheet_does_not_undo_what_was_decided_since(made: Made) -> None:
    """Somebody refuses after the sheet was written; the sheet says release."""
    old = fill_csv(made.csv, made.path.parent / "old.csv", {(1, 1): FORM})
    made.take_in(old)
    record_decisions(made.folder, made.settings.profile, "1:1", DecisionRequest("refused", "A. Officer"))
    with pytest.raises(
        TableError, match=r"row 4, photo 1, face 1: The face 1:1 was decided after the sheet was written"
    ):
        made.take_in(old)
    assert made.said()[-1][2] == "refused"
    made.write()
    made.take_in(fill_csv(made.csv, made.path.parent / "new.csv", {(1, 1): FORM}))
    assert made.said()[-1][2] == "release"


def test_a_dry_run_changes_nothing(made: Made) -> None:
    """It tells of the decisions and the new forms, and no number is given."""
    sheet = fill_csv(made.csv, made.path.parent / "f.csv", {(1, 1): people_cells(), (2, 1): {"same_as": "1:1"}})
    before = state(made)
    effect = made.take_in(sheet, add_releases=True, dry_run=True)
    assert [(each.subject.name, each.kind, each.value) for each in effect.answers] == [
        ("1:1", "release", ""),
        ("2:1", "release", ""),
    ]
    assert [form.release.person for form in effect.forms] == ["Ada Newcomer"]
    assert state(made) == before
    made.take_in(sheet, add_releases=True)
    assert made.forms()[1].reference == "WMP-2026-015"


# -- new people


def test_new_people_are_added_to_the_register(made: Made) -> None:
    """With the event and day of the batch, under the reference on the form or the next free number."""
    child = people_cells(
        name="Bo Child", under_18="yes", guardian="Mo Child", guardian_relation="mother", channels="all"
    )
    added = taken(made, {(1, 1): people_cells(form_reference="WMP-2026-040"), (1, 2): child}, add_releases=True)
    assert sorted(added) == [(1, 1, "release", "WMP-2026-040", ""), (1, 2, "release", "WMP-2026-015", "")]
    forms = {form.person: form for form in made.forms()}
    told = Release(
        "WMP-2026-040",
        "Ada Newcomer",
        signed_on=DAY,
        event="Open Day & Fête",
        covers_from=DAY,
        covers_until=DAY,
        channels=("flickr",),
    )
    assert forms["Ada Newcomer"] == with_defaults(told, 0)
    assert (forms["Bo Child"].minor, forms["Bo Child"].guardian) == (True, "Mo Child")


def test_a_form_ends_when_the_profile_says(tmp_path: Path) -> None:
    """Two years after it was signed."""
    made = make_batch(tmp_path / "b", [a_photo(1, 1)], releases={"prefix": "WMP", "valid_years": 2})
    taken(made, {(1, 1): people_cells(signed_on=date(2026, 6, 14))}, add_releases=True)
    assert made.forms()[1].expires_on == date(2028, 6, 14)


def test_one_form_may_be_told_of_in_several_rows(made: Made) -> None:
    """The reference holds them together; the row that tells of the person may stand below."""
    filled = {
        (1, 1): {"form_reference": "WMP-7"},
        (1, 2): people_cells(form_reference="wmp-7"),
        (2, 1): people_cells(form_reference="WMP-7"),
    }
    assert len(taken(made, filled, add_releases=True)) == 3
    assert len(made.forms()) == 2


@pytest.mark.parametrize("step", ["reserve", "add", "decide"])
@pytest.mark.slow
def test_a_run_that_is_killed_half_way_is_gone_on_with(made: Made, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Whenever it ends, running it again adds each person once and takes each decision down once."""
    whose: Any = BatchStore if step == "decide" else Register
    usual = getattr(whose, step)
    filled: dict[Any, Any] = {
        (1, 1): people_cells(),
        (1, 2): people_cells(name="Bo", form_reference="X-1"),
        (1, 3): FORM,
    }
    for before in (True, False):
        made.write()
        filled = filled if before else {(2, 1): people_cells(name="Cy"), (2, 2): {"same_as": "2:1"}}

        def killed(*words: Any, before: bool = before, **more: Any) -> None:
            if not before:
                usual(*words, **more)
            raise KeyboardInterrupt

        monkeypatch.setattr(whose, step, killed)
        with pytest.raises(KeyboardInterrupt):
            taken(made, filled, add_releases=True)
        monkeypatch.setattr(whose, step, usual)
        taken(made, filled, add_releases=True)
    assert len(made.said()) == 5
    assert sorted(form.person for form in made.forms()) == ["Ada Newcomer", "Bo", "Cy", PERSON]


# -- what is refused, with row and reason


REFUSED: list[tuple[str, dict[Any, Any], str]] = [
    (
        "unknown reference",
        {(1, 1): {"decision": "release", "form_reference": "WMP-9"}},
        "row 4, photo 1, face 1: Form WMP-9 is not in the register.",
    ),
    (
        "no reference",
        {(1, 1): {"decision": "release"}},
        "row 4, photo 1, face 1: 'release' needs the reference of the form.",
    ),
    (
        "another person",
        {(1, 1): FORM | {"name": "Sam Else"}},
        "row 4, photo 1, face 1: Form WMP-2026-014 differs from the sheet in Name.",
    ),
    (
        "another day",
        {(1, 1): FORM | {"signed_on": "1/6/2026"}},
        "row 4, photo 1, face 1: Form WMP-2026-014 differs from the sheet in Signed on.",
    ),
    ("a child's", {(1, 1): FORM | {"under_18": "yes"}}, "in Under 18."),
    (
        "no decision",
        {(1, 1): {"initials": "Sam"}},
        "row 4, photo 1, face 1: It is filled in, but its decision is empty.",
    ),
    (
        "unknown decision",
        {(1, 1): {"decision": "Sam Else"}},
        "row 4, photo 1, face 1: 'Decision' must be one of release, redact, not-identifiable",
    ),
    (
        "not in the profile",
        {(1, 1): {"decision": "staff"}},
        "row 4, photo 1, face 1: 'Decision' must be one of release, redact, not-identifiable",
    ),
    (
        "no reason",
        {(1, 1): {"decision": "not-identifiable", "initials": "AB"}},
        "row 4, photo 1, face 1: 'not-identifiable' needs a reason.",
    ),
    ("no reason to leave out", {(1, 1): {"decision": "exclude"}}, "row 4, photo 1, face 1: 'exclude' needs a reason."),
    (
        "answer to a face",
        {(1, 1): {"decision": "answer", "reason": "So"}},
        "row 4, photo 1, face 1: 'Decision' must be one of",
    ),
    (
        "a form to redact",
        {(1, 1): {"decision": "redact", "form_reference": "WMP-2026-014"}},
        "row 4, photo 1, face 1: It names a form, but its decision is redact.",
    ),
    (
        "no such reference",
        {(1, 1): {"decision": "release", "form_reference": "Sam Else"}},
        "row 4, photo 1, face 1: 'Form reference' is not a reference",
    ),
    (
        "impossible date",
        {(1, 1): people_cells(signed_on="31/02/2026")},
        "row 4, photo 1, face 1: 'Signed on': '31/02/2026' is not a date",
    ),
    (
        "a name for a date",
        {(1, 1): people_cells(signed_on="Sam Else")},
        "row 4, photo 1, face 1: 'Signed on' is not a date; write e.g.",
    ),
    (
        "must be yes or no",
        {(1, 1): people_cells(under_18="Sam Else")},
        "row 4, photo 1, face 1: 'Under 18' must be yes or no.",
    ),
    (
        "no such channel",
        {(1, 1): people_cells(channels="flickr, Sam")},
        "row 4, photo 1, face 1: 'Channels' names a channel that does not exist; channels are flickr",
    ),
    (
        "not a year of birth",
        {(1, 1): people_cells(born="Sam Else")},
        "row 4, photo 1, face 1: 'Year of birth' is not a year of birth",
    ),
    (
        "points nowhere",
        {(1, 1): {"same_as": "9:9"}},
        "row 4, photo 1, face 1: It refers to 9:9, but the sheet has no row",
    ),
    (
        "points to an open face",
        {(1, 1): {"same_as": "1:2"}},
        "row 4, photo 1, face 1: It refers to 1:2, which has no decision",
    ),
    ("refers to itself", {(1, 1): {"same_as": "1:1"}}, "row 4, photo 1, face 1: It refers to itself"),
    (
        "points in a ring",
        {(1, 1): {"same_as": "1:2"}, (1, 2): {"same_as": "2:1"}, (2, 1): {"same_as": "1:1"}},
        "row 8, photo 2, face 1: It refers to itself",
    ),
    ("points with words", {(1, 1): {"same_as": "Sam Else"}}, "row 4, photo 1, face 1: 'Same as' is not a face"),
    (
        "points and differs",
        {(1, 1): FORM, (1, 2): {"same_as": "1:1", "decision": "redact"}},
        "row 5, photo 1, face 2: Its decision differs from that of 1:1",
    ),
    (
        "refers to a photo left out",
        {(1, 1): {"decision": "exclude", "reason": "x"}, (1, 2): {"same_as": "1:1"}},
        "row 5, photo 1, face 2: Row 4, to which it refers, has no decision about a face.",
    ),
    (
        "photo that is not there",
        {(1, 1): {"photo": "9", "decision": "redact"}},
        "row 4, photo 9, face 1: 'Photo' is empty, or not a photo of this batch.",
    ),
    (
        "face that is not there",
        {(1, 1): {"face": "9", "decision": "redact"}},
        "row 4, photo 1, face 9: There is no face 9 in photo 1.",
    ),
    (
        "another face's row",
        {(1, 1): {"face": "2", "decision": "redact"}},
        "row 4, photo 1, face 2: Face 2 of photo 1 is not the one that the sheet shows",
    ),
    (
        "lost key",
        {(1, 1): {"key": "", "decision": "redact"}},
        "row 4, photo 1, face 1: Face 1 of photo 1 is not the one that the sheet shows",
    ),
    (
        "rows that disagree",
        {(1, 1): FORM, (1, 2): {"face": "1", "key": "COPY", "decision": "redact"}},
        "row 5, photo 1, face 1: Rows 4, 5 are all about face 1:1, but differ.",
    ),
]


@pytest.mark.parametrize(("filled", "reason"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
def test_a_row_that_cannot_be_taken_is_refused_with_its_number(made: Made, filled: dict[Any, Any], reason: str) -> None:
    """The reason stands behind the row's number, and no part of the sheet is taken in."""
    key = rows(made.csv)[2]["key"]
    filled = {row: cells | ({"key": key} if cells.get("key") == "COPY" else {}) for row, cells in filled.items()}
    said = refused(made, filled | {(3, 1): {"decision": "redact"}})
    assert reason in said
    assert not re.search(r"\bSam\b", said)


BAD_NEW: list[tuple[str, dict[str, Any], str]] = [
    ("child without guardian", people_cells(under_18="yes"), "It is for a child but names no guardian."),
    ("signed tomorrow", people_cells(signed_on=date.today() + timedelta(2)), "a date in the future"),
    ("not signed", people_cells(signed_on=""), "It does not say when it was signed."),
    ("no channel", people_cells(channels=""), "It allows no channel."),
    ("another channel", people_cells(channels="x"), "Form of this row does not allow flickr."),
    ("nobody", people_cells(name=""), "The form names no person."),
    ("of an age that nobody said", people_cells(under_18=""), "Is the person under 18? Write yes or no in 'Under 18'"),
    ("guardian of an adult", people_cells(guardian="Mo"), "names a guardian but is not marked as a child's"),
]


@pytest.mark.parametrize(("cells", "reason"), [each[1:] for each in BAD_NEW], ids=[each[0] for each in BAD_NEW])
def test_new_people_are_added_only_with_a_form_that_holds(made: Made, cells: dict[str, Any], reason: str) -> None:
    """What the gate would not take does not come into the register by a sheet."""
    nothing_by_default = {EVERY: {"signed_on": "", "channels": ""}}
    said = refused(made, nothing_by_default | {(1, 1): cells, (1, 2): people_cells(name="Bo")})
    assert "row 4, photo 1, face 1: " in said
    assert reason in said


def test_new_people_are_not_added_unasked(made: Made) -> None:
    """The way to do it is told."""
    said = refused(made, {(1, 1): people_cells(), (1, 2): {"same_as": "1:1"}}, add_releases=False)
    assert "face 1: The form is not in the register. To add it from the sheet, leave out --no-add-releases." in said


def test_two_forms_of_one_name_and_day_are_told_apart_by_people(made: Made) -> None:
    """The same name without a reference may be one person or two."""
    said = refused(made, {(1, 1): people_cells(), (2, 1): people_cells(name="ADA  newcomer")}, add_releases=True)
    assert "row 8, photo 2, face 1: Row 4 has a form with the same name and date." in said
    said = refused(made, {(1, 1): people_cells(name=PERSON)}, add_releases=True)
    assert "row 4, photo 1, face 1: Form WMP-2026-014 has the same name and date." in said


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"withdrawn_on": date(2026, 7, 1)}, "was withdrawn on 1 July 2026"),
        ({"refused_on": date(2026, 7, 1)}, "records a refusal"),
        ({"expires_on": date(2026, 7, 1)}, "expired on 1 July 2026"),
        ({"channels": ("x",)}, "does not allow flickr"),
        ({"event": "Another day"}, "is for another event"),
        ({"minor": True}, "is for a child but names no guardian"),
    ],
)
def test_a_form_that_the_gate_would_not_take_is_refused(made: Made, change: dict[str, Any], reason: str) -> None:
    """With the gate's own reason, whether a row names it or points to a face that has it."""
    with made.register() as register:
        register.add([replace(RELEASE, reference="BAD-1", **change)], "the office")
    assert f"row 4, photo 1, face 1: Form BAD-1 {reason}" in refused(made, {(1, 1): {"form_reference": "bad-1"}})
    record_decisions(made.folder, made.settings.profile, "2:1", DecisionRequest("release", "A. Officer", "BAD-1"))
    made.write()
    assert f"row 4, photo 1, face 1: Form BAD-1 {reason}" in refused(made, {(1, 1): {"same_as": "2:1"}})


def test_everything_that_is_wrong_is_said_at_once(made: Made) -> None:
    """All rows, in their order, and what to do then."""
    said = refused(
        made,
        {
            (1, 1): {"decision": "hide"},
            (1, 2): {"form_reference": "A-1"},
            (2, 1): {"decision": "not-identifiable"},
            (3, 1): FORM,
        },
    )
    assert re.findall(r"row (\d+),", said) == ["4", "5", "8"]
    assert "was not imported; nothing has changed. 3 things need correcting" in said


def test_faces_that_were_numbered_anew_are_not_confused(made: Made) -> None:
    """A sheet from before is refused for the photo whose numbers changed, row by row."""
    sheet = fill_csv(made.csv, made.path.parent / "f.csv", {(1, 1): FORM, (1, 2): {"same_as": "1:1"}, (2, 1): FORM})
    photo = a_photo(1, 3)
    faces = (Face(1, Box(0, 0, 40, 50), 0.9), *(replace(face, number=face.number + 1) for face in photo.faces))
    made.folder.record(replace(photo, faces=faces), "recipe", None)
    with pytest.raises(TableError) as problem:
        made.take_in(sheet)
    assert re.findall(r"row (\d+),", str(problem.value)) == ["4", "5"]
    assert made.said() == []


def test_a_face_that_was_answered_keeps_its_row_though_its_box_moves(made: Made) -> None:
    """It is known by the place where it was first spoken of."""
    record_decisions(made.folder, made.settings.profile, "1:1", DecisionRequest("reopen", "A. Officer"))
    made.write()
    sheet = fill_csv(made.csv, made.path.parent / "f.csv", {(1, 1): FORM})
    photo = a_photo(1, 3)
    moved = replace(photo.faces[0], box=Box(84, 102, 124, 152))
    made.folder.record(replace(photo, faces=(moved, *photo.faces[1:])), "recipe", None)
    made.take_in(sheet)
    assert made.folder.snapshot().decisions[-1].kind == "release"


@pytest.mark.parametrize("column", ["photo", "face", "key", "decision", "form_reference"])
def test_a_column_that_is_needed_is_named(made: Made, column: str) -> None:
    """Without it nothing can be taken in."""
    sheet = fill_csv(
        made.csv,
        made.path.parent / "f.csv",
        {(1, 1): FORM},
        changed=lambda rows: [{name: text for name, text in row.items() if name != column} for row in rows],
    )
    with pytest.raises(TableError, match=f"has no column {column}"):
        made.take_in(sheet)


def test_another_file_is_refused(made: Made, tmp_path: Path) -> None:
    """A list of something else, a picture, a folder, nothing."""
    (tmp_path / "list.csv").write_text("name,phone\nSam,1\n")
    (tmp_path / "picture.jpg").write_bytes(bytes(range(256)))
    shutil.copy(made.path / "private" / "batch.db", tmp_path / "a.xlsx")
    for name in ("list.csv", "picture.jpg", "a.xlsx", "b", "nothing.csv"):
        with pytest.raises(ImgvetError) as problem:
            made.take_in(tmp_path / name)
        assert problem.value.exit_code == 2
        assert "Sam" not in str(problem.value)


def test_another_batchs_sheet_is_refused(made: Made, tmp_path: Path) -> None:
    """The numbers are there, the photos are others."""
    other = make_batch(tmp_path / "other" / "b", [replace(a_photo(1, 3), source_sha256="e" * 64)])
    sheet = fill_csv(other.csv, tmp_path / "f.csv", {(1, 1): {"decision": "redact"}})
    with pytest.raises(TableError, match=r"f\.csv' is the checklist of another batch\."):
        made.take_in(sheet)


WILD = st.one_of(
    st.sampled_from(
        [
            "",
            "1:1",
            "1:2",
            "2:1",
            "3:1",
            "01:02",
            "yes",
            "nein",
            "release",
            "redact",
            "exclude",
            "answer",
            "reopen",
            "not-identifiable",
            "answer people-named",
            "WMP-2026-014",
            "A-1",
            "14/06/2026",
            "2026-06-14",
            "flickr",
            "all",
            "Sam Else",
            "=1+1",
            "0.5",
            "9" * 400,
            "k",
            "1",
            "2",
            "\x00",
            "\u202e",
            "None",
            "1e308",
            "-0",
        ]
    ),
    st.text(max_size=12),
    st.text(string.digits + ":.-/", max_size=8),
)


@examples(150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_stands_in_the_cells_it_is_taken_whole_or_refused(made: Made, data: st.DataObject) -> None:
    """No sheet makes it crash, and none is taken in by half."""
    names = list(rows(made.csv)[0])

    def changed(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        rows = data.draw(st.lists(st.sampled_from(rows), min_size=1, max_size=6))
        wild = st.dictionaries(st.sampled_from(names), WILD, max_size=5)
        return [row | data.draw(wild) for row in rows]

    sheet = fill_csv(made.csv, made.path.parent / "wild.csv", {}, changed=changed, encoding="utf-8")
    before = state(made)
    filled = sum(any(row[name].strip() for name in ("decision", "form_reference", "same_as")) for row in rows(sheet))
    try:
        result = made.take_in(sheet, add_releases=data.draw(st.booleans()))
    except TableError:
        assert state(made) == before
        return
    assert len(made.said()) == len(before[0]) + len(result.answers)
    assert len(made.forms()) == len(before[1]) + len(result.forms)
    assert len(result.answers) + result.already_recorded <= max(filled, 1) * 2


# -- the command


@pytest.fixture
def office(imgvet: Imgvet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """A batch of real photos with a register beside it."""
    monkeypatch.setenv("IMGVET_REGISTER", str(tmp_path / "register.db"))
    save_photo(tmp_path / "photos" / "a.jpg", portrait())
    save_photo(tmp_path / "photos" / "b.jpg", portrait()[:, ::-1].copy())
    assert imgvet("batch", "photos", "--out", "b", "--event", "Open Day", "--date", "2026-06-14").code == 0
    return imgvet


@pytest.mark.slow
def test_the_checklist_goes_round(office: Imgvet, tmp_path: Path) -> None:
    """Filled in, shown, taken in, finished: the photos go out, and no name stands outside private/ and the register."""
    book = tmp_path / "b" / "checklist.xlsx"
    fill_xlsx(book, book, {(1, 1): people_cells(name=PERSON, guardian=""), (2, 1): {"same_as": "1:1"}})
    shown = office("checklist", "b", "--import", book, "--by", "A. Officer", "--add-releases", "--dry-run")
    assert (shown.code, shown.out.splitlines()[1:]) == (
        0,
        [
            "    4  1:1        release (the new form of row 4)",
            "    6  2:1        release (the new form of row 4), as 1:1",
            "New in the register: the next free number, an adult's, signed on 14 June 2026 (photo 1, face 1).",
        ],
    )
    assert not (tmp_path / "register.db").exists()
    done = office("checklist", "b", "--import", book, "--by", "A. Officer", "--add-releases")
    assert (done.code, done.out) == (0, "")
    assert "New in the register: REL-2026-001, an adult's, signed on 14 June 2026 (photo 1, face 1)." in done.err
    assert "Recorded: 2 decisions by A. Officer." in done.err
    assert "Next: imgvet finish b" in done.err
    finished = office("finish", "b")
    assert "2  ready" in finished.err
    assert len(list((tmp_path / "b" / "flickr").glob("*.jpg"))) == 2
    for text in (shown.out, shown.err, done.err, finished.err):
        assert "Planted" not in text
    for path in (tmp_path / "b").rglob("*"):
        if path.is_file():
            assert b"Planted" not in path.read_bytes(), path
    again = openpyxl.load_workbook(book)["Checklist"]
    assert "Planted" not in " ".join(str(cell.value) for row in again.iter_rows() for cell in row)
    with sqlite3.connect(tmp_path / "register.db") as register:
        assert register.execute("SELECT person FROM releases").fetchall() == [(PERSON,)]


@pytest.mark.slow
def test_a_refused_sheet_is_told_on_stderr_and_kept(office: Imgvet, tmp_path: Path) -> None:
    """Exit 2, a line for each row, and the next finish writes over nothing."""
    book = tmp_path / "b" / "checklist.xlsx"
    fill_xlsx(book, book, {(1, 1): {"decision": "release", "form_reference": "A-1"}, (2, 1): {"decision": "redact"}})
    ran = office("checklist", "b", "--import", book, "--by", "A. Officer")
    assert (ran.code, ran.out) == (2, "")
    assert "row 4, photo 1, face 1: Form A-1 is not in the register." in ran.err
    data = book.read_bytes()
    finished = office("finish", "b")
    (kept,) = (tmp_path / "b" / "private").glob("checklist-filled-in-*.xlsx")
    assert kept.read_bytes() == data
    assert f"private/{kept.name}" in finished.err.replace("\\", "/")
    assert "needs release forms or decisions: 2 faces" in finished.err


@pytest.mark.slow
def test_the_checklist_is_written_again(office: Imgvet, tmp_path: Path) -> None:
    """One of its three forms or all; it shows what was decided since."""
    office("decide", "b", "1:1", "refused", "--by", "A. Officer")
    for name in ("html", "csv", "xlsx"):
        (tmp_path / "b" / f"checklist.{name}").unlink()
    ran = office("checklist", "b", "--format", "csv")
    assert ran.code == 0
    assert not (tmp_path / "b" / "checklist.xlsx").exists()
    assert office("checklist", "b").err.count("Wrote ") == 4
    assert (tmp_path / "b" / "checklist.html").stat().st_size > 1000


@pytest.mark.parametrize(
    "words",
    [
        ("--dry-run",),
        ("--by", "A"),
        ("--import", "x.csv"),
        ("--import", "x.csv", "--format", "csv", "--by", "A"),
        ("--import", "x.csv", "--by", " "),
    ],
)
def test_words_that_do_not_go_together_are_refused(made: Made, imgvet: Imgvet, words: tuple[str, ...]) -> None:
    """Exit 2, and what to do."""
    ran = imgvet("checklist", made.path, *words)
    assert ran.code == 2
    assert "Traceback" not in ran.err
