"""The rights of others in a batch: held until somebody says whose it is, and published as that says."""

import io
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from PIL import Image
from sample_images import planting

from imgvet.photo import PublicMetadata
from imgvet.proof.prove import prove
from support.commands import Imgvet
from support.folders import photo_names, rows
from support.pictures import landscape
from support.sheets import fill_csv, fill_xlsx, rows_about

EVENT = ("--event", "Open Day", "--date", "2026-06-14", "--link", "https://www.example.org/open-day")
BY = ("--by", "A. Officer")
OTHER = ("--by", "B. Officer")
WHY = ("--note", "Contract 12")
CREATOR, AGENCY, TERMS = "PLANTED-CREATOR-ZORA", "PLANTED-AGENCY", "PLANTED-TERMS editorial use"
TERM = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
PROFILE = """
name = "test"
[organisation]
name = "Example Council"
website = "www.example.org"
known_creators = ["A. Officer"]
[licence]
name = "CC BY 4.0"
flickr_id = 11
"""


def photo(
    path: Path, *, seed: int = 1, artist: str = "", properties: str = "", fields: tuple[tuple[int, str], ...] = ()
) -> Path:
    exif = Image.Exif()
    if artist:
        exif[0x13B] = artist
    with io.BytesIO() as out:
        Image.fromarray(landscape(seed)).save(out, "JPEG", quality=90, exif=exif)
        data = out.getvalue()
    segments = [planting.photoshop_segment(list(fields))] if fields else []
    segments += [planting.xmp_segment(properties)] if properties else []
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(planting.with_segments(data, *segments))
    return path


def anothers(path: Path, seed: int = 1) -> Path:
    """A photo that names its creator, its agency and its terms."""
    fields = ((80, CREATOR), (110, AGENCY), (116, f"(c) 2025 {AGENCY}, all rights reserved"))
    space = 'xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"'
    words = f'<rdf:Alt><rdf:li xml:lang="x-default">{TERMS}</rdf:li></rdf:Alt>'
    terms = f"<xmpRights:UsageTerms {space}>{words}</xmpRights:UsageTerms>"
    return photo(path, seed=seed, artist=CREATOR, fields=fields, properties=terms)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ours.toml").write_text(PROFILE)
    return tmp_path


def make(imgvet: Imgvet, profile: str = "ours.toml", *more: str) -> str:
    done = imgvet("batch", "in", "--out", "b", "--profile", profile, *EVENT, *more)
    assert done.code == 0, done.err
    return done.err


def published(folder: Path) -> PublicMetadata:
    """What the only file in flickr/ says of itself, which both XMP and IIM hold."""
    (name,) = photo_names(folder / "b" / "flickr")
    proof = prove((folder / "b" / "flickr" / name).read_bytes())
    assert proof.proven
    return proof.public


def all_outputs(folder: Path) -> bytes:
    """Every byte of every photo that was made, and of the table for Flickr."""
    files = [*(folder / "b" / "flickr").iterdir(), *(folder / "b" / "held").iterdir()]
    return b"".join(file.read_bytes() for file in files)


def test_a_photo_of_somebody_elses_waits_and_the_office_reads_why(folder: Path, imgvet: Imgvet) -> None:
    """On the screen, on the page, and in both sheets; its file names none of them."""
    anothers(folder / "in" / "a.jpg")
    said = make(imgvet)
    words = f"creator “{CREATOR}”; terms of use “{TERMS}”; credit “{AGENCY}”"
    assert photo_names(folder / "b" / "flickr") == []
    assert CREATOR in said
    assert AGENCY in said
    assert "imgvet decide b 1 own --by NAME" in said
    page = (folder / "b" / "checklist.html").read_text()
    assert "our own picture" in page
    assert "used under licence" in page
    (row,) = rows_about(folder / "b" / "checklist.csv")
    for shown in (page, row["open"], imgvet("status", "b").err):
        assert all(word in shown for word in (CREATOR, AGENCY, TERMS)), words
    for marker in (b"PLANTED", CREATOR.encode(), AGENCY.encode()):
        assert marker not in all_outputs(folder)


def test_own_publishes_it_as_the_organisations(folder: Path, imgvet: Imgvet) -> None:
    """An employee's camera that the profile does not know yet; nobody's name goes out."""
    anothers(folder / "in" / "a.jpg")
    make(imgvet)
    assert imgvet("decide", "b", "1", "own", *BY).code == 0
    assert imgvet("finish", "b").code == 0
    public = published(folder)
    assert (public.creator, public.copyright_notice) == ("Example Council", "© Example Council 2026")
    assert b"PLANTED" not in all_outputs(folder)
    assert rows(folder / "b" / "flickr" / "flickr.csv")[0]["licence"] == "CC BY 4.0"


def test_licensed_keeps_the_credit_and_nothing_of_ours(folder: Path, imgvet: Imgvet) -> None:
    """Creator, credit, notice and terms are those of the original, and the licence for Flickr is not the profile's."""
    anothers(folder / "in" / "a.jpg")
    make(imgvet)
    assert "reason" in imgvet("decide", "b", "1", "licensed", *BY).err
    said = imgvet("decide", "b", "1", "licensed", *WHY, *BY)
    assert said.code == 0
    waiting = imgvet("status", "b")
    assert waiting.code == 1
    assert "does not show its creator's credit yet" in waiting.err
    assert imgvet("finish", "b").code == 0
    public = published(folder)
    assert (public.creator, public.credit_line) == (CREATOR, AGENCY)
    assert public.copyright_notice == f"(c) 2025 {AGENCY}, all rights reserved"
    assert public.usage_terms == TERMS
    assert public.title == "Open Day (1)"
    (row,) = rows(folder / "b" / "flickr" / "flickr.csv")
    assert row["licence"] == "All Rights Reserved"
    assert "licensed. “Contract 12”" in (log := imgvet("log", "b").out) or 'licensed. "Contract 12"' in log
    again = imgvet("finish", "b")
    assert "1 done before" in again.err
    assert len(photo_names(folder / "b" / "flickr")) == 1


def test_an_answer_that_changes_makes_the_file_again(folder: Path, imgvet: Imgvet) -> None:
    """From licensed to own, and by reopening; what is out of date leaves flickr/."""
    anothers(folder / "in" / "a.jpg")
    make(imgvet)
    imgvet("decide", "b", "1", "licensed", *WHY, *BY)
    imgvet("finish", "b")
    changed = imgvet("decide", "b", "1", "own", *BY)
    assert "may no longer be published" in changed.err
    imgvet("finish", "b")
    assert published(folder).creator == "Example Council"
    assert b"PLANTED" not in all_outputs(folder)
    assert imgvet("decide", "b", "1", "reopen", "others-copyright", *BY).code == 0
    imgvet("finish", "b")
    assert photo_names(folder / "b" / "flickr") == []


def test_the_second_person_counts_here_too(folder: Path, imgvet: Imgvet) -> None:
    """Where the profile asks for one, the answer is valid once somebody else has approved it."""
    (folder / "two.toml").write_text(f"{PROFILE}[decisions]\nsecond_person = ['licensed']\n")
    anothers(folder / "in" / "a.jpg")
    make(imgvet, "two.toml")
    imgvet("decide", "b", "1", "licensed", *WHY, *BY)
    assert "approv" in imgvet("finish", "b").err
    assert photo_names(folder / "b" / "flickr") == []
    assert imgvet("decide", "b", "1", "approve", "others-copyright", *BY).code == 2
    assert imgvet("decide", "b", "1", "approve", "others-copyright", *OTHER).code == 0
    imgvet("finish", "b")
    assert published(folder).creator == CREATOR


def test_answers_come_back_on_the_sheets(folder: Path, imgvet: Imgvet) -> None:
    """The rows offer own and licensed in place of answer, and only there."""
    anothers(folder / "in" / "a.jpg")
    photo(
        folder / "in" / "b.jpg",
        seed=2,
        properties='<xmp:Rating xmlns:xmp="http://ns.adobe.com/xap/1.0/">-1</xmp:Rating>',
    )
    make(imgvet)
    offered = openpyxl.load_workbook(folder / "b" / "checklist.xlsx")["Checklist"].data_validations.dataValidation
    lists = [each.formula1 for each in offered if "exclude" in str(each.formula1)]
    assert lists.pop(0) == '"redact,redact-faces,redact-areas,exclude"'  # of the photos themselves
    assert lists == ['"own,licensed,exclude,reopen"', '"answer,exclude,reopen"']
    sheet = fill_csv(
        folder / "b" / "checklist.csv", folder / "wrong.csv", {(1, None): {"decision": "answer", "reason": "x"}}
    )
    refused = imgvet("checklist", "b", "--import", sheet, *BY)
    assert refused.code == 2
    assert "own, licensed, exclude, reopen" in refused.err
    sheet = fill_csv(
        folder / "b" / "checklist.csv", folder / "wrong.csv", {(2, None): {"decision": "own", "reason": "x"}}
    )
    assert imgvet("checklist", "b", "--import", sheet, *BY).code == 2
    filled: dict[tuple[int, int | None], dict[str, str]] = {
        (1, None): {"decision": "licensed", "reason": "Contract 12"},
        (2, None): {"decision": "answer", "reason": "Ok"},
    }
    sheet = fill_xlsx(folder / "b" / "checklist.xlsx", folder / "right.xlsx", filled)
    assert imgvet("checklist", "b", "--import", sheet, *BY).code == 0
    imgvet("finish", "b")
    assert len(photo_names(folder / "b" / "flickr")) == 2


def test_each_answer_has_its_place(folder: Path, imgvet: Imgvet) -> None:
    """The rule takes no other answer, the answers no other photo, and a rule that blocks none."""
    anothers(folder / "in" / "a.jpg")
    photo(folder / "in" / "b.jpg", seed=2)
    make(imgvet)
    said = imgvet("decide", "b", "1", "answer", "others-copyright", *WHY, *BY)
    assert said.code == 2
    assert "own or licensed" in said.err
    assert imgvet("decide", "b", "2", "own", *BY).code == 2
    assert imgvet("decide", "b", "all", "own", *BY).code == 0
    imgvet("finish", "b")
    assert len(photo_names(folder / "b" / "flickr")) == 2
    (folder / "strict.toml").write_text(f"{PROFILE}[rules]\nothers-copyright = 'blocked'\n")
    imgvet("batch", "in", "--out", "c", "--profile", "strict.toml", *EVENT)
    assert imgvet("decide", "c", "1", "own", *BY).code == 2


def test_a_creator_that_the_profile_gets_to_know_needs_no_answer(folder: Path, imgvet: Imgvet) -> None:
    """What the organisation itself wrote asks nothing, and the list of creators is asked when it is judged."""
    photo(folder / "in" / "a.jpg", artist="A. Officer", fields=((116, "© 2020 EXAMPLE COUNCIL"),))
    photo(folder / "in" / "b.jpg", artist="C. Officer", seed=2)
    make(imgvet)
    assert len(photo_names(folder / "b" / "flickr")) == 1
    (folder / "ours.toml").write_text(PROFILE.replace('["A. Officer"]', '["A. Officer", "C. OFFICER"]'))
    assert "2 done before" in make(imgvet, "ours.toml", "--change-profile", *BY, "--note", "C. Officer is ours, too")
    assert len(photo_names(folder / "b" / "flickr")) == 2


def test_content_made_by_ai_is_asked_about_and_says_so_in_public(folder: Path, imgvet: Imgvet) -> None:
    """Once somebody has said that it may be used, the term of the vocabulary is in the published file."""
    space = 'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    photo(
        folder / "in" / "a.jpg",
        properties=f"<Iptc4xmpExt:DigitalSourceType {space}>{TERM}</Iptc4xmpExt:DigitalSourceType>",
    )
    assert "made or altered by AI: trainedAlgorithmicMedia" in make(imgvet)
    assert photo_names(folder / "b" / "flickr") == []
    assert imgvet("decide", "b", "1", "answer", "ai-content", "--note", "An illustration", *BY).code == 0
    imgvet("finish", "b")
    assert published(folder).digital_source_type == TERM


def test_a_360_picture_is_told_and_goes_out(folder: Path, imgvet: Imgvet) -> None:
    """Nobody need decide about it."""
    space = 'xmlns:GPano="http://ns.google.com/photos/1.0/panorama/"'
    photo(folder / "in" / "a.jpg", properties=f"<GPano:ProjectionType {space}>equirectangular</GPano:ProjectionType>")
    assert "360° picture" in make(imgvet)
    assert len(photo_names(folder / "b" / "flickr")) == 1
    assert "360° picture" in imgvet("check", "in/a.jpg", "--profile", "ours.toml").out


def test_check_asks_and_takes_the_answer(folder: Path, imgvet: Imgvet) -> None:
    """One photo before it is posted; whoever answers gives a name."""
    anothers(folder / "in" / "a.jpg")
    words = ("check", "in/a.jpg", "--profile", "ours.toml", "--out", "ready")
    asked = imgvet(*words)
    assert asked.code == 1
    assert "--rights licensed" in asked.out
    assert imgvet(*words, "--rights", "own").code == 2
    for rights, creator in (("own", "Example Council"), ("licensed", CREATOR)):
        said = imgvet(*words, "--rights", rights, *BY, "--json")
        assert said.code == 0
        (line,) = said.lines
        assert {each["text"] for each in line["rights"]} >= {CREATOR, AGENCY}
        assert prove((folder / line["output"]).read_bytes()).public.creator == creator


def test_a_licensed_photo_never_has_our_copyright_mark(folder: Path, imgvet: Imgvet) -> None:
    """Its place is empty, or has the creator's credit where the profile says so."""
    anothers(folder / "in" / "a.jpg")
    (folder / "credit.toml").write_text(f"{PROFILE}[marks]\ncredit_licensed = true\n")
    corners = {}
    for name, profile, rights in (
        ("own", "ours.toml", "own"), ("none", "ours.toml", "licensed"), ("credit", "credit.toml", "licensed"),
    ):  # fmt: skip
        words = ("--profile", profile, "--rights", rights, *BY, "--out", name, "--channel", "web")
        assert imgvet("check", "in/a.jpg", *words).code == 0
        (file,) = (folder / name).iterdir()
        with Image.open(file) as opened:
            picture = np.asarray(opened.convert("L"), np.int16)
        corners[name] = picture[int(len(picture) * 0.9) :, : picture.shape[1] // 2]
    spread = {name: int(np.ptp(corner)) for name, corner in corners.items()}
    assert spread["none"] < 120 < min(spread["own"], spread["credit"]), spread
    assert not np.array_equal(corners["own"], corners["credit"])


def test_a_credit_that_cannot_be_drawn_fails_the_photo(folder: Path, imgvet: Imgvet) -> None:
    """Half a name would be worse than none."""
    photo(
        folder / "in" / "a.jpg",
        fields=((80, "אבנר"),),
        properties="<dc:creator><rdf:Seq><rdf:li>אבנר</rdf:li></rdf:Seq></dc:creator>",
    )
    (folder / "credit.toml").write_text(f"{PROFILE}[marks]\ncredit_licensed = true\n")
    said = imgvet("check", "in/a.jpg", "--profile", "credit.toml", "--rights", "licensed", *BY)
    assert said.code == 4
    assert "cannot be drawn" in said.out


def test_a_long_credit_is_kept_whole_in_xmp(folder: Path, imgvet: Imgvet) -> None:
    """IIM has no room for it and has its beginning, and the file is proven all the same."""
    name = "Maria Magdalena von Hohenberg-Schwarzenfels"
    photo(folder / "in" / "a.jpg", artist=name)
    make(imgvet)
    imgvet("decide", "b", "1", "licensed", *WHY, *BY)
    imgvet("finish", "b")
    public = published(folder)
    assert (public.creator, public.credit_line, public.copyright_notice) == (name, name, f"© {name}")


def test_what_a_file_says_of_its_rights_cannot_take_over_a_screen(folder: Path, imgvet: Imgvet) -> None:
    """It is shown on one line, without controls, and a spreadsheet takes none of it for a formula."""
    photo(folder / "in" / "a.jpg", artist="=cmd\x1b[2J\x1b]0;title\x07\nimgvet: all is well <b>\u202e")
    said = make(imgvet) + imgvet("status", "b").err + imgvet("check", "in/a.jpg", "--profile", "ours.toml").out
    assert not {"\x1b", "\x07", "\u202e"} & set(said)
    assert not any(line.startswith("imgvet:") for line in said.splitlines())
    (row,) = rows_about(folder / "b" / "checklist.csv")
    assert row["open"].startswith("others-copyright: ")
    assert "all is well <b>" not in (folder / "b" / "checklist.html").read_text()
