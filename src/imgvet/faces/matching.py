"""Match faces with what people recorded, however the detector draws or numbers them later.

From records alone, without pixels. A face is matched by its place in the picture, which cannot change while the
original is the same. The matching is one to one; in doubt, two faces are two.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from imgvet.decisions import REDACT, FaceRecord
from imgvet.geometry import Box
from imgvet.pairing import best_pairs, merge_pairs
from imgvet.photo import Face

_SAME_FACE = 0.5  # overlap from which two boxes are one face
_MOSTLY = 0.75  # share of the smaller box that lies in the larger, where one of them was drawn by hand
_TIMES_LARGER = 4.0  # at most, by area, so that a box round a person or a group is not mistaken for a face's
_MIDDLE = 0.5  # part of the larger box round its centre, in which the smaller one's centre must be


def same_face(one: Box, other: Box, *, by_hand: bool) -> bool:
    """Whether two boxes show one face.

    ``by_hand``: one of them was drawn by a person, who draws round the head; the detector's box is from brow to chin.
    """
    if one.overlap(other) >= _SAME_FACE:
        return True
    smaller, larger = sorted((one, other), key=lambda box: box.area)
    return (
        by_hand
        and 0 < larger.area <= _TIMES_LARGER * smaller.area
        and one.common_area(other) >= _MOSTLY * smaller.area
        and _in_the_middle(smaller, larger)
    )


def match_faces(faces: Iterable[Face], known: Collection[FaceRecord]) -> list[tuple[Face, FaceRecord]]:
    """Which face is which known one: those that were told before first, then those that overlap most.

    No face and no known one comes twice, and their order makes no difference.
    """
    likely = ((face, each) for face in faces for each in known if _may_be(face, each))
    return best_pairs(sorted(likely, key=_likeness))


def merge_face_records(faces: Collection[Face], known: Collection[FaceRecord]) -> tuple[Face, ...]:
    """The faces, each as people know it, and behind them those that stay although they are not among them."""
    return merge_pairs(faces, known, match_faces(faces, known), _as_known, _kept)


def is_hidden(known: FaceRecord | None, redact: str) -> bool:
    """Whether a face will be hidden, under ``--redact`` none, unreleased or all; None: nobody has decided about it."""
    answer = None if known is None else known.answer
    return (
        redact == "all" or (answer is not None and answer.kind == REDACT) or (redact == "unreleased" and answer is None)
    )


def _in_the_middle(smaller: Box, larger: Box) -> bool:
    """Whether the centre of the smaller box is in the middle part of the larger; computed in half pixels."""
    across = abs(smaller.left + smaller.right - larger.left - larger.right)
    down = abs(smaller.top + smaller.bottom - larger.top - larger.bottom)
    return across <= _MIDDLE * larger.width and down <= _MIDDLE * larger.height


def _may_be(face: Face, known: FaceRecord) -> bool:
    if face.face_id is not None:
        return face.face_id == known.face_id
    return _overlap(face, known) >= _SAME_FACE or same_face(face.box, known.box, by_hand=known.drawn)


def _overlap(face: Face, known: FaceRecord) -> float:
    """With where it was spoken of first or last, whichever is closer."""
    return max(face.box.overlap(known.box), face.box.overlap(known.face_id))


def _likeness(pair: tuple[Face, FaceRecord]) -> tuple[float, list[int], int, list[int]]:
    """What the best pair has least of; everything behind the overlap only makes the order certain."""
    face, known = pair
    overlap = (
        2.0 if face.face_id == known.face_id else _overlap(face, known)
    )  # its name identifies it better than any place
    return -overlap, face.box.as_list(), face.number, known.face_id.as_list()


def _as_known(face: Face, known: FaceRecord) -> Face:
    """A found face with what people know of it; one that was hidden in a smaller box than its own no longer is."""
    box = face.box.joined(known.box) if known.stays else face.box
    return replace(
        face,
        box=box,
        score=1.0 if known.drawn else face.score,
        possible=face.possible and not known.drawn,
        resolved=face.resolved if box == face.box else None,
        added=known.drawn,
        face_id=known.face_id,
    )


def _kept(number: int, known: FaceRecord) -> Face:
    return Face(number, known.box, 1.0, added=known.drawn, found=False, face_id=known.face_id)
