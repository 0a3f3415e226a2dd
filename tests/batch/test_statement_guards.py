"""The profile's statements, each guard alone: what is recorded, what a no takes back, and who may declare what."""

from dataclasses import replace
from pathlib import Path

import pytest

from imgvet.batch.decisions.statements import (
    RefusedStatement,
    check_were_shown,
    numbers_of_photos,
    record_statements,
    refused_statements,
    reopen_statements,
)
from imgvet.batch.store import BatchStore, open_batch
from imgvet.decisions import ANSWER, DECLARE, REOPEN, STATEMENT, Decision, StatementAnswer
from imgvet.profile import parse_profile
from support.recorded import AT, PHOTOS, A, B, make_batch, refused

WORDS = {"under-18": "Nobody is under 18.", "people-named": "Nobody is named."}  # the second is also the name of a rule
PROFILE = parse_profile(
    "".join(f"[[questions]]\nid = '{name}'\ntext = '{text}'\nsource = 'S'\n" for name, text in WORDS.items()), "test"
)
ADULTS, NAMES = PROFILE.questions
LATER = "2026-06-14T11:00:00+00:00"


def declared(number: int, value: str) -> Decision:
    return Decision(DECLARE, A, AT, number, PHOTOS[number - 1].source_sha256, value=value)


DECLARED = (declared(1, "under-18 people-named"), declared(2, "people-named"), declared(4, "under-18"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A batch in which photos 1 and 4 are declared to show nobody under 18, and 1 and 2 nobody who is named."""
    path = make_batch(tmp_path_factory.mktemp("made") / "b")
    store = open_batch(path)
    store.decide(*DECLARED)
    store.database.close()
    return path


def new(folder: BatchStore) -> list[Decision]:
    """What was recorded since."""
    return [replace(each, at="") for each in folder.snapshot().decisions[len(DECLARED) :]]


def answered(question: str, *photos: int, true: bool = False) -> StatementAnswer:
    return StatementAnswer(question, WORDS[question], true, photos=photos)


def void(number: int, value: str, note: str = "The statement was answered with no.", by: str = B) -> Decision:
    return Decision(REOPEN, by, "", number, PHOTOS[number - 1].source_sha256, value=value, note=note)


def test_a_yes_is_recorded_in_the_words_that_were_shown(folder: BatchStore) -> None:
    """And takes nothing back. The name is kept as names are."""
    record_statements(folder, "B.   Sergeant ", [answered("under-18", true=True)])
    assert new(folder) == [Decision(STATEMENT, B, "", value="under-18 yes", note="Nobody is under 18.")]
    assert all(each.at > AT for each in folder.snapshot().decisions[len(DECLARED) :])


def test_a_no_takes_back_what_was_declared(folder: BatchStore) -> None:
    """Of every photo that was declared, and of that statement alone; what was not declared need not be taken back."""
    record_statements(folder, B, [answered("people-named", true=True), answered("under-18")])
    _, said, *taken_back = new(folder)
    assert said == Decision(STATEMENT, B, "", value="under-18 no", note="Nobody is under 18.")
    assert taken_back == [void(1, "under-18"), void(4, "under-18")]
    record_statements(folder, B, [answered("under-18")])
    assert [each.kind for each in new(folder)][4:] == [STATEMENT]


def test_a_no_names_the_photos_of_which_it_is_said(folder: BatchStore) -> None:
    """It takes the declaration back for all photos, or for those alone that were asked about."""
    record_statements(folder, B, [answered("under-18", 4, 5)], (4, 2))
    first, second, *taken_back = new(folder)
    assert [(each.photo, each.source_sha256) for each in (first, second)] == [(4, "4" * 64), (5, "5" * 64)]
    assert {each.value for each in (first, second)} == {"under-18 no"}
    assert taken_back == [void(4, "under-18")]


def test_a_rule_by_the_name_of_a_statement_keeps_its_answer(folder: BatchStore) -> None:
    """Where the statement was not declared there is nothing to take back."""
    folder.decide(Decision(ANSWER, A, AT, 4, "4" * 64, value="people-named", note="So."))
    record_statements(folder, B, [answered("people-named")], (4,))
    assert [each.kind for each in new(folder)] == [ANSWER, STATEMENT]


def test_who_is_nobody_says_nothing(folder: BatchStore) -> None:
    """Nor does somebody whose name looks like another's; nothing is recorded then."""
    for name in ("", "...", "A. 0fficer"):
        refused(record_statements, folder, name, [answered("under-18")], match="name|looks like")
    assert new(folder) == []


def test_declarations_are_taken_back_with_the_reason(folder: BatchStore) -> None:
    """Several statements at once; none where none is named."""
    reopen_statements(folder, [], B, "It has changed.")
    assert new(folder) == []
    reopen_statements(folder, ["under-18", "people-named"], B, "It has changed.")
    assert new(folder) == [
        void(1, "under-18", "It has changed."), void(1, "people-named", "It has changed."),
        void(2, "people-named", "It has changed."), void(4, "under-18", "It has changed."),
    ]  # fmt: skip


def said(value: str, by: str = A, at: str = AT, photo: int | None = None, wording: str = "") -> Decision:
    return Decision(STATEMENT, by, at, photo, value=value, note=wording or WORDS[value.partition(" ")[0]])


NO = said("under-18 no")
REFUSED: list[tuple[list[Decision], list[RefusedStatement]]] = [
    ([], []),
    ([said("under-18 yes")], []),
    ([said("under-18 read 3f9a-c2d1")], []),
    ([NO], [RefusedStatement(ADULTS, A, AT)]),
    ([said("people-named no"), NO], [RefusedStatement(ADULTS, A, AT), RefusedStatement(NAMES, A, AT)]),
    ([NO, said("people-named yes")], [RefusedStatement(ADULTS, A, AT)]),
    ([NO, said("under-18 yes", B, LATER)], []),
    ([said("under-18 yes"), NO], [RefusedStatement(ADULTS, A, AT)]),
    ([NO, said("under-18 no", B, LATER)], [RefusedStatement(ADULTS, B, LATER)]),
    ([replace(NO, photo=1), replace(NO, photo=4)], [RefusedStatement(ADULTS, A, AT, (1, 4))]),
    ([replace(NO, photo=1), said("under-18 no", A, LATER, 4)], [RefusedStatement(ADULTS, A, LATER, (4,))]),
    ([replace(NO, photo=1), said("under-18 no", B, AT, 4)], [RefusedStatement(ADULTS, B, AT, (4,))]),
    ([NO, replace(said("under-18 yes"), photo=2)], [RefusedStatement(ADULTS, A, AT)]),
    ([replace(NO, note="Nobody is under 16.")], []),
    ([said("other no", wording="Other.")], []),
    ([Decision(DECLARE, A, AT, 1, value="under-18 no", note=WORDS["under-18"])], []),
    ([NO, declared(1, "under-18")], [RefusedStatement(ADULTS, A, AT)]),
]


@pytest.mark.parametrize(("decisions", "found"), REFUSED)
def test_which_statements_are_called_untrue(decisions: list[Decision], found: list[RefusedStatement]) -> None:
    """By the newest answer, in the profile's own words and order, with the photos that were named in one go."""
    assert refused_statements(decisions, PROFILE) == tuple(found)


YES = said("under-18 yes")
SHOWN = [
    [YES],
    [said("under-18 read 3f9a-c2d1")],
    [NO, YES],
    [YES, said("under-18 no", B)],
    [replace(YES, by="a. officer")],
]
NOT_SHOWN = [
    [], [NO], [YES, NO], [YES, replace(NO, photo=4)], [said("under-18 yes", B)], [said("people-named yes")],
    [replace(YES, note="Nobody is under 16.")], [said("under-18 read ")], [said("under-18 maybe")],
    [replace(declared(1, "under-18 yes"), note=WORDS["under-18"])], [YES, replace(YES, note="Nobody is under 16.")],
]  # fmt: skip


@pytest.mark.parametrize("decisions", SHOWN)
def test_what_was_shown_and_called_true_may_be_declared(decisions: list[Decision]) -> None:
    """By whom it was shown to, whatever others say."""
    check_were_shown(decisions, [ADULTS], A)
    check_were_shown([*decisions, said("people-named yes")], PROFILE.questions, A)
    refused(check_were_shown, decisions, PROFILE.questions, A, match="'people-named' was not shown to A. Officer as")


@pytest.mark.parametrize("decisions", NOT_SHOWN)
def test_what_was_not_shown_or_not_called_true_is_declared_by_nobody(decisions: list[Decision]) -> None:
    """Nor what has other words now, or was shown to somebody else."""
    refused(check_were_shown, decisions, [ADULTS], A, match="'under-18' was not shown to A. Officer as")
    check_were_shown(decisions, [], A)


def test_photos_of_which_it_is_not_true() -> None:
    """Each once; who types nothing names none."""
    assert numbers_of_photos(PHOTOS, "2, 1:1,2,1") == (2, 1)
    assert numbers_of_photos(PHOTOS, "") == numbers_of_photos(PHOTOS, "  ") == ()
    refused(numbers_of_photos, PHOTOS, "9", match="There is no photo '9'")
