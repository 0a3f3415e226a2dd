"""Inspect a photo: every piece of private data in it, in groups, in plain words.

Each container and each metadata standard has a reader in this room; a reader yields items, and parts for other readers.
Here the parts are handed on until all are read, within limits. Nothing is left out silently: what cannot be read is in
``unread``, what is not known is an item of the group ``unknown``.
"""

import struct
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from imgvet.capture_order import CaptureFacts
from imgvet.decode.limits import CheckedFile
from imgvet.formats.jpeg import SOS, walk_segments
from imgvet.inspection.capture_time import capture_facts_in
from imgvet.inspection.drafts import draft_of
from imgvet.inspection.exif import Effort, inspect_exif, inspect_tiff
from imgvet.inspection.findings import (
    GROUPS,
    CaptureField,
    CaptureFields,
    EmbeddedPart,
    FileFinding,
    Position,
    PrivateItem,
    Reader,
    UnreadRegion,
    WordFields,
    plain_text,
    unknown,
)
from imgvet.inspection.findings import private_item as text_item
from imgvet.inspection.gif import inspect_gif
from imgvet.inspection.heif import inspect_heif
from imgvet.inspection.icc import read_icc
from imgvet.inspection.inspection import Inspection
from imgvet.inspection.iptc import read_iptc, read_photoshop
from imgvet.inspection.jpeg import inspect_jpeg, inspect_mpf
from imgvet.inspection.jumbf import read_jumbf
from imgvet.inspection.maker_blocks import read_ciff, read_ducky, read_flir, read_jukebox
from imgvet.inspection.png import inspect_png
from imgvet.inspection.selection_marks import marks_in
from imgvet.inspection.trailer import read_trailer
from imgvet.inspection.video import read_video
from imgvet.inspection.webp import inspect_webp
from imgvet.inspection.xmp import inspect_xmp
from imgvet.selection import SelectionMarks

__all__ = ["GROUPS", "Inspection", "PrivateItem", "capture_facts", "inspect", "quick_facts", "with_lsb_text"]

_MAX_PARTS = 64
_MAX_DEPTH = 3  # pictures within pictures
_MAX_ITEMS = 3_000
_MAX_FINDINGS = 20_000  # kept or not
_MAX_UNREAD = 50
_MAX_ALARMS = 20
_OFFICIAL = "OFFICIAL"


@dataclass(slots=True)
class _Collector:
    """What has been found so far."""

    size: int  # of the file, bytes
    capture: CaptureFacts
    items: list[PrivateItem] = field(default_factory=list)
    unread: dict[str, None] = field(default_factory=dict)  # in order, each once
    position: tuple[float, float] | None = None
    left_out: int = 0
    known: set[str] = field(default_factory=set)
    words: list[WordFields] = field(default_factory=list)  # of the picture itself

    def keep(self, found: PrivateItem | UnreadRegion | Position, inside: str, start: int | None = None) -> None:
        """Keep one finding; ``inside`` names the picture within the picture that it is in, ``start`` its first byte."""
        if isinstance(found, Position):
            self.position = self.position or (found.latitude, found.longitude)
        elif isinstance(found, UnreadRegion):
            self.unread.setdefault(plain_text(inside + found.sentence))
        elif len(self.items) < _MAX_ITEMS or found.group not in self.known:
            self.known.add(found.group)
            self.items.append(_placed(found, inside, start, self.size))
        else:
            self.left_out += 1

    def result(self, kind: str) -> Inspection:
        """All of it, in order."""
        sentences = list(self.unread)
        told = sentences[:_MAX_UNREAD]
        if len(sentences) > _MAX_UNREAD:
            told.append(f"{len(sentences) - _MAX_UNREAD} more parts could not be read.")
        if self.left_out:
            told.append(f"{self.left_out:,} more fields are not listed.")
        found = _inspection(kind, self.items, tuple(told), self.position)
        return replace(found, capture=self.capture, draft=draft_of(self.words))


def _inspection(
    kind: str, items: list[PrivateItem], unread: tuple[str, ...], position: tuple[float, float] | None
) -> Inspection:
    """The inspection with its items in order, and the warnings of its classification markings."""
    alarms, warnings = dict[str, None](), dict[str, None]()
    items = list(items)
    for item in tuple(items):
        words = f"{item.name}, {item.where}"
        if item.marking == _OFFICIAL:
            warnings[f"It is marked OFFICIAL ({words}). Make sure that it is meant for the public."] = None
        elif item.marking:
            alarms[
                f"SECURITY CLASSIFICATION: this file is marked {item.marking} ({words}). "
                "Stop and ask your security officer."
            ] = None
            copy = replace(item, group="classification", value=item.marking)
            if item.group != "classification" and copy not in items:
                items.append(copy)
    order = list(GROUPS)
    ordered = sorted(items, key=lambda item: order.index(item.group))
    few = tuple(alarms)[:_MAX_ALARMS]
    return Inspection(kind, tuple(ordered), unread, position, few, tuple(warnings)[:_MAX_ALARMS])


def with_lsb_text(inspection: Inspection, text: str) -> Inspection:
    """The inspection with a text from the lowest bits of the pixels, which the caller has found."""
    if not text.strip():
        return inspection
    hidden = text_item("text", "LowBitText", text, "lowest bits of the pixels")
    made = _inspection(inspection.kind, [*inspection.items, hidden], inspection.unread, inspection.position)
    return replace(made, capture=inspection.capture, draft=inspection.draft)


def _placed(found: PrivateItem, inside: str, start: int | None, size: int) -> PrivateItem:
    """The item with its offset in the file, which its value names if it is known."""
    if inside:
        found = replace(found, where=plain_text(inside + found.where))
    if found.offset is None:
        return found
    offset = None if start is None else start + found.offset
    if offset is None or not 0 <= offset < size:
        return replace(found, offset=None)
    return replace(found, offset=offset, value=f"{found.value}, at byte {offset:,}")


def inspect(file: CheckedFile, *, details: bool = True) -> Inspection:
    """Every piece of private data in a file. It raises nothing.

    Without ``details``, maker notes are reported by size alone, and words in a JPEG's coded picture are searched for at
    its two ends only, which is fast enough for every photo of a batch.
    """
    data, kind = file.data, file.kind
    readers = _readers(details=details)
    collector = _Collector(len(data), capture_facts(file))
    waiting = deque([(EmbeddedPart(kind, data, "", 0), "", 0)])
    budget = 4 * len(data) + (16 << 20)  # bytes; parts may overlap, but not without end
    findings = 0
    for _ in range(_MAX_PARTS):
        if not waiting:
            return collector.result(kind)
        part, inside, depth = waiting.popleft()
        budget -= len(part.data)
        if budget < 0:
            break
        for found in _read(part, readers):
            findings += 1
            if findings > _MAX_FINDINGS:
                break
            if isinstance(found, CaptureFields | WordFields):
                collector.words += _of_picture(found, depth)
            elif not isinstance(found, EmbeddedPart):
                collector.keep(found, inside, part.offset)
            elif depth < _MAX_DEPTH or found.kind != "jpeg":
                known = None if part.offset is None or found.offset is None else part.offset + found.offset
                waiting.append((replace(found, offset=known), *_nested(found, inside, depth)))
            else:
                collector.keep(UnreadRegion("A picture within a picture within a picture was not read."), inside)
        if findings > _MAX_FINDINGS:
            break
    collector.keep(UnreadRegion("There are too many parts in it to read them all."), "")
    return collector.result(kind)


def _of_picture(found: CaptureFields | WordFields, depth: int) -> list[WordFields]:
    """What is said of the picture itself, not of one within it."""
    return [found] if isinstance(found, WordFields) and not depth else []


def capture_facts(file: CheckedFile) -> CaptureFacts:
    """When and with what the photo was taken, see ``quick_facts``."""
    return quick_facts(file)[0]


def quick_facts(file: CheckedFile) -> tuple[CaptureFacts, SelectionMarks]:
    """When and with what the photo was taken, and how it is marked, for a small part of the work of ``inspect``.

    Pixels, maker notes and pictures within the picture are not looked at, in a JPEG nothing behind its first scan. It
    raises nothing.
    """
    found: list[dict[CaptureField, str]] = []
    unread, is_cut = "", file.kind == "jpeg" and len(_before_scans(file.data)) < len(file.data)
    waiting = deque([EmbeddedPart(file.kind, file.data, "", 0)])
    budget = 4 * len(file.data) + (16 << 20)  # bytes, as for ``inspect``
    for _ in range(_MAX_PARTS):
        if not waiting or budget < 0:
            break
        part = waiting.popleft()
        budget -= len(part.data)
        for each in _read(part, _CAPTURE_READERS):
            if isinstance(each, CaptureFields):
                found.append(each.values)
            elif isinstance(each, UnreadRegion) and not (is_cut and part.kind == file.kind):
                unread = unread or each.sentence
            elif isinstance(each, EmbeddedPart) and each.kind in _CAPTURE_PARTS:
                waiting.append(each)
    marks = marks_in(found)
    return capture_facts_in(found), replace(marks, fault=marks.fault or plain_text(unread))


def _nested(part: EmbeddedPart, inside: str, depth: int) -> tuple[str, int]:
    """Which picture within the picture a part's findings are in, and how deep."""
    return (f"{inside}{part.where}: ", depth + 1) if part.kind == "jpeg" else (inside, depth)


def _readers(*, details: bool) -> dict[str, Reader]:
    """A reader for each kind of file and part."""
    effort = Effort(details)
    return {
        "jpeg": lambda data, _: inspect_jpeg(data, whole_picture=details),
        "png": lambda data, _: inspect_png(data),
        "webp": lambda data, _: inspect_webp(data),
        "gif": lambda data, _: inspect_gif(data),
        "tiff": lambda data, _: inspect_tiff(data, effort),
        "heic": lambda data, _: inspect_heif(data, "heic"),
        "avif": lambda data, _: inspect_heif(data, "avif"),
        "exif": partial(inspect_exif, effort=effort),
        "xmp": inspect_xmp,
        "iptc": read_iptc,
        "photoshop": read_photoshop,
        "icc": read_icc,
        "jumbf": read_jumbf,
        "flir": read_flir,
        "ciff": read_ciff,
        "ducky": read_ducky,
        "jukebox": read_jukebox,
        "mpf": inspect_mpf,
        "video": read_video,
        "trailer": read_trailer,
    }


_CAPTURE_ONLY = Effort(details=False, capture_only=True)
_CAPTURE_PARTS: dict[str, Reader] = {
    "exif": partial(inspect_exif, effort=_CAPTURE_ONLY),
    "xmp": lambda data, where: _up_to_capture(inspect_xmp(data, where)),
    "iptc": read_iptc,
    "photoshop": read_photoshop,
}
_CAPTURE_READERS: dict[str, Reader] = {
    "jpeg": lambda data, _: inspect_jpeg(_before_scans(data), whole_picture=False),
    "png": lambda data, _: inspect_png(data, pixels=False),
    "webp": lambda data, _: inspect_webp(data, pixels=False),
    "gif": lambda data, _: inspect_gif(data, pixels=False),
    "tiff": lambda data, _: inspect_tiff(data, _CAPTURE_ONLY),
    "heic": lambda data, _: inspect_heif(data, "heic", pixels=False),
    "avif": lambda data, _: inspect_heif(data, "avif", pixels=False),
    **_CAPTURE_PARTS,
}


def _up_to_capture(found: Iterator[FileFinding]) -> Iterator[FileFinding]:
    """What a part yields up to its ``CaptureFields``; what it could not read is before them."""
    for each in found:
        yield each
        if isinstance(each, CaptureFields):
            return


def _before_scans(data: bytes) -> bytes:
    return data[: next((segment.mark for segment in walk_segments(data) if segment.marker == SOS), len(data))]


def _read(part: EmbeddedPart, readers: dict[str, Reader]) -> Iterator[FileFinding]:
    """What one reader finds; an error in damaged bytes becomes a sentence, and earlier findings stay."""
    reader = readers.get(part.kind)
    if reader is None:
        yield UnreadRegion("It is not a kind of file that imgvet can read.")
        yield unknown("file", part.data, "the whole file")
        return
    try:
        yield from reader(part.data, part.where)
    except (ValueError, LookupError, ArithmeticError, struct.error, zlib.error, RecursionError) as problem:
        place = part.where or "the file"
        yield UnreadRegion(f"Reading stopped in damaged data ({place}, {type(problem).__name__}).")
        yield unknown(f"damaged {part.kind} data", part.data, place)
