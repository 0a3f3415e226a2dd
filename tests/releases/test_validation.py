"""What is wrong with a form, what follows from its data, and what a register may have in the place of one."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from imgvet.releases.release import Release
from imgvet.releases.validation import (
    MODEL_AGES,
    check_release,
    is_stored_release,
    is_stored_text,
    parse_birth_years,
    recoded,
    with_defaults,
    years_later,
)

TODAY = date(2026, 11, 25)
SIGNED = date(2026, 6, 14)


def form(reference: str = "WMP-2026-014", **values: object) -> Release:
    signed = Release(reference, person="Ann Smith", signed_on=SIGNED, event="Open Day", channels=("flickr", "x"))
    return replace(signed, **values)  # type: ignore[arg-type]


CHILD = form(minor=True, guardian="Jo Smith", guardian_relation="mother", born="2012-2014")
REFUSAL = Release("A-1", person="Bob", refused_on=TODAY)


# -- what is wrong with a form


@pytest.mark.parametrize(
    ("release", "said"),
    [
        (form(), ""),
        (CHILD, ""),
        (form(person=" "), "names no person"),
        (form(signed_on=None), "does not say when it was signed"),
        (form(signed_on=date(2026, 11, 26)), "was signed on a date in the future, 26 November 2026"),
        (form(signed_on=date(226, 6, 14)), "in the year 226"),
        (replace(CHILD, guardian=""), "names no guardian"),
        (replace(CHILD, guardian_relation=" "), "what the guardian is to the child"),
        (form(guardian="Jo"), "not marked as a child's"),
        (form(born="2012-2014"), "may be for a child, but it is not marked as a child's form"),
        (form(born="2008"), "may be for a child, but it is not marked as a child's form"),
        (form(born="2007"), ""),
        (replace(CHILD, born="2014-2012"), "is not a year of birth"),
        (replace(CHILD, born="14.6.2012"), "is not a year of birth"),
        (replace(CHILD, born="2027-2028"), "was born after it was signed"),
        (form(covers_from=date(2026, 6, 2), covers_until=date(2026, 6, 1)), "is before the first"),
        (form(covers_from=date(2026, 6, 1), covers_until=date(2026, 6, 1)), ""),
        (form(expires_on=date(2026, 6, 13)), "expires before it was signed"),
        (form(withdrawn_on=date(2026, 6, 13)), "was withdrawn before it was signed"),
        (form(withdrawn_on=date(2027, 1, 1)), "was withdrawn on a date in the future"),
        (form(channels=()), "allows no channel"),
        (form(channels=("flickr", "tiktok")), "There is no channel 'tiktok'; channels are flickr, x and all."),
        (form(channels=("all",)), ""),
        (form(event=""), "not say which event or which days"),
        (form(model_release="MR-XXX"), "not a PLUS model release status"),
        (form(model_age="AG-U15"), "not a PLUS age"),
        (form(note="x" * 2001), "longer than 2000 characters"),
        (REFUSAL, ""),
        (replace(REFUSAL, minor=True), ""),
        (form(person="", contact="x"), "names no person"),
        *((form(**{each: "7"}), "it has no letters") for each in ("person", "taken_by", "withdrawn_by")),
        (replace(CHILD, guardian="7"), "it has no letters"),
        (replace(CHILD, guardian="ann smith"), "names the child as their own guardian"),
        (form(guardian_relation="mother"), "not marked as a child's"),
        (form(signed_on=None, born="2012"), "does not say when it was signed"),
        (form(born=" "), ""),
        (form(born="young"), "is not a year of birth"),
        (form(born="1990-2007"), ""),
        (form(born="2007-2008"), "may be for a child, but it is not marked as a child's form"),
        (form(born="1990", refused_on=SIGNED), ""),
        (form(born="2010", refused_on=SIGNED), "may be for a child, but it is not marked as a child's form"),
        (replace(REFUSAL, born="2010"), "may be for a child, but it is not marked as a child's form"),
        (replace(REFUSAL, born="2027"), "was born after it was signed"),
        (replace(CHILD, born="2026-2028"), ""),
        (form(signed_on=TODAY), ""),
        (form(signed_on=date(1900, 1, 1)), ""),
        (form(signed_on=date(1899, 12, 31)), "was signed in the year 1899"),
        (replace(REFUSAL, refused_on=date(2027, 1, 1)), "was refused on a date in the future"),
        (form(covers_from=date(2026, 6, 2)), ""),
        (form(covers_until=date(2026, 6, 2)), ""),
        (form(event=" ", covers_from=date(2026, 6, 2)), ""),
        (form(event=" ", covers_until=date(2026, 6, 2)), ""),
        (form(event=" "), "not say which event or which days"),
        (form(expires_on=SIGNED), ""),
        (form(withdrawn_on=SIGNED), ""),
        (replace(REFUSAL, expires_on=date(2026, 1, 1), withdrawn_on=date(2026, 1, 1)), ""),
        (form(model_release="MR-NAP", model_age="AG-A15"), ""),
        *((form(model_age=each), "not a PLUS age") for each in ("AG-A14", "AG-A26")),
        (form(model_age="AG-A25"), ""),
        *((form(**{each: "x" * 2001}), "longer than 2000") for each in ("person", "contact", "taken_by", "event")),
        (replace(CHILD, guardian="x" * 2001), "longer than 2000 characters"),
        (form(note="x" * 2000), ""),
    ],
)
def test_what_is_wrong_with_a_form_is_said(release: Release, said: str) -> None:
    found = check_release(release, TODAY, ("flickr", "x"))
    assert (said in " ".join(found) and len(found) == 1) if said else found == []


def test_without_a_profile_any_channel_will_do() -> None:
    assert check_release(form(channels=("noticeboard",)), TODAY) == []


def test_no_fault_names_anybody() -> None:
    wrong = form(person="", guardian="Smith", contact="Smith" * 500, note="Smith" * 500, channels=())
    assert not any("Smith" in sentence for sentence in check_release(wrong, TODAY))


# -- what follows from a form


@pytest.mark.parametrize(
    ("release", "status"),
    [
        (form(channels=("all",)), "MR-UMR"),
        (form(channels=("all",), expires_on=date(2028, 1, 1)), "MR-LMR"),
        (form(), "MR-LMR"),
        (Release("A-1", refused_on=TODAY), "MR-NON"),
        (form(channels=("x", "all")), "MR-UMR"),
        (form(model_release="MR-NAP"), "MR-NAP"),
    ],
)
def test_the_plus_release_status_follows(release: Release, status: str) -> None:
    assert with_defaults(release, 0).model_release == status


@pytest.mark.parametrize(
    ("born", "code"),
    [
        ("", "AG-UNK"),
        ("young", "AG-UNK"),
        ("2012-2014", "AG-U14"),
        ("2011", "AG-U14"),  # 15 at most, 14 at least
        ("2010", "AG-A15"),
        ("2005-2010", "AG-A15"),
        ("2001", "AG-A24"),
        ("2000", "AG-A25"),
        ("1950-1960", "AG-A25"),
        ("2026", "AG-U14"),
    ],
)
def test_the_plus_age_is_the_least_that_it_can_be(born: str, code: str) -> None:
    """Signed on 14 June 2026, and the birthday of that year may have been to come."""
    assert with_defaults(form(born=born), 0).model_age == code
    assert with_defaults(replace(REFUSAL, refused_on=SIGNED, born=born), 0).model_age == code
    assert with_defaults(form(born=born, refused_on=date(2046, 1, 1)), 0).model_age == code  # of the day of signing
    assert with_defaults(form(born=born, signed_on=None), 0).model_age == "AG-UNK"
    assert with_defaults(form(born=born, model_age="AG-A20"), 0).model_age == "AG-A20"


def test_the_profiles_term_sets_the_expiry_where_none_is_given() -> None:
    assert with_defaults(form(), 2).expires_on == date(2028, 6, 14)
    assert with_defaults(form(), 0).expires_on is None
    assert with_defaults(form(expires_on=TODAY), 2).expires_on == TODAY
    assert with_defaults(Release("A-1", refused_on=TODAY), 2).expires_on is None


def test_codes_follow_a_correction_unless_somebody_chose_them() -> None:
    before = with_defaults(form(channels=("all",)), 0)
    assert recoded(before, replace(before, channels=("x",))).model_release == "MR-LMR"
    chosen = replace(before, model_release="MR-NAP")
    assert recoded(chosen, replace(chosen, channels=("x",))).model_release == "MR-NAP"
    assert recoded(before, replace(before, model_release="MR-NAP")).model_release == "MR-NAP"
    older = with_defaults(replace(CHILD, born="2005"), 0)
    assert recoded(older, replace(older, born="2010")).model_age == "AG-A15"
    by_hand = replace(older, model_age="AG-A22")
    assert recoded(by_hand, replace(by_hand, born="2010")).model_age == "AG-A22"
    assert recoded(older, replace(older, model_age="AG-A22")).model_age == "AG-A22"


def test_the_same_day_of_a_later_year() -> None:
    assert years_later(date(2024, 2, 29), 1) == date(2025, 3, 1)
    assert years_later(date(2024, 2, 29), 4) == date(2028, 2, 29)


@pytest.mark.parametrize(("born", "years"), [
    ("2013", (2013, 2013)), (" 2012 – 2014 ", (2012, 2014)), ("2012-2012", (2012, 2012)), ("1999-2001", (1999, 2001)),
    ("2014-2012", None), ("1899", None), ("2100", None), ("2012-", None), ("12-14", None), ("", None),
])  # fmt: skip
def test_a_band_of_years_of_birth(born: str, years: tuple[int, int] | None) -> None:
    assert parse_birth_years(born) == years


def test_the_codes_for_ages_are_those_of_plus() -> None:
    assert (MODEL_AGES[:3], MODEL_AGES[-1], len(MODEL_AGES)) == (("AG-UNK", "AG-U14", "AG-A15"), "AG-A25", 13)


# -- what a register may have


@pytest.mark.parametrize(("value", "well"), [
    ("", True), ("Tŷ Mawr", True), ("x" * 100_000, True), ("x" * 100_001, False), ("a\0b", False), ("\ud800", False),
    (b"bytes", False), (7, False), (None, False),
])  # fmt: skip
def test_a_stored_text_is_one_that_can_be_kept(value: object, well: bool) -> None:
    """A register may have been written by anybody."""
    assert is_stored_text(value) is well


SHA = "5" * 64


@pytest.mark.parametrize(("values", "well"), [
    ({}, True), ({"scan_name": f"{SHA}.pdf", "scan_sha256": SHA}, True), ({"scan_name": f"{SHA}.jpeg"}, True),
    ({"person": 7}, False), ({"note": "a\0b"}, False), ({"channels": ("x", b"flickr")}, False),
    ({"channels": (7, "x")}, False), ({"reference": ""}, False), ({"reference": "a b"}, False),
    ({"scan_name": "../a.pdf"}, False), ({"scan_name": f"{SHA}.pdf\n"}, False), ({"scan_name": f"{SHA}.p"}, False),
    ({"scan_sha256": SHA[1:]}, False), ({"scan_sha256": SHA + "5"}, False), ({"scan_sha256": "A" * 64}, False),
])  # fmt: skip
def test_a_stored_form_has_what_imgvet_stores(values: dict[str, Any], well: bool) -> None:
    """In every field; whether it is right as a form is another question."""
    assert is_stored_release(form(**values)) is well
    assert is_stored_release(replace(CHILD, **values)) is well
