"""Photos with and without people, with private data planted in them."""

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from imgvet.pixels import Pixels

PLANTED = "PLANTED-OWNER-ZORA"


def portrait() -> Pixels:
    """Eileen Collins, NASA, public domain; comes inside scikit-image."""
    return _portrait().copy()


@cache
def _portrait() -> Pixels:
    import skimage

    picture = cv2.imread(str(Path(str(resources.files(skimage))) / "data" / "astronaut.png"), cv2.IMREAD_COLOR_RGB)
    assert picture is not None
    return np.asarray(picture, np.uint8)


def mirrored() -> Pixels:
    """The portrait, as a mirror shows it."""
    return np.ascontiguousarray(portrait()[:, ::-1])


def landscape(seed: int = 1) -> Pixels:
    """Soft hills of chance colours, 1200 × 800: a photo without anybody in it."""
    return _landscape(seed).copy()


@cache
def _landscape(seed: int) -> Pixels:
    rng = np.random.default_rng(seed)
    small = rng.integers(60, 200, (5, 7, 3)).astype(np.uint8)
    large = cv2.resize(small, (1200, 800), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    return np.clip(large + rng.normal(0, 3, (800, 1200, 1)), 0, 255).astype(np.uint8)


def save_photo(path: Path, pixels: np.ndarray, **how: Any) -> Path:
    """A JPEG with a planted owner and a position of the camera."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA430] = PLANTED  # the camera's owner; an artist would ask whose picture it is
    exif[0x010F] = "PLANTED-MAKER"
    gps = exif.get_ifd(0x8825)
    gps.update({1: "N", 2: (52.0, 28.0, 53.04), 3: "W", 4: (1.0, 53.0, 59.28)})
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, "JPEG", quality=90, exif=exif, comment=b"PLANTED-COMMENT", **how)
    return path


def four_photos(folder: Path) -> Path:
    """A folder with a landscape, a portrait, a poster and a broken file."""
    save_photo(folder / "PLANTED-NAME landscape.jpg", landscape())
    save_photo(folder / "portrait.jpg", portrait())
    poster = np.full((300, 400, 3), (20, 90, 160), np.uint8)
    poster[100:200, 100:300] = 250
    Image.fromarray(poster).save(folder / "poster.png")
    whole = (folder / "portrait.jpg").read_bytes()
    (folder / "broken.jpg").write_bytes(whole[: len(whole) // 2])
    return folder
