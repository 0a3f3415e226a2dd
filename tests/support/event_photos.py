"""Photos of an event as a camera leaves them: people, and the forms that they signed, each with the time and camera."""

from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

from imgvet.pixels import Pixels
from support.photographed_forms import on_a_desk, page

SAMPLES = Path(__file__).parents[2] / "sample_images"
ONE_FACE, TWO_FACES, FOUR_FACES, NO_FACE = "phone-portrait.jpg", "visitors.jpg", "group.jpg", "park.jpg"
CAMERA = "Canon EOS R6"


@cache
def sample(name: str) -> Pixels:
    """A sample image, upright."""
    with Image.open(SAMPLES / name) as opened:
        return np.asarray(ImageOps.exif_transpose(opened).convert("RGB"), np.uint8)


def seen_otherwise(pixels: Pixels, seed: int) -> Pixels:
    """The same people in another photo: other light, and a little noise, so that no two photos are one picture."""
    noise = np.random.default_rng(seed).normal(3 * (seed % 5) - 6, 1, pixels.shape)
    return np.asarray((pixels + noise).clip(0, 255), np.uint8)


@cache
def form_photo(number: str) -> Pixels:
    """The printed form with that number on a desk, as a camera sees it, 1600 × 1200."""
    grey = np.asarray(cv2.resize(on_a_desk(page(number), turned=8), (1600, 1200), interpolation=cv2.INTER_AREA))
    return np.asarray(np.repeat(grey[..., None], 3, axis=2), np.uint8)


def taken(path: Path, pixels: Pixels, at: str = "", camera: str = CAMERA, serial: str = "PLANTED-SERIAL-1") -> Path:
    """A JPEG with the time as cameras write it, e.g. ``14:02:20`` of 14 June 2026, and with the camera."""
    exif = Image.Exif()
    if camera:
        exif[0x010F], exif[0x0110] = "Canon", camera
    details = exif.get_ifd(0x8769)
    if at:
        details[0x9003] = datetime.fromisoformat(f"2026-06-14 {at}").strftime("%Y:%m:%d %H:%M:%S")
    if serial:
        details[0xA431] = serial
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = BytesIO()
    Image.fromarray(pixels).save(kept, "JPEG", quality=88, exif=exif)
    path.write_bytes(kept.getvalue())
    return path


SCENES = (ONE_FACE,) * 16 + (TWO_FACES,) * 10 + (FOUR_FACES,) * 6 + (NO_FACE,) * 8
FACES = {ONE_FACE: 1, TWO_FACES: 2, FOUR_FACES: 4, NO_FACE: 0}


def event_photos(folder: Path) -> Path:
    """Forty photos of an event, a minute apart, on which there are sixty faces."""
    for number, name in enumerate(SCENES):
        taken(folder / f"IMG_{number + 1:04}.jpg", seen_otherwise(sample(name), number), f"14:{number:02}:00")
    return folder
