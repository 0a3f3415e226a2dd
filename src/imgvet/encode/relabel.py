"""Another label on a clean file that imgvet wrote, its coded picture left as it is, byte for byte.

The result is what ``encode`` would have written with that label. Only files as ``encode`` writes them are taken.
"""

import struct
import zlib
from collections.abc import Iterator

from imgvet.encode.encode import Label
from imgvet.errors import UnprovenFile

_PNG = b"\x89PNG\r\n\x1a\n"
_XMP = b"http://ns.adobe.com/xap/1.0/\x00"  # heads the packet in APP1; XMP specification part 3, 1.1.3
_ITXT = b"XML:com.adobe.xmp\x00\x00\x00\x00\x00"  # keyword, no compression, no language, no translated keyword
_SOI, _APP0, _APP1, _APP13, _SOS = b"\xff\xd8", 0xE0, 0xE1, 0xED, 0xDA


def relabel(data: bytes, label: Label) -> bytes:
    """The file with this label in place of its own.

    Raises:
        UnprovenFile: it is no file of imgvet's.
    """
    if data.startswith(_PNG):
        return _PNG + b"".join(_png_chunks(data, label))
    return _jpeg(data, label)


def _jpeg(data: bytes, label: Label) -> bytes:
    """The label's segments in place of those that stand there; behind the first JFIF segment where none do."""
    before, behind, at = b"", b"", len(_SOI)
    labelled = False
    while (marker := _marker(data, at)) != _SOS:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in (_APP1, _APP13):
            labelled = True
        elif labelled or marker != _APP0:
            behind += data[at:end]
        else:
            before += data[at:end]
        at = end
    return b"".join((_SOI, before, label.app13, _app1(label.xmp), behind, data[at:]))


def _marker(data: bytes, at: int) -> int:
    if not data.startswith(_SOI) or len(data) < at + 4 or data[at] != 0xFF or not 0xC0 <= data[at + 1] < 0xFF:
        raise UnprovenFile("The clean file is not as imgvet wrote it.", "Run the batch again to make it anew.")
    return data[at + 1]


def _app1(xmp: bytes) -> bytes:
    payload = _XMP + xmp
    return b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload


def _png_chunks(data: bytes, label: Label) -> Iterator[bytes]:
    at = len(_PNG)
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            raise UnprovenFile("The clean file is not as imgvet wrote it.", "Run the batch again to make it anew.")
        yield _itxt(label.xmp) if data[at + 4 : at + 8] == b"iTXt" else data[at:end]
        at = end


def _itxt(xmp: bytes) -> bytes:
    content = b"iTXt" + _ITXT + xmp
    return struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
