"""Writing the checklist, as a page and as sheets, without ever writing over what people filled in."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TextIO

from imgvet.atomic_files import TEMPORARY_SUFFIX
from imgvet.batch.decisions.hash_chain import DecisionLog
from imgvet.batch.decisions.statements import refused_statements
from imgvet.batch.names import checklist_page_name, checklist_part
from imgvet.batch.snapshot import BatchFacts, BatchSnapshot
from imgvet.batch.store import BatchStore, file_sha256
from imgvet.checklist.columns import SheetChoices, SheetLine, csv_columns
from imgvet.checklist.page import ChecklistPage, Declaration, PhotoEntry, write_page
from imgvet.checklist.rows import face_lines, question_lines
from imgvet.checklist.xlsx import WorkbookHeading, write_workbook
from imgvet.decisions import DECLARE, Decision, DecisionScope, offered_decisions
from imgvet.errors import BatchError
from imgvet.photo import Photo
from imgvet.releases.release import ANY_CHANNEL
from imgvet.rules.face_answers import NEEDS_APPROVAL, is_approved
from imgvet.settings import Settings
from imgvet.text import count, safe_cell

SHEET_FORMATS = ("csv", "xlsx")

_MAX_KNOWN = 100  # sheets


def write_sheets(
    folder: BatchStore, settings: Settings, snapshot: BatchSnapshot, formats: Sequence[str] = SHEET_FORMATS
) -> tuple[Path, ...]:
    """Write ``checklist.csv`` and ``checklist.xlsx``, each whole or not at all.

    A sheet that somebody has filled in and nobody has imported is moved to ``private/`` first; those that were moved
    are returned.

    Args:
        folder: the batch.
        settings: the batch's.
        snapshot: the batch as it is now, its photos as they are judged.
        formats: some of ``SHEET_FORMATS``.

    Raises:
        BatchError: a sheet is open in another program that lets nobody replace it.
        OSError: the folder cannot be written to.
    """
    kept = []
    for ending in formats:
        path = folder.path / f"checklist.{ending}"
        unfinished = path.with_name(f"{path.name}{TEMPORARY_SUFFIX}")
        if ending == "csv":
            with unfinished.open("w", encoding="utf-8-sig", newline="") as out:
                write_csv(snapshot.photos, snapshot.decisions_on, out)
        else:
            _write_xlsx(folder, settings, snapshot, unfinished)
        kept += _put_in_place(folder, unfinished, path)
    return tuple(kept)


def write_checklist_page(
    folder: BatchStore, settings: Settings, snapshot: BatchSnapshot, *, one_a_page: bool = False
) -> None:
    """Write ``checklist.html`` and its further parts, each whole or not at all; those of a larger batch are removed.

    On paper, every photo may begin a page of its own.

    Raises:
        OSError: the folder cannot be written to.
    """
    parts = 1

    @contextmanager
    def open_part(part: int) -> Iterator[TextIO]:
        nonlocal parts
        parts, path = part, folder.path / checklist_page_name(part)
        unfinished = path.with_name(f"{path.name}{TEMPORARY_SUFFIX}")
        with unfinished.open("w", encoding="utf-8", newline="\n") as out:
            yield out
        unfinished.replace(path)

    page = replace(_page(settings, snapshot), one_a_page=one_a_page)
    with open_part(1) as first:
        write_page(page, (PhotoEntry(photo, folder.pictures(photo)) for photo in snapshot.photos), first, open_part)
    for path in folder.path.iterdir():
        if checklist_part(path.name) > parts:
            path.unlink()


def write_csv(photos: Iterable[Photo], decisions_on: Callable[[int], Sequence[Decision]], out: TextIO) -> None:
    """Write one row a face and behind them one a question, with blanks to fill in; each cell is safe to open.

    ``decisions_on`` gives those about the photo of that number.
    """
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([column.name for column in csv_columns()])
    questions: list[SheetLine] = []
    for photo in photos:
        questions += question_lines(photo, decisions_on(photo.number))
        writer.writerows(map(_cells, face_lines(photo, decisions_on(photo.number))))
    writer.writerows(map(_cells, questions))


def _cells(line: SheetLine) -> list[str]:
    values = [column.written(line) if column.written else None for column in csv_columns()]
    return ["" if value is None else safe_cell(str(value)) for value in values]


def _page(settings: Settings, snapshot: BatchSnapshot) -> ChecklistPage:
    """The head of the checklist; a question counts as declared where the declaration covers every photo."""
    covered: frozenset[str] | None = None
    given: dict[str, set[tuple[str, str]]] = {}  # by question: who declared it, and who approved that
    for photo in snapshot.photos:
        if photo.error is None:
            known = snapshot.index.state_of(photo)
            covered = known.declared if covered is None else covered & known.declared
            for answer in known.answers:
                if answer.kind == DECLARE:
                    given.setdefault(answer.rule, set()).add((answer.by, answer.approved_by))
    made = (each for each in snapshot.decisions if each.kind == DECLARE)
    latest = {question: each for each in made for question in each.value.split() if question in (covered or ())}
    declared = tuple(
        Declaration(question, each.by, each.at, _approval(given[question], settings))
        for question, each in latest.items()
    )
    made_on = snapshot.facts.made_at[: len("2026-01-01")]
    return ChecklistPage(
        settings.event,
        settings.profile,
        settings.channel_name,
        made_on,
        declared,
        _log_line(snapshot.log),
        refused=refused_statements(snapshot.decisions, settings.profile),
    )


def _approval(given: Iterable[tuple[str, str]], settings: Settings) -> str:
    """Whether a second person has approved what was declared; empty where the profile asks for none.

    ``given``: who declared it, and who approved that.
    """
    if DECLARE not in settings.profile.decisions.second_person:
        return ""
    if not all(is_approved(by, approved_by) for by, approved_by in given):
        return NEEDS_APPROVAL
    return f"approved by {', '.join(sorted({approved_by for _, approved_by in given}))}"


def _log_line(log: DecisionLog) -> str:
    """What to check the decision log against later: how long it is, and the hash that it ends in."""
    said = [row for row in log.rows if row.is_of_people]
    return (
        f"{count(len(said), 'entry', 'entries')}, fingerprint {str(said[-1].untrusted_hash)[:16]}" if said else "empty"
    )


def _write_xlsx(folder: BatchStore, settings: Settings, snapshot: BatchSnapshot, path: Path) -> None:
    channel, answers = settings.channel_name, settings.profile.faces.answers
    heading = WorkbookHeading(
        event=settings.event,
        made_on=date.fromisoformat(snapshot.facts.made_at[: len("2026-01-01")]),
        choices=SheetChoices(
            decisions=tuple(offered_decisions(DecisionScope.FACE, answers)),
            question_decisions=tuple(offered_decisions(DecisionScope.PHOTO, answers)),
            channels=(ANY_CHANNEL, channel, *(each for each in settings.profile.channels if each != channel)),
        ),
    )

    def blocks() -> Any:
        for photo in snapshot.photos:
            pictures = folder.pictures(photo)
            decisions = snapshot.decisions_on(photo.number)
            faces = tuple(face_lines(photo, decisions))
            yield faces, pictures.crops if pictures else (), tuple(question_lines(photo, decisions))

    write_workbook(path, heading, blocks(), folder.private)


def count_as_known(folder: BatchStore, *digests: str) -> None:
    """From now on a sheet with one of these SHA-256 sums holds nothing that imgvet does not know."""
    facts = folder.facts()
    folder.update(facts=replace(facts, sheets=known_with(facts, *digests)))


def known_with(facts: BatchFacts, *digests: str) -> tuple[str, ...]:
    """The sums of the sheets that hold nothing new, these among them; for ``BatchFacts.sheets``."""
    return (*(each for each in facts.sheets if each not in digests), *digests)[-_MAX_KNOWN:]


def _put_in_place(folder: BatchStore, unfinished: Path, path: Path) -> list[Path]:
    """Move a new sheet to its place; a sheet there that contains something new is moved to ``private/``."""
    count_as_known(folder, file_sha256(unfinished))  # first, for a run may be killed between the two
    try:
        kept = [_kept(folder, path)] if path.is_file() and file_sha256(path) not in folder.facts().sheets else []
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
