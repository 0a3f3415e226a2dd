"""The whole leak list, in one order."""

from leaks import around, heif, jpeg, jpeg_metadata, png, tiff, webp_gif
from leaks.leak import Leak

__all__ = ["ALL", "Leak"]

ALL: tuple[Leak, ...] = (
    *jpeg_metadata.LEAKS,
    *jpeg.LEAKS,
    *png.LEAKS,
    *webp_gif.LEAKS,
    *tiff.LEAKS,
    *heif.LEAKS,
    *around.LEAKS,
)
