"""The people in the sample pictures: nobody, drawn from a few choices each.

A head is drawn in its own units: 1 is half the width of the face, the origin lies between the eyes and a little below,
x to the right, y down. The chin is at 1.45, the crown at -1.6.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from sample_images.drawing import Canvas, Colour, Mask, Pen, Points, window

Hair = Literal["short", "long", "bob", "curly", "bun", "bald", "hijab"]
Hat = Literal["none", "police", "fire", "straw", "beanie"]

FAIR: Colour = (243, 205, 180)
ROSY: Colour = (238, 190, 165)
OLIVE: Colour = (217, 168, 128)
TAN: Colour = (190, 136, 98)
BROWN: Colour = (146, 97, 68)
DARK: Colour = (104, 68, 49)

_LIGHT = np.array([-0.42, -0.55, 0.72]) / np.linalg.norm([-0.42, -0.55, 0.72])  # from above on the left


@dataclass(frozen=True, slots=True)
class Person:
    """What somebody looks like."""

    skin: Colour
    hair_colour: Colour
    coat: Colour
    hair: Hair = "short"
    hat: Hat = "none"
    eyes: Colour = (92, 62, 40)
    lips: Colour | None = None  # made from the skin where None
    beard: bool = False
    glasses: bool = False
    shirt: Colour = (235, 235, 238)
    smile: float = 1.0  # 0 is a closed mouth, 1 shows teeth
    seed: int = 1


_FACE: Points = (
    (0.0, -1.42), (0.5, -1.32), (0.86, -0.95), (0.98, -0.4), (0.97, 0.1), (0.9, 0.55), (0.74, 0.98), (0.46, 1.32),
    (0.18, 1.46), (-0.18, 1.46), (-0.46, 1.32), (-0.74, 0.98), (-0.9, 0.55), (-0.97, 0.1), (-0.98, -0.4),
    (-0.86, -0.95), (-0.5, -1.32),
)  # fmt: skip


def draw_person(pen: Pen, person: Person) -> None:
    """Head, neck and shoulders; the origin is the face's."""
    _hair_behind(pen, person)
    _shoulders(pen.at(0, -0.22), person)
    _neck(pen.at(0, -0.22), person)
    if person.hair != "hijab":
        _ears(pen, person)
    face = pen.shape(_FACE, 0.015)
    pen.paint(face, person.skin)
    _complexion(pen, person, face)
    _mouth(pen, person)
    _eyes(pen, person)
    _brows(pen, person)
    if person.beard:
        _beard(pen, person, face)
    pen.shade(face, _light_on_face(pen, face))
    _sparkle(pen, person)
    _hair_in_front(pen, person)
    if person.glasses:
        _glasses(pen)
    _hat(pen, person)


def _darker(colour: Colour, factor: float) -> Colour:
    """The colour in shadow: blue goes first, red last, as skin does."""
    return (colour[0] * factor**0.85, colour[1] * factor, colour[2] * factor**1.05)


def _lighter(colour: Colour, share: float) -> Colour:
    return (
        colour[0] + (255 - colour[0]) * share,
        colour[1] + (255 - colour[1]) * share,
        colour[2] + (255 - colour[2]) * share,
    )


def _mirrored(points: Points) -> Points:
    return [(-x, y) for x, y in points]


def _shoulders(pen: Pen, person: Person) -> None:
    _legs(pen)
    for side in (-1, 1):
        _arm(pen, person, side)
    body = pen.shape(
        [(-0.75, 1.85), (-1.45, 2.12), (-1.95, 2.45), (-1.9, 4.2), (-1.7, 5.6), (-1.85, 7.3), (0, 7.5), (1.85, 7.3),
         (1.7, 5.6), (1.9, 4.2), (1.95, 2.45), (1.45, 2.12), (0.75, 1.85), (0.0, 2.3)], 0.02,
    )  # fmt: skip
    pen.paint(body, person.coat)
    pen.paint(pen.ellipse(-1.3, 2.75, 0.7, 0.35, 0.25), _lighter(person.coat, 0.35), 0.5, body)
    pen.paint(pen.ellipse(1.7, 3.7, 0.7, 1.5, 0.35), _darker(person.coat, 0.5), 0.6, body)
    pen.paint(pen.line([(-1.62, 3.1), (-1.6, 4.2), (-1.5, 5.4)], 0.1, 0.1), _darker(person.coat, 0.5), 0.6, body)
    pen.paint(pen.line([(1.62, 3.1), (1.6, 4.2), (1.5, 5.4)], 0.1, 0.1), _darker(person.coat, 0.4), 0.6, body)
    pen.paint(pen.line([(0, 3.4), (0.03, 5.0), (0, 7.4)], 0.04, 0.03), _darker(person.coat, 0.5), 0.6, body)
    shirt = pen.shape([(-0.62, 1.8), (0.62, 1.8), (0.3, 2.8), (0.0, 3.5), (-0.3, 2.8)], 0.02)
    pen.paint(shirt, person.shirt, 1.0, body)
    for side in (-1, 1):
        lapel = pen.shape(
            [(side * 0.6, 1.75), (side * 0.95, 2.0), (side * 0.72, 2.75), (side * 0.35, 2.55)], 0.015, curved=False
        )
        pen.paint(lapel, _lighter(person.coat, 0.14), 1.0, body)


def _arm(pen: Pen, person: Person, side: int) -> None:
    hand = pen.ellipse(side * 2.2, 7.0, 0.3, 0.5, 0.03)
    pen.paint(hand, _darker(person.skin, 0.9))
    arm = pen.shape(
        [(side * 1.4, 2.15), (side * 2.05, 2.35), (side * 2.45, 3.1), (side * 2.6, 4.8), (side * 2.52, 6.7),
         (side * 1.92, 6.7), (side * 1.8, 4.8), (side * 1.6, 3.4)], 0.02,
    )  # fmt: skip
    pen.paint(arm, person.coat)
    pen.paint(pen.ellipse(side * 2.2 - 0.25, 3.6, 0.25, 1.6, 0.2), _lighter(person.coat, 0.3), 0.4, arm)
    pen.paint(pen.ellipse(side * 2.2 + 0.4, 5.0, 0.25, 2.2, 0.2), _darker(person.coat, 0.4), 0.6, arm)


def _legs(pen: Pen) -> None:
    for side in (-1, 1):
        leg = pen.shape(
            [(side * 0.05, 7.0), (side * 1.75, 7.0), (side * 1.5, 11.0), (side * 1.35, 14.6), (side * 0.5, 14.6),
             (side * 0.35, 11.0)], 0.02, curved=False,
        )  # fmt: skip
        pen.paint(leg, (52, 56, 74))
        pen.paint(pen.ellipse(side * 0.9 + 0.4, 11, 0.3, 4, 0.2), (30, 32, 44), 0.7, leg)
        pen.paint(pen.ellipse(side * 1.05, 14.75, 0.62, 0.3, 0.03), (30, 26, 26))


def _neck(pen: Pen, person: Person) -> None:
    neck = pen.shape(
        [(-0.56, 0.8), (-0.55, 1.6), (-0.66, 1.95), (-0.3, 2.25), (0.0, 2.35), (0.3, 2.25), (0.66, 1.95), (0.55, 1.6),
         (0.56, 0.8)], 0.02,
    )  # fmt: skip
    if person.hair == "hijab":
        return
    pen.paint(neck, _darker(person.skin, 0.82))
    pen.paint(pen.ellipse(0.05, 1.45, 0.72, 0.4, 0.13), _darker(person.skin, 0.45), 0.85, neck)
    pen.paint(pen.ellipse(0.45, 1.8, 0.22, 0.6, 0.12), _darker(person.skin, 0.45), 0.6, neck)


def _ears(pen: Pen, person: Person) -> None:
    for side in (-1, 1):
        ear = pen.shape(
            [(side * 0.9, -0.2), (side * 1.08, -0.32), (side * 1.17, -0.1), (side * 1.1, 0.25), (side * 0.98, 0.45),
             (side * 0.88, 0.3)], 0.015,
        )  # fmt: skip
        pen.paint(ear, _darker(person.skin, 0.92 if side < 0 else 0.72))
        pen.paint(pen.ellipse(side * 1.03, 0.02, 0.06, 0.18, 0.04), _darker(person.skin, 0.5), 0.7, ear)


def _complexion(pen: Pen, person: Person, face: Mask) -> None:
    blush = _darker((person.skin[0] * 1.0, person.skin[1] * 0.78, person.skin[2] * 0.74), 1.0)
    for side in (-1, 1):
        pen.paint(pen.ellipse(side * 0.56, 0.36, 0.26, 0.2, 0.14), blush, 0.55, face)
        pen.paint(pen.ellipse(side * 0.4, -0.12, 0.3, 0.17, 0.09), _darker(person.skin, 0.7), 0.5, face)
        fold = [(side * 0.22, 0.52), (side * 0.38, 0.68), (side * 0.47, 0.9)]
        pen.paint(pen.line(fold, 0.03, 0.045), _darker(person.skin, 0.55), 0.5, face)
    pen.paint(pen.ellipse(0, 0.5, 0.16, 0.12, 0.09), blush, 0.45, face)
    for side in (-1, 1):
        pen.paint(pen.ellipse(side * 0.105, 0.575, 0.062, 0.032, 0.02), _darker(person.skin, 0.3), 0.9, face)
        wing = [(side * 0.2, 0.42), (side * 0.245, 0.52), (side * 0.19, 0.6)]
        pen.paint(pen.line(wing, 0.025, 0.025), _darker(person.skin, 0.5), 0.7, face)


def _mouth(pen: Pen, person: Person) -> None:
    red = person.lips or (person.skin[0] * 0.86, person.skin[1] * 0.66, person.skin[2] * 0.66)
    lift, gap = 0.07 * person.smile, 0.13 * person.smile
    upper = [
        (-0.42, 0.86 - lift), (-0.2, 0.79), (-0.07, 0.755), (0.0, 0.775), (0.07, 0.755), (0.2, 0.79),
        (0.42, 0.86 - lift), (0.2, 0.87), (0.0, 0.88), (-0.2, 0.87),
    ]  # fmt: skip
    lower = [
        (-0.4, 0.87 - lift), (-0.2, 0.87 + gap * 0.8), (0.0, 0.88 + gap), (0.2, 0.87 + gap * 0.8), (0.4, 0.87 - lift),
        (0.24, 0.98 + gap), (0.0, 1.03 + gap), (-0.24, 0.98 + gap),
    ]  # fmt: skip
    opening = [
        (-0.4, 0.865 - lift), (-0.2, 0.86), (0.0, 0.87), (0.2, 0.86), (0.4, 0.865 - lift), (0.2, 0.88 + gap),
        (0.0, 0.9 + gap), (-0.2, 0.88 + gap),
    ]  # fmt: skip
    inside = pen.shape(opening, 0.008)
    pen.paint(inside, (70, 26, 26))
    if person.smile > 0.3:
        teeth = pen.shape(
            [(-0.33, 0.85 - lift * 0.4), (0.0, 0.85), (0.33, 0.85 - lift * 0.4), (0.18, 0.85 + gap * 0.85),
             (0.0, 0.855 + gap), (-0.18, 0.85 + gap * 0.85)], 0.01,
        )  # fmt: skip
        pen.paint(teeth, (240, 236, 228), 1.0, inside)
    pen.paint(pen.shape(lower, 0.012), red)
    pen.paint(pen.shape(upper, 0.012), _darker(red, 0.86))
    pen.paint(pen.ellipse(-0.05, 0.965 + gap, 0.12, 0.025, 0.02), _lighter(red, 0.5), 0.6)
    pen.paint(pen.ellipse(0, 1.1 + gap, 0.2, 0.04, 0.04), _darker(person.skin, 0.6), 0.55)
    for side in (-1, 1):
        pen.paint(pen.ellipse(side * 0.43, 0.87 - lift, 0.035, 0.03, 0.02), _darker(person.skin, 0.4), 0.7)


def _eyes(pen: Pen, person: Person) -> None:
    for side in (-1, 1):
        _eye(pen.at(side * 0.42, -0.1), person, side)


def _eye(pen: Pen, person: Person, side: int) -> None:
    """One eye around the pen's origin; ``side`` is where its outer corner lies."""
    inner, outer = -side * 0.21, side * 0.23
    lid = [(inner, 0.035), (-side * 0.1, -0.07), (side * 0.03, -0.105), (side * 0.14, -0.07), (outer, 0.005)]
    under = [(side * 0.13, 0.075), (0.0, 0.09), (-side * 0.11, 0.075)]
    white = pen.shape([*lid, *under], 0.006)
    pen.paint(white, (236, 232, 228))
    pen.paint(pen.ellipse(0, -0.08, 0.26, 0.06, 0.04), (120, 100, 95), 0.7, white)
    pen.paint(pen.ellipse(0, -0.008, 0.108, 0.108, 0.006), _darker(person.eyes, 0.55), 1.0, white)
    pen.paint(pen.ellipse(0, 0.0, 0.085, 0.085, 0.02), person.eyes, 1.0, white)
    pen.paint(pen.ellipse(0.02, 0.035, 0.05, 0.04, 0.02), _lighter(person.eyes, 0.35), 0.6, white)
    pen.paint(pen.ellipse(0, -0.008, 0.048, 0.048, 0.006), (14, 10, 10), 1.0, white)
    lash = [(inner, 0.035), *lid[1:], (outer + side * 0.05, -0.03)]
    pen.paint(pen.line(lash, 0.042, 0.008), (38, 24, 20), 0.95)
    pen.paint(pen.line([(outer, 0.01), *under, (inner, 0.04)], 0.016, 0.014), _darker(person.skin, 0.4), 0.8)
    crease = [(inner + side * 0.02, -0.06), (0.0, -0.185), (side * 0.16, -0.15), (outer + side * 0.02, -0.05)]
    pen.paint(pen.line(crease, 0.022, 0.018), _darker(person.skin, 0.42), 0.75)


def _brows(pen: Pen, person: Person) -> None:
    colour = _darker(person.hair_colour, 0.72) if sum(person.hair_colour) < 480 else _darker(person.hair_colour, 0.6)
    if person.hair == "hijab":
        colour = (40, 28, 24)
    brow = [(0.17, -0.4), (0.38, -0.475), (0.56, -0.46), (0.74, -0.34), (0.56, -0.395), (0.38, -0.4), (0.18, -0.32)]
    for points in (brow, _mirrored(brow)):
        pen.paint(pen.shape(points, 0.018), colour, 0.88)


def _beard(pen: Pen, person: Person, face: Mask) -> None:
    jaw = [
        (-1.0, 0.1), (-0.86, 0.5), (-0.62, 0.72), (-0.34, 0.68), (0.0, 0.64), (0.34, 0.68), (0.62, 0.72), (0.86, 0.5),
        (1.0, 0.1), (0.9, 0.9), (0.5, 1.45), (0.0, 1.6), (-0.5, 1.45), (-0.9, 0.9),
    ]  # fmt: skip
    beard = pen.shape(jaw, 0.05)
    lips = pen.ellipse(0, 0.92, 0.42, 0.2, 0.04)
    hidden = _window_of(lips, beard)
    kept = Mask(beard.left, beard.top, (beard.weight * (1 - hidden)).astype(np.float32))
    pen.paint(kept, person.hair_colour, 0.82, face)
    random = np.random.default_rng(person.seed + 50)
    hairs = []
    for _ in range(140):
        x, y = random.uniform(-0.85, 0.85), random.uniform(0.6, 1.4)
        hairs.append([(x, y), (x * 1.02, y + 0.06), (x * 1.0, y + 0.12)])
    pen.paint(_clipped(pen.lines(hairs, 0.014, 0.006), kept), _lighter(person.hair_colour, 0.2), 0.4, face)


def _clipped(mask: Mask, within: Mask) -> Mask:
    return Mask(mask.left, mask.top, (mask.weight * _window_of(within, mask)).astype(np.float32))


def _window_of(mask: Mask, frame: Mask) -> Canvas:
    """The weights of ``mask`` on the rectangle of ``frame``."""
    height, width = frame.weight.shape
    return window(mask, frame.left, frame.top, width, height)


def _bump(x: Canvas, y: Canvas, at: tuple[float, float], size: tuple[float, float], height: float) -> Canvas:
    away = ((x - at[0]) / size[0]) ** 2 + ((y - at[1]) / size[1]) ** 2
    return np.asarray(height * np.exp(-away), np.float32)


# Hills and hollows of a face: centre, half size, height. Those off the middle stand on both sides.
_RELIEF = (
    ((0.0, 0.1), (0.13, 0.34), 0.17),  # bridge of the nose
    ((0.0, 0.46), (0.15, 0.13), 0.2),  # its tip
    ((0.17, 0.5), (0.09, 0.08), 0.09),  # its wings
    ((0.42, -0.12), (0.27, 0.16), -0.13),  # eye sockets
    ((0.42, -0.1), (0.15, 0.1), 0.06),  # eyeballs
    ((0.4, -0.4), (0.36, 0.12), 0.05),  # brow ridge
    ((0.56, 0.32), (0.26, 0.2), 0.1),  # cheeks
    ((0.0, 0.81), (0.26, 0.07), 0.05),  # lips
    ((0.0, 1.0), (0.2, 0.08), 0.06),
    ((0.0, 1.13), (0.22, 0.06), -0.05),
    ((0.0, 1.3), (0.24, 0.14), 0.09),  # chin
)


def _light_on_face(pen: Pen, face: Mask) -> Canvas:
    """Lambert's law on an egg with the hills and hollows of a face; red loses least in the shade."""
    x, y = pen.grid(face)
    egg = np.clip(1 - (x / 1.12) ** 2 - ((y + 0.02) / 1.72) ** 2, 0.015, 1)
    height = (1.05 * np.sqrt(egg)).astype(np.float32)
    for (across, down), size, rise in _RELIEF:
        for side in (-1, 1) if across else (1,):
            height += _bump(x, y, (side * across, down), size, rise)
    step = 1 / (pen.unit * 2)
    slope_y, slope_x = np.gradient(height, step)
    length = np.sqrt(slope_x**2 + slope_y**2 + 1)
    lit = np.clip((-slope_x * _LIGHT[0] - slope_y * _LIGHT[1] + _LIGHT[2]) / length, 0, 1)
    light = 0.46 + 0.66 * lit
    shine = 0.7 * np.clip(lit - 0.9, 0, 1)
    return np.stack([light**0.8 + shine, light + shine, light**1.08 + shine], axis=-1).astype(np.float32)


def _sparkle(pen: Pen, person: Person) -> None:
    for side in (-1, 1):
        pen.paint(pen.ellipse(side * 0.42 - 0.035, -0.145, 0.022, 0.022, 0.006), (255, 255, 255), 0.95)
    pen.paint(pen.ellipse(-0.03, 0.43, 0.035, 0.04, 0.025), _lighter(person.skin, 0.6), 0.6)
    pen.paint(pen.ellipse(-0.02, 0.1, 0.025, 0.18, 0.03), _lighter(person.skin, 0.5), 0.35)
    pen.paint(pen.ellipse(-0.25, -0.8, 0.28, 0.16, 0.14), _lighter(person.skin, 0.5), 0.35)


def _strands(pen: Pen, person: Person, mask: Mask, paths: list[Points]) -> None:
    half = len(paths) // 2
    dark, light = _darker(person.hair_colour, 0.55), _lighter(person.hair_colour, 0.28)
    pen.paint(pen.lines(paths[:half], 0.03, 0.012), dark, 0.5, mask)
    pen.paint(pen.lines(paths[half:], 0.022, 0.012), light, 0.38, mask)


def _hair_behind(pen: Pen, person: Person) -> None:
    shapes: dict[str, Points] = {
        "long": [(0, -1.7), (0.75, -1.5), (1.18, -0.8), (1.28, 0.2), (1.42, 1.4), (1.3, 2.7), (0.7, 3.0), (0.0, 2.6),
                 (-0.7, 3.0), (-1.3, 2.7), (-1.42, 1.4), (-1.28, 0.2), (-1.18, -0.8), (-0.75, -1.5)],
        "bob": [(0, -1.72), (0.8, -1.5), (1.25, -0.8), (1.38, 0.2), (1.3, 1.15), (0.8, 1.4), (0, 1.2), (-0.8, 1.4),
                (-1.3, 1.15), (-1.38, 0.2), (-1.25, -0.8), (-0.8, -1.5)],
        "hijab": [(0, -1.8), (0.85, -1.55), (1.3, -0.7), (1.35, 0.5), (1.25, 1.5), (1.7, 2.5), (1.2, 3.3), (0, 3.6),
                  (-1.2, 3.3), (-1.7, 2.5), (-1.25, 1.5), (-1.35, 0.5), (-1.3, -0.7), (-0.85, -1.55)],
    }  # fmt: skip
    if person.hair == "curly":
        _curls(pen, person, [(0, -1.0, 1.25, 0.85), (-0.98, -0.35, 0.42, 0.75), (0.98, -0.35, 0.42, 0.75)], 260)
    if person.hair == "bun":
        pen.paint(pen.ellipse(0.05, -1.85, 0.5, 0.42, 0.03), _darker(person.hair_colour, 0.8))
        pen.paint(pen.ellipse(-0.1, -1.97, 0.22, 0.12, 0.08), _lighter(person.hair_colour, 0.3), 0.6)
    if person.hair in ("long", "bob"):
        pen.paint(pen.shape(shapes[person.hair], 0.03), _darker(person.hair_colour, 0.7))


def _curls(pen: Pen, person: Person, areas: list[tuple[float, float, float, float]], count: int) -> None:
    """Round locks over the ellipses (centre and half axes)."""
    random = np.random.default_rng(person.seed)
    for number in range(count):
        x, y, across, down = areas[number % len(areas)]
        turn, far = random.uniform(0, 2 * np.pi), np.sqrt(random.uniform(0, 1))
        at = pen.at(x + across * far * np.cos(turn), y + down * far * np.sin(turn), random.uniform(0.12, 0.2))
        at.paint(at.ellipse(0, 0, 1, 1, 0.08), _darker(person.hair_colour, random.uniform(0.65, 1.0)))
        at.paint(
            at.line([(-0.7, 0.1), (-0.35, -0.6), (0.35, -0.6)], 0.2, 0.12), _lighter(person.hair_colour, 0.3), 0.35
        )


_CAPS: dict[str, Points] = {
    "short": [(-1.06, -0.1), (-1.1, -0.8), (-0.8, -1.45), (-0.1, -1.72), (0.65, -1.55), (1.05, -0.95), (1.06, -0.1),
              (0.95, -0.35), (0.88, -0.75), (0.55, -1.05), (0.1, -0.98), (-0.45, -1.08), (-0.82, -0.8), (-0.95, -0.35)],
    "long": [(-1.12, 0.9), (-1.18, -0.2), (-1.05, -1.1), (-0.6, -1.6), (0.1, -1.75), (0.75, -1.55), (1.12, -0.95),
             (1.2, -0.1), (1.14, 0.9), (0.98, 0.3), (0.93, -0.4), (0.65, -0.9), (0.05, -1.22), (-0.35, -0.95),
             (-0.82, -0.65), (-0.97, 0.2)],
    "bob": [(-1.2, 1.15), (-1.28, 0.0), (-1.12, -1.0), (-0.6, -1.6), (0.1, -1.75), (0.75, -1.55), (1.15, -0.95),
            (1.28, 0.0), (1.2, 1.15), (0.92, 0.9), (0.98, 0.1), (0.88, -0.6), (0.6, -0.72), (0.0, -0.78),
            (-0.6, -0.72), (-0.88, -0.6), (-0.98, 0.1), (-0.92, 0.9)],
    "bun": [(-1.04, -0.05), (-1.08, -0.8), (-0.75, -1.45), (0.0, -1.68), (0.75, -1.45), (1.08, -0.8), (1.04, -0.05),
            (0.92, -0.55), (0.55, -1.0), (0.0, -1.12), (-0.55, -1.0), (-0.92, -0.55)],
}  # fmt: skip


def _hair_in_front(pen: Pen, person: Person) -> None:
    if person.hair == "curly":
        _curls(pen, person, [(0, -1.3, 0.85, 0.28), (-0.95, -0.75, 0.16, 0.4), (0.95, -0.75, 0.16, 0.4)], 130)
    if person.hair == "hijab":
        _scarf(pen, person)
    if person.hair not in _CAPS:
        return
    shadow = [(x * 0.97, y + 0.09) for x, y in _CAPS[person.hair]]
    pen.paint(pen.shape(shadow, 0.07), _darker(person.skin, 0.45), 0.5, pen.shape(_FACE, 0.02))
    cap = pen.shape(_CAPS[person.hair], 0.02)
    pen.paint(cap, person.hair_colour)
    pen.paint(pen.ellipse(0.9, -0.7, 0.4, 1.0, 0.25), _darker(person.hair_colour, 0.4), 0.65, cap)
    random = np.random.default_rng(person.seed)
    length = {"short": 0.0, "bun": 0.0, "long": 1.2, "bob": 1.2}[person.hair]
    paths: list[Points] = []
    for _ in range(70):
        side, lean = random.uniform(-1.1, 1.1), random.uniform(-0.12, 0.12)
        crown = (0.15 + side * 0.15, -1.65 + abs(side) * 0.08)
        paths.append([crown, (side * 0.85 + lean, -1.15 + abs(side) * 0.35), (side * 1.08, -0.3 + length * 0.4 + lean),
                      (side * 1.1, 0.1 + length)])  # fmt: skip
    _strands(pen, person, cap, paths)
    pen.paint(
        pen.line([(-0.75, -1.05), (-0.35, -1.38), (0.15, -1.48)], 0.12, 0.1),
        _lighter(person.hair_colour, 0.5),
        0.45,
        cap,
    )


def _scarf(pen: Pen, person: Person) -> None:
    outer: Points = [(0, -1.72), (0.8, -1.5), (1.2, -0.7), (1.24, 0.4), (1.1, 1.3), (1.6, 2.4), (1.0, 3.2), (0, 3.5),
                     (-1.0, 3.2), (-1.6, 2.4), (-1.1, 1.3), (-1.24, 0.4), (-1.2, -0.7), (-0.8, -1.5)]  # fmt: skip
    inner = pen.shape([(0, -1.02), (0.55, -0.92), (0.86, -0.5), (0.9, 0.2), (0.78, 0.85), (0.45, 1.28), (0, 1.44),
                       (-0.45, 1.28), (-0.78, 0.85), (-0.9, 0.2), (-0.86, -0.5), (-0.55, -0.92)], 0.012)  # fmt: skip
    whole = pen.shape(outer, 0.02)
    cloth = Mask(whole.left, whole.top, (whole.weight * (1 - _window_of(inner, whole))).astype(np.float32))
    rim = pen.shape([(x * 0.97, y) for x, y in _FACE], 0.1)
    pen.paint(cloth, person.hair_colour)
    pen.paint(rim, _darker(person.hair_colour, 0.5), 0.35, cloth)
    pen.paint(pen.ellipse(0.95, 0.2, 0.35, 1.8, 0.25), _darker(person.hair_colour, 0.5), 0.6, cloth)
    pen.paint(pen.ellipse(-0.7, -1.1, 0.35, 0.3, 0.2), _lighter(person.hair_colour, 0.5), 0.5, cloth)
    folds: list[Points] = [
        [(-1.05, 1.1), (-0.5, 1.75), (0.2, 1.95), (0.9, 1.7)], [(-1.2, 1.7), (-0.5, 2.3), (0.4, 2.5), (1.2, 2.2)],
        [(-1.2, 2.4), (-0.3, 2.9), (0.6, 2.95)], [(-1.05, -0.9), (-1.06, 0.0), (-0.95, 1.0)],
    ]  # fmt: skip
    pen.paint(pen.lines(folds, 0.05, 0.05), _darker(person.hair_colour, 0.5), 0.7, cloth)


def _glasses(pen: Pen) -> None:
    rims: list[Points] = []
    for side in (-1, 1):
        turns = np.linspace(0, 2 * np.pi, 40)
        rims.append([(side * 0.43 + 0.31 * float(np.cos(t)), -0.07 + 0.25 * float(np.sin(t))) for t in turns])
    rims.append([(-0.13, -0.12), (0.0, -0.16), (0.13, -0.12)])
    rims += [[(0.73, -0.12), (0.98, -0.16)], [(-0.73, -0.12), (-0.98, -0.16)]]
    pen.paint(pen.lines(rims, 0.035, 0.006), (52, 40, 40), 0.95)


def _hat(pen: Pen, person: Person) -> None:
    if person.hat == "none":
        return
    pen.paint(pen.ellipse(0, -0.82, 0.95, 0.22, 0.1), _darker(person.skin, 0.4), 0.45, pen.shape(_FACE, 0.02))
    {"police": _police_cap, "fire": _fire_helmet, "straw": _straw_hat, "beanie": _beanie}[person.hat](pen)


def _police_cap(pen: Pen) -> None:
    top = pen.shape(
        [(-1.1, -1.2), (-1.45, -1.65), (-1.1, -2.0), (0, -2.2), (1.1, -2.0), (1.45, -1.65), (1.1, -1.2)], 0.02
    )
    pen.paint(top, (28, 32, 48))
    pen.paint(pen.ellipse(-0.5, -1.9, 0.6, 0.14, 0.12), (90, 98, 125), 0.7, top)
    band = pen.shape([(-1.06, -0.92), (-1.1, -1.32), (0, -1.42), (1.1, -1.32), (1.06, -0.92), (0, -1.02)], 0.01)
    pen.paint(band, (238, 240, 242))
    for column in range(-5, 6):
        for row in range(2):
            if (column + row) % 2:
                x, y = column * 0.21, -1.31 + row * 0.17 + abs(column) * 0.018
                pen.paint(pen.box(x - 0.105, y, x + 0.105, y + 0.17, 0.005), (30, 40, 80), 1.0, band)
    peak = pen.shape([(-0.98, -0.98), (0, -1.08), (0.98, -0.98), (0.82, -0.76), (0, -0.7), (-0.82, -0.76)], 0.012)
    pen.paint(peak, (18, 19, 26))
    pen.paint(pen.line([(-0.75, -0.88), (0, -0.95), (0.6, -0.9)], 0.04, 0.03), (120, 125, 145), 0.7, peak)
    pen.paint(
        pen.shape([(0, -1.78), (0.16, -1.62), (0.12, -1.42), (0, -1.34), (-0.12, -1.42), (-0.16, -1.62)], 0.01),
        (206, 208, 214),
    )
    pen.paint(pen.ellipse(0, -1.55, 0.07, 0.08, 0.01), (60, 80, 140))


def _fire_helmet(pen: Pen) -> None:
    shell = pen.shape(
        [(-1.18, -0.75), (-1.2, -1.3), (-0.8, -1.85), (0, -2.05), (0.8, -1.85), (1.2, -1.3), (1.18, -0.75), (0, -0.9)],
        0.015,
    )
    pen.paint(shell, (238, 196, 40))
    pen.paint(pen.ellipse(-0.5, -1.6, 0.32, 0.22, 0.16), (255, 246, 190), 0.85, shell)
    pen.paint(pen.ellipse(0.95, -1.2, 0.35, 0.6, 0.2), (150, 105, 10), 0.7, shell)
    pen.paint(pen.line([(0, -2.0), (0, -1.05)], 0.16, 0.02), (226, 176, 30), 1.0, shell)
    pen.paint(
        pen.shape([(-1.2, -0.78), (0, -0.98), (1.2, -0.78), (1.16, -0.66), (0, -0.82), (-1.16, -0.66)], 0.01),
        (40, 40, 44),
    )
    pen.paint(
        pen.shape([(0, -1.62), (0.26, -1.5), (0.2, -1.16), (0, -1.06), (-0.2, -1.16), (-0.26, -1.5)], 0.01),
        (190, 30, 32),
    )


def _straw_hat(pen: Pen) -> None:
    crown = pen.shape([(-0.95, -0.95), (-0.9, -1.7), (-0.4, -1.98), (0.4, -1.98), (0.9, -1.7), (0.95, -0.95)], 0.015)
    brim = pen.shape(
        [(-1.9, -0.98), (-1.0, -1.25), (0, -1.3), (1.0, -1.25), (1.9, -0.98), (1.0, -0.82), (0, -0.78), (-1.0, -0.82)],
        0.015,
    )
    pen.paint(crown, (232, 208, 150))
    pen.paint(pen.ellipse(0.7, -1.5, 0.35, 0.5, 0.2), (160, 126, 70), 0.6, crown)
    pen.paint(pen.box(-1.0, -1.36, 1.0, -1.1, 0.01), (176, 48, 62), 1.0, crown)
    pen.paint(brim, (238, 216, 162))
    pen.paint(
        pen.line([(-1.7, -0.98), (-0.9, -1.12), (0, -1.16), (0.9, -1.12)], 0.03, 0.03), (190, 160, 100), 0.7, brim
    )
    pen.paint(pen.line([(-1.6, -0.93), (0, -0.82), (1.6, -0.93)], 0.03, 0.04), (150, 118, 66), 0.7, brim)


def _beanie(pen: Pen) -> None:
    dome = pen.shape(
        [(-1.08, -0.8), (-1.08, -1.35), (-0.7, -1.85), (0, -2.0), (0.7, -1.85), (1.08, -1.35), (1.08, -0.8)], 0.02
    )
    pen.paint(dome, (196, 60, 70))
    ribs: list[Points] = [[(x, -0.85), (x * 0.9, -1.5), (x * 0.3, -1.98)] for x in np.linspace(-1, 1, 13)]
    pen.paint(pen.lines(ribs, 0.03, 0.03), (120, 26, 40), 0.6, dome)
    pen.paint(pen.ellipse(-0.5, -1.55, 0.3, 0.25, 0.15), (250, 150, 150), 0.5, dome)
    cuff = pen.shape([(-1.12, -0.72), (-1.12, -1.1), (0, -1.2), (1.12, -1.1), (1.12, -0.72), (0, -0.84)], 0.015)
    pen.paint(cuff, (240, 236, 226))
    pen.paint(pen.ellipse(0, -2.08, 0.26, 0.24, 0.05), (240, 236, 226))
