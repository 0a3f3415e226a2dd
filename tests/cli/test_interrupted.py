"""Ctrl-C in real processes, to the whole group as terminals send it: what is kept, how to go on, nothing by halves."""

import shlex
import signal
import sys
from pathlib import Path

import pytest

from imgvet.batch.status import not_vetted
from imgvet.batch.store import open_batch
from imgvet.proof.prove import prove
from support.commands import Imgvet, Ran, run_and_kill
from support.folders import names
from support.pictures import landscape, save_photo

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals to a group of processes"),
]


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """More photos than are vetted before anybody can press a key."""
    for number in range(12):
        save_photo(tmp_path / "photos" / f"{number}.jpg", landscape(number))
    return tmp_path


def stopped(ran: Ran) -> str:
    """What a command said that was stopped as it should be."""
    assert ran.code == 130, ran.err
    assert "Traceback" not in ran.err
    assert "KeyboardInterrupt" not in ran.err
    assert ran.err.count("imgvet: Stopped") == 1
    return ran.err


def words_of(command: str) -> list[str]:
    """The words of a command as a terminal reads it, after imgvet."""
    program, *words = shlex.split(command)
    assert program == "imgvet"
    return words


@pytest.mark.parametrize("moment", [b"12 to vet", b"of 12 vetted"], ids=["while workers start", "in the middle"])
def test_a_batch_that_is_stopped_says_how_to_go_on(imgvet: Imgvet, many: Path, moment: bytes) -> None:
    """Ctrl-C names the command, so does status, and that command alone makes the batch whole."""
    words = ("batch", "photos", "--out", "b", "--event", "Open Day", "--tags", "one", "--tags", "two", "--workers", "2")
    said = stopped(run_and_kill(words, many, moment, signal.SIGINT))
    left = not_vetted(open_batch(many / "b"))
    assert left
    assert f"Photos vetted so far are kept in 'b'; {left} photo" in said
    assert said.splitlines()[-1] == (
        "To continue: imgvet batch photos --out b --event 'Open Day' --tags one --tags two --workers 2"
    )
    assert list((many / "b" / "flickr").iterdir()) == []
    status = imgvet("status", "b")
    assert status.code == 1
    assert f"The last run was interrupted: {left} photo" in status.err
    last = status.err.splitlines()[-1]
    assert last == "Next: imgvet batch b"
    ran = imgvet(*words_of(last.removeprefix("Next: ")))
    assert ran.code == 0
    assert f"Photos: {left} to vet" in ran.err
    assert list((many / "b").rglob("*.unfinished")) == []
    assert len(names(many / "b" / "flickr")) == 13
    after = imgvet("status", "b")
    assert after.code == 0
    assert "interrupted" not in after.err


def test_finish_that_is_stopped_goes_on_with_finish(imgvet: Imgvet, many: Path) -> None:
    """Whoever finishes need not know how the batch was made."""
    assert imgvet("batch", "photos", "--out", "b", "--event", "Open Day").code == 0
    for number in range(12):
        (many / "b" / "flickr" / f"open-day-{number + 1:03d}.jpg").unlink()
    said = stopped(run_and_kill(("finish", "b", "--workers", "1"), many, b"of 12 vetted", signal.SIGINT))
    assert said.splitlines()[-1] == "To continue: imgvet finish b --workers 1"
    assert "The last run was interrupted" in imgvet("status", "b").err
    assert imgvet("finish", "b").code == 0
    assert "interrupted" not in imgvet("status", "b").err


@pytest.mark.parametrize(("words", "out"), [
    (("check", "photos"), "imgvet-ready"),
    (("strip", "photos", "--workers", "1"), "imgvet-stripped"),
], ids=["check", "strip"])  # fmt: skip
def test_copies_of_a_command_that_is_stopped_are_whole(many: Path, words: tuple[str, ...], out: str) -> None:
    """What was named is there, proven; of the rest there is nothing half, and no more than the one just to be named."""
    ran = run_and_kill(words, many, b"1.jpg: ", signal.SIGINT, on_stdout=True)
    said = stopped(ran)
    assert "Finished copies are complete" in said
    assert said.splitlines()[-1] == f"Start again: imgvet {' '.join(words)}"
    copies = sorted((many / out).iterdir()) if (many / out).is_dir() else []
    told = [line for line in ran.out.splitlines() if out in line]
    assert all(any(copy.name in line for copy in copies) for line in told)
    assert len(told) <= len(copies) <= len(told) + 1 < 12
    assert all(prove(copy.read_bytes(), stripped=words[0] == "strip").proven for copy in copies)


@pytest.mark.parametrize("command", ["inspect", "prove"])
def test_commands_that_write_nothing_say_so(many: Path, command: str) -> None:
    """And how to start again."""
    for number in range(800):
        (many / "photos" / f"again {number}.jpg").hardlink_to(many / "photos" / "0.jpg")
    ran = run_and_kill((command, "photos"), many, b"0.jpg", signal.SIGINT, on_stdout=True)
    said = stopped(ran)
    assert "Nothing was written." in said
    assert said.splitlines()[-1] == f"Start again: imgvet {command} photos"
    assert names(many) == ["photos"]
