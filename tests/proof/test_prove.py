"""The proof: good files prove and read back, every foreign thing is named, no bytes make it raise."""

import ast
import hashlib
import io
import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from imgvet.photo import PublicMetadata
from imgvet.proof import prove as prove_module
from imgvet.proof.png import Unfilter
from imgvet.proof.prove import Proof, prove
from support.chance import examples

Pixels = NDArray[np.uint8]

# --- hand-made metadata ------------------------------------------------------------------------------------------

PUBLIC = PublicMetadata(
    title="Open day (1)",
    headline="Open day",
    description="Dogs & horses at the open day.\nhttps://www.example.org/open-day",
    keywords=("open day", "café"),
    creator="Example Press Office",
    credit_line="Example Police",
    copyright_notice="© Example Police 2026",
    usage_terms="All rights reserved.",
    web_statement="https://www.example.org/licence",
    event_name="Open day 2026",
    alt_text="A horse jumps over a hedge.",
)
NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}


def alt(text: str) -> str:
    return f'<rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li></rdf:Alt>'


PROPERTIES = {
    "dc:title": alt("Open day (1)"),
    "dc:description": alt("Dogs &amp; horses at the open day.\nhttps://www.example.org/open-day"),
    "dc:rights": alt("© Example Police 2026"),
    "dc:subject": "<rdf:Bag><rdf:li>open day</rdf:li><rdf:li>café</rdf:li></rdf:Bag>",
    "dc:creator": "<rdf:Seq><rdf:li>Example Press Office</rdf:li></rdf:Seq>",
    "photoshop:Headline": "Open day",
    "photoshop:Credit": "Example Police",
    "xmpRights:Marked": "True",
    "xmpRights:UsageTerms": alt("All rights reserved."),
    "xmpRights:WebStatement": "https://www.example.org/licence",
    "Iptc4xmpExt:Event": alt("Open day 2026"),
    "Iptc4xmpCore:AltTextAccessibility": alt("A horse jumps over a hedge."),
}


def packet(properties: dict[str, str], extra: str = "", padding: str = "\n") -> bytes:
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in properties.items())
    spaces = " ".join(f'xmlns:{prefix}="{address}"' for prefix, address in NAMESPACES.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="imgvet">'
        f'<rdf:RDF {spaces}><rdf:Description rdf:about="">{inside}{extra}</rdf:Description></rdf:RDF></x:xmpmeta>'
        f'{padding}<?xpacket end="r"?>'
    ).encode()


def dataset(number: int, content: bytes, record: int = 2) -> bytes:
    return bytes([0x1C, record, number]) + struct.pack(">H", len(content)) + content


IIM_START = dataset(90, b"\x1b%G", record=1) + dataset(0, b"\x00\x04")
IIM = b"".join(
    [
        IIM_START,
        dataset(5, b"Open day (1)"),
        dataset(25, b"open day"),
        dataset(25, "café".encode()),
        dataset(80, b"Example Press Office"),
        dataset(105, b"Open day"),
        dataset(110, b"Example Police"),
        dataset(116, "© Example Police 2026".encode()),
        dataset(120, PUBLIC.description.encode()),
    ]
)


def resource(kind: int, content: bytes, name: bytes = b"\x00\x00") -> bytes:
    return (
        b"8BIM"
        + struct.pack(">H", kind)
        + name
        + struct.pack(">I", len(content))
        + content
        + b"\x00"[: len(content) % 2]
    )


def digest(iim: bytes) -> bytes:
    return resource(0x0425, hashlib.md5(iim, usedforsecurity=False).digest())


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def app13(iim: bytes = IIM, extra: bytes = b"") -> bytes:
    return segment(0xED, b"Photoshop 3.0\x00" + resource(0x0404, iim) + digest(iim) + extra)


def app1(xmp: bytes) -> bytes:
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + xmp)


# --- hand-made files ---------------------------------------------------------------------------------------------


def picture(width: int = 40, height: int = 24, channels: int = 3) -> Pixels:
    rows, columns, channel = np.mgrid[0:height, 0:width, 0:channels]
    pixels: Pixels = (1 + (rows * 9 + columns * 5 + channel * 60 + rows * columns % 7) % 251).astype(np.uint8)
    pixels[: height // 4, : width // 4] = 0  # where there is alpha, this corner is fully transparent
    return pixels


def jpeg_pixels(pixels: Pixels | None = None, **options: int) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture() if pixels is None else pixels).save(out, "JPEG", **{"quality": 90, **options})
    return out.getvalue()


JPEG_PROPERTIES = {"dc:format": "image/jpeg", **PROPERTIES}
BARE = jpeg_pixels()  # SOI and an APP0 of 18 bytes first
CLEAN_APP1, CLEAN_APP13 = app1(packet(JPEG_PROPERTIES)), app13(extra=resource(0x040A, b"\x01"))


def jpeg(xmp: bytes = CLEAN_APP1, iptc: bytes = CLEAN_APP13, bare: bytes = BARE) -> bytes:
    return bare[:20] + xmp + iptc + bare[20:]


def jpeg_with_xmp(properties: dict[str, str] = JPEG_PROPERTIES, extra: str = "", padding: str = "\n") -> bytes:
    return jpeg(xmp=app1(packet(properties, extra, padding)))


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def filtered(rows: Pixels, stride: int, filters: list[int]) -> bytes:
    """PNG's filters as the specification writes them, one byte at a time."""
    out = bytearray()
    for number, row in enumerate(rows.reshape(len(rows), -1).astype(int)):
        above = rows.reshape(len(rows), -1)[number - 1].astype(int) if number else row * 0
        kind = filters[number % len(filters)]
        out.append(kind)
        for index, byte in enumerate(row):
            left, corner = (row[index - stride], above[index - stride]) if index >= stride else (0, 0)
            guess = left + above[index] - corner
            near = min((left, above[index], corner), key=lambda neighbour: abs(guess - neighbour))
            out.append(int(byte - (0, left, above[index], (left + above[index]) // 2, near)[kind]) % 256)
    return bytes(out)


SIGNATURE = b"\x89PNG\r\n\x1a\n"
ITXT = b"XML:com.adobe.xmp\x00\x00\x00\x00\x00"
PNG_PROPERTIES = {"dc:format": "image/png", **PROPERTIES}
XMP_CHUNK = chunk(b"iTXt", ITXT + packet(PNG_PROPERTIES))
SRGB = chunk(b"sRGB", b"\x00")
IEND = chunk(b"IEND", b"")
ROWS = filtered(picture(), 3, [0, 1, 2, 3, 4])


def header(width: int = 40, height: int = 24, depth: int = 8, colour: int = 2, interlace: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


def data_chunks(raw: bytes, after: bytes = b"") -> bytes:
    squeezed = zlib.compress(raw)
    half = len(squeezed) // 2
    return chunk(b"IDAT", squeezed[:half]) + chunk(b"IDAT", squeezed[half:] + after)


def png(head: bytes = header() + SRGB + XMP_CHUNK, data: bytes = data_chunks(ROWS), tail: bytes = IEND) -> bytes:
    return SIGNATURE + head + data + tail


def png_of(pixels: Pixels, colour: int, filters: list[int], extra: bytes = b"") -> bytes:
    height, width, stride = pixels.shape
    return png(header(width, height, 8, colour) + extra, data_chunks(filtered(pixels, stride, filters)))


PALETTE = bytes([0, 0, 0, 200, 10, 10, 10, 200, 10])


def palette_png(palette: bytes = PALETTE, alpha: bytes = b"\x00\xff", rows: bytes = b"\x00\x18\x00\x24") -> bytes:
    """Three pixels across and two down, two bits each: 0 1 2, 0 2 1."""
    head = header(3, 2, 2, 3) + chunk(b"PLTE", palette) + chunk(b"tRNS", alpha)
    return png(head, chunk(b"IDAT", zlib.compress(rows)))


def reasons(proof: Proof) -> list[str]:
    return [f"{problem.offset} {problem.name}: {problem.reason}" for problem in proof.problems]


def has_problem(data: bytes, name: str, words: str) -> bool:
    problems = prove(data).problems
    return any(each.name == name and words in each.reason and 0 <= each.offset <= len(data) for each in problems)


# --- good files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("data", "kind"), [(jpeg(), "jpeg"), (png(), "png")])
def test_a_clean_file_proves_and_its_public_fields_read_back(data: bytes, kind: str) -> None:
    """What was written on purpose is read again, word for word."""
    proof = prove(data)
    assert reasons(proof) == []
    assert proof.proven
    assert (proof.kind, proof.size) == (kind, len(data))
    assert proof.sha256 == hashlib.sha256(data).hexdigest()
    assert proof.public == PUBLIC


def test_the_pieces_of_a_proven_jpeg_cover_every_byte() -> None:
    """Segments follow each other without a gap, from the first byte to the last."""
    proof = prove(jpeg())
    whole = [each for each in proof.structures if not each.name.startswith(("XMP ", "IIM ", "8BIM "))]
    reached = 0
    for each in whole:
        assert each.offset == reached
        reached += each.length
    assert reached == proof.size
    names = [each.name for each in whole]
    assert names[:4] == ["SOI", "APP0 JFIF", "APP1 XMP", "APP13 Photoshop 3.0"]
    assert names[-3:] == ["SOS", "entropy data", "EOI"]


def test_fields_are_structures_with_their_places() -> None:
    """A field's offset and length are those of its bytes in the file."""
    data = jpeg()
    places = {each.name: data[each.offset : each.offset + each.length] for each in prove(data).structures}
    assert places["XMP photoshop:Credit"] == b"<photoshop:Credit>Example Police</photoshop:Credit>"
    assert places["IIM 2:110"] == dataset(110, b"Example Police")
    assert places["8BIM 0x040A"] == resource(0x040A, b"\x01")


@pytest.mark.parametrize(
    "options",
    [
        {"optimize": 1},
        {"progressive": 1},
        {"subsampling": 0},
        {"restart_marker_blocks": 2},
        {"restart_marker_rows": 1, "progressive": 1},
    ],
)
def test_every_way_to_code_a_jpeg_proves(options: dict[str, int]) -> None:
    """Baseline, optimised, progressive, any subsampling, with restart markers."""
    for pixels in (picture(333, 77), picture(100, 50)[:, :, 0], picture(8, 8)):
        if pixels.shape[0] == 8 and "restart_marker_rows" in options:
            continue  # a picture of one block has no room for restart markers
        if pixels.shape[0] == 8 and "restart_marker_blocks" in options:
            continue
        assert reasons(prove(jpeg_pixels(pixels, **options))) == []


def test_what_opencv_writes_proves() -> None:
    """The other encoder in the house writes nothing but the picture too."""
    for suffix, pixels in ((".jpg", picture(200, 100)), (".png", picture(200, 100)), (".png", picture()[:, :, :1])):
        assert reasons(prove(cv2.imencode(suffix, pixels)[1].tobytes())) == []


def test_a_file_without_metadata_proves_and_says_nothing() -> None:
    """Public fields are allowed, not demanded."""
    for data in (BARE, BARE[:2] + BARE[20:], png(header())):
        assert prove(data).proven
        assert prove(data).public == PublicMetadata()


def test_letters_that_repeat_in_a_flat_picture_are_no_text() -> None:
    """Coded flat areas may look like a few letters again and again; that alone is no problem."""
    assert reasons(prove(BARE[:-2] + b"U3" * 200 + b"\xff\xd9")) == []


def test_a_png_of_many_rows_is_looked_at_to_the_last() -> None:
    """The rows are taken in blocks; colour under transparency is found in the last one."""
    pixels = picture(5, 2500, 4)
    assert reasons(prove(png_of(pixels, 6, [4, 2, 3]))) == []
    pixels[2499, 4] = (0, 1, 0, 0)
    assert has_problem(png_of(pixels, 6, [4, 2, 3]), "IDAT", "full transparency")


@pytest.mark.parametrize("filters", [[0], [1], [2], [3], [4], [4, 3, 2, 1, 0]])
def test_png_with_every_row_filter_and_colour_type_proves(filters: list[int]) -> None:
    """Grey, RGB, and both with alpha."""
    for colour, channels in ((0, 1), (2, 3), (4, 2), (6, 4)):
        assert reasons(prove(png_of(picture(channels=channels), colour, filters))) == []


def test_palette_and_low_depth_pngs_prove() -> None:
    """Fewer than 8 bits a pixel are allowed for grey and palette pictures."""
    assert reasons(prove(palette_png())) == []
    for depth in (1, 2, 4):
        raw = b"".join(b"\x00" + b"\xf0" * ((8 * depth + 7) // 8) for _ in range(3))
        assert reasons(prove(png(header(8, 3, depth, 0), chunk(b"IDAT", zlib.compress(raw))))) == []


@given(st.integers(1, 4), st.integers(1, 9), st.integers(1, 9), st.lists(st.integers(0, 4), min_size=1, max_size=9))
@examples(60)
def test_filters_are_undone_across_blocks(stride: int, width: int, height: int, filters: list[int]) -> None:
    """What was filtered byte by byte comes back, also where the rows come in two goes."""
    pixels = picture(width, height, stride)
    rows = np.frombuffer(filtered(pixels, stride, filters), dtype=np.uint8).reshape(height, -1)
    unfilter = Unfilter(width * stride, stride)
    goes = [unfilter.pixels(part) for part in (rows[: height // 2], rows[height // 2 :])]
    assert np.array_equal(np.concatenate(goes), pixels)


def test_a_proof_goes_into_json() -> None:
    """The JSON names kind, size, verdict, problems, pieces and public fields."""
    found = json.loads(json.dumps(prove(jpeg() + b"x").as_json()))
    assert (found["kind"], found["proven"], found["size"]) == ("jpeg", False, len(jpeg()) + 1)
    assert found["problems"] == [
        {"offset": len(jpeg()), "name": "trailer", "reason": "1 bytes follow the picture's end."}
    ]
    assert found["structures"][0] == {"name": "SOI", "offset": 0, "length": 2}
    assert found["public"]["keywords"] == ["open day", "café"]


# --- foreign things, one by one -----------------------------------------------------------------------------------


def planted(where: int, what: bytes) -> bytes:
    return jpeg()[:where] + what + jpeg()[where:]


FORBIDDEN_SEGMENTS = [
    (0xE0, b"JFXX\x00\x10" + b"x" * 20, "APP0 JFXX"),
    (0xE1, b"Exif\x00\x00MM\x00*", "APP1 Exif"),
    (0xE1, b"http://ns.adobe.com/xmp/extension/\x00" + b"0" * 40, "APP1 http://ns.adobe.com/xmp/extensio"),
    (0xE2, b"ICC_PROFILE\x00\x01\x01", "APP2 ICC_PROFILE"),
    (0xE2, b"MPF\x00", "APP2 MPF"),
    (0xEB, b"JP\x00\x01", "APP11 JP"),
    (0xEE, b"Adobe\x00d\x00\x00\x00\x00\x00", "APP14 Adobe"),
    (0xEF, b"", "APP15"),
    (0xFE, b"taken at 1 Elm Road", "COM"),
    (0xDC, b"\x00\x18", "DNL"),
    (0xF0, b"odd", "marker 0xF0"),
    (0xCC, b"\x00\x00", "marker 0xCC"),
]


@pytest.mark.parametrize(("marker", "content", "name"), FORBIDDEN_SEGMENTS)
@pytest.mark.parametrize("where", [20, len(jpeg()) - 2])
def test_a_foreign_jpeg_segment_is_named_with_its_place(marker: int, content: bytes, name: str, where: int) -> None:
    """Wherever it stands, before the picture or after its data."""
    problems = prove(planted(where, segment(marker, content))).problems
    assert [(each.offset, each.name) for each in problems] == [(where, name)]
    assert "allow-list" in problems[0].reason


def changed(data: bytes, old: bytes, new: bytes) -> bytes:
    assert data.count(old) >= 1
    return data.replace(old, new, 1)


JFIF = BARE[2:20]
DQT = BARE[BARE.index(b"\xff\xdb") :][:69]
DHT = BARE[BARE.index(b"\xff\xc4") :]
DHT = DHT[: 2 + int.from_bytes(DHT[2:4], "big")]
SOS = BARE[BARE.index(b"\xff\xda") :][:14]
SCAN = BARE[BARE.index(b"\xff\xda") : -2]
SOF = BARE[BARE.index(b"\xff\xc0") :][:19]
RESTARTED = jpeg_pixels(restart_marker_blocks=2)
PROGRESSIVE = jpeg_pixels(progressive=True)
LAST_SCAN = PROGRESSIVE[PROGRESSIVE.rindex(b"\xff\xc4") : -2]

FIRST_SOS = PROGRESSIVE[PROGRESSIVE.index(b"\xff\xda") :][:14]
LAST_SOS = PROGRESSIVE[PROGRESSIVE.rindex(b"\xff\xda") :][:10]

BAD_JPEGS: dict[str, tuple[bytes, str, str]] = {
    "trailer": (jpeg() + b"secret", "trailer", "6 bytes"),
    "second picture": (jpeg() + BARE, "trailer", "follow the picture's end"),
    "second SOI": (planted(20, b"\xff\xd8"), "SOI", "must not be here"),
    "fill bytes": (planted(20, b"\xff\xff"), "fill", "fill bytes"),
    "gap": (planted(20, b"hello"), "gap", "belong to none"),
    "TEM marker": (planted(20, b"\xff\x01"), "marker 0x01", "must not be here"),
    "fill before EOI": (jpeg()[:-2] + b"\xff\xff\xd9", "fill", "fill bytes"),
    "no EOI": (jpeg()[:-2], "EOI", "ends before"),
    "no picture": (b"\xff\xd8\xff\xd9", "SOF", "no picture"),
    "JFIF thumbnail": (changed(jpeg(), JFIF, segment(0xE0, JFIF[4:16] + b"\x01\x01abc")), "APP0 JFIF", "16 bytes"),
    "JFIF thumbnail size": (changed(jpeg(), JFIF, JFIF[:-2] + b"\x01\x01"), "APP0 JFIF", "thumbnail"),
    "JFIF slack": (changed(jpeg(), JFIF, segment(0xE0, JFIF[4:] + b"x")), "APP0 JFIF", "16 bytes"),
    "JFIF version": (changed(jpeg(), JFIF, JFIF[:9] + b"\x02" + JFIF[10:]), "APP0 JFIF", "JFIF 1.0"),
    "JFIF density": (changed(jpeg(), JFIF, JFIF[:12] + b"\x12\x34" + JFIF[14:]), "APP0 JFIF", "density"),
    "JFIF twice": (planted(20, JFIF), "APP0 JFIF", "twice"),
    "XMP twice": (planted(20, CLEAN_APP1), "APP1 XMP", "twice"),
    "APP13 twice": (planted(20, CLEAN_APP13), "APP13 Photoshop 3.0", "twice"),
    "XMP after the tables": (changed(BARE, DQT, DQT + CLEAN_APP1 + CLEAN_APP13), "APP1 XMP", "start of the picture"),
    "DQT slack": (changed(BARE, DQT, segment(0xDB, DQT[4:] + b"x")), "DQT", "whole tables"),
    "DQT of 16 bits": (changed(BARE, DQT, segment(0xDB, b"\x10" + DQT[5:] + DQT[5:])), "DQT", "whole tables"),
    "DQT zero": (changed(BARE, DQT, DQT[:-1] + b"\x00"), "DQT", "zero"),
    "DQT twice": (changed(BARE, DQT, DQT + DQT), "DQT", "second time"),
    "DQT unused": (changed(BARE, DQT, DQT + segment(0xDB, b"\x03" + b"secrets!" * 8)), "DQT", "does not use"),
    "DQT missing": (changed(BARE, DQT, b""), "DQT", "missing"),
    "DHT slack": (changed(BARE, DHT, segment(0xC4, DHT[4:] + b"x")), "DHT", "length"),
    "DHT empty": (changed(BARE, DHT, segment(0xC4, b"") + DHT), "DHT", "empty"),
    "DHT odd symbols": (changed(BARE, DHT, DHT[:-1] + b"\x41"), "DHT", "not a Huffman code"),
    "DHT overfull": (changed(BARE, DHT, DHT[:5] + b"\x0c" + b"\x00" * 15 + DHT[21:]), "DHT", "not a Huffman code"),
    "DHT twice": (changed(BARE, DHT, DHT + DHT), "DHT", "no scan uses"),
    "DHT unused": (changed(BARE, DHT, DHT + DHT[:4] + b"\x03" + DHT[5:]), "DHT", "no scan uses"),
    "DHT missing": (changed(BARE, DHT, b""), "SOS", "not given"),
    "DRI slack": (changed(RESTARTED, b"\xff\xdd\x00\x04\x00\x02", segment(0xDD, b"\x00\x02x")), "DRI", "4 bytes"),
    "DRI without restarts": (changed(BARE, SOS, segment(0xDD, b"\x00\xff") + SOS), "SOS", "no room"),
    "DRI after the scan": (BARE[:-2] + segment(0xDD, b"\x00\x07") + BARE[-2:], "DRI", "No scan follows"),
    "DRI twice": (changed(BARE, SOS, segment(0xDD, b"\x00\x01") * 2 + SOS), "DRI", "twice"),
    "DRI of nothing": (changed(BARE, SOS, segment(0xDD, b"\x00\x00") + SOS), "DRI", "changes nothing"),
    "restart without DRI": (BARE[:-3] + b"\xff\xd0" + BARE[-3:], "RST0", "must not be here"),
    "restart out of order": (
        changed(RESTARTED, b"\xff\xd1", b"\xff\xd3"),
        "entropy data",
        "restart markers in place of",
    ),
    "restart missing": (changed(RESTARTED, b"\xff\xd1", b""), "entropy data", "restart markers in place of"),
    "restart too many": (RESTARTED[:-2] + b"\xff\xd2\x11" + RESTARTED[-2:], "RST2", "must not be here"),
    "empty restart": (changed(RESTARTED, b"\xff\xd0", b"\xff\xd0\xff\xd1"), "entropy data", "none between"),
    "SOF slack": (changed(BARE, SOF, segment(0xC0, SOF[4:] + b"x")), "SOF0", "one or three components"),
    "SOF of 12 bits": (changed(BARE, SOF, SOF[:4] + b"\x0c" + SOF[5:]), "SOF0", "8 bits"),
    "SOF of no height": (changed(BARE, SOF, SOF[:5] + b"\x00\x00" + SOF[7:]), "SOF0", "8 bits"),
    "SOF of odd ids": (changed(BARE, SOF, SOF[:10] + b"R" + SOF[11:]), "SOF0", "numbered"),
    "SOF of odd sampling": (changed(BARE, SOF, SOF[:11] + b"\x02" + SOF[12:]), "SOF0", "sampling"),
    "SOF twice": (changed(BARE, SOF, SOF + SOF), "SOF0", "second frame"),
    "lossless SOF": (changed(BARE, SOF, b"\xff\xc3" + SOF[2:]), "SOF3", "allow-list"),
    "arithmetic SOF": (changed(BARE, SOF, b"\xff\xc9" + SOF[2:]), "SOF9", "allow-list"),
    "SOS slack": (changed(BARE, SOS, segment(0xDA, SOS[4:] + b"x")), "SOS", "length"),
    "SOS of odd components": (changed(BARE, SOS, SOS[:5] + b"\x07" + SOS[6:]), "SOS", "those of the frame"),
    "SOS of odd range": (changed(BARE, SOS, SOS[:-2] + b"\x3e\x00"), "SOS", "range of coefficients"),
    "SOS before SOF": (changed(BARE, SOF, b""), "SOS", "before the frame"),
    "scan told again": (BARE[:-2] + SCAN + BARE[-2:], "SOS", "repeats"),
    "progressive scan told again": (PROGRESSIVE[:-2] + LAST_SCAN + PROGRESSIVE[-2:], "SOS", "repeats"),
    "progressive scan left out": (changed(PROGRESSIVE, LAST_SCAN, b""), "SOS", "whole picture"),
    "progressive step of two": (
        changed(PROGRESSIVE, LAST_SOS, LAST_SOS[:-1] + b"\x20"),
        "SOS",
        "range of coefficients",
    ),
    "table named in vain": (
        changed(PROGRESSIVE, FIRST_SOS, FIRST_SOS[:6] + b"\x01" + FIRST_SOS[7:]),
        "SOS",
        "does not use",
    ),
    "text in the scan": (
        BARE[:-2] + b"Taken at 1 Elm Road, home of Anna Example. " * 3 + b"\xff\xd9",
        "entropy data",
        "text",
    ),
    "more data than blocks": (BARE[:-2] + b"\x91\xa2\x03" * 20_000 + b"\xff\xd9", "entropy data", "longer than"),
    "no data": (changed(BARE, SCAN, SOS), "entropy data", "none between"),
}


@pytest.mark.parametrize("case", BAD_JPEGS)
def test_a_jpeg_with_something_else_in_it_does_not_prove(case: str) -> None:
    """The problem names the structure and says why."""
    data, name, words = BAD_JPEGS[case]
    assert has_problem(data, name, words), reasons(prove(data))


def test_offsets_of_problems_are_where_the_thing_stands() -> None:
    """A person can find it in a hex viewer."""
    assert prove(jpeg() + b"secret").problems[0].offset == len(jpeg())
    assert prove(planted(20, b"\xff\xff")).problems[0].offset == 20
    data = png(tail=chunk(b"tEXt", b"Comment\x00hi") + IEND)
    assert (prove(data).problems[0].offset, prove(data).problems[0].name) == (data.index(b"tEXt") - 4, "tEXt")
    data = jpeg(iptc=app13(changed(IIM, b"Example Police", b"Example police")))
    assert [each.offset for each in prove(data).problems] == [data.index(dataset(110, b"Example police"))]


HIDDEN = picture(channels=4)
HIDDEN[5, 7] = (0, 0, 1, 0)
GREY_PALETTE = header(3, 2, 2, 3)

BAD_PNGS: dict[str, tuple[bytes, str, str]] = {
    "trailer": (png() + b"secret", "trailer", "6 bytes"),
    "tEXt": (png(header() + chunk(b"tEXt", b"Author\x00Anna")), "tEXt", "allow-list"),
    "zTXt": (png(header() + chunk(b"zTXt", b"Author\x00\x00x")), "zTXt", "allow-list"),
    "eXIf": (png(header() + chunk(b"eXIf", b"MM\x00*")), "eXIf", "allow-list"),
    "tIME": (png(header() + chunk(b"tIME", b"\x07\xea\x01\x01\x00\x00\x00")), "tIME", "allow-list"),
    "iCCP": (png(header() + chunk(b"iCCP", b"Anna's screen\x00\x00")), "iCCP", "allow-list"),
    "pHYs": (png(header() + chunk(b"pHYs", b"\x00" * 9)), "pHYs", "allow-list"),
    "caBX": (png(header() + chunk(b"caBX", b"c2pa")), "caBX", "allow-list"),
    "acTL": (png(header() + chunk(b"acTL", b"\x00" * 8)), "acTL", "allow-list"),
    "fdAT": (png(tail=chunk(b"fdAT", b"\x00" * 8) + IEND), "fdAT", "allow-list"),
    "private chunk": (png(header() + chunk(b"prIv", b"x")), "prIv", "allow-list"),
    "chunk of no name": (png(header() + chunk(b"\x1b[2J", b"x")), "chunk 0x1b5b324a", "allow-list"),
    "bad checksum": (png(tail=b"\x00\x00\x00\x00IEND\x00\x00\x00\x00"), "IEND", "checksum"),
    "cut chunk": (png(tail=b"\x00\x00\x00\x09IEND" + b"\x00" * 9), "IEND", "cut off"),
    "no IEND": (png(tail=b""), "IEND", "ends before"),
    "IEND with content": (png(tail=chunk(b"IEND", b"x")), "IEND", "not empty"),
    "no IDAT": (png(data=b""), "IEND", "no picture"),
    "IHDR not first": (png(SRGB + header()), "sRGB", "first chunk"),
    "IHDR twice": (png(header() + header()), "IHDR", "first chunk"),
    "IHDR slack": (png(chunk(b"IHDR", header()[8:21] + b"x")), "IHDR", "13 bytes"),
    "interlaced": (png(header(interlace=1)), "IHDR", "interlacing"),
    "colour type 5": (png(header(colour=5)), "IHDR", "plain picture"),
    "16 bits": (png(header(depth=16)), "IHDR", "8 bits"),
    "4 bits of RGB": (png(header(depth=4)), "IHDR", "8 bits"),
    "no width": (png(header(width=0)), "IHDR", "plain picture"),
    "too large": (png(header(width=1 << 30, height=1 << 30)), "IHDR", "bytes of pixels"),
    "too wide": (png(header(width=70_000, height=1)), "IHDR", "wider"),
    "sRGB of 4": (png(header() + chunk(b"sRGB", b"\x04")), "sRGB", "0 to 3"),
    "sRGB slack": (png(header() + chunk(b"sRGB", b"\x00x")), "sRGB", "0 to 3"),
    "sRGB twice": (png(header() + SRGB + SRGB), "sRGB", "twice"),
    "sRGB late": (png(header(), tail=SRGB + IEND), "sRGB", "before"),
    "PLTE in RGB": (png(header() + chunk(b"PLTE", PALETTE)), "PLTE", "no palette"),
    "tRNS in RGB": (png(header() + chunk(b"tRNS", b"\x00" * 6)), "tRNS", "belong to a palette"),
    "tRNS too long": (palette_png(alpha=b"\xff" * 4), "tRNS", "longer"),
    "PLTE too long": (palette_png(palette=PALETTE + b"\x01" * 6), "PLTE", "length"),
    "PLTE cut": (palette_png(palette=PALETTE[:-1]), "PLTE", "length"),
    "PLTE missing": (png(GREY_PALETTE, chunk(b"IDAT", zlib.compress(b"\x00\x18\x00\x24"))), "PLTE", "missing"),
    "PLTE late": (png(GREY_PALETTE, tail=chunk(b"PLTE", PALETTE) + IEND), "PLTE", "before"),
    "unused colour": (palette_png(palette=PALETTE + b"sec"), "PLTE", "no pixel has"),
    "pixel without a colour": (palette_png(rows=b"\x00\x1c\x00\x24"), "IDAT", "no entry"),
    "transparent colour": (palette_png(alpha=b"\xff\x00"), "PLTE", "full transparency"),
    "spare bits": (palette_png(rows=b"\x00\x19\x00\x24"), "IDAT", "spare bits"),
    "XMP twice": (png(header() + XMP_CHUNK + XMP_CHUNK), "iTXt", "twice"),
    "iTXt of another keyword": (png(header() + chunk(b"iTXt", b"Comment\x00\x00\x00\x00\x00hi")), "iTXt", "XMP"),
    "iTXt compressed": (png(header() + chunk(b"iTXt", ITXT[:18] + b"\x01\x00\x00\x00x")), "iTXt", "XMP"),
    "iTXt with a language": (png(header() + chunk(b"iTXt", ITXT[:20] + b"en\x00\x00x")), "iTXt", "XMP"),
    "wrong format": (
        png(header() + chunk(b"iTXt", ITXT + packet(JPEG_PROPERTIES))),
        "XMP dc:format",
        "what the file is",
    ),
    "chunk between IDATs": (png(header(), data_chunks(ROWS) + SRGB + chunk(b"IDAT", b"x")), "IDAT", "Another chunk"),
    "empty IDAT": (png(data=chunk(b"IDAT", b"") + data_chunks(ROWS)), "IDAT", "empty"),
    "IDAT after the end": (png(data=data_chunks(ROWS) + chunk(b"IDAT", b"secret")), "IDAT", "after the end"),
    "bytes after the stream": (png(data=data_chunks(ROWS, b"secret")), "IDAT", "after the end"),
    "no zlib stream": (png(data=chunk(b"IDAT", b"not a stream")), "IDAT", "inflated"),
    "bad adler": (png(data=chunk(b"IDAT", zlib.compress(ROWS)[:-1] + b"\x00")), "IDAT", "inflated"),
    "cut stream": (png(data=chunk(b"IDAT", zlib.compress(ROWS)[:-9])), "IDAT", "less"),
    "too few pixels": (png(data=data_chunks(ROWS[:-1])), "IDAT", "less"),
    "too many pixels": (png(data=data_chunks(ROWS + b"\x00")), "IDAT", "more"),
    "inflates without end": (png(data=data_chunks(ROWS + b"\x00" * 30_000_000)), "IDAT", "more"),
    "unknown filter": (png(data=data_chunks(b"\x05" + ROWS[1:])), "IDAT", "filter"),
    "unknown filter below": (png(data=data_chunks(ROWS[:121] + b"\x09" + ROWS[122:])), "IDAT", "filter"),
    "grey under alpha": (png_of(np.full((4, 4, 2), (9, 0), np.uint8), 4, [0]), "IDAT", "full transparency"),
    **{
        f"colour under alpha, filter {kind}": (png_of(HIDDEN, 6, [kind]), "IDAT", "full transparency")
        for kind in range(5)
    },
}


@pytest.mark.parametrize("case", BAD_PNGS)
def test_a_png_with_something_else_in_it_does_not_prove(case: str) -> None:
    """The problem names the chunk and says why."""
    data, name, words = BAD_PNGS[case]
    assert has_problem(data, name, words), reasons(prove(data))


def without(name: str) -> dict[str, str]:
    return {each: value for each, value in JPEG_PROPERTIES.items() if each != name}


def instead(name: str, value: str) -> bytes:
    return jpeg_with_xmp({**JPEG_PROPERTIES, name: value})


def raw_xmp(change: Callable[[bytes], bytes]) -> bytes:
    return jpeg(xmp=app1(change(packet(JPEG_PROPERTIES))))


EXIF_TYPE = ' xmlns:exif="http://ns.adobe.com/exif/1.0/"'
BAD_XMP: dict[str, tuple[bytes, str, str]] = {
    "unknown property": (
        jpeg_with_xmp(extra="<photoshop:City>Leeds</photoshop:City>"),
        "XMP photoshop:City",
        "allow-list",
    ),
    "property of another namespace": (
        jpeg_with_xmp(extra=f"<exif:GPSLatitude{EXIF_TYPE}>53,47N</exif:GPSLatitude>"),
        "XMP {http://ns.adobe.com/exif/1.0/}GPSLatitude",
        "allow-list",
    ),
    "unused namespace": (
        raw_xmp(lambda xmp: changed(xmp, b"<rdf:RDF", b'<rdf:RDF xmlns:home="1 Elm Road"')),
        "XMP xmlns:home",
        "namespaces",
    ),
    "known namespace, other prefix": (
        raw_xmp(lambda xmp: changed(xmp, b"<rdf:RDF", b'<rdf:RDF xmlns:anna="http://purl.org/dc/elements/1.1/"')),
        "XMP xmlns:anna",
        "namespaces",
    ),
    "property twice": (jpeg_with_xmp(extra="<photoshop:Credit>x</photoshop:Credit>"), "XMP photoshop:Credit", "twice"),
    "property as attribute": (
        raw_xmp(lambda xmp: changed(xmp, b'rdf:about=""', b'rdf:about="" dc:source="x"')),
        "XMP dc:source",
        "attribute",
    ),
    "about": (raw_xmp(lambda xmp: changed(xmp, b'rdf:about=""', b'rdf:about="uuid:1"')), "XMP rdf:about", "attribute"),
    "no about": (raw_xmp(lambda xmp: changed(xmp, b' rdf:about=""', b"")), "XMP rdf:Description", "rdf:about"),
    "toolkit": (raw_xmp(lambda xmp: changed(xmp, b'"imgvet"', b'"Adobe XMP Core"')), "XMP x:xmptk", "allow-list"),
    "two descriptions": (
        raw_xmp(lambda xmp: changed(xmp, b"</rdf:RDF>", b'<rdf:Description rdf:about=""/></rdf:RDF>')),
        "XMP rdf:RDF",
        "one element",
    ),
    "no RDF": (raw_xmp(lambda xmp: xmp.replace(b"rdf:RDF", b"dc:RDF")), "XMP dc:RDF", "rdf:RDF must"),
    "another root": (raw_xmp(lambda xmp: xmp.replace(b"x:xmpmeta", b"x:xapmeta")), "XMP x:xapmeta", "x:xmpmeta must"),
    "stray text": (raw_xmp(lambda xmp: changed(xmp, b"<dc:title>", b"Anna<dc:title>")), "XMP rdf:Description", "text"),
    "stray text in a bag": (raw_xmp(lambda xmp: changed(xmp, b"<rdf:Bag>", b"<rdf:Bag>A")), "XMP dc:subject", "alone"),
    "comment": (jpeg_with_xmp(extra="<!-- Anna -->"), "XMP", "comment"),
    "CDATA": (instead("photoshop:Credit", "<![CDATA[Example Police]]>"), "XMP", "CDATA"),
    "processing instruction": (jpeg_with_xmp(extra="<?anna?>"), "XMP", "instruction"),
    "DOCTYPE": (
        raw_xmp(lambda xmp: changed(xmp, b"<x:xmpmeta", b'<!DOCTYPE x [<!ENTITY a "b">]><x:xmpmeta')),
        "XMP",
        "declaration",
    ),
    "unknown entity": (instead("photoshop:Credit", "&anna;"), "XMP", "well-formed"),
    "not well-formed": (jpeg_with_xmp(extra="<dc:title>"), "XMP", "well-formed"),
    "not UTF-8": (raw_xmp(lambda xmp: changed(xmp, b"horse", b"\xe9")), "XMP", "UTF-8"),
    "no packet start": (raw_xmp(lambda xmp: xmp[1:]), "XMP", "XMP packet"),
    "other packet start": (raw_xmp(lambda xmp: changed(xmp, b"W5M0", b"w5m0")), "XMP", "XMP packet"),
    "text after the packet": (raw_xmp(lambda xmp: xmp + b" "), "XMP", "XMP packet"),
    "padded with words": (jpeg_with_xmp(padding="Anna"), "XMP", "well-formed"),
    "padded too far": (jpeg_with_xmp(padding=" " * 5000), "XMP", "padded"),
    "too long": (instead("dc:rights", alt("x" * 60_000)), "XMP", "longer than"),
    "other language": (
        instead("dc:title", alt("Open day (1)").replace("x-default", "en")),
        "XMP dc:title",
        "plain rdf:li",
    ),
    "two languages": (
        instead("dc:title", alt("Open day (1)").replace("</rdf:Alt>", '<rdf:li xml:lang="cy">x</rdf:li></rdf:Alt>')),
        "XMP dc:title",
        "number of rdf:li",
    ),
    "bag for a title": (instead("dc:title", "<rdf:Bag><rdf:li>x</rdf:li></rdf:Bag>"), "XMP dc:title", "rdf:Alt"),
    "bare title": (instead("dc:title", "Open day (1)"), "XMP dc:title", "rdf:Alt"),
    "empty bag": (instead("dc:subject", "<rdf:Bag/>"), "XMP dc:subject", "number of rdf:li"),
    "element in a text": (
        instead("photoshop:Credit", "<dc:source>x</dc:source>"),
        "XMP photoshop:Credit",
        "text alone",
    ),
    "element in an item": (
        instead("dc:creator", "<rdf:Seq><rdf:li>A<dc:source>x</dc:source></rdf:li></rdf:Seq>"),
        "XMP dc:creator",
        "plain rdf:li",
    ),
    "attribute on a property": (
        raw_xmp(lambda xmp: changed(xmp, b"<photoshop:Credit>", b'<photoshop:Credit xml:lang="en">')),
        "XMP photoshop:Credit",
        "attribute",
    ),
    "wrong format": (instead("dc:format", "image/png"), "XMP dc:format", "what the file is"),
    "not marked": (instead("xmpRights:Marked", "False"), "XMP xmpRights:Marked", "not True"),
    "not an address": (instead("xmpRights:WebStatement", "javascript:1"), "XMP xmpRights:WebStatement", "address"),
    "empty text": (instead("photoshop:Credit", ""), "XMP photoshop:Credit", "empty"),
    "control character": (instead("Iptc4xmpExt:Event", alt("a&#x9b;b")), "XMP Iptc4xmpExt:Event", "control"),
    "line break in a title": (instead("Iptc4xmpExt:Event", alt("a\nb")), "XMP Iptc4xmpExt:Event", "control"),
}


@pytest.mark.parametrize("case", BAD_XMP)
def test_an_xmp_packet_with_something_else_in_it_does_not_prove(case: str) -> None:
    """The problem names the property and says why."""
    data, name, words = BAD_XMP[case]
    assert has_problem(data, name, words), reasons(prove(data))


def with_resources(resources: bytes) -> bytes:
    return jpeg(iptc=segment(0xED, b"Photoshop 3.0\x00" + resources))


def with_iim(iim: bytes) -> bytes:
    return jpeg(iptc=app13(iim))


FIELDS = resource(0x0404, IIM)
BAD_IIM: dict[str, tuple[bytes, str, str]] = {
    "thumbnail resource": (
        with_resources(FIELDS + digest(IIM) + resource(0x040C, b"jpg")),
        "8BIM 0x040C",
        "allow-list",
    ),
    "path resource": (with_resources(FIELDS + digest(IIM) + resource(0x043E, b"C:")), "8BIM 0x043E", "allow-list"),
    "resource twice": (with_resources(FIELDS + FIELDS + digest(IIM)), "8BIM 0x0404", "twice"),
    "named resource": (
        with_resources(FIELDS + digest(IIM) + resource(0x040A, b"\x01", b"\x01A")),
        "8BIM 0x040A",
        "name",
    ),
    "slack after the resources": (with_resources(FIELDS + digest(IIM) + b"secret"), "APP13", "no Photoshop resource"),
    "resource cut": (with_resources(FIELDS + digest(IIM)[:-1]), "8BIM 0x0425", "longer than"),
    "padding": (with_resources(FIELDS + digest(IIM) + resource(0x040A, b"\x01")[:-1] + b"x"), "8BIM 0x040A", "padding"),
    "copyright flag": (with_resources(FIELDS + digest(IIM) + resource(0x040A, b"\x02")), "8BIM 0x040A", "0 or 1"),
    "no digest": (with_resources(FIELDS), "8BIM 0x0425", "missing"),
    "no fields": (with_resources(digest(b"")), "8BIM 0x0404", "missing"),
    "wrong digest": (with_resources(FIELDS + digest(IIM + b"x")), "8BIM 0x0425", "MD5"),
    "other APP13": (jpeg(iptc=segment(0xED, b"Adobe_CM\x00")), "APP13 Adobe_CM", "allow-list"),
    "city": (with_iim(IIM + dataset(90, b"Leeds")), "IIM 2:90", "allow-list"),
    "record 3": (with_iim(IIM + dataset(5, b"x", record=3)), "IIM 3:05", "allow-list"),
    "no character set": (with_iim(IIM[len(dataset(90, b"\x1b%G", 1)) :]), "IIM 2:00", "1:90 must be here"),
    "other version": (
        with_iim(changed(IIM, b"\x00\x02\x00\x04", b"\x00\x02\x00\x02")),
        "IIM 2:00",
        "2:00 must be here",
    ),
    "nothing": (with_iim(b""), "IIM", "does not start"),
    "character set alone": (with_iim(dataset(90, b"\x1b%G", 1)), "IIM", "does not start"),
    "character set again": (with_iim(IIM + IIM_START), "IIM 1:90", "allow-list"),
    "title twice": (with_iim(IIM + dataset(5, b"x")), "IIM 2:05", "twice"),
    "slack": (with_iim(IIM + b"\x00\x00"), "8BIM 0x0404", "no IIM dataset"),
    "extended dataset": (with_iim(IIM + b"\x1c\x02\x78\x80\x04\x00\x00\x00\x00"), "IIM 2:120", "extended"),
    "cut dataset": (with_iim(IIM + b"\x1c\x02\x19\x00\x09x"), "IIM 2:25", "longer than the resource"),
    "too long": (
        with_iim(changed(IIM, dataset(110, b"Example Police"), dataset(110, b"x" * 33))),
        "IIM 2:110",
        "32 bytes",
    ),
    "not UTF-8": (with_iim(changed(IIM, "café".encode(), b"caf\xe9\xe9")), "IIM 2:25", "UTF-8"),
    "control character": (with_iim(changed(IIM, b"open day", b"open\x00day")), "IIM 2:25", "control"),
    "line break in a headline": (
        with_iim(changed(IIM, b"\x00\x08Open day", b"\x00\x08Open\nday")),
        "IIM 2:105",
        "control",
    ),
    "empty": (with_iim(IIM + dataset(25, b"")), "IIM 2:25", "empty"),
    "other words than XMP": (with_iim(changed(IIM, b"Press", b"press")), "IIM 2:80", "not the same"),
    "one keyword more than XMP": (with_iim(IIM + dataset(25, b"more")), "IIM 2:25", "not the same"),
    "headline in IIM alone": (jpeg_with_xmp(without("photoshop:Headline")), "IIM 2:105", "XMP has no"),
    "rights in XMP alone": (
        with_iim(changed(IIM, dataset(116, "© Example Police 2026".encode()), b"")),
        "XMP dc:rights",
        "IIM has no 2:116",
    ),
    "XMP without IIM": (jpeg(iptc=b""), "XMP dc:title", "IIM has no 2:05"),
    "IIM without XMP": (jpeg(xmp=b""), "IIM 2:05", "XMP has no"),
}


@pytest.mark.parametrize("case", BAD_IIM)
def test_iim_fields_with_something_else_in_them_do_not_prove(case: str) -> None:
    """The problem names the resource or the dataset and says why."""
    data, name, words = BAD_IIM[case]
    assert has_problem(data, name, words), reasons(prove(data))


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"GIF89a", b"RIFF\x00\x00\x00\x00WAVE", b"\x89PNG", b"MM\x00+", b"%PDF-", b"\0\0\0\x18ftypheic"],
)
def test_another_kind_of_file_never_proves(data: bytes) -> None:
    """What imgvet does not write, it does not vouch for."""
    proof = prove(data)
    assert (proof.kind, proof.proven, proof.problems[0].name) == ("", False, "file")


def test_problems_never_repeat_private_values() -> None:
    """The name of a field is told, what stands in it is not."""
    extra = "<photoshop:City>Zanzibar</photoshop:City>"
    data = jpeg(xmp=app1(packet(JPEG_PROPERTIES, extra)), iptc=app13(IIM + dataset(90, b"Zanzibar")))
    problems = prove(data + b"Zanzibar").problems
    assert len(problems) == 3
    assert not any("Zanzibar" in f"{each.name} {each.reason}" for each in problems)


def test_names_from_the_file_are_safe_to_print() -> None:
    """Terminal codes in a segment's name do not reach the screen."""
    names = [each.name for each in prove(planted(20, segment(0xE5, b"\x1b[2J\x9b\x00"))).problems]
    assert names == ["APP5"]
    extra = '<dc:source xmlns:dc="a\u009bb"/>'
    assert all(each.name.isprintable() for each in prove(jpeg_with_xmp(extra=extra)).problems)


def test_a_file_full_of_faults_ends_the_walk_early() -> None:
    """A hundred problems are enough to say no."""
    proof = prove(BARE[:20] + segment(0xE5, b"") * 5000 + BARE[20:])
    assert len(proof.problems) == 100


@pytest.mark.slow
def test_a_file_of_very_many_pieces_ends_the_walk() -> None:
    """Pieces are listed, so there must be an end to them."""
    proof = prove(png(data=chunk(b"IDAT", b"x") * 210_000))
    assert len(proof.structures) == 200_000
    assert "more than 200000 pieces" in proof.problems[-1].reason


# --- any bytes at all --------------------------------------------------------------------------------------------

CLEAN = st.sampled_from([jpeg(), png(), jpeg(bare=PROGRESSIVE), jpeg(bare=RESTARTED)])
JPEGS = st.sampled_from([jpeg(), jpeg(bare=PROGRESSIVE), jpeg(bare=RESTARTED)])


@given(CLEAN, st.binary(min_size=1, max_size=40))
def test_anything_appended_makes_a_proven_file_fail(data: bytes, more: bytes) -> None:
    """Not one byte may follow the picture."""
    assert not prove(data + more).proven


@given(JPEGS, st.integers(0x01, 0xFE), st.binary(max_size=80), st.data())
@examples(300)
def test_any_segment_inserted_makes_a_proven_jpeg_fail(
    data: bytes, marker: int, content: bytes, draw: st.DataObject
) -> None:
    """At every boundary, whatever its marker and content."""
    places = [each.offset for each in prove(data).structures if not each.name.startswith(("XMP ", "IIM ", "8BIM "))]
    place = draw.draw(st.sampled_from(places))
    assert not prove(data[:place] + segment(marker, content) + data[place:]).proven


@given(JPEGS, st.data())
def test_any_segment_repeated_makes_a_proven_jpeg_fail(data: bytes, draw: st.DataObject) -> None:
    """A second copy of an allowed segment is one too many, wherever it goes."""
    whole = [each for each in prove(data).structures if not each.name.startswith(("XMP ", "IIM ", "8BIM "))]
    which = draw.draw(st.sampled_from([each for each in whole if each.name != "entropy data"]))
    place = draw.draw(st.sampled_from(whole)).offset
    copy = data[which.offset : which.offset + which.length]
    assert not prove(data[:place] + copy + data[place:]).proven


CHUNKS = [b"IHDR", b"sRGB", b"PLTE", b"tRNS", b"iTXt", b"IDAT", b"IEND", b"tEXt", b"eXIf", b"gAMA"]


@given(st.sampled_from(CHUNKS) | st.binary(min_size=4, max_size=4), st.binary(max_size=80), st.data())
@examples(300)
def test_any_chunk_inserted_makes_a_proven_png_fail(kind: bytes, content: bytes, draw: st.DataObject) -> None:
    """At every boundary, with a right checksum, whatever its kind and content."""
    place = draw.draw(st.sampled_from([each.offset for each in prove(png()).structures if "XMP " not in each.name]))
    assert not prove(png()[:place] + chunk(kind, content) + png()[place:]).proven


XML_NAME = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,12}", fullmatch=True)


@given(
    st.sampled_from(sorted(NAMESPACES)),
    XML_NAME,
    st.text("ab ", max_size=9),
    st.sampled_from(["text", "Alt", "attribute"]),
)
def test_any_xmp_property_added_makes_a_proven_file_fail(prefix: str, name: str, text: str, form: str) -> None:
    """Known names would stand there twice, all others are not on the list."""
    if form == "attribute":
        data = raw_xmp(lambda xmp: changed(xmp, b'rdf:about=""', f'rdf:about="" {prefix}:{name}="{text}"'.encode()))
    else:
        data = jpeg_with_xmp(extra=f"<{prefix}:{name}>{alt(text) if form == 'Alt' else text}</{prefix}:{name}>")
    assert not prove(data).proven


@given(st.integers(0, 255), st.integers(0, 255), st.binary(max_size=40))
def test_any_iim_dataset_added_makes_a_proven_jpeg_fail(record: int, number: int, content: bytes) -> None:
    """Even where the digest is made to match."""
    assert not prove(with_iim(IIM + dataset(number, content, record))).proven


@given(st.binary(max_size=400), st.sampled_from([b"", b"\xff\xd8", SIGNATURE, BARE[:20], SIGNATURE + header()]))
@examples(300)
def test_no_bytes_make_it_raise(data: bytes, start: bytes) -> None:
    """Random bytes are a problem, never an exception and never a pass."""
    assert not prove(start + data).proven


@given(CLEAN, st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6))
@examples(300)
def test_no_damage_makes_it_raise(data: bytes, damage: list[tuple[float, int]]) -> None:
    """Damaged files are read to where they can be read; a damaged PNG is always noticed."""
    damaged = bytearray(data)
    for where, byte in damage:
        damaged[int(where * len(data))] = byte
    proof = prove(bytes(damaged))
    assert proof.proven == (not proof.problems)
    if data.startswith(SIGNATURE) and damaged != data:
        assert not proof.proven


@pytest.mark.parametrize("text", [
    "a\u2028b", "a\u202eb", "\u2067a", "a\u2069", "\u202aa\u2069", "\u2067\u202aa\u2069", "🏴\U000e0067\U000e0062",
    "a\U000e0067\U000e0062\U000e007f", "☎\ufe0f\ufe0f", "a\U000e0100", "a\u200b\u200d\u200b\u200db", "\ufeffa",
    "a\U0001fffe", "\ufdd0", "a\ufff9b", "a\u2065", "a\U000e0001",
])  # fmt: skip
def test_a_text_that_hides_or_turns_round_is_refused(text: str) -> None:
    """In XMP and in IIM."""
    properties = JPEG_PROPERTIES | {"dc:subject": f"<rdf:Bag><rdf:li>{text}</rdf:li></rdf:Bag>"}
    assert "XMP dc:subject" in {problem.name for problem in prove(jpeg(xmp=app1(packet(properties)))).problems}
    assert "IIM 2:05" in {problem.name for problem in prove(with_iim(IIM_START + dataset(5, text.encode()))).problems}


@pytest.mark.parametrize(("short", "agrees"), [
    ("Ab" * 32, True), ("Ab" * 20, True), ("Ab" * 20 + "… (7)", True), ("Ab" * 40 + " (7)", False),
    ("Ab" * 20 + "… (8)", False), ("b" + "Ab" * 20, False), ("Somebody", False), (None, True),
])  # fmt: skip
def test_iim_may_shorten_what_it_has_no_room_for(short: str | None, agrees: bool) -> None:
    """To its beginning, or its beginning and end; and to no other words."""
    properties = {"dc:format": "image/jpeg", "dc:title": alt("Ab" * 40 + " (7)"), "photoshop:Headline": "Open day"}
    fields = IIM_START + dataset(105, b"Open day") + (dataset(5, short.encode()) if short else b"")
    assert prove(jpeg(xmp=app1(packet(properties)), iptc=app13(fields))).proven == agrees


@given(st.binary(max_size=200), st.integers(0, 2000))
def test_no_xmp_or_iim_bytes_make_it_raise(noise: bytes, where: int) -> None:
    """Noise inside the packet or the fields is a problem or words, never an exception."""
    xmp = packet(JPEG_PROPERTIES)
    prove(jpeg(xmp=app1(xmp[:where] + noise + xmp[where + len(noise) :])))
    prove(with_iim(IIM[: where % len(IIM)] + noise))


@pytest.mark.parametrize("data", [jpeg(), png()])
def test_a_file_cut_at_any_length_fails(data: bytes) -> None:
    """No beginning of a proven file proves."""
    assert not any(prove(data[:length]).proven for length in range(len(data)))


# --- independence ------------------------------------------------------------------------------------------------


def test_the_proof_shares_no_code_with_writer_or_decoders() -> None:
    """It imports no imaging library, and of imgvet only errors, photo and its own package."""
    home = Path(prove_module.__file__).parent
    sources = list(home.glob("*.py"))
    assert len(sources) > 5
    imported = {name for source in sources for name in _imported(ast.parse(source.read_text(encoding="utf-8")))}
    foreign = {name for name in imported if name.split(".")[0] == "imgvet"} - {"imgvet.errors", "imgvet.photo"}
    assert all(name.startswith("imgvet.proof") for name in foreign)
    outside = {name.split(".")[0] for name in imported} - {"imgvet", "numpy"}
    standard = {"array", "ast", "collections", "contextlib", "dataclasses", "hashlib", "re", "typing", "xml", "zlib"}
    assert outside <= standard


def _imported(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add(node.module or "")
        elif isinstance(node, ast.Name):
            assert node.id not in {"__import__", "importlib", "exec", "eval"}
    return found
