"""What a photo tells beside its picture: every piece of private data in it, in groups, in plain words.

Each container and each metadata standard has a reader in ``reading/``; a reader yields items, and parts for the other
readers. Here the parts go round until all are read, within bounds. Nothing is left out in silence: what cannot be read
is in ``unread``, what nobody knows is an item of the group ``unknown``.
"""

import struct
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from imgvet.metadata.reading.boxes import read_heif
from imgvet.metadata.reading.exif import read_exif, read_tiff
from imgvet.metadata.reading.found import GROUPS, Found, Part, Position, PrivateItem, Reader, Unread, plain, unknown
from imgvet.metadata.reading.gif import read_gif
from imgvet.metadata.reading.icc import read_icc
from imgvet.metadata.reading.iptc import read_iptc, read_photoshop
from imgvet.metadata.reading.jpeg import read_jpeg, read_mpf
from imgvet.metadata.reading.jumbf import read_jumbf
from imgvet.metadata.reading.png import read_png
from imgvet.metadata.reading.sentences import sentence
from imgvet.metadata.reading.trailer import read_trailer
from imgvet.metadata.reading.webp import read_webp
from imgvet.metadata.reading.xmp import read_xmp

__all__ = ["GROUPS", "Inspection", "PrivateItem", "inspect"]

_MOST_PARTS = 64
_MOST_DEPTH = 3  # pictures within pictures
_MOST_ITEMS = 3_000
_MOST_FINDINGS = 50_000  # kept or not
_MOST_UNREAD = 50

_TAKEN = ("DateTimeOriginal", "DateTimeDigitized", "CreateDate", "DateCreated")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What one reading of one file showed."""

    kind: str  # as it was given
    items: tuple[PrivateItem, ...] = ()  # in the order of GROUPS
    unread: tuple[str, ...] = ()  # a sentence for each part that could not be read
    position: tuple[float, float] | None = None  # latitude, longitude in signed decimal degrees

    @property
    def groups(self) -> tuple[str, ...]:
        """Ids of the groups that have an item, in the order of GROUPS."""
        present = {item.group for item in self.items}
        return tuple(group for group in GROUPS if group in present)

    @property
    def taken(self) -> str | None:
        """When the photo was taken, as the file has it, e.g. ``2026:06:14 10:31:00``."""
        for name in _TAKEN:
            for item in self.items:
                if item.name == name and item.group == "time" and any("1" <= letter <= "9" for letter in item.value):
                    return item.value
        return None

    def sentences(self) -> list[str]:
        """One plain sentence for each group, for somebody who is no photographer."""
        return [
            sentence(group, [item for item in self.items if item.group == group], self.position, self.taken)
            for group in self.groups
        ]

    def as_json(self) -> dict[str, Any]:
        """The inspection as ``--json`` prints it."""
        return {
            "kind": self.kind,
            "groups": list(self.groups),
            "position": list(self.position) if self.position else None,
            "taken": self.taken,
            "items": [
                {"group": item.group, "name": item.name, "value": item.value, "where": item.where}
                for item in self.items
            ],
            "sentences": self.sentences(),
            "unread": list(self.unread),
        }


@dataclass(slots=True)
class _Gathering:
    """What has been found so far."""

    items: list[PrivateItem] = field(default_factory=list)
    unread: dict[str, None] = field(default_factory=dict)  # in order, each once
    position: tuple[float, float] | None = None
    left_out: int = 0
    known: set[str] = field(default_factory=set)

    def keep(self, found: PrivateItem | Unread | Position, inside: str) -> None:
        """Keep one finding; ``inside`` names the picture within the picture that it is in."""
        if isinstance(found, Position):
            self.position = self.position or (found.latitude, found.longitude)
        elif isinstance(found, Unread):
            self.unread.setdefault(plain(inside + found.sentence))
        elif len(self.items) < _MOST_ITEMS or found.group not in self.known:
            self.known.add(found.group)
            self.items.append(replace(found, where=plain(inside + found.where)) if inside else found)
        else:
            self.left_out += 1

    def result(self, kind: str) -> Inspection:
        """All of it, in order."""
        sentences = list(self.unread)
        told = sentences[:_MOST_UNREAD]
        if len(sentences) > _MOST_UNREAD:
            told.append(f"{len(sentences) - _MOST_UNREAD} more parts could not be read.")
        if self.left_out:
            told.append(f"{self.left_out:,} more fields are not listed.")
        order = list(GROUPS)
        items = sorted(self.items, key=lambda item: order.index(item.group))
        return Inspection(kind, tuple(items), tuple(told), self.position)


def inspect(data: bytes, kind: str, *, details: bool = True) -> Inspection:
    """Every piece of private data in the bytes of a file of that kind (see ``intake.kinds``); it raises nothing.

    Without ``details``, maker notes are told by their size alone, which is fast enough for every photo of a batch.
    """
    readers = _readers(details=details)
    gathering = _Gathering()
    waiting = deque([(Part(kind, data, ""), "", 0)])
    budget = 4 * len(data) + (16 << 20)  # bytes; parts may overlap, but not without end
    findings = 0
    for _ in range(_MOST_PARTS):
        if not waiting:
            return gathering.result(kind)
        part, inside, depth = waiting.popleft()
        budget -= len(part.data)
        if budget < 0:
            break
        for found in _read(part, readers):
            findings += 1
            if findings > _MOST_FINDINGS:
                break
            if not isinstance(found, Part):
                gathering.keep(found, inside)
            elif depth < _MOST_DEPTH or found.kind != "jpeg":
                waiting.append((found, *_nested(found, inside, depth)))
            else:
                gathering.keep(Unread("A picture within a picture within a picture was not read."), inside)
        if findings > _MOST_FINDINGS:
            break
    gathering.keep(Unread("There are too many parts in it to read them all."), "")
    return gathering.result(kind)


def _nested(part: Part, inside: str, depth: int) -> tuple[str, int]:
    """Which picture within the picture a part's findings are in, and how deep."""
    return (f"{inside}{part.where}: ", depth + 1) if part.kind == "jpeg" else (inside, depth)


def _readers(*, details: bool) -> dict[str, Reader]:
    """A reader for each kind of file and part."""
    return {
        "jpeg": lambda data, _: read_jpeg(data),
        "png": lambda data, _: read_png(data),
        "webp": lambda data, _: read_webp(data),
        "gif": lambda data, _: read_gif(data),
        "tiff": lambda data, _: read_tiff(data, details=details),
        "heic": lambda data, _: read_heif(data, "heic"),
        "avif": lambda data, _: read_heif(data, "avif"),
        "exif": partial(read_exif, details=details),
        "xmp": read_xmp,
        "iptc": read_iptc,
        "photoshop": read_photoshop,
        "icc": read_icc,
        "jumbf": read_jumbf,
        "mpf": read_mpf,
        "trailer": read_trailer,
    }


def _read(part: Part, readers: dict[str, Reader]) -> Iterator[Found]:
    """What one reader finds; a fault in damaged bytes becomes a sentence, and what came before it stays."""
    reader = readers.get(part.kind)
    if reader is None:
        yield Unread("It is of no kind that imgvet can look into.")
        yield unknown("file", part.data, "the whole file")
        return
    try:
        yield from reader(part.data, part.where)
    except (ValueError, LookupError, ArithmeticError, struct.error, zlib.error, RecursionError) as problem:
        place = part.where or "the file"
        yield Unread(f"Reading stopped in damaged data ({place}, {type(problem).__name__}).")
        yield unknown(f"damaged {part.kind} data", part.data, place)
