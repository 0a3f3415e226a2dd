"""A clock that was set back makes no form valid again, and one that was far ahead closes none for ever."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from imgvet.batch.store import open_batch
from imgvet.clock import LatestEntry, read_clock
from imgvet.decisions import Decision
from imgvet.errors import RegisterError
from imgvet.releases.release import Release, Status
from imgvet.releases.store import open_register
from support.commands import Imgvet
from support.forms import signed
from support.pictures import portrait, save_photo

EVENT = ("--event", "Open Day")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The clock of this computer, to be set: its last entry is the time."""
    hands = [NOW]

    class Hands(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return hands[-1]

    monkeypatch.setattr("imgvet.clock._now", lambda: hands[-1])
    for module in ("imgvet.releases.register", "imgvet.batch.store"):
        monkeypatch.setattr(f"{module}.datetime", Hands)
    return hands


def entry(at: str) -> LatestEntry:
    return LatestEntry(at, "the log", "say so")


@pytest.mark.parametrize(
    ("at", "ahead"),
    [
        ("", False), ("2026-11-25T11:00:00+00:00", False), ("2026-11-25T12:04:59+00:00", False),
        ("2026-11-25T12:06:00+00:00", True), ("2062-11-25T12:00:00+00:00", True), ("2026-11-25T13:30:00+02:00", False),
        ("9999-12-31T23:59:59+00:00", True), ("0001-01-01T00:00:00+00:00", False), ("soon", False), ("-1", False),
    ],
)  # fmt: skip
def test_a_clock_is_behind_where_an_entry_is_later_by_minutes(clock: list[datetime], at: str, ahead: bool) -> None:
    """Clocks of two computers differ a little; what is no time says nothing."""
    reading = read_clock([entry(at), entry("2026-01-01T00:00:00+00:00")])
    assert bool(reading.doubt) is ahead
    assert (reading.today >= date(2026, 11, 25)) is True
    if ahead and at[:4] not in {"9999"}:
        assert at[:4] in reading.doubt


def test_the_latest_of_all_entries_counts(clock: list[datetime]) -> None:
    reading = read_clock([entry("2027-01-02T12:00:00+00:00"), entry("2031-03-04T12:00:00+00:00"), entry("")])
    assert reading.today == date(2031, 3, 4)
    assert "4 March 2031" in reading.doubt


def test_the_register_is_judged_by_the_later_day(imgvet: Imgvet, tmp_path: Path, clock: list[datetime]) -> None:
    """A form that has expired stays so, wherever it is asked; and that the clock is behind is said in one line."""
    signed(tmp_path, "WMP-1", expires_on=date(2026, 11, 20))
    assert imgvet("release", "list", "--status", "expired").out.startswith("Reference")
    clock.append(NOW - timedelta(days=30))
    for words in (("list", "--status", "expired"), ("show", "WMP-1"), ("list", "--status", "expired", "--json")):
        ran = imgvet("release", *words)
        assert "expired" in ran.out
        assert ran.err.count("This computer's clock says 26 October 2026") == 1
        assert "an entry from 25 November 2026" in ran.err
        assert "imgvet release clock --by NAME --why TEXT" in ran.err
    with open_register(tmp_path / "register.db") as register:
        assert register.withdraw("WMP-1", register.clock.today, "Kim", "By telephone").withdrawn_on == NOW.date()
        assert [each.kind for each in register.history("WMP-1")] == ["added", "withdrawn"]
        assert [each.at[:10] for each in register.history("WMP-1")] == ["2026-11-25", "2026-10-26"]
    ran = imgvet("release", "withdraw", "WMP-1", "--by", "Kim", "--why", "x")
    assert "withdrawn already" in ran.err


def test_a_clock_that_was_far_ahead_is_put_right_by_a_person(
    imgvet: Imgvet, tmp_path: Path, clock: list[datetime]
) -> None:
    """Until then every form has expired and nothing is removed for good; after that, all is as it was."""
    clock.append(datetime(2062, 6, 3, 12, tzinfo=UTC))
    signed(tmp_path, "WMP-1", expires_on=date(2027, 1, 1))
    clock.append(NOW)
    assert "expired" in imgvet("release", "show", "WMP-1").out
    purge = imgvet("release", "purge", "--by", "Kim")
    assert purge.code == 2
    assert "Nothing is erased" in purge.err
    assert imgvet("release", "clock", "--by", "Kim").code == 2  # no reason
    assert imgvet("release", "clock", "--by", " ", "--why", "The radio says so").code == 2
    assert imgvet("release", "clock", "--by", "Kim", "--why", "The radio says so").code == 0
    shown = imgvet("release", "show", "WMP-1")
    assert "WMP-1: active" in shown.out
    assert shown.err == ""
    assert imgvet("release", "purge", "--by", "Kim").code == 0
    assert imgvet("release", "clock", "--by", "Kim", "--why", "again").code == 2  # nothing to record
    clock.append(NOW - timedelta(days=400))  # set back after that: noticed again
    assert "This computer's clock says" in imgvet("release", "show", "WMP-1").err
    with open_register(tmp_path / "register.db") as register:
        (line,) = [each for each in register.history() if each.kind == "clock"]
        assert (line.by, line.why) == ("Kim", "The radio says so")


def test_a_batch_is_judged_by_the_later_day(imgvet: Imgvet, tmp_path: Path, clock: list[datetime]) -> None:
    """By its own log and by the register's history; a face stays open whose form has expired."""
    save_photo(tmp_path / "photos" / "1.jpg", portrait())
    signed(tmp_path, "WMP-1", expires_on=date(2026, 11, 20))
    assert imgvet("batch", "photos", "--out", "b", *EVENT).code == 0
    clock.append(NOW - timedelta(days=30))  # the form would be valid
    assert imgvet("decide", "b", "1:1", "release", "WMP-1", "--by", "Kim").code == 0
    for words in (("status", "b"), ("finish", "b"), ("batch", "photos", "--out", "b", *EVENT)):
        ran = imgvet(*words)
        assert ran.err.count("This computer's clock says 26 October 2026") == 1, ran.err
        assert "expired on 20 November 2026" in ran.err or "release" in ran.err
        assert not list((tmp_path / "b" / "flickr").glob("*.jpg"))


def test_the_log_of_a_batch_counts_and_is_put_right(imgvet: Imgvet, tmp_path: Path, clock: list[datetime]) -> None:
    """Where only the batch has the later entry."""
    save_photo(tmp_path / "photos" / "1.jpg", portrait())
    signed(tmp_path, "WMP-1", expires_on=date(2027, 1, 1))
    assert imgvet("batch", "photos", "--out", "b", *EVENT).code == 0
    open_batch(tmp_path / "b").decide(Decision("finish", "Kim", "2062-06-03T12:00:00+00:00"))
    assert imgvet("decide", "b", "1:1", "release", "WMP-1", "--by", "Kim").code == 0
    ran = imgvet("finish", "b")
    assert "the log of this batch has an entry from 3 June 2062" in ran.err
    assert "imgvet finish BATCH --clock-is-right --by NAME" in ran.err
    assert not list((tmp_path / "b" / "flickr").glob("*.jpg"))
    assert imgvet("finish", "b", "--clock-is-right").code == 2
    ran = imgvet("finish", "b", "--clock-is-right", "--by", "Kim")
    assert ran.code == 0, ran.err
    assert "clock" not in ran.err
    assert list((tmp_path / "b" / "flickr").glob("*.jpg"))
    assert imgvet("finish", "b", "--clock-is-right", "--by", "Kim").code == 2
    assert "clock" in imgvet("log", "b").out
    assert imgvet("log", "b", "--verify").code == 0
    clock.append(NOW - timedelta(days=400))
    assert "This computer's clock says" in imgvet("status", "b").err


def test_nothing_is_removed_while_the_day_is_in_doubt(tmp_path: Path, clock: list[datetime]) -> None:
    with open_register(tmp_path / "forms.db") as register:
        register.add([Release("A-1", "Ann", signed_on=date(2019, 1, 1), expires_on=date(2020, 1, 1))], "Jo")
    clock.append(NOW - timedelta(hours=1))
    with open_register(tmp_path / "forms.db") as register:
        with pytest.raises(RegisterError, match="Nothing is erased"):
            register.purge(["A-1"], NOW.date(), 5, "Kim")
        form = register.find("A-1")
        assert form is not None
        assert form.person == "Ann"
        assert form.status(register.clock.today) is Status.EXPIRED
