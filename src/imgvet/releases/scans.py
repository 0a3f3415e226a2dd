"""Scanned forms beside the register: copied in, named by their own hash, as readable as the register is."""

import contextlib
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from imgvet.errors import RegisterError
from imgvet.named_files import SCAN, UnfitFile, named_pieces, read_regular

SCAN_FORMATS = frozenset({".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".heic", ".heif", ".avif"})
_SCAN_NAME = r"[0-9a-f]{64}\.[a-z]{3,4}"
_UNFINISHED = ".unfinished-"  # begins the name of a copy on its way
_LEFT_BEHIND = 86_400  # seconds, after which a copy is abandoned


@dataclass(frozen=True, slots=True)
class FormScan:
    """A copy of a scanned form on its way into the register."""

    unfinished: Path
    name: str  # its hash, and what kind of file it is
    sha256: str


def scans_folder(register: Path) -> Path:
    """Where the scans of a register are."""
    return register.with_name(f"{register.stem}-scans")


@contextlib.contextmanager
def copy_scan(register: Path, source: Path, *, suffix: str = "", part: bytes | None = None) -> Iterator[FormScan]:
    """A copy of the scan, for one form to keep; it is removed afterwards if none did.

    ``suffix``: that of its kind, where its content says it, else that of its name; ``part``: what to keep of it, else
    the whole.

    Raises:
        RegisterError: it cannot be read or kept, is empty, too large, or not in a format of scans.
    """
    kind = suffix or source.suffix.lower()
    if kind not in SCAN_FORMATS:
        raise RegisterError(f"'{source}' is not a scan.", f"Scans are {', '.join(sorted(SCAN_FORMATS))}.")
    unfinished = scans_folder(register) / f"{_UNFINISHED}{secrets.token_hex(8)}"
    pieces = named_pieces(source, SCAN) if part is None else iter((part,))
    try:
        digest = _copy(pieces, source, unfinished, _mode(register))
        yield FormScan(unfinished, f"{digest}{kind}", digest)
    except OSError as problem:
        raise RegisterError(
            f"The scan '{source}' cannot be copied in ({problem.strerror}).",
            "Check that the file is there, and check the disk.",
        ) from None
    finally:
        unfinished.unlink(missing_ok=True)


def store_scan(register: Path, scan: FormScan) -> None:
    """Give the copy its name; to be called while nobody else writes to the register."""
    scan.unfinished.replace(scans_folder(register) / scan.name)


def state_of(register: Path, name: str, sha256: str) -> str:
    """What is wrong with the scan of a form, one plain sentence; empty if it is there and unaltered."""
    try:
        digest = hashlib.sha256(read_regular(scans_folder(register) / name, SCAN.most)).hexdigest()
    except UnfitFile as problem:
        return f"The scan is missing: its file {problem.what}."
    return "" if digest == sha256 else "The scan was altered after it was imported."


def abandoned_scans(register: Path) -> list[str]:
    """Names of all scans and copies on their way that are older than a day; those that no form has are left behind."""
    folder = scans_folder(register)
    names = []
    for path in folder.iterdir() if folder.is_dir() else ():
        ours = path.name.startswith(_UNFINISHED) or re.fullmatch(_SCAN_NAME, path.name)
        if ours and time.time() - path.stat().st_mtime > _LEFT_BEHIND:
            names.append(path.name)
    return names


def remove_scans(register: Path, names: Iterable[str]) -> None:
    """Remove scans that no form has any more; while nobody else writes."""
    for name in names:
        if name == Path(name).name and (name.startswith(_UNFINISHED) or re.fullmatch(_SCAN_NAME, name)):
            (scans_folder(register) / name).unlink(missing_ok=True)


def _copy(pieces: Iterator[bytes], source: Path, target: Path, mode: int) -> str:
    """Write what is in the source, and return its SHA-256."""
    first = next(pieces, b"")
    if not first:
        raise RegisterError(f"'{source}' is empty.", SCAN.way_out)
    if not target.parent.is_dir():
        target.parent.mkdir(mode=mode | (mode & 0o444) >> 2, exist_ok=True)
        target.parent.chmod(mode | (mode & 0o444) >> 2)
    digest = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as copy:
        for piece in chain((first,), pieces):
            digest.update(piece)
            copy.write(piece)
        copy.flush()
        os.fsync(copy.fileno())
    target.chmod(mode)
    return digest.hexdigest()


def _mode(register: Path) -> int:
    """The permissions of the register's own file, without those of everybody else."""
    return stat.S_IMODE(register.stat().st_mode) & 0o660 | 0o600
