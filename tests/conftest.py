"""What several test files need: real commands in real processes, and pictures with and without people."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import cv2
import hypothesis
import numpy as np
import pytest
from PIL import Image

from imgvet.releases.release import Release
from imgvet.releases.store import open_register

# The same examples on every run. `make chance` draws new ones, and more of them (see support/chance.py).
hypothesis.settings.register_profile("imgvet", deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("chance", deadline=None, max_examples=1000, database=None, print_blob=True)
hypothesis.settings.load_profile("imgvet")

ROOT = Path(__file__).parent.parent
PLANTED = "PLANTED-OWNER-ZORA"


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What ``--json`` printed, one object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


Imgvet = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _register_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the register of whoever runs it."""
    monkeypatch.setenv("IMGVET_REGISTER", str(tmp_path / "register.db"))


@pytest.fixture
def imgvet(tmp_path: Path) -> Imgvet:
    """Run a command of imgvet in its own process, in ``tmp_path``, without a terminal."""

    def run(*words: object, cwd: Path = tmp_path) -> Ran:
        command = [sys.executable, "-W", "error", "-m", "imgvet", *(str(word) for word in words)]
        done = subprocess.run(command, cwd=cwd, capture_output=True, timeout=300, stdin=subprocess.DEVNULL)
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


def signed(folder: Path, reference: str, **otherwise: Any) -> Release:
    """A form in the register of the commands that run in that folder; valid for everything on every day."""
    form = Release(
        reference, "Zora Signed", signed_on=date(2026, 1, 2), covers_from=date(2026, 1, 1), channels=("all",)
    )
    form = replace(form, **({"event": "Open Day", "covers_from": None} | otherwise))
    with open_register(folder / "register.db") as register:
        register.add([form], "A. Officer")
    return form


def portrait() -> np.ndarray:
    """Eileen Collins, NASA, public domain; comes inside scikit-image."""
    import skimage

    picture = cv2.imread(str(Path(str(resources.files(skimage))) / "data" / "astronaut.png"), cv2.IMREAD_COLOR_RGB)
    assert picture is not None
    return np.asarray(picture, np.uint8)


def landscape(seed: int = 1) -> np.ndarray:
    """Soft hills of chance colours, 1200 × 800: a photo without anybody in it."""
    rng = np.random.default_rng(seed)
    small = rng.integers(60, 200, (5, 7, 3)).astype(np.uint8)
    large = cv2.resize(small, (1200, 800), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    return np.clip(large + rng.normal(0, 3, (800, 1200, 1)), 0, 255).astype(np.uint8)


def save_photo(path: Path, pixels: np.ndarray, **how: Any) -> Path:
    """A JPEG with a planted owner and a position of the camera."""
    exif = Image.Exif()
    exif[0x013B] = PLANTED
    exif[0x010F] = "PLANTED-MAKER"
    gps = exif.get_ifd(0x8825)
    gps.update({1: "N", 2: (52.0, 28.0, 53.04), 3: "W", 4: (1.0, 53.0, 59.28)})
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, "JPEG", quality=90, exif=exif, comment=b"PLANTED-COMMENT", **how)
    return path


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with a landscape, a portrait, a poster and a broken file."""
    folder = tmp_path / "photos"
    save_photo(folder / "PLANTED-NAME landscape.jpg", landscape())
    save_photo(folder / "portrait.jpg", portrait())
    poster = np.full((300, 400, 3), (20, 90, 160), np.uint8)
    poster[100:200, 100:300] = 250
    Image.fromarray(poster).save(folder / "poster.png")
    whole = (folder / "portrait.jpg").read_bytes()
    (folder / "broken.jpg").write_bytes(whole[: len(whole) // 2])
    return folder
