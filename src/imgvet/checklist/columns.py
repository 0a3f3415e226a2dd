"""The columns of the checklist: one row each, from which page, CSV, workbook, guide and reader are made.

What people typed is in no message of a reader: a name may be in any cell.
"""

import re
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from imgvet.decisions import ANSWER, DECISION_KINDS, Answer, DecisionKind, DecisionScope, decisions_for_rule
from imgvet.errors import TableError
from imgvet.releases.import_export import parse_channels
from imgvet.releases.release import ANY_CHANNEL, is_reference
from imgvet.releases.validation import parse_birth_years
from imgvet.tables import Cell, as_date, as_flag, as_name, as_reference, as_text, as_whole_number

_FACE = re.compile(r"(?:photo\s*)?0*(\d{1,9})\s*(?::|,?\s*face)\s*0*(\d{1,9})", re.IGNORECASE)
# What spreadsheet programs make of 3:1: a time, of day or longer, also behind the day from which they count.
_CLOCK = re.compile(
    r"(?:(?P<day>\d{1,4})(?P<sign>[-/.])(?P<month>\d{1,2})(?P=sign)(?P<last>\d{1,4})[T ]|(?P<days>\d{1,3}) days?,? )?"
    r"(?P<before>\D{1,5} )?(?P<hours>\d{1,4}):(?P<minutes>\d\d)(?::00(?:[.,]0+)?)?(?P<behind> ?[^\d:]{1,6})?"
)
_HALVES = {  # of the day, as countries write them, without dots and blanks
    **dict.fromkeys(("a", "am", "vorm", "fm", "πμ", "de"), 0),
    **dict.fromkeys(("p", "pm", "nachm", "em", "μμ", "du"), 12),
}  # fmt: skip
_SHORT_YEARS = {0: 1900, 4: 1904, 99: 1899}  # from which programs count days
_PART_OF_DAYS = re.compile(r"(\d{0,3})[.,](\d{5,})")
_DAY_MINUTES = 24 * 60
_MOST_DAYS = 417  # 9999 hours, which is all that spreadsheet programs make times of


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One row as imgvet writes it; what people fill in is blank."""

    photo: int
    file: str
    face: int | None  # None: the row is about a question on the photo
    sure: str
    open: str  # "open", the answer that the face has, or what is asked
    key: str
    rule: str = ""  # that asks, in a row about a question


@dataclass(frozen=True, slots=True)
class SheetChoices:
    """What a batch offers to choose from."""

    decisions: tuple[DecisionKind, ...]  # about faces
    question_decisions: tuple[DecisionKind, ...]
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageBlank:
    """Where a column is on the printed page."""

    group: str  # of one cell: "who", "age" or "decision"
    place: int  # within the group
    label: str
    face: bool = False  # two numbers are written into it, of a photo and a face


@dataclass(frozen=True, slots=True)
class SameAs:
    """The face that a row points to."""

    photo: int
    face: int
    by_clock: bool = False  # a program has taken it for a time of day, so a face above 59 may be meant
    other_photos: tuple[int, ...] = ()  # that may be meant as well, where programs count days from different ones


ReadCell = Callable[[Cell, Collection[str]], Any]  # a cell and the profile's channels; raises TableError


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of the checklist. Where ``written`` is given imgvet fills it in; people do otherwise."""

    name: str  # as the CSV has it
    heading: str  # as the workbook has it
    width: float  # in the workbook, characters
    csv: int | None = None  # its place in the CSV; None: it is in the workbook alone
    written: Callable[[SheetLine], str | int | None] | None = None
    read: ReadCell | None = None
    needed: bool = False  # nothing can be taken in without the column
    unreadable: Any = None  # what a cell counts as that cannot be read
    hidden: bool = False
    is_date: bool = False
    choices: tuple[str, ...] | Callable[[SheetChoices, DecisionScope, str], tuple[str, ...]] = ()  # the drop-down
    others_too: bool = False  # what is not among the choices may be typed
    prompt: str = ""  # shown while the cell is chosen
    error: str = ""  # shown where what was typed is refused
    guide: tuple[str, str] | None = None  # a word and what it means; {channels} and {reasons} are filled in
    page: PageBlank | None = None

    @property
    def people(self) -> bool:
        """Whether people fill it in; the other columns are locked in the workbook."""
        return self.written is None

    def offers(self, choices: SheetChoices, scope: DecisionScope, rule: str = "") -> tuple[str, ...]:
        """What its drop-down offers in the rows of faces, or of a rule's questions; nothing where it has none."""
        return self.choices if isinstance(self.choices, tuple) else self.choices(choices, scope, rule)


def csv_columns() -> list[SheetColumn]:
    """The columns of the CSV, in its order."""
    return sorted((each for each in SHEET_COLUMNS if each.csv is not None), key=lambda each: each.csv or 0)


def page_blanks(group: str) -> list[PageBlank]:
    """The blanks of one cell of the printed page, in their order."""
    blanks = [each.page for each in SHEET_COLUMNS if each.page and each.page.group == group]
    return sorted(blanks, key=lambda each: each.place)


def guide(choices: SheetChoices) -> list[tuple[str, str]]:
    """How the sheet is filled in: lines of a word and what it means; a title has no meaning beside it."""
    noted = [kind.name for kind in DECISION_KINDS.values() if kind.needs_note and kind.offered]
    words = {"channels": ", ".join(choices.channels), "reasons": f"{', '.join(noted[:-1])} and {noted[-1]}"}
    kinds = dict.fromkeys((*choices.decisions, *choices.question_decisions))
    return [
        *_ABOUT_SHEET,
        *((kind.name, kind.meaning) for kind in kinds),
        ("The other columns", ""),
        *((word, text.format(**words)) for word, text in (each.guide for each in SHEET_COLUMNS if each.guide)),
    ]


_ABOUT_SHEET = (
    ("How to fill in this checklist", ""),
    ("What it is", "Each row of the first sheet is one face in one photo. No photo is published until every face in "
     "it has a decision. Fill in the yellow columns; leave a row blank if you do not know."),
    ("When you are done", "Save the file and return it to the press office. Rows may be sorted, filtered or "
     "removed. Do not copy one row over another: each is tied to its own face."),
    ("The grey cells", "They are locked so that nobody changes them by accident. There is no password."),
    ("Decision", ""),
)  # fmt: skip


def looks_like_a_reference(text: str) -> bool:
    """Whether a text may be repeated on a screen: names of people seldom hold a figure."""
    return is_reference(text) and any(letter.isdecimal() for letter in text)


def _text(cell: Cell, _: Collection[str]) -> str:
    return as_text(cell)


def _one_line(cell: Cell, _: Collection[str]) -> str:
    return " ".join(as_text(cell).split())


def _name(cell: Cell, _: Collection[str]) -> str:
    return as_name(cell)


def _photo(cell: Cell, _: Collection[str]) -> int:
    return as_whole_number(cell)


def _face(cell: Cell, _: Collection[str]) -> int | None:
    return None if cell is None else as_whole_number(cell)


def _decision(cell: Cell, _: Collection[str]) -> Answer:
    """The decision as the commands write it: ``Not identifiable`` is ``not-identifiable``."""
    words = as_text(cell).casefold().replace("_", "-").split()
    if words[:1] in ([ANSWER], [f"{ANSWER}:"]):
        return Answer(ANSWER, "-".join(words[1:]))
    return Answer("-".join(words))


def _reference(cell: Cell, _: Collection[str]) -> str:
    text = as_reference(cell)
    if text and not is_reference(text):
        raise TableError("'form_reference' is not a reference; references have no spaces, e.g. WMP-2026-014.")
    return text


def _same_as(cell: Cell, _: Collection[str]) -> SameAs | None:
    """The face that ``3:1`` points to, also where a spreadsheet program has made a time of it."""
    text = as_text(cell)
    if not text:
        return None
    if found := _PART_OF_DAYS.fullmatch(text):
        minutes = round(float(text.replace(",", ".")) * _DAY_MINUTES)
        if abs(float(text.replace(",", ".")) - minutes / _DAY_MINUTES) <= 10.0 ** -len(found[2]):
            return SameAs(minutes // 60, minutes % 60, by_clock=True)
    elif found := _CLOCK.fullmatch(" ".join(text.split())):
        photos = _photos_by_clock(found)
        if photos:
            return SameAs(photos[0], int(found["minutes"]), by_clock=True, other_photos=photos[1:])
    elif found := _FACE.fullmatch(text):
        return SameAs(int(found[1]), int(found[2]))
    raise TableError(
        "'same_as' is not a face; write e.g. 3:1 for face 1 of photo 3, in a cell that is formatted as text."
    )


def _photos_by_clock(found: re.Match[str]) -> tuple[int, ...]:
    """The hours of a time, which are the number of a photo; none if they are not hours, several if ambiguous."""
    hours = int(found["hours"])
    half = re.sub(r"[. ]", "", (found["before"] or "") + (found["behind"] or "")).lower()
    if half:
        if half not in _HALVES or not 1 <= hours <= 12:
            return ()
        hours = hours % 12 + _HALVES[half]
    if found["days"]:
        return (hours + 24 * int(found["days"]),)
    if not found["day"]:
        return (hours,)
    first, second, last = (int(found[name]) for name in ("day", "month", "last"))
    year = _SHORT_YEARS.get(last, last)
    dates = [(first, second, last)] if len(found["day"]) == 4 else [(year, second, first), (year, first, second)]
    return tuple(dict.fromkeys(hours + 24 * days for each in dates for days in _days_counted(*each)))


def _days_counted(year: int, month: int, day: int) -> list[int]:
    """How many days a day may be from where programs begin to count: in 1899, old Macs in 1904."""
    if (year, month, day) == (1900, 1, 0):  # as Excel shows it
        return [0]
    # NOTE: Excel holds 1900 for a leap year, so its days before 1 March 1900 count from another one
    zeros = [date(1899, 12, 31)] if year == 1900 and month <= 2 else []
    zeros += [date(1899, 12, 30), date(1904, 1, 1)]
    with suppress(ValueError):
        return [days for zero in zeros if 0 <= (days := (date(year, month, day) - zero).days) < _MOST_DAYS]
    return []


def _signed_on(cell: Cell, _: Collection[str]) -> date | None:
    """The day of signing; what was typed is repeated only where it has no letters."""
    try:
        return None if cell is None else as_date(cell)
    except TableError as problem:
        if any(letter.isalpha() for letter in as_text(cell)):
            raise TableError("'signed_on' is not a date; write e.g. 14/06/2026.") from None
        raise TableError(f"'signed_on': {problem}") from None


def _under_18(cell: Cell, _: Collection[str]) -> bool | None:
    return None if cell is None else as_flag(cell)


def _born(cell: Cell, _: Collection[str]) -> str:
    """The years of birth; of a whole date of birth the year alone is kept."""
    text = as_text(cell)
    if not text or parse_birth_years(text):
        return text
    try:
        return str(as_date(cell).year)
    except TableError:
        raise TableError("'born' is not a year of birth or a range, e.g. 2012-2014.") from None


def _channels(cell: Cell, channels: Collection[str]) -> tuple[str, ...]:
    known = {each.casefold(): each for each in (*channels, ANY_CHANNEL)}
    named = parse_channels(cell)
    if any(word not in known for word in named):
        raise TableError(f"'channels' names a channel that does not exist; channels are {', '.join(known.values())}.")
    return tuple(known[word] for word in named)


def _safely(read: ReadCell, sentence: str) -> ReadCell:
    """The reader with a message of its own, because another's could repeat what somebody typed."""

    def read_safely(cell: Cell, channels: Collection[str]) -> Any:
        try:
            return read(cell, channels)
        except TableError:
            raise TableError(sentence) from None

    return read_safely


def _decisions(choices: SheetChoices, scope: DecisionScope, rule: str) -> tuple[str, ...]:
    kinds = choices.decisions if scope is DecisionScope.FACE else decisions_for_rule(choices.question_decisions, rule)
    return tuple(kind.name for kind in kinds)


SHEET_COLUMNS: list[SheetColumn] = [
    SheetColumn(
        "photo", "Photo", 7, csv=1, written=lambda line: line.photo, needed=True,
        read=_safely(_photo, "'photo' is not a number."),
    ),
    SheetColumn("file", "File", 16, csv=2, written=lambda line: line.file),
    SheetColumn(
        "face", "Face", 6, csv=3, written=lambda line: line.face, needed=True,
        read=_safely(_face, "'face' is not a number."),
    ),
    SheetColumn("picture", "Picture", 11.5, written=lambda _: None),
    SheetColumn("sure", "Sure", 9, csv=4, written=lambda line: line.sure),
    SheetColumn("open", "Open", 20, csv=5, written=lambda line: line.open),
    SheetColumn(
        "decision", "Decision", 15, csv=12, read=_decision, needed=True, choices=_decisions,
        error="Choose one from the list. The second sheet says what each means.",
    ),
    SheetColumn(
        "form_reference", "Form reference", 16, csv=7, read=_reference, unreadable="", needed=True,
        guide=("Form reference", "The number on the signed form, e.g. WMP-2026-014. A reference alone means release."),
        page=PageBlank("who", 3, "Form reference"),
    ),
    SheetColumn(
        "same_as", "Same as", 9, csv=15, read=_same_as,
        prompt="The same person as in another row gets the same decision: 3:1 is face 1 of photo 3.",
        guide=("Same as", "The same person as in another row: 3:1 is face 1 of photo 3. It gets the same decision, so "
               "fill in one row per person and refer to it in the others. Only people can tell this; imgvet does not "
               "compare faces."),
        page=PageBlank("who", 1, "Same person as", face=True),
    ),
    SheetColumn(
        "reason", "Reason", 16, csv=13, read=_text, guide=("Reason", "Needed for {reasons}."),
        page=PageBlank("decision", 1, "Reason"),
    ),
    SheetColumn(
        "name", "Name", 17, csv=6, read=_safely(_name, "A letter of 'name' may be lost. Write it again."),
        unreadable="",
        guide=("Name, Signed on", "Only for a form that is not in the register yet: who signed it, and the date on it. "
               "Without a reference, the form gets the next free number."),
        page=PageBlank("who", 2, "Name"),
    ),
    SheetColumn(
        "signed_on", "Signed on", 12, csv=8, read=_signed_on, is_date=True,
        error="Write the date on which the form was signed, e.g. 14/06/2026.", page=PageBlank("who", 4, "Signed on"),
    ),
    SheetColumn(
        "under_18", "Under 18", 8, csv=9, read=_safely(_under_18, "'under_18' must be yes or no."),
        choices=("yes", "no"), unreadable=False,
        guide=("Under 18", "yes for a child. Then Guardian (the parent or guardian who signed) and Guardian relation "
               "(e.g. mother) are needed. Year of birth may be one year or a range, e.g. 2012-2014."),
    ),
    SheetColumn(
        "born", "Year of birth", 13, csv=16, read=_born, unreadable="",
        page=PageBlank("age", 1, "Year of birth (or a range)"),
    ),
    SheetColumn(
        "guardian", "Guardian", 16, csv=10, read=_safely(_name, "A letter of 'guardian' may be lost. Write it again."),
        unreadable="", page=PageBlank("age", 2, "Guardian"),
    ),
    SheetColumn(
        "guardian_relation", "Guardian relation", 11, csv=17, read=_one_line, page=PageBlank("age", 3, "Relation"),
    ),
    SheetColumn(
        "channels", "Channels", 12, csv=11, read=_channels, unreadable=(), others_too=True,
        choices=lambda choices, *_: choices.channels,
        # nothing in Excel lets people choose several, so what is not on the list may be typed
        prompt="Choose one, or type several with commas, e.g. flickr, x",
        guide=("Channels", "Where the form allows publication: {channels}. Separate several with commas."),
    ),
    SheetColumn(
        "initials", "Initials", 8, csv=14, read=_text, guide=("Initials", "Of the person who filled in the row."),
        page=PageBlank("decision", 2, "Initials"),
    ),
    SheetColumn("key", "Key", 18, csv=18, written=lambda line: line.key, read=_text, needed=True, hidden=True),
]  # fmt: skip
"""Every column, in the workbook's order."""
