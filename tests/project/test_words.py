"""What people read is plain British English: none of the turns of the table is in it.

The table says what to write in their place. People read: texts of the program, pages, sheets, forms, profiles, the
help of every command, the docs, what the tools print, and the docstrings and comments of the package.
"""

import ast
import re
import tokenize
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest
import typer

from imgvet.cli.app import app

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "imgvet"


class Turn(NamedTuple):
    """What nobody in a press office would write: a pattern, what to write, and texts in which it must be found."""

    pattern: str
    better: str
    found_in: tuple[str, ...]
    allowed: str = ""  # what the words around it say where it is meant


_ON_THE_WEB = r"\b(online|web|publish\w*|flickr|photos?|copies|pages?)\b"
_PRONOUNS = r"(?:he|she|it|they|we|you|nobody|somebody|everybody|anybody|there)(?= \w)"
_VERBS = (
    r"is|are|was|were|has|have|had|can|could|may|might|must|will|would|does|do|did|says?|needs?|comes?|asks?|names|shows?"
    r"|knows?|keeps?|finds?|gives?"
)
_TAKE = r"(?:take|takes|taken|taking|took)"

TURNS = (
    Turn(
        rf"\b{_TAKE}\b(?: \w+){{0,4}} down\b",
        "recorded; 'take down' is for photos on the web",
        (
            "Taken down: 2 decisions by Ann",
            "Nothing was taken down.",
            "Who takes this down (--by)",
            "Take the form down.",
        ),
        _ON_THE_WEB,
    ),
    Turn(
        r"\bmend(?:s|ed|ing)?\b",
        "correct",
        ("Mend the profile and run again.", "9 things are to mend", "it was mended"),
    ),
    Turn(
        rf"\b{_TAKE} (?:it |them |this |that |the \w+ )?(?:in|back whole)(?= ?[.,;:)(]|$| yet| before| again| not| "
        rf"or\b)"
        r"|\b(?:takes?|took) in (?:the|this|that|a|what|no|filled|one)\b",
        "import",
        ("it was not taken in, not even in part", "Who takes it in.", "Take in this filled-in checklist."),
    ),
    Turn(
        r"\bwait(?:s|ed|ing)?\b(?! until| a moment)",
        "needs",
        (
            "1 face waits for being hidden",
            "faces wait for somebody to look",
            "waits for an answer",
            "what waits for what",
            "Nothing waits there.",
        ),
        r"\b(lock|seconds|process(es)?|another imgvet|sleep)\b",
    ),
    Turn(r"\bspots?\b", "possible faces", ("2 spots may be faces",)),
    Turn(
        r"\b(?:is|are|not|all is) well\b(?! under| below| above|-| known)|\b(?-i:NOT) profile\b|\ball well\b",
        "all checks passed; 2 checks failed",
        ("All is well.", "2 of 10 are not well", "NOT profile"),
    ),
    Turn(
        r"\b(?:go|goes|going|gone|went) out\b|\bout already\b",
        "is published",
        ("must not go out any more", "what went out", "the photo goes out", "what is out already"),
    ),
    Turn(
        r"\b(?:photos?|pictures?|files?|originals?|forms?|they|that|it) (?:come|comes|came|coming) in\b",
        "is imported",
        ("when photos come in", "a form that came in"),
    ),
    Turn(r"\bpass(?:ed|es|ing)? over\b", "skip", ("No pictures, passed over:",)),
    Turn(r"\bkept as they were\b", "stay as they are", ("kept as they were, for the original is gone",)),
    Turn(
        r"\bcan(?:not)? (?:still |only |hardly |no longer )?be told\b(?! apart)",
        "can be made out",
        ("Face 2 can still be told in the written file",),
    ),
    Turn(
        r"\bits worker\b|\bcannot be trusted\b",
        "imgvet could not read this file safely",
        ("Its worker gave an answer", "an answer that cannot be trusted"),
    ),
    Turn(
        r"\b(?:do|does|did|no longer|still|not|whether "
        r"(?:it|one|each|he|they|this|that)|(?:answers?|forms?|approvals?|declarations?)"
        r"(?: still| no longer)?) holds?\b(?! (?:a|an|the|its|their|it|them|as|more|less|no|what|\d)\b)"
        r"|\bIt holds (?:for|until|from)\b|\bon which it holds\b",
        "is valid",
        (
            "an answer holds",
            "the answers do not hold",
            "It holds until you take it back",
            "It holds for 2 years",
            "whether it holds",
            "Form 7 no longer holds.",
            "The last day on which it holds.",
        ),
    ),
    Turn(
        r"\bget the forms?\b", "collect the release forms", ("Get the forms on checklist.html", "Get the form signed")
    ),
    Turn(
        r"\b(?:stays?|keep it|keep them|kept) in the office\b",
        "do not share",
        ("private: stays in the office", "It names people: keep it in the office."),
    ),
    Turn(
        r"\bat rest\b|\btake the sign away\b", "switched off; remove the #", ("a setting at rest", "take the sign away")
    ),
    Turn(r"\bwh(?:o|om)ever\b", "the photographer, the press office, the reviewer", ("Whoever brought the files",)),
    Turn(
        r"\blog is whole\b|\bheads? of (?:the|a) (?:log|chain)\b|, head [0-9a-f{]",
        "complete and unaltered; fingerprint",
        ("The log is whole: 110 entries, head c18", "A head of the log that was noted", "the head of the chain"),
    ),
    Turn(r"\banew\b", "again", ("numbered anew", "Type it anew.")),
    Turn(r"\bkeeping times?\b", "retention period", ("its keeping time is over",)),
    Turn(
        r"\b(?:is|was|are|were|be|been|its?|it's|form|forms) purged\b|\bpurged (?:on|form|from)\b",
        "erased",
        ("The form was purged", "Purged on: 14 June 2026"),
    ),
    Turn(r"\b(?-i:Born) (?:\(|in\b|may\b)", "year of birth", ("Born (years)",)),
    Turn(r"\bis to be known\b", "notes", ("what else is to be known",)),
    Turn(
        r"\bwhat happened, as\b",
        "the event's name, as the public will see it",
        ("What happened, as the public will read it",),
    ),
    Turn(r"\bfound against\b", "no problems found", ("Nothing was found against it.",)),
    Turn(r"\bcan hardly\b", "cannot all be removed", ("Photos on the web can hardly be called back",)),
    Turn(r"\byou take it back\b", "you withdraw it", ("It holds until you take it back",)),
    Turn(r"\ba (?:imgvet|original|error|answer|empty|event|older|image|office)\b", "an", ("There is a imgvet.toml",)),
    Turn(r"\b(?:Value|Assertion|Type) error, ", "drop it", ("Value error, is not a website",)),
    Turn(
        rf"[,;:] for {_PRONOUNS}|[,;:] for (?:what|who|this|that|these|those) (?:{_VERBS})\b"
        rf"|[,;:] for (?:the|a|an|its|their|each|every|no|some|other|only) (?:[\w'’-]+ ){{1,4}}(?:{_VERBS})\b(?! be\b)",
        "because",
        (
            "must be hidden, for the person has refused",
            "left out, for nobody has vetted it",
            "kept, for the original is gone",
            "held: for it is not known",
        ),
    ),
    Turn(
        r"\b(?:stand|stands|stood)\b|\bstanding (?:in|on|there)\b",
        "is in, shows, is",
        ("what stands in the file", "names that stand on the sheet", "how it stands"),
    ),
    Turn(r"\bis let go\b|\bare let go\b", "is freed", ("the bytes are let go",)),
    Turn(r"\btold, (?:one|a) line\b|\bone line a kind\b", "listed by kind", ("are told, one line a kind",)),
    Turn(r"\bsomebody else than\b", "someone other than", ("Somebody else than who decided looks",)),
    Turn(r"\bbegun\b", "started, created with", ("the profile that it was begun with",)),
    Turn(r"\bno more\b(?! than)", "no longer", ("is ready no more", "waits no more")),
    Turn(
        r"\bnone of (?:its|their|our|your) making\b|\bof (?:its|their|our) own making\b",
        "its own",
        ("a fault of its own making",),
    ),
    Turn(r"\b(?:tells|told|tell) of\b", "mentions, shows", ("It tells of the device",)),
    Turn(r"\bhears? of it\b|\bhears? it at once\b", "is updated", ("The register hears of it with the next run.",)),
    Turn(r"\bbut for\b", "except", ("every command, but for one", "all of it but for the names")),
    Turn(
        r"\b(?:is|are|was|were) told (?:by|of)\b",
        "is recognised by, identified by, reported by",
        ("an original is told by its SHA-256", "what the office is told of"),
    ),
    Turn(r"\bheard\b", "recorded, noticed", ("the folder that it heard of last", "that cannot be heard")),
    Turn(
        r"(?<!there )\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|other\b|different\b|one\b|need\b)[a-z]",
        "is not a",
        ("'31/31/2026' is no date", "a number that is no number"),
    ),
)


class Text(NamedTuple):
    """A text that people read, and where it is."""

    where: str
    words: str


def texts_of_code(path: Path, code: str | None = None) -> Iterator[tuple[str, Text]]:
    """The literals, the docstrings and the comments of a module, each with its kind."""
    code = path.read_text(encoding="utf-8") if code is None else code
    tree = ast.parse(code)
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    alone = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    parts = {id(part) for each in ast.walk(tree) if isinstance(each, ast.JoinedStr) for part in each.values}
    for each in ast.walk(tree):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and id(each) not in parts:
            kind = "docstring" if id(each) in alone else "literal"
            yield kind, Text(f"{name}:{each.lineno}", each.value)
        elif isinstance(each, ast.JoinedStr):
            words = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in each.values)
            yield "literal", Text(f"{name}:{each.lineno}", words)
    for token in tokenize.generate_tokens(StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            yield "comment", Text(f"{name}:{token.start[0]}", token.string)


def paragraphs_of(path: Path, text: str | None = None) -> Iterator[Text]:
    """The paragraphs of a page, a template, a profile or a makefile, each with its first line."""
    text = path.read_text(encoding="utf-8") if text is None else text
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    if path.name == "CHANGELOG.md":  # earlier sections are history
        text = "".join(re.split(r"(?m)^(?=## )", text)[:2])
    for found in re.finditer(r"(?:[^\n]+\n?)+", text):
        words = re.sub(r"(?m)^\s*(?:#+|-|\*|>|@echo) ?", "", found[0]) if path.suffix != ".j2" else found[0]
        yield Text(f"{name}:{text.count(chr(10), 0, found.start()) + 1}", words)


def help_of_commands() -> Iterator[Text]:
    """What ``--help`` says of every command, its arguments and options."""

    def below(name: str, command: typer.core.TyperCommand | typer.core.TyperGroup) -> Iterator[Text]:
        texts = [command.help, command.epilog, *(getattr(each, "help", None) for each in command.params)]
        yield from (Text(f"{name} --help", text) for text in texts if text)
        for word, each in getattr(command, "commands", {}).items():
            yield from below(f"{name} {word}", each)

    return below("imgvet", typer.main.get_command(app))  # type: ignore[arg-type]


def turns_in(text: Text) -> Iterator[str]:
    """Each turn of the table that a text has, with what to write instead."""
    words = " ".join(text.words.split())
    for turn in TURNS:
        for found in re.finditer(turn.pattern, words, re.IGNORECASE):
            around = words[max(0, found.start() - 150) : found.end() + 150]
            if not (turn.allowed and re.search(turn.allowed, around.replace(found[0], "", 1), re.IGNORECASE)):
                yield f"{text.where}: '{words[max(0, found.start() - 50) : found.end() + 40]}': write: {turn.better}"


def read_by_people(room: Path) -> Iterator[Text]:
    """All texts of one room of the package, or of one page or tool, that people read."""
    for path in sorted(room.rglob("*")) if room.is_dir() else [room]:
        if path.suffix == ".py" and path.is_relative_to(SOURCE):
            # The literals of schema.py are SQL, and sentences of earlier versions by which their batches are read.
            unread = {"literal"} if path.name == "schema.py" else set[str]()
            yield from (text for kind, text in texts_of_code(path) if kind not in unread)
        elif path.suffix == ".py":
            yield from (text for kind, text in texts_of_code(path) if kind == "literal" and " " in text.words)
        elif path.suffix in {".j2", ".toml", ".txt", ".md"} or path.name == "Makefile":
            yield from paragraphs_of(path)


ROOMS = sorted(
    path for path in SOURCE.iterdir() if path.name != "__pycache__" and path.suffix not in {".typed", ".pyc"}
)
PAGES = [
    *(ROOT / name for name in ("README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile")),
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "sample_images" / "README.md",
    ROOT / "watermarks" / "README.md",
]
TOOLS = sorted((ROOT / "tools").glob("*"))


def ids(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("room", [*ROOMS, *PAGES, *TOOLS], ids=ids)
def test_what_people_read_has_no_such_turn(room: Path) -> None:
    """Texts, docstrings and comments of the program, pages, profiles, templates and tools."""
    assert [line for text in read_by_people(room) for line in turns_in(text)] == []


def test_no_help_has_such_a_turn() -> None:
    """Every command, argument and option."""
    assert [line for text in help_of_commands() for line in turns_in(text)] == []


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.better)
def test_each_turn_is_found_wherever_it_is_planted(turn: Turn) -> None:
    """In a literal, an f-string, a docstring, a comment, a page, a profile and a template, also across lines."""
    for phrase in turn.found_in:
        quoted = phrase.replace('"', "'")
        code = f'"""Docs. {quoted}"""\nA = "{quoted}"\nB = f"{{A}} {quoted}"\n# {quoted}\n'
        kinds = {kind for kind, text in texts_of_code(Path("planted.py"), code) if list(turns_in(text))}
        assert kinds == {"docstring", "literal", "comment"}, phrase
        words = phrase.replace(" ", "\n")
        for name in ("page.md", "page.html.j2", "profile.toml", "Makefile"):
            assert any(list(turns_in(text)) for text in paragraphs_of(Path(name), f"Before.\n\n{words}\n\nAfter."))
