"""A photo that shows one of our own signed forms is a scan: it is blocked, and its number is not published."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import segno

from imgvet import photo_jobs, pipeline
from imgvet.batch.vetted import vetting_hash
from imgvet.form_codes.codes import numbers_at_a_glance
from imgvet.photo import Event, Photo, Verdict
from imgvet.photo_jobs import PhotoJob, VettedPhoto, vet_jobs
from imgvet.pipeline import vet_one
from imgvet.pixels import Pixels
from imgvet.profile import Profile
from imgvet.settings import Settings
from imgvet.stages import Kit, find_forms, open_kit
from support.commands import Imgvet
from support.photographed_forms import on_a_desk, page
from support.pictures import landscape, portrait, save_photo

NUMBER = "QXZ-2026-077"  # in no other text
NO_PARTS = '{"faces":[],"pictures":""}'


@pytest.fixture(scope="module")
def kit() -> Kit:
    return open_kit(Settings(Profile(), Event("Open Day")))


def in_colour(grey: Pixels) -> Pixels:
    return np.repeat(grey[..., None], 3, axis=2)


def form_on_a_desk(turned: float = 10) -> Pixels:
    return in_colour(on_a_desk(page(NUMBER), turned=turned, tilt=(0.1, 0.2)))


def with_a_form_in_the_scene() -> Pixels:
    """A form lies in a landscape."""
    scene = np.asarray(cv2.resize(landscape(), (3600, 2400)), np.uint8)
    sheet = in_colour(page(NUMBER))
    sheet = np.asarray(cv2.resize(sheet, (1000, round(1000 * sheet.shape[0] / sheet.shape[1]))), np.uint8)
    scene[500 : 500 + sheet.shape[0], 400:1400] = sheet
    return scene


@pytest.mark.parametrize("picture", [form_on_a_desk, with_a_form_in_the_scene])
def test_a_photo_that_shows_a_form_is_blocked(kit: Kit, tmp_path: Path, picture: object) -> None:
    assert callable(picture)
    vetted = vet_one(kit, PhotoJob(1, save_photo(tmp_path / "a.jpg", picture()), tmp_path, "x")).photo
    assert vetted.shown_forms == (NUMBER,)
    assert vetted.verdict is Verdict.BLOCKED
    (finding,) = (each for each in vetted.findings if each.rule == "release-form")
    assert finding.reason == f"This photo shows release form {NUMBER}."
    assert "imgvet release scan" in finding.hint
    assert vetted.as_json()["shown_forms"] == [NUMBER]


def test_a_poster_s_code_blocks_nothing(kit: Kit, tmp_path: Path) -> None:
    code = np.array(segno.make_qr("https://www.example.org/QXZ-2026-077").matrix, np.uint8)
    scene = landscape()
    poster = np.kron(1 - np.pad(code, 4), np.full((8, 8), 255, np.uint8)).astype(np.uint8)
    scene[: poster.shape[0], : poster.shape[1]] = poster[..., None]
    vetted = vet_one(kit, PhotoJob(1, save_photo(tmp_path / "a.jpg", scene))).photo
    assert vetted.shown_forms == ()
    assert not any(each.rule == "release-form" for each in vetted.findings)


def test_a_smaller_form_is_found_where_there_are_people() -> None:
    """Faces make the closer look worth its time."""
    far = in_colour(np.asarray(cv2.resize(on_a_desk(page(NUMBER), turned=20, share=0.3), (5333, 4000)), np.uint8))
    assert numbers_at_a_glance(far, closer=False) == ()
    assert numbers_at_a_glance(far, closer=True) == (NUMBER,)


def test_other_photos_come_out_as_they_did(kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clean files are the same, byte for byte, with the stage and without it; faces are hidden, marks drawn."""
    hiding = replace(kit, settings=replace(kit.settings, redact="all"))
    made: list[bytes] = []
    without = tuple(stage for stage in pipeline.STAGES if stage is not find_forms)
    assert len(without) == len(pipeline.STAGES) - 1
    for stages in (pipeline.STAGES, without):
        monkeypatch.setattr(pipeline, "STAGES", stages)
        for number, pixels in enumerate((landscape(), portrait()), start=1):
            job = PhotoJob(number, save_photo(tmp_path / f"{number}.png", pixels), tmp_path, f"x{number}")
            vetted = vet_one(hiding, job).photo
            assert vetted.output
            made.append(Path(vetted.output).read_bytes())
    assert made[:2] == made[2:]


def test_no_number_of_a_form_is_in_anything_published(imgvet: Imgvet, tmp_path: Path) -> None:
    """Even where a profile lets a person publish such a photo, and one does."""
    (tmp_path / "imgvet.toml").write_text('[organisation]\nname = "X"\n[rules]\nrelease-form = "ask"\n', "utf-8")
    (tmp_path / "photos").mkdir()
    save_photo(tmp_path / "photos" / f"{NUMBER}.jpg", form_on_a_desk())
    assert imgvet("batch", "photos", "--out", "b", "--event", "Open Day").code == 0
    assert list((tmp_path / "b" / "flickr").glob("*.jpg")) == []
    assert f"shows release form {NUMBER}" in imgvet("status", "b", "--json").out
    said = imgvet("decide", "b", "1", "answer", "release-form", "--note", "A blank form", "--by", "A. Officer")
    assert said.code == 0, said.err
    said = imgvet("decide", "b", "1:areas", "fine", "--note", "A blank form", "--by", "A. Officer")
    assert said.code == 0, said.err
    imgvet("finish", "b")
    (published,) = (tmp_path / "b" / "flickr").glob("*.jpg")
    for file in (published, *(tmp_path / "b").glob("flickr.csv")):
        data = file.read_bytes()
        assert not any(NUMBER.encode(coding) in data for coding in ("utf-8", "utf-16-le", "utf-16-be"))


def test_check_says_no_to_a_photographed_form(imgvet: Imgvet, tmp_path: Path) -> None:
    save_photo(tmp_path / "a.jpg", form_on_a_desk(200))
    ran = imgvet("check", "a.jpg")
    assert ran.code == 3
    assert f"No: this photo shows release form {NUMBER}." in ran.out
    there = {path for path in tmp_path.rglob("*.jpg") if path.parent.name != "imgvet-check"}  # that shows the areas
    assert there == {tmp_path / "a.jpg"}


def test_whoever_edits_the_record_is_found_out() -> None:
    """The forms are in the hash of what vetting found; records of before keep the hash that they had."""
    shown, cleared = Photo("a.jpg", shown_forms=(NUMBER,)), Photo("a.jpg")
    assert vetting_hash(shown, "r", NO_PARTS) != vetting_hash(cleared, "r", NO_PARTS)


def test_a_number_that_no_form_has_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = PhotoJob(1, tmp_path / "a.jpg")
    for number, believed in ((NUMBER, True), ("Ann Example", False)):
        said = VettedPhoto(Photo(source=str(tmp_path / "a.jpg"), shown_forms=(number,)))
        monkeypatch.setattr(photo_jobs, "run_jobs", lambda *_, said=said, **__: iter([(job, said)]))
        (vetted,) = vet_jobs([job], Settings(Profile(), Event("x")), workers=1)
        assert (vetted.photo.error is None) == believed
