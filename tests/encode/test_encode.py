"""Output: clean files within their channel's limits, whole or not at all."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imgvet.atomic_files import TEMPORARY_SUFFIX, clear_temporary, write_atomic, write_temporary
from imgvet.encode.encode import Label, encode_image, over_white
from imgvet.encode.previews import make_previews
from imgvet.encode.public_metadata import app13_segment, xmp_packet
from imgvet.geometry import Box
from imgvet.photo import CROP_SIDE, PREVIEW_SIDE, Area, Face, PublicMetadata
from imgvet.pixels import resized
from imgvet.profile import Channel, published_size
from imgvet.proof.prove import prove

PUBLIC = PublicMetadata(
    title="Open Day (3)",
    headline="Dŵr & Łódź <open>",
    description="What happened.\n\nhttps://www.example.org/a?b=1&c=2",
    keywords=("open day", "café"),
    creator="Example Council",
    credit_line="Example Council",
    copyright_notice="© Example Council 2026",
    usage_terms="All rights reserved.",
    web_statement="https://www.example.org/rights",
    event_name="Open Day",
    alt_text="A fire engine",
)
LABEL = Label(xmp_packet(PUBLIC), app13_segment(PUBLIC))


def noise(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (height, width, 3)).astype(np.uint8)


@pytest.mark.parametrize("as_png", [True, False])
@pytest.mark.parametrize("transparent", [True, False])
def test_what_is_written_is_proven_and_says_what_it_should(as_png: bool, transparent: bool) -> None:
    """The proof, which shares no code with the writer, accepts every file and reads the same words back."""
    alpha = np.tile(np.linspace(0, 255, 90).astype(np.uint8), (60, 1)) if transparent else None
    written = encode_image(noise(90, 60), alpha, as_png, Channel(), LABEL)
    proof = prove(written.data)
    assert proof.problems == ()
    assert proof.public == PUBLIC
    assert written.suffix == (".png" if as_png else ".jpg")


def test_a_file_without_any_public_metadata_is_proven_too() -> None:
    """Nothing to say is nothing said."""
    bare = Label(xmp_packet(PublicMetadata()), app13_segment(PublicMetadata()))
    for as_png in (True, False):
        proof = prove(encode_image(noise(40, 30), None, as_png, Channel(), bare).data)
        assert proof.problems == ()
        assert proof.public == PublicMetadata()


def test_a_file_keeps_to_its_channels_bytes() -> None:
    """Quality goes down first, then size; a PNG that is too large becomes a JPEG."""
    channel = Channel(max_bytes=50_000)
    written = encode_image(noise(900, 700), None, as_png=True, channel=channel, label=LABEL)
    assert written.suffix == ".jpg"
    assert len(written.data) <= 50_000
    assert max(written.width, written.height) < 900
    assert Image.open(io.BytesIO(written.data)).size == (written.width, written.height)


def test_the_long_side_is_kept_to_and_nothing_is_enlarged() -> None:
    """6000 × 4000 becomes 4096 × 2731; 300 × 200 stays."""
    assert published_size(6000, 4000, Channel(long_side=4096)) == (4096, 2731)
    assert published_size(4000, 6000, Channel(long_side=4096)) == (2731, 4096)
    assert published_size(300, 200, Channel(long_side=4096)) == (300, 200)
    assert published_size(30000, 2, Channel(long_side=64)) == (64, 1)
    assert resized(noise(300, 200), (150, 100)).shape == (100, 150, 3)


def test_transparency_is_flattened_over_white() -> None:
    """Fully transparent is white, half is half way."""
    pixels = np.zeros((1, 3, 3), np.uint8)
    alpha = np.array([[0, 128, 255]], np.uint8)
    assert over_white(pixels, alpha)[0, :, 0].tolist() == [255, 127, 0]


def test_small_pictures_show_each_face_once() -> None:
    """A preview of bounded size and a square crop for each face, also at the very edge."""
    pixels = np.full((1000, 1500, 3), 200, np.uint8)
    pixels[100:160, 100:150] = 250, 30, 30
    faces = [Face(1, Box(100, 100, 150, 160), 0.9), Face(2, Box(1480, 980, 1500, 1000), 0.4, possible=True)]
    small = make_previews(pixels, faces)
    assert max(Image.open(io.BytesIO(small.preview)).size) == PREVIEW_SIDE
    crops = [Image.open(io.BytesIO(crop)).convert("RGB") for crop in small.crops]
    assert [crop.size for crop in crops] == [(CROP_SIDE, CROP_SIDE)] * 2
    red, green, _ = crops[0].getpixel((CROP_SIDE // 2, CROP_SIDE // 2))  # type: ignore[misc]
    assert red > 220
    assert green < 100


def test_the_small_picture_of_an_area_shows_all_of_it_in_its_shape() -> None:
    """A line of text as wide as the picture, and a sign at the edge."""
    pixels = np.full((300, 1500, 3), 200, np.uint8)
    wide, edge = Box(10, 100, 1490, 200), Box(1460, 240, 1500, 300)
    for box in (wide, edge):
        pixels[box.top : box.bottom, box.left : box.right] = 250, 30, 30
    small = make_previews(pixels, (), [Area(1, "address", wide), Area(2, "address", edge)])
    crops = [Image.open(io.BytesIO(crop)).convert("RGB") for crop in small.area_crops]
    assert [max(crop.size) for crop in crops] == [CROP_SIDE] * 2
    across, down = crops[0].size
    assert across > 5 * down
    for at in (4, across // 2, across - 5):
        assert crops[0].getpixel((at, down // 2))[1] < 100  # type: ignore[index]
    assert crops[1].getpixel((crops[1].width - 3, crops[1].height - 3))[1] < 100  # type: ignore[index]


def test_small_pictures_carry_no_metadata() -> None:
    """Not even a comment: only the segments of a bare JPEG."""
    small = make_previews(noise(64, 64), [Face(1, Box(5, 5, 30, 30), 0.9)])
    for data in (small.preview, *small.crops):
        assert [m for m in range(0xE1, 0xF0) if bytes([0xFF, m]) in data[:600]] == []


def test_a_file_appears_whole(tmp_path: Path) -> None:
    """An unfinished file never has the real name, and what a killed run left is cleared away."""
    path = tmp_path / "a.jpg"
    unfinished = write_temporary(path, b"data")
    assert not path.exists()
    assert unfinished.name.endswith(TEMPORARY_SUFFIX)
    clear_temporary(tmp_path)
    assert list(tmp_path.iterdir()) == []
    write_atomic(path, b"one")
    write_atomic(path, b"two")
    assert path.read_bytes() == b"two"
    assert [each.name for each in tmp_path.iterdir()] == ["a.jpg"]


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """The error says so; no half file stands there."""
    with pytest.raises(OSError, match="No such file"):
        write_atomic(tmp_path / "no" / "folder.jpg", b"data")
    assert list(tmp_path.iterdir()) == []
