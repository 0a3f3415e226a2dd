"""The papers of a batch: release-form checklist, contact sheet, and the sheet for Flickr."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from imgvet.atomic_files import write_atomic
from imgvet.batch.decisions.log import log_head
from imgvet.batch.decisions.state import DecisionState, by_photo, replay
from imgvet.batch.placement import in_flickr
from imgvet.batch.store import BatchStore
from imgvet.checklist.page import (
    ChecklistPage,
    Declaration,
    PhotoEntry,
    write_page,
)
from imgvet.checklist.write import write_sheets
from imgvet.decisions import DECLARE
from imgvet.photo import Photo
from imgvet.reports.contact_sheet import contact_sheet
from imgvet.rules.face_answers import NEEDS_APPROVAL, is_approved
from imgvet.settings import Settings
from imgvet.text import count, long_date, safe_cell

FLICKR_COLUMNS = ("file", "title", "description", "tags", "licence", "album", "alt text", "safety", "sha256")

_BYTE_ORDER_MARK = "\ufeff"  # by which spreadsheet programs know UTF-8


def write_all(folder: BatchStore, settings: Settings) -> tuple[Path, ...]:
    """Write all papers from the database, each whole or not at all.

    Checklists that somebody has filled in and nobody has taken in were moved to ``private/``, and are returned.

    Raises:
        BatchError: a checklist is open in another program that lets nobody replace it.
        OSError: the folder cannot be written to.
    """
    originals = (_BYTE_ORDER_MARK + write_originals_csv(folder.photos())).encode()
    write_atomic(folder.private / "originals.csv", originals, mode=0o600)
    kept = write_sheets(folder, settings, folder.photos)
    write_checklist_page(folder, settings, folder.photos())
    write_atomic(
        folder.flickr / "flickr.csv", (_BYTE_ORDER_MARK + write_flickr_csv(folder.photos(), settings)).encode()
    )
    entries = _entries(folder, folder.photos())
    shown = [(entry.photo, entry.pictures.preview if entry.pictures else None) for entry in entries]
    write_atomic(folder.path / "contact-sheet.jpg", contact_sheet(shown, _heading(settings)))
    return kept


def write_checklist_page(
    folder: BatchStore, settings: Settings, photos: Iterable[Photo], *, one_a_page: bool = False
) -> None:
    """Write the checklist's page, whole or not at all; on paper, every photo may begin a page of its own.

    Raises:
        OSError: the folder cannot be written to.
    """
    unfinished = folder.path / "checklist.html.unfinished"
    with unfinished.open("w", encoding="utf-8", newline="\n") as out:
        page = replace(_page(folder, settings), one_a_page=one_a_page)
        write_page(page, _entries(folder, photos), out)
    unfinished.replace(folder.path / "checklist.html")


def write_flickr_csv(photos: Iterator[Photo], settings: Settings) -> str:
    """The sheet for Flickr: one row for each photo in ``flickr/``, in their order, with what its page will say."""
    with io.StringIO(newline="") as text:
        writer = csv.DictWriter(text, FLICKR_COLUMNS)
        writer.writeheader()
        for photo in sorted((each for each in photos if in_flickr(each)), key=lambda photo: photo.name):
            writer.writerow({name: safe_cell(value) for name, value in _flickr_row(photo, settings).items()})
        return text.getvalue()


def write_originals_csv(photos: Iterator[Photo]) -> str:
    """Which original each photo was made from; for the office alone, for a name can tell who or where somebody is."""
    with io.StringIO(newline="") as text:
        writer = csv.writer(text)
        writer.writerow(("photo", "file", "original"))
        writer.writerows((photo.number, safe_cell(photo.name), safe_cell(photo.source)) for photo in photos)
        return text.getvalue()


def flickr_tags(keywords: tuple[str, ...], most: int) -> str:
    """Tags as Flickr's upload form reads them: parted by spaces, those with a space in double quotation marks."""
    return " ".join(f'"{word}"' if " " in word else word for word in keywords[:most])


def _flickr_row(photo: Photo, settings: Settings) -> dict[str, str]:
    public, channel = photo.public, settings.channel
    if public is None:
        return {"file": photo.name}
    return {
        "file": photo.name,
        "title": public.title[: channel.title_length],
        "description": public.description,
        "tags": flickr_tags(public.keywords, channel.tags),
        "licence": settings.profile.licence.name,
        "album": settings.event.text,
        "alt text": public.alt_text[: channel.alt_text_length],
        "safety": channel.safety,
        "sha256": photo.sha256 or "",
    }


def _entries(folder: BatchStore, photos: Iterable[Photo]) -> Iterator[PhotoEntry]:
    return (PhotoEntry(photo, folder.pictures(photo)) for photo in photos)


def _page(folder: BatchStore, settings: Settings) -> ChecklistPage:
    """The head of the checklist; a question counts as declared where the declaration covers every photo."""
    decisions = folder.decisions()
    said = by_photo(decisions)
    whole = [photo for photo in folder.photos() if photo.error is None]
    known = [replay(photo, said[photo.number], folder.declared_for(photo.source_sha256)) for photo in whole]
    covered = frozenset.intersection(*(each.declared for each in known)) if known else frozenset()
    made = [each for each in decisions if each.kind == DECLARE]
    latest = {question: each for each in made for question in each.value.split() if question in covered}
    declared = tuple(
        Declaration(question, each.by, each.at, _approval(question, known, settings))
        for question, each in latest.items()
    )
    made_on = str(folder.fact("made_at"))[: len("2026-01-01")]
    return ChecklistPage(settings.event, settings.profile, settings.channel_name, made_on, declared, _log_line(folder))


def _approval(question: str, known: Iterable[DecisionState], settings: Settings) -> str:
    """Whether a second person has approved what was declared; empty where the profile asks for none."""
    if DECLARE not in settings.profile.decisions.second_person:
        return ""
    given = [answer for each in known for answer in each.answers if (answer.kind, answer.rule) == (DECLARE, question)]
    if not all(is_approved(answer.by, answer.approved_by) for answer in given):
        return NEEDS_APPROVAL
    return f"approved by {', '.join(sorted({answer.approved_by for answer in given}))}"


def _log_line(folder: BatchStore) -> str:
    """What to hold the decision log against later: how long it is, and the hash that it ends in."""
    entries, head = log_head(folder)
    if not entries:
        return "empty"
    return f"{count(entries, 'entry', 'entries')}, ending in {head[:16]}"


def _heading(settings: Settings) -> str:
    event = settings.event
    return f"{event.text}, {long_date(event.day)}" if event.day else event.text
