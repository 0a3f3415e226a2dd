"""Calibrate the second look: what CenterFace, BlazeFace and Face Mesh say of a box becomes one score.

``python -m benchmarks.faces.calibrate DATA [--negatives FOLDER]`` looks at every photo of the folder as it is and in
other looks (smaller and saved again, cut and mirrored, blurred, darkened), takes every box that CenterFace gives,
and tells by the labels whether it is a face. A logistic regression joins the three logits; it is tested on sources that
it was not made from, and printed with the two logits at which faces become possible and likely. They belong into
``imgvet.faces.second_look``. Boxes that hit no label on a labelled photo are left out: most are faces nobody labelled.
"""

import argparse
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.faces.matching import is_hit
from benchmarks.faces.photos import BadData, BenchPhoto, open_photo, read_folder
from imgvet.faces.detector import LONG_SIDE, DetectionRun, Scales
from imgvet.faces.fusion import fuse_boxes
from imgvet.faces.model import Rows, load_model
from imgvet.faces.passes import Picture
from imgvet.faces.second_look import CERTAIN, load_second_look
from imgvet.geometry import Box
from imgvet.pixels import Pixels
from imgvet.profile import Channel, published_size

_LEAST = 0.08  # score of CenterFace from which a box counts
_SURELY = 0.4  # score from which a box is a face on a photo whose faces were counted by eye
_FOLDS = 6  # of sources
_RIDGE = 1.0  # of the regression
_POSSIBLE, _LIKELY = 0.4, 0.05  # boxes on a photo of nobody that possible and likely faces may cost
_FEATURES = ("first", "near", "mesh")


@dataclass(frozen=True, slots=True)
class Examples:
    """Boxes of one photo in one look: (n, 3) logits and (n,) whether each is a face."""

    source: str
    look: str
    nobody: bool  # a photo without anybody
    logits: NDArray[np.float64]
    faces: NDArray[np.bool_]


def main(words: Sequence[str] | None = None) -> int:
    """Look at everything, print the regression and what it is worth."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faces.calibrate", description=__doc__)
    parser.add_argument("data", type=Path, help="as for python -m benchmarks.faces")
    parser.add_argument("--negatives", type=Path, help="another folder of photos without faces")
    parser.add_argument("--every", type=int, default=2, help="take every so many labelled photos for each look (2)")
    asked = parser.parse_args(words)
    cv2.setNumThreads(1)
    examples = list(_all_examples(read_folder(asked.data, asked.negatives), asked.every))
    _print_regression(examples)
    return 0


def _all_examples(photos: Sequence[BenchPhoto], every: int) -> Iterator[Examples]:
    model, second = load_model(), load_second_look()

    def seen(pixels: Pixels) -> tuple[Rows, Picture]:
        height, width = pixels.shape[:2]
        published = max(published_size(width, height, Channel())) / max(width, height)
        with ThreadPoolExecutor(1) as threads:
            run = DetectionRun(model, Picture.of(pixels, LONG_SIDE), Scales.of(width, height, published), threads)
            run.run_all_passes(turned=False)
        rows = fuse_boxes(run.results)
        return rows[rows[:, 4] >= _LEAST], run.picture

    for number, photo in enumerate(photos):
        if photo.kind == "hard":
            continue
        try:
            pixels = open_photo(photo).pixels
        except BadData as problem:
            print(f"{photo.name}: {problem}", file=sys.stderr)
            continue
        labels = list(photo.faces)
        if photo.kind == "counted":
            rows, _ = seen(pixels)
            labels = [_box(row) for row in rows if row[4] >= _SURELY]
        for place, (look, change) in enumerate(_LOOKS.items()):
            if photo.kind == "labelled" and (number + place) % every:
                continue
            random = np.random.default_rng(zlib.crc32(f"{photo.name} {look}".encode()))
            changed, moved, out = change(pixels, random)
            rows, picture = seen(changed)
            told = [_told(_box(row), [moved(each) for each in labels], photo, out)
                    for row in rows]  # fmt: skip
            kept = np.array([each is not None for each in told], bool) & (rows[:, 4] < CERTAIN)
            rows = rows[kept]
            near, mesh = second.logits(picture, rows)
            first = np.log(np.clip(rows[:, 4], 0.01, 0.99) / (1 - np.clip(rows[:, 4], 0.01, 0.99)))
            faces = np.array([bool(each) for each, keep in zip(told, kept, strict=True) if keep], bool)
            logits = np.stack([first, near, mesh], axis=1).astype(np.float64)
            yield Examples(photo.name, look, photo.kind == "clean", logits, faces)
        if number % 25 == 0:
            print(f"{number} of {len(photos)} photos", file=sys.stderr)


def _told(box: Box, labels: list[Box], photo: BenchPhoto, size: Box) -> bool | None:
    """Whether the box is a face; None where nobody knows."""
    inside = [label for label in labels if label.common_area(size) >= 0.6 * label.area]
    if any(is_hit(label, box) for label in inside):
        return True
    return False if photo.kind == "clean" else None


def _box(row: Rows) -> Box:
    left, top, right, bottom = (float(side) for side in row[:4])
    return Box(int(np.floor(left)), int(np.floor(top)), int(np.ceil(right)), int(np.ceil(bottom)))


Move = Callable[[Box], Box]
Change = Callable[[Pixels, np.random.Generator], tuple[Pixels, Move, Box]]


def _as_it_is(pixels: Pixels, _: np.random.Generator) -> tuple[Pixels, Move, Box]:
    return pixels, lambda box: box, Box(0, 0, pixels.shape[1], pixels.shape[0])


def _smaller(pixels: Pixels, random: np.random.Generator) -> tuple[Pixels, Move, Box]:
    scale = random.uniform(0.35, 0.7)
    small = _saved(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), random.uniform(60, 90))
    return small, lambda box: _scaled(box, scale), Box(0, 0, small.shape[1], small.shape[0])


def _cut_and_mirrored(pixels: Pixels, random: np.random.Generator) -> tuple[Pixels, Move, Box]:
    height, width = pixels.shape[:2]
    part = random.uniform(0.5, 0.75)
    wide, high = int(width * part), int(height * part)
    left, top = int(random.integers(0, width - wide + 1)), int(random.integers(0, height - high + 1))
    scale = random.uniform(0.6, 1.3)
    shown = np.ascontiguousarray(pixels[top : top + high, left : left + wide][:, ::-1])
    shown = np.asarray(cv2.resize(shown, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR), np.uint8)

    def moved(box: Box) -> Box:
        mirrored = Box(wide - (box.right - left), box.top - top, wide - (box.left - left), box.bottom - top)
        return _scaled(mirrored, scale)

    return shown, moved, Box(0, 0, shown.shape[1], shown.shape[0])


def _blurred(pixels: Pixels, random: np.random.Generator) -> tuple[Pixels, Move, Box]:
    soft = cv2.GaussianBlur(pixels, (0, 0), random.uniform(0.6, 1.6))
    return _saved(soft, random.uniform(25, 60)), lambda box: box, Box(0, 0, pixels.shape[1], pixels.shape[0])


def _dark(pixels: Pixels, random: np.random.Generator) -> tuple[Pixels, Move, Box]:
    light = random.uniform(0.25, 0.6) * random.uniform(0.85, 1.1, 3)
    noisy = pixels.astype(np.float32) * light + random.normal(0, random.uniform(2, 8), pixels.shape)
    dark = np.asarray(np.clip(noisy, 0, 255), np.uint8)
    return dark, lambda box: box, Box(0, 0, pixels.shape[1], pixels.shape[0])


_LOOKS: dict[str, Change] = {
    "as it is": _as_it_is,
    "smaller": _smaller,
    "cut and mirrored": _cut_and_mirrored,
    "blurred": _blurred,
    "dark": _dark,
}


def _saved(pixels: Any, quality: float) -> Pixels:
    data = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(quality)])[1]
    opened: Any = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return np.ascontiguousarray(opened[:, :, ::-1])


def _scaled(box: Box, scale: float) -> Box:
    return Box(*(round(side * scale) for side in (box.left, box.top, box.right, box.bottom)))


def _print_regression(examples: Sequence[Examples]) -> None:
    logits = np.concatenate([each.logits for each in examples])
    faces = np.concatenate([each.faces for each in examples])
    sources = np.concatenate([np.full(len(each.faces), zlib.crc32(_source(each.source).encode())) for each in examples])
    photos = sum(each.nobody for each in examples)
    print(f"{faces.sum()} faces and {(~faces).sum()} other boxes, on {photos} looks at photos of nobody.")
    tested = np.empty(len(faces))
    for fold in range(_FOLDS):
        out = sources % _FOLDS == fold
        tested[out] = _with_ones(logits[out]) @ _regression(logits[~out], faces[~out])
    weights = _regression(logits, faces)
    print("Weights:", ", ".join(f"{name} {weight:.3f}" for name, weight in zip(_FEATURES, weights, strict=False)))
    print("boxes a photo of nobody | logit | faces kept, of those below 0.6 | by CenterFace alone")
    for cost in (0.03, _LIKELY, 0.1, 0.15, 0.2, 0.3, _POSSIBLE, 0.5):
        places = -max(1, round(cost * photos))
        joined, alone = np.sort(tested[~faces])[places], np.sort(logits[~faces, 0])[places]
        logit = joined - weights[-1]
        kept, before = (tested[faces] >= joined).mean(), (logits[faces, 0] >= alone).mean()
        print(f"{cost:.2f} | {logit:.2f} | {kept:.4f} | {before:.4f} (from {1 / (1 + np.exp(-alone)):.3f})")


def _source(name: str) -> str:
    """Whose photo it is: photos of one source are alike."""
    parts = name.split("__")
    return parts[1] if len(parts) > 2 and parts[0] == "clean" else parts[0] if len(parts) > 1 else name


def _regression(logits: NDArray[np.float64], faces: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights and constant of a ridge logistic regression in which both classes count alike, by Newton's method."""
    given = _with_ones(logits)
    counts = np.where(faces, 0.5 / max(faces.sum(), 1), 0.5 / max((~faces).sum(), 1)) * len(faces)
    ridge = np.diag([_RIDGE] * logits.shape[1] + [0.0])
    weights = np.zeros(given.shape[1])
    for _ in range(25):
        share = 1 / (1 + np.exp(-given @ weights))
        slope = given.T @ (counts * (faces - share)) - ridge @ weights
        bend = (given * (counts * share * (1 - share))[:, np.newaxis]).T @ given + ridge
        weights = weights + np.linalg.solve(bend, slope)
    return weights


def _with_ones(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([logits, np.ones((len(logits), 1))], axis=1)


if __name__ == "__main__":
    sys.exit(main())
