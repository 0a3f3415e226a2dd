"""JPEG pixels, as stored, whole or not at all."""

import re

import cv2
import numpy as np

from imgvet.decode.colour import encoding_said_by_exif
from imgvet.decode.decoder_warnings import capture_stderr
from imgvet.decode.orientation import stored_orientation
from imgvet.decode.raw_image import (
    DAMAGED,
    DAMAGED_HINT,
    RawImage,
    check_size,
    load_pixels,
    open_with_pillow,
    unsupported_pixels,
)
from imgvet.errors import UnreadablePhoto
from imgvet.pixels import Pixels
from imgvet.profile import Limits

_ICC = b"ICC_PROFILE\x00"
_APP2, _APP14 = 0xE2, 0xEE
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_BARE = frozenset({0x01, *range(0xD0, 0xD8), 0xFF})  # markers without a length; 0xFF fills
_SOI = 0xD8
_METADATA = frozenset({_SOI, 0xFE, *range(0xE0, 0xF0)})  # and the start mark: nothing of the picture itself
_MARKER = re.compile(rb"\xff+[^\x00\xff]", re.DOTALL)
_MAX_PADDING = 16  # bytes before the end mark that some cameras leave there


def decode_jpeg(data: bytes, limits: Limits) -> RawImage:
    """The first picture of a JPEG file.

    Raises:
        UnsupportedPhoto: more than 8 bits, or four inks that nobody says the meaning of.
        UnreadablePhoto: damaged, truncated, or more pixels than the limit.
    """
    data = without_gaps(data)
    head, scan = _head(data)
    _refuse_what_is_not_taken(head)
    image = open_with_pillow(data, "jpeg")
    check_size(image.width, image.height, limits)
    exif = image.getexif()
    profile = _profile(head)
    encoding = encoding_said_by_exif(exif)
    orientation, frames = stored_orientation(image.info), int(getattr(image, "n_frames", 1))
    values, unread = None, None
    if image.mode in ("L", "RGB") and _ends_before_another_begins(data, scan):
        values = _quickly(data, image.size, grey=image.mode == "L", partial=limits.partial_pictures)
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


def _head(data: bytes) -> tuple[list[tuple[int, bytes]], int]:
    """Marker and content of each segment before the first scan, and where that begins; the data's end without one."""
    segments, at = [], 2
    while data[at : at + 1] == b"\xff" and data[at + 1 : at + 2] not in (b"\xda", b"\xd9", b""):
        marker = data[at + 1]
        if marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        segments.append((marker, data[at + 4 : at + 2 + length]))
        at += 2 + max(length, 2)
    return segments, at if data[at : at + 2] == b"\xff\xda" else len(data)


def without_gaps(data: bytes) -> bytes:
    """The file without bytes that stand between its metadata segments and belong to none; decoders differ in them.

    A gap behind tables or the frame may be the rest of a damaged one, and what looks like the start of a picture may be
    a thumbnail's; then the file stays as it is, and is refused. Fill bytes: ITU-T T.81, B.1.1.2.
    """
    pieces, at, kept, before = [], 2, 0, _SOI
    while mark := _MARKER.search(data, at):
        marker = data[mark.end() - 1]
        if mark.start() > at:
            if before not in _METADATA or marker == _SOI:
                return data
            pieces.append(data[kept:at])
            kept = mark.start()
        if marker in (0xDA, 0xD9):
            break
        length = 0 if marker in _BARE else max(2, int.from_bytes(data[mark.end() : mark.end() + 2], "big"))
        at, before = mark.end() + length, marker
    return b"".join([*pieces, data[kept:]]) if pieces else data


def _refuse_what_is_not_taken(head: list[tuple[int, bytes]]) -> None:
    """Refuse by the frame's head: each library would have words of its own, or would guess."""
    frame = next((content for marker, content in head if marker in _FRAMES), b"")
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
    """The ICC profile from its numbered pieces (ICC.1:2022, B.4); None where there is none."""
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
    """Whether the picture's own end mark comes before any other picture begins; its first scan begins at ``scan``.

    OpenCV may read on into another picture; without the end mark Pillow decides, which is strict.
    """
    end = re.compile(rb"\xff[\xd8\xd9]").search(data, scan)
    return end is not None and end.group() == b"\xff\xd9"


def _quickly(data: bytes, size: tuple[int, int], *, grey: bool, partial: bool) -> Pixels | None:
    """The pixels without Pillow's second copy: a third less time on 24 megapixels, by the same libjpeg-turbo.

    None where it is damaged and Pillow may take a part of it.
    """
    try:
        pixels = _decoded(data, cv2.IMREAD_GRAYSCALE if grey else cv2.IMREAD_COLOR_RGB)
    except UnreadablePhoto:
        if partial:
            return None
        raise
    if pixels is None or pixels.shape[:2] != (size[1], size[0]):
        raise UnreadablePhoto(DAMAGED.format("its pixels cannot be decoded"), DAMAGED_HINT)
    return pixels


def _decoded(data: bytes, flags: int) -> Pixels | None:
    """What OpenCV makes of it, unless libjpeg complains."""
    pixels, said = capture_stderr(
        lambda: cv2.imdecode(np.frombuffer(data, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    )
    complaint = jpeg_complaint(said)
    if complaint:
        raise UnreadablePhoto(DAMAGED.format(complaint), DAMAGED_HINT)
    return None if pixels is None else np.asarray(pixels, np.uint8)


def jpeg_complaint(said: list[str]) -> str:
    """The first thing that libjpeg finds damaged, or nothing; padding before the end mark is no damage."""
    for line in said:
        padding = re.search(r"(\d+) extraneous bytes before marker 0xd9", line)
        if padding and int(padding[1]) <= _MAX_PADDING:
            continue
        damage = re.search(r"Corrupt JPEG data: (.+)|(Premature end of JPEG file)", line)
        if damage:
            return (damage[1] or damage[2]).strip().rstrip(".")
    return ""
