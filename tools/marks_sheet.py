"""One sheet of marks on hard backgrounds, each with the contrast that is measured in the encoded file.

``python tools/marks_sheet.py [FOLDER]`` or ``make marks-sheet``. Look at it after every change to how marks are drawn.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]  # for what is imported below

from sample_images import people, scenes
from sample_images.drawing import Pen, blank, developed

from imgvet.encode.encode import Label, encode_image
from imgvet.faces.detector import load_detector
from imgvet.geometry import Box
from imgvet.photo import Event
from imgvet.pixels import Pixels
from imgvet.profile import Channel, FaceSettings, ProofMarks, parse_profile
from imgvet.settings import Settings
from imgvet.watermarks.draw import WatermarkedImage, draw_watermarks
from imgvet.watermarks.load import LoadedWatermark, load_watermarks
from imgvet.watermarks.proof_pattern import draw_proof_pattern
from support.readability import decoded, letter_contrasts, letters_of, on_page, proof_letters, worst_contrast

COLUMNS, PANEL, GAP = 3, 800, 14  # of the sheet; the last two in pixels
PICTURE_HEIGHT = 460  # pixels at most
CROP_HEIGHT = 450  # pixels at most, of a mark at full size
PAGES = (255, 118, 0)  # grey levels of what a see-through picture may lie on
SECOND_LINE = 'line = "{date} · {licence}"'
PROFILE = """
organisation = {{ name = "Riverside Council", website = "www.riverside.example" }}
licence = {{ name = "CC BY-NC 4.0" }}
marks.copyright = {{ {0} }}
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One background, and what is put on it."""

    name: str
    draw: Callable[[], Pixels]
    keys: str = ""  # of [marks.copyright]
    alpha: Callable[[], Pixels] | None = None
    proof_marks: ProofMarks = "none"
    people: bool = False  # whether faces are looked for


def grey(levels: np.ndarray) -> Pixels:
    """Grey levels as a picture."""
    return np.ascontiguousarray(np.repeat(np.clip(levels, 0, 255)[:, :, np.newaxis], 3, axis=2), np.uint8)


def snow() -> Pixels:
    """White with soft hollows and a few stalks."""
    random = np.random.default_rng(1)
    hollows = cv2.resize(random.normal(244, 9, (9, 14)), (2400, 1600), interpolation=cv2.INTER_CUBIC)
    hollows[random.random((1600, 2400)) < 0.0004] = 96
    return grey(cv2.GaussianBlur(hollows, (0, 0), 1.2))


def night() -> Pixels:
    """Nearly black, with lamps and their light along the lower edge."""
    random = np.random.default_rng(2)
    picture = np.abs(random.normal(9, 6, (1600, 2400, 1))) * np.array([0.7, 0.8, 1.3])
    glow = np.zeros((1600, 2400, 3))
    for x in range(90, 2400, 210):
        colour = ((255, 210, 120), (255, 240, 220), (255, 90, 60))[x % 3]
        cv2.circle(glow, (x, int(random.integers(1400, 1590))), int(random.integers(10, 30)), colour, -1, cv2.LINE_AA)
    return np.asarray(np.clip(picture + glow + cv2.GaussianBlur(glow, (0, 0), 40) * 1.6, 0, 255), np.uint8)


def stripes() -> Pixels:
    """Black and white, as wide as the strokes of letters."""
    return grey(np.tile(np.where(np.arange(2400) // 6 % 2, 255, 0), (1600, 1)))


def checks() -> Pixels:
    """Large black and white squares."""
    return grey((np.indices((1600, 2400)) // 150).sum(axis=0) % 2 * 255)


def colours() -> Pixels:
    """Saturated stripes, as wide as a capital."""
    stripe = np.array(
        [(230, 0, 40), (0, 170, 80), (20, 60, 230), (250, 220, 0), (230, 0, 200), (0, 210, 230)], np.uint8
    )
    return np.ascontiguousarray(np.broadcast_to(stripe[np.arange(2400) // 34 % 6], (1600, 2400, 3)))


def noise() -> Pixels:
    """Every pixel at random."""
    return np.random.default_rng(5).integers(0, 256, (1600, 2400, 3)).astype(np.uint8)


def slope() -> Pixels:
    """From black to white across the copyright watermark."""
    return grey(np.tile(np.linspace(0, 620, 2400), (1600, 1)))


def calm_above() -> Pixels:
    """Grass in the sun below, a calm sky above: the marks go up."""
    random = np.random.default_rng(6)
    picture = np.empty((1600, 2400, 3))
    picture[:900] = np.linspace((90, 140, 210), (200, 220, 240), 900)[:, np.newaxis]
    blades = cv2.resize(random.normal(0, 55, (175, 1200)), (2400, 700), interpolation=cv2.INTER_CUBIC)
    picture[900:] = np.array((96, 140, 50)) + blades[:, :, np.newaxis]
    return np.clip(picture, 0, 255).astype(np.uint8)


def portrait() -> Pixels:
    """Somebody whose face is in the lower left corner."""
    pen = Pen(blank(720, 1080, (96, 158, 220), (226, 238, 242)))
    people.draw_person(pen.at(140, 930, 100), scenes.GABI)
    return cv2.resize(developed(pen.canvas, 3), (1440, 2160), interpolation=cv2.INTER_LINEAR).astype(np.uint8)


def enlarged(draw: Callable[[], Pixels], width: int, height: int) -> Callable[[], Pixels]:
    """The drawing at that size in pixels."""
    return lambda: np.asarray(cv2.resize(draw(), (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def see_through() -> Pixels:
    """A red ball, by itself."""
    return np.full((1600, 2400, 3), (200, 30, 60), np.uint8)


def ball() -> Pixels:
    """The transparency of the red ball."""
    return np.asarray(cv2.circle(np.zeros((1600, 2400), np.uint8), (1200, 800), 640, (255,), -1, cv2.LINE_AA), np.uint8)


CASES = (
    Case("snow", snow),
    Case("night", night),
    Case("crowd", enlarged(scenes.crowd, 2400, 1600), people=True),
    Case("stripes", stripes),
    Case("checks", checks),
    Case("saturated colours", colours),
    Case("noise", noise),
    Case("slope", slope),
    Case("calm above, busy below", calm_above),
    Case("portrait, face in the corner", portrait, people=True),
    Case("panorama 10:1", enlarged(scenes.panorama, 6000, 600)),
    Case("thumbnail, 300 pixels", enlarged(scenes.park, 300, 200)),
    Case("100 megapixels", enlarged(scenes.park, 12250, 8167)),
    Case("transparency", see_through, alpha=ball),
    Case("date and licence line", enlarged(scenes.park, 2400, 1600), SECOND_LINE),
    Case(
        "two lines with a PNG, on snow", snow, f'{SECOND_LINE}, image = "copyright-ring.png", text = "{{organisation}}"'
    ),
    Case("SVG logo", enlarged(scenes.engine, 2400, 1600), 'image = "camera.svg"'),
    Case("two lines with an SVG, on snow", snow, f'image = "camera.svg", {SECOND_LINE}'),
    Case("thumbnail, two lines", enlarged(scenes.park, 300, 200), SECOND_LINE),
    Case("proof marks: tile", enlarged(scenes.crowd, 2400, 1600), proof_marks="tile", people=True),
    Case("proof marks: diagonal", enlarged(scenes.crowd, 2400, 1600), proof_marks="diagonal", people=True),
    Case("proof marks: tile, SVG, snow", snow, 'image = "camera.svg"', proof_marks="tile"),
    Case("proof marks: diagonal, night", night, proof_marks="diagonal"),
    Case("proof marks: diagonal, panorama", enlarged(scenes.panorama, 6000, 600), proof_marks="diagonal"),
)


def main(folder: Path) -> None:
    """Draw every case, put the panels side by side, and write the sheet."""
    Image.MAX_IMAGE_PIXELS = None  # a hundred megapixels are one of the cases
    folder.mkdir(parents=True, exist_ok=True)
    panels = []
    for case in CASES:
        panel, told = panel_of(case)
        panels.append(panel)
        print(f"{case.name}: {told}", flush=True)
    rows = [panels[start : start + COLUMNS] for start in range(0, len(panels), COLUMNS)]
    sheet = np.vstack([np.hstack([padded(panel, max(len(each) for each in row)) for panel in row]) for row in rows])
    path = folder / "marks-sheet.png"
    cv2.imwrite(str(path), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    print(path)


def panel_of(case: Case) -> tuple[Pixels, str]:
    """The case as one panel of the sheet: the picture small, its marks at full size; and what was measured."""
    marks = marks_of(case)
    pixels, alpha = case.draw(), case.alpha() if case.alpha else None
    faces = [face.box for face in load_detector().find(pixels, FaceSettings())] if case.people else []
    marked = draw_watermarks(pixels, alpha, faces, marks)
    spared = [placed.box for placed in marked.placed]
    draw_proof_pattern(marked.pixels, marked.alpha, marks[0], case.proof_marks, spared)
    seen = published(marked)
    told = " · ".join([*measured(marked, marks, seen), *proof_measured(case, marks[0], seen[0])])
    height, width = seen[0].shape[:2]
    title = f"{case.name}   ({width} x {height}{f', {len(faces)} faces' if case.people else ''})"
    crops = [crop(page, placed.box) for placed in marked.placed for page in seen]
    if case.proof_marks != "none":
        middle = Box(width // 2 - PANEL // 2 + GAP, height // 2 - 150, width // 2 + PANEL // 2 - GAP, height // 2 + 150)
        crops.append(seen[0][middle.top : middle.bottom, middle.left : middle.right])
    parts = [text_row(title, bold=True), small(seen[len(seen) // 2], faces), *crops, text_row(told)]
    return np.vstack([centred(part) for part in parts]), told


def marks_of(case: Case) -> tuple[LoadedWatermark, ...]:
    """The marks of an invented council."""
    profile = parse_profile(PROFILE.format(case.keys), case.name)
    event = Event("Open day", date(2026, 6, 14))
    return load_watermarks(Settings(profile, event, profile_folder=ROOT / "watermarks", proof_marks=case.proof_marks))


def published(marked: WatermarkedImage) -> list[Pixels]:
    """The picture as it is read back from the file that would be published; on each page where it is see-through."""
    channel = Channel(long_side=30000)
    data = encode_image(marked.pixels, marked.alpha, marked.alpha is not None, channel, Label(b"")).data
    return [decoded(data)] if marked.alpha is None else [on_page(data, level) for level in PAGES]


def measured(marked: WatermarkedImage, marks: tuple[LoadedWatermark, ...], seen: list[Pixels]) -> Iterator[str]:
    """For each mark where it stands, how high its letters are, and the contrast of its worst letter."""
    by_name = {mark.name: mark for mark in marks}
    for placed in marked.placed:
        box, letters = placed.letters, letters_of(by_name[placed.name], placed.height)
        contrast = min(worst_contrast(page[box.top : box.bottom, box.left : box.right], letters) for page in seen)
        yield f"{placed.corner}, {placed.height} px: {contrast:.1f} : 1"
    yield from (f"{name}: no room" for name in marked.unplaced)


def proof_measured(case: Case, mark: LoadedWatermark, seen: Pixels) -> Iterator[str]:
    """The contrast of proof marks' letters with their rim: of one in twenty, and of one in two."""
    if case.proof_marks == "none":
        return
    letters = proof_letters(mark, case.proof_marks, (seen.shape[1], seen.shape[0]))
    few, half = np.percentile(letter_contrasts(seen, letters, 3, white=True), (5, 50))
    yield f"proof: {few:.1f} to {half:.1f} : 1"


# Laying out


def small(pixels: Pixels, faces: list[Box]) -> Pixels:
    """The picture as small as fits, with the faces framed."""
    height, width = pixels.shape[:2]
    scale = min(1.0, (PANEL - 2 * GAP) / width, PICTURE_HEIGHT / height)
    fitted = cv2.resize(pixels, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    for face in faces:
        left, top, right, bottom = face.scaled(scale, scale).as_list()
        cv2.rectangle(fitted, (left, top), (right, bottom), (255, 60, 160), 1)
    return np.asarray(fitted, np.uint8)


def crop(pixels: Pixels, box: Box) -> Pixels:
    """The mark with a little around it, at full size, or as much of it as fits."""
    room = min(box.height // 3, 40)
    around = Box(box.left - room, box.top - room, box.right + room, box.bottom + room)
    left, top, right, bottom = around.clipped(pixels.shape[1], pixels.shape[0]).as_list()
    return pixels[max(top, bottom - CROP_HEIGHT) : bottom, left : min(right, left + PANEL - 2 * GAP)]


def centred(part: Pixels) -> Pixels:
    """The part on white, as wide as a panel."""
    across = PANEL - part.shape[1]
    white = (255, 255, 255)
    framed = cv2.copyMakeBorder(part, 4, 4, across // 2, across - across // 2, cv2.BORDER_CONSTANT, value=white)
    return np.asarray(framed, np.uint8)


def padded(panel: Pixels, height: int) -> Pixels:
    """The panel on white, as high as its row."""
    below = height - len(panel) + GAP
    return np.asarray(cv2.copyMakeBorder(panel, 0, below, 0, 0, cv2.BORDER_CONSTANT, value=(255,) * 3), np.uint8)


def text_row(text: str, *, bold: bool = False) -> Pixels:
    """A line of text, dark on white."""
    row = np.full((26, PANEL - 2 * GAP, 3), 255, np.uint8)
    cv2.putText(row, text, (0, 19), (20, 20, 24), cv2.FontFace("sans"), 15, 700 if bold else 400)
    return row


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "marks-sheet"))
