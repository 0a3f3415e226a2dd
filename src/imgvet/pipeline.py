"""What happens to one photo, in order. Read this file first.

A stage is a plain function ``(Work, Kit) -> Work``; they are in ``imgvet.stages``, in the same order. ``Work`` holds
pixels and never leaves its worker process; the frozen ``Photo`` record is what crosses processes.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from imgvet import stages
from imgvet.encode.encode import OUTPUT_SUFFIXES
from imgvet.errors import ModelError, PhotoError
from imgvet.fault_report import fault_place
from imgvet.inspection.inspect import Inspection
from imgvet.photo import Finding, Photo, Previews, Verdict
from imgvet.settings import Settings
from imgvet.stages import REPORT_HINT, Kit, PhotoJob, Work, open_kit
from imgvet.storage_errors import storage_words
from imgvet.text import path_text
from imgvet.workers.answers import UNTRUSTED, LostJob
from imgvet.workers.pool import JobLimit, run_jobs

Stage = Callable[[Work, Kit], Work]

STAGES: tuple[Stage, ...] = (
    stages.read_file,  # its bytes, format and limits
    stages.inspect_metadata,  # which kinds of private data it carries
    stages.decode,  # upright pixels in sRGB; the file is let go
    stages.hash_pixels,  # what tells the picture from others
    stages.detect_faces,
    stages.add_known_faces,  # those that people recorded
    stages.answer_faces,  # what people decided about each
    stages.keep_redacted_regions,  # for the comparison at the end
    stages.redact_faces,  # before anything is derived from the pixels
    stages.take_previews,  # for the office
    stages.resize,  # to what the channel takes
    stages.describe,  # the public metadata
    stages.add_watermarks,
    stages.apply_rules,  # now that everything about the photo is known
    stages.encode,
    stages.write_and_prove,
)

_OPEN_HINT = "Open the file in a photo program and save it again; if that fails, leave it out."


@dataclass(frozen=True, slots=True)
class VettedPhoto:
    """The result of vetting one photo, as a worker sends it."""

    photo: Photo
    pictures: Previews | None = None  # for the office; None where the photo could not be opened
    inspection: Inspection | None = None  # with values; only where the job asked for details


def vet_one(kit: Kit, job: PhotoJob) -> VettedPhoto:
    """Run every stage on one photo. A bad photo is a value, never an exception.

    Raises:
        ModelError: the face model gave no usable answer, so no photo may be vetted.
    """
    work = Work(job, _blank(job))
    try:
        for stage in STAGES:
            work = stage(work, kit)
    except ModelError:
        raise
    except PhotoError as problem:
        return _given_up(work, problem.reason, problem.hint)
    except MemoryError:
        return _given_up(work, "It needs more memory than one photo may take.", "Raise limits.memory_mib.")
    except OSError as problem:
        return _given_up(work, *storage_words(problem, called="its clean file"))
    except Exception as problem:  # noqa: BLE001 - the border: an unforeseen error fails this photo, not the batch
        return _given_up(work, f"imgvet could not finish it ({fault_place(problem)}).", REPORT_HINT)
    return VettedPhoto(work.photo, work.pictures, work.inspection if job.details else None)


def vet_jobs(
    jobs: Iterable[PhotoJob], settings: Settings, workers: int, folder: Path | None = None
) -> Iterator[VettedPhoto]:
    """Vet photos in worker processes, each as it is done. A bad photo is a value, never an exception.

    ``folder``: that of every job, the only place where workers may write; None: nowhere.

    Raises:
        ModelError: the face model is missing or altered.
        ProfileError: a watermark of the profile cannot be drawn.
    """
    limit = JobLimit(settings.profile.limits.seconds, settings.profile.limits.memory_mib)
    folders = () if folder is None else (folder,)
    prepare = partial(open_kit, settings)
    for job, outcome in run_jobs(
        prepare, vet_one, jobs, result=VettedPhoto, workers=workers, limit=limit, writable=folders
    ):
        if isinstance(outcome, LostJob):
            yield VettedPhoto(_failed(_blank(job), outcome.reason, _OPEN_HINT))
        elif not _answers(outcome.photo, job):
            yield VettedPhoto(_failed(_blank(job), "Its worker answered for another photo.", REPORT_HINT))
        elif not _is_sound(outcome):
            yield VettedPhoto(_failed(_blank(job), UNTRUSTED, REPORT_HINT))
        else:
            yield outcome


def _answers(photo: Photo, job: PhotoJob) -> bool:
    """Whether the record is about this job, because a worker that a file has taken over could send anything."""
    files = {f"{job.stem}{suffix}" for suffix in OUTPUT_SUFFIXES} if job.folder else set()
    outputs = {None, *(str(job.folder / file) for file in files)} if job.folder else {None}
    same = (photo.source, photo.number) == (path_text(job.source), job.number)
    return same and photo.name in {"", *files} and photo.output in outputs


def _is_sound(vetted: VettedPhoto) -> bool:
    """Whether its numbers make sense together, so that whoever draws or counts with them need not ask."""
    photo, pictures = vetted.photo, vetted.pictures
    boxes = [*(face.box for face in photo.faces), *(each.box for each in photo.findings if each.box)]
    sizes = photo.width, photo.height, photo.output_width, photo.output_height, photo.output_bytes
    return (
        min(sizes) >= 0
        and all(0 <= face.score <= 1 for face in photo.faces)
        and all(box.left <= box.right and box.top <= box.bottom for box in boxes)
        and (pictures is None or len(pictures.crops) == len(photo.faces))
    )


def _blank(job: PhotoJob) -> Photo:
    return Photo(source=path_text(job.source), number=job.number)


def _failed(photo: Photo, reason: str, hint: str) -> Photo:
    finding = Finding("readable", Verdict.FAILED, reason, hint)
    return replace(photo, error=reason, findings=(finding,), name="", output=None, sha256=None)


def _given_up(work: Work, reason: str, hint: str) -> VettedPhoto:
    return VettedPhoto(_failed(work.photo, reason, hint), None, work.inspection if work.job.details else None)
