"""The face detector: which passes a picture gets, and in which order.

Every picture gets two passes, one for small faces and one for those that fill the picture. Doubtful boxes are tested
again mirrored; where there may be faces too small for these passes, tiles are enlarged, as far as the published file
would show them; and rotated passes are added where they are asked for. What is still not certain gets a second look by
two other models. A landscape costs little more than one pass.
"""

import math
from collections.abc import Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from imgvet.faces.fusion import PassResult, fuse_boxes, reading_order
from imgvet.faces.model import Model, Rows, load_model
from imgvet.faces.passes import Pass, Picture, Tiles, longer_sides, run_pass, whole_pass, windows
from imgvet.faces.second_look import SecondLook, load_second_look
from imgvet.geometry import Box
from imgvet.photo import Face
from imgvet.pixels import Pixels
from imgvet.profile import FaceSettings

LONG_SIDE = 1280  # input pixels of the pass for small faces
MAX_ENLARGEMENT = 2.0  # a smaller picture is enlarged this much at most
_FAR = 0.3  # scale of the pass for large faces, as a share of that one
_CLOSEST = 2560  # input pixels of the long side up to which published pixels are enlarged one to one
_CLOSE_ENOUGH = 0.75  # input pixels for a published one beyond that: 16 pixels are 12 then, which the model still sees
_MIN_INPUT = 12  # input pixels across, of which the model still makes a face
_WORTH_IT = 1.2  # times closer, from which a closer pass finds what the first did not
_ROTATED_SIDE = 800  # input pixels of the long side of rotated passes

# Sides of faces in input pixels:
_JUDGED = (6.0, 400.0)  # by a pass across the whole picture
_JUDGED_FAR = (24.0, 1e9)  # by the pass for large ones
_JUDGED_CLOSE = (5.0, 80.0)  # by a closer pass
_SMALL = 28.0  # up to which a box of the first pass is worth a closer one
_MEDIUM = 100.0  # from which the pass for large faces is the one to repeat

_MAY_BE_SMALL = 0.08  # score from which a small box is worth a closer pass
_DOUBTFUL = (0.1, 0.6)  # scores from and up to which a second pass can change the outcome
_MAY_BE = 0.08  # score from which a box is worth a second look
_SURE = 0.5  # score of a face within which no smaller faces are looked for
_SUGGESTS_MORE = 0.2  # score of a small face whose neighbouring tiles are searched too
_MIN_SIDE = 6  # pixels; nobody can be recognised from less


@dataclass(frozen=True, slots=True)
class Detector:
    """Loaded face models that find faces; one for each worker process."""

    model: Model
    second: SecondLook | None = None  # None: boxes are judged by what the passes say of them
    threads: int = 1  # that run passes at once; what is found is the same

    def find(
        self, pixels: Pixels, thresholds: FaceSettings, published: float = 1.0, *, turned: bool = False
    ) -> tuple[Face, ...]:
        """The faces in an upright picture, numbered in reading order; those below ``confident`` are ``possible``.

        Args:
            pixels: (height, width, 3).
            thresholds: scores from which a face is likely or possible.
            published: size of the published picture as a part of this one's; what it would show is looked for.
            turned: also look for faces that are rotated by 90, 180 or 270 degrees.

        Raises:
            ModelError: a model gave no usable answer.
        """
        height, width = pixels.shape[:2]
        with ThreadPoolExecutor(self.threads) as threads:
            scales = Scales.of(width, height, published)
            run = DetectionRun(self.model, Picture.of(pixels, LONG_SIDE), scales, threads)
            run.run_all_passes(turned=turned)
        rows = fuse_boxes(run.results)
        if self.second is not None:
            rows = self.second.judged(run.picture, rows[rows[:, 4] >= _MAY_BE])
        faces = (_face(row, width, height) for row in rows)
        kept = [each for each in faces if _counts(each, thresholds.possible)]
        return tuple(
            replace(face, number=number, possible=face.score < thresholds.confident)
            for number, face in enumerate(reading_order(kept), start=1)
        )


def load_detector(threads: int = 1) -> Detector:
    """The detector with its models; ``threads`` run its passes at once.

    Raises:
        ModelError: a model is missing, altered, or cannot be run.
    """
    return Detector(load_model(), load_second_look(), threads)


def smallest_face_px(width: int, height: int, published: float) -> int:
    """The smallest face that is looked for in a photo of that size, in pixels across in the published file."""
    return math.ceil(_MIN_INPUT * published / Scales.of(width, height, published).finest)


@dataclass(frozen=True, slots=True)
class Scales:
    """Scales of the passes: input pixels of the model for one pixel of the picture."""

    near: float  # for small faces
    close: float | None  # closer, where the published file shows more than the near pass can find

    @classmethod
    def of(cls, width: int, height: int, published: float) -> "Scales":
        """The scales for a picture of that size, of which ``published`` is published."""
        long_side = max(width, height)
        near = min(LONG_SIDE / long_side, MAX_ENLARGEMENT)
        close = min(published, max(_CLOSE_ENOUGH * published, _CLOSEST / long_side))
        return cls(near, close if close >= _WORTH_IT * near else None)

    @property
    def finest(self) -> float:
        """The largest scale."""
        return self.close or self.near

    @property
    def far(self) -> float:
        """For large faces."""
        return self.near * _FAR


@dataclass(slots=True)
class DetectionRun:
    """The passes across one picture, with what they found so far."""

    model: Model
    picture: Picture
    scales: Scales
    threads: Executor
    results: list[PassResult] = field(default_factory=list)

    def run_all_passes(self, *, turned: bool) -> None:
        """Every pass that the picture needs, in the order in which their results are joined."""
        base = self._begin([self._near, self._far])
        rotated = self._begin(self._rotated_passes() if turned else [])  # they need nothing of the others
        self._end(base)
        self._run_tiled_passes()
        self._end(self._begin(self._mirrored_passes()))
        self._end(rotated)

    def _run_tiled_passes(self) -> None:
        """Tiles at a closer scale where small faces may be, then their neighbours as long as more faces are found."""
        if self.scales.close is None:
            return
        tiles = Tiles(whole_pass(*self.picture.size, self.scales.close, _JUDGED_CLOSE))
        wanted, done = tiles.containing(self._may_be_small()), set[tuple[int, int]]()
        while wanted:
            found = self._end(self._begin(tiles.passes(wanted)))
            done |= wanted
            likely = np.concatenate(found)
            wanted = tiles.with_neighbours(tiles.containing(likely[likely[:, 4] >= _SUGGESTS_MORE])) - done

    def _mirrored_passes(self) -> list[Pass]:
        """Mirrored passes round doubtful boxes: the model is not symmetrical, so that is a second opinion."""
        rows = fuse_boxes(self.results)
        doubtful = rows[(rows[:, 4] >= _DOUBTFUL[0]) & (rows[:, 4] < _DOUBTFUL[1])]
        sides = longer_sides(doubtful)
        passes = [pass_ for pass_ in self._closer_passes() if pass_.covers(doubtful).any()]
        middling = doubtful[self._near.covers(doubtful) & (sides * self.scales.near < _MEDIUM)]
        passes += windows(self._near, middling)
        if (sides * self.scales.near >= _MEDIUM).any():
            passes.append(self._far)
        return [replace(pass_, mirrored=True) for pass_ in passes]

    def _rotated_passes(self) -> list[Pass]:
        """Passes across the picture rotated by 90, 180 and 270 degrees."""
        scale = min(_ROTATED_SIDE / max(self.picture.size), MAX_ENLARGEMENT * self.scales.near, self.scales.near)
        upright = whole_pass(*self.picture.size, scale, _JUDGED)
        return [replace(upright, rotated=quarters) for quarters in (1, 2, 3)]

    def _begin(self, passes: Iterable[Pass]) -> list[tuple[Pass, Future[Rows]]]:
        return [(pass_, self.threads.submit(run_pass, self.model, self.picture, pass_)) for pass_ in passes]

    def _end(self, begun: Iterable[tuple[Pass, Future[Rows]]]) -> list[Rows]:
        """The boxes of each pass, which are kept as well."""
        found = [PassResult(pass_, boxes.result()) for pass_, boxes in begun]
        self.results += found
        return [each.boxes for each in found]

    def _closer_passes(self) -> list[Pass]:
        return [each.pass_ for each in self.results if each.pass_.scale == self.scales.close]

    def _may_be_small(self) -> Rows:
        """Small boxes of the first passes, except those within a sure face."""
        rows = fuse_boxes(self.results)
        sides = longer_sides(rows)
        sure = rows[(rows[:, 4] >= _SURE) & (sides * self.scales.near >= _SMALL)]
        small = rows[(sides * self.scales.near < _SMALL) & (rows[:, 4] >= _MAY_BE_SMALL)]
        x, y = (small[:, 0] + small[:, 2]) / 2, (small[:, 1] + small[:, 3]) / 2
        within = [(x >= face[0]) & (x < face[2]) & (y >= face[1]) & (y < face[3]) for face in sure]
        return small[~np.any(within, axis=0)] if within else small

    @property
    def _near(self) -> Pass:
        return whole_pass(*self.picture.size, self.scales.near, _JUDGED)

    @property
    def _far(self) -> Pass:
        return whole_pass(*self.picture.size, self.scales.far, _JUDGED_FAR)


def _face(row: Rows, width: int, height: int) -> Face:
    left, top, right, bottom = (float(side) for side in row[:4])
    box = Box(int(np.floor(left)), int(np.floor(top)), int(np.ceil(right)), int(np.ceil(bottom)))
    return Face(number=0, box=box.clipped(width, height), score=float(row[4]))


def _counts(face: Face, possible: float) -> bool:
    return face.score >= possible and min(face.box.width, face.box.height) >= _MIN_SIDE
