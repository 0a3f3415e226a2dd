"""Tests on a terminal: every one has a limit of time, so that a question that nobody answers ends the test."""

import os
import re
from pathlib import Path

import pytest

from support import terminals
from support.terminals import run_on_terminal

TESTS = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "openpty"), reason="a terminal can be made on Unix alone")
@pytest.mark.parametrize("answers", [[], [("?", "X Council")], [("no such question", "")]])
def test_a_question_that_nobody_answers_ends_the_test(
    answers: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command is killed, and what it said is in the message."""
    monkeypatch.setattr(terminals, "LONGEST", 3)
    with pytest.raises(TimeoutError, match="rganisation"):
        run_on_terminal(["init"], tmp_path, answers)


def test_no_test_makes_a_terminal_of_its_own() -> None:
    """One place makes them, and has the limit."""
    by_hand = re.compile(r"\b(?:openpty|forkpty|login_tty)\(|\bpty\.(?:fork|spawn)\b")
    found = {path.name for path in TESTS.rglob("*.py") if by_hand.search(path.read_text("utf-8"))}
    assert found == {"terminals.py"}
