"""How people name photos and faces: lists, ranges, names of files; what may mean two things is refused."""

import unicodedata

import pytest

from imgvet.batch.decisions.targets import is_every_face, one_photo, parse_targets
from imgvet.errors import UsageError
from imgvet.geometry import Box
from imgvet.photo import Face, Photo


def photo(number: int, faces: int, source: str) -> Photo:
    boxes = (Box(10 * each, 0, 10 * each + 9, 9) for each in range(1, faces + 1))
    found = tuple(Face(each, box, 0.9) for each, box in enumerate(boxes, 1))
    name = f"open-day-{number:03}.jpg"
    return Photo(f"/home/me/{source}", number, faces=found, name=name, output=f"held/{name}")


PHOTOS = [
    photo(1, 2, "cards/a/IMG_1.jpg"),
    photo(2, 0, "cards/b/IMG_1.jpg"),
    photo(3, 9, "cards/b/DSC_7.JPG"),
    photo(4, 2, "cards/b/Mayor, left.jpg"),
    photo(5, 1, f"cards/b/{unicodedata.normalize('NFD', 'Fête')}.jpg"),
    photo(6, 1, "cards/b/3.jpg"),
    photo(7, 1, "cards/b/no:1.jpg"),
]


def named(text: str) -> list[str]:
    return [
        f"{each.photo.number}:{each.face.number}" if each.face else str(each.photo.number)
        for each in parse_targets(PHOTOS, text)
    ]


@pytest.mark.parametrize(("text", "found"), [
    ("3:1", "3:1"),
    ("3:1,2", "3:1 3:2"),
    ("3:2-4", "3:2 3:3 3:4"),
    ("3:2-4,1:1", "3:2 3:3 3:4 1:1"),
    ("3:1, 3-4 ,9,1:2", "3:1 3:3 3:4 3:9 1:2"),
    ("3:4-4", "3:4"),
    ("3:1,1,1-2,3:2", "3:1 3:2"),
    ("1,3:2", "1 3:2"),
    ("1,2", "1 2"),
    ("1:all,3:1", "1:1 1:2 3:1"),
    ("open-day-003:8,9", "3:8 3:9"),
    ("open-day-003.jpg", "3"),
    ("DSC_7.JPG:1-2", "3:1 3:2"),
    ("DSC_7", "3"),
    ("dsc_7.jpg", "3"),
    ("a/IMG_1.jpg", "1"),
    ("./b/IMG_1.jpg", "2"),
    ("../cards/b/IMG_1.jpg", "2"),
    ("/home/me/cards/a/IMG_1.jpg:2", "1:2"),
    ("held/open-day-003.jpg", "3"),
    ("Mayor, left.jpg:1,2", "4:1 4:2"),
    ("1:1,Mayor, left.jpg,3", "1:1 4 3"),
    ("Fête.jpg", "5"),
    ("3", "3"),
    ("3.jpg", "6"),
    ("no:1.jpg", "7"),
    ("003", "3"),
])  # fmt: skip
def test_what_is_named(text: str, found: str) -> None:
    assert named(text) == found.split()


@pytest.mark.parametrize(("text", "said"), [
    ("1:3", "There is no face 3 in photo 1. It has 2."),
    ("1:1-3", "There are no faces 1-3 in photo 1. It has 2."),
    ("3:4-2", "There are no faces 4-2 in photo 3."),
    ("3:0", "There is no face 0 in photo 3."),
    ("3:1-999999999", "There are no faces"),
    ("2:1", "It has none."),
    ("1:1,12", "There is no face 12 in photo 1."),
    ("1:all,2", "may be a face or a photo. Name whole photos first."),
    ("IMG_1.jpg", "matches several photos: 1, 2."),
    ("IMG_1", "matches several photos: 1, 2."),
    ("3:", "There is no photo '3:'"),
    ("3:-2", "There is no photo '3:-2'"),
    ("3:1-", "There is no photo '3:1-'"),
    ("3:٢", "There is no photo"),
    ("all:1", "There is no photo 'all'"),
    ("c/IMG_1.jpg", "There is no photo"),
    ("other/held/open-day-003.jpg", "There is no photo"),
    (" , ", "is not a photo or face of this batch"),
])  # fmt: skip
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError) as problem:
        named(text)
    assert said in str(problem.value)


def test_every_face_is_noticed() -> None:
    assert [text for text in ("all:all", "1:1, all:all", "1:all", "all") if is_every_face(PHOTOS, text)] == [
        "all:all",
        "1:1, all:all",
    ]


@pytest.mark.parametrize("text", ["3:1", "3:1,2", "1,2", "all", "3:all"])
def test_no_single_photo(text: str) -> None:
    with pytest.raises(UsageError, match="is not one photo"):
        one_photo(PHOTOS, text)


def test_one_photo_by_a_name_with_a_comma() -> None:
    assert one_photo(PHOTOS, "Mayor, left.jpg").number == 4
