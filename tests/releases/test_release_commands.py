"""``imgvet release``, as a press office uses it: real commands in real processes, on a register of their own."""

import json
import os
import stat
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from imgvet.releases.import_export import HEADINGS, FormTerms, changes, plan_import
from imgvet.releases.release import Release
from imgvet.releases.store import open_register
from imgvet.tables import read_table
from support.commands import Imgvet, Ran
from support.folders import rows

ANN = ("--person", "Ann Smith", "--signed-on", "14/06/2026", "--event", "Open Day", "--channels", "flickr, X")
UNSIGNED = (*ANN[:2], *ANN[4:])
CHILD = ("--child", "--born", "2012-2014", "--guardian", "Jo Smith", "--guardian-relation", "mother")
JO = ("--by", "Jo")
TODAY = date.today()


def only(ran: Ran) -> dict[str, object]:
    assert ran.code == 0, ran.err
    (line,) = ran.lines
    return line


def shown(imgvet: Imgvet, reference: str) -> dict[str, object]:
    return only(imgvet("release", "show", reference, "--json"))


def references(imgvet: Imgvet, *filters: object) -> list[str]:
    ran = imgvet("release", "list", "--json", *filters)
    assert ran.code == 0, ran.err
    return [line["reference"] for line in ran.lines]


def register_file(tmp_path: Path) -> Path:
    return tmp_path / "register.db"


def test_a_form_is_added_and_shown(imgvet: Imgvet, tmp_path: Path) -> None:
    """With its codes, under the next number of the force, and with who took it down."""
    ran = imgvet(
        "release", "add", "--new", *ANN, "--contact", "ann@example.org", *JO, "--profile", "west-midlands-police"
    )
    assert (ran.code, ran.out) == (0, "")
    assert f"A new register was created: {register_file(tmp_path)}" in ran.err
    assert "Added WMP-2026-001: active." in ran.err
    form = shown(imgvet, "wmp-2026-001")
    assert form["person"] == "Ann Smith"
    assert form["signed_on"] == "2026-06-14"
    assert form["channels"] == ["flickr", "x"]
    assert (form["model_release"], form["model_age"]) == ("MR-LMR", "AG-UNK")
    assert [entry["kind"] for entry in form["history"]] == ["added"]  # type: ignore[attr-defined]
    words = imgvet("release", "show", "WMP-2026-001").out
    for said in ("WMP-2026-001: active", "Person: Ann Smith", "Signed on: 14 June 2026", "added by Jo"):
        assert said in words


def test_a_childs_form_needs_a_guardian(imgvet: Imgvet) -> None:
    ran = imgvet("release", "add", "A-1", *ANN, *CHILD[:3], *JO)
    assert ran.code == 2
    assert "names no guardian" in ran.err
    assert imgvet("release", "list").err.strip() == "0 forms."
    assert imgvet("release", "add", "A-1", *ANN, *CHILD, *JO).code == 0
    assert shown(imgvet, "A-1")["model_age"] == "AG-U14"


REFUSED: tuple[tuple[tuple[str, ...], str], ...] = (
    (("add", *ANN, *JO), "needs one reference"),
    (("add", "A-1", "--new", *ANN, *JO), "needs one reference"),
    (("add", "A-1", *ANN[:4], "--channels", "x", *JO), "not say which event or which days"),
    (("add", "A-1", *ANN[:6], "--channels", "tiktok", *JO), "no channel 'tiktok'"),
    (("add", "A-1", *UNSIGNED, "--signed-on", "30/02/2026", *JO), "no such day"),
    (("add", "A-1", *UNSIGNED, "--signed-on", "2099-01-01", *JO), "in the future"),
    (("add", "A-1", *ANN, "--scan", "lost.pdf", *JO), "cannot be opened: No such file"),
    (("add", "A-1", *ANN, "--model-release", "MR-1", *JO), "not a PLUS model release status"),
    (("add", "A 1", *ANN, *JO), "is not a form reference"),
    (("add", "A-1", *ANN), "--by"),
    (("add", "A-1", *ANN, "--by", " "), "--by is empty"),
    (("list", "--status", "lost"), "no status 'lost'"),
    (("show", "A-9"), "not in the register"),
    (("withdraw", "A-9", "--why", "rang", *JO), "not in the register"),
    (("withdraw", "A-0", "--why", "rang", "--on", "2099-01-01", *JO), "in the future"),
    (("refuse", "A-0", "--person", "Ann", *JO), "in the register already"),
    (("export", "forms.doc"), "not a kind of file"),
)


def test_what_cannot_be_done_is_refused_in_words(imgvet: Imgvet) -> None:
    """Exit code 2, nothing on stdout, nothing taken down, and no name in the message."""
    assert imgvet("release", "add", "A-0", *ANN, *JO).code == 0
    for words, said in REFUSED:
        ran = imgvet("release", *words)
        assert (ran.code, ran.out) == (2, ""), words
        assert said in ran.err, words
        assert "Smith" not in ran.err
    assert references(imgvet) == ["A-0"]


def test_a_register_that_is_not_there_is_not_made_by_looking(imgvet: Imgvet, tmp_path: Path) -> None:
    """A mistyped path must not look like an empty register."""
    for words in (("list",), ("show", "A-1"), ("purge", "--dry-run"), ("withdraw", "A-1", "--why", "x", *JO)):
        ran = imgvet("release", *words, "--register", "typo.db")
        assert ran.code == 2
        assert "no register at 'typo.db'" in ran.err
    assert not (tmp_path / "typo.db").exists()


def test_the_profiles_term_sets_the_expiry(imgvet: Imgvet, tmp_path: Path) -> None:
    (tmp_path / "imgvet.toml").write_text("[releases]\nvalid_years = 2\nprefix = 'EC'\n", encoding="utf-8")
    assert "until 14 June 2028" in imgvet("release", "add", "--new", *ANN, *JO).err
    assert shown(imgvet, "EC-2026-001")["expires_on"] == "2028-06-14"


def test_the_list_is_filtered(imgvet: Imgvet) -> None:
    soon, later = TODAY + timedelta(days=10), TODAY + timedelta(days=100)
    add = ("release", "add")
    common = ("--signed-on", "2026-06-14", *JO)
    for words in (
        ("A-1", "--person", "Ann Smith", "--event", "Open Day", "--channels", "all", "--expires", soon),
        ("A-2", "--person", "Bob", "--event", "OPEN  day 2", "--channels", "x", "--expires", later),
        ("A-3", "--person", "Kim", "--from", "2026-06-14", "--channels", "flickr", *CHILD),
        ("A-4", "--person", "Lee", "--event", "Fair", "--channels", "x", "--expires", "2026-06-15"),
    ):
        assert imgvet(*add, *words, *common).code == 0
    assert references(imgvet) == ["A-1", "A-2", "A-3", "A-4"]
    assert references(imgvet, "--expiring", "10") == ["A-1"]
    assert references(imgvet, "--expiring", "9") == []
    assert references(imgvet, "--event", "open DAY") == ["A-1", "A-2"]
    assert references(imgvet, "--person", "smith") == ["A-1", "A-3"]
    assert references(imgvet, "--status", "expired") == ["A-4"]
    assert references(imgvet, "--channel", "x") == ["A-1", "A-2", "A-4"]
    assert references(imgvet, "--channel", "x", "--status", "active", "--event", "2") == ["A-2"]
    ran = imgvet("release", "list")
    assert ran.err.strip() == "4 forms."
    heading, first, *_ = ran.out.splitlines()
    assert heading.split() == ["Reference", "Status", "Person", "Signed", "Covers", "Channels", "Until", "Scan"]
    assert first.split()[:4] == ["A-1", "active", "Ann", "Smith"]
    assert "Kim (child)" in ran.out
    assert "from 14 June 2026" in ran.out


def test_what_people_wrote_cannot_forge_a_line_or_a_colour(imgvet: Imgvet) -> None:
    words = ("--person", "[red]Ann[/red] \x1b[31m", "--event", "Open\u202eDay", "--note", "x\u2028y")
    assert imgvet("release", "add", "A-1", *ANN[2:4], *ANN[6:], *words, *JO).code == 0
    for ran in (imgvet("release", "list"), imgvet("release", "show", "A-1")):
        assert "[red]Ann[/red]" in ran.out
        assert not {"\x1b", "\u202e", "\u2028"} & set(ran.out)


def test_a_form_is_withdrawn(imgvet: Imgvet) -> None:
    imgvet("release", "add", "A-1", *ANN, *JO)
    ran = imgvet(
        "release", "withdraw", "a-1", "--why", "by letter", "--asked-by", "the person", "--on", "2026-11-01", *JO
    )
    assert ran.code == 0
    assert "Recorded: form A-1 was withdrawn, from 1 November 2026." in ran.err
    form = shown(imgvet, "A-1")
    assert (form["status"], form["withdrawn_on"], form["withdrawn_by"]) == ("withdrawn", "2026-11-01", "the person")
    assert "already" in imgvet("release", "withdraw", "A-1", "--why", "x", *JO).err
    assert "withdrawn by Jo: by letter" in imgvet("release", "show", "A-1").out


def test_a_refusal_is_taken_down(imgvet: Imgvet) -> None:
    """Of a form that is there, under the reference of a form that is not, or under the next number."""
    imgvet("release", "add", "A-1", *ANN, *JO)
    assert imgvet("release", "refuse", "A-1", *JO).code == 0
    assert imgvet("release", "refuse", "A-2", "--person", "Bob", *JO).code == 0
    assert "Added REL-" in imgvet("release", "refuse", "--new", "--person", "Kim", "--child", *JO).err
    assert references(imgvet, "--status", "refused") == ["A-1", "A-2", f"REL-{TODAY.year}-001"]
    assert shown(imgvet, "A-1")["model_release"] == "MR-NON"


def test_a_form_is_corrected_and_the_history_keeps_what_it_said(imgvet: Imgvet) -> None:
    imgvet("release", "add", "A-1", *ANN, "--note", "x", *JO)
    ran = imgvet("release", "change", "A-1", "--channels", "all", "--note", "", "--why", "misread", "--by", "Kim")
    assert ran.code == 0
    assert "Changed A-1: Channels, Note, Model Release Status." in ran.err
    form = shown(imgvet, "A-1")
    assert (form["channels"], form["note"], form["model_release"]) == (["all"], "", "MR-UMR")
    assert "changed by Kim: misread" in imgvet("release", "show", "A-1").out
    assert imgvet("release", "change", "A-1", "--person", "", *JO).code == 2
    assert "says this already" in imgvet("release", "change", "A-1", "--person", "Ann Smith", *JO).err


def test_a_day_that_was_typed_by_mistake_is_taken_away(imgvet: Imgvet) -> None:
    """And the history keeps it; a day that is given and taken away at once is refused."""
    imgvet("release", "add", "A-1", *ANN, "--from", "2026-06-14", "--expires", "2026-07-01", *JO)
    assert imgvet("release", "change", "A-1", "--clear", "expires", "--clear", "from", *JO).code == 0
    form = shown(imgvet, "A-1")
    assert (form["expires_on"], form["covers_from"], form["signed_on"]) == (None, None, "2026-06-14")
    assert "1 July 2026" in imgvet("release", "show", "A-1").out
    ran = imgvet("release", "change", "A-1", "--clear", "expires", "--expires", "2026-08-01", *JO)
    assert ran.code == 2
    assert "--expires is given and cleared" in ran.err
    assert imgvet("release", "change", "A-1", "--clear", "signed-on", *JO).code == 2


def test_the_scan_is_kept_and_its_hash_is_checked(imgvet: Imgvet, tmp_path: Path) -> None:
    (tmp_path / "Ann Smith.pdf").write_bytes(b"%PDF-1.7 form")
    assert imgvet("release", "add", "A-1", *ANN, "--scan", "Ann Smith.pdf", *JO).code == 0
    (kept,) = (tmp_path / "register-scans").iterdir()
    ran = imgvet("release", "show", "A-1")
    assert ran.code == 0
    assert f"Scan: {kept} (unaltered)" in ran.out
    kept.write_bytes(b"%PDF-1.7 from")
    ran = imgvet("release", "show", "A-1")
    assert ran.code == 4
    assert "altered after it was imported" in ran.err
    kept.unlink()
    assert "The scan is missing" in imgvet("release", "show", "A-1").err
    assert imgvet("release", "change", "A-1", "--scan", "Ann Smith.pdf", *JO).code == 0
    assert imgvet("release", "show", "A-1").code == 0


# Import and export


def listed(*rows: str, head: str = "Reference;Person;Signed on;Event;Channels") -> bytes:
    return ("\r\n".join([head, *rows]) + "\r\n").encode("cp1252")


def test_an_office_takes_over_its_old_list(imgvet: Imgvet, tmp_path: Path) -> None:
    """A dry run shows what it would do and does nothing; the second run says that all is the same."""
    (tmp_path / "alt.csv").write_bytes(
        listed("A-1;Jörg Müller;14.06.2026;Open Day;flickr, x", "A-2;Ann;15.6.2026;Fair;alle")
    )
    ran = imgvet("release", "import", "alt.csv", "--dry-run", *JO)
    assert ran.code == 0
    assert "Row 2: A-1 is new: Jörg Müller, flickr, x" in ran.out
    assert "2 new, 0 changed, 0 the same, 0 refused." in ran.err
    assert not register_file(tmp_path).exists()
    assert imgvet("release", "import", "alt.csv", *JO).code == 0
    assert shown(imgvet, "A-1")["signed_on"] == "2026-06-14"
    assert shown(imgvet, "A-2")["channels"] == ["all"]
    assert shown(imgvet, "A-2")["model_release"] == "MR-UMR"
    ran = imgvet("release", "import", "alt.csv", *JO)
    assert "0 new, 0 changed, 2 the same, 0 refused." in ran.err
    assert "from alt.csv" in imgvet("release", "show", "A-1").out


def test_an_import_shows_each_field_that_changes(imgvet: Imgvet, tmp_path: Path) -> None:
    """An empty cell leaves what is there."""
    imgvet("release", "add", "A-1", *ANN, "--note", "kept", *JO)
    (tmp_path / "list.csv").write_bytes(listed("a-1;Ann Smyth;;;all;", head="Ref;Name;Note;Event;Channel;Phone"))
    ran = imgvet("release", "import", "list.csv", "--dry-run", *JO)
    assert [line.strip() for line in ran.out.splitlines()] == [
        "Row 2: A-1 changes",
        "Person: Ann Smith -> Ann Smyth",
        "Channels: flickr, x -> all",
        "Model Release Status: MR-LMR -> MR-UMR",
    ]
    assert shown(imgvet, "A-1")["person"] == "Ann Smith"
    assert imgvet("release", "import", "list.csv", "--by", "Kim").code == 0
    form = shown(imgvet, "A-1")
    assert (form["person"], form["note"], form["reference"]) == ("Ann Smyth", "kept", "A-1")


def test_nothing_is_half_imported(imgvet: Imgvet, tmp_path: Path) -> None:
    """Each row that cannot be taken is named with its reason, as it is numbered in the spreadsheet."""
    (tmp_path / "list.csv").write_bytes(
        listed(
            "A-1;Ann;14.06.2026;Open Day;x",
            "",
            "A-2;Ann;30.02.2026;Open Day;x",
            "A-3;;14.06.2026;Open Day;x",
            "A-4;Ann;14.06.2026;Open Day;tiktok",
            "a-1;Bob;14.06.2026;Open Day;x",
            ";Bob;14.06.2026;Open Day;x",
            "A-5;Bob;46187;Open Day;x",
            "A-6;Bob;14.06.2099;Open Day;x",
        )
    )
    ran = imgvet("release", "import", "list.csv", *JO)
    assert ran.code == 2
    refused = dict(line.split(": refused. ") for line in ran.out.splitlines() if ": refused. " in line)
    assert {row: reason.partition(". ")[0].rstrip(".") for row, reason in refused.items()} == {
        "Row 4": "Signed on: '30.02.2026' is not a date: there is no such day",
        "Row 5": "The form names no person",
        "Row 6": "There is no channel 'tiktok'; channels are flickr, x, facebook, bluesky, web and all",
        "Row 7": "Row 2 already has this reference",
        "Row 8": "It has no reference",
        "Row 9": "Signed on: '46187' is not a date: it is a number, and the cell is not formatted as a date",
        "Row 10": "It says that it was signed on a date in the future, 14 June 2099",
    }
    assert "Nothing was imported: 7 rows need correcting." in ran.err
    assert references(imgvet) == []


def test_a_child_without_guardian_is_not_imported(imgvet: Imgvet, tmp_path: Path) -> None:
    head = "Reference;Person;Signed on;Event;Channels;Under 18;Parent or guardian;Relationship"
    rows = (
        "A-1;Kim;14.06.2026;Fair;x;yes;;",
        "A-2;Lee;14.06.2026;Fair;x;;Jo;father",
        "A-3;Max;14.06.2026;Fair;x;ja;Jo;father",
    )
    (tmp_path / "list.csv").write_bytes(listed(*rows, head=head))
    ran = imgvet("release", "import", "list.csv", *JO)
    assert ran.code == 2
    assert "Row 2: refused. It is for a child but names no guardian." in ran.out
    assert "Row 3: refused. It names a guardian but is not marked as a child's form." in ran.out
    assert "Row 4: A-3 is new" in ran.out


def test_a_column_that_nobody_knows_is_refused(imgvet: Imgvet, tmp_path: Path) -> None:
    """Rather than left out in silence."""
    (tmp_path / "list.csv").write_bytes(listed("A-1;Ann;x", head="Reference;Person;Shoe size"))
    ran = imgvet("release", "import", "list.csv", *JO)
    assert ran.code == 2
    assert "columns that the register does not know: 'Shoe size'" in ran.err


def test_an_end_is_not_undone_by_an_import(imgvet: Imgvet, tmp_path: Path) -> None:
    """Nor is a status taken for one without its day."""
    imgvet("release", "add", "A-1", *ANN, *JO)
    (tmp_path / "list.csv").write_bytes(listed("A-1;withdrawn;", head="Reference;Status;Withdrawn on"))
    ran = imgvet("release", "import", "list.csv", *JO)
    assert "Row 2: refused. Its status is 'withdrawn', but no date is given for that." in ran.out
    (tmp_path / "list.csv").write_bytes(listed("A-1;withdrawn;1.11.2026", head="Reference;Status;Withdrawn on"))
    assert imgvet("release", "import", "list.csv", *JO).code == 0
    assert (shown(imgvet, "A-1")["status"], shown(imgvet, "A-1")["withdrawn_by"]) == ("withdrawn", "Jo")
    (tmp_path / "list.csv").write_bytes(listed("A-1;active;", head="Reference;Status;Withdrawn on"))
    assert "1 the same" in imgvet("release", "import", "list.csv", *JO).err
    assert shown(imgvet, "A-1")["status"] == "withdrawn"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_comes_back_the_same(imgvet: Imgvet, tmp_path: Path, kind: str) -> None:
    """Into an empty register the same forms, into this one nothing; also texts that look like formulas."""
    awkward = ("--person", "=HYPERLINK(1)", "--contact", "+44 7700 900123", "--note", "@x; “y”, 'z', \u200fשרה")
    imgvet("release", "add", "A-1", *ANN[2:], *awkward, *JO)
    imgvet("release", "add", "A-2", *ANN, *CHILD, "--from", "2026-06-14", "--expires", "2028-01-01", *JO)
    imgvet("release", "withdraw", "A-2", "--why", "rang", *JO)
    imgvet("release", "refuse", "A-3", "--person", "Bob", *JO)
    ran = imgvet("release", "export", f"forms.{kind}")
    assert ran.code == 0
    assert "3 forms" in ran.err
    assert "3 the same" in imgvet("release", "import", f"forms.{kind}", "--dry-run", *JO).err
    ran = imgvet("release", "import", f"forms.{kind}", *JO, "--register", "other.db")
    assert "3 new" in ran.err, ran.out
    assert imgvet("release", "list", "--json").out == imgvet("release", "list", "--json", "--register", "other.db").out
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / f"forms.{kind}").stat().st_mode) == 0o600
    assert imgvet("release", "export", f"forms.{kind}").code == 2  # it writes over nothing


def test_an_export_is_safe_to_open(imgvet: Imgvet, tmp_path: Path) -> None:
    """No cell is a formula; the headings are those of PLUS where it has one; days are days."""
    imgvet("release", "add", "A-1", *ANN, "--note", "=1+1", *JO)
    for kind in ("csv", "xlsx", "json"):
        imgvet("release", "export", f"forms.{kind}")
    (row,) = rows(tmp_path / "forms.csv")
    assert (row["Note"], row["Model Release Status"], row["Minor Model Age Disclosure"]) == (
        "'=1+1",
        "MR-LMR",
        "AG-UNK",
    )
    sheet = openpyxl.load_workbook(tmp_path / "forms.xlsx").active
    values = dict(zip(HEADINGS, sheet[2], strict=True))
    assert values["Note"].data_type != "f"
    assert values["Signed on"].is_date
    assert sheet.freeze_panes == "B2"
    (form,) = json.loads((tmp_path / "forms.json").read_text(encoding="utf-8"))
    assert form["note"] == "=1+1"


def test_a_purged_form_in_a_list_is_the_same_or_refused(tmp_path: Path) -> None:
    stone = Release("A-1", signed_on=date(2020, 1, 1), purged_on=TODAY)
    path = tmp_path / "list.csv"
    terms = FormTerms(TODAY, ("x",), 0, "Jo")
    path.write_bytes(listed("A-1;2020-01-01;", head="Reference;Signed on;Person"))
    assert plan_import(read_table(path), lambda _: stone, terms).same == (2,)
    path.write_bytes(listed("A-1;2020-01-01;Ann", head="Reference;Signed on;Person"))
    (refused,) = plan_import(read_table(path), lambda _: stone, terms).refused
    assert "was erased" in refused.reason
    assert list(changes(stone, stone)) == []


# Purging


def test_a_purge_is_shown_before_it_is_done(imgvet: Imgvet, tmp_path: Path) -> None:
    """Exit code 1 says that something waits; only a name makes it real; then nothing personal is left."""
    (tmp_path / "scan.pdf").write_bytes(b"%PDF SCANNED")
    common = (*ANN[:2], "--signed-on", "2019-01-01", *ANN[4:], *JO)
    imgvet(
        "release",
        "add",
        "A-1",
        *common,
        "--expires",
        "2020-01-01",
        "--scan",
        "scan.pdf",
        "--contact",
        "ann@example.org",
    )
    imgvet("release", "add", "A-2", *common[2:], "--person", "Bob Kept")
    before = register_file(tmp_path).read_bytes()
    for words in (("--dry-run",), (), ("--dry-run", *JO)):
        ran = imgvet("release", "purge", *words)
        assert ran.code == 1
        assert ran.out == "A-1: expired, ended on 1 January 2020, kept until 1 January 2025\n"
        assert "1 form has no end" in ran.err
        assert "Nothing was erased." in ran.err
    assert register_file(tmp_path).read_bytes() == before
    ran = imgvet("release", "purge", *JO)
    assert ran.code == 0
    assert "Erased the personal data of 1 form" in ran.err
    assert list((tmp_path / "register-scans").iterdir()) == []
    content = register_file(tmp_path).read_bytes()
    assert b"Ann Smith" not in content
    assert b"ann@example.org" not in content
    assert b"Bob Kept" in content
    form = shown(imgvet, "A-1")
    assert (form["status"], form["person"], form["expires_on"]) == ("purged", "", "2020-01-01")
    assert "purged by Jo: Its retention period of 5 years had ended." in imgvet("release", "show", "A-1").out
    assert imgvet("release", "purge", "--dry-run").code == 0


def test_the_profile_says_how_long_forms_are_kept(imgvet: Imgvet, tmp_path: Path) -> None:
    imgvet("release", "add", "A-1", *ANN, "--expires", "2026-06-15", *JO)
    assert imgvet("release", "purge", "--dry-run").code == 0
    (tmp_path / "imgvet.toml").write_text("[releases]\nkeep_years = 0\n", encoding="utf-8")
    assert imgvet("release", "purge", "--dry-run").code == 1


# The doctor


@pytest.mark.slow
def test_the_doctor_looks_at_the_register_and_makes_none(imgvet: Imgvet, tmp_path: Path) -> None:
    ran = imgvet("doctor")
    assert f"ok   register: none yet; it is created with the first form, at {register_file(tmp_path)}" in ran.out
    assert not register_file(tmp_path).exists()
    imgvet("release", "add", "A-1", *ANN, *JO)
    assert "ok   register: 1 form at" in imgvet("doctor").out
    register_file(tmp_path).write_bytes(b"no database, but long enough to look like a file that was one once " * 20)
    ran = imgvet("doctor")
    assert ran.code == 4
    assert "FAIL register: " in ran.out


@pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX's")
@pytest.mark.slow
def test_the_doctor_warns_of_a_register_that_everybody_can_read(imgvet: Imgvet, tmp_path: Path) -> None:
    with open_register(register_file(tmp_path)):
        register_file(tmp_path).chmod(0o644)
    ran = imgvet("doctor")
    assert ran.code == 4
    assert "can be read by everybody" in ran.out
