"""Registrations in pictures, and what only looks like one."""

import pytest

from imgvet.profile import AllowedText
from imgvet.rules.registrations import registration_in
from support.read_lines import asked, below_each_other, line, rules

VEHICLE = "vehicle-registration"


@pytest.mark.parametrize(("text", "detail", "possible"), [
    ("BD51 SMR", "UK registration", False),
    ("BD51SMR", "UK registration", False),
    ("SO02 OGU", "UK registration", False),  # a postcode, were its O a 0
    ("AL68 CAR", "UK registration", False),  # with a word in it
    ("bd51 smr", "UK registration", False),
    ("BDS1 SMR", "UK registration", False),  # S for 5
    ("8D51 SMR", "UK registration", False),  # 8 for B
    ("GB BD51 SMR", "UK registration", False),
    ("UK BD51 SMR", "UK registration", False),
    ("BD51·SMR", "UK registration", False),
    ("|BD51 SMR|", "UK registration", False),
    ("B D51 SMR", "UK registration", False),
    ("Seized: BD51 SMR today", "UK registration", False),
    ("A123 BCD", "older UK registration", False),
    ("P12 XYZ", "older UK registration", False),
    ("ABC 123D", "older UK registration", False),
    ("YDX 46K", "older UK registration", False),
    ("BZM 2227", "registration of another country", True),
    ("AAZ 1234", "Northern Ireland registration", False),
    ("XIL 456", "Northern Ireland registration", False),
    ("101 D 234", "diplomatic registration", False),
    ("123 ABC", "older UK registration", True),
    ("ABC 123", "older UK registration", True),
    ("BD5? SMR", "partly legible", True),
    ("BD5 SMR", "partly legible", True),
    ("AB-123-CD", "registration of another country", False),
    ("RK 755 AJ", "registration of another country", False),
    ("CB 1234 AB", "registration of another country", False),
    ("1-ABC-234", "registration of another country", False),
    ("4B4 0262", "registration of another country", False),
    ("34 ABC 123", "registration of another country", False),
    ("M-AB 1234", "registration of another country", False),
    ("12-D-12345", "registration of another country", False),
    ("WSQ 3021", "registration of another country", True),
    ("1234 BCD", "registration of another country", True),
    ("12-AB-34", "registration of another country", False),
    ("CRK-878AC", "partly legible", True),  # with a letter of the country's band
    ("RPD-722BF", "partly legible", True),  # with a seal as a letter
    ("UKBD51SMR", "partly legible", True),
    ("W=053011", "registration of another country", True),
])  # fmt: skip
def test_a_registration_is_told_by_its_form(text: str, detail: str, possible: bool) -> None:
    """With letters for digits by their position, and without its space."""
    (found,) = asked(line(text))
    assert (found.rule, found.detail, found.possible) == (VEHICLE, detail, possible)


@pytest.mark.parametrize("text", [
    "CLOTHES", "FISHING", "POLICE", "BUS 123", "MAY 2024", "JUN 24", "TOP 100", "EURO 2024", "COVID 19", "SOLO ART",
    "ROOM 101", "OPEN 24", "A38",
    "M6 TOLL", "NO 123", "PC 1234", "SGT 123", "LE55 THE", "5K FUN RUN", "10K RUN", "£12.50", "07:30", "E10 FUEL",
    "999", "101", "SW1", "TEL 12345",
    "EST 1920", "1984", "CCTV", "UNIT 12", "GATE 5", "FLAT 3", "100 MPH", "50p", "3D", "4x4", "HD TV", "WIFI 6",
    "BOEING 747", "2 FOR 1", "25 MAR 2024",
    "7UP", "V8", "XBOX 360", "G20", "COP 26", "SIZE 12", "1ST", "100%", "24/7", "",
])  # fmt: skip
def test_other_words_and_numbers_are_no_registration(text: str) -> None:
    """Roads, years, times, sizes, ranks."""
    assert registration_in(text) is None


def test_a_plate_of_two_lines_is_one_area() -> None:
    """As on motorcycles and at the back of vans."""
    (found,) = asked(line("BD51", 1000, 1000, 200), line("SMR", 1040, 1230, 200))
    assert (found.rule, found.detail) == (VEHICLE, "UK registration")
    assert found.outline[0][1] <= 1000
    assert found.outline[2][1] >= 1430


def test_a_plate_that_was_read_in_two_is_one_area() -> None:
    """Beside each other."""
    first = line("BD51", 1000, 1000, 100)
    (found,) = asked(first, line("SMR", first.outline[1][0] + 40, 1000, 100))
    assert (found.rule, found.possible) == (VEHICLE, False)


def test_a_plate_that_could_not_be_read_is_possible() -> None:
    """Its shape alone was seen."""
    plate = ((100, 100), (620, 100), (620, 210), (100, 210))
    (found,) = asked(plates=(plate,))
    assert (found.rule, found.possible, found.outline) == (VEHICLE, True, plate)


def test_a_reading_that_is_not_sure_is_possible() -> None:
    """Whatever its form."""
    assert rules(asked(line("BD51 SMR", score=0.4))) == [(VEHICLE, True)]


@pytest.mark.parametrize("listed", ["BD51 SMR", "bd51smr", "B D51-SMR", "BDSI SMR"])
def test_the_force_s_own_vehicles_are_quiet(listed: str) -> None:
    """Compared without case, spaces, and letters that look like digits."""
    own = AllowedText(registrations=[listed])
    assert asked(line("BD51 SMR"), allowed=own) == ()
    assert asked(line("8D51 SMR"), allowed=own) == ()
    assert rules(asked(line("BD52 SMR"), allowed=own)) == [(VEHICLE, False)]


def test_a_possible_plate_within_a_text_is_none() -> None:
    """Where lines are all round it."""
    assert asked(*below_each_other(["Our prices", "from today", "ABC 123", "and for all", "who come here"])) == ()


def test_small_words_round_a_plate_do_not_hide_it() -> None:
    """Of the dealer, or of a state."""
    small = [
        line(text, 1000 + 60 * at, top, 30)
        for at, (text, top) in enumerate((("STATE", 950), ("www", 1220), ("x", 960)))
    ]
    assert rules(asked(line("CFA 7360", 1000, 1000, 200), *small, line("2012", 1400, 1210, 40))) == [(VEHICLE, True)]
