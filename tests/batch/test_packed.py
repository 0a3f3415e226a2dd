"""Records that are packed are the same when they are read again."""

import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.batch.decisions.hash_chain import LogRow
from imgvet.batch.packed import PackedPhotos, PackedRows, PhotosByNumber
from imgvet.decisions import Answer
from imgvet.geometry import Box
from imgvet.photo import Face, FileClaims, Finding, Photo, ProblemCode, PublicMetadata, RightsClaim, RightsRole, Verdict

# What SQLite may give back of a file that somebody altered: every type it has, and text that is no UTF-8.
CELLS = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.binary() | st.text()
ODD_TEXT = st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape"))

FULL = Photo(
    "/photos/IMG_1.JPG",
    7,
    earlier_number=3,
    similar=(8, 9),
    faces=(Face(1, Box(1, 2, 30, 40), 0.75, resolved=Answer("release", "F-1"), face_id=Box(1, 2, 30, 41)),),
    findings=(Finding("face-release", Verdict.RELEASE, "A reason.", box=Box(1, 2, 30, 40), code=ProblemCode.FORM),),
    claims=FileClaims((RightsClaim(RightsRole.CREATOR, "A. Miller", "Artist, EXIF"),)),
    public=PublicMetadata(title="Open Day (7)", keywords=("a", "b")),
)


@given(st.lists(st.lists(CELLS | ODD_TEXT, min_size=1, max_size=4), max_size=70))
def test_a_log_is_what_it_was_to_the_last_type(rows: list[list[Any]]) -> None:
    """The chain is checked on what was unpacked, so nothing may become equal that was not."""
    entries = [LogRow(tuple(row), row[-1]) for row in rows]
    packed = PackedRows(entries)
    assert list(map(repr, packed)) == list(map(repr, entries))
    assert len(packed) == len(entries)


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 200])
def test_photos_are_a_sequence(count: int) -> None:
    """From the first to the last, and picked in any order."""
    photos = [Photo(f"{number}.jpg", number) for number in range(1, count + 1)]
    packed = PackedPhotos(photos)
    assert list(packed) == photos
    assert [packed[place] for place in range(-count, count)] == photos + photos
    assert list(packed[10:2:-3]) == photos[10:2:-3]
    assert packed == PackedPhotos(iter(photos))
    assert packed != PackedPhotos(photos[1:]) or not photos
    with pytest.raises(IndexError):
        packed[count]


def test_every_field_of_a_photo_comes_back() -> None:
    assert list(PackedPhotos([FULL])) == [FULL]


def test_photos_are_picked_by_their_numbers() -> None:
    """Numbers have gaps."""
    known = PhotosByNumber(PackedPhotos(Photo(f"{number}.jpg", number) for number in (2, 3, 70, 71, 400)))
    assert list(known) == [2, 3, 70, 71, 400]
    assert [known[number].source for number in (400, 2, 71)] == ["400.jpg", "2.jpg", "71.jpg"]
    assert [known.get(number) for number in (0, 1, 4, 401)] == [None] * 4


def test_a_thousand_photos_that_are_alike_take_little() -> None:
    """Less than a tenth of what their records are in the database."""
    blocks = PackedPhotos(FULL for _ in range(1000))._blocks
    assert sum(map(len, blocks)) < 1000 * 100
    assert all(len(zlib.decompress(block)) > 10_000 for block in blocks[:-1])
