"""What several looks saw, put together: one box a face, with a score that says how far the looks agree."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imgvet.faces.model import Rows
from imgvet.faces.passes import Pass
from imgvet.photo import Face

_SAME_FACE = 0.4  # overlap from which two boxes are one face
_INSIDE = 0.75  # share of the smaller box in the larger from which two boxes are one face
_TURNED_COUNTS = 2 / 3  # of the score: three more looks at everything are three more chances of seeing what is not
_NOTHING: Rows = np.empty((0, 5), np.float32)


@dataclass(frozen=True, slots=True)
class PassResult:
    """One look with the boxes that it saw."""

    look: Pass
    boxes: Rows


def fuse_boxes(seen: Sequence[PassResult]) -> Rows:
    """One box for each face that some of the looks saw, the surest first.

    A box is the mean of all that show the face, weighted by score (Solovyev et al., "Weighted boxes fusion", 2021). Its
    score is halfway between the best that a look gave and the mean of all looks that should have seen the face, where a
    look that did not counts 0: two looks that agree are better evidence than one that is a little surer. Looks at the
    picture upright and turned are judged apart, for a face has one way up; the better of them holds,
    the turned ones at two thirds.
    """
    if not any(len(each.boxes) for each in seen):
        return _NOTHING
    boxes = np.concatenate([each.boxes for each in seen])
    by = np.concatenate([np.full(len(each.boxes), index) for index, each in enumerate(seen)])
    order = np.argsort(-boxes[:, 4], kind="stable")
    boxes, by = boxes[order], by[order]
    groups = _groups(boxes)
    merged = np.stack([_mean_box(boxes[group]) for group in groups])
    sees = np.stack([each.look.can_see(merged) for each in seen])
    turns = np.array([each.look.turned for each in seen])
    scores = [_agreed(boxes[group, 4], by[group], sees[:, index], turns) for index, group in enumerate(groups)]
    merged[:, 4] = scores
    return merged[np.argsort(-merged[:, 4], kind="stable")]


def reading_order(faces: Sequence[Face]) -> list[Face]:
    """The faces row by row from the top, from left to right within a row, as people count them in a picture."""
    rows: list[list[Face]] = []
    for face in sorted(faces, key=lambda each: each.box.top + each.box.bottom):
        middle = (face.box.top + face.box.bottom) / 2
        if rows and rows[-1][0].box.top <= middle < rows[-1][0].box.bottom:
            rows[-1].append(face)
        else:
            rows.append([face])
    return [face for row in rows for face in sorted(row, key=lambda each: each.box.left)]


def _groups(boxes: Rows) -> list[NDArray[np.intp]]:
    """Places of boxes that show the same face, a group round each of the surest; ``boxes`` come the surest first."""
    free = np.ones(len(boxes), bool)
    groups = []
    for index in range(len(boxes)):
        if free[index]:
            overlap, inside = _common(boxes[index], boxes)
            members = np.flatnonzero(free & ((overlap >= _SAME_FACE) | (inside >= _INSIDE)))
            free[members] = False
            groups.append(members)
    return groups


def _common(box: Rows, boxes: Rows) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Intersection over union of one box with each, and the part of the smaller of the two in the larger."""
    across = np.minimum(boxes[:, 2], box[2]) - np.maximum(boxes[:, 0], box[0])
    down = np.minimum(boxes[:, 3], box[3]) - np.maximum(boxes[:, 1], box[1])
    common = np.maximum(across, 0) * np.maximum(down, 0)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    area = (box[2] - box[0]) * (box[3] - box[1])
    return common / np.maximum(areas + area - common, 1e-6), common / np.maximum(np.minimum(areas, area), 1e-6)


def _mean_box(group: Rows) -> Rows:
    """The mean of those that overlap the surest, weighted by score; it keeps the best score."""
    overlap, _ = _common(group[0], group)
    close = group[overlap >= _SAME_FACE]
    mean = close[:, 4] @ close[:, :4] / close[:, 4].sum()
    return np.append(mean, group[0, 4]).astype(np.float32)


def _agreed(scores: Rows, by: NDArray[np.intp], sees: NDArray[np.bool_], turns: NDArray[np.intp]) -> float:
    best = np.zeros(len(sees), np.float32)
    np.maximum.at(best, by, scores)
    asked = sees | (best > 0)
    agreed = 0.0
    for turn in np.unique(turns):
        of_turn = best[asked & (turns == turn)]
        if of_turn.size:
            counts = _TURNED_COUNTS if turn else 1.0
            agreed = max(agreed, counts * float(of_turn.max() + of_turn.mean()) / 2)
    return agreed
