"""The few things that imgvet reads in an ICC profile itself: its colour space, and the curves of simple profiles.

LittleCMS, through Pillow, converts pictures of 8 bits a channel only. Pictures of 16 bits are converted by the
profile's own curves and matrix if it has them (ICC.1:2022, 8.3.2 and 8.4.3).
"""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
            return ProfileCurves((_curve(tags[b"kTRC"], top),), None)
        curves = tuple(_curve(tags[name], top) for name in (b"rTRC", b"gTRC", b"bTRC"))
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


def _curve(tag: bytes, top: int) -> Curve:
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
