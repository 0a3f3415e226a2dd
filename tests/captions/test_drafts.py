"""What originals and sidecars say of themselves: offered where the profile keeps it, public only once accepted."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from imgvet import photo_jobs
from imgvet.decisions import NO_WORDS, Words
from imgvet.find_photos import sidecar_paths
from imgvet.inspection.drafts import draft_of, draft_with_sidecars
from imgvet.inspection.findings import WordFields
from imgvet.photo import Event, Photo
from imgvet.photo_jobs import PhotoJob, VettedPhoto
from imgvet.profile import Profile
from imgvet.proof.prove import prove
from imgvet.settings import Settings
from support.commands import Imgvet
from support.folders import photo_names
from support.pictures import landscape

BY = ("--by", "A. Officer")
MARK = "PLANTEDDRAFT"
KEEP = '[metadata]\ncaptions = "keep"\n'
PACKET = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li><rdf:li xml:lang="cy">Cymraeg</rdf:li></rdf:Alt>
</dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{mark} caption</rdf:li></rdf:Alt></dc:description>
<photoshop:Headline xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/">{mark} head</photoshop:Headline>
<photoshop:Instructions xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/">{mark} never</photoshop:Instructions>
<dc:creator><rdf:Seq><rdf:li>{mark} Ann</rdf:li><rdf:li>Bob</rdf:li></rdf:Seq></dc:creator>
<dc:subject><rdf:Bag><rdf:li>{mark} dog</rdf:li><rdf:li>Rex, the dog</rdf:li></rdf:Bag></dc:subject>
<Iptc4xmpCore:AltTextAccessibility><rdf:Alt><rdf:li xml:lang="x-default">{mark} alt</rdf:li></rdf:Alt>
</Iptc4xmpCore:AltTextAccessibility></rdf:Description></rdf:RDF></x:xmpmeta>"""


def packet(title: str) -> str:
    return PACKET.format(title=title, mark=MARK)


def original(path: Path, *, iim: str = "", seed: int = 1) -> Path:
    """A JPEG, with a title and a caption in IPTC-IIM where asked."""
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(landscape(seed)).save(path, quality=90)
    if iim:
        fields = (
            f"-IPTC:ObjectName={iim} title",
            f"-IPTC:Caption-Abstract={iim} caption",
            f"-IPTC:Keywords={iim} word",
            f"-IPTC:Headline={iim} head",
            f"-IPTC:Special-Instructions={iim} never",
        )
        subprocess.run(["exiftool", "-q", "-overwrite_original", *fields, path], check=True, timeout=60)
    return path


def make(folder: Path, run: Imgvet, profile: str = KEEP) -> str:
    (folder / "ours.toml").write_text(profile)
    done = run("batch", "in", "--out", "b", "--event", "Open Day", "--profile", "ours.toml")
    assert done.code == 0, done.err
    return done.err


def public_bytes(batch: Path) -> bytes:
    """All that is outside private/, names included; contact sheets are pictures."""
    files = [path for path in batch.rglob("*") if path.is_file() and "private" not in path.parts]
    return b"".join(path.name.encode() + path.read_bytes() for path in files)


def test_a_draft_is_shown_to_the_office_and_in_no_byte_that_leaves_it(tmp_path: Path, imgvet_process: Imgvet) -> None:
    """In processes of their own, whose workers may read nothing but the photos."""
    original(tmp_path / "in" / "a.jpg", iim=MARK)
    (tmp_path / "in" / "a.jpg.xmp").write_text(packet(f"{MARK} sidecar"))
    said = make(tmp_path, imgvet_process)
    assert "sidecar file" not in said
    assert MARK not in said
    assert MARK.encode() not in public_bytes(tmp_path / "b")
    shown = imgvet_process("caption", "b")
    assert f"{MARK} sidecar" in shown.out
    assert "From the file, not published" in shown.out
    assert "1 photo has words from the file that nobody has taken over" in imgvet_process("status", "b").err
    assert MARK not in imgvet_process("status", "b", "--json").out
    (line,) = imgvet_process("caption", "b", "--json").lines
    assert line["draft"] == {
        "title": f"{MARK} sidecar", "caption": f"{MARK} caption", "alt_text": f"{MARK} alt",
        "keywords": [f"{MARK} dog", "Rex, the dog"], "headline": f"{MARK} head", "creator": f"{MARK} Ann; Bob",
    }  # fmt: skip


def test_it_is_public_once_somebody_accepts_it_and_no_sooner(tmp_path: Path, imgvet: Imgvet) -> None:
    original(tmp_path / "in" / "a.jpg", iim=MARK)
    make(tmp_path, imgvet)
    imgvet("finish", "b")
    assert MARK.encode() not in public_bytes(tmp_path / "b")
    taken = imgvet("caption", "b", "1", "--from-file", "--title", "Rex", *BY)
    assert "Recorded: title, caption, keywords and headline of 1 photo" in taken.err
    imgvet("finish", "b")
    (name,) = photo_names(tmp_path / "b" / "flickr")
    public = prove((tmp_path / "b" / "flickr" / name).read_bytes()).public
    assert (public.title, public.description, public.keywords) == ("Rex", f"{MARK} caption", (f"{MARK} word",))
    assert public.headline == f"{MARK} head"
    assert f"{MARK} never".encode() not in public_bytes(tmp_path / "b")
    assert "A. Officer" in imgvet("log", "b", "1").out
    assert imgvet("log", "b", "--verify").code == 0


def test_without_the_key_nothing_is_kept_anywhere(tmp_path: Path, imgvet: Imgvet) -> None:
    original(tmp_path / "in" / "a.jpg", iim=MARK)
    (tmp_path / "in" / "a.xmp").write_text(packet(MARK))
    said = make(tmp_path, imgvet, "")
    assert "Skipped: 1 sidecar file (a.xmp)" in said
    everything = b"".join(path.read_bytes() for path in (tmp_path / "b").rglob("*") if path.is_file())
    assert MARK.encode() not in everything
    refused = imgvet("caption", "b", "1", "--from-file", *BY)
    assert refused.code == 2
    assert 'captions = "keep"' in refused.err


def test_a_sidecar_that_has_changed_makes_another_draft(tmp_path: Path, imgvet: Imgvet) -> None:
    original(tmp_path / "in" / "a.jpg")
    make(tmp_path, imgvet)
    assert imgvet("caption", "b", "--json").lines[0]["draft"] == {}
    assert imgvet("caption", "b", "1", "--from-file", *BY).code == 2
    (tmp_path / "in" / "a.xmp").write_text(packet("First"))
    imgvet("batch", "b")
    assert imgvet("caption", "b", "--json").lines[0]["draft"]["title"] == "First"
    (tmp_path / "in" / "a.xmp").unlink()
    imgvet("batch", "b")
    assert imgvet("caption", "b", "--json").lines[0]["draft"] == {}


IIM, XMP = WordFields("iim title", "iim caption", is_iim=True), WordFields("xmp title", keywords=("a", "b"))


@pytest.mark.parametrize(
    ("found", "draft"),
    [
        ([], NO_WORDS),
        ([IIM], Words("iim title", "iim caption")),
        ([IIM, XMP], Words("xmp title", "iim caption", keywords=("a", "b"))),
        ([IIM, XMP, WordFields(overrules_xmp=True)], Words("iim title", "iim caption", keywords=("a", "b"))),
        ([WordFields(" \u200b "), IIM], Words("iim title", "iim caption")),
        ([WordFields("A\u202eB\x00", "One\r\nTwo", keywords=("a", "a", ""))], Words("AB", "One\nTwo", keywords=("a",))),
    ],
)
def test_xmp_comes_before_iim_unless_the_digest_says_that_iim_was_changed(
    found: list[WordFields], draft: Words
) -> None:
    assert draft_of(found) == draft


def test_iim_that_another_program_changed_is_the_newer_one(tmp_path: Path, imgvet: Imgvet) -> None:
    """ExifTool writes the digest; a program that does not know it leaves the earlier one."""
    photo = original(tmp_path / "in" / "a.jpg", iim="first")
    run = ["exiftool", "-q", "-overwrite_original"]
    subprocess.run([*run, "-XMP-dc:Title=of xmp", "-Photoshop:IPTCDigest=new", photo], check=True, timeout=60)
    make(tmp_path, imgvet)
    assert imgvet("caption", "b", "--json").lines[0]["draft"]["title"] == "of xmp"
    subprocess.run(
        [*run, "-IPTC:ObjectName=of iim", "-Photoshop:IPTCDigest=" + "0" * 32, photo], check=True, timeout=60
    )
    shutil.rmtree(tmp_path / "b")
    make(tmp_path, imgvet)
    assert imgvet("caption", "b", "--json").lines[0]["draft"]["title"] == "of iim"


def test_the_sidecar_of_this_very_file_comes_first(tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    (tmp_path / "a.xmp").write_text(packet("of the shot"))
    assert draft_with_sidecars(Words("own", alt_text="own alt"), photo).title == "of the shot"
    (tmp_path / "a.jpg.XMP").write_text('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
    assert draft_with_sidecars(Words("own"), photo).title == "of the shot"
    (tmp_path / "a.jpg.XMP").write_text(packet("of the file"))
    assert draft_with_sidecars(Words("own"), photo).title == "of the file"
    assert [path.name for path in sidecar_paths(photo)] == ["a.jpg.XMP", "a.xmp"]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "sidecar",
    [
        b"",
        b"\x00" * 4096,
        BOMB.encode() + packet("&b;").encode(),
        b"<" * 100_000,
        packet("x").encode()[:400],
        b"\xff\xd8\xff",
    ],
)
def test_a_hostile_sidecar_costs_no_photo(tmp_path: Path, imgvet: Imgvet, sidecar: bytes) -> None:
    original(tmp_path / "in" / "a.jpg")
    (tmp_path / "in" / "a.xmp").write_bytes(sidecar)
    make(tmp_path, imgvet)
    assert "aaaa" not in str(imgvet("caption", "b", "--json").lines[0]["draft"])
    assert len(photo_names(tmp_path / "b" / "flickr")) == 1


def test_a_sidecar_that_is_no_file_or_too_large_is_left_out(tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    with (tmp_path / "a.xmp").open("wb") as file:
        file.truncate(9 * 1024**2)
    assert draft_with_sidecars(NO_WORDS, photo) == NO_WORDS
    os.mkfifo(tmp_path / "a.jpg.xmp")
    assert draft_with_sidecars(NO_WORDS, photo) == NO_WORDS


@pytest.mark.parametrize(
    ("draft", "believed"),
    [
        (Words("x" * 20_000, keywords=("x",) * 200), True),
        (Words("x" * 20_001), False),
        (Words(alt_text="x" * 20_001), False),
        (Words(creator="x" * 20_001), False),
        (Words(keywords=("x",) * 201), False),
    ],
)
def test_a_draft_that_no_original_can_have_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, draft: Words, believed: bool
) -> None:
    job = PhotoJob(1, tmp_path / "a.jpg")
    said = VettedPhoto(Photo(source=str(tmp_path / "a.jpg"), draft=draft))
    monkeypatch.setattr(photo_jobs, "run_jobs", lambda *_, **__: iter([(job, said)]))
    (vetted,) = photo_jobs.vet_jobs([job], Settings(Profile(), Event("x")), workers=1)
    assert (vetted.photo.error is None) == believed
