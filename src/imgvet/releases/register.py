"""The register of release forms, in a file or on a server, which several people may use at once.

Every write is one short step that nobody else writes in, so no change of another person is lost. Every change adds a
line to the history, and nothing is deleted: a purge leaves the form's row behind as its tombstone.
"""

import contextlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from types import TracebackType
from typing import Any, Self

import msgspec
from sqlalchemy import Column, Executable, delete, func, insert, select, update

from imgvet.clock import ClockReading, LatestEntry, read_clock
from imgvet.database.addresses import Address
from imgvet.database.connection import Database
from imgvet.errors import RegisterError
from imgvet.people_names import KnownNames, checked_name, has_words, mixed_alphabets, same_name, tidy_name
from imgvet.releases.records import FormIntake, HistoryEntry
from imgvet.releases.register_words import moved_error, register_told
from imgvet.releases.release import Release, Status, is_printed_number, is_reference, printed_number
from imgvet.releases.retention import PERSONAL, REMOVED, RemovalPlan, is_due, plan_removal
from imgvet.releases.rows import RESTORE, release_of, row_of
from imgvet.releases.scans import ScanStore
from imgvet.releases.tables import FACTS, HISTORY, NUMBERS, RELEASES
from imgvet.releases.use_rows import cut_uses, is_noted, read_last_used, read_place, read_uses, write_notes, write_place
from imgvet.releases.uses import BatchPlace, FormUse, UseNotes
from imgvet.releases.validation import is_stored_text
from imgvet.signed_in import signed_in, stored_account
from imgvet.sqlite_store import in_short_steps
from imgvet.text import natural_order, visible

_ITSELF = "imgvet"  # notes of its own; it is in no line of the history
_MOVED_TO = "moved_to"  # the fact of where it was moved
_SWEEP = "sweep"  # the fact that a purge has yet to be finished; with a colon and a name, of which scan
_FORMS_AT_ONCE = 20  # that a purge removes in one transaction
_SCANS_AT_ONCE = 50  # whose files it removes in one
_LAST_NUMBER = 10**9  # of a reference
_FORMS = select(*(column for column in RELEASES.c if column.name != "key"))  # as ``release_of`` reads them


@dataclass(frozen=True)
class Register:
    """The register, open for reading and writing."""

    address: Address
    database: Database
    scans: ScanStore

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close it."""
        self.database.close()

    @property
    def identity(self) -> str:
        """The register's own, wherever it is and however it is called."""
        return self._fact("identity")

    @property
    def moved_to(self) -> str:
        """The address to which it was moved, without a password; empty: it was not."""
        return self._fact(_MOVED_TO)

    def find(self, reference: str) -> Release | None:
        """The form of that reference, whatever its case and outer spaces; None: there is none."""
        row = self._read(_FORMS.where(RELEASES.c.key == same_name(reference)))
        return release_of(row[0]) if row else None

    def releases(self) -> Iterator[Release]:
        """Every form, by its reference."""
        yield from sorted(
            map(release_of, self._read(_FORMS)), key=lambda each: natural_order(same_name(each.reference))
        )

    def gone_and(self, references: Iterable[str]) -> list[Release]:
        """Every form that was withdrawn or whose person has refused, and those of the references, by reference."""
        gone = RELEASES.c.withdrawn_on.is_not(None) | RELEASES.c.refused_on.is_not(None)
        found = {each.reference: each for each in map(release_of, self._read(_FORMS.where(gone)))}
        found |= {each.reference: each for each in map(self.find, references) if each}
        return [found[each] for each in sorted(found, key=lambda name: natural_order(same_name(name)))]

    def history(self, reference: str | None = None) -> Iterator[HistoryEntry]:
        """What was done with one form, or with all, oldest first."""
        its = HISTORY.c
        query = select(its.at, its.by, its.kind, its.reference, its.why, its.changes, its.account, its.machine)
        if reference is not None:
            query = query.where(its.key == same_name(reference))
        for at, by, kind, about, why, changes, account, machine in self._read(query.order_by(its.id)):
            if not all(map(is_stored_text, (at, by, kind, about, why, account or "", machine or ""))):
                raise self._damaged_history()
            both_sides = tuple((name, *both) for name, both in self._changes(changes).items())
            yield HistoryEntry(at, by, kind, about, why, both_sides, stored_account(account, machine))

    @cached_property
    def latest_entry(self) -> LatestEntry:
        """The latest time in the history, since somebody last said that the clock is right."""
        said = select(func.coalesce(func.max(HISTORY.c.id), 0)).where(HISTORY.c.kind == "clock").scalar_subquery()
        rows = self._read(select(func.max(HISTORY.c.at)).where(HISTORY.c.id >= said))
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
        with self.writing(by):
            self.write_down("clock", by, "", why, {})

    def _changes(self, changes: Any) -> dict[str, tuple[str, str]]:
        """Field to the values before and after, as the history has them."""
        try:
            return msgspec.json.decode(changes, type=dict[str, tuple[str, str]])
        except (TypeError, ValueError, RecursionError):
            raise self._damaged_history() from None

    def uses(self, reference: str) -> tuple[FormUse, ...]:
        """The photos that went to be published with that form, by event, whether they are still there or not."""
        with register_told(self.address):
            return read_uses(self.database, reference)

    @property
    def newest_entry(self) -> int:
        """The number of the newest line of the history; it changes with every change to a form."""
        (number,) = self._read(select(func.coalesce(func.max(HISTORY.c.id), 0)))[0]
        return int(number)

    def last_used(self) -> dict[str, str]:
        """When each form was last used for a photo, ISO 8601, by its reference as ``same_name`` gives it."""
        with register_told(self.address):
            return read_last_used(self.database)

    def uses_noted_since(self, reference: str) -> str:
        """When uses began to be noted, ISO 8601, where the form is older than that; else empty."""
        first = select(func.min(HISTORY.c.at)).where(HISTORY.c.key == same_name(reference)).scalar_subquery()
        query = select(FACTS.c.value).where(FACTS.c.name == "uses_since", FACTS.c.value > first)
        return "".join(value for (value,) in self._read(query))

    def place(self, identity: str) -> BatchPlace | None:
        """Where the batch of that identity was when it last noted something; None where it never did."""
        with register_told(self.address):
            return read_place(self.database, identity)

    def has_noted(self, identity: str, notes: UseNotes) -> bool:
        """Whether all of that is noted of the batch of that identity."""
        with register_told(self.address):
            return is_noted(self.database, identity, notes)

    def note_uses(self, place: BatchPlace, notes: UseNotes | None) -> None:
        """Note where a batch is, and which photos are there to be published with which forms; None: as before.

        Raises:
            RegisterError: the register cannot be written to.
        """
        with self.writing(_ITSELF):
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
        with self.database.before_others() if refused else contextlib.nullcontext(), self.writing(by):
            known = self._known(RELEASES.c.reference) if taken.new else KnownNames(())
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
                self.scans.store(scan)

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
        with self.database.before_others(), self.writing(by):
            before = self._current_form(reference)
            after = replace(before, withdrawn_on=on, withdrawn_by=tidy_name(asked_by if asked_by.strip() else by))
            self._change(before, after, "withdrawn", by, why)
        return after

    def refuse(self, reference: str, on: date, by: str, why: str = "") -> Release:
        """Record that the person of a form does not want to be shown, and return it as it is now.

        Raises:
            RegisterError: there is no such form, it has ended for good already, or no name is given.
        """
        with self.database.before_others(), self.writing(by):
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
            with self.writing(by):
                for reference in some:
                    release = self.find(reference)
                    if release is not None and is_due(release, today, keep_years):
                        self._note_to_sweep(self._scans_of(release))
                        left.append(self._bury(release, today, by, keep_years, needed_from))
        self.sweep()
        return left

    def traces(self) -> str:
        """Where erased data is still to be found after a purge, beside exported lists; empty: nowhere."""
        with register_told(self.address):
            return self.database.traces()

    def sweep(self) -> None:
        """Finish what a purge began: rewrite the file, and remove the scans of purged forms."""
        gone = self._to_sweep()
        if gone is None:
            return
        with register_told(self.address):
            self.database.rewrite()
            names = [*gone, *(name for name in self.scans.abandoned() if name not in gone)]
        kept, seen = self.scans_kept(), self.newest_entry
        for some in in_short_steps([name for name in names if name in gone or name not in kept], _SCANS_AT_ONCE):
            with self.writing(_ITSELF):
                if seen != self.newest_entry:  # perhaps about a form that has one of the scans
                    kept, seen = self.scans_kept(), self.newest_entry
                self.scans.remove([name for name in some if name not in kept])
                self.database.run(delete(FACTS).where(FACTS.c.name.in_([f"{_SWEEP}:{name}" for name in some])))
        with self.writing(_ITSELF):
            self.database.run(delete(FACTS).where(FACTS.c.name == _SWEEP))

    def _scans_of(self, release: Release) -> set[str]:
        """Names of the scans that the form has, or had before a correction."""
        changes = [change for entry in self.history(release.reference) for change in entry.changes]
        before = {value for name, *both in changes for value in both if name == "scan_name"}
        return (before | {release.scan_name}) - {"", REMOVED}

    def scans_kept(self) -> set[str]:
        """Names of the scans that forms have, or had before a correction."""
        now = {name for (name,) in self._read(select(RELEASES.c.scan_name))}
        rows = self._read(select(HISTORY.c.changes).where(HISTORY.c.changes.like('%"scan_name"%')))
        before = {value for (changes,) in rows for value in self._changes(changes).get("scan_name", ())}
        return (now | before) - {"", REMOVED}

    def _to_sweep(self) -> dict[str, None] | None:
        """Names of the scans that purged forms had; None: there is nothing to finish."""
        begun = (FACTS.c.name == _SWEEP) | FACTS.c.name.like(f"{_SWEEP}:%")
        rows = self._read(select(FACTS.c.name, FACTS.c.value).where(begun))
        if not rows:
            return None
        names = [name.removeprefix(f"{_SWEEP}:") for name, _ in rows if name != _SWEEP]
        try:
            up_to_0_6 = [value for name, value in rows if name == _SWEEP]
            earlier = [each for value in up_to_0_6 for each in msgspec.json.decode(value, type=list[str])]
        except (TypeError, ValueError, RecursionError):
            raise self._damaged_history() from None
        return dict.fromkeys([*earlier, *names])

    def _note_to_sweep(self, scans: set[str]) -> None:
        noted = {_SWEEP: "[]", **{f"{_SWEEP}:{name}": "" for name in sorted(scans)}}
        there = {name for (name,) in self._read(select(FACTS.c.name).where(FACTS.c.name.in_(noted)))}
        if new := [{"name": name, "value": value} for name, value in noted.items() if name not in there]:
            self.database.run(insert(FACTS), new)

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
        with self.writing(by or _ITSELF):
            first = self._last_number(prefix, year) + 1
            last = first + count - 1
            given = [printed_number(prefix, year, number) for number in range(first, last + 1)]
            its_own = (NUMBERS.c.prefix == same_name(prefix)) & (NUMBERS.c.year == year)
            self.database.run(delete(NUMBERS).where(its_own))
            self.database.run(insert(NUMBERS), [{"prefix": same_name(prefix), "year": year, "last": last}])
            if by:
                self.write_down("reserved", by, given[0], f"{given[0]} to {given[-1]}", {})
        return given

    def has_given(self, reference: str) -> bool:
        """Whether the register has given that number to a printed form, whether it has the form or not."""
        if not is_printed_number(reference):
            return False
        prefix, year, number = reference.split("-")
        its_own = (NUMBERS.c.prefix == same_name(prefix)) & (NUMBERS.c.year == int(year))
        return bool(self._read(select(NUMBERS.c.last).where(its_own, NUMBERS.c.last >= int(number))))

    def _last_number(self, prefix: str, year: int) -> int:
        """The highest number in use or given."""
        stem = same_name(f"{prefix}-{year}-")
        its_own = (NUMBERS.c.prefix == same_name(prefix)) & (NUMBERS.c.year == year)
        given = self._read(select(NUMBERS.c.last).where(its_own))
        key = RELEASES.c.key
        used = self._read(select(func.substr(key, len(stem) + 1)).where(func.substr(key, 1, len(stem)) == stem))
        numbers = [int(text) for (text,) in used if re.fullmatch(r"[0-9]{1,9}", str(text))]
        if not all(isinstance(last, int) and 0 <= last <= _LAST_NUMBER for (last,) in given):
            raise RegisterError(f"The numbers given with '{prefix}' are damaged in the register.", RESTORE)
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
        self.database.run(insert(RELEASES), [{"key": same_name(release.reference), **row_of(release)}])
        known.add(release.reference)
        self.write_down("refused" if release.refused_on else "added", by, release.reference, why, {})

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
        last = select(HISTORY.c.id).where(HISTORY.c.by == name).order_by(HISTORY.c.id.desc()).limit(1)
        if name != _ITSELF and not self._read(last) and (other := self._known(HISTORY.c.by).like(name)):
            raise RegisterError(
                f"The name '{name}' looks like '{visible(other)}', which is in the register's history.",
                "If it is the same person, type the name as it is there. If not, give more of the name.",
            )

    def _known(self, column: Column[Any]) -> KnownNames:
        """The names in a column."""
        return KnownNames(name for (name,) in self._read(select(column).distinct()) if isinstance(name, str))

    def _bury(self, release: Release, on: date, by: str, keep_years: int, needed_from: dict[str, int]) -> Release:
        """Replace the form with its tombstone; ``needed_from`` as for ``cut_uses``."""
        entries = list(self.history(release.reference))
        changes = [(name, value) for entry in entries for name, *both in entry.changes for value in both]
        cuts = plan_removal(release, [(name, value) for name, value in changes if name in PERSONAL])
        left = cuts.tombstone(release, on)
        key = same_name(release.reference)
        self.database.run(update(RELEASES).where(RELEASES.c.key == key).values(row_of(left)))
        its = HISTORY.c
        for row in self._read(select(its.id, its.by, its.why, its.changes, its.account).where(its.key == key)):
            self._cut_entry(cuts, *row)
        cut_uses(self.database, release.reference, cuts, needed_from)
        self.write_down("purged", by, release.reference, f"Its retention period of {keep_years} years had ended.", {})
        return left

    def _cut_entry(self, cuts: RemovalPlan, number: int, by: str, why: str, changes: str, account: str | None) -> None:
        kept = {
            name: [REMOVED if name in PERSONAL else cuts.cut(value) for value in both]
            for name, both in self._changes(changes).items()
        }
        recorded_by = cuts.cut_name(by)
        if account and (recorded_by != by or cuts.cut(account) != account):  # many accounts are called like their owner
            account = REMOVED
        values = {"by": recorded_by, "why": cuts.cut(why), "changes": json.dumps(kept, ensure_ascii=False)}
        self.database.run(update(HISTORY).where(HISTORY.c.id == number).values(values | {"account": account}))

    def _change(self, before: Release, after: Release, kind: str, by: str, why: str) -> None:
        old, new = row_of(before), row_of(after)
        changes = {name: (old[name], new[name]) for name in new if old[name] != new[name]}
        if not changes:
            return
        its_own = RELEASES.c.key == same_name(before.reference)
        self.database.run(update(RELEASES).where(its_own).values({name: new[name] for name in changes}))
        self.write_down(kind, by, before.reference, why, changes)

    def close_for(self, there: str) -> None:
        """Note that the register was moved there: nothing is recorded here any more. Within ``writing``."""
        self.database.run(insert(FACTS), [{"name": _MOVED_TO, "value": there}])

    def write_down(self, kind: str, by: str, reference: str, why: str, changes: dict[str, Any]) -> None:
        """Add a line to the history, within ``writing``; ``changes``: field to the values before and after."""
        shown = {name: ["" if value is None else str(value) for value in both] for name, both in changes.items()}
        row = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "by": tidy_name(by),
            "kind": kind,
            "key": same_name(reference),
            "reference": reference,
            "why": why.strip(),
            "changes": json.dumps(shown, ensure_ascii=False),
            "account": signed_in().account,
            "machine": signed_in().machine,
        }
        self.database.run(insert(HISTORY), [row])

    def _damaged_history(self) -> RegisterError:
        return RegisterError(f"The history in the register '{self.address}' is damaged.", RESTORE)

    def _fact(self, name: str) -> str:
        """What the register notes under that name; empty where it notes nothing."""
        return "".join(value for (value,) in self._read(select(FACTS.c.value).where(FACTS.c.name == name)))

    def _read(self, query: Executable) -> Sequence[Any]:
        with register_told(self.address):
            return self.database.read(query)

    @contextlib.contextmanager
    def writing(self, by: str) -> Iterator[None]:
        """One exclusive transaction; a failure leaves nothing behind.

        Raises:
            RegisterError: nobody is named, the register was moved meanwhile, or it cannot be written to.
        """
        name = checked_name(by, "A change to the register needs a name.", RegisterError)
        with register_told(self.address), self.database.transaction():
            if there := self.moved_to:
                raise moved_error(self.address, there)
            self._check_known(name)
            yield


def _check_reference(reference: str) -> None:
    if not is_reference(reference):
        raise RegisterError(
            f"'{reference}' is not a form reference.",
            "It is 1 to 64 letters and digits without spaces, with - . / or _ between them, e.g. WMP-2026-014.",
        )
    if problem := mixed_alphabets(reference):
        raise RegisterError(problem, "Type the reference in one alphabet.")
