"""All that a batch writes beside its photos: checklist, contact sheets, the tables of channels and of originals."""

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from imgvet.atomic_files import open_atomic, write_atomic
from imgvet.batch.names import contact_sheet_name, contact_sheet_names
from imgvet.batch.own_files import own_sha256
from imgvet.batch.snapshot import BatchSnapshot
from imgvet.batch.status import office_views
from imgvet.batch.store import BatchStore, OriginalCopy
from imgvet.channels.places import Places, channel_places
from imgvet.channels.states import channel_states
from imgvet.photo import Photo
from imgvet.reports.channel_tables import write_channel_table
from imgvet.reports.checklist_files import write_checklist
from imgvet.reports.contact_sheet import SHEET_PHOTOS, draw_sheets, sheet_jobs
from imgvet.settings import Settings
from imgvet.source_files import file_stamp
from imgvet.text import long_date, on_one_line, path_text, safe_cell
from imgvet.workers.pool import SpareWorkers


def write_all(folder: BatchStore, settings: Settings, snapshot: BatchSnapshot) -> tuple[Path, ...]:
    """Write all of them, each whole or not at all.

    Checklists that somebody has filled in and nobody has imported were moved to ``private/``, and are returned.

    Raises:
        BatchError: a checklist is open in another program and cannot be replaced.
        OSError: the folder cannot be written to.
    """
    photos, places = snapshot.photos, channel_places(settings)
    asked = replace(snapshot, photos=office_views(photos, settings))
    with _table(folder.private / "originals.csv", mode=0o600) as out:
        write_originals_csv(photos, folder.copies(), out)
    with SpareWorkers() as spare:
        kept = write_checklist(folder, settings, snapshot, spare)
        for place in places:
            with _table(folder.path / place.folder / place.table) as out:
                write_channel_table(photos, settings, place, out)
        _note_tables(folder, places)
        _write_contact_sheets(folder, asked.photos, _heading(settings), _bands(photos, settings), spare)
    return kept


@contextmanager
def _table(path: Path, mode: int = 0o666) -> Iterator[TextIO]:
    """A table to write to, which is there whole at the end of the block, with the mark by which programs know UTF-8."""
    with open_atomic(path, mode) as file:
        out = io.TextIOWrapper(file, "utf-8-sig", newline="")
        yield out
        out.detach()


def _bands(photos: Iterable[Photo], settings: Settings) -> dict[int, str]:
    """What a contact sheet says of each judged photo for each of several channels; nothing where there is one."""
    if len(settings.channel_names) == 1:
        return {}
    return {
        photo.number: " · ".join(f"{each.channel}: {each.standing}" for each in channel_states(photo, settings))
        for photo in photos
    }


def _write_contact_sheets(
    folder: BatchStore, photos: Collection[Photo], heading: str, bands: Mapping[int, str], spare: SpareWorkers
) -> None:
    """Write the sheets, each as it is drawn; those of an earlier run that are left over are removed."""
    shown = ((photo, _preview(folder, photo)) for photo in photos)
    written = set[str]()
    sheets = -(-len(photos) // SHEET_PHOTOS)
    for number, sheet in draw_sheets(sheet_jobs(shown, len(photos), heading, bands), sheets, spare):
        written.add(contact_sheet_name(number))
        write_atomic(folder.path / contact_sheet_name(number), sheet)
    for name in contact_sheet_names(path.name for path in folder.path.iterdir()):
        if name not in written:
            (folder.path / name).unlink()


def _note_tables(folder: BatchStore, places: Places) -> None:
    """Keep the digests of the tables, with which ``status`` compares them."""
    written = {place.folder: own_sha256(folder.path / place.folder / place.table) for place in places}
    folder.update(facts=replace(folder.facts(), tables=written))


def write_originals_csv(photos: Iterable[Photo], copies: Iterable[OriginalCopy], out: TextIO) -> None:
    """Write which original each photo was made from; for the office alone, as names can reveal people and places.

    ``copies``: further places of the same bytes; the row names those that are there, unchanged.
    """
    places: defaultdict[int, list[str]] = defaultdict(list)
    for copy in copies:
        if file_stamp(copy.source) == copy.stamp:
            places[copy.number].append(path_text(copy.source))
    writer = csv.writer(out)
    writer.writerow(("photo", "file", "original", "also at", "number before 0.6"))
    for photo in photos:
        also, earlier = "; ".join(places.get(photo.number, ())), photo.earlier_number or ""
        names = (safe_cell(on_one_line(each)) for each in (photo.name, photo.source, also))
        writer.writerow((photo.number, *names, earlier))


def _preview(folder: BatchStore, photo: Photo) -> bytes | None:
    pictures = folder.pictures(photo)
    return pictures.preview if pictures else None


def _heading(settings: Settings) -> str:
    event = settings.event
    return f"{event.text}, {long_date(event.day)}" if event.day else event.text
