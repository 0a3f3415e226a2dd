"""Scanned and photographed forms, read in confined workers: which numbers are on which pages of each file.

What opens the files is ``scan_pages``; the workers alone import it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from imgvet.errors import UsageError
from imgvet.named_files import SCAN
from imgvet.profile import Limits
from imgvet.releases.release import is_printed_number
from imgvet.workers.answers import UNTRUSTED, LostJob
from imgvet.workers.late import LateFunction
from imgvet.workers.pool import JobLimit, run_jobs

MOST_PAGES = 200  # of one file
SCAN_LIMITS = Limits(megapixels=100, frames=MOST_PAGES)
SCAN_AGAIN = "Scan the form again, as PDF, JPEG or PNG."
SCAN_SUFFIXES = {
    "pdf": ".pdf", "jpeg": ".jpg", "png": ".png", "tiff": ".tif", "webp": ".webp", "heic": ".heic", "avif": ".avif",
}  # fmt: skip
"""The suffix that files of a kind have, whatever they are called."""

_SECONDS = 300  # for one file of so many pages
_PAGES = "imgvet.form_codes.scan_pages"
_JPEG, _MOST_PICTURE = b"\xff\xd8\xff", 16 * 1024**2  # how one begins, and bytes of a page


@dataclass(frozen=True, slots=True)
class FormPages:
    """The pages of one form in a file."""

    number: str  # in the shape of a printed form's reference
    pages: tuple[int, ...]  # from 1
    part: bytes | None = None  # a PDF of these pages alone, where the file has pages of other forms, too


@dataclass(frozen=True, slots=True)
class ScanReading:
    """What one file shows."""

    path: Path
    sha256: str = ""  # of the file, in hexadecimal
    suffix: str = ""  # that files of its kind have, whatever it is called
    pages: int = 0
    forms: tuple[FormPages, ...] = ()  # by number
    unnumbered: tuple[int, ...] = ()  # pages that are not blank, and belong to no form
    error: str = ""  # why it could not be read, one plain sentence
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ScanPage:
    """One page of a scan as a picture of our own."""

    picture: bytes  # a JPEG
    more: bool  # whether a page follows


def scan_page(path: Path, page: int) -> ScanPage:
    """One page of a scan, drawn by a confined worker; ``page``: from 1.

    Raises:
        UsageError: the file cannot be read, or has no such page.
    """
    jobs = run_jobs(
        LateFunction(_PAGES, "one_thread"),
        LateFunction(_PAGES, "drawn_page"),
        [(path, page)],
        result=ScanPage,
        workers=1,
        limit=JobLimit(_SECONDS, SCAN_LIMITS.memory_mib),
        writable=(),
    )
    ((_, outcome),) = jobs
    if isinstance(outcome, LostJob):
        raise UsageError(f"The scan cannot be shown. {outcome.reason}", SCAN_AGAIN)
    if not outcome.picture.startswith(_JPEG) or len(outcome.picture) > _MOST_PICTURE:
        raise UsageError(f"The scan cannot be shown. {UNTRUSTED}", SCAN_AGAIN)
    return outcome


def read_scans(paths: Sequence[Path], workers: int) -> Iterator[ScanReading]:
    """What each file shows, as it is read; a file that cannot be read is a value with ``error``."""
    limit = JobLimit(_SECONDS, SCAN_LIMITS.memory_mib)
    for path, outcome in run_jobs(
        LateFunction(_PAGES, "one_thread"),
        LateFunction(_PAGES, "read_form_scan"),
        paths,
        result=ScanReading,
        workers=workers,
        limit=limit,
        writable=(),
    ):
        if isinstance(outcome, LostJob):
            yield ScanReading(path, error=outcome.reason, hint=SCAN_AGAIN)
        elif not _is_sound(outcome):
            yield ScanReading(path, error=UNTRUSTED, hint=SCAN_AGAIN)
        else:
            yield replace(outcome, path=path)  # whatever path a worker sends that a file has taken over


def _is_sound(reading: ScanReading) -> bool:
    """Whether everything in it can be what it says, because a worker that a file has taken over could send anything."""
    if reading.error:
        return not reading.forms
    numbers = [form.number for form in reading.forms]
    listed = [*reading.unnumbered, *(page for form in reading.forms for page in form.pages)]
    return (
        re.fullmatch(r"[0-9a-f]{64}", reading.sha256) is not None
        and reading.suffix in SCAN_SUFFIXES.values()
        and 1 <= reading.pages <= MOST_PAGES
        and all(1 <= page <= reading.pages for page in listed)
        and all(map(is_printed_number, numbers))
        and len(set(numbers)) == len(numbers)
        and all(form.pages and (form.part is None or _may_be_part(form.part)) for form in reading.forms)
    )


def _may_be_part(part: bytes) -> bool:
    return part.startswith(b"%PDF-") and len(part) <= SCAN.most
