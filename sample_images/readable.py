"""Pictures in which something can be read that must not be published: RGB arrays, 8 bits. All of it is made up."""

from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from sample_images.drawing import Colour, Pen, Points, blank, developed
from sample_images.scenery import CHEERFUL, bunting, bush, clouds, hills, meadow, tree

_Pixels: TypeAlias = NDArray[np.uint8]
_Draw: TypeAlias = Callable[[ImageDraw.ImageDraw], None]

GRAIN = 1.3  # standard deviation of the film grain, in grey levels
INK: Colour = (34, 38, 52)


def _font(size: float) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)  # noqa: S101 - Pillow's wheels all bring FreeType
    return font


def _lettered(picture: _Pixels, corners: Points, size: tuple[int, int], draw: _Draw) -> _Pixels:
    """The picture with a sheet of that size laid between four corners: top left, top right, bottom right, bottom left.

    ``draw`` draws on the sheet, which is transparent where nothing is drawn, at four times its size.
    """
    across, down = size[0] * 4, size[1] * 4
    sheet = Image.new("RGBA", (across, down), (0, 0, 0, 0))
    draw(ImageDraw.Draw(sheet))
    source = np.array([(0, 0), (across, 0), (across, down), (0, down)], np.float32)
    turn = cv2.getPerspectiveTransform(source, np.array(corners, np.float32) * 2)
    height, width = picture.shape[:2]
    layer = np.asarray(sheet, np.float32)
    layer[..., :3] *= layer[..., 3:] / 255
    laid = cv2.warpPerspective(layer, turn, (width * 2, height * 2), flags=cv2.INTER_AREA)
    laid = np.asarray(cv2.GaussianBlur(cv2.resize(laid, (width, height), interpolation=cv2.INTER_AREA), (0, 0), 0.5))
    clear = 1 - laid[..., 3:] / 255
    return np.clip(np.round(picture * clear + laid[..., :3]), 0, 255).astype(np.uint8)


def _plain(colour: Colour) -> tuple[int, int, int]:
    red, green, blue = (round(value) for value in colour)
    return red, green, blue


def whiteboard() -> _Pixels:
    """A briefing room's whiteboard, 1080 by 720: a marking, and the name of a suspect."""
    pen = Pen(blank(1080, 720, (206, 204, 196), (184, 180, 170)))
    pen.paint(pen.box(-4, 640, 1084, 724), (120, 96, 74))
    pen.paint(pen.box(-4, 632, 1084, 648, 1), (150, 124, 98))
    frame: Points = [(150, 92), (930, 70), (944, 560), (142, 548)]
    pen.paint(pen.shape([(x + 10, y + 14) for x, y in frame], 14, curved=False), (90, 86, 80), 0.6)
    pen.paint(pen.shape(frame, 0.6, curved=False), (140, 146, 152))
    board: Points = [(164, 106), (918, 85), (930, 546), (156, 535)]
    surface = pen.shape(board, 0.6, curved=False)
    pen.paint(surface, (246, 247, 246))
    pen.paint(
        pen.shape([(520, 60), (700, 60), (420, 600), (250, 600)], 40, curved=False), (255, 255, 255), 0.8, surface
    )
    pen.paint(pen.shape([(200, 552), (560, 556), (560, 572), (200, 567)], 1, curved=False), (120, 126, 132))
    for number, colour in enumerate(((40, 60, 150), (190, 40, 44), (40, 130, 70))):
        left = 240 + number * 84
        pen.paint(pen.line([(left, 552), (left + 58, 553)], 9, 0.4), (238, 238, 236))
        pen.paint(pen.line([(left + 44, 553), (left + 58, 553)], 9, 0.4), colour)
    for x, y, tint in ((984, 240, CHEERFUL[1]), (1000, 340, CHEERFUL[2])):
        pen.paint(pen.shape([(x, y), (x + 62, y - 4), (x + 66, y + 62), (x + 4, y + 66)], 0.5, curved=False), tint)
    picture = developed(pen.canvas, 31, GRAIN)

    def write(brush: ImageDraw.ImageDraw) -> None:
        brush.text((1500, 190), "OFFICIAL-SENSITIVE", (184, 34, 40), _font(250), "mm")
        brush.line([(500, 330), (2500, 322)], (184, 34, 40), 14)
        for row, (text, ink) in enumerate((
            ("Suspect: Robin Madeup", (36, 52, 140)), ("seen 11.40, back gate", (36, 52, 140)),
            ("Log 345 of 14 June", (34, 116, 64)), ("brief all crews by 13.00", INK),
        )):  # fmt: skip
            brush.text((230, 520 + row * 330), text, _plain(ink), _font(210), "lm")

    return _lettered(picture, board, (770, 450), write)


def parked_car() -> _Pixels:
    """A car from behind, at the kerb, 1080 by 720, with its registration."""
    pen = Pen(blank(1080, 720, (118, 172, 222), (228, 236, 238)))
    clouds(pen, 1080, 260, 211)
    hills(pen, 1080, 330, (112, 152, 114), 212)
    for number, x in enumerate((60, 250, 850, 1020)):
        tree(pen.at(x, 410, 250 + number * 20), (86, 140, 66), 213 + number)
    meadow(pen, 1080, 392, 470, 217)
    pen.paint(pen.box(-4, 458, 1084, 724), (112, 114, 118))
    pen.paint(pen.box(-4, 452, 1084, 472, 1), (196, 192, 184))
    for left in (40, 420, 800):
        pen.paint(pen.shape([(left, 690), (left + 220, 690), (left + 214, 706), (left - 8, 706)], 1, curved=False),
                  (226, 224, 216))  # fmt: skip
    _car(pen.at(540, 640, 250), (176, 44, 52))
    picture = developed(pen.canvas, 32, GRAIN)

    def write(brush: ImageDraw.ImageDraw) -> None:
        brush.rounded_rectangle((0, 0, 831, 175), 24, (246, 206, 46), (40, 38, 30), 8)
        brush.rectangle((12, 12, 78, 164), (24, 62, 150))
        brush.text((45, 120), "UK", (250, 250, 250), _font(46), "mm")
        brush.text((462, 92), "BD51 SMR", (18, 18, 20), _font(142), "mm", stroke_width=4, stroke_fill=(18, 18, 20))

    return _lettered(picture, [(436, 504), (644, 504), (644, 548), (436, 548)], (208, 44), write)


def _car(pen: Pen, paint: Colour) -> None:
    """A car from behind; the origin is the middle of its foot, 1 unit is half its width."""
    dark: Colour = (paint[0] * 0.55, paint[1] * 0.55, paint[2] * 0.55)
    pen.paint(pen.ellipse(0, 0.02, 1.12, 0.08, 0.05), (40, 42, 46), 0.7)
    for x in (-0.82, 0.82):
        pen.paint(pen.box(x - 0.13, -0.3, x + 0.13, 0.02, 0.02), (26, 26, 30))
    flank: Points = [(0.9, -0.86), (1.0, -0.62), (0.98, -0.2), (0.9, -0.12)]
    body = pen.shape([*flank, *((-x, y) for x, y in reversed(flank))], 0.006)
    roof = pen.shape([(-0.86, -0.82), (-0.7, -1.26), (-0.5, -1.36), (0.5, -1.36), (0.7, -1.26), (0.86, -0.82)], 0.006)
    pen.paint(roof, paint)
    pen.paint(
        pen.shape([(-0.72, -0.86), (-0.6, -1.22), (0.6, -1.22), (0.72, -0.86)], 0.01, curved=False), (60, 82, 102)
    )
    pen.paint(
        pen.shape([(-0.4, -0.88), (-0.28, -1.2), (0.06, -1.2), (-0.1, -0.88)], 0.03, curved=False), (190, 214, 228), 0.5
    )
    pen.paint(body, paint)
    pen.paint(pen.box(-1, -0.9, 1, -0.76, 0.05), (255, 190, 180), 0.35, body)
    pen.paint(pen.box(-1.02, -0.34, 1.02, -0.1, 0.02), dark, 0.85, body)
    pen.paint(pen.box(-0.44, -0.58, 0.44, -0.35, 0.01), dark, 0.8, body)
    for side in (-1, 1):
        lamp = pen.shape([(side * 0.97, -0.72), (side * 0.62, -0.74), (side * 0.6, -0.6), (side * 0.97, -0.56)], 0.006,
                         curved=False)  # fmt: skip
        pen.paint(lamp, (214, 36, 40))
        pen.paint(pen.ellipse(side * 0.84, -0.66, 0.1, 0.04, 0.03), (255, 170, 150), 0.8, lamp)
        pen.paint(pen.ellipse(side * 0.7, -0.22, 0.07, 0.03, 0.01), (236, 150, 60))
    pen.paint(pen.box(-0.12, -0.8, 0.12, -0.76, 0.004), (210, 214, 218))


def doorstep() -> _Pixels:
    """A front door with its number, and the sign of the street beside it, 900 by 675."""
    brick: Colour = (156, 88, 70)
    pen = Pen(blank(900, 675, brick, (132, 72, 58)))
    courses = [[(-10.0, y), (910.0, y)] for y in range(6, 680, 22)]
    joints = [
        [(x + (11.0 if row % 2 else 33.0), y), (x + (11.0 if row % 2 else 33.0), y + 22.0)]
        for row, y in enumerate(range(6, 680, 22)) for x in range(-20, 920, 44)
    ]  # fmt: skip
    pen.paint(pen.lines(courses, 2.4, 0.4, curved=False), (204, 176, 158), 0.7)
    pen.paint(pen.lines(joints, 2.2, 0.4, curved=False), (204, 176, 158), 0.6)
    pen.paint(pen.box(92, 96, 392, 680, 3), (70, 40, 34), 0.5)
    pen.paint(pen.box(84, 88, 384, 680, 0.6), (242, 240, 232))
    pen.paint(pen.box(108, 112, 360, 680, 0.6), (36, 92, 82))
    pen.paint(pen.box(130, 136, 338, 200, 0.6), (150, 186, 200))
    pen.paint(pen.shape([(130, 136), (240, 136), (180, 200), (130, 200)], 4, curved=False), (226, 238, 242), 0.6)
    for left, top, bottom in ((132, 300, 440), (244, 300, 440), (132, 480, 660), (244, 480, 660)):
        pen.paint(pen.box(left, top, left + 92, bottom, 1), (22, 66, 60))
        pen.paint(pen.box(left + 8, top + 8, left + 84, bottom - 8, 1), (44, 104, 94))
    pen.paint(pen.ellipse(346, 460, 9, 9, 0.8), (228, 192, 96))
    pen.paint(pen.box(190, 452, 280, 466, 0.8), (222, 188, 92))
    pen.paint(pen.box(60, 640, 420, 680, 1), (170, 168, 162))
    for x in (470, 560, 800):
        pen.paint(
            pen.shape([(x - 44, 680), (x - 34, 590), (x + 34, 590), (x + 44, 680)], 1, curved=False), (176, 96, 62)
        )
        bush(pen.at(x, 600, 92), CHEERFUL[(x // 90) % 6], x)
    pen.paint(pen.box(478, 176, 862, 268, 3), (60, 34, 28), 0.6)
    pen.paint(pen.box(470, 168, 854, 260, 0.5), (250, 250, 246))
    picture = developed(pen.canvas, 33, GRAIN)

    def sign(brush: ImageDraw.ImageDraw) -> None:
        brush.rectangle((20, 20, 1515, 347), None, (24, 24, 28), 12)
        brush.text(
            (700, 184), "ACACIA AVENUE", (22, 22, 26), _font(150), "mm", stroke_width=3, stroke_fill=(22, 22, 26)
        )
        brush.text((1400, 184), "B12", (176, 30, 40), _font(110), "mm", stroke_width=2, stroke_fill=(176, 30, 40))

    def number(brush: ImageDraw.ImageDraw) -> None:
        brush.text((200, 120), "14", (232, 200, 110), _font(210), "mm", stroke_width=6, stroke_fill=(232, 200, 110))

    lettered = _lettered(picture, [(470, 168), (854, 168), (854, 260), (470, 260)], (384, 92), sign)
    return _lettered(lettered, [(184, 222), (284, 222), (284, 282), (184, 282)], (100, 60), number)


def school_badge() -> _Pixels:
    """A child's badge on a school jumper, 900 by 675."""
    pen = Pen(blank(900, 675, (36, 62, 122), (24, 44, 92)))
    knit = [[(float(x), -10.0), (x + 6.0, 340.0), (float(x), 690.0)] for x in range(4, 900, 13)]
    pen.paint(pen.lines(knit, 3, 1.2), (52, 84, 150), 0.5)
    pen.paint(pen.shape([(330, -10), (450, 190), (570, -10)], 1, curved=False), (246, 246, 242))
    pen.paint(pen.shape([(316, -10), (450, 214), (584, -10), (560, -10), (450, 172), (340, -10)], 1, curved=False),
              (190, 160, 60))  # fmt: skip
    for side in (-1, 1):
        pen.paint(
            pen.line([(450 + side * 150, -10), (450 + side * 66, 180), (450 + side * 16, 270)], 15, 0.5), (196, 48, 62)
        )
    pen.paint(pen.box(436, 250, 464, 296, 1), (190, 194, 200))
    card: Points = [(246, 292), (660, 286), (668, 566), (240, 572)]
    pen.paint(pen.shape([(x + 8, y + 12) for x, y in card], 10, curved=False), (10, 20, 44), 0.7)
    pen.paint(pen.shape(card, 0.6, curved=False), (250, 250, 247))
    pen.paint(pen.shape([(246, 292), (660, 286), (662, 346), (245, 352)], 0.6, curved=False), (44, 124, 96))
    picture = developed(pen.canvas, 34, GRAIN)

    def write(brush: ImageDraw.ImageDraw) -> None:
        brush.text((840, 118), "Oakfield Primary School", (250, 250, 246), _font(122), "mm")
        brush.text((840, 520), "Robin Madeup", _plain(INK), _font(210), "mm")
        brush.text((840, 800), "Class 4B", (90, 94, 108), _font(150), "mm")

    return _lettered(picture, card, (420, 282), write)


def ticket() -> _Pixels:
    """A hand-held ticket with its code, 900 by 675."""
    pen = Pen(blank(900, 675, (118, 172, 222), (200, 216, 190)))
    meadow(pen, 900, 400, 680, 251)
    tree(pen.at(110, 430, 320), (86, 140, 66), 252)
    tree(pen.at(820, 420, 280), (110, 150, 60), 253)
    for left in (-4, 450):
        bunting(pen, (left, 40), (left + 458, 48), 40, 9)
    paper: Points = [(232, 150), (690, 176), (664, 560), (204, 532)]
    pen.paint(pen.shape([(x + 10, y + 16) for x, y in paper], 12, curved=False), (40, 60, 40), 0.6)
    pen.paint(pen.shape(paper, 0.6, curved=False), (250, 246, 232))
    pen.paint(pen.shape([(232, 150), (690, 176), (685, 250), (226, 224)], 0.6, curved=False), (206, 96, 60))
    skin: Colour = (224, 172, 140)
    thumb = pen.shape([(120, 690), (150, 560), (214, 486), (262, 472), (282, 500), (252, 556), (232, 690)], 1)
    pen.paint(thumb, skin)
    pen.paint(pen.shape([(226, 486), (260, 476), (274, 496), (246, 514)], 1), (246, 206, 190))
    picture = developed(pen.canvas, 35, GRAIN)

    def write(brush: ImageDraw.ImageDraw) -> None:
        brush.text((900, 150), "OPEN DAY 2026", (252, 248, 238), _font(170), "mm")
        code = cv2.QRCodeEncoder.create().encode("PLANTED-TICKET made up, admits nobody")
        side = code.shape[0]
        for row, column in np.argwhere(code == 0):
            left, top, step = 640, 420, 1000 / side
            box = (left + column * step, top + row * step, left + (column + 1) * step, top + (row + 1) * step)
            brush.rectangle(box, (20, 20, 24))
        brush.text((1240, 1490), "Admit one", (90, 84, 76), _font(90), "mm")

    return _lettered(picture, paper, (460, 386), write)
