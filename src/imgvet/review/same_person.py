"""Which face in the frames of a burst may be the same person's: by place and size alone, never by the picture.

A person always confirms. Nothing here looks at pixels, and nobody is recognised: somebody who has not moved for two
seconds is in the same place in the next frame.
"""

from collections.abc import Iterable, Sequence

from imgvet.capture_order import moment_of
from imgvet.geometry import Box
from imgvet.photo import Face, Photo

_MOST_SECONDS = 10.0  # from a frame to one in which the same face is offered
_REACH = 1.0  # how far the middle may have moved, in widths of the face
_SIZES = 1.5  # by which the sizes may differ


def same_place(photo: Photo, face: Face, frames: Iterable[Photo]) -> list[tuple[int, int]]:
    """In the other frames of a burst the face that is nearest in place and size: numbers of photo and face.

    A frame in which none is near enough, or in which two are equally near, has none; neither has one in which another
    face of the photo is nearer to it.

    Args:
        photo: the frame with the face.
        face: which somebody has answered, or wants to.
        frames: the photos of its burst, in any order; ``photo`` may be among them.
    """
    found = list[tuple[int, int]]()
    start = moment_of(photo.captured)
    for frame in frames:
        moment = moment_of(frame.captured)
        if frame.number == photo.number or start is None or moment is None:
            continue
        if (start.tzinfo is None) != (moment.tzinfo is None):
            continue
        if abs((moment - start).total_seconds()) > _MOST_SECONDS:
            continue
        nearest = _nearest(face.box, frame.faces)
        if nearest is not None and _nearest(nearest.box, photo.faces) == face:
            found.append((frame.number, nearest.number))
    return sorted(found)


def _nearest(box: Box, faces: Sequence[Face]) -> Face | None:
    """The face nearest to a box, where it is near enough and no other is as near."""
    near = sorted((_distance(box, each.box), each.number) for each in faces if _may_be(box, each.box))
    if not near or (len(near) > 1 and near[0][0] == near[1][0]):
        return None
    return next(each for each in faces if each.number == near[0][1])


def _may_be(box: Box, other: Box) -> bool:
    larger, smaller = max(box.area, other.area), max(min(box.area, other.area), 1)
    return _distance(box, other) <= _REACH and larger <= smaller * _SIZES**2


def _distance(box: Box, other: Box) -> float:
    """Between the middles, in widths of the larger side of the smaller of the two."""
    across = (box.left + box.right - other.left - other.right) / 2
    down = (box.top + box.bottom - other.top - other.bottom) / 2
    side = max(min(max(box.width, box.height), max(other.width, other.height)), 1)
    return float((across**2 + down**2) ** 0.5 / side)
