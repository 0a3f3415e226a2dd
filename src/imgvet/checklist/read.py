"""Reading a filled-in sheet: each row as plain values, and what is wrong with its cells. Nothing is looked up here.

What people typed stands in no message: a name may stand in any cell. Rows and columns are named instead, and references
where they look like one.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from imgvet.errors import TableError
from imgvet.releases.release import ANY_CHANNEL, is_reference
from imgvet.releases.validation import parse_birth_years
from imgvet.tables import Cell, Row, as_date, as_flag, as_text, as_whole_number, read_table

NEEDED = ("photo", "face", "form_reference", "decision", "key")  # without these nothing can be taken in
_FILLED_IN = (
    "decision",
    "form_reference",
    "same_as",
    "reason",
    "name",
    "signed_on",
    "born",
    "guardian",
    "guardian_relation",
    "channels",
    "initials",
)
_COLUMNS = (*NEEDED, *_FILLED_IN, "under_18")
_FACE = re.compile(r"(?:photo\s*)?0*(\d{1,9})\s*(?::|,?\s*face)\s*0*(\d{1,9})", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,4}):(\d\d)(?::00)?")  # what a spreadsheet program makes of 3:1
_MAX_REASON = 2000  # characters

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class FormCells:
    """What a row says of the form itself."""

    name: str = ""
    signed_on: date | None = None
    minor: bool | None = None  # None: nobody has said
    born: str = ""
    guardian: str = ""
    guardian_relation: str = ""
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SameAs:
    """The face that a row points to."""

    photo: int
    face: int
    by_clock: bool = False  # a program has taken it for a time of day, so a face above 59 may be meant


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a sheet."""

    number: int  # as people see it
    photo: int | None
    face: int | None  # None: the row is about a question
    key: str
    filled: bool = False
    decision: str = ""
    rule: str = ""  # behind ``answer``
    reference: str = ""
    same_as: SameAs | None = None
    note: str = ""  # the reason, with the initials of whoever gave it
    reason: str = ""
    form: FormCells = FormCells()
    faults: tuple[str, ...] = ()


def read_sheet(path: Path, channels: Collection[str]) -> list[SheetRow]:
    """Every row of a filled-in checklist; ``channels`` are those of the profile.

    Raises:
        TableError: the file is no table, or lacks columns that are needed.
    """
    table = read_table(path, NEEDED)
    places = {name: table.column(name) for name in _COLUMNS}
    missing = [name for name in NEEDED if places[name] is None]
    if missing:
        raise TableError(
            f"'{path}' is no checklist of imgvet: it has no column {', '.join(missing)}.",
            "Put it back, or fill in a new checklist.",
        )
    return [_Reader(places, row, channels).row() for row in table.rows]


class _Reader:
    """One row while it is read; its faults are gathered, not raised."""

    def __init__(self, places: dict[str, int | None], row: Row, channels: Collection[str]) -> None:
        self.cells = {name: None if place is None else row.cells[place] for name, place in places.items()}
        self.number = row.number
        self.channels = channels
        self.faults: list[str] = []

    def row(self) -> SheetRow:
        """The row, and what is wrong with it."""
        minor = self._minor()
        filled = minor is True or any(self.cells[name] is not None for name in _FILLED_IN)
        photo, face = self._number("photo"), self._number("face", may_be_empty=True)
        key = self._text("key")
        if not filled:
            return SheetRow(self.number, photo, face, key, faults=tuple(self.faults))
        decision, _, rule = _decision(self._text("decision")).partition(" ")
        reason, initials = self._text("reason"), self._text("initials")
        if len(reason) + len(initials) > _MAX_REASON:
            self.faults.append(f"'reason' is longer than {_MAX_REASON} characters.")
        return SheetRow(
            self.number,
            photo,
            face,
            key,
            filled=True,
            decision=decision,
            rule=rule,
            reference=self._reference(),
            same_as=self._same_as(),
            note=" ".join(filter(None, (reason, f"(initials {initials})" if initials else ""))),
            reason=reason,
            form=self._form(minor),
            faults=tuple(self.faults),
        )

    def _text(self, name: str) -> str:
        return as_text(self.cells[name])

    def _number(self, name: str, *, may_be_empty: bool = False) -> int | None:
        if may_be_empty and self.cells[name] is None:
            return None
        return self._read(name, as_whole_number, f"'{name}' is no number.")

    def _minor(self) -> bool | None:
        if self.cells["under_18"] is None:
            return None
        return self._read("under_18", as_flag, "'under_18' is neither yes nor no.")

    def _read(self, name: str, how: Callable[[Cell], _Value], fault: str) -> _Value | None:
        """The cell's value; a message of the reader's own could repeat what somebody typed."""
        try:
            return how(self.cells[name])
        except TableError:
            self.faults.append(fault)
            return None

    def _reference(self) -> str:
        text = self._text("form_reference")
        if text and not is_reference(text):
            self.faults.append("'form_reference' holds no reference; it has no spaces, e.g. WMP-2026-014.")
            return ""
        return text

    def _same_as(self) -> SameAs | None:
        text = self._text("same_as")
        if not text:
            return None
        pointed = _pointed(text)
        if pointed is None:
            self.faults.append("'same_as' names no face; write e.g. 3:1 for face 1 of photo 3.")
        return pointed

    def _form(self, minor: bool | None) -> FormCells:
        signed_on = None
        if self.cells["signed_on"] is not None:
            signed_on = self._read("signed_on", as_date, _why_no_date(self.cells["signed_on"]))
        return FormCells(
            name=" ".join(self._text("name").split()),
            signed_on=signed_on,
            minor=minor,
            born=self._born(),
            guardian=" ".join(self._text("guardian").split()),
            guardian_relation=" ".join(self._text("guardian_relation").split()),
            channels=self._channels(),
        )

    def _born(self) -> str:
        """The years of birth; of a whole date of birth the year alone is kept."""
        cell = self.cells["born"]
        text = as_text(cell)
        if not text or parse_birth_years(text):
            return text
        try:
            return str(as_date(cell).year)
        except TableError:
            self.faults.append("'born' holds no years of birth, such as 2012-2014.")
            return ""

    def _channels(self) -> tuple[str, ...]:
        known = {each.casefold(): each for each in (*self.channels, ANY_CHANNEL)}
        words = re.split(r"[\s,;/+&]+", self._text("channels").casefold())
        named = [word for word in words if word and word != "and"]
        if any(word not in known for word in named):
            self.faults.append(f"'channels' names one that is not there; they are {', '.join(known.values())}.")
            return ()
        return tuple(dict.fromkeys(known[word] for word in named))


def looks_like_a_reference(text: str) -> bool:
    """Whether a text may be repeated on a screen: names of people seldom hold a figure."""
    return is_reference(text) and any(letter.isdecimal() for letter in text)


def _decision(text: str) -> str:
    """The decision as the commands write it: ``Not identifiable`` is ``not-identifiable``."""
    words = text.casefold().replace("_", "-").split()
    if words[:1] in (["answer"], ["answer:"]):
        return " ".join(["answer", "-".join(words[1:])]).strip()
    return "-".join(words)


def _pointed(text: str) -> SameAs | None:
    """The face that ``3:1`` points to, also where a spreadsheet program has made a time of it."""
    if re.fullmatch(r"0?\.\d+", text):  # the time as a fraction of a day
        minutes = round(float(text) * 24 * 60, 6)
        return SameAs(int(minutes // 60), int(minutes % 60), by_clock=True) if minutes.is_integer() else None
    if found := _CLOCK.fullmatch(text):
        return SameAs(int(found[1]), int(found[2]), by_clock=True)
    found = _FACE.fullmatch(text)
    return SameAs(int(found[1]), int(found[2])) if found else None


def _why_no_date(cell: Cell) -> str:
    """Why a cell is no date; its text is repeated only where it has no letters."""
    text = as_text(cell)
    if any(letter.isalpha() for letter in text):
        return "'signed_on' is no date; write e.g. 14/06/2026."
    try:
        as_date(cell)
    except TableError as problem:
        return f"'signed_on': {problem}"
    return ""
