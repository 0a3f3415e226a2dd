"""The tables of channels: one text a post, within what the channel takes, with the link whole at its end."""

import csv
import io
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from imgvet.channels.places import ChannelPlace
from imgvet.photo import Event, Photo, PublicMetadata
from imgvet.profile import load_profile
from imgvet.reports.channel_tables import hashtags, post_text, write_channel_table
from imgvet.settings import Settings
from imgvet.text_limits import text_length
from support.chance import examples

LINK = "https://www.example.org/news/open-day-2026"
SETTINGS = Settings(load_profile("general")[0], Event("Open Day", link=LINK), "x", channels=("flickr", "x"))
PUBLIC = PublicMetadata(
    "Open Day (7)", description=f"Police dogs at work.\n\n{LINK}", keywords=("open day", "K9", "a", "b")
)


def test_a_post_has_title_description_hashtags_and_the_link() -> None:
    """At most as many hashtags as the channel takes; the link once, at the end."""
    assert post_text(PUBLIC, SETTINGS) == f"Open Day (7)\nPolice dogs at work.\n#openday #K9 #a\n{LINK}"
    assert post_text(PUBLIC, SETTINGS.with_channels(["facebook"])).endswith(f"#openday #K9 #a #b\n\n{LINK}")
    titled = replace(PUBLIC, description=f"Open Day (7), police dogs.\n\n{LINK}")
    assert post_text(titled, SETTINGS).startswith("Open Day (7), police dogs.\n#")


@examples(60)
@given(st.text(max_size=400), st.text(max_size=400), st.lists(st.text(max_size=90), max_size=6))
def test_a_post_fits_whatever_is_written(title: str, description: str, keywords: list[str]) -> None:
    """Counted as the channel counts; the link is never cut."""
    public = PublicMetadata(title, description=description, keywords=tuple(keywords))
    for channel in ("x", "bluesky"):
        settings = SETTINGS.with_channels([channel])
        text = post_text(public, settings)
        assert text.endswith(LINK)
        assert text_length(text, settings.channel.counts) <= settings.channel.title_length


def test_a_long_text_is_cut_between_words() -> None:
    """Hashtags are left out where they would leave no room for words."""
    long = replace(PUBLIC, description="word " * 100)
    text = post_text(long, SETTINGS)
    assert "word…\n#openday #K9 #a\n" in text
    crowded = post_text(replace(long, keywords=("k" * 100, "l" * 100, "m" * 100)), SETTINGS)
    assert "#" not in crowded
    assert "word…\n" in crowded


def test_hashtags_hold_letters_digits_and_nothing_else() -> None:
    assert hashtags(["open day", "R&D", "été", "!", "#"], 3) == "#openday #RD #été"


def test_photos_of_one_post_are_grouped() -> None:
    """As many as the channel takes in one: four on X. Only what is in the channel's folder is there, and no formula."""
    photos = [
        Photo("a", number, name=f"e-{number:03}.jpg", output=f"{'held/x' if number == 2 else 'x'}/e-{number:03}.jpg",
              sha256="a" * 64, channel="x", public=replace(PUBLIC, title="=1+1"), round=1)
        for number in range(1, 8)
    ]  # fmt: skip
    out = io.StringIO(newline="")
    write_channel_table(photos, SETTINGS, ChannelPlace("x", "x", "held/x"), out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue(), newline="")))
    assert [(row["file"], row["post"]) for row in rows] == [
        ("e-001.jpg", "1"), ("e-003.jpg", "1"), ("e-004.jpg", "1"), ("e-005.jpg", "1"), ("e-006.jpg", "2"),
        ("e-007.jpg", "2"),
    ]  # fmt: skip
    assert all(row["post text"].startswith("'=") for row in rows)
