"""The places and things of the open day: park, town hall, fire engine, animals, stalls. No faces in any."""

import numpy as np
from sample_images.drawing import Colour, Pen, Points

CHEERFUL: tuple[Colour, ...] = (
    (214, 58, 62), (244, 176, 46), (64, 132, 190), (92, 160, 84), (150, 92, 168), (240, 126, 70),
)  # fmt: skip


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    return (
        one[0] + (other[0] - one[0]) * share,
        one[1] + (other[1] - one[1]) * share,
        one[2] + (other[2] - one[2]) * share,
    )


def _dark(colour: Colour, share: float = 0.45) -> Colour:
    return _mixed(colour, (22, 22, 40), share)


def _light(colour: Colour, share: float = 0.45) -> Colour:
    return _mixed(colour, (255, 252, 240), share)


def clouds(pen: Pen, width: float, bottom: float, seed: int) -> None:
    """Fair-weather clouds between the top and ``bottom``."""
    random = np.random.default_rng(seed)
    for _ in range(5):
        at = pen.at(random.uniform(0, width), random.uniform(bottom * 0.12, bottom * 0.75), random.uniform(30, 60))
        for _ in range(9):
            x, y = random.uniform(-2.2, 2.2), random.uniform(-0.45, 0.25)
            size = random.uniform(0.5, 0.95) * (1 - abs(x) * 0.22)
            at.paint(at.ellipse(x, y + 0.25, size * 1.3, size * 0.7, 0.3), (176, 196, 222), 0.35)
            at.paint(at.ellipse(x, y, size * 1.2, size * 0.65, 0.28), (255, 255, 255), 0.55)


def hills(pen: Pen, width: float, level: float, colour: Colour, seed: int) -> None:
    """A far ridge with its skyline at ``level`` and below."""
    random = np.random.default_rng(seed)
    line = [(x * width / 8, level + random.uniform(-26, 26)) for x in range(-1, 10)]
    ridge = pen.shape([*line, (width * 1.2, level + 200), (-width * 0.2, level + 200)], 1.5)
    pen.paint(ridge, colour)
    for _ in range(60):
        x = random.uniform(0, width)
        pen.paint(pen.ellipse(x, level + random.uniform(0, 60), 26, 10, 6), _dark(colour), 0.2, ridge)


def meadow(pen: Pen, width: float, top: float, bottom: float, seed: int) -> None:
    """Mown grass, lighter far away, with blades near by."""
    random = np.random.default_rng(seed)
    ground = pen.box(-10, top, width + 10, bottom + 10, 0.6)
    pen.paint(ground, (128, 172, 84))
    for band in range(7):
        y = top + (bottom - top) * (band / 7) ** 1.5
        deep = (bottom - top) * 0.11 * (0.3 + band / 7)
        pen.paint(pen.box(-10, y, width + 10, y + deep, 2 + band), (150, 192, 96), 0.5, ground)
    pen.paint(pen.box(-10, (top + bottom) / 2, width + 10, bottom + 40, 60), (70, 122, 58), 0.5, ground)
    for light, colour in ((True, (178, 208, 112)), (False, (62, 108, 50))):
        blades: list[Points] = []
        for _ in range(int(width * 0.5)):
            far = random.uniform(0, 1) ** 0.7
            x, y, tall = random.uniform(0, width), top + far * (bottom - top), 2 + far * 9
            lean = random.uniform(-0.4, 0.4) * tall
            blades.append([(x, y), (x + lean * 0.4, y - tall * 0.6), (x + lean, y - tall)])
        pen.paint(pen.lines(blades, 1.1, 0.2), colour, 0.45 if light else 0.4, ground)


def tree(pen: Pen, colour: Colour, seed: int) -> None:
    """A round tree; the origin is at the foot of the trunk, 1 unit is its height."""
    random = np.random.default_rng(seed)
    pen.paint(pen.ellipse(0.08, 0.01, 0.38, 0.035, 0.03), (36, 60, 36), 0.55)
    trunk = pen.shape([(-0.06, 0.02), (-0.035, -0.3), (-0.05, -0.5), (0.05, -0.5), (0.04, -0.3), (0.075, 0.02)], 0.004)
    pen.paint(trunk, (112, 84, 62))
    pen.paint(pen.box(0.015, -0.5, 0.09, 0.05, 0.015), (60, 44, 38), 0.7, trunk)
    for layer in range(4):
        for _ in range(60):
            turn, far = random.uniform(0, 2 * np.pi), np.sqrt(random.uniform(0, 1))
            x, y = 0.33 * far * np.cos(turn), -0.66 + 0.31 * far * np.sin(turn)
            sun = -(x * 0.8 + (y + 0.66) * 1.1) / 0.4
            tone = _mixed(
                _dark(colour, 0.5), _light(colour, 0.35), float(np.clip(0.35 + 0.4 * sun + layer * 0.06, 0, 1))
            )
            size = 0.085 - layer * 0.017
            shift = layer * 0.012
            pen.paint(pen.ellipse(x - shift, y - shift, size, size * 0.85, 0.005 + size * 0.06), tone, 0.85)


def bush(pen: Pen, colour: Colour, seed: int) -> None:
    """A low bush with some flowers; the origin is at its foot, 1 unit is half its width."""
    random = np.random.default_rng(seed)
    pen.paint(pen.ellipse(0.1, 0, 1.1, 0.12, 0.1), (36, 60, 36), 0.5)
    for step in range(60):
        x = random.uniform(-0.85, 0.85)
        y = -random.uniform(0.05, 0.75) * (1 - x * x * 0.6)
        tone = _mixed((30, 66, 38), (104, 156, 74), min(1.0, step / 60 - y * 0.55))
        pen.paint(pen.ellipse(x, y, 0.2, 0.15, 0.02), tone, 0.95)
    for _ in range(16):
        x = random.uniform(-0.8, 0.8)
        y = -random.uniform(0.1, 0.8) * (1 - x * x * 0.6)
        pen.paint(pen.ellipse(x, y, 0.07, 0.07, 0.015), colour, 0.95)


def bunting(pen: Pen, start: tuple[float, float], end: tuple[float, float], sag: float, flags: int) -> None:
    """Small flags on a line that hangs between two points."""
    across, down = end[0] - start[0], end[1] - start[1]

    def hang(t: float) -> tuple[float, float]:
        return start[0] + across * t, start[1] + down * t + sag * 4 * t * (1 - t)

    pen.paint(pen.line([hang(t) for t in np.linspace(0, 1, 20)], 1.5), (240, 240, 236))
    size = abs(across) / flags * 0.42
    for number in range(flags):
        x, y = hang((number + 0.5) / flags)
        flag = pen.shape([(x - size, y - 1), (x + size, y), (x + size * 0.05, y + size * 2.3)], 0.6, curved=False)
        colour = CHEERFUL[number % len(CHEERFUL)]
        pen.paint(flag, colour)
        pen.paint(pen.shape([(x, y), (x + size, y), (x, y + size * 2.3)], 2, curved=False), _dark(colour), 0.35, flag)


def balloon(pen: Pen, colour: Colour) -> None:
    """A party balloon on a string; the origin is its middle, 1 unit is half its width."""
    pen.paint(pen.line([(0, 1.3), (0.12, 2.2), (-0.1, 3.2), (0.05, 4.4)], 0.035, 0.01), (250, 250, 245), 0.8)
    pen.paint(pen.shape([(0, 1.15), (0.14, 1.38), (-0.14, 1.38)], 0.01, curved=False), _dark(colour, 0.3))
    skin = pen.shape(
        [(0, -1.15), (0.7, -0.9), (1.0, -0.2), (0.8, 0.55), (0.25, 1.15), (-0.25, 1.15), (-0.8, 0.55), (-1.0, -0.2),
         (-0.7, -0.9)], 0.015,
    )  # fmt: skip
    pen.paint(skin, colour)
    pen.paint(pen.ellipse(0.75, 0.5, 0.55, 1.0, 0.3), _dark(colour), 0.7, skin)
    pen.paint(pen.ellipse(-0.35, -0.45, 0.35, 0.4, 0.22), _light(colour, 0.75), 0.75, skin)
    pen.paint(pen.ellipse(-0.42, -0.55, 0.1, 0.14, 0.04), (255, 255, 255), 0.8, skin)


def stall(pen: Pen, colour: Colour) -> None:
    """A market stall with a striped awning; the origin is the middle of its foot, 1 unit is half its width."""
    pen.paint(pen.ellipse(0.1, 0.02, 1.25, 0.1, 0.07), (30, 50, 30), 0.5)
    pen.paint(pen.box(-0.92, -1.25, 0.92, -0.6, 0.02), (74, 66, 70))
    pen.paint(pen.box(-0.92, -1.3, 0.92, -1.0, 0.15), (30, 26, 34), 0.8)
    for x in (-0.93, 0.89):
        pen.paint(pen.box(x, -1.4, x + 0.05, 0, 0.006), (236, 230, 220))
    for number, x in enumerate(np.linspace(-0.72, 0.72, 7)):
        pen.paint(pen.box(x - 0.08, -0.78, x + 0.08, -0.6, 0.012), CHEERFUL[number % 6])
        pen.paint(pen.ellipse(x, -0.79, 0.075, 0.03, 0.01), _light(CHEERFUL[number % 6]))
    front = pen.box(-0.98, -0.62, 0.98, 0, 0.008)
    pen.paint(front, (246, 240, 228))
    pen.paint(pen.box(0.2, -0.62, 1.0, 0, 0.3), (150, 140, 150), 0.45, front)
    for x in np.linspace(-0.8, 0.8, 7):
        pen.paint(pen.line([(x, -0.6), (x + 0.02, -0.3), (x, 0)], 0.03, 0.03), (170, 160, 160), 0.5, front)
    for number in range(10):
        _stripe(pen, number, colour if number % 2 == 0 else (250, 246, 238))


def _stripe(pen: Pen, number: int, colour: Colour) -> None:
    """One stripe of an awning, with its scallop."""
    top, low = (
        (-0.85 + number * 0.17, -0.85 + (number + 1) * 0.17),
        (-1.12 + number * 0.224, -1.12 + (number + 1) * 0.224),
    )
    cloth = pen.shape([(top[0], -1.78), (top[1], -1.78), (low[1], -1.3), (low[0], -1.3)], 0.006, curved=False)
    pen.paint(cloth, colour)
    pen.paint(pen.box(-1.3, -1.8, 1.3, -1.6, 0.08), (255, 255, 250), 0.25, cloth)
    edge = pen.shape(
        [(low[0], -1.31), (low[1], -1.31), (low[1], -1.2), ((low[0] + low[1]) / 2, -1.13), (low[0], -1.2)],
        0.006,
        curved=False,
    )
    pen.paint(edge, _dark(colour, 0.2))


def town_hall(pen: Pen) -> None:
    """A stone town hall with columns and a clock tower; the origin is the middle of its foot, 1 unit half its width."""
    stone: Colour = (222, 206, 178)
    _clock_tower(pen, stone)
    wall = pen.box(-1, -0.72, 1, 0, 0.003)
    pen.paint(wall, stone)
    pen.paint(pen.box(0.55, -0.72, 1.05, 0, 0.2), (150, 132, 118), 0.55, wall)
    pen.paint(pen.box(-1.04, -0.78, 1.04, -0.71, 0.003), _light(stone, 0.3))
    pen.paint(pen.box(-1.04, -0.715, 1.04, -0.69, 0.008), _dark(stone), 0.6)
    for x in (-0.86, -0.68, -0.5, 0.5, 0.68, 0.86):
        for y in (-0.6, -0.3):
            _window(pen.at(x, y), stone)
    portico = pen.box(-0.38, -0.6, 0.38, 0, 0.003)
    pen.paint(portico, (120, 104, 96))
    pen.paint(pen.box(-0.09, -0.34, 0.09, 0, 0.003), (92, 46, 34))
    pen.paint(pen.box(-0.004, -0.34, 0.004, 0, 0.002), (40, 22, 18))
    for x in np.linspace(-0.35, 0.35, 6):
        column = pen.box(x - 0.035, -0.6, x + 0.035, 0, 0.003)
        pen.paint(column, _light(stone, 0.4))
        pen.paint(pen.box(x + 0.008, -0.6, x + 0.045, 0, 0.012), _dark(stone, 0.4), 0.6, column)
        pen.paint(pen.box(x - 0.048, -0.61, x + 0.048, -0.585, 0.002), _light(stone, 0.5))
    gable = pen.shape([(-0.46, -0.6), (0.46, -0.6), (0, -0.9)], 0.004, curved=False)
    pen.paint(gable, _light(stone, 0.25))
    pen.paint(pen.shape([(-0.34, -0.635), (0.34, -0.635), (0, -0.85)], 0.004, curved=False), _dark(stone, 0.22))
    for step in range(4):
        half = 0.42 + step * 0.05
        pen.paint(
            pen.box(-half, -0.04 + step * 0.022, half, -0.018 + step * 0.022, 0.002), _light(stone, 0.35 - step * 0.08)
        )
        pen.paint(pen.box(-half, -0.022 + step * 0.022, half, -0.016 + step * 0.022, 0.002), _dark(stone), 0.6)


def _window(pen: Pen, stone: Colour) -> None:
    pen.paint(pen.box(-0.05, -0.09, 0.05, 0.1, 0.003), _light(stone, 0.5))
    glass = pen.box(-0.038, -0.078, 0.038, 0.088, 0.002)
    pen.paint(glass, (84, 106, 130))
    pen.paint(
        pen.shape([(-0.04, -0.08), (0.03, -0.08), (-0.04, 0.05)], 0.012, curved=False), (190, 214, 236), 0.6, glass
    )
    pen.paint(pen.box(-0.003, -0.08, 0.003, 0.09, 0.001), (240, 236, 226))
    pen.paint(pen.box(-0.04, -0.002, 0.04, 0.005, 0.001), (240, 236, 226))


def _clock_tower(pen: Pen, stone: Colour) -> None:
    tower = pen.box(-0.15, -1.4, 0.15, -0.7, 0.003)
    pen.paint(tower, stone)
    pen.paint(pen.box(0.03, -1.4, 0.2, -0.7, 0.05), _dark(stone, 0.4), 0.55, tower)
    pen.paint(pen.box(-0.18, -1.43, 0.18, -1.39, 0.003), _light(stone, 0.35))
    dome = pen.shape([(-0.15, -1.43), (-0.14, -1.55), (0, -1.7), (0.14, -1.55), (0.15, -1.43)], 0.004)
    pen.paint(dome, (96, 142, 128))
    pen.paint(pen.ellipse(-0.06, -1.57, 0.03, 0.06, 0.02), (190, 220, 206), 0.8, dome)
    pen.paint(pen.line([(0, -1.68), (0, -1.86)], 0.008), (210, 180, 90))
    pen.paint(pen.shape([(0, -1.86), (0.13, -1.83), (0, -1.79)], 0.002, curved=False), CHEERFUL[0])
    pen.paint(pen.ellipse(0, -1.2, 0.115, 0.115, 0.003), _dark(stone))
    pen.paint(pen.ellipse(0, -1.2, 0.1, 0.1, 0.003), (248, 246, 238))
    ticks: list[Points] = []
    for turn in np.linspace(0, 2 * np.pi, 12, endpoint=False):
        x, y = float(np.sin(turn)), float(np.cos(turn))
        ticks.append([(0.078 * x, -1.2 + 0.078 * y), (0.092 * x, -1.2 + 0.092 * y)])
    pen.paint(pen.lines(ticks, 0.007), (40, 40, 46))
    pen.paint(pen.lines([[(0, -1.2), (0.035, -1.245)], [(0, -1.2), (-0.02, -1.12)]], 0.011), (30, 30, 36))


def fire_engine(pen: Pen) -> None:
    """A fire engine seen from its side; the origin is the middle of its foot, 1 unit is half its length."""
    red: Colour = (204, 34, 36)
    pen.paint(pen.ellipse(0.02, 0.0, 1.12, 0.05, 0.04), (20, 24, 24), 0.65)
    body = pen.shape(
        [(-0.98, -0.14), (-0.98, -0.6), (-0.94, -0.78), (-0.5, -0.82), (-0.48, -0.74), (0.97, -0.74), (0.98, -0.14)],
        0.006, curved=False,
    )  # fmt: skip
    pen.paint(body, red)
    pen.paint(pen.box(-1, -0.26, 1, -0.1, 0.04), (110, 10, 18), 0.7, body)
    pen.paint(pen.box(-1, -0.8, 1, -0.7, 0.03), (255, 150, 130), 0.6, body)
    for number in range(16):
        x = -1.0 + number * 0.126
        tone: Colour = (246, 222, 60) if number % 2 else (40, 70, 160)
        pen.paint(pen.box(x, -0.4, x + 0.126, -0.3, 0.003), tone, 1.0, body)
    pen.paint(
        pen.shape([(-0.93, -0.74), (-0.78, -0.76), (-0.78, -0.45), (-0.95, -0.45)], 0.005, curved=False),
        (120, 160, 190),
    )
    pen.paint(pen.box(-0.73, -0.76, -0.52, -0.45, 0.005), (96, 134, 166))
    pen.paint(pen.shape([(-0.73, -0.76), (-0.58, -0.76), (-0.73, -0.52)], 0.02, curved=False), (214, 232, 244), 0.6)
    for x in (-0.42, -0.08, 0.26, 0.6):
        locker = pen.box(x, -0.68, x + 0.3, -0.43, 0.004)
        pen.paint(locker, (196, 202, 208))
        for y in np.linspace(-0.66, -0.45, 8):
            pen.paint(pen.box(x, y, x + 0.3, y + 0.006, 0.001), (128, 134, 142), 0.8, locker)
    _ladder(pen)
    for x in (-0.62, 0.58):
        _wheel(pen.at(x, -0.15, 0.165))
    for x in (-0.86, -0.74, -0.62):
        lamp = pen.box(x, -0.88, x + 0.09, -0.81, 0.006)
        pen.paint(lamp, (50, 110, 230))
        pen.paint(pen.ellipse(x + 0.03, -0.86, 0.02, 0.015, 0.01), (220, 236, 255), 0.9, lamp)
    pen.paint(pen.ellipse(-0.965, -0.24, 0.02, 0.04, 0.006), (255, 250, 210))


def _ladder(pen: Pen) -> None:
    for y in (-0.88, -0.8):
        pen.paint(pen.box(-0.45, y, 1.02, y + 0.022, 0.003), (208, 212, 218))
    for x in np.linspace(-0.42, 0.99, 22):
        pen.paint(pen.box(x, -0.88, x + 0.014, -0.79, 0.002), (168, 174, 182))


def _wheel(pen: Pen) -> None:
    pen.paint(pen.ellipse(0, -0.06, 1.2, 1.16, 0.03), (50, 10, 14))
    pen.paint(pen.ellipse(0, 0, 1, 1, 0.02), (34, 34, 38))
    pen.paint(pen.ellipse(0, 0, 0.6, 0.6, 0.02), (186, 190, 196))
    pen.paint(pen.ellipse(0.1, 0.12, 0.4, 0.4, 0.15), (110, 114, 122), 0.7)
    for turn in np.linspace(0, 2 * np.pi, 8, endpoint=False):
        pen.paint(pen.ellipse(0.45 * float(np.cos(turn)), 0.45 * float(np.sin(turn)), 0.055, 0.055, 0.02), (70, 72, 80))


def horse(pen: Pen) -> None:
    """A bay police horse, from its left; the origin is the ground under it, 1 unit its height at the withers."""
    bay: Colour = (134, 78, 44)
    pen.paint(pen.ellipse(0.02, 0.0, 0.75, 0.05, 0.04), (24, 40, 24), 0.6)
    for x in (0.44, -0.26):
        _horse_leg(pen.at(x, 0), _dark(bay, 0.5), x > 0)
    tail = pen.shape([(0.6, -0.84), (0.72, -0.7), (0.76, -0.4), (0.7, -0.2), (0.62, -0.4), (0.6, -0.62)], 0.012)
    pen.paint(tail, (36, 26, 24))
    body = pen.shape(
        [(-0.84, -1.42), (-0.7, -1.5), (-0.5, -1.36), (-0.34, -1.08), (-0.12, -1.0), (0.22, -0.96), (0.48, -1.0),
         (0.62, -0.88), (0.62, -0.66), (0.52, -0.5), (0.2, -0.44), (-0.1, -0.42), (-0.38, -0.5), (-0.52, -0.72),
         (-0.62, -1.0), (-0.74, -1.14)], 0.008,
    )  # fmt: skip
    pen.paint(body, bay)
    pen.paint(pen.ellipse(0.05, -0.44, 0.6, 0.14, 0.08), _dark(bay, 0.6), 0.85, body)
    pen.paint(pen.ellipse(0.44, -0.9, 0.16, 0.09, 0.06), _light(bay, 0.55), 0.6, body)
    pen.paint(pen.ellipse(-0.36, -0.82, 0.12, 0.15, 0.07), _light(bay, 0.4), 0.55, body)
    pen.paint(pen.line([(-0.52, -0.56), (-0.42, -0.68), (-0.44, -0.86)], 0.02, 0.03), _dark(bay, 0.6), 0.7, body)
    pen.paint(pen.line([(0.32, -0.5), (0.3, -0.66), (0.36, -0.8)], 0.02, 0.03), _dark(bay, 0.6), 0.6, body)
    for x in (0.52, -0.38):
        _horse_leg(pen.at(x, 0), bay, x > 0)
    _horse_head(pen, bay)
    cloth = pen.shape([(-0.16, -1.02), (0.24, -0.99), (0.3, -0.66), (-0.16, -0.64)], 0.008, curved=False)
    pen.paint(cloth, (28, 44, 96))
    pen.paint(pen.line([(-0.14, -0.67), (0.28, -0.69)], 0.025, 0.004), (240, 240, 240))
    pen.paint(
        pen.shape([(-0.14, -1.04), (0.0, -1.0), (0.2, -1.03), (0.2, -0.93), (0.0, -0.9), (-0.12, -0.94)], 0.006),
        (52, 34, 28),
    )
    pen.paint(pen.line([(0.04, -0.92), (0.05, -0.62)], 0.018), (70, 46, 36))


def _horse_leg(pen: Pen, colour: Colour, hind: bool) -> None:
    bend = 0.07 if hind else -0.01
    leg = pen.shape(
        [(-0.12, -0.62), (0.12, -0.6), (0.08 + bend * 0.6, -0.42), (0.055 + bend, -0.3), (0.04 + bend * 0.6, -0.12),
         (0.06, -0.05), (-0.045, -0.05), (-0.03 + bend * 0.6, -0.12), (-0.04 + bend, -0.3), (-0.07, -0.42)], 0.006,
    )  # fmt: skip
    pen.paint(leg, colour)
    pen.paint(pen.box(-0.2, -0.27, 0.2, 0, 0.06), (34, 24, 24), 0.85, leg)
    pen.paint(pen.shape([(-0.05, -0.06), (0.06, -0.06), (0.075, 0), (-0.085, 0)], 0.004, curved=False), (28, 24, 24))


def _horse_head(pen: Pen, bay: Colour) -> None:
    mane = pen.shape(
        [(-0.74, -1.52), (-0.6, -1.5), (-0.4, -1.3), (-0.26, -1.05), (-0.3, -0.96), (-0.42, -1.12), (-0.56, -1.3)], 0.01
    )
    pen.paint(mane, (36, 26, 24))
    for x in (-0.66, -0.74):
        ear = pen.shape([(x, -1.47), (x + 0.0, -1.62), (x + 0.07, -1.5)], 0.004, curved=False)
        pen.paint(ear, _dark(bay, 0.25))
    head = pen.shape(
        [(-0.66, -1.52), (-0.78, -1.5), (-0.92, -1.36), (-1.1, -1.14), (-1.14, -1.04), (-1.08, -0.98), (-0.98, -1.02),
         (-0.86, -1.14), (-0.72, -1.18), (-0.62, -1.28)], 0.006,
    )  # fmt: skip
    pen.paint(head, bay)
    pen.paint(pen.ellipse(-0.72, -1.26, 0.1, 0.08, 0.04), _light(bay, 0.35), 0.6, head)
    pen.paint(pen.ellipse(-0.96, -1.08, 0.15, 0.05, 0.04), _dark(bay, 0.5), 0.6, head)
    pen.paint(pen.line([(-0.84, -1.44), (-0.98, -1.28), (-1.08, -1.14)], 0.03, 0.01), (246, 240, 232), 0.95, head)
    pen.paint(pen.ellipse(-1.1, -1.03, 0.06, 0.06, 0.03), (52, 34, 32), 0.8, head)
    pen.paint(pen.ellipse(-0.8, -1.38, 0.026, 0.022, 0.004), (20, 14, 12))
    straps: list[Points] = [
        [(-0.66, -1.5), (-0.72, -1.34), (-0.94, -1.1)], [(-0.95, -1.33), (-0.9, -1.2), (-0.84, -1.16)],
        [(-0.94, -1.1), (-0.66, -1.04), (-0.2, -0.98)],
    ]  # fmt: skip
    pen.paint(pen.lines(straps, 0.022, 0.002), (44, 30, 26))
    pen.paint(pen.ellipse(-0.95, -1.1, 0.025, 0.025, 0.003), (214, 200, 150))


def dog(pen: Pen) -> None:
    """A police dog that sits and looks to the left; the origin is the ground under it, 1 unit is its height."""
    tan: Colour = (186, 132, 74)
    black: Colour = (44, 36, 34)
    pen.paint(pen.ellipse(0.08, 0.0, 0.5, 0.045, 0.03), (24, 40, 24), 0.6)
    pen.paint(pen.shape([(0.3, -0.12), (0.5, -0.06), (0.66, -0.1), (0.7, -0.04), (0.5, 0.0), (0.28, 0.0)], 0.01), black)
    body = pen.shape(
        [
            (-0.16, -0.66),
            (0.06, -0.66),
            (0.2, -0.5),
            (0.34, -0.3),
            (0.38, -0.1),
            (0.3, 0.0),
            (-0.02, 0.0),
            (-0.2, -0.3),
        ],
        0.01,
    )
    pen.paint(body, tan)
    saddle = pen.shape([(-0.04, -0.7), (0.14, -0.62), (0.3, -0.4), (0.36, -0.2), (0.2, -0.28), (0.04, -0.44)], 0.04)
    pen.paint(saddle, black, 0.95, body)
    thigh = pen.ellipse(0.22, -0.17, 0.17, 0.18, 0.03)
    pen.paint(thigh, _dark(tan, 0.2), 0.9)
    pen.paint(pen.ellipse(0.16, -0.22, 0.08, 0.09, 0.04), _light(tan, 0.3), 0.7, thigh)
    pen.paint(pen.ellipse(0.1, -0.025, 0.15, 0.035, 0.008), tan)
    for x, tone in ((-0.02, _dark(tan, 0.3)), (-0.13, tan)):
        leg = pen.shape(
            [
                (x - 0.08, -0.42),
                (x + 0.08, -0.4),
                (x + 0.05, -0.2),
                (x + 0.045, -0.02),
                (x - 0.06, -0.02),
                (x - 0.05, -0.2),
            ],
            0.008,
        )
        pen.paint(leg, tone)
        pen.paint(pen.ellipse(x - 0.02, -0.022, 0.075, 0.03, 0.006), tone)
    chest = pen.ellipse(-0.14, -0.45, 0.09, 0.17, 0.04)
    pen.paint(chest, _light(tan, 0.4), 0.8, body)
    _dog_head(pen, tan, black)
    vest = pen.shape([(-0.2, -0.56), (-0.02, -0.54), (0.14, -0.58), (0.1, -0.42), (-0.06, -0.3), (-0.2, -0.38)], 0.008)
    pen.paint(vest, (28, 44, 96))
    pen.paint(pen.line([(-0.19, -0.42), (-0.04, -0.36), (0.11, -0.46)], 0.03, 0.003), (226, 236, 70), 1.0, vest)


def _dog_head(pen: Pen, tan: Colour, black: Colour) -> None:
    for x, lean in ((-0.02, 0.0), (0.07, 0.03)):
        ear = pen.shape([(x - 0.06, -0.88), (x - 0.02 + lean, -1.06), (x + 0.07, -0.86)], 0.006, curved=False)
        pen.paint(ear, black)
        pen.paint(
            pen.shape([(x - 0.035, -0.89), (x - 0.012 + lean, -1.0), (x + 0.03, -0.88)], 0.01, curved=False),
            (130, 88, 70),
            0.9,
        )
    neck = pen.shape(
        [(-0.16, -0.72), (-0.02, -0.86), (0.12, -0.82), (0.12, -0.6), (-0.02, -0.52), (-0.18, -0.56)], 0.015
    )
    pen.paint(neck, _dark(tan, 0.1))
    pen.paint(pen.ellipse(0.13, -0.7, 0.08, 0.16, 0.04), black, 0.9, neck)
    head = pen.shape(
        [(-0.06, -0.92), (0.06, -0.9), (0.1, -0.8), (0.02, -0.7), (-0.12, -0.68), (-0.28, -0.68), (-0.34, -0.72),
         (-0.34, -0.77), (-0.2, -0.81), (-0.14, -0.88)], 0.008,
    )  # fmt: skip
    pen.paint(head, tan)
    pen.paint(
        pen.shape([(-0.36, -0.8), (-0.18, -0.82), (-0.14, -0.76), (-0.2, -0.7), (-0.36, -0.7)], 0.03), black, 0.8, head
    )
    pen.paint(pen.ellipse(0.0, -0.92, 0.1, 0.04, 0.03), black, 0.7, head)
    pen.paint(pen.ellipse(-0.345, -0.765, 0.028, 0.024, 0.005), (18, 14, 16))
    pen.paint(pen.ellipse(-0.1, -0.83, 0.02, 0.017, 0.003), (24, 14, 10))
    pen.paint(pen.ellipse(-0.106, -0.836, 0.005, 0.005, 0.002), (255, 255, 255))
    pen.paint(pen.line([(-0.32, -0.705), (-0.22, -0.71), (-0.14, -0.735)], 0.008), (20, 14, 14), 0.8)
    pen.paint(pen.line([(-0.17, -0.58), (-0.02, -0.56), (0.13, -0.62)], 0.035), (120, 30, 36))
    pen.paint(pen.ellipse(-0.1, -0.54, 0.022, 0.026, 0.003), (226, 196, 96))


def river(pen: Pen, width: float, top: float, bottom: float) -> None:
    """Still water with the light of the sky on it."""
    water = pen.box(-10, top, width + 10, bottom + 10, 0.8)
    pen.paint(water, (88, 140, 178))
    pen.paint(pen.box(-10, (top + bottom) / 2, width + 10, bottom + 30, 40), (46, 92, 130), 0.7, water)
    random = np.random.default_rng(9)
    for tone, strength in (((214, 232, 240), 0.5), ((36, 74, 108), 0.4)):
        ripples: list[Points] = []
        for _ in range(int(width / 7)):
            far = random.uniform(0, 1)
            x, y, long = random.uniform(0, width), top + far * (bottom - top), 6 + far * 34
            ripples.append([(x - long, y), (x, y + 1.2), (x + long, y)])
        pen.paint(pen.lines(ripples, 1.3, 0.5), tone, strength, water)


def bridge(pen: Pen, arches: int) -> None:
    """A stone bridge of many arches; the origin is its left end at water level, 1 unit is one arch."""
    stone: Colour = (196, 176, 146)
    wall = pen.box(-0.6, -0.72, arches + 0.6, 0, 0.004)
    pen.paint(wall, stone)
    random = np.random.default_rng(4)
    for _ in range(arches * 26):
        x, y = random.uniform(-0.6, arches + 0.6), -0.7 + 0.075 * int(random.integers(0, 9))
        tone = _dark(stone, 0.25) if random.uniform() < 0.5 else _light(stone, 0.3)
        pen.paint(pen.box(x, y, x + 0.12, y + 0.065, 0.004), tone, 0.4, wall)
    for number in range(arches):
        at = pen.at(number + 0.5, 0)
        ring: Points = [(0.43 * float(np.cos(t)), -0.46 * float(np.sin(t))) for t in np.linspace(0, np.pi, 30)]
        pen.paint(at.shape([(x * 1.12, y * 1.12) for x, y in ring], 0.004, curved=False), _light(stone, 0.3))
        hole = at.shape(ring, 0.004, curved=False)
        at.paint(hole, (92, 104, 108))
        at.paint(
            at.shape([(x * 0.93 + 0.05, y * 0.93) for x, y in ring], 0.02, curved=False), (150, 186, 204), 0.95, hole
        )
        at.paint(at.box(-0.6, -0.1, 0.6, 0.05, 0.04), (80, 124, 150), 0.9, hole)
    pen.paint(pen.box(-0.6, -0.62, arches + 0.6, -0.58, 0.004), _dark(stone, 0.35), 0.8)
    pen.paint(pen.box(-0.6, -0.82, arches + 0.6, -0.72, 0.004), _light(stone, 0.3))
    for number in range(arches + 1):
        _lamp_post(pen.at(number, -0.8))
    shade = pen.box(-0.6, 0.0, arches + 0.6, 0.34, 0.05)
    pen.paint(shade, (52, 72, 84), 0.5)


def _lamp_post(pen: Pen) -> None:
    pen.paint(pen.line([(0, 0), (0, -0.3)], 0.016), (36, 42, 46))
    for x in (-0.06, 0.06):
        pen.paint(pen.line([(0, -0.3), (x, -0.27)], 0.012), (36, 42, 46))
        pen.paint(pen.ellipse(x, -0.3, 0.026, 0.026, 0.004), (255, 250, 232))


def bandstand(pen: Pen) -> None:
    """A bandstand; the origin is the middle of its foot, 1 unit is half its width."""
    pen.paint(pen.ellipse(0, 0.04, 1.2, 0.1, 0.05), (26, 44, 26), 0.5)
    pen.paint(
        pen.shape([(-0.82, -0.3), (0.82, -0.3), (0.82, -1.0), (-0.82, -1.0)], 0.02, curved=False), (70, 104, 84), 0.75
    )
    floor = pen.shape([(-0.96, -0.3), (0.96, -0.3), (1.0, -0.22), (-1.0, -0.22)], 0.004, curved=False)
    pen.paint(floor, (206, 176, 136))
    base = pen.box(-1.0, -0.225, 1.0, 0.02, 0.004)
    pen.paint(base, (172, 152, 132))
    for x in np.linspace(-0.9, 0.9, 10):
        pen.paint(pen.box(x - 0.075, -0.2, x + 0.075, -0.02, 0.006), (146, 126, 110), 0.9, base)
    for x in np.linspace(-0.86, 0.86, 5):
        pen.paint(pen.box(x - 0.025, -1.0, x + 0.025, -0.24, 0.003), (240, 240, 234))
        pen.paint(pen.box(x + 0.005, -1.0, x + 0.03, -0.24, 0.008), (150, 160, 160), 0.6)
    roof = pen.shape(
        [(-1.1, -0.98), (-0.5, -1.3), (-0.12, -1.48), (0.12, -1.48), (0.5, -1.3), (1.1, -0.98)], 0.004, curved=False
    )
    pen.paint(roof, (62, 112, 104))
    for x in np.linspace(-0.8, 0.8, 7):
        pen.paint(pen.line([(x * 0.12, -1.48), (x * 0.6, -1.28), (x * 1.25, -0.98)], 0.012), (40, 80, 76), 0.8, roof)
    pen.paint(pen.ellipse(-0.4, -1.2, 0.3, 0.08, 0.08), (150, 200, 186), 0.6, roof)
    pen.paint(pen.box(-1.12, -1.0, 1.12, -0.955, 0.004), (244, 242, 234))
    pen.paint(pen.ellipse(0, -1.54, 0.05, 0.07, 0.005), (222, 184, 80))


BRASS: Colour = (224, 176, 62)


def tuba(pen: Pen) -> None:
    """A tuba on its bell side up; the origin is its foot, 1 unit is its height."""
    tubes: list[Points] = [
        [(0.0, -0.62), (0.02, -0.2), (0.14, -0.04), (0.28, -0.12), (0.3, -0.5), (0.2, -0.58), (0.12, -0.46),
         (0.14, -0.2)],
        [(0.1, -0.3), (0.3, -0.34)], [(0.1, -0.4), (0.3, -0.44)],
    ]  # fmt: skip
    _metal(pen, tubes, 0.06)
    bell = pen.shape([(-0.26, -1.0), (-0.1, -0.84), (-0.045, -0.5), (0.06, -0.5), (0.08, -0.84), (0.24, -1.0)], 0.006)
    pen.paint(bell, BRASS)
    pen.paint(pen.box(0.04, -1.0, 0.2, -0.4, 0.04), _dark(BRASS), 0.7, bell)
    pen.paint(pen.line([(-0.12, -0.95), (-0.02, -0.8), (0.0, -0.5)], 0.02, 0.02), (255, 250, 220), 0.85, bell)
    pen.paint(pen.ellipse(-0.01, -1.0, 0.25, 0.05, 0.004), _light(BRASS))
    pen.paint(pen.ellipse(-0.01, -0.995, 0.2, 0.034, 0.008), _dark(BRASS, 0.6))


def trumpet(pen: Pen) -> None:
    """A trumpet that points left; the origin is its middle, 1 unit is half its length."""
    tubes: list[Points] = [
        [(0.95, -0.1), (-0.4, -0.1)], [(0.6, 0.2), (0.7, 0.05), (0.6, -0.1)],
        [(-0.25, 0.2), (-0.38, 0.05), (-0.25, -0.1)],
        [(-0.25, 0.2), (0.6, 0.2)], [(0.05, -0.22), (0.05, 0.3)], [(0.18, -0.22), (0.18, 0.3)],
        [(0.31, -0.22), (0.31, 0.3)],
    ]  # fmt: skip
    _metal(pen, tubes, 0.075)
    bell = pen.shape([(-0.3, -0.15), (-0.75, -0.2), (-1.0, -0.42), (-1.0, 0.22), (-0.75, 0.0), (-0.3, -0.05)], 0.01)
    pen.paint(bell, BRASS)
    pen.paint(pen.line([(-0.95, -0.25), (-0.7, -0.14), (-0.3, -0.12)], 0.03, 0.02), (255, 250, 220), 0.9, bell)
    pen.paint(pen.ellipse(-1.0, -0.1, 0.05, 0.32, 0.006), _dark(BRASS, 0.35))


def _metal(pen: Pen, tubes: list[Points], width: float) -> None:
    pen.paint(pen.lines(tubes, width, 0.004), _dark(BRASS, 0.4))
    pen.paint(pen.lines(tubes, width * 0.62, 0.004), BRASS)
    pen.paint(pen.at(-width * 0.12, -width * 0.12).lines(tubes, width * 0.2, 0.006), (255, 248, 214), 0.9)


def drum(pen: Pen) -> None:
    """A bass drum on its side; the origin is the middle of its foot, 1 unit is half its width."""
    shell = pen.shape([(-1, -1.1), (1, -1.1), (1, -0.06), (0, 0.06), (-1, -0.06)], 0.02, curved=False)
    pen.paint(shell, (176, 38, 50))
    pen.paint(pen.box(0.4, -1.2, 1.2, 0.1, 0.25), (84, 12, 26), 0.8, shell)
    pen.paint(pen.box(-0.7, -1.2, -0.4, 0.1, 0.12), (246, 140, 130), 0.6, shell)
    zigzag = [(-1.0 + step * 0.25, -0.1 if step % 2 else -0.95) for step in range(9)]
    pen.paint(pen.line(zigzag, 0.04, 0.004, curved=False), (246, 236, 214), 1.0, shell)
    for y in (-1.02, -0.06):
        pen.paint(pen.line([(-1, y), (0, y + 0.06), (1, y)], 0.12, 0.01), (240, 208, 120))
    pen.paint(pen.ellipse(0, -1.12, 1.0, 0.2, 0.01), (244, 240, 230))
    pen.paint(pen.lines([[(-0.5, -1.16), (0.3, -1.2)], [(-0.2, -1.1), (0.6, -1.22)]], 0.06), (150, 104, 62))
