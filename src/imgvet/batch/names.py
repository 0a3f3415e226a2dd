"""Names of clean files, from the event and the photo's number, and of contact sheets; nothing of an original's name."""

import re
import unicodedata
from collections.abc import Iterable

from imgvet.batch.snapshot import PublishedFile
from imgvet.text import number_runs

_CONTACT_SHEET = re.compile(r"contact-sheet(?:-([1-9][0-9]{0,8}))?\.jpg")  # without a number: of a version before 0.7
_MAX_STEM = 60  # characters
_MAX_NAMED = 12  # files or runs of files, named in one line


def numbered_stem(event: str, number: int, digits: int) -> str:
    """The name of photo ``number`` in every folder, without its suffix, e.g. ``open-day-007``."""
    return f"{stem_of(event)}-{number:0{digits}}"


def contact_sheet_name(number: int) -> str:
    """The name of the contact sheet of that number, from 1."""
    return f"contact-sheet-{number}.jpg"


def contact_sheet_names(names: Iterable[str]) -> list[str]:
    """Those of the names that are contact sheets', by their numbers."""
    found = [match for match in map(_CONTACT_SHEET.fullmatch, names) if match]
    return [match[0] for match in sorted(found, key=lambda match: int(match[1] or 0))]


CHECKLIST, COMPACT = "checklist", "checklist-compact"  # the checklist's page, and that of the open faces alone


def page_name(page: str, part: int = 1) -> str:
    """The name of a part of a page, from 1; ``page``: ``CHECKLIST`` or ``COMPACT``."""
    return f"{page}.html" if part == 1 else f"{page}-{part}.html"


def page_part(page: str, name: str) -> int:
    """Which part of that page has the name; 0: none."""
    found = re.fullmatch(rf"{page}(?:-([1-9][0-9]{{0,8}}))?\.html", name)
    return int(found[1] or 1) if found else 0


def stem_of(event: str) -> str:
    """The event in the letters that any file system and web address can carry, e.g. ``open-day``."""
    plain = unicodedata.normalize("NFKD", event.translate(_LETTERS)).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return words[:_MAX_STEM].rstrip("-") or "photo"


_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "đ": "d"})


def file_names(files: Iterable[PublishedFile]) -> str:
    """The names of the files in one line; those that follow each other put together, the last ones left out."""
    by_number = {file.number: file.name for file in files}
    runs = number_runs(sorted(by_number))
    named = [
        by_number[first]
        if first == last
        else f"{by_number[first]}{' to ' if last - first > 1 else ', '}{by_number[last]}"
        for first, last in runs
    ]
    more = len(by_number) - sum(last - first + 1 for first, last in runs[:_MAX_NAMED])
    return ", ".join(named[:_MAX_NAMED]) + (f" and {more} more" if more else "")
