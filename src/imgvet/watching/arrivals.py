"""Which photos have come into folders and are wholly there. Folders may go away, and come back.

A photo counts once its size and time have not changed for a moment, and it reaches the end that its format gives it.
What was handed over is known here only until the program ends; the batch knows the rest, so nothing is lost by that.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imgvet.find_photos import FoundPhotos, UnopenedFolder, find_photos, real_path, sidecar_paths
from imgvet.find_photos.search import Skipped

AT_REST = 3  # seconds in which a file does not change; network drives show changes that late
_QUIET_AT_THE_LATEST = 60  # seconds for which photos that are there wait for others that are still coming
_STALLED = 15  # seconds without a change, after which a file that is not whole delays no others
_TOLD_AFTER = 60  # seconds without a change, after which a file that is not whole is named
_READ_AGAIN = 10  # seconds after which such a file is read again, because some programs fill one that has its size

ReadWhole = Callable[[Sequence[Path]], Mapping[Path, bool]]
"""Which of the files are whole, by path."""


@dataclass(slots=True)
class _Seen:
    """One file, as it was when it last changed."""

    stamp: tuple[object, ...]
    since: float
    is_whole: bool = False
    read_at: float | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """What there is at one moment."""

    photos: tuple[Path, ...]  # all that are wholly there
    new: tuple[Path, ...]  # those of them that were not handed over yet, as they are now
    may_start: bool  # whether something is new, and nothing else is still coming, or that takes long
    is_moving: bool  # whether something may be ready in a moment
    incomplete: tuple[Path, ...]  # unchanged for long, and not whole
    gone: tuple[Path, ...]  # folders that are not there
    skipped: tuple[Skipped, ...] = ()
    unopened: tuple[UnopenedFolder, ...] = ()


@dataclass
class Arrivals:
    """The folders, and every photo that was seen in them."""

    folders: Sequence[Path]
    out: Path  # the batch, of which nothing counts
    read_whole: ReadWhole
    clock: Callable[[], float] = time.monotonic
    _seen: dict[Path, _Seen] = field(default_factory=dict)
    _handed: dict[Path, tuple[object, ...]] = field(default_factory=dict)
    _devices: dict[Path, int] = field(default_factory=dict)
    _waiting_since: float | None = None

    def look(self) -> Arrived:
        """Look into the folders."""
        there = [folder for folder in self.folders if self._is_there(folder)]
        gone = tuple(folder for folder in self.folders if folder not in there)
        self._forget(gone)
        found = find_photos(there, leave_out=[self.out], missing_ok=True) if there else FoundPhotos(())
        now = self.clock()
        photos = tuple(path for path in found.photos if path not in self.folders)  # one that has gone this moment
        self._note(photos, now)
        resting = [path for path in photos if now - self._seen[path].since >= AT_REST]
        self._read(resting, now)
        whole = tuple(path for path in resting if self._seen[path].is_whole)
        new = tuple(path for path in whole if self._handed.get(path) != self._seen[path].stamp)
        late = tuple(path for path in resting if path not in whole and now - self._seen[path].since >= _TOLD_AFTER)
        coming = [path for path in photos if path not in whole and now - self._seen[path].since < _STALLED]
        self._waiting_since = (self._waiting_since or now) if new else None
        waited = now - (self._waiting_since or now)
        changing = any(path in self._handed for path in coming)  # a photo of the batch, which a run would read
        may_start = bool(new) and (not coming or (waited >= _QUIET_AT_THE_LATEST and not changing))
        moving = bool(coming) or len(whole) + len(late) < len(photos)
        return Arrived(whole, new, may_start, moving, late, gone, found.skipped, found.unopened)

    def handed_over(self, photos: Iterable[Path]) -> None:
        """These were vetted, as they were when ``look`` gave them."""
        self._handed.update((path, self._seen[path].stamp) for path in photos if path in self._seen)
        self._waiting_since = None

    def _note(self, photos: Iterable[Path], now: float) -> None:
        before, self._seen = self._seen, {}
        for path in photos:
            stamp = _stamp(path)
            known = before.get(path)
            self._seen[path] = known if known is not None and known.stamp == stamp else _Seen(stamp, now)

    def _read(self, resting: Iterable[Path], now: float) -> None:
        """Read those that nobody has read as they are, and again what was not whole."""
        unread = [
            path
            for path in resting
            if not (seen := self._seen[path]).is_whole and (seen.read_at is None or now - seen.read_at >= _READ_AGAIN)
        ]
        whole = self.read_whole(unread) if unread else {}
        for path in unread:
            self._seen[path].is_whole, self._seen[path].read_at = whole.get(path, False), now

    def _is_there(self, folder: Path) -> bool:
        """Whether it can be looked into; where a drive was, its empty place is not the folder."""
        try:
            device = folder.stat().st_dev
            is_empty = not any(True for _ in folder.iterdir())
        except OSError:
            return False
        if is_empty and self._devices.setdefault(folder, device) != device:
            return False
        self._devices[folder] = device
        return True

    def _forget(self, gone: Iterable[Path]) -> None:
        """What was handed over from a folder that has gone is handed over again: a run may have met it half there."""
        for folder in gone:
            real = real_path(folder)
            for path in [path for path in self._handed if path.is_relative_to(folder) or path.is_relative_to(real)]:
                del self._handed[path]


def _stamp(path: Path) -> tuple[object, ...]:
    """Sizes and times of a photo and its sidecars; another one where any of them has changed."""
    stamps = list[object]()
    for each in (path, *sidecar_paths(path)):
        try:
            status = each.stat()
        except OSError:
            continue
        stamps += [each.name, status.st_size, status.st_mtime_ns]
    return tuple(stamps)
