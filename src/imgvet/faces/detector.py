"""Where the faces in a picture are: how it is looked at, and in which order.

Two looks are always taken, one for small faces and one for those that fill the picture. What they leave in doubt is
looked at again mirrored; where there may be faces too small for them, closer, as far as the published file would show
them; and turned, where that is asked for. A photo of a landscape costs little more than one look.
"""

import math
from dataclasses import dataclass, field, replace

import numpy as np

from imgvet.faces.fusion import PassResult, fuse_boxes, reading_order
from imgvet.faces.model import Model, Rows, load_model
from imgvet.faces.passes import (
    Pass,
    Picture,
    Tiles,
    longer_sides,
    run_pass,
    whole_pass,
    windows,
)
from imgvet.geometry import Box
from imgvet.photo import Face
from imgvet.pixels import Pixels
from imgvet.profile import FaceSettings

LONG_SIDE = 1280  # input pixels of the look for small faces
MAX_ENLARGEMENT = 2.0  # a smaller picture is enlarged this much at most
_FAR = 0.3  # the look for large faces, as a part of that scale
_CLOSEST = 2560  # input pixels of the long side up to which published pixels are looked at one to one
_CLOSE_ENOUGH = 0.75  # input pixels for a published one beyond that: 16 pixels are 12 then, which the model still sees
_MIN_INPUT = 12  # input pixels across, of which the model still makes a face
_WORTH_IT = 1.2  # times closer, from which a closer look finds what the first did not
_TURNED_SIDE = 800  # input pixels of the long side of looks at the turned picture

# Sides of faces in input pixels:
_JUDGED = (6.0, 400.0)  # by a look at the whole picture
_JUDGED_FAR = (24.0, 1e9)  # by the look for large ones
_JUDGED_CLOSE = (5.0, 80.0)  # by a closer look
_SMALL = 28.0  # what the first look sees no larger is worth a closer look
_MEDIUM = 100.0  # beyond it the look for large faces is the one to repeat

_MAY_BE_SMALL = 0.08  # score from which a small spot is worth a closer look
_DOUBTFUL = (0.1, 0.6)  # scores from and up to which a second look can change what is said
_SURE = 0.5  # score of a face in whose hair and glasses no smaller faces are looked for
_TELLS_OF_MORE = 0.2  # score of a small face beside which closer looks go on
_MIN_SIDE = 6  # pixels; nobody can be known from less


@dataclass(frozen=True, slots=True)
class Detector:
    """A loaded face model that finds faces; one for each worker process."""

    model: Model

    def find(
        self, pixels: Pixels, thresholds: FaceSettings, published: float = 1.0, *, turned: bool = False
    ) -> tuple[Face, ...]:
        """The faces in an upright picture, numbered as people read; those below ``confident`` are ``possible``.

        Args:
            pixels: (height, width, 3).
            thresholds: scores from which a face is sure or possible.
            published: size of the published picture as a part of this one's; what it would show is looked for.
            turned: look for faces that lie on their side or stand on their head, too.

        Raises:
            ModelError: the model gave no usable answer.
        """
        height, width = pixels.shape[:2]
        sight = DetectionRun(self.model, Picture.of(pixels, LONG_SIDE), Scales.of(width, height, published))
        sight.look_first()
        sight.look_closer()
        sight.look_again()
        if turned:
            sight.look_turned()
        faces = (_face(row, width, height) for row in fuse_boxes(sight.seen))
        kept = [each for each in faces if _counts(each, thresholds.possible)]
        return tuple(
            replace(face, number=number, possible=face.score < thresholds.confident)
            for number, face in enumerate(reading_order(kept), start=1)
        )


def load_detector() -> Detector:
    """The detector with its model.

    Raises:
        ModelError: the model is missing, altered, or cannot be run.
    """
    return Detector(load_model())


def smallest_face_px(width: int, height: int, published: float) -> int:
    """Pixels across in the published file, down to which faces are looked for in a photo of that size."""
    return math.ceil(_MIN_INPUT * published / Scales.of(width, height, published).finest)


@dataclass(frozen=True, slots=True)
class Scales:
    """The model's input pixels for one of the picture's, at each kind of look."""

    near: float  # for small faces
    close: float | None  # closer, where the published file shows more than the near look sees

    @classmethod
    def of(cls, width: int, height: int, published: float) -> "Scales":
        """The scales for a picture of that size, of which ``published`` is published."""
        long_side = max(width, height)
        near = min(LONG_SIDE / long_side, MAX_ENLARGEMENT)
        close = min(published, max(_CLOSE_ENOUGH * published, _CLOSEST / long_side))
        return cls(near, close if close >= _WORTH_IT * near else None)

    @property
    def finest(self) -> float:
        """The closest look."""
        return self.close or self.near

    @property
    def far(self) -> float:
        """For large faces."""
        return self.near * _FAR


@dataclass(slots=True)
class DetectionRun:
    """What has been seen of one picture so far."""

    model: Model
    picture: Picture
    scales: Scales
    seen: list[PassResult] = field(default_factory=list)

    def look_first(self) -> None:
        """The two looks that every picture gets."""
        self._look(self._near)
        self._look(self._far)

    def look_closer(self) -> None:
        """Closer, where small faces may be, and on from there as long as more of them come to light."""
        if self.scales.close is None:
            return
        tiles = Tiles(whole_pass(*self.picture.size, self.scales.close, _JUDGED_CLOSE))
        wanted, done = tiles.holding(self._may_be_small()), set[tuple[int, int]]()
        while wanted:
            found = [self._look(look) for look in tiles.looks(wanted)]
            done |= wanted
            likely = np.concatenate(found)
            wanted = tiles.round_about(tiles.holding(likely[likely[:, 4] >= _TELLS_OF_MORE])) - done

    def look_again(self) -> None:
        """Mirrored, at what is doubtful: the model is not symmetrical, so that is a second opinion."""
        rows = fuse_boxes(self.seen)
        doubtful = rows[(rows[:, 4] >= _DOUBTFUL[0]) & (rows[:, 4] < _DOUBTFUL[1])]
        sides = longer_sides(doubtful)
        for look in self._closer_looks():
            spots = doubtful[look.can_see(doubtful)]
            if len(spots):
                self._look(replace(look, mirrored=True))
        middling = doubtful[self._near.can_see(doubtful) & (sides * self.scales.near < _MEDIUM)]
        for look in windows(self._near, middling):
            self._look(replace(look, mirrored=True))
        if (sides * self.scales.near >= _MEDIUM).any():
            self._look(replace(self._far, mirrored=True))

    def look_turned(self) -> None:
        """By a quarter, by half, and by three quarters."""
        scale = min(_TURNED_SIDE / max(self.picture.size), MAX_ENLARGEMENT * self.scales.near, self.scales.near)
        for quarters in (1, 2, 3):
            self._look(replace(whole_pass(*self.picture.size, scale, _JUDGED), turned=quarters))

    def _look(self, look: Pass) -> Rows:
        boxes = run_pass(self.model, self.picture, look)
        self.seen.append(PassResult(look, boxes))
        return boxes

    def _closer_looks(self) -> list[Pass]:
        return [each.look for each in self.seen if each.look.scale == self.scales.close]

    def _may_be_small(self) -> Rows:
        """What the first look saw small, but for what lies within a sure face."""
        rows = fuse_boxes(self.seen)
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
