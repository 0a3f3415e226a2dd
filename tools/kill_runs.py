"""Random kills: an office's work is killed again and again, and must end as if nobody had: ``make kills N=500``.

A sequence of commands on made-up photos is run once undisturbed. Then it is run again and again, each command killed a
few times, with its workers, at a step of its own on files and databases or by the clock, and given again each time.
What is there in the end (published and held files, papers, records, decisions, forms and their uses) is compared with
the undisturbed run. It ends with the count of kills and differences, and exit code 1 where there is any difference.
"""

import argparse
import csv
import io
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import cv2

import imgvet.sqlite_store as store
from imgvet.cli.app import main as run_command
from support.commands import jobs_here
from support.pictures import landscape, portrait, save_photo

Command = tuple[str, ...]

BY = ("--by", "A. Officer")
BATCH = ("batch", "photos", "--out", "b", "--event", "Open Day", "--profile", "ours.toml", "--workers", "1")
COMMANDS: tuple[Command, ...] = (
    BATCH,
    ("release", "import", "forms.csv", *BY),
    ("decide", "b", "2:1", "redact", *BY),
    ("checklist", "b", "--import", "filled.csv", *BY),
    ("finish", "b", "--workers", "1", *BY),
    ("release", "purge", *BY),
    ("release", "withdraw", "LIVE-1", "--why", "By telephone", *BY),
    ("finish", "b", "--workers", "1"),
)
_DUE_FORMS = 50
_MOST_KILLS = 10  # of one command, before it may end
_BY_CLOCK = 0.3  # of all kills
_WITH_WORKERS = 0.1  # of all commands that are killed; the others open photos in their own process, which is quicker
_LOADED_ONCE = (
    "imgvet.reports.write_all", "imgvet.batch.run", "imgvet.checklist.import_sheet", "imgvet.cli.release_tables",
    "imgvet.cli.release_uses", "imgvet.releases.import_export", "onnxruntime", "xlsxwriter", "rich.progress",
)  # fmt: skip
_HEARD = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.truncate", "sqlite3.connect"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def main() -> int:
    """Run all, and say how many kills made a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=500)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)  # noqa: S311 - nothing secret
    _same_secret()
    cv2.setNumThreads(1)  # threads do not live on in a fork
    for module in _LOADED_ONCE:  # and not by every command
        import_module(module)
    with tempfile.TemporaryDirectory(prefix="imgvet-kills-") as temporary:
        office = Path(temporary)
        _made_up(office)
        whole, lengths = _undisturbed(office)
        kills = differences = rounds = 0
        while kills < asked.kills:
            rounds += 1
            with _place(office):
                done = [_disturbed(command, *lengths[n], chance) for n, command in enumerate(COMMANDS)]
                kills += sum(done)
                wrong = _differing(whole, _state())
            for line in wrong:
                print(f"  round {rounds}, kills {done}: {line}", flush=True)
            differences += bool(wrong)
            print(f"{kills} kills, {rounds} rounds, {differences} with a difference", flush=True)
    return int(differences > 0)


def _made_up(office: Path) -> None:
    """Photos, a profile and a list of forms: one that is valid, many whose retention period is over."""
    save_photo(office / "photos" / "1.jpg", landscape(1)[:150, :200])
    save_photo(office / "photos" / "2.jpg", portrait()[:260, 100:360])
    save_photo(office / "photos" / "3.jpg", portrait()[:260, 360:100:-1])
    (office / "ours.toml").write_text('name = "Ours"\n[organisation]\nname = "Example Office"\n', encoding="utf-8")
    with (office / "forms.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("Reference", "Person", "Signed on", "Event", "Channels", "Expires on"))
        rows.writerow(("LIVE-1", "Alex Example", "2026-06-14", "Open Day", "all", "2099-01-01"))
        for number in range(_DUE_FORMS):
            rows.writerow((f"DUE-{number}", f"Zebedee{number} Quill", "2011-01-01", "Open Day", "all", "2012-01-01"))


@contextmanager
def _place(office: Path) -> Iterator[None]:
    """A folder like the office's, to work in; always of the same name, which is in the records."""
    place = office.parent / f"{office.name}-work"
    shutil.copytree(office, place)
    os.environ["IMGVET_REGISTER"] = str(place / "register.db")
    os.chdir(place)
    try:
        yield
    finally:
        os.chdir(office)
        shutil.rmtree(place, ignore_errors=True)


def _undisturbed(office: Path) -> tuple[dict[str, Any], list[tuple[int, float]]]:
    """What is there in the end, and how many steps and seconds each command takes."""
    lengths = []
    with _place(office):
        for command in COMMANDS:
            if "filled.csv" in command:
                _fill_in(Path("b/checklist.csv"), office / "filled.csv")
                shutil.copy(office / "filled.csv", "filled.csv")
            began, counted = time.monotonic(), Path("steps")
            code = _ended(_begun(command, None, counted))
            if code not in (0, 1):
                raise SystemExit(f"{' '.join(command)} ended with {code}: {Path('said').read_text()}")
            lengths.append((int(counted.read_text()), time.monotonic() - began))
            print(f"{lengths[-1][0]:5} steps, {lengths[-1][1]:.1f} s: imgvet {' '.join(command)}", flush=True)
        return _state(), lengths


def _fill_in(sheet: Path, filled: Path) -> None:
    """Give the form to the face of photo 3, as somebody would who got the checklist back."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["form_reference"] = "LIVE-1" if row["photo"] == "3" and row["face"] else ""
    with filled.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(row for row in rows if row["form_reference"])


def _disturbed(command: Command, steps: int, seconds: float, chance: random.Random) -> int:
    """Run the command until it ends by itself, killed before up to a few times; how often it was."""
    kills = 0
    for _ in range(chance.randint(1, _MOST_KILLS)):
        workers = chance.random() < _WITH_WORKERS
        if chance.random() < _BY_CLOCK:
            process = _begun(command, None, workers=workers)
            time.sleep(chance.uniform(0, seconds))
            os.killpg(process, signal.SIGKILL)
        else:
            process = _begun(command, chance.randrange(steps), workers=workers)
        kills += _ended(process) == -signal.SIGKILL
    code = _ended(_begun(command, None))
    if code not in (0, 1) and not (code == 2 and "is withdrawn already" in Path("said").read_text()):
        print(f"  imgvet {' '.join(command)} ended with {code}: {Path('said').read_text()}", flush=True)
    return kills


def _begun(command: Command, killed_after: int | None, counted: Path | None = None, *, workers: bool = False) -> int:
    """Begin the command in a fork, in a process group of its own; the number of its process."""
    process = os.fork()
    if not process:
        os.setpgid(0, 0)
        with nullcontext() if workers else jobs_here():
            _become(command, killed_after, counted)
    with suppress(OSError):  # it has done so itself
        os.setpgid(process, process)
    return process


def _become(command: Command, killed_after: int | None, counted: Path | None) -> NoReturn:
    """Run the command in this process, and end it, with all of its group, at that step."""
    code, done = 4, 0

    def step(*_: object) -> None:
        nonlocal done
        done += 1
        if killed_after is not None and done > killed_after:
            os.killpg(0, signal.SIGKILL)

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _HEARD or (event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING):
            step()

    connect = store._connect

    def watched(path: Path, timeout: float) -> sqlite3.Connection:
        database = connect(path, timeout)
        database.set_trace_callback(step)
        return database

    try:
        said = os.open("said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        sys.argv = ["imgvet", *command]
        store._connect = watched  # type: ignore[assignment]
        sys.addaudithook(heard)
        try:
            run_command()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 4
        if counted:
            counted.write_text(str(done))
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _ended(process: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _same_secret() -> None:
    """Let every batch have the same secret, so that hidden faces are painted alike."""
    real = os.urandom
    os.urandom = lambda size: b"\7" * size if size == 32 else real(size)


def _state() -> dict[str, Any]:
    """All that is there, but for times, random names and the same decision or entry recorded twice."""
    batch = Path("b")
    state: dict[str, Any] = {"folder": sorted(str(path) for path in batch.rglob("*") if path.is_dir())}
    for path in sorted(batch.rglob("*")):
        if path.is_file() and path.name not in {"batch.db", "lock.db"} and not path.name.startswith("checklist"):
            state[str(path)] = path.read_bytes()
        elif path.name.startswith("checklist"):
            state[str(path)] = _without_times(_texts(path))
    state |= _rows("b/private/batch.db", {
        "photos": "SELECT number, sha256, recipe, stamp, record, preview FROM photos ORDER BY number",
        "crops": "SELECT * FROM crops ORDER BY number, face",
        "facts": "SELECT name, value FROM facts WHERE name NOT IN ('made_at', 'identity', 'marks', 'sheets', "
        "'applied', 'applying') ORDER BY name",
        "decisions": "SELECT DISTINCT by, kind, photo, source_sha256, face, "
        "CASE WHEN note LIKE 'Used with the register%' THEN '' ELSE value END, note FROM decisions "  # a random name
        "ORDER BY kind, photo",
    })  # fmt: skip
    state |= _rows("register.db", {
        "releases": "SELECT * FROM releases ORDER BY key",
        "history": "SELECT kind, key, by, why, changes, count(*) FROM history GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2",
        "uses": "SELECT DISTINCT key, photo, file, title, event, channel, until = '' FROM uses ORDER BY 1, 2",
        "register facts": "SELECT name FROM facts WHERE name <> 'uses_since'",
    })  # fmt: skip
    state["left behind"] = sorted(str(path) for path in Path.cwd().rglob("*.unfinished"))
    return state


def _texts(path: Path) -> str:
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8-sig")
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as book:
        return "\n".join(repr(book.read(name)) for name in sorted(book.namelist()))


def _without_times(text: str) -> str:
    """Without times of day and hashes, as the log's head hangs on when decisions were made, and counts of decisions."""
    return re.sub(
        r"[0-9a-f]{16,}|\bk[0-9a-f]{12}-[0-9]+|\b[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?\b|\b[0-9]+ (?:entry|entries)\b",
        "#",
        text,
    )


def _rows(path: str, queries: dict[str, str]) -> dict[str, Any]:
    with closing(sqlite3.connect(path)) as database:
        return {name: database.execute(query).fetchall() for name, query in queries.items()}


def _differing(whole: dict[str, Any], state: dict[str, Any]) -> Sequence[str]:
    return [
        f"{name}: {_short(whole.get(name))} became {_short(state.get(name))}"
        for name in sorted({*whole, *state})
        if whole.get(name) != state.get(name)
    ]


def _short(value: object) -> str:
    text = json.dumps(value, default=repr)
    return text if len(text) < 4000 else f"{text[:4000]}…"


if __name__ == "__main__":
    sys.exit(main())
