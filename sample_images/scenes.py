"""The sample pictures themselves, before anything private is put into their files: RGB arrays, 8 bits."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from sample_images.drawing import Canvas, Colour, Pen, blank, developed
from sample_images.people import BROWN, DARK, FAIR, OLIVE, ROSY, TAN, Person, draw_person
from sample_images.scenery import (
    CHEERFUL,
    balloon,
    bandstand,
    bridge,
    bunting,
    bush,
    clouds,
    dog,
    drum,
    fire_engine,
    hills,
    horse,
    meadow,
    river,
    stall,
    town_hall,
    tree,
    trumpet,
    tuba,
)

Picture: TypeAlias = NDArray[np.uint8]

GRAIN = 1.3  # standard deviation of the film grain, in grey levels
GREEN: Colour = (86, 140, 66)

ALEX = Person(BROWN, (30, 22, 20), (30, 36, 56), "bun", "police", seed=7)
BO = Person(FAIR, (150, 96, 52), (44, 84, 140), "long", eyes=(70, 110, 140), seed=2)
CHRIS = Person(DARK, (28, 22, 22), (176, 56, 56), "curly", seed=3)
DEE = Person(TAN, (52, 100, 126), (84, 60, 96), "hijab", seed=6)
EDI = Person(ROSY, (186, 186, 190), (66, 96, 70), "short", glasses=True, eyes=(80, 120, 90), seed=5)
FRAN = Person(FAIR, (196, 120, 60), (60, 62, 70), "short", "fire", eyes=(74, 104, 70), seed=8)
GABI = Person(ROSY, (220, 180, 110), (60, 140, 150), "bob", "straw", eyes=(90, 130, 160), seed=9)
HARI = Person(OLIVE, (36, 26, 24), (196, 140, 50), "short", beard=True, seed=4)


def _park(width: int, height: int, seed: int) -> Pen:
    """Sky, hills and grass."""
    canvas: Canvas = blank(width, height, (96, 158, 220), (226, 238, 242))
    pen = Pen(canvas)
    clouds(pen, width, height * 0.42, seed)
    hills(pen, width, height * 0.5, (134, 164, 168), seed + 1)
    hills(pen, width, height * 0.545, (112, 152, 114), seed + 2)
    meadow(pen, width, height * 0.6, height, seed)
    return pen


def _garland(pen: Pen, width: int, level: float, count: int) -> None:
    step = width / count
    for number in range(count):
        bunting(pen, (step * number - 4, level), (step * (number + 1) + 4, level + 8), 46, 10)


def officer_portrait() -> Picture:
    """One police officer in the park, upright 720 by 1080."""
    pen = _park(720, 1080, 11)
    tree(pen.at(90, 720, 420), GREEN, 1)
    tree(pen.at(640, 700, 300), (110, 150, 60), 2)
    _garland(pen, 720, 110, 2)
    stall(pen.at(560, 840, 170), CHEERFUL[2])
    draw_person(pen.at(340, 520, 112), ALEX)
    return developed(pen.canvas, 1, GRAIN)


GROUP_FACES = ((190, 262), (424, 240), (656, 266), (890, 244))  # centres, pixels
GROUP_UNIT = 62  # pixels, half the width of a face


def group() -> Picture:
    """Four visitors in front of the stalls, 1080 by 720."""
    pen = _park(1080, 720, 21)
    tree(pen.at(60, 480, 300), GREEN, 3)
    stall(pen.at(310, 500, 190), CHEERFUL[0])
    stall(pen.at(800, 510, 190), CHEERFUL[3])
    _garland(pen, 1080, 44, 3)
    for person, (x, y) in zip((BO, CHRIS, DEE, EDI), GROUP_FACES, strict=True):
        draw_person(pen.at(x, y, GROUP_UNIT), person)
    return developed(pen.canvas, 2, GRAIN)


def park() -> Picture:
    """Trees, a pond and balloons, 1080 by 720."""
    pen = _park(1080, 720, 31)
    for number, (x, y, size) in enumerate(((130, 500, 330), (330, 470, 190), (520, 455, 140), (930, 520, 370))):
        tree(pen.at(x, y, size), GREEN if number % 2 == 0 else (120, 156, 64), number + 4)
    shore = pen.ellipse(560, 590, 330, 62, 3)
    pen.paint(shore, (70, 110, 60))
    water = pen.ellipse(560, 592, 318, 54, 2)
    pen.paint(water, (96, 156, 200))
    pen.paint(pen.ellipse(480, 575, 220, 22, 12), (214, 232, 244), 0.6, water)
    pen.paint(pen.ellipse(700, 620, 220, 30, 12), (44, 92, 120), 0.6, water)
    for number, x in enumerate((650, 694, 738, 782)):
        balloon(pen.at(x, 300 + (number % 2) * 44 - number * 12, 30), CHEERFUL[number])
    bush(pen.at(150, 672, 110), CHEERFUL[0], 5)
    bush(pen.at(960, 680, 120), CHEERFUL[1], 6)
    return developed(pen.canvas, 3, GRAIN)


def square() -> Picture:
    """The town hall, 1080 by 720."""
    pen = _park(1080, 720, 41)
    tree(pen.at(40, 560, 330), GREEN, 8)
    tree(pen.at(1040, 560, 330), GREEN, 9)
    town_hall(pen.at(540, 600, 400 * 0.82))
    path = pen.shape([(470, 628), (610, 628), (760, 730), (320, 730)], 1.5, curved=False)
    pen.paint(path, (206, 196, 178))
    bush(pen.at(240, 660, 90), CHEERFUL[0], 7)
    bush(pen.at(840, 660, 90), CHEERFUL[4], 8)
    return developed(pen.canvas, 4, GRAIN)


def back_of_the_square() -> Picture:
    """What the same camera saw a moment before: the fire station's yard, 480 by 320."""
    pen = _park(480, 320, 45)
    fire_engine(pen.at(250, 270, 180))
    return developed(pen.canvas, 5, GRAIN)


def engine() -> Picture:
    """A fire engine at the town hall, 1080 by 720."""
    pen = _park(1080, 720, 51)
    tree(pen.at(980, 520, 340), GREEN, 10)
    town_hall(pen.at(760, 520, 230))
    road = pen.box(-10, 590, 1100, 730, 2)
    pen.paint(road, (112, 116, 124))
    pen.paint(pen.box(-10, 590, 1100, 600, 2), (190, 188, 184), 1.0, road)
    for x in range(20, 1080, 170):
        pen.paint(pen.box(x, 690, x + 90, 699, 1), (236, 234, 226), 0.9, road)
    _garland(pen, 1080, 60, 3)
    fire_engine(pen.at(440, 650, 370))
    return developed(pen.canvas, 6, GRAIN)


def balloons() -> NDArray[np.float32]:
    """Balloons in the evening sky, 420 by 280, as float colours for a deep file."""
    pen = Pen(blank(420, 280, (70, 96, 168), (250, 196, 150)))
    for number in range(9):
        size = 20 + (number * 7) % 17
        balloon(pen.at(40 + number * 43, 80 + (number * 67) % 110, size), CHEERFUL[number % 6])
    return np.asarray(pen.canvas.reshape(280, 2, 420, 2, 3).mean(axis=(1, 3)), np.float32)


def police_horse() -> Picture:
    """A police horse under trees, 1080 by 720."""
    pen = _park(1080, 720, 61)
    for number, (x, y, size) in enumerate(((90, 480, 300), (960, 500, 360), (760, 460, 170))):
        tree(pen.at(x, y, size), GREEN, number + 11)
    _garland(pen, 1080, 50, 3)
    horse(pen.at(560, 650, 310))
    bush(pen.at(930, 660, 100), CHEERFUL[5], 9)
    return developed(pen.canvas, 7, GRAIN)


def panorama() -> Picture:
    """The old bridge, 1500 by 500."""
    pen = Pen(blank(1500, 500, (96, 158, 220), (240, 230, 214)))
    clouds(pen, 1500, 210, 71)
    clouds(pen, 1500, 190, 72)
    hills(pen, 1500, 176, (134, 164, 168), 73)
    hills(pen, 1500, 206, (112, 152, 114), 74)
    town_hall(pen.at(1090, 250, 96))
    for number, x in enumerate((40, 210, 420, 690, 900, 1250, 1370, 1480)):
        tree(pen.at(x, 270, 120 + (number * 37) % 60), GREEN, number + 15)
    river(pen, 1500, 340, 500)
    bridge(pen.at(70, 366, 170), 8)
    for left in range(70, 1400, 340):
        bunting(pen, (left, 190), (left + 340, 190), 18, 18)
    return developed(pen.canvas, 8, GRAIN)


def firefighter() -> Picture:
    """A firefighter by the engine, 600 by 900."""
    pen = _park(600, 900, 81)
    fire_engine(pen.at(420, 640, 380))
    draw_person(pen.at(280, 400, 92), FRAN)
    return developed(pen.canvas, 9, GRAIN)


def police_dog() -> Picture:
    """A police dog, 900 by 600."""
    pen = _park(900, 600, 91)
    tree(pen.at(90, 410, 290), GREEN, 43)
    tree(pen.at(800, 400, 230), (120, 156, 64), 24)
    _garland(pen, 900, 40, 3)
    dog(pen.at(460, 560, 420))
    return developed(pen.canvas, 10, GRAIN)


def band() -> Picture:
    """A bandstand with the brass band's instruments, 1080 by 720."""
    pen = _park(1080, 720, 101)
    tree(pen.at(70, 540, 360), GREEN, 25)
    tree(pen.at(1020, 540, 330), GREEN, 26)
    bandstand(pen.at(540, 650, 370))
    tuba(pen.at(330, 556, 190))
    trumpet(pen.at(480, 500, 66))
    pen.paint(pen.line([(484, 510), (484, 556)], 4), (50, 50, 54))
    drum(pen.at(612, 560, 74))
    trumpet(pen.at(760, 506, 66))
    pen.paint(pen.line([(764, 516), (764, 556)], 4), (50, 50, 54))
    return developed(pen.canvas, 11, GRAIN)


def crowd() -> Picture:
    """Eight visitors among the stalls, 1080 by 720; their faces are small."""
    pen = _park(1080, 720, 111)
    town_hall(pen.at(540, 470, 220))
    tree(pen.at(60, 500, 300), GREEN, 27)
    tree(pen.at(1030, 500, 320), GREEN, 28)
    stall(pen.at(250, 510, 120), CHEERFUL[0])
    stall(pen.at(850, 510, 120), CHEERFUL[2])
    _garland(pen, 1080, 60, 3)
    places = ((110, 480, 11), (400, 470, 11), (690, 476, 11), (985, 474, 11), (230, 520, 13), (520, 510, 13),
              (810, 524, 13), (640, 540, 14))  # fmt: skip
    for person, (x, y, unit) in zip((EDI, BO, HARI, CHRIS, DEE, GABI, ALEX, FRAN), places, strict=True):
        pen.paint(pen.ellipse(x + 6, y + unit * 15, unit * 3, unit * 0.6, unit * 0.4), (30, 56, 30), 0.6)
        draw_person(pen.at(x, y, unit), person)
    return developed(pen.canvas, 12, GRAIN)


def stalls() -> Picture:
    """Stalls under bunting, 1080 by 720."""
    pen = _park(1080, 720, 121)
    tree(pen.at(80, 500, 320), GREEN, 29)
    tree(pen.at(1000, 490, 300), (120, 156, 64), 30)
    for x, colour in ((190, CHEERFUL[0]), (540, CHEERFUL[2]), (890, CHEERFUL[3])):
        stall(pen.at(x, 640, 152), colour)
    _garland(pen, 1080, 60, 3)
    _garland(pen, 1080, 150, 2)
    for number in range(3):
        balloon(pen.at(352 + number * 14, 352 + (number % 2) * 36, 22), CHEERFUL[number + 1])
    return developed(pen.canvas, 13, GRAIN)


def two_visitors() -> Picture:
    """Two people talk to the camera beside the bandstand, 900 by 600."""
    pen = _park(900, 600, 131)
    bandstand(pen.at(450, 470, 300))
    tree(pen.at(60, 430, 280), GREEN, 31)
    draw_person(pen.at(270, 250, 56), GABI)
    draw_person(pen.at(620, 240, 58), HARI)
    return developed(pen.canvas, 14, GRAIN)


def front_door() -> Picture:
    """An older and private picture: somebody's front door, 160 by 120."""
    pen = Pen(blank(160, 120, (150, 84, 66), (130, 70, 56)))
    for row in range(12):
        pen.paint(pen.box(-2, row * 10, 162, row * 10 + 1.2, 0.3), (196, 150, 130), 0.7)
    pen.paint(pen.box(52, 14, 108, 122, 0.5), (240, 236, 226))
    pen.paint(pen.box(57, 19, 103, 122, 0.5), (36, 84, 70))
    for left, top in ((62, 26), (83, 26), (62, 78), (83, 78)):
        pen.paint(pen.box(left, top, left + 15, top + 40, 0.6), (24, 60, 52))
    pen.paint(pen.ellipse(98, 72, 2.4, 2.4, 0.3), (226, 190, 90))
    pen.paint(pen.box(120, 40, 148, 58, 0.5), (250, 250, 246))
    picture = Image.fromarray(developed(pen.canvas, 15, GRAIN))
    ImageDraw.Draw(picture).text((134, 49), "14a", (30, 30, 40), _font(14), "mm")
    return np.asarray(picture)


def _font(size: float) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)  # noqa: S101 - Pillow's wheels all bring FreeType
    return font


def office_desk() -> Picture:
    """A marked paper on a desk, 900 by 600."""
    pen = Pen(blank(900, 600, (150, 108, 74), (118, 82, 56)))
    grain = [[(-10, y), (450, y + 6), (910, y - 3)] for y in range(8, 600, 17)]
    pen.paint(pen.lines(grain, 2, 2), (96, 64, 44), 0.4)
    pen.paint(pen.shape([(236, 64), (656, 54), (676, 570), (250, 578)], 9, curved=False), (50, 34, 26), 0.6)
    sheet = pen.shape([(228, 52), (648, 44), (664, 556), (240, 566)], 0.5, curved=False)
    pen.paint(sheet, (248, 247, 242))
    rows: list[list[tuple[float, float]]] = []
    random = np.random.default_rng(17)
    for row in range(15):
        y = 190 + row * 23
        rows.append([(276, y + 3), (276 + random.uniform(200, 330) * (0.5 if row % 5 == 4 else 1.0), y - 2)])
    pen.paint(pen.lines(rows, 5, 0.5), (120, 124, 134), 0.85, sheet)
    pen.paint(pen.ellipse(776, 196, 84, 80, 10), (50, 34, 26), 0.6)
    pen.paint(pen.ellipse(768, 182, 78, 76, 0.6), (64, 132, 190))
    pen.paint(pen.ellipse(768, 182, 66, 64, 0.6), (240, 240, 236))
    pen.paint(pen.ellipse(768, 184, 62, 60, 0.6), (84, 50, 32))
    pen.paint(pen.ellipse(750, 168, 26, 20, 8), (150, 104, 70), 0.8)
    pen.paint(pen.line([(722, 520), (820, 380)], 15, 3), (40, 28, 22), 0.5)
    pen.paint(pen.line([(716, 512), (814, 372)], 13, 0.5), (190, 44, 50))
    pen.paint(pen.line([(713, 508), (811, 368)], 3, 1), (250, 180, 170), 0.8)
    pen.paint(pen.line([(716, 512), (706, 527)], 5, 0.5), (40, 40, 44))
    picture = Image.fromarray(developed(pen.canvas, 16, GRAIN))
    brush = ImageDraw.Draw(picture)
    brush.text((440, 92), "RESTRICTED", (176, 30, 36), _font(40), "mm")
    brush.text((440, 142), "Order of the day", (50, 54, 64), _font(25), "mm")
    return np.asarray(picture)


def poster() -> Image.Image:
    """The open day's poster in flat colours, 600 by 800."""
    picture = Image.new("RGB", (1200, 1600), (38, 66, 122))
    brush = ImageDraw.Draw(picture)
    brush.ellipse((300, 240, 900, 840), (250, 204, 84))
    brush.polygon([(0, 900), (360, 640), (700, 880), (1000, 660), (1200, 800), (1200, 1600), (0, 1600)], (58, 132, 116))
    brush.polygon([(0, 1040), (420, 900), (1200, 1080), (1200, 1600), (0, 1600)], (34, 96, 92))
    for number, (x, y) in enumerate(((220, 430), (360, 320), (500, 440), (720, 340), (860, 460), (990, 350))):
        colour = tuple(round(value) for value in CHEERFUL[number])
        brush.line([(x, y + 90), (600, 1000)], (246, 240, 226), 4)
        brush.ellipse((x - 70, y - 86, x + 70, y + 86), colour)
    for number in range(12):
        colour = tuple(round(value) for value in CHEERFUL[number % 6])
        brush.polygon([(number * 100, 0), (number * 100 + 100, 0), (number * 100 + 50, 110)], colour)
    lines = (
        (1130, 150, "OPEN DAY"),
        (1270, 62, "Sunday 14 June 2026"),
        (1360, 62, "Riverside Park"),
        (1470, 44, "All welcome, 11 to 4"),
    )
    for y, size, text in lines:
        brush.text((600, y), text, (250, 246, 236), _font(size), "mm")
    return picture.resize((600, 800), Image.Resampling.BOX).quantize(
        96, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )


def badge() -> Picture:
    """The open day's badge, transparent outside, 480 by 480; red, green, blue, alpha."""
    picture = Image.new("RGBA", (1920, 1920), (0, 0, 0, 0))
    brush = ImageDraw.Draw(picture)
    points = [
        (
            960 + (900 if step % 2 else 760) * np.sin(step * np.pi / 12),
            960 - (900 if step % 2 else 760) * np.cos(step * np.pi / 12),
        )
        for step in range(24)
    ]
    brush.polygon(points, (30, 60, 120, 255))
    brush.ellipse((270, 270, 1650, 1650), (248, 244, 232, 255))
    brush.ellipse((320, 320, 1600, 1600), (38, 84, 150, 255))
    for number in range(5):
        colour = tuple(round(value) for value in CHEERFUL[number])
        x = 620 + number * 170
        brush.line([(x, 720), (960, 1060)], (248, 244, 232, 255), 10)
        brush.ellipse((x - 80, 500 + abs(2 - number) * 60, x + 80, 700 + abs(2 - number) * 60), (*colour, 255))
    brush.text((960, 1150), "OPEN DAY", (248, 244, 232, 255), _font(230), "mm")
    brush.text((960, 1360), "2026", (250, 204, 84, 255), _font(180), "mm")
    return np.asarray(picture.resize((480, 480), Image.Resampling.LANCZOS)).copy()


def site_plan() -> Image.Image:
    """A plan of the park in flat colours, 720 by 480."""
    picture = Image.new("RGB", (1440, 960), (206, 226, 180))
    brush = ImageDraw.Draw(picture)
    brush.rectangle((0, 700, 1440, 800), (238, 230, 210))
    brush.line([(700, 0), (700, 700)], (238, 230, 210), 70)
    brush.polygon([(900, 0), (1100, 0), (1440, 300), (1440, 520)], (140, 190, 220))
    places = (
        ((120, 120, 520, 300), CHEERFUL[0], "Stalls"), ((120, 420, 520, 620), CHEERFUL[2], "Fire engine"),
        ((830, 420, 1130, 620), CHEERFUL[1], "Bandstand"), ((760, 120, 960, 260), CHEERFUL[4], "Horses"),
    )  # fmt: skip
    for box, colour, name in places:
        brush.rounded_rectangle(box, 24, tuple(round(value) for value in colour), (250, 250, 246), 8)
        brush.text(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), name, (255, 255, 252), _font(46), "mm")
    brush.text((720, 882), "Plan of the open day", (40, 60, 50), _font(70), "mm")
    return picture.resize((720, 480), Image.Resampling.BOX)


def rota(title: str) -> Image.Image:
    """The private second page: who is on duty where, 720 by 480."""
    picture = Image.new("RGB", (720, 480), (250, 250, 246))
    brush = ImageDraw.Draw(picture)
    brush.text((40, 30), title, (30, 30, 40), _font(26))
    for row, text in enumerate(
        ("Gate: 4417, 07700 900111", "Stalls: 4420, 07700 900112", "Horses: 4431, 07700 900113")
    ):
        brush.text((40, 110 + row * 60), text, (60, 60, 70), _font(24))
        brush.line([(40, 150 + row * 60), (680, 150 + row * 60)], (190, 190, 196), 2)
    return picture


def balloon_race() -> list[Image.Image]:
    """Two frames of rising balloons, 360 by 240."""
    frames = []
    for step in range(2):
        pen = Pen(blank(360, 240, (110, 170, 226), (220, 236, 244)))
        meadow(pen, 360, 196, 240, 141)
        for number in range(6):
            balloon(pen.at(40 + number * 56, 110 - step * 26 + (number * 41) % 50, 18), CHEERFUL[number])
        frames.append(Image.fromarray(developed(pen.canvas, 18, 0.0)).quantize(255, kmeans=4, dither=Image.Dither.NONE))
    return frames
