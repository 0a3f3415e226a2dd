"""What a sheet takes with few cells: defaults, other faces, words, approvals, parts; and what it must not take."""

import csv
import os
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from imgvet.batch.decisions.captions import record_words
from imgvet.batch.decisions.record import DecisionRequest, record_decisions
from imgvet.batch.store import now
from imgvet.checklist.new_releases import NewRelease
from imgvet.checklist.rows import RowKey
from imgvet.decisions import CAPTION, DECLARE, Decision, Words
from imgvet.errors import TableError, UsageError
from support.commands import Imgvet
from support.folders import rows
from support.sheets import DAY, EVERY, PERSON, Made, a_photo, fill_csv, fill_xlsx, its_row, make_batch, people_cells
from support.terminals import run_on_terminal

posix = pytest.mark.skipif(os.name != "posix", reason="it needs a terminal of its own")

FORM = {"form_reference": "WMP-2026-014"}


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_batch(tmp_path / "b", [a_photo(1, 3), a_photo(2, 2), a_photo(3, 1, ["people-named"])])


def take(made: Made, filled: dict[Any, Any], **how: Any) -> list[Any]:
    """What a filled-in workbook adds to what was decided."""
    before = made.said()
    made.take_in(fill_xlsx(made.xlsx, made.path.parent / "filled.xlsx", filled), **how)
    return sorted(made.said()[len(before) :], key=str)


def why_not(made: Made, filled: dict[Any, Any], **how: Any) -> str:
    """What is said of a sheet that is not imported; nothing may have changed."""
    before = made.said(), made.forms()
    with pytest.raises(TableError) as problem:
        made.take_in(fill_csv(made.csv, made.path.parent / "filled.csv", filled), **how)
    assert (made.said(), made.forms()) == before
    return str(problem.value)


# -- few cells


def test_a_name_alone_is_a_new_form_by_the_first_row(made: Made) -> None:
    """It is released, signed on the day of the event, for the channel, of an adult as the first row says."""
    assert take(made, {EVERY: {"under_18": "no"}, (1, 1): {"name": "Ada Newcomer"}, (2, 1): {"same_as": "1:1"}}) == [
        (1, 1, "release", "WMP-2026-015", ""),
        (2, 1, "release", "WMP-2026-015", ""),
    ]
    form = made.forms()[1]
    assert (form.person, form.signed_on, form.channels, form.minor) == ("Ada Newcomer", DAY, ("flickr",), False)


def test_what_a_row_says_comes_before_the_first_row(made: Made) -> None:
    """Another day, another channel, a child."""
    child = {"under_18": "yes", "guardian": "Mo", "guardian_relation": "mother", "channels": "all"}
    take(made, {EVERY: {"under_18": "no"}, (1, 1): {"name": "Bo", "signed_on": "13/06/2026", **child}})
    form = made.forms()[1]
    assert (form.minor, form.guardian, form.channels, str(form.signed_on)) == (True, "Mo", ("all",), "2026-06-13")


def test_nobody_is_taken_for_grown_up(made: Made) -> None:
    """Neither row says it, or the first row was removed: the form is refused."""
    asked = "Is the person under 18?"
    assert f"row 4, photo 1, face 1: {asked}" in why_not(made, {(1, 1): {"name": "Ada Newcomer"}})
    sheet = fill_csv(made.csv, made.path.parent / "f.csv", {(1, 1): {"name": "Ada"}}, changed=lambda rows: rows[1:])
    with pytest.raises(TableError, match=r"Is the person under 18(.|\n)*It allows no channel"):
        made.take_in(sheet)


def test_every_person_of_the_first_row_may_be_a_child_and_then_needs_a_guardian(made: Made) -> None:
    """yes for all does not take the guardian away."""
    said = why_not(made, {EVERY: {"under_18": "yes"}, (1, 1): {"name": "Ada"}})
    assert "It is for a child but names no guardian." in said


def test_the_other_faces_of_a_photo_are_hidden_with_one_cell(made: Made) -> None:
    """Those that have a row of their own are not, and other photos are left as they are."""
    assert take(made, {its_row(1): {"decision": "redact"}, (1, 2): FORM}) == [
        (1, 1, "redact", "", ""),
        (1, 2, "release", "WMP-2026-014", ""),
        (1, 3, "redact", "", ""),
    ]


def test_the_first_row_hides_the_other_faces_of_all_photos(made: Made) -> None:
    """A face that was decided before keeps its decision, also where its row was removed; twice adds nothing."""
    record_decisions(
        made.folder, made.settings.profile, "2:1", DecisionRequest("release", "A. Officer", "WMP-2026-014")
    )
    made.write()
    filled = {EVERY: {"decision": "redact"}, (1, 2): {"decision": "not-identifiable", "reason": "From behind"}}
    assert [(each[0], each[1], each[2]) for each in take(made, filled)] == [
        (1, 1, "redact"),
        (1, 2, "not-identifiable"),
        (1, 3, "redact"),
        (2, 2, "redact"),
        (3, 1, "redact"),
    ]
    assert take(made, filled) == []


def test_hiding_the_others_never_shows_anybody(made: Made) -> None:
    """What may be decided for several faces is to hide them, and nothing else."""
    for answer in ("release", "not-a-face", "staff", "refused"):
        assert "'Decision' must be" in why_not(made, {its_row(1): {"decision": answer}})
        assert "'Decision' must be" in why_not(made, {EVERY: {"decision": answer}})


def test_cells_of_another_kind_of_row_are_refused(made: Made) -> None:
    """A name in the row of a photo, words in the row of a face."""
    assert "row 3, photo 1: 'Name' is not for this row." in why_not(made, {its_row(1): {"name": "Ada"}})
    assert "row 4, photo 1, face 1: 'Caption' is not for this row." in why_not(made, {(1, 1): {"caption": "A dog"}})
    assert "'Form reference' is not for this row." in why_not(made, {EVERY: FORM})


# -- words


def words_of(made: Made, number: int = 1) -> tuple[Any, ...]:
    """The words of a photo as they are recorded."""
    photo = next(photo for photo in made.folder.photos() if photo.number == number)
    words = made.folder.snapshot().index.state_of(photo).words
    return words.title, words.caption, words.alt_text, words.keywords


def write_words(made: Made, **words: Any) -> None:
    """Somebody writes the words of photo 1 by command."""
    photo = next(iter(made.folder.photos()))
    record_words(made.folder, [photo], words, "P. Office")


def test_words_are_written_changed_and_taken_away_on_the_sheet(made: Made) -> None:
    """In both formats; an emptied cell goes back to the profile's words, and the others stay."""
    made.take_in(
        fill_csv(made.csv, made.path.parent / "f.csv", {its_row(1): {"title": "Police dog", "keywords": "dog, horse"}})
    )
    assert words_of(made) == ("Police dog", None, None, ("dog", "horse"))
    made.write()
    assert next(row for row in rows(made.csv) if row["photo"] == "1")["keywords"] == "dog, horse"
    take(made, {its_row(1): {"title": None, "caption": "PC Smith\nwith police dog Rex", "alt_text": "A dog"}})
    assert words_of(made) == (None, "PC Smith\nwith police dog Rex", "A dog", ("dog", "horse"))
    made.write()
    again = take(made, {})
    assert again == []
    kinds = [each.kind for each in made.folder.snapshot().decisions if not each.is_by_imgvet]
    assert kinds == [CAPTION, CAPTION]


def test_an_unchanged_cell_changes_nothing_whatever_happened_since(made: Made) -> None:
    """Somebody else has written other words meanwhile; the sheet, on which nobody has touched them, keeps them."""
    write_words(made, title="Before", caption="Before too")
    made.write()
    sheet = fill_csv(made.csv, made.path.parent / "f.csv", {its_row(1): {"alt_text": "A dog"}})
    write_words(made, title="Meanwhile")
    made.take_in(sheet)
    assert words_of(made) == ("Meanwhile", "Before too", "A dog", None)


def test_words_that_two_people_have_changed_are_refused(made: Made) -> None:
    """Nobody's words are lost without a word; the same words on both sides are no quarrel."""
    write_words(made, title="Before")
    made.write()
    mine = fill_csv(made.csv, made.path.parent / "f.csv", {its_row(1): {"title": "Mine"}})
    write_words(made, title="Theirs")
    with pytest.raises(TableError, match=r"row 3, photo 1: 'Title' was changed after the sheet was written"):
        made.take_in(mine)
    write_words(made, title="Mine")
    assert made.take_in(mine).words == ()
    assert words_of(made)[0] == "Mine"


@pytest.mark.parametrize(
    ("key", "filled", "of_copy", "said"),
    [
        (its_row(1), {"title": "One"}, {"title": "Two"}, "are all about the words of photo 1, but differ"),
        (EVERY, {}, {"decision": "redact"}, "both speak for all others, but differ"),
        (EVERY, {"under_18": "no"}, {"under_18": ""}, "both speak for all others, but differ"),
    ],
)
def test_a_copied_row_that_says_something_else_is_refused(
    made: Made, key: Any, filled: dict[str, str], of_copy: dict[str, str], said: str
) -> None:
    """Neither of the two is taken without a word; where both say the same, nothing is wrong."""
    path = fill_csv(made.csv, made.path.parent / "copied.csv", {key: filled})
    lines = rows(path)
    row = lines[0] if key == EVERY else next(each for each in lines if each["photo"] == "1")
    for copy in ({**row, **of_copy}, row):
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, list(row))
            table.writeheader()
            table.writerows([*lines, copy])
        if copy != row:
            with pytest.raises(TableError, match=said):
                made.take_in(path)
            assert made.said() == []
    made.take_in(path)
    assert [each[2] for each in made.said()] == ([CAPTION] if key != EVERY else [])


def test_words_that_look_like_formulas_stay_words(made: Made) -> None:
    """They are guarded in the cell, and what comes back is what was there."""
    write_words(made, title="=1+1", alt_text="+44 or @home")
    made.write()
    assert next(row for row in rows(made.csv) if row["photo"] == "1")["title"] == "'=1+1"
    assert take(made, {its_row(1): {"caption": "A dog"}}) != []
    assert words_of(made) == ("=1+1", "A dog", "+44 or @home", None)


def test_a_row_of_words_without_its_key_is_refused(made: Made) -> None:
    """Nobody could tell what was changed on it."""
    assert "its key does not belong to photo 1" in why_not(made, {its_row(1): {"title": "Dog", "key": ""}})


@pytest.fixture
def kept(tmp_path: Path) -> Made:
    """A profile that keeps captions, and a photo whose file carries some."""
    draft = Words(title="From camera", caption="PC Planted with Rex", keywords=("dog", "police"))
    photos = [replace(a_photo(1, 1), draft=draft), a_photo(2, 1)]
    return make_batch(tmp_path / "b", photos, metadata={"captions": "keep"})


def test_words_of_the_file_are_shown_and_taken_over_only_by_a_yes(kept: Made) -> None:
    """Filled in otherwise, the row leaves them where they are; what is written in a cell comes before them."""
    shown = {row["photo"]: row["in_file"] for row in rows(kept.csv) if row["photo"] and not row["face"]}
    assert shown == {"1": "Title: From camera\nCaption: PC Planted with Rex\nKeywords: dog, police", "2": ""}
    take(kept, {its_row(1): {"alt_text": "A dog"}})
    assert words_of(kept) == (None, None, "A dog", None)
    kept.write()
    sheet = fill_csv(kept.csv, kept.path.parent / "f.csv", {its_row(1): {"use_file": "yes", "title": "Our own"}})
    kept.take_in(sheet)
    assert words_of(kept) == ("Our own", "PC Planted with Rex", "A dog", ("dog", "police"))
    assert kept.take_in(sheet).words == ()


def test_words_of_the_file_that_nobody_has_seen_are_not_taken_over(kept: Made) -> None:
    """The file says something else by now, or somebody has written other words meanwhile."""
    sheet = fill_csv(kept.csv, kept.path.parent / "f.csv", {its_row(1): {"use_file": "yes"}})
    write_words(kept, title="Meanwhile")
    with pytest.raises(TableError, match="'Title' was changed after the sheet was written"):
        kept.take_in(sheet)
    kept.folder.record(replace(a_photo(1, 1), draft=Words(title="Another")), "recipe", None)
    with pytest.raises(TableError, match="'From the file' says something else by now"):
        kept.take_in(sheet)


def test_no_column_of_the_file_where_the_profile_does_not_keep_captions(made: Made) -> None:
    """Nothing of the original's words is on the sheet."""
    assert not {"in_file", "use_file"} & set(rows(made.csv)[0])


def test_words_that_are_too_long_are_refused_without_repeating_them(made: Made) -> None:
    """As the command refuses them, with the row."""
    said = why_not(made, {its_row(1): {"title": "Planted " * 400}})
    assert "row 3, photo 1: " in said
    assert "title" in said.casefold()
    assert "Planted" not in said


def test_words_and_answers_are_one_transaction(made: Made) -> None:
    """A row that cannot be taken keeps the words out, too."""
    why_not(made, {its_row(1): {"title": "Dog"}, (1, 1): {"form_reference": "NONE-1"}})
    assert words_of(made) == (None, None, None, None)


# -- a second person


@pytest.fixture
def strict(tmp_path: Path) -> Made:
    """A profile that asks for a second person, and three decisions by A. Officer."""
    made = make_batch(
        tmp_path / "b",
        [a_photo(1, 3), a_photo(2, 1, ["people-named"])],
        decisions={"second_person": ["release", "not-a-face", "answer"]},
    )
    profile = made.settings.profile
    record_decisions(made.folder, profile, "1:1", DecisionRequest("release", "A. Officer", "WMP-2026-014"))
    record_decisions(made.folder, profile, "1:2", DecisionRequest("not-a-face", "A. Officer"))
    record_decisions(made.folder, profile, "2", DecisionRequest("answer", "A. Officer", "people-named", "They agreed"))
    made.write()
    return made


def test_a_second_person_approves_on_the_sheet(strict: Made) -> None:
    """Under the name of the person who imports it, faces and questions alike; again, it adds nothing."""
    filled = {(1, 1): {"approved": "yes"}, (1, 2): {"approved": "yes"}, (2, None): {"approved": "yes"}}
    sheet = fill_xlsx(strict.xlsx, strict.path.parent / "f.xlsx", filled)
    strict.take_in(sheet, by="B. Second")
    approvals = [each for each in strict.folder.snapshot().decisions if each.kind == "approve"]
    assert {each.by for each in approvals} == {"B. Second"}
    assert sorted(each.value for each in approvals) == ["answer people-named", "not-a-face", "release WMP-2026-014"]
    result = strict.take_in(sheet, by="B. Second")
    assert (result.answers, result.already_recorded) == ((), 3)


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({(1, 1): {"approved": "yes"}}, "nobody may approve their own decision"),
        ({(1, 3): {"approved": "yes"}}, "The face has no decision to approve."),
        ({(1, 1): {"approved": "yes", "decision": "redact"}}, "It approves a decision, but also makes one."),
        ({(1, 1): {"approved": "perhaps"}}, "'Approved' must be yes, or blank."),
    ],
)
def test_what_cannot_be_approved_is_refused(strict: Made, filled: dict[Any, Any], said: str) -> None:
    """One's own decision, none at all, and a row that decides as well."""
    assert said in why_not(strict, filled)


def test_no_sheet_approves_a_declaration(tmp_path: Path) -> None:
    """Not even of a statement that has the name of a rule: nobody was shown it."""
    made = make_batch(
        tmp_path / "b",
        [a_photo(1, 1, ["people-named"])],
        decisions={"second_person": ["declare"]},
        questions=[{"id": "people-named", "text": "Nobody is named.", "source": "S"}],
    )
    (photo,) = made.folder.photos()
    made.folder.decide(Decision(DECLARE, "A. Officer", now(), 1, photo.source_sha256, value="people-named"))
    made.write()
    said = why_not(made, {(1, None): {"approved": "yes"}}, by="B. Second")
    assert "which shows its statements first" in said


def test_what_was_decided_anew_is_not_approved_by_an_old_sheet(strict: Made) -> None:
    """The second person has seen another decision than the one that is there now."""
    sheet = fill_csv(strict.csv, strict.path.parent / "f.csv", {(1, 2): {"approved": "yes"}})
    record_decisions(strict.folder, strict.settings.profile, "1:2", DecisionRequest("redact", "A. Officer"))
    record_decisions(strict.folder, strict.settings.profile, "1:2", DecisionRequest("not-a-face", "A. Officer"))
    with pytest.raises(TableError, match="was decided after the sheet was written"):
        strict.take_in(sheet, by="B. Second")


def test_the_column_is_there_where_a_second_person_is_asked_for(strict: Made, tmp_path: Path) -> None:
    """And nowhere else."""
    assert "approved" in rows(strict.csv)[0]
    assert "approved" not in rows(make_batch(tmp_path / "other" / "b", [a_photo(1, 1)]).csv)[0]


# -- parts


def test_the_good_rows_are_taken_and_the_others_are_on_a_sheet_of_their_own(made: Made) -> None:
    """As they were typed, with the reason, and with those that point to them; corrected, they are taken."""
    filled = {
        EVERY: {"under_18": "no"},
        (1, 1): {"form_reference": "NONE-1", "initials": "AB"},
        (1, 2): {"same_as": "1:1"},
        (2, 1): {"decision": "redact"},
        (2, 2): {"name": "Zed Planted", "signed_on": "31/02/2026"},
    }
    sheet = fill_xlsx(made.xlsx, made.path.parent / "filled.xlsx", filled)
    result = made.take_in(sheet, partly=True)
    assert made.said() == [(2, 1, "redact", "", "")]
    assert [(left.row.photo, left.row.face) for left in result.left] == [(1, 1), (1, 2), (2, 2)]
    path = result.to_correct
    assert path is not None
    assert path.parent == made.path / "private"
    book = openpyxl.load_workbook(path)["Checklist"]
    heads = [str(cell.value) for cell in book[1]]
    there = [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in book.iter_rows(min_row=2)]
    assert [(row["Photo"], row["Face"], row["Form reference"], row["Same as"]) for row in there] == [
        (None, None, None, None),
        (1, 1, "NONE-1", None),
        (1, 2, None, "1:1"),
        (2, 2, None, None),
    ]
    assert there[1]["To correct"] == "Form NONE-1 is not in the register. To add a new form, fill in 'Name' too."
    assert there[2]["To correct"] == "Row 4, to which it refers, needs correcting first."
    assert (there[3]["Name"], there[3]["Signed on"], there[0]["Under 18"]) == ("Zed Planted", "31/02/2026", "no")
    corrected = {(1, 1): FORM, (2, 2): {"signed_on": "14/06/2026"}}
    made.take_in(fill_xlsx(path, made.path.parent / "corrected.xlsx", corrected))
    assert sorted(made.said(), key=str)[:2] == [
        (1, 1, "release", "WMP-2026-014", "(initials AB)"),
        (1, 2, "release", "WMP-2026-014", "(initials AB)"),
    ]
    assert {form.person for form in made.forms()} == {PERSON, "Zed Planted"}


def test_a_sheet_to_correct_never_replaces_another(made: Made) -> None:
    """Imported twice, there are two of them; a table gives a table."""
    sheet = fill_csv(made.csv, made.path.parent / "f.csv", {(1, 1): {"form_reference": "NONE-1"}})
    first, second = (made.take_in(sheet, partly=True).to_correct for _ in range(2))
    assert first is not None
    assert second is not None
    assert first != second
    assert first.suffix == second.suffix == ".csv"
    assert [row["form_reference"] for row in rows(first)] == ["", "NONE-1"]


def test_a_row_that_waits_for_correction_is_not_hidden_with_the_others(made: Made) -> None:
    """Its face was meant to be released."""
    filled = {its_row(1): {"decision": "redact"}, (1, 1): {"form_reference": "NONE-1"}}
    made.take_in(fill_csv(made.csv, made.path.parent / "f.csv", filled), partly=True)
    assert made.said() == [(1, 2, "redact", "", ""), (1, 3, "redact", "", "")]


def test_nothing_of_a_sheet_is_taken_in_parts_unasked(made: Made) -> None:
    """And the way to do it is named."""
    said = why_not(made, {(1, 1): {"form_reference": "NONE-1"}, (2, 1): {"decision": "redact"}})
    assert said.endswith("or import the other rows with --partly.")
    dry = fill_csv(made.csv, made.path.parent / "f.csv", {(1, 1): {"form_reference": "NONE-1"}})
    result = made.take_in(dry, partly=True, dry_run=True)
    assert (len(result.left), result.to_correct) == (1, None)
    assert not list((made.path / "private").glob("checklist-to-correct*"))


# -- whose sheet it is


def test_a_sheet_of_another_batch_is_one_sentence(made: Made, tmp_path: Path) -> None:
    """Of other photos and of the very same ones, filled in or not, and where its first row was removed."""
    same = make_batch(tmp_path / "same" / "b", [a_photo(1, 3), a_photo(2, 2), a_photo(3, 1, ["people-named"])])
    other = make_batch(tmp_path / "other" / "b", [replace(a_photo(1, 3), source_sha256="e" * 64)])
    beheaded = fill_csv(other.csv, tmp_path / "f.csv", {(1, 1): {"decision": "redact"}}, changed=lambda rows: rows[1:])
    for sheet in (same.csv, other.xlsx, beheaded):
        for partly in (False, True):
            with pytest.raises(TableError) as problem:
                made.take_in(sheet, partly=partly)
            assert problem.value.reason == f"'{sheet}' is the checklist of another batch."


def test_forms_are_added_only_if_the_person_at_the_terminal_agrees(made: Made) -> None:
    """They see all of them first; a no imports nothing."""
    filled = {
        EVERY: {"under_18": "no"},
        (1, 1): {"name": "Ada"},
        (1, 2): {"name": "Bo"},
        (2, 1): {"decision": "redact"},
    }
    sheet = fill_csv(made.csv, made.path.parent / "f.csv", filled)
    asked = list[int | None]()

    def refuse(forms: Sequence[NewRelease]) -> bool:
        asked.extend(form.row.face for form in forms)
        return False

    with pytest.raises(UsageError, match="Nothing was imported"):
        made.take_in(sheet, agree=refuse)
    assert asked == [1, 2]
    assert (made.said(), len(made.forms())) == ([], 1)
    made.take_in(sheet, agree=lambda _: True)
    assert len(made.forms()) == 3


@posix
@pytest.mark.slow
def test_new_forms_are_listed_and_asked_about_on_a_terminal(made: Made) -> None:
    """By photo and face and event, never by name; a no changes nothing, and where it was asked for nobody is asked."""
    filled = {EVERY: {"under_18": "no"}, (1, 1): {"name": "Zed Planted"}, (2, 1): {"same_as": "1:1"}}
    sheet = fill_csv(made.csv, made.path.parent / "f.csv", filled)
    words = ("checklist", made.path, "--import", sheet, "--by", "A. Officer", "--register", made.register_file)
    refused = run_on_terminal(words, made.path.parent, [("[Y/n]:", "n")])
    assert refused.code == 2
    assert "New forms for Open Day & Fête, 14 June 2026:" in refused.err
    assert "  the next free number, an adult's, signed on 14 June 2026 (photo 1, face 1)" in refused.err
    assert "Add 1 form to the register?" in refused.err
    assert (made.said(), len(made.forms())) == ([], 1)
    done = run_on_terminal((*words, "--add-releases"), made.path.parent, [])
    assert (done.code, "Add 1 form" in done.err, len(made.forms())) == (0, False, 2)
    assert "Planted" not in refused.err + done.err


def test_without_a_terminal_new_forms_are_added_unless_that_is_refused(made: Made, imgvet: Imgvet) -> None:
    """--add-releases, which earlier versions needed, is still taken."""
    filled = {EVERY: {"under_18": "no"}, (1, 1): {"name": "Ada Planted"}}
    sheet = fill_csv(made.csv, made.path.parent / "f.csv", filled)
    words = ("checklist", made.path, "--import", sheet, "--by", "A. Officer", "--register", made.register_file)
    refused = imgvet(*words, "--no-add-releases")
    assert refused.code == 2
    assert "leave out --no-add-releases" in refused.err
    assert imgvet(*words).code == 0
    assert imgvet(*words, "--add-releases").code == 0
    assert [form.person for form in made.forms()] == [PERSON, "Ada Planted"]


def test_what_is_left_is_told_with_the_command_that_imports_it(made: Made, imgvet: Imgvet) -> None:
    """Exit 1: somebody has something to correct; names stay off the screen."""
    filled = {(1, 1): {"form_reference": "NONE-1"}, (1, 2): {"name": "Zed Planted"}, (2, 1): {"decision": "redact"}}
    sheet = fill_csv(made.csv, made.path.parent / "f.csv", filled)
    ran = imgvet("checklist", made.path, "--import", sheet, "--by", "A. Officer", "--partly")
    assert ran.code == 1
    assert "Recorded: 1 decision by A. Officer." in ran.err
    assert "Not imported: 2 rows." in ran.err
    assert "row 4, photo 1, face 1: Form NONE-1 is not in the register." in ran.err
    (path,) = (made.path / "private").glob("checklist-to-correct-*.csv")
    assert f"--import {path} --by NAME" in ran.err
    assert "Planted" not in ran.err
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


# -- an event


def typed(filled: dict[Any, Any]) -> tuple[int, int]:
    """How many cells somebody has filled in, and with how many characters."""
    cells = [str(value) for row in filled.values() for value in row.values() if value]
    return len(cells), sum(map(len, cells))


@pytest.mark.slow
def test_an_event_takes_a_third_of_the_cells_and_characters_that_0_8_took(tmp_path: Path) -> None:
    """40 photos, 60 faces: 20 new people, 8 of them again, 28 to hide, 4 that are no faces. Both ways say the same."""
    photos = [a_photo(number, 2 if number <= 20 else 1) for number in range(1, 41)]
    faces = [(photo.number, face.number) for photo in photos for face in photo.faces]
    assert (len(photos), len(faces)) == (40, 60)
    new, again, hidden, none = faces[:20], faces[20:28], faces[28:56], faces[56:]
    names = {face: f"Ann {chr(65 + index)}. Someone"[:12] for index, face in enumerate(new)}
    same = {face: {"same_as": f"{new[index][0]}:{new[index][1]}"} for index, face in enumerate(again)}
    no_faces = {face: {"decision": "not-a-face"} for face in none}
    before: dict[Any, Any] = {
        face: {"decision": "release", "name": name, "signed_on": "14/06/2026", "channels": "flickr"}
        for face, name in names.items()
    }
    before |= same | no_faces | {face: {"decision": "redact"} for face in hidden}
    after: dict[Any, Any] = {EVERY: {"under_18": "no", "decision": "redact"}}
    after |= {face: {"name": name} for face, name in names.items()} | same | no_faces
    said = []
    for folder, filled, changed in (("before", before, earlier), ("after", after, list)):
        made = make_batch(tmp_path / folder / "b", photos)
        made.take_in(fill_csv(made.csv, tmp_path / f"{folder}.csv", filled, changed=changed))
        said.append((sorted(made.said(), key=str), [replace(form, reference="") for form in made.forms()]))
    assert said[0] == said[1]
    (cells, letters), (cells_now, letters_now) = typed(before), typed(after)
    assert (cells, cells_now) == (120, 34)
    assert cells_now <= cells / 3
    assert letters_now <= letters / 3 * 1.02


# -- sheets of earlier versions

EARLIER = (
    "photo", "file", "face", "sure", "open", "name", "form_reference", "signed_on", "under_18", "guardian", "channels",
    "decision", "reason", "initials", "same_as", "born", "guardian_relation", "key",
)  # fmt: skip


def earlier(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows as 0.8 wrote them."""
    kept = [row for row in rows if row["face"] or row["open"].startswith("people-named")]
    return [{name: row.get(name, "") for name in EARLIER} | {"key": f"k{row['key'][1:]}"} for row in kept]


def test_a_sheet_of_0_8_is_imported_as_it_was(made: Made, tmp_path: Path) -> None:
    """It has no first row and no rows of photos; a blank under 18 is an adult's, as its guide said."""
    filled: dict[Any, Any] = {
        (1, 1): people_cells(under_18=""),
        (1, 2): {"same_as": "1:1"},
        (2, 1): FORM,
        (3, None): {"decision": "answer", "reason": "All agreed"},
    }
    sheet = fill_csv(made.csv, tmp_path / "earlier.csv", filled, changed=earlier)
    assert RowKey.parse(rows(sheet)[0]["key"]).is_earlier
    made.take_in(sheet)
    assert sorted(made.said(), key=str) == [
        (1, 1, "release", "WMP-2026-015", ""),
        (1, 2, "release", "WMP-2026-015", ""),
        (2, 1, "release", "WMP-2026-014", ""),
        (3, None, "answer", "people-named", "All agreed"),
    ]
    assert made.forms()[1].minor is False


def test_an_imported_sheet_may_be_removed(made: Made) -> None:
    """What was taken of it in parts is in the batch, and what was not is in private/."""
    sheet = fill_csv(made.csv, made.csv, {(1, 1): {"form_reference": "NONE-1"}, (2, 1): {"decision": "redact"}})
    made.take_in(sheet, partly=True)
    assert made.write() == ()
