"""How a batch stands now: every photo judged under all that people have said. No pixel is touched."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from imgvet.batch.decisions.state import by_photo, declaration_for, replay
from imgvet.batch.gate import judge_photo, may_be_published, releases_named
from imgvet.batch.placement import (
    in_flickr,
)
from imgvet.batch.register_lookup import ReleaseLookup, release_lookup
from imgvet.batch.store import BatchStore
from imgvet.decisions import Decision
from imgvet.photo import Photo
from imgvet.settings import Settings


@dataclass(frozen=True, slots=True)
class Desk:
    """What judging a photo needs to know."""

    folder: BatchStore
    settings: Settings
    look_up: ReleaseLookup
    said: defaultdict[int, list[Decision]]  # by photo
    declares: Decision | None = None  # what this run declares of every photo that it sees

    def cover(self, *photos: Photo) -> int:
        """Let the declaration of this run cover the photos; how many decisions that makes."""
        if self.declares is None:
            return 0
        made = [
            declaration_for(photo, self.declares, self.said[photo.number]) for photo in photos if photo.source_sha256
        ]
        new = [each for each in made if each is not None]
        self.folder.decide(*new)
        for each in new:
            self.said[each.photo or 0].append(each)
        return len(new)

    def judge(self, photo: Photo) -> Photo:
        """The photo under what was said about it, and what the register says at this moment."""
        declared = self.folder.declared_for(photo.source_sha256)
        known = replay(photo, self.said[photo.number], declared)
        return judge_photo(photo, self.settings, known, self.look_up(releases_named(known)))


@dataclass(frozen=True, slots=True)
class BatchState:
    """How a batch stands now, also where ``finish`` has not yet moved the files."""

    photos: tuple[Photo, ...]  # under everything that people have said, each where its file still is
    unapplied: int  # decisions that no run has applied yet
    to_take_back: tuple[Photo, ...]  # must not go out, and still stand in ``flickr/``


def batch_state(folder: BatchStore, settings: Settings) -> BatchState:
    """Judge every photo as ``finish`` would, and change nothing.

    Raises:
        RegisterError: the register cannot be opened, and a face is answered with a form.
    """
    decisions = folder.decisions()
    with release_lookup(settings) as look_up:
        desk = Desk(folder, settings, look_up, by_photo(decisions))
        photos = tuple(desk.judge(photo) for photo in folder.photos())
    back = tuple(photo for photo in photos if in_flickr(photo) and not may_be_published(photo))
    return BatchState(photos, len(decisions) - (folder.fact("applied") or 0), back)


def unexpected_files(folder: BatchStore) -> list[Path]:
    """Files in ``flickr/`` that imgvet did not put there, and that nobody has vetted."""
    known = {photo.name for photo in folder.photos() if in_flickr(photo)} | {"flickr.csv"}
    return sorted(path for path in folder.flickr.iterdir() if path.name not in known)
