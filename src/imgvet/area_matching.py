"""Match areas with what people recorded, however they are found or numbered later. From records alone, without pixels.

An area is matched by its place in the picture, which cannot change while the original is the same. The matching is one
to one; in doubt, two areas are two, and one that is to be hidden stays hidden.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from imgvet.decisions import AreaRecord
from imgvet.geometry import Box, box_outline
from imgvet.pairing import best_pairs, merge_pairs
from imgvet.photo import Area

_SAME_AREA = 0.5  # overlap from which two boxes are one area
_SAME_ROW = 0.5  # shared part of the lower of two areas in one row; they share less of the narrower's width


def merge_area_records(areas: Collection[Area], known: Collection[AreaRecord]) -> tuple[Area, ...]:
    """The areas, each as people know it, and behind them those that stay although they are not among them."""
    likely = ((area, each) for area in areas for each in known if _may_be(area, each))
    return merge_pairs(areas, known, best_pairs(sorted(likely, key=_likeness)), _as_known, _kept)


def hides_area(known: AreaRecord | None) -> bool:
    """Whether what people decided hides the area; None: nobody has decided about it."""
    return known is not None and known.answer is not None and known.answer.hides


def numbered_areas(areas: Iterable[Area]) -> tuple[Area, ...]:
    """The areas numbered as people read: row by row from the top, from left to right within a row."""
    rows: list[list[Area]] = []
    for area in sorted(areas, key=lambda each: (each.box.top, each.box.left)):
        row = rows[-1] if rows else None
        if row is not None and _is_in_row(row[0].box, area.box):
            row.append(area)
        else:
            rows.append([area])
    in_order = [area for row in rows for area in sorted(row, key=lambda each: each.box.left)]
    return tuple(replace(area, number=number) for number, area in enumerate(in_order, 1))


def _is_in_row(one: Box, other: Box) -> bool:
    """Whether the two are beside each other and at one height; one inside the other is not beside it."""
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    across = min(one.right, other.right) - max(one.left, other.left)
    is_beside = across < _SAME_ROW * min(one.width, other.width)
    return is_beside and down >= _SAME_ROW * max(1, min(one.height, other.height))


def _may_be(area: Area, known: AreaRecord) -> bool:
    if area.area_id is not None:
        return area.area_id == known.area_id
    return _overlap(area, known) >= _SAME_AREA


def _overlap(area: Area, known: AreaRecord) -> float:
    """With where it was spoken of first or last, whichever is closer."""
    return max(area.box.overlap(known.box), area.box.overlap(known.area_id))


def _likeness(pair: tuple[Area, AreaRecord]) -> tuple[bool, bool, float, int, Sequence[int]]:
    """What the best pair has least of; what is behind the overlap only makes the order certain."""
    area, known = pair
    return area.area_id is None, area.rule != known.rule, -_overlap(area, known), area.number, known.area_id.as_list()


def _kept(number: int, known: AreaRecord) -> Area:
    return Area(number, known.rule, known.box, known.outline, added=known.drawn, found=False, area_id=known.area_id)


def _as_known(area: Area, known: AreaRecord) -> Area:
    """A found area with what people know of it; where more is to be hidden than it covers, it is larger."""
    now = replace(area, area_id=known.area_id, added=known.drawn, rule=known.rule if known.drawn else area.rule)
    box = area.box.joined(known.box)
    is_whole = area.corners == box_outline(area.box)
    if known.outline == area.outline or (box == area.box and is_whole) or not (hides_area(known) or known.drawn):
        return now
    return replace(now, box=box, outline=(), resolved=None)
