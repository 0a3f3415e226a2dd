"""Adding faces that the detector missed, by hand. An added face counts like a found one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from imgvet.batch.decisions.record import (
    DecisionRequest,
    apply_decisions,
    check_allowed,
    current_photos,
    face_id,
)
from imgvet.batch.decisions.state import replay
from imgvet.batch.decisions.targets import one_photo
from imgvet.batch.decisions.typed_box import parse_box
from imgvet.batch.store import BatchStore
from imgvet.decisions import APPROVAL, Decision, FaceRecord
from imgvet.errors import UsageError
from imgvet.faces.matching import match_faces
from imgvet.geometry import Box
from imgvet.photo import Face, Photo
from imgvet.profile import Profile

_MEANT_FOR_OTHERS = (
    "answer",
    "exclude",
    "not-a-face",
    "reopen",
    APPROVAL,
)  # nobody can mean these of a face while adding it


@dataclass(frozen=True, slots=True)
class AddedFace:
    """A face that somebody drew, as it stands in its photo now."""

    photo: Photo
    face: Face  # its number holds until the checklist is written again
    before: Face | None  # the face that was there already and that this is; None: it is new
    answer: str | None  # which that face has already, in words


def add_faces(
    folder: BatchStore, profile: Profile, target: str, boxes: Sequence[str], said: DecisionRequest
) -> list[AddedFace]:
    """Add faces to one photo, and decide on each of them where a kind is said; they are open otherwise.

    Args:
        folder: the batch.
        profile: whose ``faces.answers`` says what may be answered.
        target: one photo; its number, output name, or original's file name.
        boxes: one for each face, as ``parse_box`` reads them.
        said: who draws them and why; its kind is a decision on a face, or empty.

    Raises:
        UsageError: no such photo, a box that cannot be one, or a decision that is not allowed; nothing is taken down.
    """
    said.check()
    if said.kind in _MEANT_FOR_OTHERS:
        raise UsageError(
            f"'{said.kind}' cannot be said of a face while it is added.", "Decide it in a command of its own."
        )
    photo = one_photo(current_photos(folder), target)
    drawn = _drawn(photo, [parse_box(photo, text) for text in boxes], said)
    so_far = [*folder.decisions(), *drawn]
    after, known = apply_decisions(photo, so_far), replay(photo, so_far, frozenset())
    by_name = {face.known_as: face for face in after.faces}
    faces = [by_name[each.known_as] for each in drawn]
    decided = []
    for face in faces if said.kind else []:
        check_allowed(profile, photo, face, said)
        decided.append(said.about(photo, face))
    folder.decide(*drawn, *decided)
    before = {face.number: face for face in photo.faces}
    answers = {each.first: each.answer for each in known.faces}
    return [AddedFace(after, face, before.get(face.number), answers[face_id(face)]) for face in faces]


def _drawn(photo: Photo, boxes: Sequence[Box], said: DecisionRequest) -> list[Decision]:
    """That there is a face in each of the boxes, which may be one that the photo has already."""
    boxes = list(dict.fromkeys(boxes))
    adding = replace(said, kind="add-face", value="")
    return [
        replace(adding.about(photo, None), face=box, known_as=face_id(there) if there else box)
        for box, there in zip(boxes, _there_already(photo, boxes), strict=True)
    ]


def _there_already(photo: Photo, boxes: Sequence[Box]) -> list[Face | None]:
    """For each box the face of the photo that it shows; no face is two of them."""
    by_number = {face.number: face for face in photo.faces}
    by_place = [replace(face, known_as=None) for face in photo.faces]
    told = match_faces(by_place, [FaceRecord(box, box, drawn=True) for box in boxes])
    by_box = {each.first: by_number[face.number] for face, each in told}
    return [by_box.get(box) for box in boxes]
