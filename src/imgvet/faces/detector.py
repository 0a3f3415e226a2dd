"""CenterFace on onnxruntime: where the faces in a picture are.

The model and how its outputs are read: Xu et al., "CenterFace: Joint Face Detection and Alignment Using Face as Point",
2019; outputs at a quarter of the input's size: a heat map of face centres, the logarithm of the size (height, width),
and the offset of the centre (y, x) within its cell.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import cv2
import numpy as np

from imgvet.errors import ModelError
from imgvet.photo import Box, Face
from imgvet.pixels import Pixels, shrunk
from imgvet.settings import FaceSettings

PASSES = (640, 1280)  # long sides, in pixels, at which a picture is looked at: large faces first, then small ones
MOST_ENLARGED = 2.0  # a picture smaller than a pass is enlarged this much at most
_STRIDE = 4  # input pixels a cell of the heat map
_SIDE = 32  # input sides are multiples of this
_SAME_FACE = 0.4  # overlap from which two boxes are one face
_INSIDE = 0.75  # share of the smaller box in the larger from which two boxes are one face
_LEAST_SIDE = 6  # pixels; nobody can be known from less

_REBUILD = "Install imgvet again; `imgvet doctor` tells whether all is there."


def model_files() -> tuple[Traversable, Traversable]:
    """The model and its manifest, as the build put them into the package."""
    folder = resources.files("imgvet.faces") / "model"
    return folder / "centerface.onnx", folder / "centerface.json"


def model_digest() -> str:
    """The SHA-256 that the build wrote down for the model.

    Raises:
        ModelError: the manifest is missing or damaged.
    """
    try:
        return str(json.loads(model_files()[1].read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, KeyError) as problem:
        raise ModelError(f"The face model's manifest is missing or damaged ({problem}).", _REBUILD) from problem


def read_model() -> bytes:
    """The model's bytes, once they are shown to be those that the build wrote.

    Raises:
        ModelError: a file is missing or altered.
    """
    expected = model_digest()
    try:
        data = model_files()[0].read_bytes()
    except OSError as problem:
        raise ModelError(f"The face model is missing or unreadable ({problem}).", _REBUILD) from problem
    if hashlib.sha256(data).hexdigest() != expected:
        raise ModelError("The face model was altered: its SHA-256 is not the one of the build.", _REBUILD)
    return data


@dataclass(frozen=True, slots=True)
class Detector:
    """A loaded face model; one for each worker process."""

    session: Any  # onnxruntime.InferenceSession, which has no types of its own

    def find(self, pixels: Pixels, thresholds: FaceSettings) -> tuple[Face, ...]:
        """The faces in an upright picture, numbered as people read; those below ``confident`` are ``possible``."""
        height, width = pixels.shape[:2]
        looked_at, fraction = shrunk(pixels, max(PASSES))
        found: list[Face] = []
        for scale in _scales(looked_at.shape[1], looked_at.shape[0]):
            found += self._one_pass(looked_at, scale, thresholds.possible)
        full_size = (replace(face, box=face.box.scaled(fraction, fraction)) for face in merge(found))
        merged = (_within(face, width, height) for face in full_size)
        kept = [face for face in merged if min(face.box.width, face.box.height) >= _LEAST_SIDE]
        return tuple(
            replace(face, number=number, possible=face.score < thresholds.confident)
            for number, face in enumerate(reading_order(kept), start=1)
        )

    def _one_pass(self, pixels: Pixels, scale: float, threshold: float) -> list[Face]:
        outputs = self.session.run(["537", "538", "539"], {"input.1": _model_input(pixels, scale)})
        heat, size, offset = (output[0] for output in outputs)
        if not np.isfinite(heat).all():
            raise ModelError("The face model gave no usable answer.", _REBUILD)
        rows, columns = np.nonzero((heat[0] > threshold) & (heat[0] == cv2.dilate(heat[0], np.ones((3, 3)))))
        cells = zip(rows.tolist(), columns.tolist(), strict=True)
        return [_face(heat, size, offset, cell, scale) for cell in cells]


def load_detector() -> Detector:
    """The detector, on one thread: workers share out the processors, not the threads of one picture.

    Raises:
        ModelError: the model is missing, altered, or cannot be run.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # else it tells its maker of every start, with a number of its own
    import onnxruntime  # noqa: PLC0415 - commands that look for no faces should not wait for it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(read_model(), options, providers=["CPUExecutionProvider"])
    except ModelError:
        raise
    except Exception as problem:
        raise ModelError(f"The face model cannot be run ({problem}).", _REBUILD) from problem
    return Detector(session)


def merge(found: Sequence[Face]) -> list[Face]:
    """One face for each group of boxes that show the same one: the best score, the mean box weighted by score."""
    groups: list[list[Face]] = []
    for face in sorted(found, key=lambda each: -each.score):
        for group in groups:
            if _same(face.box, group[0].box):
                group.append(face)
                break
        else:
            groups.append([face])
    return [_merged(group) for group in groups]


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


def _scales(width: int, height: int) -> list[float]:
    wanted = {min(side / max(width, height), MOST_ENLARGED) for side in PASSES}
    return sorted(wanted)


def _model_input(pixels: Pixels, scale: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    height, width = pixels.shape[:2]
    small_width, small_height = max(1, round(width * scale)), max(1, round(height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(pixels, (small_width, small_height), interpolation=how)
    padded = np.zeros((3, -(-small_height // _SIDE) * _SIDE, -(-small_width // _SIDE) * _SIDE), np.float32)
    for channel, plane in enumerate(cv2.split(small)):  # three times as quick as a transposed copy
        padded[channel, :small_height, :small_width] = plane
    return padded[np.newaxis]


def _face(heat: Any, size: Any, offset: Any, cell: tuple[int, int], scale: float) -> Face:
    row, column = cell
    height, width = (np.exp(np.minimum(size[:, row, column], 8)) * _STRIDE) / scale
    middle_y = (row + offset[0, row, column] + 0.5) * _STRIDE / scale
    middle_x = (column + offset[1, row, column] + 0.5) * _STRIDE / scale
    box = Box(
        int(np.floor(middle_x - width / 2)),
        int(np.floor(middle_y - height / 2)),
        int(np.ceil(middle_x + width / 2)),
        int(np.ceil(middle_y + height / 2)),
    )
    return Face(number=0, box=box, score=float(heat[0, row, column]))


def _same(one: Box, other: Box) -> bool:
    if one.overlap(other) >= _SAME_FACE:
        return True
    smaller = min(one.area, other.area)
    return smaller > 0 and one.common_area(other) / smaller >= _INSIDE


def _merged(group: list[Face]) -> Face:
    best = group[0]
    close = [face for face in group if face.box.overlap(best.box) >= _SAME_FACE]
    weights = np.array([face.score for face in close])
    sides = np.array([face.box.as_list() for face in close])
    left, top, right, bottom = (round(float(side)) for side in weights @ sides / weights.sum())
    return replace(best, box=Box(left, top, right, bottom))


def _within(face: Face, width: int, height: int) -> Face:
    return replace(face, box=face.box.clipped(width, height))
