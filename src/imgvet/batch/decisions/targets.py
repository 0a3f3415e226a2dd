"""The photos and faces that a person names: ``3:1``, ``3:1,2``, ``3:2-9``, ``3:possible``, ``3``, ``IMG_1.jpg``."""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from imgvet.errors import UsageError
from imgvet.photo import Face, Photo

ALL = "all"
POSSIBLE = "possible"  # faces that may be none, and that nobody has answered for
_WORDS = (ALL, POSSIBLE)  # that name faces instead of numbers, each alone

_NUMBERS = re.compile("([0-9]{1,9})(?:-([0-9]{1,9}))?")  # one face, or several that follow each other


@dataclass(frozen=True, slots=True)
class Target:
    """A photo, or one of its faces, that somebody named."""

    photo: Photo
    face: Face | None = None
    swept: bool = False  # it was named as part of all, not individually
    unanswered: bool = False  # it is meant only if nobody has answered for it

    def __str__(self) -> str:
        return f"Photo {self.photo.number}" + (f", face {self.face.number}" if self.face else "")


def parse_targets(photos: Sequence[Photo], text: str) -> Iterator[Target]:
    """The targets in a text, several with commas between them, each once, as they are found.

    ``3:1,2`` and ``3:2-9`` are several faces of photo 3, ``3:all`` all of them, ``3:possible`` those that may be none;
    ``all`` is every photo that did not fail, ``all:all`` every face of all, ``all:possible`` or ``possible`` those that
    may be none.

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
        raise UsageError(
            f"'{text}' is not a photo or face of this batch.", "Name a photo, e.g. 3, or a face, e.g. 3:1."
        )


def one_photo(photos: Sequence[Photo], text: str) -> Photo:
    """The photo that is named.

    Raises:
        UsageError: none is named, or several, a face, or one that failed.
    """
    named = NamedPhotos(photos)
    parts = named.parts(text)
    if len(parts) == 1 and parts[0].photo != ALL and not parts[0].faces:
        return checked_to_decide(named[parts[0].photo])
    raise UsageError(f"'{text}' is not one photo.", "Faces are added to one photo, e.g. 3, without a colon or comma.")


@dataclass(frozen=True, slots=True)
class NamedPart:
    """A photo as somebody named it, and which of its faces."""

    photo: str
    faces: tuple[str, ...] = ()  # numbers, two with a dash between them, ``all`` or ``possible``; empty: the whole photo


class NamedPhotos:
    """The photos of a batch, by whatever people name them."""

    def __init__(self, photos: Sequence[Photo]) -> None:
        self.photos = photos

    def __getitem__(self, text: str) -> Photo:
        """The photo of that number, name of its file, or name or path of its original.

        Raises:
            UsageError: there is none, or there are several.
        """
        number = text.lstrip("0")
        same = (self.photos[place] for place in self._places.get(number, ()))
        found = {photo.number: photo for photo in same if number == str(photo.number)}
        places = self._places.get(text) or self._by_path(text) or self._alike.get(_alike(text), [])
        found |= {photo.number: photo for photo in (self.photos[place] for place in places)}
        if not found:
            raise UsageError(f"There is no photo '{text}' in the batch.", "Name its number, as on the checklist.")
        if len(found) > 1:
            numbers = ", ".join(map(str, sorted(found)))
            raise UsageError(f"'{text}' matches several photos: {numbers}.", "Name the number.")
        return found.popitem()[1]

    def parts(self, text: str) -> list[NamedPart]:
        """The parts between commas; a name with a comma in it is one part, and so are several faces of one photo.

        Raises:
            UsageError: a number may be that of a face or of a photo.
        """
        parts: list[NamedPart] = []
        for piece in self._pieces(text):
            before = parts[-1] if parts else None
            if before and before.faces and piece == POSSIBLE:
                raise UsageError(
                    f"'{POSSIBLE}' behind '{before.photo}:{before.faces[-1]}' may be of that photo or of all.",
                    f"Write {before.photo}:{POSSIBLE} or {ALL}:{POSSIBLE}.",
                )
            if before is None or not before.faces or not _NUMBERS.fullmatch(piece):
                parts.append(photo_and_faces(piece))
            elif before.faces[0] in _WORDS:
                raise UsageError(
                    f"'{piece}' behind '{before.photo}:{before.faces[0]}' may be a face or a photo.",
                    "Name whole photos first.",
                )
            else:
                parts[-1] = NamedPart(before.photo, (*before.faces, piece))
        return parts

    def _pieces(self, text: str) -> Iterator[str]:
        """The parts between commas; a comma inside a file name does not separate."""
        pieces = text.split(",")
        known = {name for name in self._places if "," in name} if len(pieces) > 1 else ()
        while pieces:
            whole = (",".join(pieces[:size]).strip() for size in range(len(pieces), 1, -1)) if known else iter(())
            named = next((each for each in whole if {each, each.rpartition(":")[0]} & set(known)), None)
            piece = pieces[0].strip() if named is None else named
            del pieces[: 1 if named is None else named.count(",") + 1]
            if piece:
                yield piece

    def _by_path(self, text: str) -> list[int]:
        """Where the photos are of which this is the path within the batch, or the last parts of their original's."""
        wanted = PurePath(os.path.normpath(text)).parts
        wanted = wanted[sum(part == ".." for part in wanted) :]
        is_path = wanted not in ((), (text,))  # a name alone is none
        return [
            place
            for place, photo in enumerate(self.photos)
            if is_path and wanted in (PurePath(photo.source).parts[-len(wanted) :], PurePath(photo.output or "").parts)
        ]

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """Where the photos of each name are."""
        places: dict[str, list[int]] = {}
        for place, photo in enumerate(self.photos):
            file, original = PurePath(photo.name), PurePath(photo.source)
            short = () if original.stem.isdecimal() else (original.stem,)  # the number of another photo, perhaps
            for name in {str(photo.number), file.name, file.stem, original.name, *short} - {""}:
                places.setdefault(name, []).append(place)
        return places

    @cached_property
    def _alike(self) -> dict[str, list[int]]:
        """The same for names that differ in capitals, or in how their accents are stored."""
        places: dict[str, list[int]] = {}
        for name, those in self._places.items():
            places.setdefault(_alike(name), []).extend(those)
        return places


def _alike(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def faces_named(photo: Photo, part: NamedPart) -> list[Face]:
    """The faces of those numbers, or all, each once.

    Raises:
        UsageError: there is one that the photo does not have.
    """
    return list({face.number: face for each in part.faces for face in _faces(photo, each)}.values())


def _faces(photo: Photo, text: str) -> list[Face]:
    by_number = {face.number: face for face in photo.faces}
    numbers = _NUMBERS.fullmatch(text)
    if numbers is None:
        asked = [face.number for face in photo.faces if text == ALL or face.possible]
        missing = not asked
    else:
        first, last = int(numbers[1]), int(numbers[2] or numbers[1])
        asked = [number for number in by_number if first <= number <= last]
        missing = len(asked) != last - first + 1  # also where the last comes before the first
    if missing:
        has = f"It has {len(photo.faces)}." if photo.faces else "It has none."
        what = "There are no faces" if numbers and numbers[2] else "There is no face"
        named = "There is no possible face" if text == POSSIBLE else f"{what} {text}"
        raise UsageError(f"{named} in photo {photo.number}.", has)
    return [by_number[number] for number in asked]


def is_every_face(photos: Sequence[Photo], text: str, which: str = ALL) -> bool:
    """Whether every face of every photo is named at once, or with ``POSSIBLE`` every possible one."""
    return NamedPart(ALL, (which,)) in NamedPhotos(photos).parts(text)


def photo_and_faces(part: str) -> NamedPart:
    """The two parts of ``3:1``, ``3:1,2``, ``3:2-9``, ``3:all`` or ``3:possible``, or a photo as a whole."""
    if part == POSSIBLE:
        return NamedPart(ALL, (POSSIBLE,))
    name, colon, faces = part.rpartition(":")
    each = tuple(number.strip() for number in faces.split(","))
    if colon and ((len(each) == 1 and each[0] in _WORDS) or all(map(_NUMBERS.fullmatch, each))):
        return NamedPart(name, each)
    return NamedPart(part)


def _target(named: NamedPhotos, part: NamedPart) -> Iterable[Target]:
    if part.photo == ALL:
        whole = (photo for photo in named.photos if photo.error is None)
        if not part.faces:
            return (Target(photo, swept=True) for photo in whole)
        if part.faces == (ALL,):
            return (Target(photo, face, swept=True) for photo in whole for face in photo.faces)
        if part.faces == (POSSIBLE,):
            return _possible_everywhere(whole)
    photo = checked_to_decide(named[part.photo])
    if not part.faces:
        return [Target(photo)]
    return [_face_target(photo, face, part) for face in faces_named(photo, part)]


def _possible_everywhere(photos: Iterable[Photo]) -> Iterator[Target]:
    """The possible faces of those photos.

    Raises:
        UsageError: there is none.
    """
    found = False
    for photo in photos:
        for face in photo.faces:
            if face.possible:
                found = True
                yield Target(photo, face, swept=True, unanswered=True)
    if not found:
        raise UsageError("There are no possible faces in the batch.", "Name the faces, e.g. 3:1.")


def _face_target(photo: Photo, face: Face, part: NamedPart) -> Target:
    return Target(photo, face, swept=part.faces[0] in _WORDS, unanswered=part.faces[0] == POSSIBLE)


def checked_to_decide(photo: Photo) -> Photo:
    """The photo, where something can be decided about it.

    Raises:
        UsageError: it failed.
    """
    if photo.error is not None:
        raise UsageError(f"Photo {photo.number} failed: {photo.error}", "There is nothing to decide about it.")
    return photo
