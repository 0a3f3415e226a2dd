"""Writing the checklist, as a page and as sheets, without ever writing over what people filled in."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from imgvet.atomic_files import TEMPORARY_SUFFIX
from imgvet.batch.decisions.hash_chain import DecisionLog
from imgvet.batch.decisions.statements import refused_statements
from imgvet.batch.form_suggestions import photographed_forms
from imgvet.batch.names import CHECKLIST, COMPACT, page_name, page_part
from imgvet.batch.packed import PhotosByNumber
from imgvet.batch.snapshot import BatchFacts, BatchSnapshot
from imgvet.batch.status import office_views
from imgvet.batch.store import BatchStore, file_sha256
from imgvet.channels.states import channel_states
from imgvet.checklist.columns import LineKind, SheetChoices, SheetColumn, SheetLine, sheet_columns
from imgvet.checklist.compact import FILE_PARTS, OpenPart, write_compact
from imgvet.checklist.interpret import LeftRow
from imgvet.checklist.page import ChecklistPage, Declaration, PhotoEntry, write_page
from imgvet.checklist.read import SheetRow
from imgvet.checklist.rows import RowKey, is_open, open_areas, open_faces, question_lines, sheet_lines
from imgvet.checklist.xlsx import WorkbookHeading, write_workbook
from imgvet.decisions import DECLARE, DecisionScope, offered_decisions
from imgvet.errors import BatchError
from imgvet.photo import Photo, Previews, Verdict
from imgvet.releases.release import ANY_CHANNEL
from imgvet.rules.area_rules import area_verdicts
from imgvet.rules.face_answers import NEEDS_APPROVAL, is_approved
from imgvet.settings import Settings
from imgvet.tables import as_text
from imgvet.text import count, safe_cell

SHEET_FORMATS = ("csv", "xlsx")

_MAX_KNOWN = 100  # sheets


PictureOf = Callable[[Photo], bytes | None]
"""The picture of a photo with its faces numbered, a small JPEG; None: there is none."""


def no_picture(_: Photo) -> bytes | None:
    """No photo has one."""
    return None


def write_sheets(
    folder: BatchStore,
    settings: Settings,
    snapshot: BatchSnapshot,
    formats: Sequence[str] = SHEET_FORMATS,
    picture_of: PictureOf = no_picture,
    *,
    show_all: bool = False,
) -> tuple[Path, ...]:
    """Write ``checklist.csv`` and ``checklist.xlsx``, each whole or not at all.

    A sheet that somebody has filled in and nobody has imported is moved to ``private/`` first; those that were moved
    are returned.

    Args:
        folder: the batch.
        settings: the batch's.
        snapshot: the batch as it is now, its photos as they are judged.
        formats: some of ``SHEET_FORMATS``.
        picture_of: where the workbook's pictures of whole photos come from.
        show_all: all photos and faces, also where nothing is open.

    Raises:
        BatchError: a sheet is open in another program that lets nobody replace it.
        OSError: the folder cannot be written to.
    """
    kept, states = [], _channel_words(snapshot.photos, settings)
    snapshot = _as_asked(snapshot, settings)
    close = photographed_forms(snapshot.photos, settings, snapshot.decisions).suggestions
    for ending in formats:
        path = folder.path / f"checklist.{ending}"
        unfinished = path.with_name(f"{path.name}{TEMPORARY_SUFFIX}")
        if ending == "csv":
            with unfinished.open("w", encoding="utf-8-sig", newline="") as out:
                lines = sheet_lines(snapshot, settings, show_all=show_all, states=states, suggestions=close)
                write_csv(lines, sheet_choices(settings), out)
        else:
            lines = sheet_lines(snapshot, settings, show_all=show_all, states=states, suggestions=close)
            pictures = _Pictures(folder, PhotosByNumber(snapshot.photos), picture_of)
            heading = _heading(settings, snapshot.facts, sheet_choices(settings))
            write_workbook(unfinished, heading, lines, pictures.of_line, folder.private)
        kept += _put_in_place(folder, unfinished, path)
    return tuple(kept)


def write_checklist_page(
    folder: BatchStore,
    settings: Settings,
    snapshot: BatchSnapshot,
    *,
    one_a_page: bool = False,
    show_all: bool = False,
) -> None:
    """Write ``checklist.html`` and its further parts, each whole or not at all; those of a larger batch are removed.

    Args:
        folder: the batch.
        settings: the batch's.
        snapshot: the batch as it is now, its photos as they are judged.
        one_a_page: on paper, every photo begins a page of its own.
        show_all: all photos, also where nothing is open in any; else the page says so.

    Raises:
        OSError: the folder cannot be written to.
    """
    parts = 1

    @contextmanager
    def open_part(part: int) -> Iterator[TextIO]:
        nonlocal parts
        parts = part
        with _page_file(folder, CHECKLIST, part) as out:
            yield out

    snapshot = _as_asked(snapshot, settings)
    is_brief = not (show_all or any(map(is_open, snapshot.photos)))
    page = replace(_page(settings, snapshot), one_a_page=one_a_page, is_brief=is_brief)
    entries = (PhotoEntry(photo, None if is_brief else folder.pictures(photo)) for photo in snapshot.photos)
    with open_part(1) as first:
        write_page(page, entries, first, open_part)
    _remove_parts(folder, CHECKLIST, after=parts)


def write_compact_page(
    folder: BatchStore, settings: Settings, snapshot: BatchSnapshot, picture_of: PictureOf = no_picture
) -> None:
    """Write ``checklist-compact.html`` and its further parts, each whole or not at all: for a pen.

    It has the open faces and areas alone.

    Args:
        folder: the batch.
        settings: the batch's.
        snapshot: the batch as it is now, its photos as they are judged.
        picture_of: where the pictures of whole photos come from.

    Raises:
        OSError: the folder cannot be written to.
    """

    def parts_to_print() -> Iterator[OpenPart]:
        for wants_possible in (False, True):
            for photo in snapshot.photos:
                asked = [face for face in open_faces(photo) if face.possible is wants_possible]
                pictures = folder.pictures(photo) if asked else None
                crops = dict(zip(photo.faces, pictures.crops if pictures else (), strict=False))
                for face in asked:
                    yield OpenPart(photo, face, crops.get(face), picture_of(photo))
        for photo in snapshot.photos:
            if areas := open_areas(photo):
                pictures = folder.pictures(photo)
                of_area = dict(zip(photo.areas, pictures.area_crops if pictures else (), strict=False))
                yield from (OpenPart(photo, area, of_area.get(area), picture_of(photo)) for area in areas)

    snapshot = _as_asked(snapshot, settings)
    questions = sum(1 for photo in snapshot.photos for _ in question_lines(photo, ()))
    page, following, parts, some = _page(settings, snapshot), parts_to_print(), 0, list[OpenPart]()
    while some or not parts:
        parts += 1
        with _page_file(folder, COMPACT, parts) as out:
            write_compact(page, chain(some, islice(following, FILE_PARTS - len(some))), questions, out)
        some = list(islice(following, 1))
    _remove_parts(folder, COMPACT, after=parts)


@contextmanager
def _page_file(folder: BatchStore, page: str, part: int) -> Iterator[TextIO]:
    """A part of a page to write to, which is in its place at the end of the block."""
    path = folder.path / page_name(page, part)
    unfinished = path.with_name(f"{path.name}{TEMPORARY_SUFFIX}")
    with unfinished.open("w", encoding="utf-8", newline="\n") as out:
        yield out
    unfinished.replace(path)


def _remove_parts(folder: BatchStore, page: str, *, after: int) -> None:
    """Remove those of a larger batch."""
    for path in folder.path.iterdir():
        if page_part(page, path.name) > after:
            path.unlink()


def _as_asked(snapshot: BatchSnapshot, settings: Settings) -> BatchSnapshot:
    """The batch with its photos as the office is asked about them."""
    return replace(snapshot, photos=office_views(snapshot.photos, settings))


def _channel_words(photos: Iterable[Photo], settings: Settings) -> dict[int, dict[str, str]]:
    """The state of each judged photo for each channel, in a few words; empty where there is one channel."""
    if len(settings.channel_names) == 1:
        return {}
    return {
        photo.number: {
            state.channel: f"{state.standing}: {state.words}" if state.words else str(state.standing)
            for state in channel_states(photo, settings)
        }
        for photo in photos
    }


def write_csv(lines: Iterable[SheetLine], choices: SheetChoices, out: TextIO) -> None:
    """Write the rows of a checklist, with blanks to fill in; each cell is safe to open."""
    columns = [column for column in sheet_columns(choices) if column.in_csv]
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([column.name for column in columns])
    writer.writerows([_cell(column, line) for column in columns] for line in lines)


def _cell(column: SheetColumn, line: SheetLine) -> str:
    value = column.content(line)
    return "" if value is None else safe_cell(str(value))


def write_rows_to_correct(
    folder: BatchStore, settings: Settings, ending: str, every: SheetRow | None, left: Sequence[LeftRow]
) -> Path:
    """Write the rows of a sheet that could not be imported to a sheet of their own, as they were typed.

    It is in ``private/``, because there may be names on it, and replaces no other file.

    Args:
        folder: the batch.
        settings: the batch's.
        ending: ``.csv``, or else it is a workbook.
        every: the row that counts for all others, which is on the new sheet too.
        left: the rows.

    Returns:
        Where it is.

    Raises:
        OSError: the folder cannot be written to.
    """
    snapshot = folder.snapshot()
    choices = replace(sheet_choices(settings), faults=True)
    first = [LeftRow(every, None, ())] if every and all(each.row is not every for each in left) else []
    lines = [_line_to_correct(each) for each in (*first, *left)]
    ending = ".csv" if ending.casefold() == ".csv" else ".xlsx"
    path = _free_place(folder, f"checklist-to-correct-{_stamp()}", ending)
    unfinished = path.with_name(f"{path.name}{TEMPORARY_SUFFIX}")
    if ending == ".csv":
        with unfinished.open("w", encoding="utf-8-sig", newline="") as out:
            write_csv(lines, choices, out)
    else:
        pictures = _Pictures(folder, PhotosByNumber(snapshot.photos), no_picture)
        write_workbook(unfinished, _heading(settings, snapshot.facts, choices), lines, pictures.of_line, folder.private)
    unfinished.chmod(0o600)
    unfinished.replace(path)
    return path


def _line_to_correct(left: LeftRow) -> SheetLine:
    """The row as it was, with the reasons why it could not be imported."""
    row, typed = left.row, left.row.typed
    subject = left.subject
    kind = subject.kind if subject else LineKind.AREA if row.area else LineKind.FACE
    return SheetLine(
        LineKind.EVERY if RowKey.parse(row.key).is_first else kind,
        row.photo,
        as_text(typed.get("file")),
        row.face,
        as_text(typed.get("sure")),
        as_text(typed.get("open")),
        row.key,
        (subject.area.rule if subject.area else subject.rule) if subject else "",
        row.area,
        there=typed,
        in_file=as_text(typed.get("in_file")),
        fault=" ".join(left.reasons),
    )


def sheet_choices(settings: Settings) -> SheetChoices:
    """What the sheet of a batch offers to choose from, and which columns it has."""
    answers, named = settings.profile.faces.answers, settings.channel_names
    return SheetChoices(
        decisions=tuple(offered_decisions(DecisionScope.FACE, answers)),
        question_decisions=tuple(offered_decisions(DecisionScope.PHOTO, answers)),
        area_decisions=tuple(offered_decisions(DecisionScope.AREA, answers)),
        blocked=frozenset(name for name, each in area_verdicts(settings.profile).items() if each is Verdict.BLOCKED),
        channels=(ANY_CHANNEL, *named, *(each for each in settings.profile.channels if each not in named)),
        channel_names=named if len(named) > 1 else (),
        drafts=settings.keeps_captions,
        approvals=bool(settings.profile.decisions.second_person),
    )


def _heading(settings: Settings, facts: BatchFacts, choices: SheetChoices) -> WorkbookHeading:
    return WorkbookHeading(settings.event, date.fromisoformat(facts.made_at[: len("2026-01-01")]), choices)


class _Pictures:
    """The pictures of a workbook's rows, each read when its row is written."""

    def __init__(self, folder: BatchStore, photos: Mapping[int, Photo], picture_of: PictureOf) -> None:
        self._folder, self._photos, self._picture_of = folder, photos, picture_of
        self._last: tuple[int, Previews | None] = (0, None)

    def of_line(self, line: SheetLine) -> bytes | None:
        """The face or area that a row is about, the photo in a row about a photo; None where there is none."""
        photo = self._photos.get(line.photo or 0)
        if photo is None or line.kind not in (LineKind.FACE, LineKind.AREA, LineKind.PHOTO):
            return None
        if line.kind is LineKind.PHOTO:
            return self._picture_of(photo)
        if self._last[0] != photo.number:
            self._last = photo.number, self._folder.pictures(photo)
        pictures = self._last[1] or Previews(b"")
        if line.kind is LineKind.AREA:
            lettered = zip((area.letters for area in photo.areas), pictures.area_crops, strict=False)
            return dict(lettered).get(line.area)
        numbered = zip((face.number for face in photo.faces), pictures.crops, strict=False)
        return dict(numbered).get(line.face or 0)


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
        ", ".join(settings.channel_names),
        made_on,
        declared,
        _log_line(snapshot.log),
        refused=refused_statements(snapshot.decisions, settings.profile),
        suggestions=photographed_forms(snapshot.photos, settings, snapshot.decisions).suggestions,
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
    number, newest = 0, ""
    for row in log.rows:  # packed: one is in hand at a time
        if row.is_of_people:
            number, newest = number + 1, str(row.untrusted_hash)
    return f"{count(number, 'entry', 'entries')}, fingerprint {newest[:16]}" if number else "empty"


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
    place = _free_place(folder, f"{path.stem}-filled-in-{_stamp()}", path.suffix)
    path.replace(place)
    place.chmod(0o600)
    return place


def _stamp() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"


def _free_place(folder: BatchStore, stem: str, ending: str) -> Path:
    """A path in ``private/`` where no file is."""
    names = [stem, *(f"{stem}-{number}" for number in range(2, 100))]
    places = (folder.private / f"{name}{ending}" for name in names)
    return next(place for place in places if not place.exists())
