"""Files that belong together: a RAW file and its JPEG, an original and its edited version, a photo and its video."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from imgvet.formats.sniff import RAW_SUFFIXES

# Cameras and people sort RAW files and JPEGs into folders of these names, beside each other or one below the photos.
_SORTED = re.compile(r"(camera )?raws?|raw files|nef|cr[23w]|arw|dng|orf|raf|rw2|jpe?gs?|jpe?g files|heics?|heif")
# Pixel phones call the two of one shot X.RAW-01.COVER.jpg and X.RAW-02.ORIGINAL.dng.
_PIXEL_RAW = re.compile(r"\.raw-\d+\..*")

# How phones and programs name an edited version, after the name of the original. The words are those of Google Takeout
# in its languages; "_edited" is osxphotos', "_edit_123" Xiaomi's; "~2" is what Pixel and Samsung phones write.
_EDITED_WORDS = "edited|edytowane|bearbeitet|bewerkt|編集済み|modificato|modifié|ha editado|editado|editada|editat"
_EDITED = re.compile(
    rf"(?P<start>.+?) ?(?:[-_ ](?:{_EDITED_WORDS}|edit(?:[-_ ]?\d+)?)|\((?:{_EDITED_WORDS})\))(?P<end> ?\(\d+\))?"
)
_COPY = re.compile(r"(?P<start>.+)~(?P<number>[1-9]\d?)")
# Apple: IMG_1234 is the original, IMG_E1234 the edited version, IMG_1234.AAE and IMG_O1234.AAE say what was done.
_APPLE_EDITED = re.compile(r"(?P<start>.*img_)e(?P<end>\d+.*)")
_APPLE_ORIGINAL = re.compile(r"(?P<start>.*img_)o(?P<end>\d+.*)")


_ORIGINAL = re.compile(r"(?P<start>.+?) ?(?:[-_ ]original|\(original\))")  # named as what it is

_Place = tuple[str, str]  # folder, and name without its ending as names are compared


def plain_name(name: str) -> str:
    """The name as names are compared: capitals make no difference, nor how accents are stored."""
    return unicodedata.normalize("NFC", name).casefold()


class Neighbours:
    """The files that were found, by folder and name."""

    def __init__(self, pictures: Iterable[Path], others: Iterable[Path]) -> None:
        """``pictures``: those that may be vetted, RAW files with them; ``others``: everything else."""
        self._files = frozenset(pictures)
        self._pictures, self._finished, self._edited = set[_Place](), set[_Place](), set[_Place]()
        for picture in self._files:
            self._pictures.add(_place(picture))
            if not _is_raw(picture):
                self._finished.add(_shot(picture))
                self._edited.update((str(picture.parent), stem) for stem in originals_of(plain_name(picture.stem)))
        self._edits = {
            (str(other.parent), stem)
            for other in others
            if other.suffix.lower() == ".aae"
            for stem in _of_edits(plain_name(other.stem))
        }

    def has_picture(self, file: Path) -> bool:
        """Whether the file is none itself, and there is a picture of that name beside it."""
        if file in self._files:
            return False
        return _place(file) in self._pictures or (str(file.parent), plain_name(Path(file.stem).stem)) in self._pictures

    def has_finished(self, file: Path) -> bool:
        """Whether it is a RAW file, and the same shot is there as a picture that can be published."""
        if not _is_raw(file):
            return False
        home, stem = _shot(file)
        return (home, stem) in self._finished or (home, plain_name(file.name)) in self._finished

    def has_edited_version(self, file: Path) -> bool:
        """Whether it is a picture of which somebody made another version, which is there."""
        if file not in self._files:
            return False
        here, stem = _place(file)
        named = _ORIGINAL.fullmatch(stem)
        return (here, stem) in self._edited or (named is not None and (here, named["start"]) in self._pictures)

    def has_edits(self, file: Path) -> bool:
        """Whether a file beside the picture says that it was edited on a phone; not of an edited version itself."""
        here, stem = _place(file)
        if file not in self._files or _APPLE_EDITED.fullmatch(stem):
            return False
        return (here, stem) in self._edits or (here, plain_name(file.name)) in self._edits


def originals_of(stem: str) -> Iterator[str]:
    """The names that the original of an edited version may have; none where the name is not that of one.

    Both without endings, in the way of ``plain_name``.
    """
    if apple := _APPLE_EDITED.fullmatch(stem):
        yield apple["start"] + apple["end"]
        yield f"{apple['start']}o{apple['end']}"
    if edited := _EDITED.fullmatch(stem):
        yield edited["start"] + (edited["end"] or "")
    if copy := _COPY.fullmatch(stem):
        yield copy["start"]
        yield from (f"{copy['start']}~{number}" for number in range(1, int(copy["number"])))


def _of_edits(stem: str) -> Iterator[str]:
    """The names of the photos whose edits a file of that name may hold."""
    yield stem
    if apple := _APPLE_ORIGINAL.fullmatch(stem):
        yield apple["start"] + apple["end"]


def _is_raw(file: Path) -> bool:
    return file.suffix.lower() in RAW_SUFFIXES


def _place(file: Path) -> _Place:
    return str(file.parent), plain_name(file.stem)


def _shot(file: Path) -> _Place:
    """The same for a RAW file and its JPEG, also where they were sorted into folders of their own."""
    home = file.parent.parent if _SORTED.fullmatch(plain_name(file.parent.name)) else file.parent
    return str(home), _PIXEL_RAW.sub("", plain_name(file.stem))
