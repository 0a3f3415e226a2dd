"""Make the colour profiles that come with imgvet: computed from the published standards, the same bytes for everybody.

``python tools/profiles.py`` writes them to ``src/imgvet/decode/profiles``; a test holds the two together, and the proof
knows their hashes. Layout: ICC.1:2010 (profile version 4.3), sections 7 to 10.
"""

import struct
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parents[1] / "src" / "imgvet" / "decode" / "profiles"

_D50 = (0.9642, 1.0, 0.8249)  # ICC.1, section 7.2.16: the white of every profile
_D65 = (0.3127, 0.3290)  # IEC 61966-2-1: x and y of the white of sRGB, Display P3 and Adobe RGB (1998)
_D50_SEEN = (0.3457, 0.3585)  # ISO 22028-2: the same of ROMM RGB, which ProPhoto RGB is

# x and y of red, green and blue.
_SRGB = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))  # IEC 61966-2-1
_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))  # SMPTE EG 432-1
_ADOBE = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))  # Adobe RGB (1998) Color Image Encoding, section 4.3
_ROMM = ((0.734699, 0.265301), (0.159597, 0.840403), (0.036598, 0.000105))  # ISO 22028-2

# The Bradford cone responses (ICC.1, annex E), by which one white is seen as another.
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def _fixed(value: float) -> bytes:
    """An s15Fixed16Number."""
    return struct.pack(">i", round(value * 65536))


def _curve(*parameters: float) -> bytes:
    """A parametricCurveType: one parameter is a plain gamma, five are an encoding with a straight start."""
    kind = {1: 0, 5: 3}[len(parameters)]
    return b"para" + bytes(4) + struct.pack(">HH", kind, 0) + b"".join(_fixed(value) for value in parameters)


_SRGB_CURVE = _curve(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # IEC 61966-2-1
_GAMMA_2_2 = _curve(563 / 256)  # Adobe RGB (1998), section 4.3.1.2
_GAMMA_1_8 = _curve(461 / 256)  # as the ProPhoto RGB profile of photo programs has it, without ROMM's straight start


def _text(words: str) -> bytes:
    """A multiLocalizedUnicodeType with one text."""
    letters = words.encode("utf-16-be")
    return b"mluc" + struct.pack(">IIIHHII", 0, 1, 12, 0x656E, 0x5553, len(letters), 28) + letters  # "enUS"


def _point(values: "tuple[float, ...] | np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> bytes:
    return b"XYZ " + bytes(4) + b"".join(_fixed(float(value)) for value in values)


def _profile(name: str, space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Header, table and tags; tags with the same content share it."""
    tags = {b"desc": _text(name), b"cprt": _text("CC0"), b"wtpt": _point(_D50), **tags}
    start = 128 + 4 + 12 * len(tags)
    table, body, places = b"", b"", dict[bytes, int]()
    for tag, content in tags.items():
        if content not in places:
            places[content] = start + len(body)
            body += content + bytes(-len(content) % 4)
        table += tag + struct.pack(">II", places[content], len(content))
    day = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)  # a fixed one, for the field may not be empty
    head = struct.pack(">I4sI4s4s4s", start + len(body), bytes(4), 0x04300000, b"mntr", space, b"XYZ ") + day + b"acsp"
    head += bytes(28) + b"".join(_fixed(value) for value in _D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _seen_as(white: tuple[float, float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The matrix from colours under that white to the same colours under D50."""
    there, here = _BRADFORD @ _xyz(white), _BRADFORD @ np.array(_D50)
    return np.asarray(np.linalg.inv(_BRADFORD) @ np.diag(here / there) @ _BRADFORD)


def _xyz(place: tuple[float, float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    x, y = place
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _rgb(name: str, primaries: tuple[tuple[float, float], ...], white: tuple[float, float], curve: bytes) -> bytes:
    adapted = _seen_as(white)
    columns = np.stack([_xyz(place) for place in primaries], axis=1)
    columns = adapted @ (columns * np.linalg.solve(columns, _xyz(white)))  # so that full red, green and blue are white
    tags = {tag: _point(columns[:, at]) for at, tag in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    tags[b"chad"] = b"sf32" + bytes(4) + b"".join(_fixed(float(value)) for value in adapted.flat)
    return _profile(name, b"RGB ", tags)


def _grey(name: str, curve: bytes) -> bytes:
    return _profile(name, b"GRAY", {b"kTRC": curve})


PROFILES = {
    "srgb": _rgb("sRGB", _SRGB, _D65, _SRGB_CURVE),
    "display-p3": _rgb("Display P3", _P3, _D65, _SRGB_CURVE),
    "adobe-rgb-compatible": _rgb("Adobe RGB (1998) compatible", _ADOBE, _D65, _GAMMA_2_2),
    "prophoto-rgb": _rgb("ProPhoto RGB", _ROMM, _D50_SEEN, _GAMMA_1_8),
    "srgb-grey": _grey("sRGB grey", _SRGB_CURVE),
    "grey-gamma-2.2": _grey("grey gamma 2.2", _GAMMA_2_2),
}
"""File name, without its ending, to bytes."""


def main() -> None:
    """Write them."""
    FOLDER.mkdir(exist_ok=True)
    for name, profile in PROFILES.items():
        (FOLDER / f"{name}.icc").write_bytes(profile)


if __name__ == "__main__":
    main()
