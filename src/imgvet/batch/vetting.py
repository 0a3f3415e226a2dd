"""A batch, in the order in which it happens: enrol, vet what is new or changed, place, and write the papers."""

import hashlib
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

from imgvet.batch.folder import BatchFolder, now, stamp_of
from imgvet.batch.gate import judged, may_go_out
from imgvet.batch.standing import Standing, by_photo, spoken_of, standing
from imgvet.errors import BatchError
from imgvet.faces.known import with_known
from imgvet.faces.model import model_digest
from imgvet.intake.find import real_path
from imgvet.marks.ready import fingerprint, ready_marks
from imgvet.output.encode import SUFFIXES
from imgvet.output.place import clear_unfinished
from imgvet.photo import Decision, Event, Face, Known, Photo, Verdict
from imgvet.pipeline import Job, Vetted, vet_many
from imgvet.settings import Profile, Settings

_JUDGED_LATER = {
    "rules",
    "questions",
    "name",
    "extends",
    "releases",
    "decisions",
}  # parts of a profile that shape no pixel
_LONGEST_STEM = 60  # characters


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run has to do."""

    kept: tuple[Photo, ...]  # vetted before, unchanged, their files in place
    gone: tuple[Photo, ...]  # kept as they were, for the original is no longer there
    jobs: tuple[Job, ...]
    recipe: str  # a hash of everything but the original and its faces that shapes a clean file


def keep_settings(folder: BatchFolder, settings: Settings) -> Settings:
    """Write down what the batch was asked for, and hand the settings back with the batch's own secret."""
    event = settings.event
    asked = {
        "profile": settings.profile.model_dump(mode="json"),
        "profile_folder": settings.profile_folder and str(settings.profile_folder.resolve()),
        "event": [event.text, event.day and event.day.isoformat(), event.link, list(event.tags)],
        "channel": settings.channel_name,
        "redact": settings.redact,
        "proof_marks": settings.proof_marks,
    }
    folder.set_fact("settings", asked)
    return kept_settings(folder)


def kept_settings(folder: BatchFolder) -> Settings:
    """What the batch was asked for when it was last run.

    Raises:
        BatchError: it was ended before it began.
    """
    asked = folder.fact("settings")
    if asked is None:
        raise BatchError(f"The batch in '{folder.path}' was never begun.", "Run `imgvet batch` into it again.")
    text, day, link, tags = asked["event"]
    return Settings(
        profile=Profile.model_validate(asked["profile"]),
        event=Event(text, day and date.fromisoformat(day), link, tuple(tags)),
        channel_name=asked["channel"],
        redact=asked["redact"],
        profile_folder=asked["profile_folder"] and Path(asked["profile_folder"]),
        year=int(folder.fact("made_at")[:4]),  # stays the same when the batch is run again next year
        secret=bytes.fromhex(folder.fact("secret")),
        proof_marks=asked.get("proof_marks", "none"),  # a batch of an earlier version has none
    )


def plan(folder: BatchFolder, sources: Iterable[Path], settings: Settings) -> Plan:
    """Enrol the originals and tell what is left to do; earlier photos that were not named again stay in the batch."""
    for place in (folder.path, folder.flickr, folder.held):
        clear_unfinished(place)
    for left in folder.work.iterdir():  # by a killed run, between two steps; nothing there has a place yet
        left.unlink()
    base, stem = _recipe(settings), stem_of(settings.event.text)
    decisions = by_photo(folder.decisions())
    kept, gone, jobs = [], [], []
    for stored in folder.enrol([real_path(source) for source in sources]):
        photo, stamp = stored.photo, stamp_of(stored.source)
        said = decisions[stored.number]
        known = standing(photo, said, frozenset()) if photo else Standing()
        whole = photo is not None and photo.sha256 is not None and _is_whole(folder, photo)
        if photo and whole and stamp == stored.stamp and stored.recipe == _asked(base, photo, known, settings):
            kept.append(photo)
        elif photo and whole and not stamp:
            gone.append(photo)
        else:
            name = f"{stem}-{stored.number:03d}"
            jobs.append(Job(stored.number, stored.source, folder.work, name, _known(said)))
    return Plan(tuple(kept), tuple(gone), tuple(jobs), base)


def vet_batch(
    folder: BatchFolder, work: Plan, settings: Settings, *, workers: int, declare: str | None
) -> Iterator[Photo]:
    """Vet, judge and place every photo of the plan; yields each as it is placed.

    Raises:
        ModelError, ProfileError: as ``vet_many``; what was placed before stays.
    """
    questions = [question.id for question in settings.profile.questions] if declare else []
    for question in questions:
        folder.decide(Decision("declare", str(declare), now(), value=question))
    decisions = folder.decisions()
    desk = _Desk(folder, settings, questions, by_photo(decisions), work.recipe)
    for photo in [*work.kept, *work.gone]:
        yield _place_again(desk, photo)
    for vetted in vet_many(work.jobs, settings, workers):
        yield _place_new(desk, vetted)
    folder.set_fact("applied", len(decisions))


@dataclass(frozen=True, slots=True)
class State:
    """How a batch stands now, also where ``finish`` has not yet moved the files."""

    photos: tuple[Photo, ...]  # under everything that people have said, each where its file still is
    unapplied: int  # decisions that no run has applied yet
    to_take_back: tuple[Photo, ...]  # must not go out, and still stand in ``flickr/``


def state(folder: BatchFolder, settings: Settings) -> State:
    """Judge every photo as ``finish`` would, and change nothing."""
    decisions = folder.decisions()
    said = by_photo(decisions)
    before = list(folder.photos())
    now = [_judged(folder, settings, photo, said[photo.number]) for photo in before]
    back = [after for after, earlier in zip(now, before, strict=True) if may_go_out(earlier) and not may_go_out(after)]
    return State(tuple(now), len(decisions) - (folder.fact("applied") or 0), tuple(back))


def stem_of(event: str) -> str:
    """The event in the letters that any file system and web address can carry, e.g. ``open-day``."""
    plain = unicodedata.normalize("NFKD", event.translate(_LETTERS)).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return words[:_LONGEST_STEM].rstrip("-") or "photo"


_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "đ": "d"})


def strangers(folder: BatchFolder) -> list[Path]:
    """Files in ``flickr/`` that imgvet did not put there, and that nobody has vetted."""
    known = {photo.name for photo in folder.photos() if may_go_out(photo)} | {"flickr.csv"}
    return sorted(path for path in folder.flickr.iterdir() if path.name not in known)


def _recipe(settings: Settings) -> str:
    """A hash of everything but the original that shapes a clean file."""
    shape = {
        "version": version("imgvet"),
        "model": model_digest(),
        "marks": fingerprint(ready_marks(settings)),
        "profile": settings.profile.model_dump(mode="json", exclude=_JUDGED_LATER),
        "event": [settings.event.text, str(settings.event.day), settings.event.link, *settings.event.tags],
        "channel": settings.channel_name,
        "proof_marks": settings.proof_marks,
    }
    return hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()


def _asked(base: str, photo: Photo, known: Standing, settings: Settings) -> str:
    """The recipe that a photo's clean file should have: the base, its faces, and those that are to be hidden."""
    faces = with_known(photo.faces, known.faces)
    return _with_faces(base, faces, [face for face in faces if known.hides(face, settings.redact)])


def _with_faces(base: str, faces: Iterable[Face], hidden: Iterable[Face]) -> str:
    """Marks keep clear of every face, and crops show each, so a face more or a larger box makes another file."""
    return f"{base} {sorted(face.box.as_list() for face in hidden)} {sorted(face.box.as_list() for face in faces)}"


def _known(said: list[Decision]) -> tuple[tuple[str, tuple[Known, ...]], ...]:
    """What people spoke of in each original that had this number; the worker sees which of them it has before it."""
    digests = dict.fromkeys(each.source_sha256 for each in said if each.face is not None)
    return tuple(
        (digest, spoken_of(each for each in said if each.source_sha256 == digest)) for digest in digests if digest
    )


def _is_whole(folder: BatchFolder, photo: Photo) -> bool:
    """Whether the clean file is still as it was written."""
    file = _home(folder, photo) / photo.name
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == photo.sha256


def _home(folder: BatchFolder, photo: Photo) -> Path:
    return folder.flickr if may_go_out(photo) else folder.held


@dataclass(frozen=True, slots=True)
class _Desk:
    """What placing a photo needs to know."""

    folder: BatchFolder
    settings: Settings
    declares: list[str]  # questions that this run declares
    decisions: defaultdict[int, list[Decision]]  # by photo
    base: str  # the recipe, without the faces

    def judge(self, photo: Photo) -> Photo:
        """The photo under everything that people have said about it."""
        if self.declares and photo.source_sha256:
            self.folder.declare(photo.source_sha256, self.declares)
        return _judged(self.folder, self.settings, photo, self.decisions[photo.number])


def _judged(folder: BatchFolder, settings: Settings, photo: Photo, said: list[Decision]) -> Photo:
    declared = folder.declared_for(photo.source_sha256)
    return judged(photo, settings, standing(photo, said, declared))


def _place_new(desk: _Desk, vetted: Vetted) -> Photo:
    """Judge a photo that has just been vetted, and put its file where the verdict says."""
    folder = desk.folder
    faces = vetted.photo.faces
    recipe = _with_faces(desk.base, faces, [face for face in faces if face.resolved == "redact"])
    photo = desk.judge(vetted.photo)
    _clear_away(folder, photo)
    if photo.verdict is not Verdict.FAILED:
        home = _home(folder, photo)
        (folder.work / photo.name).replace(home / photo.name)
        photo = replace(photo, output=f"{home.name}/{photo.name}")
    folder.record(photo, recipe, vetted.pictures)
    return photo


def _place_again(desk: _Desk, photo: Photo) -> Photo:
    """Judge a photo once more; its file moves where the new verdict says."""
    before = _home(desk.folder, photo)
    photo = desk.judge(photo)
    after = _home(desk.folder, photo)
    if after != before:
        (before / photo.name).replace(after / photo.name)
    photo = replace(photo, output=f"{after.name}/{photo.name}")
    desk.folder.update(photo)
    return photo


def _clear_away(folder: BatchFolder, photo: Photo) -> None:
    """Remove what earlier runs published of this photo, under whatever name."""
    earlier = folder.photo(photo.number)
    names = {photo.name, *(f"{Path(photo.name).stem}{suffix}" for suffix in SUFFIXES)} if photo.name else set()
    for name in names | ({earlier.name} if earlier and earlier.name else set()):
        for place in (folder.flickr, folder.held):
            (place / name).unlink(missing_ok=True)
