"""What kind of file it is, told by content and never by name; and reading it whole, once, within limits."""

import os
import re
import stat
import struct
from pathlib import Path

from imgvet.errors import UnreadablePhoto, UnsupportedPhoto
from imgvet.settings import Limits

KINDS = ("jpeg", "png", "webp", "tiff", "gif", "avif", "heic")

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".gif", ".avif", ".heic", ".heif", ".hif"}
)
RAW_SUFFIXES = frozenset(
    {".3fr", ".arw", ".cr2", ".cr3", ".dcr", ".dng", ".erf", ".iiq", ".kdc", ".mef", ".mos", ".mrw", ".nef", ".nrw"}
    | {".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f"}
)

RAW_REASON = "It is a camera RAW file, which holds the whole scene and all camera data."
RAW_WAY_OUT = "Export it from your photo program as JPEG and vet that."

# Starts of files that people do put among photos, so that the answer names what it is.
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
_RAW_STARTS = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\x00", b"FOVb", b"\x00MRM")
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})

# TIFF tags and values that tell a RAW file (TIFF/EP, DNG 1.7, and the makers' own compression schemes).
_NEW_SUBFILE_TYPE, _COMPRESSION, _PHOTOMETRIC, _SUB_IFDS, _DNG_VERSION = 0x00FE, 0x0103, 0x0106, 0x014A, 0xC612
_RAW_COMPRESSIONS = frozenset({262, 32767, 32769, 32770, 34713, 34892, 65000, 65535})
_RAW_PHOTOMETRICS = frozenset({32803, 34892, 52527})


def read_source(path: Path, limits: Limits) -> bytes:
    """The whole file, read once, so that what was hashed is what is decoded.

    Raises:
        UnreadablePhoto: not there, no regular file, no permission, empty, or larger than the limit.
    """
    try:
        # NOTE: without O_NONBLOCK, opening a FIFO would wait for ever for somebody to write into it.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        return _read_whole(handle, limits)
    except OSError as problem:
        reason = problem.strerror or "unknown reason"
        raise UnreadablePhoto(f"It cannot be opened: {reason}.", "Check the file and its permissions.") from problem


def _read_whole(handle: int, limits: Limits) -> bytes:
    most = limits.file_mib * 1024 * 1024
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        kind = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
        raise UnreadablePhoto(f"It is {kind}.", "Copy the photo itself here, and name that.")
    with os.fdopen(handle, "rb") as file:
        data = file.read(most + 1)
    if not data:
        raise UnreadablePhoto("The file is empty.", "Copy it again from the camera or card.")
    if len(data) > most:
        raise UnreadablePhoto(f"It is larger than {limits.file_mib} MiB.", "Raise limits.file_mib in the profile.")
    return data


def kind_of(data: bytes) -> str:
    """One of ``KINDS``.

    Raises:
        UnsupportedPhoto: any other kind of file; the reason says which, where that can be told.
    """
    kind = _picture_kind(data)
    if kind == "tiff" and _is_raw_tiff(data):
        raise UnsupportedPhoto(RAW_REASON, RAW_WAY_OUT)
    if kind:
        return kind
    if data.startswith(_RAW_STARTS) or data[4:12] == b"ftypcrx ":
        raise UnsupportedPhoto(RAW_REASON, RAW_WAY_OUT)
    known = "JPEG, PNG, WebP, TIFF, GIF, AVIF or HEIC"
    raise UnsupportedPhoto(f"It is {_other_kind(data)}, not a {known} picture.", "Save the picture as JPEG or PNG.")


def _picture_kind(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if data.startswith((b"II*\x00", b"MM\x00*")):
        return "tiff"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    return _heif_kind(data) if data[4:8] == b"ftyp" else ""


def _heif_kind(data: bytes) -> str:
    size = min(int.from_bytes(data[:4], "big"), 256)
    brands = [data[8:12], *(data[at : at + 4] for at in range(16, size, 4))]
    if _AVIF_BRANDS.intersection(brands):
        return "avif"
    return "heic" if _HEIC_BRANDS.intersection(brands) else ""


def _other_kind(data: bytes) -> str:
    if data[4:8] == b"ftyp":
        return "a video"
    start = data.lstrip()[:16]
    for mark, name in _OTHER_FILES:
        if start.upper().startswith(mark.upper()):
            return name
    return "plain text" if re.fullmatch(rb"[\t\r\n -~]+", data[:512]) else "a file of unknown kind"


def _is_raw_tiff(data: bytes) -> bool:
    """Whether a TIFF is a camera's RAW file; Pillow would take its small preview for the photo."""
    if data[8:10] == b"CR":  # Canon CR2
        return True
    first = _ifd_values(data, struct.unpack_from(_order(data) + "I", data.ljust(8, b"\x00"), 4)[0])
    if _DNG_VERSION in first or first.get(_COMPRESSION) in _RAW_COMPRESSIONS:
        return True
    reduced = bool(first.get(_NEW_SUBFILE_TYPE, 0) & 1)
    return first.get(_PHOTOMETRIC) in _RAW_PHOTOMETRICS or (reduced and _SUB_IFDS in first)


def _order(data: bytes) -> str:
    return "<" if data.startswith(b"II") else ">"


def _ifd_values(data: bytes, offset: int) -> dict[int, int]:
    """Tag to first value, for the directory at ``offset``; only short and long values are read."""
    order = _order(data)
    if offset + 2 > len(data):
        return {}
    count = struct.unpack_from(order + "H", data, offset)[0]
    values = {}
    for at in range(offset + 2, min(offset + 2 + 12 * count, len(data) - 11), 12):
        tag, kind, _, long_value = struct.unpack_from(order + "HHII", data, at)
        values[tag] = struct.unpack_from(order + "H", data, at + 8)[0] if kind == 3 else long_value
    return values
