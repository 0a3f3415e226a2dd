"""Where each clean file is: in ``held/`` until its photo may be published, then in ``flickr/``, under the same name.

A file that comes to ``flickr/`` is named there by the database before it is moved, and one that leaves it is moved
first. So whatever is in ``flickr/`` the database knows of, a run that is killed at any moment loses nothing, and the
next one ends with the same folder. What may no longer be published leaves before anything comes, and so does a file
that is not the one that imgvet wrote.
"""

from collections.abc import Callable, Collection, Container, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from imgvet.atomic_files import clear_temporary
from imgvet.batch.gate import in_flickr, may_be_published
from imgvet.batch.own_files import clear_folder, clear_place, is_own_file, own_sha256, own_size, own_stamp
from imgvet.batch.packed import PackedPhotos
from imgvet.batch.snapshot import PublishedFile
from imgvet.batch.store import BatchStore
from imgvet.errors import BatchError
from imgvet.photo import Photo

JudgePhoto = Callable[[Photo], Photo]  # under everything that people have said, and the register, at this very moment

_FLICKR, _HELD = "flickr", "held"
FLICKR_TABLE = "flickr.csv"


@dataclass(frozen=True, slots=True)
class PlacementChanges:
    """What has changed in ``flickr/`` since the last run."""

    round: int  # in which the new files came
    new: tuple[PublishedFile, ...] = ()
    changed: tuple[PublishedFile, ...] = ()  # other bytes under the same name
    renamed: tuple[tuple[str, PublishedFile], ...] = ()  # the name before; only where somebody asked for it
    gone: tuple[PublishedFile, ...] = ()  # as they were


def file_of(folder: BatchStore, photo: Photo) -> Path:
    """Where its clean file is; a path that does not exist where it has none."""
    return folder.path / (photo.output or f"{_HELD}/none")


def is_intact(folder: BatchStore, photo: Photo) -> bool:
    """Whether the clean file is still as it was written; its bytes are read. A link does not count."""
    return _is_whole(file_of(folder, photo), photo)


def _is_whole(file: Path, photo: Photo) -> bool:
    if not photo.sha256 or (photo.output_bytes and own_size(file) != photo.output_bytes):
        return False
    return own_sha256(file) == photo.sha256


def finish_moves(folder: BatchStore, photos: Iterable[Photo]) -> PackedPhotos:
    """Finish what a killed run left between two places, and clear away what it left half-done.

    ``photos``: all that were vetted, as they are in the database; they are returned as they are now.
    """
    for place in (folder.path, folder.flickr, folder.held, folder.private):
        clear_temporary(place)
    clear_folder(folder.work)
    return PackedPhotos(_found_again(folder, photo) for photo in photos)


def _found_again(folder: BatchStore, photo: Photo) -> Photo:
    """The photo with its file where that is; a file in ``held/`` is called as its photo is."""
    held = f"{_HELD}/{photo.name}"
    if not photo.output or photo.output == held or (in_flickr(photo) and is_own_file(file_of(folder, photo))):
        return photo
    if is_own_file(file_of(folder, photo)):  # a version before 0.6 named it
        _move(file_of(folder, photo), folder.path / held)
    elif not _is_whole(folder.path / held, photo):
        return photo
    now = replace(photo, output=held, round=0)
    folder.update(now)
    return now


def hold_new_file(folder: BatchStore, earlier: Photo | None, photo: Photo) -> Photo:
    """Put the file of a photo that has just been vetted into ``held/``; its earlier file goes first."""
    if earlier is not None:
        clear_place(file_of(folder, earlier))
    if photo.error is not None:
        return photo
    _move(folder.work / photo.name, folder.held / photo.name)
    return replace(photo, output=f"{_HELD}/{photo.name}")


def take_back(folder: BatchStore, photos: Iterable[Photo], judge: JudgePhoto, whole: Container[int] = ()) -> None:
    """Move what may no longer be published from ``flickr/`` to ``held/``.

    A file that is not the one that imgvet wrote goes for good, whatever it is; its photo is vetted again.

    Args:
        folder: the batch.
        photos: all of it.
        judge: as for ``publish``.
        whole: numbers of photos whose files have just been read, and are as they were written.
    """
    for stored in photos:
        photo = judge(stored)
        if not in_flickr(photo):
            continue
        if photo.number not in whole and not is_intact(folder, photo):
            clear_place(file_of(folder, photo))
        elif not may_be_published(photo):
            _leave(folder, photo)
            folder.update(_as_held(photo, has_left=True))


def publish(folder: BatchStore, photos: Collection[Photo], judge: JudgePhoto) -> PackedPhotos:
    """Place every photo where it belongs now.

    Args:
        folder: the batch.
        photos: all that were vetted, as they are in the database.
        judge: knows what people have said up to this moment.

    Returns:
        All photos as they are in the database now.

    Raises:
        BatchError: a clean file was changed while imgvet was at work.
        OSError: the folder cannot be written to.
    """
    facts = folder.facts()
    stood = {file.number: file.round for file in facts.stood or ()}
    stamps = folder.clean_stamps()
    judged = PackedPhotos(map(judge, photos))
    gone = {photo.number for photo in judged if not may_be_published(photo) and _leave(folder, photo)}
    placed = PackedPhotos(
        _entered(folder, photo, stood.get(photo.number, facts.rounds + 1), stamps.get(photo.number, ""))
        if may_be_published(photo)
        else _as_held(photo, photo.number in gone)
        for photo in judged
    )
    folder.update_all(now for now, before in zip(placed, photos, strict=True) if now != before)
    for now, before in zip(placed, photos, strict=True):
        if in_flickr(now) and not in_flickr(before):
            _move(file_of(folder, before), folder.flickr / now.name)
    return placed


def _entered(folder: BatchStore, photo: Photo, this_round: int, stamp: str) -> Photo:
    """The photo as it will be in ``flickr/``; ``stamp``: of its clean file, when its bytes were last read."""
    if in_flickr(photo):
        if not stamp or own_stamp(file_of(folder, photo)) != stamp:
            _check_whole(folder, photo)
        return photo
    _check_whole(folder, photo)
    return replace(photo, output=f"{_FLICKR}/{photo.name}", round=this_round)


def published_files(photos: Iterable[Photo]) -> tuple[PublishedFile, ...]:
    """What is in ``flickr/``, by the numbers of the photos."""
    return tuple(
        PublishedFile(
            photo.number, photo.name, photo.public.title if photo.public else "", photo.sha256 or "", photo.round
        )
        for photo in photos
        if in_flickr(photo)
    )


def placement_changes(
    before: Iterable[PublishedFile], after: Iterable[PublishedFile], this_round: int
) -> PlacementChanges:
    """What has changed in ``flickr/`` between two moments."""
    earlier, now = {file.number: file for file in before}, {file.number: file for file in after}
    both = [(earlier[number], file) for number, file in now.items() if number in earlier]
    return PlacementChanges(
        this_round,
        new=tuple(file for number, file in now.items() if number not in earlier),
        changed=tuple(file for old, file in both if old.name == file.name and old.sha256 != file.sha256),
        renamed=tuple((old.name, file) for old, file in both if old.name != file.name),
        gone=tuple(file for number, file in earlier.items() if number not in now),
    )


def _leave(folder: BatchStore, photo: Photo) -> bool:
    """Move its clean file from ``flickr/`` to ``held/``; whether it was there."""
    if photo.error is not None or not in_flickr(photo):
        return False
    _check_whole(folder, photo)
    _move(file_of(folder, photo), folder.held / photo.name)
    return True


def _as_held(photo: Photo, has_left: bool) -> Photo:
    """The photo as it is where its file ``has_left`` from ``flickr/``."""
    return replace(photo, output=f"{_HELD}/{photo.name}", round=0) if has_left else photo


def _move(file: Path, place: Path) -> None:
    """Move a file; a folder that has its name there gets another one, and a link is replaced, not followed."""
    if place.is_dir():
        clear_place(place)
    file.replace(place)


def _check_whole(folder: BatchStore, photo: Photo) -> None:
    if not is_intact(folder, photo):
        raise BatchError(f"{photo.output} was changed while imgvet was at work.", "Run the same command again.")
