"""A batch in memory while its page is open: judged photo by photo, and read again where somebody changed it.

The database stays the truth. What this server, another one or a command has written since is found by SQLite's
``data_version``; then the new lines of the log are read, and the records that changed. The photos that those are about
are judged again by the function that ``status`` uses, and no others, unless what has changed is about all.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from imgvet.batch.decisions.hash_chain import ChainBreak, CheckedEntries, DecisionLog, first_break
from imgvet.batch.decisions.log import check_log, refuse_altered
from imgvet.batch.decisions.record import apply_decisions
from imgvet.batch.decisions.rows import decision_from_row, decisions_of, vetted_of
from imgvet.batch.decisions.state import DecisionState
from imgvet.batch.form_suggestions import FormSuggestion, photographed_forms
from imgvet.batch.publications import PublicationIndex
from imgvet.batch.register_lookup import ReleaseLookup, release_lookup
from imgvet.batch.settings import saved_settings
from imgvet.batch.snapshot import BatchSnapshot, NewEntries
from imgvet.batch.status import judge_now
from imgvet.batch.store import BatchStore, open_batch
from imgvet.channels.states import office_view
from imgvet.database.addresses import Address
from imgvet.decisions import APPROVAL, CLOCK, DECLARE, NO_WORDS, RULES, Decision, Words
from imgvet.errors import ImgvetError, RegisterError
from imgvet.people_names import UnnamedPerson
from imgvet.photo import Photo
from imgvet.releases.store import register_address
from imgvet.review.photo_rows import KnownOfPhoto, PhotoRow, photo_row
from imgvet.review.register_signs import RegisterSigns
from imgvet.rules.bursts import bursts
from imgvet.rules.public_text import may_name
from imgvet.settings import Settings
from imgvet.storage_errors import storage_error

Found = TypeVar("Found")

_CHECK_SECONDS = 5.0  # between two checks of the whole log, while others write


@dataclass(frozen=True, slots=True)
class RegisterFault:
    """Why the register cannot be asked: a plain sentence, and what to do."""

    reason: str = ""  # empty: it can
    hint: str = ""


class _ReadAgain(Exception):
    """What has changed is about the whole batch."""


class LiveBatch:
    """One batch, as it is now. All of it is used in one thread."""

    folder: BatchStore
    settings: Settings
    _version: int
    _checked_at: float
    _outside: tuple[object, ...]

    def __init__(self, path: Path, register: Address | None = None) -> None:
        """Read the batch.

        Args:
            path: its folder.
            register: the register of release forms, where the batch does not know its own.

        Raises:
            BatchError: there is no batch, or it is damaged.
        """
        self._path, self._register = path, register
        self._signs = RegisterSigns()
        self.trouble: ImgvetError | None = None  # why the batch cannot be read now
        self.places = _ways_to_write(path)
        self._rows = dict[int, PhotoRow]()
        self._untold = set[int]()
        self._load()
        self._untold.clear()

    def close(self) -> None:
        """Close the batch."""
        self.folder.database.close()

    @property
    def register(self) -> Address | None:
        """The register of release forms that was named when the batch was opened; None: the batch's own."""
        return self._register

    @property
    def seq(self) -> int:
        """The number of the newest entry of the log; 0 where there is none."""
        rows = self._snapshot.log.rows
        number = rows[-1].number if rows else 0
        return number if isinstance(number, int) else len(rows)

    @property
    def broken(self) -> ChainBreak | None:
        """Where the log was altered; None: nowhere."""
        return self._broken

    @property
    def register_fault(self) -> RegisterFault:
        """Why the register could not be asked when photos were last judged."""
        return self._register_fault

    def snapshot(self) -> BatchSnapshot:
        """The batch as it is known now."""
        return self._snapshot

    def rows(self, numbers: Iterable[int] | None = None) -> list[PhotoRow]:
        """What the page shows of photos, by number; None: of all. Those that there are not are left out."""
        if numbers is None:
            return [self._rows[number] for number in sorted(self._rows)]
        return [self._rows[number] for number in sorted({*numbers}) if number in self._rows]

    def numbers(self) -> list[int]:
        """The numbers of all photos."""
        return sorted(self._photos)

    def raw_photo(self, number: int) -> Photo | None:
        """A photo as it was vetted; None where there is none of that number."""
        return self._photos.get(number)

    def current(self, number: int) -> Photo:
        """A photo with the faces that people added, as ``current_photos`` has it; nothing is judged.

        Raises:
            KeyError: there is none of that number.
        """
        photo = self._photos[number]
        return apply_decisions(photo, self._snapshot.index.on_original(photo.source_sha256))

    def entry(self, number: int) -> Decision | None:
        """The decision of that number in the log; None where people made no such entry."""
        return self._by_number.get(number)

    def number_of(self, source_sha256: str) -> int | None:
        """The number of the photo that is made from that original now; None where no photo is."""
        found = (number for number, photo in self._photos.items() if photo.source_sha256 == source_sha256 != "")
        return next(found, None)

    def judged(self, number: int) -> Photo:
        """A photo as it is judged now, for ``photo_for`` and ``channel_states``.

        Raises:
            KeyError: there is none of that number.
        """
        return self._judged[number]

    def photo(self, number: int) -> Photo:
        """The same as the office is asked about it.

        Raises:
            KeyError: there is none of that number.
        """
        return office_view(self._judged[number], self.settings)

    def entries_on(self, photo: Photo) -> Sequence[tuple[int, Decision]]:
        """The decisions on a photo's original, oldest first, with their numbers in the log."""
        return self._entries.get(photo.source_sha256, ()) if photo.source_sha256 else ()

    def left(self) -> int:
        """How many things people still have to do: open faces, questions, and statements."""
        return sum(row.left for row in self._rows.values()) + self.statements()[0]

    def statements(self) -> tuple[int, int]:
        """How many statements of the profile are not yet declared of every photo, and how many there are."""
        return len(frozenset[str]().union(*self._undeclared.values())), len(self.settings.profile.statements)

    def is_online(self, photo: Photo) -> bool:
        """Whether a photo is on the web, as far as anybody recorded."""
        return bool(self._online.on_the_web(photo))

    def burst_of(self, number: int) -> list[Photo]:
        """The photos of the burst that a photo is in, judged, itself among them; none where it is in none."""
        first = self._bursts.get(number)
        return [self.photo(each) for each, burst in self._bursts.items() if burst == first] if first else []

    def refresh(self) -> tuple[int, ...]:
        """Read what anybody has written since; the numbers of the photos that are shown differently now.

        Raises:
            BatchError, OSError, sqlite3.Error: the batch is gone, or was damaged; it is read again the next time.
        """
        with self._or_read_again():
            return self._refreshed()

    def news(self) -> tuple[int, ...]:
        """The same, with those that were found before and not yet given here; each is given once.

        Raises:
            BatchError, OSError, sqlite3.Error: as ``refresh``.
        """
        self.refresh()
        found = tuple(sorted(self._untold))
        self._untold.clear()
        return found

    def _refreshed(self) -> tuple[int, ...]:
        if self._is_another():
            return self._read_again()
        changed = set[int]()
        version = _data_version(self.folder)
        if version != self._version:
            self._version, self._check_due = version, True
            try:
                changed |= self._catch_up(only_logged=False)
            except _ReadAgain:
                return self._read_again()
        if self._check_due and time.monotonic() - self._checked_at > _CHECK_SECONDS:
            self._check_whole_log(self.folder.log())
        if self._outside != self._outside_now():
            self._outside = self._outside_now()
            changed |= self._judge(None)
        return tuple(sorted(changed))

    def change(self, act: Callable[[], Found]) -> tuple[Found, tuple[int, ...]]:
        """Do something that adds to the log, on the batch as it is at that moment, all of it or nothing.

        Args:
            act: is called when the batch is read up to its newest entry, and nobody else can write.

        Returns:
            Its result, and the numbers of the photos that are shown differently now.

        Raises:
            BatchError: the log was altered; nothing is recorded.
        """
        changed = {*self._before_writing()}
        with self.folder.writing():
            changed |= self._catch_up(only_logged=True)
            self._check_trusted()
            done = act()
        try:
            changed |= self._catch_up(only_logged=True)
        except _ReadAgain:
            changed |= {*self._read_again()}
        self._untold -= changed  # the caller tells
        return done, tuple(sorted(changed))

    def _before_writing(self) -> tuple[int, ...]:
        """Read what cannot be read while nobody else may write: everything, where that is needed."""
        with self._or_read_again():
            if self._is_another():
                return self._read_again()
            try:
                return tuple(self._catch_up(only_logged=True))
            except _ReadAgain:
                return self._read_again()

    def _is_another(self) -> bool:
        """Whether it could not be read before, or another file is in its place, e.g. a copy that was restored."""
        return self.trouble is not None or _file_id(self._path) != self._file

    @contextmanager
    def _or_read_again(self) -> Iterator[None]:
        """Where the batch cannot be read within, all of it is read the next time, and ``trouble`` says why."""
        try:
            yield
        except (ImgvetError, OSError, sqlite3.Error) as problem:
            self.trouble = problem if isinstance(problem, ImgvetError) else storage_error(problem)
            raise
        self.trouble = None

    def _read_again(self) -> tuple[int, ...]:
        self.close()
        return self._load()

    def _check_trusted(self) -> None:
        refuse_altered(self._broken, self._path)

    def _load(self) -> tuple[int, ...]:
        """Read everything; the numbers of the photos that are shown differently now."""
        self.folder = open_batch(self._path)
        self._file = _file_id(self._path)
        self.settings = saved_settings(self.folder, self._register)
        self._version = _data_version(self.folder)
        log, facts = self.folder.log(), self.folder.facts()
        self._digests = dict[int, bytes]()
        self._photos = {photo.number: photo for photo in self.folder.changed_photos(self._digests)}
        photos = tuple(self._photos[number] for number in sorted(self._photos))
        self._snapshot = BatchSnapshot(photos, decisions_of(log.rows), log, facts, vetted_of(log.rows))
        self._entries = dict[str, list[tuple[int, Decision]]]()
        self._by_number = dict[int, Decision]()
        self._online = PublicationIndex(())
        self._note_entries(_numbered(self._snapshot))
        self._check_whole_log(log)
        self._outside = self._outside_now()
        self._judged = dict[int, Photo]()
        self._undeclared = dict[int, frozenset[str]]()  # statements that nobody has declared of each photo
        self._unnamed: tuple[tuple[UnnamedPerson, ...], ...] = ((), ())
        self._suggestions = dict[int, tuple[FormSuggestion, ...]]()
        self._bursts = dict[int, int]()
        self._register_fault = RegisterFault()
        return tuple(sorted(self._judge(None)))

    def _note_entries(self, entries: Iterable[tuple[int, Decision]]) -> None:
        for number, each in entries:
            self._by_number[number] = each
            self._online.add(each)
            if each.source_sha256:
                self._entries.setdefault(each.source_sha256, []).append((number, each))

    def _check_whole_log(self, log: DecisionLog) -> None:
        self._broken, self._check_due, self._checked_at = check_log(log).broken, False, time.monotonic()

    def _catch_up(self, *, only_logged: bool) -> set[int]:
        """Read what is new in the database, and judge what it is about.

        ``only_logged``: of the records only those that the new lines of the log name; the others are read later.
        """
        before = self._snapshot
        log = self.folder.log_after(before.log)
        known = len(before.log.rows)
        if len(log.rows) < known or (known and log.rows[known - 1] != before.log.rows[-1]):
            raise _ReadAgain  # what was read is no longer in the log
        rows = log.rows[known:]
        if self._broken is None and rows:
            self._broken = first_break(
                rows, log.counters, after=CheckedEntries(before.log.head, known, len(before.decisions))
            )
        new = NewEntries(decisions_of(rows), vetted_of(rows))
        if any(map(_is_about_all, new.decisions)):
            raise _ReadAgain
        records = self.folder.changed_photos(self._digests, sorted(new.vetted) if only_logged else None)
        if not rows and not records:
            facts = self.folder.facts()
            if facts != before.facts:  # a run has started or ended
                self._snapshot = before.later(before.photos, log, facts, new)
            return set()
        self._photos |= {photo.number: photo for photo in records}
        photos = tuple(self._photos[each] for each in sorted(self._photos)) if records else before.photos
        self._snapshot = before.later(photos, log, self.folder.facts(), new)
        self._note_entries((row.number, decision_from_row(row)) for row in rows if row.is_of_people)
        about = {each.source_sha256 for each in new.decisions}
        touched = {number for number, photo in self._photos.items() if photo.source_sha256 in about}
        return self._judge({*touched, *new.vetted, *(photo.number for photo in records)})

    def _judge(self, numbers: Collection[int] | None) -> set[int]:
        """Judge these photos again, None: all; the numbers of those that are shown differently now."""
        with self._lookup() as look_up:
            index = self._snapshot.index
            unnamed = look_up.unnamed(_SOME_WORDS), look_up.unnamed(NO_WORDS)
            if numbers is not None:
                numbers = {*numbers, *self._judged_otherwise(unnamed)}
            self._unnamed = unnamed
            wanted = sorted(self._photos) if numbers is None else sorted({*numbers} & set(self._photos))
            for number in wanted:
                self._judged[number] = judge_now(self._photos[number], self.settings, index, look_up)
        if numbers is None or any(each not in self._rows for each in wanted):
            self._bursts = bursts(self._photos.values())
        suggestions = self._suggested()
        others = {
            number
            for number in {*suggestions, *self._suggestions}
            if suggestions.get(number) != self._suggestions.get(number)
        }
        self._suggestions = suggestions
        return self._make_rows({*wanted, *others})

    def _judged_otherwise(self, unnamed: tuple[tuple[UnnamedPerson, ...], ...]) -> Iterator[int]:
        """The photos in whose texts somebody may be named who was to be left out before or is now, but not both."""
        people = {one for before, now in zip(self._unnamed, unnamed, strict=True) for one in {*before} ^ {*now}}
        for number, photo in self._photos.items() if people else ():
            words = self._snapshot.index.state_of(photo).words
            if may_name(replace(photo, words=words), self.settings, people):
                yield number

    def _make_rows(self, numbers: Iterable[int]) -> set[int]:
        changed = set[int]()
        for number in numbers:
            row = self._row(number)
            if self._rows.get(number) != row:
                self._rows[number] = row
                changed.add(number)
        self._untold |= changed
        return changed

    def _row(self, number: int) -> PhotoRow:
        judged = self._judged[number]
        state = self._snapshot.index.state_of(judged)
        self._undeclared[number] = self._not_declared(judged, state)
        known = KnownOfPhoto(
            state,
            self.entries_on(judged),
            self._suggestions.get(number, ()),
            bool(self._online.on_the_web(judged)),
            self._bursts.get(number),
        )
        return photo_row(judged, office_view(judged, self.settings), self.settings, known)

    def _not_declared(self, photo: Photo, state: DecisionState) -> frozenset[str]:
        """The statements that are yet to be declared of a photo; none of one that will not be published."""
        if photo.error is not None or photo.excluded or photo.filed:
            return frozenset()
        profile = self.settings.profile
        declared = state.holding(DECLARE, profile.decisions.second_person)
        return frozenset(each.id for each in profile.statements) - declared

    def _suggested(self) -> dict[int, tuple[FormSuggestion, ...]]:
        if not any(photo.shown_forms for photo in self._photos.values()):
            return {}
        photos = [self.photo(number) for number in sorted(self._judged)]
        return dict(photographed_forms(photos, self.settings, self._snapshot.decisions).suggestions)

    @contextmanager
    def _lookup(self) -> Iterator[ReleaseLookup]:
        """The register at hand; where it cannot be opened, no form is valid, and ``register_fault`` says why."""
        with release_lookup(self.settings, self._snapshot.decisions) as found:
            look_up, self._register_fault = found, RegisterFault()
            try:
                look_up.unnamed(_SOME_WORDS)
            except RegisterError as problem:
                self._register_fault = RegisterFault(problem.reason, problem.hint)
                look_up = ReleaseLookup(lambda _references, _channel: {}, lambda _words: ())
            yield look_up

    def _outside_now(self) -> tuple[object, ...]:
        """What else photos are judged by: the register, and the day."""
        return self._signs.now(register_address(self.settings.register)), date.today()


_SOME_WORDS = Words(title="-")  # of any photo: whom they may not name is the same for all


def _is_about_all(decision: Decision) -> bool:
    """Whether every photo may be judged otherwise after it: other settings, or another day."""
    return decision.kind in (RULES, CLOCK) or (decision.kind == APPROVAL and decision.photo is None)


def _numbered(snapshot: BatchSnapshot) -> Iterator[tuple[int, Decision]]:
    """The decisions of people, with the numbers of their entries."""
    numbers = (row.number for row in snapshot.log.rows if row.is_of_people)
    return zip(numbers, snapshot.decisions, strict=True)


def _data_version(folder: BatchStore) -> int:
    """It changes when another connection has written."""
    return int(folder.database.execute("PRAGMA data_version").fetchone()[0])


def _file_id(path: Path) -> tuple[int, int]:
    """What tells the database from another file of its name.

    Raises:
        OSError: it is gone.
    """
    there = os.stat(path / "private" / "batch.db")  # noqa: PTH116 - no second path object, twice a second
    return there.st_dev, there.st_ino


def _ways_to_write(path: Path) -> tuple[str, ...]:
    """The folder of the batch in every form in which a sentence may name it."""
    return tuple(dict.fromkeys((str(path), str(path.absolute()), str(path.resolve()))))
