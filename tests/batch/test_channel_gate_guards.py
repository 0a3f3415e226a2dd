"""The guards of the gate for several channels, for words that changed, and for photos of forms, each alone."""

from dataclasses import replace

import pytest

from imgvet.batch.decisions.state import DecisionState, QuestionAnswer
from imgvet.batch.gate import judge_channels, judge_photo
from imgvet.decisions import PUBLIC_TEXT, Answer, FaceRecord, Words
from imgvet.geometry import Box
from imgvet.photo import ChannelCopy, Event, Face, Photo, ProblemCode, PublicMetadata, Verdict, photo_for
from imgvet.profile import parse_profile
from imgvet.releases.release import FormAnswer
from imgvet.rules.face_answers import ReleaseAnswers
from imgvet.rules.needs import may_be_published
from imgvet.settings import Settings

BOX = Box(10, 10, 60, 70)
PUBLIC = PublicMetadata(copyright_notice="© A", usage_terms="All rights reserved.")
SETTINGS = Settings(parse_profile("", "test"), Event("Open Day", link="https://www.example.org")).with_channels(
    ("flickr", "x")
)
ONE = SETTINGS.with_channels(("flickr",))
COPY = ChannelCopy("x", "open-day-001.jpg", "held/x/open-day-001.jpg", sha256="1" * 64, public=PUBLIC)
READY = Photo(
    "a.jpg",
    width=4000,
    height=3000,
    public=PUBLIC,
    channel="flickr",
    name="open-day-001.jpg",
    output="held/open-day-001.jpg",
    sha256="0" * 64,
    source_sha256="5" * 64,
    copies=(COPY,),
)
SIGNED = DecisionState((FaceRecord(BOX, BOX, answer=Answer("release", "WMP-1"), by="A. Officer"),))
ALLOWED, OTHER_CHANNEL = FormAnswer(in_register=True), FormAnswer("Form WMP-1 does not allow it.", other_channels=True)


def judged(photo: Photo, state: DecisionState, **forms: FormAnswer) -> dict[str, Photo]:
    """The photo as it is for each channel; ``forms``: what the register says of its form there."""

    def forms_for(channel: str) -> ReleaseAnswers:
        return {"WMP-1": forms[channel]} if channel in forms else {}

    now = judge_channels(photo, SETTINGS, state, forms_for)
    return {channel: photo_for(now, channel) for channel in SETTINGS.channel_names}


@pytest.mark.parametrize("flickr", [ALLOWED, OTHER_CHANNEL])
@pytest.mark.parametrize("x", [ALLOWED, OTHER_CHANNEL])
def test_each_channel_is_judged_by_what_the_form_allows_there(flickr: FormAnswer, x: FormAnswer) -> None:
    photo = replace(READY, faces=(Face(1, BOX, 0.9),))
    parts = judged(photo, SIGNED, flickr=flickr, x=x)
    assert may_be_published(parts["flickr"]) == (flickr is ALLOWED)
    assert may_be_published(parts["x"]) == (x is ALLOWED)


def test_a_channel_without_a_file_waits_for_one_and_no_other_does() -> None:
    parts = judged(replace(READY, copies=()), DecisionState())
    assert may_be_published(parts["flickr"])
    assert [each.code for each in parts["x"].findings] == [ProblemCode.NOT_MADE]
    parts = judged(replace(READY, output=None, name="", sha256=None), DecisionState())
    assert [each.code for each in parts["flickr"].findings] == [ProblemCode.NOT_MADE]
    assert may_be_published(parts["x"])
    assert all(may_be_published(each) for each in judged(READY, DecisionState()).values())


def test_a_photo_that_failed_has_its_error_and_waits_for_no_file() -> None:
    failed = replace(READY, error="It is damaged.", output=None, name="", sha256=None, public=None, copies=())
    for part in judged(failed, DecisionState()).values():
        assert part.verdict is Verdict.FAILED
        assert part.findings == ()


def test_a_refused_face_keeps_the_photo_out_of_every_channel() -> None:
    photo = replace(READY, faces=(Face(1, BOX, 0.9),))
    refused = DecisionState((FaceRecord(BOX, BOX, refused=True, by="A. Officer"),))
    assert not any(may_be_published(each) for each in judged(photo, refused).values())


@pytest.mark.parametrize(("forms", "filed"), [
    ({}, False),
    ({"OD-1": FormAnswer(in_register=True, has_scan=True)}, False),  # the other is unknown
    ({"OD-1": FormAnswer(has_scan=True), "OD-2": FormAnswer(in_register=True)}, False),
    ({"OD-1": FormAnswer(), "OD-2": FormAnswer()}, False),
    ({"OD-1": FormAnswer(has_scan=True), "OD-2": FormAnswer(has_scan=True)}, True),
])  # fmt: skip
def test_a_photo_of_forms_is_filed_once_all_of_them_have_their_scan(forms: ReleaseAnswers, filed: bool) -> None:
    """Filed or not, it is never published."""
    shows = judge_photo(replace(READY, shown_forms=("OD-1", "OD-2")), ONE, DecisionState(), forms)
    assert shows.filed is filed
    assert not may_be_published(shows)
    assert judge_photo(READY, ONE, DecisionState(), forms).filed is False


def test_an_answer_about_words_counts_for_these_words_alone() -> None:
    words = Words(caption="At the gate, B31 2AB.")
    photo, state = replace(READY, words=words), DecisionState(words=words)
    (asked,) = judge_photo(photo, ONE, state).findings
    assert asked.rule == PUBLIC_TEXT
    for about, holds in ((asked.about, True), ("0" * 12, False), ("", False)):
        answer = QuestionAnswer("answer", PUBLIC_TEXT, "A. Officer", about=about)
        assert may_be_published(judge_photo(photo, ONE, replace(state, answers=(answer,)))) is holds


def test_a_photo_without_public_metadata_is_judged_all_the_same() -> None:
    assert judge_photo(replace(READY, public=None), ONE, DecisionState()).error is None
