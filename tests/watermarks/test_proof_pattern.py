"""Proof marks: all over a preview, half transparent, gone again when the batch is run without them."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgvet.encode.encode import Label, encode_image
from imgvet.errors import ProfileError
from imgvet.geometry import Box
from imgvet.photo import Event, Face, Photo
from imgvet.photo_jobs import PhotoJob
from imgvet.pixels import Pixels
from imgvet.profile import Channel, ProofMarks, parse_profile
from imgvet.settings import Settings
from imgvet.stages import Work, add_watermarks, open_kit
from imgvet.watermarks.load import LoadedWatermark, load_watermarks
from imgvet.watermarks.proof_pattern import draw_proof_pattern
from support.chance import examples
from support.commands import Imgvet
from support.grounds import GROUNDS, flat
from support.pictures import landscape, save_photo
from support.readability import decoded, letter_contrasts, proof_letters

TEXT = LoadedWatermark("© Ashford Borough 2026", None, ("bottom-left",), 0.026, 0.022, 0.95, "copyright")
STYLES: tuple[ProofMarks, ...] = ("tile", "diagonal")
PROFILE = '[organisation]\nname = "Ashford"\nwebsite = "www.ashford.example"'


def proof(picture: Pixels, style: ProofMarks, mark: LoadedWatermark = TEXT, spared: tuple[Box, ...] = ()) -> Pixels:
    """A copy of the picture with proof marks on."""
    return draw_proof_pattern(picture.copy(), None, mark, style, spared)[0]


def touched(before: Pixels, after: Pixels, box: Box) -> float:
    """The share of pixels in the box that are changed."""
    part = np.s_[box.top : box.bottom, box.left : box.right]
    return float((before[part] != after[part]).any(axis=2).mean())


@pytest.mark.parametrize("size", [(1200, 800), (800, 1200), (3000, 300), (300, 200)])
def test_tiles_leave_no_part_of_the_picture_out(size: tuple[int, int]) -> None:
    """Every fourth of the short side, in both directions, holds some of a text."""
    before = flat(120, *size)
    after, step = proof(before, "tile"), min(size) // 2
    for left in range(0, size[0] - step + 1, step):
        for top in range(0, size[1] - step + 1, step):
            assert touched(before, after, Box(left, top, left + step, top + step)) > 0.05


def test_the_diagonal_runs_from_the_lower_left_to_the_upper_right() -> None:
    """The two corners beside it stay free."""
    before = flat(120)
    after = proof(before, "diagonal")
    for at in (0.2, 0.35, 0.5, 0.65, 0.8):
        middle = round(1200 * at), round(800 * (1 - at))
        assert touched(before, after, Box(middle[0] - 90, middle[1] - 90, middle[0] + 90, middle[1] + 90)) > 0.1
    assert touched(before, after, Box(0, 0, 400, 250)) == touched(before, after, Box(800, 550, 1200, 800)) == 0


def test_a_panorama_has_the_text_several_times_along_its_diagonal() -> None:
    """A diagonal ten times as long as a text holds more than one."""
    before = flat(120, 3000, 300)
    changed = (proof(before, "diagonal") != before).any(axis=2).any(axis=0)
    gaps = np.flatnonzero(np.diff(np.flatnonzero(changed)) > 20)
    assert len(gaps) >= 3
    assert changed[:400].any()
    assert changed[-400:].any()


@pytest.mark.parametrize("style", STYLES)
def test_the_picture_can_be_seen_through_the_marks(style: ProofMarks) -> None:
    """Two pictures that differ still differ by a third or more at every pixel."""
    dark, light = proof(flat(60), style), proof(flat(180), style)
    assert int((light.astype(int) - dark).min()) >= 120 / 3 - 1


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("ground", ["white", "black", "mid-grey", "light-grey", "red", "yellow", "snow", "crowd"])
def test_proof_letters_can_be_read_on_light_and_dark(ground: str, style: ProofMarks) -> None:
    """In the JPEG, letters differ from their rim by 2.5 to 1 for nearly all, and by 3 to 1 for most."""
    seen = decoded(
        encode_image(proof(GROUNDS[ground], style), None, as_png=False, channel=Channel(), label=Label(b"")).data
    )
    contrasts = letter_contrasts(seen, proof_letters(TEXT, style, (1200, 800)), 3, white=True)
    assert len(contrasts) > 15
    assert np.percentile(contrasts, 5) >= 2.5
    assert np.percentile(contrasts, 50) >= 3


@pytest.mark.parametrize("style", STYLES)
def test_a_logo_is_repeated_with_the_text(style: ProofMarks) -> None:
    """A red square before the text makes red pixels; without it there are none."""
    red = np.full((40, 40, 4), (255, 0, 0, 255), np.uint8)
    with_red = proof(flat(120), style, LoadedWatermark(TEXT.text, red, TEXT.places, 0.026, 0.022, 1, "copyright"))
    for picture, there in ((with_red, True), (proof(flat(120), style), False)):
        assert bool((picture[:, :, 0].astype(int) - picture[:, :, 1] > 60).any()) is there


@pytest.mark.parametrize("style", STYLES)
def test_spared_boxes_stay_as_they_are(style: ProofMarks) -> None:
    """The marks in the corners are as readable as ever, to the last bit."""
    before, box = GROUNDS["crowd"], Box(500, 300, 800, 500)
    after = proof(before, style, spared=(box,))
    assert touched(before, after, box) == 0
    assert touched(before, after, Box(0, 0, 1200, 800)) > 0.02


@given(width=st.integers(1, 900), height=st.integers(1, 900), style=st.sampled_from(STYLES), solid=st.integers(0, 255))
@examples(30)
def test_any_picture_can_be_a_proof(width: int, height: int, style: ProofMarks, solid: int) -> None:
    """Of any size and transparency; a mark makes a picture no less solid."""
    alpha = np.full((height, width), solid, np.uint8)
    pixels, veil = draw_proof_pattern(flat(90, width, height), alpha.copy(), TEXT, style)
    assert pixels.shape == (height, width, 3)
    assert veil is not None
    assert veil.shape == alpha.shape
    assert int(veil.min()) >= solid


def test_without_a_style_nothing_is_drawn() -> None:
    """``none`` is the default, and leaves the picture alone."""
    assert np.array_equal(proof(GROUNDS["crowd"], "none"), GROUNDS["crowd"])


# In the pipeline


def settings_for(style: ProofMarks, text: str = PROFILE) -> Settings:
    """Settings of an invented council."""
    return Settings(parse_profile(text, "ours.toml"), Event("Open day"), year=2026, proof_marks=style)


@pytest.mark.parametrize("style", STYLES)
def test_the_marks_in_the_corners_stay_and_where_they_stood(style: ProofMarks) -> None:
    """A proof has the same corner marks as the clean file, and may cross a face, as proofs do."""
    face = Face(1, Box(300, 250, 900, 550), 0.9)
    photo = Photo("a.jpg", width=1200, height=800, faces=(face,))
    clean, marked = (
        add_watermarks(Work(PhotoJob(1, Path("a.jpg")), photo, pixels=flat(120)), open_kit(settings_for(each))).pixels
        for each in ("none", style)
    )
    corner_marks = (clean != 120).any(axis=2)
    assert corner_marks[700:].any()
    assert np.array_equal(clean[corner_marks], marked[corner_marks])
    assert touched(clean, marked, face.box) > 0.02


@pytest.mark.parametrize("text", ["", '[marks.copyright]\nimage = "crest.png"\ntext = ""'])
def test_proof_marks_without_a_text_stop_the_run(text: str, tmp_path: Path) -> None:
    """There is nothing to repeat, so nobody gets a preview that is no proof."""
    from PIL import Image

    Image.new("RGBA", (10, 10), (255, 0, 0, 255)).save(tmp_path / "crest.png")
    asked = Settings(parse_profile(text, "x"), Event("x"), profile_folder=tmp_path, proof_marks="tile")
    with pytest.raises(ProfileError, match=r"marks\.copyright\.text is empty") as caught:
        load_watermarks(asked)
    assert "--proof-marks" in caught.value.hint


def digests(batch: Path) -> dict[str, str]:
    """Every published file with its hash."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(batch.glob("*/*.jpg"))}


@pytest.mark.slow
def test_a_batch_of_proofs_becomes_clean_when_it_is_run_again_without(imgvet: Imgvet, tmp_path: Path) -> None:
    """Proofs differ from clean files, `finish` keeps them proofs, and the next run makes what a clean batch makes."""
    (tmp_path / "imgvet.toml").write_text(PROFILE, encoding="utf-8")
    save_photo(tmp_path / "photos" / "a.jpg", landscape())
    asked = ("photos", "--event", "Open day", "--date", "2026-06-14")
    assert imgvet("batch", *asked, "--out", "clean").code == 0
    ran = imgvet("batch", *asked, "--out", "proofs", "--proof-marks", "tile")
    assert ran.code == 0
    assert "run again without --proof-marks" in ran.err
    clean, proofs = digests(tmp_path / "clean"), digests(tmp_path / "proofs")
    assert clean.keys() == proofs.keys() != set()
    assert clean != proofs
    assert "run again without --proof-marks" in imgvet("finish", "proofs").err
    assert digests(tmp_path / "proofs") == proofs
    ran = imgvet("batch", *asked, "--out", "proofs")
    assert "1 to vet" in ran.err
    assert "proof" not in ran.err.replace("proofs", "").lower()
    assert digests(tmp_path / "proofs") == clean


def test_check_writes_a_proof_where_it_is_asked_for(imgvet: Imgvet, tmp_path: Path) -> None:
    """Most of the picture is as it was, and its middle is crossed; without a text to repeat there is no proof."""
    photo = save_photo(tmp_path / "a.jpg", np.full((800, 1200, 3), 120, np.uint8))
    (tmp_path / "imgvet.toml").write_text('[marks.copyright]\ntext = ""', encoding="utf-8")
    refused = imgvet("check", photo, "--proof-marks", "diagonal")
    assert refused.code == 2
    assert "marks.copyright.text is empty" in refused.err
    (tmp_path / "imgvet.toml").write_text(PROFILE, encoding="utf-8")
    assert imgvet("check", photo, "--proof-marks", "diagonal", "--out", "proof").code == 0
    (written,) = (tmp_path / "proof").glob("*.jpg")
    changed = np.abs(decoded(written.read_bytes())[300:500, 400:800].astype(int) - 120).max(axis=2) > 20
    assert 0.1 < changed.mean() < 0.8
