"""The second look: two other models see the crop of each doubtful box, and the three scores become one.

CenterFace sees a whole picture and takes round or oval things for faces: dials, lamps, flowers, windows. BlazeFace and
Face Mesh were trained on other pictures and see the box alone: BlazeFace says how much of a face is in the crop, Face
Mesh whether a mesh of a face could be laid on it. Neither finds faces that CenterFace misses, and both are weak on
masked ones, so they move a score and are never a reason on their own.

Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", 2019 (short range model);
Kartynnik et al., "Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs", 2019 (face flag).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from imgvet.errors import ModelError
from imgvet.faces.model import BLAZEFACE, FACE_MESH, Rows
from imgvet.faces.passes import Picture, longer_sides
from imgvet.model_files import REBUILD, ModelFile
from imgvet.pixels import Pixels

CERTAIN = 0.6  # score of CenterFace from which there is no second look: whatever scored more was a face
_MARGIN = 1.6  # sides of a crop for one of its box
_SIDE, _NEAR_SIDE = 192, 128  # input pixels of Face Mesh and of BlazeFace
_AT_ONCE = 16  # crops that are looked at together
_SHOWS_IT = 0.25  # overlap with the box from which a box of BlazeFace speaks for it
_STRIDES, _A_CELL = (8, 16), (2, 6)  # input pixels a cell of BlazeFace's two maps, and boxes in a cell
_NOWHERE = -6.0  # logit of BlazeFace where no box of it overlaps; all logits are kept above it and below its opposite
_MESH_RANGE = 12.0  # logits of Face Mesh are kept within it

# A logistic regression of "is a face" on the logits of the three scores, made by ``benchmarks.faces.calibrate``:
_FIRST, _NEAR, _MESH = 2.680, 0.287, 0.091
# The logit that it gives a possible and a likely face, and the scores that profiles know for them:
_POSSIBLE_AT, _LIKELY_AT = -5.85, -2.9
_POSSIBLE, _LIKELY = 0.13, 0.2


@dataclass(frozen=True, slots=True)
class SecondLook:
    """The two loaded models; one for each worker process."""

    near: Any  # onnxruntime.InferenceSession, which has no types of its own
    mesh: Any

    def judged(self, picture: Picture, rows: Rows) -> Rows:
        """The boxes, (n, 5), those that are not certain with their score after the second look, by falling score.

        Raises:
            ModelError: a model gave no usable answer.
        """
        doubtful = np.flatnonzero(rows[:, 4] < CERTAIN)
        if not doubtful.size:
            return rows
        judged = rows.copy()
        judged[doubtful, 4] = joined_scores(rows[doubtful, 4], *self.logits(picture, rows[doubtful]))
        return judged[np.argsort(-judged[:, 4], kind="stable")]

    def logits(self, picture: Picture, boxes: Rows) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What BlazeFace and Face Mesh say of each box, (n,) each.

        Raises:
            ModelError: a model gave no usable answer.
        """
        near, mesh = [np.empty(0, np.float32)], [np.empty(0, np.float32)]
        for first in range(0, len(boxes), _AT_ONCE):
            some = boxes[first : first + _AT_ONCE]
            crops = [crop(picture, box) for box in some]
            smaller = [np.asarray(cv2.resize(each, (_NEAR_SIDE,) * 2, interpolation=cv2.INTER_AREA)) for each in crops]
            near.append(self._near(np.stack(smaller).astype(np.float32) / 127.5 - 1, some))
            mesh.append(self._mesh((np.stack(crops) / 255).astype(np.float32)))
        return np.concatenate(near), np.concatenate(mesh)

    def _near(self, crops: NDArray[np.float32], boxes: Rows) -> NDArray[np.float32]:
        """The best logit of a box that overlaps the one that the crop was made for."""
        names = [f"{kind}_{place}" for place in range(len(_STRIDES)) for kind in ("boxes", "scores")]
        outputs = iter(self.near.run(names, {"pictures": crops.transpose(0, 3, 1, 2)}))
        wide, high = (_NEAR_SIDE * part[:, np.newaxis] for part in _sides_in_crop(boxes))
        best = np.full(len(boxes), _NOWHERE, np.float32)
        for stride, several in zip(_STRIDES, _A_CELL, strict=True):
            told, logits = (_usable(next(outputs), BLAZEFACE) for _ in range(2))
            cells = _NEAR_SIDE // stride
            told = told.reshape(len(boxes), several, -1, cells, cells)[:, :, :4]
            middles = (np.arange(cells, dtype=np.float32) + 0.5) * stride - _NEAR_SIDE / 2  # of cells, from the centre
            across, down = told[:, :, 0] + middles, told[:, :, 1] + middles[:, np.newaxis]
            middles_and_sides = [part.reshape(len(boxes), -1) for part in (across, down, told[:, :, 2], told[:, :, 3])]
            overlap = _overlap_with_centred(middles_and_sides, wide, high)
            logits = np.where(overlap >= _SHOWS_IT, logits.reshape(len(boxes), -1), _NOWHERE)
            best = np.maximum(best, logits.max(axis=1))
        return np.clip(best, _NOWHERE, -_NOWHERE)

    def _mesh(self, crops: NDArray[np.float32]) -> NDArray[np.float32]:
        (told,) = self.mesh.run(["presence"], {"pictures": crops.transpose(0, 3, 1, 2)})
        return np.clip(_usable(told, FACE_MESH).reshape(-1), -_MESH_RANGE, _MESH_RANGE)


def load_second_look() -> SecondLook:
    """The two models, each on one thread.

    Raises:
        ModelError: one is missing, altered, or cannot be run.
    """
    return SecondLook(BLAZEFACE.open_session(), FACE_MESH.open_session())


def joined_scores(scores: Rows, near: NDArray[np.float32], mesh: NDArray[np.float32]) -> Rows:
    """One score of the three, each (n,), on the scale that profiles know: 0.13 is possible and 0.2 is likely.

    In between it goes with the logit of the regression, and beyond them too, so that more is always more.
    """
    first = np.log(np.clip(scores, 0.01, 0.99) / (1 - np.clip(scores, 0.01, 0.99)))
    logit = _FIRST * first + _NEAR * near + _MESH * mesh
    possible, likely = (float(np.log(score / (1 - score))) for score in (_POSSIBLE, _LIKELY))
    between = possible + (logit - _POSSIBLE_AT) * (likely - possible) / (_LIKELY_AT - _POSSIBLE_AT)
    beyond = np.where(logit < _POSSIBLE_AT, possible + logit - _POSSIBLE_AT, likely + logit - _LIKELY_AT)
    joined = np.where((logit >= _POSSIBLE_AT) & (logit < _LIKELY_AT), between, beyond)
    return np.asarray(1 / (1 + np.exp(-joined)), np.float32)


def crop(picture: Picture, box: Rows) -> Pixels:
    """A square round a box, (192, 192, 3), with some margin; what is beyond the picture's edge repeats the edge."""
    left, top, right, bottom = (float(side) for side in box[:4])
    half = max(right - left, bottom - top) * _MARGIN / 2
    x, y = (left + right) / 2, (top + bottom) / 2
    sides = (int(np.floor(x - half)), int(np.floor(y - half)), int(np.ceil(x + half)), int(np.ceil(y + half)))
    shown = _square(picture.pixels, *sides)
    return shown if picture.tone_curve is None else np.asarray(cv2.LUT(shown, picture.tone_curve), np.uint8)


def _square(pixels: Pixels, left: int, top: int, right: int, bottom: int) -> Pixels:
    """That part of the picture, as a square of the side that the models take."""
    height, width = pixels.shape[:2]
    part = pixels[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
    scale = min(1.0, _SIDE / (right - left))
    if scale < 1:
        size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA))
    beyond = (max(-top, 0), max(bottom - height, 0), max(-left, 0), max(right - width, 0))
    above, below, before, behind = (round(side * scale) for side in beyond)
    whole = cv2.copyMakeBorder(part, above, below, before, behind, cv2.BORDER_REPLICATE) if any(beyond) else part
    how = cv2.INTER_AREA if whole.shape[0] > _SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(whole, (_SIDE, _SIDE), interpolation=how), np.uint8)


def _sides_in_crop(boxes: Rows) -> Iterator[NDArray[np.float32]]:
    """The width and the height of each box as parts of its crop's side."""
    longer = longer_sides(boxes) * _MARGIN
    yield (boxes[:, 2] - boxes[:, 0]) / longer
    yield (boxes[:, 3] - boxes[:, 1]) / longer


def _overlap_with_centred(
    boxes: Sequence[NDArray[np.float32]], width: NDArray[np.float32], height: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Intersection over union of boxes with one that is centred, in each crop.

    Args:
        boxes: their middles across and down from the centre, widths and heights, (crops, boxes) each.
        width: of the centred one in each crop, (crops, 1).
        height: likewise.
    """
    across, down, wide, high = boxes
    common_x = np.minimum(across + wide / 2, width / 2) - np.maximum(across - wide / 2, -width / 2)
    common_y = np.minimum(down + high / 2, height / 2) - np.maximum(down - high / 2, -height / 2)
    common = np.maximum(common_x, 0) * np.maximum(common_y, 0)
    return np.asarray(common / np.maximum(wide * high + width * height - common, 1e-6), np.float32)


def _usable(output: NDArray[np.float32], model: ModelFile) -> NDArray[np.float32]:
    if not np.isfinite(output).all():
        raise ModelError(f"The {model.title} gave no usable answer.", REBUILD)
    return output
