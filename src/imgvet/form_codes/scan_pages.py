"""What a worker does with one scanned or photographed form: it opens the file and reads the codes on its pages."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from itertools import islice
from pathlib import Path
from time import gmtime

import cv2
import numpy as np
import pypdfium2
from PIL import Image

from imgvet.decode.limits import check_limits
from imgvet.decode.open import open_upright
from imgvet.errors import PhotoError, UnreadablePhoto, UnsupportedPhoto, UsageError
from imgvet.fault_report import fault_place
from imgvet.form_codes.codes import is_blank, numbers_of_scan
from imgvet.form_codes.scans import MOST_PAGES, SCAN_AGAIN, SCAN_LIMITS, SCAN_SUFFIXES, FormPages, ScanPage, ScanReading
from imgvet.formats.sniff import detect_format
from imgvet.formats.tiff import full_pages, tiff_pages, with_page_first
from imgvet.named_files import SCAN, LargeFile, UnfitFile, read_regular
from imgvet.pixels import Pixels

_DOTS, _LONGEST = 250 / 72, 3500  # a page of a PDF is drawn with so many pixels a point, at most so many on a side
_PDF_HEAD = 1024  # bytes within which a PDF says that it is one
_PASSWORD = 4  # FPDF_ERR_PASSWORD of PDFium
_SHOWN = 2200  # pixels of the long side of a page on a screen
_QUALITY = 90  # of the JPEG in which a page is kept that is taken out of a pile


def one_thread() -> None:
    """Prepare a worker: the workers share the cores."""
    cv2.setNumThreads(1)


def read_form_scan(_: None, path: Path) -> ScanReading:
    """What one file shows; one that cannot be read is a reading with ``error``."""
    reading = ScanReading(path)
    try:
        data = _read(path)
        reading = replace(reading, sha256=hashlib.sha256(data).hexdigest())
        return _pages_read(data, reading)
    except PhotoError as problem:
        return replace(reading, error=problem.reason, hint=problem.hint or SCAN_AGAIN)
    except MemoryError:
        return replace(reading, error="It needs more memory than one scan may take.", hint=SCAN_AGAIN)
    except Exception as problem:  # noqa: BLE001 - the border: an unforeseen error costs this file, not the others
        return replace(reading, error=f"imgvet could not read it ({fault_place(problem)}).", hint=SCAN_AGAIN)


def drawn_page(_: None, wanted: tuple[Path, int]) -> ScanPage:
    """One page of a scan as a JPEG of a size for screens.

    Raises:
        UsageError: the file cannot be read, or has no such page.
    """
    path, number = wanted
    try:
        data = _read(path)
        pages = islice(_pages(data, _kind_of(data)), number - 1, None)
        page = next(pages, None)
        if page is None:
            raise UnreadablePhoto(f"It has no page {number}.")
        picture = Image.fromarray(page)
        picture.thumbnail((_SHOWN, _SHOWN))
        return ScanPage(_as_jpeg(np.asarray(picture)), next(pages, None) is not None)
    except PhotoError as problem:
        raise UsageError(f"The scan cannot be shown. {problem.reason}", problem.hint or SCAN_AGAIN) from None


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
    kind = _kind_of(data)
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
        suffix=SCAN_SUFFIXES[kind],
        pages=number,
        forms=tuple(_taken_out(form, kept) if len(form.pages) < number else form for form in forms),
        unnumbered=tuple(unnumbered),
    )


def _kind_of(data: bytes) -> str:
    """The format of a scan.

    Raises:
        UnsupportedPhoto: it is in none that scans have.
    """
    kind = "pdf" if b"%PDF-" in data[:_PDF_HEAD] else detect_format(data)
    if kind not in SCAN_SUFFIXES:
        raise UnsupportedPhoto(f"It is a {kind.upper()}, not a scan.", SCAN_AGAIN)
    return kind


def _pages(data: bytes, kind: str) -> Iterator[Pixels]:
    """The pages of a file, upright as it says, one after the other."""
    if kind == "pdf":
        yield from _pdf_pages(data)
        return
    checked = check_limits(data, kind, SCAN_LIMITS)
    pages = full_pages(tiff_pages(data)) if kind == "tiff" else []
    if len(pages) <= 1:
        yield open_upright(checked).pixels
    for page in pages if len(pages) > 1 else ():
        yield open_upright(check_limits(with_page_first(data, page), kind, SCAN_LIMITS)).pixels


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
        raise UnreadablePhoto("It is a damaged PDF.", SCAN_AGAIN) from problem


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
