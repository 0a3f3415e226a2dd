"""Hand work: faces that people add; and that nothing they said is lost, whatever the detector finds the next time."""

import contextlib
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.batch import run
from imgvet.batch import settings as batch_settings
from imgvet.batch.decisions.add_faces import MIN_SIDE, add_faces, parse_box
from imgvet.batch.decisions.record import DecisionRequest, record_decisions
from imgvet.batch.decisions.state import face_records
from imgvet.batch.gate import has_new_numbers
from imgvet.batch.store import BatchStore, create_or_open, open_batch
from imgvet.decisions import Answer, Decision, FaceRecord
from imgvet.errors import UsageError
from imgvet.faces.matching import match_faces, merge_face_records, same_face
from imgvet.geometry import Box
from imgvet.photo import Event, Face, Finding, Photo, Verdict
from imgvet.photo_jobs import PhotoJob, VettedPhoto
from imgvet.pipeline import vet_one
from imgvet.profile import parse_profile
from imgvet.reports.write_all import write_all
from imgvet.settings import Settings
from imgvet.stages import Kit
from support.commands import Imgvet, Ran, run_and_kill, run_process
from support.earlier_batches import turn_back
from support.folders import photo_names, public_files, rows
from support.forms import signed
from support.pictures import landscape, portrait, save_photo
from support.shared import Shared
from support.sheets import rows_about

EVENT = ("--event", "Open Day", "--link", "https://www.example.org/open-day")
BY = ("--by", "A. Officer")
CHANGE = ("--change-profile", *BY, "--note", "the words were wrong")
HIDDEN = Answer("redact")


def taken_down(batch: Path) -> list[Decision]:
    folder = open_batch(batch)
    decisions = [each for each in folder.snapshot().decisions if not each.is_by_imgvet]
    folder.database.close()
    return decisions


# -- which face is which

sides = st.integers(0, 60)
lengths = st.integers(1, 40)
boxes = st.builds(lambda x, y, w, h: Box(x, y, x + w, y + h), sides, sides, lengths, lengths)


@st.composite
def crowds(draw: st.DrawFn) -> tuple[list[Face], list[FaceRecord]]:
    """Faces and known faces that crowd and overlap each other."""
    found = draw(st.lists(boxes, max_size=6))
    first = draw(st.lists(boxes, max_size=6, unique=True))
    faces = [Face(number, box, 0.9) for number, box in enumerate(found, 1)]
    known = [
        FaceRecord(name, draw(boxes | st.just(name)), drawn=draw(st.booleans()), stays=draw(st.booleans()))
        for name in first
    ]
    return faces, known


def told(faces: Sequence[Face], known: Sequence[FaceRecord]) -> set[tuple[int, Box]]:
    return {(face.number, each.face_id) for face, each in match_faces(faces, known)}


@given(crowds(), st.randoms(use_true_random=False))
def test_a_face_is_at_most_one_known_face_and_order_makes_no_difference(
    crowd: tuple[list[Face], list[FaceRecord]], chance: Any
) -> None:
    """One decision never answers for two faces, a face never takes two, and none is left over that has a place."""
    faces, known = crowd
    pairs = told(faces, known)
    assert len({number for number, _ in pairs}) == len(pairs) == len({first for _, first in pairs})
    assert told(chance.sample(faces, len(faces)), chance.sample(known, len(known))) == pairs
    for face in faces:
        for each in known:
            free = face.number not in {number for number, _ in pairs} and each.face_id not in {
                name for _, name in pairs
            }
            assert not (free and same_face(face.box, each.box, by_hand=each.drawn))


@given(crowds())
def test_knowing_faces_twice_changes_nothing(crowd: tuple[list[Face], list[FaceRecord]]) -> None:
    """What a run wrote down is what the next finds, so nothing is made again that need not be."""
    faces, known = crowd
    once = merge_face_records(faces, known)
    assert merge_face_records(once, known) == once
    staying = {each.face_id for each in known if each.stays}
    assert staying <= {face.face_id for face in once}  # nobody who was spoken of is lost
    for face in once:
        for each in known:
            if each.stays and each.face_id == face.face_id:
                assert face.box.joined(each.box) == face.box  # what was to be covered is


@pytest.mark.parametrize(("other", "by_hand", "same"), [
    (Box(102, 103, 202, 233), False, True),  # the machine moved it a little
    (Box(80, 50, 220, 260), True, True),  # the whole head, drawn round it
    (Box(90, 80, 210, 250), False, True),  # a generous machine; overlap 0.64
    (Box(60, 20, 240, 260), True, True),  # a head with its hair; overlap 0.3
    (Box(60, 20, 240, 260), False, False),  # no machine draws one face like that twice
    (Box(130, 140, 170, 200), True, False),  # far smaller: somebody before them
    (Box(100, 100, 320, 320), True, False),  # it holds the face, but as one of a group, in its corner
    (Box(0, 0, 300, 700), True, False),  # a whole person
    (Box(200, 100, 300, 230), True, False),  # whoever sits beside them
])  # fmt: skip
def test_what_counts_as_the_same_face(other: Box, by_hand: bool, same: bool) -> None:
    """Half of them in common; or one in the middle of the other, where one was drawn by hand. Else they are two."""
    face = Box(100, 100, 200, 230)
    assert same_face(face, other, by_hand=by_hand) is same
    assert same_face(other, face, by_hand=by_hand) is same


def test_the_closest_face_takes_the_answer_and_the_other_stays_open() -> None:
    """A release for one of two that stand close together frees one of them."""
    faces = [Face(1, Box(0, 0, 100, 100), 0.9), Face(2, Box(20, 0, 120, 100), 0.9)]
    (known,) = face_records([said("release", Box(18, 0, 118, 100))])
    assert told(faces, [known]) == {(2, known.face_id)}


def test_a_name_tells_more_than_any_place() -> None:
    """A face that was told before stays who it is, though another comes to lie where it was first spoken of."""
    known = FaceRecord(Box(0, 0, 100, 100), Box(0, 0, 160, 160), drawn=True, stays=True)
    faces = [Face(1, known.face_id, 0.9), Face(2, known.box, 1.0, added=True, face_id=known.face_id)]
    assert told(faces, [known]) == {(2, known.face_id)}


def said(kind: str, face: Box, known_as: Box | None = None) -> Decision:
    return Decision(kind, "A. Officer", "2026-06-14T10:00:00+00:00", 1, "", face, "WMP-14", face_id=known_as)


def test_two_faces_that_overlap_keep_their_own_decisions() -> None:
    """Each decision says which face it is about, so a newer one on one of them never replaces the other's."""
    one, other = Box(0, 0, 100, 100), Box(30, 0, 130, 100)
    assert one.overlap(other) > 0.5
    known = face_records([said("redact", one, one), said("not-a-face", other, other)])
    assert [(each.face_id, each.answer) for each in known] == [
        (one, Answer("redact", "WMP-14")), (other, Answer("not-a-face", "WMP-14")),
    ]  # fmt: skip


def test_new_numbers_are_noticed() -> None:
    """A checklist that lies printed on a desk is of no use once a number means somebody else."""
    left, right = Face(1, Box(0, 0, 50, 60), 0.9), Face(2, Box(200, 0, 250, 60), 0.9)
    before = Photo("a.jpg", faces=(left, right))
    assert not has_new_numbers(before, replace(before, faces=(left, right, replace(left, number=3))))
    assert has_new_numbers(before, replace(before, faces=(replace(right, number=1), replace(left, number=2))))
    assert has_new_numbers(before, replace(before, faces=(left,)))


# -- adding faces, as people do it


def two_landscapes_and_portrait(folder: Path) -> None:
    save_photo(folder / "photos" / "1.jpg", landscape(1))
    save_photo(folder / "photos" / "2.jpg", landscape(2))
    save_photo(folder / "photos" / "3.jpg", portrait())
    assert run_process(("batch", "photos", "--out", "b", *EVENT), folder).code == 0
    assert photo_names(folder / "b" / "flickr") == ["open-day-001.jpg", "open-day-002.jpg"]


@pytest.fixture
def batch(shared: Shared, tmp_path: Path) -> Path:
    """Two landscapes that may go out, and a portrait that waits."""
    shared.copied(two_landscapes_and_portrait, tmp_path)
    return tmp_path / "b"


def status(imgvet: Imgvet) -> tuple[Ran, dict[int, dict[str, Any]]]:
    ran = imgvet("status", "b", "--json")
    return ran, {line["number"]: line for line in ran.lines}


def test_an_added_face_holds_its_photo_back(imgvet: Imgvet, batch: Path) -> None:
    """At once in words, and with its file from finish on; only the photo that has it is made again."""
    ran = imgvet("decide", "b", "1", "--add-face", "100,200,180,300", "--note", "On the left", *BY)
    assert ran.code == 0
    assert "face 1 is added at 100, 200, 180, 300" in ran.err
    assert "Photo 1: open-day-001.jpg, Open Day (1). A face has no decision." in ran.err
    assert "Next: imgvet finish b" in ran.err
    ran, photos = status(imgvet)
    assert ran.code == 1
    assert "1 decision has not been applied yet." in ran.err
    assert "Photo 1: open-day-001.jpg, Open Day (1). A face has no decision." in ran.err
    assert "Next: imgvet finish b" in ran.err
    assert photos[1]["verdict"] == "release"
    before = public_files(batch)
    assert "Photos: 1 to vet, 2 done before." in imgvet("finish", "b").err
    assert photo_names(batch / "flickr") == ["open-day-002.jpg"]
    assert photo_names(batch / "held") == ["open-day-001.jpg", "open-day-003.jpg"]
    assert [(row["photo"], row["face"], row["sure"], row["open"]) for row in rows_about(batch / "checklist.csv")] == [
        ("1", "1", "added by hand", "open"),
        ("3", "1", "likely", "open"),
    ]
    page = (batch / "checklist.html").read_text(encoding="utf-8")
    assert 'alt="Close-up of face 1, ' in page
    assert "added by hand" in page
    assert public_files(batch)["contact-sheet-1.jpg"] != before["contact-sheet-1.jpg"]
    ran, photos = status(imgvet)
    assert "may no longer be published" not in ran.err
    assert "not been applied yet" not in ran.err
    assert photos[1]["faces"] == [
        {"number": 1, "box": [100, 200, 180, 300], "score": 1.0, "possible": False, "resolved": None}
        | {"refused": False, "doubt": ""}
        | {"added": True, "found": False}
    ]
    assert [finding["rule"] for finding in photos[1]["findings"]] == ["face-release"]
    assert "Photos: 0 to vet, 3 done before." in imgvet("finish", "b").err
    (decision,) = taken_down(batch)
    assert (decision.kind, decision.by, decision.note) == ("add-face", "A. Officer", "On the left")
    assert decision.at.startswith("20")


def test_faces_are_added_and_decided_on_in_one_step(imgvet: Imgvet, batch: Path) -> None:
    """Two of them, in per cent, and hidden; the photo goes out without them."""
    before = cv2.imread(str(batch / "flickr" / "open-day-001.jpg"))
    assert before is not None
    words = ("--add-face", "10%,25%,20%,50%", "--add-face", " 50.05 % , 25%, 60%, 50% ")
    assert "4 decisions" in imgvet("decide", "b", "1", "redact", *words, *BY).err
    assert imgvet("finish", "b").code == 0
    _, photos = status(imgvet)
    assert [(face["box"], face["resolved"]) for face in photos[1]["faces"]] == [
        ([120, 200, 240, 400], "redact"),
        ([600, 200, 720, 400], "redact"),  # 600.6 rounded outwards
    ]
    after = cv2.imread(str(batch / "flickr" / "open-day-001.jpg"))
    assert after is not None
    changed = np.abs(after.astype(int) - before.astype(int)).mean(axis=2)
    assert changed[200:400, 120:240].mean() > 4 * changed[0:100, 300:500].mean() + 4
    assert changed[200:400, 600:720].mean() > 4 * changed[0:100, 300:500].mean() + 4


def test_an_added_face_can_be_answered_like_any_other(imgvet: Imgvet, batch: Path) -> None:
    """Released in the step that adds it, then no face after all, then open again; never silently gone."""
    signed(batch.parent, "WMP-14")
    imgvet("decide", "b", "open-day-002", "release", "WMP-14", "--add-face", "100,200,180,300", *BY)
    imgvet("finish", "b")
    assert "open-day-002.jpg" in photo_names(batch / "flickr")
    assert rows_about(batch / "checklist.csv")[0]["open"] == "release WMP-14"
    assert imgvet("decide", "b", "2:1", "not-a-face", *BY).code == 0
    assert "0 to vet" in imgvet("finish", "b").err
    assert "open-day-002.jpg" in photo_names(batch / "flickr")
    assert (rows_about(batch / "checklist.csv")[0]["sure"], rows_about(batch / "checklist.csv")[0]["open"]) == (
        "added by hand",
        "not-a-face",
    )
    imgvet("decide", "b", "2:1", "reopen", *BY)
    imgvet("finish", "b")
    assert "open-day-002.jpg" in photo_names(batch / "held")
    imgvet("batch", "photos", "--out", "b", *EVENT, "--redact", "unreleased", *CHANGE)
    assert "open-day-002.jpg" in photo_names(batch / "flickr")
    (row,) = rows(batch / "checklist.csv")
    assert row["open"].startswith("Nothing is open: every face, every area and every question of ")


def test_numbers_of_the_checklist_hold_until_it_is_written_again(imgvet: Imgvet, batch: Path) -> None:
    """Who adds a face to the left and then decides by the paper means the other; finish says that numbers change."""
    signed(batch.parent, "WMP-14")
    ran = imgvet("decide", "b", "3", "--add-face", "10,60,100,170", *BY)
    assert "face 2 is added" in ran.err
    imgvet("decide", "b", "3:1", "release", "WMP-14", *BY)
    ran = imgvet("finish", "b")
    assert "Faces were renumbered in photo 3: use the new checklist." in ran.err
    assert [(row["face"], row["sure"], row["open"]) for row in rows_about(batch / "checklist.csv")] == [
        ("1", "added by hand", "open"),
        ("2", "likely", "release WMP-14"),
    ]


def test_a_box_round_a_found_face_is_that_face(imgvet: Imgvet, batch: Path) -> None:
    """It is not asked twice; it keeps its answer, and the larger box is the one that is hidden."""
    signed(batch.parent, "WMP-14")
    imgvet("decide", "b", "3:1", "release", "WMP-14", *BY)
    _, photos = status(imgvet)
    (found,) = photos[3]["faces"]
    head = Box(*found["box"]).grown(0.3)
    ran = imgvet("decide", "b", "3", "--add-face", ",".join(map(str, head.as_list())), *BY)
    assert "face 1 is already there" in ran.err
    assert "its decision is release WMP-14" in ran.err
    imgvet("finish", "b")
    _, photos = status(imgvet)
    (face,) = photos[3]["faces"]
    assert (face["box"], face["resolved"], face["added"], face["found"]) == (
        head.as_list(), "release WMP-14", True, True,
    )  # fmt: skip


CANNOT_BE_ADDED = [
    (("1", "--add-face", "1,2,3"), "'1,2,3' is not a box"),
    (("1", "--add-face", "1,2,3,x"), "is not a box"),
    (("1", "--add-face", "nan,2,30,40"), "is not a box"),
    (("1", "--add-face", "10%,20%,30%,40"), "is not a box"),
    (("1", "--add-face", "180,200,100,300"), "is not valid"),
    (("1", "--add-face", "100,300,180,300"), "is not valid"),
    (("1", "--add-face", "1300,200,1400,300"), "is outside the picture"),
    (("1", "--add-face", "100,200,103,300"), "is 3 × 100 pixels"),
    (("1", "--add-face", "-50,200,3,300"), "is 3 × 100 pixels"),
    (("1", "--add-face", "100,200,180,300", "--add-face", "0,0,0,0"), "is not valid"),
    (("1:1", "--add-face", "100,200,180,300"), "is not one photo"),
    (("1,2", "--add-face", "100,200,180,300"), "is not one photo"),
    (("9", "--add-face", "100,200,180,300"), "There is no photo '9'"),
    (("1", "reopen", "--add-face", "100,200,180,300"), "cannot be decided while a face is added"),
    (("1", "exclude", "--add-face", "100,200,180,300", "--note", "x"), "cannot be decided"),
    (("1", "staff", "--add-face", "100,200,180,300"), "'staff' cannot be decided for a face under this profile"),
    (("1", "release", "--add-face", "100,200,180,300"), "needs the reference"),
    (("1", "not-identifiable", "--add-face", "100,200,180,300"), "needs a reason"),
    (("1",), "No decision was given"),
    (("4", "--add-face", "1,2,30,40"), "Photo 4 failed"),
]  # fmt: skip


def test_what_cannot_be_a_face_is_refused_whole(imgvet: Imgvet, batch: Path, tmp_path: Path) -> None:
    """With the reason, the photo's size and an example; nothing is taken down, not even the boxes that could be."""
    (tmp_path / "photos" / "4.jpg").write_bytes(b"\xff\xd8\xff\xe0 torn")
    imgvet("batch", "photos", "--out", "b", *EVENT)
    before = public_files(batch)
    for words, message in CANNOT_BE_ADDED:
        ran = imgvet("decide", "b", *words, *BY)
        assert ran.code == 2, words
        assert message in ran.err, words
        if "box" in message or "pixels" in message:
            assert "Photo 1 is 1200 × 800 pixels" in ran.err
            assert "e.g. --add-face 480,160,600,320" in ran.err
    assert taken_down(batch) == []
    assert public_files(batch) == before


@given(st.text("0123456789.,-% exX\u0661", max_size=24))
def test_any_text_is_a_box_in_the_picture_or_refused(text: str) -> None:
    """Whatever is typed, a box that is taken lies inside and has an area."""
    photo = Photo("a.jpg", width=50, height=40)
    with contextlib.suppress(UsageError):
        box = parse_box(photo, text)
        assert box == box.clipped(50, 40)
        assert min(box.width, box.height) >= MIN_SIDE


def test_a_photo_whose_original_is_gone_waits_with_its_added_face(imgvet: Imgvet, batch: Path, tmp_path: Path) -> None:
    """It cannot be made again, so it is held, and made once the original is back."""
    (tmp_path / "photos").rename(tmp_path / "away")
    imgvet("decide", "b", "1", "redact", "--add-face", "100,200,180,300", *BY)
    assert "3 unchanged (original missing)" in imgvet("finish", "b").err
    assert "open-day-001.jpg" in photo_names(batch / "held")
    assert rows_about(batch / "checklist.csv")[0]["sure"] == "added by hand"
    assert (
        rows_about(batch / "checklist.csv")[0]["open"]
        == "open: The face must be hidden, but is not hidden in the file yet."
    )
    (tmp_path / "away").rename(tmp_path / "photos")
    assert "1 to vet" in imgvet("finish", "b").err
    assert "open-day-001.jpg" in photo_names(batch / "flickr")
    assert rows_about(batch / "checklist.csv")[0]["open"] == "redact"


def test_a_hidden_face_that_grows_is_hidden_no_more_until_it_is_made_again(
    imgvet: Imgvet, batch: Path, tmp_path: Path
) -> None:
    """Somebody sees that the head is larger than what was hidden: the photo must not stay out as it is."""
    imgvet("decide", "b", "1", "redact", "--add-face", "400,200,480,300", *BY)
    imgvet("finish", "b")
    assert "open-day-001.jpg" in photo_names(batch / "flickr")
    (tmp_path / "photos").rename(tmp_path / "away")
    assert "face 1 is already there" in imgvet("decide", "b", "1", "--add-face", "390,190,490,320", *BY).err
    imgvet("finish", "b")
    assert "open-day-001.jpg" in photo_names(batch / "held")
    (tmp_path / "away").rename(tmp_path / "photos")
    imgvet("finish", "b")
    assert "open-day-001.jpg" in photo_names(batch / "flickr")
    _, photos = status(imgvet)
    assert [(face["box"], face["resolved"]) for face in photos[1]["faces"]] == [([390, 190, 490, 320], "redact")]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_killed_while_hand_work_is_applied_it_ends_the_same(imgvet: Imgvet, batch: Path, tmp_path: Path) -> None:
    """The event's words change, so all is made again; a run that dies in the middle of it ends as one that does not."""
    imgvet("decide", "b", "3:1", "redact", *BY)
    imgvet("decide", "b", "1", "--add-face", "100,200,180,300", *BY)
    signed(batch.parent, "WMP-14", event="", covers_from=date(2026, 1, 1))
    imgvet("decide", "b", "2", "release", "WMP-14", "--add-face", "100,200,180,300", *BY)
    imgvet("finish", "b")
    shutil.copytree(batch, tmp_path / "killed")
    again = ("--event", "Open Day of the year", "--date", "2026-06-14", "--workers", "1", "--rename", *CHANGE)
    imgvet("batch", "photos", "--out", "b", *again)
    run_and_kill(("batch", "photos", "--out", "killed", *again), tmp_path, b"1 of 3 vetted")
    assert "done before" in imgvet("batch", "photos", "--out", "killed", *again).err
    assert public_files(tmp_path / "killed") == public_files(batch)
    assert photo_names(batch / "flickr") == ["open-day-of-the-year-002.jpg", "open-day-of-the-year-003.jpg"]
    assert [row["open"] for row in rows_about(batch / "checklist.csv")] == ["open", "release WMP-14", "redact"]


def test_a_batch_of_before_opens_without_loss(imgvet: Imgvet, batch: Path, tmp_path: Path) -> None:
    """Decisions and records of imgvet 0.2 hold; an imgvet that knows no added faces does not open the batch after."""
    signed(tmp_path, "WMP-14")
    imgvet("decide", "b", "3:1", "release", "WMP-14", *BY)
    turn_back(batch, 1)
    (decision,) = taken_down(batch)
    assert (decision.kind, decision.value, decision.face_id) == ("release", "WMP-14", None)
    imgvet("decide", "b", "1", "--add-face", "100,200,180,300", *BY)
    imgvet("finish", "b")
    assert [row["open"] for row in rows_about(batch / "checklist.csv")] == ["open", "release WMP-14"]
    assert len(taken_down(batch)) == 2
    database = sqlite3.connect(batch / "private" / "batch.db")
    assert database.execute("PRAGMA user_version").fetchone() != (1,)
    database.close()


# -- another detector


@dataclass
class Office:
    """A batch in this process, whose detector finds what a test says."""

    folder: BatchStore
    photos: Path
    settings: Settings
    finds: list[Box]
    made: list[int] = field(default_factory=list)  # how many photos each run made
    fails: bool = False  # the workers die

    def run(self, *finds: Box, event: str = "Open Day") -> dict[int, Photo]:
        """Run the batch with a detector that finds these faces in every photo; the records by number."""
        self.finds[:] = finds
        asked, change = (
            replace(self.settings, event=Event(event)),
            batch_settings.ChangeRequest("A. Officer", "because"),
        )
        batch_settings.apply_settings(self.folder, asked, change, rename=True)
        self.settings = batch_settings.saved_settings(self.folder)
        work = run.plan_run(self.folder, sorted(self.photos.iterdir()), self.settings)
        list(run.vet_batch(self.folder, work, self.settings, workers=1, declare=None))
        run.place_photos(self.folder, self.settings)
        write_all(self.folder, self.settings, self.folder.snapshot())
        return {photo.number: photo for photo in self.folder.photos()}

    def says(self, target: str, kind: str, value: str = "") -> None:
        record_decisions(
            self.folder, self.settings.profile, target, DecisionRequest(kind, "A. Officer", value, "because")
        )

    def draws(self, target: str, box: Box, kind: str = "") -> None:
        add_faces(
            self.folder,
            self.settings.profile,
            target,
            [",".join(map(str, box.as_list()))],
            DecisionRequest(kind, "A. Officer"),
        )

    def published(self, photo: Photo) -> np.ndarray:
        shown = cv2.imread(str(self.folder.path / str(photo.output)))
        assert shown is not None
        return np.asarray(shown, np.uint8)


class Pretended:
    """A detector that finds what it is told."""

    def __init__(self, finds: list[Box]) -> None:
        self.finds = finds

    def find(self, *_: object, **__: object) -> tuple[Face, ...]:
        return tuple(Face(number, box, 0.9) for number, box in enumerate(self.finds, 1))


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """One photo of 1200 × 800 pixels, rough all over, so that what is hidden is smooth."""
    rough = np.random.default_rng(1).integers(0, 2, (160, 240, 1)).astype(np.uint8) * 255
    picture = cv2.resize(np.repeat(rough, 3, axis=2), (1200, 800), interpolation=cv2.INTER_NEAREST)
    save_photo(tmp_path / "photos" / "1.jpg", np.asarray(picture, np.uint8))
    settings = Settings(parse_profile("[faces]\nanswers = ['staff', 'not-a-face']", "test"), Event("Open Day"))
    office = Office(create_or_open(tmp_path / "b"), tmp_path / "photos", settings, [])
    kit = Kit(settings, Pretended(office.finds), ())  # type: ignore[arg-type]

    def vet_here(given: Iterable[PhotoJob], settings: Settings, workers: int, folder: Path) -> Iterator[VettedPhoto]:
        jobs = list(given)
        office.made.append(len(jobs))
        vets = died if office.fails else partial(vet_one, replace(kit, settings=settings))
        return map(vets, jobs)

    signed(tmp_path, "WMP-14", covers_from=None)
    monkeypatch.setattr(run, "vet_jobs", vet_here)
    monkeypatch.setattr(run, "model_digest", lambda: repr(office.finds))
    yield office
    office.folder.database.close()


def died(job: PhotoJob) -> VettedPhoto:
    finding = Finding("readable", Verdict.FAILED, "Its worker died.")
    return VettedPhoto(Photo(str(job.source), job.number, error="Its worker died.", findings=(finding,)))


def roughness(pixels: np.ndarray, box: Box) -> float:
    """Spread of brightness from pixel to pixel within small squares, averaged over the box."""
    region = pixels[box.top : box.bottom, box.left : box.right, 0].astype(float)
    return float(np.abs(np.diff(region, axis=1)).mean())


LEFT, MIDDLE, RIGHT = Box(100, 100, 200, 220), Box(500, 100, 600, 220), Box(900, 100, 1000, 220)
NOBODY: tuple[Box, ...] = ()


@pytest.mark.slow
def test_what_was_said_holds_when_the_detector_finds_nobody(office: Office) -> None:
    """Hidden stays hidden, refused blocks, released stands on the checklist, no face is none, drawn faces stay."""
    low = (Box(100, 500, 200, 620), Box(500, 500, 600, 620))
    office.run(LEFT, MIDDLE, RIGHT, *low)
    for target, kind, value in (("1:1", "release", "WMP-14"), ("1:2", "redact", ""), ("1:3", "refused", "")):
        office.says(target, kind, value)
    office.says("1:4", "not-a-face")
    office.says("1:5", "staff")
    office.draws("1", Box(900, 500, 1000, 620))
    before = office.run(LEFT, MIDDLE, RIGHT, *low)[1]
    after = office.run(*NOBODY)[1]
    assert [(face.box, face.resolved, face.refused, face.added, face.found) for face in after.faces] == [
        (LEFT, Answer("release", "WMP-14"), False, False, False),
        (MIDDLE, HIDDEN, False, False, False),
        (RIGHT, None, True, False, False),
        (low[1], Answer("staff"), False, False, False),
        (Box(900, 500, 1000, 620), None, False, True, False),
    ]
    assert after.verdict is before.verdict is Verdict.BLOCKED
    assert roughness(office.published(after), MIDDLE) < 0.3 * roughness(office.published(after), LEFT)
    listed = [(row["face"], row["sure"], row["open"]) for row in rows_about(office.folder.path / "checklist.csv")]
    assert listed[:2] == [("1", "no longer found", "release WMP-14"), ("2", "no longer found", "redact")]
    assert len(listed) == 5
    assert office.run(LEFT, MIDDLE, RIGHT, *low)[1].faces == before.faces  # and back again


def test_a_face_that_had_a_number_stays_until_somebody_answers_it(office: Office) -> None:
    """Nobody has said a word of them, and the detector finds them no more: they are open, printed, and told."""
    office.run(LEFT, MIDDLE, RIGHT)
    after = office.run(*NOBODY)[1]
    assert [(face.box, face.found, face.resolved) for face in after.faces] == [
        (LEFT, False, None),
        (MIDDLE, False, None),
        (RIGHT, False, None),
    ]
    assert after.verdict is Verdict.RELEASE
    assert [each.reason for each in after.findings if each.rule == "face-release"] == [
        f"Face {number} needs a release form. It was found earlier, but is no longer found." for number in (1, 2, 3)
    ]
    assert [row["sure"] for row in rows_about(office.folder.path / "checklist.csv")] == ["no longer found"] * 3
    office.says("1:1", "not-a-face")
    office.says("1:2", "staff")
    office.says("1:3", "redact")
    answered = office.run(*NOBODY)[1]
    assert [(face.box, str(face.resolved)) for face in answered.faces] == [(MIDDLE, "staff"), (RIGHT, "redact")]
    assert answered.verdict is Verdict.READY


def test_numbered_faces_stay_when_vetting_fails_meanwhile(office: Office) -> None:
    office.run(LEFT, MIDDLE)
    office.fails = True
    office.run(RIGHT)
    office.fails = False
    faces = office.run(RIGHT)[1].faces
    assert [(face.box, face.found) for face in faces] == [(LEFT, False), (MIDDLE, False), (RIGHT, True)]


def test_a_face_that_is_found_elsewhere_is_one_face_not_two(office: Office) -> None:
    """Another detector draws it a little elsewhere, and it is known by its first box; far off, it is another one."""
    office.run(LEFT)
    moved = Box(110, 110, 210, 230)
    (face,) = office.run(moved)[1].faces
    assert (face.box, face.face_id, face.found) == (LEFT.joined(moved), LEFT, True)
    assert [face.found for face in office.run(RIGHT)[1].faces] == [False, True]


def test_what_was_said_holds_for_a_face_that_moves(office: Office) -> None:
    """The boxes are drawn a little elsewhere, in another order; each keeps its own answer, and takes no other's."""
    office.run(LEFT, MIDDLE, RIGHT)
    for target, kind in (("1:1", "not-a-face"), ("1:2", "staff"), ("1:3", "redact")):
        office.says(target, kind)
    moved = [Box(box.left + 12, box.top - 9, box.right + 12, box.bottom - 9) for box in (RIGHT, LEFT, MIDDLE)]
    faces = office.run(*moved)[1].faces
    assert [(face.number, face.resolved) for face in faces] == [
        (1, Answer("not-a-face")), (2, Answer("staff")), (3, HIDDEN),
    ]  # fmt: skip
    assert faces[2].box == RIGHT.joined(moved[0])  # what was hidden stays hidden, and what is found now is, too
    office.says("1:1", "reopen")
    office.says("1:2", "redact")
    again = office.run(LEFT, MIDDLE, RIGHT)[1].faces
    assert [face.resolved for face in again] == [None, HIDDEN, HIDDEN]


def test_one_answer_never_does_for_two_faces(office: Office) -> None:
    """Where one was released, the next detector sees two close together: one of them waits."""
    office.run(LEFT)
    office.says("1:1", "release", "WMP-14")
    near = Box(LEFT.left + 30, LEFT.top, LEFT.right + 30, LEFT.bottom)
    assert near.overlap(LEFT) > 0.5
    photo = office.run(near, Box(LEFT.left - 2, LEFT.top, LEFT.right - 2, LEFT.bottom))[1]
    assert [face.resolved for face in photo.faces] == [Answer("release", "WMP-14"), None]
    assert photo.verdict is Verdict.RELEASE


def test_a_face_that_nobody_knows_again_is_asked_for_beside_the_old_one(office: Office) -> None:
    """In doubt there are two: the new box waits, and the old answer is not lost."""
    office.run(LEFT)
    office.says("1:1", "redact")
    elsewhere = Box(LEFT.left + 60, LEFT.top, LEFT.right + 60, LEFT.bottom)
    photo = office.run(elsewhere)[1]
    assert [(face.box, face.resolved, face.found) for face in photo.faces] == [
        (LEFT, HIDDEN, False), (elsewhere, None, True),
    ]  # fmt: skip


def test_a_drawn_head_and_the_face_found_in_it_later_are_one(office: Office) -> None:
    """The better detector finds what a person drew: one face, one answer, and all that was drawn is hidden."""
    head, face = Box(480, 60, 640, 260), Box(510, 130, 610, 250)
    office.run(*NOBODY)
    office.draws("1", head, "redact")
    assert [each.found for each in office.run(*NOBODY)[1].faces] == [False]
    photo = office.run(face)[1]
    (only,) = photo.faces
    assert (only.box, only.resolved, only.added, only.found, only.possible) == (head, HIDDEN, True, True, False)
    assert roughness(office.published(photo), head) < 0.3 * roughness(office.published(photo), LEFT)


@pytest.mark.parametrize("text", ["[decisions]\nsecond_person = ['not-a-face']", "[faces]\nanswers = ['staff']"])
def test_only_a_valid_not_a_face_keeps_nobody(office: Office, text: str) -> None:
    """To reopen a face answers nothing, nor does what waits for approval or the profile does not take."""
    office.run(LEFT, MIDDLE, RIGHT)
    office.says("1:1", "reopen")
    for answer in ("not-a-face", "reopen"):
        office.says("1:2", answer)
    office.says("1:3", "not-a-face")
    own = office.settings
    office.settings = replace(own, profile=parse_profile(text, "test"))
    photo = office.run(*NOBODY)[1]
    assert [(face.box, face.found, face.resolved) for face in photo.faces] == [
        (LEFT, False, None),
        (MIDDLE, False, None),
        (RIGHT, False, None),
    ]
    assert photo.verdict is not Verdict.READY
    office.settings = own
    office.run(*NOBODY)
    if batch_settings.pending_rules(office.folder):
        batch_settings.approve_rules(office.folder, "B. Officer")
    office.settings = own
    photo = office.run(*NOBODY)[1]
    assert [face.box for face in photo.faces] == [LEFT, MIDDLE]
    assert photo.verdict is Verdict.RELEASE


def test_drawing_a_face_where_somebody_saw_none_opens_it(office: Office) -> None:
    """The newest word holds: it is a face after all."""
    office.run(LEFT)
    office.says("1:1", "not-a-face")
    assert office.run(LEFT)[1].verdict is Verdict.READY
    office.draws("1", LEFT)
    photo = office.run(LEFT)[1]
    assert [(face.resolved, face.added) for face in photo.faces] == [(None, True)]


@pytest.mark.slow
def test_exclusions_and_answers_hold(office: Office) -> None:
    """They are about the photo, whatever is found in it."""
    office.settings = replace(
        office.settings, profile=parse_profile("[rules]\nlink-back = 'ask'", "test"), channel_name="flickr"
    )
    assert [each.rule for each in office.run(*NOBODY)[1].findings] == ["link-back"]
    office.says("1", "answer", "link-back")
    assert office.run(*NOBODY)[1].verdict is Verdict.READY
    assert office.run(LEFT)[1].verdict is Verdict.RELEASE
    office.says("1:1", "not-a-face")
    assert office.run(*NOBODY)[1].verdict is Verdict.READY
    office.says("1", "exclude")
    assert office.run(LEFT)[1].verdict is Verdict.BLOCKED
    assert [each.rule for each in office.run(*NOBODY)[1].findings] == ["excluded"]


def test_a_changed_event_makes_the_photo_again_with_its_faces(office: Office) -> None:
    """All of it holds in the file that has the new words."""
    office.run(LEFT, MIDDLE)
    office.says("1:1", "redact")
    office.draws("1", RIGHT, "redact")
    before = office.run(LEFT, MIDDLE)[1]
    after = office.run(LEFT, MIDDLE, event="Another day")[1]
    assert after.name == "another-day-001.jpg"
    assert after.faces == before.faces
    assert [face.resolved for face in after.faces] == [HIDDEN, None, HIDDEN]


@pytest.mark.slow
def test_only_what_looks_otherwise_is_made_again(office: Office) -> None:
    """Answers that hide nothing, and boxes that were there already, cost no photo its file; all else does."""
    steps: tuple[tuple[Callable[[], None], int], ...] = (
        (lambda: None, 1),
        (lambda: None, 0),
        (lambda: office.says("1:1", "release", "WMP-14"), 0),
        (lambda: office.draws("1", LEFT), 0),  # the very box of face 1
        (lambda: office.draws("1", MIDDLE), 1),
        (lambda: office.says("1:2", "staff"), 0),
        (lambda: office.draws("1", MIDDLE), 0),  # once more
        (lambda: office.says("1:2", "redact"), 1),
        (lambda: office.says("1:2", "redact"), 0),
        (lambda: office.draws("1", MIDDLE.grown(0.1)), 1),
        (lambda: office.says("1:2", "not-a-face"), 1),
        (lambda: office.says("1:all", "reopen"), 0),
    )
    for step, _ in steps:
        step()
        office.run(LEFT)
    assert office.made == [expected for _, expected in steps]


def test_another_picture_under_the_same_name_has_none_of_it(office: Office) -> None:
    """When the original changes, nobody has spoken of the new one; changed back, they have."""
    office.run(*NOBODY)
    office.draws("1", MIDDLE, "redact")
    assert len(office.run(*NOBODY)[1].faces) == 1
    original = next(office.photos.iterdir())
    whole = original.read_bytes()
    save_photo(original, landscape(5))
    assert office.run(*NOBODY)[1].faces == ()
    original.write_bytes(whole)
    assert [face.resolved for face in office.run(*NOBODY)[1].faces] == [HIDDEN]


def test_a_run_that_failed_forgets_nothing(office: Office) -> None:
    """The worker died and left no record of the picture; the next run knows its faces all the same."""
    office.run(LEFT)
    office.says("1:1", "redact")
    office.draws("1", RIGHT, "redact")
    office.fails = True
    assert office.run(LEFT)[1].verdict is Verdict.FAILED
    office.fails = False
    photo = office.run(*NOBODY)[1]
    assert [face.resolved for face in photo.faces] == [HIDDEN, HIDDEN]
    assert photo.verdict is Verdict.READY
