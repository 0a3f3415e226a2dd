"""Names are somebody's: when two are one person's, when one is none, when one looks like another; references, too."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.errors import ImgvetError, ProfileError, UsageError
from imgvet.people_names import (
    KnownNames,
    _prototypes,
    checked_name,
    has_words,
    mixed_alphabets,
    name_problem,
    same_name,
    same_person,
    tidy_name,
)
from imgvet.releases.release import is_reference
from imgvet.rules.face_answers import is_approved

ORDINARY = [
    *("O'Brien", "D’Arcy", "O´Brien", "Ní Bhriain"),
    *("Müller-Lüdenscheidt", "Łukasz", "Æsa Þór", "Şükrü İnönü", "Nguyễn Thị"),
    *("Σωκράτης", "Ο. Παπαδόπουλος", "Иван Петров", "С. Иванов", "王小明"),
    *("田中さん", "スミスさん", "김철수", "李 Ming", "محمد"),
    *("علی‌رضا", "ישראל", "राम शर्मा", "สมชาย", "Dr Иванов"),
    *("Анна Smith", "Владимир (Vladimir)", "PC 1234 Smith", "A. O.", "X"),
    *("J. R. R. Tolkien", "Press office", "Sgt. Ann Lee (4021)", "Ann & Bob Lee"),
]  # fmt: skip
NOBODY = [
    *("", " ", "\u200b", "\u200b \u200d", "\u3164"),
    *("\uffa0", "\u115f\u1160", "\u2800", "\u2800 \u2800", "\ufeff", "\xad"),
    *("\U000e0041\U000e0042", "\u180e", "\u2063", "\ufe0f", "\u202e", "\x07", "123"),
    *("٣٤", "…", "-", "?!", "🙂", "🅰🅱", "👮‍♀️"),
    *("\u0301\u0301", "ʼʼ", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"),
]  # fmt: skip
SPOOFS = [
    "А. Officer",
    "A. Оfficer",
    "A. Offiсer",
    "Pаt",
    "Α. Officer",
    "Сара Ross",
    "Տ. Officer",
    "ꓮ. Officer",
    "Ꭺ. Officer",
]
ONE_PERSON = [
    *("a. officer ", "A.Officer", "A Officer"),
    *("A.  OFFICER", "A. Officer.", "A. Officer\u200b", "A. Of\u200dficer"),
    *("\u3164A. Officer", "A. Officer\U000e0041", "A. Offi\xadcer"),
    *("A.\u2800Officer", "\u202eA. Officer", "A. Officer\ufe0f"),
    *("А. Officer", "A. Оffiсеr", "Α. Officer", "Ａ．Ｏｆｆｉｃｅｒ"),
    *("𝐀. 𝐎fficer", "Ⓐ. Officer", "🅰. Officer", "ᴀ. Officer", "🇦. Officer"),
    *("A. 0fficer", "Á. Officer", "A\u0307. Officer", "A. Offıcer"),
    *("A. OFFlCER", "А. ОFFICER", "A. Officer 👮", "A. 𝗢𝗳𝗳𝗶𝗰𝗲𝗿"),
]  # fmt: skip


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_name_is_one(name: str) -> None:
    """In whichever alphabet, with titles, initials and collar numbers; and it is kept as it was typed."""
    assert name_problem(name) == ""
    assert tidy_name(name) == name
    assert has_words(name)
    assert same_person(name, name.upper())


@pytest.mark.parametrize("name", NOBODY)
def test_a_name_of_nothing_is_nobody_s(name: str) -> None:
    """Neither gives nor approves it anything."""
    assert "no name" in name_problem(name) or "no letter" in name_problem(name)
    assert not has_words(name)
    assert not is_approved("A. Officer", name)
    assert not is_approved(name, "A. Officer")


@pytest.mark.parametrize("name", SPOOFS)
def test_alphabets_are_not_mixed_so_that_nobody_can_tell(name: str) -> None:
    """Within a word, or with letters that all look like those of the rest."""
    assert "mixes letters of" in name_problem(name)


@pytest.mark.parametrize("name", ONE_PERSON)
def test_who_looks_the_same_is_the_same_person(name: str) -> None:
    """To the rule of two people, whatever was typed."""
    assert same_person("A. Officer", name)
    assert not is_approved("A. Officer", name)
    assert not is_approved(name, "A. Officer")


@pytest.mark.parametrize(
    ("name", "other"),
    [("scope", "ѕсоре"), ("Ian", "lan"), ("Ian", "1an"), ("Modern", "Modem"), ("ВАЅ", "BAS"), ("В. HALL", "b. hall")],
)
def test_a_whole_name_in_another_alphabet_is_the_same_person(name: str, other: str) -> None:
    """UTS 39, whole-script confusables; and digits for letters."""
    assert same_person(name, other)
    assert same_person(other, name)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Ann Lee", "Anne Lee"),
        ("A. Officer", "B. Officer"),
        ("PC 1234 Smith", "PC 1235 Smith"),
        ("Alia Khan", "Alla Khan"),
        ("王小明", "王小朋"),
        ("राम", "रमा"),
        ("Иван Петров", "Иван Петровский"),
        ("Müller", "Mueller"),
    ],
)
def test_two_people_are_two(name: str, other: str) -> None:
    """With names that are much alike, too."""
    assert is_approved(name, other)
    assert is_approved(other, name)
    assert KnownNames([other]).like(name) == ""


@pytest.mark.parametrize("name", ["А. Officer", "A. Оffiсеr", "A. 0fficer", "A. OFFlCER", "ᴀ. Officer"])
def test_a_name_that_looks_like_a_known_one_is_told(name: str) -> None:
    """Unless it is known itself, as in a log of an earlier version."""
    assert KnownNames(["Somebody", "A. Officer"]).like(name) == "A. Officer"
    assert KnownNames(["A. Officer", name]).like(name) == ""


@pytest.mark.parametrize("name", ["a. officer", "A. Officer\u200b", " A.  Officer", "A.Officer"])
def test_the_same_name_written_otherwise_looks_like_nobody_else(name: str) -> None:
    """Capitals, blanks and what is not seen are no other name."""
    assert KnownNames(["A. Officer"]).like(name) == ""


@pytest.mark.parametrize("reference", ["WMP-2026-0l4", "WMP-2026-OI4", "wmp-2026-0ı4", "WМP-2026-014", "WMP-2O26-014"])
def test_a_reference_that_looks_like_another_is_told(reference: str) -> None:
    """Digits and letters, dotless i, other alphabets."""
    assert KnownNames(["WMP-2026-013", "WMP-2026-014"]).like(reference) == "WMP-2026-014"


def test_references_of_one_row_look_like_no_other() -> None:
    """Nobody is told that his next number looks like the last."""
    row = [f"WMP-2026-{number:03}" for number in range(200)]
    assert [each for each in row if KnownNames([other for other in row if other != each]).like(each)] == []


@pytest.mark.parametrize("reference", ["WMP\u3164-1", "WMP-1\uffa0", "\u115fWMP", "WMP-\u200b1", "WMP-1\u200d"])
def test_a_reference_has_nothing_that_is_not_seen(reference: str) -> None:
    assert not is_reference(reference)
    assert same_name(reference) in {"wmp-1", "wmp"}


def test_a_reference_mixes_no_alphabets() -> None:
    assert mixed_alphabets("WМP-2026-014")
    assert not mixed_alphabets("WMP-2026-014")
    assert not mixed_alphabets("ПРЕСС-2026-014")


@given(st.text(max_size=30), st.text(alphabet="\u200b\u200c\u200d\u2060\xad\u3164\ufeff\ufe0f \t", max_size=4))
def test_whatever_is_typed_has_one_form(text: str, unseen: str) -> None:
    """Compared forms are final, what is not seen changes none, and nobody is two people."""
    assert same_name(same_name(text)) == same_name(text)
    assert same_person(text, text + unseen)
    assert same_person(text, text)
    assert not is_approved(text, text + unseen)
    assert name_problem(tidy_name(text)) == "" or name_problem(text) != ""


def test_the_account_is_what_the_system_says() -> None:
    """And not what the environment does."""
    asked = "from imgvet.signed_in import signed_in; print(signed_in())"
    mine = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    lies = dict.fromkeys(("USER", "LOGNAME", "LNAME", "USERNAME", "HOSTNAME", "COMPUTERNAME"), "somebodyelse")
    told = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, env=os.environ | lies
    )
    assert told.stdout == mine.stdout
    assert "somebodyelse" not in told.stdout
    assert " on " in told.stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Pаt", "mixes letters of Cyrillic and Latin in one word."),
        ("Жack", "mixes letters of Cyrillic and Latin in one word."),
        ("PaЖΔ", "mixes letters of Cyrillic, Greek and Latin in one word."),
        ("А. Smith", "mixes letters of Cyrillic and Latin that look alike."),
        ("Ж. Smith", ""),
        ("Aあア漢김ㄅ", ""),
        ("ОСА", ""),
        ("АʼОС", ""),
    ],
)
def test_which_alphabets_are_mixed_is_told(name: str, said: str) -> None:
    """A whole name in letters that look like others is somebody's; a sign of all alphabets mixes none."""
    assert mixed_alphabets(name) == (said and f"'{name}' {said}")


def test_whoever_does_something_gives_a_name() -> None:
    """Where there is none, the sentence says what needs it; one that is no name is refused, and a name is tidied."""
    assert checked_name("  A.\u200b   Officer ", "It needs a name.") == "A. Officer"
    for nothing in ("", " ", "\u200b"):
        with pytest.raises(UsageError, match="It needs a name") as told:
            checked_name(nothing, "It needs a name.")
        assert "--by" in told.value.hint
    for wrong in ("123", "Pаt"):
        with pytest.raises(ImgvetError, match=r"no letter|mixes letters") as told_of:
            checked_name(wrong, "It needs a name.", ProfileError)
        assert type(told_of.value) is ProfileError
        assert "one alphabet" in told_of.value.hint


def test_a_name_that_cannot_be_seen_is_told_as_such() -> None:
    """And not quoted, for there is nothing to read."""
    assert "visible" in name_problem("\u200b \u2800")
    assert "letter" in name_problem("…")


def test_controls_make_no_other_name() -> None:
    """Also among plain letters; two names of signs alone are two."""
    assert same_name("A.\x07 Officer") == same_name("A. Officer")
    assert not same_person("!!", "??")
    assert same_person("!!", "!!")


def test_which_characters_look_like_which() -> None:
    """A digit like its letter and not the other way round, one like several, and what leads on to a third."""
    found = _prototypes()
    pairs = {"0": "O", "O": None, "ऄ": "अॆ", "ě": "ĕ", "ø": "o̷", "ᴀ": "A"}
    assert {each: found.get(ord(each)) for each in pairs} == pairs
