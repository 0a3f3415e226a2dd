"""How long texts are, as the channels count them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.text_limits import COUNTINGS, cut_to_length, letters, text_length, too_long, weight_on_x


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0), ("hello", 5), ("日本", 4), ("é", 1), ("e\u0301", 1), ("“q” – —", 7), ("…", 2), ("©", 1), ("№", 2),
        ("👨‍👩‍👧", 2), ("👍🏽", 2), ("🇬🇧", 2), ("🏴󠁧󠁢󠁷󠁬󠁳󠁿", 2), ("1️⃣", 2), ("❤️", 2), ("👍👍 a 👍", 9),
        ("https://www.example.org/" + "a" * 200, 23), ("See https://a.org/x. Ok", 31), ("www.wmp.police.uk", 23),
        ("police.uk", 9), ("Mr.Smith", 8), ("a@b.com", 7), ("(flickr.com/a)", 25), ("Мария", 5), ("שלום", 4),
    ],
)  # fmt: skip
def test_x_weighs_links_emoji_and_letters_of_east_asia(text: str, weight: int) -> None:
    """Figures: twitter-text 3, config v3 and its conformance tests."""
    assert weight_on_x(text) == weight


def test_letters_are_what_people_see() -> None:
    assert [letters(text) for text in ("abc", "e\u0301", "👨‍👩‍👧👍🏽", "🇬🇧🇫🇷", "क्षि")] == [3, 1, 2, 2, 1]


@given(st.text(max_size=60), st.integers(0, 40), st.sampled_from(sorted(COUNTINGS)))
def test_what_is_cut_fits(text: str, most: int, counts: str) -> None:
    cut = cut_to_length(text, most, counts)
    assert text_length(cut, counts) <= most
    assert (too_long(text, most, counts) == "") == (text_length(text, counts) <= most)


def test_the_sentence_says_the_length_and_the_most() -> None:
    assert too_long("x" * 301, 255) == "301 characters long; 255 is the most"
    assert too_long("日" * 141, 280, "x") == "282 characters long, as X counts; 280 is the most"
