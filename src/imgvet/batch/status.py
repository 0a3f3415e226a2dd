"""The state of a batch: every photo judged under all that people have decided. No pixel is touched."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from imgvet.batch.decisions.state import DecisionIndex
from imgvet.batch.gate import in_flickr, judge_photo, may_be_published, releases_named
from imgvet.batch.packed import PackedPhotos
from imgvet.batch.register_lookup import ReleaseLookup, release_lookup
from imgvet.batch.snapshot import BatchSnapshot
from imgvet.batch.store import BatchStore, exclusive_lock
from imgvet.decisions import decision_kind
from imgvet.errors import BatchInUse
from imgvet.photo import Photo
from imgvet.settings import Settings
from imgvet.text import count


@dataclass(frozen=True, slots=True)
class BatchState:
    """The state of a batch, also where ``finish`` has not yet moved the files."""

    photos: Sequence[Photo]  # judged by everything that people have decided, each where its file still is
    unapplied: int  # decisions that a run has yet to apply
    to_take_back: Sequence[Photo]  # may no longer be published, and are still in ``flickr/``


def judge_now(photo: Photo, settings: Settings, said: DecisionIndex, look_up: ReleaseLookup) -> Photo:
    """The photo judged by what people have decided, and by the register at this moment.

    Raises:
        RegisterError: the register cannot be opened, and a face is answered with a form.
    """
    known = said.state_of(photo)
    return judge_photo(photo, settings, known, look_up(releases_named(known)))


def batch_state(snapshot: BatchSnapshot, settings: Settings) -> BatchState:
    """Judge every photo as ``finish`` would, and change nothing.

    Raises:
        RegisterError: the register cannot be opened, and a face is answered with a form.
    """
    with release_lookup(settings, snapshot.decisions) as look_up:
        photos = PackedPhotos(judge_now(photo, settings, snapshot.index, look_up) for photo in snapshot.photos)
    back = PackedPhotos(photo for photo in photos if in_flickr(photo) and not may_be_published(photo))
    newer = snapshot.decisions[snapshot.facts.applied or 0 :]
    return BatchState(photos, sum(decision_kind(each.kind).applied_by_run for each in newer), back)


@dataclass(frozen=True, slots=True)
class Interruption:
    """A run that has not come to its end."""

    sentence: str
    command: tuple[tuple[str, str], ...] | None  # the call of ``imgvet batch`` to go on with; None where it is unknown


def interruption(folder: BatchStore, snapshot: BatchSnapshot) -> Interruption | None:
    """Why the batch is not whole, and how to go on; None where its last run came to its end."""
    missing, command = not_vetted(folder), snapshot.facts.command
    if not (snapshot.facts.under_way or snapshot.facts.stood is not None or missing):
        return None
    try:
        with exclusive_lock(folder):
            pass
    except BatchInUse:
        return Interruption(
            "imgvet is at work on this batch at this moment. If you stop it, it can go on later.", command
        )
    except (OSError, sqlite3.Error):  # a disk that cannot be written to: nobody can be at work there
        pass
    left = f"{count(missing, 'photo is', 'photos are')} not vetted yet" if missing else "not all files are in place yet"
    return Interruption(f"The last run was interrupted: {left}.", command)


def not_vetted(folder: BatchStore) -> int:
    """How many originals of the batch nobody has vetted yet, because a run was interrupted."""
    (number,) = folder.database.execute("SELECT count(*) FROM photos WHERE record IS NULL").fetchone()
    return int(number)


def unexpected_files(folder: BatchStore, photos: Iterable[Photo]) -> list[Path]:
    """Files in ``flickr/`` that imgvet did not put there, and that nobody has vetted; ``photos`` are all it did."""
    known = {photo.name for photo in photos if in_flickr(photo)} | {"flickr.csv"}
    return sorted(path for path in folder.flickr.iterdir() if path.name not in known)
