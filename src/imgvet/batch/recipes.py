"""What shapes a clean file, and what a run has to do with a photo because of it. No picture is opened here.

A recipe is a text that is the same for as long as a photo's file is what would be made now: a base for each channel,
see ``run.base_recipes``, with the photo's faces, words and licence added.
"""

import hashlib
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from imgvet.area_matching import merge_area_records
from imgvet.batch.decisions.state import (
    DecisionState,
    answers_given,
    area_records,
    face_records,
    replay,
    with_numbered,
    words_given,
)
from imgvet.batch.names import numbered_stem
from imgvet.batch.store import BatchStore, Original
from imgvet.channels.places import Places
from imgvet.decisions import LICENSED, Decision, Words, words_value
from imgvet.faces.matching import merge_face_records
from imgvet.find_photos import sidecar_paths
from imgvet.photo import Area, Face, Photo
from imgvet.photo_jobs import PhotoJob
from imgvet.profile import published_size, shrinks_well
from imgvet.settings import Settings
from imgvet.source_files import file_stamp

_LICENSED = " licensed"  # in the recipe of a photo that names its creator


@dataclass(frozen=True, slots=True)
class PhotoPlan:
    """What a run does with a photo that was vetted before."""

    vets: bool  # again, from its original
    is_current: bool  # its original and all that shapes its file are as they were when it was vetted
    copied: tuple[str, ...] = ()  # channels whose files are made from the photo's own
    without: tuple[str, ...] = ()  # channels for which it has no file, and none can be made


@dataclass(frozen=True, slots=True)
class PhotoAsked:
    """A photo, and what its files should be made by."""

    photo: Photo
    name: str  # that its files should have, without the suffix
    recipes: Mapping[str, str]  # by channel, see ``asked_recipes``
    trusted: bool  # its record is the one that imgvet wrote
    broken: Container[str]  # channels whose files are not as imgvet wrote them


def plan_photo(asked: PhotoAsked, original: Original, settings: Settings, places: Places) -> PhotoPlan:
    """What a run does with a photo that was vetted before, from what is on the disk now."""
    photo, recipes = asked.photo, asked.recipes
    stamp = file_stamp(original.source)
    whole = photo.output is not None and places[0].channel not in asked.broken
    same = asked.trusted and original.recipe == recipes[places[0].channel] and Path(photo.name).stem == asked.name
    as_it_was = same and stamp == original.stamp
    had = {each.channel: each for each in photo.copies if each.output is not None}
    new = [place.channel for place in places[1:] if place.channel not in had]
    stale = [name for name, copy in had.items() if name in asked.broken or (same and copy.recipe != recipes[name])]
    wanted = (*new, *stale)
    can = tuple(each for each in wanted if asked.trusted and is_large_enough(photo, settings.for_channel(each)))
    if not whole or (stamp and not (as_it_was and not stale and len(can) == len(new))):
        return PhotoPlan(vets=True, is_current=False)
    left = tuple(each for each in wanted if each not in can)
    return PhotoPlan(vets=False, is_current=as_it_was, copied=can, without=left)


def is_large_enough(photo: Photo, settings: Settings) -> bool:
    """Whether the clean file has all the pixels that the channel of the settings takes of the photo."""
    if photo.output is None or not photo.width:
        return False
    size = published_size(photo.width, photo.height, settings.channel)
    marks = settings.profile.marks
    if photo.output_width < size[0] or photo.output_height < size[1]:
        return False
    return photo.output_width == size[0] or shrinks_well((marks.copyright.height, marks.website.height), size)


def job_for_photo(
    folder: BatchStore,
    settings: Settings,
    original: Original,
    about: Mapping[str, Sequence[Decision]],
    digits: int,
    place: Path,
) -> PhotoJob:
    """The job that vets a photo under all that people have said.

    Args:
        folder: the batch.
        settings: the batch's.
        original: of the photo.
        about: by SHA-256 of the original, as it was and as it is now: what people decided about it.
        digits: of the numbers in file names.
        place: the folder for its clean files.
    """
    known = {
        sha256: with_numbered(face_records(said), folder.numbered_faces(sha256), settings.profile)
        for sha256, said in about.items()
    }
    name = numbered_stem(settings.event.text, original.number, digits)
    areas = {sha256: area_records(said) for sha256, said in about.items()}
    words = {sha256: words_given(said) for sha256, said in about.items()}
    return PhotoJob(original.number, original.source, place, name, known, areas, words, _licensed(about))


def asked_recipes(
    bases: Mapping[str, str], photo: Photo, said: Sequence[Decision], settings: Settings
) -> dict[str, str]:
    """The recipe that a photo's file should have for each channel: with its faces, and those that are to be hidden."""
    known = replay(photo, said)
    faces, areas = merge_face_records(photo.faces, known.faces), merge_area_records(photo.areas, known.areas)
    hidden = [face for face in faces if known.hides(face, settings.redact)]
    kind = _kind(photo, settings, known.words, licensed=known.licensed)
    kind += _areas(areas, filter(known.hides_area, areas))
    return {name: _with_faces(base + kind, faces, hidden) for name, base in bases.items()}


def hidden_now(photo: Photo, known: DecisionState, settings: Settings) -> list[Face]:
    """The faces of a photo that are to be hidden by all that people have said, also where its file is not."""
    return [face for face in merge_face_records(photo.faces, known.faces) if known.hides(face, settings.redact)]


def areas_hidden_now(photo: Photo, known: DecisionState) -> list[Area]:
    """The areas of a photo that are to be hidden by all that people have said, also where its file is not."""
    return [area for area in merge_area_records(photo.areas, known.areas) if known.hides_area(area)]


def made_recipes(bases: Mapping[str, str], photo: Photo, settings: Settings) -> dict[str, str]:
    """The recipe by which the file of a photo that has just been vetted was made, for each channel."""
    hidden = [face for face in photo.faces if face.is_hidden]
    kind = _kind(photo, settings, photo.words, licensed=photo.licensed)
    kind += _areas(photo.areas, [area for area in photo.areas if area.is_hidden])
    return {name: _with_faces(base + kind, photo.faces, hidden) for name, base in bases.items()}


def _kind(photo: Photo, settings: Settings, words: Words, *, licensed: bool) -> str:
    """What is added to the recipe of a photo that is not as most are."""
    return _LICENSED * licensed + _worded(words) + _sidecars(photo, settings)


def _with_faces(base: str, faces: Iterable[Face], hidden: Iterable[Face]) -> str:
    """Marks keep clear of every face, and crops show each, so a face more or a larger box makes another file."""
    return f"{base} {sorted(face.box.as_list() for face in hidden)} {sorted(face.box.as_list() for face in faces)}"


def _areas(areas: Iterable[Area], hidden: Iterable[Area]) -> str:
    """What areas add to the recipe of a photo; empty where it has none. Crops show each, and some are hidden."""
    shown = sorted(area.box.as_list() for area in areas)
    return f" {sorted(area.corners for area in hidden)} {shown}" if shown else ""


def _worded(words: Words) -> str:
    """What the words of its own add to the recipe of a photo; empty where it has none, as before 0.9."""
    return f" {hashlib.sha256(words_value(words.fields).encode()).hexdigest()}" if words.fields else ""


def _sidecars(photo: Photo, settings: Settings) -> str:
    """What sidecars add to the recipe of a photo, where they are read: one that has changed makes another draft."""
    paths = sidecar_paths(Path(photo.source)) if settings.keeps_captions else ()
    return "".join(f" {file_stamp(path)}" for path in paths)


def _licensed(about: Mapping[str, Sequence[Decision]]) -> frozenset[str]:
    """The originals, by SHA-256, that are another's and used under licence; ``about``: the decisions on each."""
    return frozenset(
        sha256 for sha256, said in about.items() if any(each.kind == LICENSED for each in answers_given(said))
    )
