"""Numbers, times and names as people write and sort them; texts, and what is left out of them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.text import (
    clean_text,
    count,
    left_out,
    long_time,
    natural_order,
    no_formula,
    number_runs,
    on_one_line,
    one_line,
    spans,
    visible,
)


def test_what_is_counted_has_its_plural() -> None:
    """With an s, or as it is said."""
    assert [count(number, "face") for number in (0, 1, 2)] == ["0 faces", "1 face", "2 faces"]
    assert [count(number, "entry", "entries") for number in (1, 7)] == ["1 entry", "7 entries"]


def test_numbers_that_follow_each_other_are_put_together() -> None:
    """A gap ends a run."""
    assert number_runs([1, 2, 3, 7, 9, 10]) == [(1, 3), (7, 7), (9, 10)]
    assert spans([1, 2, 3, 7, 9, 10]) == ["1–3", "7", "9–10"]
    assert spans([]) == []


@pytest.mark.parametrize(("iso", "said"), [
    ("2026-06-14T10:31:00", "14 June 2026, 10:31"),
    ("2026-06-14T10:31:00+02:00", "14 June 2026, 09:31 BST"),
    ("2026-06-14", "14 June 2026"),
    ("some day", "some day"),
])  # fmt: skip
@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process is fixed on Windows")
def test_times_are_written_out(monkeypatch: pytest.MonkeyPatch, iso: str, said: str) -> None:
    """In the office's own time, where the zone is known."""
    with monkeypatch.context() as zone:
        zone.setenv("TZ", "GMT0BST,M3.5.0/1,M10.5.0")
        time.tzset()
        assert long_time(iso) == said
    time.tzset()


def test_numbers_in_names_count() -> None:
    """Capitals do not, and digits come before letters."""
    names = ["img_10", "IMG_9", "img_1a", "img_1", "10", "9", "b", "A"]
    assert sorted(names, key=natural_order) == ["9", "10", "A", "b", "img_1", "img_1a", "IMG_9", "img_10"]


# What can harm

SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


@pytest.mark.parametrize(("typed", "kept", "told"), [
    ("a\x1b[2Jb\x00", "a[2Jb", "U+001B (control character), U+0000 (control character)"),
    ("a\u202eb", "ab", "U+202E (right-to-left override)"),
    ("\u2067a\u2069 \u2067b", "\u2067a\u2069 b", "U+2067 (right-to-left isolate)"),
    ("a\u202c\u2069b", "ab", "U+202C (pop directional formatting), U+2069 (pop directional isolate)"),
    ("\u202a\u2066\u202e\u2069x\u202c", "\u202a\u2066\u2069x\u202c", "U+202E (right-to-left override)"),
    ("\u2066\u202ax\u2069", "\u2066x\u2069", "U+202A (left-to-right embedding)"),
    (SCOTLAND[:3], "🏴", "U+E0067 (tag latin small letter g), U+E0062 (tag latin small letter b)"),
    ("a\x01\x02\x03\x04\x05\x06", "a", ", ".join(f"U+000{n} (control character)" for n in range(1, 5)) + " and 2 more"),
    ("☎\ufe0f\ufe0e", "☎\ufe0f", "U+FE0E (variation selector-15)"),
    ("a\U000e0100", "a", "U+E0100 (variation selector-17)"),
    ("a\u200b\u200c\u200b\u200cb", "a\u200b\u200c\u200bb", "U+200C (zero width non-joiner)"),
    ("\ufeffa\ufff9b", "ab", "U+FEFF (zero width no-break space), U+FFF9 (interlinear annotation anchor)"),
    ("a\uffff\ufdd0\u0378", "a", "U+FFFF (no character), U+FDD0 (no character), U+0378 (no character)"),
    ("caf\udce9", "caf", "U+DCE9 (no character)"),
    ("\u200b\u200d", "", ""),
])  # fmt: skip
def test_only_what_can_harm_is_left_out_and_it_is_named(typed: str, kept: str, told: str) -> None:
    """The rest stays as it was typed."""
    assert clean_text(typed) == kept
    assert left_out(typed) == told


@given(st.text(max_size=80))
def test_a_clean_text_is_clean(text: str) -> None:
    """Nothing more is left out of it, and nothing of it is written out on a page but embeddings and overrides."""
    kept = clean_text(text)
    assert (clean_text(kept), left_out(kept)) == (kept, "")
    assert one_line(one_line(text)) == one_line(text)
    if not set(kept) & set("\u202a\u202b\u202c\u202d\u202e"):
        assert visible(kept) == kept


def test_line_ends_of_every_program_part_words() -> None:
    """A line end that is not known must not join two words."""
    for end in ("\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"):
        assert clean_text(f"a{end}b") == "a\nb"
        assert one_line(f"a{end}{end}b\tc") == "a b c"
        assert left_out(f"a{end}b") == ""


def test_screens_show_what_is_not_seen() -> None:
    """A page has the direction marks of its texts; a line of several texts has none that could reach the next."""
    assert visible("\u2067א\u2069 \u200f\u202eb") == "\u2067א\u2069 \u200f[U+202E]b"
    assert visible("\u202eb\u202c") == "[U+202E]b[U+202C]"
    assert on_one_line("\u2067א\u2069\n") == "[U+2067]א[U+2069] ¶ "


@pytest.mark.parametrize("text", ["=1+1", " =1", "\u200e=1", "\u200b\xad+1", "＝1"])
def test_what_is_not_seen_makes_no_formula(text: str) -> None:
    """A spreadsheet may leave it away and take the rest for one."""
    assert no_formula(text) == f"'{text}"
