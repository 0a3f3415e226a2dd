"""Faces and areas outlined on a small picture for the office, as on contact sheets and beside an answer of check."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from imgvet.geometry import Box, Outline, box_outline
from imgvet.photo import Photo
from imgvet.pixels import Pixels, resized
from imgvet.text import drawn_text

BgrColour = tuple[int, int, int]  # blue, green, red

_WHITE: BgrColour = (255, 255, 255)
_OPEN: BgrColour = (0, 69, 214)
_ANSWERED: BgrColour = (125, 115, 0)

_LONG_SIDE = 1280  # pixels, of a picture by itself
_MOST_ENLARGED = 2.0  # times, so that small faces are not under their numbers
_TYPE_SIZE = 20  # pixels
_QUALITY = 82


def numbered_preview(pixels: Pixels, photo: Photo) -> bytes:
    """A small JPEG without metadata of an upright, redacted, opaque photo with its faces and areas outlined."""
    height, width = pixels.shape[:2]
    scale = min(_MOST_ENLARGED, _LONG_SIDE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = resized(pixels, size) if scale <= 1 else np.asarray(cv2.resize(pixels, size), np.uint8)
    picture = np.ascontiguousarray(cv2.cvtColor(small, cv2.COLOR_RGB2BGR), np.uint8)
    draw_numbered_faces(picture, photo, cv2.FontFace("sans"), _TYPE_SIZE, thickness=2)
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return data.tobytes()


@dataclass(frozen=True, slots=True)
class _Frame:
    """A face or an area on the small picture."""

    label: str  # the number of a face, the letters of an area
    box: Box
    corners: Outline
    is_open: bool
    dashed: bool


def draw_numbered_faces(picture: Pixels, photo: Photo, font: cv2.FontFace, size: int, *, thickness: int) -> None:
    """Draw a frame with its number round each face of a photo, and one with its letters round each area.

    Possible ones are dashed, answered ones blue-green.

    Args:
        picture: the photo in any size, blue first; it is drawn on.
        photo: its faces and areas, in pixels of its full size.
        font: of the numbers.
        size: of the numbers, pixels.
        thickness: of the frames, pixels.
    """
    down, across = picture.shape[:2]
    frames = list(_frames(photo, across, down))
    for frame in frames:
        _outline(picture, frame, thickness)
    taken = list[Box]()
    for frame in frames:
        _label(picture, frame, font, size, taken)


def _frames(photo: Photo, across: int, down: int) -> Iterator[_Frame]:
    """The faces and areas of a photo on a picture of it that is so many pixels across and down."""
    wide, high = across / photo.width, down / photo.height
    for face in photo.faces:
        box, is_open = face.box.scaled(wide, high).clipped(across, down), face.resolved is None
        yield _Frame(str(face.number), box, box_outline(box), is_open, face.possible and is_open)
    for area in photo.areas:
        box, is_open = area.box.scaled(wide, high).clipped(across, down), area.resolved is None
        corners = tuple((round(x * wide), round(y * high)) for x, y in area.outline) or box_outline(box)
        yield _Frame(area.letters, box, corners, is_open, area.possible and is_open)


def _tone(frame: _Frame) -> BgrColour:
    return _OPEN if frame.is_open else _ANSWERED


def _outline(picture: Pixels, frame: _Frame, thickness: int) -> None:
    """A line round it, dashed if it is only a possible one."""
    dash = max(3, thickness * 3) if frame.dashed else None
    for start, end in zip(frame.corners, (*frame.corners[1:], frame.corners[0]), strict=True):
        for piece_start, piece_end in _pieces(start, end, dash):
            cv2.line(picture, piece_start, piece_end, _tone(frame), thickness)


def _pieces(
    start: tuple[int, int], end: tuple[int, int], dash: int | None
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """The whole line, or its dashes of that many pixels with gaps of the same length."""
    length = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    if dash is None or not length:
        yield start, end
        return
    across, down = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    for begin in range(0, length, 2 * dash):
        stop = min(begin + dash - 1, length)
        yield (
            (round(start[0] + across * begin), round(start[1] + down * begin)),
            (round(start[0] + across * stop), round(start[1] + down * stop)),
        )


def _tag_place(picture: Pixels, box: Box, size: tuple[int, int], taken: list[Box]) -> Box:
    """Where the tag of a frame goes: above its frame, or the next side where it covers least of the tags before it."""
    (across, down), (height, width) = size, picture.shape[:2]
    corners = [
        (box.left, box.top - down),
        (box.left, box.bottom),
        (box.right - across, box.top - down),
        (box.right - across, box.bottom),
        (box.left - across, box.top),
        (box.right, box.top),
    ]
    inside = [each for each in corners if 0 <= each[1] <= height - down] or corners
    places = [
        (min(max(0, left), max(0, width - across)), min(max(0, top), max(0, height - down))) for left, top in inside
    ]
    tags = [Box(left, top, left + across, top + down) for left, top in places]
    return min(tags, key=lambda tag: sum(tag.common_area(other) for other in taken))


def _label(picture: Pixels, frame: _Frame, font: cv2.FontFace, size: int, taken: list[Box]) -> None:
    """The number or letters on a small tag beside the frame; ``taken``: the tags of others, and then this one, too."""
    tag = _tag_place(picture, frame.box, (width_of_text(frame.label, font, size, 700) + 4, size + 1), taken)
    taken.append(tag)
    picture[tag.top : tag.bottom, tag.left : tag.right] = _tone(frame)
    write_on(picture, frame.label, (tag.left + 2, tag.bottom - max(1, round(size * 0.15))), _WHITE, font, size, 700)


def write_on(
    on: Pixels, text: str, baseline: tuple[int, int], colour: BgrColour, font: cv2.FontFace, size: int, weight: int
) -> None:
    """Write one line of text on a picture, with its baseline from there."""
    cv2.putText(on, _drawable(text), baseline, colour, font, size, weight)


def _drawable(text: str) -> str:
    """The text with a ``?`` for each character that cannot be drawn, such as controls and lone surrogates."""
    return "".join(letter if letter.isprintable() else "?" for letter in drawn_text(text))


def width_of_text(text: str, font: cv2.FontFace, size: int, weight: int) -> int:
    """Pixels across."""
    left, _, width, _ = cv2.getTextSize((0, 0), _drawable(text), (0, 0), font, size, weight)
    return int(left + width)
