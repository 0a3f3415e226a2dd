"""What a reading yields: private items, positions, parts to be read by another reader, and what could not be read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

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

LONGEST_VALUE = 200  # characters of one value that are shown


@dataclass(frozen=True, slots=True)
class PrivateItem:
    """One piece of private data in a file."""

    group: str  # a key of GROUPS
    name: str  # the field's standard name, e.g. "GPSLatitude"
    value: str  # plain text, at most about 200 characters, safe for a terminal
    where: str  # the place in the file, e.g. "EXIF GPS"


@dataclass(frozen=True, slots=True)
class Unread:
    """A part that could not be read."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Position:
    """Where a photo was taken, in signed decimal degrees: north and east are positive."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes inside the file that another reader knows how to read."""

    kind: str  # "jpeg", "exif", "xmp", "iptc", "photoshop", "icc", "jumbf" or "trailer"
    data: bytes
    where: str  # the place in the file; for a picture within the picture, what that one is


Found = PrivateItem | Unread | Position | Part
Reader = Callable[[bytes, str], Iterator[Found]]


def position(latitude: float | None, longitude: float | None) -> Iterator[Position]:
    """The position, where both degrees are known and on the globe."""
    if latitude is None or longitude is None:
        return
    if abs(latitude) <= 90 and abs(longitude) <= 180:
        yield Position(latitude, longitude)


def plain(text: str) -> str:
    """The text on one line, without control, format or unassigned characters, shortened to be shown."""
    start = text[: 10 * LONGEST_VALUE]
    kept = " ".join("".join(letter if letter.isprintable() else " " for letter in start).split())
    cut = len(kept) > LONGEST_VALUE or len(text) > len(start)
    return kept[: LONGEST_VALUE - 1] + "…" if cut else kept


def item(group: str, name: str, value: str, where: str) -> PrivateItem:
    """A private item whose name and value are safe to be shown."""
    return PrivateItem(group, plain(name)[:80] or "unnamed", plain(value), where)


def decoded(data: bytes) -> str:
    """Bytes of unknown encoding as text: UTF-8, else Latin-1."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def described(data: bytes, size: int | None = None) -> str:
    """Binary data as its size and what can be read of its start; ``size`` where ``data`` is only the start."""
    size = len(data) if size is None else size
    start = data[:64].lstrip(b"\0").split(b"\0", 1)[0]
    legible = len(start) >= 4 and all(32 <= letter < 127 for letter in start)
    amount = "1 byte" if size == 1 else f"{size:,} bytes"
    if legible:
        return f'{amount}, begins "{start.decode("ascii")}"'
    return f"{amount}, all zero" if size and not any(data[:4096]) and len(data) == size <= 4096 else amount


def unknown(name: str, data: bytes, where: str) -> PrivateItem:
    """An item for data that no reader knows, with its size."""
    return item("unknown", name, described(data[:4096], len(data)), where)
