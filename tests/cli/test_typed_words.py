"""What is typed is taken at its word: each option once, nothing empty, and nothing in --help that is no word."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from imgvet.cli.app import app
from imgvet.cli.strict_command import StrictCommand, command_text
from support.commands import Imgvet
from support.pictures import landscape, save_photo

ROOT: Any = typer.main.get_command(app)


def commands(group: Any = ROOT, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with the words that call it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*above, name))
        else:
            yield (*above, name), command


EVERY = list(commands())
OPTIONS = [
    (words, option)
    for words, command in EVERY
    for option in command.params
    if option.param_type_name == "option" and not option.is_flag
]
ONCE = [(words, option.opts[0]) for words, option in OPTIONS if not option.multiple]
GROUPS = [(), ("release",)]


def test_every_command_is_strict() -> None:
    """Also one that is added next year."""
    assert all(isinstance(command, StrictCommand) for _, command in EVERY)
    assert len(EVERY) > 15


@pytest.mark.parametrize(("words", "option"), ONCE, ids=lambda each: each if isinstance(each, str) else " ".join(each))
def test_an_option_that_takes_one_value_is_given_once(imgvet: Imgvet, words: tuple[str, ...], option: str) -> None:
    """Never is the last one taken in silence; both are named, and nothing is done."""
    ran = imgvet(*words, option, "one", f"{option}=other")
    assert (ran.code, ran.out) == (2, "")
    assert f"{option} is given twice: one and other." in ran.err
    assert "Give it once." in ran.err


def test_one_photo_is_checked_for_one_channel(imgvet: Imgvet, tmp_path: Path) -> None:
    """The answer is one word for one place; a batch takes several channels, and each of them once."""
    save_photo(tmp_path / "a.jpg", landscape())
    ran = imgvet("check", "a.jpg", "--channel", "flickr", "--channel", "x")
    assert ran.code == 2
    assert "--channel is given twice: flickr and x." in ran.err
    ran = imgvet("check", "a.jpg", "--channel", "x", "--channel", "web", "--channel", "x")
    assert "--channel is given 3 times: x, web and x." in ran.err


def test_switches_that_contradict_each_other_are_refused(imgvet: Imgvet) -> None:
    """One that is only repeated says the same thing twice, and does no harm."""
    assert "--child and --adult contradict each other." in imgvet("release", "add", "R", "--child", "--adult").err
    assert "contradict each" not in imgvet("release", "list", "--json", "--json").err


def test_options_that_may_be_given_several_times_are(imgvet: Imgvet, tmp_path: Path) -> None:
    """Tags, for one."""
    save_photo(tmp_path / "a.jpg", landscape())
    ran = imgvet("batch", "a.jpg", "--out", "", "--event", "E", "--tags", "a", "--tags", "b")
    assert "--out is empty." in ran.err
    assert "--tags" not in ran.err


@pytest.mark.parametrize(
    ("words", "option"),
    [(words, option.opts[0]) for words, option in OPTIONS if words != ("release", "change")],
    ids=lambda each: each if isinstance(each, str) else " ".join(each),
)
@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_value_is_refused(imgvet: Imgvet, words: tuple[str, ...], option: str, value: str) -> None:
    """A variable that was not set in somebody's script must not mean this folder, or no filter."""
    ran = imgvet(*words, option, value)
    assert (ran.code, ran.out) == (2, "")
    assert f"{option} is empty." in ran.err


@pytest.mark.parametrize("words", [
    ("check", ""), ("check", "a.jpg", ""), ("batch", "", "--out", "b", "--event", "E"), ("inspect", ""), ("strip", ""),
    ("prove", ""), ("status", ""), ("finish", ""), ("log", ""), ("checklist", ""),
    ("decide", "", "1:1", "redact", "--by", "A"),
    ("release", "show", ""), ("release", "import", "", "--by", "A"), ("release", "export", ""),
], ids=" ".join)  # fmt: skip
def test_an_empty_argument_is_refused(imgvet: Imgvet, tmp_path: Path, words: tuple[str, ...]) -> None:
    """It is not this folder; that is the full stop."""
    save_photo(tmp_path / "a.jpg", landscape())
    ran = imgvet(*words)
    assert (ran.code, ran.out) == (2, "")
    assert " is empty." in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]


@pytest.mark.parametrize("words", [*GROUPS, *(words for words, _ in EVERY)], ids=lambda words: " ".join(words) or "-")
def test_help_names_no_types_of_the_language(imgvet: Imgvet, words: tuple[str, ...]) -> None:
    """A switch takes nothing, so nothing follows it; an argument's name and an option's word say what they take."""
    ran = imgvet(*words, "--help")
    assert ran.code == 0
    assert not re.search(r"<(bool|str|int|float|path|list|tuple|file|text)\b", ran.out, re.IGNORECASE)
    assert "--help" in ran.out
    assert imgvet(*words, "--help", *(("--profile", "a", "--profile", "b") if "check" in words else ())).code == 0


def test_a_command_can_be_typed_again() -> None:
    """Quoted, and with what begins with a dash out of the way."""
    given = [("", "my photos"), ("--event", "Open Day"), ("--json", "")]
    assert command_text(["batch"], given) == "imgvet batch 'my photos' --event 'Open Day' --json"
    assert command_text(["check"], [("", "-x.jpg"), ("--channel", "x")]) == "imgvet check --channel x -- -x.jpg"
