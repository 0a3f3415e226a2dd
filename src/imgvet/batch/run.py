"""A batch, in the order in which it happens: plan the run, vet what is new or changed, place all files.

Each of the three reads the batch once. The papers follow, from a snapshot of their own, see ``reports``.
"""

import hashlib
import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

from imgvet.batch.decisions.log import check_unaltered
from imgvet.batch.decisions.rows import decisions_of, vetted_of
from imgvet.batch.decisions.state import (
    DecisionIndex,
    answers_given,
    declaration_for,
    face_records,
    replay,
    with_numbered,
    words_given,
)
from imgvet.batch.decisions.statements import check_were_shown
from imgvet.batch.duplicates import compare_photos
from imgvet.batch.form_uses import note_before_placing
from imgvet.batch.joining import Joined, ShowProgress, join_photos, no_progress
from imgvet.batch.names import numbered_stem
from imgvet.batch.own_files import own_stamp
from imgvet.batch.packed import PackedPhotos
from imgvet.batch.placement import (
    JudgePhoto,
    PlacementChanges,
    file_of,
    finish_moves,
    hold_new_file,
    placement_changes,
    publish,
    published_files,
    take_back,
)
from imgvet.batch.register_lookup import release_lookup
from imgvet.batch.snapshot import BatchSnapshot, PublishedFile
from imgvet.batch.status import ChangedFile, FolderCheck, file_state, is_table_altered, judge_now
from imgvet.batch.store import BatchStore, Original, at_place, file_stamp, now
from imgvet.batch.vetted import ALTERED
from imgvet.decisions import DECLARE, FINISH, LICENSED, Decision, Words, words_value
from imgvet.faces.matching import merge_face_records
from imgvet.faces.model import model_digest
from imgvet.find_photos import real_path
from imgvet.people_names import checked_name, tidy_name
from imgvet.photo import Face, Photo
from imgvet.photo_jobs import PhotoJob, VettedPhoto, vet_jobs
from imgvet.settings import Settings
from imgvet.text import path_text
from imgvet.watermarks.load import fingerprint, load_watermarks

_JUDGED_LATER: dict[str, bool | set[str]] = {  # parts of a profile that shape no pixel
    **dict.fromkeys(("rules", "questions", "name", "extends", "office", "releases", "decisions"), True),
    "organisation": {"known_creators"},
}
_LICENSED = " licensed"  # in the recipe of a photo that names its creator


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run has to do."""

    snapshot: BatchSnapshot  # the batch before the run
    joined: Joined
    kept: Sequence[int]  # numbers of photos that were vetted before, unchanged, their files in place
    gone: Sequence[int]  # of photos that stay as they are, because the original is missing
    to_vet: Sequence[int]
    digits: int  # of the numbers in file names
    recipe: str  # a hash of everything but the original and its faces that shapes a clean file
    named_again: frozenset[str]  # originals that somebody named in this run
    published: tuple[PublishedFile, ...]  # what was in ``flickr/`` before the run, or before the killed one
    found: FolderCheck  # what somebody had replaced, removed or altered


def plan_run(
    folder: BatchStore,
    sources: Iterable[Path],
    settings: Settings,
    workers: int | None = None,
    progress: ShowProgress = no_progress,
) -> RunPlan:
    """Find the photo of each file and determine what is left to do; photos that were not named again stay in the batch.

    ``workers``: how many processes read the files that are new, None is one a core; ``progress``: shows how many are.

    Raises:
        BatchError: the log of decisions was altered.
    """
    snapshot = folder.snapshot()
    check_unaltered(snapshot.log, folder.path)
    photos = finish_moves(folder, snapshot.photos)
    named = [real_path(source) for source in sources]
    joined = join_photos(folder, named, settings, workers, progress)
    if places := {each.number: each.source for each in joined.moved}:
        photos = PackedPhotos(at_place(each, places.get(each.number)) for each in photos)
    photos = _without_spoiled(folder, photos)
    snapshot = replace(snapshot, photos=photos)
    changed, altered, stamps = list[ChangedFile](), list[int](), _CleanStamps(folder)
    digits = _digits(folder, snapshot, len(joined.new))
    base, kept, gone, to_vet = _recipe(settings), array("q"), array("q"), array("q")
    for original, photo in _with_records(folder.each_original(), snapshot.photos):
        stamp = file_stamp(original.source)
        said = snapshot.index.on_original(original.sha256)
        name = numbered_stem(settings.event.text, original.number, digits)
        state = None if photo is None else file_state(folder, photo)
        whole = photo is not None and photo.output is not None and state is None
        trusted = photo is not None and snapshot.index.vouches_for(photo)
        if photo and state:
            changed.append(ChangedFile(photo.number, str(photo.output), state))
        elif photo and whole:
            stamps.note(photo)
        if photo and not trusted:
            altered.append(photo.number)
        same = trusted and photo is not None and original.recipe == _asked(base, photo, said, settings)
        if photo and whole and stamp == original.stamp and same and Path(photo.name).stem == name:
            kept.append(original.number)
        elif photo and whole and not stamp:
            gone.append(original.number)
        else:
            to_vet.append(original.number)
    stood = snapshot.facts.stood  # that of a killed run
    published = published_files(snapshot.photos) if stood is None else stood
    again = frozenset(map(path_text, named))
    stamps.save()
    table_altered = is_table_altered(folder, snapshot.facts)
    found = FolderCheck(tuple(changed), tuple(altered), table_altered=table_altered)
    return RunPlan(snapshot, joined, kept, gone, to_vet, digits, base, again, published, found)


def _without_spoiled(folder: BatchStore, photos: PackedPhotos) -> PackedPhotos:
    """The photos; where small pictures are not as they were made, the record counts for nothing from now on."""
    spoiled = frozenset(photo.number for photo in photos if not folder.has_own_pictures(photo))
    if not spoiled:
        return photos
    folder.distrust(spoiled)
    return PackedPhotos(replace(each, vetting=ALTERED) if each.number in spoiled else each for each in photos)


class _CleanStamps:
    """Size and time of clean files that are whole and had others, such as those of a folder that was copied."""

    def __init__(self, folder: BatchStore) -> None:
        self._folder = folder
        self._before = folder.clean_stamps()
        self._now = dict[int, str]()

    def note(self, photo: Photo) -> None:
        stamp = own_stamp(file_of(self._folder, photo))
        if stamp != self._before.get(photo.number):
            self._now[photo.number] = stamp

    def save(self) -> None:
        self._folder.note_clean_stamps(self._now)


def _with_records(originals: Iterable[Original], photos: Iterable[Photo]) -> Iterator[tuple[Original, Photo | None]]:
    """Each original with its photo, None where it was not vetted; both are by number."""
    waiting = iter(photos)
    photo = next(waiting, None)
    for original in originals:
        while photo is not None and photo.number < original.number:
            photo = next(waiting, None)
        if photo is not None and photo.number == original.number:
            yield original, photo
            photo = next(waiting, None)
        else:
            yield original, None


def _jobs(folder: BatchStore, plan: RunPlan, settings: Settings) -> Iterator[PhotoJob]:
    """What there is to vet, each with what people have said of it before the run."""
    for number in plan.to_vet:
        original = folder.original(number)
        contents = {original.sha256, plan.joined.contents.get(original.source, "")}  # before, and now
        about = {sha256: plan.snapshot.index.on_original(sha256) for sha256 in contents if sha256}
        known = {
            sha256: with_numbered(face_records(said), folder.numbered_faces(sha256), settings.profile)
            for sha256, said in about.items()
        }
        name = numbered_stem(settings.event.text, number, plan.digits)
        words = {sha256: words_given(said) for sha256, said in about.items()}
        yield PhotoJob(number, original.source, folder.work, name, known, words, _licensed(about))


def _digits(folder: BatchStore, snapshot: BatchSnapshot, new: int) -> int:
    """Of the numbers in file names; as many as those with which the batch began need, and never other ones."""
    if snapshot.photos:
        return snapshot.facts.digits
    digits = max(snapshot.facts.digits, len(str(new)))
    if digits != snapshot.facts.digits:
        folder.update(facts=replace(snapshot.facts, digits=digits))
    return digits


def vet_batch(
    folder: BatchStore, plan: RunPlan, settings: Settings, *, workers: int, declare: str | None
) -> Iterator[Photo]:
    """Vet every photo that is to be, and yield each as it is done; their files stay in ``held/`` for ``place_photos``.

    What may no longer be published leaves ``flickr/`` first of all. ``declare``: who declares the profile's questions.

    Raises:
        UsageError: ``declare`` is not a name, or that person was not shown the statements in their present words.
        ModelError, ProfileError: as ``vet_jobs``; what was done before stays.
        RegisterError: the register cannot be opened, and a face is answered with a form.
    """
    photos, facts = plan.snapshot.photos, folder.facts()
    said = DecisionIndex(plan.snapshot.decisions, plan.snapshot.vetted)
    declaration = _declaration(settings, declare, plan.snapshot.decisions)
    begun = replace(facts, applying=len(plan.snapshot.decisions), stood=plan.published, flickr_table="")
    folder.update(facts=begun)
    with release_lookup(settings, plan.snapshot.decisions) as look_up:
        judge = partial(judge_now, settings=settings, said=said, look_up=look_up)
        stay, broken = {*plan.kept, *plan.gone}, {each.number for each in plan.found.changed}
        _declare(folder, declaration, said, (photo for photo in photos if photo.number in stay))
        take_back(folder, photos, judge, whole={photo.number for photo in photos} - broken)
        for vetted in vet_jobs(_jobs(folder, plan, settings), settings, workers, folder.work):
            _declare(folder, declaration, said, [vetted.photo])
            yield _save_result(folder, plan, said, judge, vetted)


def place_photos(folder: BatchStore, settings: Settings, by: str = "") -> PlacementChanges:
    """Ask everything once more, people's decisions and the register, and place each photo where it belongs now.

    ``by`` is who finishes the batch, and is recorded with the time.

    Raises:
        BatchError, OSError: as ``publish``, or the log of decisions was altered.
        RegisterError: the register cannot be opened, and a face is answered with a form.
    """
    before = folder.snapshot()
    with release_lookup(settings, before.decisions) as look_up:

        def judge() -> JudgePhoto:
            return partial(judge_now, settings=settings, said=_trusted_decisions(folder), look_up=look_up)

        compared = PackedPhotos(compare_photos(before.photos))
        folder.update_all(now for stored, now in zip(before.photos, compared, strict=True) if now != stored)
        note_before_placing(folder, settings, map(judge(), compared))
        photos = publish(folder, compared, judge())
    facts = folder.facts()
    changes = placement_changes(facts.stood or (), published_files(photos), facts.rounds + 1)
    if by:
        folder.decide(Decision(FINISH, tidy_name(by), now()))
    rounds = changes.round if changes.new else facts.rounds
    folder.update(facts=replace(facts, applied=facts.applying + bool(by), stood=None, rounds=rounds))
    return changes


def _trusted_decisions(folder: BatchStore) -> DecisionIndex:
    """What people have said up to this moment.

    Raises:
        BatchError: the log of decisions was altered.
    """
    log = folder.log()
    check_unaltered(log, folder.path)
    return DecisionIndex(decisions_of(log.rows), vetted_of(log.rows))


def _declaration(settings: Settings, by: str | None, said: Iterable[Decision]) -> Decision | None:
    """What this run declares of every photo that it sees; None where nobody does, or the profile asks nothing."""
    questions = settings.profile.questions
    if by is None or not questions:
        return None
    name = checked_name(by, "A declaration needs a name.")
    check_were_shown(said, questions, name)
    return Decision(DECLARE, name, now(), value=" ".join(question.id for question in questions))


def _declare(folder: BatchStore, declaration: Decision | None, said: DecisionIndex, photos: Iterable[Photo]) -> None:
    """Let the declaration cover the photos: in the log, and in ``said``."""
    if declaration is None:
        return
    made = [declaration_for(photo, declaration, said.on_original(photo.source_sha256)) for photo in photos]
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
        base + _LICENSED * known.licensed + _worded(known.words),
        faces,
        [face for face in faces if known.hides(face, settings.redact)],
    )


def _with_faces(base: str, faces: Iterable[Face], hidden: Iterable[Face]) -> str:
    """Marks keep clear of every face, and crops show each, so a face more or a larger box makes another file."""
    return f"{base} {sorted(face.box.as_list() for face in hidden)} {sorted(face.box.as_list() for face in faces)}"


def _worded(words: Words) -> str:
    """What the words of its own add to the recipe of a photo; empty where it has none, as before 0.9."""
    return f" {hashlib.sha256(words_value(words.fields).encode()).hexdigest()}" if words.fields else ""


def _licensed(about: Mapping[str, Sequence[Decision]]) -> frozenset[str]:
    """The originals, by SHA-256, that are another's and used under licence; ``about``: the decisions on each."""
    return frozenset(
        sha256 for sha256, said in about.items() if any(each.kind == LICENSED for each in answers_given(said))
    )


def _save_result(
    folder: BatchStore, plan: RunPlan, said: DecisionIndex, judge: JudgePhoto, vetted: VettedPhoto
) -> Photo:
    """Keep a photo that has just been vetted, its file in ``held/``."""
    faces = vetted.photo.faces
    recipe = _with_faces(
        plan.recipe + _LICENSED * vetted.photo.licensed + _worded(vetted.photo.words),
        faces,
        [face for face in faces if face.is_hidden],
    )
    earlier = folder.photo(vetted.photo.number)  # its file may have been taken back since the plan was made
    changed = _has_changed(earlier, vetted.photo, plan, said)
    known_as = earlier.earlier_number if earlier else None
    now = replace(vetted.photo, original_changed=changed, earlier_number=known_as, vetting=None)
    photo = judge(hold_new_file(folder, earlier, now))
    folder.record(photo, recipe, vetted.pictures)
    return photo


def _has_changed(earlier: Photo | None, photo: Photo, plan: RunPlan, said: DecisionIndex) -> bool:
    """Whether it is another picture than the one that people know under its number, or the public does."""
    if earlier is None or not earlier.source_sha256:
        return False
    if earlier.source_sha256 == photo.source_sha256:
        return earlier.original_changed
    about_earlier = said.on_original(earlier.source_sha256)
    was_published = any(file.number == photo.number for file in plan.published)
    return was_published or photo.source not in plan.named_again or any(each.kind != DECLARE for each in about_earlier)
