"""Records of what machines found: plain frozen data, no pixels, no files, no behaviour beyond their own arithmetic."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from imgvet.decisions import NO_WORDS, Answer, Words
from imgvet.geometry import Box, Outline, box_outline

OUTPUT_SUFFIXES = (".jpg", ".png")  # of clean files


class Verdict(StrEnum):
    """What may happen to a photo, from best to worst."""

    READY = "ready"
    ASK = "ask"
    RELEASE = "release"
    BLOCKED = "blocked"
    FAILED = "failed"

    @property
    def rank(self) -> int:
        """Place in the order, 0 is best."""
        return _VERDICT_ORDER.index(self)


_VERDICT_ORDER = list(Verdict)

VERDICT_MEANINGS = {
    Verdict.READY: "may be published",
    Verdict.ASK: "needs a decision",
    Verdict.RELEASE: "needs release forms or decisions",
    Verdict.BLOCKED: "must not be published",
    Verdict.FAILED: "could not be read or cleaned",
}
"""What each verdict means, in a few words; the same on screens and on paper."""


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of the verdicts; ``ready`` where there are none."""
    return max(verdicts, key=lambda verdict: verdict.rank, default=Verdict.READY)


class ProblemCode(StrEnum):
    """Why an answer that somebody gave is not valid."""

    NOT_HIDDEN = "not_hidden"  # the face is to be hidden, and the file still shows it
    NOT_CREDITED = "not_credited"  # the photo is licensed, and its file does not name its creator yet; or the reverse
    NOT_WORDED = "not_worded"  # its file does not have the title, caption, alt text and keywords of its own yet
    NOT_APPROVED = "not_approved"  # it needs a second person
    NOT_ALLOWED = "not_allowed"  # the profile does not take this kind of answer
    NO_REASON = "no_reason"  # it needs one
    FORM = "form"  # the register says that the form does not allow the use
    CHANNEL = "channel"  # the form is valid, but not for this channel
    NOT_MADE = "not_made"  # the photo has no clean file for this channel yet


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an answer that somebody gave is not valid. It names nobody."""

    code: ProblemCode
    sentence: str
    hint: str = ""  # the one thing to do next


@dataclass(frozen=True, slots=True)
class Face:
    """One face in one photo."""

    number: int  # within its photo, from 1: the largest first, row by row among faces of like size
    box: Box
    score: float  # the detector's own confidence, 0 to 1; 1 where a person says that it is a face
    possible: bool = False  # not likely: perhaps a face; it needs an answer all the same
    resolved: Answer | None = None  # the answer that is valid; None is open
    refused: bool = False  # the person does not want to be shown; only hiding the face answers for it
    problem: Problem | None = None  # why the answer that somebody gave is not valid
    added: bool = False  # a person drew its box
    found: bool = True  # whether the detector finds it; where not, people recorded it
    face_id: Box | None = None  # ``FaceRecord.face_id``; None where nobody has decided anything about it

    @property
    def identity(self) -> Box:
        """Its ``face_id``; the box is what it becomes with the first decision."""
        return self.face_id or self.box

    @property
    def is_hidden(self) -> bool:
        """Whether it is hidden in the clean file."""
        return self.resolved is not None and self.resolved.hides

    @property
    def must_be_hidden(self) -> bool:
        """Whether the person has refused and can still be seen."""
        return self.refused and not self.is_hidden


@dataclass(frozen=True, slots=True)
class Area:
    """A place in one photo, other than a face, that needs an answer: text, a code, or what somebody drew.

    What was read there is nowhere: it never leaves the worker process.
    """

    number: int  # within its photo, from 1 in reading order; people see it as letters, see ``area_letters``
    rule: str  # that asks about it, a key of ``imgvet.rules.area_rules.AREA_RULES``
    box: Box  # round the outline
    outline: Outline = ()  # empty: the box itself
    possible: bool = False  # perhaps: the text could not be read well enough to be certain
    detail: str = ""  # what it is, in fixed words, e.g. "QR code"
    resolved: Answer | None = None  # the answer that is valid; None is open
    problem: Problem | None = None  # why the answer that somebody gave is not valid
    added: bool = False  # a person drew it
    found: bool = True  # whether it is found in the picture; where not, people recorded it
    area_id: Box | None = None  # ``AreaRecord.area_id``; None where nobody has decided anything about it

    @property
    def identity(self) -> Box:
        """Its ``area_id``; the box is what it becomes with the first decision."""
        return self.area_id or self.box

    @property
    def is_hidden(self) -> bool:
        """Whether it is hidden in the clean file."""
        return self.resolved is not None and self.resolved.hides

    @property
    def corners(self) -> Outline:
        """The outline, also where it is that of the box."""
        return self.outline or box_outline(self.box)

    @property
    def letters(self) -> str:
        """As people name it, e.g. ``A``."""
        return area_letters(self.number)


def area_letters(number: int) -> str:
    """The letters by which people name an area of that number: A for 1, Z for 26, AA for 27."""
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


def area_number(letters: str) -> int:
    """The number of the area with these letters, capital or small; 0 where they are other than A to Z."""
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            return 0
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


MOST_SHARP = 1e6  # black and white, pixel by pixel, is less


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says about one photo."""

    rule: str
    verdict: Verdict
    reason: str  # one plain sentence
    hint: str = ""  # the one thing to do next
    box: Box | None = None
    code: ProblemCode | None = None  # why an answer that somebody gave to it is not valid
    about: str = ""  # a code of the words that it asks about, where an answer is valid for these words alone


class RightsRole(StrEnum):
    """What a field says about the rights in a picture, in the words that the office is shown."""

    CREATOR = "creator"
    NOTICE = "copyright notice"
    OWNER = "copyright owner"
    CREDIT = "credit"
    TERMS = "terms of use"
    LINK = "web page of the rights"
    CONTACT = "contact of the creator"  # counts where nobody is named
    DEPICTED = "rights in a work that it shows"
    MARKED = "mark that it is protected"  # by whom it does not say


@dataclass(frozen=True, slots=True)
class RightsClaim:
    """What one field of an original says about the rights in it."""

    role: RightsRole
    text: str  # plain text, at most 200 characters
    where: str  # the field and its place, e.g. "Artist, EXIF"

    @property
    def words(self) -> str:
        """As the office is shown it, e.g. ``creator “A. Miller”``."""
        return str(self.role) if self.role is RightsRole.MARKED else f"{self.role} “{self.text}”"


@dataclass(frozen=True, slots=True)
class FileClaims:
    """What an original says of its rights and its making. It is for the office; only a licensed credit is published."""

    rights: tuple[RightsClaim, ...] = ()  # the organisation's own among them; camera defaults are left out
    rejected: bool = False  # it was marked as rejected when photos were selected
    made_by_ai: str = ""  # what says that it was made or altered by AI, e.g. a term; empty where nothing does
    source_type: str = ""  # the term of IPTC's Digital Source Type for that, a URI; empty where there is none
    spherical: bool = False  # a 360° picture or a panorama that viewers turn


@dataclass(frozen=True, slots=True)
class ChannelCopy:
    """The clean file of a photo for a further channel of its batch; see ``photo_for``."""

    channel: str
    name: str = ""  # the published file's name; the same as the photo's, except where it ends otherwise
    output: str | None = None  # where it was written
    round: int = 0  # in which it came to the channel's folder, from 1; 0: it is not there
    sha256: str | None = None
    output_width: int = 0
    output_height: int = 0
    output_bytes: int = 0
    public: "PublicMetadata | None" = None
    recipe: str = ""  # of this file, as a batch keeps that of the photo's own
    findings: tuple[Finding, ...] = ()  # what the rules and the forms say for this channel
    faces: tuple[Face, ...] | None = None  # where other answers are valid for this channel; None: as the photo has them


@dataclass(frozen=True, slots=True)
class Photo:
    """One image file and everything that is known about it. Of private data it holds kinds, and no value but three.

    Those are when it was taken, and what it says of its rights (``claims``), because nobody can decide
    whose picture it is without reading that; and, where the profile keeps it, what it says of itself (``draft``), which
    somebody accepts or nobody reads. ``camera_mark`` tells cameras apart and names none.
    """

    source: str  # the path as it was given
    number: int = 1  # within its batch, from 1; given once, never moved, never given again
    earlier_number: int | None = None  # in a batch of a version before 0.6, where it had another
    captured: str = ""  # when it was taken, as in ``CaptureFacts``; private, never published
    camera_mark: str = ""  # the same for photos of one camera in one batch, see ``capture_order.camera_mark``
    kind: str = ""  # by content: "jpeg", "png", "webp", "tiff", "gif", "avif", "heic"; empty where unknown
    source_sha256: str = ""
    width: int = 0  # of the upright full-size photo, pixels
    height: int = 0
    graphic: bool = False  # flat colour or transparency: written as PNG where the channel allows
    misnamed: str = ""  # a sentence, where the file's name says another kind than its content
    partial: bool = False  # the file is damaged and the profile allows what is left of the picture
    pixel_checksum: str = ""  # of the upright pixels: photos with the same one show the same picture
    perceptual_hash: str = ""  # 64 bits in hexadecimal; few bits differ between pictures that look alike
    duplicate_of: int | None = None  # the photo of the batch that shows the same picture and counts instead
    similar: tuple[int, ...] = ()  # photos of the batch that look almost the same
    sharpness: float = 0.0  # see ``sharpness_of``; 0: not measured
    sharpest: int | None = None  # of the frames of its burst that nobody has left out, itself among them
    shown_forms: tuple[str, ...] = ()  # numbers of our own printed release forms that the picture shows
    other_pictures: int = 0  # further pages or frames in the file, which are left behind
    faces: tuple[Face, ...] = ()
    smallest_face_px: int = 0  # pixels across in the published file, of the smallest face searched for; 0: not yet
    rotations_searched: bool = False  # whether faces on their side or upside down were searched for, too
    areas: tuple[Area, ...] = ()  # text, codes and what people drew
    text_searched: bool = False  # whether text and codes were searched for; False: not yet, or the profile says off
    findings: tuple[Finding, ...] = ()
    removed: tuple[str, ...] = ()  # kinds of private data that the original carries, e.g. "gps", "owner"
    claims: FileClaims = FileClaims()
    words: Words = NO_WORDS  # of its own, as they are in its file
    draft: Words = NO_WORDS  # what the original says of itself, where the profile keeps that; private until accepted
    licensed: bool = False  # its file names the creator and the owner that the original names, not the organisation
    official: bool = False  # the original's metadata says OFFICIAL, the lowest tier, and nothing above it
    excluded: bool = False  # somebody decided to leave it out
    filed: bool = False  # the register has a scan of every form that it shows, so nobody has to do anything about it
    original_changed: bool = False  # it is another picture than the one that people knew under its number
    covered_larger: tuple[str, ...] = ()  # what is hidden larger than usual, e.g. "Face 2": it could still be made out
    unplaced_marks: tuple[str, ...] = ()  # marks for which there was no place that covers no face
    name: str = ""  # the published file's name, e.g. "open-day-001.jpg"; carries nothing from the source's name
    output: str | None = None  # where the clean file was written
    round: int = 0  # in which it came to ``flickr/``, from 1; 0: it is not there
    sha256: str | None = None  # of the clean file
    output_width: int = 0
    output_height: int = 0
    output_bytes: int = 0
    public: "PublicMetadata | None" = None  # what the clean file says of itself
    channel: str = ""  # for which its file is; empty in a batch of a version before 0.9, which has one
    copies: tuple[ChannelCopy, ...] = ()  # for the further channels
    error: str | None = None  # why a failed photo failed; one plain sentence
    vetting: str | None = None  # hash of what vetting made, as it is read from a batch; None: it was just made

    @property
    def verdict(self) -> Verdict:
        """The worst of the findings; ``failed`` where there is an error."""
        if self.error is not None:
            return Verdict.FAILED
        return worst(finding.verdict for finding in self.findings)

    @property
    def open_faces(self) -> tuple[Face, ...]:
        """The faces that nobody has answered for."""
        return tuple(face for face in self.faces if face.resolved is None)

    @property
    def open_areas(self) -> tuple[Area, ...]:
        """The areas that nobody has answered for."""
        return tuple(area for area in self.areas if area.resolved is None)

    def as_json(self) -> dict[str, Any]:
        """The photo as ``--json`` prints it."""
        return {
            "photo": self.source,
            "number": self.number,
            "verdict": str(self.verdict),
            "width": self.width,
            "height": self.height,
            "faces": [
                {
                    "number": face.number,
                    "box": face.box.as_list(),
                    "score": round(face.score, 4),
                    "possible": face.possible,
                    "resolved": None if face.resolved is None else str(face.resolved),
                    "refused": face.refused,
                    "doubt": face.problem.sentence if face.problem else "",
                    "added": face.added,
                    "found": face.found,
                }
                for face in self.faces
            ],
            "areas": [
                {
                    "letters": area.letters,
                    "rule": area.rule,
                    "detail": area.detail,
                    "box": area.box.as_list(),
                    "outline": [list(corner) for corner in area.outline],
                    "possible": area.possible,
                    "resolved": None if area.resolved is None else str(area.resolved),
                    "doubt": area.problem.sentence if area.problem else "",
                    "added": area.added,
                    "found": area.found,
                }
                for area in self.areas
            ],
            "looked_for": {
                "from": self.smallest_face_px,
                "turned": self.rotations_searched,
                "text": self.text_searched,
            },
            "findings": [
                {
                    "rule": finding.rule,
                    "verdict": str(finding.verdict),
                    "reason": finding.reason,
                    "next_step": finding.hint,
                    "box": finding.box.as_list() if finding.box else None,
                }
                for finding in self.findings
            ],
            "removed": list(self.removed),
            "shown_forms": list(self.shown_forms),
            "filed": self.filed,
            "rights": [{"what": str(each.role), "text": each.text, "where": each.where} for each in self.claims.rights],
            "output": self.output,
            "sha256": self.sha256,
            "error": self.error,
        }


def photo_for(photo: Photo, channel: str) -> Photo:
    """The photo as it is for one channel, so that what works on photos works on it; it has no further copies.

    For a channel for which no file was made it has no file.
    """
    if channel == photo.channel and not photo.copies:
        return photo
    if channel == (photo.channel or channel) and all(each.channel != channel for each in photo.copies):
        return replace(photo, channel=channel, copies=())
    copy = next((each for each in photo.copies if each.channel == channel), ChannelCopy(channel))
    return replace(
        photo,
        channel=channel,
        copies=(),
        faces=photo.faces if copy.faces is None else copy.faces,
        **{name: getattr(copy, name) for name in _OF_COPIES},
    )


def with_channel(photo: Photo, part: Photo, recipe: str | None = None) -> Photo:
    """The photo with what ``photo_for`` gives for a channel as it is in ``part``.

    ``recipe``: of the copy; None: as it was, empty where there was none.
    """
    if part.channel == (photo.channel or part.channel):
        own = {name: getattr(part, name) for name in (*_OF_COPIES, "faces")}
        return replace(photo, **own)
    others = {each.channel: each for each in photo.copies}
    before = others.get(part.channel, ChannelCopy(part.channel))
    copy = replace(
        before,
        recipe=before.recipe if recipe is None else recipe,
        faces=None if part.faces == photo.faces else part.faces,
        **{name: getattr(part, name) for name in _OF_COPIES},
    )
    return replace(photo, copies=(*({**others, part.channel: copy}).values(),))


_OF_COPIES = (
    "name", "output", "round", "sha256", "output_width", "output_height", "output_bytes", "public", "findings",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PublicMetadata:
    """What a published file says of itself, on purpose. Names are those of the IPTC Photo Metadata Standard.

    Empty fields are not written. XMP holds the texts as they are here, and IIM the same, shortened to its limits.
    """

    title: str = ""
    headline: str = ""
    description: str = ""  # ends in the link back
    keywords: tuple[str, ...] = ()
    creator: str = ""
    credit_line: str = ""
    copyright_notice: str = ""
    usage_terms: str = ""
    web_statement: str = ""  # Web Statement of Rights, a URL
    event_name: str = ""
    alt_text: str = ""
    digital_source_type: str = ""  # a term of IPTC's vocabulary, a URI, where the original is marked as made by AI


@dataclass(frozen=True, slots=True)
class Event:
    """What the photos of one batch have in common."""

    text: str  # the event's name, as the public will see it
    day: date | None = None
    link: str = ""  # the page that the description links back to
    tags: tuple[str, ...] = ()


PREVIEW_SIDE = 720  # pixels, long side
CROP_SIDE = 160  # pixels


@dataclass(frozen=True, slots=True)
class Previews:
    """Small JPEGs of one photo for those who vet it, taken from the redacted upright photo. Not for publication."""

    preview: bytes  # long side at most 720 pixels, no marks, no numbers
    crops: tuple[bytes, ...] = ()  # one a face, in the order of ``Photo.faces``, square, at most 160 pixels
    area_crops: tuple[bytes, ...] = ()  # one an area, in the order of ``Photo.areas``, each in the area's own shape
