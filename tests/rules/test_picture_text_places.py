"""Street signs, house numbers and postcodes in pictures, and what only looks like one."""

import pytest

from imgvet.profile import AllowedText
from support.read_lines import asked, below_each_other, line, rules

ADDRESS = "address"


@pytest.mark.parametrize(("text", "detail"), [
    ("HIGH STREET", "street name"), ("Acacia Avenue B12", "street name"), ("ACACIA AVENUE", "street name"),
    ("Oak Lane", "street name"),
    ("ST JOHN'S ROAD", "street name"), ("GREAT CHARLES STREET", "street name"), ("Victoria Rd", "street name"),
    ("ACACIAAVENUE", "street name"),
    ("Elm Close SE1", "street name"), ("MILL DRIVE ST16", "street name"), ("PARK ROAD", "street name"),
    ("Station Road", "street name"),
    ("B12 9AB", "postcode"), ("SW1A 1AA", "postcode"), ("BI2 9AB", "postcode"), ("Stafford ST16 2QQ", "postcode"),
    ("GIR 0AA", "postcode"),
    ("12 Acacia Avenue", "house number and street"), ("12A, Acacia Road, Stafford", "house number and street"),
    ("Flat 3 Acacia Court", "house number and street"), ("221B Baker Street", "house number and street"),
])  # fmt: skip
def test_an_address_is_told(text: str, detail: str) -> None:
    """By a street's name alone on its sign, a postcode, or a house number before a street."""
    (found,) = asked(line(text))
    assert (found.rule, found.possible, found.detail) == (ADDRESS, False, detail)


@pytest.mark.parametrize("text", [
    "ROAD WORKS", "Road works ahead", "Street food", "STREET FOOD", "Close the gate", "Oxford Street Festival",
    "ONE WAY", "GIVE WAY", "THIS WAY",
    "WAY OUT", "CAR PARK", "FOOD COURT", "MAGISTRATES COURT", "TENNIS COURT", "ROAD CLOSED", "PRIVATE ROAD",
    "keep off the road", "ROAD", "Fun Walk",
    "Test Drive", "Retail Park", "The Green", "Market Place", "Village Green", "on the street", "High Street 2",
    "STREET", "Bowling Green", "Sunset View",
    "Close", "Open Close", "NO ROAD", "CYCLE LANE", "BUS LANE", "Main Street", "BIG HILL", "3 FOR 2 STREET",
    "10K ROAD RACE", "M25", "A34 Stafford 5",
    "15 hours on the road",
])  # fmt: skip
def test_signs_and_headlines_are_quiet(text: str) -> None:
    """Of traffic, of sports grounds, of posters."""
    assert asked(line(text)) == ()


def test_a_street_on_a_direction_sign_is_quiet() -> None:
    """It has a distance or an arrow beside it."""
    assert asked(line("Station Road"), line("½", 1250, 900)) == ()
    assert asked(line("Station Road"), line("→", 1250, 900)) == ()


def test_a_street_in_a_poster_is_quiet() -> None:
    """With the other lines of the poster above and below it."""
    assert (
        asked(*below_each_other(["SUMMER FAIR", "Saturday 6 June", "High Street", "Music and food", "All welcome"]))
        == ()
    )


def test_a_street_with_its_district_or_borough_is_one_area() -> None:
    """As on the sign."""
    (found,) = asked(*below_each_other(["ABBEY ROAD", "NW8"]))
    assert found.rule == ADDRESS
    assert asked(*below_each_other(["BAKER STREET", "CITY OF WESTMINSTER"]))[0].rule == ADDRESS


def test_a_number_beside_a_street_sign_is_a_house_number() -> None:
    """And possible, because other numbers are written so."""
    found = asked(line("ACACIA AVENUE", 300, 400), line("24", 2400, 1200, 120))
    assert rules(found) == [(ADDRESS, False), (ADDRESS, True)]


@pytest.mark.parametrize(("number", "height"), [
    ("24", 600), ("2024", 100), ("30", 100), ("07", 100), ("345", 100), ("1", 100), ("24%", 100), ("24", 20),
])  # fmt: skip
def test_a_number_of_another_size_or_kind_is_quiet(number: str, height: int) -> None:
    """On shirts, of years, of speed limits."""
    assert asked(line(number, 1000, 1000, height)) == ()


def test_a_small_number_with_nothing_else_is_possibly_beside_a_door() -> None:
    """Where no other text is in the picture."""
    assert rules(asked(line("24", 1000, 1000, 100))) == [(ADDRESS, True)]
    assert asked(line("24", 1000, 1000, 100), line("OPEN DAY", 2000, 2000)) == ()
    assert asked(line("24", 1000, 1000, 100), line("17", 2000, 1000, 100)) == ()


def test_a_shop_s_address_is_quiet() -> None:
    """With its web address, or its trade."""
    assert (
        asked(*below_each_other(["SMITH PLUMBING", "12 Acacia Road", "ST16 2QQ", "www.smithplumbing.example.co.uk"]))
        == ()
    )


def test_the_organisation_s_own_buildings_are_quiet() -> None:
    """Whole, or one line of what the profile lists."""
    own = AllowedText(words=["Station Road Police Station, ST16 2QQ"])
    assert asked(line("STATION ROAD POLICE STATION"), allowed=own) == ()
    assert asked(line("Station Road"), allowed=own) == ()
    assert asked(line("ST16 2QQ"), allowed=own) == ()
    assert rules(asked(line("Acacia Road"), allowed=own)) == [(ADDRESS, False)]
