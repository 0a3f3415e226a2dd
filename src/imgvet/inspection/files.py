"""Inspect or prove files without vetting them, each in a worker."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from imgvet.decode.limits import CheckedFile, check_limits
from imgvet.decode.open import EVERY_BIT_KINDS, hidden_text, open_raw_image
from imgvet.errors import PhotoError
from imgvet.formats.sniff import detect_format, read_source, suffix_mismatch
from imgvet.inspection.inspect import inspect, with_lsb_text
from imgvet.inspection.inspection import Inspection
from imgvet.profile import Limits
from imgvet.proof.prove import Proof, prove
from imgvet.workers.answers import LostJob
from imgvet.workers.pool import JobLimit, run_jobs

_PIXELS_UNREAD = "Its pixels could not be read, so imgvet did not look for text hidden in them."


@dataclass(frozen=True, slots=True)
class FileReport:
    """The inspection or the proof of one file."""

    path: Path
    inspection: Inspection | None = None
    proof: Proof | None = None
    suffix_mismatch: str | None = None  # a sentence, if the file's suffix is that of another format
    error: str | None = None  # why it could not be read
    hint: str = ""


def inspect_files(paths: Sequence[Path], limits: Limits, workers: int) -> Iterator[FileReport]:
    """What each file carries, each as it is done; a file that cannot be read is a value with ``error``."""
    return _run(_inspect_file, paths, limits, workers)


def prove_files(paths: Sequence[Path], limits: Limits, workers: int, *, stripped: bool) -> Iterator[FileReport]:
    """The proof of each file, each as it is done; with ``stripped``, as a file of ``imgvet strip``."""
    return _run(partial(_prove_file, stripped=stripped), paths, limits, workers)


def _run(
    function: Callable[[Limits, Path], FileReport], paths: Sequence[Path], limits: Limits, workers: int
) -> Iterator[FileReport]:
    limit = JobLimit(limits.seconds, limits.memory_mib)
    for path, outcome in run_jobs(
        partial(_same_limits, limits), function, paths, result=FileReport, workers=workers, limit=limit, writable=()
    ):
        if isinstance(outcome, LostJob):
            yield FileReport(path, error=outcome.reason, hint=_LEAVE_OUT_HINT)
        else:
            yield replace(outcome, path=path)  # whatever path a worker sends that a file has taken over


_LEAVE_OUT_HINT = "Leave the file out; nothing from it was published."


def _same_limits(limits: Limits) -> Limits:
    return limits


def _inspect_file(limits: Limits, path: Path) -> FileReport:
    try:
        data = read_source(path, limits)
        file = check_limits(data, detect_format(data), limits)
    except PhotoError as problem:
        return FileReport(path, error=problem.reason, hint=problem.hint)
    inspection = inspect(file)
    if file.kind in EVERY_BIT_KINDS:
        inspection = _with_hidden_text(inspection, file)
    return FileReport(path, inspection=inspection, suffix_mismatch=suffix_mismatch(path, file.kind))


def _with_hidden_text(inspection: Inspection, file: CheckedFile) -> Inspection:
    try:
        text = hidden_text(open_raw_image(file))
    except PhotoError:
        return replace(inspection, unread=(*inspection.unread, _PIXELS_UNREAD))
    return with_lsb_text(inspection, text) if text else inspection


def _prove_file(limits: Limits, path: Path, *, stripped: bool) -> FileReport:
    try:
        return FileReport(path, proof=prove(read_source(path, limits), stripped=stripped, thorough=True))
    except PhotoError as problem:
        return FileReport(path, error=problem.reason, hint=problem.hint)
