"""Answers on the page: recorded as the commands record them, and all else is shown as by reading everything again."""

import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from imgvet.batch.decisions.captions import record_words
from imgvet.batch.decisions.log import check_log
from imgvet.batch.decisions.record import DecisionRequest, record_decisions
from imgvet.batch.status import batch_state, judge_now
from imgvet.batch.store import BatchStore
from imgvet.errors import BatchError, ImgvetError, UsageError
from imgvet.photo import Photo
from imgvet.review import live_batch
from imgvet.review.answers import Changed, DecideBody, DrawBody, decide, draw, same_faces
from imgvet.review.context import Conflict, NotKnown
from imgvet.review.live_batch import LiveBatch
from imgvet.review.notes import batch_notes, confirm_clock
from imgvet.review.undo import UndoBody, undo
from support.sheets import PERSON, RELEASE, Made, a_photo, make_batch

ANN, BOB = "Ann Lee", "Bob Roe"
FORM = "WMP-2026-014"
ANSWERS = ("staff", "not-identifiable", "not-a-face")


def in_burst(number: int, faces: int, asks: Sequence[str] = ()) -> Photo:
    captured = f"2026-06-14T10:00:0{number}+01:00"
    return replace(a_photo(number, faces, asks), captured=captured, camera_mark="a" * 16)


PHOTOS = (in_burst(1, 2), in_burst(2, 1, ("people-named",)), replace(a_photo(3, 1), source="/somewhere/three.jpg"))


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Three photos; two are a burst."""
    faces = {"faces": {"answers": list(ANSWERS)}, "decisions": {"second_person": ["staff"]}}
    return make_batch(tmp_path / "b", PHOTOS, **faces)


@pytest.fixture
def live(made: Made) -> Iterator[LiveBatch]:
    batch = LiveBatch(made.path)
    yield batch
    batch.close()


def said(live: LiveBatch, kind: str, *faces: tuple[int, int], by: str = ANN, **more: Any) -> Changed:
    """A decision by somebody who has seen everything."""
    seen = more.pop("seen", live.seq)
    return decide(live, by, DecideBody(kind, seen, faces=list(faces), **more))


def undone(live: LiveBatch, changed: Changed, by: str = ANN, **more: Any) -> Changed:
    return undo(live, by, UndoBody(changed.entries, more.pop("seen", live.seq), **more))


def face(live: LiveBatch, photo: int, number: int) -> Any:
    (row,) = live.rows([photo])
    return next(each for each in row.faces if each.number == number)


def wrote(live: LiveBatch, photo: int, changes: dict[str, str], by: str) -> None:
    record_words(live.folder, [live.current(photo)], changes, by)


def log_of(made: Made) -> list[tuple[str, str, str]]:
    return [(each.kind, each.by, each.value) for each in made.folder.snapshot().decisions if each.photo]


def as_read_again(live: LiveBatch, made: Made) -> None:
    """What is kept in memory is what somebody would see who reads everything now."""
    again = LiveBatch(made.path)
    assert live.rows() == again.rows()
    assert (live.seq, live.left(), live.snapshot().decisions) == (again.seq, again.left(), again.snapshot().decisions)
    assert live.snapshot().vetted == again.snapshot().vetted
    assert list(live.snapshot().log.rows) == list(again.snapshot().log.rows)
    by_status = batch_state(made.folder.snapshot(), made.settings)
    assert [live.photo(number) for number in live.numbers()] == list(by_status.photos)
    again.close()


def test_an_answer_is_what_the_command_records(made: Made, live: LiveBatch) -> None:
    told = said(live, "not-identifiable", (1, 1), (3, 1), note=" Seen from behind ")
    assert (told.said, len(told.entries), [row.number for row in told.changed]) == (
        "Not identifiable: photo 1, face 1 and photo 3, face 1", 2, [1, 3],
    )  # fmt: skip
    by_page = made.folder.snapshot().decisions[-2:]
    record_decisions(
        made.folder, made.settings.profile, "1:1,3:1", DecisionRequest("not-identifiable", ANN, note="Seen from behind")
    )
    by_command = made.folder.snapshot().decisions[-2:]
    assert [replace(each, at="") for each in by_page] == [replace(each, at="") for each in by_command]
    answer = face(live, 1, 1).answer
    assert (answer.kind, answer.label, answer.by, answer.note) == (
        "not-identifiable", "not identifiable", ANN, "Seen from behind",
    )  # fmt: skip
    assert told.entries == [told.seq - 1, told.seq]
    assert face(live, 1, 1).seen == told.entries[0]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (DecideBody("redact", 0), "No photo or face was named"),
        (DecideBody("release", 0, faces=[(1, 1)]), "needs the reference"),
        (DecideBody("not-identifiable", 0, faces=[(1, 1)], note="…"), "needs a reason"),
        (DecideBody("exclude", 0, faces=[(1, 1)], note="No"), "cannot be decided for a face"),
        (DecideBody("redact", 0, photos=[1]), "cannot be decided for a photo"),
        (DecideBody("redact", 0, faces=[(1, 1)], value="x"), "takes no value"),
        (DecideBody("nonsense", 0, faces=[(1, 1)]), "cannot be decided"),
        (DecideBody("vetted", 0, photos=[1], value="x"), "cannot be decided"),
        (DecideBody("rules", 0, photos=[1], value="x"), "cannot be decided"),
        (DecideBody("declare", 0, photos=[1], value="x"), "cannot be decided"),
        (DecideBody("caption", 0, photos=[1], value="{}"), "cannot be decided"),
        (DecideBody("finish", 0, photos=[1]), "cannot be decided"),
        (DecideBody("", 0, faces=[(1, 1)]), "cannot be decided"),
        (DecideBody("approve", 0, faces=[(1, 1)]), "no decision to approve"),
        (DecideBody("answer", 0, photos=[1], value="people-named", note="So."), "asks nothing about photo 1"),
        (DecideBody("redact", 0, faces=[(1, 1), (3, 9)]), "There is no face 9 in photo 3"),
        (DecideBody("redact", 0, faces=[(9, 1)]), "There is no photo 9"),
        (DecideBody("redact", 0, faces=[(-1, 1)]), "There is no photo -1"),
        (DecideBody("exclude", 0, photos=[1], note="x" * 5000), "at most"),
    ],
)
def test_what_the_command_refuses_the_page_refuses_too(
    made: Made, live: LiveBatch, asked: DecideBody, reason: str
) -> None:
    before = live.rows()
    with pytest.raises(UsageError, match=reason):
        decide(live, ANN, asked)
    assert (log_of(made), live.rows()) == ([], before)


def test_who_comes_second_is_told_and_may_insist(made: Made, live: LiveBatch) -> None:
    seen = live.seq
    said(live, "redact", (1, 1))
    with pytest.raises(Conflict, match="Ann Lee has answered for photo 1, face 1 meanwhile: hidden") as told:
        said(live, "refused", (1, 2), (1, 1), by=BOB, seen=seen)
    assert (told.value.by, told.value.words, told.value.target) == (ANN, "hidden", "photo 1, face 1")
    assert said(live, "refused", (1, 2), by=BOB, seen=seen).entries, "another face of the same photo is free"
    assert said(live, "redact", (1, 1), seen=seen).entries, "one's own answer is no surprise"
    assert said(live, "refused", (1, 1), by=BOB, seen=seen, anyway=True).entries
    assert face(live, 1, 1).state == "refused"
    with pytest.raises(Conflict):
        said(live, "redact", (1, 1), seen=seen)
    assert said(live, "redact", (1, 1)).entries, "who has seen it may answer"


def test_a_photo_left_out_by_somebody_else_is_told_too(live: LiveBatch) -> None:
    seen = live.seq
    decide(live, BOB, DecideBody("exclude", seen, photos=[1], note="Out of focus"))
    with pytest.raises(Conflict, match="photo 1 meanwhile: left out"):
        decide(live, ANN, DecideBody("reopen", seen, photos=[1], value="exclude"))


def test_a_second_person_approves(made: Made, live: LiveBatch) -> None:
    said(live, "staff", (1, 1))
    waiting = face(live, 1, 1)
    assert (waiting.state, waiting.answer.waits, live.rows([1])[0].left) == ("answered", True, 2)
    with pytest.raises(UsageError, match="nobody may approve their own"):
        said(live, "approve", (1, 1))
    said(live, "approve", (1, 1), by=BOB)
    approved = face(live, 1, 1)
    assert (approved.answer.waits, approved.answer.approved_by, live.rows([1])[0].left) == (False, BOB, 1)
    (told,) = batch_notes(live)  # two names, and perhaps one person
    assert told.sentence.startswith("Decided and approved from one account")
    assert told.sentence.endswith(": photo 1.")
    assert told.page == "/log"
    as_read_again(live, made)


UNDONE: list[tuple[str, Callable[[LiveBatch], Changed], str]] = [
    ("nothing", lambda live: said(live, "redact", (1, 1)), "open"),
    ("nothing", lambda live: said(live, "refused", (1, 1)), "open"),
    ("redact", lambda live: said(live, "refused", (1, 1)), "redact"),
    ("redact", lambda live: said(live, "reopen", (1, 1)), "redact"),
    ("redact", lambda live: said(live, "not-a-face", (1, 1)), "redact"),
    ("refused", lambda live: said(live, "redact", (1, 1)), "refused"),
    ("not-identifiable", lambda live: said(live, "redact", (1, 1)), "not-identifiable"),
    ("release", lambda live: said(live, "redact", (1, 1)), "release"),
]


@pytest.mark.parametrize(("first", "then", "valid"), UNDONE)
def test_undo_brings_back_what_was_valid_before(
    made: Made, live: LiveBatch, first: str, then: Callable[[LiveBatch], Changed], valid: str
) -> None:
    if first != "nothing":
        value = FORM if first == "release" else ""
        note = "Seen from behind" if first == "not-identifiable" else ""
        said(live, first, (1, 1), by=BOB, value=value, note=note)
    before = face(live, 1, 1)
    changed = then(live)
    back = undone(live, changed)
    after = face(live, 1, 1)
    assert after.state == before.state
    assert (after.answer.kind if after.answer else "open") == valid
    if valid == "not-identifiable":
        assert after.answer.note.startswith("Seen from behind")
        assert after.answer.by == ANN
    assert back.said.startswith("Undone: photo 1, face 1: ")
    again = undone(live, back)
    assert face(live, 1, 1).state == changed.changed[0].faces[0].state, "and undo itself is undone"
    assert again.entries
    as_read_again(live, made)
    assert check_log(made.folder.log()).broken is None


def test_undo_of_many_is_one_step(made: Made, live: LiveBatch) -> None:
    said(live, "redact", (3, 1))
    changed = said(live, "not-a-face", (1, 1), (1, 2), (2, 1), (3, 1))
    undone(live, changed)
    assert [(row.number, [one.state for one in row.faces]) for row in live.rows()] == [
        (1, ["open", "open"]), (2, ["open"]), (3, ["answered"]),
    ]  # fmt: skip
    as_read_again(live, made)


def test_undo_works_on_what_another_server_recorded(made: Made, live: LiveBatch) -> None:
    """The client keeps the numbers; the server that made the entries may be gone."""
    changed = said(live, "redact", (1, 1))
    other = LiveBatch(made.path)
    assert undone(other, changed).changed[0].faces[0].state == "open"
    other.close()
    live.refresh()
    as_read_again(live, made)


def test_undo_of_what_others_have_answered_since_asks(live: LiveBatch) -> None:
    changed = said(live, "redact", (1, 1))
    said(live, "refused", (1, 1), by=BOB)
    with pytest.raises(Conflict, match="Bob Roe has answered for photo 1, face 1"):
        undone(live, changed)
    assert undone(live, changed, anyway=True).changed[0].faces[0].state == "open"


def test_undo_of_a_photo_left_out_and_of_questions(made: Made, live: LiveBatch) -> None:
    out = decide(live, ANN, DecideBody("exclude", live.seq, photos=[2], note="Blurred"))
    assert live.rows([2])[0].excluded
    back = undone(live, out)
    assert (live.rows([2])[0].excluded, back.said) == (False, "Undone: photo 2: no longer left out")
    undone(live, back)
    assert live.rows([2])[0].excluded
    as_read_again(live, made)


def test_undo_of_an_answer_to_a_question(made: Made, live: LiveBatch) -> None:
    answered = decide(live, ANN, DecideBody("answer", live.seq, photos=[2], value="people-named", note="They agreed"))
    undone(live, answered)
    assert live.snapshot().index.state_of(live.current(2)).answers == ()
    second = decide(live, BOB, DecideBody("answer", live.seq, photos=[2], value="people-named", note="All of them"))
    opened = decide(live, ANN, DecideBody("reopen", live.seq, photos=[2], value="people-named"))
    undone(live, opened)
    (answer,) = live.snapshot().index.state_of(live.current(2)).answers
    assert (answer.rule, answer.by, second.said) == ("people-named", ANN, "Answered: photo 2")
    as_read_again(live, made)


def test_undo_of_words_brings_back_the_words_before(made: Made, live: LiveBatch) -> None:
    def titled(title: str, by: str = ANN) -> int:
        live.change(partial(wrote, live, 3, {"title": title}, by))
        return live.seq

    titled("First")
    number = titled("Second")
    undo(live, ANN, UndoBody([number], live.seq))
    state = live.snapshot().index.state_of(live.current(3))
    assert state.words.title == "First"
    number = titled("Third")
    titled("Fourth", BOB)
    with pytest.raises(Conflict):
        undo(live, ANN, UndoBody([number], live.seq))
    as_read_again(live, made)


def test_what_nobody_may_undo_here_is_refused(made: Made, live: LiveBatch) -> None:
    for entries in ([0], [1], [999_999], [-3], []):
        with pytest.raises(UsageError):
            undo(live, ANN, UndoBody(entries, live.seq))
    assert log_of(made) == []


def test_a_face_is_drawn_enlarged_and_denied(made: Made, live: LiveBatch) -> None:
    drawn = draw(live, ANN, DrawBody(3, (600.2, 100.7, 650.0, 160.0)))
    (row,) = drawn.changed
    assert (drawn.said, drawn.face, row.faces[1].box, row.faces[1].added, row.left) == (
        "Drawn: photo 3, face 2", 2, [600, 100, 650, 160], True, 2,
    )  # fmt: skip
    larger = draw(live, ANN, DrawBody(3, (620.0, 90.0, 690.0, 150.0), face=2, seen=live.seq))
    assert larger.changed[0].faces[1].box == [600, 90, 690, 160]
    assert "still covers all" in larger.said
    undone(live, drawn)
    assert face(live, 3, 2).answer.kind == "not-a-face"
    as_read_again(live, made)
    hidden = draw(live, ANN, DrawBody(3, (900.0, 100.0, 950.0, 160.0), kind="redact"))
    assert (len(hidden.entries), hidden.changed[0].faces[-1].state) == (2, "answered")
    again = draw(live, ANN, DrawBody(3, (82.0, 102.0, 121.0, 149.0)))
    assert again.said.startswith("Larger box: photo 3, face 1"), "where there is a face already, it is that one"


@pytest.mark.parametrize("box", [(5, 5, 5, 9), (9, 5, 5, 9), (2000, 5, 2100, 60), (1, 1, 3, 3), (0, 0, 1e300, 9)])
def test_a_box_that_is_none_is_refused(made: Made, live: LiveBatch, box: tuple[float, float, float, float]) -> None:
    with pytest.raises(UsageError):
        draw(live, ANN, DrawBody(3, box))
    assert log_of(made) == []


def test_where_the_profile_has_no_such_answer_a_drawn_face_stays(tmp_path: Path) -> None:
    strict = make_batch(tmp_path / "strict", PHOTOS, faces={"answers": []})
    batch = LiveBatch(strict.path)
    drawn = draw(batch, ANN, DrawBody(3, (600.0, 100.0, 650.0, 160.0), kind="redact"))
    back = undo(batch, ANN, UndoBody(drawn.entries, batch.seq))
    assert "the box stays" in back.said
    assert face(batch, 3, 2).state == "open"
    batch.close()


def test_the_same_place_in_a_burst_is_offered_while_it_is_open(live: LiveBatch) -> None:
    assert live.rows([1])[0].burst == live.rows([2])[0].burst == 1
    assert live.rows([3])[0].burst is None
    assert same_faces(live, 1, 1) == [{"photo": 2, "face": 1, "why": "same burst, same place"}]
    assert same_faces(live, 3, 1) == []
    said(live, "redact", (2, 1))
    assert same_faces(live, 1, 1) == []
    with pytest.raises(NotKnown):
        same_faces(live, 1, 7)


def test_a_clock_that_is_behind_is_said_and_somebody_may_say_that_it_is_right(
    made: Made, live: LiveBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(live, "redact", (1, 1))
    with monkeypatch.context() as behind:
        behind.setattr("imgvet.clock._now", lambda: datetime(2025, 1, 1, tzinfo=UTC))
        (told,) = batch_notes(live)
        assert (told.act, "--" in told.sentence) == ("clock", False)
        with pytest.raises(UsageError, match="give a reason"):
            confirm_clock(live, ANN, " ")
        confirm_clock(live, ANN, "Compared with the station's clock.")
    assert [(each.kind, each.by) for each in made.folder.snapshot().decisions][-1] == ("clock", ANN)
    assert batch_notes(live) == []
    with pytest.raises(UsageError, match="later than this computer's clock"):
        confirm_clock(live, ANN, "Again.")


def test_an_altered_log_is_said_and_nothing_is_recorded(made: Made, live: LiveBatch) -> None:
    said(live, "redact", (1, 1))
    with closing(sqlite3.connect(made.path / "private" / "batch.db")) as database, database:
        database.execute("DROP TRIGGER decisions_are_not_changed")
        database.execute("UPDATE decisions SET by = 'Bob Roe' WHERE by = ?", (ANN,))
    live._check_due, live._checked_at = True, float("-inf")
    live.refresh()
    assert batch_notes(live)[0].grave
    assert "was altered" in batch_notes(live)[0].sentence
    with pytest.raises(BatchError, match="The log of decisions was altered"):
        said(live, "redact", (1, 2))
    with pytest.raises(BatchError, match="The log of decisions was altered"):
        draw(live, ANN, DrawBody(3, (600.0, 100.0, 650.0, 160.0)))
    assert len(log_of(made)) == 1


def test_a_line_that_was_put_in_is_noticed_before_the_next_answer(made: Made, live: LiveBatch) -> None:
    with closing(sqlite3.connect(made.path / "private" / "batch.db")) as database, database:
        database.execute(
            "INSERT INTO decisions (hash, at, by, kind, source_sha256, value, note) "
            "VALUES (?, ?, ?, 'finish', '', '', '')",
            ("f" * 64, "2026-06-14T10:00:00+00:00", BOB),
        )
    with pytest.raises(BatchError, match="was altered"):
        said(live, "redact", (1, 1))


def test_what_commands_do_beside_the_page_is_seen(made: Made, live: LiveBatch) -> None:
    record_decisions(made.folder, made.settings.profile, "1:1,2:1", DecisionRequest("redact", BOB))
    assert live.refresh() == (1, 2)
    assert live.refresh() == ()
    as_read_again(live, made)
    made.folder.update(replace(live.raw_photo(3) or a_photo(3, 1), similar=(1,)))
    assert live.refresh() == (3,)
    assert live.rows([3])[0].similar == [1]
    as_read_again(live, made)


def test_the_register_beside_the_page_is_seen(made: Made, live: LiveBatch) -> None:
    said(live, "release", (1, 1), value=FORM)
    assert face(live, 1, 1).state == "answered"
    with made.register() as register:
        register.withdraw(FORM, date(2026, 6, 15), "the office", "By telephone")
    assert live.refresh() == (1,)
    assert (face(live, 1, 1).state, face(live, 1, 1).problem != "") == ("problem", True)
    as_read_again(live, made)


def test_a_register_that_is_gone_makes_no_form_valid(tmp_path: Path, made: Made, live: LiveBatch) -> None:
    said(live, "release", (1, 1), value=FORM)
    made.register_file.rename(tmp_path / "elsewhere.db")
    live.refresh()
    assert (face(live, 1, 1).state, live.rows([1])[0].verdict) == ("problem", "release")
    assert said(live, "redact", (1, 2)).entries, "what needs no register is recorded all the same"
    (tmp_path / "elsewhere.db").rename(made.register_file)
    live.refresh()
    assert face(live, 1, 1).state == "answered"


def test_a_batch_that_is_away_for_a_moment_is_read_again(made: Made, live: LiveBatch) -> None:
    said(live, "redact", (1, 1))
    private, away = made.path / "private", made.path / "away"
    private.rename(away)
    for _ in range(2):
        with pytest.raises((OSError, ImgvetError)):
            live.refresh()
        with pytest.raises((OSError, ImgvetError)):
            said(live, "redact", (1, 2))
    assert batch_notes(live)[0].grave
    away.rename(private)
    assert live.refresh() == ()
    assert batch_notes(live) == []
    assert said(live, "redact", (1, 2)).entries
    as_read_again(live, made)


def test_a_record_that_was_altered_is_not_taken_on_trust(made: Made, live: LiveBatch) -> None:
    """One that can be read is blocked; with one that cannot nothing is recorded, however often it is tried."""
    with closing(sqlite3.connect(made.path / "private" / "batch.db")) as database, database:
        (record,) = database.execute("SELECT record FROM photos WHERE number = 3").fetchone()
        database.execute("UPDATE photos SET record = ? WHERE number = 3", (record.replace(b"1200", b"1300"),))
    assert live.refresh() == (3,)
    assert live.rows([3])[0].verdict == "blocked"
    as_read_again(live, made)
    with closing(sqlite3.connect(made.path / "private" / "batch.db")) as database, database:
        database.execute("UPDATE photos SET record = '[]' WHERE number = 3")
    for _ in range(3):
        with pytest.raises(BatchError):
            live.refresh()
        with pytest.raises(BatchError):
            said(live, "redact", (1, 1))
    assert "redact" not in {row.untrusted_fields[3] for row in made.folder.log().rows}


def test_an_answer_goes_into_the_copy_that_was_put_back(made: Made, live: LiveBatch) -> None:
    """Not into the file that nobody finds any more, also where nothing was read again in between."""
    file = made.path / "private" / "batch.db"
    copy = file.read_bytes()
    file.unlink()
    file.write_bytes(copy)
    assert said(live, "redact", (1, 1)).entries
    again = LiveBatch(made.path)
    assert face(again, 1, 1).answer.kind == "redact"
    again.close()


def test_a_copy_that_was_put_back_is_read(made: Made, live: LiveBatch) -> None:
    file = made.path / "private" / "batch.db"
    copy = file.read_bytes()
    said(live, "redact", (1, 1))
    file.unlink()
    file.write_bytes(copy)
    assert live.refresh() == (1,)
    assert face(live, 1, 1).state == "open"


def test_whatever_is_answered_in_whichever_order_nothing_else_is_shown(made: Made, live: LiveBatch) -> None:
    """Photos that were judged one by one are as if all had been read again, also where words name somebody."""
    chance = random.Random(16)  # noqa: S311 - the same each time
    with made.register() as register:
        register.add([replace(RELEASE, reference="WMP-2", person="Mary Lamb")], "the office")
    made_so_far = list[Changed]()
    kinds = ["redact", "refused", "staff", "not-a-face", "reopen", "release", "approve", "words", "undo", "exclude"]
    for _ in range(60):
        kind, by = chance.choice(kinds), chance.choice((ANN, BOB))
        photo = chance.choice((1, 2, 3))
        try:
            if kind == "words":
                title = chance.choice(("Mary at the fair", "Lamb roast", "The town hall"))
                live.change(partial(wrote, live, photo, {"title": title}, by))
            elif kind == "undo" and made_so_far:
                made_so_far.append(undone(live, chance.choice(made_so_far), by, anyway=True))
            elif kind == "exclude":
                made_so_far.append(decide(live, by, DecideBody("exclude", live.seq, photos=[photo], note="No")))
            else:
                value = chance.choice((FORM, "WMP-2", "NONE-1")) if kind == "release" else ""
                made_so_far.append(said(live, kind, (photo, 1), by=by, value=value))
        except UsageError:
            continue
        if chance.random() < 0.2:
            as_read_again(live, made)
    as_read_again(live, made)
    with made.register() as register:
        register.withdraw("WMP-2", date(2026, 6, 15), "the office", "By telephone")
    live.refresh()
    as_read_again(live, made)


def test_reading_what_is_new_gives_what_reading_all_gives(made: Made) -> None:
    store: BatchStore = made.folder
    log, known = store.log(), dict[int, bytes]()
    assert [photo.number for photo in store.changed_photos(known)] == [1, 2, 3]
    assert store.changed_photos(known) == []
    for number in range(70):  # more than are packed together
        record_decisions(store, made.settings.profile, "1:1", DecisionRequest("redact", ANN, note=f"So {number}"))
        log = store.log_after(log)
    assert list(log.rows) == list(store.log().rows)
    assert (log.head, log.counters) == (store.log().head, store.log().counters)


def drawn_beside(live: LiveBatch, left: int, by: str) -> Changed:
    return draw(live, by, DrawBody(3, (left, 300, left + 50, 350)))


def test_an_answer_is_for_the_face_that_was_shown_although_its_number_has_moved(live: LiveBatch) -> None:
    """Faces that are drawn are numbered by their place, so a second one takes the number of the first."""
    first = drawn_beside(live, 400, ANN)
    assert first.face is not None
    shown = next(face for face in live.rows([3])[0].faces if face.number == first.face)
    drawn_beside(live, 100, BOB)
    moved = next(face for face in live.rows([3])[0].faces if face.key == shown.key)
    assert moved.number != shown.number
    told = decide(live, ANN, DecideBody("redact", live.seq, faces=[(3, shown.number)], keys=[shown.key]))
    states = {tuple(face.box): face.state for face in told.changed[0].faces}
    assert states[tuple(shown.box)] == "answered"
    assert sorted(states.values()).count("answered") == 1
    assert told.said == f"Hidden: photo 3, face {moved.number}"
    larger = DrawBody(3, (390, 290, 460, 360), face=shown.number, key=shown.key)
    assert draw(live, ANN, larger).face == moved.number


@pytest.mark.parametrize("anyway", [False, True])
def test_an_answer_for_a_face_that_is_gone_is_refused(live: LiveBatch, *, anyway: bool) -> None:
    before = live.seq
    asked = DecideBody("redact", before, faces=[(1, 1), (1, 2)], keys=["1,2,3,4", ""], anyway=anyway)
    with pytest.raises(UsageError, match="found again"):
        decide(live, ANN, asked)
    with pytest.raises(UsageError, match="not what this page sends"):
        decide(live, ANN, DecideBody("redact", before, faces=[(1, 1), (1, 2)], keys=[""]))
    assert live.seq == before


def test_what_is_named_twice_is_recorded_once(live: LiveBatch) -> None:
    key = live.rows([1])[0].faces[0].key
    assert len(decide(live, ANN, DecideBody("redact", live.seq, faces=[(1, 1), (1, 2)], keys=[key, key])).entries) == 1
    out = DecideBody("exclude", live.seq, photos=[2, 2, 2], note="Blurred")
    assert len(decide(live, ANN, out).entries) == 1


def test_who_undoes_what_somebody_else_has_answered_is_asked_first(live: LiveBatch) -> None:
    entries = said(live, "redact", (1, 1), by=BOB).entries
    with pytest.raises(Conflict, match="Bob Roe has answered"):
        undo(live, ANN, UndoBody(entries, live.seq))
    assert undo(live, ANN, UndoBody(entries, live.seq, anyway=True)).entries


def test_what_others_changed_is_told_although_the_answer_that_met_it_was_refused(made: Made, live: LiveBatch) -> None:
    """A download, a look at the log or a refused answer reads it first; every page is told all the same, once."""
    seen = live.seq
    profile = live.settings.profile
    record_decisions(made.folder, profile, "1:1,2:1", DecisionRequest("redact", BOB))
    with pytest.raises(Conflict):
        decide(live, ANN, DecideBody("release", seen, faces=[(1, 1)], value=FORM))
    assert live.news() == (1, 2)
    record_decisions(made.folder, profile, "3:1", DecisionRequest("redact", BOB))
    live.refresh()
    assert live.news() == (3,)
    assert live.news() == ()
    said(live, "reopen", (3, 1))
    assert live.news() == ()  # who has recorded it tells


def test_who_refuses_is_looked_for_where_they_may_be_named_and_other_photos_are_left_alone(
    made: Made, live: LiveBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has refused may not be named in any photo of the batch, nor may a part of the name."""
    judged = list[int]()

    def noted(photo: Photo, *given: Any) -> Photo:
        judged.append(photo.number)
        return judge_now(photo, *given)

    wrote(live, 2, {"caption": f"{PERSON.split()[0]} cuts the ribbon"}, BOB)
    wrote(live, 3, {"caption": "The ribbon is cut"}, BOB)
    said(live, "release", (1, 1), value=FORM)
    as_read_again(live, made)
    monkeypatch.setattr(live_batch, "judge_now", noted)
    told = said(live, "refused", (1, 1))
    assert sorted({*judged}) == [1, 2]
    assert [row.number for row in told.changed] == [1, 2]
    judged.clear()
    back = undone(live, told)
    assert sorted({*judged}) == [1, 2]
    assert [row.number for row in back.changed] == [1, 2]
    monkeypatch.undo()
    as_read_again(live, made)
