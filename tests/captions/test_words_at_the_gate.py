"""A photo whose file does not have its present words is held, and nothing that vetting found can be edited to match."""

from dataclasses import replace

import pytest

from imgvet.batch.decisions.state import DecisionState
from imgvet.batch.gate import judge_photo
from imgvet.batch.vetted import vetted_parts, vetting_hash
from imgvet.decisions import NO_WORDS, Words
from imgvet.encode.public_metadata import public_metadata
from imgvet.people_names import UnnamedPerson
from imgvet.photo import Event, Photo, ProblemCode
from imgvet.profile import Profile
from imgvet.rules.needs import NeedKind, can_be_answered, may_be_published, photo_needs
from imgvet.settings import Settings

SETTINGS = Settings(Profile(), Event("Open Day", link="https://www.example.org/open-day", tags=("open day",)))
REX = Words("Rex", "PC Smith with police dog Rex.", "A dog sits.", ("dog", "open day"))
VETTED = Photo("a.jpg", width=400, height=300, name="open-day-001.jpg", sha256="a" * 64, source_sha256="b" * 64)


@pytest.mark.parametrize(
    ("in_file", "wanted", "named"),
    [
        (NO_WORDS, REX, "title, caption, alt text and keywords"),
        (REX, replace(REX, title="Bo"), "new title yet"),
        (REX, NO_WORDS, "title, caption, alt text and keywords"),
    ],
)
def test_a_file_without_its_present_words_is_held_whatever_is_answered(
    in_file: Words, wanted: Words, named: str
) -> None:
    photo = replace(VETTED, words=in_file)
    judged = judge_photo(photo, SETTINGS, DecisionState(words=wanted))
    (finding,) = judged.findings
    assert named in finding.reason
    assert finding.code is ProblemCode.NOT_WORDED
    assert not can_be_answered(finding)
    assert not may_be_published(judged)
    assert [need.kind for need in photo_needs(judged)] == [NeedKind.CORRECT]
    assert may_be_published(judge_photo(photo, SETTINGS, DecisionState(words=in_file)))


@pytest.mark.parametrize(
    ("event", "unnamed"), [("Open Day B31 2AB", ()), ("Open Day of Ann Lee", (UnnamedPerson("Ann Lee"),))]
)
def test_a_file_of_another_event_that_gives_somebody_away_is_held_whatever_is_answered(
    event: str, unnamed: tuple[UnnamedPerson, ...]
) -> None:
    """The event was renamed, and the original is missing, so the file has its words still."""
    before = replace(SETTINGS, event=Event(event))
    photo = replace(VETTED, public=public_metadata(before, 1), number=1)
    (finding,) = judge_photo(photo, SETTINGS, DecisionState(), unnamed=unnamed).findings
    assert "still has words of before" in finding.reason
    assert not can_be_answered(finding)
    asked = judge_photo(photo, before, DecisionState(), unnamed=unnamed).findings
    assert [each.rule for each in asked] == ["public-text"]
    other = replace(photo, public=public_metadata(replace(SETTINGS, event=Event("Fair")), 1))
    assert may_be_published(judge_photo(other, SETTINGS, DecisionState(), unnamed=unnamed))


def test_a_file_whose_name_gives_somebody_away_is_held_where_its_event_has_another_name_now() -> None:
    """A channel that came after the event was renamed has a file from the one of before, under the name of before."""
    public = public_metadata(SETTINGS, 1)
    photo = replace(VETTED, public=public, number=1, name="open-day-b31-2ab-001.jpg")
    (finding,) = judge_photo(photo, SETTINGS, DecisionState()).findings
    assert "still has words of before" in finding.reason
    assert not can_be_answered(finding)
    known = replace(SETTINGS, event=Event("Open Day B31 2AB"))
    photo = replace(photo, public=public_metadata(known, 1))
    assert [each.rule for each in judge_photo(photo, known, DecisionState()).findings] == ["public-text"]
    assert may_be_published(judge_photo(replace(VETTED, public=public, name="fair-001.jpg"), SETTINGS, DecisionState()))


def test_the_log_vouches_for_the_words_that_a_file_has_and_a_record_without_has_the_hash_of_before() -> None:
    parts = vetted_parts(VETTED, None, ()).replace(',"areas":[]', "")  # as before 0.11
    hashes = [vetting_hash(replace(VETTED, words=words), "recipe", parts) for words in (NO_WORDS, REX, Words("Rex"))]
    assert len(set(hashes)) == 3
    assert hashes[0] == "8f1b5d5381b7cef269332b3be4215c2fc41594ccceb3af2b4b5448d4c131dd36"


def test_words_are_in_place_of_the_templates_and_keywords_are_added() -> None:
    public = public_metadata(SETTINGS, 3, words=REX)
    assert (public.title, public.alt_text, public.headline) == ("Rex", "A dog sits.", "Open Day")
    assert public.description == "PC Smith with police dog Rex.\n\nhttps://www.example.org/open-day"
    assert public.keywords == ("open day", "dog")
    template = public_metadata(SETTINGS, 3)
    assert public_metadata(SETTINGS, 3, words=Words(title="Rex")) == replace(template, title="Rex")
