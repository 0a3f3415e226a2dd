"""Number formats of a spreadsheet (ECMA-376, 18.8.30 and 18.8.31): what a cell shows is what people meant.

A cell that holds 14 under the format ``0000`` shows 0014, and 7700900123 under ``00000 000000`` a telephone number. A
format that is not understood, such as a fraction, gives nothing, so that the cell can be refused.
"""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

_DAYS = (14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 55), 57, 58)
_MONEY = "¤#,##0.00"  # the sign is the machine's
BUILT_IN_FORMATS: Mapping[int, str] = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", **dict.fromkeys((5, 6, 7, 8, 42, 44), _MONEY), 9: "0%", 10: "0.00%",
    11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    37: "#,##0 ;(#,##0)", 38: "#,##0 ;(#,##0)", 39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)", 41: "#,##0",
    43: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@", **dict.fromkeys(_DAYS, "d"),
}  # fmt: skip
_NO_LETTERS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')  # texts, blanks, colours, languages
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_PART = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|.', re.DOTALL)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?\d{1,15}(?:\.\d{1,15})?)\]")
_TOKEN = re.compile(
    r'"(?P<text>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<money>[^\]-]*)[^\]]*\]|\[[^\]]*\]|_(?P<blank>.)|\*.'
    r"|(?P<general>General)|(?P<cell>@)|(?P<place>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)"
    r"|(?P<literal>[-+ ()£$€¥:'&!~^{}<>=1-9])|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_Token = tuple[str, str]  # its kind and its text


def shows_day(code: str) -> bool:
    """Whether a number under this format is shown as a day; a time of day alone is none."""
    return bool({"d", "y"} & _letters(code))


def shows_time(code: str) -> bool:
    """Whether a number under this format is shown as a time of day, or as one that has passed."""
    return not shows_day(code) and (bool({"h", "s"} & _letters(code)) or bool(_ELAPSED.search(code)))


def hours_and_minutes(days: float) -> str:
    """A time in hours, also above 24, minutes and any seconds: 36:05 is one day, 12 hours and 5 minutes."""
    seconds = round(days * 24 * 60 * 60)
    text = f"{seconds // 3600}:{seconds // 60 % 60:02d}"
    return f"{text}:{seconds % 60:02d}" if seconds % 60 else text


def shown_text(text: str, code: str) -> str | None:
    """A text as its format shows it; None: it shows nothing of it."""
    sections = _sections(code)
    section = sections[3] if len(sections) > 3 else sections[-1]
    tokens = _tokens(section)
    if any(kind == "cell" for kind, _ in tokens):
        return "".join(text if kind == "cell" else part for kind, part in tokens)
    return None if len(sections) > 3 else text


def shown_number(value: float, code: str) -> str | None:
    """A number as its format shows it, with a decimal point and commas between thousands; None: unknown."""
    number = Decimal(format(value, ".15g"))
    section, shows_sign = _section(number, code)
    tokens = _tokens(section)
    kinds = [kind for kind, _ in tokens]
    if "other" in kinds or kinds.count("point") > 1 or not {"general", "cell", "place"} & {*kinds}:
        return None
    sign = "" if number >= 0 or shows_sign else "-"
    if "place" in kinds:
        digits = _digits(abs(number), tokens)
        return digits and sign + digits
    plain = format(abs(number).normalize(), "f")
    return sign + "".join(plain if kind in {"general", "cell"} else part for kind, part in tokens)


def _digits(number: Decimal, tokens: list[_Token]) -> str | None:
    """The number put into the places of a format, from the decimal point on to both sides."""
    kinds = [kind for kind, _ in tokens]
    point = kinds.index("point") if "point" in kinds else len(kinds)
    places = [at for at, kind in enumerate(kinds) if kind == "place"]
    before, behind = [at for at in places if at < point], [at for at in places if at > point]
    last = before[-1] if before else point
    commas = [at for at, kind in enumerate(kinds) if kind == "comma"]
    between = {kinds[at] for at in range(before[0], last)} if before else set()
    if any(at > last for at in commas) or (commas and between - {"place", "comma"}):
        return None  # thousands that are left out, or a text among them
    scaled = number * 100 ** kinds.count("percent")
    whole, _, rest = format(scaled.quantize(Decimal(1).scaleb(-len(behind)), ROUND_HALF_UP), "f").partition(".")
    shown = {at: part for at, (kind, part) in enumerate(tokens) if kind not in {"place", "comma"}}
    left = whole.lstrip("0")
    for at in reversed(before):
        taken = left if at == before[0] else left[-1:]
        left = left[: len(left) - len(taken)]
        shown[at] = taken or _empty(tokens[at])
    if commas and before:
        together = "".join(shown.pop(at) for at in before)
        shown[before[0]] = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", together)
    for at, digit in reversed(list(zip(behind, rest, strict=True))):
        rest_is_zero = not any(shown[later].strip("0 ") for later in behind if later > at)
        shown[at] = _empty(tokens[at]) if digit == "0" and rest_is_zero else digit
    return "".join(shown[at] for at in sorted(shown))


def _empty(place: _Token) -> str:
    return {"0": "0", "#": "", "?": " "}[place[1]]


def _letters(code: str) -> set[str]:
    """The letters of the first section that mean parts of a date or time."""
    section = _NO_LETTERS.sub("", _sections(code)[0]).lower()
    return set() if "general" in section else set(section)


def _sections(code: str) -> list[str]:
    sections = [""]
    for part in _PART.findall(code or "General"):
        if part == ";":
            sections.append("")
        else:
            sections[-1] += part
    return sections


def _tokens(section: str) -> list[_Token]:
    """What a section consists of; fillings, colours and languages show nothing."""
    found = [(match.lastgroup, match) for match in _TOKEN.finditer(section)]
    return [(kind, " " if kind == "blank" else match[kind]) for kind, match in found if kind]


def _section(number: Decimal, code: str) -> tuple[str, bool]:
    """The part of the format that is for this number, and whether it shows itself that the number is below zero."""
    sections = _sections(code)
    conditions = [_CONDITION.search(section) for section in sections]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=True):
            if condition is None or _is_met(number, condition[1], Decimal(condition[2])):
                return section, condition is not None and condition[1] in {"<", "<="} and Decimal(condition[2]) <= 0
        return "", False
    if number < 0 and len(sections) > 1:
        return sections[1], True
    return sections[2 if number == 0 and len(sections) > 2 else 0], False


def _is_met(number: Decimal, sign: str, other: Decimal) -> bool:
    return {
        "<": number < other, ">": number > other, "=": number == other, "<>": number != other, "<=": number <= other,
        ">=": number >= other,
    }[sign]  # fmt: skip
