"""Hide heads and areas irreversibly.

The paint over a shape is computed from its surroundings and from noise, and from nothing else: two photos that differ
only inside the hidden shapes give the same picture. So nothing of a face can be recovered, whatever is done to the
picture and even with the secret of the noise.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from imgvet.geometry import Box, Outline
from imgvet.pixels import Floats, Pixels
from imgvet.profile import RedactStyle
from imgvet.redaction.shapes import HeadShape, PolygonShape, Shape


@dataclass(frozen=True, slots=True)
class HiddenShapes:
    """All shapes that are hidden in one picture, in the order in which they are painted."""

    shapes: tuple[Shape, ...]
    edges: NDArray[np.int64]  # left, top, right, bottom of the box of each

    def near(self, box: Box, spare: float = 0) -> list[int]:
        """Which of them have a place in the box; ``spare``: the part of its own sides by which each is larger."""
        left, top, right, bottom = self.edges
        across, down = (right - left) * spare, (bottom - top) * spare
        apart = (left - across >= box.right) | (right + across <= box.left)
        apart |= (top - down >= box.bottom) | (bottom + down <= box.top)
        return [int(each) for each in np.flatnonzero(~apart)]


_SOLID = (52, 58, 64)
_SOLID_SEAM = (92, 98, 104)
_TONE = (132, 127, 122)  # where nothing around a shape may be looked at
# Towards the middle a head takes on a tone between its surroundings and a middle grey, a little warmer: so it looks
# like a blurred head, and is seen to be hidden on any background.
_MIDDLE_GREY = 122
_LEAST_CONTRAST, _MOST_CONTRAST = 34, 64  # grey levels between the tone and its surroundings
_WARMTH = (8, 0, -6)  # of the tone, against grey
_MIDDLE_SHARE, _RIM_SHARE = 0.55, 0.06  # of the tone, in the middle of a head and at its rim
_AREA_SHARE = 0.2  # of the tone, everywhere in an area
_BLOCKS, _SOFT_BLOCKS = 6, 9  # across the narrower side; they are about square
_MOST_BLOCKS = 64  # across and down
_NOISE, _SOFT_NOISE = 12, 5  # largest change of a block's brightness
_STRIP = 256  # rows that are painted at a time, so that a head that fills a large photo needs little memory
_FLOW = 16  # pixels to a block where blocks flow into each other, before that is enlarged
_GRAIN = 2  # largest change of a pixel's brightness in `soft`, which would show bands otherwise
_FADE = 0.14  # in radii: how wide the edge of `soft` is
_SEAM, _SEAM_SHARE = 0.12, 0.25  # in radii, how wide the seam of two shapes is; how much darker it is
# The ring round a shape, in radii: not next to it, where JPEG may have smeared a face's colours.
_RING_FROM, _RING_TO, _WIDE_RING_TO = 1.08, 1.6, 2.8
_RING_LOOKS = 36  # places that are sampled for a ring, across and down
_MIN_PLACES = 24  # in a ring; with fewer a wider ring is looked at, and then only the tone is painted
_NEARNESS = 0.12  # in radii; places nearer than this to a block have the same weight


def redact(
    pixels: Pixels, alpha: Pixels | None, shapes: Iterable[Shape], style: RedactStyle, secret: bytes
) -> tuple[Pixels, Pixels | None]:
    """A copy of the picture with each shape hidden.

    Inside a shape every pixel is painted fully, and opaque; outside there is only the edge, see ``edge_width``.

    Args:
        pixels: (height, width, 3), the upright full-size photo.
        alpha: (height, width), straight, or None.
        shapes: in its pixels, in any order.
        style: ``solid`` is one dark colour, ``blocks`` coarse blocks with noise, ``soft`` looks like a blur.
        secret: seeds the noise, so that a batch that is run again gives the same picture.
    """
    height, width = pixels.shape[:2]
    boxes = {each: each.box for each in shapes}
    order = sorted((each for each, box in boxes.items() if box.clipped(width, height).area), key=_painting_order)
    edges = np.array([boxes[each].as_list() for each in order], np.int64).reshape(-1, 4).T
    hidden = HiddenShapes(tuple(order), edges)
    fills = [_coarse(pixels, alpha, shape, hidden, style, secret) for shape in order]  # before any is painted
    pixels, alpha = pixels.copy(), None if alpha is None else alpha.copy()
    for number, (shape, coarse) in enumerate(zip(order, fills, strict=True)):
        behind = [order[each] for each in hidden.near(boxes[shape]) if each < number]
        _paint(pixels, alpha, shape, behind, coarse, style, secret)
    return pixels, alpha


def edge_width(shape: Shape, style: RedactStyle) -> int:
    """How many pixels beyond a shape are changed: one for a clean line, more where it looks like a blur."""
    return max(2, round(shape.radius * _FADE)) if style == "soft" else 1


def _painting_order(shape: Shape) -> tuple[int, list[int], Outline]:
    """A large one, which is in front, after a small one; whatever order they are given in, theirs is the same."""
    outline = shape.outline if isinstance(shape, PolygonShape) else ()
    return shape.box.area, shape.box.as_list(), outline


def _coarse(
    pixels: Pixels, alpha: Pixels | None, head: Shape, hidden: HiddenShapes, style: RedactStyle, secret: bytes
) -> Pixels:
    """The coarse blocks of a shape, (rows, columns, 3)."""
    if style == "solid":
        return np.full((1, 1, 3), _SOLID, np.uint8)
    soft = style == "soft"
    block = 2 * head.radius / (_SOFT_BLOCKS if soft else _BLOCKS)
    box = head.box
    across, down = (min(max(1, round(side / block)), _MOST_BLOCKS) for side in (box.width, box.height))
    columns = box.left + (np.arange(across) + 0.5) * box.width / across
    rows = box.top + (np.arange(down) + 0.5) * box.height / down
    filled = _from_around(pixels, alpha, head, hidden, columns, rows)
    noise = _SOFT_NOISE if soft else _NOISE
    change = _noise(head, "blocks", secret).integers(-noise, noise + 1, (down, across, 1))
    return np.asarray(np.clip(np.round(filled) + change, 0, 255), np.uint8)


def _from_around(
    pixels: Pixels,
    alpha: Pixels | None,
    head: Shape,
    hidden: HiddenShapes,
    columns: NDArray[np.floating],
    rows: NDArray[np.floating],
) -> Floats:
    """The colour of each block from what surrounds the shape, weighted by nearness, and from the tone."""
    for reach in (_RING_TO, _WIDE_RING_TO):
        ring_columns, ring_rows, seen = _ring(pixels, alpha, head, hidden, reach)
        if seen.sum() >= _MIN_PLACES:
            break
    else:
        return np.full((len(rows), len(columns), 3), _TONE, np.float32)
    down, across = np.nonzero(seen)
    colours = pixels[ring_rows[down], ring_columns[across]].astype(np.float32)
    far = (columns[np.newaxis, :, np.newaxis] - ring_columns[across]) ** 2
    far = (far + (rows[:, np.newaxis, np.newaxis] - ring_rows[down]) ** 2) / head.radius**2 + _NEARNESS**2
    weights = 1 / (far * np.sqrt(far))
    weights /= weights.sum(axis=2, keepdims=True)
    around = weights @ colours
    share = _share(head, columns, rows)[..., np.newaxis]
    light = float(around.mean())
    contrast = min(max(abs(_MIDDLE_GREY - light), _LEAST_CONTRAST), _MOST_CONTRAST)
    tone = np.asarray(_WARMTH, np.float32) + light + (contrast if light < _MIDDLE_GREY else -contrast)
    return np.asarray(around * (1 - share) + tone * share, np.float32)


def _share(shape: Shape, columns: NDArray[np.floating], rows: NDArray[np.floating]) -> Floats:
    """How much of the tone each block has."""
    if not isinstance(shape, HeadShape):
        return np.full((len(rows), len(columns)), _AREA_SHARE, np.float32)
    middle = np.clip(-shape.beyond(columns, rows) / np.float32(shape.radius), 0, 1)
    return np.asarray(_RIM_SHARE + (_MIDDLE_SHARE - _RIM_SHARE) * middle * (2 - middle), np.float32)


def _ring(
    pixels: Pixels, alpha: Pixels | None, head: Shape, hidden: HiddenShapes, reach: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Columns and rows of a ring round this head, and which of its places are visible and in no hidden head."""
    height, width = pixels.shape[:2]
    around = head.box.grown((reach - 1) / 2).clipped(width, height)
    columns = np.unique(np.linspace(around.left, around.right - 1, _RING_LOOKS).astype(int))
    rows = np.unique(np.linspace(around.top, around.bottom - 1, _RING_LOOKS).astype(int))
    seen = head.beyond(columns + 0.5, rows + 0.5) <= (reach - 1) * head.radius
    for other in (hidden.shapes[each] for each in hidden.near(around, (_RING_FROM - 1) / 2 + 0.02)):
        seen &= other.beyond(columns + 0.5, rows + 0.5) > (_RING_FROM - 1) * other.radius + 1
    if alpha is not None:
        seen &= alpha[np.ix_(rows, columns)] > 127
    return columns, rows, seen


def _paint(
    pixels: Pixels,
    alpha: Pixels | None,
    head: Shape,
    behind: Sequence[Shape],
    coarse: Pixels,
    style: RedactStyle,
    secret: bytes,
) -> None:
    """Paint one shape, in place, with a seam to those behind it, which are painted already."""
    height, width = pixels.shape[:2]
    edge, flowing = edge_width(head, style), _flowing(coarse) if style == "soft" else coarse
    whole = Box(head.box.left - edge, head.box.top - edge, head.box.right + edge, head.box.bottom + edge)
    box = whole.clipped(width, height)
    grain = _noise(head, "grain", secret)
    for top in range(box.top, box.bottom, _STRIP):
        strip = Box(box.left, top, box.right, min(top + _STRIP, box.bottom))
        place = np.s_[strip.top : strip.bottom, strip.left : strip.right]
        columns, rows = np.arange(strip.left, strip.right) + 0.5, np.arange(strip.top, strip.bottom) + 0.5
        seam = max(1.5, head.radius * _SEAM)
        beyond = head.beyond(columns, rows, max(edge, 2 * seam) + 1)
        fill = _soft(flowing, head, strip, grain) if style == "soft" else _blocks(coarse, head, strip)
        for other in behind:
            _draw_seam(fill, beyond, other, columns, rows, seam, style)
        _blend(pixels[place], None if alpha is None else alpha[place], fill, beyond / np.float32(edge))


def _draw_seam(
    fill: Pixels,
    beyond: Floats,
    behind: Shape,
    columns: NDArray[np.floating],
    rows: NDArray[np.floating],
    wide: float,
    style: RedactStyle,
) -> None:
    """Draw a seam into the fill of a shape, in place, along its rim where another one is behind it."""
    box = behind.box
    across = slice(*np.searchsorted(columns, (box.left, box.right)))
    down = slice(*np.searchsorted(rows, (box.top, box.bottom)))
    if across.start >= across.stop or down.start >= down.stop:
        return
    rim = np.clip(1 + beyond[down, across] / wide, 0, 1)
    rim = rim * np.clip(1 - behind.beyond(columns[across], rows[down], wide) / wide, 0, 1)
    part, rim = fill[down, across], rim[..., np.newaxis]
    if style == "solid":
        part[:] = np.round(part * (1 - rim) + np.asarray(_SOLID_SEAM, np.float32) * rim)
    else:
        part[:] = np.round(part * (1 - rim * _SEAM_SHARE))


def _blend(pixels: Pixels, alpha: Pixels | None, fill: Pixels, beyond: Floats) -> None:
    """Paint the fill, in place: fully up to 0 beyond the head, fading out to nothing at 1."""
    cover = np.subtract(1, beyond, dtype=np.float32)
    np.clip(cover, 0, 1, out=cover)
    cover *= cover * (3 - 2 * cover)
    under = 1 - cover if alpha is None else (1 - cover) * (alpha / np.float32(255))
    blended = cv2.blendLinear(fill, pixels, cover, under)
    if alpha is None:
        pixels[:] = blended
    else:
        painted = cover > 0
        np.copyto(pixels, blended, where=painted[..., np.newaxis])
        np.copyto(alpha, np.round((cover + under) * 255).astype(np.uint8), where=painted)


def _blocks(coarse: Pixels, head: Shape, box: Box) -> Pixels:
    """The coarse blocks enlarged to ``box``, (height, width, 3)."""
    across, down = _places(coarse, head, box)
    rows = np.clip(np.floor(down), 0, coarse.shape[0] - 1).astype(int)
    columns = np.clip(np.floor(across), 0, coarse.shape[1] - 1).astype(int)
    return np.asarray(coarse[:, columns][rows], np.uint8)


def _soft(flowing: Pixels, head: Shape, box: Box, grain: np.random.Generator) -> Pixels:
    """The smooth fill enlarged to ``box``, with grain, (height, width, 3)."""
    across, down = _places(flowing, head, box)
    grid = np.meshgrid(across - np.float32(0.5), down - np.float32(0.5))
    smooth = cv2.remap(flowing, grid[0], grid[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    grains = grain.integers(-_GRAIN, _GRAIN + 1, smooth.shape[:2], np.int8)
    return np.asarray(cv2.add(smooth, cv2.merge([grains] * 3), dtype=cv2.CV_8U), np.uint8)


def _flowing(coarse: Pixels) -> Pixels:
    """The coarse blocks interpolated smoothly, still small, but fine enough to be enlarged linearly."""
    rows, columns = coarse.shape[:2]
    down = _spline((np.arange(rows * _FLOW) + 0.5) / _FLOW, rows)
    across = _spline((np.arange(columns * _FLOW) + 0.5) / _FLOW, columns)
    return np.asarray(across @ np.tensordot(down, coarse.astype(np.float32), 1) + np.float32(0.5), np.uint8)


def _spline(places: NDArray[np.floating], count: int) -> Floats:
    """The weight of each of ``count`` blocks at each place, by cubic B-splines: (places, blocks)."""
    first = np.floor(places - 0.5)
    share = places - 0.5 - first
    kernels = (
        (1 - share) ** 3 / 6,
        (3 * share**3 - 6 * share**2 + 4) / 6,
        (-3 * share**3 + 3 * share**2 + 3 * share + 1) / 6,
        share**3 / 6,
    )
    weights = np.zeros((len(places), count), np.float32)
    for offset, kernel in enumerate(kernels):
        block = np.clip(first + offset - 1, 0, count - 1).astype(int)
        np.add.at(weights, (np.arange(len(places)), block), kernel.astype(np.float32))
    return weights


def _places(coarse: Pixels, head: Shape, box: Box) -> tuple[Floats, Floats]:
    """The columns and rows of ``box``, in blocks."""
    across = (np.arange(box.left, box.right) + 0.5 - head.box.left) / head.box.width * coarse.shape[1]
    down = (np.arange(box.top, box.bottom) + 0.5 - head.box.top) / head.box.height * coarse.shape[0]
    return across.astype(np.float32), down.astype(np.float32)


def _noise(head: Shape, what: str, secret: bytes) -> np.random.Generator:
    seed = hmac.new(secret, f"{what} {head.box}".encode(), hashlib.sha256).digest()
    return np.random.default_rng(int.from_bytes(seed, "big"))
