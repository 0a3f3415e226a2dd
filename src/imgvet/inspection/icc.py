"""ICC profiles: the texts in them may name a person, a machine or a day (ICC.1:2022, clauses 7 to 10)."""

import struct
from collections.abc import Iterator

from imgvet.inspection.findings import FileFinding, UnreadRegion, decoded, described, private_item, unknown

_TEXTS = {
    b"desc": "ProfileDescription",
    b"cprt": "ProfileCopyright",
    b"dmnd": "DeviceManufacturerDescription",
    b"dmdd": "DeviceModelDescription",
    b"targ": "CharacterisationTarget",
    b"vued": "ViewingConditionsDescription",
    b"scrd": "ScreeningDescription",
    b"meta": "ProfileMetadata",
    b"dscm": "ProfileDescriptionML",
    b"mmod": "MonitorMakeAndModel",
    b"calt": "CalibrationDateTime",
    b"CxF ": "MeasuredColours",
    b"psds": "ProfileSequence",
    b"pseq": "ProfileSequence",
    b"psid": "ProfileSequenceIdentifier",
}
# Tags that hold numbers for converting colours alone (ICC.1:2022, clause 9.2, and makers' own).
_NUMBERS = {
    b"A2B0", b"A2B1", b"A2B2", b"A2B3", b"B2A0", b"B2A1", b"B2A2", b"B2A3", b"B2D0", b"B2D1", b"B2D2", b"B2D3", b"D2B0",
    b"D2B1", b"D2B2", b"D2B3", b"bXYZ", b"bTRC", b"bkpt", b"chad", b"chrm", b"cicp", b"ciis", b"clot", b"clro", b"clrt",
    b"gXYZ", b"gTRC", b"gamt", b"kTRC", b"lumi", b"meas", b"ncl2", b"pre0", b"pre1", b"pre2", b"rXYZ", b"rTRC", b"resp",
    b"rig0", b"rig2", b"tech", b"view", b"wtpt", b"vcgt", b"ndin", b"vcgp", b"aarg", b"aagg", b"aabg", b"bfd ", b"crdi",
    b"devs", b"scrn", b"ncol", b"outp", b"arts",
}  # fmt: skip
_TEXT_TYPES = (b"desc", b"mluc", b"text", b"utf8", b"ut16", b"dict")
_MAX_TAGS = 200
_MAX_RECORDS = 50  # languages of one text
_MAX_TEXT = 1 << 16  # bytes


def read_icc(data: bytes, where: str) -> Iterator[FileFinding]:
    """The texts of a colour profile, and bytes that do not belong to it."""
    if len(data) < 132 or data[36:40] != b"acsp":
        yield UnreadRegion(f"The colour profile ({where}, {described(data)}) is not an ICC profile.")
        yield unknown("ICCProfile", data, where, 0)
        return
    size, count = struct.unpack_from(">I", data)[0], struct.unpack_from(">I", data, 128)[0]
    yield private_item("colour", "ICCProfile", f"{len(data):,} bytes", where)
    yield from _header(data, where)
    table = 132 + 12 * min(count, _MAX_TAGS)
    spans = [(0, table)]
    for at in range(132, min(table, len(data) - 11), 12):
        signature, start, length = struct.unpack_from(">4sII", data, at)
        spans.append((start, min(start + length + 3 & ~3, size)))  # tags begin at places that are divisible by four
        if start < len(data):
            yield from _tag(signature, data[start : start + min(length, _MAX_TEXT)], start, where)
    if count > _MAX_TAGS:
        yield UnreadRegion(f"The colour profile ({where}) has more than {_MAX_TAGS} tags.")
    if size > len(data):
        yield UnreadRegion(f"The colour profile ({where}) is cut off.")
    elif len(data) > size + 3:
        yield unknown("behind the profile", data[size:], where, size)
    yield from _gaps(data, spans, min(size, len(data)), where)


def _tag(signature: bytes, tag: bytes, start: int, where: str) -> Iterator[FileFinding]:
    if signature in _TEXTS or tag[:4] in _TEXT_TYPES:
        name = _TEXTS.get(signature) or f"Profile {decoded(signature)}"
        yield private_item("colour", name, _text(tag), where)
    elif signature not in _NUMBERS:
        yield unknown(f"profile tag {decoded(signature)}", tag, where, start)


def _gaps(data: bytes, spans: list[tuple[int, int]], size: int, where: str) -> Iterator[FileFinding]:
    """Bytes of the profile that no tag points to."""
    at = 0
    for start, end in sorted([*spans, (size, size)]):
        gap = data[at:start] if start > at else b""
        if gap.strip(b"\0"):
            yield unknown("unused bytes", gap, f"{where}, where no tag points to", at)
        at = max(at, end)


def _header(data: bytes, where: str) -> Iterator[FileFinding]:
    year, month, day, hour, minute, second = struct.unpack_from(">6H", data, 24)
    if year:
        moment = f"{year:04}:{month:02}:{day:02} {hour:02}:{minute:02}:{second:02}"
        yield private_item("colour", "ProfileDateTime", moment, where)
    for name, at in (("DeviceManufacturer", 48), ("DeviceModel", 52), ("ProfileCreator", 80)):
        signature = data[at : at + 4].strip(b"\0 ")
        if signature:
            yield private_item("colour", name, decoded(signature), where)
    if any(data[100:128]):
        yield unknown("reserved bytes of the profile", data[100:128], where, 100)


def _text(tag: bytes) -> str:
    """The text of a ``desc``, ``mluc`` or ``text`` element, in all its languages."""
    kind = tag[:4]
    if kind == b"desc" and len(tag) >= 12:
        length = struct.unpack_from(">I", tag, 8)[0]
        words, rest = tag[12 : 12 + length], tag[12 + length : 12 + length + _MAX_TEXT]
        wide = int.from_bytes(rest[4:8], "big")
        others = [rest[8 : 8 + 2 * wide].decode("utf-16-be", "replace"), decoded(rest[8 + 2 * wide + 3 :][:67])]
        return _different([decoded(words), *others])
    if kind == b"mluc" and len(tag) >= 28:
        count = min(struct.unpack_from(">I", tag, 8)[0], _MAX_RECORDS, (len(tag) - 16) // 12)
        places = [struct.unpack_from(">II", tag, 20 + 12 * number) for number in range(count)]
        return _different([tag[start : start + length].decode("utf-16-be", "replace") for length, start in places])
    if kind in (b"text", b"utf8"):
        return decoded(tag[8:].rstrip(b"\0"))
    return described(tag[8:])


def _different(texts: list[str]) -> str:
    """The texts that are not empty, each once."""
    return " | ".join(dict.fromkeys(text.strip("\0 ") for text in texts if text.strip("\0 ")))
