"""Protective markings in pictures, and what only looks like one."""

import pytest

from support.read_lines import asked, below_each_other, line, rules

MARKED = "protective-marking"


@pytest.mark.parametrize(("text", "marking"), [
    ("OFFICIAL-SENSITIVE", "OFFICIAL-SENSITIVE"),
    ("OFFICIAL - SENSITIVE [COMMERCIAL]", "OFFICIAL-SENSITIVE"),
    ("OFFICIAL SENSITIVE", "OFFICIAL-SENSITIVE"),
    ("OFFICIAL–SENSITIVE: PERSONAL", "OFFICIAL-SENSITIVE"),
    ("Official-Sensitive", "OFFICIAL-SENSITIVE"),
    ("official-sensitive", "OFFICIAL-SENSITIVE"),
    ("0FFICIAL-SEN5ITIVE", "OFFICIAL-SENSITIVE"),
    ("OFFlCIAL-SENSITlVE", "OFFICIAL-SENSITIVE"),
    ("OFFICIALSENSITIVE", "OFFICIAL-SENSITIVE"),
    ("OFFICIAL-SENSTIVE", "OFFICIAL-SENSITIVE"),
    ("'OFFICIAL-SENSITIVE'.", "OFFICIAL-SENSITIVE"),
    ("This paper is OFFICIAL-SENSITIVE until 3 June", "OFFICIAL-SENSITIVE"),
    ("PROTECTIVE MARKING: RESTRICTED", "RESTRICTED"),
    ("RESTRICTED (WHEN COMPLETE)", "RESTRICTED"),
    ("RESTRICTED - STAFF", "RESTRICTED"),
    ("NOT PROTECTIVELY MARKED", "NOT PROTECTIVELY MARKED"),
    ("NOTPROTECTIVELYMARKED", "NOT PROTECTIVELY MARKED"),
    ("Not Protectively Marked", "NOT PROTECTIVELY MARKED"),
    ("GPMS: UNCLASSIFIED", "UNCLASSIFIED"),
    ("UNCLASSIFIED", "UNCLASSIFIED"),
    ("PROTECT - PERSONAL", "PROTECT"),
    ("UK TOP SECRET", "TOP SECRET"),
    ("TOPSECRET", "TOP SECRET"),
    ("UK SECRET UK EYES ONLY", "UK EYES ONLY"),
    ("SECRET", "SECRET"),
    ("5ECRET", "SECRET"),
    ("OFFICIAL", "OFFICIAL"),
    ("OFFICIAL Page 1 of 2", "OFFICIAL"),
    ("CONFIDENTIAL", "CONFIDENTIAL"),
    ("STRICTLY CONFIDENTIAL", "CONFIDENTIAL"),
    ("PRIVATE & CONFIDENTIAL", "CONFIDENTIAL"),
])  # fmt: skip
def test_a_marking_is_told_by_its_words(text: str, marking: str) -> None:
    """In capitals, or where nothing else reads so; with what was read wrong, and its caveats."""
    (found,) = [each for each in asked(line(text)) if each.rule == MARKED]
    assert (found.detail, found.possible) == (marking, False) or text.startswith("OFFICIAL Page")


@pytest.mark.parametrize("text", [
    "SECRET SANTA", "Secret Santa", "Top secret recipe", "TOP SECRET RECIPE", "Official website", "OFFICIAL WEBSITE",
    "RESTRICTED AREA",
    "RESTRICTED HEADROOM", "Restricted access", "confidential help line", "Confidential helpline",
    "CONFIDENTIAL WASTE", "Protect the bees",
    "PROTECT YOUR HOME", "SECRETS", "UNOFFICIAL", "OFFICIAL SPONSOR", "Official Partner of the Open Day",
    "THE SECRET GARDEN",
    "our secret sauce", "VICTORIA'S SECRET", "RESTRICTED PARKING 8am-6pm", "official", "secret", "OFFICIALS",
    "RACE OFFICIAL", "SECRETARY",
    "The official opening", "PROTECTED", "CONFIDENTIALITY MATTERS", "SENSITIVE SKIN", "",
])  # fmt: skip
def test_other_words_are_quiet(text: str) -> None:
    """Signs, headlines, products."""
    assert MARKED not in [each.rule for each in asked(line(text))]


@pytest.mark.parametrize("texts", [
    ("RESTRICTED", "AREA"), ("RESTRICTED", "HEADROOM"), ("SECRET", "SANTA"), ("OFFICIAL", "MERCHANDISE"),
    ("THE", "SECRET", "GARDEN"),
    ("CONFIDENTIAL", "WASTE"), ("Top secret", "recipe"), ("Official", "Website"), ("PROTECT", "YOUR BIKE"),
])  # fmt: skip
def test_a_sign_of_several_lines_is_quiet(texts: tuple[str, ...]) -> None:
    """As its one line would be."""
    assert asked(*below_each_other(texts, height=200)) == ()


@pytest.mark.parametrize("texts", [
    ("OFFICIAL-", "SENSITIVE"), ("TOP", "SECRET"), ("NOT PROTECTIVELY", "MARKED"), ("OFFICIAL", "SENSITIVE"),
])  # fmt: skip
def test_a_marking_of_two_lines_is_told(texts: tuple[str, ...]) -> None:
    """With both lines in one area."""
    (found,) = asked(*below_each_other(texts))
    assert (found.rule, found.outline[2][1]) == (MARKED, 900 + 84 + 60)


def test_a_marking_over_other_text_is_told() -> None:
    """As on a whiteboard: what is below is no part of a phrase."""
    found = asked(*below_each_other(["OFFICIAL-SENSITIVE", "Suspect: John Smith", "seen at the park"]))
    assert rules(found) == [(MARKED, False), ("personal-details", False)]
    assert asked(*below_each_other(["RESTRICTED", "Operation plan", "Briefing at 6"]))[0].rule == MARKED


def test_the_area_of_a_marking_is_all_text_round_it() -> None:
    """Hidden alone, it would leave what it protects; what else is asked about there keeps an area of its own."""
    board = below_each_other(["OFFICIAL-SENSITIVE", "Suspect: John Smith", "seen at the park", "by two of us"])
    beside, apart = line("call him back", left=1600, top=1000), line("Open day", left=800, top=2400)
    marking, name = asked(*board, beside, apart)
    assert (marking.rule, name.rule) == (MARKED, "personal-details")
    assert marking.outline == ((800, 900), (2029, 900), (2029, 1212), (800, 1212))
    assert name.outline == board[1].outline


def test_the_area_of_a_marking_that_is_only_possible_is_its_line() -> None:
    """It may be a headline among others."""
    (found,) = asked(line("Restricted"), line("2026", top=1100))
    assert (found.possible, found.outline) == (True, line("Restricted").outline)


def test_a_heading_in_small_letters_is_possible() -> None:
    """Alone in its line, with nothing that goes on."""
    assert rules(asked(line("Restricted"))) == [(MARKED, True)]
    assert rules(asked(line("Top Secret"))) == [(MARKED, True)]
