"""Bombs: files that are small on disk and say that they are huge. Each is refused from its headers alone."""

import ast
import io
import struct
import tracemalloc
import zlib
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageSequence

import imgvet
from imgvet.decode import limits
from imgvet.decode.limits import ResourceCounter, check_limits
from imgvet.decode.open import open_upright
from imgvet.errors import PhotoError, UnreadablePhoto
from imgvet.formats.sniff import FORMATS, detect_format
from imgvet.inspection.files import _inspect_file
from imgvet.photo import Event, Photo
from imgvet.photo_jobs import PhotoJob
from imgvet.profile import Limits, Profile
from imgvet.settings import Settings
from imgvet.stages import Kit, Work, decode, inspect_metadata, read_file
from imgvet.strip import StripJob, strip_one
from support.chance import examples
from support.picture_writers import gamma_tag, icc, xyz_tag

LIMITS = Limits()
MIB = 1024 * 1024


def saved(kind: str, size: tuple[int, int] = (60, 40), **how: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, kind, **how)
    return out.getvalue()


# -- PNG


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*chunks: bytes, width: int = 8, height: int = 8) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(2 * 8)))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + pixels + chunk(b"IEND", b"")


ZEROS = zlib.compress(bytes(65 * MIB), 9)  # 64 KiB that inflate to 65 MiB
HALF = zlib.compress(bytes(33 * MIB), 9)

PNG_BOMBS = {
    "50000 x 50000": (png(width=50_000, height=50_000), "2500 megapixels; the limit is 210"),
    "zTXt": (png(chunk(b"zTXt", b"Comment\x00\x00" + ZEROS)), "64 MiB of texts"),
    "iTXt": (png(chunk(b"iTXt", b"Comment\x00\x01\x00en\x00word\x00" + ZEROS)), "64 MiB of texts"),
    "iCCP": (png(chunk(b"iCCP", b"profile\x00\x00" + ZEROS)), "64 MiB of texts"),
    "two that are too much together": (png(*2 * [chunk(b"zTXt", b"a\x00\x00" + HALF)]), "64 MiB of texts"),
    "a huge frame": (png(chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 40_000, 40_000, 0, 0, 1, 1, 0, 0))), "1600 mega"),
    "many frames": (png(*1001 * [chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 8, 8, 0, 0, 1, 1, 0, 0))]), "1000 frames"),
    "many chunks": (png(*50_001 * [chunk(b"teSt", b"")]), "50000 parts"),
}


# -- JPEG


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def frame(width: int, height: int, marker: int = 0xC0) -> bytes:
    return segment(marker, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")


SCAN = segment(0xDA, b"\x01\x01\x00\x00\x00\x00") + b"\x00"
JPEG_BOMBS = {
    "65500 x 65500": (b"\xff\xd8" + frame(65_500, 65_500) + SCAN, "4290 megapixels"),
    "behind fill bytes": (b"\xff\xd8\xff\xff\xff" + frame(65_500, 65_500)[1:] + SCAN, "4290 megapixels"),
    "behind rubbish": (b"\xff\xd8\xff\xfe\x00\x02rubbish" + frame(65_500, 65_500) + SCAN, "4290 megapixels"),
    "a second frame": (b"\xff\xd8" + frame(8, 8) + frame(65_500, 65_500) + SCAN, "4290 megapixels"),
    "progressive, of many scans": (b"\xff\xd8" + frame(8000, 8000, 0xC2) + 600 * SCAN + b"\xff\xd9", "600 scans"),
    "many segments": (b"\xff\xd8" + 50_001 * segment(0xE5, b"") + frame(8, 8) + SCAN, "50000 parts"),
    "much text": (b"\xff\xd8" + 1100 * segment(0xFE, bytes(65_000)) + frame(8, 8) + SCAN, "64 MiB of texts"),
}


# -- GIF


def gif(frames: int, width: int = 8, height: int = 8, left: int = 0, screen: tuple[int, int] = (8, 8)) -> bytes:
    one = b"\x2c" + struct.pack("<HHHHB", left, 0, width, height, 0) + b"\x02\x02\x44\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80, 0, 0) + bytes(6) + frames * one + b"\x3b"


GIF_BOMBS = {
    "100000 frames": (gif(100_000), "1000 frames"),
    "a huge screen": (gif(1, screen=(65_535, 65_535)), "4295 megapixels"),
    "a huge frame": (gif(1, 65_535, 65_535), "4295 megapixels"),
    "a frame far out": (gif(1, 10, 65_535, 65_000), "4260 megapixels"),
    "much text": (gif(1)[:-1] + 70 * (b"\x21\xfe" + 4200 * (b"\xff" + bytes(255)) + b"\x00") + b"\x3b", "64 MiB"),
}


# -- WebP


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    inside = b"".join(name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2) for name, body in chunks)
    return b"RIFF" + struct.pack("<I", len(inside) + 4) + b"WEBP" + inside


def three(number: int) -> bytes:
    return struct.pack("<I", number)[:3]


CANVAS = (b"VP8X", bytes(4) + three(99) + three(99))
VP8L_16384 = (b"VP8L", b"\x2f" + struct.pack("<I", 16_383 | 16_383 << 14))
ANIMATION_FRAME = (b"ANMF", three(0) + three(0) + three(99) + three(99) + bytes(4) + riff(VP8L_16384)[12:])
WEBP_BOMBS = {
    "a huge canvas": (riff((b"VP8X", bytes(4) + three(2**24 - 1) + three(2**24 - 1))), "281474977 megapixels"),
    "VP8L, 16384 x 16384, in 13 bytes": (riff(VP8L_16384), "268 megapixels"),
    "VP8, 16383 x 16383": (riff((b"VP8 ", b"\x10\x00\x00\x9d\x01\x2a" + b"\xff\x3f\xff\x3f")), "268 megapixels"),
    "in a frame of an animation": (riff(CANVAS, ANIMATION_FRAME), "268 megapixels"),
    "many frames": (riff(CANVAS, *1001 * [(b"ANMF", bytes(16))]), "1000 frames"),
    "many chunks": (riff(CANVAS, *50_001 * [(b"XXXX", b"")]), "50000 parts"),
    "a huge profile": (riff(CANVAS, (b"ICCP", bytes(65 * MIB))), "64 MiB of texts"),
}


# -- TIFF

SHORT, LONG, BYTE, SIGNED, DOUBLE = 3, 4, 1, 9, 12


def directory(entries: dict[int, tuple[int, int, int]], following: int = 0) -> bytes:
    """A little-endian directory: tag to type, number and the value in place."""
    inside = b"".join(struct.pack("<HHII", tag, *entry) for tag, entry in sorted(entries.items()))
    return struct.pack("<H", len(entries)) + inside + struct.pack("<I", following)


def tiff(*directories: dict[int, tuple[int, int, int]], tail: bytes = b"") -> bytes:
    """Directories one after the other, each naming the next."""
    out = b"II*\x00\x08\x00\x00\x00"
    for index, entries in enumerate(directories):
        end = len(out) + 6 + 12 * len(entries)
        out += directory(entries, end if index + 1 < len(directories) else 0)
    return out + tail


def page(width: int, height: int, kind: int = LONG) -> dict[int, tuple[int, int, int]]:
    return {256: (kind, 1, width), 257: (kind, 1, height)}


SMALL = page(8, 8)
TIFF_BOMBS = {
    "a huge page": (tiff(page(100_000, 100_000)), "10000 megapixels"),
    "a size of another type": (tiff(page(100_000, 100_000, SIGNED)), "10000 megapixels"),
    "a size that stands elsewhere": (
        tiff({256: (DOUBLE, 1, 38), 257: (LONG, 1, 100_000)}, tail=struct.pack("<d", 1e5)), "10000 megapixels",
    ),
    "the second page": (tiff(SMALL, page(100_000, 100_000)), "10000 megapixels"),
    "a page below": (tiff(SMALL | {330: (LONG, 1, 50)}, tail=directory(page(100_000, 100_000))), "10000 megapixels"),
    "huge strips": (tiff(SMALL | {279: (LONG, 2**30, 8)}), "more data than the file holds"),
    "huge tiles": (tiff(SMALL | {322: (LONG, 1, 100_000), 323: (LONG, 1, 100_000)}), "10000 megapixels"),
    "many samples a pixel": (tiff(page(10_000, 10_000) | {277: (SHORT, 1, 65_535)}), "million bytes"),
    "many pages": (tiff(*1001 * [SMALL]), "1000 frames or pages"),
    "many pages below": (tiff(SMALL | {330: (LONG, 60_000, 8)}), "50000 parts"),
}  # fmt: skip


# -- AVIF and HEIC


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + name + body


def full(name: bytes, body: bytes, version: int = 0) -> bytes:
    return box(name, bytes((version, 0, 0, 0)) + body)


def heif(*in_meta: bytes, sizes: bytes = b"", tail: bytes = b"") -> bytes:
    start = box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    return start + full(b"meta", b"".join(in_meta) + box(b"iprp", box(b"ipco", sizes))) + tail


def ispe(width: int, height: int) -> bytes:
    return full(b"ispe", struct.pack(">II", width, height))


def items(*kinds: bytes) -> bytes:
    inside = [full(b"infe", struct.pack(">HH4s", number, 0, kind), 2) for number, kind in enumerate(kinds, start=1)]
    return full(b"iinf", struct.pack(">H", len(kinds)) + b"".join(inside))


def placed(*pieces: tuple[int, int]) -> bytes:
    """An iloc, version 1: item 1 in idat, in these pieces."""
    inside = b"".join(struct.pack(">II", *piece) for piece in pieces)
    return full(b"iloc", b"\x44\x00" + struct.pack(">HHHHH", 1, 1, 1, 0, len(pieces)) + inside, 1)


GRID = b"\x00\x01\x7f\x7f" + struct.pack(">II", 60_000, 60_000)
OVERLAY = b"\x00\x00" + bytes(8) + struct.pack(">HH", 60_000, 60_000)
HUGE_SEQUENCE = box(b"stsd", bytes(8) + box(b"hvc1", bytes(24) + struct.pack(">HH", 60_000, 60_000) + bytes(50)))
LONG_SEQUENCE = full(b"stsz", struct.pack(">II", 0, 100_000))


def moov(inside: bytes) -> bytes:
    return box(b"moov", box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", inside)))))


def nested(depth: int) -> bytes:
    inside = b""
    for _ in range(depth):
        inside = box(b"moov", inside)
    return inside


HEIF_BOMBS = {
    "a huge item": (heif(sizes=ispe(60_000, 60_000)), "3600 megapixels"),
    "the last of many": (heif(sizes=20 * ispe(8, 8) + ispe(60_000, 60_000)), "3600 megapixels"),
    "a grid": (heif(items(b"grid"), placed((0, 12)), box(b"idat", GRID)), "3600 megapixels"),
    "a grid in pieces": (heif(items(b"grid"), placed((0, 1), (1, 11)), box(b"idat", GRID)), "3600 megapixels"),
    "an overlay": (heif(items(b"iovl"), placed((0, 14)), box(b"idat", OVERLAY)), "3600 megapixels"),
    "a huge sequence": (heif(tail=moov(HUGE_SEQUENCE)), "3600 megapixels"),
    "a long sequence": (heif(tail=moov(LONG_SEQUENCE)), "1000 frames"),
    "boxes in boxes": (heif(tail=nested(2000)), "too deep"),
    "many items": (heif(items(*50_001 * [b"hvc1"])), "50000 parts"),
}

BOMBS = [
    pytest.param(kind, data, words, id=f"{kind}: {name}")
    for kind, bombs in [
        ("png", PNG_BOMBS), ("jpeg", JPEG_BOMBS), ("gif", GIF_BOMBS), ("webp", WEBP_BOMBS), ("tiff", TIFF_BOMBS),
        ("heic", HEIF_BOMBS),
    ]
    for name, (data, words) in bombs.items()
]  # fmt: skip


@pytest.mark.parametrize(("kind", "data", "words"), BOMBS)
@pytest.mark.slow
def test_a_bomb_is_refused_from_its_headers(kind: str, data: bytes, words: str) -> None:
    """The reason says what is too much, and the way out is there; memory stays within what the limits allow."""
    assert detect_format(data) == kind
    tracemalloc.start()
    try:
        with pytest.raises(UnreadablePhoto, match=words) as caught:
            check_limits(data, kind, LIMITS)
        assert tracemalloc.get_traced_memory()[1] < 2 * LIMITS.text_mib * MIB + len(data) + 8 * MIB
    finally:
        tracemalloc.stop()
    assert caught.value.hint


def test_only_what_checks_the_limits_makes_a_checked_file() -> None:
    """So no other code can hand bytes to a decoder or to the inspection by mistake."""
    made = [
        path.name
        for path in Path(imgvet.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("CheckedFile")
    ]
    assert made == ["limits.py"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF"])
@pytest.mark.parametrize("way", ["vet", "strip", "inspect"])
def test_no_file_is_walked_for_its_limits_twice(
    kind: str, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vetted, stripped or inspected, a photo is checked once; so is what is written of it."""
    source = tmp_path / f"photo.{kind.lower()}"
    source.write_bytes(saved(kind))
    walked = Counter[bytes]()
    usual = dict(limits._WALKS)

    def counted(name: str, data: bytes, counter: ResourceCounter) -> None:
        walked[data] += 1
        usual[name](data, counter)

    for name in usual:
        monkeypatch.setitem(limits._WALKS, name, partial(counted, name))
    if way == "vet":
        work = Work(PhotoJob(1, source), Photo(source.name))
        kit = Kit(Settings(Profile(), Event("x")), None, ())  # type: ignore[arg-type]
        for stage in (read_file, inspect_metadata, decode):
            work = stage(work, kit)
    elif way == "strip":
        assert strip_one(LIMITS, StripJob(source, tmp_path, "clean")).error is None
    else:
        assert _inspect_file(LIMITS, source).error is None
    assert walked[source.read_bytes()] == 1
    assert set(walked.values()) == {1}


@pytest.mark.parametrize(("width", "height"), [(12_240, 16_320), (12_288, 16_384), (16_384, 12_288), (14_172, 14_172)])
def test_pictures_of_phones_with_200_megapixels_pass(width: int, height: int) -> None:
    """What the sensors of such phones write is a little more than their makers say."""
    check_limits(b"\xff\xd8" + frame(width, height) + SCAN, "jpeg", LIMITS)
    check_limits(png(width=width, height=height), "png", LIMITS)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF"])
@pytest.mark.slow
def test_a_photo_within_the_limits_passes(kind: str) -> None:
    """Its own size is enough; half a megapixel less is not."""
    data = saved(kind, (1500, 1000))
    check_limits(data, kind.lower(), Limits(megapixels=2))
    with pytest.raises(UnreadablePhoto, match="megapixels; the limit is 1"):
        check_limits(data, kind.lower(), Limits(megapixels=1))


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF", "AVIF"])
def test_frames_and_pages_are_counted(kind: str) -> None:
    """Seven pass a limit of seven, and fail one of six."""
    frames = [Image.effect_noise((32, 32), 20 + index).convert("RGB") for index in range(7)]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    data = out.getvalue()
    assert len(list(ImageSequence.Iterator(Image.open(io.BytesIO(data))))) == 7
    check_limits(data, kind.lower(), Limits(frames=7))
    with pytest.raises(UnreadablePhoto, match="more than 6 frames"):
        check_limits(data, kind.lower(), Limits(frames=6))


def test_texts_of_a_usual_size_pass() -> None:
    """A profile, a caption and a camera's block are no bombs."""
    exif = Image.Exif()
    exif[0x010E] = "a caption " * 1000
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF"):
        data = saved(kind, exif=exif, icc_profile=profile)
        check_limits(data, kind.lower(), Limits(text_mib=1))


def test_a_progressive_photo_is_no_bomb() -> None:
    """Its ten scans are many fewer than five hundred, also when other pictures follow in the file."""
    data = saved("JPEG", progressive=True)
    check_limits(data + 100 * data, "jpeg", LIMITS)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF"])
def test_a_truncated_file_is_left_to_the_decoder(kind: str) -> None:
    """It is told there as damaged, or taken as a partial picture where the profile allows that."""
    data = saved(kind)
    for end in range(12, len(data), 7):
        check_limits(data[:end], kind.lower(), LIMITS)


def answer(data: bytes, kind: str) -> str:
    """``within the limits``, or the way out; anything else that is raised ends the test."""
    try:
        check_limits(data, kind, LIMITS)
    except PhotoError as problem:
        return problem.hint
    return "within the limits"


@examples(60)
@given(kind=st.sampled_from(FORMATS), body=st.binary(max_size=600))
def test_whatever_the_bytes_there_is_an_answer(kind: str, body: bytes) -> None:
    """Nothing but an error about the photo ever comes out."""
    starts = {"jpeg": b"\xff\xd8", "png": b"\x89PNG\r\n\x1a\n", "gif": b"GIF89a", "webp": b"RIFF0000WEBP",
              "tiff": b"II*\x00\x08\x00\x00\x00", "avif": b"", "heic": b""}  # fmt: skip
    assert answer(starts[kind] + body, kind)


@examples(60)
@given(data=st.data())
def test_a_bomb_with_any_byte_changed_has_an_answer(data: st.DataObject) -> None:
    """Whatever the walk meets inside a structure it knows."""
    kind, bomb, _ = data.draw(st.sampled_from([each.values for each in BOMBS]))
    assert isinstance(bomb, bytes)
    changed = bytearray(bomb[:2000])
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    assert answer(bytes(changed), str(kind))


def test_a_grid_that_fits_passes() -> None:
    """As a phone writes it: tiles, and a grid of 48 megapixels."""
    grid = b"\x00\x00\x0b\x0f" + struct.pack(">HH", 8064, 6048)
    data = heif(
        items(b"grid", *192 * [b"hvc1"]), placed((0, 8)), box(b"idat", grid), sizes=ispe(8064, 6048) + ispe(512, 512)
    )
    check_limits(data, "heic", LIMITS)
    with pytest.raises(UnreadablePhoto, match="49 megapixels; the limit is 40"):
        check_limits(data, "heic", Limits(megapixels=40))


def test_noise_of_a_large_jpeg_is_not_walked_through() -> None:
    """What stands in the pixels is not taken for structure."""
    noise = np.random.default_rng(2).integers(0, 255, 200_000, np.uint8).tobytes().replace(b"\xff", b"\xff\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
    check_limits(b"\xff\xd8" + frame(800, 800) + scan + noise + b"\xff\xd9", "jpeg", Limits(parts=1000))


# -- PNG texts that are large and whole


def _as_hex(exif: bytes) -> bytes:
    """EXIF as ImageMagick writes it: a name, a length, and lines of hexadecimal digits."""
    digits = exif.hex().encode()
    return b"\nexif\n%8d\n" % len(exif) + b"\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))


def _turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "x" * 1_500_000
    return exif.tobytes()


LARGE_PROFILE = icc(
    b"RGB ", b"XYZ ",
    {b"rXYZ": xyz_tag((0.4361, 0.2225, 0.0139)), b"gXYZ": xyz_tag((0.3851, 0.7169, 0.0971)),
     b"bXYZ": xyz_tag((0.1431, 0.0606, 0.7141)), b"wtpt": xyz_tag((0.9642, 1.0, 0.8249)),
     **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), gamma_tag(2.2)), b"pRvt": b"data" + bytes(3 * MIB)},
)  # fmt: skip
LARGE_TEXTS = {
    "zTXt": chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"some words " * 400_000)),
    "iTXt": chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b" " * (5 * MIB))),
    "iCCP": chunk(b"iCCP", b"profile\0\0" + zlib.compress(LARGE_PROFILE)),
    "EXIF as text": chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(_as_hex(_turned()))),
    "many": chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(MIB))) * 60,
}


@pytest.mark.parametrize("name", LARGE_TEXTS)
def test_a_large_packed_text_is_no_damage(tmp_path: Path, name: str) -> None:
    """It is within the limit on texts, so the picture is opened, inspected and stripped; beyond it, that is said."""
    whole = saved("PNG")
    data = whole[:33] + LARGE_TEXTS[name] + whole[33:]
    upright = open_upright(check_limits(data, "png", LIMITS))
    assert upright.pixels.shape == ((60, 40, 3) if name == "EXIF as text" else (40, 60, 3))
    (tmp_path / "a.png").write_bytes(data)
    stripped = strip_one(LIMITS, StripJob(tmp_path / "a.png", tmp_path, "copy"))
    assert stripped.error is None
    report = _inspect_file(LIMITS, tmp_path / "a.png")
    assert report.inspection is not None
    assert not any("damaged" in line for line in report.inspection.unread)
    with pytest.raises(UnreadablePhoto, match="more than 1 MiB of texts"):
        check_limits(data, "png", Limits(text_mib=1))
