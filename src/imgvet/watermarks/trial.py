"""SVGs are drawn in a worker first, so that one that crashes or hangs the library is reported."""

from collections.abc import Iterator
from pathlib import Path

from imgvet.errors import ProfileError
from imgvet.settings import Settings
from imgvet.watermarks.load import PLAIN_SVG, find_mark_file
from imgvet.watermarks.svg import (
    MAX_SVG_BYTES,
    UnsafeSvg,
    looks_like_svg,
    read_svg,
)
from imgvet.workers.pool import JobLimit, LostJob, run_jobs

_HEIGHTS = (8, 21, 64, 256, 1024)  # pixels
_SECONDS = 20  # for all of them together


def try_drawings(settings: Settings) -> None:
    """Draw each SVG that the profile names, in a confined worker; to be done before ``load_watermarks`` draws it here.

    Raises:
        ProfileError: a file is missing, must not be drawn, or ended or outlasted the worker.
    """
    limit = JobLimit(_SECONDS, settings.profile.limits.memory_mib)
    drawings = list(_drawings(settings))
    for (key, path), outcome in run_jobs(_nothing, _tried, drawings, workers=1, limit=limit, writable=()):
        if isinstance(outcome, LostJob):
            raise ProfileError(f"{key}: '{path}' cannot be drawn: {outcome.reason}", PLAIN_SVG)
        if outcome:
            raise ProfileError(f"{key}: '{path}' {outcome}.", PLAIN_SVG)


def _drawings(settings: Settings) -> Iterator[tuple[str, Path]]:
    marks = settings.profile.marks
    for name, mark in (("copyright", marks.copyright), ("website", marks.website)):
        key = f"marks.{name}.image"
        path = find_mark_file(mark.image, key, settings) if mark.image else None
        if path and path.stat().st_size <= MAX_SVG_BYTES and looks_like_svg(path.read_bytes()):
            yield key, path


def _nothing() -> None:
    """The worker needs nothing loaded."""


def _tried(_: None, job: tuple[str, Path]) -> str:
    """Why it cannot be drawn; empty where it can."""
    try:
        drawing = read_svg(job[1].read_bytes())
        for height in _HEIGHTS:
            drawing.drawn(height)
    except UnsafeSvg as problem:
        return str(problem)
    return ""
