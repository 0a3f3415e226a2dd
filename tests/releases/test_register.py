"""The register: one file, many people, nothing lost, nothing deleted without a trace."""

import multiprocessing
import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import update

from imgvet.database.addresses import Address
from imgvet.errors import RegisterError
from imgvet.releases.records import FormIntake
from imgvet.releases.register import Register
from imgvet.releases.release import Release, Status
from imgvet.releases.retention import is_due, never_ends, plan_removal
from imgvet.releases.scans import scans_folder
from imgvet.releases.schema import REGISTER_SCHEMA
from imgvet.releases.store import open_register, register_address
from imgvet.releases.tables import RELEASES
from support.registers import alter_scan, file_of, scans_of

TODAY = date(2026, 11, 25)
POSIX = pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX's")


def form(reference: str = "WMP-2026-014", **values: object) -> Release:
    signed = Release(
        reference, person="Ann Smith", signed_on=date(2026, 6, 14), event="Open Day", channels=("flickr", "x")
    )
    return replace(signed, **values)  # type: ignore[arg-type]


CHILD = form(minor=True, guardian="Jo Smith", guardian_relation="mother", born="2012-2014")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "office" / "forms.db"


@pytest.fixture
def register(anywhere: Address) -> Iterator[Register]:
    with open_register(anywhere) as opened:
        yield opened


@pytest.fixture
def in_file(path: Path) -> Iterator[Register]:
    with open_register(path) as opened:
        yield opened


def kinds(register: Register, reference: str) -> list[str]:
    return [entry.kind for entry in register.history(reference)]


# Where it is


def test_the_register_is_where_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As named, else as in IMGVET_REGISTER, else in the user's data folder."""
    monkeypatch.setenv("IMGVET_REGISTER", "shared.db")
    assert register_address(Path("named.db")) == Path("named.db")
    assert register_address(None) == Path("shared.db")
    monkeypatch.setenv("IMGVET_REGISTER", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    own = register_address(None)
    assert isinstance(own, Path)
    assert own.name == "releases.db"
    assert own.parent.name == "imgvet"
    assert own.is_absolute()


@POSIX
def test_nobody_else_may_read_a_new_register(path: Path, tmp_path: Path) -> None:
    """Whatever the umask; the scans beside it, too."""
    before = os.umask(0)
    try:
        with open_register(path) as register:
            add_with_scan(register, form(), scan_file(tmp_path))
            register.database.driver.execute("BEGIN IMMEDIATE")
            register.database.driver.execute("UPDATE releases SET note = 'x'")
            for file in path.parent.rglob("*"):  # the journal, too
                assert not file.stat().st_mode & 0o077, file
            assert {file.name for file in path.parent.iterdir()} == {"forms.db", "forms.db-journal", "forms-scans"}
            register.database.driver.execute("ROLLBACK")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@POSIX
def test_scans_are_as_readable_as_the_register_is(in_file: Register, tmp_path: Path) -> None:
    """An office that has given its group the register has given it the scans; never everybody."""
    register = in_file
    file_of(register).chmod(0o664)
    name = add_with_scan(register, form(), scan_file(tmp_path)).scan_name
    assert stat.S_IMODE((scans_folder(file_of(register)) / name).stat().st_mode) == 0o660
    assert stat.S_IMODE(scans_folder(file_of(register)).stat().st_mode) == 0o770


# What it keeps


def test_a_form_comes_back_as_it_was_given(register: Register) -> None:
    whole = replace(
        CHILD,
        contact="ann@example.org",
        taken_by="PC 12",
        covers_from=date(2026, 6, 14),
        covers_until=date(2026, 6, 15),
        channels=("all",),
        expires_on=date(2028, 6, 14),
        note="Ŵ\n“x”",
        model_release="MR-LMR",
        model_age="AG-U14",
    )
    register.add([whole], "Jo")
    assert register.find("WMP-2026-014") == whole
    assert list(register.releases()) == [whole]


@pytest.mark.parametrize("named", ["wmp-2026-014", "  WMP-2026-014\n", "ＷＭＰ-2026-014"])
def test_a_reference_is_found_however_it_is_written(register: Register, named: str) -> None:
    register.add([form()], "Jo")
    assert register.find(named) == form()
    assert register.find("WMP-2026-14") is None


def test_forms_are_listed_by_their_numbers(register: Register) -> None:
    register.add([form("A-10"), form("a-9"), form("A-2")], "Jo")
    assert [each.reference for each in register.releases()] == ["A-2", "a-9", "A-10"]


@pytest.mark.parametrize("reference", ["", " ", "A B", "-A", "A\nB", "x" * 65, "A;B", "=A"])
def test_what_is_no_reference_is_refused(register: Register, reference: str) -> None:
    with pytest.raises(RegisterError, match="is not a form reference"):
        register.add([form(reference)], "Jo")


def test_forms_are_added_all_or_none(register: Register) -> None:
    register.add([form("A-1")], "Jo")
    with pytest.raises(RegisterError, match="Form a-1 is in the register already"):
        register.add([form("A-2"), form("a-1")], "Jo")
    assert [each.reference for each in register.releases()] == ["A-1"]
    assert kinds(register, "A-2") == []


@pytest.mark.parametrize("by", ["", "  "])
def test_no_change_without_a_name(register: Register, by: str) -> None:
    register.add([form("A-1")], "Jo")
    calls = (
        lambda: register.add([form("A-2")], by),
        lambda: register.withdraw("A-1", TODAY, by, "rang"),
        lambda: register.refuse("A-1", TODAY, by),
        lambda: register.purge(["A-1"], TODAY, 0, by),
    )
    for call in calls:
        with pytest.raises(RegisterError, match="needs a name"):
            call()
    assert list(register.releases()) == [form("A-1")]


def test_every_change_is_in_the_history(register: Register) -> None:
    """Who, when, what it was before, and why."""
    register.add([form()], " Jo ")
    after = form(person="Ann Smyth", channels=("all",))
    register.save_forms(FormIntake(changed=((form(), after),)), "Kim", "misread")
    register.withdraw("wmp-2026-014", TODAY, "Lee", "by letter", asked_by="the person")
    added, changed, withdrawn = register.history("WMP-2026-014")
    assert (added.kind, added.by, added.reference, added.changes) == ("added", "Jo", "WMP-2026-014", ())
    assert (changed.kind, changed.by, changed.why) == ("changed", "Kim", "misread")
    assert changed.changes == (("person", "Ann Smith", "Ann Smyth"), ("channels", '["flickr", "x"]', '["all"]'))
    assert (withdrawn.kind, withdrawn.by, withdrawn.why) == ("withdrawn", "Lee", "by letter")
    assert added.at.endswith("+00:00")
    now = register.find("WMP-2026-014")
    assert now == replace(after, withdrawn_on=TODAY, withdrawn_by="the person")


def test_a_change_of_what_somebody_else_has_changed_is_refused(register: Register) -> None:
    register.add([form()], "Jo")
    register.save_forms(FormIntake(changed=((form(), form(note="one")),)), "Kim")
    with pytest.raises(RegisterError, match="changed by somebody else in the meantime"):
        register.save_forms(FormIntake(new=(form("A-1"),), changed=((form(), form(note="two")),)), "Lee")
    assert list(register.releases()) == [form(note="one")]


def test_what_has_ended_for_good_is_not_ended_again(register: Register) -> None:
    register.add([form("A-1"), form("A-2")], "Jo")
    register.withdraw("A-1", TODAY, "Jo", "rang")
    register.refuse("A-2", TODAY, "Jo")
    for reference, status in (("A-1", "withdrawn"), ("A-2", "refused")):
        with pytest.raises(RegisterError, match=f"Form {reference} is {status} already"):
            register.withdraw(reference, TODAY, "Jo", "again")
        with pytest.raises(RegisterError, match=f"Form {reference} is {status} already"):
            register.refuse(reference, TODAY, "Jo")
    with pytest.raises(RegisterError, match="A-3 is not in the register"):
        register.withdraw("A-3", TODAY, "Jo", "rang")


def test_an_expired_form_can_still_be_withdrawn(register: Register) -> None:
    register.add([form(expires_on=date(2026, 6, 15))], "Jo")
    assert register.withdraw("WMP-2026-014", TODAY, "Jo", "rang").status(TODAY) is Status.WITHDRAWN


def test_a_withdrawal_needs_its_reason(register: Register) -> None:
    register.add([form()], "Jo")
    with pytest.raises(RegisterError, match="needs a reason"):
        register.withdraw("WMP-2026-014", TODAY, "Jo", " ")
    assert register.find("WMP-2026-014") == form()


# Numbers


def test_a_number_is_given_once(register: Register) -> None:
    assert register.reserve("WMP", 2026, 2) == ["WMP-2026-001", "WMP-2026-002"]
    assert register.next_reference("WMP", 2026) == "WMP-2026-003"
    register.add([form("wmp-2026-0999"), form("WMP-2026-7b"), form("WMPX-2026-5000")], "Jo")
    assert register.next_reference("WMP", 2026) == "WMP-2026-1000"
    assert register.next_reference("wmp", 2026) == "wmp-2026-1001"
    assert register.next_reference("WMP", 2027) == "WMP-2027-001"


def test_a_printed_pile_is_in_the_history(register: Register) -> None:
    register.reserve("WMP", 2026, 20, by="Jo")
    (entry,) = register.history()
    assert (entry.kind, entry.by, entry.why) == ("reserved", "Jo", "WMP-2026-001 to WMP-2026-020")


@pytest.mark.parametrize(("prefix", "count"), [("W P", 1), ("", 1), ("WMP", 0), ("WMP", 10_001), ("%", 1)])
def test_numbers_that_cannot_be_are_not_given(register: Register, prefix: str, count: int) -> None:
    with pytest.raises(RegisterError, match="cannot be given"):
        register.reserve(prefix, 2026, count)


# Several people


def work(path: Address, who: int, rounds: int) -> None:
    """What one person does in a morning."""
    for number in range(rounds):
        with open_register(path) as register:
            reference = register.next_reference("R", 2026)
            register.add([form(reference, taken_by=f"Officer {who}", note=f"{number}")], f"Officer {who}")
            if number % 2:
                register.withdraw(reference, TODAY, f"Officer {who}", "rang")


@pytest.mark.slow
def test_several_people_lose_nothing_of_each_other(anywhere: Address) -> None:
    """Real processes, adding and withdrawing at once, from the making of the file on."""
    processes = multiprocessing.get_context("spawn")
    people = [processes.Process(target=work, args=(anywhere, who, 12)) for who in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert [person.exitcode for person in people] == [0] * 4
    with open_register(anywhere) as register:
        forms = list(register.releases())
        assert [each.reference for each in forms] == [f"R-2026-{number:03}" for number in range(1, 49)]
        assert {(each.taken_by, each.note) for each in forms} == {
            (f"Officer {w}", f"{n}") for w in range(4) for n in range(12)
        }
        assert all((each.withdrawn_on is not None) == (int(each.note) % 2 == 1) for each in forms)
        assert sum(1 for _ in register.history()) == 48 + 24
        if isinstance(anywhere, Path):
            said = register.database.driver.execute
            assert said("PRAGMA integrity_check").fetchone() == ("ok",)
            assert said("PRAGMA secure_delete").fetchone() == (1,)
            assert said("PRAGMA journal_mode").fetchone() == ("delete",)  # none that needs shared memory


KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from imgvet.releases.release import Release
from imgvet.releases.store import open_register

register = open_register(Path(sys.argv[1]))
left = int(sys.argv[2])

def count(statement):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

register.database.driver.set_trace_callback(count)
register.database.driver.execute("PRAGMA cache_spill = 1")
register.add([Release(f"B-{n}", person="x" * 5000, signed_on=date(2026, 1, 1)) for n in range(3)], "Jo")
"""


@POSIX
@pytest.mark.slow
def test_a_process_that_is_killed_leaves_all_or_nothing(path: Path) -> None:
    """At every statement of its write; the next one needs no repair."""
    with open_register(path) as register:
        register.add([form("A-1")], "Jo")
    code, killed = -signal.SIGKILL, 0
    while code == -signal.SIGKILL:
        assert killed < 50
        code = subprocess.run([sys.executable, "-c", KILLED, str(path), str(killed)], check=False).returncode
        with open_register(path) as register:
            there = [each.reference for each in register.releases()]
            assert there == (["A-1"] if code else ["A-1", "B-0", "B-1", "B-2"])
            assert [entry.reference for entry in register.history() if entry.kind == "added"] == there
            register.save_forms(FormIntake(changed=((form("A-1"), form("A-1")),)), "Jo")  # it can be written to at once
        killed += 1
    assert code == 0
    assert killed > 8


def test_who_waits_too_long_is_told(in_file: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's write is waited for; where it does not end, nothing is done and it is said."""
    register = in_file
    register.database.driver.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(file_of(register), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RegisterError, match="being used by somebody else"):
        register.add([form()], "Jo")
    other.execute("ROLLBACK")
    other.close()
    register.add([form()], "Jo")


# Its schema

VERSION_1 = """
CREATE TABLE releases (key TEXT PRIMARY KEY, reference TEXT NOT NULL, person TEXT NOT NULL, contact TEXT NOT NULL,
    signed_on TEXT, taken_by TEXT NOT NULL, event TEXT NOT NULL, covers_from TEXT, covers_until TEXT,
    channels TEXT NOT NULL, expires_on TEXT, minor INTEGER NOT NULL, born TEXT NOT NULL, guardian TEXT NOT NULL,
    guardian_relation TEXT NOT NULL, note TEXT NOT NULL, model_release TEXT NOT NULL, model_age TEXT NOT NULL,
    scan_name TEXT NOT NULL, scan_sha256 TEXT NOT NULL, withdrawn_on TEXT, withdrawn_by TEXT NOT NULL, refused_on TEXT,
    purged_on TEXT) WITHOUT ROWID;
CREATE TABLE history (id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, by TEXT NOT NULL, kind TEXT NOT NULL,
    key TEXT NOT NULL, reference TEXT NOT NULL, why TEXT NOT NULL, changes TEXT NOT NULL);
INSERT INTO releases VALUES ('wmp-2025-007', 'WMP-2025-007', 'Ann Smith', '', '2025-06-14', 'PC 12', 'Open Day', NULL,
    NULL, '["flickr"]', '2027-06-14', 0, '', '', '', '', 'MR-LMR', 'AG-UNK', '', '', NULL, '', NULL, NULL);
INSERT INTO history VALUES (1, '2025-06-15T09:00:00+00:00', 'Jo', 'added', 'wmp-2025-007', 'WMP-2025-007', '', '{}');
PRAGMA application_id = 0x494D5652;
PRAGMA user_version = 1;
"""


def by_hand(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path)
    database.executescript(script)
    database.close()
    return path


def test_a_register_of_schema_1_is_brought_up(path: Path) -> None:
    """Nothing in it is lost, and all that is new works in it."""
    with open_register(by_hand(path, VERSION_1)) as register:
        assert register.database.driver.execute("PRAGMA user_version").fetchone() == (REGISTER_SCHEMA.version,)
        assert register.find("WMP-2025-007") == Release(
            "WMP-2025-007",
            person="Ann Smith",
            signed_on=date(2025, 6, 14),
            taken_by="PC 12",
            event="Open Day",
            channels=("flickr",),
            expires_on=date(2027, 6, 14),
            model_release="MR-LMR",
            model_age="AG-UNK",
        )
        assert register.next_reference("WMP", 2025) == "WMP-2025-008"
        register.withdraw("WMP-2025-007", TODAY, "Kim", "rang")
        assert kinds(register, "wmp-2025-007") == ["added", "withdrawn"]


def test_a_new_register_and_one_brought_up_are_alike(path: Path, tmp_path: Path) -> None:
    def tables(register: Register) -> list[tuple[str, str]]:
        return list(register.database.driver.execute("SELECT type, name FROM sqlite_master ORDER BY name"))

    with open_register(path) as new, open_register(by_hand(tmp_path / "old.db", VERSION_1)) as old:
        assert tables(new) == tables(old)
        columns = [name for _, name, *_ in new.database.driver.execute("PRAGMA table_info(releases)")]
        assert columns == ["key", *(field.name for field in fields(Release))]


def test_a_newer_register_is_refused_and_left_alone(path: Path) -> None:
    by_hand(path, VERSION_1.replace("user_version = 1", "user_version = 99"))
    before = path.read_bytes()
    with pytest.raises(RegisterError, match="newer imgvet"):
        open_register(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("script", ["CREATE TABLE a (b);", "PRAGMA user_version = 1;", "PRAGMA application_id = 7;"])
def test_another_programs_database_is_refused_and_left_alone(path: Path, script: str) -> None:
    before = by_hand(path, script).read_bytes()
    with pytest.raises(RegisterError, match="not a register"):
        open_register(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("kind", ["text", "folder", "cut"])
def test_what_is_no_database_is_refused_in_words(path: Path, kind: str) -> None:
    if kind == "folder":
        path.mkdir(parents=True)
    elif kind == "text":
        path.parent.mkdir()
        path.write_text("Dear all, the forms are in the drawer. " * 100, encoding="utf-8")
    else:
        by_hand(path, VERSION_1).write_bytes(path.read_bytes()[:3000])
    with pytest.raises(RegisterError, match=str(path.name)):
        open_register(path)


def test_a_register_that_cannot_be_made_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RegisterError, match="cannot be made"):
        open_register(tmp_path / "file" / "forms.db")


@pytest.mark.parametrize(("column", "value"), [("signed_on", "soon"), ("channels", "flickr"), ("expires_on", "7")])
def test_a_form_that_somebody_damaged_is_told_of(register: Register, column: str, value: str) -> None:
    """And answers nothing."""
    register.add([form()], "Jo")
    register.database.run(update(RELEASES).values({column: value}))
    with pytest.raises(RegisterError, match="Form WMP-2026-014 is damaged"):
        register.find("WMP-2026-014")


# Scans


def scan_file(folder: Path, content: bytes = b"%PDF-1.7 SCANNED-FORM") -> Path:
    file = folder / "Ann Smith.PDF"
    file.write_bytes(content)
    return file


def add_with_scan(register: Register, release: Release, file: Path) -> Release:
    with register.scans.copied(file) as scan:
        release = replace(release, scan_name=scan.name, scan_sha256=scan.sha256)
        register.save_forms(FormIntake(new=(release,), scans=(scan,)), "Jo")
    return release


def test_a_scan_is_copied_in_under_its_hash(register: Register, tmp_path: Path) -> None:
    """Nothing of its own name is kept: it often is the person's."""
    kept = add_with_scan(register, form(), scan_file(tmp_path))
    assert scans_of(register) == [f"{kept.scan_sha256}.pdf"]
    assert register.scans.state(kept.scan_name, kept.scan_sha256) == ""
    assert register.scans.read(kept.scan_name) == scan_file(tmp_path).read_bytes()
    with register.scans.as_file(kept.scan_name) as file:
        assert file.read_bytes() == scan_file(tmp_path).read_bytes()
    if isinstance(register.address, Path):
        assert b"Ann Smith.PDF" not in register.address.read_bytes()


def test_a_scan_that_was_altered_or_lost_is_told_of(register: Register, tmp_path: Path) -> None:
    kept = add_with_scan(register, form(), scan_file(tmp_path))
    alter_scan(register, kept.scan_name, register.scans.read(kept.scan_name) + b"!")
    assert "altered" in register.scans.state(kept.scan_name, kept.scan_sha256)
    alter_scan(register, kept.scan_name, None)
    assert "missing" in register.scans.state(kept.scan_name, kept.scan_sha256)


def test_a_form_that_is_not_added_leaves_no_scan(register: Register, tmp_path: Path) -> None:
    register.add([form()], "Jo")
    with pytest.raises(RegisterError, match="already"):
        add_with_scan(register, form(), scan_file(tmp_path))
    assert scans_of(register) == []


@pytest.mark.parametrize("content", [b"", None])
def test_what_cannot_be_a_scan_is_refused(register: Register, tmp_path: Path, content: bytes | None) -> None:
    file = scan_file(tmp_path, content) if content is not None else tmp_path / "lost.pdf"
    with pytest.raises(RegisterError):
        add_with_scan(register, form(), file)
    script = tmp_path / "form.exe"
    script.write_bytes(b"MZ")
    with pytest.raises(RegisterError, match="is not a scan"):
        add_with_scan(register, form(), script)
    assert scans_of(register) == []
    assert list(register.releases()) == []


# Keeping and purging


@pytest.mark.parametrize(
    ("values", "keep", "due"),
    [
        ({}, 0, False),
        ({"expires_on": date(2026, 11, 25)}, 0, False),
        ({"expires_on": date(2026, 11, 24)}, 0, True),
        ({"expires_on": date(2021, 11, 25)}, 5, False),
        ({"expires_on": date(2021, 11, 24)}, 5, True),
        ({"withdrawn_on": date(2021, 11, 24), "expires_on": date(2030, 1, 1)}, 5, True),
        ({"withdrawn_on": date(2026, 1, 1), "expires_on": date(2021, 11, 24)}, 5, True),
        ({"refused_on": date(2021, 11, 24)}, 5, True),
        ({"refused_on": date(2021, 11, 24)}, 6, False),
        ({"refused_on": date(2021, 11, 24), "purged_on": date(2026, 11, 24)}, 0, False),
        ({"covers_until": date(2001, 1, 1)}, 5, False),  # photos of that day may still be out
    ],
)
def test_a_form_is_kept_for_so_many_years_after_its_end(values: dict[str, Any], keep: int, due: bool) -> None:
    assert is_due(form(**values), TODAY, keep) is due
    assert never_ends(form(**values)) is not bool({"expires_on", "withdrawn_on", "refused_on"} & set(values))


def planted(number: int) -> Release:
    """A form all of whose personal data can be told in any file."""
    word = f"Zebedee{number}x"
    return form(
        f"A-{number}",
        person=f"{word}first {word}last",
        contact=f"{word}mail@example.org, 07700 9{number:05}",
        minor=True,
        guardian=f"{word}guard",
        guardian_relation=f"{word}relation",
        born=f"{1900 + number}-{1901 + number}",
        note=f"{word}note " * 40,
        event=f"Party of {word}FIRST",
        withdrawn_on=date(2020, 1, 1),
        withdrawn_by=f"{word}guard",
        taken_by="PC Kept",
    )


def test_nothing_personal_is_left_after_a_purge(in_file: Register, tmp_path: Path) -> None:
    """Not in the file's free space, not in the history, not among the scans; what others gave is untouched."""
    register = in_file
    forms = [planted(number) for number in range(60)]
    register.add(forms, "Jo")  # enough to split the file's pages, which leaves copies in their free space
    for number in range(0, 60, 2):
        register.save_forms(
            FormIntake(changed=((forms[number], replace(forms[number], person=f"Zebedee{number}new", note="")),)),
            "Jo",
            f"said zebedee{number}xFIRST, now at Zebedee{number}xmail@example.org",
        )
    first = add_with_scan(register, replace(planted(60), reference="S-1"), scan_file(tmp_path, b"%PDF SCAN-ONE"))
    both = scan_file(tmp_path, b"%PDF SCAN-TWO")
    add_with_scan(register, replace(planted(61), reference="S-2"), both)
    add_with_scan(register, form("S-3"), both)  # one paper for two people
    old = [each.reference for each in register.releases() if each.reference != "S-3"]
    left = register.purge(old, TODAY, 5, "Kim")
    assert len(left) == 62
    register.close()
    for file in file_of(register).parent.rglob("*"):
        if file.is_file():
            content = file.read_bytes().lower()
            for trace in (b"zebedee", b"mail@", b"07700 9", b"1940-1941", b"scan-one"):
                assert trace not in content, (file, trace)
    assert not (scans_folder(file_of(register)) / first.scan_name).exists()


def test_a_purge_leaves_the_tombstone(register: Register) -> None:
    """Reference, days, who, and why stay; so do other people's forms."""
    register.add([planted(1), form("B-1")], "Jo")
    register.withdraw("B-1", date(2020, 5, 1), "Ann Smith", "Ann rang PC Kept", asked_by="Ann Smith")
    register.add([form("B-2")], "Jo")
    register.purge(["A-1", "B-1", "B-2"], TODAY, 5, "Kim")
    stone = register.find("b-1")
    assert stone == Release(
        "B-1",
        signed_on=date(2026, 6, 14),
        event="Open Day",
        channels=("flickr", "x"),
        withdrawn_on=date(2020, 5, 1),
        withdrawn_by="[removed]",
        purged_on=TODAY,
    )
    added, withdrawn, purged = register.history("B-1")
    assert (added.kind, added.by) == ("added", "Jo")
    assert (withdrawn.kind, withdrawn.by, withdrawn.why) == ("withdrawn", "[removed]", "[removed] rang PC Kept")
    assert (purged.kind, purged.by, purged.why) == ("purged", "Kim", "Its retention period of 5 years had ended.")
    assert register.find("B-2") == form("B-2")
    with pytest.raises(RegisterError, match="already"):
        register.add([form("B-1")], "Jo")


@given(
    names=st.lists(st.text("aeéßñöxŵ ЖA", min_size=2, max_size=12), min_size=1, max_size=3),
    around=st.lists(st.text("zq .,(-", max_size=6), min_size=4, max_size=4),
    write=st.sampled_from([str.upper, str.lower, str.title, lambda text: unicodedata.normalize("NFD", text)]),
)
@example(names=["ßß"], around=[""] * 4, write=str.title)  # "Ssß": one of them in two letters, the other in one
@example(names=["Gross"], around=[""] * 4, write=lambda text: text.replace("ss", "ß"))
def test_a_name_is_cut_out_however_it_is_written(
    names: list[str], around: list[str], write: Callable[[str], str]
) -> None:
    """In capitals or not, with letters of one piece or of two; what stands around it stays."""
    cuts = plan_removal(form(person=names[0], guardian=names[-1]), [("person", name) for name in names])
    words = [word for name in names for word in name.split() if len(word) > 1]
    text = " ".join(f"{left} {write(word)}" for left, word in zip(around, words, strict=False))
    cut = unicodedata.normalize("NFC", cuts.cut(text)).casefold()
    assert not {word.casefold() for word in words} & set(re.findall(r"\w+", cut.replace("removed", "")))
    assert all(left.strip() in cut for left, _ in zip(around, words, strict=False))


def test_what_is_not_due_is_not_purged_whoever_asks(register: Register) -> None:
    """It is looked at again in the very step that removes: somebody may have changed it meanwhile."""
    register.add([form("B-1", expires_on=date(2021, 1, 1))], "Jo")
    assert register.purge(["B-1", "B-9"], TODAY, 6, "Kim") == []
    assert kinds(register, "B-1") == ["added"]


def test_a_scan_that_another_form_has_stays(register: Register, tmp_path: Path) -> None:
    file = scan_file(tmp_path)
    add_with_scan(register, planted(1), file)
    kept = add_with_scan(register, form("B-1"), file)
    register.purge(["A-1"], TODAY, 5, "Kim")
    assert scans_of(register) == [kept.scan_name]


def test_a_purge_that_was_stopped_is_finished_by_the_next(in_file: Register, tmp_path: Path) -> None:
    """While somebody reads, the file cannot be written anew; the next purge does it, though nothing is due."""
    register = in_file
    add_with_scan(register, planted(1), scan_file(tmp_path))
    register.database.driver.execute("PRAGMA busy_timeout = 50")
    reader = sqlite3.connect(file_of(register), isolation_level=None)
    reader.execute("PRAGMA journal_mode")
    register.database.driver.set_trace_callback(
        lambda said: reader.execute("BEGIN IMMEDIATE") if said == "VACUUM" else None
    )
    with pytest.raises(RegisterError, match="being used"):
        register.purge(["A-1"], TODAY, 5, "Kim")
    register.database.driver.set_trace_callback(None)
    reader.close()
    assert register.find("A-1") is not None
    assert len(scans_of(register)) == 1
    assert register.purge([], TODAY, 5, "Kim") == []
    assert scans_of(register) == []
    assert b"Zebedee" not in file_of(register).read_bytes()
