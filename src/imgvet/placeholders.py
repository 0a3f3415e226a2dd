"""Templates with placeholders such as ``{event}``: what they may hold, and how they are filled in.

A placeholder is a name, and nothing else but ``{n:02}`` to ``{n:06}``, a number filled up with zeros. Python's own
formats are not used: they reach into objects, and can make gigabytes of one number.
"""

import re
from collections.abc import Callable, Mapping

PLACEHOLDERS = ("event", "date", "n", "link", "year", "organisation", "website", "licence")

_PART = re.compile(r"\{\{|\}\}|\{(?P<field>(?:[^{}]|\{[^{}]*\})*)\}|[{}]")
_FIELD = re.compile(r"(?P<name>[a-z]+)(?::0(?P<digits>[2-6]))?")
_LONGEST, _MOST = 4000, 32  # characters of a template, and placeholders in it
_SHOWN = 60  # characters of what somebody wrote


def placeholders_of(template: str) -> tuple[str, ...]:
    """The names of the placeholders in a template, in their order.

    Raises:
        ValueError: it holds something else in braces, or is too long; the message continues from the template's name.
    """
    if len(template) > _LONGEST:
        raise ValueError(f"is longer than {_LONGEST} characters")
    names = tuple(name for match in _PART.finditer(template) if (name := _checked(match)))
    if len(names) > _MOST:
        raise ValueError(f"has more than {_MOST} placeholders")
    return names


def fill_placeholders(template: str, values: Mapping[str, object], put: Callable[[str], str] = str) -> str:
    """The template with each placeholder replaced with its value; ``put`` makes what is written of a value's text.

    Raises:
        ValueError: as ``placeholders_of``.
        KeyError: there is no value of that name.
    """

    def filled(match: re.Match[str]) -> str:
        name = _checked(match)
        if not name:
            return match.group()[0]
        digits = int(_FIELD.fullmatch(match["field"])["digits"] or 0)  # type: ignore[index]  # it is checked
        return put(str(values[name]).zfill(digits))

    return _PART.sub(filled, template)


def _checked(match: re.Match[str]) -> str:
    """The name of a placeholder; empty for a brace that is written twice."""
    written, field = match.group(), match["field"]
    if field is None:
        if len(written) == 1:
            raise ValueError(
                f"is not a template (there is a single {written}); write {{{{ for a plain brace, and }}}} for its end"
            )
        return ""
    found = _FIELD.fullmatch(field)
    name = re.split(r"[:!]", field)[0]
    if name not in PLACEHOLDERS:
        allowed = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
        raise ValueError(f"uses {{{_short(field)}}}; allowed are {allowed}")
    if not found or (found["digits"] and name != "n"):
        raise ValueError(
            f"has a format that cannot be filled in, {{{_short(field)}}}; a placeholder is its name alone, "
            f"or {{n:02}} to {{n:06}} for a number with zeros before it"
        )
    return name


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
