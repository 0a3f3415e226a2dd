"""LibreOffice, as people in the office open and save a sheet with it."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest


def soffice(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test that needs LibreOffice."""
    absent = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
    marked: Callable[..., None] = pytest.mark.office(absent(test))
    return marked


def converted(sheet: Path, kind: str, folder: Path) -> Path:
    """The sheet as LibreOffice saves it."""
    profile = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    words: list[str | Path] = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        kind,
        "--outdir",
        folder / "converted",
        sheet,
    ]
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    (result,) = (folder / "converted").glob(f"{sheet.stem}.*")
    return result
