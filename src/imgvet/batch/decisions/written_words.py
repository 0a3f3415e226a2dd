"""Words for many photos at once: a table with a row a photo, templates filled in from it, and code replacements.

A code replacement is what photographers write captions with: ``\\r7\\`` becomes what the line ``r7<TAB>Ann Smith`` of a
text file says, ``\\r7#2\\`` its second replacement, as in Photo Mechanic.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from imgvet.batch.decisions.targets import NamedPhotos
from imgvet.decisions import WORD_NAMES, WordChanges
from imgvet.errors import TableError, UsageError
from imgvet.photo import Photo
from imgvet.placeholders import PLACEHOLDERS
from imgvet.settings import Settings
from imgvet.tables import as_text, read_lines, read_table
from imgvet.tables.cells import plain_words
from imgvet.text import and_list, split_tags, visible

_PHOTO = ("photo", "number", "file", "file name", "filename", "original", "image")
_HEADINGS = {  # of a column, by the field of ``Words`` that it has
    "title": ("title", "object name"), "caption": ("caption", "description"), "alt_text": ("alt text", "alt"),
    "keywords": ("keywords", "tags"), "headline": ("headline",), "creator": ("creator", "byline", "photographer"),
}  # fmt: skip
_PART = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}]*)\}|[{}]")
_CODE = re.compile(r"\\(?P<code>[^\\\s#][^\\\n#]{0,60})(?:#(?P<place>[1-9]\d?))?\\")
_MOST_TOLD = 10  # rows that need correcting


PhotoWords = tuple[Photo, WordChanges]
"""What is written about one photo."""


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """One row of a table of words."""

    number: int  # as people see it in the spreadsheet
    photo: Photo
    values: Mapping[str, str]  # by the heading of each column, as ``plain_words`` has it
    words: WordChanges  # of the columns for words that are filled in


def read_word_table(path: Path, photos: Sequence[Photo]) -> list[WrittenRow]:
    """The rows of a table of words, each with its photo; rows that say nothing but the photo are skipped.

    Raises:
        TableError: it cannot be read, names no photos, or rows need correcting, which are named.
    """
    table = read_table(path)
    named = next((column for name in _PHOTO if (column := table.column(name)) is not None), None)
    if named is None:
        headings = ", ".join(f"'{visible(each)}'" for each in table.header)
        raise TableError(
            f"'{path}' has no column that says which photo a row is about; its columns are {headings}.",
            "Call one 'photo': a photo's number, its file's name, or that of its original.",
        )
    columns = {field: table.column(*names) for field, names in _HEADINGS.items()}
    by_name = NamedPhotos(photos)
    rows, faults, seen = list[WrittenRow](), list[str](), dict[int, int]()
    for row in table.rows:
        texts = [as_text(cell) for cell in row.cells]
        if not any(text for at, text in enumerate(texts) if at != named):
            continue
        try:
            photo = _photo(by_name, texts[named])
        except UsageError as problem:
            faults.append(f"Row {row.number}: {problem.reason}")
            continue
        if (earlier := seen.setdefault(photo.number, row.number)) != row.number:
            faults.append(f"Row {row.number}: photo {photo.number} is in row {earlier} already.")
        words = {field: texts[at] for field, at in columns.items() if at is not None and texts[at]}
        changes: WordChanges = {
            field: tuple(split_tags(text)) if field == "keywords" else text for field, text in words.items()
        }
        values = {plain_words(heading): text for heading, text in zip(table.header, texts, strict=True)}
        rows.append(WrittenRow(row.number, photo, values, changes))
    if faults or not rows:
        raise _to_correct(path, faults or ["It has no row with words for a photo."])
    return rows


def _photo(photos: NamedPhotos, text: str) -> Photo:
    """The photo that a cell names.

    Raises:
        UsageError: there is none, there are several, or it could not be read.
    """
    if not text:
        raise UsageError("It names no photo.")
    photo = photos[text]
    if photo.error is not None:
        raise UsageError(f"Photo {photo.number} could not be read, so nothing is written about it.")
    return photo


def filled_words(
    rows: Sequence[WrittenRow], templates: WordChanges, settings: Settings, path: Path
) -> list[PhotoWords]:
    """What each row gives its photo: the columns for words, and the templates, which come before them.

    A template names columns in braces, e.g. ``{name} of {school}``, and what the profile's templates name.

    Raises:
        TableError: a template names a column that is not there, or one that is blank in a row.
    """
    made, faults = list[PhotoWords](), list[str]()
    for row in rows:
        changes = dict(row.words)
        try:
            for field, template in templates.items():
                texts = template if isinstance(template, tuple) else (template,)
                filled = tuple(_filled(text, row, settings) for text in texts if text is not None)
                changes[field] = None if template is None else filled if isinstance(template, tuple) else filled[0]
        except UsageError as problem:
            faults.append(f"Row {row.number}, photo {row.photo.number}: {problem.reason}")
        made.append((row.photo, changes))
    if faults:
        raise _to_correct(path, faults)
    return made


def _filled(template: str, row: WrittenRow, settings: Settings) -> str:
    """The template with what the row and the settings say; what is filled in is not looked at again."""

    def value(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            if len(match.group()) == 1:
                raise UsageError(f"The template has a single {match.group()}; write it twice for a plain brace.")
            return match.group()[0]
        known = row.values.get(plain_words(name))
        if known is None and name in PLACEHOLDERS:
            return settings.fill(f"{{{name}}}", row.photo.number)
        if known is None:
            raise UsageError(f"The template names {{{name}}}, and there is no such column.")
        if not known:
            raise UsageError(f"'{name}' is blank, and the template names it.")
        return known

    return _PART.sub(value, template)


def read_codes(path: Path) -> dict[str, tuple[str, ...]]:
    """The code replacements of a text file: a code, a tab, and one replacement or more with tabs between them.

    Blank lines, and those that begin with ``//``, are skipped.

    Raises:
        TableError: it cannot be read, or lines need correcting, which are named.
    """
    codes, faults = dict[str, tuple[str, ...]](), list[str]()
    for number, line in enumerate(read_lines(path), 1):
        if not line.strip() or line.lstrip().startswith("//"):
            continue
        code, *replacements = (part.strip() for part in line.split("\t"))
        if not code or not any(replacements):
            faults.append(f"Line {number}: it is not a code, a tab and what replaces it.")
        elif codes.setdefault(code, tuple(replacements)) != tuple(replacements):
            faults.append(f"Line {number}: the code '{visible(code)}' has another replacement above.")
    if faults or not codes:
        raise _to_correct(path, faults or ["It has no codes."])
    return codes


def with_codes(asked: Sequence[PhotoWords], codes: Mapping[str, Sequence[str]]) -> list[PhotoWords]:
    """The words with every code in them replaced.

    Raises:
        UsageError: there is no such code; nothing is replaced then.
    """
    unknown = dict[str, None]()

    def replaced(match: re.Match[str]) -> str:
        said, place = _replacements(codes, match["code"]), int(match["place"] or 1)
        if place <= len(said) and said[place - 1]:
            return said[place - 1]
        unknown.setdefault(match.group())
        return match.group()

    made: list[PhotoWords] = [
        (photo, {field: _each(said, replaced) for field, said in changes.items()}) for photo, changes in asked
    ]
    if unknown:
        told = and_list([visible(each) for each in list(unknown)[:_MOST_TOLD]])
        raise UsageError(f"The file of codes does not say what replaces {told}.", "Add it, or correct the text.")
    return made


def _replacements(codes: Mapping[str, Sequence[str]], code: str) -> Sequence[str]:
    if code in codes:
        return codes[code]
    alike = [said for each, said in codes.items() if each.casefold() == code.casefold()]
    return alike[0] if len(alike) == 1 else ()


def _each(said: str | tuple[str, ...] | None, put: Callable[[re.Match[str]], str]) -> str | tuple[str, ...] | None:
    if said is None:
        return None
    if isinstance(said, str):
        return _CODE.sub(put, said)
    return tuple(tag for each in said for tag in split_tags(_CODE.sub(put, each)))


def _to_correct(path: Path, faults: Sequence[str]) -> TableError:
    more = [f"… and {len(faults) - _MOST_TOLD} more."] if len(faults) > _MOST_TOLD else []
    return TableError(
        f"'{path}' needs correcting; nothing was recorded.", "Correct it, and run the same command again.",
        [*map(visible, faults[:_MOST_TOLD]), *more],
    )  # fmt: skip


def fields_in(asked: Sequence[PhotoWords]) -> Iterator[str]:
    """The fields of ``Words`` that are written for any of the photos, in their order."""
    return (field for field in WORD_NAMES if any(field in changes for _, changes in asked))
