"""Store a model's convolutions in 8 bits: on most processors they then run about twice as fast.

Weights are stored in 7 bits and a sign bit, a scale for each channel, because sums of full 8-bit products overflow
16 bits on x86 processors without VNNI, which would give other answers there. Activations are 8 bits without sign; the
range that each takes was measured beforehand, on photos, and comes with the model. Jacob et al., "Quantization and
Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import onnx
from onnx import version_converter
from onnxruntime.quantization import CalibrationMethod, QuantType
from onnxruntime.quantization.calibrate import TensorData, TensorsData
from onnxruntime.quantization.qdq_quantizer import QDQQuantizer

OPSET = 13  # the first with a scale for each channel
KINDS = ("Conv", "Relu", "Add", "ConvTranspose")  # of nodes that may compute in 8 bits


def quantised(model: onnx.ModelProto, ranges: Mapping[str, Sequence[float]], in_full: Iterable[int]) -> onnx.ModelProto:
    """The model with its convolutions in 8 bits.

    Args:
        model: its weights are initializers, and no inputs.
        ranges: the least and the greatest value of each activation, by name.
        in_full: places of nodes that stay as they are.
    """
    ready = named(version_converter.convert_version(model, OPSET))
    measured = {
        name: TensorData(lowest=np.float32(low), highest=np.float32(high)) for name, (low, high) in ranges.items()
    }
    quantizer = QDQQuantizer(
        ready,
        per_channel=True,
        reduce_range=True,
        weight_qType=QuantType.QInt8,
        activation_qType=QuantType.QUInt8,
        tensors_range=TensorsData(CalibrationMethod.MinMax, measured),
        nodes_to_quantize=[],
        nodes_to_exclude=[str(place) for place in in_full],
        op_types_to_quantize=list(KINDS),
        extra_options={},
    )
    quantizer.quantize_model()
    quantizer.model.topological_sort()
    made: onnx.ModelProto = quantizer.model.model
    del made.graph.value_info[:]
    return made


def named(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model, each of its nodes named by its place: "0" is the first."""
    for place, node in enumerate(model.graph.node):
        node.name = str(place)
    return model
