"""A register is moved elsewhere: all of it, compared row by row and scan by scan, before the old one is closed."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Integer, delete, insert, select

from imgvet.atomic_files import name_new
from imgvet.database.addresses import Address, whole_address
from imgvet.database.connection import Database
from imgvet.errors import RegisterError
from imgvet.named_files import UnfitFile, is_named
from imgvet.releases.opening import new_on_server, opened_register
from imgvet.releases.register import Register
from imgvet.releases.register_words import register_told
from imgvet.releases.rows import RESTORE
from imgvet.releases.scans import FormScan, is_scan_name, scans_folder
from imgvet.releases.store import make_register_file
from imgvet.releases.tables import CARRIED, HISTORY, RELEASES, USES
from imgvet.releases.validation import is_stored_text

_ROWS_AT_ONCE = 500
_Row = tuple[Any, ...]
_Rows = dict[str, list[_Row]]  # by table, in the order of its key
_MOVED = "moved"  # what the history calls it


@dataclass(frozen=True, slots=True)
class MoveReport:
    """What was moved; all of it was read again at the new place, and is the same."""

    forms: int
    lines: int  # of the history
    uses: int  # of forms
    scans: int
    missing: tuple[str, ...]  # names of scans that were not at the old place either
    sha256: str  # of all rows and scans, at both places
    finished: bool  # an earlier move was stopped, and only the old register had still to be closed


def move_register(source: Register, to: Address, by: str, why: str = "") -> MoveReport:
    """Carry the register over to a place that has none yet, and close it where it was; all of it or nothing.

    Nobody else writes to it meanwhile. Where an earlier move was stopped after everything was at the new place, only
    the old one is closed.

    Raises:
        RegisterError: there is a register at that place, this one is damaged or was moved, or what was read again at
            the new place is not the same: nothing is changed then. Nobody is named.
    """
    there = whole_address(to)
    source.sweep()
    with source.writing(by):
        report = _finished(source, there)
        if report is None:
            source.write_down(_MOVED, by, "", f"to {there}. {why}", {})
            report = _carried(source, there)
        source.close_for(str(there))
    return report


def _finished(source: Register, there: Address) -> MoveReport | None:
    """What an earlier move has carried there, which only did not come to close the old one; None: nothing is there.

    Raises:
        RegisterError: something else is there.
    """
    if isinstance(there, Path) and not is_named(there):
        return None
    target = opened_register(there, make=False)
    if target is None:
        return None
    with target:
        here, found = _rows(source.database), _rows(target.database)
        *earlier, last = found[HISTORY.name] or [()]
        moved = last[HISTORY.c.keys().index("kind") :][:1] == (_MOVED,)
        if not moved or target.moved_to or found | {HISTORY.name: earlier} != here:
            raise RegisterError(
                f"There is a register at '{there}' already.", "Name a file that is not there yet, or an empty database."
            )
        source.database.run(insert(HISTORY), [dict(zip(HISTORY.c.keys(), last, strict=True))])
        return _report(source, target, finished=True)


def _carried(source: Register, there: Address) -> MoveReport:
    rows = _rows(source.database)
    with new_on_server(there) if not isinstance(there, Path) else _new_file(there) as target:
        for table in CARRIED:
            target.database.run(delete(table))
            values = [dict(zip(table.c.keys(), row, strict=True)) for row in rows[table.name]]
            for first in range(0, len(values), _ROWS_AT_ONCE):
                target.database.run(insert(table), values[first : first + _ROWS_AT_ONCE])
            target.database.count_on(table)
        for name in _scans(source):
            content = source.scans.read(name)
            target.scans.store(FormScan(content, name, hashlib.sha256(content).hexdigest()))
        return _report(source, target, finished=False)


def _report(source: Register, target: Register, *, finished: bool) -> MoveReport:
    """Compare both, and say what they have.

    Raises:
        RegisterError: they differ.
    """
    rows, scans = _rows(source.database), _scans(source)
    if _rows(target.database) != rows:
        raise _differs(target, "its rows")
    digest = hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode())
    for name in scans:
        content = source.scans.read(name)
        if not _has_scan(target, name) or target.scans.read(name) != content:
            raise _differs(target, f"the scan {name}")
        digest.update(content)
    missing = sorted(source.scans_kept() - set(scans))
    forms, lines, uses = (len(rows[table.name]) for table in (RELEASES, HISTORY, USES))
    return MoveReport(forms, lines, uses, len(scans), tuple(missing), digest.hexdigest(), finished)


def _differs(target: Register, what: str) -> RegisterError:
    return RegisterError(
        f"The register was not moved: at '{target.address}', {what} were read back otherwise than they were written.",
        "Nothing was changed. Check that place, then run the command again.",
    )


def _scans(register: Register) -> list[str]:
    """The names of the scans that are there."""
    return [name for name in sorted(register.scans_kept()) if is_scan_name(name) and _has_scan(register, name)]


def _has_scan(register: Register, name: str) -> bool:
    try:
        register.scans.read(name)
    except UnfitFile:
        return False
    return True


def _rows(database: Database) -> _Rows:
    """Every row.

    Raises:
        RegisterError: one has a value that imgvet does not write.
    """
    rows = {}
    for table in CARRIED:
        kinds = [isinstance(column.type, Integer) for column in table.columns]
        rows[table.name] = [tuple(row) for row in database.read(select(table).order_by(*table.primary_key.columns))]
        for row in rows[table.name]:
            if not all(_is_sound(value, number=number) for value, number in zip(row, kinds, strict=True)):
                raise RegisterError(f"A row of the table '{table.name}' in the register is damaged.", RESTORE)
    return rows


def _is_sound(value: object, *, number: bool) -> bool:
    return value is None or (isinstance(value, int) and abs(value) < 2**31 if number else is_stored_text(value))


@contextmanager
def _new_file(path: Path) -> Iterator[Register]:
    """A register that gets its name once the block has ended well.

    Raises:
        RegisterError: it cannot be made, or something has its name or that of its scans.
    """
    kept = scans_folder(path)
    if is_named(kept):
        raise RegisterError(f"'{kept}' is there already.", "Move it away, or name another file.")
    with register_told(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=path.parent))
        try:
            unfinished = folder / path.name
            make_register_file(unfinished)
            register = opened_register(unfinished, make=True)
            if register is not None:
                with register, register.database.transaction():
                    yield register
            scans = scans_folder(unfinished)
            if scans.is_dir():
                scans.rename(kept)
            try:
                name_new(unfinished, path)
            except OSError:
                if kept.is_dir():
                    kept.rename(scans)
                raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)
