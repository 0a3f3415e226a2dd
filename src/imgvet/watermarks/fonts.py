"""Fonts: text as a coverage mask, and the measures of a font."""

import math
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from imgvet.errors import ProfileError
from imgvet.pixels import Pixels

_WEIGHT = 600  # semi-bold on the scale of 100 to 900; fonts of a single weight ignore it
_PROBE = 48  # font size, pixels, at which characters are compared
_MEASURE = 400  # font size, pixels, at which a font's proportions are measured
_NOBODYS = "\U0010ffff"  # a code point that is not a character in any font


@dataclass(frozen=True, slots=True)
class Proportions:
    """Heights of a font above and below its baseline, as shares of the font size."""

    capitals: float  # top of H
    descenders: float  # bottom of g, j, p, q and y

    @property
    def line(self) -> float:
        """From the top of a capital to the bottom of a descender: the height of a text here."""
        return self.capitals + self.descenders


@lru_cache(maxsize=8)
def font_face(font: str) -> cv2.FontFace:
    """The TrueType font at that path, or OpenCV's own sans serif where it is empty.

    Raises:
        ProfileError: the file is not a font that can be used.
    """
    if not font:
        return cv2.FontFace("sans")
    face = cv2.FontFace()
    if not face.set(font):
        raise ProfileError(
            f"marks.font: '{font}' is not a font that can be used.",
            "Name a TrueType file (.ttf), or leave the key out.",
        )
    return face


def check_characters(text: str, font: str, key: str) -> None:
    """Check that every character of the text can be drawn correctly; ``key`` names the text in messages.

    OpenCV draws letters side by side from left to right without joining them, so scripts that need more are refused.

    Raises:
        ProfileError: a character that the font does not have, or that would be drawn wrongly.
    """
    for character in dict.fromkeys(text):
        if not _can_be_drawn(character, font):
            name = unicodedata.name(character, "no name")
            shown = character if character.isprintable() else ""
            raise ProfileError(
                f"{key}: the character '{shown}' (U+{ord(character):04X}, {name}) cannot be drawn.",
                "Write it in another way, name a font that has it under marks.font, or use a PNG for the mark.",
            )


def _can_be_drawn(character: str, font: str) -> bool:
    if character in {" ", "\u00a0", "?"}:  # OpenCV draws a question mark for what a font does not have
        return True
    hidden_or_joined = unicodedata.category(character)[0] in "CMZ"
    if hidden_or_joined or unicodedata.bidirectional(character) in {"R", "AL"}:
        return False
    drawn = _drawn(character, font, _PROBE)
    return bool(drawn.any()) and not np.array_equal(drawn, _drawn(_NOBODYS, font, _PROBE))


@lru_cache(maxsize=8)
def proportions(font: str) -> Proportions:
    """The heights of the font's letters, measured on the letters themselves."""
    capital, low = (np.flatnonzero(_drawn(letters, font, _MEASURE).any(axis=1)) for letters in ("H", "gjpqy"))
    line = _MEASURE * 2  # the row on which ``_drawn`` puts the letters
    return Proportions((line - int(capital[0])) / _MEASURE, (int(low[-1]) + 1 - line) / _MEASURE)


def size_for(height: float, font: str) -> int:
    """The font size, whole pixels, at which a text is ``height`` pixels high."""
    return max(1, round(height / proportions(font).line))


@lru_cache(maxsize=64)
def line_width(text: str, font: str, size: int) -> int:
    """Pixels across of the text at that font size, without drawing it."""
    return int(cv2.getTextSize((0, 0), text, (0, 0), font_face(font), size, _WEIGHT)[2])


@lru_cache(maxsize=16)
def line_mask(text: str, font: str, size: int) -> Pixels:
    """The letters in one row, 255 where they cover a pixel fully; from the top of capitals to below the descenders.

    Letters that rise above or fall below that make the mask higher, never cut. Columns without letters are left out.
    """
    drawn = _drawn(text, font, size)
    shape = proportions(font)
    columns, rows = np.flatnonzero(drawn.any(axis=0)), np.flatnonzero(drawn.any(axis=1))
    if not columns.size:
        return np.zeros((1, 1), np.uint8)
    line = size * 2
    top = min(int(rows[0]), line - math.ceil(shape.capitals * size))
    bottom = max(int(rows[-1]) + 1, line + math.ceil(shape.descenders * size))
    mask = drawn[top:bottom, columns[0] : columns[-1] + 1].copy()
    mask.flags.writeable = False  # it is kept for the next photo
    return mask


def _drawn(text: str, font: str, size: int) -> Pixels:
    """The text on a canvas with room on every side; the letters' baseline is row ``2 * size``."""
    canvas = np.zeros((3 * size, line_width(text, font, size) + 2 * size), np.uint8)
    cv2.putText(canvas, text, (size, 2 * size), (255,), font_face(font), size, _WEIGHT)
    return canvas
