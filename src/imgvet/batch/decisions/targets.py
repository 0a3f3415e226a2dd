"""The photos and faces that a person names: ``3:1``, ``3:all``, ``3``, ``open-day-001``, ``IMG_1.jpg``, ``all``."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

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


def parse_targets(photos: Sequence[Photo], text: str) -> Iterator[Target]:
    """The targets in a text, several with commas between them, each once, as they are found.

    ``all`` is every photo that did not fail, ``3:all`` every face of one, ``all:all`` every face of all.

    Raises:
        UsageError: no such photo or face, a photo that failed, or nothing.
    """
    named = NamedPhotos(photos)
    found: set[tuple[int, int]] = set()
    for part in named.parts(text):
        for target in _target(named, part):
            key = (target.photo.number, target.face.number if target.face else 0)
            if key not in found:
                found.add(key)
                yield target
    if not found:
        raise UsageError(f"'{text}' names nothing in the batch.", "Name a photo, e.g. 3, or a face, e.g. 3:1.")


def one_photo(photos: Sequence[Photo], text: str) -> Photo:
    """The photo that is named.

    Raises:
        UsageError: none is named, or several, a face, or one that failed.
    """
    named = NamedPhotos(photos)
    parts = named.parts(text)
    if len(parts) == 1 and parts[0] != ALL and not re.fullmatch(r".*:(all|[0-9]+)", parts[0]):
        return _to_decide_about(named[parts[0]])
    raise UsageError(f"'{text}' is not one photo.", "Faces are added to one photo, e.g. 3, without a colon or comma.")


class NamedPhotos:
    """The photos of a batch, by whatever people name them."""

    def __init__(self, photos: Sequence[Photo]) -> None:
        self.photos = photos

    def __getitem__(self, text: str) -> Photo:
        """The photo of that number, output name or original file name.

        Raises:
            UsageError: there is none, or there are several.
        """
        number = text.lstrip("0")
        same = (self.photos[place] for place in self._places.get(number, ()))
        found = {photo.number: photo for photo in same if number == str(photo.number)}
        found |= {photo.number: photo for photo in (self.photos[place] for place in self._places.get(text, ()))}
        if not found:
            raise UsageError(f"There is no photo '{text}' in the batch.", "Name its number, as on the checklist.")
        if len(found) > 1:
            numbers = ", ".join(map(str, sorted(found)))
            raise UsageError(f"'{text}' may be any of the photos {numbers}.", "Name the number.")
        return found.popitem()[1]

    def parts(self, text: str) -> list[str]:
        """The parts between commas; a file name with a comma in it is one part."""
        whole = (text.rpartition(":")[0], text)
        if "," in text and any(PurePath(photo.source).name in whole for photo in self.photos):
            return [text]
        return [part.strip() for part in text.split(",") if part.strip()]

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """Where the photos of each name are."""
        places: dict[str, list[int]] = {}
        for place, photo in enumerate(self.photos):
            for name in {str(photo.number), photo.name, PurePath(photo.name).stem, PurePath(photo.source).name}:
                places.setdefault(name, []).append(place)
        return places


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


def _target(named: NamedPhotos, part: str) -> Iterable[Target]:
    name, faces = photo_and_faces(part)
    if name == ALL:
        whole = (photo for photo in named.photos if photo.error is None)
        if not faces:
            return (Target(photo, swept=True) for photo in whole)
        if faces == ALL:
            return (Target(photo, face, swept=True) for photo in whole for face in photo.faces)
    photo = _to_decide_about(named[name])
    return [Target(photo, face, faces == ALL) for face in faces_named(photo, faces)] if faces else [Target(photo)]


def _to_decide_about(photo: Photo) -> Photo:
    if photo.error is not None:
        raise UsageError(f"Photo {photo.number} failed: {photo.error}", "There is nothing to decide about it.")
    return photo
