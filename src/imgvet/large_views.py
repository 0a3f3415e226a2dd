"""Pictures of a photo for the person who answers: large, upright, in sRGB, a JPEG without any metadata.

They are drawn from the original, in the workers alone, and only from the very bytes that were vetted. Every face that a
person's answer hides is hidden here as well, before anything is derived from the pixels; an open one is shown, because
somebody has to see it to answer for it.
"""

import hashlib

import cv2

from imgvet.decode.limits import check_limits
from imgvet.decode.open import open_upright
from imgvet.encode.encode import over_white, resized
from imgvet.encode.previews import face_crop, office_jpeg
from imgvet.errors import PhotoError
from imgvet.faces.redaction import redact
from imgvet.formats.sniff import detect_format, read_source
from imgvet.geometry import Box
from imgvet.pixels import Pixels
from imgvet.settings import Settings
from imgvet.view_jobs import LARGE_SIDE, MadePicture, ViewJob

_QUALITY = 85
_REDRAWN = "The file has changed since it was vetted."


def draw_view(settings: Settings, job: ViewJob) -> MadePicture:
    """The picture that a job asks for; a photo that cannot be shown is a value, with the reason."""
    try:
        return MadePicture(_drawn(settings, job))
    except PhotoError as problem:
        return MadePicture(problem=problem.reason)
    except MemoryError:
        return MadePicture(problem="It needs more memory than one photo may take.")


def _drawn(settings: Settings, job: ViewJob) -> bytes:
    cv2.setNumThreads(1)  # the workers share the cores
    limits = settings.profile.limits
    data = read_source(job.source, limits)
    if hashlib.sha256(data).hexdigest() != job.sha256:
        raise PhotoError(_REDRAWN)
    file = check_limits(data, detect_format(data), limits)
    upright = open_upright(file, least_side=0 if job.face else LARGE_SIDE)
    height, width = upright.pixels.shape[:2]
    across, down = width / job.size[0], height / job.size[1]
    hidden = [_whole_pixels(box, across, down) for box in job.hidden]
    secret = settings.secret + str(job.number).encode()
    pixels, alpha = redact(upright.pixels, upright.alpha, hidden, settings.profile.faces.redaction, secret)
    seen = over_white(pixels, alpha)
    if job.face:
        return office_jpeg(face_crop(seen, job.face.scaled(across, down).clipped(width, height)), _QUALITY)
    return office_jpeg(_within(seen), _QUALITY)


def _whole_pixels(box: Box, across: float, down: float) -> Box:
    """A face's box in a picture of another size; a pixel larger on each side where that is smaller."""
    scaled = box.scaled(across, down)
    if (across, down) == (1, 1):
        return box
    return Box(scaled.left - 1, scaled.top - 1, scaled.right + 1, scaled.bottom + 1)


def _within(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    scale = min(1.0, LARGE_SIDE / max(width, height))
    return resized(pixels, (max(1, round(width * scale)), max(1, round(height * scale))))
