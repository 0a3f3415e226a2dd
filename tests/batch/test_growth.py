"""The memory of the process hardly grows with a batch; docs/it/speed.md has what 20,000 photos take.

Each command runs in a process of its own, on a small batch and on one of thousands, and says how much memory it had at
most. A part of what it has more are whole contact sheets and parts of the checklist in hand, which take what they take
in any larger batch. ``make growth N=20000`` shows the same for any number.
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

FEW, MANY = 50, 4_000
MOST = 150  # MiB; so much that 20,000 stay under 200
MOST_A_PHOTO = 10  # KiB; before 0.7 it was 370
QUICK = ("status", "decide, every face", "published", "log")  # those that write no papers


@pytest.fixture(scope="module")
def batches(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    return {number: grown_batch(tmp_path_factory.mktemp(f"grown-{number}") / "g", number) for number in (FEW, MANY)}


@pytest.mark.parametrize("name", [*QUICK, "finish, all taken back"])
def test_memory_hardly_grows_with_the_photos(batches: dict[int, Path], name: str) -> None:
    """Every record, decision and paper is gone through one by one; none is kept that is not in hand."""
    words = dict(commands(batches[MANY]))[name]
    few, many = (peak_of(batches[number], words) for number in (FEW, MANY))
    assert many < MOST
    assert 1024 * (many - few) / (MANY - FEW) < MOST_A_PHOTO


def peak_of(batch: Path, words: Sequence[object]) -> float:
    done = measured(*words, cwd=batch.parent)
    assert done.code in (0, 1, 3), done.err  # 3: some photos are blocked
    return done.peak


def test_the_papers_of_thousands_are_written_as_they_come(batches: dict[int, Path]) -> None:
    """Contact sheets of thirty photos each and checklists of five hundred, none larger than those of a small batch."""
    batch = batches[MANY]
    measured("finish", batch.name, cwd=batch.parent)
    sheets = [path.stat().st_size for path in batch.glob("contact-sheet-*.jpg")]
    assert len(sheets) == -(-MANY // 30)
    assert max(sheets) < 2 * 1024**2
    pages = [path.stat().st_size for path in batch.glob("checklist*.html")]
    assert len(pages) > 1
    assert max(pages) < 40 * 1024**2
