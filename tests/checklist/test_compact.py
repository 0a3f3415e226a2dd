"""What is printed: the compact page for a pen, and no command on paper."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from imgvet.checklist.compact import PAGE_PARTS
from imgvet.cli.app import app
from imgvet.photo import Event, Photo
from support.checklist_pages import (
    PAGES,
    a_page,
    an_entry,
    compact_page,
    every_standing,
    faces_of_every_standing,
    page_file,
)
from support.read_pages import Element, Tree
from support.sheets import a_photo, make_batch

HOSTILE = '"><script>alert(1)</script>\u202egpj.exe'


@pytest.mark.parametrize(("faces", "sheets"), [(1, 1), (15, 1), (16, 2), (60, 4)])
def test_fifteen_faces_are_on_a_sheet_each_with_its_picture_and_blanks(faces: int, sheets: int) -> None:
    """Its crop, its number, a box to tick for each decision, and lines for name, form, the same person, reason."""
    assert PAGE_PARTS == 15
    root = Tree(compact_page(faces)).root
    sections = list(root.all("section"))
    assert len(sections) == sheets
    rows = [row for section in sections for body in section.all("tbody") for row in body.all("tr")]
    assert len(rows) == faces
    for row in rows:
        assert re.search(r"\d+:\d", row.spoken)
        for blank in ("Name", "Under 18 yes no", "Form", "Same as", "Reason", "release", "hidden", "not a face"):
            assert blank in row.spoken
        assert any(each.attributes["alt"].startswith("Close-up of face") for each in row.all("img"))


def test_the_faces_of_a_photo_share_its_picture(tmp_path: Path) -> None:
    """One picture a photo on each sheet of paper, beside all of its faces there."""
    root = Tree(compact_page(16)).root
    whole = [cell for cell in root.all("td") if "photo" in cell.classes]
    assert [cell.attributes["rowspan"] for cell in whole] == ["3", "3", "3", "3", "3", "1"]
    assert all(len(list(cell.all("img"))) == 1 for cell in whole)


def test_a_batch_writes_likely_faces_before_possible_ones_and_leaves_out_what_is_decided(tmp_path: Path) -> None:
    """In the batch folder, beside the page."""
    first, second = a_photo(1, 2), a_photo(2, 1, ["people-named"])
    made = make_batch(
        tmp_path / "b", [replace(first, faces=(replace(first.faces[0], possible=True), first.faces[1])), second]
    )
    made.write_pages()
    root = Tree((made.path / "checklist-compact.html").read_text(encoding="utf-8")).root
    assert [each.spoken for each in root.all("th") if each.attributes.get("scope") == "row"] == [
        "Close-up of face 2, upper left 1:2",
        "Close-up of face 1, upper left 2:1",
        "Close-up of face 1, upper left 1:1 ?",
    ]
    assert "1 question about photos is on the full checklist." in root.spoken


def test_thousands_of_faces_are_in_several_files_and_those_of_a_larger_batch_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each face once, in order; a browser is asked to print some dozens of sheets at a time."""
    monkeypatch.setattr("imgvet.checklist.write.FILE_PARTS", 4)
    made = make_batch(tmp_path / "b", [a_photo(number, 3) for number in (1, 2, 3)])
    (made.path / "checklist-compact-9.html").write_text("of a larger batch")
    made.write_pages()
    parts = [made.path / name for name in ("checklist-compact.html", *(f"checklist-compact-{n}.html" for n in (2, 3)))]
    assert sorted(made.path.glob("checklist-compact*")) == sorted(parts)
    found = [
        re.findall(r"\d+:\d", each.spoken)
        for part in parts
        for each in Tree(part.read_text(encoding="utf-8")).root.all("th")
        if each.attributes.get("scope") == "row"
    ]
    assert found == [[f"{photo}:{face}"] for photo in (1, 2, 3) for face in (1, 2, 3)]


def test_no_open_face_is_said_in_one_line() -> None:
    """And no empty table is printed."""
    root = Tree(compact_page(0, questions=2)).root
    assert "No face and no area is open. 2 questions about photos are on the full checklist." in root.spoken
    assert not list(root.all("table"))


def test_hostile_texts_are_harmless_on_the_compact_page() -> None:
    """They are texts, in the style sheet as well."""
    html = compact_page(1, a_page(Event(HOSTILE)))
    assert "<script" not in html
    assert "\u202e" not in html
    assert html.count("</style>") == 1


# -- no command on paper


def on_paper(html: str) -> str:
    """What is printed of a page: all of it but what is for the screen alone."""

    def printed(element: Element) -> str:
        if "on-screen" in element.classes or element.tag in {"style", "title"}:
            return ""
        return " ".join(each if isinstance(each, str) else printed(each) for each in element.inside)

    return " ".join(printed(Tree(html).root).split())


def commands_in(text: str) -> list[str]:
    """What would have to be typed into a terminal."""
    named = [str(command.name or getattr(command.callback, "__name__", "")) for command in app.registered_commands]
    names = "|".join(named)
    return re.findall(
        rf"imgvet (?:{names}|release)\b|(?<![\w-])--[a-z]\S*|\bdecide [a-z]+\b|\bBATCH\b|\w+\.(?:csv|xlsx)", text
    )


@pytest.mark.parametrize("name", sorted(PAGES))
def test_no_page_prints_a_command(tmp_path: Path, name: str) -> None:
    """Neither how it is imported nor what a finding says is next; on the screen both are there."""
    html = page_file(tmp_path / "checklist.html", *PAGES[name]).read_text(encoding="utf-8")
    assert commands_in(on_paper(html)) == []
    assert commands_in(" ".join(Tree(html).root.spoken.split())) != []


def test_what_officers_print_has_no_command(tmp_path: Path) -> None:
    """The compact page, and a page in which nothing is open."""
    assert commands_in(on_paper(compact_page(20, questions=3))) == []
    brief = page_file(tmp_path / "a.html", replace(a_page(), is_brief=True), every_standing()[2:3])
    text = brief.read_text(encoding="utf-8")
    assert commands_in(on_paper(text)) == []
    assert "imgvet log BATCH" in text


def test_a_page_in_which_nothing_is_open_has_one_line_and_what_is_to_be_declared(tmp_path: Path) -> None:
    """No photo, no picture, no table of faces."""
    done = an_entry(3, faces_of_every_standing()[6:9]).photo
    photos = [replace(done, number=number) for number in (1, 2)]
    failed = Photo("/somewhere/IMG_9.JPG", 9, error="The file ends early.")
    entries = [replace(every_standing()[0], photo=photo, pictures=None) for photo in (*photos, failed)]
    page = replace(a_page(), is_brief=True)
    text = page_file(tmp_path / "a.html", page, entries).read_text(encoding="utf-8")
    root = Tree(text).root
    assert "Nothing is open: every face, every area and every question of 2 photos is decided." in root.spoken
    assert not list(root.all("article", "img"))
    assert "No photo shows a person under 18." in root.spoken  # it is still to be declared
    asked = replace(page, declared=(*page.declared, replace(page.declared[0], question_id="minors")))
    declared = page_file(tmp_path / "b.html", asked, entries).read_text(encoding="utf-8")
    assert "by <bdi>" in declared  # the paper says who has declared it
    assert len(declared) < 40_000
