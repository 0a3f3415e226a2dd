"""The order in which photos were taken: cameras in different time zones, clocks that were wrong, times nobody knows.

Plain data in, plain data out; ``imgvet.inspection.capture_time`` says where in a file the times are.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from imgvet.errors import UsageError
from imgvet.text import natural_order, path_order

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class CaptureFacts:
    """What a file says of when and with what it was taken. Private: it is never published."""

    captured: str = ""  # ISO 8601 by the camera's clock, decimals and UTC offset where known; a day alone; or empty
    camera: str = ""  # make and model as people know it, e.g. "Canon EOS R6"
    serial: str = ""  # of the camera's body; it is never part of a record


class CaptureRecord(NamedTuple):
    """One photo, as far as its place in the order goes."""

    captured: str  # as in ``CaptureFacts``
    camera: str
    path: str  # of the original; a file's name alone will do
    number: int = 0
    serial: str = ""


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """What has to be added to the clock of one camera to make it right."""

    camera: str  # as somebody typed it, by model or by make and model
    serial: str  # how the serial number of its body ends; empty: all bodies of that camera
    seconds: int

    def applies_to(self, camera: str, serial: str = "") -> bool:
        """Whether that camera is meant; capitals, blanks and words such as "Corporation" make no difference."""
        (typed, ends_typed), (there, ends_there) = _spellings(self.camera), _spellings(camera)
        meant = bool(typed & ends_there or there & ends_typed)
        return meant and serial.casefold().endswith(self.serial.casefold())

    def __str__(self) -> str:
        minutes, seconds = divmod(abs(self.seconds), 60)
        body = f"#{self.serial}" if self.serial else ""
        return f"{self.camera}{body}={'-' if self.seconds < 0 else '+'}{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def in_capture_order(
    items: Iterable[Item], record_of: Callable[[Item], CaptureRecord], offsets: Sequence[ClockOffset] = ()
) -> list[Item]:
    """The items in the order of ``capture_keys``."""
    items = list(items)
    keys = capture_keys([record_of(item) for item in items], offsets)
    return [items[index] for index in sorted(range(len(items)), key=keys.__getitem__)]


def capture_keys(records: Sequence[CaptureRecord], offsets: Sequence[ClockOffset] = ()) -> list[tuple[Any, ...]]:
    """A sorting key for each photo of one batch; only keys of one call can be compared.

    Times with a known UTC offset count by the moment. Times without one are taken to be in the zone that most of the
    known offsets name, so where none is known they count by the clock. A day without a time counts as its beginning;
    photos without a day come last. Ties are in the natural order of their paths, then of their numbers.
    """
    times = [_time(record.captured) for record in records]
    zones = Counter(time.zone for time in times if time and time.zone is not None)
    zone = max(zones, key=lambda each: (zones[each], each != 0, each), default=0)
    return [_key(record, time, zone, offsets) for record, time in zip(records, times, strict=True)]


def camera_mark(facts: CaptureFacts, secret: bytes) -> str:
    """A mark that photos of one camera have in one batch, and others do not; 16 hexadecimal digits.

    It is keyed with the ``secret`` of the batch, so that nobody can try out serial numbers. Empty where the file does
    not say with which camera it was taken, or there is no secret.
    """
    if not (secret and facts.camera):
        return ""
    named = f"{facts.camera}\0{facts.serial}".casefold()
    return hashlib.blake2b(named.encode("utf-8", "replace"), key=secret[:64], digest_size=8).hexdigest()


def moment_of(captured: str) -> datetime | None:
    """The moment by the camera's clock, with its offset from UTC where that is known; None where it has no time of day.

    Moments of one camera can be compared where both have an offset, or neither has.
    """
    try:
        return datetime.fromisoformat(captured) if "T" in captured else None
    except ValueError:
        return None


def camera_name(make: str, model: str) -> str:
    """The camera as people know it: ``Canon EOS R6`` says Canon once, and ``NIKON CORPORATION`` is NIKON."""
    brand, model = " ".join(_COMPANY.sub(" ", make).split()), " ".join(model.split())
    first = model.casefold().partition(" ")[0]
    says_it = bool(model) and (first.startswith(brand.casefold()) or first in brand.casefold().split())
    return model if says_it else f"{brand} {model}".strip()


def parse_clock_offset(text: str) -> ClockOffset:
    """What somebody typed as ``CAMERA=±H:MM:SS`` or ``CAMERA=±H:MM``; ``CAMERA#1234`` is the body whose number ends so.

    Raises:
        UsageError: it is not written so.
    """
    named, equals, value = text.rpartition("=")
    camera, hash_sign, serial = map(str.strip, named.partition("#"))
    value = "".join(value.split()).translate(_MINUS)
    found = _OFFSET.fullmatch(value)
    wrong = (
        (not equals, "has no '='"),
        (not camera, "names no camera"),
        (hash_sign and not serial, "has no serial number behind its '#'"),
        (value[:1].isdigit(), "has no sign: + where the camera's clock was slow, - where it was fast"),
        (not found, "is not a time: hours, minutes and, if need be, seconds, with a sign"),
    )
    for is_wrong, why in wrong:
        if is_wrong:
            raise UsageError(f"--clock-offset '{text}' {why}.", 'Write it as "Canon EOS R6=+1:00:00".')
    assert found is not None  # noqa: S101 - refused above
    hours, minutes, seconds = int(found[2]), int(found[3]), int(found[4] or 0)
    total = 3600 * hours + 60 * minutes + seconds
    return ClockOffset(camera, serial, -total if found[1] == "-" else total)


def check_clock_offsets(offsets: Sequence[ClockOffset], cameras: Iterable[tuple[str, str]]) -> None:
    """Refuse clock offsets that are not for exactly one of the cameras; ``cameras``: name and serial number of each.

    Raises:
        UsageError: no such camera took any of the photos, several did, or two offsets are for one.
    """
    known = sorted({camera for camera in cameras if camera[0]}, key=lambda each: tuple(map(natural_order, each)))
    taken: dict[tuple[str, str], ClockOffset] = {}
    for offset in offsets:
        meant = [camera for camera in known if offset.applies_to(*camera)]
        if not meant:
            raise UsageError(f"No new photo was taken with the camera of --clock-offset '{offset}'.", _listed(known))
        if len({name for name, _ in meant}) > 1 or (offset.serial and len(meant) > 1):
            raise UsageError(f"--clock-offset '{offset}' can mean more than one camera.", _listed(meant))
        for camera in meant:
            if taken.setdefault(camera, offset) is not offset:
                raise UsageError(
                    f"There are two clock offsets for {camera[0]}: '{taken[camera]}' and '{offset}'.",
                    "Give one for each camera.",
                )


class _Time(NamedTuple):
    seconds: int  # by the camera's clock, from the first day of the calendar
    decimals: str  # of the second, without zeros at the end
    zone: int | None  # its offset from UTC in seconds
    has_time: bool  # not a day alone


_DECIMALS = re.compile(r"\.(\d+)")
_OFFSET = re.compile(r"([+-])(\d{1,7}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_MINUS = str.maketrans("−–", "--")
_COMPANY = re.compile(
    r"\b(?:corporation|corp|company|co|ltd|limited|inc|gmbh|ag|ab|imaging|optical|techwin|camera|electric|electronics?|"
    r"mobile|communications?|industr\w+)\b[.,]*",
    re.IGNORECASE,
)


@lru_cache(64)
def _spellings(camera: str) -> tuple[frozenset[str], frozenset[str]]:
    """The camera, and what it ends in: ``Canon EOS R6`` in ``EOS R6``; with words such as "Corporation" and without."""
    wholes, ends = set[str](), set[str]()
    for words in (camera.casefold().split(), _COMPANY.sub(" ", camera).casefold().split()):
        tails = ["".join(words[start:]) for start in range(len(words))]
        wholes.update(tails[:1])
        ends.update(tails)
    return frozenset(wholes), frozenset(ends)


def _time(captured: str) -> _Time | None:
    try:
        moment = datetime.fromisoformat(captured)
    except ValueError:
        return None
    offset = moment.utcoffset()
    decimals = _DECIMALS.search(captured)
    return _Time(
        moment.toordinal() * 86_400 + moment.hour * 3600 + moment.minute * 60 + moment.second,
        decimals[1].rstrip("0") if decimals else "",
        None if offset is None else round(offset.total_seconds()),
        "T" in captured,
    )


def _key(record: CaptureRecord, time: _Time | None, zone: int, offsets: Sequence[ClockOffset]) -> tuple[Any, ...]:
    ties = path_order(record.path), record.number
    if time is None:
        return (True, 0, False, "", *ties)
    wrong_by = next((each.seconds for each in offsets if each.applies_to(record.camera, record.serial)), 0)
    moment = time.seconds + wrong_by - (zone if time.zone is None else time.zone)
    return (False, moment, time.has_time, time.decimals, *ties)


def _listed(cameras: Sequence[tuple[str, str]]) -> str:
    """The cameras as they can be typed, bodies by the end of their numbers where there are several of a model."""
    bodies = Counter(name for name, _ in cameras)
    names = [f"{name}#{serial[-4:]}" if serial and bodies[name] > 1 else name for name, serial in cameras]
    if not names:
        return "None of the new photos says with which camera it was taken."
    return f"The cameras are: {'; '.join(dict.fromkeys(names))}."
