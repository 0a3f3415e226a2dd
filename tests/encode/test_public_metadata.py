"""The public metadata: the same words in XMP and IPTC-IIM, cut at whole characters, read alike by other readers."""

import io
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, IptcImagePlugin

from imgvet.encode.encode import Label, encode_image
from imgvet.encode.public_metadata import (
    COPYRIGHT_BYTES,
    CREATOR_BYTES,
    DESCRIPTION_BYTES,
    KEYWORD_BYTES,
    TITLE_BYTES,
    app13_segment,
    clean_text,
    cut_to_bytes,
    public_metadata,
    with_link,
    xmp_packet,
)
from imgvet.photo import Event, PublicMetadata
from imgvet.profile import Channel, parse_profile
from imgvet.proof.prove import prove
from imgvet.settings import Settings

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


def test_a_long_event_is_shortened_and_the_number_stays() -> None:
    """Photos of one event keep titles of their own within the 64 bytes of IIM."""
    public = metadata(replace(EVENT, text="Ŵ" * 200), number=1234)
    assert public.title.endswith("… (1234)")
    assert len(public.title.encode()) <= TITLE_BYTES
    assert metadata(replace(EVENT, text="Ŵ" * 200), number=1235).title != public.title


def test_a_long_description_loses_words_and_never_its_link() -> None:
    """The link back is what the guidance demands."""
    public = metadata(replace(EVENT, text="wörds " * 900))
    assert public.description.endswith("\n\n" + EVENT.link)
    assert len(public.description.encode()) <= DESCRIPTION_BYTES
    assert with_link("See https://a.example", "https://a.example", 2000) == "See https://a.example"


texts = st.text(st.characters(codec="utf-8"), max_size=120)


@given(texts, st.integers(1, 90))
def test_texts_are_cut_at_whole_characters(text: str, most: int) -> None:
    """Never more bytes, never half a character, never an accent alone, always the text's own start."""
    short = cut_to_bytes(text, most)
    assert len(short.encode()) <= most
    assert text.startswith(short)


@given(texts, texts, st.lists(texts, max_size=4))
def test_whatever_people_type_is_written_and_proven(text: str, organisation: str, tags: list[str]) -> None:
    """Any event, organisation and tags give a file that passes the proof and says the same words."""
    profile = PROFILE.replace('"Cyngor Sir Gâr & Łódź"', json.dumps(clean_text(organisation), ensure_ascii=False))
    public = metadata(Event(text, EVENT.day, EVENT.link, tuple(tags)), profile)
    assert len(public.creator.encode()) <= CREATOR_BYTES
    assert len(public.copyright_notice.encode()) <= COPYRIGHT_BYTES
    assert all(len(keyword.encode()) <= KEYWORD_BYTES for keyword in public.keywords)
    proof = prove(jpeg(public))
    assert proof.problems == ()
    assert proof.public == public


def test_control_and_direction_characters_are_dropped() -> None:
    """What could turn a caption round or hide in it does not reach the public."""
    assert clean_text("a\u202eb\x1b[2Jc\u200bd\r\ne") == "ab[2Jcd\ne"


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


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="ExifTool is not installed")
@pytest.mark.parametrize("as_png", [True, False])
def test_exiftool_reads_the_same_words(tmp_path: Path, as_png: bool) -> None:
    """ExifTool, which shares no code with us, sees every field in XMP, and in IIM the same."""
    public = metadata()
    label = Label(xmp_packet(public), app13_segment(public))
    written = encode_image(np.full((40, 60, 3), 128, np.uint8), None, as_png, Channel(), label)
    file = tmp_path / f"a{written.suffix}"
    file.write_bytes(written.data)
    out = subprocess.run(["exiftool", "-j", "-G1", "-struct", str(file)], capture_output=True, check=True).stdout
    said = json.loads(out)[0]
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
