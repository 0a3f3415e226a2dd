"""The state of a batch: every photo judged under all that people have decided. No pixel is touched."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from imgvet.batch.decisions.state import DecisionIndex
from imgvet.batch.gate import in_flickr, judge_photo, may_be_published, releases_named
from imgvet.batch.register_lookup import ReleaseLookup, release_lookup
from imgvet.batch.snapshot import BatchSnapshot
from imgvet.batch.store import BatchStore
from imgvet.decisions import decision_kind
from imgvet.photo import Photo
from imgvet.settings import Settings


@dataclass(frozen=True, slots=True)
class BatchState:
    """The state of a batch, also where ``finish`` has not yet moved the files."""

    photos: tuple[Photo, ...]  # judged by everything that people have decided, each where its file still is
    unapplied: int  # decisions that a run has yet to apply
    to_take_back: tuple[Photo, ...]  # may no longer be published, and are still in ``flickr/``


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
    with release_lookup(settings) as look_up:
        photos = tuple(judge_now(photo, settings, snapshot.index, look_up) for photo in snapshot.photos)
    back = tuple(photo for photo in photos if in_flickr(photo) and not may_be_published(photo))
    newer = snapshot.decisions[snapshot.facts.applied or 0 :]
    return BatchState(photos, sum(decision_kind(each.kind).applied_by_run for each in newer), back)


def unexpected_files(folder: BatchStore, photos: Iterable[Photo]) -> list[Path]:
    """Files in ``flickr/`` that imgvet did not put there, and that nobody has vetted; ``photos`` are all it did."""
    known = {photo.name for photo in photos if in_flickr(photo)} | {"flickr.csv"}
    return sorted(path for path in folder.flickr.iterdir() if path.name not in known)
