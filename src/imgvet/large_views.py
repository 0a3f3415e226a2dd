"""Pictures of a photo for the person who answers: large, upright, in sRGB, a JPEG without any metadata.

They are drawn from the original, in the workers alone, and only from the very bytes that were vetted. Every face and
area that a person's answer hides is hidden here as well, before anything is derived from the pixels; an open one is
shown, because somebody has to see it to answer for it.
"""

import hashlib

import cv2

from imgvet.decode.limits import check_limits
from imgvet.decode.open import open_upright
from imgvet.encode.encode import over_white
from imgvet.encode.previews import face_crop, office_jpeg
from imgvet.errors import PhotoError
from imgvet.formats.sniff import detect_format, read_source
from imgvet.geometry import Box, Outline
from imgvet.pixels import Pixels, resized
from imgvet.redaction.paint import redact
from imgvet.redaction.shapes import area_shape, head_shape
from imgvet.settings import Settings
from imgvet.view_jobs import LARGE_SIDE, MadePicture, PreviewJob, ViewJob

_QUALITY = 85
_REDRAWN = "The file has changed since it was vetted."


def draw_view(settings: Settings, job: ViewJob | PreviewJob) -> MadePicture:
    """The picture that a job asks for; a photo that cannot be shown is a value, with the reason."""
    try:
        return MadePicture(_drawn(settings, job) if isinstance(job, ViewJob) else _with_hidden(settings, job))
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
    seen = _redacted(settings, job, upright.pixels, upright.alpha)
    if job.face:
        height, width = seen.shape[:2]
        across, down = width / job.size[0], height / job.size[1]
        return office_jpeg(face_crop(seen, job.face.scaled(across, down).clipped(width, height)), _QUALITY)
    return office_jpeg(_within(seen), _QUALITY)


def _with_hidden(settings: Settings, job: PreviewJob) -> bytes:
    limits = settings.profile.limits
    upright = open_upright(check_limits(job.jpeg, detect_format(job.jpeg), limits), least_side=0)
    return office_jpeg(_redacted(settings, job, upright.pixels, upright.alpha), _QUALITY)


def _redacted(settings: Settings, job: ViewJob | PreviewJob, pixels: Pixels, alpha: Pixels | None) -> Pixels:
    """The picture with the faces and areas hidden, whatever its size."""
    height, width = pixels.shape[:2]
    across, down = width / job.size[0], height / job.size[1]
    heads = [head_shape(_whole_pixels(box, across, down)) for box in job.hidden]
    areas = [area_shape(_scaled(outline, across, down)) for outline in job.areas]
    secret = settings.secret + str(job.number).encode()
    return over_white(*redact(pixels, alpha, [*heads, *areas], settings.profile.faces.redaction, secret))


def _whole_pixels(box: Box, across: float, down: float) -> Box:
    """A face's box in a picture of another size; a pixel larger on each side where that is smaller."""
    scaled = box.scaled(across, down)
    if (across, down) == (1, 1):
        return box
    return Box(scaled.left - 1, scaled.top - 1, scaled.right + 1, scaled.bottom + 1)


def _scaled(outline: Outline, across: float, down: float) -> Outline:
    """The corners, which are the middles of pixels, in a picture of another size."""
    return tuple((round((x + 0.5) * across - 0.5), round((y + 0.5) * down - 0.5)) for x, y in outline)


def _within(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    scale = min(1.0, LARGE_SIDE / max(width, height))
    return resized(pixels, (max(1, round(width * scale)), max(1, round(height * scale))))
