"""A batch of imgvet 0.4.0 opens, and its photos are judged as they were."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from imgvet.batch.decisions.state import replay
from imgvet.batch.gate import judge_photo
from imgvet.batch.schema import BATCH_SCHEMA
from imgvet.batch.store import create_or_open, open_batch
from imgvet.decisions import Answer, Decision
from imgvet.geometry import Box
from imgvet.photo import Event, Face, ProblemCode, Verdict
from imgvet.profile import parse_profile
from imgvet.releases.release import FormAnswer
from imgvet.settings import Settings
from support.earlier_batches import turn_back

RECORD = Path(__file__).with_name("record_0_4.json")  # as imgvet 0.4.0 wrote it, but for its line ends
PICTURE = "5" * 64
AT = "2026-06-14T10:00:00+00:00"


def box(face: int) -> Box:
    return Box(100 * face, 10, 100 * face + 60, 80)


def decided(face: int, kind: str, value: str = "", note: str = "") -> Decision:
    return Decision(kind, "A. Officer", AT, 1, PICTURE, box(face), value, note, box(face))


DECIDED = (
    decided(1, "release", "WMP-2026-014"),
    decided(2, "redact"),
    decided(2, "refused"),
    decided(3, "refused"),
    decided(4, "not-identifiable", note="From behind"),
    decided(6, "add-face"),
    decided(6, "redact"),
    decided(7, "release", "WMP-2026-015"),
    decided(8, "staff"),
    Decision("answer", "A. Officer", AT, 1, PICTURE, value="people-named", note="They have signed."),
)
SETTINGS = Settings(
    parse_profile('decisions.second_person = ["not-identifiable", "answer"]', "test"),
    Event("Open Day", link="https://a"),
)
FORMS = {
    "WMP-2026-014": FormAnswer(),
    "WMP-2026-015": FormAnswer("Form WMP-2026-015 is not in the register."),
}


def batch_of_0_4(tmp_path: Path) -> Path:
    """A batch with one photo: answered, hidden, refused, unapproved and open faces, and an answer to approve."""
    path = tmp_path / "b"
    folder = create_or_open(path)
    folder.decide(*DECIDED)  # the log and its chain are as they were
    folder.database.close()
    turn_back(path, 3)
    with closing(sqlite3.connect(path / "private" / "batch.db")) as database, database:
        assert database.execute("PRAGMA user_version").fetchone() == (3,)
        row = (1, b"/photos/1.jpg", "recipe", "stamp", RECORD.read_text(), None)
        database.execute("INSERT INTO photos VALUES (?, ?, ?, ?, ?, ?)", row)
    return path


def test_a_batch_of_0_4_opens_with_all_that_was_known(tmp_path: Path) -> None:
    """Its records are turned once into those of today: answers, problems with their codes, hints and names."""
    folder = open_batch(batch_of_0_4(tmp_path))
    (photo,) = folder.photos()
    old, now = json.loads(RECORD.read_text()), photo.as_json()
    assert [face["resolved"] for face in now["faces"]] == [face["resolved"] for face in old["faces"]]
    assert [face["doubt"] for face in now["faces"]] == [face["doubt"] for face in old["faces"]]
    assert [each["next_step"] for each in now["findings"]] == [each["next_step"] for each in old["findings"]]
    assert now["looked_for"] == {"from": 20, "turned": True, "text": False}
    assert [face.resolved for face in photo.faces[:3]] == [Answer("release", "WMP-2026-014"), Answer("redact"), None]
    assert [face.problem and face.problem.code for face in photo.faces] == [
        None, None, None, ProblemCode.NOT_APPROVED, None, ProblemCode.FORM, ProblemCode.NOT_ALLOWED,
        ProblemCode.NOT_HIDDEN,
    ]  # fmt: skip
    assert [face.face_id for face in photo.faces] == [box(1), box(2), box(3), box(4), None, box(7), box(8), box(6)]
    assert {each.code for each in photo.findings if each.rule == "people-named"} == {ProblemCode.NOT_APPROVED}
    folder.database.close()
    with closing(sqlite3.connect(tmp_path / "b" / "private" / "batch.db")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (BATCH_SCHEMA.version,)
    again = open_batch(tmp_path / "b")
    assert list(again.photos()) == [photo]
    again.database.close()


def without_words(face: Face) -> Face:
    return replace(face, problem=replace(face.problem, sentence="", hint="") if face.problem else None)


def test_a_batch_of_0_4_is_judged_the_same(tmp_path: Path) -> None:
    """What the gate of today says of the record is what 0.4.0 wrote down, in words of today."""
    folder = open_batch(batch_of_0_4(tmp_path))
    (photo,) = folder.photos()
    known = replay(photo, folder.snapshot().decisions_on(1))
    judged = judge_photo(photo, SETTINGS, known, FORMS)
    assert [without_words(face) for face in judged.faces] == [without_words(face) for face in photo.faces]
    codes = [(each.rule, each.verdict, each.code, each.box) for each in judged.findings]
    assert codes == [(each.rule, each.verdict, each.code, each.box) for each in photo.findings]
    assert judged.verdict is Verdict.BLOCKED
    hidden = replace(photo, faces=tuple(replace(face, resolved=Answer("redact")) for face in photo.faces))
    assert judge_photo(hidden, SETTINGS, known, FORMS).verdict is Verdict.ASK  # people-named still needs approval
    folder.database.close()
