"""Reading the outputs of two known kinds of face models, YuNet and SCRFD, told apart by what they give out.

YuNet (Wu, Peng and Yu, "YuNet: A Tiny Millisecond-level Face Detector", 2023; layout of March 2023): for each of the
strides 8, 16, 32 the outputs ``cls``, ``obj``, ``bbox``, a row a cell; the score is the root of cls × obj, the centre
is (column + x, row + y) × stride, the sides are exp(w) × stride and exp(h) × stride. Input: blue, green, red, 0–255.

SCRFD (Guo et al., "Sample and Computation Redistribution for Efficient Face Detection", 2021): for each of the same
strides scores (a row 1 value), boxes (4) and perhaps landmarks (10), two anchors a cell; a box is the distances, in
strides, from the cell's corner to the left, top, right and bottom. Input: red, green, blue, (value − 127.5) / 128.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from imgvet.errors import UsageError
from imgvet.pixels import Pixels

Floats = NDArray[Any]
Rows = tuple[Floats, Floats]
"""Boxes (n, 4) as left, top, right, bottom in input pixels, and their scores (n,)."""

STRIDES = (8, 16, 32)
_ANCHORS = 2  # of SCRFD, a cell
_YUNET = [f"{part}_{stride}" for part in ("cls", "obj", "bbox") for stride in STRIDES]
_PROBE = 320  # side of the blank picture by which the outputs of a model of any size are told


class BadModel(UsageError):
    """A file is not a face model whose outputs can be read."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A loaded model of a known kind."""

    kind: Literal["YuNet", "SCRFD"]
    session: Any  # onnxruntime.InferenceSession, which has no types of its own
    size: tuple[int, int] | None  # width and height of the input; None: any multiple of 32

    @property
    def suppress(self) -> float:
        """The overlap at which its makers drop the weaker of two boxes."""
        return 0.3 if self.kind == "YuNet" else 0.4

    def rows(self, pixels: Pixels) -> Rows:
        """Every box the model gives for a picture of an input size, with its score."""
        outputs = self.outputs(pixels)
        shape = (pixels.shape[0], pixels.shape[1])
        decode = yunet_rows if self.kind == "YuNet" else scrfd_rows
        rows = [decode(outputs[stride], stride, shape) for stride in STRIDES]
        return np.concatenate([boxes for boxes, _ in rows]), np.concatenate([scores for _, scores in rows])

    def outputs(self, pixels: Pixels) -> dict[int, Sequence[Floats]]:
        """What each stride gives, in the order in which its decoder takes it."""
        name = self.session.get_inputs()[0].name
        if self.kind == "YuNet":
            values = _planes(pixels[..., ::-1])
            flat = self.session.run(_YUNET, {name: values})
            return {stride: flat[at::3] for at, stride in enumerate(STRIDES)}
        return _by_stride(self.session.run(None, {name: (_planes(pixels) - 127.5) / 128}))


def open_layout(path: Path) -> Layout:
    """The model in an ONNX file, on one thread.

    Raises:
        BadModel: it cannot be loaded, or is neither a YuNet nor an SCRFD.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime  # noqa: PLC0415 - it reads the line above when it is loaded

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as problem:
        raise BadModel(f"'{path}' cannot be loaded as an ONNX model: {problem}", "Name another --model.") from problem
    return _told(path, session)


def yunet_rows(outputs: Sequence[Floats], stride: int, shape: tuple[int, int]) -> Rows:
    """One stride of a YuNet (``cls``, ``obj``, ``bbox``), for an input of ``shape`` (height, width)."""
    cls, obj, bbox = outputs
    rows, columns = _cells(stride, shape, 1)
    offsets = bbox.reshape(-1, 4)
    across, down = (columns + offsets[:, 0]) * stride, (rows + offsets[:, 1]) * stride
    wide, high = np.exp(offsets[:, 2]) * stride / 2, np.exp(offsets[:, 3]) * stride / 2
    scores = np.sqrt(np.clip(cls.reshape(-1), 0, 1) * np.clip(obj.reshape(-1), 0, 1))
    return np.column_stack([across - wide, down - high, across + wide, down + high]), scores


def scrfd_rows(outputs: Sequence[Floats], stride: int, shape: tuple[int, int]) -> Rows:
    """One stride of an SCRFD (scores, distances), for an input of ``shape`` (height, width)."""
    scores, distances = outputs
    rows, columns = _cells(stride, shape, _ANCHORS)
    left, top, right, bottom = distances.reshape(-1, 4).T
    sides = [columns - left, rows - top, columns + right, rows + bottom]
    return np.column_stack(sides) * stride, scores.reshape(-1)


def _told(path: Path, session: Any) -> Layout:
    inputs, names = session.get_inputs(), [output.name for output in session.get_outputs()]
    shape = inputs[0].shape if len(inputs) == 1 else []
    if len(shape) == 4 and shape[1] == 3:
        size = (shape[3], shape[2]) if isinstance(shape[2], int) and isinstance(shape[3], int) else None
        if set(_YUNET) <= set(names):
            return Layout("YuNet", session, size)
        layout = Layout("SCRFD", session, size)
        if len(names) in (6, 9) and _gives_scrfd_outputs(layout):
            return layout
    what = f"input {shape}, outputs {', '.join(names)}"
    raise BadModel(f"'{path}' is neither a YuNet nor an SCRFD face model ({what}).", "Name another --model.")


def _gives_scrfd_outputs(layout: Layout) -> bool:
    """Whether a blank picture gets two rows a cell from every stride."""
    width, height = layout.size or (_PROBE, _PROBE)
    try:
        outputs = layout.outputs(np.zeros((height, width, 3), np.uint8))
    except Exception:  # noqa: BLE001 - whatever it is that the model cannot do, it is no SCRFD
        return False
    cells = {stride: (height // stride) * (width // stride) * _ANCHORS for stride in STRIDES}
    return all(
        len(outputs[stride]) == 2 and outputs[stride][0].size * 4 == outputs[stride][1].size == cells[stride] * 4
        for stride in STRIDES
    )


def _by_stride(outputs: Sequence[Floats]) -> dict[int, Sequence[Floats]]:
    """Scores and boxes of each stride, whichever order the export put them in: finer strides have more rows."""
    ordered = [
        sorted((output for output in outputs if output.shape[-1] == width), key=lambda output: -output.size)
        for width in (1, 4)
    ]
    return {stride: [part[at] for part in ordered if at < len(part)] for at, stride in enumerate(STRIDES)}


def _cells(stride: int, shape: tuple[int, int], anchors: int) -> tuple[Floats, Floats]:
    rows, columns = np.mgrid[: shape[0] // stride, : shape[1] // stride]
    return np.repeat(rows.reshape(-1), anchors), np.repeat(columns.reshape(-1), anchors)


def _planes(pixels: Pixels) -> Floats:
    return np.ascontiguousarray(pixels.transpose(2, 0, 1), np.float32)[np.newaxis]
