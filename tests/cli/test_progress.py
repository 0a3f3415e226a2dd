"""How far a run is: what is reckoned, what is printed without a terminal, and what --quiet leaves out."""

import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from imgvet.cli.progress import how_far, slow_words, time_left, vetting_progress
from imgvet.photo import Finding, Photo, Verdict
from imgvet.photo_jobs import PhotoJob
from imgvet.reports.pace import Pace
from support.commands import Imgvet
from support.pictures import landscape, save_photo


class Clock:
    """Seconds, as a test sets them."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def job(number: int) -> PhotoJob:
    return PhotoJob(number, Path(f"IMG_{number}.jpg"))


def vetted(number: int, verdict: Verdict = Verdict.READY) -> Photo:
    return Photo(source=f"IMG_{number}.jpg", number=number, findings=(Finding("any", verdict, "It is.", ""),))


def test_time_left_is_reckoned_by_bytes() -> None:
    """Ten large photos after ten small ones take longer than those did; a count alone would say as long."""
    clock = Clock()
    pace = Pace(dict.fromkeys(range(10), 0) | dict.fromkeys(range(10, 20), 18 * 2**20), clock)
    assert pace.seconds_left is None
    for number in range(10):
        pace.start(job(number))
        clock.now += 1
        pace.finish(vetted(number))
    assert pace.seconds_left == pytest.approx(100)
    assert pace.part == pytest.approx(1 / 11)
    assert how_far(pace) == "10 of 20 vetted (10 ready), 1.0 a second, about 2 min left"


def test_speed_is_that_of_the_last_photos() -> None:
    """A laptop that gets slower after the first five hundred says so."""
    clock = Clock()
    pace = Pace(dict.fromkeys(range(1000), 1000), clock)
    for number in range(800):
        clock.now += 0.1 if number < 500 else 2
        pace.finish(vetted(number))
    assert pace.per_second == pytest.approx(0.5)
    assert pace.seconds_left == pytest.approx(400)
    clock.now += 800  # all stands still
    assert pace.seconds_left == pytest.approx(2000)


def test_a_photo_in_work_is_named_once_it_is_slow() -> None:
    """Not while workers may still be starting, and not when it has come back."""
    clock = Clock()
    pace = Pace(dict.fromkeys(range(3), 1000), clock)
    pace.start(job(1))
    clock.now = 15
    assert slow_words(pace) == []
    pace.start(job(2))
    pace.finish(vetted(2, Verdict.RELEASE))
    assert slow_words(pace) == ["IMG_1.jpg takes long: 15 s so far."]
    pace.finish(vetted(1, Verdict.FAILED))
    assert slow_words(pace) == []
    assert how_far(pace).startswith("2 of 3 vetted (1 release, 1 failed), ")


@pytest.mark.parametrize(("seconds", "words"), [
    (0.4, "about 1 s left"), (12, "about 10 s left"), (59, "about 60 s left"), (61, "about 1 min left"),
    (3599, "about 1 h 0 min left"), (5400, "about 1 h 30 min left"),
])  # fmt: skip
def test_time_left_in_words(seconds: float, words: str) -> None:
    assert time_left(seconds) == words


def test_two_thousand_photos_are_ten_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal; and nothing at all with --quiet."""
    for quiet in (False, True):
        with vetting_progress(dict.fromkeys(range(2000), 4096), quiet=quiet) as progress:
            for each in progress.jobs(map(job, range(2000))):
                progress.done(vetted(each.number))
        said = capsys.readouterr().err.splitlines()
        assert len(said) == (0 if quiet else 10)
    with vetting_progress({}):
        pass
    assert capsys.readouterr().err == ""


def test_quiet_leaves_only_what_came_of_it(imgvet: Imgvet, tmp_path: Path) -> None:
    save_photo(tmp_path / "photos" / "1.jpg", landscape(1)[:150, :200])
    words = ("batch", "photos", "--out", "b", "--event", "Open Day")
    assert "Photos: 1 to vet." in imgvet(*words).err
    (tmp_path / "b" / "flickr" / "open-day-001.jpg").unlink()
    loud = imgvet("finish", "b")
    (tmp_path / "b" / "flickr" / "open-day-001.jpg").unlink()
    quiet = imgvet("finish", "b", "--quiet")
    assert "1 of 1 vetted" in loud.err
    progress = ("Photos: ", "1 of 1 vetted")
    assert [line for line in loud.err.splitlines() if not line.startswith(progress)] == quiet.err.splitlines()


@pytest.fixture
def ctrl_c_is_heard() -> Iterator[None]:
    """Also where the tests run in the background of a shell, which makes them deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c_is_heard")
@pytest.mark.skipif(sys.platform == "win32", reason="signals to this process")
def test_ctrl_c_once_lets_photos_in_work_end(capsys: pytest.CaptureFixture[str]) -> None:
    """No further one is started, and those that were are done; also where it is pressed before the first."""
    back = list[int]()

    def interrupted() -> None:
        with vetting_progress(dict.fromkeys(range(9), 0), quiet=True) as progress:
            jobs = progress.jobs(map(job, range(9)))
            in_work = [next(jobs), next(jobs)]
            signal.raise_signal(signal.SIGINT)
            time.sleep(1)
            for each in (*in_work, *jobs):
                progress.done(vetted(each.number))
                back.append(each.number)

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert back == [0, 1]
    said = capsys.readouterr().err
    assert said == "Stopping once 2 photos in work are done. Press Ctrl-C again to stop at once.\n"


@pytest.mark.usefixtures("ctrl_c_is_heard")
@pytest.mark.skipif(sys.platform == "win32", reason="signals to this process")
def test_ctrl_c_twice_stops_at_once() -> None:
    """And Ctrl-C is as ever afterwards."""
    before = signal.getsignal(signal.SIGINT)

    def interrupted_twice() -> None:
        with vetting_progress({1: 0, 2: 0}) as progress:
            next(progress.jobs(map(job, (1, 2))))
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            raise AssertionError("it went on")

    with pytest.raises(KeyboardInterrupt):
        interrupted_twice()
    assert signal.getsignal(signal.SIGINT) is before
