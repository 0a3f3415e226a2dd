"""Security classification: what makes an alarm, what a warning, and what neither."""

import pytest

from imgvet.inspection.inspect import with_lsb_text
from imgvet.inspection.inspection import Inspection
from inspection.test_inspect import (
    chunk,
    dataset,
    exif_segment,
    jpeg_with,
    photoshop_segment,
    png_with,
    raw_tiff,
    resource,
    segment,
    xmp,
    xmp_segment,
)
from support.checked_files import inspect_bytes


def tagged(tag: int, value: bytes) -> Inspection:
    """The inspection of a JPEG whose EXIF has that one text field."""
    return inspect_bytes(jpeg_with(exif_segment(raw_tiff([(tag, 2, len(value) + 1, value + b"\0")]))), "jpeg")


@pytest.mark.parametrize("tag", [0x9212, 0xA212])
@pytest.mark.parametrize(
    ("value", "marking"),
    [
        (b"T", "TOP SECRET"),
        (b"S", "SECRET"),
        (b"C", "CONFIDENTIAL"),
        (b"R", "RESTRICTED"),
        (b"s", "SECRET"),
        (b"Restricted by command", "Restricted by command"),
    ],
)
def test_the_classification_tag_is_an_alarm(tag: int, value: bytes, marking: str) -> None:
    """Each code of TIFF/EP, and words that are no code, make one alarm that says what to do."""
    report = tagged(tag, value)
    assert report.alarms == (
        f"SECURITY CLASSIFICATION: this file is marked {marking} (SecurityClassification, EXIF). "
        "Stop and ask your security officer.",
    )
    assert "classification" in report.groups
    assert report.as_json()["alarms"] == list(report.alarms)


@pytest.mark.parametrize("value", [b"U", b"u", b"Unclassified", b"", b"0"])
def test_unclassified_is_no_alarm(value: bytes) -> None:
    """The code U, the word and an empty field are told as other data."""
    report = tagged(0x9212, value)
    assert report.alarms == ()
    assert "classification" not in report.groups


@pytest.mark.parametrize(
    "text",
    [
        "OFFICIAL-SENSITIVE",
        "Official Sensitive",
        "Briefing. OFFICIAL–SENSITIVE: personal data",
        "TOP SECRET",
        "Handle as TOP SECRET only",
        "SECRET",
        "Marked: SECRET.",
        "UK SECRET UK EYES ONLY",
        "The plan is SECRET and stays here",
        "RESTRICTED",
        "first line\nCONFIDENTIAL\nlast line",
        "x" * 5000 + " OFFICIAL-SENSITIVE",
    ],
)
def test_markings_in_texts_are_alarms(text: str) -> None:
    """A marking counts in XMP, IPTC, comments and PNG texts, also behind what is shown of a long text."""
    words = text.encode()
    files = (
        (jpeg_with(xmp_segment(xmp("", f"<dc:title>{text}</dc:title>"))), "jpeg"),
        (jpeg_with(photoshop_segment(resource(0x0404, dataset(2, 120, words)))), "jpeg"),
        (jpeg_with(segment(0xFE, words)), "jpeg"),
        (png_with(chunk(b"iTXt", b"Description\0\0\0\0\0" + words)), "png"),
    )
    for data, kind in files:
        report = inspect_bytes(data, kind)
        assert len(report.alarms) == 1
        assert report.alarms[0].startswith("SECURITY CLASSIFICATION: this file is marked ")
        assert "classification" in report.groups
        assert "text" in report.groups


@pytest.mark.parametrize(
    "text",
    ["The secret garden", "THE SECRET GARDEN OPENS", "Unofficial", "official opening", "RESTRICTED AREA", "Protect us",
     "NOT PROTECTIVELY MARKED", "TOP OF THE SECRETS"],
)  # fmt: skip
def test_words_of_every_day_are_no_alarm(text: str) -> None:
    """Titles and signs that use the same words in another sense stay texts."""
    report = inspect_bytes(jpeg_with(xmp_segment(xmp("", f"<dc:title>{text}</dc:title>"))), "jpeg")
    assert report.alarms == ()
    assert report.warnings == ()
    assert "classification" not in report.groups


def test_a_plain_official_is_a_warning() -> None:
    """OFFICIAL is the mark of everyday papers: it calls for a look, and forbids nothing."""
    report = inspect_bytes(jpeg_with(segment(0xFE, b"OFFICIAL")), "jpeg")
    assert report.alarms == ()
    assert report.warnings == (
        "It is marked OFFICIAL (Comment, JPEG comment). Make sure that it is meant for the public.",
    )
    assert "classification" not in report.groups
    assert report.as_json()["warnings"] == list(report.warnings)


def test_a_marking_in_xmp_of_exif_is_an_alarm() -> None:
    """The same field in XMP counts as in EXIF."""
    report = inspect_bytes(jpeg_with(xmp_segment(xmp('exif:SecurityClassification="S"'))), "jpeg")
    assert any("marked SECRET" in alarm for alarm in report.alarms)


def test_text_from_low_bits_is_added_to_an_inspection() -> None:
    """What somebody read out of the pixels stands among the texts, and its markings count."""
    clean = inspect_bytes(jpeg_with(), "jpeg")
    report = with_lsb_text(clean, "prompt: a street. TOP SECRET")
    item = next(item for item in report.items if item.name == "LowBitText")
    assert (item.group, item.where) == ("text", "lowest bits of the pixels")
    assert "a street" in item.value
    assert len(report.alarms) == 1
    assert with_lsb_text(clean, " \n") == clean


def test_adding_low_bit_text_keeps_everything_else() -> None:
    """Items, position, alarms and what was unread stay as they were."""
    before = inspect_bytes(jpeg_with(segment(0xFE, b"SECRET"))[:-30], "jpeg")
    after = with_lsb_text(before, "words")
    assert after.alarms == before.alarms
    assert after.unread == before.unread
    assert set(before.items) < set(after.items)
    assert len(after.items) == len(before.items) + 1
