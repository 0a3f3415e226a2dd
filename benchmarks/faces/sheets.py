"""Sheets of crops to look at: the labels that were missed, and the boxes that hit nothing."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.faces.detectors import OWN
from benchmarks.faces.figures import all_faces, judged_look
from benchmarks.faces.looking import Seen
from benchmarks.faces.matching import CLASSES, size_class
from benchmarks.faces.photos import BenchPhoto, open_photo
from imgvet.geometry import Box
from imgvet.photo import Face
from imgvet.pixels import Pixels

COLUMNS = 10
ROWS = 6  # crops on a sheet: at most COLUMNS × ROWS
_SIDE = 156  # pixels of a crop
_GAP = 8
_FEWEST_ACROSS = 4  # crops that a heading has room over
_CAPTION = 34  # two lines
_HEADING = 34
_AROUND = 3.0  # side of a crop in sides of its box
_LEAST = 48  # pixels of the photo that a crop shows at least
_PAPER, _INK, _FAINT = (250, 250, 248), (25, 28, 32), (105, 110, 116)
_MISSED, _FALSE = (255, 214, 10), (255, 59, 48)  # colours of boxes
_WHERE_FALSE = {
    "labelled": "On labelled photos, where no label is",
    "clean": "On photos without faces",
    "hard": "On statues, dolls and drawings",
}


@dataclass(frozen=True, slots=True)
class Crop:
    """One crop: where it is from, what is framed in it, and what stands beneath."""

    photo: BenchPhoto
    box: Box
    group: str
    order: tuple[int, float]  # of its group, and within it
    words: str
    colour: tuple[int, int, int]


def write_sheets(seen: Sequence[Seen], folder: Path) -> list[Path]:
    """Write ``misses-NN.jpg`` and ``false-NN.jpg`` of imgvet's own detector anew; the files that were written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for stem, crops in (("misses", misses(seen)), ("false", false_boxes(seen))):
        for old in folder.glob(f"{stem}-[0-9][0-9].jpg"):
            old.unlink()
        for number, page in enumerate(pages(crops), start=1):
            path = folder / f"{stem}-{number:02}.jpg"
            draw_sheet(page).save(path, quality=92)
            written.append(path)
    return written


def misses(seen: Sequence[Seen]) -> list[Crop]:
    """Labels that were not found, or only as possible; by size, missed ones first."""
    crops = [crop for each in seen if each.photo.kind == "labelled" for crop in _missed(each)]
    return sorted(crops, key=lambda crop: crop.order)


def false_boxes(seen: Sequence[Seen]) -> list[Crop]:
    """Boxes that hit nothing, or that lie in photos without faces; by kind of photo, the surest first."""
    crops = [
        Crop(each.photo, face.box, group, (number, -face.score), _score_words(face), _FALSE)
        for number, (kind, group) in enumerate(_WHERE_FALSE.items())
        for each in seen
        if each.photo.kind == kind
        for face in judged_look(each, all_faces(each.looks[OWN])).false
    ]
    return sorted(crops, key=lambda crop: crop.order)


def pages(crops: Iterable[Crop]) -> Iterator[list[list[Crop]]]:
    """Rows of crops, sheet by sheet; a row holds crops of one group."""
    rows = [
        group[at : at + COLUMNS]
        for group in (list(members) for _, members in groupby(crops, key=lambda crop: crop.group))
        for at in range(0, len(group), COLUMNS)
    ]
    for at in range(0, len(rows), ROWS):
        yield rows[at : at + ROWS]


def draw_sheet(rows: Sequence[Sequence[Crop]]) -> Image.Image:
    """One sheet; a heading stands above each group's first row."""
    headed = [at == 0 or row[0].group != rows[at - 1][0].group for at, row in enumerate(rows)]
    cell = _SIDE + _CAPTION + _GAP
    across = max(_FEWEST_ACROSS, *(len(row) for row in rows))
    size = (across * (_SIDE + _GAP) + _GAP, len(rows) * cell + sum(headed) * _HEADING + 2 * _GAP)
    sheet = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    top = _GAP
    for row, has_heading in zip(rows, headed, strict=True):
        if has_heading:
            draw.text((_GAP, top + 4), row[0].group, _INK, ImageFont.load_default(18))
            top += _HEADING
        for column, crop in enumerate(row):
            _put(sheet, draw, crop, (_GAP + column * (_SIDE + _GAP), top))
        top += cell
    return sheet


def cut_out(pixels: Pixels, box: Box) -> tuple[Pixels, Box]:
    """A square of the picture around the box, enlarged or shrunk to a crop, grey beyond the edge; and the box in it."""
    side = round(max(_LEAST, _AROUND * max(box.width, box.height)))
    left, top = (box.left + box.right - side) // 2, (box.top + box.bottom - side) // 2
    height, width = pixels.shape[:2]
    inside = Box(left, top, left + side, top + side).clipped(width, height)
    square = np.full((side, side, 3), 200, np.uint8)
    part = pixels[inside.top : inside.bottom, inside.left : inside.right]
    square[inside.top - top : inside.bottom - top, inside.left - left : inside.right - left] = part
    how = cv2.INTER_AREA if side > _SIDE else cv2.INTER_CUBIC
    scale = _SIDE / side
    moved = Box(box.left - left, box.top - top, box.right - left, box.bottom - top).scaled(scale, scale)
    return np.asarray(cv2.resize(square, (_SIDE, _SIDE), interpolation=how), np.uint8), moved


def _put(sheet: Image.Image, draw: ImageDraw.ImageDraw, crop: Crop, at: tuple[int, int]) -> None:
    pixels, box = cut_out(open_photo(crop.photo).pixels, crop.box)
    picture = Image.fromarray(pixels)
    frame = ImageDraw.Draw(picture)
    frame.rectangle((box.left - 3, box.top - 3, box.right + 2, box.bottom + 2), outline=(0, 0, 0))
    frame.rectangle((box.left - 2, box.top - 2, box.right + 1, box.bottom + 1), outline=crop.colour, width=2)
    sheet.paste(picture, at)
    font = ImageFont.load_default(12)
    draw.text((at[0], at[1] + _SIDE + 2), crop.words, _INK, font)
    draw.text((at[0], at[1] + _SIDE + 17), _fitting(crop.photo.name, font), _FAINT, font)


def _missed(seen: Seen) -> Iterator[Crop]:
    judged = judged_look(seen, all_faces(seen.looks[OWN]))
    for label, hit in zip(seen.photo.faces, judged.hits, strict=True):
        if hit is None or hit.possible:
            side = round(min(label.width, label.height) * seen.published)
            words = f"{side} px, missed" if hit is None else f"{side} px, {_score_words(hit)}"
            size = size_class(label, seen.published)
            group = f"{size.replace('–', ' to ')} px: missed, then found as possible only"
            order = (CLASSES.index(size), -1 if hit is None else hit.score)
            yield Crop(seen.photo, label, group, order, words, _MISSED)


def _score_words(face: Face) -> str:
    score = math.floor(100 * face.score) / 100  # rounded up it could seem to reach the threshold
    return f"{'possible' if face.possible else 'likely'} {score:.2f}"


def _fitting(name: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """The name, its middle left out where it is wider than a crop."""
    if font.getlength(name) <= _SIDE:
        return name
    for kept in range(len(name) - 1, 0, -1):
        short = f"{name[: kept // 3]}…{name[-(kept - kept // 3) :]}"
        if font.getlength(short) <= _SIDE:
            return short
    return "…"
