"""What the page says to do next names no command and no option where the page has it itself."""

import ast
import re
from pathlib import Path

import pytest

import imgvet
from imgvet.review.page_words import ON_THE_PAGE, page_hint

SOURCE = Path(imgvet.__file__).parent
NAMES = "batch|finish|decide|caption|inspect|log|status|published|release|init"
COMMAND = re.compile(rf"\bimgvet (?:{NAMES})\b|(?<!\w)--[a-z]")
OF_A_SINGLE_PHOTO = {  # where a command vets photos by themselves; a page always has a batch
    "Run again with --declare and your name: the statements are shown, and you answer each.",
    "If it may be used, run again with --rights own or --rights licensed, and your name with --by.",
    "Put the original back, and run imgvet batch with the folder that it is in.",  # nothing on the page adds photos
}


def sentences(path: Path) -> set[str]:
    """Every whole text of a module that is no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    texts = (each for each in ast.walk(tree) if isinstance(each, ast.Constant) and id(each) not in told)
    return {each.value for each in texts if isinstance(each.value, str)}


@pytest.mark.parametrize("name", ["rules/*.py", "batch/gate.py"])
def test_what_a_photo_needs_names_no_command_on_the_page(name: str) -> None:
    hints = {each for path in SOURCE.glob(name) for each in sentences(path) if COMMAND.search(each)}
    assert hints
    left = {each for each in hints - OF_A_SINGLE_PHOTO if COMMAND.search(page_hint(each))}
    assert not left


def test_every_hint_in_the_table_is_said_somewhere() -> None:
    """Where a rule's hint is put otherwise, its row must be, too."""
    own = SOURCE / "review" / "page_words.py"
    said = {each for path in SOURCE.rglob("*.py") if path != own for each in sentences(path)}
    assert {each for each in ON_THE_PAGE if each not in said} == set()


def test_what_has_no_words_of_its_own_is_said_as_it_is() -> None:
    assert page_hint("Give it again.") == "Give it again."
    assert page_hint("Give it with --note.") == "Give the reason."
