"""Where the project is, and what is in the folder of a batch."""

import csv
import io
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent  # of the project


def names(folder: Path) -> list[str]:
    """Everything in it, by name."""
    return sorted(path.name for path in folder.iterdir())


def photo_names(folder: Path) -> list[str]:
    """The photos in ``flickr/`` or ``held/``."""
    return [name for name in names(folder) if not name.endswith(".csv")]


def rows(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file that imgvet wrote, by the heads of their columns."""
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))


def public_files(batch: Path) -> dict[str, bytes]:
    """Everything that is not private, by its place; the head of the log, in which times are, is written over."""
    found = sorted(path for path in batch.rglob("*") if path.is_file() and "private" not in path.parts)
    return {
        path.relative_to(batch).as_posix(): re.sub(rb"ending in [0-9a-f]{16}", b"ending in ...", path.read_bytes())
        for path in found
    }
