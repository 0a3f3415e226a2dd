"""Weighted boxes fusion: the boxes of several passes become one box a face, scored by how well the passes agree."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imgvet.faces.model import Rows
from imgvet.faces.passes import Pass
from imgvet.photo import Face

_SAME_FACE = 0.4  # overlap from which two boxes are one face
_INSIDE = 0.75  # share of the smaller box in the larger from which two boxes are one face
# Shifted boxes of one head, e.g. of its profile and of its front. Two people half behind each other are further apart:
_HALF_INSIDE = 0.5  # share of the smaller box in the larger from which they may be one face
_CENTRES = 0.5  # sides of the larger box between their centres, below which they are one then
_ROTATED_WEIGHT = 2 / 3  # of the score: three more passes are three more chances of a false box

# Sides of faces of like size, which are numbered row by row:
_LIKE = 1.5  # times smaller than the largest, up to which a face is like it
_UNLIKE = 2.5  # times smaller than the largest, from which it is not
_STEP = 1.25  # times smaller than the face before it, from which the smaller faces are a group of their own

_NOTHING: Rows = np.empty((0, 5), np.float32)


@dataclass(frozen=True, slots=True)
class PassResult:
    """One pass with the boxes that it found, (n, 5)."""

    pass_: Pass
    boxes: Rows


def fuse_boxes(results: Sequence[PassResult]) -> Rows:
    """One box for each face that any of the passes found, by falling score: (n, 5).

    A box is the mean of all that show the face, weighted by score (Solovyev et al., "Weighted boxes fusion", 2021). Its
    score is halfway between the best that a pass gave and the mean of all passes that cover the face, where a pass that
    missed it counts 0: two passes that agree are better evidence than one that is a little surer. Upright and rotated
    passes are scored apart, because a face has one way up; the better score is used, a rotated one at two thirds.
    """
    if not any(len(each.boxes) for each in results):
        return _NOTHING
    boxes = np.concatenate([each.boxes for each in results])
    by = np.concatenate([np.full(len(each.boxes), index) for index, each in enumerate(results)])
    order = np.argsort(-boxes[:, 4], kind="stable")
    boxes, by = boxes[order], by[order]
    groups, merged = _merged(boxes)
    covered = np.stack([each.pass_.covers(merged) for each in results])
    turns = np.array([each.pass_.rotated for each in results])
    scores = [_agreed(boxes[group, 4], by[group], covered[:, index], turns) for index, group in enumerate(groups)]
    merged[:, 4] = scores
    return merged[np.argsort(-merged[:, 4], kind="stable")]


def reading_order(faces: Sequence[Face]) -> list[Face]:
    """The faces as people count them: the largest first, and row by row among faces of like size.

    The person in front is face 1. Faces are of like size up to the widest step in size, so that a face that is drawn
    a little larger or smaller the next time keeps its place.
    """
    return [face for group in _of_like_size(faces) for face in _row_by_row(group)]


def _of_like_size(faces: Sequence[Face]) -> list[list[Face]]:
    """The faces in groups, the largest first."""
    left = sorted(faces, key=lambda each: (-each.box.area, each.box.top, each.box.left))
    groups = []
    while left:
        end = _end_of_group([math.sqrt(each.box.area) for each in left])
        groups.append(left[:end])
        left = left[end:]
    return groups


def _end_of_group(sides: Sequence[float]) -> int:
    """How many of the faces with those sides, in falling order, are of like size with the first.

    All that are certainly like it, and more up to the first wide step between two of them; where there is none they
    end at the widest, unless all that are left are of like size.
    """
    like = sum(side * _LIKE > sides[0] for side in sides)
    most = sum(side * _UNLIKE >= sides[0] for side in sides)
    steps = {end: sides[end - 1] / max(sides[end], 1) for end in range(max(like, 1), min(most + 1, len(sides)))}
    wide = next((end for end, step in steps.items() if step >= _STEP), None)
    if wide is None and most < len(sides):
        wide = max(steps, key=lambda end: steps[end])
    return wide or len(sides)


def _row_by_row(faces: Sequence[Face]) -> list[Face]:
    """From the top, from left to right within a row."""
    rows: list[list[Face]] = []
    for face in sorted(faces, key=lambda each: each.box.top + each.box.bottom):
        middle = (face.box.top + face.box.bottom) / 2
        if rows and rows[-1][0].box.top <= middle < rows[-1][0].box.bottom:
            rows[-1].append(face)
        else:
            rows.append([face])
    return [face for row in rows for face in sorted(row, key=lambda each: each.box.left)]


def _merged(boxes: Rows) -> tuple[list[NDArray[np.intp]], Rows]:
    """Indices of boxes that show the same face, and the mean box of each; no two of those show the same face either."""
    groups = [np.array([index]) for index in range(len(boxes))]
    merged = boxes
    while len(joined := _groups(merged)) < len(merged):
        groups = [np.sort(np.concatenate([groups[index] for index in each])) for each in joined]
        order = np.argsort([group[0] for group in groups])
        groups = [groups[index] for index in order]
        merged = np.stack([_mean_box(boxes[group]) for group in groups])
    return groups, merged


def _groups(boxes: Rows) -> list[NDArray[np.intp]]:
    """Indices of boxes that show the same face, grouped round the best one; ``boxes`` are sorted by falling score."""
    free = np.ones(len(boxes), bool)
    groups = []
    for index in range(len(boxes)):
        if free[index]:
            members = np.flatnonzero(free & _is_same_face(boxes[index], boxes))
            free[members] = False
            groups.append(members)
    return groups


def _is_same_face(box: Rows, boxes: Rows) -> NDArray[np.bool_]:
    """Which of the boxes show the face that one box shows."""
    overlap, inside = _common(box, boxes)
    across = (boxes[:, 0] + boxes[:, 2] - box[0] - box[2]) / 2
    down = (boxes[:, 1] + boxes[:, 3] - box[1] - box[3]) / 2
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    side = np.sqrt(np.maximum(areas, (box[2] - box[0]) * (box[3] - box[1])))
    shifted = (inside >= _HALF_INSIDE) & (np.hypot(across, down) < _CENTRES * side)
    same: NDArray[np.bool_] = (overlap >= _SAME_FACE) | (inside >= _INSIDE) | shifted
    return same


def _common(box: Rows, boxes: Rows) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Intersection over union of one box with each, and the part of the smaller of the two in the larger."""
    across = np.minimum(boxes[:, 2], box[2]) - np.maximum(boxes[:, 0], box[0])
    down = np.minimum(boxes[:, 3], box[3]) - np.maximum(boxes[:, 1], box[1])
    common = np.maximum(across, 0) * np.maximum(down, 0)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    area = (box[2] - box[0]) * (box[3] - box[1])
    return common / np.maximum(areas + area - common, 1e-6), common / np.maximum(np.minimum(areas, area), 1e-6)


def _mean_box(group: Rows) -> Rows:
    """The mean of those that overlap the best box, weighted by score; it keeps the best score."""
    overlap, _ = _common(group[0], group)
    close = group[overlap >= _SAME_FACE]
    mean = close[:, 4] @ close[:, :4] / close[:, 4].sum()
    return np.append(mean, group[0, 4]).astype(np.float32)


def _agreed(scores: Rows, by: NDArray[np.intp], covered: NDArray[np.bool_], turns: NDArray[np.intp]) -> float:
    best = np.zeros(len(covered), np.float32)
    np.maximum.at(best, by, scores)
    asked = covered | (best > 0)
    agreed = 0.0
    for turn in np.unique(turns):
        of_turn = best[asked & (turns == turn)]
        if of_turn.size:
            counts = _ROTATED_WEIGHT if turn else 1.0
            agreed = max(agreed, counts * float(of_turn.max() + of_turn.mean()) / 2)
    return agreed
