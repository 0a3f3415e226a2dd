"""Random troubles: an office's work is disturbed again and again, and must end as if nobody had: ``make kills N=500``.

A sequence of commands on made-up photos is run once undisturbed. Then it is run again and again, each command disturbed
a few times and given again each time: killed with its workers, at a step of its own on files and databases or by the
clock; on a disk that is full soon; with the folder of the photos, or that of the batch, going away at a step, and
coming back at a later one or afterwards. What is there in the end (published and held files, papers, records,
decisions, forms and their uses) is compared with the undisturbed run. It ends with the count of troubles and
differences, and exit code 1 where there is any difference.
"""

import argparse
import csv
import errno
import io
import itertools
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
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
_MOST_TROUBLES = 10  # of one command, before it may end
_KINDS = ("killed", "killed by the clock", "disk full", "photos gone", "batch gone")
_GONE = {"photos gone": "photos", "batch gone": "b"}  # which folder has another name for a while
_ROOM, _SPARE = 256 * 2**20, 64 * 2**10  # bytes of the disk, and beside what a command needs
_FAULT = 70  # exit code of a command that ended with an exception
_WITH_WORKERS = 0.1  # of all commands that are killed; the others open photos in their own process, which is quicker
_LOADED_ONCE = (
    "imgvet.reports.write_all", "imgvet.batch.run", "imgvet.checklist.import_sheet", "imgvet.cli.release_tables",
    "imgvet.cli.release_uses", "imgvet.releases.import_export", "onnxruntime", "xlsxwriter", "rich.progress",
)  # fmt: skip
_HEARD = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.truncate", "sqlite3.connect"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass(frozen=True)
class Trouble:
    """What happens to a command, once."""

    kind: str
    at: int = 0  # the step before which it does; there is none by the clock, nor on a full disk
    back: int = 0  # the step before which a folder comes back; none of the command's: afterwards


@dataclass(frozen=True)
class Length:
    """What a command took undisturbed."""

    steps: int
    seconds: float
    size: int  # bytes by which its folder grew


def main() -> int:
    """Run all, and say how many rounds ended with a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("troubles", type=int, nargs="?", default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--commands", type=int, default=len(COMMANDS), help="only so many of them, from the first on")
    asked = parser.parse_args()
    chance = random.Random(asked.seed)  # noqa: S311 - nothing secret
    commands = COMMANDS[: asked.commands]
    _same_secret()
    cv2.setNumThreads(1)  # threads do not live on in a fork
    for module in _LOADED_ONCE:  # and not by every command
        import_module(module)
    with tempfile.TemporaryDirectory(prefix="imgvet-kills-") as temporary:
        office = Path(temporary)
        _made_up(office)
        whole, lengths = _undisturbed(office, commands)
        kinds, happened, differences, rounds = _mixed(chance), Counter[str](), 0, 0
        while (left := asked.troubles - happened.total()) > 0:
            rounds += 1
            with _place(office):
                wrong = list[str]()
                for command, length in zip(commands, lengths, strict=True):
                    most = min(_MOST_TROUBLES, left)
                    happened.update(_disturbed(command, length, itertools.islice(kinds, most), chance, wrong))
                wrong += _differing(whole, _state())
            for line in wrong:
                print(f"  round {rounds}: {line}", flush=True)
            differences += bool(wrong)
            told = ", ".join(f"{number} {kind}" for kind, number in sorted(happened.items()))
            print(f"{happened.total()} troubles ({told}), {rounds} rounds, {differences} with a difference", flush=True)
    return int(differences > 0)


def _mixed(chance: random.Random) -> Iterator[str]:
    """All kinds of trouble, in ever another order."""
    while True:
        yield from chance.sample(_KINDS, len(_KINDS))


def _made_up(office: Path) -> None:
    """Photos, a profile and a list of forms: one that is valid, many whose retention period is over."""
    save_photo(office / "photos" / "1.jpg", landscape(1)[:150, :200])
    save_photo(office / "photos" / "2.jpg", portrait()[:260, 100:360])
    save_photo(office / "photos" / "3.jpg", portrait()[:260, 360:100:-1])
    (office / "ours.toml").write_text(
        'name = "Ours"\ntext = "off"\n[organisation]\nname = "Example Office"\n', encoding="utf-8"
    )
    with (office / "forms.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("Reference", "Person", "Signed on", "Event", "Channels", "Expires on"))
        rows.writerow(("LIVE-1", "Alex Example", "2026-06-14", "Open Day", "all", "2099-01-01"))
        for number in range(_DUE_FORMS):
            rows.writerow((f"DUE-{number}", f"Zebedee{number} Quill", "2011-01-01", "Open Day", "all", "2012-01-01"))


@contextmanager
def _place(office: Path) -> Iterator[None]:
    """A folder like the office's, to work in; always of the same name, which is in the records.

    It is a disk of its own where this person may make one.
    """
    place = office.parent / f"{office.name}-work"
    place.mkdir()
    _SYSTEM.disk = place if _mounted(place, f"size={_ROOM}") else None
    shutil.copytree(office, place, dirs_exist_ok=True)
    os.environ["IMGVET_REGISTER"] = str(place / "register.db")
    _SYSTEM.said = office.with_name(f"{office.name}-said")
    os.chdir(place)
    try:
        yield
    finally:
        os.chdir(office)
        _SYSTEM.said.unlink(missing_ok=True)
        if _SYSTEM.disk:
            subprocess.run(["umount", "--lazy", str(place)], check=True)  # noqa: S607
        shutil.rmtree(place, ignore_errors=True)


@dataclass
class _System:
    """The disk that commands work on, if it is one of its own, and where they say something."""

    disk: Path | None = None
    said: Path = Path("said")


_SYSTEM = _System()


def _mounted(place: Path, options: str) -> bool:
    """Mount a disk in memory there, or give the one that is there another size."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _used() -> int:
    """Bytes in use on the disk."""
    status = os.statvfs(".")
    return (status.f_blocks - status.f_bfree) * status.f_frsize


@contextmanager
def _full_soon(length: Length, chance: random.Random) -> Iterator[None]:
    """The disk has room for some of what the command needs, and enough afterwards."""
    room = _used() + chance.randint(4096, length.size + _SPARE)
    _mounted(Path.cwd(), f"remount,size={room}")
    try:
        yield
    finally:
        _mounted(Path.cwd(), f"remount,size={_ROOM}")


def _undisturbed(office: Path, commands: Sequence[Command]) -> tuple[dict[str, Any], list[Length]]:
    """What is there in the end, and what each command takes."""
    lengths = []
    with _place(office):
        for command in commands:
            if "filled.csv" in command:
                _fill_in(Path("b/checklist.csv"), office / "filled.csv")
                shutil.copy(office / "filled.csv", "filled.csv")
            began, before, counted = time.monotonic(), _used(), office.with_name(f"{office.name}-steps")
            code = _ended(_begun(command, None, counted))
            if code not in (0, 1):
                raise SystemExit(f"{' '.join(command)} ended with {code}: {_SYSTEM.said.read_text()}")
            grown = max(0, _used() - before)
            lengths.append(Length(int(counted.read_text()), time.monotonic() - began, grown))
            counted.unlink()
            print(f"{lengths[-1].steps:5} steps, {lengths[-1].seconds:.1f} s: imgvet {' '.join(command)}", flush=True)
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


def _disturbed(
    command: Command, length: Length, kinds: Iterator[str], chance: random.Random, wrong: list[str]
) -> Iterator[str]:
    """Run the command until it ends by itself, disturbed before up to a few times: by what, each time it was."""
    for kind in [*kinds][: chance.randint(1, _MOST_TROUBLES)]:
        workers = chance.random() < _WITH_WORKERS
        at = chance.randrange(length.steps)
        trouble = Trouble(kind, at, at + chance.randrange(1, 2 * length.steps))
        on_disk = kind == "disk full" and _SYSTEM.disk
        with _full_soon(length, chance) if on_disk else nullcontext():
            process = _begun(command, trouble, workers=workers)
            if kind == "killed by the clock":
                time.sleep(chance.uniform(0, length.seconds))
                os.killpg(process, signal.SIGKILL)
            code = _ended(process)
        wrong += _brought_back(kind)
        if code == _FAULT:
            wrong.append(f"{kind}: imgvet {' '.join(command)} failed: {_SYSTEM.said.read_text()}")
        if kind in _GONE or code not in (0, 1):
            yield kind
    code = _ended(_begun(command, None))
    said = _SYSTEM.said.read_text()
    if code not in (0, 1) and not (code == 2 and "is withdrawn already" in said):
        wrong.append(f"imgvet {' '.join(command)} ended with {code}: {said}")


def _brought_back(kind: str) -> Iterator[str]:
    """Give a folder its name again; nothing may have come into its place."""
    folder = Path(_GONE.get(kind, "b"))
    away = folder.with_name(f"{folder.name} away")
    if not away.exists():
        return
    if folder.exists():
        made = sorted(str(path) for path in folder.rglob("*"))
        yield f"{kind}: in its place there was {made}"
        shutil.rmtree(folder)
    away.rename(folder)


def _begun(command: Command, trouble: Trouble | None, counted: Path | None = None, *, workers: bool = False) -> int:
    """Begin the command in a fork, in a process group of its own; the number of its process."""
    process = os.fork()
    if not process:
        os.setpgid(0, 0)
        with nullcontext() if workers else jobs_here():
            _become(command, trouble, counted)
    with suppress(OSError):  # it has done so itself
        os.setpgid(process, process)
    return process


class _Steps:
    """Counts what a command does to files and databases, and lets the trouble come at its step."""

    def __init__(self, trouble: Trouble | None) -> None:
        self._trouble, self.done, self._folder = trouble, 0, ""
        self._no_room = False
        if trouble:
            self._folder = _GONE.get(trouble.kind, "")
            self._no_room = trouble.kind == "disk full" and not _SYSTEM.disk

    def step(self, *_: object) -> None:
        """One step is about to be done."""
        self.done += 1
        trouble = self._trouble
        if trouble is None or self.done <= trouble.at:
            return
        if trouble.kind == "killed":
            os.killpg(0, signal.SIGKILL)
        if self._folder:
            away = f"{self._folder} away"
            if self.done == trouble.at + 1 and os.path.isdir(self._folder):  # noqa: PTH112 - no step itself
                os.rename(self._folder, away)  # noqa: PTH104
            elif self.done == trouble.back + 1 and not os.path.exists(self._folder):  # noqa: PTH110
                os.rename(away, self._folder)  # noqa: PTH104
        if self._no_room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Something is about to be done, as Python tells it; what is done here is no step."""
        is_own = any(isinstance(each, str) and each.endswith(" away") for each in arguments)
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING
        if (event in _HEARD or writes) and not is_own:
            self.step()

    def watched(self, connect: Any) -> Any:
        """What connects to a database, whose statements are steps."""

        def connected(path: Path, timeout: float) -> sqlite3.Connection:
            database: sqlite3.Connection = connect(path, timeout)
            database.set_trace_callback(self.step)
            return database

        return connected


def _become(command: Command, trouble: Trouble | None, counted: Path | None) -> NoReturn:
    """Run the command in this process, and let the trouble come at its step."""
    code, steps = 4, _Steps(trouble)
    try:
        said = os.open(_SYSTEM.said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        sys.argv = ["imgvet", *command]
        store._connect = steps.watched(store._connect)
        sys.addaudithook(steps.heard)
        try:
            run_command()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 4
        except BaseException:  # noqa: BLE001 - whatever it is, nobody foresaw it
            traceback.print_exc()
            code = _FAULT
        if counted:
            counted.write_text(str(steps.done))
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
        "CASE WHEN note LIKE 'Used with the register%' THEN '' ELSE value END, note "  # a random name
        "FROM decisions AS each "
        "WHERE kind <> 'vetted' OR id = (SELECT max(id) FROM decisions WHERE kind = 'vetted' AND photo = each.photo) "
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
        r"[0-9a-f]{16,}|\b[a-z][0-9a-f]{12}-[0-9]+|\b[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?\b|\b[0-9]+ (?:entry|entries)\b",
        "#",
        text,
    )


def _rows(path: str, queries: dict[str, str]) -> dict[str, Any]:
    if not Path(path).exists():
        return {}
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
