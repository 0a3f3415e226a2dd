"""A batch with known faces, and hands that fill in its checklist."""

import csv
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import openpyxl

from imgvet.batch.settings import apply_settings, saved_settings
from imgvet.batch.store import BatchStore, create_or_open
from imgvet.checklist.import_sheet import ImportResult, ImportWishes, import_sheet
from imgvet.checklist.read import read_sheet
from imgvet.checklist.write import write_checklist_page, write_compact_page, write_sheets
from imgvet.geometry import Box
from imgvet.photo import Area, Event, Face, Finding, Photo, Previews, Verdict
from imgvet.profile import Profile
from imgvet.releases.register import Register
from imgvet.releases.release import Release
from imgvet.releases.store import open_register
from imgvet.settings import Settings
from support.folders import rows
from support.originals import join_originals

DAY = date(2026, 6, 14)
EVENT = Event("Open Day & Fête", DAY)
PERSON = "Zora Q. Planted"
RELEASE = Release("WMP-2026-014", PERSON, signed_on=DAY, event="open day & fête", channels=("all",))

Cells = Mapping[str, Any]
Key = Any  # photo and face (or letters of an area) as they stand in the row; a question has none, see ``its_row``
EVERY = (None, None)  # the first row


def its_row(photo: int) -> tuple[int, str]:
    """The key of a photo's own row."""
    return photo, "own row"


def _key(photo: object, face: object, seen: set[int]) -> Key:
    """The key of a row; the first one of a photo without a face is its own."""
    number, part = int(str(photo)) if photo else None, str(face) if face else None
    if number and not part and number not in seen:
        seen.add(number)
        return its_row(number)
    return number, int(part) if part and part.isdecimal() else part


def crop(seed: int) -> bytes:
    picture = np.random.default_rng(seed).integers(0, 255, (8, 8, 3)).astype(np.uint8)
    return bytes(cv2.imencode(".jpg", cv2.resize(picture, (160, 160)))[1])


def a_photo(number: int, faces: int, asks: Sequence[str] = (), areas: Sequence[Area] = ()) -> Photo:
    return Photo(
        source=f"/somewhere/IMG_{number}.JPG",
        number=number,
        source_sha256=f"{number:064x}",
        width=max(1200, 80 * faces + 120),
        height=400,
        name=f"open-day-fete-{number:03d}.jpg",
        faces=tuple(Face(n, Box(80 * n, 100, 80 * n + 40, 150), 0.9) for n in range(1, faces + 1)),
        areas=tuple(areas),
        text_searched=bool(areas),
        findings=tuple(Finding(rule, Verdict.ASK, f"It asks about {rule}.", "Look.") for rule in asks),
    )


@dataclass(frozen=True)
class Made:
    """The batch, its register, and its sheets."""

    folder: BatchStore
    settings: Settings
    register_file: Path

    @property
    def path(self) -> Path:
        return self.folder.path

    @property
    def xlsx(self) -> Path:
        return self.path / "checklist.xlsx"

    @property
    def csv(self) -> Path:
        return self.path / "checklist.csv"

    def register(self) -> Register:
        return open_register(self.register_file)

    def forms(self) -> list[Release]:
        with self.register() as register:
            return list(register.releases())

    def write(self) -> tuple[Path, ...]:
        return write_sheets(self.folder, self.settings, self.folder.snapshot())

    def write_pages(self) -> None:
        write_checklist_page(self.folder, self.settings, self.folder.snapshot())
        write_compact_page(self.folder, self.settings, self.folder.snapshot())

    def take_in(self, sheet: Path, by: str = "A. Officer", **how: Any) -> ImportResult:
        wishes = ImportWishes(**how)
        return import_sheet(self.folder, self.settings, self.folder.snapshot(), read_sheet(sheet), by, wishes)

    def said(self) -> list[tuple[int | None, int | None, str, str, str]]:
        """Photo, face, kind, value and note of every decision that somebody took."""
        numbers = {(photo.number, face.box): face.number for photo in self.folder.photos() for face in photo.faces}
        return [
            (each.photo, numbers[each.photo or 0, each.face] if each.face else None, each.kind, each.value, each.note)
            for each in self.folder.snapshot().decisions
            if not each.is_by_imgvet
        ]


def make_batch(path: Path, photos: Sequence[Photo], **profile: Any) -> Made:
    """A batch of these photos, as `imgvet batch` would have left it, with one form in the register."""
    folder = create_or_open(path)
    register_file = path.parent / "register.db"
    settings = Settings(
        Profile.model_validate({"releases": {"prefix": "WMP"}, **profile}),
        EVENT,
        secret=os.urandom(32),
        register=register_file,
    )
    apply_settings(folder, settings)
    settings = saved_settings(folder)
    join_originals(folder, [Path(photo.source) for photo in photos])
    for photo in photos:
        faces = tuple(crop(photo.number * 100 + face.number) for face in photo.faces)
        pictures = Previews(crop(photo.number), faces, tuple(crop(9000 + area.number) for area in photo.areas))
        folder.record(photo, "recipe", pictures)
    with open_register(register_file) as register:
        register.add([RELEASE], "the office")
    made = Made(folder, settings, register_file)
    made.write()
    return made


def fill_xlsx(source: Path, target: Path, filled: Mapping[Key, Cells]) -> Path:
    """The workbook with these cells filled in, saved by another program than the one that wrote it."""
    book = openpyxl.load_workbook(source)
    sheet = book["Checklist"]
    columns = {str(cell.value).lower().replace(" ", "_"): cell.column for cell in sheet[1]}
    found, seen = dict[Key, int](), set[int]()
    for row in range(2, sheet.max_row + 1):
        key = _key(sheet.cell(row, columns["photo"]).value, sheet.cell(row, columns["face"]).value, seen)
        found.setdefault(key, row) if key == EVERY else found.update({key: row})
    for key, cells in filled.items():
        for name, value in cells.items():
            sheet.cell(found[key], columns[name]).value = value
    book.save(target)
    return target


def fill_csv(
    source: Path,
    target: Path,
    filled: Mapping[Key, Cells],
    *,
    changed: Callable[[list[dict[str, str]]], list[dict[str, str]]] = lambda rows: rows,
    encoding: str = "utf-8-sig",
    delimiter: str = ",",
) -> Path:
    """The table with these cells filled in, saved as another program would."""
    table, seen = rows(source), set[int]()
    for row in table:
        key = _key(row["photo"], row["face"], seen)
        if key != EVERY or row is table[0]:
            row.update({name: str(value) for name, value in filled.get(key, {}).items()})
    table = changed(table)
    with target.open("w", encoding=encoding, newline="") as out:
        writer = csv.DictWriter(out, list(table[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(table)
    return target


def rows_about(table: Path) -> list[dict[str, str]]:
    """The rows of a written table that are about faces and questions, faces by their photos and numbers."""
    seen, found = set[int](), list[dict[str, str]]()
    for row in rows(table):
        key = _key(row["photo"], row["face"], seen)
        if key != EVERY and key != its_row(key[0]):
            found.append(row)
    return sorted(found, key=lambda row: (not row["face"], int(row["photo"]), row["face"].rjust(5)))


def people_cells(**more: Any) -> dict[str, Any]:
    """What a row says of a new person."""
    new = {"decision": "release", "name": "Ada Newcomer", "signed_on": DAY, "channels": "flickr", "under_18": "no"}
    return new | more
