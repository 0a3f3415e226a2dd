"""The photos, faces and areas that a person names: ``3:1``, ``3:2-9``, ``3:possible``, ``3:A``, ``3``, a name."""

import os
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from imgvet.errors import UsageError
from imgvet.photo import Area, Face, Photo, area_number

ALL = "all"
POSSIBLE = "possible"  # faces that may be none, and that nobody has answered for
AREAS = "areas"  # all areas of a photo
_WORDS = (ALL, POSSIBLE, AREAS)  # that name faces or areas, each alone behind a photo

_NUMBERS = re.compile("([0-9]{1,9})(?:-([0-9]{1,9}))?")  # one face, or several that follow each other
_LETTERS = re.compile("([A-Za-z]{1,2})(?:-([A-Za-z]{1,2}))?")  # the same for areas


@dataclass(frozen=True, slots=True)
class Target:
    """A photo, or one of its faces or areas, that somebody named."""

    photo: Photo
    face: Face | None = None
    area: Area | None = None
    swept: bool = False  # it was named as part of all, not individually
    unanswered: bool = False  # it is meant only if nobody has answered for it

    @property
    def part(self) -> Face | Area | None:
        """The face or the area; None: the photo as a whole."""
        return self.face or self.area

    def __str__(self) -> str:
        part = f", face {self.face.number}" if self.face else f", area {self.area.letters}" if self.area else ""
        return f"Photo {self.photo.number}{part}"


def parse_targets(photos: Sequence[Photo], text: str) -> Iterator[Target]:
    """The targets in a text, several with commas between them, each once, as they are found.

    ``3:1,2`` and ``3:2-9`` are several faces of photo 3, ``3:all`` all of them, ``3:possible`` those that may be none;
    ``3-9`` is photos 3 to 9, ``all`` every photo that did not fail, ``all:all`` every face of all, ``all:possible`` or
    ``possible`` those that may be none. ``3:A``, ``3:A,C`` and ``3:B-D`` are areas of photo 3, ``3:areas`` all of them,
    ``all:areas`` those of every photo.

    Raises:
        UsageError: no such photo, face or area, a photo that failed, or nothing.
    """
    named = NamedPhotos(photos)
    found: set[tuple[int, int, int]] = set()
    for part in named.parts(text):
        for target in _target(named, part):
            face, area = target.face, target.area
            key = (target.photo.number, face.number if face else 0, area.number if area else 0)
            if key not in found:
                found.add(key)
                yield target
    if not found:
        raise UsageError(
            f"'{text}' is not a photo, face or area of this batch.",
            "Name a photo, e.g. 3, a face, e.g. 3:1, or an area, e.g. 3:A.",
        )


def one_photo(photos: Sequence[Photo], text: str) -> Photo:
    """The photo that is named.

    Raises:
        UsageError: none is named, or several, a face, an area, or one that failed.
    """
    named = NamedPhotos(photos)
    parts = named.parts(text)
    if len(parts) == 1 and parts[0].photo != ALL and not parts[0].within:
        return checked_to_decide(named[parts[0].photo])
    raise UsageError(
        f"'{text}' is not one photo.", "Faces and areas are added to one photo, e.g. 3, without a colon or comma."
    )


@dataclass(frozen=True, slots=True)
class NamedPart:
    """A photo as somebody named it, and which of its faces and areas."""

    photo: str
    # Numbers of faces or letters of areas, or two of them with a dash; or one word; empty: the photo as a whole.
    within: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """The word that names faces or areas; empty where they are named one by one, or the photo as a whole."""
        return self.within[0] if self.within and self.within[0] in _WORDS else ""


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

    def between(self, text: str) -> list[Photo]:
        """The photos from one number to another, as in ``3-9``; none where it is something else, e.g. a file's name.

        Raises:
            UsageError: there are none between the two.
        """
        match = _NUMBERS.fullmatch(text)
        if match is None or "-" not in text or text in self._places:
            return []
        first, last = (int(each) for each in text.split("-"))
        found = [photo for photo in self.photos if first <= photo.number <= last and photo.error is None]
        if not found:
            raise UsageError(f"There are no photos {text} in the batch.", "Name the lower number first, e.g. 3-9.")
        return found

    def parts(self, text: str) -> list[NamedPart]:
        """The parts between commas; a name with a comma in it is one part, and so is all that is named in one photo.

        Raises:
            UsageError: a piece may be a face or an area, or a photo.
        """
        parts: list[NamedPart] = []
        for piece in self._pieces(text):
            before = parts[-1] if parts else None
            if before is None or not before.within or not (_is_within(piece) or piece == POSSIBLE):
                parts.append(photo_and_parts(piece))
            elif piece == POSSIBLE:
                raise UsageError(
                    f"'{piece}' behind '{before.photo}:{before.within[-1]}' may be of that photo or of all.",
                    f"Write {before.photo}:{piece} or {ALL}:{piece}.",
                )
            elif before.word or (_LETTERS.fullmatch(piece) and piece in self._places):
                what = "a face" if _NUMBERS.fullmatch(piece) else "an area"
                raise UsageError(
                    f"'{piece}' behind '{before.photo}:{before.within[-1]}' may be {what} or a photo.",
                    "Name whole photos first.",
                )
            else:
                parts[-1] = NamedPart(before.photo, (*before.within, piece))
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
    """The faces among what is named in a photo, each once.

    Raises:
        UsageError: there is one that the photo does not have.
    """
    if part.word == AREAS:
        return []
    if part.word:
        found = [face for face in photo.faces if part.word == ALL or face.possible]
        if not found:
            which = "no possible face" if part.word == POSSIBLE else f"no face {ALL}"
            raise UsageError(f"There is {which} in photo {photo.number}.", _has(photo.faces))
        return found
    by_number = {face.number: face for face in photo.faces}
    numbers = (text for text in part.within if _NUMBERS.fullmatch(text))
    return [by_number[each] for each in _each_once(numbers, _span, by_number, photo, "face", _has(photo.faces))]


def areas_named(photo: Photo, part: NamedPart) -> list[Area]:
    """The areas among what is named in a photo, each once.

    Raises:
        UsageError: there is one that the photo does not have.
    """
    if part.word == AREAS:
        if not photo.areas:
            raise UsageError(f"There are no areas in photo {photo.number}.", "Draw one with --add-area.")
        return list(photo.areas)
    by_number = {area.number: area for area in photo.areas}
    letters = (text for text in part.within if _LETTERS.fullmatch(text) and not part.word)
    return [by_number[each] for each in _each_once(letters, _letter_span, by_number, photo, "area", _has(photo.areas))]


def _each_once(
    texts: Iterable[str],
    span: Callable[[str], tuple[int, int]],
    known: Collection[int],
    photo: Photo,
    what: str,
    has: str,
) -> list[int]:
    """The numbers in the texts, each once.

    Raises:
        UsageError: the photo does not have one.
    """
    found: dict[int, None] = {}
    for text in texts:
        first, last = span(text)
        asked = [number for number in known if first <= number <= last]
        if first > last or len(asked) != last - first + 1:
            words = f"There are no {what}s" if "-" in text else f"There is no {what}"
            raise UsageError(f"{words} {text} in photo {photo.number}.", has)
        found.update(dict.fromkeys(asked))
    return list(found)


def _span(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def _letter_span(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return area_number(first), area_number(last or first)


def _has(there: Sequence[Face] | Sequence[Area]) -> str:
    return f"It has {len(there)}." if there else "It has none."


def is_every_face(photos: Sequence[Photo], text: str, which: str = ALL) -> bool:
    """Whether every face of every photo is named at once; with ``POSSIBLE`` or ``AREAS``, every one of those."""
    return NamedPart(ALL, (which,)) in NamedPhotos(photos).parts(text)


def photo_and_parts(text: str) -> NamedPart:
    """The two parts of ``3:1``, ``3:1,2``, ``3:2-9``, ``3:A``, ``3:all``, ``3:possible``, or a photo as a whole."""
    if text == POSSIBLE:
        return NamedPart(ALL, (POSSIBLE,))
    name, colon, within = text.rpartition(":")
    each = tuple(piece.strip() for piece in within.split(","))
    if colon and ((len(each) == 1 and each[0] in _WORDS) or all(map(_is_within, each))):
        return NamedPart(name, each)
    return NamedPart(text)


def _is_within(text: str) -> bool:
    return bool(_NUMBERS.fullmatch(text) or _LETTERS.fullmatch(text))


def _target(named: NamedPhotos, part: NamedPart) -> Iterable[Target]:
    if part.photo == ALL:
        whole = (photo for photo in named.photos if photo.error is None)
        if not part.within:
            return (Target(photo, swept=True) for photo in whole)
        if part.word:
            return _everywhere(whole, part.word)
    if not part.within and (several := named.between(part.photo)):
        return [Target(photo, swept=True) for photo in several]
    photo = checked_to_decide(named[part.photo])
    if not part.within:
        return [Target(photo)]
    return _in_photo(photo, part)


def _everywhere(photos: Iterable[Photo], word: str) -> Iterator[Target]:
    """What the word names in all of those photos.

    Raises:
        UsageError: there are no possible faces, or no areas.
    """
    any_named = False
    for photo in photos:
        if word == AREAS:
            named = (Target(photo, area=area, swept=True) for area in photo.areas)
        else:
            faces = (face for face in photo.faces if word == ALL or face.possible)
            named = (Target(photo, face, swept=True, unanswered=word == POSSIBLE) for face in faces)
        for target in named:
            any_named = True
            yield target
    if not any_named and word != ALL:
        what = "possible faces" if word == POSSIBLE else "areas"
        raise UsageError(f"There are no {what} in the batch.", "Name faces, e.g. 3:1, or photos, e.g. 3.")


def _in_photo(photo: Photo, part: NamedPart) -> list[Target]:
    """The faces and areas that are named in one photo."""
    swept, unanswered = bool(part.word), part.word == POSSIBLE
    faces = [Target(photo, face, swept=swept, unanswered=unanswered) for face in faces_named(photo, part)]
    return [*faces, *(Target(photo, area=area, swept=swept) for area in areas_named(photo, part))]


def checked_to_decide(photo: Photo) -> Photo:
    """The photo, where something can be decided about it.

    Raises:
        UsageError: it failed.
    """
    if photo.error is not None:
        raise UsageError(f"Photo {photo.number} failed: {photo.error}", "There is nothing to decide about it.")
    return photo
