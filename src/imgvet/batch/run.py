"""A batch, in the order in which it happens: plan the run, vet what is new or changed, place all files.

Each of the three reads the batch once. The papers follow, from a snapshot of their own, see ``reports``.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

from imgvet.batch.decisions.log import check_unaltered
from imgvet.batch.decisions.rows import decision_from_row
from imgvet.batch.decisions.state import DecisionIndex, answers_given, declaration_for, face_records, replay
from imgvet.batch.form_uses import note_before_placing
from imgvet.batch.placement import (
    JudgePhoto,
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
from imgvet.batch.snapshot import BatchSnapshot
from imgvet.batch.status import judge_now
from imgvet.batch.store import BatchStore, file_stamp, now
from imgvet.decisions import DECLARE, FINISH, LICENSED, Decision, FaceRecord
from imgvet.faces.matching import merge_face_records
from imgvet.faces.model import model_digest
from imgvet.find_photos import real_path
from imgvet.photo import Face, Photo
from imgvet.pipeline import VettedPhoto, vet_jobs
from imgvet.settings import Settings
from imgvet.stages import PhotoJob
from imgvet.text import path_text
from imgvet.watermarks.load import fingerprint, load_watermarks

_JUDGED_LATER: dict[str, bool | set[str]] = {  # parts of a profile that shape no pixel
    **dict.fromkeys(("rules", "questions", "name", "extends", "releases", "decisions"), True),
    "organisation": {"known_creators"},
}
_LICENSED = " licensed"  # in the recipe of a photo that names its creator


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run has to do."""

    snapshot: BatchSnapshot  # the batch before the run
    kept: tuple[Photo, ...]  # vetted before, unchanged, their files in place
    gone: tuple[Photo, ...]  # kept as they were, because the original is no longer there
    jobs: tuple[PhotoJob, ...]
    recipe: str  # a hash of everything but the original and its faces that shapes a clean file
    named_again: frozenset[str]  # originals that somebody named in this run


def plan_run(folder: BatchStore, sources: Iterable[Path], settings: Settings) -> RunPlan:
    """Enrol the originals and tell what is left to do; earlier photos that were not named again stay in the batch.

    Raises:
        BatchError: the log of decisions was altered.
    """
    snapshot = folder.snapshot()
    check_unaltered(snapshot.log, folder.path)
    finish_moves(folder, snapshot.photos)
    base, photos = _recipe(settings), {photo.number: photo for photo in snapshot.photos}
    named = [real_path(source) for source in sources]
    kept, gone, jobs = [], [], []
    for original in folder.enrol(named):
        photo, stamp = photos.get(original.number), file_stamp(original.source)
        said = snapshot.decisions_on(original.number)
        whole = photo is not None and is_intact(folder, photo)
        if photo and whole and stamp == original.stamp and original.recipe == _asked(base, photo, said, settings):
            kept.append(photo)
        elif photo and whole and not stamp:
            gone.append(photo)
        else:
            name = held_stem(settings.event.text, original.number)
            jobs.append(PhotoJob(original.number, original.source, folder.work, name, _known(said), _licensed(said)))
    return RunPlan(snapshot, tuple(kept), tuple(gone), tuple(jobs), base, frozenset(map(path_text, named)))


def vet_batch(
    folder: BatchStore, plan: RunPlan, settings: Settings, *, workers: int, declare: str | None
) -> Iterator[Photo]:
    """Vet every photo of the plan, and yield each as it is done; their files stay in ``held/`` for ``place_photos``.

    What may no longer be published leaves ``flickr/`` first of all. ``declare``: who declares the profile's questions.

    Raises:
        ModelError, ProfileError: as ``vet_jobs``; what was done before stays.
        RegisterError: the register cannot be opened, and a face is answered with a form.
    """
    photos, facts = plan.snapshot.photos, folder.facts()
    said = DecisionIndex(plan.snapshot.decisions)
    declaration = _declaration(settings, declare)
    stood = tuple(published_names(photos).items()) if facts.stood is None else facts.stood  # that of a killed run
    folder.update(facts=replace(facts, applying=len(plan.snapshot.decisions), stood=stood))
    with release_lookup(settings) as look_up:
        judge = partial(judge_now, settings=settings, said=said, look_up=look_up)
        _declare(folder, declaration, said, (*plan.kept, *plan.gone))
        take_back(folder, settings, photos, judge)
        yield from (*plan.kept, *plan.gone)
        for vetted in vet_jobs(plan.jobs, settings, workers):
            _declare(folder, declaration, said, [vetted.photo])
            yield _save_result(folder, plan, said, judge, vetted)


def place_photos(folder: BatchStore, settings: Settings, by: str = "") -> PlacementChanges:
    """Ask everything once more, people's decisions and the register, and place each photo where it belongs now.

    ``by`` is who finishes the batch, and is recorded with the time.

    Raises:
        BatchError, OSError: as ``publish``, or the log of decisions was altered.
        RegisterError: the register cannot be opened, and a face is answered with a form.
    """
    with release_lookup(settings) as look_up:

        def judge() -> JudgePhoto:
            return partial(judge_now, settings=settings, said=_trusted_decisions(folder), look_up=look_up)

        stored = folder.photos()
        note_before_placing(folder, settings, map(judge(), stored))
        photos = publish(folder, settings, stored, judge)
    facts = folder.facts()
    if by:
        folder.decide(Decision(FINISH, by, now()))
    folder.update(facts=replace(facts, applied=facts.applying + bool(by), stood=None))
    return placement_changes(dict(facts.stood or ()), published_names(photos))


def _trusted_decisions(folder: BatchStore) -> DecisionIndex:
    """What people have said up to this moment.

    Raises:
        BatchError: the log of decisions was altered.
    """
    log = folder.log()
    check_unaltered(log, folder.path)
    return DecisionIndex(map(decision_from_row, log.rows))


def _declaration(settings: Settings, by: str | None) -> Decision | None:
    """What this run declares of every photo that it sees; None where nobody does, or the profile asks nothing."""
    questions = " ".join(question.id for question in settings.profile.questions)
    name = (by or "").strip()
    return Decision(DECLARE, name, now(), value=questions) if name and questions else None


def _declare(folder: BatchStore, declaration: Decision | None, said: DecisionIndex, photos: Iterable[Photo]) -> None:
    """Let the declaration cover the photos: in the log, and in ``said``."""
    if declaration is None:
        return
    made = [declaration_for(photo, declaration, said.on_photo(photo.number)) for photo in photos if photo.source_sha256]
    new = [each for each in made if each is not None]
    if not new:
        return
    with folder.writing():
        facts = folder.facts()
        folder.decide(*new)
        folder.update(facts=replace(facts, applying=facts.applying + len(new)))
    said.add(new)


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


def _asked(base: str, photo: Photo, said: Sequence[Decision], settings: Settings) -> str:
    """The recipe that a photo's clean file should have: the base, its faces, and those that are to be hidden."""
    known = replay(photo, said)
    faces = merge_face_records(photo.faces, known.faces)
    return _with_faces(
        base + _LICENSED * known.licensed, faces, [face for face in faces if known.hides(face, settings.redact)]
    )


def _with_faces(base: str, faces: Iterable[Face], hidden: Iterable[Face]) -> str:
    """Marks keep clear of every face, and crops show each, so a face more or a larger box makes another file."""
    return f"{base} {sorted(face.box.as_list() for face in hidden)} {sorted(face.box.as_list() for face in faces)}"


def _known(said: Sequence[Decision]) -> dict[str, tuple[FaceRecord, ...]]:
    """The faces that people recorded in each original that had this number, by SHA-256; the worker picks its own."""
    digests = dict.fromkeys(each.source_sha256 for each in said if each.face is not None)
    return {digest: face_records(each for each in said if each.source_sha256 == digest) for digest in digests if digest}


def _licensed(said: Sequence[Decision]) -> frozenset[str]:
    """The originals that had this number, by SHA-256, that are another's and used under licence."""
    digests = {each.source_sha256 for each in said}
    given = {digest: answers_given(each for each in said if each.source_sha256 == digest) for digest in digests}
    return frozenset(digest for digest in digests if any(each.kind == LICENSED for each in given[digest]))


def _save_result(
    folder: BatchStore, plan: RunPlan, said: DecisionIndex, judge: JudgePhoto, vetted: VettedPhoto
) -> Photo:
    """Keep a photo that has just been vetted, its file in ``held/``."""
    faces = vetted.photo.faces
    recipe = _with_faces(
        plan.recipe + _LICENSED * vetted.photo.licensed, faces, [face for face in faces if face.is_hidden]
    )
    earlier = folder.photo(vetted.photo.number)  # its file may have been taken back since the plan was made
    changed = _has_changed(earlier, vetted.photo, plan, said)
    photo = judge(hold_new_file(folder, earlier, replace(vetted.photo, original_changed=changed)))
    folder.record(photo, recipe, vetted.pictures)
    return photo


def _has_changed(earlier: Photo | None, photo: Photo, plan: RunPlan, said: DecisionIndex) -> bool:
    """Whether it is another picture than the one that people know under its number, and nobody named it again."""
    if earlier is None or not earlier.source_sha256:
        return False
    if earlier.source_sha256 == photo.source_sha256:
        return earlier.original_changed
    about_earlier = [each for each in said.on_photo(photo.number) if each.source_sha256 == earlier.source_sha256]
    return photo.source not in plan.named_again or any(each.kind != DECLARE for each in about_earlier)
