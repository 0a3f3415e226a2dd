"""Detect a file's format by content, never by name, and read it whole, once, within limits.

A file name with another format's suffix is reported.
"""

import re
from pathlib import Path

from imgvet.errors import UnreadablePhoto, UnsupportedPhoto
from imgvet.formats.isobmff import walk_boxes
from imgvet.formats.png import PNG_SIGNATURE
from imgvet.formats.tiff import TiffPage, is_tiff, tiff_pages
from imgvet.named_files import LargeFile, UnfitFile, read_regular
from imgvet.profile import Limits

FORMATS = ("jpeg", "png", "webp", "tiff", "gif", "avif", "heic")

SUFFIXES_OF_FORMAT = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".gif", ".avif", ".heic", ".heif", ".hif"}
)
RAW_SUFFIXES = frozenset(
    {".3fr", ".arw", ".bay", ".cr2", ".cr3", ".crw", ".cs1", ".dcr", ".dcs", ".dng", ".drf", ".eip", ".erf", ".fff"}
    | {".gpr", ".iiq", ".k25", ".kc2", ".kdc", ".mdc", ".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf", ".ori", ".pef"}
    | {".ptx", ".raf", ".raw", ".rw2", ".rwl", ".rwz", ".sr2", ".srf", ".srw", ".x3f"}
)

RAW_REASON = "It is a camera RAW file, which holds the whole scene and all camera data."
RAW_HINT = "Export it from your photo program as JPEG and vet that."

# Signatures of files that people put among photos, so that the message can name them.
_OTHER_FILES = (
    (b"%PDF-", "a PDF document"),
    (b"8BPS", "a Photoshop document"),
    (b"II+\x00", "a BigTIFF picture"),
    (b"MM\x00+", "a BigTIFF picture"),
    (b"BM", "a Windows bitmap"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"PK\x03\x04", "a ZIP archive or Office document"),
    (b"<svg", "an SVG drawing"),
    (b"<?xml", "an XML or SVG file"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
    (b"\x1aE\xdf\xa3", "a video"),
)
_CIFF_START = b"II\x1a\x00\x00\x00HEAPCCDR"  # Canon, before CR2
_RAW_STARTS = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\x00", b"FOVb", b"\x00MRM", _CIFF_START)
# Brands of pictures in ISO media boxes (ISO/IEC 23008-12 with its amendments, MIAF, AVIF); of the last, any coding.
_AVIF_BRANDS = frozenset({b"avif", b"avis", b"avio", b"MA1A", b"MA1B"})
_HEIC_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"MiHA", b"MiHB", b"MiHE"}
)
_HEIF_BRANDS = frozenset(
    {
        b"mif1",
        b"mif2",
        b"mif3",
        b"msf1",
        b"miaf",
        b"MiPr",
        b"1pic",
        b"tmap",
        b"avci",
        b"avcs",
        b"jpeg",
        b"jpgs",
        b"j2ki",
    }
    | {b"j2is", b"vvic", b"vvis", b"evbi", b"evbs", b"evmi", b"evms", b"unif"}
)
_MAX_BRANDS, _HEAD_OF_HEIF = 1024, 1 << 16  # bytes
_SOUND_BRANDS = frozenset({b"M4A ", b"M4B ", b"F4A ", b"F4B "})

# TIFF tags and values that identify a RAW file (TIFF/EP, DNG 1.7, and the makers' own compression schemes).
_COMPRESSION, _PHOTOMETRIC, _SUB_IFDS, _DNG_VERSION = 0x0103, 0x0106, 0x014A, 0xC612
_RAW_COMPRESSIONS = frozenset({262, 32767, 32769, 32770, 34713, 34892, 65000, 65535})
_RAW_PHOTOMETRICS = frozenset({32803, 34892, 52527})


def read_source(path: Path, limits: Limits) -> bytes:
    """The whole file, read once, so that what was hashed is what is decoded.

    Raises:
        UnreadablePhoto: not there, not a regular file, no permission, empty, larger than the limit, or still changing.
    """
    try:
        data = read_regular(path, limits.file_mib * 1024 * 1024)
    except LargeFile as problem:
        raise UnreadablePhoto(f"It {problem.what}.", "Raise limits.file_mib in the profile.") from problem
    except UnfitFile as problem:
        hint = problem.way_out or "Copy the photo itself here, and name that."
        raise UnreadablePhoto(f"It {problem.what}.", hint) from problem
    if not data:
        raise UnreadablePhoto("The file is empty.", "Copy it again from the camera or card.")
    return data


def detect_format(data: bytes) -> str:
    """One of ``FORMATS``.

    Raises:
        UnsupportedPhoto: any other format; the reason names it, if it is a known one.
    """
    kind = _picture_kind(data)
    if kind == "tiff" and _is_raw_tiff(data):
        raise UnsupportedPhoto(RAW_REASON, RAW_HINT)
    if kind:
        return kind
    if data.startswith(_RAW_STARTS) or data[4:12] == b"ftypcrx ":
        raise UnsupportedPhoto(RAW_REASON, RAW_HINT)
    known = "JPEG, PNG, WebP, TIFF, GIF, AVIF or HEIC"
    raise UnsupportedPhoto(f"It is {_other_kind(data)}, not a {known} picture.", "Save the picture as JPEG or PNG.")


def format_from_suffix(path: Path) -> str | None:
    """The format of the file's suffix, one of ``FORMATS``; None if it is none of them."""
    return _TOLD.get(path.suffix.lower())


def suffix_mismatch(path: Path, kind: str) -> str | None:
    """A plain sentence if the file's suffix is that of another format than ``kind``, its real one; else None.

    A name without a suffix, or with an unknown one, is never a mismatch.
    """
    suffix = path.suffix.lower()
    if suffix not in _TOLD and suffix not in RAW_SUFFIXES | _OTHER_SUFFIXES:
        return None
    if format_from_suffix(path) == kind or (suffix in _HEIF_SUFFIXES and kind in {"heic", "avif"}):
        return None
    return f"It is named {suffix} but is {_IN_WORDS[kind]}."


_TOLD = {
    ".jpg": "jpeg", ".jpeg": "jpeg", ".jpe": "jpeg", ".jfif": "jpeg", ".png": "png", ".webp": "webp", ".tif": "tiff",
    ".tiff": "tiff", ".gif": "gif", ".avif": "avif", ".heic": "heic", ".heif": "heic", ".hif": "heic",
}  # fmt: skip
_HEIF_SUFFIXES = frozenset({".heif", ".hif"})  # the container's name, whatever is in it
_OTHER_SUFFIXES = frozenset(
    {".bmp", ".psd", ".svg", ".jxl", ".jp2", ".ico", ".pdf", ".txt", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx"}
    | {".odt", ".rtf", ".csv", ".xml", ".json", ".htm", ".html", ".eml", ".msg", ".zip", ".7z", ".rar", ".gz", ".tar"}
    | {".mp4", ".mov", ".avi", ".mkv", ".webm", ".mp3", ".wav", ".exe", ".dll", ".bat", ".cmd", ".js", ".lnk", ".scr"}
)
_IN_WORDS = {
    "jpeg": "a JPEG", "png": "a PNG", "webp": "a WebP", "tiff": "a TIFF", "gif": "a GIF", "avif": "an AVIF",
    "heic": "a HEIC",
}  # fmt: skip


def _picture_kind(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(PNG_SIGNATURE):
        return "png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if is_tiff(data):
        return "tiff"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    return _heif_kind(data) if data[4:8] == b"ftyp" else ""


def heif_brands(data: bytes) -> list[bytes]:
    """The brands of a file in ISO media boxes, the major one first; mif3 keeps another in the place of its version."""
    size = min(int.from_bytes(data[:4], "big"), _MAX_BRANDS)
    return [data[8:12], *(data[at : at + 4] for at in range(16, size, 4)), data[12:16]]


def _heif_kind(data: bytes) -> str:
    brands = heif_brands(data)
    if _AVIF_BRANDS.intersection(brands):
        return "avif"
    if _HEIC_BRANDS.intersection(brands):
        return "heic"
    boxes = {kind for kind, _, _ in walk_boxes(data)}
    if _HEIF_BRANDS.intersection(brands) or (boxes & {b"meta", b"mini"} and b"moov" not in boxes):
        head = data[:_HEAD_OF_HEIF]
        return "avif" if b"av01" in head and b"hvc1" not in head else "heic"
    return ""


def _other_kind(data: bytes) -> str:
    if data[4:8] == b"ftyp":
        return "a sound recording" if data[8:12] in _SOUND_BRANDS else "a video"
    start = data.lstrip()[:16]
    for mark, name in _OTHER_FILES:
        if start.upper().startswith(mark.upper()):
            return name
    return "plain text" if re.fullmatch(rb"[\t\r\n -~]+", data[:512]) else "a file of unknown kind"


def _is_raw_tiff(data: bytes) -> bool:
    """Whether a TIFF is a camera's RAW file; Pillow would take its small preview for the photo."""
    if data[8:10] == b"CR":  # Canon CR2
        return True
    pages = tiff_pages(data)
    if not pages or _is_raw_page(pages[0]):
        return bool(pages)
    others = [page for page in pages[1:] if page.is_picture]
    only_below = _SUB_IFDS in pages[0].tags and all(page.is_reduced for page in others)
    return pages[0].is_reduced and (only_below or any(_is_raw_page(page) for page in others))


def _is_raw_page(page: TiffPage) -> bool:
    tags = page.tags
    if _DNG_VERSION in tags or tags.get(_COMPRESSION) in _RAW_COMPRESSIONS:
        return True
    return tags.get(_PHOTOMETRIC) in _RAW_PHOTOMETRICS
