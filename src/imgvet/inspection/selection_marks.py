"""Stars, colour labels and pick flags: one table of the fields in which programs for choosing photos keep each.

Adobe XMP parts 1 and 2 (``xmp:Rating``, ``xmp:Label``, ``xmpDM:pick``: Lightroom, Bridge, Capture One), Photo
Mechanic's own namespace, digiKam's, Windows' ``Rating`` and ``RatingPercent`` in EXIF and XMP.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from imgvet.inspection.findings import CaptureField, plain_text
from imgvet.selection import SelectionMarks

_XMP, _DYNAMIC = "http://ns.adobe.com/xap/1.0/", "http://ns.adobe.com/xmp/1.0/DynamicMedia/"
_PHOTO_MECHANIC, _DIGIKAM = "http://ns.camerabits.com/photomechanic/1.0/", "http://www.digikam.org/ns/1.0/"
_WINDOWS = ("http://ns.microsoft.com/photo/1.0/", "http://ns.microsoft.com/photo/1.0")
RATING_TAG, PERCENT_TAG = ("EXIF", 0x4746), ("EXIF", 0x4749)  # numbers, of Windows
_WHOLE = re.compile(r"[+-]?[0-9]{1,10}(\.0*)?")
_REJECTED = (65_535, 4_294_967_295)  # -1, where it was kept as a positive number
_PERCENTS = ((0, 0), (12, 1), (37, 2), (62, 3), (87, 4), (100, 5))  # up to which each number of stars goes
# Photo Mechanic's own names of its classes; each office gives them its own colours, so they have none here.
_CLASSES = (
    "None", "Winner", "Winner Alt", "Superior", "Superior Alt", "Typical", "Typical Alt", "Extras", "Trash",
)  # fmt: skip
_DIGIKAM_COLOURS = (
    "None", "Red", "Orange", "Yellow", "Green", "Blue", "Magenta", "Gray", "Black", "White",
)  # fmt: skip
_YES, _NO = ("true", "1", "yes"), ("false", "0", "-1", "no")


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError
    number = int(float(text))
    return -1 if number in _REJECTED else number


def _stars(text: str) -> int:
    if not -1 <= (number := _whole(text)) <= 5:
        raise ValueError
    return number


def _percent(text: str) -> int:
    if (number := _whole(text)) == -1:
        return number
    return next(stars for most, stars in _PERCENTS if 0 <= number <= most)


def _label(text: str) -> tuple[str, ...]:
    return (text,)


def _class(text: str) -> tuple[str, ...]:
    number = _whole(text)
    return (str(number), _CLASSES[number]) if 0 < number < len(_CLASSES) else ()


def _digikam_colour(text: str) -> tuple[str, ...]:
    number = _whole(text)
    return (_DIGIKAM_COLOURS[number],) if 0 < number < len(_DIGIKAM_COLOURS) else ()


def _flag(text: str) -> bool:
    if text.lower() not in _YES + _NO:
        raise ValueError
    return text.lower() in _YES


def _pick_label(text: str) -> bool:
    return _whole(text) == 3  # accepted; 1 is rejected, 2 pending


_Reader = Callable[[str], int | tuple[str, ...] | bool]
_FIELDS: tuple[tuple[str, CaptureField, _Reader], ...] = (
    ("stars", (_XMP, "Rating"), _stars),
    *(("stars", (space, "Rating"), _percent) for space in _WINDOWS),
    ("stars", (_DIGIKAM, "Rating"), _stars),
    ("stars", RATING_TAG, _stars),
    ("stars", PERCENT_TAG, _percent),
    ("labels", (_XMP, "Label"), _label),
    ("labels", (_PHOTO_MECHANIC, "ColorClass"), _class),
    ("labels", (_DIGIKAM, "ColorLabel"), _digikam_colour),
    ("picked", (_DYNAMIC, "pick"), _flag),
    ("picked", (_DYNAMIC, "good"), _flag),
    ("picked", (_PHOTO_MECHANIC, "Tagged"), _flag),
    ("picked", (_DIGIKAM, "PickLabel"), _pick_label),
)
"""What each field says, in the order in which those of one part are believed."""

MARK_FIELDS = frozenset(place for _, place, _ in _FIELDS)


def marks_in(parts: Iterable[Mapping[CaptureField, str]]) -> SelectionMarks:
    """The marks that the parts of one file or sidecar say: of each kind the first in the table, of labels all."""
    parts = list(parts)
    said: dict[str, int | tuple[str, ...] | bool] = {}
    fault = ""
    for name, place, read in _FIELDS:
        for part in parts:
            text = plain_text(part.get(place, "")).strip()
            if not text or (name in said and name != "labels"):
                continue
            try:
                value = read(text)
            except (ValueError, StopIteration):
                fault = fault or f"{place[1] if isinstance(place[1], str) else 'Rating'} is '{text[:40]}'."
                continue
            earlier = said.get(name, ())
            said[name] = (*earlier, *value) if isinstance(value, tuple) and isinstance(earlier, tuple) else value
    marks = SelectionMarks(**said, fault=fault)  # type: ignore[arg-type] # each reader gives what its field takes
    return replace(marks, picked=False) if marks.stars == -1 else marks


def first_marks(marks: SelectionMarks, others: SelectionMarks) -> SelectionMarks:
    """The marks, and what they do not say as the others have it."""
    return SelectionMarks(
        others.stars if marks.stars is None else marks.stars,
        others.labels if marks.labels is None else marks.labels,
        others.picked if marks.picked is None else marks.picked,
        marks.fault or others.fault,
    )
