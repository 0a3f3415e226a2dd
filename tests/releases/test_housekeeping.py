"""Housekeeping never blocks a withdrawal: a purge costs as much as it removes, in steps between which others write."""

import hashlib
import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from imgvet.releases.records import FormIntake
from imgvet.releases.register import Register
from imgvet.releases.release import Release, Status
from imgvet.releases.scans import FormScan, scans_folder
from imgvet.releases.store import open_register
from imgvet.releases.uses import BatchPlace, UsedPhoto, UseNotes

TODAY = date(2026, 11, 25)
LIVE = "LIVE-1"


def full_register(path: Path, due: int, *, scans: bool = True) -> None:
    """A register with that many forms whose retention period is over, each in use in one batch, and one live form."""
    with open_register(path) as register:
        forms = [
            Release(
                f"DUE-{number}", f"Zebedee{number} Quill", contact=f"z{number}@example.org",
                signed_on=date(2019, 1, 1), event="Fête", channels=("all",), expires_on=date(2020, 1, 1),
            )
            for number in range(due)
        ]  # fmt: skip
        live = Release(LIVE, "Ann", signed_on=date(2026, 6, 14), event="Open Day", channels=("all",))
        copies: list[FormScan] = []
        folder = scans_folder(path)
        folder.mkdir(exist_ok=True)
        for number, form in enumerate(forms if scans else []):
            digest = hashlib.sha256(form.reference.encode()).hexdigest()
            (folder / f".unfinished-{number}").write_bytes(form.reference.encode())
            copies.append(FormScan(folder / f".unfinished-{number}", f"{digest}.png", digest))
            object.__setattr__(form, "scan_name", f"{digest}.png")
        register.save_forms(FormIntake((*forms, live), scans=tuple(copies)), "Jo")
        place = BatchPlace("one batch", "mark", "/office/Ann", "computer", "2026-06-14T10:00:00+00:00")
        used = [
            UsedPhoto(form.reference.casefold(), number, f"fete-{number}.jpg", "Fête", "Fête", "flickr")
            for number, form in enumerate([*forms, live])
        ]
        register.note_uses(place, UseNotes(frozenset(used)))


def purge(register: Register, due: int) -> list[Release]:
    return register.purge([f"DUE-{number}" for number in range(due)], TODAY, 5, "Kim")


def work_of(path: Path, due: int) -> tuple[int, int]:
    """What a purge costs, in SQLite's operations (hundreds), and the most rows that one transaction writes."""
    full_register(path, due)
    cost = Counter[str]()
    rows = [0]

    def heard(statement: str) -> None:
        cost["statements"] += 1
        if statement.startswith("BEGIN"):
            rows.append(0)
        rows[-1] += statement.startswith(("INSERT", "UPDATE", "DELETE"))

    with open_register(path) as register:
        register.database.driver.set_trace_callback(heard)
        register.database.driver.set_progress_handler(lambda: cost.update(operations=1), 100)
        assert len(purge(register, due)) == due
        register.database.driver.set_trace_callback(None)
        register.database.driver.set_progress_handler(None, 0)
    assert list(scans_folder(path).iterdir()) == []
    return cost["operations"] + cost["statements"], max(rows)


def test_a_purge_costs_as_much_as_it_removes_in_short_steps(tmp_path: Path) -> None:
    """Four times as many forms cost about four times as much, and no more rows are written in one transaction."""
    few, rows_of_few = work_of(tmp_path / "few.db", 150)
    many, rows_of_many = work_of(tmp_path / "many.db", 600)
    assert many < 5 * few
    assert rows_of_many == rows_of_few < 300


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[tuple[Path, "subprocess.Popen[str]"]]:
    """A register of which a purge in another process has just begun."""
    path = tmp_path / "forms.db"
    full_register(path, 1500)
    script = f"""
import sys
from datetime import date
from pathlib import Path
from imgvet.releases.store import open_register
with open_register(Path({str(path)!r})) as register:
    print("go", flush=True)
    left = register.purge([f"DUE-{{n}}" for n in range(1500)], date(2026, 11, 25), 5, "Kim")
print(len(left), flush=True)
"""
    running = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert running.stdout
    assert running.stdout.readline() == "go\n"
    yield path, running
    running.kill()
    running.wait()
    running.stdout.close()


def purged(path: Path) -> int:
    with open_register(path) as register:
        return sum(form.status(TODAY) is Status.PURGED or form.purged_on is not None for form in register.releases())


@pytest.mark.slow
def test_who_withdraws_has_a_turn_while_a_purge_runs(busy: tuple[Path, "subprocess.Popen[str]"]) -> None:
    """With the patience that everybody has, which a purge in one piece would have used up."""
    path, running = busy
    while not purged(path):
        pass
    with open_register(path) as register:
        register.database.driver.execute("PRAGMA busy_timeout = 30000")
        register.withdraw(LIVE, TODAY, "Kim", "By telephone")
        register.add([Release("NEW-1", "Bo", signed_on=TODAY, event="E", channels=("all",))], "Jo")
    assert purged(path) < 1500
    assert running.poll() is None
    out = running.communicate(timeout=240)[0]
    assert out == "1500\n"
    with open_register(path) as register:
        live, new = register.find(LIVE), register.find("NEW-1")
        assert live is not None
        assert live.withdrawn_on == TODAY
        assert new is not None
    assert b"Zebedee" not in path.read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_purge_that_is_killed_goes_on(busy: tuple[Path, "subprocess.Popen[str]"]) -> None:
    """What it had removed stays removed; the same again removes the rest, with their scans."""
    path, running = busy
    while not purged(path):
        pass
    running.send_signal(signal.SIGKILL)
    running.wait()
    done = purged(path)
    assert 0 < done < 1500
    with open_register(path) as register:
        assert len(purge(register, 1500)) == 1500 - done
        assert len([each for each in register.history() if each.kind == "purged"]) == 1500
    assert list(scans_folder(path).iterdir()) == []
    assert b"Zebedee" not in path.read_bytes()


def test_a_sweep_that_an_earlier_version_began_is_finished(tmp_path: Path) -> None:
    """It kept the names of scans in one list."""
    full_register(tmp_path / "forms.db", 3)
    names = sorted(each.name for each in scans_folder(tmp_path / "forms.db").iterdir())
    assert len(names) == 3
    with open_register(tmp_path / "forms.db") as register:
        register.database.driver.execute("INSERT INTO facts VALUES ('sweep', ?)", (json.dumps(["0" * 64 + ".png"]),))
        (scans_folder(tmp_path / "forms.db") / f"{'0' * 64}.png").touch()
        register.sweep()
        assert sorted(each.name for each in scans_folder(tmp_path / "forms.db").iterdir()) == names
        assert register.database.driver.execute("SELECT count(*) FROM facts WHERE name LIKE 'sweep%'").fetchone() == (
            0,
        )


def test_the_folder_of_a_batch_loses_a_name_once_nobody_else_needs_it(tmp_path: Path) -> None:
    """Another form that is in use there keeps it, as the next command names the folder."""
    path = tmp_path / "forms.db"
    full_register(path, 8, scans=False)
    with open_register(path) as register:
        purge(register, 8)
        assert "/office/Ann" in str(register.place("one batch"))
        register.withdraw(LIVE, date(2020, 1, 1), "Kim", "By telephone")
        register.purge([LIVE], TODAY, 5, "Kim")
        assert "/office/[removed]" in str(register.place("one batch"))


def test_a_withdrawal_waits_longer_than_anybody_else(tmp_path: Path) -> None:
    """It must not be turned away; and only it: whoever adds a form is told sooner."""
    full_register(tmp_path / "forms.db", 1)
    patience: list[tuple[str, int]] = []
    with open_register(tmp_path / "forms.db") as register:

        def heard(statement: str) -> None:
            if statement.startswith("PRAGMA busy_timeout ="):
                patience.append((statement, int(statement.rpartition(" ")[2])))

        register.database.driver.set_trace_callback(heard)
        register.add([Release("A-1", "Bo", signed_on=TODAY, event="E", channels=("all",))], "Jo")
        assert patience == []
        register.withdraw(LIVE, TODAY, "Kim", "By telephone")
        register.refuse("A-1", TODAY, "Kim")
        register.add([Release("A-2", "Cy", refused_on=TODAY)], "Jo")
        assert [seconds for _, seconds in patience] == [300_000, 30_000] * 3


@pytest.mark.slow
def test_who_withdraws_has_a_turn_while_a_list_is_imported(tmp_path: Path) -> None:
    """A list is imported whole or not at all, so it is one transaction: short enough for everybody's patience."""
    full_register(tmp_path / "register.db", 0)
    lines = ["Reference,Person,Signed on,Event,Channels"]
    lines += [f"NEW-{number},Ann Example,2026-06-14,Open Day,all" for number in range(3000)]
    (tmp_path / "forms.csv").write_text("\n".join(lines), encoding="utf-8")
    words = ("release", "import", "forms.csv", "--by", "Jo", "--register", "register.db")
    command = [sys.executable, "-m", "imgvet", *words]
    nowhere = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=tmp_path, stdout=nowhere, stderr=nowhere) as importing:
        turns = 0
        while importing.poll() is None or turns == 0:
            turns += 1
            with open_register(tmp_path / "register.db") as register:
                register.database.driver.execute("PRAGMA busy_timeout = 30000")
                register.add([Release(f"R-{turns}", "Bo", signed_on=TODAY, event="E", channels=("all",))], "Jo")
                register.withdraw(f"R-{turns}", TODAY, "Kim", "By telephone")
        assert importing.returncode == 0
    with open_register(tmp_path / "register.db") as register:
        forms = list(register.releases())
        assert len(forms) == 3001 + turns
        assert sum(form.status(TODAY) is Status.WITHDRAWN for form in forms) == turns
