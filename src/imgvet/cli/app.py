"""The command line: every command in the order in which ``--help`` shows it, and how a command ends.

The commands parse, build Settings, call, show what comes back, and exit; nothing is decided in them. Heavy modules are
imported inside them, so that ``--help`` answers at once.
"""

import gc
import io
import os
import sqlite3
import sys
from typing import Annotated, NoReturn

import typer

from imgvet import __version__
from imgvet.cli.arguments import ProfileOption
from imgvet.cli.batch import batch, decide_command, finish, status
from imgvet.cli.caption import caption
from imgvet.cli.check import check
from imgvet.cli.checklist import checklist
from imgvet.cli.console import print_answer, print_note
from imgvet.cli.log import log
from imgvet.cli.photos import inspect_command, prove_command, strip
from imgvet.cli.published import published
from imgvet.cli.release import release_app as release_forms
from imgvet.cli.review import review
from imgvet.cli.strict_command import CommandLine
from imgvet.cli.watch import watch
from imgvet.errors import ImgvetError, Interrupted
from imgvet.storage_errors import storage_error

app = CommandLine(
    name="imgvet",
    help="Vet photos before they are published: private data removed, a decision on every face, marks added, "
    "proof kept.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

app.command()(check)
app.command()(batch)
app.command()(watch)
app.command("decide")(decide_command)
app.command()(caption)
app.command()(review)
app.command()(checklist)
app.command()(finish)
app.command()(status)
app.command()(published)
app.command()(log)
app.add_typer(release_forms, name="release")
app.command("inspect")(inspect_command)
app.command()(strip)
app.command("prove")(prove_command)


def main() -> None:
    """Run the command line; an error is one message and an exit code.

    Unexpected exceptions pass to ``imgvet.__main__``, which reports them.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal or pipe of another encoding than UTF-8 loses no message
            stream.reconfigure(errors="backslashreplace")
    gc.set_threshold(20_000)  # imports make many objects and little garbage
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"  # none may change how profiles are read; looking for one is slow
    try:
        app()
    except ImgvetError as problem:
        _end_with(problem)
    except BrokenPipeError:  # the reader of the output has closed the pipe
        sys.exit(1)
    except (OSError, sqlite3.Error) as problem:
        _end_with(storage_error(problem))
    except MemoryError:
        _end_with(ImgvetError("There is too little memory.", "Close other programs, then run the same command again."))


def _end_with(problem: ImgvetError) -> NoReturn:
    if isinstance(problem, Interrupted) and sys.stderr.isatty():
        print_note("")  # the terminal has put ^C into the line
    for line in (f"imgvet: {problem.reason}", *problem.details, problem.hint):
        if line:
            print_note(line)
    if problem.command:
        print_note(f"      {problem.command}")
    sys.exit(problem.exit_code)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"imgvet {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Hold the options that come before a command."""


@app.command()
def init(
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="Your organisation's name.")] = None,
    website: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Its website, as it should appear on the photos.")
    ] = None,
    press_office: Annotated[
        str | None, typer.Option(metavar="TEXT", help="How people reach the press office about release forms.")
    ] = None,
    licence: Annotated[
        str | None, typer.Option(metavar="NAME", help='E.g. "CC BY-NC 4.0". Default: All Rights Reserved.')
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", "--force", metavar="NAME", help="Your police force, one that comes with imgvet."),
    ] = None,
    your_name: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="NAME",
            help="Your name, recorded where a command's --by is left out. Alone, it is added to the imgvet.toml here.",
        ),
    ] = None,
) -> None:
    """Set up your organisation: answer six questions, or give options; it writes a short imgvet.toml here."""
    from imgvet.cli.init import write_own_profile

    write_own_profile((name, website, press_office, licence, profile, your_name))


@app.command()
def doctor(profile: ProfileOption = None) -> None:
    """Say whether everything is here: model, fonts, codecs, disk, permissions."""
    from imgvet.cli.doctor import run_checks

    results = list(run_checks(profile))
    for result in results:
        print_answer(f"{'ok  ' if result.well else 'FAIL'} {result.name}: {result.says}")
        if result.hint:
            print_answer(f"     {result.hint}")
    ill = sum(not result.well for result in results)
    print_note(
        "All checks passed."
        if not ill
        else f"{ill} of {len(results)} checks failed. Do not vet photos until they pass."
    )
    raise typer.Exit(4 if ill else 0)
