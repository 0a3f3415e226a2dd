"""Where the project is, and what is in the folder of a batch."""

import csv
import hashlib
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
    """Everything that is not private, by its place; the fingerprint of the log, which has times, is replaced."""
    found = sorted(path for path in batch.rglob("*") if path.is_file() and "private" not in path.parts)
    return {
        path.relative_to(batch).as_posix(): re.sub(rb"fingerprint [0-9a-f]{16}", b"fingerprint ...", path.read_bytes())
        for path in found
    }


def tree_of(folder: Path) -> dict[str, str]:
    """Everything below the folder by its path there: a file by the SHA-256 of its bytes, a link by where it leads."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[str(path.relative_to(folder))] = f"link to {path.readlink()}"
        elif path.is_file():
            found[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[str(path.relative_to(folder))] = "folder" if path.is_dir() else "neither file nor folder"
    return found
