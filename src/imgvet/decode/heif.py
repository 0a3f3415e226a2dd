"""AVIF and HEIC pixels, as stored, and what their boxes say about colour and shape."""

import io
import struct
from collections.abc import Iterator

import numpy as np
from PIL import Image

from imgvet.decode.av1 import code_points_of_av1
from imgvet.decode.colour import SRGB, Encoding, encoding_of_cicp
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
from imgvet.errors import UnreadablePhoto, UnsupportedPhoto
from imgvet.pixels import Pixels
from imgvet.profile import Limits

_MAX_BOXES = 4096


def decode_avif(data: bytes, limits: Limits) -> RawImage:
    """The primary picture of an AVIF file, or the first of a sequence.

    Raises:
        UnsupportedPhoto: high dynamic range, or a picture cropped by a box that the decoder leaves out.
        UnreadablePhoto: damaged, truncated, or more pixels than the limit.
    """
    _refuse_cut_boxes(data)
    image = open_with_pillow(data, "avif")
    check_size(image.width, image.height, limits)
    properties = list(_primary_properties(data))
    if any(name == b"clap" for name, _ in properties):
        # NOTE: the decoder gives the whole picture, also what somebody cropped away
        raise unsupported_pixels("a crop as a note, with the cropped parts still there")
    profile = image.info.get("icc_profile")
    encoding = SRGB if profile else _encoding_of_boxes(data, properties)
    # NOTE: Pillow puts what the boxes irot and imir say into EXIF's place; EXIF itself does not count in AVIF.
    orientation = stored_orientation(image.info)
    image, _ = load_pixels(image, data, "avif", limits)
    values, model, alpha = _planes(image)
    return RawImage(
        values,
        model,  # type: ignore[arg-type]
        alpha,
        profile=profile,
        encoding=encoding,
        orientation=orientation,
        frames=int(getattr(image, "n_frames", 1)),
    )


def decode_heic(data: bytes, limits: Limits) -> RawImage:
    """The primary picture of a HEIC file, turned already.

    The decoder applies the file's own boxes (irot, imir, clap); what EXIF says repeats them and does not count.

    Raises:
        UnsupportedPhoto: high dynamic range, or pixels that the decoder does not take.
        UnreadablePhoto: damaged, truncated, or more pixels than the limit.
    """
    import pi_heif  # noqa: PLC0415 - costs every other photo its loading time

    _refuse_cut_boxes(data)
    heif = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
    if len(heif) == 0:
        raise UnsupportedPhoto(
            "Its pixels are stored in a way that the HEIC decoder does not take.", "Save it as JPEG."
        )
    primary = heif[heif.primary_index]
    check_size(primary.size[0], primary.size[1], limits)
    profile, said = primary.info.get("icc_profile"), primary.info.get("nclx_profile")
    encoding = SRGB
    if not profile and said:
        encoding = encoding_of_cicp(int(said["color_primaries"]), int(said["transfer_characteristics"]))
    values, model, alpha = _planes(primary.to_pillow())
    return RawImage(values, model, alpha, profile=profile, encoding=encoding, frames=len(heif))  # type: ignore[arg-type]


def _planes(image: Image.Image) -> tuple[Pixels, str, Pixels | None]:
    if image.mode in ("RGBa", "La"):
        image = image.convert("RGBA" if image.mode == "RGBa" else "LA")
    if image.mode not in ("L", "LA", "RGB", "RGBA"):
        raise unsupported_pixels(f"its pixels in a rare way ({image.mode})")
    values = np.asarray(image, np.uint8)
    if image.mode in ("L", "RGB"):
        return values, "grey" if image.mode == "L" else "rgb", None
    alpha = np.ascontiguousarray(values[..., -1])
    colours = np.ascontiguousarray(values[..., 0] if image.mode == "LA" else values[..., :3])
    return colours, "grey" if image.mode == "LA" else "rgb", alpha if int(alpha.min()) < 255 else None


def _encoding_of_boxes(data: bytes, properties: list[tuple[bytes, bytes]]) -> Encoding:
    """By the nclx colour box of the primary picture or of the sequence, else by AV1's own header, else sRGB."""
    for name, content in properties:
        if name == b"colr" and content[:4] == b"nclx" and len(content) >= 10:
            return encoding_of_cicp(*struct.unpack_from(">HH", content, 4))
    at = data.find(b"colrnclx", data.find(b"moov")) if b"moov" in data[:65536] and not properties else -1
    if 0 <= at <= len(data) - 12:
        return encoding_of_cicp(*struct.unpack_from(">HH", data, at + 8))
    config = next((content for name, content in properties if name == b"av1C"), b"")
    said = code_points_of_av1(config, data)
    return SRGB if said is None else encoding_of_cicp(*said)


# --- ISO base media boxes (ISO/IEC 14496-12, 4.2; 23008-12 for the properties of pictures) ---------------------------


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of the content of each box; the end may lie beyond the data."""
    for _ in range(_MAX_BOXES):
        if start + 8 > end:
            return
        size, head = int.from_bytes(data[start : start + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        stop = end if size == 0 else start + size
        if stop < start + head:
            return
        yield data[start + 4 : start + 8], start + head, stop
        start = stop


_NEEDED = frozenset({b"ftyp", b"meta", b"mdat"})  # of a still picture (ISO/IEC 23008-12); others may trail off


def _refuse_cut_boxes(data: bytes) -> None:
    for kind, _, stop in _boxes(data, 0, len(data)):
        if stop > len(data) and kind in _NEEDED:
            raise UnreadablePhoto(DAMAGED.format("its end is missing"), DAMAGED_HINT)


def _inside(data: bytes, start: int, end: int, name: bytes, skipped: int = 0) -> tuple[int, int]:
    """Start and end of the content of the first box of that name; 0 and 0 where there is none."""
    for found, inner, stop in _boxes(data, start, end):
        if found == name:
            return inner + skipped, stop
    return 0, 0


def _primary_properties(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of each property that belongs to the primary picture."""
    meta = _inside(data, 0, len(data), b"meta", 4)
    pitm, _ = _inside(data, *meta, b"pitm")
    primary = int.from_bytes(data[pitm + 4 : pitm + (8 if data[pitm] else 6)], "big") if pitm else -1
    iprp = _inside(data, *meta, b"iprp")
    stored = [(name, data[at:stop]) for name, at, stop in _boxes(data, *_inside(data, *iprp, b"ipco"))]
    for number in _property_numbers(data, _inside(data, *iprp, b"ipma"), primary):
        if 1 <= number <= len(stored):
            yield stored[number - 1]


def _property_numbers(data: bytes, ipma: tuple[int, int], primary: int) -> Iterator[int]:
    at, end = ipma
    if end - at < 8:
        return
    wide_items, wide_numbers = data[at] >= 1, bool(data[at + 3] & 1)
    entries, at = int.from_bytes(data[at + 4 : at + 8], "big"), at + 8
    for _ in range(min(entries, _MAX_BOXES)):
        width = 4 if wide_items else 2
        item, count = int.from_bytes(data[at : at + width], "big"), data[at + width] if at + width < end else 0
        at += width + 1
        for _ in range(count):
            size = 2 if wide_numbers else 1
            if item == primary:
                yield int.from_bytes(data[at : at + size], "big") & (0x7FFF if wide_numbers else 0x7F)
            at += size
