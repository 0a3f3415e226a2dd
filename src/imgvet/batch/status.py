"""The state of a batch: every photo judged under all that people have decided. No pixel is touched."""

import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from imgvet.batch.decisions.state import DecisionIndex
from imgvet.batch.gate import altered_record, judge_channels, releases_named
from imgvet.batch.own_files import entries_of, is_own_file, own_sha256, own_stamp
from imgvet.batch.packed import PackedPhotos
from imgvet.batch.placement import file_of, is_intact, parts_of
from imgvet.batch.register_lookup import ReleaseLookup, release_lookup
from imgvet.batch.snapshot import BatchFacts, BatchSnapshot
from imgvet.batch.store import BatchStore, exclusive_lock
from imgvet.channels.places import HELD, Places, folder_of, is_placed, placed_parts
from imgvet.channels.states import office_view
from imgvet.decisions import decision_kind
from imgvet.errors import BatchInUse
from imgvet.find_photos.kinds import is_of_system
from imgvet.photo import Photo, photo_for
from imgvet.rules.needs import may_be_published
from imgvet.settings import Settings
from imgvet.text import count


@dataclass(frozen=True, slots=True)
class BatchState:
    """The state of a batch, also where ``finish`` has not yet moved the files."""

    photos: Sequence[Photo]  # as ``office_view`` gives them: judged by everything that people have decided
    unapplied: int  # decisions that a run has yet to apply
    to_take_back: Sequence[Photo]  # parts for one channel that may not be published any more, and are in its folder
    judged: Sequence[Photo]  # the same photos for ``photo_for`` and ``channel_states``, each where its files still are


def office_views(photos: Sequence[Photo], settings: Settings) -> Sequence[Photo]:
    """Each judged photo of a batch as ``office_view`` gives it; of one channel that is the photo itself."""
    if len(settings.channel_names) == 1:
        return photos
    return PackedPhotos(office_view(photo, settings) for photo in photos)


def in_folders(photos: Iterable[Photo], settings: Settings) -> Iterator[Photo]:
    """The photos that are in the folder of a channel, as ``photo_for`` gives them for it."""
    return filter(is_placed, every_part(photos, settings))


def every_part(photos: Iterable[Photo], settings: Settings) -> Iterator[Photo]:
    """Each photo as it is for each of the channels."""
    return (photo_for(photo, channel) for photo in photos for channel in settings.channel_names)


def judge_now(photo: Photo, settings: Settings, said: DecisionIndex, look_up: ReleaseLookup) -> Photo:
    """The photo judged by what people have decided, and by the register at this moment.

    Raises:
        RegisterError: the register cannot be opened, and a form is named or a photo has words of its own.
    """
    known = said.state_of(photo)
    named, unnamed = releases_named(photo, known), look_up.unnamed(known.words)
    judged = judge_channels(photo, settings, known, lambda channel: look_up(named, channel), unnamed)
    return judged if said.vouches_for(photo) else altered_record(judged)


def batch_state(snapshot: BatchSnapshot, settings: Settings) -> BatchState:
    """Judge every photo as ``finish`` would, and change nothing.

    Raises:
        RegisterError: the register cannot be opened, and a face is answered with a form.
    """
    with release_lookup(settings, snapshot.decisions) as look_up:
        judged = PackedPhotos(judge_now(photo, settings, snapshot.index, look_up) for photo in snapshot.photos)
    back = PackedPhotos(part for part in in_folders(judged, settings) if not may_be_published(part))
    return BatchState(office_views(judged, settings), unapplied_decisions(snapshot), back, judged)


def unapplied_decisions(snapshot: BatchSnapshot) -> int:
    """How many decisions a run has yet to apply."""
    newer = snapshot.decisions[snapshot.facts.applied or 0 :]
    return sum(decision_kind(each.kind).applied_by_run for each in newer)


def interruption(folder: BatchStore, snapshot: BatchSnapshot) -> str:
    """Why the batch is not whole, a plain sentence; empty where its last run came to its end."""
    missing = not_vetted(folder)
    if not (snapshot.facts.under_way or snapshot.facts.stood is not None or missing):
        return ""
    try:
        with exclusive_lock(folder):
            pass
    except BatchInUse:
        return "imgvet is working on this batch at this moment. If you stop it, it can continue later."
    except (OSError, sqlite3.Error):  # a disk that cannot be written to: nobody can be at work there
        pass
    left = f"{count(missing, 'photo is', 'photos are')} not vetted yet" if missing else "not all files are in place yet"
    return f"The last run was interrupted: {left}."


def not_vetted(folder: BatchStore) -> int:
    """How many originals of the batch nobody has vetted yet, because a run was interrupted."""
    (number,) = folder.database.execute("SELECT count(*) FROM photos WHERE record IS NULL").fetchone()
    return int(number)


def untaken_drafts(snapshot: BatchSnapshot) -> list[int]:
    """The numbers of the photos with words in their files that nobody has taken over, where the profile keeps them."""
    index = snapshot.index
    return [each.number for each in snapshot.photos if each.draft.fields and not index.state_of(each).words.fields]


_NO_STAMPS: Mapping[int, str] = {}


class FileState(Enum):
    """What somebody did to a clean file; ``finish`` makes it again."""

    REPLACED = "is not the file that imgvet wrote"
    MISSING = "is missing"


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A clean file that is not as imgvet wrote it."""

    number: int  # of its photo
    output: str  # where it is in the batch
    state: FileState

    @property
    def is_there(self) -> bool:
        """Whether another file is in its place."""
        return self.state is FileState.REPLACED

    @property
    def is_for_upload(self) -> bool:
        """Whether somebody may upload what is in its place."""
        return self.is_there and not self.output.startswith(f"{HELD}/")

    def __str__(self) -> str:
        return f"{self.output} {self.state.value}"


@dataclass(frozen=True, slots=True)
class FolderCheck:
    """What is in the folders of a batch, beside what should be there."""

    changed: tuple[ChangedFile, ...] = ()
    altered: tuple[int, ...] = ()  # numbers of photos whose record or small pictures are not those that imgvet made
    added: tuple[Path, ...] = ()  # in the folder of a channel; nobody has vetted them
    of_system: tuple[Path, ...] = ()  # likewise, as file managers leave them
    tables: tuple[str, ...] = ()  # of the channels that were altered, e.g. ``flickr/flickr.csv``
    left: tuple[str, ...] = ()  # folders of channels that the batch has no longer, with files that are still there

    @property
    def needs_run(self) -> bool:
        """Whether ``finish`` has something to make again."""
        return bool(self.changed or self.altered or self.tables or self.left)

    @property
    def is_clean(self) -> bool:
        """Whether nothing needs to be done."""
        return not (self.needs_run or self.added)


def check_files(
    folder: BatchStore, facts: BatchFacts, photos: Collection[Photo], places: Places, *, every_byte: bool = False
) -> FolderCheck:
    """Compare what is in the folders with what imgvet put there.

    A file that has the size and time that were noted counts as unchanged, and the bytes of the others are read.

    Args:
        folder: the batch.
        facts: what is known of it.
        photos: all that were vetted, as they are in the database.
        places: the folders of its channels.
        every_byte: read those of every file, and of the small pictures for the office, as a run does.

    Raises:
        BatchError: the database is damaged.
    """
    stamps = {
        place.channel: {} if every_byte else folder.clean_stamps(place.channel if place != places[0] else "")
        for place in places
    }
    changed, altered = list[ChangedFile](), list[int]()
    for photo in photos:
        for place, part in parts_of(photo, places):
            if state := file_state(folder, part, stamps[place.channel]):
                changed.append(ChangedFile(photo.number, str(part.output), state))
        if every_byte and not folder.has_own_pictures(photo):
            altered.append(photo.number)
    others = unexpected_files(folder, photos, places)
    of_system = [path for path in others if is_of_system(path)]
    return FolderCheck(
        tuple(changed),
        tuple(altered),
        tuple(path for path in others if path not in of_system),
        tuple(of_system),
        altered_tables(folder, facts, places),
        _left_folders(photos, places),
    )


def _left_folders(photos: Collection[Photo], places: Places) -> tuple[str, ...]:
    now = {"", *(place.channel for place in places)}
    return tuple(sorted({folder_of(part) for part in placed_parts(photos) if part.channel not in now}))


def altered_tables(folder: BatchStore, facts: BatchFacts, places: Places) -> tuple[str, ...]:
    """The tables of channels that are not as the last run wrote them; while a run is under way nobody knows."""
    noted = ((f"{place.folder}/{place.table}", facts.tables.get(place.folder)) for place in places)
    return tuple(table for table, digest in noted if digest and own_sha256(folder.path / table) != digest)


def file_state(folder: BatchStore, photo: Photo, stamps: Mapping[int, str] = _NO_STAMPS) -> FileState | None:
    """What was done to the clean file of a photo; None where it is whole, or there is none.

    ``stamps``: of files whose bytes need not be read, by number.
    """
    if not photo.output:
        return None
    file = file_of(folder, photo)
    if not is_own_file(file):
        return FileState.REPLACED if os.path.lexists(file) else FileState.MISSING
    stamp = stamps.get(photo.number)
    if (stamp and own_stamp(file) == stamp) or is_intact(folder, photo):
        return None
    return FileState.REPLACED


def unexpected_files(folder: BatchStore, photos: Collection[Photo], places: Places) -> list[Path]:
    """What is in the channels' folders that imgvet did not put there, and that nobody has vetted.

    ``photos`` are all that it did.
    """
    placed = {str(part.output) for photo in photos for _, part in parts_of(photo, places) if is_placed(part)}
    known = placed | {f"{place.folder}/{place.table}" for place in places}
    there = [path for place in places for path in entries_of(folder.path / place.folder)]
    return sorted(path for path in there if f"{path.parent.name}/{path.name}" not in known)
