"""JPEG: every segment from the start mark to the end mark, and what stands between and behind them.

Markers: ITU-T T.81, table B.1. Application segments: Adobe TIFF and XMP part 3, CIPA DC-007 (MPF), ICC.1 annex B,
ISO/IEC 19566-5 (JUMBF); names of makers' segments as ExifTool's documentation of JPEG tags lists them.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

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

_MARK = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])", re.DOTALL)  # the next mark that is no restart and no stuffing
_PICTURE_INFO = re.compile(rb"([A-Za-z][\w #]{0,30})=([^\r\n\0]{1,200})")  # as Agfa and Olympus write in APP12
_DAY = re.compile(rb"(?:19|20)\d\d[:.][01]\d[:.][0-3]\d(?: [0-2]\d:[0-5]\d:[0-5]\d)?")
_SOI, _EOI, _SOS, _COM, _APP0 = 0xD8, 0xD9, 0xDA, 0xFE, 0xE0
_CODING = {*range(0xC0, 0xD0), 0xDB, 0xDC, 0xDD, 0xDE, 0xDF}  # tables and frames: the picture itself
_MAX_SEGMENTS = 20_000

_EXIF = b"Exif\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_MORE_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_ICC = b"ICC_PROFILE\0"
_MPF = b"MPF\0"

# Segments that may come in pieces: number, how each begins, what it is, bytes to skip.
_IN_PIECES = (
    (1, _EXIF, "exif", 6),
    (1, _MORE_XMP, "more xmp", len(_MORE_XMP)),
    (2, _ICC, "icc", len(_ICC)),
    (11, b"JP", "jumbf", 2),
    (13, _PHOTOSHOP, "photoshop", len(_PHOTOSHOP)),
)

# Makers' and other segments: number, how it begins, group, name.
_KNOWN = (
    (0, b"JFXX\0", "pictures", "JFXX thumbnail"),
    (1, b"FLIR\0", "pictures", "FLIR thermal data"),
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
    (9, b"Media Jukebox\0", "text", "Media Jukebox data"),
    (10, b"UNICODE\0", "text", "PhotoStudio comment"),
    (10, b"AROT", "pictures", "Gain map curve"),
    (11, b"HDR_RI", "pictures", "JPEG-HDR data"),
    (12, b"Ducky", "text", "Ducky"),
    (13, b"Adobe_CM", "other", "Adobe_CM data"),
    (13, b"Adobe_Photoshop2.5:", "history", "Photoshop 2.5 data"),
    (15, b"Q\0", "other", "GraphicConverter quality"),
    (15, b"Q ", "other", "GraphicConverter quality"),
)


@dataclass(frozen=True, slots=True)
class Segment:
    """One marker segment, or bytes that belong to none (marker 0)."""

    marker: int  # second byte of the mark; 0 for stray bytes
    start: int  # of the payload, bytes from the start of the file
    data: bytes
    picture_end: int = 0  # of the coded data behind the payload of a scan's head


def segments(data: bytes) -> Iterator[Segment]:
    """The segments of the first picture in the bytes, coded picture data left out.

    The last one is the end mark, whose payload begins behind it; without one, the file stops before its end.
    """
    at = 2
    for _ in range(_MAX_SEGMENTS):
        match = _MARK.search(data, at)
        if match is None:
            return
        marker, start = match[1][0], match.end()
        stray = data[at : match.start()].rstrip(b"\xff")  # marks may be filled up with 0xFF
        if stray:
            yield Segment(0, at, stray)
        if marker in (_SOI, _EOI, 0x01):
            yield Segment(marker, start, b"")
            at = start
            if marker == _EOI:
                return
            continue
        size = int.from_bytes(data[start : start + 2], "big")
        end = start + max(size, 2)
        at = _after_scan(data, end) if marker == _SOS else end
        yield Segment(marker, start + 2, data[start + 2 : end], at)


def _after_scan(data: bytes, start: int) -> int:
    """Where the coded data that begins at ``start`` ends: at the next mark, or with the file."""
    match = _MARK.search(data, start)
    return match.start() if match else len(data)


def length(data: bytes) -> int:
    """Bytes of the picture that the bytes begin with, its end mark included; all of them where there is none."""
    ends = (segment.start for segment in segments(data) if segment.marker == _EOI)
    return next(ends, len(data))


def inspect_jpeg(data: bytes, *, whole_picture: bool = True) -> Iterator[FileFinding]:
    """Everything in a JPEG beside its picture, and words within it; without ``whole_picture`` at its ends only."""
    if data[:2] != b"\xff\xd8":
        yield UnreadRegion("It does not begin as a JPEG does.")
        yield unknown("file", data, "the whole file")
        return
    kept: dict[str, list[tuple[int, bytes]]] = {}
    tables = Tables()
    last = count = 0
    for segment in segments(data):
        count += 1
        last = segment.marker
        if last == _EOI and segment.start < len(data):
            yield EmbeddedPart("trailer", data[segment.start :], "after the end of the picture", segment.start)
        elif segment.marker == _COM:
            yield private_item("text", "Comment", decoded(segment.data.rstrip(b"\0")), "JPEG comment")
        elif segment.marker & 0xF0 == _APP0:
            yield from _application(segment, kept)
        elif segment.marker in _CODING or segment.marker == _SOS:
            yield from tables.take(segment.marker, segment.data, segment.start)
        else:
            yield from _unusual(segment)
        if segment.marker == _SOS:
            place = (segment.start + len(segment.data), segment.picture_end)
            yield from text_in_picture(data, *place, "JPEG picture data", whole=whole_picture)
    yield from tables.unused()
    yield from _joined(kept)
    if last != _EOI:
        why = "has too many segments" if count >= _MAX_SEGMENTS else "stops before the end of the picture"
        yield UnreadRegion(f"The file {why}.")


def _unusual(segment: Segment) -> Iterator[FileFinding]:
    """Stray bytes, and marks that no camera writes."""
    if segment.marker == 0:
        yield unknown("stray bytes", segment.data, "between JPEG segments", segment.start)
    elif segment.marker == _SOI:
        yield unknown("second start mark", segment.data, "between JPEG segments", segment.start - 2)
    elif segment.marker not in (_EOI, 0x01):
        name = f"segment 0xFF{segment.marker:02X}"
        yield unknown(name, segment.data, f"JPEG {name}", segment.start)


def _application(segment: Segment, kept: dict[str, list[tuple[int, bytes]]]) -> Iterator[FileFinding]:
    """One APPn segment; those that come in pieces are kept, to be joined."""
    number, data = segment.marker - _APP0, segment.data
    for known_number, start, key, skip in _IN_PIECES:
        if number == known_number and data[: len(start)].lower() == start.lower():
            kept.setdefault(key, []).append((segment.start + skip, data[skip:]))
            return
    if number == 0 and data.startswith(b"JFIF\0"):
        yield from _jfif(data, segment.start)
    elif number == 1 and data.startswith(_XMP.rstrip(b"\0")):
        kept.setdefault("xmp", []).append((segment.start + len(_XMP), data[len(_XMP) :]))
    elif number == 2 and data.startswith(_MPF):
        yield EmbeddedPart("mpf", data[len(_MPF) :], "APP2 MPF", segment.start + len(_MPF))
    elif number == 14 and data.startswith(b"Adobe"):
        if len(data) > 12:  # version, two flags and the colour transform
            yield unknown("behind the Adobe segment", data[12:], "APP14", segment.start + 12)
    else:
        yield from _maker(number, segment)


def _jfif(data: bytes, start: int) -> Iterator[FileFinding]:
    across, down = (data[12], data[13]) if len(data) >= 14 else (0, 0)
    end = 14 + 3 * across * down
    if across and down:
        yield private_item("pictures", "ThumbnailImage", f"{across} × {down} pixels", "APP0 JFIF")
    if data[end:]:
        yield unknown("behind the JFIF segment", data[end:], "APP0 JFIF", start + end)


def _maker(number: int, segment: Segment) -> Iterator[FileFinding]:
    """A segment of a maker's own, or one that nobody knows."""
    where, data = f"APP{number}", segment.data
    for known_number, start, group, name in _KNOWN:
        if number == known_number and data.startswith(start):
            # NOTE: these texts follow their label; the others are binary, and their size says enough.
            value = decoded(data[len(start) :]) if group == "text" else described(data)
            yield private_item(group, name, value.replace("\0", ""), where)
            if number == 6 and start == b"GoPro\0" and b"GPS" in data:
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
            yield unknown(f"APP{number}", data, where, segment.start)
    at = data.find(b"\xff\xd8\xff")
    if at >= 0:
        picture = data[at : at + length(data[at:])]
        yield EmbeddedPart("jpeg", picture, f"picture in {where}", segment.start + at)


def _joined(kept: dict[str, list[tuple[int, bytes]]]) -> Iterator[FileFinding]:
    """What came in pieces, put together; only what came in one piece has a place."""
    bodies: list[tuple[int | None, bytes]] = []
    for start, piece in kept.get("exif", []):
        if bodies and not is_tiff(piece):
            bodies[-1] = (None, bodies[-1][1] + piece)  # EXIF of more than 64 KiB goes on in the next segment
        else:
            bodies.append((start, piece))
    for place, body in bodies:
        yield EmbeddedPart("exif", body, "EXIF", place)
    for start, packet in kept.get("xmp", []):
        yield EmbeddedPart("xmp", packet, "APP1 XMP", start)
    if "photoshop" in kept:
        yield _whole("photoshop", kept["photoshop"], "APP13 Photoshop")
    if "icc" in kept:
        pieces = sorted(kept["icc"], key=lambda piece: piece[1][:1])
        yield _whole("icc", [(start + 2, piece[2:]) for start, piece in pieces], "APP2 ICC profile")
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
    """The list of further pictures that a Multi-Picture file keeps behind its first (CIPA DC-007, 5.2.3)."""
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
