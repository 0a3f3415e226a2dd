"""Placement: corners where a mark covers no face and no other mark. Geometry only, no pixels."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from imgvet.geometry import Box
from imgvet.profile import Corner

KeptFree = NDArray[np.int64]

CORNERS: tuple[Corner, ...] = get_args(Corner)
EDGES = ("bottom-centre", "top-centre")  # tried when no corner is free
FACE_ROOM = 0.15  # of a face box, on every side, that is kept free too
SMALLER = 0.7  # what a mark may shrink to before it is given up
# A place is clearly busier than another when it is so both ways; of 177 photos five marks of six stay in their first.
_TIMES_BUSIER = 2.0
_LEVELS_BUSIER = 20.0  # grey levels from stroke to stroke, as ``texture.texture`` counts them


@dataclass(frozen=True, slots=True)
class MarkPosition:
    """One position at which a mark could be."""

    place: str  # a corner, or the middle of an edge
    height: int  # of the mark's text or PNG, pixels
    letters: Box  # of the text and the PNG
    box: Box  # of everything the mark may touch


def box_at(place: str, size: tuple[int, int], margin: int, picture: tuple[int, int]) -> Box:
    """The box of that ``size`` at a place, ``margin`` pixels from the edges; sizes are (width, height) in pixels."""
    (width, height), (across, down) = size, picture
    if place.endswith("left"):
        left = margin
    elif place.endswith("right"):
        left = across - margin - width
    else:
        left = (across - width) // 2
    top = margin if place.startswith("top") else down - margin - height
    return Box(left, top, left + width, top + height)


def inside(box: Box, picture: tuple[int, int]) -> bool:
    """Whether the box is inside a picture of that (width, height)."""
    return box.left >= 0 and box.top >= 0 and box.right <= picture[0] and box.bottom <= picture[1]


def last_resorts(preferred: Sequence[Corner]) -> Iterator[tuple[str, float]]:
    """Where a mark goes when none of the profile's corners is free, with the part of its size that it has there.

    The other corners, all corners again smaller, and at last the middle of an edge.
    """
    corners = list(dict.fromkeys((*preferred, *CORNERS)))
    yield from ((place, 1.0) for place in corners if place not in preferred)
    yield from ((place, SMALLER) for place in corners)
    for part in (1.0, SMALLER):
        yield from ((place, part) for place in EDGES)


def calm_order(textures: Sequence[float]) -> list[int]:
    """The numbers of the places, from 0, in the order in which to try them.

    That is the order in which they are given, except that a place is tried after later ones if it is clearly busier
    than they are. So the photos of a batch have their marks in one corner, whatever their order, unless a photo
    itself needs another.
    """
    left, order = list(range(len(textures))), list[int]()
    while left:
        chosen = next(
            place for place in left if not any(_clearly_busier(textures[place], textures[o]) for o in left if o > place)
        )
        left.remove(chosen)
        order.append(chosen)
    return order


def _clearly_busier(one: float, other: float) -> bool:
    return one > _TIMES_BUSIER * other and one - other > _LEVELS_BUSIER


def kept_free(faces: Iterable[Box]) -> KeptFree:
    """The faces with the room around them, as (number of faces, 4): left, top, right, bottom."""
    return np.array([face.grown(FACE_ROOM).as_list() for face in faces], np.int64).reshape(-1, 4)


def is_clear(box: Box, kept: KeptFree) -> bool:
    """Whether the box covers nothing of what is kept free."""
    left, top, right, bottom = kept.T
    covers = (left < box.right) & (box.left < right) & (top < box.bottom) & (box.top < bottom)
    return not covers.any()


def arrange(choices: Sequence[Callable[[], Iterator[MarkPosition]]]) -> tuple[MarkPosition | None, ...]:
    """One position for each mark, without overlaps: as many marks as possible, then the earliest positions.

    None where a mark has no room.

    Args:
        choices: for each mark, what starts the series of its positions, the best first.
    """
    best: tuple[MarkPosition | None, ...] = (None,) * len(choices)
    for found in _combinations(choices, ()):
        if found.count(None) < best.count(None):
            best = found
        if None not in best:
            break
    return best


def _with_gap(position: MarkPosition) -> Box:
    """The position's box with the room that two marks keep between them."""
    box, gap = position.box, position.height // 2
    return Box(box.left - gap, box.top - gap, box.right + gap, box.bottom + gap)


def _combinations(
    choices: Sequence[Callable[[], Iterator[MarkPosition]]], taken: tuple[MarkPosition | None, ...]
) -> Iterator[tuple[MarkPosition | None, ...]]:
    if len(taken) == len(choices):
        yield taken
        return
    for position in choices[len(taken)]():
        if not any(_with_gap(position).common_area(other.box) for other in taken if other):
            yield from _combinations(choices, (*taken, position))
    yield from _combinations(choices, (*taken, None))
