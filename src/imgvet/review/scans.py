"""Scans of signed forms that are dropped on the page: kept in a private folder, read by a confined worker, filed."""

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from urllib.parse import unquote

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from imgvet.batch.form_scans import as_vetted, numbered_scans, photos_of_forms
from imgvet.errors import RegisterError, UsageError
from imgvet.form_codes.scans import MOST_PAGES, ScanPage, ScanReading, read_scans, scan_page
from imgvet.named_files import SCAN
from imgvet.people_names import same_name
from imgvet.photo import Photo
from imgvet.releases.filing import FilingOutcome, file_scan
from imgvet.releases.form_changes import FormEditor, copied_scan, found_form
from imgvet.review.context import json_answer, number_in, person_of, review_of
from imgvet.review.live_batch import LiveBatch
from imgvet.review.register_access import SAVE_AGAIN, register_at_hand, tell_of_register
from imgvet.review.security import RefusedRequest
from imgvet.text import and_list, on_one_line, spans
from imgvet.workers.pool import workers_for

_AT_ONCE = 2  # uploads that are read
_MOST_KEPT = 8  # uploads that are on the disk, because they are sent, read or filed
_LONGEST_NAME = 80  # characters of a file's name in words
_reading = BoundedSemaphore(_AT_ONCE)

_WORDS = {
    FilingOutcome.FILED: ("filed.", ""),
    FilingOutcome.SAME: ("it has this scan already.", ""),
    FilingOutcome.OTHER: ("it has another scan, which was not replaced. Compare the two.", "replace"),
    FilingOutcome.NOT_ADDED: ("it was printed, but is not in the register yet. Add it; the scan is filed then.", "add"),
    FilingOutcome.UNKNOWN: (
        "it is not in the register, and this register has not given that number. Check that the form is yours.",
        "add",
    ),
    FilingOutcome.ERASED: (
        "it was erased because its retention period has ended. Destroy the form and the scan.",
        "",
    ),
    FilingOutcome.CHANGED: ("the file changed while it was read. Drop it again.", ""),
}
"""What came of a scan, and what a person can do about it: "add" the form, "replace" the scan, or nothing."""


class ScanResult(msgspec.Struct, frozen=True):
    """What came of one form in a file, or of its pages without a number."""

    form: str  # its reference; empty: no number was read
    filed: bool
    words: str
    next: str  # "add", "replace", "choose" (the form by hand) or nothing


def _result(form: str, outcome: FilingOutcome, *, whole: bool = True) -> ScanResult:
    words, way_on = _WORDS[outcome]
    return ScanResult(form, outcome is FilingOutcome.FILED, f"Form {form}: {words}", way_on if whole else "")


def _filed(live: LiveBatch, readings: Iterable[ScanReading], by: str) -> list[list[ScanResult]]:
    """File what was read, each under its number, and say what came of each file."""
    with register_at_hand(live) as register:
        found = []
        for reading in readings:
            results = [
                _result(form.number, file_scan(register, numbered, by), whole=form.part is None)
                for form, numbered in numbered_scans(reading)
            ]
            found.append(results + list(_without_number(reading)))
    return found


def _without_number(reading: ScanReading) -> Iterator[ScanResult]:
    if reading.error:
        yield ScanResult("", filed=False, words=reading.error, next="")
    elif not reading.forms:
        yield ScanResult("", filed=False, words="No code was read: choose the form.", next="choose")
    elif reading.unnumbered:
        pages = and_list(spans(sorted(reading.unnumbered)))
        words = f"No code was read on page {pages}, which was not filed. Scan it by itself."
        yield ScanResult("", filed=False, words=words, next="")


def _filed_under(live: LiveBatch, reading: ScanReading, reference: str, by: str, *, replace: bool) -> list[ScanResult]:
    """File a scan under the form that somebody has chosen for it.

    Raises:
        RegisterError: there is no such form, it was erased, or the file has changed.
        UsageError: the scan has the number of another form.
    """
    with register_at_hand(live) as register:
        form = found_form(register, reference)
        if reading.forms and same_name(form.reference) not in {same_name(each.number) for each in reading.forms}:
            shown = and_list(each.number for each in reading.forms)
            raise UsageError(f"The scan shows form {shown}, not {form.reference}.", "Look at it; nothing was filed.")
        if form.scan_sha256 == reading.sha256:
            return [_result(form.reference, FilingOutcome.SAME)]
        if form.scan_name and not replace:
            return [_result(form.reference, FilingOutcome.OTHER)]
        with copied_scan(register, reading.path, reading.suffix) as copies:
            if any(copy.sha256 != reading.sha256 for copy in copies):
                return [_result(form.reference, FilingOutcome.CHANGED)]
            FormEditor(register, live.settings.profile, by, SAVE_AGAIN).correct(form, {}, copies, "Filed by hand.")
    return [_result(form.reference, FilingOutcome.FILED)]


def _read(paths: list[Path]) -> list[ScanReading]:
    """What the files show; few are read at once."""
    with _reading:
        return list(read_scans(paths, workers_for(None, len(paths))))


_kept = BoundedSemaphore(_MOST_KEPT)


@contextmanager
def _private_folder(place: Path | None) -> Iterator[Path]:
    """A folder for one upload that only its owner can open; nothing of it is left behind, also after a kill.

    ``place``: in which folder, that of the server.

    Raises:
        UsageError: many are there already.
    """
    if not _kept.acquire(blocking=False):
        raise UsageError("Too many scans were sent at once.", "Drop this one again in a moment.")
    try:
        with TemporaryDirectory(prefix="scan-", dir=place) as folder:
            yield Path(folder)
    finally:
        _kept.release()


async def _receive(request: Request, path: Path) -> None:
    """Write what is sent into the file.

    Raises:
        RefusedRequest: it is larger than any scan.
        UsageError: nothing was sent.
    """
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdecimal() and (len(length) > 12 or int(length) > SCAN.most):
        raise RefusedRequest(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    size = 0
    with path.open("xb") as file:
        async for piece in request.stream():
            size += len(piece)
            if size > SCAN.most:
                raise RefusedRequest(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            file.write(piece)
    if not size:
        raise UsageError("The file is empty.", "Scan the form again, as PDF, JPEG or PNG.")


def _name_in_words(request: Request) -> str:
    """The name of the file as people called it, for a sentence alone."""
    name = on_one_line(re.split(r"[\\/]", unquote(request.headers.get("x-file-name", ""), errors="replace"))[-1])
    return f"{name[:_LONGEST_NAME]}…" if len(name) > _LONGEST_NAME else name or "The file"


async def _scan(request: Request) -> Response:
    review, by, name = review_of(request), person_of(request), _name_in_words(request)
    chosen = request.query_params.get("form", "").strip()
    with _private_folder(review.pictures.place) as folder:
        path = folder / "scan"
        await _receive(request, path)
        (reading,) = await run_in_threadpool(_read, [path])
        if reading.error:
            raise UsageError(reading.error, reading.hint)
        if chosen:
            replace = request.query_params.get("replace") == "1"
            results = await review.on_batch(_filed_under, review.live, reading, chosen, by, replace=replace)
        else:
            (results,) = await review.on_batch(_filed, review.live, [reading], by)
    if any(each.filed for each in results):
        await tell_of_register(request)
    return json_answer({"name": name, "results": results})


def _photos(live: LiveBatch) -> dict[Path, Photo]:
    with register_at_hand(live):
        return photos_of_forms(live.folder, live.settings)


async def _scan_photos(request: Request) -> Response:
    """File the photos of the batch that show a form, as ``imgvet release scan --batch`` does."""
    review, by = review_of(request), person_of(request)
    in_batch = await review.on_batch(_photos, review.live)
    if not in_batch:
        raise RegisterError("No photo of this batch shows a form that still needs its scan.")
    readings = await run_in_threadpool(_read, list(in_batch))
    readings = [as_vetted(in_batch, each) for each in sorted(readings, key=lambda each: in_batch[each.path].number)]
    found = await review.on_batch(_filed, review.live, readings, by)
    if any(each.filed for results in found for each in results):
        await tell_of_register(request)
    files = [
        {"name": f"Photo {in_batch[reading.path].number}", "photo": in_batch[reading.path].number, "results": results}
        for reading, results in zip(readings, found, strict=True)
    ]
    return json_answer({"files": files})


def _kept_scan(live: LiveBatch, reference: str, needed: ExitStack) -> Path:
    """The scan of a form, which is as it was filed; as a file while it is needed.

    Raises:
        RegisterError: there is none, or it was altered.
    """
    with register_at_hand(live) as register:
        form = found_form(register, reference)
        if not form.scan_name:
            raise RegisterError(f"Form {form.reference} has no scan yet.", "Drop it on the page of forms.")
        if wrong := register.scans.state(form.scan_name, form.scan_sha256):
            raise RegisterError(f"Form {form.reference}: {wrong}", "Restore it from a copy, or file the scan again.")
        return needed.enter_context(register.scans.as_file(form.scan_name))


async def _show_page(request: Request) -> Response:
    """One page of the scan of a form, drawn by a worker: never the file itself."""
    review, number = review_of(request), number_in(request, "page", MOST_PAGES)
    with ExitStack() as needed:
        path = await review.on_batch(_kept_scan, review.live, request.path_params["reference"], needed)
        shown = await run_in_threadpool(_drawn, path, max(number, 1))
    return Response(shown.picture, media_type="image/jpeg", headers={"X-More-Pages": str(int(shown.more))})


def _drawn(path: Path, number: int) -> ScanPage:
    with _reading:
        return scan_page(path, number)


routes = [
    Route("/api/scans/{page}/{reference:path}", _show_page, methods=["GET"]),
    Route("/api/scans", _scan, methods=["POST"]),
    Route("/api/scans/photos", _scan_photos, methods=["POST"]),
]
