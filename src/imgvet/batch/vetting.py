"""A batch, in the order in which it happens: enrol, vet what is new or changed, place, and write the papers."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from imgvet.batch.folder import BatchFolder, now, stamp_of
from imgvet.batch.gate import judged, may_go_out
from imgvet.faces.detector import model_digest
from imgvet.output.place import clear_unfinished
from imgvet.photo import Decision, Photo, Verdict
from imgvet.pipeline import Job, Vetted, vet_many
from imgvet.settings import Settings

_JUDGED_LATER = {"rules", "questions", "name", "extends"}  # parts of a profile that shape no pixel
_SUFFIXES = (".jpg", ".png")
_LONGEST_STEM = 60  # characters


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run has to do."""

    kept: tuple[Photo, ...]  # vetted before, unchanged, their files in place
    jobs: tuple[Job, ...]
    gone: tuple[Photo, ...] = ()  # kept as they were, for the original is no longer there


def keep_settings(folder: BatchFolder, settings: Settings) -> Settings:
    """Write down what the batch was asked for, and hand the settings back with the batch's own secret."""
    event = settings.event
    folder.set_fact("event", {"text": event.text, "day": event.day and event.day.isoformat(), "link": event.link})
    folder.set_fact("channel", settings.channel_name)
    folder.set_fact("profile", settings.profile.name)
    year = int(folder.fact("made_at")[:4])  # stays the same when the batch is run again next year
    return replace(settings, secret=bytes.fromhex(folder.fact("secret")), year=year)


def plan(folder: BatchFolder, sources: list[Path], settings: Settings) -> Plan:
    """Enrol the originals and tell what is left to do; earlier photos that were not named again stay in the batch."""
    for place in (folder.flickr, folder.held, folder.work):
        clear_unfinished(place)
    enrolled = folder.enrol([source.resolve() for source in sources])
    recipe = _recipe(settings)
    kept, gone = [], []
    for stored in enrolled:
        photo = stored.photo
        if photo is None or photo.sha256 is None or not _is_whole(folder, photo):
            continue
        stamp = stamp_of(stored.source)
        if stamp == stored.stamp and stored.recipe == _recipe_of(photo, settings, recipe):
            kept.append(photo)
        elif not stamp:
            gone.append(photo)
    known = {photo.number for photo in [*kept, *gone]}
    stem = stem_of(settings.event.text)
    jobs = tuple(
        Job(stored.number, stored.source, folder.work, f"{stem}-{stored.number:03d}")
        for stored in enrolled
        if stored.number not in known
    )
    return Plan(tuple(kept), jobs, tuple(gone))


def vet_batch(
    folder: BatchFolder, work: Plan, settings: Settings, *, workers: int, declare: str | None
) -> Iterator[Photo]:
    """Vet, judge and place every photo of the plan; yields each as it is placed.

    Raises:
        ModelError, ProfileError: as ``vet_many``; what was placed before stays.
    """
    questions = [question.id for question in settings.profile.questions]
    if declare:
        for question in questions:
            folder.decide(Decision("declare", declare, now(), question=question))
    recipe = _recipe(settings)
    for photo in [*work.kept, *work.gone]:
        yield _place_again(folder, photo, settings, questions if declare else [])
    for vetted in vet_many(work.jobs, settings, workers):
        yield _place_new(folder, vetted, settings, questions if declare else [], recipe)


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
        "profile": settings.profile.model_dump(mode="json", exclude=_JUDGED_LATER),
        "event": [settings.event.text, str(settings.event.day), settings.event.link, *settings.event.tags],
        "channel": settings.channel_name,
    }
    return hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()


def _recipe_of(photo: Photo, settings: Settings, recipe: str) -> str:
    """The recipe of one photo: whether to redact shapes only a photo with faces."""
    return f"{recipe} redact={settings.redact}" if photo.faces else recipe


def _is_whole(folder: BatchFolder, photo: Photo) -> bool:
    """Whether the clean file is still as it was written."""
    file = _home(folder, photo) / photo.name
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == photo.sha256


def _home(folder: BatchFolder, photo: Photo) -> Path:
    return folder.flickr if may_go_out(photo) else folder.held


def _place_new(folder: BatchFolder, vetted: Vetted, settings: Settings, declared: list[str], recipe: str) -> Photo:
    photo = vetted.photo
    if declared and photo.source_sha256:
        folder.declare(photo.source_sha256, declared)
    photo = judged(photo, settings, folder.declared_for(photo.source_sha256))
    earlier = folder.photo(photo.number)
    for name in {
        earlier.name if earlier else "",
        photo.name,
        *(f"{Path(photo.name).stem}{suffix}" for suffix in _SUFFIXES),
    } - {""}:
        for place in (folder.flickr, folder.held):
            (place / name).unlink(missing_ok=True)
    if photo.verdict is not Verdict.FAILED:
        home = _home(folder, photo)
        (folder.work / photo.name).replace(home / photo.name)
        photo = replace(photo, output=f"{home.name}/{photo.name}")
    folder.record(photo, _recipe_of(photo, settings, recipe), stamp_of(Path(photo.source)), vetted.pictures)
    return photo


def _place_again(folder: BatchFolder, photo: Photo, settings: Settings, declared: list[str]) -> Photo:
    """Judge a photo once more; its file moves where the new verdict says."""
    if declared:
        folder.declare(photo.source_sha256, declared)
    before = _home(folder, photo)
    photo = judged(photo, settings, folder.declared_for(photo.source_sha256))
    after = _home(folder, photo)
    if after != before:
        (before / photo.name).replace(after / photo.name)
    photo = replace(photo, output=f"{after.name}/{photo.name}")
    folder.update(photo)
    return photo
