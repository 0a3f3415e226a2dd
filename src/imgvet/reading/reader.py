"""Read what a person could read in the picture as it will be published: lines of text, codes, plates.

First the whole picture is looked at small; closer looks follow only where that shows text, and only lines are read.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import cv2
import numpy as np

from imgvet.geometry import Box, Outline, outline_box
from imgvet.pixels import Pixels
from imgvet.reading.codes import find_codes
from imgvet.reading.looks import Look, closer_looks, each_once, whole_lines
from imgvet.reading.plates import is_like_a_mark, is_like_a_plate
from imgvet.reading.text_detection import TEXT_DETECTOR, Corners, TextBox, TextDetector
from imgvet.reading.text_lines import SeenCode, SeenText, TextLine
from imgvet.reading.text_recognition import TEXT_RECOGNISER, Reading, TextRecogniser
from imgvet.reading.view import View, lengthened, share_of_letters

SMALLEST = 12  # pixels of the published picture: height of the smallest capital letters that are looked for

# The detector sees that there is text in capitals of 3 of its pixels; it tells lines apart from 8.
_GLANCE = 3.2  # its pixels, for the smallest letters, at the first look
_GLANCE_SIDES = (896, 960)  # its pixels, long side of the first look
_CLOSER = 1.4  # times as close as the first look is a closer one, at the least
_GLANCE_SCORE = 0.46  # a box is worth a closer look; text that was measured has 0.54 and more, most other things less
_GLANCE_SHORTEST = 2  # its pixels
_CLEAR = 22  # its pixels, height of a box that can be read without a closer look
_FOUND = 0.5  # score of a box that is text, as in PaddleOCR
_READ = 0.92  # score of a reading that needs no closer look
_EACH_READ = 0.85  # score of each of its characters
_SURE = 0.97  # score of a reading from which the line is not tried the other way round
_UNREAD = 0.8  # score of a reading below which a plate counts as unread
_SHORTEST_PLATE = 4  # characters
_STILL_READ = 0.8  # score of a reading from which something hidden is still read
_STILL_LETTERS = 2  # letters and digits of it, at the least
_STILL_INSIDE = 0.5  # share of what is read that is inside the hidden area
_ROUND_ABOUT = 24  # pixels round a hidden area that are looked at, too
_AREAS = (120_000, 300_000)  # its pixels, of a box that may be several lines; the second where the first leaves doubt
_WORTH_IT = 0.65  # score of a box that is worth a second closer look
_BEYOND = (0.8, 1.6)  # heights of a line beyond its ends that are read, too
_BUDGET = 500_000.0  # of the detector's pixels for closer looks at one picture …
_FOR_A_LINE = 200_000  # … and for each line that they find
_TRIES = 2  # how often a part that cuts through a line is made larger


@dataclass(frozen=True, slots=True)
class Reader:
    """Finds and reads text and codes; one for each worker process."""

    loading: Future[tuple[TextDetector, TextRecogniser]]  # while photos are opened

    @property
    def detector(self) -> TextDetector:
        """The detector, once it is loaded."""
        return self.loading.result()[0]

    @property
    def recogniser(self) -> TextRecogniser:
        """The recogniser, once it is loaded."""
        return self.loading.result()[1]

    def read(self, pixels: Pixels, published: float) -> SeenText:
        """All that can be read in the picture as it is published, from the top.

        Args:
            pixels: upright RGB, (h, w, 3), full size.
            published: size of the published picture as a part of this one's, above 0; nothing is looked at finer.

        Raises:
            ModelError: a model gave no usable answer.
        """
        view = View.of(pixels, min(1.0, published))
        scale = _glance_scale(view)
        found, marked = self._glance(view, scale)
        budget = _BUDGET
        for area in _AREAS:
            again: list[TextBox] = []
            for wanted in closer_looks(marked, view.size, view.published, area, _CLOSER * scale):
                look = wanted.for_at_most(max(budget, _AREAS[0]))
                if look.scale < scale:
                    continue
                boxes = self._look(view, look)
                budget += _FOR_A_LINE * sum(box.is_line for box in boxes) - look.pixels
                for box in boxes:
                    closer = area < _AREAS[-1] and look.scale < view.published and box.score >= _WORTH_IT
                    (again if closer and not self._is_clear(view, box, look.scale) else found).append(box)
            marked = again
        read = [self._line(view, box) for box in whole_lines(each_once(found))]
        lines = tuple(sorted(read, key=lambda line: min((y, x) for x, y in line.outline)))
        return SeenText(lines, _codes(view), tuple(self._plates(view, lines)))

    def _glance(self, view: View, scale: float) -> tuple[list[TextBox], list[TextBox]]:
        """The boxes of lines that are clear at the first look, and those that need a closer one."""
        width, height = view.size
        part = view.part(Box(0, 0, width, height), scale)
        found, marked = [], []
        for each in self.detector.boxes(part.pixels, _GLANCE_SCORE, _GLANCE_SHORTEST):
            full = TextBox(part.in_full(each.corners), each.score)
            if scale >= view.published:
                found += [full] * (each.score >= _FOUND)
            elif self._is_clear(view, full, scale):
                found.append(full)
            else:
                marked.append(full)
        return found, marked

    def _is_clear(self, view: View, box: TextBox, scale: float) -> bool:
        """Whether a box in full-size pixels, found at a scale, is one line of which each character can be read."""
        if box.height * scale < _CLEAR:
            return False
        reading = self._best(view, box.corners)[1]
        return reading.score >= _READ and min(reading.characters) >= _EACH_READ

    def _look(self, view: View, look: Look) -> list[TextBox]:
        """The boxes that a closer look finds; one that cuts through a line is made larger first."""
        for _ in range(_TRIES):
            found = [box for piece in look.pieces() for box in self._boxes(view, piece)]
            larger = look.uncut(found).within(*view.size)
            if larger == look or larger.is_large:
                break
            look = larger
        return found

    def _boxes(self, view: View, look: Look) -> list[TextBox]:
        part = view.part(look.box, look.scale, look.angle)
        found = self.detector.boxes(part.pixels, _FOUND)
        return [TextBox(part.in_full(each.corners), each.score) for each in found]

    def _line(self, view: View, box: TextBox) -> TextLine:
        corners, reading = self._longer(view, *self._best(view, box.corners))
        height = box.height * view.published * share_of_letters(view.line(corners))
        return TextLine(reading.text, _outline(corners), reading.score, height, reading.characters)

    def _best(self, view: View, corners: Corners) -> tuple[Corners, Reading]:
        """The line as it reads better: as it is, or the other way round."""
        line = view.line(corners)
        reading = self.recogniser.read(line)
        if reading.score < _SURE:
            other = self.recogniser.read(np.ascontiguousarray(line[::-1, ::-1]))
            if other.score > reading.score:
                return np.roll(corners, 2, axis=0), other
        return corners, reading

    def _longer(self, view: View, corners: Corners, reading: Reading) -> tuple[Corners, Reading]:
        """A line that reads well with what is beyond its ends, where that reads as well: the detector may end early."""
        if reading.score < _READ:
            return corners, reading
        for heights in _BEYOND:
            beyond = lengthened(corners, heights)
            further = self.recogniser.read(view.line(beyond))
            if further.exceeds(reading):
                corners, reading = beyond, further
        return corners, reading

    def _plates(self, view: View, lines: Iterable[TextLine]) -> Iterator[Outline]:
        """The outlines of lines on what looks like a plate that could not be read, or that read like some mark."""
        for line in lines:
            unread = line.score < _UNREAD or len(line.text) < _SHORTEST_PLATE
            if line.height >= SMALLEST and (unread or is_like_a_mark(line.text)):
                corners = np.array(line.outline, np.float32)
                if is_like_a_plate(view.line(corners)):
                    yield line.outline


def load_reader(threads: int = 1) -> Reader:
    """The reader; its models are verified at once, and made ready in a thread of their own while photos are opened.

    ``threads``: on which its models run; what is read is the same.

    Raises:
        ModelError: a model is missing or altered.
    """
    detector, recogniser = TEXT_DETECTOR.read(), TEXT_RECOGNISER.read()
    characters = str(TEXT_RECOGNISER.manifest()["characters"])

    def load() -> tuple[TextDetector, TextRecogniser]:
        return (
            TextDetector(TEXT_DETECTOR.open_session(detector, threads)),
            TextRecogniser(TEXT_RECOGNISER.open_session(recogniser, threads), characters),
        )

    thread = ThreadPoolExecutor(1, "text models")
    loading = thread.submit(load)
    thread.shutdown(wait=False)
    return Reader(loading)


def still_readable(reader: Reader, written: Pixels, outlines: Sequence[Outline]) -> tuple[int, ...]:
    """Which of the hidden areas still show text, a code or a plate in the written picture; their indices.

    Args:
        reader: that reads it.
        written: the decoded picture as it was written, RGB, (h, w, 3).
        outlines: of the hidden areas, in pixels of ``written``.

    Raises:
        ModelError: a model gave no usable answer.
    """
    return tuple(index for index, outline in enumerate(outlines) if _shows_something(reader, written, outline))


def _shows_something(reader: Reader, written: Pixels, outline: Outline) -> bool:
    height, width = written.shape[:2]
    around = outline_box(outline)
    margin = max(_ROUND_ABOUT, min(around.width, around.height) // 2)
    around = Box(around.left - margin, around.top - margin, around.right + margin, around.bottom + margin).clipped(
        width, height
    )
    if not around.area:
        return False
    part = np.ascontiguousarray(written[around.top : around.bottom, around.left : around.right])
    seen = reader.read(part, 1.0)
    hidden = np.array(outline, np.float32) - (around.left, around.top)
    read = [line.outline for line in seen.lines if line.score >= _STILL_READ and _letters(line.text) >= _STILL_LETTERS]
    shown = [*read, *(code.outline for code in seen.codes), *seen.plates]
    return any(_is_inside(each, hidden.astype(np.float32)) for each in shown)


def _letters(text: str) -> int:
    return sum(character.isalnum() for character in text)


def _is_inside(outline: Outline, area: Corners) -> bool:
    """Whether half of an outline is inside an area."""
    corners = cv2.convexHull(np.array(outline, np.float32))
    common, _ = cv2.intersectConvexConvex(corners, cv2.convexHull(area))
    return bool(common >= _STILL_INSIDE * max(cv2.contourArea(corners), 1.0))


def _codes(view: View) -> tuple[SeenCode, ...]:
    found = find_codes(view.pixels, view.published * view.fraction)
    many = view.fraction
    return tuple(replace(each, outline=tuple((x * many, y * many) for x, y in each.outline)) for each in found)


def _glance_scale(view: View) -> float:
    """The detector's pixels for one of the full size, at the first look."""
    least, most = (side / max(view.size) for side in _GLANCE_SIDES)
    return min(max(_GLANCE * view.published / SMALLEST, least), most, view.published)


def _outline(corners: Corners) -> Outline:
    return tuple((round(float(x)), round(float(y))) for x, y in corners)
