"""The README's pictures, from a fresh demo: ``python tools/picture.py FOLDER`` or ``make picture``."""

import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import pypdfium2

from imgvet.faces.detector import load_detector
from imgvet.geometry import Box
from imgvet.pixels import Pixels
from imgvet.profile import FaceSettings, RedactStyle
from imgvet.redaction.paint import redact
from imgvet.redaction.shapes import area_shape, head_shape

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 1500  # pixels
STYLES: tuple[RedactStyle, ...] = ("soft", "blocks", "solid")
SECRET = b"the same picture each time"
PLATE = Box(438, 505, 644, 549)  # of the parked car
PUBLISHED = ("park.jpg", "crowd.jpg")  # the crowd with its faces hidden


def main(folder: Path) -> None:
    """Run two batches of the samples and keep what they show, small enough for a page."""
    os.chdir(ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        keep(folder / "contact-sheet.jpg", picture(batch(Path(temporary, "plain")) / "contact-sheet-1.jpg"))
        hidden = batch(Path(temporary, "hidden"), "--redact", "all")
        keep(folder / "published.jpg", np.hstack([picture(published(hidden, name)) for name in PUBLISHED]))
        keep(folder / "printed-forms.png", forms(Path(temporary)))
    keep(folder / "hiding.jpg", styles(ROOT / "sample_images" / "group.jpg"))
    keep(folder / "hiding-area.jpg", plate(ROOT / "sample_images" / "parked-car.jpg"))


def batch(folder: Path, *more: str) -> Path:
    """A batch of the samples."""
    event = ["--event", "Open Day 2026", "--date", "2026-06-14", "--link", "https://www.example.org/open-day"]
    words = ["batch", "sample_images", "--out", str(folder), *event, "--profile", "tools/demo.toml", *more]
    subprocess.run([sys.executable, "-m", "imgvet", *words], check=False)
    return folder


def published(folder: Path, original: str) -> Path:
    """The file in ``flickr/`` that was made of an original."""
    with (folder / "private" / "originals.csv").open(encoding="utf-8-sig", newline="") as sheet:
        files = {Path(row["original"]).name: row["file"] for row in csv.DictReader(sheet)}
    return folder / "flickr" / files[original]


def forms(folder: Path) -> np.ndarray:
    """A blank form for an adult and one for a child, side by side, in grey."""
    words = ["--event", "Open Day 2026", "--date", "2026-06-14", "--profile", "tools/demo.toml"]
    words += ["--register", str(folder / "releases.db"), "--out", str(folder / "forms.pdf")]
    subprocess.run([sys.executable, "-m", "imgvet", "release", "form", *words], check=True)
    pages = [page.render(scale=2, grayscale=True).to_numpy() for page in pypdfium2.PdfDocument(folder / "forms.pdf")]
    return np.hstack([cv2.copyMakeBorder(page, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=150) for page in pages])


def styles(photo: Path) -> np.ndarray:
    """A photo as it was taken, and with every head hidden in each of the styles."""
    taken = picture(photo)
    heads = [head_shape(face.box) for face in load_detector().find(rgb(taken), FaceSettings())]
    soft, blocks, solid = (rgb(redact(rgb(taken), None, heads, style, SECRET)[0]) for style in STYLES)
    return np.vstack([np.hstack([taken, soft]), np.hstack([blocks, solid])])


def plate(photo: Path) -> np.ndarray:
    """A car with its plate, and with the plate hidden as an area."""
    taken = picture(photo)
    shape = area_shape(PLATE)
    hidden = rgb(redact(rgb(taken), None, [shape], "soft", SECRET)[0])
    return np.hstack([taken, hidden])


def rgb(pixels: np.ndarray) -> Pixels:
    """The picture with red and blue swapped."""
    return np.ascontiguousarray(pixels[..., ::-1], np.uint8)


def picture(path: Path) -> np.ndarray:
    """A picture that must be there."""
    pixels = cv2.imread(str(path))
    if pixels is None:
        sys.exit(f"The demo wrote no {path.name}.")
    return pixels


def keep(path: Path, pixels: np.ndarray) -> None:
    """Write the picture, no wider than a page."""
    scale = min(1.0, WIDTH / pixels.shape[1])
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if path.suffix == ".png":
        cv2.imwrite(str(path), small // 16 * 17, [cv2.IMWRITE_PNG_COMPRESSION, 9])  # 16 levels are enough for a page
    else:
        cv2.imwrite(str(path), small, [cv2.IMWRITE_JPEG_QUALITY, 85])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
