"""Colours to sRGB, 8 bits a channel.

LittleCMS, through Pillow, converts pictures of 8 bits a channel only. Pictures of 16 bits are converted by the
profile's own curves and matrix if it has them (ICC.1:2022, 8.3.2 and 8.4.3).
"""

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms
from PIL.ImageCms import Flags, Intent, PyCMSError

from imgvet.errors import UnreadablePhoto, UnsupportedPhoto
from imgvet.pixels import Pixels, Values, eight_bits

Curve = NDArray[np.float32]

_HEADER_BYTES = 128
_MAX_TAGS = 200
_HDR_TRANSFERS = (16, 18)  # ITU-T H.273: PQ, HLG


@dataclass(frozen=True, slots=True)
class ProfileCurves:
    """A simple profile: a curve to linear light for each channel, and the matrix of the channels' colours."""

    curves: tuple[Curve, ...]  # of one channel for grey, of three for RGB; each value's linear light, 0 to 1
    to_xyz: NDArray[np.float64] | None  # (3, 3) from linear RGB to XYZ under D50; None for grey


def space_of_profile(profile: bytes) -> str:
    """The colour space of the pictures that the profile is for: "RGB", "GRAY", "CMYK", "Lab" and others."""
    return profile[16:20].decode("latin-1").strip()


def is_hdr(profile: bytes) -> bool:
    """Whether the profile's cicp tag says high dynamic range."""
    said = _tags(profile).get(b"cicp", b"")
    return len(said) >= 10 and said[9] in _HDR_TRANSFERS


def curves_of_profile(profile: bytes, top: int) -> ProfileCurves | None:
    """The curves for stored values from 0 to ``top``; None for a profile that is more than curves and a matrix."""
    tags = _tags(profile)
    if profile[20:24] != b"XYZ " or any(name in tags for name in (b"A2B0", b"A2B1", b"D2B0", b"D2B1")):
        return None
    try:
        if space_of_profile(profile) == "GRAY":
            return ProfileCurves((_curve_of_tag(tags[b"kTRC"], top),), None)
        curves = tuple(_curve_of_tag(tags[name], top) for name in (b"rTRC", b"gTRC", b"bTRC"))
        columns = [np.array(struct.unpack_from(">3i", tags[name], 8)) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
    except (KeyError, struct.error, ValueError):
        return None
    return ProfileCurves(curves, np.stack(columns, axis=1) / 65536)


def _tags(profile: bytes) -> dict[bytes, bytes]:
    if len(profile) < _HEADER_BYTES + 4:
        return {}
    count = min(int.from_bytes(profile[_HEADER_BYTES : _HEADER_BYTES + 4], "big"), _MAX_TAGS)
    found = {}
    for at in range(_HEADER_BYTES + 4, min(_HEADER_BYTES + 4 + 12 * count, len(profile) - 11), 12):
        name, start, length = struct.unpack_from(">4sII", profile, at)
        found[name] = profile[start : start + length]
    return found


def _curve_of_tag(tag: bytes, top: int) -> Curve:
    """Linear light, 0 to 1, of each value from 0 to ``top`` (ICC.1:2022, 10.6 and 10.18)."""
    shares = np.arange(top + 1, dtype=np.float64) / top
    if tag[:4] == b"para":
        return _parametric(tag, shares)
    if tag[:4] != b"curv":
        raise ValueError("no curve")
    count = struct.unpack_from(">I", tag, 8)[0]
    if count == 0:
        return np.asarray(shares, np.float32)
    if count == 1:
        return np.asarray(shares ** (struct.unpack_from(">H", tag, 12)[0] / 256), np.float32)
    points = np.frombuffer(tag, ">u2", count, 12) / 65535
    return np.asarray(np.interp(shares, np.linspace(0, 1, count), points), np.float32)


_PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}  # of each kind of parametric curve


def _parametric(tag: bytes, shares: NDArray[np.float64]) -> Curve:
    kind = struct.unpack_from(">H", tag, 8)[0]
    if kind not in _PARAMETERS:
        raise ValueError("no such curve")
    given = [value / 65536 for value in struct.unpack_from(f">{_PARAMETERS[kind]}i", tag, 12)]
    g, a, b = (given[0], 1.0, 0.0) if kind == 0 else given[:3]
    straight, start, e, f = 0.0, (-b / a if a else 0.0), 0.0, 0.0
    if kind == 2:
        e = f = given[3]
    elif kind >= 3:
        straight, start = given[3], given[4]
    if kind == 4:
        e, f = given[5], given[6]
    curved = np.maximum(a * shares + b, 0) ** g + e
    return np.asarray(np.clip(np.where(shares >= start, curved, straight * shares + f), 0, 1), np.float32)


LinearValues = NDArray[np.float64]

_STEP = 51  # the colours 0, 51, …, 255 in each channel show whether a profile is sRGB under another name
_ROWS = 256  # converted at a time, so that floating-point copies stay small
_EXIF_IFD, _INTEROP_IFD, _COLOUR_SPACE, _INTEROP_INDEX = 0x8769, 0xA005, 0xA001, 0x0001
_SAYS_ADOBE_RGB, _UNCALIBRATED = 2, 65535  # values of EXIF's ColorSpace
_SAVE_IN_SRGB = "Save it again as JPEG in sRGB."


@dataclass(frozen=True, slots=True)
class Encoding:
    """The colour encoding of a picture: its primaries, its white point and its transfer curve."""

    primaries: tuple[float, ...]  # CIE 1931 x and y of white, red, green, blue
    gamma: float | None = None  # the exponent that decodes; None for the curve of sRGB (IEC 61966-2-1)


_D65 = (0.3127, 0.3290)
SRGB = Encoding((*_D65, 0.640, 0.330, 0.300, 0.600, 0.150, 0.060))
ADOBE_RGB = Encoding((*_D65, 0.640, 0.330, 0.210, 0.710, 0.150, 0.060), 563 / 256)  # Adobe RGB (1998), section 4.3

# ITU-T H.273 (CICP), table 2: colour primaries. 2 is "unspecified".
_CICP_PRIMARIES = {
    1: SRGB.primaries,
    2: SRGB.primaries,
    4: (0.310, 0.316, 0.670, 0.330, 0.210, 0.710, 0.140, 0.080),
    5: (*_D65, 0.640, 0.330, 0.290, 0.600, 0.150, 0.060),
    6: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    7: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    9: (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
# H.273, table 3: transfer characteristics. Those of SDR video (1, 6, 14, 15) are shown with the curve of sRGB, as
# browsers show them.
_CICP_GAMMAS: dict[int, float | None] = {
    1: None, 2: None, 4: 2.2, 5: 2.8, 6: None, 8: 1.0, 13: None, 14: None, 15: None,
}  # fmt: skip
_CICP_HDR = {16: "PQ", 18: "HLG"}


def encoding_said_by_exif(exif: Image.Exif) -> Encoding:
    """Adobe RGB if EXIF says so (DCF 2.0, option file "R03"), as cameras do that embed no profile; else sRGB."""
    if _EXIF_IFD not in exif:
        return SRGB
    space = exif.get_ifd(_EXIF_IFD).get(_COLOUR_SPACE)
    if space == _SAYS_ADOBE_RGB:
        return ADOBE_RGB
    index = exif.get_ifd(_INTEROP_IFD).get(_INTEROP_INDEX, "")
    return ADOBE_RGB if space == _UNCALIBRATED and str(index).startswith("R03") else SRGB


def encoding_of_cicp(primaries: int, transfer: int) -> Encoding:
    """The encoding for code points of ITU-T H.273, which PNG's cICP chunk and the nclx box of AVIF and HEIC contain.

    Raises:
        UnsupportedPhoto: high dynamic range, or code points that imgvet does not support.
    """
    if transfer in _CICP_HDR:
        raise UnsupportedPhoto(
            f"It stores high dynamic range ({_CICP_HDR[transfer]}), which has no single correct version in sRGB.",
            "Export it from your photo program as JPEG in sRGB.",
        )
    if primaries not in _CICP_PRIMARIES or transfer not in _CICP_GAMMAS:
        raise UnsupportedPhoto(f"It stores colours by rare rules (CICP {primaries}/{transfer}).", _SAVE_IN_SRGB)
    return Encoding(_CICP_PRIMARIES[primaries], _CICP_GAMMAS[transfer])


def to_srgb(values: Values, model: str, profile: bytes | None, encoding: Encoding = SRGB) -> Pixels:
    """RGB pixels (height, width, 3), uint8, from grey (height, width), RGB, Lab (…, 3) or CMYK (…, 4) values.

    The ICC ``profile`` decides; without one, ``encoding`` does for grey and RGB. CMYK without a profile is treated
    as ideal inks. Values of 16 bits are converted before they are rounded to 8.

    Raises:
        UnsupportedPhoto: high dynamic range, Lab without a profile, a profile for another kind of picture.
        UnreadablePhoto: the profile is damaged.
    """
    if profile:
        return _through_profile(values, model, profile)
    if model == "lab":
        raise UnsupportedPhoto("It stores Lab colours without a profile.", "Save it as JPEG in sRGB.")
    if model == "cmyk":
        return np.asarray(_image(eight_bits(values), "CMYK").convert("RGB"), np.uint8)
    return _from_encoding(values, encoding)


def _from_encoding(values: Values, encoding: Encoding) -> Pixels:
    if encoding == SRGB:
        return _three_channels(eight_bits(values))
    curve = _curve(encoding.gamma, int(np.iinfo(values.dtype).max))
    matrix = None if values.ndim == 2 else _linear_srgb_from(encoding.primaries)
    return _through_curves(values, [curve] * 3, matrix)


def _three_channels(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB), np.uint8) if pixels.ndim == 2 else pixels


def _image(pixels: Pixels, mode: str) -> Image.Image:
    size = (pixels.shape[1], pixels.shape[0])
    return Image.frombuffer(mode, size, np.ascontiguousarray(pixels), "raw", mode, 0, 1)


# --- by curves and a matrix, in floating point -----------------------------------------------------------------------


def _curve(gamma: float | None, top: int) -> Curve:
    """Linear light, 0 to 1, of each stored value from 0 to ``top``."""
    shares = np.arange(top + 1, dtype=np.float64) / top
    if gamma is not None:
        return np.asarray(shares**gamma, np.float32)
    return np.asarray(np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4), np.float32)


@lru_cache(maxsize=1)
def _srgb_of_linear() -> Pixels:
    """The sRGB value of each of 65,536 steps of linear light (IEC 61966-2-1)."""
    linear = np.arange(65536, dtype=np.float64) / 65535
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(encoded * 255), np.uint8)


def _through_curves(values: Values, curves: Sequence[Curve], matrix: LinearValues | None) -> Pixels:
    """sRGB from values, curves that give linear light, and a matrix from that to linear sRGB (None: grey)."""
    encode = _srgb_of_linear()
    out = np.empty((*values.shape[:2], 3), np.uint8)
    for row in range(0, len(values), _ROWS):
        part = values[row : row + _ROWS]
        if matrix is None:
            linear = np.repeat(curves[0][part][..., np.newaxis], 3, axis=-1)
        else:
            linear = np.stack([curve[part[..., each]] for each, curve in enumerate(curves)], axis=-1)
            linear = np.asarray(cv2.transform(linear, matrix), np.float32)
        steps = np.clip(linear, 0, 1) * np.float32(65535) + np.float32(0.5)
        out[row : row + _ROWS] = encode[steps.astype(np.uint16)]
    return out


def _xyz_of(primaries: tuple[float, ...]) -> LinearValues:
    """The matrix from linear RGB to XYZ, white at Y = 1 (SMPTE RP 177)."""
    white, *colours = (np.array([x / y, 1.0, (1 - x - y) / y]) for x, y in np.reshape(primaries, (4, 2)))
    columns = np.stack(colours, axis=1)
    return np.asarray(columns * np.linalg.solve(columns, white), np.float64)


# Bradford's cone responses (ICC.1:2022, annex E).
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_D50 = np.array([0.9642, 1.0, 0.8249])


def _adapted(white: LinearValues, to_white: LinearValues) -> LinearValues:
    """The chromatic adaptation matrix from one white point to another, in XYZ."""
    scale = np.diag((_BRADFORD @ to_white) / (_BRADFORD @ white))
    return np.asarray(np.linalg.inv(_BRADFORD) @ scale @ _BRADFORD, np.float64)


def _linear_srgb_from(primaries: tuple[float, ...]) -> LinearValues:
    try:
        source, target = _xyz_of(primaries), _xyz_of(SRGB.primaries)
        matrix = np.linalg.inv(target) @ _adapted(source.sum(axis=1), target.sum(axis=1)) @ source
    except (np.linalg.LinAlgError, ZeroDivisionError, FloatingPointError):
        raise _damaged_description() from None
    if not np.isfinite(matrix).all():
        raise _damaged_description()
    return np.asarray(matrix, np.float64)


def _linear_srgb_from_d50() -> LinearValues:
    target = _xyz_of(SRGB.primaries)
    return np.asarray(np.linalg.inv(target) @ _adapted(_D50, target.sum(axis=1)), np.float64)


def _damaged_description() -> UnreadablePhoto:
    return UnreadablePhoto("What it says about its colours makes no sense.", _SAVE_IN_SRGB)


# --- by an ICC profile -----------------------------------------------------------------------------------------------

_SPACES = {"grey": "GRAY", "rgb": "RGB", "cmyk": "CMYK", "lab": "Lab"}
_MODES = {"grey": "L", "rgb": "RGB", "cmyk": "CMYK", "lab": "LAB"}


def _through_profile(values: Values, model: str, profile: bytes) -> Pixels:
    """The picture converted by its profile; unchanged if the profile is plain sRGB."""
    space = space_of_profile(profile)
    if model == "grey" and space == "RGB":  # grey pictures often have the profile of the photo that they were made from
        values, model = np.dstack([values] * 3), "rgb"  # type: ignore[assignment]
    if space in _SPACES.values() and space != _SPACES[model]:
        raise UnsupportedPhoto(f"Its colour profile is for {space} pictures, but it is not one.", _SAVE_IN_SRGB)
    if is_hdr(profile):
        raise UnsupportedPhoto("Its colour profile is for high dynamic range.", _SAVE_IN_SRGB)
    try:
        transform = _transform(profile, _MODES[model])
    except (PyCMSError, OSError, ValueError) as problem:
        raise UnreadablePhoto("Its colour profile is damaged, so its colours are unknown.", _SAVE_IN_SRGB) from problem
    if transform is None:
        return eight_bits(values)
    # NOTE: LittleCMS, through Pillow, supports 8 bits a channel only, and is coarse for dark grey under a steep curve
    by_curves = values.dtype == np.uint16 or model == "grey"
    curves = curves_of_profile(profile, int(np.iinfo(values.dtype).max)) if by_curves else None
    if curves is not None:
        matrix = None if curves.to_xyz is None else _linear_srgb_from_d50() @ curves.to_xyz
        return _through_curves(values, curves.curves, matrix)
    converted = transform.apply(_image(eight_bits(values), _MODES[model]))
    return np.array(converted)


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
