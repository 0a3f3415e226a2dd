"""``imgvet watch``: what comes into folders is vetted as ``imgvet batch`` does, whatever goes away meanwhile."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from imgvet.batch.store import open_batch
from imgvet.cli import watch as watch_command
from imgvet.watching import arrivals
from imgvet.watching.wakes import Wakes
from support.commands import Imgvet, Ran
from support.folders import public_files, tree_of
from support.pictures import landscape, save_photo

EVENT = ("--event", "Open Day")
Step = Callable[[], object]


def add(folder: Path, number: int) -> Path:
    return save_photo(folder / f"{number}.jpg", landscape(number)[:150, :200])


@pytest.fixture
def watched(imgvet: Imgvet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Watch, at rest at once; whenever it waits, the next step is done, and after the last Ctrl-C pressed."""
    monkeypatch.setattr(arrivals, "AT_REST", 0)

    def run(words: Sequence[object], *steps: Step) -> Ran:
        waiting: Iterator[Step] = iter(steps)

        def wait(*_: object) -> None:
            step = next(waiting, None)
            if step is None:
                raise KeyboardInterrupt
            step()

        monkeypatch.setattr(Wakes, "wait", wait)
        ran = imgvet("watch", *words)
        assert next(waiting, None) is None, ran.err
        return ran

    return run


def test_the_batch_is_that_of_imgvet_batch(imgvet: Imgvet, watched: Callable[..., Ran], tmp_path: Path) -> None:
    """Photos that came before, meanwhile, and while it was off; the same options, numbers, files and papers."""
    incoming = add(tmp_path / "incoming", 1).parent
    options = ("--out", "b", *EVENT, "--channel", "flickr,x", "--tags", "police")
    first = watched(["incoming", *options], lambda: add(incoming, 2))
    assert first.code == 0, first.err
    assert "Photos: 1 to vet.\n" in first.err
    assert "Photos: 1 to vet, 1 done before." in first.err
    assert "In the batch now: 2 ready." in first.err
    assert first.err.splitlines()[-2:] == [
        "Stopped watching. To watch again: imgvet watch incoming --out b --event 'Open Day' --channel flickr,x "
        "--tags police",
        "Next: imgvet status b",
    ]
    add(incoming, 3)
    again = watched(["b", "--quiet"])
    assert "Photos:" not in again.err
    assert "vetted" not in again.err
    assert "New in flickr/ (round 3): open-day-003.jpg" in again.err
    assert imgvet("batch", "incoming", "--out", "c", *options[2:]).code == 0
    files = [public_files(tmp_path / name) for name in ("b", "c")]
    for each in files:
        for table in ("flickr/flickr.csv", "x/x.csv"):  # which name the round
            del each[table]
    assert files[0] == files[1]
    assert tree_of(tmp_path / "b").keys() == tree_of(tmp_path / "c").keys()
    assert "3 done before" in imgvet("batch", "b").err


def test_what_goes_away_is_waited_for_and_told_once(watched: Callable[..., Ran], tmp_path: Path) -> None:
    """A card, then the drive with the batch; a lock of somebody else; and no batch is made in an empty place."""
    incoming = add(tmp_path / "incoming", 1).parent
    away, batch, batch_away = tmp_path / "away", tmp_path / "b", tmp_path / "b away"
    lock = sqlite3.connect(tmp_path / "unused.db")

    def take_lock() -> None:
        nonlocal lock
        batch_away.rename(batch)
        lock = sqlite3.connect(batch / "private" / "lock.db", isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")

    def lock_away() -> None:
        lock.close()

    ran = watched(
        ["incoming", "--out", "b", *EVENT],
        lambda: incoming.rename(away),
        lambda: None,
        lambda: (add(away, 2), away.rename(incoming)),
        lambda: (batch.rename(batch_away), add(incoming, 3)),
        lambda: None,
        take_lock,
        lambda: None,
        lock_away,
    )
    said = [line[6:] for line in ran.err.splitlines() if line[2:3] == ":"]
    assert said == [
        "In the batch now: 1 ready.",
        "'incoming' is not there, or cannot be opened. It is watched again once it is back.",
        "'incoming' is back.",
        "In the batch now: 2 ready.",
        "The batch folder 'b' is not there. It is worked on again once it is back.",
        *(line for line in said if "every 30 seconds" in line),
        "In the batch now: 3 ready.",
        "Going on.",
    ]
    assert len(said) == 8


def test_a_run_that_was_killed_is_gone_on_with(
    watched: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nothing new comes: its photos are vetted, and their files placed."""
    incoming = add(tmp_path / "incoming", 1).parent
    add(incoming, 2)
    with monkeypatch.context() as patched:
        patched.setattr("imgvet.reports.complete_run.place_photos", lambda *_: (_ for _ in ()).throw(SystemExit(9)))
        assert watched(["incoming", "--out", "b", *EVENT]).code == 9
    for path in incoming.iterdir():
        path.unlink()
    assert "In the batch now: 2 ready." in watched(["b"]).err


@pytest.mark.parametrize(("words", "said"), [
    (["incoming"], "The command needs folders to watch, and the batch folder."),
    (["--out", "b"], "The command needs folders to watch, and the batch folder."),
    (["nowhere", "--out", "b", *EVENT], "'nowhere' is not there."),
    (["incoming/1.jpg", "--out", "b", *EVENT], "'incoming/1.jpg' is a file."),
    (["c/held", "--out", "c"], "'c/held' is in the batch itself."),
    (["c", "--out", "b", *EVENT], "'c' is a batch that imgvet wrote."),
    (["incoming", "--out", "b"], "--event is missing or empty."),
    (["incoming", "--out", "c", "--redact", "all"], "--change-profile"),
])  # fmt: skip
def test_what_cannot_be_watched_is_said_at_once(
    imgvet: Imgvet, tmp_path: Path, words: Sequence[str], said: str
) -> None:
    """Before anything is made; a batch that is there stays as it is."""
    add(tmp_path / "incoming", 1)
    assert imgvet("batch", "incoming", "--out", "c", *EVENT).code == 0
    before = tree_of(tmp_path / "c")
    ran = imgvet("watch", *words)
    assert ran.code == 2
    assert said in ran.err
    assert tree_of(tmp_path / "c") == before
    assert not (tmp_path / "b").exists()


def test_it_takes_what_imgvet_batch_takes() -> None:
    """But what is said of photos that somebody has seen."""
    import inspect

    from imgvet.cli.batch import batch

    taken = {*inspect.signature(watch_command.watch).parameters}
    assert {*inspect.signature(batch).parameters} - taken == watch_command._NOT_TAKEN
    source = inspect.getsource(watch_command)
    unused = [name for name in taken - {"ctx", "sources", "out"} if f'"{name}"' not in source]
    assert unused == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals to a process")
def test_a_watch_by_itself(tmp_path: Path) -> None:
    """In a process of its own: a photo that is copied slowly, a kill -9, a new start, Ctrl-C."""
    incoming = add(tmp_path / "incoming", 1).parent
    data = add(tmp_path, 2).read_bytes()
    words = ("watch", "incoming", "--out", "incoming/b", *EVENT, "--workers", "1")
    with Started(words, tmp_path) as running:
        running.until("Photos: 1 to vet.")
        running.process.kill()
    (incoming / "2.jpg").write_bytes(data[:1000])
    with Started(("watch", "incoming/b"), tmp_path) as running:
        running.until("Watching")
        for end in (2000, 3000, len(data)):
            time.sleep(0.5)
            (incoming / "2.jpg").write_bytes(data[:end])
        running.until("In the batch now: 2 ready.")
        running.process.send_signal(signal.SIGINT)
        said = running.rest()
        assert "To watch again: " in said or "To continue: " in said
        assert running.process.returncode in (0, 130)
    assert len(list(open_batch(incoming / "b").photos())) == 2


class Started:
    """A command of imgvet in a process of its own; it is killed where the test ends before it does."""

    def __init__(self, words: Sequence[str], cwd: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "imgvet", *words],
            cwd=cwd,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        )

    def __enter__(self) -> "Started":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def until(self, said: str) -> None:
        """Wait until it has said that."""
        assert self.process.stderr
        lines = list[str]()
        for line in self.process.stderr:
            lines.append(line)
            if said in line:
                return
        raise AssertionError(lines)

    def rest(self) -> str:
        """What it says until it ends."""
        return self.process.communicate(timeout=120)[1]
