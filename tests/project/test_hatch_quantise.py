"""Models that compute in 8 bits: as good as before, and the same on every processor."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from imgvet.faces.model import CENTERFACE

ROOT = Path(__file__).resolve().parent.parent.parent
MOST = 64  # of a weight of 7 bits and a sign


@pytest.fixture(scope="module")
def quantise() -> ModuleType:
    """``hatch_quantise.py``, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("hatch_quantise", ROOT / "hatch_quantise.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["hatch_quantise"] = module
    spec.loader.exec_module(module)
    return module


def two_convolutions() -> onnx.ModelProto:
    """Three channels to four, and four to one, with a rectifier between; of channels with very different weights."""
    random = np.random.default_rng(1)
    first = random.normal(0, 1, (4, 3, 3, 3)) * np.array([0.01, 0.1, 1, 10]).reshape(4, 1, 1, 1)
    weights = {"first": first, "second": random.normal(0, 1, (1, 4, 3, 3))}
    shape = [1, None, None, None]
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["pictures", "first"], ["a"], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["a"], ["b"]),
            helper.make_node("Conv", ["b", "second"], ["told"], pads=[1, 1, 1, 1]),
        ],
        "two",
        [helper.make_tensor_value_info("pictures", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("told", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(values.astype(np.float32), name) for name, values in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 9)], ir_version=8)


def told(model: onnx.ModelProto, pictures: np.ndarray) -> np.ndarray:
    """What it gives."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"pictures": pictures})[0])


def narrow_weights(model: onnx.ModelProto) -> list[np.ndarray]:
    """Those that are stored in 8 bits and have a scale for each channel."""
    stored = [numpy_helper.to_array(each) for each in model.graph.initializer]
    return [values for values in stored if values.dtype == np.int8 and values.ndim == 4]


def test_eight_bits_say_nearly_the_same(quantise: ModuleType) -> None:
    """Within a fiftieth of the range of the answers, whatever the weights of a channel."""
    pictures = np.random.default_rng(2).uniform(0, 1, (1, 3, 24, 24)).astype(np.float32)
    before = told(two_convolutions(), pictures)
    ranges = {"pictures": (0, 1), "a": (-60, 60), "b": (0, 60), "told": (float(before.min()), float(before.max()))}
    model = quantise.quantised(two_convolutions(), ranges, ())
    onnx.checker.check_model(model)
    assert len(narrow_weights(model)) == 2
    assert np.abs(told(model, pictures) - before).max() < 0.02 * np.ptp(before)


def test_nodes_that_stay_in_full_do(quantise: ModuleType) -> None:
    """They are named by their places."""
    ranges = {"pictures": (0, 1), "a": (-60, 60), "b": (0, 60), "told": (-100, 100)}
    model = quantise.quantised(two_convolutions(), ranges, (0, 1))
    assert [values.shape for values in narrow_weights(model)] == [(1, 4, 3, 3)]


def test_sums_of_the_face_model_overflow_on_no_processor() -> None:
    """Two products of 8 and 7 bits fit into 16 bits with a sign; two of 8 and 8 would not, without VNNI."""
    model = onnx.load_from_string(CENTERFACE.read())
    weights = narrow_weights(model)
    assert len(weights) >= 50
    assert max(int(np.abs(values.astype(int)).max()) for values in weights) <= MOST
    assert 2 * 255 * MOST < 2**15
