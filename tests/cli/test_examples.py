"""Every command has examples in its help: each is a real command, and can be read and copied at 80 columns."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from imgvet.cli.app import app
from imgvet.cli.examples import EXAMPLES
from support.commands import Imgvet
from support.typed import parsed

ROWS = [(command, typed) for command, rows in EXAMPLES.items() for _, typed in rows]


def names_of(group: Any, *names: str) -> Iterator[str]:
    yield " ".join(names)
    for name, command in getattr(group, "commands", {}).items():
        yield from names_of(command, *names, name)


def test_every_command_has_some() -> None:
    """And there is no example of a command that is not there."""
    assert set(EXAMPLES) == set(names_of(typer.main.get_command(app)))
    assert all(EXAMPLES.values())


@pytest.mark.parametrize(("command", "typed"), ROWS)
def test_an_example_is_a_command_of_its_own_help(command: str, typed: str) -> None:
    """Where a name is needed it is there, so it works before one is set."""
    name, _ = parsed(shlex.split(typed))
    assert name.startswith(command)
    assert len(typed) <= 77
    assert not re.search("['$%`\\\\]", typed.replace("40%,20%,44%,28%", ""))  # cmd and PowerShell read it, too


@pytest.mark.parametrize("command", EXAMPLES)
def test_help_shows_them_whole(imgvet: Imgvet, command: str) -> None:
    """Each on one line, below the options."""
    ran = imgvet(*command.split(), "--help")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert all(f"   {typed}" in lines for _, typed in EXAMPLES[command])
    assert all(len(line) <= 80 for line in lines)
    assert not ran.err
