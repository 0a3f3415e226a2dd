"""The words of a photo in the log: what each entry changes, who wrote it, and what an altered entry does."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.batch.decisions.captions import WordSource, record_words, word_sources
from imgvet.batch.decisions.log import check_log, history
from imgvet.batch.decisions.rows import decision_from_row
from imgvet.batch.decisions.state import replay
from imgvet.batch.store import open_batch
from imgvet.decisions import Decision, WordChanges, Words, parse_word_changes, words_value
from imgvet.errors import BatchError, UsageError
from imgvet.photo import Event
from imgvet.profile import Profile
from imgvet.settings import Settings
from imgvet.text_limits import cleaned_words
from support.recorded import AT, PHOTOS, A, B, line, make_batch

TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
CHANGES = st.dictionaries(st.sampled_from(["title", "caption", "alt_text"]), TEXTS | st.none(), min_size=1)
KEYWORDS = st.lists(TEXTS, max_size=5).map(tuple) | st.none()


def wrote(by: str = A, **changes: str | tuple[str, ...] | None) -> Decision:
    return Decision("caption", by, AT, 1, PHOTOS[0].source_sha256, value=words_value(changes))


@given(CHANGES, KEYWORDS)
def test_what_is_written_to_the_log_is_read_back(
    changes: dict[str, str | None], keywords: tuple[str, ...] | None
) -> None:
    whole: WordChanges = {**changes, "keywords": keywords}
    assert parse_word_changes(words_value(whole)) == whole


def test_the_newest_entry_on_a_field_is_valid_and_null_goes_back_to_the_template() -> None:
    said = [
        wrote(title="Rex", caption="PC Smith with police dog Rex"),
        wrote(B, title="Police dog Rex", keywords=("dog", "K9")),
        Decision("reopen", A, AT, 1, PHOTOS[0].source_sha256),  # withdraws answers; words are none
        wrote(caption=None),
    ]
    assert replay(PHOTOS[0], said).words == Words("Police dog Rex", keywords=("dog", "K9"))
    assert word_sources(said) == {"title": WordSource(B, AT), "keywords": WordSource(B, AT)}
    assert replay(PHOTOS[1], said).words == Words()


def test_words_are_recorded_once_and_are_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(Profile(), Event("Open Day"))
    monkeypatch.setattr("imgvet.batch.decisions.captions.saved_settings", lambda _: settings)
    folder = open_batch(make_batch(tmp_path / "batch"))
    try:
        photos = folder.photos()[:2]
        changes = cleaned_words(
            {"title": " Rex\u202e \n", "caption": "One.\r\nTwo.", "alt_text": "\u200b", "keywords": ()}
        )
        assert changes == {"title": "Rex", "caption": "One.\nTwo.", "alt_text": None, "keywords": None}
        assert [each.photo for each in record_words(folder, photos, changes, A)] == [1, 2]
        assert record_words(folder, photos, changes, B) == []
        assert [each.photo for each in record_words(folder, photos[:1], {"title": "Rex", "caption": "Three."}, B)] == [
            1
        ]
        snapshot = folder.snapshot()
        assert snapshot.index.state_of(photos[0]).words == Words("Rex", "Three.")
        assert check_log(snapshot.log).broken is None
        lines = [each for each in history(snapshot.log, snapshot.photos, "1") if each.decision.kind == "caption"]
        assert [each.decision.value for each in lines] == [
            '{"title": "Rex", "caption": "One.\\nTwo."}',
            '{"caption": "Three."}',
        ]
        with pytest.raises(UsageError):
            record_words(folder, photos, {"title": "Other"}, "imgvet")
    finally:
        folder.database.close()


@pytest.mark.parametrize(
    "value",
    ["", "Rex", "[]", "{}", "null", '{"title": 1}', '{"title": ["a"]}', '{"keywords": "a"}', '{"keywords": [1]}',
     '{"credit": null}', '{"title": "\\ud800"}', "[" * 100_000, '{"keywords": [' + '"a",' * 1000 + '"a"]}'],
)  # fmt: skip
def test_an_altered_entry_is_reported_and_never_read(value: str) -> None:
    with pytest.raises(BatchError, match="Entry 7 of the decisions was altered"):
        decision_from_row(line(kind="caption", face=None, known_as=None, value=value))
