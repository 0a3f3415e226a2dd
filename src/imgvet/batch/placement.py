"""Where each clean file is: held until its photo may be published, then in its channel's folder, under the same name.

A file that comes to a channel's folder is named there by the database before it is moved, and one that leaves it is
moved first. So whatever is in such a folder the database knows of, a run that is killed at any moment loses nothing,
and the next one ends with the same folders. What may no longer be published leaves before anything comes, and so does a
file that is not the one that imgvet wrote. Each channel has its files, see ``channels``, and is placed by itself.
"""

import contextlib
from collections.abc import Callable, Collection, Container, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from imgvet.atomic_files import clear_temporary
from imgvet.batch.own_files import clear_folder, clear_place, is_own_file, own_sha256, own_size, own_stamp
from imgvet.batch.packed import PackedPhotos
from imgvet.batch.snapshot import BatchSnapshot, PublishedFile
from imgvet.batch.store import BatchStore
from imgvet.channels.places import HELD, ChannelPlace, Places, folder_of, is_placed, placed_parts
from imgvet.errors import BatchError
from imgvet.photo import Photo, photo_for, with_channel
from imgvet.rules.needs import may_be_published

JudgePhoto = Callable[[Photo], Photo]  # under everything that people have said, and the register, at this very moment


@dataclass(frozen=True, slots=True)
class PlacementChanges:
    """What has changed in the channels' folders since the last run."""

    round: int  # in which the new files came
    new: tuple[PublishedFile, ...] = ()
    changed: tuple[PublishedFile, ...] = ()  # other bytes under the same name
    renamed: tuple[tuple[str, PublishedFile], ...] = ()  # the name before; only where somebody asked for it
    gone: tuple[PublishedFile, ...] = ()  # as they were

    def of_folder(self, folder: str) -> "PlacementChanges":
        """Those in one folder."""
        return PlacementChanges(
            self.round,
            tuple(file for file in self.new if file.folder == folder),
            tuple(file for file in self.changed if file.folder == folder),
            tuple(each for each in self.renamed if each[1].folder == folder),
            tuple(file for file in self.gone if file.folder == folder),
        )


def file_of(folder: BatchStore, photo: Photo) -> Path:
    """Where its clean file is; a path that does not exist where it has none."""
    return folder.path / (photo.output or f"{HELD}/none")


def is_intact(folder: BatchStore, photo: Photo) -> bool:
    """Whether the clean file is still as it was written; its bytes are read. A link does not count."""
    return _is_whole(file_of(folder, photo), photo)


def _is_whole(file: Path, photo: Photo) -> bool:
    if not photo.sha256 or (photo.output_bytes and own_size(file) != photo.output_bytes):
        return False
    return own_sha256(file) == photo.sha256


def parts_of(photo: Photo, places: Places) -> Iterator[tuple[ChannelPlace, Photo]]:
    """The photo as it is for each channel."""
    return ((place, photo_for(photo, place.channel)) for place in places)


def finish_moves(folder: BatchStore, photos: Iterable[Photo], places: Places) -> PackedPhotos:
    """Finish what a killed run left between two places, and clear away what it left half-done.

    Args:
        folder: the batch.
        photos: all that were vetted, as they are in the database.
        places: the folders of its channels, which are made where they are missing.

    Returns:
        The photos as they are now.
    """
    own = dict.fromkeys((HELD, *(each.folder for each in places), *(each.held for each in places)))
    for name in own:
        (folder.path / name).mkdir(exist_ok=True)
    for each in (folder.path, folder.private, *(folder.path / name for name in own)):
        clear_temporary(each)
    clear_folder(folder.work)
    return PackedPhotos(_found_again(folder, photo, places) for photo in photos)


def leave_channels(folder: BatchStore, batch: BatchSnapshot, places: Places) -> bool:
    """Remove the files of channels that the batch no longer has; whether there were any.

    Where the first channel's goes, the next one's becomes the photo's own. Where no channel stays, its file is held for
    the new one until that has its own.
    """
    names, left = {place.channel for place in places}, False
    for photo in batch.photos:
        own = photo.channel or places[0].channel
        had = (own, *(each.channel for each in photo.copies))
        if own == places[0].channel and set(had) <= names:
            continue
        left = True
        now, recipe = _for_first(folder, photo, places[0])
        now = replace(now, copies=tuple(each for each in now.copies if each.channel in names))
        kept = {str(photo_for(now, each).output) for each in (now.channel, *(copy.channel for copy in now.copies))}
        for channel in had:
            part = photo_for(photo, channel)
            if part.output and part.output not in kept:
                clear_place(file_of(folder, part))
        if batch.index.vouches_for(photo):
            folder.record_copies(now, recipe)
        else:
            folder.update(now)
    _clear_left_folders(folder, places)
    return left


def _for_first(folder: BatchStore, photo: Photo, place: ChannelPlace) -> tuple[Photo, str | None]:
    """The photo with its own file for that channel, and the recipe of that file; None: as it was."""
    if photo.channel in ("", place.channel):
        return photo, None
    copy = next((each for each in photo.copies if each.channel == place.channel), None)
    if copy is not None:
        others = tuple(each for each in photo.copies if each != copy)
        return replace(photo_for(photo, place.channel), copies=others), copy.recipe
    if not photo.output:
        return replace(photo, channel=place.channel), None
    held = f"{place.held}/{photo.name}"
    (folder.path / place.held).mkdir(exist_ok=True)
    if photo.output != held and is_own_file(file_of(folder, photo)):
        _move(file_of(folder, photo), folder.path / held)
    return replace(photo, channel=place.channel, output=held, round=0), None


def _clear_left_folders(folder: BatchStore, places: Places) -> None:
    """Remove the folders of channels that the batch no longer has, where only their tables are in them."""
    tables, now = folder.facts().tables, {place.folder for place in places}
    for name in {each for folders in folder.channel_folders().values() for each in folders} - now:
        table = folder.path / name / f"{name}.csv"
        if name in tables and own_sha256(table) == tables[name]:
            table.unlink()
        for left in (folder.path / name, folder.path / HELD / name):
            with contextlib.suppress(OSError):  # there is none, or somebody has put a file there
                left.rmdir()


def _found_again(folder: BatchStore, photo: Photo, places: Places) -> Photo:
    """The photo with its files where those are; a held file is called as its photo is."""
    now = photo
    for place, part in parts_of(photo, places):
        held = f"{place.held}/{part.name}"
        if not part.output or part.output == held or (is_placed(part) and is_own_file(file_of(folder, part))):
            continue
        if is_own_file(file_of(folder, part)):  # a version before 0.6 named it
            _move(file_of(folder, part), folder.path / held)
        elif not _is_whole(folder.path / held, part):
            continue
        now = with_channel(now, replace(part, output=held, round=0))
    if now != photo:
        folder.update(now)
    return now


def hold_new_file(folder: BatchStore, earlier: Photo | None, photo: Photo, place: ChannelPlace) -> Photo:
    """Put a file that has just been made for a channel where it is held; the earlier one goes first.

    ``earlier``, ``photo``: as ``photo_for`` gives them for the channel.
    """
    if earlier is not None:
        clear_place(file_of(folder, earlier))
    if photo.output is None or photo.error is not None:
        return photo
    _move(folder.work / Path(photo.output or photo.name).name, folder.path / place.held / photo.name)
    return replace(photo, output=f"{place.held}/{photo.name}", round=0)


def take_back(
    folder: BatchStore, photos: Iterable[Photo], judge: JudgePhoto, places: Places, whole: Container[str] = ()
) -> None:
    """Move what may no longer be published out of its channel's folder.

    A file that is not the one that imgvet wrote goes for good, whatever it is; it is made again.

    Args:
        folder: the batch.
        photos: all of it.
        judge: as for ``publish``.
        places: the folders of its channels.
        whole: files, by their place in the batch, that have just been read, and are as they were written.
    """
    for stored in photos:
        now = photo = judge(stored)
        for place, part in parts_of(photo, places):
            if not is_placed(part):
                continue
            if part.output not in whole and not is_intact(folder, part):
                clear_place(file_of(folder, part))
            elif not may_be_published(part):
                _leave(folder, part, place)
                now = with_channel(now, _as_held(part, place))
        if now != photo:
            folder.update(now)


def publish(folder: BatchStore, photos: Collection[Photo], judge: JudgePhoto, places: Places) -> PackedPhotos:
    """Place every file of every photo where it belongs now.

    Args:
        folder: the batch.
        photos: all that were vetted, as they are in the database.
        judge: knows what people have said up to this moment.
        places: the folders of the channels.

    Returns:
        All photos as they are in the database now.

    Raises:
        BatchError: a clean file was changed while imgvet was at work.
        OSError: the folder cannot be written to.
    """
    facts = folder.facts()
    stood = {file.key: file.round for file in facts.stood or ()}
    stamps = {place.channel: folder.clean_stamps(place.channel if place != places[0] else "") for place in places}
    judged = PackedPhotos(map(judge, photos))
    gone = {
        (place.channel, photo.number)
        for photo in judged
        for place, part in parts_of(photo, places)
        if not may_be_published(part) and _leave(folder, part, place)
    }

    def placed(photo: Photo) -> Photo:
        now = photo
        for place, part in parts_of(photo, places):
            if may_be_published(part):
                this_round = stood.get((place.folder, photo.number), facts.rounds + 1)
                stamp = stamps[place.channel].get(photo.number, "")
                now = with_channel(now, _entered(folder, part, place, this_round, stamp))
            elif (place.channel, photo.number) in gone:
                now = with_channel(now, _as_held(part, place))
        return now

    after = PackedPhotos(map(placed, judged))
    folder.update_all(now for now, before in zip(after, photos, strict=True) if now != before)
    for now, before in zip(after, photos, strict=True):
        for (_, part), (_, earlier) in zip(parts_of(now, places), parts_of(before, places), strict=True):
            if is_placed(part) and not is_placed(earlier):
                _move(file_of(folder, earlier), file_of(folder, part))
    return after


def _entered(folder: BatchStore, photo: Photo, place: ChannelPlace, this_round: int, stamp: str) -> Photo:
    """The photo as it will be in its folder; ``stamp``: of its clean file, when its bytes were last read."""
    if is_placed(photo):
        if not stamp or own_stamp(file_of(folder, photo)) != stamp:
            _check_whole(folder, photo)
        return photo
    _check_whole(folder, photo)
    return replace(photo, output=f"{place.folder}/{photo.name}", round=this_round)


def published_files(photos: Iterable[Photo]) -> tuple[PublishedFile, ...]:
    """What is in the channels' folders, by the numbers of the photos."""
    return tuple(
        PublishedFile(
            part.number, part.name, part.public.title if part.public else "", part.sha256 or "", part.round,
            folder_of(part),
        )
        for part in placed_parts(photos)
    )  # fmt: skip


def placement_changes(
    before: Iterable[PublishedFile], after: Iterable[PublishedFile], this_round: int
) -> PlacementChanges:
    """What has changed in the channels' folders between two moments."""
    earlier, now = {file.key: file for file in before}, {file.key: file for file in after}
    both = [(earlier[key], file) for key, file in now.items() if key in earlier]
    return PlacementChanges(
        this_round,
        new=tuple(file for key, file in now.items() if key not in earlier),
        changed=tuple(file for old, file in both if old.name == file.name and old.sha256 != file.sha256),
        renamed=tuple((old.name, file) for old, file in both if old.name != file.name),
        gone=tuple(file for key, file in earlier.items() if key not in now),
    )


def _leave(folder: BatchStore, photo: Photo, place: ChannelPlace) -> bool:
    """Move its clean file out of its channel's folder; whether it was there."""
    if photo.error is not None or not is_placed(photo):
        return False
    _check_whole(folder, photo)
    _move(file_of(folder, photo), folder.path / place.held / photo.name)
    return True


def _as_held(photo: Photo, place: ChannelPlace) -> Photo:
    """The photo as it is once its file has left its channel's folder."""
    return replace(photo, output=f"{place.held}/{photo.name}", round=0)


def _move(file: Path, place: Path) -> None:
    """Move a file; a folder that has its name there gets another one, and a link is replaced, not followed."""
    if place.is_dir():
        clear_place(place)
    file.replace(place)


def _check_whole(folder: BatchStore, photo: Photo) -> None:
    if not is_intact(folder, photo):
        raise BatchError(f"{photo.output} was changed while imgvet was at work.", "Run the same command again.")
