"""Scanned and photographed forms, read in confined workers: which numbers are on which pages of each file."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from time import gmtime

import cv2
import numpy as np
import pypdfium2
from PIL import Image

from imgvet.decode.limits import check_limits
from imgvet.decode.open import open_upright
from imgvet.errors import PhotoError, UnreadablePhoto, UnsupportedPhoto
from imgvet.fault_report import fault_place
from imgvet.form_codes.codes import is_blank, numbers_of_scan
from imgvet.formats.sniff import detect_format
from imgvet.formats.tiff import full_pages, tiff_pages, with_page_first
from imgvet.named_files import SCAN, LargeFile, UnfitFile, read_regular
from imgvet.pixels import Pixels
from imgvet.profile import Limits
from imgvet.releases.release import is_printed_number
from imgvet.workers.answers import UNTRUSTED, LostJob
from imgvet.workers.pool import JobLimit, run_jobs

MOST_PAGES = 200  # of one file
_SECONDS = 300  # for one file of so many pages
_LIMITS = Limits(megapixels=100, frames=MOST_PAGES)
_DOTS, _LONGEST = 250 / 72, 3500  # a page of a PDF is drawn with so many pixels a point, at most so many on a side
_PDF_HEAD = 1024  # bytes within which a PDF says that it is one
_PASSWORD = 4  # FPDF_ERR_PASSWORD of PDFium
_QUALITY = 90  # of the JPEG in which a page is kept that is taken out of a pile
_SAVE_AGAIN = "Scan the form again, as PDF, JPEG or PNG."
_SUFFIXES = {
    "pdf": ".pdf", "jpeg": ".jpg", "png": ".png", "tiff": ".tif", "webp": ".webp", "heic": ".heic", "avif": ".avif",
}  # fmt: skip


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


def read_scans(paths: Sequence[Path], workers: int) -> Iterator[ScanReading]:
    """What each file shows, as it is read; a file that cannot be read is a value with ``error``."""
    limit = JobLimit(_SECONDS, _LIMITS.memory_mib)
    for path, outcome in run_jobs(
        _one_thread, _read_scan, paths, result=ScanReading, workers=workers, limit=limit, writable=()
    ):
        if isinstance(outcome, LostJob):
            yield ScanReading(path, error=outcome.reason, hint=_SAVE_AGAIN)
        elif not _is_sound(outcome):
            yield ScanReading(path, error=UNTRUSTED, hint=_SAVE_AGAIN)
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
        and reading.suffix in _SUFFIXES.values()
        and 1 <= reading.pages <= MOST_PAGES
        and all(1 <= page <= reading.pages for page in listed)
        and all(map(is_printed_number, numbers))
        and len(set(numbers)) == len(numbers)
        and all(form.pages and (form.part is None or _may_be_part(form.part)) for form in reading.forms)
    )


def _may_be_part(part: bytes) -> bool:
    return part.startswith(b"%PDF-") and len(part) <= SCAN.most


def _one_thread() -> None:
    """Prepare a worker: the workers share the cores."""
    cv2.setNumThreads(1)


def _read_scan(_: None, path: Path) -> ScanReading:
    reading = ScanReading(path)
    try:
        data = _read(path)
        reading = replace(reading, sha256=hashlib.sha256(data).hexdigest())
        return _pages_read(data, reading)
    except PhotoError as problem:
        return replace(reading, error=problem.reason, hint=problem.hint or _SAVE_AGAIN)
    except MemoryError:
        return replace(reading, error="It needs more memory than one scan may take.", hint=_SAVE_AGAIN)
    except Exception as problem:  # noqa: BLE001 - the border: an unforeseen error costs this file, not the others
        return replace(reading, error=f"imgvet could not read it ({fault_place(problem)}).", hint=_SAVE_AGAIN)


def _read(path: Path) -> bytes:
    try:
        data = read_regular(path, SCAN.most)
    except LargeFile as problem:
        raise UnreadablePhoto(f"It {problem.what}, more than any {SCAN.name}.", SCAN.way_out) from problem
    except UnfitFile as problem:
        raise UnreadablePhoto(f"It {problem.what}.", problem.way_out or SCAN.way_out) from problem
    if not data:
        raise UnreadablePhoto("The file is empty.", SCAN.way_out)
    return data


def _pages_read(data: bytes, reading: ScanReading) -> ScanReading:
    """The reading of a file, page by page; only the pages that are taken out of a pile are kept for longer."""
    kind = "pdf" if b"%PDF-" in data[:_PDF_HEAD] else detect_format(data)
    if kind not in _SUFFIXES:
        raise UnsupportedPhoto(f"It is a {kind.upper()}, not a scan.", _SAVE_AGAIN)
    pages_of: dict[str, list[int]] = {}
    unnumbered: list[int] = []
    number = 0
    for number, page in enumerate(_pages(data, kind), start=1):
        numbers = numbers_of_scan(page)
        for each in numbers:
            pages_of.setdefault(each, []).append(number)
        if not numbers and not is_blank(page):
            unnumbered.append(number)
    if len(pages_of) == 1:  # a form of several pages has its number on the first
        pages_of, unnumbered = {each: list(range(1, number + 1)) for each in pages_of}, []
    forms = [FormPages(each, tuple(pages)) for each, pages in sorted(pages_of.items())]
    wanted = {page for form in forms for page in form.pages if len(form.pages) < number}
    kept = {at: _as_jpeg(page) for at, page in enumerate(_pages(data, kind), start=1) if at in wanted} if wanted else {}
    return replace(
        reading,
        suffix=_SUFFIXES[kind],
        pages=number,
        forms=tuple(_taken_out(form, kept) if len(form.pages) < number else form for form in forms),
        unnumbered=tuple(unnumbered),
    )


def _pages(data: bytes, kind: str) -> Iterator[Pixels]:
    """The pages of a file, upright as it says, one after the other."""
    if kind == "pdf":
        yield from _pdf_pages(data)
        return
    checked = check_limits(data, kind, _LIMITS)
    pages = full_pages(tiff_pages(data)) if kind == "tiff" else []
    if len(pages) <= 1:
        yield open_upright(checked).pixels
    for page in pages if len(pages) > 1 else ():
        yield open_upright(check_limits(with_page_first(data, page), kind, _LIMITS)).pixels


def _pdf_pages(data: bytes) -> Iterator[Pixels]:
    """The pages as PDFium draws them; it runs no scripts."""
    try:
        with pypdfium2.PdfDocument(data) as document:
            if not 1 <= len(document) <= MOST_PAGES:
                raise UnreadablePhoto(
                    f"It has {len(document)} pages; at most {MOST_PAGES} are read.", "Save it as several files."
                )
            for at in range(len(document)):
                page = document[at]
                longest = max(*page.get_size(), 1.0)
                drawn = page.render(scale=min(_DOTS, _LONGEST / longest), rev_byteorder=True).to_numpy()
                page.close()
                yield np.ascontiguousarray(drawn[..., :3])
    except pypdfium2.PdfiumError as problem:
        if getattr(problem, "err_code", None) == _PASSWORD:
            raise UnreadablePhoto("It is a PDF with a password.", "Save it without a password.") from problem
        raise UnreadablePhoto("It is a damaged PDF.", _SAVE_AGAIN) from problem


def _as_jpeg(page: Pixels) -> bytes:
    kept = BytesIO()
    Image.fromarray(page).save(kept, "JPEG", quality=_QUALITY)
    return kept.getvalue()


def _taken_out(form: FormPages, kept: Mapping[int, bytes]) -> FormPages:
    """The form with a file of its own: its pages as pictures, so that nothing of another form's can be in it.

    The same pages give the same file, so that a scan that is filed already is known again.
    """
    first, *others = (Image.open(BytesIO(kept[page])) for page in form.pages)
    part = BytesIO()
    day = gmtime(0)
    first.save(
        part, "PDF", save_all=True, append_images=others, resolution=_DOTS * 72, quality=_QUALITY, creationDate=day,
        modDate=day,
    )  # fmt: skip
    return replace(form, part=part.getvalue())
