"""Who and what is named: each photo and face by all that people may call it, and nothing else."""

from dataclasses import replace

import pytest

from imgvet.batch.decisions.targets import (
    NamedPart,
    NamedPhotos,
    Target,
    faces_named,
    is_every_face,
    one_photo,
    parse_targets,
    photo_and_parts,
)
from imgvet.errors import UsageError
from support.recorded import FACES, PHOTOS, refused

ALL_PHOTOS = [(number, None) for number in (1, 2, 4, 5, 6)]
EACH_FACE = [(1, 1), (1, 2), (2, 1)]
NAMED: list[tuple[str, list[tuple[int, int | None]]]] = [
    ("2", [(2, None)]),
    ("002", [(2, None)]),
    ("06", [(6, None)]),
    ("1:2", [(1, 2)]),
    ("open-day-001:2", [(1, 2)]),
    ("open-day-001.jpg", [(1, None)]),
    ("IMG_1.jpg", [(1, None)]),
    ("./IMG_1.jpg", [(1, None)]),
    ("y/IMG_5.jpg", [(5, None)]),
    ("../6", [(4, None)]),
    ("a, b.jpg", [(2, None)]),
    ("a, b.jpg:1", [(2, 1)]),
    ("IMG_1.jpg:all", [(1, 1), (1, 2)]),
    ("2, 2,IMG_1.jpg:1 ,, 2:1", [(2, None), (1, 1), (2, 1)]),
    ("all", [*ALL_PHOTOS]),
    ("all:all", [*EACH_FACE]),
    ("2:1,all:all", [(2, 1), (1, 1), (1, 2)]),
]
NOT_NAMED = [
    ("", "is not a photo, face or area of this batch"),
    (" , ", "is not a photo, face or area of this batch"),
    ("9", "There is no photo '9'"),
    ("0", "There is no photo '0'"),
    ("000", "There is no photo '000'"),
    ("6", "'6' matches several photos: 4, 6"),
    ("IMG_5.jpg", "'IMG_5.jpg' matches several photos: 5, 6"),
    ("3", "Photo 3 failed: It is no picture"),
    ("3:1", "Photo 3 failed"),
    ("2:2", r"There is no face 2 in photo 2\."),
    ("4:all", "There is no face all in photo 4"),
    ("all:1", "There is no photo 'all'"),
    ("2:x", r"There is no area x in photo 2\."),
    ("2:xyz", "There is no photo '2:xyz'"),
    ("2:", "There is no photo '2:'"),
    ("y/IMG_1.jpg", "There is no photo 'y/IMG_1.jpg'"),
    ("..", r"There is no photo '\.\.'"),
    (".", r"There is no photo '\.'"),
]


@pytest.mark.parametrize(("text", "found"), NAMED)
def test_what_a_text_names(text: str, found: list[tuple[int, int | None]]) -> None:
    """Photos by number, by the name of file or original; faces behind a colon; each once, in the order of the text."""
    targets = list(parse_targets(PHOTOS, text))
    assert [(each.photo.number, each.face.number if each.face else None) for each in targets] == found
    assert all(each.photo is PHOTOS[each.photo.number - 1] for each in targets)


@pytest.mark.parametrize(("text", "reason"), NOT_NAMED)
def test_what_names_nothing_is_refused(text: str, reason: str) -> None:
    """With the reason."""
    refused(lambda: list(parse_targets(PHOTOS, text)), match=reason)


def test_what_is_named_among_all_is_known_as_such() -> None:
    """Whoever names a photo or face by itself means it, and is told where nothing can be said of it."""
    for text, swept in (("all", True), ("all:all", True), ("2:all", True), ("2", False), ("2:1", False)):
        assert {each.swept for each in parse_targets(PHOTOS, text)} == {swept}, text


def test_a_target_is_called_as_people_name_it() -> None:
    """A photo, and a face of it."""
    assert (str(Target(PHOTOS[0])), str(Target(PHOTOS[0], FACES[1]))) == ("Photo 1", "Photo 1, face 2")


def test_one_photo_is_one_photo() -> None:
    """No face, not several, not all."""
    assert one_photo(PHOTOS, " IMG_1.jpg ") is PHOTOS[0]
    assert one_photo(PHOTOS, "a, b.jpg") is PHOTOS[1]
    for text in ("", "2,4", "all", "2:1", "2:all", "a, b.jpg:1", "2:A", "2:areas", "possible"):
        refused(one_photo, PHOTOS, text, match="is not one photo")
    refused(one_photo, PHOTOS, "2:xyz", match="There is no photo '2:xyz'")
    refused(one_photo, PHOTOS, "3", match="Photo 3 failed")


def test_faces_of_one_photo() -> None:
    """By number, or all; where there is none, how many there are is said."""
    assert faces_named(PHOTOS[0], NamedPart("1", ("all",))) == list(FACES)
    assert faces_named(PHOTOS[0], NamedPart("1", ("2",))) == [FACES[1]]
    assert faces_named(PHOTOS[0], NamedPart("1", ("2", "1-2"))) == [FACES[1], FACES[0]]
    for text, named, has in (("3", PHOTOS[0], "It has 2."), ("all", PHOTOS[3], "It has none.")):
        with pytest.raises(UsageError) as told:
            faces_named(named, NamedPart("1", (text,)))
        assert told.value.hint == has


def test_parts_of_a_name() -> None:
    """What stands behind the last colon is within the photo only where it is numbers, letters or a word."""
    assert photo_and_parts("3:1") == NamedPart("3", ("1",))
    assert photo_and_parts("3:1, 4-6") == NamedPart("3", ("1", "4-6"))
    assert photo_and_parts("3:all") == NamedPart("3", ("all",))
    assert photo_and_parts("a:b:2") == NamedPart("a:b", ("2",))
    assert photo_and_parts("3:A, C-AD") == NamedPart("3", ("A", "C-AD"))
    assert photo_and_parts("3:possible").word == photo_and_parts("possible").word == "possible"
    assert photo_and_parts("possible") == NamedPart("all", ("possible",))
    for whole in ("3", "all", "3:", "3:xyz", "3:1x", "3:1-", "3:1,", "3:1,all", "3:A-", "3:A-1", "3:á", "areas"):
        assert photo_and_parts(whole) == NamedPart(whole)
    assert is_every_face(PHOTOS, "3:1, all:all")
    assert not any(is_every_face(PHOTOS, text) for text in ("all", "3:all", "all:1", ""))


def test_a_photo_is_found_by_its_very_name() -> None:
    """A photo without a name is not what an empty one means; a number with zeros in front is a number alone."""
    named = NamedPhotos(PHOTOS)
    assert named["06"] is PHOTOS[5]
    assert named["open-day-004"] is PHOTOS[3]
    refused(named.__getitem__, "0", match="There is no photo '0'")
    assert NamedPhotos(PHOTOS[:1])["1"] is PHOTOS[0]
    assert NamedPhotos([replace(PHOTOS[0], source="/x/1", name="1.jpg")])["1"].number == 1


def test_a_name_as_it_is_written_comes_before_one_in_other_letters() -> None:
    """Whoever means the other one writes it as it is."""
    named = NamedPhotos([replace(PHOTOS[0], source="/x/img.jpg"), replace(PHOTOS[1], source="/x/IMG.jpg")])
    assert (named["img.jpg"].number, named["IMG.jpg"].number) == (1, 2)
    refused(named.__getitem__, "Img.jpg", match="'Img.jpg' matches several photos: 1, 2")
