"""Names with ``*`` and the like, where the terminal has not filled them in."""

from pathlib import Path

import pytest

from imgvet.errors import UsageError
from imgvet.find_photos import find_photos
from support.pictures import landscape, save_photo

CARD = ("DCIM/100CANON/IMG_0001.JPG", "DCIM/100CANON/IMG_0002.JPG", "DCIM/101CANON/IMG_0001.JPG", "DCIM/IMG[1].JPG")


@pytest.fixture
def card(tmp_path: Path) -> Path:
    photo = save_photo(tmp_path / CARD[0], landscape()).read_bytes()
    for name in CARD[1:]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(photo)
    for name in ("100CANON/IMG_0001.CR2", ".hidden.jpg", "$RECYCLE.BIN/a.jpg"):
        (tmp_path / "DCIM" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "DCIM" / name).write_bytes(photo)
    (tmp_path / "DCIM/100CANON/MVI_0003.MOV").write_bytes(b"film")
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("DCIM/*/IMG_0001.*", (0, 2)),  # the RAW file beside its JPEG is skipped
        ("dcim/100*/img_000?.jpg", (0, 1)),
        ("DCIM/10[0-9]CANON", (0, 1, 2)),
        ("**/*2.JPG", (1,)),
        ("**/101CANON/**", (2,)),
        ("DCIM/*", (0, 1, 2, 3)),  # nothing of the bin, no hidden file
        ("DCIM/IMG[1].JPG", (3,)),  # a name, not a pattern
    ],
)
def test_what_a_pattern_fits_is_searched_like_a_folder(card: Path, pattern: str, found: tuple[int, ...]) -> None:
    photos = find_photos([card / pattern]).photos
    assert [str(path.relative_to(card)).lower() for path in photos] == [CARD[each].lower() for each in found]


def test_what_several_patterns_and_names_fit_counts_once(card: Path) -> None:
    assert len(find_photos([card / "DCIM/*/*.jpg", card / "**/*.JPG", card / CARD[0]]).photos) == 4


def test_a_pattern_that_nothing_fits_is_refused(card: Path) -> None:
    with pytest.raises(UsageError, match="No file or folder fits"):
        find_photos([card / CARD[0], card / "*.png"])
