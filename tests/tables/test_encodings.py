"""In which encoding a list is: told where its bytes prove it, refused with its readings where they do not."""

import codecs
import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imgvet.errors import TableError
from imgvet.tables import read_table
from imgvet.tables.encodings import UnknownEncodingError, decode_text
from support.commands import Imgvet

WESTERN = ["Zoë Brontë", "François Müller", "Renée O’Brien", "José García", "Hélène Côté", "Jürgen Groß"]
POLISH = ["Łukasz Świątek", "Małgorzata Wójcik", "Lech Wałęsa", "Gdańsk Ćwik"]
CZECH = ["Jiří Dvořák", "Tomáš Kříž", "Zdeněk Němec"]
LISTS = [(WESTERN, each) for each in ("cp1252", "mac_roman")] + [
    (["Zoë Brontë", "François Müller", "José García"], each) for each in ("iso8859_15", "cp850")
] + [(names, each) for names in (POLISH, CZECH) for each in ("cp1250", "iso8859_2", "mac_latin2", "cp852")]  # fmt: skip


def a_list(names: list[str], line_end: str, separator: str) -> str:
    rows = [("Reference", "Person", "Event"), *((f"R-{at}", name, "Open Day") for at, name in enumerate(names, 1))]
    return "".join(separator.join(row) + line_end for row in rows)


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(("names", "encoding"), LISTS)
def test_a_list_in_an_older_encoding_is_read_to_the_letter(
    tmp_path: Path, names: list[str], encoding: str, separator: str, line_end: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(a_list(names, line_end, separator).encode(encoding))
    assert [row.cells[1] for row in read_table(path).rows] == names


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_unicode_is_told_with_and_without_its_mark(tmp_path: Path, encoding: str, mark: bytes, line_end: str) -> None:
    """Also where it has few letters that prove it."""
    if mark and mark != "\ufeff".encode(encoding):
        return
    for names in (["Ann Smith"], ["Zoë"], POLISH + WESTERN + ["Иван Ωmega", "王小明"]):
        path = tmp_path / "list.csv"
        path.write_bytes(mark + a_list(names, line_end, ",").encode(encoding))
        assert [row.cells[1] for row in read_table(path).rows] == names


@pytest.mark.parametrize(
    ("name", "encoding", "readings"),
    [
        ("Siân", "mac_roman", ["Siân", "Siën"]),
        ("Bobuľa", "cp1250", ["Bobuľa", "Bobuža"]),
        ("Sol’s", "cp1252", ["Solís"]),
        ("Petraitė", "cp1257", ["Petraitë", "Petraitė"]),
        ("Mbëkwë", "cp1252", ["Mbëkwë"]),
        ("Иван", "cp1251", []),
        ("MĚŠEC", "cp1250", []),
    ],
)
def test_thin_evidence_is_refused_with_every_reading(
    tmp_path: Path, name: str, encoding: str, readings: list[str]
) -> None:
    """The row and the word are shown as they may be meant, and the way out is said."""
    path = tmp_path / "list.csv"
    path.write_bytes(a_list(["Ann", name], "\r\n", ",").encode(encoding))
    with pytest.raises(TableError, match="does not say in which encoding it was saved") as caught:
        read_table(path)
    assert "save it as CSV UTF-8" in caught.value.hint
    assert ("Row 3 may read" in caught.value.reason) or not readings
    assert all(f"'{reading}'" in caught.value.reason for reading in readings)


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
@pytest.mark.parametrize("text", ["Children’s", "the Mayor’s day", "don’t tag", "we’ll ask", "paid £50", "10–12"])
def test_what_british_offices_write_is_read_where_a_list_has_no_other_signs(text: str, encoding: str) -> None:
    """An apostrophe in an English word is a letter of no other language there."""
    assert decode_text(a_list([text], "\r\n", ",").encode(encoding)) == a_list([text], "\r\n", ",")


def test_letters_that_happen_to_be_those_of_utf_8_are_none() -> None:
    """Dvořák on a Mac has the bytes of a Thaana letter in UTF-8, Maďár in MS-DOS those of a Cyrillic one."""
    assert "Dvořák".encode("mac_latin2").decode() != "Dvořák"
    assert decode_text("Jiří Dvořák".encode("mac_latin2")) == "Jiří Dvořák"
    assert "Maďár".encode("cp852").decode() != "Maďár"
    with pytest.raises(UnknownEncodingError):
        decode_text("Maďár".encode("cp852"))


def test_a_lost_mark_or_two_encodings_in_one_file_are_refused() -> None:
    for content in (
        codecs.BOM_UTF8 + "Zoë".encode("cp1252"),
        a_list(POLISH, "\n", ",").encode() + a_list(WESTERN, "\n", ",").encode("cp1252"),
        "Zoë".encode("utf-16-le")[:-1],
    ):
        with pytest.raises(UnknownEncodingError):
            decode_text(content)


@given(
    st.lists(st.sampled_from([*WESTERN, *POLISH, *CZECH, "Søren Kjær", "João Conceição", "Gül Şahin"]), min_size=1),
    st.sampled_from(
        ["cp1252", "cp1250", "mac_roman", "iso8859_15", "iso8859_2", "cp850", "cp852", "cp1254", "mac_latin2"]
    ),
)
def test_no_list_of_names_is_ever_misread(names: list[str], encoding: str) -> None:
    """Whatever names are on it and in whatever order: it is read to the letter, or refused."""
    text = a_list([name for name in names if can_be(name, encoding)], "\n", ",")
    with contextlib.suppress(UnknownEncodingError):
        assert decode_text(text.encode(encoding)) == text


def can_be(name: str, encoding: str) -> bool:
    return name.encode(encoding, "ignore").decode(encoding) == name


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_are_text_or_refused(content: bytes) -> None:
    with contextlib.suppress(UnknownEncodingError):
        assert "\0" not in decode_text(content)


def test_a_name_never_enters_the_register_misspelt(imgvet: Imgvet, tmp_path: Path) -> None:
    head = "Reference,Person,Contact,Signed on,Event,Channels\r"
    (tmp_path / "good.csv").write_bytes(f"{head}R-1,Zoë Brontë,x@example.org,14/06/2026,Ev,all\r".encode("mac_roman"))
    (tmp_path / "thin.csv").write_bytes(f"{head}R-2,Siân Jones,x@example.org,14/06/2026,Ev,all\r".encode("mac_roman"))
    assert imgvet("release", "import", "good.csv", "--by", "Jo").code == 0
    refused = imgvet("release", "import", "thin.csv", "--by", "Jo")
    assert refused.code == 2
    assert "Row 2 may read 'Siân' or 'Siën'" in refused.err
    imgvet("release", "export", "all.csv")
    exported = (tmp_path / "all.csv").read_text("utf-8-sig")
    assert "Zoë Brontë" in exported
    assert "R-2" not in exported
