"""What the looks at all photos come to: recall by size, false boxes, milliseconds, and the curve over thresholds."""

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.faces.detectors import Contender
from benchmarks.faces.looking import Look, Seen
from benchmarks.faces.matching import CLASSES, Judged, judge, size_class
from imgvet.photo import Face

FORTY_AND_MORE = "40+"
COLUMNS = (*CLASSES, FORTY_AND_MORE)
CURVE = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
LIKELY, POSSIBLE = "likely", "likely or possible"

Choose = Callable[[Look], Sequence[Face]]
"""Which faces of a look count."""


@dataclass(frozen=True, slots=True)
class Recall:
    """Labels of one size, and how many of them were found."""

    labels: int = 0
    found: int = 0

    @property
    def share(self) -> float | None:
        """Found labels among all; None where there are none."""
        return self.found / self.labels if self.labels else None

    def __add__(self, other: "Recall") -> "Recall":
        return Recall(self.labels + other.labels, self.found + other.found)


@dataclass(frozen=True, slots=True)
class Figures:
    """One detector at one level."""

    detector: str
    level: str
    recall: dict[str, Recall]  # by size class, and 40 and more
    false: float | None  # false boxes on a labelled photo; None where there are no such photos
    clean: float | None  # boxes on a photo without faces
    hard: float | None  # boxes on a photo of statues, dolls, drawings
    median_ms: float | None = None  # a photo
    mean_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """One detector at one level on photos whose faces were counted by eye."""

    detector: str
    level: str
    within: int  # photos with a number of boxes between the least and the most
    fewer: int
    more: int
    found: int  # boxes in all of them


def all_figures(seen: Sequence[Seen], contenders: Iterable[Contender]) -> Iterator[Figures]:
    """Each detector at its levels."""
    for contender in contenders:
        took = [1000 * each.looks[contender.name].seconds for each in seen]
        for level, choose in levels(contender):
            yield figures(seen, contender.name, level, choose, (statistics.median(took), statistics.fmean(took)))


def levels(contender: Contender) -> list[tuple[str, Choose]]:
    """The two levels of a detector; one where both have the same threshold."""
    both: list[tuple[str, Choose]] = [(LIKELY, likely_faces), (POSSIBLE, all_faces)]
    return both if contender.possible < contender.confident else both[:1]


def likely_faces(look: Look) -> Sequence[Face]:
    """Those that are likely."""
    return [face for face in look.faces if not face.possible]


def all_faces(look: Look) -> Sequence[Face]:
    """Those that are likely or possible."""
    return look.faces


def figures(
    seen: Sequence[Seen], detector: str, level: str, choose: Choose, took: tuple[float, float] | None = None
) -> Figures:
    """One detector at one level over all photos."""
    recall = dict.fromkeys(COLUMNS, Recall())
    false = 0
    labelled = [each for each in seen if each.photo.kind == "labelled"]
    for each in labelled:
        judged = judged_look(each, choose(each.looks[detector]))
        false += len(judged.false)
        for label, hit in zip(each.photo.faces, judged.hits, strict=True):
            for column in _columns(size_class(label, each.published)):
                recall[column] += Recall(1, int(hit is not None))
    clean, hard = (
        _mean([len(choose(each.looks[detector])) for each in seen if each.photo.kind == kind])
        for kind in ("clean", "hard")
    )
    mean_false = false / len(labelled) if labelled else None
    return Figures(detector, level, recall, mean_false, clean, hard, *(took or (None, None)))


def judged_look(seen: Seen, faces: Sequence[Face]) -> Judged:
    """The faces against the photo's labels."""
    return judge(seen.photo.faces, seen.photo.ignored, faces)


def curve(seen: Sequence[Seen], detector: str) -> list[Figures]:
    """The detector at each threshold of the curve."""
    return [figures(seen, detector, f"{threshold:.2f}", _at_least(threshold)) for threshold in CURVE]


def counted(seen: Sequence[Seen], contenders: Iterable[Contender]) -> Iterator[Counted]:
    """Each detector at its levels on the photos counted by eye."""
    photos = [each for each in seen if each.photo.kind == "counted"]
    for contender in contenders:
        for level, choose in levels(contender):
            numbers = [(each.photo, len(choose(each.looks[contender.name]))) for each in photos]
            fewer = sum(number < photo.least for photo, number in numbers)
            more = sum(number > photo.most for photo, number in numbers)
            boxes = sum(number for _, number in numbers)
            yield Counted(contender.name, level, len(numbers) - fewer - more, fewer, more, boxes)


def _at_least(threshold: float) -> Choose:
    return lambda look: [face for face in look.weak if face.score >= threshold]


def _columns(size: str) -> tuple[str, ...]:
    return (size, FORTY_AND_MORE) if size in CLASSES[-2:] else (size,)


def _mean(numbers: Sequence[int]) -> float | None:
    return statistics.fmean(numbers) if numbers else None
