"""Forms among the photos: filed as scans in one step, never published, and suggested for the people beside them."""

import csv
import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.batch.form_suggestions import CLOSE, form_suggestions
from imgvet.batch.store import open_batch
from imgvet.capture_order import CaptureFacts, camera_mark, moment_of
from imgvet.decisions import Answer
from imgvet.geometry import Box
from imgvet.photo import Face, Photo, Problem, ProblemCode
from imgvet.releases.release import FormAnswer, Release
from imgvet.releases.scans import scans_folder
from imgvet.releases.store import open_register
from support.commands import Imgvet, Ran
from support.event_photos import ONE_FACE, TWO_FACES, form_photo, sample, seen_otherwise, taken

ONE, TWO, THREE = (f"QXZ-2026-00{number}" for number in (1, 2, 3))
SIGNED = date(2026, 6, 14)
BY = ("--by", "A. Officer")
FILE_OR_LEAVE_OUT = "Next: File the form that photo 1 shows, or leave the photo out:\n      "
START = datetime(2026, 6, 14, 14, 0, 0)
OK = FormAnswer(in_register=True)
KNOWN = {ONE: OK, TWO: OK, THREE: OK}


def add(folder: Path, *numbers: str, **otherwise: Any) -> None:
    """Forms in the register, signed for the open day, without scans."""
    with open_register(folder / "register.db") as register:
        register.reserve("QXZ", 2026, 9)
        form = Release("", "Zora Signed", signed_on=SIGNED, event="Open Day", channels=("all",))
        register.add([replace(form, reference=number, **otherwise) for number in numbers], "A. Officer")


def scan_of(folder: Path, number: str) -> bytes:
    """What the register keeps as the form's scan; empty where there is none."""
    with open_register(folder / "register.db") as register:
        form = register.find(number)
    assert form is not None
    return (scans_folder(folder / "register.db") / form.scan_name).read_bytes() if form.scan_name else b""


def person(path: Path, at: str, seed: int = 1, name: str = ONE_FACE, **how: Any) -> Path:
    return taken(path, seen_otherwise(sample(name), seed), at, **how)


@pytest.fixture
def event(tmp_path: Path) -> Path:
    """A person, and twenty seconds before it the form, by one camera; then two people."""
    taken(tmp_path / "photos/1.jpg", form_photo(ONE), "14:00:00")
    person(tmp_path / "photos/2.jpg", "14:00:20")
    person(tmp_path / "photos/3.jpg", "14:30:00", name=TWO_FACES)
    return tmp_path


def made(imgvet: Imgvet, *more: str) -> Ran:
    ran = imgvet("batch", "photos", "--out", "b", "--event", "Open Day", *more)
    assert ran.code in (0, 4), ran.err
    return ran


def status_of(imgvet: Imgvet) -> dict[int, dict[str, Any]]:
    return {line["number"]: line for line in imgvet("status", "b", "--json").lines}


def in_flickr(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "b/flickr").glob("*.jpg"))


# -- taken as a scan


def test_one_step_files_the_photos_that_show_forms(imgvet: Imgvet, event: Path) -> None:
    """The original is kept as it is, and the photo needs nothing more: no exclude, no line that stays for ever."""
    original = event / "photos/1.jpg"
    before = hashlib.sha256(original.read_bytes()).hexdigest()
    add(event, ONE)
    assert "Next: Photos show signed forms; file them as scans:" in made(imgvet).err
    told = imgvet("status", "b")
    assert f"This photo shows release form {ONE}" in told.err
    command = next(line.strip() for line in told.err.splitlines() if "release scan --batch" in line)
    assert command == "imgvet release scan --batch b --by NAME"
    ran = imgvet("release", "scan", "--batch", "b", *BY)
    assert ran.code == 0, ran.err
    assert f"filed under {ONE}." in ran.out
    assert "Every signed form for Open Day in the register has a scan." in ran.err
    assert "Next: imgvet status b" in ran.err
    assert scan_of(event, ONE) == original.read_bytes()
    assert hashlib.sha256(original.read_bytes()).hexdigest() == before

    told = imgvet("status", "b")
    assert told.code == 1  # people, and no longer 3: nothing is blocked
    assert "blocked" not in told.err
    assert f"Signed forms that are filed, and never published: photo 1 ({ONE})" in told.err
    assert "release scan" not in told.err
    photo = status_of(imgvet)[1]
    assert (photo["filed"], photo["verdict"], photo["shown_forms"]) == (True, "blocked", [ONE])
    again = imgvet("release", "scan", "--batch", "b", *BY)
    assert again.code == 0
    assert "No photo of 'b' shows a form that still needs its scan." in again.err


def test_what_is_filed_never_reaches_flickr(imgvet: Imgvet, event: Path) -> None:
    """Not even where the profile lets a person answer, and somebody has; before it is filed that person may."""
    (event / "imgvet.toml").write_text("[rules]\nrelease-form = 'ask'\n", "utf-8")
    add(event, ONE)
    made(imgvet)
    answered = imgvet("decide", "b", "1", "answer", "release-form", "--note", "A blank form", *BY)
    assert answered.code == 0, answered.err
    imgvet("decide", "b", "1:areas", "fine", "--note", "A blank form", *BY)
    imgvet("finish", "b")
    assert in_flickr(event) == ["open-day-001.jpg"]
    assert imgvet("release", "scan", "photos/1.jpg", *BY).code == 0  # by its path, which files it as well
    assert "may no longer be published" in imgvet("status", "b").err
    imgvet("finish", "b")
    assert in_flickr(event) == []
    assert imgvet("decide", "b", "1", "answer", "filed-form", "--note", "Please", *BY).code == 2
    assert imgvet("decide", "b", "1", "reopen", *BY).code == 0
    imgvet("finish", "b")
    assert in_flickr(event) == []
    for file in (event / "b").rglob("flickr.csv"):
        assert ONE not in file.read_text("utf-8-sig")


def test_a_form_is_filed_for_every_channel_alike(imgvet: Imgvet, event: Path) -> None:
    """It counts as filed for each, and is in the folder of none, although a person answered in time."""
    add(event, ONE)
    (event / "imgvet.toml").write_text("[rules]\nrelease-form = 'ask'\n", "utf-8")
    made(imgvet, "--channel", "flickr", "--channel", "x")
    imgvet("decide", "b", "1", "answer", "release-form", "--note", "A blank form", *BY)
    imgvet("decide", "b", "1:areas", "fine", "--note", "A blank form", *BY)
    imgvet("finish", "b")
    assert (event / "b/x/open-day-001.jpg").is_file()
    imgvet("release", "scan", "--batch", "b", *BY)
    imgvet("finish", "b")
    assert in_flickr(event) == []
    assert list((event / "b/x").glob("*.jpg")) == []
    told = imgvet("status", "b").err
    assert "flickr: 2 open, 1 filed" in told
    assert "x: 2 open, 1 filed" in told
    states = status_of(imgvet)[1]["channels"]
    assert [(each["state"], each["why"]) for each in states] == [("filed", f"it shows form {ONE}")] * 2


def test_a_batch_of_filed_forms_and_ready_photos_is_done(imgvet: Imgvet, event: Path) -> None:
    add(event, ONE)
    made(imgvet, "--redact", "all")
    imgvet("release", "scan", "--batch", "b", *BY)
    done = imgvet("finish", "b")
    assert done.code == 0
    assert in_flickr(event) == ["open-day-002.jpg", "open-day-003.jpg"]
    told = imgvet("status", "b")
    assert told.code == 0, told.err
    assert "Next: Upload what is in flickr/" in told.err


def test_a_form_that_is_not_in_the_register_is_added_first(imgvet: Imgvet, event: Path) -> None:
    add(event, TWO)
    made(imgvet)
    ran = imgvet("release", "scan", "--batch", "b", *BY)
    assert ran.code == 1
    assert f"{ONE} was printed, but is not in the register yet. To add it:" in ran.out
    assert f"imgvet release add {ONE} --person NAME" in ran.err
    assert not status_of(imgvet)[1]["filed"]
    told = imgvet("status", "b")
    assert told.code == 3
    assert "Signed forms that are not filed as scans yet: photo 1" in told.err
    assert "Next: Look whether" not in told.err
    assert imgvet("decide", "b", "2:1,3:1,3:2", "redact", *BY).code == 0
    imgvet("finish", "b")
    told = imgvet("status", "b")
    assert f"{FILE_OR_LEAVE_OUT}imgvet release scan --batch b --by NAME\n      imgvet decide b 1 exclude" in told.err


def test_an_original_that_has_changed_is_not_filed(imgvet: Imgvet, event: Path) -> None:
    """Whatever is in its place now, it is not the photo that the batch has."""
    add(event, ONE, TWO)
    made(imgvet)
    taken(event / "photos/1.jpg", form_photo(TWO), "14:00:00")
    ran = imgvet("release", "scan", "--batch", "b", *BY)
    assert ran.code == 4
    assert "The original of photo 1 has changed since the batch was made." in ran.err
    assert scan_of(event, ONE) == scan_of(event, TWO) == b""
    (event / "photos/1.jpg").unlink()
    ran = imgvet("release", "scan", "--batch", "b", *BY)
    assert ran.code == 4
    assert scan_of(event, ONE) == b""


def test_nothing_is_changed_where_only_a_look_was_asked_for(imgvet: Imgvet, event: Path) -> None:
    add(event, ONE)
    made(imgvet)
    ran = imgvet("release", "scan", "--batch", "b", "--dry-run", *BY)
    assert f"would be filed under {ONE}." in ran.out
    assert scan_of(event, ONE) == b""


# -- suggested


def test_the_office_gets_a_suggestion_and_a_person_confirms_it(imgvet: Imgvet, event: Path) -> None:
    add(event, ONE)
    imgvet_said = made(imgvet).err
    sentence, command = (
        f"Form {ONE} was photographed 20 seconds before photo 2, face 1.",
        f"imgvet decide b 2:1 release {ONE} --by NAME",
    )
    assert sentence in imgvet_said
    imgvet("release", "scan", "--batch", "b", *BY)
    told = imgvet("status", "b").err
    lines = [line.strip() for line in told.splitlines()]
    assert lines[lines.index(sentence) + 1] == command
    following = next(at for at, line in enumerate(lines) if line.startswith("Next:"))
    assert lines[following + 1] == command
    assert "Zora Signed" not in told
    photos = status_of(imgvet)
    assert photos[2]["suggestions"] == [
        {"form": ONE, "form_photo": 1, "seconds": 20, "face": 1, "usable": True, "problem": "", "words": sentence}
    ]
    assert photos[1]["suggestions"] == photos[3]["suggestions"] == []
    imgvet("finish", "b")
    assert in_flickr(event) == []  # nobody has confirmed it
    assert not photos[2]["faces"][0]["resolved"]
    assert imgvet(*command.replace("--by NAME", "--by Jo").split()[1:]).code == 0
    imgvet("finish", "b")
    assert in_flickr(event) == ["open-day-002.jpg"]
    after = imgvet("status", "b").err
    assert sentence not in after
    assert "photographed" not in after


def test_several_faces_without_a_decision_get_the_photo_named_alone(imgvet: Imgvet, tmp_path: Path) -> None:
    person(tmp_path / "photos/1.jpg", "14:00:00", name=TWO_FACES)
    taken(tmp_path / "photos/2.jpg", form_photo(ONE), "14:00:41")
    add(tmp_path, ONE)
    made(imgvet)
    told = imgvet("status", "b").err
    assert f"Form {ONE} was photographed 41 seconds after photo 1." in told
    assert f"imgvet decide b 1:FACE release {ONE} --by NAME" in told
    assert imgvet("decide", "b", "1:2", "redact", *BY).code == 0
    assert f"Form {ONE} was photographed 41 seconds after photo 1, face 1." in imgvet("status", "b").err


def test_a_form_that_does_not_allow_the_use_says_why(imgvet: Imgvet, event: Path) -> None:
    add(event, ONE, event="The Other Day")
    made(imgvet)
    (suggestion,) = status_of(imgvet)[2]["suggestions"]
    assert suggestion["usable"] is False
    told = imgvet("status", "b").err
    assert f"photo 2, face 1. Form {ONE} is for another event, The Other Day." in told
    assert f"release {ONE} --by" not in told


def test_a_printed_form_that_nobody_has_added_says_so(imgvet: Imgvet, event: Path) -> None:
    add(event, TWO)
    made(imgvet)
    told = imgvet("status", "b").err
    assert f"photo 2, face 1. Form {ONE} is not in the register yet: add it first." in told


def test_a_form_of_somebody_else_is_no_suggestion(imgvet: Imgvet, event: Path) -> None:
    """The register has never given that number; and where there is no register, none is."""
    made(imgvet)
    assert status_of(imgvet)[2]["suggestions"] == []
    with open_register(event / "register.db") as register:
        register.reserve("WMP", 2026, 1)
    assert status_of(imgvet)[2]["suggestions"] == []


def test_times_of_two_cameras_are_not_compared(imgvet: Imgvet, tmp_path: Path) -> None:
    """Nor those of two bodies of one model; nor of a file that names no camera. The batch keeps no serial number."""
    add(tmp_path, ONE)
    taken(tmp_path / "photos/1.jpg", form_photo(ONE), "14:00:00")
    person(tmp_path / "photos/2.jpg", "14:00:20", 2, serial="PLANTED-SERIAL-2")
    person(tmp_path / "photos/3.jpg", "14:00:21", 3, camera="EOS R5")
    person(tmp_path / "photos/4.jpg", "14:00:22", 4, camera="", serial="")
    person(tmp_path / "photos/5.jpg", "", 5)
    made(imgvet)
    assert not any(photo["suggestions"] for photo in status_of(imgvet).values())
    stored = open_batch(tmp_path / "b")
    marks = [photo.camera_mark for photo in stored.photos()]
    stored.database.close()
    assert len({*marks}) == 4  # that of the first camera twice, and one that is empty
    assert marks[3] == ""
    for file in (each for each in (tmp_path / "b").rglob("*") if each.is_file()):
        assert b"PLANTED-SERIAL" not in file.read_bytes()


def test_the_checklist_says_so_beside_the_face(imgvet: Imgvet, tmp_path: Path) -> None:
    """On the page and the sheets; of several faces in the photo's row. A photo that is filed asks about no face."""
    taken(tmp_path / "photos/1.jpg", form_photo(ONE), "14:00:00")
    person(tmp_path / "photos/2.jpg", "14:00:20")
    person(tmp_path / "photos/3.jpg", "14:30:00", name=TWO_FACES)
    taken(tmp_path / "photos/4.jpg", form_photo(TWO), "14:30:50")
    holding = np.asarray(cv2.resize(sample(ONE_FACE), (800, 1200)), np.uint8)
    taken(tmp_path / "photos/5.jpg", np.hstack([form_photo(THREE), holding]), "15:00:00")
    add(tmp_path, ONE, TWO, THREE)
    made(imgvet)
    assert len(status_of(imgvet)[5]["faces"]) == 1
    with (tmp_path / "b/checklist.csv").open(encoding="utf-8-sig") as sheet:
        rows = {(row["photo"], row["face"]): row["open"] for row in csv.DictReader(sheet)}
    beside = f"Form {ONE} was photographed 20 seconds before photo 2, face 1."
    above = f"Form {TWO} was photographed 50 seconds after photo 3."
    assert rows["2", "1"] == f"open. {beside}"
    assert rows["3", ""].endswith(f". {above}")
    assert rows["3", "1"] == rows["3", "2"] == "open"
    page = (tmp_path / "b/checklist.html").read_text("utf-8")
    assert beside in page
    assert above in page
    assert ("5", "1") in rows
    imgvet("release", "scan", "--batch", "b", *BY)
    assert imgvet("checklist", "b").code == 0
    with (tmp_path / "b/checklist.csv").open(encoding="utf-8-sig") as sheet:
        rows = {(row["photo"], row["face"]): row["open"] for row in csv.DictReader(sheet)}
    assert [photo for photo, _ in rows if photo in {"1", "4", "5"}] == []
    page = (tmp_path / "b/checklist.html").read_text("utf-8")
    assert f"It shows form {THREE}, which is filed." in page
    assert "Face 1" not in page.partition('id="photo-5"')[2].partition("</tr>")[0]


def test_workers_and_processes_of_their_own_say_the_same(imgvet_process: Imgvet, event: Path) -> None:
    """The camera is told in the worker, the suggestion by a command that loads no picture library."""
    add(event, ONE)
    assert imgvet_process("batch", "photos", "--out", "b", "--event", "Open Day").code == 0
    assert imgvet_process("release", "scan", "--batch", "b", *BY).code == 0
    (first, second, _) = imgvet_process("status", "b", "--json").lines
    assert first["filed"]
    assert [each["form"] for each in second["suggestions"]] == [ONE]


# -- the pure function


def face(number: int = 1, **more: Any) -> Face:
    return Face(number, Box(10 * number, 10, 10 * number + 9, 20), 0.9, **more)


def series(*shots: tuple[int, str | None], camera: str = "c" * 16, **more: Any) -> list[Photo]:
    """Photos so many seconds after the start: a form with that number, or a person."""
    return [
        replace(
            Photo("x.jpg", number, captured=(START + timedelta(seconds=at)).isoformat(), camera_mark=camera, **more),
            shown_forms=(form,) if form else (),
            faces=() if form else (face(),),
        )
        for number, (at, form) in enumerate(shots, start=1)
    ]


def told(photos: list[Photo], **known: FormAnswer) -> dict[int, list[tuple[str, int]]]:
    found = form_suggestions(photos, KNOWN | known)
    return {number: [(each.form, each.seconds) for each in several] for number, several in found.items()}


def test_a_form_after_the_person_is_as_good_as_one_before() -> None:
    assert told(series((0, None), (20, ONE))) == {1: [(ONE, -20)]}
    assert told(series((0, ONE), (20, None))) == {2: [(ONE, 20)]}


@pytest.mark.parametrize(("seconds", "is_close"), [(CLOSE, True), (CLOSE + 1, False), (-CLOSE, True), (0, True)])
def test_only_what_is_close_is_suggested(seconds: int, is_close: bool) -> None:
    assert bool(told(series((0, ONE), (seconds, None)))) == is_close


def test_between_two_forms_both_are_named_the_nearest_first() -> None:
    assert told(series((0, ONE), (60, None), (70, TWO))) == {2: [(TWO, -10), (ONE, 60)]}


@pytest.mark.parametrize(("first", "side"), [(True, 1), (False, -1)])
def test_a_steady_habit_says_which_side(first: bool, side: int) -> None:
    """Form, person, form, person: the nearest form in time may be the next person's."""
    ending = series((0, ONE), (50, None), (60, TWO), (110, None), (120, THREE), (170, None))
    if not first:
        ending = series((0, None), (10, ONE), (60, None), (70, TWO), (120, None), (130, THREE))
    found = told(ending)
    assert [[form for form, _ in several] for several in found.values()] == [[ONE], [TWO], [THREE]]
    assert all(seconds * side > 0 for several in found.values() for _, seconds in several)


def test_a_habit_that_is_not_steady_settles_nothing() -> None:
    """The forms of two people lie on different sides elsewhere, so here both are named."""
    photos = series((0, ONE), (10, None), (1000, None), (1010, TWO), (2000, ONE), (2010, None), (2020, THREE))
    found = told(photos)
    assert found[6] == [(ONE, 10), (THREE, -10)]


def test_a_burst_gets_the_same_form_throughout() -> None:
    assert told(series((0, ONE), (5, None), (6, None), (7, None))) == {2: [(ONE, 5)], 3: [(ONE, 6)], 4: [(ONE, 7)]}


def test_forms_one_after_the_other_are_all_named() -> None:
    assert told(series((0, ONE), (5, TWO), (15, None))) == {3: [(TWO, 10), (ONE, 15)]}


def test_a_form_that_was_photographed_twice_is_one() -> None:
    assert told(series((0, ONE), (5, ONE), (15, None))) == {3: [(ONE, 10)]}


@pytest.mark.parametrize("faces", [
    (), (face(resolved=Answer("redact")),), (face(problem=Problem(ProblemCode.NOT_APPROVED, "It waits.")),),
    (face(refused=True),), (face(resolved=Answer("release", ONE)), face(2)),
])  # fmt: skip
def test_faces_with_a_decision_get_no_suggestion(faces: tuple[Face, ...]) -> None:
    """Nor the other faces of a photo where that form is given already: it is one person's."""
    form, photo = series((0, ONE), (20, None))
    assert told([form, replace(photo, faces=faces)]) in ({}, {2: []})


@pytest.mark.parametrize("change", [
    {"excluded": True}, {"error": "Broken."}, {"camera_mark": ""}, {"captured": ""}, {"captured": "2026-06-14"},
    {"captured": "2026-06-14T14:00:20+01:00"}, {"shown_forms": (TWO,)},
])  # fmt: skip
def test_where_it_is_doubtful_nothing_is_said(change: dict[str, Any]) -> None:
    """A photo that is not published anyway, or whose time nobody knows to be by the same clock."""
    form, photo = series((0, ONE), (20, None))
    assert told([form, photo])
    assert not told([form, replace(photo, **change)])


def test_one_face_is_named_and_of_several_none() -> None:
    form, photo = series((0, ONE), (20, None))
    for faces, number in (((face(1), face(2)), None), ((face(1, resolved=Answer("redact")), face(2)), 2)):
        (suggestion,) = form_suggestions([form, replace(photo, faces=faces)], KNOWN)[2]
        assert suggestion.face == number
        assert suggestion.words.endswith(f"photo 2{', face 2' if number else ''}.")


def test_the_words_are_plain() -> None:
    (one,) = form_suggestions(series((0, ONE), (1, None)), KNOWN)[2]
    assert one.words == f"Form {ONE} was photographed 1 second before photo 2, face 1."
    (same,) = form_suggestions(series((0, ONE), (0, None)), KNOWN)[2]
    assert same.words == f"Form {ONE} was photographed in the same second as photo 2, face 1."
    assert json.loads(json.dumps(same.as_json()))["seconds"] == 0


@given(
    st.lists(
        st.tuples(st.integers(0, 3000), st.sampled_from([None, None, ONE, TWO, THREE]), st.sampled_from("ab")),
        max_size=40,
    )
)
def test_whatever_was_photographed_a_suggestion_is_close_and_of_one_camera(shots: list[tuple[int, Any, str]]) -> None:
    """No suggestion without an open face, none for a form, and the seconds are those between the two photos."""
    photos = [
        replace(photo, number=number, camera_mark=camera * 16)
        for number, (at, form, camera) in enumerate(shots, start=1)
        for photo in series((at, form))
    ]
    by_number = {photo.number: photo for photo in photos}
    for number, several in form_suggestions(reversed(photos), KNOWN).items():
        photo = by_number[number]
        assert photo.open_faces
        assert not photo.shown_forms
        assert len({each.form for each in several}) == len(several)
        for each in several:
            form_shot = by_number[each.form_photo]
            assert each.form in form_shot.shown_forms
            assert form_shot.camera_mark == photo.camera_mark
            there, here = moment_of(form_shot.captured), moment_of(photo.captured)
            assert there
            assert here
            assert (here - there).total_seconds() == each.seconds
            assert abs(each.seconds) <= CLOSE


def test_a_camera_has_one_mark_in_one_batch_and_another_in_another() -> None:
    facts = CaptureFacts("", "Canon EOS R6", "0123")
    assert camera_mark(facts, b"a") == camera_mark(replace(facts, captured="2026-06-14"), b"a") != ""
    others = [
        camera_mark(facts, b"b"), camera_mark(replace(facts, serial="0124"), b"a"),
        camera_mark(replace(facts, camera="Canon EOS R5"), b"a"), camera_mark(facts, b""),
        camera_mark(replace(facts, camera=""), b"a"),
    ]  # fmt: skip
    assert camera_mark(facts, b"a") not in others
    assert others[-2:] == ["", ""]


def test_moments_are_times_of_day_alone() -> None:
    assert moment_of("2026-06-14T12:00:00.25") == datetime(2026, 6, 14, 12, 0, 0, 250_000)
    assert moment_of("2026-06-14T12:00:00+00:00") == datetime(2026, 6, 14, 12, tzinfo=UTC)
    assert moment_of("2026-06-14") is moment_of("") is moment_of("T") is None
