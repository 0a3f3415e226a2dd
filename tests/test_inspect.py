"""Reading private data: markers are planted in files made here, and must be found in the right group and place."""

import io
import logging
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from imgvet.metadata.inspect import GROUPS, Inspection, PrivateItem, inspect

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


def raw_tiff(entries: list[tuple[int, int, int, bytes]], order: str = "<", following: int = 0) -> bytes:
    """A TIFF structure of one directory: tag, type, count, value (4 bytes, or more that go behind)."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    behind_at = 8 + 2 + 12 * len(entries) + 4
    table, behind = struct.pack(order + "H", len(entries)), b""
    for tag, kind, count, value in entries:
        table += struct.pack(order + "HHI", tag, kind, count)
        if len(value) <= 4:
            table += value.ljust(4, b"\0")
        else:
            table += struct.pack(order + "I", behind_at + len(behind))
            behind += value
    return head + table + struct.pack(order + "I", following) + behind


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
        item = found(inspect(data, kind, details=details), group, name)
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
        assert inspect(data, kind) == Inspection(kind)


def test_groups_stand_in_the_order_of_a_press_officer() -> None:
    """Groups come in the order of GROUPS, each once."""
    data = jpeg_with(segment(0xFE, b"words"), exif_segment(exif({0x010F: "Maker", 0x013B: "Jo"}, gps=BIRMINGHAM)))
    groups = inspect(data, "jpeg").groups
    assert groups == tuple(group for group in GROUPS if group in groups)
    assert {"gps", "owner", "device", "text"} <= set(groups)


def test_json_holds_items_position_and_unread() -> None:
    """The JSON form is plain data."""
    report = inspect(jpeg_with(exif_segment(exif(gps=BIRMINGHAM))), "jpeg").as_json()
    assert report["kind"] == "jpeg"
    assert report["position"] == pytest.approx([52.4814, -1.8998])
    assert {"group", "name", "value", "where"} == set(report["items"][0])
    assert report["unread"] == []


def test_values_are_safe_for_a_terminal() -> None:
    """Escape codes, bidirectional marks and line ends do not reach the value; long values are cut."""
    data = jpeg_with(segment(0xFE, "\x1b[31mred\u202e\r\nnext\x07 ".encode() + b"x" * 5000))
    value = found(inspect(data, "jpeg"), "text", "Comment").value
    assert value.isprintable()
    assert value.startswith("[31mred next")
    assert len(value) <= 200


def test_an_unknown_kind_is_said_to_be_unread() -> None:
    """A kind that nobody reads is an unread sentence and an unknown item, not silence."""
    report = inspect(b"something else", "")
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
    assert inspect(data, "jpeg").sentences() == ["It carries a security classification tag: S (Secret). Stop and ask."]


@pytest.mark.parametrize(
    ("north", "east", "expected"),
    [("N", "E", (52.4814, 1.8998)), ("S", "W", (-52.4814, -1.8998)), ("s", "w", (-52.4814, -1.8998))],
)
def test_the_position_is_signed_decimal_degrees(north: str, east: str, expected: tuple[float, float]) -> None:
    """South and west are negative."""
    body = exif(gps={**BIRMINGHAM, 1: north, 3: east})
    for details in (True, False):
        assert inspect(jpeg_with(exif_segment(body)), "jpeg", details=details).position == pytest.approx(expected)


def test_gps_fields_stand_in_their_place() -> None:
    """GPS fields keep their names and say that they come from the GPS directory."""
    body = exif(gps={**BIRMINGHAM, 0x1D: "2026:06:14"})
    assert_found(jpeg_with(exif_segment(body)), "jpeg", "gps", "GPSLatitude", "52 28 53.04", "EXIF GPS")
    assert_found(jpeg_with(exif_segment(body)), "jpeg", "gps", "GPSDateStamp", "2026:06:14", "EXIF GPS")


def test_rationals_over_nothing_do_not_hide_the_degrees() -> None:
    """Minutes of 0/0 count as none; degrees of 0/0 give no position."""
    unknown_minutes = struct.pack("<6I", 52, 1, 0, 0, 0, 0)
    for latitude, expected in ((unknown_minutes, (52.0, 52.0)), (bytes(24), None)):
        sides = [(1, 2, 2, b"N\0"), (2, 5, 3, latitude), (3, 2, 2, b"E\0"), (4, 5, 3, latitude)]
        body = raw_tiff([(0x8825, 4, 1, struct.pack("<I", 26))])[:26]
        gps = struct.pack("<H", 4)
        for tag, kind, count, value in sides:
            inline = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack("<I", 26 + 2 + 48 + 4)
            gps += struct.pack("<HHI", tag, kind, count) + inline
        report = inspect(jpeg_with(exif_segment(body + gps + bytes(4) + latitude)), "jpeg")
        assert report.position == expected
        assert "gps" in report.groups


def test_a_gps_version_alone_is_no_place() -> None:
    """Many cameras write an empty GPS directory; it does not tell a place."""
    report = inspect(jpeg_with(exif_segment(exif(gps={0: b"\2\3\0\0"}))), "jpeg")
    assert report.groups == ("other",)


def test_the_thumbnail_is_found_and_looked_into() -> None:
    """A picture in the second directory is told, with what it carries itself."""
    small = jpeg_with(segment(0xFE, MARKER.encode()))
    first = raw_tiff([(0x0112, 3, 1, b"\1\0")], following=26)
    second = (
        struct.pack("<H", 2) + struct.pack("<HHII", 0x0201, 4, 1, 56) + struct.pack("<HHII", 0x0202, 4, 1, len(small))
    )
    body = first + second + bytes(4) + small
    report = inspect(jpeg_with(exif_segment(body)), "jpeg")
    assert found(report, "pictures", "ThumbnailImage").where == "EXIF thumbnail"
    assert found(report, "text", "Comment").where == "thumbnail: JPEG comment"
    assert any(
        "hidden smaller picture (thumbnail), perhaps from before cropping" in line for line in report.sentences()
    )


def test_a_maker_note_is_told_with_and_without_details() -> None:
    """Its presence and size are told on the fast path, too."""
    for details in (True, False):
        data = jpeg_with(exif_segment(raw_tiff([(0x927C, 7, 500, b"MAKER" * 100)])))
        item = found(inspect(data, "jpeg", details=details), "other", "MakerNote")
        assert "500 bytes" in item.value


def test_the_owner_in_a_canon_maker_note_is_named() -> None:
    """With details, maker notes are decoded by exifread."""
    owner = MARKER.encode().ljust(32, b"\0")
    note = struct.pack("<HHHII", 1, 0x0009, 2, 32, 68) + bytes(4)
    inner = struct.pack("<H", 1) + struct.pack("<HHII", 0x927C, 7, len(note), 50) + bytes(4)
    main = raw_tiff([(0x010F, 2, 4, b"Can\0"), (0x8769, 4, 1, struct.pack("<I", 0))])
    # Canon is spelt in full behind everything else; the directories are laid out by hand.
    make_at = 68 + 32
    body = bytearray(main[:38])
    struct.pack_into("<HHII", body, 10, 0x010F, 2, 6, make_at)
    struct.pack_into("<HHII", body, 22, 0x8769, 4, 1, 38)
    whole = bytes(body[:34]) + bytes(4) + inner[:14] + inner[14:]
    whole = whole[:50].ljust(50, b"\0") + note
    inner_at = 38
    whole = whole[:inner_at] + struct.pack("<H", 1)[:2] + struct.pack("<HHI", 0x927C, 7, 18)[:8] + struct.pack("<I", 50)
    whole = whole[:50].ljust(52, b"\0")
    note_at = 56
    whole = whole[:48] + struct.pack("<I", note_at) + bytes(4) + note
    whole = whole.ljust(100, b"\0")[:68] + b"\0" * 0
    whole = whole[:note_at] + struct.pack("<HHHII", 1, 0x0009, 2, 32, 80) + bytes(4)
    whole = whole.ljust(80, b"\0") + owner + b"Canon\0"
    fixed = bytearray(whole)
    struct.pack_into("<HHII", fixed, 10, 0x010F, 2, 6, 112)
    report = inspect(jpeg_with(exif_segment(bytes(fixed))), "jpeg")
    assert MARKER in found(report, "owner", "OwnerName").value
