"""The searcher: reads a file's bytes, what is packed into them, and every pixel, for a planted word or the pattern.

It shares no code with imgvet, and knows of no format what may stand in it: it looks for streams and pictures at any
offset, unfolds them, and looks again.
"""

import base64
import binascii
import io
import re
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageSequence

from leaks.pictures import LIME, MAGENTA, Pixels

DEEPEST = 4  # streams in streams in streams
_MAX_BYTES = 64 * 1024 * 1024  # of one inflated stream
_MAX_PICTURES = 24  # in one stretch of bytes

_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
_BASE64 = re.compile(rb"[A-Za-z0-9+/\r\n]{48,}={0,2}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}\s?){24,}")
_STARTS = {
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "GIF": re.compile(rb"GIF8[79]a"),
    "WEBP": re.compile(rb"RIFF.{4}WEBP", re.S),
    "TIFF": re.compile(rb"II\*\0|MM\0\*"),
    "AVIF": re.compile(rb"\0\0\0.ftyp(?:avif|avis|mif1|heic)", re.S),
}
_RAW_PATTERN = tuple(bytes(colour) * 8 for colour in (MAGENTA, LIME)) + tuple(
    bytes((*colour, alpha)) * 8 for colour in (MAGENTA, LIME) for alpha in (0, 255)
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: any of these words, the pattern, and any of these bytes."""

    words: tuple[str, ...]
    traces: tuple[bytes, ...] = ()
    pattern: bool = True


def sightings(data: bytes, wanted: Wanted) -> list[str]:
    """Where the word, the pattern or a trace stands in a file, a line each; nothing where the file is clean."""
    seen: dict[str, None] = {}
    known: set[int] = set()
    waiting = [(data, "the bytes", 0)]
    while waiting:
        blob, where, depth = waiting.pop()
        if hash(blob) in known:
            continue
        known.add(hash(blob))
        seen.update(dict.fromkeys(f"{what} in {where}" for what in _in_bytes(blob, wanted)))
        for pixels, name in _pictures(blob):
            seen.update(dict.fromkeys(f"{what} in {name} of {where}" for what in _in_pixels(pixels, wanted)))
        if depth < DEEPEST:
            waiting.extend((inside, f"{name} in {where}", depth + 1) for inside, name in _unfolded(blob))
    return list(seen)


# --- bytes ---------------------------------------------------------------------------------------------------------


@cache
def _forms(word: str) -> tuple[tuple[str, bytes], ...]:
    """The word in lower case as bytes may spell it; the search lowers the bytes too."""
    small = word.lower()
    return (
        ("the word", small.encode()),
        ("the word in UTF-16", small.encode("utf-16-le")),
        ("the word in UTF-16 (big)", small.encode("utf-16-be")),
        ("the word in hex", small.encode().hex().encode()),
        ("the word in hex", word.encode().hex().encode()),
        ("the word backwards", small[::-1].encode()),
        ("the word backwards in UTF-16", small[::-1].encode("utf-16-le")),
    )


@cache
def _base64_forms(word: str) -> tuple[bytes, ...]:
    """The word in base64, at each of its three alignments, without the letters that its neighbours have a part in."""
    forms = []
    for shift in range(3):
        cut = word.encode()[(3 - shift) % 3 :]
        forms.append(base64.b64encode(cut[: len(cut) // 3 * 3]))
    return tuple(forms)


def _in_bytes(blob: bytes, wanted: Wanted) -> Iterator[str]:
    small = blob.lower()
    for word in wanted.words:
        for name, form in _forms(word):
            if form in small:
                yield name
        if any(form in blob for form in _base64_forms(word)):
            yield "the word in base64"
    if any(trace in blob for trace in wanted.traces):
        yield "the marked bytes"
    if wanted.pattern and any(run in blob for run in _RAW_PATTERN):
        yield "the pattern"


# --- what is packed into bytes -------------------------------------------------------------------------------------


def _unfolded(blob: bytes) -> Iterator[tuple[bytes, str]]:
    """Everything packed into these bytes: streams, PNG data, ZIP members, base64 and hex."""
    for match in _ZLIB.finditer(blob):
        yield from _inflated(blob[match.start() :], 47, "a stream")  # 47: zlib or gzip, told by the head
    yield from _png_streams(blob)
    for match in re.finditer(rb"PK\x03\x04", blob):
        lengths = blob[match.start() + 26 : match.start() + 30].ljust(4, b"\0")
        start = match.start() + 30 + sum(struct.unpack("<HH", lengths))
        yield from _inflated(blob[start:], -15, "a ZIP member")
    for match in _BASE64.finditer(blob):
        letters = re.sub(rb"\s", b"", match.group()).rstrip(b"=")
        yield base64.b64decode(letters[: len(letters) // 4 * 4 or 4] + b"=" * (-len(letters[:4]) % 4)), "base64"
    for match in _HEX.finditer(blob):
        digits = re.sub(rb"\s", b"", match.group())
        yield binascii.unhexlify(digits[: len(digits) // 2 * 2]), "hex"


def _inflated(data: bytes, window: int, name: str) -> Iterator[tuple[bytes, str]]:
    """What the stream at the start of the data holds, as far as it can be read."""
    engine = zlib.decompressobj(window)
    out = b""
    try:
        for at in range(0, len(data), 4096):
            out += engine.decompress(data[at : at + 4096], _MAX_BYTES)
            if engine.eof or len(out) > _MAX_BYTES:
                break
    except zlib.error:
        pass
    if len(out) > 8:
        yield out, name


def _png_streams(blob: bytes) -> Iterator[tuple[bytes, str]]:
    """The pixels' stream of each PNG: its data chunks one after the other, and each of them alone."""
    for match in _STARTS["PNG"].finditer(blob):
        parts = [content for kind, content in _chunks(blob, match.end()) if kind == b"IDAT"]
        yield from _inflated(b"".join(parts), 15, "the PNG's rows")
        for kind in (b"fdAT",):
            frames = [content[4:] for name, content in _chunks(blob, match.end()) if name == kind]
            yield from _inflated(b"".join(frames), 15, "a PNG frame's rows")
    for match in re.finditer(b"IDAT", blob):
        yield from _inflated(blob[match.end() : match.end() + 65536], -15, "an IDAT chunk")


def _chunks(blob: bytes, at: int) -> Iterator[tuple[bytes, bytes]]:
    while at + 12 <= len(blob):
        length = int.from_bytes(blob[at : at + 4], "big")
        yield blob[at + 4 : at + 8], blob[at + 8 : at + 8 + length]
        at += 12 + length


# --- pixels --------------------------------------------------------------------------------------------------------


def _pictures(blob: bytes) -> Iterator[tuple[Pixels, str]]:
    """Every picture that begins anywhere in these bytes, all its frames, (height, width, 4) or (height, width)."""
    count = 0
    for kind, start in _STARTS.items():
        for match in start.finditer(blob):
            count += 1
            if count > _MAX_PICTURES:
                return
            data = blob[match.start() :]
            name = f"the {kind} picture"
            yield from ((pixels, name) for pixels in _decoded(data))
            if kind == "JPEG":
                yield from ((pixels, "the hidden edge") for pixels in _decoded(_uncropped_jpeg(data)))
            if kind == "WEBP":
                yield from ((pixels, "the hidden edge") for pixels in _decoded(_uncropped_webp(data)))
            if kind == "AVIF":
                yield from ((pixels, name) for pixels in _decoded_heif(data))
                uncropped = data.replace(b"clap", b"skip")
                if uncropped != data:
                    yield from ((pixels, "the cropped part") for pixels in _decoded_heif(uncropped))


def _decoded(data: bytes) -> Iterator[Pixels]:
    """All frames that Pillow can read, cut off or not."""
    if not data:
        return
    earlier, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF"])
            if image.width * image.height > 20_000_000:
                return
            for frame in ImageSequence.Iterator(image):
                yield from _planes(frame)
    except Exception:  # noqa: BLE001 - what cannot be decoded has no pixels; its bytes are searched anyway
        return
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = earlier


def _planes(frame: Image.Image) -> Iterator[Pixels]:
    """A frame's pixels as they are stored, and in colour."""
    if frame.mode in ("L", "P", "LA"):
        yield np.asarray(frame, np.uint8)
    if frame.mode.startswith("I;16"):
        yield (np.asarray(frame) >> 8).astype(np.uint8)
        yield (np.asarray(frame) & 255).astype(np.uint8)
    else:
        yield np.asarray(frame.convert("RGBA"), np.uint8)


def _decoded_heif(data: bytes) -> Iterator[Pixels]:
    """All top pictures of a HEIC or AVIF, and the pictures beside them that the library hands out."""
    import pi_heif

    try:
        heif = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
        for image in heif:
            yield np.asarray(image.to_pillow().convert("RGBA"), np.uint8)
            for numbers in image.info.get("aux", {}).values():
                for number in numbers:
                    yield np.asarray(image.get_aux_image(number).to_pillow().convert("RGBA"), np.uint8)
    except Exception:  # noqa: BLE001 - as above
        return


def _uncropped_jpeg(data: bytes) -> bytes:
    """The JPEG with its frame enlarged to whole blocks; nothing where it ends on one anyway."""
    at = 2
    while data[at : at + 1] == b"\xff" and data[at + 1] not in (0xC0, 0xC1, 0xC2):
        if data[at + 1] in (0xDA, 0xD9):
            return b""
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    frame = data[at : at + 20]
    if len(frame) < 20:
        return b""
    height, width, parts = struct.unpack(">HHB", frame[5:10])
    factors = frame[11 : 11 + 3 * parts : 3]
    across, down = 8 * max(byte >> 4 for byte in factors), 8 * max(byte & 15 for byte in factors)
    if not across or not down or (width % across == 0 and height % down == 0):
        return b""
    whole = struct.pack(">HH", -(-height // down) * down, -(-width // across) * across)
    return data[: at + 5] + whole + data[at + 9 :]


def _uncropped_webp(data: bytes) -> bytes:
    """The lossy picture of a WebP alone, its frame enlarged to whole blocks; nothing where there is none."""
    chunk = re.search(rb"VP8 (.{4}).{3}\x9d\x01\x2a", data, re.S)
    if not chunk:
        return b""
    body = bytearray(data[chunk.start() : chunk.start() + 8 + int.from_bytes(chunk[1], "little")])
    for at in (14, 16):  # width and height, 14 bits each
        body[at : at + 2] = struct.pack("<H", -(-(int.from_bytes(body[at : at + 2], "little") & 0x3FFF) // 16) * 16)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + bytes(body)


def _in_pixels(pixels: Pixels, wanted: Wanted) -> Iterator[str]:
    if wanted.pattern and pixels.ndim == 3 and pixels.shape[2] == 4 and shows_pattern(pixels[..., :3]):
        yield "the pattern"
    planes = [pixels] if pixels.ndim == 2 else [pixels[..., channel] for channel in range(pixels.shape[2])]
    if any(word.encode() in text for text in _as_text(planes) for word in wanted.words):
        yield "the word as pixel values"
    for bits, name in _low_bits(pixels, planes):
        for what in _in_bits(bits, wanted):
            yield f"{what} in {name}"


def shows_pattern(colours: Pixels) -> bool:
    """Whether magenta and lime stand side by side somewhere: each a seventh or more of some square of 24 pixels."""
    red, green, blue = (colours[..., channel].astype(np.int16) for channel in range(3))
    magenta = ((red > 170) & (blue > 170) & (green < 110)).astype(np.float32)
    lime = ((green > 170) & (red < 110) & (blue < 110)).astype(np.float32)
    shares = [cv2.boxFilter(mask, -1, (24, 24), borderType=cv2.BORDER_CONSTANT) for mask in (magenta, lime)]
    return bool(((shares[0] > 1 / 7) & (shares[1] > 1 / 7)).any())


def _as_text(planes: Sequence[Pixels]) -> Iterator[bytes]:
    for plane in planes:
        yield plane.tobytes()
        yield plane.T.tobytes()


def _low_bits(pixels: Pixels, planes: Sequence[Pixels]) -> Iterator[tuple[NDArray[np.uint8], str]]:
    """The two lowest bits of each channel, and of red, green and blue in turn, row by row and column by column."""
    for bit, name in enumerate(("low bits", "second bits")):
        for plane in planes:
            low = plane >> np.uint8(bit) & np.uint8(1)
            yield low.ravel(), f"the {name}, by rows"
            yield low.T.ravel(), f"the {name}, by columns"
        if pixels.ndim == 3 and pixels.shape[2] == 4:
            low = pixels[..., :3] >> np.uint8(bit) & np.uint8(1)
            yield low.ravel(), f"the {name} of all colours, by rows"
            yield low.transpose(1, 0, 2).ravel(), f"the {name} of all colours, by columns"


def _in_bits(bits: NDArray[np.uint8], wanted: Wanted) -> Iterator[str]:
    if not bits.any() or bits.all():
        return
    for shift in range(8):
        for order in ("big", "little"):
            text = np.packbits(bits[shift:], bitorder="big" if order == "big" else "little").tobytes()
            if any(word.encode() in text for word in wanted.words):
                yield "the word"
            for match in re.finditer(rb"\x1f\x8b\x08", text):
                for inside, _ in _inflated(text[match.start() :], 47, ""):
                    if any(word.encode() in inside for word in wanted.words):
                        yield "the word, packed,"
