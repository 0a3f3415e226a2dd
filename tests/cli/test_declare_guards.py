"""How statements are shown and asked, each guard alone: nothing counts that was not shown and called true."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from imgvet.batch.decisions.statements import numbers_of_photos
from imgvet.cli.declare import declared_settings, read_declaration, read_statements, say_not_declared, show_statements
from imgvet.decisions import StatementAnswer
from imgvet.errors import Interrupted, UsageError
from imgvet.photo import Event
from imgvet.profile import parse_profile, statements_code
from imgvet.settings import Settings
from support.recorded import PHOTOS, A

WORDS = {"under-18": "Nobody is under 18.", "court": "No photo is evidence."}
PROFILE = parse_profile(
    "".join(f"[[questions]]\nid = '{name}'\ntext = '{text}'\nsource = 'S. 2'\n" for name, text in WORDS.items()), "test"
)
NO_STATEMENTS = parse_profile("", "test")
ADULTS, COURT = PROFILE.questions
CODE = statements_code(PROFILE.questions)
BOTH = tuple(StatementAnswer(name, text, true=True) for name, text in WORDS.items())
NO = StatementAnswer("court", WORDS["court"], true=False)
SETTINGS = Settings(PROFILE, Event("Open Day"))


def context(*given: tuple[str, str]) -> Any:
    """Of ``imgvet finish b`` with these options."""
    outermost = SimpleNamespace(parent=None, info_name="imgvet")
    return SimpleNamespace(parent=outermost, info_name="finish", meta={"imgvet.given": [("", "b"), *given]})


CTX = context()


class Stream(io.StringIO):
    """A terminal's, or what is there in place of one."""

    seen = ""  # what has come as far as the screen

    def __init__(self, text: str, terminal: bool) -> None:
        super().__init__(text)
        self.isatty = lambda: terminal  # type: ignore[method-assign]

    def flush(self) -> None:
        self.seen = self.getvalue()


class Keyboard(Stream):
    """What somebody types who has seen the question."""

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        assert isinstance(sys.stderr, Stream)
        assert sys.stderr.seen == sys.stderr.getvalue()
        return super().readline(size)


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Callable[..., io.StringIO]:
    """Somebody types this on a terminal; gives what is said to them."""

    def at(typed: str, stdin: bool = True, stderr: bool = True) -> io.StringIO:
        said = Stream("", stderr)
        monkeypatch.setattr(sys, "stdin", Keyboard(typed, stdin))
        monkeypatch.setattr(sys, "stderr", said)
        return said

    return at


def test_statements_are_shown_with_their_code(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with its source, and the command that declares them, in which nothing is declared by chance."""
    show_statements(context(("--declare", "X"), ("--show-statements", "")), PROFILE, ["photos"])
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "Statements of the profile general, which only a person can make:",
        "   1  Nobody is under 18.",
        "      Source: S. 2",
        "   2  No photo is evidence.",
        "      Source: S. 2",
        f"Code of this wording: {CODE}",
    ]
    assert "When you have looked at every photo and each statement is true:" in said.err
    assert f"imgvet finish b --declare NAME --statements-read {CODE}\n" in said.err
    show_statements(CTX, PROFILE, by_itself=False)
    assert f"imgvet finish b --statements-read {CODE}\n" in capsys.readouterr().err


def test_statements_are_shown_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """One line of JSON each; none where there are none."""
    show_statements(CTX, PROFILE, as_json=True)
    said = capsys.readouterr()
    assert [json.loads(line) for line in said.out.splitlines()] == [
        {"id": name, "text": text, "source": "S. 2", "ask": "batch", "code": CODE} for name, text in WORDS.items()
    ]
    assert said.err == ""
    show_statements(CTX, NO_STATEMENTS, as_json=True)
    assert capsys.readouterr().out == ""
    show_statements(CTX, NO_STATEMENTS)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("The profile general has no statements to declare.\n", "")


@pytest.mark.parametrize("code", [CODE, CODE.upper(), CODE.replace("-", ""), f" {CODE[:2]} {CODE[2:]}\n"])
def test_whoever_gives_the_code_has_read_the_statements(code: str, types: Callable[..., io.StringIO]) -> None:
    """However they type it; the code is kept with each answer, and nobody is asked."""
    said = types("")
    assert read_statements(CTX, PROFILE.questions, code) == tuple(
        StatementAnswer(name, text, true=True, code=CODE) for name, text in WORDS.items()
    )
    (one,) = read_statements(CTX, [COURT], code, whole=PROFILE.questions)
    assert one == StatementAnswer("court", WORDS["court"], true=True, code=CODE)
    assert said.getvalue() == ""


@pytest.mark.parametrize("code", ["", "-", CODE[:-1], f"{CODE}0", "0000-0000", statements_code([COURT])])
def test_another_code_was_given_for_other_statements(code: str, types: Callable[..., io.StringIO]) -> None:
    """Also on a terminal; the command that shows them is named."""
    types("yes\nyes\n")
    with pytest.raises(UsageError, match="is not the code of the statements as they are worded") as problem:
        read_statements(context(("--declare", "X"), ("--statements-read", code)), PROFILE.questions, code)
    assert problem.value.command == "imgvet finish b --show-statements"
    with pytest.raises(UsageError, match="is not the code"):
        read_statements(CTX, PROFILE.questions, CODE, whole=[COURT])


@pytest.mark.parametrize(("stdin", "stderr"), [(False, True), (True, False), (False, False)])
def test_without_a_terminal_nobody_has_seen_them(stdin: bool, stderr: bool, types: Callable[..., io.StringIO]) -> None:
    """Whatever is piped in, or where nobody sees the questions."""
    types("yes\nyes\n", stdin, stderr)
    with pytest.raises(UsageError, match="2 statements must be read before anybody declares them") as problem:
        read_statements(context(("--declare", "X")), PROFILE.questions, None)
    assert problem.value.command == "imgvet finish b --show-statements"


def test_each_statement_is_asked(types: Callable[..., io.StringIO]) -> None:
    """A yes or no, in letters of either size; anything else is asked again."""
    said = types("YES\nmaybe\n\nyess\n  y \n")
    assert read_statements(CTX, PROFILE.questions, None, "every photo of two") == BOTH
    text = said.getvalue()
    assert text.startswith("Answer each statement with yes or no; yes means that it is true of every photo of two.\n")
    for part in ("1 of 2: Nobody is under 18.\n", "2 of 2: No photo is evidence.\n", "        Source: S. 2\n"):
        assert part in text
    assert (text.count("True? yes or no: "), text.count("Type yes or no.")) == (5, 3)
    types("n\nNo\n")
    assert [each.true for each in read_statements(CTX, PROFILE.questions, None)] == [False, False]


def test_a_no_is_asked_which_photos_are_meant(types: Callable[..., io.StringIO]) -> None:
    """Until there are such photos; nobody need say, and a yes is true of all."""
    numbers = partial(numbers_of_photos, PHOTOS)
    said = types("yes\nno\n99\n4,2\n")
    first, second = read_statements(CTX, PROFILE.questions, None, numbers=numbers)
    assert (first.true, first.photos, second.true, second.photos) == (True, (), False, (4, 2))
    assert "        There is no photo '99' in the batch." in said.getvalue()
    assert said.getvalue().count("Which photos?") == 2
    types("no\n\nyes\n")
    assert [each.photos for each in read_statements(CTX, PROFILE.questions, None, numbers=numbers)] == [(), ()]


@pytest.mark.parametrize("typed", ["", "yes\n", "yes\nno\n"])
def test_who_stops_has_declared_nothing(typed: str, types: Callable[..., io.StringIO]) -> None:
    """The command that starts again is named."""
    types(typed)
    with pytest.raises(Interrupted, match="nothing is declared, and nothing was recorded") as problem:
        read_statements(
            context(("--declare", "X")), PROFILE.questions, None, numbers=partial(numbers_of_photos, PHOTOS)
        )
    assert problem.value.hint == "Start again: imgvet finish b --declare X"


def test_nobody_declares_without_a_name(types: Callable[..., io.StringIO]) -> None:
    """Where nobody declares, nobody is asked; a code alone declares nothing."""
    types("yes\nyes\n")
    assert read_declaration(CTX, None, PROFILE, None, None) == ()
    with pytest.raises(UsageError, match="--statements-read goes with --declare"):
        read_declaration(CTX, None, PROFILE, None, CODE)
    for name in ("", "..."):
        with pytest.raises(UsageError, match="name"):
            read_declaration(CTX, None, PROFILE, name, CODE)
    assert sys.stdin.read() == "yes\nyes\n"


class Folder:
    """A batch that knows its photos and whose name it takes."""

    def __init__(self, *photos: Any) -> None:
        self.names: list[str] = []
        self.photos = lambda: photos

    def check_name(self, name: str) -> str:
        if name == "A. 0fficer":
            raise UsageError("It looks like another.", "")
        self.names.append(name)
        return name


def test_who_declares_is_asked_about_the_photos_of_the_batch(types: Callable[..., io.StringIO]) -> None:
    """By the name that the batch takes; where it has no photos yet, or there is no batch, no numbers are asked for."""
    folder: Any = Folder(*PHOTOS)
    said = types("yes\nno\n4\n")
    assert read_declaration(CTX, folder, PROFILE, A, None) == (BOTH[0], replace(NO, photos=(4,)))
    assert "true of every photo that is to be published." in said.getvalue()
    assert folder.names == [A]
    with pytest.raises(UsageError, match="looks like another"):
        read_declaration(CTX, folder, PROFILE, "A. 0fficer", CODE)
    for none in (Folder(), None):
        without: Any = none
        types("yes\nno\n")
        assert read_declaration(CTX, without, PROFILE, A, None) == (BOTH[0], NO)


def test_a_profile_without_statements_has_none_to_read(types: Callable[..., io.StringIO]) -> None:
    """Which is said, whatever code is given."""
    for code in (None, CODE):
        said = types("")
        assert read_declaration(CTX, None, NO_STATEMENTS, A, code) == ()
        assert said.getvalue() == "The profile general has no statements to declare.\n"


@pytest.mark.parametrize(
    ("typed", "answered"), [("yes\nyes\n", set(WORDS)), ("yes\nno\n", set()), ("no\nyes\n", set())]
)
def test_a_single_photo_counts_as_declared_where_all_is_true(
    typed: str, answered: set[str], types: Callable[..., io.StringIO]
) -> None:
    """And nothing where one statement is not; which is said."""
    said = types(typed)
    assert declared_settings(CTX, SETTINGS, A, None).answered == answered
    assert ("Not declared: 1 statement is not true." in said.getvalue()) is not bool(answered)
    assert declared_settings(CTX, SETTINGS, None, None).answered == frozenset()


def test_what_is_not_true_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """With the photos, and what it means; nothing where all is true."""
    say_not_declared(BOTH)
    say_not_declared(())
    assert capsys.readouterr().err == ""
    say_not_declared((BOTH[0], NO))
    assert capsys.readouterr().err.splitlines() == [
        "Not declared: 1 statement is not true.",
        "        No photo is evidence.",
        "Leave out or hide what makes it untrue, then declare again. Until then the photos are held.",
    ]
    untrue = StatementAnswer("under-18", WORDS["under-18"], true=False, photos=(3, 4))
    say_not_declared((untrue, NO))
    said = capsys.readouterr().err
    assert "Not declared: 2 statements are not true." in said
    assert "        Nobody is under 18. (photo 3, 4)\n        No photo is evidence.\n" in said
