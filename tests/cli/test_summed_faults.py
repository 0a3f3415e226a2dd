"""Thousands of files that cannot be read are told in few lines, and every one of them with --json."""

import os
from pathlib import Path

import pytest

from imgvet.cli.faults import FaultSummary
from support.commands import Imgvet
from support.pictures import landscape, save_photo

BROKEN = 150


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Files of three kinds, and one good photo behind them."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(BROKEN):
        data = (b"", b"Dear Sir or Madam, " * (number + 1), b"\0\1" + os.urandom(number + 40))[number % 3]
        (folder / f"IMG_{number:04}.jpg").write_bytes(data)
    save_photo(folder / "Z.jpg", landscape(1)[:200, :300])
    return folder


def test_the_first_are_told_by_themselves_and_the_others_by_kind() -> None:
    """Numbers, and what is quoted, make no kind of their own; the commonest kind comes first."""
    faults = FaultSummary(2)
    told = [faults.one_by_one(f"{n}.jpg", f"It ends at byte {n} of 'x{n}' (page {n}).") for n in range(6)]
    assert told == [True, True, False, False, False, False]
    assert not any(faults.one_by_one(f"{n}.jpg", "It is empty.") for n in range(6, 12))
    assert list(faults.lines("imgvet status b --json")) == [
        "… and 10 photos more:",
        "       6  It is empty: 6.jpg, 7.jpg, 8.jpg, …",
        "       4  It ends at byte 2 of 'x2' (page 2): 2.jpg, 3.jpg, 4.jpg, …",
        "All of them, one a line: imgvet status b --json",
    ]


def test_nothing_is_summed_up_where_all_was_told() -> None:
    faults = FaultSummary(3)
    assert all(faults.one_by_one(f"{n}.jpg", "It is empty.") for n in range(3))
    assert list(faults.lines("x")) == []


def test_faults_that_strangers_word_fill_no_memory_and_no_screen() -> None:
    """A hostile folder in which every file has a fault of its own."""
    faults = FaultSummary(0)
    for number in range(5_000):
        faults.one_by_one(f"{number}.jpg", "abc" * 300 + "x" * number)
    lines = list(faults.lines("x"))
    assert len(lines) <= 23
    assert len(faults._kinds) <= 501
    assert sum(int(line.split()[0]) for line in lines[1:-1]) == 5_000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "most"),
    [
        (("batch", "photos", "--out", "b", "--event", "Open Day"), 50),
        (("check", "photos"), 400),
        (("strip", "photos"), 100),
        (("inspect", "photos"), 100),
        (("prove", "photos"), 120),
    ],
)
def test_a_folder_of_broken_files_ends_in_one_short_summary(
    imgvet: Imgvet, broken: Path, words: tuple[str, ...], most: int
) -> None:
    """Each kind with its number and the first names; the good photo is told all the same."""
    ran = imgvet(*words)
    lines = (ran.out + ran.err).splitlines()
    assert ran.code == 4
    assert len(lines) < most
    (more,) = (line for line in lines if "… and" in line)
    (end,) = (line for line in lines if "All of them, one a line: " in line)
    kinds = lines[lines.index(more) + 1 : lines.index(end)]
    assert sum(int(line.split()[0]) for line in kinds) == int(more.split()[2])
    assert all(".jpg" in line for line in kinds)
    if words[0] != "batch":
        assert any("Z.jpg" in line for line in lines)
        assert len(imgvet(*words, "--json").lines) == BROKEN + 1
    else:
        status = imgvet("status", "b")
        assert len(status.err.splitlines()) < 130
        assert "imgvet status b --json" in status.err
        assert len(imgvet("status", "b", "--json").lines) == BROKEN + 1
