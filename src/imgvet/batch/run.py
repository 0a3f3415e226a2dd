"""A batch, in the order in which it happens: plan the run, vet what is new or changed, place all files.

Each of the three reads the batch once. The papers follow, from a snapshot of their own, see ``reports``.
"""

import hashlib
import json
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

from imgvet.batch.decisions.declaring import declaration_of, declarations_for
from imgvet.batch.decisions.log import check_unaltered
from imgvet.batch.decisions.rows import decisions_of, vetted_of
from imgvet.batch.decisions.state import DecisionIndex
from imgvet.batch.form_uses import note_before_placing
from imgvet.batch.joining import Joined, ShowProgress, join_photos, no_progress
from imgvet.batch.names import numbered_stem
from imgvet.batch.own_files import clear_place, own_stamp
from imgvet.batch.packed import PackedPhotos
from imgvet.batch.placement import (
    JudgePhoto,
    PlacementChanges,
    file_of,
    finish_moves,
    hold_new_file,
    is_intact,
    leave_channels,
    parts_of,
    placement_changes,
    publish,
    published_files,
    take_back,
)
from imgvet.batch.recipes import PhotoAsked, asked_recipes, job_for_photo, made_recipes, plan_photo
from imgvet.batch.register_lookup import release_lookup
from imgvet.batch.snapshot import BatchSnapshot, PublishedFile
from imgvet.batch.status import ChangedFile, FolderCheck, altered_tables, every_part, file_state, judge_now
from imgvet.batch.store import BatchStore, Original, at_place, now
from imgvet.batch.vetted import ALTERED
from imgvet.channels.places import Places, channel_places
from imgvet.decisions import DECLARE, FINISH, Decision
from imgvet.faces.model import model_digest
from imgvet.find_photos import real_path
from imgvet.people_names import tidy_name
from imgvet.photo import ChannelCopy, Photo, photo_for, with_channel
from imgvet.photo_jobs import PhotoJob, VettedPhoto, Workers, vet_jobs
from imgvet.reading.text_detection import TEXT_DETECTOR
from imgvet.reading.text_recognition import TEXT_RECOGNISER
from imgvet.rules.area_rules import AREA_RULES, area_verdicts
from imgvet.rules.duplicates import compare_photos
from imgvet.settings import Settings
from imgvet.source_files import file_size, has_gone_away
from imgvet.text import path_text
from imgvet.watermarks.load import fingerprint, load_watermarks

_JUDGED_LATER: dict[str, bool | set[str]] = {  # parts of a profile that shape no pixel
    **dict.fromkeys(("rules", "questions", "name", "extends", "office", "releases", "decisions"), True),
    "organisation": {"known_creators"},
}


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run has to do."""

    snapshot: BatchSnapshot  # the batch before the run
    joined: Joined
    kept: Sequence[int]  # numbers of photos that were vetted before, unchanged, their files in place
    gone: Sequence[int]  # of photos that stay as they are, because the original is missing
    to_vet: Sequence[int]
    sizes: Sequence[int]  # bytes of their originals, in the same order; 0 where that is not known
    to_copy: Mapping[int, tuple[str, ...]]  # of those that stay: channels whose files are made from the photo's own
    without: Mapping[str, Sequence[int]]  # by channel: photos for which it has no file, and none can be made
    digits: int  # of the numbers in file names
    recipes: Mapping[str, str]  # by channel: a hash of all but the original and its faces that shapes a clean file
    named_again: frozenset[str]  # originals that somebody named in this run
    published: tuple[PublishedFile, ...]  # what was in the channels' folders before the run, or before the killed one
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
    snapshot, places = folder.snapshot(), channel_places(settings)
    check_unaltered(snapshot.log, folder.path)
    stood = snapshot.facts.stood  # that of a killed run
    published = published_files(snapshot.photos) if stood is None else stood
    if leave_channels(folder, snapshot, places):
        snapshot = folder.snapshot()
    photos = finish_moves(folder, snapshot.photos, places)
    named = [real_path(source) for source in sources]
    joined = join_photos(folder, named, settings, workers, progress)
    if moved := {each.number: each.source for each in joined.moved}:
        photos = PackedPhotos(at_place(each, moved.get(each.number)) for each in photos)
    photos = _without_spoiled(folder, photos)
    snapshot = replace(snapshot, photos=photos)
    changed, altered, stamps = list[ChangedFile](), list[int](), _CleanStamps(folder, places)
    digits = _digits(folder, snapshot, len(joined.new))
    recipes = base_recipes(settings)
    kept, gone, to_vet, sizes = array("q"), array("q"), array("q"), array("q")
    to_copy, without = dict[int, tuple[str, ...]](), defaultdict[str, list[int]](list)
    for original, photo in _with_records(folder.each_original(), snapshot.photos):
        if photo is None:
            to_vet.append(original.number)
            sizes.append(file_size(original.source))
            continue
        said = snapshot.index.on_original(original.sha256)
        name = numbered_stem(settings.event.text, original.number, digits)
        broken = _note_files(folder, photo, places, changed, stamps)
        trusted = snapshot.index.vouches_for(photo)
        if not trusted:
            altered.append(photo.number)
        asked = PhotoAsked(photo, name, asked_recipes(recipes, photo, said, settings), trusted, broken)
        now = plan_photo(asked, original, settings, places)
        if now.vets:
            to_vet.append(original.number)
            sizes.append(file_size(original.source))
            continue
        (kept if now.is_current else gone).append(original.number)
        if now.copied:
            to_copy[original.number] = now.copied
        for channel in now.without:
            without[channel].append(original.number)
    again = frozenset(map(path_text, named))
    stamps.save()
    found = FolderCheck(tuple(changed), tuple(altered), tables=altered_tables(folder, snapshot.facts, places))
    return RunPlan(
        snapshot, joined, kept, gone, to_vet, sizes, to_copy, without, digits, recipes, again, published, found
    )  # fmt: skip


def _note_files(
    folder: BatchStore, photo: Photo, places: Places, changed: list[ChangedFile], stamps: "_CleanStamps"
) -> set[str]:
    """Note which files of a photo are not as imgvet wrote them; the channels whose files are not."""
    broken = set[str]()
    for place, part in parts_of(photo, places):
        if state := file_state(folder, part):
            changed.append(ChangedFile(photo.number, str(part.output), state))
            broken.add(place.channel)
        elif part.output is not None:
            stamps.note(part)
    return broken


def _without_spoiled(folder: BatchStore, photos: PackedPhotos) -> PackedPhotos:
    """The photos; where small pictures are not as they were made, the record counts for nothing from now on."""
    spoiled = frozenset(photo.number for photo in photos if not folder.has_own_pictures(photo))
    if not spoiled:
        return photos
    folder.distrust(spoiled)
    return PackedPhotos(replace(each, vetting=ALTERED) if each.number in spoiled else each for each in photos)


class _CleanStamps:
    """Size and time of clean files that are whole and had others, such as those of a folder that was copied."""

    def __init__(self, folder: BatchStore, places: Places) -> None:
        self._folder = folder
        self._own = places[0].channel  # whose files are the photos' own
        self._before = {each.channel: folder.clean_stamps(self._key(each.channel)) for each in places}
        self._now = {each.channel: dict[int, str]() for each in places}

    def note(self, part: Photo) -> None:
        stamp = own_stamp(file_of(self._folder, part))
        if stamp != self._before[part.channel].get(part.number):
            self._now[part.channel][part.number] = stamp

    def save(self) -> None:
        for channel, stamps in self._now.items():
            self._folder.note_clean_stamps(stamps, self._key(channel))

    def _key(self, channel: str) -> str:
        return "" if channel == self._own else channel


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
    """What there is to copy, and to vet, each with what people have said of it before the run."""
    for number, channels in plan.to_copy.items():
        photo = folder.photo(number)
        if photo is not None and photo.output is not None:
            stem = Path(photo.name).stem
            yield PhotoJob(
                number, file_of(folder, photo), folder.work, stem, clean=replace(photo, copies=()), channels=channels
            )
    for number in plan.to_vet:
        original = folder.original(number)
        if has_gone_away(original.source):
            continue
        contents = {original.sha256, plan.joined.contents.get(original.source, "")}  # before, and now
        about = {sha256: plan.snapshot.index.on_original(sha256) for sha256 in contents if sha256}
        yield job_for_photo(folder, settings, original, about, plan.digits, folder.work)


def _digits(folder: BatchStore, snapshot: BatchSnapshot, new: int) -> int:
    """Of the numbers in file names; as many as those with which the batch began need, and never other ones."""
    if snapshot.photos:
        return snapshot.facts.digits
    digits = max(snapshot.facts.digits, len(str(new)))
    if digits != snapshot.facts.digits:
        folder.update(facts=replace(snapshot.facts, digits=digits))
    return digits


HandOut = Callable[[Iterator[PhotoJob]], Iterator[PhotoJob]]
"""Gives on the jobs of a run, one by one, as they are wanted; where it ends early, the rest is for the next run."""


def vet_batch(
    folder: BatchStore,
    plan: RunPlan,
    settings: Settings,
    *,
    workers: Workers,
    declare: str | None,
    hand_out: HandOut = lambda jobs: jobs,
) -> Iterator[Photo]:
    """Vet every photo that is to be, and yield each as it is done; their files stay in ``held/`` for ``place_photos``.

    One whose original has gone away with its folder stays as it is, and is not yielded.

    What may no longer be published leaves its folder first of all. ``declare``: who declares the profile's questions;
    ``hand_out``: hears of each job when it is started, and may end them.

    Raises:
        UsageError: ``declare`` is not a name, or that person was not shown the statements in their present words.
        ModelError, ProfileError, ClusterError: as ``vet_jobs``; what was done before stays.
        RegisterError: the register cannot be opened, and a face is answered with a form.
    """
    photos, facts = plan.snapshot.photos, folder.facts()
    said = DecisionIndex(plan.snapshot.decisions, plan.snapshot.vetted)
    declaration = declaration_of(settings.profile.statements, declare, plan.snapshot.decisions)
    begun = replace(facts, applying=len(plan.snapshot.decisions), stood=plan.published, tables={})
    folder.update(facts=begun)
    with release_lookup(settings, plan.snapshot.decisions) as look_up:
        judge = partial(judge_now, settings=settings, said=said, look_up=look_up)
        stay, broken = {*plan.kept, *plan.gone}, {each.output for each in plan.found.changed}
        whole = {str(part.output) for part in every_part(photos, settings)} - broken
        _declare(folder, declaration, said, (photo for photo in photos if photo.number in stay))
        take_back(folder, photos, judge, channel_places(settings), whole)
        for vetted in vet_jobs(hand_out(_jobs(folder, plan, settings)), settings, workers, folder.work):
            if vetted.photo.number in plan.to_copy:
                yield _save_copies(folder, plan, judge, vetted, settings)
                continue
            if vetted.photo.error is not None and has_gone_away(folder.original(vetted.photo.number).source):
                continue
            _declare(folder, declaration, said, [vetted.photo])
            yield _save_result(folder, plan, said, judge, vetted, settings)


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

        said = before.index
        compared = PackedPhotos(compare_photos(before.photos, lambda photo: said.state_of(photo).excluded))
        folder.update_all(now for stored, now in zip(before.photos, compared, strict=True) if now != stored)
        note_before_placing(folder, settings, map(judge(), compared))
        photos = publish(folder, compared, judge(), channel_places(settings))
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


def _declare(folder: BatchStore, declaration: Decision | None, said: DecisionIndex, photos: Iterable[Photo]) -> None:
    """Let the declaration cover the photos: in the log, and in ``said``."""
    if declaration is None:
        return
    new = declarations_for(photos, declaration, said)
    if not new:
        return
    with folder.writing():
        facts = folder.facts()
        folder.decide(*new)
        folder.update(facts=replace(facts, applying=facts.applying + len(new)))
    said.add(new)


def base_recipes(settings: Settings) -> dict[str, str]:
    """What the recipe of every photo begins with, by channel, see ``recipes``. The marks are drawn for it."""
    return {name: _recipe(settings.for_channel(name)) for name in settings.channel_names}


def _recipe(settings: Settings) -> str:
    """A hash of everything but the original that shapes a clean file."""
    shape = {
        "version": version("imgvet"),
        "models": [model_digest(), TEXT_DETECTOR.digest(), TEXT_RECOGNISER.digest()],
        "marks": fingerprint(load_watermarks(settings)),
        "profile": settings.profile.model_dump(mode="json", exclude=_JUDGED_LATER),
        "areas": [name for name in AREA_RULES if name not in area_verdicts(settings.profile)],  # which are left out
        "event": [settings.event.text, str(settings.event.day), settings.event.link, *settings.event.tags],
        "channel": settings.channel_name,
        "proof_marks": settings.proof_marks,
    }
    return hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()


def _save_result(
    folder: BatchStore, plan: RunPlan, said: DecisionIndex, judge: JudgePhoto, vetted: VettedPhoto, settings: Settings
) -> Photo:
    """Keep a photo that has just been vetted; its new files are held, those that would be the same stay as they are."""
    places, recipes = channel_places(settings), made_recipes(plan.recipes, vetted.photo, settings)
    earlier = folder.photo(vetted.photo.number)  # its file may have been taken back since the plan was made
    changed = _has_changed(earlier, vetted.photo, plan, said)
    known_as = earlier.earlier_number if earlier else None
    now = replace(
        vetted.photo,
        channel=places[0].channel,
        copies=() if vetted.photo.error else tuple(ChannelCopy(place.channel) for place in places[1:]),
        original_changed=changed,
        earlier_number=known_as,
        vetting=None,
    )
    stay = _same_files(folder, plan, earlier, now, recipes)
    for place in places if vetted.photo.error is None else ():
        before = photo_for(earlier, place.channel) if earlier else None
        part = photo_for(vetted.photo, place.channel)
        if before is not None and place.channel in stay:
            (folder.work / Path(str(part.output)).name).unlink(missing_ok=True)
            part = replace(before, faces=part.faces, findings=part.findings)
        else:
            part = hold_new_file(folder, before, part, place)
        now = with_channel(now, part, recipes[place.channel])
    if vetted.photo.error is not None and earlier is not None:
        for _, part in parts_of(earlier, places):
            clear_place(file_of(folder, part))
    photo = judge(now)
    folder.record(photo, recipes[places[0].channel], vetted.pictures)
    return photo


def _same_files(
    folder: BatchStore, plan: RunPlan, earlier: Photo | None, photo: Photo, recipes: Mapping[str, str]
) -> set[str]:
    """The channels for which a photo has the very file already that was just made again, so that it need not change."""
    if earlier is None or earlier.source_sha256 != photo.source_sha256 or earlier.error or photo.error:
        return set()
    if not plan.snapshot.index.vouches_for(earlier) or earlier.original_changed != photo.original_changed:
        return set()
    own, stem = folder.original(photo.number).recipe or "", Path(photo.name).stem
    had = {earlier.channel: own} | {each.channel: each.recipe for each in earlier.copies}
    same = (name for name, recipe in recipes.items() if had.get(name) == recipe)
    return {
        name
        for name in same
        if (part := photo_for(earlier, name)).output and part.name.startswith(f"{stem}.") and is_intact(folder, part)
    }


def _save_copies(folder: BatchStore, plan: RunPlan, judge: JudgePhoto, made: VettedPhoto, settings: Settings) -> Photo:
    """Keep the further copies of a photo that was vetted before; they are held."""
    photo = folder.photo(made.photo.number)
    if photo is None or made.photo.error is not None:  # the gate says that it has no file for the channel
        return photo or made.photo
    said = plan.snapshot.index.on_original(photo.source_sha256)
    asked = asked_recipes(plan.recipes, photo, said, settings)
    current = folder.original(photo.number).recipe == asked[settings.channel_names[0]]
    places = {place.channel: place for place in channel_places(settings)}
    for channel in plan.to_copy[photo.number]:
        part = photo_for(made.photo, channel)
        held = hold_new_file(folder, photo_for(photo, channel), part, places[channel])
        kept = replace(held, source=photo.source, faces=photo.faces)
        photo = with_channel(photo, kept, asked[channel] if current else "")
    photo = judge(photo)
    folder.record_copies(photo)
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
