"""Hide heads and areas irreversibly.

The paint over a shape is computed from its surroundings and from noise, and from nothing else: two photos that differ
only inside the hidden shapes give the same picture. So nothing of a face can be recovered, whatever is done to the
picture and even with the secret of the noise.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from imgvet.geometry import Box
from imgvet.pixels import Floats, Pixels
from imgvet.redaction.shapes import HeadShape, Shape

Style = Literal["solid", "blocks", "soft"]
FilledRegion = tuple[Shape, Box]
"""A hidden shape, and a box beyond which its surroundings may be looked at."""

_SOLID = (52, 58, 64)
_TONE = (128, 132, 138)  # mixed into the colours from around a head, so that a hidden head is visible on any background
_TONE_SHARE = 0.4
_BLOCKS = 5  # across the shorter side of a head; they are about square
_MOST_BLOCKS = 64  # across and down
_NOISE = 26  # largest change of a block's brightness
_STRIP = 256  # rows that are painted at a time, so that a head that fills a large photo needs little memory
_FLOW = 16  # pixels to a block where blocks flow into each other, before that is enlarged
_GRAIN = 2  # largest change of a pixel's brightness in `soft`, which would show bands otherwise
# The ring round a head, in parts of the head: not next to it, where JPEG may have smeared a face's colours.
_RING_FROM, _RING_TO = 1.08, 1.6
_RING_LOOKS = 48  # places that are sampled for a ring, across and down
_MIN_PLACES = 24  # in a ring; with fewer only the tone is painted
_NEARNESS = 0.15  # in head radii; places nearer than this to a block have the same weight


def redact(
    pixels: Pixels, alpha: Pixels | None, shapes: Iterable[Shape], style: Style, secret: bytes
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
    heads = sorted({each for each in shapes if each.box.clipped(width, height).area}, key=_painting_order)
    taken = [(head, head.box.grown((_RING_FROM - 1) / 2 + 0.02)) for head in heads]
    fills = [_coarse(pixels, alpha, head, taken, style, secret) for head in heads]  # before any is painted
    pixels, alpha = pixels.copy(), None if alpha is None else alpha.copy()
    for head, coarse in zip(heads, fills, strict=True):
        _paint(pixels, alpha, head, coarse, style, secret)
    return pixels, alpha


def edge_width(shape: Shape, style: Style) -> int:
    """How many pixels beyond a shape are changed: one for a clean line, more where it looks like a blur."""
    return max(2, round(shape.radius * 0.22)) if style == "soft" else 1


def _painting_order(head: Shape) -> tuple[int, list[int]]:
    return -head.box.area, head.box.as_list()  # a small head before a large one, whatever their order was


def _coarse(
    pixels: Pixels, alpha: Pixels | None, head: Shape, taken: Sequence[FilledRegion], style: Style, secret: bytes
) -> Pixels:
    """The coarse blocks of a head, (rows, columns, 3)."""
    if style == "solid":
        return np.full((1, 1, 3), _SOLID, np.uint8)
    around = _from_around(pixels, alpha, head, taken)
    mixed = around * (1 - _TONE_SHARE) + np.asarray(_TONE, np.float32) * _TONE_SHARE
    noise = _noise(head, "blocks", secret).integers(-_NOISE, _NOISE + 1, (*mixed.shape[:2], 1))
    return np.asarray(np.clip(np.round(mixed) + noise, 0, 255), np.uint8)


def _from_around(pixels: Pixels, alpha: Pixels | None, head: Shape, taken: Sequence[FilledRegion]) -> Floats:
    """The colour of each block of a head from its surroundings, weighted by nearness."""
    box = head.box
    block = max((min(box.width, box.height) if isinstance(head, HeadShape) else 2 * head.radius) / _BLOCKS, 1)
    count_across, count_down = (min(max(1, round(side / block)), _MOST_BLOCKS) for side in (box.width, box.height))
    columns, rows, seen = _ring(pixels, alpha, head, taken)
    if seen.sum() < _MIN_PLACES:
        return np.full((count_down, count_across, 3), _TONE, np.float32)
    down, across = np.nonzero(seen)
    colours = pixels[rows[down], columns[across]].astype(np.float32)
    middles_across = box.left + (np.arange(count_across) + 0.5) * box.width / count_across
    middles_down = box.top + (np.arange(count_down) + 0.5) * box.height / count_down
    far = (middles_across[np.newaxis, :, np.newaxis] - columns[across]) ** 2
    far = far + (middles_down[:, np.newaxis, np.newaxis] - rows[down]) ** 2
    weights = 1 / (far / head.radius**2 + _NEARNESS**2)
    weights /= weights.sum(axis=2, keepdims=True)
    return np.asarray(weights @ colours, np.float32)


def _ring(
    pixels: Pixels, alpha: Pixels | None, head: Shape, taken: Sequence[FilledRegion]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Columns and rows of a ring round this head, and which of its places are visible and in no hidden head."""
    height, width = pixels.shape[:2]
    around = head.box.grown((_RING_TO - 1) / 2).clipped(width, height)
    columns = np.unique(np.linspace(around.left, around.right - 1, _RING_LOOKS).astype(int))
    rows = np.unique(np.linspace(around.top, around.bottom - 1, _RING_LOOKS).astype(int))
    seen = head.beyond(columns + 0.5, rows + 0.5) <= (_RING_TO - 1) * head.radius
    for other, kept_off in taken:
        if kept_off.common_area(around):
            seen &= other.beyond(columns + 0.5, rows + 0.5) > (_RING_FROM - 1) * other.radius + 1
    if alpha is not None:
        seen &= alpha[np.ix_(rows, columns)] > 127
    return columns, rows, seen


def _paint(pixels: Pixels, alpha: Pixels | None, head: Shape, coarse: Pixels, style: Style, secret: bytes) -> None:
    """Paint one head, in place."""
    height, width = pixels.shape[:2]
    edge, flowing = edge_width(head, style), _flowing(coarse) if style == "soft" else coarse
    whole = Box(head.box.left - edge, head.box.top - edge, head.box.right + edge, head.box.bottom + edge)
    box = whole.clipped(width, height)
    grain = _noise(head, "grain", secret)
    for top in range(box.top, box.bottom, _STRIP):
        strip = Box(box.left, top, box.right, min(top + _STRIP, box.bottom))
        place = np.s_[strip.top : strip.bottom, strip.left : strip.right]
        columns, rows = np.arange(strip.left, strip.right) + 0.5, np.arange(strip.top, strip.bottom) + 0.5
        beyond = head.beyond(columns, rows, edge + 1)
        fill = _soft(flowing, head, strip, grain) if style == "soft" else _blocks(coarse, head, strip)
        _blend(pixels[place], None if alpha is None else alpha[place], fill, beyond / np.float32(edge))


def _blend(pixels: Pixels, alpha: Pixels | None, fill: Pixels, beyond: Floats) -> None:
    """Paint the fill, in place: fully up to 0 beyond the head, fading out to nothing at 1."""
    cover = np.clip(1 - beyond, 0, 1)
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
