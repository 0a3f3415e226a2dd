"""Contact sheets: every photo of a batch small, thirty on a sheet, faces numbered, verdict by colour and by word.

Each is drawn by itself, so that a batch of thousands takes as little memory as a few sheets do.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import cv2
import numpy as np

from imgvet.encode.numbered_faces import BgrColour, draw_numbered_faces, width_of_text, write_on
from imgvet.errors import ImgvetError
from imgvet.geometry import Box
from imgvet.photo import Photo, Verdict
from imgvet.pixels import Pixels
from imgvet.reports.drawing import drawn_pictures
from imgvet.rules.needs import verdict_words
from imgvet.text import cut_text
from imgvet.workers.answers import LostJob
from imgvet.workers.pool import SpareWorkers

SHEET_PHOTOS = 30  # on one sheet
CELL_WIDTH = 360  # pixels
JPEG_QUALITY = 85

_NARROWEST_SHEET = 720  # so that the heading has room over one or two photos
_PICTURE_SHAPE = 0.75  # height of a cell's picture area over its width

_PAPER: BgrColour = (247, 246, 245)
_CARD: BgrColour = (255, 255, 255)
_MOUNT: BgrColour = (232, 229, 226)  # round a picture that does not fill its area
_GREY: BgrColour = (206, 201, 197)  # in place of a picture
_INK: BgrColour = (51, 39, 28)
_WHITE: BgrColour = (255, 255, 255)

VERDICT_COLOURS: dict[Verdict, BgrColour] = {
    Verdict.READY: (63, 112, 26),
    Verdict.ASK: (0, 86, 138),
    Verdict.RELEASE: (0, 58, 184),
    Verdict.BLOCKED: (38, 14, 132),
    Verdict.FAILED: (94, 84, 75),
}
"""Of the band with each verdict's word; white type on each has a contrast of at least 4.5 to 1 (WCAG 2.2 AA)."""


_BY_VERDICT: Mapping[int, str] = {}  # each photo's band says its verdict


@dataclass(frozen=True, slots=True)
class Grid:
    """The layout of the cells of a sheet; every measure is in pixels."""

    count: int  # photos on it

    @property
    def columns(self) -> int:
        """Up to four photos are in one row; more make a sheet a little wider than high."""
        return max(1, self.count) if self.count <= 4 else max(4, math.ceil(math.sqrt(self.count * 1.2)))

    @property
    def cell_width(self) -> int:
        """Of every cell."""
        return CELL_WIDTH

    @property
    def gap(self) -> int:
        """Between two cells, and round them all."""
        return self.cell_width // 22

    @property
    def type_size(self) -> int:
        """Height of the letters' line under a picture."""
        return round(self.cell_width / 24)

    @property
    def picture_height(self) -> int:
        """Of the area that a picture is fitted into; it is as wide as the cell."""
        return round(self.cell_width * _PICTURE_SHAPE)

    @property
    def cell_height(self) -> int:
        """Picture, name and verdict."""
        return self.picture_height + 2 * self.line_height

    @property
    def line_height(self) -> int:
        """Of the name and of the verdict's band."""
        return round(self.type_size * 1.8)

    @property
    def heading_height(self) -> int:
        """Of the strip above the cells."""
        return self.line_height * 2 + self.gap

    @property
    def rows(self) -> int:
        """Lines of cells."""
        return math.ceil(max(1, self.count) / self.columns)

    @property
    def width(self) -> int:
        """Of the whole sheet."""
        return max(_NARROWEST_SHEET, self.columns * (self.cell_width + self.gap) + self.gap)

    @property
    def height(self) -> int:
        """Of the whole sheet."""
        return self.heading_height + self.rows * (self.cell_height + self.gap) + self.gap

    def cell(self, index: int) -> Box:
        """The place of the cell of that index, from 0, on the sheet."""
        row, column = divmod(index, self.columns)
        left = self.gap + column * (self.cell_width + self.gap)
        top = self.heading_height + self.gap + row * (self.cell_height + self.gap)
        return Box(left, top, left + self.cell_width, top + self.cell_height)


@dataclass(frozen=True, slots=True)
class SheetJob:
    """One contact sheet to draw."""

    number: int  # from 1
    heading: str
    entries: tuple[tuple[Photo, bytes | None], ...]  # each photo with its preview
    bands: Mapping[int, str] = field(default_factory=dict)  # what is said of photos in place of the verdict, by number


def sheet_jobs(
    entries: Iterable[tuple[Photo, bytes | None]], count: int, heading: str, bands: Mapping[int, str] = _BY_VERDICT
) -> Iterator[SheetJob]:
    """The sheets of a batch of ``count`` photos, in order; where there are several, each says which it is.

    The entries are taken as the sheets are asked for. ``bands``: as in ``SheetJob``.
    """
    following, sheets = iter(entries), max(1, math.ceil(count / SHEET_PHOTOS))
    for number in range(1, sheets + 1):
        which = f"Sheet {number} of {sheets}: " if sheets > 1 else ""
        shown = tuple(islice(following, SHEET_PHOTOS))
        said = {photo.number: bands[photo.number] for photo, _ in shown if photo.number in bands}
        yield SheetJob(number, f"{which}{heading}", shown, said)


def draw_sheets(jobs: Iterable[SheetJob], count: int, spare: SpareWorkers) -> Iterator[tuple[int, bytes]]:
    """Each of so many sheets with its number, as it is drawn.

    A sheet that crashes the worker process is drawn without pictures.

    Raises:
        ImgvetError: one cannot be drawn even so.
    """
    lost = list[SheetJob]()
    for job, drawn in drawn_pictures(_draw, jobs, count, spare):
        if isinstance(drawn, LostJob):
            lost.append(replace(job, entries=tuple((photo, None) for photo, _ in job.entries)))
        else:
            yield job.number, drawn
    for job, drawn in drawn_pictures(_draw, lost, 1, spare):
        if isinstance(drawn, LostJob):
            raise ImgvetError(f"Contact sheet {job.number} could not be drawn. {drawn.reason}", "Run it again.")
        yield job.number, drawn


def _draw(_: None, job: SheetJob) -> bytes:
    return contact_sheet(job.entries, job.heading, job.bands)


def contact_sheet(
    entries: Sequence[tuple[Photo, bytes | None]], heading: str, bands: Mapping[int, str] = _BY_VERDICT
) -> bytes:
    """One sheet as a JPEG in sRGB without metadata.

    Each photo comes with its preview as JPEG bytes, or None. ``bands``: as in ``SheetJob``.

    Raises:
        ImgvetError: OpenCV cannot encode the sheet.
    """
    cells = Grid(len(entries))
    sheet = np.full((cells.height, cells.width, 3), _PAPER, np.uint8)
    font = cv2.FontFace("sans")
    _draw_heading(sheet, cells, heading, font)
    for index, (photo, preview) in enumerate(entries):
        place = cells.cell(index)
        cell = sheet[place.top : place.bottom, place.left : place.right]
        _draw_cell(cell, cells, (photo, preview), bands.get(photo.number) or verdict_words(photo), font)
    written, data = cv2.imencode(".jpg", sheet, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not written:
        size = f"{cells.width} x {cells.height}"
        raise ImgvetError(f"The contact sheet of {size} pixels could not be written as a JPEG.")
    return bytes(data)


def _draw_heading(sheet: Pixels, cells: Grid, heading: str, font: cv2.FontFace) -> None:
    size = round(cells.type_size * 1.6)
    text = _fitted(heading, cells.width - 2 * cells.gap, font, size, 600)
    write_on(sheet, text, (cells.gap, cells.heading_height // 2 + size // 2), _INK, font, size, 600)


def _draw_cell(cell: Pixels, cells: Grid, entry: tuple[Photo, bytes | None], words: str, font: cv2.FontFace) -> None:
    """One photo: its picture, its name, and those words on the colour of its verdict."""
    photo, preview = entry
    cell[:] = _CARD
    area = cell[: cells.picture_height]
    picture = _decoded(preview) if photo.verdict is not Verdict.FAILED else None
    if picture is None:
        _draw_absence(area, photo, font, cells.type_size)
    else:
        _draw_picture(area, photo, picture, font, cells.type_size)
    name = cell[cells.picture_height : cells.picture_height + cells.line_height]
    _draw_line(name, f"{photo.number}: {photo.name or 'no file'}", _INK, font, cells.type_size, 500)
    band = cell[cells.picture_height + cells.line_height :]
    band[:] = VERDICT_COLOURS[photo.verdict]
    _draw_line(band, words, _WHITE, font, cells.type_size, 700)


def _decoded(preview: bytes | None) -> Pixels | None:
    if not preview:
        return None
    picture = cv2.imdecode(np.frombuffer(preview, np.uint8), cv2.IMREAD_COLOR)
    return None if picture is None else np.asarray(picture, np.uint8)


def _draw_absence(area: Pixels, photo: Photo, font: cv2.FontFace, size: int) -> None:
    """A grey area with the reason, in place of a picture."""
    area[:] = _GREY
    reasons = (finding.reason for finding in photo.findings if finding.verdict is Verdict.FAILED)
    reason = photo.error or next(reasons, "no picture")
    line_height = round(size * 1.4)
    room = area.shape[0] // line_height - 1
    lines = list(_wrapped(reason, area.shape[1] - 2 * size, font, size))
    if len(lines) > room:
        lines = [*lines[: room - 1], _fitted(f"{lines[room - 1]} …", area.shape[1] - 2 * size, font, size, 400)]
    top = (area.shape[0] - line_height * len(lines)) // 2
    for number, line in enumerate(lines):
        write_on(area, line, (size, top + line_height * number + size), _INK, font, size, 400)


def _draw_picture(area: Pixels, photo: Photo, picture: Pixels, font: cv2.FontFace, size: int) -> None:
    """The picture fitted into the area and centred in it, its faces outlined and numbered."""
    area[:] = _MOUNT
    height, width = picture.shape[:2]
    scale = min(area.shape[1] / width, area.shape[0] / height)
    across, down = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = (area.shape[1] - across) // 2, (area.shape[0] - down) // 2
    shown = area[top : top + down, left : left + across]
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    shown[:] = cv2.resize(picture, (across, down), interpolation=way)
    if not photo.width or not photo.height:
        return
    draw_numbered_faces(shown, photo, font, max(9, round(size * 0.8)), thickness=max(1, round(size / 8)))


def _draw_line(strip: Pixels, text: str, colour: BgrColour, font: cv2.FontFace, size: int, weight: int) -> None:
    """One line of text in a strip, cut with an ellipsis if it is too long."""
    indent = round(size * 0.6)
    text = _fitted(text, strip.shape[1] - 2 * indent, font, size, weight)
    write_on(strip, text, (indent, (strip.shape[0] + round(size * 0.72)) // 2), colour, font, size, weight)


def _fitted(text: str, room: int, font: cv2.FontFace, size: int, weight: int) -> str:
    """The text, or its beginning with an ellipsis, as much as fits."""
    if width_of_text(text, font, size, weight) <= room:
        return text
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if width_of_text(f"{cut_text(text, middle)}…", font, size, weight) <= room:
            fits = middle
        else:
            too_long = middle
    return f"{cut_text(text, fits)}…"


def _wrapped(text: str, room: int, font: cv2.FontFace, size: int) -> Iterator[str]:
    """The text in lines that fit; a word longer than a line is cut."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and width_of_text(longer, font, size, 400) > room:
            yield _fitted(line, room, font, size, 400)
            line = word
        else:
            line = longer
    yield _fitted(line, room, font, size, 400)
