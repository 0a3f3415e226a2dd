"""A batch is read once a phase, and what it says then is handed on."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from imgvet.batch import run, store
from imgvet.batch.decisions.record import DecisionRequest, record_decisions
from imgvet.batch.snapshot import BatchFacts, PublishedFile
from imgvet.batch.store import create_or_open, open_batch
from imgvet.cli.app import app
from imgvet.errors import BatchError
from imgvet.photo import Photo
from imgvet.profile import Profile
from imgvet.rules.duplicates import compare_photos
from support.commands import Imgvet
from support.declaring import declaring
from support.originals import join_originals
from support.pictures import landscape, save_photo

pytestmark = pytest.mark.slow

EVENT = ("--event", "Open Day", "--date", "2026-06-14", "--link", "https://www.example.org/open-day")
PHOTOS = 4


@pytest.fixture
def batch(imgvet: Imgvet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A batch of photos that are done."""
    for number in range(PHOTOS):
        save_photo(tmp_path / "photos" / f"{number}.jpg", landscape(number)[:150, :200])
    police = ("--profile", "west-midlands-police")
    assert declaring(imgvet, "batch", "photos", "--out", "b", *EVENT, *police, by="A. Officer").code == 0
    monkeypatch.chdir(tmp_path)
    return Path("b")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the batch's database was read, by what was read."""
    counts: Counter[str] = Counter()

    def counted(name: str) -> None:
        original: Callable[..., Any] = getattr(store, name)

        def count(*words: Any, **part: Any) -> Any:
            counts[name] += not part  # of the log, the few entries about the batch as a whole are read by themselves
            return original(*words, **part)

        monkeypatch.setattr(store, name, count)

    counted("decode_photo")
    counted("read_rows")
    return counts


@pytest.mark.parametrize(
    ("words", "decodes", "logs"),
    [
        (("batch", "photos", "--out", "b", *EVENT, "--profile", "west-midlands-police"), 3, 5),
        (("finish", "b", "--by", "A. Officer"), 3, 5),
        (("status", "b"), 1, 1),
        (("log", "b"), 1, 1),
        (("checklist", "b"), 1, 1),
        (("decide", "b", "1", "exclude", "--by", "A. Officer", "--note", "twice"), 2, 2),
    ],
)
def test_each_record_is_decoded_once_a_phase(
    batch: Path, calls: Counter[str], words: tuple[str, ...], decodes: int, logs: int
) -> None:
    """A run has three phases: vet, place, and write the papers; placing asks for the log twice, at the last moment."""
    CliRunner().invoke(app, words, catch_exceptions=False)
    assert calls["decode_photo"] == decodes * PHOTOS
    assert calls["read_rows"] == logs


def test_what_is_decided_while_photos_are_vetted_is_respected(
    imgvet: Imgvet, batch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vetting may take an hour; people's decisions are read once more when the files are placed."""
    compare, exclude = compare_photos, DecisionRequest("exclude", "B. Officer", note="Out of date")

    def decided_meanwhile(*given: Any) -> Iterator[Photo]:
        with closing(open_batch(batch).database) as database:
            record_decisions(store.BatchStore(batch, database), Profile(), "2", exclude)
        return compare(*given)

    monkeypatch.setattr(run, "compare_photos", decided_meanwhile)
    assert imgvet("finish", "b").code == 0
    assert [path.name for path in (batch / "held").iterdir()] == ["open-day-002.jpg"]
    assert len(list((batch / "flickr").glob("*.jpg"))) == PHOTOS - 1


def test_facts_are_kept_each_by_itself(tmp_path: Path) -> None:
    """What one command changes leaves the others' facts as they are."""
    folder = create_or_open(tmp_path / "b")
    made = folder.facts()
    assert made == BatchFacts(made.made_at, made.secret)
    assert len(bytes.fromhex(made.secret)) == 32
    stood = (PublishedFile(1, "open-day-001.jpg", "Open Day (1)", "0" * 64, 1),)
    folder.update(facts=replace(made, sheets=("a" * 64,), stood=stood))
    folder.update(facts=replace(folder.facts(), applied=3, stood=None))
    assert folder.facts() == replace(made, sheets=("a" * 64,), applied=3)
    names = {name for (name,) in folder.database.execute("SELECT name FROM facts")}
    assert names == {"made_at", "secret", "sheets", "stood", "applied", "rounds", "digits"}
    folder.database.close()


@pytest.mark.parametrize("table", ["facts SET value = '{'", "photos SET record = '{\"source\": 1}'"])
def test_a_damaged_record_is_told_in_words(tmp_path: Path, table: str) -> None:
    folder = create_or_open(tmp_path / "b")
    join_originals(folder, [tmp_path / "1.jpg"])
    folder.record(Photo("1.jpg", 1), "recipe", None)
    folder.database.execute(f"UPDATE {table}")
    with pytest.raises(BatchError, match="damaged"):
        folder.snapshot()
    folder.database.close()


def test_an_empty_file_is_no_new_batch(tmp_path: Path) -> None:
    """A database that was cut off to nothing had decisions in it, and nobody begins anew in its place."""
    create_or_open(tmp_path / "b").database.close()
    (tmp_path / "b" / "private" / "batch.db").write_bytes(b"")
    with pytest.raises(BatchError, match="damaged"):
        open_batch(tmp_path / "b")
