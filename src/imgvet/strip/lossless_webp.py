"""A WebP with the same coded picture in a new container.

Layout: WebP Container Specification (RIFF chunks, VP8X); RFC 6386, section 9.1, for the head of VP8 data; WebP Lossless
Bitstream Specification, section 3, for the head of VP8L data.
"""

from collections.abc import Callable
from dataclasses import dataclass

from imgvet.formats.riff import RIFF_HEADER_BYTES, walk_riff_chunks, webp_end, webp_picture_size
from imgvet.strip.lossless_jpeg import orientation_block

_PICTURES = (b"VP8 ", b"VP8L", b"ANMF")
_ICC_FLAG, _EXIF_FLAG = 0x20, 0x08
_ALPHA_HINT = 0x10  # in byte 4 of VP8L data
_VP8L_SIGNATURE = 0x2F
_BLOCK = 16  # pixels each way (RFC 6386, section 2)
_MIN_BYTES = 10  # of coded data: its head
_SPARE = 8  # bytes by which a coder may round up its data; decoders read them or not


@dataclass(frozen=True, slots=True)
class CodedPicture:
    """The one picture of a WebP, as it is coded."""

    name: bytes  # b"VP8 " or b"VP8L"
    coded: bytes

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as the coded data says."""
        return webp_picture_size(self.name, self.coded, 0) or (0, 0)

    @property
    def lossless(self) -> bool:
        """Whether it is VP8L."""
        return self.name == b"VP8L"

    def with_alpha_hint(self, *, shown: bool) -> "CodedPicture":
        """The same VP8L data with its alpha hint set or not; without it decoders treat every pixel as opaque."""
        hint = self.coded[4] & ~_ALPHA_HINT | (_ALPHA_HINT if shown else 0)
        return CodedPicture(self.name, self.coded[:4] + bytes([hint]) + self.coded[5:])


def picture_of(data: bytes) -> CodedPicture | None:
    """The coded picture of a still WebP known to be opaque, without its alpha; None for any other."""
    chunks = walk_riff_chunks(data, RIFF_HEADER_BYTES, webp_end(data))
    found = [CodedPicture(each.name, data[each.start : each.end]) for each in chunks if each.name in _PICTURES]
    if len(found) != 1 or found[0].name == b"ANMF" or len(found[0].coded) < _MIN_BYTES:
        return None
    picture = found[0]
    if picture.lossless:
        return picture.with_alpha_hint(shown=False) if picture.coded[0] == _VP8L_SIGNATURE else None
    return picture


def shortest(picture: CodedPicture, is_same: Callable[[bytes], bool]) -> CodedPicture:
    """The picture without bytes at its end that its decoder never reads, in which anything could be hidden.

    ``is_same`` returns whether a WebP decodes to the same pixels; it is asked some four times for a picture that has no
    such bytes and some twenty times for one that has.
    """
    longest = len(picture.coded)
    near_end = max(_MIN_BYTES, longest - _SPARE)
    start = _MIN_BYTES if is_same(_plain(picture, near_end)) else near_end + 1
    return _first_that_is_same(picture, range(min(start, longest), longest + 1), is_same)


def _first_that_is_same(picture: CodedPicture, lengths: range, is_same: Callable[[bytes], bool]) -> CodedPicture:
    low, high = lengths[0], lengths[-1]
    while low < high:
        middle = (low + high) // 2
        if is_same(_plain(picture, middle)):
            high = middle
        else:
            low = middle + 1
    return CodedPicture(picture.name, picture.coded[:high])


def _plain(picture: CodedPicture, length: int) -> bytes:
    return rebuild_webp(CodedPicture(picture.name, picture.coded[:length]), 1, None)


def rebuild_webp(picture: CodedPicture, orientation: int, profile: bytes | None) -> bytes:
    """A WebP that holds the picture, its orientation (1 to 8) and that ICC profile alone."""
    exif = orientation_block(orientation)
    chunks = [(picture.name, picture.coded)]
    if profile is not None:
        chunks.insert(0, (b"ICCP", profile))
    if exif:
        chunks.append((b"EXIF", exif))
    if len(chunks) > 1:
        flags = (_ICC_FLAG if profile is not None else 0) | (_EXIF_FLAG if exif else 0)
        width, height = picture.size
        sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        chunks.insert(0, (b"VP8X", bytes([flags, 0, 0, 0]) + sizes))
    body = b"WEBP" + b"".join(_chunk(name, content) for name, content in chunks)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def webp_with_whole_blocks(picture: CodedPicture) -> bytes:
    """A WebP that shows the last blocks of VP8 data whole, and so its hidden margin; VP8L has none."""
    width, height = picture.size
    if not picture.lossless:
        whole = [-(-side // _BLOCK) * _BLOCK for side in (width, height)]
        scales = [int.from_bytes(picture.coded[at : at + 2], "little") & 0xC000 for at in (6, 8)]
        if max(whole) <= 0x3FFF:
            sizes = b"".join((side | scale).to_bytes(2, "little") for side, scale in zip(whole, scales, strict=True))
            picture = CodedPicture(picture.name, picture.coded[:6] + sizes + picture.coded[10:])
    return rebuild_webp(picture, 1, None)


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)
