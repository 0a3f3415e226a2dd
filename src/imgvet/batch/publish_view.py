"""What will be published of one photo for one channel, without a run: which file it is, or which job makes it.

The plan is that of a run (``recipes.plan_photo``), and so is the job: what is shown is what ``finish`` writes. No
picture is opened here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from imgvet.batch.names import numbered_stem
from imgvet.batch.placement import file_of, parts_of
from imgvet.batch.recipes import PhotoAsked, asked_recipes, job_for_photo, plan_photo
from imgvet.batch.register_lookup import release_lookup
from imgvet.batch.snapshot import BatchSnapshot
from imgvet.batch.status import file_state, judge_now
from imgvet.batch.store import BatchStore
from imgvet.channels.places import channel_places
from imgvet.photo import ChannelCopy, Photo, Verdict, photo_for, with_channel
from imgvet.photo_jobs import PhotoJob
from imgvet.rules.needs import may_be_published
from imgvet.settings import Settings
from imgvet.source_files import file_stamp

MISSING = "Its original is missing, so its file cannot be made again. This is the file as it is."
_TOO_SMALL = "It has no file for this channel yet, and its original is needed to make one."
_NEVER_VETTED = "It was not vetted yet."


@dataclass(frozen=True, slots=True)
class PublishPlan:
    """How to show what will be published."""

    key: str = ""  # the same for as long as the same file would be made; empty: nothing can be shown
    file: Path | None = None  # the clean file itself, where that is current
    sha256: str = ""  # which it must have
    job: PhotoJob | None = None  # that makes it, in all channels
    original: str = ""  # SHA-256 of the bytes that were vetted, from which the job may make it
    note: str = ""  # what people should know about it


def plan_publishing(
    folder: BatchStore,
    snapshot: BatchSnapshot,
    settings: Settings,
    bases: Mapping[str, str],
    number: int,
    channel: str,
    place: Path,
) -> PublishPlan:
    """What a run at this moment would publish of a photo for a channel.

    Args:
        folder: the batch.
        snapshot: the batch as it is known now.
        settings: the batch's.
        bases: as ``run.base_recipes`` gives them.
        number: of the photo.
        channel: one of the batch's.
        place: the folder into which the job would write.

    Raises:
        BatchError: a record in the database is damaged.
    """
    photo = folder.photo(number)
    if photo is None:
        return PublishPlan(note=_NEVER_VETTED)
    original, places = folder.original(number), channel_places(settings)
    said = snapshot.index.on_original(photo.source_sha256)
    recipes = asked_recipes(bases, photo, said, settings)
    broken = {each.channel for each, part in parts_of(photo, places) if file_state(folder, part)}
    name = numbered_stem(settings.event.text, number, snapshot.facts.digits)
    asked = PhotoAsked(photo, name, recipes, snapshot.index.vouches_for(photo), broken)
    plan, part = plan_photo(asked, original, settings, places), photo_for(photo, channel)
    key = f"{number} {sorted(recipes.items())} {original.sha256} {file_stamp(original.source)}"
    if plan.vets:
        about = {original.sha256: snapshot.index.on_original(original.sha256)} if original.sha256 else {}
        job = job_for_photo(folder, settings, original, about, snapshot.facts.digits, place)
        return PublishPlan(key, job=job, original=photo.source_sha256)
    if channel in plan.copied:
        clean = replace(photo, copies=())
        job = PhotoJob(number, file_of(folder, photo), place, Path(photo.name).stem, clean=clean, channels=(channel,))
        return PublishPlan(f"{key} {photo.sha256}", job=job, original=photo.source_sha256)
    if channel in plan.without or part.output is None:
        return PublishPlan(note=_TOO_SMALL)
    note = "" if plan.is_current else MISSING
    return PublishPlan(f"{key} {part.sha256}", file=file_of(folder, part), sha256=part.sha256 or "", note=note)


def judge_made(snapshot: BatchSnapshot, settings: Settings, photo: Photo, job: PhotoJob, made: Photo) -> Photo:
    """A photo that was made for the view, as a run would judge it.

    Args:
        snapshot: the batch as it is known now.
        settings: the batch's.
        photo: as the batch has it.
        job: of its plan.
        made: as the job has made it.

    Raises:
        RegisterError: the register cannot be opened, and a face is answered with a form.
    """
    places = channel_places(settings)
    if job.clean:
        now = photo
        for channel in job.channels:
            now = with_channel(now, replace(photo_for(made, channel), source=photo.source, faces=photo.faces))
    else:
        copies = () if made.error else tuple(ChannelCopy(each.channel) for each in places[1:])
        now = replace(
            made, channel=places[0].channel, copies=copies, original_changed=photo.original_changed,
            duplicate_of=photo.duplicate_of, similar=photo.similar, sharpest=photo.sharpest, vetting=None,
        )  # fmt: skip
        for place in places if made.error is None else ():
            now = with_channel(now, photo_for(made, place.channel))
    with release_lookup(settings, snapshot.decisions) as look_up:
        return judge_now(now, settings, snapshot.index, look_up)


def what_keeps_it(judged: Photo, channel: str) -> tuple[str, ...]:
    """What still keeps a judged photo from being published on a channel, a sentence each; nothing where it may be."""
    part = photo_for(judged, channel)
    if may_be_published(part):
        return ()
    return tuple(dict.fromkeys(each.reason for each in part.findings if each.verdict is not Verdict.READY))
