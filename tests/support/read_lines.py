"""Lines of text as a reader gives them: level, below each other or where they are put, in a photo of 4000 × 3000."""

from collections.abc import Sequence

from imgvet.geometry import Outline
from imgvet.profile import AllowedText
from imgvet.reading.text_lines import SeenText, TextLine
from imgvet.rules.picture_text import FoundText, find_in_text

SIZE = (4000, 3000)
HEIGHT = 60  # of a line, pixels


def line(text: str, left: int = 800, top: int = 900, height: int = HEIGHT, score: float = 0.95) -> TextLine:
    """A level line whose letters are as wide as letters are."""
    right = left + max(1, round(0.55 * height * len(text)))
    outline: Outline = ((left, top), (right, top), (right, top + height), (left, top + height))
    return TextLine(text, outline, score, 0.7 * height * 0.5)


def below_each_other(
    texts: Sequence[str], height: int = HEIGHT, left: int = 800, top: int = 900
) -> tuple[TextLine, ...]:
    """Lines of one block."""
    return tuple(line(text, left, top + round(1.4 * height) * at, height) for at, text in enumerate(texts))


def asked(*lines: TextLine, allowed: AllowedText = AllowedText(), **seen: Sequence[object]) -> tuple[FoundText, ...]:  # noqa: B008
    """What is found in a picture of ``SIZE`` that is published at half its size."""
    return find_in_text(SeenText(tuple(lines), **seen), SIZE, 0.5, allowed)  # type: ignore[arg-type]


def rules(found: Sequence[FoundText]) -> list[tuple[str, bool]]:
    """Rule and whether it is possible, of each."""
    return [(each.rule, each.possible) for each in found]
