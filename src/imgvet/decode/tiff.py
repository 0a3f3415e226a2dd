"""TIFF pixels, as stored. TIFF allows nearly everything; only what is listed here is read."""

from contextlib import suppress
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from imgvet.decode.colour import SRGB, encoding_said_by_exif
from imgvet.decode.jpeg import jpeg_complaint
from imgvet.decode.orientation import turned
from imgvet.decode.raw_image import (
    DAMAGED,
    DAMAGED_HINT,
    ColourModel,
    RawImage,
    UnreadPart,
    capture_stderr,
    check_size,
    load_pixels,
    open_with_pillow,
    unsupported_pixels,
)
from imgvet.errors import UnreadablePhoto, UnsupportedPhoto
from imgvet.formats.tiff import full_pages, tiff_pages, with_page_first
from imgvet.pixels import Pixels
from imgvet.profile import Limits

# Tags (TIFF 6.0; the last two from its sections 20 and 16).
_BITS, _COMPRESSION, _PHOTOMETRIC, _ORIENTATION = 0x0102, 0x0103, 0x0106, 0x0112
_SAMPLES, _PLANAR, _SAMPLE_FORMAT, _COLOUR_MAP = 0x0115, 0x011C, 0x0153, 0x0140
_PRIMARIES, _INK_SET, _DOT_RANGE = 0x013F, 0x014C, 0x0150

_MIN_IS_WHITE, _MIN_IS_BLACK, _RGB, _PALETTE, _CMYK, _YCBCR, _CIELAB = 0, 1, 2, 3, 5, 6, 8
_BITS_TAKEN = {
    _MIN_IS_WHITE: (1, 2, 4, 8, 16), _MIN_IS_BLACK: (1, 2, 4, 8, 12, 16), _RGB: (8, 16), _PALETTE: (1, 2, 4, 8),
    _CMYK: (8, 16), _YCBCR: (8,), _CIELAB: (8,),
}  # fmt: skip
_UNCOMPRESSED, _OLD_JPEG, _JPEG = 1, 6, 7
_PLANES = 2  # of PlanarConfiguration
_SAME_PRIMARIES = 0.002  # of x or y


def decode_tiff(data: bytes, limits: Limits) -> RawImage:
    """The first full page of a TIFF file, upright unless another page says which way up it is.

    Raises:
        UnsupportedPhoto: a way of storing values that imgvet does not support.
        UnreadablePhoto: damaged, truncated, or more pixels than the limit.
    """
    pages = full_pages(every := tiff_pages(data))
    beside = None  # the first page, if it is not the one that is taken; it describes the file as a whole
    if pages and pages[0] is not every[0]:
        with suppress(UnsupportedPhoto):  # a directory of words alone
            beside = _opened(data)
        data = with_page_first(data, pages[0])
    image = _opened(data)
    check_size(image.width, image.height, limits)
    tags = _tags(image)
    profile = image.info.get("icc_profile") or (beside.info.get("icc_profile") if beside else None)
    encoding = SRGB if profile else encoding_said_by_exif((beside or image).getexif())
    orientation = int(_tags(beside).get(_ORIENTATION, 1)) if beside and _ORIENTATION not in tags else 1
    _refuse_what_is_not_taken(tags)
    if not profile and encoding == SRGB:
        _refuse_other_primaries(tags)
    image, unread = _pixels_of(image, data, limits, tags)
    indices = np.asarray(image, np.uint8) if image.mode == "P" else None
    values, alpha = _values(image, data, tags, unread)
    model: ColourModel = {_CMYK: "cmyk", _CIELAB: "lab"}.get(tags[_PHOTOMETRIC], "grey" if values.ndim == 2 else "rgb")  # type: ignore[assignment]
    return RawImage(values, model, alpha, indices, profile, encoding, orientation, max(len(pages), 1), unread)


def _opened(data: bytes) -> Image.Image:
    try:
        image, _ = capture_stderr(lambda: open_with_pillow(data, "tiff"))
    except UnidentifiedImageError:
        raise UnsupportedPhoto(
            "This TIFF picture cannot be read: it is damaged, or stored in a rare way.", "Save it as JPEG in sRGB."
        ) from None
    return image


def _tags(image: Image.Image) -> dict[int, Any]:
    return dict(image.tag_v2) if isinstance(image, TiffImageFile) else {}


def _pixels_of(
    image: Image.Image, data: bytes, limits: Limits, tags: dict[int, Any]
) -> tuple[Image.Image, UnreadPart | None]:
    """The picture with its pixels, unless libtiff or the libjpeg in it complains."""
    (image, unread), said = capture_stderr(lambda: load_pixels(image, data, "tiff", limits))
    complaint = next((line for line in said if "Warning" not in line), "")
    if tags.get(_COMPRESSION) == _JPEG:  # of which Pillow hides the complaints
        _, said = capture_stderr(lambda: cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8))
        complaint = complaint or jpeg_complaint(said)
    if complaint and not limits.partial_pictures:
        raise UnreadablePhoto(DAMAGED.format(complaint.rstrip(".")), DAMAGED_HINT)
    return image, unread


def _refuse_what_is_not_taken(tags: dict[int, Any]) -> None:
    photometric, compression = tags.get(_PHOTOMETRIC), tags.get(_COMPRESSION, _UNCOMPRESSED)
    bits = _first(tags.get(_BITS, 1))
    if photometric is None:
        raise unsupported_pixels("values and does not say what they mean")
    if any(each != 1 for each in _all(tags.get(_SAMPLE_FORMAT, 1))):
        raise unsupported_pixels("floating-point values" if 3 in _all(tags[_SAMPLE_FORMAT]) else "signed values")
    if bits not in _BITS_TAKEN.get(photometric, ()):
        raise unsupported_pixels(f"{bits} bits a value in a rare way (photometric interpretation {photometric})")
    if compression == _OLD_JPEG or (photometric == _YCBCR and compression != _JPEG):
        raise unsupported_pixels("YCbCr values in a rare way")
    if bits == 16 and tags.get(_PLANAR) == _PLANES and compression == _UNCOMPRESSED:
        raise unsupported_pixels("16-bit values in separate planes")
    if photometric == _CMYK and (tags.get(_INK_SET, 1) != 1 or _first(tags.get(_DOT_RANGE, 0)) != 0):
        raise unsupported_pixels("inks other than CMYK")
    if photometric == _PALETTE and max(_all(tags.get(_COLOUR_MAP, 0))) < 256:
        raise unsupported_pixels("a palette that is black, or of 8 bits where 16 are the rule")


def _refuse_other_primaries(tags: dict[int, Any]) -> None:
    said = [float(value) for value in _all(tags.get(_PRIMARIES, ()))]
    same = zip(said, SRGB.primaries[2:], strict=False)
    if said and max(abs(each - other) for each, other in same) > _SAME_PRIMARIES:
        raise unsupported_pixels("colours by primaries of its own, without a colour profile")


def _values(
    image: Image.Image, data: bytes, tags: dict[int, Any], unread: UnreadPart | None
) -> tuple[Pixels | NDArray[np.uint16], Pixels | None]:
    """Grey, RGB, Lab or CMYK values, and alpha, not premultiplied."""
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA" if image.mode == "PA" else "RGB")
    elif image.mode in ("La", "RGBa"):
        image = image.convert("LA" if image.mode == "La" else "RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    if image.mode.startswith("I;16"):
        return _sixteen_bit_grey(np.asarray(image).astype(np.uint16), tags), None
    values = np.asarray(image, np.uint8)
    if image.mode in ("LA", "RGBA"):
        alpha = np.ascontiguousarray(values[..., -1])
        colours = np.ascontiguousarray(values[..., 0] if image.mode == "LA" else values[..., :3])
        return colours, alpha if int(alpha.min()) < 255 else None
    if image.mode == "RGB" and _first(tags.get(_BITS, 1)) == 16 and unread is None:
        return _sixteen_bit_colours(values, data, tags), None
    return values, None


def _sixteen_bit_grey(values: NDArray[np.uint16], tags: dict[int, Any]) -> NDArray[np.uint16]:
    if _first(tags.get(_BITS)) == 12:
        values = ((values.astype(np.uint32) * 65535 + 2047) // 4095).astype(np.uint16)
    return np.asarray(65535 - values if tags[_PHOTOMETRIC] == _MIN_IS_WHITE else values, np.uint16)


def _sixteen_bit_colours(upper: Pixels, data: bytes, tags: dict[int, Any]) -> Pixels | NDArray[np.uint16]:
    """The 16-bit values if OpenCV and Pillow agree on the upper halves; else those halves, truncated."""
    flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
    whole = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if whole is None or whole.dtype != np.uint16 or whole.ndim != 3 or whole.shape[2] != 3:
        return upper
    colours = np.asarray(cv2.cvtColor(whole, cv2.COLOR_BGR2RGB), np.uint16)
    values = turned(colours, int(tags.get(_ORIENTATION, 1)))  # as Pillow has turned its own
    same = values.shape == upper.shape and np.array_equal((values >> 8).astype(np.uint8), upper)
    return values if same else upper


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, tuple) and value else value


def _all(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
