"""Where each clean file is: in ``held/`` until its photo may be published, then in ``flickr/``, without gaps.

A file that moves is written whole in its new place before the database names it there, and removed from the old one
afterwards; what is still to be removed is in the database. So a run that is killed at any moment loses nothing, and
the next one ends with the same folder. What may no longer be published leaves ``flickr/`` before anything comes in.
"""

import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from imgvet.atomic_files import clear_temporary, write_atomic
from imgvet.batch.gate import in_flickr, may_be_published
from imgvet.batch.store import BatchStore, file_sha256
from imgvet.capture_order import CaptureRecord, in_capture_order
from imgvet.encode.encode import Label, relabel
from imgvet.encode.public_metadata import app13_segment, public_metadata, xmp_packet
from imgvet.errors import BatchError, UnprovenFile
from imgvet.photo import Photo, PublicMetadata
from imgvet.proof.prove import prove
from imgvet.settings import Settings

JudgePhoto = Callable[[Photo], Photo]  # under everything that people have said, and the register, at this very moment

_FLICKR, _HELD = "flickr", "held"
_MAX_STEM = 60  # characters


@dataclass(frozen=True, slots=True)
class PlacementChanges:
    """What has changed in ``flickr/``."""

    came: int = 0
    went: tuple[str, ...] = ()  # names that photos had there that are held now
    renamed: int = 0  # photos that had another name there before


def file_of(folder: BatchStore, photo: Photo) -> Path:
    """Where its clean file is; a path that does not exist where it has none."""
    return folder.path / (photo.output or f"{_HELD}/none")


def is_intact(folder: BatchStore, photo: Photo) -> bool:
    """Whether the clean file is still as it was written."""
    file = file_of(folder, photo)
    return photo.sha256 is not None and file.is_file() and file_sha256(file) == photo.sha256


def held_stem(event: str, number: int) -> str:
    """The name of photo ``number`` while it is held; no published file is ever called so."""
    return f"{stem_of(event)}-{_HELD}-{number:03d}"


def stem_of(event: str) -> str:
    """The event in the letters that any file system and web address can carry, e.g. ``open-day``."""
    plain = unicodedata.normalize("NFKD", event.translate(_LETTERS)).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return words[:_MAX_STEM].rstrip("-") or "photo"


_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "đ": "d"})


def finish_moves(folder: BatchStore, photos: Iterable[Photo]) -> None:
    """Finish what a killed run left between two places, and clear away what it left half-done.

    ``photos``: all that were vetted, as they are in the database.
    """
    for place in (folder.path, folder.flickr, folder.held):
        clear_temporary(place)
    photos = list(photos)
    for photo in photos:
        staged = folder.work / photo.name if photo.name else None
        if staged and staged.is_file() and not is_intact(folder, photo) and file_sha256(staged) == photo.sha256:
            staged.replace(file_of(folder, photo))
    _clear(folder.work)
    _remove_left(folder, photos)


def hold_new_file(folder: BatchStore, earlier: Photo | None, photo: Photo) -> Photo:
    """Put the file of a photo that has just been vetted into ``held/``; its earlier file goes first."""
    if earlier is not None and earlier.output:
        file_of(folder, earlier).unlink(missing_ok=True)
    if photo.error is not None:
        return photo
    (folder.work / photo.name).replace(folder.held / photo.name)
    return replace(photo, output=f"{_HELD}/{photo.name}")


def take_back(folder: BatchStore, settings: Settings, photos: Iterable[Photo], judge: JudgePhoto) -> None:
    """Move what may no longer be published from ``flickr/`` to ``held/``; ``photos`` are all of the batch."""
    for stored in photos:
        photo = judge(stored)
        if in_flickr(photo) and not may_be_published(photo) and is_intact(folder, photo):
            _hold(folder, settings, stored, photo)


def publish(
    folder: BatchStore, settings: Settings, photos: Iterable[Photo], judge_now: Callable[[], JudgePhoto]
) -> tuple[Photo, ...]:
    """Place every photo where it belongs now, those that may be published in ``flickr/`` in the order of capture.

    Args:
        folder: the batch.
        settings: the batch's.
        photos: all that were vetted, as they are in the database.
        judge_now: gives a judge that knows what people have said up to this moment; called before anything is made
            ready, and again once all files are.

    Returns:
        All photos as they are in the database now.

    Raises:
        BatchError: a clean file was changed while imgvet was at work.
        OSError: the folder cannot be written to.
    """
    stored = {photo.number: photo for photo in photos}
    judge = judge_now()
    while True:
        judged = [judge(photo) for photo in stored.values()]
        for photo in judged:
            if not may_be_published(photo):
                stored[photo.number] = _hold(folder, settings, stored[photo.number], photo)
        ready = in_capture_order((photo for photo in judged if may_be_published(photo)), _capture_record)
        staged = _staged(folder, settings, ready)
        judge = judge_now()  # large files took a while; asked again, they go at once
        if all(may_be_published(judge(photo)) for photo in ready):
            break
        _clear(folder.work)
    stored |= {photo.number: photo for photo in staged}
    _enter(folder, ready, staged, stored.values())
    return tuple(stored.values())


def published_names(photos: Iterable[Photo]) -> dict[int, str]:
    """The names in ``flickr/``, by the numbers of the photos."""
    return {photo.number: photo.name for photo in photos if in_flickr(photo)}


def placement_changes(before: Mapping[int, str], after: Mapping[int, str]) -> PlacementChanges:
    """What has changed in ``flickr/`` between two moments, as ``published_names`` has them."""
    return PlacementChanges(
        came=len(after.keys() - before.keys()),
        went=tuple(name for number, name in before.items() if number not in after),
        renamed=sum(before.get(number, name) != name for number, name in after.items()),
    )


def _capture_record(photo: Photo) -> CaptureRecord:
    return CaptureRecord(photo.captured, photo.camera, photo.source, photo.number)


def _hold(folder: BatchStore, settings: Settings, stored: Photo, photo: Photo) -> Photo:
    """Put a photo's clean file under its own number into ``held/``, and keep its record where it is another now.

    ``stored``: the photo as it is in the database; ``photo``: as it is judged.
    """
    if photo.error is not None or not photo.output:
        if photo != stored:
            folder.update(photo)
        return photo
    name = held_stem(settings.event.text, photo.number) + Path(photo.name).suffix
    data, now = _labelled(folder, photo, public_metadata(settings, photo.number, photo.claims, licensed=photo.licensed))
    now = replace(now, name=name, output=f"{_HELD}/{name}")
    if data is not None:
        write_atomic(folder.held / name, data)
    elif now.output != photo.output:
        _copy(folder, photo, folder.held / name)
    if photo.output != now.output:
        folder.update(now, facts=replace(folder.facts(), leaving=(photo.output,)))
        file_of(folder, photo).unlink(missing_ok=True)
    elif now != stored:
        folder.update(now)
    return now


def _staged(folder: BatchStore, settings: Settings, ready: Sequence[Photo]) -> list[Photo]:
    """The photos as they will be in ``flickr/``, their files in ``work/`` under the names that they will have."""
    digits = max(3, len(str(len(ready))))
    names = (f"{stem_of(settings.event.text)}-{number:0{digits}}" for number in count(1))
    return [
        _stage(
            folder,
            photo,
            public_metadata(settings, number, photo.claims, licensed=photo.licensed),
            name + Path(photo.name).suffix,
        )
        for number, (photo, name) in enumerate(zip(ready, names, strict=False), 1)
    ]


def _stage(folder: BatchStore, photo: Photo, public: PublicMetadata, name: str) -> Photo:
    data, now = _labelled(folder, photo, public)
    now = replace(now, name=name, output=f"{_FLICKR}/{name}")
    if data is not None:
        write_atomic(folder.work / name, data)
    elif now.output != photo.output:
        _copy(folder, photo, folder.work / name)
    return now


def _enter(folder: BatchStore, before: Sequence[Photo], placed: Sequence[Photo], every: Iterable[Photo]) -> None:
    """Name the photos in their new places, all at once, and then move the files there.

    ``before`` and ``placed``: the same photos before and now; ``every``: all of the batch, as they are now.
    """
    claimed = {photo.output for photo in placed}
    leaving = tuple(photo.output for photo in before if photo.output and photo.output not in claimed)
    folder.update(*placed, facts=replace(folder.facts(), leaving=leaving))
    for photo in placed:
        staged = folder.work / photo.name
        if staged.is_file():
            staged.replace(folder.flickr / photo.name)
    _remove_left(folder, every)


def _remove_left(folder: BatchStore, photos: Iterable[Photo]) -> None:
    """Remove the files that photos have left for another place."""
    claimed = {photo.output for photo in photos}
    facts = folder.facts()
    for output in facts.leaving:
        if output not in claimed:
            (folder.path / output).unlink(missing_ok=True)
    if facts.leaving:
        folder.update(facts=replace(facts, leaving=()))


def _clear(work: Path) -> None:
    """Remove what has no place yet."""
    for left in work.iterdir():
        left.unlink()


def _labelled(folder: BatchStore, photo: Photo, public: PublicMetadata) -> tuple[bytes | None, Photo]:
    """The photo's file with another label and the photo as it is then; no bytes where it says that already."""
    if photo.public == public:
        return None, photo
    _check_whole(folder, photo)
    data = relabel(file_of(folder, photo).read_bytes(), Label(xmp_packet(public), app13_segment(public)))
    proof = prove(data)
    if not proof.proven or proof.public != public:
        raise UnprovenFile(f"{photo.output} did not pass the proof under its new label.", "Run the batch again.")
    return data, replace(photo, public=public, sha256=proof.sha256, output_bytes=proof.size)


def _copy(folder: BatchStore, photo: Photo, target: Path) -> None:
    """The photo's file in a second place, without a second copy where the disk allows it."""
    _check_whole(folder, photo)
    source = file_of(folder, photo)
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:  # a disk without hard links
        write_atomic(target, source.read_bytes())


def _check_whole(folder: BatchStore, photo: Photo) -> None:
    if not is_intact(folder, photo):
        raise BatchError(f"{photo.output} was changed while imgvet was at work.", "Run the same command again.")
