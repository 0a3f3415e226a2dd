"""Colours come out in sRGB as people saw them: compared with a conversion in floating point, in CIEDE2000."""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from imgvet.errors import PhotoError, UnreadablePhoto, UnsupportedPhoto
from imgvet.profile import Limits
from support.checked_files import open_bytes
from support.picture_writers import (
    avif_with_property,
    chunk,
    gamma_tag,
    gif,
    gif_frame,
    icc,
    lut_tag,
    parametric_tag,
    png,
    saved,
    table_tag,
    tiff,
    xyz_tag,
)

pillow_heif = pytest.importorskip("pillow_heif")

LIMITS = Limits()
Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]

# What docs/photographer/colour.md promises: CIEDE2000, mean and largest, for curves, matrices, and tables of inks.
MEAN, MOST = 0.2, 1.0
MEAN_OF_INKS, MAX_OF_INKS = 0.5, 1.5

D65 = (0.3127, 0.3290)
D50 = np.array([0.9642, 1.0, 0.8249])
SRGB_PRIMARIES = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
P3_PRIMARIES = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE_PRIMARIES = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
REC2020_PRIMARIES = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
PROPHOTO_PRIMARIES = ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001))
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # ICC parametric kind 3


# --- the reference: colorimetry in floating point, written out here --------------------------------------------------


def xyz_of_white(xy: tuple[float, float]) -> Floats:
    x, y = xy
    return np.array([x / y, 1.0, (1 - x - y) / y])


def rgb_to_xyz(primaries: tuple[tuple[float, float], ...], white: Floats) -> Floats:
    columns = np.array([xyz_of_white(each) for each in primaries]).T
    return np.asarray(columns @ np.diag(np.linalg.solve(columns, white)))


def bradford(white: Floats, to_white: Floats) -> Floats:
    cones = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    return np.asarray(np.linalg.inv(cones) @ np.diag(cones @ to_white / (cones @ white)) @ cones)


WHITE = xyz_of_white(D65)
SRGB_TO_XYZ = rgb_to_xyz(SRGB_PRIMARIES, WHITE)


def from_srgb_curve(shares: Floats) -> Floats:
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def to_srgb_curve(linear: Floats) -> Floats:
    clipped = np.clip(linear, 0, 1)
    return np.where(clipped <= 0.0031308, 12.92 * clipped, 1.055 * clipped ** (1 / 2.4) - 0.055)


def reference(linear: Floats, primaries: tuple[tuple[float, float], ...], white: Floats = WHITE) -> Floats:
    """sRGB from 0 to 1 of linear light in these primaries, clipped to what sRGB can show."""
    matrix = np.linalg.inv(SRGB_TO_XYZ) @ bradford(white, WHITE) @ rgb_to_xyz(primaries, white)
    return to_srgb_curve(linear @ matrix.T)


def lab(srgb: Floats) -> Floats:
    """CIE Lab (D65) of sRGB values from 0 to 1."""
    xyz = from_srgb_curve(srgb) @ SRGB_TO_XYZ.T / WHITE
    root = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def ciede2000(one: Floats, other: Floats) -> Floats:
    """The colour difference of Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", 2005."""
    (l1, a1, b1), (l2, a2, b2) = np.moveaxis(one, -1, 0), np.moveaxis(other, -1, 0)
    chroma = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    g = 0.5 * (1 - np.sqrt(chroma / (chroma + 25.0**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    grey = c1 * c2 == 0
    turn = h2 - h1
    turn = np.where(turn > 180, turn - 360, np.where(turn < -180, turn + 360, turn))
    turn = np.where(grey, 0, turn)
    d_l, d_c, d_h = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    mean_l, mean_c, both = (l1 + l2) / 2, (c1 + c2) / 2, h1 + h2
    mean_h = np.where(np.abs(h1 - h2) > 180, np.where(both < 360, both + 360, both - 360), both) / 2
    mean_h = np.where(grey, both, mean_h)
    t = 1 - 0.17 * np.cos(np.radians(mean_h - 30)) + 0.24 * np.cos(np.radians(2 * mean_h))
    t += 0.32 * np.cos(np.radians(3 * mean_h + 6)) - 0.20 * np.cos(np.radians(4 * mean_h - 63))
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    rotation = 2 * np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7))
    rotation *= -np.sin(np.radians(60 * np.exp(-(((mean_h - 275) / 25) ** 2))))
    parts = (d_l / s_l) ** 2 + (d_c / s_c) ** 2 + (d_h / s_h) ** 2 + rotation * (d_c / s_c) * (d_h / s_h)
    return np.asarray(np.sqrt(np.maximum(parts, 0)))


@pytest.mark.parametrize(("one", "other", "expected"), [
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, 3.1571, -77.2803), (50, 0, -82.7485), 2.8615),
    ((50, 2.8361, -74.0200), (50, 0, -82.7485), 3.4412),
    ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
    ((50, 0, 0), (50, -1, 2), 2.3669),
    ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
    ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
    ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ((50, 2.5, 0), (61, -5, 29), 22.8977),
    ((50, 2.5, 0), (56, -27, -3), 31.9030),
    ((50, 2.5, 0), (58, 24, 15), 19.4535),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((63.0109, -31.0961, -5.8663), (62.8187, -29.7946, -4.0864), 1.2630),
    ((90.9257, -0.5406, -0.9208), (88.6381, -0.8985, -0.7239), 1.5381),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
])  # fmt: skip
def test_the_ruler_is_right(one: tuple[float, ...], other: tuple[float, ...], expected: float) -> None:
    """CIEDE2000 as computed here gives the pairs that Sharma et al. published, both ways round."""
    first, second = np.array(one, float), np.array(other, float)
    assert float(ciede2000(first, second)) == pytest.approx(expected, abs=1e-4)
    assert float(ciede2000(second, first)) == pytest.approx(expected, abs=1e-4)


def differences(pixels: Pixels, expected: Floats) -> tuple[float, float]:
    """Mean and largest CIEDE2000 between the pixels and sRGB values from 0 to 1."""
    each = ciede2000(lab(pixels / 255), lab(expected))
    return float(each.mean()), float(each.max())


def assert_close(pixels: Pixels, expected: Floats) -> None:
    mean, most = differences(pixels, expected)
    assert mean <= MEAN
    assert most <= MOST


# --- pictures --------------------------------------------------------------------------------------------------------


def colours(top: int = 255) -> NDArray[np.uint16]:
    """Six steps of each channel in all mixtures, then 232 others: 16 across and 28 down; (28, 16, 3)."""
    steps = np.arange(6) * top // 5
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    others = np.random.default_rng(7).integers(0, top + 1, (232, 3))
    return np.concatenate([cube, others]).reshape(28, 16, 3).astype(np.uint16)


def greys() -> Pixels:
    return np.arange(256, dtype=np.uint8).reshape(16, 16)


def opened(data: bytes, kind: str) -> Pixels:
    return open_bytes(data, kind, LIMITS, keep_low_bits=True).pixels


def matrix_profile(
    primaries: tuple[tuple[float, float], ...], curve: bytes, white: Floats = WHITE, version: int = 4
) -> bytes:
    red, green, blue = (bradford(white, D50) @ rgb_to_xyz(primaries, white)).T
    tags = {b"rXYZ": xyz_tag(red), b"gXYZ": xyz_tag(green), b"bXYZ": xyz_tag(blue), b"wtpt": xyz_tag(D50)}
    return icc(b"RGB ", b"XYZ ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve), version)


def iccp(profile: bytes) -> bytes:
    return chunk(b"iCCP", b"made\x00\x00" + zlib.compress(profile))


PROPHOTO = (1.8, 1.0, 0.0, 1 / 16, 1 / 32)
SPACES: dict[str, tuple[tuple[tuple[float, float], ...], Floats, bytes, int, Callable[[Floats], Floats]]] = {
    "Display P3": (P3_PRIMARIES, WHITE, parametric_tag(3, SRGB_CURVE), 4, from_srgb_curve),
    "Adobe RGB": (ADOBE_PRIMARIES, WHITE, gamma_tag(563 / 256), 2, lambda v: v ** (563 / 256)),
    "ProPhoto": (
        PROPHOTO_PRIMARIES, D50, parametric_tag(3, PROPHOTO), 4,
        lambda v: np.where(v >= 1 / 32, v**1.8, v / 16),
    ),
    "Rec. 2020": (REC2020_PRIMARIES, WHITE, gamma_tag(2.4), 2, lambda v: v ** (round(2.4 * 256) / 256)),
    "sRGB by a table": (
        SRGB_PRIMARIES, WHITE, table_tag([float(each) for each in from_srgb_curve(np.linspace(0, 1, 1024))]), 2,
        from_srgb_curve,
    ),
    "linear light": (SRGB_PRIMARIES, WHITE, gamma_tag(1.0), 2, lambda v: v),
    "P3 with a simple exponent": (P3_PRIMARIES, WHITE, parametric_tag(0, [2.2]), 4, lambda v: v**2.2),
    "with a raised black": (
        P3_PRIMARIES, WHITE, parametric_tag(4, [2.4, 0.95, 0.05, 0.077, 0.04, 0.0, 0.0]), 4,
        lambda v: np.where(v >= 0.04, (0.95 * v + 0.05) ** 2.4, 0.077 * v),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SPACES)
@pytest.mark.parametrize("bits", [8, 16])
def test_matrix_profiles_become_srgb(name: str, bits: int) -> None:
    """Wide and odd RGB spaces, versions 2 and 4, in PNGs of 8 and 16 bits a channel."""
    primaries, white, curve, version, decode = SPACES[name]
    top = 2**bits - 1
    profile = matrix_profile(primaries, curve, white, version)
    pixels = opened(png(colours(top), bits, 2, iccp(profile)), "png")
    assert_close(pixels, reference(decode(colours(top) / top), primaries, white))


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "TIFF", "AVIF"])
def test_profiles_count_in_every_kind(kind: str) -> None:
    """The same profile is used wherever it is stored: with it, the pixels are those without it, converted."""
    image = Image.fromarray(np.kron(colours()[:4, :4], np.ones((8, 8, 1))).astype(np.uint8))
    profile = matrix_profile(P3_PRIMARIES, parametric_tag(3, SRGB_CURVE))
    ways: dict[str, dict[str, object]] = {"JPEG": {"quality": 98}, "WEBP": {"lossless": True}, "AVIF": {"quality": 90}}
    how = ways.get(kind, {})
    plain = opened(saved(image, kind, **how), kind.lower())
    pixels = opened(saved(image, kind, icc_profile=profile, **how), kind.lower())
    assert_close(pixels, reference(from_srgb_curve(plain / 255), P3_PRIMARIES))
    assert differences(pixels, plain / 255)[1] > 3


def test_a_profile_counts_in_gif_and_heic() -> None:
    """GIF keeps it in an application block, HEIC in a colour box."""
    profile = matrix_profile(P3_PRIMARIES, parametric_tag(3, SRGB_CURVE))
    palette = bytes([200, 30, 40, 30, 200, 40, 30, 40, 200, 128, 128, 128])
    frame = gif_frame(np.array([[0, 1, 2, 3]]))
    blocks = [profile[at : at + 255] for at in range(0, len(profile), 255)]
    block = b"\x21\xff\x0bICCRGBG1012" + b"".join(bytes([len(each)]) + each for each in blocks) + b"\x00"
    expected = np.frombuffer(palette, np.uint8).reshape(1, 4, 3)
    assert (opened(gif((4, 1), [frame], palette), "gif") == expected).all()
    converted = opened(gif((4, 1), [frame], palette, extra=block), "gif")
    assert_close(converted, reference(from_srgb_curve(expected / 255), P3_PRIMARIES))

    def heic(**how: object) -> Pixels:
        out = io.BytesIO()
        image = Image.fromarray(np.kron(colours()[:4, :4], np.ones((16, 16, 1))).astype(np.uint8))
        image.info.update(how)
        pillow_heif.from_pillow(image).save(out, quality=90)
        return opened(out.getvalue(), "heic")

    assert_close(heic(icc_profile=profile), reference(from_srgb_curve(heic() / 255), P3_PRIMARIES))


def dot_gain() -> list[float]:
    """The light that paper throws back, for ink that spreads by a fifth in the middle tones."""
    ink = 1 - np.linspace(0, 1, 256)
    return [float(each) for each in 1 - np.clip(ink + 0.8 * ink * (1 - ink), 0, 1)]


GREY_CURVES: dict[str, tuple[bytes, Callable[[Floats], Floats]]] = {
    "1.0": (gamma_tag(1.0), lambda v: v),
    "1.8": (gamma_tag(1.8), lambda v: v ** (round(1.8 * 256) / 256)),
    "2.2": (gamma_tag(2.2), lambda v: v ** (round(2.2 * 256) / 256)),
    "sRGB": (parametric_tag(3, SRGB_CURVE), from_srgb_curve),
    "dot gain": (table_tag(dot_gain()), lambda v: np.interp(v, np.linspace(0, 1, 256), dot_gain())),
}


@pytest.mark.parametrize("name", GREY_CURVES)
@pytest.mark.parametrize("bits", [8, 16])
def test_grey_profiles_become_srgb(name: str, bits: int) -> None:
    """Grey of any curve comes out as the grey of the same lightness."""
    curve, decode = GREY_CURVES[name]
    profile = icc(b"GRAY", b"XYZ ", {b"kTRC": curve, b"wtpt": xyz_tag(D50)}, 4)
    values = greys().astype(np.uint16) * (257 if bits == 16 else 1)
    pixels = opened(png(values, bits, 0, iccp(profile)), "png")
    grey = to_srgb_curve(decode(greys() / 255))
    assert_close(pixels, np.stack([grey] * 3, axis=-1))


def test_a_grey_jpeg_keeps_its_profile() -> None:
    """Grey JPEGs take the quick way too; their profile counts all the same."""
    profile = icc(b"GRAY", b"XYZ ", {b"kTRC": gamma_tag(1.8), b"wtpt": xyz_tag(D50)}, 2)
    image = Image.fromarray(np.kron(greys()[::4, ::4], np.ones((8, 8))).astype(np.uint8))
    plain = opened(saved(image, "JPEG", quality=95), "jpeg")
    grey = to_srgb_curve((plain / 255) ** (round(1.8 * 256) / 256))
    assert_close(opened(saved(image, "JPEG", quality=95, icc_profile=profile), "jpeg"), grey)


def test_a_grey_picture_may_carry_an_rgb_profile() -> None:
    """Grey pictures often keep the profile of the colour photo that they were; its curve counts."""
    profile = matrix_profile(P3_PRIMARIES, gamma_tag(1.8))
    grey = to_srgb_curve((greys() / 255) ** (round(1.8 * 256) / 256))
    assert_close(opened(png(greys(), 8, 0, iccp(profile)), "png"), np.stack([grey] * 3, axis=-1))


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_profiles_become_srgb(bits: int, kind: str) -> None:
    """A table from inks to Lab: each of its 1,296 points comes out as the colour that stands in it."""
    steps = np.arange(6) / 5
    inks = np.stack(np.meshgrid(steps, steps, steps, steps, indexing="ij"), axis=-1)
    seen = (1 - 0.9 * inks[..., :3]) * (1 - inks[..., 3:])  # sRGB, by a simple print
    xyz = from_srgb_curve(seen) @ (bradford(WHITE, D50) @ SRGB_TO_XYZ).T / D50
    root = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(root, -1, 0)
    table = lut_tag(np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1), bits)
    profile = icc(b"CMYK", b"Lab ", {b"A2B0": table, b"A2B1": table, b"wtpt": xyz_tag(D50)}, 2)
    size = 8 if kind == "JPEG" else 1  # of each colour, in pixels
    stored = np.kron(inks.reshape(36, 36, 4) * 255, np.ones((size, size, 1))).astype(np.uint8)
    image = Image.fromarray(stored, "CMYK")
    how = {"quality": 100, "subsampling": 0} if kind == "JPEG" else {}
    pixels = opened(saved(image, kind, icc_profile=profile, **how), kind.lower())
    mean, most = differences(pixels[size // 2 :: size, size // 2 :: size], seen.reshape(36, 36, 3))
    assert mean <= MEAN_OF_INKS
    assert most <= MAX_OF_INKS


def exif_saying(space: int, index: str | None) -> Image.Exif:
    exif = Image.Exif()
    inside = exif.get_ifd(0x8769)
    inside[0xA001] = space
    if index:
        inside[0xA005] = {1: index}
    return exif


@pytest.mark.parametrize(("space", "index", "adobe"), [
    (65535, "R03", True), (2, None, True), (2, "R03", True), (65535, "R98", False), (65535, None, False),
    (1, "R98", False), (1, "R03", False),
])  # fmt: skip
def test_adobe_rgb_by_exif(space: int, index: str | None, adobe: bool) -> None:
    """A camera that writes option file R03 (DCF) or colour space 2, and no profile, has stored Adobe RGB."""
    image = Image.fromarray(np.kron(colours()[:6, :6], np.ones((8, 8, 1))).astype(np.uint8))
    plain = opened(saved(image, "JPEG", quality=95), "jpeg")
    pixels = opened(saved(image, "JPEG", quality=95, exif=exif_saying(space, index)), "jpeg")
    if adobe:
        assert_close(pixels, reference((plain / 255) ** (563 / 256), ADOBE_PRIMARIES))
    else:
        assert (pixels == plain).all()


def test_a_profile_counts_more_than_exif() -> None:
    """Cameras that embed the Adobe RGB profile say R03 as well; it is converted once."""
    profile = matrix_profile(ADOBE_PRIMARIES, gamma_tag(563 / 256), version=2)
    image = Image.fromarray(np.kron(colours()[:6, :6], np.ones((8, 8, 1))).astype(np.uint8))
    plain = opened(saved(image, "JPEG", quality=95), "jpeg")
    both = opened(saved(image, "JPEG", quality=95, icc_profile=profile, exif=exif_saying(65535, "R03")), "jpeg")
    assert_close(both, reference((plain / 255) ** (563 / 256), ADOBE_PRIMARIES))


# --- PNG's own colour chunks -----------------------------------------------------------------------------------------


def gama(value: int) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", value))


def chrm(primaries: tuple[tuple[float, float], ...], white: tuple[float, float] = D65) -> bytes:
    numbers = [round(each * 100_000) for point in (white, *primaries) for each in point]
    return chunk(b"cHRM", struct.pack(">8I", *numbers))


def cicp(primaries: int, transfer: int, matrix: int = 0, full: int = 1) -> bytes:
    return chunk(b"cICP", bytes([primaries, transfer, matrix, full]))


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize(("stored", "exponent"), [(55556, 1.8), (100_000, 1.0), (38462, 2.6)])
def test_gamma_of_a_png_counts(stored: int, exponent: float, bits: int) -> None:
    """gAMA alone: old Macs wrote 1.8, renderers write linear light; grey and colour."""
    top = 2**bits - 1
    values = colours(top)
    expected = to_srgb_curve((values / top) ** exponent)
    assert_close(opened(png(values, bits, 2, gama(stored)), "png"), expected)
    grey = opened(png(values[..., 0], bits, 0, gama(stored)), "png")
    assert_close(grey, np.stack([expected[..., 0]] * 3, axis=-1))


def test_primaries_of_a_png_count() -> None:
    """cHRM with P3's primaries, and with another white, which is adapted."""
    expected = reference(from_srgb_curve(colours() / 255), P3_PRIMARIES)
    assert_close(opened(png(colours(), 8, 2, gama(45455) + chrm(P3_PRIMARIES)), "png"), expected)
    assert_close(opened(png(colours(), 8, 2, chrm(P3_PRIMARIES)), "png"), expected)
    warm = reference((colours() / 255) ** 1.8, ADOBE_PRIMARIES, xyz_of_white((0.3457, 0.3585)))
    assert_close(opened(png(colours(), 8, 2, gama(55556) + chrm(ADOBE_PRIMARIES, (0.3457, 0.3585))), "png"), warm)


@pytest.mark.parametrize("before", [
    gama(45455), gama(45454) + chrm(SRGB_PRIMARIES), gama(0), chunk(b"sRGB", b"\x00") + gama(100_000),
    chunk(b"sRGB", b"\x00") + chrm(P3_PRIMARIES), cicp(1, 13), cicp(1, 1), cicp(2, 2), cicp(1, 13) + gama(100_000),
])  # fmt: skip
def test_what_means_srgb_changes_nothing(before: bytes) -> None:
    """sRGB said in other ways; the better chunk counts (cICP, iCCP, sRGB, then gAMA and cHRM)."""
    assert (opened(png(colours(), 8, 2, before), "png") == colours()).all()


@pytest.mark.parametrize(("said", "primaries", "decode"), [
    (cicp(12, 13), P3_PRIMARIES, from_srgb_curve),
    (cicp(9, 13), REC2020_PRIMARIES, from_srgb_curve),
    (cicp(9, 14), REC2020_PRIMARIES, from_srgb_curve),  # SDR video curves are shown as sRGB's
    (cicp(12, 8), P3_PRIMARIES, lambda v: v),
    (cicp(1, 4), SRGB_PRIMARIES, lambda v: v**2.2),
    (cicp(12, 13) + chunk(b"sRGB", b"\x00"), P3_PRIMARIES, from_srgb_curve),
])  # fmt: skip
def test_code_points_of_a_png_count(
    said: bytes, primaries: tuple[tuple[float, float], ...], decode: Callable[[Floats], Floats]
) -> None:
    """cICP (ITU-T H.273) counts before every other chunk."""
    assert_close(opened(png(colours(), 8, 2, said), "png"), reference(decode(colours() / 255), primaries))
    sixteen = opened(png(colours(65535), 16, 2, said), "png")
    assert_close(sixteen, reference(decode(colours(65535) / 65535), primaries))


@pytest.mark.parametrize(("said", "words"), [
    (cicp(9, 16), "high dynamic range .PQ"), (cicp(9, 18), "high dynamic range .HLG"), (cicp(1, 13, 1), "rules"),
    (cicp(1, 13, 0, 0), "rules"), (cicp(22, 13), "rare"), (cicp(1, 17), "rare"), (gama(1), "gamma"),
    (chrm(((0, 0), (0, 0), (0, 0))), "no sense"), (chrm(((0.3, 0.3),) * 3), "no sense"),
    (chunk(b"iCCP", b"made\x00\x00no zlib"), "profile is damaged"),
])  # fmt: skip
def test_what_cannot_be_right_is_refused(said: bytes, words: str) -> None:
    """High dynamic range, limited range, damaged descriptions: no guess."""
    with pytest.raises(PhotoError, match=words):
        opened(png(colours(), 8, 2, said), "png")


# --- AVIF and HEIC ---------------------------------------------------------------------------------------------------


def an_avif() -> bytes:
    return saved(Image.fromarray(np.kron(colours()[:4, :4], np.ones((8, 8, 1))).astype(np.uint8)), "AVIF", quality=90)


def with_code_points(data: bytes, primaries: int, transfer: int) -> bytes:
    at = data.index(b"colrnclx") + 8
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


def without_boxes_for_colour(data: bytes, primaries: int, transfer: int) -> bytes:
    """An AVIF whose colour box is gone and whose AV1 header says this instead of 1, 13."""
    start = data.index(b"mdat") + 4
    bits = "".join(f"{byte:08b}" for byte in data[start : start + 24])
    old, new = (f"1{one:08b}{two:08b}{6:08b}" for one, two in ((1, 13), (primaries, transfer)))
    assert bits.count(old) == 1
    head = int(bits.replace(old, new), 2).to_bytes(24, "big")
    return data[:start].replace(b"colrnclx", b"skipnclx") + head + data[start + 24 :]


@pytest.mark.parametrize("how", [{}, {"speed": 10}, {"subsampling": "4:4:4"}])
def test_av1_says_it_where_the_boxes_do_not(how: dict[str, object]) -> None:
    """Some programs write no colour box; the AV1 data has code points of its own."""
    image = Image.fromarray(np.kron(colours()[:4, :4], np.ones((8, 8, 1))).astype(np.uint8))
    data = saved(image, "AVIF", quality=90, **how)
    plain = opened(without_boxes_for_colour(data, 1, 13), "avif")
    assert (plain == opened(data, "avif")).all()
    wide = opened(without_boxes_for_colour(data, 12, 13), "avif")
    assert_close(wide, reference(from_srgb_curve(plain / 255), P3_PRIMARIES))
    with pytest.raises(UnsupportedPhoto, match="high dynamic range"):
        opened(without_boxes_for_colour(data, 9, 16), "avif")


def a_heic(primaries: int, transfer: int) -> bytes:
    out = io.BytesIO()
    image = Image.fromarray(np.kron(colours()[:4, :4], np.ones((16, 16, 1))).astype(np.uint8))
    pillow_heif.from_pillow(image).save(
        out, quality=90, color_primaries=primaries, transfer_characteristics=transfer, matrix_coefficients=6,
        full_range_flag=1,
    )  # fmt: skip
    return out.getvalue()


@pytest.mark.parametrize(("points", "primaries", "decode"), [
    ((12, 13), P3_PRIMARIES, from_srgb_curve), ((9, 1), REC2020_PRIMARIES, from_srgb_curve),
    ((1, 4), SRGB_PRIMARIES, lambda v: v**2.2),
])  # fmt: skip
def test_code_points_of_avif_and_heic_count(
    points: tuple[int, int], primaries: tuple[tuple[float, float], ...], decode: Callable[[Floats], Floats]
) -> None:
    """The nclx box says P3, Rec. 2020 or another curve: the same pixels come out converted."""
    plain = opened(with_code_points(an_avif(), 1, 13), "avif")
    pixels = opened(with_code_points(an_avif(), *points), "avif")
    assert_close(pixels, reference(decode(plain / 255), primaries))
    plain = opened(a_heic(1, 13), "heic")
    assert_close(opened(a_heic(*points), "heic"), reference(decode(plain / 255), primaries))


@pytest.mark.parametrize("transfer", [16, 18])
def test_hdr_is_refused(transfer: int) -> None:
    """PQ and HLG have no one right look in sRGB."""
    with pytest.raises(UnsupportedPhoto, match="high dynamic range"):
        opened(with_code_points(an_avif(), 9, transfer), "avif")
    with pytest.raises(UnsupportedPhoto, match="high dynamic range"):
        opened(a_heic(9, transfer), "heic")
    profile = matrix_profile(REC2020_PRIMARIES, gamma_tag(2.2))
    said = icc(b"RGB ", b"XYZ ", {b"cicp": b"cicp" + bytes(4) + bytes([9, transfer, 0, 1])})
    assert opened(png(colours(), 8, 2, iccp(profile)), "png").shape == (28, 16, 3)
    with pytest.raises(UnsupportedPhoto, match="high dynamic range"):
        opened(png(colours(), 8, 2, iccp(said)), "png")


def test_a_crop_that_is_only_a_note_is_refused() -> None:
    """An AVIF's clap box says what was cropped away; the decoder would show it."""
    clap = struct.pack(">8I", 16, 1, 16, 1, 0, 1, 0, 1)
    with pytest.raises(UnsupportedPhoto, match="crop"):
        opened(avif_with_property(an_avif(), b"clap", clap), "avif")


# --- profiles that are none ------------------------------------------------------------------------------------------


def test_a_profile_for_another_kind_of_picture_is_refused() -> None:
    """An RGB picture with a CMYK profile: nobody knows what its numbers mean."""
    profile = icc(b"CMYK", b"Lab ", {b"wtpt": xyz_tag(D50)}, 2)
    with pytest.raises(UnsupportedPhoto, match="for CMYK pictures"):
        opened(png(colours(), 8, 2, iccp(profile)), "png")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_a_damaged_profile_is_refused(kind: str) -> None:
    """In every kind of file, and however it is damaged."""
    whole = matrix_profile(P3_PRIMARIES, gamma_tag(2.2))
    for damaged in (b"no profile at all", whole[:100], whole[:140] + bytes(len(whole) - 140)):
        data = saved(Image.new("RGB", (16, 16), (120, 90, 60)), kind, icc_profile=damaged)
        with pytest.raises(UnreadablePhoto, match="damaged"):
            opened(data, kind.lower())


def test_a_profile_with_a_missing_piece_is_refused() -> None:
    """Pillow would go on without it, in the wrong colours."""
    profile = matrix_profile(P3_PRIMARIES, table_tag([float(each) for each in np.linspace(0, 1, 30_000)]))
    data = saved(Image.new("RGB", (16, 16), (120, 90, 60)), "JPEG", icc_profile=profile)
    assert opened(data, "jpeg").shape == (16, 16, 3)
    first = data.index(b"ICC_PROFILE\x00\x01") - 4
    length = int.from_bytes(data[first + 2 : first + 4], "big") + 2
    with pytest.raises(UnreadablePhoto, match="pieces of it are missing"):
        opened(data[:first] + data[first + length :], "jpeg")


def test_lab_needs_a_profile() -> None:
    """With one, it is what LittleCMS makes of it; without, nobody knows its white."""
    values = colours()[:8, :8].astype(np.uint8)
    image = Image.fromarray(values, "LAB")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    pixels = opened(saved(image, "TIFF", icc_profile=profile), "tiff")
    assert pixels.shape == (8, 8, 3)
    with pytest.raises(UnsupportedPhoto, match="Lab colours"):
        opened(saved(image, "TIFF"), "tiff")


def test_primaries_of_a_tiff_without_a_profile_are_refused() -> None:
    """Tag 319 with primaries other than sRGB's; with sRGB's own it is taken."""
    rows = [colours().astype(np.uint8).tobytes()]
    tags = {0x0102: [8, 8, 8], 0x0103: [1], 0x0106: [2], 0x0115: [3], 0x0116: [28]}
    assert (opened(tiff(rows, 16, 28, tags), "tiff") == colours()).all()
    image = Image.fromarray(colours().astype(np.uint8))
    same = tuple(each for point in SRGB_PRIMARIES for each in point)
    other = tuple(each for point in P3_PRIMARIES for each in point)
    assert (opened(saved(image, "TIFF", tiffinfo={319: same}), "tiff") == colours()).all()
    with pytest.raises(UnsupportedPhoto, match="primaries"):
        opened(saved(image, "TIFF", tiffinfo={319: other}), "tiff")
