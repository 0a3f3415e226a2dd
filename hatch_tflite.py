"""Build-time converter: a TensorFlow Lite model of plain convolutions becomes an ONNX model.

A TensorFlow Lite file is a FlatBuffer of ``schema.fbs`` (https://github.com/tensorflow/tensorflow, Apache-2.0). What
is read of it here are the tables and the few operators that the models of ``hatch_build.py`` are made of; anything else
is an error, so that a model is converted whole or not at all. Pictures and outputs are (batch, channels, height, width)
in the result, of any batch size; an output that joins several comes as those several.
"""

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_OPSET, _IR_VERSION = 17, 8  # what any onnxruntime of the last years runs
_TENSOR_TYPES: dict[int, Any] = {0: np.dtype("<f4"), 1: np.dtype("<f2"), 2: np.dtype("<i4")}  # FLOAT32, FLOAT16, INT32
_CONCATENATION = 2  # BuiltinOperator.CONCATENATION
_SAME, _RELU = 0, 1  # Padding.SAME, ActivationFunctionType.RELU


class Table:
    """One FlatBuffers table: fields by their place in the schema."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at
        self._fields = at - _read(data, "<i", at)
        self._size = _read(data, "<H", self._fields)

    def number(self, field: int, form: str, default: int = 0) -> int:
        """A field that is a number of the given ``struct`` form."""
        place = self._place(field)
        return _read(self.data, form, place) if place else default

    def table(self, field: int) -> "Table":
        """A field that is a table."""
        place = self._place(field)
        return Table(self.data, place + _read(self.data, "<I", place))

    def tables(self, field: int) -> list["Table"]:
        """A field that is a list of tables."""
        length, first = self._vector(field)
        places = range(first, first + 4 * length, 4)
        return [Table(self.data, place + _read(self.data, "<I", place)) for place in places]

    def numbers(self, field: int) -> list[int]:
        """A field that is a list of 32-bit numbers."""
        length, first = self._vector(field)
        return list(struct.unpack_from(f"<{length}i", self.data, first))

    def raw(self, field: int) -> bytes:
        """A field that is a list of bytes."""
        length, first = self._vector(field)
        return self.data[first : first + length]

    def _vector(self, field: int) -> tuple[int, int]:
        place = self._place(field)
        if not place:
            return 0, 0
        start = place + _read(self.data, "<I", place)
        return _read(self.data, "<I", start), start + 4

    def _place(self, field: int) -> int:
        entry = 4 + 2 * field
        offset = _read(self.data, "<H", self._fields + entry) if entry < self._size else 0
        return self.at + offset if offset else 0


def _read(data: bytes, form: str, at: int) -> int:
    return int(struct.unpack_from(form, data, at)[0])


class Conversion:
    """One model on its way from TensorFlow Lite to ONNX."""

    def __init__(self, data: bytes) -> None:
        model = Table(data, _read(data, "<I", 0))
        graph = model.tables(2)[0]
        self.codes = [max(code.number(0, "<b"), code.number(3, "<i")) for code in model.tables(1)]
        self.buffers = model.tables(4)
        self.tensors, self.operators = graph.tables(0), graph.tables(3)
        self.inputs, self.outputs = graph.numbers(1), graph.numbers(2)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, onnx.TensorProto] = {}
        self.same_as: dict[int, int] = {}  # a tensor that has another one's values
        self.reshaped: set[int] = set()
        self.joined: dict[int, list[int]] = {}  # an output, and what it joins

    def converted(self, input_name: str, wanted: Mapping[str, str]) -> onnx.ModelProto:
        """The model, as far as the wanted outputs need it: their names in the file, and those in the result."""
        for operator in self.operators:
            self._convert(operator)
        sources = dict(self._sources(wanted))
        nodes = [helper.make_node("Identity", [input_name], [self._name(self.inputs[0])])]
        nodes += self._needed({self._name(tensor) for tensor in sources.values()})
        nodes += [helper.make_node("Identity", [self._name(tensor)], [name]) for name, tensor in sources.items()]
        used = {name for node in nodes for name in node.input}
        graph = helper.make_graph(
            nodes,
            "converted",
            [self._value(input_name, self.inputs[0])],
            [self._value(name, tensor) for name, tensor in sources.items()],
            [weight for name, weight in self.weights.items() if name in used],
        )
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION, producer_name="imgvet"
        )

    def _sources(self, wanted: Mapping[str, str]) -> Iterator[tuple[str, int]]:
        """Each output of the result, and the tensor that has its values."""
        by_name = {self.tensors[output].raw(3).decode(): output for output in self.outputs}
        for called, name in wanted.items():
            parts = self.joined.get(by_name[called], [by_name[called]])
            for place, tensor in enumerate(parts):
                yield name if len(parts) == 1 else f"{name}_{place}", tensor

    def _needed(self, names: set[str]) -> list[onnx.NodeProto]:
        """The nodes that lead to those outputs, in their order."""
        kept = []
        for node in reversed(self.nodes):
            if names & set(node.output):
                names |= set(node.input)
                kept.append(node)
        return kept[::-1]

    def _convert(self, operator: Table) -> None:
        code = self.codes[operator.number(0, "<I")]
        if code not in _OPERATORS:
            raise ValueError(f"The model has an operator of kind {code}, which is not converted.")
        inputs, outputs = operator.numbers(1), operator.numbers(2)
        if code != _CONCATENATION and self.reshaped & set(inputs):
            raise ValueError("The model reshapes something on its way, which is not converted.")
        _OPERATORS[code](self, operator, inputs, outputs[0])

    def _dequantize(self, _: Table, inputs: list[int], output: int) -> None:
        self.same_as[output] = inputs[0]

    def _reshape(self, _: Table, inputs: list[int], output: int) -> None:
        """What is reshaped keeps its shape: it is an output, or part of one."""
        self.same_as[output] = inputs[0]
        self.reshaped.add(output)

    def _concatenate(self, _: Table, inputs: list[int], output: int) -> None:
        if output not in self.outputs:
            raise ValueError("The model joins something on its way, which is not converted.")
        self.joined[output] = inputs

    def _convolution(self, operator: Table, inputs: list[int], output: int) -> None:
        options = operator.table(4)
        kernel = self._values(inputs[1]).transpose(0, 3, 1, 2)
        self._convolve(options, inputs, kernel, output, fused=3, dilation=(5, 4))

    def _depthwise(self, operator: Table, inputs: list[int], output: int) -> None:
        kernel = self._values(inputs[1]).transpose(3, 0, 1, 2)
        self._convolve(operator.table(4), inputs, kernel, output, fused=4, dilation=(6, 5), depthwise=True)

    def _convolve(
        self,
        options: Table,
        inputs: list[int],
        kernel: Any,
        output: int,
        *,
        fused: int,
        dilation: tuple[int, int],
        depthwise: bool = False,
    ) -> None:
        if [options.number(field, "<i", 1) for field in dilation] != [1, 1]:
            raise ValueError("The model has a dilated convolution, which is not converted.")
        weights = [
            self._weight(f"w{inputs[1]}_{output}", kernel),
            self._weight(f"b{inputs[2]}_{output}", self._values(inputs[2])),
        ]
        group = kernel.shape[0] if depthwise else 1
        self._activated(
            options.number(fused, "<b"),
            "Conv",
            [self._name(inputs[0]), *weights],
            output,
            group=group,
            **self._window(options, inputs[0], output, kernel.shape[2:]),
        )

    def _pool(self, operator: Table, inputs: list[int], output: int) -> None:
        options = operator.table(4)
        size = options.number(4, "<i"), options.number(3, "<i")
        window = self._window(options, inputs[0], output, size)
        self._activated(
            options.number(5, "<b"), "MaxPool", [self._name(inputs[0])], output, kernel_shape=size, **window
        )

    def _add(self, operator: Table, inputs: list[int], output: int) -> None:
        self._activated(operator.table(4).number(0, "<b"), "Add", [self._name(each) for each in inputs], output)

    def _prelu(self, _: Table, inputs: list[int], output: int) -> None:
        slope = self._weight(f"a{output}", self._values(inputs[1]).transpose(2, 0, 1))
        self._node("PRelu", [self._name(inputs[0]), slope], self._name(output))

    def _relu(self, _: Table, inputs: list[int], output: int) -> None:
        self._node("Relu", [self._name(inputs[0])], self._name(output))

    def _pad(self, _: Table, inputs: list[int], output: int) -> None:
        amounts = self._values(inputs[1])[[0, 3, 1, 2]].T.reshape(-1).astype(np.int64)
        pads = self._weight(f"p{output}", amounts)
        self._node("Pad", [self._name(inputs[0]), pads], self._name(output))

    def _resize(self, operator: Table, inputs: list[int], output: int) -> None:
        options = operator.table(4)
        mode = "align_corners" if options.number(2, "<b") else "half_pixel" if options.number(3, "<b") else "asymmetric"
        (_, *before, _), (_, *after, _) = self._shape(inputs[0]), self._shape(output)
        scales = np.array([1, 1, after[0] / before[0], after[1] / before[1]], np.float32)
        named = [self._name(inputs[0]), "", self._weight(f"s{output}", scales)]
        self._node("Resize", named, self._name(output), mode="linear", coordinate_transformation_mode=mode)

    def _window(self, options: Table, before: int, after: int, kernel: Sequence[int]) -> dict[str, list[int]]:
        """Strides and padding, (down, across) each, of a convolution or pool."""
        strides = [options.number(2, "<i"), options.number(1, "<i")]
        (_, *inner, _), (_, *outer, _) = self._shape(before), self._shape(after)
        total = [
            max((out - 1) * stride + size - into, 0) if options.number(0, "<b") == _SAME else 0
            for into, out, stride, size in zip(inner, outer, strides, kernel, strict=True)
        ]
        first = [each // 2 for each in total]
        return {"strides": strides, "pads": [*first, *(each - half for each, half in zip(total, first, strict=True))]}

    def _activated(self, function: int, kind: str, inputs: list[str], output: int, **attributes: Any) -> None:
        if function not in (0, _RELU):
            raise ValueError(f"The model has an activation of kind {function}, which is not converted.")
        name = self._name(output)
        self._node(kind, inputs, f"{name}_before" if function else name, **attributes)
        if function:
            self._node("Relu", [f"{name}_before"], name)

    def _value(self, name: str, tensor: int) -> onnx.ValueInfoProto:
        _, height, width, channels = self._shape(self._source(tensor))
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", channels, height, width])

    def _node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> None:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=f"n{len(self.nodes)}", **attributes))

    def _weight(self, name: str, values: Any) -> str:
        kept = values.astype(np.float32) if values.dtype.kind == "f" else values
        self.weights[name] = numpy_helper.from_array(np.ascontiguousarray(kept), name)
        return name

    def _source(self, tensor: int) -> int:
        while tensor in self.same_as:
            tensor = self.same_as[tensor]
        return tensor

    def _name(self, tensor: int) -> str:
        return f"t{self._source(tensor)}"

    def _shape(self, tensor: int) -> list[int]:
        return self.tensors[tensor].numbers(0)

    def _values(self, tensor: int) -> Any:
        found = self.tensors[self._source(tensor)]
        data = self.buffers[found.number(2, "<I")].raw(0)
        return np.frombuffer(data, _TENSOR_TYPES[found.number(1, "<b")]).reshape(found.numbers(0))


_OPERATORS: dict[int, Callable[[Conversion, Table, list[int], int], None]] = {  # BuiltinOperator of the schema
    0: Conversion._add,
    _CONCATENATION: Conversion._concatenate,
    3: Conversion._convolution,
    4: Conversion._depthwise,
    6: Conversion._dequantize,
    17: Conversion._pool,
    19: Conversion._relu,
    22: Conversion._reshape,
    23: Conversion._resize,
    34: Conversion._pad,
    54: Conversion._prelu,
}


def onnx_of_tflite(data: bytes, input_name: str, wanted: Mapping[str, str]) -> onnx.ModelProto:
    """The ONNX model that gives what the TensorFlow Lite model gives.

    Args:
        data: the file.
        input_name: of the result's one input.
        wanted: outputs of the file by name, and what they are called in the result; what only others need is left out.

    Raises:
        ValueError: it is made of something else than what is converted.
    """
    return Conversion(data).converted(input_name, wanted)
