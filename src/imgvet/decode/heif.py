"""AVIF and HEIC pixels, as stored, and what their boxes say about colour and shape."""

import io
import re
import struct
from collections.abc import Iterator

import numpy as np
from PIL import Image

from imgvet.decode.colour import SRGB, Encoding, encoding_of_cicp
from imgvet.decode.orientation import stored_orientation
from imgvet.decode.raw_image import (
    DAMAGED,
    DAMAGED_HINT,
    SAVE_AGAIN,
    RawImage,
    check_size,
    load_pixels,
    open_with_pillow,
    unsupported_pixels,
)
from imgvet.errors import UnreadablePhoto, UnsupportedPhoto
from imgvet.formats.heif_items import read_items
from imgvet.formats.isobmff import walk_boxes
from imgvet.formats.sniff import heif_brands
from imgvet.pixels import Pixels
from imgvet.profile import Limits


def decode_avif(data: bytes, limits: Limits) -> RawImage:
    """The primary picture of an AVIF file, or the first of a sequence.

    Raises:
        UnsupportedPhoto: high dynamic range, or a picture cropped by a box that the decoder ignores.
        UnreadablePhoto: damaged, truncated, or more pixels than the limit.
    """
    _refuse_what_no_decoder_takes(data, limits)
    boxes = {kind for kind, _, _ in walk_boxes(data)}
    sequence = b"moov" in boxes and (data[8:12] == b"avis" or b"meta" not in boxes)
    data = data[:8] + (b"avis" if sequence else b"avif") + data[12:]  # decoders go by the first brand alone
    image = open_with_pillow(data, "avif")
    check_size(image.width, image.height, limits)
    properties = list(_primary_properties(data, limits))
    if any(name == b"clap" for name, _ in properties):
        # NOTE: the decoder gives the whole picture, including what was cropped away
        raise unsupported_pixels("a crop as a note, with the cropped parts still there")
    profile = image.info.get("icc_profile")
    encoding = SRGB if profile else _encoding_of_boxes(data, properties)
    # NOTE: Pillow reports the boxes irot and imir as EXIF orientation; EXIF itself is ignored in AVIF.
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
    """The primary picture of a HEIC file, already upright.

    The decoder applies the file's own boxes (irot, imir, clap); EXIF repeats them and is ignored.

    Raises:
        UnsupportedPhoto: high dynamic range, or pixels that the decoder does not support.
        UnreadablePhoto: damaged, truncated, or more pixels than the limit.
    """
    import pi_heif  # noqa: PLC0415 - costs every other photo its loading time

    _refuse_what_no_decoder_takes(data, limits)
    if int.from_bytes(data[:4], "big") >= 20 and not _BRANDS_OF_LIBHEIF.intersection(heif_brands(data)[1:-1]):
        data = data[:16] + b"mif1" + data[20:]  # decoders go by the list of brands
    try:
        heif = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
    except (RuntimeError, SyntaxError) as problem:
        if _NOT_TAKEN.search(str(problem)):
            raise UnsupportedPhoto(_OTHER_CODING, "Save it as JPEG.") from None
        raise
    if len(heif) == 0:
        raise UnsupportedPhoto(_OTHER_CODING, "Save it as JPEG.")
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
    said = _code_points_of_av1(config, data)
    return SRGB if said is None else encoding_of_cicp(*said)


_NEEDED = frozenset({b"ftyp", b"meta", b"mdat"})  # of a still picture (ISO/IEC 23008-12); others may trail off
_BRANDS_OF_LIBHEIF = frozenset({b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"jpeg", b"j2ki"})
_OTHER_CODING = "Its pixels are stored in a way that the HEIC decoder does not take."
_NOT_TAKEN = re.compile(r"not been built in|[Uu]nsupported")


def _refuse_what_no_decoder_takes(data: bytes, limits: Limits) -> None:
    boxes, whole = (
        list(walk_boxes(data, most=limits.parts, any_kind=True, cut_off=cut_off)) for cut_off in (True, False)
    )
    if any(kind == b"mini" for kind, _, _ in boxes):
        raise UnsupportedPhoto("It is a HEIF or AVIF picture with the short header of the brand mif3.", SAVE_AGAIN)
    if any(kind in _NEEDED for kind, _, _ in boxes[len(whole) :]):
        raise UnreadablePhoto(DAMAGED.format("its end is missing"), DAMAGED_HINT)


def _primary_properties(data: bytes, limits: Limits) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of each property that belongs to the primary picture."""
    for kind, start, end in walk_boxes(data, most=limits.parts, any_kind=True):
        if kind == b"meta":
            items = read_items(data, start, end, limits.parts)
            yield from ((name, data[first:last]) for name, first, last in items.properties_of(items.primary))
            return


# -- What an AV1 picture itself says about its colours (AV1 Bitstream & Decoding Process Specification, 5.5)

# After a temporal delimiter, or where the data begin: a sequence header with its size.
_SEQUENCE_HEADER = re.compile(rb"(?:\x12\x00|mdat\x00{0,16})(\x0a)")
_SEQUENCE = 0x0A
_HEAD_BYTES = 64


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._number, self._left = int.from_bytes(data, "big"), 8 * len(data)

    def take(self, count: int) -> int:
        """The next bits as a number; an ``IndexError`` if there are none left."""
        if count > self._left:
            raise IndexError("the sequence header ends too early")
        self._left -= count
        return self._number >> self._left & ((1 << count) - 1)


def _code_points_of_av1(config: bytes, data: bytes) -> tuple[int, int] | None:
    """Colour primaries and transfer characteristics (ITU-T H.273) of the sequence header, or None.

    ``config`` is the content of the box av1C, where the header may be; else the first one in ``data`` is read. None
    if none can be read, or it has no code points.
    """
    if config[4:5] == bytes([_SEQUENCE]):
        header = config[4:]
    else:
        place = _SEQUENCE_HEADER.search(data)
        header = data[place.start(1) : place.start(1) + _HEAD_BYTES] if place else b""
    try:
        return _code_points(_Bits(header[2:])) if header else None
    except IndexError:
        return None


def _code_points(bits: _Bits) -> tuple[int, int] | None:
    profile = bits.take(3)
    bits.take(1)  # still picture
    reduced = bits.take(1)
    if reduced:
        bits.take(5)
    elif not _skip_operating_points(bits):
        return None
    across, down = bits.take(4) + 1, bits.take(4) + 1
    bits.take(across + down)
    if not reduced and bits.take(1):
        bits.take(7)  # frame numbers
    bits.take(3)
    if not reduced:
        _skip_tools_of_sequences(bits)
    bits.take(3)
    deep = bits.take(1)
    if profile == 2 and deep:
        bits.take(1)
    if profile != 1:
        bits.take(1)  # grey
    return (bits.take(8), bits.take(8)) if bits.take(1) else None


def _skip_operating_points(bits: _Bits) -> bool:
    """Whether the points could be skipped; a header with timing, which pictures do not have, is not supported."""
    if bits.take(1):
        return False
    delays = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:
            bits.take(1)
        if delays and bits.take(1):
            bits.take(4)
    return True


def _skip_tools_of_sequences(bits: _Bits) -> None:
    bits.take(4)  # interintra, masked compound, warped motion, dual filter
    order_hint = bits.take(1)
    if order_hint:
        bits.take(2)
    chosen_screen_content = 1 if bits.take(1) else bits.take(1)
    if chosen_screen_content and not bits.take(1):
        bits.take(1)  # integer motion vectors
    if order_hint:
        bits.take(3)
