"""Where lines of text are to each other: beside, below, in one block. In pixels of the upright full-size photo."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from imgvet.geometry import Box, Outline, outline_box
from imgvet.reading.text_lines import TextLine

_TURNED = math.radians(15)  # between two lines that belong together
_ALIKE = 2.0  # the heights of such lines, as a ratio


@dataclass(frozen=True)
class PlacedLine:
    """A line, or lines that belong together, with where they are."""

    text: str
    outline: Outline  # top left, top right, bottom right, bottom left as the text reads
    score: float
    height: float  # of a capital letter, in pixels of the published picture
    parts: tuple[int, ...]  # the numbers of its lines

    @cached_property
    def box(self) -> Box:
        """The box round it."""
        return outline_box(self.outline)

    @cached_property
    def centre(self) -> tuple[float, float]:
        """Of its corners."""
        return (
            sum(x for x, _ in self.outline) / len(self.outline),
            sum(y for _, y in self.outline) / len(self.outline),
        )

    @cached_property
    def along(self) -> tuple[float, float]:
        """The direction in which it reads, of length 1."""
        (x0, y0), (x1, y1) = self.outline[0], self.outline[1]
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        return ((x1 - x0) / length, (y1 - y0) / length) if length > 1 else (1.0, 0.0)

    @cached_property
    def length(self) -> float:
        """From its first letter to its last, in pixels."""
        return max(1.0, math.dist(self.outline[0], self.outline[1]))

    @cached_property
    def thickness(self) -> float:
        """From above its letters to below them, in pixels."""
        return max(1.0, math.dist(self.outline[0], self.outline[3]))

    @property
    def is_level(self) -> bool:
        """Whether it reads from left to right, turned by 20 degrees at most."""
        return self.along[0] > math.cos(math.radians(20))


def placed(lines: Sequence[TextLine]) -> list[PlacedLine]:
    """The lines with their places, in reading order."""
    found = [
        PlacedLine(" ".join(line.text.split()), line.outline, line.score, line.height, (number,))
        for number, line in enumerate(lines)
        if len(line.outline) == 4
    ]
    return sorted(found, key=lambda line: (line.centre[1], line.centre[0]))


def _offset(line: PlacedLine, other: PlacedLine) -> tuple[float, float]:
    """From the middle of the one to that of the other, along the line and across it, in pixels."""
    dx, dy = other.centre[0] - line.centre[0], other.centre[1] - line.centre[1]
    (ux, uy) = line.along
    return dx * ux + dy * uy, dy * ux - dx * uy


def _alike(line: PlacedLine, other: PlacedLine) -> bool:
    ratio = line.thickness / other.thickness
    turn = line.along[0] * other.along[0] + line.along[1] * other.along[1]
    return 1 / _ALIKE <= ratio <= _ALIKE and turn > math.cos(_TURNED)


def is_right_of(line: PlacedLine, other: PlacedLine) -> bool:
    """Whether ``other`` goes on where ``line`` ends, as the second part of a line that was read in two."""
    along, across = _offset(line, other)
    gap = along - (line.length + other.length) / 2
    thick = max(line.thickness, other.thickness)
    return _alike(line, other) and abs(across) < 0.5 * thick and -0.4 * thick < gap < 2.0 * thick


def is_below(line: PlacedLine, other: PlacedLine, reach: float = 2.2) -> bool:
    """Whether ``other`` is the next line below ``line``: within ``reach`` times the thickness, and under it."""
    along, across = _offset(line, other)
    thick = max(line.thickness, other.thickness)
    common = (line.length + other.length) / 2 - abs(along)
    turn = line.along[0] * other.along[0] + line.along[1] * other.along[1]
    return (
        turn > math.cos(_TURNED)
        and 0.4 * thick < across < reach * thick
        and common > 0.3 * min(line.length, other.length)
        and max(line.thickness, other.thickness) < 3 * min(line.thickness, other.thickness)
    )


def neighbours(line: PlacedLine, lines: Iterable[PlacedLine], reach: float) -> list[PlacedLine]:
    """The other lines whose box is within ``reach`` times the line's thickness of its own."""
    margin = round(reach * line.thickness)
    near = Box(line.box.left - margin, line.box.top - margin, line.box.right + margin, line.box.bottom + margin)
    return [other for other in lines if other is not line and near.common_area(other.box)]


def joined(line: PlacedLine, other: PlacedLine) -> PlacedLine:
    """Two lines as one, the first before the second."""
    return PlacedLine(
        f"{line.text} {other.text}".strip(),
        around((line.outline, other.outline), line.along),
        min(line.score, other.score),
        min(line.height, other.height),
        (*line.parts, *other.parts),
    )


def around(outlines: Iterable[Outline], along: tuple[float, float] = (1.0, 0.0)) -> Outline:
    """The smallest rectangle round all corners that is turned as ``along``; four corners, as a line's outline."""
    ux, uy = along
    corners = [corner for outline in outlines for corner in outline]
    across = [x * ux + y * uy for x, y in corners]
    down = [y * ux - x * uy for x, y in corners]
    left, right, top, bottom = min(across), max(across), min(down), max(down)
    turned = ((left, top), (right, top), (right, bottom), (left, bottom))
    return tuple((round(a * ux - d * uy), round(a * uy + d * ux)) for a, d in turned)


def blocks(lines: Sequence[PlacedLine], reach: float) -> list[list[PlacedLine]]:
    """The lines in groups, in which each is within ``reach`` times its thickness of another."""
    groups = list[list[PlacedLine]]()
    left = list(lines)
    while left:
        group, rim = [left[0]], [left[0]]
        left = left[1:]
        while rim:
            near = neighbours(rim.pop(), left, reach)
            ids = {id(each) for each in near}
            left = [each for each in left if id(each) not in ids]
            group += near
            rim += near
        groups.append(group)
    return groups


_CELLS = 64  # along the longer side of the grid
_REACH = 2.5  # times the thickness of the thicker one, between lines that may belong together


def close_by(lines: Sequence[PlacedLine], size: tuple[int, int]) -> dict[int, list[PlacedLine]]:
    """By the number of each single line, the others that are close enough to belong to it.

    ``size``: width and height of the photo, over which there is a grid in which they are looked up.
    """
    grid = dict[tuple[int, int], list[int]]()
    cells = [_cells_of(line, max(size) // _CELLS + 1) for line in lines]
    for at, own in enumerate(cells):
        for each in own:
            grid.setdefault(each, []).append(at)
    return {
        line.parts[0]: [lines[at] for at in sorted({at for each in own for at in grid[each]}) if lines[at] is not line]
        for line, own in zip(lines, cells, strict=True)
    }


def _cells_of(line: PlacedLine, cell: int) -> list[tuple[int, int]]:
    """The cells that the line and its surroundings have a part of; what is outside the photo counts to its rim."""
    margin = round(_REACH * line.thickness)
    sides = (line.box.left - margin, line.box.top - margin, line.box.right + margin, line.box.bottom + margin)
    left, top, right, bottom = (min(max(side // cell, 0), _CELLS) for side in sides)
    return [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]
