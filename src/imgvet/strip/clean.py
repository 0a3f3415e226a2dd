"""One photo's bytes to those of its clean copy, each format in its own way."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile, get_sampling

from imgvet.decode.limits import CheckedFile, check_limits
from imgvet.decode.lsb import clear_alpha_lsb, clear_lsb
from imgvet.decode.open import hidden_text, open_raw_image, open_upright
from imgvet.decode.orientation import turned
from imgvet.decode.raw_image import RawImage
from imgvet.errors import UnprovenFile
from imgvet.formats.tiff import full_pages, tiff_pages, with_page_first
from imgvet.pixels import Pixels, Values
from imgvet.profile import Limits
from imgvet.proof.prove import prove
from imgvet.strip import lossless_jpeg, lossless_webp
from imgvet.strip.lossless_jpeg import NotLossless
from imgvet.strip.profiles import OtherColours, kept_profile
from imgvet.strip.rewrite import fresh_avif, fresh_jpeg, fresh_png, fresh_tiff, fresh_webp, three_channels

REPORT = "Leave the photo out, and report this to the maintainers of imgvet."

_KEEP_EVERY_BIT = frozenset({"png", "gif", "tiff"})  # and WebP, where it is lossless
_TEXT_FOUND = "The lowest bits of its pixels held a text; they were cleared, so that colours may differ by 3 of 255."
_OTHER_PIXELS = "The stripped file does not show the same pixels."
_BEYOND_THE_EDGE = "it held parts of a picture beyond its edge, as a crop without loss leaves them"
_ONLY_FIRST = "It holds {} pictures; only the first was kept."

# The hidden margin beyond a coded picture's edge: its blocks are always whole, its size need not be.
_FAR = 48  # of 255: further from what coders put there than coding alone brings it
_MAX_FAR = 0.1  # of the pixels beyond the edge
_MIN_PIXELS = 64  # fewer can be no picture


@dataclass(frozen=True, slots=True)
class CleanCopy:
    """A clean file, not yet on disk."""

    data: bytes
    suffix: str
    lossless: bool = True
    notes: tuple[str, ...] = ()
    keeps_profile: bool = False  # the colour profile is exactly the one of the original file


def clean_copy(file: CheckedFile, *, from_pixels: bool = False) -> CleanCopy:
    """The clean copy of a file; the caller proves it.

    With ``from_pixels``, nothing of a JPEG's coefficients and tables is used again.

    Raises:
        UnsupportedPhoto, UnreadablePhoto: as ``decode.open.open_upright``.
        UnprovenFile: what was written does not show what was read.
    """
    whole = file.limits.model_copy(update={"partial_pictures": False})  # half a picture is not the same pixels
    file = replace(file, limits=whole)
    stored = open_raw_image(file)
    try:
        profile = kept_profile(stored, file.kind)
    except OtherColours as reason:
        return _converted(file, f"Its colours were converted to sRGB, because {reason}.")
    if file.kind == "jpeg":
        clean = _clean_jpeg(file, stored, profile, from_pixels=from_pixels)
    elif file.kind == "webp" and stored.alpha is None and (picture := lossless_webp.picture_of(file.data)):
        clean = _clean_webp(picture, stored, profile)
    else:
        clean = _rewritten(file, stored, profile)
    return replace(clean, keeps_profile=profile is not None and profile == stored.profile)


def _clean_jpeg(file: CheckedFile, stored: RawImage, profile: bytes | None, *, from_pixels: bool) -> CleanCopy:
    try:
        if from_pixels:
            raise NotLossless("its coefficients cannot be written again")
        return CleanCopy(_same_coefficients(file.data, stored, profile), ".jpg")
    except NotLossless as reason:
        note = f"Rewritten from its pixels, because {reason}."
    if stored.model == "cmyk":
        return _converted(file, note)
    coded = fresh_jpeg(stored.values) if from_pixels else _coded_alike(file.data, stored.values)
    again = lossless_jpeg.rebuild_jpeg(coded, stored.orientation, profile)
    return CleanCopy(again, ".jpg", lossless=False, notes=(note,))


def _same_coefficients(data: bytes, stored: RawImage, profile: bytes | None) -> bytes:
    rebuilt = lossless_jpeg.rebuild_jpeg(data, stored.orientation, profile)
    if not _is_same_jpeg(data, rebuilt):
        raise NotLossless("writing its coefficients again changed it")
    if not prove(rebuilt, stripped=True).proven:
        raise NotLossless("it is built in a way that cannot be proven")
    if _hides_an_edge(data, rebuilt):
        raise NotLossless(_BEYOND_THE_EDGE)
    return rebuilt


def _hides_an_edge(data: bytes, rebuilt: bytes) -> bool:
    """Whether the last blocks contain picture beyond the edge, as they do after a lossless crop."""
    whole = lossless_jpeg.jpeg_with_whole_blocks(data) or lossless_jpeg.jpeg_with_whole_blocks(rebuilt)
    if whole is None:
        return False
    with Image.open(io.BytesIO(rebuilt), formats=["JPEG"]) as shown:
        return _hides_picture(np.asarray(Image.open(io.BytesIO(whole), formats=["JPEG"])), shown.width, shown.height)


def _hides_picture(whole: Pixels, width: int, height: int) -> bool:
    """Whether there is more beyond the edge than a repetition of the edge, or one even colour.

    That is what encoders put there. A lossless crop and a changed header leave what was there before. ``whole`` is
    (height, width) or (height, width, channels) with the last blocks whole; ``width`` and ``height`` are those shown.
    """
    values = (whole if whole.ndim == 3 else whole[..., np.newaxis]).astype(np.int16)
    rows, columns = np.arange(len(values)), np.arange(values.shape[1])
    far = 0
    for strip, repeated in (
        (values[:, width:], values[np.minimum(rows, height - 1)][:, [width - 1]]),
        (values[height:, :width], values[[height - 1], :width]),
    ):
        if strip.size:
            even = np.median(strip, axis=(0, 1))
            distance = np.minimum(np.abs(strip - repeated), np.abs(strip - even)).max(axis=2)
            far += int((distance > _FAR).sum())
    beyond = len(rows) * len(columns) - width * height
    return far >= _MIN_PIXELS and far > _MAX_FAR * beyond


def _coded_alike(data: bytes, values: Values) -> bytes:
    """The pixels encoded with the tables and the chroma subsampling that they had, which changes least."""
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as before:
        sampling = get_sampling(before) if isinstance(before, JpegImageFile) else -1
        tables = getattr(before, "quantization", None)
    if not tables or sampling < 0:
        return fresh_jpeg(values)
    out = io.BytesIO()
    Image.fromarray(values).save(out, "JPEG", qtables=tables, subsampling=sampling)
    return out.getvalue()


def _is_same_jpeg(one: bytes, other: bytes) -> bool:
    """Whether Pillow decodes both to the same pixels in the same colour model."""
    first, second = (Image.open(io.BytesIO(each), formats=["JPEG"]) for each in (one, other))
    return first.mode == second.mode and np.array_equal(np.asarray(first), np.asarray(second))


def _clean_webp(picture: lossless_webp.CodedPicture, stored: RawImage, profile: bytes | None) -> CleanCopy:
    if picture.lossless:
        if hidden_text(stored):
            return _fresh_webp(replace(stored, values=clear_lsb(stored.values)), profile, _TEXT_FOUND)
        seen = _webp_pixels(lossless_webp.rebuild_webp(picture.with_alpha_hint(shown=True), 1, None))
        if seen is None or (seen.shape[2] == 4 and seen[..., 3].min() < 255):
            note = "Rewritten from its pixels, because it held transparency that no program shows."
            return replace(_fresh_webp(stored, profile, note), lossless=True)
    short = lossless_webp.shortest(picture, lambda data: _is_same(_webp_pixels(data), stored.values))
    rebuilt = lossless_webp.rebuild_webp(short, stored.orientation, profile)
    if not _is_same(_webp_pixels(rebuilt), stored.values):
        raise UnprovenFile(_OTHER_PIXELS, REPORT)
    whole = _webp_pixels(lossless_webp.webp_with_whole_blocks(picture))
    hidden = whole is None or _hides_picture(whole, *picture.size)
    if hidden or not prove(rebuilt, stripped=True).proven:
        reason = _BEYOND_THE_EDGE if hidden else "it is built in a way that cannot be proven"
        note = f"Rewritten from its pixels, because {reason}."
        return replace(_fresh_webp(stored, profile, note, lossless=picture.lossless), lossless=picture.lossless)
    return CleanCopy(rebuilt, ".webp")


def _fresh_webp(stored: RawImage, profile: bytes | None, note: str, *, lossless: bool = True) -> CleanCopy:
    values = _upright(stored.values, stored.orientation)
    data = _webp_of(values, profile, lossless=lossless)
    if lossless and not _is_same(_webp_pixels(data), values):
        raise UnprovenFile(_OTHER_PIXELS, REPORT)
    return CleanCopy(data, ".webp", lossless=False, notes=(note,))


def _webp_of(values: Values, profile: bytes | None, *, lossless: bool) -> bytes:
    picture = lossless_webp.picture_of(fresh_webp(values, lossless=lossless))
    if picture is None:
        raise UnprovenFile("The picture could not be written as WebP.", REPORT)
    return lossless_webp.rebuild_webp(picture, 1, profile)


def _webp_pixels(data: bytes) -> Pixels | None:
    """The pixels as Pillow decodes them; None for truncated data."""
    try:
        return np.asarray(Image.open(io.BytesIO(data), formats=["WEBP"]), np.uint8)
    except (OSError, ValueError):
        return None


def _upright(values: Values, orientation: int) -> Values:
    if values.dtype == np.uint8:
        return np.ascontiguousarray(turned(np.asarray(values, np.uint8), orientation))
    return np.ascontiguousarray(turned(np.asarray(values, np.uint16), orientation))


def _is_same(one: Values | None, other: Values) -> bool:
    return one is not None and np.array_equal(one, other)


def _rewritten(file: CheckedFile, stored: RawImage, profile: bytes | None) -> CleanCopy:
    """The first picture from its pixels, upright."""
    kind = file.kind
    values, alpha, notes = stored.values, stored.alpha, list(_notes_on_depth(file.data, kind, stored))
    if stored.frames > 1:
        notes.insert(0, _ONLY_FIRST.format(stored.frames))
    exact = kind in _KEEP_EVERY_BIT or kind == "webp"
    lossless = exact and len(notes) == (stored.frames > 1)
    if exact and hidden_text(stored):
        values = clear_lsb(values)
        alpha = clear_alpha_lsb(alpha)
        notes.append(_TEXT_FOUND)
        lossless = False
    values = _upright(values, stored.orientation)
    alpha = None if alpha is None else np.asarray(_upright(alpha, stored.orientation), np.uint8)
    clean = _written(kind, values, alpha, profile, says_srgb=kind == "png" and _says_srgb(file.data))
    if clean.suffix in (".png", ".tif") and not _shows(clean, values, alpha, file.limits):
        raise UnprovenFile(_OTHER_PIXELS, REPORT)
    return replace(clean, lossless=lossless, notes=(*clean.notes, *notes))


def _says_srgb(data: bytes) -> bool:
    return b"sRGB" in data[: data.find(b"IDAT")]


def _notes_on_depth(data: bytes, kind: str, stored: RawImage) -> Iterator[str]:
    """Notes on bit depth that the reader could not keep."""
    bits = data[24] if kind == "png" else 8
    if kind == "tiff":
        shown = with_page_first(data, full_pages(tiff_pages(data))[0])
        tags = getattr(Image.open(io.BytesIO(shown), formats=["TIFF"]), "tag_v2", {})
        bits = max(tags.get(258, (8,)))
        if 1 in tags.get(338, ()):  # TIFF 6.0, ExtraSamples: associated alpha
            yield "Its colours were stored multiplied by their transparency; they were divided again and rounded."
    if bits > 8 and stored.values.dtype == np.uint8:
        yield f"Its {bits} bits a channel became 8, because no reader takes all of them exactly."
    elif bits > 8 and stored.alpha is not None:
        yield "Its transparency was rounded to 8 bits; its colours keep all of theirs."


def _shows(clean: CleanCopy, values: Values, alpha: Pixels | None, limits: Limits) -> bool:
    """Whether the written file decodes to those values wherever it is not transparent."""
    back = open_raw_image(check_limits(clean.data, "png" if clean.suffix == ".png" else "tiff", limits))
    if alpha is None or back.alpha is None:
        if alpha is not back.alpha:
            return False
    elif not np.array_equal(back.alpha, alpha):
        return False
    wanted, found = (
        three_channels(each) if back.values.ndim != values.ndim else each for each in (values, back.values)
    )
    if alpha is not None:
        wanted, found = wanted.copy(), found.copy()
        wanted[alpha == 0] = found[alpha == 0] = 0
    return wanted.dtype == found.dtype and np.array_equal(wanted, found)


def _written(
    kind: str, values: Values, alpha: Pixels | None, profile: bytes | None, *, says_srgb: bool = False
) -> CleanCopy:
    """The pixels as a file in the format that this format becomes; notes say if it is another one."""
    if kind == "tiff":
        return CleanCopy(fresh_tiff(values, alpha, profile), ".tif", notes=("Rewritten from its pixels, as TIFF is.",))
    if kind == "avif" and alpha is None:
        note = "Rewritten from its pixels at high quality, because AVIF cannot be cleaned without loss."
        return CleanCopy(fresh_avif(values, profile), ".avif", lossless=False, notes=(note,))
    if kind == "heic" and alpha is None:
        note = "Rewritten as JPEG of high quality, because imgvet writes no HEIC."
        return CleanCopy(_jpeg_of(values, profile), ".jpg", lossless=False, notes=(note,))
    return CleanCopy(fresh_png(values, alpha, profile, srgb=says_srgb), ".png", notes=_WRITTEN_AS_PNG.get(kind, ()))


_WRITTEN_AS_PNG = {
    "gif": ("Rewritten as PNG, which shows the same.",),
    "webp": ("Rewritten as PNG, because only there transparency and moving pictures can be proven clean.",),
    "avif": ("Rewritten as PNG, because only there transparency can be proven clean.",),
    "heic": ("Rewritten as PNG, because JPEG has no transparency.",),
}


def _jpeg_of(values: Values, profile: bytes | None) -> bytes:
    return lossless_jpeg.rebuild_jpeg(fresh_jpeg(values), 1, profile)


def _converted(file: CheckedFile, note: str) -> CleanCopy:
    """The first picture in sRGB, 8 bits a channel."""
    kind = file.kind
    upright = open_upright(file, keep_low_bits=True)
    pixels, alpha, notes = upright.pixels, upright.alpha, [note]
    if upright.hidden_text:
        pixels = np.asarray(clear_lsb(pixels), np.uint8)
        alpha = clear_alpha_lsb(alpha)
        notes.append(_TEXT_FOUND)
    if kind != "jpeg" and upright.frames > 1:
        notes.append(_ONLY_FIRST.format(upright.frames))
    picture = lossless_webp.picture_of(file.data) if kind == "webp" and alpha is None else None
    if kind == "jpeg":
        clean = CleanCopy(_jpeg_of(pixels, None), ".jpg")
    elif picture is not None:
        clean = CleanCopy(_webp_of(pixels, None, lossless=picture.lossless), ".webp")
    else:
        clean = _written(kind, pixels, alpha, None, says_srgb=True)
    return replace(clean, lossless=False, notes=(*clean.notes, *notes))
