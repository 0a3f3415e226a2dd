"""Draw the marks in this folder again, from nothing but the numbers below: ``python watermarks/make.py``.

Each is white with a dark rim, so that it is seen on light and on dark photos alike.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 512  # pixels of a finished mark; a ribbon is wider
FINER = 4  # drawn this many times as large, then averaged, for smooth edges
RIM = 11  # pixels of dark rim around the white
WHITE, DARK = (255, 255, 255), (20, 23, 28)

Shape = NDArray[np.uint8]
"""One channel, 255 inside the shape, ``FINER`` times the finished size."""


def copyright_ring() -> Shape:
    """A ring around the letter C, which is an open ring itself."""
    shape = _canvas(SIDE, SIDE)
    _ring(shape, radius=222, thickness=38)
    _ring(shape, radius=112, thickness=46, start=42, end=318)
    return shape


def shutter() -> Shape:
    """Six blades around an opening, as in the lens of a camera, inside a ring."""
    shape = _canvas(SIDE, SIDE)
    middle, outer, opening = SIDE / 2, 196.0, 84.0
    cv2.circle(shape, _point(middle, middle), round(outer * FINER), (255,), -1, cv2.LINE_AA)
    corners = [_around(middle, opening, 60 * blade) for blade in range(6)]
    for blade in range(6):
        start, towards = corners[blade], corners[(blade + 1) % 6]
        end = start + (towards - start) * 4.2  # along a side of the opening, out past the ring
        cv2.line(shape, _point(*start), _point(*end), (0,), 15 * FINER, cv2.LINE_AA)
    cv2.fillPoly(shape, [np.array([_point(*corner) for corner in corners])], (0,), cv2.LINE_AA)
    outside = np.zeros_like(shape)
    cv2.circle(outside, _point(middle, middle), round(outer * FINER), (255,), -1, cv2.LINE_AA)
    shape &= outside
    _ring(shape, radius=226, thickness=30)
    return shape


def ribbon() -> Shape:
    """A ribbon with swallow-tailed ends that says PRESS OFFICE."""
    width, height, edge, notch = 4 * SIDE, SIDE, 16, 150
    shape = _canvas(width, height)
    left, right, top, bottom = edge, width - edge, edge, height - edge
    upper = [(left, top), (right, top), (right - notch, height / 2)]
    lower = [(right, bottom), (left, bottom), (left + notch, height / 2)]
    cv2.fillPoly(shape, [np.array([_point(*corner) for corner in upper + lower])], (255,), cv2.LINE_AA)
    face, size = cv2.FontFace("sans"), 208 * FINER
    text = "PRESS OFFICE"
    across = cv2.getTextSize((0, 0), text, (0, 0), face, size, 700)[2]
    capitals = round(size * 0.75)
    cv2.putText(shape, text, ((shape.shape[1] - across) // 2, (shape.shape[0] + capitals) // 2), (0,), face, size, 700)
    return shape


MARKS: dict[str, tuple[Callable[[], Shape], bool]] = {  # what draws it, and whether its holes are dark
    "copyright-ring.png": (copyright_ring, False),
    "shutter.png": (shutter, False),
    "press-ribbon.png": (ribbon, True),
}


def camera() -> str:
    """A camera with its lens, as an SVG: white shapes over the same shapes in dark, which stick out as their rim."""
    top, corners = "M60 168h84l34-52h156l34 52h84", ("34 34v200", "-34 34H60", "-34-34V202", "34-34z")
    body = top + "".join(f"a34 34 0 0 1 {corner}" for corner in corners).replace("1 -", "1-")
    rim, white = (f"rgb({red},{green},{blue})" for red, green, blue in (DARK, WHITE))
    shapes = (
        f'<path d="{body}" fill="{rim}" stroke="{rim}" stroke-width="{2 * RIM}" stroke-linejoin="round"/>',
        f'<path d="{body}" fill="{white}"/>',
        f'<circle cx="256" cy="296" r="104" fill="{rim}"/>',
        f'<circle cx="256" cy="296" r="78" fill="{white}"/>',
        f'<circle cx="256" cy="296" r="40" fill="{rim}"/>',
        f'<circle cx="414" cy="232" r="20" fill="{rim}"/>',
    )
    frame = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="12 102 488 348">'
    return "\n".join((frame, *(f"  {shape}" for shape in shapes), "</svg>", ""))


def finished(shape: Shape, solid: bool) -> NDArray[np.uint8]:
    """The shape in white on a dark rim: red, green, blue and straight alpha, at the finished size.

    Args:
        shape: as one of the functions above draws it.
        solid: whether the holes in it are dark; else the photo is seen through them.
    """
    round_brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * RIM * FINER + 1, 2 * RIM * FINER + 1))
    size = shape.shape[1] // FINER, shape.shape[0] // FINER
    outlines, _ = cv2.findContours(shape, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    body = cv2.drawContours(np.zeros_like(shape), outlines, -1, (255,), -1) if solid else shape
    whole = cv2.resize(cv2.dilate(body, round_brush), size, interpolation=cv2.INTER_AREA)
    white = cv2.resize(shape, size, interpolation=cv2.INTER_AREA).astype(np.float32)[:, :, np.newaxis] / 255
    colours = np.rint(np.array(WHITE) * white + np.array(DARK) * (1 - white)).astype(np.uint8)
    colours[whole == 0] = 0
    return np.dstack((colours, whole)).astype(np.uint8)


def make(folder: Path) -> list[Path]:
    """Write every mark into the folder, PNGs without metadata and one SVG, and say where."""
    written = []
    for name, (draw, solid) in MARKS.items():
        Image.fromarray(finished(draw(), solid), "RGBA").save(folder / name, optimize=True)
        written.append(folder / name)
    drawing = folder / "camera.svg"
    drawing.write_text(camera(), encoding="utf-8", newline="\n")
    return [*written, drawing]


def _canvas(width: int, height: int) -> Shape:
    return np.zeros((height * FINER, width * FINER), np.uint8)


def _point(across: float, down: float) -> tuple[int, int]:
    return round(across * FINER), round(down * FINER)


def _around(middle: float, radius: float, degrees: float) -> NDArray[np.float64]:
    turn = np.deg2rad(degrees)
    return np.array([middle + radius * np.cos(turn), middle + radius * np.sin(turn)])


def _ring(shape: Shape, radius: int, thickness: int, start: int = 0, end: int = 360) -> None:
    """A ring, or a part of one from ``start`` to ``end`` degrees, clockwise from the right."""
    middle = _point(SIDE / 2, SIDE / 2)
    cv2.ellipse(shape, middle, _point(radius, radius), 0, start, end, (255,), thickness * FINER, cv2.LINE_AA)


if __name__ == "__main__":
    make(Path(__file__).parent)
