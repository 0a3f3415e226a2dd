"""Strip one photo, or many in worker processes."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2

from imgvet.atomic_files import name_new, write_temporary
from imgvet.decode.limits import check_limits
from imgvet.errors import PhotoError, UnprovenFile
from imgvet.fault_report import fault_place
from imgvet.formats.sniff import detect_format, read_source
from imgvet.inspection.inspect import inspect
from imgvet.photo import FileClaims
from imgvet.profile import Limits
from imgvet.proof.prove import prove
from imgvet.storage_errors import storage_words
from imgvet.strip.clean import REPORT, clean_copy
from imgvet.text import path_text
from imgvet.workers.answers import LostJob
from imgvet.workers.pool import JobLimit, run_jobs


@dataclass(frozen=True, slots=True)
class StripJob:
    """One photo to strip, and where its copy goes."""

    source: Path
    folder: Path  # must exist
    stem: str  # of the copy's name; the ending comes from what the copy is
    from_pixels: bool = False  # keep no coefficients of a JPEG


@dataclass(frozen=True, slots=True)
class Stripped:
    """The result of stripping one photo."""

    source: Path
    output: Path | None = None  # the copy, proven; None where it failed
    kind: str = ""  # of the source, by content: one of ``formats.sniff.FORMATS``; empty where unknown
    lossless: bool = False  # every visible pixel is the same; for kinds with several pictures, of the first
    notes: tuple[str, ...] = ()  # what was done differently from usual, and what the copy no longer says; sentences
    removed: tuple[str, ...] = ()  # kinds of private data that the source carries, as ``inspect`` groups them
    sha256: str | None = None  # of the copy
    error: str | None = None  # why there is no copy; one plain sentence
    hint: str = ""

    def as_json(self) -> dict[str, Any]:
        """The outcome as ``--json`` prints it."""
        return {
            "photo": path_text(self.source),
            "output": None if self.output is None else path_text(self.output),
            "kind": self.kind,
            "lossless": self.lossless,
            "notes": list(self.notes),
            "removed": list(self.removed),
            "sha256": self.sha256,
            "error": self.error,
            "way_out": self.hint,
        }


def strip_many(jobs: Iterable[StripJob], limits: Limits, workers: int) -> Iterator[Stripped]:
    """Strip photos in worker processes, each as it is done. A bad photo is a value with ``error``, no exception.

    The coder of JPEG coefficients ends the process over those that no encoder writes; such a file is tried a second
    time, from its pixels alone.
    """
    jobs, again = list(jobs), []
    for job, outcome in _run(jobs, limits, workers):
        if isinstance(outcome, LostJob) and outcome.died:
            again.append(replace(job, from_pixels=True))
        else:
            yield _checked(job, outcome)
    if again:
        yield from (_checked(job, outcome) for job, outcome in _run(again, limits, workers))


def _run(jobs: list[StripJob], limits: Limits, workers: int) -> Iterator[tuple[StripJob, Stripped | LostJob]]:
    folders = tuple(dict.fromkeys(job.folder for job in jobs))
    limit = JobLimit(limits.seconds, limits.memory_mib)
    return run_jobs(
        partial(_prepare, limits), strip_one, jobs, result=Stripped, workers=workers, limit=limit, writable=folders
    )


def _checked(job: StripJob, outcome: Stripped | LostJob) -> Stripped:
    if isinstance(outcome, LostJob):
        return Stripped(job.source, error=outcome.reason, hint=_SAVE_AGAIN_HINT)
    if not _answers(outcome, job):
        return Stripped(
            job.source, error="imgvet could not read this file safely: the answer was about another photo.", hint=REPORT
        )
    return outcome


def _answers(stripped: Stripped, job: StripJob) -> bool:
    """Whether the result is about this job, because a worker that a file has taken over could send anything."""
    output = stripped.output
    at_home = output is None or (output.parent == job.folder and output.stem == job.stem)
    return stripped.source == job.source and at_home


def strip_one(limits: Limits, job: StripJob) -> Stripped:
    """Strip one photo; an existing file is never overwritten."""
    stripped = Stripped(job.source)
    try:
        data = read_source(job.source, limits)
        stripped = replace(stripped, kind=detect_format(data))
        file = check_limits(data, stripped.kind, limits)
        clean = clean_copy(file, from_pixels=job.from_pixels)
        proof = prove(clean.data, stripped=True)
        if not proof.proven:
            raise UnprovenFile(f"The stripped file did not pass the proof: {proof.problems[0].reason}", REPORT)
        kept = {"colour"} if clean.keeps_profile and proof.colour_profile else set()
        inspection = inspect(file, details=False)
        removed = tuple(group for group in inspection.groups if group not in kept)
        notes = (*clean.notes, *_lost_claims(inspection.claims))
        output = job.folder / f"{job.stem}{clean.suffix}"
        _write_new(output, clean.data)
    except PhotoError as problem:
        return replace(stripped, error=problem.reason, hint=problem.hint)
    except MemoryError:
        return replace(stripped, error="It needs more memory than one photo may take.", hint=_MEMORY_HINT)
    except OSError as problem:
        reason, hint = storage_words(problem, called="its copy")
        return replace(stripped, error=reason, hint=hint)
    except Exception as problem:  # noqa: BLE001 - the border: what nobody foresaw fails this photo, not the others
        reason = f"imgvet could not finish it ({fault_place(problem)})."
        return replace(stripped, error=reason, hint=REPORT)
    return replace(stripped, output=output, lossless=clean.lossless, notes=notes, removed=removed, sha256=proof.sha256)


def _lost_claims(claims: FileClaims) -> Iterator[str]:
    """What the copy no longer says and its user should know; never the values."""
    if claims.rights:
        yield "The original names its owner; the copy does not. The owner's rights stay the same."
    if claims.made_by_ai:
        yield "The original says that it was made or altered by AI; the copy does not."
    if claims.spherical:
        yield "It is a 360° picture; viewers will show the copy flat."


_SAVE_AGAIN_HINT = "Open the file in a photo program and save it again; if that fails, leave it out."
_MEMORY_HINT = "Raise limits.memory_mib."
_DISK_HINT = "Check the folder and the disk, and run again."


def _prepare(limits: Limits) -> Limits:
    cv2.setNumThreads(1)  # workers share out the processors, not the threads of one picture
    return limits


def _write_new(path: Path, data: bytes) -> None:
    """Write the data so that ``path`` appears whole, and only if it does not exist yet.

    Raises:
        FileExistsError: it exists already.
        OSError: as ``write_temporary``.
    """
    unfinished = write_temporary(path, data)
    try:
        if hashlib.sha256(unfinished.read_bytes()).digest() != hashlib.sha256(data).digest():
            raise UnprovenFile("The disk returns something different from what was written.", _DISK_HINT)
        name_new(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
