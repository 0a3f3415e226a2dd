"""Nobody is two people by another spelling, and nothing is a name: at every command that takes one, and in the log."""

import re
import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from imgvet.batch.store import open_batch
from imgvet.releases.store import open_register
from imgvet.signed_in import SignedIn, signed_in
from support.commands import Imgvet, run_process
from support.declaring import declaring
from support.folders import photo_names
from support.forms import signed
from support.pictures import landscape, mirrored, portrait, save_photo
from support.shared import Shared

EVENT = ("--event", "Open Day", "--date", "2026-06-14", "--link", "https://www.example.org/open-day")
BY = ("--by", "A. Officer")
PROFILE = """
[organisation]
name = "Example Office"
press_office = "press@example.org"
[releases]
prefix = "WMP"
[faces]
answers = ["staff", "not-identifiable", "not-a-face"]
[decisions]
second_person = ["staff", "release", "answer", "declare"]
[[questions]]
id = "under-18"
text = "Nobody under 18 is in it."
source = "Guidance"
"""
NOBODY = ("\u200b", "\u3164", "\u2800", "\U000e0041", "123", "...", "🙂", "\u0301")
SPOOFS = ("А. Officer", "A. Оfficer")
SAME = ("A. Officer\u200b", "a.officer", "A. Officer.", "Á. Officer")


def make_batch(folder: Path) -> None:
    (folder / "imgvet.toml").write_text(PROFILE, encoding="utf-8")
    save_photo(folder / "photos" / "1.jpg", portrait())
    save_photo(folder / "photos" / "2.jpg", mirrored())
    save_photo(folder / "photos" / "3.jpg", landscape())
    assert run_process(("batch", "photos", "--out", "b", *EVENT), folder).code in (0, 1)


@pytest.fixture
def batch(tmp_path: Path, shared: Shared) -> Path:
    """Three photos, two with a face; the profile asks for a second person."""
    folder, _ = shared.made(make_batch)
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return tmp_path / "b"


def kinds(batch: Path) -> list[str]:
    folder = open_batch(batch)
    try:
        return [each.kind for each in folder.snapshot().decisions if not each.is_by_imgvet]
    finally:
        folder.database.close()


COMMANDS = {
    "decide": ("decide", "b", "1:1", "staff", "--by"),
    "add-face": ("decide", "b", "3", "--add-face", "10,10,60,60", "--by"),
    "declare": ("finish", "b", "--declare"),
    "declare in batch": ("batch", "photos", "--out", "b", *EVENT, "--declare"),
    "finish": ("finish", "b", "--by"),
    "published": ("published", "b", "3", "--by"),
    "checklist": ("checklist", "b", "--import", "b/checklist.csv", "--by"),
    "check declared": ("check", "photos/3.jpg", "--declare"),
    "check a form": ("check", "photos/1.jpg", "--form", "1:WMP-1", "--by"),
    "check rights": ("check", "photos/3.jpg", "--rights", "own", "--by"),
    "release add": (
        *("release", "add", "WMP-7", "--person", "Ann Lee", "--signed-on", "2026-06-14", "--event", "Open Day"),
        *("--channels", "all", "--by"),
    ),
    "release withdraw": ("release", "withdraw", "WMP-1", "--why", "rang us", "--by"),
    "release refuse": ("release", "refuse", "WMP-1", "--why", "rang us", "--by"),
    "release change": ("release", "change", "WMP-1", "--note", "tall", "--why", "asked", "--by"),
    "release form": ("release", "form", "--event", "Open Day", "--count", "2", "--out", "f.pdf", "--by"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_refuses_a_name_that_is_nobody_s(imgvet: Imgvet, batch: Path, command: str) -> None:
    """With a sentence, before anything is recorded or moved."""
    signed(batch.parent, "WMP-1")
    for name in (*NOBODY, *SPOOFS):
        ran = imgvet(*COMMANDS[command], name)
        assert ran.code in (2, 4), (name, ran.err)
        assert re.search(r"needs a name|is not a name|no visible characters|mixes letters", ran.err), (name, ran.err)
        assert "Traceback" not in ran.err
    assert kinds(batch) == []
    assert photo_names(batch / "flickr") == []
    with open_register(batch.parent / "register.db") as register:
        assert [each.kind for each in register.history()] == ["added"]


@pytest.mark.parametrize("name", ["imgvet", "Img Vet", "ÍMGVET"])
def test_nobody_is_called_like_the_program(imgvet: Imgvet, batch: Path, name: str) -> None:
    """In the log that name says that nobody has decided anything."""
    words = [
        words for words in COMMANDS.values() if words[0] in ("decide", "finish", "batch", "published", "checklist")
    ]
    for each in (*words, ("decide", "b", "1:1", "redact", "--by")):
        ran = imgvet(*each, name)
        assert ran.code == 2, each
    assert "is this program, not a person" in imgvet("finish", "b", "--by", name).err
    assert kinds(batch) == []


@pytest.mark.parametrize("name", [*SAME, *SPOOFS, "A. 0fficer", "A. Offıcer"])
def test_nobody_approves_themselves_by_another_spelling(imgvet: Imgvet, batch: Path, name: str) -> None:
    """At the command, and where the log of an earlier version has it."""
    assert imgvet("decide", "b", "1:1", "staff", *BY).code == 0
    ran = imgvet("decide", "b", "1:1", "approve", "--by", name)
    assert ran.code == 2
    with closing(sqlite3.connect(batch / "private" / "batch.db")) as database:
        (approvals,) = database.execute("SELECT count(*) FROM decisions WHERE kind = 'approve'").fetchone()
    assert approvals == 0
    assert imgvet("decide", "b", "1:1", "approve", "--by", "B. Officer").code == 0


@pytest.mark.parametrize("name", SAME)
def test_a_declaration_is_not_approved_by_who_made_it(imgvet: Imgvet, batch: Path, name: str) -> None:
    declaring(imgvet, "finish", "b", by="A. Officer")
    assert imgvet("decide", "b", "all", "approve", "declare", "--by", name).code == 2
    assert declaring(imgvet, "finish", "b", by=name).code in (0, 1)
    assert kinds(batch).count("declare") == 3  # the same person has said nothing new
    assert photo_names(batch / "flickr") == []


@pytest.mark.parametrize("note", ["\u200b", "...", "123", "\u2800", "🙂", "\U000e0041"])
def test_a_reason_is_in_words(imgvet: Imgvet, batch: Path, note: str) -> None:
    """Where one is needed."""
    ran = imgvet("decide", "b", "1:1", "not-identifiable", "--note", note, *BY)
    assert ran.code == 2
    assert "needs a reason in words" in ran.err
    signed(batch.parent, "WMP-1")
    assert "needs a reason" in imgvet("release", "withdraw", "WMP-1", "--why", note, *BY).err


def test_a_name_that_looks_like_one_in_the_log_is_asked_about(imgvet: Imgvet, batch: Path) -> None:
    """Whole words of another alphabet are well as such; not where somebody of that look is known."""
    assert imgvet("decide", "b", "1:1", "staff", "--by", "Ross").code == 0
    for command in (("decide", "b", "2:1", "staff", "--by"), ("finish", "b", "--by"), ("finish", "b", "--declare")):
        ran = imgvet(*command, "R0ss")
        assert ran.code == 2
        assert "The name 'R0ss' looks like 'Ross', which is in the log of this batch." in ran.err
    assert kinds(batch) == ["staff"]
    assert imgvet("decide", "b", "1:1", "approve", "--by", "Rosa").code == 0


@pytest.mark.parametrize("field", ["person", "guardian", "taken-by"])
@pytest.mark.parametrize("name", [*NOBODY, *SPOOFS])
def test_a_form_names_somebody(imgvet: Imgvet, tmp_path: Path, field: str, name: str) -> None:
    """Whom it is of, who has signed for a child, who took it."""
    names = {"person": "Ann Lee", "guardian": "Bea Lee", "taken-by": "A. Officer"} | {field: name}
    given = [word for each, said in names.items() for word in (f"--{each}", said)]
    child = ("--child", "--born", "2012-2014", "--guardian-relation", "mother")
    terms = ("--signed-on", "2026-06-14", "--event", "Open Day", "--channels", "all")
    ran = imgvet("release", "add", "WMP-7", *given, *child, *terms, *BY)
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert "is not in the register" in imgvet("release", "show", "WMP-7").err


def test_a_child_is_not_its_own_guardian(imgvet: Imgvet) -> None:
    child = ("--child", "--born", "2012-2014", "--guardian-relation", "father", "--person", "Ann Lee")
    terms = ("--signed-on", "2026-06-14", "--event", "Open Day", "--channels", "all", *BY)
    for name in ("Ann Lee", "ann  lee", "Ann Lee\u200b"):
        assert "as their own guardian" in imgvet("release", "add", "WMP-7", *child, "--guardian", name, *terms).err
    assert imgvet("release", "add", "WMP-7", *child, "--guardian", "Ann Lee senior", *terms).code == 0


@pytest.mark.parametrize("reference", ["WMP-2026-0l4", "WMP-2O26-014", "wmp-2026-0ı4", "WMP-2026-014"])
def test_a_reference_that_looks_like_another_is_not_added(imgvet: Imgvet, tmp_path: Path, reference: str) -> None:
    """Nor by an import; the very same is there already."""
    signed(tmp_path, "WMP-2026-014")
    rest = ("--person", "Bea Lee", "--signed-on", "2026-06-14", "--event", "Open Day", "--channels", "all", *BY)
    ran = imgvet("release", "add", reference, *rest)
    assert ran.code in (2, 4)
    assert "looks like WMP-2026-014" in ran.err or "is in the register already" in ran.err
    table = tmp_path / "forms.csv"
    head = "reference,person,signed_on,event,channels\n"
    table.write_text(f"{head}{reference},Bea Lee,2026-06-14,Open Day,all\n", encoding="utf-8")
    imgvet("release", "import", table, *BY)
    with open_register(tmp_path / "register.db") as register:
        assert [each.reference for each in register.releases()] == ["WMP-2026-014"]


@pytest.mark.parametrize("reference", ["wmp-2026-014", "WMP-2026-014\u200b", "ＷＭＰ-2026-014", "WMP\u3164-2026-014"])
def test_a_form_is_found_however_its_reference_is_typed(imgvet: Imgvet, tmp_path: Path, reference: str) -> None:
    signed(tmp_path, "WMP-2026-014")
    assert "WMP-2026-014" in imgvet("release", "show", reference).out


def test_a_register_of_0_6_finds_its_forms(tmp_path: Path) -> None:
    """Its keys are those of today, and where two have become one, neither stands for the other."""
    path = tmp_path / "register.db"
    for reference in ("WMP-1", "WMP-2", "WMP-3"):
        signed(tmp_path, reference)
    with closing(sqlite3.connect(path)) as database, database:
        for number, said in (("1", "wmp\u1160-9"), ("2", "wmp-3\u1160")):
            for table in ("releases", "history"):
                database.execute(f"UPDATE {table} SET key = ? WHERE key = ?", (said, f"wmp-{number}"))  # noqa: S608
            database.execute("UPDATE releases SET reference = ? WHERE key = ?", (said.upper(), said))
        database.execute("ALTER TABLE history DROP COLUMN account")
        database.execute("ALTER TABLE history DROP COLUMN machine")
        database.execute("DROP TABLE alembic_version")
        database.execute("PRAGMA user_version = 3")
    with open_register(path) as register:
        found = register.find("WMP-9")
        assert found is not None
        assert [each.kind for each in register.history("WMP-9")] == ["added"]
        third = register.find("WMP-3")
        assert third is not None
        assert third.reference == "WMP-3"
        assert [each.signed_in for each in register.history()] == [None] * 3


# -- who is signed in


def test_the_log_keeps_the_account_and_the_computer(
    imgvet: Imgvet, batch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the typed name, in the chain, whatever the environment says; and it says where one account gave both."""
    monkeypatch.setenv("USER", "somebodyelse")
    monkeypatch.setenv("LOGNAME", "somebodyelse")
    imgvet("decide", "b", "1:1", "staff", *BY)
    imgvet("decide", "b", "1:1", "approve", "--by", "B. Officer")
    first, second = imgvet("log", "b").out.splitlines()
    assert f"A. Officer ({signed_in()}): photo 1, face 1: staff." in first
    assert "both" not in first
    assert f"The decision and its approval both came from the account {signed_in()}." in second
    told = imgvet("log", "b", "--json").lines
    assert [(each["account"], each["machine"]) for each in told] == [(signed_in().account, signed_in().machine)] * 2
    assert [each["one_account"] for each in told] == [False, True]
    assert f"Decided and approved from one account, {signed_in()}: photo 1." in imgvet("status", "b").err
    assert imgvet("log", "b", "--verify").code == 0


@pytest.mark.parametrize("column", ["account", "machine"])
@pytest.mark.parametrize("value", ["another", "", None])
def test_an_account_that_is_altered_breaks_the_chain(
    imgvet: Imgvet, batch: Path, column: str, value: str | None
) -> None:
    imgvet("decide", "b", "1:1", "staff", *BY)
    with closing(sqlite3.connect(batch / "private" / "batch.db")) as database, database:
        database.execute("DROP TRIGGER decisions_are_not_changed")
        database.execute(f"UPDATE decisions SET {column} = ?", (value,))  # noqa: S608 - own names
    assert imgvet("log", "b", "--verify").code == 4


def test_the_register_keeps_the_account(imgvet: Imgvet, tmp_path: Path) -> None:
    """In its history."""
    signed(tmp_path, "WMP-1")
    (entry,) = imgvet("release", "show", "WMP-1", "--json").lines[0]["history"]
    assert (entry["account"], entry["machine"]) == (signed_in().account, signed_in().machine)
    assert f"[{signed_in()}]" in imgvet("release", "show", "WMP-1").out


def test_a_purge_leaves_no_account_that_is_called_like_the_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever signed may have recorded it, too; the accounts of others stay."""
    for account in ("zora.signed", "aofficer"):
        monkeypatch.setattr("imgvet.releases.register.signed_in", lambda account=account: SignedIn(account, "PC-3"))
        signed(tmp_path, f"WMP-{account[0]}", expires_on=date(2026, 2, 1))
    with open_register(tmp_path / "register.db") as register:
        register.purge(["WMP-z", "WMP-a"], date(2046, 1, 1), 6, "B. Officer")
        kept = {each.reference: each.signed_in for each in register.history() if each.kind == "added"}
    assert kept == {"WMP-z": SignedIn("[removed]", "PC-3"), "WMP-a": SignedIn("aofficer", "PC-3")}
    assert b"zora" not in (tmp_path / "register.db").read_bytes().lower()
