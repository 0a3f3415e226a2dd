"""Small JPEGs of a photo for the office: a preview, and a crop of each face and area. Taken after redaction only."""

from collections.abc import Iterable

import cv2
import numpy as np

from imgvet.geometry import Box
from imgvet.photo import CROP_SIDE, PREVIEW_SIDE, Area, Face, Previews
from imgvet.pixels import Pixels, resized

_CROP_MARGIN = 0.35  # of the face box, on every side, so that a person can be recognised
_AREA_MARGIN = 0.5  # of the shorter side of an area's box, on every side
_PREVIEW_QUALITY, _CROP_QUALITY = 78, 82


def make_previews(pixels: Pixels, faces: Iterable[Face], areas: Iterable[Area] = ()) -> Previews:
    """The preview and the crops of faces and areas of an upright, redacted, opaque photo."""
    height, width = pixels.shape[:2]
    scale = min(1.0, PREVIEW_SIDE / max(width, height))
    preview = resized(pixels, (max(1, round(width * scale)), max(1, round(height * scale))))
    return Previews(
        office_jpeg(preview, _PREVIEW_QUALITY),
        tuple(office_jpeg(face_crop(pixels, face.box), _CROP_QUALITY) for face in faces),
        tuple(office_jpeg(area_crop(pixels, area.box), _CROP_QUALITY) for area in areas),
    )


def face_crop(pixels: Pixels, face: Box) -> Pixels:
    """A square around the face, moved inside the picture if it fits; ``CROP_SIDE`` pixels across and down."""
    height, width = pixels.shape[:2]
    side = min(round(max(face.width, face.height) * (1 + 2 * _CROP_MARGIN)), width, height)
    left = min(max(0, (face.left + face.right - side) // 2), width - side)
    top = min(max(0, (face.top + face.bottom - side) // 2), height - side)
    square = pixels[top : top + side, left : left + side]
    how = cv2.INTER_AREA if side > CROP_SIDE else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(square, (CROP_SIDE, CROP_SIDE), interpolation=how), np.uint8)


def area_crop(pixels: Pixels, area: Box) -> Pixels:
    """All of the area with a margin, in its own shape; ``CROP_SIDE`` pixels along the longer side."""
    height, width = pixels.shape[:2]
    margin = max(1, round(min(area.width, area.height) * _AREA_MARGIN))
    box = Box(area.left - margin, area.top - margin, area.right + margin, area.bottom + margin).clipped(width, height)
    part = pixels[box.top : box.bottom, box.left : box.right]
    scale = CROP_SIDE / max(box.width, box.height)
    size = max(1, round(box.width * scale)), max(1, round(box.height * scale))
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC), np.uint8)


def office_jpeg(pixels: Pixels, quality: int) -> bytes:
    """The pixels as a JPEG that has nothing beside them."""
    _, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()
