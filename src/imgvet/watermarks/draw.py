"""Drawing watermarks: small and crisp, readable on every background, and never on a face."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import cv2
import numpy as np

from imgvet.geometry import Box
from imgvet.pixels import Floats, Pixels
from imgvet.watermarks.blending import coverage, over
from imgvet.watermarks.contrast import (
    Colour,
    ContrastNeeds,
    MarkStyle,
    choose_style,
    sampled,
    stroke_share,
    texture,
    under_plate,
)
from imgvet.watermarks.layout import MIN_HEIGHT, PAD_ACROSS, MarkLayout, lay_out, layout_width
from imgvet.watermarks.load import LoadedWatermark
from imgvet.watermarks.placement import (
    SMALLER,
    KeptFree,
    MarkPosition,
    arrange,
    box_at,
    calm_order,
    inside,
    is_clear,
    kept_free,
    last_resorts,
)

MAX_WIDTH = 0.6  # of the picture's width; a longer mark is made smaller
_SHADE = 0.55  # how solid the shade is behind letters that are on the photo itself
_FOCUS = 0.28  # of the mark's height: size of the blocks that put the ground under a plate out of focus


@dataclass(frozen=True, slots=True)
class PlacedWatermark:
    """Where a mark is."""

    corner: str  # or "bottom-centre", "top-centre"
    box: Box  # in the marked picture's own pixels; outside of it nothing was changed
    letters: Box  # of the text and the logo
    name: str = ""
    height: int = 0  # of the text or the logo, pixels


@dataclass(frozen=True, slots=True)
class WatermarkedImage:
    """A picture with its marks on."""

    pixels: Pixels
    alpha: Pixels | None
    placed: tuple[PlacedWatermark, ...] = ()
    unplaced: tuple[str, ...] = ()  # names of the marks for which there was no room clear of faces


def draw_watermarks(
    pixels: Pixels, alpha: Pixels | None, faces: Sequence[Box], marks: Sequence[LoadedWatermark], font: str = ""
) -> WatermarkedImage:
    """Draw the marks on the picture. ``pixels`` and ``alpha`` are changed in place if they are writable.

    The same photo size gives the same mark size; nothing outside the boxes of ``placed`` changes. The places depend on
    this picture alone: on its faces and on how busy it is at the places that each mark names.

    Args:
        pixels: (height, width, 3).
        alpha: (height, width), straight, or None; it becomes solid under a mark.
        faces: boxes in these pixels that no mark may touch.
        marks: earlier ones get the better places.
        font: TrueType file for marks that name none.

    Raises:
        ProfileError: the font cannot be used.
    """
    marks = [mark if mark.font or not font else replace(mark, font=font) for mark in marks]
    picture = pixels.shape[1], pixels.shape[0]
    heights = _side_by_side(marks, [_fitting_height(mark, picture) for mark in marks], picture)
    ground = _Ground(pixels, alpha, kept_free(faces))
    named = [_named_positions(mark, height, ground) for mark, height in zip(marks, heights, strict=True)]
    positions = arrange([partial(_positions, m, n, h, ground) for m, n, h in zip(marks, named, heights, strict=True)])
    pixels, alpha = _writeable(pixels), None if alpha is None else _writeable(alpha)
    for mark, position in zip(marks, positions, strict=True):
        if position:
            _draw(pixels, alpha, mark, position)
    found = list(zip(marks, positions, strict=True))
    placed = tuple(
        PlacedWatermark(position.place, position.box, position.letters, mark.name, position.height)
        for mark, position in found
        if position
    )
    return WatermarkedImage(pixels, alpha, placed, tuple(mark.name for mark, position in found if not position))


def _writeable(pixels: Pixels) -> Pixels:
    return pixels if pixels.flags.writeable else pixels.copy()


# How large


def _fitting_height(mark: LoadedWatermark, picture: tuple[int, int]) -> int:
    """Pixels: the mark's share of the short side, less if the mark would be too wide; never below the minimum."""
    height = max(MIN_HEIGHT, round(mark.height * min(picture)))
    width = layout_width(mark, height)
    return max(MIN_HEIGHT, min(height, int(height * MAX_WIDTH * picture[0] / width)))


def _side_by_side(marks: Sequence[LoadedWatermark], heights: Sequence[int], picture: tuple[int, int]) -> list[int]:
    """The heights, all reduced a little if marks at the same edge would not fit beside each other."""
    edges = [mark.places[0].split("-")[0] if mark.places else "" for mark in marks]
    fitted = list(heights)
    for edge in set(edges):
        row = [index for index, each in enumerate(edges) if each == edge]
        margins = 2 * max(marks[index].margin for index in row) * min(picture)
        taken = sum(layout_width(marks[i], heights[i]) + (PAD_ACROSS + 0.35) * heights[i] for i in row)
        part = (picture[0] - margins) / taken
        if len(row) > 1 and SMALLER <= part < 1:
            for index in row:
                fitted[index] = max(MIN_HEIGHT, int(heights[index] * part))
    return fitted


# Where


@dataclass(frozen=True, slots=True)
class _Ground:
    """What marks are put on."""

    pixels: Pixels
    alpha: Pixels | None
    kept: KeptFree  # what no mark may touch

    @property
    def size(self) -> tuple[int, int]:
        return self.pixels.shape[1], self.pixels.shape[0]

    def seen(self, box: Box) -> Pixels:
        """The part in the box, blended over white."""
        rows, columns = slice(box.top, box.bottom), slice(box.left, box.right)
        veil = None if self.alpha is None else self.alpha[rows, columns]
        return _over_white(self.pixels[rows, columns], veil)


def _positions(
    mark: LoadedWatermark, named: Sequence[MarkPosition], height: int, ground: _Ground
) -> Iterator[MarkPosition]:
    """The places where the mark covers no face and is inside the picture, the best first."""
    yield from named
    for place, part in last_resorts(mark.places):
        position = _position(mark, place, max(MIN_HEIGHT, round(height * part)), ground)
        if position:
            yield position


def _named_positions(mark: LoadedWatermark, height: int, ground: _Ground) -> list[MarkPosition]:
    """The free ones of the profile's places, in the profile's order unless one is clearly busier."""
    found = [_position(mark, place, height, ground) for place in dict.fromkeys(mark.places)]
    free = [position for position in found if position]
    return [free[number] for number in calm_order([texture(ground.seen(position.box), height) for position in free])]


def _position(mark: LoadedWatermark, place: str, height: int, ground: _Ground) -> MarkPosition | None:
    """The mark's position at that place; None if it does not fit or touches what is kept free."""
    picture = ground.size
    if layout_width(mark, height) > 2 * picture[0] or height > picture[1]:
        return None  # far too large to be worth drawing
    sketch = lay_out(mark, height)
    letters = box_at(place, sketch.letters_size, round(mark.margin * min(picture)), picture)
    box = _with_room(letters, sketch.pads).clipped(*picture)
    return (
        MarkPosition(place, height, letters, box) if inside(letters, picture) and is_clear(box, ground.kept) else None
    )


def _with_room(letters: Box, pads: tuple[int, int]) -> Box:
    across, down = pads
    return Box(letters.left - across, letters.top - down, letters.right + across, letters.bottom + down)


# Drawing


def _draw(pixels: Pixels, alpha: Pixels | None, mark: LoadedWatermark, position: MarkPosition) -> None:
    """Draw the mark into ``pixels`` and ``alpha``, inside ``position.box`` only."""
    box, sketch = position.box, lay_out(mark, position.height)
    rows, columns = slice(box.top, box.bottom), slice(box.left, box.right)
    region = pixels[rows, columns]
    veil = None if alpha is None or int(alpha[rows, columns].min()) == 255 else alpha[rows, columns]
    seen = _over_white(region, veil)
    blurred = _out_of_focus(seen, position.height)
    needs = ContrastNeeds(mark.opacity, bool(mark.text), sketch.logo_luminance, stroke_share(sketch.least_height))
    look = choose_style(sampled(seen), blurred.reshape(-1, 3), needs, veil is not None)
    whole = _with_room(position.letters, sketch.pads)
    part = np.s_[box.top - whole.top : box.bottom - whole.top, box.left - whole.left : box.right - whole.left]
    painted, solid = np.ascontiguousarray(region), None if veil is None else coverage(veil, 1)
    for colour, covered in _layers(sketch, look, blurred, part):
        painted, solid = over(painted, solid, colour, covered)
    region[:] = painted
    if veil is not None and solid is not None:
        veil[:] = np.rint(solid * 255)


def _over_white(region: Pixels, veil: Pixels | None) -> Pixels:
    if veil is None:
        return region
    share = veil[:, :, np.newaxis] / np.float32(255)
    return np.asarray(np.rint(region * share + 255 * (1 - share)), np.uint8)


def _out_of_focus(region: Pixels, height: int) -> Pixels:
    """The region averaged in coarse blocks, so that choosing a style on it costs almost nothing."""
    block = max(1, round(_FOCUS * height))
    size = max(1, region.shape[1] // block), max(1, region.shape[0] // block)
    small = cv2.resize(region, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), 1.0, borderType=cv2.BORDER_REPLICATE), np.uint8)


def _layers(
    sketch: MarkLayout, look: MarkStyle, blurred: Pixels, part: tuple[slice, slice]
) -> Iterator[tuple[Pixels, Floats]]:
    """The layers on the photo, lowest first: colours and their coverage, 0 to 1."""
    plate, text = sketch.plate[part], sketch.text[part]
    if look.plate:
        under = under_plate(blurred, look.tone, look.plate)
        yield cv2.resize(under, plate.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.uint8), coverage(plate, 1)
    elif text.any():
        yield _flat(look.tone.ground, *plate.shape), coverage(sketch.shade[part], _SHADE)
    if sketch.logo is not None:
        logo = sketch.logo[part]
        yield np.ascontiguousarray(logo[:, :, :3]), coverage(logo[:, :, 3], look.opacity)
    if text.any():
        yield _flat(look.tone.ink, *plate.shape), coverage(text, look.opacity)


@lru_cache(maxsize=8)
def _flat(colour: Colour, height: int, width: int) -> Pixels:
    return np.full((height, width, 3), colour, np.uint8)
