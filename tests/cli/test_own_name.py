"""Your name, once: what fills ``--by``, what never does, and that a filled name is a name like any other."""

import json
import os
import shutil
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import typer.main

from imgvet.cli.app import app
from imgvet.own_name import keep_own_name, own_name
from support.commands import Imgvet, run_here
from support.pictures import landscape, portrait, save_photo
from support.shared import Shared

EVENT = ("--event", "Open Day")
SET = {"imgvet.toml": "[office] by", "IMGVET_BY": "the environment"}


def make_batch(folder: Path) -> None:
    save_photo(folder / "photos" / "1.jpg", portrait())
    save_photo(folder / "photos" / "2.jpg", landscape()[:300, :400])
    assert run_here(("batch", "photos", "--out", "b", *EVENT), folder).code == 0


@pytest.fixture
def batch(tmp_path: Path, shared: Shared) -> Path:
    """A photo with a face, and one without."""
    folder, _ = shared.made(make_batch)
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return tmp_path / "b"


def set_name(folder: Path, name: str) -> None:
    (folder / "imgvet.toml").write_text(f"[office]\nby = {json.dumps(name)}\n", "utf-8")


def who(imgvet: Imgvet) -> list[tuple[str, str]]:
    """Who did what, by the log."""
    return [(each["kind"], each["by"]) for each in imgvet("log", "b", "--json").lines]


@pytest.mark.parametrize("place", SET)
def test_a_name_that_is_set_is_recorded(
    imgvet: Imgvet, batch: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    if place == "IMGVET_BY":
        monkeypatch.setenv("IMGVET_BY", "A. Officer")
    else:
        set_name(batch.parent, "A. Officer")
    assert imgvet("decide", "b", "1:1", "redact").code == 0
    assert imgvet("finish", "b").code == 0
    assert imgvet("published", "b", "2").code == 0
    assert imgvet("decide", "b", "2", "exclude", "--note", "Out of date", "--by", "B. Officer").code == 0
    assert who(imgvet) == [
        ("redact", "A. Officer"), ("finish", "A. Officer"), ("published", "A. Officer"), ("exclude", "B. Officer"),
    ]  # fmt: skip
    form = ("--person", "Ann Lee", "--signed-on", "2026-06-14", "--event", "Open Day", "--channels", "all")
    assert imgvet("release", "add", "R-1", *form).code == 0
    assert "A. Officer" in imgvet("release", "show", "R-1").out


def test_an_option_comes_before_the_environment_and_that_before_the_profile(
    imgvet: Imgvet, batch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_name(batch.parent, "C. Officer")
    imgvet("decide", "b", "1:1", "redact")
    monkeypatch.setenv("IMGVET_BY", "  ")
    imgvet("decide", "b", "1:1", "redact")
    monkeypatch.setenv("IMGVET_BY", "B. Officer")
    imgvet("decide", "b", "1:1", "redact")
    imgvet("decide", "b", "1:1", "redact", "--by", "A. Officer")
    assert [name for _, name in who(imgvet)] == ["C. Officer", "C. Officer", "B. Officer", "A. Officer"]


@pytest.mark.parametrize("name", ["123", "\u200b1", "А. Officer", "imgvet"])
@pytest.mark.parametrize("place", SET)
def test_a_filled_name_goes_through_the_same_checks(
    imgvet: Imgvet, batch: Path, monkeypatch: pytest.MonkeyPatch, place: str, name: str
) -> None:
    if place == "IMGVET_BY":
        monkeypatch.setenv("IMGVET_BY", name)
    else:
        set_name(batch.parent, name)
    for words in (("decide", "b", "1:1", "redact"), ("finish", "b")):
        ran = imgvet(*words)
        assert ran.code == 2
        assert "Traceback" not in ran.err
        assert ("IMGVET_BY" if place == "IMGVET_BY" else "office.by") in ran.err or name == "imgvet"
    assert who(imgvet) == []


def test_a_name_like_another_one_is_asked_about_as_ever(
    imgvet: Imgvet, batch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imgvet("decide", "b", "1:1", "redact", "--by", "Ross")
    monkeypatch.setenv("IMGVET_BY", "R0ss")
    assert "looks like 'Ross'" in imgvet("finish", "b").err
    assert batch.is_dir()


def test_no_name_at_all_says_how_to_set_it_once(imgvet: Imgvet, batch: Path) -> None:
    """In a command that does it, whether there is an imgvet.toml or not."""
    for _ in range(2):
        ran = imgvet("decide", "b", "1:1", "redact")
        assert ran.code == 2
        assert "--by is missing" in ran.err
        assert ran.err.splitlines()[-1].strip() == "imgvet init --by NAME"
        (batch.parent / "imgvet.toml").write_text('name = "ours"\n# our rules\n[organisation]\nname = "Us"', "utf-8")
    assert imgvet("init", "--by", "A. Officer").code == 0
    assert (batch.parent / "imgvet.toml").read_text("utf-8") == (
        'name = "ours"\n# our rules\n[organisation]\nname = "Us"\n\n[office]\nby = "A. Officer"\n'
    )
    assert imgvet("decide", "b", "1:1", "redact").code == 0
    again = imgvet("init", "--by", "B. Officer")
    assert again.code == 2
    assert "has a name already, A. Officer" in again.err
    assert "[office]" in again.err
    assert who(imgvet) == [("redact", "A. Officer")]


@pytest.mark.parametrize("text", ["[office]\n", "office.by = ''\n", "nonsense"])
def test_a_profile_that_cannot_be_added_to_stays(imgvet: Imgvet, tmp_path: Path, text: str) -> None:
    (tmp_path / "imgvet.toml").write_text(text, "utf-8")
    assert imgvet("init", "--by", "A. Officer").code == 2
    assert (tmp_path / "imgvet.toml").read_text("utf-8") == text


def test_init_writes_the_name(imgvet: Imgvet, tmp_path: Path) -> None:
    assert imgvet("init", "--by", "123").code == 2
    assert not (tmp_path / "imgvet.toml").exists()
    assert imgvet("init", "--name", "Example Council", "--by", " A.  Officer ").code == 0
    assert tomllib.loads((tmp_path / "imgvet.toml").read_text("utf-8"))["office"] == {"by": "A. Officer"}
    assert imgvet("doctor").code in (0, 4)


def test_a_batch_never_gives_a_name(imgvet: Imgvet, batch: Path) -> None:
    """Neither its kept profile, nor one that is named, nor an imgvet.toml in its folder."""
    set_name(batch.parent, "A. Officer")
    why = ("--profile", "imgvet.toml", "--change-profile", "--by", "B. Officer", "--note", "new rules")
    assert imgvet("batch", "b", *why).code == 0
    with closing(sqlite3.connect(batch / "private" / "batch.db")) as database:
        assert not any("A. Officer" in value for (value,) in database.execute("SELECT value FROM settings"))
    (batch.parent / "imgvet.toml").rename(batch / "imgvet.toml")
    assert "--by is missing" in imgvet("decide", "b", "1:1", "redact").err
    assert "--by is missing" in imgvet("decide", ".", "1:1", "redact", cwd=batch).err
    assert imgvet("check", "photos/2.jpg", "--rights", "own", "--profile", "b/imgvet.toml").code == 2


def test_a_name_in_the_kept_profile_is_not_read(imgvet: Imgvet, batch: Path) -> None:
    """As an edited batch may have it."""
    import msgspec

    from imgvet.batch.schema import insert_settings
    from imgvet.batch.settings import kept_settings
    from imgvet.batch.store import now, open_batch
    from imgvet.decisions import IMGVET, RULES, Decision

    folder = open_batch(batch)
    kept = msgspec.to_builtins(kept_settings(folder))
    kept["profile"]["office"] = {"by": "Mallory"}
    with folder.writing():
        folder.decide(Decision(RULES, IMGVET, now(), value=insert_settings(folder.database, kept), note="So."))
    folder.database.close()
    assert "--by is missing" in imgvet("decide", "b", "1:1", "redact").err
    assert imgvet("finish", "b").code == 0
    assert imgvet("batch", "b").code == 0
    assert "Mallory" not in json.dumps(imgvet("log", "b", "--json", "--all").lines)


def test_who_works_here_is_no_other_rule(imgvet: Imgvet, batch: Path) -> None:
    """A batch that was begun before the name was set, or by somebody else, goes on."""
    rules = batch.parent / "imgvet.toml"
    rules.write_text('extends = "general"\n', "utf-8")
    own = ("--profile", "imgvet.toml")
    assert imgvet("batch", "photos", "--out", "c", *EVENT, *own).code == 0
    rules.write_text('extends = "general"\n[office]\nby = "A. Officer"\n', "utf-8")
    assert imgvet("batch", "photos", "--out", "c", *own).code == 0
    ran = imgvet("batch", "c")
    assert "1 to vet" not in ran.err
    assert "not used" not in ran.err


def test_me_is_who_is_set(imgvet: Imgvet, batch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--declare me declares in that name; with --by, in that one."""
    police = ("--profile", "west-midlands-police")
    photo = batch.parent / "photos" / "2.jpg"
    code = imgvet("check", *police, "--show-statements", "--json").lines[0]["code"]
    words = ("check", photo, *police, "--declare", "me", "--statements-read", code)
    ran = imgvet(*words)
    assert ran.code == 2
    assert "--by is missing" in ran.err
    assert "Declared by B. Officer." in imgvet(*words, "--by", "B. Officer").out
    monkeypatch.setenv("IMGVET_BY", "A. Officer")
    assert "Declared by A. Officer." in imgvet(*words).out


def test_what_is_next_needs_no_name_where_one_is_set(
    imgvet: Imgvet, batch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "NAME" in imgvet("status", "b").err
    monkeypatch.setenv("IMGVET_BY", "A. Officer")
    assert "NAME" not in imgvet("status", "b").err
    assert batch.is_dir()


def test_a_set_name_alone_removes_nothing(imgvet: Imgvet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Personal data is purged by who says so."""
    form = ("--person", "Ann Lee", "--signed-on", "2010-06-14", "--event", "Open Day", "--channels", "all")
    for number in (1, 2):
        imgvet("release", "add", f"R-{number}", *form, "--expires", "2011-06-14", "--by", "A. Officer")
    assert "imgvet release purge --by NAME" in imgvet("release", "purge").err
    monkeypatch.setenv("IMGVET_BY", "A. Officer")
    shown = imgvet("release", "purge")
    assert shown.code == 1
    assert "Nothing was erased" in shown.err
    assert shown.err.splitlines()[-1].strip() == "imgvet release purge --remove"
    assert "Ann Lee" in imgvet("release", "show", "R-1").out
    assert imgvet("release", "purge", "--remove", "--dry-run").code == 1
    assert imgvet("release", "purge", "--remove").code == 0
    assert "Ann Lee" not in imgvet("release", "show", "R-1").out
    assert tmp_path.is_dir()


def commands(group: Any, *names: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *names, name)
        else:
            yield (*names, name), command


@pytest.mark.parametrize("names", [
    names for names, command in commands(typer.main.get_command(app))
    if any("--by" in each.opts for each in command.params) and names != ("init",)
], ids=" ".join)  # fmt: skip
def test_every_command_that_takes_a_name_is_filled(
    monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...], tmp_path: Path
) -> None:
    """Whatever the command, its parameter is the one that is filled."""
    monkeypatch.setenv("IMGVET_BY", "A. Officer")
    monkeypatch.chdir(tmp_path)
    command = dict(commands(typer.main.get_command(app)))[names]
    words = [f"{each.name}" for each in command.params if each.param_type_name == "argument" and each.required]
    more = [word for each in command.params if each.param_type_name == "option" and each.required and each.name != "by"
            for word in (each.opts[0], "x.pdf")]  # fmt: skip
    context = command.make_context(names[-1], [*words, *more])
    assert context.params["by"] == "A. Officer"


@pytest.mark.parametrize("place", [".", "flickr", "private", "held", "linked"])
def test_no_folder_of_a_batch_says_who_somebody_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Whoever sends a batch may put an imgvet.toml into any of its folders, and the way to one may be a link."""
    batch = tmp_path / "b"
    for name in ("private", "flickr", "held"):
        (batch / name).mkdir(parents=True)
    (batch / "private" / "batch.db").write_bytes(b"x")
    folder = batch / place if place != "linked" else tmp_path
    sent = batch / "flickr" / "imgvet.toml" if place == "linked" else folder / "imgvet.toml"
    sent.write_text('extends = "general"\nname = "ours"\n[office]\nby = "C. Constable"\n', "utf-8")
    if place == "linked":
        try:
            (folder / "imgvet.toml").symlink_to(sent)
        except OSError:
            pytest.skip("no links here")
    monkeypatch.delenv("IMGVET_BY", raising=False)
    monkeypatch.chdir(folder)
    assert own_name() == ""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_name_is_never_kept_in_place_of_what_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody with all rights could replace a device such as /dev/null."""
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setenv("IMGVET_NAME_FILE", str(tmp_path / "pipe"))
    assert not keep_own_name("Ann Lee")
    assert (tmp_path / "pipe").is_fifo()
