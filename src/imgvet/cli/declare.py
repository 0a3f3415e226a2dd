"""How the statements of a profile are shown and declared: one by one on a terminal, elsewhere by a code.

Nobody declares what was not shown to them; what is recorded, and what counts, is in ``batch.decisions.statements``.
"""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from imgvet.cli.console import can_be_asked, print_answer, print_note, say_next, show_json
from imgvet.cli.strict_command import typed_command, typed_instead
from imgvet.decisions import DECLARE, StatementAnswer
from imgvet.errors import Interrupted, UsageError
from imgvet.own_name import declare_words
from imgvet.people_names import checked_name
from imgvet.text import command_line, count, visible

if TYPE_CHECKING:
    from imgvet.batch.store import BatchStore
    from imgvet.profile import Profile, Question
    from imgvet.settings import Settings

DeclareOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Declare the profile's statements true, in your name, or as me, the name that is set for --by. They are "
        "shown and asked one by one; where there is no terminal, give --statements-read.",
    ),
]
StatementsReadOption = Annotated[
    str | None,
    typer.Option(
        metavar="CODE",
        help="You have read the statements that you declare, and all are true. --show-statements prints the code; it "
        "changes with their wording.",
    ),
]
ShowStatementsOption = Annotated[
    bool,
    typer.Option("--show-statements", help="Show the statements that are to be declared, and change nothing."),
]

_INSTEAD = ("--declare", "--statements-read", "--show-statements", "--json")  # not typed again, or not so


def show_statements(
    ctx: typer.Context,
    profile: "Profile",
    missing: Sequence[str] = (),
    *,
    as_json: bool = False,
    by_itself: bool = True,
    one_by_one: bool = False,
) -> None:
    """Print the statements with their code, and the command that declares them.

    Args:
        ctx: of the command.
        profile: whose statements they are.
        missing: words that the command needs, where it was typed without them.
        as_json: print them as JSON.
        by_itself: the command declares with an option.
        one_by_one: of a photo or two, of which each question is asked; else what is declared for a batch.
    """
    from imgvet.profile import statements_code

    asked = profile.questions if one_by_one else profile.statements
    code, (option, name) = statements_code(asked), declare_words()
    declare = [(option, name)] if by_itself else []
    if as_json:
        for each in asked:
            show_json(each.model_dump() | {"code": code})
        return
    if not asked:
        print_answer(f"The profile {visible(profile.name)} has no statements to declare.")
        return
    print_answer(f"Statements of the profile {visible(profile.name)}, which only a person can make:")
    for number, each in enumerate(asked, 1):
        print_answer(f"{number:4d}  {visible(each.text)}")
        print_answer(f"      Source: {visible(each.source)}")
    print_answer(f"Code of this wording: {code}")
    say_next(
        "When you have looked at every photo and each statement is true:",
        typed_instead(ctx, _INSTEAD, [*declare, ("--statements-read", code)], missing),
    )


def read_statements(
    ctx: typer.Context,
    questions: "Sequence[Question]",
    code: str | None,
    about: str = "every photo",
    numbers: Callable[[str], tuple[int, ...]] | None = None,
    whole: "Sequence[Question] | None" = None,
) -> tuple[StatementAnswer, ...]:
    """What the person who declares says of each statement: asked on a terminal, or true if they give its code.

    Args:
        ctx: of the command.
        questions: the statements.
        code: which was given for having read them.
        about: which photos they are declared of, in words.
        numbers: reads which photos somebody names; None where there are none to name.
        whole: all statements of the profile, whose code it is; None: the same.

    Raises:
        UsageError: there is no terminal and no code, or it is that of another wording.
        Interrupted: somebody stopped before the last answer.
    """
    from imgvet.profile import statements_code

    wanted = statements_code(questions if whole is None else whole)
    if code is not None:
        if re.sub(r"[\s-]", "", code).lower() != wanted.replace("-", ""):
            raise UsageError(
                f"'{code}' is not the code of the statements as they are worded.",
                "Read them, and give the code that is printed below them:",
                command=typed_instead(ctx, _INSTEAD, [("--show-statements", "")]),
            )
        return tuple(StatementAnswer(each.id, each.text, true=True, code=wanted) for each in questions)
    if not can_be_asked():
        raise UsageError(
            f"{count(len(questions), 'statement')} must be read before anybody declares "
            f"{'it' if len(questions) == 1 else 'them'}.",
            "Where there is no terminal to ask on, show them first:",
            command=typed_instead(ctx, _INSTEAD, [("--show-statements", "")]),
        )
    try:
        return tuple(_asked(questions, about, numbers))
    except (KeyboardInterrupt, EOFError):
        reason = "Stopped before the last answer: nothing is declared, and nothing was recorded."
        raise Interrupted(reason, f"Start again: {typed_command(ctx)}") from None


def read_declaration(
    ctx: typer.Context,
    folder: "BatchStore | None",
    profile: "Profile",
    declare: str | None,
    code: str | None,
    *,
    one_by_one: bool = False,
) -> "tuple[StatementAnswer, ...]":
    """The answers to the profile's statements by the person who declares; empty if nobody does, or there are none.

    Args:
        ctx: of the command.
        folder: the batch; None where there is none yet.
        profile: whose statements they are.
        declare: who declares; None: nobody.
        code: of the statements that they have read.
        one_by_one: of a photo or two, of which each question is asked; else what is declared for a batch.

    Raises:
        UsageError: it is not a name, or as ``read_statements``.
    """
    from imgvet.batch.decisions.statements import numbers_of_photos

    if declare is None:
        if code is not None:
            raise UsageError("--statements-read goes with --declare.", "Give both, or leave it out.")
        return ()
    if folder:
        folder.check_name(declare)
    else:
        checked_name(declare, "A declaration needs a name.")
    asked = profile.questions if one_by_one else profile.statements
    if not asked:
        print_note(f"The profile {visible(profile.name)} has no statements to declare.")
        return ()
    photos = folder.photos() if folder else ()
    numbers = partial(numbers_of_photos, photos) if photos else None
    return read_statements(ctx, asked, code, "every photo that is to be published", numbers)


def declared_settings(ctx: typer.Context, settings: "Settings", declare: str | None, code: str | None) -> "Settings":
    """The settings of a run without a batch, in which the statements count as declared where all were called true.

    Raises:
        UsageError: as ``read_declaration``.
    """
    if declare is not None:
        checked_name(declare, "A declaration needs a name.")
    if declare is not None and DECLARE in settings.profile.decisions.second_person:
        raise UsageError(
            "This profile asks for a second person to check what is declared, and this command takes the word of one.",
            "Make a batch of the photos:",
            command=command_line("imgvet", "batch", "PHOTOS", "--out", "BATCH", "--event", "EVENT"),
        )
    answers = read_declaration(ctx, None, settings.profile, declare, code, one_by_one=True)
    say_not_declared(answers)
    true = all(each.true for each in answers)
    return replace(settings, answered=frozenset(each.question for each in answers)) if true else settings


def say_not_declared(answers: Sequence[StatementAnswer]) -> None:
    """Which statements were answered with no, and what that means."""
    untrue = [each for each in answers if not each.true]
    if not untrue:
        return
    print_note(f"Not declared: {count(len(untrue), 'statement is', 'statements are')} not true.")
    for each in untrue:
        where = f" (photo {', '.join(map(str, each.photos))})" if each.photos else ""
        print_note(visible(f"        {each.wording}{where}"))
    print_note("Leave out or hide what makes it untrue, then declare again. Until then the photos are held.")


def _asked(
    questions: "Sequence[Question]", about: str, numbers: Callable[[str], tuple[int, ...]] | None
) -> Iterator[StatementAnswer]:
    print_note(f"Answer each statement with yes or no; yes means that it is true of {about}.")
    for number, each in enumerate(questions, 1):
        print_note(visible(f"{number} of {len(questions)}: {each.text}"))
        print_note(visible(f"        Source: {each.source}"))
        true = _yes_or_no()
        photos = () if true or numbers is None else _photos(numbers)
        yield StatementAnswer(each.id, each.text, true, photos=photos)


def _yes_or_no() -> bool:
    while True:
        typed = _line("        True? yes or no: ").casefold()
        if typed in {"yes", "y", "no", "n"}:
            return typed.startswith("y")
        print_note("        Type yes or no.")


def _photos(numbers: Callable[[str], tuple[int, ...]]) -> tuple[int, ...]:
    while True:
        typed = _line("        Which photos? Numbers with commas between them; Enter if you cannot say: ")
        try:
            return numbers(typed)
        except UsageError as problem:
            print_note(f"        {problem}")


def _line(question: str) -> str:
    """What is typed on the terminal after a question, without blanks around it.

    Raises:
        EOFError: the terminal was closed.
    """
    sys.stderr.write(question)
    sys.stderr.flush()
    typed = sys.stdin.readline()
    if not typed:
        raise EOFError
    return typed.strip()
