"""The models in the package, as the build put them there: verified, and opened on onnxruntime."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from imgvet.errors import ModelError

REBUILD = "Install imgvet again; `imgvet doctor` checks whether everything is there."
_BY_WHAT_IS_ASKED = 1  # kSameAsRequested in onnxruntime's arena_extend_strategy
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One model and its manifest, in the folder ``model`` of the room that uses it."""

    room: str  # such as "imgvet.faces"
    name: str  # of both files, without suffix
    title: str  # in messages, such as "face model"

    def paths(self) -> tuple[Traversable, Traversable]:
        """The model and its manifest."""
        folder = resources.files(self.room) / "model"
        return folder / f"{self.name}.onnx", folder / f"{self.name}.json"

    def manifest(self) -> Mapping[str, str]:
        """What the build recorded: at least the model's licence and source, and its SHA-256 as ``sha256``.

        Raises:
            ModelError: the manifest is missing or damaged.
        """
        try:
            manifest: Mapping[str, str] = json.loads(self.paths()[1].read_text(encoding="utf-8"))
            str(manifest["sha256"])
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise ModelError(f"The {self.title}'s manifest is missing or damaged ({problem}).", REBUILD) from problem
        return manifest

    def digest(self) -> str:
        """The SHA-256 that the build recorded for the model.

        Raises:
            ModelError: the manifest is missing or damaged.
        """
        return str(self.manifest()["sha256"])

    def read(self) -> bytes:
        """The model's bytes, verified to be those that the build wrote.

        Raises:
            ModelError: a file is missing or altered.
        """
        expected = self.digest()
        try:
            data = self.paths()[0].read_bytes()
        except OSError as problem:
            raise ModelError(f"The {self.title} is missing or unreadable ({problem}).", REBUILD) from problem
        if hashlib.sha256(data).hexdigest() != expected:
            raise ModelError(f"The {self.title} was altered: its SHA-256 is not the one of the build.", REBUILD)
        return data

    def open_session(self, data: bytes | None = None, threads: int = 1) -> Any:
        """The model as an ``onnxruntime.InferenceSession``.

        Args:
            data: what ``read`` gave, where it was read already.
            threads: on which it runs; one where workers share the cores. What it gives is the same to the last bit.

        Raises:
            ModelError: it is missing, altered, or cannot be run.
        """
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # disables telemetry
        import onnxruntime  # noqa: PLC0415 - slow to import, and needed only where photos are vetted

        data = self.read() if data is None else data
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_mem_pattern = False  # it would lay out the second run elsewhere, and keep the first one's memory
        options.add_session_config_entry("session.use_env_allocators", "1")
        _share_memory()
        try:
            return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except Exception as problem:
            raise ModelError(f"The {self.title} cannot be run ({problem}).", REBUILD) from problem


@cache
def _share_memory() -> None:
    """All models of this process work in one and the same memory, which grows by exactly what is asked for.

    By default each has its own, of which it keeps the most that it ever used, and which grows by doubling. Sharing
    takes 100 MiB less on a photo of 24 megapixels, and as long.
    """
    import onnxruntime  # noqa: PLC0415 - as above

    place = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    growth = {"arena_extend_strategy": _BY_WHAT_IS_ASKED, "initial_chunk_size_bytes": _MIB}
    onnxruntime.create_and_register_allocator(place, onnxruntime.OrtArenaCfg(growth))
