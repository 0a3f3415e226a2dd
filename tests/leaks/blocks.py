"""Metadata blocks that several formats carry: EXIF, XMP, IPTC, Photoshop resources, colour profiles, C2PA."""

import base64
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import ImageCms

from leaks.pictures import small_jpeg

ASCII, BYTE, SHORT, LONG, UNDEFINED = 2, 1, 3, 4, 7  # TIFF 6.0, section 2: kinds of a directory entry
_SIZES = {BYTE: 1, ASCII: 1, SHORT: 2, LONG: 4, 5: 8, UNDEFINED: 1, 13: 4}


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that an entry points to by an offset of its own, as thumbnails and strips are."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a TIFF directory."""

    tag: int
    kind: int
    value: "bytes | int | Blob | tuple[Entry, ...]"  # a tuple is a directory below


def tiff(*directories: Sequence[Entry], gap: bytes = b"") -> bytes:
    """A little-endian TIFF structure: directories one after the other, and bytes that nothing points to."""
    return b"II*\0" + struct.pack("<I", 8 + len(gap)) + gap + _chain(directories, 8 + len(gap))


def _chain(directories: Sequence[Sequence[Entry]], at: int) -> bytes:
    out = b""
    for number, entries in enumerate(directories):
        last = number + 1 == len(directories)
        out += _directory(entries, at + len(out), last=last)
    return out


def _directory(entries: Sequence[Entry], at: int, *, last: bool) -> bytes:
    """One directory at that offset, what its entries point to behind it, and the offset of what follows."""
    behind_at = at + 2 + 12 * len(entries) + 4
    table, behind = b"", b""
    for entry in sorted(entries, key=lambda entry: entry.tag):
        start = behind_at + len(behind)
        value, more = _value(entry, start)
        kind = LONG if isinstance(entry.value, Blob | tuple) else entry.kind
        table += struct.pack("<HHI", entry.tag, kind, len(value) // _SIZES[kind])
        if len(value) > 4:
            value, more = struct.pack("<I", start), value
        table += value.ljust(4, b"\0")
        behind += more + b"\0" * (len(more) % 2)
    following = 0 if last else behind_at + len(behind)
    return struct.pack("<H", len(entries)) + table + struct.pack("<I", following) + behind


def _value(entry: Entry, start: int) -> tuple[bytes, bytes]:
    """The entry's value, and the bytes that it points to."""
    if isinstance(entry.value, Blob):
        return struct.pack("<I", start), entry.value.data
    if isinstance(entry.value, tuple):
        return struct.pack("<I", start), _directory(entry.value, start, last=True)
    if isinstance(entry.value, int):
        return struct.pack("<H" if entry.kind == SHORT else "<I", entry.value), b""
    return entry.value, b""


def text(tag: int, word: str) -> Entry:
    """An entry of plain text."""
    return Entry(tag, ASCII, word.encode() + b"\0")


def wide(tag: int, word: str) -> Entry:
    """An entry of Windows' own text: UTF-16 in bytes."""
    return Entry(tag, BYTE, word.encode("utf-16-le") + b"\0\0")


def raw(tag: int, data: bytes) -> Entry:
    """An entry of bytes that have no kind."""
    return Entry(tag, UNDEFINED, data)


def position(word: str) -> tuple[Entry, ...]:
    """A GPS directory: a place in Birmingham, and its name."""
    degrees = struct.pack("<6I", 52, 1, 28, 1, 5304, 100)
    return (
        text(1, "N"),
        Entry(2, 5, degrees),
        text(3, "W"),
        Entry(4, 5, degrees),
        raw(0x1C, b"ASCII\0\0\0" + word.encode()),
    )


def exif_below(*inner: Entry) -> tuple[Entry, ...]:
    """The main directory with only an EXIF directory below it."""
    return (Entry(0x8769, LONG, tuple(inner)),)


def thumbnail(picture: bytes) -> tuple[Entry, ...]:
    """The second directory of an EXIF block: a JPEG preview."""
    return (Entry(0x0103, SHORT, 6), Entry(0x0201, LONG, Blob(picture)), Entry(0x0202, LONG, len(picture)))


XMP_SPACES = {
    "exif": "http://ns.adobe.com/exif/1.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "stEvt": "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#",
    "stRef": "http://ns.adobe.com/xap/1.0/sType/ResourceRef#",
    "xmpGImg": "http://ns.adobe.com/xap/1.0/g/img/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "MP": "http://ns.microsoft.com/photo/1.2/",
    "MPRI": "http://ns.microsoft.com/photo/1.2/t/RegionInfo#",
    "MPReg": "http://ns.microsoft.com/photo/1.2/t/Region#",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "drone-dji": "http://www.dji.com/drone-dji/1.0/",
    "GDepth": "http://ns.google.com/photos/1.0/depthmap/",
    "GImage": "http://ns.google.com/photos/1.0/image/",
    "GCamera": "http://ns.google.com/photos/1.0/camera/",
    "xmpNote": "http://ns.adobe.com/xmp/note/",
}
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def xmp(attributes: str = "", elements: str = "", behind: str = "") -> bytes:
    """An XMP packet with those properties, and words between its last tag and its end mark."""
    spaces = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in XMP_SPACES.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="{_RDF}"><rdf:Description rdf:about="" {spaces} {attributes}>{elements}'
        f'</rdf:Description></rdf:RDF></x:xmpmeta>{behind}<?xpacket end="w"?>'
    ).encode()


def in_base64(word: str) -> str:
    """A small JPEG of the pattern, as XMP carries pictures."""
    return base64.b64encode(small_jpeg(word)).decode()


def dataset(record: int, number: int, data: bytes) -> bytes:
    """One IPTC-IIM dataset."""
    return struct.pack(">BBBH", 0x1C, record, number, len(data)) + data


def resource(number: int, data: bytes, name: bytes = b"") -> bytes:
    """One Photoshop image resource."""
    title = bytes([len(name)]) + name
    title += b"\0" * (len(title) % 2)
    return b"8BIM" + struct.pack(">H", number) + title + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)


def resource_thumbnail(picture: bytes) -> bytes:
    """The content of Photoshop's thumbnail resource: 28 bytes of sizes, and a JPEG."""
    return struct.pack(">6I2H", 1, 96, 64, 288, 288 * 64, len(picture), 24, 1) + picture


def profile(word: str = "", tag: bytes = b"desc", behind: bytes = b"", gap: bytes = b"") -> bytes:
    """A real sRGB profile with the word in one tag, bytes in a gap between its tags, and bytes behind its end."""
    stock = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    tags = {}
    for at in range(132, 132 + 12 * int.from_bytes(stock[128:132], "big"), 12):
        name, start, size = struct.unpack(">4sII", stock[at : at + 12])
        tags[name] = stock[start : start + size]
    if word:
        letters = word.encode("utf-16-be")
        tags[tag] = struct.pack(">4sIII2s2sII", b"mluc", 0, 1, 12, b"en", b"GB", len(letters), 28) + letters
    table, data = b"", gap + b"\0" * (-len(gap) % 4)
    for name, content in tags.items():
        table += struct.pack(">4sII", name, 132 + 12 * len(tags) + len(data), len(content))
        data += content + b"\0" * (-len(content) % 4)
    body = stock[4:128] + struct.pack(">I", len(tags)) + table + data
    return struct.pack(">I", 4 + len(body)) + body + behind


def box(kind: bytes, data: bytes) -> bytes:
    """One ISO media box."""
    return struct.pack(">I", 8 + len(data)) + kind + data


def jumbf(word: str) -> bytes:
    """A JUMBF box as C2PA uses it: a description and a claim."""
    description = box(b"jumd", b"c2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71\x03c2pa\0")
    return box(b"jumb", description + box(b"json", b'{"claim_generator": "%s"}' % word.encode()))


def video(word: str) -> bytes:
    """A short MP4 with a place in its user data, as motion photos carry it."""
    place = b"\xa9xyz" + struct.pack(">HH", 30, 0x15C7) + b"+52.4814-001.8998/" + word.encode()
    moov = box(b"moov", box(b"udta", struct.pack(">I", 4 + len(place)) + place))
    return box(b"ftyp", b"mp42\0\0\0\0mp42isom") + moov + box(b"mdat", word.encode() * 4)


def samsung_trailer(blocks: Sequence[tuple[int, bytes, bytes]]) -> bytes:
    """Samsung's trailer (SEFH directory, SEFT end mark); blocks are type, name and content."""
    data, table, starts = b"", b"", []
    for kind, name, content in blocks:
        starts.append(len(data))
        data += struct.pack("<HHI", 0, kind, len(name)) + name + content
    for start, (kind, name, content) in zip(starts, blocks, strict=True):
        table += struct.pack("<HHII", 0, kind, len(data) - start, 8 + len(name) + len(content))
    directory = b"SEFH" + struct.pack("<II", 101, len(blocks)) + table
    return data + directory + struct.pack("<I", len(directory)) + b"SEFT"
