"""Writes private data into picture files, byte by byte, where cameras, phones and editors leave it.

Exif: CIPA DC-008; IPTC-IIM in Photoshop's APP13; XMP packets; MPF: CIPA DC-007; PNG: W3C PNG,
3rd edition; colour profiles: ICC.1:2001-04.
"""

import struct
import zlib
from dataclasses import dataclass
from fractions import Fraction

IFD0_EXIF, IFD0_GPS = 0x8769, 0x8825
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}  # bytes a value of each Exif type takes

Value = str | bytes | int | Fraction | tuple[Fraction, ...]
Fields = dict[int, Value]


@dataclass(frozen=True, slots=True)
class Exif:
    """What an Exif block is to hold: the fields of each directory by tag number, and a thumbnail JPEG."""

    image: Fields
    photo: Fields | None = None
    place: tuple[float, float] | None = None  # degrees north and east
    thumbnail: bytes = b""


def exif_block(exif: Exif) -> bytes:
    """The block as a little-endian TIFF structure, without the ``Exif`` header."""
    inner = {IFD0_EXIF: exif.photo or {}, IFD0_GPS: _place_fields(exif.place)}
    inner = {pointer: fields for pointer, fields in inner.items() if fields}
    image = exif.image | dict.fromkeys(inner, 0)
    at, placed = 8 + len(_directory_bytes(image, 8)), b""
    for pointer, fields in inner.items():
        image[pointer] = at + len(placed)
        placed += _directory_bytes(fields, at + len(placed))
    at += len(placed)
    start = b"II*\0" + struct.pack("<I", 8) + _directory_bytes(image, 8, at if exif.thumbnail else 0)
    return start + placed + (_thumbnail_directory(exif.thumbnail, at) if exif.thumbnail else b"")


def _thumbnail_directory(thumbnail: bytes, start: int) -> bytes:
    fields: Fields = {0x0103: 6, 0x0201: 0, 0x0202: len(thumbnail)}
    fields[0x0201] = start + len(_directory_bytes(fields, start))
    return _directory_bytes(fields, start) + thumbnail


_SHORTS = {0x0103, 0x0112}  # tags whose numbers are 16 bits wide
_UNDEFINED = {0x9000, 0x927C, 0x9286}  # tags whose bytes have no type


def _encoded(tag: int, value: Value) -> tuple[int, bytes]:
    """The Exif type of a value, and its bytes."""
    if isinstance(value, str):
        return 2, value.encode() + b"\0"
    if isinstance(value, bytes):
        return (7 if tag in _UNDEFINED else 1), value
    if isinstance(value, int):
        return (3, struct.pack("<H", value)) if tag in _SHORTS else (4, struct.pack("<I", value))
    numbers = value if isinstance(value, tuple) else (value,)
    return 5, b"".join(struct.pack("<II", number.numerator, number.denominator) for number in numbers)


def _directory_bytes(fields: Fields, start: int, following: int = 0) -> bytes:
    """One directory that will stand at ``start``, and the values that do not fit into its entries."""
    entries, outside = b"", b""
    outside_at = start + 2 + 12 * len(fields) + 4
    for tag, value in sorted(fields.items()):
        kind, data = _encoded(tag, value)
        count = len(data) // _SIZES[kind]
        if len(data) <= 4:
            entries += struct.pack("<HHI", tag, kind, count) + data.ljust(4, b"\0")
        else:
            entries += struct.pack("<HHII", tag, kind, count, outside_at + len(outside))
            outside += data + b"\0" * (len(data) % 2)
    return struct.pack("<H", len(fields)) + entries + struct.pack("<I", following) + outside


def _place_fields(place: tuple[float, float] | None) -> Fields:
    if place is None:
        return {}
    north, east = place
    return {
        0x0000: b"\x02\x03\x00\x00",
        0x0001: "N" if north >= 0 else "S",
        0x0002: _degrees(north),
        0x0003: "E" if east >= 0 else "W",
        0x0004: _degrees(east),
        0x0006: Fraction(142),
        0x001D: "2026:06:14",
    }


def _degrees(angle: float) -> tuple[Fraction, ...]:
    minutes = Fraction(abs(angle)).limit_denominator(10_000) * 60
    return Fraction(minutes // 60), Fraction(minutes % 60 // 1), minutes % 1 * 60


def xmp_packet(properties: str) -> bytes:
    """An XMP packet that holds these properties (XML) in one description."""
    names = {
        "dc": "http://purl.org/dc/elements/1.1/",
        "xmp": "http://ns.adobe.com/xap/1.0/",
        "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
        "photoshop": "http://ns.adobe.com/photoshop/1.0/",
        "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
        "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
        "stArea": "http://ns.adobe.com/xmp/sType/Area#",
        "stDim": "http://ns.adobe.com/xap/1.0/sType/Dimensions#",
        "GCamera": "http://ns.google.com/photos/1.0/camera/",
    }
    spaces = " ".join(f'xmlns:{short}="{url}"' for short, url in names.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {spaces}>{properties}</rdf:Description>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def bag(name: str, *items: str, kind: str = "Bag") -> str:
    """An XMP property that is a list."""
    listed = "".join(f"<rdf:li>{item}</rdf:li>" for item in items)
    return f"<{name}><rdf:{kind}>{listed}</rdf:{kind}></{name}>"


def face_regions(width: int, height: int, faces: list[tuple[str, float, float, float, float]]) -> str:
    """The regions that photo software draws round faces it knows: name, centre x and y, width, height in pixels."""
    items = "".join(
        f'<rdf:li rdf:parseType="Resource"><mwg-rs:Name>{name}</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type>'
        f'<mwg-rs:Area stArea:x="{x / width:.4f}" stArea:y="{y / height:.4f}" stArea:w="{across / width:.4f}" '
        f'stArea:h="{down / height:.4f}" stArea:unit="normalized"/></rdf:li>'
        for name, x, y, across, down in faces
    )
    return (
        f'<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:AppliedToDimensions stDim:w="{width}" stDim:h="{height}" '
        f'stDim:unit="pixel"/><mwg-rs:RegionList><rdf:Bag>{items}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>'
    )


def segment(marker: int, payload: bytes) -> bytes:
    """One JPEG segment."""
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def exif_segment(exif: Exif) -> bytes:
    """APP1 with Exif."""
    return segment(0xE1, b"Exif\0\0" + exif_block(exif))


def xmp_segment(properties: str) -> bytes:
    """APP1 with XMP."""
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp_packet(properties))


def comment_segment(text: str) -> bytes:
    """A JPEG comment."""
    return segment(0xFE, text.encode())


def icc_segment(profile: bytes) -> bytes:
    """APP2 with a colour profile that fits into one segment."""
    return segment(0xE2, b"ICC_PROFILE\0\x01\x01" + profile)


def photoshop_segment(fields: list[tuple[int, str]], thumbnail: bytes = b"") -> bytes:
    """APP13 with IPTC-IIM datasets of record 2, and Photoshop's own thumbnail where one is given."""
    records = b"\x1c\x01\x5a\x00\x03\x1b%G" + b"".join(
        struct.pack(">BBBH", 0x1C, 2, number, len(text.encode())) + text.encode() for number, text in fields
    )
    resources = _resource(0x0404, records)
    if thumbnail:
        header = struct.pack(">IIIIIIHH", 1, 160, 107, 480, 480 * 107, len(thumbnail), 24, 1)
        resources += _resource(0x040C, header + thumbnail)
    return segment(0xED, b"Photoshop 3.0\0" + resources)


def _resource(number: int, data: bytes) -> bytes:
    return b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + b"\0" * (len(data) % 2)


def credentials_segment(text: str) -> bytes:
    """APP11 with a JUMBF box labelled as Content Credentials; it is not a valid manifest."""
    label = _box(b"jumd", b"c2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71\x03c2pa\0")
    return segment(0xEB, b"JP\0\x01\0\0\0\x01" + _box(b"jumb", label + _box(b"json", text.encode())))


def _box(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + kind + data


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """The JPEG with more segments, right after its start and JFIF header."""
    at = 2
    if jpeg[2:4] == b"\xff\xe0":
        at = 4 + struct.unpack(">H", jpeg[4:6])[0]
    return jpeg[:at] + b"".join(segments) + jpeg[at:]


def with_second_picture(jpeg: bytes, second: bytes) -> bytes:
    """The JPEG with an MPF index and a second whole JPEG after its end, as cameras store previews."""
    length = 2 + 2 + 4 + 8 + 2 + 3 * 12 + 4 + 2 * 16
    start = 2 + (2 + struct.unpack(">H", jpeg[4:6])[0] if jpeg[2:4] == b"\xff\xe0" else 0)
    header_at = start + 8  # offsets in MPF count from its own TIFF header
    size = len(jpeg) + length
    entries = struct.pack(">HHI4s", 0xB000, 7, 4, b"0100") + struct.pack(">HHII", 0xB001, 4, 1, 2)
    entries += struct.pack(">HHII", 0xB002, 7, 32, 8 + 2 + 36 + 4)
    pictures = struct.pack(">IIIHH", 0x030000, size, 0, 0, 0) + struct.pack(
        ">IIIHH", 0x010001, len(second), size - header_at, 0, 0
    )
    index = b"MM\0*" + struct.pack(">I", 8) + struct.pack(">H", 3) + entries + struct.pack(">I", 0) + pictures
    return with_segments(jpeg, segment(0xE2, b"MPF\0" + index)) + second


def motion_clip(text: str) -> bytes:
    """The start of an MP4 file, as motion photos carry one after the picture; there is no film in it."""
    return _box(b"ftyp", b"mp42\0\0\0\0isommp42") + _box(b"free", text.encode()) + _box(b"mdat", b"\0" * 256)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """One PNG chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunks(png: bytes, *chunks: bytes) -> bytes:
    """The PNG with more chunks, right after its header."""
    return png[:33] + b"".join(chunks) + png[33:]


def international_text(keyword: str, text: str) -> bytes:
    """A compressed iTXt chunk."""
    return png_chunk(b"iTXt", keyword.encode() + b"\0\x01\0en\0\0" + zlib.compress(text.encode()))


def compressed_text(keyword: str, text: str) -> bytes:
    """A zTXt chunk."""
    return png_chunk(b"zTXt", keyword.encode() + b"\0\0" + zlib.compress(text.encode()))


def plain_text(keyword: str, text: str) -> bytes:
    """A tEXt chunk."""
    return png_chunk(b"tEXt", keyword.encode() + b"\0" + text.encode())


def colour_profile(description: str) -> bytes:
    """An ICC version 2 display profile with the primaries of Display P3 and a gamma of 2.2."""
    text = description.encode("ascii") + b"\0"
    words = b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + b"\0" * (4 + 4 + 2 + 1 + 67)
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256))
    # SMPTE RP 431-2 primaries with a D65 white, adapted to D50 by Bradford's matrix.
    tags = [
        (b"desc", words),
        (b"cprt", b"text\0\0\0\0Apache-2.0\0"),
        (b"wtpt", _xyz(0.9642, 1.0, 0.8249)),
        (b"rXYZ", _xyz(0.5151, 0.2412, -0.0011)),
        (b"gXYZ", _xyz(0.2920, 0.6922, 0.0419)),
        (b"bXYZ", _xyz(0.1571, 0.0666, 0.7841)),
        (b"rTRC", curve),
        (b"gTRC", curve),
        (b"bTRC", curve),
    ]
    return _profile(tags)


def _xyz(x: float, y: float, z: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">iii", *(round(value * 65536) for value in (x, y, z)))


def _profile(tags: list[tuple[bytes, bytes]]) -> bytes:
    """The profile's header, table and tags."""
    table, body = struct.pack(">I", len(tags)), b""
    body_at = 128 + 4 + 12 * len(tags)
    for name, data in tags:
        table += name + struct.pack(">II", body_at + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    header = struct.pack(">I4sI4s4s4s", body_at + len(body), b"\0\0\0\0", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H", 2026, 6, 14, 12, 0, 0) + b"acsp" + b"\0" * 28
    header += _xyz(0.9642, 1.0, 0.8249)[8:]
    return header.ljust(128, b"\0") + table + body
