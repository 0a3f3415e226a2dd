"""What a form is good for: every status, channel, event, day and guardian against every other."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from imgvet.releases.release import (
    ANY_CHANNEL,
    FormAnswer,
    Release,
    Status,
    Use,
    form_answer,
    is_reference,
    is_stored_reference,
    why_not,
)

TODAY = date(2026, 6, 20)
DAY = date(2026, 6, 14)  # of the event
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
PAST, COMING = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
GOOD = Release(
    "WMP-2026-014", person="Ann Smith", signed_on=DAY, event="Open Day", channels=("flickr",), expires_on=TODAY
)
WANTED = Use("flickr", "Open Day", DAY, TODAY)

# Each part of a form, as it may be, and whether the form may then be used for WANTED; the parts are independent.
ENDS: dict[str, tuple[dict[str, object], str]] = {
    "no end": ({"expires_on": None}, ""),
    "last day today": ({"expires_on": TODAY}, ""),
    "expired": ({"expires_on": PAST}, "expired on 19 June 2026."),
    "withdrawn": ({"withdrawn_on": PAST}, "was withdrawn on 19 June 2026."),
    "withdrawn, expired": ({"withdrawn_on": BEFORE, "expires_on": PAST}, "was withdrawn on 13 June 2026."),
    "withdrawn from tomorrow": ({"withdrawn_on": COMING}, "was withdrawn on 21 June 2026."),
    "refused": ({"refused_on": PAST}, "records a refusal."),
    "refused, withdrawn": ({"refused_on": PAST, "withdrawn_on": PAST}, "records a refusal."),
    "purged": ({"purged_on": PAST}, "was erased because its retention period has ended."),
    "purged, expired": (
        {"purged_on": PAST, "expires_on": BEFORE},
        "was erased because its retention period has ended.",
    ),
}
SIGNATURES: dict[str, tuple[dict[str, object], str]] = {
    "signed": ({}, ""),
    "signed today": ({"signed_on": TODAY}, ""),
    "unsigned": ({"signed_on": None}, "is not signed."),
    "nobody": ({"person": " "}, "is not signed."),
    "signed tomorrow": ({"signed_on": COMING}, "is signed with a date in the future, 21 June 2026."),
}
PEOPLE: dict[str, tuple[dict[str, object], str]] = {
    "adult": ({}, ""),
    "child": ({"minor": True, "guardian": "Jo Smith", "guardian_relation": "mother"}, ""),
    "child alone": ({"minor": True}, "is for a child but names no guardian."),
    "guardian of no relation": ({"minor": True, "guardian": "Jo"}, "is for a child but names no guardian."),
    "relation without guardian": (
        {"minor": True, "guardian_relation": "mother"},
        "is for a child but names no guardian.",
    ),
    "blank guardian": (
        {"minor": True, "guardian": " ", "guardian_relation": " "},
        "is for a child but names no guardian.",
    ),
}
CHANNELS: dict[str, tuple[dict[str, object], str]] = {
    "this": ({"channels": ("flickr",)}, ""),
    "this among others": ({"channels": ("x", "flickr")}, ""),
    "all": ({"channels": (ANY_CHANNEL,)}, ""),
    "another": ({"channels": ("x",)}, "does not allow flickr."),
    "none": ({"channels": ()}, "does not allow flickr."),
}
OTHER = "is for another event, Garden party."
COVERED: dict[str, tuple[dict[str, object], str]] = {
    "event": ({}, ""),
    "event in other letters": ({"event": "  OPEN\u00a0 day "}, ""),
    "event and day": ({"covers_from": DAY, "covers_until": DAY}, ""),
    "days alone": ({"event": "", "covers_from": BEFORE, "covers_until": AFTER}, ""),
    "from that day on": ({"event": "", "covers_from": DAY}, ""),
    "until that day": ({"event": "", "covers_until": DAY}, ""),
    "nothing": ({"event": ""}, "does not say which event or which days it covers."),
    "blanks": ({"event": " "}, "does not say which event or which days it covers."),
    "another event": ({"event": "Garden party"}, OTHER),
    "another event, this day": ({"event": "Garden party", "covers_from": DAY}, OTHER),
    "this event, too late": ({"covers_from": AFTER}, "does not cover 14 June 2026."),
    "this event, too early": ({"covers_until": BEFORE}, "does not cover 14 June 2026."),
    "days, too late": ({"event": "", "covers_from": AFTER}, "does not cover 14 June 2026."),
    "days, too early": ({"event": "", "covers_from": BEFORE, "covers_until": BEFORE}, "does not cover 14 June 2026."),
}
COMBINATIONS = list(product(ENDS, SIGNATURES, PEOPLE, CHANNELS, COVERED))


def test_a_form_is_good_only_where_every_part_of_it_is() -> None:
    """Of all 21,000 combinations those alone pass in which nothing is wrong, and the first fault is the reason."""
    passed = 0
    for end, signature, person, channel, covered in COMBINATIONS:
        parts = (ENDS[end], SIGNATURES[signature], PEOPLE[person], CHANNELS[channel], COVERED[covered])
        form = GOOD
        for values, _ in parts:
            form = replace(form, **values)  # type: ignore[arg-type]
        fault = next((reason for _, reason in parts if reason), "")
        expected = f"Form WMP-2026-014 {fault}" if fault else ""
        assert why_not(form, WANTED) == expected, (end, signature, person, channel, covered)
        passed += not fault
    assert passed == 2 * 2 * 2 * 3 * 6


@pytest.mark.parametrize("covers", [{"covers_from": DAY}, {"covers_until": DAY}, {"event": "", "covers_from": DAY}])
def test_a_form_for_certain_days_needs_to_know_the_day(covers: dict[str, object]) -> None:
    form = replace(GOOD, **covers)  # type: ignore[arg-type]
    assert "the day of the photo is not known" in why_not(form, replace(WANTED, day=None))
    assert why_not(form, WANTED) == ""


def test_a_form_for_an_event_needs_no_day() -> None:
    assert why_not(GOOD, replace(WANTED, day=None)) == ""


@pytest.mark.parametrize("event", ["", " ", "Open Day 2", "Open"])
def test_an_event_fits_only_under_its_own_name(event: str) -> None:
    assert "another event" in why_not(GOOD, replace(WANTED, event=event))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Donau\u00addampf", "Donaudampf", True),
        ("ภาษา\u200bไทย", "ภาษาไทย", True),
        ("Open \u202eDay", "Open Day", True),
        ("\u200fשלום", "שלום", True),
        ("می\u200cخواهیم", "می\u200cخواهیم", True),
        ("a \U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f", "a \U0001f3f4", False),
        ("نامه\u200cای", "نامهای", False),
    ],
)
def test_an_event_is_the_same_whatever_is_not_seen_in_it(one: str, other: str, same: bool) -> None:
    """Lists and the command line keep other invisible characters; joiners and flags are part of the word."""
    assert (why_not(replace(GOOD, event=one), replace(WANTED, event=other)) == "") is same


def test_a_form_without_event_and_days_is_no_carte_blanche() -> None:
    """Not even for a use that names no event itself."""
    for event in ("", "  "):
        assert "not say which event" in why_not(replace(GOOD, event=event), replace(WANTED, event=""))


def test_no_reason_names_anybody() -> None:
    """Reasons go onto papers that are seen outside the office."""
    for values, _ in [*ENDS.values(), *SIGNATURES.values(), *CHANNELS.values(), *COVERED.values()]:
        form = replace(GOOD, minor=True, guardian="Jo Smith", contact="ann@example.org", note="Smith", **values)  # type: ignore[arg-type]
        said = why_not(form, WANTED)
        assert "Smith" not in said
        assert "example.org" not in said


def test_what_cannot_be_undone_comes_first() -> None:
    form = replace(GOOD, expires_on=PAST)
    assert form.status(TODAY) is Status.EXPIRED
    assert form.status(PAST) is Status.ACTIVE
    form = replace(form, purged_on=TODAY)
    assert form.status(TODAY) is Status.PURGED
    form = replace(form, withdrawn_on=TODAY)
    assert form.status(TODAY) is Status.WITHDRAWN
    form = replace(form, refused_on=TODAY)
    assert form.status(TODAY) is Status.REFUSED


def test_a_reference_without_a_form_answers_nothing() -> None:
    assert form_answer("WMP-9", None, WANTED) == FormAnswer("Form WMP-9 is not in the register.")


def test_only_a_refusal_counts_as_one() -> None:
    assert form_answer("a", GOOD, WANTED) == FormAnswer(in_register=True)
    assert form_answer("a", replace(GOOD, scan_name="x.pdf"), WANTED) == FormAnswer(in_register=True, has_scan=True)
    assert form_answer("a", replace(GOOD, refused_on=PAST), WANTED).refused
    assert not form_answer("a", replace(GOOD, withdrawn_on=PAST), WANTED).refused


def test_what_a_form_does_not_say_it_does_not_allow() -> None:
    """A bare record is of an adult, is good for nothing, and refuses nothing."""
    bare = Release("a")
    assert bare == Release("a", minor=False)
    assert why_not(bare, WANTED) == "Form a is not signed."
    assert FormAnswer() == FormAnswer("", refused=False)


REFERENCES: list[tuple[str, bool, bool]] = [
    ("a", True, True),
    ("7", True, True),
    ("WMP-2026-014", True, True),
    ("a/b.c_d-e", True, True),
    ("a" * 64, True, True),
    ("a" * 65, False, False),
    ("", False, False),
    ("-a", False, False),
    ("a-", False, False),
    ("_a", False, False),
    ("a b", False, False),
    ("a\n", False, False),
    ("a,b", False, False),
    ("WMP\u3164-1", False, True),  # a letter that is not seen
]


@pytest.mark.parametrize(("text", "now", "stored"), REFERENCES)
def test_what_may_be_a_reference(text: str, now: bool, stored: bool) -> None:
    """And what a register of an earlier version may have."""
    assert (is_reference(text), is_stored_reference(text)) == (now, stored)
