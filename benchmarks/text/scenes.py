"""Photos with text that are made by code: something written on a thing, seen from somewhere, through a camera."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import ttf_opensans
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from imgvet.geometry import Outline
from imgvet.pixels import Pixels

Kind = Literal["plate", "marking", "words"]
HEIGHTS = (12, 16, 20, 28, 40, 64)  # pixels of a capital letter that scenes are made with
SIZE = (2048, 1366)  # pixels across and down
_DRAWN = 64  # pixels of a capital letter on a thing as it is drawn, before it is seen from somewhere
_FONTS = Path(ttf_opensans.__file__).parent


@dataclass(frozen=True, slots=True)
class Written:
    """One line that can be seen in a scene, and where."""

    text: str
    kind: Kind
    outline: Outline  # of its capital letters, from the upper left as it reads
    height: float  # of a capital letter, in pixels


@dataclass(frozen=True, slots=True)
class Scene:
    """One photo that was made."""

    name: str
    pixels: Pixels
    lines: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with text on it, drawn from the front: lines from the top, their kinds, sizes relative to the first."""

    name: str
    lines: tuple[tuple[str, Kind, float], ...]
    paper: tuple[int, int, int]
    ink: tuple[int, int, int]
    font: str = "Regular"
    border: int = 0  # pixels
    round_about: float = 0.9  # free space, in heights of a capital letter


def scenes(number: int, seed: int = 1) -> Iterator[Scene]:
    """So many scenes, always the same for a seed: each height and each thing in turn, each fourth page turned."""
    chance = random.Random(seed)  # noqa: S311 - pictures, not secrets
    for index in range(number):
        height = HEIGHTS[index % len(HEIGHTS)]
        thing = _THINGS[(index // len(HEIGHTS)) % len(_THINGS)](chance)
        turned = chance.choice((90, 180, 270)) if index % 4 == 3 and thing.name in {"paper", "screen"} else 0
        yield scene(f"{index:03d}-{thing.name}-{height}", thing, height, turned, chance)


def scene(name: str, thing: Thing, height: float, turned: int, chance: random.Random) -> Scene:
    """One scene: the thing with letters of about ``height`` pixels, at up to 30 degrees, blurred, lit, with noise."""
    drawn, boxes = drawn_thing(thing)
    tall, wide = drawn.shape[:2]
    scale = min(height / _DRAWN, 0.9 * SIZE[0] / wide, 0.9 * SIZE[1] / tall)
    angle = math.radians(chance.uniform(-30, 30) + turned)
    yaw, pitch = chance.uniform(-0.35, 0.35), chance.uniform(-0.25, 0.25)
    corners = np.array([(-wide, -tall), (wide, -tall), (wide, tall), (-wide, tall)], np.float64) * scale / 2
    depth = 1 + (corners[:, 0] * math.sin(yaw) + corners[:, 1] * math.sin(pitch)) / (3.0 * max(wide, tall) * scale)
    seen = corners / depth[:, None]
    turn = np.array([(math.cos(angle), -math.sin(angle)), (math.sin(angle), math.cos(angle))])
    seen = seen @ turn.T
    seen *= min(1.0, *(0.96 * side / (np.ptp(seen[:, axis])) for axis, side in enumerate(SIZE)))
    low, high = -seen.min(axis=0), np.array(SIZE) - seen.max(axis=0)
    seen += [chance.uniform(float(low[axis]), float(high[axis])) for axis in (0, 1)]
    front = np.array([(0, 0), (wide, 0), (wide, tall), (0, tall)], np.float32)
    matrix = cv2.getPerspectiveTransform(front, seen.astype(np.float32))
    picture = laid_over(background(chance), drawn, matrix)
    lines = []
    for (text, kind, _), box in zip(thing.lines, boxes, strict=True):
        quad = cv2.perspectiveTransform(box[np.newaxis], matrix)[0]
        across = (np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])) / 2
        outline = tuple((round(float(x)), round(float(y))) for x, y in quad)
        lines.append(Written(text, kind, outline, float(across)))
    return Scene(name, photographed(picture, chance), tuple(lines))


def drawn_thing(thing: Thing) -> tuple[Pixels, list[NDArray[np.float32]]]:
    """The thing from the front, and the corners of each line's capital letters."""
    fonts = [_font(thing.font, _DRAWN * share) for _, _, share in thing.lines]
    about = round(thing.round_about * _DRAWN)
    sizes = [font.getbbox(text, anchor="ls") for (text, _, _), font in zip(thing.lines, fonts, strict=True)]
    wide = round(max(size[2] for size in sizes)) + 2 * about
    steps = [_DRAWN * share * 1.9 for _, _, share in thing.lines]
    tall = round(2 * about + sum(steps) - 0.9 * _DRAWN * thing.lines[-1][2])
    image = Image.new("RGB", (wide, tall), thing.paper)
    draw = ImageDraw.Draw(image)
    if thing.border:
        draw.rectangle((0, 0, wide - 1, tall - 1), outline=thing.ink, width=thing.border)
    boxes, top = [], float(about)
    for (text, _, share), font, size, step in zip(thing.lines, fonts, sizes, steps, strict=True):
        capital = _DRAWN * share
        draw.text((about, top + capital), text, font=font, fill=thing.ink, anchor="ls")
        right = about + size[2]
        corners = [(about, top), (right, top), (right, top + capital), (about, top + capital)]
        boxes.append(np.array(corners, np.float32))
        top += step
    return np.asarray(image, np.uint8), boxes


def background(chance: random.Random) -> Pixels:
    """Something out of focus behind it: patches of colour, edges, and grain; no letters."""
    grain = np.random.default_rng(chance.getrandbits(32))
    patches = grain.uniform(20, 235, (chance.randint(3, 9), chance.randint(4, 12), 3)).astype(np.float32)
    picture = cv2.resize(patches, SIZE, interpolation=cv2.INTER_CUBIC)
    for _ in range(chance.randint(4, 25)):
        colour = tuple(chance.uniform(10, 245) for _ in range(3))
        start = chance.uniform(0, SIZE[0]), chance.uniform(0, SIZE[1])
        size = chance.uniform(30, 600), chance.uniform(30, 600)
        points = cv2.boxPoints((start, size, chance.uniform(0, 90))).astype(np.int32)
        cv2.fillConvexPoly(picture, points, colour, cv2.LINE_AA)
    picture = cv2.GaussianBlur(picture, (0, 0), chance.uniform(0.8, 6))
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def laid_over(picture: Pixels, thing: Pixels, matrix: NDArray[Any]) -> Pixels:
    """The thing seen through ``matrix`` before the picture; each pixel is the mean of 9, as a sensor's is."""
    fine = 3
    enlarged = np.diag((fine, fine, 1.0)) @ matrix
    size = (SIZE[0] * fine, SIZE[1] * fine)
    over = cv2.resize(cv2.warpPerspective(thing, enlarged, size), SIZE, interpolation=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full(thing.shape[:2], 255, np.uint8), enlarged, size)
    share = cv2.resize(mask, SIZE, interpolation=cv2.INTER_AREA)[..., np.newaxis].astype(np.float32) / 255
    return np.asarray(over + picture * (1 - share), np.uint8)


def photographed(picture: Pixels, chance: random.Random) -> Pixels:
    """The picture as a camera gives it: light from a side, some blur, noise, and JPEG."""
    grain = np.random.default_rng(chance.getrandbits(32))
    light = np.linspace(chance.uniform(0.6, 1.1), chance.uniform(0.6, 1.1), SIZE[0], dtype=np.float32)
    lit = picture.astype(np.float32) * light[np.newaxis, :, np.newaxis]
    blurred = cv2.GaussianBlur(lit, (0, 0), chance.uniform(0.3, 1.0))
    noisy = blurred + grain.normal(0, chance.uniform(1, 9), picture.shape).astype(np.float32)
    shown = np.clip(noisy, 0, 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", shown[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, chance.randint(60, 93)])
    return np.ascontiguousarray(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])


def _font(name: str, capital: float) -> ImageFont.FreeTypeFont:
    path = str(next(_FONTS.rglob(f"OpenSans-{name}.ttf")))
    return ImageFont.truetype(path, round(capital / 0.714))  # Open Sans: capitals are 0.714 of the size


def _registration(chance: random.Random) -> str:
    letters = "ABCDEFGHJKLMNOPRSTUVWXY"
    start = "".join(chance.choices(letters, k=2)) + f"{chance.randint(2, 73):02d}"
    return f"{start} {''.join(chance.choices(letters, k=3))}"


def _plate(chance: random.Random) -> Thing:
    paper = chance.choice(((238, 238, 235), (246, 206, 32)))
    lines: tuple[tuple[str, Kind, float], ...] = ((_registration(chance), "plate", 1.0),)
    return Thing("plate", lines, paper, (22, 22, 24), "Bold", 4, 0.35)


def _paper(chance: random.Random) -> Thing:
    return Thing("paper", _note(chance), (244, 243, 238), (30, 30, 34), chance.choice(("Regular", "Bold", "SemiBold")))


def _whiteboard(chance: random.Random) -> Thing:
    ink = chance.choice(((25, 40, 140), (150, 25, 30), (20, 90, 50), (35, 35, 40)))
    return Thing("whiteboard", _note(chance), (232, 235, 236), ink, "SemiBoldItalic")


def _screen(chance: random.Random) -> Thing:
    paper = chance.choice(((18, 24, 40), (10, 10, 12), (30, 60, 110)))
    return Thing("screen", _note(chance), paper, (232, 236, 240), chance.choice(("Regular", "SemiBold")))


def _sign(chance: random.Random) -> Thing:
    street = f"{chance.choice(_STREETS).upper()} {chance.choice(('ROAD', 'STREET', 'CLOSE', 'AVENUE', 'LANE'))}"
    return Thing("sign", ((street, "words", 1.0),), (240, 240, 238), (15, 15, 15), "Bold", 5, 0.6)


def _note(chance: random.Random) -> tuple[tuple[str, Kind, float], ...]:
    marking = chance.choice(_MARKINGS)
    name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
    lines: Sequence[tuple[str, Kind, float]] = (
        (marking, "marking", 1.0),
        (f"Suspect: {name}", "words", 0.9),
        (f"{chance.randint(1, 180)} {chance.choice(_STREETS)} Road, B{chance.randint(1, 48)} 4QX", "words", 0.8),
        (f"Vehicle {_registration(chance)}", "words", 0.8),
    )
    return tuple(lines[: chance.randint(1, len(lines))])


_MARKINGS = ("OFFICIAL-SENSITIVE", "OFFICIAL - SENSITIVE", "SECRET", "TOP SECRET", "RESTRICTED", "CONFIDENTIAL")
_STREETS = ("Elm", "Station", "Church", "Victoria", "Mill", "Queens", "Park", "Windsor", "Grange", "Albert")
_FIRST = ("Amira", "Daniel", "Grace", "Hassan", "Olivia", "Peter", "Sian", "Tomasz", "Zara", "George")
_LAST = ("Ahmed", "Brown", "Clarke", "Evans", "Kowalski", "Nguyen", "O'Neill", "Patel", "Smith", "Williams")
_THINGS = (_plate, _paper, _whiteboard, _screen, _sign)
