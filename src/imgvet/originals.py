"""What distinguishes one original from another, read before it is vetted: its SHA-256, time of capture and camera."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imgvet.capture_order import CaptureFacts
from imgvet.decode.limits import check_limits
from imgvet.errors import PhotoError
from imgvet.formats.sniff import detect_format, read_source
from imgvet.inspection.inspect import capture_facts
from imgvet.profile import Limits
from imgvet.workers.answers import LostJob
from imgvet.workers.pool import JobLimit, run_jobs


@dataclass(frozen=True, slots=True)
class OriginalFacts:
    """What is known of one file."""

    sha256: str = ""  # in hexadecimal; empty where it could not be read
    capture: CaptureFacts = field(default_factory=CaptureFacts)


def read_originals(paths: Sequence[Path], limits: Limits, workers: int) -> Iterator[tuple[Path, OriginalFacts]]:
    """What is known of each file, as it is read in a confined worker; no picture is decoded.

    A file that cannot be read has empty facts, because vetting it says why.
    """
    limit = JobLimit(limits.seconds, limits.memory_mib)
    for path, outcome in run_jobs(
        _Reader(limits), _read_original, paths, result=OriginalFacts, workers=workers, limit=limit, writable=()
    ):
        yield path, OriginalFacts() if isinstance(outcome, LostJob) else outcome


@dataclass(frozen=True, slots=True)
class _Reader:
    """Prepares a worker: it needs nothing but the limits."""

    limits: Limits

    def __call__(self) -> Limits:
        return self.limits


def _read_original(limits: Limits, path: Path) -> OriginalFacts:
    digest = ""
    try:
        data = read_source(path, limits)
        digest = hashlib.sha256(data).hexdigest()
        facts = capture_facts(check_limits(data, detect_format(data), limits))
    except (PhotoError, MemoryError):
        return OriginalFacts(digest)
    except Exception:  # noqa: BLE001 - the border: an unforeseen error costs the time of this file, not the batch
        return OriginalFacts(digest)  # vetting it says what is wrong
    return OriginalFacts(digest, facts)
