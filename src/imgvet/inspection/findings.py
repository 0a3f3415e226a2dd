"""What readers yield: private items, positions, parts for another reader, and what could not be read."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from imgvet.inspection.classification import marking_in, marking_of_code

GROUPS: dict[str, str] = {
    "gps": "Where it was taken",
    "time": "When",
    "owner": "Who took it or owns the device",
    "device": "The device",
    "people": "People named or marked in it",
    "minor": "A person under 18",
    "pictures": "Hidden pictures and recordings",
    "text": "Text and comments",
    "history": "Edit history",
    "classification": "Security classification",
    "credentials": "Content credentials",
    "colour": "Colour profile",
    "other": "Other camera data",
    "unknown": "Unknown data",
}
"""Group id to its heading, in the order in which a press officer wants them."""

MAX_VALUE = 200  # characters of one value that are shown
_SEARCHED = 4096  # bytes of binary data in which words are looked for
_DIFFERENT = 8  # characters; even areas of a picture repeat a few bytes
# A notice or a credit in running text, up to the end of its sentence or line, e.g. "© A. Miller", "Photo by B. Lee/PA".
_NOTICE = re.compile(
    r"(?:©|\(c\)(?=\W*(?:19|20)\d\d)|\A\s*(?:\(c\)|copyright\b)|\bcopyright\b(?=\s*(?:\(c\)|by\b|:|(?:19|20)\d\d))"
    r"|\b(?:photo(?:graph)?|picture|image|foto) (?:by|credit|courtesy of)\b:? *(?=(?-i:[A-Z]))"
    r"|\bmandatory credit\b|(?-i:\b[A-Z]{2,5} Photo/)"
    r"|(?-i:\b[A-Z][\w.'-]{1,30}(?: [A-Z][\w.'-]{1,30})?/(?=Getty|AFP|(?i:reuters)|(?:E?PA|AP)\b|Alamy))"
    r"|\bno (?:re)?sale|\bno archiv|\beditorial use\b|\bembargo|\bnot for (?=commercial|(?:re)?sale|publication)"
    r"|\bdo not (?=publish|use|copy|distribute))"
    r"(?:[^\n;)]{1,120}?(?=(?<=\w{3})\.(?:\s|\Z)|[\n;)]|\Z)|[^\n;)]{120})",
    re.IGNORECASE,
)
_ASCII_RUN = re.compile(rb"[\x20-\x7e]{8,}")
_WIDE_RUN = re.compile(rb"(?:[\x20-\x7e]\0){8,}|(?:\0[\x20-\x7e]){8,}")


@dataclass(frozen=True, slots=True)
class PrivateItem:
    """One piece of private data in a file."""

    group: str  # a key of GROUPS
    name: str  # the field's standard name, e.g. "GPSLatitude"
    value: str  # plain text, at most about 200 characters, safe for a terminal
    where: str  # the place in the file, e.g. "EXIF GPS"
    offset: int | None = None  # bytes from the start of what was read, if it is in one place
    marking: str = ""  # a classification marking in the value, e.g. "SECRET", also where the value was cut
    notices: tuple[str, ...] = ()  # copyright notices and credits within a text, also where the value was cut


@dataclass(frozen=True, slots=True)
class UnreadRegion:
    """A part that could not be read."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Position:
    """Where a photo was taken, in signed decimal degrees: north and east are positive."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class EmbeddedPart:
    """Bytes inside the file that another reader knows how to read."""

    kind: str  # a key of the readers in ``inspect``, e.g. "jpeg", "exif" or "xmp"
    data: bytes
    where: str  # the place in the file; for a picture within the picture, what that one is
    offset: int | None = None  # of ``data`` within what was read, in bytes, if it is there in one piece


CaptureField = tuple[str, int | str]  # "EXIF", "GPS" or "IPTC" and a number, or an XMP namespace and a property


@dataclass(frozen=True, slots=True)
class CaptureFields:
    """What one part says of when and with what the photo was taken: texts as they are in the file."""

    values: dict[CaptureField, str]


@dataclass(frozen=True, slots=True)
class WordFields:
    """What one part says of the picture in words: texts as they are in the file, bounded."""

    title: str = ""
    caption: str = ""
    alt_text: str = ""
    keywords: tuple[str, ...] = ()
    headline: str = ""
    creators: tuple[str, ...] = ()
    is_iim: bool = False  # of IPTC-IIM, not of XMP
    overrules_xmp: bool = False  # IPTC-IIM was changed after the XMP was written, by the digest beside it


FileFinding = PrivateItem | UnreadRegion | Position | EmbeddedPart | CaptureFields | WordFields
Reader = Callable[[bytes, str], Iterator[FileFinding]]


def position_of(latitude: float | None, longitude: float | None) -> Iterator[Position]:
    """The position, if both degrees are known and valid."""
    if latitude is None or longitude is None:
        return
    if abs(latitude) <= 90 and abs(longitude) <= 180:
        yield Position(latitude, longitude)


def plain_text(text: str) -> str:
    """The text on one line, without control, format or unassigned characters, shortened to be shown."""
    start = text[: 10 * MAX_VALUE]
    kept = " ".join("".join(letter if letter.isprintable() else " " for letter in start).split())
    cut = len(kept) > MAX_VALUE or len(text) > len(start)
    return kept[: MAX_VALUE - 1] + "…" if cut else kept


def private_item(group: str, name: str, value: str, where: str) -> PrivateItem:
    """A private item whose texts are safe to show."""
    return PrivateItem(
        group,
        plain_text(name)[:80] or "unnamed",
        plain_text(value),
        plain_text(where),
        marking=marking_in(value),
        notices=tuple(plain_text(found[0]) for found in _NOTICE.finditer(value[:_SEARCHED])) if group == "text" else (),
    )


def classified(name: str, value: str, where: str) -> PrivateItem:
    """The item for a field with a security classification; unclassified ones are other data."""
    marking = marking_of_code(value)
    return replace(
        private_item("classification" if marking else "other", name, value, where), marking=plain_text(marking)
    )


def moved_by(found: FileFinding, start: int) -> FileFinding:
    """The same finding with its offset moved by ``start`` bytes."""
    if isinstance(found, (PrivateItem, EmbeddedPart)) and found.offset is not None:
        return replace(found, offset=found.offset + start)
    return found


def decoded(data: bytes) -> str:
    """Bytes of unknown encoding as text: UTF-8, else Latin-1."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def described(data: bytes, size: int | None = None) -> str:
    """Binary data as its size and the legible part of its start; ``size`` if ``data`` is only the start."""
    size = len(data) if size is None else size
    amount = "1 byte" if size == 1 else f"{size:,} bytes"
    if size and not any(data[:_SEARCHED]) and len(data) == size <= _SEARCHED:
        return f"{amount}, all zero"
    start = data[:64].lstrip(b"\0").split(b"\0", 1)[0]
    told = [f'{amount}, begins "{start.decode("ascii")}"'] if _is_legible(start) else [amount]
    runs = [run for run in words_in(data[:_SEARCHED]) if run[:32] not in told[0]]
    return ", ".join(told + [f'holds "{run[:64]}"' for run in runs[:2]])


def _is_legible(start: bytes) -> bool:
    return len(start) >= 4 and all(32 <= letter < 127 for letter in start)


def words_in(data: bytes) -> list[str]:
    """The runs of at least eight characters that look like text, in ASCII or UTF-16."""
    runs = [match[0] for match in _ASCII_RUN.finditer(data)]
    runs += [match[0].replace(b"\0", b"") for match in _WIDE_RUN.finditer(data)]
    return list(dict.fromkeys(run.decode("ascii").strip() for run in runs if is_text(run)))


def is_text(run: bytes) -> bool:
    """Whether a run looks like text: mostly letters, digits and blanks, many different ones, not in rising order."""
    if list(run) == sorted(run):
        return False
    usual = sum(chr(letter).isalnum() or letter in b" .,:;@-_/=\"'" for letter in run)
    return len(set(run)) >= min(_DIFFERENT, len(run) // 2 + 1) and usual * 20 >= len(run) * 17


def unknown(name: str, data: bytes, where: str, offset: int | None = None) -> PrivateItem:
    """An item for unknown data, with its size, and its offset if that is known."""
    start = data[:_SEARCHED]
    if not any(start):  # hidden data may come long after zeros
        start = data.lstrip(b"\0")[:_SEARCHED] or start
    return replace(private_item("unknown", name, described(start, len(data)), where), offset=offset)
