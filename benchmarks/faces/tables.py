"""The figures as plain text in columns, and as one object for JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.faces.figures import COLUMNS, Counted, Figures
from benchmarks.faces.looking import Seen
from benchmarks.faces.photos import KINDS
from benchmarks.faces.speed import AreaStep, Ratios

_NOTHING = "–"


def aligned(rows: Sequence[Sequence[str]], words: int = 1) -> str:
    """The rows under each other; the first ``words`` columns begin on the left, the others end on the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(
            cell.ljust(width) if at < words else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
    return "\n".join(lines)


def recall_table(all_figures: Sequence[Figures], *, timed: bool) -> str:
    """Recall by size, false boxes and milliseconds, a row for each detector at each level."""
    labels = [str(all_figures[0].recall[column].labels) for column in COLUMNS]
    head = ["", "", *COLUMNS, "false", "clean", "hard", *(("median ms", "mean ms") if timed else ())]
    rows = [head, ["labels", "", *labels, *[""] * (len(head) - 2 - len(labels))]]
    for each in all_figures:
        times = (_ms(each.median_ms), _ms(each.mean_ms)) if timed else ()
        rows.append([each.detector, each.level, *_recalls(each), *_boxes(each), *times])
    return aligned(rows, words=2)


def curve_table(points: Sequence[Figures]) -> str:
    """One detector at every threshold of the curve."""
    head = ["threshold", *COLUMNS, "false", "clean", "hard"]
    return aligned([head, *([each.level, *_recalls(each), *_boxes(each)] for each in points)])


def counted_table(all_counted: Iterable[Counted]) -> str:
    """Photos with as many boxes as people, fewer, and more."""
    head = ["", "", "within", "fewer", "more", "boxes"]
    rows = (
        [each.detector, each.level, str(each.within), str(each.fewer), str(each.more), str(each.found)]
        for each in all_counted
    )
    return aligned([head, *rows], words=2)


def turned_table(by_change: Sequence[tuple[str, Figures]]) -> str:
    """Recall of pictures that were turned or made worse."""
    head = ["", "", "", *COLUMNS, "false", "clean"]
    rows = (
        [change, each.detector, each.level, *_recalls(each), _number(each.false), _number(each.clean)]
        for change, each in by_change
    )
    return aligned([head, *rows], words=3)


def area_table(steps: Iterable[AreaStep]) -> str:
    """What larger pictures cost."""
    head = ["", "megapixels", "ms", "ms a megapixel", "one pass at 1280, ms", "ratio", "faces"]
    rows = (
        [
            each.what,
            f"{each.megapixels:.1f}",
            _ms(each.own_ms),
            _ms(each.own_ms / each.megapixels),
            _ms(each.plain_ms),
            f"{each.own_ms / each.plain_ms:.2f}",
            str(each.faces),
        ]
        for each in steps
    )
    return aligned([head, *rows])


def what_was_seen(seen: Sequence[Seen]) -> str:
    """Which photos the figures are about, and what the columns mean."""
    photos = {kind: sum(each.photo.kind == kind for each in seen) for kind in KINDS}
    labels = sum(len(each.photo.faces) for each in seen)
    return (
        f"{photos['labelled']} photos with {labels} labelled faces, {photos['counted']} with faces counted by eye, "
        f"{photos['clean']} without faces (clean), {photos['hard']} of statues, dolls and drawings (hard).\n"
        "Recall by the shorter side of the label, in pixels of the published file. Boxes a photo: those that hit no "
        "label\non labelled photos (false), and all of them on clean and on hard ones."
    )


def as_json(
    seen: Sequence[Seen], main: Sequence[Figures], curves: dict[str, list[Figures]], by_eye: Sequence[Counted]
) -> dict[str, Any]:
    """All figures as one object."""
    return {
        "photos": {kind: sum(each.photo.kind == kind for each in seen) for kind in KINDS},
        "detectors": [asdict(each) for each in main],
        "curves": {name: [asdict(each) for each in points] for name, points in curves.items()},
        "counted": [asdict(each) for each in by_eye],
    }


def ratio_line(ratios: Ratios) -> str:
    """The ratio to the plain pass in one sentence."""
    return (
        f"On {ratios.photos} photos without small faces the whole detection costs {ratios.median:.2f} × "
        f"one pass at 1280\n(median of ratios; the middle half lies between {ratios.low:.2f} and {ratios.high:.2f}, "
        f"the largest is {ratios.most:.2f})."
    )


def _recalls(each: Figures) -> list[str]:
    return [_number(each.recall[column].share, 3) for column in COLUMNS]


def _boxes(each: Figures) -> list[str]:
    return [_number(each.false), _number(each.clean), _number(each.hard)]


def _number(value: float | None, digits: int = 2) -> str:
    return _NOTHING if value is None else f"{value:.{digits}f}"


def _ms(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.0f}"
