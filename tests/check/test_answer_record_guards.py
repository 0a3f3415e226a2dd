"""The record of what people said of single photos, each guard alone; no photo is looked at."""

import errno
import os
import re
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from imgvet.batch import check_answers
from imgvet.batch.check_answers import CheckAnswers, FaceAnswer, answers_path, decisions_on_faces, open_answers
from imgvet.batch.decisions.rows import append_decisions
from imgvet.batch.schema import ANSWERS_SCHEMA
from imgvet.decisions import APPROVAL, RELEASE, Decision
from imgvet.errors import AnswersError, UsageError
from imgvet.geometry import Box
from imgvet.photo import Photo
from support.recorded import AT, FACES, LEFT, PHOTOS, PROFILE, RIGHT, A, B, refused, request

OURS = f"PRAGMA application_id = {ANSWERS_SCHEMA.application_id}"
SHA256, OTHER = PHOTOS[0].source_sha256, PHOTOS[1].source_sha256
SAID = Decision("staff", A, AT, 1, SHA256, LEFT, face_id=LEFT)
HIDDEN = Decision("redact", B, AT, 1, SHA256, RIGHT, face_id=RIGHT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own" / "data" / "answers.db"


@pytest.fixture
def kept(path: Path) -> Iterator[CheckAnswers]:
    """A new record, open."""
    with opened(path) as answers:
        yield answers


class opened:  # noqa: N801 - used as a function
    """The record in that file."""

    def __init__(self, path: Path) -> None:
        self.within = open_answers(path, make=True)

    def __enter__(self) -> CheckAnswers:
        answers = self.within.__enter__()
        assert answers is not None
        return answers

    def __exit__(self, *problem: Any) -> None:
        self.within.__exit__(*problem)


def told(path: Path, *, make: bool = False) -> AnswersError:
    """What is said of a record that cannot be used."""
    with pytest.raises(AnswersError) as problem, open_answers(path, make=make):
        pass
    return problem.value


def write(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        for each in statements:
            database.execute(each)


def test_what_is_said_is_known_at_once_and_later(path: Path) -> None:
    """Of its own original alone, in the order in which it was said."""
    with opened(path) as kept:
        assert kept.count == 0
        kept.decide(iter([SAID, HIDDEN]))
        assert kept.count == 2
        known = kept.on_original(SHA256)
        assert [each.kind for each in known] == ["staff", "redact"]
        assert not kept.on_original(OTHER)
    with opened(path) as kept:
        assert [(each.kind, each.by, each.face) for each in kept.on_original(SHA256)] == [
            ("staff", A, LEFT), ("redact", B, RIGHT),
        ]  # fmt: skip
        kept.decide([replace(SAID, kind="not-a-face")])
        assert [each.answer and each.answer.kind for each in kept.face_records(SHA256)] == ["not-a-face", "redact"]
        assert kept.face_records(OTHER) == ()


def test_the_newest_answer_on_a_face_is_told(kept: CheckAnswers) -> None:
    """By whom it is; who only approves one gives none."""
    kept.decide([SAID, HIDDEN, replace(SAID, kind="reopen", by=B)])
    kept.decide([replace(HIDDEN, kind=APPROVAL, by=A, value="redact")])
    newest = kept.newest_on_parts(SHA256)
    assert {face: (each.kind, each.by) for (_, face), each in newest.items()} == {
        LEFT: ("reopen", B),
        RIGHT: ("redact", B),
    }
    assert kept.newest_on_parts(OTHER) == {}


def test_a_name_that_is_nobody_s_is_not_kept(kept: CheckAnswers) -> None:
    """Nor one that looks like another's there; then nothing of what was said is kept."""
    kept.decide([SAID])
    for name, said in (
        ("A. 0fficer", "in the record of answers to single photos"),
        ("imgvet", "this program"),
        ("", "needs a name"),
    ):
        refused(kept.decide, [HIDDEN, replace(SAID, by=name)], match=said)
    assert [each.kind for each in kept.on_original(SHA256)] == ["staff"]
    assert kept.database.execute("SELECT count(*) FROM decisions").fetchone() == (1,)


def test_faces_are_known_by_the_numbers_that_were_seen_last(kept: CheckAnswers) -> None:
    """With the box by which each is told, and the picture that shows them, until that is gone."""
    moved = replace(FACES[1], face_id=Box(1, 2, 3, 4))
    about = replace(PHOTOS[0], faces=FACES)
    assert kept.shown(SHA256) is None
    kept.note_shown(about, Path("/x/a.jpg"), OTHER)
    kept.note_shown(replace(about, faces=(moved, FACES[0])), Path("/x/b.jpg"), SHA256)
    shown = kept.shown(SHA256)
    assert shown is not None
    assert (shown.preview, shown.preview_sha256) == (Path("/x/b.jpg"), SHA256)
    assert [(each.number, each.box, each.face_id, each.score) for each in shown.faces] == [
        (1, RIGHT, Box(1, 2, 3, 4), 1.0), (2, LEFT, LEFT, 1.0),
    ]  # fmt: skip
    kept.forget_shown(OTHER)
    assert kept.shown(SHA256) is not None
    kept.forget_shown(SHA256)
    assert kept.shown(SHA256) is None


@pytest.mark.parametrize("altered", [
    "faces = '[[[9, 9, 1, 1], [1, 2, 3, 4]]]'", "faces = '[[[1, 2, 3, 4], [9, 9, 1, 1]]]'",
    "faces = '[[[1, 2, 3, 4], [1, 2, 3, 4]], [[1, 2, 3, 4], [9, 9, 1, 1]]]'", "faces = '[[[1, 2, 3, 4]]]'",
    "faces = 'x'", "faces = x'ff'", "faces = 7", "preview = x''", "preview = 'text'", "preview = x'2f00'",
    "preview_sha256 = 'ab'", "preview_sha256 = 7",
])  # fmt: skip
def test_faces_that_nobody_saw_so_are_not_believed(kept: CheckAnswers, altered: str) -> None:
    """Each box, the picture and its hash."""
    kept.note_shown(PHOTOS[0], Path("/x/a.jpg"), OTHER)
    assert kept.shown(SHA256) is not None
    kept.database.execute(f"UPDATE shown_faces SET {altered}")  # noqa: S608 - of this test
    with pytest.raises(AnswersError, match="says of the faces of a photo is damaged") as problem:
        kept.shown(SHA256)
    assert "every face and area needs an answer again" in problem.value.hint


def test_nothing_is_made_where_nothing_is_to_be_kept(path: Path) -> None:
    """And where there is a record it is read."""
    with open_answers(path, make=False) as none:
        assert none is None
    assert not path.parent.exists()
    with opened(path) as kept:
        kept.decide([SAID])
    with open_answers(path, make=False) as answers:
        assert answers is not None
        assert len(answers.on_original(SHA256)) == 1


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_what_is_made_is_the_user_s_own(path: Path) -> None:
    """The file and its folder, which nobody else can look into; a link that leads nowhere is not followed."""
    before = os.umask(0)
    try:
        with opened(path):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    link = path.with_name("link.db")
    link.symlink_to(path.parent / "nowhere.db")
    for make in (False, True):
        assert "link.db" in str(told(link, make=make))
    assert not (path.parent / "nowhere.db").exists()


def test_a_record_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """With the way out."""
    (tmp_path / "file").write_bytes(b"")
    problem = told(tmp_path / "file" / "answers.db", make=True)
    assert problem.reason.startswith("The record of answers cannot be made. ")
    assert problem.hint.endswith("Or name another file with IMGVET_ANSWERS.")


ALTERED = [
    "UPDATE decisions SET by = 'B' WHERE id = 1",
    "DELETE FROM decisions WHERE id = 2",
    "DELETE FROM decisions WHERE id = 1",
    "DELETE FROM decisions",
    "UPDATE sqlite_sequence SET seq = 1",
    "UPDATE sqlite_sequence SET seq = 'x'",
    "DELETE FROM sqlite_sequence",
]


@pytest.mark.parametrize("statement", ALTERED)
def test_a_log_that_is_not_whole_is_not_believed(path: Path, statement: str) -> None:
    """Altered, cut off, or counted otherwise than it was written."""
    with opened(path) as kept:
        kept.decide([SAID, HIDDEN])
    triggers = (f"DROP TRIGGER decisions_are_not_{name}" for name in ("changed", "removed", "replaced"))
    write(path, *triggers, statement)
    problem = told(path)
    assert f"The record of answers '{path}' is not what imgvet wrote." in problem.reason
    assert "every face and area needs an answer again" in problem.hint


def test_a_log_that_is_whole_and_says_what_cannot_be_is_not_believed(path: Path) -> None:
    """Somebody who can count hashes wrote it."""
    with opened(path) as kept:
        append_decisions(kept.database, [replace(SAID, photo=-1)])
    assert f"The record of answers '{path}' cannot be read. Entry 1 of the decisions" in told(path).reason


def test_each_file_that_is_no_record_is_told_in_its_own_words(path: Path) -> None:
    """Another database, a later version's, one with other tables, no whole one, and one that somebody writes to."""
    with opened(path) as kept:
        kept.decide([SAID])
    for statements, reason, hint in (
        (("PRAGMA application_id = 7",), "is a database, but no record of answers", "another file"),
        ((OURS, "PRAGMA user_version = 9"), "by a newer imgvet (schema 9; this one knows",
         "Install that version"),
        (("PRAGMA user_version = 1", "CREATE TABLE more (x)"), "not a record of answers as imgvet writes it: the table",
         "needs an answer again"),
    ):  # fmt: skip
        write(path, *statements)
        problem = told(path)
        assert reason in problem.reason
        assert hint in problem.hint
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 4000)
    problem = told(path)
    assert problem.reason.startswith("The record of answers cannot be used. ")
    assert "every face and area needs an answer again" in problem.hint


def test_a_record_that_another_process_writes_to_is_in_use(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits too long is told; nothing is damaged."""
    monkeypatch.setattr("imgvet.sqlite_store._BUSY_TIMEOUT", 0.01)
    with opened(path) as kept, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(AnswersError, match=re.escape(f"The record of answers '{path}' is in use")) as problem:
            kept.decide([SAID])
        assert "Try again" in problem.value.hint
        assert not kept.on_original(SHA256)
        other.execute("ROLLBACK")
        kept.database.execute("PRAGMA query_only = ON")
        with pytest.raises(AnswersError, match="The record of answers cannot be used") as problem:
            kept.forget_shown(SHA256)
        assert "every face and area needs an answer again" not in problem.value.hint


@pytest.mark.parametrize(("number", "reason"), [
    (errno.EBUSY, "The record of answers '{}' is in use."), (errno.ENOSPC, "The record of answers cannot be used. "),
])  # fmt: skip
def test_what_the_system_says_of_the_record_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    """A disk that is full damages nothing."""
    with opened(path):
        pass

    def fails(*_: object) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(check_answers, "open_database", fails)
    problem = told(path)
    assert problem.reason.startswith(reason.format(path))
    assert "every face and area needs an answer again" not in problem.hint


def test_where_the_record_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the environment says; else in the user's own folder."""
    monkeypatch.setenv("IMGVET_ANSWERS", "/x/y.db")
    assert answers_path() == Path("/x/y.db")
    monkeypatch.setenv("IMGVET_ANSWERS", "")
    unset = answers_path()
    monkeypatch.delenv("IMGVET_ANSWERS")
    assert answers_path() == unset
    assert unset.name == "answers.db"
    assert "imgvet" in unset.parts


def answer(kind: str, *faces: int, **more: str) -> FaceAnswer:
    return FaceAnswer(f"--{kind}", faces, request(kind, **more))


ABOUT = Photo("/x/IMG_1.jpg", source_sha256=SHA256, faces=FACES)


def test_each_face_gets_what_was_said_of_it() -> None:
    """In the order of what was said, by the rules of a batch; a face that nobody names gets nothing."""
    assert decisions_on_faces(PROFILE, ABOUT, "IMG_1.jpg", []) == []
    made = decisions_on_faces(
        PROFILE, ABOUT, "IMG_1.jpg", [answer(RELEASE, 2, value="WMP-1"), answer("staff", 1)]
    )  # fmt: skip
    assert made == [
        Decision(RELEASE, A, AT, 1, SHA256, RIGHT, "WMP-1", face_id=RIGHT),
        Decision("staff", A, AT, 1, SHA256, LEFT, face_id=LEFT),
    ]
    assert len(decisions_on_faces(PROFILE, ABOUT, "IMG_1.jpg", [answer("redact", 1, 2)])) == 2


WRONG: list[tuple[Photo, list[FaceAnswer], str, str]] = [
    (ABOUT, [answer("redact", 3)], "--redact: IMG_1.jpg has no face 3.", "Its faces are 1–2."),
    (ABOUT, [answer("redact", 1, 0)], "IMG_1.jpg has no face 0.", "Its faces are 1–2."),
    (replace(ABOUT, faces=()), [answer("redact", 1)], "IMG_1.jpg has no face 1.", "No faces were found in it."),
    (ABOUT, [answer("redact", 1), answer("staff", 2, 1)], "Face 1 has two answers: --redact and --staff.", "one"),
    (ABOUT, [answer("redact", 1, 1)], "Face 1 has two answers: --redact and --redact.", "one"),
    (ABOUT, [answer("not-a-face", 2)], "The profile 'general' does not take --not-a-face for an answer.",
     "It takes --staff, --not-identifiable. Or hide the face with --redact 2, or give its form with --form."),
    (ABOUT, [answer("redact", 1, by="")], "needs a name", ""),
    (ABOUT, [answer("not-identifiable", 1)], "needs a reason in words", ""),
    (ABOUT, [answer(RELEASE, 1, value="two words")], "needs the reference of the signed form", ""),
]  # fmt: skip


@pytest.mark.parametrize(("about", "answers", "reason", "hint"), WRONG)
def test_what_may_not_be_said_of_a_face(about: Photo, answers: list[FaceAnswer], reason: str, hint: str) -> None:
    """With the reason and what may be said."""
    with pytest.raises(UsageError) as problem:
        decisions_on_faces(PROFILE, about, "IMG_1.jpg", answers)
    assert reason in problem.value.reason
    assert hint in problem.value.hint


def test_a_profile_that_takes_no_answer_of_that_kind_says_so() -> None:
    """What every profile takes it takes all the same."""
    strict = PROFILE.model_copy(update={"faces": PROFILE.faces.model_copy(update={"answers": ()})})
    with pytest.raises(UsageError, match="does not take --staff") as problem:
        decisions_on_faces(strict, ABOUT, "IMG_1.jpg", [answer("staff", 1)])
    assert problem.value.hint.startswith("It takes none of that kind. Or hide the face with --redact 1")
    assert len(decisions_on_faces(strict, ABOUT, "IMG_1.jpg", [answer("redact", 1)])) == 1
