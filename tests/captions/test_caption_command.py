"""``imgvet caption`` from the first word to the published file, read back by two programs that are not imgvet."""

import csv
import io
import json
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image
from PIL.IptcImagePlugin import getiptcinfo
from PIL.JpegImagePlugin import JpegImageFile

from imgvet.batch.store import open_batch
from imgvet.proof.prove import prove
from support.commands import Imgvet
from support.earlier_batches import turn_back_to_0_8
from support.folders import photo_names
from support.pictures import landscape

BY = ("--by", "A. Officer")
LINK = "https://www.example.org/open-day"
EVENT = ("--event", "Open Day", "--date", "2026-06-14", "--link", LINK, "--tags", "open day")
TITLE = "Rex & <PC Smith> “”"
CAPTION = "PC Smith mit Rex 🐕‍🦺, e\u0301te\u0301.\nشرطي مع كلب"
ALT = "=HYPERLINK() A dog 👩🏽‍🚒 sits."
KEYWORDS = ("police dog", "Rex", "كلب")


def make(folder: Path, imgvet: Imgvet, *, png: bool = False) -> Path:
    picture = Image.fromarray(landscape(1))
    (folder / "in").mkdir()
    if png:
        Image.new("RGB", (400, 300), (10, 120, 200)).save(folder / "in" / "a.png")
    else:
        picture.save(folder / "in" / "a.jpg", quality=90)
    done = imgvet("batch", "in", "--out", "b", *EVENT)
    assert done.code == 0, done.err
    return folder / "b"


def exiftool(path: Path) -> dict[str, Any]:
    names = ("XMP-dc:all", "XMP-iptcCore:all", "XMP-photoshop:Headline", "IPTC:all")
    command = ["exiftool", "-j", "-G1", "-charset", "iptc=UTF8", *(f"-{name}" for name in names), str(path)]
    read = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    return dict(read[0])


def read_without_imgvet(path: Path) -> dict[str, Any]:
    """What Pillow and Python's own XML reader find."""
    with Image.open(path) as image:
        packet = ElementTree.fromstring(image.info["xmp"])  # noqa: S314 - of a file that imgvet wrote
        iim = getiptcinfo(image) if isinstance(image, JpegImageFile) else {}
    space = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
    names = ("{http://purl.org/dc/elements/1.1/}", "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}")
    found = dict[str, Any]()
    for name in ("title", "description", "subject", "AltTextAccessibility"):
        (element,) = (each for prefix in names for each in packet.iter(f"{prefix}{name}"))
        found[name] = [item.text for item in element.iter(f"{space}li")]
    return found | {"iim": iim}


@pytest.mark.parametrize("png", [False, True], ids=["jpeg", "png"])
def test_words_arrive_in_the_file_the_table_and_the_log(tmp_path: Path, imgvet: Imgvet, png: bool) -> None:
    batch = make(tmp_path, imgvet, png=png)
    before = photo_names(batch / "flickr")
    wrote = imgvet(
        "caption",
        "b",
        "1",
        "--title",
        TITLE,
        "--caption",
        CAPTION,
        "--alt",
        ALT,
        "--keywords",
        ", ".join(KEYWORDS),
        *BY,
    )
    assert wrote.code == 0, wrote.err
    assert "must be made again before anybody uploads it" in wrote.err
    assert "take down" not in wrote.err
    assert "does not have its new title, caption, alt text and keywords yet" in imgvet("status", "b").err
    done = imgvet("finish", "b", *BY)
    assert done.code == 0, done.err
    (name,) = photo_names(batch / "flickr")
    assert [name] == before
    file = batch / "flickr" / name
    with_link = f"{CAPTION}\n\n{LINK}"
    read, every = exiftool(file), ["open day", *KEYWORDS]
    assert (read["XMP-dc:Title"], read["XMP-dc:Description"]) == (TITLE, with_link)
    assert (read["XMP-iptcCore:AltTextAccessibility"], read["XMP-dc:Subject"]) == (ALT, every)
    assert read["XMP-photoshop:Headline"] == "Open Day"
    if not png:
        assert (read["IPTC:ObjectName"], read["IPTC:Caption-Abstract"], read["IPTC:Keywords"]) == (
            TITLE,
            with_link,
            every,
        )
    seen = read_without_imgvet(file)
    assert (seen["title"], seen["description"], seen["AltTextAccessibility"]) == ([TITLE], [with_link], [ALT])
    assert seen["subject"] == every
    if not png:
        assert (seen["iim"][2, 5].decode(), seen["iim"][2, 120].decode()) == (TITLE, with_link)
        assert [word.decode() for word in seen["iim"][2, 25]] == every
    proof = prove(file.read_bytes())
    assert proof.proven
    rows = list(csv.DictReader(io.StringIO((batch / "flickr" / "flickr.csv").read_text("utf-8-sig"), newline="")))
    assert (rows[0]["title"], rows[0]["description"], rows[0]["alt text"]) == (TITLE, with_link, f"'{ALT}")
    assert '"police dog"' in rows[0]["tags"]
    assert "A. Officer" in imgvet("log", "b", "1").out
    assert f"title “{TITLE}”" in imgvet("log", "b", "1").out
    assert imgvet("log", "b", "--verify").code == 0
    assert imgvet("status", "b", "--json").lines[0]["words"]["keywords"] == list(KEYWORDS)


def test_it_shows_what_is_there_from_whom_and_how_much_of_the_limit(tmp_path: Path, imgvet: Imgvet) -> None:
    make(tmp_path, imgvet)
    imgvet("caption", "b", "a.jpg", "--title", "Rex", *BY)
    shown = imgvet("caption", "b")
    assert shown.code == 0
    assert "Rex" in shown.out
    assert "by A. Officer" in shown.out
    assert "3 of 255 for flickr" in shown.out
    assert "from the template" in shown.out
    assert "finish writes them" in shown.out
    (line,) = imgvet("caption", "b", "1", "--json").lines
    assert line["words"]["title"] | {"at": ""} == {
        "text": "Rex", "own": "Rex", "from": "person", "by": "A. Officer", "at": "",
        "limits": {"flickr": {"length": 3, "most": 255}},
    }  # fmt: skip
    assert (line["words"]["alt_text"]["from"], line["words"]["caption"]["from"]) == (None, "template")
    assert line["in_file"] is False


def test_who_writes_too_much_is_told_at_once_and_what_is_not_in_the_file_yet_comes_next(
    tmp_path: Path, imgvet: Imgvet
) -> None:
    make(tmp_path, imgvet)
    wrote = imgvet("caption", "b", "1", "--caption", "Ann called 0121 496 0123 from B31 2AB.", *BY)
    assert wrote.code == 0
    assert "[0121 496 0123]" in wrote.err
    assert "[B31 2AB]" in wrote.err
    assert "the photo is held back" in wrote.err
    assert "Next: imgvet finish b" in imgvet("caption", "b", "1").err
    better = imgvet("caption", "b", "1", "--caption", "Rex at the fair.", *BY)
    assert "held back" not in better.err
    assert imgvet("finish", "b", *BY).code == 0
    assert "Next: imgvet caption b 1 --caption TEXT" in imgvet("caption", "b", "1").err


def test_back_to_the_template_and_the_same_words_again_record_no_more(tmp_path: Path, imgvet: Imgvet) -> None:
    batch = make(tmp_path, imgvet)
    original = next((batch / "flickr").glob("*.jpg")).read_bytes()
    imgvet("caption", "b", "1", "--title", "Rex", "--keywords", "dog", *BY)
    again = imgvet("caption", "b", "all", "--title", "Rex", *BY)
    assert "Recorded: title of 0 photos" in again.err
    assert "1 photo had it already" in again.err
    imgvet("finish", "b")
    assert next((batch / "flickr").glob("*.jpg")).read_bytes() != original
    imgvet("caption", "b", "1", "--template", "all", *BY)
    imgvet("finish", "b")
    assert next((batch / "flickr").glob("*.jpg")).read_bytes() == original


def test_a_missing_original_holds_the_photo_until_it_is_back(tmp_path: Path, imgvet: Imgvet) -> None:
    batch = make(tmp_path, imgvet)
    away = (tmp_path / "in" / "a.jpg").rename(tmp_path / "away.jpg")
    imgvet("caption", "b", "1", "--title", "Rex", *BY)
    done = imgvet("finish", "b")
    assert "original" in done.err
    assert photo_names(batch / "flickr") == []
    assert "does not have its new title yet" in imgvet("status", "b").err
    imgvet("caption", "b", "1", "--template", "title", *BY)  # what its file says
    imgvet("finish", "b")
    assert len(photo_names(batch / "flickr")) == 1
    imgvet("caption", "b", "1", "--title", "Rex", *BY)
    away.rename(tmp_path / "in" / "a.jpg")
    imgvet("finish", "b")
    (name,) = photo_names(batch / "flickr")
    assert prove((batch / "flickr" / name).read_bytes()).public.title == "Rex"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--alt", "x" * 1001), "alt text is 1001 characters long; 1000 is the most for flickr"),
        (("--title", "x" * 256), "title is 256 characters long; 255 is the most for flickr"),
        (("--caption", "é" * 1000), "caption is 2000 bytes long in UTF-8; 1966 is the most, because the link back"),
        (("--keywords", ",".join(map(str, range(75)))), "76 keywords; 75 are the most"),
        (("--keywords", "x" * 256), "keyword"),
        (("--title", "x", "--template", "title"), "contradict"),
        (("--template", "credit"), "'credit' is nothing that a template says"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_length_and_nothing_is_recorded(
    tmp_path: Path, imgvet: Imgvet, words: tuple[str, ...], said: str
) -> None:
    batch = make(tmp_path, imgvet)
    entries = len(open_batch(batch).log().rows)
    refused = imgvet("caption", "b", "1", *words, *BY)
    assert refused.code == 2
    assert said in refused.err
    assert len(open_batch(batch).log().rows) == entries


def test_the_longest_that_is_taken_is_published(tmp_path: Path, imgvet: Imgvet) -> None:
    batch = make(tmp_path, imgvet)
    words = (
        "--title",
        "&" * 255,
        "--caption",
        "<" * 1966,
        "--alt",
        ">" * 1000,
        "--keywords",
        ",".join(f"&{n:03}" for n in range(74)),
    )
    assert imgvet("caption", "b", "1", *words, *BY).code == 0
    assert imgvet("finish", "b").code == 0
    (name,) = photo_names(batch / "flickr")
    assert len(prove((batch / "flickr" / name).read_bytes()).public.keywords) == 75


def test_a_name_is_needed_to_write_and_not_to_read(tmp_path: Path, imgvet: Imgvet) -> None:
    make(tmp_path, imgvet)
    refused = imgvet("caption", "b", "1", "--title", "Rex")
    assert (refused.code, "--by is missing" in refused.err) == (2, True)
    assert imgvet("caption", "b").code == 0
    assert imgvet("caption", "b", "--title", "Rex", *BY).code == 2
    assert imgvet("caption", "b", "7", "--title", "Rex", *BY).code == 2


def test_of_several_channels_each_counts_in_its_own_way_and_each_file_has_the_words(
    tmp_path: Path, imgvet: Imgvet
) -> None:
    (tmp_path / "in").mkdir()
    Image.fromarray(landscape(1)).save(tmp_path / "in" / "a.jpg", quality=90)
    done = imgvet("batch", "in", "--out", "b", "--channel", "flickr", "--channel", "x", *EVENT)
    assert done.code == 0, done.err
    refused = imgvet("caption", "b", "1", "--title", "犬" * 141, *BY)
    assert refused.code == 2
    assert "title is 282 characters long, as X counts; 280 is the most for x" in refused.err
    assert imgvet("caption", "b", "1", "--title", "犬" * 140, "--alt", "A dog.", *BY).code == 0
    assert "140 of 255 for flickr; 280 of 280 for x" in imgvet("caption", "b", "1").out
    imgvet("finish", "b")
    for channel in ("flickr", "x"):
        (name,) = photo_names(tmp_path / "b" / channel)
        public = prove((tmp_path / "b" / channel / name).read_bytes()).public
        assert (public.title, public.alt_text) == ("犬" * 140, "A dog.")


def test_a_batch_of_0_8_goes_on_and_takes_words(tmp_path: Path, imgvet: Imgvet) -> None:
    """Nothing is made again before somebody writes something; then that photo alone."""
    batch = make(tmp_path, imgvet)
    before = next((batch / "flickr").glob("*.jpg")).read_bytes()
    turn_back_to_0_8(batch)
    assert imgvet("status", "b").code == 0
    again = imgvet("finish", "b")
    assert (again.code, next((batch / "flickr").glob("*.jpg")).read_bytes()) == (0, before)
    assert imgvet("caption", "b").code == 0
    assert imgvet("caption", "b", "1", "--title", "Rex", *BY).code == 0
    imgvet("finish", "b")
    assert prove(next((batch / "flickr").glob("*.jpg")).read_bytes()).public.title == "Rex"
    assert imgvet("log", "b", "--verify").code == 0
