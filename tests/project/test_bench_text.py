"""The measurement of text: scenes that are the same each time, lines matched by place, and the command's tables."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.faces.photos import BadData
from benchmarks.text.matching import outcome_of_line, outcome_of_plate, plain
from benchmarks.text.photos import ReadPlate, read_text_folder
from benchmarks.text.scenes import SIZE, Written, scenes
from imgvet.geometry import Box, Outline, outline_box
from imgvet.reading.text_lines import TextLine

ROOT = Path(__file__).parents[2]


def area(left: int, top: int, right: int, bottom: int) -> Outline:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def line(text: str, *sides: int) -> TextLine:
    return TextLine(text, area(*sides), 0.9, 20.0)


@pytest.mark.slow
def test_scenes_are_the_same_each_time_and_their_truth_is_inside() -> None:
    for first, again in zip(scenes(6, 3), scenes(6, 3), strict=True):
        assert np.array_equal(first.pixels, again.pixels)
        assert first.lines == again.lines
        for written in first.lines:
            box = outline_box(written.outline)
            assert box.clipped(*SIZE).overlap(box) > 0.99
            assert written.height > 5


def test_a_line_counts_where_it_is() -> None:
    """Pieces of it in their order count together; the same words elsewhere do not."""
    written = Written("TOP SECRET", "marking", area(100, 100, 300, 120), 20.0)
    pieces = [line("SECRET", 180, 98, 300, 122), line("TOP", 98, 98, 165, 122), line("no", 100, 300, 300, 320)]
    outcome = outcome_of_line("a", written, pieces)
    assert (outcome.found, outcome.right, outcome.read, outcome.least) == (True, True, "TOPSECRET", 20)
    missed = outcome_of_line("a", written, [line("TOP SECRET", 100, 300, 300, 320)])
    assert (missed.found, missed.right) == (False, False)
    misread = outcome_of_line("a", written, [line("TOP SECRFT", 98, 98, 300, 122)])
    assert (misread.found, misread.right) == (True, False)


def test_a_plate_is_read_with_o_for_0_and_in_published_pixels() -> None:
    plate = ReadPlate("AB10 COD", Box(100, 100, 300, 140))
    outcome = outcome_of_plate("a", plate, [line("GB ABIO C0D", 104, 104, 296, 136)], 0.5)
    assert outcome.right
    assert outcome.height == pytest.approx(13.6)
    assert plain("l0O-i1") == "L00" + "11"


def test_a_folder_that_cannot_be_measured_says_why(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"neither plates\.json"):
        read_text_folder(tmp_path)
    (tmp_path / "plates.json").write_text('{"away.jpg": []}', encoding="utf-8")
    with pytest.raises(BadData, match=r"'away\.jpg', which is missing"):
        read_text_folder(tmp_path)
    (tmp_path / "plates.json").write_text("[", encoding="utf-8")
    with pytest.raises(BadData, match="is no JSON"):
        read_text_folder(tmp_path)


@pytest.mark.slow
def test_the_command_prints_its_tables(tmp_path: Path) -> None:
    """A wall as a photo without text, and two scenes."""
    (tmp_path / "negatives").mkdir()
    Image.new("RGB", (200, 150), (180, 170, 160)).save(tmp_path / "negatives" / "wall.png")
    (tmp_path / "texts.json").write_text(json.dumps({"negatives/wall.png": ["nothing"]}), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.text", str(tmp_path), "--scenes", "2", "--without-speed", "--list"]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    (tmp_path / "plates.json").write_text("{}", encoding="utf-8")
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert "plate in scenes" in done.stdout
    assert "Questions on 1 photos without text that matters: 0" in done.stdout
    assert "Texts that a person read in photos: 1, of which read right: 0." in done.stdout
    nowhere = subprocess.run([*command[:3], "nowhere"], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert nowhere.returncode == 2
