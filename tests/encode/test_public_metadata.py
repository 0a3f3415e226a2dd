"""The public metadata: the same words in XMP and IPTC-IIM, cut at whole characters, read alike by other readers."""

import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, IptcImagePlugin

from imgvet.encode.encode import Label, encode_image
from imgvet.encode.public_metadata import (
    DESCRIPTION_BYTES,
    IIM_BYTES,
    app13_segment,
    public_metadata,
    with_link,
    xmp_packet,
)
from imgvet.photo import Event, PublicMetadata
from imgvet.profile import Channel, parse_profile
from imgvet.proof.prove import prove
from imgvet.reports.channel_tables import flickr_tags
from imgvet.settings import Settings
from imgvet.text import byte_length, clean_text, cut_text, split_tags

PROFILE = """
[organisation]
name = "Cyngor Sir Gâr & Łódź"
website = "www.example.org"
[licence]
copyright_notice = "© {organisation} {year}"
usage_terms = "© {organisation} {year}. <All> rights reserved."
web_statement = "https://www.example.org/rights?a=1&b=2"
[metadata]
title = "{event} ({n})"
description = "{event}, {date}. Photo {n}."
keywords = ["{organisation}", "open day"]
alt_text = "A picture of {event}"
"""
with_exiftool = pytest.mark.skipif(shutil.which("exiftool") is None, reason="ExifTool is not installed")
FAMILY = "👨\u200d👩\u200d👧\u200d👦"
WALES = "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
EVENT = Event(
    "Diwrnod agored: Tŷ'r Cyffredin", date(2026, 6, 14), "https://www.example.org/open-day?x=1&y=2", ("#Café au lait",)
)


def metadata(event: Event = EVENT, profile: str = PROFILE, number: int = 7) -> PublicMetadata:
    return public_metadata(Settings(parse_profile(profile, "test"), event), number)


def jpeg(public: PublicMetadata) -> bytes:
    picture = np.full((40, 60, 3), 128, np.uint8)
    return encode_image(
        picture, None, as_png=False, channel=Channel(), label=Label(xmp_packet(public), app13_segment(public))
    ).data


def test_templates_are_filled() -> None:
    """Event, date, number, organisation, year and link each stand where the profile puts them."""
    public = metadata()
    assert public.title == "Diwrnod agored: Tŷ'r Cyffredin (7)"
    assert public.description == (
        "Diwrnod agored: Tŷ'r Cyffredin, 14 June 2026. Photo 7.\n\nhttps://www.example.org/open-day?x=1&y=2"
    )
    assert public.keywords == ("Cyngor Sir Gâr & Łódź", "open day", "Café au lait")
    assert public.copyright_notice == "© Cyngor Sir Gâr & Łódź 2026"
    assert public.creator == "Cyngor Sir Gâr & Łódź"
    assert public.event_name == EVENT.text
    assert public.alt_text == "A picture of Diwrnod agored: Tŷ'r Cyffredin"


def test_without_a_link_the_website_is_linked() -> None:
    """The description always ends in a link back where there is any address."""
    assert metadata(replace(EVENT, link="")).description.endswith("https://www.example.org")
    bare = metadata(Event("Open Day"), "")
    assert bare.description == "Open Day."


def test_a_photo_without_an_event_has_no_title() -> None:
    """``check`` may know nothing of the event; an empty title is better than "(1)"."""
    assert metadata(Event("")).title == ""


def iim_of(public: PublicMetadata) -> dict[tuple[int, int], bytes | list[bytes]]:
    """What Pillow reads of the IIM of a written file."""
    with Image.open(io.BytesIO(jpeg(public))) as picture:
        return IptcImagePlugin.getiptcinfo(picture) or {}


@pytest.mark.parametrize(("letters", "kept"), [("Ŵ", 27), (FAMILY, 2), (WALES, 1), ("क्ष", 6), ("e\u0301", 18)])
def test_a_long_event_is_whole_in_xmp_and_shortened_between_letters_in_iim(letters: str, kept: int) -> None:
    """Photos of one event keep titles of their own within the 64 bytes of IIM, and nothing is cut through."""
    public = metadata(replace(EVENT, text=letters * 40), number=1234)
    assert public.title == f"{letters * 40} (1234)" or len(letters) > 6
    title = iim_of(public)[2, 5]
    assert isinstance(title, bytes)
    assert title.decode() == f"{letters * kept}… (1234)"
    assert len(title) <= IIM_BYTES["title"] == 64
    assert prove(jpeg(public)).public == public


def test_the_channel_says_how_long_a_title_may_be() -> None:
    """255 characters on Flickr, the number of the photo among them."""
    public = metadata(replace(EVENT, text="Ŵ" * 400))
    assert public.title == f"{'Ŵ' * 250}… (7)"
    assert iim_of(public)[2, 5] == f"{'Ŵ' * 28}… (7)".encode()
    assert metadata(replace(EVENT, text="Ŵ" * 400), number=8).title != public.title


def test_a_long_description_loses_words_and_never_its_link() -> None:
    """The link back is what the guidance demands."""
    public = metadata(replace(EVENT, text="wörds " * 900))
    assert public.description.endswith("\n\n" + EVENT.link)
    assert len(public.description.encode()) <= DESCRIPTION_BYTES
    assert with_link("See https://a.example", "https://a.example", 2000) == "See https://a.example"


# Any text, and the characters between which it must not be cut, or that must not stand alone.
PARTS = [
    FAMILY, WALES, "👍🏽", "1️⃣", "葛\U000e0100", "می\u200cخواهیم", "ශ්\u200dරී", "क्ष", "e\u0301", "ก็", "🫍", "…",
    "\u200e", "\u2067א\u2069", "\u2067", "\u2069", "\u202e", "\u202c", "\u200b", "\ufe0f", "\ufeff",
    "\U000e0061", "\U000e007f", "\x0b", "\ud800",
]  # fmt: skip
texts = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=120),
    st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=3)), max_size=30).map("".join),
)


@given(texts, st.integers(0, 90), st.sampled_from([len, byte_length]))
def test_texts_are_cut_between_letters(text: str, most: int, size: Callable[[str], int]) -> None:
    """Never more than may be, never a part of what people see as one letter, always the text's own start."""
    text = clean_text(text)
    short = cut_text(text, most, size)
    assert size(short) <= most
    plain, start = (re.sub("[\u202a-\u202e\u2066-\u2069]", "", each) for each in (text, short))
    assert plain.startswith(start)
    assert clean_text(short) in {short, ""}  # no direction is left open
    letters = [0, *accumulate(map(len, regex.findall(r"\X", text)))]
    assert short == text or any(clean_text(text[:end]) == clean_text(short) for end in letters)


@given(texts, texts, st.lists(texts, max_size=4))
def test_whatever_people_type_is_written_and_proven(text: str, organisation: str, tags: list[str]) -> None:
    """Any event, organisation and tags give a file that passes the proof and says the same words."""
    profile = PROFILE.replace('"Cyngor Sir Gâr & Łódź"', json.dumps(clean_text(organisation), ensure_ascii=False))
    public = metadata(Event(text, EVENT.day, EVENT.link, tuple(tags)), profile)
    proof = prove(jpeg(public))
    assert proof.problems == ()
    assert proof.public == public
    said = iim_of(public)
    for number, name in ((5, "title"), (80, "creator"), (110, "credit_line"), (116, "copyright_notice")):
        assert len(said.get((2, number), b"")) <= IIM_BYTES[name]


@pytest.mark.parametrize("text", [
    f"Dydd {WALES} a {ENGLAND}", "می\u200cخواهیم", "ශ්\u200dරී ලංකා", FAMILY, "👍🏽👍🏿", "1️⃣", "☎\ufe0e",
    "葛\U000e0100城市", "שלום\u200f (3)", "\u2067مرحبا\u2069 said", "\u202bشلام\u202c", "\u202eabc\u202c", "🫍",
    "ภาษา\u200bไทย", "क्ष", "e\u0301 é", "\u212b", "Auf\xadgabe", "10\xa0km", "a\u3000b", "Bonjour ; ça va ?",
    "a .NET day", "Open day ()", "Ends in a comma,", "{braces}",
])  # fmt: skip
def test_every_character_that_people_write_arrives(text: str) -> None:
    """In title, headline, description, tags and event, just as it was typed; letters are not composed or decomposed."""
    public = metadata(Event(text, EVENT.day, tags=(f'"{text}"',)))
    assert public.title == f"{text} (7)"
    assert public.headline == public.event_name == text
    assert public.description.startswith(f"{text}, 14 June 2026.")
    assert text in public.keywords
    assert prove(jpeg(public)).public == public


@pytest.mark.parametrize(("typed", "tags"), [
    (("open day, police, West Midlands",), ("open day", "police", "West Midlands")),
    (('"open day" police',), ("open day", "police")),
    (("“open day”, police",), ("open day", "police")),
    (("open day",), ("open day",)),
    (("a; b\nc،d、e",), ("a", "b", "c", "d", "e")),
    (('"Smith, Jones & Co", x',), ("Smith, Jones & Co", "x")),
    (("#open day #police",), ("open day", "police")),
    (("Police, police,POLICE , , ;", "Caf\xe9, cafe\u0301"), ("Police", "Café")),
    (('צה"ל, 5" gun',), ("צה”ל", "5” gun")),
    ((f"{WALES}, {FAMILY}",), (WALES, FAMILY)),
])  # fmt: skip
def test_tags_are_read_as_people_type_them(typed: tuple[str, ...], tags: tuple[str, ...]) -> None:
    """Each once, whatever its capitals; in the option and in a profile's keywords alike."""
    assert metadata(Event("x", tags=typed), "").keywords == tags
    keywords = f"[metadata]\nkeywords = {json.dumps(typed, ensure_ascii=False)}"
    assert metadata(Event("x"), keywords).keywords == tags


def test_tags_for_flickr_can_be_typed_back() -> None:
    """Those with a space or a comma are in quotation marks."""
    assert flickr_tags(("open day", "police", "a,b", "5” gun", "c"), 4) == '"open day" police "a,b" "5” gun"'
    assert split_tags('"open day" police "a,b" "5” gun"') == ["open day", "police", "a,b", "5” gun"]


def test_a_name_with_a_comma_is_one_keyword() -> None:
    """A placeholder is filled in after the tags are taken apart."""
    profile = '[organisation]\nname = "Smith, Jones & Co"\n[metadata]\nkeywords = ["{organisation}, {n:03} photos"]'
    assert metadata(Event("x"), profile, number=1234).keywords == ("Smith, Jones & Co", "1234 photos")


def test_without_an_organisation_no_copyright_is_claimed() -> None:
    """Neither "© 2026" nor terms of nobody; a notice that names its owner itself is kept."""
    public = metadata(profile="")
    assert (public.copyright_notice, public.usage_terms, public.creator, public.credit_line) == ("", "", "", "")
    assert b"xmpRights:Marked" not in xmp_packet(public)
    assert metadata(profile="licence.copyright_notice = '© {year}. All rights reserved'").copyright_notice == ""
    assert (
        metadata(profile="licence.copyright_notice = '© Ann Example {year}'").copyright_notice == "© Ann Example 2026"
    )
    assert metadata(profile="organisation.name = '999'").copyright_notice == "© 999 2026"


def test_pillow_reads_the_same_iptc() -> None:
    """A second reader of IIM agrees."""
    public = metadata()
    with Image.open(io.BytesIO(jpeg(public))) as picture:
        iptc = IptcImagePlugin.getiptcinfo(picture)
    assert iptc is not None
    assert iptc[(2, 5)] == public.title.encode()
    assert iptc[(2, 120)] == public.description.encode()
    assert iptc[(2, 25)] == [keyword.encode() for keyword in public.keywords]
    assert iptc[(1, 90)] == b"\x1b%G"


def by_exiftool(*files: Path) -> list[dict[str, Any]]:
    """What ExifTool reads in the files, in their order."""
    words = ["exiftool", "-j", "-G1", "-struct", *map(str, files)]
    out = subprocess.run(words, capture_output=True, check=True).stdout
    found: list[dict[str, Any]] = json.loads(out)
    return found


@with_exiftool
def test_exiftool_reads_every_character(tmp_path: Path) -> None:
    """Of any texts that people can write: the whole ones in XMP, and in IIM what the record has room for."""
    written: list[tuple[Path, PublicMetadata]] = []

    @given(texts.filter(clean_text), st.lists(texts, max_size=3))
    @settings(max_examples=60, database=None)
    def write(text: str, tags: list[str]) -> None:
        public = metadata(Event(text, EVENT.day, EVENT.link, tuple(tags)))
        file = tmp_path / f"{len(written)}.jpg"
        file.write_bytes(jpeg(public))
        written.append((file, public))

    write()
    for said, (_, public) in zip(by_exiftool(*(file for file, _ in written)), written, strict=True):
        assert said["XMP-dc:Title"] == public.title
        assert said["XMP-dc:Description"] == public.description == said["IPTC:Caption-Abstract"]
        assert said["XMP-iptcExt:Event"] == public.event_name
        assert [str(each) for each in said["XMP-dc:Subject"]] == list(public.keywords)
        if byte_length(public.title) <= IIM_BYTES["title"]:
            assert said["IPTC:ObjectName"] == public.title


@with_exiftool
@pytest.mark.parametrize("as_png", [True, False])
def test_exiftool_reads_the_same_words(tmp_path: Path, as_png: bool) -> None:
    """ExifTool, which shares no code with us, sees every field in XMP, and in IIM the same."""
    public = metadata()
    label = Label(xmp_packet(public), app13_segment(public))
    written = encode_image(np.full((40, 60, 3), 128, np.uint8), None, as_png, Channel(), label)
    file = tmp_path / f"a{written.suffix}"
    file.write_bytes(written.data)
    said = by_exiftool(file)[0]
    expected = {
        "XMP-dc:Title": public.title,
        "XMP-dc:Description": public.description,
        "XMP-dc:Subject": list(public.keywords),
        "XMP-dc:Creator": [public.creator],
        "XMP-dc:Rights": public.copyright_notice,
        "XMP-photoshop:Headline": public.headline,
        "XMP-photoshop:Credit": public.credit_line,
        "XMP-xmpRights:UsageTerms": public.usage_terms,
        "XMP-xmpRights:WebStatement": public.web_statement,
        "XMP-xmpRights:Marked": True,
        "XMP-iptcExt:Event": public.event_name,
        "XMP-iptcCore:AltTextAccessibility": public.alt_text,
    }
    if not as_png:
        expected |= {
            "IPTC:ObjectName": public.title,
            "IPTC:Headline": public.headline,
            "IPTC:Caption-Abstract": public.description,
            "IPTC:Keywords": list(public.keywords),
            "IPTC:By-line": public.creator,
            "IPTC:Credit": public.credit_line,
            "IPTC:CopyrightNotice": public.copyright_notice,
        }
    found = {name: said.get(name) for name in expected}
    as_lists = {"XMP-dc:Creator"}
    for name in as_lists:
        found[name] = found[name] if isinstance(found[name], list) else [found[name]]
    assert found == expected
