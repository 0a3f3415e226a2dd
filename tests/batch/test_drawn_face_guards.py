"""Faces that people draw: which box is one, which face it shows, and what is recorded of it."""

from dataclasses import replace
from typing import Any

import pytest

from imgvet.batch.decisions.add_faces import MIN_SIDE, AddedFace, add_faces, parse_box
from imgvet.batch.decisions.record import DecisionRequest, record_decisions
from imgvet.batch.store import BatchStore
from imgvet.decisions import Answer, Decision
from imgvet.errors import UsageError
from imgvet.geometry import Box
from imgvet.photo import Photo
from support.recorded import AT, FACES, LEFT, PHOTOS, PROFILE, A, refused, request

WIDE = replace(PHOTOS[3], width=1000, height=300)
BOXES: list[tuple[Photo, str, Box]] = [
    (PHOTOS[3], "10,20,110,140", Box(10, 20, 110, 140)),
    (PHOTOS[3], " 10 , 20,110 ,140 ", Box(10, 20, 110, 140)),
    (PHOTOS[3], "10.5,20.5,110.1,140.1", Box(10, 20, 111, 141)),
    (PHOTOS[3], "10%,20%,50 %,50%", Box(40, 60, 200, 150)),
    (PHOTOS[3], "-10,-10,20,30", Box(0, 0, 20, 30)),
    (PHOTOS[3], "390,290,500,500", Box(390, 290, 400, 300)),
    (PHOTOS[3], f"0,0,{MIN_SIDE},{MIN_SIDE}", Box(0, 0, MIN_SIDE, MIN_SIDE)),
    (WIDE, "0%,0%,1.1%,10%", Box(0, 0, 11, 30)),  # as it was meant, whatever 1.1 times 1000 is to a computer
]
NO_BOXES: list[tuple[str, str]] = [
    ("", "is not a box"),
    ("1,2,3", "is not a box"),
    ("10%,20%,50,50", "is not a box"),
    ("a,b,c,d", "is not a box"),
    ("100,20,100,140", "is not valid"),
    ("101,20,100,140", "is not valid"),
    ("10,140,110,140", "is not valid"),
    ("10,141,110,140", "is not valid"),
    ("400,0,500,50", "is outside the picture"),
    ("0,300,50,400", "is outside the picture"),
    ("0,0,3,10", "is 3 × 10 pixels in the picture; each side must be at least 4"),
    ("0,0,10,3", "is 10 × 3 pixels in the picture; each side must be at least 4"),
]


@pytest.mark.parametrize(("about", "text", "box"), BOXES)
def test_a_box_as_it_is_drawn(about: Photo, text: str, box: Box) -> None:
    """In pixels or per cent, rounded outwards, cut to the picture."""
    assert parse_box(about, text) == box


@pytest.mark.parametrize(("text", "reason"), NO_BOXES)
def test_what_is_no_box_is_refused(text: str, reason: str) -> None:
    """With the size of the photo and an example that fits it."""
    with pytest.raises(UsageError, match=reason) as told:
        parse_box(PHOTOS[3], text)
    assert told.value.hint == (
        "Photo 4 is 400 × 300 pixels; give left,top,right,bottom, "
        "e.g. --add-face 160,60,200,120 or --add-face 40%,20%,50%,40%."
    )


def drawn(box: Box, known_as: Box, by: str = A) -> Decision:
    return Decision("add-face", by, AT, 1, "1" * 64, box, face_id=known_as)


def test_a_face_that_is_drawn(folder: BatchStore) -> None:
    """One that is there already is that one, with its answer; another is new; each box counts once."""
    record_decisions(folder, PROFILE, "1:1", request("staff"))
    larger, new = Box(0, 0, 70, 82), Box(300, 200, 350, 260)
    texts = [",".join(map(str, box.as_list())) for box in (new, larger, new)]
    before = folder.snapshot().decisions
    added = add_faces(folder, PROFILE, "open-day-001", texts, request("redact", note="On the left"))
    assert [(each.face.number, each.face.box, each.before, each.answer) for each in added] == [
        (3, new, None, None), (1, larger, replace(FACES[0], face_id=LEFT), Answer("staff")),
    ]  # fmt: skip
    assert all(isinstance(each, AddedFace) and len(each.photo.faces) == 3 for each in added)
    note: dict[str, Any] = {"note": "On the left"}
    assert folder.snapshot().decisions == (
        *before,
        replace(drawn(new, new), **note), replace(drawn(larger, LEFT), **note),
        replace(drawn(new, new), kind="redact", **note), replace(drawn(larger, LEFT), kind="redact", **note),
    )  # fmt: skip


def test_a_face_is_told_by_its_place_and_keeps_what_it_is_called(folder: BatchStore) -> None:
    """Though it was called by another box at first; two boxes are never one face."""
    first = LEFT.grown(0.4)
    folder.decide(drawn(first, first), drawn(LEFT, first))
    text = ",".join(map(str, LEFT.as_list()))
    near = ",".join(map(str, Box(12, 12, 62, 72).as_list()))
    one, other = add_faces(folder, PROFILE, "1", [text, near], request(""))
    assert (one.face.face_id, other.face.face_id) == (first, Box(12, 12, 62, 72))
    assert one.before is not None
    assert other.before is None
    assert [each.kind for each in folder.snapshot().decisions] == ["add-face"] * 4


NOT_ADDED: list[tuple[str, list[str], DecisionRequest, str]] = [
    ("2", ["100,100,180,200"], request("redact", by=" "), "A decision needs a name"),
    ("2", ["100,100,180,200"], request("not-identifiable"), "needs a reason in words"),
    ("2", ["100,100,180,200"], request("redact", "WMP-1"), "takes no value"),
    ("2", ["100,100,180,200"], request("not-a-face"), "'not-a-face' cannot be decided while a face is added"),
    ("2", ["100,100,180,200"], request("approve"), "'approve' cannot be decided while a face is added"),
    ("2", ["100,100,180,200"], request("finish"), "'finish' cannot be decided for a face"),
    ("2", ["100,100,180,200"], request("nonsense"), "'nonsense' cannot be decided for a face"),
    ("2", ["100,100,180,200"], request("release"), "needs the reference of the signed form"),
    ("2", ["100,100,180,200", "1,2,3"], request("redact"), "is not a box"),
    ("2:1", ["100,100,180,200"], request("redact"), "is not one photo"),
    ("3", ["100,100,180,200"], request("redact"), "Photo 3 failed"),
]


@pytest.mark.parametrize(("target", "texts", "asked", "reason"), NOT_ADDED)
def test_what_cannot_be_added(
    folder: BatchStore, target: str, texts: list[str], asked: DecisionRequest, reason: str
) -> None:
    """Nothing is recorded, not even the box."""
    refused(add_faces, folder, PROFILE, target, texts, asked, match=reason)
    assert folder.snapshot().decisions == ()


def test_a_face_can_be_added_and_answered_for(folder: BatchStore) -> None:
    """Or left open."""
    for kind, value, note in (("staff", "", ""), ("release", "WMP-1", ""), ("not-identifiable", "", "From behind")):
        (added,) = add_faces(folder, PROFILE, "4", ["100,100,180,200"], request(kind, value, note))
        assert added.face.number == 1
        (known,) = (each for each in folder.snapshot().decisions[-1:])
        assert (known.kind, known.value, known.note) == (kind, value, note)
    add_faces(folder, PROFILE, "4", ["300,100,380,200"], request(""))
    assert folder.snapshot().decisions[-1].kind == "add-face"
