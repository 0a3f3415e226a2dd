"""How every command reads what was typed: each option once, nothing empty; and how it ends when it is stopped.

The commands of ``CommandLine`` are ``StrictCommand``, so all of this holds for a new command without a word in it.
"""

from collections.abc import Callable, Container, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from imgvet.cli.examples import example_lines
from imgvet.errors import Interrupted, UsageError
from imgvet.own_name import needed_name, own_name
from imgvet.source_files import is_remote, store_address
from imgvet.text import and_list, command_line

_GIVEN = "imgvet.given"  # where the context of a command keeps what was typed


class StrictCommand(TyperCommand):
    """A command that refuses an option given twice, and an empty value; a name that is left out is the one set once."""

    may_be_empty: ClassVar[frozenset[str]] = frozenset()  # options by name of which an empty value says something

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters; ``--help`` shows none of their types."""
        return _without_types(super().get_params(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Show the help, and below it the examples of the command."""
        super().format_help(ctx, formatter)
        _show_examples(ctx)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse, once what was typed is in order.

        Raises:
            UsageError: an option that takes one value was given twice, or a value is empty.
        """
        values, _, order = self.make_parser(ctx).parse_args(list(args))
        if not any(parameter.is_eager for parameter in order):  # --help needs no further checks
            for parameter in dict.fromkeys(order):
                _check_given_once(parameter, order, args)
                if parameter.name not in self.may_be_empty:
                    _check_not_empty(parameter, values.get(parameter.name))
            self._fill_name(ctx, order)
            ctx.meta[_GIVEN] = [word for each in dict.fromkeys(order) for word in _given(each, values.get(each.name))]
        return list(super().parse_args(ctx, args))

    def _fill_name(self, ctx: Any, typed: Sequence[Any]) -> None:
        """Let ``--by`` have the name that was set once, where the command takes it and nobody typed it."""
        by = next((each for each in self.params if each.name == "by"), None)
        if by is not None and by not in typed and (name := needed_name() if by.required else own_name()):
            ctx.default_map = {**(ctx.default_map or {}), "by": name}

    def invoke(self, ctx: Any) -> Any:
        """Run the command.

        Raises:
            Interrupted: somebody pressed Ctrl-C, and the command itself had nothing to say of that.
        """
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            reason = "Stopped. Everything finished so far is kept."
            raise Interrupted(reason, f"Start again: {typed_command(ctx)}") from None


class _Group(TyperGroup):
    def get_params(self, ctx: Any) -> list[Any]:
        return _without_types(super().get_params(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        super().format_help(ctx, formatter)
        _show_examples(ctx)


class CommandLine(typer.Typer):
    """A group of commands that are all strict."""

    def __init__(self, **settings: Any) -> None:
        """``settings``: those of ``typer.Typer``."""
        super().__init__(cls=_Group, **settings)

    def command(self, name: str | None = None, **settings: Any) -> Callable[..., Any]:
        """As ``typer.Typer.command``, for a ``StrictCommand``."""
        return super().command(name, **{"cls": StrictCommand} | settings)


def typed_command(ctx: Any) -> str:
    """The whole command as it was typed, ready to be typed again."""
    return typed_instead(ctx, (), ())


def typed_instead(
    ctx: Any, without: Sequence[str], options: Sequence[tuple[str, str]], arguments: Sequence[str] = ()
) -> str:
    """The command as it was typed, except some options, with others and, where none was typed, with arguments.

    ``options``: pairs of an option and its value, which is empty where it takes none.
    """
    names = _names_of(ctx)
    typed = [each for each in ctx.meta.get(_GIVEN, []) if each[0] not in without]
    added = () if any(not option for option, _ in typed) else [("", word) for word in arguments]
    return command_text(names, [*typed, *added, *options])


def _names_of(ctx: Any) -> list[str]:
    """The words of the command after ``imgvet``."""
    names: list[str] = []
    while ctx.parent is not None:  # the outermost is imgvet itself, whatever it was called as
        names.insert(0, ctx.info_name)
        ctx = ctx.parent
    return names


def _show_examples(ctx: Any) -> None:
    for line in example_lines(" ".join(_names_of(ctx))):
        typer.echo(line)


def was_typed(ctx: Any, option: str) -> bool:
    """Whether that option was given on the command line."""
    return any(name == option for name, _ in ctx.meta.get(_GIVEN, []))


def typed_options(ctx: Any) -> list[tuple[str, str]]:
    """The options that were typed, with their values."""
    given: list[tuple[str, str]] = ctx.meta.get(_GIVEN, [])
    return [each for each in given if each[0]]


def typed_again(ctx: Any, argument: object, leave_out: Container[str], *more: str) -> str:
    """The command as it was typed, with one argument in place of all, and with further options.

    ``leave_out``: options of what was typed that are left out.
    """
    kept = [(option, value) for option, value in typed_options(ctx) if option not in leave_out]
    return command_text([ctx.info_name], [("", str(argument)), *kept, *zip(more[::2], more[1::2], strict=True)])


def command_words(ctx: Any, leave_out: str) -> tuple[tuple[str, str], ...]:
    """What was typed, as pairs of an option (or nothing) and its value (or nothing), except the option ``leave_out``.

    Paths are absolute, so that the command can be given again from elsewhere.
    """
    given: list[tuple[str, str]] = ctx.meta.get(_GIVEN, [])
    paths = {str(path) for value in ctx.params.values() for path in (value if isinstance(value, list) else [value])
             if isinstance(path, Path)}  # fmt: skip
    return tuple(
        (
            option,
            _anywhere(value) if str(Path(value)) in paths or _is_file_of_profile(option, value) else value,
        )
        for option, value in given
        if option != leave_out
    )


def _anywhere(path: str) -> str:
    """A path by which the same file is found from every folder."""
    return store_address(Path(path)) if is_remote(path) else str(Path(path).absolute())


def command_text(command: Sequence[str], given: Sequence[tuple[str, str]]) -> str:
    """A command of imgvet in one line, quoted as this system's terminals want it."""
    arguments = [value for option, value in given if not option]
    options = [word for option, value in given if option for word in (option, value) if word]
    dashed = any(argument.startswith("-") for argument in arguments)
    words = ["imgvet", *command, *([*options, "--", *arguments] if dashed else [*arguments, *options])]
    return command_line(*words)


def _is_file_of_profile(option: str, value: str) -> bool:
    return option == "--profile" and Path(value).is_file()


def _without_types(parameters: list[Any]) -> list[Any]:
    """A switch takes no value, and the name of an argument says what it is."""
    for parameter in parameters:
        if getattr(parameter, "is_flag", False):
            parameter.metavar = ""
        elif parameter.param_type_name == "argument":
            parameter.display_type_rich = lambda **_: None
    return parameters


def _check_given_once(parameter: Any, order: Sequence[Any], args: Sequence[str]) -> None:
    if parameter.param_type_name != "option" or parameter.multiple or order.count(parameter) == 1:
        return
    typed = list(_typed(parameter, args))
    if parameter.is_flag and len(set(typed)) == 1:
        return
    name, all_typed = parameter.opts[0], and_list(typed)
    if parameter.is_flag:
        raise UsageError(f"{all_typed} contradict each other.", "Give only one of them.")
    raise UsageError(
        f"{name} is given {'twice' if len(typed) == 2 else f'{len(typed)} times'}: {all_typed}.",
        "Give it once. For another value, run the command again.",
    )


def _typed(parameter: Any, args: Sequence[str]) -> Iterator[str]:
    """The values of an option as they were typed; of one without values, its names."""
    words = iter(args)
    for word in words:
        name, equals, value = word.partition("=")
        if name in (*parameter.opts, *parameter.secondary_opts):
            yield name if parameter.is_flag else value if equals else next(words, "")


def _check_not_empty(parameter: Any, value: Any) -> None:
    is_option = parameter.param_type_name == "option"
    values = value if isinstance(value, list | tuple) else [value]
    if not any(isinstance(each, str) and not (each.strip() if is_option else each) for each in values):
        return
    if is_option:
        raise UsageError(f"{parameter.opts[0]} is empty.", "Give it a value, or leave it out.")
    raise UsageError(
        f"{parameter.metavar or parameter.name} is empty.", "Give a name. For this folder, type a full stop."
    )


def _given(parameter: Any, value: Any) -> Iterator[tuple[str, str]]:
    """One parameter as pairs of an option (or nothing) and its value (or nothing)."""
    if value is None:
        return
    is_option = parameter.param_type_name == "option"
    if is_option and parameter.is_flag:
        yield (parameter.opts if value else parameter.secondary_opts)[0], ""
        return
    for each in value if isinstance(value, list | tuple) else [value]:
        yield (parameter.opts[0] if is_option else "", each)
