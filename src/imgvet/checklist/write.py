"""Putting the sheets into the batch folder, without ever writing over what people filled in."""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TextIO

from imgvet.atomic_files import TEMPORARY_SUFFIX
from imgvet.batch.decisions.state import by_photo
from imgvet.batch.store import BatchStore, file_sha256
from imgvet.checklist.rows import (
    SHEET_COLUMNS,
    SheetLine,
    face_lines,
    question_lines,
)
from imgvet.checklist.xlsx import WorkbookHeading, write_workbook
from imgvet.decisions import Decision, DecisionScope, offered_decisions
from imgvet.errors import BatchError
from imgvet.photo import Photo
from imgvet.releases.release import ANY_CHANNEL
from imgvet.settings import Settings
from imgvet.text import safe_cell

SHEET_FORMATS = ("csv", "xlsx")

_KNOWN = "sheets"  # fact: digests of the sheets that imgvet wrote, and of those that were taken in
_MAX_KNOWN = 100


def write_sheets(
    folder: BatchStore,
    settings: Settings,
    photos: Callable[[], Iterable[Photo]],
    formats: Sequence[str] = SHEET_FORMATS,
) -> tuple[Path, ...]:
    """Write ``checklist.csv`` and ``checklist.xlsx``, each whole or not at all.

    A sheet that somebody has filled in and nobody has taken in is moved to ``private/`` first; those that were moved
    are returned.

    Args:
        folder: the batch.
        settings: the batch's.
        photos: gives the photos as they stand now, anew at each call.
        formats: some of ``SHEET_FORMATS``.

    Raises:
        BatchError: a sheet is open in another program that lets nobody replace it.
        OSError: the folder cannot be written to.
    """
    said = by_photo(folder.decisions())
    kept = []
    for ending in formats:
        path = folder.path / f"checklist.{ending}"
        unfinished = path.with_name(f"{path.name}{TEMPORARY_SUFFIX}")
        if ending == "csv":
            with unfinished.open("w", encoding="utf-8-sig", newline="") as out:
                write_csv(photos(), said.__getitem__, out)
        else:
            _write_xlsx(folder, settings, photos(), said.__getitem__, unfinished)
        kept += _put_in_place(folder, unfinished, path)
    return tuple(kept)


def write_csv(photos: Iterable[Photo], said: Callable[[int], Sequence[Decision]], out: TextIO) -> None:
    """Write one row a face and behind them one a question, with blanks to fill in; each cell is safe to open.

    ``said`` gives what was decided about the photo of that number.
    """
    writer = csv.DictWriter(out, SHEET_COLUMNS, restval="", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    questions: list[SheetLine] = []
    for photo in photos:
        questions += question_lines(photo, said(photo.number))
        writer.writerows(map(_cells, face_lines(photo, said(photo.number))))
    writer.writerows(map(_cells, questions))


def _cells(line: SheetLine) -> dict[str, str]:
    face = "" if line.face is None else str(line.face)
    cells = {"file": line.file, "sure": line.sure, "open": line.open, "key": line.key}
    return {"photo": str(line.photo), "face": face} | {name: safe_cell(text) for name, text in cells.items()}


def _write_xlsx(
    folder: BatchStore,
    settings: Settings,
    photos: Iterable[Photo],
    said: Callable[[int], Sequence[Decision]],
    path: Path,
) -> None:
    channel, answers = settings.channel_name, settings.profile.faces.answers
    heading = WorkbookHeading(
        event=settings.event,
        made_on=date.fromisoformat(folder.fact("made_at")[: len("2026-01-01")]),
        decisions=tuple(offered_decisions(DecisionScope.FACE, answers)),
        question_decisions=tuple(offered_decisions(DecisionScope.PHOTO, answers)),
        channels=(ANY_CHANNEL, channel, *(each for each in settings.profile.channels if each != channel)),
    )

    def blocks() -> Any:
        for photo in photos:
            pictures = folder.pictures(photo)
            decisions = said(photo.number)
            faces = tuple(face_lines(photo, decisions))
            yield faces, pictures.crops if pictures else (), tuple(question_lines(photo, decisions))

    write_workbook(path, heading, blocks(), folder.private)


def count_as_known(folder: BatchStore, *digests: str) -> None:
    """From now on a sheet with one of these SHA-256 sums holds nothing that imgvet does not know."""
    folder.set_fact(_KNOWN, known_with(folder, *digests))


def known_with(folder: BatchStore, *digests: str) -> list[str]:
    """The sums of the sheets that hold nothing new, these among them; for the fact ``sheets``."""
    return [*(each for each in _known(folder) if each not in digests), *digests][-_MAX_KNOWN:]


def _known(folder: BatchStore) -> list[str]:
    return list(folder.fact(_KNOWN) or [])


def _put_in_place(folder: BatchStore, unfinished: Path, path: Path) -> list[Path]:
    """Move a new sheet to its place; one that stands there and holds something new goes to ``private/``."""
    count_as_known(folder, file_sha256(unfinished))  # first, for a run may be killed between the two
    try:
        kept = [_kept(folder, path)] if path.is_file() and file_sha256(path) not in _known(folder) else []
        unfinished.replace(path)
    except PermissionError:  # Windows: a program that shows the sheet holds it
        unfinished.unlink(missing_ok=True)
        raise BatchError(
            f"'{path}' cannot be replaced; it may be open in another program.",
            "Save and close it there, then run the same command again.",
        ) from None
    return kept


def _kept(folder: BatchStore, path: Path) -> Path:
    """Move a filled-in sheet out of the way, to where only its owner looks."""
    stem = f"{path.stem}-filled-in-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
    names = [stem, *(f"{stem}-{number}" for number in range(2, 100))]
    places = (folder.private / f"{name}{path.suffix}" for name in names)
    place = next(place for place in places if not place.exists())
    path.replace(place)
    place.chmod(0o600)
    return place
