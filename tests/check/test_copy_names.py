"""Names of copies with --keep-names: what a name may not say, and what the copy is called then."""

import re
from pathlib import Path

import pytest

from imgvet.encode.public_name import private_in_name
from support.commands import Imgvet
from support.folders import photo_names
from support.forms import signed
from support.pictures import landscape, save_photo

PEOPLE = ("Zora Quill", "Dr José O'Neil")


@pytest.mark.parametrize("stem", [
    "open-day", "Open Day 2026", "IMG_1234", "DSC00421", "DSC_0421", "horse and rider (2)", "town hall, front", "Ümit",
    "fete-2026-12", "a", "stall & band", "room 101", "top-10", "quilling", "_MG_0001",
])  # fmt: skip
def test_a_plain_name_is_kept(stem: str) -> None:
    """Words, and the numbers that cameras give."""
    assert private_in_name(stem, PEOPLE) == ""


@pytest.mark.parametrize(("stem", "what"), [
    ("IMG_20260614_103155", "a date"), ("2026-06-14 fete", "a date"), ("14.06.2026", "a date"),
    ("fete 4-6-2026", "a date"), ("PXL_20260614", "a date"), ("2026-6-4", "a date"), ("14062026", "a date"),
    ("52.4814,-1.8998", "a position"), ("at 52,48140", "a position"),
    ("call 07700 900123", "a long number"), ("0121-496-0000", "a long number"), ("case 123456", "a long number"),
    ("P1020345", "a long number"), ("B15 2TT", "a postcode"), ("near_sw1a1aa_gate", "a postcode"),
    ("car AB12 CDE", "a number plate"), ("ab12cde", "a number plate"), ("A123 BCD", "a number plate"),
    ("ABC 123D", "a number plate"), ("zora at the fete", "a name"), ("QUILL", "a name"), ("with_neil", "a name"),
    ("José", "a name"), ("a@b", "a sign"), (".hidden", "a sign"), ("a\u202eb", "a sign"), ("a\nb", "a sign"),
    ("C#4", "a sign"),
])  # fmt: skip
def test_a_name_that_says_something_private_is_not(stem: str, what: str) -> None:
    """Dates, places, numbers by which somebody is found, plates, and people of the register."""
    assert private_in_name(stem, PEOPLE).startswith(what)


@pytest.mark.slow
def test_copies_are_named_as_their_originals_where_they_may(imgvet: Imgvet, tmp_path: Path) -> None:
    """From and to is said of each; the others have neutral names, and the answer says why; the last line counts."""
    signed(tmp_path, "WMP-1", person="Zora Quill")
    for number, name in enumerate(("Horse.jpg", "2026-06-14 fete.jpg", "with zora.jpg")):
        save_photo(tmp_path / "in" / name, landscape(number))
    ran = imgvet("check", "in", "--keep-names")
    assert ran.code == 0
    names = photo_names(tmp_path / "imgvet-ready")
    assert names[0] == "Horse.jpg"
    assert all(re.fullmatch(r"x-[0-9-]+\.jpg", name) for name in names[1:])
    assert "in/Horse.jpg → imgvet-ready/Horse.jpg\n" in ran.out
    assert "The copy has a neutral name, because the original's has a date." in ran.out
    assert "because the original's has a name that is in the register of release forms." in ran.out
    assert ran.out.endswith("3 photos: 3 yes, 0 not yet, 0 no.\n")
    assert imgvet("check", "in/Horse.jpg", "--keep-names").code == 0
    assert "Horse-2.jpg" in photo_names(tmp_path / "imgvet-ready")


@pytest.mark.slow
def test_names_are_neutral_unless_asked_for(imgvet: Imgvet, tmp_path: Path) -> None:
    """As ever."""
    save_photo(tmp_path / "Horse.jpg", landscape())
    ran = imgvet("check", "Horse.jpg")
    (name,) = photo_names(tmp_path / "imgvet-ready")
    assert name.startswith("x-")
    assert f"Horse.jpg → imgvet-ready/{name}\n" in ran.out
