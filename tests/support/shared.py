"""What is slow to make is made once a run, by the worker of pytest that needs it first, and copied for each test."""

import contextlib
import json
import pickle
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

_WAIT_SECONDS = 600.0  # for another worker to make it


@dataclass(frozen=True)
class Shared:
    """The folders that tests share."""

    root: Path  # one for all workers of a run

    def made(self, make: Callable[[Path], Result]) -> tuple[Path, Result]:
        """The folder that ``make`` has filled, to be read only, and what it returned, which must be picklable."""
        name = f"{make.__module__}.{make.__name__}"
        folder, marker = self.root / name, self.root / f"{name}.made"
        with _alone(self.root / f"{name}.lock"):
            if not marker.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                marker.write_bytes(pickle.dumps(make(folder)))
        result: Result = pickle.loads(marker.read_bytes())  # noqa: S301 - written just above
        return folder, result

    def copied(self, make: Callable[[Path], Result], to: Path) -> Result:
        """The same in a folder of the test's own, as if it had been made there; batches in it too."""
        folder, result = self.made(make)
        shutil.copytree(folder, to, dirs_exist_ok=True)
        for private in to.rglob("private"):
            _move_batch(private, str(folder), str(to))
        return result


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(lock, timeout=_WAIT_SECONDS, isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        yield


def _move_batch(private: Path, old: str, new: str) -> None:
    """Let a batch know its originals at their new place; all else in it stays, to the byte."""
    in_json = (json.dumps(old)[1:-1], json.dumps(new)[1:-1])
    with contextlib.closing(sqlite3.connect(private / "batch.db")) as database, database:
        sources = "UPDATE photos SET source = CAST(replace(CAST(source AS TEXT), ?, ?) AS BLOB)"
        database.execute(sources, (old, new))
        database.execute("UPDATE photos SET record = replace(record, ?, ?)", in_json)
        database.execute("UPDATE facts SET value = replace(value, ?, ?)", in_json)
    originals = private / "originals.csv"
    originals.write_text(originals.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
