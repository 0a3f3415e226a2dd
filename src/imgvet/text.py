"""Text that comes from files and people, made safe for screens and spreadsheets."""

import os
import re
from datetime import date
from pathlib import Path

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


def long_date(day: date) -> str:
    """The day as people write it, e.g. ``14 June 2026``."""
    return f"{day.day} {day:%B %Y}"


def path_text(path: Path) -> str:
    """The path as text that can be stored anywhere; bytes that are no UTF-8 are written out, e.g. ``\\xff``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


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
