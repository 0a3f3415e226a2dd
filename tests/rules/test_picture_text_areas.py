"""What pictures show beside words: codes, screens, dates; one finding a place; readings that are wild."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.geometry import Outline, outline_box
from imgvet.photo import Verdict
from imgvet.profile import AllowedText, Profile
from imgvet.reading.text_lines import SeenCode, SeenText, TextLine
from imgvet.rules.area_rules import AREA_RULES, area_verdicts
from imgvet.rules.picture_text import FoundText, find_in_text
from support.read_lines import SIZE, asked, below_each_other, line, rules

SQUARE: Outline = ((100, 100), (300, 100), (300, 300), (100, 300))
PROSE = "Lorem ipsum dolor sit amet"


@pytest.mark.parametrize(("symbology", "detail"), [
    ("QRCode", "QR code"), ("EAN13", "barcode"), ("Code128", "barcode"), ("DataMatrix", "Data Matrix code"),
    ("PDF417", "barcode"), ("what", "barcode"),
])  # fmt: skip
def test_a_code_is_an_area(symbology: str, detail: str) -> None:
    """Whatever it says; in fixed words."""
    assert asked(codes=[SeenCode(symbology, SQUARE)]) == (FoundText("machine-code", SQUARE, detail=detail),)


def test_much_small_text_is_a_screen_or_a_paper() -> None:
    """As one area round all its lines, whether they could be read or not."""
    (found,) = asked(*below_each_other([PROSE] * 6 + [""] * 6, height=40))
    assert (found.rule, found.outline[0][1], found.outline[2][1]) == ("screen-or-document", 900, 900 + 11 * 56 + 40)


@pytest.mark.parametrize("lines", [
    below_each_other([PROSE] * 5, height=40), below_each_other([PROSE] * 12, height=160, top=100),
    below_each_other(["Abc"] * 12, height=40),
    tuple(line(PROSE, 300, 100 + 250 * at, 40) for at in range(11)),
])  # fmt: skip
def test_few_lines_or_large_ones_are_quiet(lines: tuple[TextLine, ...]) -> None:
    """Or lines far from each other, as on posters and shop fronts."""
    assert asked(*lines) == ()


@pytest.mark.parametrize("text", [
    "12/08/2025 14:22", "12/08/202514:22", "'98 3 14", "2025-08-12 14:22:05", "12.08.25", "14:22 12/08/2025",
    "12 AUG 2025",
    "CAM 01 12/08/2025 14:22:05", "l2/O8/2025 14:22",
    "'06 7 15",
])  # fmt: skip
def test_the_date_that_a_camera_put_in_the_picture_is_told(text: str) -> None:
    """In a corner; elsewhere it is a date on a poster."""
    assert rules(asked(line(text, 3000, 2850))) == [("burnt-in-date", False)]
    assert rules(asked(line(text, 60, 40))) == [("burnt-in-date", False)]
    assert asked(line(text, 1500, 1400)) == ()


def test_one_place_has_one_finding() -> None:
    """That of the harder rule, round all of it: a paper with a marking is one area."""
    found = asked(*below_each_other(["OFFICIAL-SENSITIVE", *[PROSE] * 12, "07700 900123"], height=40))
    assert [each.rule for each in found] == ["protective-marking"]
    assert outline_box(found[0].outline).bottom > 900 + 13 * 56
    assert len(asked(line("BD51 SMR"), plates=[line("BD51 SMR").outline])) == 1


def test_the_profile_s_verdicts_say_which_rule_has_a_place() -> None:
    """And a rule that is off finds nothing."""
    profile = Profile(rules={"personal-details": "blocked", "protective-marking": "off"})
    verdicts = area_verdicts(profile)
    assert "protective-marking" not in verdicts
    assert verdicts["personal-details"] is Verdict.BLOCKED
    seen = SeenText(below_each_other(["OFFICIAL-SENSITIVE", "07700 900123"]))
    assert [each.rule for each in find_in_text(seen, SIZE, 0.5, AllowedText(), verdicts)] == ["personal-details"]
    assert set(area_verdicts(Profile())) == set(AREA_RULES)


def test_what_is_listed_is_quiet_whatever_it_is() -> None:
    """A shop sign, a poster of the event."""
    allowed = AllowedText(words=["TOP SECRET exhibition", "Cafe 07700 900123"])
    assert (
        asked(
            line("TOP SECRET EXHIBITION"), line("TOP SECRET", top=2000), line("07700 900 123", top=300), allowed=allowed
        )
        == ()
    )


@pytest.mark.parametrize("texts", [
    ("FISH & CHIPS",), ("OPEN", "9am - 5pm"), ("SALE", "50% OFF"),
    ("WELCOME TO THE", "OPEN DAY", "Saturday 6 June 2026"), ("POLICE",), ("10",), ("ADIDAS",),
    ("Stafford", "5 miles"), ("A34", "Birmingham 12"), ("EXIT",), ("Town Centre", "Car Park", "Station"),
    ("COCA-COLA",), ("2026",), ("NO ENTRY",), ("1:24:35",),
    ("Happy 40th Birthday",), ("COSTA COFFEE", "est. 1971"), ("St John Ambulance",), ("RUN FOR LIFE", "10K", "1234"),
    ("Smith & Sons Ltd", "Builders", "01785 123456"),
])  # fmt: skip
def test_signs_posters_and_shirts_are_quiet(texts: tuple[str, ...]) -> None:
    """Nobody is asked about what was written for everybody."""
    assert asked(*below_each_other(texts, height=150)) == ()


def turned(outline: Outline, degrees: float) -> Outline:
    turn = math.radians(degrees)
    (x0, y0) = outline[0]
    return tuple(
        (
            round(x0 + (x - x0) * math.cos(turn) - (y - y0) * math.sin(turn)),
            round(y0 + (x - x0) * math.sin(turn) + (y - y0) * math.cos(turn)),
        )
        for x, y in outline
    )


@pytest.mark.parametrize("degrees", [-30, -10, 10, 30, 90, 180])
@pytest.mark.parametrize(("first", "second", "rule"), [
    ("OFFICIAL-", "SENSITIVE", "protective-marking"), ("Date of birth:", "12/03/1990", "personal-details"),
    ("BD51", "SMR", "vehicle-registration"),
])  # fmt: skip
def test_lines_that_are_turned_belong_together_too(degrees: float, first: str, second: str, rule: str) -> None:
    """At any angle."""
    turn, (one, other) = math.radians(degrees), below_each_other([first, second], left=2000, top=1500)
    moved = tuple(
        (round(2000 - 84 * math.sin(turn)) + x - 2000, round(1500 + 84 * math.cos(turn)) + y - 1584)
        for x, y in other.outline
    )
    lines = [
        TextLine(one.text, turned(one.outline, degrees), 0.9, 20),
        TextLine(other.text, turned(moved, degrees), 0.9, 20),
    ]
    assert [each.rule for each in asked(*lines)] == [rule]


LOOKS = {"O": "0", "I": "1", "S": "5", "B": "8", "0": "O", "1": "I", "5": "S", "8": "B"}


@given(
    st.integers(0, 6), st.booleans(), st.booleans(), st.sampled_from(["BD51 SMR", "KS08 BOS", "SB15 OSB", "LB68 GVS"])
)
def test_one_character_that_is_read_as_its_like_changes_nothing(at: int, small: bool, spaced: bool, mark: str) -> None:
    """Nor small letters, nor a lost space."""
    compact = mark.replace(" ", "")
    read = compact[:at] + LOOKS.get(compact[at], compact[at]) + compact[at + 1 :]
    text = f"{read[:4]} {read[4:]}" if spaced else read
    assert [each.rule for each in asked(line(text.lower() if small else text))] == ["vehicle-registration"]


points = st.tuples(st.integers(-50, 5000), st.integers(-50, 4000))
outlines = st.lists(points, min_size=4, max_size=4).map(tuple)
texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["OFFICIAL-SENSITIVE", "BD51 SMR", "12 High Street", "Name: John Smith", "07700 900123", "24", "B12 9AB", ""]
    ),
)
wild_lines = st.lists(
    st.builds(TextLine, texts, outlines, st.floats(0, 1), st.floats(0, 500), st.just(())), max_size=12
).map(tuple)


@given(wild_lines, st.lists(outlines, max_size=3).map(tuple))
def test_wild_readings_give_areas_within_the_picture(lines: tuple[TextLine, ...], plates: tuple[Outline, ...]) -> None:
    """Each with a rule that is there, corners in the photo, and none of what was read in its words."""
    fixed = {each.detail for each in asked(*below_each_other(["OFFICIAL-SENSITIVE"]))} | {""}
    for found in find_in_text(SeenText(lines, plates=plates), SIZE, 0.5, AllowedText()):
        assert found.rule in AREA_RULES
        assert len(found.outline) >= 3
        assert all(0 <= x < SIZE[0] and 0 <= y < SIZE[1] for x, y in found.outline)
        assert found.detail in fixed or found.detail.replace("-", "").replace(" ", "").isalpha()
