"""Pictures in ISO media boxes are told by all their brands, and by what is in them; videos stay videos."""

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imgvet.errors import UnsupportedPhoto
from imgvet.formats.sniff import detect_format
from imgvet.inspection.files import inspect_files
from imgvet.profile import Limits
from imgvet.strip import StripJob, strip_one
from support.checked_files import inspect_bytes, open_bytes
from support.picture_writers import saved, smooth

LIMITS = Limits()
MARKER = "Planted Word"
AVIF = saved(Image.fromarray(smooth(48, 64)), "AVIF", quality=80)


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def branded(major: bytes, *others: bytes, version: bytes = bytes(4)) -> bytes:
    """The AVIF with those brands in the place of its own four."""
    brands = (*others, *4 * [major])[:4]
    return AVIF[:4] + b"ftyp" + major + version + b"".join(brands) + AVIF[32:]


def short(version: bytes, inside: bytes = b"") -> bytes:
    """A file with the short header of mif3."""
    return box(b"ftyp", b"mif3" + version) + box(b"mini", bytes(20) + inside)


@pytest.mark.parametrize("major", ["avif", "mif1", "mif2", "mif3", "msf1", "miaf", "MA1A", "MA1B", "heif"])
@pytest.mark.parametrize("others", [(), (b"mif1", b"miaf"), (b"mif3", b"avif")])
def test_a_picture_in_av1_is_an_avif_and_opens(tmp_path: Path, major: str, others: tuple[bytes, ...]) -> None:
    """Whatever its first brand is, and whether or not a later one says so."""
    data = branded(major.encode(), *others)
    assert detect_format(data) == "avif"
    assert np.array_equal(open_bytes(data, "avif", LIMITS).pixels, open_bytes(AVIF, "avif", LIMITS).pixels)
    (tmp_path / "a.avif").write_bytes(data)
    assert strip_one(LIMITS, StripJob(tmp_path / "a.avif", tmp_path, "copy")).error is None


@pytest.mark.parametrize(
    "major",
    ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "mif2", "mif3", "miaf", "msf1", "MiHB", "avci", "jpeg"],
)
@pytest.mark.parametrize("place", ["major", "list", "version"])
def test_a_picture_in_another_coding_is_a_heic(major: str, place: str) -> None:
    """Never a video; whether the decoder takes it, it says itself."""
    brand = major.encode()
    body = {"major": brand + bytes(4), "list": b"what" + bytes(4) + brand, "version": b"mif3" + brand}[place]
    data = box(b"ftyp", body) + box(b"meta", bytes(4) + box(b"hdlr", bytes(8) + b"pict" + bytes(13)))
    assert detect_format(data) == "heic"


@pytest.mark.parametrize(("version", "kind"), [(b"avif", "avif"), (b"heic", "heic"), (bytes(4), "heic")])
def test_the_short_header_is_told_as_what_it_is(tmp_path: Path, version: bytes, kind: str) -> None:
    """It is a picture that no decoder here takes, not a video and not damaged; what it carries is told."""
    space = "xmlns:p='http://ns.adobe.com/photoshop/1.0/'"
    packet = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><a p:City='{MARKER}' {space}/></x:xmpmeta>"
    data = short(version, packet.encode())
    assert detect_format(data) == kind
    with pytest.raises(UnsupportedPhoto, match="mif3"):
        open_bytes(data, kind, LIMITS)
    (tmp_path / "a.heif").write_bytes(data)
    [report] = inspect_files([tmp_path / "a.heif"], LIMITS, 1)
    assert report.inspection is not None
    assert [item.value for item in report.inspection.items if item.group == "gps"] == [MARKER]
    assert report.inspection.unread


def test_exif_in_the_short_header_is_found() -> None:
    """It begins as TIFF does, without the word Exif."""
    exif = Image.Exif()
    exif[0x013B] = MARKER
    data = short(b"avif", exif.tobytes().removeprefix(b"Exif\0\0"))
    assert any(item.group == "owner" and item.value == MARKER for item in inspect_bytes(data, "avif").items)


def test_a_coding_that_the_decoder_lacks_is_no_damage() -> None:
    """A HEIF whose brands say no coding and whose picture is none that is known here."""
    data = branded(b"miaf").replace(b"av01", b"vvc1").replace(b"av1C", b"vvcC")
    assert detect_format(data) == "heic"
    with pytest.raises(UnsupportedPhoto, match="HEIC decoder does not take"):
        open_bytes(data, "heic", LIMITS)


@pytest.mark.parametrize(
    ("brands", "words"),
    [
        (b"isom\0\0\2\0isomiso2avc1mp41", "a video"),
        (b"qt  \0\0\0\0qt  ", "a video"),
        (b"mp42\0\0\0\0isommp42", "a video"),
        (b"what\0\0\0\0what", "a video"),
        (b"M4A \0\0\0\0M4A mp42", "a sound recording"),
    ],
)
def test_videos_and_sound_are_named(brands: bytes, words: str) -> None:
    """Their boxes say so where their brands do not."""
    data = box(b"ftyp", brands) + box(b"moov", box(b"mvhd", bytes(100))) + box(b"meta", bytes(40))
    with pytest.raises(UnsupportedPhoto, match=words):
        detect_format(data)
