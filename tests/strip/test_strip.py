"""Metadata goes, the picture stays: every format, read back by other eyes than the writer's."""

import hashlib
import io
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import mozjpeg_lossless_optimization
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps
from PIL.PngImagePlugin import PngInfo

import imgvet.strip.strip
from imgvet.decode.colour import ADOBE_RGB, encoding_of_cicp, to_srgb
from imgvet.decode.lsb import text_in_lsb
from imgvet.decode.standard_profiles import standard_profile_like, standard_profiles
from imgvet.profile import Limits
from imgvet.proof.prove import prove
from imgvet.proof.stripped_metadata import KNOWN_PROFILES
from imgvet.strip import StripJob, Stripped, lossless_jpeg, lossless_webp, strip_many, strip_one
from imgvet.workers.answers import LostJob
from support.chance import examples
from support.pictures import PLANTED, landscape, save_photo
from tools import profiles as generator

Array = np.ndarray[Any, np.dtype[Any]]

SECRET = b"PLANTED-WORD-QUOKKA"
NOTHING_IN_XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><!--' + SECRET + b"--></x:xmpmeta>"


def small(height: int = 96, width: int = 144) -> Array:
    """A small landscape, (height, width, 3)."""
    return np.ascontiguousarray(landscape()[:height, :width])


def exif(orientation: int = 1) -> Image.Exif:
    """An owner, a position and an orientation."""
    block = Image.Exif()
    block.get_ifd(0x8769)[0xA430] = PLANTED
    block[0x0112] = orientation
    block.get_ifd(0x8825).update({1: "N", 2: (52.0, 28.0, 53.04)})
    return block


def saved(pixels: Array | Image.Image, kind: str, **how: Any) -> bytes:
    """A file as Pillow writes it."""
    out = io.BytesIO()
    (pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)).save(out, kind, **how)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """The picture, decoded by Pillow."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def strip(folder: Path, data: bytes, **limits: Any) -> Stripped:
    """What strip makes of a file with that content; the copies have numbers for names."""
    source = folder / "original"
    source.write_bytes(data)
    out = folder / "out"
    out.mkdir(exist_ok=True)
    return strip_one(Limits(**limits), StripJob(source, out, f"photo-{len(list(out.iterdir()))}"))


def clean(folder: Path, data: bytes) -> tuple[Stripped, bytes]:
    """The outcome and the copy's bytes, which are proven and hold nothing that was planted."""
    stripped = strip(folder, data)
    assert stripped.error is None, (stripped.error, stripped.hint)
    assert stripped.output is not None
    copy = stripped.output.read_bytes()
    assert hashlib.sha256(copy).hexdigest() == stripped.sha256
    assert prove(copy, stripped=True).proven
    for planted in (SECRET, PLANTED.encode(), b"PLANTED"):
        assert planted not in copy
    return stripped, copy


# --- JPEG ------------------------------------------------------------------------------------------------------------

JPEGS: dict[str, Callable[[], bytes]] = {
    "colour": lambda: saved(
        small(), "JPEG", quality=90, exif=exif(), comment=SECRET, xmp=NOTHING_IN_XMP, dpi=(123, 77)
    ),
    "full colour": lambda: saved(small(), "JPEG", subsampling=0, comment=SECRET),
    "grey": lambda: saved(Image.fromarray(small()).convert("L"), "JPEG", comment=SECRET),
    "progressive": lambda: saved(small(), "JPEG", progressive=True, exif=exif()),
    "restarts": lambda: saved(small(), "JPEG", restart_marker_blocks=3, comment=SECRET),
    "plain RGB": lambda: saved(small(), "JPEG", keep_rgb=True, comment=SECRET),
    "CMYK": lambda: saved(Image.fromarray(small()).convert("CMYK"), "JPEG", comment=SECRET),
    "odd size": lambda: saved(small(37, 61), "JPEG", comment=SECRET),
    "one pixel": lambda: saved(small(1, 1), "JPEG", comment=SECRET),
}


@pytest.mark.parametrize("name", JPEGS)
def test_a_jpeg_keeps_every_pixel(tmp_path: Path, name: str) -> None:
    """The copy decodes to the same bits in the same colour model, and says so."""
    data = JPEGS[name]()
    stripped, copy = clean(tmp_path, data)
    before, after = opened(data), opened(copy)
    assert stripped.lossless
    assert stripped.notes == ()
    assert (stripped.kind, stripped.output and stripped.output.suffix) == ("jpeg", ".jpg")
    assert after.mode == before.mode
    assert np.array_equal(np.asarray(after), np.asarray(before))
    assert not after.getexif()
    assert "comment" not in after.info


def test_what_was_removed_is_told_by_kind_and_never_by_value(tmp_path: Path) -> None:
    """The record names groups; no owner and no position is in it."""
    stripped, _ = clean(tmp_path, JPEGS["colour"]())
    assert {"gps", "owner", "text"} <= set(stripped.removed)
    assert PLANTED not in str(stripped.as_json())
    assert set(stripped.as_json()) >= {"photo", "output", "kind", "lossless", "notes", "removed", "sha256", "error"}


def test_what_the_copy_says_no_more_is_told_without_a_name(tmp_path: Path) -> None:
    """Whose it is, that AI made it, and that viewers turn it: the copy says none of that."""
    space = "http://ns.google.com/photos/1.0/panorama/"
    block = exif()
    block[0x013B] = PLANTED
    block[0x0131] = "Midjourney"
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:p="{space}" p:ProjectionType="equirectangular"/></rdf:RDF></x:xmpmeta>'
    )
    stripped, _ = clean(tmp_path, saved(small(), "JPEG", exif=block, xmp=packet.encode()))
    assert stripped.notes == (
        "The original names its owner; the copy does not. The owner's rights stay the same.",
        "The original says that it was made or altered by AI; the copy does not.",
        "It is a 360° picture; viewers will show the copy flat.",
    )
    assert PLANTED not in str(stripped.as_json())


def test_second_pictures_and_trailers_go(tmp_path: Path) -> None:
    """Of an MPO with a trailer only the first picture stays."""
    second = Image.fromarray(small()[::-1].copy())
    data = saved(Image.fromarray(small()), "MPO", save_all=True, append_images=[second]) + b"ftyp" + SECRET
    stripped, copy = clean(tmp_path, data)
    assert stripped.lossless
    assert copy.count(b"\xff\xd8\xff") == 1
    assert getattr(opened(copy), "n_frames", 1) == 1
    assert np.array_equal(np.asarray(opened(copy)), np.asarray(opened(data)))


def test_a_truncated_jpeg_fails_and_leaves_no_file(tmp_path: Path) -> None:
    """Half a picture is never filled up in silence."""
    data = JPEGS["colour"]()
    for end in (len(data) // 2, len(data) - 40, 400):
        stripped = strip(tmp_path, data[:end])
        assert stripped.error is not None
        assert stripped.hint
        assert stripped.output is None
    assert list((tmp_path / "out").iterdir()) == []


def test_a_jpeg_that_cannot_be_coded_again_is_rewritten_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with arithmetic coding, which the coder does not take."""
    data = saved(small(), "JPEG", quality=90, exif=exif(6), icc_profile=standard_profiles()["Display P3"])
    real, calls = mozjpeg_lossless_optimization.optimize, iter([True])

    def refuses_once(coded: bytes, **how: Any) -> bytes:
        if next(calls, False):
            raise ValueError("MozJPEG was not able to process the input image")
        return bytes(real(coded, **how))

    monkeypatch.setattr("imgvet.strip.lossless_jpeg.optimize", refuses_once)
    stripped, copy = clean(tmp_path, data)
    assert not stripped.lossless
    assert stripped.notes == (
        "Rewritten from its pixels, because it is coded in a way that cannot be written again as it is.",
    )
    assert opened(copy).getexif()[0x0112] == 6
    assert np.abs(np.asarray(opened(data)).astype(int) - np.asarray(opened(copy))).mean() < 1
    assert opened(copy).info["icc_profile"] == standard_profiles()["Display P3"]


def cropped(kind: str, width: int) -> bytes:
    """A picture with stripes at its right, which its head no longer shows, in blocks that it still shows in part."""
    stripes = np.where(np.indices((96, 10)).sum(axis=0)[..., None] // 4 % 2, (255, 0, 255), (0, 255, 0))
    wide = np.concatenate([small(96, 246), stripes.astype(np.uint8)], axis=1)
    data = bytearray(saved(wide, kind, quality=90))
    if kind == "JPEG":
        at, order = data.index(b"\xff\xc0") + 7, ">H"
    else:
        at, order = data.index(b"\x9d\x01\x2a") + 3, "<H"
    data[at : at + 2] = struct.pack(order, width)
    return bytes(data)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_what_a_crop_without_loss_left_beyond_the_edge_goes(tmp_path: Path, kind: str) -> None:
    """It cannot go without coding again, and that is told; what is seen changes little."""
    data = cropped(kind, 242)
    stripped, copy = clean(tmp_path, data)
    assert not stripped.lossless
    assert any("beyond its edge" in note for note in stripped.notes)
    assert np.abs(np.asarray(opened(data)).astype(int) - np.asarray(opened(copy))).mean() < 2
    assert strip(tmp_path, copy).lossless


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
@pytest.mark.parametrize("size", [(1, 1), (9, 9), (50, 77), (95, 145)])
def test_what_coders_put_beyond_the_edge_is_no_reason_to_code_again(
    tmp_path: Path, kind: str, size: tuple[int, int]
) -> None:
    """They repeat the edge."""
    assert clean(tmp_path, saved(small(*size), kind, quality=85))[0].lossless


def test_component_numbers_that_nobody_uses_are_replaced(tmp_path: Path) -> None:
    """Three bytes of a message could stand there."""
    data = bytearray(JPEGS["colour"]())
    frame, scan = data.index(b"\xff\xc0"), data.index(b"\xff\xda")
    for number in range(3):
        data[frame + 10 + 3 * number] = data[scan + 5 + 2 * number] = b"ZOR"[number]
    stripped, copy = clean(tmp_path, bytes(data))
    assert stripped.lossless
    assert np.array_equal(np.asarray(opened(copy)), np.asarray(opened(bytes(data))))


def segments(data: bytes) -> Iterator[int]:
    """Where each segment before the scan begins."""
    at = 2
    while data[at + 1] != 0xDA:
        yield at
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    yield at


def junked(data: bytes, place: str, number: int, junk: bytes) -> bytes:
    """The JPEG with junk put into it."""
    starts = list(segments(data))
    at = starts[number % len(starts)]
    end = len(data) - 2
    if place == "segment":
        marker = bytes([0xFF, 0xE0 + number % 16])
        return data[:at] + marker + struct.pack(">H", len(junk) + 2) + junk + data[at:]
    if place == "comment":
        return data[:at] + b"\xff\xfe" + struct.pack(">H", len(junk) + 2) + junk + data[at:]
    if place == "between":
        return data[:at] + junk + data[at:]
    if place == "before the end":
        return data[:end] + junk.replace(b"\xff", b"\xff\x00") + data[end:]
    return data + junk


@given(
    st.sampled_from(["segment", "comment", "between", "before the end", "after the end"]),
    st.integers(0, 15),
    st.binary(min_size=8, max_size=200),
)
@example("before the end", 0, SECRET[:12])
@example("segment", 14, b"Adobe\0\x64\0\0\0\0\1" + SECRET)
@examples(60)
def test_junk_never_survives(tmp_path_factory: pytest.TempPathFactory, place: str, number: int, junk: bytes) -> None:
    """Wherever it stood, the copy is that of the file without junk; or the file fails and nothing is left.

    Junk that changes what Pillow sees, such as a table of its own, is a part of the picture and not told apart.
    """
    plain = JPEGS["colour"]()
    data = junked(plain, place, number, junk)
    stripped = strip(tmp_path_factory.mktemp("junk"), data)
    if stripped.output is None:
        assert stripped.error
        return
    copy = stripped.output.read_bytes()
    assert prove(copy, stripped=True).proven
    assert np.array_equal(np.asarray(opened(copy)), np.asarray(opened(data)))
    if np.array_equal(np.asarray(opened(plain)), np.asarray(opened(data))):
        assert copy == lossless_jpeg.rebuild_jpeg(plain, 1, None)


# --- which way up ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "WEBP lossless", "TIFF"])
def test_every_orientation_is_shown_as_before(tmp_path: Path, kind: str, orientation: int) -> None:
    """Pillow's own way of turning shows the same pixels, all of them."""
    how: dict[str, Any] = {"lossless": True} if kind == "WEBP lossless" else {}
    data = saved(small(40, 64), kind.split(maxsplit=1)[0], exif=exif(orientation), **how)
    stripped, copy = clean(tmp_path, data)
    assert stripped.lossless
    before, after = ImageOps.exif_transpose(opened(data)), ImageOps.exif_transpose(opened(copy))
    assert after.size == before.size
    assert np.array_equal(np.asarray(after.convert("RGB")), np.asarray(before))
    assert kind == "TIFF" or dict(opened(copy).getexif()).keys() <= {0x0112}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_avif_is_written_upright(tmp_path: Path, orientation: int) -> None:
    """The same sight, but for the loss of coding it again."""
    data = saved(small(40, 64), "AVIF", exif=exif(orientation), quality=95)
    stripped, copy = clean(tmp_path, data)
    before, after = ImageOps.exif_transpose(opened(data)), opened(copy)
    assert after.size == before.size
    assert np.abs(np.asarray(after.convert("RGB")).astype(int) - np.asarray(before.convert("RGB"))).mean() < 6
    assert not stripped.lossless
    assert any("AVIF" in note for note in stripped.notes)
    assert not after.getexif()


# --- colours ---------------------------------------------------------------------------------------------------------


def test_every_stock_profile_is_known_to_the_proof() -> None:
    """The proof's list and the bytes that come with imgvet agree."""
    for name, profile in standard_profiles().items():
        assert KNOWN_PROFILES[hashlib.sha256(profile).hexdigest()].startswith(name)


def test_the_stock_profiles_are_those_of_the_published_standards() -> None:
    """The generator gives the same bytes on every machine."""
    shipped = {path.stem: path.read_bytes() for path in generator.FOLDER.glob("*.icc")}
    assert shipped == generator.PROFILES
    assert set(shipped.values()) == set(standard_profiles().values())


@pytest.mark.parametrize(
    ("name", "encoding"), [("Display P3", encoding_of_cicp(12, 13)), ("Adobe RGB (1998) compatible", ADOBE_RGB)]
)
def test_stock_profiles_mean_what_their_names_say(name: str, encoding: Any) -> None:
    """Through littleCMS the profile gives the colours that the standard's own figures give."""
    colours = np.random.default_rng(3).integers(60, 200, (8, 8, 3)).astype(np.uint8)
    expected = to_srgb(colours, "rgb", None, encoding).astype(int)
    found = to_srgb(colours, "rgb", standard_profiles()[name]).astype(int)
    assert np.abs(found - expected).max() <= 1


def test_stock_srgb_is_srgb() -> None:
    """littleCMS's own sRGB is like it, and nothing else is."""
    lcms = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    found = standard_profile_like(lcms, "RGB")
    assert found is not None
    assert found[0] == "sRGB"
    assert standard_profile_like(lcms, "L") is None
    assert standard_profile_like(lcms[:300], "RGB") is None
    assert standard_profile_like(ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(), "RGB") is None
    for name, profile in standard_profiles().items():
        same = standard_profile_like(profile, "L" if "grey" in name else "RGB")
        assert same == (name, profile)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_profile_with_a_date_in_it_is_replaced_by_a_stock_one(tmp_path: Path, kind: str) -> None:
    """littleCMS writes the time of making into its profile; the copy carries ours, and the same pixels."""
    lcms = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = saved(small(), kind, icc_profile=lcms)
    stripped, copy = clean(tmp_path, data)
    assert stripped.lossless
    assert "colour" in stripped.removed
    assert opened(copy).info["icc_profile"] == standard_profiles()["sRGB"]
    assert np.array_equal(np.asarray(opened(copy)), np.asarray(opened(data)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_a_known_profile_stays(tmp_path: Path, kind: str) -> None:
    """Byte for byte."""
    wide = standard_profiles()["ProPhoto RGB"]
    stripped, copy = clean(tmp_path, saved(small(), kind, icc_profile=wide))
    assert opened(copy).info["icc_profile"] == wide
    assert "colour" not in stripped.removed


def own_screen() -> bytes:
    """A profile like no standard one: red and blue of Display P3 changed round."""
    profile = standard_profiles()["Display P3"]
    return profile.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_a_profile_of_ones_own_means_conversion_and_is_told(tmp_path: Path, kind: str) -> None:
    """The colours come out as littleCMS converts them."""
    how: dict[str, Any] = {"lossless": True} if kind == "WEBP" else {}
    data = saved(small(), kind, icc_profile=own_screen(), **how)
    stripped, copy = clean(tmp_path, data)
    assert not stripped.lossless
    assert any("converted to sRGB" in note for note in stripped.notes)
    target = ImageCms.createProfile("sRGB")
    expected = ImageCms.profileToProfile(
        opened(data), io.BytesIO(own_screen()), target, renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC
    )
    assert expected is not None
    difference = np.abs(np.asarray(expected).astype(int) - np.asarray(opened(copy).convert("RGB")))
    assert difference.mean() < (6 if kind in ("JPEG", "AVIF") else 1)


def test_adobe_rgb_by_exif_alone_gets_its_profile(tmp_path: Path) -> None:
    """Cameras say so by DCF's option file R03; without its EXIF the copy would look pale."""
    block = exif()
    block.get_ifd(0x8769)[0xA001] = 65535
    block.get_ifd(0x8769)[0xA005] = {1: "R03"}
    data = saved(small(), "JPEG", exif=block)
    stripped, copy = clean(tmp_path, data)
    assert stripped.lossless
    assert opened(copy).info["icc_profile"] == standard_profiles()["Adobe RGB (1998) compatible"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_grey_picture_with_the_profile_of_a_colour_photo(tmp_path: Path, kind: str) -> None:
    """It gets the grey one with the same curve."""
    grey = Image.fromarray(small()).convert("L")
    stripped, copy = clean(tmp_path, saved(grey, kind, icc_profile=standard_profiles()["Display P3"]))
    assert stripped.lossless
    assert opened(copy).info["icc_profile"] == standard_profiles()["sRGB grey"]
    assert opened(copy).mode == "L"


# --- PNG -------------------------------------------------------------------------------------------------------------


def chunk(name: bytes, content: bytes) -> bytes:
    """One chunk with its check sum."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def packed_rows(samples: Array, bits: int) -> bytes:
    """Rows without filter; samples are (height, width, channels)."""
    if bits == 16:
        rows = samples.astype(">u2").reshape(len(samples), -1).view(np.uint8)
    elif bits == 8:
        rows = samples.astype(np.uint8).reshape(len(samples), -1)
    else:
        ones = np.unpackbits(samples.astype(np.uint8).reshape(len(samples), -1, 1), axis=2)[..., 8 - bits :]
        rows = np.packbits(ones.reshape(len(samples), -1), axis=1)
    return b"".join(b"\0" + row.tobytes() for row in rows)


# Adam7 (PNG third edition, section 8): first row and column, and steps, of each pass.
ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))


def png(samples: Array, bits: int, colour: int, before: bytes = b"", *, interlaced: bool = False) -> bytes:
    """A PNG of those samples, with a text chunk, a private chunk and a trailer."""
    height, width = samples.shape[:2]
    passes = [samples[top::down, left::across] for top, left, down, across in ADAM7] if interlaced else [samples]
    raw = b"".join(packed_rows(part, bits) for part in passes if part.size)
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, int(interlaced))
    text = chunk(b"tEXt", b"Comment\0" + SECRET) + chunk(b"prVt", SECRET)
    body = chunk(b"IHDR", head) + before + text + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body + SECRET


def chance(bits: int, channels: int, *, few: bool = False) -> Array:
    """Chance samples of so many bits, (13, 21, channels)."""
    top = 4 if few else 1 << bits
    return np.random.default_rng(bits + channels).integers(0, top, (13, 21, channels))


def exact(data: bytes) -> Array:
    """Red, green, blue and alpha of a PNG in 16 bits, as OpenCV decodes it."""
    seen = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert seen is not None
    wide = seen if seen.dtype == np.uint16 else seen.astype(np.uint16) * 257
    if wide.ndim == 2:
        wide = np.dstack([wide] * 3)
    if wide.shape[2] == 3:
        wide = np.dstack([wide, np.full(wide.shape[:2], 65535, np.uint16)])
    return np.asarray(wide[..., [2, 1, 0, 3]])


GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
PNGS = [
    (1, GREY), (2, GREY), (4, GREY), (8, GREY), (16, GREY), (8, RGB), (16, RGB), (1, PALETTE), (2, PALETTE),
    (4, PALETTE), (8, PALETTE), (8, GREY_ALPHA), (16, GREY_ALPHA), (8, RGB_ALPHA), (16, RGB_ALPHA),
]  # fmt: skip


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("bits", "colour"), PNGS)
def test_a_png_keeps_every_sample_at_its_depth(tmp_path: Path, bits: int, colour: int, interlaced: bool) -> None:
    """What was stored is what is shown, whatever the depth; the file is plain and small."""
    samples = chance(bits, CHANNELS[colour])
    top = (1 << bits) - 1
    palette = np.random.default_rng(5).integers(0, 256, (1 << bits, 3)).astype(np.uint8) if colour == PALETTE else None
    if colour in (GREY_ALPHA, RGB_ALPHA):
        samples[..., -1] = np.random.default_rng(6).choice([0, top // 15, top], samples.shape[:2])
    before = chunk(b"PLTE", palette.tobytes()) if palette is not None else b""
    stripped, copy = clean(tmp_path, png(samples, bits, colour, before, interlaced=interlaced))
    wide = samples.astype(np.uint32) * 65535 // top
    if palette is not None:
        wide = palette[samples[..., 0]].astype(np.uint32) * 257
    colours = np.repeat(wide[..., :1], 3, axis=-1) if colour in (GREY, GREY_ALPHA) else wide[..., :3]
    alpha = wide[..., -1] if colour in (GREY_ALPHA, RGB_ALPHA) else np.full(wide.shape[:2], 65535)
    expected = np.dstack([np.where(alpha[..., None] == 0, 0, colours), alpha])
    assert np.array_equal(exact(copy), expected)
    assert copy[24] == 16 if bits == 16 else copy[24] <= 8
    assert copy[28] == 0
    assert stripped.lossless is not (bits == 16 and colour in (GREY_ALPHA, RGB_ALPHA))


def test_transparency_of_sixteen_bits_is_kept_to_eight_and_told(tmp_path: Path) -> None:
    """Its colours keep all their bits."""
    samples = chance(16, 4)
    stripped, copy = clean(tmp_path, png(samples, 16, RGB_ALPHA))
    assert not stripped.lossless
    assert stripped.notes == ("Its transparency was rounded to 8 bits; its colours keep all of theirs.",)
    seen = exact(copy)
    shown = seen[..., 3] > 0
    assert np.array_equal(seen[shown][:, :3], samples[shown][:, :3])
    assert np.abs(seen[..., 3].astype(int) - samples[..., 3]).max() <= 129


@pytest.mark.parametrize("bits", [8, 16])
def test_colour_under_transparency_is_zero(tmp_path: Path, bits: int) -> None:
    """Nobody sees it, so nobody keeps a picture there."""
    samples = chance(bits, 4)
    samples[:, ::2, 3] = 0
    _, copy = clean(tmp_path, png(samples, bits, RGB_ALPHA))
    seen = exact(copy)
    assert not seen[:, ::2].any()
    assert seen[:, 1::2].any()


@pytest.mark.parametrize(("bits", "colour"), [(2, GREY), (4, GREY), (8, GREY), (8, RGB)])
def test_one_transparent_colour_stays_transparent(tmp_path: Path, bits: int, colour: int) -> None:
    """The key counts at the file's own depth (PNG, 11.3.2.1)."""
    samples = chance(bits, CHANNELS[colour], few=True)
    before = chunk(b"tRNS", struct.pack(f">{CHANNELS[colour]}H", *([1] * CHANNELS[colour])))
    _, copy = clean(tmp_path, png(samples, bits, colour, before))
    transparent = (samples == 1).all(axis=-1)
    assert transparent.any()
    assert np.array_equal(exact(copy)[..., 3] == 0, transparent)


def test_a_drawing_becomes_a_palette_and_no_larger(tmp_path: Path) -> None:
    """Few colours, few bits."""
    pixels = np.full((200, 300, 3), (20, 90, 160), np.uint8)
    pixels[50:80, 40:200] = (250, 250, 240)
    data = saved(pixels, "PNG", optimize=True)
    _, copy = clean(tmp_path, data)
    assert copy[25] == PALETTE
    assert len(copy) <= len(data)
    assert np.array_equal(np.asarray(opened(copy).convert("RGB")), pixels)


def test_a_photo_as_png_grows_no_more_than_a_little(tmp_path: Path) -> None:
    """Beside what Pillow writes."""
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", NOTHING_IN_XMP.decode())
    data = saved(small(300, 400), "PNG", pnginfo=info, exif=exif())
    _, copy = clean(tmp_path, data)
    assert len(copy) < 1.05 * len(data)


def test_a_moving_png_keeps_its_first_picture_and_says_so(tmp_path: Path) -> None:
    """The other pictures are gone, bytes and all."""
    first, second = Image.fromarray(small()), Image.fromarray(small()[::-1].copy())
    data = saved(first, "PNG", save_all=True, append_images=[second])
    stripped, copy = clean(tmp_path, data)
    assert any("only the first was kept" in note for note in stripped.notes)
    assert b"fdAT" not in copy
    assert np.array_equal(np.asarray(opened(copy)), small())


def with_text_in_low_bits(pixels: Array, text: bytes) -> Array:
    """The text in the lowest bits, row by row."""
    bits = np.unpackbits(np.frombuffer(text, np.uint8))
    flat = pixels.reshape(-1).copy()
    flat[: len(bits)] = flat[: len(bits)] & 0xFE | bits
    return flat.reshape(pixels.shape)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_text_in_the_low_bits_goes_and_is_told(tmp_path: Path, kind: str) -> None:
    """Only where one is found; no value moves by more than 3."""
    text = b"Camera of Zora Neale, Elm Street 12, request number 4711: a quiet harbour by night. "
    pixels = with_text_in_low_bits(small(), text * 5)
    assert text_in_lsb(pixels, None) is not None
    how: dict[str, Any] = {"lossless": True} if kind == "WEBP" else {}
    stripped, copy = clean(tmp_path, saved(pixels, kind, **how))
    after = np.asarray(opened(copy))
    assert text_in_lsb(after, None) is None
    assert not stripped.lossless
    assert any("lowest bits" in note for note in stripped.notes)
    assert np.abs(after.astype(int) - pixels).max() <= 3


def test_text_in_the_low_bits_of_a_nearly_full_transparency_goes(tmp_path: Path) -> None:
    """254 and 255 become 255, and so an opaque picture is left."""
    text = b"Camera of Zora Neale, Elm Street 12, request number 4711: a quiet harbour by night. "
    alpha = with_text_in_low_bits(np.full((96, 144), 254, np.uint8), text * 5)
    stripped, copy = clean(tmp_path, saved(np.dstack([small(), alpha]), "PNG"))
    assert any("lowest bits" in note for note in stripped.notes)
    assert opened(copy).mode in ("RGB", "P")
    assert "transparency" not in opened(copy).info


# --- WebP ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lossless", [False, True])
def test_a_webp_keeps_its_coded_picture(tmp_path: Path, lossless: bool) -> None:
    """Container new, picture the same bytes but for padding that no decoder reads."""
    data = saved(small(), "WEBP", lossless=lossless, exif=exif(), xmp=NOTHING_IN_XMP)
    stripped, copy = clean(tmp_path, data + SECRET)
    before, after = lossless_webp.picture_of(data), lossless_webp.picture_of(copy)
    assert stripped.lossless
    assert stripped.output is not None
    assert stripped.output.suffix == ".webp"
    assert before is not None
    assert after is not None
    assert before.coded.startswith(after.coded)
    assert len(before.coded) - len(after.coded) < 8
    assert np.array_equal(np.asarray(opened(copy)), np.asarray(opened(data)))


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("length", [1, 19, 4000])
def test_bytes_that_no_decoder_reads_go(tmp_path: Path, lossless: bool, length: int) -> None:
    """Junk behind the coded picture, in its own chunk."""
    picture = lossless_webp.picture_of(saved(small(), "WEBP", lossless=lossless))
    assert picture is not None
    junk = (SECRET * 300)[:length]
    data = lossless_webp.rebuild_webp(lossless_webp.CodedPicture(picture.name, picture.coded + junk), 1, None)
    stripped, copy = clean(tmp_path, data)
    after = lossless_webp.picture_of(copy)
    assert stripped.lossless
    assert after is not None
    assert len(after.coded) <= len(picture.coded)
    assert np.array_equal(np.asarray(opened(copy)), np.asarray(opened(data)))


def test_alpha_that_the_file_calls_opaque_goes(tmp_path: Path) -> None:
    """VP8L data whose head says that there is no alpha may hold one all the same, which nobody sees."""
    layer = np.where(np.indices((96, 144)).sum(axis=0) // 16 % 2, 200, 90).astype(np.uint8)
    shown = lossless_webp.picture_of(saved(np.dstack([small(), layer]), "WEBP", lossless=True, exact=True))
    assert shown is not None
    data = lossless_webp.rebuild_webp(shown.with_alpha_hint(shown=False), 1, None)
    assert opened(data).mode == "RGB"
    stripped, copy = clean(tmp_path, data)
    assert stripped.lossless
    assert any("no program shows" in note for note in stripped.notes)
    after = lossless_webp.picture_of(copy)
    assert after is not None
    assert opened(lossless_webp.rebuild_webp(after.with_alpha_hint(shown=True), 1, None)).getextrema()[-1] == (255, 255)
    assert np.array_equal(np.asarray(opened(copy)), small())


@pytest.mark.parametrize("lossless", [False, True])
def test_a_webp_with_transparency_becomes_a_png(tmp_path: Path, lossless: bool) -> None:
    """Every visible pixel the same, and it says so."""
    alpha = np.zeros((96, 144), np.uint8)
    alpha[20:70, 30:100], alpha[70:80] = 255, 120
    data = saved(np.dstack([small(), alpha]), "WEBP", lossless=lossless, exact=True)
    stripped, copy = clean(tmp_path, data)
    before, after = np.asarray(opened(data)), np.asarray(opened(copy).convert("RGBA"))
    assert stripped.lossless
    assert stripped.output is not None
    assert stripped.output.suffix == ".png"
    assert any("PNG" in note for note in stripped.notes)
    assert np.array_equal(before[..., 3], after[..., 3])
    assert np.array_equal(before[before[..., 3] > 0], after[before[..., 3] > 0])
    assert not after[after[..., 3] == 0].any()


def test_a_moving_webp_keeps_its_first_picture(tmp_path: Path) -> None:
    """As PNG, and it says so."""
    frames = [Image.fromarray(small()), Image.fromarray(small()[::-1].copy())]
    data = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    stripped, copy = clean(tmp_path, data)
    assert any("only the first was kept" in note for note in stripped.notes)
    assert np.array_equal(np.asarray(opened(copy).convert("RGB")), small())


# --- TIFF, GIF, AVIF, HEIC -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate"])
def test_a_tiff_is_written_anew(tmp_path: Path, compression: str) -> None:
    """One page, the same pixels; it says how many pages there were."""
    how: dict[str, Any] = {"compression": compression, "tiffinfo": {270: SECRET.decode(), 315: PLANTED}}
    data = saved(Image.fromarray(small()), "TIFF", save_all=True, append_images=[Image.fromarray(small(20, 20))], **how)
    stripped, copy = clean(tmp_path, data)
    assert stripped.lossless
    assert "It holds 2 pictures; only the first was kept." in stripped.notes
    assert getattr(opened(copy), "n_frames", 0) == 1
    assert np.array_equal(np.asarray(opened(copy)), small())


@pytest.mark.parametrize("channels", [1, 3])
def test_a_tiff_of_sixteen_bits_keeps_them(tmp_path: Path, channels: int) -> None:
    """Grey and RGB."""
    pixels = np.random.default_rng(2).integers(0, 65536, (30, 41, channels)).astype(np.uint16)
    coded, data = cv2.imencode(".tiff", pixels)
    assert coded
    stripped, copy = clean(tmp_path, data.tobytes())
    again = cv2.imdecode(np.frombuffer(copy, np.uint8), cv2.IMREAD_UNCHANGED)
    assert stripped.lossless
    assert again is not None
    assert again.dtype == np.uint16
    assert np.array_equal(again.reshape(pixels.shape), pixels)


def test_a_tiff_with_transparency(tmp_path: Path) -> None:
    """RGB and alpha, zero where nothing is to be seen."""
    alpha = np.zeros((96, 144), np.uint8)
    alpha[20:70] = 180
    stripped, copy = clean(tmp_path, saved(np.dstack([small(), alpha]), "TIFF"))
    assert stripped.lossless
    assert np.array_equal(np.asarray(opened(copy)), np.where(alpha[..., None] == 0, 0, np.dstack([small(), alpha])))


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK"])
def test_other_tiffs(tmp_path: Path, mode: str) -> None:
    """Grey and palettes stay as they look; inks are converted, and it says so."""
    image = Image.fromarray(small()).convert(mode)
    stripped, copy = clean(tmp_path, saved(image, "TIFF"))
    assert stripped.lossless is (mode != "CMYK")
    assert any("converted to sRGB" in note for note in stripped.notes) is (mode == "CMYK")
    if mode != "CMYK":
        assert np.array_equal(np.asarray(opened(copy).convert("RGB")), np.asarray(image.convert("RGB")))


def test_a_gif_becomes_a_png(tmp_path: Path) -> None:
    """The first picture, exactly, with its transparency."""
    image = Image.fromarray(small()).quantize(60)
    other = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    data = saved(image, "GIF", save_all=True, append_images=[other], comment=SECRET, transparency=7)
    stripped, copy = clean(tmp_path, data)
    assert stripped.output is not None
    assert stripped.output.suffix == ".png"
    assert any("PNG" in note for note in stripped.notes)
    assert any("only the first was kept" in note for note in stripped.notes)
    before, after = np.asarray(opened(data).convert("RGBA")), np.asarray(opened(copy).convert("RGBA"))
    assert np.array_equal(before[..., 3], after[..., 3])
    assert np.array_equal(before[before[..., 3] > 0], after[before[..., 3] > 0])


def test_an_avif_with_transparency_becomes_a_png(tmp_path: Path) -> None:
    """Because only there the proof can see under it."""
    alpha = np.full((96, 144), 255, np.uint8)
    alpha[:30] = 0
    stripped, copy = clean(tmp_path, saved(np.dstack([small(), alpha]), "AVIF", quality=90))
    assert stripped.output is not None
    assert stripped.output.suffix == ".png"
    assert not np.asarray(opened(copy).convert("RGBA"))[:30].any()


def test_a_heic_becomes_a_jpeg(tmp_path: Path) -> None:
    """Of high quality, upright, and it says so."""
    heif = pytest.importorskip("pillow_heif")
    made = heif.from_pillow(Image.fromarray(small(64, 96)))
    made.info["exif"] = exif(6).tobytes()
    out = io.BytesIO()
    made.save(out, quality=90)
    stripped, copy = clean(tmp_path, out.getvalue())
    assert (stripped.kind, stripped.lossless) == ("heic", False)
    assert stripped.output is not None
    assert stripped.output.suffix == ".jpg"
    assert any("HEIC" in note for note in stripped.notes)
    assert sorted(opened(copy).size) == [64, 96]


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "GIF"])
def test_the_same_file_gives_the_same_bytes(tmp_path: Path, kind: str) -> None:
    """Whenever and wherever it is stripped."""
    data = saved(small(), kind)
    assert clean(tmp_path, data)[1] == clean(tmp_path, data)[1]


def test_the_original_is_left_alone_and_nothing_is_overwritten(tmp_path: Path) -> None:
    """Not its bytes, not its time; a file of the copy's name stays too."""
    source = save_photo(tmp_path / "original.jpg", small())
    before, time = source.read_bytes(), source.stat().st_mtime_ns
    job = StripJob(source, tmp_path, "there")
    (tmp_path / "there.jpg").write_bytes(b"somebody else's")
    stripped = strip_one(Limits(), job)
    assert stripped.error is not None
    assert stripped.output is None
    assert (tmp_path / "there.jpg").read_bytes() == b"somebody else's"
    assert strip_one(Limits(), StripJob(source, tmp_path, "original")).error is not None
    assert (source.read_bytes(), source.stat().st_mtime_ns) == (before, time)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["original.jpg", "there.jpg"]


def test_a_copy_that_is_not_proven_is_a_failure_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof has the last word."""
    monkeypatch.setattr(imgvet.strip.strip, "prove", lambda data, *, stripped: prove(data + b"!", stripped=stripped))
    stripped = strip(tmp_path, saved(small(), "PNG"))
    assert stripped.error is not None
    assert "did not pass the proof" in stripped.error
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.slow
def test_many_photos_in_workers_and_a_bad_one_costs_only_itself(tmp_path: Path) -> None:
    """Real processes; the broken, the empty and the missing file are values with a reason."""
    good = save_photo(tmp_path / "good.jpg", small())
    (tmp_path / "half.jpg").write_bytes(good.read_bytes()[:2000])
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "words.png").write_text("no picture")
    (tmp_path / "out").mkdir()
    names = ["good.jpg", "half.jpg", "empty.png", "words.png", "missing.jpg"]
    jobs = [StripJob(tmp_path / name, tmp_path / "out", f"photo-{at}") for at, name in enumerate(names)]
    done = {stripped.source.name: stripped for stripped in strip_many(jobs, Limits(), 2)}
    assert done["good.jpg"].error is None, done["good.jpg"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["photo-0.jpg"]
    for name in names[1:]:
        assert done[name].error
        assert done[name].hint


def test_a_job_that_takes_its_worker_with_it_is_one_failed_photo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the reason that the workers give."""
    job = StripJob(tmp_path / "one.jpg", tmp_path, "photo")
    monkeypatch.setattr(
        imgvet.strip.strip, "run_jobs", lambda *_, **__: iter([(job, LostJob("It crashed the process that read it."))])
    )
    [stripped] = strip_many([job], Limits(), 1)
    assert (stripped.source, stripped.output) == (job.source, None)
    assert stripped.error == "It crashed the process that read it."
    assert stripped.hint


@pytest.mark.parametrize(
    ("source", "output"), [("another.jpg", "photo.jpg"), ("one.jpg", "sub/photo.jpg"), ("one.jpg", "other.jpg")]
)
def test_an_answer_about_something_else_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, output: str
) -> None:
    """A worker that a file has taken over cannot answer for other photos or name files elsewhere."""
    job = StripJob(tmp_path / "one.jpg", tmp_path, "photo")
    said = Stripped(tmp_path / source, tmp_path / output, lossless=True)
    monkeypatch.setattr(imgvet.strip.strip, "run_jobs", lambda *_, **__: iter([(job, said)]))
    [stripped] = strip_many([job], Limits(), 1)
    assert (stripped.source, stripped.output) == (job.source, None)
    assert stripped.error
