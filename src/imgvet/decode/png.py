"""PNG pixels, as stored."""

import zlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imgvet.decode.colour import SRGB, Encoding, encoding_of_cicp, encoding_said_by_exif
from imgvet.decode.orientation import stored_orientation
from imgvet.decode.raw_image import (
    DAMAGED,
    DAMAGED_HINT,
    RawImage,
    UnreadPart,
    check_size,
    load_pixels,
    open_with_pillow,
    unsupported_pixels,
)
from imgvet.errors import UnreadablePhoto
from imgvet.formats.png import PNG_SIGNATURE, walk_chunks
from imgvet.pixels import Pixels, Values, eight_bits
from imgvet.profile import Limits

_PALETTE = 3  # colour type
_SHOW = frozenset({b"tRNS", b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"eXIf", b"acTL", b"fcTL", b"fdAT"})
_TEXTS, _EXIF_AS_TEXT = frozenset({b"tEXt", b"zTXt", b"iTXt"}), b"Raw profile type exif\0"  # as ImageMagick writes it
_SRGB_GAMMA, _GAMMA_DIFFERENCE = 45455, 500  # gAMA is 100,000 / the decoding exponent; 1 % is invisible
_PRIMARIES_DIFFERENCE = 0.002  # of x or y; programs round sRGB's own differently
_MIN_GAMMA, _MAX_GAMMA = 0.2, 5.0  # decoding exponents that a picture may have


@dataclass(frozen=True, slots=True)
class _Chunks:
    bits: int
    colour_type: int
    first: dict[bytes, bytes]  # the first of each kind, without IDAT


def decode_png(data: bytes, limits: Limits) -> RawImage:
    """The picture of a PNG file; of an animation the still one that every program shows.

    Raises:
        UnsupportedPhoto: high dynamic range, or another rare colour encoding.
        UnreadablePhoto: damaged, truncated, or more pixels than the limit.
    """
    data = _without_invisible_chunks(data, limits)
    image = open_with_pillow(data, "png")
    check_size(image.width, image.height, limits)
    chunks = _chunks(data, limits)
    profile, encoding = _colours(chunks, image)
    image, unread = load_pixels(image, data, "png", limits)
    exif = image.getexif()
    if encoding is None:
        encoding = encoding_said_by_exif(exif)
    frames = int(getattr(image, "n_frames", 1))
    values, alpha = _values(image, data, chunks, unread)
    return RawImage(
        values,
        "grey" if values.ndim == 2 else "rgb",
        alpha,
        np.asarray(image, np.uint8) if image.mode == "P" else None,
        profile,
        encoding,
        stored_orientation(image.info),
        frames,
        unread,
    )


def _without_invisible_chunks(data: bytes, limits: Limits) -> bytes:
    """The file without the chunks that do not change what is shown, so that no decoder fails on them.

    A truncated rest, or one with a wrong length, stays at the end, to be refused as damaged.
    """
    kept, at = [PNG_SIGNATURE], len(PNG_SIGNATURE)
    for name, start, end, is_cut in walk_chunks(data, limits.parts):
        if is_cut:
            break
        exif = name in _TEXTS and data.startswith(_EXIF_AS_TEXT, start)
        at = end + 4
        if exif or name in _SHOW or name[:1].isupper():  # a capital letter: a critical chunk
            kept.append(data[start - 8 : at])
        if name == b"IEND":
            return b"".join(kept)
    return b"".join([*kept, data[at:]])


def _chunks(data: bytes, limits: Limits) -> _Chunks:
    """The chunks up to the end of the picture, their check sums compared unless part of a picture is enough."""
    found: dict[bytes, bytes] = {}
    for name, start, end, _ in walk_chunks(data, limits.parts):
        said = zlib.crc32(memoryview(data)[start - 4 : end]).to_bytes(4, "big")
        if not limits.partial_pictures and said != data[end : end + 4]:
            part = f"its {name.decode()} part" if name.isalpha() else "one of its parts"
            raise UnreadablePhoto(DAMAGED.format(f"the check sum of {part} is wrong"), DAMAGED_HINT)
        if name != b"IDAT":
            found.setdefault(name, data[start:end])
    head = found[b"IHDR"]
    return _Chunks(head[8], head[9], found)


def _colours(chunks: _Chunks, image: Image.Image) -> tuple[bytes | None, Encoding | None]:
    """The ICC profile or the encoding, by precedence: cICP, iCCP, sRGB, then gAMA and cHRM (PNG third edition, 4.3).

    None and None if the file has none of them.
    """
    if b"cICP" in chunks.first:
        return None, _encoding_of_cicp(chunks.first[b"cICP"])
    if b"iCCP" in chunks.first:
        profile = image.info.get("icc_profile")
        if not profile:
            raise UnreadablePhoto("Its colour profile is damaged, so its colours are unknown.", "Save it in sRGB.")
        return profile, None
    if b"sRGB" in chunks.first:
        return None, SRGB
    if b"gAMA" in chunks.first or b"cHRM" in chunks.first:
        return None, _encoding_of_gamma(chunks.first)
    return None, None


def _encoding_of_cicp(content: bytes) -> Encoding:
    if len(content) != 4 or content[2] != 0 or content[3] != 1:
        raise unsupported_pixels("colours by rules that PNG does not allow")
    return encoding_of_cicp(content[0], content[1])


def _encoding_of_gamma(first: dict[bytes, bytes]) -> Encoding:
    primaries, gamma = SRGB.primaries, None
    if len(first.get(b"cHRM", b"")) == 32:
        said = tuple(float(value) / 100_000 for value in np.frombuffer(first[b"cHRM"], ">u4"))
        if max(abs(each - other) for each, other in zip(said, primaries, strict=True)) > _PRIMARIES_DIFFERENCE:
            primaries = said
    stored = int.from_bytes(first.get(b"gAMA", b""), "big")  # 0 means nothing (PNG third edition, 11.3.2.2)
    if stored and abs(stored - _SRGB_GAMMA) > _GAMMA_DIFFERENCE:
        gamma = 100_000 / stored
        if not _MIN_GAMMA <= gamma <= _MAX_GAMMA:
            raise unsupported_pixels(f"colours with a gamma of {gamma:.3g}")
    if any(y <= 0 or x < 0 or x + y > 1 for x, y in zip(primaries[::2], primaries[1::2], strict=True)):
        raise UnreadablePhoto("What it says about its colours makes no sense.", "Save it again as JPEG in sRGB.")
    return Encoding(primaries, gamma)


def _values(
    image: Image.Image, data: bytes, chunks: _Chunks, unread: UnreadPart | None
) -> tuple[Values, Pixels | None]:
    """Grey or RGB values of 8 or 16 bits, and alpha."""
    if chunks.colour_type == _PALETTE:
        seen = np.asarray(image.convert("RGBA"), np.uint8)
        return np.ascontiguousarray(seen[..., :3]), _alpha_or_none(seen[..., 3])
    values = _sixteen_bits(image, data, unread) if chunks.bits == 16 else _eight_bits_or_fewer(image)
    channels = values.shape[2] if values.ndim == 3 else 1
    if channels in (2, 4):
        colours = values[..., 0] if channels == 2 else values[..., :3]
        return np.ascontiguousarray(colours), _alpha_or_none(eight_bits(values[..., -1]))  # type: ignore[return-value]
    return values, _alpha_of_one_colour(values, chunks)


def _eight_bits_or_fewer(image: Image.Image) -> Values:
    return np.asarray(image.convert("L") if image.mode == "1" else image, np.uint8)


def _sixteen_bits(image: Image.Image, data: bytes, unread: UnreadPart | None) -> NDArray[np.uint16] | Pixels:
    """The 16-bit values. Pillow reads all bits for grey only, and the upper halves for everything else."""
    if image.mode.startswith("I;16"):
        return np.asarray(image, np.uint16)
    upper = np.asarray(image, np.uint8)
    if unread is not None:
        return upper
    flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
    whole = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if whole is None or whole.dtype != np.uint16 or whole.ndim != 3:
        raise UnreadablePhoto(DAMAGED.format("its pixels cannot be decoded"), DAMAGED_HINT)
    order = cv2.COLOR_BGRA2RGBA if whole.shape[2] == 4 else cv2.COLOR_BGR2RGB
    values = np.asarray(cv2.cvtColor(whole, order), np.uint16)[..., : upper.shape[2]]
    if values.shape != upper.shape or not np.array_equal((values >> 8).astype(np.uint8), upper):
        raise UnreadablePhoto(DAMAGED.format("two decoders see different pixels"), DAMAGED_HINT)
    return values


def _alpha_of_one_colour(values: Pixels | NDArray[np.uint16], chunks: _Chunks) -> Pixels | None:
    """Alpha where one grey or colour is transparent (tRNS), compared at the file's own number of bits."""
    said = chunks.first.get(b"tRNS")
    if said is None:
        return None
    samples = [int(each) for each in np.frombuffer(said, ">u2")]
    if len(samples) != (1 if values.ndim == 2 else 3):
        raise UnreadablePhoto(DAMAGED.format("its transparent colour is incomplete"), DAMAGED_HINT)
    top = (1 << chunks.bits) - 1
    if chunks.bits < 8:
        samples = [(each & top) * 255 // top for each in samples]
    same = values == np.array(samples)
    transparent = same if values.ndim == 2 else same.all(axis=-1)
    return _alpha_or_none(np.where(transparent, 0, 255).astype(np.uint8))


def _alpha_or_none(alpha: Pixels) -> Pixels | None:
    return np.ascontiguousarray(alpha) if int(alpha.min()) < 255 else None
