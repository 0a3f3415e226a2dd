"""Scanned forms of a register on a server: in a table of it, each whole in one row."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Executable, delete, insert, select

from imgvet.database.addresses import Address
from imgvet.database.connection import Database
from imgvet.named_files import UnfitFile
from imgvet.releases.register_words import register_told
from imgvet.releases.scans import LEFT_BEHIND, FormScan, ScanStore, is_scan_name, kind_of_scan, scan_pieces
from imgvet.releases.tables import SCANS


@dataclass(frozen=True, slots=True)
class ServerScans(ScanStore):
    """The table of scans."""

    address: Address
    database: Database

    @contextmanager
    def copied(self, source: Path, *, suffix: str = "", part: bytes | None = None) -> Iterator[FormScan]:
        """As in ``ScanStore``."""
        kind = kind_of_scan(source, suffix)
        content = b"".join(scan_pieces(source, part))
        digest = hashlib.sha256(content).hexdigest()
        yield FormScan(content, f"{digest}{kind}", digest)

    def store(self, scan: FormScan) -> None:
        """As in ``ScanStore``."""
        content = scan.content if isinstance(scan.content, bytes) else scan.content.read_bytes()
        self._run(delete(SCANS).where(SCANS.c.name == scan.name))
        row = {"name": scan.name, "kept_at": _time(datetime.now(UTC)), "content": content}
        self._run(insert(SCANS), [row])

    def read(self, name: str) -> bytes:
        """As in ``ScanStore``."""
        rows = self._run(select(SCANS.c.content).where(SCANS.c.name == name))
        if not rows:
            raise UnfitFile("is not in the register")
        return bytes(rows[0][0])

    @contextmanager
    def as_file(self, name: str) -> Iterator[Path]:
        """As in ``ScanStore``: a private copy, for as long as it is needed."""
        with tempfile.TemporaryDirectory(prefix="imgvet-") as folder:
            copy = Path(folder) / (name if is_scan_name(name) else "scan")
            copy.write_bytes(self.read(name))
            yield copy

    def place_of(self, name: str) -> str:
        """As in ``ScanStore``."""
        return f"{name}, in the register"

    def abandoned(self) -> list[str]:
        """As in ``ScanStore``."""
        before = _time(datetime.now(UTC) - timedelta(seconds=LEFT_BEHIND))
        return [name for (name,) in self._run(select(SCANS.c.name).where(SCANS.c.kept_at < before))]

    def _run(self, statement: Executable, rows: Sequence[Mapping[str, Any]] = ()) -> Sequence[Any]:
        with register_told(self.address):
            return self.database.run(statement, rows)

    def remove(self, names: Iterable[str]) -> None:
        """As in ``ScanStore``."""
        self._run(delete(SCANS).where(SCANS.c.name.in_(list(names))))


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
