"""Whose rights a file names: the organisation and those it knows ask nothing, everybody else does."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.photo import Event, FileClaims, Photo, PublicMetadata, RightsClaim, RightsRole, Verdict
from imgvet.profile import parse_profile
from imgvet.rules.others_rights import claims_of_others
from imgvet.rules.rules import judge_by_rules
from imgvet.settings import Rights, Settings
from support.chance import examples

PROFILE = """
[organisation]
name = "Example Council"
website = "www.example.org"
credit_line = "Example Council Press"
known_creators = ["A. Officer", "CAM-07"]
[licence]
web_statement = "https://www.example.org/terms"
"""
CLEAN = Photo(
    "a.jpg", width=1200, height=800, public=PublicMetadata(copyright_notice="© A", usage_terms="All rights reserved.")
)


def under(text: str = PROFILE, *, rights: Rights = "ask") -> Settings:
    return Settings(parse_profile(text, "test"), Event("Open Day"), year=2026, rights=rights)


def naming(*said: tuple[RightsRole, str]) -> Photo:
    claims = tuple(RightsClaim(role, text, "somewhere") for role, text in said)
    return replace(CLEAN, claims=FileClaims(claims))


def asked(photo: Photo, settings: Settings) -> list[str]:
    return [each.reason for each in judge_by_rules(photo, settings) if each.rule == "others-copyright"]


NAMES = [RightsRole.CREATOR, RightsRole.OWNER, RightsRole.NOTICE, RightsRole.CREDIT, RightsRole.TERMS]


@pytest.mark.parametrize(
    "text",
    [
        "Example Council", "EXAMPLE COUNCIL", "  example   council ", "© Example Council",
        "© 2019 Example Council", "(c) 2025, Example Council",
        "Copyright 2019-2025 Example Council. All rights reserved.", "Ｅxample Council", "Example Council Press",
        "A. Officer", "a officer", "Photo: A. Officer", "Photo by A. Officer / Example Council",
        "A. Officer for Example Council",
        "A. Officer and CAM-07", "www.example.org", "https://www.example.org/", "https://press.example.org/licence",
        "a.officer@example.org", "© Example Council 2026. All rights reserved.",
    ],
)  # fmt: skip
def test_what_names_the_organisation_or_those_it_knows_asks_nothing(text: str) -> None:
    """However it is written, and where several are named, all of them are known."""
    for role in NAMES:
        assert asked(naming((role, text)), under()) == []


@pytest.mark.parametrize(
    "text",
    [
        "Example Agency", "Example", "Council", "Example Councils", "Example Council Ltd", "A. Officer/Example Agency",
        "© Example Council / PA", "Licensed to Example Council by PA", "https://example.org.evil.example/", "https://notexample.org",
        "a.officer@example.com", "A. Officers", "For use by Example Council only",
        "Bob Other https://www.example.org/", "Bob Other bob@example.org", "/ — /",
    ],
)  # fmt: skip
def test_what_names_anybody_else_is_asked(text: str) -> None:
    """Also beside the organisation, and in names and addresses that begin or end as its own do."""
    for role in (*NAMES, RightsRole.LINK, RightsRole.DEPICTED, RightsRole.CONTACT):
        (reason,) = asked(naming((role, text)), under())
        assert text in reason


def test_a_mark_or_a_contact_counts_where_nobody_is_named() -> None:
    """Beside the organisation's own name they say nothing new."""
    mark, mail = (RightsRole.MARKED, "True"), (RightsRole.CONTACT, "someone@b.example")
    assert asked(naming(mark), under())
    assert asked(naming(mail), under())
    assert not asked(naming(mark, (RightsRole.NOTICE, "© Example Council")), under())
    assert not asked(naming(mail, (RightsRole.CREATOR, "A. Officer")), under())
    assert not asked(naming(mark, (RightsRole.CONTACT, "a@example.org")), under())


def test_without_an_organisation_every_claim_is_asked_about_but_a_creator_alone() -> None:
    """Nothing is published under anybody's name then, and many cameras write a creator into every photo."""
    creator, notice = (RightsRole.CREATOR, "A. Miller"), (RightsRole.NOTICE, "© Example Agency")
    assert not asked(naming(creator), under(""))
    assert asked(naming(notice), under(""))
    assert asked(naming(creator, notice), under(""))
    assert asked(naming(creator, (RightsRole.MARKED, "True")), under(""))
    assert asked(naming(creator), under())
    assert not asked(CLEAN, under(""))


def test_a_website_that_is_a_page_of_somebody_elses_knows_that_page_alone() -> None:
    """A host that many share names nobody."""
    settings = under('[organisation]\nname = "A"\nwebsite = "social.example/ours"')
    assert not asked(naming((RightsRole.LINK, "https://social.example/ours")), settings)
    assert asked(naming((RightsRole.LINK, "https://social.example/theirs")), settings)


def test_an_answer_for_the_run_counts_where_the_profile_asks() -> None:
    """Not where it blocks, and not where it wants a second person."""
    photo = naming((RightsRole.CREATOR, "A. Miller"))
    assert not asked(photo, under(rights="own"))
    assert not asked(photo, under(rights="licensed"))
    assert asked(photo, under(f"{PROFILE}[rules]\nothers-copyright = 'blocked'", rights="own"))
    assert asked(photo, under(f"{PROFILE}[decisions]\nsecond_person = ['own']", rights="own"))
    assert not asked(photo, under(f"{PROFILE}[decisions]\nsecond_person = ['own']", rights="licensed"))


def test_rejected_and_made_by_ai_are_asked_and_a_360_picture_is_told() -> None:
    """Each by a rule of its own."""
    photo = replace(CLEAN, claims=FileClaims(rejected=True, made_by_ai="trainedAlgorithmicMedia", spherical=True))
    found = {each.rule: each.verdict for each in judge_by_rules(photo, under())}
    assert found == {"spherical": Verdict.READY, "rejected-rating": Verdict.ASK, "ai-content": Verdict.ASK}


@examples(200)
@given(st.text(min_size=1, max_size=60))
def test_no_text_is_taken_for_the_organisation_by_chance(text: str) -> None:
    """Any text either has the organisation's words and no others, or is asked about."""
    photo = naming((RightsRole.NOTICE, f"{text} Zebra"))
    assert asked(photo, under())


def test_a_contact_of_the_organisation_does_not_answer_for_a_name_beside_it() -> None:
    """Whoever is named made the picture, also where the page or mail address is the organisation's own."""
    photo = naming((RightsRole.CREATOR, "Bob Other"), (RightsRole.CONTACT, "www.example.org"))
    assert [claim.text for claim in claims_of_others(photo, under())] == ["Bob Other"]
    assert claims_of_others(naming((RightsRole.CONTACT, "www.example.org")), under()) == ()
    assert claims_of_others(naming((RightsRole.CREATOR, "Bob Other")), under("")) == ()
