"""The face model: CenterFace on onnxruntime, as the build put it into the package, and decoding of its outputs.

Xu et al., "CenterFace: Joint Face Detection and Alignment Using Face as Point", 2019; outputs at a quarter of the
input's size: a heat map of face centres, the logarithm of the size (height, width), and the offset of the centre (y, x)
within its cell.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from imgvet.errors import ModelError
from imgvet.model_files import REBUILD, ModelFile
from imgvet.pixels import Pixels

Rows = NDArray[np.float32]
"""(number of boxes, 5): left, top, right, bottom, score 0 to 1."""

_STRIDE = 4  # input pixels a cell of the heat map
_SIDE = 32  # input sides are multiples of this
_MAX_LOG_SIZE = 8.0  # of a box in cells; anything larger is not a valid output

CENTERFACE = ModelFile("imgvet.faces", "centerface", "face model")
BLAZEFACE = ModelFile("imgvet.faces", "blazeface", "second face model")
FACE_MESH = ModelFile("imgvet.faces", "face_mesh", "third face model")


def model_digest() -> str:
    """What tells the face models from others: a SHA-256 over those that the build recorded for each.

    Raises:
        ModelError: a manifest is missing or damaged.
    """
    digests = (each.digest() for each in (CENTERFACE, BLAZEFACE, FACE_MESH))
    return hashlib.sha256(" ".join(digests).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded face model; one for each worker process."""

    session: Any  # onnxruntime.InferenceSession, which has no types of its own

    def boxes(self, pixels: Pixels, threshold: float) -> Rows:
        """Every box that scores above the threshold, in the pixels of this picture.

        Raises:
            ModelError: the model gave no usable answer.
        """
        outputs = self.session.run(["537", "538", "539"], {"input.1": model_input(pixels)})
        heat, size, offset = (output[0] for output in outputs)
        if not np.isfinite(heat).all():
            raise ModelError("The face model gave no usable answer.", REBUILD)
        peaks = (heat[0] > threshold) & (heat[0] == cv2.dilate(heat[0], np.ones((3, 3))))
        rows, columns = np.nonzero(peaks)
        half = np.exp(np.minimum(size[:, rows, columns], _MAX_LOG_SIZE)) * _STRIDE / 2
        middle_y = (rows + offset[0, rows, columns] + 0.5) * _STRIDE
        middle_x = (columns + offset[1, rows, columns] + 0.5) * _STRIDE
        sides = (middle_x - half[1], middle_y - half[0], middle_x + half[1], middle_y + half[0])
        return np.stack((*sides, heat[0, rows, columns]), axis=1).astype(np.float32)


def load_model() -> Model:
    """The model, on one thread, because the workers share the cores.

    Raises:
        ModelError: it is missing, altered, or cannot be run.
    """
    return Model(CENTERFACE.open_session())


def model_input(pixels: Pixels) -> NDArray[np.float32]:
    """What the model takes of an RGB picture, (h, w, 3): (1, 3, h, w), 0 to 255, filled up to its sides with 0."""
    height, width = pixels.shape[:2]
    padded = np.zeros((3, -(-height // _SIDE) * _SIDE, -(-width // _SIDE) * _SIDE), np.float32)
    for channel, plane in enumerate(cv2.split(pixels)):  # three times as quick as a transposed copy
        padded[channel, :height, :width] = plane
    return padded[np.newaxis]
