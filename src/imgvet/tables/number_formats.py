"""Number formats of a spreadsheet (ECMA-376, 18.8.30 and 18.8.31), as far as they make a number a day or a reference.

A cell that holds 14 under the format ``0000`` shows 0014, and 7700900123 under ``00000 000000`` a telephone number:
what people see is what they meant.
"""

import re
from collections.abc import Iterator

DAY_FORMATS = frozenset({14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 55), 57, 58})  # built in, by number
_NO_LETTERS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')  # texts, blanks, colours, languages
_SECTION = re.compile(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;])+')
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(\d{1,15})\]")
_SIGN = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]|(.)', re.DOTALL)
_PLACES, _LITERALS = "0#", " -()+"  # any other sign, such as a decimal point, means something else


def shows_day(code: str) -> bool:
    """Whether a number under this format is shown as a day; a time of day alone is none."""
    letters = _NO_LETTERS.sub("", code.partition(";")[0]).lower()
    return "general" not in letters and ("d" in letters or "y" in letters)


def shown_digits(number: int, code: str) -> str:
    """A whole number, 0 or more, as a format of digits alone shows it; plainly under any other format."""
    signs = list(_signs(_section(number, code)))
    places = [index for index, (sign, is_place) in enumerate(signs) if is_place]
    plain = str(number)
    if not places or any(sign not in _LITERALS for sign, is_place in signs if not is_place and len(sign) == 1):
        return plain
    left, shown = plain, ""
    for index, (sign, is_place) in reversed(list(enumerate(signs))):
        if not is_place:
            shown = sign.removeprefix("\0") + shown
        elif index == places[0]:
            shown = (left or ("0" if sign == "0" else "")) + shown
        else:
            shown = (left[-1:] or ("0" if sign == "0" else "")) + shown
            left = left[:-1]
    return shown


def _section(number: int, code: str) -> str:
    """The part of the format that is for this number."""
    for section in _SECTION.findall(code):
        condition = _CONDITION.search(section)
        if condition is None or _holds(number, condition[1], int(condition[2])):
            return str(section)
    return ""


def _holds(number: int, sign: str, other: int) -> bool:
    simple = {"<": number < other, ">": number > other, "=": number == other, "<>": number != other}
    return simple.get(sign, sign in {"<=", ">="} and (number <= other if sign == "<=" else number >= other))


def _signs(section: str) -> Iterator[tuple[str, bool]]:
    """Places for digits, and what stands between them; a text in quotes begins with a zero character."""
    for quoted, escaped, bare in _SIGN.findall(section):
        if bare and bare in _PLACES:
            yield bare, True
        elif bare:
            yield bare, False
        elif quoted or escaped:
            yield f"\0{quoted or escaped}", False
