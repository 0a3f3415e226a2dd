"""Tiny ONNX files in the layouts of YuNet and SCRFD: a red cell of one stride counts as a face, nothing else does."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper, save

STRIDES = (8, 16, 32)
ORT_IR_VERSION = 8


def write_yunet(path: Path, stride: int, bbox: Sequence[float], size: int | None = None) -> Path:
    """A YuNet whose red cells (third plane: blue, green, red) score √0.64 and have the box ``bbox``."""
    graph = _Graph()
    for each in STRIDES:
        on = 1.0 if each == stride else 0.0
        graph.head(f"cls_{each}", each, [_plane(2, on / 255)], [0.0])
        graph.head(f"obj_{each}", each, [_plane(2, 0.0)], [0.64])
        graph.head(f"bbox_{each}", each, [_plane(0, 0.0)] * 4, list(bbox))
        graph.head(f"kps_{each}", each, [_plane(0, 0.0)] * 10, [0.0] * 10)
    return graph.write(path, "input", size)


def write_scrfd(
    path: Path, stride: int, distances: Sequence[float], size: int | None = None, *, landmarks: bool = True
) -> Path:
    """An SCRFD whose second anchor scores (255 − 127.5) / 128 on red cells (first plane) and has those distances."""
    graph = _Graph()
    for part, width in (("score", 1), ("bbox", 4), ("kps", 10))[: 3 if landmarks else 2]:
        for each in STRIDES:
            weights, bias = [_plane(0, 0.0)] * (2 * width), [0.0] * (2 * width)
            if part == "score" and each == stride:
                weights[1] = _plane(0, 1.0)
            if part == "bbox":
                bias = [0.0] * 4 + list(distances)
            graph.head(f"{part}{each}", each, weights, bias, batch=False)
    return graph.write(path, "input.1", size)


def write_other(path: Path) -> Path:
    """An ONNX file that is no face model: one output, the mean of each plane in blocks."""
    graph = _Graph()
    graph.head("means", 8, [_plane(0, 1.0)], [0.0])
    return graph.write(path, "input", None)


def _plane(which: int, weight: float) -> tuple[float, float, float]:
    planes = [0.0, 0.0, 0.0]
    planes[which] = weight
    return planes[0], planes[1], planes[2]


class _Graph:
    """Heads that each take the mean of a cell, weighted by plane, and add a bias."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.values: list[TensorProto] = []
        self.outputs: list[ValueInfoProto] = []

    def head(
        self,
        name: str,
        stride: int,
        planes: Sequence[tuple[float, float, float]],
        bias: Sequence[float],
        *,
        batch: bool = True,
    ) -> None:
        """An output of one row a cell, or one for each anchor where ``batch`` is off, as insightface exports them."""
        weights = np.array(planes, np.float32)[:, :, np.newaxis, np.newaxis] / stride**2
        anchors = 1 if batch else 2
        width = len(planes) // anchors
        shape = [1, -1, width] if batch else [-1, width]
        constants = {
            "weights": np.broadcast_to(weights, (len(planes), 3, stride, stride)),
            "bias": np.array(bias, np.float32),
            "shape": np.array(shape, np.int64),
        }
        self.values += [
            numpy_helper.from_array(np.ascontiguousarray(value), f"{name}.{part}") for part, value in constants.items()
        ]
        convolved, across = f"{name}.convolved", f"{name}.across"
        inputs = ["picture", f"{name}.weights", f"{name}.bias"]
        self.nodes += [
            helper.make_node("Conv", inputs, [convolved], kernel_shape=[stride] * 2, strides=[stride] * 2),
            helper.make_node("Transpose", [convolved], [across], perm=[0, 2, 3, 1]),
            helper.make_node("Reshape", [across, f"{name}.shape"], [name]),
        ]
        sides: list[int | str] = [1, f"rows{stride}", width] if batch else [f"rows{stride}", width]
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, sides))

    def write(self, path: Path, name: str, size: int | None) -> Path:
        """The file, its input of a fixed ``size`` (pixels a side) or of any."""
        sides: list[int | str] = [1, 3, size or "height", size or "width"]
        picture = helper.make_tensor_value_info(name, TensorProto.FLOAT, sides)
        same = helper.make_node("Identity", [name], ["picture"])
        graph = helper.make_graph([same, *self.nodes], "faces", [picture], self.outputs, self.values)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=ORT_IR_VERSION)
        save(model, str(path))
        return path
