"""Reading a filled-in sheet: each row as plain values, and what is wrong with its cells. Nothing is looked up here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from imgvet.checklist.columns import SHEET_COLUMNS, SHEET_WORDS, SameAs
from imgvet.decisions import Answer, WordChanges
from imgvet.errors import TableError
from imgvet.tables import Cell, Row, Table, read_table

_MAX_REASON = 2000  # characters


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

    def completed(self, others: "FormCells") -> "FormCells":
        """The same, with what others say where this says nothing."""
        signed_on, minor = self.signed_on or others.signed_on, others.minor if self.minor is None else self.minor
        return replace(self, signed_on=signed_on, minor=minor, channels=self.channels or others.channels)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a sheet; ``values`` has what each column says, by its name, in the column's own type."""

    number: int  # as people see it
    photo: int | None
    face: int | None  # None: the row is about no single face
    key: str
    area: str = ""  # letters of the area that the row is about
    filled: bool = False  # by people, the words of the photo left aside
    words: WordChanges = field(default_factory=dict)  # of the photo, as the cells have them, empty ones too
    approved: bool = False
    use_file: bool = False  # the words that the photo's file carries are taken over
    decision: str = ""
    rule: str = ""  # behind ``answer``
    reference: str = ""
    same_as: SameAs | None = None
    note: str = ""  # the reason, with the initials of the person who gave it
    reason: str = ""
    form: FormCells = FormCells()
    errors: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict, compare=False)
    typed: Mapping[str, Cell] = field(default_factory=dict, compare=False)  # every cell, by the name of its column

    @property
    def name(self) -> str:
        """As people write what it says it is about: ``3:1`` is face 1 of photo 3, ``3:A`` its area A."""
        return f"{self.photo}:{self.area or self.face}"

    @property
    def has_words(self) -> bool:
        """Whether a cell for the words of a photo has something in it."""
        return any(self.words.values())


def read_sheet(path: Path) -> Table:
    """A filled-in checklist as a table. It is a stranger's file: no lock is to be held while it is read.

    Raises:
        TableError: the file is not a table, or lacks columns that are needed.
    """
    needed = [column.name for column in SHEET_COLUMNS if column.needed]
    table = read_table(path, needed)
    places = _places(table)
    missing = [name for name in needed if places[name] is None]
    if missing:
        raise TableError(
            f"'{path}' is not an imgvet checklist: it has no column {', '.join(missing)}.",
            "Put it back, or fill in a new checklist.",
        )
    return table


def sheet_rows(sheet: Table, channels: Collection[str]) -> list[SheetRow]:
    """Every row of a filled-in checklist that ``read_sheet`` has read; ``channels`` are those of the profile."""
    places = _places(sheet)
    return [_read_row(places, row, channels) for row in sheet.rows]


def _places(table: Table) -> dict[str, int | None]:
    """In which column of the table each column of a checklist is."""
    return {column.name: table.column(column.name, column.heading) for column in SHEET_COLUMNS}


def _read_row(places: dict[str, int | None], row: Row, channels: Collection[str]) -> SheetRow:
    """The row, and everything that is wrong with it."""
    values: dict[str, Any] = {}
    errors: list[str] = []
    filled = False
    typed = {name: row.cells[place] for name, place in places.items() if place is not None}
    for column in SHEET_COLUMNS:
        if column.read is None:
            continue
        cell = typed.get(column.name)
        try:
            values[column.name] = column.read(cell, channels)
        except TableError as problem:
            errors.append(problem.reason)
            values[column.name] = column.unreadable
            filled = filled or column.people
        no = values[column.name] is False  # says nothing by itself
        filled = filled or (column.people and not column.words and cell is not None and not no)
    if len(values["reason"]) + len(values["initials"]) > _MAX_REASON:
        errors.append(f"'Reason' is longer than {_MAX_REASON} characters.")
    words = {name: values[name] for name in SHEET_WORDS if name in typed}
    row_as_read = _sheet_row(row.number, values, words)
    return replace(row_as_read, filled=filled, errors=tuple(errors), typed=typed)


def _sheet_row(number: int, values: dict[str, Any], words: WordChanges) -> SheetRow:
    decision: Answer = values["decision"]
    reason, initials = values["reason"], values["initials"]
    return SheetRow(
        number,
        values["photo"],
        None if isinstance(values["face"], str) else values["face"],
        values["key"],
        values["face"] if isinstance(values["face"], str) else "",
        words=words,
        approved=values["approved"] is True,
        use_file=values["use_file"] is True,
        decision=decision.kind,
        rule=decision.value,
        reference=values["form_reference"],
        same_as=values["same_as"],
        note=" ".join(filter(None, (reason, f"(initials {initials})" if initials else ""))),
        reason=reason,
        form=FormCells(
            name=values["name"],
            signed_on=values["signed_on"],
            minor=values["under_18"],
            born=values["born"],
            guardian=values["guardian"],
            guardian_relation=values["guardian_relation"],
            channels=values["channels"],
        ),
        values=values,
    )
