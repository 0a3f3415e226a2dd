"""The photos and faces that a person names: ``3:1``, ``3:all``, ``3``, ``open-day-001``, ``IMG_1.jpg``, ``all``."""

import re
from dataclasses import dataclass
from pathlib import Path

from imgvet.errors import UsageError
from imgvet.photo import Face, Photo

ALL = "all"


@dataclass(frozen=True, slots=True)
class Target:
    """A photo, or one of its faces, that somebody named."""

    photo: Photo
    face: Face | None = None
    swept: bool = False  # it was named among all, and not by itself

    def __str__(self) -> str:
        return f"Photo {self.photo.number}" + (f", face {self.face.number}" if self.face else "")


def parse_targets(photos: list[Photo], text: str) -> list[Target]:
    """The targets in a text, several with commas between them, each once.

    ``all`` is every photo that did not fail, ``3:all`` every face of one, ``all:all`` every face of all.

    Raises:
        UsageError: no such photo or face, a photo that failed, or nothing.
    """
    found: dict[tuple[int, int], Target] = {}
    for part in _parts(text, photos):
        for target in _target(photos, part):
            found.setdefault((target.photo.number, target.face.number if target.face else 0), target)
    if not found:
        raise UsageError(f"'{text}' names nothing in the batch.", "Name a photo, e.g. 3, or a face, e.g. 3:1.")
    return list(found.values())


def one_photo(photos: list[Photo], text: str) -> Photo:
    """The photo that is named.

    Raises:
        UsageError: none is named, or several, a face, or one that failed.
    """
    parts = _parts(text, photos)
    if len(parts) == 1 and parts[0] != ALL and not re.fullmatch(r".*:(all|[0-9]+)", parts[0]):
        return _to_decide_about(photo_named(photos, parts[0]))
    raise UsageError(f"'{text}' is not one photo.", "Faces are added to one photo, e.g. 3, without a colon or comma.")


def photo_named(photos: list[Photo], text: str) -> Photo:
    """The photo of that number, output name or original file name.

    Raises:
        UsageError: there is none, or there are several.
    """
    found = [
        photo
        for photo in photos
        if text.lstrip("0") == str(photo.number) or text in (photo.name, Path(photo.name).stem, Path(photo.source).name)
    ]
    if not found:
        raise UsageError(f"There is no photo '{text}' in the batch.", "Name its number, as on the checklist.")
    if len(found) > 1:
        numbers = ", ".join(str(photo.number) for photo in found)
        raise UsageError(f"'{text}' may be any of the photos {numbers}.", "Name the number.")
    return found[0]


def faces_named(photo: Photo, text: str) -> list[Face]:
    """The face of that number, or all.

    Raises:
        UsageError: there is none.
    """
    faces = [face for face in photo.faces if text in (ALL, str(face.number))]
    if not faces:
        has = f"It has {len(photo.faces)}." if photo.faces else "It has none."
        raise UsageError(f"There is no face {text} in photo {photo.number}.", has)
    return faces


def is_every_face(text: str) -> bool:
    """Whether every face of every photo is named at once."""
    return f"{ALL}:{ALL}" in [part.strip() for part in text.split(",")]


def photo_and_faces(part: str) -> tuple[str, str]:
    """The two parts of ``3:1`` or ``3:all``; the second is empty if a photo as a whole is named."""
    name, colon, faces = part.rpartition(":")
    return (name, faces) if colon and (faces == ALL or faces.isdecimal()) else (part, "")


def _target(photos: list[Photo], part: str) -> list[Target]:
    name, faces = photo_and_faces(part)
    if name == ALL:
        whole = [photo for photo in photos if photo.error is None]
        if not faces:
            return [Target(photo, swept=True) for photo in whole]
        if faces == ALL:
            return [Target(photo, face, swept=True) for photo in whole for face in photo.faces]
    photo = _to_decide_about(photo_named(photos, name))
    return [Target(photo, face, faces == ALL) for face in faces_named(photo, faces)] if faces else [Target(photo)]


def _to_decide_about(photo: Photo) -> Photo:
    if photo.error is not None:
        raise UsageError(f"Photo {photo.number} failed: {photo.error}", "There is nothing to decide about it.")
    return photo


def _parts(text: str, photos: list[Photo]) -> list[str]:
    """The parts between commas; a file name with a comma in it is one part."""
    if any(Path(photo.source).name in (text.rpartition(":")[0], text) for photo in photos):
        return [text]
    return [part.strip() for part in text.split(",") if part.strip()]
