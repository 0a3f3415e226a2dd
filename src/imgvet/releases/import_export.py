"""Forms as rows of a table: imported from other offices' lists, and exported for exchange.

Headings are recognised in any order, under the names that people give them in English and German, and under those of
the IPTC Photo Metadata Standard and PLUS. An unknown column is refused rather than ignored.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from imgvet.errors import ImgvetError, TableError
from imgvet.people_names import same_name
from imgvet.releases.release import ANY_CHANNEL, Release, Status
from imgvet.releases.validation import check_release, recoded, with_defaults
from imgvet.tables import Cell, Row, Table, as_date, as_flag, as_name, as_reference, as_text
from imgvet.tables.cells import plain_words
from imgvet.text import long_date, safe_cell, visible

_BETWEEN = ("", "and", "und")  # what may be between two channels, beside signs


def parse_channels(cell: Cell) -> tuple[str, ...]:
    """The channels that a text names, with commas, blanks, "and" or other signs between them."""
    words = re.split(r"[,;/+&\s]+", as_text(cell).casefold())
    return tuple(dict.fromkeys({"alle": ANY_CHANNEL}.get(word, word) for word in words if word not in _BETWEEN))


def _code(cell: Cell) -> str:
    return as_text(cell).upper()


def _one_line(cell: Cell) -> str:
    return " ".join(as_text(cell).split())


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list of forms."""

    field: str  # of ``Release``
    heading: str  # as it is written
    others: tuple[str, ...]  # as it is also read
    read: Callable[[Cell], Any] = _one_line


REGISTER_COLUMNS = (
    Column("reference", "Reference", (
        "Ref", "Form", "Form no", "Form number", "Release", "Release form", "Model Release Identifier",
        "Model Release ID", "Referenz", "Formular", "Formularnummer",
    ), as_reference),
    Column("person", "Person", (
        "Name", "Full name", "Person shown", "Model name", "Person Shown in the Image", "Abgebildete Person",
    ), as_name),
    Column("contact", "Contact", ("How to reach them", "Contact details", "Email", "Phone", "Kontakt"), as_text),
    Column("signed_on", "Signed on", (
        "Signed", "Date signed", "Signature date", "Date", "Unterschrieben am", "Unterschrieben", "Datum",
    ), as_date),
    Column("taken_by", "Taken by", ("Form taken by", "Officer", "Witness", "Aufgenommen von"), as_name),
    Column("event", "Event", ("Event covered", "Occasion", "Veranstaltung", "Anlass")),
    Column("covers_from", "Covers from", ("From", "Valid from", "First day", "Gilt von", "Von"), as_date),
    Column("covers_until", "Covers until", ("Until", "To", "Last day", "Gilt bis", "Bis"), as_date),
    Column("channels", "Channels", (
        "Channel", "Allowed channels", "Channels allowed", "Use", "Kanäle",
    ), parse_channels),
    Column("expires_on", "Expires on", (
        "Expires", "Expiry", "Expiry date", "Valid until", "Läuft ab am", "Gültig bis", "Ablauf",
    ), as_date),
    Column("minor", "Child", ("Minor", "Under 18", "Juvenile", "Kind", "Minderjährig"), as_flag),
    Column("born", "Year of birth", ("Born", "Years of birth", "Birth years", "Geboren", "Geburtsjahr")),
    Column("guardian", "Guardian", ("Guardian's name", "Parent", "Parent or guardian", "Sorgeberechtigt"), as_name),
    Column("guardian_relation", "Guardian relation", ("Relation", "Relationship", "Relation to child", "Verhältnis")),
    Column("note", "Note", ("Notes", "Remark", "Remarks", "Comment", "Bemerkung", "Notiz"), as_text),
    Column("model_release", "Model Release Status", ("Model release",), _code),
    Column("model_age", "Minor Model Age Disclosure", ("Model age",), _code),
    Column("withdrawn_on", "Withdrawn on", ("Withdrawn", "Widerrufen am"), as_date),
    Column("withdrawn_by", "Withdrawn by", ("Widerrufen von",)),
    Column("refused_on", "Refused on", ("RefusedRow", "Abgelehnt am"), as_date),
)  # fmt: skip
_WRITTEN_ONLY = {"Status": "status", "Erased on": "purged_on", "Scan SHA-256": "scan_sha256"}
_ENDS = {Status.WITHDRAWN, Status.REFUSED, Status.PURGED}  # states that a form does not leave
HEADINGS = (*(column.heading for column in REGISTER_COLUMNS), *_WRITTEN_ONLY)
READABLE = tuple(name for column in REGISTER_COLUMNS for name in (column.heading, column.field, *column.others))


@dataclass(frozen=True, slots=True)
class FormTerms:
    """The profile's terms for imported forms."""

    today: date
    channels: Collection[str]
    valid_years: int
    by: str  # who imports them


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be imported."""

    row: int  # as people see it
    reason: str  # one plain sentence; it may quote the row


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What importing a table would do."""

    new: tuple[tuple[int, Release], ...] = ()  # row and form
    changed: tuple[tuple[int, Release, Release], ...] = ()  # row, as it is and as it would be
    same: tuple[int, ...] = ()  # rows that say what the register has
    refused: tuple[RefusedRow, ...] = ()


def plan_import(table: Table, find: Callable[[str], Release | None], terms: FormTerms) -> ImportPlan:
    """What the rows of a table would add to the register and change in it. An empty cell changes nothing.

    Raises:
        TableError: it lacks the column of references, or a column is unknown or appears twice.
    """
    places = _places(table)
    new, changed, same, refused = [], [], [], []
    seen: dict[str, int] = {}
    for row in table.rows:
        try:
            said = _said(row, places)
            key = same_name(str(said["reference"]))
            if key in seen:
                raise TableError(f"Row {seen[key]} already has this reference.")
            seen[key] = row.number
            before = find(key)
            after = _as_it_would_be(before, said, terms)
            _check_status(row, table, after, terms)
        except ImgvetError as problem:
            refused.append(RefusedRow(row.number, str(problem)))
            continue
        if before is None:
            new.append((row.number, after))
        elif before != after:
            changed.append((row.number, before, after))
        else:
            same.append(row.number)
    return ImportPlan(tuple(new), tuple(changed), tuple(same), tuple(refused))


def changes(before: Release, after: Release) -> Iterator[tuple[str, str, str]]:
    """Heading, value before and value after, of each field that differs."""
    headings = {column.field: column.heading for column in REGISTER_COLUMNS}
    for field in fields(Release):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new:
            yield headings.get(field.name, field.name), import_summary(old), import_summary(new)


def import_summary(value: Any) -> str:
    """A field's value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, date):
        return long_date(value)
    return "" if value is None else str(value)


def history_summary(text: str) -> str:
    """A value of the history as people read it: a day as they write it."""
    return long_date(date.fromisoformat(text)) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text


def import_json(release: Release, today: date) -> dict[str, Any]:
    """The form as ``--json`` prints it, with its status on that day."""
    values = {field.name: getattr(release, field.name) for field in fields(Release)}
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    return plain | {"channels": list(release.channels), "status": str(release.status(today))}


def write_out(releases: Sequence[Release], today: date, path: Path) -> bytes:
    """Write the file for exchange in the format of its suffix: .csv, .xlsx or .json.

    Raises:
        TableError: the name has another suffix.
    """
    match path.suffix.lower():
        case ".csv":
            return _as_csv(releases, today)
        case ".xlsx":
            return _as_workbook(releases, today)
        case ".json":
            listed = [import_json(release, today) for release in releases]
            return (json.dumps(listed, ensure_ascii=False, indent=1) + "\n").encode()
    raise TableError(f"'{path}' is not a kind of file that forms can be saved in.", "Name a .csv, .xlsx or .json file.")


def _places(table: Table) -> dict[Column, int]:
    """Which column of the table is which."""
    known = {plain_words(name) for name in (*READABLE, *_WRITTEN_ONLY, *_WRITTEN_ONLY.values())}
    unknown = [heading for heading in table.header if heading and plain_words(heading) not in known]
    if unknown:
        names = ", ".join(f"'{each}'" for each in unknown)
        raise TableError(
            f"'{table.path}' has columns that the register does not know: {names}.",
            f"Rename or remove them; it knows {', '.join(HEADINGS)}.",
        )
    found = {column: table.column(column.heading, column.field, *column.others) for column in REGISTER_COLUMNS}
    places = {column: place for column, place in found.items() if place is not None}
    if REGISTER_COLUMNS[0] not in places:
        raise TableError(f"'{table.path}' has no column of references.", "Name it 'Reference'.")
    return places


def _said(row: Row, places: dict[Column, int]) -> dict[str, Any]:
    """The values of a row, by field, without empty ones."""
    said = {}
    for column, place in places.items():
        cell = row.cells[place]
        if cell is None:
            continue
        try:
            said[column.field] = column.read(cell)
        except TableError as problem:
            raise TableError(f"{column.heading}: {problem.reason}", problem.hint) from None
    if not said.get("reference"):
        raise TableError("It has no reference.", "Write one, e.g. REL-2026-001.")
    return said


def _as_it_would_be(before: Release | None, said: dict[str, Any], terms: FormTerms) -> Release:
    if before is None:
        after = with_defaults(Release(**said), terms.valid_years)
    else:
        after = replace(before, **said | {"reference": before.reference})
        if after == before:
            return before
        if before.purged_on:
            raise TableError("The form was erased; its reference cannot be used again.")
        after = recoded(before, after)
    if after.withdrawn_on and not after.withdrawn_by:
        after = replace(after, withdrawn_by=terms.by)
    wrong = check_release(after, terms.today, terms.channels)
    if wrong:
        raise TableError(" ".join(wrong))
    return after


def _check_status(row: Row, table: Table, release: Release, terms: FormTerms) -> None:
    """Refuse a row whose status is an end that its days do not have."""
    place = table.column("Status")
    said = as_text(row.cells[place]).casefold() if place is not None else ""
    if said in _ENDS and said != release.status(terms.today):
        raise TableError(f"Its status is '{said}', but no date is given for that.", "Fill in the day.")


def _written(release: Release, today: date) -> list[str | date]:
    values = [getattr(release, column.field) for column in REGISTER_COLUMNS]
    values += [str(release.status(today)), release.purged_on, release.scan_sha256]
    return [value if isinstance(value, date) else import_summary(value) for value in values]


def _as_csv(releases: Iterable[Release], today: date) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    for release in releases:
        cells = _written(release, today)
        writer.writerow([cell.isoformat() if isinstance(cell, date) else safe_cell(cell) for cell in cells])
    return text.getvalue().encode("utf-8-sig")  # without the mark Excel does not recognise UTF-8


def _as_workbook(releases: Iterable[Release], today: date) -> bytes:
    from xlsxwriter import Workbook  # noqa: PLC0415 - for this alone

    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True}) as book:
        sheet, day = book.add_worksheet("Release forms"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEADINGS, book.add_format({"bold": True}))
        last = 0
        for last, release in enumerate(releases, 1):
            for place, value in enumerate(_written(release, today)):
                if isinstance(value, date):
                    sheet.write_datetime(last, place, datetime.combine(value, time()), day)
                elif value:
                    sheet.write_string(last, place, visible(value))  # a text, whatever it begins with
        for place, heading in enumerate(HEADINGS):
            sheet.set_column(place, place, max(12, len(heading) + 2))
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, last, len(HEADINGS) - 1)
    return stream.getvalue()
