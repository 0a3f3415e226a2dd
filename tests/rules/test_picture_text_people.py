"""Personal details, names, badges and references of the police in pictures, and what only looks like one."""

import pytest

from imgvet.profile import AllowedText, Organisation, Profile
from imgvet.rules.formats_uk import is_card_number, is_iban, is_nhs_number
from imgvet.rules.picture_text import allowed_text
from support.read_lines import asked, below_each_other, line, rules

PERSON, POLICE, BADGE = "personal-details", "police-reference", "name-badge"


@pytest.mark.parametrize(("text", "detail"), [
    ("07700 900123", "telephone number"), ("O77OO 9OO123", "telephone number"),
    ("Call Dave 07700 900 123", "telephone number"),
    ("+44 7700 900123", "telephone number"), ("Tel: 01785 123456", "telephone number"),
    ("jo.bloggs@example.org", "e-mail address"),
    ("jo.bloggs @ example.org", "e-mail address"), ("DOB 12/03/1990", "date of birth"),
    ("D.O.B: 12.3.90", "date of birth"),
    ("Born 3 May 1981", "date of birth"), ("Date of birth: 03-05-1981", "date of birth"), ("QQ 12 34 56 C", ""),
    ("AB 12 34 56 C", "National Insurance number"), ("AB123456C", "National Insurance number"),
    ("943 476 5919", "NHS number"),
    ("NHS No: 9434765919", "NHS number"), ("4929 1234 5678 9016", ""), ("4111 1111 1111 1111", "bank card"),
    ("4l11 1111 1111 11I1", "bank card"),
    ("378282246310005", "bank card"), ("GB82 WEST 1234 5698 7654 32", "bank account"),
    ("Sort code 12-34-56", "bank account"),
    ("12-34-56 12345678", "bank account"), ("Account number: 12345678", "bank account"),
    ("P<GBRSMITH<<JOHN<PAUL<<<<<<<<<<<<<<<<<<<<<<", "passport or identity card"),
    ("1234567897GBR8001014M3001019<<<<<<<<<<<<<<06", "passport or identity card"),
    ("I<UTOD231458907<<<<<<<<<<<<<<<", "passport or identity card"),
    ("SMITH754083JP9AB", "driving licence"),
    ("Name: John Smith", "name"), ("Name: Mr J Smith", "name"), ("SUSPECT: SMITH", "name"),
    ("Suspect John Smith", "name"), ("Surname: Bloggs", "name"),
    ("Victim - Ann Park", "name"), ("Patient name: A. Other-Jones", "name"),
])  # fmt: skip
def test_what_leads_to_a_person_is_told(text: str, detail: str) -> None:
    """By its form and its check digit, or behind its label; not with a wrong check digit."""
    found = asked(line(text))
    assert [(each.rule, each.detail) for each in found] == ([(PERSON, detail)] if detail else [])


@pytest.mark.parametrize("text", [
    "999", "101", "Call 101", "0800 555 111", "Crimestoppers 0800 555 111", "0300 123 4567", "0345 678 9012",
    "info@example.org", "press@example.org",
    "www.example.org", "943 476 5918", "4111 1111 1111 1112", "Name:", "Name of the event", "Victim Support",
    "WITNESS APPEAL", "Witness statement",
    "No name", "My name is", "Patient Care Team", "12/03/2026", "10.30 - 16.00", "1234567890", "3.14159265358979",
    "Born to run", "1939-1945",
    "GB82 WEST 1234 5698 7654 33", "Prisoner of war", "The suspect", "",
])  # fmt: skip
def test_numbers_of_nobody_are_quiet(text: str) -> None:
    """Helplines, offices, dates, and numbers whose check digit is wrong."""
    assert PERSON not in [each.rule for each in asked(line(text))]


def test_a_trade_s_van_is_quiet() -> None:
    """Its number is written for customers; the same number alone is not."""
    van = below_each_other(["J SMITH PLUMBING & HEATING", "01785 123456", "07700 900123", "www.jsmithplumbing.co.uk"])
    assert asked(*van) == ()
    assert PERSON in [each.rule for each in asked(van[2])]


def test_what_the_organisation_says_of_itself_is_quiet() -> None:
    """Its press office and its website."""
    own = allowed_text(
        Profile(
            organisation=Organisation(
                name="Example Force", press_office="Press office, 01785 123456, pr.desk@example.org"
            )
        )
    )
    assert asked(line("01785 123456"), line("pr.desk@example.org", top=2000), allowed=own) == ()
    assert rules(asked(line("01785 123457"), allowed=own)) == [(PERSON, False)]


def test_a_name_over_an_address_is_told() -> None:
    """As on parcels and on cards; a title and a name alone are on many doors and books."""
    (details, address) = asked(*below_each_other(["Mr J Smith", "12 Acacia Avenue", "Stafford ST16 2QQ"]))
    assert ((details.rule, details.detail), address.rule) == ((PERSON, "name"), "address")
    (card,) = asked(*below_each_other(["4111 1111 1111 1111", "MR J SMITH"]))
    assert (card.rule, card.outline[2][1]) == (PERSON, 900 + 84 + 60)
    assert asked(line("Mr J Smith")) == ()
    assert asked(*below_each_other(["Mr Bean", "Live on stage"])) == ()


def test_a_number_that_was_read_in_two_is_told() -> None:
    """Beside each other: one area."""
    (found,) = asked(line("07700"), line("900123", 800 + 165 + 40))
    assert (found.rule, found.detail) == (PERSON, "telephone number")


def test_a_label_over_its_value_is_told() -> None:
    """As on forms."""
    (found,) = asked(*below_each_other(["Date of birth:", "12/03/1990"]))
    assert (found.rule, found.detail) == (PERSON, "date of birth")


def test_lines_below_each_other_are_one_area() -> None:
    """A person answers once for what is on one note."""
    (found,) = asked(*below_each_other(["Name: John Smith", "DOB 12/03/1990", "07700 900123"]))
    assert (found.rule, found.outline[0][1], found.outline[2][1]) == (PERSON, 900, 900 + 2 * 84 + 60)


@pytest.mark.parametrize("text", [
    "Crime ref: 42/12345/26", "CRIME NO 20BW/123456A/26", "Incident number 0123 of 3 May", "Log 345 of 12 June",
    "CAD 1234", "URN 12/AB/3456",
    "EXHIBIT REF JS/1", "Exhibit No: ABC 12", "EXHIBIT LABEL", "CUSTODY RECORD NC/1234/26", "Custody No 12345",
    "EVIDENCE BAG", "POLICE EVIDENCE",
    "Evidence bag no 12345678", "Seal no A1234567", "22/12345/26", "MG11", "WITNESS STATEMENT", "Detained person",
])  # fmt: skip
def test_references_of_the_police_are_told(text: str) -> None:
    """And labels of exhibits and of custody."""
    assert POLICE in [each.rule for each in asked(line(text))]


@pytest.mark.parametrize("text", [
    "Crime prevention", "CRIME SCENE DO NOT CROSS", "Incident response", "Log cabin", "Log on", "Exhibition",
    "EXHIBIT", "Custody suite tour", "Evidence based",
    "Seal the bag", "PC 1234", "12/03/2026", "REF", "MG ROAD", "Incident", "CRIME 2026",
])  # fmt: skip
def test_words_of_the_police_are_quiet(text: str) -> None:
    """Without a reference."""
    assert POLICE not in [each.rule for each in asked(line(text))]


def test_collar_numbers_are_asked_about_where_the_profile_lists_some() -> None:
    """Those that it does not list."""
    listed = AllowedText(collar_numbers=["1234"])
    assert asked(line("PC 4321")) == ()
    assert asked(line("PC 1234"), allowed=listed) == ()
    assert [each.detail for each in asked(line("PC 4321"), allowed=listed)] == ["collar number"]


@pytest.mark.parametrize("texts", [
    ("HELLO", "my name is", "Emma"), ("Hello my name is", "Emma"), ("VISITOR",), ("VISITOR PASS", "Emma Brown"),
    ("Emma Brown", "Press Officer"),
    ("EMMA BROWN", "Volunteer"), ("Oakfield Primary School", "Emma Brown", "Class 4B"),
    ("Dr", "Emma Brown", "Consultant"), ("STAFF ID", "1234"),
])  # fmt: skip
def test_a_badge_is_told_by_its_lines(texts: tuple[str, ...]) -> None:
    """A greeting, a pass, or a name with a role or a class beneath."""
    found = asked(*below_each_other(texts))
    assert rules(found) == [(BADGE, False)]


@pytest.mark.parametrize("texts", [
    ("VISITOR", "PARKING"), ("VISITOR CENTRE",), ("VISITORS",), ("Emma Brown",), ("Open Day", "Volunteer"),
    ("Fire Rescue", "Officer"), ("STAFF ONLY",),
    ("Police", "Officer"), ("Town Hall", "Staff"), ("EMMA BROWN", "PHOTOGRAPHER", "www.emmabrown.example.com"),
])  # fmt: skip
def test_signs_and_trades_are_no_badge(texts: tuple[str, ...]) -> None:
    """Nor a name alone."""
    assert BADGE not in [each.rule for each in asked(*below_each_other(texts))]


def test_check_digits() -> None:
    """Of the examples that their makers publish."""
    assert is_card_number("4111111111111111")
    assert not is_card_number("4111111111111112")
    assert not is_card_number("0000000000000000")
    assert is_nhs_number("9434765919")
    assert not is_nhs_number("9434765918")
    assert not is_nhs_number("1111111111")
    assert is_iban("GB82 WEST 1234 5698 7654 32")
    assert not is_iban("GB82 WEST 1234 5698 7654 33")
