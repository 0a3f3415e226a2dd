"""Photos as jobs for the workers: what goes in, what comes back, and how they are run.

What opens and draws pictures is imported in the workers alone, by name; see ``imgvet.pipeline`` for what they do.
"""

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from imgvet.decisions import MOST_CORNERS, AreaRecord, FaceRecord, Words
from imgvet.find_photos import sidecar_paths
from imgvet.inspection.inspection import Inspection
from imgvet.photo import MOST_SHARP, OUTPUT_SUFFIXES, Area, Finding, Photo, Previews, Verdict
from imgvet.releases.release import FormAnswer, is_printed_number
from imgvet.rules.area_rules import AREA_RULES
from imgvet.settings import Settings
from imgvet.source_files import Nearby
from imgvet.text import path_text
from imgvet.workers.answers import UNTRUSTED, LostJob
from imgvet.workers.late import LateFunction
from imgvet.workers.pool import JobLimit, SpareWorkers, cores, ending, run_jobs

REPORT_HINT = "Leave the photo out, and report this to the maintainers of imgvet."
_OPEN_HINT = "Open the file in a photo program and save it again; if that fails, leave it out."


@dataclass(frozen=True, slots=True)
class VettedPhoto:
    """The result of vetting one photo, as a worker sends it."""

    photo: Photo
    pictures: Previews | None = None  # for the office; None where the photo could not be opened
    inspection: Inspection | None = None  # with values; only where the job asked for details
    numbered: bytes | None = None  # a JPEG with its faces numbered; only where the job asked for it and it has some


@dataclass(frozen=True, slots=True)
class PhotoJob:
    """One photo to vet, and where its clean file goes."""

    number: int  # within its batch, from 1
    source: Path
    folder: Path | None = None  # for the clean file; None: none is written
    stem: str = ""  # of the clean file's name; carries nothing of the source's name
    known: Mapping[str, tuple[FaceRecord, ...]] = field(default_factory=dict)  # SHA-256 of an original: its faces
    areas: Mapping[str, tuple[AreaRecord, ...]] = field(default_factory=dict)  # the same of its areas
    words: Mapping[str, Words] = field(default_factory=dict)  # SHA-256 of an original: what people wrote about it
    licensed: frozenset[str] = frozenset()  # SHA-256 of originals that somebody said are used under licence
    forms: Mapping[str, FormAnswer] = field(default_factory=dict)  # outside a batch: by reference, what it comes to
    only_if_ready: bool = False  # write no file for a photo that must not be published, and make no previews
    numbered: bool = False  # return a small picture with its faces numbered
    details: bool = False  # read maker notes too, and return the private values
    clean: Photo | None = None  # ``source`` is the proven file of this photo, from which its further copies are made
    channels: tuple[str, ...] = ()  # for which

    def file_stem(self, channel: str) -> str:
        """The name, without its suffix, under which the file for a further channel is written."""
        return f"{self.stem}.{channel}"


class Engine(Protocol):
    """What runs photo jobs in place of this machine's own workers, such as a cluster."""

    def run(
        self, jobs: Iterable[PhotoJob], settings: Settings
    ) -> Generator[tuple[PhotoJob, VettedPhoto | LostJob], None, None]:
        """Each job with what came of it, in the order in which they end; its clean files are in its folder by then.

        Jobs are taken as there is room for them, never all at once. What comes is not checked yet.

        Raises:
            ModelError, ProfileError: as ``vet_jobs``.
            ClusterError: the engine cannot be used, or not any more.
        """
        ...


Workers = int | Engine
"""How many worker processes of this machine vet photos, or the engine that has others."""

OPEN_KIT = LateFunction("imgvet.stages", "open_kit")
VET_ONE = LateFunction("imgvet.pipeline", "vet_one")
_MOST_THREADS = 4  # of one worker; looks for faces are rarely more at once


def vet_jobs(
    jobs: Iterable[PhotoJob],
    settings: Settings,
    workers: Workers,
    folder: Path | None = None,
    spare: SpareWorkers | None = None,
) -> Iterator[VettedPhoto]:
    """Vet photos in worker processes, each as it is done. A bad photo is a value, never an exception.

    ``folder``: that of every job, the only place where workers may write; None: nowhere. Where there are fewer workers
    than processors, each looks for faces and text in several threads.

    Raises:
        ModelError: a model is missing or altered.
        ProfileError: a watermark of the profile cannot be drawn.
        ClusterError: the engine cannot be used, or not any more.
    """
    running = (
        _in_own_workers(jobs, settings, workers, folder, spare)
        if isinstance(workers, int)
        else workers.run(jobs, settings)
    )
    with ending(running) as results:
        for job, outcome in results:
            yield checked_result(job, outcome, settings.channel_names)


def _in_own_workers(
    jobs: Iterable[PhotoJob], settings: Settings, workers: int, folder: Path | None, spare: SpareWorkers | None
) -> Iterator[tuple[PhotoJob, VettedPhoto | LostJob]]:
    """The jobs in worker processes of this machine."""
    threads = max(1, min(_MOST_THREADS, cores() // workers))
    limit = JobLimit(settings.profile.limits.seconds, settings.profile.limits.memory_mib, threads=threads)
    folders = () if folder is None else (folder,)
    prepare, asked = partial(OPEN_KIT, settings, threads), dict[Path, PhotoJob]()

    def near() -> Iterator[PhotoJob]:
        for job, place in nearby.ahead(jobs, lambda each: each.source):
            if place == job.source:
                yield job
            else:
                asked[place] = job
                yield replace(job, source=place)

    with (
        Nearby(settings.profile.limits.file_mib, sidecar_paths) as nearby,
        ending(
            run_jobs(
                prepare, VET_ONE, near(), result=VettedPhoto, workers=workers, limit=limit, writable=folders,
                spare=spare,
            )
        ) as results,
    ):  # fmt: skip
        for done_as, outcome in results:
            nearby.drop(done_as.source)
            job = asked.pop(done_as.source, None)
            if job is None or isinstance(outcome, LostJob):
                yield job or done_as, outcome
            else:
                yield job, as_at(job, done_as, outcome)


def as_at(job: PhotoJob, done_as: PhotoJob, vetted: VettedPhoto) -> VettedPhoto:
    """What came of a job that was done as another, with its files in other places, as if it had been done as itself."""
    photo = vetted.photo
    if photo.source == path_text(done_as.source):
        photo = replace(photo, source=path_text(job.source))
    copies = tuple(replace(each, output=_moved(each.output, done_as.folder, job.folder)) for each in photo.copies)
    photo = replace(photo, output=_moved(photo.output, done_as.folder, job.folder), copies=copies)
    return replace(vetted, photo=photo)


def _moved(output: str | None, old: Path | None, new: Path | None) -> str | None:
    if output is None or old is None or new is None or Path(output).parent != old:
        return output
    return str(new / Path(output).name)


def checked_result(job: PhotoJob, outcome: VettedPhoto | LostJob, channels: Sequence[str]) -> VettedPhoto:
    """What a worker sent about a job, if it is about that job and sound; else the photo as one that failed."""
    if isinstance(outcome, LostJob):
        return VettedPhoto(failed_photo(blank_photo(job), outcome.reason, _OPEN_HINT))
    if not _answers(outcome.photo, job, channels):
        reason = "imgvet could not read this file safely: the answer was about another photo."
        return VettedPhoto(failed_photo(blank_photo(job), reason, REPORT_HINT))
    if not _is_sound(outcome):
        return VettedPhoto(failed_photo(blank_photo(job), UNTRUSTED, REPORT_HINT))
    return outcome


def _answers(photo: Photo, job: PhotoJob, channels: Sequence[str]) -> bool:
    """Whether the record is about this job, because a worker that a file has taken over could send anything."""
    same = (photo.source, photo.number) == (path_text(job.source), job.number)
    copied = [each.channel for each in photo.copies]
    named = photo.channel in ("", channels[0]) and copied in ([], [*channels[1:]])
    stems = {each.channel: job.file_stem(each.channel) for each in photo.copies}
    return (
        same
        and named
        and _is_of_job(photo.name, photo.output, job, job.stem)
        and all(_is_of_job(each.name, each.output, job, stems[each.channel]) for each in photo.copies)
    )


def _is_of_job(name: str, output: str | None, job: PhotoJob, stem: str) -> bool:
    """Whether a file is called, and written, as the job says."""
    if not name or job.folder is None:
        return not name and output is None
    files = {f"{job.stem}{suffix}": str(job.folder / f"{stem}{suffix}") for suffix in OUTPUT_SUFFIXES}
    return name in files and output in (None, files[name])


def _is_sound(vetted: VettedPhoto) -> bool:
    """Whether its numbers are consistent, so that code that draws or counts with them need not check."""
    photo, pictures = vetted.photo, vetted.pictures
    boxes = [*(face.box for face in photo.faces), *(each.box for each in photo.findings if each.box)]
    boxes += [area.box for area in photo.areas]
    sizes = [photo.output_width, photo.output_height, photo.output_bytes]
    sizes += [size for each in photo.copies for size in (each.output_width, each.output_height, each.output_bytes)]
    return (
        min(photo.width, photo.height, *sizes) >= 0
        and all(0 <= face.score <= 1 for face in photo.faces)
        and 0 <= photo.sharpness <= MOST_SHARP
        and all(map(is_printed_number, photo.shown_forms))
        and all(_is_plain(area) for area in photo.areas)
        and _is_short(photo.draft)
        and re.fullmatch("(?:[0-9a-f]{16})?", photo.camera_mark) is not None
        and all(box.left <= box.right and box.top <= box.bottom for box in boxes)
        and (pictures is None or len(pictures.crops) == len(photo.faces))
        and (pictures is None or len(pictures.area_crops) == len(photo.areas))
    )


def _is_plain(area: Area) -> bool:
    """Whether it says no more than a rule and fixed words, and its outline is one that imgvet makes."""
    told = area.rule in AREA_RULES and re.fullmatch(r"[\w ,.()’'-]{0,60}", area.detail) is not None
    inside = all(0 <= x < area.box.right and 0 <= y < area.box.bottom for x, y in area.outline)
    return told and inside and (not area.outline or 3 <= len(area.outline) <= MOST_CORNERS)


_MOST_DRAFTED, _LONGEST_DRAFT = 200, 20_000  # keywords of a draft; characters of one of its texts


def _is_short(words: Words) -> bool:
    """Whether a draft is within what is read of an original."""
    keywords = words.keywords or ()
    texts = [*map(str, (words.fields | {"keywords": ""}).values()), *keywords]
    return len(keywords) <= _MOST_DRAFTED and all(len(text) <= _LONGEST_DRAFT for text in texts)


def blank_photo(job: PhotoJob) -> Photo:
    """The record of a photo of which nothing is known yet."""
    return Photo(source=path_text(job.source), number=job.number)


def failed_photo(photo: Photo, reason: str, hint: str) -> Photo:
    """The record of a photo that could not be vetted, with the reason and the way out; no file belongs to it."""
    finding = Finding("readable", Verdict.FAILED, reason, hint)
    return replace(photo, error=reason, findings=(finding,), name="", output=None, sha256=None, copies=())
