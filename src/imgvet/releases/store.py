"""The register of release forms: one SQLite file, which several people may use at once.

Every write is one short exclusive transaction, so no change of another person is lost. There is no write-ahead log: it
needs shared memory, which a network drive does not offer. Every change adds a line to the history, and nothing is
deleted: a purge leaves the form's row behind as its tombstone.
"""

import contextlib
import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
from platformdirs import user_data_path

from imgvet.clock import ClockReading, LatestEntry, read_clock
from imgvet.errors import RegisterError, RegisterUnusable
from imgvet.people_names import KnownNames, checked_name, has_words, mixed_alphabets, same_name, tidy_name
from imgvet.releases.release import Release, Status, is_printed_number, is_reference, printed_number
from imgvet.releases.retention import PERSONAL, REMOVED, RemovalPlan, is_due, plan_removal
from imgvet.releases.scans import FormScan, abandoned_scans, remove_scans, store_scan
from imgvet.releases.schema import REGISTER_SCHEMA
from imgvet.releases.uses import (
    BatchPlace,
    FormUse,
    UseNotes,
    cut_uses,
    is_noted,
    read_last_used,
    read_place,
    read_uses,
    write_notes,
    write_place,
)
from imgvet.releases.validation import is_stored_release, is_stored_text
from imgvet.signed_in import SignedIn, signed_in, stored_account
from imgvet.sqlite_store import (
    AlteredDatabase,
    ForeignDatabase,
    NewerDatabase,
    before_others,
    create_private,
    in_short_steps,
    open_database,
    transaction,
)
from imgvet.storage_errors import is_in_use, storage_words
from imgvet.text import natural_order, visible

_NAMES = tuple(field.name for field in fields(Release))
_DAYS = frozenset(field.name for field in fields(Release) if field.type == date | None)
_COLUMNS = ", ".join(_NAMES)
_ITSELF = "imgvet"  # notes of its own; it is in no line of the history
_SWEEP = "sweep"  # the fact that a purge has yet to be finished; with a colon and a name, of which scan
_FORMS_AT_ONCE = 20  # that a purge removes in one transaction
_SCANS_AT_ONCE = 50  # whose files it removes in one
_RESTORE = "Restore the register from its last copy."
_LAST_NUMBER = 10**9  # of a reference
_NAMED = 64  # characters of a reference in a message


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of the register's history."""

    at: str  # ISO 8601, UTC
    by: str  # who recorded it
    kind: str  # added, changed, withdrawn, refused, purged, reserved or clock
    reference: str
    why: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()  # field, before, after
    signed_in: SignedIn | None = None  # under which account; None: recorded before 0.7

    def as_json(self) -> dict[str, str | None]:
        """The line as ``--json`` prints it."""
        place = asdict(self.signed_in) if self.signed_in else {"account": None, "machine": None}
        return {"at": self.at, "by": self.by, "kind": self.kind, "why": self.why, **place}


@dataclass(frozen=True, slots=True)
class FormIntake:
    """What is imported into the register in one step."""

    new: tuple[Release, ...] = ()
    changed: tuple[tuple[Release, Release], ...] = ()  # each as it was read, and as it shall be
    scans: tuple[FormScan, ...] = ()  # that these forms name


@dataclass(frozen=True)
class Register:
    """The register, open for reading and writing."""

    path: Path
    database: sqlite3.Connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    @property
    def identity(self) -> str:
        """The register's own, whatever its file is called and wherever it is."""
        return "".join(value for (value,) in self._read("SELECT value FROM facts WHERE name = 'identity'"))

    def find(self, reference: str) -> Release | None:
        """The form of that reference, whatever its case and outer spaces; None: there is none."""
        query = f"SELECT {_COLUMNS} FROM releases WHERE key = ?"  # noqa: S608 - no outside text
        row = self._read(query, same_name(reference))
        return _release(row[0]) if row else None

    def releases(self) -> Iterator[Release]:
        """Every form, by its reference."""
        query = f"SELECT {_COLUMNS} FROM releases"  # noqa: S608 - no outside text
        yield from sorted(map(_release, self._read(query)), key=lambda each: natural_order(same_name(each.reference)))

    def gone_and(self, references: Iterable[str]) -> list[Release]:
        """Every form that was withdrawn or whose person has refused, and those of the references, by reference."""
        query = f"SELECT {_COLUMNS} FROM releases WHERE withdrawn_on IS NOT NULL OR refused_on IS NOT NULL"  # noqa: S608 - no outside text
        found = {each.reference: each for each in map(_release, self._read(query))}
        found |= {each.reference: each for each in map(self.find, references) if each}
        return [found[each] for each in sorted(found, key=lambda name: natural_order(same_name(name)))]

    def history(self, reference: str | None = None) -> Iterator[HistoryEntry]:
        """What was done with one form, or with all, oldest first."""
        columns = "SELECT at, by, kind, reference, why, changes, account, machine FROM history"
        if reference is None:
            rows = self._read(f"{columns} ORDER BY id")
        else:
            rows = self._read(f"{columns} WHERE key = ? ORDER BY id", same_name(reference))
        for at, by, kind, about, why, changes, account, machine in rows:
            if not all(map(is_stored_text, (at, by, kind, about, why, account or "", machine or ""))):
                raise _damaged_history(self.path)
            both_sides = tuple((name, *both) for name, both in self._changes(changes).items())
            yield HistoryEntry(at, by, kind, about, why, both_sides, stored_account(account, machine))

    @cached_property
    def latest_entry(self) -> LatestEntry:
        """The latest time in the history, since somebody last said that the clock is right."""
        rows = self._read(
            "SELECT max(at) FROM history WHERE id >= (SELECT coalesce(max(id), 0) FROM history WHERE kind = 'clock')"
        )
        latest = str(rows[0][0] or "") if rows else ""
        return LatestEntry(latest, "the register of release forms", "imgvet release clock --by NAME --why TEXT")

    @cached_property
    def clock(self) -> ClockReading:
        """What day it is for its forms, by the clock of this computer and by its history."""
        return read_clock([self.latest_entry])

    def confirm_clock(self, by: str, why: str) -> None:
        """Record that the clock of this computer is right, although the history has an entry with a later time.

        Raises:
            RegisterError: it has none, or no name or reason is given.
        """
        if not why.strip():
            raise RegisterError(
                "To record that the clock is right, give a reason.",
                "Say how you know, e.g. by comparison with which clock.",
            )
        if not self.clock.doubt:
            raise RegisterError(
                "No entry of the register is later than this computer's clock.", "There is nothing to record."
            )
        with self._writing(by):
            self._write_down("clock", by, "", why, {})

    def _changes(self, changes: Any) -> dict[str, tuple[str, str]]:
        """Field to the values before and after, as the history has them."""
        try:
            return msgspec.json.decode(changes, type=dict[str, tuple[str, str]])
        except (TypeError, ValueError, RecursionError):
            raise _damaged_history(self.path) from None

    def uses(self, reference: str) -> tuple[FormUse, ...]:
        """The photos that went to be published with that form, by event, whether they are still there or not."""
        with _told(self.path):
            return read_uses(self.database, reference)

    @property
    def newest_entry(self) -> int:
        """The number of the newest line of the history; it changes with every change to a form."""
        (number,) = self._read("SELECT coalesce(max(id), 0) FROM history")[0]
        return int(number)

    def last_used(self) -> dict[str, str]:
        """When each form was last used for a photo, ISO 8601, by its reference as ``same_name`` gives it."""
        with _told(self.path):
            return read_last_used(self.database)

    def uses_noted_since(self, reference: str) -> str:
        """When uses began to be noted, ISO 8601, where the form is older than that; else empty."""
        query = (
            "SELECT value FROM facts WHERE name = 'uses_since' AND value > (SELECT min(at) FROM history WHERE key = ?)"
        )
        return "".join(value for (value,) in self._read(query, same_name(reference)))

    def place(self, identity: str) -> BatchPlace | None:
        """Where the batch of that identity was when it last noted something; None where it never did."""
        with _told(self.path):
            return read_place(self.database, identity)

    def has_noted(self, identity: str, notes: UseNotes) -> bool:
        """Whether all of that is noted of the batch of that identity."""
        with _told(self.path):
            return is_noted(self.database, identity, notes)

    def note_uses(self, place: BatchPlace, notes: UseNotes | None) -> None:
        """Note where a batch is, and which photos are there to be published with which forms; None: as before.

        Raises:
            RegisterError: the register cannot be written to.
        """
        with self._writing(_ITSELF):
            write_place(self.database, place)
            if notes is not None:
                write_notes(self.database, place.identity, notes, place.noted_at)

    def add(self, releases: Sequence[Release], by: str) -> None:
        """Add forms, all of them or none.

        Raises:
            RegisterError: a reference is there already, or is not valid; nobody is named.
        """
        self.save_forms(FormIntake(tuple(releases)), by)

    def save_forms(self, taken: FormIntake, by: str, why: str = "") -> None:
        """Add forms and change others; all of it or nothing.

        Raises:
            RegisterError: a new form is there already, a changed one is not as it was read; nobody is named.
        """
        refused = any(release.refused_on for release in taken.new)
        with before_others(self.database) if refused else contextlib.nullcontext(), self._writing(by):
            known = KnownNames(
                row[0]
                for row in self._read("SELECT reference FROM releases WHERE typeof(reference) = 'text'")
                if taken.new
            )
            for release in taken.new:
                self._insert(release, known, by, why)
            for before, after in taken.changed:
                if self.find(before.reference) != before:
                    raise RegisterError(
                        f"Form {before.reference} was changed by somebody else in the meantime.",
                        "Look at it and try again.",
                    )
                self._change(before, after, "changed", by, why)
            for scan in taken.scans:
                store_scan(self.path, scan)

    def withdraw(self, reference: str, on: date, by: str, why: str, asked_by: str = "") -> Release:
        """Record that a form was withdrawn, and return it as it is now.

        Args:
            reference: of the form.
            on: the day from which it is no longer valid.
            by: who records it.
            why: the reason, or how it reached the office.
            asked_by: who withdrew it, e.g. the person or the guardian; ``by`` if empty.

        Raises:
            RegisterError: there is no such form, it has ended for good already, or no name or reason is given.
        """
        if not has_words(why):
            raise RegisterError("A withdrawal needs a reason.", "Say why, or how it reached you.")
        if asked_by.strip():
            checked_name(asked_by, "The withdrawal does not say who asked for it.", RegisterError)
        with before_others(self.database), self._writing(by):
            before = self._current_form(reference)
            after = replace(before, withdrawn_on=on, withdrawn_by=tidy_name(asked_by if asked_by.strip() else by))
            self._change(before, after, "withdrawn", by, why)
        return after

    def refuse(self, reference: str, on: date, by: str, why: str = "") -> Release:
        """Record that the person of a form does not want to be shown, and return it as it is now.

        Raises:
            RegisterError: there is no such form, it has ended for good already, or no name is given.
        """
        with before_others(self.database), self._writing(by):
            before = self._current_form(reference)
            after = replace(before, refused_on=on, model_release="MR-NON")
            self._change(before, after, "refused", by, why)
        return after

    def purge(self, references: Sequence[str], today: date, keep_years: int, by: str) -> list[Release]:
        """Remove the personal data of forms whose retention period is over, and return what is left of them.

        Names are also removed from the history and from texts that are kept. Few forms are one transaction, so that
        a withdrawal is never delayed for long; if it is stopped, the next purge continues. The file is rewritten
        afterwards, so that nothing is left in its free space.

        Raises:
            RegisterError: nobody is named, the file is in use by others for longer than half a minute, or it is in
                doubt what day it is.
        """
        if self.clock.doubt:
            raise RegisterError(
                f"{self.clock.doubt} Nothing is erased while the clock is in doubt.", self.clock.way_out
            )
        left: list[Release] = []
        needed_from: dict[str, int] = {}
        for some in in_short_steps(references, _FORMS_AT_ONCE):
            with self._writing(by):
                for reference in some:
                    release = self.find(reference)
                    if release is not None and is_due(release, today, keep_years):
                        self._note_to_sweep(self._scans_of(release))
                        left.append(self._bury(release, today, by, keep_years, needed_from))
        self.sweep()
        return left

    def sweep(self) -> None:
        """Finish what a purge began: rewrite the file, and remove the scans of purged forms."""
        gone = self._to_sweep()
        if gone is None:
            return
        with _told(self.path):
            self.database.execute("VACUUM")
        names = [*gone, *(name for name in abandoned_scans(self.path) if name not in gone)]
        kept, seen = self._all_scans(), self._others_wrote()
        for some in in_short_steps([name for name in names if name in gone or name not in kept], _SCANS_AT_ONCE):
            with self._writing(_ITSELF):
                if seen != self._others_wrote():  # perhaps a form that has one of the scans
                    kept, seen = self._all_scans(), self._others_wrote()
                remove_scans(self.path, [name for name in some if name not in kept])
                done = [(f"{_SWEEP}:{name}",) for name in some]
                self.database.executemany("DELETE FROM facts WHERE name = ?", done)
        with self._writing(_ITSELF):
            self.database.execute("DELETE FROM facts WHERE name = ?", (_SWEEP,))

    def _scans_of(self, release: Release) -> set[str]:
        """Names of the scans that the form has, or had before a correction."""
        changes = [change for entry in self.history(release.reference) for change in entry.changes]
        before = {value for name, *both in changes for value in both if name == "scan_name"}
        return (before | {release.scan_name}) - {"", REMOVED}

    def _all_scans(self) -> set[str]:
        """The same for all forms."""
        now = {name for (name,) in self._read("SELECT scan_name FROM releases")}
        rows = self._read("SELECT changes FROM history WHERE changes LIKE '%\"scan_name\"%'")
        before = {value for (changes,) in rows for value in self._changes(changes).get("scan_name", ())}
        return (now | before) - {"", REMOVED}

    def _others_wrote(self) -> int:
        """Another number whenever somebody else has written to the file."""
        (number,) = self._read("PRAGMA data_version")[0]
        return int(number)

    def _to_sweep(self) -> dict[str, None] | None:
        """Names of the scans that purged forms had; None: there is nothing to finish."""
        rows = self._read("SELECT name, value FROM facts WHERE name = ? OR name GLOB ?", _SWEEP, f"{_SWEEP}:*")
        if not rows:
            return None
        names = [name.removeprefix(f"{_SWEEP}:") for name, _ in rows if name != _SWEEP]
        try:
            up_to_0_6 = [value for name, value in rows if name == _SWEEP]
            earlier = [each for value in up_to_0_6 for each in msgspec.json.decode(value, type=list[str])]
        except (TypeError, ValueError, RecursionError):
            raise _damaged_history(self.path) from None
        return dict.fromkeys([*earlier, *names])

    def _note_to_sweep(self, scans: set[str]) -> None:
        names = [(f"{_SWEEP}:{name}", "") for name in sorted(scans)]
        self.database.execute("INSERT OR IGNORE INTO facts VALUES (?, '[]')", (_SWEEP,))
        self.database.executemany("INSERT OR IGNORE INTO facts VALUES (?, ?)", names)

    def next_reference(self, prefix: str, year: int) -> str:
        """A reference for one new form, e.g. ``WMP-2026-014``; it is never given again, used or not."""
        return self.reserve(prefix, year, 1)[0]

    def reserve(self, prefix: str, year: int, count: int, by: str = "") -> list[str]:
        """References for new forms, one after the other; none is ever given twice, used or not.

        Raises:
            RegisterError: the prefix or the count is not valid.
        """
        if not re.fullmatch(r"[A-Za-z0-9]{1,12}", prefix) or not 1 <= count <= 10_000 or not 1 <= year <= 9999:
            raise RegisterError(
                f"{count} references with '{prefix}' and {year} cannot be given.",
                "A prefix is 1 to 12 letters and digits; up to 10,000 can be given at once.",
            )
        with self._writing(by or _ITSELF):
            first = self._last_number(prefix, year) + 1
            last = first + count - 1
            given = [printed_number(prefix, year, number) for number in range(first, last + 1)]
            self.database.execute("INSERT OR REPLACE INTO numbers VALUES (?, ?, ?)", (same_name(prefix), year, last))
            if by:
                self._write_down("reserved", by, given[0], f"{given[0]} to {given[-1]}", {})
        return given

    def has_given(self, reference: str) -> bool:
        """Whether the register has given that number to a printed form, whether it has the form or not."""
        if not is_printed_number(reference):
            return False
        prefix, year, number = reference.split("-")
        query = "SELECT 1 FROM numbers WHERE prefix = ? AND year = ? AND last >= ?"
        return bool(self._read(query, same_name(prefix), int(year), int(number)))

    def _last_number(self, prefix: str, year: int) -> int:
        """The highest number in use or given."""
        stem = same_name(f"{prefix}-{year}-")
        given = self._read("SELECT last FROM numbers WHERE prefix = ? AND year = ?", same_name(prefix), year)
        used = self._read(
            "SELECT substr(key, ?) FROM releases WHERE substr(key, 1, ?) = ?", len(stem) + 1, len(stem), stem
        )
        numbers = [int(text) for (text,) in used if re.fullmatch(r"[0-9]{1,9}", str(text))]
        if not all(isinstance(last, int) and 0 <= last <= _LAST_NUMBER for (last,) in given):
            raise RegisterError(f"The numbers given with '{prefix}' are damaged in the register.", _RESTORE)
        return max([*numbers, *(last for (last,) in given)], default=0)

    def _current_form(self, reference: str) -> Release:
        """The form, which must not have ended for good."""
        release = self.find(reference)
        if release is None:
            raise RegisterError(f"Form {reference.strip()} is not in the register.", "See `imgvet release list`.")
        status = release.status(date.max)
        if status in {Status.REFUSED, Status.WITHDRAWN, Status.PURGED}:
            raise RegisterError(f"Form {release.reference} is {status} already.", "Nothing was changed.")
        return release

    def _insert(self, release: Release, known: KnownNames, by: str, why: str) -> None:
        release = replace(release, reference=release.reference.strip())
        self._check_new(release.reference, known)
        marks = ", ".join("?" * (len(_NAMES) + 1))
        self.database.execute(
            f"INSERT INTO releases (key, {_COLUMNS}) VALUES ({marks})",  # noqa: S608 - no outside text
            (same_name(release.reference), *_row(release)),
        )
        known.add(release.reference)
        self._write_down("refused" if release.refused_on else "added", by, release.reference, why, {})

    def _check_new(self, reference: str, known: KnownNames) -> None:
        """Refuse a reference that is none, that is there already, or that looks like one that is there."""
        _check_reference(reference)
        if self.find(reference) is not None:
            raise RegisterError(f"Form {reference} is in the register already.", "Give the next form a new one.")
        if other := known.like(reference):
            raise RegisterError(
                f"The reference '{reference}' looks like {visible(other)}, which is in the register.",
                "If it is the same form, it is already recorded. If not, give this one another reference.",
            )

    def _check_known(self, name: str) -> None:
        """Refuse the name of the person who records something if it looks like that of somebody else."""
        if name != _ITSELF and not self._read("SELECT 1 FROM history WHERE by = ? ORDER BY id DESC LIMIT 1", name):
            others = self._read("SELECT DISTINCT by FROM history WHERE typeof(by) = 'text'")
            if other := KnownNames(row[0] for row in others).like(name):
                raise RegisterError(
                    f"The name '{name}' looks like '{visible(other)}', which is in the register's history.",
                    "If it is the same person, type the name as it is there. If not, give more of the name.",
                )

    def _bury(self, release: Release, on: date, by: str, keep_years: int, needed_from: dict[str, int]) -> Release:
        """Replace the form with its tombstone; ``needed_from`` as for ``cut_uses``."""
        entries = list(self.history(release.reference))
        changes = [(name, value) for entry in entries for name, *both in entry.changes for value in both]
        cuts = plan_removal(release, [(name, value) for name, value in changes if name in PERSONAL])
        left = cuts.tombstone(release, on)
        key = same_name(release.reference)
        self.database.execute(
            f"UPDATE releases SET {', '.join(f'{name} = ?' for name in _NAMES)} WHERE key = ?",  # noqa: S608
            (*_row(left), key),
        )
        for row in self._read("SELECT id, by, why, changes, account FROM history WHERE key = ?", key):
            self._cut_entry(cuts, *row)
        cut_uses(self.database, release.reference, cuts, needed_from)
        self._write_down("purged", by, release.reference, f"Its retention period of {keep_years} years had ended.", {})
        return left

    def _cut_entry(self, cuts: RemovalPlan, number: int, by: str, why: str, changes: str, account: str | None) -> None:
        kept = {
            name: [REMOVED if name in PERSONAL else cuts.cut(value) for value in both]
            for name, both in self._changes(changes).items()
        }
        recorded_by = cuts.cut_name(by)
        if account and (recorded_by != by or cuts.cut(account) != account):  # many accounts are called like their owner
            account = REMOVED
        self.database.execute(
            "UPDATE history SET by = ?, why = ?, changes = ?, account = ? WHERE id = ?",
            (recorded_by, cuts.cut(why), json.dumps(kept, ensure_ascii=False), account, number),
        )

    def _change(self, before: Release, after: Release, kind: str, by: str, why: str) -> None:
        values = dict(zip(_NAMES, zip(_row(before), _row(after), strict=True), strict=True))
        changes = {name: both for name, both in values.items() if both[0] != both[1]}
        if not changes:
            return
        self.database.execute(
            f"UPDATE releases SET {', '.join(f'{name} = ?' for name in changes)} WHERE key = ?",  # noqa: S608
            (*(new for _, new in changes.values()), same_name(before.reference)),
        )
        self._write_down(kind, by, before.reference, why, changes)

    def _write_down(self, kind: str, by: str, reference: str, why: str, changes: dict[str, Any]) -> None:
        shown = {name: ["" if value is None else str(value) for value in both] for name, both in changes.items()}
        self.database.execute(
            "INSERT INTO history (at, by, kind, key, reference, why, changes, account, machine) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                datetime.now(UTC).isoformat(timespec="seconds"),
                tidy_name(by),
                kind,
                same_name(reference),
                reference,
                why.strip(),
                json.dumps(shown, ensure_ascii=False),
                signed_in().account,
                signed_in().machine,
            ),
        )

    def _read(self, query: str, *values: Any) -> list[Any]:
        with _told(self.path):
            return self.database.execute(query, values).fetchall()

    @contextlib.contextmanager
    def _writing(self, by: str) -> Iterator[None]:
        """One exclusive transaction; a failure leaves nothing behind."""
        name = checked_name(by, "A change to the register needs a name.", RegisterError)
        with _told(self.path), transaction(self.database):
            self._check_known(name)
            yield


def register_path(named: Path | None) -> Path:
    """The path of the register: as named, else IMGVET_REGISTER, else in the user's own data folder."""
    if named is not None:
        return named
    from_environment = os.environ.get("IMGVET_REGISTER", "")
    if from_environment:
        return Path(from_environment)
    return user_data_path("imgvet", appauthor=False) / "releases.db"


def open_register(path: Path) -> Register:
    """Open the register in that file; if there is none, a new one that only its owner can read.

    Raises:
        RegisterError: it cannot be read or made, is not a register, or belongs to a newer imgvet.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        create_private(path)
    except OSError as problem:
        reason, hint = storage_words(problem, path)
        raise RegisterUnusable(
            f"The register of release forms cannot be made. {reason}", f"{hint} Or name another file with --register."
        ) from None
    with _told(path):
        return Register(path, open_database(path, REGISTER_SCHEMA))


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """SQLite's error in words."""
    try:
        yield
    except ForeignDatabase:
        raise RegisterError(
            f"'{path}' is a database, but not a register of release forms.", "Name another file."
        ) from None
    except NewerDatabase as problem:
        raise RegisterError(
            f"'{path}' was written by a newer imgvet (schema {problem}; this one knows {REGISTER_SCHEMA.version}).",
            "Install that version here; nothing was changed.",
        ) from None
    except AlteredDatabase as problem:
        raise RegisterError(f"'{path}' is not a register that imgvet wrote: {problem}.", _RESTORE) from None
    except (OSError, sqlite3.Error) as problem:
        if is_in_use(problem, path):
            raise RegisterUnusable(
                f"The register '{path}' is being used by somebody else.", "Try again in a moment."
            ) from None
        reason, hint = storage_words(problem, path)
        raise RegisterUnusable(f"The register of release forms cannot be used. {reason}", hint) from None


def _check_reference(reference: str) -> None:
    if not is_reference(reference):
        raise RegisterError(
            f"'{reference}' is not a form reference.",
            "It is 1 to 64 letters and digits without spaces, with - . / or _ between them, e.g. WMP-2026-014.",
        )
    if problem := mixed_alphabets(reference):
        raise RegisterError(problem, "Type the reference in one alphabet.")


def _row(release: Release) -> tuple[str | int | None, ...]:
    return tuple(_stored(getattr(release, name)) for name in _NAMES)


def _stored(value: Any) -> str | int | None:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False)
    return int(value) if isinstance(value, bool) else value


def _release(row: Sequence[Any]) -> Release:
    """The form in a row.

    Raises:
        RegisterError: the row is not one that imgvet wrote.
    """
    values = dict(zip(_NAMES, row, strict=True))
    try:
        for name in _DAYS:
            values[name] = date.fromisoformat(values[name]) if values[name] is not None else None
        values["channels"] = msgspec.json.decode(values["channels"], type=tuple[str, ...])
        if values["minor"] not in (0, 1):
            raise ValueError
        release = Release(**values | {"minor": bool(values["minor"])})
        if not is_stored_release(release):
            raise ValueError
    except (TypeError, ValueError, RecursionError):
        named = values["reference"] if is_stored_text(values["reference"]) else "?"
        raise RegisterError(f"Form {named[:_NAMED]} is damaged in the register.", _RESTORE) from None
    return release


def _damaged_history(path: Path) -> RegisterError:
    return RegisterError(f"The history in the register '{path}' is damaged.", _RESTORE)
