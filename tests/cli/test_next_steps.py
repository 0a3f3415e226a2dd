"""What imgvet names as next: one whole command a line, two at most, which its own parser takes and a shell reads."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from imgvet.text import command_line, windows_word
from support.commands import Imgvet, Ran, run_here
from support.declaring import statements_read
from support.pictures import landscape, mirrored, portrait, save_photo
from support.shared import Shared
from support.typed import commands_in, next_blocks, parsed

BATCH = "fête; it's 50% $HOME"
BY = ("--by", "A. Officer")
PROFILE = """extends = "general"
name = "ours"
[decisions]
second_person = ["staff", "declare"]
[faces]
answers = ["staff", "not-identifiable", "not-a-face"]
[[questions]]
id = "children"
text = "No photo shows a child."
source = "Policy"
"""
PLACEHOLDERS = {
    "NAME": "B. Officer", "WHY": "Somebody asked", "ADDRESS": "https://example.org/album", "PHOTO": "2",
    "PHOTOS": "photos", "PROFILE": "imgvet.toml", "EVENT": "Open Day", "REFERENCE": "WMP-1", "FOLDER": BATCH,
}  # fmt: skip


def make_batch(folder: Path) -> None:
    (folder / "imgvet.toml").write_text(PROFILE, "utf-8")
    save_photo(folder / "photos" / "1.jpg", portrait())
    save_photo(folder / "photos" / "2.jpg", landscape(2)[:300, :400])
    save_photo(folder / "photos" / "3.jpg", mirrored())
    run_here(("batch", "photos", "--out", BATCH, "--event", "Open Day"), folder)


@pytest.fixture
def work(tmp_path: Path, shared: Shared) -> Path:
    """A folder with photos, a profile, and a batch whose name needs quotes; two photos have a face."""
    folder, _ = shared.made(make_batch)
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return tmp_path


def declared(imgvet: Imgvet) -> None:
    code = imgvet("finish", BATCH, "--show-statements", "--json").lines[0]["code"]
    imgvet("finish", BATCH, "--declare", "A. Officer", "--statements-read", code)


def ready(imgvet: Imgvet) -> None:
    declared(imgvet)
    approve = ("decide", BATCH, "all", "approve", "declare", "--by", "B. Officer")
    imgvet(*approve, *statements_read(imgvet, *approve))
    imgvet("decide", BATCH, "1:all,3:all", "redact", *BY)
    imgvet("finish", BATCH)


def published(imgvet: Imgvet) -> None:
    ready(imgvet)
    imgvet("published", BATCH, "--url", "https://example.org/1?a=b&c=%20", *BY)


def run_status(imgvet: Imgvet) -> Ran:
    return imgvet("status", BATCH)


def nothing(imgvet: Imgvet) -> None:
    pass


def approved(imgvet: Imgvet) -> None:
    declared(imgvet)
    approve = ("decide", BATCH, "all", "approve", "declare", "--by", "B. Officer")
    imgvet(*approve, *statements_read(imgvet, *approve))
    imgvet("finish", BATCH)


def said_staff(imgvet: Imgvet) -> None:
    approved(imgvet)
    imgvet("decide", BATCH, "1:all,3:all", "staff", *BY)
    imgvet("finish", BATCH)


def excluded_all(imgvet: Imgvet) -> None:
    ready(imgvet)
    imgvet("decide", BATCH, "all", "exclude", "--note", "Rain", *BY)
    imgvet("finish", BATCH)


def to_take_back(imgvet: Imgvet) -> None:
    published(imgvet)
    imgvet("decide", BATCH, "2", "exclude", "--note", "Out of date", *BY)


def to_replace(imgvet: Imgvet) -> None:
    published(imgvet)
    imgvet("decide", BATCH, "2", "redact", "--add-face", "10%,10%,30%,40%", *BY)
    imgvet("finish", BATCH)


def pending_rules(imgvet: Imgvet) -> None:
    Path("loose.toml").write_text(PROFILE.replace("No photo shows a child.", "The sun was shining."), "utf-8")
    imgvet("batch", BATCH, "--profile", "loose.toml", "--change-profile", "--note", "So", *BY)


def unused_profile(imgvet: Imgvet) -> Ran:
    Path("imgvet.toml").write_text('extends = "general"\n[organisation]\nname = "Other"\n', "utf-8")
    return imgvet("batch", BATCH)


def undecided(imgvet: Imgvet) -> Ran:
    return imgvet("decide", BATCH, "1:1", "not-a-face", *BY)


def filled_in(imgvet: Imgvet) -> Ran:
    with Path(BATCH, "checklist.csv").open("a", encoding="utf-8") as sheet:
        sheet.write("\n")
    return imgvet("finish", BATCH)


def batch_as_source(imgvet: Imgvet) -> Ran:
    return imgvet("batch", BATCH, "--out", "c", "--event", "Fair")


def unread(imgvet: Imgvet) -> Ran:
    return imgvet("finish", BATCH, "--declare", "A. Officer")


def shown(imgvet: Imgvet) -> Ran:
    return imgvet("batch", BATCH, "--show-statements")


def nameless(imgvet: Imgvet) -> Ran:
    return imgvet("decide", BATCH, "1:1", "redact")


def half(imgvet: Imgvet) -> Ran:
    return imgvet("batch", "photos")


STATES: dict[str, tuple[Callable[[Imgvet], object], Callable[[Imgvet], Ran]]] = {
    "undeclared": (nothing, run_status),
    "declared, not approved": (declared, run_status),
    "needs forms": (approved, run_status),
    "needs approvals": (said_staff, run_status),
    "ready": (ready, run_status),
    "all left out": (excluded_all, run_status),
    "to take back": (to_take_back, run_status),
    "to replace": (to_replace, run_status),
    "rules wait": (pending_rules, run_status),
    "another profile": (nothing, unused_profile),
    "decided": (nothing, undecided),
    "a sheet filled in": (nothing, filled_in),
    "a batch as photos": (nothing, batch_as_source),
    "not read": (nothing, unread),
    "statements": (nothing, shown),
    "no name": (nothing, nameless),
    "no folder": (nothing, half),
}


@pytest.mark.parametrize("named", [False, True], ids=["no name set", "a name set"])
@pytest.mark.parametrize("state", STATES)
def test_every_next_step_is_a_whole_command(
    imgvet: Imgvet, work: Path, monkeypatch: pytest.MonkeyPatch, state: str, *, named: bool
) -> None:
    """It parses, it is about this batch, and it does something else than complain of how it is typed."""
    monkeypatch.chdir(work)
    prepare, say = STATES[state]
    prepare(imgvet)
    if named and state != "no name":
        monkeypatch.setenv("IMGVET_BY", "A. Officer")
    said = say(imgvet).err
    found = commands_in(said)
    assert found, said
    for block in next_blocks(said):
        assert len(commands_in("\n".join(block))) == len(block) - (len(block) > 1), block
        assert 1 <= len(commands_in("\n".join(block))) <= 2, block
    kept = shutil.copytree(work, work.parent / f"{work.name}-kept")
    for words in found:
        typed = [PLACEHOLDERS.get(word, word) for word in words]
        parsed(typed)
        ran = imgvet(*typed[1:])
        assert "Traceback" not in ran.err
        assert ran.code != 2 or "must be read" in ran.err or "already" in ran.err, (typed, ran.err)
        shutil.rmtree(work)
        shutil.copytree(kept, work)
        monkeypatch.chdir(work)


NAMES = [
    "plain", "two words", "it's", 'say "so"', "$HOME", "50%", "a;b", "(1)", "a&b", "Fête", "-dash.jpg", "--", "~", "*",
    "a\\b", "a`b`", "!x", "#1", "", "李 Ming", "a\tb", "line\nend", "\u202eevil", "\u200b", "e\u0301", "\udcff.jpg",
    "👩\u200d🚒",
]  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="shells quote in other ways there")
@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize("shell", [shell for shell in ("bash", "zsh", "ksh") if shutil.which(shell)])
def test_a_shell_reads_the_words_that_were_meant(shell: str) -> None:
    """Whatever is in a name, also what is not seen and what is no UTF-8."""
    command = command_line(*NAMES)
    assert command.isprintable()
    assert "\u202e" not in command
    assert command.isascii() or "Fête" in command
    done = subprocess.run([shell, "-c", f"printf '%s\\0' {command}"], capture_output=True, check=True)
    assert done.stdout.split(b"\0")[:-1] == [os.fsencode(name) for name in NAMES]


@pytest.mark.parametrize(("word", "cmd", "powershell", "pwsh"), [
    ("open-day", "open-day", "open-day", "open-day"),
    ("--by", "--by", "--by", "--by"),
    ("3:1", "3:1", "3:1", "3:1"),
    (r"C:\photos\1.jpg", r"C:\photos\1.jpg", r"C:\photos\1.jpg", r"C:\photos\1.jpg"),
    ("Fête", "Fête", "Fête", "Fête"),
    ("", '""', '""', '""'),
    ("two words", '"two words"', '"two words"', '"two words"'),
    ("it's", '"it\'s"', '"it\'s"', '"it\'s"'),
    ("3:2-9,4:1", '"3:2-9,4:1"', '"3:2-9,4:1"', '"3:2-9,4:1"'),
    ("a&b;(c)", '"a&b;(c)"', '"a&b;(c)"', '"a&b;(c)"'),
    ("-a.jpg", '"-a.jpg"', '"-a.jpg"', '"-a.jpg"'),
    ("@x", '"@x"', '"@x"', '"@x"'),
    ("#1", '"#1"', '"#1"', '"#1"'),
    ("my photos\\", '"my photos\\\\"', '"my photos\\\\"', '"my photos\\\\"'),
    ("$HOME", '"$HOME"', "'$HOME'", "'$HOME'"),
    ("a`b", '"a`b"', "'a`b'", "'a`b'"),
    ("it's $5", '"it\'s $5"', "'it\'\'s $5'", "'it\'\'s $5'"),
    ("‘$5’", '"‘$5’"', "'‘‘$5’’'", "'‘‘$5’’'"),
    ("“so”", '"“so”"', "'“so”'", "'“so”'"),
    ("50%", '"50"^%""', "'50%'", "'50%'"),
    ("%PATH%", '""^%"PATH"^%""', "'%PATH%'", "'%PATH%'"),
    ('say "so"', '"say ""so"""', "'say \\\"so\\\"'", "'say \"so\"'"),
])  # fmt: skip
def test_words_on_windows(word: str, cmd: str, powershell: str, pwsh: str) -> None:
    """Quoted as cmd.exe, Windows PowerShell and PowerShell 7 read them; which one it is matters for few words only."""
    for shell, quoted in (("cmd", cmd), ("powershell", powershell), ("pwsh", pwsh)):
        assert windows_word(word, lambda shell=shell: shell) == quoted  # type: ignore[misc]


def test_the_shell_is_asked_for_only_where_shells_differ() -> None:
    def ask() -> str:
        raise AssertionError

    assert windows_word("two words", ask) == '"two words"'


def test_commands_are_told_from_other_lines() -> None:
    """What the tests above rest on."""
    said = (
        "imgvet: A reason.\nimgvet is at work.\nNext: imgvet finish b\n      imgvet status 'a b'\n"
        "Set it up with: imgvet init"
    )
    wanted = ("imgvet finish b", "imgvet status 'a b'", "imgvet init")
    assert commands_in(said) == [shlex.split(each) for each in wanted]
    assert list(next_blocks(said)) == [["Next: imgvet finish b", "      imgvet status 'a b'"]]
