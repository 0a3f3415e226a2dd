"""The README's pictures, from a fresh demo: ``python tools/picture.py FOLDER`` or ``make picture``."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 1500  # pixels


def main(folder: Path) -> None:
    """Run a batch of the samples and keep its contact sheet, small enough for a page."""
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as temporary:
        batch = Path(temporary) / "open-day"
        event = ["--event", "Open Day 2026", "--date", "2026-06-14", "--link", "https://www.example.org/open-day"]
        words = ["batch", "sample_images", "--out", str(batch), *event, "--profile", "tools/demo.toml"]
        subprocess.run([sys.executable, "-m", "imgvet", *words], check=False)
        sheet = cv2.imread(str(batch / "contact-sheet.jpg"))
        if sheet is None:
            sys.exit("The demo wrote no contact sheet.")
        scale = min(1.0, WIDTH / sheet.shape[1])
        small = cv2.resize(sheet, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        folder.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / "contact-sheet.jpg"), small, [cv2.IMWRITE_JPEG_QUALITY, 85])
        shutil.rmtree(batch)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
