"""Faces answered by number with check: by whose rules, what is kept and for which face, and what is not believed."""

import json
import os
import shutil
import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imgvet.batch.check_answers import CheckAnswers, FaceAnswer, answers_path, on_possible_faces, open_answers
from imgvet.batch.decisions.record import DecisionRequest
from imgvet.decisions import RELEASE, Answer, Decision, FaceRecord
from imgvet.errors import AnswersError
from imgvet.geometry import Box
from imgvet.photo import Face, Photo
from support.commands import Imgvet
from support.folders import photo_names
from support.forms import signed
from support.pictures import landscape, mirrored, portrait, save_photo

pytestmark = pytest.mark.slow

BY = ("--by", "A. Officer")


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A photo of two faces: 1 on the left, 2 on the right."""
    return save_photo(tmp_path / "two.jpg", np.hstack([portrait(), mirrored()]))


def log(folder: Path) -> list[tuple[str, str, str, str]]:
    """Kind, value, note and name of every entry, oldest first."""
    with sqlite3.connect(folder / "answers.db") as database:
        return list(database.execute("SELECT kind, value, note, by FROM decisions ORDER BY id"))


def copies(folder: Path) -> list[str]:
    return photo_names(folder / "imgvet-ready") if (folder / "imgvet-ready").exists() else []


def test_what_was_said_is_kept_under_any_name_and_folder(imgvet_process: Imgvet, two: Path, tmp_path: Path) -> None:
    """First one face, then the other; the yes says who said what; another name in another folder knows it."""
    assert imgvet_process("check", "two.jpg").code == 1
    ran = imgvet_process("check", "two.jpg", "--not-a-face", "1", *BY)
    assert ran.code == 1
    assert "Not yet: 1 face needs a release form." in ran.out
    assert "Face 1 (top left): not a face, says A. Officer, " in ran.out
    assert "Face 2 (top right): needs a release form or another answer." in ran.out
    assert "imgvet check two.jpg --redact 2 --by NAME\n" in ran.out
    assert copies(tmp_path) == []
    ran = imgvet_process("check", "two.jpg", "--redact", "2", *BY)
    assert ran.code == 0, ran.err
    assert "2 faces found, 1 hidden and 1 said to be none, and the file is clean. imgvet cannot tell a child" in ran.out
    (tmp_path / "other").mkdir()
    shutil.copy(two, tmp_path / "other" / "x.jpeg")
    ran = imgvet_process("check", "other/x.jpeg")
    assert ran.code == 0
    assert "Face 2 (top right): hidden, says A. Officer, " in ran.out
    assert log(tmp_path) == [("not-a-face", "", "", "A. Officer"), ("redact", "", "", "A. Officer")]
    assert stat.S_IMODE((tmp_path / "answers.db").stat().st_mode) == 0o600
    account = sqlite3.connect(tmp_path / "answers.db").execute("SELECT DISTINCT account FROM decisions").fetchall()
    assert account not in ([], [(None,)])


def test_another_photo_knows_nothing(imgvet: Imgvet, two: Path, tmp_path: Path) -> None:
    """One byte more in the file, and it is another original."""
    assert imgvet("check", two, "--redact", "1,2", *BY).code == 0
    (tmp_path / "more.jpg").write_bytes(two.read_bytes() + b"\0")
    assert imgvet("check", "more.jpg").code == 1


def test_an_answer_is_taken_back(imgvet: Imgvet, two: Path, tmp_path: Path) -> None:
    """The face is open again, and the log has both."""
    assert imgvet("check", two, "--redact", "1-2", *BY).code == 0
    ran = imgvet("check", two, "--reopen", "2", "--by", "B. Other")
    assert ran.code == 1
    assert "Face 2 (top right): needs a release form or another answer." in ran.out
    assert "Face 1 (top left): hidden, says A. Officer, " in ran.out
    assert [kind for kind, *_ in log(tmp_path)] == ["redact", "redact", "reopen"]


def test_possible_faces_are_those_with_the_numbers_that_somebody_saw() -> None:
    """Those that nobody has answered for, under the numbers of the picture; with reopen the answered ones too."""
    boxes = [Box(100 * place, 0, 100 * place + 50, 60) for place in range(4)]
    seen = Photo("x", faces=tuple(Face(number, box, 1.0, face_id=box) for number, box in enumerate(boxes[:3], 1)))
    found = (Face(1, boxes[2], 0.15, possible=True), Face(2, boxes[0], 0.15, possible=True), Face(3, boxes[1], 0.9),
             Face(4, boxes[3], 0.15, possible=True))  # fmt: skip
    known = [FaceRecord(boxes[0], boxes[0], answer=Answer("redact"))]

    def numbered(kind: str) -> tuple[int, ...]:
        asked = [FaceAnswer("--x", (2,), DecisionRequest("redact", "A. Officer")),
                 FaceAnswer("--y", (), DecisionRequest(kind, "A. Officer"), possible=True)]  # fmt: skip
        (kept, made) = on_possible_faces(asked, seen, replace(seen, faces=found), known, "'x.jpg'")
        assert kept == asked[0]
        return made.faces

    assert numbered("not-a-face") == (3,)
    assert numbered("reopen") == (1, 3)


def test_the_rules_are_those_of_a_batch(imgvet: Imgvet, two: Path, tmp_path: Path) -> None:
    """Staff where the profile takes it, a note where one is needed, a name that is somebody's; else nothing is kept."""
    for words, said in (
        (("--staff", "1", *BY), "The profile 'general' does not take --staff for an answer."),
        (("--not-identifiable", "1", *BY), "'not-identifiable' needs a reason in words."),
        (("--not-identifiable", "1", "--note", "...", *BY), "'not-identifiable' needs a reason in words."),
        (("--not-a-face", "1"), "--not-a-face needs a name"),
        (("--redact", "1"), "--redact needs a name"),
        (("--redact", "1", "--by", "..."), "is not a name"),
        (("--redact", "1", "--by", "imgvet"), "is this program"),
        (("--redact", "3", *BY), "--redact: 'two.jpg' has no face 3.\nIts faces are 1–2."),
        (("--redact", "1", "--not-a-face", "1-2", *BY), "Face 1 has two answers: --redact and --not-a-face."),
        (("--form", "1:A", "--form", "1:B", *BY), "Face 1 has two answers: --form and --form."),
        (("--redact", "all", "--not-a-face", "1", *BY), "--redact all hides every face"),
        (("--redact", "some", *BY), "--redact 'some' is not none, unreleased, all or a list of faces or areas."),
        (("--redact", "2-1", *BY), "is not none"),
        (("--not-a-face", "possible", *BY), "--not-a-face: no possible face of 'two.jpg' needs a decision."),
        (("--not-a-face", "possible,1", *BY), "--not-a-face 'possible,1' is not a list of faces."),
        (("--not-a-face", "0", *BY), "--not-a-face '0' is not a list of faces."),
        (("--note", "why", *BY), "--note gives the reason for a decision about a face or an area"),
    ):
        ran = imgvet("check", "two.jpg", *words)
        assert ran.code == 2, (words, ran.err)
        assert said in ran.err
    assert not (tmp_path / "answers.db").exists() or log(tmp_path) == []
    assert copies(tmp_path) == []
    ran = imgvet("check", "two.jpg", "--not-identifiable", "1", "--note", "PLANTED-NOTE behind", "--redact", "2", *BY)
    assert ran.code == 0
    assert "Face 1 (top left): not identifiable, says A. Officer, " in ran.out
    assert "PLANTED-NOTE" not in ran.out + ran.err
    assert all(b"PLANTED-NOTE" not in path.read_bytes() for path in (tmp_path / "imgvet-ready").iterdir())


def test_names_that_look_alike_are_refused(imgvet: Imgvet, two: Path) -> None:
    """As in a batch: the log of answers knows who is in it."""
    assert imgvet("check", two, "--redact", "1", "--by", "Ann Lee").code == 1
    ran = imgvet("check", two, "--redact", "2", "--by", "Ann 1ee")
    assert ran.code == 2
    assert "looks like 'Ann Lee', which is in the record of answers to single photos." in ran.err


def test_faces_are_named_for_one_photo(imgvet: Imgvet, two: Path, tmp_path: Path) -> None:
    """Of several nobody knows which one is meant."""
    save_photo(tmp_path / "b.jpg", landscape())
    ran = imgvet("check", "two.jpg", "b.jpg", "--redact", "1", *BY)
    assert ran.code == 2
    assert "--redact is for one photo." in ran.err


def test_staff_holds_while_the_profile_takes_it(imgvet: Imgvet, two: Path, tmp_path: Path) -> None:
    """Another profile that does not take it leaves the face open, and says why."""
    (tmp_path / "ours.toml").write_text('[faces]\nanswers = ["staff"]\n')
    ran = imgvet("check", two, "--profile", "ours.toml", "--staff", "1,2", *BY)
    assert ran.code == 0
    assert "2 faces found, all answered for, and the file is clean." in ran.out
    ran = imgvet("check", two)
    assert ran.code == 1
    assert "on-duty staff, says A. Officer" in ran.out
    assert "The profile does not allow the decision 'staff'." in ran.out


def test_where_two_must_agree_check_cannot_clear_a_face(imgvet: Imgvet, two: Path, tmp_path: Path) -> None:
    """The face stays open, whoever says it again; a batch is named."""
    (tmp_path / "ours.toml").write_text(
        '[faces]\nanswers = ["not-a-face"]\n[decisions]\nsecond_person = ["not-a-face"]\n'
    )
    for name in ("A. Officer", "B. Other"):
        ran = imgvet("check", two, "--profile", "ours.toml", "--not-a-face", "1,2", "--by", name)
        assert ran.code == 1
        assert "check takes the word of one" in ran.out
        assert f"imgvet batch {two} --out BATCH" in ran.out
    assert copies(tmp_path) == []


def test_a_form_is_asked_of_the_register_each_time(imgvet: Imgvet, tmp_path: Path) -> None:
    """What was given is kept; once it is withdrawn, the next check says no."""
    save_photo(tmp_path / "a.jpg", portrait())
    signed(tmp_path, "WMP-1", channels=("x",))
    words = ("check", "a.jpg", "--event", "Open Day")
    assert imgvet(*words, "--form", "1:WMP-1", *BY).code == 0
    ran = imgvet(*words)
    assert ran.code == 0
    assert "Face 1 (top): form WMP-1, says A. Officer, " in ran.out
    assert imgvet("release", "withdraw", "WMP-1", "--why", "rang us", *BY).code in (0, 1)
    ran = imgvet(*words)
    assert ran.code == 1
    assert "Form WMP-1 was withdrawn" in ran.out
    assert log(tmp_path) == [("release", "WMP-1", "", "A. Officer")]


def test_a_number_is_that_of_the_picture_seen_last(imgvet: Imgvet, two: Path, tmp_path: Path) -> None:
    """However faces are numbered now, what somebody says is about the face that they saw."""
    assert imgvet("check", two).code == 1
    with sqlite3.connect(tmp_path / "answers.db") as database:  # as another version might have numbered them
        (faces,) = database.execute("SELECT faces FROM shown_faces").fetchone()
        database.execute("UPDATE shown_faces SET faces = ?", (json.dumps(json.loads(faces)[::-1]),))
    ran = imgvet("check", two, "--not-a-face", "1", *BY)
    assert "Face 2 (top right): not a face, says A. Officer" in ran.out
    assert "Face 1 (top left): needs a release form" in ran.out


def test_an_answer_belongs_to_a_place_in_the_picture(tmp_path: Path) -> None:
    """Where a face is found elsewhere it is open; close by it is the same face."""
    with open_answers(tmp_path / "a.db", make=True) as kept:
        assert kept is not None
        box = Box(100, 100, 200, 200)
        kept.decide([Decision("staff", "A. Officer", "2026-06-14T10:00:00+00:00", 1, "ab" * 32, face=box, face_id=box)])
        (record,) = kept.face_records("ab" * 32)
        assert kept.face_records("cd" * 32) == ()
    from imgvet.faces.matching import match_faces

    for moved, same in ((Box(104, 98, 206, 203), True), (Box(300, 100, 400, 200), False)):
        assert bool(match_faces([Face(1, moved, 0.9)], [record])) is same


# -- a record that is not believed


def _store(folder: Path) -> Path:
    path = folder / "answers.db"
    with open_answers(path, make=True) as kept:
        assert kept is not None
        box = Box(1, 2, 30, 40)
        one = Decision(RELEASE, "A. Officer", "2026-06-14T10:00:00+00:00", 1, "ab" * 32, box, "WMP-1", face_id=box)
        kept.decide([one, replace(one, kind="redact", value="")])
    return path


def _rewrite(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as database:
        for name in ("changed", "removed", "replaced"):
            database.execute(f"DROP TRIGGER decisions_are_not_{name}")
        for each in statements:
            database.execute(each)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions SET kind = 'not-a-face' WHERE id = 2",
        "UPDATE decisions SET face = '[0, 0, 900, 900]' WHERE id = 1",
        "UPDATE decisions SET source_sha256 = 'cd' WHERE id = 1",
        "DELETE FROM decisions WHERE id = 1",
        "DELETE FROM decisions WHERE id = 2",
        "INSERT INTO decisions SELECT 3, at, by, kind, photo, source_sha256, face, value, note, known_as, hash, "
        "account, machine FROM decisions WHERE id = 2",
    ],
)
def test_a_log_that_was_altered_stops_check(imgvet: Imgvet, two: Path, tmp_path: Path, statement: str) -> None:
    """With a sentence and the way out; no copy is made, also of a photo without faces."""
    _rewrite(_store(tmp_path), statement)
    save_photo(tmp_path / "nobody.jpg", landscape())
    for photo in ("two.jpg", "nobody.jpg"):
        ran = imgvet("check", photo)
        assert ran.code == 2, ran.out
        assert "is not what imgvet wrote." in ran.err
        assert "Restore it from a copy. Or move it away" in ran.err
    assert copies(tmp_path) == []


@pytest.mark.parametrize("content", [b"no database at all " * 90, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_record_stops_check(imgvet: Imgvet, two: Path, tmp_path: Path, content: bytes) -> None:
    """It is not taken for an empty one."""
    (tmp_path / "answers.db").write_bytes(content)
    ran = imgvet("check", two, "--redact", "1,2", *BY)
    assert ran.code in (2, 4)
    assert "answers" in ran.err
    assert "Traceback" not in ran.err
    assert (tmp_path / "answers.db").read_bytes() == content
    assert copies(tmp_path) == []


def test_doctor_says_where_the_answers_are_and_whether_they_are_whole(imgvet: Imgvet, tmp_path: Path) -> None:
    """It makes none."""
    assert "none of single photos yet; check keeps them at" in imgvet("doctor").out
    assert not (tmp_path / "answers.db").exists()
    path = _store(tmp_path)
    assert f"answers: 2 answers of single photos at {path}" in imgvet("doctor").out
    _rewrite(path, "DELETE FROM decisions WHERE id = 2")
    ran = imgvet("doctor")
    assert ran.code == 4
    assert "is not what imgvet wrote. There were 2 entries" in ran.out


def test_a_register_is_no_record_of_answers(imgvet: Imgvet, two: Path, tmp_path: Path) -> None:
    """Nor the other way round."""
    signed(tmp_path, "WMP-1")
    (tmp_path / "register.db").rename(tmp_path / "answers.db")
    ran = imgvet("check", two)
    assert ran.code == 2
    assert "is a database, but no record of answers." in ran.err


@pytest.mark.parametrize(
    "faces",
    ["no json", "[[1, 2]]", "[[[1,2,3,4],[1,2,3]]]", "[[[9,9,1,1],[1,2,3,4]]]", "[[[1,2,3,4],[1,2,3,4e9]]]", "{}"],
)
def test_shown_faces_that_are_damaged_are_told(tmp_path: Path, faces: str) -> None:
    """Nobody's answer is put to a face that was never shown."""
    photo = Photo("a.jpg", source_sha256="ab" * 32, faces=(Face(1, Box(1, 2, 30, 40), 0.9),))
    with open_answers(tmp_path / "a.db", make=True) as kept:
        assert kept is not None
        kept.note_shown(photo, Path("/x/a-faces.jpg"), "cd" * 32)
        assert [face.box for face in _shown(kept)] == [Box(1, 2, 30, 40)]
        kept.database.execute("UPDATE shown_faces SET faces = ?", (faces,))
        with pytest.raises(AnswersError, match="says of the faces of a photo is damaged"):
            _shown(kept)


def _shown(kept: CheckAnswers) -> tuple[Face, ...]:
    shown = kept.shown("ab" * 32)
    assert shown is not None
    return shown.faces


def test_nothing_is_made_where_nothing_is_said(imgvet: Imgvet, tmp_path: Path) -> None:
    """A photo of nobody leaves no record."""
    save_photo(tmp_path / "nobody.jpg", landscape())
    assert imgvet("check", "nobody.jpg").code == 0
    assert not (tmp_path / "answers.db").exists()


def test_the_record_is_in_the_user_s_own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Beside the register's usual place, or where the environment says."""
    assert answers_path() == tmp_path / "answers.db"
    monkeypatch.delenv("IMGVET_ANSWERS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    if os.name == "posix":
        assert answers_path().name == "answers.db"
        assert answers_path().parent.name == "imgvet"
