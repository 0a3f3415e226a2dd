"""Add faces that the detector missed, by hand. An added face counts like a found one."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from imgvet.batch.decisions.record import DecisionRequest, apply_decisions, check_allowed, current_photos
from imgvet.batch.decisions.state import replay
from imgvet.batch.decisions.targets import one_photo
from imgvet.batch.store import BatchStore
from imgvet.decisions import ADD_FACE, DECISION_KINDS, Answer, Decision, FaceRecord
from imgvet.errors import UsageError
from imgvet.faces.matching import match_faces
from imgvet.geometry import Box
from imgvet.photo import Face, Photo
from imgvet.profile import Profile

MIN_SIDE = 4  # pixels; in less nobody is recognisable

_NUMBER = r"(-?[0-9]{1,9}(?:\.[0-9]{1,9})?)"
_PIXELS = re.compile(r"\s*,\s*".join([_NUMBER] * 4))
_SHARES = re.compile(r"\s*,\s*".join([_NUMBER + r"\s*%"] * 4))


@dataclass(frozen=True, slots=True)
class AddedFace:
    """A face that somebody drew, as it is in its photo now."""

    photo: Photo
    face: Face  # its number is valid until the checklist is written again
    before: Face | None  # the face that was there already and that this is; None: it is new
    answer: Answer | None  # which that face has already


def add_faces(
    folder: BatchStore, profile: Profile, target: str, boxes: Sequence[str], request: DecisionRequest
) -> list[AddedFace]:
    """Add faces to one photo, and decide on each of them where the request has a kind; they are open otherwise.

    Args:
        folder: the batch.
        profile: whose ``faces.answers`` says what may be answered.
        target: one photo; its number, output name, or original's file name.
        boxes: one for each face, as ``parse_box`` reads them.
        request: who draws them and why; its kind is a decision on a face, or empty.

    Raises:
        UsageError: no such photo, an invalid box, or a decision that is not allowed; nothing is recorded.
    """
    _check_adding(request)
    with folder.writing():
        snapshot = folder.snapshot()
        photo = one_photo(current_photos(snapshot), target)
        drawn = [parse_box(photo, text) for text in boxes]
        return add_drawn(folder, snapshot.decisions_on(photo.number), profile, photo, drawn, request)


def _check_adding(request: DecisionRequest) -> None:
    request.check()
    kind = DECISION_KINDS.get(request.kind)
    if kind and kind.typed and not kind.while_adding:
        raise UsageError(
            f"'{request.kind}' cannot be decided while a face is added.", "Decide it with a separate command."
        )


def add_drawn(
    folder: BatchStore,
    said: Sequence[Decision],
    profile: Profile,
    photo: Photo,
    boxes: Sequence[Box],
    request: DecisionRequest,
    *,
    larger: Face | None = None,
) -> list[AddedFace]:
    """The same for a photo that is at hand, in a transaction of the caller.

    Args:
        folder: the batch.
        said: the decisions on the photo's original, up to now.
        profile: as for ``add_faces``.
        photo: with its faces as ``current_photos`` has them.
        boxes: as ``parse_box`` or ``drawn_box`` gives them.
        request: as for ``add_faces``.
        larger: a face of the photo of which the box is drawn again; what it covered before, it still covers.

    Raises:
        UsageError: as ``add_faces``.
    """
    _check_adding(request)
    drawn = _drawn(photo, boxes, request, larger)
    so_far = [*said, *drawn]
    after, known = apply_decisions(photo, so_far), replay(photo, so_far)
    by_id = {face.face_id: face for face in after.faces}
    faces = [by_id[each.face_id] for each in drawn]
    decided = []
    for face in faces if request.kind else []:
        check_allowed(profile, photo, face, request)
        decided.append(request.for_target(photo, face))
    folder.decide(*drawn, *decided)
    before = {face.number: face for face in photo.faces}
    answers = {each.face_id: each.answer for each in known.faces}
    return [AddedFace(after, face, before.get(face.number), answers[face.identity]) for face in faces]


def _drawn(photo: Photo, boxes: Sequence[Box], request: DecisionRequest, larger: Face | None) -> list[Decision]:
    """The decisions that add a face in each of the boxes, some of which may show a face that the photo has already."""
    boxes = list(dict.fromkeys(boxes))
    adding = replace(request, kind=ADD_FACE, value="")
    known = _there_already(photo, boxes) if larger is None else [larger] * len(boxes)
    return [
        replace(adding.for_target(photo, None), face=box, face_id=there.identity if there else box)
        for box, there in zip(boxes, known, strict=True)
    ]


def _there_already(photo: Photo, boxes: Sequence[Box]) -> list[Face | None]:
    """For each box the face of the photo that it shows, if any; no face is matched twice."""
    by_number = {face.number: face for face in photo.faces}
    by_place = [replace(face, face_id=None) for face in photo.faces]
    told = match_faces(by_place, [FaceRecord(box, box, drawn=True) for box in boxes])
    by_box = {each.face_id: by_number[face.number] for face, each in told}
    return [by_box.get(box) for box in boxes]


def parse_box(photo: Photo, text: str) -> Box:
    """The box in pixels of the upright full-size photo, its sides rounded outwards and cut to the picture.

    ``text`` is ``left,top,right,bottom``, right and bottom exclusive, in pixels or each in per cent of width or height.

    Raises:
        UsageError: it cannot be a face's box in this photo; says why, how large the photo is, and gives an example.
    """
    sides = _sides(photo, text)
    if sides is None:
        raise _wrong(photo, f"'{text}' is not a box: a box is four numbers, or four percentages.")
    return drawn_box(photo, sides, text)


def drawn_box(photo: Photo, sides: Sequence[float], text: str) -> Box:
    """The same of sides in pixels that are numbers already; ``text`` is what messages call them.

    Raises:
        UsageError: as ``parse_box``.
    """
    left, top, right, bottom = sides
    if left >= right or top >= bottom:
        raise _wrong(photo, f"The box '{text}' is not valid: right must be more than left, and bottom more than top.")
    whole = Box(math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))
    box = whole.clipped(photo.width, photo.height)
    if not box.area:
        raise _wrong(photo, f"The box '{text}' is outside the picture.")
    if min(box.width, box.height) < MIN_SIDE:
        size = f"{box.width} × {box.height} pixels"
        raise _wrong(photo, f"The box '{text}' is {size} in the picture; each side must be at least {MIN_SIDE}.")
    return box


def _sides(photo: Photo, text: str) -> tuple[float, ...] | None:
    """Left, top, right and bottom in pixels; None if the text is not a box."""
    pixels, shares = _PIXELS.fullmatch(text.strip()), _SHARES.fullmatch(text.strip())
    if pixels:
        return tuple(map(float, pixels.groups()))
    if shares:
        whole = (photo.width, photo.height, photo.width, photo.height)
        return tuple(round(float(share) * side / 100, 6) for share, side in zip(shares.groups(), whole, strict=True))
    return None


def _wrong(photo: Photo, reason: str) -> UsageError:
    tenths = Box(4, 2, 5, 4).scaled(photo.width / 10, photo.height / 10)
    return UsageError(
        reason,
        f"Photo {photo.number} is {photo.width} × {photo.height} pixels; give left,top,right,bottom, "
        f"e.g. --add-face {','.join(map(str, tenths.as_list()))} or --add-face 40%,20%,50%,40%.",
    )
