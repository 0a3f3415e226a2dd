"""Registration marks as they are read in pictures: with letters for digits, spaces lost, and one character missing.

A form is what a mark looks like without its spaces: ``A`` a letter, ``9`` a digit. The letters that it may have are
those of ``formats_uk``, which captions are read with too.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from imgvet.rules.formats_uk import AGE, LETTER, NORTHERN_IRELAND, REGION, YEAR_BEFORE, YEAR_BEHIND
from imgvet.rules.picture_words import COUNTRIES, FILLING, NO_MARKS

LOOK_LIKE_DIGITS = {"O": "0", "D": "0", "Q": "0", "I": "1", "L": "1", "|": "1", "Z": "2", "S": "5", "G": "6", "B": "8"}
_LOOK_LIKE_LETTERS = {"0": "ODQ", "1": "ILT", "2": "Z", "4": "A", "5": "S", "6": "G", "7": "T", "8": "B", "|": "IL"}
_MOST_MISREAD = 2  # characters of a mark

_UK, _OLDER, _ABROAD = "UK registration", "older UK registration", "registration of another country"


@dataclass(frozen=True, slots=True)
class RegistrationForm:
    """One form of registration marks."""

    detail: str  # in fixed words
    shapes: tuple[str, ...]  # of all that are in use
    pattern: str  # of the letters and digits that it may have
    certain: bool = True  # nothing else is written so; where not, it counts alone in its line, and is only possible


FORMS = (
    RegistrationForm(_UK, ("AA99AAA",), f"{REGION}{{2}}{AGE}{LETTER}{{3}}"),
    RegistrationForm(_OLDER, ("A99AAA", "A999AAA"), rf"{YEAR_BEFORE}\d{{2,3}}{REGION}{LETTER}{{2}}"),
    RegistrationForm(_OLDER, ("AAA99A", "AAA999A"), rf"{LETTER}{{3}}\d{{2,3}}{YEAR_BEHIND}"),
    RegistrationForm(
        "Northern Ireland registration", ("AAA999", "AAA9999"), rf"[A-Z](?:{NORTHERN_IRELAND})[1-9]\d{{2,3}}"
    ),
    RegistrationForm("diplomatic registration", ("999A999",), r"\d{3}[DX]\d{3}"),
    RegistrationForm(_ABROAD, ("AA999AA",), r"[A-Z]{2}\d{3}[A-Z]{2}"),  # France, Italy, Slovakia
    RegistrationForm(_ABROAD, ("AA9999AA",), r"[A-Z]{2}\d{4}[A-Z]{2}"),  # Bulgaria, Croatia, Ukraine
    RegistrationForm(_ABROAD, ("9A99999", "9AA9999"), r"\d[A-Z]{1,2}\d{4,5}"),  # Czechia
    RegistrationForm(_ABROAD, ("9AAA999",), r"[1-9][A-Z]{3}\d{3}"),  # Belgium
    RegistrationForm(_ABROAD, ("99AAA999", "99AA9999"), r"\d\d[A-Z]{2,3}\d{3,4}"),  # Turkey
    RegistrationForm(_OLDER, ("A9AAA",), rf"{YEAR_BEFORE}\d{REGION}{LETTER}{{2}}", certain=False),
    RegistrationForm(_OLDER, ("AAA9A",), rf"{LETTER}{{3}}\d{YEAR_BEHIND}", certain=False),
    RegistrationForm(  # without a date, trade plates of that form, and those of Finland, Hungary, Lithuania
        _OLDER, ("AAA99", "AAA999", "99AAA", "999AAA", "AA999", "AA9999", "999AA", "9999AA"),
        r"[A-Z]{2,3}[1-9]\d{1,3}|[1-9]\d{1,3}[A-Z]{2,3}", certain=False,
    ),
    RegistrationForm(_ABROAD, ("AAA9999", "AA99999", "AAA99999"), r"[A-Z]{2,3}\d{4,5}", certain=False),  # Poland
    RegistrationForm(_ABROAD, ("9999AAA",), r"\d{4}[BCDFGHJKLMNPRSTVWXYZ]{3}", certain=False),  # Spain
    RegistrationForm(  # the Netherlands, Portugal
        _ABROAD, ("99AAA9", "9AAA99", "AA999A", "A999AA", "99AA99", "AA99AA"), r"[A-Z0-9]{6}", certain=False
    ),
    RegistrationForm(_ABROAD, ("A99999A", "AA9999A", "A9999AA"), r"[A-Z]{1,2}\d{4,5}[A-Z]{1,2}", certain=False),
)  # fmt: skip
_BY_SHAPE = tuple((shape, form, re.compile(form.pattern)) for form in FORMS for shape in form.shapes)

_PARTED = (  # forms that only their marks of separation tell from words
    re.compile(r"[A-ZÄÖÜ]{1,3}[-·:•.] ?[A-Z]{1,2}[ -]?[1-9]\d{1,3}[EH]?"),  # Germany
    re.compile(r"\d\d-\d\d-[A-Z]{2}|\d\d-[A-Z]{2,3}-\d\d?|[A-Z]{1,3}-\d{2,3}-[A-Z]{1,2}|\d-[A-Z]{3}-\d\d"),
    re.compile(r"[A-Z]{2}-\d{2}-\d{2}"),
    re.compile(  # Ireland
        r"\d{2,3}[- ](?:CE|CN|CW|DL|KE|KK|KY|LD|LH|LK|LM|LS|MH|MN|MO|OY|RN|SO|TN|TS|WD|WH|WW|WX|C|D|G|L|T|W)[- ]\d{1,6}"
    ),
)
_PARTLY = re.compile(  # a mark of today of which one character cannot be read, or is out of the picture
    rf"{REGION}{{2}}\d{LETTER}{{3}}|{REGION}{{2}}{AGE}{LETTER}{{2}}"
    rf"|[?*#_]{REGION}{AGE}{LETTER}{{3}}|{REGION}[?*#_]{AGE}{LETTER}{{3}}|{REGION}{{2}}(?:\d[?*#_]|[?*#_]\d){LETTER}{{3}}"
    rf"|{REGION}{{2}}{AGE}(?:[?*#_]{LETTER}{{2}}|{LETTER}[?*#_]{LETTER}|{LETTER}{{2}}[?*#_])"
)


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration mark in a line."""

    mark: str  # as it was read, without spaces
    detail: str
    possible: bool


def registration_in(text: str, *, alone: bool = True, sure: bool = True) -> Registration | None:
    """The registration mark in a line of text, if it has one.

    Args:
        text: of the line.
        alone: whether the line has the length of a plate; if not, forms that other numbers have too do not count.
        sure: whether the reading of the line is good enough to be certain of a mark.
    """
    plain = text.upper().translate(_DASHES).strip(" .,'\"|·:-")
    words = plain.split()
    without_country = " ".join(words[1:]) if len(words) > 1 and words[0] in COUNTRIES else ""
    found = (_registration(each, alone=alone, sure=sure) for each in (plain, without_country) if each)
    return next((each for each in found if each), None)


def _registration(plain: str, *, alone: bool, sure: bool) -> Registration | None:
    compact = re.sub(r"[ .·:=•'-]", "", plain)
    plate_like = alone and not _is_word(plain) and not re.search(r"[^A-Z0-9ÄÖÜ .·:=•'?*#|-]", plain)
    exact = _best_form(compact, certain=False) if plate_like else None
    partly = plate_like and _PARTLY.fullmatch(compact)
    spans = ((span, _best_form(re.sub(r"[ .·:=•'-]", "", span), certain=True)) for span in _spans(plain.split()))
    fitting = min(((form[0], span, form[1]) for span, form in spans if form), key=lambda each: each[0], default=None)
    if fitting and not (fitting[0] and (exact or partly or _is_word(plain))):
        return Registration(fitting[1], fitting[2].detail, possible=fitting[0] > 1 or not sure)
    if plate_like and any(each.fullmatch(plain) for each in _PARTED):
        return Registration(plain, _ABROAD, not sure)
    if partly:
        return Registration(compact, "partly legible", possible=True)
    if exact:
        return Registration(compact, exact[1].detail, possible=True)
    return _with_more(compact) or _nearly(compact) if plate_like else None


def _nearly(compact: str) -> Registration | None:
    """A long mark of a form that other numbers have too, with one character misread."""
    fitting = _best_form(compact, certain=False, most=1) if len(compact) >= _LONGEST_MARK else None
    return Registration(compact, fitting[1].detail, possible=True) if fitting else None


def _with_more(compact: str) -> Registration | None:
    """A mark that is read with more: the country's letters, a seal or a crest as another letter, a letter misread."""
    if not _LONGEST_MARK < len(compact) <= _LONGEST_MARK + 2:
        return None
    shorter = [compact[1:], compact[2:], *(compact[:at] + compact[at + 1 :] for at in range(1, len(compact)))]
    for mark in shorter:
        fitting = _best_form(mark, certain=True) if len(mark) == _LONGEST_MARK else None
        if fitting and fitting[0] == 0:
            return Registration(mark, "partly legible", possible=True)
    return None


_LONGEST_MARK = 7  # characters of most marks


_DASHES = str.maketrans("‐‑–—−_", "------")


def _spans(words: list[str]) -> Iterator[str]:
    """Three words beside each other, two, and each, of which none is an ordinary one."""
    for length in (3, 2, 1):
        for start in range(len(words) - length + 1):
            span = [each.strip(".,;:()[]“”\"'") for each in words[start : start + length]]
            ordinary = FILLING if _TODAY.fullmatch("".join(span)) else NO_MARKS
            if sum(map(len, span)) <= _LONGEST and not any(each in ordinary for each in span):
                yield "".join(span)


_TODAY = re.compile(f"{REGION}{{2}}{AGE}{LETTER}{{3}}")
_LONGEST = 12  # characters of a mark with its marks of separation


def _is_word(plain: str) -> bool:
    """Whether its letters are an ordinary word or label, or its digits a year."""
    parts = re.findall(r"[A-Z]+|[0-9]+", plain)
    years = [each for each in parts if re.fullmatch(r"(?:19|20)\d\d", each)]
    return bool(years) or any(each in NO_MARKS for each in parts)


def _best_form(compact: str, *, certain: bool, most: int = 0) -> tuple[int, RegistrationForm] | None:
    """The form that takes the fewest characters as misread ones, and how many these are."""
    fitting = [
        (misread, at)
        for at, (shape, form, pattern) in enumerate(_BY_SHAPE)
        if form.certain is certain
        and len(shape) == len(compact)
        and (misread := _misread(compact, shape, pattern)) is not None
        and misread <= (_MOST_MISREAD if form.detail in {_UK, _OLDER} and certain else most)
    ]
    return (min(fitting)[0], _BY_SHAPE[min(fitting)[1]][1]) if fitting else None


def _misread(compact: str, shape: str, pattern: re.Pattern[str]) -> int | None:
    """How many characters must be misread for the text to have that shape; None where it cannot have it."""
    readings, misread = list[str](), 0
    for character, kind in zip(compact, shape, strict=True):
        if character.isdigit() if kind == "9" else character.isalpha():
            readings.append(character)
        else:
            misread += 1
            readings.append((LOOK_LIKE_DIGITS if kind == "9" else _LOOK_LIKE_LETTERS).get(character, ""))
    pairs = list(zip(compact, shape, strict=True))
    digits = sum(kind == "9" and character.isdigit() for character, kind in pairs)
    letters = sum(kind == "A" and character.isalpha() for character, kind in pairs)
    if 2 * digits < shape.count("9") or 2 * letters < shape.count("A"):
        return None
    return misread if any(pattern.fullmatch("".join(each)) for each in itertools.product(*readings)) else None
