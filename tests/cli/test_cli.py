"""The other commands, as people type them: one plain answer, the right exit code, JSON alone on stdout."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import imgvet as imgvet_package
from imgvet.cli import doctor
from imgvet.form_codes.scans import FormPages, ScanReading
from imgvet.geometry import Box
from imgvet.photo import Face
from imgvet.photo_jobs import vet_jobs
from imgvet.proof.prove import prove
from support.commands import Imgvet
from support.declaring import declaring
from support.pictures import PLANTED, landscape, portrait, save_photo


@pytest.mark.slow
def test_check_says_yes_and_writes_a_clean_copy(imgvet: Imgvet, tmp_path: Path) -> None:
    """A photo of nobody may go out; the copy tells nothing of the original, not even its name."""
    photo = save_photo(tmp_path / "PLANTED-NAME.jpg", landscape())
    ran = imgvet("check", photo, "--channel", "x")
    assert ran.code == 0
    assert "Yes, it may be published." in ran.out
    assert "52.48" in ran.out  # what it would have told
    (copy,) = (tmp_path / "imgvet-ready").iterdir()
    assert copy.name.startswith("x-")
    assert copy.suffix == ".jpg"
    assert b"PLANTED" not in copy.read_bytes()
    assert prove(copy.read_bytes()).proven


@pytest.mark.slow
def test_check_says_not_yet_and_writes_nothing(imgvet: Imgvet, tmp_path: Path) -> None:
    """The sentence names the faces and the one next step; no copy, no empty folder."""
    photo = save_photo(tmp_path / "portrait.jpg", portrait())
    ran = imgvet("check", photo)
    assert ran.code == 1
    assert "Not yet: 1 face needs a release form." in ran.out
    assert "Face 1 (top): needs a release form or another answer." in ran.out
    assert f"imgvet check {photo} --redact all\n" in ran.out
    assert f"imgvet check {photo} --form 1:REFERENCE --by NAME\n" in ran.out
    assert not (tmp_path / "imgvet-ready").exists()
    ran = imgvet("check", photo, "--redact", "all", "--out", "clean")
    assert ran.code == 0
    assert "1 face found, hidden, and the file is clean." in ran.out
    assert len(list((tmp_path / "clean").iterdir())) == 1


def test_check_json(imgvet_process: Imgvet, tmp_path: Path) -> None:
    """One object a photo, in the order given, with every key of the agreement."""
    portrait_file = save_photo(tmp_path / "portrait.jpg", portrait())
    landscape_file = save_photo(tmp_path / "a landscape.jpg", landscape())
    text = tmp_path / "note.jpg"
    text.write_text("no picture")
    ran = imgvet_process("check", portrait_file, landscape_file, text, "--json")
    assert ran.code == 4
    assert [Path(line["photo"]).name for line in ran.lines] == ["a landscape.jpg", "note.jpg", "portrait.jpg"]
    assert [line["verdict"] for line in ran.lines] == ["ready", "failed", "release"]
    ready, failed, waits = ran.lines
    assert {
        "photo", "verdict", "width", "height", "faces", "findings", "removed", "output", "sha256", "error",
    } <= set(ready)  # fmt: skip
    assert (ready["width"], ready["height"]) == (1200, 800)
    assert {"gps", "owner", "device", "text"} <= set(ready["removed"])
    assert len(ready["sha256"]) == 64
    assert failed["error"]
    assert failed["output"] is None
    (face,) = waits["faces"]
    assert face["number"] == 1
    assert face["resolved"] is None
    assert face["possible"] is False
    left, top, right, bottom = face["box"]
    assert 0 <= left < right <= 512
    assert 0 <= top < bottom <= 512
    assert PLANTED not in ran.out  # kinds of private data, never values


@pytest.mark.slow
def test_check_keeps_to_the_channel(imgvet: Imgvet, tmp_path: Path) -> None:
    """The web channel's 1600 pixels are kept to."""
    photo = tmp_path / "large.jpg"
    Image.fromarray(np.tile(landscape(), (2, 3, 1))).save(photo)
    ran = imgvet("check", photo, "--channel", "web", "--out", "w", "--json")
    with Image.open(
        ran.lines[0]["output"] if Path(ran.lines[0]["output"]).is_absolute() else tmp_path / ran.lines[0]["output"]
    ) as copy:
        assert max(copy.size) == 1600


@pytest.mark.slow
def test_check_says_when_one_post_cannot_hold_them(imgvet: Imgvet, tmp_path: Path) -> None:
    """X takes four photos in a post."""
    (tmp_path / "p").mkdir()
    for number in range(4):
        Image.fromarray(landscape(number)[:300, :400]).save(tmp_path / "p" / f"{number}.jpg")
    assert "in one post" not in imgvet("check", "p").err
    Image.fromarray(landscape(9)[:300, :400]).save(tmp_path / "p" / "9.jpg")
    assert "The channel x takes 4 photos in one post; these are 5." in imgvet("check", "p").err


@pytest.mark.slow
def test_a_police_check_needs_a_declaration(imgvet: Imgvet, tmp_path: Path) -> None:
    """Only a person can say what no machine can see."""
    photo = save_photo(tmp_path / "a.jpg", landscape())
    link = ("--link", "https://www.example.org/a", "--profile", "west-midlands-police")
    assert imgvet("check", photo, *link).code == 1
    ran = declaring(imgvet, "check", photo, *link, by="A. Officer")
    assert ran.code == 0
    assert "Declared by A. Officer." in ran.out


@pytest.mark.slow
def test_inspect_tells_everything(imgvet: Imgvet, tmp_path: Path) -> None:
    """Place, owner, device and comment, each with its value and where it stood."""
    photo = save_photo(tmp_path / "a.jpg", landscape())
    ran = imgvet("inspect", photo)
    assert ran.code == 0
    for words in ("Where it was taken", "52.4814", PLANTED, "PLANTED-MAKER", "PLANTED-COMMENT"):
        assert words in ran.out
    (line,) = imgvet("inspect", photo, "--json").lines
    assert {"gps", "owner", "device", "text"} <= {item["group"] for item in line["items"]}
    assert imgvet("inspect", tmp_path / "none.jpg").code == 4


def test_prove_tells_clean_from_unclean(imgvet_process: Imgvet, tmp_path: Path) -> None:
    """A clean copy is proven; the original, a text and a clean copy with one byte more are not."""
    photo = save_photo(tmp_path / "a.jpg", landscape())
    imgvet_process("check", photo, "--out", "clean")
    (copy,) = (tmp_path / "clean").iterdir()
    assert imgvet_process("prove", copy).code == 0
    ran = imgvet_process("prove", copy, photo)
    assert ran.code == 4
    assert "not proven" in ran.out
    assert "at byte" in ran.out
    copy.write_bytes(copy.read_bytes() + b"x")
    (line,) = imgvet_process("prove", copy, "--json").lines
    assert line["proven"] is False


@pytest.mark.slow
def test_init_writes_a_profile_that_works(imgvet: Imgvet, tmp_path: Path) -> None:
    """It is found from then on, and never overwritten."""
    assert imgvet("init", "--profile", "staffordshire-police").code == 0
    text = (tmp_path / "imgvet.toml").read_text(encoding="utf-8")
    assert 'extends = "staffordshire-police"' in text
    assert "www.staffordshire.police.uk" in imgvet("doctor").out
    ran = imgvet("init")
    assert ran.code == 2
    assert "already" in ran.err
    assert (tmp_path / "imgvet.toml").read_text(encoding="utf-8") == text


def test_doctor_finds_everything_well(imgvet_process: Imgvet) -> None:
    """On a machine where the tests run, nothing is missing."""
    ran = imgvet_process("doctor")
    assert ran.code == 0, ran.out
    for words in (
        "face model", "text models", "marks and font", "codecs", "HEIC", "one photo", "form codes", "zxing-cpp",
        "pypdfium2", "disk", "permissions",
    ):  # fmt: skip
        assert words in ran.out


@pytest.mark.parametrize("changed", [
    {"error": "imgvet could not read this file safely."},
    {"faces": ()},
    {"faces": (Face(1, Box(0, 0, 90, 90), 0.9),)},
    {"findings": ()},
    {"name": ""},
])  # fmt: skip
@pytest.mark.slow
def test_doctor_says_where_photos_do_not_come_through(
    changed: dict[str, Any], imgvet: Imgvet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine on which workers' answers are lost or wrong is not well, whatever each library says for itself."""
    lying = lambda *words: [replace(each, photo=replace(each.photo, **changed)) for each in vet_jobs(*words)]  # noqa: E731
    monkeypatch.setattr(doctor, "vet_jobs", lying)
    (said,) = [each for each in doctor.run_checks("general") if each.name == "one photo"]
    assert not said.well
    assert "the test photo with one face failed" in said.says


@pytest.mark.parametrize(("changed", "why"), [
    ({"forms": ()}, "its number was not found"),
    ({"error": "It is a damaged PDF.", "forms": ()}, "It is a damaged PDF."),
    ({"forms": (FormPages("DOCTOR-2026-002", (1,)),)}, "its number was not found"),
])  # fmt: skip
@pytest.mark.parametrize("ending", ["pdf", "png"])
def test_doctor_says_where_forms_are_not_read(
    changed: dict[str, Any], why: str, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library that is there and reads nothing is not well, for PDFs and for pictures."""

    def half_read(paths: Sequence[Path], _workers: int) -> list[ScanReading]:
        right = (ScanReading(path, forms=(FormPages("DOCTOR-2026-001", (1,)),)) for path in paths)
        return [replace(each, **changed) if each.path.suffix == f".{ending}" else each for each in right]

    monkeypatch.setattr(doctor, "read_scans", half_read)
    (said,) = [each for each in doctor.run_checks("general") if each.name == "form codes"]
    assert not said.well
    assert said.says == f"the test form was not read from a {ending.upper()}: {why}"


@pytest.mark.parametrize(("words", "message"), [
    (("check", "none.jpg"), "There is no file or folder 'none.jpg'"),
    (("check", ".", "--channel", "myspace"), "There is no channel 'myspace'. Channels are flickr"),
    (("check", ".", "--profile", "nobody"), "There is no profile or file 'nobody'"),
    (("check", ".", "--link", "example.org"), "is not a web address"),
    (("batch", ".", "--event", "x"), "--out"),
    (("batch", ".", "--out", "b", "--event", "x", "--date", "14/13/2026"), "--date: '14/13/2026' is not a date"),
    (("status", "nowhere"), "There is no batch in 'nowhere'"),
    (("bogus",), "bogus"),
])  # fmt: skip
def test_wrong_words_are_told_and_end_with_2(imgvet: Imgvet, words: tuple[str, ...], message: str) -> None:
    """The message says what is wrong; there is no traceback."""
    ran = imgvet(*words)
    assert ran.code == 2
    assert message in ran.err.replace("\n", " ").replace("Channels", " Channels").replace("  ", " ")
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("words", [("check", "none.jpg"), ("bogus",), ("release", "list", "--register", "none.db")])
def test_a_process_that_cannot_do_what_was_asked_ends_with_2(imgvet_process: Imgvet, words: tuple[str, ...]) -> None:
    """Whether a command refuses it or the parser; what it says is on stderr alone."""
    ran = imgvet_process(*words)
    assert ran.code == 2
    assert ran.out == ""
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(("profile", "message"), [
    ("[marks.copyright]\nhieght = 1", "marks.copyright.hieght: is not a key of a profile; allowed are text"),
    ("[rules]\nface-release = 'off'", "rules.face-release: is 'off'; allowed are release, blocked"),
    ("[marks.copyright]\ntext = '\U0001f388'", "\U0001f388"),
    ("[marks.copyright]\nimage = 'none.png'", "none.png"),
])  # fmt: skip
def test_a_wrong_profile_stops_before_any_photo(imgvet: Imgvet, tmp_path: Path, profile: str, message: str) -> None:
    """The file, the key and what is allowed are named, and no batch is begun."""
    (tmp_path / "imgvet.toml").write_text(profile, encoding="utf-8")
    save_photo(tmp_path / "a.jpg", landscape())
    ran = imgvet("batch", "a.jpg", "--out", "b", "--event", "x")
    assert ran.code == 2
    assert message in ran.err
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("damage", ["missing", "altered"])
@pytest.mark.slow
def test_without_the_right_model_nothing_is_vetted(tmp_path: Path, damage: str) -> None:
    """The command stops with the reason; no photo is ready for want of a detector."""
    package = tmp_path / "site" / "imgvet"
    shutil.copytree(Path(imgvet_package.__file__).parent, package)
    model = package / "faces" / "model" / "centerface.onnx"
    data = model.read_bytes()
    model.unlink()
    if damage == "altered":
        model.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    save_photo(tmp_path / "a.jpg", landscape())
    for words in (["check", "a.jpg"], ["batch", "a.jpg", "--out", "b", "--event", "x"], ["doctor"]):
        done = subprocess.run(
            [sys.executable, "-m", "imgvet", *words],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 4
        assert f"The face model {'was altered' if damage == 'altered' else 'is missing'}" in done.stderr + done.stdout
        assert "Traceback" not in done.stderr
    assert [path.name for path in (tmp_path / "b" / "flickr").iterdir()] == []
    assert not (tmp_path / "imgvet-ready").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space for certain")
def test_a_photo_that_needs_too_much_memory_costs_only_itself(imgvet_process: Imgvet, tmp_path: Path) -> None:
    """The worker's limit holds, the photo fails with a reason, and the next one is vetted."""
    (tmp_path / "imgvet.toml").write_text("[limits]\nmemory_mib = 2048\nmegapixels = 2000\n")
    Image.new("RGB", (24000, 24000), (9, 99, 199)).save(tmp_path / "huge.png", compress_level=1)
    save_photo(tmp_path / "small.jpg", landscape())
    ran = imgvet_process("check", "huge.png", "small.jpg", "--json")
    huge, small = ran.lines
    assert small["verdict"] == "ready"
    assert huge["verdict"] == "failed"
    assert ran.code == 4


def test_help_loads_nothing_heavy() -> None:
    """``imgvet --help`` answers at once because no picture library is imported for it."""
    code = (
        "import sys, imgvet.cli.app\n"
        "sys.exit(', '.join({'cv2', 'numpy', 'PIL', 'onnxruntime', 'pydantic', 'jinja2'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_version(imgvet_process: Imgvet) -> None:
    """The version of the package, alone."""
    assert imgvet_process("--version").out.startswith("imgvet 0.")


def pixels_of(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.array(image)


def test_strip_takes_metadata_off_and_leaves_every_pixel(imgvet_process: Imgvet, tmp_path: Path) -> None:
    """The copy has another name, the same pixels and passes its proof; the original is as it was."""
    photo = save_photo(tmp_path / "PLANTED-NAME.jpg", landscape())
    before = photo.read_bytes()
    ran = imgvet_process("strip", photo, "--out", "clean")
    assert ran.code == 0, ran.err
    assert "without loss" in ran.out
    assert "where it was taken" in ran.out
    (copy,) = (tmp_path / "clean").iterdir()
    assert copy.name == "photo-001.jpg"
    assert b"PLANTED" not in copy.read_bytes()
    assert (pixels_of(copy) == pixels_of(photo)).all()
    assert imgvet_process("prove", "--stripped", copy).code == 0
    assert photo.read_bytes() == before


@pytest.mark.slow
def test_strip_names_and_numbers(imgvet: Imgvet, tmp_path: Path) -> None:
    """Nothing is overwritten, names are kept only when asked for, and a broken file costs itself alone."""
    folder = tmp_path / "photos"
    save_photo(folder / "a.jpg", landscape())
    save_photo(folder / "sub" / "a.jpg", landscape(2))
    (folder / "broken.jpg").write_bytes((folder / "a.jpg").read_bytes()[:5000])
    ran = imgvet("strip", folder, "--out", "clean", "--json")
    assert ran.code == 4
    assert [Path(line["photo"]).name for line in ran.lines] == ["a.jpg", "broken.jpg", "a.jpg"]
    assert [line["error"] is None for line in ran.lines] == [True, False, True]
    assert sorted(path.name for path in (tmp_path / "clean").iterdir()) == ["photo-001.jpg", "photo-003.jpg"]
    assert imgvet("strip", folder / "a.jpg", "--out", "clean").code == 0
    assert (tmp_path / "clean" / "photo-002.jpg").exists()
    imgvet("strip", folder / "a.jpg", folder / "sub", "--out", "kept", "--keep-names")
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["a-2.jpg", "a.jpg"]


@pytest.mark.slow
def test_prove_knows_published_from_stripped(imgvet: Imgvet, tmp_path: Path) -> None:
    """A stripped file says nothing of itself; a published one carries words that a stripped one must not."""
    photo = save_photo(tmp_path / "a.jpg", landscape())
    imgvet("check", photo, "--out", "clean", "--event", "Open Day")
    (published,) = (tmp_path / "clean").iterdir()
    assert imgvet("prove", published).code == 0
    ran = imgvet("prove", "--stripped", published)
    assert ran.code == 4
    assert "XMP" in ran.out


def test_inspect_sounds_the_alarm(imgvet_process: Imgvet, tmp_path: Path) -> None:
    """A security classification comes first, before all that is merely private."""
    exif = Image.Exif()
    exif[0x9212] = "S"
    Image.fromarray(landscape()).save(tmp_path / "a.jpg", exif=exif, comment=b"PLANTED-COMMENT")
    ran = imgvet_process("inspect", "a.jpg")
    assert ran.out.index("!!") < ran.out.index("PLANTED-COMMENT")
    assert "SECRET" in ran.out


@pytest.mark.slow
def test_inspect_and_check_tell_a_name_that_lies(imgvet: Imgvet, tmp_path: Path) -> None:
    """What a file is, is told by its content; a name that says another kind is pointed out."""
    photo = save_photo(tmp_path / "a.jpg", landscape()).rename(tmp_path / "a.png")
    assert "It is named .png but is a JPEG." in imgvet("inspect", photo).out
    ran = imgvet("check", photo)
    assert ran.code == 0
    assert "It is named .png but is a JPEG." in ran.out
