"""What XMP and IIM cannot hold is refused once, before any photo is opened, by option or key."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet import api
from imgvet.encode.public_metadata import app13_segment, public_metadata, xmp_packet
from imgvet.encode.text_check import check_texts
from imgvet.errors import ProfileError, UsageError
from imgvet.photo import Event
from imgvet.profile import Profile, parse_profile
from imgvet.proof import iim, xmp
from imgvet.proof.ledger import Ledger
from imgvet.settings import Settings
from imgvet.watermarks.load import load_watermarks
from support.commands import Imgvet
from support.pictures import landscape, save_photo

# What is typed, and what is said of it.
OPTIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "a control in the event": (("--event", "Open\x01day"), "--event 'Open[U+0001]day' cannot be published."),
    "an escape in the event": (("--event", "Open\x1b[2Jday"), "no text can have, U+001B"),
    "bytes that are not UTF-8": (("--event", "Caf\udce9"), "no text can have, U+DCE9"),
    "half a pair": (("--event", "Open \ud83d"), "no text can have, U+D83D"),
    "no character": (("--event", "Open\uffff"), "no text can have, U+FFFF"),
    "an event that nobody sees": (("--event", "\u200b\u2060"), "--event is empty: it has no visible characters"),
    "an endless event": (("--event", "ü" * 1001), "--event 'üüü"),
    "a control in the link": (("--link", "https://example.org/\x02"), "--link 'https://example.org/[U+0002]'"),
    "a link turned round": (("--link", "https://example.org/\u202egpj"), "--link 'https://example.org/[U+202E]gpj'"),
    "a line end in the link": (("--link", "https://example.org/\nb"), "--link"),
    "an endless link": (("--link", "https://example.org/" + "a" * 1800), "It is longer than 1800 bytes."),
}
TAGS: dict[str, tuple[tuple[str, ...], str]] = {
    "a control in a tag": (("--tags", "police,\x03open"), "--tags 'police,[U+0003]open'"),
    "an endless tag": (("--tags", f"police,{'ü' * 128}"), "One of them is longer than 255 bytes."),
    "tags beyond a segment": (
        tuple(word for n in range(75) for word in ("--tags", "&" * 250 + str(n))), "metadata.keywords and --tags (",
    ),
}  # fmt: skip
KEYS: dict[str, tuple[str, str]] = {
    "title": ('[metadata]\ntitle = "a\\u0001b"', "metadata.title 'a[U+0001]b' cannot be published."),
    "headline": ('[metadata]\nheadline = "a\\uFFFE"', "metadata.headline"),
    "caption": ('[metadata]\ndescription = "a\\u0000b"', "metadata.description"),
    "alt text": ('[metadata]\nalt_text = "a\\u0008b"', "metadata.alt_text"),
    "keyword": ('[metadata]\nkeywords = ["ok", "a\\u001fb"]', "metadata.keywords"),
    "organisation": ('[organisation]\nname = "a\\u0001b"', "organisation.name"),
    "creator": ('[organisation]\ncreator = "' + "a" * 2001 + '"', "organisation.creator"),
    "credit": ('[organisation]\ncredit_line = "a\\u0001b"', "organisation.credit_line"),
    "licence": ('[licence]\nname = "' + "a" * 2001 + '"', "licence.name"),
    "long mark": ('[marks.copyright]\nline = "' + "a" * 301 + '"', "marks.copyright.line: comes to 301 characters"),
    "website": ('[organisation]\nname = "A"\nwebsite = "www.example\\u202e.org"', "organisation.website"),
    "notice": ('[licence]\ncopyright_notice = "a\\u0001b"', "licence.copyright_notice"),
    "terms": ('[licence]\nusage_terms = "a\\u0001b"', "licence.usage_terms"),
    "statement": ('[licence]\nweb_statement = "https://a\\uFEFFb"', "licence.web_statement"),
    "long statement": ('[licence]\nweb_statement = "https://a' + "b" * 3000 + '"', "licence.web_statement"),
    "mark": ('[marks.website]\ntext = "a\\u0001b"', "marks.website.text"),
    "title beyond a segment": (
        "[channels.flickr]\ntitle_length = 100000\n[channels.x]\ntitle_length = 100000\n"
        '[metadata]\nheadline = "x"\ntitle = "' + "&" * 3700 + "{event}" * 30 + '"',
        "60,000 is the most that a file can hold. The longest are metadata.title",
    ),
}


@pytest.fixture
def photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One photo, which nobody may open."""

    def opened(*_: Any, **__: Any) -> Any:
        raise AssertionError("a photo was opened")

    monkeypatch.setattr("imgvet.pipeline.vet_one", opened)
    return save_photo(tmp_path / "in" / "a.jpg", landscape())


def refused(imgvet: Imgvet, words: tuple[str, ...], said: str, out: Path) -> None:
    ran = imgvet(*words)
    assert ran.code == 2, ran.err
    assert said in ran.err
    assert ran.out == ""
    assert "Traceback" not in ran.err
    assert len(ran.err) < 1500
    assert not out.exists()


@pytest.mark.parametrize("name", OPTIONS | TAGS)
def test_an_option_that_cannot_be_published_stops_a_batch(
    name: str, photo: Path, imgvet: Imgvet, tmp_path: Path
) -> None:
    words, said = (OPTIONS | TAGS)[name]
    event = () if "--event" in words else ("--event", "Open day")
    refused(imgvet, ("batch", "in", "--out", "out", *event, *words), said, tmp_path / "out")


@pytest.mark.parametrize("name", OPTIONS)
def test_and_a_check(name: str, photo: Path, imgvet: Imgvet, tmp_path: Path) -> None:
    words, said = OPTIONS[name]
    refused(imgvet, ("check", "in/a.jpg", "--out", "out", *words), said, tmp_path / "out")


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("command", ["batch", "check"])
def test_and_so_does_a_key_of_the_profile(command: str, name: str, photo: Path, imgvet: Imgvet, tmp_path: Path) -> None:
    text, said = KEYS[name]
    (tmp_path / "ours.toml").write_text(text, encoding="utf-8")
    words = (command, "in/a.jpg", "--out", "out", "--event", "é" * 900, "--profile", "ours.toml")
    refused(imgvet, words, said, tmp_path / "out")


@pytest.mark.parametrize("event", [
    Event("Open\x01day"), Event("Caf\udce9"), Event("\u200b"), Event("x" * 2001), Event("x", None, "https://a\x01b"),
    Event("x", None, "https://a\u202eb"), Event("x", None, "", ("ok", "a\x01b")), Event("x", None, "", ("a" * 256,)),
])  # fmt: skip
def test_who_writes_python_hears_of_it_as_well(event: Event, tmp_path: Path) -> None:
    """When the settings are built, and when others are handed in."""
    with pytest.raises(UsageError, match=r"^--(event|link|tags)"):
        api.build_settings("general", event=event)
    with pytest.raises(UsageError, match=r"^--(event|link|tags)"):
        api.vet_photos([tmp_path / "a.jpg"], Settings(Profile(), event, secret=b"x"))


@pytest.mark.parametrize("name", KEYS)
def test_the_keys_are_those_of_a_profile_in_python(name: str) -> None:
    text, _ = KEYS[name]
    settings = Settings(parse_profile(text, "x"), Event("é" * 900))
    with pytest.raises(ProfileError):
        load_watermarks(settings) if name == "long mark" else check_texts(settings)


def test_texts_at_their_limits_are_published() -> None:
    """To the byte; tags of 255 bytes, a link of 1,800, an event of 2,000."""
    link = "https://example.org/" + "a" * 1780
    check_texts(Settings(Profile(), Event("ü" * 1000, None, link, ("ü" * 127 + "a", "police"))))
    check_texts(Settings(Profile(), Event("")))


LETTERS = (
    "ab &<>\"'漢é…\u200b\u200d\u200e\u202a\u202c\u2066\u2069\xad\ufe0f"
    "\U0001f3f4\U000e0067\U000e007f\ufeff\ufff9\x85\u2028\n\t\x0b\x01\ud800\uffff"
)
WORDS = st.text(LETTERS, max_size=30) | st.text(LETTERS, min_size=1, max_size=3).map(lambda text: text * 700)


@given(event=WORDS, link=WORDS, tags=st.lists(WORDS, max_size=4), name=WORDS, title=WORDS, number=st.integers(1, 10**6))
def test_what_is_not_refused_is_proven_in_every_photo(
    event: str, link: str, tags: list[str], name: str, title: str, number: int
) -> None:
    """Whatever people type: no photo fails over it later."""
    try:
        profile = Profile.model_validate(
            {"organisation": {"name": name}, "metadata": {"title": title, "alt_text": "{event} {organisation}"}}
        )
    except ValueError:
        return
    settings = Settings(profile, Event(event, None, f"https://{link}" if link else "", tuple(tags)), year=2026)
    try:
        check_texts(settings)
    except UsageError:
        return
    public, ledger = public_metadata(settings, number), Ledger()
    texts = xmp.read_packet(xmp_packet(public), 0, "jpeg", ledger)
    segment = app13_segment(public)
    if segment:
        iim.compare(texts, iim.read_resources(segment[18:], 0, ledger), ledger)
    assert ledger.problems == []
