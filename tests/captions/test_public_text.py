"""What published texts may give away is found and marked, and what only looks like it is left alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.batch.decisions.state import DecisionState, QuestionAnswer
from imgvet.batch.gate import judge_photo
from imgvet.decisions import Words
from imgvet.people_names import UnnamedPerson, name_places
from imgvet.photo import Event, Finding, Photo, Verdict
from imgvet.profile import Profile, parse_profile
from imgvet.rules.formats_uk import text_places
from imgvet.rules.needs import may_be_published
from imgvet.settings import Settings

MARK, POST, PHONE, MAIL = "vehicle registration", "postcode", "telephone number", "e-mail address"
CRIME, BORN, INSURED = "crime reference", "date of birth", "National Insurance number"

GIVES_AWAY = {
    MARK: (
        "BD51 SMR", "bd51smr", "BD51-SMR", "A123 ABC", "Q123 ABC", "ABC 123D", "AIA 1234", "WUI 123", "101D234",
        "Bd51 Smr", "BD51smr", "BD51  SMR", "BD51\nSMR", "BD51.SMR", "BD51–SMR", "BD51_SMR", "BD 51 SMR",
        "ВD51 SМR", "ABC123d",
        "BD51\u00a0SMR", "BD\u200b51 SMR", "Reg. ABC 123", "registration number 1 ABC", "number plate M 1",
    ),
    POST: ("B31 2AB", "b31 2ab", "SW1A 1AA", "EC1V 9HX", "GIR 0AA", "M1 1AE", "BT7 1NN", "CR26XH", "Ｂ31 2AB",
        "b312ab", "B31  2AB", "B31\n2AB", "B31-2AB", "Sw1a 1aa",
    ),
    PHONE: (
        "07700 900123", "+44 121 496 0000", "(0121) 496 0001", "0044 7700 900123", "07700-900-123",
        "+44 (0)121 496 0000", "01632 96000", "+1 202 555 0100", "0７７００ ９００１２３", "07700\u200b900123",
        "٠7700 900123", "07700_900123", "07700/900123", "07700   900 123",
    ),
    MAIL: ("a.lee@example.org", "ann (at) example.org", "A.LEE@EXAMPLE.CO.UK", "zoë@example.org",
        "ann @ example.org", "ann at example dot org",
    ),
    CRIME: (
        "20/123456/24", "crime ref 1234567", "CR/012345/26", "Log 1234 of 14 June", "43200012345", "20SM1234526",
        "incident number: 0457", "1234567/26", "CRI/06XX/0001234/26", "custody record AB/1234",
    ),
    BORN: (
        "born 3 May 2011", "DOB 03/05/2011", "D.O.B. 3.5.11", "date of birth: 2011-05-03", "born on May 3, 2011",
        "born 3rd of May 2011", "DOB 03052011",
    ),
    INSURED: ("AB123456C", "AB 12 34 56 C", "ab123456c"),
}  # fmt: skip
ORDINARY = (
    "PC 4512 Smith and Rex", "Open Day 14/06/2026", "14 June 2026, 10:30 to 14:00", "On the M6 at junction 6",
    "Unit 5 of 12",
    "A38 Bristol Road", "999 day, call 101", "Crimestoppers on 0800 555 111", "Team B2 3rd place", "K9 unit", "BBC 2",
    "Room 12A", "1,234,567 people", "2026-06-14 1030", "05-06-2026 1030", "PS 123 Jones", "F16 fly-past",
    "PC12 was there",
    "COVID19", "07/06/2026 1400", "VE80", "@WMPolice", "Class of 2026", "He was born in 1985", "born in June",
    "Photo 640x480", "10 x 200", "DS 12 team", "CID 2026", "W1A", "PHOTO 3 OF 12", "WEST MIDLANDS POLICE OPEN DAY 2026",
    "THE A38 FOR ALL", "Bus 11A", "Section 21A notice", "Gate 4, Stand 5B", "E7 roundabout", "Incident in 2026",
    "log on at www.example.org", "https://www.example.org/news/2026/06/14/open-day-12345", "reference to 1985",
    "£1,000,000",
    "THE 5K", "FUN 5K RUN", "ALL 10K", "RUN 10K", "BUS 97A", "THE 400M", "T20 CUP", "S11 BUS", "ON 12 MAY", "SAT 9PM",
    "AT 10 THE GATES", "Meet us @ www.example.org", "Crime 2026", "Incident 999", "Crime: 100 arrests",
    "EU27 and", "the E10 2nd team",
    "custody 2026 plan", "21/06/26 1200 hours", "PC 1234", "Op Sceptre 2026", "COP26 was",
)  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in GIVES_AWAY.items() for text in texts])
def test_what_gives_somebody_away_is_found_alone_and_in_a_sentence(kind: str, text: str) -> None:
    for around in ("{}", "PC Smith at {}, with Rex.", "“{}”", "One.\n{}\nTwo."):
        whole = around.format(text)
        (place,) = text_places(whole)
        assert place.kind == kind
        assert whole[place.start : place.end] in text


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_and_numbers_are_left_alone(text: str) -> None:
    assert text_places(text) == ()


DIGITS = st.text("0123456789", min_size=8, max_size=9)
GAPS = st.lists(st.sampled_from(["", " ", "-"]), min_size=9, max_size=9)
LETTERS = "ABCDEFGHJKLMNOPRSTUVWXY"


@given(st.sampled_from(["07", "01", "02", "+447", "+44 1", "0044 2", "(02"]), DIGITS, GAPS)
def test_every_british_number_is_found_however_it_is_spaced(start: str, digits: str, gaps: list[str]) -> None:
    text = start + "".join(f"{digit}{gap}" for digit, gap in zip(digits, gaps, strict=False)).rstrip(" -")
    date_like = start.startswith("0") and text[2:3] in " -"
    assert date_like or any(place.kind in (PHONE, CRIME) for place in text_places(f"Ring {text} now"))


@given(
    st.text(LETTERS.replace("Z", ""), min_size=2, max_size=2), st.integers(2, 79).filter(lambda n: n != 50),
    st.text("ABCDEFGHJKLMNOPRSTUVWXYZ", min_size=3, max_size=3), st.sampled_from(["", " "]),
)  # fmt: skip
def test_every_mark_of_today_is_found(area: str, age: int, rest: str, gap: str) -> None:
    assert [place.kind for place in text_places(f"the van {area}{age:02}{gap}{rest} outside")] == [MARK]


@given(st.text(max_size=80))
def test_any_text_is_read_and_places_are_in_order_within_it(text: str) -> None:
    at = 0
    for place in text_places(text):
        assert at <= place.start < place.end <= len(text)
        at = place.end


@pytest.mark.parametrize(
    ("text", "name", "part", "found"),
    [
        ("PC Ann Lee with Rex", "Ann Lee", False, ["Ann Lee"]),
        ("Lee, Ann", "Ann Mary Lee", False, ["Lee, Ann"]),
        ("Ann Lee's dog", "Mrs Ann Mary Lee", False, ["Ann Lee"]),
        ("ANN LEE", "Ann Lee", False, ["ANN LEE"]),
        ("Anń Lee", "Ann Lee", False, ["Anń Lee"]),
        ("Аnn Lee", "Ann Lee", False, ["Аnn Lee"]),  # a Cyrillic letter
        ("Ann and Bo", "Ann Lee", False, []),
        ("Ann and Bo", "Ann Lee", True, ["Ann"]),
        ("In the park with a rose", "Rose Park", True, []),
        ("annlee", "Ann Lee", False, ["annlee"]),
        ("at #AnnLee, #LeeAnn", "Ann Lee", False, ["AnnLee", "LeeAnn"]),
        ("An\u200bn L\u00adee", "Ann Lee", False, ["An\u200bn L\u00adee"]),
        ("PC A. Lee", "Ann Lee", False, ["A. Lee"]),
        ("John Smith", "J. Smith", False, ["John Smith"]),
        ("Ann M. Lee and Ann Mary Jo Lee", "Ann Lee", False, ["Ann M. Lee", "Ann Mary Jo Lee"]),
        ("Ann and Bob Lee. Then Ann, Bob Lee, a Lee-Enfield", "Ann Lee", False, []),
        ("channleeds", "Ann Lee", True, []),
        ("Anna Leeds", "Ann Lee", True, []),
        ("with ann", "Ann Lee", True, ["ann"]),
        ("Smith-Jones", "Ann Smith-Jones", True, ["Smith", "Jones"]),
        ("Ann Lee", "", True, []),
        ("李明 at work", "李明", False, ["李明"]),
    ],
)
def test_names_are_found_as_people_write_them(text: str, name: str, part: bool, found: list[str]) -> None:
    assert [text[start:end] for start, end in name_places(text, UnnamedPerson(name, part))] == found


# -- at the gate

EVENT = Event("Open Day", link="https://www.example.org/open-day", tags=("open day",))
SETTINGS = Settings(Profile(), EVENT)
PHOTO = Photo("a.jpg", width=400, height=300, name="open-day-001.jpg", sha256="a" * 64, source_sha256="b" * 64)


def judged(
    words: Words, settings: Settings = SETTINGS, *answers: QuestionAnswer, unnamed: tuple[UnnamedPerson, ...] = ()
) -> Photo:
    state = DecisionState(words=words, answers=answers)
    return judge_photo(replace(PHOTO, words=words), settings, state, unnamed=unnamed)


def test_a_name_in_two_keywords_is_a_name() -> None:
    photo = judged(Words(keywords=("Mia", "Wong", "dog")), unnamed=(UnnamedPerson("Mia Wong"),))
    assert "keywords “[Mia, Wong], dog”" in photo.findings[0].reason
    assert not may_be_published(photo)


def asks(photo: Photo) -> list[Finding]:
    return [finding for finding in photo.findings if finding.rule == "public-text"]


@pytest.mark.parametrize(
    ("words", "settings", "field"),
    [
        (Words(title="Van BD51 SMR"), SETTINGS, "title “Van [BD51 SMR]” (vehicle registration)"),
        (Words(caption="A.\nAt B31 2AB."), SETTINGS, "caption “A. At [B31 2AB].” (postcode)"),
        (Words(alt_text="Ring 07700 900123"), SETTINGS, "alt text “Ring [07700 900123]” (telephone number)"),
        (Words(keywords=("dog", "a@example.org")), SETTINGS, "keywords “dog, [a@example.org]” (e-mail address)"),
        (Words(), replace(SETTINGS, event=replace(EVENT, text="Fair, B31 2AB")), "event “Fair, [B31 2AB]” (postcode)"),
        (Words(), replace(SETTINGS, event=replace(EVENT, tags=("born 3 May 2011",))), "tag “[born 3 May 2011]”"),
        (
            Words(),
            replace(SETTINGS, event=replace(EVENT, link="https://e.org/?m=a@e.org")),
            "link “https://e.org/?m=[a@e.org]”",
        ),
    ],
)
def test_the_question_names_the_field_and_marks_the_words(words: Words, settings: Settings, field: str) -> None:
    photo = judged(words, settings)
    (finding,) = asks(photo)
    assert field in finding.reason
    assert (finding.verdict, photo.verdict, may_be_published(photo)) == (Verdict.ASK, Verdict.ASK, False)


def test_an_answer_is_valid_for_the_words_as_they_were() -> None:
    words = Words(caption="At B31 2AB.")
    (finding,) = asks(judged(words))
    answer = QuestionAnswer("answer", "public-text", "A. Officer", about=finding.about)
    assert may_be_published(judged(words, SETTINGS, answer))
    assert asks(judged(replace(words, caption="At B31 2AD."), SETTINGS, answer))
    assert asks(judged(replace(words, title="Rex"), SETTINGS, answer))
    assert asks(judged(words, replace(SETTINGS, event=replace(EVENT, text="Fair")), answer))
    assert asks(judged(words, SETTINGS, replace(answer, about="")))
    smith = UnnamedPerson("Ann Smith")
    assert may_be_published(judged(words, SETTINGS, answer, unnamed=(smith,)))
    named = replace(words, title="Ann Smith")
    (before,) = asks(judged(named))
    assert asks(judged(named, SETTINGS, replace(answer, about=before.about), unnamed=(smith,)))


def test_a_name_of_somebody_who_withdrew_is_marked_and_many_places_are_counted() -> None:
    (finding,) = asks(judged(Words(caption="PC Ann Lee at work"), unnamed=(UnnamedPerson("Ann Lee"),)))
    assert "caption “PC [Ann Lee] at work” (name of somebody who refused or withdrew)" in finding.reason
    (finding,) = asks(judged(Words(keywords=tuple(f"{n}@example.org" for n in range(9)))))
    assert finding.reason.endswith("and 3 more.")


OWN = """
[organisation]
name = "Example Council"
press_office = "Press office, 07700 900123, press@example.org, B31 2AB"
[metadata]
description = "{event}. Ring +44 7700 900123."
"""


def test_what_the_organisation_says_of_itself_is_not_asked_about() -> None:
    settings = replace(SETTINGS, profile=parse_profile(OWN, "test"))
    assert asks(judged(Words(caption="Ring +44 7700 900 123, press@example.org"), settings)) == []
    assert asks(judged(Words(caption="Ring 07700 900124"), settings))


def test_a_profile_can_block_and_not_turn_it_off_and_asks_for_alt_text_if_it_says_so() -> None:
    blocked = replace(SETTINGS, profile=parse_profile('[rules]\npublic-text = "blocked"', "test"))
    (finding,) = asks(judged(Words(title="B31 2AB"), blocked))
    assert finding.verdict is Verdict.BLOCKED
    wants = replace(SETTINGS, profile=parse_profile('[rules]\nalt-text = "ask"', "test"))
    missing = judged(Words(title="Rex"), wants)
    assert [finding.rule for finding in missing.findings] == ["alt-text"]
    assert may_be_published(judged(Words(alt_text="A dog sits."), wants))
    template = replace(
        SETTINGS, profile=parse_profile('[rules]\nalt-text = "ask"\n[metadata]\nalt_text = "{event}"', "test")
    )
    assert may_be_published(judged(Words(), template))
    assert may_be_published(judged(Words()))
    assert may_be_published(judged(Words(), wants, QuestionAnswer("answer", "alt-text", "A. Officer")))


@pytest.mark.parametrize(("event", "asked"), [
    (Event("Park Day", link="https://www.park.example.org/ann", tags=("park", "ann")), False),
    (Event("Ann Park Day"), True),
    (Event("Fair", link="https://www.example.org/ann-park"), True),
    (Event("Fair", tags=("Ann Park",)), True),
])  # fmt: skip
def test_of_an_event_whole_names_count_and_of_a_photo_their_parts_too(event: Event, asked: bool) -> None:
    """Or all photos of “Park Day” would be held as soon as somebody called Park withdraws."""
    ann = (UnnamedPerson("Ann Park", any_part=True),)
    settings = replace(SETTINGS, event=event)
    assert bool(asks(judged(Words(), settings, unnamed=ann))) is asked
    assert asks(judged(Words(caption="Ann at the gate."), settings, unnamed=ann))
