"""What a file says it will cost, read from its headers alone, and refused where that is beyond the limits.

A bomb is small on disk and huge once it is decoded. Nothing here decodes a picture, and every number is checked against
the bytes that are there before anything is done on its word. A file that ends too early passes: the decoder tells that.
"""

import math
import struct
import zlib
from collections.abc import Callable, Iterator

from imgvet.errors import UnreadablePhoto
from imgvet.profile import Limits

_MIB = 1024 * 1024
_MAX_SCANS = 500  # in one JPEG; each scan of a progressive JPEG costs the time of a whole picture
_MAX_BYTES_A_PIXEL = 16  # four channels of 32 bits
_SAVE_AGAIN = "Copy it again from where it came from, or open it in a photo program and save it again."


def check_limits(data: bytes, kind: str, limits: Limits) -> None:
    """Nothing, where the file is within the limits; ``kind`` is one of ``FORMATS``.

    Raises:
        UnreadablePhoto: more pixels, frames, parts or text than the limits allow, in any picture of the file.
    """
    _WALKS[kind](data, _Tally(limits))


def check_pixels(width: int, height: int, limits: Limits) -> None:
    """Nothing, where a picture of that size may be decoded.

    Raises:
        UnreadablePhoto: more pixels than the limit.
    """
    if width * height > limits.megapixels * 1_000_000:
        raise UnreadablePhoto(
            f"It has {width * height / 1e6:.0f} megapixels; the limit is {limits.megapixels}.",
            "Raise limits.megapixels in the profile, or make the photo smaller.",
        )


class _Tally:
    """What was counted so far; it raises as soon as a limit is passed."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.parts = 0
        self.frames = 0
        self.text = 0

    def picture(self, width: int, height: int) -> None:
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
            raise UnreadablePhoto(
                f"It is made of more than {self.limits.parts} parts, which no photo needs.",
                "Raise limits.parts in the profile, or save the picture again as JPEG.",
            )

    def add_text(self, size: int) -> None:
        """Further bytes of text, profile or other metadata, inflated."""
        self.text += size
        if self.text > self.limits.text_mib * _MIB:
            raise UnreadablePhoto(
                f"It carries more than {self.limits.text_mib} MiB of texts and profiles.",
                "Raise limits.text_mib in the profile, or save the picture again as JPEG.",
            )

    def add_deflated(self, deflated: bytes) -> None:
        """Further bytes of text as zlib has packed them; they are unpacked no further than the limit."""
        room = self.limits.text_mib * _MIB - self.text
        unpacking = zlib.decompressobj()
        try:
            self.add_text(len(unpacking.decompress(deflated, room + 1)))
        except zlib.error:  # no text at all; whoever wants to read it finds out
            self.add_text(len(deflated))


# -- JPEG (ITU-T T.81, annex B)

_FRAME_HEADERS = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_WITHOUT_LENGTH = frozenset({0x00, 0x01, *range(0xD0, 0xD9), 0xFF})


def _walk_jpeg(data: bytes, tally: _Tally) -> None:
    at, components = 2, 0
    while (at := data.find(b"\xff", at)) >= 0 and at + 4 <= len(data):  # decoders skip what stands between segments
        marker = data[at + 1]
        tally.add_parts()
        if marker in _WITHOUT_LENGTH:
            at += 1
            continue
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in _FRAME_HEADERS and at + 10 <= len(data):
            height, width, components = struct.unpack_from(">HHB", data, at + 5)
            tally.picture(width, height)
        if marker == _START_OF_SCAN:
            _check_scans(data, at, components)
        if marker in {_START_OF_SCAN, _END_OF_IMAGE}:
            return
        tally.add_text(size)
        at += 2 + size


def _check_scans(data: bytes, at: int, components: int) -> None:
    """Count the scans of the first picture, where the first scan does not hold all of it."""
    spectrum = at + 5 + 2 * components
    if data[at + 4 : at + 5] == bytes([components]) and data[spectrum : spectrum + 2] == b"\x00\x3f":
        return
    scans = data.count(b"\xff\xda", at)
    if scans > _MAX_SCANS:  # in all its pictures; only then is it worth looking where the first ends
        end = data.find(b"\xff\xd9", at)
        scans = data.count(b"\xff\xda", at, end if end >= 0 else len(data))
    if scans > _MAX_SCANS:
        raise UnreadablePhoto(f"It is a JPEG of {scans} scans, which no photo needs.", _SAVE_AGAIN)


# -- PNG (ISO/IEC 15948, sections 5 and 11; the frames of APNG in section 11.3.5 of the third edition)


def _walk_png(data: bytes, tally: _Tally) -> None:
    at = 8
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        body = at + 8
        tally.add_parts()
        if name == b"IHDR" and body + 8 <= len(data):
            tally.picture(*struct.unpack_from(">II", data, body))
        elif name == b"fcTL" and body + 12 <= len(data):  # its sequence number stands first
            tally.picture(*struct.unpack_from(">II", data, body + 4))
            tally.add_frames()
        elif name in {b"iCCP", b"zTXt", b"iTXt"}:
            _png_text(data[body : body + size], name, tally)
        elif name not in {b"IDAT", b"fdAT"}:
            tally.add_text(min(size, len(data) - body))
        at = body + size + 4


def _png_text(body: bytes, name: bytes, tally: _Tally) -> None:
    """Count a chunk whose text may be deflated: keyword, 0, then how it is packed."""
    packed_at = body.find(b"\x00") + 1
    if name == b"iTXt" and body[packed_at : packed_at + 1] != b"\x01":
        tally.add_text(len(body))
        return
    if name == b"iTXt":  # the language and the translated keyword come between
        packed_at = body.find(b"\x00", body.find(b"\x00", packed_at + 2) + 1)
    tally.add_deflated(body[packed_at + 1 :])


# -- GIF (CompuServe, GIF89a, 31 July 1990)


def _walk_gif(data: bytes, tally: _Tally) -> None:
    if len(data) < 13:
        return
    tally.picture(*struct.unpack_from("<HH", data, 6))
    at = 13 + _colour_table(data[10])
    while at < len(data):
        introducer = data[at]
        if introducer == 0x2C and at + 10 <= len(data):  # a frame
            left, top, width, height, flags = struct.unpack_from("<HHHHB", data, at + 1)
            tally.picture(left + width, top + height)
            tally.add_frames()
            at = _after_blocks(data, at + 11 + _colour_table(flags))[0]
        elif introducer == 0x21:
            following, size = _after_blocks(data, at + 2)
            tally.add_parts()
            tally.add_text(size)
            at = following
        else:
            return


def _colour_table(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> tuple[int, int]:
    """Where a run of sub-blocks ends, and how many bytes they hold."""
    start, blocks, end = at, 0, len(data)
    while at < end and data[at]:
        at += data[at] + 1
        blocks += 1
    return at + 1, min(at, end) - start - blocks


# -- WebP (RFC 9649)


def _walk_webp(data: bytes, tally: _Tally) -> None:
    for name, body, end in _riff_chunks(data, 12, len(data), tally):
        _check_webp_chunk(data, name, body, end, tally)
        if name == b"ANMF":
            tally.add_frames()
            for inner, inner_body, inner_end in _riff_chunks(data, body + 16, end, tally):
                _check_webp_chunk(data, inner, inner_body, inner_end, tally)


def _riff_chunks(data: bytes, at: int, end: int, tally: _Tally) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of the body of each chunk; the last may be cut off."""
    while at + 8 <= end:
        name, size = struct.unpack_from("<4sI", data, at)
        tally.add_parts()
        yield name, at + 8, min(at + 8 + size, end)
        at += 8 + size + size % 2


def _check_webp_chunk(data: bytes, name: bytes, body: int, end: int, tally: _Tally) -> None:
    if name in _WEBP_PICTURES:
        tally.picture(*_WEBP_PICTURES[name](data, body))
    elif name != b"ALPH":
        tally.add_text(end - body)


def _little(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _vp8_size(data: bytes, at: int) -> tuple[int, int]:
    """From the head of a VP8 key frame (RFC 6386, section 9.1)."""
    return _little(data, at + 6, 2) & 0x3FFF, _little(data, at + 8, 2) & 0x3FFF


def _vp8l_size(data: bytes, at: int) -> tuple[int, int]:
    bits = _little(data, at + 1, 4)
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _canvas_size(data: bytes, at: int) -> tuple[int, int]:
    return _little(data, at + 4, 3) + 1, _little(data, at + 7, 3) + 1


def _frame_extent(data: bytes, at: int) -> tuple[int, int]:
    """How far a frame reaches: its place is counted in steps of two pixels."""
    left, top, width, height = (_little(data, at + 3 * index, 3) for index in range(4))
    return 2 * left + width + 1, 2 * top + height + 1


_WEBP_PICTURES: dict[bytes, Callable[[bytes, int], tuple[int, int]]] = {
    b"VP8 ": _vp8_size,
    b"VP8L": _vp8l_size,
    b"VP8X": _canvas_size,
    b"ANMF": _frame_extent,
}


# -- TIFF (TIFF 6.0, section 2; SubIFDs: Adobe PageMaker 6.0 TIFF Technical Notes)

_WIDTH, _HEIGHT, _BITS, _SAMPLES, _TILE_WIDTH, _TILE_HEIGHT, _SUB_IFDS = 256, 257, 258, 277, 322, 323, 330
_SIZES = frozenset({_WIDTH, _HEIGHT, _BITS, _SAMPLES, _TILE_WIDTH, _TILE_HEIGHT})
_STRIPS = frozenset({273, 279, 324, 325})  # where strips and tiles begin, and how many bytes they have
_TEXTS = frozenset({270, 700, 33723, 34377, 34675})  # description, XMP, IPTC, Photoshop's resources, colour profile
_LONG, _IFD = 4, 13
# Type to its form; decoders take a size of any of them.
_FORMS = {1: "B", 2: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I", 16: "Q", 17: "q"}
_TOO_MUCH = "It claims more data than the file holds."


def _walk_tiff(data: bytes, tally: _Tally) -> None:
    if len(data) < 8:
        return
    order = "<" if data.startswith(b"II") else ">"
    waiting, seen = [struct.unpack_from(order + "I", data, 4)[0]], set()
    while waiting:
        at = waiting.pop()
        if at in seen or not 8 <= at <= len(data) - 2:
            continue
        seen.add(at)
        tally.add_frames()
        waiting += _walk_directory(data, at, order, tally)


def _walk_directory(data: bytes, at: int, order: str, tally: _Tally) -> list[int]:
    """Where the directories that follow this one and lie below it begin."""
    count = struct.unpack_from(order + "H", data, at)[0]
    end = at + 2 + 12 * count
    tally.add_parts(count)
    values: dict[int, int] = {}
    below: list[int] = []
    for entry in range(at + 2, min(end, len(data) - 11), 12):
        tag, kind, number = struct.unpack_from(order + "HHI", data, entry)
        form = _FORMS.get(kind, "B")
        if tag in _STRIPS and number * struct.calcsize(form) > len(data):
            raise UnreadablePhoto(_TOO_MUCH, _SAVE_AGAIN)
        if tag == _SUB_IFDS and kind in {_LONG, _IFD}:
            tally.add_parts(number)
            below += _values(data, entry, order + form, number)
        elif tag in _SIZES:
            values[tag] = max([values.get(tag, 0), *_values(data, entry, order + form, 1)])
        elif tag in _TEXTS:
            tally.add_text(min(number, len(data)))
    _check_page(values, tally)
    following = struct.unpack_from(order + "I", data, end)[0] if end + 4 <= len(data) else 0
    return [*below, following]


def _check_page(values: dict[int, int], tally: _Tally) -> None:
    width, height = values.get(_WIDTH, 0), values.get(_HEIGHT, 0)
    tally.picture(width, height)
    tally.picture(values.get(_TILE_WIDTH, 0), values.get(_TILE_HEIGHT, 0))
    size = width * height * values.get(_SAMPLES, 1) * values.get(_BITS, 8) / 8  # bytes
    if size > tally.limits.megapixels * 1_000_000 * _MAX_BYTES_A_PIXEL:
        raise UnreadablePhoto(
            f"Its pixels take {size / 1e6:.0f} million bytes, more than any photo.", "Save it as JPEG or PNG."
        )


def _values(data: bytes, entry: int, form: str, number: int) -> Iterator[int]:
    """The first ``number`` values of an entry, as far as they are there; what is no number is left out."""
    size = struct.calcsize(form)
    number_there = struct.unpack_from(form[0] + "I", data, entry + 4)[0]
    at = entry + 8 if size * number_there <= 4 else struct.unpack_from(form[0] + "I", data, entry + 8)[0]
    for place in range(at, min(at + size * number, len(data) - size + 1), size):
        value = struct.unpack_from(form, data, place)[0]
        if math.isfinite(value):
            yield int(abs(value))


# -- AVIF and HEIC (ISO/IEC 14496-12 for boxes; ISO/IEC 23008-12 for items, ispe and derived pictures)

_CONTAINERS = {b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"stbl": 0, b"meta": 4, b"iprp": 0, b"ipco": 0}
_DEEPEST = 12  # boxes within boxes


def _walk_boxes(data: bytes, tally: _Tally) -> None:
    _walk_box_run(data, 0, len(data), tally, 0)


def _walk_box_run(data: bytes, at: int, end: int, tally: _Tally, depth: int) -> None:
    if depth > _DEEPEST:
        raise UnreadablePhoto("Its boxes lie too deep in one another, which no photo needs.", _SAVE_AGAIN)
    for name, body, after in _boxes(data, at, end, tally):
        if name in _CONTAINERS:
            _walk_box_run(data, body + _CONTAINERS[name], after, tally, depth + 1)
        reader = _BOX_READERS.get(name)
        if reader is not None:
            reader(data, body, after, tally)
        if name == b"meta":
            _check_derived(data, body + 4, after, tally)


def _boxes(data: bytes, at: int, end: int, tally: _Tally) -> Iterator[tuple[bytes, int, int]]:
    """Name, start of the body and end of each box of a run; the last may be cut off."""
    while at + 8 <= end:
        size, name = struct.unpack_from(">I4s", data, at)
        body = at + 8
        if size == 1 and at + 16 <= end:
            size, body = struct.unpack_from(">Q", data, at + 8)[0], at + 16
        size = size or end - at
        if size < body - at:
            return
        tally.add_parts()
        yield name, body, min(at + size, end)
        at += size


def _read_extent(data: bytes, at: int, end: int, tally: _Tally) -> None:
    """An ispe: the width and height of an item."""
    if at + 12 <= end:
        tally.picture(*struct.unpack_from(">II", data, at + 4))


def _read_colours(_: bytes, at: int, end: int, tally: _Tally) -> None:
    """A colr; it may hold a colour profile."""
    tally.add_text(end - at)


def _read_sample_sizes(data: bytes, at: int, end: int, tally: _Tally) -> None:
    """An stsz: how many frames a sequence has."""
    if at + 12 <= end:
        tally.add_frames(struct.unpack_from(">I", data, at + 8)[0])


def _read_sample_descriptions(data: bytes, at: int, end: int, tally: _Tally) -> None:
    """An stsd: the width and height of a sequence, 32 bytes into each description."""
    for _, body, after in _boxes(data, at + 8, end, tally):
        if body + 28 <= after:
            tally.picture(*struct.unpack_from(">HH", data, body + 24))


_BOX_READERS: dict[bytes, Callable[[bytes, int, int, _Tally], None]] = {
    b"ispe": _read_extent,
    b"colr": _read_colours,
    b"stsz": _read_sample_sizes,
    b"stsd": _read_sample_descriptions,
}


def _check_derived(data: bytes, at: int, end: int, tally: _Tally) -> None:
    """The output of every grid and overlay, which stands with the item's data and not with its properties."""
    inside = {name: (body, after) for name, body, after in _boxes(data, at, end, tally)}
    kinds = _item_kinds(data, *inside.get(b"iinf", (0, 0)), tally)
    in_meta = inside.get(b"idat", (0, 0))[0]
    for item, method, places in _item_places(data, *inside.get(b"iloc", (0, 0)), tally):
        size = sum(length for _, length in places)
        if kinds.get(item) in {b"Exif", b"mime"}:
            tally.add_text(min(size, len(data)))
        if kinds.get(item) in {b"grid", b"iovl"}:
            shift = in_meta if method == 1 else 0
            pieces = (data[shift + start : shift + start + min(length or 64, 64)] for start, length in places)
            _check_derived_size(b"".join(pieces), kinds[item], tally)


def _item_kinds(data: bytes, at: int, end: int, tally: _Tally) -> dict[int, bytes]:
    """The kind of each item, by its number."""
    kinds = {}
    for name, body, after in _boxes(data, at + (6 if data[at : at + 1] == b"\x00" else 8), end, tally):
        wide = data[body : body + 1] == b"\x03"  # version 3 has numbers of 32 bits, version 2 of 16
        if name == b"infe" and body + (14 if wide else 12) <= after:
            number = int.from_bytes(data[body + 4 : body + (8 if wide else 6)], "big")
            kind_at = body + (10 if wide else 8)
            kinds[number] = data[kind_at : kind_at + 4]
    return kinds


def _item_places(data: bytes, at: int, end: int, tally: _Tally) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """For each item: its number, how its place is meant (0 in the file, 1 in idat), and its (start, length) pieces."""
    words = _Words(data, at, end)
    version = words.take(1)
    words.take(3)
    sizes = words.take(2)
    of_offset, of_length, of_base, of_index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    wide = 4 if version >= 2 else 2
    for _ in range(words.take(wide)):
        if words.at >= end:
            return
        tally.add_parts()
        number, method = words.take(wide), words.take(2) & 15 if version >= 1 else 0
        words.take(2)
        base, places = words.take(of_base), []
        for _ in range(words.take(2)):
            tally.add_parts()
            words.take(of_index if version >= 1 else 0)
            places.append((base + words.take(of_offset), words.take(of_length)))
        yield number, method, places


class _Words:
    """Big-endian numbers of any width, one after the other; 0 beyond the end."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self.data, self.at, self.end = data, at, end

    def take(self, size: int) -> int:
        """The next number, of ``size`` bytes."""
        start, self.at = self.at, self.at + size
        return int.from_bytes(self.data[start : self.at], "big") if self.at <= self.end else 0


def _check_derived_size(head: bytes, kind: bytes, tally: _Tally) -> None:
    """The output of a grid (version, flags, rows, columns, size) or an overlay (version, flags, colour, size)."""
    at = 4 if kind == b"grid" else 10
    form = ">II" if head[1:2] and head[1] & 1 else ">HH"
    if at + struct.calcsize(form) <= len(head):
        tally.picture(*struct.unpack_from(form, head, at))


_WALKS: dict[str, Callable[[bytes, _Tally], None]] = {
    "jpeg": _walk_jpeg,
    "png": _walk_png,
    "gif": _walk_gif,
    "webp": _walk_webp,
    "tiff": _walk_tiff,
    "avif": _walk_boxes,
    "heic": _walk_boxes,
}
