"""One ZIP file, made while it is sent: files as they are, none in memory but the current one, no temporary file.

PKWARE's APPNOTE.TXT, version 6.3.10. Each file is stored, because photos are compressed already. Times are those of the
first day that ZIP knows, there is no comment and no name but the file's own, so the same files give the same bytes.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

_VERSION, _VERSION_64 = 20, 45
_UTF8 = 0x800
_FIRST_DAY = (1 << 5) | 1  # 1 January 1980, in the format of MS-DOS
_MOST_32, _MOST_16 = 0xFFFF_FFFF, 0xFFFF
_LOCAL, _CENTRAL, _END, _END_64, _LOCATOR_64 = 30, 46, 22, 56, 20  # bytes, without names


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """A file in the ZIP."""

    name: str
    size: int  # bytes, fewer than 4 GiB


@dataclass(frozen=True, slots=True)
class _Written:
    entry: ZipEntry
    checksum: int
    offset: int


class ZipStream:
    """The pieces of a ZIP, in order: ``file`` for each entry, then ``end``."""

    def __init__(self) -> None:
        self._written: list[_Written] = []
        self._at = 0

    def file(self, entry: ZipEntry, data: bytes) -> bytes:
        """The next file, with what comes before it.

        Raises:
            ValueError: it has not the size that was said of it.
        """
        if len(data) != entry.size:
            raise ValueError(f"{entry.name} has {len(data)} bytes, not {entry.size}")
        name, checksum = entry.name.encode(), zlib.crc32(data)
        head = struct.pack(
            "<IHHHHHIIIHH",
            0x04034B50,
            _VERSION,
            _UTF8,
            0,
            0,
            _FIRST_DAY,
            checksum,
            entry.size,
            entry.size,
            len(name),
            0,
        )
        self._written.append(_Written(entry, checksum, self._at))
        piece = b"".join((head, name, data))
        self._at += len(piece)
        return piece

    def end(self) -> bytes:
        """The list of all files, with which the ZIP ends."""
        listed = b"".join(map(_central, self._written))
        number, large = len(self._written), self._at > _MOST_32 or len(self._written) > _MOST_16
        tail = b""
        if large:
            at = self._at + len(listed)
            tail = struct.pack(
                "<IQHHIIQQQQ", 0x06064B50, 44, _VERSION_64, _VERSION_64, 0, 0, number, number, len(listed), self._at
            ) + struct.pack("<IIQI", 0x07064B50, 0, at, 1)
        short = min(number, _MOST_16)
        return (
            listed
            + tail
            + struct.pack(
                "<IHHHHIIH", 0x06054B50, 0, 0, short, short, min(len(listed), _MOST_32), min(self._at, _MOST_32), 0
            )
        )


def _central(written: _Written) -> bytes:
    name, size = written.entry.name.encode(), written.entry.size
    far = written.offset > _MOST_32
    extra = struct.pack("<HHQ", 1, 8, written.offset) if far else b""
    version = _VERSION_64 if far else _VERSION
    head = struct.pack(
        "<IHHHHHHIIIHHHHHII",
        *(0x02014B50, version, version, _UTF8, 0, 0, _FIRST_DAY, written.checksum, size, size, len(name), len(extra)),
        *(0, 0, 0, 0, min(written.offset, _MOST_32)),
    )
    return head + name + extra


def zip_size(entries: Sequence[ZipEntry]) -> int:
    """Bytes of the ZIP with these files."""
    at = listed = 0
    for each in entries:
        name = len(each.name.encode())
        listed += _CENTRAL + name + (12 if at > _MOST_32 else 0)
        at += _LOCAL + name + each.size
    large = at > _MOST_32 or len(entries) > _MOST_16
    return at + listed + _END + (_END_64 + _LOCATOR_64 if large else 0)
