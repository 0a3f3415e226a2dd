"""The proof of WebP, AVIF and TIFF: what encoders write proves, every foreign thing is named with its place."""

import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from imgvet.proof.prove import prove
from proof.test_prove import PUBLIC, has_problem, picture, reasons
from support.finished_files import (
    ASCII,
    AV1,
    AV1C,
    DELIMITER,
    DESCRIBES,
    FRAME,
    FTYP,
    HDLR,
    ISPE,
    LONG,
    LOSSLESS,
    LOSSLESS_CHUNK,
    LOSSY,
    LOSSY_CHUNK,
    NCLX,
    PICTURE_ITEM,
    PIXI,
    PROFILE,
    PROPERTIES_OF_AVIF,
    PUBLISHED_AVIF,
    PUBLISHED_TIFF,
    PUBLISHED_WEBP,
    SEQUENCE,
    SHORT,
    UNDEFINED,
    XMP_ITEM,
    Tags,
    associations,
    avif,
    box,
    extended,
    orientation,
    public_packet,
    saved,
    tiff,
    webp,
)
from support.picture_writers import coded_bits

DEFLATE = {"compression": "tiff_adobe_deflate"}


@pytest.mark.parametrize(
    ("data", "kind"), [(PUBLISHED_WEBP, "webp"), (PUBLISHED_AVIF, "avif"), (PUBLISHED_TIFF, "tiff")]
)
def test_a_published_file_proves_and_its_public_fields_read_back(data: bytes, kind: str) -> None:
    """The XMP packet stands where the kind has it."""
    proof = prove(data)
    assert reasons(proof) == []
    assert (proof.kind, proof.public, proof.stripped) == (kind, PUBLIC, False)


@pytest.mark.parametrize("data", [PUBLISHED_WEBP, PUBLISHED_AVIF, PUBLISHED_TIFF])
def test_the_pieces_of_a_proven_file_cover_every_byte(data: bytes) -> None:
    """In a row from the first byte to the last; fields inside a piece are named besides."""
    reached = 0
    for each in prove(data).structures:
        if each.name.startswith("XMP ") and each.name != "XMP ":
            continue
        assert each.offset == reached
        reached += each.length
    assert reached == len(data)


PICTURES = {
    "noise": np.random.default_rng(1).integers(0, 256, (150, 201, 3)).astype(np.uint8),
    "slope": picture(300, 200),
    "flat": np.full((16, 16, 3), 200, np.uint8),
    "one pixel": np.full((1, 1, 3), 7, np.uint8),
}
WAYS: list[tuple[str, dict[str, Any]]] = [
    ("WEBP", {}),
    ("WEBP", {"lossless": True}),
    ("WEBP", {"quality": 100}),
    ("WEBP", {"quality": 1, "method": 6}),
    ("AVIF", {}),
    ("AVIF", {"quality": 100, "subsampling": "4:4:4"}),
    ("AVIF", {"subsampling": "4:2:2"}),
    ("AVIF", {"subsampling": "4:0:0", "speed": 10}),
    ("AVIF", {"range": "limited", "max_threads": 2, "autotiling": True}),
    ("TIFF", {}),
    ("TIFF", DEFLATE),
]


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize(("kind", "how"), WAYS)
def test_what_pillow_writes_of_fresh_pixels_proves(name: str, kind: str, how: dict[str, Any]) -> None:
    """Colour and grey, in both modes, for there is nothing but the picture."""
    for pixels in (PICTURES[name], PICTURES[name][:, :, 0]):
        for stripped in (False, True):
            proof = prove(saved(pixels, kind, **how), stripped=stripped)
            assert reasons(proof) == []
            assert proof.kind == kind.lower()


def test_tiff_of_16_bits_and_with_alpha_proves_where_nothing_is_hidden() -> None:
    """Grey of 16 bits, RGB and grey with alpha; colour under alpha 0 is found in the last pixel too."""
    deep = Image.fromarray(picture()[:, :, 0].astype(np.uint16) * 257)
    clear = picture(channels=4)
    hiding = clear.copy()
    hiding[-1, -1] = (0, 0, 1, 0)
    for how in ({}, DEFLATE):
        assert reasons(prove(saved(deep, "TIFF", **how), stripped=True)) == []
        assert reasons(prove(saved(clear, "TIFF", **how))) == []
        assert reasons(prove(saved(Image.fromarray(clear).convert("LA"), "TIFF", **how))) == []
        assert has_problem(saved(hiding, "TIFF", **how), "strip", "full transparency")


def test_a_tiff_in_either_byte_order_proves() -> None:
    """II and MM, with the padding that makes a directory start at an even place."""
    for order in ("<", ">"):
        odd = (zlib.compress(picture().tobytes()),)
        one_strip: Tags = {259: (SHORT, (8,)), 278: (SHORT, (24,))}
        assert reasons(prove(tiff(order=order))) == []
        assert reasons(prove(tiff(one_strip, odd, order=order))) == []


def long_alpha(colour: tuple[int, int, int]) -> bytes:
    """A TIFF of 16 bits with one transparent pixel, whose alpha is zero in both bytes and colour in one."""
    pixels = np.full((24, 40, 4), 9, ">u2")
    pixels[3, 3] = (*colour, 0)
    tags: Tags = {
        258: (SHORT, (16,) * 4),
        277: (SHORT, (4,)),
        278: (SHORT, (24,)),
        338: (SHORT, (2,)),
    }
    return tiff(tags, (pixels.tobytes(),), order=">")


def test_tiff_colour_of_16_bits_is_looked_for_under_alpha() -> None:
    """Also where only the lower byte of a sample is not zero, and alpha of 0x0100 is no full transparency."""
    assert reasons(prove(long_alpha((0, 0, 0)), stripped=True)) == []
    assert has_problem(long_alpha((0, 1, 0)), "strip", "full transparency")


# --- foreign things, one by one ------------------------------------------------------------------------------------


def lossy(change: int, value: int) -> bytes:
    """The lossy picture's data with one byte of its head set."""
    return LOSSY[:change] + bytes([value]) + LOSSY[change + 1 :]


def tagged(tag: int) -> tuple[bytes, bytes]:
    """The lossy picture with another frame tag."""
    return b"VP8 ", tag.to_bytes(3, "little") + LOSSY[3:]


TAG = int.from_bytes(LOSSY[:3], "little")
XMP_CHUNK = (b"XMP ", public_packet("webp"))
LONG_TEXT = b"Taken at 1 Elm Road, home of Anna Example, with her dog. " * 2
BAD_WEBPS: dict[str, tuple[bytes, str, str]] = {
    "trailer": (PUBLISHED_WEBP + b"secret", "trailer", "6 bytes"),
    "RIFF too long": (PUBLISHED_WEBP[:4] + struct.pack("<I", 1 << 20) + PUBLISHED_WEBP[8:], "RIFF", "cut off"),
    "RIFF too short": (PUBLISHED_WEBP[:4] + struct.pack("<I", 30) + PUBLISHED_WEBP[8:], "VP8 ", "cut off"),
    "RIFF of odd length": (webp(LOSSY_CHUNK, after=b"x"), "RIFF", "length"),
    "EXIF": (webp(extended(0x08), LOSSY_CHUNK, (b"EXIF", orientation(6))), "EXIF", "allow-list"),
    "ICCP": (webp(extended(0x20), (b"ICCP", PROFILE), LOSSY_CHUNK), "ICCP", "allow-list"),
    "C2PA": (webp(extended(0), LOSSY_CHUNK, (b"C2PA", b"x" * 9)), "C2PA", "allow-list"),
    "JUNK": (webp(extended(0), LOSSY_CHUNK, (b"JUNK", b"")), "JUNK", "allow-list"),
    "unprintable name": (webp(extended(0), LOSSY_CHUNK, (b"\x1b[2J", b"")), "?[2J", "allow-list"),
    "ALPH": (webp(extended(0x10), (b"ALPH", b"\0" * 9), LOSSY_CHUNK), "ALPH", "allow-list"),
    "animation": (saved(picture(), "WEBP", save_all=True, append_images=[Image.new("RGB", (40, 24))]), "ANIM", "list"),
    "second picture": (webp(extended(0), LOSSY_CHUNK, LOSSY_CHUNK), "VP8 ", "second picture"),
    "second picture of the other coding": (webp(extended(0), LOSSY_CHUNK, LOSSLESS_CHUNK), "VP8L", "second picture"),
    "no picture": (webp(extended(4), XMP_CHUNK), "VP8", "no picture"),
    "nothing": (webp(), "VP8", "no picture"),
    "XMP twice": (webp(extended(4), LOSSY_CHUNK, XMP_CHUNK, XMP_CHUNK), "XMP ", "twice"),
    "XMP before the picture": (webp(extended(4), XMP_CHUNK, LOSSY_CHUNK), "VP8 ", "must follow it"),
    "XMP of another kind": (
        webp(extended(4), LOSSY_CHUNK, (b"XMP ", public_packet("png"))),
        "XMP dc:format",
        "file is",
    ),
    "VP8X last": (webp(LOSSY_CHUNK, extended(0)), "VP8X", "must follow it"),
    "VP8X missing": (webp(LOSSY_CHUNK, XMP_CHUNK), "VP8X", "missing"),
    "VP8X slack": (webp((b"VP8X", extended(0)[1] + b"xx"), LOSSY_CHUNK), "VP8X", "10 bytes"),
    "VP8X reserved bit": (webp(extended(0x80), LOSSY_CHUNK), "VP8X", "flags"),
    "VP8X reserved bytes": (webp(extended(0, reserved=b"abc"), LOSSY_CHUNK), "VP8X", "flags"),
    "VP8X flag of nothing": (webp(extended(0x08), LOSSY_CHUNK), "VP8X", "flags"),
    "VP8X without its flag": (webp(extended(0), LOSSY_CHUNK, XMP_CHUNK), "VP8X", "flags"),
    "larger canvas": (webp(extended(0, 41), LOSSY_CHUNK), "VP8X", "canvas"),
    "not a key frame": (webp(tagged(TAG | 1)), "VP8 frame", "key frame"),
    "version 4": (webp(tagged(TAG | 4 << 1)), "VP8 frame", "version"),
    "frame that is not shown": (webp(tagged(TAG & ~16)), "VP8 frame", "shown"),
    "long first partition": (webp(tagged(TAG & 31 | 0x7FFFF << 5)), "VP8 frame", "first partition"),
    "empty first partition": (webp(tagged(TAG & 31)), "VP8 frame", "first partition"),
    "no start code": (webp((b"VP8 ", lossy(3, 0x9C))), "VP8 frame", "key frame"),
    "VP8 cut": (webp((b"VP8 ", LOSSY[:8])), "VP8 frame", "key frame"),
    "no width": (webp((b"VP8 ", LOSSY[:6] + b"\0\0" + LOSSY[8:])), "VP8 frame", "no size"),
    "scaled": (webp((b"VP8 ", lossy(7, 0x40))), "VP8 frame", "scaled"),
    "colour space": (webp((b"VP8 ", lossy(10, 0xFF))), "VP8 frame", "colour space"),
    "more data than blocks": (webp((b"VP8 ", LOSSY + b"\xa1\x03" * 9999)), "VP8 frame", "longer than"),
    "text in the picture": (webp((b"VP8 ", LOSSY + LONG_TEXT)), "VP8 frame", "text"),
    "VP8L signature": (webp((b"VP8L", b"\x2e" + LOSSLESS[1:])), "VP8L picture", "version 0"),
    "VP8L version": (
        webp((b"VP8L", LOSSLESS[:4] + bytes([LOSSLESS[4] | 32]) + LOSSLESS[5:])),
        "VP8L picture",
        "version",
    ),
    "VP8L alpha": (webp((b"VP8L", LOSSLESS[:4] + bytes([LOSSLESS[4] | 16]) + LOSSLESS[5:])), "VP8L picture", "transp"),
    "VP8L cut": (webp((b"VP8L", LOSSLESS[:4])), "VP8L picture", "version"),
    "VP8L empty": (webp((b"VP8L", LOSSLESS[:5])), "VP8L picture", "no pixels"),
    "VP8L too long": (webp((b"VP8L", LOSSLESS + b"\x9a\x01" * 9999)), "VP8L picture", "longer than"),
    "VP8L with text": (webp((b"VP8L", LOSSLESS + LONG_TEXT)), "VP8L picture", "text"),
    "transparent": (saved(picture(channels=4), "WEBP", lossless=True), "VP8L picture", "transparency"),
}


def test_padding_in_a_webp_must_be_zero() -> None:
    """The byte that makes a chunk even could say something."""
    odd = (b"VP8 ", LOSSY if len(LOSSY) % 2 else LOSSY + b"\0")
    whole = webp(odd)
    assert reasons(prove(whole)) == []
    assert has_problem(whole[:-1] + b"x", "VP8 ", "padding")


def test_a_webp_chunk_that_is_cut_is_named() -> None:
    """Its head or its content reaches past the end of the file."""
    assert has_problem(webp(LOSSY_CHUNK, after=b"JUNK\x10\0\0\0xx"), "JUNK", "cut off")
    assert has_problem(webp(LOSSY_CHUNK, after=b"JUNK"), "JUNK", "cut off")


PARTITION_BITS = {1: (0, 0), 2: (0, 1), 4: (1, 0), 8: (1, 1)}


def partitioned(lengths: tuple[int, ...]) -> bytes:
    """A VP8 frame whose header asks for as many partitions, and that has those sizes written down."""
    first = coded_bits([0] * 14 + list(PARTITION_BITS[len(lengths) + 1]))  # none of the flags before is set
    head = (len(first) << 5 | 16).to_bytes(3, "little") + LOSSY[3:10]
    return head + first + b"".join(length.to_bytes(3, "little") for length in lengths)


def test_vp8_partitions_must_cover_the_chunk() -> None:
    """Their sizes are read with the arithmetic decoder; the last one takes what is left."""
    fitting = partitioned((5, 3, 1)) + bytes(9)
    proof = prove(webp((b"VP8 ", fitting)))
    assert reasons(proof) == []
    lengths = [each.length for each in proof.structures if each.name == "VP8 partition"]
    assert lengths == [5, 3, 1, 0]
    for lengths_told in ((5, 3, 2), (0, 0, 1 << 20)):
        data = webp((b"VP8 ", partitioned(lengths_told) + bytes(9)))
        assert has_problem(data, "VP8 partition sizes", "longer than the chunk")
    assert has_problem(webp((b"VP8 ", partitioned((1,) * 7)[:-2])), "VP8 partition sizes", "longer than the chunk")


def unit(kind: int, content: bytes = b"", flags: int = 2) -> bytes:
    return bytes([kind << 3 | flags, len(content)]) + content


def sequence(change: int, mask: int) -> bytes:
    """The picture with bits of its sequence header flipped."""
    return DELIMITER + SEQUENCE[:change] + bytes([SEQUENCE[change] ^ mask]) + SEQUENCE[change + 1 :] + FRAME


def entry(kind: bytes, number: int = 2, flags: int = 0, name: bytes = b"\0") -> bytes:
    return box(b"infe", struct.pack(">IHH", 2 << 24 | flags, number, 0) + kind + name)


def with_property(more: bytes) -> bytes:
    return avif(properties=(*PROPERTIES_OF_AVIF, more))


def with_places(change: int, value: bytes) -> bytes:
    """The file with bytes of its iloc box set; ``change`` counts from the box's content."""
    data = avif()
    place = data.index(b"iloc") + 4 + change
    return data[:place] + value + data[place + len(value) :]


IN_ANOTHER_COLOUR = box(b"colr", b"nclx\0\x01\0\x0d\0\x06\0")
TWO = (AV1, public_packet("avif"))
BAD_AVIFS: dict[str, tuple[bytes, str, str]] = {
    "free": (avif() + box(b"free", b"Anna"), "free", "allow-list"),
    "free before mdat": (avif(before=box(b"free", b"Anna")), "free", "allow-list"),
    "uuid": (avif() + box(b"uuid", b"x" * 30), "uuid", "allow-list"),
    "moov": (avif() + box(b"moov", b""), "moov", "allow-list"),
    "second mdat": (avif() + box(b"mdat", b"x"), "mdat", "twice"),
    "mdat first": (FTYP + box(b"mdat", AV1) + avif()[len(FTYP) :], "mdat", "after meta"),
    "no mdat": (avif()[: avif().index(b"mdat") - 4], "mdat", "no picture"),
    "box to the end of the file": (avif()[: avif().index(b"mdat") - 4] + bytes(4) + b"mdat" + AV1, "mdat", "length"),
    "slack in mdat": (avif(slack=b"secret"), "mdat", "belong to no item"),
    "gap in mdat": (avif(moved=3, slack=b"abc"), "mdat", "directly follow"),
    "place before mdat": (avif(moved=-8), "mdat", "in mdat"),
    "place past mdat": (avif(moved=8), "mdat", "in mdat"),
    "brand": (avif(ftyp=box(b"ftyp", b"avif\0\0\0\0avifANNA")), "ftyp", "brand"),
    "brand twice": (avif(ftyp=box(b"ftyp", b"avif\0\0\0\0avifavif")), "ftyp", "brand"),
    "minor version": (avif(ftyp=box(b"ftyp", b"avif\0\0\0\x01avif")), "ftyp", "still AVIF"),
    "sequence brand": (avif(ftyp=box(b"ftyp", b"avif\0\0\0\0avis")), "ftyp", "brand"),
    "version of meta": (avif(meta_head=b"\x01\0\0\0"), "meta", "version"),
    "idat": (avif(more=box(b"idat", b"Anna")), "idat", "allow-list"),
    "grpl": (avif(more=box(b"grpl", b"")), "grpl", "allow-list"),
    "dinf": (avif(more=box(b"dinf", b"")), "dinf", "allow-list"),
    "hdlr twice": (avif(more=HDLR), "hdlr", "twice"),
    "hdlr missing": (avif(hdlr=b""), "hdlr", "missing"),
    "hdlr with a name": (avif(hdlr=box(b"hdlr", bytes(8) + b"pict" + bytes(12) + b"Anna\0")), "hdlr", "must contain"),
    "other primary item": (avif(pitm=box(b"pitm", b"\0\0\0\0\0\x02")), "pitm", "must contain"),
    "iloc of a later version": (with_places(0, b"\x01"), "iloc", "plain places"),
    "iloc with a base": (with_places(5, b"\x40"), "iloc", "plain places"),
    "iloc in another file": (with_places(10, b"\0\x01"), "iloc", "another file"),
    "iloc in pieces": (with_places(12, b"\0\x02"), "iloc", "pieces"),
    "iloc of another item": (with_places(8, b"\0\x07"), "iinf", "item 1"),
    "item that is hidden": (avif(entries=(box(b"infe", b"\x02\0\0\x01" + PICTURE_ITEM[12:]),)), "infe av01", "list"),
    "item with a name": (avif(entries=(box(b"infe", PICTURE_ITEM[8:20] + b"Anna\0"),)), "infe av01", "allow-list"),
    "Exif item": (avif(TWO, entries=(PICTURE_ITEM, entry(b"Exif"))), "infe Exif", "allow-list"),
    "second picture": (avif((AV1, AV1), entries=(PICTURE_ITEM, entry(b"av01"))), "infe av01", "allow-list"),
    "grid": (avif((AV1, b"\0" * 8), entries=(PICTURE_ITEM, entry(b"grid"))), "infe grid", "allow-list"),
    "tmap": (avif((AV1, b"\0" * 8), entries=(PICTURE_ITEM, entry(b"tmap"))), "infe tmap", "allow-list"),
    "JUMBF in mime": (
        avif(TWO, entries=(PICTURE_ITEM, entry(b"mime", name=b"\0application/x-c2pa\0"))),
        "infe mime",
        "allow-list",
    ),
    "items miscounted": (avif(TWO, entries=(PICTURE_ITEM,)), "iinf", "one picture"),
    "box that is no item": (avif(entries=(box(b"anna", PICTURE_ITEM[8:]),)), "infe av01", "allow-list"),
    "XMP of nothing": (avif(TWO, iref=b""), "iref", "must be there"),
    "iref of nothing": (avif(iref=DESCRIBES), "iref", "must be there"),
    "thumbnail reference": (avif(TWO, iref=DESCRIBES.replace(b"cdsc", b"thmb")), "iref", "must contain"),
    "XMP of another kind": (avif((AV1, public_packet("webp"))), "XMP dc:format", "what the file is"),
    "profile": (with_property(box(b"colr", b"prof" + PROFILE)), "colr prof", "allow-list"),
    "turned": (with_property(box(b"irot", b"\x01")), "irot", "allow-list"),
    "mirrored": (with_property(box(b"imir", b"\x01")), "imir", "allow-list"),
    "cut out": (with_property(box(b"clap", bytes(32))), "clap", "allow-list"),
    "pixel shape": (with_property(box(b"pasp", bytes(8))), "pasp", "allow-list"),
    "alpha": (with_property(box(b"auxC", b"\0\0\0\0urn:mpeg:alpha\0")), "auxC", "allow-list"),
    "user description": (with_property(box(b"udes", b"\0\0\0\0Anna\0")), "udes", "allow-list"),
    "ispe twice": (with_property(ISPE), "ispe", "twice"),
    "ispe missing": (avif(properties=(PIXI, AV1C, NCLX)), "ispe", "missing"),
    "other size": (avif(properties=(ISPE[:-1] + b"\x19", PIXI, AV1C, NCLX)), "ispe", "coded picture says"),
    "other depth": (avif(properties=(ISPE, PIXI[:-1] + b"\x0a", AV1C, NCLX)), "pixi", "coded picture says"),
    "slack in pixi": (avif(properties=(ISPE, box(b"pixi", PIXI[8:] + b"x"), AV1C, NCLX)), "pixi", "coded picture says"),
    "metadata in av1C": (
        avif(properties=(ISPE, PIXI, box(b"av1C", AV1C[8:] + unit(5, b"Anna")), NCLX)),
        "av1C",
        "coded picture says",
    ),
    "other range": (avif(properties=(ISPE, PIXI, AV1C, IN_ANOTHER_COLOUR)), "colr nclx", "coded picture says"),
    "property that nothing uses": (avif(used=associations(PROPERTIES_OF_AVIF[:3])), "ipma", "each property"),
    "property used twice": (avif(used=associations((*PROPERTIES_OF_AVIF, NCLX))), "ipma", "each property"),
    "slack in ipma": (avif(used=box(b"ipma", associations(PROPERTIES_OF_AVIF)[8:] + b"x")), "ipma", "each property"),
    "no ipma": (avif(used=b""), "ipma", "each property"),
    "box in iprp": (avif(used=associations(PROPERTIES_OF_AVIF) + box(b"free", b"x")), "free", "allow-list"),
    "AV1 metadata": (avif((DELIMITER + SEQUENCE + unit(5, b"Anna") + FRAME,)), "AV1 metadata", "allow-list"),
    "AV1 padding": (avif((AV1 + unit(15, b"Anna"),)), "AV1 padding", "allow-list"),
    "AV1 tile list": (avif((AV1 + unit(8, b"Anna"),)), "AV1 tile list", "allow-list"),
    "AV1 reserved": (avif((AV1 + unit(9, b"Anna"),)), "AV1 unit 9", "allow-list"),
    "AV1 redundant header": (avif((AV1 + unit(7, b"x"),)), "AV1 redundant frame header", "allow-list"),
    "AV1 second delimiter": (avif((DELIMITER + AV1,)), "AV1 temporal delimiter", "allow-list"),
    "AV1 full delimiter": (avif((unit(2, b"Anna") + AV1[2:],)), "AV1 temporal delimiter", "not empty"),
    "AV1 second sequence header": (avif((DELIMITER + SEQUENCE + AV1[2:],)), "AV1 sequence header", "allow-list"),
    "AV1 second frame": (avif((AV1 + FRAME,)), "AV1 frame", "allow-list"),
    "AV1 empty frame": (avif((DELIMITER + SEQUENCE + unit(6),)), "AV1 frame", "is empty"),
    "AV1 frame header alone": (avif((DELIMITER + SEQUENCE + unit(3, b"x"),)), "AV1 frame", "no picture"),
    "AV1 no frame": (avif((DELIMITER + SEQUENCE,)), "AV1 frame", "no picture"),
    "AV1 extension": (avif((unit(2, b"", 6) + AV1[2:],)), "AV1 temporal delimiter", "extension"),
    "AV1 reserved bit": (avif((unit(2, b"", 3) + AV1[2:],)), "AV1 temporal delimiter", "reserved bit"),
    "AV1 long size": (avif((b"\x12\x80\x00" + AV1[2:],)), "AV1 temporal delimiter", "longer than it need be"),
    "AV1 cut": (avif((AV1[:-1],)), "AV1 frame", "cut off"),
    "AV1 too long": (avif((AV1 + b"\x22\xc0\x9a\x0c" + bytes(200_000),)), "AV1 frame", "longer than"),
    "AV1 text": (avif((AV1 + unit(4, LONG_TEXT),)), "AV1 frame", "text"),
    "AV1 moving picture": (avif((sequence(2, 0x10),)), "AV1 sequence header", "still picture"),
    "AV1 full header": (avif((sequence(2, 0x08),)), "AV1 sequence header", "still picture"),
    "AV1 slack": (
        avif((DELIMITER + unit(1, SEQUENCE[2:] + b"Anna") + FRAME,)),
        "AV1 sequence header",
        "does not end",
    ),
    "AV1 trailing bits": (avif((sequence(-1, 0x01),)), "AV1 sequence header", "does not end"),
}


def test_bytes_after_an_avif_are_found() -> None:
    """They are no box, or a box that is not on the list."""
    for end in (b"x", b"secret", b"\0\0\0\0mdat", b"\0\0\0\x08skip"):
        assert not prove(avif() + end).proven


def test_every_bit_of_the_sequence_header_counts() -> None:
    """Each flipped bit is found, but for those six that switch a coding tool, and so are part of the picture."""
    unseen = 0
    for place in range(2, len(SEQUENCE)):
        for bit in range(8):
            unseen += prove(avif((sequence(place, 1 << bit),))).proven
    assert unseen <= 7


def tag(number: int, kind: int, *values: int) -> bytes:
    return tiff({number: (kind, values)})


def text_tag(number: int) -> bytes:
    return tiff({number: (ASCII, b"Anna Example\0")})


ONE_STRIP: Tags = {278: (SHORT, (24,)), 259: (SHORT, (8,))}
ROWS = picture().tobytes()
THREE = tuple(ROWS[start : start + 960] for start in range(0, 2880, 960))
BARE_TIFF = tiff()
BAD_TIFFS: dict[str, tuple[bytes, str, str]] = {
    "trailer": (BARE_TIFF + b"secret", "end", "belong to nothing"),
    "trailer of one byte": (BARE_TIFF + b"\0", "end", "belong to nothing"),
    "gap": (tiff(end=b"xy"), "end", "belong to nothing"),
    "second page": (tiff(following=8), "directory", "second one"),
    "no directory": (b"II*\0\xff\xff\0\0" + bytes(20), "TIFF header", "no directory"),
    "directory at an odd place": (b"II*\0\x09\0\0\0" + bytes(20), "TIFF header", "no directory"),
    "ImageDescription": (text_tag(270), "270", "allow-list"),
    "Make": (text_tag(271), "271", "allow-list"),
    "Orientation": (tag(274, SHORT, 6), "274", "allow-list"),
    "XResolution": (tag(282, LONG, 72), "282", "allow-list"),
    "Software": (text_tag(305), "305", "allow-list"),
    "DateTime": (text_tag(306), "306", "allow-list"),
    "Artist": (text_tag(315), "315", "allow-list"),
    "HostComputer": (text_tag(316), "316", "allow-list"),
    "Predictor": (tag(317, SHORT, 2), "317", "allow-list"),
    "TileOffsets": (tag(324, LONG, 8), "324", "allow-list"),
    "SubIFDs": (tag(330, LONG, 8), "330", "allow-list"),
    "IPTC": (text_tag(33723), "33723", "allow-list"),
    "Photoshop": (text_tag(34377), "34377", "allow-list"),
    "EXIF": (tag(34665, LONG, 8), "34665", "allow-list"),
    "GPS": (tag(34853, LONG, 8), "34853", "allow-list"),
    "ICC profile": (tiff({34675: (UNDEFINED, PROFILE)}), "34675 ICC profile", "allow-list"),
    "ImageSourceData": (text_tag(37724), "37724", "allow-list"),
    "private tag": (tag(65000, SHORT, 1), "65000", "allow-list"),
    "tag missing": (tiff({262: (0, ())}), "262 PhotometricInterpretation", "missing"),
    "rows missing": (tiff({278: (0, ())}), "278 RowsPerStrip", "missing"),
    "tag of another type": (tag(262, LONG, 2), "262 PhotometricInterpretation", "type"),
    "XMP as text": (tiff({700: (ASCII, public_packet("tiff"))}), "700 XMP", "type"),
    "XMP of another kind": (tiff({700: (1, public_packet("png"))}), "XMP dc:format", "what the file is"),
    "numbers without end": (tiff({273: (SHORT, (8,) * 70_000)}), "273 StripOffsets", "more numbers"),
    "two widths": (tag(256, SHORT, 40, 41), "256 ImageWidth", "one number"),
    "no width": (tag(256, SHORT, 0), "256 ImageWidth", "one number"),
    "wider than can be": (tag(256, LONG, 1 << 20), "256 ImageWidth", "one number"),
    "too many pixels": (
        tiff({256: (LONG, (65535,)), 257: (LONG, (65535,)), 278: (LONG, (1,))}),
        "257 ImageLength",
        "too many pixels",
    ),
    "width in vain": (
        BARE_TIFF.replace(b"\0\x01\x03\0\x01\0\0\0\x28\0\0\0", b"\0\x01\x03\0\x01\0\0\0\x28\0hi"),
        "256 ImageWidth",
        "zero",
    ),
    "bits of 4": (tag(258, SHORT, 4, 4, 4), "258 BitsPerSample", "8 or 16"),
    "bits that differ": (tag(258, SHORT, 8, 8, 16), "258 BitsPerSample", "8 or 16"),
    "compression": (tag(259, SHORT, 5), "259 Compression", "one number"),
    "white is zero": (tag(262, SHORT, 0), "262 PhotometricInterpretation", "one number"),
    "samples": (tag(277, SHORT, 5), "277 SamplesPerPixel", "one number"),
    "alpha that is not told": (
        tiff({277: (SHORT, (4,)), 258: (SHORT, (8,) * 4)}),
        "338 ExtraSamples",
        "when there is alpha",
    ),
    "alpha that is not there": (tag(338, SHORT, 2), "338 ExtraSamples", "when there is alpha"),
    "unknown extra sample": (
        tiff({277: (SHORT, (4,)), 258: (SHORT, (8,) * 4), 338: (SHORT, (0,))}),
        "338 ExtraSamples",
        "one number",
    ),
    "planes": (tag(284, SHORT, 2), "284 PlanarConfiguration", "one number"),
    "strip too many": (tiff(None, (*THREE, b"secret")), "273 StripOffsets", "3 numbers"),
    "strip length too many": (tag(279, LONG, 960, 960, 960, 9), "279 StripByteCounts", "3 numbers"),
    "strip too few": (tiff(None, THREE[:2]), "273 StripOffsets", "3 numbers"),
    "strip too short": (tiff(None, (*THREE[:2], THREE[2][:-1])), "strip", "exactly its rows"),
    "strip too long": (tiff(None, (*THREE[:2], THREE[2] + b"ab")), "strip", "exactly its rows"),
    "strip outside": (tag(273, LONG, 8, 968, 1 << 20), "strip", "outside"),
    "strips over each other": (tag(273, LONG, 8, 968, 968), "strip", "another piece"),
    "strips longer than the picture": (tag(278, SHORT, 25), "257 ImageLength", "longer than"),
    "value outside": (BARE_TIFF[:-2], "279 StripByteCounts", "outside the file"),
    "padding": (tiff(ONE_STRIP, (zlib.compress(ROWS, 0),), padding=b"x"), "directory", "belong to nothing"),
    "no stream": (tiff(ONE_STRIP, (b"secret",)), "strip", "inflated"),
    "stream cut": (tiff(ONE_STRIP, (zlib.compress(ROWS)[:-9],)), "strip", "less"),
    "bytes after the stream": (tiff(ONE_STRIP, (zlib.compress(ROWS) + b"secret",)), "strip", "after the end"),
    "stream of more": (tiff(ONE_STRIP, (zlib.compress(ROWS + bytes(30_000_000)),)), "strip", "more than"),
    "stream of less": (tiff(ONE_STRIP, (zlib.compress(ROWS[:-1]),)), "strip", "less"),
}


@pytest.mark.parametrize("case", BAD_WEBPS)
def test_a_webp_with_something_else_in_it_does_not_prove(case: str) -> None:
    """The problem names the chunk and says why."""
    data, name, words = BAD_WEBPS[case]
    assert has_problem(data, name, words), reasons(prove(data))


@pytest.mark.parametrize("case", BAD_AVIFS)
def test_an_avif_with_something_else_in_it_does_not_prove(case: str) -> None:
    """The problem names the box, item, property or unit, and says why."""
    data, name, words = BAD_AVIFS[case]
    assert has_problem(data, name, words), reasons(prove(data))


@pytest.mark.parametrize("case", BAD_TIFFS)
def test_a_tiff_with_something_else_in_it_does_not_prove(case: str) -> None:
    """The problem names the tag and says why."""
    data, name, words = BAD_TIFFS[case]
    assert has_problem(data, name, words), reasons(prove(data))


def test_tiff_tags_stand_once_and_in_order() -> None:
    """Of two entries of one tag readers take different ones."""
    first = BARE_TIFF.index(b"\0\x01\x03\0\x01\0\0\0\x28\0\0\0")
    entries = BARE_TIFF[first : first + 12], BARE_TIFF[first + 12 : first + 24]
    swapped = BARE_TIFF[:first] + entries[1] + entries[0] + BARE_TIFF[first + 24 :]
    doubled = BARE_TIFF[:first] + entries[0] * 2 + BARE_TIFF[first + 24 :]
    assert has_problem(swapped, "256 ImageWidth", "not in order")
    assert has_problem(doubled, "256 ImageWidth", "twice")


def test_xmp_and_profile_are_read_from_their_own_kind_of_entry_only() -> None:
    """An item of type mime that is named otherwise is no XMP."""
    data = avif(TWO, entries=(PICTURE_ITEM, XMP_ITEM.replace(b"rdf+xml", b"rdf-xml")))
    assert has_problem(data, "infe mime", "allow-list")
    assert prove(data).problems
