"""The proof of a stripped file: the picture, its orientation and a well-known profile, and not one byte more."""

import hashlib
import io
import json
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from mozjpeg_lossless_optimization import COPY_MARKERS, optimize
from PIL import Image

from imgvet.proof.prove import prove
from imgvet.proof.stripped_metadata import KNOWN_PROFILES
from proof.test_prove import (
    IEND,
    XMP_CHUNK,
    changed,
    chunk,
    data_chunks,
    filtered,
    header,
    jpeg,
    jpeg_pixels,
    picture,
    reasons,
    segment,
)
from proof.test_prove import png as png_file
from support.finished_files import (
    AV1C,
    ISPE,
    LOSSLESS_CHUNK,
    LOSSY_CHUNK,
    NCLX,
    PIXI,
    PROFILE,
    PUBLISHED_AVIF,
    PUBLISHED_TIFF,
    PUBLISHED_WEBP,
    STRIPPED_AVIF,
    STRIPPED_TIFF,
    STRIPPED_WEBP,
    UNDEFINED,
    Pixels,
    avif,
    box,
    extended,
    orientation,
    saved,
    tiff,
    webp,
)

NAME = "the profile of these tests"


@pytest.fixture(autouse=True, scope="module")
def _known_profile() -> Iterator[None]:
    """One profile that is known for sure."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(KNOWN_PROFILES, hashlib.sha256(PROFILE).hexdigest(), NAME)
        yield


# --- JPEG --------------------------------------------------------------------------------------------------------

JFIF = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
TURNED = segment(0xE1, b"Exif\0\0" + orientation(6))
COLOURS = segment(0xE2, b"ICC_PROFILE\0\x01\x01" + PROFILE)


def adobe(transform: int) -> bytes:
    return segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([transform]))


def recoded(coded: bytes) -> bytes:
    """What mozjpeg writes of a JPEG, from behind its application segments."""
    data: bytes = optimize(coded, copy=COPY_MARKERS.NONE)
    place = 2
    while data[place + 1] & 0xF0 == 0xE0:
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return data[place:]


PICTURE = recoded(jpeg_pixels())
FOUR = recoded(saved(Image.fromarray(picture(channels=4), "CMYK"), "JPEG", quality=90))


def stripped_jpeg(*head: bytes, body: bytes = PICTURE) -> bytes:
    return b"\xff\xd8" + b"".join(head) + body


STRIPPED_JPEG = stripped_jpeg(JFIF, TURNED, COLOURS, adobe(1))


def test_a_stripped_jpeg_proves_and_says_how_it_is_shown() -> None:
    """Orientation and profile are in the proof, and in its JSON."""
    proof = prove(STRIPPED_JPEG, stripped=True)
    assert reasons(proof) == []
    assert (proof.kind, proof.orientation, proof.colour_profile) == ("jpeg", 6, NAME)
    found = json.loads(json.dumps(proof.as_json()))
    assert (found["stripped"], found["orientation"], found["colour_profile"]) == (True, 6, NAME)
    assert {"sha256", "size", "structures", "problems", "public", "kind", "proven"} <= found.keys()


def test_a_stripped_file_without_either_says_so() -> None:
    """Upright, and no profile; the JSON of a published file has neither key."""
    found = prove(stripped_jpeg(), stripped=True).as_json()
    assert (found["proven"], found["orientation"], found["colour_profile"]) == (True, 1, None)
    published = prove(jpeg()).as_json()
    assert (published["stripped"], "orientation" in published, "colour_profile" in published) == (False, False, False)


@pytest.mark.parametrize("number", range(2, 9))
def test_every_orientation_but_upright_is_read(number: int) -> None:
    """Upright needs no block."""
    for data in (
        stripped_jpeg(segment(0xE1, b"Exif\0\0" + orientation(number))),
        stripped_png(chunk(b"eXIf", orientation(number))),
        webp(extended(0x08), LOSSY_CHUNK, (b"EXIF", orientation(number))),
    ):
        assert prove(data, stripped=True).proven
        assert prove(data, stripped=True).orientation == number


CODINGS: list[dict[str, Any]] = [
    {},
    {"progressive": True},
    {"subsampling": 0, "quality": 100},
    {"subsampling": 2, "quality": 20},
    {"restart_marker_blocks": 3},
]


@pytest.mark.parametrize("how", CODINGS)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_what_mozjpeg_writes_proves(mode: str, how: dict[str, Any]) -> None:
    """Colour, grey and CMYK, from whichever coding."""
    noise = np.random.default_rng(3).integers(0, 256, (61, 90, 3)).astype(np.uint8)
    for pixels in (picture(200, 130), noise, np.full((9, 9, 3), 90, np.uint8)):
        coded = saved(Image.fromarray(pixels).convert(mode), "JPEG", **how)
        head = (adobe(0),) if mode == "CMYK" else (JFIF,)
        assert reasons(prove(stripped_jpeg(*head, body=recoded(coded)), stripped=True)) == []


def wide_tables(number: int) -> bytes:
    """A table of 16 bits a number in place of the picture's first."""
    place = PICTURE.index(b"\xff\xdb")
    table = PICTURE[place + 4 : place + 69]
    wide = bytes([0x10 | table[0]]) + b"".join(bytes([0, value]) for value in table[1:-1]) + struct.pack(">H", number)
    length = int.from_bytes(PICTURE[place + 2 : place + 4], "big")
    rest = PICTURE[place + 69 : place + 2 + length]
    return PICTURE[:place] + segment(0xDB, wide + rest) + PICTURE[place + 2 + length :]


def renumbered(numbers: bytes) -> bytes:
    """The picture with other component numbers, in the frame and in every scan."""
    out = bytearray(PICTURE)
    frame = PICTURE.index(b"\xff\xc2")
    for number in range(3):
        out[frame + 10 + 3 * number] = numbers[number]
    scan = PICTURE.find(b"\xff\xda")
    while scan >= 0:
        for number in range(PICTURE[scan + 4]):
            place = scan + 5 + 2 * number
            out[place] = numbers[PICTURE[place] - 1]
        scan = PICTURE.find(b"\xff\xda", scan + 2)
    return bytes(out)


def test_the_usual_component_numbers_prove() -> None:
    """From 1, from 0, and by letters; others could be a word."""
    for numbers in (b"\x01\x02\x03", b"\0\x01\x02", b"RGB"):
        assert reasons(prove(stripped_jpeg(body=renumbered(numbers)), stripped=True)) == []
    assert not prove(stripped_jpeg(body=renumbered(b"ABC")), stripped=True).proven


def test_quantiser_tables_of_16_bits_prove_where_they_are_needed() -> None:
    """And only there: half of their bytes would be free otherwise."""
    assert reasons(prove(stripped_jpeg(body=wide_tables(300)), stripped=True)) == []
    assert not prove(stripped_jpeg(body=wide_tables(99)), stripped=True).proven


def stripped_says(data: bytes, name: str, words: str) -> bool:
    problems = prove(data, stripped=True).problems
    return any(each.name == name and words in each.reason for each in problems)


UPSIDE = segment(0xE1, b"Exif\0\0" + orientation(3))
XMP_SEGMENT = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>")
BAD_JPEGS: dict[str, tuple[bytes, str, str]] = {
    "public XMP and IIM": (jpeg(), "APP1 XMP", "allow-list"),
    "XMP alone": (stripped_jpeg(JFIF, XMP_SEGMENT), "APP1 XMP", "allow-list"),
    "IIM alone": (stripped_jpeg(JFIF, segment(0xED, b"Photoshop 3.0\0")), "APP13 Photoshop 3.0", "allow-list"),
    "density": (stripped_jpeg(segment(0xE0, b"JFIF\0\x01\x01\x01\0\x48\0\x48\0\0")), "APP0 JFIF", "density"),
    "JFIF version": (stripped_jpeg(segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0")), "APP0 JFIF", "1.01"),
    "JFIF thumbnail": (stripped_jpeg(segment(0xE0, JFIF[4:16] + b"\x01\x01abc")), "APP0 JFIF", "thumbnail"),
    "JFXX": (stripped_jpeg(segment(0xE0, b"JFXX\0\x10abc")), "APP0 JFXX", "allow-list"),
    "JFIF twice": (stripped_jpeg(JFIF, JFIF), "APP0 JFIF", "twice"),
    "upright block": (stripped_jpeg(segment(0xE1, b"Exif\0\0" + orientation(1))), "APP1 Exif", "2 to 8"),
    "orientation 9": (stripped_jpeg(segment(0xE1, b"Exif\0\0" + orientation(9))), "APP1 Exif", "2 to 8"),
    "longer block": (stripped_jpeg(segment(0xE1, b"Exif\0\0" + orientation(6) + b"x")), "APP1 Exif", "nothing else"),
    "shorter block": (stripped_jpeg(segment(0xE1, b"Exif\0\0" + orientation(6)[:-1])), "APP1 Exif", "nothing else"),
    "empty block": (stripped_jpeg(segment(0xE1, b"Exif\0\0")), "APP1 Exif", "nothing else"),
    "next directory": (
        stripped_jpeg(segment(0xE1, b"Exif\0\0" + orientation(6)[:-1] + b"\x1a")),
        "APP1 Exif",
        "nothing else",
    ),
    "orientation twice": (stripped_jpeg(TURNED, UPSIDE), "APP1 Exif", "twice"),
    "unknown profile": (stripped_jpeg(segment(0xE2, b"ICC_PROFILE\0\x01\x01Anna")), "APP2 ICC_PROFILE", "well-known"),
    "profile in parts": (
        stripped_jpeg(segment(0xE2, b"ICC_PROFILE\0\x01\x02" + PROFILE)),
        "APP2 ICC_PROFILE",
        "allow-list",
    ),
    "changed profile": (
        stripped_jpeg(segment(0xE2, b"ICC_PROFILE\0\x01\x01" + PROFILE[:-1] + b"?")),
        "APP2 ICC_PROFILE",
        "well-known",
    ),
    "MPF": (stripped_jpeg(segment(0xE2, b"MPF\0")), "APP2 MPF", "allow-list"),
    "transform 3": (stripped_jpeg(adobe(3)), "APP14 Adobe", "0, 1 or 2"),
    "Adobe with flags": (stripped_jpeg(segment(0xEE, b"Adobe\0\x64\0\x01\0\0\x01")), "APP14 Adobe", "0, 1 or 2"),
    "Adobe slack": (stripped_jpeg(segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01Anna")), "APP14 Adobe", "0, 1 or 2"),
    "other APP14": (stripped_jpeg(segment(0xEE, b"AdobeAnna\0")), "APP14 AdobeAnna", "allow-list"),
    "profile before orientation": (stripped_jpeg(COLOURS, TURNED), "APP1 Exif", "must follow it"),
    "JFIF last": (stripped_jpeg(adobe(1), JFIF), "APP0 JFIF", "must follow it"),
    "late orientation": (
        stripped_jpeg(body=changed(PICTURE, b"\xff\xc2", TURNED + b"\xff\xc2")),
        "APP1 Exif",
        "start of the picture",
    ),
    "comment": (stripped_jpeg(JFIF, segment(0xFE, b"Anna")), "COM", "allow-list"),
    "JUMBF": (stripped_jpeg(JFIF, segment(0xEB, b"JP\0\x01")), "APP11 JP", "allow-list"),
    "trailer": (STRIPPED_JPEG + b"secret", "trailer", "6 bytes"),
    "two components": (
        stripped_jpeg(body=changed(PICTURE, b"\xff\xc2\0\x11", b"\xff\xc2\0\x0e")),
        "SOF2",
        "one to four",
    ),
}


@pytest.mark.parametrize("case", BAD_JPEGS)
def test_a_stripped_jpeg_with_something_else_in_it_does_not_prove(case: str) -> None:
    """The problem names the segment and says why."""
    data, name, words = BAD_JPEGS[case]
    assert stripped_says(data, name, words), reasons(prove(data, stripped=True))


def test_what_a_stripped_file_may_have_is_refused_in_a_published_one() -> None:
    """Orientation, profile, Adobe's segment, four components, 16 bits: each of them."""
    for data, name in (
        (stripped_jpeg(TURNED), "APP1 Exif"),
        (stripped_jpeg(COLOURS), "APP2 ICC_PROFILE"),
        (stripped_jpeg(adobe(1)), "APP14 Adobe"),
        (stripped_jpeg(body=FOUR), "SOF2"),
        (stripped_jpeg(body=renumbered(b"RGB")), "SOF2"),
        (stripped_jpeg(body=wide_tables(300)), "DQT"),
        (stripped_png(chunk(b"eXIf", orientation(6))), "eXIf"),
        (stripped_png(ICCP), "iCCP"),
        (deep_png(0, picture(channels=1)), "IHDR"),
        (STRIPPED_WEBP, "ICCP"),
        (STRIPPED_WEBP, "EXIF"),
        (STRIPPED_AVIF, "colr prof"),
        (STRIPPED_TIFF, "34675 ICC profile"),
    ):
        assert name in [each.name for each in prove(data).problems]


# --- PNG ---------------------------------------------------------------------------------------------------------

ICCP = chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(PROFILE, 9))
SRGB = chunk(b"sRGB", b"\0")
ROWS = data_chunks(filtered(picture(), 3, [0, 1, 2, 3, 4]))


def stripped_png(*before: bytes, data: bytes = ROWS) -> bytes:
    return png_file(header() + b"".join(before), data, IEND)


def deep_png(colour: int, pixels: Pixels) -> bytes:
    """A PNG of 16 bits whose samples are those of 8 bits, times 257."""
    height, width, channels = pixels.shape
    rows = np.repeat(pixels, 2, axis=2)
    coded = data_chunks(filtered(rows, 2 * channels, [4, 1, 2, 3, 0]))
    return png_file(header(width, height, 16, colour), coded, IEND)


STRIPPED_PNG = stripped_png(ICCP)


def test_a_stripped_png_proves() -> None:
    """With a profile or with sRGB, and of 16 bits in every colour type that knows them."""
    proof = prove(STRIPPED_PNG, stripped=True)
    assert (reasons(proof), proof.colour_profile) == ([], NAME)
    assert prove(stripped_png(SRGB), stripped=True).proven
    for colour, channels in ((0, 1), (2, 3), (4, 2), (6, 4)):
        assert reasons(prove(deep_png(colour, picture(channels=channels)), stripped=True)) == []


@pytest.mark.parametrize("byte", [0, 1])
def test_png_colour_of_16_bits_is_looked_for_under_alpha(byte: int) -> None:
    """In the upper byte of a sample and in the lower; alpha of which only one byte is zero is not transparent."""
    rows = np.repeat(picture(channels=4), 2, axis=2)
    rows[5, 7] = 0
    rows[5, 7, 2 + byte] = 1
    hidden = png_file(header(40, 24, 16, 6), data_chunks(filtered(rows, 8, [4])), IEND)
    assert stripped_says(hidden, "IDAT", "full transparency")
    rows[5, 7, 6 + byte] = 1
    seen = png_file(header(40, 24, 16, 6), data_chunks(filtered(rows, 8, [4])), IEND)
    assert reasons(prove(seen, stripped=True)) == []


def profile_chunk(coded: bytes, name: bytes = b"ICC profile\0\0") -> bytes:
    return chunk(b"iCCP", name + coded)


BAD_PNGS: dict[str, tuple[bytes, str, str]] = {
    "XMP": (stripped_png(XMP_CHUNK), "iTXt", "allow-list"),
    "tEXt": (stripped_png(chunk(b"tEXt", b"Author\0Anna")), "tEXt", "allow-list"),
    "gAMA": (stripped_png(chunk(b"gAMA", b"\0\0\xb1\x8f")), "gAMA", "allow-list"),
    "pHYs": (stripped_png(chunk(b"pHYs", bytes(9))), "pHYs", "allow-list"),
    "profile of another name": (stripped_png(profile_chunk(zlib.compress(PROFILE), b"Anna\0\0")), "iCCP", "name"),
    "profile not deflated": (stripped_png(profile_chunk(PROFILE)), "iCCP", "inflated"),
    "unknown profile": (stripped_png(profile_chunk(zlib.compress(b"Anna"))), "iCCP", "well-known"),
    "bytes after the profile": (stripped_png(profile_chunk(zlib.compress(PROFILE) + b"Anna")), "iCCP", "end where"),
    "profile cut": (stripped_png(profile_chunk(zlib.compress(PROFILE)[:-1])), "iCCP", "end where"),
    "second stream": (stripped_png(profile_chunk(zlib.compress(PROFILE) * 2)), "iCCP", "end where"),
    "profile that goes on": (stripped_png(profile_chunk(zlib.compress(PROFILE + bytes(9 << 20)))), "iCCP", "end where"),
    "profile twice": (stripped_png(ICCP, ICCP), "iCCP", "twice"),
    "profile and sRGB": (stripped_png(ICCP, SRGB), "sRGB", "profile beside it"),
    "sRGB and profile": (stripped_png(SRGB, ICCP), "iCCP", "before"),
    "profile after the picture": (stripped_png(data=ROWS + ICCP), "iCCP", "before"),
    "orientation after the picture": (stripped_png(data=ROWS + chunk(b"eXIf", orientation(6))), "eXIf", "before"),
    "EXIF": (stripped_png(chunk(b"eXIf", b"MM\0*\0\0\0\x08" + bytes(30))), "eXIf", "nothing else"),
    "orientation of JPEG's form": (stripped_png(chunk(b"eXIf", b"Exif\0\0" + orientation(6))), "eXIf", "nothing else"),
    "interlaced": (png_file(header(interlace=1), ROWS, IEND), "IHDR", "interlacing"),
    "palette of 16 bits": (png_file(header(depth=16, colour=3), ROWS, IEND), "IHDR", "8 bits"),
    "grey under alpha": (deep_png(4, np.full((4, 4, 2), (9, 0), np.uint8)), "IDAT", "full transparency"),
}


@pytest.mark.parametrize("case", BAD_PNGS)
def test_a_stripped_png_with_something_else_in_it_does_not_prove(case: str) -> None:
    """The problem names the chunk and says why."""
    data, name, words = BAD_PNGS[case]
    assert stripped_says(data, name, words), reasons(prove(data, stripped=True))


def test_a_profile_stream_with_blocks_that_hold_nothing_is_too_long() -> None:
    """Their heads could carry a message, and they inflate to the very same profile."""
    level = zlib.compressobj(9)
    coded = level.compress(PROFILE) + level.flush(zlib.Z_FULL_FLUSH)
    coded += (b"\0\0\0\xff\xff" * 200) + level.flush()
    assert zlib.decompress(coded) == PROFILE
    assert stripped_says(stripped_png(profile_chunk(coded)), "iCCP", "longer than it need be")


# --- WebP, AVIF, TIFF --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "turned"), [(STRIPPED_WEBP, 6), (STRIPPED_AVIF, 1), (STRIPPED_TIFF, 1)], ids=["webp", "avif", "tiff"]
)
def test_stripped_files_of_the_other_kinds_prove(data: bytes, turned: int) -> None:
    """With a known profile each."""
    proof = prove(data, stripped=True)
    assert reasons(proof) == []
    assert (proof.orientation, proof.colour_profile) == (turned, NAME)


STRANGE = PROFILE[:-1] + bytes([PROFILE[-1] ^ 1])
BAD_OTHERS: dict[str, tuple[bytes, str, str]] = {
    "WebP with XMP": (PUBLISHED_WEBP, "XMP ", "allow-list"),
    "WebP with an unknown profile": (webp(extended(0x20), (b"ICCP", STRANGE), LOSSY_CHUNK), "ICCP", "well-known"),
    "WebP with EXIF": (webp(extended(8), LOSSY_CHUNK, (b"EXIF", orientation(6) + b"x")), "EXIF", "nothing else"),
    "WebP with EXIF of JPEG's form": (
        webp(extended(8), LOSSY_CHUNK, (b"EXIF", b"Exif\0\0" + orientation(6))),
        "EXIF",
        "nothing else",
    ),
    "WebP with EXIF before the picture": (
        webp(extended(8), (b"EXIF", orientation(6)), LOSSLESS_CHUNK),
        "VP8L",
        "must follow it",
    ),
    "WebP with a profile behind the picture": (
        webp(extended(0x20), LOSSY_CHUNK, (b"ICCP", PROFILE)),
        "ICCP",
        "must follow it",
    ),
    "AVIF with XMP": (PUBLISHED_AVIF, "infe mime", "allow-list"),
    "AVIF with iref": (PUBLISHED_AVIF, "iref", "allow-list"),
    "AVIF with an unknown profile": (
        avif(properties=(ISPE, PIXI, AV1C, box(b"colr", b"prof" + STRANGE), NCLX)),
        "colr prof",
        "well-known",
    ),
    "AVIF with a restricted profile": (
        avif(properties=(ISPE, PIXI, AV1C, box(b"colr", b"rICC" + PROFILE), NCLX)),
        "colr rICC",
        "allow-list",
    ),
    "TIFF with XMP": (PUBLISHED_TIFF, "700 XMP", "allow-list"),
    "TIFF with an unknown profile": (tiff({34675: (UNDEFINED, STRANGE)}), "34675 ICC profile", "well-known"),
    "TIFF with a profile of another type": (tiff({34675: (1, PROFILE)}), "34675 ICC profile", "type"),
}


@pytest.mark.parametrize("case", BAD_OTHERS)
def test_a_stripped_file_with_something_else_in_it_does_not_prove(case: str) -> None:
    """The problem names the piece and says why."""
    data, name, words = BAD_OTHERS[case]
    assert stripped_says(data, name, words), reasons(prove(data, stripped=True))


def test_pillow_reads_what_the_proof_calls_an_orientation() -> None:
    """The block is what viewers go by, in the three kinds that may hold it."""
    for data in (STRIPPED_JPEG, stripped_png(chunk(b"eXIf", orientation(6))), STRIPPED_WEBP):
        with Image.open(io.BytesIO(data)) as image:
            assert image.getexif()[0x0112] == 6
