"""ICC profiles: the texts in them may name a person, a machine or a day (ICC.1:2022, clauses 7 to 10)."""

import struct
from collections.abc import Iterator

from imgvet.metadata.reading.found import Found, Unread, decoded, described, item, unknown

_TEXTS = {
    b"desc": "ProfileDescription",
    b"cprt": "ProfileCopyright",
    b"dmnd": "DeviceManufacturerDescription",
    b"dmdd": "DeviceModelDescription",
    b"targ": "CharacterisationTarget",
    b"vued": "ViewingConditionsDescription",
    b"scrd": "ScreeningDescription",
    b"meta": "ProfileMetadata",
}
_MOST_TAGS = 200


def read_icc(data: bytes, where: str) -> Iterator[Found]:
    """What a colour profile says of itself."""
    if len(data) < 132 or data[36:40] != b"acsp":
        yield Unread(f"The colour profile ({where}, {described(data)}) is no ICC profile.")
        yield unknown("ICCProfile", data, where)
        return
    size, count = struct.unpack_from(">I", data)[0], struct.unpack_from(">I", data, 128)[0]
    yield item("colour", "ICCProfile", f"{len(data):,} bytes", where)
    yield from _header(data, where)
    for at in range(132, min(132 + 12 * min(count, _MOST_TAGS), len(data) - 11), 12):
        signature, start, length = struct.unpack_from(">4sII", data, at)
        if signature in _TEXTS and start < len(data):
            yield item("colour", _TEXTS[signature], _text(data[start : start + min(length, 1 << 16)]), where)
    if count > _MOST_TAGS:
        yield Unread(f"The colour profile ({where}) has more than {_MOST_TAGS} tags.")
    if size > len(data):
        yield Unread(f"The colour profile ({where}) is cut off.")
    elif len(data) > size + 3:
        yield unknown("behind the profile", data[size:], where)


def _header(data: bytes, where: str) -> Iterator[Found]:
    year, month, day, hour, minute, second = struct.unpack_from(">6H", data, 24)
    if year:
        moment = f"{year:04}:{month:02}:{day:02} {hour:02}:{minute:02}:{second:02}"
        yield item("colour", "ProfileDateTime", moment, where)
    for name, at in (("DeviceManufacturer", 48), ("DeviceModel", 52), ("ProfileCreator", 80)):
        signature = data[at : at + 4].strip(b"\0 ")
        if signature:
            yield item("colour", name, decoded(signature), where)


def _text(tag: bytes) -> str:
    """The text of a ``desc``, ``mluc`` or ``text`` element."""
    kind = tag[:4]
    if kind == b"desc" and len(tag) >= 12:
        length = struct.unpack_from(">I", tag, 8)[0]
        return decoded(tag[12 : 12 + length].rstrip(b"\0"))
    if kind == b"mluc" and len(tag) >= 28:
        length, start = struct.unpack_from(">II", tag, 20)
        return tag[start : start + length].decode("utf-16-be", "replace")
    return decoded(tag[8:].rstrip(b"\0")) if kind == b"text" else described(tag)
