"""Every way of storing pixels is read as its format says, or refused: never something in between."""

import base64
import io
import struct
import sys
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFile

from imgvet.decode.open import Upright
from imgvet.errors import PhotoError, UnreadablePhoto, UnsupportedPhoto
from imgvet.profile import Limits
from support.checked_files import open_bytes
from support.picture_writers import chunk, gif, gif_frame, packed, png, saved, smooth, tiff

pillow_heif = pytest.importorskip("pillow_heif")

LIMITS = Limits()
IN_PARTS = Limits(partial_pictures=True)
Pixels = NDArray[np.uint8]


def opened(data: bytes, kind: str, limits: Limits = LIMITS) -> Upright:
    return open_bytes(data, kind, limits, keep_low_bits=True)


def samples(bits: int, channels: int, height: int = 11, width: int = 13) -> NDArray[np.uint16]:
    shape = (height, width) if channels == 1 else (height, width, channels)
    return np.random.default_rng(bits + channels).integers(0, 2**bits, shape).astype(np.uint16)


def to_eight(values: NDArray[Any], bits: int) -> Pixels:
    """Shares of the full range, rounded to 8 bits."""
    shares: NDArray[np.float64] = values.astype(np.float64) * 255 / (2**bits - 1)
    return np.floor(shares + 0.5).astype(np.uint8)


def thrice(grey: Pixels) -> Pixels:
    return np.asarray(np.stack([grey] * 3, axis=-1), np.uint8)


# --- PNG -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_grey_png(bits: int, interlaced: bool) -> None:
    """Grey of any depth is a share of white, rounded to the nearest of 255."""
    values = samples(bits, 1)
    upright = opened(png(values, bits, 0, interlaced=interlaced), "png")
    assert (upright.pixels == thrice(to_eight(values, bits))).all()
    assert upright.alpha is None


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("bits", "colour_type", "channels"), [
    (8, 2, 3), (16, 2, 3), (8, 4, 2), (16, 4, 2), (8, 6, 4), (16, 6, 4),
])  # fmt: skip
def test_colour_and_alpha_png(bits: int, colour_type: int, channels: int, interlaced: bool) -> None:
    """RGB, grey with alpha and RGBA of 8 and 16 bits: rounded, not cut; colour under alpha 0 is gone."""
    values = samples(bits, channels)
    upright = opened(png(values, bits, colour_type, interlaced=interlaced), "png")
    colours = to_eight(values[..., :3] if channels >= 3 else values[..., :1].repeat(3, axis=-1), bits)
    if channels in (2, 4):
        alpha = to_eight(values[..., -1], bits)
        assert upright.alpha is not None
        assert (upright.alpha == alpha).all()
        colours[alpha == 0] = 0
    assert (upright.pixels == colours).all()


@pytest.mark.parametrize("value", [0x00FF, 0x0080, 0x0081, 0x7FFF, 0xFEFF, 0xFF7E, 0xFF7F, 0xFF80])
def test_sixteen_bits_are_rounded(value: int) -> None:
    """Pillow cuts the lower byte off, which darkens by up to a whole step; here it is half a step at most."""
    for colour_type, channels in ((0, 1), (2, 3)):
        values = np.full((3, 4) if channels == 1 else (3, 4, 3), value, np.uint16)
        pixels = opened(png(values, 16, colour_type), "png").pixels
        assert abs(int(pixels[1, 1, 1]) - value / 257) <= 0.5


PALETTE = bytes([200, 10, 20, 30, 190, 40, 50, 60, 180, 70, 80, 90])


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
@pytest.mark.parametrize("alphas", [b"", b"\xff\x00", b"\x00", b"\x80\xff\x00\x40"])
def test_palette_png(bits: int, alphas: bytes) -> None:
    """Palettes of any depth, with one, several or no transparent entries."""
    values = samples(bits, 1) % (2 if bits == 1 else 4)
    before = chunk(b"PLTE", PALETTE[: 6 if bits == 1 else 12])
    alphas = alphas[: 2 if bits == 1 else 4]
    upright = opened(png(values, bits, 3, before + (chunk(b"tRNS", alphas) if alphas else b"")), "png")
    table = np.frombuffer(PALETTE, np.uint8).reshape(4, 3)
    shown = np.frombuffer(alphas.ljust(4, b"\xff"), np.uint8)[values]
    expected = table[values].copy()
    expected[shown == 0] = 0
    assert (upright.pixels == expected).all()
    assert (upright.alpha is None) == bool((shown == 255).all())
    if upright.alpha is not None:
        assert (upright.alpha == shown).all()


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_one_transparent_grey(bits: int) -> None:
    """tRNS holds a value at the file's own depth; only pixels of exactly this value are transparent."""
    values = samples(bits, 1)
    chosen = int(values[3, 4])
    if bits == 16:
        values[0, 0] = chosen ^ 1  # the same upper byte, and yet another colour
    upright = opened(png(values, bits, 0, chunk(b"tRNS", struct.pack(">H", chosen))), "png")
    assert upright.alpha is not None
    assert (upright.alpha == np.where(values == chosen, 0, 255)).all()


@pytest.mark.parametrize("bits", [8, 16])
def test_one_transparent_colour(bits: int) -> None:
    """The same for RGB."""
    values = samples(bits, 3)
    values[5:] = values[3, 4]
    chosen = values[3, 4]
    if bits == 16:
        values[0, 0] = chosen ^ np.array([0, 0, 1], np.uint16)
    upright = opened(png(values, bits, 2, chunk(b"tRNS", chosen.astype(">u2").tobytes())), "png")
    assert upright.alpha is not None
    assert (upright.alpha == np.where((values == chosen).all(axis=-1), 0, 255)).all()


# --- JPEG ------------------------------------------------------------------------------------------------------------


def plain_jpegs() -> dict[str, bytes]:
    """Three channels in every way that Pillow and OpenCV write, in odd sizes."""
    made = {}
    for size in ((1, 1), (7, 5), (8, 8), (17, 33), (67, 131)):
        image = Image.fromarray(smooth(*size))
        for sampling in (0, 1, 2):
            for progressive in (False, True):
                how: dict[str, Any] = {"subsampling": sampling, "progressive": progressive, "quality": 88}
                made[f"{size} {sampling} {progressive}"] = saved(image, "JPEG", **how)
        made[f"{size} kept as RGB"] = saved(image, "JPEG", keep_rgb=True)
        made[f"{size} in restarts"] = saved(image, "JPEG", restart_marker_blocks=1)
        made[f"{size} one table"] = saved(image, "JPEG", optimize=True, quality=20)
        bgr = cv2.cvtColor(smooth(*size), cv2.COLOR_RGB2BGR)
        for name in ("411", "440", "422"):
            factor = getattr(cv2, f"IMWRITE_JPEG_SAMPLING_FACTOR_{name}")
            done, array = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, factor])
            assert done
            made[f"{size} {name}"] = array.tobytes()
    return made


@pytest.mark.parametrize("name", plain_jpegs())
def test_the_quick_way_sees_what_pillow_sees(name: str) -> None:
    """Every plain JPEG: OpenCV's pixels are Pillow's pixels, each one."""
    data = plain_jpegs()[name]
    careful = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    assert (opened(data, "jpeg").pixels == careful).all()


def test_odd_sampling_factors() -> None:
    """4:1:0, and chroma finer than luma, are read alike by both decoders."""
    data = saved(Image.fromarray(smooth(64, 64)), "JPEG", subsampling=0)
    frame = data.index(b"\xff\xc0")
    for luma, chroma in ((0x42, 0x11), (0x41, 0x11), (0x12, 0x11), (0x22, 0x21)):
        changed = bytearray(data)
        changed[frame + 11] = luma
        changed[frame + 14] = changed[frame + 17] = chroma
        try:
            pixels = opened(bytes(changed), "jpeg").pixels
        except UnreadablePhoto:
            continue  # the scan holds blocks for another sampling: too few of them, and that is said
        assert (pixels == np.asarray(Image.open(io.BytesIO(bytes(changed))).convert("RGB"))).all()


def without_marker(data: bytes, marker: int) -> bytes:
    at = data.index(bytes([0xFF, marker]))
    return data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") :]


def test_rgb_jpeg_by_adobe_and_by_letters() -> None:
    """Transform 0, or components called R, G and B: no YCbCr is undone."""
    picture = smooth(40, 56)
    data = saved(Image.fromarray(picture), "JPEG", keep_rgb=True, quality=95)
    assert b"Adobe" in data
    assert int(np.abs(opened(data, "jpeg").pixels.astype(int) - picture).max()) <= 12
    letters = without_marker(data, 0xEE)
    assert (opened(letters, "jpeg").pixels == opened(data, "jpeg").pixels).all()


def inked() -> NDArray[np.uint8]:
    return np.dstack([smooth(40, 56), smooth(40, 56, 2)[..., 0] // 3]).astype(np.uint8)


def test_cmyk_and_ycck_jpeg() -> None:
    """Adobe stores inks inverted, as CMYK or turned into YCCK; both come out the right way round."""
    inks = inked()
    seen = (255 - inks[..., :3].astype(int)) * (255 - inks[..., 3:].astype(int)) / 255
    cmyk = saved(Image.fromarray(inks, "CMYK"), "JPEG", quality=98, subsampling=0)
    got = opened(cmyk, "jpeg").pixels.astype(int)
    naive = np.asarray(Image.open(io.BytesIO(cmyk)).convert("RGB")).astype(int)
    assert int(np.abs(got - naive).max()) == 0
    assert float(np.abs(got - seen).mean()) < 12  # black ink over coloured ink is computed in two ways
    # YCCK turns 255 - stored ink, as if it were RGB, into YCbCr; stored ink is inverted, so that is the ink itself.
    ycc = np.asarray(Image.fromarray(inks[..., :3]).convert("YCbCr"))
    stored = np.dstack([255 - ycc, inks[..., 3]])  # Pillow inverts as it writes
    ycck = bytearray(saved(Image.fromarray(stored.astype(np.uint8), "CMYK"), "JPEG", quality=98, subsampling=0))
    adobe = ycck.index(b"Adobe")
    assert ycck[adobe + 11] == 0
    ycck[adobe + 11] = 2
    assert float(np.abs(opened(bytes(ycck), "jpeg").pixels.astype(int) - got).mean()) < 3


def test_inks_without_adobes_mark_are_refused() -> None:
    """Nobody says whether they are inverted; half of the programs would show a negative."""
    data = saved(Image.fromarray(inked(), "CMYK"), "JPEG")
    with pytest.raises(UnsupportedPhoto, match="inverted"):
        opened(without_marker(data, 0xEE), "jpeg")


# 16 by 16 pixels in four quarters: red, green, blue and light grey.
ARITHMETIC = """
/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDA
sKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/yQARCAAQ
ABADAREAAhEBAxEB/8wACgAQEAUBEBEF/9oADAMBAAIRAxEAPwD/ANvduEOYGPurmHBezXzYKTWyKvyVOHsmcQT/2Q==
"""
LOSSLESS = """
/9j/7gAOQWRvYmUAZAAAAAAA/8MAEQgAEAAQA1IRAEcRAEIRAP/EABcAAQEBAQAAAAAAAAAAAAAAAAAIBQf/2gAMA1IARwBCAAEAAOucT4mAAA
I3rQAAAAAAAI3rQAAAAAAAI3rQAAAAAAAI3rQAAAAAAAI3rQAAAAAAAI3rQAAAAAAAI3rQAAAAAAAI3rQAAAI3WQAAALctzUAAAAAAAFuW5qAA
AAAAAC3Lc1AAAAAAABbluagAAAAAAAty3NQAAAAAAAW5bmoAAAAAAALctzUAAAAAAAFuW5qAAAD/2Q==
"""
TWELVE_BITS = """
/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGB
YUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wQARDAAQ
ABADASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAADAsO/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/EABQBAQAAAAAAAAAAAAAAAAAAAAf/xA
AqEQABAgIFDQAAAAAAAAAAAAAWFBUTGAUGCQtEChkbIyQmKENHY2RlZv/aAAwDAQACEQMRAD8AP7r0oRe0G8R8uRuoXMMS48bZqalfT1oRtA39
xSahQ59iFA5sXVrN5BWlGk65S90Zd5dzbHHb+diPh1NamoN9kucsGj2r/9k=
"""


def quarters() -> Pixels:
    colours = np.array([[(220, 20, 20), (20, 200, 20)], [(20, 20, 220), (240, 240, 240)]], np.uint8)
    return colours.repeat(8, axis=0).repeat(8, axis=1)


@pytest.mark.parametrize(("sample", "difference"), [(ARITHMETIC, 1), (LOSSLESS, 0)])
def test_rare_codings_of_jpeg(sample: str, difference: int) -> None:
    """Arithmetic coding and lossless JPEG are read right, or refused by a build of the decoder that lacks them."""
    try:
        pixels = opened(base64.b64decode(sample), "jpeg").pixels
    except PhotoError:
        pytest.skip("this build of libjpeg-turbo refuses it")
    assert int(np.abs(pixels.astype(int) - quarters()).max()) <= difference


def test_twelve_bits_in_a_jpeg_are_refused() -> None:
    """With the reason, not as damage."""
    with pytest.raises(UnsupportedPhoto, match="12 bits"):
        opened(base64.b64decode(TWELVE_BITS), "jpeg")


def test_two_channels_in_a_jpeg_are_refused() -> None:
    """No program agrees on what they are."""
    data = bytearray(saved(Image.fromarray(smooth(16, 16)), "JPEG"))
    data[data.index(b"\xff\xc0") + 9] = 2
    with pytest.raises(UnsupportedPhoto, match="2 channels"):
        opened(bytes(data), "jpeg")


# --- TIFF ------------------------------------------------------------------------------------------------------------


def a_tiff(
    values: NDArray[Any], bits: int, photometric: int, *, order: str = "<", strips: int = 1, **tags: list[int]
) -> bytes:
    """An uncompressed TIFF of these samples; ``tags`` are named t0153 and the like."""
    height, width = values.shape[:2]
    channels = values.shape[2] if values.ndim == 3 else 1
    rows = -(-height // strips)
    parts = [
        b"".join(packed(row, bits, order) for row in values[start : start + rows]) for start in range(0, height, rows)
    ]
    given = {int(name[1:], 16): value for name, value in tags.items()}
    usual = {0x0102: [bits] * channels, 0x0103: [1], 0x0106: [photometric], 0x0115: [channels], 0x0116: [rows]}
    return tiff(parts, width, height, {**usual, **given}, order=order)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("white", [0, 1])
def test_grey_tiff(bits: int, order: str, white: int) -> None:
    """Grey of any depth, with 0 for black or for white; 16 bits with 0 for white are turned over, or refused."""
    values = samples(bits, 1)
    data = a_tiff(values, bits, 1 - white, order=order, strips=3)
    if (bits, white, order) == (16, 1, ">"):
        with pytest.raises(UnsupportedPhoto):
            opened(data, "tiff")
        return
    shares = 2**bits - 1 - values if white else values
    assert (opened(data, "tiff").pixels == thrice(to_eight(shares, bits))).all()


def test_bits_from_right_to_left() -> None:
    """FillOrder 2: the first pixel in the lowest bit."""
    values = samples(1, 1)
    rows = b"".join(packed(row, 1, "<") for row in values)
    mirrored = bytes(int(f"{byte:08b}"[::-1], 2) for byte in rows)
    tags = {0x0102: [1], 0x0103: [1], 0x0106: [1], 0x010A: [2], 0x0115: [1], 0x0116: [11]}
    assert (opened(tiff([mirrored], 13, 11, tags), "tiff").pixels == thrice(to_eight(values, 1))).all()


def test_twelve_bit_grey_tiff() -> None:
    """4095 is white; Pillow alone would take it for a dark grey of 16 bits."""
    values = np.arange(0, 4096, 4).reshape(32, 32).astype(np.uint16)
    pairs = values.reshape(-1, 2).astype(np.uint32)
    together = pairs[:, 0] << 12 | pairs[:, 1]
    data = b"".join(int(each).to_bytes(3, "big") for each in together)
    tags = {0x0102: [12], 0x0103: [1], 0x0106: [1], 0x0115: [1], 0x0116: [32]}
    got = opened(tiff([data], 32, 32, tags), "tiff").pixels
    assert int(np.abs(got.astype(int) - thrice(to_eight(values, 12))).max()) <= 1


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [8, 16])
def test_colour_tiff(bits: int, order: str) -> None:
    """RGB of 8 and 16 bits, in strips, both byte orders; 16 bits are rounded, not cut."""
    values = samples(bits, 3)
    assert (opened(a_tiff(values, bits, 2, order=order, strips=2), "tiff").pixels == to_eight(values, bits)).all()


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_deflate", "tiff_adobe_deflate", "packbits"])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P", "1", "CMYK"])
def test_compressed_tiff(compression: str, mode: str) -> None:
    """What Pillow writes comes back as it was."""
    image = Image.fromarray(smooth(20, 30)).convert("RGB").convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.fromarray(smooth(20, 30, 5)[..., 0]))
    upright = opened(saved(image, "TIFF", compression=compression), "tiff")
    expected = np.asarray(image.convert("RGB"))
    if upright.alpha is not None:
        expected = np.where(upright.alpha[..., np.newaxis] == 0, 0, expected)
        assert (upright.alpha == np.asarray(image)[..., -1]).all()
    assert (upright.pixels == expected).all()


def test_tiles_and_planes() -> None:
    """Tiles and separate planes of 8 bits; separate planes of 16 bits, uncompressed, are refused."""
    values = samples(8, 3, 16, 16).astype(np.uint8)
    planes = [values[..., each].tobytes() for each in range(3)]
    tags = {0x0102: [8] * 3, 0x0103: [1], 0x0106: [2], 0x0115: [3], 0x0116: [16], 0x011C: [2]}
    assert (opened(tiff(planes, 16, 16, tags), "tiff").pixels == values).all()
    wide = samples(16, 3, 16, 16)
    planes = [wide[..., each].astype("<u2").tobytes() for each in range(3)]
    with pytest.raises(UnsupportedPhoto, match="separate planes"):
        opened(tiff(planes, 16, 16, {**tags, 0x0102: [16] * 3}), "tiff")
    big = samples(8, 3, 32, 32).astype(np.uint8)
    tiles = [big[y : y + 16, x : x + 16].tobytes() for y in (0, 16) for x in (0, 16)]
    whole = tiff(tiles, 32, 32, {0x0102: [8] * 3, 0x0103: [1], 0x0106: [2], 0x0115: [3], 0x0142: [16], 0x0143: [16]})
    # a writer of strips names their places in tags 273 and 279; tiles have 324 and 325
    tiled = whole.replace(struct.pack("<HH", 0x0111, 4), struct.pack("<HH", 0x0144, 4), 1)
    tiled = tiled.replace(struct.pack("<HH", 0x0117, 4), struct.pack("<HH", 0x0145, 4), 1)
    assert (opened(tiled, "tiff").pixels == big).all()


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("kind", [0, 1, 2])
def test_fourth_channel_of_a_tiff(bits: int, kind: int) -> None:
    """ExtraSamples: 0 is nothing and left out, 1 is alpha that colours were multiplied by, 2 is alpha."""
    top = 2**bits - 1
    alpha = np.linspace(0.25, 1, 11 * 13).reshape(11, 13, 1)
    colours = samples(bits, 3) / top
    stored = np.dstack([colours * alpha if kind == 1 else colours, alpha])
    values = np.rint(stored * top).astype(np.uint16)
    upright = opened(a_tiff(values, bits, 2, t0152=[kind]), "tiff")
    if kind == 0:
        assert upright.alpha is None
    else:
        assert upright.alpha is not None
        assert int(np.abs(upright.alpha.astype(int) - alpha[..., 0] * 255).max()) <= 1
    assert float(np.abs(upright.pixels - colours * 255).max()) <= (5 if kind == 1 else 1)


@pytest.mark.parametrize("bits", [8, 16])
def test_cmyk_tiff(bits: int) -> None:
    """Inks from 0 for none; by the simple formula where no profile is there."""
    values = samples(bits, 4)
    eight = (values >> (bits - 8)).astype(np.uint8)
    expected = np.asarray(Image.fromarray(eight, "CMYK").convert("RGB"))
    assert (opened(a_tiff(values, bits, 5), "tiff").pixels == expected).all()


@pytest.mark.parametrize("how", [{"compression": "jpeg"}, {"compression": "jpeg", "quality": 40}])
def test_jpeg_in_tiff(how: dict[str, Any]) -> None:
    """YCbCr comes out as RGB."""
    picture = smooth(48, 64)
    pixels = opened(saved(Image.fromarray(picture), "TIFF", **how), "tiff").pixels
    assert float(np.abs(pixels.astype(int) - picture).mean()) < 6


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt"])
def test_fax_tiff(compression: str) -> None:
    """Black and white by the fax codes."""
    image = Image.fromarray(((smooth(32, 48)[..., 0] > 127) * 255).astype(np.uint8)).convert("1")
    assert (
        opened(saved(image, "TIFF", compression=compression), "tiff").pixels == thrice(np.asarray(image.convert("L")))
    ).all()


@pytest.mark.parametrize(("data", "words"), [
    (a_tiff(samples(8, 1), 8, 1, t0153=[2]), "signed"),
    (a_tiff(samples(16, 1), 16, 1, t0153=[2]), "signed"),
    (a_tiff(samples(8, 3), 8, 6), "YCbCr"),
    (a_tiff(samples(8, 4), 8, 5, t014C=[2]), "inks other than CMYK"),
    (a_tiff(samples(8, 4), 8, 5, t0150=[255, 0]), "inks other than CMYK"),
    (a_tiff(samples(8, 1), 8, 3, t0140=[200] * 768), "palette"),
    (a_tiff(samples(8, 1), 8, 4), "rare way"),
    (a_tiff(samples(8, 1), 8, 32844), "rare way"),
    (a_tiff(samples(8, 2), 8, 2), "rare way"),
    (saved(Image.new("F", (4, 4), 0.5), "TIFF"), "floating-point"),
    (saved(Image.new("I", (4, 4), 70_000), "TIFF"), "32 bits|signed"),
])  # fmt: skip
def test_rare_tiffs_are_refused(data: bytes, words: str) -> None:
    """What has no one meaning in 8 bits is not guessed."""
    with pytest.raises(UnsupportedPhoto, match=words):
        opened(data, "tiff")


def test_a_tiff_that_does_not_say_what_its_values_mean_is_refused() -> None:
    """Without PhotometricInterpretation, 0 may be black or white."""
    rows = [samples(8, 1).astype(np.uint8).tobytes()]
    with pytest.raises(UnsupportedPhoto, match="does not say"):
        opened(tiff(rows, 13, 11, {0x0102: [8], 0x0103: [1], 0x0115: [1], 0x0116: [11]}), "tiff")


# --- GIF and WebP ----------------------------------------------------------------------------------------------------

OWN = bytes([1, 2, 3, 9, 19, 29, 100, 150, 200, 250, 251, 252])
NUMBERS = np.array([[1, 2, 3], [0, 1, 2]])


def test_gif_palettes() -> None:
    """A frame's own palette counts before the file's."""
    for palette, own in ((PALETTE, b""), (PALETTE, OWN), (b"", OWN)):
        upright = opened(gif((3, 2), [gif_frame(NUMBERS, palette=own)], palette), "gif")
        table = np.frombuffer(own or palette, np.uint8).reshape(4, 3)
        assert (upright.pixels == table[NUMBERS]).all()
        assert upright.alpha is None


@pytest.mark.parametrize("transparent", [None, 0, 2])
@pytest.mark.parametrize("background", [0, 2])
def test_a_small_first_frame_of_a_gif(transparent: int | None, background: int) -> None:
    """It lies at its place; around it nothing is seen, whatever the background colour says."""
    frame = gif_frame(NUMBERS, (2, 1), transparent=transparent)
    upright = opened(gif((6, 4), [frame], PALETTE, background), "gif")
    shown = np.zeros((4, 6), np.uint8)
    shown[1:3, 2:5] = np.where(transparent == NUMBERS, 0, 255)
    expected = np.zeros((4, 6, 3), np.uint8)
    expected[1:3, 2:5] = np.frombuffer(PALETTE, np.uint8).reshape(4, 3)[NUMBERS]
    expected[shown == 0] = 0
    assert upright.alpha is not None
    assert (upright.alpha == shown).all()
    assert (upright.pixels == expected).all()


@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
def test_what_follows_the_first_frame_of_a_gif(disposal: int) -> None:
    """Later frames, and how the first one is taken away, change nothing."""
    frames = [gif_frame(NUMBERS, disposal=disposal), gif_frame(3 - NUMBERS)]
    upright = opened(gif((3, 2), frames, PALETTE), "gif")
    assert upright.frames == 2
    assert (upright.pixels == np.frombuffer(PALETTE, np.uint8).reshape(4, 3)[NUMBERS]).all()


def test_webp() -> None:
    """Lossless to the last bit, with alpha; lossy as Pillow reads it."""
    picture = np.dstack([smooth(30, 40), smooth(30, 40, 4)[..., 0]])
    upright = opened(saved(Image.fromarray(picture), "WEBP", lossless=True, exact=True), "webp")
    assert upright.alpha is not None
    assert (upright.alpha == picture[..., 3]).all()
    assert (upright.pixels == np.where(picture[..., 3:] == 0, 0, picture[..., :3])).all()
    lossy = saved(Image.fromarray(smooth(30, 40)), "WEBP", quality=80)
    assert float(np.abs(opened(lossy, "webp").pixels.astype(int) - smooth(30, 40)).mean()) < 9


@pytest.mark.parametrize("alpha", [0x00, 0x10])
def test_a_small_first_frame_of_a_webp(alpha: int) -> None:
    """It lies at its place; around it nothing is seen."""

    def three(number: int) -> bytes:
        return struct.pack("<I", number)[:3]

    plain = saved(Image.new("RGB", (4, 2), (200, 10, 20)), "WEBP", lossless=True)[12:]
    frame = three(1) + three(2) + three(3) + three(1) + three(100) + b"\x00" + plain
    frame = b"ANMF" + struct.pack("<I", len(frame)) + frame + b"\x00" * (len(frame) % 2)
    head = b"VP8X" + struct.pack("<I", 10) + bytes([0x02 | alpha, 0, 0, 0]) + three(9) + three(7)
    body = b"WEBP" + head + b"ANIM" + struct.pack("<I", 6) + b"\x10\x20\x30\xff\x00\x00" + frame * 2
    upright = opened(b"RIFF" + struct.pack("<I", len(body)) + body, "webp")
    assert upright.frames == 2
    shown = np.zeros((8, 10), np.uint8)
    shown[4:6, 2:6] = 255
    assert upright.alpha is not None
    assert (upright.alpha == shown).all()
    assert (upright.pixels[4:6, 2:6] == (200, 10, 20)).all()


# --- AVIF and HEIC ---------------------------------------------------------------------------------------------------


def a_heic(picture: Pixels, **how: Any) -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(picture)).save(out, quality=95, **how)
    return out.getvalue()


@pytest.mark.parametrize("premultiplied", [False, True])
def test_avif_with_alpha(premultiplied: bool) -> None:
    """Alpha comes out as it went in, and colours are not darkened by it, however they were stored."""
    alpha = (smooth(32, 48, 4)[..., 0] // 2 + 100).astype(np.uint8)
    picture = np.dstack([smooth(32, 48), alpha])
    data = saved(Image.fromarray(picture), "AVIF", quality=95, subsampling="4:4:4", alpha_premultiplied=premultiplied)
    upright = opened(data, "avif")
    assert upright.alpha is not None
    assert float(np.abs(upright.alpha.astype(int) - alpha).mean()) < 3
    assert float(np.abs(upright.pixels.astype(int) - smooth(32, 48)).mean()) < 6


def test_heic_with_alpha_and_without() -> None:
    """The decoder's own pixels; grey is grey."""
    picture = np.dstack([smooth(64, 64), np.full((64, 64), 255, np.uint8)])
    picture[:32, :, 3] = 0
    upright = opened(a_heic(picture), "heic")
    assert upright.alpha is not None
    assert (upright.pixels[upright.alpha == 0] == 0).all()
    assert float(np.abs(upright.pixels[40:].astype(int) - picture[40:, :, :3]).mean()) < 8
    assert opened(a_heic(smooth(64, 64)), "heic").alpha is None


# --- damage ----------------------------------------------------------------------------------------------------------


def noisy(kind: str) -> bytes:
    """A picture that needs all of its bytes."""
    noise = np.random.default_rng(5).integers(0, 255, (200, 304, 3)).astype(np.uint8)
    if kind == "HEIC":
        return a_heic(noise)
    how: dict[str, Any] = {"TIFF": {"compression": "tiff_lzw"}}.get(kind, {})
    return saved(Image.fromarray(noise), kind, **how)


KINDS = ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF", "HEIC"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.98])
def test_half_a_file_is_no_picture(kind: str, share: float) -> None:
    """Whatever is cut off, the photo fails and says that it is damaged."""
    data = noisy(kind)
    with pytest.raises(PhotoError, match="damaged"):
        opened(data[: int(len(data) * share)], kind.lower())
    assert not opened(data, kind.lower()).partial


hears_libjpeg = pytest.mark.skipif(sys.platform == "win32", reason="OpenCV's complaints cannot be heard on Windows")


@hears_libjpeg
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_only_seems_to_end_is_refused(mode: str, progressive: bool) -> None:
    """An end mark after half of the picture: decoders fill up with grey and call it whole."""
    image = Image.open(io.BytesIO(noisy("PNG"))).convert(mode)
    data = saved(image, "JPEG", progressive=progressive)
    with pytest.raises(UnreadablePhoto, match="damaged"):
        opened(data[: len(data) // 2] + b"\xff\xd9", "jpeg")


@hears_libjpeg
def test_a_hole_in_a_jpeg_is_found() -> None:
    """Bytes that a dying card returned as zeros."""
    data = noisy("JPEG")
    middle = len(data) // 2
    with pytest.raises(UnreadablePhoto, match="damaged"):
        opened(data[:middle] + bytes(512) + data[middle + 512 :], "jpeg")


@hears_libjpeg
def test_a_missing_restart_part_is_found() -> None:
    """Between two restart marks nothing is left."""
    data = saved(Image.fromarray(smooth(64, 64)), "JPEG", restart_marker_blocks=1, quality=95)
    at = data.index(b"\xff\xd3")
    with pytest.raises(UnreadablePhoto, match="damaged"):
        opened(data[: at + 2] + data[data.index(b"\xff\xd4") :], "jpeg")


@hears_libjpeg
def test_damage_inside_a_tiff_is_found() -> None:
    """Fax codes that do not exist, and a hole in the JPEG of a TIFF: libtiff goes on after both."""
    bits = Image.fromarray(((smooth(64, 96)[..., 0] > 127) * 255).astype(np.uint8)).convert("1")
    fax = bytearray(saved(bits, "TIFF", compression="group3"))
    fax[115:220] = b"\x55" * 105
    with pytest.raises(UnreadablePhoto, match="damaged"):
        opened(bytes(fax), "tiff")
    inner = saved(Image.open(io.BytesIO(noisy("PNG"))), "TIFF", compression="jpeg")
    assert opened(inner, "tiff").pixels.shape == (200, 304, 3)
    middle = len(inner) // 2
    with pytest.raises(UnreadablePhoto, match="damaged"):
        opened(inner[:middle] + bytes(512) + inner[middle + 512 :], "tiff")


def test_padding_before_the_end_of_a_jpeg_is_no_damage() -> None:
    """Some cameras leave a few bytes there, and more after it."""
    data = noisy("JPEG")
    padded = data[:-2] + b"\x00" * 3 + data[-2:] + b"\x00" * 500
    assert (opened(padded, "jpeg").pixels == opened(data, "jpeg").pixels).all()


def test_bytes_between_metadata_segments_are_passed_over() -> None:
    """They belong to nothing, so the picture is whole; behind a table they may be the rest of a damaged one."""
    data = saved(Image.fromarray(smooth(24, 32)), "JPEG", comment=b"A comment.")
    table = data.index(b"\xff\xdb")
    stuffed = data[:table] + b"stuffing" + data[table:]
    assert (open_bytes(stuffed, "jpeg", LIMITS).pixels == open_bytes(data, "jpeg", LIMITS).pixels).all()
    second = data.index(b"\xff\xdb", table + 2)
    for damaged in (data[:second] + b"stuffing" + data[second:], data[:table] + b"stuffing" + data):
        with pytest.raises(UnreadablePhoto):
            open_bytes(damaged, "jpeg", LIMITS)


def test_a_wrong_check_sum_counts_only_where_it_can_be_seen() -> None:
    """Text has no part in the picture; its palette's transparency has."""
    data = saved(Image.fromarray(smooth(24, 32)), "PNG")
    for name, whole in ((b"tEXt", True), (b"zzZz", True), (b"tRNS", False), (b"zzZz".upper(), False)):
        bad = chunk(name, b"\0" * 6)[:-4] + b"1234"
        changed = data[:33] + bad + data[33:]
        if whole:
            assert (open_bytes(changed, "png", LIMITS).pixels == open_bytes(data, "png", LIMITS).pixels).all()
        else:
            with pytest.raises(UnreadablePhoto):
                open_bytes(changed, "png", LIMITS)


def test_listening_leaves_the_error_stream_as_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    """What is printed afterwards arrives, and the decoder's complaint does not."""
    data = noisy("JPEG")
    with pytest.raises(UnreadablePhoto):
        opened(data[: len(data) // 2] + b"\xff\xd9", "jpeg")
    print("still here", file=sys.stderr)
    assert capfd.readouterr().err == "still here\n"


def test_a_flipped_bit_in_a_png_is_found() -> None:
    """In stored blocks nothing but the check sum tells."""
    data = bytearray(png(samples(8, 3), 8, 2, level=0))
    data[data.index(b"IDAT") + 40] ^= 4
    with pytest.raises(UnreadablePhoto, match="check sum of its IDAT part"):
        opened(bytes(data), "png")


@pytest.mark.parametrize("name", [b"TE\xc1\x00", b"TE\nT", b"TE[T"])
def test_what_is_no_name_is_not_shown_as_one(name: bytes) -> None:
    """The name of a damaged part may be any bytes."""
    broken = chunk(name, b"content")[:-1] + b"!"
    with pytest.raises(UnreadablePhoto, match="the check sum of one of its parts is wrong"):
        opened(png(samples(8, 3), 8, 2).replace(chunk(b"IEND", b""), broken + chunk(b"IEND", b"")), "png")


# --- what is left of a damaged picture -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "GIF"])
@pytest.mark.parametrize("share", [0.4, 0.8])
def test_a_part_is_taken_where_the_profile_allows_it(kind: str, share: float) -> None:
    """The rows that are there are right, the rest is grey, and the result says so."""
    image = Image.open(io.BytesIO(noisy("PNG")))
    data = saved(image, kind, **({"interlace": 0} if kind == "GIF" else {}))  # TIFF: uncompressed, its head first
    whole = opened(data, kind.lower(), IN_PARTS)
    assert not whole.partial
    part = opened(data[: int(len(data) * share)], kind.lower(), IN_PARTS)
    assert part.partial
    assert part.pixels.shape == whole.pixels.shape
    rows = int(200 * share) - 36
    assert (part.pixels[:rows] == whole.pixels[:rows]).all()
    assert (part.pixels[-8:] == 128).all()


def test_no_part_is_taken_by_accident() -> None:
    """Nobody else's setting, and no earlier photo, makes a picture partial."""
    data = noisy("PNG")
    assert opened(data[: len(data) // 2], "png", IN_PARTS).partial
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    with pytest.raises(UnreadablePhoto, match="damaged"):
        opened(data[: len(data) // 2], "png")


@pytest.mark.parametrize("kind", ["WEBP", "AVIF", "HEIC"])
def test_kinds_without_readable_parts_fail_all_the_same(kind: str) -> None:
    """Their decoders give all or nothing."""
    data = noisy(kind)
    with pytest.raises(PhotoError, match="damaged"):
        opened(data[: len(data) // 2], kind.lower(), IN_PARTS)


def test_a_part_of_a_turned_picture() -> None:
    """What is missing is grey where it lies in the upright picture."""
    exif = Image.Exif()
    exif[0x0112] = 6
    data = saved(Image.fromarray(smooth(200, 304)), "JPEG", exif=exif, quality=95)
    part = opened(data[: len(data) // 2], "jpeg", IN_PARTS)
    assert part.partial
    assert part.pixels.shape == (304, 200, 3)
    assert (part.pixels[:, :8] == 128).all()
    assert not (part.pixels[:, -8:] == 128).all()
