"""The columns of the checklist: one row each, from which page, CSV, workbook, guide and reader are made.

What people typed is in no message of a reader: a name may be in any cell.
"""

import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from imgvet.decisions import ANSWER, DECISION_KINDS, EXCLUDE, FINE, REDACT, Answer, DecisionKind, decisions_for_rule
from imgvet.errors import TableError
from imgvet.releases.import_export import parse_channels
from imgvet.releases.release import ANY_CHANNEL, is_reference
from imgvet.releases.validation import parse_birth_years
from imgvet.tables import Cell, as_date, as_flag, as_name, as_reference, as_text, as_whole_number
from imgvet.text import and_list, split_tags

_LETTERS = re.compile("[A-Za-z]{1,2}")  # of an area
_FACE_WORDS = re.compile(r"(?:photo\s*)?0*(\d{1,9})\s*(?::|,?\s*face)\s*0*(\d{1,9})", re.IGNORECASE)
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


class LineKind(StrEnum):
    """What a row of the checklist is about."""

    EVERY = "every"  # all rows that say nothing else: the first row
    TITLE = "title"  # the rows below it
    PHOTO = "photo"  # a photo as a whole, and its words
    QUESTION = "question"  # what a rule asks about a photo
    FACE = "face"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One row as imgvet writes it."""

    kind: LineKind
    photo: int | None
    file: str
    face: int | None  # None: the row is about no single face
    sure: str
    open: str  # "open", the answer that the face has, what an area shows, or what is asked
    key: str
    rule: str = ""  # that asks, in a row about a question or an area
    area: str = ""  # the letters of the area that the row is about
    there: Mapping[str, Cell] = field(default_factory=dict)  # in cells that people fill in, by the name of the column
    channels: Mapping[str, str] = field(default_factory=dict)  # the state of the photo for each of several channels
    in_file: str = ""  # words that the original carries, which nobody has accepted yet
    fault: str = ""  # why the row could not be imported


@dataclass(frozen=True, slots=True)
class SheetChoices:
    """What a batch offers to choose from, and which columns it needs."""

    decisions: tuple[DecisionKind, ...]  # about faces
    question_decisions: tuple[DecisionKind, ...]
    area_decisions: tuple[DecisionKind, ...]
    channels: tuple[str, ...]  # that a form may name
    blocked: frozenset[str] = frozenset()  # rules on areas that the profile blocks: nothing that they find is fine
    channel_names: tuple[str, ...] = ()  # of the batch, where it has several: each has a column
    approvals: bool = False  # the profile asks for a second person
    drafts: bool = False  # words that originals carry are offered
    faults: bool = False  # it is a sheet of rows that could not be imported


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
    in_csv: bool = True
    kinds: tuple[LineKind, ...] = (LineKind.FACE,)  # the rows in which people may fill it in
    present: Callable[[SheetChoices], bool] = lambda _: True  # whether a batch needs the column
    written: Callable[[SheetLine], str | int | None] | None = None
    read: ReadCell | None = None
    needed: bool = False  # nothing can be taken in without the column
    unreadable: Any = None  # what a cell counts as that cannot be read
    hidden: bool = False
    is_date: bool = False
    words: bool = False  # of the photo: what imgvet has written there is no answer of anybody
    choices: tuple[str, ...] | Callable[[SheetChoices, LineKind, str], tuple[str, ...]] = ()  # the drop-down
    others_too: bool = False  # what is not among the choices may be typed
    prompt: str = ""  # shown while the cell is chosen
    error: str = ""  # shown where what was typed is refused
    guide: tuple[str, str] | None = None  # a word and what it means; {channels} and {reasons} are filled in
    page: PageBlank | None = None

    @property
    def people(self) -> bool:
        """Whether people fill it in; the other columns are locked in the workbook."""
        return self.written is None

    def content(self, line: SheetLine) -> Cell | int:
        """What imgvet writes into its cell of a row; None: nothing."""
        return self.written(line) if self.written else line.there.get(self.name)

    def offers(self, choices: SheetChoices, kind: LineKind, rule: str = "") -> tuple[str, ...]:
        """What its drop-down offers in rows of that kind, or of a rule's questions; nothing where it has none."""
        return self.choices if isinstance(self.choices, tuple) else self.choices(choices, kind, rule)


def sheet_columns(choices: SheetChoices) -> list[SheetColumn]:
    """The columns of the checklist of one batch, in their order."""
    columns = [each for each in SHEET_COLUMNS if each.present(choices)]
    place = next(at for at, column in enumerate(columns) if column.people)
    return [*columns[:place], *map(_channel_column, choices.channel_names), *columns[place:]]


def _channel_column(name: str) -> SheetColumn:
    """What one of several channels may show of a photo."""
    return SheetColumn(f"for_{name}", f"For {name}", 15, written=lambda line: line.channels.get(name))


def page_blanks(group: str) -> list[PageBlank]:
    """The blanks of one cell of the printed page, in their order."""
    blanks = [each.page for each in SHEET_COLUMNS if each.page and each.page.group == group]
    return sorted(blanks, key=lambda each: each.place)


def guide(choices: SheetChoices) -> list[tuple[str, str]]:
    """How the sheet is filled in: lines of a word and what it means; a title has no meaning beside it."""
    noted = [kind.called for kind in DECISION_KINDS.values() if kind.needs_note and kind.offered]
    words = {"channels": ", ".join(choices.channels), "reasons": and_list(noted)}
    kinds = dict.fromkeys((*choices.decisions, *choices.question_decisions))
    explained = [each.guide for each in sheet_columns(choices) if each.guide]
    return [
        *_ABOUT_SHEET,
        *((kind.called, kind.meaning) for kind in kinds),
        *_ABOUT_AREAS,
        *((kind.called, kind.meaning) for kind in choices.area_decisions if kind not in kinds),
        ("The other columns", ""),
        *((word, text.format(**words)) for word, text in explained),
    ]


_ABOUT_SHEET = (
    ("How to fill in this checklist", ""),
    ("What it is", "Each photo has a row with its picture and its words; the rows below it are its questions, its "
     "faces (numbers) and its areas (letters): number plates, screens, addresses, and what else can be read. No photo "
     "is published until every face and every area in it has a decision. Fill in the white cells; leave a row blank "
     "if you do not know. What is decided already is at the end."),
    ("The first row", "It counts for all rows that say nothing else: the date on which new forms were signed, whether "
     "people are under 18, and for which channels. With redact as its decision, every face and every area without a "
     "decision of its own is hidden, in all photos; with redact-faces the faces alone, with redact-areas the areas "
     "alone."),
    ("What to type", "For a person whose form is in the register: its reference. For a new form: the name, and "
     "Under 18 if the first row does not say it. For the same person again: Same as. For an area: redact, or fine and "
     "why it may be seen. To hide all other faces and areas of a photo: redact, in the photo's row."),
    ("When you are done", "Save the file and return it to the press office. Rows may be sorted, filtered or "
     "removed. Do not copy one row over another: each is tied to its own face."),
    ("The grey cells", "They are locked so that nobody changes them by accident. There is no password."),
    ("Decision", ""),
)  # fmt: skip
_ABOUT_AREAS = (
    ("Decision in the row of an area", ""),
    ("Which areas", "Rows with a letter, e.g. A, show a place in the picture in which something can be read, or round "
     "which somebody has drawn a line. Open says what it is. Where it says that it may not be seen, fine is not "
     "offered, and misread needs a reason."),
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


def _photo(cell: Cell, _: Collection[str]) -> int | None:
    return None if cell is None else as_whole_number(cell)


def _face(cell: Cell, _: Collection[str]) -> int | str | None:
    """The number of a face, or the letters of an area."""
    text = as_text(cell)
    if _LETTERS.fullmatch(text):
        return text.upper()
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
        raise TableError("'Form reference' is not a reference; references have no spaces, e.g. WMP-2026-014.")
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
    elif found := _FACE_WORDS.fullmatch(text):
        return SameAs(int(found[1]), int(found[2]))
    raise TableError(
        "'Same as' is not a face; write e.g. 3:1 for face 1 of photo 3, in a cell that is formatted as text."
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
            raise TableError("'Signed on' is not a date; write e.g. 14/06/2026.") from None
        raise TableError(f"'Signed on': {problem}") from None


def _yes_or_no(cell: Cell, _: Collection[str]) -> bool | None:
    return None if cell is None else as_flag(cell)


def _words(cell: Cell, _: Collection[str]) -> str | None:
    return None if cell is None else as_text(cell)


def _keywords(cell: Cell, _: Collection[str]) -> tuple[str, ...] | None:
    return tuple(split_tags(as_text(cell))) or None


def _born(cell: Cell, _: Collection[str]) -> str:
    """The years of birth; of a whole date of birth the year alone is kept."""
    text = as_text(cell)
    if not text or parse_birth_years(text):
        return text
    try:
        return str(as_date(cell).year)
    except TableError:
        raise TableError("'Year of birth' is not a year of birth or a range, e.g. 2012-2014.") from None


def _channels(cell: Cell, channels: Collection[str]) -> tuple[str, ...]:
    known = {each.casefold(): each for each in (*channels, ANY_CHANNEL)}
    named = parse_channels(cell)
    if any(word not in known for word in named):
        raise TableError(f"'Channels' names a channel that does not exist; channels are {', '.join(known.values())}.")
    return tuple(known[word] for word in named)


def _safely(read: ReadCell, sentence: str) -> ReadCell:
    """The reader with a message of its own, because another's could repeat what somebody typed."""

    def read_safely(cell: Cell, channels: Collection[str]) -> Any:
        try:
            return read(cell, channels)
        except TableError:
            raise TableError(sentence) from None

    return read_safely


def _decisions(choices: SheetChoices, kind: LineKind, rule: str) -> tuple[str, ...]:
    if kind in OTHER_DECISIONS:
        return OTHER_DECISIONS[kind]
    if kind is LineKind.AREA:
        may_be_seen = rule not in choices.blocked
        return tuple(each.called for each in choices.area_decisions if may_be_seen or each.name != FINE)
    kinds = choices.decisions if kind is LineKind.FACE else decisions_for_rule(choices.question_decisions, rule)
    return tuple(each.name for each in kinds)


HIDES_OTHERS = {
    REDACT: (LineKind.FACE, LineKind.AREA),
    "redact-faces": (LineKind.FACE,),
    "redact-areas": (LineKind.AREA,),
}
"""What is hidden at once, by what people choose: all that has no decision of its own and a row of these kinds."""

OTHER_DECISIONS = {LineKind.PHOTO: (*HIDES_OTHERS, EXCLUDE), LineKind.EVERY: tuple(HIDES_OTHERS)}
"""What may be decided in rows that are about several faces and areas: hiding shows nothing unlooked-at."""

_EVERY, _PHOTO, _QUESTION = LineKind.EVERY, LineKind.PHOTO, LineKind.QUESTION
_FACE, _AREA = LineKind.FACE, LineKind.AREA


SHEET_COLUMNS: list[SheetColumn] = [
    SheetColumn(
        "photo", "Photo", 7, written=lambda line: line.photo, needed=True,
        read=_safely(_photo, "'Photo' is not a number."),
    ),
    SheetColumn(
        "face", "Face", 6, written=lambda line: line.area or line.face, needed=True,
        read=_safely(_face, "'Face' is neither the number of a face nor the letter of an area."),
    ),
    SheetColumn("picture", "Picture", 50, in_csv=False, written=lambda _: None),
    SheetColumn("fault", "To correct", 34, written=lambda line: line.fault, present=lambda choices: choices.faults),
    SheetColumn("open", "Open", 24, written=lambda line: line.open),
    SheetColumn(
        "decision", "Decision", 15, kinds=(_EVERY, _PHOTO, _QUESTION, _FACE, _AREA), read=_decision, needed=True,
        choices=_decisions, error="Choose one from the list. The second sheet says what each means.",
    ),
    SheetColumn(
        "form_reference", "Form reference", 16, read=_reference, unreadable="", needed=True,
        guide=("Form reference", "The number on the signed form, e.g. WMP-2026-014. A reference alone means release."),
        page=PageBlank("who", 3, "Form reference"),
    ),
    SheetColumn(
        "same_as", "Same as", 9, read=_same_as,
        prompt="The same person as in another row gets the same decision: 3:1 is face 1 of photo 3.",
        guide=("Same as", "The same person as in another row: 3:1 is face 1 of photo 3. It gets the same decision, so "
               "fill in one row per person and refer to it in the others. Only people can tell this; imgvet does not "
               "compare faces."),
        page=PageBlank("who", 1, "Same person as", face=True),
    ),
    SheetColumn(
        "name", "Name", 17, read=_safely(_name, "A letter of 'Name' may be lost. Write it again."), unreadable="",
        guide=("Name", "Only for a form that is not in the register yet: who signed it. A name alone means release. "
               "Without a reference, the form gets the next free number."),
        page=PageBlank("who", 2, "Name"),
    ),
    SheetColumn(
        "under_18", "Under 18", 8, kinds=(_EVERY, _FACE), read=_safely(_yes_or_no, "'Under 18' must be yes or no."),
        choices=("yes", "no"), unreadable=False,
        guide=("Under 18", "Needed for a new form, in its row or in the first one. For a child (yes) Guardian (the "
               "parent or guardian who signed) and Guardian relation (e.g. mother) are needed too. Year of birth may "
               "be one year or a range, e.g. 2012-2014."),
    ),
    SheetColumn(
        "reason", "Reason", 16, kinds=(_PHOTO, _QUESTION, _FACE, _AREA), read=_text,
        guide=("Reason", "Needed for {reasons}."), page=PageBlank("decision", 1, "Reason"),
    ),
    SheetColumn(
        "signed_on", "Signed on", 12, kinds=(_EVERY, _FACE), read=_signed_on, is_date=True,
        error="Write the date on which the form was signed, e.g. 14/06/2026.",
        guide=("Signed on", "The date on a new form, where it is another than in the first row."),
        page=PageBlank("who", 4, "Signed on"),
    ),
    SheetColumn(
        "born", "Year of birth", 13, read=_born, unreadable="", page=PageBlank("age", 1, "Year of birth (or a range)"),
    ),
    SheetColumn(
        "guardian", "Guardian", 16, read=_safely(_name, "A letter of 'Guardian' may be lost. Write it again."),
        unreadable="", page=PageBlank("age", 2, "Guardian"),
    ),
    SheetColumn(
        "guardian_relation", "Guardian relation", 11, read=_one_line, page=PageBlank("age", 3, "Relation"),
    ),
    SheetColumn(
        "channels", "Channels", 12, kinds=(_EVERY, _FACE), read=_channels, unreadable=(), others_too=True,
        choices=lambda choices, *_: choices.channels,
        # nothing in Excel lets people choose several, so what is not on the list may be typed
        prompt="Choose one, or type several with commas, e.g. flickr, x",
        guide=("Channels", "Where a new form allows publication, if it is not what the first row says: {channels}. "
               "Separate several with commas."),
    ),
    SheetColumn(
        "approved", "Approved", 10, kinds=(_QUESTION, _FACE, _AREA), choices=("yes",), unreadable=False,
        present=lambda choices: choices.approvals,
        read=_safely(_yes_or_no, "'Approved' must be yes, or blank."),
        guide=("Approved", "For a second person: yes in rows that need approval. The person who imports the sheet "
               "approves them, and must be another one than the person who decided."),
    ),
    SheetColumn(
        "initials", "Initials", 8, kinds=(_PHOTO, _QUESTION, _FACE, _AREA), read=_text,
        guide=("Initials", "Of the person who filled in the row."), page=PageBlank("decision", 2, "Initials"),
    ),
    SheetColumn(
        "title", "Title", 26, kinds=(_PHOTO,), words=True, read=_words,
        guide=("Title, Caption, Alt text, Keywords", "In the row of a photo: its own words, in place of those that the "
               "profile gives every photo. A cell that is left as it is changes nothing; one that is emptied goes back "
               "to the profile's words. Separate keywords with commas."),
    ),
    SheetColumn("caption", "Caption", 40, kinds=(_PHOTO,), words=True, read=_words),
    SheetColumn("alt_text", "Alt text", 40, kinds=(_PHOTO,), words=True, read=_words),
    SheetColumn("keywords", "Keywords", 26, kinds=(_PHOTO,), words=True, read=_keywords),
    SheetColumn(
        "in_file", "From the file", 40, written=lambda line: line.in_file, present=lambda choices: choices.drafts,
    ),
    SheetColumn(
        "use_file", "Use the file's words", 12, kinds=(_PHOTO,), choices=("yes",), unreadable=False,
        present=lambda choices: choices.drafts,
        read=_safely(_yes_or_no, "'Use the file's words' must be yes, or blank."),
        guide=("Use the file's words", "yes: the words beside it, which the photographer's file carries, become the "
               "photo's. Check them first; what is written in a cell of the row comes before them."),
    ),
    SheetColumn("sure", "Sure", 9, written=lambda line: line.sure),
    SheetColumn("file", "File", 16, written=lambda line: line.file),
    SheetColumn("key", "Key", 18, written=lambda line: line.key, read=_text, needed=True, hidden=True),
]  # fmt: skip
"""Every column, in its order."""

SHEET_WORDS = tuple(column.name for column in SHEET_COLUMNS if column.words)
"""The fields of ``Words`` that have columns."""
