"""Text: kept as people write it, except what can harm, cut between letters, safe on screens and in spreadsheets."""

import os
import re
import shlex
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

import regex  # knows the newest Unicode, whichever Python's own tables have

# For lines that are put together from several texts: controls, and all that is not seen or turns text round, even where
# one text alone would be harmless. The joiners U+200C and U+200D stay: Persian and emoji are written with them.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)

_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")  # of every system and program (UAX 14, class BK, CR, NL)
_BLANKS = re.compile("[ \t\n]+")
_INVISIBLE = (  # Default_Ignorable_Code_Point (UAX 44) that people write: joiners, soft hyphens, direction marks
    r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\u3164\uffa0"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
)
_HARMFUL = regex.compile(
    rf"""(?V1x)
      # the flag of a part of a country, e.g. Wales, is kept (UTS 51, emoji tag sequence; CLDR subdivisions)
      \U0001f3f4 [\U000e0061-\U000e007a]{{2}} [\U000e0030-\U000e0039\U000e0061-\U000e007a]{{1,4}} \U000e007f
      (*SKIP)(*FAIL)
    | [\p{{Cc}}--[\t\n]] | \p{{Cs}}                    # controls; bytes that are not UTF-8
    | [\p{{Cn}}--\p{{Extended_Pictographic}}]          # no characters; places kept for emoji to come are
    | [\u2028\u2029\u206a-\u206f\ufeff\ufff9-\ufffb]   # line ends, deprecated controls, byte order mark, annotation
    | [\U000e0000-\U000e007f]                          # tag characters without a flag: text that nobody sees
    | (?<=\p{{Variation_Selector}})\p{{Variation_Selector}}  # selectors of nothing can hide text, too,
    | (?<!\p{{Han}})[\U000e0100-\U000e01ef]
    | (?<=[{_INVISIBLE}]{{3}})[{_INVISIBLE}]           # and so can a row of invisible characters
    """
)
_DIRECTION = re.compile("[\n\u202a-\u202e\u2066-\u2069]")
_EMBEDDINGS, _ISOLATES = "\u202a\u202b\u202d\u202e", "\u2066\u2067\u2068"  # ended by U+202C and U+2069 (UAX 9)
_SEEN = regex.compile(r"[^\s\p{Default_Ignorable_Code_Point}]")

# A grapheme cluster (UAX 29), and the next one where a joiner connects them, as in Sinhala.
_CLUSTER = regex.compile(r"(?:\X(?<=\u200d))*\X")

_QUOTES = '"“”„‟'
_TAG_END = r",;،؛、，；､\n"
_QUOTED_TAG = rf'(?<![^\s{_TAG_END}])(?|"([^"]*)"|[“„‟]([^“”„‟]*)[“”‟])(?![^\s{_TAG_END}])'
_TAG_RUN = regex.compile(rf"(?:{_QUOTED_TAG}|\{{[^{{}}]*\}}|[^{_TAG_END}])+")  # a placeholder is one piece
_TAG_WORD = regex.compile(rf"{_QUOTED_TAG}|\S+")

# OWASP, CSV Injection (https://owasp.org/www-community/attacks/CSV_Injection): a spreadsheet takes a cell that begins
# with one of these for a formula. Blanks and what is not seen before it do not stop every program from doing so.
_FORMULA = regex.compile(r"[\s\p{Default_Ignorable_Code_Point}]*[=+\-@＝＋－＠]|\s*[\t\r\n]")

# What Windows and web drives put before the name of a copy, e.g. ``Copy of X`` and ``Copy (2) of X``.
_COPY_OF = re.compile(r"copy (?:\((\d{1,9})\) )?of (.+)", re.IGNORECASE)


def long_date(day: date) -> str:
    """The day as people write it, e.g. ``14 June 2026``."""
    return f"{day.day} {day:%B %Y}"


def long_time(iso: str) -> str:
    """An ISO 8601 time as people write it, where they are if it has a zone, e.g. ``14 June 2026, 11:31 BST``.

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
    moment = moment.astimezone()
    return f"{long_date(moment)}, {moment:%H:%M %Z}"


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


def and_list(words: Iterable[str]) -> str:
    """The words in a sentence, e.g. ``title, caption and alt text``; at least one."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


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
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - a part of a path is not a path
    copy = _COPY_OF.fullmatch(stem)
    nth = int(copy[1] or 1) if copy else 0
    return natural_order(copy[2] if copy else stem), nth, natural_order(suffix), name


def path_text(path: Path) -> str:
    """The path as text that can be stored anywhere; bytes that are not UTF-8 are written out, e.g. ``\\xff``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def command_line(*words: object) -> str:
    """A command as people can copy it into their shell, on one line, each word quoted as that shell needs it.

    Characters that are not seen, and bytes that are not UTF-8, are written as ``$'\\x..'``, which POSIX shells read.
    """
    if os.name == "nt":
        return " ".join(windows_word(str(each), _shell) for each in words)
    return " ".join(_posix_word(str(each)) for each in words)


def _posix_word(text: str) -> str:
    if text.isprintable() and visible(text) == text:
        return shlex.quote(text)
    return f"$'{''.join(map(_ansi_c, text))}'"


def _ansi_c(character: str) -> str:
    """A character within ``$'…'`` (POSIX.1-2024, 2.2.4)."""
    if character in "\\'":
        return f"\\{character}"
    if character.isprintable() and visible(character) == character:
        return character
    return "".join(f"\\x{byte:02x}" for byte in os.fsencode(character))


_PLAIN_ON_WINDOWS = re.compile(r"(?!-[^-\w]|-\w*\W)[\w.:/\\+=-]+|--?[a-z][a-z-]*")
_POWERSHELL_QUOTES = "'‘’‚‛"  # all of which begin and end a text there


def windows_word(text: str, shell: Callable[[], str]) -> str:
    """A word as a Windows shell takes it; ``shell`` is which one it is: ``cmd``, ``powershell`` or ``pwsh``.

    It is asked only where they differ. In quotes all but ``$``, ``%``, quotation marks and backquotes are alike.
    """
    if _PLAIN_ON_WINDOWS.fullmatch(text):
        return text
    closing = re.sub(r"(\\+)$", r"\1\1", text)  # else the last would take the quotation mark (CommandLineToArgvW)
    if not re.search(r'["“”„$%`]', text):
        return f'"{closing}"'
    if (name := shell()) == "cmd":
        return '"' + re.sub(r'(\\*)"', r'\1\1""', closing).replace("%", '"^%"') + '"'
    quoted = re.sub(f"([{_POWERSHELL_QUOTES}])", r"\1\1", text)
    return "'" + (quoted if name == "pwsh" else re.sub(r'(\\*)"', r'\1\1\\"', quoted)) + "'"


def _shell() -> str:
    """The shell that this process was called from; PowerShell if that is unknown."""
    import shellingham  # noqa: PLC0415 - hardly ever needed

    try:
        return str(shellingham.detect_shell()[0])
    except shellingham.ShellDetectionFailure:
        return "powershell"


def clean_text(text: str) -> str:
    """The text as it was written, without what can harm its readers; empty where nothing in it can be seen.

    Left out are controls, direction embeddings, overrides and isolates without their end (and ends without a start),
    tag characters outside a flag, rows of invisible characters, and what is not a character. Every line end becomes a
    line feed, and a tab a blank.
    """
    return _parted(text)[0]


def one_line(text: str) -> str:
    """The text as ``clean_text`` gives it, on one line with single blanks; blanks of other widths stay."""
    return _BLANKS.sub(" ", clean_text(_BLANKS.sub(" ", _LINE_END.sub("\n", text))))


def left_out(text: str) -> str:
    """What ``clean_text`` leaves out, by name, e.g. ``U+202E (right-to-left override)``; empty where it is nothing."""
    gone = [_named(each) for each in dict.fromkeys(_parted(text)[1])]
    return ", ".join(gone[:_MOST_NAMED]) + (f" and {len(gone) - _MOST_NAMED} more" if len(gone) > _MOST_NAMED else "")


_MOST_NAMED = 4


def _named(character: str) -> str:
    name = unicodedata.name(character, "control character" if regex.match(r"\p{Cc}", character) else "no character")
    return f"U+{ord(character):04X} ({name.lower()})"


def _parted(text: str) -> tuple[str, list[str]]:
    """The text that is kept, and the characters that are left out of it."""
    text = _LINE_END.sub("\n", text).replace("\t", " ")
    gone = list[str]()
    while places := _harmful(text):  # what goes may leave others side by side
        gone += [text[place] for place in places]
        text = _without(text, places)
    return text.strip() if _SEEN.search(text) else "", gone


def _harmful(text: str) -> list[int]:
    """The places of the characters that can harm."""
    return sorted({*(match.start() for match in _HARMFUL.finditer(text)), *_unpaired(text)})


def _unpaired(text: str) -> list[int]:
    """The places of direction controls that have no end or no start on their line (UAX 9, BD9 and X1 to X8)."""
    opened, lone = list[int](), list[int]()
    for match in _DIRECTION.finditer(text):
        place, mark = match.start(), match.group()
        if mark in _EMBEDDINGS or mark in _ISOLATES:
            opened.append(place)
        elif mark == "\n":
            lone += opened
            opened.clear()
        elif mark == "\u202c" and opened and text[opened[-1]] in _EMBEDDINGS:
            opened.pop()
        elif mark == "\u2069" and any(text[each] in _ISOLATES for each in opened):
            while text[opened[-1]] in _EMBEDDINGS:
                lone.append(opened.pop())
            opened.pop()
        else:
            lone.append(place)
    return lone + opened


def _without(text: str, places: Iterable[int]) -> str:
    gone = set(places)
    return "".join(character for place, character in enumerate(text) if place not in gone)


def cut_text(text: str, most: int, size: Callable[[str], int] = len) -> str:
    """The text in at most ``most`` of what ``size`` counts, cut between what people see as letters (UAX 29)."""
    if size(text) <= most:
        return text
    end = taken = 0
    for cluster in _CLUSTER.finditer(text):
        taken += size(cluster.group())
        if taken > most:
            break
        end = cluster.end()
    kept = text[:end]
    return _without(kept, _unpaired(kept)).rstrip()


def byte_length(text: str) -> int:
    """How many bytes the text has in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def split_tags(text: str) -> list[str]:
    """The tags in a text as people type them: ``open day, police``, ``open day; police``, ``"open day" police``.

    Commas, semicolons and line ends separate tags. Quotation marks keep a tag together, and beside them, as on Flickr,
    blanks separate too, as they do before a # where the text begins with one. A {placeholder} is never taken apart.
    """
    tags = list[str]()
    for run in (match.group().strip() for match in _TAG_RUN.finditer(text)):
        if regex.search(_QUOTED_TAG, run):
            tags += [word[1] if word[1] is not None else word[0] for word in _TAG_WORD.finditer(run)]
        else:
            tags += re.split(r"\s+(?=[#＃])", run) if run[:1] in {"#", "＃"} else [run]
    return [tag.strip() for tag in tags if tag.strip(_QUOTES).strip()]


def drawn_text(text: str) -> str:
    """The text without the characters that are never drawn, e.g. a soft hyphen or a direction mark."""
    return regex.sub(r"\p{Default_Ignorable_Code_Point}", "", text)


def visible(text: str) -> str:
    """The text with characters that hide or turn round other text written out, e.g. ``[U+202E]``.

    They are those that ``clean_text`` leaves out, and every embedding and override.
    """
    if text.isascii() and text.isprintable():
        return text
    gone = {*_harmful(text), *(place for place, each in enumerate(text) if "\u202a" <= each <= "\u202e")}
    return "".join(_written_out(each) if place in gone else each for place, each in enumerate(text))


def on_one_line(text: str) -> str:
    """The text on one line, with every character that is not seen written out; a line end is shown as ``¶``.

    A tab becomes a blank. For names and values in a line of somebody else's words, where a line end could forge one.
    """
    joined = re.sub(r" *(?:\r?\n) *", " ¶ ", text).replace("\t", " ")
    return _UNSEEN.sub(lambda match: _written_out(match.group()), visible(joined))


def _written_out(character: str) -> str:
    return f"[U+{ord(character):04X}]"


def no_formula(text: str) -> str:
    """The text as a spreadsheet cell that is never read as a formula (OWASP, CSV Injection).

    An apostrophe is put before a text that begins, after blanks and what is not seen, with ``=``, ``+``, ``-``, ``@``
    or their full-width forms, or with a tab or a line end.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def safe_cell(text: str) -> str:
    """The text as ``no_formula`` and ``visible`` give it."""
    return visible(no_formula(text))


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
