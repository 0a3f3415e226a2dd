"""The build's converter: an ONNX model gives what its TensorFlow Lite file describes, or nothing is built."""

import importlib.util
import struct
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import onnxruntime
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def converter() -> ModuleType:
    """``hatch_tflite.py``, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("hatch_tflite", ROOT / "hatch_tflite.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["hatch_tflite"] = module
    spec.loader.exec_module(module)
    return module


class Writer:
    """A FlatBuffer written from the front: tables refer to what is written after them."""

    def __init__(self) -> None:
        self.data = bytearray(4)

    def table(self, fields: dict[int, tuple[str, int] | None]) -> tuple[int, dict[int, int]]:
        """A table of numbers and of references that are still open (None); where it is, and where those are."""
        count = max(fields, default=-1) + 1
        start = len(self.data)
        places: dict[int, int] = {}
        body = bytearray(4)
        for field, value in fields.items():
            places[field] = len(body)
            form, number = value or ("<I", 0)
            body += struct.pack(form, number).ljust(4, b"\0")
        self.data += struct.pack("<HH", 4 + 2 * count, len(body))
        self.data += b"".join(struct.pack("<H", places.get(field, 0)) for field in range(count))
        at = len(self.data)
        self.data += body
        struct.pack_into("<i", self.data, at, at - start)
        return at, {field: at + place for field, place in places.items() if fields[field] is None}

    def refer(self, place: int, at: int | None = None) -> None:
        """Make the reference at ``place`` one to ``at``, or to what is written next."""
        struct.pack_into("<I", self.data, place, (len(self.data) if at is None else at) - place)

    def vector(self, values: list[int]) -> int:
        at = len(self.data)
        self.data += struct.pack(f"<I{len(values)}i", len(values), *values)
        return at

    def raw(self, values: bytes) -> None:
        self.data += struct.pack("<I", len(values)) + values + bytes(-len(values) % 4)

    def tables(self, number: int) -> list[int]:
        """A list of references to tables; where they are."""
        self.data += struct.pack("<I", number) + bytes(4 * number)
        return list(range(len(self.data) - 4 * number, len(self.data), 4))


Operator = tuple[int, list[int], list[int], dict[int, tuple[str, int] | None]]


def tflite(tensors: list[tuple[list[int], str, bytes]], operators: list[Operator], outputs: list[int]) -> bytes:
    """A model whose tensor 0 is its input: shapes, names and values of tensors; code, inputs, outputs and options."""
    out = Writer()
    model, open_ = out.table({1: None, 2: None, 4: None})
    out.refer(0, model)
    out.refer(open_[1])
    for place, (code, *_) in zip(out.tables(len(operators)), operators, strict=True):
        at, _ = out.table({0: ("<b", code), 3: ("<i", code)})
        out.refer(place, at)
    out.refer(open_[4])
    for place, (_, _, values) in zip(out.tables(len(tensors)), tensors, strict=True):
        at, inner = out.table({0: None})
        out.refer(place, at)
        out.refer(inner[0])
        out.raw(values)
    out.refer(open_[2])
    (place,) = out.tables(1)
    graph, inner = out.table({0: None, 1: None, 2: None, 3: None})
    out.refer(place, graph)
    for field, numbers in ((1, [0]), (2, outputs)):
        out.refer(inner[field])
        out.vector(numbers)
    out.refer(inner[0])
    for number, (place, (shape, name, _)) in enumerate(zip(out.tables(len(tensors)), tensors, strict=True)):
        at, parts = out.table({0: None, 1: ("<b", 0), 2: ("<I", number), 3: None})
        out.refer(place, at)
        out.refer(parts[0])
        out.vector(shape)
        out.refer(parts[3])
        out.raw(name.encode())
    out.refer(inner[3])
    for number, (place, (_, inputs, results, options)) in enumerate(
        zip(out.tables(len(operators)), operators, strict=True)
    ):
        at, parts = out.table({0: ("<I", number), 1: None, 2: None, 4: None})
        out.refer(place, at)
        for field, numbers in ((1, inputs), (2, results)):
            out.refer(parts[field])
            out.vector(numbers)
        chosen, _ = out.table(options)
        out.refer(parts[4], chosen)
    return bytes(out.data)


def floats(*values: float) -> bytes:
    return np.array(values, "<f4").tobytes()


STRIDE_2: dict[int, tuple[str, int] | None] = {0: ("<b", 0), 1: ("<i", 2), 2: ("<i", 2), 3: ("<b", 1)}  # same, ReLU


def convolution(code: int = 3, options: dict[int, tuple[str, int] | None] | None = None) -> bytes:
    """Two pixels down and across become one: a kernel of 2 × 2 whose sum is taken, less 10, not below 0."""
    tensors = [
        ([1, 4, 4, 1], "input", b""),
        ([1, 2, 2, 1], "kernel", floats(1, 1, 1, 1)),
        ([1], "bias", floats(-10)),
        ([1, 2, 2, 1], "sums", b""),
    ]
    return tflite(tensors, [(code, [0, 1, 2], [3], STRIDE_2 if options is None else options)], [3])


def test_a_convolution_is_converted(converter: ModuleType) -> None:
    model = converter.onnx_of_tflite(convolution(), "pictures", {"sums": "sums"})
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    given = np.arange(32, dtype=np.float32).reshape(2, 1, 4, 4)
    (sums,) = session.run(None, {"pictures": given})
    wanted = given.reshape(2, 2, 2, 2, 2).sum(axis=(2, 4)) - 10
    assert sums == pytest.approx(np.maximum(wanted, 0)[:, np.newaxis])


@pytest.mark.parametrize(("data", "reason"), [
    (convolution(code=9), "operator of kind 9"),
    (convolution(options=STRIDE_2 | {4: ("<i", 2)}), "dilated"),
    (convolution(options=STRIDE_2 | {3: ("<b", 4)}), "activation of kind 4"),
])  # fmt: skip
def test_what_is_not_known_is_not_converted(converter: ModuleType, data: bytes, reason: str) -> None:
    """A model is converted whole or not at all."""
    with pytest.raises(ValueError, match=reason):
        converter.onnx_of_tflite(data, "pictures", {"sums": "sums"})
