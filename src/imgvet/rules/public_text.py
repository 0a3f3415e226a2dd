"""What texts that are published may give away: numbers that lead to somebody, and people who do not want to be named.

Formats: DVLA INF104 and INF279 (registration marks, with those of Northern Ireland), Royal Mail PAF (postcodes), the
National Telephone Numbering Plan of Ofcom, references as forces in England and Wales print them. A pattern asks a
person; where it may be an ordinary word, as with marks from before 1963, it asks only beside a word such as
"registration".
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import regex

from imgvet.people_names import UnnamedPerson, name_places
from imgvet.photo import Face, Photo, PublicMetadata, photo_for
from imgvet.settings import Settings

_MOST_SHOWN = 6  # places in one sentence
_AROUND = 24  # characters of the text on both sides of a place

_AREAS = (
    "AB|AL|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]|L[ADELNSU]?"
    "|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE"
)
_NORTHERN_IRELAND = "IA|DZ|KZ|RZ|IB|LZ|XZ|AZ|CZ|EZ|FZ|GZ|MZ|OI|PZ|TZ|UZ|WZ|XI|IJ|BZ|JZ|SZ|IL|IG|IW|NZ|YZ|UI|HZ|JI|VZ"
_MONTH = "(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
_FULL_DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?[\s.,/-]{{1,3}}(?:of\s)?(?:{_MONTH}|\d{{1,2}})[\s.,/-]{{1,3}}(?:19|20)?\d\d"
    rf"|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s(?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d)"
)
_START, _END = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
_GAP = r"(?:\s{1,3}|[-._‐‑–])?"  # as people part the halves of a mark or postcode
# Words beside a number in headlines, where a mark has its letters, and what people count.
_WORDS = (
    "FOR|THE|AND|ARE|WAS|HAS|YOU|NOW|OUR|ALL|BUT|WAY|JCT|RUN|FUN|NEW|TOP|BUS|ROW|MEN|ANY|CUP"
    "|MON|TUE|WED|THU|FRI|SAT|SUN"
)
_COUNTED = "days|weeks|months|years|hours|people|arrests|cases|officers|offences|crimes|reports|calls|times|per"

# What a place is called, and its patterns; the first that takes a place has it.
_PATTERNS: tuple[tuple[str, str, int], ...] = (
    (
        "e-mail address",
        r"(?<![\w@])\w[\w.+%'-]{0,63}(?:\s?@\s?(?!www\.)|\s?[(\[]at[)\]]\s?|\sat\s(?=[\w-]+\sdot\s))"
        r"[\w-]+(?:(?:\.|\sdot\s)[\w-]+)+",
        re.IGNORECASE,
    ),
    (
        "date of birth",
        rf"\b(?:born|d\.?\s?o\.?\s?b|(?:date|day) of birth)\b[\s:.]*(?:on\s)?(?:{_FULL_DATE}|\d{{8}}\b|\d{{6}}\b)",
        re.IGNORECASE,
    ),
    (
        "crime reference",
        rf"{_START}(?:\d\d/\d{{3,7}}/\d\d|\d{{5,7}}/\d\d|\d\d[A-Z]{{2}}\d{{7}}|CR[IN]?/[A-Z0-9]+(?:/[A-Z0-9]+)*"
        rf"|[1-9]\d{{10}}){_END}(?!/)",
        0,
    ),
    (
        "crime reference",
        r"\b(?:crime|incident|occurrence|custody|log|CAD|URN|ref(?:erence)?)\b(?:\s(?:report|record|reference|ref|number|no)\b\.?){0,4}"
        rf"[\s:#.]{{1,3}}(?!(?:(?:19|20)\d\d|999|101){_END}(?![/-]|\sof\b))(?!\d{{1,4}}\s(?:{_COUNTED})\b)"
        r"(?=[A-Z0-9/-]*\d{3})[A-Z0-9][A-Z0-9/-]*(?:\sof\s\d{1,2}(?:st|nd|rd|th)?\s[a-z]+)?",
        re.IGNORECASE,
    ),
    (
        "telephone number",
        r"(?<![\w.,/+-])(?!\d\d[-. ]\d\d[-. ](?:19|20)\d\d|\d\d/\d\d/)"
        r"(?:(?:\+|00)44[\s().-]{0,3}(?:0[\s().-]{0,3})?|\(?0)"
        r"[1235789](?:(?:[\s().\-‐‑–_]{0,3}|/)\d){8,9}(?![\d/])"
        r"|(?<![\w.,/])\+(?!44)[1-9](?:[\s().-]{0,2}\d){7,13}(?!\d)",
        0,
    ),
    (
        "postcode",
        rf"{_START}(?:GIR ?0AA|(?:{_AREAS})(?:\d\d?|\d[A-Z]){_GAP}"
        rf"(?!\d(?-i:st|nd|rd|th|ft|hr|pt)\b)\d[ABD-HJLNP-UW-Z]{{2}}){_END}",
        re.IGNORECASE,
    ),
    ("vehicle registration", rf"{_START}[A-HJ-PR-Y]{{2}}(?!00|01|50)\d\d{_GAP}[A-HJ-PR-Z]{{3}}{_END}", 0),
    ("vehicle registration", rf"{_START}[a-hj-pr-y]{{2}}(?!00|01|50)\d\d{_GAP}[a-hj-pr-z]{{3}}{_END}", 0),
    (
        "vehicle registration",
        rf"{_START}[A-HJ-PR-Y][a-hj-pr-y](?!00|01|50)\d\d{_GAP}[A-HJ-PR-Z][a-hj-pr-z]{{2}}{_END}",
        0,
    ),
    ("vehicle registration", rf"{_START}[A-HJ-PR-Y]{{2}}(?!00|01|50)\d\d[A-HJ-PR-Z]{{3}}{_END}", re.IGNORECASE),
    (
        "vehicle registration",
        rf"{_START}(?!(?:AM|AN|AS|AT|BE|BY|DO|GO|HE|ME|MY|NO|OF|ON|OR|PM|SO|TO|UP|US|WE|PC|PS|DC|DS)\b)"
        rf"[A-HJ-PR-Y]{{2}} (?!00|01|50)\d\d (?!(?:{_WORDS}|JAN|FEB|MAR|APR|MAY|DEC)\b)[A-HJ-PR-Z]{{3}}{_END}",
        0,
    ),
    ("vehicle registration", rf"{_START}[A-HJ-PR-Z]{{3}}\d{{2,3}}[A-HJ-NPR-TV-Y]{_END}", re.IGNORECASE),
    (
        "vehicle registration",
        rf"{_START}(?!\S+ (?:{_WORDS})\b)"
        rf"[A-HJ-NP-TV-Y]\d{{1,3}}{_GAP}[A-HJ-PR-Y][A-HJ-PR-Z]{{2}}{_END}",
        0,
    ),
    ("vehicle registration", rf"{_START}(?!(?:{_WORDS}) )[A-HJ-PR-Z]{{3}}{_GAP}\d{{1,3}}[A-HJ-NPR-TV-Y]{_END}", 0),
    ("vehicle registration", rf"{_START}[A-Z](?:{_NORTHERN_IRELAND}){_GAP}[1-9]\d{{2,3}}{_END}", 0),
    ("vehicle registration", rf"{_START}\d{{3}}[DX]\d{{3}}{_END}", 0),
    (
        "National Insurance number",
        rf"{_START}[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?:\s?\d\d){{3}}\s?[A-D]{_END}",
        re.IGNORECASE,
    ),
    (
        "vehicle registration",
        r"\b(?i:reg(?:istration)?(?:\s(?:no\b\.?|number|mark|plate))?|number\s?plates?|plates?|VRM)\b[\s:#.“\"'(]{1,3}"
        rf"(?:[A-Z]{{1,3}} ?\d{{1,4}}|\d{{1,4}} ?[A-Z]{{1,3}}){_END}",
        0,
    ),
)
_COMPILED = tuple((kind, re.compile(pattern, flags)) for kind, pattern, flags in _PATTERNS)
_LOOK_LATIN = str.maketrans("АВЕКМНОРСТХУавекмнорстхуΑΒΕΖΗΚΜΝΟΡΤΥΧ", "ABEKMHOPCTXYabekmhopctxyABEZHKMNOPTYX")
_UNSEEN = regex.compile(r"\p{Default_Ignorable_Code_Point}")
_CRIMESTOPPERS = "0800555111"  # a charity's number that every force prints
_NAME = "name of somebody who refused or withdrew"
_OF_EVENT = ("event", "link", "tag")  # in which whole names alone count: "Park Day" is not about Ann Park


@dataclass(frozen=True, slots=True)
class TextPlace:
    """A place in a text that may give something away."""

    kind: str  # in words, e.g. ``postcode``
    start: int
    end: int


def public_text(photo: Photo, settings: Settings) -> Iterator[tuple[str, str, Face | None]]:
    """What people wrote for this photo and for the event must give away nobody who is not meant to be known."""
    found = [(name, text, place) for name, text, places in written_places(photo, settings) for place in places]
    if not found:
        return
    shown = "; ".join(f"{name} “{_marked(text, place)}” ({place.kind})" for name, text, place in found[:_MOST_SHOWN])
    more = f"; and {len(found) - _MOST_SHOWN} more" if len(found) > _MOST_SHOWN else ""
    hint = "Change the words with imgvet caption, or answer public-text if they may be published."
    if settings.one_by_one:
        hint = "Write it without that, and run the command again."
    yield f"Its words may give away too much: {shown}{more}.", hint, None


def written_code(photo: Photo, settings: Settings) -> str:
    """A short code of all that ``public_text`` asks about; other words, or another name to leave out, have another."""
    places = [
        (name, text, [(place.kind, place.start, place.end) for place in found])
        for name, text, found in written_places(photo, settings)
    ]
    return hashlib.sha256(repr(places).encode()).hexdigest()[:12]


def may_name(photo: Photo, settings: Settings, people: Iterable[UnnamedPerson]) -> bool:
    """Whether a text of a photo, its event or its files has a part of the name of one of these people.

    Where none has, the photo is judged in the same way whether they may be named or not.
    """
    parts = [photo, *(photo_for(photo, channel) for channel in settings.channel_names)]
    texts = {text for _, text in _written(photo, settings)}
    for part in parts:
        texts |= {*_texts_in(part.public), part.name.replace("-", " ")} if part.public else set()
    return any(_has_part(text, person) for text in sorted(texts) for person in people)


@lru_cache(4096)
def _has_part(text: str, person: UnnamedPerson) -> bool:
    return any(True for _ in name_places(text, replace(person, any_part=True)))


def gives_away_only(
    before: tuple[PublicMetadata, str], now: Callable[[], tuple[PublicMetadata, str]], settings: Settings
) -> str:
    """What a file's texts and its name give away that they would not if it was made now; empty where nothing.

    It was made before the words or the event changed, and its original is missing since.

    Args:
        before: the texts, and the name without its number and its ending.
        now: the same as they would be.
        settings: of the run.
    """
    there = _given_away(*before, settings)
    left = there.keys() - _given_away(*now(), settings).keys() if there else ()
    return next((there[each] for each in sorted(left)), "")


def _given_away(public: PublicMetadata, name: str, settings: Settings) -> dict[str, str]:
    """Each number or name with its kind."""
    texts = (*_texts_in(public), name.replace("-", " "))
    found = ((text, place) for text in texts for place in _places(text, settings, whole_names=True))
    return {_value(text[place.start : place.end]): place.kind for text, place in found}


def _texts_in(public: PublicMetadata) -> tuple[str, ...]:
    return (public.title, public.headline, public.description, public.alt_text, public.event_name, *public.keywords)


def no_alt_text(photo: Photo, settings: Settings) -> Iterator[tuple[str, str, Face | None]]:
    """Public bodies must describe pictures for people who cannot see them (PSBAR 2018; WCAG 2.2, 1.1.1)."""
    if settings.one_by_one or photo.words.alt_text or settings.fill(settings.profile.metadata.alt_text, photo.number):
        return
    hint = "Write what the picture shows with imgvet caption and --alt, or answer alt-text if it needs none."
    yield "It has no alt text for people who cannot see it.", hint, None


def _written(photo: Photo, settings: Settings) -> Iterator[tuple[str, str]]:
    """What people wrote, each text with its name; the profile's own templates are the organisation's."""
    words, event = photo.words, settings.event
    texts = [("title", words.title), ("caption", words.caption), ("alt text", words.alt_text)]
    texts += [("keywords", ", ".join(words.keywords or ()))]  # in one text: a name may be in two of them
    texts += [("event", event.text), ("link", event.link), *(("tag", each) for each in event.tags)]
    yield from ((name, text) for name, text in texts if text)


def written_places(photo: Photo, settings: Settings) -> Iterator[tuple[str, str, list[TextPlace]]]:
    """Each text that people wrote for this photo and the event, with its name and its places that may give too much."""
    for name, text in _written(photo, settings):
        yield name, text, _places(text, settings, whole_names=name in _OF_EVENT)


def _places(text: str, settings: Settings, *, whole_names: bool) -> list[TextPlace]:
    """The places of one text, in order; what the organisation says of itself is none."""
    found = list(text_places(text))
    if found:
        own = _own_values(settings)
        found = [each for each in found if _value(text[each.start : each.end]) not in own]
    for person in settings.unnamed:
        meant = replace(person, any_part=False) if whole_names else person
        found += [TextPlace(_NAME, *place) for place in name_places(text, meant) if not _is_within(place, found)]
    return sorted(found, key=lambda each: each.start)


@lru_cache(4096)
def text_places(text: str) -> tuple[TextPlace, ...]:
    """The places of a text that look like a number that leads to somebody; none overlaps another."""
    plain, origins = _plain(text)
    found = list[TextPlace]()
    for kind, pattern in _COMPILED:
        for match in pattern.finditer(plain):
            place = origins[match.start()], origins[match.end() - 1] + 1
            if not _is_within(place, found) and _value(match.group()) != _CRIMESTOPPERS:
                found.append(TextPlace(kind, *place))
    return tuple(sorted(found, key=lambda each: each.start))


def _is_within(place: tuple[int, int], found: list[TextPlace]) -> bool:
    return any(place[0] < each.end and each.start < place[1] for each in found)


def _plain(text: str) -> tuple[str, list[int]]:
    """The text with full-width and other forms as plain ones and nothing unseen, and where each character is from."""
    plain, origins = list[str](), list[int]()
    for at, character in enumerate(text):
        if _UNSEEN.match(character):
            continue
        digit = unicodedata.decimal(character, None)
        form = str(digit) if digit is not None else unicodedata.normalize("NFKC", character).translate(_LOOK_LATIN)
        plain.append(form if len(form) == 1 else character)
        origins.append(at)
    return "".join(plain), origins


def _value(text: str) -> str:
    """A place in the form in which it is compared."""
    value = re.sub(r"[\s().\-‐‑–]", "", text).casefold()
    return re.sub(r"^(?:\+|00)440?", "0", value)


def _own_values(settings: Settings) -> frozenset[str]:
    """What the organisation says of itself in its profile, such as its press office's telephone number."""
    profile = settings.profile
    sections = (profile.organisation, profile.licence, profile.metadata)
    texts = [str(value) for section in sections for value in section.model_dump().values()]
    return _values_of("\n".join((*texts, profile.releases.withdraw_to)))


@lru_cache(64)
def _values_of(text: str) -> frozenset[str]:
    return frozenset(_value(text[each.start : each.end]) for each in text_places(text))


def _marked(text: str, place: TextPlace) -> str:
    """The words around a place, with the place itself in brackets."""
    before, behind = text[: place.start], text[place.end :]
    start = before if len(before) <= _AROUND else f"…{before[-_AROUND:]}"
    end = behind if len(behind) <= _AROUND else f"{behind[:_AROUND]}…"
    return " ".join(f"{start}[{text[place.start : place.end]}]{end}".split())
