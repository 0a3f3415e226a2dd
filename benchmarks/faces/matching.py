"""Which labels a set of boxes hits, and which boxes hit nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from imgvet.geometry import Box
from imgvet.photo import Face

OVERLAP = 0.4  # from which a box hits a label
AREAS = 4  # a box whose centre is inside the label hits it when neither area is more than this many times the other's
INSIDE_IGNORED = 0.5  # share of a box in an ignored region from which the box counts neither way

# Classes of face sizes: the shorter side of the label, in pixels of the published file.
EDGES = (12, 20, 40, 80)
CLASSES = ("<12", "12–20", "20–40", "40–80", "80+")


@dataclass(frozen=True, slots=True)
class Judged:
    """What a detector's boxes are worth on one photo."""

    hits: tuple[Face | None, ...]  # for each label, in their order
    false: tuple[Face, ...]  # hit nothing, and lie in no ignored region


def judge(labels: Sequence[Box], ignored: Sequence[Box], found: Sequence[Face]) -> Judged:
    """Boxes and labels paired one to one, those that overlap best first."""
    pairs = [
        (label.overlap(face.box), at, number)
        for (at, label), (number, face) in product(enumerate(labels), enumerate(found))
        if is_hit(label, face.box)
    ]
    hits: dict[int, int] = {}
    for _, at, number in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if at not in hits and number not in hits.values():
            hits[at] = number
    rest = [face for number, face in enumerate(found) if number not in hits.values()]
    return Judged(
        tuple(found[hits[at]] if at in hits else None for at in range(len(labels))),
        tuple(face for face in rest if not any(_counts_neither_way(face.box, region) for region in ignored)),
    )


def is_hit(label: Box, box: Box) -> bool:
    """Whether the box shows the labelled face: by overlap, or its centre inside and of a similar size."""
    if label.overlap(box) >= OVERLAP:
        return True
    across, down = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    inside = label.left <= across < label.right and label.top <= down < label.bottom
    return inside and label.area <= AREAS * box.area and box.area <= AREAS * label.area


def size_class(label: Box, published: float) -> str:
    """The class of the label's shorter side in the published file."""
    side = min(label.width, label.height) * published
    return CLASSES[sum(side >= edge for edge in EDGES)]


def _counts_neither_way(box: Box, region: Box) -> bool:
    return is_hit(region, box) or (box.area > 0 and box.common_area(region) / box.area >= INSIDE_IGNORED)
