"""``imgvet init``: six questions on a terminal, options elsewhere; and pictures of nobody carry nobody's mark."""

import csv
import os
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imgvet.cli.init import OwnAnswers, own_profile
from imgvet.profile import load_profile, packaged_profiles, parse_profile
from imgvet.proof.prove import prove
from support.commands import Imgvet
from support.pictures import landscape, save_photo
from support.terminals import run_on_terminal

NO_OWNER = "No organisation is set, so the pictures carry no mark and no copyright line. Set it up with: imgvet init"


def written(folder: Path) -> dict[str, object]:
    return tomllib.loads((folder / "imgvet.toml").read_text(encoding="utf-8"))


def test_options_make_a_short_profile_of_what_they_say(imgvet: Imgvet, tmp_path: Path) -> None:
    """It is in use from then on; the website stands as it should be read on the picture."""
    words = ("--name", 'Cyngor "Gâr" & \\Co', "--website", "https://www.example.org/", "--licence", "cc by-nc")
    assert imgvet("init", *words, "--press-office", "press@example.org").code == 0
    assert written(tmp_path) == {
        "name": 'Cyngor "Gâr" & \\Co',
        "extends": "general",
        "organisation": {
            "name": 'Cyngor "Gâr" & \\Co',
            "website": "www.example.org",
            "press_office": "press@example.org",
        },
        "licence": {
            "name": "CC BY-NC 4.0",
            "flickr_id": 14,
            "usage_terms": "© {organisation} {year}. Creative Commons Attribution-NonCommercial 4.0 International.",
            "web_statement": "https://creativecommons.org/licenses/by-nc/4.0/",
        },
    }
    text = (tmp_path / "imgvet.toml").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 20
    assert parse_profile(text, "imgvet.toml").licence.flickr_id == 14


@pytest.mark.parametrize("option", ["--profile", "--force"])
def test_a_force_alone_brings_its_own_names(imgvet: Imgvet, tmp_path: Path, option: str) -> None:
    """Nothing more needs to be said."""
    assert imgvet("init", option, "staffordshire-police").code == 0
    assert written(tmp_path) == {"name": "Staffordshire Police", "extends": "staffordshire-police"}


@pytest.mark.parametrize("force", [name for name in packaged_profiles() if name != "general"])
def test_the_rules_of_another_force_never_bring_its_names(force: str) -> None:
    """A force that works by another's rules publishes nothing under the other's name, website or terms."""
    theirs = load_profile(force)[0]
    ours = parse_profile(own_profile(OwnAnswers("Kent Police", force=force)), "imgvet.toml")
    assert ours.rules == theirs.rules
    assert (ours.organisation.name, ours.organisation.website) == ("Kent Police", "")
    public = ours.model_dump_json(exclude={"questions"})  # which name their sources
    assert theirs.organisation.name not in public
    assert theirs.organisation.website not in public
    assert ours.releases.prefix == "REL"


def test_a_profile_that_is_there_is_never_written_over(imgvet: Imgvet, tmp_path: Path) -> None:
    """It says so."""
    (tmp_path / "imgvet.toml").write_text('name = "ours"\n', encoding="utf-8")
    ran = imgvet("init", "--name", "Example Council")
    assert ran.code == 2
    assert "There is an imgvet.toml here already" in ran.err
    assert written(tmp_path) == {"name": "ours"}


@pytest.mark.parametrize(("words", "said"), [
    ((), "--name, --website, --press-office, --licence, --force"),
    (("--website", "www.example.org"), "--name, --website, --press-office, --licence, --force"),
    (("--name", " \u200b"), "--name, --website, --press-office, --licence, --force"),
    (("--name", "A", "--website", "press@example.org"), "'press@example.org' is not a website"),
    (("--name", "A", "--website", "example"), "'example' is not a website"),
    (("--name", "A", "--licence", "CC BY 3.0"), "'CC BY 3.0' is not a licence in the list"),
    (("--name", "A", "--force", "Kent"), "'Kent' is not a force in the list"),
])  # fmt: skip
def test_what_cannot_be_used_is_told_and_nothing_is_written(
    imgvet: Imgvet, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    """Without a terminal nothing is asked; the options are named."""
    ran = imgvet("init", *words)
    assert ran.code == 2
    assert said in ran.err
    assert not (tmp_path / "imgvet.toml").exists()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "openpty"), reason="a terminal can be made on Unix alone")
@pytest.mark.parametrize(("typed", "organisation", "base", "licence"), [
    (
        ["", "Example Council", "no website", "https://www.example.org", "press@example.org", "2", "", "A. Officer"],
        {"name": "Example Council", "website": "www.example.org", "press_office": "press@example.org"},
        "general",
        "CC BY 4.0",
    ),
    (
        ["West Midlands Police", "", "", "", "", ""],
        {"name": "West Midlands Police", "website": "www.westmidlands.police.uk"},
        "west-midlands-police",
        None,
    ),
    (["Kent Police", "", "", "nine", "CC BY-ND", "4", "A. Officer"], None, "west-midlands-police", "CC BY-ND 4.0"),
])  # fmt: skip
def test_six_questions_on_a_terminal(
    tmp_path: Path, typed: list[str], organisation: dict[str, str] | None, base: str, licence: str | None
) -> None:
    """Enter takes what is offered; an answer that cannot be used is asked for again."""
    ran = run_on_terminal(["init"], tmp_path, [(":", line) for line in typed])
    assert ran.code == 0, ran.err
    profile = written(tmp_path)
    assert profile["extends"] == base
    assert organisation in (None, profile["organisation"])
    made = parse_profile((tmp_path / "imgvet.toml").read_text(encoding="utf-8"), "imgvet.toml")
    assert made.licence.name == (licence or "All Rights Reserved")
    assert "Wrote imgvet.toml" in ran.err


# Pictures of nobody


def test_without_an_organisation_nothing_is_stamped_or_claimed(imgvet: Imgvet, tmp_path: Path) -> None:
    """One line says so, once; the pictures and their texts claim nothing."""
    for name in ("a", "b"):
        save_photo(tmp_path / "in" / f"{name}.jpg", landscape())
    ran = imgvet("batch", "in", "--out", "out", "--event", "Open day", "--date", "2026-06-14")
    assert ran.err.count(NO_OWNER) == 1
    for path in (tmp_path / "out" / "flickr").glob("*.jpg"):
        public = prove(path.read_bytes()).public
        assert (public.copyright_notice, public.usage_terms, public.creator) == ("", "", "")
        with Image.open(path) as picture:
            shown = np.asarray(picture.convert("RGB"), np.int16)
        whole = np.asarray(Image.fromarray(landscape()).convert("RGB"), np.int16)
        assert shown.shape == whole.shape
        assert np.abs(shown - whole).max() < 64  # a mark is white or black letters
    assert imgvet("finish", "out").err.count(NO_OWNER) == 1
    assert imgvet("check", "in/a.jpg").err.count(NO_OWNER) == 1
    assert NO_OWNER in "".join(each.says for each in _doctor("organisation"))


def _doctor(name: str) -> list:  # type: ignore[type-arg]
    from imgvet.cli import doctor

    return [each for each in doctor.run_checks("general") if each.name == name]


def test_with_a_website_alone_no_copyright_is_claimed(imgvet: Imgvet, tmp_path: Path) -> None:
    """The website is put on; the line says what is missing."""
    save_photo(tmp_path / "a.jpg", landscape())
    (tmp_path / "imgvet.toml").write_text('[organisation]\nwebsite = "www.example.org"\n', encoding="utf-8")
    ran = imgvet("check", "a.jpg")
    assert "carry no copyright mark and no copyright line. Set it up with: imgvet init" in ran.err


def test_who_names_the_owner_in_the_texts_hears_nothing(imgvet: Imgvet, tmp_path: Path) -> None:
    """A photographer may set the mark and the notice alone."""
    save_photo(tmp_path / "a.jpg", landscape())
    profile = 'licence.copyright_notice = "© Ann {year}"\nmarks.copyright.text = "© Ann {year}"\n'
    (tmp_path / "imgvet.toml").write_text(profile, encoding="utf-8")
    assert "organisation" not in imgvet("check", "a.jpg").err


# What is typed


def test_what_is_left_out_of_a_text_is_told(imgvet: Imgvet, tmp_path: Path) -> None:
    """Which characters, and of which option or key; the rest arrives."""
    save_photo(tmp_path / "in" / "a.jpg", landscape())
    (tmp_path / "imgvet.toml").write_text('organisation.name = "Example\\u202e"\n', encoding="utf-8")
    tags = 'b\U000e0061, "c, d"'
    ran = imgvet("batch", "in", "--out", "out", "--event", "Open\u202e day \u200f", "--tags", tags)
    why = "because it can hide or change other words"
    assert f"Left out of --event, {why}: U+202E (right-to-left override)." in ran.err
    assert f"Left out of --tags, {why}: U+E0061 (tag latin small letter a)." in ran.err
    assert f"Left out of organisation.name, {why}: U+202E (right-to-left override)." in ran.err
    with (tmp_path / "out" / "flickr" / "flickr.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["title"] == "Open day \u200f (1)"
    assert row["album"] == "Open day \u200f"
    assert row["tags"] == 'b "c, d"'


def test_an_event_of_which_nothing_is_left_is_refused(imgvet: Imgvet, tmp_path: Path) -> None:
    """Like one that is empty."""
    save_photo(tmp_path / "a.jpg", landscape())
    ran = imgvet("batch", "a.jpg", "--out", "out", "--event", "\u202e\u200b")
    assert ran.code == 2
    assert "--event is empty" in ran.err
