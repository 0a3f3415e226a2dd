"""imgvet's own colour profiles, which ``tools/profiles.py`` made from the published standards.

A profile that comes with a photo can name its maker, a screen or a day. One of these takes its place where it gives the
same colours.
"""

import io
from functools import cache, lru_cache
from importlib import resources

import numpy as np
from PIL import Image, ImageCms
from PIL.ImageCms import Intent, PyCMSError

_SAME_WITHIN = 2  # steps of 255, in each channel of the stock profile
_STEP = 17  # the values 0, 17, …, 255 of each channel are tried
_FILES = {
    "sRGB": "srgb.icc",
    "Display P3": "display-p3.icc",
    "Adobe RGB (1998) compatible": "adobe-rgb-compatible.icc",
    "ProPhoto RGB": "prophoto-rgb.icc",
    "sRGB grey": "srgb-grey.icc",
    "grey gamma 2.2": "grey-gamma-2.2.icc",
}


@cache
def standard_profiles() -> dict[str, bytes]:
    """Name to bytes of every stock profile; the grey ones have "grey" in their names."""
    folder = resources.files("imgvet.decode") / "profiles"
    return {name: (folder / file).read_bytes() for name, file in _FILES.items()}


@lru_cache(maxsize=8)
def standard_profile_like(profile_bytes: bytes, mode: str) -> tuple[str, bytes] | None:
    """Name and bytes of the stock profile that gives the same colours, for a picture of mode "L" or "RGB".

    The same means: littleCMS carries 4096 colours (16 greys) from the one to the other and no channel moves by more
    than 2 of 255, both by relative colorimetry and perceptually. None where there is no such profile, where the
    profile is damaged, and for any other mode.
    """
    for name, stock in standard_profiles().items():
        if (mode == "L") == ("grey" in name) and mode in ("L", "RGB") and _are_alike(profile_bytes, stock, mode):
            return name, stock
    return None


def _are_alike(profile: bytes, stock: bytes, mode: str) -> bool:
    colours = _colours(mode)
    for intent in (Intent.RELATIVE_COLORIMETRIC, Intent.PERCEPTUAL):
        try:
            source, target = (ImageCms.ImageCmsProfile(io.BytesIO(each)) for each in (profile, stock))
            transform = ImageCms.buildTransform(source, target, mode, mode, renderingIntent=intent)
        except (PyCMSError, OSError, ValueError):
            return False
        moved = np.array(transform.apply(Image.fromarray(colours))).astype(int) - colours
        if int(np.abs(moved).max()) > _SAME_WITHIN:
            return False
    return True


def _colours(mode: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    steps = np.arange(0, 256, _STEP, dtype=np.uint8)
    if mode == "L":
        return steps.reshape(1, -1)
    return np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
