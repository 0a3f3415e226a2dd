"""Reading private data: markers are planted in files made here, and must be found in the right group and place."""

import io
import logging
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imgvet.inspection.findings import GROUPS, PrivateItem
from imgvet.inspection.inspection import Inspection
from imgvet.inspection.summaries import claim_sentences
from support.chance import examples
from support.checked_files import inspect_bytes

MARKER = "Planted Word"
KINDS = ["jpeg", "png", "webp", "tiff", "gif", "avif", "heic"]

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NAMESPACES = {
    "exif": "http://ns.adobe.com/exif/1.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "stEvt": "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "MP": "http://ns.microsoft.com/photo/1.2/",
    "MPReg": "http://ns.microsoft.com/photo/1.2/t/Region#",
    "GCamera": "http://ns.google.com/photos/1.0/camera/",
    "drone-dji": "http://www.dji.com/drone-dji/1.0/",
    "nobody": "http://example.org/nobody-knows/",
}


def picture(kind: str = "JPEG", **saving: Any) -> bytes:
    """A small clean file."""
    file = io.BytesIO()
    Image.new("RGB", (32, 24), (10, 120, 200)).save(file, kind, **saving)
    return file.getvalue()


def segment(marker: int, payload: bytes) -> bytes:
    """One JPEG segment."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload


def jpeg_with(*segments: bytes, behind: bytes = b"") -> bytes:
    """A JPEG with those segments right after its start mark, and bytes behind its end mark."""
    clean = picture()
    return clean[:2] + b"".join(segments) + clean[2:] + behind


def chunk(kind: bytes, payload: bytes) -> bytes:
    """One PNG chunk."""
    body = kind + payload
    return struct.pack(">I", len(payload)) + body + struct.pack(">I", zlib.crc32(body))


def png_with(*chunks: bytes, behind: bytes = b"") -> bytes:
    """A PNG with those chunks right after its header, and bytes behind its end."""
    clean = picture("PNG")
    return clean[:33] + b"".join(chunks) + clean[33:] + behind


def webp_with(*chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP with those chunks at its end."""
    clean = picture("WEBP")[12:]
    for kind, payload in chunks:
        clean += kind + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(clean)) + b"WEBP" + clean


def exif(
    main: dict[int, Any] | None = None, inner: dict[int, Any] | None = None, gps: dict[int, Any] | None = None
) -> bytes:
    """A TIFF structure with those tags, as Pillow writes it."""
    fields = Image.Exif()
    for tag, value in (main or {}).items():
        fields[tag] = value
    for pointer, values in ((0x8769, inner), (0x8825, gps)):
        for tag, value in (values or {}).items():
            fields.get_ifd(pointer)[tag] = value
    return fields.tobytes().removeprefix(b"Exif\0\0")


BIRMINGHAM = {1: "N", 2: (52.0, 28.0, 53.04), 3: "W", 4: (1.0, 53.0, 59.28)}


def raw_tiff(entries: list[tuple[int, int, int, bytes]]) -> bytes:
    """A TIFF structure of one directory: tag, type, count, value (4 bytes, or more that go behind)."""
    table, behind = [], b""
    for tag, kind, count, value in entries:
        inline = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack("<I", 14 + 12 * len(entries) + len(behind))
        behind += value if len(value) > 4 else b""
        table.append(struct.pack("<HHI", tag, kind, count) + inline)
    return b"II*\0" + struct.pack("<I", 8) + directory(*table) + behind


def entry(tag: int, kind: int, count: int, value: int) -> bytes:
    """One little-endian directory entry."""
    return struct.pack("<HHII", tag, kind, count, value)


def directory(*entries: bytes, following: int = 0) -> bytes:
    """One little-endian directory: 6 bytes and 12 an entry."""
    return struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", following)


def exif_segment(body: bytes) -> bytes:
    """An APP1 segment with that EXIF body."""
    return segment(0xE1, b"Exif\0\0" + body)


def xmp(attributes: str = "", elements: str = "") -> bytes:
    """An XMP packet with those properties."""
    spaces = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in NAMESPACES.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="{RDF}"><rdf:Description rdf:about="" {spaces} {attributes}>{elements}'
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def xmp_segment(packet: bytes) -> bytes:
    """An APP1 segment with that packet."""
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)


def resource(number: int, data: bytes) -> bytes:
    """One Photoshop image resource."""
    return b"8BIM" + struct.pack(">H", number) + b"\0\0" + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)


def dataset(record: int, number: int, data: bytes) -> bytes:
    """One IPTC-IIM dataset."""
    return struct.pack(">BBBH", 0x1C, record, number, len(data)) + data


def photoshop_segment(*resources: bytes) -> bytes:
    """An APP13 segment."""
    return segment(0xED, b"Photoshop 3.0\0" + b"".join(resources))


def icc(text: str = MARKER) -> bytes:
    """A colour profile of little more than a description."""
    words = text.encode() + b"\0"
    tag = b"desc" + bytes(4) + struct.pack(">I", len(words)) + words
    body = struct.pack(">I", 1) + struct.pack(">4sII", b"desc", 144, len(tag)) + tag
    head = bytearray(128)
    head[0:4] = struct.pack(">I", 128 + len(body))
    head[24:36] = struct.pack(">6H", 2026, 6, 14, 10, 31, 0)
    head[36:40] = b"acsp"
    return bytes(head) + body


def box(kind: bytes, payload: bytes) -> bytes:
    """One ISO media box."""
    return struct.pack(">I", 8 + len(payload)) + kind + payload


def heic_with(items: list[tuple[bytes, bytes, bytes]], *behind: bytes, brand: bytes = b"heic") -> bytes:
    """A HEIC skeleton whose items (type, content type, bytes) follow its ``meta`` box, and boxes behind them."""
    start = box(b"ftyp", brand + bytes(4) + b"mif1" + brand)
    entries = b"".join(
        box(b"infe", bytes((2, 0, 0, 0)) + struct.pack(">HH4s", number, 0, kind) + b"\0" + content + b"\0")
        for number, (kind, content, _) in enumerate(items, start=1)
    )
    info = box(b"iinf", bytes(4) + struct.pack(">H", len(items)) + entries)
    primary = box(b"pitm", bytes(4) + struct.pack(">H", 1))
    place_size = 8 + 4 + 2 + 2 + 14 * len(items)
    offset = len(start) + 8 + 4 + len(primary) + len(info) + place_size + 8
    places = b""
    for number, (_, _, data) in enumerate(items, start=1):
        places += struct.pack(">HHHII", number, 0, 1, offset, len(data))
        offset += len(data)
    location = box(b"iloc", bytes(4) + b"\x44\x00" + struct.pack(">H", len(items)) + places)
    meta = box(b"meta", bytes(4) + primary + info + location)
    return start + meta + box(b"mdat", b"".join(data for _, _, data in items)) + b"".join(behind)


def found(inspection: Inspection, group: str, name: str) -> PrivateItem:
    """The one item of that group and name that matters."""
    matching = [item for item in inspection.items if (item.group, item.name) == (group, name)]
    assert matching, f"no {group} {name} among {[(item.group, item.name) for item in inspection.items]}"
    return matching[0]


def assert_found(data: bytes, kind: str, group: str, name: str, value: str, where: str) -> None:
    """The marker is found in that group, under that name, in that place, with and without details."""
    for details in (True, False):
        item = found(inspect_bytes(data, kind, details=details), group, name)
        assert value in item.value
        assert item.where == where


# Clean files, and the shape of the answer


def test_a_clean_jpeg_and_png_carry_nothing() -> None:
    """A file without private data has no item and nothing unread."""
    for data, kind in (
        (picture(), "jpeg"),
        (picture("PNG"), "png"),
        (picture("WEBP"), "webp"),
        (picture("GIF"), "gif"),
    ):
        assert inspect_bytes(data, kind) == Inspection(kind)


def test_groups_stand_in_the_order_of_a_press_officer() -> None:
    """Groups come in the order of GROUPS, each once."""
    data = jpeg_with(segment(0xFE, b"words"), exif_segment(exif({0x010F: "Maker", 0x013B: "Jo"}, gps=BIRMINGHAM)))
    groups = inspect_bytes(data, "jpeg").groups
    assert groups == tuple(group for group in GROUPS if group in groups)
    assert {"gps", "owner", "device", "text"} <= set(groups)


def test_json_holds_items_position_and_unread() -> None:
    """The JSON form is plain data."""
    report = inspect_bytes(jpeg_with(exif_segment(exif(gps=BIRMINGHAM))), "jpeg").as_json()
    assert report["kind"] == "jpeg"
    assert report["position"] == pytest.approx([52.4814, -1.8998])
    assert {"group", "name", "value", "where", "offset"} == set(report["items"][0])
    assert report["unread"] == []


def test_values_are_safe_for_a_terminal() -> None:
    """Escape codes, bidirectional marks and line ends do not reach the value; long values are cut."""
    data = jpeg_with(segment(0xFE, "\x1b[31mred\u202e\r\nnext\x07 ".encode() + b"x" * 5000))
    value = found(inspect_bytes(data, "jpeg"), "text", "Comment").value
    assert value.isprintable()
    assert value.startswith("[31mred next")
    assert len(value) <= 200


def test_an_unknown_kind_is_said_to_be_unread() -> None:
    """A kind that nobody reads is an unread sentence and an unknown item, not silence."""
    report = inspect_bytes(b"something else", "")
    assert report.unread
    assert report.groups == ("unknown",)


# EXIF


@pytest.mark.parametrize(
    ("tag", "group", "name"),
    [
        (0x013B, "owner", "Artist"),
        (0x8298, "owner", "Copyright"),
        (0xFDE8, "owner", "OwnerName"),
        (0x010F, "device", "Make"),
        (0x0110, "device", "Model"),
        (0x0131, "device", "Software"),
        (0x013C, "device", "HostComputer"),
        (0xFDE9, "device", "SerialNumber"),
        (0x010E, "text", "ImageDescription"),
        (0x010D, "text", "DocumentName"),
        (0x0132, "time", "DateTime"),
        (0xC68B, "history", "OriginalRawFileName"),
        (0x7777, "unknown", "Tag 0x7777"),
    ],
)
def test_exif_fields_are_found(tag: int, group: str, name: str) -> None:
    """Each field of the first directory stands in its group."""
    body = raw_tiff([(tag, 2, len(MARKER) + 1, MARKER.encode() + b"\0")])
    assert_found(jpeg_with(exif_segment(body)), "jpeg", group, name, MARKER, "EXIF")


@pytest.mark.parametrize(
    ("tag", "group", "name"),
    [
        (0xA430, "owner", "OwnerName"),
        (0xA437, "owner", "Photographer"),
        (0xA438, "owner", "ImageEditor"),
        (0xA431, "device", "BodySerialNumber"),
        (0xA435, "device", "LensSerialNumber"),
        (0xA420, "device", "ImageUniqueID"),
        (0x9003, "time", "DateTimeOriginal"),
        (0x9011, "time", "OffsetTimeOriginal"),
        (0x9213, "history", "ImageHistory"),
        (0xA213, "history", "ImageHistory"),
        (0xA004, "pictures", "RelatedSoundFile"),
    ],
)
def test_fields_of_the_inner_exif_directory_are_found(tag: int, group: str, name: str) -> None:
    """Each field of the EXIF directory stands in its group."""
    assert_found(jpeg_with(exif_segment(exif(inner={tag: MARKER}))), "jpeg", group, name, MARKER, "EXIF")


@pytest.mark.parametrize(("tag", "name"), [(0x9C9B, "XPTitle"), (0x9C9C, "XPComment"), (0x9C9E, "XPKeywords")])
def test_windows_texts_are_decoded(tag: int, name: str) -> None:
    """The UTF-16 fields of Windows Explorer are read as text."""
    words = MARKER.encode("utf-16-le") + b"\0\0"
    assert_found(jpeg_with(exif_segment(raw_tiff([(tag, 1, len(words), words)]))), "jpeg", "text", name, MARKER, "EXIF")


def test_the_author_for_windows_is_an_owner() -> None:
    """XPAuthor names who took it."""
    words = MARKER.encode("utf-16-le")
    body = raw_tiff([(0x9C9D, 1, len(words), words)])
    assert_found(jpeg_with(exif_segment(body)), "jpeg", "owner", "XPAuthor", MARKER, "EXIF")


@pytest.mark.parametrize(
    "comment", [b"ASCII\0\0\0" + MARKER.encode(), b"UNICODE\0" + MARKER.encode("utf-16-le"), bytes(8) + MARKER.encode()]
)
def test_user_comments_are_decoded_on_the_fast_path_too(comment: bytes) -> None:
    """The encoding in front of a user comment is followed; exifread leaves the field out without details."""
    body = raw_tiff([(0x9286, 7, len(comment), comment)])
    assert_found(jpeg_with(exif_segment(body)), "jpeg", "text", "UserComment", MARKER, "EXIF")


@pytest.mark.parametrize("tag", [0x9212, 0xA212])
def test_a_security_classification_is_an_alarm(tag: int) -> None:
    """Both numbers of the classification tag are found, and the sentence tells to stop."""
    data = jpeg_with(exif_segment(raw_tiff([(tag, 2, 2, b"S\0")])))
    assert_found(data, "jpeg", "classification", "SecurityClassification", "S", "EXIF")
    sentence = "It carries a security classification: S (Secret). Stop and ask."
    assert inspect_bytes(data, "jpeg").sentences() == [sentence]


@pytest.mark.parametrize(
    ("north", "east", "expected"),
    [("N", "E", (52.4814, 1.8998)), ("S", "W", (-52.4814, -1.8998)), ("s", "w", (-52.4814, -1.8998))],
)
def test_the_position_is_signed_decimal_degrees(north: str, east: str, expected: tuple[float, float]) -> None:
    """South and west are negative."""
    body = exif(gps={**BIRMINGHAM, 1: north, 3: east})
    for details in (True, False):
        assert inspect_bytes(jpeg_with(exif_segment(body)), "jpeg", details=details).position == pytest.approx(expected)


def test_gps_fields_stand_in_their_place() -> None:
    """GPS fields keep their names and say that they come from the GPS directory."""
    body = exif(gps={**BIRMINGHAM, 0x1D: "2026:06:14"})
    assert_found(jpeg_with(exif_segment(body)), "jpeg", "gps", "GPSLatitude", "52 28 53.04", "EXIF GPS")
    assert_found(jpeg_with(exif_segment(body)), "jpeg", "gps", "GPSDateStamp", "2026:06:14", "EXIF GPS")


@pytest.mark.parametrize(
    ("latitude", "expected"),
    [((52, 1, 0, 0, 0, 0), (52.0, 52.0)), ((0, 0, 0, 0, 0, 0), None), ((999, 1, 0, 1, 0, 1), None)],
)
def test_rationals_over_nothing_do_not_hide_the_degrees(
    latitude: tuple[int, ...], expected: tuple[float, float] | None
) -> None:
    """Minutes of 0/0 count as none; degrees of 0/0, or off the globe, give no position but still a place group."""
    body = b"II*\0" + struct.pack("<I", 8) + directory(entry(0x8825, 4, 1, 26))
    body += directory(entry(2, 5, 3, 56), entry(4, 5, 3, 56)) + struct.pack("<6I", *latitude)
    report = inspect_bytes(jpeg_with(exif_segment(body)), "jpeg")
    assert report.position == expected
    assert "gps" in report.groups


def test_a_gps_version_alone_is_no_place() -> None:
    """Many cameras write an empty GPS directory; it does not tell a place."""
    report = inspect_bytes(jpeg_with(exif_segment(exif(gps={0: b"\2\3\0\0"}))), "jpeg")
    assert report.groups == ("other",)


def test_the_thumbnail_is_found_and_looked_into() -> None:
    """A picture in the second directory is told, with what it carries itself."""
    small = jpeg_with(segment(0xFE, MARKER.encode()))
    body = b"II*\0" + struct.pack("<I", 8) + directory(entry(0x0112, 3, 1, 1), following=26)
    body += directory(entry(0x0201, 4, 1, 56), entry(0x0202, 4, 1, len(small))) + small
    report = inspect_bytes(jpeg_with(exif_segment(body)), "jpeg")
    assert found(report, "pictures", "ThumbnailImage").where == "EXIF thumbnail"
    assert found(report, "text", "Comment").where == "thumbnail: JPEG comment"
    assert any(
        "hidden smaller picture (thumbnail), perhaps from before cropping" in line for line in report.sentences()
    )


def test_a_maker_note_is_told_with_and_without_details() -> None:
    """Its presence and size are told on the fast path, too."""
    for details in (True, False):
        data = jpeg_with(exif_segment(raw_tiff([(0x927C, 7, 500, b"MAKER" * 100)])))
        item = found(inspect_bytes(data, "jpeg", details=details), "other", "MakerNote")
        assert "500 bytes" in item.value


def test_the_owner_in_a_canon_maker_note_is_named() -> None:
    """With details, maker notes are decoded by exifread."""
    body = b"II*\0" + struct.pack("<I", 8) + directory(entry(0x010F, 2, 6, 74), entry(0x8769, 4, 1, 38))
    body += directory(entry(0x927C, 7, 50, 56)) + directory(entry(0x0009, 2, 32, 80))
    body += b"Canon\0" + MARKER.encode().ljust(32, b"\0")
    item = found(inspect_bytes(jpeg_with(exif_segment(body)), "jpeg"), "owner", "OwnerName")
    assert item.value == MARKER
    assert item.where == "EXIF maker note"


def test_a_damaged_maker_note_costs_nothing_else() -> None:
    """What exifread trips over is told as unread, and the other fields stay."""
    body = b"II*\0" + struct.pack("<I", 8) + directory(entry(0x010F, 2, 6, 74), entry(0x8769, 4, 1, 38))
    body += directory(entry(0x927C, 7, 0xFFFFFFF0, 56)) + bytes(18) + b"Canon\0"
    report = inspect_bytes(jpeg_with(exif_segment(body)), "jpeg")
    assert found(report, "device", "Make").value == "Canon"
    assert found(report, "other", "MakerNote")
    assert any("could not be decoded" in line for line in report.unread)


def test_exif_of_two_segments_is_joined() -> None:
    """EXIF that goes on in a second segment is read as one."""
    body = raw_tiff([(0x013B, 2, 40, MARKER.encode().ljust(40, b"\0"))])
    data = jpeg_with(exif_segment(body[:30]), exif_segment(body[30:]))
    assert_found(data, "jpeg", "owner", "Artist", MARKER, "EXIF")


def test_exif_that_is_none_is_unread_and_unknown() -> None:
    """Junk under the name of EXIF is not passed over."""
    report = inspect_bytes(jpeg_with(exif_segment(b"junk" * 40)), "jpeg")
    assert any("does not begin as EXIF" in line for line in report.unread)
    assert found(report, "unknown", "EXIF").where == "EXIF"


def test_exifread_does_not_log_through(capfd: pytest.CaptureFixture[str]) -> None:
    """Warnings of the library stay out of the terminal, and its logger is left as it was."""
    body = raw_tiff([(0x010F, 2, 5, b"\xff\xfe\xfd\xfc\0")])
    inspect_bytes(jpeg_with(exif_segment(body)), "jpeg")
    assert capfd.readouterr().err == ""
    logger = logging.getLogger("exifread")
    assert not logger.filters
    assert not logger.disabled


# XMP


@pytest.mark.parametrize(
    ("packet", "group", "name", "value"),
    [
        (xmp('exif:GPSLatitude="52,28.884N"'), "gps", "GPSLatitude", "52,28.884N"),
        (xmp(f'photoshop:City="{MARKER}"'), "gps", "City", MARKER),
        (xmp(f'Iptc4xmpCore:Location="{MARKER}"'), "gps", "Location", MARKER),
        (xmp(f'aux:SerialNumber="{MARKER}"'), "device", "SerialNumber", MARKER),
        (xmp(f'aux:OwnerName="{MARKER}"'), "owner", "OwnerName", MARKER),
        (xmp('xmp:CreateDate="2026-06-14T10:31:00"'), "time", "CreateDate", "2026-06-14"),
        (xmp(f'xmp:CreatorTool="{MARKER}"'), "device", "CreatorTool", MARKER),
        (xmp(f'photoshop:Headline="{MARKER}"'), "text", "Headline", MARKER),
        (xmp('GCamera:MotionPhoto="1"'), "pictures", "MotionPhoto", "1"),
        (xmp(f'nobody:secret="{MARKER}"'), "unknown", "secret", MARKER),
        (xmp(f'exif:SecurityClassification="{MARKER}"'), "classification", "SecurityClassification", MARKER),
        (xmp("", f"<dc:creator><rdf:Seq><rdf:li>{MARKER}</rdf:li></rdf:Seq></dc:creator>"), "owner", "creator", MARKER),
        (xmp("", f"<dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>{MARKER}</rdf:li></rdf:Alt></dc:rights>"),
         "owner", "rights", MARKER),
        (xmp("", f"<Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li>{MARKER}</rdf:li></rdf:Bag>"
                 "</Iptc4xmpExt:PersonInImage>"), "people", "PersonInImage", MARKER),
        (xmp("", f"<Iptc4xmpExt:LocationCreated><rdf:Bag><rdf:li Iptc4xmpExt:City='{MARKER}'/></rdf:Bag>"
                 "</Iptc4xmpExt:LocationCreated>"), "gps", "LocationCreated/City", MARKER),
        (xmp("", f"<Iptc4xmpCore:CreatorContactInfo Iptc4xmpCore:CiAdrCity='{MARKER}'/>"),
         "owner", "CreatorContactInfo/CiAdrCity", MARKER),
        (xmp("", "<mwg-rs:Regions rdf:parseType='Resource'><mwg-rs:RegionList><rdf:Bag>"
                 f"<rdf:li mwg-rs:Type='Face' mwg-rs:Name='{MARKER}'/></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"),
         "people", "Regions/Name", MARKER),
        (xmp("", f"<MP:RegionInfo><rdf:Description MPReg:PersonDisplayName='{MARKER}'/></MP:RegionInfo>"),
         "people", "RegionInfo/PersonDisplayName", MARKER),
        (xmp("", f"<xmpMM:History><rdf:Seq><rdf:li stEvt:softwareAgent='{MARKER}'/></rdf:Seq></xmpMM:History>"),
         "history", "History/softwareAgent", MARKER),
        (xmp("", f"<xmpMM:DerivedFrom rdf:resource='{MARKER}'/>"), "history", "DerivedFrom", MARKER),
        (xmp("", f"<!-- {MARKER} -->"), "text", "comment", MARKER),
    ],
)  # fmt: skip
def test_xmp_properties_are_found(packet: bytes, group: str, name: str, value: str) -> None:
    """Attributes, lists, structures, links and comments are all read."""
    assert_found(jpeg_with(xmp_segment(packet)), "jpeg", group, name, value, "APP1 XMP")


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('exif:GPSLatitude="52,28.884N" exif:GPSLongitude="1,53.988W"', (52.4814, -1.8998)),
        ('exif:GPSLatitude="52,28,53.04S" exif:GPSLongitude="1,53,59.28E"', (-52.4814, 1.8998)),
        ('drone-dji:GpsLatitude="+52.4814" drone-dji:GpsLongtitude="-1.8998"', (52.4814, -1.8998)),
        ('exif:GPSLatitude="somewhere" exif:GPSLongitude="1,53.988W"', None),
    ],
)
def test_the_position_is_found_in_xmp(attributes: str, expected: tuple[float, float] | None) -> None:
    """Degrees are read in the ways that programs and drones write them."""
    report = inspect_bytes(jpeg_with(xmp_segment(xmp(attributes))), "jpeg")
    assert report.position == (pytest.approx(expected) if expected else None)
    assert "gps" in report.groups


@pytest.mark.parametrize(
    ("properties", "minor"),
    [
        ('plus:MinorModelAgeDisclosure="http://ns.useplus.org/ldf/vocab/AG-A17"', True),
        ('plus:MinorModelAgeDisclosure="http://ns.useplus.org/ldf/vocab/AG-U14"', True),
        ('plus:MinorModelAgeDisclosure="http://ns.useplus.org/ldf/vocab/AG-A18"', False),
        ('Iptc4xmpExt:ModelAge="9"', True),
        ('Iptc4xmpExt:ModelAge="18"', False),
    ],
)
def test_a_person_under_18_has_a_group(properties: str, minor: bool) -> None:
    """An age below 18, or a PLUS code for one, is told apart from other facts of people."""
    groups = inspect_bytes(jpeg_with(xmp_segment(xmp(properties))), "jpeg").groups
    assert "people" in groups
    assert ("minor" in groups) == minor


def regions(*regions: str) -> Inspection:
    """The inspection of a photo with those marked regions (MWG 2.0), each the attributes or the inside of one."""
    inside = "".join(f"<rdf:li>{each}</rdf:li>" if each.startswith("<") else f"<rdf:li {each}/>" for each in regions)
    size = '<mwg-rs:AppliedToDimensions w="32" h="24"/>'
    listed = (
        f"<mwg-rs:Regions>{size}<mwg-rs:RegionList><rdf:Bag>{inside}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"
    )
    return inspect_bytes(jpeg_with(xmp_segment(xmp("", listed))), "jpeg")


@pytest.mark.parametrize("kind", ["Focus", "Pet", "BarCode", "pet", "Dog"])
@pytest.mark.parametrize("element", [True, False])
def test_a_region_of_a_thing_marks_nobody(kind: str, element: bool) -> None:
    """Focus points, pets and bar codes, with a name or without; a name is told as text."""
    one = (
        f"<rdf:Description><mwg-rs:Type>{kind}</mwg-rs:Type><mwg-rs:Name>{MARKER}</mwg-rs:Name></rdf:Description>"
        if element
        else f'mwg-rs:Type="{kind}" mwg-rs:Name="{MARKER}"'
    )
    angle = (
        "<mwg-rs:Extensions><fi:FaceID xmlns:fi='http://ns.apple.com/faceinfo/1.0/'>7</fi:FaceID></mwg-rs:Extensions>"
    )
    inspection = regions(one, "mwg-rs:Type='Focus'", f"<mwg-rs:Type>{kind}</mwg-rs:Type>{angle}")
    assert "people" not in inspection.groups
    assert found(inspection, "text", "Regions/Name").value == MARKER


@pytest.mark.parametrize(
    "person",
    [
        f'mwg-rs:Type="Face" mwg-rs:Name="{MARKER}"',
        f'mwg-rs:Name="{MARKER}"',
        f'mwg-rs:Type="" mwg-rs:Name="{MARKER}"',
        f'mwg-rs:Type="Person" mwg-rs:Name="{MARKER}"',
        f"<mwg-rs:Type>Pet</mwg-rs:Type><mwg-rs:Type>Face</mwg-rs:Type><mwg-rs:Name>{MARKER}</mwg-rs:Name>",
        "<mwg-rs:Type>Pet</mwg-rs:Type><mwg-rs:Extensions><Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li>"
        f"{MARKER}</rdf:li></rdf:Bag></Iptc4xmpExt:PersonInImage></mwg-rs:Extensions>",
    ],
)
def test_a_person_beside_a_pet_is_still_a_person(person: str) -> None:
    """Each region is looked at alone; one that does not say what it is, is a person's."""
    inspection = regions('mwg-rs:Type="Pet" mwg-rs:Name="Rex"', person)
    told = {item.value: item.group for item in inspection.items if item.value in (MARKER, "Rex")}
    assert told == {MARKER: "people", "Rex": "text"}


@pytest.mark.parametrize(("kind", "people"), [("animal", False), ("human", True), ("", True)])
def test_image_regions_say_what_they_show(kind: str, people: bool) -> None:
    """IPTC's image regions name their kind by an address."""
    said = f"<xmp:Identifier>http://cv.iptc.org/newscodes/imageregiontype/{kind}</xmp:Identifier>" if kind else ""
    region = (
        f"<Iptc4xmpExt:ImageRegion><rdf:Bag><rdf:li><Iptc4xmpExt:Name>{MARKER}</Iptc4xmpExt:Name><Iptc4xmpExt:rCtype>"
        f"<rdf:Bag><rdf:li>{said}</rdf:li></rdf:Bag></Iptc4xmpExt:rCtype></rdf:li></rdf:Bag></Iptc4xmpExt:ImageRegion>"
    )
    groups = inspect_bytes(jpeg_with(xmp_segment(xmp("", region))), "jpeg").groups
    assert ("people" in groups) == people


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused(encoding: str) -> None:
    """An entity bomb is not opened, whatever its encoding, and is told as unread."""
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
    report = inspect_bytes(jpeg_with(xmp_segment(bomb.encode(encoding))), "jpeg")
    assert any("document type" in line for line in report.unread)
    assert found(report, "unknown", "XMP").where == "APP1 XMP"


def test_what_stands_before_a_fault_in_xmp_is_still_told() -> None:
    """A cut-off packet gives what can be read of it, and a sentence."""
    packet = xmp(f'photoshop:City="{MARKER}"', "<dc:title>").split(b"</rdf:Description>")[0]
    report = inspect_bytes(jpeg_with(xmp_segment(packet)), "jpeg")
    assert found(report, "gps", "City").value == MARKER
    assert report.unread


def test_extended_xmp_is_joined_in_order() -> None:
    """The pieces of an extended packet are put together by their offsets."""
    whole = xmp(f'nobody:filler="{"x" * 300}" photoshop:City="{MARKER}"')
    half = len(whole) // 2
    start = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + struct.pack(">I", len(whole))
    pieces = [
        segment(0xE1, start + struct.pack(">I", half) + whole[half:]),
        segment(0xE1, start + struct.pack(">I", 0) + whole[:half]),
    ]
    assert_found(jpeg_with(*pieces), "jpeg", "gps", "City", MARKER, "APP1 extended XMP")


# IPTC and Photoshop


@pytest.mark.parametrize(
    ("number", "group", "name"),
    [
        (80, "owner", "By-line"),
        (90, "gps", "City"),
        (92, "gps", "Sub-location"),
        (25, "text", "Keywords"),
        (120, "text", "Caption-Abstract"),
        (55, "time", "DateCreated"),
        (250, "unknown", "IPTC 2:250"),
    ],
)
def test_iptc_datasets_are_found(number: int, group: str, name: str) -> None:
    """Each dataset stands in its group."""
    data = jpeg_with(photoshop_segment(resource(0x0404, dataset(2, number, MARKER.encode()))))
    assert_found(data, "jpeg", group, name, MARKER, "APP13 IPTC")


def test_photoshop_data_over_two_segments_is_joined() -> None:
    """A resource that is cut by a segment border is read whole."""
    whole = resource(0x0404, dataset(2, 80, MARKER.encode()))
    pieces = [segment(0xED, b"Photoshop 3.0\0" + part) for part in (whole[:15], whole[15:])]
    assert_found(jpeg_with(*pieces), "jpeg", "owner", "By-line", MARKER, "APP13 IPTC")


@pytest.mark.parametrize("number", [0x0409, 0x040C])
def test_the_photoshop_thumbnail_is_found(number: int) -> None:
    """The small picture of Photoshop is told, and looked into."""
    small = jpeg_with(segment(0xFE, MARKER.encode()))
    report = inspect_bytes(jpeg_with(photoshop_segment(resource(number, bytes(28) + small))), "jpeg")
    assert found(report, "pictures", "ThumbnailImage").where == "APP13 Photoshop"
    assert found(report, "text", "Comment").where == "Photoshop thumbnail: JPEG comment"


@pytest.mark.parametrize(
    ("number", "data", "group", "where"),
    [
        (0x0422, exif({0x013B: MARKER}), "owner", "APP13 EXIF"),
        (0x0424, xmp(f'photoshop:City="{MARKER}"'), "gps", "APP13 XMP"),
        (0x040F, icc(), "colour", "APP13 ICC profile"),
        (0x043E, MARKER.encode(), "history", "APP13 Photoshop"),
    ],
)
def test_other_photoshop_resources_are_read(number: int, data: bytes, group: str, where: str) -> None:
    """EXIF, XMP and profiles within Photoshop's resources are read by their own readers."""
    items = inspect_bytes(jpeg_with(photoshop_segment(resource(number, data))), "jpeg").items
    assert any(item.group == group and MARKER in item.value and item.where == where for item in items)


def test_a_cut_off_photoshop_resource_is_unread() -> None:
    """A resource that says that it is longer than it is gives a sentence."""
    cut = resource(0x0404, dataset(2, 80, MARKER.encode()))[:-8]
    assert any("cut off" in line for line in inspect_bytes(jpeg_with(photoshop_segment(cut)), "jpeg").unread)


# Other JPEG segments, and what stands behind the end


def test_comments_and_colour_profiles_are_found() -> None:
    """A comment keeps its words, a profile its description and day."""
    data = jpeg_with(segment(0xFE, MARKER.encode()), segment(0xE2, b"ICC_PROFILE\0\1\1" + icc()))
    assert_found(data, "jpeg", "text", "Comment", MARKER, "JPEG comment")
    assert_found(data, "jpeg", "colour", "ProfileDescription", MARKER, "APP2 ICC profile")
    assert_found(data, "jpeg", "colour", "ProfileDateTime", "2026:06:14", "APP2 ICC profile")


def test_bytes_behind_a_profile_are_unknown() -> None:
    """What hides behind a colour profile's own end is told."""
    data = jpeg_with(segment(0xE2, b"ICC_PROFILE\0\1\1" + icc() + b"hidden words"))
    assert_found(data, "jpeg", "unknown", "behind the profile", "hidden words", "APP2 ICC profile")


@pytest.mark.parametrize(
    ("number", "payload", "group", "name"),
    [
        (0, b"JFXX\0\x10small", "pictures", "JFXX thumbnail"),
        (5, b"ssuniqueid" + MARKER.encode(), "device", "SamsungUniqueID"),
        (6, b"GoPro\0GPS5", "gps", "GoPro GPS"),
        (7, b"HUAWEI\0\0words", "device", "Huawei data"),
        (11, b"JP\0\1\0\0\0\1jumb c2pa", "credentials", "C2PA"),
        (12, b"[picture info]\r\nID=" + MARKER.encode(), "other", "ID"),
        (14, b"Adobe\0\x64\0\0\0\0\1" + MARKER.encode(), "unknown", "behind the Adobe segment"),
        (15, b"words", "unknown", "APP15"),
        (3, MARKER.encode(), "unknown", "APP3"),
    ],
)
def test_application_segments_are_found(number: int, payload: bytes, group: str, name: str) -> None:
    """Makers' segments have their names; all others are unknown, never passed over."""
    item = found(inspect_bytes(jpeg_with(segment(0xE0 + number, payload)), "jpeg"), group, name)
    assert item.where.startswith(f"APP{number}")


def test_an_adobe_segment_alone_is_no_private_data() -> None:
    """The colour transform that decoders need is not told."""
    assert inspect_bytes(jpeg_with(segment(0xEE, b"Adobe\0\x64\0\0\0\0\1")), "jpeg").items == ()


def test_credentials_tell_what_they_hold() -> None:
    """A thumbnail, a position and an author in content credentials are groups of their own."""
    manifest = b"JP\0\1\0\0\0\1....jumb c2pa c2pa.thumbnail.claim GPSLatitude schema-org.CreativeWork"
    groups = inspect_bytes(jpeg_with(segment(0xEB, manifest)), "jpeg").groups
    assert {"credentials", "pictures", "gps", "owner"} <= set(groups)


def test_further_pictures_of_a_multi_picture_file_are_found() -> None:
    """The list is told, and the second picture behind the end is looked into."""
    second = jpeg_with(exif_segment(exif(gps=BIRMINGHAM)))
    entries = struct.pack("<IIIHH", 0x030000, 1000, 0, 0, 0) + struct.pack("<IIIHH", 0x010001, len(second), 900, 0, 0)
    listing = b"MPF\0" + raw_tiff([(0xB000, 7, 4, b"0100"), (0xB001, 4, 1, b"\2\0\0\0"), (0xB002, 7, 32, entries)])
    report = inspect_bytes(jpeg_with(segment(0xE2, listing), behind=second), "jpeg")
    assert f"{len(second):,} bytes" in found(report, "pictures", "MPImage2").value
    assert found(report, "pictures", "JPEG").where == "after the end of the picture"
    assert found(report, "gps", "GPSLatitude").where == "second picture: EXIF GPS"
    assert report.position == pytest.approx((52.4814, -1.8998))


def test_the_video_of_a_motion_photo_is_found_with_its_place() -> None:
    """A video behind the picture is told, and so is the place that it names."""
    video = box(b"ftyp", b"mp42" + bytes(4)) + box(b"moov", b"\xa9xyz +52.4814-001.8998/") + box(b"mdat", bytes(50))
    report = inspect_bytes(jpeg_with(behind=video), "jpeg")
    assert f"{len(video)} bytes" in found(report, "pictures", "MotionPhoto").value
    assert found(report, "gps", "Location").where == "video after the end of the picture"
    assert report.position == pytest.approx((52.4814, -1.8998))


def test_the_trailer_of_a_samsung_phone_is_taken_apart() -> None:
    """Each of its blocks is named; the country code is a place."""
    block = struct.pack("<HHI", 0, 0x0AA1, 8) + b"MCC_Data" + b"234"
    start = struct.pack("<4sII", b"SEFH", 106, 1) + struct.pack("<HHII", 0, 0x0AA1, len(block), len(block))
    trailer = block + start + struct.pack("<I4s", len(start), b"SEFT")
    report = inspect_bytes(jpeg_with(behind=trailer), "jpeg")
    item = found(report, "gps", "Samsung MCC_Data")
    assert item.value == "234"
    assert item.where == "after the end of the picture"


def test_anything_else_behind_the_end_is_unknown_with_its_size() -> None:
    """Words behind the end mark are told with size and beginning."""
    data = jpeg_with(behind=b"hidden words here")
    assert_found(data, "jpeg", "unknown", "trailer", "17 bytes", "after the end of the picture")
    assert_found(data, "jpeg", "unknown", "trailer", "hidden words", "after the end of the picture")


def test_stray_bytes_between_segments_are_unknown() -> None:
    """Bytes that belong to no segment are told; filling bytes before a mark are not."""
    assert_found(jpeg_with(b"stray words"), "jpeg", "unknown", "stray bytes", "stray words", "between JPEG segments")
    assert inspect_bytes(jpeg_with(b"\xff\xff\xff"), "jpeg").items == ()


def test_a_truncated_jpeg_says_so() -> None:
    """Without an end mark something may be missing."""
    assert any("stops before the end" in line for line in inspect_bytes(picture()[:-40], "jpeg").unread)


# PNG


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt"])
@pytest.mark.parametrize(
    ("keyword", "group"), [("Author", "owner"), ("Comment", "text"), ("Creation Time", "time"), ("Software", "device")]
)
def test_png_texts_are_found(kind: bytes, keyword: str, group: str) -> None:
    """Texts are read whether packed or not, and grouped by their keyword."""
    words = MARKER.encode()
    bodies = {b"tEXt": words, b"zTXt": b"\0" + zlib.compress(words), b"iTXt": b"\1\0en\0\0" + zlib.compress(words)}
    data = png_with(chunk(kind, keyword.encode() + b"\0" + bodies[kind]))
    assert_found(data, "png", group, keyword, MARKER, f"PNG {kind.decode()}")


def raw_profile(kind: str, body: bytes) -> bytes:
    """A text chunk as ImageMagick writes it."""
    text = f"\n{kind}\n{len(body):8}\n{body.hex()}\n".encode()
    return chunk(b"zTXt", f"Raw profile type {kind}".encode() + b"\0\0" + zlib.compress(text))


@pytest.mark.parametrize(
    ("piece", "group", "name", "value", "where"),
    [
        (chunk(b"eXIf", exif({0x013B: MARKER})), "owner", "Artist", MARKER, "PNG eXIf"),
        (chunk(b"eXIf", exif(gps=BIRMINGHAM)), "gps", "GPSLatitude", "52 28", "PNG eXIf GPS"),
        (chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(f'photoshop:City="{MARKER}"')),
         "gps", "City", MARKER, "PNG iTXt XMP"),
        (chunk(b"tIME", struct.pack(">H5B", 2026, 6, 14, 10, 31, 0)),
         "time", "ModifyDate", "2026:06:14 10:31:00", "PNG tIME"),
        (chunk(b"iCCP", b"name\0\0" + zlib.compress(icc())), "colour", "ProfileDescription", MARKER, "PNG iCCP"),
        (chunk(b"caBX", b"jumb c2pa"), "credentials", "C2PA", "9 bytes", "PNG caBX"),
        (chunk(b"prVt", MARKER.encode()), "unknown", "chunk prVt", MARKER, "PNG prVt"),
        (raw_profile("exif", b"Exif\0\0" + exif({0x013B: MARKER})),
         "owner", "Artist", MARKER, "PNG zTXt Raw profile type exif"),
        (raw_profile("APP1", b"http://ns.adobe.com/xap/1.0/\0" + xmp(f'photoshop:City="{MARKER}"')),
         "gps", "City", MARKER, "PNG zTXt XMP"),
        (raw_profile("iptc", resource(0x0404, dataset(2, 80, MARKER.encode()))),
         "owner", "By-line", MARKER, "PNG zTXt Raw profile type iptc IPTC"),
        (raw_profile("iptc", dataset(2, 80, MARKER.encode())),
         "owner", "By-line", MARKER, "PNG zTXt Raw profile type iptc"),
        (raw_profile("xmp", xmp(f'photoshop:City="{MARKER}"')),
         "gps", "City", MARKER, "PNG zTXt Raw profile type xmp"),
    ],
)  # fmt: skip
def test_png_chunks_are_found(piece: bytes, group: str, name: str, value: str, where: str) -> None:
    """Every carrier of metadata in a PNG is read; private chunks are unknown."""
    assert_found(png_with(piece), "png", group, name, value, where)


def test_data_behind_the_end_of_a_png_is_found() -> None:
    """What stands behind IEND, such as the rest of a larger picture, is told."""
    data = png_with(behind=b"hidden words")
    assert_found(data, "png", "unknown", "trailer", "hidden words", "after the end of the picture")


def test_a_text_that_unpacks_without_end_is_cut() -> None:
    """A packed bomb is read up to 4 MiB and said to be larger."""
    report = inspect_bytes(png_with(chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(6 << 20)))), "png")
    assert any("larger than 4 MiB" in line for line in report.unread)


def test_a_cut_off_png_says_so() -> None:
    """A chunk that is longer than the file gives a sentence and an unknown item."""
    report = inspect_bytes(picture("PNG")[:-20], "png")
    assert report.unread


# WebP, GIF, TIFF, HEIC and AVIF


@pytest.mark.parametrize(
    ("kind", "payload", "group", "name", "value", "where"),
    [
        (b"EXIF", exif({0x013B: MARKER}), "owner", "Artist", MARKER, "WebP EXIF"),
        (b"EXIF", b"Exif\0\0" + exif({0x013B: MARKER}), "owner", "Artist", MARKER, "WebP EXIF"),
        (b"XMP ", xmp(f'photoshop:City="{MARKER}"'), "gps", "City", MARKER, "WebP XMP"),
        (b"ICCP", icc(), "colour", "ProfileDescription", MARKER, "WebP ICCP"),
        (b"prVt", MARKER.encode(), "unknown", "chunk prVt", MARKER, "WebP prVt"),
    ],
)
def test_webp_chunks_are_found(kind: bytes, payload: bytes, group: str, name: str, value: str, where: str) -> None:
    """Every chunk beside the picture is read or unknown."""
    assert_found(webp_with((kind, payload)), "webp", group, name, value, where)


def test_bytes_behind_a_webp_are_found() -> None:
    """What stands behind the container is told."""
    data = picture("WEBP") + b"hidden words"
    assert_found(data, "webp", "unknown", "trailer", "hidden words", "after the end of the picture")


def gif_with(*blocks: bytes, behind: bytes = b"") -> bytes:
    """A GIF with those blocks before its end mark."""
    return picture("GIF")[:-1] + b"".join(blocks) + b";" + behind


@pytest.mark.parametrize(
    ("block", "group", "name", "where"),
    [
        (b"!\xfe\x0cPlanted Word\0", "text", "Comment", "GIF comment"),
        (b"!\xff\x0bPRIVATE1234\x0cPlanted Word\0", "unknown", "application PRIVATE1234", "GIF application extension"),
        (b"!\xff\x0bXMP DataXMP" + xmp(f'photoshop:City="{MARKER}"') + b"\1" + bytes(range(255, -1, -1)) + b"\0",
         "gps", "City", "GIF XMP"),
    ],
)  # fmt: skip
def test_gif_extensions_are_found(block: bytes, group: str, name: str, where: str) -> None:
    """Comments, XMP and unknown extensions are read."""
    assert_found(gif_with(block), "gif", group, name, MARKER, where)


def test_bytes_behind_a_gif_are_found() -> None:
    """What stands behind the end mark is told."""
    data = gif_with(behind=b"hidden words")
    assert_found(data, "gif", "unknown", "trailer", "hidden words", "after the end of the picture")


@pytest.mark.parametrize(
    ("tag", "value", "group", "name", "where"),
    [
        (0x013B, MARKER, "owner", "Artist", "TIFF"),
        (700, xmp(f'photoshop:City="{MARKER}"'), "gps", "City", "TIFF XMP"),
        (33723, dataset(2, 80, MARKER.encode()), "owner", "By-line", "TIFF IPTC"),
        (34377, resource(0x0404, dataset(2, 90, MARKER.encode())), "gps", "City", "TIFF IPTC"),
    ],
)
def test_tiff_fields_are_found(tag: int, value: str | bytes, group: str, name: str, where: str) -> None:
    """Fields of a TIFF, and XMP, IPTC and Photoshop data in them, are read."""
    assert_found(picture("TIFF", tiffinfo={tag: value}), "tiff", group, name, MARKER, where)


def test_further_pages_and_bytes_behind_a_tiff_are_found() -> None:
    """A second page is a hidden picture; bytes that nothing points to are told."""
    pages = picture("TIFF", save_all=True, append_images=[Image.new("RGB", (8, 8))])
    report = inspect_bytes(pages + b"hidden words", "tiff")
    assert "8 × 8 pixels" in found(report, "pictures", "FurtherPage").value
    assert "hidden words" in found(report, "unknown", "trailer").value


def test_a_plain_tiff_tells_nothing_of_anybody() -> None:
    """The fields that lay out the picture are no private data."""
    assert set(inspect_bytes(picture("TIFF"), "tiff").groups) <= {"other"}


@pytest.mark.parametrize(("kind", "brand"), [("heic", b"heic"), ("avif", b"avif")])
def test_exif_and_xmp_items_of_heif_are_found(kind: str, brand: bytes) -> None:
    """The items of a HEIC or AVIF file are followed to their bytes."""
    items = [
        (b"hvc1", b"", b"picture"),
        (b"Exif", b"", b"\0\0\0\6Exif\0\0" + exif({0x013B: MARKER}, gps=BIRMINGHAM)),
        (b"mime", b"application/rdf+xml", xmp(f'photoshop:City="{MARKER}"')),
    ]
    data = heic_with(items, brand=brand)
    assert_found(data, kind, "owner", "Artist", MARKER, f"{kind.upper()} EXIF")
    assert_found(data, kind, "gps", "City", MARKER, f"{kind.upper()} XMP")
    assert inspect_bytes(data, kind).position == pytest.approx((52.4814, -1.8998))


def test_further_pictures_and_unknown_boxes_of_heif_are_found() -> None:
    """A second picture, a video and a box that nobody knows are told."""
    items = [(b"hvc1", b"", b"picture"), (b"hvc1", b"", b"another"), (b"prVt", b"", MARKER.encode())]
    report = inspect_bytes(heic_with(items, box(b"moov", bytes(20)), box(b"prVt", b"hidden words")), "heic")
    assert "2" in found(report, "pictures", "FurtherImage").value
    assert found(report, "pictures", "Video").where == "HEIC moov"
    assert MARKER in found(report, "unknown", "item prVt").value
    assert "hidden words" in found(report, "unknown", "box prVt").value


def test_an_avif_that_pillow_wrote_is_read() -> None:
    """A real AVIF gives its EXIF and XMP."""
    data = picture("AVIF", exif=exif({0x013B: MARKER}), xmp=xmp(f'photoshop:City="{MARKER}"'))
    assert_found(data, "avif", "owner", "Artist", MARKER, "AVIF EXIF")
    assert_found(data, "avif", "gps", "City", MARKER, "AVIF XMP")


# Sentences


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (exif(gps=BIRMINGHAM), "It recorded where it was taken: 52.4814 N, 1.8998 W."),
        (exif(inner={0x9003: "2026:06:14 10:31:00"}), "It recorded when it was taken: 14 June 2026, 10:31."),
        (exif(inner={0xA430: "Jo Planted"}), "It names the owner of the camera: Jo Planted."),
        (exif({0x013B: "Jo Planted"}), "It names who took it: Jo Planted."),
        (exif({0x010F: "Maker", 0x0110: "Camera 1"}, {0xA431: "123"}),
         "It names the device: Maker Camera 1, serial number 123."),
        (exif({0x010E: "Words"}), "It carries text: Words."),
    ],
)  # fmt: skip
def test_sentences_say_it_in_plain_words(data: bytes, expected: str) -> None:
    """Each group has one sentence that needs no knowledge of cameras."""
    assert expected in inspect_bytes(jpeg_with(exif_segment(data)), "jpeg").sentences()


def test_there_is_one_sentence_for_each_group() -> None:
    """No group is left without words, and none has two; what the file says of its rights follows."""
    packet = xmp(
        f'nobody:secret="{MARKER}" Iptc4xmpExt:ModelAge="9" exif:SecurityClassification="T" xmpMM:DocumentID="1"',
        f"<Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li>{MARKER}</rdf:li></rdf:Bag></Iptc4xmpExt:PersonInImage>",
    )
    body = exif({0x010F: "M", 0x013B: "Jo", 0x010E: "Words", 0x0112: 1}, {0x9003: "2026:06:14 10:31:00"}, BIRMINGHAM)
    credentials, profile = segment(0xEB, b"JP      c2pa"), segment(0xE2, b"ICC_PROFILE\0\1\1" + icc())
    video = box(b"ftyp", b"mp42" + bytes(4))
    report = inspect_bytes(
        jpeg_with(exif_segment(body), xmp_segment(packet), profile, credentials, behind=video), "jpeg"
    )
    assert report.groups == tuple(GROUPS)
    assert len(report.sentences()) == len(GROUPS) + len(claim_sentences(report.claims))
    assert all(line.endswith(".") for line in report.sentences())


def test_the_time_taken_is_the_original_one() -> None:
    """In JSON ``taken`` is DateTimeOriginal in ISO 8601; a blank one counts as none."""
    body = exif({0x0132: "2026:07:01 00:00:00"}, {0x9003: "2026:06:14 10:31:00"})
    assert inspect_bytes(jpeg_with(exif_segment(body)), "jpeg").as_json()["taken"] == "2026-06-14T10:31:00"
    blank = exif(inner={0x9003: "0000:00:00 00:00:00"})
    assert inspect_bytes(jpeg_with(exif_segment(blank)), "jpeg").as_json()["taken"] is None


# Hostile bytes


def full_of_everything() -> dict[str, bytes]:
    """One file of each kind with much to trip over."""
    body = exif({0x010F: "Canon", 0x013B: "Jo"}, {0x9003: "2026:06:14 10:31:00", 0x927C: bytes(60)}, BIRMINGHAM)
    packet = xmp('exif:GPSLatitude="52,28.884N"', "<dc:creator><rdf:Seq><rdf:li>Jo</rdf:li></rdf:Seq></dc:creator>")
    irb = resource(0x0404, dataset(2, 80, b"Jo")) + resource(0x040C, bytes(28) + picture())
    video = box(b"ftyp", b"mp42" + bytes(4)) + box(b"mdat", bytes(9))
    multiple = segment(0xE2, b"MPF\0" + raw_tiff([(0xB002, 7, 32, bytes(32))]))
    profile = segment(0xE2, b"ICC_PROFILE\0\1\1" + icc())
    segments = [exif_segment(body), xmp_segment(packet), photoshop_segment(irb), multiple, profile]
    chunks = [chunk(b"eXIf", body), chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet), raw_profile("iptc", irb)]
    items = [(b"hvc1", b"", b"x"), (b"Exif", b"", bytes(4) + body), (b"mime", b"application/rdf+xml", packet)]
    gif = gif_with(b"!\xff\x0bXMP DataXMP" + packet + b"\1" + bytes(range(255, -1, -1)) + b"\0", behind=b"x")
    return {
        "jpeg": jpeg_with(*segments, behind=video + picture() + b"SEFH" + bytes(30)),
        "png": png_with(*chunks, behind=video),
        "webp": webp_with((b"EXIF", body), (b"XMP ", packet), (b"ICCP", icc())),
        "tiff": picture("TIFF", tiffinfo={0x013B: "Jo", 700: packet, 33723: dataset(2, 80, b"Jo"), 34377: irb}),
        "gif": gif,
        "heic": heic_with(items, box(b"moov", bytes(20))),
        "avif": heic_with(items, brand=b"avif"),
    }


FILES = full_of_everything()


@examples(300)
@given(
    kind=st.sampled_from(KINDS),
    changes=st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=12),
    cut=st.one_of(st.none(), st.integers(0, 1 << 16)),
    details=st.booleans(),
)
def test_damaged_files_never_raise(
    kind: str,
    changes: list[tuple[int, int]],
    cut: int | None,
    details: bool,
) -> None:
    """Whatever is changed or cut in a file of any kind, an inspection comes back."""
    data = bytearray(FILES[kind])
    for place, value in changes:
        data[place % len(data)] = value
    report = inspect_bytes(bytes(data if cut is None else data[: cut % len(data)]), kind, details=details)
    assert all(item.group in GROUPS and item.value.isprintable() and item.where for item in report.items)
    assert report.sentences() is not None
    assert report.as_json()


STARTS = {
    "jpeg": b"\xff\xd8\xff\xe1\0\x40Exif\0\0II*\0\x08\0\0\0",
    "png": picture("PNG")[:33],
    "webp": b"RIFF\xff\0\0\0WEBPEXIF",
    "tiff": b"MM\0*\0\0\0\x08",
    "gif": b"GIF89a\1\0\1\0\0\0\0!\xff",
    "heic": b"\0\0\0\x10ftypheic\0\0\0\0\0\0\0\x40meta\0\0\0\0",
    "avif": b"\0\0\0\x10ftypavif\0\0\0\0\0\0\0\x40meta\0\0\0\0",
    "": b"",
}


@examples(300)
@given(kind=st.sampled_from([*KINDS, ""]), tail=st.binary(max_size=600), whole=st.booleans())
def test_random_bytes_never_raise_and_are_never_silent(kind: str, tail: bytes, whole: bool) -> None:
    """Junk gives an inspection that says that something could not be read."""
    data = tail if whole else STARTS[kind] + tail
    report = inspect_bytes(data, kind)
    assert report.unread or report.items


@pytest.mark.parametrize(
    "data",
    [
        exif_segment(b"II*\0" + struct.pack("<I", 8) + directory(entry(0x0112, 3, 1, 1), following=8)),
        exif_segment(b"II*\0" + struct.pack("<I", 8) + directory(*[entry(0x8769, 4, 1, 8)] * 50)),
        exif_segment(b"II*\0" + struct.pack("<I", 8) + directory(entry(0x013B, 2, 0xFFFFFFFF, 0xFFFFFFFF))),
        exif_segment(
            b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 0xFFFF) + b"\x7c\x92\7\0\xff\xff\xff\x7f" * 5000
        ),
        xmp_segment(b"<a>" * 5000),
        photoshop_segment(b"8BIM\4\4\0\0\xff\xff\xff\xff"),
        b"\xff" * 60000 + b"\0",
    ],
)
def test_circles_and_giants_are_told_not_followed(data: bytes) -> None:
    """Directories that point to themselves, sizes beyond the file and deep nesting end in a sentence."""
    report = inspect_bytes(jpeg_with(data), "jpeg")
    assert report.unread or "unknown" in report.groups


def test_pictures_within_pictures_are_followed_only_so_far() -> None:
    """A long row of pictures behind each other is cut off with a sentence."""
    report = inspect_bytes(picture() * 100, "jpeg")
    assert any("too many parts" in line or "more pieces" in line for line in report.unread)
    assert report.groups == ("pictures", "unknown")


def test_many_fields_are_counted_but_not_all_listed() -> None:
    """A flood of comments cannot fill the memory; groups that come late are still told."""
    data = jpeg_with(*[segment(0xFE, b"x%d" % number) for number in range(4000)], exif_segment(exif(gps=BIRMINGHAM)))
    report = inspect_bytes(data, "jpeg")
    assert len(report.items) < 3100
    assert "gps" in report.groups
    assert any("not listed" in line for line in report.unread)
