"""An event of forty photos and sixty faces, done with the sheet and scans alone, for two channels.

What is typed is counted, and docs/office/checklist.md states it.
"""

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from imgvet.releases.scans import scans_folder
from imgvet.releases.store import open_register
from support.commands import Imgvet, run_here
from support.event_photos import SCENES, event_photos
from support.photographed_forms import creased, darkened, on_a_desk

BY, OWN = ("--by", "A. Officer"), ("--register", "register.db")
SIGNED, SAME_AGAIN, HIDDEN, NO_FACES = 20, 20, 12, 8
WORDED = range(1, 11)  # photos that get words of their own
CHECKLIST_DOC = Path(__file__).parents[2] / "docs/office/checklist.md"
FLICKR_ALONE = 2  # of the people who signed
MOST_CELLS = 84
PROFILE = """
[organisation]
name = "Zora Constabulary"
website = "www.example.org"
press_office = "press@example.org"
[releases]
prefix = "QXZ"
[faces]
answers = ["not-a-face", "not-identifiable"]
"""
PEOPLE = tuple(
    f"{first} {last}"
    for first in ("Ann", "Bill", "Cerys", "Dev", "Eve")
    for last in ("Planted-Ash", "Planted-Birch", "Planted-Cole", "Planted-Dale")
)  # fmt: skip


@dataclass
class Sheet:
    """The workbook as somebody in the office fills it in; every cell that is typed is counted."""

    path: Path
    typed: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)  # typed as words of photos

    def __post_init__(self) -> None:
        self.book = openpyxl.load_workbook(self.path)
        self.page = self.book.worksheets[0]
        head = next(row for row in self.page.iter_rows() if "Decision" in {cell.value for cell in row})
        self.columns = {str(cell.value): cell.column for cell in head if cell.value}
        self.first = head[0].row + 1

    def rows(self) -> Iterator[tuple[int, int | None, int | None]]:
        """Each row with its photo and its face."""
        for row in range(self.first, self.page.max_row + 1):
            photo, face = (self.page.cell(row, self.columns[name]).value for name in ("Photo", "Face"))
            yield row, photo if isinstance(photo, int) else None, face if isinstance(face, int) else None

    def type(self, row: int, heading: str, value: str, *, words: bool = False) -> None:
        """Type into a cell."""
        self.page.cell(row, self.columns[heading]).value = value
        (self.words if words else self.typed).append(value)

    def says(self, row: int, heading: str) -> Any:
        return self.page.cell(row, self.columns[heading]).value

    def save(self, path: Path) -> Path:
        self.book.save(path)
        return path


@pytest.fixture(scope="module")
def vetted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with its printed forms, and a batch for two channels about which nobody has said anything yet."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "imgvet.toml").write_text(PROFILE, "utf-8")
    event_photos(folder / "photos")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMGVET_REGISTER", str(folder / "register.db"))
        printing = ("release", "form", "--adult", "--count", SIGNED, "--event", "Open Day", "--date", "14/06/2026")
        ran = run_here((*printing, "--out", "forms.pdf"), folder)
        assert ran.code == 0, ran.err
        words = ("--event", "Open Day", "--date", "14/06/2026", "--link", "https://www.example.org/open-day")
        ran = run_here(("batch", "photos", "--out", "b", "--channel", "flickr", "--channel", "x", *words), folder)
        assert ran.code == 0, ran.err
    scans_of(folder / "forms.pdf", folder / "scans")
    return folder


@pytest.fixture
def office(vetted: Path, tmp_path: Path) -> Path:
    """A copy of that office."""
    shutil.copytree(vetted, tmp_path, dirs_exist_ok=True)
    return tmp_path


def scans_of(forms: Path, folder: Path) -> None:
    """The printed forms as they come back: signed, and scanned or photographed one by one, and the last in one pile."""
    folder.mkdir()
    pile = []
    with pypdfium2.PdfDocument(forms) as document:
        for at in range(len(document)):
            grey = np.ascontiguousarray(document[at].render(scale=200 / 72).to_numpy()[..., 0])
            page = Image.fromarray(grey)
            ImageDraw.Draw(page).line([(400 + 12 * n, 1500 + 40 * (-1) ** n) for n in range(30)], fill=40, width=3)
            sheet = np.asarray(page, np.uint8)
            if at >= SIGNED - 5:
                pile.append(page)
                continue
            ways = (np.rot90(sheet, 2), on_a_desk(sheet, turned=12), darkened(on_a_desk(sheet)), creased(sheet), sheet)
            kept = BytesIO()
            Image.fromarray(np.ascontiguousarray(ways[at % 5])).save(kept, "JPEG", quality=80)
            (folder / f"scan-{at:02}.jpg").write_bytes(kept.getvalue())
    pile[0].save(folder / "pile.pdf", save_all=True, append_images=pile[1:], resolution=200)


@dataclass(frozen=True)
class Wanted:
    """What must come of the sheet that was filled in."""

    flickr_alone: set[int]  # photos of people who signed for Flickr alone
    words: dict[int, tuple[str, str]]  # title and alt text of photos that got words of their own
    hidden: set[int]  # photos in which a face is hidden


def fill_in(sheet: Sheet, numbers: list[str]) -> Wanted:
    """Fill the sheet in as an office would: who signed, who is there again, who is hidden, and what is no face."""
    rows = list(sheet.rows())
    every = next(row for row, photo, face in rows if photo is None and sheet.says(row, "Key"))
    sheet.type(every, "Under 18", "no")
    photos = {photo: row for row, photo, face in rows if photo and face is None}
    faces = [(row, photo, face) for row, photo, face in rows if photo and face]
    likely = [each for each in faces if sheet.says(each[0], "Sure") == "likely"]
    groups: dict[int, list[tuple[int, int, int]]] = {}
    for each in likely:
        groups.setdefault(each[1], []).append(each)
    whole = [photo for photo, there in groups.items() if len(there) == 4][:2]
    left = [each for each in likely if each[1] not in whole]
    for photo in whole:  # eight faces by two cells
        sheet.type(photos[photo], "Decision", "redact")
    signed, rest = left[:SIGNED], left[SIGNED:]
    only = {photo for _, photo, _ in signed[:FLICKR_ALONE]}
    for (row, _, _), number, name in zip(signed, numbers, PEOPLE, strict=True):
        sheet.type(row, "Form reference", number)
        sheet.type(row, "Name", name)
    for row, _, _ in signed[:FLICKR_ALONE]:
        sheet.type(row, "Channels", "flickr")
    for at, (row, _, _) in enumerate(rest[:SAME_AGAIN]):
        _, photo, face = signed[FLICKR_ALONE + at % (SIGNED - FLICKR_ALONE)]
        sheet.type(row, "Same as", f"{photo}:{face}")
    for row, _, _ in rest[SAME_AGAIN : SAME_AGAIN + HIDDEN - 8]:
        sheet.type(row, "Decision", "redact")
    others = [
        *rest[SAME_AGAIN + HIDDEN - 8 :],
        *(each for each in faces if each not in likely and each[1] not in whole),
    ]
    for row, _, _ in others:
        sheet.type(row, "Decision", "not-a-face")
    words = {
        photo: (f"Stall {photo} & more", f"Alt {photo}: a visitor ‘at the stall’, Łódź & Siân") for photo in WORDED
    }
    for photo, (title, alt_text) in words.items():
        sheet.type(photos[photo], "Title", title, words=True)
        sheet.type(photos[photo], "Alt text", alt_text, words=True)
    hidden = {*whole, *(photo for _, photo, _ in rest[SAME_AGAIN : SAME_AGAIN + HIDDEN - 8])}
    return Wanted(only, words, hidden)


def by_libreoffice(sheet: Path, folder: Path) -> Path:
    """The sheet as LibreOffice saves it when it was opened."""
    profile = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    how: tuple[str | Path, ...] = ("--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir")
    subprocess.run(
        ["soffice", profile, *how, folder / "converted", sheet], check=True, capture_output=True, timeout=180
    )
    return folder / "converted" / sheet.name


def by_exiftool(folder: Path) -> dict[str, dict[str, Any]]:
    """What ExifTool reads in the photos of a folder, by their names."""
    command = [
        "exiftool",
        "-j",
        "-G1",
        "-XMP-dc:Title",
        "-XMP-iptcCore:AltTextAccessibility",
        str(folder),
        "-ext",
        "jpg",
    ]
    out = subprocess.run(command, check=True, capture_output=True, timeout=120).stdout
    return {Path(each["SourceFile"]).name: each for each in json.loads(out)}


def numbers_in(folder: Path) -> set[int]:
    """The numbers of the photos in the folder of a channel."""
    return {int(path.stem.rpartition("-")[2]) for path in folder.glob("*.jpg")}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("exiftool") is None, reason="ExifTool is not installed")
@pytest.mark.parametrize("saved_by", [
    "openpyxl",
    pytest.param("LibreOffice", marks=[
        pytest.mark.office, pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
    ]),
])  # fmt: skip
def test_an_event_by_sheet_and_scans_alone(
    saved_by: str, office: Path, imgvet: Imgvet, record_property: Callable[[str, object], None]
) -> None:
    """Every face is answered, every form filed; each channel has what its forms allow, with the words as typed."""
    sheet = Sheet(office / "b" / "checklist.xlsx")
    wanted = fill_in(sheet, [f"QXZ-2026-{number:03}" for number in range(1, SIGNED + 1)])
    filled = sheet.save(office / "filled.xlsx")
    filled = by_libreoffice(filled, office) if saved_by == "LibreOffice" else filled
    cells, letters = len(sheet.typed), sum(map(len, sheet.typed))
    record_property("cells", cells)
    record_property("characters", letters)
    figures = f"{cells} cells with {letters} characters for {len(SCENES)} photos; {len(sheet.words)} more for words"
    assert cells <= MOST_CELLS, figures
    assert f"takes {cells} cells and {letters} characters" in CHECKLIST_DOC.read_text("utf-8"), figures

    ran = imgvet("checklist", "b", "--import", filled, "--add-releases", *BY, *OWN)
    assert ran.code == 0, ran.err
    assert "Planted" not in ran.out + ran.err
    ran = imgvet("release", "scan", "scans", "--event", "Open Day", *BY)
    assert ran.code == 0, ran.out
    assert "Every signed form for Open Day in the register has a scan." in ran.err
    ran = imgvet("finish", "b", *OWN, *BY)
    assert ran.code == 0, ran.err

    batch = office / "b"
    everything = set(range(1, len(SCENES) + 1))
    assert numbers_in(batch / "flickr") == everything
    assert numbers_in(batch / "x") == everything - wanted.flickr_alone
    told = imgvet("status", "b", "--json", *OWN)
    faces = [face for photo in told.lines for face in photo["faces"]]
    answers = Counter(str(face["resolved"]).partition(" ")[0] for face in faces)
    assert answers["release"] == SIGNED + SAME_AGAIN
    assert answers["redact"] >= HIDDEN  # and what else is possible in the photos whose faces are all hidden
    assert answers["not-a-face"] >= NO_FACES
    assert answers.total() == len(faces)
    assert {p["number"] for p in told.lines for f in p["faces"] if f["resolved"] == "redact"} == wanted.hidden
    for channel in ("flickr", "x"):
        read = by_exiftool(batch / channel)
        for number in numbers_in(batch / channel):
            tags = read[f"open-day-{number:03}.jpg"]
            title, alt_text = wanted.words.get(number, (f"Open Day ({number})", None))
            assert tags["XMP-dc:Title"] == title
            assert alt_text in {tags.get("XMP-iptcCore:AltTextAccessibility"), None}
            words = packet_words(batch / channel / f"open-day-{number:03}.jpg")
            assert {title, alt_text} - {None} <= words
    check_filed(office)
    left = [path for path in batch.rglob("*") if path.is_file() and path.suffix in {".html", ".csv", ".xlsx", ".jpg"}]
    assert not any(name.encode() in path.read_bytes() for path in left for name in PEOPLE)


def packet_words(path: Path) -> set[str]:
    """The texts of a file's XMP, as Pillow and Python's own XML reader find them."""
    with Image.open(path) as image:
        packet = ElementTree.fromstring(image.info["xmp"])  # noqa: S314 - of a file that imgvet wrote
    return {text.strip() for text in packet.itertext()}


def check_filed(office: Path) -> None:
    """Each of the twenty forms has its scan, of the person who is in the register under its number."""
    with open_register(office / "register.db") as register:
        forms = list(register.releases())
    assert [form.reference for form in forms] == [f"QXZ-2026-{number:03}" for number in range(1, SIGNED + 1)]
    assert [form.person for form in forms] == list(PEOPLE)
    assert all((scans_folder(office / "register.db") / form.scan_name).is_file() for form in forms)
    assert len({form.scan_sha256 for form in forms}) == SIGNED
    assert all(
        form.channels == (("flickr",) if at < FLICKR_ALONE else ("flickr", "x")) for at, form in enumerate(forms)
    )
