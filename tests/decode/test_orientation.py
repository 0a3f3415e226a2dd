"""Every picture comes out upright: all eight ways of storing it, in every kind of file that can say so."""

import io
import struct
import zlib

import numpy as np
import pi_heif
import pytest
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from imgvet.profile import Limits
from support.checked_files import open_bytes
from support.picture_writers import avif_with_property, chunk, png, saved

pillow_heif = pytest.importorskip("pillow_heif")

LIMITS = Limits()
Pixels = NDArray[np.uint8]

# CIPA DC-008, tag 0x0112: what the stored row 0 and the stored column 0 are in the picture as people see it.
ROW_AND_COLUMN = {
    1: ("top", "left"), 2: ("top", "right"), 3: ("bottom", "right"), 4: ("bottom", "left"),
    5: ("left", "top"), 6: ("right", "top"), 7: ("right", "bottom"), 8: ("left", "bottom"),
}  # fmt: skip


def as_stored(upright: Pixels, orientation: int) -> Pixels:
    """The rows and columns that a file stores for this upright picture, straight from the words of EXIF."""
    row, column = ROW_AND_COLUMN[orientation]
    stored = upright.transpose(1, 0, 2) if row in ("left", "right") else upright
    if row in ("bottom", "right"):
        stored = stored[::-1]
    if column in ("bottom", "right"):
        stored = stored[:, ::-1]
    return np.ascontiguousarray(stored)


def as_seen(stored: Pixels, orientation: int) -> Pixels:
    """The upright picture, by looking for the one that is stored like this."""
    numbers = np.arange(stored.shape[0] * stored.shape[1])
    sideways = orientation >= 5
    shape = (stored.shape[1], stored.shape[0]) if sideways else stored.shape[:2]
    places = as_stored(numbers.reshape(*shape, 1).astype(np.uint8 if numbers.size < 256 else np.int64), orientation)
    upright = np.empty((*shape, 3), np.uint8)
    upright.reshape(-1, 3)[places.reshape(-1)] = stored.reshape(-1, 3)
    return upright


def scene() -> Pixels:
    """48 across and 32 down, a colour of its own in each of six squares."""
    colours = [[(220, 20, 20), (20, 200, 20), (20, 20, 220)], [(240, 240, 240), (10, 10, 10), (220, 200, 30)]]
    return np.asarray(np.array(colours, np.uint8).repeat(16, axis=0).repeat(16, axis=1))


KEEPING_COLOURS: dict[str, dict[str, object]] = {
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"lossless": True},
    "AVIF": {"quality": 95, "subsampling": "4:4:4"},
}


def exif_of(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def written(stored: Pixels, kind: str, orientation: int | None) -> bytes:
    """The file with this orientation, said in the kind's own way; None: it says nothing."""
    image = Image.fromarray(stored)
    how: dict[str, object] = dict(KEEPING_COLOURS.get(kind, {}))
    if kind == "HEIC":
        out = io.BytesIO()
        exif = exif_of(orientation).tobytes() if orientation else None
        pillow_heif.from_pillow(image).save(out, quality=95, **({"exif": exif} if exif else {}))
        return out.getvalue()
    if kind == "TIFF":
        directory = ImageFileDirectory_v2()
        if orientation:
            directory[0x0112] = orientation
        return saved(image, kind, tiffinfo=directory, **how)
    if orientation:
        how["exif"] = exif_of(orientation)
    return saved(image, kind, **how)


def opened(data: bytes, kind: str) -> Pixels:
    return open_bytes(data, kind.lower(), LIMITS, keep_low_bits=True).pixels


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_reference_turns_back_what_it_turned(orientation: int) -> None:
    """The test's own two functions are each other's inverse."""
    assert (as_seen(as_stored(scene(), orientation), orientation) == scene()).all()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_exif_says_is_done(kind: str, orientation: int) -> None:
    """The pixels are those that the file stores, each at its upright place."""
    stored = as_stored(scene(), orientation)
    turned = opened(written(stored, kind, orientation), kind)
    assert (turned == as_seen(opened(written(stored, kind, None), kind), orientation)).all()
    assert int(np.abs(turned.astype(int) - scene()).mean()) <= 1


# What the boxes say in HEIF (ISO/IEC 23008-12, 6.5.10 and 6.5.12): turned anticlockwise by irot quarters, then mirrored
# by imir (0: top to bottom, 1: left to right). The same eight as EXIF's.
TURNS_AND_MIRROR = {
    1: (0, None), 2: (0, 1), 3: (2, None), 4: (0, 0), 5: (1, 0), 6: (3, None), 7: (1, 1), 8: (1, None),
}  # fmt: skip


@pytest.mark.parametrize("orientation", range(1, 9))
def test_avif_is_turned_by_its_boxes(orientation: int) -> None:
    """irot and imir turn an AVIF, as all viewers do."""
    stored = as_stored(scene(), orientation)
    plain = written(stored, "AVIF", None)
    turns, mirror = TURNS_AND_MIRROR[orientation]
    data = plain
    if turns:
        data = avif_with_property(data, b"irot", bytes([turns]))
    if mirror is not None:
        data = avif_with_property(data, b"imir", bytes([mirror]))
    assert (opened(data, "AVIF") == as_seen(opened(plain, "AVIF"), orientation)).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_avif_from_pillow_is_upright(orientation: int) -> None:
    """Pillow moves EXIF's orientation into the boxes as it writes; it is turned once."""
    turned = opened(written(as_stored(scene(), orientation), "AVIF", orientation), "AVIF")
    assert turned.shape == scene().shape
    assert float(np.abs(turned.astype(int) - scene()).mean()) < 3


def test_exif_alone_does_not_turn_an_avif() -> None:
    """In AVIF the boxes decide; an EXIF block without them is a leftover."""
    exif = Image.Exif()
    exif[0x0100] = 6  # any tag with a whole number; it becomes the orientation below
    data = saved(Image.fromarray(scene()), "AVIF", quality=95, exif=exif)
    entry = struct.pack(">HHII", 0x0100, 4, 1, 6)
    assert data.count(entry) == 1
    said = data.replace(entry, struct.pack(">HHII", 0x0112, 4, 1, 6))
    assert (opened(said, "AVIF") == opened(data, "AVIF")).all()
    assert opened(said, "AVIF").shape == scene().shape


@pytest.mark.parametrize("orientation", range(1, 9))
def test_heic_is_turned_once(orientation: int) -> None:
    """The decoder turns by irot and imir; EXIF, which repeats it, must not turn it again."""
    data = written(as_stored(scene(), orientation), "HEIC", orientation)
    assert (b"irot" in data or b"imir" in data) == (orientation > 1)
    turned = opened(data, "HEIC")
    assert turned.shape == scene().shape
    assert float(np.abs(turned.astype(int) - scene()).mean()) < 6


def test_exif_alone_does_not_turn_a_heic() -> None:
    """A HEIC whose EXIF says 6 and that has no box for turning is shown as it is stored, as on the phone itself."""
    data = written(scene(), "HEIC", 6)
    without = data.replace(b"irot", b"skip")
    assert without != data
    assert pi_heif.open_heif(io.BytesIO(without))[0].size == (48, 32)
    assert opened(without, "HEIC").shape == (32, 48, 3)


def exif_with(entry: bytes) -> bytes:
    """An EXIF block in PNG's form with this one directory entry, big-endian."""
    return b"MM\x00*\x00\x00\x00\x08\x00\x01" + entry + bytes(4)


@pytest.mark.parametrize(("entry", "expected"), [
    (struct.pack(">HHIHxx", 0x0112, 3, 1, 6), 6),
    (struct.pack(">HHII", 0x0112, 4, 1, 6), 6),  # a long value instead of a short one
    (struct.pack(">HHIHxx", 0x0112, 3, 1, 0), 1),
    (struct.pack(">HHIHxx", 0x0112, 3, 1, 9), 1),
    (struct.pack(">HHIHxx", 0x0112, 3, 1, 65535), 1),
    (struct.pack(">HHI4s", 0x0112, 2, 2, b"6\x00"), 1),  # as text
    (struct.pack(">HHIHH", 0x0112, 3, 2, 6, 3), 6),  # two values: the first
    (struct.pack(">HHI4s", 0x0112, 7, 1, b"\x06"), 1),  # as bytes without a type
])  # fmt: skip
def test_odd_orientations(entry: bytes, expected: int) -> None:
    """A whole number from 1 to 8 counts, whatever its width; all else leaves the picture as it is stored."""
    data = png(scene(), 8, 2, chunk(b"eXIf", exif_with(entry)))
    assert (opened(data, "PNG") == as_seen(scene(), expected)).all()


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_odd_orientations_in_tiff(value: int) -> None:
    """TIFF says it in a tag of its own; what is out of range counts as upright."""
    assert (opened(written(scene(), "TIFF", value), "TIFF") == scene()).all()


def xmp_of(orientation: int) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="{orientation}"/>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", [b"zTXt", b"tEXt"])
def test_exif_that_stands_in_a_png_as_text(name: bytes, orientation: int) -> None:
    """As ImageMagick writes it: the name, a length, hexadecimal digits."""
    block = exif_of(orientation).tobytes()
    words = f"\nexif\n{len(block):8d}\n{block.hex()}\n".encode()
    text = b"\0" + zlib.compress(words) if name == b"zTXt" else words
    data = png(as_stored(scene(), orientation), 8, 2, chunk(name, b"Raw profile type exif\0" + text))
    assert (open_bytes(data, "png", LIMITS, keep_low_bits=True).pixels == scene()).all()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_what_xmp_says_does_not_count(kind: str) -> None:
    """Browsers and viewers go by EXIF; programs that turn a picture and drop EXIF often leave the old XMP."""
    xmp, plain = xmp_of(6), opened(written(scene(), kind, None), kind)
    image = Image.fromarray(scene())
    how: dict[str, object] = dict(KEEPING_COLOURS.get(kind, {}))
    if kind in ("JPEG", "WEBP"):
        how["xmp"] = xmp
    text = chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + xmp)
    if kind == "TIFF":
        directory = ImageFileDirectory_v2()
        directory[700] = xmp
        how["tiffinfo"] = directory
    alone = png(scene(), 8, 2, text) if kind == "PNG" else saved(image, kind, **how)
    assert b"tiff:Orientation" in alone
    assert (opened(alone, kind) == plain).all()
    if kind == "TIFF":
        directory[0x0112] = 3
        both = saved(image, kind, tiffinfo=directory)
    elif kind == "PNG":
        both = png(scene(), 8, 2, chunk(b"eXIf", exif_of(3).tobytes()[6:]) + text)
    else:
        both = saved(image, kind, exif=exif_of(3), **how)
    assert (opened(both, kind) == as_seen(plain, 3)).all()


def test_transparency_turns_with_the_picture() -> None:
    """Alpha stays on its pixels."""
    seen = np.dstack([scene(), np.arange(32 * 48).reshape(32, 48) % 200 + 20]).astype(np.uint8)
    exif = chunk(b"eXIf", exif_of(6).tobytes()[6:])
    upright = open_bytes(png(as_stored(seen, 6), 8, 6, exif), "png", LIMITS, keep_low_bits=True)
    assert upright.alpha is not None
    assert (upright.pixels == seen[..., :3]).all()
    assert (upright.alpha == seen[..., 3]).all()
