"""What the database of a batch says is checked when it is read, because anybody may have written it.

The types are msgspec's matter; here are ranges, relations and names. A fault is one plain half-sentence.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from imgvet.batch.bounds import MOST, is_box, is_number, is_outline, is_sha256
from imgvet.batch.snapshot import BatchFacts, PublishedFile
from imgvet.channels.places import FIRST_FOLDER, HELD
from imgvet.formats.jpeg import APP0, EOI, FRAME_HEADERS, walk_segments
from imgvet.geometry import Box, outline_box
from imgvet.photo import MOST_SHARP, Photo, photo_for
from imgvet.profile import is_folder_name
from imgvet.releases.release import is_printed_number

LONGEST_RECORD = 16 * 1024**2  # bytes
_MOST_BYTES = 2**40  # of a clean file
_LONGEST_PATH = 32_768  # bytes

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # as JSON writes it
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,80}[a-z0-9])?-[0-9]{1,10}\.(?:jpg|png|webp)", re.ASCII)
_HASH = re.compile(r"(?:[0-9a-f]{16})?", re.ASCII)
_COVERED = re.compile(r"Face [1-9][0-9]{0,8}|Area [A-Z]{1,4}")
_CHECKSUM = re.compile(r"(?:[0-9]{1,9}x[0-9]{1,9}-[0-9a-f]{8})?", re.ASCII)
_NAMED_BY_0_4 = re.compile(r"-held-([0-9]+\.[a-z]+)$", re.ASCII)


def is_path(value: Any) -> bool:
    """Whether it can be the path of an original, in the bytes of the file system."""
    return isinstance(value, bytes) and 0 < len(value) <= _LONGEST_PATH and b"\0" not in value


def is_file_name(name: str) -> bool:
    """Whether it is a name as imgvet gives clean files: letters, digits, hyphens, the number and how it ends.

    So it is in no other folder, and none that a system keeps for itself.
    """
    return _NAME.fullmatch(name) is not None


def photo_fault(photo: Photo, number: int, folders: Mapping[str, Collection[str]]) -> str:
    """What is wrong with the record under that number; empty where nothing is.

    ``folders``: by channel, those that its files may be in.
    """
    return next(_photo_faults(photo, number, folders), "")


def facts_fault(facts: BatchFacts) -> str:
    """What is wrong with what is known about the batch as a whole; empty where nothing is."""
    return next(_facts_faults(facts), "")


def picture_fault(data: Any, side: int, most_bytes: int) -> str:
    """What is wrong with a small picture for the office: it is a plain JPEG of at most so many pixels along a side."""
    if not isinstance(data, bytes) or not 4 <= len(data) <= most_bytes or not data.startswith(b"\xff\xd8\xff"):
        return "is not a JPEG of the right size"
    segments = list(walk_segments(data))
    frames = [each for each in segments if each.marker in FRAME_HEADERS]
    plain = all(0xC0 <= each.marker <= 0xDF or each.marker < 0 or each.marker == APP0 for each in segments)
    if not (plain and len(frames) == 1 and segments[-1].marker == EOI and segments[-1].end == len(data)):
        return "is not a plain JPEG"
    start = frames[0].start
    height, width = (int.from_bytes(data[at : at + 2], "big") for at in (start + 1, start + 3))
    return "" if 0 < width <= side and 0 < height <= side else "has more pixels than it should have"


def _photo_faults(photo: Photo, number: int, folders: Mapping[str, Collection[str]]) -> Iterator[str]:
    yield from _faults_of_one(photo, number, folders)
    channels = [each.channel for each in photo.copies]
    if not photo.copies:
        return
    if not all((photo.channel, *channels)) or len({photo.channel, *channels}) != 1 + len(channels):
        yield "its channels are not valid"
        return
    for channel in channels:
        part = photo_for(photo, channel)
        if part.name.rpartition(".")[0] not in ("", photo.name.rpartition(".")[0]):
            yield "a file of it has the name of another photo"
        yield from _faults_of_one(part, number, folders)


def _faults_of_one(photo: Photo, number: int, folders: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Of the photo as it is for one channel."""
    if photo.number != number or not is_number(number):
        yield "its number is wrong"
    named = [*(face.number for face in photo.faces), *(area.number for area in photo.areas)]
    numbers = (photo.earlier_number, photo.duplicate_of, photo.sharpest, *photo.similar, *named)
    if not all(each is None or is_number(each) for each in numbers):
        yield "a number in it is not valid"
    counted = (photo.width, photo.height, photo.output_width, photo.output_height, photo.round)
    if not all(0 <= each <= MOST for each in (*counted, photo.other_pictures, photo.smallest_face_px)):
        yield "a size in it is not valid"
    if not (0 <= photo.output_bytes <= _MOST_BYTES and 0 <= photo.sharpness <= MOST_SHARP):
        yield "the size of its file, or its sharpness, is not valid"
    digests = (photo.source_sha256 or None, photo.sha256)
    if not all(each is None or is_sha256(each) for each in digests):
        yield "a SHA-256 in it is not valid"
    if not _HASH.fullmatch(photo.camera_mark):
        yield "the mark of its camera is not valid"
    if not (_HASH.fullmatch(photo.perceptual_hash) and _CHECKSUM.fullmatch(photo.pixel_checksum)):
        yield "its picture hash is damaged"
    if not all(map(is_printed_number, photo.shown_forms)):
        yield "the number of a release form in it is not valid"
    if not all(map(_COVERED.fullmatch, photo.covered_larger)):
        yield "what was covered larger in it is not valid"
    yield from _name_faults(photo, folders)
    yield from _face_faults(photo)
    yield from _area_faults(photo)


def _name_faults(photo: Photo, folders: Mapping[str, Collection[str]]) -> Iterator[str]:
    if photo.name and not is_file_name(photo.name):
        yield "the name of its file is not one that imgvet gives"
    if photo.output is None:
        return
    folder, _, file = photo.output.rpartition("/")
    own = folders.get(photo.channel, ()) if photo.channel else (FIRST_FOLDER,)
    held = folder == HELD
    if folder not in (HELD, *own, *(f"{HELD}/{each}" for each in own)) or (
        file != photo.name and not (held and is_file_name(file) and _NAMED_BY_0_4.sub(r"-\1", file) == photo.name)
    ):
        yield "its file is not in a folder that imgvet uses"
    if not photo.name or photo.sha256 is None or photo.error is not None:
        yield "it has a file, but the record is incomplete"


def _face_faults(photo: Photo) -> Iterator[str]:
    if len({face.number for face in photo.faces}) != len(photo.faces):
        yield "two of its faces have the same number"
    if not all(0 <= face.score <= 1 for face in photo.faces):
        yield "the score of a face is not valid"
    boxes = [*(face.box for face in photo.faces), *(each.box for each in photo.findings if each.box)]
    if not all(_is_inside(box, photo) for box in boxes):
        yield "a box in it is outside the picture, or not valid"
    if not all(is_box(face.face_id) for face in photo.faces if face.face_id):
        yield "a box in it is not valid"


def _area_faults(photo: Photo) -> Iterator[str]:
    if len({area.number for area in photo.areas}) != len(photo.areas):
        yield "two of its areas have the same number"
    if not all(_is_inside(area.box, photo) and is_outline(area.outline) for area in photo.areas):
        yield "an area of it is outside the picture, or not valid"
    if any(area.outline and outline_box(area.outline) != area.box for area in photo.areas):
        yield "an outline in it is not valid"
    if not all(is_box(area.area_id) for area in photo.areas if area.area_id):
        yield "a box in it is not valid"


def _is_inside(box: Box, photo: Photo) -> bool:
    return 0 <= box.left <= box.right <= photo.width and 0 <= box.top <= box.bottom <= photo.height


def _facts_faults(facts: BatchFacts) -> Iterator[str]:
    try:
        datetime.fromisoformat(facts.made_at)
    except ValueError:
        yield "its date is not valid"
    if not is_sha256(facts.secret):
        yield "its secret is not valid"
    if not all(0 <= each <= MOST for each in (facts.applied or 0, facts.applying, facts.rounds)):
        yield "a count in it is not valid"
    if not 1 <= facts.digits <= len(str(MOST)):
        yield "the number of digits is not valid"
    if not all(map(_is_published, facts.stood or ())):
        yield "what was in the channels' folders is damaged"
    if not all(map(is_sha256, (*facts.sheets, *facts.tables.values()))):
        yield "a SHA-256 in it is not valid"
    if not re.fullmatch(r"(?:[0-9a-f]{32})?", facts.identity) or not all(map(_is_mark, facts.marks)):
        yield "its identity is not valid"
    if not all(abs(each.seconds) <= MOST for each in facts.clock_offsets):
        yield "a clock offset in it is not valid"


def _is_published(file: PublishedFile) -> bool:
    digest = not file.sha256 or is_sha256(file.sha256)
    named = is_folder_name(file.folder)
    return digest and named and is_number(file.number) and is_file_name(file.name) and 0 <= file.round <= MOST


def _is_mark(mark: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{16}", mark) is not None


def json_fault(value: Any) -> str:
    """What is wrong with a value of the database that should be JSON, before it is decoded; empty where nothing is."""
    if not isinstance(value, str | bytes):
        return "it is not text"
    if len(value) > LONGEST_RECORD:
        return "it is too long"
    text = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    return "a text in it has a character that is not allowed" if _NUL.search(text) else ""
