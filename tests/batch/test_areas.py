"""Areas: what decisions on them come to, which area people mean, which answers hold, and who altered a record."""

from dataclasses import replace
from itertools import product

import pytest

from imgvet.area_matching import merge_area_records, numbered_areas
from imgvet.batch.decisions.outlines import parse_outline
from imgvet.batch.decisions.state import DecisionState, area_records, face_records, replay
from imgvet.batch.gate import judge_photo
from imgvet.batch.vetted import ALTERED, vetted_parts, vetting_hash
from imgvet.decisions import (
    ADD_AREA,
    APPROVE_AREA,
    FINE,
    MISREAD,
    MOST_CORNERS,
    REDACT_AREA,
    REOPEN_AREA,
    Answer,
    AreaMark,
    AreaRecord,
    Decision,
)
from imgvet.errors import UsageError
from imgvet.geometry import Box, Outline, box_outline, outline_box
from imgvet.photo import Area, Event, Face, Photo, ProblemCode, PublicMetadata, Verdict, area_letters, area_number
from imgvet.profile import parse_profile
from imgvet.rules.area_answers import settle_area
from imgvet.rules.area_rules import DRAWN
from imgvet.rules.needs import may_be_published
from imgvet.settings import Settings

PLATES = "vehicle-registration"
A, B = "A. Officer", "B. Sergeant"
SHA = "5" * 64
PLATE, NEAR, FAR = Box(100, 100, 300, 150), Box(104, 98, 306, 152), Box(700, 400, 900, 450)
SLANTED: Outline = ((100, 110), (290, 100), (299, 140), (105, 149))
PHOTO = Photo("a.jpg", source_sha256=SHA, width=1000, height=600)


def said(
    kind: str, box: Box = PLATE, by: str = A, rule: str = "vehicle-registration", note: str = "", **more: str
) -> Decision:
    mark = AreaMark(rule, box, box_outline(box), more.get("approved", ""))
    return Decision(kind, by, "2026-06-14T10:00:00+00:00", 1, SHA, value=mark.value, note=note)


def area(box: Box = PLATE, number: int = 1, rule: str = "vehicle-registration") -> Area:
    return Area(number, rule, box, box_outline(box))


# -- what is recorded


@pytest.mark.parametrize(
    "mark",
    [
        AreaMark("vehicle-registration", PLATE, SLANTED),
        AreaMark(DRAWN, PLATE, box_outline(PLATE), "fine"),
        AreaMark("address", Box(0, 0, 1, 1), ((0, 0), (0, 0), (0, 0))),
        AreaMark(DRAWN, Box(0, 0, 9_999_999, 9_999_999), tuple((i * 91_000, i % 7) for i in range(MOST_CORNERS))),
    ],
)
def test_a_mark_is_read_as_it_was_written(mark: AreaMark) -> None:
    assert AreaMark.parse(mark.value) == mark


@pytest.mark.parametrize(
    "value",
    ["", "drawn", "drawn 1,2,3,4", "drawn 1,2,3,4 1,2 3,4", "drawn 1,2,3 1,2 3,4 5,6", "Drawn 1,2,3,4 1,2 3,4 5,6",
     "drawn -1,2,3,4 1,2 3,4 5,6", "drawn 1,2,3,4  1,2 3,4 5,6", "drawn 1,2,3,4 1,2 3,4 5,6 fine fine",
     "drawn ١,2,3,4 1,2 3,4 5,6", "drawn 1,2,3,4" + " 1,2" * 101, "drawn 1,2,3,4 1,2 3,4 5,6\n"],
)  # fmt: skip
def test_what_is_no_mark_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        AreaMark.parse(value)


def test_letters_go_on_behind_z() -> None:
    numbers = [1, 2, 26, 27, 52, 53, 702, 703]
    assert [area_letters(number) for number in numbers] == ["A", "B", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
    assert all(
        area_number(area_letters(number)) == area_number(area_letters(number).lower()) == number for number in numbers
    )
    assert [area_number(text) for text in ("", "1", "É", "A1")] == [0, 0, 0, 0]


# -- what decisions come to


def test_the_newest_decision_on_an_area_is_valid() -> None:
    fine = said(FINE, note="Our own van")
    given = AreaRecord(PLATE, "vehicle-registration", box_outline(PLATE), answer=Answer(FINE), reasoned=True, by=A)
    assert area_records([fine]) == (given,)
    assert area_records([fine, said(APPROVE_AREA, by=B, approved=FINE)]) == (replace(given, approved_by=B),)
    assert area_records([fine, said(APPROVE_AREA, by=A, approved=FINE)]) == (given,)  # nobody approves their own
    assert area_records([fine, said(APPROVE_AREA, by=B, approved=MISREAD)]) == (given,)  # another answer
    (hidden,) = area_records([fine, said(REDACT_AREA, by=B)])
    assert (hidden.answer, hidden.stays, hidden.by, hidden.reasoned) == (Answer(REDACT_AREA), True, B, False)
    (reopened,) = area_records([fine, said(REDACT_AREA), said(REOPEN_AREA)])
    assert (reopened.answer, reopened.stays) == (None, False)


def test_what_somebody_drew_stays() -> None:
    """Also where another person says that it is nothing: that is an answer, which may need a second person."""
    drawn = said(ADD_AREA, rule=DRAWN)
    assert [(each.drawn, each.stays, each.answer) for each in area_records([drawn])] == [(True, True, None)]
    (left,) = area_records([drawn, said(REDACT_AREA, rule=DRAWN), said(REOPEN_AREA, rule=DRAWN)])
    assert (left.stays, left.answer) == (True, None)
    (taken_back,) = area_records([drawn, said(MISREAD, rule=DRAWN)])
    assert not taken_back.stays
    (both,) = area_records([drawn, said(ADD_AREA, rule=DRAWN, by=B), said(MISREAD, rule=DRAWN, by=B)])
    assert both.stays
    (denied,) = area_records([drawn, said(MISREAD, rule=DRAWN, by=B)])
    assert (denied.stays, denied.answer) == (True, Answer(MISREAD))
    (again,) = area_records([drawn, said(MISREAD, rule=DRAWN), drawn])
    assert (again.stays, again.answer) == (True, None)


def test_two_outlines_in_one_box_hide_the_whole_box() -> None:
    """They are one area by their box, and nothing that somebody drew round may be left out of it."""
    first = replace(said(ADD_AREA), value=AreaMark(DRAWN, PLATE, ((100, 100), (299, 100), (299, 149))).value)
    second = replace(said(ADD_AREA), value=AreaMark(DRAWN, PLATE, ((100, 100), (100, 149), (299, 149))).value)
    assert [each.outline for each in area_records([first, second])] == [box_outline(PLATE)]
    assert [each.outline for each in area_records([first, first])] == [((100, 100), (299, 100), (299, 149))]


def test_a_decision_on_an_area_is_none_on_a_face_or_a_photo() -> None:
    """Nor does one on the photo, or on a face in the same place, touch the area."""
    decisions = [said(REDACT_AREA), said(REOPEN_AREA)]
    assert face_records(decisions) == ()
    assert replay(PHOTO, [Decision("exclude", A, "", 1, SHA, note="x"), *decisions]).excluded
    on_face = Decision("reopen", A, "", 1, SHA, face=PLATE)
    (hidden,) = replay(PHOTO, [said(REDACT_AREA), on_face, Decision("reopen", A, "", 1, SHA)]).areas
    assert hidden.answer == Answer(REDACT_AREA)


# -- which area people mean


def test_an_answer_follows_its_area_to_where_it_is_found_now() -> None:
    known = area_records([said(FINE, note="x"), said(REDACT_AREA, FAR)])
    near, far = merge_area_records([area(NEAR), area(FAR, 2)], known)
    assert (near.area_id, near.box, far.area_id) == (PLATE, NEAR, FAR)
    assert merge_area_records([near, far], known) == (near, far)  # once more changes nothing


def test_what_is_to_be_hidden_is_never_lost() -> None:
    """Neither where nothing is found there any more, nor where less is found than was to be hidden."""
    known = area_records([said(REDACT_AREA), said(FINE, FAR, note="x")])
    (kept,) = merge_area_records([], known)
    assert (kept.number, kept.box, kept.found, kept.area_id) == (1, PLATE, False, PLATE)
    (smaller,) = merge_area_records([replace(area(Box(150, 100, 300, 150)), resolved=Answer(REDACT_AREA))], known)
    assert (smaller.box, smaller.resolved) == (PLATE, None)
    (slanted,) = merge_area_records([replace(area(), outline=SLANTED, box=outline_box(SLANTED))], known)
    assert slanted.box.joined(PLATE) == slanted.box
    assert slanted.outline == ()


def test_two_areas_in_one_place_are_told_apart_by_their_rule() -> None:
    known = area_records([said(FINE, note="x", rule="address")])
    first, second = merge_area_records([area(), area(NEAR, 2, "address")], known)
    assert (first.area_id, second.area_id) == (None, PLATE)


def test_areas_are_numbered_as_people_read() -> None:
    places = [Box(500, 12, 600, 40), Box(10, 10, 100, 40), Box(10, 300, 60, 330), Box(200, 15, 260, 45)]
    numbered = numbered_areas(area(box, 9) for box in places)
    assert [each.box for each in numbered] == [places[1], places[3], places[0], places[2]]
    assert [each.letters for each in numbered] == ["A", "B", "C", "D"]


def test_areas_inside_another_are_numbered_after_it_by_their_own_rows() -> None:
    board, first, second = Box(0, 0, 900, 500), Box(20, 100, 600, 150), Box(10, 200, 500, 250)
    numbered = numbered_areas(area(box, 9) for box in (second, first, board))
    assert [each.box for each in numbered] == [board, first, second]


# -- which answer holds


def profile(verdict: str = "ask", second: str = "[]") -> str:
    return f'[rules]\nvehicle-registration = "{verdict}"\n[decisions]\nsecond_person = {second}'


@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("verdict", [Verdict.ASK, Verdict.BLOCKED])
@pytest.mark.parametrize("kind", [None, REDACT_AREA, FINE, MISREAD])
def test_every_combination_for_one_area(kind: str | None, verdict: Verdict, second: bool) -> None:
    """Hidden, reason, rule, verdict, approval: nothing else opens the gate."""
    house = parse_profile(profile(str(verdict), '["fine", "misread"]' if second else "[]"), "test")
    for hidden, reasoned, same_rule, by in product((False, True), (False, True), (False, True), ("", A, B)):
        rule = "vehicle-registration" if same_rule else "address"
        answer = Answer(kind) if kind else None
        record = AreaRecord(PLATE, rule, box_outline(PLATE), answer=answer, reasoned=reasoned, by=A, approved_by=by)
        found = replace(area(), resolved=Answer(REDACT_AREA)) if hidden else area()
        settled = settle_area(found, record, house)
        allowed = {
            None: False,
            REDACT_AREA: False,  # which is decided, and not yet done
            FINE: same_rule and reasoned and verdict is Verdict.ASK,
            MISREAD: same_rule and (reasoned or verdict is Verdict.ASK),
        }[kind] and (by == B or not second)
        assert (settled.resolved is not None) == (hidden or allowed), (kind, hidden, reasoned, same_rule, by)
        if kind == REDACT_AREA and not hidden:
            assert settled.problem is not None
            assert settled.problem.code is ProblemCode.NOT_HIDDEN


def test_a_photo_is_held_until_each_area_has_an_answer() -> None:
    event = Event("Open Day", link="https://www.example.org/open-day")
    public = PublicMetadata(copyright_notice="© A", usage_terms="All rights reserved.")
    photo = replace(PHOTO, public=public, name="open-day-001.jpg", sha256="0" * 64, areas=(area(),), text_searched=True)
    settings = Settings(parse_profile(profile(), "test"), event)
    held = judge_photo(photo, settings, DecisionState())
    assert (held.verdict, may_be_published(held)) == (Verdict.ASK, False)
    assert [(each.rule, each.box) for each in held.findings if each.verdict is Verdict.ASK] == [
        ("vehicle-registration", PLATE)
    ]
    cleared = judge_photo(photo, settings, replay(photo, [said(FINE, note="Our own van")]))
    assert (cleared.verdict, may_be_published(cleared)) == (Verdict.READY, True)
    blocked = Settings(parse_profile(profile("blocked"), "test"), event)
    assert judge_photo(photo, blocked, replay(photo, [said(FINE, note="Our own van")])).verdict is Verdict.BLOCKED
    (problem,) = [each.problem for each in judge_photo(photo, blocked, replay(photo, [said(FINE, note="x")])).areas]
    assert problem is not None
    assert problem.code is ProblemCode.NOT_ALLOWED


# -- who altered a record


def test_an_area_that_was_altered_in_the_record_is_found_out() -> None:
    """Taken out, made hidden, or moved; what judging does to it is none of that."""
    hidden = replace(area(FAR, 2), resolved=Answer(REDACT_AREA), area_id=FAR)
    photo = replace(PHOTO, areas=(area(), hidden), faces=(Face(1, NEAR, 0.9),), text_searched=True)
    parts = vetted_parts(photo, None, ())
    digest = vetting_hash(photo, "r", parts)
    answered = replace(area(), resolved=Answer(FINE), area_id=PLATE)
    added = replace(area(Box(1, 1, 9, 9), 3, DRAWN), added=True, found=False)
    assert vetting_hash(replace(photo, areas=(answered, hidden, added)), "r", parts) == digest
    for areas in (
        (hidden,), (area(), replace(hidden, resolved=None, box=Box(0, 0, 5, 5))),
        (replace(area(), resolved=Answer(REDACT_AREA)), hidden), (area(NEAR), hidden),
        (replace(area(), rule="address"), hidden), (area(), replace(hidden, area_id=PLATE)),
        (area(), hidden, replace(added, resolved=Answer(REDACT_AREA))),
    ):  # fmt: skip
        assert vetting_hash(replace(photo, areas=areas), "r", parts) == ALTERED
    assert vetting_hash(replace(photo, text_searched=False), "r", parts) not in (digest, ALTERED)


# -- outlines that people type


@pytest.mark.parametrize(("text", "outline"), [
    ("10,20,30,40", ((10, 20), (29, 20), (29, 39), (10, 39))),
    ("10%,20%,30%,40%", ((100, 120), (299, 120), (299, 239), (100, 239))),
    ("10,20 300,25 150,200", ((10, 20), (300, 25), (150, 200))),
    ("1%,10% 30%,10%  15%,50%", ((10, 60), (300, 60), (150, 300))),
    ("10,20 10,20 300,25 150,200 10,20", ((10, 20), (300, 25), (150, 200))),
])  # fmt: skip
def test_an_outline_is_read(text: str, outline: Outline) -> None:
    assert parse_outline(PHOTO, text) == outline


@pytest.mark.parametrize(("text", "why"), [
    ("", "not a box"), ("a", "not a box"), ("10,20 30,40", "fewer than three"), ("10,20 30,40 x", "not an outline"),
    ("10,20 30%,40% 9,9", "not an outline"), ("1,1 2,2 3,1", "at least"), ("0,0 100,100 100,0 0,100", "cross"),
    ("2000,10 2100,10 2050,90", "fewer than three"), (" ".join(f"{n},{n % 9}" for n in range(101)), "at most 100"),
    ("10,10 10,10 10,10", "fewer than three"), ("nan,1 2,3 4,5", "not an outline"),
])  # fmt: skip
def test_what_is_no_outline_is_told(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as told:
        parse_outline(PHOTO, text)
    assert "1000 × 600" in told.value.hint
