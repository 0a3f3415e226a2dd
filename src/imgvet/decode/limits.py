"""Read from its headers alone what a file will cost, and refuse it beyond the limits.

A decompression bomb is small on disk and huge once it is decoded. Nothing here decodes a picture, and every number is
checked against the bytes that are there before it is used. A truncated file passes, because the decoder reports that.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from imgvet.errors import UnreadablePhoto
from imgvet.formats.gif import FRAME, GIF_HEADER_BYTES, walk_blocks
from imgvet.formats.heif_items import read_items
from imgvet.formats.isobmff import walk_boxes
from imgvet.formats.jpeg import FRAME_HEADERS, SOS, STRAY, JpegSegment, walk_segments
from imgvet.formats.png import walk_chunks
from imgvet.formats.riff import RIFF_HEADER_BYTES, walk_riff_chunks, webp_frame, webp_picture_size
from imgvet.formats.tiff import MAX_DIRECTORY_FIELDS, TiffStructure, read_directory, tiff_header
from imgvet.profile import Limits

_MIB = 1024 * 1024
_MAX_SCANS = 500  # in one JPEG; each scan of a progressive JPEG costs the time of a whole picture
_MAX_BYTES_A_PIXEL = 16  # four channels of 32 bits
_SAVE_AGAIN = "Copy it again from where it came from, or open it in a photo program and save it again."


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that is within the limits. Decoders and inspectors take this, and ``check_limits`` alone makes it."""

    data: bytes = field(repr=False)
    kind: str  # one of ``FORMATS``
    limits: Limits  # that it is within


def check_limits(data: bytes, kind: str, limits: Limits) -> CheckedFile:
    """The file, if it is within the limits; ``kind`` is one of ``FORMATS``.

    Code that reads a file from disk calls this once, before anything else reads the bytes.

    Raises:
        UnreadablePhoto: more pixels, frames, parts or text than the limits allow, in any picture of the file.
    """
    _WALKS[kind](data, ResourceCounter(limits))
    return CheckedFile(data, kind, limits)


def check_pixels(width: int, height: int, limits: Limits) -> None:
    """Refuse a picture of that size if it is beyond the limits.

    Raises:
        UnreadablePhoto: more pixels than the limit.
    """
    if width * height > limits.megapixels * 1_000_000:
        raise UnreadablePhoto(
            f"It has {(width * height + 500_000) // 1_000_000} megapixels; the limit is {limits.megapixels}.",
            "Raise limits.megapixels in the profile, or make the photo smaller.",
        )


class ResourceCounter:
    """Counts what a file costs, and raises as soon as a limit is passed."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.parts = 0
        self.frames = 0
        self.text = 0

    def add_picture(self, width: int, height: int) -> None:
        """Pixels across and down of a picture, frame, page, tile or canvas."""
        check_pixels(width, height, self.limits)

    def add_frames(self, number: int = 1) -> None:
        """Further pictures, pages or frames."""
        self.frames += number
        if self.frames > self.limits.frames:
            raise UnreadablePhoto(
                f"It has more than {self.limits.frames} frames or pages.",
                "Raise limits.frames in the profile, or save the picture alone as JPEG.",
            )

    def add_parts(self, number: int = 1) -> None:
        """Further segments, chunks, boxes or directory entries."""
        self.parts += number
        if self.parts > self.limits.parts:
            raise self.too_many_parts()

    def too_many_parts(self) -> UnreadablePhoto:
        """The error for a file of more parts than the limit."""
        return UnreadablePhoto(
            f"It consists of more than {self.limits.parts} parts; no photo needs so many.",
            "Raise limits.parts in the profile, or save the picture again as JPEG.",
        )

    @property
    def most(self) -> int:
        """The number of parts after which a walk may stop, because the last of them passes the limit."""
        return self.limits.parts + 1

    def add_text(self, size: int) -> None:
        """Further bytes of text, profile or other metadata, inflated."""
        self.text += size
        if self.text > self.limits.text_mib * _MIB:
            raise UnreadablePhoto(
                f"It carries more than {self.limits.text_mib} MiB of texts and profiles.",
                "Raise limits.text_mib in the profile, or save the picture again as JPEG.",
            )

    def add_deflated(self, deflated: bytes) -> None:
        """Further bytes of deflated text; they are inflated no further than the limit."""
        room = self.limits.text_mib * _MIB - self.text
        unpacking = zlib.decompressobj()
        try:
            self.add_text(len(unpacking.decompress(deflated, room + 1)))
        except zlib.error:  # not zlib data; its reader will report that
            self.add_text(len(deflated))


# -- JPEG (ITU-T T.81, annex B)


def _check_jpeg(data: bytes, counter: ResourceCounter) -> None:
    components = 0
    for segment in walk_segments(data, counter.most):  # decoders skip what is between segments
        counter.add_parts()
        if segment.marker in FRAME_HEADERS and segment.start + 6 <= len(data):  # however short it says that it is
            height, width, components = struct.unpack_from(">HHB", data, segment.start + 1)
            counter.add_picture(width, height)
        elif segment.marker == SOS:
            _check_scans(data, segment, components)
            return
        if segment.marker != STRAY:
            counter.add_text(segment.end - segment.start)


def _check_scans(data: bytes, scan: JpegSegment, components: int) -> None:
    """Count the scans of the first picture if the first scan is not all of it."""
    spectrum = scan.start + 1 + 2 * components
    if data[scan.start : scan.start + 1] == bytes([components]) and data[spectrum : spectrum + 2] == b"\x00\x3f":
        return
    scans = data.count(b"\xff\xda", scan.mark)
    if scans > _MAX_SCANS:  # in all its pictures; only then is it worth looking where the first ends
        end = data.find(b"\xff\xd9", scan.mark)
        scans = data.count(b"\xff\xda", scan.mark, end if end >= 0 else len(data))
    if scans > _MAX_SCANS:
        raise UnreadablePhoto(f"It is a JPEG with {scans} scans; no photo needs so many.", _SAVE_AGAIN)


# -- PNG (ISO/IEC 15948, section 11; the frames of APNG in section 11.3.5 of the third edition)


def _check_png(data: bytes, counter: ResourceCounter) -> None:
    for name, start, end, _ in walk_chunks(data, counter.most):
        counter.add_parts()
        if name == b"IHDR" and end - start >= 8:
            counter.add_picture(*struct.unpack_from(">II", data, start))
        elif name == b"fcTL" and end - start >= 12:  # its sequence number comes first
            counter.add_picture(*struct.unpack_from(">II", data, start + 4))
            counter.add_frames()
        elif name in {b"iCCP", b"zTXt", b"iTXt"}:
            _add_png_text(data[start:end], name, counter)
        elif name not in {b"IDAT", b"fdAT"}:
            counter.add_text(end - start)


def _add_png_text(body: bytes, name: bytes, counter: ResourceCounter) -> None:
    """Count a chunk whose text may be deflated: keyword, 0, then the compression method."""
    packed_at = body.find(b"\x00") + 1
    if name == b"iTXt" and body[packed_at : packed_at + 1] != b"\x01":
        counter.add_text(len(body))
        return
    if name == b"iTXt":  # the language and the translated keyword come between
        packed_at = body.find(b"\x00", body.find(b"\x00", packed_at + 2) + 1)
    counter.add_deflated(body[packed_at + 1 :])


# -- GIF (CompuServe, GIF89a, 31 July 1990)


def _check_gif(data: bytes, counter: ResourceCounter) -> None:
    if len(data) < GIF_HEADER_BYTES:
        return
    counter.add_picture(*struct.unpack_from("<HH", data, 6))
    for block in walk_blocks(data, counter.most + counter.limits.frames):
        if block.introducer != FRAME:
            counter.add_parts()
            counter.add_text(block.size)
        elif block.head + 10 <= len(data):
            left, top, width, height = struct.unpack_from("<HHHH", data, block.head + 1)
            counter.add_picture(left + width, top + height)
            counter.add_frames()
        if block.is_cut and block.end < len(data):
            raise counter.too_many_parts()


# -- WebP (RFC 9649)


def _check_webp(data: bytes, counter: ResourceCounter) -> None:
    for name, start, end, _ in walk_riff_chunks(data, RIFF_HEADER_BYTES, len(data), counter.most):
        _check_webp_chunk(data, name, start, end, counter)
        if name == b"ANMF":
            counter.add_frames()
            for inner, inner_start, inner_end, _ in walk_riff_chunks(data, start + 16, end, counter.most):
                _check_webp_chunk(data, inner, inner_start, inner_end, counter)


def _check_webp_chunk(data: bytes, name: bytes, start: int, end: int, counter: ResourceCounter) -> None:
    counter.add_parts()
    size = webp_frame(data, start)[2:] if name == b"ANMF" else webp_picture_size(name, data, start)
    if size is not None:
        counter.add_picture(*size)
    elif name != b"ALPH":
        counter.add_text(end - start)


# -- TIFF (TIFF 6.0, section 2; SubIFDs: Adobe PageMaker 6.0 TIFF Technical Notes)

_WIDTH, _HEIGHT, _BITS, _SAMPLES, _TILE_WIDTH, _TILE_HEIGHT, _SUB_IFDS = 256, 257, 258, 277, 322, 323, 330
_SIZES = frozenset({_WIDTH, _HEIGHT, _BITS, _SAMPLES, _TILE_WIDTH, _TILE_HEIGHT})
_STRIPS = frozenset({273, 279, 324, 325})  # where strips and tiles begin, and how many bytes they have
_TEXTS = frozenset({270, 700, 33723, 34377, 34675})  # description, XMP, IPTC, Photoshop's resources, colour profile
_TOO_MUCH = "It claims more data than the file holds."


def _check_tiff(data: bytes, counter: ResourceCounter) -> None:
    order, first = tiff_header(data)
    waiting, seen = [first], set()
    while waiting:
        at = waiting.pop()
        if at in seen or not 8 <= at <= len(data) - 2:
            continue
        seen.add(at)
        counter.add_frames()
        directory = read_directory(data, order, at, max_fields=MAX_DIRECTORY_FIELDS)
        waiting += [*_check_directory(directory, counter), directory.following]


def _check_directory(directory: TiffStructure, counter: ResourceCounter) -> list[int]:
    """Count one directory; returns where the directories below it begin."""
    counter.add_parts(len(directory.fields))
    values: dict[int, int] = {}
    below: list[int] = []
    for entry in directory.fields:
        if entry.tag in _STRIPS and entry.size > len(directory.data):
            raise UnreadablePhoto(_TOO_MUCH, _SAVE_AGAIN)
        if entry.tag == _SUB_IFDS:
            counter.add_parts(entry.count)
            below += [int(each) for each in directory.numbers(entry, entry.count) if each]
        elif entry.tag in _SIZES:
            sizes = (int(abs(each or 0)) for each in directory.numbers(entry, 1))
            values[entry.tag] = max([values.get(entry.tag, 0), *sizes])
        elif entry.tag in _TEXTS:
            counter.add_text(min(entry.count, len(directory.data)))
    _check_page(values, counter)
    return below


def _check_page(values: dict[int, int], counter: ResourceCounter) -> None:
    width, height = values.get(_WIDTH, 0), values.get(_HEIGHT, 0)
    counter.add_picture(width, height)
    counter.add_picture(values.get(_TILE_WIDTH, 0), values.get(_TILE_HEIGHT, 0))
    size = width * height * values.get(_SAMPLES, 1) * values.get(_BITS, 8) / 8  # bytes
    if size > counter.limits.megapixels * 1_000_000 * _MAX_BYTES_A_PIXEL:
        raise UnreadablePhoto(
            f"Its pixels take {size / 1e6:.0f} million bytes, more than any photo.", "Save it as JPEG or PNG."
        )


# -- AVIF and HEIC (ISO/IEC 14496-12 for boxes; ISO/IEC 23008-12 for items, ispe and derived pictures)

_CONTAINERS = {b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"stbl": 0, b"meta": 4, b"iprp": 0, b"ipco": 0}
_MAX_DEPTH = 12  # boxes within boxes
_HEAD = 64  # bytes, and more than the head of a grid or an overlay of no pictures


def _check_heif(data: bytes, counter: ResourceCounter) -> None:
    _check_boxes(data, 0, len(data), counter, 0)


def _check_boxes(data: bytes, start: int, end: int, counter: ResourceCounter, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise UnreadablePhoto("Its boxes are nested too deeply; no photo needs that.", _SAVE_AGAIN)
    for kind, first, last in walk_boxes(data, start, end, most=counter.most, any_kind=True, cut_off=True):
        counter.add_parts()
        if kind in _CONTAINERS:
            _check_boxes(data, first + _CONTAINERS[kind], last, counter, depth + 1)
        if kind == b"meta":
            _check_items(data, first, last, counter)
        elif kind == b"colr":  # it may hold a colour profile
            counter.add_text(last - first)
        elif kind == b"ispe" and first + 12 <= last:  # the width and height of an item
            counter.add_picture(*struct.unpack_from(">II", data, first + 4))
        elif kind == b"stsz" and first + 12 <= last:  # how many frames a sequence has
            counter.add_frames(struct.unpack_from(">I", data, first + 8)[0])
        elif kind == b"stsd":
            _check_sample_descriptions(data, first, last, counter)


def _check_sample_descriptions(data: bytes, start: int, end: int, counter: ResourceCounter) -> None:
    """The width and height of a sequence, 32 bytes into each description."""
    for _, first, last in walk_boxes(data, start + 8, end, most=counter.most, any_kind=True, cut_off=True):
        counter.add_parts()
        if first + 28 <= last:
            counter.add_picture(*struct.unpack_from(">HH", data, first + 24))


def _check_items(data: bytes, start: int, end: int, counter: ResourceCounter) -> None:
    """The items of a meta, and the output of its grids and overlays, which is with their data, not their properties."""
    items = read_items(data, start, end, counter.most)
    if items.too_many:
        raise counter.too_many_parts()
    counter.add_parts(len(items.infos) + sum(1 + len(pieces) for pieces in items.locations.values()))
    for number, pieces in items.locations.items():
        kind = items.infos[number].kind if number in items.infos else b""
        if kind in {b"Exif", b"mime"}:
            counter.add_text(min(sum(length for _, _, length in pieces), len(data)))
        if kind in {b"grid", b"iovl"}:
            starts = [(offset + (items.idat[0] if method == 1 else 0), length) for method, offset, length in pieces]
            head = b"".join(data[first : first + min(length or _HEAD, _HEAD)] for first, length in starts)
            _check_derived_size(head, kind, counter)


def _check_derived_size(head: bytes, kind: bytes, counter: ResourceCounter) -> None:
    """The output of a grid (version, flags, rows, columns, size) or an overlay (version, flags, colour, size)."""
    at = 4 if kind == b"grid" else 10
    form = ">II" if head[1:2] and head[1] & 1 else ">HH"
    if at + struct.calcsize(form) <= len(head):
        counter.add_picture(*struct.unpack_from(form, head, at))


_WALKS: dict[str, Callable[[bytes, ResourceCounter], None]] = {
    "jpeg": _check_jpeg,
    "png": _check_png,
    "gif": _check_gif,
    "webp": _check_webp,
    "tiff": _check_tiff,
    "avif": _check_heif,
    "heic": _check_heif,
}
