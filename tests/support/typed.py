"""Commands as people copy them from the screen: told from other lines, and parsed by imgvet's own parser."""

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Any

import typer.main

from imgvet.cli.app import app

_LINE = re.compile(r"(?:.*[:.] |\s*)(imgvet (?:--|[a-z]).*)")


def commands_in(said: str) -> list[list[str]]:
    """The words of every command on the screen, each of which ends its line."""
    found = []
    for line in said.splitlines():
        matched = _LINE.fullmatch(line)
        if matched and matched[1].split()[1] in typer.main.get_command(app).commands:  # type: ignore[attr-defined]
            found.append(shlex.split(matched[1]))
    return found


def next_blocks(said: str) -> Iterator[list[str]]:
    """The lines of each next step: the one that begins with Next, and the indented commands below it."""
    lines = said.splitlines()
    for number, line in enumerate(lines):
        if line.lstrip().startswith("Next"):
            below = []
            for each in lines[number + 1 :]:
                if not re.match(r"\s+imgvet ", each):
                    break
                below.append(each)
            yield [line, *below]


def parsed(words: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The command that the words call, and its parameters as it would get them.

    Raises:
        Exception: of Typer or imgvet, where it is none.
    """
    program, *rest = words
    assert program == "imgvet", words
    command: Any = typer.main.get_command(app)
    context = command.make_context("imgvet", list(rest))
    names = []
    while hasattr(command, "commands"):
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        names.append(name)
        context = command.make_context(name, rest, parent=context)
    return " ".join(names), context.params
