"""exifread within limits: it puts the values of EXIF fields into words, and decodes maker notes that it knows."""

import io
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import exifread

from imgvet.inspection.findings import UnreadRegion


@dataclass(slots=True)
class Effort:
    """The reads left to exifread for one file; a large maker note takes 60,000, hostile ones would take days."""

    details: bool = True  # whether maker notes are decoded
    reads: int = 200_000
    amount: int = 128 << 20  # bytes


class _TooMuchWork(Exception):
    """The file needs more reads than any camera's file does."""


class _Metered(io.BytesIO):
    """A stream that stops a reader which runs in circles."""

    def __init__(self, data: bytes, effort: Effort) -> None:
        super().__init__(data)
        self.effort = effort

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes.

        Raises:
            _TooMuchWork: the effort for this file is used up.
        """
        block = super().read(size)
        self.effort.reads -= 1
        self.effort.amount -= len(block)
        if self.effort.reads < 0 or self.effort.amount < 0:
            raise _TooMuchWork
        return block


class _OtherThreads(logging.Filter):
    """Drops what one thread logs."""

    def __init__(self) -> None:
        super().__init__()
        self.thread = threading.get_ident()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record came from another thread."""
        return record.thread != self.thread


@contextmanager
def _silenced(name: str) -> Iterator[None]:
    others_only, logger = _OtherThreads(), logging.getLogger(name)
    logger.addFilter(others_only)
    try:
        yield
    finally:
        logger.removeFilter(others_only)


def tags_of(data: bytes, where: str, effort: Effort) -> tuple[dict[str, Any], list[UnreadRegion]]:
    """exifread's tags by name, empty if it could not read the data, and a sentence for each unreadable part."""
    unread: list[UnreadRegion] = []
    for details in (True, False) if effort.details else (False,):
        try:
            with _silenced("exifread"):
                return exifread.process_file(_Metered(data, effort), details=details, extract_thumbnail=False), unread
        except Exception as problem:  # noqa: BLE001 -- on bad input exifread raises whatever it trips over
            what = "maker note" if details else "EXIF data"
            why = "too much work" if isinstance(problem, _TooMuchWork) else type(problem).__name__
            unread.append(UnreadRegion(f"The {what} ({where}) could not be decoded in full ({why})."))
    return {}, unread
