"""How far a run is: what is done and what is left, by bytes, how quickly it goes, what came of it, and what is slow."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from imgvet.photo import Photo, Verdict
from imgvet.photo_jobs import PhotoJob
from imgvet.text import visible

_FIXED = 2 * 2**20  # bytes; what a photo costs whatever its size is, as much as that part of a large JPEG
_RECENT = 100  # photos by which the speed is reckoned, because it changes with the photos and the computer
_SLOW_SECONDS, _STARTING_SECONDS = 10, 30  # after which a photo in work is named; while workers may still be starting


@dataclass(frozen=True, slots=True)
class SlowPhoto:
    """A photo that is in work for long."""

    name: str  # of its original
    seconds: float  # so far


class Pace:
    """How far a run is. It sees only what is handed out and what comes back, so it holds wherever photos are vetted."""

    def __init__(self, sizes: Mapping[int, int], clock: Callable[[], float] = time.monotonic) -> None:
        """``sizes``: by number, the bytes of each photo that is still to be done; ``clock``: gives seconds."""
        self._weights = {number: size + _FIXED for number, size in sizes.items()}
        self._clock, self._lock = clock, threading.Lock()  # a display looks from a thread of its own
        self._whole, self._behind = max(1, sum(self._weights.values())), 0
        self._recent = deque([(clock(), 0, 0)], maxlen=_RECENT + 1)  # when, photos and weight done by then
        self._in_work = dict[int, tuple[str, float]]()
        self._verdicts = Counter[Verdict]()
        self.total, self.done = len(sizes), 0

    def start(self, job: PhotoJob) -> None:
        """It was handed out."""
        with self._lock:
            self._in_work[job.number] = (visible(job.source.name), self._clock())

    def finish(self, photo: Photo) -> None:
        """It came back."""
        with self._lock:
            self._in_work.pop(photo.number, None)
            self._verdicts[photo.verdict] += 1
            self.done += 1
            self._behind += self._weights.get(photo.number, 0)
            self._recent.append((self._clock(), self.done, self._behind))

    @property
    def in_work(self) -> int:
        """How many photos were handed out and have not come back."""
        return len(self._in_work)

    @property
    def part(self) -> float:
        """How much of the work is done, from 0 to 1."""
        return self._behind / self._whole

    @property
    def per_second(self) -> float:
        """Photos a second, lately; 0 as long as none is done."""
        photos, _, seconds = self._lately()
        return photos / seconds

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at the speed of the last photos; None as long as none is done."""
        _, weight, seconds = self._lately()
        return (self._whole - self._behind) * seconds / weight if weight else None

    @property
    def verdicts(self) -> list[tuple[Verdict, int]]:
        """How many photos came to what so far, the best first."""
        return [(verdict, number) for verdict in Verdict if (number := self._verdicts[verdict])]

    @property
    def slowest(self) -> SlowPhoto | None:
        """The photo that is in work for longest, if that is long."""
        with self._lock:
            name, since = min(self._in_work.values(), key=lambda each: each[1], default=("", self._clock()))
        seconds = self._clock() - since
        long = _SLOW_SECONDS if self.done else _STARTING_SECONDS
        return SlowPhoto(name, seconds) if seconds >= long else None

    def _lately(self) -> tuple[int, int, float]:
        """Photos and weight of the last photos, and the seconds that they took, up to now."""
        with self._lock:
            began, photos, weight = self._recent[0]
            return self.done - photos, self._behind - weight, max(self._clock() - began, 1e-3)
