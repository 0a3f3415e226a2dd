"""Padding behind the scans of a JPEG, as drones, scanners and old cameras leave it, is no damage and does not stay."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imgvet.errors import UnreadablePhoto
from imgvet.formats.jpeg import CODED, walk_segments
from imgvet.profile import Limits
from imgvet.strip import StripJob, strip_one
from support.chance import examples
from support.checked_files import open_bytes
from support.picture_writers import saved, smooth

LIMITS = Limits()
FLAT = Image.new("RGB", (128, 96), (128, 128, 128))  # whose own coded data ends in zeros
SOFT = Image.fromarray(smooth(96, 128))
WAYS: dict[str, dict[str, object]] = {
    "baseline": {},
    "best codes": {"optimize": True},
    "restarts": {"restart_marker_rows": 1},
    "progressive": {"progressive": True},
    "progressive with restarts": {"progressive": True, "restart_marker_blocks": 3},
}
PADDINGS = {
    "one zero": b"\0",
    "42 zeros": bytes(42),
    "a megabyte of zeros": bytes(1 << 20),
    "fill bytes": b"\xff" * 50,
    "zeros, then fill bytes": bytes(30) + b"\xff" * 9,
    "zeros, then very many fill bytes": bytes(30) + b"\xff" * 500_000,
    "a few other bytes, then zeros": b"\x12\x34\x56" + bytes(400),
    "fill bytes, then zeros": b"\xff" * 9 + bytes(30),
    "stuffed fill bytes": b"\xff\0" * 30,
    "restart marks": b"\xff\xd0\xff\xd1" * 3,
    "zeros around restart marks": bytes(40) + b"\xff\xd3" + bytes(30) + b"\xff\xd4",
}


def jpeg(image: Image.Image, way: str) -> bytes:
    return saved(image, "JPEG", quality=85, **WAYS[way])


def padded(data: bytes, *paddings: bytes) -> bytes:
    """The file with those bytes behind its first scan, its second, and so on; the last of them behind its last."""
    ends = [segment.end for segment in walk_segments(data) if segment.marker == CODED]
    places = [*zip(ends[: len(paddings) - 1], paddings[:-1], strict=False), (ends[-1], paddings[-1])]
    for end, padding in reversed(places):
        data = data[:end] + padding + data[end:]
    return data


def pixels(data: bytes) -> np.ndarray:
    return open_bytes(data, "jpeg", LIMITS).pixels


@pytest.mark.parametrize(
    "picture", [SOFT, FLAT, SOFT.convert("L"), SOFT.convert("CMYK")], ids=["colour", "flat", "grey", "CMYK"]
)
@pytest.mark.parametrize("way", WAYS)
def test_padding_behind_every_scan_changes_no_pixel(way: str, picture: Image.Image) -> None:
    """Whatever the padding is and however much of it there is, before the end mark and between scans."""
    data = jpeg(picture, way)
    whole = pixels(data)
    scans = sum(segment.marker == CODED for segment in walk_segments(data))
    for name, padding in PADDINGS.items():
        between = b"" if name.startswith("a few other") else padding  # which may stand before the end mark alone
        for paddings in ((padding,), (*(scans - 1) * (between,), padding)):
            assert np.array_equal(pixels(padded(data, *paddings)), whole), name


@pytest.mark.parametrize("way", WAYS)
def test_strip_drops_the_padding_without_loss(tmp_path: Path, way: str) -> None:
    """The copy has every pixel, is not rewritten, and is as long as that of the file without padding."""
    data = jpeg(SOFT, way)
    copies = []
    for number, each in enumerate((data, padded(data, bytes(3000)), padded(data, bytes(3000)) + bytes(500))):
        (tmp_path / f"{number}.jpg").write_bytes(each)
        stripped = strip_one(LIMITS, StripJob(tmp_path / f"{number}.jpg", tmp_path, f"copy-{number}"))
        assert stripped.lossless, stripped
        assert stripped.output is not None
        copies.append(stripped.output.read_bytes())
    assert copies[0] == copies[1] == copies[2]
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(copies[0]))), np.asarray(Image.open(io.BytesIO(data))))


def test_damage_behind_padding_is_still_damage() -> None:
    """libjpeg tells of the first fault alone; a scan that is cut short behind a padded one is found all the same."""
    data = jpeg(SOFT, "progressive")
    ends = [segment for segment in walk_segments(data) if segment.marker == CODED]
    cut = data[: ends[-1].start + 4] + data[ends[-1].end :]
    with pytest.raises(UnreadablePhoto, match="damaged"):
        pixels(padded(cut, bytes(50), b""))


@pytest.mark.parametrize("rest", [b"somebody's words, " * 3, bytes(40) + b"x" * 40, b"\xff\xd0" + b"words" * 20])
def test_other_bytes_before_the_end_mark_are_damage(rest: bytes) -> None:
    """More than a few bytes that are no padding may be the rest of a picture."""
    with pytest.raises(UnreadablePhoto, match="damaged"):
        pixels(padded(jpeg(SOFT, "baseline"), rest))


def test_zeros_in_the_middle_of_a_scan_are_damage() -> None:
    """They are no padding: what follows them would be read wrongly."""
    data = jpeg(SOFT, "restarts")
    at = data.index(b"\xff\xd1")
    with pytest.raises(UnreadablePhoto, match="damaged"):
        pixels(data[:at] + bytes(60) + data[at:])


@examples(60)
@given(
    st.sampled_from(sorted(WAYS)), st.lists(st.sampled_from([b"\0", b"\xff", b"\xff\xd0", b"\xff\xd5"]), max_size=90)
)
def test_any_mixture_is_taken(way: str, parts: list[bytes]) -> None:
    """Zeros, fill bytes and restart marks in any order before the end mark."""
    data = jpeg(SOFT, way)
    assert np.array_equal(pixels(padded(data, b"".join(parts))), pixels(data))
