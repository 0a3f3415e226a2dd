"""The letters of printed forms: Open Sans, as the package ttf-opensans brings it, and nothing that it has not."""

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from ttf_opensans import OPENSANS_BOLD, OPENSANS_REGULAR

from imgvet.errors import UsageError

REGULAR = "OpenSans"
BOLD = "OpenSans-Bold"

_FILES = {REGULAR: OPENSANS_REGULAR, BOLD: OPENSANS_BOLD}


def font_file(font: str) -> Path:
    """The TrueType file of ``REGULAR`` or ``BOLD``."""
    return Path(_FILES[font].path)


@cache
def load_fonts(font: str) -> TTFont:
    """The font, known to the PDF library from then on."""
    face = TTFont(font, str(font_file(font)))
    pdfmetrics.registerFont(face)
    return face


def text_width(text: str, font: str, size: float) -> float:
    """How wide the text is at that font size; both in points."""
    return float(load_fonts(font).stringWidth(text, size))


def missing_letters(texts: Iterable[str]) -> list[str]:
    """Characters that would not be printed as they are meant, each once.

    The PDF sets letters side by side from left to right and joins none, so marks that combine with other letters, what
    is written from right to left, and what is not seen are among them even where the font has them.
    """
    return [letter for letter in dict.fromkeys("".join(texts)) if not _is_printed(letter)]


def check_printable_letters(texts: Iterable[str]) -> None:
    """Make sure that every character of the texts is printed as it is meant.

    Raises:
        UsageError: one is not; the message names it.
    """
    for letter in missing_letters(texts):
        name = unicodedata.name(letter, "no name")
        shown = f"'{letter}' " if letter.isprintable() else ""
        raise UsageError(
            f"The character {shown}(U+{ord(letter):04X}, {name}) cannot be printed on a PDF form.",
            "Write it in another way in --event or in the profile, or name a file that ends in .html: a web page takes "
            "the letters that the computer has.",
        )


def _is_printed(letter: str) -> bool:
    if letter == " ":
        return True
    unseen_or_joined = unicodedata.category(letter)[0] in "CMZ"
    if unseen_or_joined or unicodedata.bidirectional(letter) in {"R", "AL"}:
        return False
    return all(ord(letter) in load_fonts(font).face.charToGlyph for font in _FILES)
