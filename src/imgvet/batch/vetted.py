"""What vetting made of a photo and judging never changes: put together, and hashed for the log.

The hash of it is an entry of the log, so that a record, recipe, face, hidden box or small picture that is altered
afterwards is found before the photo moves. ``Photo.vetting`` carries the hash of a record as it is read.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from imgvet.decisions import IMGVET, VETTED, Decision
from imgvet.geometry import Box, Outline
from imgvet.photo import Area, Face, Photo

# The fields of a Photo that only vetting sets. A new one here, or a new field in the type of one, needs a migration
# that appends an entry for every photo of a batch, because the earlier hashes differ.
_VETTED_FIELDS = (
    "number", "earlier_number", "captured", "kind", "source_sha256", "width", "height", "graphic", "misnamed",
    "partial", "pixel_checksum", "perceptual_hash", "other_pictures", "smallest_face_px", "rotations_searched",
    "removed", "claims", "licensed", "official", "original_changed", "unplaced_marks", "name", "sha256",
    "output_width", "output_height", "output_bytes", "public", "error",
)  # fmt: skip

# The fields of a ChannelCopy that say what was made. Those of judging and placing are left out here as well.
_COPY_FIELDS = (
    "channel", "name", "sha256", "output_width", "output_height", "output_bytes", "public", "recipe",
)  # fmt: skip

# The fields of ``Words`` that there were in 0.11, so that what has only these has the hash that it had.
_NO_OWN: dict[str, object] = dict.fromkeys(("title", "caption", "alt_text", "keywords"))

ALTERED = "altered"  # in the place of a hash, where a record contradicts what vetting found


@dataclass(frozen=True, slots=True)
class VettedFace:
    """A face as it was when the photo was vetted."""

    number: int
    box: Box
    hidden: bool  # in the clean file
    found: bool
    face_id: Box | None


@dataclass(frozen=True, slots=True)
class VettedArea:
    """An area as it was when the photo was vetted."""

    number: int
    rule: str
    box: Box
    outline: Outline
    hidden: bool  # in the clean file
    found: bool
    area_id: Box | None


@dataclass(frozen=True, slots=True)
class VettedParts:
    """What vetting found and made beside the fields of the record."""

    faces: tuple[VettedFace, ...]
    pictures: str  # SHA-256 of the small pictures, see ``pictures_sha256``; empty where there are none
    areas: tuple[VettedArea, ...] = ()  # none before 0.11


def vetted_parts(photo: Photo, preview: bytes | None, crops: Sequence[bytes]) -> str:
    """The parts of a photo that has just been vetted, as JSON."""
    faces = tuple(VettedFace(each.number, each.box, each.is_hidden, each.found, each.face_id) for each in photo.faces)
    areas = tuple(_vetted_area(each) for each in photo.areas)
    return msgspec.json.encode(VettedParts(faces, pictures_sha256(preview, crops), areas)).decode()


def _vetted_area(area: Area) -> VettedArea:
    return VettedArea(area.number, area.rule, area.box, area.outline, area.is_hidden, area.found, area.area_id)


def pictures_sha256(preview: bytes | None, crops: Sequence[bytes]) -> str:
    """SHA-256 over the preview and the crops, each with its length before it; empty where there are none."""
    if preview is None and not crops:
        return ""
    digest = hashlib.sha256()
    for picture in (preview or b"", *crops):
        digest.update(len(picture).to_bytes(8, "big") + picture)
    return digest.hexdigest()


def pictures_vetted(parts: str | None) -> str:
    """The ``pictures_sha256`` of a photo when it was vetted."""
    return msgspec.json.decode(parts, type=VettedParts).pictures if parts else ""


def vetting_hash(photo: Photo, recipe: str, parts: str) -> str:
    """The hash of all that vetting made of a photo, in hexadecimal; ``ALTERED`` where its faces contradict the parts.

    Raises:
        ValueError: the parts are damaged.
    """
    vetted = msgspec.json.decode(parts, type=VettedParts)
    seen = (photo.faces, *(each.faces for each in photo.copies if each.faces is not None))
    if not all(_same_faces(faces, vetted.faces) for faces in seen) or not _same_areas(photo.areas, vetted.areas):
        return ALTERED
    fixed = [getattr(photo, name) for name in _VETTED_FIELDS]
    # Earlier versions looked for no forms and no text, told no cameras apart, measured no sharpness, and knew no words
    # of a photo's own.
    added: list[object] = [each for each in (photo.shown_forms, photo.camera_mark) if each]
    added += [{"text_searched": True}] * photo.text_searched
    added += [{"sharpness": photo.sharpness}] * bool(photo.sharpness)
    added += [{"covered_larger": photo.covered_larger}] * bool(photo.covered_larger)
    said = (("words", photo.words), ("draft", photo.draft))
    words = [{name: _NO_OWN | each.fields} for name, each in said if each.fields]
    whole = [*fixed, recipe, parts, *added, *words, *_channels(photo)]
    return hashlib.sha256(msgspec.json.encode(whole)).hexdigest()


def _channels(photo: Photo) -> list[dict[str, object]]:
    """For which channel the photo's file is, and its further ones; of one channel alone the recipe says it."""
    made = [each for each in photo.copies if each.sha256]  # no file, nothing to vouch for
    if not made:
        return []
    copies = [[getattr(each, name) for name in _COPY_FIELDS] for each in made]
    return [{"channel": photo.channel, "copies": copies}]


def vetting_entry(photo: Photo, recipe: str, parts: str, at: str) -> Decision:
    """The entry of the log for a photo that has been vetted."""
    value = vetting_hash(photo, recipe, parts)
    return Decision(VETTED, IMGVET, at, photo.number, photo.source_sha256, value=value)


def _same_faces(faces: Iterable[Face], vetted: Iterable[VettedFace]) -> bool:
    """Whether the faces of a record come of those that were vetted.

    People add faces and draw larger boxes, and a face with a larger box is no longer hidden; no face is removed, and
    none is hidden later.
    """
    left = {face.number: face for face in faces}
    return all(_is_same(left.pop(each.number, None), each) for each in vetted) and not any(
        face.is_hidden or face.found for face in left.values()
    )


def _same_areas(areas: Iterable[Area], vetted: Iterable[VettedArea]) -> bool:
    """The same of areas: people draw more and none is hidden later; one that is to be hidden may become larger."""
    left = {area.number: area for area in areas}
    return all(_is_same_area(left.pop(each.number, None), each) for each in vetted) and not any(
        area.is_hidden or area.found for area in left.values()
    )


def _is_same_area(area: Area | None, vetted: VettedArea) -> bool:
    if area is None or (area.found, area.rule) != (vetted.found, vetted.rule):
        return False
    same = (area.box, area.outline) == (vetted.box, vetted.outline)
    if area.is_hidden and not (vetted.hidden and same):
        return False
    if not same and area.box.joined(vetted.box) != area.box:
        return False
    return area.area_id == vetted.area_id if vetted.area_id is not None else True


def _is_same(face: Face | None, vetted: VettedFace) -> bool:
    if face is None or face.found != vetted.found or face.box.joined(vetted.box) != face.box:
        return False
    if face.is_hidden and not (vetted.hidden and face.box == vetted.box):
        return False
    if vetted.face_id is not None:
        return face.face_id == vetted.face_id
    return face.face_id is None or face.face_id.common_area(vetted.box) > 0
