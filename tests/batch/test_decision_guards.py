"""Each guard of what people decide, alone: who and what is named, what may be said of it, and how it is recorded.

Photos are records here, and nothing is vetted.
"""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from imgvet.batch.bounds import MOST
from imgvet.batch.decisions import record
from imgvet.batch.decisions.add_faces import MIN_SIDE, AddedFace, add_faces, parse_box
from imgvet.batch.decisions.hash_chain import START_HASH, DecisionLog, LogCounters, LogRow, entry_hash, first_break
from imgvet.batch.decisions.log import LogCheck, LogEntry, check_log, check_unaltered, history
from imgvet.batch.decisions.record import DecisionRequest, check_allowed, decision_on, record_decisions
from imgvet.batch.decisions.rows import (
    add_hashes,
    append_decisions,
    decision_from_row,
    decisions_of,
    read_rows,
    vetted_of,
)
from imgvet.batch.decisions.targets import (
    NamedPhotos,
    Target,
    faces_named,
    is_every_face,
    one_photo,
    parse_targets,
    photo_and_faces,
)
from imgvet.batch.store import BatchStore, create_or_open, open_batch
from imgvet.decisions import Answer, Decision
from imgvet.errors import BatchError, UsageError
from imgvet.geometry import Box
from imgvet.photo import Face, FileClaims, Finding, Photo, RightsClaim, RightsRole, Verdict
from imgvet.profile import parse_profile
from imgvet.signed_in import SignedIn, signed_in
from support.originals import join_originals

A, B = "A. Officer", "B. Sergeant"
AT = "2026-06-14T10:00:00+00:00"
LEFT, RIGHT = Box(10, 10, 60, 70), Box(200, 10, 260, 80)
CLAIMS = FileClaims(rights=(RightsClaim(RightsRole.CREATOR, "A. Miller", "Artist, EXIF"),))
PROFILE = parse_profile(
    "[faces]\nanswers = ['staff', 'not-identifiable']\n[decisions]\nsecond_person = ['staff', 'declare', 'answer']\n"
    "[[questions]]\nid = 'under-18'\ntext = 'Nobody is under 18.'\nsource = 'S'\n",
    "test",
)


def asks(rule: str, verdict: Verdict = Verdict.ASK) -> Finding:
    return Finding(rule, verdict, "It asks.")


def photo(number: int, source: str, **about: Any) -> Photo:
    named: dict[str, Any] = {"name": f"open-day-{number:03d}.jpg", "source_sha256": f"{number:x}" * 64}
    return Photo(source, number, width=400, height=300, **(named | about))


FACES = (Face(1, LEFT, 0.9), Face(2, RIGHT, 0.9))
PHOTOS = (
    photo(1, "/x/IMG_1.jpg", faces=FACES, findings=(asks("people-named"),)),
    photo(2, "/x/a, b.jpg", faces=FACES[:1], claims=CLAIMS, findings=(asks("others-copyright"),)),
    photo(3, "/x/broken.jpg", error="It is no picture.", name="", faces=FACES[:1]),
    photo(4, "/x/6"),
    photo(5, "/y/IMG_5.jpg", claims=CLAIMS),
    photo(6, "/z/IMG_5.jpg", claims=CLAIMS, findings=(asks("others-copyright", Verdict.BLOCKED), asks("similar"))),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A batch of those photos, about which nobody has said anything."""
    path = tmp_path_factory.mktemp("made") / "b"
    store = create_or_open(path)
    join_originals(store, [Path(each.source) for each in PHOTOS])
    for each in PHOTOS:
        store.record(each, "recipe", None)
    store.database.close()
    return path


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Iterator[BatchStore]:
    """A copy of that batch, open."""
    shutil.copytree(made, tmp_path / "b")
    store = open_batch(tmp_path / "b")
    yield store
    store.database.close()


def refused(call: Any, *words: Any, match: str) -> None:
    with pytest.raises(UsageError, match=match):
        call(*words)


# -- who and what is named

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
    ("a, b.jpg", [(2, None)]),
    ("a, b.jpg:1", [(2, 1)]),
    ("IMG_1.jpg:all", [(1, 1), (1, 2)]),
    ("2, 2,IMG_1.jpg:1 ,, 2:1", [(2, None), (1, 1), (2, 1)]),
    ("all", [*ALL_PHOTOS]),
    ("all:all", [*EACH_FACE]),
    ("2:1,all:all", [(2, 1), (1, 1), (1, 2)]),
]
NOT_NAMED = [
    ("", "names nothing in the batch"),
    (" , ", "names nothing in the batch"),
    ("9", "There is no photo '9'"),
    ("0", "There is no photo '0'"),
    ("000", "There is no photo '000'"),
    ("6", "'6' may be any of the photos 4, 6"),
    ("IMG_5.jpg", "'IMG_5.jpg' may be any of the photos 5, 6"),
    ("3", "Photo 3 failed: It is no picture"),
    ("3:1", "Photo 3 failed"),
    ("2:2", r"There is no face 2 in photo 2\."),
    ("4:all", "There is no face all in photo 4"),
    ("all:1", "There is no photo 'all'"),
    ("2:x", "There is no photo '2:x'"),
    ("2:", "There is no photo '2:'"),
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
    for text in ("", "2,4", "all", "2:1", "2:all", "a, b.jpg:1"):
        refused(one_photo, PHOTOS, text, match="is not one photo")
    refused(one_photo, PHOTOS, "2:x", match="There is no photo '2:x'")
    refused(one_photo, PHOTOS, "3", match="Photo 3 failed")


def test_faces_of_one_photo() -> None:
    """By number, or all; where there is none, how many there are is said."""
    assert faces_named(PHOTOS[0], "all") == list(FACES)
    assert faces_named(PHOTOS[0], "2") == [FACES[1]]
    for text, named, has in (("3", PHOTOS[0], "It has 2."), ("all", PHOTOS[3], "It has none.")):
        with pytest.raises(UsageError) as told:
            faces_named(named, text)
        assert told.value.hint == has


def test_parts_of_a_name() -> None:
    """What stands behind the last colon is a face only where it is a number or all."""
    assert photo_and_faces("3:1") == ("3", "1")
    assert photo_and_faces("3:all") == ("3", "all")
    assert photo_and_faces("a:b:2") == ("a:b", "2")
    for whole in ("3", "all", "3:", "3:x", "3:1x"):
        assert photo_and_faces(whole) == (whole, "")
    assert is_every_face("3:1, all:all")
    assert not any(map(is_every_face, ("all", "3:all", "all:1", "")))


def test_a_photo_is_found_by_its_very_name() -> None:
    """A photo without a name is not what an empty one means; a number with zeros in front is a number alone."""
    named = NamedPhotos(PHOTOS)
    assert named["06"] is PHOTOS[5]
    assert named["open-day-004"] is PHOTOS[3]
    refused(named.__getitem__, "0", match="There is no photo '0'")
    assert NamedPhotos(PHOTOS[:1])["1"] is PHOTOS[0]
    assert NamedPhotos([replace(PHOTOS[0], source="/x/1", name="1.jpg")])["1"].number == 1


# -- what may be said


def request(kind: str, value: str = "", note: str = "", by: str = A) -> DecisionRequest:
    return DecisionRequest(kind, by, value, note, AT)


INCOMPLETE: list[tuple[DecisionRequest, str]] = [
    (request("redact", by=" "), "A decision needs a name"),
    (request("exclude"), "'exclude' needs a reason in words"),
    (request("exclude", note="…"), "'exclude' needs a reason in words"),
    (request("not-identifiable"), "'not-identifiable' needs a reason in words"),
    (request("redact", "WMP-1"), "'redact' takes no value, and 'WMP-1' is one"),
]


@pytest.mark.parametrize(("asked", "reason"), INCOMPLETE)
def test_what_is_not_complete_is_refused(folder: BatchStore, asked: DecisionRequest, reason: str) -> None:
    """Before anything is read; nothing is recorded."""
    refused(asked.check, match=reason)
    refused(record_decisions, folder, PROFILE, "1:1,2:1", asked, match=reason)
    refused(add_faces, folder, PROFILE, "2", ["100,100,180,200"], asked, match=reason)
    assert folder.snapshot().decisions == ()


def test_what_is_complete() -> None:
    """A reason only where one is needed, a value only where one belongs."""
    for asked in (
        request("redact"), request("staff", note="On duty"), request("exclude", note="Out of date"),
        request("release", "WMP-1"), request("answer", "people-named"), request("reopen"), request(""),
    ):  # fmt: skip
        asked.check()
    refused(asked.check_note, match="needs a reason in words")


def test_a_decision_says_who_what_and_when() -> None:
    """The name tidied, the note without spaces around it; of a face its box and by which it is told."""
    asked = request("exclude", note="  Out of date ", by="  A.   Officer ")
    assert asked.for_target(PHOTOS[0], None) == Decision("exclude", A, AT, 1, "1" * 64, note="Out of date")
    face = replace(FACES[0], face_id=RIGHT)
    said = request("release", "WMP-1").for_target(PHOTOS[0], face)
    assert said == Decision("release", A, AT, 1, "1" * 64, LEFT, "WMP-1", face_id=RIGHT)


ALLOWED: list[tuple[int, int | None, DecisionRequest]] = [
    (1, 1, request("redact")),
    (1, 1, request("staff")),
    (1, 1, request("release", "WMP-2026-014")),
    (1, 1, request("release", "x" * 64)),
    (1, 1, request("reopen")),
    (1, None, request("reopen")),
    (1, None, request("reopen", "exclude")),
    (1, None, request("reopen", "people-named")),
    (1, None, request("reopen", "declaration")),
    (1, None, request("reopen", "under-18")),
    (1, None, request("reopen", "minor-age")),
    (1, None, request("exclude", note="No")),
    (1, None, request("answer", "people-named", "They know.")),
    (1, None, request("answer", "under-18")),
    (2, None, request("own")),
    (2, None, request("licensed", note="Contract 12")),
    (5, None, request("own")),
]
NOT_ALLOWED: list[tuple[int, int | None, DecisionRequest, str, str]] = [
    (1, 1, request("exclude", note="No"), "'exclude' is no decision on a face under this profile", r"or reopen\.$"),
    (1, 1, request("not-a-face"), "'not-a-face' is no decision on a face under this profile", ""),
    (1, 1, request("approve"), "'approve' is no decision on a face", ""),
    (1, 1, request("add-face"), "'add-face' is no decision on a face", ""),
    (
        1,
        None,
        request("redact"),
        "'redact' is no decision on a photo",
        "To decide on a face .* 1:1 or 1:all",
    ),
    (1, None, request("approve"), "'approve' is no decision on a photo", ""),
    (1, None, request("finish"), "'finish' is no decision on a photo", ""),
    (1, 1, request("release"), "needs the reference of the signed form", ""),
    (1, 1, request("release", "two words"), "needs the reference of the signed form", ""),
    (1, 1, request("release", "x" * 65), "needs the reference of the signed form", ""),
    (1, None, request("own"), "'others-copyright' asks nothing about photo 1", "names nobody's rights"),
    (6, None, request("own"), "'others-copyright' blocks photo 6", "Leave the photo out"),
    (2, None, request("answer", "others-copyright", "Ours"), "is answered with own or licensed", "decide 2 own"),
    (1, None, request("answer", "people-named"), "'answer' needs a reason in words", ""),
    (1, None, request("answer", "nonsense", "So."), "There is no rule 'nonsense'", "answer people-named or under-18"),
    (4, None, request("answer", "people-named", "So."), "'people-named' asks nothing about photo 4", "answer under-18"),
    (1, None, request("answer", "face-release", "So."), "'face-release' asks nothing about photo 1", ""),
    (1, 1, request("reopen", "under-18"), "'reopen' of a face takes no value", ""),
    (1, None, request("reopen", "nonsense"), "'nonsense' is nothing that could be taken back", ""),
]


def face_of(number: int, face: int | None) -> tuple[Photo, Face | None]:
    about = PHOTOS[number - 1]
    return about, about.faces[face - 1] if face else None


@pytest.mark.parametrize(("number", "face", "asked"), ALLOWED)
def test_what_may_be_said(folder: BatchStore, number: int, face: int | None, asked: DecisionRequest) -> None:
    """And is recorded as it was said."""
    check_allowed(PROFILE, *face_of(number, face), asked)
    (made,) = record_decisions(folder, PROFILE, f"0{number}" + (f":{face}" if face else ""), asked)
    kind = "declare" if asked.value == "under-18" and asked.kind == "answer" else asked.kind
    assert made == replace(asked.for_target(*face_of(number, face)), kind=kind)
    assert folder.snapshot().decisions == (made,)


@pytest.mark.parametrize(("number", "face", "asked", "reason", "hint"), NOT_ALLOWED)
def test_what_may_not_be_said(number: int, face: int | None, asked: DecisionRequest, reason: str, hint: str) -> None:
    """With what may be."""
    with pytest.raises(UsageError, match=reason) as told:
        check_allowed(PROFILE, *face_of(number, face), asked)
    assert re.search(hint, told.value.hint)
    refused(decision_on, PROFILE, *face_of(number, face), asked, match=reason)


def test_where_nothing_asks_nothing_is_offered() -> None:
    """No rule and no question of the profile."""
    with pytest.raises(UsageError, match="There is no rule 'x'") as told:
        check_allowed(parse_profile("", "test"), PHOTOS[3], None, request("answer", "x", "So."))
    assert told.value.hint == "Nothing waits for an answer there."


def test_a_rule_that_blocks_in_another_place_blocks_nothing_here() -> None:
    """Only the rule that is answered, and only where it blocks."""
    blocked = replace(PHOTOS[1], findings=(asks("minor-age", Verdict.BLOCKED), asks("others-copyright")))
    check_allowed(PROFILE, blocked, None, request("own"))


# -- many at once


def numbers(made: list[Decision]) -> list[int | None]:
    return [each.photo for each in made]


def test_among_all_those_are_meant_that_ask(folder: BatchStore) -> None:
    """Whoever names a photo by itself is told where it does not ask; of all, that none does."""
    assert numbers(record_decisions(folder, PROFILE, "all", request("own"))) == [2]
    assert numbers(record_decisions(folder, PROFILE, "all", request("answer", "people-named", "So."))) == [1]
    assert numbers(record_decisions(folder, PROFILE, "all", request("answer", "similar", "So."))) == [6]
    assert numbers(record_decisions(folder, PROFILE, "all", request("answer", "under-18"))) == [1, 2, 4, 5, 6]
    assert numbers(record_decisions(folder, PROFILE, "all", request("exclude", note="No"))) == [1, 2, 4, 5, 6]
    assert numbers(record_decisions(folder, PROFILE, "all:all", request("redact"))) == [1, 1, 2]
    assert numbers(record_decisions(folder, PROFILE, "all:all", request("reopen"))) == [1, 1, 2]
    before = folder.snapshot().decisions
    refused(record_decisions, folder, PROFILE, "5,4", request("own"), match="asks nothing about photo 4")
    refused(record_decisions, folder, PROFILE, "all", request("answer", "ai-content", "So."), match="about photo 1")
    refused(record_decisions, folder, PROFILE, "all,9", request("own"), match="There is no photo '9'")
    for kind, value in (("staff", ""), ("release", "WMP-1"), ("approve", "")):
        refused(
            record_decisions, folder, PROFILE, "1:1,all:all", request(kind, value),
            match=f"'{kind}' cannot be said of every face at once, only redact or reopen",
        )  # fmt: skip
    assert folder.snapshot().decisions == before


def test_what_none_asks_may_be_said_of_all_all_the_same(folder: BatchStore) -> None:
    """Where the answer may be given without being asked for."""
    folder.record(replace(PHOTOS[1], findings=()), "recipe", None)
    with pytest.raises(UsageError, match="asks nothing about photo 1"):
        record_decisions(folder, PROFILE, "all", request("own"))
    assert numbers(record_decisions(folder, PROFILE, "2", request("own"))) == [2]
    everything = replace(PHOTOS[3], findings=(Finding("any", Verdict.ASK, "So.", box=LEFT), asks("declaration")))
    folder.record(everything, "recipe", None)
    for rule in ("any", "declaration"):
        refused(record_decisions, folder, PROFILE, "4", request("answer", rule, "So."), match="rule 'any'|asks nothing")


def test_what_is_decided_is_read_and_recorded_in_one_go(folder: BatchStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else can write between the reading and the recording."""
    held: list[bool] = []
    plain = record.current_photos

    def watched(snapshot: Any) -> Any:
        held.append(folder.database.in_transaction)
        return plain(snapshot)

    monkeypatch.setattr(record, "current_photos", watched)
    record_decisions(folder, PROFILE, "1:1", request("redact"))
    assert held == [True]


def test_who_approves_what(folder: BatchStore) -> None:
    """Each answer that somebody else gave; a photo or face that is named by itself must have one."""
    record_decisions(folder, PROFILE, "1:1,1:2", request("staff"))
    record_decisions(folder, PROFILE, "1:2", request("staff", by=B))
    record_decisions(folder, PROFILE, "2,4", request("answer", "under-18"))
    record_decisions(folder, PROFILE, "5", request("answer", "under-18", by=B))
    (approved,) = record_decisions(folder, PROFILE, "1:all,2:all", request("approve", by=B))
    assert approved == Decision("approve", B, AT, 1, "1" * 64, LEFT, "staff", face_id=LEFT)
    made = record_decisions(folder, PROFILE, "all", request("approve", "under-18", by=B))
    assert [(each.photo, each.kind, each.value) for each in made] == [
        (2, "approve", "declare under-18"), (4, "approve", "declare under-18"),
    ]  # fmt: skip
    before = folder.snapshot().decisions
    for targets, by, reason in (
        ("1:2", B, "Photo 1, face 2 was answered by B. Sergeant"),
        ("2:1", B, "Photo 2, face 1 has no answer that could be approved"),
        ("1:2,2:1", A, "Photo 2, face 1 has no answer"),
        ("2:all", B, "Photo 2, face 1 has no answer"),
        ("2:all,1:all", B, "Photo 1, face 2 was answered by B. Sergeant"),  # what somebody else could approve is told
        ("1:all,2:all", B, "Photo 1, face 2 was answered by B. Sergeant"),
        ("06", B, "Photo 6 has several matters"),
    ):
        with pytest.raises(UsageError, match=reason) as told:
            record_decisions(folder, PROFILE, targets, request("approve", by=by))
        assert told.value.hint
    assert folder.snapshot().decisions == before


def test_the_first_of_several_that_are_ones_own_is_told(folder: BatchStore) -> None:
    """And the first of those without an answer, where none is."""
    record_decisions(folder, PROFILE, "1:1,1:2,2:1", request("staff"))
    for targets in ("2:all,1:all", "1:all,2:all"):
        with pytest.raises(UsageError, match=rf"Photo {targets[0]}, face 1 was answered by A\. Officer"):
            record_decisions(folder, PROFILE, targets, request("approve"))
    record_decisions(folder, PROFILE, "1:all,2:all", request("reopen"))
    for targets in ("2:all,1:all", "1:all,2:all"):
        with pytest.raises(UsageError, match=rf"Photo {targets[0]}, face 1 has no answer"):
            record_decisions(folder, PROFILE, targets, request("approve", by=B))


def test_what_people_recorded_of_faces_counts(folder: BatchStore) -> None:
    """A face that somebody added can be named from then on."""
    refused(record_decisions, folder, PROFILE, "4:1", request("redact"), match="It has none|There is no face 1")
    add_faces(folder, PROFILE, "4", ["100,100,180,200"], request(""))
    (made,) = record_decisions(folder, PROFILE, "4:1", request("redact"))
    assert (made.face, made.face_id) == (Box(100, 100, 180, 200), Box(100, 100, 180, 200))


# -- boxes that people draw

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
    ("", "is no box"),
    ("1,2,3", "is no box"),
    ("10%,20%,50,50", "is no box"),
    ("a,b,c,d", "is no box"),
    ("100,20,100,140", "is inside out"),
    ("101,20,100,140", "is inside out"),
    ("10,140,110,140", "is inside out"),
    ("10,141,110,140", "is inside out"),
    ("400,0,500,50", "lies outside the picture"),
    ("0,300,50,400", "lies outside the picture"),
    ("0,0,3,10", "is 3 × 10 pixels in the picture; a side has 4 at least"),
    ("0,0,10,3", "is 10 × 3 pixels in the picture; a side has 4 at least"),
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
    ("2", ["100,100,180,200"], request("not-a-face"), "'not-a-face' cannot be said of a face while it is added"),
    ("2", ["100,100,180,200"], request("approve"), "'approve' cannot be said of a face while it is added"),
    ("2", ["100,100,180,200"], request("finish"), "'finish' is no decision on a face"),
    ("2", ["100,100,180,200"], request("nonsense"), "'nonsense' is no decision on a face"),
    ("2", ["100,100,180,200"], request("release"), "needs the reference of the signed form"),
    ("2", ["100,100,180,200", "1,2,3"], request("redact"), "is no box"),
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


# -- lines of the log

COLUMNS = "at, by, kind, photo, source_sha256, face, value, note, known_as, account, machine"


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """A log of before 0.7, which has no accounts yet."""
    with closing(sqlite3.connect(":memory:")) as database:
        names = ", ".join(COLUMNS.split(", ")[:-2])
        database.execute(f"CREATE TABLE decisions (id INTEGER PRIMARY KEY AUTOINCREMENT, {names}, hash)")
        yield database


SAID = Decision("release", A, AT, 1, "1" * 64, LEFT, "WMP-1", "So.", RIGHT)
FINISHED = Decision("finish", A, AT)


def chained(connection: sqlite3.Connection) -> list[LogRow]:
    rows = list(read_rows(connection))
    assert first_break(rows, LogCounters(len(rows), 0)) is None
    return rows


def test_what_is_appended_is_read_again(connection: sqlite3.Connection) -> None:
    """Line by line, in a chain; of an earlier version's log without accounts, and of today's with them."""
    append_decisions(connection, [SAID, FINISHED])
    assert [decision_from_row(each) for each in chained(connection)] == [SAID, FINISHED]
    assert all(decision_from_row(each).signed_in is None for each in chained(connection))
    for name in ("account", "machine"):
        connection.execute(f"ALTER TABLE decisions ADD COLUMN {name} TEXT")
    append_decisions(connection, [SAID])
    last = chained(connection)[-1]
    assert last.untrusted_fields[-2:] == (signed_in().account, signed_in().machine)
    assert decision_from_row(last).signed_in == signed_in()
    assert [each.number for each in read_rows(connection, about_batch=True)] == [2]
    connection.execute("UPDATE decisions SET note = CAST(x'ff' AS TEXT) WHERE id = 1")
    assert next(read_rows(connection)).untrusted_fields[8] == "\udcff"
    assert [each.number for each in read_rows(connection)] == [1, 2, 3]
    assert connection.text_factory is str


def test_lines_are_read_in_their_order(connection: sqlite3.Connection) -> None:
    """Also where a reader stops half-way, and the database reads texts as before."""
    append_decisions(connection, [FINISHED] * 3)
    reading = read_rows(connection)
    assert next(reading).number == 1
    del reading
    assert connection.text_factory is str


def test_hashes_are_added_to_what_has_none(connection: sqlite3.Connection) -> None:
    """The same as if they had been there from the beginning."""
    append_decisions(connection, [SAID, FINISHED, SAID])
    before = chained(connection)
    connection.execute("UPDATE decisions SET hash = ''")
    add_hashes(connection)
    assert chained(connection) == before
    assert before[0].untrusted_hash == entry_hash(START_HASH, before[0].untrusted_fields)


def test_an_id_is_never_given_twice(connection: sqlite3.Connection) -> None:
    """It follows the highest that there is, or ever was; the chain goes on from the last line that is there."""
    append_decisions(connection, [FINISHED] * 3)
    connection.execute("DELETE FROM decisions WHERE id = 3")
    append_decisions(connection, [FINISHED])
    two, four = list(read_rows(connection))[1:]
    assert (two.number, four.number) == (2, 4)
    assert four.untrusted_hash == entry_hash(two.untrusted_hash, four.untrusted_fields)
    connection.execute("UPDATE sqlite_sequence SET seq = 1 WHERE name = 'decisions'")
    append_decisions(connection, [FINISHED])
    assert [each.number for each in read_rows(connection)] == [1, 2, 4, 5]
    connection.execute("UPDATE sqlite_sequence SET seq = 'x' WHERE name = 'decisions'")
    append_decisions(connection, [FINISHED])
    assert [each.number for each in read_rows(connection)][-1] == 6


DAMAGE: list[tuple[str, str | int | None]] = [
    ("UPDATE decisions SET hash = ?", None),
    ("UPDATE decisions SET hash = ?", 5),
    ("UPDATE sqlite_sequence SET seq = ?", MOST),
    ("UPDATE decisions SET id = ?", MOST),
]


@pytest.mark.parametrize(("statement", "value"), DAMAGE)
def test_nothing_follows_what_is_damaged(
    connection: sqlite3.Connection, statement: str, value: str | int | None
) -> None:
    """A hash that is none, or a number that no log can have."""
    append_decisions(connection, [FINISHED])
    connection.execute(statement, (value,))
    with pytest.raises(BatchError, match="The log of decisions is damaged"):
        append_decisions(connection, [FINISHED])
    assert connection.execute("SELECT count(*) FROM decisions").fetchone() == (1,)


def test_a_number_below_nothing_is_damage(connection: sqlite3.Connection) -> None:
    """In the line and in the database's own counter."""
    append_decisions(connection, [FINISHED])
    connection.execute("UPDATE decisions SET id = -1")
    connection.execute("UPDATE sqlite_sequence SET seq = -1")
    with pytest.raises(BatchError, match="The log of decisions is damaged"):
        append_decisions(connection, [FINISHED])


def test_a_log_ends_and_begins(connection: sqlite3.Connection) -> None:
    """Up to the last number that there may be; a stray byte is told as such."""
    append_decisions(connection, [FINISHED])
    connection.execute("UPDATE sqlite_sequence SET seq = ?", (MOST - 1,))
    append_decisions(connection, [FINISHED])
    assert [each.number for each in read_rows(connection)] == [1, MOST]
    connection.execute("DELETE FROM sqlite_sequence")
    connection.execute("DELETE FROM decisions")
    connection.execute("INSERT INTO sqlite_sequence VALUES ('decisions', 0)")
    with pytest.raises(UsageError, match="holds bytes that are no UTF-8"):
        append_decisions(connection, [replace(FINISHED, by="stray \udcff byte")])
    append_decisions(connection, [FINISHED])
    assert [each.number for each in chained(connection)] == [1]


def line(**changed: Any) -> LogRow:
    """A line of the log, with what somebody has altered."""
    whole: dict[str, Any] = {
        "id": 7, "at": AT, "by": A, "kind": "release", "photo": 1, "source_sha256": "1" * 64, "face": "[1, 2, 30, 40]",
        "value": "WMP-1", "note": "So.", "known_as": "[5, 6, 70, 80]", "account": "aofficer", "machine": "PC-3",
    }  # fmt: skip
    return LogRow(tuple((whole | changed).values()), "f" * 64)


def test_a_line_is_the_decision_that_it_was() -> None:
    """With nothing in another's place."""
    read = decision_from_row(line())
    known = Decision("release", A, AT, 1, "1" * 64, Box(1, 2, 30, 40), "WMP-1", "So.", Box(5, 6, 70, 80))
    assert (read, read.signed_in) == (known, SignedIn("aofficer", "PC-3"))
    bare = decision_from_row(line(photo=None, face=None, known_as=None, account=None, machine="PC-3"))
    assert (bare.photo, bare.face, bare.face_id, bare.signed_in) == (None, None, None, SignedIn("", "PC-3"))
    assert decision_from_row(line(machine=None)).signed_in == SignedIn("aofficer", "")
    assert decision_from_row(LogRow(line().untrusted_fields[:10], "")).signed_in is None


ALTERED: list[dict[str, Any]] = [
    *({name: value} for name in ("at", "by", "kind", "source_sha256", "value", "note") for value in (None, 5, b"x")),
    *({name: "\udcff"} for name in ("at", "by", "kind", "source_sha256", "value", "note", "account", "machine")),
    *({name: value} for name in ("account", "machine") for value in (5, b"x")),
    *({"photo": value} for value in (0, -1, "1", 1.5, MOST + 1)),
    *(
        {name: value}
        for name in ("face", "known_as")
        for value in ("", "no box", "[1, 2, 3]", "[30, 2, 1, 40]", "[1, 2, 30, 1]", 5, '["1", 2, 3, 4]')
    ),
]


@pytest.mark.parametrize("changed", ALTERED)
def test_a_line_that_was_altered_is_named(changed: dict[str, Any]) -> None:
    """And nobody guesses what it said."""
    with pytest.raises(BatchError, match="Entry 7 of the decisions was altered and cannot be read"):
        decision_from_row(line(**changed))


def test_what_was_vetted_is_told_by_the_newest_entry() -> None:
    """Of imgvet's own entries, not of what people said; one that is about no photo says nothing."""
    entries = [
        line(kind="vetted", value="a"), line(kind="vetted", value="b", photo=2), line(kind="vetted", value="c"),
        line(value="d"), line(kind="vetted", value="e", photo=None),
    ]  # fmt: skip
    assert vetted_of(entries) == {1: "c", 2: "b"}
    assert decisions_of(entries) == (decision_from_row(entries[3]),)


def test_what_many_decisions_share_is_kept_once() -> None:
    """Twenty thousand photos with their names and boxes are little that way."""
    one, other = decisions_of([line(), line(id=8, note="Another", face="[1, 2, 30, 40]", at="2026-06-15")])
    assert one.by is other.by
    assert one.face is other.face
    assert other == replace(one, note="Another", at="2026-06-15")


# -- the log, as people read it


def test_a_head_is_checked_as_it_was_written_down(folder: BatchStore) -> None:
    """With 16 digits or all; a log of which more was noted has another head."""
    folder.decide(FINISHED)
    log = folder.log()
    assert check_log(log) == LogCheck(len(log.rows), log.head, None)
    for noted in (log.head, log.head[:16], f" {log.head[:20].upper()} "):
        assert check_log(log, noted).broken is None, noted
    for noted in (log.head[:15], f"{log.head}0", "g" * 16, " "):
        with pytest.raises(UsageError, match="is no head of a log") as told:
            check_log(log, noted)
        assert told.value.hint == "A head has 64 digits 0-9 and a-f; give 16 at least."
    other = check_log(log, "f" * 16)
    assert other.broken is not None
    assert other.as_json() == {
        "whole": False, "entries": len(log.rows), "head": log.head, "entry": None, "problem": other.broken.reason,
    }  # fmt: skip
    assert check_log(log).as_json() == {
        "whole": True, "entries": len(log.rows), "head": log.head, "entry": None, "problem": None,
    }  # fmt: skip


def test_nobody_acts_on_a_log_that_was_altered(folder: BatchStore) -> None:
    """One that is whole stops nothing."""
    folder.decide(FINISHED)
    check_unaltered(folder.log(), folder.path)
    log = folder.log()
    gone = replace(log, rows=log.rows[1:])
    with pytest.raises(BatchError, match=r"The log of decisions is not what was written\. Entry 1 is missing") as told:
        check_unaltered(gone, folder.path)
    assert "imgvet log" in str(told.value.hint)
    assert "--verify" in str(told.value.hint)


def test_history_tells_each_decision_by_todays_numbers(folder: BatchStore) -> None:
    """Of the batch, of one photo, of one face; what is about another picture says so."""
    add_faces(folder, PROFILE, "1", ["300,200,350,260"], request(""))
    record_decisions(folder, PROFILE, "1:2", request("staff"))
    record_decisions(folder, PROFILE, "1:2", request("approve", by=B))
    record_decisions(folder, PROFILE, "1", request("exclude", note="No"))
    record_decisions(folder, PROFILE, "2:1", request("redact"))
    folder.decide(
        FINISHED, Decision("redact", A, AT, 1, "f" * 64, LEFT, face_id=LEFT), Decision("clock", B, AT)
    )  # fmt: skip
    log = folder.log()
    entries = [each for each in history(log, PHOTOS) if each.decision.kind != "clock"]
    assert [
        (each.decision.kind, each.photo, each.face, each.one_account, each.another_picture) for each in entries
    ] == [
        ("add-face", 1, 3, False, False), ("staff", 1, 2, False, False), ("approve", 1, 2, True, False),
        ("exclude", 1, None, False, False), ("redact", 2, 1, False, False), ("finish", None, None, False, False),
        ("redact", 1, None, False, True),
    ]  # fmt: skip

    def kinds(about: str, **more: bool) -> list[str]:
        return [each.decision.kind for each in history(log, PHOTOS, about, **more)]

    assert kinds("1") == ["add-face", "staff", "approve", "exclude", "redact"]
    assert kinds("01") == kinds("IMG_1.jpg") == kinds("1")
    assert kinds("1:2") == ["staff", "approve"]
    assert kinds("1:3") == ["add-face"]
    assert kinds("1:all") == ["add-face", "staff", "approve"]
    assert kinds("2:1") == ["redact"]
    assert kinds("4") == []
    assert kinds("4", own_entries=True) == ["vetted"]
    assert kinds("1:2", own_entries=True) == ["staff", "approve"]
    for about, reason in (("9", "There is no photo '9'"), ("1:4", "There is no face 4 in photo 1")):
        with pytest.raises(UsageError, match=reason):
            kinds(about)
    numbered = [(each.number, each.decision.kind, each.hash) for each in history(log, PHOTOS, own_entries=True)]
    assert numbered == [(each.number, each.untrusted_fields[3], each.untrusted_hash) for each in log.rows]


def rows_of(*lines: LogRow) -> Any:
    return DecisionLog(
        rows=[
            replace(each, untrusted_fields=(number, *each.untrusted_fields[1:])) for number, each in enumerate(lines, 1)
        ],
        counters=LogCounters(len(lines), 0),
    )


def test_history_when_originals_have_moved_on() -> None:
    """A number that another original has now is not the photo's; nor is one without an original anything's."""
    here = {"source_sha256": "1" * 64, "face": "[10, 10, 60, 70]", "known_as": "[10, 10, 60, 70]"}
    lines = [
        line(**here, photo=9),  # the photo had another number then
        line(photo=2, source_sha256="e" * 64),  # another original had the number 2
        line(photo=None, source_sha256="", face=None, known_as=None, kind="finish"),
        line(photo=5, source_sha256="", face=None, known_as=None, kind="exclude"),
        line(face="altered"),
        line(**here, photo=9, kind="approve", value="release WMP-1", by=B),
        line(**here, photo=9, kind="approve", value="release WMP-1", by=B, machine="PC-4"),
    ]
    photos = [*PHOTOS, replace(PHOTOS[0], number=8), replace(PHOTOS[3], source_sha256="")]
    entries = list(history(rows_of(*lines), photos))
    assert [(each.number, each.photo, each.face, each.another_picture, each.one_account) for each in entries] == [
        (1, 1, 1, False, False), (2, 2, None, True, False), (3, None, None, False, False), (4, 5, None, False, False),
        (6, 1, 1, False, True), (7, 1, 1, False, False),
    ]  # fmt: skip
    about = [each.number for each in history(rows_of(*lines), [replace(PHOTOS[1], source_sha256="")], "2")]
    assert about == [2]


def test_history_leaves_out_what_imgvet_recorded_of_the_rules() -> None:
    """Though it is a kind that people record, too."""
    rules = {"photo": None, "source_sha256": "", "face": None, "known_as": None, "kind": "rules"}
    log = rows_of(line(**rules, by="imgvet"), line(**rules))
    assert [each.number for each in history(log, PHOTOS)] == [2]
    assert [each.number for each in history(log, PHOTOS, own_entries=True)] == [1, 2]


def test_an_entry_as_json_has_all_that_is_known_of_it() -> None:
    """Nothing where there is nothing."""
    said = replace(decision_from_row(line()), note="So.")
    entry = LogEntry(7, said, "f" * 64, 1, 2, one_account=True, another_picture=False)
    assert entry.as_json() == {
        "entry": 7, "at": AT, "by": A, "kind": "release", "photo": 1, "face": 2, "box": [1, 2, 30, 40],
        "value": "WMP-1", "note": "So.", "source_sha256": "1" * 64, "another_picture": False, "account": "aofficer",
        "machine": "PC-3", "one_account": True, "hash": "f" * 64,
    }  # fmt: skip
    bare = replace(entry, decision=replace(said, face=None, signed_in=None)).as_json()
    assert (bare["box"], bare["account"], bare["machine"]) == (None, None, None)
