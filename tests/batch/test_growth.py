"""The memory of the process grows so little with a batch that 20,000 photos stay under 200 MiB.

Each command runs in a process of its own, on a batch of 50 and on one of some thousands, and says how much memory it
had at most. ``make growth N=20000`` shows the same for any number.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.growth import commands, grown_batch, measured

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read from /proc"),
]

FEW, MANY = 50, 3_000
MOST = 200  # MiB, of every command and size
PHOTOS_TO_COME = 20_000
QUICK = ("status", "decide, every face", "published", "log")  # those that write no papers


@pytest.fixture(scope="module")
def batches(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    return {number: grown_batch(tmp_path_factory.mktemp(f"grown-{number}") / "g", number) for number in (FEW, MANY)}


@pytest.mark.parametrize("name", [*QUICK, "finish, all taken back"])
def test_memory_stays_bounded_from_fifty_photos_to_twenty_thousand(batches: dict[int, Path], name: str) -> None:
    """What a photo adds, times 20,000, still fits: every record, decision and paper is gone through one by one."""
    words = dict(commands(batches[MANY]))[name]
    few, many = (peak_of(batches[number], words) for number in (FEW, MANY))
    assert many < MOST
    a_photo = max(0.0, many - few) / (MANY - FEW)
    assert few + a_photo * (PHOTOS_TO_COME - FEW) < MOST, f"{few:.0f} MiB, and {a_photo * 1024:.1f} KiB a photo"


def peak_of(batch: Path, words: Sequence[object]) -> float:
    done = measured(*words, cwd=batch.parent)
    assert done.code in (0, 1), done.err
    return done.peak


def test_the_papers_of_thousands_are_written_as_they_come(batches: dict[int, Path]) -> None:
    """Contact sheets of thirty photos each and checklists of five hundred, none larger than those of a small batch."""
    batch = batches[MANY]
    measured("finish", batch.name, cwd=batch.parent)
    sheets = [path.stat().st_size for path in batch.glob("contact-sheet-*.jpg")]
    assert len(sheets) == MANY / 30
    assert max(sheets) < 2 * 1024**2
    pages = [path.stat().st_size for path in batch.glob("checklist*.html")]
    assert len(pages) > 1
    assert max(pages) < 40 * 1024**2
