"""Declarations are never made unseen: statements are shown and answered, one by one on a terminal, kept in words."""

import shlex
import shutil
import sys
from pathlib import Path

import pytest

from imgvet.batch import run
from imgvet.batch.settings import saved_settings
from imgvet.batch.store import open_batch
from imgvet.errors import UsageError
from imgvet.profile import load_profile, statements_code
from support.commands import Imgvet, run_here
from support.declaring import declaring, statements_read
from support.folders import photo_names
from support.pictures import landscape, save_photo
from support.shared import Shared
from support.terminals import run_on_terminal

EVENT = ("--event", "Open Day", "--profile", "ours.toml")
WORDS = {"children": "No photo shows a child.", "evidence": "No photo is evidence in court."}
ASKED = "True? yes or no: "

on_terminals = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")


def write_profile(folder: Path, more: str = "", **words: str) -> None:
    statements = (
        f'[[questions]]\nid = "{name}"\ntext = "{text}"\nsource = "Policy, section 2"\n' for name, text in words.items()
    )
    (folder / "ours.toml").write_text(f'extends = "general"\nname = "ours"\n{more}{"".join(statements)}', "utf-8")


def make_batch(folder: Path) -> None:
    for number in (1, 2):
        save_photo(folder / "photos" / f"{number}.jpg", landscape(number)[:300, :400])
    write_profile(folder, **WORDS)
    run_here(("batch", "photos", "--out", "b", *EVENT), folder)


@pytest.fixture
def batch(tmp_path: Path, shared: Shared) -> Path:
    """Two photos that wait for a declaration of two statements."""
    folder, _ = shared.made(make_batch)
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return tmp_path / "b"


def statements(imgvet: Imgvet) -> list[tuple[str, str, str, int | None]]:
    """Who said what of which statement, by the log."""
    lines = imgvet("log", "b", "--json").lines
    return [(each["by"], each["value"], each["note"], each["photo"]) for each in lines if each["kind"] == "statement"]


def declared(imgvet: Imgvet) -> list[str]:
    return [each["by"] for each in imgvet("log", "b", "--json").lines if each["kind"] == "declare"]


COMMANDS = {
    "finish": ("finish", "b"),
    "batch": ("batch", "photos", "--out", "b"),
    "batch alone": ("batch", "b"),
    "check": ("check", "photos/1.jpg", "--profile", "ours.toml"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_without_a_terminal_the_statements_are_shown_first(imgvet: Imgvet, batch: Path, command: str) -> None:
    """The refusal names the command that shows them, which changes nothing and names the one that declares."""
    words = COMMANDS[command]
    refused = imgvet(*words, "--declare", "A. Officer")
    assert refused.code == 2
    assert "2 statements must be read before anybody declares them." in refused.err
    show = refused.err.splitlines()[-1].split()
    assert show[0] == "imgvet"
    assert show[-1] == "--show-statements"
    before = (batch / "private" / "batch.db").read_bytes()
    shown = imgvet(*show[1:])
    assert shown.code == 0
    assert all(text in shown.out for text in WORDS.values())
    assert "Source: Policy, section 2" in shown.out
    assert (batch / "private" / "batch.db").read_bytes() == before
    code = statements_code(load_profile(str(batch.parent / "ours.toml"))[0].questions)
    last = shown.err.splitlines()[-1]
    assert last.strip() == f"{' '.join(show[:-1])} --declare NAME --statements-read {code}"
    assert imgvet(*words, "--declare", "A. Officer", "--statements-read", code.upper().replace("-", " ")).code == 0


@pytest.mark.parametrize("code", ["0000-0000", "yes", "3"])
def test_another_code_is_refused(imgvet: Imgvet, batch: Path, code: str) -> None:
    ran = imgvet("finish", "b", "--declare", "A. Officer", "--statements-read", code)
    assert ran.code == 2
    assert f"'{code}' is not the code of the statements as they are worded." in ran.err
    assert ran.err.splitlines()[-1].strip() == "imgvet finish b --show-statements"
    assert statements(imgvet) == []
    assert photo_names(batch / "flickr") == []


@pytest.mark.parametrize("words", [
    ("finish", "b", "--statements-read", "0000-0000"),
    ("batch", "b", "--statements-read", "0000-0000"),
    ("check", "photos/1.jpg", "--statements-read", "0000-0000"),
])  # fmt: skip
def test_a_code_alone_declares_nothing(imgvet: Imgvet, batch: Path, words: tuple[str, ...]) -> None:
    ran = imgvet(*words)
    assert ran.code == 2
    assert "--statements-read goes with --declare." in ran.err
    assert declared(imgvet) == []
    assert batch.is_dir()


def test_the_log_has_what_was_shown_in_which_words(imgvet: Imgvet, batch: Path) -> None:
    """And the page says who declared it; all of it is in the chain."""
    assert declaring(imgvet, "finish", "b", by="A. Officer").code == 0
    code = statements_read(imgvet, "finish", "b")[1]
    assert statements(imgvet) == [("A. Officer", f"{name} read {code}", text, None) for name, text in WORDS.items()]
    assert photo_names(batch / "flickr") == ["open-day-001.jpg", "open-day-002.jpg"]
    assert f'statement children read {code}. "No photo shows a child."' in imgvet("log", "b").out
    assert imgvet("log", "b", "--verify").code == 0
    assert (batch / "checklist.html").read_text("utf-8").count("by <bdi>A. Officer</bdi>") == 2


def test_another_wording_has_another_code_and_needs_declaring_again(imgvet: Imgvet, batch: Path) -> None:
    old = statements_read(imgvet, "finish", "b")
    declaring(imgvet, "finish", "b", by="A. Officer")
    write_profile(batch.parent, **(WORDS | {"children": "No photo shows a child or a young person."}))
    why = ("--profile", "ours.toml", "--change-profile", "--by", "A. Officer", "--note", "new policy")
    assert imgvet("batch", "b", *why).code == 0
    assert photo_names(batch / "flickr") == []
    assert imgvet("finish", "b", "--declare", "A. Officer", *old).code == 2
    new = statements_read(imgvet, "finish", "b")
    assert new != old
    assert imgvet("finish", "b", "--declare", "A. Officer", *new).code == 0
    assert photo_names(batch / "flickr") == ["open-day-001.jpg", "open-day-002.jpg"]
    assert [note for _, _, note, _ in statements(imgvet)][-2:] == [
        "No photo shows a child or a young person.",
        "No photo is evidence in court.",
    ]


def test_one_statement_of_one_photo_is_shown_too(imgvet: Imgvet, batch: Path) -> None:
    """`decide answer` is a declaration as well."""
    words = ("decide", "b", "1", "answer", "children", "--by", "A. Officer")
    refused = imgvet(*words)
    assert refused.code == 2
    assert "must be read" in refused.err
    shown = imgvet(*shlex.split(refused.err.splitlines()[-1])[1:])
    assert "No photo shows a child." in shown.out
    assert (
        shown.err.splitlines()[-1]
        .strip()
        .startswith("imgvet decide b 1 answer children --by 'A. Officer' --statements")
    )
    assert declared(imgvet) == []
    read = statements_read(imgvet, "finish", "b")
    assert imgvet(*words, *read).code == 0
    assert statements(imgvet) == [("A. Officer", f"children read {read[1]}", "No photo shows a child.", 1)]
    assert imgvet("decide", "b", "1", "exclude", "--note", "so", "--by", "A. Officer", *read).code == 2
    assert photo_names(batch / "flickr") == []


def test_a_profile_without_statements_has_none_to_declare(imgvet: Imgvet, tmp_path: Path) -> None:
    save_photo(tmp_path / "a.jpg", landscape(1)[:300, :400])
    ran = imgvet("check", "a.jpg", "--declare", "A. Officer")
    assert ran.code == 0
    assert "has no statements to declare" in ran.err
    assert "Declared by" not in ran.out
    assert "has no statements" in imgvet("check", "--show-statements").out
    assert imgvet("check").code == 2


def test_statements_as_json(imgvet: Imgvet, batch: Path) -> None:
    lines = imgvet("finish", "b", "--show-statements", "--json").lines
    assert [(each["id"], each["text"]) for each in lines] == list(WORDS.items())
    assert len({each["code"] for each in lines}) == 1
    assert batch.is_dir()


def test_a_code_names_one_wording() -> None:
    """Every word, the order and the number of statements count."""
    profile = load_profile("west-midlands-police")[0]
    first, second, *others = profile.questions
    codes = [
        statements_code(questions)
        for questions in (
            profile.questions,
            [second, first, *others],
            [first, *others],
            [first.model_copy(update={"text": f"{first.text} "}), second, *others],
            [first.model_copy(update={"id": "other"}), second, *others],
        )
    ]
    assert len(set(codes)) == len(codes)


@on_terminals
@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_on_a_terminal_each_statement_is_asked(imgvet: Imgvet, batch: Path, command: str) -> None:
    """In its words, with its source; what is must be yes or no is asked again."""
    words = (*COMMANDS[command], "--declare", "A. Officer")
    ran = run_on_terminal(words, batch.parent, [(ASKED, "maybe"), (ASKED, ""), (ASKED, "Yes"), (ASKED, "y")])
    assert ran.code == 0, ran.err
    assert ran.err.index("1 of 2: No photo shows a child.") < ran.err.index("2 of 2: No photo is evidence in court.")
    assert ran.err.count("Type yes or no.") == 2
    if command == "check":
        assert "Declared by A. Officer." in ran.out
    else:
        assert statements(imgvet) == [("A. Officer", f"{name} yes", text, None) for name, text in WORDS.items()]
        assert declared(imgvet) == ["A. Officer"] * 2
        assert photo_names(batch / "flickr") == ["open-day-001.jpg", "open-day-002.jpg"]


@on_terminals
@pytest.mark.slow
def test_a_no_declares_nothing_and_takes_back_what_was_declared(imgvet: Imgvet, batch: Path) -> None:
    """It is recorded with the photo that was named; the others are held, too, until it is declared again."""
    declaring(imgvet, "finish", "b", by="A. Officer")
    assert len(photo_names(batch / "flickr")) == 2
    answers = [(ASKED, "no"), ("cannot say: ", "9"), ("cannot say: ", "2"), (ASKED, "yes")]
    ran = run_on_terminal(("finish", "b", "--declare", "B. Officer"), batch.parent, answers)
    assert ran.code == 1, ran.err
    assert "There is no photo '9' in the batch." in ran.err
    assert "Not declared: 1 statement is not true." in ran.err
    assert "No photo shows a child. (photo 2)" in ran.err
    assert photo_names(batch / "flickr") == []
    assert statements(imgvet)[2:] == [
        ("B. Officer", "children no", WORDS["children"], 2),
        ("B. Officer", "evidence yes", WORDS["evidence"], None),
    ]
    assert "B. Officer" not in declared(imgvet)
    said = imgvet("status", "b").err
    assert "B. Officer answered no on " in said
    assert "(photo 2): No photo shows a child." in said
    assert said.splitlines()[-2:] == [
        "      imgvet decide b 2 exclude --note WHY --by NAME",
        "      imgvet finish b --declare NAME",
    ]
    assert "by <bdi>B. Officer</bdi>" in (batch / "checklist.html").read_text("utf-8")
    imgvet("decide", "b", "2", "exclude", "--note", "A child", "--by", "B. Officer")
    assert declaring(imgvet, "finish", "b", by="B. Officer").code == 0
    assert photo_names(batch / "flickr") == ["open-day-001.jpg"]
    assert "answered no" not in imgvet("status", "b").err
    assert imgvet("log", "b", "--verify").code == 0


@on_terminals
@pytest.mark.slow
def test_a_no_to_check_gives_no_copy(batch: Path) -> None:
    words = ("check", "photos/1.jpg", "--profile", "ours.toml", "--declare", "A. Officer", "--json")
    ran = run_on_terminal(words, batch.parent, [(ASKED, "yes"), (ASKED, "n")])
    assert ran.code == 1
    assert "Not declared: 1 statement is not true." in ran.err
    assert ran.lines[0]["verdict"] == "ask"
    assert not (batch.parent / "imgvet-ready").exists()


@on_terminals
@pytest.mark.slow
@pytest.mark.parametrize("key", ["^C", "^D"])
@pytest.mark.parametrize("command", ["finish", "check"])
def test_who_stops_in_between_has_declared_nothing(imgvet: Imgvet, batch: Path, command: str, key: str) -> None:
    words = (*COMMANDS[command], "--declare", "A. Officer")
    ran = run_on_terminal(words, batch.parent, [(ASKED, "yes"), (ASKED, key)])
    assert ran.code == 130, ran.err
    assert "nothing is declared, and nothing was recorded" in ran.err
    assert "Traceback" not in ran.err
    assert statements(imgvet) == []
    assert photo_names(batch / "flickr") == []


@on_terminals
@pytest.mark.slow
def test_one_statement_is_asked_of_the_photo_that_was_named(imgvet: Imgvet, batch: Path) -> None:
    words = ("decide", "b", "1", "answer", "children", "--by", "A. Officer")
    assert run_on_terminal(words, batch.parent, [(ASKED, "yes")]).code == 0
    assert len(declared(imgvet)) == 1
    ran = run_on_terminal(words, batch.parent, [(ASKED, "no")])
    assert ran.code == 1
    assert [value for _, value, _, _ in statements(imgvet)] == ["children yes", "children no"]
    assert imgvet("log", "b", "--json").lines[-1]["kind"] == "reopen"


def test_nothing_is_declared_below_the_commands_either(imgvet: Imgvet, batch: Path) -> None:
    """Whoever gets round the questions is refused by what vets the batch."""

    folder = open_batch(batch)
    settings = saved_settings(folder)
    plan = run.plan_run(folder, (), settings)
    with pytest.raises(UsageError, match=r"was not shown to A\. Officer"):
        list(run.vet_batch(folder, plan, settings, workers=1, declare="A. Officer"))
    assert declared(imgvet) == []
    folder.database.close()


def test_a_closed_input_is_no_terminal(imgvet: Imgvet, batch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs without an input is told how to declare, as with any that is no terminal."""
    monkeypatch.setattr(sys, "stdin", None)
    refused = imgvet("finish", batch.name, "--declare", "A. Officer")
    assert refused.code == 2
    assert "2 statements must be read before anybody declares them." in refused.err
