"""The walk of somebody new: the README's commands, typed as they stand there, end with published photos."""

import json
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from support.commands import Ran, run_process
from support.terminals import run_on_terminal

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no terminal that a test can type into"),
]

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WORDS = 700
STEPS = 8
ANSWERS = [
    ("organisation:", "Midshire Council"),
    ("photos:", "www.midshire.example"),
    ("press office:", "01632 960 000"),
    ("]:", ""),  # all rights reserved
    ("]:", ""),  # no police force
    ("share:", "A. Officer"),
]


def commands_of(text: str) -> list[list[str]]:
    """The commands of imgvet in a part of the README, each in its words, without its name."""
    code = re.findall(r"^ *```\n(.*?)^ *```", text, re.M | re.S)
    lines = [line.strip() for block in code for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("imgvet ")]


def typed(words: list[str], folder: Path) -> Ran:
    return run_on_terminal(words, folder, ANSWERS) if words == ["init"] else run_process(words, folder)


def test_the_readme_is_short_and_in_the_order_of_its_reader() -> None:
    """What it looks like, install, who you are, one photo, one event in eight steps, then the rest by link."""
    assert len(README.split()) < WORDS
    headings = re.findall(r"^## (.+)$", README, re.M)
    assert headings == ["Install", "Say who you are", "One photo", "One event", "Everything else"]
    assert README.index("contact-sheet.jpg") < README.index("## Install")
    event = README.partition("## One event")[2].partition("## ")[0]
    assert re.findall(r"^(\d)\. ", event, re.M) == [str(number) for number in range(1, STEPS + 1)]


def test_the_steps_of_the_readme_end_with_published_photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command as it stands there, in its order; only init asks anything."""
    monkeypatch.setenv("IMGVET_REGISTER", str(tmp_path / "own" / "releases.db"))
    monkeypatch.setenv("IMGVET_ANSWERS", str(tmp_path / "own" / "answers.db"))
    monkeypatch.delenv("IMGVET_BY", raising=False)
    shutil.copytree(ROOT / "sample_images", tmp_path / "sample_images")
    (tmp_path / "own").mkdir()
    walk = commands_of(README.partition("## Say who you are")[2].partition("## Everything else")[0])
    assert [words[0] for words in walk] == [
        "init", "check", "release", "batch", "status", "release", "decide", "decide", "decide", "finish", "published",
    ]  # fmt: skip
    some_held, some_failed = 1, 4
    for words in walk:
        ran = typed(words, tmp_path)
        expected = {0, some_held, some_failed} if words[0] in ("batch", "status", "finish", "check") else {0}
        assert ran.code in expected, f"imgvet {shlex.join(words)}: {ran.err}"
    photos = {each["number"]: each for each in run_process(["status", "open-day", "--json"], tmp_path).lines}
    for number in (3, 9):  # one with a hidden face, one with a form
        assert photos[number]["verdict"] == "ready", json.dumps(photos[number])
        assert "flickr" in photos[number]["output"]
        assert (tmp_path / photos[number]["output"]).is_file()
        assert photos[number]["published"][0]["url"].startswith("https://www.flickr.com/")
    log = run_process(["log", "open-day"], tmp_path).out
    assert "A. Officer" in log
    (withdraw,) = re.findall(r"`imgvet (release withdraw[^`]*)`", README)
    ran = run_process(shlex.split(withdraw), tmp_path)
    assert ran.code == 0
    assert "open-day-2026-009.jpg" in ran.out + ran.err
    assert "https://www.flickr.com/photos/example/albums/1" in ran.out + ran.err
