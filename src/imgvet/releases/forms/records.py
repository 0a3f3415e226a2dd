"""What a blank release form consists of, as PDF or web page. Plain records."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MAX_FORMS = 500  # of a kind in one file


class FormKind(StrEnum):
    """Whom a form is for."""

    ADULT = "adult"
    CHILD = "child"


@dataclass(frozen=True, slots=True)
class FormContext:
    """What the forms of one pile are for, as the profile and the person who prints them say it."""

    organisation: str
    website: str
    press_office: str
    withdraw_to: str  # how people take their consent back
    purpose: str  # what the photos are for; the language's own sentence where empty
    privacy_notice: str  # a web address, or nothing
    valid_years: int  # from signing; 0: no limit
    keep_years: int  # after a form has ended
    event: str
    first: date | None  # day on which photos are taken; None: it is written in by hand
    last: date | None  # None with ``first``: open
    year: int  # in which the forms are used; decides which years of birth are a child's
    channels: tuple[str, ...]
    where: tuple[tuple[str, str], ...]  # channel and where its photos can be seen, in the profile's own words

    @property
    def described(self) -> dict[str, str]:
        """The profile's own words for its channels."""
        return dict(self.where)


@dataclass(frozen=True, slots=True)
class FormPlace:
    """A channel on a form, with its own box to tick."""

    channel: str
    name: str
    about: str  # where its photos can be seen, and by whom


@dataclass(frozen=True, slots=True)
class FormField:
    """A line to write on, or boxes to tick where there are any."""

    label: str
    share: float = 1  # of the width of its row
    boxes: tuple[str, ...] = ()
    signature: bool = False  # needs more height than other handwriting


@dataclass(frozen=True, slots=True)
class FormPart:
    """A numbered part of a form, which somebody fills in."""

    heading: str
    statement: str
    rows: tuple[tuple[FormField, ...], ...]


@dataclass(frozen=True, slots=True)
class FormText:
    """All text of the forms of one kind, except their references."""

    language: str  # BCP 47
    kind: FormKind
    title: str
    organisation: str
    contacts: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]  # label and value; an empty value is a line to write on
    question: str
    where_heading: str
    where_hint: str
    places: tuple[FormPlace, ...]
    refusal: str  # the box of those who do not want to be shown
    know_heading: str
    know: tuple[tuple[str, str], ...]  # the point in a few words, and what it means
    parts: tuple[FormPart, ...]
    office: FormPart  # filled in by the office
    number_label: str
    code_label: str  # what the square code is, for those who cannot see it
    count: str  # a template: {number}, {of}

    def words(self) -> Iterator[str]:
        """Every text on the form, to be looked at letter by letter."""
        yield from (self.title, self.organisation, *self.contacts, self.question)
        for pair in (*self.facts, *self.know):
            yield from pair
        yield from (self.where_heading, self.where_hint, self.refusal, self.know_heading)
        for place in self.places:
            yield from (place.name, place.about)
        for part in (*self.parts, self.office):
            yield from (part.heading, part.statement)
            for field in (field for row in part.rows for field in row):
                yield from (field.label, *field.boxes)
        yield from (self.number_label, self.code_label, self.count)


@dataclass(frozen=True, slots=True)
class BlankForm:
    """One sheet of a pile."""

    text: FormText
    reference: str
    number: int  # within its kind, from 1
    of: int


@dataclass(frozen=True, slots=True)
class FormPile:
    """Blank forms that are printed together; every one has a reference of its own."""

    title: str
    forms: tuple[BlankForm, ...]

    @property
    def language(self) -> str:
        """Of all its forms, BCP 47."""
        return self.forms[0].text.language

    @property
    def texts(self) -> tuple[FormText, ...]:
        """What its forms say, each kind once."""
        return tuple(dict.fromkeys(form.text for form in self.forms))
