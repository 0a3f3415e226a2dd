"""Which page of a TIFF file is the photo: scanners, archives and RAW converters put a small copy first."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from imgvet.decode.limits import check_limits
from imgvet.decode.open import open_raw_image
from imgvet.errors import UnsupportedPhoto
from imgvet.formats.sniff import detect_format
from imgvet.inspection.inspect import inspect
from imgvet.profile import Limits
from imgvet.strip import StripJob, strip_one
from leaks import blocks
from leaks.blocks import LONG, SHORT, UNDEFINED, Blob, Entry
from support.checked_files import open_bytes
from support.picture_writers import smooth

LIMITS = Limits()
FULL, SECOND = smooth(240, 320, 1), smooth(240, 320, 2)
SMALL = np.asarray(Image.fromarray(FULL).resize((80, 60)))
REDUCED, OLD_REDUCED, MASK = Entry(0xFE, LONG, 1), Entry(0xFF, SHORT, 2), Entry(0xFE, LONG, 4)


def page(pixels: np.ndarray, *more: Entry) -> tuple[Entry, ...]:
    """A directory of plain RGB rows, and further entries."""
    height, width = pixels.shape[:2]
    rows = pixels.tobytes()
    return (
        Entry(0x0100, LONG, width), Entry(0x0101, LONG, height), Entry(0x0102, SHORT, b"\x08\0\x08\0\x08\0"),
        Entry(0x0103, SHORT, 1), Entry(0x0106, SHORT, 2), Entry(0x0111, LONG, Blob(rows)),
        Entry(0x0115, SHORT, 3), Entry(0x0116, LONG, height), Entry(0x0117, LONG, len(rows)), *more,
    )  # fmt: skip


def below(*directories: Sequence[Entry]) -> Entry:
    """The directory below another one."""
    (inner,) = directories
    return Entry(0x014A, LONG, tuple(inner))


# What stands in the file, and how many pictures it holds that are no copies of each other.
FILES = {
    "reduced first": (blocks.tiff(page(SMALL, REDUCED), page(FULL)), 1),
    "reduced first, the old way": (blocks.tiff(page(SMALL, OLD_REDUCED), page(FULL)), 1),
    "a thumbnail that does not say so": (blocks.tiff(page(SMALL), page(FULL)), 1),
    "two copies first": (blocks.tiff(page(SMALL, REDUCED), page(SMALL, OLD_REDUCED), page(FULL)), 1),
    "below a reduced one": (blocks.tiff(page(SMALL, REDUCED, below(page(FULL)))), 1),
    "below a small one": (blocks.tiff(page(SMALL, below(page(FULL)))), 1),
    "a mask first": (blocks.tiff(page(SMALL, MASK), page(FULL)), 1),
    "only directories of words first": (blocks.tiff([blocks.text(0x0131, "Scanner")], page(FULL)), 1),
    "a copy behind": (blocks.tiff(page(FULL), page(SMALL, REDUCED)), 1),
    "a copy below": (blocks.tiff(page(FULL, below(page(SMALL, REDUCED)))), 1),
    "more pages": (blocks.tiff(page(SMALL, REDUCED), page(FULL), page(SECOND)), 2),
    "more pages of one size": (blocks.tiff(page(FULL), page(SECOND)), 2),
    "a small page of another shape first": (blocks.tiff(page(FULL), page(smooth(900, 700))), 2),
}


@pytest.mark.parametrize("name", FILES)
def test_the_full_page_is_taken(tmp_path: Path, name: str) -> None:
    """In every way through the tool, and what is left behind is counted."""
    data, pictures = FILES[name]
    upright = open_bytes(data, detect_format(data), LIMITS, keep_low_bits=True)
    assert np.array_equal(upright.pixels, FULL)
    assert upright.frames == pictures
    (tmp_path / "a.tif").write_bytes(data)
    stripped = strip_one(LIMITS, StripJob(tmp_path / "a.tif", tmp_path, "copy"))
    assert stripped.output is not None, stripped
    assert stripped.lossless
    assert np.array_equal(np.asarray(Image.open(stripped.output)), FULL)
    assert any("2 pictures" in note for note in stripped.notes) == (pictures == 2)


@pytest.mark.parametrize(
    "name", ["reduced first", "a thumbnail that does not say so", "below a reduced one", "a copy behind"]
)
def test_inspect_tells_the_copy_not_the_page(name: str) -> None:
    """The hidden picture is the small one."""
    items = inspect(check_limits(FILES[name][0], "tiff", LIMITS)).items
    told = [(item.name, item.value) for item in items if item.group == "pictures"]
    assert told == [("ThumbnailImage", "a smaller copy, 80 × 60 pixels")]


def test_what_the_first_page_says_of_the_whole_file_counts() -> None:
    """Which way up, and in which colours, where the full page does not say so itself."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    first = page(SMALL, REDUCED, Entry(0x0112, SHORT, 6), Entry(0x8773, UNDEFINED, profile), below(page(FULL)))
    stored = open_raw_image(check_limits(blocks.tiff(first), "tiff", LIMITS))
    assert stored.orientation == 6
    assert stored.profile == profile
    own = blocks.tiff(page(SMALL, REDUCED, Entry(0x0112, SHORT, 6)), page(FULL, Entry(0x0112, SHORT, 3)))
    assert np.array_equal(open_bytes(own, "tiff", LIMITS, keep_low_bits=True).pixels, FULL[::-1, ::-1])


@pytest.mark.parametrize(
    "raw",
    [
        page(SMALL, REDUCED, below((*page(FULL)[:4], Entry(0x0106, SHORT, 32803), *page(FULL)[5:]))),
        page(SMALL, REDUCED, below(page(SMALL, REDUCED))),
        page(SMALL, REDUCED, Entry(0x014A, LONG, 0x7FFFFFFF)),
    ],
    ids=["sensor values below", "only copies below", "nothing below"],
)
def test_a_raw_file_is_still_refused(raw: tuple[Entry, ...]) -> None:
    """Its small preview must not pass for the photo."""
    with pytest.raises(UnsupportedPhoto, match="RAW"):
        detect_format(blocks.tiff(raw))


def test_a_file_of_copies_alone_gives_the_largest() -> None:
    """Nothing else is there."""
    data = blocks.tiff(page(SMALL, REDUCED), page(FULL, REDUCED))
    assert np.array_equal(open_bytes(data, "tiff", LIMITS, keep_low_bits=True).pixels, FULL)


def test_directories_that_lead_back_end() -> None:
    """A page that follows itself is one page."""
    data, end = blocks.tiff(page(FULL)), 8 + 2 + 12 * 9
    assert open_bytes(data[:end] + b"\x08\0\0\0" + data[end + 4 :], "tiff", LIMITS).frames == 1
