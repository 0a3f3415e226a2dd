"""``--redact-style``: how what is hidden looks, in place of the profile's own style."""

import json
from pathlib import Path

import pytest
from PIL import Image

from imgvet.photo import Event
from imgvet.profile import load_profile, packaged_profiles
from imgvet.settings import Settings
from support.commands import Imgvet
from support.pictures import portrait, save_photo

pytestmark = pytest.mark.slow

EVENT = ("--event", "Open Day", "--date", "2026-06-14")
DARK = (52, 58, 64)


@pytest.mark.parametrize("name", packaged_profiles())
def test_soft_is_the_usual_look_of_every_profile(name: str) -> None:
    """Whoever wants another one says so."""
    assert load_profile(name)[0].faces.redaction == "soft"


def test_another_style_changes_nothing_else() -> None:
    """Of the settings; and the same one changes nothing at all."""
    settings = Settings(load_profile("general")[0], Event("Fair"))
    assert settings.with_style(None) is settings.with_style("soft") is settings
    other = settings.with_style("solid")
    assert other.profile.faces.redaction == "solid"
    assert other.with_style("soft") == settings


def middle(path: Path) -> tuple[int, ...]:
    """The colour in the middle of the portrait's face."""
    with Image.open(path) as picture:
        return tuple(picture.convert("RGB").getpixel((225, 120)))  # type: ignore[arg-type]


def is_dark(colour: tuple[int, ...]) -> bool:
    return all(abs(one - other) <= 6 for one, other in zip(colour, DARK, strict=True))


def test_check_hides_in_the_style_that_is_asked_for(imgvet: Imgvet, tmp_path: Path) -> None:
    """One dark colour where it is said so, and else as the profile says."""
    save_photo(tmp_path / "a.jpg", portrait())
    colours = {}
    for style in ("soft", "solid"):
        run = imgvet("check", "a.jpg", "--redact", "all", "--redact-style", style, "--out", style, "--json")
        (photo,) = map(json.loads, run.out.splitlines())
        if photo["output"]:
            colours[style] = middle(tmp_path / photo["output"])
    assert {style: is_dark(colour) for style, colour in colours.items()} == {"soft": False, "solid": True}


def test_a_batch_keeps_its_style_and_another_one_makes_its_files_again(imgvet: Imgvet, tmp_path: Path) -> None:
    """It need not be given again; another one takes a name and a reason."""
    save_photo(tmp_path / "photos" / "a.jpg", portrait())
    file = tmp_path / "b" / "flickr" / "open-day-001.jpg"
    assert imgvet("batch", "photos", "--out", "b", *EVENT, "--redact", "all", "--redact-style", "solid").code == 0
    assert is_dark(middle(file))
    before = file.read_bytes()
    assert imgvet("batch", "b").code == 0
    assert file.read_bytes() == before
    refused = imgvet("batch", "b", "--redact-style", "soft")
    assert refused.code == 2
    assert "changes: faces.redaction: solid → soft" in refused.err
    assert file.read_bytes() == before
    why = ("--change-profile", "--by", "A. Officer", "--note", "looks better", "--rename")
    assert imgvet("batch", "b", "--redact-style", "soft", *why).code == 0
    assert not is_dark(middle(file))


def test_no_other_style_is_taken(imgvet: Imgvet, tmp_path: Path) -> None:
    """The message names those that are."""
    save_photo(tmp_path / "a.jpg", portrait())
    run = imgvet("check", "a.jpg", "--redact", "all", "--redact-style", "blur")
    assert run.code == 2
    assert "'soft', 'blocks', 'solid'" in run.err
