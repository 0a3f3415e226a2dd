"""Intake: told by content, opened upright in sRGB, refused with a reason."""

import io
import os
import struct
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from imgvet.errors import UnreadablePhoto, UnsupportedPhoto, UsageError
from imgvet.find_photos import find_photos
from imgvet.formats.sniff import detect_format, read_source
from imgvet.profile import Limits
from support.checked_files import open_bytes

LIMITS = Limits()
LOWEST = 3  # what a channel may change by where its lowest bits are written over


def corners() -> Image.Image:
    """A picture 60 across and 40 down with a colour of its own in each quarter: red, green over blue, white."""
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:20, :30] = 220, 20, 20
    pixels[:20, 30:] = 20, 200, 20
    pixels[20:, :30] = 20, 20, 220
    pixels[20:, 30:] = 240, 240, 240
    return Image.fromarray(pixels)


def saved(image: Image.Image, kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def is_upright(pixels: np.ndarray) -> bool:
    """Whether the quarters stand as in ``corners()``."""
    height, width = pixels.shape[:2]
    at = {
        "red": pixels[height // 4, width // 4],
        "green": pixels[height // 4, 3 * width // 4],
        "blue": pixels[3 * height // 4, width // 4],
    }
    return all(int(np.argmax(at[name])) == index for index, name in enumerate(("red", "green", "blue")))


@pytest.mark.parametrize(("kind", "how"), [
    ("JPEG", {"quality": 95}),
    ("PNG", {}),
    ("WEBP", {"lossless": True}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("GIF", {}),
    ("AVIF", {"quality": 95}),
])  # fmt: skip
def test_every_kind_is_told_by_content_and_opened(kind: str, how: dict[str, object]) -> None:
    """The kind comes from the bytes; the pixels come out as they went in."""
    data = saved(corners(), kind, **how)
    assert detect_format(data) == kind.lower()
    upright = open_bytes(data, kind.lower(), LIMITS)
    assert upright.pixels.shape == (40, 60, 3)
    assert is_upright(upright.pixels)
    assert upright.alpha is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(kind: str, orientation: int) -> None:
    """A picture stored in any of the eight ways comes out upright (EXIF tag 0x0112)."""
    undo = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
    }[orientation]  # fmt: skip
    stored = corners() if undo is None else corners().transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = orientation
    how: dict[str, object] = {"quality": 95} if kind == "JPEG" else {"lossless": True} if kind == "WEBP" else {}
    if kind == "TIFF":
        directory = ImageFileDirectory_v2()
        directory[0x0112] = orientation
        how["tiffinfo"] = directory
    else:
        how["exif"] = exif
    upright = open_bytes(saved(stored, kind, **how), kind.lower(), LIMITS)
    assert upright.pixels.shape == (40, 60, 3)
    assert is_upright(upright.pixels)


def test_a_wide_gamut_profile_becomes_srgb() -> None:
    """Lab green through its profile is the sRGB that LittleCMS computes, not the raw numbers."""
    lab = Image.new("LAB", (8, 8), (150, 128, 128))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    data = saved(lab, "TIFF", icc_profile=profile.tobytes())
    pixels = open_bytes(data, "tiff", LIMITS).pixels
    reference = ImageCms.profileToProfile(lab, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert reference is not None
    assert int(np.abs(pixels.astype(int) - np.asarray(reference).astype(int)).max()) <= 2


def test_an_srgb_profile_changes_nothing() -> None:
    """A profile that says sRGB leaves pixels as they are, but for the lowest bits, where things hide."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    pixels = open_bytes(saved(corners(), "PNG", icc_profile=srgb), "png", LIMITS).pixels
    assert int(np.abs(pixels.astype(int) - np.asarray(corners()).astype(int)).max()) <= LOWEST


def test_a_damaged_profile_is_refused() -> None:
    """Unknown colours are not published as if they were known."""
    with pytest.raises(UnreadablePhoto, match="colour profile is damaged"):
        open_bytes(saved(corners(), "PNG", icc_profile=b"no profile at all"), "png", LIMITS)


def test_adobe_rgb_is_believed_without_a_profile() -> None:
    """A camera that says R03 and embeds no profile has stored Adobe RGB: its greens are greener in sRGB."""
    exif = Image.Exif()
    inside = exif.get_ifd(0x8769)
    inside[0xA001] = 65535
    inside[0xA005] = {1: "R03"}
    plain = Image.new("RGB", (16, 16), (120, 160, 120))
    said = open_bytes(saved(plain, "JPEG", exif=exif, quality=98), "jpeg", LIMITS).pixels[8, 8]
    # Adobe RGB (120, 160, 120) in linear light is (0.190, 0.359, 0.190); by Adobe's matrix sRGB (99, 162, 119)
    assert [abs(int(value) - expected) <= 4 for value, expected in zip(said, (99, 162, 119), strict=True)] == [True] * 3


@pytest.mark.parametrize(("image", "expected"), [
    (Image.new("L", (4, 4), 77), (77, 77, 77)),
    (Image.new("1", (4, 4), 1), (255, 255, 255)),
    (Image.fromarray(np.full((4, 4), 40000, np.uint16)), (155, 155, 155)),
    (Image.new("P", (4, 4), 0), (0, 0, 0)),
])  # fmt: skip
def test_grey_palette_one_bit_and_sixteen_bits(image: Image.Image, expected: tuple[int, int, int]) -> None:
    """Each way of storing grey comes out as the same grey in 8 bits."""
    pixels = open_bytes(saved(image, "PNG"), "png", LIMITS).pixels
    assert int(np.abs(pixels.astype(int) - np.array(expected)).max()) <= LOWEST


def test_cmyk_is_converted() -> None:
    """A CMYK JPEG comes out in RGB, the right way round."""
    data = saved(Image.new("CMYK", (32, 32), (0, 255, 255, 0)), "JPEG", quality=95)
    red, green, blue = (int(value) for value in open_bytes(data, "jpeg", LIMITS).pixels[16, 16])
    assert red > 200
    assert max(green, blue) < 60


def test_floating_point_is_refused() -> None:
    """The range of such values is anybody's guess."""
    with pytest.raises(UnsupportedPhoto, match="floating-point"):
        open_bytes(saved(Image.new("F", (4, 4), 0.5), "TIFF"), "tiff", LIMITS)


def test_colour_under_transparency_is_gone() -> None:
    """What nobody sees is not there any more."""
    secret = np.full((10, 10, 4), (11, 222, 33, 0), np.uint8)
    secret[:5, :, 3] = 255
    upright = open_bytes(saved(Image.fromarray(secret), "PNG"), "png", LIMITS)
    assert upright.graphic
    assert upright.alpha is not None
    assert (upright.pixels[5:] == 0).all()
    assert int(np.abs(upright.pixels[:5].astype(int) - (11, 222, 33)).max()) <= LOWEST


def test_posters_are_graphics_and_photos_are_not() -> None:
    """Flat colour in a lossless file is a graphic; noise is a photo, and so is any JPEG."""
    noise = Image.fromarray(np.random.default_rng(3).integers(0, 255, (64, 64, 3), np.uint8).astype(np.uint8))
    assert open_bytes(saved(corners(), "PNG"), "png", LIMITS).graphic
    assert not open_bytes(saved(noise, "PNG"), "png", LIMITS).graphic
    assert not open_bytes(saved(corners(), "JPEG"), "jpeg", LIMITS).graphic


def test_only_the_first_frame_of_an_animation_is_taken() -> None:
    """The second frame is not in the pixels."""
    data = saved(corners(), "GIF", save_all=True, append_images=[Image.new("RGB", (60, 40), (1, 2, 3))])
    upright = open_bytes(data, "gif", LIMITS)
    assert upright.frames == 2
    assert is_upright(upright.pixels)


def test_heic_is_opened() -> None:
    """A HEIC from the decoder's own test data is not at hand, so the kind is told and damage is refused."""
    data = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64)
    assert detect_format(data) == "heic"
    with pytest.raises(UnreadablePhoto, match="damaged"):
        open_bytes(data, "heic", LIMITS)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF"])
def test_a_truncated_photo_is_refused(kind: str) -> None:
    """Half a picture is no picture."""
    noise = Image.fromarray(np.random.default_rng(5).integers(0, 255, (200, 300, 3), np.uint8).astype(np.uint8))
    data = saved(noise, kind)
    with pytest.raises(UnreadablePhoto, match="damaged"):
        open_bytes(data[: len(data) // 2], kind.lower(), LIMITS)


def test_a_truncated_photo_before_a_whole_one_is_refused() -> None:
    """The end of a second picture (MPF, motion photo) is not the end of the first."""
    noise = Image.fromarray(np.random.default_rng(5).integers(0, 255, (200, 300, 3), np.uint8).astype(np.uint8))
    data = saved(noise, "JPEG")
    whole = open_bytes(data + data, "jpeg", LIMITS)
    assert whole.pixels.shape == (200, 300, 3)
    with pytest.raises(UnreadablePhoto, match="damaged"):
        open_bytes(data[: len(data) // 2] + b"\x00" * 64, "jpeg", LIMITS)
    with pytest.raises(UnreadablePhoto, match="damaged"):
        open_bytes(data[: len(data) // 2] + data, "jpeg", LIMITS)


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    """A bomb says its size in its head, and that is enough."""
    data = saved(Image.new("1", (20000, 20000)), "PNG")
    assert len(data) < 200_000
    with pytest.raises(UnreadablePhoto, match="400 megapixels; the limit is 210"):
        open_bytes(data, "png", LIMITS)


@pytest.mark.parametrize("data", [
    b"FUJIFILMCCD-RAW 0201" + bytes(100),
    b"II*\x00\x10\x00\x00\x00CR\x02\x00" + bytes(100),
    b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom",
    b"IIRO\x08\x00\x00\x00" + bytes(100),
    b"II*\x00\x08\x00\x00\x00\x01\x00" + struct.pack("<HHII", 0xC612, 1, 4, 1) + bytes(8),
    b"II*\x00\x08\x00\x00\x00\x02\x00" + struct.pack("<HHII", 0x00FE, 4, 1, 1) + struct.pack("<HHII", 0x014A, 4, 1, 9),
    b"MM\x00*\x00\x00\x00\x08\x00\x01" + struct.pack(">HHIHH", 0x0103, 3, 1, 34713, 0) + bytes(8),
])  # fmt: skip
def test_raw_files_are_refused(data: bytes) -> None:
    """Pillow would take a RAW file's small preview for the photo."""
    with pytest.raises(UnsupportedPhoto, match="RAW"):
        detect_format(data)


@pytest.mark.parametrize(("data", "words"), [
    (b"%PDF-1.7", "PDF"),
    (b"<svg xmlns='x'/>", "SVG"),
    (b"just some words", "plain text"),
    (b"\x00\x00\x00\x18ftypmp42", "video"),
    (b"\x01\x02\x03\x04" * 9, "unknown kind"),
    (b"BM" + bytes(60), "bitmap"),
])  # fmt: skip
def test_what_is_no_photo_is_named(data: bytes, words: str) -> None:
    """The answer says what the file is, where that can be told."""
    with pytest.raises(UnsupportedPhoto, match=words):
        detect_format(data)


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    """A folder, an empty file, a missing file and a large file: each has its reason."""
    empty, large = tmp_path / "empty.jpg", tmp_path / "large.jpg"
    empty.write_bytes(b"")
    with large.open("wb") as file:
        file.truncate(2 * 1024 * 1024)
    for path, words in [
        (tmp_path, "folder"), (empty, "empty"), (large, "larger than 1 MiB"),
        (tmp_path / "none.jpg", "cannot be opened"),
    ]:  # fmt: skip
        with pytest.raises(UnreadablePhoto, match=words):
            read_source(path, Limits(file_mib=1))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no FIFOs")
def test_a_fifo_is_refused_and_nobody_waits_for_it(tmp_path: Path) -> None:
    """Opening it plainly would hang until somebody writes into it."""
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(UnreadablePhoto, match="regular"):
        read_source(tmp_path / "pipe.jpg", LIMITS)


def test_folders_are_searched_whole_in_natural_order(tmp_path: Path) -> None:
    """IMG_9 before IMG_10; hidden files, other files and the batch itself are passed over; a loop of links is none."""
    jpeg = saved(corners(), "JPEG")
    for name in ("IMG_10.jpg", "IMG_9.jpg", "deep/er/a.JPG", "picture without ending", ".hidden.jpg", "out/x.jpg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(jpeg)
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "lies.jpg").write_text("no picture either")
    if sys.platform != "win32":  # where links need rights that few have
        (tmp_path / "loop").symlink_to(tmp_path)
    found = find_photos([tmp_path], leave_out=[tmp_path / "out"])
    names = [str(path.relative_to(tmp_path)) for path in found.photos]
    assert names == ["deep/er/a.JPG", "IMG_9.jpg", "IMG_10.jpg", "lies.jpg", "picture without ending"]
    passed_over = {path.name for each in found.skipped for path in each.paths}
    assert passed_over == {"notes.txt", "out", ".hidden.jpg"}


def test_a_named_file_always_counts(tmp_path: Path) -> None:
    """Whoever names a file gets an answer about it, and each file once."""
    note = tmp_path / "note.txt"
    note.write_text("words")
    assert find_photos([note, note]).photos == (note,)
    with pytest.raises(UsageError, match="no file or folder"):
        find_photos([tmp_path / "gone"])


def test_opencv_and_pillow_see_the_same_pixels() -> None:
    """The quick way for plain JPEGs gives what the careful way gives, within rounding."""
    noise = cv2.resize(np.random.default_rng(9).integers(0, 255, (9, 13, 3)).astype(np.uint8), (333, 201))
    data = saved(Image.fromarray(noise), "JPEG", quality=92)
    quick = open_bytes(data, "jpeg", LIMITS).pixels
    careful = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    assert int(np.abs(quick.astype(int) - careful.astype(int)).max()) <= 1
