"""Blocks that makers and programs keep in application segments of JPEGs, in layouts of their own.

Layouts: ExifTool's documentation of its FLIR, InfiRay, Reconyx, CanonRaw (CIFF), APP12 (Ducky) and MediaJukebox tables.
"""

import math
import re
import struct
from collections.abc import Iterator
from datetime import UTC, datetime

from imgvet.formats.ciff import ciff_order, walk_ciff
from imgvet.inspection.field_names import group_of
from imgvet.inspection.findings import (
    FileFinding,
    PrivateItem,
    decoded,
    described,
    position_of,
    private_item,
    unknown,
    words_in,
)

FixedTexts = tuple[tuple[int, int, str], ...]  # place and size in bytes, and the field's name

INFIRAY_SENSOR: FixedTexts = tuple(
    (384 * number + place, 64, f"{lens}Sensor{name}")
    for number, lens in enumerate(("IR", "Visible"))
    for place, name in (
        (0, "Manufacturer"),
        (64, "Model"),
        (128, "PartNumber"),
        (192, "SerialNumber"),
        (256, "Firmware"),
    )
)
RECONYX: dict[bytes, FixedTexts] = {
    b"\x01\xf1": ((42, 30, "SerialNumber"), (86, 22, "UserLabel")),  # HyperFire
    b"RECONYXUF\0": ((75, 15, "SerialNumber"), (90, 20, "UserLabel")),  # UltraFire
    b"RECONYXH2\0": ((126, 30, "SerialNumber"), (104, 22, "UserLabel")),  # HyperFire 2
    b"RECONYXMF\0": ((140, 30, "SerialNumber"), (118, 22, "UserLabel")),  # MicroFire
    b"RECONYX4K\0": ((132, 15, "SerialNumber"), (81, 51, "UserLabel")),  # HyperFire 4K
}
_FLIR_CAMERA: FixedTexts = (
    (212, 32, "CameraModel"), (260, 16, "CameraSerialNumber"), (276, 16, "CameraSoftware"), (368, 32, "LensModel"),
    (416, 16, "LensSerialNumber"), (492, 16, "FilterModel"), (540, 32, "FilterSerialNumber"),
)  # fmt: skip
# Kinds of FLIR records: camera, position, sound; texts; pictures and their colours.
_CAMERA, _GPS, _SOUND, _FLIR_TEXTS, _FLIR_PICTURES = (
    0x20,
    0x2B,
    0x24,
    (0x21, 0x23, 0x2C, 0x2E),
    (0x01, 0x05, 0x0E, 0x22),
)
_FLIR_TIME, _MAX_RECORDS = 900, 64
_WORDS = re.compile(rb"(?:[\x20-\x7e]\0){3,}|[\x20-\x7e]{3,}")
_CIFF = {
    0x0805: "Comment", 0x080A: "Model", 0x080B: "FirmwareVersion", 0x080D: "ROMOperationMode", 0x0810: "OwnerName",
    0x0815: "ImageType", 0x0816: "OriginalRawFileName", 0x0817: "ThumbnailFileName", 0x180B: "SerialNumber",
    0x180E: "DateTimeOriginal",
}  # fmt: skip
_KIND, _ASCII = 0x3800, 0x0800  # of a CIFF record's tag
_DUCKY = {2: "Comment", 3: "Copyright"}
_JUKEBOX = re.compile(r"<(\w{1,40})>([^<>]{1,4000})</\1>")
_GROUPS = {"People": "people", "Places": "gps"}


def fixed_texts(data: bytes, fields: FixedTexts, where: str) -> Iterator[PrivateItem]:
    """The texts at fixed places of a block."""
    for place, size, name in fields:
        text = _text(data[place : place + size])
        if text:
            yield private_item(group_of(name), name, text, where)


def _text(raw: bytes) -> str:
    """Text up to its first zero, in UTF-16 where every second byte is zero."""
    wide = len(raw) > 3 and raw[0] and not any(raw[1::2])
    return (raw.decode("utf-16-le", "replace") if wide else decoded(raw)).split("\0")[0].strip()


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y:%m:%d %H:%M:%S}"


def read_flir(data: bytes, where: str) -> Iterator[FileFinding]:
    """A thermal picture of FLIR: camera, position, day, texts, sound; its records have a directory."""
    yield private_item("pictures", "FLIR thermal data", described(data), where)
    order = ">" if data[0x14:0x16] == b"\0\0" else "<"
    start, count = struct.unpack_from(order + "II", data.ljust(0x20, b"\0"), 0x18)
    if data[:4] not in (b"FFF\0", b"AFF\0") or not start:
        yield unknown("FLIR data", data, where)
        return
    yield from fixed_texts(data, ((4, 16, "Software"),), where)
    for at in range(start, min(start + 32 * min(count, _MAX_RECORDS), len(data) - 31), 32):
        kind, place, size = struct.unpack_from(order + "H10xII", data, at)
        yield from _flir_record(kind, data[place : place + size], where)


def _flir_record(kind: int, body: bytes, where: str) -> Iterator[FileFinding]:
    if kind == _CAMERA:
        yield from fixed_texts(body, _FLIR_CAMERA, where)
        seconds = struct.unpack_from("<I" if body[:1] > b"\0" else ">I", body.ljust(904, b"\0"), _FLIR_TIME)[0]
        if seconds:
            yield private_item("time", "DateTimeOriginal", _moment(seconds), where)
    elif kind == _GPS and len(body) >= 32:
        latitude, longitude = struct.unpack_from("<dd", body, 16)
        if math.isfinite(latitude) and math.isfinite(longitude) and (latitude or longitude):
            latitude = -abs(latitude) if body[8:9].upper() == b"S" else latitude
            longitude = -abs(longitude) if body[10:11].upper() == b"W" else longitude
            yield private_item("gps", "GPSPosition", f"{latitude:.6f} {longitude:.6f}", where)
            yield from position_of(latitude, longitude)
    elif kind == _SOUND:
        yield private_item("pictures", "EmbeddedAudio", f"a sound recording, {len(body):,} bytes", where)
    elif kind not in _FLIR_PICTURES:
        runs = (run[0].replace(b"\0", b"").decode("ascii") for run in _WORDS.finditer(body[: 1 << 16]))
        words = list(runs) if kind in _FLIR_TEXTS else words_in(body[:4096])
        if words:
            yield private_item("text", f"FLIR record 0x{kind:02X}", " | ".join(words), where)


def read_ciff(data: bytes, where: str) -> Iterator[FileFinding]:
    """Canon's older block: owner, serial number, day and names of files."""
    found = False
    for tag, body in walk_ciff(data):
        name = _CIFF.get(tag) or (f"CIFF 0x{tag:04X}" if tag & _KIND == _ASCII else "")
        number = struct.unpack_from(ciff_order(data) + "I", body.ljust(4, b"\0"))[0]
        value = {"SerialNumber": str(number), "DateTimeOriginal": _moment(number)}.get(name)
        value = value or decoded(body[:4096]).rstrip("\0").replace("\0", " ").strip()
        if name and value:
            found = True
            yield private_item(group_of(name), name, value, where)
    if not found:
        yield unknown("CIFF data", data, where)


def read_ducky(data: bytes, where: str) -> Iterator[FileFinding]:
    """What Photoshop keeps of a picture saved for the web: its quality, then numbered texts up to a zero."""
    at = 0
    while at + 4 <= len(data):
        number, size = struct.unpack_from(">HH", data, at)
        body = data[at + 4 : at + 4 + size]
        if not number or len(body) < size:
            break
        wide = len(body) - 4 in (2 * int.from_bytes(body[:4], "big"), int.from_bytes(body[:4], "big"))
        text = body[4:].decode("utf-16-be", "replace") if wide else decoded(body)
        if (number, size) != (1, 4) and text.strip("\0 "):
            name = _DUCKY.get(number, f"Ducky{number}")
            yield private_item(group_of(name, "text"), name, text.strip("\0"), where)
        at += 4 + size
    if data[at:].strip(b"\0"):
        yield unknown("behind Ducky", data[at:], where)


def read_jukebox(data: bytes, where: str) -> Iterator[FileFinding]:
    """Media Jukebox: names, places and captions in XML; other bytes as they are."""
    text = decoded(data).replace("\0", "")
    fields = _JUKEBOX.findall(text)
    for name, value in fields:
        yield private_item(_GROUPS.get(name) or group_of(name, "text"), name, value, where)
    rest = re.sub(r"<[^<>]{0,40}>", " ", _JUKEBOX.sub("", text))
    if any(letter.isalnum() for letter in rest):
        yield private_item("text", "Media Jukebox data", rest, where)
