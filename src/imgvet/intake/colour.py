"""Colours to sRGB, 8 bits a channel."""

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms
from PIL.ImageCms import Flags, Intent, PyCMSError

from imgvet.errors import UnreadablePhoto, UnsupportedPhoto
from imgvet.pixels import Pixels

_EIGHT_BIT_MODES = frozenset({"L", "RGB", "CMYK", "LAB"})
_STEP = 51  # the colours 0, 51, …, 255 in each channel tell whether a profile is sRGB under another name


def to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Pixels, Pixels | None]:
    """RGB pixels (height, width, 3) and the alpha channel (height, width) or None, both uint8.

    Raises:
        UnsupportedPhoto: a way of storing colours that imgvet does not take.
        UnreadablePhoto: the embedded colour profile is damaged.
    """
    image, alpha = _split_alpha(image)
    image = _eight_bits(image)
    if profile and image.mode in _EIGHT_BIT_MODES:
        image = _converted(image, profile)
    if image.mode == "LAB":
        raise UnsupportedPhoto("It stores Lab colours without a profile.", "Save it as JPEG in sRGB.")
    return np.array(image.convert("RGB")), alpha


def _split_alpha(image: Image.Image) -> tuple[Image.Image, Pixels | None]:
    if image.mode in ("PA", "P", "L", "RGB", "1") and "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode == "P":
        image = image.convert("RGB")
    if image.mode in ("RGBa", "La"):
        image = image.convert("RGBA" if image.mode == "RGBa" else "LA")
    if image.mode not in ("RGBA", "LA", "PA"):
        return image, None
    alpha = np.array(image.getchannel("A"))
    return image.convert("L" if image.mode == "LA" else "RGB"), alpha if alpha.min() < 255 else None


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit grey to 8 bits; 32-bit and floating-point pictures are refused, for their range is anybody's guess."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.array(image).astype(np.uint32) * 255 // 65535).astype(np.uint8))
    if image.mode == "I":
        values = np.array(image)
        if values.min() < 0 or values.max() > 65535:
            raise UnsupportedPhoto("It stores 32-bit grey values.", "Save it as JPEG or 8-bit PNG.")
        return Image.fromarray((values * 255 // 65535).astype(np.uint8))
    if image.mode == "F":
        raise UnsupportedPhoto("It stores floating-point values.", "Save it as JPEG or 8-bit PNG.")
    if image.mode in _EIGHT_BIT_MODES:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    """The picture through its profile; untouched where the profile is plain sRGB."""
    try:
        transform = _transform(profile, image.mode)
    except (PyCMSError, OSError, ValueError) as problem:
        raise UnreadablePhoto(
            "Its colour profile is damaged, so its colours are unknown.", "Save it again as JPEG in sRGB."
        ) from problem
    if transform is None:
        return image
    return transform.apply(image)


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    transform = ImageCms.buildTransform(
        source,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        renderingIntent=Intent.RELATIVE_COLORIMETRIC,
        flags=Flags.BLACKPOINTCOMPENSATION,
    )
    return None if mode == "RGB" and _changes_nothing(transform) else transform


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    steps = np.arange(0, 256, _STEP, dtype=np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    changed = np.array(transform.apply(Image.fromarray(cube)))
    return int(np.abs(changed.astype(int) - cube.astype(int)).max()) <= 2


# Adobe RGB (1998), section 4.3: its primaries to XYZ (D65), then IEC 61966-2-1 from XYZ to linear sRGB.
_ADOBE_TO_SRGB = np.array(
    [[1.39835574, -0.39835574, 0.0], [0.0, 1.0, 0.0], [0.0, -0.04292933, 1.04292933]], dtype=np.float32
)
_ADOBE_GAMMA = 563 / 256


def from_adobe_rgb(pixels: Pixels) -> Pixels:
    """sRGB pixels from Adobe RGB ones, for cameras that say so in EXIF (DCF option file "R03") and embed no profile."""
    to_linear = (np.arange(256, dtype=np.float32) / 255) ** np.float32(_ADOBE_GAMMA)
    out = np.empty_like(pixels)
    for row in range(0, len(pixels), 256):  # in strips, so that floating-point copies stay small
        linear = np.clip(to_linear[pixels[row : row + 256]] @ _ADOBE_TO_SRGB.T, 0, 1)
        encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
        out[row : row + 256] = np.rint(encoded * 255).astype(np.uint8)
    return out
