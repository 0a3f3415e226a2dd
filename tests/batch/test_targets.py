"""How people name photos and faces: lists, ranges, names of files; what may mean two things is refused."""

import unicodedata

import pytest

from imgvet.batch.decisions.targets import is_every_face, one_photo, parse_targets
from imgvet.errors import UsageError
from imgvet.geometry import Box
from imgvet.photo import Area, Face, Photo


def photo(number: int, faces: int, source: str, areas: int = 0, possible: tuple[int, ...] = ()) -> Photo:
    boxes = [Box(10 * each, 0, 10 * each + 9, 9) for each in range(1, max(faces, areas) + 1)]
    found = tuple(Face(each, box, 0.9, possible=each in possible) for each, box in enumerate(boxes[:faces], 1))
    read = tuple(Area(each, "address", box) for each, box in enumerate(boxes[:areas], 1))
    name = f"open-day-{number:03}.jpg"
    return Photo(f"/home/me/{source}", number, faces=found, areas=read, name=name, output=f"held/{name}")


PHOTOS = [
    photo(1, 2, "cards/a/IMG_1.jpg"),
    photo(2, 0, "cards/b/IMG_1.jpg"),
    photo(3, 9, "cards/b/DSC_7.JPG"),
    photo(4, 2, "cards/b/Mayor, left.jpg"),
    photo(5, 1, f"cards/b/{unicodedata.normalize('NFD', 'Fête')}.jpg"),
    photo(6, 1, "cards/b/3.jpg"),
    photo(7, 1, "cards/b/no:1.jpg"),
]
SEEN = [  # photos with areas and possible faces
    photo(1, 3, "a/one.jpg", areas=2, possible=(2, 3)),
    photo(2, 1, "a/two.jpg"),
    photo(3, 2, "a/C.jpg", areas=28, possible=(1,)),
    Photo("/a/four.jpg", 4, error="It is no picture"),
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
    (" , ", "is not a photo, face or area of this batch"),
])  # fmt: skip
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError) as problem:
        named(text)
    assert said in str(problem.value)


@pytest.mark.parametrize(("text", "found"), [
    ("1:A", "1:A"),
    ("1:a", "1:A"),
    ("1:A,B", "1:A 1:B"),
    ("1:A, B,3:AA", "1:A 1:B 3:AA"),
    ("3:B-D", "3:B 3:C 3:D"),
    ("3:Y-AB", "3:Y 3:Z 3:AA 3:AB"),
    ("1:A,2,B", "1:2 1:A 1:B"),
    ("2,1:B", "2 1:B"),
    ("1:areas", "1:A 1:B"),
    ("1:areas,2:1", "1:A 1:B 2:1"),
    ("C.jpg:A", "3:A"),
    ("1:possible", "1:2 1:3"),
    ("possible", "1:2 1:3 3:1"),
    ("all:possible", "1:2 1:3 3:1"),
    ("2:1,all:possible", "2:1 1:2 1:3 3:1"),
])  # fmt: skip
def test_areas_and_possible_faces(text: str, found: str) -> None:
    targets = list(parse_targets(SEEN, text))
    names = []
    for each in targets:
        within = each.face.number if each.face else each.area.letters if each.area else ""
        names.append(f"{each.photo.number}:{within}".rstrip(":"))
    assert names == found.split()


def test_all_areas_and_what_each_target_says_of_itself() -> None:
    """All were meant at once; of the possible faces only those that nobody has answered for."""
    every = list(parse_targets(SEEN, "all:areas"))
    assert len(every) == 30
    assert all(each.swept and each.area and each.face is None for each in every)
    assert [str(each) for each in every[:3]] == ["Photo 1, area A", "Photo 1, area B", "Photo 3, area A"]
    assert [(each.swept, each.unanswered) for each in parse_targets(SEEN, "possible,2:1,3:A")] == [
        (True, True), (True, True), (True, True), (False, False), (False, False),
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), [
    ("1:C", "There is no area C in photo 1. It has 2."),
    ("1:A-C", "There are no areas A-C in photo 1. It has 2."),
    ("1:B-A", "There are no areas B-A in photo 1."),
    ("2:A", "There is no area A in photo 2. It has none."),
    ("2:areas", "There are no areas in photo 2."),
    ("2:possible", "There is no possible face in photo 2. It has 1."),
    ("3:A,C", "'C' behind '3:A' may be an area or a photo."),
    ("1:areas,B", "'B' behind '1:areas' may be an area or a photo."),
    ("1:possible,1", "'1' behind '1:possible' may be a face or a photo."),
    ("1:1,possible", "Write 1:possible or all:possible."),
    ("4:areas", "Photo 4 failed"),
    ("1:A-1", "There is no photo '1:A-1'"),
])  # fmt: skip
def test_areas_and_possible_faces_that_are_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError) as problem:
        list(parse_targets(SEEN, text))
    assert said in str(problem.value)


@pytest.mark.parametrize(("text", "said"), [("possible", "no possible faces"), ("all:areas", "no areas")])
def test_a_batch_without_any_says_so(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=f"There are {said} in the batch"):
        list(parse_targets(PHOTOS, text))


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
