"""What the lines of text that were read in a picture mean, and which of them somebody has to be asked about.

Pure: it sees lines with their places, and no pixels. What was read ends here; a finding has a place and fixed words.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median

import regex

from imgvet.geometry import Box, Outline, outline_box
from imgvet.photo import Verdict
from imgvet.profile import AllowedText, Profile
from imgvet.reading.text_lines import SeenText
from imgvet.rules import picture_words as words
from imgvet.rules.area_rules import AREA_RULES
from imgvet.rules.formats_uk import (
    FULL_DATE,
    POSTCODE_AREAS,
    folded,
    is_card_number,
    is_iban,
    is_nhs_number,
    is_passport_line,
    text_places,
)
from imgvet.rules.line_places import (
    PlacedLine,
    around,
    blocks,
    close_by,
    is_below,
    is_right_of,
    joined,
    neighbours,
    placed,
)
from imgvet.rules.registrations import LOOK_LIKE_DIGITS, registration_in

_SURE = 0.6  # score of a reading from which on it is taken at its word
_SHORTEST_ALLOWED = 3  # characters of a value that an allowed text may hold


@dataclass(frozen=True, slots=True)
class FoundText:
    """A place in the picture that a rule asks about."""

    rule: str  # a key of ``AREA_RULES``
    outline: Outline  # in pixels of the upright full-size photo
    possible: bool = False
    detail: str = ""  # what it is, in fixed words; never anything that was read


def allowed_text(profile: Profile) -> AllowedText:
    """What is quiet in pictures: what the profile lists, and what the organisation says of itself."""
    organisation, listed = profile.organisation, profile.allowed_text
    own = (organisation.name, organisation.website, organisation.press_office, profile.releases.withdraw_to)
    return listed.model_copy(update={"words": [*listed.words, *(each for each in own if each.strip())]})


_BY_DEFAULT: Mapping[str, Verdict] = {name: rule.default for name, rule in AREA_RULES.items()}


def find_in_text(
    seen: SeenText,
    size: tuple[int, int],
    published: float,
    allowed: AllowedText,
    verdicts: Mapping[str, Verdict] = _BY_DEFAULT,
) -> tuple[FoundText, ...]:
    """The places that rules ask about, in reading order, one finding a place.

    Args:
        seen: what was read, in pixels of the upright full-size photo.
        size: width and height of that photo.
        published: the published size as a part of this one's.
        allowed: what is quiet, see ``allowed_text``.
        verdicts: the rules that are on, see ``area_verdicts``; where two find one place, the harder one has it.
    """
    scene = _Scene(tuple(placed(seen.lines)), size, published, _Quiet(allowed))
    found = [each for rule, finder in _FINDERS if rule in verdicts for each in finder(scene)]
    if "vehicle-registration" in verdicts:
        found += [FoundText("vehicle-registration", plate, possible=True) for plate in seen.plates]
    if "machine-code" in verdicts:
        found += [FoundText("machine-code", code.outline, detail=_code_words(code.symbology)) for code in seen.codes]
    whole = [_with_what_it_marks(scene, each) for each in _merged(found, verdicts)]
    inside = [replace(each, outline=_clipped(each.outline, size)) for each in whole]
    return tuple(sorted(inside, key=lambda each: (outline_box(each.outline).top, outline_box(each.outline).left)))


def _clipped(outline: Outline, size: tuple[int, int]) -> Outline:
    return tuple((min(max(x, 0), size[0] - 1), min(max(y, 0), size[1] - 1)) for x, y in outline)


def _code_words(symbology: str) -> str:
    square = {"QRCode": "QR code", "MicroQRCode": "QR code", "RMQRCode": "QR code", "Aztec": "Aztec code"}
    return square.get(symbology, "Data Matrix code" if symbology == "DataMatrix" else "barcode")


class _Quiet:
    """What nobody is asked about."""

    def __init__(self, allowed: AllowedText) -> None:
        self._words = tuple(filter(None, map(folded, allowed.words)))
        self._marks = frozenset(map(folded, allowed.registrations))
        self._collars = frozenset(map(folded, allowed.collar_numbers))
        self.asks_collars = bool(self._collars)

    def allows(self, text: str) -> bool:
        """Whether an allowed text has this one in it."""
        value = folded(text)
        return len(value) >= _SHORTEST_ALLOWED and any(value in each for each in self._words)

    def allows_mark(self, mark: str) -> bool:
        return folded(mark) in self._marks or self.allows(mark)

    def allows_collar(self, number: str) -> bool:
        return folded(number) in self._collars


@dataclass(frozen=True)
class _Scene:
    """All lines of a picture, with what the rules ask of them."""

    lines: tuple[PlacedLine, ...]
    size: tuple[int, int]
    published: float
    quiet: _Quiet

    @cached_property
    def read(self) -> list[PlacedLine]:
        """The lines with text that no allowed one has in it."""
        return [line for line in self.lines if line.text and not self.quiet.allows(line.text)]

    @cached_property
    def beside(self) -> list[PlacedLine]:
        """Two or three lines that were one, and lines with the one below, as one."""
        follows = {line.parts[0]: self.right_of(line) for line in self.read}
        pairs = [joined(line, other) for line in self.read for other in follows[line.parts[0]]]
        threes = [joined(pair, other) for pair in pairs for other in follows[pair.parts[-1]]]
        return [*threes, *pairs]

    @cached_property
    def stacked(self) -> list[PlacedLine]:
        """Lines with the one below."""
        return [joined(line, other) for line in self.read for other in self.below(line)]

    def below(self, line: PlacedLine) -> list[PlacedLine]:
        """The nearest line below, if there is one."""
        under = [each for each in self._near[line.parts[0]] if is_below(line, each)]
        return sorted(under, key=lambda each: abs(each.centre[1] - line.centre[1]))[:1]

    def above(self, line: PlacedLine) -> list[PlacedLine]:
        """The nearest line above, if there is one."""
        over = [each for each in self._near[line.parts[0]] if is_below(each, line)]
        return sorted(over, key=lambda each: abs(each.centre[1] - line.centre[1]))[:1]

    def right_of(self, line: PlacedLine) -> list[PlacedLine]:
        """The lines that go on where this one ends."""
        return [each for each in self._near[line.parts[0]] if is_right_of(line, each)]

    def left_of(self, line: PlacedLine) -> list[PlacedLine]:
        """The lines that this one goes on from."""
        return [each for each in self._near[line.parts[0]] if is_right_of(each, line)]

    @cached_property
    def _near(self) -> dict[int, list[PlacedLine]]:
        """By the number of a line, the lines that may belong to it; of thousands on a page only those close by."""
        return close_by(self.read, self.size)

    @property
    def short_side(self) -> int:
        """In pixels."""
        return max(1, min(self.size))


Finder = Callable[[_Scene], Iterator[FoundText]]


def _on_lines(scene: _Scene, told: Callable[[PlacedLine], FoundText | None]) -> Iterator[FoundText]:
    """What is found in single lines; then in lines that were read in two, where no part alone has it."""
    done = set[int]()
    for line in (*scene.read, *scene.beside, *scene.stacked):
        if not done & set(line.parts) and (found := told(line)):
            done |= set(line.parts)
            yield found


# Protective markings

_LETTERS = str.maketrans("01589|", "OISBGI")


def _bare(text: str) -> str:
    """Letters alone, with digits in words as the letters that they look like."""
    worded = (
        re.sub(r"(?<![^\W\d_])\d+(?![^\W\d_])", "", text.upper()) if re.search(r"[^\W\d_]{3}", text) else text.upper()
    )
    return re.sub(r"[^A-Z]", "", worded.replace("&", "AND").translate(_LETTERS))


_MARKED = re.compile(
    f"(?:{'|'.join(words.BEFORE_MARKINGS)})*"
    f"(?P<marking>{'|'.join(words.MARKINGS)})"
    f"(?:{'|'.join(sorted(words.BEHIND_MARKINGS, key=len, reverse=True))}|{'|'.join(words.MARKINGS)})*"
)
_TELLING = [(regex.compile(f"(?:{each}){{e<=2}}"), words.MARKINGS[each]) for each in words.TELLING_MARKINGS]
_OF_TWO_WORDS = frozenset({"OFFICIAL-SENSITIVE", "NOT PROTECTIVELY MARKED", "TOP SECRET"})


def _marking(text: str) -> str:
    """The marking that a line is, in fixed words; empty where it is none."""
    bare = _bare(text)
    telling = next((name for pattern, name in _TELLING if pattern.search(bare)), "")
    if telling or "UKEYESONLY" in bare:
        return telling or "UK EYES ONLY"
    match = _MARKED.fullmatch(bare)
    return words.MARKINGS[match["marking"]] if match else ""


def _markings(scene: _Scene) -> Iterator[FoundText]:
    done = set[int]()
    alone = {line.parts[0]: _marking(line.text) for line in scene.read}
    for line in (*scene.beside, *scene.stacked):
        marking = _marking(line.text)
        if marking in _OF_TWO_WORDS and all(alone[part] != marking for part in line.parts):
            done |= set(line.parts)
            yield FoundText("protective-marking", line.outline, detail=marking)
    for line in scene.read:
        marking = alone[line.parts[0]]
        if marking and line.parts[0] not in done:
            telling = marking in _OF_TWO_WORDS - {"TOP SECRET"} or marking == "UK EYES ONLY"
            capitals = telling or any(len(each) > 5 and _is_in_capitals(each) for each in line.text.split())
            plain = not telling and _bare(line.text) == _bare(marking)
            if ((plain or not capitals) and _goes_on(scene, line, capitals=capitals)) or line.text[
                :1
            ].islower() > telling:
                continue
            yield FoundText("protective-marking", line.outline, not capitals, marking)


_ON_ONE_PAPER = 3.0  # times the thickness of a line at the most, to the next one on the same board, paper or screen


def _with_what_it_marks(scene: _Scene, found: FoundText) -> FoundText:
    """A marking that is certain, with all text round it: hidden alone, it would leave what it protects.

    What other rules find in that text stays a place of its own, so that an answer to the marking answers nothing else.
    """
    if found.rule != "protective-marking" or found.possible:
        return found
    box = outline_box(found.outline)
    for block in blocks(scene.lines, _ON_ONE_PAPER):
        if any(line.box.common_area(box) for line in block):
            outlines = [found.outline, *(line.outline for line in block)]
            return replace(found, outline=around(outlines, _direction(found.outline)))
    return found


def _is_in_capitals(text: str) -> bool:
    """Whether it is in capitals; a single l or i may be a capital I."""
    return not re.search(r"[a-hj-km-z]", text)


def _goes_on(scene: _Scene, line: PlacedLine, *, capitals: bool) -> bool:
    """Whether other lines make another phrase of it, as in RESTRICTED over AREA."""
    if len(line.parts) > 1:
        return False
    under = [each for each in scene.below(line) if 0.5 < each.thickness / line.thickness < 2]
    behind = [*scene.right_of(line), *under]
    before = [*scene.above(line), *scene.left_of(line)]
    for each in behind:
        first = re.sub(r"[^A-Z]", "", (each.text.upper().split() or [""])[0])
        if first in words.PHRASES or (not capitals and re.match(r"[A-Za-z]", each.text)):
            return True
    if any(not _MARKED.fullmatch(_bare(f"{line.text} {each.text}")) for each in scene.right_of(line)):
        return True
    return any(
        (each.text.upper().split() or [""])[-1] in {"THE", "OUR", "YOUR", "MY", "KEPT", "AN", "A"} for each in before
    )


# Vehicles


def _registrations(scene: _Scene) -> Iterator[FoundText]:
    def told(line: PlacedLine) -> FoundText | None:
        stacked = len(line.parts) > 1 and line.length < 3.2 * line.thickness
        plate_shaped = 1.8 < line.length / line.thickness < 9 or stacked
        found = registration_in(line.text, alone=plate_shaped, sure=line.score >= _SURE)
        if found is None or scene.quiet.allows_mark(found.mark):
            return None
        if _is_postcode(line.text) and not (found.detail == "UK registration" and not _has_postcode(line.text)):
            return None
        if found.possible and ((len(line.parts) > 1 and not stacked) or _is_among_many(scene, line)):
            return None
        return FoundText("vehicle-registration", line.outline, found.possible, found.detail)

    yield from _on_lines(scene, told)
    for line in (*scene.read, *scene.beside):
        for place in text_places(line.text):
            labelled = place.kind == "vehicle registration" and _LABELLED_MARK.search(line.text)
            if labelled and not scene.quiet.allows_mark(_behind_label(line.text[place.start : place.end])):
                yield FoundText("vehicle-registration", line.outline, detail="registration")


_LABELLED_MARK = re.compile(r"(?i)\b(?:reg|plates?|vrm|vehicle)\b|\bregistration")


def _behind_label(text: str) -> str:
    """The mark behind words such as "reg no"."""
    return re.sub(r"^(?:[A-Za-z]{4,}|reg|VRM|no|:|\.|#|\s)+\b", "", text, count=1)


def _is_among_many(scene: _Scene, line: PlacedLine) -> bool:
    """Whether it is within a text of several lines of its size, where no plate is; a plate may have small ones."""
    near = (each for each in neighbours(line, scene.lines, 2.5) if each.thickness > _OF_ITS_SIZE * line.thickness)
    return sum(1 for _ in near) > 2


_OF_ITS_SIZE = 0.6  # of a line's height: letters of a dealer, a country or a state on a plate are smaller


# Addresses

_POSTCODE_SHAPES = ("A99AA", "A999AA", "AA99AA", "AA999AA", "A9A9AA", "AA9A9AA")
_POSTCODE = re.compile(rf"(?:{POSTCODE_AREAS})(?:\d\d?|\d[A-Z])\d[ABD-HJLNP-UW-Z]{{2}}")


def _is_postcode(text: str) -> bool:
    """Whether the line ends in a postcode, read as well as its letters and digits allow."""
    return _has_postcode(text) or bool(_misread_postcode(text))


def _has_postcode(text: str) -> bool:
    """Whether there is one in it, to the letter."""
    return any(place.kind == "postcode" for place in text_places(text))


def _misread_postcode(text: str) -> str:
    tail = text.upper().split()[-2:]
    if len(tail) != 2 or not re.fullmatch(r"[A-Z0-9]{3}", tail[1]) or not _is_in_capitals(text):
        return ""
    compact = "".join(tail)
    for shape in _POSTCODE_SHAPES:
        if len(shape) != len(compact) or sum(each.isdigit() for each in compact) < 2:
            continue
        pairs = list(zip(compact, shape, strict=True))
        misread = sum((kind == "9") != each.isdigit() for each, kind in pairs)
        plain = "".join(
            LOOK_LIKE_DIGITS.get(each, each)
            if kind == "9"
            else {"0": "O", "1": "I", "5": "S", "8": "B"}.get(each, each)
            for each, kind in pairs
        )
        if misread <= 1 and _POSTCODE.fullmatch(plain):
            return plain
    return ""


_HOUSE = r"(?:\d{1,4}\s?[A-Za-z]?(?:\s?[-–/]\s?\d{1,4}[A-Za-z]?)?|flat \w{1,4}|no\.? ?\d{1,4})"
_WORD = r"[A-Z][A-Za-z'’.-]*"
_NUMBERED = re.compile(rf"(?i:{_HOUSE}),? (?:{_WORD} ){{1,3}}({_WORD})\b.{{0,40}}")
_FLAT = re.compile(r"(?i)flats? ?\d{1,3}[a-z]?(?: ?[-–&] ?\d{1,3})?|(?:no|n[º°])\.? ?\d{1,3}[a-z]?")
_DISTANCE = re.compile(r"(?i)(?:[½¼¾]|\d+(?:\.\d)?) ?(?:m|mi|miles?|yds?|yards|km)?|[←→↑↓<>^]+|\d+ ?min(?:ute)?s?")


def _addresses(scene: _Scene) -> Iterator[FoundText]:
    def told(line: PlacedLine) -> FoundText | None:
        if _is_postcode(line.text) and not _is_advertised(scene, line) and not _allowed_place(scene, line, "postcode"):
            return FoundText("address", line.outline, detail="postcode")
        numbered = _NUMBERED.fullmatch(line.text)
        if numbered and _bare(numbered[1]) in words.STREETS and not _is_advertised(scene, line):
            middle = _tokens(line.text)[1:-1]
            if not any(each in words.NO_STREETS for each in middle):
                return FoundText("address", line.outline, detail="house number and street")
        return None

    yield from _on_lines(scene, told)
    signs = [line for line in (*scene.read, *scene.beside, *scene.stacked) if _is_street_sign(scene, line)]
    yield from (FoundText("address", line.outline, detail="street name") for line in signs)
    for line in scene.read:
        if (_FLAT.fullmatch(line.text) and len(neighbours(line, scene.lines, 3)) <= 1) or _is_house_number(
            scene, line, beside_sign=bool(signs)
        ):
            yield FoundText("address", line.outline, possible=True, detail="house number")


def _tokens(text: str) -> list[str]:
    return [each for each in (re.sub(r"[^A-Z0-9'-]", "", token) for token in text.upper().split()) if each]


def _is_street_sign(scene: _Scene, line: PlacedLine) -> bool:
    """Whether a line is the name of a street, alone on its sign, or with a district or a borough."""
    tokens = _street_tokens(line.text)
    if not tokens or line.score < _SURE or _is_advertised(scene, line):
        return False
    district = re.fullmatch(words.DISTRICTS, tokens[-1]) is not None
    street = tokens[-2 if district else -1]
    near = [each for each in neighbours(line, scene.lines, 1.5) if not set(each.parts) & set(line.parts)]
    beside = [each for each in near if not re.fullmatch(words.DISTRICTS, each.text.upper())]
    if street not in words.PLAIN_STREETS and not district and len(beside) == len(near):
        return False
    return len(beside) <= 1 and not any(_DISTANCE.fullmatch(each.text) for each in beside)


def _street_tokens(text: str) -> list[str]:
    """The words of a street's name, with its district; empty where the text has another form."""
    tokens = _tokens(text)
    if len(tokens) < len(text.split()):  # arrows, fractions
        return []
    district = [tokens[-1]] if len(tokens) > 1 and re.fullmatch(words.DISTRICTS, tokens[-1]) else []
    tokens = tokens[: len(tokens) - len(district)]
    if len(tokens) == 1 and text.isupper():  # read without its spaces
        ends = [each for each in words.PLAIN_STREETS if len(each) > 3 and tokens[0].endswith(each)]
        start = tokens[0].removesuffix(max(ends, key=len)) if ends else ""
        tokens = [start, max(ends, key=len)] if len(start) > 2 else tokens
    if not 2 <= len(tokens) <= 4 or tokens[-1] not in words.STREETS or tokens[:-1] == ["THE"]:
        return []
    ordinary = words.NO_STREETS | words.PLAIN_STREETS
    if any(each in ordinary or re.search(r"\d", each) for each in tokens[:-1]):
        return []
    capitals = all(each[0].isupper() for each in text.split() if each[0].isalpha())
    return [*tokens, *district] if capitals else []


_HOUSES = 299  # the highest number that counts without a street sign
_LIMITS = frozenset({"20", "30", "40", "50", "60", "70"})  # on signs of speed limits


def _is_house_number(scene: _Scene, line: PlacedLine, *, beside_sign: bool) -> bool:
    """Whether a number is alone, upright and as small as those beside doors are in a picture."""
    match = re.fullmatch(r"(\d{1,3})[A-Da-d]?", line.text)
    if not match or not line.is_level or neighbours(line, scene.lines, 2) or line.score < 0.8:
        return False
    if match[1] in _LIMITS or match[1].startswith("0"):
        return False
    part = line.thickness / scene.short_side
    if beside_sign:
        return part < 0.2
    others = [each for each in scene.read if each is not line]
    alone = not others and int(match[1]) <= _HOUSES and match[1] not in {"1", "7", "11", "10", "9"}
    return alone and 0.015 < part < 0.06 and line.score > 0.9


def _allowed_place(scene: _Scene, line: PlacedLine, kind: str) -> bool:
    places = [each for each in text_places(line.text) if each.kind == kind]
    return bool(places) and all(scene.quiet.allows(line.text[each.start : each.end]) for each in places)


def _is_advertised(scene: _Scene, line: PlacedLine) -> bool:
    """Whether a web address or a trade is beside it: what is written for customers."""
    near = [line, *neighbours(line, scene.lines, 5)]
    if any(re.search(words.WEB, re.sub(r"\S+\s?@\s?\S+", "", each.text), re.IGNORECASE) for each in near):
        return True
    return any(token in words.TRADE for each in near for token in _tokens(each.text))


# People

_QUIET_NUMBERS = re.compile(r"(?:0800|0808|03|084|087|09|116|101|111|999|112)\d*")
_OF_KINDS = {
    "e-mail address": "personal-details",
    "date of birth": "personal-details",
    "telephone number": "personal-details",
    "National Insurance number": "personal-details",
    "crime reference": "police-reference",
}


def _repaired(text: str) -> str:
    """The text with letters read among digits as the digits that they look like."""

    def mended(match: re.Match[str]) -> str:
        token = match.group()
        digits = sum(each.isdigit() for each in token)
        like = all(not each.isalpha() or each.upper() in LOOK_LIKE_DIGITS for each in token)
        if digits >= 2 and like:
            return "".join(LOOK_LIKE_DIGITS.get(each.upper(), each) for each in token)
        return token

    return re.sub(r"[A-Za-z0-9|]+", mended, text)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _as_written(_: str) -> bool:
    """What the pattern alone tells."""
    return True


_NUMBERS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    (
        "bank card",
        re.compile(r"(?<![\d/.])\d(?:[ -]?\d){12,18}(?!\d)"),
        lambda text: is_card_number(_digits(text)),
    ),
    (
        "NHS number",
        re.compile(r"(?<!\d)\d{3}([ -])\d{3}\1\d{4}(?!\d)|(?i:\bNHS\b\D{0,12}\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d))"),
        lambda text: is_nhs_number(_digits(text)),
    ),
    ("bank account", re.compile(r"\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{2,4}){3,8}\b"), is_iban),
    (
        "bank account",
        re.compile(
            r"(?i)\bsort ?code\b\D{0,8}\d\d[- ]?\d\d[- ]?\d\d|\b(?:account|acc|a/c)\b[^\d]{0,12}\d{8}\b"
            r"|\b\d\d-\d\d-\d\d\D{1,12}\d{8}\b"
        ),
        _as_written,
    ),
    (
        "driving licence",
        re.compile(r"\b(?=.{16}\b)[A-Z]{2,5}9{0,3}\d{6}[A-Z9]{2}\d[A-Z]{2}\b"),
        _as_written,
    ),
)


def _personal_details(scene: _Scene) -> Iterator[FoundText]:
    def told(line: PlacedLine) -> FoundText | None:
        detail = next(
            (each for text in {line.text: 0, _repaired(line.text): 0} for each in _details(scene, line, text)), ""
        )
        return FoundText("personal-details", line.outline, detail=detail) if detail else None

    yield from _on_lines(scene, told)


def _details(scene: _Scene, line: PlacedLine, text: str) -> Iterator[str]:
    """What a line says of a person, in fixed words."""
    for place in text_places(text):
        value = text[place.start : place.end]
        if _OF_KINDS.get(place.kind) == "personal-details" and not scene.quiet.allows(value):
            if place.kind == "telephone number" and not _is_private_number(scene, line, value):
                continue
            if place.kind == "e-mail address" and (
                value.split("@")[0].lower() in words.OFFICE_BOXES or _is_advertised(scene, line)
            ):
                continue
            yield place.kind
    for detail, pattern, is_one in _NUMBERS:
        if any(is_one(match.group()) for match in pattern.finditer(text)):
            yield detail
    if is_passport_line(text):
        yield "passport or identity card"
    if _is_labelled_name(line) or (_TITLED.fullmatch(line.text) and _leads_to_somebody(scene, line)):
        yield "name"


def _is_private_number(scene: _Scene, line: PlacedLine, value: str) -> bool:
    if re.search(r"\d{1,2}/\d{1,2}/\d\d", value):  # a date
        return False
    digits = re.sub(r"^(?:\+|00)?44(?:\(0\)|0)?", "0", re.sub(r"[^\d+()]", "", value)).strip("()")
    return not _QUIET_NUMBERS.fullmatch(re.sub(r"\D", "", digits)) and not _is_advertised(scene, line)


_TITLE = r"(?:mr|mrs|ms|miss|mx|dr|prof|sir|lady|master)\b\.?"
_LABELLED = re.compile(
    rf"(?i)(?:.*\b)?(?:{words.NAME_LABELS})\s?(?P<mark>[:;=]|[.–-]\s|\s)\s*(?P<name>{_TITLE}.*|\S.*)"
)


_TITLED = re.compile(rf"(?i:{_TITLE}) ?{_WORD}(?: {_WORD}){{0,2}}")


def _leads_to_somebody(scene: _Scene, line: PlacedLine) -> bool:
    """Whether an address or a card's number is beside a name with a title, as on a parcel."""
    for each in neighbours(line, scene.read, 2.5):
        numbered = _NUMBERED.fullmatch(each.text)
        if (numbered and _bare(numbered[1]) in words.STREETS) or _is_postcode(each.text):
            return not _is_advertised(scene, line)
        if any(is_one(match.group()) for _, pattern, is_one in _NUMBERS for match in pattern.finditer(each.text)):
            return True
    return False


def _is_labelled_name(line: PlacedLine) -> bool:
    """Whether a name follows a label such as "Name:" or "Suspect"."""
    match = _LABELLED.fullmatch(line.text)
    if not match:
        return False
    name = match["name"]
    if re.match(rf"(?i){_TITLE}\s?\S", name):
        return True
    if match["mark"].strip():
        first = _tokens(name)[:1]
        return bool(re.match(r"[A-Z][A-Za-z'’.-]+", name)) and not set(first) & words.NO_NAMES
    return _is_name(name)


def _is_name(text: str) -> bool:
    """Whether it is two or three words as names of people are written, none of which is an ordinary one."""
    parts = text.strip(" .,;:").split()
    if not 2 <= len(parts) <= 3 or not all(
        re.fullmatch(r"[A-Z](?:[a-z'’-]+[A-Za-z]*|[A-Z'’-]+|\.)?", each) for each in parts
    ):
        return False
    tokens = set(_tokens(text))
    ordinary = words.NO_NAMES | words.ROLES | words.STREETS | words.TRADE
    return not tokens & ordinary and max(map(len, parts)) > 2


# The police

_REFERENCES = [re.compile(each, re.IGNORECASE) for each in words.REFERENCE_LABELS]
_COLLAR = re.compile(rf"(?:{words.RANKS})\s?([0-9]{{2,6}})|([0-9]{{2,6}})\s?(?:{words.RANKS})")


def _police_references(scene: _Scene) -> Iterator[FoundText]:
    def told(line: PlacedLine) -> FoundText | None:
        for text in (line.text, _repaired(line.text)):
            if any(each.fullmatch(text.strip(" .:")) for each in _REFERENCES):
                return FoundText("police-reference", line.outline, detail="police label")
            places = [each for each in text_places(text) if each.kind == "crime reference"]
            values = [text[each.start : each.end] for each in places]
            if any(not scene.quiet.allows(each) and not re.fullmatch(r"[\d ]+", each) for each in values):
                return FoundText("police-reference", line.outline, detail="reference number")
        collar = _COLLAR.search(line.text.upper()) if scene.quiet.asks_collars else None
        if collar and not scene.quiet.allows_collar(collar[1] or collar[2]):
            return FoundText("police-reference", line.outline, detail="collar number")
        return None

    yield from _on_lines(scene, told)


# Badges

_GREETING = re.compile("MYNAMEI[SZ]")
_VISITOR = re.compile(
    r"(?i)visitor'?s?(?: (?:pass|badge|id))|visitor|(?:student|pupil|staff) (?:id|pass|card)|id card|press pass"
)
_BADGE_LINES = 5  # beside the name


def _badges(scene: _Scene) -> Iterator[FoundText]:
    for line in scene.read:
        under = scene.below(line)
        if _GREETING.search(_bare(line.text)):
            second = [each for one in under for each in scene.below(one)]
            yield _badge((line, *under, *second))
        elif _VISITOR.fullmatch(line.text.strip(" .:")):
            beside = [*under, *scene.above(line), *scene.right_of(line)]
            if not any(set(_tokens(each.text)) & words.NO_VISITOR for each in beside):
                yield _badge((line, *(each for each in beside if _is_name(each.text))))
        elif _is_name(line.text):
            near = neighbours(line, scene.read, 2.5)
            roles = [each for each in near if _is_role(each.text)]
            if roles and len(near) <= _BADGE_LINES and not _is_advertised(scene, line):
                yield _badge((line, *roles))


def _is_role(text: str) -> bool:
    tokens = _tokens(text)
    school = re.fullmatch(words.SCHOOL, text.strip(), re.IGNORECASE) is not None
    return school or (len(tokens) <= 4 and bool(set(tokens) & words.ROLES))


def _badge(lines: Iterable[PlacedLine]) -> FoundText:
    first, *others = lines
    return FoundText("name-badge", around([first.outline, *(each.outline for each in others)], first.along))


# Screens and papers

_SMALL = 0.035  # height of a line, as a part of the picture's short side
_MANY_LINES, _MANY_CHARACTERS = 9, 90
_UNREAD_LINE = 12  # characters of a line that could not be read


def _documents(scene: _Scene) -> Iterator[FoundText]:
    small = [line for line in scene.lines if line.thickness < _SMALL * scene.short_side]
    for block in blocks(small, 1.8):
        characters = sum(len(line.text) or _UNREAD_LINE for line in block)
        if len(block) >= _MANY_LINES and characters >= _MANY_CHARACTERS:
            yield FoundText("screen-or-document", around((line.outline for line in block), _common_direction(block)))


def _common_direction(block: list[PlacedLine]) -> tuple[float, float]:
    across, down = median(line.along[0] for line in block), median(line.along[1] for line in block)
    length = (across**2 + down**2) ** 0.5
    return (across / length, down / length) if length else (1.0, 0.0)


# Dates in the picture

_CLOCK = r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[AP]M)?"
_DAY = (
    rf"(?:{FULL_DATE}|'?\d\d[ ./-]{{1,2}}\d{{1,2}}[ ./-]{{1,2}}'?\d{{2,4}}|(?:19|20)\d\d[./-]\d{{1,2}}[./-]\d{{1,2}})"
)
_STAMP = re.compile(rf"(?:[A-Z]{{2,4}} ?\d{{0,3}} )?(?:{_DAY}(?:[ ,]*{_CLOCK})?|{_CLOCK}[ ,]*{_DAY})", re.IGNORECASE)
_AS_DIGITS = str.maketrans(LOOK_LIKE_DIGITS)
_RIM = 0.2  # of the picture's height and width


def _dates(scene: _Scene) -> Iterator[FoundText]:
    width, height = scene.size
    for line in (*scene.read, *scene.beside):
        text = _repaired(line.text).strip(" .,")
        like = line.text.upper().translate(_AS_DIGITS)
        from_edge = min(line.centre[1], height - line.centre[1])
        in_corner = from_edge < _RIM * height and min(line.box.left, width - line.box.right) < _RIM * width
        if (
            in_corner
            and line.is_level
            and abs(line.along[1]) < 0.05
            and (_STAMP.fullmatch(text) or _STAMP.fullmatch(like))
        ):
            yield FoundText("burnt-in-date", line.outline)


_FINDERS: tuple[tuple[str, Finder], ...] = (
    ("protective-marking", _markings),
    ("police-reference", _police_references),
    ("personal-details", _personal_details),
    ("vehicle-registration", _registrations),
    ("address", _addresses),
    ("name-badge", _badges),
    ("screen-or-document", _documents),
    ("burnt-in-date", _dates),
)


# One finding a place

_SAME_PLACE = 0.5  # of the smaller box that the other covers
_BESIDE = 0.8  # of the height of a line, between two findings of one rule


def _merged(found: list[FoundText], verdicts: Mapping[str, Verdict]) -> list[FoundText]:
    """The findings with those of one place as one: that of the harder rule, a certain one before a possible one."""
    order = list(AREA_RULES)
    left = sorted(found, key=lambda each: (-verdicts[each.rule].rank, each.possible, order.index(each.rule)))
    merged = list[FoundText]()
    while left:
        first, left = left[0], left[1:]
        apart = [each for each in left if not _is_one_place(first, each)]
        if len(apart) < len(left):  # it has grown: look again at what it now touches
            together = [each.outline for each in left if _is_one_place(first, each)]
            left = [replace(first, outline=around([first.outline, *together], _direction(first.outline))), *apart]
        else:
            merged.append(first)
    return merged


def _direction(outline: Outline) -> tuple[float, float]:
    return PlacedLine("", outline, 1.0, 1.0, ()).along


def _is_one_place(one: FoundText, other: FoundText) -> bool:
    first, second = outline_box(one.outline), outline_box(other.outline)
    if first.common_area(second) >= _SAME_PLACE * max(1, min(first.area, second.area)):
        return True
    if one.rule != other.rule or one.rule in {"machine-code", "vehicle-registration"}:
        return False
    margin = round(_BESIDE * min(_line_height(one.outline), _line_height(other.outline)))
    return bool(
        Box(first.left - margin, first.top - margin, first.right + margin, first.bottom + margin).common_area(second)
    )


def _line_height(outline: Outline) -> float:
    return PlacedLine("", outline, 1.0, 1.0, ()).thickness
