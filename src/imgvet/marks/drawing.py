"""Putting marks on: small and crisp, readable on every ground, and never on a face."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import cv2
import numpy as np
from numpy.typing import NDArray

from imgvet.marks.contrast import Colour, Look, Needs, choose_look, own_luminance, sampled, under_plate
from imgvet.marks.lettering import line_mask, line_width, size_for
from imgvet.marks.placing import SMALLER, Kept, Spot, arranged, box_at, inside, is_clear, kept_free, places_in_order
from imgvet.marks.ready import ReadyMark, ready_marks
from imgvet.photo import Box
from imgvet.pixels import Pixels

__all__ = ["Marked", "PlacedMark", "ReadyMark", "put_marks", "ready_marks"]

LEAST_HEIGHT = 8  # pixels; smaller letters cannot be read
WIDEST = 0.6  # of the picture's width; a longer mark is made smaller
# Parts of the mark's height:
PAD_ACROSS, PAD_DOWN = 0.52, 0.36  # from the letters to the end of the plate
_GAP = 0.38  # between a PNG and the text
_LIFT = 0.12  # how much higher than the text a PNG beside it stands, to be level with its capitals
_ROUNDING = 0.42  # radius of the plate's corners
_SOFTNESS = 0.10  # sigma of the shade behind letters that stand on the photo itself
_SHADE = 0.55  # how solid that shade is
_FOCUS = 0.28  # size of the blocks that put the ground under a plate out of focus

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PlacedMark:
    """Where a mark stands."""

    corner: str  # or "bottom-centre", "top-centre"
    box: Box  # in the marked picture's own pixels; outside of it nothing was changed
    name: str = ""
    height: int = 0  # of the text or the PNG, pixels


@dataclass(frozen=True, slots=True)
class Marked:
    """A picture with its marks on."""

    pixels: Pixels
    alpha: Pixels | None
    placed: tuple[PlacedMark, ...] = ()
    unplaced: tuple[str, ...] = ()  # names of the marks for which there was no room that covers no face


@dataclass(frozen=True, slots=True)
class Sketch:
    """One mark drawn at one size, with the room around it that it may touch; 255 is covered whole."""

    text: Pixels  # (height, width)
    shade: Pixels  # the text, softened
    plate: Pixels
    emblem: Pixels | None  # (height, width, 4), straight alpha
    emblem_luminance: float | None  # where it must contrast with its ground; None: it needs no help, or there is none
    pads: tuple[int, int]  # pixels of room, across and down, on each side of the letters

    @property
    def letters_size(self) -> tuple[int, int]:
        """Width and height of the text and the PNG, without the room around them."""
        height, width = self.plate.shape
        return width - 2 * self.pads[0], height - 2 * self.pads[1]


def put_marks(
    pixels: Pixels, alpha: Pixels | None, faces: Sequence[Box], marks: Sequence[ReadyMark], font: str = ""
) -> Marked:
    """The picture with its marks on. ``pixels`` and ``alpha`` are changed in place where they can be written to.

    The same photo size gives the same mark size; nothing outside of the boxes of ``placed`` changes.

    Args:
        pixels: (height, width, 3).
        alpha: (height, width), straight, or None; it becomes solid under a mark.
        faces: boxes in these pixels that no mark may touch.
        marks: those first in line get the better places.
        font: TrueType file for marks that name none.

    Raises:
        ProfileError: the font cannot be used.
    """
    marks = [mark if mark.font or not font else replace(mark, font=font) for mark in marks]
    picture = pixels.shape[1], pixels.shape[0]
    heights = _side_by_side(marks, [_fitting_height(mark, picture) for mark in marks], picture)
    kept = kept_free(faces)
    spots = arranged([partial(_spots, m, h, kept, picture) for m, h in zip(marks, heights, strict=True)])
    pixels, alpha = _writeable(pixels), None if alpha is None else _writeable(alpha)
    for mark, spot in zip(marks, spots, strict=True):
        if spot:
            _draw(pixels, alpha, mark, spot)
    found = list(zip(marks, spots, strict=True))
    placed = tuple(PlacedMark(spot.place, spot.box, mark.name, spot.height) for mark, spot in found if spot)
    return Marked(pixels, alpha, placed, tuple(mark.name for mark, spot in found if not spot))


def _writeable(pixels: Pixels) -> Pixels:
    return pixels if pixels.flags.writeable else pixels.copy()


# How large


def _fitting_height(mark: ReadyMark, picture: tuple[int, int]) -> int:
    """Pixels: the mark's part of the short side, or less where the mark would get too wide; never below the least."""
    height = max(LEAST_HEIGHT, round(mark.height * min(picture)))
    width = _width(mark, height)
    return max(LEAST_HEIGHT, min(height, int(height * WIDEST * picture[0] / width)))


def _width(mark: ReadyMark, height: int) -> int:
    """Pixels across of the mark's text and PNG at that height, without drawing them."""
    text = line_width(mark.text, mark.font, size_for(height, mark.font)) if mark.text else 0
    emblem = _emblem_width(mark.image, height) if mark.image is not None else 0
    return max(1, text + emblem + (round(_GAP * height) if text and emblem else 0))


def _emblem_width(image: Pixels, height: int) -> int:
    return max(1, round(int(image.shape[1]) * height / int(image.shape[0])))


def _side_by_side(marks: Sequence[ReadyMark], heights: Sequence[int], picture: tuple[int, int]) -> list[int]:
    """The heights, all made a little less where marks that want the same edge would not fit beside each other."""
    edges = [mark.places[0].split("-")[0] if mark.places else "" for mark in marks]
    fitted = list(heights)
    for edge in set(edges):
        row = [index for index, each in enumerate(edges) if each == edge]
        margins = 2 * max(marks[index].margin for index in row) * min(picture)
        taken = sum(_width(marks[i], heights[i]) + (PAD_ACROSS + 0.35) * heights[i] for i in row)
        part = (picture[0] - margins) / taken
        if len(row) > 1 and SMALLER <= part < 1:
            for index in row:
                fitted[index] = max(LEAST_HEIGHT, int(heights[index] * part))
    return fitted


# Where


def _spots(mark: ReadyMark, height: int, kept: Kept, picture: tuple[int, int]) -> Iterator[Spot]:
    """The places where the mark covers no face and lies inside the picture, the best first."""
    margin = round(mark.margin * min(picture))
    for place, part in places_in_order(mark.places):
        small = max(LEAST_HEIGHT, round(height * part))
        if _width(mark, small) > 2 * picture[0] or small > picture[1]:
            continue  # far too large to be worth drawing
        sketch = sketched(mark, small)
        letters = box_at(place, sketch.letters_size, margin, picture)
        box = _with_room(letters, sketch.pads).clipped(*picture)
        if inside(letters, picture) and is_clear(box, kept):
            yield Spot(place, small, letters, box)


def _with_room(letters: Box, pads: tuple[int, int]) -> Box:
    across, down = pads
    return Box(letters.left - across, letters.top - down, letters.right + across, letters.bottom + down)


# What it looks like


@lru_cache(maxsize=16)
def sketched(mark: ReadyMark, height: int) -> Sketch:
    """The mark drawn at that height in pixels; kept, because the photos of a batch are of few sizes."""
    text = line_mask(mark.text, mark.font, size_for(height, mark.font)) if mark.text else np.zeros((1, 0), np.uint8)
    emblem = None if mark.image is None else _scaled_emblem(mark.image, height)
    start = 0 if emblem is None else emblem.shape[1] + (round(_GAP * height) if mark.text else 0)
    across, down = max(2, round(PAD_ACROSS * height)), max(2, round(PAD_DOWN * height))
    # NOTE: the lift is taken from the room above, so that plates with and without a PNG are of one height.
    lift = round(_LIFT * height) if mark.text and emblem is not None else 0
    rows = max(text.shape[0], height)
    canvas = np.zeros((rows + 2 * down, start + text.shape[1] + 2 * across), np.uint8)
    letters = canvas.copy()
    letters[down + rows - text.shape[0] : down + rows, across + start : across + start + text.shape[1]] = text
    return Sketch(
        letters,
        cv2.GaussianBlur(letters, (0, 0), max(0.8, _SOFTNESS * height)).astype(np.uint8),
        _rounded_plate(canvas.shape[1], canvas.shape[0], _ROUNDING * height),
        None if emblem is None else _on_canvas(emblem, canvas, across, down + rows - height - lift),
        None if emblem is None else own_luminance(emblem),
        (across, down),
    )


def _scaled_emblem(image: Pixels, height: int) -> Pixels:
    """The PNG at that height; colours are weighted by their alpha, so hidden ones do not bleed in."""
    solid = image[:, :, 3]
    weighted = cv2.merge((cv2.multiply(image[:, :, :3], cv2.merge((solid, solid, solid)), scale=1 / 255), solid))
    how = cv2.INTER_AREA if height < image.shape[0] else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(weighted, (_emblem_width(image, height), height), interpolation=how), np.float32)
    colours = small[:, :, :3] * 255 / np.maximum(small[:, :, 3:], 1)
    return np.asarray(np.clip(np.rint(np.dstack((colours, small[:, :, 3]))), 0, 255), np.uint8)


def _on_canvas(emblem: Pixels, canvas: Pixels, left: int, top: int) -> Pixels:
    whole = np.zeros((*canvas.shape, 4), np.uint8)
    whole[top : top + emblem.shape[0], left : left + emblem.shape[1]] = emblem
    return whole


def _rounded_plate(width: int, height: int, radius: float) -> Pixels:
    """A rectangle with round corners, its edge smoothed by its distance from each pixel's centre."""
    across = np.abs(np.arange(width) + 0.5 - width / 2) - (width / 2 - radius)
    down = np.abs(np.arange(height) + 0.5 - height / 2) - (height / 2 - radius)
    outside = np.hypot(np.maximum(across, 0)[np.newaxis, :], np.maximum(down, 0)[:, np.newaxis])
    return np.asarray(np.clip(radius - outside + 0.5, 0, 1) * 255, np.uint8)


# Drawing


def _draw(pixels: Pixels, alpha: Pixels | None, mark: ReadyMark, spot: Spot) -> None:
    """Draw the mark into ``pixels`` and ``alpha``, inside ``spot.box`` only."""
    box, sketch = spot.box, sketched(mark, spot.height)
    rows, columns = slice(box.top, box.bottom), slice(box.left, box.right)
    region = pixels[rows, columns]
    veil = None if alpha is None or int(alpha[rows, columns].min()) == 255 else alpha[rows, columns]
    seen = region if veil is None else _over_white(region, veil)
    blurred = _out_of_focus(seen, spot.height)
    needs = Needs(mark.opacity, bool(mark.text), sketch.emblem_luminance)
    look = choose_look(sampled(seen), blurred.reshape(-1, 3), needs, veil is not None)
    whole = _with_room(spot.letters, sketch.pads)
    part = np.s_[box.top - whole.top : box.bottom - whole.top, box.left - whole.left : box.right - whole.left]
    painted, solid = np.ascontiguousarray(region), None if veil is None else _coverage(veil, 1)
    for colour, coverage in _layers(sketch, look, mark.opacity, blurred, part):
        painted, solid = _laid(painted, solid, colour, coverage)
    region[:] = painted
    if veil is not None and solid is not None:
        veil[:] = np.rint(solid * 255)


def _over_white(region: Pixels, veil: Pixels) -> Pixels:
    share = veil[:, :, np.newaxis] / np.float32(255)
    return np.asarray(np.rint(region * share + 255 * (1 - share)), np.uint8)


def _out_of_focus(region: Pixels, height: int) -> Pixels:
    """The region in coarse blocks: so few pixels that a choice made on them costs next to nothing."""
    block = max(1, round(_FOCUS * height))
    size = max(1, region.shape[1] // block), max(1, region.shape[0] // block)
    small = cv2.resize(region, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), 1.0, borderType=cv2.BORDER_REPLICATE), np.uint8)


def _layers(
    sketch: Sketch, look: Look, opacity: float, blurred: Pixels, part: tuple[slice, slice]
) -> Iterator[tuple[Pixels, Floats]]:
    """What is laid on the photo, the lowest first: colours and how much they cover, 0 to 1."""
    plate, text = sketch.plate[part], sketch.text[part]
    if look.plate:
        under = under_plate(blurred, look.tone, look.plate)
        yield cv2.resize(under, plate.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.uint8), _coverage(plate, 1)
    elif text.any():
        yield _flat(look.tone.ground, *plate.shape), _coverage(sketch.shade[part], _SHADE)
    if sketch.emblem is not None:
        emblem = sketch.emblem[part]
        yield np.ascontiguousarray(emblem[:, :, :3]), _coverage(emblem[:, :, 3], opacity)
    if text.any():
        yield _flat(look.tone.ink, *plate.shape), _coverage(text, opacity)


@lru_cache(maxsize=8)
def _flat(colour: Colour, height: int, width: int) -> Pixels:
    return np.full((height, width, 3), colour, np.uint8)


def _coverage(mask: Pixels, share: float) -> Floats:
    return mask * np.float32(share / 255)


def _laid(below: Pixels, solid: Floats | None, colour: Pixels, coverage: Floats) -> tuple[Pixels, Floats | None]:
    """One layer over what is there, with straight alpha (Porter and Duff 1984, "over"); ``solid`` None is opaque."""
    share = coverage
    if solid is not None:
        solid = (coverage + solid * (1 - coverage)).astype(np.float32)
        share = (coverage / np.maximum(solid, 1e-6)).astype(np.float32)
    return np.asarray(cv2.blendLinear(below, colour, 1 - share, share), np.uint8), solid
