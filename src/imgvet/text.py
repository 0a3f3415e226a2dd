"""Text: safe on screens and in spreadsheets, and numbers, days and times as people write them."""

import os
import re
import shlex
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

# Characters that change how a text looks without being seen: controls other than tab and line feed, soft hyphen, zero
# width space, bidirectional marks, embeddings and isolates, line separators, and the lone surrogates that stand for the
# undecodable bytes of a file name. The joiners U+200C and U+200D stay: Persian and emoji are written with them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff]"
)

# OWASP, CSV Injection (https://owasp.org/www-community/attacks/CSV_Injection): a spreadsheet takes a cell that begins
# with one of these for a formula. Blanks before it do not stop every program from doing so.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|\s*[\t\r\n]")

# What Windows and web drives put before the name of a copy, e.g. ``Copy of X`` and ``Copy (2) of X``.
_COPY_OF = re.compile(r"copy (?:\((\d{1,9})\) )?of (.+)", re.IGNORECASE)


def long_date(day: date) -> str:
    """The day as people write it, e.g. ``14 June 2026``."""
    return f"{day.day} {day:%B %Y}"


def long_time(iso: str) -> str:
    """An ISO 8601 time as people write it, in UTC where it has a zone, e.g. ``14 June 2026, 10:31 UTC``.

    A day without a time is that day; any other text stays as it is.
    """
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    if "T" not in iso and " " not in iso:
        return long_date(moment)
    if moment.tzinfo is None:
        return f"{long_date(moment)}, {moment:%H:%M}"
    moment = moment.astimezone(UTC)
    return f"{long_date(moment)}, {moment:%H:%M} UTC"


def long_day(iso: str) -> str:
    """The day of an ISO 8601 day or time as people write it, where they are; any other text stays as it is."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return long_date(moment.astimezone() if moment.tzinfo else moment)


def count(number: int, one: str, many: str = "") -> str:
    """The number and what is counted, e.g. ``1 face``, ``2 faces``; ``many`` where an s does not make the plural."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def number_runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """The first and the last number of each run without a gap; ``numbers`` rise."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def spans(numbers: Iterable[int]) -> list[str]:
    """Numbers that rise, with those that follow each other put together, e.g. ``1–3`` and ``7``."""
    return [str(first) if first == last else f"{first}–{last}" for first, last in number_runs(numbers)]


def natural_order(text: str) -> list[tuple[int, int, str]]:
    """A sorting key under which ``IMG_9`` comes before ``IMG_10``; capitals make no difference."""
    parts = re.split(r"(\d+)", text.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def path_order(path: str | PurePath) -> list[tuple[Any, ...]]:
    """A sorting key for files: folder by folder in natural order, and copies behind what they are copies of.

    ``X.jpg`` comes before ``Copy of X.jpg``, ``X (1).jpg``, ``X - Copy.jpg`` and ``X_1.jpg``: the suffix counts last.
    """
    return [_name_order(part) for part in PurePath(path).parts]


@lru_cache(1024)  # most files are in few folders
def _name_order(name: str) -> tuple[Any, ...]:
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - a part of a path is no path
    copy = _COPY_OF.fullmatch(stem)
    nth = int(copy[1] or 1) if copy else 0
    return natural_order(copy[2] if copy else stem), nth, natural_order(suffix), name


def path_text(path: Path) -> str:
    """The path as text that can be stored anywhere; bytes that are no UTF-8 are written out, e.g. ``\\xff``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def command_line(*words: object) -> str:
    """A command as people can copy it into a shell: words with spaces and the like are quoted."""
    texts = [path_text(each) if isinstance(each, Path) else str(each) for each in words]
    if os.name == "nt":
        return " ".join(f'"{text}"' if re.search(r"[\s&()^;,]", text) else text for text in texts)
    return shlex.join(texts)


def visible(text: str) -> str:
    """The text with characters that hide or turn round other text written out, e.g. ``[U+202E]``."""
    return _UNSEEN.sub(lambda match: f"[U+{ord(match.group()):04X}]", text)


def on_one_line(text: str) -> str:
    """The text as ``visible`` gives it, on one line: tabs and line ends, too, are written out, e.g. ``[U+000A]``.

    For names and values that stand in a line of somebody else's words, where a line end could forge the next line.
    """
    return visible(text).replace("\t", "[U+0009]").replace("\n", "[U+000A]")


def safe_cell(text: str) -> str:
    """The text as a spreadsheet cell that is never taken for a formula (OWASP, CSV Injection).

    An apostrophe is put before a text that begins, after any blanks, with ``=``, ``+``, ``-``, ``@`` or their
    full-width forms, or with a tab or a line end. Characters that cannot be seen are written out.
    """
    return visible(f"'{text}" if _FORMULA.match(text) else text)


_NOT_A_NAME = re.compile(
    r"https?://|\bwww\.|&copy;|©|\(c\)|℗|®|\b(?:19|20)\d\d\b|\b(?:all|some) rights (?:are )?reserved\b"
    r"|\bcopyright(?:ed)?\b|\bcopr\b"
    r"|\A\W*(?:photo(?:graph(?:er|y)?|s)?|picture|image|credit|foto|by|courtesy of)\b(?:\W*\bby\b)?"
)


def bare_name(text: str) -> str:
    """Whom a notice names, so that two notices can be compared: without ©, years, usual words, signs and capitals.

    ``© 2025 Example Council. All rights reserved.`` is ``example council``; empty where nobody is named.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    for _ in range(2):  # "Photo: © A" has the sign behind the word, "© Photo by A" before it
        folded = _NOT_A_NAME.sub(" ", folded).strip()
    return " ".join(re.findall(r"[^\W_]+", folded))
