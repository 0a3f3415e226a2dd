"""A second pair of eyes: what waits for it, who may lend it, and that an approval is of one answer alone."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.batch.decisions.state import DecisionState, QuestionAnswer, face_records, replay
from imgvet.batch.gate import judge_photo
from imgvet.decisions import Decision
from imgvet.geometry import Box
from imgvet.photo import Event, Photo, Verdict
from imgvet.profile import parse_profile
from imgvet.rules.face_answers import is_approved
from imgvet.settings import Settings
from support.commands import Imgvet, run_process
from support.declaring import declaring, statements_read
from support.folders import photo_names
from support.forms import signed
from support.pictures import landscape, mirrored, portrait, save_photo
from support.shared import Shared

EVENT = ("--event", "Open Day", "--date", "2026-06-14", "--link", "https://www.example.org/open-day")
BY = ("--by", "A. Officer")
OTHER = ("--by", "B. Officer")
FACE = Box(10, 10, 60, 70)
ALL_KINDS = "['release', 'staff', 'not-identifiable', 'not-a-face', 'answer', 'declare']"


def decision(kind: str, by: str = "A. Officer", value: str = "", **about: Any) -> Decision:
    whole: dict[str, Any] = {"photo": 1, "value": value} | about
    return Decision(kind, by, "2026-06-14T10:00:00+00:00", **whole)


def on_face(kind: str, by: str = "A. Officer", value: str = "") -> Decision:
    return decision(kind, by, value, face=FACE, face_id=FACE)


# -- what holds

ANSWERS = ("release WMP-1", "release WMP-2", "staff", "not-a-face")
PEOPLE = ("A. Officer", "B. Officer", "C. Officer")
steps = st.one_of(
    st.tuples(st.sampled_from([*ANSWERS, "redact", "refused", "reopen"]), st.sampled_from(PEOPLE)),
    st.tuples(st.sampled_from([f"approve {answer}" for answer in ANSWERS]), st.sampled_from(PEOPLE)),
)


@given(st.lists(steps, max_size=12))
def test_an_approval_is_of_the_very_answer_it_was_given_for(steps: list[tuple[str, str]]) -> None:
    """Whatever is said in whatever order: approved is only what somebody else approved after it was last answered."""
    made = []
    for said, by in steps:
        kind, _, value = said.partition(" ")
        made.append(on_face(kind, by, value))
    last = max((n for n, (said, _) in enumerate(steps) if not said.startswith("approve")), default=None)
    expected = False
    if last is not None:
        answer, decider = steps[last]
        expected = any(said == f"approve {answer}" and by != decider for said, by in steps[last + 1 :])
    known = face_records(made)
    assert any(is_approved(each.by, each.approved_by) for each in known) is expected


def test_a_larger_box_keeps_the_approval() -> None:
    """Who draws the head anew has not answered anew; who draws one where nobody saw a face has."""
    drawn = decision("add-face", "C. Officer", face=FACE.grown(0.2), face_id=FACE)
    for answer, approval in (("staff", "B. Officer"), ("not-a-face", "")):
        (known,) = face_records([on_face(answer), on_face("approve", "B. Officer", answer), drawn])
        assert known.approved_by == approval


def test_answers_about_a_photo() -> None:
    """Who gave each, who approved it; a new answer, or one that is taken back, needs a new approval."""
    photo = Photo("a.jpg")
    made = [
        decision("declare", value="under-18 evidence"),
        decision("answer", value="people-named"),
        decision("approve", "B. Officer", "declare under-18 evidence"),
        decision("approve", "A. Officer", "answer people-named"),  # their own
        decision("declare", "B. Officer", "evidence"),
    ]
    known = replay(photo, made)
    assert known.answers == (
        QuestionAnswer("declare", "under-18", "A. Officer", "B. Officer"),
        QuestionAnswer("declare", "evidence", "B. Officer"),
        QuestionAnswer("answer", "people-named", "A. Officer"),
    )
    assert known.declared == {"under-18", "evidence"}
    assert known.holding("declare", ["declare"]) == {"under-18"}
    assert known.holding("declare", []) == {"under-18", "evidence"}
    assert known.holding("answer", ["declare"]) == {"people-named"}
    assert known.holding("answer", ["answer"]) == frozenset()
    assert [each.rule for each in known.waiting(["declare", "answer"])] == ["evidence", "people-named"]
    back = replay(photo, [*made, decision("reopen", value="under-18")])
    assert back.declared == {"evidence"}
    assert back.holding("answer", []) == {"people-named"}
    assert replay(photo, [*made, decision("reopen")]) == DecisionState()


def test_only_reopening_takes_a_photo_in_again() -> None:
    """What is declared, answered, approved, or taken back of one answer leaves an excluded photo out."""
    photo = Photo("a.jpg")
    said = [decision("exclude"), decision("declare", value="a"), decision("approve", "B.", "declare a")]
    assert replay(photo, [*said, decision("reopen", value="a")]).excluded
    assert not replay(photo, [*said, decision("reopen", value="exclude")]).excluded
    assert replay(photo, [*said, decision("reopen", value="exclude")]).declared == {"a"}
    assert not replay(photo, [*said, decision("reopen")]).excluded


def test_the_gate_says_what_waits_for_approval() -> None:
    """A photo that is answered and not approved says so, and how; approved, it is ready."""
    settings = Settings(
        parse_profile(f"decisions.second_person = {ALL_KINDS}\n[[questions]]\nid='a'\ntext='A.'\nsource='S'", "test"),
        Event("Open Day", link="https://www.example.org"),
    )
    photo = Photo("a.jpg", width=4000, height=3000, removed=("people",), name="a.jpg", sha256="0" * 64)
    made = [decision("declare", value="a"), decision("answer", value="people-named")]
    found = {each.rule: each for each in judge_photo(photo, settings, replay(photo, made)).findings}
    assert found["declaration"].reason == "What was declared needs a second person's approval."
    assert "approve declare" in found["declaration"].hint
    assert found["people-named"].reason.endswith("The decision needs a second person's approval.")
    made += [decision("approve", "B. Officer", "declare a"), decision("approve", "B. Officer", "answer people-named")]
    assert judge_photo(photo, settings, replay(photo, made)).verdict is Verdict.READY
    undeclared = judge_photo(photo, settings, replay(photo, made[1:2]))
    assert "The declaration has not been made yet" in next(
        each.reason for each in undeclared.findings if each.rule == "declaration"
    )


def test_an_approval_clears_nothing_that_blocks() -> None:
    """What no answer can clear, two people cannot either."""
    settings = Settings(parse_profile(f"decisions.second_person = {ALL_KINDS}", "test"), Event("Open Day"))
    photo = Photo("a.jpg", width=4000, height=3000, removed=("minor",), name="a.jpg", sha256="0" * 64)
    made = [decision("answer", value="minor-age"), decision("approve", "B. Officer", "answer minor-age")]
    for said in (made[:1], made):
        (finding,) = judge_photo(photo, settings, replay(photo, said)).findings
        assert finding.verdict is Verdict.BLOCKED
        assert "approval" not in finding.reason


# -- at the command

PROFILE = f"""
[faces]
answers = ["staff", "not-identifiable", "not-a-face"]
[decisions]
second_person = {ALL_KINDS}
[[questions]]
id = "under-18"
text = "Nobody is under 18."
source = "S"
[[questions]]
id = "evidence"
text = "Nothing is evidence."
source = "S"
"""


def kinds(imgvet: Imgvet) -> list[tuple[str, int | None, int | None, str, str]]:
    lines = imgvet("log", "b", "--json").lines
    return [
        (each["kind"], each["photo"], each["face"], each["value"], each["by"])
        for each in lines
        if each["kind"] != "statement"
    ]


def portraits_and_landscape(folder: Path) -> None:
    (folder / "imgvet.toml").write_text(PROFILE)
    save_photo(folder / "photos" / "1.jpg", portrait())
    save_photo(folder / "photos" / "2.jpg", mirrored())
    save_photo(folder / "photos" / "3.jpg", landscape())
    assert run_process(("batch", "photos", "--out", "b", *EVENT), folder).code == 0
    assert photo_names(folder / "b" / "flickr") == []


@pytest.fixture
def batch(shared: Shared, tmp_path: Path) -> Path:
    """Two portraits and a landscape, under a profile that wants everything seen twice."""
    shared.copied(portraits_and_landscape, tmp_path)
    return tmp_path / "b"


def test_two_people_clear_a_batch(imgvet: Imgvet, batch: Path) -> None:
    """One says, another approves, finish places; a new answer waits for a new approval and takes the photo back."""
    signed(batch.parent, "WMP-1")
    imgvet("decide", "b", "all", "answer", "under-18", *BY, *statements_read(imgvet, "finish", "b"))
    declaring(imgvet, "finish", "b", by="A. Officer")
    assert (batch / "checklist.html").read_text(encoding="utf-8").count(
        "needs a second person&#39;s approval</bdi>"
    ) == 2
    assert "second person" in imgvet("decide", "b", "--faces", "1:1,2:1", "release", "WMP-1", *BY).err
    imgvet("finish", "b")
    assert photo_names(batch / "flickr") == []
    ran = imgvet("decide", "b", "--faces", "1:1,2:1", "approve", *OTHER)
    assert "Recorded: 2 decisions by B. Officer." in ran.err
    assert "Approved: release WMP-1, 2 photos or faces." in ran.err
    assert (
        "3 decisions"
        in imgvet("decide", "b", "all", "approve", "declare", *OTHER, *statements_read(imgvet, "finish", "b")).err
    )
    imgvet("finish", "b")
    assert (batch / "checklist.html").read_text(encoding="utf-8").count("approved by B. Officer</bdi>") == 2
    assert photo_names(batch / "flickr") == ["open-day-001.jpg", "open-day-002.jpg", "open-day-003.jpg"]
    imgvet("decide", "b", "1:1", "release", "WMP-1", *OTHER)
    assert "1 photo in flickr/ may no longer be published" in imgvet("status", "b").err
    imgvet("decide", "b", "1:1", "approve", "WMP-1", *BY)
    assert "must not be published" not in imgvet("status", "b").err
    imgvet("decide", "b", "1:1", "reopen", *BY)
    imgvet("finish", "b")
    assert photo_names(batch / "flickr") == ["open-day-002.jpg", "open-day-003.jpg"]


REFUSED: list[tuple[tuple[str, ...], str]] = [
    (("1:1", "approve", "--by", "A. Officer"), "Photo 1, face 1 was decided by A. Officer, and nobody"),
    (("1:1", "approve", "--by", " a.\u00a0OFFICER "), "nobody may approve their own decision"),
    (("1:1", "approve", "--by", "Ａ. Ｏfficer"), "nobody may approve their own decision"),
    (("1:1", "approve", "WMP-2", *OTHER), "has the decision 'staff', not 'WMP-2'"),
    (("1:1", "approve", "--by", " "), "--by is empty"),
    (("2:1", "approve", *OTHER), "Photo 2, face 1 has no decision to approve"),
    (("1,2", "approve", "people-named", *OTHER), "has no decision 'people-named' to approve"),
    (("3", "approve", *OTHER), "name one. These need approval: under-18."),
    (("3", "approve", "under-18", *BY), "Photo 3 was decided by A. Officer"),
    (("3", "approve", "evidence", *OTHER), "has no decision 'evidence'"),
    (("all", "approve", "declare", *BY), "nobody may approve their own decision"),
    (("1:all,2:all", "approve", *BY), "nobody may approve their own decision"),
    (("all:all", "approve", *OTHER), "cannot be decided for every face at once, only redact or reopen"),
    (("1", "approve", "--add-face", "100,200,180,300", *OTHER), "cannot be decided while a face is added"),
]  # fmt: skip


def test_what_cannot_be_approved_is_refused_whole(imgvet: Imgvet, batch: Path) -> None:
    """With the reason; however the decider writes their own name, it is theirs."""
    imgvet("decide", "b", "1:1", "staff", *BY)
    imgvet("decide", "b", "3", "answer", "under-18", *BY, *statements_read(imgvet, "finish", "b"))
    before = kinds(imgvet)
    for words, message in REFUSED:
        ran = imgvet("decide", "b", *words)
        assert ran.code == 2, words
        assert message in ran.err.replace("\n", " "), words
    assert kinds(imgvet) == before
    imgvet("decide", "b", "1:1", "approve", *OTHER)
    assert "is approved already: 'staff', by B. Officer" in imgvet("decide", "b", "1:1", "approve", "--by", "C.").err
    imgvet("decide", "b", "2:1", "redact", *BY)
    assert "needs no approval" in imgvet("decide", "b", "2:1", "approve", *OTHER).err


def test_all_that_waits_is_approved_and_the_rest_left(imgvet: Imgvet, batch: Path) -> None:
    """Among all, each approves what others said; their own, and what nobody said, stays as it is."""
    imgvet("decide", "b", "1", "answer", "under-18", *BY, *statements_read(imgvet, "finish", "b"))
    imgvet("decide", "b", "2", "answer", "under-18", *OTHER, *statements_read(imgvet, "finish", "b"))
    imgvet("decide", "b", "all", "approve", "under-18", *OTHER, *statements_read(imgvet, "finish", "b"))
    assert kinds(imgvet)[2:] == [("approve", 1, None, "declare under-18", "B. Officer")]
    imgvet("decide", "b", "all", "approve", "under-18", *BY, *statements_read(imgvet, "finish", "b"))
    assert kinds(imgvet)[3:] == [("approve", 2, None, "declare under-18", "A. Officer")]
    assert "approved already" in imgvet("decide", "b", "all", "approve", "under-18", "--by", "C. Officer").err


def test_a_command_that_is_given_again_keeps_the_approval(imgvet: Imgvet, batch: Path) -> None:
    """The same declaration by the same person is not a new one."""
    declaring(imgvet, "finish", "b", by="A. Officer")
    imgvet("decide", "b", "all", "approve", "declare", *OTHER, *statements_read(imgvet, "finish", "b"))
    declaring(imgvet, "finish", "b", by="A. Officer")
    assert photo_names(batch / "flickr") == ["open-day-003.jpg"]
    declaring(imgvet, "finish", "b", by="C. Officer")
    assert photo_names(batch / "flickr") == []


# -- many at once


CANNOT_BE_TOLD: list[tuple[tuple[str, ...], str]] = [
    (("1:1", "release", "WMP-1", "--faces", "2:1"), "was given before the kind of decision"),
    (("1:1", "redact", "--faces", "2:1"), "'1:1' was given before the kind of decision"),
    (("1:1", "--faces", "2:1"), "Give the faces once"),
    (("release", "WMP-1", "more", "--faces", "2:1"), "Give the faces once"),
    (("redact", "--faces", ""), "--faces is empty"),
    (("redact", "--faces", ","), "--faces is empty"),
    (("release", "WMP-1", "--faces", "1:1,9:1"), "There is no photo '9'"),
    (("redact", "--faces", "1:1,3:1"), "There is no face 1 in photo 3"),
    (("--faces", "1:1"), "No decision was given"),
    ((), "does not say which photo or face is decided on"),
    (("1:1",), "No decision was given"),
    (("1:1", "redact", "WMP-1"), "'redact' takes no value"),
]  # fmt: skip


def test_faces_of_one_person_in_many_photos(imgvet: Imgvet, batch: Path) -> None:
    """--faces says the same as the faces in front; each once, all or none."""
    signed(batch.parent, "WMP-1")
    for where in (("--faces", "1:1, 2:1,1:1"), ("1:1,2:1",)):
        assert "Recorded: 2 decisions" in imgvet("decide", "b", *where, "release", "WMP-1", *BY).err
    assert imgvet("decide", "b", "release", "WMP-1", *BY, "--faces", "1:1").code == 0
    made = kinds(imgvet)
    assert [(kind, photo, face, value) for kind, photo, face, value, _ in made] == [
        ("release", 1, 1, "WMP-1"),
        ("release", 2, 1, "WMP-1"),
    ] * 2 + [("release", 1, 1, "WMP-1")]
    for words, message in CANNOT_BE_TOLD:
        ran = imgvet("decide", "b", *words, *BY)
        assert ran.code == 2, words
        assert message in ran.err.replace("\n", " "), words
    assert kinds(imgvet) == made


def test_all_photos_and_all_faces(imgvet: Imgvet, batch: Path) -> None:
    """Answers and exclusions for every photo; of every face only what shows nobody unseen."""
    (batch.parent / "photos" / "4.jpg").write_bytes(b"\xff\xd8\xff\xe0 torn")
    imgvet("batch", "photos", "--out", "b", *EVENT)
    imgvet("decide", "b", "all", "exclude", "--note", "Rain", *BY)
    assert [photo for _, photo, *_ in kinds(imgvet)] == [1, 2, 3]  # not the one that failed
    imgvet("decide", "b", "all", "reopen", "exclude", *BY)
    assert imgvet("decide", "b", "all:all", "redact", *BY).code == 0
    assert [(kind, photo, face) for kind, photo, face, *_ in kinds(imgvet)[6:]] == [("redact", 1, 1), ("redact", 2, 1)]
    for kind in ("staff", "not-a-face", "refused"):
        assert "cannot be decided for every face at once" in imgvet("decide", "b", "all:all", kind, *BY).err


# -- the profile's questions, photo by photo


def test_questions_are_answered_for_one_photo(imgvet: Imgvet, batch: Path) -> None:
    """Such an answer counts as declared there, and there alone; taken back, the photo waits again."""
    imgvet(
        "decide",
        "b",
        "3",
        "answer",
        "under-18",
        "--note",
        "No people in it",
        *BY,
        *statements_read(imgvet, "finish", "b"),
    )
    imgvet("decide", "b", "3", "answer", "evidence", *BY, *statements_read(imgvet, "finish", "b"))
    imgvet("decide", "b", "3", "approve", "declare", *OTHER, *statements_read(imgvet, "finish", "b"))
    assert kinds(imgvet)[:2] == [
        ("declare", 3, None, "under-18", "A. Officer"),
        ("declare", 3, None, "evidence", "A. Officer"),
    ]
    imgvet("finish", "b")
    assert photo_names(batch / "flickr") == ["open-day-003.jpg"]
    for words in (("reopen", "evidence"), ("reopen",)):
        imgvet("decide", "b", "3", *words, *BY)
        imgvet("finish", "b")
        assert photo_names(batch / "flickr") == []
        imgvet("decide", "b", "3", "answer", "evidence", *BY, *statements_read(imgvet, "finish", "b"))
        imgvet("decide", "b", "3", "answer", "under-18", *BY, *statements_read(imgvet, "finish", "b"))
        imgvet("decide", "b", "3", "approve", "declare", *OTHER, *statements_read(imgvet, "finish", "b"))
        imgvet("finish", "b")
        assert photo_names(batch / "flickr") == ["open-day-003.jpg"]


def test_unknown_questions_are_refused_with_what_may_be_answered(imgvet: Imgvet, batch: Path) -> None:
    """Also what might be taken back."""
    for words, message in (
        (("3", "answer", "nonsense"), "There is no rule 'nonsense'. It may answer under-18 or evidence."),
        (("3", "answer", "people-named"), "asks nothing about photo 3. It may answer under-18 or evidence."),
        (("all", "answer", "people-named"), "'people-named' asks nothing about photo 1."),
        (("3", "answer"), "It may answer under-18 or evidence."),
        (("3", "reopen", "nonsense"), "'nonsense' is not something that can be reopened"),
        (("1:1", "reopen", "under-18"), "'reopen' of a face takes no value"),
    ):  # fmt: skip
        ran = imgvet("decide", "b", *words, *BY)
        assert ran.code == 2, words
        assert message in ran.err.replace("\n", " "), words
    assert kinds(imgvet) == []


@pytest.mark.slow
def test_a_rule_that_asks_is_answered_wherever_it_asks(imgvet: Imgvet, tmp_path: Path) -> None:
    """Among all photos those are meant about which it asks; the answer needs its reason."""
    (tmp_path / "imgvet.toml").write_text("[rules]\ntoo-small = 'ask'\n[channels.flickr]\nshort_side_at_least = 700\n")
    save_photo(tmp_path / "photos" / "1.jpg", landscape())
    save_photo(tmp_path / "photos" / "2.jpg", landscape(2)[:300].copy())
    imgvet("batch", "photos", "--out", "b", *EVENT)
    assert "needs a reason" in imgvet("decide", "b", "all", "answer", "too-small", *BY).err
    imgvet("decide", "b", "all", "answer", "too-small", "--note", "It is all there is", *BY)
    assert kinds(imgvet) == [("answer", 2, None, "too-small", "A. Officer")]
    imgvet("finish", "b")
    assert photo_names(tmp_path / "b" / "flickr") == ["open-day-001.jpg", "open-day-002.jpg"]


def test_nobody_approves_a_declaration_unseen(imgvet: Imgvet, batch: Path) -> None:
    """Its statements are shown to the second person too; a no takes the declaration back, and approves nothing."""
    declaring(imgvet, "finish", "b", by="A. Officer")
    before = kinds(imgvet)
    approve = ("decide", "b", "all", "approve", "declare", *OTHER)
    refused = imgvet(*approve)
    assert refused.code == 2
    assert "must be read before anybody declares them" in refused.err
    assert refused.err.splitlines()[-1].strip().endswith("--show-statements")
    assert imgvet(*approve, "--statements-read", "0000-0000").code == 2
    assert kinds(imgvet) == before
    assert imgvet(*approve, *statements_read(imgvet, *approve)).code == 0
    assert {each[0] for each in kinds(imgvet)[len(before) :]} >= {"approve"}


@pytest.mark.parametrize("kind", ["declare", "own"])
def test_check_does_not_take_one_person_for_two(imgvet: Imgvet, tmp_path: Path, kind: str) -> None:
    """Where the profile asks for a second person, a declaration to check publishes nothing, whoever makes it."""
    save_photo(tmp_path / "one.jpg", landscape(3)[:300, :400])
    (tmp_path / "two.toml").write_text(
        f'extends = "general"\nname = "two"\n[decisions]\nsecond_person = ["{kind}"]\n'
        '[[questions]]\nid = "q"\ntext = "No photo shows a child."\nsource = "Policy"\n',
        "utf-8",
    )
    words = ("check", "one.jpg", "--profile", "two.toml")
    ran = declaring(imgvet, *words, by="A. Officer")
    if kind == "own":  # of declarations this profile takes the word of one
        assert ran.code == 0
        return
    assert ran.code == 2
    assert "asks for a second person" in ran.err
    assert not list(tmp_path.glob("imgvet-ready/*"))
    told = imgvet(*words)
    assert told.code == 1
    assert "imgvet batch one.jpg --out BATCH --event EVENT --channel x --profile two.toml" in told.out
    assert "--declare" not in told.out
