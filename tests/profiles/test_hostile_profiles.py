"""Profiles that are made to cost their reader hours or gigabytes, and templates that reach for more than they may."""

import contextlib
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.errors import ProfileError
from imgvet.photo import Event
from imgvet.placeholders import PLACEHOLDERS, fill_placeholders, placeholders_of
from imgvet.profile import Organisation, Profile, parse_profile
from imgvet.settings import Settings

MANY = 120_000

TEXTS: dict[str, tuple[str, str]] = {
    "open lists": ("name = " + "[" * MANY, "16 deep"),
    "lists in lists": ("name = " + "[" * MANY + "]" * MANY, "16 deep"),
    "seventeen lists": ("name = " + "[" * 17 + "]" * 17, "16 deep"),
    "tables in tables": ("a = " + "{a = " * 40_000, "16 deep"),
    "a dotted key": (".".join("a" * MANY) + " = 1", "more than 200 dots"),
    "a dotted key in quotes": (".".join(['"a.b"'] * 40_000) + " = 1", "more than 200 dots"),
    "a dotted heading": ("[" + ".".join("a" * MANY) + "]", "more than 200 dots"),
    "many dotted keys": ("\n".join(f"a{n}." + ".".join("a" * 190) + " = 1" for n in range(600)), "16 deep"),
    "a heading above many keys": (
        "[" + ".".join("a" * 190) + "]\n" + "\n".join(f"k{n} = 1" for n in range(20_000)), "16 deep",
    ),
    "quotes and backslashes": ('"\\' * 100_000, "is not TOML"),
    "10,000 digits": ("[limits]\nmegapixels = " + "9" * 10_000, "beyond 64 bits"),
    "digits with a sign": ("[limits]\nmegapixels = -" + "1_" * 50_000 + "1", "beyond 64 bits"),
    "hexadecimal": ("[limits]\nframes = 0x" + "f" * MANY, "beyond 64 bits"),
    "octal": ("[limits]\nframes = 0o" + "7" * MANY, "beyond 64 bits"),
    "binary": ("[channels.flickr]\nmax_bytes = 0b" + "1" * MANY, "beyond 64 bits"),
    "one beyond": (f"[channels.flickr]\nmax_bytes = {2**63}", "beyond 64 bits"),
    "a fraction": ("[marks.website]\nheight = " + "9" * MANY + ".0", "less than or equal to 0.2"),
    "a power": ("[marks.website]\nheight = 1e" + "9" * MANY, "less than or equal to 0.2"),
    "no number": ("[marks.website]\nheight = nan", "0.2"),
    "a date in place of a name": ("name = 2026-06-14T00:00:00." + "9" * MANY + "Z", "valid string"),
    "no such date": ("name = 0000-01-01", "is not TOML"),
    "open text": ('name = """' + 'a"' * MANY, "is not TOML"),
    "a long key": ('"' + "k" * MANY + '" = 1', "is not a key of a profile"),
    "a long wrong word": ('[faces]\nredaction = "' + "x" * MANY + '"', "allowed are 'solid'"),
    "a long base": ('extends = "' + "x" * MANY + '"', "is not a profile"),
    "thousands of mistakes": ("[rules]\n" + "\n".join(f"k{n} = 1" for n in range(20_000)), "And 19950 more."),
    "thousands of questions": ("[[questions]]\n" * 15_000, "questions.0.id: is missing"),
    "zero bytes": ("\0" * MANY, "is not TOML"),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_profile_is_refused_in_a_few_words(name: str) -> None:
    text, said = TEXTS[name]
    with pytest.raises(ProfileError) as caught:
        parse_profile(text, "ours.toml")
    assert said in str(caught.value)
    assert len(str(caught.value)) < 20_000
    assert caught.value.hint


def test_depth_and_numbers_at_the_limit_are_fine() -> None:
    """What is beyond them is no setting of anybody's; dots in texts and comments are no keys."""
    assert parse_profile(f"[channels.flickr]\nmax_bytes = {2**63 - 1}", "x").channels["flickr"].max_bytes == 2**63 - 1
    assert parse_profile(f'name = "{"." * 200}"', "x").name == "." * 200
    creators = ", ".join(f'"https://www.example.org/{n}"' for n in range(400))
    ours = parse_profile(
        f"# {'.' * 300}\n[organisation]\nknown_creators = [{creators}]  # {'.' * 300}", "x"
    ).organisation
    assert len(ours.known_creators) == 400
    with pytest.raises(ProfileError, match=r"known_creators\.0: Input should be a valid string"):
        parse_profile("[organisation]\nknown_creators = " + "[" * 14 + "]" * 14, "x")


@given(st.text(max_size=300))
def test_any_text_is_a_profile_or_is_refused(text: str) -> None:
    with contextlib.suppress(ProfileError):
        parse_profile(text, "x")


# -- templates

BAD = (
    "{event:>999999999}", "{n:999999999}", "{n:0999999999}", "{n:03d}", "{n:3}", "{n:01}", "{n:07}", "{n:00}", "{n:+}",
    "{n:,}", "{n:e}", "{n:_}", "{n: 03}", "{n:03}}", "{event!r}", "{event!s}", "{n!a}", "{event.__class__}",
    "{event[0]}", "{0}", "{}", "{event:}", "{n:}", "{n:{n}}", "{event:{n}}", "{date:%Y}", "{year:04}", "{event:03}",
    "{ event}",
    "{event }", "{EVENT}", "{ｅvent}", "{event", "event}", "{", "}", "{{}", "{n:０３}", "{event\n}", "{n:03\n}",
)  # fmt: skip


@pytest.mark.parametrize("template", BAD)
@pytest.mark.parametrize("key", ["metadata.title", "metadata.keywords", "licence.usage_terms", "marks.website.text"])
def test_a_placeholder_is_its_name_alone(template: str, key: str) -> None:
    """No format, conversion, attribute or index, whatever they would do."""
    section, _, last = key.rpartition(".")
    with pytest.raises(ProfileError, match=rf"^x: {key.replace('.', '[.]')}") as caught:
        parse_profile(f"[{section}]\n{last} = {as_toml([template] if last == 'keywords' else template)}", "x")
    assert any(each in caught.value.reason for each in ("allowed are {event}", "write {{", "{n:02} to {n:06}"))


def as_toml(value: str | list[str]) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml, value))}]"
    return '"' + "".join(f"\\u{ord(each):04x}" for each in value) + '"'


@pytest.mark.parametrize(("template", "filled"), [
    ("{n}", "7"), ("{n:02}", "07"), ("{n:03}", "007"), ("{n:04}", "0007"), ("{n:05}", "00007"), ("{n:06}", "000007"),
    ("{{n}}", "{n}"), ("{{{n}}}", "{7}"), ("{{}}", "{}"), ("{{{{n}}}}", "{{n}}"), ("{n}{n}", "77"),
])  # fmt: skip
def test_what_is_left_is_filled_in(template: str, filled: str) -> None:
    profile = Profile.model_validate({"metadata": {"title": template}})
    assert Settings(profile, Event("x")).fill(template, 7) == filled


@given(st.text("{}n:03evt!.[]a \n", max_size=40))
def test_what_is_accepted_can_be_filled_in(template: str) -> None:
    """And what is not is never filled in."""
    values: dict[str, Any] = dict.fromkeys(PLACEHOLDERS, "v") | {"n": 7}
    try:
        placeholders_of(template)
    except ValueError:
        with pytest.raises(ValueError, match=r"is not a template|allowed are|format"):
            fill_placeholders(template, values)
    else:
        assert len(fill_placeholders(template, values)) <= len(template)


def test_a_template_and_what_becomes_of_it_have_limits() -> None:
    """4,000 characters, and 32 placeholders; one more is too much."""
    for template in ("x" * 4001, "{event}" * 33):
        with pytest.raises(ProfileError, match=r"longer than 4000 characters|more than 32 placeholders"):
            parse_profile(f'[metadata]\ntitle = "{template}"', "x")
    assert parse_profile(f'[metadata]\ntitle = "{"{event}" * 32}"', "x")
    named = Profile(organisation=Organisation(name="o" * 1000))
    assert len(Settings(named, Event("e" * 2000)).fill("{organisation}" * 16 + "{event}" * 16)) == 48_000
    assert sys.getrecursionlimit() < 10**6
