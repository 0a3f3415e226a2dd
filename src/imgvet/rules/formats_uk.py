"""Numbers that lead to somebody, as they are written in the United Kingdom: one table for captions and for pictures.

Formats: DVLA INF104 and INF279 (registration marks, with those of Northern Ireland), Royal Mail PAF (postcodes), the
National Telephone Numbering Plan of Ofcom, references as forces in England and Wales print them; ISO 7812 (cards), ISO
13616 (IBAN), ICAO 9303 (passports), the NHS Data Dictionary (NHS numbers).
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import regex

REGION, LETTER = "[A-HJ-PR-Y]", "[A-HJ-PR-Z]"  # letters of the place and at random in marks since 1963
AGE = r"(?!00|01|50)\d\d"  # of marks since 2001: two digits
YEAR_BEFORE, YEAR_BEHIND = "[A-HJ-NP-TV-Y]", "[A-HJ-NPR-TV-Y]"  # marks from 1983 to 2001, and from 1963 to 1983
POSTCODE_AREAS = (
    "AB|AL|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]|L[ADELNSU]?"
    "|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE"
)
NORTHERN_IRELAND = "IA|DZ|KZ|RZ|IB|LZ|XZ|AZ|CZ|EZ|FZ|GZ|MZ|OI|PZ|TZ|UZ|WZ|XI|IJ|BZ|JZ|SZ|IL|IG|IW|NZ|YZ|UI|HZ|JI|VZ"
_MONTH = "(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
FULL_DATE = (
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
        rf"\b(?:born|d\.?\s?o\.?\s?b|(?:date|day) of birth)\b[\s:.]*(?:on\s)?(?:{FULL_DATE}|\d{{8}}\b|\d{{6}}\b)",
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
        rf"{_START}(?:GIR ?0AA|(?:{POSTCODE_AREAS})(?:\d\d?|\d[A-Z]){_GAP}"
        rf"(?!\d(?-i:st|nd|rd|th|ft|hr|pt)\b)\d[ABD-HJLNP-UW-Z]{{2}}){_END}",
        re.IGNORECASE,
    ),
    ("vehicle registration", rf"{_START}{REGION}{{2}}{AGE}{_GAP}{LETTER}{{3}}{_END}", 0),
    ("vehicle registration", rf"{_START}[a-hj-pr-y]{{2}}{AGE}{_GAP}[a-hj-pr-z]{{3}}{_END}", 0),
    (
        "vehicle registration",
        rf"{_START}{REGION}[a-hj-pr-y]{AGE}{_GAP}{LETTER}[a-hj-pr-z]{{2}}{_END}",
        0,
    ),
    ("vehicle registration", rf"{_START}{REGION}{{2}}{AGE}{LETTER}{{3}}{_END}", re.IGNORECASE),
    (
        "vehicle registration",
        rf"{_START}(?!(?:AM|AN|AS|AT|BE|BY|DO|GO|HE|ME|MY|NO|OF|ON|OR|PM|SO|TO|UP|US|WE|PC|PS|DC|DS)\b)"
        rf"{REGION}{{2}} {AGE} (?!(?:{_WORDS}|JAN|FEB|MAR|APR|MAY|DEC)\b){LETTER}{{3}}{_END}",
        0,
    ),
    ("vehicle registration", rf"{_START}{LETTER}{{3}}\d{{2,3}}{YEAR_BEHIND}{_END}", re.IGNORECASE),
    (
        "vehicle registration",
        rf"{_START}(?!\S+ (?:{_WORDS})\b)"
        rf"{YEAR_BEFORE}\d{{1,3}}{_GAP}{REGION}{LETTER}{{2}}{_END}",
        0,
    ),
    ("vehicle registration", rf"{_START}(?!(?:{_WORDS}) ){LETTER}{{3}}{_GAP}\d{{1,3}}{YEAR_BEHIND}{_END}", 0),
    ("vehicle registration", rf"{_START}[A-Z](?:{NORTHERN_IRELAND}){_GAP}[1-9]\d{{2,3}}{_END}", 0),
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


@dataclass(frozen=True, slots=True)
class TextPlace:
    """A place in a text that may give something away."""

    kind: str  # in words, e.g. ``postcode``
    start: int
    end: int


@lru_cache(4096)
def text_places(text: str) -> tuple[TextPlace, ...]:
    """The places of a text that look like a number that leads to somebody; none overlaps another."""
    plain, origins = _plain(text)
    found = list[TextPlace]()
    for kind, pattern in _COMPILED:
        for match in pattern.finditer(plain):
            place = origins[match.start()], origins[match.end() - 1] + 1
            if not is_within(place, found) and comparable_number(match.group()) != _CRIMESTOPPERS:
                found.append(TextPlace(kind, *place))
    return tuple(sorted(found, key=lambda each: each.start))


def is_within(place: tuple[int, int], found: list[TextPlace]) -> bool:
    """Whether a place has characters in common with one of those that are found."""
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


def comparable_number(text: str) -> str:
    """A place in the form in which it is compared."""
    value = re.sub(r"[\s().\-‐‑–]", "", text).casefold()
    return re.sub(r"^(?:\+|00)440?", "0", value)


_FOLDED = str.maketrans("ODQILZSGB", "000112568")


def folded(text: str) -> str:
    """The text as it is compared with allowed ones: no case, no spaces, letters as the digits that they look like."""
    return re.sub(r"[^A-Z0-9]", "", unicodedata.normalize("NFKD", text).upper()).translate(_FOLDED)


def is_card_number(digits: str) -> bool:
    """Whether the digits are those of a bank card: 13 to 19, of a known network, with the check digit of Luhn."""
    if not re.fullmatch(r"[3-6]\d{12,18}", digits):
        return False
    doubled = (sum(divmod(2 * int(each), 10)) for each in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(doubled)) % 10 == 0


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits are an NHS number, with its check digit modulo 11."""
    if not re.fullmatch(r"\d{10}", digits) or len(set(digits)) == 1:
        return False
    check = 11 - sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits, strict=False)) % 11
    return check % 11 == int(digits[-1]) and check != 10


def is_iban(text: str) -> bool:
    """Whether the text is an account number of ISO 13616, with its check digits modulo 97."""
    compact = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}\d\d[A-Z0-9]{11,30}", compact):
        return False
    return int("".join(str(int(each, 36)) for each in compact[4:] + compact[:4])) % 97 == 1


def is_passport_line(text: str) -> bool:
    """Whether a line is one of the machine-readable lines of a passport or an identity card (ICAO 9303)."""
    compact = re.sub(r"\s", "", text).upper().replace("«", "<<").replace("‹", "<")
    if not re.fullmatch(r"[A-Z0-9<]{24,48}", compact):
        return False
    if re.match(r"(?:P|I|A|C|V)[A-Z<][A-Z0-9<]{3}", compact) and "<<" in compact:
        return True
    return compact.count("<") >= 4 or bool(re.match(r"[A-Z0-9<]{9}\d[A-Z<]{3}\d{7}[MFX<]\d{7}", compact))
