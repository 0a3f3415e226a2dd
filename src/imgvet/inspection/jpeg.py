"""JPEG: every segment from the start marker to the end marker, and the bytes between and after them.

Markers: ITU-T T.81, table B.1. Application segments: Adobe TIFF and XMP part 3, CIPA DC-007 (MPF), ICC.1 annex B,
ISO/IEC 19566-5 (JUMBF); names of makers' segments as ExifTool's documentation of JPEG tags lists them.
"""

import re
import struct
from collections.abc import Iterator

from imgvet.formats.jpeg import (
    APP0,
    APP15,
    CODED,
    COM,
    EOI,
    MAX_SEGMENTS,
    SOI,
    SOS,
    STRAY,
    TEM,
    picture_length,
    walk_segments,
)
from imgvet.formats.tiff import is_tiff, walk_tiff_structure
from imgvet.inspection.field_names import group_of
from imgvet.inspection.findings import (
    EmbeddedPart,
    FileFinding,
    UnreadRegion,
    decoded,
    described,
    private_item,
    unknown,
)
from imgvet.inspection.jpeg_text import Tables, text_in_picture
from imgvet.inspection.maker_blocks import INFIRAY_SENSOR, fixed_texts

_PICTURE_INFO = re.compile(rb"([A-Za-z][\w #]{0,30})=([^\r\n\0]{1,200})")  # as Agfa and Olympus write in APP12
_DAY = re.compile(rb"(?:19|20)\d\d[:.][01]\d[:.][0-3]\d(?: [0-2]\d:[0-5]\d:[0-5]\d)?")
_CODING = {*range(0xC0, 0xD0), 0xDB, 0xDC, 0xDD, 0xDE, 0xDF}  # tables and frames: the picture itself

_EXIF = b"Exif\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_MORE_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_ICC = b"ICC_PROFILE\0"
_MPF = b"MPF\0"

# Segments that may come in pieces: number, how each begins, what it is, bytes to skip.
_IN_PIECES = (
    (1, _EXIF, "exif", 6),
    (1, _XMP.rstrip(b"\0"), "xmp", len(_XMP)),
    (1, _MORE_XMP, "more xmp", len(_MORE_XMP)),
    (1, b"FLIR\0", "flir", 6),
    (2, _ICC, "icc", len(_ICC)),
    (11, b"JP", "jumbf", 2),
    (13, _PHOTOSHOP, "photoshop", len(_PHOTOSHOP)),
)

# Blocks that have a reader of their own: number, place and words of their sign, bytes to skip, what they are.
_BLOCKS = (
    (0, 6, b"HEAP", 0, "ciff", "APP0 CIFF"),
    (2, 0, _MPF, len(_MPF), "mpf", "APP2 MPF"),
    (9, 0, b"Media Jukebox\0", 14, "jukebox", "APP9"),
    (12, 0, b"Ducky", 5, "ducky", "APP12"),
)
_IJPEG = b"IJPEG\0"  # of InfiRay, which gives the segments after it a meaning of their own
_SENSOR = 9

# Makers' and other segments: number, how it begins, group, name.
_KNOWN = (
    (0, b"JFXX\0", "pictures", "JFXX thumbnail"),
    (1, b"QVCI\0", "device", "Casio QVCI data"),
    (2, b"FPXR\0", "pictures", "FlashPix data"),
    (2, b"urn:iso:std:iso:ts:21496", "pictures", "Gain map data"),
    (3, b"Meta", "other", "Kodak Meta data"),
    (3, b"META", "other", "Kodak Meta data"),
    (3, b"Stim\0", "pictures", "Stereo picture data"),
    (3, b"_JPSJPS_", "pictures", "Stereo picture data"),
    (4, b"SCALADO\0", "other", "Scalado data"),
    (4, b"Qualcomm", "pictures", "Qualcomm dual camera data"),
    (4, b"ssuniqueid", "device", "SamsungUniqueID"),
    (5, b"ssuniqueid", "device", "SamsungUniqueID"),
    (5, b"RMETA\0", "other", "Ricoh RMETA data"),
    (6, b"GoPro\0", "other", "GoPro GPMF data"),
    (6, b"EPPIM\0", "other", "Toshiba PrintIM data"),
    (6, b"NITF\0", "other", "NITF data"),
    (6, b"TDHD", "other", "HP TDHD data"),
    (7, b"HUAWEI", "device", "Huawei data"),
    (7, b"PENTAX ", "device", "Pentax data"),
    (7, b"\x1aQualcomm", "device", "Qualcomm camera data"),
    (7, b"DJI-DBG\0", "device", "DJI debug data"),
    (8, b"SPIFF\0", "other", "SPIFF header"),
    (8, b"SEAL", "credentials", "SEAL signature"),
    (9, b"SEAL", "credentials", "SEAL signature"),
    (10, b"UNICODE\0", "text", "PhotoStudio comment"),
    (10, b"AROT", "pictures", "Gain map curve"),
    (11, b"HDR_RI", "pictures", "JPEG-HDR data"),
    (13, b"Adobe_CM", "other", "Adobe_CM data"),
    (13, b"Adobe_Photoshop2.5:", "history", "Photoshop 2.5 data"),
    (15, b"Q\0", "other", "GraphicConverter quality"),
    (15, b"Q ", "other", "GraphicConverter quality"),
)


def inspect_jpeg(data: bytes, *, whole_picture: bool = True) -> Iterator[FileFinding]:
    """Everything in a JPEG beside its picture, and words within it; without ``whole_picture`` at its ends only."""
    if data[:2] != b"\xff\xd8":
        yield UnreadRegion("It does not begin as a JPEG does.")
        yield unknown("file", data, "the whole file")
        return
    kept: dict[str, list[tuple[int, bytes]]] = {}
    tables = Tables()
    last = count = 0
    for marker, _, start, end in walk_segments(data):
        count += 1
        last = marker
        if marker == CODED:
            yield from text_in_picture(data, start, end, "JPEG picture data", whole=whole_picture)
        elif marker == EOI:
            if start < len(data):
                yield EmbeddedPart("trailer", data[start:], "after the end of the picture", start)
        elif marker == COM:
            yield private_item("text", "Comment", decoded(data[start:end].rstrip(b"\0")), "JPEG comment")
        elif APP0 <= marker <= APP15:
            yield from _application(marker - APP0, data[start:end], start, kept)
        elif marker in _CODING or marker == SOS:
            yield from tables.take(marker, data[start:end], start)
        else:
            yield from _unusual(marker, data[start:end], start)
    yield from tables.unused()
    yield from _joined(kept)
    if last != EOI:
        why = "has too many segments" if count >= MAX_SEGMENTS else "stops before the end of the picture"
        yield UnreadRegion(f"The file {why}.")


def _unusual(marker: int, data: bytes, start: int) -> Iterator[FileFinding]:
    """Stray bytes, and markers that no camera writes."""
    if marker == STRAY:
        yield unknown("stray bytes", data, "between JPEG segments", start)
    elif marker == SOI:
        yield unknown("second start mark", data, "between JPEG segments", start - 2)
    elif marker != TEM:
        name = f"segment 0xFF{marker:02X}"
        yield unknown(name, data, f"JPEG {name}", start)


def _application(
    number: int, data: bytes, start: int, kept: dict[str, list[tuple[int, bytes]]]
) -> Iterator[FileFinding]:
    """One APPn segment; pieces are kept, to be joined."""
    for known_number, sign, key, skip in _IN_PIECES:
        if number == known_number and data[: len(sign)].lower() == sign.lower():
            kept.setdefault(key, []).append((start + skip, data[skip:]))
            return
    for known_number, at, sign, skip, kind, where in _BLOCKS:
        if number == known_number and data.startswith(sign, at):
            yield EmbeddedPart(kind, data[skip:], where, start + skip)
            return
    if number == 0 and data.startswith(b"JFIF\0"):
        yield from _jfif(data, start)
    elif number == 14 and data.startswith(b"Adobe"):
        if len(data) > 12:  # version, two flags and the colour transform
            yield unknown("behind the Adobe segment", data[12:], "APP14", start + 12)
    elif number == 2 and data.startswith(_IJPEG, 4):
        kept["infiray"] = []
        yield private_item("device", "InfiRay data", described(data), "APP2")
    elif number == _SENSOR and "infiray" in kept and any(fixed_texts(data, INFIRAY_SENSOR, "")):
        yield from fixed_texts(data, INFIRAY_SENSOR, "APP9 InfiRay")
    else:
        yield from _maker(number, data, start)


def _jfif(data: bytes, start: int) -> Iterator[FileFinding]:
    across, down = (data[12], data[13]) if len(data) >= 14 else (0, 0)
    end = 14 + 3 * across * down
    if across and down:
        yield private_item("pictures", "ThumbnailImage", f"{across} × {down} pixels", "APP0 JFIF")
    if data[end:]:
        yield unknown("behind the JFIF segment", data[end:], "APP0 JFIF", start + end)


def _maker(number: int, data: bytes, start: int) -> Iterator[FileFinding]:
    """A maker's segment, or an unknown one."""
    where = f"APP{number}"
    for known_number, sign, group, name in _KNOWN:
        if number == known_number and data.startswith(sign):
            # NOTE: these texts follow their label; the others are binary, and their size says enough.
            value = decoded(data[len(sign) :]) if group == "text" else described(data)
            yield private_item(group, name, value.replace("\0", ""), where)
            if number == 6 and sign == b"GoPro\0" and b"GPS" in data:
                yield private_item("gps", "GoPro GPS", "a record of positions", where)
            yield from (private_item("time", name, decoded(day), where) for day in _DAY.findall(data)[:4])
            break
    else:
        fields = _PICTURE_INFO.findall(data) if number == 12 else []
        for name, value in fields:
            # NOTE: in these texts the name of a serial number is "Serial#".
            known = decoded(name).replace("#", "Number")
            yield private_item(group_of(known), known, decoded(value), f"{where} PictureInfo")
        if not fields:
            yield unknown(f"APP{number}", data, where, start)
    at = data.find(b"\xff\xd8\xff")
    if at >= 0:
        picture = data[at : at + picture_length(data[at:])]
        yield EmbeddedPart("jpeg", picture, f"picture in {where}", start + at)


def _joined(kept: dict[str, list[tuple[int, bytes]]]) -> Iterator[FileFinding]:
    """The pieces, joined; only data in one piece has an offset."""
    bodies: list[tuple[int | None, bytes]] = []
    for start, piece in kept.get("exif", []):
        if bodies and not is_tiff(piece):
            bodies[-1] = (None, bodies[-1][1] + piece)  # EXIF of more than 64 KiB continues in the next segment
        else:
            bodies.append((start, piece))
    for place, body in bodies:
        yield EmbeddedPart("exif", body, "EXIF", place)
    for start, packet in kept.get("xmp", []):
        yield EmbeddedPart("xmp", packet, "APP1 XMP", start)
    if "photoshop" in kept:
        yield _whole("photoshop", kept["photoshop"], "APP13 Photoshop")
    for kind, where in (("icc", "APP2 ICC profile"), ("flir", "APP1 FLIR")):
        pieces = sorted(kept.get(kind, []), key=lambda piece: piece[1][:1])  # number and count come first
        if pieces:
            yield _whole(kind, [(start + 2, piece[2:]) for start, piece in pieces], where)
    if "jumbf" in kept:
        yield _whole("jumbf", list(_jumbf(kept["jumbf"])), "APP11 JUMBF")
    yield from _extended_xmp([piece for _, piece in kept.get("more xmp", [])])


def _jumbf(pieces: list[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """The pieces of JUMBF boxes in order of box and piece; later pieces repeat the header of their box."""
    for start, piece in sorted(pieces, key=lambda each: each[1][:6]):
        skip = 6 if piece[2:6] <= b"\0\0\0\1" else 14
        yield start + skip, piece[skip:]


def _whole(kind: str, pieces: list[tuple[int, bytes]], where: str) -> EmbeddedPart:
    """The pieces as one part."""
    return EmbeddedPart(kind, b"".join(piece for _, piece in pieces), where, pieces[0][0] if len(pieces) == 1 else None)


def _extended_xmp(pieces: list[bytes]) -> Iterator[FileFinding]:
    """Extended XMP: pieces with a digest, the full length and an offset each (Adobe XMP part 3, 1.1.3.1)."""
    packets: dict[bytes, list[tuple[int, bytes]]] = {}
    for piece in pieces:
        if len(piece) < 40:
            yield UnreadRegion("A segment of extended XMP is cut off.")
            continue
        packets.setdefault(piece[:32], []).append((struct.unpack_from(">I", piece, 36)[0], piece[40:]))
    for parts in packets.values():
        parts.sort(key=lambda part: part[0])
        whole = b"".join(data for _, data in parts)
        yield EmbeddedPart("xmp", whole, "APP1 extended XMP")


def inspect_mpf(data: bytes, where: str) -> Iterator[FileFinding]:
    """The list of further pictures that a Multi-Picture file keeps after its first (CIPA DC-007, 5.2.3)."""
    structure = walk_tiff_structure(data) if is_tiff(data) else None
    field = structure.first("Image", 0xB002) if structure else None
    if structure is None or field is None:
        yield UnreadRegion(f"The list of further pictures ({where}) could not be read.")
        yield unknown("MPF", data, where)
        return
    entries = structure.raw(field, 16 * 64)
    for number, entry in enumerate(range(16, len(entries) - 15, 16), start=2):
        kind, length_, _ = struct.unpack_from(structure.order + "III", entries, entry)
        words = {0x010001: "preview", 0x010002: "preview", 0x020002: "stereo picture", 0x050000: "gain map"}
        what = words.get(kind & 0xFFFFFF, "second picture" if number == 2 else "further picture")
        yield private_item("pictures", f"MPImage{number}", f"{what}, {length_:,} bytes", where)
