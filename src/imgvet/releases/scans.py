"""Scanned forms of the register, copied in and named by their own hash: beside a register in a file, as readable as it
is; inside one on a server, see ``server_scans``."""

import contextlib
import hashlib
import os
import re
import secrets
import stat
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from imgvet.errors import RegisterError
from imgvet.named_files import SCAN, UnfitFile, named_pieces, read_regular

_FORMATS = frozenset({".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".heic", ".heif", ".avif"})
_SCAN_NAME = r"[0-9a-f]{64}\.[a-z]{3,4}"
_UNFINISHED = ".unfinished-"  # begins the name of a copy on its way
LEFT_BEHIND = 86_400  # seconds, after which a copy is abandoned


@dataclass(frozen=True, slots=True)
class FormScan:
    """A copy of a scanned form on its way into the register."""

    content: Path | bytes  # where the copy is, or the whole of it
    name: str  # its hash, and what kind of file it is
    sha256: str


class ScanStore(ABC):
    """Where the scans of a register are kept."""

    @abstractmethod
    def copied(self, source: Path, *, suffix: str = "", part: bytes | None = None) -> AbstractContextManager[FormScan]:
        """A copy of the scan, for one form to keep; it is removed afterwards if none did.

        ``suffix``: that of its kind, where its content says it, else that of its name; ``part``: what to keep of it,
        else the whole.

        Raises:
            RegisterError: it cannot be read or kept, is empty, too large, or not in a format of scans.
        """

    @abstractmethod
    def store(self, scan: FormScan) -> None:
        """Give the copy its name; to be called while nobody else writes to the register."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """The whole scan of that name.

        Raises:
            UnfitFile: it is not there, or cannot be read.
        """

    @abstractmethod
    def as_file(self, name: str) -> AbstractContextManager[Path]:
        """The scan as a file, to be read and nothing else.

        Raises:
            UnfitFile: as ``read``.
        """

    @abstractmethod
    def place_of(self, name: str) -> str:
        """Where it is kept, for people."""

    @abstractmethod
    def abandoned(self) -> list[str]:
        """Names of all scans, and copies on their way, that are older than a day; those that no form has are left
        behind."""

    @abstractmethod
    def remove(self, names: Iterable[str]) -> None:
        """Remove scans that no form has any more; while nobody else writes."""

    def state(self, name: str, sha256: str) -> str:
        """What is wrong with the scan of a form, one plain sentence; empty if it is there and unaltered."""
        try:
            digest = hashlib.sha256(self.read(name)).hexdigest()
        except UnfitFile as problem:
            return f"The scan is missing: its file {problem.what}."
        return "" if digest == sha256 else "The scan was altered after it was imported."


def kind_of_scan(source: Path, suffix: str = "") -> str:
    """What the name of a scan in the register ends with; ``suffix`` as for ``ScanStore.copied``.

    Raises:
        RegisterError: it is not in a format of scans.
    """
    kind = suffix or source.suffix.lower()
    if kind not in _FORMATS:
        raise RegisterError(f"'{source}' is not a scan.", f"Scans are {', '.join(sorted(_FORMATS))}.")
    return kind


def scan_pieces(source: Path, part: bytes | None) -> Iterator[bytes]:
    """What is in a scan; ``part`` as for ``ScanStore.copied``.

    Raises:
        RegisterError: it cannot be read, is empty or too large.
    """
    pieces = named_pieces(source, SCAN) if part is None else iter((part,))
    first = next(pieces, b"")
    if not first:
        raise RegisterError(f"'{source}' is empty.", SCAN.way_out)
    yield from chain((first,), pieces)


def scans_folder(register: Path) -> Path:
    """Where the scans of a register in a file are."""
    return register.with_name(f"{register.stem}-scans")


@dataclass(frozen=True, slots=True)
class FolderScans(ScanStore):
    """The folder beside a register in a file."""

    register: Path

    @property
    def _folder(self) -> Path:
        return scans_folder(self.register)

    @contextlib.contextmanager
    def copied(self, source: Path, *, suffix: str = "", part: bytes | None = None) -> Iterator[FormScan]:
        """As in ``ScanStore``."""
        kind = kind_of_scan(source, suffix)
        unfinished = self._folder / f"{_UNFINISHED}{secrets.token_hex(8)}"
        try:
            digest = write_scan(scan_pieces(source, part), unfinished, _mode(self.register))
            yield FormScan(unfinished, f"{digest}{kind}", digest)
        except OSError as problem:
            raise RegisterError(
                f"The scan '{source}' cannot be copied in ({problem.strerror}).",
                "Check that the file is there, and check the disk.",
            ) from None
        finally:
            unfinished.unlink(missing_ok=True)

    def store(self, scan: FormScan) -> None:
        """As in ``ScanStore``."""
        if isinstance(scan.content, Path):
            scan.content.replace(self._folder / scan.name)
        elif is_scan_name(scan.name):
            write_scan([scan.content], self._folder / scan.name, _mode(self.register))

    def read(self, name: str) -> bytes:
        """As in ``ScanStore``."""
        return read_regular(self._folder / name, SCAN.most)

    @contextlib.contextmanager
    def as_file(self, name: str) -> Iterator[Path]:
        """As in ``ScanStore``."""
        yield self._folder / name

    def place_of(self, name: str) -> str:
        """As in ``ScanStore``."""
        return str(self._folder / name)

    def abandoned(self) -> list[str]:
        """As in ``ScanStore``."""
        names = []
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            ours = path.name.startswith(_UNFINISHED) or is_scan_name(path.name)
            if ours and time.time() - path.stat().st_mtime > LEFT_BEHIND:
                names.append(path.name)
        return names

    def remove(self, names: Iterable[str]) -> None:
        """As in ``ScanStore``."""
        for name in names:
            if name == Path(name).name and (name.startswith(_UNFINISHED) or is_scan_name(name)):
                (self._folder / name).unlink(missing_ok=True)


def is_scan_name(name: str) -> bool:
    """Whether a scan in the register can have that name."""
    return re.fullmatch(_SCAN_NAME, name) is not None


def write_scan(pieces: Iterable[bytes], target: Path, mode: int = 0o600) -> str:
    """Write a scan into a new file, whose folder is made where there is none; its SHA-256.

    Raises:
        OSError: it cannot be written.
    """
    pieces = iter(pieces)
    first = next(pieces, b"")  # before the folder is made: it may not be readable
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
