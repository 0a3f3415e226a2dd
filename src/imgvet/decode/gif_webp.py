"""GIF and WebP pixels, as stored: of an animation, the first frame on its whole canvas."""

import numpy as np
from PIL import Image

from imgvet.decode.colour import encoding_said_by_exif
from imgvet.decode.orientation import stored_orientation
from imgvet.decode.raw_image import DAMAGED, DAMAGED_HINT, RawImage, check_size, load_pixels, open_with_pillow
from imgvet.errors import UnreadablePhoto
from imgvet.formats.gif import sub_blocks, walk_blocks
from imgvet.formats.riff import RIFF_HEADER_BYTES, walk_riff_chunks, webp_frame
from imgvet.pixels import Pixels
from imgvet.profile import Limits

_Frame = tuple[int, int, int, int]  # left, top, right, bottom in pixels; right and bottom exclusive

_GIF_PROFILE = b"\x21\xff\x0bICCRGBG1012"


def decode_gif(data: bytes, limits: Limits) -> RawImage:
    """The first frame; what it does not cover is transparent, as browsers show it.

    Raises:
        UnreadablePhoto: damaged, truncated, or more pixels than the limit.
    """
    image = open_with_pillow(data, "gif")
    check_size(image.width, image.height, limits)
    tiles = getattr(image, "tile", [])
    covered = tiles[0].extents if tiles else None
    frames = int(getattr(image, "n_frames", 1))
    image, unread = load_pixels(image, data, "gif", limits)
    indices = np.asarray(image, np.uint8) if image.mode == "P" else None
    values, alpha = _colours(image)
    alpha = _transparent_beside(covered, values, alpha)
    return RawImage(values, "rgb", alpha, indices, _gif_profile(data, limits), frames=frames, unread=unread)


def decode_webp(data: bytes, limits: Limits) -> RawImage:
    """The picture, or the first frame; what it does not cover is transparent, as browsers show it.

    Raises:
        UnreadablePhoto: damaged, truncated, or more pixels than the limit.
    """
    if len(data) < int.from_bytes(data[4:8], "little") + 8:
        raise UnreadablePhoto(DAMAGED.format("its end is missing"), DAMAGED_HINT)
    image = open_with_pillow(data, "webp")
    check_size(image.width, image.height, limits)
    exif, profile = image.getexif(), image.info.get("icc_profile")
    frames = int(getattr(image, "n_frames", 1))
    image, _ = load_pixels(image, data, "webp", limits)
    values, alpha = _colours(image)
    alpha = _transparent_beside(_first_webp_frame(data, limits), values, alpha)
    return RawImage(
        values,
        "rgb",
        alpha,
        profile=profile,
        encoding=encoding_said_by_exif(exif),
        orientation=stored_orientation(image.info),
        frames=frames,
    )


def _colours(image: Image.Image) -> tuple[Pixels, Pixels | None]:
    seen = image if image.mode in ("RGB", "RGBA") else image.convert("RGBA")
    values = np.asarray(seen, np.uint8)
    if seen.mode == "RGB":
        return values, None
    alpha = np.ascontiguousarray(values[..., 3])
    return np.ascontiguousarray(values[..., :3]), alpha if int(alpha.min()) < 255 else None


def _transparent_beside(covered: _Frame | None, values: Pixels, alpha: Pixels | None) -> Pixels | None:
    height, width = values.shape[:2]
    if covered is None or covered == (0, 0, width, height):
        return alpha
    left, top, right, bottom = covered
    shown = np.zeros((height, width), np.uint8)
    shown[top:bottom, left:right] = 255 if alpha is None else alpha[top:bottom, left:right]
    return shown


def _first_webp_frame(data: bytes, limits: Limits) -> _Frame | None:
    """The place of an animation's first frame on the canvas (RFC 9649, 2.7.1.1); None if there is none."""
    for name, start, _, _ in walk_riff_chunks(data, RIFF_HEADER_BYTES, len(data), limits.parts):
        if name == b"ANMF":
            return webp_frame(data, start)
    return None


def _gif_profile(data: bytes, limits: Limits) -> bytes | None:
    """The ICC profile in the first application extension of that name (ICC.1:2022, B.6); None if there is none."""
    for block in walk_blocks(data, limits.parts + limits.frames):
        if data.startswith(_GIF_PROFILE, block.head):
            return b"".join(list(sub_blocks(data, block))[1:])
    return None
