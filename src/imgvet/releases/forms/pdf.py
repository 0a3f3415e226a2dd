"""Blank forms as a PDF to print on A4, a page each, in black on white.

A form is laid out in the roomiest way in which it fits its page. One that does not fit in the closest way is refused;
nothing is ever cut off or made smaller than 10 points.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from imgvet.errors import UsageError
from imgvet.releases.forms.fonts import BOLD, REGULAR, check_printable_letters, text_width
from imgvet.releases.forms.qr import qr_code
from imgvet.releases.forms.records import BlankForm, FormField, FormPart, FormPile, FormText
from imgvet.releases.forms.tagged_pdf import PAGE_HEIGHT, PAGE_WIDTH, TaggedPages

MILLIMETRE = 72 / 25.4  # points
LEFT = 20 * MILLIMETRE  # room for the holes of a folder
RIGHT = 15 * MILLIMETRE
TOP = 10 * MILLIMETRE
BOTTOM = 14 * MILLIMETRE  # contains the foot of the page
CODE_SIDE = 25 * MILLIMETRE
ACROSS = PAGE_WIDTH - LEFT - RIGHT
_FOOT = 8 * MILLIMETRE  # from the bottom edge to the line of the foot
_FOOT_SIZE = 9.0
_BESIDE_CODE = 6 * MILLIMETRE


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How much room things take; all measures are points."""

    size: float  # of letters
    leading: float  # from line to line
    gap: float  # before a heading; half of it between other things
    line: float  # height of a row to write in
    signature: float  # height of a row to sign in

    @property
    def title(self) -> float:
        """Size of the title's letters."""
        return self.size + 6

    @property
    def heading(self) -> float:
        """Size of a heading's letters."""
        return self.size + 1.5


STYLES = (  # the roomiest first
    TextStyle(12, 16, 10, 30, 38),
    TextStyle(11.5, 15.2, 9, 28, 36),
    TextStyle(11, 14.6, 8.5, 27, 35),
    TextStyle(11, 14.2, 7, 25, 32),
    TextStyle(10.5, 13.6, 7, 25, 32),
    TextStyle(10.5, 13.2, 5.5, 23, 30),
    TextStyle(10, 12.8, 5.5, 23, 29),
    TextStyle(10, 12.4, 4.5, 21.5, 27),
    TextStyle(10, 12, 3.5, 20, 25),
)

_MAX_REFERENCE = "W" * 12 + "-2026-000000"  # a placeholder for references that are not given yet


def write_forms_pdf(pile: FormPile) -> bytes:
    """The pile as one PDF, tagged, with its fonts in it. The same pile gives the same bytes.

    Raises:
        UsageError: a letter cannot be printed, or a form does not fit on a page.
    """
    pages = TaggedPages(pile.title, pile.forms[0].text.organisation, pile.language)
    for form in pile.forms:
        _Sheet(pages, fitting_style(form.text)).draw(form)
        pages.end_page()
    return pages.finished()


def check_printable(text: FormText) -> None:
    """Make sure that forms with this text can be printed, whatever their references.

    Raises:
        UsageError: a letter cannot be printed, or the form does not fit on a page.
    """
    check_printable_letters(text.words())
    fitting_style(text)


@cache
def fitting_style(text: FormText) -> TextStyle:
    """The roomiest way in which a form fits on a page.

    Raises:
        UsageError: there is none.
    """
    form = BlankForm(text, _MAX_REFERENCE, 1, 1)
    for style in STYLES:
        sheet = _Sheet(TaggedPages("", "", text.language), style)
        sheet.draw(form)
        if sheet.y >= BOTTOM:
            return style
    raise UsageError(
        f"The {text.kind} form does not fit on one page with {len(text.places)} channels and these texts.",
        "Print fewer channels (--channels), or shorten --event and the texts under [releases] in the profile.",
    )


class _Sheet:
    """One form as it is drawn from top to bottom; ``y`` is where the next thing goes, points above the lower edge."""

    def __init__(self, pages: TaggedPages, style: TextStyle) -> None:
        self.pages = pages
        self.style = style
        self.y = PAGE_HEIGHT - TOP

    def draw(self, form: BlankForm) -> None:
        """The whole form."""
        text = form.text
        with self.pages.group("Sect"):
            self._head(form)
            self._opening(text)
            self._channels(text)
            self._knowledge(text)
            for part in text.parts:
                self._part(part)
            self._office(text.office)
        self._foot(form)

    def _head(self, form: BlankForm) -> None:
        top = self.y
        right = PAGE_WIDTH - RIGHT
        self._code(form, right - CODE_SIDE, top)
        beside = ACROSS - CODE_SIDE - _BESIDE_CODE
        self._lines("P", [(form.text.organisation, BOLD)], self.style.heading, beside)
        for contact in form.text.contacts:
            self._lines("P", [(contact, REGULAR)], self.style.size, beside)
        self.y -= self.style.gap / 2
        self._lines("H1", [(form.text.title, BOLD)], self.style.title, beside)
        self._lines("P", [(f"{form.text.number_label}:", REGULAR), (form.reference, BOLD)], self.style.heading, beside)
        self.y = min(self.y, top - CODE_SIDE) - self.style.gap / 2
        self._rule(LEFT, right, 1)

    def _code(self, form: BlankForm, left: float, top: float) -> None:
        """The QR code, its quiet zone hanging over the margin, so that its dark edge is in line with the text."""
        code = qr_code(form.reference)
        module = CODE_SIDE / code.side
        path = self.pages.canvas.beginPath()
        for column, row, length in code.bars():
            path.rect(left + column * module, top - (row + 1) * module, length * module, module)
        with self.pages.part("Figure", f"{form.text.code_label} {form.reference}"):
            self.pages.canvas.drawPath(path, stroke=0, fill=1)

    def _opening(self, text: FormText) -> None:
        self.y -= self.style.gap / 2
        for label, value in text.facts:
            if value:
                self._lines("P", [(f"{label}:", BOLD), (value, REGULAR)], self.style.size)
            else:
                self._row((FormField(label, 0.6),))
        self.y -= self.style.gap / 2
        self._lines("P", [(text.question, REGULAR)], self.style.size)

    def _channels(self, text: FormText) -> None:
        self._heading(text.where_heading)
        self._lines("P", [(text.where_hint, REGULAR)], self.style.size)
        with self.pages.group("L"):
            for place in text.places:
                self._ticked([(f"{place.name}:", BOLD), (place.about, REGULAR)])
            self.y -= self.style.gap / 4
            self._ticked([(text.refusal, BOLD)])

    def _ticked(self, words: list[tuple[str, str]]) -> None:
        """A box to tick, and what it means."""
        side = self.style.size
        self.y -= self.style.gap / 2.5
        with self.pages.decoration():
            self._box(LEFT + 2, self.y - self.style.size * 1.1, side)
        with self.pages.group("LI"):
            self._lines("LBody", words, self.style.size, ACROSS - 2 * side, LEFT + 2 * side)

    def _knowledge(self, text: FormText) -> None:
        self._heading(text.know_heading)
        indent = self.style.size
        with self.pages.group("L"):
            for point, meaning in text.know:
                with self.pages.decoration():
                    self._text(LEFT + 2, self.y - self.style.size, "•", BOLD, self.style.size)
                with self.pages.group("LI"):
                    words = [(point, BOLD), (meaning, REGULAR)]
                    self._lines("LBody", words, self.style.size, ACROSS - indent, LEFT + indent)
                self.y -= self.style.gap / 4

    def _part(self, part: FormPart) -> None:
        self.y -= self.style.gap / 2
        self._heading(part.heading)
        if part.statement:
            self._lines("P", [(part.statement, REGULAR)], self.style.size)
        for row in part.rows:
            self._row(row)

    def _office(self, part: FormPart) -> None:
        """What the office fills in, in a frame."""
        self.y -= self.style.gap
        top = self.y
        inner = 2 * MILLIMETRE
        self.y -= inner / 2
        self._lines("H2", [(part.heading, BOLD)], self.style.size, ACROSS, LEFT + inner)
        for row in part.rows:
            self._row(row, LEFT + inner, ACROSS - 2 * inner)
        self.y -= inner
        with self.pages.decoration():
            self.pages.canvas.setLineWidth(0.8)
            self.pages.canvas.rect(LEFT, self.y, ACROSS, top - self.y)

    def _row(self, fields: Sequence[FormField], left: float = LEFT, across: float = ACROSS) -> None:
        """Labels, each with a line to write on up to the next, or with boxes to tick."""
        tall = any(field.signature for field in fields)
        self.y -= self.style.signature if tall else self.style.line
        between = 4 * MILLIMETRE
        for field in fields:
            end = left + across * field.share - (between if field is not fields[-1] else 0)
            with self.pages.part("P"):
                self._text(left, self.y, field.label, REGULAR, self.style.size)
                start = left + text_width(field.label, REGULAR, self.style.size) + 1.5 * MILLIMETRE
                self._boxes(field.boxes, start, end)
            if not field.boxes:
                self._rule(start, end, 0.7, self.y - 2)
            left = end + between
        self.y -= self.style.size / 3

    def _boxes(self, labels: Sequence[str], start: float, end: float) -> None:
        """Boxes with their labels, spread over the room that there is."""
        side = self.style.size
        step = (end - start) / max(1, len(labels))
        for number, label in enumerate(labels):
            x = start + number * step + 1.5 * MILLIMETRE
            self._box(x, self.y - 1, side)
            self._text(x + side * 1.3, self.y, label, REGULAR, self.style.size)

    def _heading(self, words: str) -> None:
        self.y -= self.style.gap
        self._lines("H2", [(words, BOLD)], self.style.heading)

    def _lines(
        self, kind: str, words: list[tuple[str, str]], size: float, across: float = ACROSS, left: float = LEFT
    ) -> None:
        """Texts, each in its font, one after the other and broken into lines; ``y`` goes down with them."""
        leading = size * self.style.leading / self.style.size
        with self.pages.part(kind):
            for line in _broken(words, size, across):
                x = left
                for run, font in line:
                    self._text(x, self.y - size, run, font, size)
                    x += text_width(f"{run} ", font, size)
                self.y -= leading

    def _text(self, x: float, y: float, words: str, font: str, size: float) -> None:
        self.pages.canvas.setFont(font, size)
        self.pages.canvas.drawString(x, y, words)

    def _box(self, x: float, y: float, side: float) -> None:
        self.pages.canvas.setLineWidth(1)
        self.pages.canvas.rect(x, y, side, side)

    def _rule(self, start: float, end: float, thickness: float, y: float | None = None) -> None:
        with self.pages.decoration():
            self.pages.canvas.setLineWidth(thickness)
            height = self.y if y is None else y
            self.pages.canvas.line(start, height, end, height)

    def _foot(self, form: BlankForm) -> None:
        count = form.text.count.format(number=form.number, of=form.of)
        with self.pages.decoration():
            self._text(LEFT, _FOOT, form.reference, REGULAR, _FOOT_SIZE)
            end = PAGE_WIDTH - RIGHT - text_width(count, REGULAR, _FOOT_SIZE)
            self._text(end, _FOOT, count, REGULAR, _FOOT_SIZE)


def _broken(words: list[tuple[str, str]], size: float, across: float) -> Iterator[list[tuple[str, str]]]:
    """Lines of runs of one font each, none wider than there is room; a word that is wider itself is broken, too."""
    line: list[tuple[str, str]] = []
    taken = 0.0
    for word, font in _pieces(words, size, across):
        room = text_width(word, font, size)
        if line and taken + room > across:
            yield line
            line, taken = [], 0.0
        if line and line[-1][1] == font:
            line[-1] = (f"{line[-1][0]} {word}", font)
        else:
            line.append((word, font))
        taken += room + text_width(" ", font, size)
    if line:
        yield line


def _pieces(words: list[tuple[str, str]], size: float, across: float) -> Iterator[tuple[str, str]]:
    """The single words, those that are too long for a line in pieces."""
    for text, font in words:
        for word in text.split():
            rest = word
            while text_width(rest, font, size) > across:
                end = next(end for end in range(len(rest) - 1, 0, -1) if text_width(rest[:end], font, size) <= across)
                yield rest[:end], font
                rest = rest[end:]
            yield rest, font
