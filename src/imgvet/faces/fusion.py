"""Weighted boxes fusion: the boxes of several passes become one box a face, scored by how well the passes agree."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imgvet.faces.model import Rows
from imgvet.faces.passes import Pass
from imgvet.photo import Face

_SAME_FACE = 0.4  # overlap from which two boxes are one face
_INSIDE = 0.75  # share of the smaller box in the larger from which two boxes are one face
_ROTATED_WEIGHT = 2 / 3  # of the score: three more passes are three more chances of a false box
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
    groups = _groups(boxes)
    merged = np.stack([_mean_box(boxes[group]) for group in groups])
    covered = np.stack([each.pass_.covers(merged) for each in results])
    turns = np.array([each.pass_.rotated for each in results])
    scores = [_agreed(boxes[group, 4], by[group], covered[:, index], turns) for index, group in enumerate(groups)]
    merged[:, 4] = scores
    return merged[np.argsort(-merged[:, 4], kind="stable")]


def reading_order(faces: Sequence[Face]) -> list[Face]:
    """The faces in reading order: row by row from the top, from left to right within a row."""
    rows: list[list[Face]] = []
    for face in sorted(faces, key=lambda each: each.box.top + each.box.bottom):
        middle = (face.box.top + face.box.bottom) / 2
        if rows and rows[-1][0].box.top <= middle < rows[-1][0].box.bottom:
            rows[-1].append(face)
        else:
            rows.append([face])
    return [face for row in rows for face in sorted(row, key=lambda each: each.box.left)]


def _groups(boxes: Rows) -> list[NDArray[np.intp]]:
    """Indices of boxes that show the same face, grouped round the best one; ``boxes`` are sorted by falling score."""
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
