"""What distinguishes one original from another, read before it is vetted.

That is its SHA-256, time of capture and camera; where photos are chosen by them also its marks, and its sidecars'.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from imgvet.capture_order import CaptureFacts
from imgvet.decode.limits import check_limits
from imgvet.errors import PhotoError, UnreadablePhoto
from imgvet.find_photos import sidecar_paths
from imgvet.formats.sniff import detect_format, read_source
from imgvet.formats.wholeness import is_whole
from imgvet.inspection.findings import CaptureFields, UnreadRegion
from imgvet.inspection.inspect import quick_facts
from imgvet.inspection.selection_marks import first_marks, marks_in
from imgvet.inspection.sidecars import read_sidecar
from imgvet.named_files import LargeFile
from imgvet.profile import Limits
from imgvet.selection import SelectionMarks
from imgvet.source_files import Nearby
from imgvet.workers.answers import LostJob
from imgvet.workers.pool import JobLimit, run_jobs

_UNREAD = SelectionMarks(fault="The file could not be read.")


@dataclass(frozen=True, slots=True)
class OriginalFacts:
    """What is known of one file."""

    sha256: str = ""  # in hexadecimal; empty where it could not be read
    capture: CaptureFacts = field(default_factory=CaptureFacts)
    marks: SelectionMarks = _UNREAD  # only where they are asked for


def read_originals(
    paths: Sequence[Path], limits: Limits, workers: int, *, marks: bool = False
) -> Iterator[tuple[Path, OriginalFacts]]:
    """What is known of each file, as it is read in a confined worker; no picture is decoded.

    ``marks``: those of the sidecars beside it are read, too.

    A file that cannot be read has empty facts, because vetting it says why.

    Raises:
        StorageError: files are in a store that cannot be read.
    """
    limit, asked = JobLimit(limits.seconds, limits.memory_mib), dict[Path, Path]()

    def near() -> Iterator[Path]:
        for path, place in nearby.ahead(paths, Path):
            asked[place] = path
            yield place

    with Nearby(limits.file_mib, sidecar_paths) as nearby:
        for place, outcome in run_jobs(
            _Reader(limits, marks), _read_original, near(), result=OriginalFacts, workers=workers, limit=limit,
            writable=(),
        ):  # fmt: skip
            nearby.drop(place)
            yield asked.pop(place), OriginalFacts() if isinstance(outcome, LostJob) else outcome


def whole_files(paths: Sequence[Path], limits: Limits, workers: int) -> dict[Path, bool]:
    """Which of the files reach their end, as they are read in a confined worker; not those that are still copied.

    A file that is too large to be read counts as whole, because vetting it says so.
    """
    limit = JobLimit(limits.seconds, limits.memory_mib)
    outcomes = run_jobs(
        _Reader(limits, marks=False), _is_whole, paths, result=bool, workers=workers, limit=limit, writable=()
    )
    return {path: isinstance(outcome, LostJob) or outcome for path, outcome in outcomes}


@dataclass(frozen=True, slots=True)
class _Reader:
    """Prepares a worker: it needs nothing else."""

    limits: Limits
    marks: bool

    def __call__(self) -> "_Reader":
        return self


def _read_original(reader: _Reader, path: Path) -> OriginalFacts:
    digest, facts, marks = "", CaptureFacts(), _UNREAD
    try:
        data = read_source(path, reader.limits)
        digest = hashlib.sha256(data).hexdigest()
        facts, marks = quick_facts(check_limits(data, detect_format(data), reader.limits))
    except (PhotoError, MemoryError):
        pass  # vetting it says what is wrong
    except Exception:  # noqa: BLE001, S110 - the border: an unforeseen error costs the time of this file, not the batch
        pass
    return OriginalFacts(digest, facts, _with_sidecars(marks, path)) if reader.marks else OriginalFacts(digest, facts)


def _is_whole(reader: _Reader, path: Path) -> bool:
    try:
        return is_whole(read_source(path, reader.limits))
    except UnreadablePhoto as problem:
        return isinstance(problem.__cause__, LargeFile)
    except Exception:  # noqa: BLE001 - the border: vetting it says what is wrong
        return True


def _with_sidecars(own: SelectionMarks, photo: Path) -> SelectionMarks:
    """The marks of a photo by its sidecars and, what these do not say, by its file.

    What comes behind a sidecar that cannot be read is not known.
    """
    marks = SelectionMarks()
    for path in sidecar_paths(photo):
        found = list(read_sidecar(path))
        unread = next((each.sentence for each in found if isinstance(each, UnreadRegion)), "")
        if unread:
            return replace(marks, fault=f"{path.name}: {unread}")
        marks = first_marks(marks, marks_in(each.values for each in found if isinstance(each, CaptureFields)))
        if marks.fault:
            return replace(marks, fault=f"{path.name}: {marks.fault}")
    return first_marks(marks, own)
