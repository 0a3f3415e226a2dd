"""Records of what people said: decisions, and what they come to for one face. Machines never make decisions."""

from dataclasses import dataclass

from imgvet.geometry import Box


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said, about one face or one question. Machines never write decisions."""

    kind: str  # one of FACE_DECISIONS, PHOTO_DECISIONS, APPROVAL, "add-face", "declare" or "finish"
    by: str
    at: str  # ISO 8601, UTC
    photo: int | None = None  # number within the batch; None: the whole batch
    source_sha256: str = ""  # of the original that was decided on; a changed photo needs a new decision
    face: Box | None = None  # the face's box as it was then, by which it is known again when faces are numbered anew
    value: str = ""  # the release's reference, the rule answered, the ids of what is declared, or the answer approved
    note: str = ""  # why
    known_as: Box | None = None  # ``FaceRecord.first`` of the face; None: taken down before 0.3, and told by its place


FACE_DECISIONS = ("release", "redact", "staff", "not-identifiable", "not-a-face", "refused", "reopen")


PHOTO_DECISIONS = ("answer", "exclude", "reopen")


APPROVAL = "approve"  # of what somebody else has decided about a face or a photo


@dataclass(frozen=True, slots=True)
class FaceRecord:
    """A face of one photo that people have spoken of, and what holds of it now. It names nobody."""

    first: Box  # under which it was first spoken of; as no other face has it, it is the face's name from then on
    box: Box  # where it was when it was last spoken of, and all that was drawn round it
    drawn: bool = False  # a person drew a box round it
    stays: bool = False  # somebody spoke of it as a face, so it is one even where the detector finds none
    answer: str | None = None  # how it is answered for, e.g. "redact" or "release WMP-14"; None is open
    refused: bool = False
    reasoned: bool = False  # whoever gave the answer said why
    by: str = ""  # who gave the answer
    approved_by: str = ""  # a second person, who has approved it
