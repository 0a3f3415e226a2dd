"""What day it is for forms, also where a computer's clock was set back: never earlier than what was recorded last.

A clock that is behind would make forms valid that have expired. So the later of the two is believed: the clock, or the
latest entry of the log or the register. Where an entry was once written with a clock far ahead, that would let every
form expire; a person who has looked at the clock then says so, with a name, and entries from before that are left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from imgvet.text import long_date, long_time

_TOLERANCE = timedelta(minutes=5)  # between the clocks of two computers


@dataclass(frozen=True, slots=True)
class LatestEntry:
    """The time of the latest entry somewhere."""

    at: str  # ISO 8601; empty where there is none
    where: str  # what it is an entry of, e.g. "the log of this batch"
    way_out: str  # the command to give where the clock is right and the entry is not


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The clock of this computer, and what is later than it."""

    ahead: datetime | None = None  # the latest entry, where it is later than the clock
    entry: LatestEntry | None = None  # that entry
    clock: datetime | None = None  # when they were compared

    @property
    def today(self) -> date:
        """The day by which forms expire: by the clock, or by the latest entry where that is later."""
        here = _now().astimezone().date()
        return here if self.ahead is None else max(here, self.ahead.astimezone().date())

    @property
    def doubt(self) -> str:
        """One plain sentence where the two do not agree; empty where they do."""
        if self.ahead is None or self.entry is None or self.clock is None:
            return ""
        return (
            f"This computer's clock says {long_time(self.clock.isoformat())}, and {self.entry.where} has an entry from "
            f"{long_time(self.ahead.isoformat())}: forms are checked against the later day, {long_date(self.today)}."
        )

    @property
    def way_out(self) -> str:
        """What to do about the doubt."""
        return f"Set the clock. If it is right, record that: {self.entry.way_out}" if self.entry else ""


def read_clock(entries: Iterable[LatestEntry]) -> ClockReading:
    """Compare the clock with the latest entries; an entry whose time cannot be read is ignored."""
    now = _now()
    ahead = [(at, entry) for entry in entries if (at := _time(entry.at)) is not None and at > now + _TOLERANCE]
    if not ahead:
        return ClockReading()
    at, entry = max(ahead, key=lambda each: each[0])
    return ClockReading(at, entry, now)


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _now() -> datetime:
    return datetime.now(UTC)
