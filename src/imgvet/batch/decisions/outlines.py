"""Outlines of areas as people give them: a rectangle, or the corners of a polygon, in pixels or in per cent."""

import math
import re
from collections.abc import Sequence
from itertools import combinations

from imgvet.batch.decisions.add_faces import MIN_SIDE, parse_box
from imgvet.decisions import MOST_CORNERS
from imgvet.errors import UsageError
from imgvet.geometry import Outline, box_outline, outline_box
from imgvet.photo import Photo

_NUMBER = r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?"
_CORNER = re.compile(rf"({_NUMBER})\s*,\s*({_NUMBER})")
_CORNER_IN_SHARES = re.compile(rf"({_NUMBER})\s*%\s*,\s*({_NUMBER})\s*%")

Corner = tuple[float, float]


def parse_outline(photo: Photo, text: str) -> Outline:
    """The corners of an area in pixels of the upright full-size photo, cut to the picture.

    ``text`` is ``left,top,right,bottom`` as ``parse_box`` reads it, or at least three corners ``x,y`` with spaces
    between them, in pixels or each in per cent of width and height.

    Raises:
        UsageError: it cannot be an outline in this photo; says why, and gives an example.
    """
    corners = text.split() if not re.search(r",\s", text) else re.split(r"(?<![,])\s+(?![,])", text.strip())
    if len(corners) < 2:
        return box_outline(parse_box(photo, text))
    pixels, shares = (
        [_CORNER.fullmatch(each) for each in corners],
        [_CORNER_IN_SHARES.fullmatch(each) for each in corners],
    )
    if all(shares):
        scale = (photo.width / 100, photo.height / 100)
    elif all(pixels):
        scale = (1.0, 1.0)
    elif len(corners) == 4 and not any((*pixels, *shares)):  # a rectangle with spaces behind its commas
        return box_outline(parse_box(photo, text))
    else:
        raise _no_outline(photo, f"'{text}' is not an outline.")
    found = shares if all(shares) else pixels
    return drawn_outline(
        photo, [(float(each[1]) * scale[0], float(each[2]) * scale[1]) for each in found if each], text
    )


def drawn_outline(photo: Photo, corners: Sequence[Corner], text: str) -> Outline:
    """The same of corners that are numbers already, in pixels; ``text`` is what messages call them.

    Raises:
        UsageError: as ``parse_outline``.
    """
    if len(corners) > MOST_CORNERS:
        raise _no_outline(photo, f"The outline has {len(corners)} corners; at most {MOST_CORNERS} are allowed.")
    inside = _cut_to(photo, corners)
    outline = tuple(here for here, after in zip(inside, [*inside[1:], *inside[:1]], strict=True) if here != after)
    if outline and outline[0] != inside[0]:  # it was given at both ends
        outline = (outline[-1], *outline[:-1])
    if len(outline) < 3:
        raise _no_outline(photo, f"'{text}' has fewer than three corners in the picture.")
    box = outline_box(outline)
    if min(box.width, box.height) < MIN_SIDE:
        size = f"{box.width} × {box.height} pixels"
        raise _no_outline(photo, f"'{text}' is {size} in the picture; each side must be at least {MIN_SIDE}.")
    if _crosses_itself(corners):
        raise _no_outline(photo, f"The lines of '{text}' cross each other: give the corners in order round the area.")
    return outline


def _cut_to(photo: Photo, corners: Sequence[Corner]) -> list[tuple[int, int]]:
    """The corners of the part that is in the picture: what is drawn beyond its edge hides all that is within it.

    The outline is cut at one edge of the picture after the other (Sutherland and Hodgman, Reentrant Polygon Clipping,
    1974).
    """
    for axis, limit, way in ((0, 0, 1), (0, photo.width - 1, -1), (1, 0, 1), (1, photo.height - 1, -1)):
        kept = list[Corner]()
        for here, before in zip(corners, [*corners[-1:], *corners], strict=False):
            is_in, was_in = ((each[axis] - limit) * way >= 0 for each in (here, before))
            if is_in != was_in:
                along = (limit - before[axis]) / (here[axis] - before[axis])
                across = before[1 - axis] + along * (here[1 - axis] - before[1 - axis])
                kept.append((limit, across) if axis == 0 else (across, limit))
            if is_in:
                kept.append(here)
        corners = kept
    return [(math.floor(x), math.floor(y)) for x, y in corners]


def _crosses_itself(outline: Sequence[Corner]) -> bool:
    sides = list(zip(outline, (*outline[1:], outline[0]), strict=True))
    return any(
        _cross(one, other)
        for (place, one), (another, other) in combinations(enumerate(sides), 2)
        if another - place > 1 and not (place == 0 and another == len(sides) - 1)  # neighbours meet in a corner
    )


_Side = tuple[Corner, Corner]


def _cross(one: _Side, other: _Side) -> bool:
    """Whether two lines cross, each from one side of the other to the opposite one."""
    return _parted(one, other) and _parted(other, one)


def _parted(line: _Side, other: _Side) -> bool:
    (ax, ay), (bx, by) = line
    first, second = ((bx - ax) * (y - ay) - (by - ay) * (x - ax) for x, y in other)
    return (first < 0 < second) or (second < 0 < first)


def _no_outline(photo: Photo, reason: str) -> UsageError:
    return UsageError(
        reason,
        f"Photo {photo.number} is {photo.width} × {photo.height} pixels; give left,top,right,bottom or three "
        "corners or more, e.g. --add-area 40%,20%,50%,40% or --add-area '40%,20% 50%,30% 38%,40%'.",
    )
