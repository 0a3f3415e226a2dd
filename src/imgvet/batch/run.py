"""A batch, in the order in which it happens: enrol, vet what is new or changed, place, and write the papers."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from imgvet.batch.decisions.log import check_unaltered
from imgvet.batch.decisions.state import (
    DecisionState,
    by_photo,
    face_records,
    replay,
)
from imgvet.batch.placement import (
    PlacementChanges,
    finish_moves,
    held_stem,
    hold_new_file,
    is_intact,
    placement_changes,
    publish,
    published_names,
    take_back,
)
from imgvet.batch.register_lookup import release_lookup
from imgvet.batch.status import Desk
from imgvet.batch.store import BatchStore, file_stamp, now
from imgvet.decisions import DECLARE, FINISH, Decision, FaceRecord
from imgvet.faces.matching import merge_face_records
from imgvet.faces.model import model_digest
from imgvet.find_photos import real_path
from imgvet.photo import Face, Photo
from imgvet.pipeline import VettedPhoto, vet_jobs
from imgvet.settings import Settings
from imgvet.stages import PhotoJob
from imgvet.text import path_text
from imgvet.watermarks.load import fingerprint, load_watermarks

_JUDGED_LATER = {
    "rules",
    "questions",
    "name",
    "extends",
    "releases",
    "decisions",
}  # parts of a profile that shape no pixel
_MAX_STEM = 60  # characters


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run has to do."""

    kept: tuple[Photo, ...]  # vetted before, unchanged, their files in place
    gone: tuple[Photo, ...]  # kept as they were, for the original is no longer there
    jobs: tuple[PhotoJob, ...]
    recipe: str  # a hash of everything but the original and its faces that shapes a clean file
    came_anew: frozenset[str]  # originals that somebody named in this run


def plan_run(folder: BatchStore, sources: Iterable[Path], settings: Settings) -> RunPlan:
    """Enrol the originals and tell what is left to do; earlier photos that were not named again stay in the batch.

    Raises:
        BatchError: the log of decisions was altered.
    """
    check_unaltered(folder)
    finish_moves(folder)
    base, decisions = _recipe(settings), by_photo(folder.decisions())
    named = [real_path(source) for source in sources]
    kept, gone, jobs = [], [], []
    for stored in folder.enrol(named):
        photo, stamp = stored.photo, file_stamp(stored.source)
        said = decisions[stored.number]
        known = replay(photo, said, frozenset()) if photo else DecisionState()
        whole = photo is not None and is_intact(folder, photo)
        if photo and whole and stamp == stored.stamp and stored.recipe == _asked(base, photo, known, settings):
            kept.append(photo)
        elif photo and whole and not stamp:
            gone.append(photo)
        else:
            name = held_stem(settings.event.text, stored.number)
            jobs.append(PhotoJob(stored.number, stored.source, folder.work, name, _known(said)))
    return RunPlan(tuple(kept), tuple(gone), tuple(jobs), base, frozenset(map(path_text, named)))


def vet_batch(
    folder: BatchStore, work: RunPlan, settings: Settings, *, workers: int, declare: str | None
) -> Iterator[Photo]:
    """Vet every photo of the plan, and yield each as it is done; their files wait in ``held/`` for ``place_photos``.

    What must not go out any more leaves ``flickr/`` first of all.

    Raises:
        ModelError, ProfileError: as ``vet_jobs``; what was done before stays.
        RegisterError: the register cannot be opened, and a face is answered with a form.
    """
    questions = " ".join(question.id for question in settings.profile.questions)
    by = (declare or "").strip()
    declares = Decision(DECLARE, by, now(), value=questions) if by and questions else None
    decisions = folder.decisions()
    with release_lookup(settings) as look_up:
        desk = Desk(folder, settings, look_up, by_photo(decisions), declares)
        covered = desk.cover(*work.kept, *work.gone)
        before = folder.fact("stood")  # a killed run has written it down already
        stood = list(published_names(folder).items()) if before is None else before
        folder.update(applying=len(decisions) + covered, stood=stood)
        take_back(folder, settings, desk.judge)
        yield from (*work.kept, *work.gone)
        for vetted in vet_jobs(work.jobs, settings, workers):
            yield _take_in(desk, work, vetted)


def place_photos(folder: BatchStore, settings: Settings, by: str = "") -> PlacementChanges:
    """Ask everything once more, people's decisions and the register, and place each photo where it belongs now.

    ``by`` is who finishes the batch, and is taken down with the time.

    Raises:
        BatchError, OSError: as ``publish``, or the log of decisions was altered.
        RegisterError: the register cannot be opened, and a face is answered with a form.
    """
    check_unaltered(folder)
    with release_lookup(settings) as look_up:
        desk = Desk(folder, settings, look_up, by_photo(folder.decisions()))
        publish(folder, settings, desk.judge)
    before = dict(folder.fact("stood"))
    if by:
        folder.decide(Decision(FINISH, by, now()))
    folder.update(applied=folder.fact("applying") + bool(by), stood=None)
    return placement_changes(before, published_names(folder))


def _recipe(settings: Settings) -> str:
    """A hash of everything but the original that shapes a clean file."""
    shape = {
        "version": version("imgvet"),
        "model": model_digest(),
        "marks": fingerprint(load_watermarks(settings)),
        "profile": settings.profile.model_dump(mode="json", exclude=_JUDGED_LATER),
        "event": [settings.event.text, str(settings.event.day), settings.event.link, *settings.event.tags],
        "channel": settings.channel_name,
        "proof_marks": settings.proof_marks,
    }
    return hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()


def _asked(base: str, photo: Photo, known: DecisionState, settings: Settings) -> str:
    """The recipe that a photo's clean file should have: the base, its faces, and those that are to be hidden."""
    faces = merge_face_records(photo.faces, known.faces)
    return _with_faces(base, faces, [face for face in faces if known.hides(face, settings.redact)])


def _with_faces(base: str, faces: Iterable[Face], hidden: Iterable[Face]) -> str:
    """Marks keep clear of every face, and crops show each, so a face more or a larger box makes another file."""
    return f"{base} {sorted(face.box.as_list() for face in hidden)} {sorted(face.box.as_list() for face in faces)}"


def _known(said: list[Decision]) -> dict[str, tuple[FaceRecord, ...]]:
    """What people spoke of in each original that had this number; the worker sees which of them it has before it."""
    digests = dict.fromkeys(each.source_sha256 for each in said if each.face is not None)
    return {digest: face_records(each for each in said if each.source_sha256 == digest) for digest in digests if digest}


def _take_in(desk: Desk, work: RunPlan, vetted: VettedPhoto) -> Photo:
    """Keep a photo that has just been vetted, its file in ``held/``."""
    folder, faces = desk.folder, vetted.photo.faces
    recipe = _with_faces(work.recipe, faces, [face for face in faces if face.is_hidden])
    earlier = folder.photo(vetted.photo.number)
    photo = replace(vetted.photo, original_changed=_has_changed(desk, earlier, vetted.photo, work))
    if covered := desk.cover(photo):
        folder.set_fact("applying", folder.fact("applying") + covered)
    photo = desk.judge(hold_new_file(folder, earlier, photo))
    folder.record(photo, recipe, vetted.pictures)
    return photo


def _has_changed(desk: Desk, earlier: Photo | None, photo: Photo, work: RunPlan) -> bool:
    """Whether it is another picture than the one that people know under its number, and nobody brought it anew."""
    if earlier is None or not earlier.source_sha256:
        return False
    if earlier.source_sha256 == photo.source_sha256:
        return earlier.original_changed
    about_earlier = [each for each in desk.said[photo.number] if each.source_sha256 == earlier.source_sha256]
    return photo.source not in work.came_anew or any(each.kind != DECLARE for each in about_earlier)
