"""What may be said of a photo or face, each guard alone; and that it is recorded as it was said."""

import re
from dataclasses import replace
from typing import Any

import pytest

from imgvet.batch.decisions import record
from imgvet.batch.decisions.add_faces import add_faces
from imgvet.batch.decisions.record import DecisionRequest, check_allowed, decision_on, record_decisions
from imgvet.batch.decisions.statements import record_statements
from imgvet.batch.store import BatchStore
from imgvet.decisions import Decision, StatementAnswer
from imgvet.errors import UsageError
from imgvet.geometry import Box
from imgvet.photo import Face, Finding, Photo, Verdict
from imgvet.profile import Profile, parse_profile
from support.recorded import AT, FACES, LEFT, PHOTOS, PROFILE, RIGHT, A, B, asks, refused, request

INCOMPLETE: list[tuple[DecisionRequest, str]] = [
    (request("redact", by=" "), "A decision needs a name"),
    (request("exclude"), "'exclude' needs a reason in words"),
    (request("exclude", note="…"), "'exclude' needs a reason in words"),
    (request("not-identifiable"), "'not-identifiable' needs a reason in words"),
    (request("redact", "WMP-1"), "'redact' takes no value, but 'WMP-1' was given"),
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
    (1, 1, request("exclude", note="No"), "'exclude' cannot be decided for a face under this profile", r"or reopen\.$"),
    (1, 1, request("not-a-face"), "'not-a-face' cannot be decided for a face under this profile", ""),
    (1, 1, request("approve"), "'approve' cannot be decided for a face", ""),
    (1, 1, request("add-face"), "'add-face' cannot be decided for a face", ""),
    (
        1,
        None,
        request("redact"),
        "'redact' cannot be decided for a photo",
        "To decide on a face .* 1:1 or 1:all",
    ),
    (1, None, request("approve"), "'approve' cannot be decided for a photo", ""),
    (1, None, request("finish"), "'finish' cannot be decided for a photo", ""),
    (1, 1, request("release"), "needs the reference of the signed form", ""),
    (1, 1, request("release", "two words"), "needs the reference of the signed form", ""),
    (1, 1, request("release", "x" * 65), "needs the reference of the signed form", ""),
    (1, None, request("own"), "'others-copyright' asks nothing about photo 1", "names no rights of others"),
    (6, None, request("own"), "'others-copyright' blocks photo 6", "Leave the photo out"),
    (2, None, request("answer", "others-copyright", "Ours"), "is answered with own or licensed", "decide 2 own"),
    (1, None, request("answer", "people-named"), "'answer' needs a reason in words", ""),
    (1, None, request("answer", "", "So."), "There is no rule ''", ""),
    (1, None, request("answer", "nonsense", "So."), "There is no rule 'nonsense'", "answer people-named or under-18"),
    (4, None, request("answer", "people-named", "So."), "'people-named' asks nothing about photo 4", "answer under-18"),
    (1, None, request("answer", "face-release", "So."), "'face-release' asks nothing about photo 1", ""),
    (1, 1, request("reopen", "under-18"), "'reopen' of a face takes no value", ""),
    (1, None, request("reopen", "nonsense"), "'nonsense' is not something that can be reopened", ""),
]


def show(folder: BatchStore, profile: Profile, *people: str) -> None:
    """Show these people the profile's statements, which they call true."""
    for by in people:
        record_statements(folder, by, [StatementAnswer(each.id, each.text, true=True) for each in profile.questions])


def test_a_statement_that_was_not_shown_is_declared_by_nobody(folder: BatchStore) -> None:
    """Not by another than whom it was shown to either; what is no statement need not be shown."""
    show(folder, PROFILE, B)
    for targets in ("1", "all"):
        asked = request("answer", "under-18")
        refused(record_decisions, folder, PROFILE, targets, asked, match="was not shown to A. Officer")
    record_decisions(folder, PROFILE, "1", request("answer", "people-named", "So."))
    record_decisions(folder, PROFILE, "1", request("reopen", "under-18"))


def face_of(number: int, face: int | None) -> tuple[Photo, Face | None]:
    about = PHOTOS[number - 1]
    return about, about.faces[face - 1] if face else None


@pytest.mark.parametrize(("number", "face", "asked"), ALLOWED)
def test_what_may_be_said(folder: BatchStore, number: int, face: int | None, asked: DecisionRequest) -> None:
    """And is recorded as it was said."""
    check_allowed(PROFILE, *face_of(number, face), asked)
    show(folder, PROFILE, A)
    (made,) = record_decisions(folder, PROFILE, f"0{number}" + (f":{face}" if face else ""), asked)
    kind = "declare" if asked.value == "under-18" and asked.kind == "answer" else asked.kind
    assert made == replace(asked.for_target(*face_of(number, face)), kind=kind)
    assert folder.snapshot().decisions[1:] == (made,)


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
    assert told.value.hint == "That photo has no open questions."


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
    show(folder, PROFILE, A)
    assert numbers(record_decisions(folder, PROFILE, "all", request("answer", "under-18"))) == [1, 2, 4, 5, 6]
    assert numbers(record_decisions(folder, PROFILE, "all", request("exclude", note="No"))) == [1, 2, 4, 5, 6]
    assert numbers(record_decisions(folder, PROFILE, "all:all", request("redact"))) == [1, 1, 2]
    assert numbers(record_decisions(folder, PROFILE, "all:all", request("reopen"))) == [1, 1, 2]
    assert numbers(record_decisions(folder, PROFILE, "2:1,1:all", request("redact"))) == [2, 1, 1]
    called = PROFILE.model_copy(update={"questions": (PROFILE.questions[0].model_copy(update={"id": "similar"}),)})
    show(folder, called, A)
    assert numbers(record_decisions(folder, called, "all", request("answer", "similar", "So."))) == [1, 2, 4, 5, 6]
    before = folder.snapshot().decisions
    for targets in ("5,4", "2,4"):
        refused(record_decisions, folder, PROFILE, targets, request("own"), match="asks nothing about photo 4")
    refused(record_decisions, folder, PROFILE, "all", request("answer", "ai-content", "So."), match="about photo 1")
    refused(record_decisions, folder, PROFILE, "all,9", request("own"), match="There is no photo '9'")
    for kind, value in (("staff", ""), ("release", "WMP-1"), ("approve", "")):
        refused(
            record_decisions, folder, PROFILE, "1:1,all:all", request(kind, value),
            match=f"'{kind}' cannot be decided for every face at once, only redact or reopen",
        )  # fmt: skip
    assert folder.snapshot().decisions == before


def test_possible_faces_are_those_that_nobody_has_answered_for(folder: BatchStore) -> None:
    """Whoever says of all possible faces that they are none changes no answer that somebody gave; reopen does."""
    profile = PROFILE.model_copy(
        update={"faces": PROFILE.faces.model_copy(update={"answers": (*PROFILE.faces.answers, "not-a-face")})}
    )
    seen = (PHOTOS[0].faces[0], replace(PHOTOS[0].faces[1], possible=True))
    folder.record(replace(PHOTOS[0], faces=seen), "recipe", None)
    folder.record(replace(PHOTOS[1], faces=(replace(PHOTOS[1].faces[0], possible=True),)), "recipe", None)
    record_decisions(folder, profile, "1:2", request("redact"))
    made = record_decisions(folder, profile, "possible", request("not-a-face"))
    assert [(each.photo, each.face, each.kind) for each in made] == [(2, PHOTOS[1].faces[0].box, "not-a-face")]
    for targets in ("possible", "1:possible", "2:possible"):
        for kind in ("redact", "not-a-face"):
            refused(
                record_decisions, folder, profile, targets, request(kind), match="Every possible face has an answer",
            )  # fmt: skip
    refused(record_decisions, folder, profile, "all:possible", request("staff"), match="only redact, not-a-face or re")
    assert numbers(record_decisions(folder, profile, "1:possible,2:1", request("staff"))) == [2]
    assert numbers(record_decisions(folder, profile, "all:possible", request("reopen"))) == [1, 2]
    assert numbers(record_decisions(folder, profile, "possible", request("redact"))) == [1, 2]
    record_decisions(folder, profile, "1:2", request("refused"))
    refused(record_decisions, folder, profile, "possible", request("not-a-face"), match="has an answer already")


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
    show(folder, PROFILE, A, B)
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
        ("1:2", B, "Photo 1, face 2 was decided by B. Sergeant"),
        ("2:1", B, "Photo 2, face 1 has no decision to approve"),
        ("1:2,2:1", A, "Photo 2, face 1 has no decision"),
        ("2:all", B, "Photo 2, face 1 has no decision"),
        ("2:all,1:all", B, "Photo 1, face 2 was decided by B. Sergeant"),  # what somebody else could approve is told
        ("1:all,2:all", B, "Photo 1, face 2 was decided by B. Sergeant"),
        ("06", B, "Photo 6 has no decision to approve"),
    ):
        with pytest.raises(UsageError, match=reason) as told:
            record_decisions(folder, PROFILE, targets, request("approve", by=by))
        assert told.value.hint
    assert folder.snapshot().decisions == before


def test_nobody_approves_statements_unseen(folder: BatchStore) -> None:
    """Whoever calls it; an approval of anything else needs no statement."""
    show(folder, PROFILE, A)
    record_decisions(folder, PROFILE, "2", request("answer", "under-18"))
    record_decisions(folder, PROFILE, "1:1", request("staff"))
    approve = request("approve", "under-18", by=B)
    before = folder.snapshot().decisions
    refused(record_decisions, folder, PROFILE, "2", approve, match="'under-18' was not shown to B")
    question = PROFILE.questions[0]
    record_statements(folder, B, [StatementAnswer(question.id, "Other words.", true=True)])
    refused(record_decisions, folder, PROFILE, "2", approve, match="as it is worded now")
    record_statements(folder, B, [StatementAnswer(question.id, question.text, true=False, photos=(4,))], [4])
    refused(record_decisions, folder, PROFILE, "2", approve, match="was not shown to B")
    assert [each.kind for each in folder.snapshot().decisions[len(before) :]] == ["statement", "statement"]
    record_decisions(folder, PROFILE, "1:1", request("approve", by=B))
    show(folder, PROFILE, B)
    assert [each.value for each in record_decisions(folder, PROFILE, "2", approve)] == ["declare under-18"]


def test_the_first_of_several_that_are_ones_own_is_told(folder: BatchStore) -> None:
    """And the first of those without an answer, where none is."""
    record_decisions(folder, PROFILE, "1:1,1:2,2:1", request("staff"))
    for targets in ("2:all,1:all", "1:all,2:all"):
        with pytest.raises(UsageError, match=rf"Photo {targets[0]}, face 1 was decided by A\. Officer"):
            record_decisions(folder, PROFILE, targets, request("approve"))
    record_decisions(folder, PROFILE, "1:all,2:all", request("reopen"))
    for targets in ("2:all,1:all", "1:all,2:all"):
        with pytest.raises(UsageError, match=rf"Photo {targets[0]}, face 1 has no decision"):
            record_decisions(folder, PROFILE, targets, request("approve", by=B))


def test_what_people_recorded_of_faces_counts(folder: BatchStore) -> None:
    """A face that somebody added can be named from then on."""
    refused(record_decisions, folder, PROFILE, "4:1", request("redact"), match="It has none|There is no face 1")
    add_faces(folder, PROFILE, "4", ["100,100,180,200"], request(""))
    (made,) = record_decisions(folder, PROFILE, "4:1", request("redact"))
    assert (made.face, made.face_id) == (Box(100, 100, 180, 200), Box(100, 100, 180, 200))
