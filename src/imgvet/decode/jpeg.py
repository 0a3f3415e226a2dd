"""JPEG pixels, as stored; damaged pictures are refused."""

import math
import re

import cv2
import numpy as np

from imgvet.decode.colour import encoding_said_by_exif
from imgvet.decode.orientation import stored_orientation
from imgvet.decode.raw_image import (
    DAMAGED,
    DAMAGED_HINT,
    RawImage,
    capture_stderr,
    check_size,
    load_pixels,
    open_with_pillow,
    unsupported_pixels,
)
from imgvet.errors import UnreadablePhoto
from imgvet.formats.jpeg import APP0, APP15, CODED, COM, EOI, FRAME_HEADERS, SOI, SOS, STRAY, walk_segments
from imgvet.pixels import Pixels
from imgvet.profile import Limits

_ICC = b"ICC_PROFILE\x00"
_APP2, _APP14, _DRI = 0xE2, 0xEE, 0xDD
_METADATA = frozenset({SOI, COM, *range(APP0, APP15 + 1)})  # and the start mark: nothing of the picture itself
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_RESTARTS = bytes([0xFF, *range(0xD0, 0xD8)])
_MAX_REST = 16  # bytes of any kind before the end mark that some cameras leave there
_PADDING_BACKWARDS = re.compile(rb"(?:[\x00\xff]|[\xd0-\xd7]\xff)*+")  # zeros, fill bytes, restart marks
_MAX_TRIES = 64  # to find the end of one scan
_EXTRANEOUS = re.compile(r"(\d+) extraneous bytes before marker 0x([0-9a-f]{2})")


def decode_jpeg(data: bytes, limits: Limits, least_side: int = 0) -> RawImage:
    """The first picture of a JPEG file.

    ``least_side``: it may be smaller, a half, a quarter or an eighth, as the codec gives it at no cost, as long as its
    long side has so many pixels; 0 is whole.

    Raises:
        UnsupportedPhoto: more than 8 bits, or four channels of unknown meaning.
        UnreadablePhoto: damaged, truncated, or more pixels than the limit.
    """
    data = without_gaps(data, limits)
    head, scan = _head(data, limits)
    _refuse_what_is_not_taken(head)
    image = open_with_pillow(data, "jpeg")
    check_size(image.width, image.height, limits)
    exif = image.getexif()
    profile = _profile(head)
    encoding = encoding_said_by_exif(exif)
    orientation, frames = stored_orientation(image.info), int(getattr(image, "n_frames", 1))
    values, unread = None, None
    if image.mode in ("L", "RGB") and _ends_before_another_begins(data, scan):
        values = _decode_with_opencv(
            data, image.size, grey=image.mode == "L", partial=limits.partial_pictures, least_side=least_side
        )
    if values is None:
        image, unread = load_pixels(image, data, "jpeg", limits)
        if not limits.partial_pictures:
            _decoded(data, cv2.IMREAD_REDUCED_GRAYSCALE_8)
        values = np.asarray(image, np.uint8)
    model = {"L": "grey", "RGB": "rgb", "CMYK": "cmyk"}[image.mode]
    return RawImage(
        values,
        model,  # type: ignore[arg-type]
        profile=profile,
        encoding=encoding,
        orientation=orientation,
        frames=frames,
        unread=unread,
    )


def _head(data: bytes, limits: Limits) -> tuple[list[tuple[int, bytes]], int]:
    """Marker and content of each segment before the first scan, and where that (or the end of the data) is."""
    segments: list[tuple[int, bytes]] = []
    for marker, mark, start, end in walk_segments(data, limits.parts):
        if marker == SOS:
            return segments, mark
        if marker == EOI or (marker == STRAY and data[start:end].strip(_RESTARTS)):
            break
        segments.append((marker, data[start:end]))
    return segments, len(data)


def without_gaps(data: bytes, limits: Limits) -> bytes:
    """The file without stray bytes between its metadata segments, which decoders treat differently.

    A gap after tables or the frame, or one with restart markers, may be the rest of a damaged segment, and what looks
    like the start of a picture may be a thumbnail's; then the file stays as it is, and is refused.
    """
    pieces, kept, before, gap = [], 0, SOI, False
    for marker, _, start, end in walk_segments(data, limits.parts):
        if gap and marker == SOI:
            return data
        if marker in (SOS, EOI):
            break
        gap = marker == STRAY
        if not gap:
            before = marker
        elif before in _METADATA and not _RESTART.search(data, start, end):
            pieces.append(data[kept:start])
            kept = end
        else:
            return data
    return b"".join([*pieces, data[kept:]]) if pieces else data


def _refuse_what_is_not_taken(head: list[tuple[int, bytes]]) -> None:
    """Refuse by the frame's header, because each library would report it differently, or would guess."""
    frame = next((content for marker, content in head if marker in FRAME_HEADERS), b"")
    if len(frame) < 6:
        raise UnreadablePhoto(DAMAGED.format("no JPEG picture in it"), DAMAGED_HINT)
    bits, components = frame[0], frame[5]
    if bits != 8:
        raise unsupported_pixels(f"{bits} bits a channel in a JPEG")
    if components not in (1, 3, 4):
        raise unsupported_pixels(f"{components} channels in a JPEG")
    adobe = any(marker == _APP14 and content.startswith(b"Adobe") for marker, content in head)
    if components == 4 and not adobe:
        raise unsupported_pixels("four inks and does not say whether they are inverted")


def _profile(head: list[tuple[int, bytes]]) -> bytes | None:
    """The ICC profile from its numbered pieces (ICC.1:2022, B.4); None if there is none."""
    pieces = [content[len(_ICC) :] for marker, content in head if marker == _APP2 and content.startswith(_ICC)]
    if not pieces:
        return None
    if len(pieces) == 1:
        return pieces[0][2:] or None  # whatever number it has
    numbered = {piece[0]: piece[2:] for piece in pieces if len(piece) > 2}
    if sorted(numbered) != list(range(1, len(pieces) + 1)) or any(piece[1] != len(pieces) for piece in pieces):
        raise UnreadablePhoto("Its colour profile is damaged: pieces of it are missing.", "Save it again in sRGB.")
    return b"".join(numbered[number] for number in sorted(numbered))


def _ends_before_another_begins(data: bytes, scan: int) -> bool:
    """Whether the picture's end marker comes before any other picture begins; its first scan begins at ``scan``.

    OpenCV may read on into another picture; without the end marker Pillow decides, which is strict.
    """
    end = re.compile(rb"\xff[\xd8\xd9]").search(data, scan)
    return end is not None and end.group() == b"\xff\xd9"


def _decode_with_opencv(
    data: bytes, size: tuple[int, int], *, grey: bool, partial: bool, least_side: int = 0
) -> Pixels | None:
    """The pixels by OpenCV, without Pillow's second copy: a third faster on 24 megapixels, with the same libjpeg-turbo.

    None if it is damaged and Pillow may read a part of it.
    """
    part = _codec_fraction(size, least_side)
    try:
        pixels = _decoded(data, (cv2.IMREAD_GRAYSCALE if grey else cv2.IMREAD_COLOR_RGB) | _REDUCED[part])
    except UnreadablePhoto:
        if partial:
            return None
        raise
    if pixels is None or pixels.shape[:2] != (-(-size[1] // part), -(-size[0] // part)):
        raise UnreadablePhoto(DAMAGED.format("its pixels cannot be decoded"), DAMAGED_HINT)
    return pixels


_REDUCED = {
    1: 0,
    2: cv2.IMREAD_REDUCED_GRAYSCALE_2,
    4: cv2.IMREAD_REDUCED_GRAYSCALE_4,
    8: cv2.IMREAD_REDUCED_GRAYSCALE_8,
}


def _codec_fraction(size: tuple[int, int], least_side: int) -> int:
    """The largest fraction of its size at which the long side still has ``least_side`` pixels."""
    return next(part for part in (8, 4, 2, 1) if part == 1 or (least_side and max(size) // part >= least_side))


def _decoded(data: bytes, flags: int) -> Pixels | None:
    """The pixels as OpenCV decodes them, unless libjpeg complains of more than padding behind a scan."""
    pixels, said = _with_complaints(data, flags)
    if any(_EXTRANEOUS.search(line) for line in said) and jpeg_complaint(said):
        pixels, said = _with_complaints(_without_padding(data), flags)
    complaint = jpeg_complaint(said)
    if complaint:
        raise UnreadablePhoto(DAMAGED.format(complaint), DAMAGED_HINT)
    return None if pixels is None else np.asarray(pixels, np.uint8)


def _with_complaints(data: bytes, flags: int) -> tuple[cv2.typing.MatLike | None, list[str]]:
    return capture_stderr(lambda: cv2.imdecode(np.frombuffer(data, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION))


# -- Padding behind scans


def _without_padding(data: bytes) -> bytes:
    """The file without zeros, fill bytes and restart marks between the coded data of a scan and the next mark.

    NOTE: libjpeg reports only the first fault, so damage behind padding is seen only once the padding is gone.
    """
    frame, interval, head, clean, kept = b"", 0, b"", b"", 0
    for marker, _, start, end in walk_segments(data):
        content = data[start:end]
        if marker in FRAME_HEADERS:
            frame = content
        elif marker == _DRI:
            interval = int.from_bytes(content[:2], "big")
        elif marker == SOS:
            head = content
        elif marker == CODED or (marker == STRAY and head):
            clean += data[kept:start]
            clean += _unpadded(clean, content, _restarts(frame, head, interval))
            kept = end
    return clean + data[kept:]


def _unpadded(before: bytes, coded: bytes, restarts: int) -> bytes:
    """Coded data without its padding; ``before`` is the file up to it, ``restarts`` how many marks are its own."""
    marks = [match.start() for match in _RESTART.finditer(coded)]
    if len(marks) > restarts and _padding(coded) >= len(coded) - marks[restarts]:
        coded = coded[: marks[restarts]]
    for _ in range(_MAX_TRIES):  # coded data may end in zeros of its own, so libjpeg says how many are too many
        coded = coded.rstrip(b"\xff")
        _, said = _with_complaints(before + coded + b"\xff\xd9", cv2.IMREAD_REDUCED_GRAYSCALE_8)
        surplus = next(filter(None, map(_EXTRANEOUS.search, said)), None)
        length = min(int(surplus[1]), _padding(coded)) if surplus and surplus[2] == "d9" else 0
        if length == 0:
            break
        coded = coded[:-length]
    return coded


def _padding(coded: bytes) -> int:
    """How many bytes at the end may be padding."""
    run = _PADDING_BACKWARDS.match(coded[::-1])
    return run.end() if run else 0


def _restarts(frame: bytes, head: bytes, interval: int) -> int:
    """How many restart marks a scan has, by the headers of its frame and its own (T.81, A.2 and B.2)."""
    if not interval or len(frame) < 9 or len(head) < 2:
        return 0
    height, width = (int.from_bytes(frame[at : at + 2], "big") for at in (1, 3))
    factors = {frame[at]: (frame[at + 1] >> 4 or 1, frame[at + 1] & 15 or 1) for at in range(6, len(frame) - 2, 3)}
    most = [max(each) for each in zip(*factors.values(), strict=True)]
    own = factors.get(head[1], (1, 1)) if head[0] == 1 else (1, 1)
    units = 1
    for size, factor, largest in zip((width, height), own, most, strict=True):
        units *= math.ceil(math.ceil(size * factor / largest) / 8)
    return math.ceil(units / interval) - 1


def jpeg_complaint(said: list[str]) -> str:
    """libjpeg's first complaint about damage, or nothing; a few bytes before the end mark are not damage."""
    for line in said:
        rest = _EXTRANEOUS.search(line)
        if rest and rest[2] == "d9" and int(rest[1]) <= _MAX_REST:
            continue
        damage = re.search(r"Corrupt JPEG data: (.+)|(Premature end of JPEG file)", line)
        if damage:
            return (damage[1] or damage[2]).strip().rstrip(".")
    return ""
